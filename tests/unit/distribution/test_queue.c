/* Rows: first in, first out, also over the end of the ring. */
#include "host.h"

#include "distribution/queue.h"

static void keeps_order_while_it_grows(void **state)
{
	struct tw_queue queue = { 0 };
	const struct tw__event_row *first;
	uint64_t in = 0, out = 0;
	int i, j;

	(void)state;
	for (i = 0; i < 300; ++i) {
		assert_int_equal(tw__queue_reserve(&queue, 7), TW_OK);
		for (j = 0; j < 7; ++j) {
			tw__queue_add(&queue)->call = ++in;
		}
		for (j = 0; j < 5; ++j) {
			first = tw__queue_first(&queue);
			assert_non_null(first);
			assert_int_equal(first->call, ++out);
			tw__queue_drop(&queue);
		}
	}
	while ((first = tw__queue_first(&queue)) != NULL) {
		assert_int_equal(first->call, ++out);
		tw__queue_drop(&queue);
	}
	assert_int_equal(in, out);
	assert_int_equal(queue.capacity & (queue.capacity - 1), 0);
	tw__queue_free(&queue);
}

/* A place that was used before must not show through. */
static void a_new_row_is_all_zero(void **state)
{
	const struct tw__event_row zero = { 0 };
	struct tw_queue queue = { 0 };
	int i;

	(void)state;
	assert_null(tw__queue_first(&queue));
	assert_int_equal(tw__queue_reserve(&queue, 1), TW_OK);
	for (i = 0; i < 200; ++i) {
		struct tw__event_row *row = tw__queue_add(&queue);

		assert_memory_equal(row, &zero, sizeof(zero));
		memset(row, 0xff, sizeof(*row));
		tw__queue_drop(&queue);
	}
	assert_int_equal(queue.count, 0);
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
		cmocka_unit_test(a_new_row_is_all_zero),
		cmocka_unit_test(refuses_what_no_memory_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
