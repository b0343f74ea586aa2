/* Recorders: when records move on, and where they are when the store takes
 * none. */
#include "recorder_fixture.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "../faults.h"

static void groups_by_time_and_rows(void **state)
{
	struct desk *d = *state;
	tw_recorder_stats stats;

	d->options.group_rows = 10;
	desk_open(d);
	assert_true(desk_step(d, 0) > 60000);
	desk_add(d, 1);
	assert_int_equal(desk_step(d, 0), 50);
	desk_add(d, 2);
	assert_int_equal(desk_step(d, 49), 1);
	stats = desk_stats(d);
	assert_int_equal(stats.added, 2);
	assert_int_equal(stats.durable, 0);
	assert_int_equal(calls_of(d), 0);
	assert_true(desk_step(d, 1) > 60000);
	stats = desk_stats(d);
	assert_int_equal(stats.durable, 2);
	assert_int_equal(stats.stored, 2);
	assert_int_equal(calls_of(d), 2);

	for (unsigned int i = 3; i < 13; i++)
		desk_add(d, i);
	assert_true(desk_step(d, 0) > 60000);
	assert_int_equal(calls_of(d), 12);
	assert_int_equal(one_number(&d->f, "SELECT sum(calls) FROM rollup "
		"WHERE period < 1000000"),
			 12);
	assert_int_equal(one_number(&d->f, "SELECT sum(cost_nanos) FROM "
		"rollup WHERE period < 1000000"), RUB(18, 0));
	assert_int_equal(d->events[TW_RECORDED_STATE], 0);
}

/* All groups of a day are one batch, so that the list of batches stays short;
 * what another program wrote begins a new one. */
static void a_day_is_one_batch(void **state)
{
	struct desk *d = *state;
	static const char batches[] = "SELECT count(*) FROM batch";

	desk_open(d);
	for (unsigned int i = 0; i < 5; i++) {
		desk_add(d, i);
		desk_step(d, 50);
	}
	assert_int_equal(one_number(&d->f, batches), 1);
	assert_int_equal(one_number(&d->f, "SELECT rows_stored FROM batch"),
			 5);
	assert_int_equal(one_number(&d->f, "SELECT last_us - first_us FROM "
				    "batch"), 4 * TW_SECOND);
	d->f.now += 86400 * TW_SECOND;
	desk_add(d, 6);
	desk_step(d, 50);
	assert_int_equal(one_number(&d->f, batches), 2);
	assert_int_equal(one_number(&d->f, "SELECT rows_stored FROM batch "
				    "WHERE id = 2"), 1);
}

static void what_others_change_is_seen(void **state)
{
	struct desk *d = *state;

	desk_open(d);
	desk_add(d, 1);
	desk_step(d, 50);
	assert_int_equal(one_number(&d->f, "SELECT cost_nanos FROM call"),
			 RUB(1, 50));
	/* a cheaper sheet, and the number moves to Ufa */
	import_sheet(&d->f, "carrier-2026", TW_TARIFF_FULL, SHEET_HEAD
		     "79,Russia mobile,0.60,RUB,2026-10-05T10:00:02+03:00,,"
		     "1,1,0,outbound,\n");
	want_company(&d->f);
	want(&d->f, "department[0].name", "Ufa");
	want(&d->f, "carrier[0].name", "carrier");
	want(&d->f, "trunk[0].name", "main");
	want(&d->f, "trunk[0].carrier", "carrier");
	want(&d->f, "trunk[0].registrar", "sip:127.0.0.1:5070;transport=udp");
	want(&d->f, "trunk[0].user", "trunk1");
	want(&d->f, "number[0].number", "78432000001");
	want(&d->f, "number[0].carrier", "carrier");
	want(&d->f, "number[0].department", "Ufa");
	apply_at(&d->f, "2026-10-05T10:00:01+03:00");
	desk_add(d, 7);
	desk_step(d, 50);
	assert_int_equal(one_number(&d->f, "SELECT cost_nanos FROM call "
				    "ORDER BY start_us DESC"), RUB(0, 60));
	assert_int_equal(one_number(&d->f, "SELECT count(DISTINCT department)"
				    " FROM call"), 2);
	assert_int_equal(one_number(&d->f, "SELECT count(*) FROM batch "
				    "WHERE source = 'gw'"), 2);
}

static void a_locked_store_costs_no_record(void **state)
{
	struct desk *d = *state;
	tw_recorder_stats stats;
	tw_store *other;

	desk_open(d);
	other = desk_lock(d);
	desk_add(d, 1);
	assert_int_equal(desk_step(d, 50), 200);
	stats = desk_stats(d);
	assert_int_equal(stats.state, TW_RECORDER_SPOOLING);
	assert_int_equal(stats.durable, 1);
	assert_int_equal(stats.spooled, 1);
	assert_int_equal(stats.reserved, 1);
	assert_int_equal(d->events[TW_RECORDED_STATE], 1);
	assert_non_null(strstr(d->text, "another process"));
	/* more of them go straight to the journal */
	desk_add(d, 2);
	assert_int_equal(desk_step(d, 10), 40);
	desk_step(d, 40);
	assert_int_equal(desk_stats(d).durable, 2);
	assert_int_equal(desk_stats(d).spooled, 2);
	desk_step(d, 200);
	assert_int_equal(desk_stats(d).spooled, 2);

	desk_unlock(other);
	desk_add(d, 3);
	desk_step(d, 200);
	assert_int_equal(desk_stats(d).spooled, 0);
	desk_step(d, 50);
	stats = desk_stats(d);
	assert_int_equal(stats.state, TW_RECORDER_LIVE);
	assert_int_equal(stats.stored, 3);
	assert_int_equal(stats.spool_bytes, 0);
	assert_int_equal(d->state_count, 2);
	assert_int_equal(d->states[1], TW_RECORDER_LIVE);
	assert_int_equal(calls_of(d), 3);
}

static void a_store_that_is_locked_at_the_start(void **state)
{
	struct desk *d = *state;
	tw_store *other = desk_lock(d);

	desk_open(d);
	assert_int_equal(desk_stats(d).state, TW_RECORDER_SPOOLING);
	desk_add(d, 1);
	desk_step(d, 50);
	assert_int_equal(desk_stats(d).durable, 1);
	desk_unlock(other);
	desk_step(d, 200);
	assert_int_equal(calls_of(d), 1);
}

/* Steps back or ahead, a clock delays nothing for long. */
static void a_clock_that_steps(void **state)
{
	struct desk *d = *state;

	desk_open(d);
	desk_add(d, 1);
	desk_step(d, -3600 * 1000);
	assert_int_equal(calls_of(d), 1);
}

static void one_owner_of_a_name(void **state)
{
	struct desk *d = *state;
	tw_recorder *other = NULL;
	tw_error err = TW_ERROR_INIT;
	char path[160];

	desk_open(d);
	assert_int_equal(tw_recorder_open(&other, d->f.path, &d->options,
					  &err), TW_EBUSY);
	d->options.name = "second";
	assert_int_equal(tw_recorder_open(&other, d->f.path, &d->options,
					  &err), TW_OK);
	tw_recorder_free(other);
	desk_path(path, d, ".second.spool");
	assert_int_equal(unlink(path), 0);
}

static void wrong_options_are_refused(void **state)
{
	struct desk *d = *state;
	const tw_recorder_options good = d->options;
	tw_error err = TW_ERROR_INIT;
	tw_recorder *r = NULL;

	d->options.name = "../x";
	assert_int_equal(tw_recorder_open(&r, d->f.path, &d->options, &err),
			 TW_EINVAL);
	assert_string_equal(err.field, "name");
	d->options = good;
	d->options.spool_limit = 10;
	assert_int_equal(tw_recorder_open(&r, d->f.path, &d->options, &err),
			 TW_EINVAL);
	assert_string_equal(err.field, "spool_limit");
	d->options = good;
	d->options.group_rows = 0;
	assert_int_equal(tw_recorder_open(&r, d->f.path, &d->options, &err),
			 TW_EINVAL);
	d->options = good;
	d->options.carrier = "nobody";
	assert_int_equal(tw_recorder_open(&r, d->f.path, &d->options, &err),
			 TW_ENOTFOUND);
	assert_int_equal(tw_recorder_open(&r, "/nowhere/store.db", &good,
					  &err), TW_ENOTFOUND);
	assert_null(r);
}

static void full_says_so_and_forgets_nothing(void **state)
{
	struct desk *d = *state;
	tw_error err = TW_ERROR_INIT;
	tw_store *other;
	unsigned int n = 0;
	char id[32];
	tw_cdr cdr;

	d->options.spool_limit = 4096;
	desk_open(d);
	other = desk_lock(d);
	while (desk_try(d, n) == TW_OK) {
		n++;
		desk_step(d, 50);
	}
	assert_true(n > 10);
	assert_int_equal(desk_stats(d).state, TW_RECORDER_FULL);
	assert_int_equal(desk_stats(d).durable, n);
	cdr = desk_call(id, n);
	assert_int_equal(tw_recorder_add(NULL, d->recorder, &cdr, d->now,
					 &err), TW_EBUSY);
	assert_non_null(strstr(err.message, "spool_limit of 4096"));
	desk_unlock(other);
	desk_step(d, 200);
	assert_int_equal(calls_of(d), n);
	desk_add(d, n);
	desk_step(d, 50);
	assert_int_equal(desk_stats(d).state, TW_RECORDER_LIVE);
	assert_int_equal(calls_of(d), n + 1);
}

/* More than spool_limit in one go, into a store that takes all of it. */
static void a_burst_is_not_full(void **state)
{
	struct desk *d = *state;

	d->options.spool_limit = 4096;
	desk_open(d);
	for (unsigned int i = 0; i < 200; i++)
		desk_add(d, i);
	assert_int_equal(tw_recorder_flush(d->recorder, d->now, NULL), TW_OK);
	assert_int_equal(calls_of(d), 200);
	assert_int_equal(d->events[TW_RECORDED_STATE], 0);
}

static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = bytes ? bytes : limit.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
}

/* Neither the store nor the journal can be written: the records are kept, and
 * nobody is told that they are safe. */
static void when_nothing_can_be_written(void **state)
{
	struct desk *d = *state;
	tw_recorder_stats stats;

	desk_open(d);
	desk_add(d, 1);
	desk_step(d, 50);
	signal(SIGXFSZ, SIG_IGN);
	limit_files(100);
	desk_add(d, 2);
	desk_step(d, 50);
	stats = desk_stats(d);
	assert_int_equal(stats.state, TW_RECORDER_UNSAFE);
	assert_int_equal(stats.added, 2);
	assert_int_equal(stats.durable, 1);
	assert_int_equal(stats.waiting, 1);
	limit_files(4096);
	desk_step(d, 200);
	stats = desk_stats(d);
	assert_int_equal(stats.state, TW_RECORDER_SPOOLING);
	assert_int_equal(stats.durable, 2);
	limit_files(0);
	signal(SIGXFSZ, SIG_DFL);
	desk_step(d, 200);
	assert_int_equal(desk_stats(d).state, TW_RECORDER_LIVE);
	assert_int_equal(calls_of(d), 2);
}

static void free_leaves_nothing_behind(void **state)
{
	struct desk *d = *state;
	tw_store *other;

	desk_open(d);
	desk_add(d, 1);
	desk_close(d);
	assert_int_equal(calls_of(d), 1);
	desk_open(d);
	other = desk_lock(d);
	desk_add(d, 2);
	desk_close(d);
	desk_unlock(other);
	assert_int_equal(calls_of(d), 1);
	desk_open(d);
	assert_int_equal(desk_stats(d).spooled, 1);
	desk_step(d, 0);
	assert_int_equal(calls_of(d), 2);
}

/* What is durable survives kill -9, in the journal as in the store. */
static void kill_dash_nine(void **state)
{
	struct desk *d = *state;
	tw_store *other = desk_lock(d);
	int pipes[2], status;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (!pid) {
		desk_open(d);
		for (unsigned int i = 0; i < 25; i++) {
			desk_add(d, i);
			desk_step(d, 50);
		}
		desk_add(d, 99);
		_exit(desk_stats(d).durable == 25 &&
		      write(pipes[1], "x", 1) == 1 && pause());
	}
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status));
	close(pipes[0]);
	close(pipes[1]);
	desk_unlock(other);
	desk_open(d);
	assert_int_equal(desk_stats(d).spooled, 25);
	desk_step(d, 0);
	assert_int_equal(desk_stats(d).stored, 25);
	assert_int_equal(calls_of(d), 25);
}

/* Every allocation fails once, at every step of a record's way: it is in the
 * store in the end, once, or add() said that it was not taken. */
static void every_allocation_may_fail(void **state)
{
	struct desk *d = *state;
	struct faults faults;
	unsigned int taken = 0, rounds = 0, step = 1;
	bool more = true;

	d->options.event = NULL;
	while (more) {
		const int64_t n = (int64_t)rounds * step;
		tw_time next;
		char id[32];
		tw_cdr cdr = desk_call(id, rounds);

		faults_begin(&faults, n);
		if (tw_recorder_open(&d->recorder, d->f.path, &d->options,
				     NULL) == TW_OK) {
			taken += tw_recorder_add(NULL, d->recorder, &cdr,
						 d->now, NULL) == TW_OK;
			tw_recorder_step(&next, d->recorder, d->now + 50000,
					 NULL);
			tw_recorder_step(&next, d->recorder, d->now + 500000,
					 NULL);
		}
		desk_close(d);
		more = faults_end(&faults);
		assert_int_equal(faults.held, 0);
		rounds++;
		d->now += TW_SECOND;
	}
	assert_true(rounds > 50);
	desk_open(d);
	tw_recorder_flush(d->recorder, d->now, NULL);
	assert_int_equal(calls_of(d), taken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(groups_by_time_and_rows),
		DESK_TEST(a_day_is_one_batch),
		DESK_TEST(what_others_change_is_seen),
		DESK_TEST(a_locked_store_costs_no_record),
		DESK_TEST(a_store_that_is_locked_at_the_start),
		DESK_TEST(a_clock_that_steps),
		DESK_TEST(one_owner_of_a_name),
		DESK_TEST(wrong_options_are_refused),
		DESK_TEST(full_says_so_and_forgets_nothing),
		DESK_TEST(a_burst_is_not_full),
		DESK_TEST(when_nothing_can_be_written),
		DESK_TEST(free_leaves_nothing_behind),
		DESK_TEST(kill_dash_nine),
		DESK_TEST(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
