/**
 * @file src/registration/lane.h  A pace and its lanes, inside
 *
 * What pace.c (whose turn it is) and wake.c (who may try earlier) share.
 */
#ifndef TW_SRC_REGISTRATION_LANE_H
#define TW_SRC_REGISTRATION_LANE_H

#include "pace.h"
#include "resolve.h"

#define TW_SILENCE_US 4000000LL        /* RFC 3261 T2: each asked again */

struct tw_pace_limit {
	int64_t interval_us;           /* for each request; 0: no limit */
	int64_t burst_us;              /* how far ahead of it one may be */
};

struct tw_pace_queue {
	struct tw_pace_ticket *first, *last;
};

struct tw_pace_lane {
	tw_pace *pace;
	struct tw_pace_lane *next;     /* in the bucket of the table */
	uint64_t key;
	uint32_t refs;
	struct tw_pace_limit limit;
	uint32_t window;               /* attempts while silent; 0: all */
	int64_t full_at;
	struct tw_pace_queue queue[2]; /* urgent ones in [1] */
	uint64_t waiting;              /* requests, in both */
	uint32_t begun;                /* attempts under way */
	int64_t answered_at;
	bool silent;                   /* holds its queues back */
	bool was_silent;               /* since it answered last */
	bool urgent;                   /* which heap it stands in */
	size_t place;                  /* there, plus 1; 0: in none */
	/* wake.c */
	struct tw_pace_queue asleep;   /* wait because it was silent */
	bool waking;                   /* it is not any more */
	int64_t wake_at;               /* the next of them */
	uint32_t sleepers;             /* in the list, */
	uint32_t unasked;              /* of these not looked at yet */
	struct tw_address back;        /* who answers again */
	struct tw_pace_lane *next_waking;
};

/* Lanes that somebody waits in, who may go soonest first. */
struct tw_pace_heap {
	struct tw_pace_lane **lane;
	size_t count, capacity;
};

struct tw_pace {
	uint32_t refs;                 /* the host's and each registration */
	struct tw_pace_limit all;
	uint32_t rate_each;            /* of a registrar, unless told */
	int64_t spread_us;
	int64_t full_at;
	struct tw_pace_lane **table;
	size_t buckets, lanes;
	struct tw_pace_heap heap[2];   /* urgent ones in [1] */
	uint32_t tickets;              /* that wait */
	uint64_t waiting;              /* their requests */
	struct tw_pace_lane *waking;   /* those that wake somebody */
};

#endif
