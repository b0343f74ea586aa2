/**
 * @file test_loop.c  How work gets onto the thread of libre
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <re.h>
#include <cmocka.h>
#include "sip/loop.h"
#include "../faults.h"

struct seen {
	struct tw_loop *loop;
	pthread_t thread;
	unsigned depth, runs;
	bool here;
	sigset_t blocked;
};

static struct tw_loop *open_loop(void)
{
	tw_error err = TW_ERROR_INIT;
	struct tw_loop *loop = NULL;

	if (tw__loop_new(&loop, &err))
		fail_msg("%s", err.message);
	return loop;
}

static void job(void *arg)
{
	struct seen *seen = arg;

	seen->runs++;
	seen->thread = pthread_self();
	seen->here = tw__loop_is_here(seen->loop);
	(void)pthread_sigmask(SIG_SETMASK, NULL, &seen->blocked);
	if (seen->depth && seen->depth--)
		tw__loop_call(seen->loop, job, seen);
}

static void test_runs_on_its_own_thread(void **state)
{
	struct seen seen = { .loop = open_loop() };
	sigset_t before, after;

	(void)state;
	assert_false(tw__loop_is_here(seen.loop));
	(void)pthread_sigmask(SIG_SETMASK, NULL, &before);
	tw__loop_call(seen.loop, job, &seen);
	/* it is done when the call returns */
	assert_int_equal(seen.runs, 1);
	assert_true(seen.here);
	assert_false(pthread_equal(seen.thread, pthread_self()));
	/* signals are the host's, and his mask is as it was */
	assert_true(sigismember(&seen.blocked, SIGINT));
	assert_true(sigismember(&seen.blocked, SIGTERM));
	assert_true(sigismember(&seen.blocked, SIGPIPE));
	(void)pthread_sigmask(SIG_SETMASK, NULL, &after);
	assert_int_equal(sigismember(&before, SIGTERM),
		sigismember(&after, SIGTERM));
	tw__loop_free(seen.loop);
	tw__loop_free(NULL);
}

/* A job of a job runs at once: waiting for itself would be for ever. */
static void test_call_within_a_job(void **state)
{
	struct seen seen = { .loop = open_loop(), .depth = 3 };

	(void)state;
	tw__loop_call(seen.loop, job, &seen);
	assert_int_equal(seen.runs, 4);
	assert_true(seen.here);
	tw__loop_free(seen.loop);
}

enum { CALLERS = 8, CALLS = 500 };

struct caller {
	struct tw_loop *loop;
	unsigned *total;
	unsigned mine;
};

/* No lock: jobs run one after the other, or the sum (and TSan) would tell. */
static void count(void *arg)
{
	struct caller *caller = arg;

	++*caller->total;
	caller->mine++;
}

static void *call_often(void *arg)
{
	struct caller *caller = arg;

	for (unsigned i = 0; i < CALLS; i++) {
		tw__loop_call(caller->loop, count, caller);
		if (caller->mine != i + 1)
			return arg;
	}
	return NULL;
}

static void test_many_callers(void **state)
{
	struct caller callers[CALLERS];
	pthread_t threads[CALLERS];
	struct tw_loop *loop = open_loop();
	unsigned total = 0;

	(void)state;
	for (int i = 0; i < CALLERS; i++) {
		callers[i] = (struct caller){ loop, &total, 0 };
		assert_int_equal(pthread_create(&threads[i], NULL,
			call_often, &callers[i]), 0);
	}
	for (int i = 0; i < CALLERS; i++) {
		void *wrong;

		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
	assert_int_equal(total, CALLERS * CALLS);
	tw__loop_free(loop);
}

struct timer {
	struct tmr tmr;
	pthread_t thread;
	volatile bool fired;
	int pipe[2];
};

static void timer_h(void *arg)
{
	struct timer *timer = arg;

	timer->thread = pthread_self();
	timer->fired = true;
	(void)!write(timer->pipe[1], "x", 1);
}

static void start_timer(void *arg)
{
	struct timer *timer = arg;

	tmr_init(&timer->tmr);
	tmr_start(&timer->tmr, 1, timer_h, timer);
}

/* libre's timers live there, between the jobs. */
static void test_timers_of_libre(void **state)
{
	struct seen seen = { .loop = open_loop() };
	struct timer timer = { .fired = false };
	char byte;

	(void)state;
	assert_int_equal(pipe(timer.pipe), 0);
	tw__loop_call(seen.loop, start_timer, &timer);
	assert_int_equal(read(timer.pipe[0], &byte, 1), 1);
	tw__loop_call(seen.loop, job, &seen);
	assert_true(timer.fired);
	assert_true(pthread_equal(timer.thread, seen.thread));
	(void)close(timer.pipe[0]);
	(void)close(timer.pipe[1]);
	tw__loop_free(seen.loop);
}

static void test_two_loops(void **state)
{
	struct seen a = { .loop = open_loop() }, b = { .loop = open_loop() };

	(void)state;
	tw__loop_call(a.loop, job, &a);
	tw__loop_call(b.loop, job, &b);
	assert_false(pthread_equal(a.thread, b.thread));
	tw__loop_free(a.loop);
	/* the end of one is not that of the other */
	tw__loop_call(b.loop, job, &b);
	assert_int_equal(b.runs, 2);
	tw__loop_free(b.loop);
}

static void test_no_memory(void **state)
{
	struct tw_loop *loop = NULL;
	tw_error err = TW_ERROR_INIT;
	struct faults faults;

	(void)state;
	faults_begin(&faults, 0);
	assert_int_equal(tw__loop_new(&loop, &err), TW_ENOMEM);
	assert_true(faults_end(&faults));
	assert_null(loop);
	assert_int_equal(err.code, TW_ENOMEM);
}

/* No descriptor is left: said in words, and nothing stays behind. */
static void test_no_descriptors(void **state)
{
	struct tw_loop *loop = NULL;
	tw_error err = TW_ERROR_INIT;
	struct rlimit limit, none;
	struct faults faults;
	tw_status status;
	int next = dup(0);

	(void)state;
	assert_true(next >= 0);
	(void)close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = (rlim_t)next;
	faults_begin(&faults, INT64_MAX);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	status = tw__loop_new(&loop, &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	(void)faults_end(&faults);
	assert_int_equal(status, TW_EIO);
	assert_null(loop);
	assert_non_null(strstr(err.message, "no thread for the SIP loop: "));
	assert_int_equal(faults.held, 0);
	tw__loop_free(open_loop());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs_on_its_own_thread),
		cmocka_unit_test(test_call_within_a_job),
		cmocka_unit_test(test_many_callers),
		cmocka_unit_test(test_timers_of_libre),
		cmocka_unit_test(test_two_loops),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_no_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
