/* Which allocations of which scenes fail: see oom.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "oom_run.h"

static bool long_run(void)
{
	const char *value = getenv("TW_TEST_LONG");

	return value && *value && strcmp(value, "0") != 0;
}

static uint64_t from_environment(const char *name, uint64_t or_else)
{
	const char *value = getenv(name);

	return value && *value ? strtoull(value, NULL, 10) : or_else;
}

uint64_t oom_nth(const struct run *run, uint64_t i)
{
	const uint64_t step = run->span / run->rounds;

	return run->first + i * run->span / run->rounds +
		(step > 1 ? i * 7919 % step : 0);
}

/* TW_OOM_FROM and TW_OOM_TO name a part of a long run. */
static bool choose(struct run *run, uint64_t most)
{
	const uint64_t last = from_environment("TW_OOM_TO", run->count);

	run->first = from_environment("TW_OOM_FROM", 1);
	if (!run->first || run->first > last || last > run->count)
		return false;
	run->span = last - run->first + 1;
	run->rounds = run->span < most ? run->span : most;
	return true;
}

/* Within this process, where a sanitizer sees what is left at its end. */
static void replay_here(struct run *run)
{
	for (uint64_t i = 0; i < 2 * run->rounds; i++) {
		const struct memory_plan plan = { oom_nth(run, i / 2), i & 1 };

		run->silent += oom_replay(run, &plan);
		run->faults++;
	}
}

static void sweep(const struct scene *scene, int here, int everyday)
{
	const bool alone = scene->flags & (OOM_PURE | OOM_FILES);
	struct run run = { .scene = scene };
	time_t began = time(NULL);

	oom_rehearse(&run, !alone);
	if (!long_run() && choose(&run, (uint64_t)here))
		replay_here(&run);
	if (choose(&run, long_run() ? UINT64_MAX : (uint64_t)everyday))
		(alone ? oom_replay_all : oom_walk)(&run);
	print_message("%s: %" PRIu64 " allocations, %" PRIu64 " faults, %"
		      PRIu64 " of them did no harm, %ld s\n", scene->name,
		      run.count, run.faults, run.silent,
		      (long)(time(NULL) - began));
	free(run.said);
	if (run.bad)
		fail_msg("%s: %" PRIu64 " faults went wrong", scene->name,
			 run.bad);
}

static struct {
	const struct scene *scenes;
	size_t count;
	void (*begin)(void);
	int here, everyday;
} show;

static void every_allocation_fails(void **state)
{
	const char *only = getenv("TW_OOM_SCENE");

	(void)state;
	for (size_t i = 0; i < show.count; i++) {
		if (!only || !strcmp(only, show.scenes[i].name))
			sweep(&show.scenes[i], show.here, show.everyday);
	}
}

static int set_up(void **state)
{
	(void)state;
	show.begin();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	oom_end();
	return 0;
}

int oom_main(const struct scene *scenes, size_t count, void begin(void),
	     int here, int everyday)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_fails),
	};

	show.scenes = scenes;
	show.count = count;
	show.begin = begin;
	show.here = here;
	show.everyday = everyday;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
