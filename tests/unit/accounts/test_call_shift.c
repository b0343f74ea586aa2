/* A key that is known at another start, and where it is not looked for. */
#include "accounts_fixture.h"
#include "accounts/call.h"
#include "accounts/call_shift.h"
#include "../faults.h"

#define DAY (24LL * 3600 * TW_SECOND)
#define START (1000 * DAY)

static void put_call(struct fixture *f, int64_t key, tw_time start,
		     int64_t batch)
{
	char sql[400];

	snprintf(sql, sizeof(sql), "INSERT INTO call_row (start_us, key, "
		 "content, batch, marks, call_id, sequence, traits, duration, "
		 "caller, callee) VALUES (%lld, %lld, 1, %lld, 0, 'x', 0, 1, "
		 "0, 0, 0)",
		 (long long)start, (long long)key, (long long)batch);
	assert_int_equal(run_sql(f, sql), TW_OK);
}

static tw_time find(struct tw__shift *shift, uint64_t key, tw_time start)
{
	tw_error err = TW_ERROR_INIT;
	tw_time out = -1;

	if (tw__shift_find(&out, shift, key, start, &err))
		fail_msg("%s", err.message);
	return out;
}

static struct tw__shift *shift_of(struct fixture *f)
{
	tw_error err = TW_ERROR_INIT;
	struct tw__shift *shift;

	if (tw__shift_new(&shift, f->store, 9, &err))
		fail_msg("%s", err.message);
	return shift;
}

static void near_and_far(void **state)
{
	struct fixture *f = *state;
	struct tw__shift *shift;

	fixture_begin(f);
	put_call(f, 5, START, 1);
	put_call(f, -6, START + 10, 1);
	put_call(f, 7, START + 20, 9);
	put_call(f, 8, START, 1);
	put_call(f, 8, START + DAY, 1);
	shift = shift_of(f);
	/* where it is, it is a duplicate or a conflict of content */
	assert_int_equal(find(shift, 5, START), 0);
	assert_int_equal(find(shift, 5, START + 1), START);
	assert_int_equal(find(shift, 5, START + TW_SHIFT_MAX_US), START);
	assert_int_equal(find(shift, 5, START + TW_SHIFT_MAX_US + 1), 0);
	assert_int_equal(find(shift, 5, START - TW_SHIFT_MAX_US), START);
	assert_int_equal(find(shift, 5, START - TW_SHIFT_MAX_US - 1), 0);
	assert_int_equal(find(shift, (uint64_t)-6, START), START + 10);
	/* rows of its own batch are the same file's business */
	assert_int_equal(find(shift, 7, START), 0);
	/* known at this start, whatever else there is */
	assert_int_equal(find(shift, 8, START + DAY), 0);
	assert_int_equal(find(shift, 8, START), 0);
	assert_int_equal(find(shift, 99, START), 0);
	tw__shift_free(shift);
	fixture_commit(f);
}

/* Rows in any order find what one in order finds. */
static void any_order(void **state)
{
	static const int order[] = { 40, 0, 77, 13, 99, 14, 1, 60 };
	struct fixture *f = *state;
	struct tw__shift *shift;

	fixture_begin(f);
	for (int i = 0; i < 100; i++)
		for (int j = 0; j < 30; j++)
			put_call(f, i * 1024 + j, START + i * DAY + j, 1);
	shift = shift_of(f);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		tw_time at = START + order[i] * DAY + 3;

		assert_int_equal(find(shift, (uint64_t)order[i] * 1024 + 3,
				      at + 3600 * TW_SECOND), at);
		assert_int_equal(find(shift, (uint64_t)order[i] * 1024 + 3,
				      at + 2 * DAY), 0);
	}
	tw__shift_free(shift);
	fixture_commit(f);
}

/* In a second that is named, of any batch. */
static void in_a_second(void **state)
{
	static const struct {
		uint64_t key;
		tw_time start, second, found;
	} all[] = {
		{ 5, START + 1, START, START },
		{ 5, START, START, 0 }, { 6, START, START, 0 },
		{ 5, START, START + TW_SECOND, START + TW_SECOND + 7 },
		{ 5, START + TW_SHIFT_MAX_US, START, START },
		{ 5, START + TW_SHIFT_MAX_US + 1, START, 0 },
		{ 7, START, START + 2 * TW_SECOND, 0 },
	};
	struct fixture *f = *state;
	struct tw__shift *shift;

	fixture_begin(f);
	put_call(f, 5, START, 9);
	put_call(f, 5, START + TW_SECOND + 7, 1);
	put_call(f, 7, START + 2 * TW_SECOND, 1);
	assert_int_equal(run_sql(f, "UPDATE call_row SET undone = 1 "
				 "WHERE key = 7"), TW_OK);
	shift = shift_of(f);
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		const struct tw__shift_place place = { all[i].key,
			all[i].start, all[i].second };
		tw_time at = -1;

		assert_int_equal(tw__shift_within(&at, shift, &place, NULL),
				 TW_OK);
		if (at != all[i].found)
			fail_msg("%zu: %lld", i, (long long)at);
	}
	tw__shift_free(shift);
	fixture_commit(f);
}

static struct tw__call *a_call(tw_time start)
{
	struct tw__call *call = calloc(1, sizeof(*call));

	assert_non_null(call);
	call->cdr = (tw_cdr)TW_CDR_INIT;
	call->cdr.call_id = "x";
	call->cdr.linked_id = call->cdr.trunk = call->cdr.carrier =
		call->cdr.department = call->cdr.extension =
		call->cdr.accountcode = call->cdr.campaign = call->cdr.cost =
		call->cdr.currency = "";
	call->source = "pbx";
	call->cdr.start = start;
	call->cdr.answer = start + 5;
	call->cdr.end = start + 65;
	call->cdr.duration_us = 60;
	tw__call_hash(call);
	return call;
}

static tw_time moved(struct tw__shift *shift, struct tw__call *call)
{
	const struct tw__call before = *call;
	tw_error err = TW_ERROR_INIT;
	tw_time out = -1;

	if (tw__shift_moved(&out, shift, call, &err))
		fail_msg("%s", err.message);
	assert_memory_equal(call, &before, sizeof(before));
	return out;
}

/* The same id, source and words, and answer and end as far behind. */
static void says_the_same(void **state)
{
	struct fixture *f = *state;
	struct tw__call *call = a_call(START);
	struct tw__shift *shift;
	char sql[300];

	fixture_begin(f);
	put_call(f, 5, START, 1);
	snprintf(sql, sizeof(sql), "UPDATE call_row SET content = %lld, "
		 "marks = 1", (long long)tw__content_short(call->content));
	assert_int_equal(run_sql(f, "INSERT INTO marks VALUES (1, 'pbx', '', "
				 "'', '', '', '', '', '')"), TW_OK);
	assert_int_equal(run_sql(f, sql), TW_OK);
	shift = shift_of(f);
	/* under another key, and it talked */
	assert_int_equal(moved(shift, call), START);
	call->key = 5;
	assert_int_equal(moved(shift, call), 0);
	free(call);
	call = a_call(START + TW_SHIFT_MAX_US);
	assert_int_equal(moved(shift, call), START);
	call->cdr.answer++;
	assert_int_equal(moved(shift, call), 0);
	call->cdr.answer--;
	call->source = "other";
	assert_int_equal(moved(shift, call), 0);
	call->source = "pbx";
	call->cdr.call_id = "y";
	assert_int_equal(moved(shift, call), 0);
	free(call);
	call = a_call(START + TW_SHIFT_MAX_US + 1);
	assert_int_equal(moved(shift, call), 0);
	free(call);
	tw__shift_free(shift);
	fixture_commit(f);
}

/* A call that was taken back may come again at any time. */
static void undone_calls(void **state)
{
	struct fixture *f = *state;
	struct tw__shift *shift;

	fixture_begin(f);
	put_call(f, 5, START, 1);
	assert_int_equal(run_sql(f, "UPDATE call_row SET undone = 1"), TW_OK);
	shift = shift_of(f);
	assert_int_equal(find(shift, 5, START + 1), 0);
	tw__shift_free(shift);
	fixture_commit(f);
}

static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	bool more = true;

	fixture_begin(f);
	for (int i = 0; i < 2000; i++)
		put_call(f, i, START + i, 1);
	fixture_commit(f);
	for (int64_t n = 0; more; n++) {
		struct faults faults;
		struct tw__shift *shift = NULL;
		tw_time at = 0;
		tw_status status;

		faults_begin(&faults, n);
		status = tw__shift_new(&shift, f->store, 9, NULL);
		if (!status)
			status = tw__shift_find(&at, shift, 5, START, NULL);
		tw__shift_free(shift);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(at, more ? 0 : START + 5);
	}
	tw__shift_free(NULL);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(near_and_far), T(any_order), T(in_a_second),
		T(says_the_same), T(undone_calls),
		T(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
