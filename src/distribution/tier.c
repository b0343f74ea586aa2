/*
 * Tiers: the members of a pool that stand equally near, by order, and which
 * of them are ready. Every tier keeps a bitmap of the ready ones by place;
 * one whose policy goes by a key keeps them by that key as well, once they
 * are more than can be looked through. Does not choose; see policy.h.
 */
#include "policy.h"

#include <assert.h>
#include <string.h>

tw_status tw__tier_new(struct tw_level **out, const struct tw_pool *pool,
		       uint32_t number)
{
	struct tw_level *tier = tw_calloc(1, sizeof(*tier));

	if (!tier)
		return TW_ENOMEM;
	tier->tier = number;
	if (pool->policy->state_size) {
		tier->state = tw_calloc(1, pool->policy->state_size);
		if (!tier->state) {
			tw_free(tier);
			return TW_ENOMEM;
		}
	}
	*out = tier;
	return TW_OK;
}

void tw__tier_free(struct tw_level *tier)
{
	if (!tier)
		return;
	tw__bits_free(&tier->ready);
	tw__ranks_free(&tier->rank);
	tw__ranks_free(&tier->later);
	tw__lots_free(&tier->share);
	tw__meet_free(&tier->meet);
	tw_free(tier->member);
	tw_free(tier->state);
	tw_free(tier);
}

size_t tw__tier_after(const struct tw_level *tier, uint32_t order)
{
	size_t low = 0, high = tier->member_count;

	/* members mostly join in order */
	if (high && tier->member[high - 1]->order <= order)
		return high;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (tier->member[mid]->order <= order)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct tw_member *tw__tier_find(const struct tw_level *tier, uint32_t order)
{
	size_t at = tw__tier_after(tier, order);

	if (!at || tier->member[at - 1]->order != order)
		return NULL;
	return tier->member[at - 1];
}

/* Of a few, who is first is looked for each time; of a run it is known at
 * once. */
static bool keeps_ranks(const struct tw_level *tier,
			const struct tw_policy *policy, size_t total)
{
	return policy->has_ranks && (policy->runs || total > TW_FEW ||
				     tier->rank.is_kept);
}

tw_status tw__tier_reserve(struct tw_level *tier,
			   const struct tw_policy *policy)
{
	const size_t total = tier->member_count + 1;

	if (tw__grow((void **)&tier->member, &tier->member_capacity,
		     total, sizeof(struct tw_member *)) ||
	    tw__bits_reserve(&tier->ready, total))
		return TW_ENOMEM;
	if (keeps_ranks(tier, policy, total) &&
	    (tw__ranks_reserve(&tier->rank, total, policy->runs) ||
	     (policy->has_later &&
	      tw__ranks_reserve(&tier->later, total, false))))
		return TW_ENOMEM;
	if (policy->meets && tw__meet_reserve(&tier->meet, total))
		return TW_ENOMEM;
	return policy->share ? tw__lots_reserve(&tier->share, total) : TW_OK;
}

void tw__tier_begin_ranks(struct tw_level *tier,
			  const struct tw_policy *policy)
{
	size_t at;

	tier->rank.is_kept = true;
	tier->later.is_kept = policy->has_later;
	for (at = tw__bits_next(&tier->ready, 0); at != TW_BITS_NONE;
	     at = tw__bits_next(&tier->ready, at + 1))
		policy->again(tier->member[at]);
}

void tw__tier_join(struct tw_level *tier, struct tw_member *member)
{
	size_t at = tw__tier_after(tier, member->order), i;

	assert(tier->member_count < tier->member_capacity);
	memmove(&tier->member[at + 1], &tier->member[at],
		(tier->member_count - at) * sizeof(struct tw_member *));
	tw__bits_insert(&tier->ready, at, tier->member_count);
	if (tier->share.capacity)
		tw__lots_insert(&tier->share, at, tier->member_count);
	if (tier->meet.groups)
		tw__meet_insert(&tier->meet, at, tier->member_count,
				(struct tw_meeter){
			.hash = member->target->name_hash,
			.weight = member->weight
		});
	tier->member[at] = member;
	member->seat = (uint32_t)tier->member_count;
	++tier->member_count;
	for (i = at; i < tier->member_count; ++i)
		tier->member[i]->place = (uint32_t)i;
	member->tier = tier;
	if (!tier->rank.is_kept &&
	    keeps_ranks(tier, member->pool->policy, tier->member_count))
		tw__tier_begin_ranks(tier, member->pool->policy);
}
