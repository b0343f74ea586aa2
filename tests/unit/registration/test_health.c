/**
 * @file test_health.c  Hysteresis, loss and round trips
 */
#include "fake.h"
#include "registration/health.h"

#define MS(n) ((int64_t)(n) * 1000)

static struct tw_health fresh(void)
{
	struct tw_health h = { .down_after = 3, .up_after = 2,
		.loss_percent = 10, .rtt_limit_us = MS(100) };

	return h;
}

static void alive(struct tw_health *h, unsigned n)
{
	while (n--)
		tw__health_alive(h, MS(10), false);
}

static void lost(struct tw_health *h, unsigned n)
{
	while (n--)
		tw__health_failed(h, true);
}

static void test_down_and_back(void **state)
{
	struct tw_health h = fresh();

	(void)state;
	assert_int_equal(h.verdict, TW_HEALTH_UNKNOWN);
	lost(&h, 2);
	assert_int_equal(h.verdict, TW_HEALTH_UNKNOWN);
	/* a first good answer needs no second one */
	alive(&h, 1);
	assert_int_not_equal(h.verdict, TW_HEALTH_DOWN);
	alive(&h, 40);
	assert_int_equal(h.verdict, TW_HEALTH_UP);
	lost(&h, 1);
	assert_int_equal(h.verdict, TW_HEALTH_UP);
	alive(&h, 1);
	/* not in a row: flapping alone never makes it down */
	lost(&h, 2);
	assert_int_equal(h.verdict, TW_HEALTH_UP);
	lost(&h, 1);
	assert_int_equal(h.verdict, TW_HEALTH_DOWN);
	alive(&h, 1);
	assert_int_equal(h.verdict, TW_HEALTH_DOWN);
	lost(&h, 1);
	alive(&h, 1);
	assert_int_equal(h.verdict, TW_HEALTH_DOWN);
	alive(&h, 1);
	/* back, and what was lost is still in the window */
	assert_int_equal(h.verdict, TW_HEALTH_DEGRADED);
	alive(&h, 32);
	assert_int_equal(h.verdict, TW_HEALTH_UP);
	assert_int_equal(tw__health_loss(&h), 0);
}

static void test_never_answered(void **state)
{
	struct tw_health h = fresh();

	(void)state;
	lost(&h, 3);
	assert_int_equal(h.verdict, TW_HEALTH_DOWN);
	assert_int_equal(tw__health_loss(&h), 100);
	assert_true(h.rtt_us == 0 && h.smoothed_us == 0);
	h.failures = UINT32_MAX;
	lost(&h, 1);
	assert_int_equal(h.failures, UINT32_MAX);
}

static void test_loss(void **state)
{
	struct tw_health h = fresh();

	(void)state;
	alive(&h, 1);
	lost(&h, 1);
	/* half of two is one datagram */
	assert_int_equal(tw__health_loss(&h), 50);
	assert_int_equal(h.verdict, TW_HEALTH_UP);
	alive(&h, 28);
	lost(&h, 1);
	alive(&h, 1);            /* 2 of 32: 6 % */
	assert_int_equal(h.window, 32);
	assert_int_equal(tw__health_loss(&h), 6);
	assert_int_equal(h.verdict, TW_HEALTH_UP);
	lost(&h, 1);             /* the oldest bit was a success: 3 of 32 */
	alive(&h, 1);
	lost(&h, 1);             /* 3 again: one loss fell out; 9 % */
	assert_int_equal(h.verdict, TW_HEALTH_UP);
	alive(&h, 1);
	lost(&h, 1);             /* 4 of 32: 12 % */
	assert_int_equal(tw__health_loss(&h), 12);
	assert_int_equal(h.verdict, TW_HEALTH_DEGRADED);
	/* met at 10 %, left below 8 %: 3 of 32 (9 %) is not yet enough */
	while (tw__health_loss(&h) > 9)
		alive(&h, 1);
	assert_int_equal(tw__health_loss(&h), 9);
	assert_int_equal(h.verdict, TW_HEALTH_DEGRADED);
	while (tw__health_loss(&h) > 6)
		alive(&h, 1);
	assert_int_equal(h.verdict, TW_HEALTH_UP);
}

static void test_round_trips(void **state)
{
	struct tw_health h = fresh();

	(void)state;
	tw__health_alive(&h, MS(80), false);
	assert_true(h.rtt_us == MS(80) && h.smoothed_us == MS(80));
	assert_true(h.min_us == MS(80) && h.max_us == MS(80));
	tw__health_alive(&h, MS(160), false);
	assert_true(h.smoothed_us == MS(90));
	/* whose answer it is nobody knows: it counts, and measures nothing */
	tw__health_alive(&h, MS(2000), true);
	assert_true(h.rtt_us == MS(160) && h.max_us == MS(160));
	assert_int_equal(tw__health_repeats(&h), 33);
	assert_int_equal(h.verdict, TW_HEALTH_UP);
	tw__health_alive(&h, MS(240), false);
	assert_true(h.smoothed_us == MS(90) + MS(150) / 8);
	assert_int_equal(h.verdict, TW_HEALTH_DEGRADED);
	assert_true(h.min_us == MS(80) && h.max_us == MS(240));
	while (h.smoothed_us >= MS(75)) {
		assert_int_equal(h.verdict, TW_HEALTH_DEGRADED);
		tw__health_alive(&h, MS(10), false);
	}
	assert_int_equal(h.verdict, TW_HEALTH_UP);
	tw__health_alive(&h, 0, false);
	assert_true(h.rtt_us == 1);
}

static void test_limits_off(void **state)
{
	struct tw_health h = { .down_after = 10, .up_after = 1 };

	(void)state;
	for (unsigned i = 0; i < 32; i++) {
		tw__health_alive(&h, MS(30000), false);
		lost(&h, 5);
		assert_int_equal(h.verdict, TW_HEALTH_UP);
	}
}

static void test_out_and_forget(void **state)
{
	struct tw_health h = fresh();

	(void)state;
	alive(&h, 1);
	tw__health_out(&h);
	assert_int_equal(h.verdict, TW_HEALTH_DOWN);
	assert_int_equal(tw__health_loss(&h), 0);
	alive(&h, 2);
	assert_int_equal(h.verdict, TW_HEALTH_UP);
	tw__health_forget(&h);
	assert_int_equal(h.verdict, TW_HEALTH_UNKNOWN);
	assert_true(!h.window && !h.rtt_us && !h.successes);
	assert_true(h.down_after == 3 && h.rtt_limit_us == MS(100));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_down_and_back),
		cmocka_unit_test(test_never_answered),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_limits_off),
		cmocka_unit_test(test_out_and_forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
