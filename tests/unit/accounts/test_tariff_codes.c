/* Which rows are prices of one thing, and which price is dearer. */
#include "tariff_fixture.h"
#include "../faults.h"
#include "accounts/tariff_codes.h"

static tw_rate rate_of(const char *prefix, tw_time from)
{
	tw_rate rate = TW_RATE_INIT;

	strcpy(rate.prefix, prefix);
	rate.from = from;
	return rate;
}

static void one_code(void **state)
{
	tw_rate a = rate_of("79", 1), b;

	(void)state;
	b = rate_of("79", 2);
	b.price_nanos = 5;
	b.status = TW_RATE_BLOCKED;
	assert_int_equal(tw__rate_compare_code(&a, &b), 0);
	b.from_s = 1;
	assert_true(tw__rate_compare_code(&a, &b) < 0);
	strcpy(a.band, "day");
	assert_true(tw__rate_compare_code(&a, &b) > 0);
	b.relation = TW_RELATION_OTHER;
	assert_true(tw__rate_compare_code(&a, &b) < 0);
	a.direction = TW_DIRECTION_INBOUND;
	assert_true(tw__rate_compare_code(&a, &b) > 0);
	strcpy(b.caller_prefix, "7");
	assert_true(tw__rate_compare_code(&a, &b) < 0);
	strcpy(a.prefix, "8");
	assert_true(tw__rate_compare_code(&a, &b) > 0);
}

static void dearer(void **state)
{
	tw_rate a = rate_of("79", 1), b = rate_of("79", 1);

	(void)state;
	assert_int_equal(tw__rate_compare_price(&a, &b), 0);
	b.next_inc_s = 61;
	assert_int_equal(tw__rate_compare_price(&a, &b), 1);
	a.first_inc_s = 61;
	assert_int_equal(tw__rate_compare_price(&a, &b), -1);
	b.connect_fee_nanos = 1;
	assert_int_equal(tw__rate_compare_price(&a, &b), 1);
	a.price_nanos = 1;
	assert_int_equal(tw__rate_compare_price(&a, &b), -1);
}

static void add(struct tw__rates *rates, const char *prefix, tw_time from)
{
	tw_rate rate = rate_of(prefix, from);

	assert_int_equal(tw__rates_add(rates, &rate, 0, NULL), TW_OK);
}

static void in_pairs(void **state)
{
	struct tw__rates rates[2] = { { 0 }, { 0 } };
	struct tw__order order[2];
	struct tw__code code[2];
	size_t at[2] = { 0, 0 };

	(void)state;
	add(&rates[0], "3", 1);
	add(&rates[0], "1", 9);
	add(&rates[0], "1", 2);
	add(&rates[1], "2", 1);
	add(&rates[1], "1", 5);
	for (int i = 0; i < 2; i++)
		assert_int_equal(tw__order_make(&order[i], &rates[i], NULL),
				 TW_OK);
	assert_true(tw__code_pair(code, order, at));
	assert_int_equal(code[0].count, 2);
	assert_int_equal(code[0].rows[0]->from, 2);
	assert_int_equal(code[1].count, 1);
	assert_true(tw__code_pair(code, order, at));
	assert_int_equal(code[0].count, 0);
	assert_string_equal(code[1].rows[0]->prefix, "2");
	assert_true(tw__code_pair(code, order, at));
	assert_string_equal(code[0].rows[0]->prefix, "3");
	assert_int_equal(code[1].count, 0);
	assert_false(tw__code_pair(code, order, at));
	for (int i = 0; i < 2; i++) {
		tw__order_free(&order[i]);
		tw__rates_free(&rates[i]);
	}
}

static void without_memory(void **state)
{
	struct tw__rates rates = { 0 };
	struct tw__order order = { NULL, 0 };
	struct faults faults;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	faults_begin(&faults, 0);
	assert_int_equal(tw__order_make(&order, &rates, &err), TW_ENOMEM);
	assert_true(faults_end(&faults));
	tw__order_free(&order);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_code),
		cmocka_unit_test(dearer),
		cmocka_unit_test(in_pairs),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
