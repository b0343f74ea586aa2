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
			struct tw__rollup_key key = { 202610, i % 7, i % 11,
				i, i % 13, i % 3, i % 2 };

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
	for (size_t i = 0; i < 7; i++) {
		struct tw__rollup_key key = { 1, 1, 1, 1, 1, 1, 1 };

		((int64_t *)&key)[i] = -1;
		assert_int_equal(tw__rollup_row(&row, &rollup, &key, NULL),
				 TW_OK);
	}
	assert_int_equal(rollup.count, 7);
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
	struct fixture *f = *state;
	struct tw__call call = { .first = true, .answered = true,
		.direction = TW_DIRECTION_INBOUND, .department = 1,
		.carrier = 2, .number = 3, .destination = 4, .currency = 5,
		.rate_state = TW_STATE_RATED, .cost_nanos = 60,
		.net_nanos = 50, .vat_nanos = 10 };
	const struct tw__rollup_key rated = { 202610, 1, 2, 3, 4,
		TW_DIRECTION_INBOUND, 5 };
	struct tw__rollup_key key;
	struct tw__sums sums;
	struct tw__book book;

	assert_int_equal(tw__book_open(&book, f->store, "Europe/Moscow",
				       NULL), TW_OK);
	call.cdr.start = MOSCOW("2026-10-31T23:59:59");
	call.cdr.duration_us = 9;
	tw__rollup_of(&key, &sums, &call, &book);
	assert_memory_equal(&key, &rated, sizeof(key));
	assert_memory_equal(&sums, (&(struct tw__sums){ 1, 1, 0, 0, 9, 60, 50,
		10 }), sizeof(sums));
	/* a later leg is money, not a call */
	call.first = false;
	tw__rollup_of(&key, &sums, &call, &book);
	assert_int_equal(key.direction, TW_DIRECTION_FORWARD);
	assert_memory_equal(&sums, (&(struct tw__sums){ 0, 0, 0, 0, 0, 60, 50,
		10 }), sizeof(sums));
	/* missed is what came in; unrated has no currency */
	call.first = true;
	call.answered = false;
	call.rate_state = TW_STATE_UNRATED;
	call.cdr.start += TW_SECOND;
	tw__rollup_of(&key, &sums, &call, &book);
	assert_int_equal(key.month, 202611);
	assert_int_equal(key.currency, 0);
	assert_memory_equal(&sums, (&(struct tw__sums){ 1, 0, 1, 1, 9, 0, 0,
		0 }), sizeof(sums));
	call.first = false;
	tw__rollup_of(&key, &sums, &call, &book);
	assert_memory_equal(&sums, (&(struct tw__sums){ 0, 0, 0, 1, 0, 0, 0,
		0 }), sizeof(sums));
	call.first = true;
	call.direction = TW_DIRECTION_OUTBOUND;
	call.rate_state = TW_STATE_NOT_CHARGEABLE;
	tw__rollup_of(&key, &sums, &call, &book);
	assert_memory_equal(&sums, (&(struct tw__sums){ 1, 0, 0, 0, 9, 0, 0,
		0 }), sizeof(sums));
	tw__book_close(&book);
}

static struct tw__rollup of_one(int64_t number, int64_t cost)
{
	struct tw__rollup rollup = { 0 };
	struct tw__rollup_key key = { 202610, 1, 2, number, 4, 1, 5 };
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
		"month = 202610 AND department = 1 AND carrier = 2 AND "
		"number = 1 AND destination = 4 AND direction = 1 AND "
		"currency = 5 AND calls = 2 AND answered = 4 AND missed = 6 "
		"AND unrated = 8 AND talk_us = 10 AND cost_nanos = 12 AND "
		"net_nanos = 14 AND vat_nanos = 16"), 1);
	assert_int_equal(tw__rollup_merge(f->store, &b, 1, &err), TW_ERANGE);
	assert_non_null(strstr(err.message, "month 202610"));
	assert_int_equal(tw__rollup_merge(f->store, &b, -1, &err), TW_OK);
	assert_int_equal(tw__rollup_merge(f->store, &a, -1, &err), TW_OK);
	assert_int_equal(one_number(f, "SELECT cost_nanos FROM rollup"), 6);
	assert_int_equal(tw__rollup_merge(f->store, &a, -1, &err), TW_OK);
	assert_int_equal(one_number(f, "SELECT count(*) FROM rollup"), 0);
	fixture_commit(f);
	tw__rollup_free(&a);
	tw__rollup_free(&b);
}

/* Read again from the calls it is what was merged, call by call. */
static void scanned_is_what_was_stored(void **state)
{
	struct fixture *f = *state;
	struct tw__rollup rollup = { 0 };
	struct tw__book book;
	tw_error err = TW_ERROR_INIT;
	int64_t range[2], batch, seen = 0;
	tw_import *import;
	char id[32];
	tw_cdr cdr;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import = begin_import(f, NULL, NULL);
	batch = (int64_t)tw_import_batch(import);
	for (int i = 0; i < 6; i++) {
		cdr = call_of(f, id, "78432000001", i % 2 ? "79161234567" :
			      "442071234567");
		cdr.start += i * TW_SECOND;
		cdr.answer += i * TW_SECOND;
		cdr.leg = i == 5 ? 2 : 1;
		add_call(import, &cdr);
	}
	end_import(import);
	range[0] = MOSCOW("2026-10-05T10:00:00");
	range[1] = range[0] + 5 * TW_SECOND;
	assert_int_equal(tw__book_open(&book, f->store, NULL, &err), TW_OK);
	assert_int_equal(tw__rollup_scan(&rollup, f->store, &book, range,
					 batch, &err), TW_OK);
	assert_int_equal((int64_t)rollup.count,
			 one_number(f, "SELECT count(*) FROM rollup"));
	fixture_begin(f);
	assert_int_equal(tw__rollup_merge(f->store, &rollup, -1, &err),
			 TW_OK);
	assert_int_equal(one_number(f, "SELECT count(*) FROM rollup"), 0);
	assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	/* ends of the range are in, other batches are not */
	tw__rollup_free(&rollup);
	range[0] += TW_SECOND;
	range[1] -= TW_SECOND;
	assert_int_equal(tw__rollup_scan(&rollup, f->store, &book, range, 0,
					 &err), TW_OK);
	for (size_t i = 0; i < rollup.count; i++)
		seen += rollup.rows[i].sums.calls;
	assert_int_equal(seen, 4);
	tw__rollup_free(&rollup);
	assert_int_equal(tw__rollup_scan(&rollup, f->store, &book, range,
					 batch + 1, &err), TW_OK);
	assert_int_equal(rollup.count, 0);
	tw__rollup_free(&rollup);
	/* what was undone is not there */
	fixture_begin(f);
	assert_int_equal(run_sql(f, "UPDATE call SET undone = 1"), TW_OK);
	assert_int_equal(tw__rollup_scan(&rollup, f->store, &book, range, 0,
					 &err), TW_OK);
	assert_int_equal(rollup.count, 0);
	assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	tw__book_close(&book);
}

static void every_failed_allocation(void **state)
{
	const struct tw__rollup_key key = { 1, 1, 1, 1, 1, 1, 1 };
	struct tw__rollup_row *row;
	struct faults faults;

	(void)state;
	for (int64_t n = 0; n < 2; n++) {
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
		FIXTURE_TEST(merged_and_taken_back),
		FIXTURE_TEST(scanned_is_what_was_stored),
		cmocka_unit_test(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
