/* Most seconds for a sum, against trying every one of them. */
#include "budget_fixture.h"

static tw_deck *deck_of(const tw_tariff_rules *rules, const tw_rate *rate)
{
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck;

	if (tw_deck_new(&deck, rules, rate, 1, &err))
		fail_msg("%s", err.message);
	return deck;
}

static struct tw__call_price price_of(tw_deck *deck)
{
	struct tw__call_price p = { .deck = deck,
		.direction = TW_DIRECTION_OUTBOUND, .at = T2026 };

	strcpy(p.number, "79161234567");
	return p;
}

static int64_t try_all(const struct tw__call_price *p, int64_t nanos,
		       int64_t cap)
{
	int64_t s = 0;
	tw_money cost;

	while (s < cap && !tw__call_cost(&cost, p, (s + 1) * TW_SECOND,
					 NULL) && cost.nanos <= nanos)
		++s;
	return s;
}

static void most_is_the_most(void **state)
{
	static const struct { uint32_t inc; int64_t price, fee; } rows[] = {
		{ 60, 3 * UNIT / 2, 0 }, { 1, 3 * UNIT / 2, UNIT / 2 },
		{ 30, 7 * UNIT, 2 * UNIT }, { 6, 0, 0 }, { 6, 0, UNIT },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); ++i) {
		tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
		tw_rate rate = desk_rate("7", rows[i].price, rows[i].inc,
					 rows[i].fee);
		struct tw__call_price p;

		strcpy(rules.currency, "RUB");
		strcpy(rules.zone, "UTC");
		p = price_of(deck_of(&rules, &rate));
		for (int64_t k = 0; k < 60; ++k) {
			int64_t nanos = k * k * UNIT / 100;

			assert_int_equal(tw__call_most(&p, nanos, 900),
					 try_all(&p, nanos, 900));
		}
		assert_int_equal(tw__call_most(&p, TW_NO_LIMIT, 900), 900);
		assert_int_equal(tw__call_most(&p, INT64_MAX, 0), 0);
		tw_deck_free(p.deck);
	}
}

static void minute_is_without_vat(void **state)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_rate rate = desk_rate("7", 12 * UNIT / 10, 60, 0);
	struct tw__call_price p;
	tw_money m;

	(void)state;
	strcpy(rules.currency, "RUB");
	strcpy(rules.zone, "UTC");
	rules.vat = TW_VAT_GROSS;
	rules.vat_percent_nanos = 20 * UNIT;
	p = price_of(deck_of(&rules, &rate));
	assert_int_equal(tw__call_minute(&m, &p, NULL), TW_OK);
	assert_int_equal(m.nanos, UNIT);
	assert_string_equal(m.currency, "RUB");
	tw_deck_free(p.deck);
	rules.vat = TW_VAT_NET;
	strcpy(rules.currency, "USD");
	strcpy(rules.convert_to, "RUB");
	p = price_of(deck_of(&rules, &rate));
	p.exchange_nanos = 90 * UNIT;
	assert_int_equal(tw__call_minute(&m, &p, NULL), TW_OK);
	assert_int_equal(m.nanos, 108 * UNIT);
	assert_string_equal(m.currency, "RUB");
	tw_deck_free(p.deck);
}

static void unknown_numbers_have_no_price(void **state)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_rate rate = desk_rate("44", UNIT, 60, 0);
	struct tw__call_price p;
	tw_money m;

	(void)state;
	strcpy(rules.currency, "RUB");
	strcpy(rules.zone, "UTC");
	p = price_of(deck_of(&rules, &rate));
	assert_int_equal(tw__call_cost(&m, &p, TW_SECOND, NULL), TW_ENOPRICE);
	assert_int_equal(tw__call_minute(&m, &p, NULL), TW_ENOPRICE);
	assert_int_equal(tw__call_most(&p, UNIT, 100), 0);
	tw_deck_free(p.deck);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(most_is_the_most),
		cmocka_unit_test(minute_is_without_vat),
		cmocka_unit_test(unknown_numbers_have_no_price),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
