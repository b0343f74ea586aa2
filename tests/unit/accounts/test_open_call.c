/* Calls under way: in no total, replaced by what is later, gone when final. */
#include "recorder_fixture.h"
#include "accounts/open_call.h"

static tw_cdr interim_of(char id[32], unsigned int i, int64_t seconds)
{
	tw_cdr cdr = desk_call(id, i);

	cdr.flags = TW_CDR_INTERIM;
	cdr.duration_us = seconds * TW_SECOND;
	return cdr;
}

static tw_status add(struct desk *d, const tw_cdr *cdr)
{
	tw_import *import = begin_import(&d->f, NULL, NULL);
	tw_counts counts = TW_COUNTS_INIT;
	tw_status status = tw_import_add(import, cdr, NULL);

	assert_int_equal(tw_import_commit(&counts, NULL, import, NULL),
			 TW_OK);
	tw_import_free(import);
	assert_int_equal(counts.rows_read, 1);
	assert_int_equal(counts.rows_held, status == TW_OK &&
			 cdr->flags & TW_CDR_INTERIM);
	assert_int_equal(counts.rows_stored + counts.rows_held +
			 counts.duplicates + counts.conflicts, 1);
	must_verify(&d->f);
	return status;
}

static int64_t open_count(struct desk *d)
{
	return one_number(&d->f, "SELECT count(*) FROM open_call "
			  "WHERE batch = 0");
}

static void running_totals(void **state)
{
	struct desk *d = *state;
	char id[32];
	tw_cdr cdr = interim_of(id, 1, 900);

	assert_int_equal(add(d, &cdr), TW_OK);
	assert_int_equal(add(d, &cdr), TW_EEXIST);
	cdr = interim_of(id, 1, 1800);
	assert_int_equal(add(d, &cdr), TW_OK);
	/* late: it says less than what is known */
	cdr = interim_of(id, 1, 1200);
	assert_int_equal(add(d, &cdr), TW_EEXIST);
	assert_int_equal(open_count(d), 1);
	assert_int_equal(calls_of(d), 0);
	assert_int_equal(one_number(&d->f, "SELECT count(*) FROM rollup"), 0);
	assert_int_equal(one_number(&d->f, "SELECT count(*) FROM batch"), 0);

	cdr = desk_call(id, 1);
	cdr.duration_us = 2700 * TW_SECOND;
	assert_int_equal(add(d, &cdr), TW_OK);
	assert_int_equal(add(d, &cdr), TW_EEXIST);
	assert_int_equal(open_count(d), 0);
	assert_int_equal(one_number(&d->f, "SELECT sum(talk_us) FROM rollup "
				    "WHERE period < 1000000"),
			 2700 * TW_SECOND);
	assert_int_equal(one_number(&d->f, "SELECT sum(calls) FROM rollup "
				    "WHERE period < 1000000"),
			 1);
	/* an interim record that comes after the end opens nothing again */
	cdr = interim_of(id, 1, 3600);
	assert_int_equal(add(d, &cdr), TW_EEXIST);
	assert_int_equal(open_count(d), 0);
}

/* Refused at its beginning, not when it is over. */
static void of_another_century(void **state)
{
	struct desk *d = *state;
	tw_import *import = begin_import(&d->f, NULL, NULL);
	tw_error err = TW_ERROR_INIT;
	char id[32];
	tw_cdr cdr = interim_of(id, 1, 900);

	cdr.start = cdr.answer = at_time("2100-01-01T00:00:00Z");
	assert_int_equal(tw_import_add(import, &cdr, &err), TW_EPARSE);
	assert_string_equal(err.field, "start");
	assert_non_null(strstr(err.message, "2099"));
	assert_int_equal(end_import(import).rows_rejected, 1);
	assert_int_equal(open_count(d), 0);
}

static void all_in_one_batch(void **state)
{
	struct desk *d = *state;
	tw_import *import = begin_import(&d->f, NULL, NULL);
	tw_counts counts = TW_COUNTS_INIT;
	char id[32];
	tw_cdr cdr;

	for (int64_t s = 900; s <= 3600; s += 900) {
		cdr = interim_of(id, 1, s);
		assert_int_equal(tw_import_add(import, &cdr, NULL), TW_OK);
	}
	cdr = desk_call(id, 1);
	cdr.duration_us = 3700 * TW_SECOND;
	assert_int_equal(tw_import_add(import, &cdr, NULL), TW_OK);
	assert_int_equal(tw_import_commit(&counts, NULL, import, NULL),
			 TW_OK);
	tw_import_free(import);
	assert_int_equal(counts.rows_read, 5);
	assert_int_equal(counts.rows_held, 4);
	assert_int_equal(counts.rows_stored, 1);
	assert_int_equal(open_count(d), 0);
}

/* People's numbers are ids, also while a batch forgets those that it does not
 * need; digits stand nowhere else. */
static void people_stay_identities(void **state)
{
	struct desk *d = *state;
	tw_import *import = begin_import(&d->f, NULL, NULL);
	char id[32];
	tw_cdr cdr = interim_of(id, 1, 900), stored = desk_call(id, 2);
	struct tw__dead_call dead = { .key = 0 };
	const struct tw__dead which = { "", 0 };

	cdr.callee = "79165550001";
	assert_int_equal(tw_import_add(import, &cdr, NULL), TW_OK);
	assert_int_equal(tw_import_add(import, &stored, NULL), TW_OK);
	stored.callee = "79165550002";
	assert_int_equal(tw_import_add(import, &stored, NULL), TW_ECONFLICT);
	assert_int_equal(tw_import_commit(NULL, NULL, import, NULL), TW_OK);
	tw_import_free(import);
	assert_int_equal(one_number(&d->f, "SELECT count(*) FROM identity "
				    "WHERE digits = '79165550001'"), 1);
	assert_int_equal(one_number(&d->f, "SELECT count(*) FROM identity "
				    "WHERE digits = '79165550002'"), 0);
	assert_int_equal(one_number(&d->f, "SELECT count(*) FROM open_call "
				    "WHERE instr(record, x'39313635')"), 0);
	assert_int_equal(tw__open_call_dead(&dead, d->f.store, &which, NULL),
			 TW_OK);
	assert_string_equal(dead.cdr.callee, "79165550001");
	assert_string_equal(dead.cdr.caller, "78432000001");
	assert_string_equal(dead.cdr.source, "test");
	assert_string_equal(dead.cdr.trunk, "main");
	assert_int_equal(dead.cdr.duration_us, 900 * TW_SECOND);
	assert_int_equal(dead.cdr.flags, 0);
	tw__dead_call_free(&dead);
}

static void impossible_ones_are_rejected(void **state)
{
	struct desk *d = *state;
	tw_import *import = begin_import(&d->f, NULL, NULL);
	char id[32];
	tw_cdr cdr = interim_of(id, 1, 900);

	cdr.answer = cdr.start - 1;
	assert_int_equal(tw_import_add(import, &cdr, NULL), TW_EPARSE);
	assert_int_equal(tw_import_commit(NULL, NULL, import, NULL), TW_OK);
	tw_import_free(import);
	assert_int_equal(open_count(d), 0);
	assert_int_equal(one_number(&d->f, "SELECT count(*) FROM quarantine"),
			 1);
}

static void the_list(void **state)
{
	struct desk *d = *state;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_listing *list;
	char id[32];
	tw_cdr cdr = interim_of(id, 3, 900);

	assert_int_equal(add(d, &cdr), TW_OK);
	assert_int_equal(tw_open_calls(&list, d->f.store, NULL), TW_OK);
	assert_int_equal(tw_listing_next(&row, list, NULL), TW_OK);
	assert_string_equal(row.key, "live-3");
	assert_string_equal(row.kind, "open");
	assert_int_equal(row.seconds, 900);
	assert_int_equal(row.at, cdr.start);
	assert_int_equal(tw_listing_next(&row, list, NULL), TW_ITER_END);
	tw_listing_free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(running_totals),
		DESK_TEST(of_another_century),
		DESK_TEST(all_in_one_batch),
		DESK_TEST(people_stay_identities),
		DESK_TEST(impossible_ones_are_rejected),
		DESK_TEST(the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
