/**
 * @file src/registration/pace.h  Whose turn it is, inside
 *
 * What an attempt asks of the pace that its registration belongs to.
 */
#ifndef TW_SRC_REGISTRATION_PACE_H
#define TW_SRC_REGISTRATION_PACE_H

#include <trunkwise/pace.h>
#include "base/base.h"

#define TW_PACE_RATE_MAX 100000u       /* requests a second */

struct tw_pace_lane;

/* Sits in the registration; zeroed is in no pace. */
struct tw_pace_ticket {
	struct tw_pace_lane *lane;     /* NULL: in no pace */
	struct tw_pace_ticket *prev, *next;
	tw_registration *owner;
	void *arg;
	uint32_t cost;                 /* requests that it asks for */
	bool waits, urgent;
	bool begun;                    /* its attempt has not ended yet */
	bool asleep;                   /* in its lane's list of those */
};

/* True: go now. False: tw_pace_next() will tell; *at is when that may be.
 * urgent: a binding depends on it. */
bool tw__pace_ask(struct tw_pace_ticket *ticket, bool urgent, uint32_t cost,
		  int64_t now_us, int64_t *at);
/* An attempt that was let go has ended, or somebody answered it. */
void tw__pace_end(struct tw_pace_ticket *ticket);
void tw__pace_answered(struct tw_pace_ticket *ticket, int64_t now_us);
/* It asked, and does not want to any more. */
void tw__pace_drop(struct tw_pace_ticket *ticket);
/* A request that did not ask. */
void tw__pace_charge(struct tw_pace_ticket *ticket, int64_t now_us);
void tw__pace_leave(struct tw_pace_ticket *ticket);
/* From now on its registrar gets no more than `rate` a second, of whichever
 * trunk; 0: what the pace has for each. */
void tw__pace_limit(struct tw_pace_ticket *ticket, uint32_t rate);
/* How long a start waits, 0 where none is spread. */
int64_t tw__pace_spread(const struct tw_pace_ticket *ticket);

#endif
