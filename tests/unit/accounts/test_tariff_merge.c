/* What a new sheet makes of the rates in force. Pure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "accounts/tariff.h"
#include "../faults.h"

#define NOW 1000

static tw_rate rate_of(const char *prefix, int64_t price, tw_time from,
		       tw_time to)
{
	tw_rate rate = TW_RATE_INIT;

	strcpy(rate.prefix, prefix);
	rate.price_nanos = price;
	rate.from = from;
	rate.to = to;
	return rate;
}

struct bench {
	struct tw__rates before, sheet, out;
	tw_tariff_diff diff;
	bool partial;
};

static void have(struct bench *b, tw_rate rate)
{
	rate.line = (int64_t)b->before.count + 2;
	assert_int_equal(tw__rates_add(&b->before, &rate, 70 + rate.line,
				       NULL), TW_OK);
}

static void sheet(struct bench *b, tw_rate rate)
{
	assert_int_equal(tw__rates_add(&b->sheet, &rate, 0, NULL), TW_OK);
}

static tw_status merge(struct bench *b, tw_error *err)
{
	const struct tw__merge m = { &b->before, &b->sheet, NOW,
		b->partial };

	b->diff = (tw_tariff_diff)TW_TARIFF_DIFF_INIT;
	return tw__tariff_merge(&b->out, &b->diff, &m, err);
}

/* fresh, increase, decrease, ended, unchanged */
static void tells(struct bench *b, const char *counts)
{
	const uint64_t seen[] = { b->diff.fresh, b->diff.increase,
		b->diff.decrease, b->diff.ended, b->diff.unchanged };

	for (size_t i = 0; i < 5; i++) {
		if (seen[i] != (uint64_t)(counts[i] - '0'))
			fail_msg("%s: count %zu is %d", counts, i,
				 (int)seen[i]);
	}
}

static int setup(void **state)
{
	static struct bench b;

	memset(&b, 0, sizeof(b));
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	tw__rates_free(&b->before);
	tw__rates_free(&b->sheet);
	tw__rates_free(&b->out);
	return 0;
}

static const tw_time MIN = TW_TIME_MIN, MAX = TW_TIME_MAX;

static void code_by_code(void **state)
{
	struct bench *b = *state;

	have(b, rate_of("1", 10, MIN, MAX));
	have(b, rate_of("2", 10, MIN, MAX));
	have(b, rate_of("3", 10, MIN, MAX));
	have(b, rate_of("4", 10, MIN, MAX));
	sheet(b, rate_of("5", 10, MIN, MAX));
	sheet(b, rate_of("3", 9, MIN, MAX));
	sheet(b, rate_of("2", 11, MIN, MAX));
	sheet(b, rate_of("1", 10, MIN, MAX));
	assert_int_equal(merge(b, NULL), TW_OK);
	tells(b, "11111");
	/* a full sheet is the whole of it, sorted by code */
	assert_int_equal(b->out.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(b->out.origins[i], 0);
	assert_string_equal(b->out.rows[0].prefix, "1");
	assert_string_equal(b->out.rows[3].prefix, "5");
	assert_int_equal(b->out.rows[1].price_nanos, 11);
}

static void partial_leaves_the_rest(void **state)
{
	struct bench *b = *state;

	b->partial = true;
	have(b, rate_of("1", 10, MIN, MAX));
	have(b, rate_of("2", 10, MIN, MAX));
	sheet(b, rate_of("2", 11, MIN, MAX));
	assert_int_equal(merge(b, NULL), TW_OK);
	tells(b, "01001");
	assert_int_equal(b->out.count, 2);
	/* with the sheet and the line that it came from */
	assert_int_equal(b->out.origins[0], 72);
	assert_int_equal(b->out.rows[0].line, 2);
	assert_int_equal(b->out.rows[0].price_nanos, 10);
	assert_int_equal(b->out.origins[1], 0);
}

/* A price from later on leaves the old one until then. */
static void prices_to_come(void **state)
{
	struct bench *b = *state;

	have(b, rate_of("1", 10, MIN, 500));      /* long over */
	have(b, rate_of("1", 11, 500, 2000));
	have(b, rate_of("1", 12, 2000, MAX));     /* never came to be */
	sheet(b, rate_of("1", 20, 1500, MAX));
	assert_int_equal(merge(b, NULL), TW_OK);
	assert_int_equal(b->out.count, 2);
	assert_int_equal(b->out.rows[0].price_nanos, 11);
	assert_int_equal(b->out.rows[0].from, 500);
	assert_int_equal(b->out.rows[0].to, 1500);
	assert_int_equal(b->out.origins[0], 73);
	assert_int_equal(b->out.rows[1].price_nanos, 20);
	assert_int_equal(b->out.rows[1].from, 1500);
}

/* What ends at the start of the version has no place in it. */
static void ends_at_the_start(void **state)
{
	struct bench *b = *state;

	b->partial = true;
	have(b, rate_of("1", 10, MIN, NOW));
	have(b, rate_of("2", 10, MIN, NOW + 1));
	assert_int_equal(merge(b, NULL), TW_OK);
	assert_int_equal(b->out.count, 1);
	assert_string_equal(b->out.rows[0].prefix, "2");
}

static void ended_and_blocked(void **state)
{
	struct bench *b = *state;
	tw_rate ended = rate_of("1", 0, 1500, MAX);
	tw_rate blocked = rate_of("2", 0, MIN, MAX);
	tw_rate again = rate_of("3", 0, MIN, MAX);

	ended.status = TW_RATE_ENDED;
	blocked.status = TW_RATE_BLOCKED;
	again.status = TW_RATE_BLOCKED;
	have(b, rate_of("1", 10, MIN, MAX));
	have(b, rate_of("2", 10, MIN, MAX));
	have(b, again);
	sheet(b, ended);
	sheet(b, blocked);
	sheet(b, again);
	strcpy(again.prefix, "4");
	sheet(b, again);
	assert_int_equal(merge(b, NULL), TW_OK);
	/* 1 and 2 are over, 3 was refused before, 4 is refused newly */
	tells(b, "10021");
	assert_int_equal(b->out.count, 4);
	/* the old price of an ended code until its end, and no row of it */
	assert_int_equal(b->out.rows[0].status, TW_RATE_PRICED);
	assert_int_equal(b->out.rows[0].to, 1500);
	assert_int_equal(b->out.rows[1].status, TW_RATE_BLOCKED);
}

/* Priced for a while and then ended is an end. */
static void ends_after_a_while(void **state)
{
	struct bench *b = *state;
	tw_rate ended = rate_of("1", 0, 1500, MAX);

	ended.status = TW_RATE_ENDED;
	have(b, rate_of("1", 10, MIN, MAX));
	sheet(b, ended);
	sheet(b, rate_of("1", 20, MIN, 1500));
	assert_int_equal(merge(b, NULL), TW_OK);
	tells(b, "00010");
	assert_int_equal(b->out.count, 1);
	assert_int_equal(b->out.rows[0].price_nanos, 20);
}

/* A code is prefix, direction and caller, not the prefix alone. */
static void what_a_code_is(void **state)
{
	struct bench *b = *state;
	tw_rate rate = rate_of("1", 10, MIN, MAX);

	b->partial = true;
	have(b, rate);
	rate.price_nanos = 20;
	rate.direction = TW_DIRECTION_INBOUND;
	sheet(b, rate);
	rate.direction = TW_DIRECTION_ANY;
	strcpy(rate.caller_prefix, "7");
	sheet(b, rate);
	assert_int_equal(merge(b, NULL), TW_OK);
	tells(b, "20001");
	assert_int_equal(b->out.count, 3);
}

/* Equal by the minute, dearer for short calls. */
static void finer_differences(void **state)
{
	struct bench *b = *state;
	tw_rate old = rate_of("1", 10, MIN, MAX), new;
	const char *prefix[] = { "1", "2", "3" };

	for (int i = 0; i < 3; i++) {
		strcpy(old.prefix, prefix[i]);
		have(b, old);
		new = old;
		if (i == 0)
			new.connect_fee_nanos = 1;
		else if (i == 1)
			new.first_inc_s = 61;
		else
			new.next_inc_s = 59;
		sheet(b, new);
	}
	assert_int_equal(merge(b, NULL), TW_OK);
	tells(b, "02100");
}

static void every_failed_allocation(void **state)
{
	struct bench *b = *state;
	struct faults faults;
	int64_t n = 0;

	b->partial = true;
	have(b, rate_of("1", 10, MIN, MAX));
	sheet(b, rate_of("2", 10, MIN, MAX));
	for (bool more = true; more; n++) {
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		faults_begin(&faults, n);
		status = merge(b, &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(err.code, status);
		assert_int_equal(b->out.count, more ? 0 : 2);
		if (more)
			assert_int_equal(faults.held, 0);
	}
	assert_int_equal(n, 5);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(code_by_code), TEST(partial_leaves_the_rest),
		TEST(prices_to_come), TEST(ends_at_the_start),
		TEST(ended_and_blocked), TEST(ends_after_a_while),
		TEST(what_a_code_is),
		TEST(finer_differences), TEST(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
