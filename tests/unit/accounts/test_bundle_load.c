/* What a [[bundle]] becomes: names, dates and versions. */
#include "accounts/bundle_load.h"
#include "usage_fixture.h"

struct seen {
	size_t count;
	tw_bundle last;
	char prefix[16];
	uint64_t department;
};

static tw_status see(const struct tw__bundle_row *row, void *arg,
		     tw_error *err)
{
	struct seen *seen = arg;

	(void)err;
	seen->count++;
	seen->last = row->bundle;
	if (row->bundle.prefix_count)
		snprintf(seen->prefix, sizeof(seen->prefix), "%s",
			 row->bundle.prefixes[0]);
	if (row->bundle.department_count)
		seen->department = row->bundle.departments[0];
	return TW_OK;
}

static struct seen look(struct fixture *f, const char *zone_name)
{
	struct seen seen = { 0 };
	tw_error err = TW_ERROR_INIT;
	tw_zone *zone;

	assert_int_equal(tw_zone_open(&zone, zone_name, NULL), TW_OK);
	if (tw__bundle_rows(f->store, tariff_of(f), zone, see, &seen, &err))
		fail_msg("%s", err.message);
	tw_zone_free(zone);
	return seen;
}

static void a_plain_bundle(void **state)
{
	struct fixture *f = *state;
	struct seen seen;

	want_tariff(f, "RUB");
	want_bundle(f);
	in_force(f);
	seen = look(f, "Europe/Moscow");
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.last.period, TW_PERIOD_MONTH);
	assert_int_equal(seen.last.seconds, 600);
	assert_int_equal(seen.last.carry_over, 0);
	assert_int_equal(seen.last.from, TW_TIME_MIN);
	assert_int_equal(seen.last.until, TW_TIME_MAX);
	assert_string_equal(seen.prefix, "79");
	assert_int_equal(seen.last.department_count, 1);
	assert_int_equal(seen.department, one_number(f, "SELECT id "
		"FROM department WHERE name = 'Kazan'"));
}

/* The date that the deployment wrote, at the tariff's midnight. */
static void dates_are_the_tariffs(void **state)
{
	struct fixture *f = *state;

	want_tariff(f, "RUB");
	want_bundle(f);
	want_as(f, "bundle[0].from", TW_VALUE_DATE, "2026-10-01");
	in_force(f);
	assert_int_equal(look(f, "Europe/Moscow").last.from,
			 MOSCOW("2026-10-01T00:00:00"));
	assert_int_equal(look(f, "Asia/Vladivostok").last.from,
			 at_time("2026-10-01T00:00:00+10:00"));
	assert_int_equal(look(f, "Europe/Kaliningrad").last.from,
			 at_time("2026-10-01T00:00:00+02:00"));
}

static void versions_and_nobody(void **state)
{
	struct fixture *f = *state;
	tw_bundles *bundles = (tw_bundles *)f;
	tw_zone *zone;

	want_tariff(f, "RUB");
	in_force(f);
	assert_int_equal(tw_zone_open(&zone, "UTC", NULL), TW_OK);
	assert_int_equal(tw__bundles_load(&bundles, f->store, tariff_of(f),
					  zone, NULL), TW_OK);
	assert_null(bundles);
	want_tariff(f, "RUB");
	want_bundle(f);
	apply_at(f, "2026-02-01T00:00:00+03:00");
	want_tariff(f, "RUB");
	want_bundle(f);
	want_as(f, "bundle[0].carry_over", TW_VALUE_BOOLEAN, "true");
	apply_at(f, "2026-03-01T00:00:00+03:00");
	assert_int_equal(look(f, "Europe/Moscow").count, 2);
	assert_int_equal(look(f, "Europe/Moscow").last.carry_over, 1);
	/* whose department is gone serves nobody, not everybody */
	fixture_begin(f);
	assert_int_equal(run_sql(f, "UPDATE department SET "
				 "valid_to = valid_from + 1"),
			 TW_OK);
	assert_int_equal(look(f, "Europe/Moscow").last.department_count, 0);
	assert_non_null(look(f, "Europe/Moscow").last.departments);
	fixture_commit(f);
	assert_int_equal(tw__bundles_load(&bundles, f->store, tariff_of(f),
					  zone, NULL), TW_OK);
	assert_non_null(bundles);
	tw_bundles_free(bundles);
	tw_zone_free(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(a_plain_bundle),
		FIXTURE_TEST(dates_are_the_tariffs),
		FIXTURE_TEST(versions_and_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
