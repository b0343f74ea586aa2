/* What a mapping was told is whole, or was not said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "formats/said.h"
#include "../faults.h"

static void words_in_their_order(void **state)
{
	struct tw_buf said;

	(void)state;
	tw__buf_init(&said);
	assert_int_equal(tw__said_add(&said, "skip", "2", NULL), TW_OK);
	assert_int_equal(tw__said_add(&said, "zone", "", NULL), TW_OK);
	assert_int_equal(said.size, 5 + 2 + 5 + 1);
	assert_memory_equal(said.data, "skip\0002\0zone\0", said.size);
	tw__buf_free(&said);
}

static void refused_ones_leave_nothing(void **state)
{
	struct tw_buf said;

	(void)state;
	tw__buf_init(&said);
	assert_int_equal(tw__said_add(&said, "a", "b", NULL), TW_OK);
	assert_int_equal(tw__said_add(NULL, "k", "v", NULL), TW_EINVAL);
	assert_int_equal(tw__said_add(&said, NULL, "v", NULL), TW_EINVAL);
	assert_int_equal(tw__said_add(&said, "k", NULL, NULL), TW_EINVAL);
	assert_int_equal(tw__said_add(&said, "k\xff", "v", NULL), TW_EPARSE);
	assert_int_equal(tw__said_add(&said, "k", "\xd0", NULL), TW_EPARSE);
	assert_int_equal(said.size, 4);
	tw__buf_free(&said);
}

/* And where memory ran out, the same may be said again. */
static void memory_runs_out(void **state)
{
	static char longer[10000];
	struct faults faults;
	struct tw_buf said;
	bool more = true;
	int64_t n;

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	for (n = 0; more; n++) {
		tw__buf_init(&said);
		assert_int_equal(tw__said_add(&said, "a", "b", NULL), TW_OK);
		faults_begin(&faults, n);
		(void)tw__said_add(&said, longer, longer, NULL);
		more = faults_end(&faults);
		if (more) {
			assert_int_equal(said.size, 4);
			assert_int_equal(tw__said_add(&said, longer, longer,
						      NULL), TW_OK);
		}
		assert_int_equal(said.size, 4 + 2 * sizeof(longer));
		tw__buf_free(&said);
	}
	assert_true(n > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_in_their_order),
		cmocka_unit_test(refused_ones_leave_nothing),
		cmocka_unit_test(memory_runs_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
