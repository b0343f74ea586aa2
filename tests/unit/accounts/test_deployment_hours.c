/* Hours as people write them. */
#include "deployment_fixture.h"
#include "accounts/deployment_hours.h"

static void days_and_times(void **state)
{
	static const struct {
		const char *text;
		struct tw_hours hours;
	} good[] = {
		{ "mon-fri 09:00-19:00", { 0x1f, 540, 1140 } },
		{ "sat 10:00-16:00", { 0x20, 600, 960 } },
		{ "sat,sun 10:00-16:00", { 0x60, 600, 960 } },
		{ "mon,wed-fri 00:00-24:00", { 0x1d, 0, 1440 } },
		{ "daily 08:30-20:15", { 0x7f, 510, 1215 } },
		{ "fri-mon 22:00-06:00", { 0x71, 1320, 360 } },
		{ "mon-sun 22:00-00:00", { 0x7f, 1320, 1440 } },
		{ "Mon  09:00-10:00", { 0x01, 540, 600 } },
	};
	struct tw_hours hours;
	size_t i;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(good); i++) {
		if (tw__hours_parse(&hours, good[i].text, NULL) ||
		    hours.day_mask != good[i].hours.day_mask ||
		    hours.from_min != good[i].hours.from_min ||
		    hours.to_min != good[i].hours.to_min)
			fail_msg("%s", good[i].text);
	}
}

static void refusals(void **state)
{
	static const char *const bad[] = { "", " ", "mon", "mon ", "09:00-"
		"19:00", "mon 9:00-19:00", "mon 09:00", "mon 09:00-",
		"mon 09:00-25:00", "mon 09:60-10:00", "mon 24:00-10:00",
		"mon 09:00-09:00", "mon 24:01-10:00", "mond 09:00-10:00",
		"mon-  09:00-10:00", "mon,,tue 09:00-10:00", "mo 09:00-10:00",
		"mon 09:00-10:00 ", "mon 09:00-10:00x", "xyz 09:00-10:00",
		"-mon 09:00-10:00", "m", "mo", "mon-t", "daily", "dail" };
	struct tw_hours hours = { 7, 7, 7 };
	tw_error err = TW_ERROR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		if (tw__hours_parse(&hours, bad[i], &err) != TW_EINVAL)
			fail_msg("'%s'", bad[i]);
		assert_non_null(strstr(err.message, "mon-fri"));
	}
	assert_int_equal(hours.day_mask, 7);
	assert_int_equal(tw__span_parse(&hours, "10:00-15:00", &err), TW_OK);
	assert_int_equal(hours.from_min, 600);
	assert_int_equal(tw__span_parse(&hours, "mon 10:00-15:00", &err),
			 TW_EINVAL);
	assert_int_equal(tw__span_parse(&hours, "", &err), TW_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_and_times),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
