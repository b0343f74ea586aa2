/* The words, whole: they are read by people and quoted in disputes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rating_fixture.h"
#include "base/base.h"

struct fixture {
	tw_tariff_rules rules;
	tw_rate rates[20];
	size_t count;
	tw_rating_request request;
};

static struct fixture moscow(void)
{
	struct fixture f;

	memset(&f, 0, sizeof(f));
	f.rules = fixture_rules();
	strcpy(f.rules.zone, "Europe/Moscow");
	f.rules.vat_percent_nanos = 20 * TW_NANOS;
	f.rates[0] = fixture_rate("7495", 1500000000, 60, 1);
	f.rates[0].connect_fee_nanos = 100000000;
	f.rates[0].line = 12;
	/* Midnight of Moscow. */
	f.rates[0].from = T2026 - 3 * 3600 * TW_SECOND;
	f.rates[0].to = f.rates[0].from + 365 * DAY;
	strcpy(f.rates[0].destination, "Москва");
	f.count = 1;
	f.request = fixture_request("74951234567", 61500000);
	f.request.answer = T2026 + 277 * DAY + 6 * 3600 * TW_SECOND;
	return f;
}

static void check(const struct fixture *f, const char *lang,
		  const char *words)
{
	tw_deck *deck = NULL;
	char *text = NULL;

	assert_int_equal(tw_deck_new(&deck, &f->rules, f->rates, f->count,
				     NULL), TW_OK);
	assert_int_equal(tw_rating_explain(&text, deck, &f->request, lang,
					   NULL), TW_OK);
	assert_string_equal(text, words);
	tw_free(text);
	tw_deck_free(deck);
}

static void test_net(void **state)
{
	struct fixture f = moscow();

	(void)state;
	check(&f, "en",
	      "Outbound call to 74951234567, answered "
	      "2026-10-05T09:00:00+03:00 (Europe/Moscow).\n"
	      "Prefix 7495 \"Москва\", line 12 of the sheet, in force from "
	      "2026-01-01 until 2027-01-01 (excluded).\n"
	      "Duration 61.5 s, counted as 62 s (a begun second counts "
	      "whole).\n"
	      "Increments 60/1: the first 60 s whole, then 2 x 1 s; 62 s are "
	      "charged.\n"
	      "1.5 RUB a minute x 62 s / 60 = 1.55 RUB.\n"
	      "Connection fee 0.1 RUB, once; together 1.65 RUB.\n"
	      "Rounded once, half up, to 2 decimals. Cost 1.65 RUB without "
	      "VAT; VAT 20 % on top: 0.33 RUB.\n");
	check(&f, "ru",
	      "Исходящий звонок на 74951234567, ответ "
	      "2026-10-05T09:00:00+03:00 (Europe/Moscow).\n"
	      "Префикс 7495 «Москва», строка 12 тарифа, действует с "
	      "2026-01-01 до 2027-01-01 (не включая).\n"
	      "Разговор 61.5 с, учтено 62 с (начатая секунда считается "
	      "целой).\n"
	      "Шаг тарификации 60/1: первые 60 с целиком, затем 2 x 1 с; к "
	      "оплате 62 с.\n"
	      "1.5 RUB за минуту x 62 с / 60 = 1.55 RUB.\n"
	      "Плата за соединение 0.1 RUB, один раз; вместе 1.65 RUB.\n"
	      "Округление один раз, к ближайшему, половина вверх, знаков: 2. "
	      "Стоимость 1.65 RUB без НДС; НДС 20 % сверху: 0.33 RUB.\n");
}

static void test_gross_unending(void **state)
{
	struct fixture f = moscow();

	(void)state;
	f.rules.vat = TW_VAT_GROSS;
	f.rules.seconds = TW_SECONDS_NEAREST;
	f.rules.rounding = TW_ROUND_UP;
	f.rates[0] = fixture_rate("7", TW_NANOS, 1, 1);
	f.request.duration_us = 61499999;
	f.request.caller = "79161112233";
	f.request.direction = TW_DIRECTION_FORWARD;
	check(&f, "en",
	      "Call forwarded to 74951234567 from 79161112233, answered "
	      "2026-10-05T09:00:00+03:00 (Europe/Moscow).\n"
	      "Prefix 7, in force without end.\n"
	      "Duration 61.499999 s, counted as 61 s (to the nearest "
	      "second).\n"
	      "Increments 1/1: the first 1 s whole, then 60 x 1 s; 61 s are "
	      "charged.\n"
	      "1 RUB a minute x 61 s / 60 = 1.016666666... RUB.\n"
	      "Rounded once, up, to 2 decimals. Cost 1.02 RUB with VAT; VAT "
	      "20 % within: 0.17 RUB, without 0.85 RUB.\n");
}

/* The first question about a charge: why not the other line? */
static void test_skipped(void **state)
{
	struct fixture f = moscow();
	tw_rate *r = f.rates;

	(void)state;
	r[0] = fixture_rate("7", 2 * TW_NANOS, 60, 60);
	r[1] = fixture_rate("7495", TW_NANOS, 60, 60);
	r[1].line = 2;
	r[1].to = T2026;
	r[2] = r[1];
	r[2].line = 3;
	r[2].from = T2026 + 364 * DAY + 21 * 3600 * TW_SECOND;
	r[2].to = TW_TIME_MAX;
	r[3] = fixture_rate("74951", TW_NANOS, 60, 60);
	r[3].direction = TW_DIRECTION_INBOUND;
	r[4] = fixture_rate("749512", TW_NANOS, 60, 60);
	strcpy(r[4].caller_prefix, "7916");
	r[5] = fixture_rate("7495123", TW_NANOS, 60, 60);
	r[5].status = TW_RATE_ENDED;
	f.count = 6;
	f.request.duration_us = 0;
	check(&f, "en",
	      "Outbound call to 74951234567, answered "
	      "2026-10-05T09:00:00+03:00 (Europe/Moscow).\n"
	      "Prefix 7495123: the code is ended, a shorter one is asked.\n"
	      "Prefix 749512, for callers 7916...: the caller is another one "
	      "or unknown.\n"
	      "Prefix 74951: only for inbound calls.\n"
	      "Prefix 7495, line 2 of the sheet: no longer in force, it "
	      "ended 2026-01-01T03:00:00+03:00.\n"
	      "Prefix 7495, line 3 of the sheet: not yet in force, only from "
	      "2027-01-01.\n"
	      "Prefix 7, in force without end.\n"
	      "Duration 0 s, counted as 0 s (a begun second counts whole).\n"
	      "Zero seconds cost nothing, and no connection fee is due. Cost "
	      "0 RUB.\n");
}

static void test_no_price(void **state)
{
	struct fixture f = moscow();

	(void)state;
	f.request.number = "8800";
	check(&f, "ru",
	      "Исходящий звонок на 8800, ответ 2026-10-05T09:00:00+03:00 "
	      "(Europe/Moscow).\n"
	      "В тарифе нет ни одного префикса этого номера.\n"
	      "Цены нет: ни одна строка не действует для этого звонка. Это "
	      "не ноль, стоимость неизвестна.\n");
	f.request.number = "7495";
	f.request.direction = TW_DIRECTION_INBOUND;
	check(&f, "en",
	      "Inbound call to 7495, answered 2026-10-05T09:00:00+03:00 "
	      "(Europe/Moscow).\n"
	      "Prefix 7495 \"Москва\", line 12 of the sheet: only for "
	      "outbound and forwarded calls.\n"
	      "No price: no row is in force for this call. That is not zero, "
	      "the cost is unknown.\n");
}

static void test_blocked(void **state)
{
	struct fixture f = moscow();

	(void)state;
	f.rates[0].status = TW_RATE_BLOCKED;
	f.rates[0].to = TW_TIME_MAX;
	check(&f, "en",
	      "Outbound call to 74951234567, answered "
	      "2026-10-05T09:00:00+03:00 (Europe/Moscow).\n"
	      "Prefix 7495 \"Москва\", line 12 of the sheet, in force from "
	      "2026-01-01 without end.\n"
	      "The code is blocked: the carrier does not serve it, there is "
	      "no price.\n");
}

static void test_internal(void **state)
{
	struct fixture f = moscow();

	(void)state;
	f.request.direction = TW_DIRECTION_INTERNAL;
	check(&f, "en", "Internal call: it costs nothing.\n");
	check(&f, "ru", "Внутренний звонок: ничего не стоит.\n");
}

/* A deck of many versions must not make an endless letter. */
static void test_many_skipped(void **state)
{
	struct fixture f = moscow();
	tw_deck *deck = NULL;
	char *text = NULL;

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		f.rates[i] = fixture_rate("7495", TW_NANOS, 60, 60);
		f.rates[i].from = T2026 - (tw_time)(i + 1) * DAY;
		f.rates[i].to = f.rates[i].from + DAY;
	}
	assert_int_equal(tw_deck_new(&deck, &f.rules, f.rates, 20, NULL),
			 TW_OK);
	assert_int_equal(tw_rating_explain(&text, deck, &f.request, "en",
					   NULL), TW_OK);
	assert_non_null(strstr(text, "... and 8 rows more.\n"));
	tw_free(text);
	tw_deck_free(deck);
}

static void test_refused(void **state)
{
	struct fixture f = moscow();
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck = NULL;
	char *text = NULL;

	(void)state;
	f.rates[0].price_nanos = INT64_MAX;
	assert_int_equal(tw_deck_new(&deck, &f.rules, f.rates, 1, NULL),
			 TW_OK);
	assert_int_equal(tw_rating_explain(&text, deck, &f.request, "de",
					   &err), TW_EINVAL);
	assert_string_equal(err.field, "lang");
	assert_int_equal(tw_rating_explain(&text, deck, &f.request, NULL,
					   NULL), TW_EINVAL);
	assert_int_equal(tw_rating_explain(&text, deck, &f.request, "en",
					   &err), TW_ERANGE);
	f.request.number = "x";
	assert_int_equal(tw_rating_explain(&text, deck, &f.request, "en",
					   &err), TW_EINVAL);
	assert_null(text);
	tw_deck_free(deck);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_net),
		cmocka_unit_test(test_gross_unending),
		cmocka_unit_test(test_skipped),
		cmocka_unit_test(test_no_price),
		cmocka_unit_test(test_blocked),
		cmocka_unit_test(test_internal),
		cmocka_unit_test(test_many_skipped),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
