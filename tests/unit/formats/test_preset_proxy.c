/* Kamailio's and OpenSIPS's accounting rows. */
#include "record_fixture.h"

#define OPEN(r, name, file, text) \
	char *text = fixture(file); \
	assert_int_equal(open_as(r, name, NULL, NULL, false, text), \
			 TW_EINVAL); \
	assert_string_equal((r)->err.field, "zone"); \
	assert_int_equal(open_as(r, name, "Europe/Moscow", NULL, false, \
				 text), TW_OK)

/* INVITE and BYE are one call; a re-INVITE is a part of it. */
static void test_kamailio_acc(void **state)
{
	static const struct wanted rows[] = {
		{ .id = "1-22476@pbx", .start = "2026-10-05T07:00:00Z",
		  .answer = "2026-10-05T07:00:00Z",
		  .end = "2026-10-05T07:01:01Z", .ms = 61000,
		  .status = TW_CALL_ANSWERED, .caller = "101",
		  .callee = "84951234567", .extension = "101" },
		{ .id = "2-22476@pbx", .start = "2026-10-05T07:00:01Z",
		  .status = TW_CALL_BUSY, .caller = "102",
		  .callee = "84951234568", .extension = "102" },
		/* the first carrier refused, the next one took it */
		{ .id = "3-22476@pbx", .start = "2026-10-05T07:02:00Z",
		  .status = TW_CALL_FAILED, .flags = TW_CDR_ATTEMPT,
		  .caller = "101", .callee = "79161234567",
		  .extension = "101" },
		{ .id = "3-22476@pbx", .start = "2026-10-05T07:02:02Z",
		  .answer = "2026-10-05T07:02:02Z",
		  .end = "2026-10-05T07:02:32Z", .ms = 30000,
		  .status = TW_CALL_ANSWERED, .caller = "101",
		  .callee = "79161234567", .extension = "101" },
	};
	struct reader r;
	OPEN(&r, "kamailio_acc", "kamailio_acc.csv", text);

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++)
		want(&r, &rows[i]);
	assert_int_equal(r.cdr.sequence, 6);
	refused(&r, 9, "end", "no BYE");
	refused(&r, 10, "method", "ends a call that this file lacks");
	refused(&r, 11, "method", "no call");
	the_end(&r);
	free(text);
}

static void test_kamailio_cdrs(void **state)
{
	static const struct wanted rows[] = {
		{ .id = "1-22476@pbx", .start = "2026-10-05T07:00:00Z",
		  .end = "2026-10-05T07:00:01Z", .ms = 1506,
		  .caller = "101", .callee = "84951234567",
		  .extension = "101" },
		{ .id = "1-22765@pbx", .start = "2026-10-05T07:00:02Z",
		  .end = "2026-10-05T07:00:02Z", .caller = "101",
		  .callee = "busy", .extension = "101" },
	};
	struct reader r;
	OPEN(&r, "kamailio_cdrs", "kamailio_cdrs.csv", text);

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++)
		want(&r, &rows[i]);
	/* the dialog timed out: nobody talked for twelve hours */
	refused(&r, 4, "duration", "43200 s, longer than 43199 s");
	the_end(&r);
	free(text);
}

static void test_opensips_acc(void **state)
{
	static const struct wanted rows[] = {
		{ .id = "a@pbx", .start = "2026-10-05T07:00:00Z",
		  .answer = "2026-10-05T07:00:08Z",
		  .end = "2026-10-05T07:01:09.25Z", .ms = 61250,
		  .status = TW_CALL_ANSWERED, .caller = "101",
		  .callee = "84951234567", .extension = "101" },
		{ .id = "b@pbx", .start = "2026-10-05T07:05:00Z",
		  .end = "2026-10-05T07:05:20Z",
		  .status = TW_CALL_CANCELLED, .caller = "101",
		  .callee = "84951234568", .extension = "101" },
		/* without the cdr flag the end is in the BYE's row */
		{ .id = "c@pbx", .start = "2026-10-05T07:06:00Z",
		  .answer = "2026-10-05T07:06:05Z",
		  .end = "2026-10-05T07:07:05Z", .ms = 60000,
		  .status = TW_CALL_ANSWERED, .caller = "101",
		  .callee = "84951234569", .extension = "101" },
	};
	struct reader r;
	OPEN(&r, "opensips_acc", "opensips_acc.csv", text);

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++)
		want(&r, &rows[i]);
	refused(&r, 6, "end", "no BYE");
	the_end(&r);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kamailio_acc),
		cmocka_unit_test(test_kamailio_cdrs),
		cmocka_unit_test(test_opensips_acc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
