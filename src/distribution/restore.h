/**
 * @file src/distribution/restore.h  A snapshot on its way into an engine
 *
 * First all is read and checked, and all memory is taken: nothing of the
 * engine has changed (restore.c, restore_pools.c, restore_calls.c; ghost.c
 * for what is not there any more). Then it is put in place, which cannot fail
 * (revive.c).
 */
#ifndef TW_SRC_DISTRIBUTION_RESTORE_H
#define TW_SRC_DISTRIBUTION_RESTORE_H

#include "snapshot.h"

struct tw_was_timer {
	struct tw_timer *timer;     /* NULL: not armed */
	tw_time at;
	uint64_t sequence;
};

struct tw_was_target {
	char name[TW_NAME_MAX + 1];
	struct tw_target saved;     /* members of the table, kind, held */
	struct tw_was_timer timer;
	struct tw_target *to;       /* NULL: gone, and not needed so far */
	bool is_ghost;
};

struct tw_was_member {
	uint32_t target;            /* by number, as all below */
	uint32_t tier;
	uint32_t weight;            /* 0: not told */
	struct tw_member saved;
	struct tw_member *to;       /* NULL: gone */
};

struct tw_was_tier {
	struct tw_level *to;
	void *state;                /* as for a new one, loaded */
};

struct tw_was_pool {
	char name[TW_NAME_MAX + 1];
	struct tw_pool *to;
	struct tw_pool *ghost;      /* for members that are gone */
	bool is_ghost;              /* `to` is */
	bool is_same;               /* `to` has its policy */
	struct tw_was_member *member;
	size_t member_count;
	struct tw_was_tier *tier;
	size_t tier_count;
	struct tw_last last;
	struct tw_pace pace;
	uint32_t *late;             /* slots of members that are new */
	size_t late_count;
};

struct tw_was_step {
	struct tw_step saved;
	uint32_t pool;
	uint32_t schedule;
	uint32_t plan;
};

struct tw_was_plan {
	char name[TW_NAME_MAX + 1];
	bool is_current;
	struct tw_was_step *step;
	size_t step_count;
	struct tw_plan *now;        /* of the configuration, or NULL */
	struct tw_plan *to;         /* as it was; NULL: not needed so far */
};

struct tw_was_rows {
	struct tw__event_row *row;
	size_t count;
};

struct tw_restore {
	struct tw_engine *engine;
	struct tw_unpack in;
	uint32_t version;
	struct tw_engine_changes *changes;
	bool is_oom;
	const char *wrong;          /* what does not go together */
	tw_error why;               /* ... said by an own policy */
	struct tw_engine saved;

	uint64_t skill[TW_SKILLS_MAX];       /* bits of now by bits of then */
	uint32_t skill_count;
	bool skill_is_gone;
	struct tw_was_target *target;
	size_t target_count;
	struct tw_was_pool *pool;
	size_t pool_count;
	struct tw_schedule **schedule;
	size_t schedule_count;
	struct tw_was_plan *plan;
	size_t plan_count;

	struct tw_call **call;      /* by slot */
	size_t call_count;
	struct tw_call **live;      /* by arrival */
	size_t live_count;
	struct tw_offer **offer;
	size_t offer_count;
	uint32_t *call_free, *offer_free;    /* slots in their order */
	size_t call_free_count, offer_free_count;
	uint32_t *due, *freed;
	size_t due_count, freed_count;
	uint32_t ringing, talks, waiting;
	struct tw_was_timer *timer; /* of calls and offers */
	size_t timer_count, timer_capacity;
	struct tw_was_rows decisions, events;

	struct tw_target **new_target;       /* ghosts */
	size_t new_target_count, new_target_capacity;
	struct tw_pool **new_pool;
	size_t new_pool_count, new_pool_capacity;
	struct tw_pool **new_ghost;
	size_t new_ghost_count, new_ghost_capacity;
	struct tw_plan **new_plan;           /* all of them */
	size_t new_plan_count, new_plan_capacity;
	size_t new_plan_filled;              /* have their steps */
	size_t new_name_count;               /* are found by id as well */
	struct tw_drops drops;
};

/* Remembers the first thing that is wrong, in words. */
void tw__restore_wrong(struct tw_restore *r, const char *what);
static inline bool tw__restore_is_over(const struct tw_restore *r)
{
	return r->is_oom || r->wrong || r->in.is_bad;
}
/* Zeroed; NULL also for none, and when memory ran out. */
void *tw__restore_array(struct tw_restore *r, size_t count, size_t size);
void tw__restore_saved(struct tw_restore *r, void *to,
		       const struct tw_saved_table *table);
void tw__restore_timer(struct tw_restore *r, struct tw_was_timer *out);

/* Checked as one. */
void tw__restore_name(char out[TW_NAME_MAX + 1], struct tw_unpack *in);

/* A call's skills, by the bits of now. */
uint64_t tw__restore_skills(const struct tw_restore *r, uint64_t then);

/* ghost.c: by number in the snapshot; what is gone is made again. NULL when
 * there is no such number, or no memory. */
struct tw_target *tw__was_target(struct tw_restore *r, uint32_t number);
struct tw_pool *tw__was_pool(struct tw_restore *r, uint32_t number);
struct tw_member *tw__was_member(struct tw_restore *r, uint32_t pool,
				 uint32_t target);
struct tw_plan *tw__was_plan(struct tw_restore *r, uint32_t number);
void tw__was_plans_fill(struct tw_restore *r);
/* The one of now, if there is one of the name. */
struct tw_plan *tw__was_plan_now(struct tw_restore *r, uint32_t number);

/* restore_pools.c */
void tw__restore_pools(struct tw_restore *r);
void tw__restore_free_pools(struct tw_restore *r);

/* restore_calls.c */
void tw__restore_calls(struct tw_restore *r);
void tw__restore_offers(struct tw_restore *r);
void tw__restore_lists(struct tw_restore *r);
void tw__restore_free_calls(struct tw_restore *r);

/* revive.c */
tw_status tw__revive_reserve(struct tw_restore *r);
void tw__revive(struct tw_restore *r);

/* restore.c */
/* TW_ECONFLICT: it had calls. */
tw_status tw__restore_is_new(const struct tw_engine *engine, tw_error *err);
/* `changes` may be there already, with rows. */
tw_status tw__restore(struct tw_restore *r, const void *data, size_t size,
		      tw_error *err);
void tw__restore_free(struct tw_restore *r);

#endif
