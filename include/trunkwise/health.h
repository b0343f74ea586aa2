/**
 * @file health.h  Is the carrier there: OPTIONS qualify of a trunk
 *
 * A registration tells that a registrar answered some minutes ago; a qualify
 * asks the same target every few seconds (RFC 3261 section 11) and makes a
 * verdict of what comes back: round trips, loss, and how many failures or
 * successes in a row it takes to change one's mind. What to do about a trunk
 * that is down is the router's, see tw_router_set_usable().
 *
 * Sets of trunks (trunkwise/trunk.h) do this by themselves where a trunk has
 * `qualify_s`. Hosts with a SIP stack of their own drive a tw_qualify beside
 * their tw_registration, in the same way: it hands out bytes and deadlines.
 *
 * Times are monotonic microseconds that you pass in; one thread at a time.
 */
#ifndef TRUNKWISE_HEALTH_H
#define TRUNKWISE_HEALTH_H

#include <trunkwise/trunk.h>

TW_BEGIN_DECLS

typedef struct tw_trunk_health {
	uint32_t size;
	uint32_t verdict;           /* TW_HEALTH_ */
	int32_t sip_code;           /* answer to the last OPTIONS, 0: none */
	uint32_t failures;          /* in a row */
	uint32_t successes;         /* in a row */
	uint32_t window;            /* newest exchanges counted below: ..32 */
	uint32_t loss_percent;      /* of them: no final answer in time */
	uint32_t repeat_percent;    /* of them: answered after a repeat */
	int64_t rtt_us;             /* round trip: last, 0 if none yet. Only
				       of requests that were sent once */
	int64_t rtt_smoothed_us;    /* 7/8 of before, 1/8 of the last */
	int64_t rtt_min_us;         /* since this target was taken */
	int64_t rtt_max_us;
	int64_t next_at;            /* next OPTIONS; 0 if none is planned */
	uint64_t requests;          /* no retransmits */
	uint64_t retransmits;
	uint64_t answers;           /* final ones in time */
	char target[96];            /* "udp:127.0.0.1:5070" */
	char reason[160];           /* of the verdict; printable */
} tw_trunk_health;

#define TW_TRUNK_HEALTH_INIT { sizeof(tw_trunk_health), 0, 0, 0, 0, 0, 0, \
	0, 0, 0, 0, 0, 0, 0, 0, 0, "", "" }

/** "unknown", "up", "degraded", "down"; "?" for other numbers. Static. */
TW_EXTERN(const char *) tw_trunk_health_name(uint32_t verdict);

/** How the trunk's target answers. Without `qualify_s`, and while the trunk
 * is not registered, the verdict is TW_HEALTH_UNKNOWN. */
TW_EXTERN(tw_status) tw_trunk_health_get(tw_trunk_health *out,
					 const tw_trunk *trunk,
					 tw_error *err);

/* ---- sans-I/O ---- */

typedef struct tw_qualify tw_qualify;

/** New qualify, at rest, of the trunk that these are the options of. They are
 * copied. The password, which OPTIONS do not need (a 401 or 407 is an answer,
 * so the target lives, and it is not answered), and ha1 are only known to be
 * hidden where the peer writes them: reasons go into logs. `random` as in
 * tw_registration_new().
 * @return as tw_registration_new(); TW_EINVAL also for `qualify_` options */
TW_EXTERN(tw_status) tw_qualify_new(tw_qualify **out,
				    const tw_trunk_options *options,
				    const tw_random *random, tw_error *err);
TW_EXTERN(void) tw_qualify_free(tw_qualify *qualify);

/** Takes over interval, limits and secrets of another one, made from new
 * options; what is known of the peer stays, and the new ones hold from the
 * next exchange on. @return 1 when the limits differed, else 0 */
TW_EXTERN(int) tw_qualify_take_limits(tw_qualify *qualify,
				      const tw_qualify *from);

/** The address that the Via names; required before start. */
TW_EXTERN(tw_status) tw_qualify_set_local(tw_qualify *qualify,
					  const char *host, uint32_t port,
					  tw_error *err);

/** Where OPTIONS go, at first the registrar of the options. Another target
 * is another peer: what was known is forgotten, the verdict is unknown. */
TW_EXTERN(tw_status) tw_qualify_set_target(tw_qualify *qualify,
	const char *host, uint32_t port, uint32_t transport, int64_t now_us,
	tw_error *err);

/** From now on, the first within 10 s; again: nothing. */
TW_EXTERN(tw_status) tw_qualify_start(tw_qualify *qualify, int64_t now_us,
				      tw_error *err);
/** No more; the verdict is unknown. */
TW_EXTERN(tw_status) tw_qualify_stop(tw_qualify *qualify, int64_t now_us,
				     tw_error *err);

/** The next OPTIONS not before `at_us`: for hosts that spread those of many
 * trunks. Never brings it forward. */
TW_EXTERN(tw_status) tw_qualify_delay(tw_qualify *qualify, int64_t at_us,
				      tw_error *err);

/** As the functions of tw_registration_ of the same names. An event's states
 * are 0: fill in those of the registration. */
TW_EXTERN(tw_status) tw_qualify_receive(tw_qualify *qualify,
					const void *data, size_t size,
					int64_t now_us, tw_error *err);
TW_EXTERN(tw_status) tw_qualify_send_failed(tw_qualify *qualify,
					    int64_t now_us, tw_error *err);
TW_EXTERN(tw_status) tw_qualify_tick(tw_qualify *qualify, int64_t now_us,
				     tw_error *err);
TW_EXTERN(int64_t) tw_qualify_deadline(const tw_qualify *qualify);
TW_EXTERN(tw_status) tw_qualify_next(tw_registration_action *out,
				     tw_qualify *qualify, tw_error *err);
TW_EXTERN(int) tw_qualify_is_pending(const tw_qualify *qualify);
TW_EXTERN(const char *) tw_qualify_call_id(const tw_qualify *qualify);
TW_EXTERN(tw_status) tw_qualify_status(tw_trunk_health *out,
				       const tw_qualify *qualify,
				       tw_error *err);

/* ---- what a verdict does to a registration ---- */

/**
 * What OPTIONS say of the target that holds the binding. One that is down
 * though it answered the last REGISTER is held down for a minute, longer each
 * time up to 15, and the registration goes at once to the next target that is
 * better, if there is one: never sooner than 5 s after its last attempt, never
 * before a Retry-After is over, and nowhere where all are down. It comes back
 * by a refresh, after the hold-down and once the target has answered a probe.
 * Trunk sets do this; a host of tw_registration passes on what its tw_qualify
 * tells.
 *
 * @param verdict  TW_HEALTH_, of a change
 */
TW_EXTERN(tw_status) tw_registration_set_health(tw_registration *registration,
	uint32_t verdict, int64_t now_us, tw_error *err);

/** A target that was left so, and whose hold-down is over: ask it by OPTIONS,
 * and tell by tw_registration_probed(). What `out` says is as in a
 * TW_ACTION_TARGET. @return TW_OK, TW_ITER_END (none now) */
TW_EXTERN(tw_status) tw_registration_next_probe(tw_registration_action *out,
	const tw_registration *registration, int64_t now_us, tw_error *err);

/** When the next one is, INT64_MAX: never. */
TW_EXTERN(int64_t) tw_registration_probe_at(
	const tw_registration *registration);

/** alive 0: it is held down again, for longer. */
TW_EXTERN(tw_status) tw_registration_probed(tw_registration *registration,
	const char *host, uint32_t port, uint32_t transport, int alive,
	int64_t now_us, tw_error *err);

/** A tw_qualify of the same trunk for one other target; set that, and the
 * local address. */
TW_EXTERN(tw_status) tw_qualify_new_like(tw_qualify **out,
	const tw_qualify *like, tw_error *err);

TW_END_DECLS

#endif
