/**
 * @file src/accounts/budget_want.c  How much of a budget a process takes out
 *
 * Decides the size of leases. Small ones, because what is leased stays
 * reserved for a while after a crash, and other processes want some too; but
 * enough for what was handed out or asked for since the last step, so that
 * calls seldom wait for one. Before the store is written the purses are cut
 * down to what will be kept: money may go back only once nobody can hand it
 * out any more.
 */
#include <string.h>
#include "budget_keeper.h"

#define LOOKAHEAD_US (120 * TW_SECOND)
#define BEHIND_US    (2 * 3600 * TW_SECOND)   /* clocks step back */
#define SLICES       16

static int64_t add(int64_t a, int64_t b)
{
	int64_t sum;

	/* what is left of an overspent budget is below zero */
	if (__builtin_add_overflow(a, b, &sum))
		return a < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* ---- before ---- */

static tw_status make_periods(tw_budgets *budgets, tw_time now, tw_error *err)
{
	struct tw__money *money;
	tw_status status = TW_OK;

	for (size_t i = 0; i < budgets->count && !status; i++) {
		struct tw__purse *purse = &budgets->purse[i];

		tw__purse_forget(purse, now - BEHIND_US);
		if (purse->ended)
			continue;
		status = tw__purse_money(&money, purse, budgets->zone, now,
					 true, err);
		if (!status)
			status = tw__purse_money(&money, purse,
						 budgets->zone,
						 now + LOOKAHEAD_US, true,
						 err);
	}
	return status;
}

static int64_t slack_of(const struct tw__purse *purse,
			const struct tw__money *money, uint32_t living)
{
	int64_t left = money->known ? tw__purse_left(purse, money) :
		purse->hard;
	int64_t asked = larger(money->wanted, money->taken);
	int64_t slack = smaller(purse->hard / SLICES, left / 2 / living);

	slack = larger(slack, add(asked, asked));
	if (living > 1)
		slack = smaller(slack, larger(money->wanted, left / living));
	return smaller(slack, left);
}

static void fill(struct tw__want *want, const struct tw__purse *purse,
		 struct tw__money *money, uint32_t living, bool fenced)
{
	bool over = purse->ended || fenced ||
		add(add(money->spent, money->others), money->granted) >
		purse->hard;

	want->budget = purse->id;
	want->from = money->from;
	want->to = money->to;
	want->hard = purse->ended ? 0 : purse->hard;
	want->used = want->keep = want->target = money->used;
	want->wanted = money->wanted;
	if (purse->hard >= 0 && !purse->ended)
		want->target = add(money->used, slack_of(purse, money,
							 living));
	if (!over && purse->hard >= 0)
		want->keep = larger(money->used, smaller(money->granted,
							 want->target));
	money->granted = smaller(money->granted, want->keep);
	want->base = money->granted;
}

static tw_status collect(tw_budgets *budgets, struct tw__keeper *keeper,
			 tw_time now, tw_error *err)
{
	bool fenced = tw__budgets_fenced(budgets);
	tw_status status = make_periods(budgets, now, err);

	keeper->want_count = 0;
	for (size_t i = 0; i < budgets->count && !status; i++) {
		struct tw__purse *purse = &budgets->purse[i];

		for (size_t k = 0; k < purse->money_count; k++) {
			struct tw__want *want;

			if (tw__grow((void **)&keeper->wants,
				     &keeper->want_capacity,
				     keeper->want_count + 1, sizeof(*want)))
				return tw__fail_oom(err);
			want = &keeper->wants[keeper->want_count++];
			memset(want, 0, sizeof(*want));
			want->purse = (uint32_t)i;
			fill(want, purse, &purse->money[k],
			     keeper->living ? keeper->living : 1, fenced);
		}
	}
	return status;
}

tw_status tw__wants_collect(tw_budgets *budgets, struct tw__keeper *keeper,
			    tw_time now, tw_error *err)
{
	tw_status status;

	(void)pthread_mutex_lock(&budgets->lock);
	status = collect(budgets, keeper, now, err);
	(void)pthread_mutex_unlock(&budgets->lock);
	return status;
}

/* ---- between ---- */

bool tw__wants_news(const struct tw__keeper *keeper)
{
	size_t rows = 0;

	for (size_t i = 0; i < keeper->want_count; i++) {
		const struct tw__want *want = &keeper->wants[i];
		int64_t granted = 0, used = 0;

		for (size_t k = 0; k < keeper->written_count; k++) {
			const struct tw__want *w = &keeper->written[k];

			if (w->budget == want->budget &&
			    w->from == want->from) {
				granted = w->granted;
				used = w->used;
				rows++;
			}
		}
		if (want->keep != granted || want->used != used ||
		    want->target > want->keep)
			return true;
	}
	return rows != keeper->written_count;
}

void tw__wants_decide(struct tw__keeper *keeper, bool readonly)
{
	for (size_t i = 0; i < keeper->want_count; i++) {
		struct tw__want *want = &keeper->wants[i];
		int64_t open = want->hard - smaller(want->hard,
			add(want->spent, want->others));

		want->granted = want->keep;
		if (want->hard < 0)
			continue;
		if (readonly)
			want->granted = open;
		else
			want->granted = larger(want->keep,
				smaller(want->target, open));
	}
}

/* ---- after ---- */

static void adopt(struct tw__money *money, const struct tw__want *want)
{
	money->spent = want->spent;
	money->others = want->others;
	money->others_used = want->others_used;
	money->other_currency = want->other_currency;
	money->known = true;
	/* Not simply set: records may have taken money out meanwhile. */
	money->granted += want->granted - want->base;
	money->taken = 0;
	if (money->wanted <= want->wanted)
		money->wanted = 0;
}

void tw__wants_adopt(tw_budgets *budgets, struct tw__keeper *keeper,
		     int64_t settled_by)
{
	(void)pthread_mutex_lock(&budgets->lock);
	for (size_t i = 0; i < keeper->want_count; i++) {
		const struct tw__want *want = &keeper->wants[i];
		struct tw__purse *purse = &budgets->purse[want->purse];

		for (size_t k = 0; k < purse->money_count; k++) {
			if (purse->money[k].from == want->from &&
			    purse->money[k].to == want->to)
				adopt(&purse->money[k], want);
		}
	}
	for (size_t i = 0; i < budgets->held_count; i++) {
		struct tw__held *held = &budgets->held[i];

		if (held->state == TW_HOLD_SETTLED &&
		    held->settled_at <= settled_by)
			tw__hold_stored(budgets, held);
	}
	(void)pthread_mutex_unlock(&budgets->lock);
}
