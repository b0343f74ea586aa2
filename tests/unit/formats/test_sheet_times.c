/* Prices of one code, one after another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "formats/sheet.h"
#include "rating/prefix.h"

struct table {
	tw_rate rows[16];
	struct sheet_price prices[16];
	size_t count;
	uint32_t bad[16], other[16];
	size_t conflicts;
};

/* Days, 0 is open. */
static tw_rate *add(struct table *t, const char *prefix, int from, int to)
{
	tw_rate *row = &t->rows[t->count];

	*row = (tw_rate)TW_RATE_INIT;
	row->from = from ? from : TW_TIME_MIN;
	row->to = to ? to : TW_TIME_MAX;
	t->prices[t->count] = (struct sheet_price){
		tw__prefix_head(prefix, strlen(prefix)), row->to,
		(uint32_t)t->count };
	t->count++;
	return row;
}

static tw_status note(void *arg, uint32_t row, uint32_t other,
		      uint64_t prefix)
{
	struct table *t = arg;

	assert_true(prefix == t->prices[row].prefix);
	t->bad[t->conflicts] = row;
	t->other[t->conflicts++] = other;
	return TW_OK;
}

static void run(struct table *t, size_t conflicts)
{
	assert_int_equal(tw__sheet_times(t->prices, t->count, t->rows, note,
					 t), TW_OK);
	assert_int_equal(t->conflicts, conflicts);
}

static void the_next_price_ends_an_open_one(void **state)
{
	struct table t = { 0 };

	(void)state;
	add(&t, "7", 30, 0);
	add(&t, "7", 10, 0);
	add(&t, "7", 20, 0);
	add(&t, "8", 15, 0);
	add(&t, "7", 0, 0);
	run(&t, 0);
	assert_true(t.prices[0].to == TW_TIME_MAX);
	assert_true(t.prices[1].to == 20);
	assert_true(t.prices[2].to == 30);
	assert_true(t.prices[3].to == TW_TIME_MAX);
	assert_true(t.prices[4].to == 10);
}

static void what_is_in_force_together_conflicts(void **state)
{
	struct table t = { 0 };

	(void)state;
	add(&t, "7", 10, 0);
	add(&t, "7", 10, 0);     /* begins on the same day */
	add(&t, "8", 10, 21);
	add(&t, "8", 20, 0);     /* before the other's own end */
	add(&t, "9", 10, 20);
	add(&t, "9", 20, 30);
	run(&t, 2);
	assert_int_equal(t.bad[0], 1);
	assert_int_equal(t.other[0], 0);
	assert_int_equal(t.bad[1], 3);
	assert_int_equal(t.other[1], 2);
}

static void other_subjects_do_not_meet(void **state)
{
	struct table t = { 0 };

	(void)state;
	add(&t, "7", 0, 0);
	strcpy(add(&t, "7", 5, 0)->caller_prefix, "49");
	add(&t, "7", 5, 0)->direction = TW_DIRECTION_INBOUND;
	add(&t, "7", 5, 0)->relation = TW_RELATION_SAME_CITY;
	strcpy(add(&t, "7", 5, 0)->band, "night");
	add(&t, "7", 5, 0)->from_s = 60;
	run(&t, 0);
	for (size_t i = 0; i < t.count; i++)
		assert_true(t.prices[i].to == TW_TIME_MAX);
}

/* Parts have no end of their own when the code is closed. */
static void an_end_ends_all_parts(void **state)
{
	struct table t = { 0 };

	(void)state;
	strcpy(add(&t, "7", 1, 0)->band, "night");
	strcpy(add(&t, "7", 2, 4)->band, "day");
	add(&t, "7", 0, 0)->from_s = 60;
	add(&t, "7", 3, 0);                          /* a price ends none */
	add(&t, "7", 10, 20)->status = TW_RATE_ENDED;
	strcpy(add(&t, "7", 15, 0)->band, "night");
	strcpy(add(&t, "7", 25, 0)->band, "day");
	add(&t, "7", 30, 0)->status = TW_RATE_BLOCKED;
	run(&t, 0);
	assert_true(t.prices[0].to == 10);
	assert_true(t.prices[1].to == 4);
	assert_true(t.prices[2].to == 10);
	assert_true(t.prices[3].to == 10);
	assert_true(t.prices[4].to == 20);
	assert_true(t.prices[5].to == 30);
	assert_true(t.prices[6].to == 30);
}

static void a_row_may_not_repeat_a_code(void **state)
{
	struct table t = { 0 };

	(void)state;
	add(&t, "7", 0, 0);
	t.prices[1] = t.prices[0];
	t.count = 2;
	run(&t, 1);
	assert_int_equal(t.bad[0], 0);
	assert_int_equal(t.other[0], 0);
}

static tw_status stop(void *arg, uint32_t row, uint32_t other,
		      uint64_t prefix)
{
	(void)arg;
	(void)row;
	(void)other;
	(void)prefix;
	return TW_ENOMEM;
}

static void a_failing_handler_stops(void **state)
{
	struct table t = { 0 };

	(void)state;
	add(&t, "7", 0, 0);
	add(&t, "7", 0, 0);
	assert_int_equal(tw__sheet_times(t.prices, t.count, t.rows, stop,
					 NULL), TW_ENOMEM);
	assert_int_equal(tw__sheet_times(NULL, 0, NULL, stop, NULL), TW_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_price_ends_an_open_one),
		cmocka_unit_test(what_is_in_force_together_conflicts),
		cmocka_unit_test(other_subjects_do_not_meet),
		cmocka_unit_test(an_end_ends_all_parts),
		cmocka_unit_test(a_row_may_not_repeat_a_code),
		cmocka_unit_test(a_failing_handler_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
