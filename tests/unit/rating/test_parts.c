/* Whether the parts of a price make a whole one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <trunkwise/sys/alloc.h>
#include "banded.h"

static void accepts(const struct banded *b)
{
	tw_deck *deck = NULL;

	assert_int_equal(banded_deck(&deck, b, NULL), TW_OK);
	tw_deck_free(deck);
}

static void refuses(const struct banded *b, int64_t line, const char *words)
{
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck = NULL;

	assert_int_equal(banded_deck(&deck, b, &err), TW_ECONFLICT);
	assert_int_equal(err.line, line);
	assert_non_null(strstr(err.message, words));
}

static void test_each_band(void **state)
{
	struct banded b;

	(void)state;
	banded_make(&b);
	banded_add(&b, RUB, "day", 0, 60);
	refuses(&b, 2, "no price in band \"night\"");
	banded_add(&b, RUB, "night", 0, 60);
	accepts(&b);
	b.count = 1;
	banded_add(&b, RUB, "", 0, 60);
	accepts(&b);
}

static void test_unknown_band(void **state)
{
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck = NULL;
	struct banded b;

	(void)state;
	banded_make(&b);
	banded_add(&b, RUB, "dawn", 0, 60);
	assert_int_equal(banded_deck(&deck, &b, &err), TW_EINVAL);
	assert_int_equal(err.line, 2);
	assert_string_equal(err.field, "band");
}

/* At every instant, not on the whole. */
static void test_half_open_parts(void **state)
{
	struct banded b;

	(void)state;
	banded_make(&b);
	banded_add(&b, RUB, "day", 0, 60)->to = T2026 + 2 * DAY;
	banded_add(&b, RUB, "night", 0, 60)->to = T2026 + DAY;
	refuses(&b, 2, "\"night\"");
	banded_add(&b, RUB, "night", 0, 60)->from = T2026 + DAY;
	b.rates[2].to = T2026 + 2 * DAY;
	accepts(&b);
	/* and again with nothing in between */
	banded_add(&b, RUB, "", 0, 60)->from = T2026 + 9 * DAY;
	accepts(&b);
}

static void test_first_second(void **state)
{
	struct banded b;

	(void)state;
	banded_make(&b);
	banded_add(&b, RUB, "", 300, 60);
	refuses(&b, 2, "none from the first one");
	banded_add(&b, RUB, "", 0, 60);
	accepts(&b);
	/* a band's own later second stands on its own first one */
	banded_add(&b, RUB, "day", 60, 60);
	refuses(&b, 4, "none from the first one");
	banded_add(&b, RUB, "day", 0, 60);
	accepts(&b);
}

static void test_closed_code(void **state)
{
	struct banded b;
	tw_rate *closed;

	(void)state;
	banded_make(&b);
	banded_add(&b, RUB, "day", 0, 60);
	closed = banded_add(&b, 0, "", 0, 60);
	closed->status = TW_RATE_BLOCKED;
	refuses(&b, 2, "blocked or ended");
	closed->from = T2026;
	b.rates[0].to = T2026;
	banded_add(&b, RUB, "night", 0, 60)->to = T2026;
	accepts(&b);
}

/* A group may be as long as a sheet: no pairs are compared. */
static void test_many(void **state)
{
	enum { COUNT = 40000 };
	tw_rate *rates = tw_calloc(COUNT, sizeof(*rates));
	tw_deck *deck = NULL;
	struct banded b;

	(void)state;
	banded_make(&b);
	assert_non_null(rates);
	for (int i = 0; i < COUNT; i++) {
		rates[i] = fixture_rate("7", 1, 60, 60);
		strcpy(rates[i].band, i % 2 ? "day" : "night");
		rates[i].from = T2026 + i / 2 * DAY;
		rates[i].to = rates[i].from + DAY;
	}
	assert_int_equal(tw_deck_make(&deck, &b.options, rates, COUNT, NULL),
			 TW_OK);
	tw_deck_free(deck);
	tw_free(rates);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_band),
		cmocka_unit_test(test_unknown_band),
		cmocka_unit_test(test_half_open_parts),
		cmocka_unit_test(test_first_second),
		cmocka_unit_test(test_closed_code),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
