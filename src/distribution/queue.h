/**
 * @file src/distribution/queue.h  Rows that wait to be read
 */
#ifndef TW_SRC_DISTRIBUTION_QUEUE_H
#define TW_SRC_DISTRIBUTION_QUEUE_H

#include "base/base.h"
#include <trunkwise/time.h>

/* Why a row was written: its words are made when it is read, because most
 * of a decision's cost would otherwise be printing. a and b are arguments.
 * The numbers stand in snapshots: see TW_SNAPSHOT_VERSION. */
enum tw_why {
	TW_WHY_NONE,
	/* offers */
	TW_WHY_ALL,             /* a tier */
	TW_WHY_LINEAR,          /* a tier, b order */
	TW_WHY_ROUND_ROBIN,     /* a order offered before, -1 none */
	TW_WHY_LONGEST_IDLE,    /* a idle microseconds, -1 unknown */
	TW_WHY_OWN,             /* a its id */
	TW_WHY_LAST,
	TW_WHY_STICKY,          /* a whether the call has a key */
	TW_WHY_RANDOM,          /* a how many */
	TW_WHY_WEIGHTED,        /* a weight, b of all */
	TW_WHY_WEIGHTED_RANDOM, /* likewise */
	TW_WHY_FEWEST_CALLS,    /* a calls, b offers that failed since */
	TW_WHY_LEAST_TALK,      /* a microseconds */
	TW_WHY_LEAST_OCCUPIED,  /* a thousandths */
	TW_WHY_RING_N,          /* a how many, b tier */
	TW_WHY_PROGRESSIVE,     /* likewise */
	TW_WHY_FREED,           /* a tier */
	TW_WHY_PREFERRED,
	/* steps; a is the step before */
	TW_WHY_ARRIVED,
	TW_WHY_TIME_UP,
	TW_WHY_NOBODY_LEFT,
	TW_WHY_STEP_SKIPPED,
	TW_WHY_LINE_EMPTY,
	TW_WHY_OTHER_PLAN,      /* a the plan it came from */
	TW_WHY_REQUEUED,
	TW_WHY_RESUMED,
	TW_WHY_CALLBACK,
	TW_WHY_ANNOUNCE,        /* a, b the expected wait, -1 unknown */
	/* offers that end */
	TW_WHY_RANG,            /* a ring microseconds */
	TW_WHY_STEP_OVER,
	TW_WHY_ELSEWHERE,       /* a target that answered */
	TW_WHY_CALLER_LEFT,
	TW_WHY_HOST_SAID,
	TW_WHY_ASK_KEY,
	TW_WHY_NO_KEY,
	TW_WHY_TALK_ENDED,
	/* calls that end */
	TW_WHY_PLAN_RAN_OUT,
	TW_WHY_ALL_BUSY,
	TW_WHY_ALL_CLOSED,
	TW_WHY_REJECT_STEP,
	TW_WHY_VOICEMAIL,
	/* members that are not ready */
	TW_WHY_UNREACHABLE,
	TW_WHY_PAUSED,
	TW_WHY_WRAP_UP,         /* a microseconds left */
	TW_WHY_FOUND_BUSY,      /* a microseconds left */
	TW_WHY_BACK_OFF,        /* a microseconds left */
	TW_WHY_IN_USE,          /* a held, b capacity */
	/* or ready, and not next for a call */
	TW_WHY_RINGING,
	TW_WHY_TRIED,
	TW_WHY_LATE,
	TW_WHY_SKILLS,          /* a bits of those it lacks */
	TW_WHY_LATER,
	TW_WHY_LATER_TIER,      /* a the tier that comes first */
	/* steps passed over */
	TW_WHY_NOBODY_READY,    /* a busy, b away */
	TW_WHY_POLICY_FAILED,   /* a its id */
	TW_WHY_CLOSED_NOW,
	TW_WHY_OPEN_NOW,
	TW_WHY_NO_VOICEMAIL,
	TW_WHY_RESERVED,        /* a ready, b kept for others */
	TW_WHY_LINE_FULL,       /* a calls that wait */
	TW_WHY_NOT_REACHABLE,
	TW_WHY_NOT_STAFFED,
	TW_WHY_NOT_READY,
	TW_WHY_VISITED,
	TW_WHY_HOPS,
	TW_WHY_NO_WISH,
	TW_WHY_NO_MEMBER,
	TW_WHY_NO_DTMF,
	TW_WHY_NO_CALLBACK,
	/* calls that leave a line; a microseconds since they entered */
	TW_WHY_WAITED_LEFT,
	TW_WHY_WAITED_LONG,
	TW_WHY_WAITED_ALONE,
	TW_WHY_WAITED_MOVED
};

struct tw__event_row {
	uint32_t kind;          /* TW_DECISION_, 0 in the event queue */
	uint32_t why;
	uint64_t call;
	uint64_t offer;
	uint32_t target;
	uint32_t pool;
	uint32_t step;
	uint32_t outcome;
	uint32_t sip_code;
	uint32_t plan;
	uint32_t ticket;        /* an offer for one */
	uint32_t position;
	tw_time until;
	tw_time offered;
	tw_time answered;
	tw_time ended;
	int64_t a;
	int64_t b;
};

struct tw_queue {
	struct tw__event_row *row;
	size_t head;
	size_t count;
	size_t capacity;        /* a power of two */
};

/* So many free places, so that pushing into them cannot fail. */
tw_status tw__queue_reserve(struct tw_queue *queue, size_t places);
/* A new youngest one, all zero, to be filled in where it stands. */
struct tw__event_row *tw__queue_add(struct tw_queue *queue);
/* The oldest one, or NULL; tw__queue_drop() takes it away. */
static inline const struct tw__event_row *
tw__queue_first(const struct tw_queue *queue)
{
	return queue->count ? &queue->row[queue->head] : NULL;
}
void tw__queue_drop(struct tw_queue *queue);
/* Takes back the youngest ones, so that `count` stay. */
void tw__queue_cut(struct tw_queue *queue, size_t count);
void tw__queue_free(struct tw_queue *queue);

#endif
