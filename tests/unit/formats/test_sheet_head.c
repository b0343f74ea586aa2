/* Titles, headers, mappings: where the prices begin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "formats/sheet.h"

struct bench {
	tw_sheet_map *map;
	struct sheet_reading reading;
	struct sheet_head head;
	struct tw_csv *csv;
	tw_error err;
};

static int setup(void **state)
{
	static struct bench b;

	memset(&b, 0, sizeof(b));
	b.err = (tw_error)TW_ERROR_INIT;
	if (tw_sheet_map_new(&b.map, NULL))
		return -1;
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	tw__csv_free(b->csv);
	tw_sheet_map_free(b->map);
	return 0;
}

static void set(struct bench *b, const char *key, const char *value)
{
	assert_int_equal(tw_sheet_map_set(b->map, key, value, NULL), TW_OK);
}

static tw_status read_head(struct bench *b, const char *text)
{
	tw__csv_free(b->csv);
	b->csv = NULL;
	memset(&b->head, 0, sizeof(b->head));
	b->reading = (struct sheet_reading){ .map = b->map };
	strcpy(b->reading.currency, "RUB");
	b->err = (tw_error)TW_ERROR_INIT;
	return tw__sheet_head(&b->csv, &b->head, &b->reading,
			      tw__str_of(text), &b->err);
}

/* The first row of prices and its line. */
static void finds(struct bench *b, const char *text, const char *first,
		  int64_t line)
{
	struct tw_csv_row row;

	if (read_head(b, text))
		fail_msg("%s: %s", b->err.field, b->err.message);
	assert_int_equal(tw__csv_next(b->csv, &row, NULL), TW_OK);
	assert_true(tw__str_eq(row.fields[0], first));
	assert_true(row.line == line);
}

static void refuses(struct bench *b, const char *text, const char *field,
		    const char *reason)
{
	assert_int_equal(read_head(b, text), TW_EPARSE);
	assert_string_equal(b->err.field, field);
	if (!strstr(b->err.message, reason))
		fail_msg("%s", b->err.message);
	assert_null(b->csv);
}

static void titles_are_passed(void **state)
{
	struct bench *b = *state;
	char text[1024] = "";

	finds(b, "prefix,rate\n7,1\n", "7", 2);
	finds(b, "Price list, of carrier, and more, commas\n\n\n"
	      "\"valid for\nyears\"\nКод;Цена;Направление\n7;1,5;x\n",
	      "7", 7);
	assert_int_equal(b->reading.delimiter, ';');
	assert_true(b->reading.present[COL_DESTINATION]);
	assert_string_equal(b->reading.names[COL_RATE], "Цена");
	assert_string_equal(b->reading.names[COL_STATUS], "status");
	for (int i = 0; i < 29; i++)
		strcat(text, "title\n");
	strcat(text, "code\trate\n7\t1\n");
	finds(b, text, "7", 31);
	memmove(text + 6, text, strlen(text) + 1);
	refuses(b, text, "prefix", "no header");
}

static void headers_that_are_none(void **state)
{
	struct bench *b = *state;

	refuses(b, "", "prefix", "empty");
	refuses(b, "title\nprefix,peak\n", "rate", "\"peak\"");
	assert_true(b->err.line == 2);
	refuses(b, "prefix,rate,peak\n", "peak", "rename");
	refuses(b, "prefix,code,rate\n", "code", "twice");
	refuses(b, "prefix,rate,increments,first_inc\n", "increments",
		"one way");
	refuses(b, "prefix,rate,country code\n", "country code", "one way");
	refuses(b, "area_code,rate\n", "area_code", "country");
}

static void the_line_may_be_told(void **state)
{
	struct bench *b = *state;

	set(b, "header", "3");
	finds(b, "prefix,rate\nx\ncode;price\n7;1\n", "7", 4);
	assert_int_equal(b->reading.delimiter, ';');
	refuses(b, "prefix,rate\n7,1\n", "prefix", "no such line");
	set(b, "header", "auto");
	set(b, "skip", "1");
	finds(b, "prefix,rate\nprefix;rate\n7;1\n", "7", 3);
}

static void columns_by_place(void **state)
{
	struct bench *b = *state;

	set(b, "columns", "-,prefix,rate");
	finds(b, "a,7,1\nb,8,1\n", "a", 1);
	assert_int_equal(b->head.fields, 3);
	assert_string_equal(b->reading.names[COL_PREFIX], "2");
	set(b, "skip", "2");
	finds(b, "title\r\nmore\r\na;7;1\r\n", "a", 3);
	assert_int_equal(b->reading.delimiter, ';');
	finds(b, "title\rmore\ra,7,1\r", "a", 3);
	set(b, "header", "3");
	finds(b, "t\nu\nany,names,here\na,7,1\n", "a", 4);
	set(b, "columns", "prefix,prefix,rate");
	refuses(b, "7,8,1\n", "columns", "twice");
	set(b, "columns", "prefix,destination");
	refuses(b, "7,8\n", "rate", "mapping");
}

static void no_header_needs_places(void **state)
{
	struct bench *b = *state;

	set(b, "header", "0");
	refuses(b, "7,1\n", "columns", "by place");
}

static void names_may_be_told(void **state)
{
	struct bench *b = *state;

	set(b, "columns", "Tarif=rate,Zone=-");
	set(b, "column.Код, DEF", "prefix");
	finds(b, "Список\n\"КОД, def\",tarif,ZONE\n7,1,x\n", "7", 3);
	assert_int_equal(b->head.of_field[2], COL_COMMENT);
	/* a name that is known may mean something else */
	set(b, "column.rate", "-");
	finds(b, "prefix,rate,tarif\n7,1,2\n", "7", 2);
	assert_int_equal(b->head.of_field[1], COL_COMMENT);
	assert_int_equal(b->head.of_field[2], COL_RATE);
}

static void countries(void **state)
{
	struct bench *b = *state;

	finds(b, "country code,area code,rate\n7,495,1\n", "7", 2);
	set(b, "country", "7");
	finds(b, "area_code,rate\n495,1\n", "495", 2);
	refuses(b, "country code,area code,rate\n7,495,1\n",
		"country code", "keep one");
}

static void a_currency_is_no_title(void **state)
{
	struct bench *b = *state;

	b->reading = (struct sheet_reading){ .map = b->map };
	assert_int_equal(tw__sheet_head(&b->csv, &b->head, &b->reading,
		TW_STR("All prices in RUB\nprefix,rate\n7,1\n"), &b->err),
		TW_EPARSE);
	assert_string_equal(b->err.field, "currency");
	assert_non_null(strstr(b->err.message, "--currency"));
	set(b, "default.currency", "RUB");
	b->reading = (struct sheet_reading){ .map = b->map };
	assert_int_equal(tw__sheet_head(&b->csv, &b->head, &b->reading,
		TW_STR("prefix,rate\n7,1\n"), &b->err), TW_OK);
	assert_true(b->reading.present[COL_CURRENCY]);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(titles_are_passed), TEST(headers_that_are_none),
		TEST(the_line_may_be_told), TEST(columns_by_place),
		TEST(no_header_needs_places), TEST(names_may_be_told),
		TEST(countries), TEST(a_currency_is_no_title),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
