/**
 * @file jitter.h  When an answer really leaves
 *
 * At once, or after a random time of the real clock. Meanwhile the virtual
 * clock is held, so that a slow network may change the order of messages but
 * never the time that is charged.
 */
#ifndef EXAMPLES_JITTER_H
#define EXAMPLES_JITTER_H

#include <re.h>
#include "../common/clk.h"

struct jitter {
	struct clk *clk;
	uint32_t max_ms;        /* 0: as soon as the loop turns */
};

struct jitter_slot {
	struct tmr tmr;
	struct clk *clk;        /* NULL: nothing waits */
	void (*h)(void *arg);
	void *arg;
};

/* One thing waits in a slot at a time; a second call replaces the first. */
void jitter_send(const struct jitter *jitter, struct jitter_slot *slot,
		 void (*h)(void *arg), void *arg);
void jitter_cancel(struct jitter_slot *slot);

#endif
