/* kill -9 at random moments: whoever goes on finds all that was acknowledged
 * and nothing half done. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "office.h"

/* Seen by both sides, whatever happens to one of them. */
struct shared {
	volatile int done;          /* steps that were acknowledged */
	volatile int failed;
	char message[256];
};

static struct office office;
static struct shared *shared;

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * 0x2545f4914f6cdd1du >> 11;
}

/* Goes on from the last acknowledged step until it is killed or through. */
static void work(bool one_handle)
{
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;

	while (shared->done < office.steps) {
		if ((!store && office_store(&store, &office, 0, &err)) ||
		    office_step(store, shared->done, &err)) {
			memcpy(shared->message, err.message,
			       sizeof(shared->message) - 1);
			shared->failed = 1;
			_exit(1);
		}
		shared->done++;
		if (!one_handle) {
			tw_store_free(store);
			store = NULL;
		}
	}
	tw_store_free(store);
	_exit(0);
}

/* True when it was killed, false when it was through before. */
static bool kill_once(uint64_t *random, bool one_handle)
{
	struct timespec nap = { 0, 0 };
	int status;
	pid_t pid;

	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		work(one_handle);
	nap.tv_nsec = (long)(next_random(random) % 14000) * 1000;
	nanosleep(&nap, NULL);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (shared->failed)
		fail_msg("step %d: %s", shared->done, shared->message);
	return WIFSIGNALED(status);
}

static void look(const char *what)
{
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;

	if (office_store(&store, &office, 0, &err))
		fail_msg("%s: open: %s", what, err.message);
	office_must_be(&office, store, shared->done, what);
	if (shared->done == office.steps)
		office_must_end(&office, store, office.steps, what);
	tw_store_free(store);
}

static void killed_at_any_moment(void **state)
{
	const int rounds = office_rounds(200, 10000);
	uint64_t random = 88172645463325252u;
	int killed = 0, months = 0;
	char what[64];

	(void)state;
	while (killed < rounds) {
		office_reset(&office);
		shared->done = 0;
		months++;
		while (shared->done < office.steps && killed < rounds) {
			killed += kill_once(&random, killed % 2);
			snprintf(what, sizeof(what), "kill %d", killed);
			look(what);
		}
	}
	print_message("killed %d times in %d months\n", killed, months);
}

static int setup(void **state)
{
	(void)state;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -1;
	office_open(&office);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	office_close(&office);
	munmap(shared, sizeof(*shared));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_at_any_moment),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
