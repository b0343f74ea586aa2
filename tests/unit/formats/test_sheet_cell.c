/* One cell at a time: what it means, or what is wrong and how to mend it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "formats/sheet.h"

struct bench {
	struct sheet_reading reading;
	struct tw_str cells[COL_COUNT];
	struct sheet_codes codes;
	tw_reject reject;
	tw_rate rate;
};

static int setup(void **state)
{
	static struct bench b;
	tw_zone *zone = b.reading.zone;

	tw_free(b.codes.list);
	memset(&b, 0, sizeof(b));
	if (!zone && tw_zone_open(&zone, "Europe/Moscow", NULL))
		return -1;
	b.reading = (struct sheet_reading){ .delimiter = ',', .zone = zone,
		.map = &tw__sheet_map_none, .first_inc_s = 60,
		.next_inc_s = 30 };
	for (int i = 0; i < COL_COUNT; i++) {
		b.reading.names[i] = tw__sheet_column_name(i);
		b.reading.present[i] = i != COL_COUNTRY && i != COL_AREA;
		b.cells[i] = tw__str("", 0);
	}
	b.reading.names[COL_RATE] = "Price";
	b.cells[COL_PREFIX] = TW_STR("7495");
	b.cells[COL_RATE] = TW_STR("1.50");
	b.cells[COL_CURRENCY] = TW_STR("RUB");
	b.reject = (tw_reject)TW_REJECT_INIT;
	*state = &b;
	return 0;
}

static tw_status read_cell(struct bench *b, enum sheet_column column,
			   const char *text)
{
	struct tw_str before = b->cells[column];
	tw_status status;

	b->cells[column] = tw__str_of(text);
	memset(b->rate.destination, 'u', sizeof(b->rate.destination));
	b->reject = (tw_reject)TW_REJECT_INIT;
	status = tw__sheet_row(&b->rate, &b->codes, &b->reject, &b->reading,
			       b->cells);
	b->cells[column] = before;
	return status;
}

static void takes(struct bench *b, enum sheet_column column, const char *text)
{
	if (read_cell(b, column, text))
		fail_msg("'%s': %s", text, b->reject.reason);
	assert_string_equal(b->reject.reason, "");
}

static void refuses(struct bench *b, enum sheet_column column,
		    const char *text, const char *reason)
{
	if (read_cell(b, column, text) != TW_EPARSE)
		fail_msg("'%s' was taken", text);
	assert_string_equal(b->reject.column, b->reading.names[column]);
	if (!strstr(b->reject.reason, reason))
		fail_msg("'%s': %s", text, b->reject.reason);
	/* nothing of a refused row comes out */
	assert_int_equal(b->rate.destination[0], 'u');
}

static void a_plain_row(void **state)
{
	struct bench *b = *state;

	takes(b, COL_COMMENT, "anything \x01 at all");
	assert_int_equal(b->codes.count, 1);
	assert_int_equal(b->rate.price_nanos, 1500000000);
	assert_int_equal(b->rate.status, TW_RATE_PRICED);
	assert_int_equal(b->rate.direction, TW_DIRECTION_ANY);
	assert_int_equal(b->rate.first_inc_s, 60);
	assert_int_equal(b->rate.next_inc_s, 30);
	assert_int_equal(b->rate.connect_fee_nanos, 0);
	assert_true(b->rate.from == TW_TIME_MIN);
	assert_true(b->rate.to == TW_TIME_MAX);
	assert_string_equal(b->rate.destination, "");
	assert_string_equal(b->rate.caller_prefix, "");
}

/* What a range or a list comes to is test_sheet_code.c's. */
static void codes(void **state)
{
	struct bench *b = *state;

	takes(b, COL_PREFIX, "7495-7499");
	assert_int_equal(b->codes.count, 5);
	refuses(b, COL_PREFIX, "", "missing");
	takes(b, COL_CALLER_PREFIX, "+7916");
	assert_string_equal(b->rate.caller_prefix, "7916");
	refuses(b, COL_CALLER_PREFIX, "79E2", "spreadsheet");
	refuses(b, COL_CALLER_PREFIX, "7916;7917", "not one code");
}

static void money(void **state)
{
	struct bench *b = *state;

	takes(b, COL_RATE, "0");
	assert_int_equal(b->rate.price_nanos, 0);
	takes(b, COL_RATE, "9223372036.854775807");
	assert_true(b->rate.price_nanos == INT64_MAX);
	refuses(b, COL_RATE, "9223372036.854775808", "beyond");
	refuses(b, COL_RATE, "0.0000000001", "nine decimals");
	refuses(b, COL_RATE, "-1", "negative");
	refuses(b, COL_RATE, "-0", "negative");
	refuses(b, COL_RATE, "1.2E-3", "0.0012");
	refuses(b, COL_RATE, "1 234.50", "blank inside");
	refuses(b, COL_RATE, "1\xc2\xa0" "234.50", "blank inside");
	refuses(b, COL_RATE, "1\xe2\x80\xaf" "234.50", "blank inside");
	refuses(b, COL_RATE, "1,50", "has a comma");
	refuses(b, COL_RATE, "1.50 RUB", "its own column");
	refuses(b, COL_RATE, "$1.50", "its own column");
	refuses(b, COL_RATE, "1.50 \xe2\x82\xbd", "its own column");
	refuses(b, COL_RATE, "'1.50", "its own column");
	refuses(b, COL_RATE, "1.50RUB", "is no amount");
	refuses(b, COL_RATE, "0000000000000000000000000000000000000001.5",
		"is no amount");
	takes(b, COL_CONNECT_FEE, "0.1");
	assert_int_equal(b->rate.connect_fee_nanos, 100000000);
	refuses(b, COL_CONNECT_FEE, "x", "is no amount");
}

/* Only where cells are separated by ; is a comma a decimal one. */
static void decimal_commas(void **state)
{
	struct bench *b = *state;

	b->reading.delimiter = '\t';
	refuses(b, COL_RATE, "1,5", "has a comma");
	b->reading.delimiter = ';';
	takes(b, COL_RATE, "1,5");
	assert_int_equal(b->rate.price_nanos, 1500000000);
	refuses(b, COL_RATE, "1,234.50", "one decimal comma");
	refuses(b, COL_RATE, "1.234,50", "one decimal comma");
	refuses(b, COL_RATE, "1,234,50", "one decimal comma");
}

static void a_missing_price_is_never_free(void **state)
{
	struct bench *b = *state;

	refuses(b, COL_RATE, "", "write 0 if it is free");
	assert_null(strstr(b->reject.reason, "\"\""));
	b->cells[COL_RATE] = tw__str("", 0);
	takes(b, COL_STATUS, "Blocked");
	assert_int_equal(b->rate.status, TW_RATE_BLOCKED);
	takes(b, COL_STATUS, "ENDED");
	assert_int_equal(b->rate.status, TW_RATE_ENDED);
	assert_int_equal(read_cell(b, COL_STATUS, "priced"), TW_EPARSE);
	assert_string_equal(b->reject.column, "Price");
	refuses(b, COL_STATUS, "free", "blocked, ended or nothing");
}

static void currencies(void **state)
{
	static const char *const bad[] = { "rub", "RU", "RUBL", "R1B", "" };
	struct bench *b = *state;

	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		refuses(b, COL_CURRENCY, bad[i], "currency");
		assert_string_equal(b->reading.currency, "");
	}
	/* a row that is bad elsewhere says nothing about the sheet */
	refuses(b, COL_RATE, "x", "is no amount");
	assert_string_equal(b->reading.currency, "");
	takes(b, COL_CURRENCY, " RUB ");
	assert_string_equal(b->reading.currency, "RUB");
	refuses(b, COL_CURRENCY, "USD", "this tariff is in RUB");
	b->reading.present[COL_CURRENCY] = false;
	takes(b, COL_CURRENCY, "");
}

static void validity(void **state)
{
	struct bench *b = *state;
	tw_time midnight;

	assert_int_equal(tw_time_parse(&midnight, "2026-01-01T00:00:00+03:00",
				       NULL, NULL), TW_OK);
	takes(b, COL_FROM, "2026-01-01");
	assert_true(b->rate.from == midnight);
	b->cells[COL_FROM] = TW_STR("2026-01-01");
	takes(b, COL_TO, "2026-01-02");
	assert_true(b->rate.to == midnight + 86400 * TW_SECOND);
	refuses(b, COL_TO, "2026-01-01", "first day");
	refuses(b, COL_TO, "2025-12-31", "first day");
	refuses(b, COL_TO, "soon", "is no date");
	refuses(b, COL_FROM, "2026-02-30", "is no date");
	refuses(b, COL_FROM, "01.02.2026", "dmy or mdy");
	refuses(b, COL_FROM, "2026-01-01                                      "
		"                         x", "is no date");
}

static void increments(void **state)
{
	static const char *const bad[] = { "0", "-1", "3601", "1.5", "60s",
		"18446744073709551617" };
	struct bench *b = *state;

	takes(b, COL_FIRST_INC, "3600");
	assert_int_equal(b->rate.first_inc_s, 3600);
	assert_int_equal(b->rate.next_inc_s, 30);
	takes(b, COL_NEXT_INC, "1");
	assert_int_equal(b->rate.first_inc_s, 60);
	assert_int_equal(b->rate.next_inc_s, 1);
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		refuses(b, COL_FIRST_INC, bad[i], "1 to 3600");
		refuses(b, COL_NEXT_INC, bad[i], "1 to 3600");
	}
	takes(b, COL_INCREMENTS, "6 / 2");
	assert_int_equal(b->rate.first_inc_s, 6);
	assert_int_equal(b->rate.next_inc_s, 2);
	refuses(b, COL_INCREMENTS, "60", "write 60/1");
	refuses(b, COL_INCREMENTS, "60/", "1 to 3600");
	refuses(b, COL_INCREMENTS, "/1", "1 to 3600");
	refuses(b, COL_INCREMENTS, "60/1/1", "1 to 3600");
}

static void words(void **state)
{
	struct bench *b = *state;
	char name[98];

	takes(b, COL_DIRECTION, "INBOUND");
	assert_int_equal(b->rate.direction, TW_DIRECTION_INBOUND);
	takes(b, COL_DIRECTION, "forward");
	assert_int_equal(b->rate.direction, TW_DIRECTION_FORWARD);
	refuses(b, COL_DIRECTION, "Internal", "delete the row");
	refuses(b, COL_DIRECTION, "up", "outbound, inbound");
	memset(name, 'n', sizeof(name));
	name[96] = '\0';
	refuses(b, COL_DESTINATION, name, "95 bytes");
	name[95] = '\0';
	takes(b, COL_DESTINATION, name);
	assert_string_equal(b->rate.destination, name);
	refuses(b, COL_DESTINATION, "a\nb", "line break");
	assert_non_null(strstr(b->reject.reason, "\"a?b\""));
	refuses(b, COL_DESTINATION, "a\x7f", "control");
}

static void relations(void **state)
{
	static const char *const good[] = { "", "same_city", "same_region",
					    "other" };
	struct bench *b = *state;

	for (uint32_t i = 0; i < TW_ARRAY_COUNT(good); i++) {
		takes(b, COL_RELATION, good[i]);
		assert_int_equal(b->rate.relation, i);
	}
	takes(b, COL_RELATION, "Same_City");
	refuses(b, COL_RELATION, "near", "same_city, same_region, other");
}

/* Words about prices are checked for spelling and not believed. */
static void markers_of_rows(struct bench *b, const char *word,
			    uint32_t status)
{
	takes(b, COL_CHANGE, word);
	assert_int_equal(b->rate.status, status);
}

static void markers(void **state)
{
	struct bench *b = *state;

	markers_of_rows(b, "New", TW_RATE_PRICED);
	markers_of_rows(b, "NO CHANGE", TW_RATE_PRICED);
	markers_of_rows(b, "Без изменений", TW_RATE_PRICED);
	markers_of_rows(b, "Deleted", TW_RATE_ENDED);
	markers_of_rows(b, "УДАЛЕНО", TW_RATE_ENDED);
	markers_of_rows(b, "blocked", TW_RATE_BLOCKED);
	refuses(b, COL_CHANGE, "cheaper", "new, increase");
	b->cells[COL_STATUS] = TW_STR("blocked");
	refuses(b, COL_CHANGE, "deleted", "contradicts");
	takes(b, COL_CHANGE, "blocked");
	b->cells[COL_STATUS] = tw__str("", 0);
	b->cells[COL_RATE] = tw__str("", 0);
	takes(b, COL_CHANGE, "closed");
	assert_int_equal(read_cell(b, COL_CHANGE, "increase"), TW_EPARSE);
	assert_string_equal(b->reject.column, "Price");
}

static void parts(void **state)
{
	struct bench *b = *state;

	takes(b, COL_BAND, "night");
	assert_string_equal(b->rate.band, "night");
	refuses(b, COL_BAND, "12345678901234567890123456789012", "31 bytes");
	refuses(b, COL_BAND, "a\nb", "line break");
	takes(b, COL_FROM_S, "65535");
	assert_int_equal(b->rate.from_s, 65535);
	refuses(b, COL_FROM_S, "65536", "0 to 65535");
	refuses(b, COL_FROM_S, "-1", "0 to 65535");
	refuses(b, COL_FROM_S, "1.5", "0 to 65535");
	b->cells[COL_STATUS] = TW_STR("ended");
	refuses(b, COL_BAND, "night", "all bands");
	refuses(b, COL_FROM_S, "60", "all bands");
	takes(b, COL_FROM_S, "0");
}

static void prices_per_second(void **state)
{
	struct tw_sheet_map map = tw__sheet_map_none;
	struct bench *b = *state;

	map.per_second = true;
	b->reading.map = &map;
	takes(b, COL_RATE, "0.025");
	assert_int_equal(b->rate.price_nanos, 1500000000);
	takes(b, COL_RATE, "153722867.280912930");
	refuses(b, COL_RATE, "153722867.280912931", "a minute");
	takes(b, COL_CONNECT_FEE, "0.1");
	assert_int_equal(b->rate.connect_fee_nanos, 100000000);
}

static void mapped_decimals(void **state)
{
	struct tw_sheet_map map = tw__sheet_map_none;
	struct bench *b = *state;

	b->reading.map = &map;
	b->reading.delimiter = '\t';
	map.decimal = ',';
	takes(b, COL_RATE, "1,5");
	assert_int_equal(b->rate.price_nanos, 1500000000);
	takes(b, COL_RATE, "15");
	refuses(b, COL_RATE, "1.5", "decimal comma");
	refuses(b, COL_RATE, "1.500,00", "decimal comma");
	map.decimal = '.';
	b->reading.delimiter = ';';
	takes(b, COL_RATE, "1.5");
	refuses(b, COL_RATE, "1,5", "decimal point");
	refuses(b, COL_RATE, "1,500.00", "decimal point");
}

#define TEST(t) cmocka_unit_test_setup(t, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_plain_row), TEST(codes), TEST(money),
		TEST(decimal_commas), TEST(a_missing_price_is_never_free),
		TEST(currencies), TEST(validity), TEST(increments),
		TEST(words), TEST(relations), TEST(markers), TEST(parts),
		TEST(prices_per_second), TEST(mapped_decimals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
