/* Calls whose host died: closed once, as they stood, and marked. */
#include "recorder_fixture.h"
#include <signal.h>
#include <sys/wait.h>

static void interim(struct desk *d, unsigned int i, int64_t seconds)
{
	char id[32];
	tw_cdr cdr = desk_call(id, i);

	cdr.flags = TW_CDR_INTERIM;
	cdr.duration_us = seconds * TW_SECOND;
	assert_int_equal(tw_recorder_add(NULL, d->recorder, &cdr, d->now,
					 NULL), TW_OK);
}

static void final(struct desk *d, unsigned int i, int64_t seconds)
{
	char id[32];
	tw_cdr cdr = desk_call(id, i);

	cdr.duration_us = seconds * TW_SECOND;
	assert_int_equal(tw_recorder_add(NULL, d->recorder, &cdr, d->now,
					 NULL), TW_OK);
}

static int64_t talk_of(struct desk *d)
{
	return one_number(&d->f, "SELECT coalesce(sum(talk_us), 0) / 1000000 "
			  "FROM rollup WHERE period < 1000000");
}

/* An hour of talk with a word every 15 minutes, killed after 50. */
static void killed_in_a_call(void **state)
{
	struct desk *d = *state;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_recorder_stats stats;
	tw_listing *list;
	int pipes[2], status;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (!pid) {
		desk_open(d);
		for (int64_t s = 0; s < 3000; s += 900) {
			interim(d, 1, s);
			desk_step(d, 50);
		}
		final(d, 2, 60);
		desk_step(d, 50);
		_exit(write(pipes[1], "x", 1) == 1 && pause());
	}
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(pipes[0]);
	close(pipes[1]);
	assert_int_equal(talk_of(d), 60);

	desk_open(d);
	desk_step(d, 0);
	stats = desk_stats(d);
	assert_int_equal(stats.closed, 1);
	assert_int_equal(d->events[TW_RECORDED_CLOSED], 1);
	assert_string_equal(d->call_id, "live-1");
	assert_int_equal(calls_of(d), 2);
	assert_int_equal(talk_of(d), 2760);
	assert_int_equal(tw_open_calls(&list, d->f.store, NULL), TW_OK);
	assert_int_equal(tw_listing_next(&row, list, NULL), TW_OK);
	assert_string_equal(row.kind, "closed");
	assert_string_equal(row.key, "live-1");
	assert_int_equal(row.seconds, 2700);
	assert_string_equal(row.detail, "gw");
	assert_true(row.calls > 0);
	assert_int_equal(tw_listing_next(&row, list, NULL), TW_ITER_END);
	tw_listing_free(list);
	/* once */
	desk_close(d);
	desk_open(d);
	desk_step(d, 0);
	assert_int_equal(desk_stats(d).closed, 0);
	assert_int_equal(calls_of(d), 2);
}

/* What the dead host had still to say stands in its journal: the final record
 * there closes the call, and calls of the new run are let alone, although
 * they went to the same journal before the store could be written. */
static void the_journal_speaks_first(void **state)
{
	struct desk *d = *state;
	tw_store *other;

	desk_open(d);
	interim(d, 1, 0);
	interim(d, 2, 0);
	desk_step(d, 50);
	other = desk_lock(d);
	final(d, 1, 1000);
	interim(d, 2, 900);
	desk_step(d, 50);
	desk_close(d);
	d->options.group_rows = 1;
	desk_open(d);
	interim(d, 3, 0);
	desk_step(d, 50);
	assert_int_equal(desk_stats(d).spooled, 3);
	desk_unlock(other);
	assert_int_equal(tw_recorder_flush(d->recorder, d->now, NULL), TW_OK);
	assert_int_equal(desk_stats(d).closed, 1);
	assert_string_equal(d->call_id, "live-2");
	assert_int_equal(talk_of(d), 1900);
	assert_int_equal(one_number(&d->f, "SELECT count(*) FROM open_call "
				    "WHERE batch = 0"), 1);
	final(d, 3, 60);
	desk_step(d, 50);
	assert_int_equal(talk_of(d), 1960);
	assert_int_equal(desk_stats(d).conflicts, 0);
}

static void others_have_a_grace_time(void **state)
{
	struct desk *d = *state;
	tw_recorder *watcher;
	tw_recorder_options options = d->options;
	char path[160];
	tw_time next;

	desk_open(d);
	interim(d, 1, 0);
	desk_step(d, 50);
	options.name = "watcher";
	assert_int_equal(tw_recorder_open(&watcher, d->f.path, &options,
					  NULL), TW_OK);
	tw_recorder_step(&next, watcher, d->now, NULL);
	d->f.now += 14399 * TW_SECOND;
	d->now += 14399 * TW_SECOND;
	tw_recorder_step(&next, watcher, d->now, NULL);
	assert_int_equal(calls_of(d), 0);
	assert_int_equal(next, d->now + 300 * TW_SECOND);
	d->f.now += 300 * TW_SECOND;
	d->now = next;
	tw_recorder_step(&next, watcher, d->now, NULL);
	assert_int_equal(calls_of(d), 1);
	tw_recorder_free(watcher);
	desk_path(path, d, ".watcher.spool");
	assert_int_equal(unlink(path), 0);
}

/* A host whose calls outlive it goes on with them. */
static void calls_that_outlive_their_host(void **state)
{
	struct desk *d = *state;

	d->options.flags = TW_RECORDER_RESUMES;
	desk_open(d);
	interim(d, 1, 0);
	desk_close(d);
	desk_open(d);
	desk_step(d, 0);
	assert_int_equal(desk_stats(d).closed, 0);
	interim(d, 1, 900);
	final(d, 1, 1000);
	desk_step(d, 50);
	assert_int_equal(talk_of(d), 1000);
	interim(d, 2, 0);
	desk_step(d, 50);
	d->f.now += 14401 * TW_SECOND;
	desk_step(d, 14401 * 1000);
	assert_int_equal(desk_stats(d).closed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(killed_in_a_call),
		DESK_TEST(the_journal_speaks_first),
		DESK_TEST(others_have_a_grace_time),
		DESK_TEST(calls_that_outlive_their_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
