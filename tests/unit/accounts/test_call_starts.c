/* Keys of a file and their starts: near and far, many, without memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "accounts/call_shift.h"
#include "accounts/call_starts.h"
#include "base/hash.h"
#include "../faults.h"

#define NOON (20000LL * 86400 * TW_SECOND)

static struct tw__starts *starts_of(uint64_t rows)
{
	struct tw__starts *starts = NULL;

	assert_int_equal(tw__starts_new(&starts, rows, NULL), TW_OK);
	return starts;
}

static tw_time near(const struct tw__starts *starts, uint64_t key,
		    tw_time start)
{
	size_t step = 0;

	tw__starts_expect(starts, key);
	return tw__starts_near(starts, key, start, &step);
}

static void near_and_far(void **state)
{
	struct tw__starts *starts = starts_of(0);
	const uint64_t key = 0xffffffff00000001u;
	const tw_time last = 4102444799LL * TW_SECOND;
	size_t step = 0;

	(void)state;
	assert_int_equal(near(starts, key, NOON), -1);
	assert_int_equal(tw__starts_add(starts, key, NOON + 7, NULL), TW_OK);
	assert_int_equal(near(starts, key, NOON), NOON);
	assert_int_equal(near(starts, key, NOON + TW_SHIFT_MAX_US + 7), NOON);
	assert_int_equal(near(starts, key, NOON - TW_SHIFT_MAX_US + 7), NOON);
	assert_int_equal(near(starts, key, NOON + TW_SHIFT_MAX_US +
			      2 * TW_SECOND), -1);
	assert_int_equal(near(starts, key, NOON - TW_SHIFT_MAX_US -
			      2 * TW_SECOND), -1);
	assert_int_equal(near(starts, 0xefffffff00000001u, NOON), -1);
	/* each of several, and both ends of what is stored */
	assert_int_equal(tw__starts_add(starts, key, NOON + 9 * TW_SECOND,
					NULL), TW_OK);
	assert_int_equal(tw__starts_near(starts, key, NOON, &step), NOON);
	assert_int_equal(tw__starts_near(starts, key, NOON, &step),
			 NOON + 9 * TW_SECOND);
	assert_int_equal(tw__starts_near(starts, key, NOON, &step), -1);
	assert_int_equal(tw__starts_add(starts, 0, 1, NULL), TW_OK);
	assert_int_equal(near(starts, 0, TW_SECOND), 0);
	assert_int_equal(tw__starts_add(starts, 1, last, NULL), TW_OK);
	assert_int_equal(near(starts, 1, last), last);
	tw__starts_free(starts);
	tw__starts_free(NULL);
}

/* More than there was room for; hardly any is taken for another. */
static void many(void **state)
{
	struct tw__starts *starts = starts_of(100);
	int taken = 0;

	(void)state;
	for (uint64_t i = 0; i < 20000; i++) {
		uint64_t key = tw__hash64(&i, sizeof(i));

		taken += near(starts, key, NOON) >= 0;
		assert_int_equal(tw__starts_add(starts, key, NOON +
			(tw_time)(i % 100) * TW_SECOND, NULL), TW_OK);
	}
	assert_true(taken < 5);
	for (uint64_t i = 0; i < 20000; i++)
		assert_true(near(starts, tw__hash64(&i, sizeof(i)), NOON) >=
			    0);
	tw__starts_free(starts);
}

static void every_failed_allocation(void **state)
{
	bool more = true;

	(void)state;
	for (int64_t n = 0; more; n++) {
		struct faults faults;
		struct tw__starts *starts = NULL;
		tw_status status;

		faults_begin(&faults, n);
		status = tw__starts_new(&starts, 0, NULL);
		for (uint64_t i = 0; !status && i < 3000; i++)
			status = tw__starts_add(starts, i << 32, NOON, NULL);
		tw__starts_free(starts);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(near_and_far), cmocka_unit_test(many),
		cmocka_unit_test(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
