/* See oom_run.h: a process for each fault, as many at a time as there are
 * processors. So a scene of n allocations costs n times what comes after
 * a fault, which is little, and not n times the way to it. A crash is one
 * fault that went wrong, and the sweep goes on. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "oom_run.h"
#include "ram.h"

#define JOBS_MAX 8
#define BAD_MAX 20              /* then one knows enough */
#define CHILD_S 300             /* whoever takes longer hangs */

struct job {
	pid_t pid;                  /* 0: none */
	struct memory_plan plan;
	char dir[64];
};

static struct {
	struct run *run;
	struct job jobs[JOBS_MAX];
	int job_count;
	uint64_t next;              /* index of the next one that fails */
	struct memory_plan plan;    /* in a child: its own */
} walk;

/* The processes are one program to the library: each goes on alone where the
 * first one stands, with a disk of its own (linked with --wrap=getpid). */
pid_t __wrap_getpid(void);

pid_t __wrap_getpid(void)
{
	return 4711;
}

/* ---- processes ---- */

static void count_child(const struct job *job, int status)
{
	struct run *run = walk.run;
	const bool ended = WIFEXITED(status);

	run->faults++;
	if (ended && WEXITSTATUS(status) == OOM_CHILD_TOLD)
		return;
	if (ended && WEXITSTATUS(status) == OOM_CHILD_SILENT) {
		run->silent++;
		return;
	}
	fprintf(stderr, "%s, allocation %" PRIu64 "%s: %s %d\n",
		run->scene->name, job->plan.at,
		job->plan.lasting ? " and on" : "",
		ended ? "ended with" : "ended by signal",
		ended ? WEXITSTATUS(status) : WTERMSIG(status));
	run->bad++;
}

static void wait_for_one(void)
{
	int status;
	pid_t pid = wait(&status);

	for (int i = 0; i < walk.job_count; i++) {
		if (walk.jobs[i].pid != pid)
			continue;
		walk.jobs[i].pid = 0;
		count_child(&walk.jobs[i], status);
	}
}

static struct job *free_job(void)
{
	for (;;) {
		for (int i = 0; i < walk.job_count; i++) {
			if (!walk.jobs[i].pid)
				return &walk.jobs[i];
		}
		wait_for_one();
	}
}

static void wait_for_all(void)
{
	for (int i = 0; i < walk.job_count; i++) {
		while (walk.jobs[i].pid)
			wait_for_one();
	}
}

/* The child's place is returned to the child, NULL to the first one. */
static const struct job *split(uint64_t at, bool lasting)
{
	struct job *job = free_job();

	job->plan.at = at;
	job->plan.lasting = lasting;
	job->pid = fork();
	if (job->pid < 0)
		oom_fail("fork");
	if (job->pid)
		return NULL;
	alarm(CHILD_S);
	setenv("CMOCKA_TEST_ABORT", "1", 1);
	oom_in_child = true;
	walk.plan = job->plan;
	return job;
}

static void begin(struct run *run)
{
	const char *jobs = getenv("TW_OOM_JOBS");
	const long cpus = jobs ? atol(jobs) : sysconf(_SC_NPROCESSORS_ONLN);

	memset(&walk, 0, sizeof(walk));
	walk.run = run;
	walk.job_count = cpus < 1 ? 1 : cpus > JOBS_MAX ? JOBS_MAX :
		(int)cpus;
	fflush(stdout);
	fflush(stderr);
}

/* ---- from the allocation on ---- */

static int at_allocation(uint64_t at)
{
	struct run *run = walk.run;

	if (walk.next >= run->rounds || run->bad >= BAD_MAX ||
	    at != oom_nth(run, walk.next))
		return MEMORY_GIVEN;
	walk.next++;
	if (split(at, false))
		return MEMORY_ONCE;
	if (split(at, true))
		return MEMORY_LASTING;
	return MEMORY_GIVEN;
}

void oom_walk(struct run *run)
{
	static const struct memory_plan none = { 0, false };
	tw_error err = TW_ERROR_INIT;
	int64_t held = memory_held();
	tw_status status;

	begin(run);
	run->walks = true;
	oom_clear_dir();
	oom_reset();
	ram_on();
	oom_begin_store(run->scene);
	memory_walk(at_allocation);
	status = oom_play(run->scene, &none, &err);
	if (oom_in_child) {
		oom_check(run, &walk.plan, status, &err, held);
		_exit(status ? OOM_CHILD_TOLD : OOM_CHILD_SILENT);
	}
	wait_for_all();
	oom_end_store();
	ram_off();
	if (status || strcmp(run->said, oom_stage.said) != 0)
		oom_fail("%s: undisturbed it was disturbed: %s",
			 run->scene->name, err.message);
	if (walk.next < run->rounds && run->bad < BAD_MAX)
		oom_fail("%s: %" PRIu64 " allocations, and %" PRIu64
			 " before", run->scene->name, memory_count(),
			 run->count);
}

/* ---- from the beginning ---- */

void oom_replay_all(struct run *run)
{
	begin(run);
	for (int i = 0; i < walk.job_count; i++)
		oom_place(walk.jobs[i].dir);
	for (uint64_t i = 0; i < 2 * run->rounds && run->bad < BAD_MAX; i++) {
		const struct job *job = split(oom_nth(run, i / 2), i & 1);

		if (!job)
			continue;
		oom_move_to(job->dir);
		_exit(oom_replay(run, &walk.plan) ? OOM_CHILD_SILENT :
		      OOM_CHILD_TOLD);
	}
	wait_for_all();
	for (int i = 0; i < walk.job_count; i++) {
		char old[64];

		snprintf(old, sizeof(old), "%s", oom_stage.dir);
		oom_move_to(walk.jobs[i].dir);
		oom_clear_dir();
		rmdir(oom_stage.dir);
		oom_move_to(old);
	}
}
