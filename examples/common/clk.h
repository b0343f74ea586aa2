/**
 * @file clk.h  One clock and its timers, real or virtual
 *
 * Decides what time it is for calls, records and plans. With the real clock
 * timers are libre's. With the virtual one time stands still while anything
 * is under way on the wire (clk_busy) and then jumps to the next timer: a
 * month of calls passes in seconds, over real sockets. Refuses to know what
 * the timers are for.
 *
 * One libre loop, one thread.
 */
#ifndef EXAMPLES_CLK_H
#define EXAMPLES_CLK_H

#include <re.h>
#include <trunkwise/sys/clock.h>

struct clk;

typedef void (clk_h)(void *arg);

struct clk_timer {
	struct clk *clk;     /* NULL: not started */
	tw_time at;
	uint64_t order;      /* first started fires first at equal times */
	clk_h *h;
	void *arg;
	size_t index;        /* in the virtual clock's heap */
	struct tmr tmr;      /* the real clock's */
};

int clk_real_alloc(struct clk **clkp);
/* idle_h is called when no timer is left and nothing is busy. */
int clk_virtual_alloc(struct clk **clkp, tw_time start, clk_h *idle_h,
		      void *arg);

tw_time clk_now(const struct clk *clk);
/* The same clock for the library; monotonic is virtual too. */
const tw_clock *clk_port(const struct clk *clk);

/* Restarts a timer that runs. The timer must be zeroed before first use and
 * cancelled before its memory goes. */
void clk_timer_start(struct clk *clk, struct clk_timer *timer, tw_time at,
		     clk_h *h, void *arg);
void clk_timer_cancel(struct clk_timer *timer);

/* +1 when a message goes out that must be followed by another one, -1 when
 * that came (or its transaction failed). The virtual clock moves only at 0,
 * and only after some full turns of the loop without a call of clk_busy: 0
 * says "a message came" and starts that count again. No effect on the real
 * clock. */
void clk_busy(struct clk *clk, int delta);
uint32_t clk_busy_count(const struct clk *clk);

/* Virtual: start and stop the pump that lets time move. Busy is counted also
 * while it is stopped. */
void clk_run(struct clk *clk);
void clk_stop(struct clk *clk);

#endif
