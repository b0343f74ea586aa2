/*
 * Least talk: who has talked the least in this pool. Of members with equal
 * talk it is whose last offer is longest ago. An offer that failed counts as
 * a talk of average length until the member answers one. Who comes back to
 * the shift starts at what is being offered now, as in fewest_calls.
 */
#include "policy.h"

struct shift {
	int64_t talk;            /* of the member offered last */
	int64_t sum;             /* of all talks, for their average */
	int64_t talks;
};

static void enter(struct tw_member *member, uint32_t from)
{
	const struct shift *shift = member->tier->state;

	if (tw__is_gone(from) && member->load < shift->talk)
		member->load = shift->talk;
	tw__load_enter(member);
}

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	struct tw_member *member = tw__load_first(look, tier);

	if (member) {
		look->why = TW_WHY_LEAST_TALK;
		look->a = member->load;
	}
	return member;
}

static void offered(struct tw_engine *engine, struct tw_member *member)
{
	struct shift *shift = member->tier->state;

	shift->talk = member->load;
	tw__load_offered(engine, member);
}

static void answered(struct tw_member *member, const struct tw_offer *offer)
{
	(void)offer;
	member->extra = 0;
	tw__load_moved(member);
}

static void ends(struct tw_member *member, const struct tw_offer *offer,
		 const struct tw_end *end)
{
	struct shift *shift = member->tier->state;

	if (end->outcome == TW_OUTCOME_ANSWERED) {
		member->load += end->now - offer->answered;
		shift->sum += end->now - offer->answered;
		++shift->talks;
	} else if (end->failed) {
		member->extra += shift->talks ? shift->sum / shift->talks :
			60 * TW_SECOND;
	} else {
		return;
	}
	tw__load_moved(member);
}

static const struct tw_saved saved[] = {
	TW_SAVED(shift, talk, COUNT),
	TW_SAVED(shift, sum, COUNT),
	TW_SAVED(shift, talks, COUNT),
};

const struct tw_policy tw__policy_least_talk = {
	.id = TW_POLICY_LEAST_TALK, .name = "least_talk",
	.state_size = sizeof(struct shift), .has_ranks = true,
	.enter = enter, .leave = tw__load_leave, .again = tw__load_enter,
	.pick = pick, .offered = offered,
	.answered = answered, .ends = ends,
	.saved = { saved, TW_ARRAY_COUNT(saved) }
};
