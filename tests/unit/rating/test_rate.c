/*
 * Charges computed by hand, the worked examples of docs/rating.md, and an
 * oracle that multiplies and divides digit by digit as on paper.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rating_fixture.h"
#include "base/base.h"
#include <trunkwise/sys/clock.h>

struct call {
	const char *price, *fee;
	uint32_t first, next;
	int64_t duration_us;
	uint32_t seconds, rounding, decimals;
};

static int64_t nanos(const char *text)
{
	int64_t value = 0;

	assert_int_equal(tw_decimal_parse(&value, text, NULL), TW_OK);
	return value;
}

static tw_status rate_with(tw_charge *charge, const tw_tariff_rules *rules,
			   const tw_rate *rate, int64_t duration_us,
			   tw_error *err)
{
	tw_rating_request request = fixture_request("74951234567",
						    duration_us);
	tw_deck *deck = NULL;
	tw_status status;

	assert_int_equal(tw_deck_new(&deck, rules, rate, 1, NULL), TW_OK);
	status = tw_rating_rate(charge, deck, &request, err);
	tw_deck_free(deck);
	return status;
}

static tw_charge rate_call(const struct call *call)
{
	tw_tariff_rules rules = fixture_rules();
	tw_rate rate = fixture_rate("7", nanos(call->price), call->first,
				    call->next);
	tw_charge charge = TW_CHARGE_INIT;

	rules.seconds = call->seconds;
	rules.rounding = call->rounding;
	rules.decimals = call->decimals;
	rate.connect_fee_nanos = nanos(call->fee);
	assert_int_equal(rate_with(&charge, &rules, &rate, call->duration_us,
				   NULL), TW_OK);
	return charge;
}

static void check(const struct call *call, int64_t charged_s,
		  const char *cost)
{
	tw_charge charge = rate_call(call);

	assert_int_equal(charge.charged_s, charged_s);
	assert_int_equal(charge.cost.nanos, nanos(cost));
	assert_string_equal(charge.cost.currency, "RUB");
}

#define S TW_SECOND
#define CEIL TW_SECONDS_CEIL
#define HALF_UP TW_ROUND_HALF_UP

/* docs/rating.md, in its order. */
static void test_worked_examples(void **state)
{
	(void)state;
	check(&(struct call){ "0.012", "0", 30, 6, 31 * S, CEIL, HALF_UP, 4 },
	      36, "0.0072");
	check(&(struct call){ "0.0150", "0", 60, 7, 61 * S, CEIL, HALF_UP,
			      5 }, 67, "0.01675");
	check(&(struct call){ "0.1", "0", 1, 1, 61 * S, CEIL, TW_ROUND_UP,
			      2 }, 61, "0.11");
	check(&(struct call){ "1.50", "0.10", 60, 1, 61500000, CEIL, HALF_UP,
			      2 }, 62, "1.65");
	check(&(struct call){ "0.7", "0", 1, 1, 60 * S, CEIL, HALF_UP, 4 },
	      60, "0.7");
	check(&(struct call){ "6.5", "0", 60, 60, 60 * S, CEIL, HALF_UP, 4 },
	      60, "6.5");
}

static void test_increments(void **state)
{
	static const struct { int64_t seconds, charged; } plan[] = {
		{ 1, 60 }, { 59, 60 }, { 60, 60 }, { 61, 67 }, { 67, 67 },
		{ 68, 74 }, { 74, 74 }, { 75, 81 }, { 3600, 3602 },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(plan); i++) {
		tw_charge c = rate_call(&(struct call){ "1", "0", 60, 7,
			plan[i].seconds * S, CEIL, HALF_UP, 9 });

		assert_int_equal(c.seconds, plan[i].seconds);
		assert_int_equal(c.charged_s, plan[i].charged);
	}
}

/* A first increment shorter than the next ones. */
static void test_short_first_increment(void **state)
{
	(void)state;
	check(&(struct call){ "6", "0", 1, 60, 1 * S, CEIL, HALF_UP, 2 }, 1,
	      "0.1");
	check(&(struct call){ "6", "0", 1, 60, 2 * S, CEIL, HALF_UP, 2 }, 61,
	      "6.1");
	check(&(struct call){ "6", "0", 1, 60, 61 * S, CEIL, HALF_UP, 2 },
	      61, "6.1");
	check(&(struct call){ "6", "0", 1, 60, 62 * S, CEIL, HALF_UP, 2 },
	      121, "12.1");
}

static int64_t seconds_of(int64_t duration_us, uint32_t rule)
{
	return rate_call(&(struct call){ "60", "0", 1, 1, duration_us, rule,
					 HALF_UP, 2 }).seconds;
}

static void test_seconds(void **state)
{
	(void)state;
	assert_int_equal(seconds_of(1, TW_SECONDS_CEIL), 1);
	assert_int_equal(seconds_of(1000000, TW_SECONDS_CEIL), 1);
	assert_int_equal(seconds_of(1000001, TW_SECONDS_CEIL), 2);
	assert_int_equal(seconds_of(1999999, TW_SECONDS_FLOOR), 1);
	assert_int_equal(seconds_of(2000000, TW_SECONDS_FLOOR), 2);
	assert_int_equal(seconds_of(499999, TW_SECONDS_NEAREST), 0);
	assert_int_equal(seconds_of(500000, TW_SECONDS_NEAREST), 1);
	assert_int_equal(seconds_of(1499999, TW_SECONDS_NEAREST), 1);
	assert_int_equal(seconds_of(1500000, TW_SECONDS_NEAREST), 2);
}

static void test_zero_duration(void **state)
{
	(void)state;
	check(&(struct call){ "1.5", "0.5", 60, 60, 0, CEIL, TW_ROUND_UP, 2 },
	      0, "0");
	/* Less than a second that the rule does not count is no second. */
	check(&(struct call){ "1.5", "0.5", 60, 60, 999999, TW_SECONDS_FLOOR,
			      TW_ROUND_UP, 2 }, 0, "0");
	check(&(struct call){ "1.5", "0.5", 60, 60, 1, CEIL, HALF_UP, 2 },
	      60, "2");
}

static void test_fee(void **state)
{
	(void)state;
	/* Once, and before the rounding: 0.005 + 0.015 is 0.02. */
	check(&(struct call){ "0.3", "0.005", 1, 1, 3 * S, CEIL, HALF_UP,
			      2 }, 3, "0.02");
	check(&(struct call){ "0", "0.25", 60, 60, 600 * S, CEIL, HALF_UP,
			      2 }, 600, "0.25");
}

static void check_rounding(uint32_t mode, uint32_t decimals,
			   const char *exact, const char *cost)
{
	/* One minute: the price is the exact cost. */
	check(&(struct call){ exact, "0", 60, 60, 60 * S, CEIL, mode,
			      decimals }, 60, cost);
}

static void test_rounding(void **state)
{
	(void)state;
	check_rounding(TW_ROUND_HALF_UP, 2, "0.125", "0.13");
	check_rounding(TW_ROUND_HALF_EVEN, 2, "0.125", "0.12");
	check_rounding(TW_ROUND_HALF_EVEN, 2, "0.135", "0.14");
	check_rounding(TW_ROUND_HALF_EVEN, 2, "0.125000001", "0.13");
	check_rounding(TW_ROUND_UP, 2, "0.120000001", "0.13");
	check_rounding(TW_ROUND_UP, 2, "0.12", "0.12");
	check_rounding(TW_ROUND_DOWN, 2, "0.129999999", "0.12");
	check_rounding(TW_ROUND_HALF_UP, 0, "0.5", "1");
	check_rounding(TW_ROUND_HALF_EVEN, 0, "0.5", "0");
	check_rounding(TW_ROUND_HALF_UP, 0, "1234.499999999", "1234");
	check_rounding(TW_ROUND_HALF_UP, 9, "0.123456789", "0.123456789");
}

/* A third of a nano-unit is still seen by the rounding. */
static void test_rounding_below_nano(void **state)
{
	tw_charge c = rate_call(&(struct call){ "0.000000001", "0", 1, 1,
		1 * S, CEIL, TW_ROUND_UP, 9 });

	(void)state;
	assert_int_equal(c.exact_nanos, 0);
	assert_int_equal(c.cost.nanos, 1);

	/* 1/60 below the half, at the half, above it. */
	check(&(struct call){ "0.299999999", "0", 1, 1, 1 * S, CEIL, HALF_UP,
			      2 }, 1, "0");
	check(&(struct call){ "0.3", "0", 1, 1, 1 * S, CEIL, HALF_UP, 2 }, 1,
	      "0.01");
	check(&(struct call){ "0.3", "0", 1, 1, 1 * S, CEIL,
			      TW_ROUND_HALF_EVEN, 2 }, 1, "0");
	check(&(struct call){ "0.300000001", "0", 1, 1, 1 * S, CEIL,
			      TW_ROUND_HALF_EVEN, 2 }, 1, "0.01");
}

static void test_exact_is_floor(void **state)
{
	tw_charge c = rate_call(&(struct call){ "1", "0", 1, 1, 62 * S, CEIL,
		HALF_UP, 2 });

	(void)state;
	assert_int_equal(c.exact_nanos, 1033333333);
	assert_int_equal(c.cost.nanos, 1030000000);
}

/* ---- VAT ---- */

static tw_charge rate_vat(uint32_t kind, const char *percent,
			  const char *price, uint32_t mode)
{
	tw_tariff_rules rules = fixture_rules();
	tw_rate rate = fixture_rate("7", nanos(price), 60, 60);
	tw_charge charge = TW_CHARGE_INIT;

	rules.vat = kind;
	rules.vat_percent_nanos = nanos(percent);
	rules.rounding = mode;
	assert_int_equal(rate_with(&charge, &rules, &rate, 60 * S, NULL),
			 TW_OK);
	return charge;
}

static void check_vat(const tw_charge *c, const char *cost, const char *net,
		      const char *vat)
{
	assert_int_equal(c->cost.nanos, nanos(cost));
	assert_int_equal(c->net.nanos, nanos(net));
	assert_int_equal(c->vat.nanos, nanos(vat));
	assert_string_equal(c->net.currency, "RUB");
	assert_string_equal(c->vat.currency, "RUB");
}

static void test_vat_net(void **state)
{
	tw_charge c = rate_vat(TW_VAT_NET, "20", "1.5", HALF_UP);

	(void)state;
	check_vat(&c, "1.5", "1.5", "0.3");
	/* 0.02728 */
	c = rate_vat(TW_VAT_NET, "22", "0.124", HALF_UP);
	check_vat(&c, "0.12", "0.12", "0.03");
	/* 0.005 at 50 % is 0.0025; of the rounded 0.01 it were 0.005. */
	c = rate_vat(TW_VAT_NET, "50", "0.005", HALF_UP);
	check_vat(&c, "0.01", "0.01", "0");
	c = rate_vat(TW_VAT_NET, "0", "1.23", HALF_UP);
	check_vat(&c, "1.23", "1.23", "0");
}

static void test_vat_gross(void **state)
{
	tw_charge c = rate_vat(TW_VAT_GROSS, "20", "1.2", HALF_UP);

	(void)state;
	check_vat(&c, "1.2", "1", "0.2");
	/* 1.00 / 1.2 = 0.8333 */
	c = rate_vat(TW_VAT_GROSS, "20", "1", HALF_UP);
	check_vat(&c, "1", "0.83", "0.17");
	/* From 0.014 (net 0.01166), not from the rounded 0.01 (0.00833). */
	c = rate_vat(TW_VAT_GROSS, "20", "0.014", TW_ROUND_DOWN);
	check_vat(&c, "0.01", "0.01", "0");
	c = rate_vat(TW_VAT_GROSS, "20", "0.005", TW_ROUND_UP);
	check_vat(&c, "0.01", "0.01", "0");
	c = rate_vat(TW_VAT_GROSS, "0", "1.23", HALF_UP);
	check_vat(&c, "1.23", "1.23", "0");
}

/* ---- ends of the range ---- */

static void test_range(void **state)
{
	tw_tariff_rules rules = fixture_rules();
	tw_rate rate = fixture_rate("7", INT64_MAX, 60, 60);
	tw_charge charge = TW_CHARGE_INIT;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	rules.decimals = 9;
	assert_int_equal(rate_with(&charge, &rules, &rate, 1, &err), TW_OK);
	assert_true(charge.cost.nanos == INT64_MAX);
	charge.line = 4242;

	/* One second more, one nano of fee more, a longest call, and what no
	 * call lasts: refused, and the charge is as it was. */
	assert_int_equal(rate_with(&charge, &rules, &rate, 61 * S, &err),
			 TW_ERANGE);
	rate.connect_fee_nanos = 1;
	assert_int_equal(rate_with(&charge, &rules, &rate, 1, &err),
			 TW_ERANGE);
	assert_int_equal(rate_with(&charge, &rules, &rate, 1000000000 * S,
				   &err), TW_ERANGE);
	assert_non_null(strstr(err.message, "9223372036"));
	assert_int_equal(rate_with(&charge, &rules, &rate, 1000000000 * S + 1,
				   &err), TW_ERANGE);
	assert_string_equal(err.field, "duration");
	assert_int_equal(charge.line, 4242);
}

/* What fits before the rounding may not after it. */
static void test_range_of_rounding(void **state)
{
	tw_tariff_rules rules = fixture_rules();
	tw_rate rate = fixture_rate("7", INT64_MAX, 60, 60);
	tw_charge charge = TW_CHARGE_INIT;

	(void)state;
	rules.decimals = 0;
	rules.rounding = TW_ROUND_UP;
	assert_int_equal(rate_with(&charge, &rules, &rate, 1, NULL),
			 TW_ERANGE);
	rules.rounding = TW_ROUND_DOWN;
	assert_int_equal(rate_with(&charge, &rules, &rate, 1, NULL), TW_OK);
	assert_true(charge.cost.nanos == 9223372036 * TW_NANOS);
}

static void test_longest_call(void **state)
{
	tw_tariff_rules rules = fixture_rules();
	tw_rate rate = fixture_rate("7", 60, 1, 1);
	tw_charge charge = TW_CHARGE_INIT;

	(void)state;
	rules.decimals = 9;
	assert_int_equal(rate_with(&charge, &rules, &rate, 1000000000 * S,
				   NULL), TW_OK);
	assert_true(charge.seconds == 1000000000);
	assert_true(charge.cost.nanos == 1000000000);
	rate.first_inc_s = rate.next_inc_s = UINT16_MAX;
	assert_int_equal(rate_with(&charge, &rules, &rate, 1, NULL), TW_OK);
	assert_true(charge.charged_s == UINT16_MAX);
	assert_true(charge.cost.nanos == UINT16_MAX);
}

/* ---- questions ---- */

static tw_deck *deck_of(const tw_rate *rates, size_t count)
{
	tw_tariff_rules rules = fixture_rules();
	tw_deck *deck = NULL;

	assert_int_equal(tw_deck_new(&deck, &rules, rates, count, NULL),
			 TW_OK);
	return deck;
}

static void test_refusals(void **state)
{
	tw_rate rate = fixture_rate("7495", TW_NANOS, 60, 60);
	tw_rating_request request = fixture_request("8800", S);
	tw_deck *deck = deck_of(&rate, 1);
	tw_charge charge = TW_CHARGE_INIT;
	tw_error err = TW_ERROR_INIT;
	uint64_t index = 9;

	(void)state;
	charge.line = 4242;
	assert_int_equal(tw_rating_rate(&charge, deck, &request, &err),
			 TW_ENOPRICE);
	assert_non_null(strstr(err.message, "8800"));
	assert_int_equal(tw_rating_lookup(&index, deck, &request, &err),
			 TW_ENOPRICE);
	assert_int_equal(index, 9);
	assert_int_equal(charge.line, 4242);

	/* No price is no price even for a call that would cost nothing. */
	request.duration_us = 0;
	assert_int_equal(tw_rating_rate(&charge, deck, &request, NULL),
			 TW_ENOPRICE);

	request.number = "7495123";
	request.duration_us = -1;
	assert_int_equal(tw_rating_rate(&charge, deck, &request, &err),
			 TW_EINVAL);
	assert_string_equal(err.field, "duration");
	request.duration_us = 0;
	request.number = "+7495";
	assert_int_equal(tw_rating_rate(&charge, deck, &request, &err),
			 TW_EINVAL);
	assert_string_equal(err.field, "number");
	request.number = "";
	assert_int_equal(tw_rating_rate(&charge, deck, &request, &err),
			 TW_EINVAL);
	request.number = NULL;
	assert_int_equal(tw_rating_rate(&charge, deck, &request, &err),
			 TW_EINVAL);
	request.number = "7495";
	request.caller = "anonymous";
	assert_int_equal(tw_rating_rate(&charge, deck, &request, &err),
			 TW_EINVAL);
	assert_string_equal(err.field, "caller");
	request.caller = "";
	assert_int_equal(tw_rating_rate(&charge, deck, &request, &err),
			 TW_OK);
	request.direction = TW_DIRECTION_ANY;
	assert_int_equal(tw_rating_rate(&charge, deck, &request, &err),
			 TW_EINVAL);
	request.direction = 5;
	assert_int_equal(tw_rating_rate(&charge, deck, &request, &err),
			 TW_EINVAL);
	assert_int_equal(tw_rating_rate(NULL, deck, &request, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_rating_rate(&charge, NULL, &request, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_rating_rate(&charge, deck, NULL, NULL),
			 TW_EINVAL);
	tw_deck_free(deck);
}

static void test_blocked(void **state)
{
	tw_rate rates[2] = { fixture_rate("7", TW_NANOS, 60, 60),
			     fixture_rate("7940", 0, 60, 60) };
	tw_rating_request request = fixture_request("79401234567", S);
	tw_charge charge = TW_CHARGE_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck;
	uint64_t index;

	(void)state;
	rates[1].status = TW_RATE_BLOCKED;
	rates[1].line = 17;
	deck = deck_of(rates, 2);
	assert_int_equal(tw_rating_rate(&charge, deck, &request, &err),
			 TW_EREFUSED);
	assert_int_equal(err.line, 17);
	assert_int_equal(tw_rating_lookup(&index, deck, &request, NULL),
			 TW_EREFUSED);
	tw_deck_free(deck);
}

static void test_internal(void **state)
{
	tw_rating_request request = fixture_request("101", 61500000);
	tw_deck *deck = deck_of(NULL, 0);
	tw_charge charge = TW_CHARGE_INIT;
	uint64_t index = 0;

	(void)state;
	request.direction = TW_DIRECTION_INTERNAL;
	assert_int_equal(tw_rating_rate(&charge, deck, &request, NULL),
			 TW_OK);
	assert_int_equal(charge.cost.nanos, 0);
	assert_string_equal(charge.cost.currency, "RUB");
	assert_int_equal(charge.seconds, 62);
	assert_int_equal(charge.charged_s, 0);
	assert_true(charge.rate_index == TW_RATE_NONE);
	assert_int_equal(tw_rating_lookup(&index, deck, &request, NULL),
			 TW_OK);
	assert_true(index == TW_RATE_NONE);
	tw_deck_free(deck);
}

static void test_charge_names_its_row(void **state)
{
	tw_rate rates[2] = { fixture_rate("7", 2 * TW_NANOS, 60, 60),
			     fixture_rate("7495", TW_NANOS, 60, 60) };
	tw_rating_request request = fixture_request("74951234567", 60 * S);
	tw_charge charge = TW_CHARGE_INIT;
	tw_deck *deck;

	(void)state;
	rates[1].line = 3;
	strcpy(rates[1].destination, "Москва");
	deck = deck_of(rates, 2);
	assert_int_equal(tw_rating_rate(&charge, deck, &request, NULL),
			 TW_OK);
	assert_int_equal(charge.rate_index, 1);
	assert_int_equal(charge.line, 3);
	assert_string_equal(charge.prefix, "7495");
	assert_string_equal(charge.destination, "Москва");
	assert_int_equal(charge.cost.nanos, TW_NANOS);
	tw_deck_free(deck);
}

/* A caller built against a shorter struct gets what it has room for. */
static void test_short_charge(void **state)
{
	tw_rate rate = fixture_rate("7", TW_NANOS, 60, 60);
	tw_rating_request request = fixture_request("7495", S);
	tw_deck *deck = deck_of(&rate, 1);
	union { tw_charge charge; unsigned char bytes[sizeof(tw_charge)]; } u;

	(void)state;
	memset(&u, 0xee, sizeof(u));
	u.charge.size = offsetof(tw_charge, net);
	assert_int_equal(tw_rating_rate(&u.charge, deck, &request, NULL),
			 TW_OK);
	assert_int_equal(u.charge.cost.nanos, TW_NANOS);
	assert_int_equal(u.charge.size, offsetof(tw_charge, net));
	assert_int_equal(u.bytes[offsetof(tw_charge, net)], 0xee);
	u.charge.size = 0;
	assert_int_equal(tw_rating_rate(&u.charge, deck, &request, NULL),
			 TW_EINVAL);
	tw_deck_free(deck);
}

/* ---- the oracle: schoolbook digits in base 10, no wide integers ---- */

#define PLACES 64

struct paper { uint8_t digit[PLACES]; };   /* least significant first */

static struct paper paper_of(uint64_t value)
{
	struct paper p = { { 0 } };

	for (size_t i = 0; value; i++, value /= 10)
		p.digit[i] = (uint8_t)(value % 10);
	return p;
}

static struct paper paper_times(const struct paper *a, const struct paper *b)
{
	struct paper p = { { 0 } };

	for (size_t i = 0; i < PLACES; i++) {
		uint32_t carry = 0;

		for (size_t k = 0; a->digit[i] && i + k < PLACES; k++) {
			carry += p.digit[i + k] +
				(uint32_t)a->digit[i] * b->digit[k];
			p.digit[i + k] = (uint8_t)(carry % 10);
			carry /= 10;
		}
	}
	return p;
}

static struct paper paper_plus(const struct paper *a, const struct paper *b)
{
	struct paper p;
	uint32_t carry = 0;

	for (size_t i = 0; i < PLACES; i++) {
		carry += (uint32_t)a->digit[i] + b->digit[i];
		p.digit[i] = (uint8_t)(carry % 10);
		carry /= 10;
	}
	return p;
}

static int paper_compare(const struct paper *a, const struct paper *b)
{
	for (size_t i = PLACES; i-- > 0;) {
		if (a->digit[i] != b->digit[i])
			return a->digit[i] < b->digit[i] ? -1 : 1;
	}
	return 0;
}

static void paper_take(struct paper *a, const struct paper *b)
{
	int borrow = 0;

	for (size_t i = 0; i < PLACES; i++) {
		int d = a->digit[i] - b->digit[i] - borrow;

		borrow = d < 0;
		a->digit[i] = (uint8_t)(d + 10 * borrow);
	}
}

/* Long division: bring a digit down, subtract while it goes. */
static struct paper paper_divide(const struct paper *a,
				 const struct paper *by, struct paper *rest)
{
	struct paper q = { { 0 } };

	memset(rest, 0, sizeof(*rest));
	for (size_t i = PLACES; i-- > 0;) {
		memmove(rest->digit + 1, rest->digit, PLACES - 1);
		rest->digit[0] = a->digit[i];
		while (paper_compare(rest, by) >= 0) {
			paper_take(rest, by);
			q.digit[i]++;
		}
	}
	return q;
}

/* false: does not fit int64. */
static bool paper_value(const struct paper *p, int64_t *out)
{
	struct paper most = paper_of(INT64_MAX);
	int64_t value = 0;

	if (paper_compare(p, &most) > 0)
		return false;
	for (size_t i = 19; i-- > 0;)
		value = value * 10 + p->digit[i];
	*out = value;
	return true;
}

/* numerator / divisor nano-units, rounded to decimals. */
static struct paper paper_round(const struct paper *numerator,
				uint64_t divisor,
				const tw_tariff_rules *rules)
{
	struct paper rest, one = paper_of(1), ten = paper_of(10);
	struct paper unit = paper_of(1), by = paper_of(divisor), q, twice;
	int half;

	for (uint32_t d = rules->decimals; d < 9; d++)
		unit = paper_times(&unit, &ten);
	by = paper_times(&by, &unit);
	q = paper_divide(numerator, &by, &rest);
	twice = paper_plus(&rest, &rest);
	half = paper_compare(&twice, &by);
	if ((rules->rounding == TW_ROUND_UP && paper_compare(&rest,
			&(struct paper){ { 0 } })) ||
	    (rules->rounding == TW_ROUND_HALF_UP && half >= 0) ||
	    (rules->rounding == TW_ROUND_HALF_EVEN &&
	     (half > 0 || (half == 0 && q.digit[0] % 2))))
		q = paper_plus(&q, &one);
	return paper_times(&q, &unit);
}

/* Counts the increments one by one. */
static int64_t plain_charged(int64_t seconds, const tw_rate *rate)
{
	int64_t charged = seconds ? rate->first_inc_s : 0;

	while (charged < seconds)
		charged += rate->next_inc_s;
	return charged;
}

static bool oracle(tw_charge *out, const tw_tariff_rules *rules,
		   const tw_rate *rate, int64_t seconds)
{
	struct paper price = paper_of((uint64_t)rate->price_nanos);
	struct paper fee = paper_of((uint64_t)rate->connect_fee_nanos);
	struct paper charged, sixty = paper_of(60), exact, scaled, rounded;
	struct paper hundred = paper_of(100 * TW_NANOS);
	struct paper percent = paper_of((uint64_t)rules->vat_percent_nanos);
	uint64_t whole = 100 * TW_NANOS +
		(uint64_t)rules->vat_percent_nanos;

	out->charged_s = plain_charged(seconds, rate);
	charged = paper_of((uint64_t)out->charged_s);
	fee = paper_times(&fee, &sixty);
	exact = paper_times(&price, &charged);
	exact = seconds ? paper_plus(&exact, &fee) : paper_of(0);
	rounded = paper_round(&exact, 60, rules);
	if (!paper_value(&rounded, &out->cost.nanos))
		return false;
	if (rules->vat == TW_VAT_NET) {
		out->net = out->cost;
		scaled = paper_times(&exact, &percent);
		rounded = paper_round(&scaled, 60 * 100 * TW_NANOS, rules);
		return paper_value(&rounded, &out->vat.nanos);
	}
	scaled = paper_times(&exact, &hundred);
	rounded = paper_round(&scaled, 60 * whole, rules);
	if (!paper_value(&rounded, &out->net.nanos))
		return false;
	out->vat.nanos = out->cost.nanos - out->net.nanos;
	return true;
}

struct random { tw_random port; tw_random_state state; };

static uint64_t draw(struct random *r, uint64_t below)
{
	uint64_t value;

	r->port.fill(&value, sizeof(value), r->port.arg);
	return value % below;
}

/* Any magnitude is as likely as any other. */
static int64_t draw_amount(struct random *r)
{
	return (int64_t)(draw(r, 1ull << 63) >> draw(r, 63));
}

static void check_oracle(struct random *r, size_t *refused)
{
	static const uint32_t percents[] = { 0, 5, 10, 18, 20, 22, 100 };
	tw_tariff_rules rules = fixture_rules();
	tw_rate rate = fixture_rate("7", draw_amount(r),
				    1 + (uint32_t)draw(r, 120),
				    1 + (uint32_t)draw(r, 120));
	tw_charge charge = TW_CHARGE_INIT, paper = TW_CHARGE_INIT;
	int64_t seconds = (int64_t)draw(r, 5000);
	tw_status status;

	rate.connect_fee_nanos = draw(r, 3) ? 0 : draw_amount(r);
	rules.rounding = 1 + (uint32_t)draw(r, 4);
	rules.decimals = (uint32_t)draw(r, 10);
	rules.vat = 1 + (uint32_t)draw(r, 2);
	rules.vat_percent_nanos = draw(r, 4) ?
		percents[draw(r, 7)] * TW_NANOS :
		(int64_t)draw(r, 1000001) * (TW_NANOS / 10000);
	status = rate_with(&charge, &rules, &rate, seconds * S, NULL);
	if (!oracle(&paper, &rules, &rate, seconds)) {
		assert_int_equal(status, TW_ERANGE);
		(*refused)++;
		return;
	}
	assert_int_equal(status, TW_OK);
	assert_true(charge.charged_s == paper.charged_s);
	assert_true(charge.cost.nanos == paper.cost.nanos);
	assert_true(charge.net.nanos == paper.net.nanos);
	assert_true(charge.vat.nanos == paper.vat.nanos);
	assert_true(charge.vat.nanos >= 0 && charge.net.nanos >= 0);
}

static void test_oracle(void **state)
{
	struct random r;
	size_t refused = 0;

	(void)state;
	tw_random_seed(&r.port, &r.state, 60);
	for (size_t i = 0; i < 20000; i++)
		check_oracle(&r, &refused);
	/* Both sides of the range were seen. */
	assert_true(refused > 200 && refused < 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worked_examples),
		cmocka_unit_test(test_increments),
		cmocka_unit_test(test_short_first_increment),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_zero_duration),
		cmocka_unit_test(test_fee),
		cmocka_unit_test(test_rounding),
		cmocka_unit_test(test_rounding_below_nano),
		cmocka_unit_test(test_exact_is_floor),
		cmocka_unit_test(test_vat_net),
		cmocka_unit_test(test_vat_gross),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_range_of_rounding),
		cmocka_unit_test(test_longest_call),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_blocked),
		cmocka_unit_test(test_internal),
		cmocka_unit_test(test_charge_names_its_row),
		cmocka_unit_test(test_short_charge),
		cmocka_unit_test(test_oracle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
