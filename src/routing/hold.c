/*
 * Money held for a call under way: reserved before it is used, by increments,
 * settled at the end. A hold counts in every budget that concerns the call,
 * with the same sum in each.
 */
#include "budget.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static struct tw__money *money_of(const tw_budgets *budgets, uint32_t purse,
				  tw_time at)
{
	return tw__purse_find(&budgets->purse[purse], at);
}

/* In all purses, or out of them. A period that is gone (a budget was given
 * other periods meanwhile) has nothing to give back to. */
static uint32_t use(tw_budgets *budgets, const struct tw__concern *concern,
		    tw_time at, int64_t nanos)
{
	uint32_t flags = 0;

	for (uint32_t i = 0; i < concern->count; ++i) {
		struct tw__money *money = money_of(budgets,
						   concern->purse[i], at);

		if (money)
			flags |= tw__purse_use(
				&budgets->purse[concern->purse[i]], money,
				nanos);
	}
	return flags;
}

int64_t tw__concern_free(const tw_budgets *budgets,
			 const struct tw__concern *concern, tw_time at)
{
	int64_t least = TW_NO_LIMIT, one;
	bool fenced = concern->count && tw__budgets_fenced(budgets);

	for (uint32_t i = 0; i < concern->count; ++i) {
		const struct tw__purse *purse =
			&budgets->purse[concern->purse[i]];
		const struct tw__money *money = tw__purse_find(purse, at);

		one = money ? tw__purse_free(purse, money) : TW_NO_LIMIT;
		if (fenced && purse->hard >= 0)
			one = 0;
		if (one < least)
			least = one;
	}
	return least;
}

int64_t tw__concern_left(const tw_budgets *budgets,
			 const struct tw__concern *concern, tw_time at)
{
	int64_t least = TW_NO_LIMIT, one;

	for (uint32_t i = 0; i < concern->count; ++i) {
		const struct tw__purse *purse =
			&budgets->purse[concern->purse[i]];
		const struct tw__money *money = tw__purse_find(purse, at);

		one = money ? tw__purse_left(purse, money) : TW_NO_LIMIT;
		if (one < least)
			least = one;
	}
	return least;
}

/* So that the next step leases at least that much. */
static void want(tw_budgets *budgets, const struct tw__concern *concern,
		 tw_time at, int64_t nanos)
{
	for (uint32_t i = 0; i < concern->count; ++i) {
		struct tw__money *money = money_of(budgets,
						   concern->purse[i], at);

		if (money && money->wanted < nanos)
			money->wanted = nanos;
	}
}

/* Pays for seconds up to `until_s`, or as many as there is money for.
 * @return flags; paid_s and held say how far it got */
static uint32_t pay(tw_budgets *budgets, struct tw__held *held,
		    int64_t until_s)
{
	const struct tw__concern *concern = &held->concern;
	int64_t free = tw__concern_free(budgets, concern, held->price.at);
	uint32_t flags = 0;
	tw_money cost;

	if (until_s <= held->paid_s)
		return 0;
	if (tw__call_cost(&cost, &held->price, until_s * TW_SECOND, NULL))
		return TW_BUDGET_LAST;
	if (cost.nanos - held->held > free) {
		int64_t more = cost.nanos - held->held, most;

		want(budgets, concern, held->price.at, more);
		flags = TW_BUDGET_LAST;
		if (budgets->stored && more <= tw__concern_left(budgets,
						concern, held->price.at))
			flags |= TW_BUDGET_STEP;
		most = tw__call_most(&held->price, held->held + free,
				     until_s);
		if (most <= held->paid_s ||
		    tw__call_cost(&cost, &held->price, most * TW_SECOND,
				  NULL))
			return flags;
		until_s = most;
	}
	flags |= use(budgets, concern, held->price.at,
		     cost.nanos - held->held);
	held->held = cost.nanos;
	held->paid_s = until_s;
	return flags;
}

/* ---- the table of holds ---- */

static tw_status take_slot(struct tw__held **out, tw_budgets *budgets,
			   tw_error *err)
{
	struct tw__held *held = NULL;
	uint32_t generation;

	if (!budgets->free_hold) {
		if (budgets->held_count >= UINT32_MAX - 1 ||
		    tw__grow((void **)&budgets->held, &budgets->held_capacity,
			     budgets->held_count + 1, sizeof(*held)))
			return tw__fail_oom(err);
		held = &budgets->held[budgets->held_count++];
		memset(held, 0, sizeof(*held));
		budgets->free_hold = (uint32_t)budgets->held_count;
	}
	held = &budgets->held[budgets->free_hold - 1];
	budgets->free_hold = held->next_free;
	generation = held->generation + 1;
	memset(held, 0, sizeof(*held));
	held->generation = generation;
	held->state = TW_HOLD_LIVE;
	*out = held;
	return TW_OK;
}

static void drop(tw_budgets *budgets, struct tw__held *held)
{
	tw_deck_free(held->price.deck);
	held->price.deck = NULL;
	held->state = TW_HOLD_FREE;
	held->next_free = budgets->free_hold;
	budgets->free_hold = (uint32_t)(held - budgets->held) + 1;
}

static tw_hold id_of(const tw_budgets *budgets, const struct tw__held *held)
{
	return (tw_hold){ (uint64_t)held->generation << 32 |
		((uint64_t)(held - budgets->held) + 1) };
}

static tw_status find(struct tw__held **out, tw_budgets *budgets,
		      tw_hold hold, tw_error *err)
{
	uint32_t index = (uint32_t)hold.id;
	struct tw__held *held = NULL;

	if (index && index <= budgets->held_count) {
		held = &budgets->held[index - 1];
		if (held->state &&
		    held->generation == (uint32_t)(hold.id >> 32)) {
			*out = held;
			return TW_OK;
		}
	}
	return tw__fail(err, TW_ENOTFOUND, "there is no such hold: it was "
			"released, or never made");
}

static tw_status find_live(struct tw__held **out, tw_budgets *budgets,
			   tw_hold hold, tw_error *err)
{
	tw_status status = find(out, budgets, hold, err);

	if (!status && (*out)->state != TW_HOLD_LIVE)
		return tw__fail(err, TW_ENOTFOUND, "the call of this hold was "
				"settled already");
	return status;
}

static int64_t first_s(const struct tw__held *held)
{
	return held->increment_s < held->most_s ? held->increment_s :
		held->most_s;
}

tw_status tw__hold_new(tw_authorization *out, tw_budgets *budgets,
		       const tw_call_request *request,
		       const struct tw__offer *offer, tw_error *err)
{
	struct tw__held *held = NULL;
	tw_status status = take_slot(&held, budgets, err);
	uint32_t flags;

	if (status)
		return status;
	held->price = offer->price;
	held->price.deck = tw_deck_ref(offer->price.deck);
	held->concern = offer->concern;
	held->increment_s = offer->increment_s;
	held->most_s = request->most_s;
	snprintf(held->department, sizeof(held->department), "%s",
		 request->department ? request->department : "");
	snprintf(held->site, sizeof(held->site), "%s",
		 request->site ? request->site : "");
	snprintf(held->preferred, sizeof(held->preferred), "%s",
		 request->preferred ? request->preferred : "");
	held->is_given = request->caller != NULL;
	flags = pay(budgets, held, first_s(held));
	out->flags |= flags;
	if (!held->paid_s || flags & TW_BUDGET_STEP) {
		/* not a part of an increment where a step gets a whole one */
		(void)use(budgets, &held->concern, held->price.at,
			  -held->held);
		drop(budgets, held);
		out->flags |= TW_BUDGET_STEP;
		return tw__fail(err, TW_EBUSY, "the budgets of this call have "
				"money that is not leased yet; step and ask "
				"again");
	}
	out->hold = id_of(budgets, held);
	out->paid_s = held->paid_s;
	return TW_OK;
}

void tw__hold_stored(tw_budgets *budgets, struct tw__held *held)
{
	const struct tw__concern *concern = &held->concern;

	assert(held->state == TW_HOLD_SETTLED);
	(void)use(budgets, concern, held->price.at, -held->held);
	/* It is spent in the store, so it may not be handed out once more
	 * from the lease that it came from. */
	for (uint32_t i = 0; i < concern->count; ++i) {
		struct tw__money *money = money_of(budgets,
			concern->purse[i], held->price.at);

		if (!money)
			continue;
		money->granted -= held->held;
		if (!budgets->stored)
			money->spent += held->held;
	}
	drop(budgets, held);
}

/* ---- a host's verbs ---- */

static tw_status give(tw_hold_state *out, const struct tw__held *held,
		      uint32_t flags)
{
	tw_hold_state state = TW_HOLD_STATE_INIT;

	state.size = out->size;
	state.flags = flags;
	state.paid_s = held->paid_s;
	state.held_nanos = held->held;
	memcpy(out, &state, out->size < sizeof(state) ? out->size :
	       sizeof(state));
	return TW_OK;
}

static tw_status check(const tw_hold_state *out, const tw_budgets *budgets,
		       int64_t us, tw_error *err)
{
	if (!budgets || !out || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "no budgets, or no state with "
				"TW_HOLD_STATE_INIT");
	if (us < 0 || us > INT64_MAX - TW_SECOND)
		return tw__fail(err, TW_EINVAL, "a duration is 0 or more; "
				"take it from a monotonic clock");
	return TW_OK;
}

tw_status tw_hold_extend(tw_hold_state *out, tw_budgets *budgets,
			 tw_hold hold, int64_t elapsed_us, tw_error *err)
{
	tw_status status = check(out, budgets, elapsed_us, err);
	struct tw__held *held = NULL;
	int64_t until_s;

	if (status)
		return status;
	until_s = (elapsed_us + TW_SECOND - 1) / TW_SECOND;
	(void)pthread_mutex_lock(&budgets->lock);
	status = find_live(&held, budgets, hold, err);
	if (!status) {
		until_s += held->increment_s;
		if (until_s > held->most_s)
			until_s = held->most_s;
		status = give(out, held, pay(budgets, held, until_s));
	}
	(void)pthread_mutex_unlock(&budgets->lock);
	return status;
}

/* Another carrier may be shown another number, which is another price. */
static void show_there(struct tw__call_price *price,
		       const struct tw__held *held,
		       const struct tw_router *router,
		       const struct tw_carrier *carrier)
{
	tw_route_request r = TW_ROUTE_REQUEST_INIT;

	r.department = held->department;
	r.site = held->site;
	r.preferred = held->preferred;
	if (!held->is_given)
		tw__price_show(price, router, tw__caller_at(router,
			carrier->carrier, &r).number);
}

static tw_status move(tw_budgets *budgets, struct tw__held *held,
		      const struct tw_router *router,
		      const struct tw_carrier *carrier, tw_error *err)
{
	tw_call_request request = TW_CALL_REQUEST_INIT;
	struct tw__held fresh = *held;
	struct tw__offer offer;
	uint32_t flags;
	tw_status status;

	request.department = held->department;
	offer.price = held->price;
	show_there(&offer.price, held, router, carrier);
	use(budgets, &held->concern, held->price.at, -held->held);
	status = tw__offer_judge(&offer, budgets, &request, carrier, err);
	if (!status && offer.verdict)
		status = tw__fail(err, offer.verdict, "%s", offer.why);
	if (!status) {
		fresh.price = offer.price;
		fresh.concern = offer.concern;
		fresh.increment_s = offer.increment_s;
		fresh.held = fresh.paid_s = 0;
		flags = pay(budgets, &fresh, first_s(&fresh));
		if (flags & TW_BUDGET_STEP)
			use(budgets, &fresh.concern, fresh.price.at,
			    -fresh.held);
		if (!fresh.paid_s || flags & TW_BUDGET_STEP)
			status = tw__fail(err, TW_EBUSY, "the budgets of trunk"
				" \"%s\" have money that is not leased yet; "
				"step and ask again", carrier->trunk);
	}
	if (status) {
		use(budgets, &held->concern, held->price.at, held->held);
		return status;
	}
	fresh.price.deck = tw_deck_ref(carrier->deck);
	tw_deck_free(held->price.deck);
	*held = fresh;
	return TW_OK;
}

tw_status tw_hold_move(tw_budgets *budgets, tw_hold hold,
		       const tw_router *router, const char *trunk,
		       tw_error *err)
{
	const struct tw_carrier *carrier;
	struct tw__held *held = NULL;
	tw_status status;

	if (!budgets || !router || !trunk)
		return tw__fail(err, TW_EINVAL, "no budgets, router or trunk "
				"given");
	carrier = tw__router_trunk(router, trunk);
	if (!carrier)
		return tw__fail(err, TW_ENOTFOUND, "no trunk \"%.63s\"",
				trunk);
	(void)pthread_mutex_lock(&budgets->lock);
	status = find_live(&held, budgets, hold, err);
	if (!status)
		status = move(budgets, held, router, carrier, err);
	(void)pthread_mutex_unlock(&budgets->lock);
	return status;
}

/* What it costs is a fact by now, whether or not there was money for it. */
static uint32_t settle(tw_budgets *budgets, struct tw__held *held,
		       int64_t duration_us)
{
	uint32_t flags = 0;
	tw_money cost;

	if (!tw__call_cost(&cost, &held->price, duration_us ? duration_us :
			   -1, NULL)) {
		flags = use(budgets, &held->concern, held->price.at,
			    cost.nanos - held->held);
		held->held = cost.nanos;
	}
	held->state = TW_HOLD_SETTLED;
	if (budgets->stored)
		held->settled_at = budgets->clock->monotonic(
			budgets->clock->arg);
	return flags;
}

tw_status tw_hold_settle(tw_hold_state *out, tw_budgets *budgets,
			 tw_hold hold, int64_t duration_us, tw_error *err)
{
	tw_status status = check(out, budgets, duration_us, err);
	struct tw__held *held = NULL;

	if (status)
		return status;
	(void)pthread_mutex_lock(&budgets->lock);
	status = find_live(&held, budgets, hold, err);
	if (!status) {
		status = give(out, held, settle(budgets, held, duration_us));
		if (!budgets->stored)
			tw__hold_stored(budgets, held);
	}
	(void)pthread_mutex_unlock(&budgets->lock);
	return status;
}

tw_status tw_hold_release(tw_budgets *budgets, tw_hold hold, tw_error *err)
{
	struct tw__held *held = NULL;
	tw_status status;

	if (!budgets)
		return tw__fail(err, TW_EINVAL, "no budgets given");
	(void)pthread_mutex_lock(&budgets->lock);
	status = find(&held, budgets, hold, err);
	if (!status && held->state == TW_HOLD_SETTLED) {
		tw__hold_stored(budgets, held);
	} else if (!status) {
		use(budgets, &held->concern, held->price.at, -held->held);
		drop(budgets, held);
	}
	(void)pthread_mutex_unlock(&budgets->lock);
	return status;
}
