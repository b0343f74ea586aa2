/*
 * Least occupied: who has worked the smallest part of its time lately:
 * ringing, talk and wrap-up. Lately is weighed by a half-life of half an
 * hour, so that a quiet morning does not earn anybody the whole evening. The
 * occupancy of everybody idle then falls at the same rate and their order
 * stays, so it can be kept: by log2(occupancy) + now / half-life, which does
 * not change while idle. An offer that failed works at least as long as half
 * a minute. Who comes back to the shift starts at what is being offered now.
 */
#include "base/logs.h"
#include "policy.h"

#define HALF_LIFE  (1800 * TW_SECOND)
#define FAILED_MIN (30 * TW_SECOND)
#define NEVER      INT64_MIN

struct shift {
	bool is_set;
	int64_t level;           /* of the member offered last */
};

/* 2^32 us / HALF_LIFE */
static int64_t lives(int64_t us)
{
	const int64_t whole = us / HALF_LIFE, part = us % HALF_LIFE;

	return whole * (1ll << TW_LOG_BITS) +
		part * (1ll << TW_LOG_BITS) / HALF_LIFE;
}

/* 2^32 of the time, 0..2^32 */
static uint64_t occupancy(int64_t level, tw_time now)
{
	int64_t below = lives(now) - level;

	if (level == NEVER)
		return 0;
	return tw__exp2_minus(below > 0 ? (uint64_t)below : 0);
}

static void enter(struct tw_member *member, uint32_t from)
{
	const struct shift *shift = member->tier->state;

	if (tw__is_gone(from) && shift->is_set &&
	    member->load < shift->level)
		member->load = shift->level;
	tw__load_enter(member);
}

static struct tw_member *pick(struct tw_look *look, struct tw_level *tier)
{
	struct tw_member *member = tw__load_first(look, tier);

	if (member) {
		look->why = TW_WHY_LEAST_OCCUPIED;
		look->a = (int64_t)(occupancy(member->load,
					      look->engine->now) * 1000 >>
				    TW_LOG_BITS);
	}
	return member;
}

static void offered(struct tw_engine *engine, struct tw_member *member)
{
	struct shift *shift = member->tier->state;

	shift->is_set = true;
	shift->level = member->load;
	tw__load_offered(engine, member);
}

/* The work is from the offer to its end, or past it for wrap-up. */
static void ends(struct tw_member *member, const struct tw_offer *offer,
		 const struct tw_end *end)
{
	int64_t work = end->now - offer->offered + end->wrap_up_us;
	uint64_t before, keeps, after;
	tw_time at = end->now + end->wrap_up_us;

	if (end->failed && work < FAILED_MIN)
		work = FAILED_MIN;
	/* what it was when the work began; a failed one may begin earlier */
	before = occupancy(member->load, at - work);
	keeps = tw__exp2_minus((uint64_t)lives(work));
	after = (before * (keeps >> 1) >> (TW_LOG_BITS - 1)) +
		((1ull << TW_LOG_BITS) - keeps);
	if (!after)
		return;
	member->load = tw__log2(after) - ((int64_t)TW_LOG_BITS <<
					  TW_LOG_BITS) + lives(at);
	tw__load_moved(member);
}

static const struct tw_saved saved[] = {
	TW_SAVED(shift, is_set, BOOL),
	TW_SAVED(shift, level, LEVEL),
};

const struct tw_policy tw__policy_least_occupied = {
	.id = TW_POLICY_LEAST_OCCUPIED, .name = "least_occupied",
	.state_size = sizeof(struct shift), .first_load = NEVER,
	.has_ranks = true,
	.enter = enter, .leave = tw__load_leave, .again = tw__load_enter,
	.pick = pick, .offered = offered, .ends = ends,
	.saved = { saved, TW_ARRAY_COUNT(saved) }
};
