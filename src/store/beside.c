/**
 * @file src/store/beside.c  A thread that writes while its caller reads
 *
 * Half of what a file of calls costs is SQLite's and the kernel's; the other
 * half needs no store at all, and the two can go on at once. One connection is
 * used by two threads by turns, never at the same time: SQLite's mutexes are
 * off (SQLITE_OPEN_NOMUTEX), ours hands it over. A ring of work and not one
 * piece of it, because to wake a thread costs as much as a block of rows.
 */
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include "beside.h"
#include "handle.h"

#define WORK_MAX 16u

struct work {
	tw__work_fn *fn;
	void *arg;
};

struct tw__beside {
	tw_store *store;        /* borrowed */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t given_more, done_more;
	struct work ring[WORK_MAX];
	uint64_t given, done;   /* how many, ever */
	uint64_t awaited;       /* the caller sleeps until so many are done */
	tw_status failed;       /* the first that did */
	bool ends;
};

/* Called with the lock, and returns with it. */
static void do_next(struct tw__beside *beside)
{
	struct work work = beside->ring[beside->done % WORK_MAX];
	tw_status status;

	(void)pthread_mutex_unlock(&beside->lock);
	status = work.fn(work.arg);
	(void)pthread_mutex_lock(&beside->lock);
	if (!beside->failed)
		beside->failed = status;
	beside->done++;
	if (beside->done == beside->awaited)
		(void)pthread_cond_signal(&beside->done_more);
}

static void *run(void *arg)
{
	struct tw__beside *beside = arg;

	(void)pthread_mutex_lock(&beside->lock);
	while (!beside->ends || beside->done < beside->given) {
		if (beside->done < beside->given)
			do_next(beside);
		else
			(void)pthread_cond_wait(&beside->given_more,
						&beside->lock);
	}
	(void)pthread_mutex_unlock(&beside->lock);
	return NULL;
}

/* The host's signals are for the host's threads. */
static bool start(struct tw__beside *beside)
{
	sigset_t all, before;
	int code;

	(void)sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before))
		return false;
	code = pthread_create(&beside->thread, NULL, run, beside);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return !code;
}

struct tw__beside *tw__beside_new(tw_store *store)
{
	struct tw__beside *beside;

	assert(!store->beside);
	if (!sqlite3_threadsafe() || sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return NULL;
	beside = tw_calloc(1, sizeof(*beside));
	if (!beside)
		return NULL;
	beside->store = store;
	(void)pthread_mutex_init(&beside->lock, NULL);
	(void)pthread_cond_init(&beside->given_more, NULL);
	(void)pthread_cond_init(&beside->done_more, NULL);
	if (!start(beside)) {
		tw_free(beside);
		return NULL;
	}
	store->beside = beside;
	return beside;
}

void tw__beside_free(struct tw__beside *beside)
{
	if (!beside)
		return;
	(void)pthread_mutex_lock(&beside->lock);
	beside->ends = true;
	(void)pthread_cond_signal(&beside->given_more);
	(void)pthread_mutex_unlock(&beside->lock);
	(void)pthread_join(beside->thread, NULL);
	beside->store->beside = NULL;
	(void)pthread_cond_destroy(&beside->done_more);
	(void)pthread_cond_destroy(&beside->given_more);
	(void)pthread_mutex_destroy(&beside->lock);
	tw_free(beside);
}

/* Called with the lock. */
static void wait_for(struct tw__beside *beside, uint64_t number)
{
	while (beside->done < number) {
		beside->awaited = number;
		(void)pthread_cond_wait(&beside->done_more, &beside->lock);
	}
}

uint64_t tw__beside_give(struct tw__beside *beside, tw__work_fn *fn,
			 void *arg)
{
	uint64_t number;

	(void)pthread_mutex_lock(&beside->lock);
	if (beside->given - beside->done == WORK_MAX)
		wait_for(beside, beside->given - WORK_MAX + 1);
	beside->ring[beside->given % WORK_MAX] = (struct work){ fn, arg };
	if (beside->given == beside->done)
		(void)pthread_cond_signal(&beside->given_more);
	number = ++beside->given;
	(void)pthread_mutex_unlock(&beside->lock);
	return number;
}

bool tw__beside_is_done(struct tw__beside *beside, uint64_t number)
{
	bool is_done;

	(void)pthread_mutex_lock(&beside->lock);
	is_done = beside->done >= number;
	(void)pthread_mutex_unlock(&beside->lock);
	return is_done;
}

void tw__beside_wait(struct tw__beside *beside, uint64_t number)
{
	(void)pthread_mutex_lock(&beside->lock);
	wait_for(beside, number);
	(void)pthread_mutex_unlock(&beside->lock);
}

bool tw__beside_meet(struct tw__beside *beside)
{
	bool stands;

	if (pthread_equal(pthread_self(), beside->thread))
		return true;
	(void)pthread_mutex_lock(&beside->lock);
	wait_for(beside, beside->given);
	stands = !beside->failed;
	(void)pthread_mutex_unlock(&beside->lock);
	return stands;
}
