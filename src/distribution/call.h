/**
 * @file src/distribution/call.h  A call on its way through a plan
 */
#ifndef TW_SRC_DISTRIBUTION_CALL_H
#define TW_SRC_DISTRIBUTION_CALL_H

#include "plan.h"
#include "queue.h"
#include "tried.h"

struct tw_look;
struct tw_offer;

#define TW_HOPS_MAX        8u          /* plans a call goes on to */
#define TW_QUEUE_RING_US   (20 * TW_SECOND)   /* of a pool without its own */

/* Plans a call has been through; only calls that overflow have one. */
struct tw_hops {
	uint32_t count;
	uint32_t plan[TW_HOPS_MAX];
};

#define TW_PHASE_FREE      0u
#define TW_PHASE_BETWEEN   1u  /* about to enter `step` */
#define TW_PHASE_RING      2u
#define TW_PHASE_TALK      3u
#define TW_PHASE_VOICEMAIL 4u
#define TW_PHASE_WAIT      5u  /* in line */
#define TW_PHASE_LAST      TW_PHASE_WAIT

struct tw_estimate {
	uint32_t position;
	int64_t low_us;         /* -1: no idea */
	int64_t high_us;
};

struct tw_call {
	uint64_t id;            /* 0 while free */
	struct tw_offer *talk;
	struct tw_target *talk_target;   /* while it has one: its offer's, */
	struct tw_member *talk_member;   /* beside it, see tw_call_leave() */
	uint64_t generation;
	uint32_t slot;
	uint32_t phase;
	uint64_t arrival;       /* rises with every call */
	tw_time entered;        /* with the age it brought along */
	int64_t key;            /* of its place among waiting calls */
	const struct tw_plan *plan;
	struct tw_hops *hops;   /* NULL: still in its first plan */
	struct tw_target *preferred;
	uint32_t step;
	uint32_t step_why;      /* why it comes to `step` */
	tw_time step_since;     /* it rings since, in its step */
	tw_time step_until;     /* TW_TIME_MAX: it has no limit */
	struct tw_pool *pool;   /* of the step it rings or waits in */
	uint32_t tier;          /* highest one offered in a parallel step */
	uint32_t slots;         /* members that joined later: next step */
	struct tw_offer *offer; /* ringing ones, newest first */
	uint32_t ringing;       /* how many */
	struct tw_tried tried;  /* members offered in this step */
	uint64_t affinity;      /* who calls, as a key; 0: unknown */
	uint64_t skills;        /* that it asks for, */
	uint64_t skills_needed; /* and those of them that count in its step */
	uint32_t told_position; /* 0: nothing yet */
	uint32_t told_s;        /* longest wait; UINT32_MAX: none yet */
	bool is_ticket;         /* has a place, and no channel */
	bool saw_open;          /* a step was open for it */
	bool saw_busy;
	bool saw_other;         /* somebody was not busy, but not there */
	bool is_due;            /* in the engine's due list */
	struct tw_timer timer;  /* at step_until, or an announcement's time */
	struct tw_timer widen;  /* progressive: when one more may ring */
	struct tw_call *due_prev;
	struct tw_call *due_next;
	union {
		struct {                /* while it rings */
			struct tw_call *ring_prev;
			struct tw_call *ring_next;
		};
		struct {                /* while it waits */
			struct tw_line *line;
			uint32_t place;
		};
		struct tw_call *free_next;
	};
};

/* call.c */
struct tw_call *tw__call_of(const struct tw_engine *engine, tw_call_id id);
/* Nothing may be left of it anywhere. */
void tw__call_end(struct tw_engine *engine, struct tw_call *call);
void tw__call_free(struct tw_call *call);
/* Whose turn is first, of calls that ring or wait. */
bool tw__call_is_before(const struct tw_call *a, const struct tw_call *b);

/* turn.c */
tw_status tw__call_turn(struct tw_engine *engine, struct tw_call *call);
/* A row about the call where it is now; its room is reserved. */
struct tw__event_row *tw__call_row(struct tw_queue *queue,
				   const struct tw_call *call, uint32_t kind,
				   uint32_t why);
void tw__call_step_over(struct tw_engine *engine, struct tw_call *call);
void tw__call_time_up(struct tw_engine *engine, struct tw_call *call);
/* Goes on to the next step, for the reason given. */
void tw__call_step_leave(struct tw_engine *engine, struct tw_call *call,
			 uint32_t why);
/* One more may ring for it. */
void tw__call_widen(struct tw_engine *engine, struct tw_call *call);
static inline const struct tw_step *tw__call_step(const struct tw_call *call)
{
	return &call->plan->step[call->step];
}
static inline bool tw__step_waits(const struct tw_step *step)
{
	return step->kind == TW_STEP_QUEUE || step->kind == TW_STEP_CALLBACK;
}
/* Room for what offering members of `pool` to this call can write. */
tw_status tw__call_reserve(struct tw_engine *engine, struct tw_call *call,
			   const struct tw_pool *pool);
/* Everybody of the pool may be offered, also who was tried before. */
void tw__call_afresh(struct tw_call *call);
/* Whether others of its pool may join while it rings. */
bool tw__call_is_parallel(const struct tw_call *call);
void tw__call_ring(struct tw_engine *engine, struct tw_call *call);
/* Its offers are over already; it stays in the step. */
void tw__call_ring_over(struct tw_engine *engine, struct tw_call *call);
/* Offers by the pool's policy. @return false: nobody could be offered */
bool tw__call_choose(struct tw_engine *engine, struct tw_call *call);
/* Any ready member of its pool that it may have, or NULL. */
struct tw_member *tw__call_peek(struct tw_engine *engine,
				struct tw_call *call);

/* estimate.c */
/* Of a call in line; never above what it was told. */
void tw__estimate(struct tw_estimate *out, const struct tw_call *call);

/* hop.c */
tw_status tw__hop_reserve(struct tw_call *call);
/* Why the plan step is not for this call, or TW_WHY_NONE. */
uint32_t tw__hop_why_not(const struct tw_call *call);
void tw__hop(struct tw_engine *engine, struct tw_call *call);
/* The plan it came from. */
uint32_t tw__hop_from(const struct tw_call *call);

/* prefer.c */
uint32_t tw__prefer_why_not(const struct tw_call *call);
/* @return whether the preferred target rings now */
bool tw__prefer_choose(struct tw_look *look);
/* The row that says why it does not. */
void tw__prefer_pass(struct tw_engine *engine, struct tw_call *call);

/* wait.c */
tw_status tw__wait_reserve(struct tw_call *call);
/* Why the queue step is not for a call now, or TW_WHY_NONE. */
uint32_t tw__wait_why_not(const struct tw_call *call, int64_t *a);
/* Into the line whose room is reserved. */
void tw__wait_enter(struct tw_engine *engine, struct tw_call *call);
/* Into the line, as it was there in a snapshot. */
tw_status tw__wait_restore(struct tw_call *call);
void tw__wait_join(struct tw_engine *engine, struct tw_call *call);
void tw__wait_leave(struct tw_engine *engine, struct tw_call *call);
/* Its row, for a call that leaves the line without a member. */
void tw__wait_over(struct tw_engine *engine, struct tw_call *call,
		   uint32_t outcome, uint32_t why);
/* The timer: at the end of the wait, or at the next announcement. */
void tw__wait_arm(struct tw_engine *engine, struct tw_call *call,
		  tw_time announce);
void tw__wait_turn(struct tw_engine *engine, struct tw_call *call);
/* The pool lost a member: who will not wait on such terms is due. */
void tw__wait_lost(struct tw_engine *engine, const struct tw_target *target);

/* skill.c */
/* What of a call's skills counts in the step that it is at. */
void tw__call_skills(struct tw_call *call);

#endif
