/* Which price serves a call: tables, callers, relations, parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rating/deck.h"
#include "rating_fixture.h"

#define RATES 8

struct rows {
	tw_rate rates[RATES];
	size_t count;
};

static tw_rate *add(struct rows *rows, const char *prefix, int64_t price)
{
	tw_rate *rate = &rows->rates[rows->count++];

	*rate = fixture_rate(prefix, price, 60, 60);
	return rate;
}

static tw_deck *deck_of(const struct rows *rows)
{
	tw_tariff_rules rules = fixture_rules();
	tw_deck *deck = NULL;

	assert_int_equal(tw_deck_new(&deck, &rules, rows->rates, rows->count,
				     NULL), TW_OK);
	return deck;
}

/* The price of what serves, or a status. */
static int64_t served(const tw_deck *deck, const char *caller,
		      uint32_t relation, uint32_t direction)
{
	tw_rating_request request = fixture_request("78432000002", 0);
	uint64_t index = 0;
	tw_rate rate = TW_RATE_INIT;
	tw_status status;

	request.caller = caller;
	request.relation = relation;
	request.direction = direction;
	status = tw_rating_lookup(&index, deck, &request, NULL);
	if (status)
		return status;
	assert_int_equal(tw_deck_rate(&rate, deck, index, NULL), TW_OK);
	return rate.price_nanos;
}

static int64_t related(const tw_deck *deck, uint32_t relation)
{
	return served(deck, "78432000001", relation, TW_DIRECTION_OUTBOUND);
}

static void test_relations(void **state)
{
	struct rows rows = { .count = 0 };
	tw_deck *deck;

	(void)state;
	add(&rows, "7", 1);
	add(&rows, "7", 2)->relation = TW_RELATION_SAME_CITY;
	add(&rows, "7", 3)->relation = TW_RELATION_SAME_REGION;
	add(&rows, "7", 4)->relation = TW_RELATION_OTHER;
	deck = deck_of(&rows);
	assert_int_equal(related(deck, TW_RELATION_ANY), 1);
	assert_int_equal(related(deck, TW_RELATION_SAME_CITY), 2);
	assert_int_equal(related(deck, TW_RELATION_SAME_REGION), 3);
	assert_int_equal(related(deck, TW_RELATION_OTHER), 4);
	tw_deck_free(deck);
}

/* A call within a city is one within a region; not the other way round. */
static void test_relation_falls_back(void **state)
{
	struct rows rows = { .count = 0 };
	tw_deck *deck;

	(void)state;
	add(&rows, "7", 3)->relation = TW_RELATION_SAME_REGION;
	add(&rows, "7", 1);
	deck = deck_of(&rows);
	assert_int_equal(related(deck, TW_RELATION_SAME_CITY), 3);
	assert_int_equal(related(deck, TW_RELATION_OTHER), 1);
	tw_deck_free(deck);
	rows.rates[0].relation = TW_RELATION_SAME_CITY;
	rows.count = 1;
	deck = deck_of(&rows);
	assert_int_equal(related(deck, TW_RELATION_SAME_REGION), TW_ENOPRICE);
	assert_int_equal(related(deck, TW_RELATION_ANY), TW_ENOPRICE);
	tw_deck_free(deck);
}

/* Prefix before caller before relation before direction. */
static void test_order(void **state)
{
	struct rows rows = { .count = 0 };
	tw_deck *deck;

	(void)state;
	add(&rows, "78432", 1);
	add(&rows, "7843", 2)->relation = TW_RELATION_SAME_CITY;
	deck = deck_of(&rows);
	assert_int_equal(related(deck, TW_RELATION_SAME_CITY), 1);
	tw_deck_free(deck);

	rows.count = 0;
	strcpy(add(&rows, "7", 1)->caller_prefix, "7843");
	add(&rows, "7", 2)->relation = TW_RELATION_SAME_CITY;
	deck = deck_of(&rows);
	assert_int_equal(related(deck, TW_RELATION_SAME_CITY), 1);
	assert_int_equal(served(deck, NULL, TW_RELATION_SAME_CITY,
				TW_DIRECTION_OUTBOUND), 2);
	tw_deck_free(deck);

	rows.count = 0;
	add(&rows, "7", 1)->relation = TW_RELATION_SAME_CITY;
	add(&rows, "7", 2)->direction = TW_DIRECTION_OUTBOUND;
	deck = deck_of(&rows);
	assert_int_equal(related(deck, TW_RELATION_SAME_CITY), 1);
	tw_deck_free(deck);
}

/* How "no calls inside Kazan" is written. */
static void test_blocked_relation(void **state)
{
	struct rows rows = { .count = 0 };
	tw_rate *inside;
	tw_deck *deck;

	(void)state;
	add(&rows, "7843", 1);
	inside = add(&rows, "7843", 0);
	inside->relation = TW_RELATION_SAME_CITY;
	inside->status = TW_RATE_BLOCKED;
	deck = deck_of(&rows);
	assert_int_equal(related(deck, TW_RELATION_SAME_CITY), TW_EREFUSED);
	assert_int_equal(related(deck, TW_RELATION_SAME_REGION), 1);
	tw_deck_free(deck);
}

static void test_names(void **state)
{
	uint32_t relation = 9;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (uint32_t r = 0; r <= TW_RELATION_OTHER; r++) {
		assert_int_equal(tw_relation_parse(&relation,
				 tw_relation_name(r), NULL), TW_OK);
		assert_int_equal(relation, r);
	}
	assert_string_equal(tw_relation_name(4), "?");
	assert_int_equal(tw_relation_parse(&relation, "near", &err),
			 TW_EPARSE);
	assert_non_null(strstr(err.message, "same_city"));
	assert_int_equal(tw_relation_parse(NULL, "other", NULL), TW_EINVAL);
}

/* Parts by second: the next one and where it takes over. */
static void test_parts(void **state)
{
	struct rows rows = { .count = 0 };
	struct tw_question q = { .number = "7", .number_length = 1,
		.direction = TW_DIRECTION_OUTBOUND, .at = T2026 };
	struct tw_price price;
	int64_t until = 0;
	tw_deck *deck;

	(void)state;
	add(&rows, "7", 1);
	add(&rows, "7", 2)->from_s = 60;
	add(&rows, "7", 3)->from_s = 300;
	deck = deck_of(&rows);
	assert_true(tw__deck_find(&price, deck, &q));
	assert_true(price.in_parts);
	assert_int_equal(tw__price_part(&price, 0, 0, T2026, &until)
			 ->price_nanos, 1);
	assert_int_equal(until, 60);
	assert_int_equal(tw__price_part(&price, 0, 60, T2026, &until)
			 ->price_nanos, 2);
	assert_int_equal(until, 300);
	assert_int_equal(tw__price_part(&price, 0, 5000, T2026, &until)
			 ->price_nanos, 3);
	assert_true(until == INT64_MAX);
	tw_deck_free(deck);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relations),
		cmocka_unit_test(test_relation_falls_back),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_blocked_relation),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
