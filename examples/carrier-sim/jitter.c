/**
 * @file jitter.c  When an answer really leaves
 *
 * Always by a timer, also without jitter: a handler that may run inside its
 * caller or after it would have two orders of events to get right.
 */
#include "jitter.h"


static uint64_t delay_ms(const struct jitter *jitter)
{
	uint32_t n;

	if (!jitter->max_ms)
		return 0;
	tw_random_system()->fill(&n, sizeof(n), tw_random_system()->arg);

	return n % (jitter->max_ms + 1u);
}


static void timer_handler(void *arg)
{
	struct jitter_slot *slot = arg;
	struct clk *clk = slot->clk;

	/* The handler may free the slot, and must find time still held. */
	mem_ref(clk);
	slot->clk = NULL;
	slot->h(slot->arg);
	clk_busy(clk, -1);
	mem_deref(clk);
}


void jitter_send(const struct jitter *jitter, struct jitter_slot *slot,
		 void (*h)(void *arg), void *arg)
{
	jitter_cancel(slot);
	clk_busy(jitter->clk, 1);
	slot->clk = jitter->clk;
	slot->h = h;
	slot->arg = arg;
	tmr_start(&slot->tmr, delay_ms(jitter), timer_handler, slot);
}


void jitter_cancel(struct jitter_slot *slot)
{
	if (!slot->clk)
		return;
	tmr_cancel(&slot->tmr);
	clk_busy(slot->clk, -1);
	slot->clk = NULL;
}
