/* Many rows an INSERT: which of them were there before, whatever the block. */
#include "store_fixture.h"
#include "store/bulk.h"

#define TABLE "CREATE TABLE t (a INTEGER NOT NULL, b INTEGER NOT NULL, " \
	"d ANY, e TEXT, CHECK (b < 1000), PRIMARY KEY (a, b)) STRICT, " \
	"WITHOUT ROWID"
#define INTO "t (a, b, d, e)"

static tw_store *a_table(void **state, struct tw__bulk **bulk)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;

	if (tw_store_begin(store, &err) || run(store, TABLE, &err) ||
	    tw__bulk_new(bulk, store, INTO, 4, &err))
		fail_msg("%s", err.message);
	return store;
}

static void done(tw_store *store, struct tw__bulk *bulk)
{
	tw__bulk_free(bulk);
	assert_int_equal(tw_store_rollback(store, NULL), TW_OK);
	tw_store_free(store);
}

/* Text, blob and NULL by turns, so that a place has had each. */
static bool put(struct tw__bulk *bulk, int64_t a, int64_t b)
{
	char text[16];

	snprintf(text, sizeof(text), "%lld", (long long)(a + b));
	tw__cell_i64(&tw__bulk_row(bulk)[0], a);
	tw__cell_i64(&tw__bulk_row(bulk)[1], b);
	if ((a + b) % 3 == 0)
		tw__cell_null(&tw__bulk_row(bulk)[2]);
	else if ((a + b) % 3 == 1)
		tw__bulk_blob(bulk, 2, tw__str_of(text));
	else
		tw__cell_i64(&tw__bulk_row(bulk)[2], a + b);
	tw__bulk_text(bulk, 3, tw__str_of(text));
	return tw__bulk_end_row(bulk);
}

/* That every row holds what put() gave it. */
static void must_be_whole(tw_store *store, int64_t count)
{
	assert_int_equal(ask(store, "SELECT count(*) FROM t"), count);
	assert_int_equal(ask(store, "SELECT count(*) FROM t WHERE "
		"e = CAST(a + b AS TEXT) AND CASE (a + b) % 3 "
		"WHEN 0 THEN d IS NULL WHEN 1 THEN d = CAST(e AS BLOB) "
		"ELSE d = a + b END"), count);
}

/* One that was there, at each place of a block. */
static void each_place(void **state)
{
	struct tw__bulk *bulk;
	tw_store *store = a_table(state, &bulk);
	tw_error err = TW_ERROR_INIT;
	bool is_new[TW_BULK_ROWS];

	for (int64_t known = 0; known < TW_BULK_ROWS; known++) {
		put(bulk, known, 100 + known);
		assert_int_equal(tw__bulk_flush(is_new, bulk, &err), TW_OK);
		assert_true(is_new[0]);
		for (int64_t row = 0; row < TW_BULK_ROWS; row++)
			assert_int_equal(put(bulk, known, row == known ?
					     100 + known : row),
					 row == TW_BULK_ROWS - 1);
		assert_int_equal(tw__bulk_count(bulk), TW_BULK_ROWS);
		assert_int_equal(tw__bulk_flush(is_new, bulk, &err), TW_OK);
		assert_int_equal(tw__bulk_count(bulk), 0);
		for (int64_t row = 0; row < TW_BULK_ROWS; row++)
			assert_int_equal(is_new[row], row != known);
		assert_int_equal(err.code, TW_OK);
	}
	must_be_whole(store, TW_BULK_ROWS * TW_BULK_ROWS);
	done(store, bulk);
}

/* Rows that come twice, also within one block. */
static void at_random(void **state)
{
	struct tw__bulk *bulk;
	tw_store *store = a_table(state, &bulk);
	tw_error err = TW_ERROR_INIT;
	static bool there[500];
	bool is_new[TW_BULK_ROWS];
	tw_random random;
	tw_random_state seed;
	int64_t count = 0;

	memset(there, 0, sizeof(there));
	tw_random_seed(&random, &seed, 3);
	for (int block = 0; block < 60; block++) {
		unsigned char noise[2 * TW_BULK_ROWS + 1];
		size_t rows, pick[TW_BULK_ROWS];

		random.fill(noise, sizeof(noise), random.arg);
		rows = block % 3 ? TW_BULK_ROWS : noise[64] % TW_BULK_ROWS;
		for (size_t i = 0; i < rows; i++) {
			pick[i] = (noise[i] * 256u + noise[32 + i]) % 500u;
			put(bulk, (int64_t)pick[i], 7);
		}
		assert_int_equal(tw__bulk_flush(is_new, bulk, &err), TW_OK);
		for (size_t i = 0; i < rows; i++) {
			assert_int_equal(is_new[i], !there[pick[i]]);
			there[pick[i]] = true;
			count += is_new[i];
		}
	}
	assert_true(count > 400);
	must_be_whole(store, count);
	done(store, bulk);
}

/* What no row may hold is a failure and no row that was there. */
static void a_check_that_fails(void **state)
{
	struct tw__bulk *bulk;
	tw_store *store = a_table(state, &bulk);
	tw_error err = TW_ERROR_INIT;
	bool is_new[TW_BULK_ROWS];

	for (int64_t row = 0; row < TW_BULK_ROWS; row++)
		put(bulk, row, row == 20 ? 1000 : 1);
	assert_int_equal(tw__bulk_flush(is_new, bulk, &err), TW_ESTORE);
	assert_non_null(strstr(err.message, "CHECK"));
	put(bulk, 99, 1000);
	assert_int_equal(tw__bulk_flush(is_new, bulk, &err), TW_ESTORE);
	assert_int_equal(tw__bulk_flush(is_new, bulk, &err), TW_OK);
	done(store, bulk);
}

static void longest_bytes(void **state)
{
	struct tw__bulk *bulk;
	tw_store *store = a_table(state, &bulk);
	tw_error err = TW_ERROR_INIT;
	bool is_new[TW_BULK_ROWS];
	char text[TW_BULK_BYTES / 2];

	memset(text, 'x', sizeof(text));
	for (int64_t row = 0; row < TW_BULK_ROWS; row++) {
		tw__cell_i64(&tw__bulk_row(bulk)[0], row);
		tw__cell_i64(&tw__bulk_row(bulk)[1], 1);
		tw__bulk_blob(bulk, 2, tw__str(text, sizeof(text)));
		tw__bulk_text(bulk, 3, tw__str(text, sizeof(text)));
		tw__bulk_end_row(bulk);
	}
	assert_int_equal(tw__bulk_flush(is_new, bulk, &err), TW_OK);
	assert_int_equal(ask(store, "SELECT min(length(d) + length(e)) "
			     "FROM t"), TW_BULK_BYTES);
	/* empty is not NULL */
	tw__cell_i64(&tw__bulk_row(bulk)[0], 99);
	tw__cell_i64(&tw__bulk_row(bulk)[1], 1);
	tw__bulk_blob(bulk, 2, tw__str(NULL, 0));
	tw__bulk_text(bulk, 3, tw__str(NULL, 0));
	tw__bulk_end_row(bulk);
	assert_int_equal(tw__bulk_flush(is_new, bulk, &err), TW_OK);
	assert_int_equal(ask(store, "SELECT count(*) FROM t WHERE "
			     "length(d) = 0 AND e = ''"), 1);
	done(store, bulk);
}

/* ---- beside the caller ---- */

/* Nobody waits before he has to: what is sent is taken when it is due. */
static void at_random_beside(void **state)
{
	struct tw__bulk *bulk;
	tw_store *store = a_table(state, &bulk);
	struct tw__beside *beside = tw__beside_new(store);
	static int64_t pick[400][TW_BULK_ROWS];
	static size_t rows[400];
	static bool there[5000];
	tw_error err = TW_ERROR_INIT;
	tw_random random;
	tw_random_state seed;
	size_t taken = 0;
	int64_t count = 0;

	memset(there, 0, sizeof(there));
	tw_random_seed(&random, &seed, 5);
	assert_int_equal(tw__bulk_beside(bulk, beside, &err), TW_OK);
	for (size_t block = 0; block < 400; block++) {
		unsigned char noise[2 * TW_BULK_ROWS + 1];

		random.fill(noise, sizeof(noise), random.arg);
		/* half way by itself, and with a thread once more */
		if (block == 150 || block == 200)
			assert_int_equal(tw__bulk_beside(bulk, block == 150 ?
				NULL : beside, &err), TW_OK);
		rows[block] = block % 7 ? TW_BULK_ROWS :
			1 + noise[64] % TW_BULK_ROWS;
		for (size_t i = 0; i < rows[block]; i++) {
			pick[block][i] = block % 5 ? (int64_t)(block * 9 + i) :
				(noise[i] * 256 + noise[32 + i]) % 5000;
			put(bulk, pick[block][i], 7);
		}
		tw__bulk_send(bulk);
		assert_int_equal(tw__bulk_count(bulk), 0);
		while (tw__bulk_is_due(bulk) || (tw__bulk_sent(bulk) &&
		       (block == 399 || block == 149 || block == 199))) {
			bool is_new[TW_BULK_ROWS];
			size_t got;

			assert_int_equal(tw__bulk_take(is_new, &got, bulk,
						       &err), TW_OK);
			assert_int_equal(got, rows[taken]);
			for (size_t i = 0; i < got; i++) {
				int64_t a = pick[taken][i];

				assert_int_equal(is_new[i], !there[a]);
				there[a] = true;
				count += is_new[i];
			}
			taken++;
		}
	}
	assert_int_equal(taken, 400);
	tw__beside_free(beside);
	assert_true(count > 3000);
	must_be_whole(store, count);
	done(store, bulk);
}

/* What comes behind a failure is not inserted, and fails alike. */
static void a_check_that_fails_beside(void **state)
{
	struct tw__bulk *bulk;
	tw_store *store = a_table(state, &bulk);
	struct tw__beside *beside = tw__beside_new(store);
	tw_error err = TW_ERROR_INIT;
	bool is_new[TW_BULK_ROWS];
	size_t count;

	if (!beside) {
		done(store, bulk);
		skip();
	}
	assert_int_equal(tw__bulk_beside(bulk, beside, &err), TW_OK);
	for (int64_t block = 0; block < 4; block++) {
		for (int64_t row = 0; row < TW_BULK_ROWS; row++)
			put(bulk, block * 100 + row,
			    block == 1 && row == 20 ? 1000 : 1);
		tw__bulk_send(bulk);
	}
	assert_int_equal(tw__bulk_sent(bulk), 4);
	assert_int_equal(tw__bulk_take(is_new, &count, bulk, &err), TW_OK);
	for (int i = 0; i < 3; i++) {
		memset(&err, 0, sizeof(err));
		err.size = sizeof(err);
		assert_int_equal(tw__bulk_take(is_new, &count, bulk, &err),
				 TW_ESTORE);
		assert_non_null(strstr(err.message, "CHECK"));
	}
	/* nor what is left over */
	put(bulk, 500, 1);
	tw__bulk_send(bulk);
	assert_int_equal(tw__bulk_take(is_new, &count, bulk, &err),
			 TW_ESTORE);
	tw__beside_free(beside);
	assert_int_equal(ask(store, "SELECT count(*) FROM t WHERE a >= 200"),
			 0);
	done(store, bulk);
}

static void no_such_table(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;
	struct tw__bulk *bulk = NULL;

	assert_int_equal(tw__bulk_new(&bulk, store, "nowhere (a)", 1, &err),
			 TW_ESTORE);
	assert_null(bulk);
	tw__bulk_free(NULL);
	tw_store_free(store);
}

#define FIXTURE_TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
							fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(each_place), FIXTURE_TEST(at_random),
		FIXTURE_TEST(a_check_that_fails),
		FIXTURE_TEST(longest_bytes), FIXTURE_TEST(at_random_beside),
		FIXTURE_TEST(a_check_that_fails_beside),
		FIXTURE_TEST(no_such_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
