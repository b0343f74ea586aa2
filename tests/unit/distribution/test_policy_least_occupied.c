/* Least occupied: the part of the time at work, of late. */
#include <math.h>

#include "share.h"

#define ONE 4294967296.0

static double occupancy_of(const struct share *s, uint32_t who)
{
	const double lives = (double)(s->h.now) / (1800.0 * TW_SECOND);
	const int64_t level = s->h.engine->pool[0]->member[who]->load;

	return level == INT64_MIN ? 0 : exp2((double)level / ONE - lives);
}

/* One at work for a half-life is half occupied, and a quarter one later. */
static void it_is_the_part_of_the_time(void **state)
{
	struct share s;

	(void)state;
	share_open(&s, TW_POLICY_LEAST_OCCUPIED, 2, NULL);
	assert_int_equal(share_call(&s, 1800000), 0);
	assert_true(fabs(occupancy_of(&s, 0) - 0.5) < 1e-4);
	host_wait(&s.h, 1800000);
	assert_true(fabs(occupancy_of(&s, 0) - 0.25) < 1e-4);
	assert_true(occupancy_of(&s, 1) == 0);
	assert_int_equal(share_call(&s, 1000), 1);
	assert_int_equal(share_call(&s, 1000), 1);   /* far less still */
	host_close(&s.h);
}

/* Long talks are worth more than many short ones. */
static void work_is_even(void **state)
{
	int64_t work[4] = { 0 }, sum = 0;
	uint32_t i, who;
	struct share s;

	(void)state;
	share_open(&s, TW_POLICY_LEAST_OCCUPIED, 4, NULL);
	for (i = 0; i < 1000; ++i) {
		const int64_t ms = 1000 + i * 7919 % 60000;

		who = share_call(&s, ms);
		work[who] += ms;
		sum += ms;
	}
	for (i = 0; i < 4; ++i)
		assert_in_range(work[i], sum / 4 * 95 / 100,
				sum / 4 * 105 / 100);
	host_close(&s.h);
}

/* Wrap-up is work, idle time is not. */
static void wrap_up_is_work(void **state)
{
	struct share s;

	(void)state;
	share_open(&s, TW_POLICY_LEAST_OCCUPIED, 2, NULL);
	s.h.engine->target[0]->wrap_up_us = 900 * TW_SECOND;
	assert_int_equal(share_call(&s, 900000), 0);
	host_wait(&s.h, 900000);
	assert_true(fabs(occupancy_of(&s, 0) - 0.5) < 1e-4);
	host_close(&s.h);
}

/* Trap 10, for occupancy. */
static void trap_10_no_flood_of_work(void **state)
{
	uint32_t seen[3] = { 0 }, i;
	struct share s;

	(void)state;
	share_open(&s, TW_POLICY_LEAST_OCCUPIED, 3, NULL);
	host_state(&s.h, s.t[2], TW_TARGET_PAUSED);
	for (i = 0; i < 100; ++i)
		share_call(&s, 60000);
	host_state(&s.h, s.t[2], TW_TARGET_AVAILABLE);
	for (i = 0; i < 30; ++i)
		++seen[share_call(&s, 60000)];
	for (i = 0; i < 3; ++i)
		assert_in_range(seen[i], 8, 12);
	host_close(&s.h);
}

/* Its order does not change while all are idle, for years. */
static void nothing_overflows(void **state)
{
	struct share s;

	(void)state;
	share_open(&s, TW_POLICY_LEAST_OCCUPIED, 3, NULL);
	assert_int_equal(share_call(&s, 90000), 0);
	assert_int_equal(share_call(&s, 10000), 1);
	assert_int_equal(share_call(&s, 50000), 2);
	host_wait(&s.h, 100 * 365 * 86400000LL);
	assert_int_equal(share_call(&s, 50000), 1);
	assert_true(occupancy_of(&s, 1) > 0.015);
	assert_true(occupancy_of(&s, 1) < 0.025);
	assert_int_equal(share_call(&s, 50000), 2);
	assert_int_equal(share_call(&s, 50000), 0);
	host_close(&s.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_part_of_the_time),
		cmocka_unit_test(work_is_even),
		cmocka_unit_test(wrap_up_is_work),
		cmocka_unit_test(trap_10_no_flood_of_work),
		cmocka_unit_test(nothing_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
