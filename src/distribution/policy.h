/**
 * @file src/distribution/policy.h  The rule that orders one tier
 *
 * A policy names the next member of a tier that is ready and was not tried
 * for this call in this step. It sees members and their targets only; tiers,
 * steps, deadlines and rows are the engine's. What is ready it asks of the
 * tier's indexes and never by looking at every member.
 */
#ifndef TW_SRC_DISTRIBUTION_POLICY_H
#define TW_SRC_DISTRIBUTION_POLICY_H

#include "engine.h"
#include "base/pack.h"
#include <trunkwise/sys/policy.h>

/* One look at a pool on behalf of a call. */
struct tw_look {
	struct tw_engine *engine;
	struct tw_call *call;      /* NULL: any new one (explain) */
	struct tw_pool *pool;
	size_t from;               /* parallel: where the last pick ended */
	struct tw_level *tier;      /* an own policy is asked about it */
	bool is_failed;            /* ... and did wrong */
	uint32_t why;              /* set by pick: TW_WHY_ and arguments */
	int64_t a;
	int64_t b;
};

/* How an offer of a member ended. */
struct tw_end {
	uint32_t outcome;
	bool failed;               /* neither answered nor lost in a race */
	tw_time now;
	int64_t wrap_up_us;        /* that begins now */
};

struct tw_policy {
	uint32_t id;               /* TW_POLICY_ */
	const char *name;
	size_t state_size;         /* of its cursor, one per tier, zeroed */
	int64_t first_load;        /* of a member that never had an offer */
	/* How many may ring for a call at once that has rung in the pool for
	 * so long; NULL: one. */
	uint32_t (*width)(const struct tw_pool *pool, int64_t rung_us);
	bool has_ranks;            /* uses the tier's `rank` */
	bool runs;                 /* most enter it as the last */
	bool has_later;            /* uses the tier's `later` */
	bool meets;                /* uses the tier's `meet` */
	bool widens;               /* by one every delay of the pool */
	/* Weight in the tier's `share`; NULL: it is not kept. */
	uint64_t (*share)(const struct tw_member *member);
	/* The member turns ready, having stood at `from`, or not ready any
	 * more: its place in what the tier keeps for this policy. */
	void (*enter)(struct tw_member *member, uint32_t from);
	void (*leave)(struct tw_member *member);
	/* Comes back by what it has: a look had set it aside, or it has other
	 * counters now. */
	void (*again)(struct tw_member *member);
	/* Its counters are of another weight. It is in no ranks by them. */
	void (*reweigh)(struct tw_member *member, uint32_t was);
	/* Its idle clock has moved while it is in the ranks. */
	void (*rank)(struct tw_member *member);
	/* Next one for the look, or NULL. Changes nothing. */
	struct tw_member *(*pick)(struct tw_look *look, struct tw_level *tier);
	/* What happened, each once. */
	void (*offered)(struct tw_engine *engine, struct tw_member *member);
	void (*answered)(struct tw_member *member,
			 const struct tw_offer *offer);
	/* The member holds its line still, so that it comes into the ranks
	 * by what it has done, and not twice. */
	void (*ends)(struct tw_member *member, const struct tw_offer *offer,
		     const struct tw_end *end);
	/* It may be ready again. */
	void (*ended)(struct tw_member *member, const struct tw_offer *offer,
		      const struct tw_end *end);
	/* What it keeps for a tier goes into a snapshot by this. */
	struct tw_saved_table saved;
	void (*clear)(const struct tw_pool *pool, void *state);
	/* In place of `saved`, of the host's own: they may refuse. */
	tw_status (*save)(struct tw_buf *out, const struct tw_pool *pool,
			  struct tw_level *tier, tw_error *err);
	tw_status (*load)(void *state, const struct tw_pool *pool,
			  struct tw_level *tier, struct tw_unpack *in,
			  tw_error *err);
};

/* policy_own.c */
/* Of the library's or the engine's own; NULL: none such. */
const struct tw_policy *tw__policy_of(const struct tw_engine *engine,
				      uint32_t id);
/* "?" for an id that is none. */
const char *tw__own_name(const struct tw_engine *engine, uint32_t id);
/* Their pools are gone already. */
void tw__own_free(struct tw_engine *engine);
/* The engine stands at another place now. */
void tw__own_moved(struct tw_engine *engine);

extern const struct tw_policy tw__policy_all;
extern const struct tw_policy tw__policy_linear;
extern const struct tw_policy tw__policy_round_robin;
extern const struct tw_policy tw__policy_longest_idle;
extern const struct tw_policy tw__policy_sticky;
extern const struct tw_policy tw__policy_random;
extern const struct tw_policy tw__policy_weighted;
extern const struct tw_policy tw__policy_weighted_random;
extern const struct tw_policy tw__policy_fewest_calls;
extern const struct tw_policy tw__policy_least_talk;
extern const struct tw_policy tw__policy_least_occupied;
extern const struct tw_policy tw__policy_ring_n;
extern const struct tw_policy tw__policy_progressive;

/* NULL: none such. */
const struct tw_policy *tw__policy_by_id(uint32_t id);
uint32_t tw__pool_width(const struct tw_pool *pool, int64_t rung_us);
/* So many more may ring for a call that rings. */
uint32_t tw__call_room(const struct tw_call *call, tw_time now);

/* May the call have this member, were it ready? */
static inline bool tw__look_may(const struct tw_look *look,
				const struct tw_member *member)
{
	const struct tw_call *call = look->call;

	if (member->is_barred)
		return false;
	if (!call)
		return true;
	/* Joined after the call entered the step: from the next one on. */
	if (member->slot >= call->slots)
		return false;
	return (member->skills & call->skills_needed) ==
		call->skills_needed && !tw__tried_has(&call->tried,
						      member->slot);
}
/* First ready member from a place on that the call may have, or NULL. */
struct tw_member *tw__look_next(const struct tw_look *look,
				const struct tw_level *tier, size_t from);
/* The same by rank. */
struct tw_member *tw__look_ranked(const struct tw_look *look,
				  struct tw_ranks *ranks);
/* The same in a tier of so few that no ranks are kept of them. By key, then
 * tie, then order, and without a branch: who of two is before the other one
 * is anybody's guess. */
typedef unsigned __int128 tw_turn;
static inline tw_turn tw__turn(int64_t key, uint64_t tie)
{
	return (tw_turn)((uint64_t)key ^ 1ull << 63) << 64 | tie;
}
static inline struct tw_member *
tw__look_few(const struct tw_look *look, const struct tw_level *tier,
	     tw_turn (*turn_of)(const struct tw_member *member))
{
	uint64_t ready = *tier->ready.level[0];
	tw_turn least = ~(tw_turn)0;
	struct tw_member *best = NULL;

	for (; ready; ready &= ready - 1) {
		struct tw_member *member =
			tier->member[__builtin_ctzll(ready)];
		const tw_turn turn = turn_of(member);
		const bool is_first = (turn < least) &
			tw__look_may(look, member);

		best = is_first ? member : best;
		least = is_first ? turn : least;
	}
	return best;
}
/* The same by chance, in proportion to the tier's shares. */
struct tw_member *tw__look_drawn(const struct tw_look *look,
				 struct tw_level *tier);

/* Its place in the tier's shares. */
void tw__share_enter(struct tw_member *member, uint32_t from);
void tw__share_leave(struct tw_member *member);

/* load.c: for policies that go by what a member has had to do: `load` and
 * `extra`, of equals the one whose turn is longest ago. */
struct tw_member *tw__load_first(const struct tw_look *look,
				 struct tw_level *tier);
void tw__load_enter(struct tw_member *member);
void tw__load_leave(struct tw_member *member);
void tw__load_moved(struct tw_member *member);
void tw__load_offered(struct tw_engine *engine, struct tw_member *member);

#endif
