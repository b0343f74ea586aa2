/* 3CX, Cisco CUCM, Yeastar, cdr-stats. */
#include "record_fixture.h"

static void test_3cx(void **state)
{
	static const struct wanted rows[] = {
		{ .id = "00000142B6C5FA3A_24",
		  .start = "2026-10-05T07:00:00Z",
		  .answer = "2026-10-05T07:00:08Z",
		  .end = "2026-10-05T07:01:09Z", .ms = 61000,
		  .caller = "101", .callee = "84951234567",
		  .extension = "101", .accountcode = "Sales",
		  .linked = "Call 1" },
		{ .id = "00000142B6C5FA3A_25",
		  .start = "2026-10-05T07:05:00Z",
		  .end = "2026-10-05T07:05:25Z",
		  .status = TW_CALL_CANCELLED, .caller = "+79031112233",
		  .callee = "102", .extension = "102",
		  .linked = "Call 2" },
		{ .id = "00000142B6C5FA3A_26",
		  .start = "2026-10-05T07:06:00Z",
		  .end = "2026-10-05T07:06:01Z", .status = TW_CALL_BUSY,
		  .caller = "101", .callee = "102", .extension = "101",
		  .linked = "Call 3" },
	};
	char *text = fixture("3cx.csv");
	struct reader r;

	(void)state;
	assert_int_equal(open_as(&r, "3cx", NULL, NULL, false, text),
			 TW_EINVAL);
	assert_int_equal(open_as(&r, "3cx", "Europe/Moscow", NULL, false,
				 text), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++)
		want(&r, &rows[i]);
	the_end(&r);
	free(text);
}

static void test_cucm(void **state)
{
#define PKID "c1d5c000-0000-0000-0000-00000000000"
	static const struct wanted rows[] = {
		{ .id = PKID "1", .start = "2026-10-05T07:00:00Z",
		  .answer = "2026-10-05T07:00:08Z",
		  .end = "2026-10-05T07:01:09Z", .ms = 61000,
		  .caller = "101", .callee = "84951234567",
		  .extension = "101", .accountcode = "Sales",
		  .linked = "101001" },
		{ .id = PKID "2", .start = "2026-10-05T07:01:40Z",
		  .end = "2026-10-05T07:02:00Z",
		  .status = TW_CALL_NO_ANSWER, .caller = "79031112233",
		  .callee = "101", .extension = "101",
		  .number = "78432000001", .linked = "101002" },
		{ .id = PKID "3", .start = "2026-10-05T07:03:20Z",
		  .end = "2026-10-05T07:03:22Z", .status = TW_CALL_BUSY,
		  .caller = "101", .callee = "84951234568",
		  .extension = "101", .linked = "101003" },
	};
	char *text = fixture("cucm.csv");
	struct reader r;

	(void)state;
	/* epochs, whatever the zone; the line of types is no row */
	assert_int_equal(open_as(&r, "cucm", NULL, NULL, false, text), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++)
		want(&r, &rows[i]);
	refused(&r, 6, "cdrRecordType", "no call");
	the_end(&r);
	free(text);
}

static void test_yeastar(void **state)
{
	static const struct wanted rows[] = {
		{ .start = "2026-10-05T07:00:00Z",
		  .end = "2026-10-05T07:01:09Z", .ms = 61000,
		  .status = TW_CALL_ANSWERED,
		  .direction = TW_DIRECTION_OUTBOUND, .caller = "101",
		  .callee = "84951234567", .extension = "101",
		  .trunk = "north", .accountcode = "7788",
		  .linked = "1591183600.1" },
		/* one phone rang, another one answered */
		{ .start = "2026-10-05T07:05:00Z",
		  .end = "2026-10-05T07:05:20Z",
		  .status = TW_CALL_NO_ANSWER, .flags = TW_CDR_ATTEMPT,
		  .direction = TW_DIRECTION_INBOUND,
		  .caller = "79031112233", .callee = "101",
		  .extension = "101", .trunk = "north",
		  .number = "78432000001", .linked = "1591183900.2" },
		{ .start = "2026-10-05T07:05:00Z",
		  .end = "2026-10-05T07:05:35Z", .ms = 15000,
		  .status = TW_CALL_ANSWERED,
		  .direction = TW_DIRECTION_INBOUND,
		  .caller = "79031112233", .callee = "102",
		  .extension = "102", .trunk = "north",
		  .number = "78432000001", .linked = "1591183900.2" },
	};
	char *text = fixture("yeastar.csv");
	struct reader r;

	(void)state;
	assert_int_equal(open_as(&r, "yeastar", "Europe/Moscow", NULL, false,
				 text), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++)
		want(&r, &rows[i]);
	the_end(&r);
	free(text);
}

static void test_cdr_stats(void **state)
{
	static const struct wanted rows[] = {
		{ .id = "c1", .start = "2026-10-05T07:00:00Z",
		  .end = "2026-10-05T07:01:09Z", .ms = 61000,
		  .direction = TW_DIRECTION_OUTBOUND, .caller = "101",
		  .callee = "84951234567", .extension = "101",
		  .accountcode = "Sales" },
		{ .id = "c2", .start = "2026-10-05T07:05:00Z",
		  .end = "2026-10-05T07:05:20Z",
		  .direction = TW_DIRECTION_INBOUND,
		  .caller = "79031112233", .callee = "78432000001" },
	};
	char *text = fixture("cdr_stats.csv");
	struct reader r;

	(void)state;
	assert_int_equal(open_as(&r, "cdr_stats", "Europe/Moscow", NULL,
				 false, text), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++)
		want(&r, &rows[i]);
	the_end(&r);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_3cx),
		cmocka_unit_test(test_cucm),
		cmocka_unit_test(test_yeastar),
		cmocka_unit_test(test_cdr_stats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
