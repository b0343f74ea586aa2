/* The bytes: one for one state, and nothing when memory runs out. */
#include "twin.h"
#include "../faults.h"

static void memory_runs_out(void **state)
{
	tw_engine *from = twin_busy(7);
	struct faults faults;
	bool dealt = true;
	tw_status status;
	int64_t n;

	(void)state;
	for (n = 0; dealt; n += 1 + n / 50) {
		void *made = NULL;
		size_t size;

		faults_begin(&faults, n);
		status = tw_engine_snapshot(&made, &size, from, NULL);
		dealt = faults_end(&faults);
		assert_int_equal(status, dealt ? TW_ENOMEM : TW_OK);
		assert_int_equal(made == NULL, dealt);
		tw_free(made);
	}
	tw_engine_free(from);
}

/* Rows that are unread lie somewhere in a ring; the bytes do not tell. */
static void where_rows_lie_does_not_matter(void **state)
{
	tw_engine *engine = twin_busy(9), *again = twin_build(9, false);
	tw_decision d = TW_DECISION_INIT;
	uint8_t *bytes, *other;
	size_t size, other_size;

	(void)state;
	(void)tw_engine_next(&d, engine, NULL);
	bytes = twin_snapshot(engine, &size);
	twin_restore(again, bytes, size);
	other = twin_snapshot(again, &other_size);
	assert_int_equal(other_size, size);
	assert_memory_equal(other, bytes, size);
	assert_memory_equal(bytes, "TWSTATE\n\3\0\0", 12);
	tw_free(bytes);
	tw_free(other);
	tw_engine_free(engine);
	tw_engine_free(again);
}

static void an_engine_without_anything(void **state)
{
	tw_engine *engine = NULL, *to = NULL;
	uint8_t *bytes;
	size_t size;

	(void)state;
	assert_int_equal(tw_engine_new(&engine, NULL, NULL), TW_OK);
	assert_int_equal(tw_engine_new(&to, NULL, NULL), TW_OK);
	bytes = twin_snapshot(engine, &size);
	twin_restore(to, bytes, size);
	twin_check_empty(to);
	assert_int_equal(tw_engine_snapshot(NULL, &size, engine, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_engine_restore(NULL, to, NULL, 0, NULL),
			 TW_EINVAL);
	tw_free(bytes);
	tw_engine_free(engine);
	tw_engine_free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_runs_out),
		cmocka_unit_test(where_rows_lie_does_not_matter),
		cmocka_unit_test(an_engine_without_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
