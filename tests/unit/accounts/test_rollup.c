/* Counts and sums by what reports group by. */
#include "accounts_fixture.h"
#include "accounts/call.h"
#include "accounts/rollup.h"
#include "../faults.h"

static void rows_by_key(void **state)
{
	enum { COUNT = 3000 };
	struct tw__rollup rollup = { 0 };
	struct tw__rollup_row *row;

	(void)state;
	assert_null(tw__rollup_find(&rollup, &(struct tw__rollup_key){ 0 }));
	for (int turn = 0; turn < 2; turn++) {
		for (int64_t i = 0; i < COUNT; i++) {
			struct tw__rollup_key key = { 202610, i % 2, i % 7,
				i % 11, i, i % 13, i % 3, i % 2 };

			assert_int_equal(tw__rollup_row(&row, &rollup, &key,
							NULL), TW_OK);
			assert_int_equal(row->sums.calls, turn);
			assert_memory_equal(&row->key, &key, sizeof(key));
			row->sums.calls++;
		}
		assert_int_equal(rollup.count, COUNT);
	}
	/* in the order in which they came */
	assert_int_equal(rollup.rows[COUNT - 1].key.number, COUNT - 1);
	assert_null(tw__rollup_find(&rollup, &(struct tw__rollup_key){ 0 }));
	tw__rollup_free(&rollup);
	assert_int_equal(rollup.count, 0);
	assert_null(rollup.rows);
}

/* Each member of a key tells rows apart. */
static void every_member_counts(void **state)
{
	struct tw__rollup rollup = { 0 };
	struct tw__rollup_row *row;

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		struct tw__rollup_key key = { 1, 1, 1, 1, 1, 1, 1, 1 };

		((int64_t *)&key)[i] = -1;
		assert_int_equal(tw__rollup_row(&row, &rollup, &key, NULL),
				 TW_OK);
	}
	assert_int_equal(rollup.count, 8);
	tw__rollup_free(&rollup);
}

/* Every sum is checked, both ways, and a refusal changes none of them. */
static void sums_never_wrap(void **state)
{
	static const struct tw__sums one = { 1, 1, 1, 1, 1, 1, 1, 1 };
	struct tw__sums a, before;
	int64_t *member;

	(void)state;
	for (size_t i = 0; i < TW_SUMS_COUNT; i++) {
		struct tw__sums b = one;

		a = one;
		member = (int64_t *)&a + i;
		*member = INT64_MAX;
		before = a;
		assert_false(tw__sums_add(&a, &one, 1));
		assert_memory_equal(&a, &before, sizeof(a));
		assert_true(tw__sums_add(&a, &one, -1));
		assert_true(*member == INT64_MAX - 1);
		a = one;
		*member = INT64_MIN;
		assert_false(tw__sums_add(&a, &one, -1));
		/* what has no opposite can't be taken */
		((int64_t *)&b)[i] = INT64_MIN;
		a = one;
		assert_false(tw__sums_add(&a, &b, -1));
		*member = 0;
		assert_true(tw__sums_add(&a, &b, 1));
	}
	a = one;
	assert_false(tw__sums_are_zero(&a));
	assert_true(tw__sums_add(&a, &one, -1));
	assert_true(tw__sums_are_zero(&a));
	a.vat_nanos = -1;
	assert_false(tw__sums_are_zero(&a));
}

static void what_a_call_adds(void **state)
{
	struct tw__call call = { .first = true, .answered = true,
		.direction = TW_DIRECTION_INBOUND, .department = 1,
		.carrier = 2, .number = 3, .destination = 4, .currency = 5,
		.rate_state = TW_STATE_RATED, .cost_nanos = 60,
		.net_nanos = 50, .vat_nanos = 10 };
	const struct tw__rollup_key rated = { 0, 0, 1, 2, 3, 4,
		TW_DIRECTION_INBOUND, 5 };
	struct tw__rollup_key key;
	struct tw__sums sums;

	(void)state;
	call.cdr.duration_us = 9;
	tw__rollup_of(&key, &sums, &call);
	assert_memory_equal(&key, &rated, sizeof(key));
	assert_memory_equal(&sums, (&(struct tw__sums){ 1, 1, 0, 0, 9, 60, 50,
		10 }), sizeof(sums));
	/* a later leg is money, not a call */
	call.first = false;
	tw__rollup_of(&key, &sums, &call);
	assert_int_equal(key.direction, TW_DIRECTION_FORWARD);
	assert_memory_equal(&sums, (&(struct tw__sums){ 0, 0, 0, 0, 0, 60, 50,
		10 }), sizeof(sums));
	/* missed is what came in; unrated has no currency */
	call.first = true;
	call.answered = false;
	call.rate_state = TW_STATE_UNRATED;
	tw__rollup_of(&key, &sums, &call);
	assert_int_equal(key.currency, 0);
	assert_memory_equal(&sums, (&(struct tw__sums){ 1, 0, 1, 1, 9, 0, 0,
		0 }), sizeof(sums));
	call.first = false;
	tw__rollup_of(&key, &sums, &call);
	assert_memory_equal(&sums, (&(struct tw__sums){ 0, 0, 0, 1, 0, 0, 0,
		0 }), sizeof(sums));
	call.first = true;
	call.direction = TW_DIRECTION_OUTBOUND;
	call.rate_state = TW_STATE_NOT_CHARGEABLE;
	tw__rollup_of(&key, &sums, &call);
	assert_memory_equal(&sums, (&(struct tw__sums){ 1, 0, 0, 0, 9, 0, 0,
		0 }), sizeof(sums));
}

static struct tw__rollup_row only(struct tw__rollup *rollup, int64_t period,
				  int64_t late)
{
	struct tw__rollup_row none = { { 0 }, { 0 } };

	for (size_t i = 0; i < rollup->count; i++) {
		if (rollup->rows[i].key.period == period &&
		    rollup->rows[i].key.late == late)
			return rollup->rows[i];
	}
	return none;
}

/* A month and its day; of a closed month the first open one and its day 00,
 * so that days add up. */
static void months_and_days(void **state)
{
	struct fixture *f = *state;
	struct tw__rollup rollup = { 0 };
	struct tw__book book;
	struct tw__rollup_row one = { { .department = 1 }, { .calls = 1 } };
	struct tw__posted posted = { MOSCOW("2026-10-31T23:59:59"), 0, 1 };
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__book_open(&book, f->store, "Europe/Moscow",
				       NULL), TW_OK);
	assert_int_equal(tw__rollup_post(&rollup, &book, &posted, &one,
					 &err), TW_OK);
	posted.open_month = 202610;
	assert_int_equal(tw__rollup_post(&rollup, &book, &posted, &one,
					 &err), TW_OK);
	assert_int_equal(only(&rollup, 202610, 0).sums.calls, 2);
	assert_int_equal(only(&rollup, 20261031, 0).sums.calls, 2);
	posted.open_month = 202701;
	assert_int_equal(tw__rollup_post(&rollup, &book, &posted, &one,
					 &err), TW_OK);
	assert_int_equal(rollup.count, 4);
	assert_int_equal(only(&rollup, 202701, 1).sums.calls, 1);
	assert_int_equal(only(&rollup, 20270100, 1).sums.calls, 1);
	posted.sign = -1;
	assert_int_equal(tw__rollup_post(&rollup, &book, &posted, &one,
					 &err), TW_OK);
	assert_int_equal(only(&rollup, 202701, 1).sums.calls, 0);
	/* what does not fit changes nothing */
	one.sums.cost_nanos = INT64_MAX;
	posted.sign = 1;
	assert_int_equal(tw__rollup_post(&rollup, &book, &posted, &one,
					 &err), TW_OK);
	assert_int_equal(tw__rollup_post(&rollup, &book, &posted, &one,
					 &err), TW_ERANGE);
	assert_int_equal(only(&rollup, 202701, 1).sums.calls, 1);
	assert_int_equal(only(&rollup, 20270100, 1).sums.calls, 1);
	tw__rollup_free(&rollup);
	tw__book_close(&book);
}

static struct tw__rollup of_one(int64_t number, int64_t cost)
{
	struct tw__rollup rollup = { 0 };
	struct tw__rollup_key key = { 202610, 0, 1, 2, number, 4, 1, 5 };
	struct tw__rollup_row *row;

	assert_int_equal(tw__rollup_row(&row, &rollup, &key, NULL), TW_OK);
	row->sums = (struct tw__sums){ 1, 2, 3, 4, 5, cost, 7, 8 };
	return rollup;
}

/* Added and taken back, the table is as it was. */
static void merged_and_taken_back(void **state)
{
	struct fixture *f = *state;
	struct tw__rollup a = of_one(1, 6), b = of_one(2, INT64_MAX);
	tw_error err = TW_ERROR_INIT;

	fixture_begin(f);
	assert_int_equal(tw__rollup_merge(f->store, &a, 1, &err), TW_OK);
	assert_int_equal(tw__rollup_merge(f->store, &a, 1, &err), TW_OK);
	assert_int_equal(tw__rollup_merge(f->store, &b, 1, &err), TW_OK);
	assert_int_equal(one_number(f, "SELECT count(*) FROM rollup WHERE "
		"period = 202610 AND late = 0 AND department = 1 AND "
		"carrier = 2 AND "
		"number = 1 AND destination = 4 AND direction = 1 AND "
		"currency = 5 AND calls = 2 AND answered = 4 AND missed = 6 "
		"AND unrated = 8 AND talk_us = 10 AND cost_nanos = 12 AND "
		"net_nanos = 14 AND vat_nanos = 16"), 1);
	assert_int_equal(tw__rollup_merge(f->store, &b, 1, &err), TW_ERANGE);
	assert_non_null(strstr(err.message, "period 202610"));
	assert_int_equal(tw__rollup_merge(f->store, &b, -1, &err), TW_OK);
	assert_int_equal(tw__rollup_merge(f->store, &a, -1, &err), TW_OK);
	assert_int_equal(one_number(f, "SELECT cost_nanos FROM rollup"), 6);
	assert_int_equal(tw__rollup_merge(f->store, &a, -1, &err), TW_OK);
	assert_int_equal(one_number(f, "SELECT count(*) FROM rollup"), 0);
	fixture_commit(f);
	tw__rollup_free(&a);
	tw__rollup_free(&b);
}

static void every_failed_allocation(void **state)
{
	const struct tw__rollup_key key = { 1, 1, 1, 1, 1, 1, 1, 1 };
	struct tw__rollup_row *row;
	struct faults faults;

	(void)state;
	for (int64_t n = 0; n < 3; n++) {
		struct tw__rollup rollup = { 0 };
		tw_error err = TW_ERROR_INIT;

		faults_begin(&faults, n);
		assert_int_equal(tw__rollup_row(&row, &rollup, &key, &err),
				 TW_ENOMEM);
		assert_true(faults_end(&faults));
		assert_int_equal(err.code, TW_ENOMEM);
		assert_int_equal(rollup.count, 0);
		assert_null(tw__rollup_find(&rollup, &key));
		assert_int_equal(tw__rollup_row(&row, &rollup, &key, &err),
				 TW_OK);
		tw__rollup_free(&rollup);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_by_key),
		cmocka_unit_test(every_member_counts),
		cmocka_unit_test(sums_never_wrap),
		FIXTURE_TEST(what_a_call_adds),
		FIXTURE_TEST(months_and_days),
		FIXTURE_TEST(merged_and_taken_back),
		cmocka_unit_test(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
