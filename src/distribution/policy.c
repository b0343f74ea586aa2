/*
 * The table of policies, and the questions they may ask about a tier. Who was
 * tried already is stepped over: that costs as much as was tried in this
 * step, and never as much as the tier has members.
 */
#include "policy.h"

static const struct tw_policy *const policies[] = {
	&tw__policy_all,
	&tw__policy_linear,
	&tw__policy_round_robin,
	&tw__policy_longest_idle,
	&tw__policy_sticky,
	&tw__policy_random,
	&tw__policy_weighted,
	&tw__policy_weighted_random,
	&tw__policy_fewest_calls,
	&tw__policy_least_talk,
	&tw__policy_least_occupied,
	&tw__policy_ring_n,
	&tw__policy_progressive
};

const struct tw_policy *tw__policy_by_id(uint32_t id)
{
	size_t i;

	for (i = 0; i < TW_ARRAY_COUNT(policies); ++i) {
		if (policies[i]->id == id)
			return policies[i];
	}
	return NULL;
}

tw_status tw_policy_parse(uint32_t *out, const char *name, tw_error *err)
{
	size_t i;

	if (!out || !name)
		return tw__fail(err, TW_EINVAL, "no policy name given");
	for (i = 0; i < TW_ARRAY_COUNT(policies); ++i) {
		if (tw__str_eq(tw__str_of(name), policies[i]->name)) {
			*out = policies[i]->id;
			return TW_OK;
		}
	}
	return tw__fail_at(err, TW_ENOTFOUND, 0, "policy",
			   "no policy \"%.40s\"; write all, linear, "
			   "round_robin, longest_idle, sticky, random, "
			   "weighted, weighted_random, fewest_calls, "
			   "least_talk, least_occupied, ring_n or "
			   "progressive", name);
}

uint32_t tw__pool_width(const struct tw_pool *pool, int64_t rung_us)
{
	return pool->policy->width ? pool->policy->width(pool, rung_us) : 1;
}

uint32_t tw__call_room(const struct tw_call *call, tw_time now)
{
	uint32_t width = 1;

	/* a widening whose time is past is its timer's, which is late: who
	 * comes free or is looked at meanwhile is not one more for it */
	if (call->widen.place != TW_TIMER_IDLE && call->widen.at <= now)
		now = call->widen.at - 1;
	if (tw__call_step(call)->kind != TW_STEP_PREFERRED)
		width = tw__pool_width(call->pool, now - call->step_since);
	return width > call->ringing ? width - call->ringing : 0;
}

struct tw_member *tw__look_next(const struct tw_look *look,
				const struct tw_level *tier, size_t from)
{
	size_t at = tw__bits_next(&tier->ready, from);

	for (; at != TW_BITS_NONE; at = tw__bits_next(&tier->ready, at + 1)) {
		if (tw__look_may(look, tier->member[at]))
			return tier->member[at];
	}
	return NULL;
}

/* Those whom the call may not have out of the way, and back again. */
static struct tw_member *behind_first(const struct tw_look *look,
				      struct tw_ranks *ranks)
{
	const struct tw_policy *policy = look->pool->policy;
	struct tw_member *best, *aside = NULL;

	while ((best = tw__ranks_first(ranks)) != NULL &&
	       !tw__look_may(look, best)) {
		policy->leave(best);
		best->aside = aside;
		aside = best;
	}
	for (; aside; aside = aside->aside)
		policy->again(aside);
	return best;
}

struct tw_member *tw__look_ranked(const struct tw_look *look,
				  struct tw_ranks *ranks)
{
	struct tw_member *best = tw__ranks_first(ranks);

	if (!best || tw__look_may(look, best))
		return best;
	return behind_first(look, ranks);
}

void tw__share_enter(struct tw_member *member, uint32_t from)
{
	(void)from;
	tw__lots_add(&member->tier->share, member->place,
		     member->pool->policy->share(member));
}

void tw__share_leave(struct tw_member *member)
{
	tw__lots_take(&member->tier->share, member->place,
		      member->pool->policy->share(member));
}

/* One drawn that the call may not have is set aside and the draw repeated
 * among the others: so a fallback order is drawn without replacement (RFC
 * 2782), and every rank of it is in proportion, not only the first. Each
 * look has numbers of its own: those of the next one begin elsewhere. */
struct tw_member *tw__look_drawn(const struct tw_look *look,
				 struct tw_level *tier)
{
	const struct tw_policy *policy = look->pool->policy;
	struct tw_draw chance = look->engine->chance;
	struct tw_member *aside = NULL, *member = NULL;
	struct tw_lots *lots = &tier->share;

	chance.state = tw__draw(&chance);
	while (!member && lots->total > 0) {
		member = tier->member[tw__lots_find(lots,
			tw__draw_below(&chance, lots->total))];
		if (tw__look_may(look, member))
			continue;
		tw__lots_take(lots, member->place, policy->share(member));
		member->aside = aside;
		aside = member;
		member = NULL;
	}
	for (; aside; aside = aside->aside)
		tw__lots_add(lots, aside->place, policy->share(aside));
	return member;
}
