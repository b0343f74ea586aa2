/**
 * @file src/routing/router.h  The router's own things
 *
 * This room decides in which order carriers are tried for one call, and what
 * the end of a leg means for the next one. It asks rating what the call costs
 * and refuses to know registration, SIP messages, SQL and the clock: the host
 * says which trunks are usable, begins and ends calls and reports codes.
 */
#ifndef TW_SRC_ROUTING_ROUTER_H
#define TW_SRC_ROUTING_ROUTER_H

#include "base/base.h"
#include <trunkwise/routing.h>
#include "permits.h"

#define TW_CARRIERS_MAX  10000u
#define TW_EMERGENCY_MAX 10000u   /* ways out, and numbers */
#define TW_TIERS_MAX     64u
#define TW_QUALITIES_MAX 256u     /* prefixes with a quality of their own */
#define TW_DURATIONS_MAX 64u      /* of a histogram */
#define TW_LEARNED       16       /* buckets of the router's own */
#define TW_LEARNED_MAX   65536u   /* then all are halved: the old ones fade */
#define TW_WHOLE_PPM     1000000u
#define TW_WEIGHT_MAX    1000000u
#define TW_LABEL_MAX     63u      /* bytes: what a candidate shows whole */
#define TW_SIP_CODES     700
#define TW_Q850_CODES    128
#define TW_EXPECTED_US   (60 * TW_SECOND)

/* A sum that halves every half-life: micro-calls as of `at`. */
struct tw__fading {
	uint64_t value;
	tw_time at;
};

/* How good a trunk is, as a whole or to one prefix. */
struct tw__quality {
	struct tw__fading calls;
	struct tw__fading good;
	uint32_t standing;         /* ppm: what orders go by */
	bool is_known;             /* else the prior's */
};

struct tw_carrier {
	char *carrier;
	char *trunk;
	tw_deck *deck;
	uint32_t priority;
	uint32_t tier;
	uint32_t weight;
	uint32_t calls_max;
	uint32_t calls;
	uint32_t flags;            /* TW_CARRIER_ */
	uint32_t company;          /* index: whose trunk it is */
	int64_t exchange_nanos;
	bool is_usable;            /* the host's word */
	bool is_suspect;           /* some failures in a row */
	bool on_probation;         /* was down by failures */
	uint32_t service;          /* a person's word: TW_ROUTE_IS_UP,
				      _DRAINING or _OFF */
	uint32_t failures;         /* in a row */
	uint32_t successes;        /* in a row, on probation */
	uint32_t downs;            /* by failures since it was up */
	tw_time down_until;        /* by failures */
	tw_time slow_since;        /* 0: no slow start */
	bool was_used;             /* there is something to come back to */
	bool is_awaited;           /* restored, and the host has not found it
				      usable yet: then it does not come back,
				      it goes on */
	uint64_t begun;            /* when its newest call began, in calls of
				      the router: ties take turns */
	int64_t lag;               /* percent: what it is owed, in weights */
	int64_t lag_of;            /* of which so many were a call; 0: new */
	struct tw__fading penalty;  /* failures, as load */
	uint32_t congested;        /* answers in a row */
	uint32_t refused;          /* likewise, of our account */
	tw_time rests_until;       /* congestion */
	tw_time off_until;         /* our account; INT64_MAX: for good */
	struct tw__quality *quality;    /* [0] all; then by prefix */
};

/* What the trunks of one carrier share. */
struct tw__company {
	const char *name;          /* borrowed of a trunk */
	uint32_t calls_max;
	uint32_t calls;
	tw_route_used_h *used;     /* NULL: nothing is used up */
	void *used_arg;
	void (*used_free)(void *arg);
};

/* A call in progress; free ones are chained by `trunk`. */
struct tw__call {
	uint32_t generation;       /* odd: in progress */
	uint32_t trunk;            /* index */
	uint32_t flags;            /* TW_ROUTE_ of its attempt */
	uint32_t quality;          /* index of the prefix */
	bool is_reported;
	bool is_answered;
	tw_time answered;
};

struct tw__tier {
	uint32_t number;
	uint32_t policy;
};

struct tw_way_out {
	char *site;
	char *via;
};

struct tw_router {
	struct tw_carrier *carrier;
	size_t carrier_count, carrier_capacity;
	uint32_t *place;               /* of trunks by name: index + 1, 0
					  free; half full at most */
	size_t place_count;            /* a power of two */
	struct tw__company *company;
	size_t company_count, company_capacity;
	struct tw__call *call;
	size_t call_count, call_capacity;
	uint32_t call_free;            /* index + 1; 0: none */
	uint32_t calls;
	uint64_t begun, ended;
	uint64_t turn;                 /* as begun, with what was restored */
	struct tw__tier tier[TW_TIERS_MAX];
	uint32_t tier_count;
	uint32_t policy;               /* of tiers that have none */
	tw_route_rules rules;
	char **prefix;                 /* with a quality of their own */
	size_t prefix_count, prefix_capacity;
	uint32_t learned[TW_LEARNED];  /* answered calls by duration */
	uint32_t learned_count;
	uint8_t sip_class[TW_SIP_CODES];
	uint8_t q850_class[TW_Q850_CODES];
	struct tw_way_out *way;        /* in the order they were added */
	size_t way_count, way_capacity;
	char **number;                 /* beside the built-in 112 */
	size_t number_count, number_capacity;
	tw_numbering *numbering;       /* NULL: no relation is known */
	tw_numbering_lookup lookup;
	struct tw__callers callers;
	struct tw__permits permits;
	struct tw__landlines lines;
};

/* A struct to a caller of this or another release. */
void tw__route_answer(void *out, uint32_t room, void *value, uint32_t known);

/* NULL: none such. */
struct tw_carrier *tw__router_trunk(const struct tw_router *router,
				    const char *trunk);
uint32_t tw__router_policy(const struct tw_router *router, uint32_t tier);

/* calls.c */
/* NULL: no such call is in progress. */
struct tw__call *tw__router_call(const struct tw_router *router,
				 tw_route_call call);

/* The rows of an answer, in the caller's array; rows past its room are
 * counted out. The stride is the caller's release of the struct. */
struct tw_rows {
	unsigned char *at;
	uint32_t stride;
	uint32_t room;
	uint32_t count;
};

/* Rows of any kind: the first uint32_t is their size. */
tw_status tw__rows_open(struct tw_rows *rows, void *out, uint32_t room,
			tw_error *err);
void tw__rows_put(struct tw_rows *rows, void *row, size_t known);
void tw__rows_add(struct tw_rows *rows, tw_route_candidate *candidate);

/* What is asked, checked. */
tw_status tw__router_request(tw_route_request *out,
			     const struct tw_router *router,
			     const tw_route_request *request, tw_error *err);

/* labels.c */
/* Of names in memory alone: no digest, and not the same for ever. */
uint64_t tw__label_hash(const char *text);
tw_status tw__label_check(const char *field, const char *text, size_t most,
			 tw_error *err);
/* Out is empty before, and stays so on failure. */
tw_status tw__labels_copy(struct tw__labels *out, const char *const *name,
			 size_t count, size_t most, const char *field,
			 tw_error *err);
void tw__labels_clear(struct tw__labels *names);

/* emergency.c */
tw_status tw__router_emergency(struct tw_rows *rows,
			       const struct tw_router *router,
			       const tw_route_request *request,
			       tw_error *err);

/* choose.c */
tw_status tw__router_choose(struct tw_rows *rows,
			    const struct tw_router *router,
			    const tw_route_request *request,
			    tw_error *err);
/* Of caller (NULL: hidden) and callee, TW_RELATION_ANY where it is not
 * known. */
uint32_t tw__router_relation(const struct tw_router *router,
			     const char *caller, const char *number);

/* outcome.c */
void tw__classes_init(struct tw_router *router);
uint32_t tw__class_of(const struct tw_router *router,
		      const tw_route_outcome *outcome);

/* health.c */
uint32_t tw__fitness_of(const struct tw_carrier *trunk, tw_time now);
/* ppm of the calls that it would have */
uint32_t tw__fitness_share(const struct tw_router *router,
			  const struct tw_carrier *trunk, tw_time now);
void tw__fitness_failed(const struct tw_router *router,
		       struct tw_carrier *trunk, tw_time now);
void tw__fitness_passed(const struct tw_router *router,
		       struct tw_carrier *trunk, tw_time now);

/* quality.c */
uint32_t tw__quality_index(const struct tw_router *router,
			   const char *number);
/* A bound that the share of good calls is not below, 19 times of 20; both in
 * micro-calls. */
uint32_t tw__quality_bound(uint64_t good, uint64_t calls);
uint32_t tw__quality_standing(const struct tw_router *router,
			      const struct tw_carrier *trunk,
			      uint32_t index, tw_time now);
void tw__quality_count(const struct tw_router *router,
		       struct tw_carrier *trunk, uint32_t index, bool good,
		       tw_time now);

/* used.c */
void tw__used_clear(struct tw__company *company);
/* bundle_left_s and used_s of a request whose other members are set. */
void tw__used_ask(tw_rating_request *r, const struct tw_router *router,
		  const struct tw_carrier *trunk, const char *department);

/* durations.c */
struct tw__durations {
	uint32_t count;
	int64_t us[TW_DURATIONS_MAX];
	uint32_t calls[TW_DURATIONS_MAX];
	int64_t calls_total;
};
tw_status tw__durations_of(struct tw__durations *out,
			   const struct tw_router *router,
			   const tw_route_request *request, tw_error *err);
void tw__durations_learn(struct tw_router *router, int64_t duration_us);

/* rules.c */
tw_status tw__route_rules_check(const tw_route_rules *rules, tw_error *err);
/* Where the rule of this name is; NULL: none such. The seed is none. */
uint32_t *tw__route_rule(tw_route_rules *rules, const char *name);
/* a number below 2^64 that is the same for the same call of the
 * same router, and like no other. */
uint64_t tw__chance(const struct tw_router *router, uint64_t salt);

/* fading.c */
uint64_t tw__fading_at(const struct tw__fading *sum, tw_time now,
		       int64_t half_life_us);
void tw__fading_add(struct tw__fading *sum, uint64_t value, tw_time now,
		    int64_t half_life_us);

/* percent.c: a first try began over it. */
void tw__percent_begun(struct tw_router *router, struct tw_carrier *trunk,
		       tw_time now);

#endif
