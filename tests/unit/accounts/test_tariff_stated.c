/* When the word of records becomes the price, and what it never stands by. */
#include "accounts_fixture.h"
#include "../faults.h"
#include <trunkwise/versions.h>

#define HEAD "call_id,start,answer,duration,caller,callee,source,cost," \
	"currency\n"
#define CALL(id, cost) id ",2026-10-05T10:00:00Z,2026-10-05T10:00:05Z,60," \
	"78432000001,79161234567,zadarma," cost ",USD\n"

static tw_stated_options word(void)
{
	tw_stated_options options = TW_STATED_OPTIONS_INIT;

	options.tariff = "word";
	options.carrier = "carrier";
	options.source = "zadarma";
	options.currency = "USD";
	return options;
}

static int64_t takes(struct fixture *f, const tw_stated_options *options)
{
	int64_t version = -1;
	tw_error err = TW_ERROR_INIT;

	if (tw_tariff_stated(&version, f->store, options, &err))
		fail_msg("%s: %s", err.field, err.message);
	return version;
}

static void refuses(struct fixture *f, const tw_stated_options *options,
		    tw_status status, const char *field)
{
	int64_t before = one_number(f, "SELECT count(*) FROM tariff_version");
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_tariff_stated(NULL, f->store, options, &err),
			 status);
	assert_string_equal(err.field, field);
	assert_int_equal(one_number(f, "SELECT count(*) FROM tariff_version"),
			 before);
}

static void a_version_without_rates(void **state)
{
	struct fixture *f = *state;
	tw_stated_options options = word();
	tw_tariff_versions *list;
	tw_tariff_version row = TW_TARIFF_VERSION_INIT;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	assert_int_equal(takes(f, &options), 1);
	/* the same again is no version */
	assert_int_equal(takes(f, &options), 0);
	options.carrier = options.source = options.currency = NULL;
	assert_int_equal(takes(f, &options), 0);
	assert_int_equal(tw_tariff_list(&list, f->store, "word", NULL),
			 TW_OK);
	assert_int_equal(tw_tariff_versions_next(&row, list, NULL), TW_OK);
	assert_string_equal(row.stated_by, "zadarma");
	assert_int_equal(row.rates, 0);
	assert_true(row.from == TW_TIME_MIN);
	tw_tariff_versions_free(list);
	import_text(f, "native", NULL, HEAD CALL("a", "0.01234")
		    CALL("b", ""));
	assert_int_equal(one_number(f, "SELECT cost_nanos FROM call "
		"WHERE rate_state = 1"), 12340000);
	assert_int_equal(one_number(f, "SELECT reason FROM call "
		"WHERE rate_state = 3"), 7);
	must_verify(f);
}

/* A price has one origin. */
static void never_beside_prices(void **state)
{
	struct fixture *f = *state;
	tw_tariff_import import = TW_TARIFF_IMPORT_INIT;
	static const char sheet[] = SHEET_HEAD
		"79,Mobile,9,USD,,,1,1,0,,\n";
	tw_stated_options options = word();
	tw_error err = TW_ERROR_INIT;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	options.tariff = "carrier-2026";
	options.currency = NULL;
	refuses(f, &options, TW_ECONFLICT, "tariff");
	options = word();
	options.starts = "2026-10-01";
	assert_int_equal(takes(f, &options), 2);
	options.source = "pbx";
	refuses(f, &options, TW_ECONFLICT, "source");
	options = word();
	options.currency = "EUR";
	refuses(f, &options, TW_ECONFLICT, "currency");
	options = word();
	options.carrier = "other";
	refuses(f, &options, TW_ECONFLICT, "carrier");
	options = word();
	options.starts = "2026-09-30";
	refuses(f, &options, TW_ECONFLICT, "tariff");
	import.tariff = "word";
	import.carrier = "carrier";
	assert_int_equal(tw_tariff_import_sheet(NULL, NULL, NULL, f->store,
		&import, sheet, sizeof(sheet) - 1, &err), TW_ECONFLICT);
	assert_non_null(strstr(err.message, "stated_by"));
	/* taken back, the sheet is in force again */
	assert_int_equal(tw_tariff_undo(NULL, NULL, f->store, "word", 0,
					NULL), TW_OK);
	import_text(f, "native", NULL, HEAD CALL("a", "0.5"));
	assert_int_equal(one_number(f, "SELECT cost_nanos FROM call"),
			 RUB(1, 50));
}

static void what_has_to_be_named(void **state)
{
	struct fixture *f = *state;
	tw_stated_options options = word();

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	options.tariff = "";
	refuses(f, &options, TW_EINVAL, "tariff");
	options = word();
	options.carrier = NULL;
	refuses(f, &options, TW_EINVAL, "carrier");
	options = word();
	options.source = "";
	refuses(f, &options, TW_EINVAL, "source");
	options.source = "a\nb";
	refuses(f, &options, TW_EPARSE, "stated_by");
	options = word();
	options.currency = NULL;
	refuses(f, &options, TW_EINVAL, "currency");
	options.currency = "usd";
	refuses(f, &options, TW_EPARSE, "currency");
	options = word();
	options.zone = "Europe/Nowhere";
	refuses(f, &options, TW_ENOTFOUND, "zone");
	options = word();
	options.starts = "yesterday";
	refuses(f, &options, TW_EPARSE, "starts");
	refuses(f, NULL, TW_EINVAL, "");
}

/* Calls that came before get their price of what is stored of them. */
static void rated_from_the_store(void **state)
{
	struct fixture *f = *state;
	tw_rerate_options again = TW_RERATE_OPTIONS_INIT;
	tw_stated_options options = word();
	tw_rerate sum = TW_RERATE_INIT;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	import_text(f, "native", NULL, HEAD CALL("a", "0.01234"));
	assert_int_equal(one_number(f, "SELECT rate_state FROM call"), 3);
	takes(f, &options);
	again.month = "2026-10";
	again.reason = "the word of the carrier is taken";
	assert_int_equal(tw_cdr_rerate(&sum, NULL, f->store, &again, NULL),
			 TW_OK);
	assert_int_equal(sum.changed, 1);
	assert_int_equal(one_number(f, "SELECT cost_nanos FROM call"),
			 12340000);
	must_verify(f);
	assert_int_equal(tw_cdr_rerate(&sum, NULL, f->store, &again, NULL),
			 TW_OK);
	assert_int_equal(sum.changed, 0);
}

/* Who edits a charge, or what the record said, is told. */
static void an_edited_cost_is_told(void **state)
{
	static const char *const edits[] = {
		"UPDATE call_row SET cost = cost + 1",
		"UPDATE call_row SET source_cost_nanos = 1",
		"UPDATE marks SET source = 'pbx'",
		"UPDATE marks SET source_currency = 'EUR'",
	};
	struct fixture *f = *state;
	tw_stated_options options = word();

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	takes(f, &options);
	import_text(f, "native", NULL, HEAD CALL("a", "0.5"));
	for (size_t i = 0; i < TW_ARRAY_COUNT(edits); i++) {
		tw_verdict verdicts[20];
		uint32_t count = TW_ARRAY_COUNT(verdicts);
		bool told = false;

		for (uint32_t k = 0; k < count; k++)
			verdicts[k] = (tw_verdict)TW_VERDICT_INIT;
		fixture_begin(f);
		assert_int_equal(run_sql(f, edits[i]), TW_OK);
		assert_int_equal(tw_store_verify(verdicts, &count, f->store,
						 NULL), TW_OK);
		for (uint32_t k = 0; k < count; k++)
			told |= !strcmp(verdicts[k].invariant,
					"charges_equal_rating") &&
				!verdicts[k].holds;
		if (!told)
			fail_msg("%s", edits[i]);
		assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	}
}

static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	tw_stated_options options = word();
	struct faults faults;
	int64_t n = 0;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	for (bool more = true; more; n++) {
		tw_error err = TW_ERROR_INIT;
		int64_t version = 0;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_tariff_stated(&version, f->store, &options, &err);
		more = faults_end(&faults);
		assert_true(status == TW_OK || status == TW_ENOMEM);
		if (status)
			assert_int_equal(err.code, status);
		if (!more)
			assert_int_equal(version, 1);
		else if (!status)
			return;
	}
	assert_true(n > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(a_version_without_rates),
		FIXTURE_TEST(never_beside_prices),
		FIXTURE_TEST(what_has_to_be_named),
		FIXTURE_TEST(rated_from_the_store),
		FIXTURE_TEST(an_edited_cost_is_told),
		FIXTURE_TEST(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
