/* Callers who come and go by the thousand are found, and only they. */
#include "near.h"

#include "planning/callers.h"
#include "planning/chance.h"

#define MANY 3000

static void are_found_while_they_are_here(void **state)
{
	static uint32_t place[MANY];
	static bool is_here[MANY];
	struct tw_callers callers;
	struct tw_chance chance;
	uint32_t i, round, live = 0;

	(void)state;
	tw__chance_seed(&chance, 4);
	tw__callers_init(&callers);
	assert_int_equal(tw__callers_find(&callers, 1), TW_NOWHERE);
	for (round = 0; round < 60000; ++round) {
		i = (uint32_t)(tw__chance_bits(&chance) % MANY);
		/* ids that fall on each other: steps of a power of two */
		if (is_here[i]) {
			tw__callers_remove(&callers, place[i]);
			--live;
		} else {
			assert_int_equal(tw__callers_add(&place[i], &callers,
				((uint64_t)i + 1) << 33), TW_OK);
			++live;
		}
		is_here[i] = !is_here[i];
		assert_int_equal(callers.live, live);
	}
	for (i = 0; i < MANY; ++i)
		assert_int_equal(tw__callers_find(&callers,
			((uint64_t)i + 1) << 33), is_here[i] ? place[i] :
			TW_NOWHERE);
	assert_true(callers.count <= MANY);
	tw__callers_free(&callers);
	assert_int_equal(tw__callers_find(&callers, 1), TW_NOWHERE);
}

static void a_place_is_taken_again_and_empty(void **state)
{
	struct tw_callers callers;
	uint32_t a, b;

	(void)state;
	tw__callers_init(&callers);
	assert_int_equal(tw__callers_add(&a, &callers, 5), TW_OK);
	callers.caller[a].target = 9;
	tw__callers_remove(&callers, a);
	assert_int_equal(tw__callers_add(&b, &callers, 6), TW_OK);
	assert_int_equal(a, b);
	assert_int_equal(callers.caller[b].target, 0);
	assert_int_equal(tw__callers_find(&callers, 5), TW_NOWHERE);
	tw__callers_free(&callers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(are_found_while_they_are_here),
		cmocka_unit_test(a_place_is_taken_again_and_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
