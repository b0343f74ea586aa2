/* Clock and randomness ports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/base.h"
#include <trunkwise/sys/clock.h>

static void system_clocks_run(void **state)
{
	const tw_clock *clock = tw_clock_system();
	int64_t last = clock->monotonic(clock->arg);

	(void)state;
	/* after 2024 and before 2200: the unit is microseconds */
	assert_true(clock->wall(clock->arg) > 1704067200 * TW_SECOND);
	assert_true(clock->wall(clock->arg) < 7258118400 * TW_SECOND);
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock->monotonic(clock->arg);

		assert_true(now >= last);
		last = now;
	}
}

static void system_random_differs(void **state)
{
	const tw_random *random = tw_random_system();
	unsigned char a[512] = { 0 }, b[512] = { 0 };

	(void)state;
	random->fill(a, sizeof(a), random->arg);
	random->fill(b, sizeof(b), random->arg);
	assert_memory_not_equal(a, b, sizeof(a));
	random->fill(a, 0, random->arg);
}

/* The stream is part of what a replay promises: pinned. */
static void seeded_stream_replays(void **state)
{
	static const uint8_t zero_seed[] = {
		0xb4, 0xf2, 0x75, 0xcb, 0x36, 0x5f, 0xec, 0x99
	};
	tw_random_state s1, s2;
	tw_random r1, r2;
	uint8_t a[100], b[100];

	(void)state;
	tw_random_seed(&r1, &s1, 42);
	tw_random_seed(&r2, &s2, 42);
	r1.fill(a, sizeof(a), r1.arg);
	r2.fill(b, sizeof(b), r2.arg);
	assert_memory_equal(a, b, sizeof(a));
	tw_random_seed(&r2, &s2, 43);
	r2.fill(b, sizeof(b), r2.arg);
	assert_memory_not_equal(a, b, sizeof(a));
	tw_random_seed(&r1, &s1, 0);
	r1.fill(a, 8, r1.arg);
	assert_memory_equal(a, zero_seed, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(system_clocks_run),
		cmocka_unit_test(system_random_differs),
		cmocka_unit_test(seeded_stream_replays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
