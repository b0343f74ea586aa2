/* What follows what, code by code. */
#include "tariff_fixture.h"
#include "../faults.h"
#include "accounts/tariff_changes.h"

#define STARTS 1000
#define MINE 2          /* the newer version */

struct row {
	const char *prefix;
	int64_t price;          /* -1: blocked */
	tw_time from, to;
	int64_t origin;
};

static void add_rows(struct tw__rates *rates, const struct row *rows)
{
	for (; rows->prefix; rows++) {
		tw_rate rate = TW_RATE_INIT;

		strcpy(rate.prefix, rows->prefix);
		rate.from = rows->from;
		rate.to = rows->to;
		rate.price_nanos = rows->price;
		if (rows->price < 0) {
			rate.price_nanos = 0;
			rate.status = TW_RATE_BLOCKED;
		}
		assert_int_equal(tw__rates_add(rates, &rate, rows->origin,
					       NULL), TW_OK);
	}
}

static struct tw_price_changes steps_of(const struct row *old,
					const struct row *new)
{
	struct tw_price_changes changes = { .total = TW_PRICE_TOTAL_INIT };

	changes.total.starts = STARTS;
	changes.total.version = MINE;
	add_rows(&changes.side[0].rates, old);
	add_rows(&changes.side[1].rates, new);
	assert_int_equal(tw__price_steps(&changes, NULL), TW_OK);
	return changes;
}

static void end(struct tw_price_changes *changes)
{
	tw__rates_free(&changes->side[0].rates);
	tw__rates_free(&changes->side[1].rates);
	tw_free(changes->rows);
}

static void is(const struct tw_price_changes *changes, size_t i,
	       uint32_t kind, tw_time at, int64_t hundredths)
{
	const tw_price_change *row = &changes->rows[i];

	assert_true(i < changes->count);
	assert_int_equal(row->kind, kind);
	assert_int_equal(row->effective, at);
	assert_int_equal(row->has_percent ? row->percent_hundredths : 0,
			 hundredths);
}

#define MIN TW_TIME_MIN
#define MAX TW_TIME_MAX
#define END { NULL, 0, 0, 0, 0 }

static void each_kind(void **state)
{
	static const struct row old[] = {
		{ "1", 100, MIN, MAX, 1 }, { "2", 100, MIN, MAX, 1 },
		{ "3", 100, MIN, MAX, 1 }, { "4", 100, MIN, MAX, 1 },
		{ "6", 100, MIN, MAX, 1 }, { "7", -1, MIN, MAX, 1 },
		{ "8", 100, MIN, 900, 1 }, { "9", 0, MIN, MAX, 1 }, END };
	static const struct row new[] = {
		{ "1", 101, 1500, MAX, MINE }, { "2", 99, 500, MAX, MINE },
		{ "3", 100, 1500, MAX, MINE }, { "5", 7, MIN, MAX, MINE },
		{ "6", -1, 2000, MAX, MINE }, { "7", 5, 2000, MAX, MINE },
		{ "9", 5, 2000, MAX, MINE }, END };
	struct tw_price_changes c = steps_of(old, new);

	(void)state;
	is(&c, 0, TW_PRICE_INCREASE, 1500, 100);
	is(&c, 1, TW_PRICE_DECREASE, STARTS, -100);
	is(&c, 2, TW_PRICE_UNCHANGED, STARTS, 0);
	is(&c, 3, TW_PRICE_ENDED, STARTS, 0);
	is(&c, 4, TW_PRICE_NEW, STARTS, 0);
	is(&c, 5, TW_PRICE_ENDED, 2000, 0);
	is(&c, 6, TW_PRICE_NEW, 2000, 0);
	/* 8 had ended by itself before; from nothing there is no percent */
	is(&c, 7, TW_PRICE_INCREASE, 2000, 0);
	assert_int_equal(c.rows[7].has_percent, 0);
	assert_int_equal(c.count, 8);
	assert_int_equal(c.total.increase, 2);
	assert_int_equal(c.total.fresh, 2);
	assert_int_equal(c.total.ended, 2);
	assert_int_equal(c.total.decrease, 1);
	assert_int_equal(c.total.unchanged, 1);
	assert_int_equal(c.first, STARTS);
	assert_int_equal(c.last, 2000);
	end(&c);
}

/* What a partial sheet left alone, ended or priced for a while. */
static void kept_rows(void **state)
{
	static const struct row old[] = {
		{ "1", 100, MIN, MAX, 1 }, { "2", 100, MIN, MAX, 1 },
		{ "3", 100, MIN, 3000, 1 }, { "4", 100, MIN, 5000, 1 },
		END };
	static const struct row new[] = {
		{ "1", 100, MIN, MAX, 1 },
		{ "2", 100, MIN, 1800, 1 },
		{ "3", 120, STARTS, 3000, MINE },
		{ "4", 120, STARTS, 3000, MINE }, END };
	struct tw_price_changes c = steps_of(old, new);

	(void)state;
	is(&c, 0, TW_PRICE_UNCHANGED, STARTS, 0);
	is(&c, 1, TW_PRICE_ENDED, 1800, 0);
	is(&c, 2, TW_PRICE_INCREASE, STARTS, 2000);
	is(&c, 3, TW_PRICE_INCREASE, STARTS, 2000);
	is(&c, 4, TW_PRICE_ENDED, 3000, 0);
	assert_int_equal(c.count, 5);
	end(&c);
}

/* A price that was announced before is not announced anew. */
static void several_dates(void **state)
{
	static const struct row old[] = {
		{ "1", 100, MIN, 2000, 1 }, { "1", 150, 2000, MAX, 1 }, END };
	static const struct row new[] = {
		{ "1", 120, 1500, 2500, MINE }, { "1", 200, 2500, 3000, MINE },
		{ "1", 200, 3000, MAX, MINE }, END };
	struct tw_price_changes c = steps_of(old, new);

	(void)state;
	is(&c, 0, TW_PRICE_INCREASE, 1500, 2000);
	is(&c, 1, TW_PRICE_INCREASE, 2500, 6667);
	assert_int_equal(c.count, 2);
	assert_int_equal(c.rows[0].old_price_nanos, 100);
	assert_int_equal(c.rows[1].new_price_nanos, 200);
	end(&c);
}

static void without_memory(void **state)
{
	static const struct row old[] = { { "1", 1, MIN, MAX, 1 }, END };
	static const struct row new[] = { { "1", 2, MIN, MAX, MINE }, END };
	struct tw_price_changes changes = steps_of(old, new);
	tw_status status = TW_ENOMEM;
	struct faults faults;
	int64_t n;

	(void)state;
	for (n = 0; status; n++) {
		changes.count = changes.capacity = 0;
		tw_free(changes.rows);
		changes.rows = NULL;
		faults_begin(&faults, n);
		status = tw__price_steps(&changes, NULL);
		(void)faults_end(&faults);
		assert_true(!status || status == TW_ENOMEM);
	}
	assert_true(n > 3);
	assert_int_equal(changes.count, 1);
	end(&changes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind),
		cmocka_unit_test(kept_rows),
		cmocka_unit_test(several_dates),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
