/**
 * @file src/registration/machine.h  One trunk's registration, inside
 *
 * The state that machine.c, attempt.c and authorize.c share.
 */
#ifndef TW_SRC_REGISTRATION_MACHINE_H
#define TW_SRC_REGISTRATION_MACHINE_H

#include <trunkwise/trunk.h>
#include "answer.h"
#include "config.h"
#include "digest.h"
#include "flows.h"
#include "gruu.h"
#include "mask.h"
#include "meter.h"
#include "nat.h"
#include "pace.h"
#include "routes.h"
#include "target.h"
#include "transaction.h"

#define TW_ATTEMPT_FLOOR_US   (5 * TW_SECOND)   /* between attempts */
#define TW_ATTEMPT_MAX_US    (96 * TW_SECOND)   /* watchdog */
#define TW_ATTEMPT_REQUESTS   6u                /* within one attempt */
#define TW_EVENTS_MAX         4u

#define TW_NEVER INT64_MAX

struct tw_authorized;                  /* authorize.c */

struct tw_registration {
	struct tw_trunk_config config;
	const tw_random *random;
	struct tw_nat nat;             /* unused without its flag */
	struct tw_routes routes;       /* told with the binding */
	struct tw_gruu gruu;           /* likewise */
	struct tw_flow_place flow;     /* one of several: flows.c */
	int64_t now_us;                /* as last told */

	/* whom it speaks to: reach.c */
	struct tw_targets targets;
	struct tw_resolve *resolve;    /* while DNS is asked */
	size_t resolve_hop;
	uint32_t query;                /* number of the open question */
	int64_t query_until;
	int64_t resolve_until;
	char *local_host;              /* as in a URI */
	uint32_t local_port;
	struct tw_address local_for;   /* the target it is for; port 0: none */
	bool local_wanted;             /* the attempt stands until it is set */
	bool query_waits;              /* to be handed out */
	bool target_waits;

	uint32_t state;                /* TW_TRUNK_ */
	bool wanted;                   /* start was the last word, not stop */
	int32_t sip_code;
	char reason[160];
	char realm[TW_REALM_MAX + 1];  /* configured or pinned */

	/* one attempt: REGISTER, answers to challenges, 423 */
	bool unregister;               /* what the attempt is for */
	bool min_expires_used;
	uint32_t attempt_requests;
	uint32_t stale_rounds;
	bool unserved, unserved_refused;   /* by a target, by TLS */
	uint32_t losses;               /* of connections, in a row */
	bool renewing;                 /* the next attempt is for one */
	struct tw_pace_ticket ticket;  /* it may have to wait for its turn */
	uint32_t prepaid;              /* of what it asked for */
	int64_t attempt_at;
	int64_t register_at;           /* the same, un-registers left out */
	struct tw_transaction transaction;
	struct tw_buf request;
	bool send_waits;
	uint32_t broken;               /* answers that nobody can read */

	uint32_t asked_s;              /* raised by a 423 */
	uint32_t granted_s;
	uint32_t flow_timer_s;         /* of the last 2xx, 0: none */
	uint32_t foreign;              /* others' Contacts in it */
	int64_t expires_at;            /* 0: no binding known */
	int64_t next_try_at;           /* TW_NEVER: none planned */
	int64_t not_before;            /* of a Retry-After */
	uint32_t failures;             /* in a row */
	uint32_t refusals;             /* in a row */

	uint32_t cseq;
	char call_id[40];
	char from_tag[20];
	struct tw_credentials credentials[2];   /* registrar, proxy */
	bool fresh[2];                 /* answered within this attempt */
	bool held[2];                  /* ready, but the registrar asked to
					  wait before the answer */
	struct tw_nonce_counts counts;
	struct tw_authorized *authorized;

	struct tw_mask_place mask;     /* of traces; mask.c */
	tw_meter *meter;               /* counts, or NULL; borrowed */
	uint64_t requests;
	uint64_t retransmits;
	uint64_t registrations;

	/* none is kept while nothing is unread; without memory the next one
	 * that is read spans what was lost */
	tw_trunk_event *events;
	size_t event_count;
	uint32_t told;                 /* state that the last one told */
};

/* attempt.c */
tw_status tw__attempt_begin(tw_registration *reg, bool unregister,
			    int64_t now_us, tw_error *err);
/* Its turn has come. */
tw_status tw__attempt_turn(tw_registration *reg, int64_t now_us,
			   tw_error *err);
tw_status tw__attempt_answer(tw_registration *reg,
			     const struct tw_message *msg, int64_t now_us,
			     tw_error *err);
void tw__attempt_fail(tw_registration *reg, enum tw_verdict verdict,
		      uint32_t retry_after_s, int64_t now_us);

/* The target did not serve: the next one is tried, or the attempt ends. */
void tw__attempt_unserved(tw_registration *reg, enum tw_verdict verdict,
			  uint32_t retry_after_s, int64_t now_us);
/* When no target is left: refused, if all of them were of that mind. */
void tw__attempt_out_of_targets(tw_registration *reg, int64_t now_us);
tw_status tw__attempt_send(tw_registration *reg, int64_t now_us,
			   tw_error *err);

/* reach.c: from an attempt to the target that its request goes to. The end
 * is tw__attempt_send() or tw__attempt_fail(), now or later. */
tw_status tw__reach(tw_registration *reg, int64_t now_us, tw_error *err);
/* Within the attempt, after a failure: false when nothing is left. */
bool tw__reach_next(tw_registration *reg, int64_t now_us);
/* Nothing is asked or wanted any more. */
void tw__reach_cancel(tw_registration *reg);
/* The state of an attempt, where it is to be seen. */
void tw__reach_show(tw_registration *reg, uint32_t state, int64_t now_us);
void tw__reach_tick(tw_registration *reg, int64_t now_us);
const struct tw_identity *tw__reach_identity(const tw_registration *reg);
uint32_t tw__reach_transport(const tw_registration *reg);
uint32_t tw__reach_tls(const tw_registration *reg);
/* "udp:192.0.2.1:5060" */
void tw__reach_text(char *out, size_t size, const tw_registration *reg);
/* QUERY or TARGET, where one waits. */
bool tw__reach_action(tw_registration_action *out, tw_registration *reg);
/* What a certificate there has to be for. */
const char *tw__reach_name(const tw_registration *reg, size_t hop);
/* Where a SEND goes. */
void tw__reach_fill(tw_registration_action *out, const tw_registration *reg);

/* An attempt is under way: something is awaited, of a peer or the host. */
static inline bool tw__attempt_is_on(const tw_registration *reg)
{
	return reg->transaction.pending || reg->local_wanted || reg->resolve;
}

/* The same, or it waits for its turn to begin. */
static inline bool tw__attempt_is_busy(const tw_registration *reg)
{
	return tw__attempt_is_on(reg) || reg->ticket.waits;
}

/* machine.c */
void tw__registration_move(tw_registration *reg, uint32_t state,
			   int64_t now_us);
/* An event though the state stays: its reason is the news. */
void tw__registration_tell(tw_registration *reg, int64_t now_us);
/* What an event tells of it as it stands. */
void tw__registration_describe(tw_trunk_event *event,
			       const tw_registration *reg, uint32_t old,
			       int64_t now_us);
void tw__registration_reason(tw_registration *reg, int32_t sip_code,
			     const char *fmt, ...) TW_PRINTF(3, 4);

/* request.c: writes reg->request for the current CSeq and branch. */
tw_status tw__request_write(tw_registration *reg, tw_error *err);

/* authorize.c; pins the realm of a first answer. */
void tw__realm_pin(tw_registration *reg, const struct tw_challenge *c);
/* Which challenge of this message to answer; TW_EREFUSED and TW_EUNSUPPORTED
 * are a policy's no. `who` asks, for the error. */
tw_status tw__registration_choose(struct tw_challenge *out,
				  const tw_registration *reg,
				  const struct tw_message *msg,
				  const char *who, tw_error *err);
struct tw_digest_secret tw__registration_secret(const tw_registration *reg);

#endif
