/**
 * @file src/rating/sum.c  Seconds and money of one call
 *
 * Decides the seconds that count, what they make in money, the minimum, the
 * cap, VAT and the one rounding. Refuses to know which row was found and why,
 * whose expense it is and any clock. Everything stays an exact fraction until
 * it is rounded once: peers that round each increment bill 0.7002 where the
 * contract says 0.70.
 *
 * Amounts are added over one denominator: 60, or 60 * 10^12 where percentages
 * of bands and tiers take part. What overflows 128 bits over it is far beyond
 * what a charge can hold, and only a cap can bring it back.
 */
#include "deck.h"

#include <string.h>

#define MINUTE_S 60
#define PPM ((int64_t)TW_PPM_WHOLE)
#define PERCENTS ((tw__i128)PPM * PPM)

static const int64_t power10[] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
	1000000000,
};

/* A sum over one denominator; too_large: only a cap can mend it. */
struct total {
	tw__i128 numerator;
	tw__i128 denominator;
	bool too_large;
};

static void add_product(struct total *total, tw__i128 a, tw__i128 b)
{
	tw__i128 product;

	if (__builtin_mul_overflow(a, b, &product) ||
	    __builtin_add_overflow(total->numerator, product,
				   &total->numerator))
		total->too_large = true;
}

/* false: more than an amount holds; the greatest one then. A flat sum nearly
 * always fits 64 bits, where dividing is ten times cheaper. */
static bool exact_of(struct tw_exact *out, const struct total *total)
{
	tw__i128 nanos;

	if (total->denominator == MINUTE_S && !total->too_large &&
	    total->numerator <= INT64_MAX) {
		int64_t numerator = (int64_t)total->numerator;

		*out = (struct tw_exact){ numerator / MINUTE_S,
			numerator % MINUTE_S, MINUTE_S };
		return true;
	}
	nanos = total->numerator / total->denominator;
	if (total->too_large || nanos > INT64_MAX) {
		*out = (struct tw_exact){ INT64_MAX, 0, total->denominator };
		return false;
	}
	*out = (struct tw_exact){ (int64_t)nanos,
		total->numerator % total->denominator, total->denominator };

	return true;
}

/* ---- rounding ---- */

static bool rounds_up(tw__i128 rest, tw__i128 whole, bool odd, uint32_t mode)
{
	switch (mode) {

	case TW_ROUND_UP:
		return rest > 0;
	case TW_ROUND_HALF_UP:
		return rest >= whole - rest;
	case TW_ROUND_HALF_EVEN:
		return rest > whole - rest || (rest == whole - rest && odd);
	default:
		return false;
	}
}

/* A factor that takes part in a rounding: multiplier / divisor. */
struct factor {
	int64_t multiplier;     /* <= 2 * 10^6 */
	int64_t divisor;        /* <= 2 * 10^6 */
};

/* Nearly all charges fit 64 bits here as well. */
static bool round_small(int64_t *out, const struct tw_exact *exact,
			struct factor f, int64_t unit, uint32_t mode)
{
	int64_t product, whole, rest, units;

	if (exact->denominator != MINUTE_S ||
	    __builtin_mul_overflow(exact->nanos, f.multiplier, &product))
		return false;
	rest = product % f.divisor * MINUTE_S +
		(int64_t)exact->rest * f.multiplier;
	product = product / f.divisor + rest / (f.divisor * MINUTE_S);
	rest %= f.divisor * MINUTE_S;
	whole = unit * f.divisor * MINUTE_S;
	units = product / unit;
	rest += product % unit * (f.divisor * MINUTE_S);
	units += rounds_up(rest, whole, units & 1, mode);

	return !__builtin_mul_overflow(units, unit, out);
}

/* exact * multiplier / divisor, rounded to multiples of unit. Split into
 * nanos and rest so that no product passes 127 bits. */
static tw_status round_exact(int64_t *out, const struct tw_exact *exact,
			     struct factor f, int64_t unit, uint32_t mode)
{
	tw__i128 whole = exact->denominator * f.divisor;
	tw__i128 product, rest, units;

	if (round_small(out, exact, f, unit, mode))
		return TW_OK;
	product = (tw__i128)exact->nanos * f.multiplier;
	rest = product % f.divisor * exact->denominator +
		exact->rest * f.multiplier;
	product = product / f.divisor + rest / whole;
	rest = rest % whole + product % unit * whole;
	units = product / unit;
	units += rounds_up(rest, whole * unit, units & 1, mode);

	return tw__i128_narrow(out, units * unit, NULL);
}

static const struct factor as_it_is = { 1, 1 };

static tw_status round_nanos(int64_t *out, int64_t nanos,
			     const tw_tariff_rules *rules)
{
	const struct tw_exact exact = { nanos, 0, MINUTE_S };

	return round_exact(out, &exact, as_it_is,
			   power10[9 - rules->decimals], rules->rounding);
}

/* ---- seconds ---- */

int64_t tw__count_seconds(int64_t duration_us, uint32_t rule)
{
	int64_t seconds = duration_us / TW_SECOND;
	int64_t rest = duration_us % TW_SECOND;

	if (rule == TW_SECONDS_CEIL)
		return seconds + (rest > 0);
	if (rule == TW_SECONDS_NEAREST)
		return seconds + (rest >= TW_SECOND / 2);

	return seconds;
}

/* ---- usage ---- */

static void run_total(struct total *out, const tw_tariff_rules *rules,
		      const struct tw_run *run)
{
	struct total piece = { 0, MINUTE_S * PERCENTS, false };
	struct tw_exact exact;
	int64_t rounded;

	add_product(&piece, (tw__i128)run->row->price_nanos * run->piece_s,
		    (tw__i128)run->band_ppm * run->tier_ppm);
	if (rules->round_each == TW_ROUND_EACH_INCREMENT) {
		if (!exact_of(&exact, &piece) ||
		    round_exact(&rounded, &exact, as_it_is,
				power10[9 - rules->decimals],
				rules->rounding))
			piece.too_large = true;
		else
			piece.numerator = rounded * piece.denominator;
	}
	*out = (struct total){ 0, piece.denominator, piece.too_large };
	if (!run->bundle)
		add_product(out, piece.numerator, run->count);
	else
		out->too_large = false;
}

bool tw__run_amount(struct tw_exact *out, const tw_tariff_rules *rules,
		    const struct tw_run *run)
{
	struct total total;

	run_total(&total, rules, run);

	return exact_of(out, &total);
}

struct adding {
	const tw_tariff_rules *rules;
	struct tw_sum *sum;
	struct total total;
};

static bool add_run(void *arg, const struct tw_run *run)
{
	struct adding *adding = arg;
	struct total total;
	int64_t seconds = run->count * run->piece_s;

	if (run->bundle)
		adding->sum->bundle_s += seconds;
	else
		adding->sum->paid_s += seconds;
	run_total(&total, adding->rules, run);
	adding->total.too_large |= total.too_large;
	add_product(&adding->total, total.numerator, 1);

	return true;
}

/* One price from end to end: a product instead of a walk. */
static bool is_flat(const struct tw_deck *deck, const struct tw_question *q,
		    const struct tw_price *price)
{
	return !price->in_parts && !deck->band_count && !deck->tier_count &&
		!q->bundle_left_s &&
		deck->rules.round_each == TW_ROUND_EACH_CALL;
}

/* Further increments count from the end of the first one: the remainder of
 * the whole call by the increment, which two peers take, is 4 seconds short
 * at 60/7 and 61 s. */
static struct total use_flat(struct tw_sum *sum,
			     const struct tw_rate_row *row,
			     int64_t included_s)
{
	int64_t first = row->first_inc_s, next = row->next_inc_s;
	int64_t beyond = sum->counted_s - included_s - first;
	struct total total = { 0, MINUTE_S, false };

	sum->charged_s = first;
	if (beyond > 0)
		sum->charged_s += (beyond + next - 1) / next * next;
	sum->paid_s = sum->charged_s;
	add_product(&total, row->price_nanos, sum->charged_s);

	return total;
}

static struct total use_walk(struct tw_sum *sum, const struct tw_deck *deck,
			     const struct tw_question *q,
			     const struct tw_price *price)
{
	struct adding adding = { &deck->rules, sum,
		{ 0, MINUTE_S * PERCENTS, false } };

	sum->charged_s = tw__walk(deck, q, price, sum->counted_s, add_run,
				  &adding);

	return adding.total;
}

/* ---- money ---- */

static tw_status fail_range(tw_error *err)
{
	return tw__fail_at(err, TW_ERANGE, 0, "cost", "the cost is more than "
		"9223372036 units; check price and duration");
}

/* Fee, minimum and cap of the contract. A carrier that rounds increments
 * rounds these as well. */
static tw_status bind(struct tw_sum *sum, struct total *total,
		      const tw_tariff_rules *rules)
{
	int64_t fee = sum->fee_nanos;
	int64_t least = rules->minimum_charge_nanos;
	int64_t most = rules->maximum_charge_nanos;

	if (rules->round_each == TW_ROUND_EACH_INCREMENT &&
	    (round_nanos(&fee, fee, rules) ||
	     round_nanos(&least, least, rules) ||
	     round_nanos(&most, most, rules)))
		return TW_ERANGE;
	add_product(total, fee, total->denominator);
	/* What is free stays free: a minimum is for what costs something. */
	if (sum->paid_s && !total->too_large && total->numerator > 0 &&
	    total->numerator < least * total->denominator) {
		total->numerator = least * total->denominator;
		sum->bound = -1;
	}
	/* A cap that is rounded to 0 is a cap all the same. */
	if (rules->maximum_charge_nanos &&
	    (total->too_large ||
	     total->numerator > most * total->denominator)) {
		total->numerator = most * total->denominator;
		total->too_large = false;
		sum->bound = 1;
	}

	return TW_OK;
}

/* The other side of the VAT comes from the unrounded price too, never from
 * the rounded cost; net + VAT is gross to the last digit all the same, since
 * under a gross tariff VAT is what is left. */
static tw_status split(int64_t out[3], const struct tw_exact *exact,
		       const tw_tariff_rules *rules, int64_t unit)
{
	int64_t ppm = rules->vat_percent_nanos / (TW_NANOS / 10000);
	tw_status status = round_exact(&out[0], exact, as_it_is, unit,
				       rules->rounding);

	if (status)
		return status;
	if (rules->vat == TW_VAT_NET) {
		out[1] = out[0];
		return round_exact(&out[2], exact,
				   (struct factor){ ppm, PPM }, unit,
				   rules->rounding);
	}
	status = round_exact(&out[1], exact,
			     (struct factor){ PPM, PPM + ppm }, unit,
			     rules->rounding);
	out[2] = out[0] - out[1];

	return status;
}

/* exact * exchange, still exact: the remainder goes on over a denominator
 * that is 10^9 times as large. */
static bool exchange(struct tw_exact *out, const struct tw_exact *exact,
		     int64_t exchange_nanos)
{
	tw__i128 product = (tw__i128)exact->nanos * exchange_nanos;
	tw__i128 denominator = exact->denominator * TW_NANOS;
	tw__i128 rest = product % TW_NANOS * exact->denominator +
		exact->rest * exchange_nanos;

	product = product / TW_NANOS + rest / denominator;
	if (product > INT64_MAX)
		return false;
	*out = (struct tw_exact){ (int64_t)product, rest % denominator,
				  denominator };

	return true;
}

static tw_status convert(struct tw_sum *sum, const tw_tariff_rules *rules,
			 int64_t exchange_nanos, tw_error *err)
{
	struct tw_exact converted;
	int64_t out[3];
	uint32_t decimals;
	tw_status status;

	/* Nothing is nothing in any currency, whatever its rate. */
	if (!rules->convert_to[0] || (!sum->exact.nanos && !sum->exact.rest))
		return TW_OK;
	if (exchange_nanos <= 0)
		return tw__fail_at(err, TW_ENOPRICE, 0, "exchange", "no rate "
			"from %s to %s for that day; import one with "
			"trunkwise exchange import", rules->currency,
			rules->convert_to);
	status = tw_currency_decimals(&decimals, rules->convert_to, err);
	if (status)
		return status;
	if (exchange_nanos > TW_EXCHANGE_MAX_NANOS)
		return tw__fail_at(err, TW_ERANGE, 0, "exchange", "a rate of "
			"exchange is at most 1000000");
	if (!exchange(&converted, &sum->exact, exchange_nanos) ||
	    split(out, &converted, rules, power10[9 - decimals]))
		return fail_range(err);
	sum->converted_nanos = out[0];
	sum->converted_net_nanos = out[1];
	sum->converted_vat_nanos = out[2];

	return TW_OK;
}

static tw_status close_at(struct tw_sum *sum, const tw_tariff_rules *rules,
			  int64_t unit, int64_t exchange_nanos, tw_error *err)
{
	int64_t out[3];

	if (split(out, &sum->exact, rules, unit))
		return fail_range(err);
	sum->cost_nanos = out[0];
	sum->net_nanos = out[1];
	sum->vat_nanos = out[2];

	return convert(sum, rules, exchange_nanos, err);
}

static tw_status close_sum(struct tw_sum *sum, const tw_tariff_rules *rules,
			   int64_t exchange_nanos, tw_error *err)
{
	return close_at(sum, rules, power10[9 - rules->decimals],
			exchange_nanos, err);
}

static tw_status charge_seconds(struct tw_sum *sum,
				const struct tw_deck *deck,
				const struct tw_question *q,
				const struct tw_price *price, tw_error *err)
{
	struct total total = { 0, MINUTE_S, false };

	sum->fee_nanos = price->base->connect_fee_nanos;
	if (sum->counted_s > (int64_t)deck->rules.included_s)
		total = is_flat(deck, q, price) ?
			use_flat(sum, price->base, deck->rules.included_s) :
			use_walk(sum, deck, q, price);
	exact_of(&sum->usage, &total);
	if (bind(sum, &total, &deck->rules) ||
	    !exact_of(&sum->exact, &total))
		return fail_range(err);

	return close_sum(sum, &deck->rules, q->exchange_nanos, err);
}

/* A call that costs a fee or nothing, whatever its row says. */
static tw_status charge_fee(struct tw_sum *sum, const struct tw_deck *deck,
			    const struct tw_question *q, int64_t fee_nanos,
			    tw_error *err)
{
	sum->fee_nanos = fee_nanos;
	sum->usage = (struct tw_exact){ 0, 0, MINUTE_S };
	sum->exact = (struct tw_exact){ fee_nanos, 0, MINUTE_S };
	if (!fee_nanos)
		return TW_OK;

	return close_sum(sum, &deck->rules, q->exchange_nanos, err);
}

/* As fine as the amount is, and no coarser than its currency: who states
 * whole kopecks gets whole kopecks of VAT. */
static int64_t stated_unit(int64_t nanos, const char *currency)
{
	uint32_t decimals;
	int64_t unit;

	if (tw_currency_decimals(&decimals, currency, NULL))
		decimals = 2;
	unit = power10[9 - decimals];
	while (nanos % unit)
		unit /= 10;

	return unit;
}

/* What its source has charged already, whole: only VAT and another currency
 * are ours to compute. */
static tw_status take_stated(struct tw_sum *sum, const struct tw_deck *deck,
			     const struct tw_question *q, tw_error *err)
{
	sum->counted_s = sum->charged_s = sum->paid_s = sum->seconds;
	sum->exact = (struct tw_exact){ q->stated_nanos, 0, MINUTE_S };
	sum->usage = sum->exact;

	return close_at(sum, &deck->rules, stated_unit(q->stated_nanos,
			deck->rules.currency), q->exchange_nanos, err);
}

tw_status tw__sum(struct tw_sum *sum, const struct tw_deck *deck,
		  const struct tw_question *q, const struct tw_price *price,
		  tw_error *err)
{
	const tw_tariff_rules *rules = &deck->rules;
	int64_t fee_nanos = 0;

	memset(sum, 0, sizeof(*sum));
	sum->seconds = tw__count_seconds(q->duration_us, rules->seconds);
	if (tw__is_stated(rules) && q->flags & TW_RATING_STATED)
		return take_stated(sum, deck, q, err);
	sum->attempt = !price;
	sum->free = price && (!sum->seconds ||
			      sum->seconds < (int64_t)rules->free_below_s);
	sum->counted_s = sum->seconds < (int64_t)rules->minimum_s ?
		(int64_t)rules->minimum_s : sum->seconds;
	if (!sum->attempt && !sum->free)
		return charge_seconds(sum, deck, q, price, err);
	if (sum->attempt)
		fee_nanos = rules->attempt_fee_nanos;
	else if (!sum->seconds && rules->fee_on_zero)
		fee_nanos = price->base->connect_fee_nanos;

	return charge_fee(sum, deck, q, fee_nanos, err);
}
