/* Price sheets as carriers and spreadsheets write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/base.h"
#include "formats/sheet.h"
#include <trunkwise/tariff.h>

#define HEADER "prefix,destination,rate,currency,effective_from," \
	"effective_to,first_inc,next_inc,connect_fee\n"

/* 2026-01-01T00:00:00+03:00 */
#define MOSCOW_2026 (1767214800 * TW_SECOND)
#define DAY         (86400 * TW_SECOND)

static tw_sheet *read_with(const char *text, size_t size,
			   const tw_sheet_options *options)
{
	tw_error err = TW_ERROR_INIT;
	tw_sheet *sheet = NULL;

	if (tw_sheet_read(&sheet, text, size, options, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(tw_sheet_rows_read(sheet),
			 tw_sheet_rows_good(sheet) +
			 tw_sheet_rows_rejected(sheet));
	return sheet;
}

static tw_sheet *read_moscow(const char *text)
{
	tw_sheet_options options = TW_SHEET_OPTIONS_INIT;

	options.zone = "Europe/Moscow";
	return read_with(text, strlen(text), &options);
}

static tw_rate rate_at(const tw_sheet *sheet, uint64_t index)
{
	tw_rate rate = TW_RATE_INIT;

	assert_int_equal(tw_sheet_rate(&rate, sheet, index, NULL), TW_OK);
	return rate;
}

static tw_reject reject_at(const tw_sheet *sheet, uint64_t index)
{
	tw_reject reject = TW_REJECT_INIT;

	assert_int_equal(tw_sheet_reject(&reject, sheet, index, NULL), TW_OK);
	return reject;
}

static void test_native(void **state)
{
	tw_sheet *sheet = read_moscow(HEADER
		"7495,Москва,1.50,RUB,2026-01-01,2026-07-01,60,1,0.10\n"
		"+7843,\"Kazan, city\",0,RUB,2026-01-01,,1,1,\n");
	tw_reject reject = TW_REJECT_INIT;
	tw_rate rate = rate_at(sheet, 0);

	(void)state;
	assert_int_equal(tw_sheet_rows_read(sheet), 2);
	assert_int_equal(tw_sheet_rows_good(sheet), 2);
	assert_string_equal(tw_sheet_currency(sheet), "RUB");
	assert_string_equal(rate.prefix, "7495");
	assert_string_equal(rate.destination, "Москва");
	assert_int_equal(rate.price_nanos, 1500000000);
	assert_int_equal(rate.connect_fee_nanos, 100000000);
	assert_int_equal(rate.first_inc_s, 60);
	assert_int_equal(rate.next_inc_s, 1);
	assert_true(rate.from == MOSCOW_2026);
	assert_true(rate.to == MOSCOW_2026 + 181 * DAY);
	assert_int_equal(rate.line, 2);
	assert_int_equal(rate.status, TW_RATE_PRICED);
	assert_int_equal(rate.direction, TW_DIRECTION_ANY);

	rate = rate_at(sheet, 1);
	assert_string_equal(rate.prefix, "7843");
	assert_string_equal(rate.destination, "Kazan, city");
	assert_int_equal(rate.price_nanos, 0);
	assert_int_equal(rate.connect_fee_nanos, 0);
	assert_true(rate.to == TW_TIME_MAX);
	assert_int_equal(tw_sheet_rate(&rate, sheet, 2, NULL), TW_ITER_END);
	assert_int_equal(tw_sheet_reject(&reject, sheet, 0, NULL),
			 TW_ITER_END);
	tw_sheet_free(sheet);
}

static void test_aliases(void **state)
{
	tw_sheet *sheet = read_moscow(
		"Dial Code;Price/Min;Currency;Increments;Effective Date;"
		"Comment;Status;Caller-Prefix;DIRECTION;\n"
		"7495;1,50;RUB; 60 / 1 ;2026-01-01;any text;;;;\n"
		"7800;0,5;RUB;1/1;;;;+7916;inbound;\n"
		"7940;;RUB;;;;Blocked;;Outbound;\n"
		"7941;;RUB;;;;ended;;;\n");
	tw_rate rate = rate_at(sheet, 0);

	(void)state;
	assert_int_equal(tw_sheet_rows_good(sheet), 4);
	assert_int_equal(rate.price_nanos, 1500000000);
	assert_int_equal(rate.first_inc_s, 60);
	assert_int_equal(rate.next_inc_s, 1);
	assert_true(rate.from == MOSCOW_2026);
	rate = rate_at(sheet, 1);
	assert_string_equal(rate.caller_prefix, "7916");
	assert_int_equal(rate.direction, TW_DIRECTION_INBOUND);
	rate = rate_at(sheet, 2);
	assert_int_equal(rate.status, TW_RATE_BLOCKED);
	assert_int_equal(rate.direction, TW_DIRECTION_OUTBOUND);
	assert_int_equal(rate.first_inc_s, 60);
	rate = rate_at(sheet, 3);
	assert_int_equal(rate.status, TW_RATE_ENDED);
	tw_sheet_free(sheet);
}

/* One row under the native header, plus the optional columns. */
static void check_reject(const char *row, const char *column,
			 const char *reason)
{
	char text[2048];
	tw_sheet *sheet;
	tw_reject reject;

	snprintf(text, sizeof(text),
		 "prefix,destination,rate,currency,effective_from,"
		 "effective_to,first_inc,next_inc,connect_fee,direction,"
		 "caller_prefix,status,band\n%s\n", row);
	sheet = read_moscow(text);
	assert_int_equal(tw_sheet_rows_good(sheet), 0);
	assert_int_equal(tw_sheet_rows_rejected(sheet), 1);
	reject = reject_at(sheet, 0);
	assert_int_equal(reject.line, 2);
	assert_string_equal(reject.column, column);
	if (!strstr(reject.reason, reason))
		fail_msg("\"%s\" lacks \"%s\"", reject.reason, reason);
	tw_sheet_free(sheet);
}

static void test_bad_prefix(void **state)
{
	(void)state;
	check_reject(",x,1,RUB,,,,,,,,,", "prefix", "missing");
	check_reject("7.495E+10,x,1,RUB,,,,,,,,,", "prefix",
		     "spreadsheet");
	check_reject("\"7,495E+10\",x,1,RUB,,,,,,,,,", "prefix",
		     "spreadsheet");
	check_reject("7495.5,x,1,RUB,,,,,,,,,", "prefix", "as text");
	check_reject("7495-749,x,1,RUB,,,,,,,,,", "prefix", "no range");
	check_reject("1234567890123456,x,1,RUB,,,,,,,,,", "prefix",
		     "15 digits");
	check_reject("74 95,x,1,RUB,,,,,,,,,", "prefix",
		     "one code or several");
	check_reject("+,x,1,RUB,,,,,,,,,", "prefix", "1 to 15 digits");
	check_reject("++7,x,1,RUB,,,,,,,,,", "prefix", "1 to 15 digits");
	check_reject("Москва,x,1,RUB,,,,,,,,,", "prefix", "Москва");
	check_reject("7495,x,1,RUB,,,,,,,7x,,", "caller_prefix",
		     "1 to 15 digits");
}

static void test_bad_money(void **state)
{
	(void)state;
	check_reject("7495,x,,RUB,,,,,,,,,", "rate", "write 0 if");
	check_reject("7495,x,-1,RUB,,,,,,,,,", "rate", "negative");
	check_reject("7495,x,1.2E-3,RUB,,,,,,,,,", "rate", "spreadsheet");
	check_reject("7495,x,\"1,50\",RUB,,,,,,,,,", "rate", "write 1.50");
	check_reject("7495,x,1 000.5,RUB,,,,,,,,,", "rate", "thousands");
	check_reject("7495,x,1\xc2\xa0" "000.5,RUB,,,,,,,,,", "rate",
		     "thousands");
	check_reject("7495,x,0.1234567890,RUB,,,,,,,,,", "rate",
		     "nine decimals");
	check_reject("7495,x,9223372036.854775808,RUB,,,,,,,,,", "rate",
		     "9223372036.854775807");
	check_reject("7495,x,1.5 руб.,RUB,,,,,,,,,", "rate", "руб");
	check_reject("7495,x,+1,RUB,,,,,,,,,", "rate", "no amount");
	check_reject("7495,x,.5,RUB,,,,,,,,,", "rate", "no amount");
	check_reject("7495,x,nan,RUB,,,,,,,,,", "rate", "no amount");
	check_reject("7495,x,1,RUB,,,,,-0.1,,,,", "connect_fee", "negative");
	check_reject("7495,x,1,,,,,,,,,,", "currency", "missing");
	check_reject("7495,x,1,rub,,,,,,,,,", "currency", "RUB");
	check_reject("7495,x,1,RUBL,,,,,,,,,", "currency", "RUB");
}

static void test_bad_rest(void **state)
{
	char text[300] = "7495,";

	(void)state;
	check_reject("7495,x,1,RUB,01.02.2026,,,,,,,,", "effective_from",
		     "dates = dmy or mdy");
	check_reject("7495,x,1,RUB,46300,,,,,,,,", "effective_from",
		     "dates = excel");
	check_reject("7495,x,1,RUB,2026-02-30,,,,,,,,", "effective_from",
		     "2026-10-05");
	check_reject("7495,x,1,RUB,,x,,,,,,,", "effective_to", "no date");
	check_reject("7495,x,1,RUB,2026-02-01,2026-02-01,,,,,,,",
		     "effective_to", "first day");
	check_reject("7495,x,1,RUB,,,0,,,,,,", "first_inc", "1 to 3600");
	check_reject("7495,x,1,RUB,,,60,3601,,,,,", "next_inc", "1 to 3600");
	check_reject("7495,x,1,RUB,,,1.5,,,,,,", "first_inc", "1 to 3600");
	check_reject("7495,x,1,RUB,,,-1,,,,,,", "first_inc", "1 to 3600");
	check_reject("7495,x,1,RUB,,,,,,both,,,", "direction", "inbound");
	check_reject("7495,x,1,RUB,,,,,,internal,,,", "direction",
		     "cost nothing");
	check_reject("7495,x,1,RUB,,,,,,,,closed,", "status", "blocked");
	check_reject("7495,\"a\nb\",1,RUB,,,,,,,,,", "destination",
		     "one line");
	memset(text + 5, 'd', 96);
	strcpy(text + 101, ",1,RUB,,,,,,,,,");
	check_reject(text, "destination", "95 bytes");
}

static void test_bad_shape(void **state)
{
	tw_sheet *sheet = read_moscow(HEADER
		"7495,Moscow,1.50,RUB\n"
		"7496,Moscow,1,50,RUB,2026-01-01,,60,1,0\n"
		"7497,Moscow,1.50,RUB,2026-01-01,,60,1,0,,,\n");
	tw_reject reject = reject_at(sheet, 0);

	(void)state;
	assert_int_equal(tw_sheet_rows_good(sheet), 1);
	assert_int_equal(tw_sheet_rows_rejected(sheet), 2);
	assert_int_equal(reject.line, 2);
	assert_string_equal(reject.column, "5");
	assert_non_null(strstr(reject.reason, "fewer cells"));
	reject = reject_at(sheet, 1);
	assert_int_equal(reject.line, 3);
	assert_string_equal(reject.column, "10");
	assert_non_null(strstr(reject.reason, "decimal comma"));
	tw_sheet_free(sheet);
}

static void test_wrong_currency(void **state)
{
	static const char text[] = HEADER
		"7495,a,1,USD,,,,,\n7496,b,1,RUB,,,,,\n";
	tw_sheet_options options = TW_SHEET_OPTIONS_INIT;
	tw_sheet *sheet = read_with(text, strlen(text), NULL);

	(void)state;
	assert_string_equal(tw_sheet_currency(sheet), "USD");
	assert_int_equal(reject_at(sheet, 0).line, 3);
	tw_sheet_free(sheet);

	options.currency = "RUB";
	sheet = read_with(text, strlen(text), &options);
	assert_string_equal(tw_sheet_currency(sheet), "RUB");
	assert_int_equal(tw_sheet_rows_good(sheet), 1);
	assert_int_equal(reject_at(sheet, 0).line, 2);
	assert_string_equal(reject_at(sheet, 0).column, "currency");
	tw_sheet_free(sheet);
}

/* A row that is bad elsewhere must not name the sheet's currency. */
static void test_bad_row_sets_no_currency(void **state)
{
	tw_sheet *sheet = read_moscow(HEADER
		"7495,a,x,USD,,,,,\n7496,b,1,RUB,,,,,\n");

	(void)state;
	assert_string_equal(tw_sheet_currency(sheet), "RUB");
	assert_int_equal(tw_sheet_rows_good(sheet), 1);
	tw_sheet_free(sheet);
}

static void test_overlaps(void **state)
{
	tw_sheet *sheet = read_moscow(HEADER
		"7495,a,1,RUB,2026-01-01,2026-02-01,,,\n"
		"7843,k,1,RUB,,,,,\n"
		"7495,a,2,RUB,2026-02-01,,,,\n"
		"7495,a,3,RUB,2026-03-01,2026-04-01,,,\n"
		"+7843,k,1,RUB,,,,,\n"
		"7495,a,4,RUB,2025-01-01,2026-01-02,,,\n");
	tw_reject reject = reject_at(sheet, 0);

	(void)state;
	assert_int_equal(tw_sheet_rows_read(sheet), 6);
	assert_int_equal(tw_sheet_rows_good(sheet), 4);
	assert_int_equal(reject.line, 6);
	assert_string_equal(reject.column, "prefix");
	assert_non_null(strstr(reject.reason, "lines 3 and 6"));
	reject = reject_at(sheet, 1);
	assert_int_equal(reject.line, 7);
	assert_non_null(strstr(reject.reason, "lines 2 and 7"));
	for (uint64_t i = 0; i < 4; i++)
		assert_int_equal(rate_at(sheet, i).line, i + 2);
	/* ended by the row that follows, and only where it was open */
	assert_true(rate_at(sheet, 2).to == rate_at(sheet, 3).from);
	assert_true(rate_at(sheet, 1).to == TW_TIME_MAX);
	tw_sheet_free(sheet);
}

/* The row that stays is still there for the next one: line 2 lasts longer
 * than line 3, which it beats, and so beats line 4 too. */
static void test_overlap_with_kept(void **state)
{
	tw_sheet *sheet = read_moscow(HEADER
		"7495,a,1,RUB,2026-01-01,2026-06-01,,,\n"
		"7495,a,2,RUB,2026-02-01,2026-03-01,,,\n"
		"7495,a,3,RUB,2026-04-01,,,,\n");

	(void)state;
	assert_int_equal(tw_sheet_rows_good(sheet), 1);
	assert_int_equal(rate_at(sheet, 0).line, 2);
	assert_non_null(strstr(reject_at(sheet, 1).reason, "lines 2 and 4"));
	tw_sheet_free(sheet);
}

/* Conflicts are found between codes, not between spellings; a row with one
 * is rejected as a whole and counted once. */
static void test_rows_of_many_codes(void **state)
{
	tw_sheet *sheet = read_moscow("prefix;rate;currency\n"
		"7495-7499;1,5;RUB\n"
		"\"7812;7843\";2;RUB\n"
		"8800XXXXXXX;0;RUB\n"
		"7843,7496;3;RUB\n"
		"7000, 7000;3;RUB\n");

	(void)state;
	assert_int_equal(tw_sheet_rows_read(sheet), 5);
	assert_int_equal(tw_sheet_rows_good(sheet), 3);
	assert_int_equal(tw_sheet_rates(sheet), 8);
	assert_string_equal(rate_at(sheet, 0).prefix, "7495");
	assert_string_equal(rate_at(sheet, 4).prefix, "7499");
	assert_int_equal(rate_at(sheet, 4).line, 2);
	assert_string_equal(rate_at(sheet, 6).prefix, "7843");
	assert_string_equal(rate_at(sheet, 7).prefix, "8800");
	assert_int_equal(reject_at(sheet, 0).line, 5);
	assert_non_null(strstr(reject_at(sheet, 0).reason, "lines 2 and 5"));
	assert_non_null(strstr(reject_at(sheet, 1).reason, "7000 twice"));
	tw_sheet_free(sheet);
}

/* Rows of blanks are no rows; a note behind the table is one, unless the
 * mapping says that the table ends there. */
static void test_blank_rows_and_notes(void **state)
{
	static const char text[] = "Price list of 2026\n\nprefix,rate\n"
		"7495,1\n,,\n , \n7496,2\n\nTotal: 2 rows,\n";
	tw_sheet_options options = TW_SHEET_OPTIONS_INIT;
	tw_sheet_map *map;
	tw_sheet *sheet;

	(void)state;
	options.currency = "RUB";
	sheet = read_with(text, strlen(text), &options);
	assert_int_equal(tw_sheet_rows_read(sheet), 3);
	assert_int_equal(tw_sheet_rows_good(sheet), 2);
	assert_int_equal(rate_at(sheet, 0).line, 4);
	assert_int_equal(reject_at(sheet, 0).line, 9);
	tw_sheet_free(sheet);

	assert_int_equal(tw_sheet_map_new(&map, NULL), TW_OK);
	assert_int_equal(tw_sheet_map_set(map, "until_blank", "true", NULL),
			 TW_OK);
	options.map = map;
	sheet = read_with(text, strlen(text), &options);
	assert_int_equal(tw_sheet_rows_read(sheet), 1);
	tw_sheet_free(sheet);
	tw_sheet_map_free(map);
}

struct watch {
	uint64_t calls, done, stop_at;
};

static int watch(void *arg, uint64_t done, uint64_t total)
{
	struct watch *w = arg;

	assert_true(done <= total && done >= w->done);
	w->done = done;
	return ++w->calls == w->stop_at;
}

static void test_progress(void **state)
{
	tw_sheet_options options = TW_SHEET_OPTIONS_INIT;
	struct watch w = { 0, 0, 0 };
	tw_sheet *sheet = NULL;
	char *text = malloc(3500 * 16 + 32);
	size_t size = (size_t)sprintf(text, "prefix,rate,currency\n");

	(void)state;
	for (int i = 0; i < 3500; i++)
		size += (size_t)sprintf(text + size, "%d,1,RUB\n", 70000 + i);
	options.progress = watch;
	options.progress_arg = &w;
	assert_int_equal(tw_sheet_read(&sheet, text, size, &options, NULL),
			 TW_OK);
	assert_int_equal(w.calls, 4);
	assert_true(w.done == size);
	tw_sheet_free(sheet);
	sheet = NULL;
	w = (struct watch){ 0, 0, 2 };
	assert_int_equal(tw_sheet_read(&sheet, text, size, &options, NULL),
			 TW_ECANCELLED);
	assert_null(sheet);
	assert_int_equal(w.calls, 2);
	free(text);
}

/* What a sheet calls good, a deck takes. */
static void test_good_rows_make_a_deck(void **state)
{
	tw_sheet *sheet = read_moscow("prefix,rate,currency,direction,"
		"caller_prefix\n7495,1,RUB,,\n7495,2,RUB,outbound,\n"
		"7495,3,RUB,inbound,\n7495,4,RUB,inbound,7\n"
		"7495,5,RUB,any,\n");
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_rate rates[8];
	tw_deck *deck = NULL;
	size_t count = tw_sheet_rows_good(sheet);

	(void)state;
	assert_int_equal(count, 4);
	assert_int_equal(reject_at(sheet, 0).line, 6);
	strcpy(rules.currency, tw_sheet_currency(sheet));
	strcpy(rules.zone, "Europe/Moscow");
	for (size_t i = 0; i < count; i++)
		rates[i] = rate_at(sheet, i);
	assert_int_equal(tw_deck_new(&deck, &rules, rates, count, NULL),
			 TW_OK);
	tw_deck_free(deck);
	tw_sheet_free(sheet);
}

static void check_header(const char *text, const char *field,
			 const char *message)
{
	tw_error err = TW_ERROR_INIT;
	tw_sheet *sheet = NULL;

	assert_int_equal(tw_sheet_read(&sheet, text, strlen(text), NULL,
				       &err), TW_EPARSE);
	assert_null(sheet);
	assert_string_equal(err.field, field);
	if (!strstr(err.message, message))
		fail_msg("\"%s\" lacks \"%s\"", err.message, message);
}

static void test_bad_header(void **state)
{
	(void)state;
	check_header("", "prefix", "empty");
	check_header("\n\n", "prefix", "empty");
	check_header("prefix,currency\n", "rate", "no header");
	check_header("7495,Moscow,1.5\n", "prefix", "\"7495\", \"Moscow\"");
	check_header("prefix,rate\n", "currency", "currency");
	check_header("prefix,rate,currency,peak_rate\n", "peak_rate",
		     "rename");
	check_header("prefix,code,rate,currency\n", "code", "twice");
	check_header("prefix,rate,currency,increments,next_inc\n",
		     "increments", "one way");
	check_header("Код,цена за сек,currency\n", "rate", "цена за сек");
}

static void test_bad_options(void **state)
{
	static const char text[] = "prefix,rate\n7,1\n";
	tw_sheet_options options = TW_SHEET_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_sheet *sheet = NULL;

	(void)state;
#define STATUS() tw_sheet_read(&sheet, text, strlen(text), &options, &err)
	options.zone = "Europe/Nowhere";
	assert_int_equal(STATUS(), TW_ENOTFOUND);
	options.zone = NULL;
	options.first_inc_s = 0;
	assert_int_equal(STATUS(), TW_EINVAL);
	options.first_inc_s = 3601;
	assert_int_equal(STATUS(), TW_EINVAL);
	options.first_inc_s = 30;
	options.next_inc_s = 6;
	options.currency = "rub";
	assert_int_equal(STATUS(), TW_EINVAL);
	assert_null(sheet);
	options.currency = "RUB";
	assert_int_equal(STATUS(), TW_OK);
#undef STATUS
	assert_int_equal(rate_at(sheet, 0).first_inc_s, 30);
	assert_int_equal(rate_at(sheet, 0).next_inc_s, 6);
	assert_string_equal(tw_sheet_currency(sheet), "RUB");
	tw_sheet_free(sheet);
	assert_int_equal(tw_sheet_read(NULL, text, 3, NULL, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_sheet_read(&sheet, NULL, 3, NULL, NULL),
			 TW_EINVAL);
	tw_sheet_free(NULL);
}

/* Without a zone, days are those of UTC. */
static void test_zone(void **state)
{
	static const char text[] = "prefix,rate,currency,effective_from\n"
		"7,1,RUB,2026-01-01\n8,1,RUB,2026-01-01T00:00:00+03:00\n";
	tw_sheet *sheet = read_with(text, strlen(text), NULL);

	(void)state;
	assert_true(rate_at(sheet, 0).from == MOSCOW_2026 +
		    3 * 3600 * TW_SECOND);
	assert_true(rate_at(sheet, 1).from == MOSCOW_2026);
	tw_sheet_free(sheet);
}

static void test_encodings(void **state)
{
	/* "Москва" in cp1251, CRLF, a BOM elsewhere. */
	static const char cp1251[] = "prefix;destination;rate;currency\r\n"
		"7495;\xcc\xee\xf1\xea\xe2\xe0;1,5;RUB\r\n";
	static const char bom[] = "\xef\xbb\xbfprefix,rate,currency\n"
		"7495,1.5,RUB\n";
	tw_sheet *sheet = read_with(cp1251, strlen(cp1251), NULL);

	(void)state;
	assert_string_equal(rate_at(sheet, 0).destination, "Москва");
	assert_int_equal(rate_at(sheet, 0).price_nanos, 1500000000);
	tw_sheet_free(sheet);
	sheet = read_with(bom, strlen(bom), NULL);
	assert_string_equal(rate_at(sheet, 0).prefix, "7495");
	tw_sheet_free(sheet);
}

static void test_hostile_bytes(void **state)
{
	static const char nul[] = "prefix,rate,currency\n74\0" "95,1,RUB\n"
		"7496,1,RUB\n";
	tw_sheet *sheet = read_with(nul, sizeof(nul) - 1, NULL);

	(void)state;
	assert_int_equal(tw_sheet_rows_good(sheet), 1);
	assert_int_equal(reject_at(sheet, 0).line, 2);
	tw_sheet_free(sheet);
}

/* Lines are physical: those inside of quotes count. */
static void test_lines(void **state)
{
	tw_sheet *sheet = read_moscow("prefix,rate,currency,comment\n\n"
		"7495,1,RUB,\"two\nlines\"\n"
		"7496,x,RUB,\n");

	(void)state;
	assert_int_equal(rate_at(sheet, 0).line, 3);
	assert_int_equal(reject_at(sheet, 0).line, 5);
	tw_sheet_free(sheet);
}

static void *spend(size_t size, void *arg)
{
	size_t *left = arg;

	return *left && (*left)-- ? malloc(size) : NULL;
}

static void *respend(void *mem, size_t size, void *arg)
{
	size_t *left = arg;

	return *left && (*left)-- ? realloc(mem, size) : NULL;
}

static void give_back(void *mem, void *arg)
{
	(void)arg;
	free(mem);
}

static void test_no_memory(void **state)
{
	static const char text[] = "prefix,rate,currency\n7,1,RUB\n8,x,RUB\n"
		"7,2,RUB\n\"9\"\"\",1,RUB\n";
	tw_status status = TW_ENOMEM;
	tw_sheet *sheet = NULL;
	size_t left;
	tw_allocator a = { sizeof(a), spend, respend, give_back, &left };

	(void)state;
	assert_int_equal(tw_allocator_set(&a, NULL), TW_OK);
	for (size_t n = 0; status == TW_ENOMEM; n++) {
		left = n;
		status = tw_sheet_read(&sheet, text, strlen(text), NULL,
				       NULL);
		assert_true(status == TW_OK || !sheet);
		assert_true(n < 60);
	}
	assert_int_equal(status, TW_OK);
	assert_int_equal(tw_sheet_rows_rejected(sheet), 3);
	tw_sheet_free(sheet);
	assert_int_equal(tw_allocator_set(NULL, NULL), TW_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_native),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_bad_prefix),
		cmocka_unit_test(test_bad_money),
		cmocka_unit_test(test_bad_rest),
		cmocka_unit_test(test_bad_shape),
		cmocka_unit_test(test_wrong_currency),
		cmocka_unit_test(test_bad_row_sets_no_currency),
		cmocka_unit_test(test_overlaps),
		cmocka_unit_test(test_overlap_with_kept),
		cmocka_unit_test(test_rows_of_many_codes),
		cmocka_unit_test(test_blank_rows_and_notes),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_good_rows_make_a_deck),
		cmocka_unit_test(test_bad_header),
		cmocka_unit_test(test_bad_options),
		cmocka_unit_test(test_zone),
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_hostile_bytes),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
