/**
 * @file event.h  What a trunk tells its host
 */
#ifndef TRUNKWISE_EVENT_H
#define TRUNKWISE_EVENT_H

#include <trunkwise/time.h>

TW_BEGIN_DECLS

/** States of a trunk; the numbers never change. */
#define TW_TRUNK_IDLE          1u
#define TW_TRUNK_RESOLVING     2u
#define TW_TRUNK_REGISTERING   3u
#define TW_TRUNK_REGISTERED    4u  /* also while it refreshes */
#define TW_TRUNK_BACKOFF       5u  /* temporary failure, a next try is set */
#define TW_TRUNK_REFUSED       6u  /* credentials or policy: out of routing */
#define TW_TRUNK_FATAL         7u  /* configuration: no try will help */
#define TW_TRUNK_UNREGISTERING 8u
#define TW_TRUNK_DISABLED      9u
#define TW_TRUNK_REMOVED      10u  /* the last event of a removed trunk */

/** "registered" and so on; "?" for unknown numbers. Static. */
TW_EXTERN(const char *) tw_trunk_state_name(uint32_t state);

/** What OPTIONS say of a trunk's target, see trunkwise/health.h. */
#define TW_HEALTH_UNKNOWN  0u  /* not asked, or no answer yet */
#define TW_HEALTH_UP       1u
#define TW_HEALTH_DEGRADED 2u  /* answers, with loss or slowly */
#define TW_HEALTH_DOWN     3u  /* out of routing */

/** What guards the way to a trunk's target. */
#define TW_TLS_NONE       0u  /* UDP or TCP: nothing */
#define TW_TLS_VERIFIED   1u  /* TLS; the target has to prove its name */
#define TW_TLS_UNVERIFIED 2u  /* TLS with anybody: TW_TRUNK_NO_VERIFY */

/** A change of state, of health, or of both; what did not change stands in
 * old and new alike. A trunk takes calls while it is registered and its
 * health is not TW_HEALTH_DOWN. `sip_code` and `reason` are those of the
 * newest change. */
typedef struct tw_trunk_event {
	uint32_t size;
	uint32_t state_old;      /* TW_TRUNK_ */
	uint32_t state_new;
	int32_t sip_code;        /* last answer, 0 if none came */
	int32_t next_try_s;      /* seconds from now, -1 if none is planned */
	int32_t expires_s;       /* granted, 0 when not registered */
	char trunk[64];          /* name */
	char target[96];         /* "udp:127.0.0.1:5070"; of a trunk that
				    verifies nobody "tls-unverified:..." */
	char reason[160];        /* one line, printable, no secret */
	uint32_t health_old;     /* TW_HEALTH_ */
	uint32_t health_new;
	uint32_t tls;            /* TW_TLS_ */
	/* of a trunk with several flows, trunkwise/flows.h: */
	uint32_t flow;           /* the one that is told of; 0: it has none */
	uint32_t flows;          /* asked for */
	uint32_t flows_registered;
} tw_trunk_event;

#define TW_TRUNK_EVENT_INIT { sizeof(tw_trunk_event), 0, 0, 0, 0, 0, "", \
	"", "", 0, 0, 0, 0, 0, 0 }

TW_END_DECLS

#endif
