/**
 * @file src/accounts/budget_keeper.h  Between a store and budgets in memory
 *
 * budget_load.c reads which budgets there are; budget_spent.c what stored
 * calls have spent; budget_lease.c who has taken out what; budget_step.c moves
 * money between the two sides. Only the last one takes the budgets' lock.
 */
#ifndef TW_SRC_ACCOUNTS_BUDGET_KEEPER_H
#define TW_SRC_ACCOUNTS_BUDGET_KEEPER_H

#include "budget_spent.h"
#include "routing/budget.h"

/* What a budget is called in the call table; by purse. */
struct tw__budget_ids {
	int64_t department, trunk;      /* 0 any */
};

/* One period of one budget on its way through a step. */
struct tw__want {
	uint32_t purse;
	uint64_t budget;
	tw_time from, to;
	int64_t hard;
	int64_t used;
	int64_t keep;           /* handed out already, or may be meanwhile */
	int64_t base;           /* granted in memory when the step began */
	int64_t target;         /* what it would like to have */
	int64_t wanted;
	/* what the step finds */
	int64_t spent, others, others_used, granted;
	bool other_currency;
};

/* A process, as this one has seen it. */
struct tw__seen_owner {
	int64_t id, beat;
	int64_t since;          /* monotonic: so long unchanged */
	bool ended, met;
};

struct tw__keeper {
	tw_store *store;
	char owner[128];
	uint32_t lease_s, orphan_s, records_s;
	int64_t owner_id;       /* 0: not entered */
	int64_t beat;
	int64_t beaten_at;      /* monotonic */
	uint32_t living;        /* owners that share, itself too */

	int64_t change;         /* directory_change that was read */
	tw_time good_from, good_to;     /* versions hold between */
	struct tw__budget_ids *ids;
	size_t ids_capacity;

	struct tw__spent spent;
	struct tw__spend *spends;
	size_t spend_count, spend_capacity;

	struct tw__want *wants;
	size_t want_count, want_capacity;
	struct tw__want *written;       /* as the leases stand in the store */
	size_t written_count, written_capacity;
	struct tw__seen_owner *seen;
	size_t seen_count, seen_capacity;
};

/* ---- budget_load.c ---- */

/* Reads the budgets in force at `now` unless it has them. `out_changed`: what
 * spends borrow is gone. */
tw_status tw__budgets_load(bool *out_changed, tw_budgets *budgets,
			   struct tw__keeper *keeper, tw_time now,
			   tw_error *err);

/* ---- budget_lease.c; inside a transaction ---- */

/* A life begins: the former ones of this name end. */
tw_status tw__owner_enter(struct tw__keeper *keeper, bool records_in,
			  tw_error *err);
/* @return TW_ECONFLICT when another life of the name goes on */
tw_status tw__owner_check(struct tw__keeper *keeper, tw_error *err);
/* Who lives, who died, whose leases are free: writes unless readonly. */
tw_status tw__owners_look(struct tw__keeper *keeper, int64_t monotonic,
			  bool readonly, tw_error *err);
/* Leases of others into wants. */
tw_status tw__leases_read(struct tw__keeper *keeper, tw_error *err);
/* Own leases as the wants say, and a beat. */
tw_status tw__leases_write(struct tw__keeper *keeper, tw_error *err);
tw_status tw__owner_leave(struct tw__keeper *keeper, tw_error *err);

/* ---- budget_want.c; takes the lock ---- */

/* What each period has, wants, and may be handed out meanwhile. */
tw_status tw__wants_collect(tw_budgets *budgets, struct tw__keeper *keeper,
			    tw_time now, tw_error *err);
/* Does anything of it have to be written down? */
bool tw__wants_news(const struct tw__keeper *keeper);
/* What may be granted of it, by what the store says. */
void tw__wants_decide(struct tw__keeper *keeper, bool readonly);
/* Into the purses; holds that were settled by `settled_by` are stored. */
void tw__wants_adopt(tw_budgets *budgets, struct tw__keeper *keeper,
		     int64_t settled_by);

#endif
