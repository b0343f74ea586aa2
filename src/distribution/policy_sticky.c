/*
 * Sticky: who answered this caller last; else whom the caller's key picks by
 * weighted rendezvous. Each ready member has a number for each key, and the
 * smallest one by its weight wins; so when somebody turns busy, only that
 * one's callers move, each to the second of its own list, spread by weight.
 * A hash modulo the number of members would give them all to a neighbour. A
 * call without a key is its own key. Costs O(ready members of the tier).
 */
#include "logs.h"
#include "policy.h"

/* Exponential by the member's weight: smaller for a larger one. As a
 * fraction, because what is compared must not be rounded. */
struct distance {
	uint64_t far;
	uint64_t weight;
};

static struct distance distance(uint64_t key, const struct tw_member *member)
{
	/* in (0, 1] of 2^63: never zero, whose logarithm there is none of */
	uint64_t u = (tw__mix(key ^ member->name_hash) >> 1) + 1;

	return (struct distance){
		(63ull << TW_LOG_BITS) - (uint64_t)tw__log2(u),
		member->weight
	};
}

static bool is_nearer(struct distance a, struct distance b)
{
	return a.far * b.weight < b.far * a.weight;   /* 2^38 times 2^16 */
}

static struct tw_member *nearest(const struct tw_look *look,
				 const struct tw_level *tier, uint64_t key)
{
	struct tw_member *best = NULL, *member;
	struct distance least = { 0, 1 }, d;

	for (member = tw__look_next(look, tier, 0); member;
	     member = tw__look_next(look, tier, (size_t)member->place + 1)) {
		d = distance(key, member);
		if (best && !is_nearer(d, least))
			continue;
		best = member;
		least = d;
	}
	return best;
}

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	const struct tw_call *call = look->call;
	const uint64_t key = call ? call->affinity : 0;
	struct tw_member *member = tw__last_get(&look->pool->last, key);

	look->a = key != 0;
	look->why = TW_WHY_LAST;
	if (member && member->tier == tier &&
	    tw__target_is_ready(member->target) && tw__look_may(look, member))
		return member;
	look->why = TW_WHY_STICKY;
	return nearest(look, tier, tw__mix(key ? key : call ? call->id :
					   look->engine->arrivals + 1));
}

static void answered(struct tw_member *member, const struct tw_offer *offer)
{
	tw__last_put(&member->pool->last, offer->call->affinity, member);
}

const struct tw_policy tw__policy_sticky = {
	.id = TW_POLICY_STICKY, .name = "sticky", .pick = pick,
	.answered = answered
};
