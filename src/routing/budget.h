/**
 * @file src/routing/budget.h  Budgets in memory
 *
 * purse.c is the arithmetic of one limit in one period; budget.c the set and
 * which of them concern a call; call_price.c what seconds cost; offer.c what a
 * trunk may do for a call; authorize.c and hold.c its way. None knows a store
 * or reads a clock but the monotonic one it is handed:
 * src/accounts/budget_step.c moves money between a store and the purses.
 */
#ifndef TW_SRC_ROUTING_BUDGET_H
#define TW_SRC_ROUTING_BUDGET_H

#include <pthread.h>
#include <trunkwise/budget.h>
#include <trunkwise/sys/clock.h>
#include "base/e164.h"
#include "router.h"

#define TW_BUDGETS_MAX   10000u
#define TW_CONCERNED_MAX 32u      /* budgets of one call */
#define TW_INCREMENT_S   60u
#define TW_MOST_S        86400
#define TW_NO_LIMIT      INT64_MAX

/* One limit in one period. granted - used may be handed out. Without a store
 * granted is the whole limit less what is spent. */
struct tw__money {
	tw_time from, to;
	int64_t spent;          /* stored calls; without a store: settled */
	int64_t others;         /* leased to other processes, and orphans */
	int64_t others_used;    /* of that, for calls */
	int64_t granted;
	int64_t used;           /* by holds of this process */
	int64_t wanted;         /* most that was refused for want of a lease */
	int64_t taken;          /* handed out since the last step */
	bool known;             /* the store was asked */
	bool other_currency;    /* calls that it cannot count */
	uint8_t told;           /* TW_BUDGET_SOFT, _HARD */
};

struct tw__purse {
	uint64_t id;
	char *name, *department, *trunk;    /* "" any */
	char **prefixes;
	size_t prefix_count;
	uint32_t period, increment_s;
	int64_t soft, hard, max_price;
	bool ended;             /* no longer in the directory */
	struct tw__money *money;
	size_t money_count, money_capacity;
};

/* What a call's seconds are priced by. */
struct tw__call_price {
	tw_deck *deck;          /* borrowed, or a hold's own */
	int64_t exchange_nanos;
	uint32_t direction, relation;
	tw_time at;
	char number[TW_DIGITS_MAX], caller[TW_DIGITS_MAX];
};

/* Budgets of one call. */
struct tw__concern {
	uint32_t purse[TW_CONCERNED_MAX];
	uint32_t count;
};

#define TW_HOLD_FREE    0u
#define TW_HOLD_LIVE    1u
#define TW_HOLD_SETTLED 2u

struct tw__held {
	uint32_t state;
	uint32_t generation;
	uint32_t next_free;     /* index + 1 */
	uint32_t increment_s;
	uint32_t reserved;
	struct tw__concern concern;
	int64_t held, paid_s, most_s;
	int64_t settled_at;     /* monotonic */
	struct tw__call_price price;
	char department[128], site[64], preferred[TW_DIGITS_MAX];
	bool is_given;          /* the host's caller, not one of ours */
};

struct tw_budgets {
	pthread_mutex_t lock;
	tw_zone *zone;
	char currency[4];
	struct tw__purse *purse;
	size_t count, capacity;
	uint32_t *order;        /* purses by department */
	size_t order_capacity;
	struct tw__held *held;
	size_t held_count, held_capacity;
	uint32_t free_hold;     /* index + 1 */
	tw_route_candidate *row;        /* the router's answer */
	size_t row_capacity;
	bool stored;            /* money comes by leases */
	bool readonly;
	bool superseded;        /* another life of the owner began */
	const tw_clock *clock;  /* stored only */
	int64_t fence;          /* monotonic: leases are void after it */
	void *keeper;           /* src/accounts */
	void (*keeper_free)(void *keeper);
};

/* ---- purse.c: the arithmetic; the caller holds the lock ---- */

tw_status tw__budget_period(tw_time range[2], uint32_t period,
			    const tw_zone *zone, tw_time at, tw_error *err);
/* Money of the period that holds `at`: NULL when there is none yet. */
struct tw__money *tw__purse_find(const struct tw__purse *purse, tw_time at);
/* The same, made when it is new. `limit`: granted without a store. */
tw_status tw__purse_money(struct tw__money **out, struct tw__purse *purse,
			  const tw_zone *zone, tw_time at, bool stored,
			  tw_error *err);
/* Drops periods that ended before `until` and hold nothing. */
void tw__purse_forget(struct tw__purse *purse, tw_time until);
/* What may be handed out here and now: TW_NO_LIMIT without a hard limit. */
int64_t tw__purse_free(const struct tw__purse *purse,
		       const struct tw__money *money);
/* What nobody has spent or reserved, as far as is known. */
int64_t tw__purse_left(const struct tw__purse *purse,
		       const struct tw__money *money);
/* Hands out, or takes back where amount is negative. Facts (a call that ran)
 * are counted whether or not there is money: see tw__purse_free() first.
 * @return TW_BUDGET_ crossings that were not told yet */
uint32_t tw__purse_use(const struct tw__purse *purse,
		       struct tw__money *money, int64_t amount);
uint32_t tw__purse_state(const struct tw__purse *purse,
			 const struct tw__money *money);
/* total of the part of a period until `at`, at the same pace to its end. */
int64_t tw__projection(int64_t total, tw_time from, tw_time to, tw_time at);
void tw__purse_describe(tw_budget_state *out, const struct tw__purse *purse,
			const struct tw__money *money, tw_time at);

/* ---- budget.c ---- */

/* Budgets that concern a call over a trunk: of everybody, then of its
 * department. @return TW_OK, TW_ERANGE (more than TW_CONCERNED_MAX) */
tw_status tw__budgets_concern(struct tw__concern *out,
			      const tw_budgets *budgets,
			      const char *department, const char *trunk,
			      const char *number, tw_error *err);
void tw__budgets_describe(tw_budget_state *out, const tw_budgets *budgets,
			  const struct tw__purse *purse,
			  const struct tw__money *money, tw_time at);
/* May leases still be used? */
bool tw__budgets_fenced(const tw_budgets *budgets);
/* tw_budgets_add() of a set with a store; takes the lock. */
tw_status tw__budgets_put(tw_budgets *budgets, const tw_budget *budget,
			  tw_error *err);

/* ---- call_price.c ---- */

/* Net, and converted where the deck converts. Negative duration: not
 * answered. */
tw_status tw__call_cost(tw_money *out, const struct tw__call_price *price,
			int64_t duration_us, tw_error *err);
tw_status tw__call_minute(tw_money *out, const struct tw__call_price *price,
			  tw_error *err);
/* Most seconds up to `cap` that cost no more than `nanos`; 0: none. */
int64_t tw__call_most(const struct tw__call_price *price, int64_t nanos,
		      int64_t cap);

/* ---- offer.c; the caller holds the lock ---- */

/* What a trunk may do for a call, or why not. */
struct tw__offer {
	struct tw__call_price price;
	struct tw__concern concern;
	tw_money minute;
	tw_money first;         /* of the first second */
	int64_t free, left;     /* least of the budgets */
	uint32_t increment_s;
	uint32_t flags;         /* TW_BUDGET_ */
	uint32_t hindered_by;   /* purse, when refused by one */
	tw_status verdict;
	char why[128];
};
/* @return TW_OK (look at the verdict), or what ends the question */
tw_status tw__offer_judge(struct tw__offer *offer, tw_budgets *budgets,
			  const tw_call_request *request,
			  const struct tw_carrier *carrier, tw_error *err);
/* Who asks: everything of a request that a price needs. caller: the number
 * that is shown there; NULL: none. */
void tw__offer_ask(struct tw__offer *offer, const tw_call_request *request,
		   const struct tw_router *router, const char *caller);
void tw__price_show(struct tw__call_price *price,
		    const struct tw_router *router, const char *caller);

/* ---- hold.c; the caller holds the lock ---- */

/* Least that the purses of a call may hand out; 0 behind the fence. */
int64_t tw__concern_free(const tw_budgets *budgets,
			 const struct tw__concern *concern, tw_time at);
int64_t tw__concern_left(const tw_budgets *budgets,
			 const struct tw__concern *concern, tw_time at);
tw_status tw__hold_new(tw_authorization *out, tw_budgets *budgets,
		       const tw_call_request *request,
		       const struct tw__offer *offer, tw_error *err);
/* A settled hold whose record is stored: its money is the store's affair. */
void tw__hold_stored(tw_budgets *budgets, struct tw__held *held);

#endif
