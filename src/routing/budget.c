/*
 * A set of budgets: which there are, and which of them concern a call. Found
 * by department first, because a company has many departments and each call
 * has one; what is left is compared one by one.
 */
#include "budget.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/e164.h"

#define NAME_MAX_BYTES 127u

tw_status tw_budgets_new(tw_budgets **out, tw_zone *zone,
			 const char *currency, tw_error *err)
{
	struct tw_budgets *budgets;

	if (!out || !zone || !currency || strlen(currency) != 3)
		return tw__fail(err, TW_EINVAL, "budgets need a zone for "
				"their periods and a currency of 3 letters");
	budgets = tw_calloc(1, sizeof(*budgets));
	if (!budgets)
		return tw__fail_oom(err);
	(void)pthread_mutex_init(&budgets->lock, NULL);
	budgets->zone = tw_zone_ref(zone);
	snprintf(budgets->currency, sizeof(budgets->currency), "%s",
		 currency);
	*out = budgets;
	return TW_OK;
}

static void free_prefixes(char **prefixes, size_t count)
{
	for (size_t i = 0; prefixes && i < count; ++i)
		tw_free(prefixes[i]);
	tw_free(prefixes);
}

static void purse_clear(struct tw__purse *purse)
{
	tw_free(purse->name);
	tw_free(purse->department);
	tw_free(purse->trunk);
	free_prefixes(purse->prefixes, purse->prefix_count);
	tw_free(purse->money);
}

void tw_budgets_free(tw_budgets *budgets)
{
	if (!budgets)
		return;
	if (budgets->keeper)
		budgets->keeper_free(budgets->keeper);
	for (size_t i = 0; i < budgets->held_count; ++i) {
		if (budgets->held[i].state)
			tw_deck_free(budgets->held[i].price.deck);
	}
	for (size_t i = 0; i < budgets->count; ++i)
		purse_clear(&budgets->purse[i]);
	tw_free(budgets->held);
	tw_free(budgets->purse);
	tw_free(budgets->order);
	tw_free(budgets->row);
	tw_zone_free(budgets->zone);
	(void)pthread_mutex_destroy(&budgets->lock);
	tw_free(budgets);
}

/* ---- adding ---- */

static tw_status check_limits(const tw_budget *b, tw_error *err)
{
	if (b->period != TW_PERIOD_HOUR && b->period != TW_PERIOD_DAY &&
	    b->period != TW_PERIOD_MONTH)
		return tw__fail_at(err, TW_EINVAL, 0, "period", "a budget is "
				   "of an hour, a day or a month");
	if (b->soft_nanos < TW_BUDGET_NONE || b->hard_nanos < TW_BUDGET_NONE ||
	    b->max_price_nanos < TW_BUDGET_NONE)
		return tw__fail_at(err, TW_EINVAL, 0, "hard", "a limit is 0 "
				   "or more, or TW_BUDGET_NONE");
	if (b->soft_nanos >= 0 && b->hard_nanos >= 0 &&
	    b->soft_nanos > b->hard_nanos)
		return tw__fail_at(err, TW_EINVAL, 0, "soft", "the soft limit "
				   "lies above the hard one, so nobody would "
				   "hear of it");
	if (b->increment_s > TW_MOST_S)
		return tw__fail_at(err, TW_EINVAL, 0, "increment_s",
				   "an increment is a day at most");
	return TW_OK;
}

static tw_status check_budget(tw_budget *out, const tw_budget *budget,
			      tw_error *err)
{
	tw_status status = tw__import(out, sizeof(*out), budget, err);
	size_t l;

	if (status)
		return status;
	l = out->name ? strlen(out->name) : 0;
	if (!l || l > NAME_MAX_BYTES)
		return tw__fail_at(err, TW_EINVAL, 0, "name", "a budget's "
				   "name has 1 to %u bytes", NAME_MAX_BYTES);
	if (out->prefix_count && !out->prefixes)
		return tw__fail_at(err, TW_EINVAL, 0, "prefixes", "prefixes "
				   "are counted and not there");
	for (size_t i = 0; i < out->prefix_count; ++i) {
		const char *p = out->prefixes[i];

		if (!p || !tw__digits_only(p) || strlen(p) > 15)
			return tw__fail_at(err, TW_EINVAL, 0, "prefixes",
					   "'%.40s' is no prefix; write 1 to "
					   "15 digits", p ? p : "");
	}
	return check_limits(out, err);
}

static tw_status copy_texts(struct tw__purse *purse, const tw_budget *b)
{
	purse->name = tw_strdup(b->name);
	purse->department = tw_strdup(b->department ? b->department : "");
	purse->trunk = tw_strdup(b->trunk ? b->trunk : "");
	if (b->prefix_count)
		purse->prefixes = tw_calloc(b->prefix_count,
					    sizeof(*purse->prefixes));
	if (!purse->name || !purse->department || !purse->trunk ||
	    (b->prefix_count && !purse->prefixes))
		return TW_ENOMEM;
	for (; purse->prefix_count < b->prefix_count; ++purse->prefix_count) {
		char *copy = tw_strdup(b->prefixes[purse->prefix_count]);

		if (!copy)
			return TW_ENOMEM;
		purse->prefixes[purse->prefix_count] = copy;
	}
	return TW_OK;
}

static struct tw__purse *find(const tw_budgets *budgets, uint64_t id,
			      const char *name)
{
	for (size_t i = 0; i < budgets->count; ++i) {
		struct tw__purse *purse = &budgets->purse[i];

		if (id ? purse->id == id : !strcmp(purse->name, name))
			return purse;
	}
	return NULL;
}

static tw_status sort_in(tw_budgets *budgets, tw_error *err)
{
	uint32_t *order = budgets->order;
	size_t i = 0, n = 0;

	if (tw__grow((void **)&budgets->order, &budgets->order_capacity,
		     budgets->count, sizeof(*order)))
		return tw__fail_oom(err);
	order = budgets->order;
	for (; i < budgets->count; ++i) {
		const char *department = budgets->purse[i].department;
		size_t at = n++;

		for (; at && strcmp(budgets->purse[order[at - 1]].department,
				    department) > 0; --at)
			order[at] = order[at - 1];
		order[at] = (uint32_t)i;
	}
	return TW_OK;
}

/* A limit that changes within a period: what is spent and held stays. */
static void replace(struct tw__purse *purse, struct tw__purse *fresh,
		    bool stored)
{
	for (size_t i = 0; i < purse->money_count; ++i) {
		if (!stored)
			purse->money[i].granted = fresh->hard < 0 ? 0 :
				fresh->hard - purse->money[i].spent;
		purse->money[i].told = 0;
	}
	/* Periods of another kind have other ends. */
	if (purse->period != fresh->period)
		purse->money_count = 0;
	fresh->money = purse->money;
	fresh->money_count = purse->money_count;
	fresh->money_capacity = purse->money_capacity;
	purse->money = NULL;
	purse_clear(purse);
	*purse = *fresh;
}

static tw_status insert(tw_budgets *budgets, struct tw__purse *fresh,
			tw_error *err)
{
	struct tw__purse *old = find(budgets, fresh->id, fresh->name);

	if (old) {
		replace(old, fresh, budgets->stored);
		return sort_in(budgets, err);
	}
	if (budgets->count >= TW_BUDGETS_MAX)
		return tw__fail(err, TW_ERANGE, "more than %u budgets",
				TW_BUDGETS_MAX);
	if (tw__grow((void **)&budgets->purse, &budgets->capacity,
		     budgets->count + 1, sizeof(*budgets->purse)))
		return tw__fail_oom(err);
	budgets->purse[budgets->count++] = *fresh;
	return sort_in(budgets, err);
}

tw_status tw__budgets_put(tw_budgets *budgets, const tw_budget *budget,
			  tw_error *err)
{
	struct tw__purse fresh = { 0 };
	tw_status status;
	size_t before;
	tw_budget b;

	status = check_budget(&b, budget, err);
	if (status)
		return status;
	fresh.id = b.id;
	fresh.period = b.period;
	fresh.increment_s = b.increment_s ? b.increment_s : TW_INCREMENT_S;
	fresh.soft = b.soft_nanos;
	fresh.hard = b.hard_nanos;
	fresh.max_price = b.max_price_nanos;
	if (copy_texts(&fresh, &b)) {
		purse_clear(&fresh);
		return tw__fail_oom(err);
	}
	(void)pthread_mutex_lock(&budgets->lock);
	before = budgets->count;
	status = insert(budgets, &fresh, err);
	if (status && budgets->count == before)
		purse_clear(&fresh);
	(void)pthread_mutex_unlock(&budgets->lock);
	return status;
}

tw_status tw_budgets_add(tw_budgets *budgets, const tw_budget *budget,
			 tw_error *err)
{
	if (!budgets || !budget)
		return tw__fail(err, TW_EINVAL, "no budgets given");
	if (budgets->stored)
		return tw__fail(err, TW_EINVAL, "the budgets of a store are "
				"those of its deployment; apply one");
	return tw__budgets_put(budgets, budget, err);
}

tw_status tw_budgets_spent(tw_budgets *budgets, const char *name, tw_time at,
			   int64_t nanos, tw_error *err)
{
	struct tw__money *money;
	struct tw__purse *purse;
	tw_status status;

	if (!budgets || !name || nanos < 0 || budgets->stored)
		return tw__fail(err, TW_EINVAL, "what is spent is 0 or more, "
				"and said of a set without a store");
	(void)pthread_mutex_lock(&budgets->lock);
	purse = find(budgets, 0, name);
	status = purse ? tw__purse_money(&money, purse, budgets->zone, at,
					 false, err) :
		tw__fail(err, TW_ENOTFOUND, "there is no budget '%.80s'",
			 name);
	if (!status) {
		money->spent = nanos;
		money->granted = purse->hard < 0 ? 0 : purse->hard - nanos;
	}
	(void)pthread_mutex_unlock(&budgets->lock);
	return status;
}

/* ---- asking ---- */

bool tw__budgets_fenced(const tw_budgets *budgets)
{
	if (!budgets->stored)
		return false;
	return budgets->superseded ||
		budgets->clock->monotonic(budgets->clock->arg) >
		budgets->fence;
}

static bool has_prefix(const struct tw__purse *purse, const char *number)
{
	for (size_t i = 0; i < purse->prefix_count; ++i) {
		if (!strncmp(number, purse->prefixes[i],
			     strlen(purse->prefixes[i])))
			return true;
	}
	return !purse->prefix_count;
}

/* First place in the order whose department is not before this one. */
static size_t first_of(const tw_budgets *budgets, const char *department)
{
	size_t low = 0, high = budgets->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(budgets->purse[budgets->order[middle]].department,
			   department) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static tw_status add_department(struct tw__concern *out,
				const tw_budgets *budgets,
				const char *department, const char *trunk,
				const char *number)
{
	for (size_t i = first_of(budgets, department); i < budgets->count;
	     ++i) {
		const struct tw__purse *purse =
			&budgets->purse[budgets->order[i]];

		if (strcmp(purse->department, department))
			break;
		if (purse->ended || !has_prefix(purse, number) ||
		    (*purse->trunk && strcmp(purse->trunk, trunk)))
			continue;
		if (out->count == TW_CONCERNED_MAX)
			return TW_ERANGE;
		out->purse[out->count++] = budgets->order[i];
	}
	return TW_OK;
}

tw_status tw__budgets_concern(struct tw__concern *out,
			      const tw_budgets *budgets,
			      const char *department, const char *trunk,
			      const char *number, tw_error *err)
{
	tw_status status;

	out->count = 0;
	status = add_department(out, budgets, "", trunk, number);
	if (!status && *department)
		status = add_department(out, budgets, department, trunk,
					number);
	if (status)
		return tw__fail(err, TW_ERANGE, "more than %u budgets concern "
				"one call; join some", TW_CONCERNED_MAX);
	return TW_OK;
}

/* ---- looking ---- */

void tw__budgets_describe(tw_budget_state *out, const tw_budgets *budgets,
			  const struct tw__purse *purse,
			  const struct tw__money *money, tw_time at)
{
	tw__purse_describe(out, purse, money, at);
	memcpy(out->currency, budgets->currency, sizeof(out->currency));
	/* who takes out nothing has no lease of its own */
	if (!budgets->stored)
		out->leased_nanos = out->reserved_nanos;
	else if (budgets->readonly)
		out->leased_nanos = money->others;
}

static tw_status describe(tw_budget_state *out, tw_budgets *budgets,
			  size_t index, tw_time at, tw_error *err)
{
	struct tw__purse *purse = NULL;
	struct tw__money *money;
	tw_status status;

	for (size_t i = 0; i < budgets->count && !purse; ++i) {
		if (!budgets->purse[i].ended && !index--)
			purse = &budgets->purse[i];
	}
	if (!purse)
		return TW_ITER_END;
	status = tw__purse_money(&money, purse, budgets->zone, at,
				 budgets->stored, err);
	if (status)
		return status;
	tw__budgets_describe(out, budgets, purse, money, at);
	return TW_OK;
}

tw_status tw_budgets_state(tw_budget_state *out, tw_budgets *budgets,
			   size_t index, tw_time at, tw_error *err)
{
	tw_budget_state state = TW_BUDGET_STATE_INIT;
	tw_status status;

	if (!out || !budgets || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "no budgets, or no state with "
				"TW_BUDGET_STATE_INIT");
	(void)pthread_mutex_lock(&budgets->lock);
	status = describe(&state, budgets, index, at, err);
	(void)pthread_mutex_unlock(&budgets->lock);
	if (status)
		return status;
	state.size = out->size;
	memcpy(out, &state, out->size < sizeof(state) ? out->size :
	       sizeof(state));
	return TW_OK;
}
