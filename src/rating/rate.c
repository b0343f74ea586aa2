/**
 * @file src/rating/rate.c  What one call costs
 *
 * Decides the seconds that count, the increments they fill and the money they
 * make. Refuses to know which calls were answered, whose expense it is and
 * any clock. Everything stays an exact fraction until one rounding: peers
 * that round each increment bill 0.7002 where the contract says 0.70.
 */
#include "deck.h"

#include "base/decimal.h"
#include <string.h>

static const int64_t power10[] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
	1000000000,
};

static tw_status read_digits(size_t *length, const char *text,
			     const char *field, tw_error *err)
{
	size_t n = 0;

	while (text[n] >= '0' && text[n] <= '9')
		n++;
	if (text[n])
		return tw__fail_at(err, TW_EINVAL, 0, field, "a number is "
			"digits only; normalise it first, and leave out a "
			"hidden caller");
	*length = n;

	return TW_OK;
}

tw_status tw__question_read(struct tw_question *out,
			    const tw_rating_request *request, tw_error *err)
{
	struct tw_question q = { NULL, 0, NULL, 0, 0, 0, 0 };
	tw_rating_request r;
	tw_status status;

	status = tw__import(&r, sizeof(r), request, err);
	if (status)
		return status;
	if (r.direction < TW_DIRECTION_OUTBOUND ||
	    r.direction > TW_DIRECTION_INTERNAL)
		return tw__fail_at(err, TW_EINVAL, 0, "direction", "a call "
			"is outbound, inbound, forward or internal");
	if (r.duration_us < 0)
		return tw__fail_at(err, TW_EINVAL, 0, "duration",
				   "a call lasts 0 or more");
	if (!r.number || !r.number[0])
		return tw__fail_at(err, TW_EINVAL, 0, "number",
				   "no number to look up");
	status = read_digits(&q.number_length, r.number, "number", err);
	if (!status && r.caller)
		status = read_digits(&q.caller_length, r.caller, "caller",
				     err);
	if (status)
		return status;

	q.number = r.number;
	q.caller = r.caller;
	q.direction = r.direction;
	q.at = r.answer;
	q.duration_us = r.duration_us;
	*out = q;

	return TW_OK;
}

static int64_t count_seconds(int64_t duration_us, uint32_t rule)
{
	int64_t seconds = duration_us / TW_SECOND;
	int64_t rest = duration_us % TW_SECOND;

	if (rule == TW_SECONDS_CEIL)
		return seconds + (rest > 0);
	if (rule == TW_SECONDS_NEAREST)
		return seconds + (rest >= TW_SECOND / 2);

	return seconds;
}

/* Further increments count from the end of the first one: the remainder of
 * the whole call by the increment, which two peers take, is 4 seconds short
 * at 60/7 and 61 s. */
static void count_increments(struct tw_sum *sum, const struct tw_row *row)
{
	int64_t first = row->first_inc_s, next = row->next_inc_s;

	sum->initial_s = sum->seconds ? first : 0;
	sum->steps = sum->seconds > first ?
		(sum->seconds - first + next - 1) / next : 0;
	sum->charged_s = sum->initial_s + sum->steps * next;
}

static tw_status round_money(int64_t *out, tw__i128 numerator,
			     tw__i128 denominator,
			     const tw_tariff_rules *rules, tw_error *err)
{
	int64_t unit = power10[9 - rules->decimals];

	return tw__i128_narrow(out, unit * tw__div_round(numerator,
			       denominator * unit, rules->rounding), err);
}

/* The other side of the VAT comes from the unrounded price too, never from
 * the rounded cost; net + VAT is gross to the last digit all the same, since
 * under a gross tariff VAT is what is left. */
static tw_status split_vat(struct tw_sum *sum, tw__i128 exact60,
			   const tw_tariff_rules *rules, tw_error *err)
{
	const tw__i128 whole = 100 * TW_NANOS;
	const tw__i128 percent = rules->vat_percent_nanos;
	tw_status status;

	if (rules->vat == TW_VAT_NET) {
		sum->net_nanos = sum->cost_nanos;

		return round_money(&sum->vat_nanos, exact60 * percent,
				   60 * whole, rules, err);
	}
	status = round_money(&sum->net_nanos, exact60 * whole,
			     60 * (whole + percent), rules, err);
	sum->vat_nanos = sum->cost_nanos - sum->net_nanos;

	return status;
}

static tw_status fail_range(const struct tw_row *row, tw_error *err)
{
	return tw__fail_at(err, TW_ERANGE, row->line, "cost", "the cost is "
		"more than 9223372036 units; check price and duration");
}

tw_status tw__sum(struct tw_sum *out, const struct tw_deck *deck,
		  const struct tw_row *row, int64_t duration_us,
		  tw_error *err)
{
	struct tw_sum sum = { 0 };
	tw__i128 exact60 = 0;

	sum.seconds = count_seconds(duration_us, deck->rules.seconds);
	count_increments(&sum, row);
	/* No second, no money: neither fee nor first increment. */
	if (sum.seconds)
		exact60 = (tw__i128)row->price_nanos * sum.charged_s +
			(tw__i128)row->connect_fee_nanos * 60;
	sum.exact_to_nano = exact60 % 60 == 0;
	/* Once this fits, exact60 has 70 bits and the VAT below cannot
	 * overflow 128. */
	if (tw__i128_narrow(&sum.exact_nanos, exact60 / 60, NULL) ||
	    round_money(&sum.cost_nanos, exact60, 60, &deck->rules, NULL) ||
	    split_vat(&sum, exact60, &deck->rules, NULL))
		return fail_range(row, err);
	*out = sum;

	return TW_OK;
}

static tw_status find(const struct tw_row **out, const tw_deck *deck,
		      const struct tw_question *q, tw_error *err)
{
	const struct tw_row *row = tw__deck_find(deck, q);

	if (!row)
		return tw__fail_at(err, TW_ENOPRICE, 0, "number", "no %s "
			"price in force for %.31s at that time; import a "
			"sheet with its prefix",
			tw_direction_name(q->direction), q->number);
	if (row->status == TW_RATE_BLOCKED)
		return tw__fail_at(err, TW_EREFUSED, row->line, "status",
			"%.31s is blocked by the sheet: the carrier does not "
			"serve it", q->number);
	*out = row;

	return TW_OK;
}

static tw_money money(const tw_deck *deck, int64_t nanos)
{
	tw_money m = { nanos, "" };

	memcpy(m.currency, deck->rules.currency, sizeof(m.currency));

	return m;
}

static void describe(tw_charge *charge, const tw_deck *deck,
		     const struct tw_row *row)
{
	const char *text = deck->texts + row->destination;

	charge->rate_index = row->index;
	charge->line = row->line;
	tw__prefix_unpack(charge->prefix, row->prefix);
	memcpy(charge->destination, text, strlen(text) + 1);
}

static tw_status rate_row(tw_charge *charge, const tw_deck *deck,
			  const struct tw_question *q, tw_error *err)
{
	const struct tw_row *row;
	struct tw_sum sum;
	tw_status status;

	status = find(&row, deck, q, err);
	if (!status)
		status = tw__sum(&sum, deck, row, q->duration_us, err);
	if (status)
		return status;

	charge->cost.nanos = sum.cost_nanos;
	charge->net.nanos = sum.net_nanos;
	charge->vat.nanos = sum.vat_nanos;
	charge->exact_nanos = sum.exact_nanos;
	charge->seconds = sum.seconds;
	charge->charged_s = sum.charged_s;
	describe(charge, deck, row);

	return TW_OK;
}

tw_status tw_rating_rate(tw_charge *out, const tw_deck *deck,
			 const tw_rating_request *request, tw_error *err)
{
	tw_charge charge = TW_CHARGE_INIT;
	struct tw_question q;
	tw_status status;

	if (!out || !deck)
		return tw__fail(err, TW_EINVAL, "no deck to ask or no place "
				"for the charge");
	status = tw__question_read(&q, request, err);
	if (status)
		return status;

	charge.cost = charge.net = charge.vat = money(deck, 0);
	charge.rate_index = TW_RATE_NONE;
	if (q.direction == TW_DIRECTION_INTERNAL)
		charge.seconds = count_seconds(q.duration_us,
					       deck->rules.seconds);
	else
		status = rate_row(&charge, deck, &q, err);
	if (status)
		return status;

	return tw__export(out, &charge, sizeof(charge), err);
}

tw_status tw_rating_lookup(uint64_t *out_rate_index, const tw_deck *deck,
			   const tw_rating_request *request, tw_error *err)
{
	const struct tw_row *row;
	struct tw_question q;
	tw_status status;

	if (!out_rate_index || !deck)
		return tw__fail(err, TW_EINVAL, "no deck to ask or no place "
				"for the answer");
	status = tw__question_read(&q, request, err);
	if (status)
		return status;
	if (q.direction == TW_DIRECTION_INTERNAL) {
		*out_rate_index = TW_RATE_NONE;
		return TW_OK;
	}
	status = find(&row, deck, &q, err);
	if (status)
		return status;
	*out_rate_index = row->index;

	return TW_OK;
}
