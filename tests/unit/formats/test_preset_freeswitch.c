/* FreeSWITCH: mod_cdr_csv's templates, mod_json_cdr, mod_xml_cdr. */
#include "record_fixture.h"

#define UUID "6f1c2a1e-0001-4d5c-9d65-00000000000"

static void test_csv_example(void **state)
{
	static const struct wanted rows[] = {
		{ .id = UUID "1", .start = "2026-10-05T07:00:00Z",
		  .answer = "2026-10-05T07:00:08Z",
		  .end = "2026-10-05T07:01:09Z", .ms = 61000,
		  .caller = "101", .callee = "89161234567",
		  .extension = "101", .accountcode = "Sales" },
		{ .id = UUID "2", .start = "2026-10-05T07:05:00Z",
		  .end = "2026-10-05T07:05:25Z",
		  .status = TW_CALL_CANCELLED, .caller = "+79031112233",
		  .callee = "78432000001" },
		{ .id = UUID "3", .start = "2026-10-05T07:06:00Z",
		  .answer = "2026-10-05T07:06:03Z",
		  .end = "2026-10-05T07:07:03Z", .ms = 60000,
		  .caller = "anonymous", .callee = "78432000001",
		  .linked = UUID "4" },
		/* the far side of the one before */
		{ .id = UUID "4", .start = "2026-10-05T07:06:01Z",
		  .answer = "2026-10-05T07:06:03Z",
		  .end = "2026-10-05T07:07:03Z", .ms = 60000,
		  .flags = TW_CDR_TWIN, .caller = "anonymous",
		  .callee = "101", .extension = "101" },
		{ .id = UUID "5", .start = "2026-10-05T07:08:00Z",
		  .end = "2026-10-05T07:08:01Z", .status = TW_CALL_BUSY,
		  .caller = "102", .callee = "101", .extension = "102" },
	};
	char *text = fixture("freeswitch_csv.csv");
	struct reader r;

	(void)state;
	assert_int_equal(open_as(&r, "freeswitch_csv", NULL, NULL, false,
				 text), TW_EINVAL);
	assert_string_equal(r.err.field, "zone");
	assert_int_equal(open_as(&r, "freeswitch_csv", "Europe/Moscow", NULL,
				 false, text), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++)
		want(&r, &rows[i]);
	the_end(&r);
	free(text);
}

static void test_json(void **state)
{
	static const struct wanted rows[] = {
		{ .id = "a1", .start = "2026-10-05T07:00:00.123456Z",
		  .answer = "2026-10-05T07:00:08Z",
		  .end = "2026-10-05T07:01:09.5Z", .ms = 61500,
		  .caller = "101", .callee = "84951234567",
		  .extension = "101", .accountcode = "Sales/Kazan",
		  .linked = "a1" },
		{ .id = "b1", .start = "2026-10-05T07:00:01Z",
		  .answer = "2026-10-05T07:00:08Z",
		  .end = "2026-10-05T07:01:09.5Z", .ms = 61500,
		  .flags = TW_CDR_TWIN, .caller = "78432000001",
		  .callee = "84951234567", .trunk = "north",
		  .linked = "a1" },
		{ .id = "a2", .start = "2026-10-05T07:01:40Z",
		  .answer = "2026-10-05T07:01:45Z",
		  .end = "2026-10-05T07:02:45Z", .ms = 60000,
		  .caller = "+79031112233", .callee = "78432000001",
		  .linked = "a2" },
		/* it came from outside and went on to outside */
		{ .id = "b2", .start = "2026-10-05T07:01:41Z",
		  .answer = "2026-10-05T07:01:45Z",
		  .end = "2026-10-05T07:02:45Z", .ms = 60000,
		  .direction = TW_DIRECTION_FORWARD, .leg = 2,
		  .caller = "+79031112233", .callee = "79161234567",
		  .number = "78432000001", .trunk = "north",
		  .linked = "a2" },
		{ .id = "a3", .start = "2026-10-05T07:03:20Z",
		  .end = "2026-10-05T07:03:25Z", .status = TW_CALL_BUSY,
		  .caller = "101", .callee = "102", .extension = "101",
		  .linked = "a3" },
	};
	char *text = fixture("freeswitch_json.json");
	struct reader r;

	(void)state;
	assert_int_equal(open_as(&r, "freeswitch_json", NULL, NULL, false,
				 text), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++)
		want(&r, &rows[i]);
	the_end(&r);
	free(text);
}

/* Template `sql`, which has a blank before its last quote. */
static void test_csv_sql(void **state)
{
	char *text = fixture("freeswitch_csv-sql.csv");
	struct wanted w = { .id = UUID "1", .start = "2026-10-05T07:00:00Z",
		.answer = "2026-10-05T07:00:08Z",
		.end = "2026-10-05T07:01:09Z", .ms = 61000, .caller = "101",
		.callee = "89161234567", .extension = "101",
		.accountcode = "Sales" };
	struct wanted missed = { .id = UUID "2",
		.start = "2026-10-05T07:05:00Z",
		.end = "2026-10-05T07:05:25Z", .status = TW_CALL_NO_ANSWER,
		.caller = "+79031112233", .callee = "78432000001" };
	struct reader r;

	(void)state;
	assert_int_equal(open_as(&r, "freeswitch_csv", "Europe/Moscow", NULL,
				 false, text), TW_OK);
	want(&r, &w);
	want(&r, &missed);
	the_end(&r);
	free(text);
	text = fixture("freeswitch_asterisk.csv");
	assert_int_equal(open_as(&r, "freeswitch_asterisk", "Europe/Moscow",
				 NULL, false, text), TW_OK);
	want(&r, &w);
	missed.status = TW_CALL_BUSY;
	want(&r, &missed);
	the_end(&r);
	free(text);
}

/* A template with a header, epochs and what tells the sides. */
static void test_csv_header(void **state)
{
	static const struct wanted rows[] = {
		{ .id = "a1", .start = "2026-10-05T07:00:00Z",
		  .answer = "2026-10-05T07:00:08Z",
		  .end = "2026-10-05T07:01:09Z", .ms = 61250,
		  .caller = "101", .callee = "84951234567",
		  .extension = "101", .accountcode = "Sales",
		  .linked = "a1" },
		{ .id = "b1", .start = "2026-10-05T07:00:01Z",
		  .answer = "2026-10-05T07:00:08Z",
		  .end = "2026-10-05T07:01:09Z", .ms = 61250,
		  .flags = TW_CDR_TWIN, .caller = "78432000001",
		  .callee = "84951234567", .trunk = "north",
		  .linked = "a1" },
		{ .id = "a2", .start = "2026-10-05T07:01:40Z",
		  .end = "2026-10-05T07:01:45Z", .status = TW_CALL_FAILED,
		  .caller = "101", .callee = "84951234568",
		  .extension = "101", .accountcode = "Sales",
		  .linked = "a2" },
	};
	char *text = fixture("freeswitch_csv-header.csv");
	struct reader r;

	(void)state;
	/* the preset cannot know that no stamp is needed: a zone is */
	assert_int_equal(open_as(&r, "freeswitch_csv", "UTC", NULL, false,
				 text), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++)
		want(&r, &rows[i]);
	the_end(&r);
	free(text);
}

static void test_xml(void **state)
{
	static const struct wanted rows[] = {
		{ .id = "a1", .start = "2026-10-05T07:00:00.123456Z",
		  .answer = "2026-10-05T07:00:08Z",
		  .end = "2026-10-05T07:01:09.5Z", .ms = 61500,
		  .caller = "101", .callee = "84951234567",
		  .extension = "101", .accountcode = "Sales/Kazan",
		  .linked = "a1" },
		{ .id = "b1", .start = "2026-10-05T07:00:01Z",
		  .answer = "2026-10-05T07:00:08Z",
		  .end = "2026-10-05T07:01:09.5Z", .ms = 61500,
		  .flags = TW_CDR_TWIN, .caller = "78432000001",
		  .callee = "84951234567", .trunk = "north",
		  .linked = "a1" },
	};
	char *text = fixture("freeswitch_xml.xml");
	struct reader r;

	(void)state;
	assert_int_equal(open_as(&r, "freeswitch_xml", NULL, NULL, false,
				 text), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++)
		want(&r, &rows[i]);
	assert_int_equal(tw__preset_line(r.preset), 31);
	the_end(&r);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv_example),
		cmocka_unit_test(test_csv_sql),
		cmocka_unit_test(test_csv_header),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_xml),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
