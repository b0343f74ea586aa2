/*
 * A batch against a loop of tw_rating_rate() over random decks, in both
 * layouts of texts; every refusal; rows that are bad alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <pthread.h>

#include "rating_fixture.h"
#include "base/base.h"
#include <trunkwise/sys/clock.h>

#define ROWS   600
#define STRIDE 16

/* ---- columns by hand ---- */

static tw_deck *deck_of(const tw_rate *rates, size_t count)
{
	tw_tariff_rules rules = fixture_rules();
	tw_deck *deck = NULL;

	assert_int_equal(tw_deck_new(&deck, &rules, rates, count, NULL),
			 TW_OK);
	return deck;
}

static tw_deck *small_deck(void)
{
	const tw_rate rates[] = {
		fixture_rate("7495", TW_NANOS, 60, 60),
		fixture_rate("7", 2 * TW_NANOS, 1, 1),
	};
	tw_rate blocked = fixture_rate("79", TW_NANOS, 60, 60);
	tw_rate all[3] = { rates[0], rates[1], blocked };

	all[2].status = TW_RATE_BLOCKED;
	return deck_of(all, 3);
}

static const int64_t answers[] = { T2026, T2026, T2026, T2026, T2026, T2026,
	T2026, T2026, T2026, T2026 };
static const int64_t durations[] = { 61 * TW_SECOND, 61 * TW_SECOND,
	61 * TW_SECOND, 61 * TW_SECOND, 61 * TW_SECOND, 61 * TW_SECOND,
	61 * TW_SECOND, -1, 61 * TW_SECOND, 0 };
static const char texts[] =
	"74951234567" "73432000001" "79161234567" "8800" "" "+7495"
	"01234567890123456789012345678901" "7495" "7495\0001" "7495";
static const int32_t offsets[] = { 0, 11, 22, 33, 37, 37, 42, 74, 78, 84,
	88 };

static tw_rating_columns small_columns(void)
{
	tw_rating_columns columns = TW_RATING_COLUMNS_INIT;

	columns.count = 10;
	columns.numbers = texts;
	columns.number_offsets = offsets;
	columns.answers = answers;
	columns.durations_us = durations;
	return columns;
}

static void test_rows_by_hand(void **state)
{
	static const tw_status want[] = { TW_OK, TW_OK, TW_EREFUSED,
		TW_ENOPRICE, TW_EINVAL, TW_EINVAL, TW_EINVAL, TW_EINVAL,
		TW_EINVAL, TW_OK };
	int64_t costs[11], nets[11], vats[11], charged[11], rates[11];
	tw_charge_columns out = TW_CHARGE_COLUMNS_INIT;
	tw_rating_columns columns = small_columns();
	tw_deck *deck = small_deck();
	tw_status statuses[11];
	uint64_t priced = 77;

	(void)state;
	statuses[10] = 4242;
	costs[10] = nets[10] = vats[10] = charged[10] = rates[10] = 4242;
	out.statuses = statuses;
	out.costs = costs;
	out.nets = nets;
	out.vats = vats;
	out.charged_s = charged;
	out.rate_indexes = rates;
	assert_int_equal(tw_rating_rate_columns(&out, deck, &columns, &priced,
						NULL), TW_OK);
	assert_int_equal(priced, 3);
	for (size_t i = 0; i < 10; i++) {
		assert_int_equal(statuses[i], want[i]);
		assert_int_equal(costs[i] == INT64_MIN, want[i] != TW_OK);
		assert_int_equal(nets[i] == INT64_MIN, want[i] != TW_OK);
		assert_int_equal(vats[i] == INT64_MIN, want[i] != TW_OK);
		assert_int_equal(charged[i] == INT64_MIN, want[i] != TW_OK);
		assert_int_equal(rates[i] == INT64_MIN, want[i] != TW_OK);
	}
	assert_int_equal(costs[0], 2 * TW_NANOS);
	assert_int_equal(charged[0], 120);
	assert_int_equal(rates[0], 0);
	assert_int_equal(charged[1], 61);
	assert_int_equal(rates[1], 1);
	assert_int_equal(costs[9], 0);
	assert_int_equal(statuses[10], 4242);
	assert_int_equal(costs[10], 4242);
	assert_int_equal(rates[10], 4242);
	tw_deck_free(deck);
}

static void test_any_output_may_be_left_out(void **state)
{
	tw_charge_columns out = TW_CHARGE_COLUMNS_INIT;
	tw_rating_columns columns = small_columns();
	tw_deck *deck = small_deck();
	uint64_t priced = 77;
	int64_t costs[10];

	(void)state;
	assert_int_equal(tw_rating_rate_columns(&out, deck, &columns, &priced,
						NULL), TW_OK);
	assert_int_equal(priced, 3);
	out.costs = costs;
	assert_int_equal(tw_rating_rate_columns(&out, deck, &columns, NULL,
						NULL), TW_OK);
	assert_int_equal(costs[0], 2 * TW_NANOS);
	tw_deck_free(deck);
}

static void test_no_rows(void **state)
{
	tw_charge_columns out = TW_CHARGE_COLUMNS_INIT;
	tw_rating_columns columns = TW_RATING_COLUMNS_INIT;
	tw_deck *deck = small_deck();
	uint64_t priced = 77;

	(void)state;
	assert_int_equal(tw_rating_rate_columns(&out, deck, &columns, &priced,
						NULL), TW_OK);
	assert_int_equal(priced, 0);
	tw_deck_free(deck);
}

static void test_padded_texts(void **state)
{
	static const char padded[] = "7495\0\0" "749512" "\0\0\0\0\0\0"
		"74\0" "95\0";
	static const tw_status want[] = { TW_OK, TW_OK, TW_EINVAL,
		TW_EINVAL };
	tw_charge_columns out = TW_CHARGE_COLUMNS_INIT;
	tw_rating_columns columns = TW_RATING_COLUMNS_INIT;
	tw_deck *deck = small_deck();
	tw_status statuses[4];

	(void)state;
	columns.count = 4;
	columns.numbers = padded;
	columns.number_stride = 6;
	columns.answers = answers;
	columns.durations_us = durations;
	out.statuses = statuses;
	assert_int_equal(tw_rating_rate_columns(&out, deck, &columns, NULL,
						NULL), TW_OK);
	assert_memory_equal(statuses, want, sizeof(want));
	tw_deck_free(deck);
}

static void test_an_internal_call_has_no_rate(void **state)
{
	static const uint8_t directions[] = { TW_DIRECTION_INTERNAL,
		TW_DIRECTION_OUTBOUND, 0, 9 };
	static const tw_status want[] = { TW_OK, TW_OK, TW_EINVAL,
		TW_EINVAL };
	tw_charge_columns out = TW_CHARGE_COLUMNS_INIT;
	tw_rating_columns columns = small_columns();
	tw_deck *deck = small_deck();
	int64_t rates[4], costs[4];
	tw_status statuses[4];

	(void)state;
	columns.count = 4;
	columns.direction = 99;         /* is not asked */
	columns.directions = directions;
	out.statuses = statuses;
	out.costs = costs;
	out.rate_indexes = rates;
	assert_int_equal(tw_rating_rate_columns(&out, deck, &columns, NULL,
						NULL), TW_OK);
	assert_memory_equal(statuses, want, sizeof(want));
	assert_int_equal(costs[0], 0);
	assert_int_equal((uint64_t)rates[0], TW_RATE_NONE);
	tw_deck_free(deck);
}

static void test_callers(void **state)
{
	static const char callers[] = "7843" "anonymous" "" "7347";
	static const int32_t caller_offsets[] = { 0, 4, 13, 13, 17 };
	static const tw_status want[] = { TW_OK, TW_EINVAL, TW_ENOPRICE,
		TW_ENOPRICE };
	tw_rate rate = fixture_rate("7", TW_NANOS, 60, 60);
	tw_charge_columns out = TW_CHARGE_COLUMNS_INIT;
	tw_rating_columns columns = small_columns();
	tw_status statuses[4];
	tw_deck *deck;

	(void)state;
	strcpy(rate.caller_prefix, "7843");
	deck = deck_of(&rate, 1);
	columns.count = 4;
	columns.numbers = "7777";
	columns.number_offsets = NULL;
	columns.number_stride = 1;
	columns.callers = callers;
	columns.caller_offsets = caller_offsets;
	out.statuses = statuses;
	assert_int_equal(tw_rating_rate_columns(&out, deck, &columns, NULL,
						NULL), TW_OK);
	assert_memory_equal(statuses, want, sizeof(want));
	tw_deck_free(deck);
}

/* ---- refusals ---- */

static void refused(const tw_rating_columns *columns, const char *field)
{
	tw_charge_columns out = TW_CHARGE_COLUMNS_INIT;
	tw_deck *deck = small_deck();
	tw_error err = TW_ERROR_INIT;
	uint64_t priced = 4242;
	tw_status status = 4242;

	out.statuses = &status;
	assert_int_equal(tw_rating_rate_columns(&out, deck, columns, &priced,
						&err), TW_EINVAL);
	assert_string_equal(err.field, field);
	assert_int_equal(status, 4242);
	assert_int_equal(priced, 4242);
	tw_deck_free(deck);
}

static void test_refused_columns(void **state)
{
	static const int32_t below[] = { -1, 2 }, falling[] = { 0, 4, 3 };
	tw_rating_columns columns = small_columns();

	(void)state;
	columns.answers = NULL;
	refused(&columns, "answers");
	columns = small_columns();
	columns.durations_us = NULL;
	refused(&columns, "durations_us");
	columns = small_columns();
	columns.direction = TW_DIRECTION_ANY;
	refused(&columns, "direction");
	columns.direction = 5;
	refused(&columns, "direction");
	columns = small_columns();
	columns.numbers = NULL;
	refused(&columns, "numbers");
	columns.number_offsets = NULL;
	refused(&columns, "numbers");
	columns = small_columns();
	columns.number_offsets = NULL;
	refused(&columns, "numbers");
	columns = small_columns();
	columns.number_stride = 4;
	refused(&columns, "numbers");
	columns = small_columns();
	columns.number_offsets = below;
	columns.count = 1;
	refused(&columns, "numbers");
	columns.number_offsets = falling;
	columns.count = 2;
	refused(&columns, "numbers");
}

static void test_refused_callers(void **state)
{
	static const int32_t falling[] = { 0, 4, 3 };
	tw_rating_columns columns = small_columns();

	(void)state;
	columns.caller_offsets = offsets;
	refused(&columns, "callers");
	columns.callers = texts;
	columns.caller_stride = 1;
	refused(&columns, "callers");
	columns.caller_offsets = NULL;
	columns.caller_stride = 0;
	refused(&columns, "callers");
	columns.caller_offsets = falling;
	refused(&columns, "callers");
}

static void test_refused_arguments(void **state)
{
	tw_charge_columns out = TW_CHARGE_COLUMNS_INIT;
	tw_rating_columns columns = small_columns();
	tw_deck *deck = small_deck();

	(void)state;
	assert_int_equal(tw_rating_rate_columns(NULL, deck, &columns, NULL,
						NULL), TW_EINVAL);
	assert_int_equal(tw_rating_rate_columns(&out, NULL, &columns, NULL,
						NULL), TW_EINVAL);
	assert_int_equal(tw_rating_rate_columns(&out, deck, NULL, NULL,
						NULL), TW_EINVAL);
	columns.size = 0;
	assert_int_equal(tw_rating_rate_columns(&out, deck, &columns, NULL,
						NULL), TW_EINVAL);
	columns.size = sizeof(columns);
	out.size = 3;
	assert_int_equal(tw_rating_rate_columns(&out, deck, &columns, NULL,
						NULL), TW_EINVAL);
	tw_deck_free(deck);
}

/* ---- against the loop ---- */

struct random { tw_random port; tw_random_state state; };

static uint32_t draw(struct random *r, uint32_t below)
{
	uint32_t value = 0;

	r->port.fill(&value, sizeof(value), r->port.arg);
	return value % below;
}

/* Few digits, so that prefixes are met; a letter once in a while. */
static size_t draw_text(struct random *r, char *out, uint32_t most)
{
	size_t length = draw(r, most + 1);

	for (size_t i = 0; i < length; i++)
		out[i] = (char)('0' + draw(r, 3));
	if (length && !draw(r, 40))
		out[draw(r, (uint32_t)length)] = 'x';
	out[length] = '\0';
	return length;
}

static void draw_digits(struct random *r, char *out, uint32_t least,
			uint32_t most)
{
	size_t length = least + draw(r, most - least + 1);

	for (size_t i = 0; i < length; i++)
		out[i] = (char)('0' + draw(r, 3));
	out[length] = '\0';
}

/* A deck of what the rows allow; those that conflict are left out. */
static tw_deck *draw_deck(struct random *r)
{
	tw_rate rates[24];
	size_t count = 0;

	while (count < TW_ARRAY_COUNT(rates)) {
		tw_tariff_rules rules = fixture_rules();
		tw_deck *deck = NULL;
		tw_rate *rate = &rates[count];

		*rate = fixture_rate("", draw(r, 5) * TW_NANOS / 3,
				     1 + draw(r, 60), 1 + draw(r, 60));
		draw_digits(r, rate->prefix, 1, 4);
		if (!draw(r, 3))
			draw_digits(r, rate->caller_prefix, 1, 2);
		rate->direction = draw(r, 4);
		rate->status = draw(r, 8) ? TW_RATE_PRICED : TW_RATE_BLOCKED;
		if (!draw(r, 30))
			rate->price_nanos = INT64_MAX / 100;
		if (tw_deck_new(&deck, &rules, rates, count + 1, NULL) ||
		    count + 1 == TW_ARRAY_COUNT(rates)) {
			if (deck)
				return deck;
			continue;
		}
		tw_deck_free(deck);
		count++;
	}
	return NULL;
}

struct batch {
	tw_rating_columns in;
	char numbers[ROWS][STRIDE], callers[ROWS][STRIDE];
	char number_data[ROWS * STRIDE], caller_data[ROWS * STRIDE];
	int32_t number_offsets[ROWS + 1], caller_offsets[ROWS + 1];
	int64_t answers[ROWS], durations[ROWS];
	uint8_t directions[ROWS], relations[ROWS];
	tw_status statuses[ROWS];
	int64_t costs[ROWS], nets[ROWS], vats[ROWS], charged[ROWS];
	int64_t rates[ROWS];
};

static void draw_batch(struct random *r, struct batch *b)
{
	int32_t n = 0, c = 0;

	memset(b, 0, sizeof(*b));
	for (size_t i = 0; i < ROWS; i++) {
		size_t size = draw_text(r, b->numbers[i], 9);

		memcpy(b->number_data + n, b->numbers[i], size);
		n += (int32_t)size;
		size = draw_text(r, b->callers[i], 5);
		memcpy(b->caller_data + c, b->callers[i], size);
		c += (int32_t)size;
		b->number_offsets[i + 1] = n;
		b->caller_offsets[i + 1] = c;
		b->answers[i] = T2026 + draw(r, 1000000) * TW_SECOND;
		b->durations[i] = (int64_t)draw(r, 4000000) * 1000 - 1000;
		b->directions[i] = (uint8_t)draw(r, 6);
		b->relations[i] = (uint8_t)draw(r, 5);
	}
}

static tw_rating_columns columns_of(const struct batch *b, bool strides)
{
	tw_rating_columns columns = TW_RATING_COLUMNS_INIT;

	columns.count = ROWS;
	columns.answers = b->answers;
	columns.durations_us = b->durations;
	columns.directions = b->directions;
	columns.relations = b->relations;
	columns.numbers = strides ? b->numbers[0] : b->number_data;
	columns.callers = strides ? b->callers[0] : b->caller_data;
	if (strides) {
		columns.number_stride = columns.caller_stride = STRIDE;
	}
	else {
		columns.number_offsets = b->number_offsets;
		columns.caller_offsets = b->caller_offsets;
	}
	return columns;
}

static tw_charge_columns charges_of(struct batch *b)
{
	tw_charge_columns out = TW_CHARGE_COLUMNS_INIT;

	out.statuses = b->statuses;
	out.costs = b->costs;
	out.nets = b->nets;
	out.vats = b->vats;
	out.charged_s = b->charged;
	out.rate_indexes = b->rates;
	return out;
}

static void check_row(const struct batch *b, const tw_deck *deck, size_t i)
{
	tw_rating_request request = TW_RATING_REQUEST_INIT;
	tw_charge charge = TW_CHARGE_INIT;
	tw_status status;

	request.number = b->numbers[i];
	request.caller = b->callers[i];
	request.answer = b->answers[i];
	request.duration_us = b->durations[i];
	request.direction = b->directions[i];
	request.relation = b->relations[i];
	status = tw_rating_rate(&charge, deck, &request, NULL);
	assert_int_equal(b->statuses[i], status);
	if (status) {
		assert_true(b->costs[i] == INT64_MIN);
		assert_true(b->rates[i] == INT64_MIN);
		return;
	}
	assert_true(b->costs[i] == charge.cost.nanos);
	assert_true(b->nets[i] == charge.net.nanos);
	assert_true(b->vats[i] == charge.vat.nanos);
	assert_true(b->charged[i] == charge.charged_s);
	assert_true((uint64_t)b->rates[i] == charge.rate_index);
}

static void test_a_batch_is_a_loop(void **state)
{
	struct batch *b = tw_calloc(1, sizeof(*b));
	uint64_t sum = 0, priced = 0;
	struct random r;

	(void)state;
	assert_non_null(b);
	tw_random_seed(&r.port, &r.state, 2026);
	for (int round = 0; round < 40; round++) {
		tw_deck *deck = draw_deck(&r);
		tw_rating_columns in;
		tw_charge_columns out;

		draw_batch(&r, b);
		in = columns_of(b, round % 2);
		out = charges_of(b);
		assert_int_equal(tw_rating_rate_columns(&out, deck, &in,
			&priced, NULL), TW_OK);
		sum += priced;
		for (size_t i = 0; i < ROWS; i++) {
			check_row(b, deck, i);
			priced -= b->statuses[i] == TW_OK;
		}
		assert_int_equal(priced, 0);
		tw_deck_free(deck);
	}
	assert_true(sum > 2000);        /* the draw is worth something */
	tw_free(b);
}

/* ---- threads: each a slice ---- */

struct slice {
	pthread_t thread;
	struct batch *batch;
	const tw_deck *deck;
	size_t from, to;
};

static void *rate_slice(void *arg)
{
	const struct slice *s = arg;
	tw_rating_columns in = columns_of(s->batch, true);
	tw_charge_columns out = charges_of(s->batch);

	in.count = s->to - s->from;
	in.numbers += s->from * STRIDE;
	in.callers += s->from * STRIDE;
	in.answers += s->from;
	in.durations_us += s->from;
	in.directions += s->from;
	in.relations += s->from;
	out.statuses += s->from;
	out.costs += s->from;
	out.nets += s->from;
	out.vats += s->from;
	out.charged_s += s->from;
	out.rate_indexes += s->from;
	return tw_rating_rate_columns(&out, s->deck, &in, NULL, NULL) ?
		arg : NULL;
}

static void test_threads_take_slices(void **state)
{
	struct batch *b = tw_calloc(1, sizeof(*b));
	struct slice slices[4];
	struct random r;
	tw_deck *deck;

	(void)state;
	assert_non_null(b);
	tw_random_seed(&r.port, &r.state, 7);
	deck = draw_deck(&r);
	draw_batch(&r, b);
	for (size_t i = 0; i < 4; i++) {
		slices[i] = (struct slice){ .batch = b, .deck = deck,
			.from = i * ROWS / 4, .to = (i + 1) * ROWS / 4 };
		assert_int_equal(pthread_create(&slices[i].thread, NULL,
						rate_slice, &slices[i]), 0);
	}
	for (size_t i = 0; i < 4; i++) {
		void *failed = deck;

		assert_int_equal(pthread_join(slices[i].thread, &failed), 0);
		assert_null(failed);
	}
	for (size_t i = 0; i < ROWS; i++)
		check_row(b, deck, i);
	tw_deck_free(deck);
	tw_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_by_hand),
		cmocka_unit_test(test_any_output_may_be_left_out),
		cmocka_unit_test(test_no_rows),
		cmocka_unit_test(test_padded_texts),
		cmocka_unit_test(test_an_internal_call_has_no_rate),
		cmocka_unit_test(test_callers),
		cmocka_unit_test(test_refused_columns),
		cmocka_unit_test(test_refused_callers),
		cmocka_unit_test(test_refused_arguments),
		cmocka_unit_test(test_a_batch_is_a_loop),
		cmocka_unit_test(test_threads_take_slices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
