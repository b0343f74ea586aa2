/* Whose clock a call is read by, over changes of zone and of summer time. */
#include "breakdown_fixture.h"
#include "accounts/breakdown_clock.h"

#define HOUR 3600

static void must_be(struct tw__cut_clocks *clocks, int64_t department,
		    tw_time t, int64_t offset_s)
{
	tw_error err = TW_ERROR_INIT;
	int64_t local_s;

	if (tw__cut_local(&local_s, clocks, department, t, &err))
		fail_msg("%s", err.message);
	assert_int_equal(local_s, t / TW_SECOND + offset_s);
}

static tw_zone *moscow(void)
{
	tw_error err = TW_ERROR_INIT;
	tw_zone *zone;

	assert_int_equal(tw_zone_open(&zone, "Europe/Moscow", &err), TW_OK);
	return zone;
}

static void test_clocks(void **state)
{
	const tw_time moved = MOSCOW("2026-10-10T00:00:00");
	const tw_time summer = at_time("2026-10-25T00:59:59Z");
	struct tw__traffic_version *rows = tw_calloc(3, sizeof(*rows));
	tw_zone *zone = moscow();
	struct tw__cut_clocks clocks = { .zone = zone };

	(void)state;
	rows[0] = (struct tw__traffic_version){ 3, 0, moved, "a",
		"Asia/Omsk" };
	rows[1] = (struct tw__traffic_version){ 3, moved, TW_TIME_MAX, "a",
		"Europe/Berlin" };
	rows[2] = (struct tw__traffic_version){ 3 + TW_CUT_SEEN, 0, moved,
		"b", "" };
	clocks.departments = (struct tw__traffic_versions){ rows, 3, 3 };
	for (int round = 0; round < 2; round++) {
		/* nobody's, and one whose place another one has */
		must_be(&clocks, 0, moved, 3 * HOUR);
		must_be(&clocks, 3, moved - 1, 6 * HOUR);
		must_be(&clocks, 3 + TW_CUT_SEEN, moved - 1, 3 * HOUR);
		must_be(&clocks, 3, moved, 2 * HOUR);
		/* after its last version: the last one */
		must_be(&clocks, 3 + TW_CUT_SEEN, moved + 5, 3 * HOUR);
		/* the end of summer time, and back to before it */
		must_be(&clocks, 3, summer, 2 * HOUR);
		must_be(&clocks, 3, summer + TW_SECOND, 1 * HOUR);
		must_be(&clocks, 3, summer, 2 * HOUR);
	}
	/* Omsk, Berlin and the company's, each opened once */
	assert_int_equal(clocks.count, 3);
	tw__cut_clocks_free(&clocks);
	assert_null(clocks.rows);
	tw_zone_free(zone);
}

static void test_one_clock(void **state)
{
	struct tw__traffic_version rows[] = {
		{ 3, 0, TW_TIME_MAX, "a", "" },
		{ 4, 0, TW_TIME_MAX, "b", "Europe/Moscow" } };
	struct tw__cut_clocks clocks = { .zone = moscow() };

	(void)state;
	assert_true(tw__cut_clocks_are_one(&clocks));
	clocks.departments = (struct tw__traffic_versions){ rows, 2, 2 };
	assert_true(tw__cut_clocks_are_one(&clocks));
	/* the same hours today need not be the same tomorrow */
	strcpy(rows[0].text, "Europe/Minsk");
	assert_false(tw__cut_clocks_are_one(&clocks));
	tw_zone_free(clocks.zone);
}

static void test_no_such_zone(void **state)
{
	struct tw__traffic_version *rows = tw_calloc(1, sizeof(*rows));
	struct tw__cut_clocks clocks = { 0 };
	tw_error err = TW_ERROR_INIT;
	int64_t local_s;
	tw_zone *zone = moscow();

	(void)state;
	clocks.zone = zone;
	rows[0] = (struct tw__traffic_version){ 4, 0, TW_TIME_MAX, "Mars",
		"Mars/Olympus" };
	clocks.departments = (struct tw__traffic_versions){ rows, 1, 1 };
	assert_int_equal(tw__cut_local(&local_s, &clocks, 4, 0, &err),
			 TW_ENOTFOUND);
	tw__cut_clocks_free(&clocks);
	tw_zone_free(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_one_clock),
		cmocka_unit_test(test_no_such_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
