/**
 * @file routing.h  Which carrier carries the call, and what if it does not
 *
 * Candidates are carrier trunks, each with the expected cost of *this* call
 * from its own deck (its own longest prefix, fees, increments, rounding), so
 * that a cheap minute behind a dear connection fee loses where it should, and
 * with the relation of its two numbers' regions, so that a sheet may price or
 * block calls inside one city. Which number a carrier is shown, and whether a
 * contract permits the call, stands in permission.h.
 *
 * Asking changes nothing: tw_router_decide() gives the same order until a
 * call begins, ends or is reported. What began counts, by handles, so that no
 * counter can leak. The same calls in the same order at the same times give
 * the same answers: `now` comes in, and where chance is wanted it is made of
 * a seed and the number of calls begun. Pure; one thread at a time per router.
 */
#ifndef TRUNKWISE_ROUTING_H
#define TRUNKWISE_ROUTING_H

#include <trunkwise/numbering.h>
#include <trunkwise/rating.h>

TW_BEGIN_DECLS

typedef struct tw_router tw_router;

TW_EXTERN(tw_status) tw_router_new(tw_router **out, tw_error *err);
TW_EXTERN(void) tw_router_free(tw_router *router);

typedef struct tw_route_carrier {
	uint32_t size;
	uint32_t priority;           /* breaks equal cost: lower first */
	const char *carrier;
	const char *trunk;
	tw_deck *deck;               /* referenced, not taken */
	uint32_t calls_max;          /* at a time; 0: no cap */
	uint32_t tier;               /* all of a lower tier come before it */
	int64_t exchange_nanos;      /* for a deck that converts: its prices
					are then compared as converted; 0:
					not known, so it has no price */
	uint32_t weight;             /* its share by TW_ROUTE_PERCENT, up to
					1,000,000; 0: when nobody else can */
	uint32_t flags;              /* TW_CARRIER_ */
} tw_route_carrier;
#define TW_ROUTE_CARRIER_INIT { sizeof(tw_route_carrier), 100, NULL, NULL, \
	NULL, 0, 0, 0, 1, 0 }

/* flags: a call that may show no number of ours there is not sent. */
#define TW_CARRIER_NEEDS_CALLER 0x1u

/** A new trunk is usable, as one without registration is; the host of one
 * that registers says tw_router_set_usable(.., 0) until it has.
 * @return TW_OK, TW_EINVAL (names of 1..63 bytes, a deck), TW_EEXIST */
TW_EXTERN(tw_status) tw_router_add_carrier(tw_router *router,
	const tw_route_carrier *carrier, tw_error *err);

/* ---- health: one state per trunk ---- */

#define TW_ROUTE_IS_UP       1u
#define TW_ROUTE_IS_SUSPECT  2u   /* failed of late, or is on probation: a
				     small share of calls, the rest after the
				     others */
#define TW_ROUTE_IS_DOWN     3u   /* by the host's word, or failures in a row;
				     by the latter asked again after a while,
				     each time twice as long */
#define TW_ROUTE_IS_DRAINING 4u   /* no new calls */
#define TW_ROUTE_IS_OFF      5u   /* by the host, or it refuses our account */
/** "up", "suspect", "down", "draining", "off"; "?". Static. */
TW_EXTERN(const char *) tw_route_health_name(uint32_t health);

/** Registered and answering, or not, as the host finds out (registration,
 * OPTIONS). Only a change means something. One that comes back after it had
 * calls starts slowly.
 * @return TW_OK, TW_ENOTFOUND, TW_EINVAL */
TW_EXTERN(tw_status) tw_router_set_usable(tw_router *router,
	const char *trunk, int usable, tw_time now, tw_error *err);

/** What a person wants of it: TW_ROUTE_IS_UP (also ends what switched it off
 * or made it rest, and forgets its failures), _DRAINING or _OFF.
 * @return TW_OK, TW_ENOTFOUND, TW_EINVAL */
TW_EXTERN(tw_status) tw_router_set_service(tw_router *router,
	const char *trunk, uint32_t service, tw_time now, tw_error *err);

/** Calls at a time over all trunks of a carrier, beside the caps of each; 0:
 * no cap. @return TW_OK, TW_ENOTFOUND (no trunk of that carrier) */
TW_EXTERN(tw_status) tw_router_cap_carrier(tw_router *router,
	const char *carrier, uint32_t calls_max, tw_error *err);

/* ---- what a carrier's calls have used up ---- */

/** What earlier calls leave for one, as a tw_rating_request has it. */
typedef struct tw_route_used {
	uint32_t size;
	uint32_t reserved;
	int64_t bundle_left_s;
	int64_t used_s;
} tw_route_used;
#define TW_ROUTE_USED_INIT { sizeof(tw_route_used), 0, 0, 0 }

/** Asked for each carrier of each decision, with the number that would be
 * shown; `call` has no duration yet, department may be NULL. Any status but
 * TW_OK: the full price is taken. It runs on the thread that asks, and may not
 * call the router. */
typedef tw_status tw_route_used_h(tw_route_used *out,
	const tw_rating_request *call, const char *department, void *arg);

/** From now on the calls of this carrier are compared with what its bundles
 * and tiers make of them; handler NULL: by the full price again. arg is freed
 * by arg_free (NULL: not) with the router or by the next handler; not on
 * failure. @return TW_OK, TW_ENOTFOUND (no trunk of that carrier),
 * TW_EINVAL */
TW_EXTERN(tw_status) tw_router_set_used(tw_router *router,
	const char *carrier, tw_route_used_h *handler, void *arg,
	void (*arg_free)(void *arg), tw_error *err);

/* ---- in which order ---- */

#define TW_ROUTE_LEAST_COST     1u   /* the default */
#define TW_ROUTE_PRIORITY       2u   /* lower first, then cost */
#define TW_ROUTE_PERCENT        3u   /* shares by weight, exact at any time:
					no trunk is a whole call away from
					its share. One that is out is not
					made up for when it comes back */
#define TW_ROUTE_LEAST_LOAD     4u   /* most slots free; ties take turns, and
					a failure counts as a call for a
					while, so that a dead trunk that
					refuses at once does not draw all */
#define TW_ROUTE_LEAST_USED     5u   /* the same by the used part of its cap */
#define TW_ROUTE_QUALITY        6u   /* the share of calls that are answered,
					as it is at least (95 %) */
#define TW_ROUTE_QUALITY_COST   7u   /* least cost among those whose quality
					is in one band with the best */
#define TW_ROUTE_LONGEST_PREFIX 8u   /* the longest code first, then cost:
					not the cheapest way, see above */

#define TW_ROUTE_EVERY_TIER UINT32_MAX

/** The policy of one tier, or of all that have none of their own.
 * @return TW_OK, TW_EINVAL (no such policy), TW_ERANGE (over 64 tiers) */
TW_EXTERN(tw_status) tw_router_set_policy(tw_router *router, uint32_t tier,
					  uint32_t policy, tw_error *err);
/** "least_cost" and so on; "?" for other numbers. Static. */
TW_EXTERN(const char *) tw_route_policy_name(uint32_t policy);
/** @return TW_OK, TW_ENOTFOUND */
TW_EXTERN(tw_status) tw_route_policy_find(uint32_t *out, const char *name,
					  tw_error *err);

/* ---- numbers that the router goes by ---- */

#define TW_QUALITY_ANSWERED 1u   /* good is what was answered */
#define TW_QUALITY_REACHED  2u   /* also busy, declined, no such number */

typedef struct tw_route_rules {
	uint32_t size;
	uint32_t suspect_after;      /* failures in a row */
	uint32_t down_after;         /* 0: never by failures */
	uint32_t up_after;           /* calls that got through, on probation */
	uint32_t down_s;             /* the first time */
	uint32_t down_max_s;
	uint32_t slow_start_s;       /* until a share is whole again */
	uint32_t probe_ppm;          /* of calls, to a suspect one; also where
					a slow start begins */
	uint32_t rest_s;             /* congested, without a Retry-After */
	uint32_t rest_max_s;         /* also of a Retry-After */
	uint32_t refusals;           /* of our account in a row: off */
	uint32_t off_s;              /* then asked again; 0: never */
	uint32_t measure;            /* TW_QUALITY_ */
	uint32_t half_life_s;        /* of what is known of quality */
	uint32_t prior_calls;        /* what is assumed of an unknown one: */
	uint32_t prior_ppm;          /* so many calls, so many good */
	uint32_t hysteresis_ppm;     /* smaller changes reorder nothing */
	uint32_t band_ppm;           /* TW_ROUTE_QUALITY_COST */
	uint32_t explore_ppm;        /* of calls, to the least known one */
	uint32_t learn_calls;        /* answered calls from which on their
					durations replace the 60 s of a
					request that says none; 0: never */
	uint64_t seed;
} tw_route_rules;
#define TW_ROUTE_RULES_INIT { sizeof(tw_route_rules), 2, 5, 2, 30, 600, 60, \
	100000, 5, 600, 3, 1800, TW_QUALITY_ANSWERED, 3600, 10, 500000, \
	20000, 50000, 20000, 0, 1 }

/** From now on. @return TW_OK, TW_EINVAL (field named; nothing changes) */
TW_EXTERN(tw_status) tw_router_set_rules(tw_router *router,
	const tw_route_rules *rules, tw_error *err);

/** As they are, whoever set them.
 * @return TW_OK, TW_EINVAL (out without TW_ROUTE_RULES_INIT) */
TW_EXTERN(tw_status) tw_router_rules_read(tw_route_rules *out,
	const tw_router *router, tw_error *err);

/** Numbers that begin so have a quality of their own, the longest such
 * prefix; with few calls it leans on the trunk's as a whole. Before the
 * trunks, 256 at most. @return TW_OK, TW_EINVAL, TW_EEXIST, TW_ERANGE */
TW_EXTERN(tw_status) tw_router_add_quality_prefix(tw_router *router,
	const char *prefix, tw_error *err);

/** A trunk as it stands. */
typedef struct tw_route_state {
	uint32_t size;
	uint32_t health;             /* TW_ROUTE_IS_ */
	uint32_t tier;
	uint32_t weight;
	uint32_t calls;
	uint32_t calls_max;
	uint32_t failures;           /* in a row */
	uint32_t share_ppm;          /* of the calls it would have */
	uint32_t quality_ppm;        /* what TW_ROUTE_QUALITY goes by */
	uint32_t answered_ppm;       /* of known_milli, without any bound */
	int64_t known_milli;         /* calls that count, faded; thousandths */
	tw_time until;               /* rest, down or off; 0: none or open */
	char trunk[64];
	char carrier[64];
	char reason[128];
} tw_route_state;
#define TW_ROUTE_STATE_INIT { sizeof(tw_route_state), 0, 0, 0, 0, 0, 0, 0, \
	0, 0, 0, 0, "", "", "" }
/** By index. @return TW_OK, TW_ITER_END, TW_EINVAL */
TW_EXTERN(tw_status) tw_router_state(tw_route_state *out,
	const tw_router *router, size_t index, tw_time now, tw_error *err);

/* ---- calls in progress ---- */

typedef struct tw_route_call { uint64_t id; } tw_route_call;   /* 0: none */

#define TW_ROUTE_AGAIN     0x1u   /* another trunk failed this call before:
				     shares count first tries only */
#define TW_ROUTE_EMERGENCY 0x2u   /* counted, and judged by nothing */

/** A leg that is about to be dialled. */
typedef struct tw_route_attempt {
	uint32_t size;
	uint32_t flags;              /* TW_ROUTE_AGAIN, _EMERGENCY */
	const char *trunk;
	const char *number;          /* digits or NULL */
	tw_time now;
} tw_route_attempt;
#define TW_ROUTE_ATTEMPT_INIT { sizeof(tw_route_attempt), 0, NULL, NULL, 0 }

/** Holds a slot until the call is ended. Begin before the next question, or
 * two calls get one answer. Over a cap it is counted too: emergency calls
 * pass it.
 * @return TW_OK, TW_ENOTFOUND, TW_EINVAL, TW_ERANGE, TW_ENOMEM */
TW_EXTERN(tw_status) tw_router_call_begin(tw_route_call *out,
	tw_router *router, const tw_route_attempt *attempt, tw_error *err);
/** @return TW_OK, TW_ENOTFOUND (no such call, or ended before: nothing is
 *          counted twice) */
TW_EXTERN(tw_status) tw_router_call_end(tw_router *router,
	tw_route_call call, tw_time now, tw_error *err);

/** Three counts of the same calls: equal, whatever the host does. */
typedef struct tw_router_stats {
	uint32_t size;
	uint32_t calls;              /* handles that are out */
	uint32_t trunk_calls;        /* slots held, over all trunks */
	uint32_t carrier_calls;      /* and over all carriers */
	uint64_t begun;              /* ever */
	uint64_t ended;
} tw_router_stats;
#define TW_ROUTER_STATS_INIT { sizeof(tw_router_stats), 0, 0, 0, 0, 0 }
TW_EXTERN(tw_status) tw_router_stats_read(tw_router_stats *out,
	const tw_router *router, tw_error *err);

/* ---- what became of a leg, and what to do next ---- */

#define TW_CLASS_ANSWERED   1u
#define TW_CLASS_CANCELLED  2u   /* by our side: says nothing of the carrier */
#define TW_CLASS_USER       3u   /* busy, declined, nobody came: final */
#define TW_CLASS_NUMBER     4u   /* no such number: final */
#define TW_CLASS_CARRIER    5u   /* failed; another may do better */
#define TW_CLASS_CONGESTION 6u   /* likewise, and leave this one alone */
#define TW_CLASS_AUTH       7u   /* our account or its rules */

#define TW_NEXT_STOP    1u       /* this is the answer to the caller */
#define TW_NEXT_TRUNK   2u       /* the next candidate */
#define TW_NEXT_BACKOFF 3u       /* the next; this one rests for a while */
#define TW_NEXT_DISABLE 4u       /* the next; this one is off: tell a person */

#define TW_CODE_SIP  1u          /* 100..699; 0: no answer at all */
#define TW_CODE_Q850 2u          /* 1..127, of a Reason header (RFC 3326) */

/** Changes one line of the table. Class 0 of a cause: it says nothing, the SIP
 * code decides. @return TW_OK, TW_EINVAL */
TW_EXTERN(tw_status) tw_router_set_class(tw_router *router, uint32_t kind,
	uint32_t code, uint32_t outcome_class, tw_error *err);
TW_EXTERN(const char *) tw_route_class_name(uint32_t outcome_class);

#define TW_ROUTE_RUNG     0x1u   /* it rang: 408, 480 and 487 are then the
				    person's, not the carrier's */
#define TW_ROUTE_CANCEL   0x2u   /* we ended it */

typedef struct tw_route_outcome {
	uint32_t size;
	uint32_t flags;              /* TW_ROUTE_RUNG, _CANCEL */
	int32_t sip_code;            /* final; 0: none came */
	uint32_t q850;               /* cause, 0: none. A cause that says
					something is believed before the
					code: carriers hide behind 503 */
	int64_t retry_after_s;       /* 0: none */
	tw_time now;
} tw_route_outcome;
#define TW_ROUTE_OUTCOME_INIT { sizeof(tw_route_outcome), 0, 0, 0, 0, 0 }

typedef struct tw_route_verdict {
	uint32_t size;
	uint32_t next;               /* TW_NEXT_ */
	uint32_t outcome_class;      /* TW_CLASS_ */
	uint32_t reserved;
	int64_t rest_s;              /* how long the trunk is left alone */
	char reason[128];
} tw_route_verdict;
#define TW_ROUTE_VERDICT_INIT { sizeof(tw_route_verdict), 0, 0, 0, 0, "" }

/** Once per call, answered or failed; ends nothing. On the way to an emergency
 * number nothing but an answer and our own side stops, and no trunk is left
 * alone for it. @return TW_OK, TW_ENOTFOUND (no such call), TW_EEXIST (it was
 * reported), TW_EINVAL */
TW_EXTERN(tw_status) tw_router_report(tw_route_verdict *out,
	tw_router *router, tw_route_call call,
	const tw_route_outcome *outcome, tw_error *err);

/* ---- over a restart ---- */

/** What the router has learned, as bytes: health with its slow starts, a
 * person's word of a trunk, quality, shares, whose turn it is, how long calls
 * last. Not which trunks are usable, nor calls in progress: they are the
 * host's to say anew. The bytes are the same on every machine, begin with
 * "TWROUTE\n" and a version, end with a digest, and hold no number of anybody.
 * Changes nothing. `now` as of tw_router_report(); out: new, free with
 * tw_free(). @return TW_OK, TW_EINVAL, TW_ENOMEM */
TW_EXTERN(tw_status) tw_router_snapshot(void **out, size_t *out_size,
	const tw_router *router, tw_time now, tw_error *err);

typedef struct tw_route_snapshot {
	uint32_t size;
	uint32_t reserved;
	const void *data;
	size_t data_size;
	tw_time now;                 /* on the clock of this router */
	int64_t age_us;              /* since it was taken; -1: as that clock
					says, where it is the same one */
} tw_route_snapshot;
#define TW_ROUTE_SNAPSHOT_INIT { sizeof(tw_route_snapshot), 0, NULL, 0, 0, -1 }

/** Into a router of the same or another configuration that never had a call.
 * Trunks and prefixes are known by name: what is not there any more is
 * forgotten (trunks are counted into `forgotten`, NULL: nobody asks), what is
 * new starts anew. All of it has aged; nothing is down, off or left alone for
 * longer than the rules of now say. The first time that the host then says
 * that a trunk is usable, it goes on as it was and does not come back. Nothing
 * changes on failure.
 * @return TW_OK, TW_EPARSE (no snapshot, cut off, or damaged), TW_EVERSION
 * (of a newer library), TW_ECONFLICT (the router had calls), TW_EINVAL */
TW_EXTERN(tw_status) tw_router_restore(uint32_t *forgotten,
	tw_router *router, const tw_route_snapshot *snapshot, tw_error *err);

/** From now on decks are asked with the relation of caller and callee. The
 * numbering (NULL: none) is referenced, not taken; the look-up (NULL: none) is
 * copied. A call must not wait for what a look-up has broken: when it fails,
 * the relation is not known. @return TW_OK, TW_EINVAL */
TW_EXTERN(tw_status) tw_router_set_numbering(tw_router *router,
	tw_numbering *numbering, const tw_numbering_lookup *lookup,
	tw_error *err);

/** A site's ordered way out for emergency numbers: local landline first.
 * `via` is a landline's name or a trunk.
 * @return TW_OK, TW_EINVAL, TW_EEXIST */
TW_EXTERN(tw_status) tw_router_add_emergency(tw_router *router,
	const char *site, const char *via, tw_error *err);
/** Numbers that always pass; "112" stands without being added. */
TW_EXTERN(tw_status) tw_router_add_emergency_number(tw_router *router,
	const char *digits, tw_error *err);

typedef struct tw_route_request {
	uint32_t size;
	uint32_t direction;          /* TW_DIRECTION_OUTBOUND or _FORWARD */
	const char *number;          /* digits */
	const char *caller;          /* digits that are shown; NULL: a number
					of ours, where the router has some */
	const char *site;            /* that calls; NULL: none */
	tw_time at;                  /* picks the prices */
	int64_t expected_us;         /* duration to compare by; 0: 60 s */
	tw_time now;                 /* on the clock of begin and report; 0:
					as `at` */
	const char *department;      /* that calls; NULL: none */
	const char *preferred;       /* our number to show where it may be,
					such as the one that was called; NULL:
					none */
	const int64_t *durations_us; /* a histogram, not one duration: */
	const uint32_t *counts;      /* the cost is the mean over its calls */
	uint32_t duration_count;     /* up to 64 */
	uint32_t margin_ppm;         /* over the carrier's price, below */
	int64_t limit_nanos;         /* what this call may cost us, without
					VAT; dearer carriers are skipped; 0:
					no limit */
	const tw_deck *customer;     /* his prices of the same call are the
					limit; NULL: none */
} tw_route_request;
#define TW_ROUTE_REQUEST_INIT { sizeof(tw_route_request), \
	TW_DIRECTION_OUTBOUND, NULL, NULL, NULL, 0, 0, 0, NULL, NULL, NULL, \
	NULL, 0, 0, 0, NULL }

/* What a permission (permission.h) does to a call without its contract. */
#define TW_PERMIT_BLOCK 1u           /* it does not go there */
#define TW_PERMIT_AVOID 2u           /* it goes there last */
#define TW_PERMIT_WARN  3u           /* it goes there, and somebody is told */

/* Whose number a call shows. */
#define TW_CALLER_GIVEN      1u      /* the request's own caller */
#define TW_CALLER_PREFERRED  2u
#define TW_CALLER_DEPARTMENT 3u
#define TW_CALLER_SITE       4u
#define TW_CALLER_COMPANY    5u
#define TW_CALLER_LINE       6u      /* a landline's */

typedef struct tw_route_candidate {
	uint32_t size;
	tw_status verdict;           /* TW_OK usable; TW_ENOPRICE, TW_EREFUSED
					(blocked, or dearer than the limit),
					TW_EBUSY (cap, rest or down),
					TW_ERANGE (cost too large),
					TW_ECONFLICT (currency) */
	int32_t emergency;           /* 1: `via` is a landline or trunk of the
					emergency order, cost not asked */
	uint32_t reserved;
	tw_money expected;           /* cost of the expected call, rounded as
					charged, without VAT: what net and
					gross sheets have in common */
	char carrier[64];
	char trunk[64];              /* or the landline's name */
	char prefix[16];
	char destination[96];
	char reason[128];            /* why taken or skipped */
	tw_money price;              /* of a minute without VAT; set by
					tw_authorize() alone */
	uint32_t tier;
	uint32_t policy;             /* TW_ROUTE_ of that tier */
	uint32_t caller_of;          /* TW_CALLER_; 0: none is shown */
	uint32_t permit;             /* TW_PERMIT_; 0: permitted */
	char caller[32];             /* that is shown; "": none */
	char permission[128];        /* that hinders it, */
	char contract[128];          /* and the contract it comes closest to;
					"": none with this carrier */
	int64_t bundle_s;            /* of the expected call, from bundles */
	int64_t used_s;              /* of the month before, where tiers say
					what a minute costs; else 0 */
} tw_route_candidate;
#define TW_ROUTE_CANDIDATE_INIT { sizeof(tw_route_candidate), TW_OK, 0, 0, \
	{ 0, "" }, "", "", "", "", "", { 0, "" }, 0, 0, 0, 0, "", "", "", \
	0, 0 }

/** Usable candidates in the order to try (those that a permission avoids after
 * the others), then the skipped ones with their verdicts, so that a host can
 * both dial and explain. One that a permission blocks has its cost all the
 * same. `*count` in: room in `out`; out: rows written (all carriers fit when
 * room >= their number plus the emergency order).
 * Carriers of two currencies are not comparable: TW_ECONFLICT, also when
 * one of them is down or capped, but not where no tier's policy compares
 * costs first. Emergency numbers: the site's ways out in
 * their order, then the other trunks by priority; price, cap and currency are
 * not asked; what is down comes last with TW_EBUSY. All rows have the size
 * that the first one says.
 * @return TW_OK (first row usable), TW_ENOPRICE (nobody has a price),
 *         TW_EREFUSED (blocked by all that know it), TW_EBUSY (known and
 *         priced, but capped or down); rows are written in every case.
 *         TW_EINVAL (request), TW_ENOMEM: nothing is. */
TW_EXTERN(tw_status) tw_router_decide(tw_route_candidate *out,
	uint32_t *count, const tw_router *router,
	const tw_route_request *request, tw_error *err);

TW_EXTERN(int) tw_router_is_emergency(const tw_router *router,
				      const char *digits);

TW_END_DECLS

#endif
