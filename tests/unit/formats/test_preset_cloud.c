/* Cloud PBXs: Mango, Rostelecom, Beeline, MTS, MegaFon, Zadarma. */
#include "record_fixture.h"

static void read_file(const char *preset, const char *zone, const char *file,
		      const struct wanted *rows, size_t count)
{
	char *text = fixture(file);
	struct reader r;

	if (open_as(&r, preset, zone, NULL, false, text))
		fail_msg("%s: %s %s", file, r.err.field, r.err.message);
	for (size_t i = 0; i < count; i++)
		want(&r, &rows[i]);
	the_end(&r);
	free(text);
}

#define READ(preset, zone, file, rows) \
	read_file(preset, zone, file, rows, TW_ARRAY_COUNT(rows))

#define OUR "78432000001"

/* Two phones rang in the last call, the second one answered. */
static void test_mango(void **state)
{
	static const struct wanted rows[] = {
		{ .start = "2026-10-05T07:00:00Z",
		  .answer = "2026-10-05T07:00:08Z",
		  .end = "2026-10-05T07:01:09Z", .ms = 61000,
		  .caller = "101", .callee = "84951234567",
		  .extension = "101", .number = OUR, .linked = "MToxOjE=" },
		{ .start = "2026-10-05T07:01:40Z",
		  .end = "2026-10-05T07:02:00Z", .caller = "79031112233",
		  .callee = OUR, .extension = "101", .number = OUR,
		  .linked = "MToxOjI=" },
		{ .start = "2026-10-05T07:03:20Z",
		  .end = "2026-10-05T07:03:50Z", .flags = TW_CDR_ATTEMPT,
		  .caller = "79031112244", .callee = OUR,
		  .extension = "101", .number = OUR, .linked = "MToxOjM=" },
		{ .start = "2026-10-05T07:03:20Z",
		  .answer = "2026-10-05T07:03:50Z",
		  .end = "2026-10-05T07:04:50Z", .ms = 60000,
		  .caller = "79031112244", .callee = OUR,
		  .extension = "102", .number = OUR, .linked = "MToxOjM=" },
	};

	(void)state;
	READ("mango", NULL, "mango.csv", rows);
}

/* With a header and semicolons, and with neither. */
static void test_rostelecom(void **state)
{
	static const struct wanted rows[] = {
		{ .id = "s1", .start = "2026-10-05T07:00:00Z", .ms = 61000,
		  .status = TW_CALL_ANSWERED,
		  .direction = TW_DIRECTION_OUTBOUND, .caller = OUR,
		  .callee = "84951234567", .extension = "101" },
		{ .id = "s2", .start = "2026-10-05T07:05:00Z",
		  .end = "2026-10-05T07:05:20Z",
		  .status = TW_CALL_CANCELLED,
		  .direction = TW_DIRECTION_INBOUND,
		  .caller = "79031112233", .callee = OUR,
		  .extension = "102" },
		{ .id = "s3", .start = "2026-10-05T07:06:00Z",
		  .end = "2026-10-05T07:06:00Z", .status = TW_CALL_BUSY,
		  .direction = TW_DIRECTION_INTERNAL, .caller = "101",
		  .callee = "102", .extension = "101" },
	};

	(void)state;
	READ("rostelecom", NULL, "rostelecom.csv", rows);
	READ("rostelecom", NULL, "rostelecom-plain.csv", rows);
}

static void test_beeline(void **state)
{
	static const struct wanted rows[] = {
		{ .start = "2026-10-05T07:00:00Z", .ms = 61500,
		  .direction = TW_DIRECTION_OUTBOUND,
		  .caller = "79600000001", .callee = "84951234567",
		  .extension = "101", .department = "Продажи" },
		/* it rang for 20 s */
		{ .start = "2026-10-05T07:01:40Z",
		  .end = "2026-10-05T07:02:00Z",
		  .status = TW_CALL_NO_ANSWER,
		  .direction = TW_DIRECTION_INBOUND,
		  .caller = "79031112233", .callee = "79600000001",
		  .extension = "101" },
		{ .start = "2026-10-05T07:03:20Z", .ms = 30000,
		  .status = TW_CALL_ANSWERED,
		  .direction = TW_DIRECTION_INBOUND,
		  .caller = "79031112244", .callee = "79600000001",
		  .extension = "101" },
	};

	(void)state;
	READ("beeline", NULL, "beeline.json", rows);
}

static void test_mts(void **state)
{
	static const struct wanted rows[] = {
		{ .id = "m1", .start = "2026-10-05T07:00:00Z", .ms = 61000,
		  .direction = TW_DIRECTION_OUTBOUND, .caller = "101",
		  .callee = "84951234567", .extension = "101" },
		{ .id = "m2", .start = "2026-10-05T07:01:40Z",
		  .end = "2026-10-05T07:01:40Z",
		  .status = TW_CALL_NO_ANSWER,
		  .direction = TW_DIRECTION_INBOUND,
		  .caller = "79031112233", .callee = OUR },
		{ .id = "m3", .start = "2026-10-05T07:03:20Z", .ms = 30000,
		  .status = TW_CALL_ANSWERED,
		  .direction = TW_DIRECTION_INBOUND,
		  .caller = "79031112244", .callee = OUR },
	};

	(void)state;
	READ("mts", NULL, "mts.json", rows);
}

/* Our number and the other end, whoever called whom. */
static void test_megafon(void **state)
{
	static const struct wanted rows[] = {
		{ .id = "u1", .start = "2026-10-05T07:00:00Z",
		  .answer = "2026-10-05T07:00:08Z",
		  .end = "2026-10-05T07:01:09Z", .ms = 61000,
		  .direction = TW_DIRECTION_OUTBOUND, .caller = OUR,
		  .callee = "84951234567", .number = OUR,
		  .extension = "101" },
		{ .id = "u2", .start = "2026-10-05T07:05:00Z",
		  .end = "2026-10-05T07:05:20Z",
		  .status = TW_CALL_NO_ANSWER,
		  .direction = TW_DIRECTION_INBOUND,
		  .caller = "79031112233", .callee = OUR, .number = OUR,
		  .extension = "101" },
		{ .id = "u3", .start = "2026-10-05T07:06:00Z",
		  .answer = "2026-10-05T07:06:05Z",
		  .end = "2026-10-05T07:06:35Z", .ms = 30000,
		  .direction = TW_DIRECTION_INBOUND,
		  .caller = "79031112244", .callee = OUR, .number = OUR,
		  .extension = "102" },
	};

	(void)state;
	READ("megafon", NULL, "megafon.csv", rows);
}

/* The call's own price, and not that of a minute, to the last digit. */
static void test_zadarma(void **state)
{
	static const struct wanted rows[] = {
		{ .id = "5c0000000000000000000001",
		  .start = "2026-10-05T07:00:00Z", .ms = 61000,
		  .status = TW_CALL_ANSWERED, .caller = OUR,
		  .callee = "84951234567", .extension = "00001",
		  .cost = "0.0338", .currency = "USD" },
		{ .id = "5c0000000000000000000002",
		  .start = "2026-10-05T07:05:00Z",
		  .status = TW_CALL_NO_ANSWER, .caller = OUR,
		  .callee = "84951234568", .extension = "00001",
		  .cost = "0", .currency = "USD" },
		{ .id = "5c0000000000000000000003",
		  .start = "2026-10-05T07:06:00Z",
		  .status = TW_CALL_FAILED, .caller = OUR,
		  .callee = "84951234569", .extension = "00001",
		  .cost = "0", .currency = "USD" },
	};

	(void)state;
	READ("zadarma", "Europe/Moscow", "zadarma.json", rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mango),
		cmocka_unit_test(test_rostelecom),
		cmocka_unit_test(test_beeline),
		cmocka_unit_test(test_mts),
		cmocka_unit_test(test_megafon),
		cmocka_unit_test(test_zadarma),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
