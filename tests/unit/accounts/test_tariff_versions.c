/* Versions as they are listed, and what taking the newest back leaves. */
#include "accounts_fixture.h"
#include "../faults.h"
#include <trunkwise/versions.h>

#define SHEET(rate) SHEET_HEAD "79,Russia mobile," rate ",RUB,,,1,1,0,,\n"

static tw_tariff_version version_of(struct fixture *f, int64_t version)
{
	tw_tariff_version row = TW_TARIFF_VERSION_INIT;
	tw_tariff_versions *list;
	tw_error err = TW_ERROR_INIT;

	if (tw_tariff_list(&list, f->store, NULL, &err))
		fail_msg("list: %s", err.message);
	while (tw_tariff_versions_next(&row, list, &err) == TW_OK) {
		if (row.version == version) {
			tw_tariff_versions_free(list);
			return row;
		}
	}
	fail_msg("no version %lld", (long long)version);
	return row;
}

/* Three prices, each from now on; the clock of the fixture stands still, so
 * that equal starts are told apart by their order. */
static void three_versions(struct fixture *f)
{
	want_two_cities(f);
	apply_at(f, "2026-01-01T00:00:00+03:00");
	import_sheet(f, "a", TW_TARIFF_FULL, SHEET("1.00"));
	import_sheet(f, "a", TW_TARIFF_FULL, SHEET("2.00"));
	import_sheet(f, "a", TW_TARIFF_PARTIAL, SHEET("3.00"));
}

static void states_by_time(void **state)
{
	struct fixture *f = *state;
	tw_tariff_version row;

	three_versions(f);
	import_sheet(f, "a", TW_TARIFF_FULL, SHEET_HEAD
		     "79,Russia mobile,4.00,RUB,2090-01-01,,1,1,0,,\n");
	assert_int_equal(version_of(f, 1).state, TW_VERSION_PAST);
	assert_int_equal(version_of(f, 2).state, TW_VERSION_PAST);
	assert_int_equal(version_of(f, 3).state, TW_VERSION_IN_FORCE);
	assert_int_equal(version_of(f, 4).state, TW_VERSION_FUTURE);
	row = version_of(f, 3);
	assert_string_equal(row.tariff, "a");
	assert_string_equal(row.carrier, "carrier");
	assert_int_equal(row.rates, 1);
	assert_int_equal(row.partial, 1);
	assert_int_equal(row.withdrawn, 0);
	assert_true(row.made > 0);
	assert_true(version_of(f, 1).from == TW_TIME_MIN);
	assert_string_equal(tw_version_state_name(4), "withdrawn");
	assert_string_equal(tw_version_state_name(5), "?");
}

static int64_t price_now(struct fixture *f)
{
	tw_rate rate = TW_RATE_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck;

	if (tw_tariff_deck(&deck, f->store, "carrier", TW_TIME_MAX - 1,
			   &err))
		return -1;
	assert_int_equal(tw_deck_rate(&rate, deck, 0, &err), TW_OK);
	tw_deck_free(deck);
	return rate.price_nanos;
}

static void back_to_none(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	int64_t version = 0, in_force = 9;

	three_versions(f);
	for (int64_t i = 3; i > 0; i--) {
		assert_true(price_now(f) == i * TW_NANOS);
		assert_int_equal(tw_tariff_undo(&version, &in_force, f->store,
						"a", 0, &err), TW_OK);
		assert_int_equal(version, i);
		assert_int_equal(in_force, i - 1);
		assert_int_equal(version_of(f, i).state,
				 TW_VERSION_WITHDRAWN);
	}
	assert_int_equal(price_now(f), -1);
	assert_int_equal(tw_tariff_undo(NULL, NULL, f->store, "a", 0, &err),
			 TW_ENOTFOUND);
	/* nothing of it is in the way of what comes then */
	import_sheet(f, "a", TW_TARIFF_FULL, SHEET("3.00"));
	assert_true(price_now(f) == 3 * TW_NANOS);
	assert_true(version_of(f, 4).from == TW_TIME_MIN);
	must_verify(f);
}

static void only_the_newest(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	int64_t version = 66;

	three_versions(f);
	assert_int_equal(tw_tariff_undo(&version, NULL, f->store, "a", 2,
					&err), TW_ECONFLICT);
	assert_non_null(strstr(err.message, "3 was made of it"));
	assert_int_equal(version, 66);
	assert_int_equal(tw_tariff_undo(&version, NULL, f->store, "a", 3,
					&err), TW_OK);
	assert_int_equal(tw_tariff_undo(&version, NULL, f->store, "a", 3,
					&err), TW_EEXIST);
	assert_int_equal(tw_tariff_undo(&version, NULL, f->store, "a", 7,
					&err), TW_ENOTFOUND);
	assert_int_equal(tw_tariff_undo(&version, NULL, f->store, "b", 0,
					&err), TW_ENOTFOUND);
	assert_string_equal(err.field, "tariff");
	assert_int_equal(tw_tariff_undo(&version, NULL, NULL, "a", 0, &err),
			 TW_EINVAL);
}

/* Calls keep the version that priced them; later ones get the one before. */
static void calls_keep_their_version(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	tw_import *import;
	tw_cdr cdr;
	char id[32];

	want_two_cities(f);
	apply_at(f, "2026-01-01T00:00:00+03:00");
	import_sheet(f, "a", TW_TARIFF_FULL, SHEET("1.00"));
	import_sheet(f, "a", TW_TARIFF_FULL, SHEET_HEAD
		     "79,Russia mobile,2.00,RUB,2026-10-01,,1,1,0,,\n");
	import = begin_import(f, NULL, NULL);
	cdr = call_of(f, id, "78432000001", "79270000001");
	add_call(import, &cdr);
	end_import(import);
	assert_int_equal(tw_tariff_undo(NULL, NULL, f->store, "a", 2, &err),
			 TW_OK);
	import = begin_import(f, NULL, NULL);
	cdr = call_of(f, id, "78432000001", "79270000002");
	add_call(import, &cdr);
	end_import(import);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call WHERE "
		"tariff_version = 2 AND cost_nanos = 2000000000"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call WHERE "
		"tariff_version = 1 AND cost_nanos = 1000000000"), 1);
	must_verify(f);
}

static void wrong_arguments(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	tw_tariff_versions *list;

	assert_int_equal(tw_tariff_list(NULL, f->store, NULL, &err),
			 TW_EINVAL);
	assert_int_equal(tw_tariff_list(&list, NULL, NULL, &err), TW_EINVAL);
	assert_int_equal(tw_tariff_list(&list, f->store, "a", &err),
			 TW_ENOTFOUND);
	assert_int_equal(tw_tariff_versions_next(NULL, NULL, &err),
			 TW_EINVAL);
	tw_tariff_versions_free(NULL);
}

/* Memory fails once, anywhere: no list then, and a whole one after. */
static void without_memory(void **state)
{
	struct fixture *f = *state;
	tw_tariff_versions *list = NULL;
	tw_status status = TW_ENOMEM;
	struct faults faults;
	tw_error err = TW_ERROR_INIT;
	int64_t n;

	three_versions(f);
	(void)version_of(f, 1);
	for (n = 0; status; n++) {
		faults_begin(&faults, n);
		status = tw_tariff_list(&list, f->store, "a", &err);
		(void)faults_end(&faults);
		assert_true(!status || status == TW_ENOMEM);
		assert_true(!status == !!list);
	}
	assert_true(n > 1);
	tw_tariff_versions_free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(states_by_time),
		FIXTURE_TEST(back_to_none),
		FIXTURE_TEST(only_the_newest),
		FIXTURE_TEST(calls_keep_their_version),
		FIXTURE_TEST(wrong_arguments),
		FIXTURE_TEST(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
