/**
 * @file test_clk.c  Both clocks
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "clk.h"

enum { TIMERS = 500 };

#define START (1000 * TW_SECOND)

struct fixture {
	struct clk *clk;
	struct clk_timer timer[TIMERS];
	int order[TIMERS];
	tw_time at[TIMERS];
	unsigned fired;
	struct tmr tmr;
	bool idle;
};

struct shot {
	struct fixture *f;
	int n;
};


static void idle_handler(void *arg)
{
	((struct fixture *)arg)->idle = true;
	re_cancel();
}


static void shot_handler(void *arg)
{
	struct shot *shot = arg;
	struct fixture *f = shot->f;

	assert_null(f->timer[shot->n].clk);
	f->order[f->fired] = shot->n;
	f->at[f->fired++] = clk_now(f->clk);
}


static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(clk_virtual_alloc(&f->clk, START, idle_handler, f),
			 0);
	tmr_init(&f->tmr);
	*state = f;

	return 0;
}


static int teardown(void **state)
{
	struct fixture *f = *state;

	mem_deref(f->clk);
	free(f);

	return 0;
}


static void test_order_is_by_time_then_by_start(void **state)
{
	struct fixture *f = *state;
	struct shot shots[TIMERS];
	uint32_t random = 1;
	unsigned i;

	for (i = 0; i < TIMERS; i++) {
		random = random * 1103515245u + 12345u;
		shots[i] = (struct shot){ f, (int)i };
		clk_timer_start(f->clk, &f->timer[i], START + (random >> 16)
				% 40 * TW_SECOND, shot_handler, &shots[i]);
	}
	for (i = 0; i < TIMERS; i += 3)
		clk_timer_cancel(&f->timer[i]);
	clk_run(f->clk);
	(void)re_main(NULL);

	assert_true(f->idle);
	assert_int_equal(f->fired, TIMERS - (TIMERS + 2) / 3);
	for (i = 1; i < f->fired; i++) {
		assert_true(f->at[i - 1] <= f->at[i]);
		if (f->at[i - 1] == f->at[i])
			assert_true(f->order[i - 1] < f->order[i]);
	}
}


static void test_restart_moves_and_past_fires_now(void **state)
{
	struct fixture *f = *state;
	struct shot a = { f, 0 }, b = { f, 1 };

	clk_timer_start(f->clk, &f->timer[0], START + 5, shot_handler, &a);
	clk_timer_start(f->clk, &f->timer[1], START - 5, shot_handler, &b);
	clk_timer_start(f->clk, &f->timer[0], START + 9, shot_handler, &a);
	clk_timer_start(f->clk, &f->timer[2], TW_TIME_MAX, shot_handler, &b);
	assert_null(f->timer[2].clk);
	clk_run(f->clk);
	(void)re_main(NULL);

	assert_int_equal(f->fired, 2);
	assert_int_equal(f->order[0], 1);
	assert_int_equal(f->at[0], START);
	assert_int_equal(f->at[1], START + 9);
	assert_int_equal(clk_port(f->clk)->monotonic(clk_port(f->clk)->arg),
			 START + 9);
}


static void release_handler(void *arg)
{
	struct fixture *f = arg;

	assert_int_equal(f->fired, 0);
	assert_int_equal(clk_now(f->clk), START);
	clk_busy(f->clk, -1);
}


static void test_time_stands_while_busy(void **state)
{
	struct fixture *f = *state;
	struct shot a = { f, 0 };

	clk_timer_start(f->clk, &f->timer[0], START + 1, shot_handler, &a);
	clk_busy(f->clk, 1);
	clk_run(f->clk);
	tmr_start(&f->tmr, 50, release_handler, f);
	(void)re_main(NULL);
	assert_int_equal(f->fired, 1);
	assert_int_equal(clk_busy_count(f->clk), 0);
}


static void late_handler(void *arg)
{
	struct fixture *f = arg;

	assert_int_equal(f->fired, 0);
	re_cancel();
}


static void test_stopped_clock_stands(void **state)
{
	struct fixture *f = *state;
	struct shot a = { f, 0 };

	clk_timer_start(f->clk, &f->timer[0], START + 1, shot_handler, &a);
	clk_run(f->clk);
	clk_stop(f->clk);
	tmr_start(&f->tmr, 30, late_handler, f);
	(void)re_main(NULL);
	assert_int_equal(f->fired, 0);
}


static void real_handler(void *arg)
{
	struct fixture *f = arg;

	f->fired++;
	re_cancel();
}


static void test_real_clock(void **state)
{
	struct fixture *f = *state;
	struct clk_timer timer, never;
	struct clk *clk;
	tw_time start;

	memset(&timer, 0, sizeof(timer));
	memset(&never, 0, sizeof(never));
	assert_int_equal(clk_real_alloc(&clk), 0);
	start = clk_now(clk);
	clk_timer_start(clk, &timer, start + 20000, real_handler, f);
	clk_timer_start(clk, &never, start + 10000, real_handler, f);
	clk_timer_cancel(&never);
	(void)re_main(NULL);
	assert_int_equal(f->fired, 1);
	assert_true(clk_now(clk) - start >= 19000);
	clk_busy(clk, 1);
	assert_int_equal(clk_busy_count(clk), 0);
	mem_deref(clk);
}


#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_order_is_by_time_then_by_start),
		CASE(test_restart_moves_and_past_fires_now),
		CASE(test_time_stands_while_busy),
		CASE(test_stopped_clock_stands),
		CASE(test_real_clock),
	};
	int err;

	if (libre_init())
		return 1;
	err = cmocka_run_group_tests(tests, NULL, NULL);
	libre_close();

	return err;
}
