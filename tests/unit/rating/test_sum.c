/* Fee, bounds, VAT, exchange and the rounding that they share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "banded.h"

#define KOPECK 10000000LL

static tw_status rates(tw_charge *out, const struct banded *b,
		       const tw_rating_request *request, tw_error *err)
{
	tw_deck *deck = NULL;
	tw_status status;

	assert_int_equal(banded_deck(&deck, b, NULL), TW_OK);
	*out = (tw_charge)TW_CHARGE_INIT;
	status = tw_rating_rate(out, deck, request, err);
	tw_deck_free(deck);
	return status;
}

static int64_t cost(const struct banded *b, const tw_rating_request *request)
{
	tw_charge charge;

	assert_int_equal(rates(&charge, b, request, NULL), TW_OK);
	return charge.cost.nanos;
}

static tw_rating_request seconds(int64_t n)
{
	return fixture_request("74951234567", n * TW_SECOND);
}

/* 0.60 a minute by the second, fee 0.10, no bands. */
static void plain_make(struct banded *b)
{
	banded_make(b);
	b->options.band_count = 0;
	banded_add(b, 60 * KOPECK, "", 0, 1)->connect_fee_nanos = 10 * KOPECK;
}

static void test_bounds(void **state)
{
	tw_rating_request ten = seconds(10), hour = seconds(3600);
	struct banded b;

	(void)state;
	plain_make(&b);
	assert_int_equal(cost(&b, &ten), 20 * KOPECK);
	b.rules.minimum_charge_nanos = 50 * KOPECK;
	b.rules.maximum_charge_nanos = 2 * RUB;
	assert_int_equal(cost(&b, &ten), 50 * KOPECK);
	assert_int_equal(cost(&b, &hour), 2 * RUB);
	/* all from a bundle: the fee, and no minimum */
	ten.bundle_left_s = 10;
	assert_int_equal(cost(&b, &ten), 10 * KOPECK);
	ten.bundle_left_s = 9;
	assert_int_equal(cost(&b, &ten), 50 * KOPECK);
	/* a minimum is for a call that paid seconds */
	b.rules.included_s = 10;
	ten.bundle_left_s = 0;
	assert_int_equal(cost(&b, &ten), 10 * KOPECK);
	/* and for one that costs something */
	b.rules.included_s = 0;
	b.rates[0].price_nanos = 0;
	assert_int_equal(cost(&b, &ten), 50 * KOPECK);
	b.rates[0].connect_fee_nanos = 0;
	assert_int_equal(cost(&b, &ten), 0);
}

/* What no amount holds may still be capped. */
static void test_cap_of_too_much(void **state)
{
	tw_rating_request hour = seconds(3600);
	tw_charge charge;
	tw_error err = TW_ERROR_INIT;
	struct banded b;

	(void)state;
	plain_make(&b);
	b.rates[0].price_nanos = INT64_MAX;
	assert_int_equal(rates(&charge, &b, &hour, &err), TW_ERANGE);
	assert_int_equal(err.line, 2);
	b.rules.maximum_charge_nanos = 2 * RUB;
	assert_int_equal(cost(&b, &hour), 2 * RUB);
	b.rules.round_each = TW_ROUND_EACH_INCREMENT;
	assert_int_equal(cost(&b, &hour), 2 * RUB);
}

static void test_zero_and_short(void **state)
{
	tw_rating_request none = seconds(0), two = seconds(2);
	struct banded b;

	(void)state;
	plain_make(&b);
	assert_int_equal(cost(&b, &none), 0);
	b.rules.fee_on_zero = 1;
	b.rules.minimum_charge_nanos = RUB;
	b.rules.minimum_s = 30;
	assert_int_equal(cost(&b, &none), 10 * KOPECK);
	b.rules.minimum_charge_nanos = 0;
	assert_int_equal(cost(&b, &two), 40 * KOPECK);
	b.rules.free_below_s = 3;
	assert_int_equal(cost(&b, &two), 0);
}

static void test_attempt(void **state)
{
	tw_rating_request request = seconds(0);
	tw_charge charge;
	struct banded b;

	(void)state;
	plain_make(&b);
	request.flags = TW_RATING_UNANSWERED;
	assert_int_equal(cost(&b, &request), 0);
	b.rules.attempt_fee_nanos = 55000000;
	b.rules.minimum_charge_nanos = RUB;
	assert_int_equal(cost(&b, &request), 6 * KOPECK);
	/* no prefix is asked */
	request.number = "1";
	assert_int_equal(rates(&charge, &b, &request, NULL), TW_OK);
	assert_int_equal(charge.cost.nanos, 6 * KOPECK);
	assert_true(charge.rate_index == TW_RATE_NONE);
	request.direction = TW_DIRECTION_INBOUND;
	assert_int_equal(cost(&b, &request), 0);
}

static void test_rounding_each(void **state)
{
	tw_rating_request minute = seconds(60);
	struct banded b;

	(void)state;
	plain_make(&b);
	b.rates[0].price_nanos = 10 * KOPECK;
	b.rates[0].connect_fee_nanos = 12345678;
	b.rules.rounding = TW_ROUND_UP;
	assert_int_equal(cost(&b, &minute), 12 * KOPECK);
	b.rules.round_each = TW_ROUND_EACH_INCREMENT;
	assert_int_equal(cost(&b, &minute), 62 * KOPECK);
	/* a bundle that ends within an increment leaves a part of it */
	b.rates[0].first_inc_s = b.rates[0].next_inc_s = 60;
	minute.bundle_left_s = 59;
	assert_int_equal(cost(&b, &minute), 3 * KOPECK);
	/* a cap that rounds to nothing caps at nothing */
	b.rules.rounding = TW_ROUND_DOWN;
	b.rules.maximum_charge_nanos = KOPECK - 1;
	assert_int_equal(cost(&b, &minute), 0);
}

/* The oracle in fractions does the rest (tests/python). */
static void test_exchange(void **state)
{
	tw_rating_request request = seconds(61);
	tw_error err = TW_ERROR_INIT;
	tw_charge charge;
	struct banded b;

	(void)state;
	plain_make(&b);
	strcpy(b.rules.currency, "USD");
	strcpy(b.rules.convert_to, "RUB");
	b.rules.decimals = 4;
	b.rates[0].price_nanos = 12300000;
	b.rates[0].connect_fee_nanos = 0;
	assert_int_equal(rates(&charge, &b, &request, &err), TW_ENOPRICE);
	assert_string_equal(err.field, "exchange");
	request.exchange_nanos = 92500000000;
	assert_int_equal(rates(&charge, &b, &request, NULL), TW_OK);
	assert_int_equal(charge.cost.nanos, 12500000);
	assert_int_equal(charge.converted.nanos, 116 * KOPECK);
	assert_string_equal(charge.converted.currency, "RUB");
	/* what costs nothing needs no rate */
	request.exchange_nanos = 0;
	request.duration_us = 0;
	assert_int_equal(cost(&b, &request), 0);
	request.duration_us = TW_SECOND;
	request.bundle_left_s = 1;
	assert_int_equal(cost(&b, &request), 0);
	/* and one that nobody can mean */
	request.bundle_left_s = 0;
	request.exchange_nanos = INT64_MAX;
	assert_int_equal(rates(&charge, &b, &request, NULL), TW_ERANGE);
}

static void test_percent_and_vat(void **state)
{
	tw_rating_request minute = seconds(60);
	tw_charge charge;
	struct banded b;

	(void)state;
	banded_make(&b);
	b.bands[1].percent_ppm = 333333;
	b.rules.vat_percent_nanos = 20 * TW_NANOS;
	banded_add(&b, RUB, "", 0, 60);
	/* midnight: 0.333333, VAT 0.0666666 */
	assert_int_equal(rates(&charge, &b, &minute, NULL), TW_OK);
	assert_int_equal(charge.cost.nanos, 33 * KOPECK);
	assert_int_equal(charge.vat.nanos, 7 * KOPECK);
	assert_int_equal(charge.exact_nanos, 333333000);
	b.rules.vat = TW_VAT_GROSS;
	assert_int_equal(rates(&charge, &b, &minute, NULL), TW_OK);
	assert_int_equal(charge.net.nanos, 28 * KOPECK);
	assert_int_equal(charge.vat.nanos, 5 * KOPECK);
}

static tw_rating_request stated(int64_t nanos)
{
	tw_rating_request request = seconds(61);

	request.flags = TW_RATING_STATED;
	request.stated_nanos = nanos;
	return request;
}

/* No prices: what a record states, to its last digit. */
static void stated_make(struct banded *b)
{
	banded_make(b);
	b->options.band_count = 0;
	assert_int_equal(tw_tariff_rules_set(&b->rules, "stated_by",
					     "zadarma", NULL), TW_OK);
}

static void test_stated(void **state)
{
	tw_rating_request request = stated(12345678);
	tw_charge charge;
	struct banded b;

	(void)state;
	stated_make(&b);
	assert_int_equal(rates(&charge, &b, &request, NULL), TW_OK);
	assert_int_equal(charge.cost.nanos, 12345678);
	assert_int_equal(charge.net.nanos, 12345678);
	assert_int_equal(charge.charged_s, 61);
	assert_int_equal(charge.rate_index, TW_RATE_NONE);
	/* it was charged, whoever called whom and whether or not anybody
	 * answered */
	request.flags |= TW_RATING_UNANSWERED;
	request.direction = TW_DIRECTION_INBOUND;
	assert_int_equal(cost(&b, &request), 12345678);
	request.direction = TW_DIRECTION_INTERNAL;
	assert_int_equal(cost(&b, &request), 0);
	request = stated(0);
	assert_int_equal(cost(&b, &request), 0);
}

static void test_stated_vat_and_exchange(void **state)
{
	tw_rating_request request = stated(101);
	tw_charge charge;
	struct banded b;

	(void)state;
	stated_make(&b);
	b.rules.vat_percent_nanos = 20 * TW_NANOS;
	assert_int_equal(rates(&charge, &b, &request, NULL), TW_OK);
	assert_int_equal(charge.vat.nanos, 20);
	b.rules.vat = TW_VAT_GROSS;
	assert_int_equal(rates(&charge, &b, &request, NULL), TW_OK);
	assert_int_equal(charge.cost.nanos, 101);
	assert_int_equal(charge.net.nanos, 84);
	assert_int_equal(charge.vat.nanos, 17);
	/* whole kopecks of what is stated in kopecks */
	request = stated(1234 * KOPECK);
	assert_int_equal(rates(&charge, &b, &request, NULL), TW_OK);
	assert_int_equal(charge.net.nanos, 1028 * KOPECK);
	assert_int_equal(charge.vat.nanos, 206 * KOPECK);
	request = stated(1234500000);
	assert_int_equal(rates(&charge, &b, &request, NULL), TW_OK);
	assert_int_equal(charge.net.nanos, 1028800000);
	strcpy(b.rules.convert_to, "USD");
	request = stated(90 * RUB);
	assert_int_equal(rates(&charge, &b, &request, NULL), TW_ENOPRICE);
	request.exchange_nanos = 12345678;
	assert_int_equal(rates(&charge, &b, &request, NULL), TW_OK);
	/* 1.11111102, in the cents of the other currency */
	assert_int_equal(charge.converted.nanos, 111 * KOPECK);
	b.rules.convert_to[0] = '\0';
	b.rules.vat = TW_VAT_NET;
	b.rules.vat_percent_nanos = 100 * TW_NANOS;
	request = stated(INT64_MAX);
	assert_int_equal(rates(&charge, &b, &request, NULL), TW_OK);
	assert_int_equal(charge.vat.nanos, INT64_MAX);
}

static void test_nothing_stated(void **state)
{
	tw_rating_request request = seconds(61);
	tw_charge charge;
	tw_error err = TW_ERROR_INIT;
	uint64_t index;
	tw_span span = TW_SPAN_INIT;
	tw_deck *deck;
	struct banded b;

	(void)state;
	stated_make(&b);
	assert_int_equal(rates(&charge, &b, &request, &err), TW_ENOPRICE);
	assert_string_equal(err.field, "stated");
	assert_non_null(strstr(err.message, "zadarma"));
	/* only a word of the record counts */
	request.stated_nanos = RUB;
	assert_int_equal(rates(&charge, &b, &request, NULL), TW_ENOPRICE);
	request = stated(-1);
	assert_int_equal(rates(&charge, &b, &request, NULL), TW_EINVAL);
	request = seconds(0);
	request.flags = TW_RATING_UNANSWERED;
	assert_int_equal(cost(&b, &request), 0);
	assert_int_equal(banded_deck(&deck, &b, NULL), TW_OK);
	request = stated(RUB);
	assert_int_equal(tw_rating_lookup(&index, deck, &request, NULL),
			 TW_ENOPRICE);
	assert_int_equal(tw_rating_span(&span, deck, &request, 0, NULL),
			 TW_ITER_END);
	tw_deck_free(deck);
	/* a deck of prices does not look at it */
	plain_make(&b);
	request = stated(RUB);
	assert_int_equal(cost(&b, &request), 71 * KOPECK);
}

static void test_limits_of_questions(void **state)
{
	tw_rating_request request = seconds(60);
	tw_charge charge;
	struct banded b;

	(void)state;
	plain_make(&b);
#define REFUSES(change, status) \
	do { \
		request = seconds(60); \
		change; \
		assert_int_equal(rates(&charge, &b, &request, NULL), \
				 status); \
	} while (0)
	REFUSES(request.bundle_left_s = -1, TW_EINVAL);
	REFUSES(request.used_s = -1, TW_EINVAL);
	REFUSES(request.used_s = INT64_MAX, TW_EINVAL);
	REFUSES(request.exchange_nanos = -1, TW_EINVAL);
	REFUSES(request.relation = 4, TW_EINVAL);
	REFUSES(request.flags = 4, TW_EINVAL);
	REFUSES(request.answer = TW_TIME_MAX, TW_ERANGE);
	REFUSES(request.bundle_left_s = INT64_MAX, TW_OK);
#undef REFUSES
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_cap_of_too_much),
		cmocka_unit_test(test_zero_and_short),
		cmocka_unit_test(test_attempt),
		cmocka_unit_test(test_rounding_each),
		cmocka_unit_test(test_exchange),
		cmocka_unit_test(test_percent_and_vat),
		cmocka_unit_test(test_stated),
		cmocka_unit_test(test_stated_vat_and_exchange),
		cmocka_unit_test(test_nothing_stated),
		cmocka_unit_test(test_limits_of_questions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
