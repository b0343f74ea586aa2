/* Deadlines: earliest first, equal ones in arming order. */
#include "host.h"

#include "distribution/heap.h"

#define COUNT 500

static void runs_in_order(void **state)
{
	static struct tw_timer timer[COUNT];
	struct tw_heap heap = { 0 };
	tw_time last = TW_TIME_MIN;
	uint32_t seed = 1;
	size_t i, stopped = 0, run = 0;

	(void)state;
	assert_int_equal(tw__heap_reserve(&heap, COUNT), TW_OK);
	for (i = 0; i < COUNT; ++i) {
		seed = seed * 1664525u + 1013904223u;
		tw__timer_init(&timer[i], TW_TIMER_CALL, &timer[i]);
		tw__timer_arm(&heap, &timer[i], seed >> 20);
	}
	for (i = 0; i < COUNT; i += 3, ++stopped)
		tw__timer_stop(&heap, &timer[i]);
	for (i = 1; i < COUNT; i += 3)   /* arming again moves it */
		tw__timer_arm(&heap, &timer[i], timer[i].at / 2);
	while (heap.count) {
		struct tw_timer *first = tw__heap_first(&heap);

		assert_true(first->at >= last);
		last = first->at;
		tw__timer_stop(&heap, first);
		assert_int_equal(first->place, TW_TIMER_IDLE);
		++run;
	}
	assert_int_equal(run + stopped, COUNT);
	assert_null(tw__heap_first(&heap));
	tw__heap_free(&heap);
}

static void equal_deadlines_keep_their_order(void **state)
{
	struct tw_timer timer[20];
	struct tw_heap heap = { 0 };
	size_t i;

	(void)state;
	assert_int_equal(tw__heap_reserve(&heap, 20), TW_OK);
	for (i = 0; i < 20; ++i) {
		tw__timer_init(&timer[i], TW_TIMER_CALL, &timer[i]);
		tw__timer_arm(&heap, &timer[i], 7);
	}
	for (i = 0; i < 20; ++i) {
		assert_ptr_equal(tw__heap_first(&heap), &timer[i]);
		tw__timer_stop(&heap, &timer[i]);
	}
	tw__timer_stop(&heap, &timer[0]);   /* idle already: no harm */
	tw__heap_free(&heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_in_order),
		cmocka_unit_test(equal_deadlines_keep_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
