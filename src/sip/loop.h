/**
 * @file src/sip/loop.h  A private thread with a loop of libre
 *
 * Decides how work gets onto that thread and when the caller goes on. It
 * refuses to know what the work is.
 *
 * Threads: tw__loop_call() from any; the jobs run one after the other on the
 * loop's thread, between its packets and timers.
 */
#ifndef TW_SRC_SIP_LOOP_H
#define TW_SRC_SIP_LOOP_H

#include <stdbool.h>
#include <trunkwise/base.h>

struct tw_loop;

tw_status tw__loop_new(struct tw_loop **out, tw_error *err);

/* Ends the thread, waits for it. No call may be under way or follow, and
 * what jobs have made on the loop must be gone. Not from the loop itself. */
void tw__loop_free(struct tw_loop *loop);

/* True on the loop's own thread. */
bool tw__loop_is_here(const struct tw_loop *loop);

/* Runs `run` there and returns after it. At once if this is the thread. */
void tw__loop_call(struct tw_loop *loop, void (*run)(void *arg), void *arg);

#endif
