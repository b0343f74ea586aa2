/**
 * @file src/sip/loop.c  A private thread with a loop of libre
 *
 * Every function of libre belongs to the thread whose loop it touches, so
 * the thread makes, uses and frees all of it, and others hand jobs over. A
 * caller waits for its job, which lives on the caller's stack: no queue of
 * copies, no limit, and errors come back as from a plain call.
 *
 * No libre_init() and no libre_close() here, on purpose. The first puts a
 * handler of SIGPIPE over the host's, the second closes the loop of whichever
 * thread calls it, which may be the host's own. Of what libre_init() does, a
 * POSIX system with OpenSSL 1.1.1 or later needs nothing (libre's TCP sends
 * with MSG_NOSIGNAL), and re_thread_init() is what gives a thread its loop.
 * So there is no process-wide state to count, and a host's own use of both
 * is not disturbed.
 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <re.h>
#include <trunkwise/sys/alloc.h>
#include "loop.h"
#include "port.h"

struct job {
	void (*run)(void *arg);
	void *arg;
	struct job *next;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool done;
};

struct tw_loop {
	pthread_t thread;
	struct mqueue *wakes;
	pthread_mutex_t lock;          /* of what stands below */
	struct job *first, **last;
	bool woken;                    /* a wake is in the pipe */
};

static void job_init(struct job *job, void (*run)(void *arg), void *arg)
{
	memset(job, 0, sizeof(*job));
	job->run = run;
	job->arg = arg;
	(void)pthread_mutex_init(&job->lock, NULL);
	(void)pthread_cond_init(&job->ended, NULL);
}

static void job_wait(struct job *job)
{
	(void)pthread_mutex_lock(&job->lock);
	while (!job->done)
		(void)pthread_cond_wait(&job->ended, &job->lock);
	(void)pthread_mutex_unlock(&job->lock);
	(void)pthread_cond_destroy(&job->ended);
	(void)pthread_mutex_destroy(&job->lock);
}

/* Signalled under the lock: the job is gone once its owner gets that. */
static void job_end(struct job *job)
{
	(void)pthread_mutex_lock(&job->lock);
	job->done = true;
	(void)pthread_cond_signal(&job->ended);
	(void)pthread_mutex_unlock(&job->lock);
}

/* One round takes what is there and no more, so that callers who never rest
 * do not keep packets waiting. */
static void wake_h(int id, void *data, void *arg)
{
	struct tw_loop *loop = arg;
	struct job *job, *next;

	(void)id;
	(void)data;
	(void)pthread_mutex_lock(&loop->lock);
	job = loop->first;
	loop->first = NULL;
	loop->last = &loop->first;
	loop->woken = false;
	(void)pthread_mutex_unlock(&loop->lock);
	for (; job; job = next) {
		next = job->next;
		job->run(job->arg);
		job_end(job);
	}
}

struct start {
	struct tw_loop *loop;
	struct job ready;
	int err;
};

/* A host may hold thousands of descriptors, so that ours get high numbers,
 * and libre has room for 1024 unless told. */
static void make_room(void)
{
	struct rlimit limit;
	const int most = 65536;        /* 3 MB of libre's tables */

	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur > 1024)
		(void)fd_setsize(limit.rlim_cur < (rlim_t)most ?
			(int)limit.rlim_cur : most);
}

static void *loop_main(void *arg)
{
	struct start *start = arg;
	struct tw_loop *loop = start->loop;
	struct mqueue *wakes = NULL;
	int err = re_thread_init();

	if (err == EALREADY)           /* 4.x says 0 */
		err = 0;
	if (!err) {
		make_room();
		err = mqueue_alloc(&wakes, wake_h, loop);
	}
	loop->wakes = wakes;
	start->err = err;
	job_end(&start->ready);        /* start is gone from here */
	if (!err)
		(void)re_main(NULL);
	(void)mem_deref(wakes);
	re_thread_close();
	return NULL;
}

/* Signals are the host's: none is delivered to this thread. */
static int start_thread(struct tw_loop *loop, struct start *start)
{
	sigset_t all, before;
	int err;

	(void)sigfillset(&all);
	err = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (err)
		return err;
	err = pthread_create(&loop->thread, NULL, loop_main, start);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

static tw_status refuse(struct tw_loop *loop, int e, tw_error *err)
{
	(void)pthread_mutex_destroy(&loop->lock);
	tw_free(loop);
	return tw__sip_fail(err, e == ENOMEM ? TW_ENOMEM : TW_EIO, "",
		"no thread for the SIP loop: %s", strerror(e));
}

tw_status tw__loop_new(struct tw_loop **out, tw_error *err)
{
	struct tw_loop *loop = tw_calloc(1, sizeof(*loop));
	struct start start;
	int e;

	if (!loop)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	loop->last = &loop->first;
	(void)pthread_mutex_init(&loop->lock, NULL);
	start.loop = loop;
	job_init(&start.ready, NULL, NULL);
	e = start_thread(loop, &start);
	if (e) {
		job_end(&start.ready);
		job_wait(&start.ready);
		return refuse(loop, e, err);
	}
	job_wait(&start.ready);
	if (start.err) {
		(void)pthread_join(loop->thread, NULL);
		return refuse(loop, start.err, err);
	}
	*out = loop;
	return TW_OK;
}

bool tw__loop_is_here(const struct tw_loop *loop)
{
	return pthread_equal(pthread_self(), loop->thread);
}

void tw__loop_call(struct tw_loop *loop, void (*run)(void *arg), void *arg)
{
	struct job job;
	int err = 0;

	if (tw__loop_is_here(loop)) {
		run(arg);
		return;
	}
	job_init(&job, run, arg);
	(void)pthread_mutex_lock(&loop->lock);
	*loop->last = &job;
	loop->last = &job.next;
	if (!loop->woken)
		err = mqueue_push(loop->wakes, 0, NULL);
	loop->woken = true;
	(void)pthread_mutex_unlock(&loop->lock);
	/* at most two wakes are ever in the pipe, so it is never full */
	assert(!err);
	(void)err;
	job_wait(&job);
}

/* re_cancel() does not wake a sleeping loop; a job is run by an awake one. */
static void cancel(void *arg)
{
	(void)arg;
	re_cancel();
}

void tw__loop_free(struct tw_loop *loop)
{
	if (!loop)
		return;
	assert(!tw__loop_is_here(loop));
	tw__loop_call(loop, cancel, NULL);
	(void)pthread_join(loop->thread, NULL);
	(void)pthread_mutex_destroy(&loop->lock);
	tw_free(loop);
}
