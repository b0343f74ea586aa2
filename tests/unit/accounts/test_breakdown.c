/* What may be asked, in which order rows come, and what is no call. */
#include "breakdown_fixture.h"
#include "../faults.h"

static void some_calls(struct fixture *f)
{
	import_text(f, "native", "Europe/Moscow", HEAD
		"a,2026-09-30T23:59:59,2026-09-30T23:59:59,,5,outbound,"
		KAZAN ",79161110001\n"
		"b,2026-10-01T00:00:00,2026-10-01T00:00:00,,5,outbound,"
		UFA ",79161110001\n"
		"c,2026-10-05T10:00:00,,,0,outbound,79990000000,"
		"79161110001\n"
		"d,2026-12-01T00:00:00,2026-12-01T00:00:00,,5,outbound,"
		KAZAN ",79161110001\n");
}

static void test_order(void **state)
{
	static const uint32_t by[] = { TW_CUT_DEPARTMENT, TW_CUT_MONTH };
	static const char *const wanted[] = { "Kazan 2026-09", "Ufa 2026-10",
		" 2026-10", " " };
	struct fixture *f = *state;
	tw_breakdown_row row = TW_BREAKDOWN_ROW_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_breakdown *breakdown;
	char text[300];

	some_calls(f);
	breakdown = breakdown_of(f, 2, by);
	assert_string_equal(tw_breakdown_zone(breakdown), "Europe/Moscow");
	assert_string_equal(tw_breakdown_company(breakdown), "Factory");
	for (int i = 0; i < 4; i++) {
		assert_int_equal(tw_breakdown_next(&row, breakdown, &err),
				 TW_OK);
		snprintf(text, sizeof(text), "%s %s", row.key[0], row.key[1]);
		assert_string_equal(text, wanted[i]);
		assert_int_equal(row.calls, i == 3 ? 3 : 1);
		assert_int_equal(row.is_total, i == 3);
	}
	assert_int_equal(tw_breakdown_next(&row, breakdown, &err),
			 TW_ITER_END);
	assert_int_equal(tw_breakdown_next(&row, breakdown, &err),
			 TW_ITER_END);
	tw_breakdown_free(breakdown);
}

static void test_nothing(void **state)
{
	struct fixture *f = *state;
	tw_breakdown_row row = cut_row(f, TW_CUT_HOUR, 0, NULL);

	assert_int_equal(row.calls, 0);
	assert_string_equal(row.cost.currency, "RUB");
}

/* Undone calls are in no row; of two currencies each has its own. */
static void test_undone_and_currencies(void **state)
{
	static const char sheet[] = SHEET_HEAD
		"79,Mobile,1.00,USD,,,1,1,0,outbound,\n";
	static const uint32_t by[] = { TW_CUT_PREFIX };
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	struct fixture *f = *state;
	tw_breakdown_row row = TW_BREAKDOWN_ROW_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_breakdown *breakdown;
	int rows = 0;

	some_calls(f);
	assert_int_equal(tw_import_undo(f->store, 1, &err), TW_OK);
	options.tariff = "dollars";
	options.carrier = "carrier";
	options.starts = "2026-10-10";
	options.currency = "USD";
	if (tw_tariff_import_sheet(NULL, NULL, NULL, f->store, &options,
				   sheet, strlen(sheet), &err))
		fail_msg("%s", err.message);
	import_text(f, "native", "Europe/Moscow", HEAD
		"e,2026-10-09T10:00:00,2026-10-09T10:00:00,,60,outbound,"
		KAZAN ",79161110001\n"
		"f,2026-10-11T10:00:00,2026-10-11T10:00:00,,60,outbound,"
		KAZAN ",79161110001\n");
	breakdown = breakdown_of(f, 1, by);
	while (tw_breakdown_next(&row, breakdown, &err) == TW_OK) {
		rows++;
		assert_int_equal(row.calls, 1);
		assert_string_equal(row.key[0], row.is_total ? "" : "7916");
		assert_int_equal(row.cost.nanos,
				 strcmp(row.cost.currency, "USD") ?
				 RUB(1, 50) : RUB(1, 0));
	}
	assert_int_equal(rows, 4);
	tw_breakdown_free(breakdown);
}

/* One call costs dollars; two that nobody answered cost nothing, one of them
 * on another day: they are in the company's money, whatever is asked. */
static void test_uncharged(void **state)
{
	static const char sheet[] = SHEET_HEAD
		"79,Mobile,1.00,USD,,,1,1,0,outbound,\n";
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;

	options.tariff = "dollars";
	options.carrier = "carrier";
	options.starts = "2026-10-10";
	options.currency = "USD";
	if (tw_tariff_import_sheet(NULL, NULL, NULL, f->store, &options,
				   sheet, strlen(sheet), &err))
		fail_msg("%s", err.message);
	import_text(f, "native", "Europe/Moscow", HEAD
		"a,2026-10-11T10:00:00,2026-10-11T10:00:00,,60,outbound,"
		KAZAN ",79161110001\n"
		"b,2026-10-11T11:00:00,,,0,outbound," KAZAN ",79161110001\n"
		"c,2026-10-12T11:00:00,,,0,outbound," KAZAN ","
		"79161110001\n");
	for (uint32_t cut = 1; cut <= TW_CUT_COUNT; cut++) {
		tw_breakdown *breakdown = breakdown_of(f, 1, &cut);
		tw_breakdown_row row = TW_BREAKDOWN_ROW_INIT;
		int totals = 0;

		while (tw_breakdown_next(&row, breakdown, &err) == TW_OK) {
			bool dollars = !strcmp(row.cost.currency, "USD");

			assert_int_equal(row.answered, dollars);
			totals += (int)row.is_total;
			if (row.is_total)
				assert_int_equal(row.calls, dollars ? 1 : 2);
		}
		assert_int_equal(totals, 2);
		tw_breakdown_free(breakdown);
	}
}

/* The same in expenses, where a day has a line in dollars only. */
static void test_uncharged_expenses(void **state)
{
	static const uint32_t per[] = { TW_PER_RANGE, TW_PER_DAY,
		TW_PER_MONTH };
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;

	test_uncharged(state);
	for (uint32_t by = TW_BY_DEPARTMENT; by <= TW_BY_DIRECTION; by *= 2) {
		for (size_t i = 0; i < 3; i++) {
			tw_report_options options = TW_REPORT_OPTIONS_INIT;
			tw_expense_row row = TW_EXPENSE_ROW_INIT;
			tw_expenses *expenses;

			options.by = by;
			options.per = per[i];
			options.from = "2026-10";
			if (tw_report_make(&expenses, f->store, &options,
					   &err))
				fail_msg("%s", err.message);
			for (size_t k = 0; k < 2; k++) {
				assert_int_equal(tw_expenses_total(&row,
					expenses, k, &err), TW_OK);
				assert_int_equal(row.calls,
					strcmp(row.total.currency, "USD") ?
					2 : 1);
			}
			tw_expenses_free(expenses);
		}
	}
}

/* Prices with VAT in them: net is what is left of the cost. */
static void test_gross(void **state)
{
	struct fixture *f = *state;
	tw_breakdown_row row;

	want_two_cities(f);
	want(f, "tariff[0].name", "carrier-2026");
	want(f, "tariff[0].carrier", "carrier");
	want(f, "tariff[0].currency", "RUB");
	want(f, "tariff[0].zone", "Europe/Moscow");
	want(f, "tariff[0].vat", "gross");
	want(f, "tariff[0].vat_percent", "20");
	apply_at(f, "2026-01-01T00:00:00+03:00");
	usual_tariff(f);
	import_text(f, "native", "Europe/Moscow", HEAD
		"g,2026-10-09T10:00:00,2026-10-09T10:00:00,,60,outbound,"
		KAZAN ",79161110001\n");
	row = cut_row(f, TW_CUT_TRUNK, TW_CUT_STATUS, "|answered");
	assert_int_equal(row.cost.nanos, RUB(1, 50));
	assert_int_equal(row.vat.nanos, RUB(0, 25));
	assert_int_equal(row.net.nanos, RUB(1, 25));
}

static tw_status ask_badly(struct fixture *f, tw_error *err,
			   tw_breakdown_options options)
{
	tw_breakdown *breakdown = NULL;
	tw_status status = tw_report_breakdown(&breakdown, f->store, &options,
					       err);

	assert_null(breakdown);
	return status;
}

static void test_refusals(void **state)
{
	struct fixture *f = *state;
	tw_breakdown_options good = TW_BREAKDOWN_OPTIONS_INIT, bad;
	tw_error err = TW_ERROR_INIT;

	good.count = 2;
	good.by[0] = TW_CUT_HOUR;
	good.by[1] = TW_CUT_DAY;
	good.from = "2026-10";
	bad = good;
	bad.from = NULL;
	assert_int_equal(ask_badly(f, &err, bad), TW_EINVAL);
	assert_string_equal(err.field, "from");
	bad.from = "2026-13";
	assert_int_equal(ask_badly(f, &err, bad), TW_EPARSE);
	bad = good;
	bad.to = "2026-09";
	assert_int_equal(ask_badly(f, &err, bad), TW_EINVAL);
	assert_string_equal(err.field, "to");
	bad.to = "2036-10";
	assert_int_equal(ask_badly(f, &err, bad), TW_EINVAL);
	bad = good;
	for (uint32_t i = 0; i < 2; i++) {
		bad.count = i ? TW_BREAKDOWN_CUTS_MAX + 1 : 0;
		assert_int_equal(ask_badly(f, &err, bad), TW_EINVAL);
		assert_string_equal(err.field, "by");
		bad = good;
		bad.by[1] = i ? TW_CUT_COUNT + 1 : TW_CUT_HOUR;
		assert_int_equal(ask_badly(f, &err, bad), TW_EINVAL);
		assert_string_equal(err.field, "by");
		bad = good;
		bad.digits = i ? TW_BREAKDOWN_DIGITS_MAX + 1 : 0;
		assert_int_equal(ask_badly(f, &err, bad), TW_EINVAL);
		assert_string_equal(err.field, "digits");
		bad = good;
	}
	assert_int_equal(tw_report_breakdown(NULL, f->store, &good, &err),
			 TW_EINVAL);
	assert_int_equal(tw_breakdown_next(NULL, NULL, &err), TW_EINVAL);
	assert_string_equal(tw_breakdown_zone(NULL), "");
	tw_breakdown_free(NULL);
}

static void each_allocation_fails(struct fixture *f,
				  const tw_breakdown_options *options)
{
	bool more = true;

	for (int64_t n = 0; more; n++) {
		tw_breakdown *breakdown = NULL;
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_report_breakdown(&breakdown, f->store, options,
					     NULL);
		more = faults_end(&faults);
		assert_true(status == TW_OK || (more && status == TW_ENOMEM));
		assert_true(!status == !!breakdown);
		tw_breakdown_free(breakdown);
		if (!status)
			break;
	}
}

/* Each call, sums of days, and both: a month that something came late for. */
static void test_no_memory(void **state)
{
	static const uint32_t by[][4] = {
		{ TW_CUT_DEPARTMENT, TW_CUT_PREFIX, TW_CUT_HOUR,
		  TW_CUT_DESTINATION },
		{ TW_CUT_DEPARTMENT, TW_CUT_DAY, TW_CUT_DIRECTION,
		  TW_CUT_DESTINATION } };
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;

	f->now = MOSCOW("2026-12-15T12:00:00");
	assert_int_equal(tw_period_close(NULL, f->store, "2026-10", &err),
			 TW_OK);
	some_calls(f);
	for (size_t i = 0; i < 2; i++) {
		tw_breakdown_options options = TW_BREAKDOWN_OPTIONS_INIT;

		options.from = "2026-10";
		options.to = i ? "2026-12" : NULL;
		options.count = 4;
		memcpy(options.by, by[i], sizeof(by[i]));
		each_allocation_fails(f, &options);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TRAFFIC_TEST(test_order), TRAFFIC_TEST(test_nothing),
		TRAFFIC_TEST(test_undone_and_currencies),
		TRAFFIC_TEST(test_uncharged),
		TRAFFIC_TEST(test_uncharged_expenses),
		FIXTURE_TEST(test_gross), TRAFFIC_TEST(test_refusals),
		TRAFFIC_TEST(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
