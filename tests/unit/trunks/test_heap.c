/**
 * @file test_heap.c  The heap's first is the least, whatever was done to it
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>
#include <trunkwise/sys/clock.h>
#include "trunks/index.h"

enum { COUNT = 300, STEPS = 20000 };

static struct tw_heap_node node[COUNT];
static bool in[COUNT];

static void check(const struct tw_heap *heap)
{
	int64_t least = INT64_MAX;
	size_t count = 0;

	for (int i = 0; i < COUNT; i++) {
		if (!in[i])
			continue;
		count++;
		if (node[i].at < least)
			least = node[i].at;
		assert_ptr_equal(heap->node[node[i].place], &node[i]);
	}
	assert_int_equal(heap->count, count);
	assert_true(count ? tw__heap_first(heap)->at == least :
		!tw__heap_first(heap));
}

static void test_random_steps(void **state)
{
	struct tw_heap heap;
	tw_random random;
	tw_random_state seed;
	uint32_t dice[3];

	(void)state;
	memset(&heap, 0, sizeof(heap));
	tw_random_seed(&random, &seed, 7);
	for (int i = 0; i < STEPS; i++) {
		random.fill(dice, sizeof(dice), random.arg);
		uint32_t n = dice[0] % COUNT;

		if (!in[n]) {
			node[n].at = dice[1] % 1000;
			assert_int_equal(tw__heap_add(&heap, &node[n]),
				TW_OK);
			in[n] = true;
		}
		else if (dice[2] % 3 == 0) {
			tw__heap_remove(&heap, &node[n]);
			in[n] = false;
		}
		else {
			tw__heap_move(&heap, &node[n], dice[2] % 7 ?
				dice[1] % 1000 : INT64_MAX);
		}
		if (i % 16 == 0)
			check(&heap);
	}
	for (int i = 0; i < COUNT; i++)
		if (in[i])
			tw__heap_remove(&heap, &node[i]);
	assert_null(tw__heap_first(&heap));
	tw__heap_free(&heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
