/* Words of a regulator's file and the names in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "formats/numbering_file.h"

static void reads(const char *text, const char *city, const char *region)
{
	struct tw__region out;

	assert_true(tw__region_read(&out, tw__str_of(text)));
	assert_string_equal(out.city, city);
	assert_string_equal(out.region, region);
}

static void test_cities(void **state)
{
	(void)state;
	reads("г. Казань|Республика Татарстан", "Казань",
	      "Республика Татарстан");
	reads("г. Улан-Удэ|г.о. город Улан-Удэ|Республика Бурятия",
	      "Улан-Удэ", "Республика Бурятия");
	reads("  г.  Улан - Удэ | Республика  Бурятия ", "Улан-Удэ",
	      "Республика Бурятия");
	reads("г.о. Самара|Самарская область", "Самара",
	      "Самарская область");
	reads("г.о. город-курорт Анапа|Краснодарский край", "Анапа",
	      "Краснодарский край");
	reads("город-герой Волгоград|Волгоградская обл.", "Волгоград",
	      "Волгоградская область");
	reads("г. Семилуки|г.п. город Семилуки|м.р-н Семилукский|"
	      "Воронежская область", "Семилуки", "Воронежская область");
	/* the same name twice in one region */
	reads("п. Октябрьский|р-н Красный|Тестовая обл.",
	      "Октябрьский, р-н Красный", "Тестовая область");
	reads("пгт Васильево|Республика Татарстан", "Васильево",
	      "Республика Татарстан");
}

static void test_federal_cities(void **state)
{
	(void)state;
	reads("г. Москва", "Москва", "Москва");
	reads("Город Москва", "Москва", "Москва");
	reads("г. Москва (Троицкий)", "Москва", "Москва");
	reads("п. Внуковское|г. Москва", "Москва", "Москва");
	reads("г. Санкт-Петербург", "Санкт-Петербург", "Санкт-Петербург");
	reads("Город Севастополь", "Севастополь", "Севастополь");
	reads("г. Байконур", "Байконур", "Байконур");
}

static void test_regions_without_a_city(void **state)
{
	(void)state;
	reads("Республика Татарстан", "", "Республика Татарстан");
	reads("Республика Татарстан (Татарстан)", "",
	      "Республика Татарстан");
	reads("Ростовская обл.", "", "Ростовская область");
	reads("Ханты-Мансийский автономный округ - Югра", "",
	      "Ханты-Мансийский автономный округ - Югра");
	reads("р-н Лаишевский|Республика Татарстан", "",
	      "Республика Татарстан");
	reads("Междуреченский м.р-н|Вологодская обл.", "",
	      "Вологодская область");
	reads("г. Арск, г. Агрыз|Республика Татарстан", "",
	      "Республика Татарстан");
	reads("г. Арск и г. Агрыз|Республика Татарстан", "",
	      "Республика Татарстан");
}

static void test_several_regions(void **state)
{
	(void)state;
	reads("г. Москва и Московская область", "",
	      "Москва и Московская область");
	reads("Архангельская обл. и Ненецкий АО", "",
	      "Архангельская область и Ненецкий автономный округ");
	reads("Республика Крым и г. Севастополь", "",
	      "Республика Крым и Севастополь");
	reads("Тульская обл., Рязанская обл.", "",
	      "Тульская область, Рязанская область");
}

static void test_what_is_not_known(void **state)
{
	(void)state;
	reads("", "", "");
	reads("-", "", "");
	reads(" | - | ", "", "");
	reads("Российская Федерация", "", "");
	reads("Российская Федерация, за исключением Чеченской Республики",
	      "", "");
	reads("Сибирский федеральный округ, Дальневосточный федеральный "
	      "округ", "", "");
	reads("м.р-н Никольский", "", "");
	reads("Междуреченский м.р-н", "", "");
	reads("г. Казань", "Казань", "");
}

static void test_names_that_do_not_fit(void **state)
{
	char text[2048], city[128];
	struct tw__region out;

	(void)state;
	memset(text, 'r', sizeof(text));
	for (size_t l = 120; l < 135; l++) {
		assert_int_equal(tw__region_read(&out, tw__str(text, l)),
				 l < 128);
		assert_int_equal(strlen(out.region), l < 128 ? l : 0);
	}
	assert_false(tw__region_read(&out, tw__str(text, sizeof(text))));
	assert_string_equal(out.region, "");
	memcpy(text, "г. ", strlen("г. "));
	strcpy(text + 300, "|R");
	assert_false(tw__region_read(&out, tw__str_of(text)));
	assert_string_equal(out.city, "");
	assert_string_equal(out.region, "R");
	assert_false(tw__city_read(city, tw__str(text, 300)));
	assert_string_equal(city, "");
}

static void test_a_city_alone(void **state)
{
	char city[128];

	(void)state;
	assert_true(tw__city_read(city, TW_STR("г. Казань")));
	assert_string_equal(city, "Казань");
	assert_true(tw__city_read(city, TW_STR(" Town of  York (UK) ")));
	assert_string_equal(city, "Town of York");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cities),
		cmocka_unit_test(test_federal_cities),
		cmocka_unit_test(test_regions_without_a_city),
		cmocka_unit_test(test_several_regions),
		cmocka_unit_test(test_what_is_not_known),
		cmocka_unit_test(test_names_that_do_not_fit),
		cmocka_unit_test(test_a_city_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
