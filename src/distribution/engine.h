/**
 * @file src/distribution/engine.h  The engine's own things
 *
 * This room decides who rings and until when. It refuses to know sockets,
 * clocks, SQL, SIP messages and money: a verb and an instant come in, rows
 * to read go out.
 *
 * Objects are allocated one by one and never move, so they point at each
 * other; ids outside are slot and generation, so that a late report about a
 * finished offer is told from one about its successor.
 */
#ifndef TW_SRC_DISTRIBUTION_ENGINE_H
#define TW_SRC_DISTRIBUTION_ENGINE_H

#include "base/base.h"
#include "bits.h"
#include "draw.h"
#include "heap.h"
#include "line.h"
#include "last.h"
#include "names.h"
#include "queue.h"
#include "ranks.h"
#include "slab.h"
#include "lots.h"
#include "meet.h"
#include "tried.h"
#include <trunkwise/distribution.h>

#define TW_TIME_FIRST (-62135596800LL * TW_SECOND)   /* year 1 */

#define TW_RING_MS_MIN     1000u
#define TW_RING_MS_MAX     600000u
#define TW_IDLE_KNOWN      0xfu
#define TW_RING_COUNT      3u          /* of ring_n, if not said */
#define TW_DELAY_MS        5000u       /* of progressive, if not said */
#define TW_PAUSE_MS_MAX    86400000u   /* wrap-up, found busy */
#define TW_ANNOUNCE_MS_MIN 5000u
#define TW_RETRY_MS_MAX    3600000u
#define TW_CAPACITY_MAX    100000u
#define TW_WEIGHT_MAX      65535u
#define TW_CALLS_MAX       4000000u
#define TW_CONFIRM_US      (15 * TW_SECOND)   /* to press a key */
#define TW_DROPS_MAX       1048576u    /* places for callers who may return */
#define TW_HOPS_MAX        8u          /* plans a call goes on to */
#define TW_PAUSE_TEXT_MAX  31u         /* bytes of a reason */
#define TW_QUEUE_RING_US   (20 * TW_SECOND)   /* of a pool without its own */
#define TW_UNREAD_MAX      1048576u    /* event rows before calls wait */
#define TW_DAY_MIN         1440u       /* minutes of a wall clock's day */
#define TW_OVERRIDE_DAYS   366u
#define TW_OVERRIDE_SPANS  64u

#define TW_SLOT_BITS 24                /* of an id; the rest: generation */
#define TW_SLOT_MASK ((1u << TW_SLOT_BITS) - 1)

struct tw_policy;
struct tw_own;
struct tw_offer;
struct tw_pool;

/* Where a target stands at the latest instant seen; members of it are
 * counted and indexed by it. */
#define TW_STANDING_READY  0u
#define TW_STANDING_BUSY   1u   /* in use, wrap-up, back-off */
#define TW_STANDING_AWAY   2u   /* unreachable */
#define TW_STANDING_PAUSED 3u
#define TW_STANDINGS       4
static inline bool tw__is_gone(uint32_t standing)
{
	return standing >= TW_STANDING_AWAY;
}

/* What a choice reads and writes is in the first line: at 100,000 members each
 * one is a wait. */
struct tw_target {
	uint32_t capacity;
	uint32_t held;          /* offers + talks + outside */
	uint32_t state;
	uint32_t standing;      /* TW_STANDING_: of all below; see stand.c */
	struct tw_member *first;    /* in the first of its pools, or NULL */
	tw_time idle_since;
	struct tw_target *next_freed;
	tw_time ready_at;
	uint32_t id;
	uint32_t outside;       /* tw_target_occupy() */
	uint32_t member_count;
	bool is_freed;          /* in the engine's freed list */
	bool is_resting;        /* its timer runs */
	bool is_gone;           /* not in the configuration any more */
	struct tw_member **member;  /* one in each of its pools */
	size_t member_capacity;
	struct tw_timer timer;  /* at ready_at, while that is to come */
	uint32_t ready_why;     /* TW_WHY_WRAP_UP, _FOUND_BUSY, _BACK_OFF */
	uint32_t kind;
	int64_t wrap_up_us;
	int64_t busy_us;
	int64_t no_answer_us;   /* back-off after such an offer */
	int64_t rejected_us;
	int64_t unreachable_us;
	char *name;
	uint64_t name_hash;     /* alike in every engine */
	char pause[TW_PAUSE_TEXT_MAX + 1];   /* why it is paused */
};

/* A target in a pool. Never moves and is never copied: offers, targets and
 * indexes point at it. Its second line is for policies that count. */
struct tw_member {
	struct tw_target *target;
	struct tw_pool *pool;
	struct tw_level *tier;
	tw_time idle_since;     /* by the pool's idle options */
	uint64_t skills;
	uint32_t slot;          /* order of joining the pool: stable */
	uint32_t seat;          /* of joining the tier: stable */
	uint32_t place;         /* in the tier: by order */
	uint32_t order;
	uint32_t weight;
	bool is_ranked;         /* it is in the tier's ranks */
	bool is_later;          /* those are the tier's `later` */
	bool is_barred;         /* the host cannot do what it needs */
	bool confirm;           /* its answers ask for a key */
	int64_t load;           /* what its policy counts; 0 at first */
	int64_t extra;          /* on top, until it answers */
	uint64_t turn;          /* the engine's offers at its last one */
	int64_t base;           /* weighted: where its turns are counted */
	uint64_t served;        /* from, how many there were, and the time */
	int64_t begins;         /* of its next one, that follows from both; */
	int64_t ends;           /* alike: not known yet */
	struct tw_member *aside;  /* next one that a look has set aside */
};

/* A tier of a pool. Not tw_tier: that is public, and a tariff's. */
struct tw_level {
	uint32_t tier;
	uint64_t weight;        /* of those not away */
	struct tw_member **member;  /* by order */
	size_t member_count;
	size_t member_capacity;
	struct tw_bits ready;   /* by place */
	struct tw_ranks rank;   /* the ready ones by the policy's key, */
	struct tw_ranks later;  /* and those of them whose turn is not yet */
	struct tw_lots share;   /* their shares, for policies that draw */
	struct tw_meet meet;    /* for one that goes by the caller's key */
	void *state;            /* the policy's cursor */
};

/* How fast a pool answers calls while others wait for it. */
#define TW_PACE_COUNT 16u
struct tw_pace {
	tw_time since;          /* the last answer, or when the line began */
	int64_t sum_us;
	int64_t interval_us[TW_PACE_COUNT];
	uint32_t next;
	uint32_t count;
};

struct tw_pool {
	uint32_t id;
	const struct tw_policy *policy;
	int64_t ring_us;        /* 0: the step's time */
	uint32_t ring_count;
	int64_t delay_us;
	uint32_t advance_on;
	uint32_t idle;          /* TW_IDLE_ */
	uint32_t count[TW_STANDINGS];
	struct tw_last last;    /* who answered whom, if its policy asks */
	struct tw_slab members;
	struct tw_member **member;  /* by slot */
	size_t member_count;
	size_t member_capacity;
	struct tw_level **tier;  /* lowest first */
	size_t tier_count;
	size_t tier_capacity;
	struct tw_call *ringing;      /* parallel: calls that ring here, */
	struct tw_call *ringing_last; /* the first one first */
	struct tw_lines lines;        /* calls that wait here */
	struct tw_pace pace;
	bool is_gone;           /* not in the configuration any more */
	char *name;
};

struct tw_hours {
	uint32_t day_mask;
	uint32_t from_min;
	uint32_t to_min;
};

/* What an override makes of its dates. */
struct tw_override {
	uint32_t kind;          /* TW_DAY_ */
	uint32_t weekday;
	uint32_t short_min;
	size_t first, count;    /* in the schedule's spans */
};

/* Dates in a row that have one override: sorted, none in two runs. */
struct tw_date_run {
	int64_t first, last;    /* days since 1970 */
	size_t override;
};

struct tw_schedule {
	uint32_t id;
	tw_zone *zone;
	struct tw_hours *hours;
	size_t hours_count;
	size_t hours_capacity;
	struct tw_override *override;
	size_t override_count;
	size_t override_capacity;
	tw_day_span *span;          /* of overrides with hours */
	size_t span_count;
	size_t span_capacity;
	struct tw_date_run *run;     /* by day */
	size_t run_count;
	size_t run_capacity;
	char *name;
};

struct tw_step {
	uint32_t kind;
	struct tw_pool *pool;
	int64_t ring_us;        /* the whole step; 0: no limit */
	uint32_t when;
	const struct tw_schedule *schedule;
	uint32_t sip_code;
	uint32_t reserve;
	uint32_t length_max;
	uint32_t join;          /* TW_NEED_ */
	uint32_t leave;
	int64_t retry_us;
	int64_t announce_us;    /* 0: never */
	bool any_skills;
	const struct tw_plan *plan;
};

struct tw_plan {
	uint32_t id;
	struct tw_step *step;
	size_t step_count;
	size_t step_capacity;
	size_t old;             /* place + 1 in the engine's old plans, or 0 */
	bool is_gone;           /* not in the configuration any more */
	char *name;
};

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
	struct tw_offer *talk;
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

struct tw_offer {
	uint64_t id;            /* 0 while free */
	uint32_t slot;
	uint64_t generation;
	struct tw_call *call;
	struct tw_member *member;
	struct tw_target *target;   /* the member's, and its pool */
	struct tw_pool *pool;
	uint32_t step;
	tw_time offered;
	tw_time answered;
	tw_time until;
	bool is_confirming;     /* answered, and asked for a key */
	bool is_full_ring;      /* `until` is the pool's ring time */
	struct tw_timer timer;  /* at `until`, if before the step's end */
	struct tw_offer *prev;
	struct tw_offer *next;
};

/* A caller whose call dropped before anybody talked to him. */
struct tw_drop {
	uint64_t affinity;      /* 0: empty place */
	tw_time entered;
	tw_time until;
	uint32_t plan;
};

struct tw_drops {
	struct tw_drop *drop;   /* by hash of the affinity */
	size_t count;
	size_t capacity;        /* a power of two */
};

struct tw_engine {
	uint32_t host;
	uint32_t calls_max;
	int64_t priority_us;
	int64_t resume_us;
	tw_time now;            /* latest seen; never goes back */

	struct tw_slab target_slab;
	struct tw_target **target;
	size_t target_count, target_capacity;
	struct tw_pool **pool;
	size_t pool_count, pool_capacity;
	struct tw_schedule **schedule;
	size_t schedule_count, schedule_capacity;
	struct tw_plan **plan;
	size_t plan_count, plan_capacity;
	struct tw_names targets, pools, schedules, plans;
	char *skill[TW_SKILLS_MAX];   /* by bit */
	uint32_t skill_count;
	/* Of an earlier configuration, while calls need them; see ghost.c */
	struct tw_plan **old_plan;
	size_t old_plan_count, old_plan_capacity;
	struct tw_pool **ghost;
	size_t ghost_count, ghost_capacity;
	struct tw_own **own;    /* policies of the host's */
	size_t own_count, own_capacity;
	bool is_asking;         /* one of these is being asked */
	bool has_fault;         /* what one did wrong, not yet told */
	char fault[TW_ERROR_MESSAGE_MAX];
	struct tw_call *entering;
	bool is_refused;        /* the entering call met one */

	struct tw_call **call;  /* by slot, free ones too */
	size_t call_count, call_capacity;
	struct tw_call *call_free;
	struct tw_offer **offer;
	size_t offer_count, offer_capacity;
	struct tw_offer *offer_free;
	size_t offer_free_count;

	struct tw_draw chance;
	uint64_t offers;        /* made, ever */
	uint64_t arrivals;
	uint32_t calls;         /* live */
	uint32_t ringing;       /* offers */
	uint32_t talks;
	uint32_t held;          /* slots over all targets */
	uint32_t waiting;       /* calls in line */

	struct tw_heap heap;            /* of offers and calls */
	struct tw_heap resting;         /* of targets */
	struct tw_drops drops;
	struct tw_queue decisions;
	struct tw_queue events;
	struct tw_call *due;            /* calls with a choice to make */
	struct tw_call *due_last;
	struct tw_target *freed;        /* targets to give to ringing calls */
	struct tw_target *freed_last;
};

/* engine.c */
/* No verb may run inside a policy. */
tw_status tw__engine_check(const struct tw_engine *engine, tw_error *err);
/* Runs, and tells what an own policy did wrong. `status`: of the verb itself,
 * which goes first. */
tw_status tw__engine_follow(struct tw_engine *engine, tw_status status,
			    tw_error *err);
/* Also makes ready who has rested until then: they may be freed. */
tw_status tw__engine_set_now(struct tw_engine *engine, tw_time now,
			     tw_error *err);
void tw__engine_due(struct tw_engine *engine, struct tw_call *call);
void tw__engine_not_due(struct tw_engine *engine, struct tw_call *call);
/* Makes the choices that are due, each one whole or not at all. */
tw_status tw__engine_run(struct tw_engine *engine);
/* Keeps room for what live calls and offers still owe, and for more. */
tw_status tw__engine_reserve(struct tw_engine *engine, size_t decisions,
			     size_t events);
tw_status tw__engine_reserve_timers(struct tw_engine *engine);

/* target.c */
struct tw_target *tw__target_of(const struct tw_engine *engine,
				tw_target_id id);
static inline bool tw__target_is_ready(const struct tw_target *target)
{
	return target->standing == TW_STANDING_READY;
}
/* TW_WHY_ it is not ready, with the arguments of the row. */
uint32_t tw__target_why_not(const struct tw_target *target, tw_time now,
			    int64_t *a, int64_t *b);
struct tw_target *tw__target_take(struct tw_engine *engine);
/* Nobody points at it any more. */
void tw__target_free(struct tw_engine *engine, struct tw_target *target);

/* stand.c */
/* Whose member it is: `first`, else a line further off. */
static inline struct tw_member *
tw__target_member(const struct tw_target *target, uint32_t i)
{
	return i ? target->member[i] : target->first;
}
/* Whatever its standing follows from has changed: counts and indexes of its
 * pools follow. O(pools of the target x log members). */
void tw__target_settle(struct tw_target *target);
void tw__target_hold(struct tw_engine *engine, struct tw_target *target);
void tw__target_let_go(struct tw_engine *engine, struct tw_target *target);
void tw__target_freed(struct tw_engine *engine, struct tw_target *target);
void tw__target_rest(struct tw_engine *engine, struct tw_target *target,
		     int64_t pause_us, uint32_t why);
/* Restarts the idle clocks of its members that such a use counts for; pool
 * NULL: a call outside of all pools. */
#define TW_USE_CALL    0u
#define TW_USE_OFFER   1u    /* that was not answered */
#define TW_USE_WRAP_UP 2u
#define TW_USE_RETURN  3u    /* it was away */
void tw__target_was_used(struct tw_target *target,
			 const struct tw_pool *pool, uint32_t use,
			 tw_time at);
void tw__member_was_used(struct tw_member *member, uint32_t use,
			 const struct tw_pool *pool, tw_time at);
/* A new member, in no count or index yet, has those of its target. */
void tw__member_stand(struct tw_member *member);
/* Its counters are those of a new one. */
void tw__member_reset(struct tw_member *member);

/* tier.c */
tw_status tw__tier_new(struct tw_level **out, const struct tw_pool *pool,
		       uint32_t tier);
void tw__tier_free(struct tw_level *tier);
/* NULL: nobody of it has this order. */
struct tw_member *tw__tier_find(const struct tw_level *tier, uint32_t order);
/* Room for one more, so that joining cannot fail. */
tw_status tw__tier_reserve(struct tw_level *tier,
			   const struct tw_policy *policy);
void tw__tier_join(struct tw_level *tier, struct tw_member *member);
/* Who is ready is kept by the policy's key from now on; there is room. */
void tw__tier_begin_ranks(struct tw_level *tier,
			  const struct tw_policy *policy);
/* Place of the first member whose order is greater, or the count. */
size_t tw__tier_after(const struct tw_level *tier, uint32_t order);

/* pool.c */
struct tw_pool *tw__pool_of(const struct tw_engine *engine, tw_pool_id id);
void tw__pool_free(struct tw_pool *pool);
bool tw__pool_has(const struct tw_pool *pool, uint32_t need);
void tw__pool_ring_add(struct tw_pool *pool, struct tw_call *call);
void tw__pool_ring_remove(struct tw_pool *pool, struct tw_call *call);

/* skill.c */
/* The bit of a name; 0: none such. */
uint64_t tw__skill_bit(const struct tw_engine *engine, const char *name);
void tw__skills_free(struct tw_engine *engine);
/* What of a call's skills counts in the step that it is at. */
void tw__call_skills(struct tw_call *call);

/* schedule.c */
const struct tw_schedule *tw__schedule_of(const struct tw_engine *engine,
					  tw_schedule_id id);
void tw__schedule_free(struct tw_schedule *schedule);

/* schedule_open.c */
bool tw__schedule_is_open(const struct tw_schedule *schedule, tw_time at);
/* TW_TIME_MAX: it stays as it is. */
tw_time tw__schedule_next_change(const struct tw_schedule *schedule,
				 tw_time at);

/* plan.c */
struct tw_plan *tw__plan_of(const struct tw_engine *engine, tw_plan_id id);
void tw__plan_free(struct tw_plan *plan);
/* Could tw_plan_add_step() have made it? */
bool tw__step_is_sound(const struct tw_step *step, bool has_pool);

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
struct tw_row *tw__call_row(struct tw_queue *queue,
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
/* Somebody waits where nobody did before. */
void tw__pace_begin(struct tw_pace *pace, tw_time now);
/* A call was answered, and others wait. */
void tw__pace_answer(struct tw_pace *pace, tw_time now);
/* Of a call in line; never above what it was told. */
void tw__estimate(struct tw_estimate *out, const struct tw_call *call);

/* confirm.c */
void tw__confirm_ask(struct tw_engine *engine, struct tw_offer *offer);

/* resume.c */
/* A table of this capacity with these in it; `out` was empty. */
tw_status tw__resume_restore(struct tw_drops *out,
			     const struct tw_drop *list, size_t count,
			     size_t capacity);
/* For the case that its caller comes back. */
void tw__resume_keep(struct tw_engine *engine, const struct tw_call *call);
/* @return whether he did; the age of the call that dropped, once */
bool tw__resume_take(tw_time *entered, struct tw_engine *engine,
		     uint64_t affinity, uint32_t plan);

/* hop.c */
tw_status tw__hop_reserve(struct tw_call *call);
/* Why the plan step is not for this call, or TW_WHY_NONE. */
uint32_t tw__hop_why_not(const struct tw_call *call);
void tw__hop(struct tw_engine *engine, struct tw_call *call);
/* The plan it came from. */
uint32_t tw__hop_from(const struct tw_call *call);

/* prefer.c */
uint32_t tw__prefer_why_not(const struct tw_call *call);
struct tw_look;
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

/* give.c */
tw_status tw__give(struct tw_engine *engine, struct tw_target *target);
/* Freed targets to those waiting calls that are before this one. */
tw_status tw__give_before(struct tw_engine *engine,
			  const struct tw_call *before);

/* offer.c */
tw_status tw__offers_reserve(struct tw_engine *engine, size_t count);
struct tw_look;
void tw__offer_make(struct tw_look *look, struct tw_member *member);
/* The row, the slot, the idle clock; the offer is free afterwards. */
void tw__offer_end(struct tw_engine *engine, struct tw_offer *offer,
		   uint32_t outcome, uint32_t why, int64_t a);
/* Tells the host to stop ringing, then ends it. */
void tw__offer_cancel(struct tw_engine *engine, struct tw_offer *offer,
		      uint32_t outcome, uint32_t why, int64_t a);
/* Its call's, from now on; whoever else rings has lost the race. */
void tw__offer_win(struct tw_engine *engine, struct tw_offer *offer);
/* A live offer by id. TW_ENOTFOUND: never made; TW_ECONFLICT: over. */
tw_status tw__offer_at(struct tw_offer **out, struct tw_engine *engine,
		       tw_offer_id id, tw_time now, tw_error *err);
void tw__offer_ring_over(struct tw_engine *engine, struct tw_offer *offer);

/* reason.c */
void tw__reason(char *buf, size_t size, const struct tw_engine *engine,
		const struct tw_row *row);

#endif
