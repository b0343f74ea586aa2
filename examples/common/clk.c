/**
 * @file clk.c  One clock and its timers, real or virtual
 *
 * The virtual pump turns by a message to its own queue, not by a zero-delay
 * timer: libre runs timers of the same millisecond in one go, so a timer that
 * restarts itself would turn without ever looking at the sockets.
 */
#include <assert.h>
#include <stdlib.h>
#include <trunkwise/sys/alloc.h>
#include "clk.h"

enum {
	/* Turns of the loop that must find nothing before time may move. A
	 * turn reads one datagram of each socket, so this is also how many
	 * uncounted messages (an ACK, a late 200) one socket may hold. */
	QUIET_TURNS = 6,
};

struct clk {
	tw_clock port;
	bool is_virtual;

	/* virtual only */
	tw_time now;
	struct clk_timer **heap;
	size_t count, room;
	uint64_t order;
	uint32_t busy;
	uint32_t quiet;
	bool running, queued;
	struct mqueue *mq;
	clk_h *idle_h;
	void *idle_arg;
};


static bool fires_before(const struct clk_timer *a, const struct clk_timer *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}


static void put(struct clk *clk, size_t index, struct clk_timer *timer)
{
	clk->heap[index] = timer;
	timer->index = index;
}


static void sift_up(struct clk *clk, size_t i)
{
	struct clk_timer *timer = clk->heap[i];

	while (i && fires_before(timer, clk->heap[(i - 1) / 2])) {
		put(clk, i, clk->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(clk, i, timer);
}


static void sift_down(struct clk *clk, size_t i)
{
	struct clk_timer *timer = clk->heap[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= clk->count)
			break;
		if (child + 1 < clk->count &&
		    fires_before(clk->heap[child + 1], clk->heap[child]))
			child++;
		if (!fires_before(clk->heap[child], timer))
			break;
		put(clk, i, clk->heap[child]);
		i = child;
	}
	put(clk, i, timer);
}


static void heap_add(struct clk *clk, struct clk_timer *timer)
{
	if (clk->count == clk->room) {
		const size_t room = clk->room ? 2 * clk->room : 64;
		struct clk_timer **heap;

		heap = tw_realloc(clk->heap, room * sizeof(*heap));

		/* A simulation that loses a timer would go on and lie. */
		if (!heap)
			abort();
		clk->heap = heap;
		clk->room = room;
	}

	put(clk, clk->count++, timer);
	sift_up(clk, clk->count - 1);
}


static void heap_remove(struct clk *clk, size_t i)
{
	struct clk_timer *last;

	assert(i < clk->count);
	last = clk->heap[--clk->count];
	if (i == clk->count)
		return;
	put(clk, i, last);
	sift_up(clk, i);
	sift_down(clk, last->index);
}


static void queue_turn(struct clk *clk)
{
	if (clk->queued || !clk->running)
		return;
	clk->queued = mqueue_push(clk->mq, 0, NULL) == 0;
}


static void fire_next(struct clk *clk)
{
	struct clk_timer *timer = clk->heap[0];

	heap_remove(clk, 0);
	timer->clk = NULL;
	if (timer->at > clk->now)
		clk->now = timer->at;
	timer->h(timer->arg);
}


static void turn_handler(int id, void *data, void *arg)
{
	struct clk *clk = arg;
	(void)id;
	(void)data;

	clk->queued = false;
	if (!clk->running || clk->busy)
		return;

	if (++clk->quiet < QUIET_TURNS) {
		queue_turn(clk);
		return;
	}

	clk->quiet = 0;
	mem_ref(clk);
	if (clk->count) {
		fire_next(clk);
		if (!clk->busy)
			queue_turn(clk);
	}
	else if (clk->idle_h) {
		/* The pump rests now; a timer or a message wakes it. */
		clk->idle_h(clk->idle_arg);
	}
	mem_deref(clk);
}


static tw_time virtual_now(void *arg)
{
	return ((struct clk *)arg)->now;
}


static void destructor(void *arg)
{
	struct clk *clk = arg;
	size_t i;

	for (i = 0; i < clk->count; i++)
		clk->heap[i]->clk = NULL;
	tw_free(clk->heap);
	mem_deref(clk->mq);
}


int clk_real_alloc(struct clk **clkp)
{
	struct clk *clk;

	if (!clkp)
		return EINVAL;

	clk = mem_zalloc(sizeof(*clk), destructor);
	if (!clk)
		return ENOMEM;

	clk->port = *tw_clock_system();
	*clkp = clk;

	return 0;
}


int clk_virtual_alloc(struct clk **clkp, tw_time start, clk_h *idle_h,
		      void *arg)
{
	struct clk *clk;
	int err;

	if (!clkp)
		return EINVAL;

	clk = mem_zalloc(sizeof(*clk), destructor);
	if (!clk)
		return ENOMEM;

	clk->is_virtual = true;
	clk->now = start;
	clk->idle_h = idle_h;
	clk->idle_arg = arg;
	clk->port.size = sizeof(clk->port);
	clk->port.wall = virtual_now;
	clk->port.monotonic = virtual_now;
	clk->port.arg = clk;

	err = mqueue_alloc(&clk->mq, turn_handler, clk);
	if (err)
		mem_deref(clk);
	else
		*clkp = clk;

	return err;
}


tw_time clk_now(const struct clk *clk)
{
	return clk->port.wall(clk->port.arg);
}


const tw_clock *clk_port(const struct clk *clk)
{
	return &clk->port;
}


static void real_handler(void *arg)
{
	struct clk_timer *timer = arg;

	timer->clk = NULL;
	timer->h(timer->arg);
}


void clk_timer_start(struct clk *clk, struct clk_timer *timer, tw_time at,
		     clk_h *h, void *arg)
{
	clk_timer_cancel(timer);
	if (at == TW_TIME_MAX)
		return;

	timer->clk = clk;
	timer->at = at;
	timer->h = h;
	timer->arg = arg;

	if (clk->is_virtual) {
		timer->order = clk->order++;
		heap_add(clk, timer);
		queue_turn(clk);
	}
	else {
		const tw_time now = clk_now(clk);
		const uint64_t ms = at > now ? ((uint64_t)(at - now) + 999)
			/ 1000 : 0;

		/* Measured once, by libre's monotonic time: a wall clock that
		 * steps back must not hold a ringing phone for an hour. */
		tmr_start(&timer->tmr, ms, real_handler, timer);
	}
}


void clk_timer_cancel(struct clk_timer *timer)
{
	struct clk *clk = timer->clk;

	if (!clk)
		return;
	timer->clk = NULL;
	if (clk->is_virtual)
		heap_remove(clk, timer->index);
	else
		tmr_cancel(&timer->tmr);
}


void clk_busy(struct clk *clk, int delta)
{
	if (!clk || !clk->is_virtual)
		return;

	assert(delta >= 0 || clk->busy >= (uint32_t)-delta);
	clk->busy += (uint32_t)delta;
	clk->quiet = 0;
	if (!clk->busy)
		queue_turn(clk);
}


uint32_t clk_busy_count(const struct clk *clk)
{
	return clk->busy;
}


void clk_run(struct clk *clk)
{
	if (!clk->is_virtual)
		return;
	clk->running = true;
	clk->quiet = 0;
	queue_turn(clk);
}


void clk_stop(struct clk *clk)
{
	clk->running = false;
}
