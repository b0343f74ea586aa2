/*
 * Weighted: offers in proportion to the weights, in turn and without chance.
 * A member of weight w owes its n-th offer between n - 1 and n of its W-th
 * parts of all; of those whose time has begun the one whose time ends first
 * is next (earliest eligible deadline). So nobody is ever a whole offer away
 * from its share, after any number of offers, while all are ready; the
 * smooth round robins that only add and subtract weights drift further. Of
 * two whose time ends at one moment it is the one whose turn is longest ago:
 * else the first of equals would have a little more than the last.
 *
 * Time is virtual and counts offers: it moves on by 1/W with each. W is the
 * weight of all that are ready or busy. Who was busy when its turn came keeps
 * the claim to one offer and no more; who was away keeps none: coming back
 * from a holiday is no reason to take every call of the morning.
 */
#include "policy.h"

#define UNIT (1ll << 32)         /* one offer of a member of weight 1 */

struct clock {
	int64_t now;             /* virtual */
	uint64_t rest;           /* of its last steps, in parts of W */
};

static int64_t start(const struct tw_member *member)
{
	return member->base +
		(int64_t)(member->served * UNIT / member->weight);
}

static int64_t deadline(const struct tw_member *member)
{
	return member->base +
		(int64_t)((member->served + 1) * UNIT / member->weight);
}

/* `begins` is its start: a division, and known where this is called. */
static void add(struct tw_member *member, const struct clock *clock,
		int64_t begins)
{
	struct tw_level *tier = member->tier;

	member->is_later = begins > clock->now;
	if (member->is_later)
		tw__ranks_add(&tier->later, member, begins, member->turn);
	else
		tw__ranks_add(&tier->rank, member, deadline(member),
			      member->turn);
}

static void take(struct tw_member *member)
{
	tw__ranks_remove(member->is_later ? &member->tier->later :
			 &member->tier->rank, member);
}

static void enter(struct tw_member *member, uint32_t from)
{
	const struct clock *clock = member->tier->state;
	const int64_t at = tw__is_gone(from) ? clock->now :
		clock->now - UNIT / member->weight;
	int64_t begins = start(member);

	if (begins < at) {
		member->base = begins = at;
		member->served = 0;
	}
	add(member, clock, begins);
}

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	struct tw_member *member = tw__look_ranked(look, &tier->rank);

	if (!member)   /* whose turn it is, is busy */
		member = tw__look_ranked(look, &tier->later);
	if (member) {
		look->why = TW_WHY_WEIGHTED;
		look->a = member->weight;
		look->b = (int64_t)tier->weight;
	}
	return member;
}

/* Those whose time has come. Each comes once for each offer it had. */
static void catch_up(struct tw_level *tier, const struct clock *clock)
{
	const struct tw_rank *rank;

	while ((rank = tw__ranks_least(&tier->later)) != NULL &&
	       rank->key <= clock->now) {
		struct tw_member *member = rank->member;
		const int64_t begins = rank->key;

		take(member);
		add(member, clock, begins);
	}
}

static void offered(struct tw_engine *engine, struct tw_member *member)
{
	struct tw_level *tier = member->tier;
	struct clock *clock = tier->state;
	const int64_t begins = start(member), next = deadline(member);

	member->turn = engine->offers;
	if (clock->now < begins)
		clock->now = begins;
	clock->now += UNIT / (int64_t)tier->weight;
	clock->rest += (uint64_t)UNIT % tier->weight;
	if (clock->rest >= tier->weight) {
		clock->rest -= tier->weight;
		++clock->now;
	}
	if (member->is_ranked)
		take(member);
	if (++member->served == member->weight) {   /* no sum grows */
		member->served = 0;
		member->base += UNIT;
	}
	if (tw__target_is_ready(member->target))
		add(member, clock, next);
	catch_up(tier, clock);
}

static void anew(struct tw_member *member)
{
	take(member);
	add(member, member->tier->state, start(member));
}

static const struct tw_saved saved[] = {
	TW_SAVED(clock, now, COUNT),
	TW_SAVED(clock, rest, COUNT),
};

const struct tw_policy tw__policy_weighted = {
	.id = TW_POLICY_WEIGHTED, .name = "weighted",
	.state_size = sizeof(struct clock), .has_later = true,
	.enter = enter, .leave = take, .pick = pick, .offered = offered,
	.saved = { saved, TW_ARRAY_COUNT(saved) }, .anew = anew
};
