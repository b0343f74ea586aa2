/* What still needs a price or an owner, and which batches brought it. */
#include "accounts_fixture.h"
#include "../faults.h"

static void test_unrated(void **state)
{
	struct fixture *f = *state;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_listing *listing;

	a_month(f);
	assert_int_equal(tw_unrated_list(&listing, f->store, NULL), TW_OK);
	assert_int_equal(tw_listing_next(&row, listing, NULL), TW_OK);
	assert_string_equal(row.key, "442071234567");
	assert_string_equal(row.kind, "no_price");
	assert_int_equal(row.calls, 2);
	assert_int_equal(row.seconds, 90);
	assert_non_null(strstr(row.detail, "sheet"));
	assert_int_equal(tw_listing_next(&row, listing, NULL), TW_ITER_END);
	tw_listing_free(listing);
}

static void test_suggest(void **state)
{
	struct fixture *f = *state;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_listing *listing;

	a_month(f);
	assert_int_equal(tw_directory_suggest(&listing, f->store, NULL),
			 TW_OK);
	assert_int_equal(tw_listing_next(&row, listing, NULL), TW_OK);
	assert_string_equal(row.kind, "department");
	assert_string_equal(row.key, "Perm");
	assert_int_equal(row.money.nanos, RUB(3, 0));
	assert_int_equal(tw_listing_next(&row, listing, NULL), TW_OK);
	assert_string_equal(row.kind, "extension");
	assert_string_equal(row.key, "777");
	assert_int_equal(row.money.nanos, RUB(1, 50));
	assert_int_equal(tw_listing_next(&row, listing, NULL), TW_ITER_END);
	tw_listing_free(listing);
}

static bool next_is(tw_listing *listing, tw_listing_row *row)
{
	tw_error err = TW_ERROR_INIT;
	tw_status status = tw_listing_next(row, listing, &err);

	if (status && status != TW_ITER_END)
		fail_msg("%s", err.message);
	return status == TW_OK;
}

static void add_simple(struct fixture *f, tw_import *import,
		       const char *callee, int64_t seconds,
		       const char *extension)
{
	char id[32];
	tw_cdr cdr = call_of(f, id, "79990000000", callee);

	cdr.duration_us = seconds * TW_SECOND;
	cdr.extension = extension;
	add_call(import, &cdr);
}

/* The most calls first, then the longest, then by number; each with its
 * reason, an example and the mend. */
static void unrated_in_order(void **state)
{
	static const struct { const char *key, *kind; uint64_t calls; }
	want_rows[] = {
		{ "442071234567", "no_price", 3 },
		{ "331234567", "no_price", 1 },
		{ "321234567", "no_price", 1 },
		{ "79001234567", "blocked", 1 },
	};
	struct fixture *f = *state;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_listing *listing;
	tw_import *import;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import = begin_import(f, NULL, NULL);
	add_simple(f, import, "79001234567", 30, NULL);
	add_simple(f, import, "321234567", 30, NULL);
	add_simple(f, import, "331234567", 31, NULL);
	for (int i = 0; i < 3; i++)
		add_simple(f, import, "442071234567", 1, NULL);
	add_simple(f, import, "79161234567", 1, NULL);
	end_import(import);
	assert_int_equal(tw_unrated_list(&listing, f->store, NULL), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(want_rows); i++) {
		assert_true(next_is(listing, &row));
		assert_string_equal(row.key, want_rows[i].key);
		assert_string_equal(row.kind, want_rows[i].kind);
		assert_int_equal(row.calls, want_rows[i].calls);
		assert_non_null(strstr(row.detail, "carrier, call of "
				       "2026-10-05T10:00:00+03:00"));
		assert_non_null(strstr(row.detail, i < 3 ? "; add its prefix"
				       : "; the sheet says blocked"));
	}
	assert_false(next_is(listing, &row));
	tw_listing_free(listing);
}

/* One line for one hint, whatever else the calls say. */
static void hints_are_joined(void **state)
{
	struct fixture *f = *state;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_listing *listing;
	tw_import *import;
	char id[32];
	tw_cdr cdr;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import = begin_import(f, NULL, NULL);
	add_simple(f, import, "79161234567", 60, "777");
	add_simple(f, import, "442071234567", 60, "777");
	cdr = call_of(f, id, "79990000000", "79161234567");
	cdr.extension = "777";
	cdr.campaign = "spring";
	add_call(import, &cdr);
	/* an account code says more than an extension */
	cdr = call_of(f, id, "79990000000", "79161234567");
	cdr.extension = "777";
	cdr.accountcode = "acc";
	cdr.duration_us = 1200 * TW_SECOND;
	add_call(import, &cdr);
	/* a trunk that only the record names */
	cdr = call_of(f, id, "", "79161234567");
	cdr.trunk = "unheard-of";
	add_call(import, &cdr);
	/* nothing at all */
	cdr = call_of(f, id, "", "79161234567");
	cdr.duration_us = 0;
	cdr.answer = 0;
	cdr.status = TW_CALL_BUSY;
	add_call(import, &cdr);
	end_import(import);
	assert_int_equal(tw_directory_suggest(&listing, f->store, NULL),
			 TW_OK);
	assert_true(next_is(listing, &row));
	assert_string_equal(row.kind, "accountcode");
	assert_string_equal(row.key, "acc");
	assert_int_equal(row.money.nanos, RUB(30, 0));
	assert_true(next_is(listing, &row));
	assert_string_equal(row.kind, "extension");
	assert_string_equal(row.key, "777");
	assert_int_equal(row.calls, 3);
	assert_int_equal(row.seconds, 180);
	assert_int_equal(row.money.nanos, RUB(3, 0));
	assert_string_equal(row.money.currency, "RUB");
	assert_true(next_is(listing, &row));
	assert_string_equal(row.kind, "trunk");
	assert_string_equal(row.key, "unheard-of");
	assert_true(next_is(listing, &row));
	assert_string_equal(row.kind, "unknown");
	assert_string_equal(row.key, "");
	assert_int_equal(row.calls, 1);
	assert_non_null(strstr(row.detail, "names neither"));
	assert_false(next_is(listing, &row));
	tw_listing_free(listing);
}

static void batches(void **state)
{
	struct fixture *f = *state;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_listing *listing;
	tw_error err = TW_ERROR_INIT;
	uint64_t first;
	tw_import *import;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	import = begin_import(f, NULL, NULL);
	first = tw_import_batch(import);
	add_simple(f, import, "79161234567", 60, NULL);
	end_import(import);
	import_text(f, "native", "Europe/Moscow",
		    "call_id,start,duration\n1,2026-10-05 10:00:00,5\n"
		    "1,2026-10-05 10:00:00,5\n2,never,5\n");
	assert_int_equal(tw_import_undo(f->store, first, &err), TW_OK);
	assert_int_equal(tw_import_list(&listing, f->store, &err), TW_OK);
	assert_true(next_is(listing, &row));
	assert_string_equal(row.key, "1");
	assert_string_equal(row.kind, "test");
	assert_int_equal(row.calls, 1);
	assert_int_equal(row.at, f->now);
	assert_string_equal(row.detail, "read 1, stored 1, rejected 0, "
		"duplicates 0, conflicts 0, undone");
	assert_true(next_is(listing, &row));
	assert_string_equal(row.key, "2");
	assert_string_equal(row.kind, "native");
	assert_string_equal(row.detail, "Europe/Moscow: read 3, stored 1, "
		"rejected 1, duplicates 1, conflicts 0");
	assert_false(next_is(listing, &row));
	tw_listing_free(listing);
	/* what was undone needs neither owner nor price */
	assert_int_equal(tw_unrated_list(&listing, f->store, &err), TW_OK);
	while (next_is(listing, &row))
		assert_string_not_equal(row.key, "79161234567");
	tw_listing_free(listing);
}

static void asking_wrongly(void **state)
{
	struct fixture *f = *state;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_listing *listing = NULL;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_unrated_list(NULL, f->store, &err), TW_EINVAL);
	assert_int_equal(tw_import_list(&listing, NULL, &err), TW_EINVAL);
	assert_int_equal(tw_directory_suggest(NULL, NULL, &err), TW_EINVAL);
	assert_null(listing);
	/* an empty store has an empty list */
	assert_int_equal(tw_unrated_list(&listing, f->store, &err), TW_OK);
	assert_false(next_is(listing, &row));
	tw_listing_free(listing);
}

static void every_failed_allocation(void **state)
{
	static tw_status (*const lists[])(tw_listing **out, tw_store *store,
					  tw_error *err) = {
		tw_unrated_list, tw_directory_suggest, tw_import_list };
	struct fixture *f = *state;
	struct faults faults;

	a_month(f);
	for (size_t i = 0; i < TW_ARRAY_COUNT(lists); i++) {
		int64_t n = 0;

		for (bool more = true; more; n++) {
			tw_listing *listing = NULL;
			tw_error err = TW_ERROR_INIT;
			tw_status status;

			faults_begin(&faults, n);
			status = lists[i](&listing, f->store, &err);
			more = faults_end(&faults);
			assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
			assert_int_equal(err.code, status);
			assert_int_equal(!listing, more);
			tw_listing_free(listing);
		}
		assert_true(n > 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_unrated),
		FIXTURE_TEST(test_suggest),
		FIXTURE_TEST(unrated_in_order),
		FIXTURE_TEST(hints_are_joined),
		FIXTURE_TEST(batches),
		FIXTURE_TEST(asking_wrongly),
		FIXTURE_TEST(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
