/* Which of two records is the far side of the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "formats/call_group.h"

static const struct tw__side *side(const struct tw__side *rows, size_t count,
				   uint64_t id)
{
	size_t at = tw__sides_find(rows, count, id);

	assert_true(at < count);
	return &rows[at];
}

static uint64_t parent_of(const struct tw__side *rows, size_t count,
			  uint64_t id)
{
	const struct tw__side *s = side(rows, count, id);

	return s->parent ? rows[s->parent - 1].id : 0;
}

static void the_earlier_one_is_the_parent(void **state)
{
	struct tw__side rows[] = {
		{ .id = 9, .names = 4, .start = 100 },
		{ .id = 4, .start = 101 },
		/* both name each other */
		{ .id = 1, .names = 2, .start = 200 },
		{ .id = 2, .names = 1, .start = 201 },
		/* begun together: whoever is named */
		{ .id = 7, .names = 6, .start = 300 },
		{ .id = 6, .start = 300 },
		/* nobody there, and itself */
		{ .id = 11, .names = 12, .start = 400 },
		{ .id = 13, .names = 13, .start = 400 },
	};

	(void)state;
	tw__sides_judge(rows, 8);
	assert_int_equal(parent_of(rows, 8, 4), 9);
	assert_int_equal(parent_of(rows, 8, 9), 0);
	assert_int_equal(parent_of(rows, 8, 2), 1);
	assert_int_equal(parent_of(rows, 8, 1), 0);
	assert_int_equal(parent_of(rows, 8, 7), 6);
	assert_int_equal(parent_of(rows, 8, 6), 0);
	assert_int_equal(parent_of(rows, 8, 11), 0);
	assert_int_equal(parent_of(rows, 8, 13), 0);
	assert_true(tw__sides_find(rows, 8, 12) == SIZE_MAX);
	assert_true(tw__sides_find(rows, 8, 0) == SIZE_MAX);
	tw__sides_judge(rows, 0);
}

static void only_from_outside_to_another_outside(void **state)
{
	static const struct { bool from, to, same, forward; } all[] = {
		{ true, true, false, true }, { true, true, true, false },
		{ false, true, false, false }, { true, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct tw__side rows[] = {
			{ .id = 2, .names = 1, .start = 2, .callee = 5,
			  .to_outside = all[i].to },
			{ .id = 1, .start = 1,
			  .callee = all[i].same ? 5 : 6,
			  .from_outside = all[i].from },
		};

		tw__sides_judge(rows, 2);
		assert_int_equal(side(rows, 2, 2)->forward, all[i].forward);
		assert_false(side(rows, 2, 1)->forward);
	}
}

static struct tw__side one(uint64_t id, uint64_t names, const char *text)
{
	struct tw__side side = { .id = id, .names = names, .callee = id };

	strcpy(side.text, text);
	return side;
}

/* Whatever their ids hash to. */
static void begun_together_their_numbers_decide(void **state)
{
	(void)state;
	for (uint64_t first = 1; first <= 2; first++) {
		uint64_t other = 3 - first;
		struct tw__side rows[2];

		/* a phone called, the carrier was shown a number of ours */
		rows[0] = one(first, other, "b");
		rows[1] = one(other, first, "a");
		rows[1].from_outside = true;
		rows[0].callee = rows[1].callee = 9;
		rows[0].to_outside = rows[1].to_outside = true;
		tw__sides_judge(rows, 2);
		assert_int_equal(parent_of(rows, 2, other), first);
		/* one came from outside, and was sent on */
		rows[0] = one(first, other, "b");
		rows[1] = one(other, first, "a");
		rows[0].from_outside = true;
		tw__sides_judge(rows, 2);
		assert_int_equal(parent_of(rows, 2, other), first);
		/* a phone rang */
		rows[0] = one(first, other, "b");
		rows[1] = one(other, first, "a");
		rows[0].to_outside = true;
		tw__sides_judge(rows, 2);
		assert_int_equal(parent_of(rows, 2, other), first);
		/* nothing says it */
		rows[0] = one(first, other, "a");
		rows[1] = one(other, first, "b");
		tw__sides_judge(rows, 2);
		assert_int_equal(parent_of(rows, 2, other), first);
		assert_int_equal(parent_of(rows, 2, first), 0);
	}
}

static void ids_are_a_sources_own(void **state)
{
	(void)state;
	assert_true(tw__id_hash("", "x") == tw__id_hash("", "x"));
	assert_true(tw__id_hash("north", "x") != tw__id_hash("", "x"));
	assert_true(tw__id_hash("north", "x") != tw__id_hash("south", "x"));
}

/* Nothing depends on where a record stands. */
static void any_order(void **state)
{
	struct tw__side first[40], rows[40];

	(void)state;
	for (unsigned seed = 1; seed < 200; seed++) {
		unsigned x = seed;

		for (size_t i = 0; i < 40; i++) {
			x = x * 1103515245u + 12345u;
			first[i] = (struct tw__side){ .id = i + 1,
				.names = (x >> 16) % 45,
				.start = (tw_time)((x >> 8) % 7),
				.callee = (x >> 20) % 3,
				.from_outside = (x >> 24) & 1,
				.to_outside = (x >> 25) & 1 };
		}
		for (size_t i = 0; i < 40; i++)
			rows[i] = first[(i * 7 + seed) % 40];
		tw__sides_judge(first, 40);
		tw__sides_judge(rows, 40);
		for (uint64_t id = 1; id <= 40; id++) {
			assert_int_equal(parent_of(first, 40, id),
					 parent_of(rows, 40, id));
			assert_int_equal(side(first, 40, id)->forward,
					 side(rows, 40, id)->forward);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_earlier_one_is_the_parent),
		cmocka_unit_test(only_from_outside_to_another_outside),
		cmocka_unit_test(begun_together_their_numbers_decide),
		cmocka_unit_test(ids_are_a_sources_own),
		cmocka_unit_test(any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
