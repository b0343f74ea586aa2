/*
 * May this call go over that trunk: the price of a minute against each
 * budget's guard, the money of its first second against what each has left.
 * Decides nothing about order; says which budget stands in the way, because
 * somebody will ask.
 */
#include "budget.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void tw__price_show(struct tw__call_price *price,
		    const struct tw_router *router, const char *caller)
{
	price->relation = tw__router_relation(router, caller, price->number);
	snprintf(price->caller, sizeof(price->caller), "%s",
		 caller ? caller : "");
}

void tw__offer_ask(struct tw__offer *offer, const tw_call_request *request,
		   const struct tw_router *router, const char *caller)
{
	struct tw__call_price *price = &offer->price;

	price->direction = request->direction;
	price->at = request->at;
	snprintf(price->number, sizeof(price->number), "%s",
		 request->number);
	tw__price_show(price, router, caller);
}

static void amount(char text[40], int64_t nanos)
{
	if (tw_decimal_format(text, 40, nanos, TW_DECIMALS_SHORTEST, NULL))
		snprintf(text, 40, "?");
}

/* Names end at 80 bytes here, between characters. */
static void refuse(struct tw__offer *offer, const struct tw__purse *purse,
		   tw_status verdict, const char *why)
{
	size_t l = strlen(purse->name);

	if (l > 48) {
		for (l = 48; ((unsigned char)purse->name[l] & 0xc0) == 0x80;)
			--l;
	}
	offer->verdict = verdict;
	snprintf(offer->why, sizeof(offer->why), "budget %.*s: %s", (int)l,
		 purse->name, why);
}

static bool passes_guard(struct tw__offer *offer,
			 const struct tw__purse *purse)
{
	char price[40], most[40], why[112];

	if (purse->max_price < 0 || offer->minute.nanos <= purse->max_price)
		return true;
	amount(price, offer->minute.nanos);
	amount(most, purse->max_price);
	snprintf(why, sizeof(why), "%.20s a minute is over %.20s", price,
		 most);
	refuse(offer, purse, TW_EREFUSED, why);
	return false;
}

/* Enough for a second, by what the store knows and by what is leased? */
static bool has_money(struct tw__offer *offer, const tw_budgets *budgets,
		      const struct tw__purse *purse, struct tw__money *money)
{
	int64_t left = tw__purse_left(purse, money);
	char text[40], why[112];

	if (purse->hard < 0)
		return true;
	if (!money->known) {
		offer->flags |= TW_BUDGET_STEP;
		refuse(offer, purse, TW_EBUSY, "this period is not read yet");
		return false;
	}
	if (tw__budgets_fenced(budgets)) {
		offer->flags |= TW_BUDGET_STEP;
		refuse(offer, purse, TW_EBUSY, "the store was not reached "
		       "for too long");
		return false;
	}
	if (offer->first.nanos > left) {
		if (!(money->told & TW_BUDGET_HARD))
			offer->flags |= TW_BUDGET_HARD;
		money->told |= TW_BUDGET_HARD;
		amount(text, left);
		snprintf(why, sizeof(why), "%.20s left", text);
		refuse(offer, purse, TW_EREFUSED, why);
		return false;
	}
	if (left < offer->left)
		offer->left = left;
	return true;
}

static tw_status ask_purse(struct tw__offer *offer, tw_budgets *budgets,
			   uint32_t index, tw_error *err)
{
	struct tw__purse *purse = &budgets->purse[index];
	struct tw__money *money;
	tw_status status;

	status = tw__purse_money(&money, purse, budgets->zone,
				 offer->price.at, budgets->stored, err);
	if (status)
		return status;
	if (purse->increment_s < offer->increment_s)
		offer->increment_s = purse->increment_s;
	offer->hindered_by = index;
	if (strcmp(offer->first.currency, budgets->currency)) {
		char why[64];

		snprintf(why, sizeof(why), "the price is in %s, not %s",
			 offer->first.currency, budgets->currency);
		refuse(offer, purse, TW_ECONFLICT, why);
		return TW_OK;
	}
	if (passes_guard(offer, purse))
		(void)has_money(offer, budgets, purse, money);
	return TW_OK;
}

tw_status tw__offer_judge(struct tw__offer *offer, tw_budgets *budgets,
			  const tw_call_request *request,
			  const struct tw_carrier *carrier, tw_error *err)
{
	tw_status status;

	offer->price.deck = carrier->deck;
	offer->price.exchange_nanos = carrier->exchange_nanos;
	offer->left = TW_NO_LIMIT;
	offer->increment_s = TW_MOST_S;
	offer->flags = 0;
	offer->verdict = TW_OK;
	status = tw__call_minute(&offer->minute, &offer->price, err);
	if (!status)
		status = tw__call_cost(&offer->first, &offer->price,
				       TW_SECOND, err);
	if (!status)
		status = tw__budgets_concern(&offer->concern, budgets,
			request->department ? request->department : "",
			carrier->trunk, offer->price.number, err);
	for (uint32_t i = 0; !status && !offer->verdict &&
	     i < offer->concern.count; ++i)
		status = ask_purse(offer, budgets, offer->concern.purse[i],
				   err);
	if (!offer->concern.count)
		offer->increment_s = TW_INCREMENT_S;
	return status;
}
