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

#include "draw.h"
#include "heap.h"
#include "names.h"
#include "offer.h"
#include "queue.h"
#include "slab.h"
#include <trunkwise/distribution.h>

#define TW_TIME_FIRST (-62135596800LL * TW_SECOND)   /* year 1 */
#define TW_CALLS_MAX       4000000u
#define TW_DROPS_MAX       1048576u    /* places for callers who may return */
#define TW_UNREAD_MAX      1048576u    /* event rows before calls wait */

#define TW_SLOT_BITS 24                /* of an id; the rest: generation */
#define TW_SLOT_MASK ((1u << TW_SLOT_BITS) - 1)

struct tw_own;

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

/* skill.c */
/* The bit of a name; 0: none such. */
uint64_t tw__skill_bit(const struct tw_engine *engine, const char *name);
void tw__skills_free(struct tw_engine *engine);

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

/* give.c */
tw_status tw__give(struct tw_engine *engine, struct tw_target *target);
/* Freed targets to those waiting calls that are before this one. */
tw_status tw__give_before(struct tw_engine *engine,
			  const struct tw_call *before);

/* reason.c */
void tw__reason(char *buf, size_t size, const struct tw_engine *engine,
		const struct tw__event_row *row);

#endif
