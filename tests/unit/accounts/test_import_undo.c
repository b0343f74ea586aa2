/* tw_import_undo and tw_import_list: as if it had never come, but seen. */
#include "accounts_fixture.h"
#include "accounts/import.h"

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	must_verify(*state);
	fixture_close(*state);
	free(*state);
	return 0;
}

static uint64_t one_batch(struct fixture *f, const char *id, int64_t seconds)
{
	tw_import *import = begin_import(f, NULL, NULL);
	uint64_t batch = tw_import_batch(import);
	char scratch[32];
	tw_cdr cdr = call_of(f, scratch, "78432000001", "79161234567");

	cdr.call_id = id;
	cdr.duration_us = seconds * TW_SECOND;
	add_call(import, &cdr);
	end_import(import);
	return batch;
}

static void test_undo_and_again(void **state)
{
	struct fixture *f = *state;
	uint64_t kept = one_batch(f, "a", 60), batch = one_batch(f, "b", 120);
	tw_error err = TW_ERROR_INIT;
	tw_money money;

	assert_int_not_equal(kept, batch);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls_cost.nanos,
			 RUB(4, 50));
	assert_int_equal(tw_import_undo(f->store, batch, &err), TW_OK);
	must_verify(f);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls_cost.nanos,
			 RUB(1, 50));
	assert_int_equal(tw_ledger_month_total(&money, f->store, "2026-10",
					       "RUB", &err), TW_OK);
	assert_int_equal(money.nanos, RUB(1, 50));
	/* reversed, not removed */
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting"), 6);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call"), 2);
	assert_int_equal(tw_import_undo(f->store, batch, &err), TW_EEXIST);
	assert_int_equal(tw_import_undo(f->store, 99, &err), TW_ENOTFOUND);
	assert_int_equal(tw_import_undo(f->store, 0, &err), TW_ENOTFOUND);
	assert_int_equal(tw_import_undo(f->store, UINT64_MAX, &err),
			 TW_ENOTFOUND);
	/* the same record may come again, and be taken back again */
	batch = one_batch(f, "b", 120);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls_cost.nanos,
			 RUB(4, 50));
	assert_int_equal(tw_import_undo(f->store, batch, &err), TW_OK);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls_cost.nanos,
			 RUB(1, 50));
}

/* Undo of the only batch leaves a rollup without lines. */
static void test_nothing_is_left(void **state)
{
	struct fixture *f = *state;
	uint64_t batch = one_batch(f, "a", 60);

	assert_int_equal(tw_import_undo(f->store, batch, NULL), TW_OK);
	assert_int_equal(one_number(f, "SELECT count(*) FROM rollup"), 0);
	assert_int_equal(one_number(f, "SELECT sum(amount_nanos) FROM posting "
				    "WHERE account_kind = 1"), 0);
}

static void test_list(void **state)
{
	struct fixture *f = *state;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_listing *listing;

	one_batch(f, "a", 60);
	import_text(f, "native", NULL, "call_id,start,duration,callee\n"
		    "x,2026-10-05T10:00:00Z,60,79161234567\n"
		    "y,yesterday,60,79161234567\n");
	assert_int_equal(tw_import_undo(f->store, 1, NULL), TW_OK);
	assert_int_equal(tw_import_list(&listing, f->store, NULL), TW_OK);
	assert_int_equal(tw_listing_next(&row, listing, NULL), TW_OK);
	assert_string_equal(row.key, "1");
	assert_string_equal(row.kind, "test");
	assert_non_null(strstr(row.detail, "undone"));
	assert_int_equal(tw_listing_next(&row, listing, NULL), TW_OK);
	assert_string_equal(row.kind, "native");
	assert_int_equal(row.calls, 1);
	assert_int_equal(row.at, f->now);
	assert_non_null(strstr(row.detail, "rejected 1"));
	assert_int_equal(tw_listing_next(&row, listing, NULL), TW_ITER_END);
	tw_listing_free(listing);
}

static tw_counts one_again(struct fixture *f, tw_time start)
{
	tw_import *import = begin_import(f, NULL, NULL);
	char id[32];
	tw_cdr cdr;

	f->calls = 0;
	cdr = call_of(f, id, "78432000001", "79161234567");
	cdr.trunk = "main";
	cdr.start = start;
	cdr.answer = start;
	(void)tw_import_add(import, &cdr, NULL);
	return end_import(import);
}

/* Older versions stored calls of any year up to 9999: such a store keeps
 * them, its last month has a name, and they can be taken back. Both are in
 * the last second before 10000, one by the company's clock. */
static void test_years_that_are_no_longer_stored(void **state)
{
	static const char *const starts[] = { "9999-12-31T23:59:59+03:00",
		"9999-12-31T23:59:59Z", "2100-01-01T00:00:00Z" };
	static const char *const months[] = { "9999-12", "9999-12",
		"2100-01" };
	struct fixture *f = *state;

	for (size_t i = 0; i < 3; i++) {
		tw_time start = at_time(starts[i]);
		tw_import *import = begin_import(f, NULL, NULL);
		uint64_t batch = tw_import_batch(import);
		tw_counts counts;
		char id[32];
		tw_cdr cdr;

		f->calls = 0;
		cdr = call_of(f, id, "78432000001", "79161234567");
		cdr.trunk = "main";
		cdr.start = cdr.answer = start;
		import->closing = true;
		add_call(import, &cdr);
		assert_int_equal(end_import(import).rows_stored, 1);
		must_verify(f);
		assert_int_equal(expenses_of(f, months[i], "Kazan").answered,
				 1);
		/* it is known, and no other one comes in */
		counts = one_again(f, start);
		assert_int_equal(counts.duplicates, 1);
		assert_int_equal(tw_import_undo(f->store, batch, NULL),
				 TW_OK);
		assert_int_equal(expenses_of(f, months[i], "Kazan").answered,
				 0);
		counts = one_again(f, start);
		assert_int_equal(counts.rows_rejected, 1);
		must_verify(f);
	}
}

static uint64_t mapped(struct fixture *f, const char *rows)
{
	static const char *const keys[] = { "group", "time", "start",
		"duration", "call_id", "linked_id", "caller", "callee",
		"role", "roles.try", "roles.*" };
	static const char *const values[] = { "linked", "epoch", "s", "d",
		"id", "of", "from", "to", "role", "attempt", "call" };
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_import *import;
	tw_cdr_map *map;
	uint64_t batch;
	char text[512];

	assert_int_equal(tw_cdr_map_new(&map, &err), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(keys); i++)
		assert_int_equal(tw_cdr_map_set(map, keys[i], values[i],
						&err), TW_OK);
	snprintf(text, sizeof(text), "id,of,s,d,from,to,role\n%s", rows);
	options.map = map;
	assert_int_equal(tw_import_new(&import, f->store, &options, &err),
			 TW_OK);
	batch = tw_import_batch(import);
	assert_int_equal(tw_import_file(import, text, strlen(text), &err),
			 TW_OK);
	end_import(import);
	tw_cdr_map_free(map);
	return batch;
}

/* What a mapping says of its groups is kept with the batch, and what a row
 * said of itself with the call. */
static void test_left_of_a_mapping(void **state)
{
	struct fixture *f = *state;
	uint64_t first = mapped(f, "1,a,1791183600,60,79031112233,"
				"78432000001,\n");

	mapped(f, "2,a,1791183601,60,79031112233,78432000001,\n"
	       "3,a,1791183599,60,79031112233,78432000001,try\n");
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls, 1);
	assert_int_equal(one_number(f, "SELECT leg FROM call "
				    "WHERE call_id = '2'"), 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call_role"), 1);
	assert_int_equal(tw_import_undo(f->store, first, NULL), TW_OK);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls, 1);
	assert_int_equal(one_number(f, "SELECT leg FROM call "
				    "WHERE call_id = '2'"), 1);
	assert_int_equal(one_number(f, "SELECT leg FROM call "
				    "WHERE call_id = '3'"), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_undo_and_again),
		T(test_nothing_is_left),
		T(test_list),
		T(test_left_of_a_mapping),
		T(test_years_that_are_no_longer_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
