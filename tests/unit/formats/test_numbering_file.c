/* Files of numbering ranges: what each row means, or what is wrong with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../faults.h"
#include "formats/numbering_file.h"

#define HEAD "АВС/ DEF;От;До;Емкость;Оператор;Регион\n"
#define HEAD_GAR "АВС/ DEF;От;До;Емкость;Оператор;Регион;Территория ГАР;ИНН\n"
#define PLAIN "code,from,to,operator,region,city\n"
#define KAZAN "г. Казань|Республика Татарстан"

static struct tw__numbering_file *file;

static void open_text(const char *text)
{
	tw_error err = TW_ERROR_INIT;

	if (tw__numbering_file_open(&file, tw__str_of(text), &err))
		fail_msg("%s", err.message);
}

static void row_is(uint64_t from, uint64_t to, const char *city,
		   const char *region)
{
	struct tw__number_row row;
	tw_error err = TW_ERROR_INIT;

	if (tw__numbering_file_next(&row, file, &err))
		fail_msg("%s", err.message);
	assert_int_equal(row.from, from);
	assert_int_equal(row.to, to);
	assert_true(tw__str_eq(row.place.city, city));
	assert_true(tw__str_eq(row.place.region, region));
}

static void close_file(void)
{
	struct tw__number_row row;

	assert_int_equal(tw__numbering_file_next(&row, file, NULL),
			 TW_ITER_END);
	tw__numbering_file_free(file);
	file = NULL;
}

static void test_the_regulators_form(void **state)
{
	(void)state;
	open_text(HEAD
		"495;1000000;1999999;1000000;ПАО \"Телефон\";г. Москва\n"
		"843\t;\t2000000\t;\t2099999\t;\t100000\t;\tОАО\t;\t" KAZAN
		"\n"
		"900;0;61999;62000;ООО;Ростовская обл.\n"
		"900;0062000;0062999;1000;ООО;-\n");
	row_is(74951000000, 74951999999, "Москва", "Москва");
	row_is(78432000000, 78432099999, "Казань", "Республика Татарстан");
	row_is(79000000000, 79000061999, "", "Ростовская область");
	row_is(79000062000, 79000062999, "", "");
	close_file();
}

static void test_the_newer_form(void **state)
{
	(void)state;
	open_text("\xef\xbb\xbf" HEAD_GAR
		"301;2110000;2129999;20000;О;-;г. Улан-Удэ|г.о. город "
		"Улан-Удэ|Республика Бурятия;7700000000\r\n"
		"817;5421000;5422999;2000;О;р-н Никольский|Вологодская обл.;"
		"м.р-н Никольский;7700000000\r\n"
		"817;5423000;5423999;1000;О;р-н Никольский|Вологодская обл.;"
		"м.р-н Никольский;7700000000\r\n"
		"800;1000000;1000999;1000;О;Российская Федерация;Российская "
		"Федерация;7700000000\r\n");
	row_is(73012110000, 73012129999, "Улан-Удэ", "Республика Бурятия");
	row_is(78175421000, 78175422999, "", "Вологодская область");
	row_is(78175423000, 78175423999, "", "Вологодская область");
	row_is(78001000000, 78001000999, "", "");
	close_file();
}

static void test_the_plain_form(void **state)
{
	(void)state;
	open_text(PLAIN
		"7843,2000000,2099999,Operator,Республика Татарстан,г. "
		"Казань\n"
		"4930,1000000,1999999,\"A, B\",Berlin,Berlin\n"
		"1,2000000000,9999999999,,,\n");
	row_is(78432000000, 78432099999, "Казань", "Республика Татарстан");
	row_is(49301000000, 49301999999, "Berlin", "Berlin");
	row_is(12000000000, 19999999999, "", "");
	close_file();
	open_text("Код;от;до;регион\n7843;2000000;2000009;" KAZAN "\n");
	assert_string_equal(tw__numbering_file_from(file), "от");
	row_is(78432000000, 78432000009, "Казань", "Республика Татарстан");
	close_file();
}

struct refused {
	const char *text, *field, *words;
};

static void check_rows(const struct refused *all, size_t count,
		       const char *head)
{
	for (size_t i = 0; i < count; i++) {
		struct tw__number_row row;
		tw_error err = TW_ERROR_INIT;
		char text[1024];

		snprintf(text, sizeof(text), "%s%s\n", head, all[i].text);
		open_text(text);
		if (tw__numbering_file_next(&row, file, &err) != TW_EPARSE)
			fail_msg("was read: %s", all[i].text);
		assert_int_equal(err.line, 2);
		assert_string_equal(err.field, all[i].field);
		if (!strstr(err.message, all[i].words))
			fail_msg("%s: %s", all[i].text, err.message);
		assert_true(tw__utf8_is_valid(err.message,
					      strlen(err.message)));
		close_file();
	}
}

static void test_rows_of_the_regulator_that_are_refused(void **state)
{
	static const struct refused all[] = {
		{ "495;1999999;1000000;1000000;О;Р", "До", "swap" },
		{ "495;1000000;1999999;999999;О;Р", "Емкость",
		  "not the 1000000 numbers" },
		{ "495;1000000;1999999;;О;Р", "Емкость", "is empty" },
		{ "8495;1000000;1999999;1000000;О;Р", "АВС/ DEF",
		  "three digits" },
		{ "84951000;1000000;1999999;1000000;О;Р", "АВС/ DEF",
		  "three digits" },
		{ "49;1000000;1999999;1000000;О;Р", "АВС/ DEF",
		  "three digits" },
		{ "095;1000000;1999999;1000000;О;Р", "АВС/ DEF",
		  "three digits" },
		{ "+495;1000000;1999999;1000000;О;Р", "АВС/ DEF",
		  "without blanks" },
		{ "4,95E+02;1000000;1999999;1000000;О;Р", "АВС/ DEF",
		  "spreadsheet" },
		{ "495;1E+06;1999999;1000000;О;Р", "От", "spreadsheet" },
		{ "495;1 000 000;1999999;1000000;О;Р", "От",
		  "without blanks" },
		{ "495;1000000;1999999,0;1000000;О;Р", "До",
		  "without blanks" },
		{ "495;1000000;1.999.999;1000000;О;Р", "До",
		  "without blanks" },
		{ "495;4951000000;1999999;1000000;О;Р", "От",
		  "without the code" },
		{ "495;1000000;4951999999;1000000;О;Р", "До",
		  "without the code" },
		{ "495;-1;1999999;1000000;О;Р", "От", "without blanks" },
		{ "495;;1999999;1000000;О;Р", "От", "is empty" },
		{ ";1000000;1999999;1000000;О;Р", "АВС/ DEF", "is empty" },
		{ "495;1000000;1999999;1000000;О", "6", "fewer cells" },
		{ "495;1000000;1999999;1000000;О;Р;;x", "8",
		  "header names none" },
		{ "495;1000000;1999999;1000000;О\x01;Р", "Оператор",
		  "control" },
		{ "495;1000000;1999999;1000000;\"О\nО\";Р", "Оператор",
		  "line break" },
		{ "495;99999999999999999999;1999999;1;О;Р", "От",
		  "15 digits" },
		{ "495,1000000,1999999,1000000,О,Р", "2", "fewer cells" },
		{ "٤٩٥;1000000;1999999;1000000;О;Р", "АВС/ DEF",
		  "1 to 15 digits" },
	};

	(void)state;
	check_rows(all, TW_ARRAY_COUNT(all), HEAD);
}

static void test_plain_rows_that_are_refused(void **state)
{
	static const struct refused all[] = {
		{ "7843,0,99999,O,R,C", "to", "eaten zeros" },
		{ "7843,20000,29999,O,R,C", "from", "11 digits" },
		{ "0843,2000000,2099999,O,R,C", "code", "begins with 0" },
		{ "7843,2000000000000,2000000000001,O,R,C", "from",
		  "more than 15" },
		{ "7843,2099999,2000000,O,R,C", "to", "swap" },
	};
	char text[400] = PLAIN "7843,2000000,2000009,O,";
	struct tw__number_row row;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	check_rows(all, TW_ARRAY_COUNT(all), PLAIN);
	memset(text + strlen(text), 'r', 130);
	strcat(text, ",C\n");
	open_text(text);
	assert_int_equal(tw__numbering_file_next(&row, file, &err),
			 TW_EPARSE);
	assert_non_null(strstr(err.message, "127 bytes"));
	close_file();
}

static void test_headers_that_are_refused(void **state)
{
	static const struct refused all[] = {
		{ "", "code", "is empty" },
		{ "495;1;2\n", "495", "no column" },
		{ "code,from,to\n", "region", "no column region" },
		{ "code,from,to,region,peak\n", "peak", "no column" },
		{ "code,from,from,region\n", "from", "twice" },
		{ "АВС/ DEF;От;До;Оператор;Регион\n", "Емкость",
		  "no column" },
		{ "\"code\n", "code", "header" },
		{ "<html><body>404</body>\n", "<html><body>404</body>",
		  "no column" },
		{ "\xd0\x90\xd1\x91\xd0\xa1\xe2\x80\x99;1\n",
		  "\xd0\x90\xd1\x91\xd0\xa1\xe2\x80\x99", "cp1251" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		tw_error err = TW_ERROR_INIT;

		assert_int_equal(tw__numbering_file_open(&file,
			tw__str_of(all[i].text), &err), TW_EPARSE);
		assert_string_equal(err.field, all[i].field);
		if (!strstr(err.message, all[i].words))
			fail_msg("%s: %s", all[i].text, err.message);
	}
}

static void test_every_allocation_may_fail(void **state)
{
	bool more = true;

	(void)state;
	for (int64_t n = 0; more; n++) {
		struct tw__number_row row;
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		file = NULL;
		status = tw__numbering_file_open(&file, TW_STR(HEAD
			"495;1;9;9;\"a\"\"b\";R\n"), NULL);
		if (!status)
			status = tw__numbering_file_next(&row, file, NULL);
		tw__numbering_file_free(file);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(faults.held, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_regulators_form),
		cmocka_unit_test(test_the_newer_form),
		cmocka_unit_test(test_the_plain_form),
		cmocka_unit_test(test_rows_of_the_regulator_that_are_refused),
		cmocka_unit_test(test_plain_rows_that_are_refused),
		cmocka_unit_test(test_headers_that_are_refused),
		cmocka_unit_test(test_every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
