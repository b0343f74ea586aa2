/**
 * @file src/registration/qualify.h  One trunk's OPTIONS, inside
 *
 * What qualify.c (when, and what comes of it) and qualify_door.c (what a
 * host calls) share.
 */
#ifndef TW_SRC_REGISTRATION_QUALIFY_H
#define TW_SRC_REGISTRATION_QUALIFY_H

#include <trunkwise/health.h>
#include "codes.h"
#include "config.h"
#include "health.h"
#include "transaction.h"

#define TW_QUALIFY_FLOOR_US  (5 * TW_SECOND)   /* between two OPTIONS */
#define TW_QUALIFY_SOON_US  (10 * TW_SECOND)   /* the first one within */

struct tw_qualify {
	struct tw_trunk_config config;
	const tw_random *random;
	char *local_host;              /* as in a URI; NULL: not set yet */
	uint32_t local_port;
	char *host, *host_wire;        /* of the target; IPv6 bare, in [] */
	uint32_t port, transport;

	int64_t interval_us, timeout_us;
	struct tw_codes alive;

	bool running;
	struct tw_transaction transaction;
	struct tw_buf request;
	bool send_waits;
	bool repeated;                 /* the one under way */
	int64_t sent_at;               /* begin of the last; INT64_MIN: none */
	int64_t next_at;               /* INT64_MAX: none planned */
	int64_t not_before;            /* of a Retry-After */
	char call_id[40];
	char from_tag[20];

	struct tw_health health;
	int32_t sip_code;
	char reason[160];
	uint64_t requests, retransmits, answers;

	tw_trunk_event event;          /* newest change that nobody read */
	bool event_waits;
};

/* All move the health; a change becomes the event. */
void tw__qualify_begin(tw_qualify *q, int64_t now_us);
void tw__qualify_answer(tw_qualify *q, const struct tw_message *msg,
			int64_t now_us);
void tw__qualify_silent(tw_qualify *q, int64_t now_us, const char *fmt, ...)
	TW_PRINTF(3, 4);
/* Forgets everything about the peer. */
void tw__qualify_forget(tw_qualify *q, const char *reason);
/* The first one of a start or of a new target. */
void tw__qualify_plan_first(tw_qualify *q, int64_t now_us);

#endif
