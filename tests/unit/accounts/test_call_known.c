/* A call by its key: in order, out of order, and after more were stored. */
#include "accounts_fixture.h"
#include "accounts/call_known.h"
#include "../faults.h"

#define START (1000LL * 24 * 3600 * TW_SECOND)

static void put_call(struct fixture *f, tw_time start, int64_t key,
		     int64_t undone)
{
	char sql[400];

	snprintf(sql, sizeof(sql), "INSERT INTO call_row (start_us, key, "
		 "undone, content, batch, marks, call_id, sequence, traits, "
		 "duration, caller, callee) VALUES (%lld, %lld, %lld, %lld, "
		 "1, 0, 'x', 0, 1, 0, 0, 0)", (long long)start,
		 (long long)key, (long long)undone,
		 (long long)(start % 1000 * 1000 + key));
	assert_int_equal(run_sql(f, sql), TW_OK);
}

static struct tw__known *known_of(struct fixture *f)
{
	tw_error err = TW_ERROR_INIT;
	struct tw__known *known;

	if (tw__known_new(&known, f->store, &err))
		fail_msg("%s", err.message);
	return known;
}

static void is_there(struct tw__known *known, tw_time start, int64_t key)
{
	tw_error err = TW_ERROR_INIT;
	uint64_t content = 77;

	if (tw__known_find(&content, known, start, (uint64_t)key, &err))
		fail_msg("%lld: %s", (long long)key, err.message);
	assert_int_equal((int64_t)content, start % 1000 * 1000 + key);
}

static void is_not(struct tw__known *known, tw_time start, int64_t key)
{
	uint64_t content = 77;

	assert_int_equal(tw__known_find(&content, known, start,
					(uint64_t)key, NULL), TW_ENOTFOUND);
	assert_int_equal(content, 77);
}

static void along_and_across(void **state)
{
	struct fixture *f = *state;
	struct tw__known *known;

	fixture_begin(f);
	/* keys are hashes: half of them are below zero to SQL */
	for (int i = 0; i < 100; i++)
		put_call(f, START + i, i % 2 ? i : -i, 0);
	put_call(f, START + 50, 7, 0);
	put_call(f, START + 51, 8, 3);  /* taken back */
	known = known_of(f);
	for (int i = 0; i < 100; i++)
		is_there(known, START + i, i % 2 ? i : -i);
	for (int i = 99; i >= 0; i -= 3)
		is_there(known, START + i, i % 2 ? i : -i);
	for (int i = 0; i < 100; i += 17)
		is_there(known, START + i, i % 2 ? i : -i);
	/* beside, before and behind what is there */
	is_there(known, START + 10, -10);
	is_not(known, START + 10, -11);
	is_not(known, START + 10, 10);
	is_there(known, START + 11, 11);
	is_there(known, START + 50, -50);
	is_there(known, START + 50, 7);
	is_not(known, START + 50, 8);
	is_not(known, START + 51, 8);
	is_not(known, START - 1, 0);
	is_there(known, START, 0);
	is_not(known, START + 100, 0);
	is_not(known, START + 101, 0);
	is_there(known, START + 99, 99);
	tw__known_rest(known);
	tw__known_rest(known);
	is_there(known, START + 99, 99);
	tw__known_free(known);
	tw__known_free(NULL);
	tw__known_rest(NULL);
	fixture_commit(f);
}

/* The cursor has gone past a place where a call is stored afterwards. */
static void stored_behind_the_cursor(void **state)
{
	struct fixture *f = *state;
	struct tw__known *known;

	fixture_begin(f);
	put_call(f, START, 1, 0);
	put_call(f, START + 9, 1, 0);
	known = known_of(f);
	is_there(known, START, 1);
	is_not(known, START + 5, 1);
	tw__known_rest(known);
	put_call(f, START + 5, 1, 0);
	is_there(known, START + 5, 1);
	is_there(known, START + 9, 1);
	is_not(known, START + 10, 1);
	tw__known_free(known);
	fixture_commit(f);
}

/* Older versions made the key of what was found about a leg too. */
static void a_leg_of_an_older_version(void **state)
{
	struct fixture *f = *state;
	struct tw__call *call = calloc(1, sizeof(*call));
	uint64_t key;

	call->source = "test";
	call->cdr = (tw_cdr)TW_CDR_INIT;
	call->cdr.start = 7;
	call->cdr.call_id = "b";
	tw__call_hash(call);
	key = call->key;
	call->cdr.leg = 2;
	call->cdr.direction = TW_DIRECTION_FORWARD;
	assert_int_equal(tw__known_as_found(f->store, call, NULL), TW_OK);
	tw__call_hash(call);
	put_call(f, 7, (int64_t)call->key, 0);
	call->key = key;
	assert_int_equal(tw__known_as_found(f->store, call, NULL), TW_EEXIST);
	assert_true(call->key == key);
	call->cdr.leg = 3;
	assert_int_equal(tw__known_as_found(f->store, call, NULL), TW_OK);
	free(call);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(along_and_across),
		FIXTURE_TEST(a_leg_of_an_older_version),
		FIXTURE_TEST(stored_behind_the_cursor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
