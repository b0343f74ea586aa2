/*
 * Fewest calls: who has answered the fewest in this pool. Counted at the
 * answer and once, not at the end: else two calls within one talk would go
 * by the same counts. An offer that failed counts as a call until the member
 * answers one; else who rejects every call at once would stay the first of
 * all. Among equals it is whose last offer is longest ago.
 *
 * Who comes back to the shift starts at the count that is being offered now:
 * neither a newcomer at zero nor one back from a holiday has to catch up.
 */
#include "policy.h"

struct shift {
	int64_t count;           /* of the member offered last */
};

static void enter(struct tw_member *member, uint32_t from)
{
	const struct shift *shift = member->tier->state;

	if (tw__is_gone(from) && member->load < shift->count)
		member->load = shift->count;
	tw__load_enter(member);
}

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	struct tw_member *member = tw__load_first(look, tier);

	if (member) {
		look->why = TW_WHY_FEWEST_CALLS;
		look->a = member->load;
		look->b = member->extra;
	}
	return member;
}

static void offered(struct tw_engine *engine, struct tw_member *member)
{
	struct shift *shift = member->tier->state;

	shift->count = member->load;
	tw__load_offered(engine, member);
}

static void answered(struct tw_member *member, const struct tw_offer *offer)
{
	(void)offer;
	++member->load;
	member->extra = 0;
	tw__load_moved(member);
}

static void ends(struct tw_member *member, const struct tw_offer *offer,
		 const struct tw_end *end)
{
	(void)offer;
	if (!end->failed)
		return;
	++member->extra;
	tw__load_moved(member);
}

static const struct tw_saved saved[] = {
	TW_SAVED(shift, count, COUNT),
};

const struct tw_policy tw__policy_fewest_calls = {
	.id = TW_POLICY_FEWEST_CALLS, .name = "fewest_calls",
	.state_size = sizeof(struct shift), .has_ranks = true,
	.enter = enter, .leave = tw__load_leave, .again = tw__load_enter,
	.pick = pick, .offered = offered,
	.answered = answered, .ends = ends,
	.saved = { saved, TW_ARRAY_COUNT(saved) }
};
