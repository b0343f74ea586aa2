/* Rows: first in, first out, also over the end of the ring. */
#include "host.h"

#include "distribution/queue.h"

static void keeps_order_while_it_grows(void **state)
{
	struct tw_queue queue = { 0 };
	struct tw_row row = { 0 };
	uint64_t in = 0, out = 0;
	int i, j;

	(void)state;
	for (i = 0; i < 300; ++i) {
		assert_int_equal(tw__queue_reserve(&queue, 7), TW_OK);
		for (j = 0; j < 7; ++j) {
			row.call = ++in;
			tw__queue_push(&queue, &row);
		}
		for (j = 0; j < 5; ++j) {
			assert_true(tw__queue_pop(&row, &queue));
			assert_int_equal(row.call, ++out);
		}
	}
	while (tw__queue_pop(&row, &queue))
		assert_int_equal(row.call, ++out);
	assert_int_equal(in, out);
	assert_int_equal(queue.capacity & (queue.capacity - 1), 0);
	tw__queue_free(&queue);
}

static void refuses_what_no_memory_holds(void **state)
{
	struct tw_queue queue = { 0 };

	(void)state;
	assert_int_equal(tw__queue_reserve(&queue, SIZE_MAX / 2), TW_ENOMEM);
	assert_int_equal(queue.capacity, 0);
	tw__queue_free(&queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_order_while_it_grows),
		cmocka_unit_test(refuses_what_no_memory_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
