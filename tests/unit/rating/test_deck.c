/* Which row is in force, against a matcher that reads every row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <cmocka.h>

#include "rating_fixture.h"
#include "base/base.h"
#include <trunkwise/sys/clock.h>

static tw_deck *deck_of(const tw_rate *rates, size_t count)
{
	tw_tariff_rules rules = fixture_rules();
	tw_deck *deck = NULL;
	tw_error err = TW_ERROR_INIT;

	if (tw_deck_new(&deck, &rules, rates, count, &err))
		fail_msg("%s", err.message);
	return deck;
}

static tw_status try_deck(const tw_rate *rates, size_t count, tw_error *err)
{
	tw_tariff_rules rules = fixture_rules();
	tw_deck *deck = NULL;
	tw_status status = tw_deck_new(&deck, &rules, rates, count, err);

	assert_true(status == TW_OK || !deck);
	tw_deck_free(deck);
	return status;
}

static int64_t found(const tw_deck *deck, const tw_rating_request *request)
{
	uint64_t index = 0;
	tw_status status = tw_rating_lookup(&index, deck, request, NULL);

	return status ? status : (int64_t)index;
}

static int64_t found_at(const tw_deck *deck, const char *number, tw_time at)
{
	tw_rating_request request = fixture_request(number, 0);

	request.answer = at;
	return found(deck, &request);
}

static int64_t found_as(const tw_deck *deck, uint32_t direction,
			const char *number, const char *caller)
{
	tw_rating_request request = fixture_request(number, 0);

	request.direction = direction;
	request.caller = caller;
	return found(deck, &request);
}

static void test_conflict(void **state)
{
	tw_rate rates[2] = { fixture_rate("7495", 1, 60, 60),
			     fixture_rate("7495", 2, 60, 60) };
	tw_error err = TW_ERROR_INIT;

	(void)state;
	rates[0].line = 40;
	rates[1].line = 12;
	assert_int_equal(try_deck(rates, 2, &err), TW_ECONFLICT);
	assert_non_null(strstr(err.message, "lines 12 and 40"));
	assert_non_null(strstr(err.message, "7495"));
	assert_int_equal(err.line, 40);

	/* One instant too much overlaps, touching does not. */
	rates[0].to = T2026;
	rates[1].from = T2026 - 1;
	assert_int_equal(try_deck(rates, 2, NULL), TW_ECONFLICT);
	rates[1].from = T2026;
	assert_int_equal(try_deck(rates, 2, NULL), TW_OK);

	/* A row that only ends a code takes its time as well. */
	rates[0].to = TW_TIME_MAX;
	rates[1].status = TW_RATE_ENDED;
	assert_int_equal(try_deck(rates, 2, NULL), TW_ECONFLICT);

	rates[0].line = rates[1].line = 0;
	assert_int_equal(try_deck(rates, 2, &err), TW_ECONFLICT);
	assert_non_null(strstr(err.message, "rows 1 and 2"));
}

static void test_no_conflict(void **state)
{
	tw_rate rates[5];

	(void)state;
	for (size_t i = 0; i < 5; i++)
		rates[i] = fixture_rate("7495", 1, 60, 60);
	rates[1].direction = TW_DIRECTION_INBOUND;
	rates[2].direction = TW_DIRECTION_OUTBOUND;
	strcpy(rates[3].caller_prefix, "7");
	strcpy(rates[4].prefix, "74950");
	assert_int_equal(try_deck(rates, 5, NULL), TW_OK);
}

/* A long row hides an overlap with one that is not its neighbour by line. */
static void test_conflict_not_adjacent(void **state)
{
	tw_rate rates[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		rates[i] = fixture_rate("7", 1, 60, 60);
		rates[i].from = T2026 + (tw_time)i * DAY;
		rates[i].to = rates[i].from + DAY;
	}
	assert_int_equal(try_deck(rates, 3, NULL), TW_OK);
	rates[0].to = T2026 + 30 * DAY;
	assert_int_equal(try_deck(rates, 3, NULL), TW_ECONFLICT);
}

static void test_bad_rates(void **state)
{
	const tw_rate good = fixture_rate("7495", 1, 60, 60);
	tw_error err = TW_ERROR_INIT;
	tw_rate bad;

	(void)state;
#define REFUSES(change, column) do { \
	bad = good; \
	bad.line = 5; \
	change; \
	assert_int_equal(try_deck(&bad, 1, &err), TW_EINVAL); \
	assert_string_equal(err.field, column); \
	assert_int_equal(err.line, 5); \
} while (0)
	REFUSES(strcpy(bad.prefix, ""), "prefix");
	REFUSES(strcpy(bad.prefix, "+7"), "prefix");
	REFUSES(memset(bad.prefix, '1', 16), "prefix");
	REFUSES(strcpy(bad.caller_prefix, "x"), "caller_prefix");
	REFUSES(memset(bad.caller_prefix, '1', 16), "caller_prefix");
	REFUSES(memset(bad.destination, 'a', 96), "destination");
	REFUSES(bad.status = 0, "status");
	REFUSES(bad.status = 4, "status");
	REFUSES(bad.direction = TW_DIRECTION_INTERNAL, "direction");
	REFUSES(bad.direction = 77, "direction");
	REFUSES(bad.first_inc_s = 0, "first_inc");
	REFUSES(bad.next_inc_s = 0, "first_inc");
	REFUSES(bad.price_nanos = -1, "rate");
	REFUSES(bad.connect_fee_nanos = -1, "connect_fee");
	REFUSES(bad.from = bad.to = T2026, "effective_to");
#undef REFUSES
	bad = good;
	bad.size = 2;
	assert_int_equal(try_deck(&bad, 1, NULL), TW_EINVAL);
	assert_int_equal(try_deck(NULL, 1, NULL), TW_EINVAL);
	assert_int_equal(tw_deck_new(NULL, NULL, NULL, 0, NULL), TW_EINVAL);
}

static void test_bad_rules(void **state)
{
	tw_rate rate = fixture_rate("7495", 1, 60, 60);
	tw_tariff_rules rules;
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck = NULL;

	(void)state;
#define REFUSES(change, code) do { \
	rules = fixture_rules(); \
	change; \
	assert_int_equal(tw_deck_new(&deck, &rules, &rate, 1, &err), code); \
	assert_null(deck); \
} while (0)
	REFUSES(rules.seconds = 0, TW_EINVAL);
	REFUSES(rules.rounding = 5, TW_EINVAL);
	REFUSES(rules.decimals = 10, TW_EINVAL);
	REFUSES(rules.crossing = 9, TW_EINVAL);
	REFUSES(rules.vat = 0, TW_EINVAL);
	REFUSES(rules.invoice_total = 3, TW_EINVAL);
	REFUSES(rules.vat_percent_nanos = -1, TW_EINVAL);
	REFUSES(rules.vat_percent_nanos = 101 * TW_NANOS, TW_EINVAL);
	REFUSES(strcpy(rules.currency, ""), TW_EINVAL);
	REFUSES(strcpy(rules.currency, "rub"), TW_EINVAL);
	REFUSES(strcpy(rules.zone, ""), TW_EINVAL);
	REFUSES(memset(rules.zone, 'A', 64), TW_EINVAL);
	REFUSES(strcpy(rules.zone, "Europe/Nowhere"), TW_ENOTFOUND);
	/* beside prices a record states nothing */
	REFUSES(tw_tariff_rules_set(&rules, "stated_by", "z", NULL),
		TW_EINVAL);
#undef REFUSES
}

/* Whoever states a cost has rounded and bound it. */
static void test_stated_rules(void **state)
{
	tw_deck_options options = TW_DECK_OPTIONS_INIT;
	tw_tier tier = TW_TIER_INIT;
	tw_tariff_rules rules;
	tw_deck *deck = NULL;

	(void)state;
#define MAKES(change, code) do { \
	rules = fixture_rules(); \
	tw_tariff_rules_set(&rules, "stated_by", "z", NULL); \
	change; \
	options.rules = &rules; \
	assert_int_equal(tw_deck_make(&deck, &options, NULL, 0, NULL), \
			 code); \
} while (0)
	MAKES(rules.decimals = 2, TW_EINVAL);
	MAKES(rules.minimum_s = 1, TW_EINVAL);
	MAKES(rules.free_below_s = 1, TW_EINVAL);
	MAKES(rules.included_s = 1, TW_EINVAL);
	MAKES(rules.fee_on_zero = 1, TW_EINVAL);
	MAKES(rules.minimum_charge_nanos = 1, TW_EINVAL);
	MAKES(rules.maximum_charge_nanos = 1, TW_EINVAL);
	MAKES(rules.attempt_fee_nanos = 1, TW_EINVAL);
	MAKES(rules.round_each = TW_ROUND_EACH_INCREMENT, TW_EINVAL);
	MAKES(memset(rules.stated_by, 'z', 64), TW_EINVAL);
	MAKES(rules.commitment_nanos = 1, TW_OK);
	tw_deck_free(deck);
	tier.from_s = 60;
	options.tiers = &tier;
	options.tier_count = 1;
	MAKES(rules.vat = TW_VAT_GROSS, TW_EINVAL);
#undef MAKES
}

static void test_half_open(void **state)
{
	tw_rate rates[2] = { fixture_rate("7495", 1, 60, 60),
			     fixture_rate("7495", 2, 60, 60) };
	tw_deck *deck;

	(void)state;
	rates[0].from = T2026;
	rates[0].to = rates[1].from = T2026 + DAY;
	deck = deck_of(rates, 2);
	assert_int_equal(found_at(deck, "7495", T2026 - 1), TW_ENOPRICE);
	assert_int_equal(found_at(deck, "7495", T2026), 0);
	assert_int_equal(found_at(deck, "7495", T2026 + DAY - 1), 0);
	assert_int_equal(found_at(deck, "7495", T2026 + DAY), 1);
	assert_int_equal(found_at(deck, "7495", T2026 * 100), 1);
	assert_int_equal(found_at(deck, "7495", 0), TW_ENOPRICE);
	/* no calendar has a day for these */
	assert_int_equal(found_at(deck, "7495", TW_TIME_MAX - 1), TW_ERANGE);
	assert_int_equal(found_at(deck, "7495", TW_TIME_MIN), TW_ERANGE);
	tw_deck_free(deck);
}

/* Not in force at the time, or ended: the next shorter prefix is asked. */
static void test_falls_to_shorter(void **state)
{
	tw_rate rates[4] = { fixture_rate("7", 1, 60, 60),
			     fixture_rate("7495", 2, 60, 60),
			     fixture_rate("749512", 3, 60, 60),
			     fixture_rate("74951", 4, 60, 60) };
	tw_deck *deck;

	(void)state;
	rates[1].to = T2026;
	rates[2].from = T2026 + DAY;
	rates[3].status = TW_RATE_ENDED;
	rates[3].from = T2026 + 2 * DAY;
	deck = deck_of(rates, 4);
	assert_int_equal(found_at(deck, "749512", T2026 - 1), 1);
	assert_int_equal(found_at(deck, "749512", T2026), 0);
	assert_int_equal(found_at(deck, "749512", T2026 + DAY), 2);
	assert_int_equal(found_at(deck, "74951", T2026 + 2 * DAY), 0);
	assert_int_equal(found_at(deck, "8", T2026), TW_ENOPRICE);
	tw_deck_free(deck);
}

static void test_directions(void **state)
{
	tw_rate rates[4];
	tw_deck *deck;

	(void)state;
	rates[0] = fixture_rate("7", 1, 60, 60);
	rates[1] = fixture_rate("7495", 2, 60, 60);
	rates[1].direction = TW_DIRECTION_OUTBOUND;
	rates[2] = fixture_rate("78", 3, 60, 60);
	rates[2].direction = TW_DIRECTION_INBOUND;
	rates[3] = fixture_rate("79", 4, 60, 60);
	rates[3].direction = TW_DIRECTION_FORWARD;
	deck = deck_of(rates, 4);
#define FOUND(direction, number) \
	found_as(deck, TW_DIRECTION_##direction, number, NULL)
	assert_int_equal(FOUND(OUTBOUND, "7812"), 0);
	assert_int_equal(FOUND(OUTBOUND, "7912"), 0);
	assert_int_equal(FOUND(OUTBOUND, "7495"), 1);
	/* Inbound asks inbound rows alone: an outbound price for it would
	 * be money from nowhere. */
	assert_int_equal(FOUND(INBOUND, "7800"), 2);
	assert_int_equal(FOUND(INBOUND, "7495"), TW_ENOPRICE);
	assert_int_equal(FOUND(INBOUND, "7"), TW_ENOPRICE);
	assert_int_equal(FOUND(FORWARD, "7916"), 3);
	assert_int_equal(FOUND(FORWARD, "7495"), 1);
	assert_int_equal(FOUND(FORWARD, "7"), 0);
#undef FOUND
	tw_deck_free(deck);
}

/* Forwarding is a table of its own: its short prefix beats a longer outbound
 * one, and only its silence asks the outbound table. */
static void test_forward_table_first(void **state)
{
	tw_rate rates[2] = { fixture_rate("7", 1, 60, 60),
			     fixture_rate("7495", 2, 60, 60) };
	tw_rating_request request = fixture_request("7495", 0);
	tw_deck *deck;

	(void)state;
	rates[0].direction = TW_DIRECTION_FORWARD;
	rates[0].to = T2026;
	deck = deck_of(rates, 2);
	request.direction = TW_DIRECTION_FORWARD;
	request.answer = T2026 - 1;
	assert_int_equal(found(deck, &request), 0);
	request.answer = T2026;
	assert_int_equal(found(deck, &request), 1);
	tw_deck_free(deck);
}

static void test_direction_before_any(void **state)
{
	tw_rate rates[2] = { fixture_rate("7", 1, 60, 60),
			     fixture_rate("7", 2, 60, 60) };
	tw_deck *deck;

	(void)state;
	rates[1].direction = TW_DIRECTION_OUTBOUND;
	rates[1].to = T2026;
	deck = deck_of(rates, 2);
	assert_int_equal(found_at(deck, "7", T2026 - 1), 1);
	assert_int_equal(found_at(deck, "7", T2026), 0);
	tw_deck_free(deck);
}

static void test_caller(void **state)
{
	static const char *const callers[] = { "", "7", "7916", "79161234567",
		"791612345678901" };
	tw_rate rates[5];
	tw_deck *deck;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		rates[i] = fixture_rate("7800", (int64_t)i, 60, 60);
		rates[i].direction = TW_DIRECTION_INBOUND;
		strcpy(rates[i].caller_prefix, callers[i]);
	}
	deck = deck_of(rates, 5);
#define FOUND(caller) \
	found_as(deck, TW_DIRECTION_INBOUND, "78001234567", caller)
	assert_int_equal(FOUND(NULL), 0);
	assert_int_equal(FOUND(""), 0);
	assert_int_equal(FOUND("33123"), 0);
	assert_int_equal(FOUND("7495"), 1);
	assert_int_equal(FOUND("791"), 1);
	assert_int_equal(FOUND("7916"), 2);
	assert_int_equal(FOUND("79161234568"), 2);
	assert_int_equal(FOUND("79161234567"), 3);
	assert_int_equal(FOUND("791612345678901"), 4);
	assert_int_equal(FOUND("7916123456789012345"), 4);
#undef FOUND
	tw_deck_free(deck);

	/* Without a row for any caller there may be none. */
	deck = deck_of(rates + 2, 1);
	assert_int_equal(found_as(deck, TW_DIRECTION_INBOUND, "7800", NULL),
			 TW_ENOPRICE);
	assert_int_equal(found_as(deck, TW_DIRECTION_INBOUND, "7800", "7"),
			 TW_ENOPRICE);
	tw_deck_free(deck);
}

static void test_rate_comes_back(void **state)
{
	tw_rate rates[3], out = TW_RATE_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck;

	(void)state;
	/* Not in sorted order: an index is the place as handed in. */
	rates[0] = fixture_rate("9", 1, 2, 3);
	rates[1] = fixture_rate("123456789012345", INT64_MAX, UINT16_MAX, 1);
	rates[2] = fixture_rate("7", 5, 6, 7);
	memset(rates[1].destination, 'd', 95);
	rates[1].connect_fee_nanos = INT64_MAX;
	rates[1].from = -1;
	rates[1].to = 1;
	rates[1].line = INT64_MAX;
	rates[1].status = TW_RATE_BLOCKED;
	rates[1].direction = TW_DIRECTION_FORWARD;
	strcpy(rates[1].caller_prefix, "000");
	strcpy(rates[2].destination, "Россия");
	deck = deck_of(rates, 3);
	assert_int_equal(tw_deck_count(deck), 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(tw_deck_rate(&out, deck, i, NULL), TW_OK);
		/* All but the padding. */
		assert_memory_equal(&out, &rates[i], 5 * sizeof(uint32_t));
		assert_memory_equal(&out.price_nanos, &rates[i].price_nanos,
				    sizeof(out) -
				    offsetof(tw_rate, price_nanos));
	}
	assert_int_equal(tw_deck_rate(&out, deck, 3, &err), TW_ENOTFOUND);
	assert_string_equal(tw_deck_rules(deck)->currency, "RUB");
	tw_deck_free(deck);
}

/* Rows made by an application with a longer struct. */
static void test_longer_struct(void **state)
{
	struct { tw_rate rate; uint64_t newer; } rows[2];
	tw_deck *deck;

	(void)state;
	memset(rows, 0, sizeof(rows));
	rows[0].rate = fixture_rate("7", 1, 60, 60);
	rows[1].rate = fixture_rate("8", 2, 60, 60);
	rows[0].rate.size = rows[1].rate.size = sizeof(rows[0]);
	deck = deck_of(&rows[0].rate, 2);
	assert_int_equal(found_at(deck, "8", 0), 1);
	tw_deck_free(deck);
	rows[1].newer = 1;
	assert_int_equal(try_deck(&rows[0].rate, 2, NULL), TW_EVERSION);
	rows[1].newer = 0;
	rows[1].rate.size = sizeof(tw_rate);
	assert_int_equal(try_deck(&rows[0].rate, 2, NULL), TW_EINVAL);
}

/* ---- threads ---- */

static void *ask_and_leave(void *arg)
{
	tw_deck *deck = arg;

	for (size_t i = 0; i < 2000; i++) {
		tw_deck *mine = tw_deck_ref(deck);

		if (found_at(mine, "7495", T2026) != 0)
			return deck;
		tw_deck_free(mine);
	}
	tw_deck_free(deck);
	return NULL;
}

static void test_threads(void **state)
{
	tw_rate rate = fixture_rate("7", 1, 60, 60);
	tw_deck *deck = deck_of(&rate, 1);
	pthread_t thread[4];
	void *result;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL,
						ask_and_leave,
						tw_deck_ref(deck)), 0);
	tw_deck_free(deck);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(thread[i], &result), 0);
		assert_null(result);
	}
	tw_deck_free(NULL);
	assert_null(tw_deck_ref(NULL));
}

/* ---- against reading every row ---- */

struct random { tw_random port; tw_random_state state; };

static uint32_t draw(struct random *r, uint32_t below)
{
	uint32_t value;

	r->port.fill(&value, sizeof(value), r->port.arg);
	return value % below;
}

static void draw_digits(struct random *r, char *out, uint32_t least,
			uint32_t most)
{
	uint32_t length = least + draw(r, most - least + 1);

	for (uint32_t i = 0; i < length; i++)
		out[i] = (char)('1' + draw(r, 3));
	out[length] = '\0';
}

static bool same_key(const tw_rate *a, const tw_rate *b)
{
	return !strcmp(a->prefix, b->prefix) &&
		!strcmp(a->caller_prefix, b->caller_prefix) &&
		a->direction == b->direction;
}

/* Rows that would overlap an earlier one are not taken. */
static size_t draw_rates(struct random *r, tw_rate *rates, size_t want)
{
	size_t count = 0;

	for (size_t i = 0; i < want; i++) {
		tw_rate rate = fixture_rate("1", draw(r, 1000), 1, 1);
		bool overlaps = false;

		draw_digits(r, rate.prefix, 1, 5);
		if (!draw(r, 3))
			draw_digits(r, rate.caller_prefix, 1, 3);
		rate.direction = draw(r, 4);
		rate.status = draw(r, 8) ? TW_RATE_PRICED : TW_RATE_ENDED;
		rate.from = draw(r, 4) ? (tw_time)draw(r, 20) : TW_TIME_MIN;
		rate.to = draw(r, 4) ? (tw_time)(20 + draw(r, 20)) :
			TW_TIME_MAX;
		if (draw(r, 2) && rate.from != TW_TIME_MIN)
			rate.to = rate.from + 1 + draw(r, 6);
		for (size_t k = 0; k < count; k++)
			overlaps |= same_key(&rates[k], &rate) &&
				rates[k].from < rate.to &&
				rate.from < rates[k].to;
		if (!overlaps)
			rates[count++] = rate;
	}
	return count;
}

static bool starts(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* How well a direction's rows serve a call: 0 not at all. */
static int direction_rank(uint32_t call, uint32_t row)
{
	if (call == row)
		return 2;
	if (row == TW_DIRECTION_ANY && call == TW_DIRECTION_OUTBOUND)
		return 1;
	return 0;
}

static int64_t plain_find(const tw_rate *rates, size_t count,
			  const tw_rating_request *q, uint32_t direction)
{
	int64_t best = TW_ENOPRICE;
	size_t most = 0;

	for (size_t i = 0; i < count; i++) {
		const tw_rate *rate = &rates[i];
		int rank = direction_rank(direction, rate->direction);
		size_t score = strlen(rate->prefix) * 1000 +
			strlen(rate->caller_prefix) * 10 + (size_t)rank;

		if (!rank || rate->status == TW_RATE_ENDED ||
		    !starts(q->number, rate->prefix) ||
		    !starts(q->caller ? q->caller : "",
			    rate->caller_prefix) ||
		    q->answer < rate->from || q->answer >= rate->to)
			continue;
		if (score > most) {
			most = score;
			best = (int64_t)i;
		}
	}
	return best;
}

static void check_question(struct random *r, const tw_deck *deck,
			   const tw_rate *rates, size_t count)
{
	char number[16] = "", caller[16] = "";
	tw_rating_request q = fixture_request(number, 0);
	int64_t plain;

	draw_digits(r, number, 1, 7);
	draw_digits(r, caller, 0, 5);
	q.caller = draw(r, 4) ? caller : NULL;
	q.answer = (tw_time)draw(r, 60) - 10;
	q.direction = 1 + draw(r, 3);
	plain = plain_find(rates, count, &q, q.direction);
	if (plain < 0 && q.direction == TW_DIRECTION_FORWARD)
		plain = plain_find(rates, count, &q, TW_DIRECTION_OUTBOUND);
	assert_int_equal(found(deck, &q), plain);
}

static void test_property(void **state)
{
	tw_rate *rates = calloc(400, sizeof(*rates));
	struct random r;

	(void)state;
	assert_non_null(rates);
	tw_random_seed(&r.port, &r.state, 31337);
	for (size_t round = 0; round < 200; round++) {
		size_t count = draw_rates(&r, rates, draw(&r, 400));
		tw_deck *deck = deck_of(rates, count);

		for (size_t i = 0; i < 300; i++)
			check_question(&r, deck, rates, count);
		tw_deck_free(deck);
	}
	free(rates);
}

/* ---- no memory ---- */

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
	tw_rate rates[2] = { fixture_rate("7495123", 1, 60, 60),
			     fixture_rate("7", 2, 60, 60) };
	tw_tariff_rules rules = fixture_rules();
	tw_status status = TW_ENOMEM;
	tw_deck *deck = NULL;
	size_t left;
	tw_allocator a = { sizeof(a), spend, respend, give_back, &left };

	(void)state;
	assert_int_equal(tw_allocator_set(&a, NULL), TW_OK);
	for (size_t n = 0; status == TW_ENOMEM; n++) {
		left = n;
		status = tw_deck_new(&deck, &rules, rates, 2, NULL);
		assert_true(status == TW_OK || !deck);
		assert_true(n < 60);
	}
	assert_int_equal(status, TW_OK);
	assert_int_equal(found_at(deck, "7495123", 0), 0);
	tw_deck_free(deck);
	assert_int_equal(tw_allocator_set(NULL, NULL), TW_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conflict),
		cmocka_unit_test(test_no_conflict),
		cmocka_unit_test(test_conflict_not_adjacent),
		cmocka_unit_test(test_bad_rates),
		cmocka_unit_test(test_bad_rules),
		cmocka_unit_test(test_stated_rules),
		cmocka_unit_test(test_half_open),
		cmocka_unit_test(test_falls_to_shorter),
		cmocka_unit_test(test_directions),
		cmocka_unit_test(test_forward_table_first),
		cmocka_unit_test(test_direction_before_any),
		cmocka_unit_test(test_caller),
		cmocka_unit_test(test_rate_comes_back),
		cmocka_unit_test(test_longer_struct),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_property),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
