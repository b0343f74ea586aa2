/**
 * @file src/accounts/tariff_stake.c  What new prices would have cost
 *
 * Decides which calls of the last whole month are charged again, by the
 * prices before the first change and by those after the last, and adds up the
 * difference. Each side is the rows in force at one instant, without their
 * dates: calls keep their real time of day and so their bands. Refuses to
 * know bundles and tiers, whose use belongs to a month and not to a call; a
 * call without a price is counted and never taken as 0.
 */
#include <stdio.h>
#include <string.h>
#include "base/decimal.h"
#include "base/e164.h"
#include "ledger_month.h"
#include "numbering.h"
#include "report_period.h"
#include "tariff_changes.h"
#include <trunkwise/numbering.h>

#define NO_ROW SIZE_MAX

/* The prices of one side at one instant. */
struct prices {
	tw_deck *deck;
	size_t *change;         /* by row of the deck, NO_ROW: none */
};

struct stake {
	struct tw_price_changes *changes;
	struct prices side[2];
	tw_numbering *numbering;        /* NULL: no row asks for a relation */
	bool attempts;                  /* a fee for them is asked */
};

/* ---- decks ---- */

static bool is_code_of(const tw_price_change *change, const tw_rate *rate)
{
	return !strcmp(change->prefix, rate->prefix) &&
		!strcmp(change->caller_prefix, rate->caller_prefix) &&
		change->direction == rate->direction &&
		change->relation == rate->relation &&
		!strcmp(change->band, rate->band) &&
		change->from_s == rate->from_s;
}

static int compare_change(const tw_price_change *change, const tw_rate *rate)
{
	tw_rate other = TW_RATE_INIT;

	memcpy(other.prefix, change->prefix, sizeof(other.prefix));
	memcpy(other.caller_prefix, change->caller_prefix,
	       sizeof(other.caller_prefix));
	memcpy(other.band, change->band, sizeof(other.band));
	other.direction = change->direction;
	other.relation = change->relation;
	other.from_s = change->from_s;
	return tw__rate_compare_code(&other, rate);
}

/* The last step of a row's code; changes are sorted by code. */
static size_t find_change(const struct tw_price_changes *changes,
			  const tw_rate *rate)
{
	size_t low = 0, high = changes->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_change(&changes->rows[middle], rate) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low && is_code_of(&changes->rows[low - 1], rate) ? low - 1 :
		NO_ROW;
}

static tw_status take_rows(struct tw__rates *out, struct prices *prices,
			   const struct stake *stake,
			   const struct tw__rates *rates, tw_time at,
			   tw_error *err)
{
	prices->change = tw_calloc(rates->count + 1,
				   sizeof(*prices->change));
	if (!prices->change)
		return tw__fail_oom(err);
	for (size_t i = 0; i < rates->count; i++) {
		tw_rate rate = rates->rows[i];
		tw_status status;

		if (rate.from > at || rate.to <= at)
			continue;
		rate.from = TW_TIME_MIN;
		rate.to = TW_TIME_MAX;
		prices->change[out->count] = find_change(stake->changes,
							 &rate);
		status = tw__rates_add(out, &rate, rates->origins[i], err);
		if (status)
			return status;
	}
	return TW_OK;
}

/* Charges stay in the tariff's currency: a rate of exchange is not its. */
static tw_status make_prices(struct stake *stake, tw_store *store, int which,
			     tw_time at, tw_error *err)
{
	const struct tw__side *side = &stake->changes->side[which];
	struct tw__terms terms = side->terms;
	struct tw__rates rows = { 0 };
	tw_status status = take_rows(&rows, &stake->side[which], stake,
				     &side->rates, at, err);

	terms.rules.convert_to[0] = '\0';
	if (!status)
		status = tw__tariff_deck_make(&stake->side[which].deck, store,
					      &terms, &rows, NULL, err);
	tw__rates_free(&rows);
	return status;
}

static tw_status make_both(struct stake *stake, tw_store *store,
			   tw_error *err)
{
	const struct tw_price_changes *changes = stake->changes;
	tw_time first = changes->first, last = changes->last;
	tw_status status;

	/* rules alone have changed */
	if (first == TW_TIME_MAX)
		first = last = changes->total.starts;
	status = make_prices(stake, store, 0, first == TW_TIME_MIN ? first :
			     first - 1, err);
	return status ? status : make_prices(stake, store, 1, last, err);
}

/* What else than a price decides over a charge. */
static tw_status look_around(struct stake *stake, tw_store *store,
			     tw_error *err)
{
	bool asks = false;

	for (int i = 0; i < 2; i++) {
		const tw_deck *deck = stake->side[i].deck;

		asks |= tw__deck_asks_relation(deck);
		stake->attempts |= tw_deck_rules(deck)->attempt_fee_nanos > 0;
	}
	return asks ? tw_numbering_open(&stake->numbering, store, TW_TIME_MAX,
					err) : TW_OK;
}

/* ---- calls ---- */

static tw_status find_month(struct tw_price_changes *changes, tw_store *store,
			    tw_time now, tw_error *err)
{
	tw_price_total *total = &changes->total;
	tw_time at = total->starts < now && total->starts != TW_TIME_MIN ?
		total->starts : now;
	struct tw__book book;
	char text[16];
	int64_t month;
	tw_status status = tw__book_open(&book, store,
		changes->side[1].terms.rules.zone, err);

	if (status)
		return status;
	month = tw__month_add(tw__book_month(&book, at), -1);
	snprintf(text, sizeof(text), "%04d-%02d", (int)(month / 100),
		 (int)(month % 100));
	status = tw__book_parse(&month, &total->month_from,
				&total->month_to, &book, text, err);
	snprintf(total->zone, sizeof(total->zone), "%s",
		 tw_zone_name(book.zone));
	tw__book_close(&book);
	return status;
}

static bool is_digits(const char *text)
{
	return tw__digits_only(text) && strlen(text) <= 15;
}

/* Texts are the statement's. false: the number was erased, or never known. */
static bool read_call(tw_rating_request *out, struct tw_stmt *stmt)
{
	tw_time start = tw__col_i64(stmt, 0);
	bool answered = !tw__col_is_null(stmt, 1);
	const char *caller = tw__col_text(stmt, 4);
	const char *callee = tw__col_text(stmt, 5);
	const char *own = tw__col_text(stmt, 6);

	out->duration_us = tw__col_i64(stmt, 2);
	out->direction = (uint32_t)tw__col_i64(stmt, 3);
	out->answer = start + (answered ? tw__col_i64(stmt, 1) : 0);
	out->flags = answered || out->duration_us ? 0 :
		TW_RATING_UNANSWERED;
	out->number = out->direction == TW_DIRECTION_INBOUND && *own ? own :
		callee;
	out->caller = is_digits(caller) ? caller : NULL;
	/* an attempt's fee goes by no number */
	if (out->flags)
		out->number = "0";
	return *out->number != '\0';
}

/* The regions of our number, else of the caller, and of the other end. */
static tw_status find_relation(tw_rating_request *request,
			       const struct stake *stake,
			       struct tw_stmt *stmt, tw_error *err)
{
	bool inbound = request->direction == TW_DIRECTION_INBOUND;
	const char *own = tw__col_text(stmt, 6), *from, *to;

	from = *own && !inbound ? own : tw__col_text(stmt, 4);
	to = *own && inbound ? own : tw__col_text(stmt, 5);
	if (!stake->numbering || request->flags || !is_digits(from) ||
	    !is_digits(to) || !*from || !*to)
		return TW_OK;
	return tw_numbering_relation(&request->relation, stake->numbering,
				     from, to, NULL, err);
}

struct charged {
	bool priced;
	int64_t nanos;
	size_t change;
};

/* @return TW_OK with or without a price */
static tw_status charge(struct charged *out, const struct prices *prices,
			const tw_rating_request *request, tw_error *err)
{
	tw_charge charge = TW_CHARGE_INIT;
	tw_error why = TW_ERROR_INIT;
	tw_status status = tw_rating_rate(&charge, prices->deck, request,
					  &why);

	*out = (struct charged){ status == TW_OK, charge.cost.nanos, NO_ROW };
	if (status == TW_OK && charge.rate_index != TW_RATE_NONE)
		out->change = prices->change[charge.rate_index];
	if (status == TW_ENOPRICE &&
	    request->direction == TW_DIRECTION_INBOUND)
		out->priced = true;
	if (status == TW_OK || status == TW_ENOPRICE ||
	    status == TW_EREFUSED || status == TW_ERANGE ||
	    status == TW_EINVAL)
		return TW_OK;
	if (err)
		*err = why;
	return status;
}

static bool add_money(int64_t *sum, int64_t nanos)
{
	return tw__add_i64(sum, *sum, nanos);
}

static bool add_call(struct stake *stake, const struct charged side[2])
{
	tw_price_total *total = &stake->changes->total;
	size_t row = side[1].priced && side[1].change != NO_ROW ?
		side[1].change : side[0].change;
	tw_price_change *change = row == NO_ROW ? NULL :
		&stake->changes->rows[row];

	if (!side[0].priced && !side[1].priced)
		return true;
	if (change) {
		change->calls++;
		change->lost += side[0].priced && !side[1].priced;
	}
	if (!side[1].priced) {
		total->lost++;
		return add_money(&total->lost_cost.nanos, side[0].nanos);
	}
	if (!side[0].priced) {
		total->gained++;
		return add_money(&total->gained_cost.nanos, side[1].nanos);
	}
	total->calls++;
	if (change && (!add_money(&change->difference_nanos, side[1].nanos) ||
		       !add_money(&change->difference_nanos,
				  -side[0].nanos)))
		return false;
	return add_money(&total->old_cost.nanos, side[0].nanos) &&
		add_money(&total->new_cost.nanos, side[1].nanos);
}

static tw_status take_call(struct stake *stake, struct tw_stmt *stmt,
			   tw_error *err)
{
	tw_rating_request request = TW_RATING_REQUEST_INIT;
	struct charged side[2];
	tw_status status;

	if (!read_call(&request, stmt)) {
		stake->changes->total.unknown++;
		return TW_OK;
	}
	if (request.flags && !stake->attempts)
		return TW_OK;
	status = find_relation(&request, stake, stmt, err);
	if (status)
		return status;
	status = charge(&side[0], &stake->side[0], &request, err);
	if (!status)
		status = charge(&side[1], &stake->side[1], &request, err);
	if (status)
		return status;
	return add_call(stake, side) ? TW_OK : tw__fail(err, TW_ERANGE,
		"the charges of a month do not fit; compare a shorter time");
}

static tw_status take_calls(struct stake *stake, tw_store *store,
			    tw_error *err)
{
	const tw_price_total *total = &stake->changes->total;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT c.start_us, c.answer_after_us, c.duration_us, "
		"c.direction, a.digits, b.digits, (SELECT name FROM number "
		"WHERE id = c.number ORDER BY valid_from DESC LIMIT 1) "
		"FROM call c LEFT JOIN identity a ON a.id = c.caller "
		"LEFT JOIN identity b ON b.id = c.callee "
		"WHERE c.start_us >= ? AND c.start_us < ? AND c.undone = 0 "
		"AND c.carrier = ? AND c.direction <> 4", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, total->month_from);
	tw__bind_i64(stmt, 2, total->month_to);
	tw__bind_i64(stmt, 3, stake->changes->carrier);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = take_call(stake, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static void set_currency(tw_price_total *total, const char *currency)
{
	tw_money *const all[] = { &total->old_cost, &total->new_cost,
		&total->lost_cost, &total->gained_cost };

	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++)
		memcpy(all[i]->currency, currency, sizeof(all[i]->currency));
}

tw_status tw__price_stake(struct tw_price_changes *changes, tw_store *store,
			  tw_time now, tw_error *err)
{
	struct stake stake = { .changes = changes };
	tw_status status = find_month(changes, store, now, err);

	set_currency(&changes->total, changes->side[1].terms.rules.currency);
	/* the first prices are compared with none */
	if (status || !changes->total.before)
		return status;
	status = make_both(&stake, store, err);
	if (!status)
		status = look_around(&stake, store, err);
	if (!status)
		status = take_calls(&stake, store, err);
	for (int i = 0; i < 2; i++) {
		tw_deck_free(stake.side[i].deck);
		tw_free(stake.side[i].change);
	}
	tw_numbering_free(stake.numbering);
	return status;
}
