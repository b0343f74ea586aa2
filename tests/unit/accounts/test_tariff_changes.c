/* Which versions are compared, and whose notice is asked for. */
#include "accounts_fixture.h"
#include "../faults.h"
#include <trunkwise/versions.h>

static void days(struct fixture *f, const char *path, const char *count)
{
	want_as(f, path, TW_VALUE_INTEGER, count);
}

/* A price for 2090 that follows one from always; three contracts. */
static void announced(struct fixture *f)
{
	want_two_cities(f);
	want(f, "contract[0].name", "short");
	want(f, "contract[0].carrier", "carrier");
	days(f, "contract[0].notice_days", "10");
	want(f, "contract[1].name", "long");
	want(f, "contract[1].carrier", "carrier");
	days(f, "contract[1].notice_days", "30");
	want(f, "contract[2].name", "ended");
	want(f, "contract[2].carrier", "carrier");
	days(f, "contract[2].notice_days", "90");
	want_as(f, "contract[2].to", TW_VALUE_DATE, "2026-01-01");
	apply_at(f, "2020-01-01T00:00:00+03:00");
	import_sheet(f, "a", TW_TARIFF_FULL, SHEET_HEAD
		     "79,Mobile,1,RUB,,,1,1,0,,\n"
		     "78,Other,1,RUB,,,1,1,0,,\n");
	import_sheet(f, "a", TW_TARIFF_FULL, SHEET_HEAD
		     "79,Mobile,2,RUB,2090-03-01,,1,1,0,,\n"
		     "78,Other,1,RUB,2090-03-01,,1,1,0,,\n");
}

static tw_price_changes *changes_of(struct fixture *f,
				    const tw_price_options *options)
{
	tw_price_changes *changes;
	tw_error err = TW_ERROR_INIT;

	if (tw_tariff_changes(&changes, f->store, options, &err))
		fail_msg("%s: %s", err.field, err.message);
	return changes;
}

static tw_price_total total_of(struct fixture *f,
			       const tw_price_options *options)
{
	tw_price_changes *changes = changes_of(f, options);
	tw_price_total total = TW_PRICE_TOTAL_INIT;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_price_changes_total(&total, changes, &err),
			 TW_OK);
	tw_price_changes_free(changes);
	return total;
}

static void the_strictest(void **state)
{
	struct fixture *f = *state;
	tw_price_options options = TW_PRICE_OPTIONS_INIT;
	tw_price_total total;

	announced(f);
	options.tariff = "a";
	options.received = MOSCOW("2090-01-30T23:59:59");
	total = total_of(f, &options);
	assert_int_equal(total.version, 2);
	assert_int_equal(total.before, 1);
	assert_int_equal(total.notice_days, 30);
	assert_string_equal(total.contract, "long");
	assert_int_equal(total.breached, 0);
	assert_int_equal(total.increase, 1);
	assert_int_equal(total.unchanged, 1);
	/* one second later it is another day */
	options.received += TW_SECOND;
	assert_int_equal(total_of(f, &options).breached, 1);
	options.notice_days = 28;
	total = total_of(f, &options);
	assert_int_equal(total.breached, 0);
	assert_string_equal(total.contract, "");
	/* as of 2025 a third contract was in force */
	options.notice_days = -1;
	options.received = MOSCOW("2025-06-01T00:00:00");
	assert_int_equal(total_of(f, &options).notice_days, 90);
}

static void row_by_row(void **state)
{
	struct fixture *f = *state;
	tw_price_options options = TW_PRICE_OPTIONS_INIT;
	tw_price_change row = TW_PRICE_CHANGE_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_price_changes *changes;

	announced(f);
	options.tariff = "a";
	options.received = MOSCOW("2090-02-28T12:00:00");
	changes = changes_of(f, &options);
	assert_int_equal(tw_price_changes_next(&row, changes, &err), TW_OK);
	assert_string_equal(row.prefix, "78");
	assert_int_equal(row.kind, TW_PRICE_UNCHANGED);
	assert_int_equal(tw_price_changes_next(&row, changes, &err), TW_OK);
	assert_string_equal(tw_price_kind_name(row.kind), "increase");
	assert_int_equal(row.percent_hundredths, 10000);
	assert_int_equal(row.notice, TW_NOTICE_BREACHED);
	assert_int_equal(row.notice_days, 1);
	assert_int_equal(row.line, 2);
	assert_true(row.effective == MOSCOW("2090-03-01T00:00:00"));
	assert_int_equal(tw_price_changes_next(&row, changes, &err),
			 TW_ITER_END);
	assert_string_equal(tw_price_kind_name(9), "?");
	tw_price_changes_free(changes);
}

static void the_first_version(void **state)
{
	struct fixture *f = *state;
	tw_price_options options = TW_PRICE_OPTIONS_INIT;
	tw_price_total total;

	announced(f);
	options.tariff = "a";
	options.version = 1;
	total = total_of(f, &options);
	assert_int_equal(total.before, 0);
	assert_int_equal(total.fresh, 2);
	assert_int_equal(total.calls, 0);
	assert_int_equal(total.breached, 0);
}

static void refused(void **state)
{
	struct fixture *f = *state;
	tw_price_options options = TW_PRICE_OPTIONS_INIT;
	tw_price_changes *changes = NULL;
	tw_error err = TW_ERROR_INIT;

	announced(f);
	assert_int_equal(tw_tariff_changes(&changes, f->store, &options,
					   &err), TW_EINVAL);
	options.tariff = "b";
	assert_int_equal(tw_tariff_changes(&changes, f->store, &options,
					   &err), TW_ENOTFOUND);
	options.tariff = "a";
	options.version = 3;
	assert_int_equal(tw_tariff_changes(&changes, f->store, &options,
					   &err), TW_ENOTFOUND);
	assert_string_equal(err.field, "version");
	assert_int_equal(tw_tariff_changes(NULL, f->store, &options, &err),
			 TW_EINVAL);
	assert_null(changes);
	assert_int_equal(tw_price_changes_next(NULL, NULL, &err), TW_EINVAL);
	assert_int_equal(tw_price_changes_total(NULL, NULL, &err), TW_EINVAL);
	tw_price_changes_free(NULL);
}

static void without_memory(void **state)
{
	struct fixture *f = *state;
	tw_price_options options = TW_PRICE_OPTIONS_INIT;
	tw_price_changes *changes = NULL;
	tw_status status = TW_ENOMEM;
	struct faults faults;
	tw_error err = TW_ERROR_INIT;

	announced(f);
	options.tariff = "a";
	tw_price_changes_free(changes_of(f, &options));
	for (int64_t n = 0; status; n++) {
		faults_begin(&faults, n);
		status = tw_tariff_changes(&changes, f->store, &options,
					   &err);
		(void)faults_end(&faults);
		assert_true(!status || status == TW_ENOMEM);
		assert_true(!status == !!changes);
	}
	tw_price_changes_free(changes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(the_strictest),
		FIXTURE_TEST(row_by_row),
		FIXTURE_TEST(the_first_version),
		FIXTURE_TEST(refused),
		FIXTURE_TEST(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
