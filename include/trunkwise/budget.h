/**
 * @file budget.h  May this call be made, over whom, and how long
 *
 * A budget is a limit of money per hour, day or month (of the company's zone)
 * for the calls of a department, over a trunk, to some destinations, or for
 * any mix of these. tw_authorize() answers for one call in one step: carriers
 * in order, most seconds, price, and why. While a call is under way its next
 * seconds are paid for before they are used: reserved at the start, extended,
 * settled at the end. Money is without VAT, what net and gross sheets have in
 * common, in the budgets' currency.
 *
 * Emergency numbers are asked for nothing: always allowed, nothing is held,
 * and they count against no limit.
 *
 * A call belongs to the periods that hold the `at` of its authorization, to
 * its end. Durations come from the host's monotonic clock: a step of the wall
 * clock moves no call into another price.
 *
 * Threads: any thread may call any function of one set of budgets; each holds
 * an inner lock for microseconds. tw_budget_step() uses the store, so it runs
 * on the thread that owns that handle, and holds the lock only before and
 * after the store is written. tw_authorize() reads the router, which follows
 * its own rule: one thread at a time.
 */
#ifndef TRUNKWISE_BUDGET_H
#define TRUNKWISE_BUDGET_H

#include <trunkwise/bundle.h>
#include <trunkwise/routing.h>
#include <trunkwise/store.h>

TW_BEGIN_DECLS

typedef struct tw_budgets tw_budgets;

#define TW_PERIOD_HOUR 4u            /* beside those of bundle.h */
#define TW_BUDGET_NONE (-1)          /* no such limit */

/** One limit. Texts and arrays are copied. */
typedef struct tw_budget {
	uint32_t size;
	uint32_t period;             /* TW_PERIOD_HOUR, _DAY or _MONTH */
	const char *name;            /* 1..127 bytes */
	const char *department;      /* name; NULL: of everybody */
	const char *trunk;           /* name; NULL: over any */
	const char *const *prefixes; /* of called numbers; NULL: all */
	size_t prefix_count;
	int64_t soft_nanos;          /* told of, nothing else */
	int64_t hard_nanos;          /* no more than this */
	int64_t max_price_nanos;     /* dearest minute that may be bought */
	uint32_t increment_s;        /* reserved at a time; 0: 60 */
	uint32_t reserved;
	uint64_t id;                 /* 0: found by name only */
} tw_budget;
#define TW_BUDGET_INIT { sizeof(tw_budget), TW_PERIOD_MONTH, NULL, NULL, \
	NULL, NULL, 0, TW_BUDGET_NONE, TW_BUDGET_NONE, TW_BUDGET_NONE, 0, 0, \
	0 }

/** A set without a store: what is settled counts as spent here, and a host
 * that starts anew says what it knows by tw_budgets_spent(). The zone is
 * referenced. @return TW_OK (new), TW_EINVAL */
TW_EXTERN(tw_status) tw_budgets_new(tw_budgets **out, tw_zone *zone,
				    const char *currency, tw_error *err);
/** Adds a budget, or gives one of the same id (without: name) its new limits;
 * what is held stays held.
 * @return TW_OK, TW_EINVAL, TW_ERANGE (more than 10,000) */
TW_EXTERN(tw_status) tw_budgets_add(tw_budgets *budgets,
				    const tw_budget *budget, tw_error *err);
/** Of a set without a store: spent until now in the period that holds `at`.
 * @return TW_OK, TW_ENOTFOUND, TW_EINVAL (negative, or it has a store) */
TW_EXTERN(tw_status) tw_budgets_spent(tw_budgets *budgets, const char *name,
				      tw_time at, int64_t nanos,
				      tw_error *err);
/** NULL is fine. Writes nothing: what a store has leased to this set stays
 * reserved there as after a crash; see tw_budgets_close(). */
TW_EXTERN(void) tw_budgets_free(tw_budgets *budgets);

#define TW_BUDGET_IS_OK   1u
#define TW_BUDGET_IS_SOFT 2u         /* soft limit reached */
#define TW_BUDGET_IS_HARD 3u         /* nothing left */

/** A budget in one of its periods. left and projected count what is spent
 * and reserved. */
typedef struct tw_budget_state {
	uint32_t size;
	uint32_t state;              /* TW_BUDGET_IS_ */
	uint32_t period;
	tw_status verdict;           /* of an authorization: TW_OK, else why
					the first candidate it hindered was
					refused */
	tw_time from;                /* the period */
	tw_time to;
	int64_t spent_nanos;         /* by stored calls */
	int64_t reserved_nanos;      /* for calls under way, or ended and not
					yet stored */
	int64_t leased_nanos;        /* taken out by processes, of which
					reserved_nanos is a part */
	int64_t left_nanos;          /* 0 at least; TW_BUDGET_NONE: no hard
					limit */
	int64_t soft_nanos;
	int64_t hard_nanos;
	int64_t max_price_nanos;
	int64_t projected_nanos;     /* at the period's end, at this pace */
	char name[128];
	char department[128];        /* "" everybody */
	char trunk[64];              /* "" any */
	char currency[4];
	char reason[128];            /* of an authorization */
} tw_budget_state;
#define TW_BUDGET_STATE_INIT { sizeof(tw_budget_state), 0, 0, TW_OK, 0, 0, \
	0, 0, 0, 0, 0, 0, 0, 0, "", "", "", "", "" }

/** By index, as this set knows it. @return TW_OK, TW_ITER_END */
TW_EXTERN(tw_status) tw_budgets_state(tw_budget_state *out,
	tw_budgets *budgets, size_t index, tw_time at, tw_error *err);

/* ---- one call ---- */

typedef struct tw_hold { uint64_t id; } tw_hold;   /* 0: nothing held */

#define TW_AUTHORIZE_HOLD 0x1u       /* not only asked: reserve */

typedef struct tw_call_request {
	uint32_t size;
	uint32_t flags;              /* TW_AUTHORIZE_ */
	uint32_t direction;          /* TW_DIRECTION_OUTBOUND or _FORWARD */
	uint32_t reserved;
	const char *number;          /* digits */
	const char *caller;          /* digits or NULL */
	const char *site;            /* for emergency; NULL: none */
	const char *department;      /* name; NULL, or one that no budget
					names: only budgets of everybody
					concern the call */
	const char *trunk;           /* this one only; NULL: any */
	tw_time at;
	int64_t expected_us;         /* duration to compare by; 0: 60 s */
	int64_t most_s;              /* the host's own cap; 0: a day */
	const char *preferred;       /* our number to show where it may be, as
					in tw_route_request; NULL: none */
} tw_call_request;
#define TW_CALL_REQUEST_INIT { sizeof(tw_call_request), 0, \
	TW_DIRECTION_OUTBOUND, 0, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, NULL }

/* What happened to budgets, for the host's events: each crossing is told once
 * in a period by one process. */
#define TW_BUDGET_SOFT 0x1u          /* a soft limit was crossed */
#define TW_BUDGET_HARD 0x2u          /* a hard limit was reached */
#define TW_BUDGET_STEP 0x4u          /* tw_budget_step() may get more */
#define TW_BUDGET_LAST 0x8u          /* no money beyond paid_s */

#define TW_MOST_UNLIMITED INT64_MAX  /* emergency calls */

typedef struct tw_authorization {
	uint32_t size;
	uint32_t flags;              /* out: TW_BUDGET_ */
	tw_route_candidate *candidates;     /* in: room; first with INIT */
	tw_budget_state *budgets;           /* in: room; first with INIT */
	uint32_t candidate_count;    /* in: room, out: rows */
	uint32_t budget_count;       /* in: room, out: rows */
	tw_hold hold;
	int32_t emergency;
	uint32_t reserved;
	int64_t most_s;              /* of the first candidate, if nobody
					else spends meanwhile */
	int64_t paid_s;              /* held: extend before it is used */
	tw_money price;              /* of a minute, first candidate */
	tw_money expected;           /* of the expected call, likewise */
} tw_authorization;
#define TW_AUTHORIZATION_INIT { sizeof(tw_authorization), 0, NULL, NULL, 0, \
	0, { 0 }, 0, 0, 0, 0, { 0, "" }, { 0, "" } }

/** Candidates as of tw_router_decide(), those that a budget refuses behind
 * the usable ones with the reason; and every budget that concerns the call.
 * With TW_AUTHORIZE_HOLD the first increment over the first candidate is
 * reserved in all of them. Rows are written whatever is returned, but for
 * TW_EINVAL and TW_ENOMEM.
 * @return TW_OK, TW_EREFUSED (budgets refuse every candidate, or the number
 *         is blocked), TW_ENOPRICE, TW_EBUSY (trunks are down or capped; or
 *         TW_BUDGET_STEP: step and ask again), TW_ECONFLICT */
TW_EXTERN(tw_status) tw_authorize(tw_authorization *out, tw_budgets *budgets,
				  const tw_router *router,
				  const tw_call_request *request,
				  tw_error *err);

typedef struct tw_hold_state {
	uint32_t size;
	uint32_t flags;              /* TW_BUDGET_ */
	int64_t paid_s;              /* since the answer */
	int64_t held_nanos;
} tw_hold_state;
#define TW_HOLD_STATE_INIT { sizeof(tw_hold_state), 0, 0, 0 }

/** The call has lasted elapsed_us since its answer: its next increment is
 * paid for, or as much as there is money for, then with TW_BUDGET_LAST: end
 * it at paid_s unless a later extension gets further. Ask again before
 * paid_s. @return TW_OK, TW_ENOTFOUND (no such hold, or settled) */
TW_EXTERN(tw_status) tw_hold_extend(tw_hold_state *out, tw_budgets *budgets,
				    tw_hold hold, int64_t elapsed_us,
				    tw_error *err);
/** The carrier failed and another one is tried: the first increment is
 * reserved there instead. On failure the hold stays as it was.
 * @return TW_OK, TW_ENOTFOUND, TW_EREFUSED, TW_EBUSY, TW_ENOPRICE */
TW_EXTERN(tw_status) tw_hold_move(tw_budgets *budgets, tw_hold hold,
				  const tw_router *router, const char *trunk,
				  tw_error *err);
/** The call has ended after so much answered time (0: not answered): the hold
 * shrinks, or grows, to what it costs. With a store the money stays reserved
 * until the call's record is in it: the host says so by tw_hold_release(), or
 * it is taken for granted after options.records_s.
 * @return TW_OK, TW_ENOTFOUND */
TW_EXTERN(tw_status) tw_hold_settle(tw_hold_state *out, tw_budgets *budgets,
				    tw_hold hold, int64_t duration_us,
				    tw_error *err);
/** Before the settlement: there was no call. After it: its record is stored.
 * @return TW_OK, TW_ENOTFOUND */
TW_EXTERN(tw_status) tw_hold_release(tw_budgets *budgets, tw_hold hold,
				     tw_error *err);

/* ---- of a store ---- */

#define TW_BUDGETS_RECORDS_IN 0x1u   /* records of this owner's former life
					are in the store: nothing of it stays
					reserved */
#define TW_BUDGETS_WATCH      0x2u   /* questions only: nothing is held, and
					nothing written */

/** Money is handed out from leases: a process takes a slice of a budget out
 * of the store in one short transaction and serves calls from memory. After a
 * crash the slices of its former life stay reserved for orphan_s, in which the
 * records of its calls may come, and are free then. */
typedef struct tw_budgets_options {
	uint32_t size;
	uint32_t flags;              /* TW_BUDGETS_ */
	const char *owner;           /* one process: "gateway-1"; the next one
					of this name ends its life */
	uint32_t lease_s;            /* without a step that reached the store
					for so long nothing is handed out */
	uint32_t orphan_s;
	uint32_t records_s;          /* a record is stored by then */
	uint32_t reserved;
} tw_budgets_options;
#define TW_BUDGETS_OPTIONS_INIT { sizeof(tw_budgets_options), 0, "host", \
	120, 60, 60, 0 }

/** The budgets of a store's directory, stepped once; new, and keeps the store
 * open. `now`: wall clock. A store that is open read only serves questions:
 * nothing can be held.
 * @return TW_OK, TW_EINVAL, TW_ENOTFOUND (no company), what a store says */
TW_EXTERN(tw_status) tw_budgets_open(tw_budgets **out, tw_store *store,
				     tw_time now,
				     const tw_budgets_options *options,
				     tw_error *err);
/** Call it about once a second, and when TW_BUDGET_STEP asks for it: leases
 * are renewed, returned and taken, budgets read again after an apply, orphans
 * released. When it fails (locked, disk full) nothing is lost, calls go on
 * from what is leased, and no more is handed out then. Not inside a
 * transaction or an open import of this store's handle (TW_EBUSY).
 * @return TW_OK, TW_EBUSY, TW_ECONFLICT (another process took over this
 *         owner's name: nothing is handed out any more), what a store says */
TW_EXTERN(tw_status) tw_budget_step(tw_budgets *budgets, tw_time now,
				    tw_error *err);
/** Gives leases back. What is held for calls whose records are still to come
 * stays reserved as after a crash. Free it afterwards. */
TW_EXTERN(tw_status) tw_budgets_close(tw_budgets *budgets, tw_time now,
				      tw_error *err);

/** Budgets of a store in the periods that hold `at`, by reading alone. New. */
typedef struct tw_budget_list tw_budget_list;
TW_EXTERN(tw_status) tw_budget_list_new(tw_budget_list **out, tw_store *store,
					tw_time at, tw_error *err);
/** @return TW_OK, TW_ITER_END */
TW_EXTERN(tw_status) tw_budget_list_next(tw_budget_state *out,
					 tw_budget_list *list, tw_error *err);
TW_EXTERN(void) tw_budget_list_free(tw_budget_list *list);

TW_END_DECLS

#endif
