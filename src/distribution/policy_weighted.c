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
 * from a holiday is no reason to take every call of the morning. Who gets
 * another weight keeps what part of an offer it has to come.
 */
#include "policy.h"

#define UNIT (1ll << 32)         /* one offer of a member of weight 1 */

struct clock {
	int64_t now;             /* virtual */
	uint64_t rest;           /* of its last steps, in parts of W */
	uint64_t weight;         /* W of the step below; 0: none yet */
	int64_t step;
	uint64_t step_rest;
};

/* Divisions are most of what this costs: the times are counted once. */
static int64_t deadline(const struct tw_member *member)
{
	return member->base +
		(int64_t)((member->served + 1) * UNIT / member->weight);
}

static void count(struct tw_member *member)
{
	member->begins = member->base +
		(int64_t)(member->served * UNIT / member->weight);
	member->ends = deadline(member);
}

static void add(struct tw_member *member, const struct clock *clock)
{
	struct tw_level *tier = member->tier;

	if (!tier->rank.is_kept)
		return;
	member->is_later = member->begins > clock->now;
	if (member->is_later)
		tw__ranks_add(&tier->later, member, member->begins,
			      member->turn);
	else
		tw__ranks_add(&tier->rank, member, member->ends,
			      member->turn);
}

static void take(struct tw_member *member)
{
	tw__ranks_remove(member->is_later ? &member->tier->later :
			 &member->tier->rank, member);
}

static void again(struct tw_member *member)
{
	if (member->ends == member->begins)
		count(member);
	add(member, member->tier->state);
}

/* `a` if so, else `b`. Without a branch: whether somebody is ahead of his
 * share or behind it is as good as drawn, and a wrong guess costs more than
 * all the rest of this. */
static inline int64_t either(bool is_so, int64_t a, int64_t b)
{
	return b ^ ((a ^ b) & -(int64_t)is_so);
}

static void enter(struct tw_member *member, uint32_t from)
{
	const struct clock *clock = member->tier->state;
	const int64_t part = UNIT / member->weight;
	const int64_t at = clock->now - (tw__is_gone(from) ? 0 : part);
	bool is_behind;

	if (member->ends == member->begins)
		count(member);
	is_behind = member->begins < at;
	member->base = either(is_behind, at, member->base);
	member->begins = either(is_behind, at, member->begins);
	member->ends = either(is_behind, at + part, member->ends);
	member->served &= (uint64_t)is_behind - 1;
	add(member, clock);
}

/* What is gone of its turn stays the same part of it: who has half an offer to
 * come has half of one by the other weight, too. The times themselves would
 * be many offers, or none, by another weight. */
static void reweigh(struct tw_member *member, uint32_t was)
{
	const struct clock *clock = member->tier->state;
	const int64_t part = UNIT / was;
	int64_t begins = member->base + (int64_t)(member->served * UNIT / was);
	int64_t credit = begins < clock->now - part ? part :
		begins > clock->now + part ? -part : clock->now - begins;

	member->base = clock->now - credit * was / member->weight;
	member->served = 0;
}

/* Whose time has begun ends UNIT from now at the latest: who has to wait for
 * it comes behind all of them. */
static tw_turn turn_of(const struct tw_member *member)
{
	const struct clock *clock = member->tier->state;

	return tw__turn(either(member->begins > clock->now,
			       member->begins + UNIT, member->ends),
			member->turn);
}

static struct tw_member *first(const struct tw_look *look,
			       struct tw_level *tier)
{
	struct tw_member *member;

	if (!tier->rank.is_kept)
		return tw__look_few(look, tier, turn_of);
	member = tw__look_ranked(look, &tier->rank);
	/* whose turn it is, is busy */
	return member ? member : tw__look_ranked(look, &tier->later);
}

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	struct tw_member *member = first(look, tier);

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

		take(member);
		add(member, clock);
	}
}

/* One offer further; W seldom changes. */
static void move_on(struct clock *clock, uint64_t weight)
{
	bool is_whole;

	if (clock->weight != weight) {
		clock->weight = weight;
		clock->step = UNIT / (int64_t)weight;
		clock->step_rest = (uint64_t)UNIT % weight;
	}
	clock->now += clock->step;
	clock->rest += clock->step_rest;
	is_whole = clock->rest >= weight;
	clock->now += is_whole;
	clock->rest -= weight & (0 - (uint64_t)is_whole);
}

static void serve(struct tw_member *member)
{
	bool is_round;   /* no sum grows */

	is_round = ++member->served == member->weight;
	member->served &= (uint64_t)is_round - 1;
	member->base += UNIT & -(int64_t)is_round;
	member->begins = member->ends;
	member->ends = deadline(member);
}

static void offered(struct tw_engine *engine, struct tw_member *member)
{
	struct tw_level *tier = member->tier;
	struct clock *clock = tier->state;

	member->turn = engine->offers;
	clock->now = either(clock->now < member->begins, member->begins,
			    clock->now);
	move_on(clock, tier->weight);
	if (member->is_ranked)
		take(member);
	serve(member);
	if (tw__target_is_ready(member->target))
		add(member, clock);
	catch_up(tier, clock);
}

static const struct tw_saved saved[] = {
	TW_SAVED(clock, now, COUNT),
	TW_SAVED(clock, rest, COUNT),
};

const struct tw_policy tw__policy_weighted = {
	.id = TW_POLICY_WEIGHTED, .name = "weighted",
	.state_size = sizeof(struct clock),
	.has_ranks = true, .has_later = true,
	.enter = enter, .leave = take, .again = again, .reweigh = reweigh,
	.pick = pick, .offered = offered,
	.saved = { saved, TW_ARRAY_COUNT(saved) }
};
