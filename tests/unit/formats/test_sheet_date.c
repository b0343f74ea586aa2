/* Dates in each order, and those that could be two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "formats/sheet.h"

struct bench {
	struct tw_sheet_map map;
	struct sheet_reading reading;
	tw_reject reject;
};

static int setup(void **state)
{
	static struct bench b;
	tw_zone *zone = b.reading.zone;

	memset(&b, 0, sizeof(b));
	if (!zone && tw_zone_open(&zone, "Europe/Moscow", NULL))
		return -1;
	b.map = tw__sheet_map_none;
	b.reading.map = &b.map;
	b.reading.zone = zone;
	b.reading.names[COL_FROM] = "effective_from";
	*state = &b;
	return 0;
}

static tw_status read_date(struct bench *b, tw_time *out, const char *text)
{
	struct sheet_cell cell = { tw__str_of(text), COL_FROM, &b->reject,
				   &b->reading };

	return tw__sheet_date(out, &cell);
}

static void takes(struct bench *b, const char *text, const char *iso)
{
	tw_time got, want;

	if (read_date(b, &got, text))
		fail_msg("'%s': %s", text, b->reject.reason);
	assert_int_equal(tw_time_parse(&want, iso, b->reading.zone, NULL),
			 TW_OK);
	if (got != want)
		fail_msg("'%s' is not %s", text, iso);
}

static void refuses(struct bench *b, const char *text, const char *reason)
{
	tw_time got = 42;

	if (read_date(b, &got, text) != TW_EPARSE)
		fail_msg("'%s' was taken", text);
	if (!strstr(b->reject.reason, reason))
		fail_msg("'%s': %s", text, b->reject.reason);
	assert_true(got == 42);
}

static void only_iso_untold(void **state)
{
	struct bench *b = *state;

	takes(b, "2026-10-05", "2026-10-05");
	takes(b, "2026-10-05T00:00:00+03:00", "2026-10-05");
	refuses(b, "03.04.2026", "dmy or mdy");
	refuses(b, "25.12.2026", "dmy or mdy");
	refuses(b, "04/03/2026", "dmy or mdy");
	refuses(b, "46300", "dates = excel");
	refuses(b, "46300.0", "dates = excel");
	refuses(b, "2026-02-30", "is no date");
	refuses(b, "05.10.26", "is no date");
	refuses(b, "soon", "is no date");
	refuses(b, "60", "is no date");
	refuses(b, "2026-10-05                                             "
		"                        x", "is no date");
}

static void day_first(void **state)
{
	struct bench *b = *state;

	b->map.dates = DATES_DMY;
	takes(b, "03.04.2026", "2026-04-03");
	takes(b, "3/4/2026", "2026-04-03");
	takes(b, "25-12-2026", "2026-12-25");
	takes(b, "2026-04-03", "2026-04-03");
	takes(b, "03.04.2026 0:00", "2026-04-03");
	takes(b, "03.04.2026 09:30:15", "2026-04-03T09:30:15");
	refuses(b, "04.25.2026", "day first");
	refuses(b, "29.02.2026", "day first");
	refuses(b, "3.4/2026", "is no date");
	refuses(b, "3.4.26", "is no date");
	refuses(b, "3.4.20260", "is no date");
	refuses(b, "3.4.2026 25:00", "is no date");
	refuses(b, "3.4.2026 at 9", "is no date");
	refuses(b, "46300", "dates = excel");
}

static void month_first(void **state)
{
	struct bench *b = *state;

	b->map.dates = DATES_MDY;
	takes(b, "04/03/2026", "2026-04-03");
	refuses(b, "25.12.2026", "month first");
}

/* 1900-03-01 is 61, for a 1900-02-29 that never was is 60. */
static void serial_days(void **state)
{
	struct bench *b = *state;

	b->map.dates = DATES_EXCEL;
	takes(b, "46300", "2026-10-05");
	takes(b, "46300.0", "2026-10-05");
	takes(b, "2026-10-05", "2026-10-05");
	takes(b, "61", "1900-03-01");
	refuses(b, "60", "is no date");
	refuses(b, "46300.5", "is no date");
	refuses(b, "99999999", "is no date");
	refuses(b, "03.04.2026", "dmy or mdy");
}

#define TEST(t) cmocka_unit_test_setup(t, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_iso_untold), TEST(day_first), TEST(month_first),
		TEST(serial_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
