/* The words of an arithmetic in parts, whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <trunkwise/sys/alloc.h>
#include "banded.h"

static void check(const struct banded *b, const tw_rating_request *request,
		  const char *lang, const char *words)
{
	tw_deck *deck = NULL;
	char *text = NULL;

	assert_int_equal(banded_deck(&deck, b, NULL), TW_OK);
	assert_int_equal(tw_rating_explain(&text, deck, request, lang, NULL),
			 TW_OK);
	if (strcmp(text, words))
		printf("%s", text);
	assert_string_equal(text, words);
	tw_free(text);
	tw_deck_free(deck);
}

static void test_bands(void **state)
{
	tw_rating_request request = fixture_request("74951234567",
						    70 * TW_SECOND);
	tw_document document = TW_DOCUMENT_INIT;
	struct banded b;

	(void)state;
	banded_make(&b);
	b.bands[1].percent_ppm = 500000;
	strcpy(document.name, "annex.csv");
	document.version = 3;
	b.options.documents = &document;
	b.options.document_count = 1;
	b.rules.crossing = TW_CROSSING_PER_SECOND;
	banded_add(&b, 1200000000, "", 0, 1);
	request.answer = T2026 + (20 * 3600 - 10) * TW_SECOND;
	request.bundle_left_s = 20;
	check(&b, &request, "en",
	      "Outbound call to 74951234567, answered "
	      "2026-01-01T19:59:50+00:00 "
	      "(UTC).\n"
	      "Prefix 7, line 2 of annex.csv (tariff version 3), in force "
	      "without end.\n"
	      "Duration 70 s, counted as 70 s (a begun second counts "
	      "whole).\n"
	      "Increments 1/1, 70 s are charged, 20 s of them from "
	      "bundles:\n"
	      "  seconds 0 to 10: 10 x 1 s, band \"day\": from the bundle, "
	      "for "
	      "nothing.\n"
	      "  seconds 10 to 20: 10 x 1 s, band \"night\": from the bundle, "
	      "for nothing.\n"
	      "  seconds 20 to 70: 50 x 1 s, band \"night\": 1.2 RUB a minute "
	      "x 50 % of the band x 50 s / 60 = 0.5 RUB.\n"
	      "Together 0.5 RUB.\n"
	      "Rounded once, half up, to 2 decimals. Cost 0.50 RUB without "
	      "VAT; VAT 0 % on top: 0.00 RUB.\n");
	check(&b, &request, "ru",
	      "Исходящий звонок на 74951234567, ответ "
	      "2026-01-01T19:59:50+00:00 "
	      "(UTC).\n"
	      "Префикс 7, строка 2 файла annex.csv (версия тарифа 3), "
	      "действует бессрочно.\n"
	      "Разговор 70 с, учтено 70 с (начатая секунда считается "
	      "целой).\n"
	      "Шаг тарификации 1/1, к оплате 70 с, из них 20 с по пакету:\n"
	      "  секунды 0-10: 10 x 1 с, полоса «day»: из пакета, "
	      "бесплатно.\n"
	      "  секунды 10-20: 10 x 1 с, полоса «night»: из пакета, "
	      "бесплатно.\n"
	      "  секунды 20-70: 50 x 1 с, полоса «night»: 1.2 RUB за минуту x "
	      "50 % полосы x 50 с / 60 = 0.5 RUB.\n"
	      "Вместе 0.5 RUB.\n"
	      "Округление один раз, к ближайшему, половина вверх, знаков: 2. "
	      "Стоимость 0.50 RUB без НДС; НДС 0 % сверху: 0.00 RUB.\n");
}

static void test_bounds_and_exchange(void **state)
{
	tw_rating_request request = fixture_request("74951234567",
						    12 * TW_SECOND);
	struct banded b;

	(void)state;
	banded_make(&b);
	b.options.band_count = 0;
	b.rules.minimum_s = 30;
	b.rules.minimum_charge_nanos = 2 * RUB;
	strcpy(b.rules.currency, "USD");
	strcpy(b.rules.convert_to, "RUB");
	request.exchange_nanos = 92500000000;
	banded_add(&b, 700000000, "", 0, 1)->relation =
		TW_RELATION_SAME_CITY;
	request.relation = TW_RELATION_SAME_CITY;
	check(&b, &request, "en",
	      "Outbound call to 74951234567, answered "
	      "2026-01-01T00:00:00+00:00 "
	      "(UTC).\n"
	      "Prefix 7, line 2 of the sheet, within one city, in force "
	      "without end.\n"
	      "Duration 12 s, counted as 12 s (a begun second counts "
	      "whole).\n"
	      "A call of less than 30 s counts as 30 s.\n"
	      "Increments 1/1: the first 1 s whole, then 29 x 1 s; 30 s are "
	      "charged.\n"
	      "0.7 USD a minute x 30 s / 60 = 0.35 USD.\n"
	      "Less than the minimum charge of a call: 2 USD.\n"
	      "Rounded once, half up, to 2 decimals. Cost 2.00 USD without "
	      "VAT; VAT 0 % on top: 0.00 USD.\n"
	      "Converted before rounding: 2 USD x 92.5 = 185 RUB.\n");
}

/* No rate of the day is no price, which is what is told; nothing is nothing
 * by any rate. */
static void test_no_exchange(void **state)
{
	tw_rating_request request = fixture_request("74951234567",
						    60 * TW_SECOND);
	struct banded b;

	(void)state;
	banded_make(&b);
	b.options.band_count = 0;
	strcpy(b.rules.currency, "USD");
	strcpy(b.rules.convert_to, "RUB");
	banded_add(&b, RUB, "", 0, 60);
	check(&b, &request, "en",
	      "Outbound call to 74951234567, answered "
	      "2026-01-01T00:00:00+00:00 (UTC).\n"
	      "Prefix 7, line 2 of the sheet, in force without end.\n"
	      "No rate from USD to RUB is known for that day: there is no "
	      "price, and that is not zero.\n");
	b.rates[0].price_nanos = 0;
	check(&b, &request, "en",
	      "Outbound call to 74951234567, answered "
	      "2026-01-01T00:00:00+00:00 (UTC).\n"
	      "Prefix 7, line 2 of the sheet, in force without end.\n"
	      "Duration 60 s, counted as 60 s (a begun second counts "
	      "whole).\n"
	      "Increments 60/60: the first 60 s whole; 60 s are charged.\n"
	      "0 USD a minute x 60 s / 60 = 0 USD.\n"
	      "Rounded once, half up, to 2 decimals. Cost 0.00 USD without "
	      "VAT; VAT 0 % on top: 0.00 USD.\n");
	b.rules.attempt_fee_nanos = RUB;
	request.flags = TW_RATING_UNANSWERED;
	check(&b, &request, "ru",
	      "Исходящий звонок на 74951234567, без ответа, "
	      "2026-01-01T00:00:00+00:00 (UTC).\n"
	      "Курс USD к RUB на этот день неизвестен: цены нет, и это не "
	      "ноль.\n");
}

static void test_free_and_attempt(void **state)
{
	tw_rating_request request = fixture_request("74951234567",
						    2 * TW_SECOND);
	struct banded b;

	(void)state;
	banded_make(&b);
	b.options.band_count = 0;
	b.rules.free_below_s = 3;
	banded_add(&b, RUB, "", 0, 60);
	check(&b, &request, "ru",
	      "Исходящий звонок на 74951234567, ответ "
	      "2026-01-01T00:00:00+00:00 "
	      "(UTC).\n"
	      "Префикс 7, строка 2 тарифа, действует бессрочно.\n"
	      "Разговор 2 с, учтено 2 с (начатая секунда считается целой).\n"
	      "Звонок короче 3 с бесплатен. Стоимость 0 RUB.\n");
	b.rules.attempt_fee_nanos = RUB / 20;
	request.flags = TW_RATING_UNANSWERED;
	request.duration_us = 0;
	check(&b, &request, "en",
	      "Outbound call to 74951234567, not answered, "
	      "2026-01-01T00:00:00+00:00 (UTC).\n"
	      "Fee of an attempt 0.05 RUB.\n"
	      "Rounded once, half up, to 2 decimals. Cost 0.05 RUB without "
	      "VAT; VAT 0 % on top: 0.00 RUB.\n");
}

static void test_stated(void **state)
{
	tw_rating_request request = fixture_request("74951234567",
						    2 * TW_SECOND);
	struct banded b;

	(void)state;
	banded_make(&b);
	b.options.band_count = 0;
	b.rules.vat = TW_VAT_GROSS;
	b.rules.vat_percent_nanos = 20 * TW_NANOS;
	tw_tariff_rules_set(&b.rules, "stated_by", "zadarma", NULL);
	check(&b, &request, "en",
	      "Outbound call to 74951234567, answered "
	      "2026-01-01T00:00:00+00:00 (UTC).\n"
	      "The tariff has no prices: a call costs what its record of "
	      "source zadarma states. Without one the cost is unknown, and "
	      "that is not zero.\n");
	request.flags = TW_RATING_STATED;
	request.stated_nanos = 12345 * RUB / 10000;
	check(&b, &request, "en",
	      "Outbound call to 74951234567, answered "
	      "2026-01-01T00:00:00+00:00 (UTC).\n"
	      "As its record of source zadarma states. Cost 1.2345 RUB with "
	      "VAT; VAT 20 % within: 0.2057 RUB, without 1.0288 RUB.\n");
	strcpy(b.rules.convert_to, "USD");
	request.exchange_nanos = TW_NANOS / 50;
	check(&b, &request, "ru",
	      "Исходящий звонок на 74951234567, ответ "
	      "2026-01-01T00:00:00+00:00 (UTC).\n"
	      "По записи источника zadarma. Стоимость 1.2345 RUB с НДС; в "
	      "том числе НДС 20 %: 0.2057 RUB, без НДС 1.0288 RUB.\n"
	      "Пересчёт до округления: 1.2345 RUB x 0.02 = 0.02 USD.\n");
	request.exchange_nanos = 0;
	check(&b, &request, "en",
	      "Outbound call to 74951234567, answered "
	      "2026-01-01T00:00:00+00:00 (UTC).\n"
	      "No rate from RUB to USD is known for that day: there is no "
	      "price, and that is not zero.\n");
}

/* A week by the second in two bands is told up to a point. */
static void test_many_parts(void **state)
{
	tw_rating_request request = fixture_request("74951234567",
						    60 * 86400 * TW_SECOND);
	struct banded b;
	tw_deck *deck = NULL;
	char *text = NULL;

	(void)state;
	banded_make(&b);
	banded_add(&b, RUB, "", 0, 1);
	assert_int_equal(banded_deck(&deck, &b, NULL), TW_OK);
	assert_int_equal(tw_rating_explain(&text, deck, &request, "en", NULL),
			 TW_OK);
	assert_non_null(strstr(text, " parts more.\n"));
	assert_non_null(strstr(text, "Together 86400 RUB.\n"));
	assert_true(strlen(text) < 8000);
	tw_free(text);
	tw_deck_free(deck);
}

/* More than an amount holds, cut by the cap: no sum of it is said, and the
 * sanitizers see none. A fuzzer of deck files found it. */
static void test_beyond_an_amount(void **state)
{
	tw_rating_request request = fixture_request("74951234567",
						    3600 * TW_SECOND);
	struct banded b;
	tw_deck *deck = NULL;
	char *text = NULL;

	(void)state;
	banded_make(&b);
	b.rules.maximum_charge_nanos = 20 * RUB;
	banded_add(&b, INT64_MAX, "", 0, 60)->connect_fee_nanos = RUB;
	assert_int_equal(banded_deck(&deck, &b, NULL), TW_OK);
	assert_int_equal(tw_rating_explain(&text, deck, &request, "en", NULL),
			 TW_OK);
	assert_non_null(strstr(text, "Connection fee 1 RUB, once.\n"));
	assert_non_null(strstr(text, "maximum charge of a call: 20 RUB"));
	tw_free(text);
	tw_deck_free(deck);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bands),
		cmocka_unit_test(test_bounds_and_exchange),
		cmocka_unit_test(test_no_exchange),
		cmocka_unit_test(test_free_and_attempt),
		cmocka_unit_test(test_stated),
		cmocka_unit_test(test_many_parts),
		cmocka_unit_test(test_beyond_an_amount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
