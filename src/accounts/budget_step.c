/**
 * @file src/accounts/budget_step.c  A store's budgets: open, step, close
 *
 * Decides when the store is written: when leases change or a beat is due, in
 * one short transaction; else it is only read. Three parts: what is wanted
 * (under the lock), what the store has (without it), and back into the purses
 * (under it again), so that calls are answered while the disk is slow.
 */
#include <stdio.h>
#include <string.h>
#include "budget_keeper.h"
#include "ledger_month.h"

#define BEATS 4     /* in one lease */

static int64_t monotonic(const struct tw__keeper *keeper)
{
	const tw_clock *clock = tw__store_clock(keeper->store);

	return clock->monotonic(clock->arg);
}

/* ---- what was spent ---- */

static struct tw__spend *spend_of(const struct tw__keeper *keeper,
				  const struct tw__want *want)
{
	for (size_t i = 0; i < keeper->spend_count; i++) {
		struct tw__spend *spend = &keeper->spends[i];

		if (spend->purse == want->purse && spend->from == want->from)
			return spend;
	}
	return NULL;
}

static bool is_wanted(const struct tw__keeper *keeper,
		      const struct tw__spend *spend)
{
	for (size_t i = 0; i < keeper->want_count; i++) {
		const struct tw__want *want = &keeper->wants[i];

		if (spend->purse == want->purse && spend->from == want->from)
			return true;
	}
	return false;
}

/* What the books call a period, where they have a sum of it. */
static int64_t rollup_period(const tw_budgets *budgets,
			     const struct tw__purse *purse, tw_time from)
{
	tw_civil civil;
	int64_t month;

	if (*purse->trunk || purse->prefix_count ||
	    purse->period == TW_PERIOD_HOUR)
		return 0;
	tw_zone_local(&civil, budgets->zone, from);
	month = (int64_t)civil.year * 100 + civil.month;
	return purse->period == TW_PERIOD_MONTH ? month :
		month * 100 + civil.day;
}

static tw_status match_spends(const tw_budgets *budgets,
			      struct tw__keeper *keeper, tw_error *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < keeper->spend_count; i++) {
		if (is_wanted(keeper, &keeper->spends[i]))
			keeper->spends[kept++] = keeper->spends[i];
	}
	keeper->spend_count = kept;
	for (size_t i = 0; i < keeper->want_count; i++) {
		const struct tw__want *want = &keeper->wants[i];
		const struct tw__purse *purse = &budgets->purse[want->purse];
		struct tw__spend *spend;

		if (spend_of(keeper, want))
			continue;
		if (tw__grow((void **)&keeper->spends,
			     &keeper->spend_capacity,
			     keeper->spend_count + 1, sizeof(*spend)))
			return tw__fail_oom(err);
		spend = &keeper->spends[keeper->spend_count++];
		*spend = (struct tw__spend){ .purse = want->purse,
			.department = keeper->ids[want->purse].department,
			.trunk = keeper->ids[want->purse].trunk,
			.prefixes = purse->prefixes,
			.prefix_count = purse->prefix_count,
			.from = want->from, .to = want->to,
			.rollup = rollup_period(budgets, purse, want->from) };
	}
	return TW_OK;
}

static tw_status read_spent(const tw_budgets *budgets,
			    struct tw__keeper *keeper, tw_error *err)
{
	tw_status status = match_spends(budgets, keeper, err);

	if (!status)
		status = tw__spent_read(&keeper->spent, keeper->store,
					keeper->spends, keeper->spend_count,
					err);
	for (size_t i = 0; i < keeper->want_count && !status; i++) {
		const struct tw__spend *spend =
			spend_of(keeper, &keeper->wants[i]);

		keeper->wants[i].spent = spend->total > 0 ? spend->total : 0;
		keeper->wants[i].other_currency = spend->other_currency;
	}
	return status;
}

/* ---- one step ---- */

static tw_status keep_written(struct tw__keeper *keeper, tw_error *err)
{
	if (tw__grow((void **)&keeper->written, &keeper->written_capacity,
		     keeper->want_count, sizeof(*keeper->written)))
		return tw__fail_oom(err);
	keeper->written_count = 0;
	for (size_t i = 0; i < keeper->want_count; i++) {
		const struct tw__want *want = &keeper->wants[i];

		if (want->granted || want->used)
			keeper->written[keeper->written_count++] = *want;
	}
	return TW_OK;
}

static tw_status ask(tw_budgets *budgets, struct tw__keeper *keeper,
		     int64_t at, bool write, tw_error *err)
{
	tw_status status = TW_OK;

	if (write)
		status = tw__owner_check(keeper, err);
	if (!status)
		status = tw__owners_look(keeper, at, !write, err);
	if (!status)
		status = tw__leases_read(keeper, err);
	if (!status)
		status = read_spent(budgets, keeper, err);
	if (status)
		return status;
	tw__wants_decide(keeper, budgets->readonly);
	if (!write) {
		for (size_t i = 0; !budgets->readonly &&
		     i < keeper->want_count; i++)
			keeper->wants[i].granted = keeper->wants[i].keep;
		return TW_OK;
	}
	return tw__leases_write(keeper, err);
}

/* What stands in a caller's transaction may be rolled back after we have
 * handed it out. */
static tw_status check_outside(tw_store *store, tw_error *err)
{
	struct tw_tx tx;
	tw_status status = tw__read_enter(&tx, store, err);

	if (status)
		return status;
	if (!tx.own)
		return tw__fail(err, TW_EBUSY, "a transaction of this store "
				"is open; step when it is committed");
	tw__read_leave(&tx, store);
	return TW_OK;
}

static tw_status reach(tw_budgets *budgets, struct tw__keeper *keeper,
		       int64_t at, bool write, tw_error *err)
{
	struct tw_tx tx;
	tw_status status;

	if (!write) {
		status = tw__read_enter(&tx, keeper->store, err);
		if (status)
			return status;
		status = ask(budgets, keeper, at, false, err);
		tw__read_leave(&tx, keeper->store);
		return status;
	}
	status = tw__tx_enter(&tx, keeper->store, err);
	if (status)
		return status;
	status = ask(budgets, keeper, at, true, err);
	if (!status)
		status = keep_written(keeper, err);
	status = tw__tx_leave(&tx, keeper->store, status, err);
	if (status) {
		/* what stands there now is not known for certain */
		keeper->written_count = 0;
		keeper->beaten_at = INT64_MIN;
	}
	return status;
}

static bool has_orphans(const struct tw__keeper *keeper)
{
	for (size_t i = 0; i < keeper->seen_count; i++) {
		if (keeper->seen[i].ended)
			return true;
	}
	return false;
}

static bool must_write(const tw_budgets *budgets,
		       const struct tw__keeper *keeper, int64_t at)
{
	if (budgets->readonly)
		return false;
	return keeper->beaten_at == INT64_MIN ||
		at - keeper->beaten_at >= (int64_t)keeper->lease_s *
		TW_SECOND / BEATS || has_orphans(keeper) ||
		tw__wants_news(keeper);
}

static void move_fence(tw_budgets *budgets, struct tw__keeper *keeper,
		       int64_t at)
{
	keeper->beaten_at = at;
	(void)pthread_mutex_lock(&budgets->lock);
	budgets->fence = at + (int64_t)keeper->lease_s * TW_SECOND;
	(void)pthread_mutex_unlock(&budgets->lock);
}

static tw_status step(tw_budgets *budgets, struct tw__keeper *keeper,
		      tw_time now, tw_error *err)
{
	int64_t at = monotonic(keeper);
	bool changed = false, write;
	tw_status status = check_outside(keeper->store, err);

	if (!status)
		status = tw__budgets_load(&changed, budgets, keeper, now,
					  err);
	if (status)
		return status;
	if (changed)
		keeper->spend_count = 0;
	status = tw__wants_collect(budgets, keeper, now, err);
	if (status)
		return status;
	write = must_write(budgets, keeper, at);
	status = reach(budgets, keeper, at, write, err);
	if (status == TW_ECONFLICT && write) {
		(void)pthread_mutex_lock(&budgets->lock);
		budgets->superseded = true;
		(void)pthread_mutex_unlock(&budgets->lock);
	}
	if (status)
		return status;
	tw__wants_adopt(budgets, keeper, at - (int64_t)keeper->records_s *
			TW_SECOND);
	if (write || budgets->readonly)
		move_fence(budgets, keeper, at);
	return TW_OK;
}

tw_status tw_budget_step(tw_budgets *budgets, tw_time now, tw_error *err)
{
	if (!budgets)
		return tw__fail(err, TW_EINVAL, "no budgets given");
	if (!budgets->stored)
		return TW_OK;
	if (budgets->superseded)
		return tw__fail_at(err, TW_ECONFLICT, 0, "owner", "another "
				   "process hands out these budgets by this "
				   "owner's name; open them anew");
	return step(budgets, budgets->keeper, now, err);
}

/* ---- open, close ---- */

static void keeper_free(void *arg)
{
	struct tw__keeper *keeper = arg;

	tw_free(keeper->ids);
	tw_free(keeper->spends);
	tw_free(keeper->wants);
	tw_free(keeper->written);
	tw_free(keeper->seen);
	tw_store_free(keeper->store);
	tw_free(keeper);
}

static tw_status check_options(tw_budgets_options *out,
			       const tw_budgets_options *options,
			       tw_error *err)
{
	const tw_budgets_options usual = TW_BUDGETS_OPTIONS_INIT;
	tw_status status = TW_OK;
	size_t l;

	*out = usual;
	if (options)
		status = tw__import(out, sizeof(*out), options, err);
	if (status)
		return status;
	l = out->owner ? strlen(out->owner) : 0;
	if (!l || l > 127)
		return tw__fail_at(err, TW_EINVAL, 0, "owner", "an owner's "
				   "name has 1 to 127 bytes");
	if (!out->lease_s || out->lease_s > 86400 || out->orphan_s > 86400 ||
	    out->records_s > 86400)
		return tw__fail_at(err, TW_EINVAL, 0, "lease_s", "a lease "
				   "lasts 1 second to a day; the other times "
				   "are a day at most");
	if (out->flags & ~(TW_BUDGETS_RECORDS_IN | TW_BUDGETS_WATCH))
		return tw__fail_at(err, TW_EINVAL, 0, "flags", "a flag is "
				   "newer than this library (%s)",
				   tw_version());
	return TW_OK;
}

static tw_status make_budgets(tw_budgets **out, tw_store *store,
			      tw_error *err)
{
	struct tw__book book;
	tw_status status = tw__book_open(&book, store, NULL, err);

	if (status)
		return status;
	status = tw_budgets_new(out, book.zone, book.currency, err);
	tw__book_close(&book);
	return status;
}

static tw_status make_keeper(tw_budgets *budgets, tw_store *store,
			     const tw_budgets_options *options,
			     tw_error *err)
{
	struct tw__keeper *keeper = tw_calloc(1, sizeof(*keeper));

	if (!keeper)
		return tw__fail_oom(err);
	keeper->store = tw__store_ref(store);
	snprintf(keeper->owner, sizeof(keeper->owner), "%s", options->owner);
	keeper->lease_s = options->lease_s;
	keeper->orphan_s = options->orphan_s;
	keeper->records_s = options->records_s;
	keeper->change = -1;
	keeper->beaten_at = INT64_MIN;
	memcpy(keeper->spent.currency, budgets->currency,
	       sizeof(keeper->spent.currency));
	budgets->keeper = keeper;
	budgets->keeper_free = keeper_free;
	budgets->stored = true;
	budgets->clock = tw__store_clock(store);
	budgets->fence = INT64_MAX;
	return TW_OK;
}

static tw_status enter(struct tw__keeper *keeper, uint32_t flags,
		       tw_error *err)
{
	struct tw_tx tx;
	tw_status status = check_outside(keeper->store, err);

	if (!status)
		status = tw__tx_enter(&tx, keeper->store, err);
	if (status)
		return status;
	status = tw__owner_enter(keeper, flags & TW_BUDGETS_RECORDS_IN, err);
	return tw__tx_leave(&tx, keeper->store, status, err);
}

static tw_status open_with(tw_budgets **out, tw_store *store, tw_time now,
			   const tw_budgets_options *options, tw_error *err)
{
	bool watches = options->flags & TW_BUDGETS_WATCH;
	tw_budgets *budgets;
	tw_status status = make_budgets(&budgets, store, err);

	if (status)
		return status;
	status = make_keeper(budgets, store, options, err);
	budgets->readonly = watches || tw__store_is_readonly(store);
	if (!status && !budgets->readonly)
		status = enter(budgets->keeper, options->flags, err);
	if (!status)
		status = tw_budget_step(budgets, now, err);
	/* what slices are sized by is known only now */
	if (!status && !budgets->readonly)
		status = tw_budget_step(budgets, now, err);
	if (status) {
		tw_budgets_free(budgets);
		return status;
	}
	*out = budgets;
	return TW_OK;
}

tw_status tw_budgets_open(tw_budgets **out, tw_store *store, tw_time now,
			  const tw_budgets_options *options, tw_error *err)
{
	tw_budgets_options o;
	tw_status status;

	if (!out || !store)
		return tw__fail(err, TW_EINVAL, "no store given");
	status = check_options(&o, options, err);
	return status ? status : open_with(out, store, now, &o, err);
}

/* Nothing more is handed out: what remains is for calls. */
static void stop(tw_budgets *budgets)
{
	(void)pthread_mutex_lock(&budgets->lock);
	budgets->fence = INT64_MIN;
	(void)pthread_mutex_unlock(&budgets->lock);
}

tw_status tw_budgets_close(tw_budgets *budgets, tw_time now, tw_error *err)
{
	struct tw__keeper *keeper;
	struct tw_tx tx;
	tw_status status;

	if (!budgets)
		return tw__fail(err, TW_EINVAL, "no budgets given");
	if (!budgets->stored || budgets->readonly || budgets->superseded)
		return TW_OK;
	keeper = budgets->keeper;
	status = check_outside(keeper->store, err);
	if (status)
		return status;
	stop(budgets);
	status = tw__wants_collect(budgets, keeper, now, err);
	if (!status)
		status = tw__tx_enter(&tx, keeper->store, err);
	if (status)
		return status;
	for (size_t i = 0; i < keeper->want_count; i++)
		keeper->wants[i].granted = keeper->wants[i].used;
	status = tw__owner_check(keeper, err);
	if (!status)
		status = tw__leases_write(keeper, err);
	if (!status)
		status = tw__owner_leave(keeper, err);
	status = tw__tx_leave(&tx, keeper->store, status, err);
	if (!status) {
		(void)pthread_mutex_lock(&budgets->lock);
		budgets->superseded = true;
		(void)pthread_mutex_unlock(&budgets->lock);
	}
	return status;
}
