/*
 * Pools of a snapshot: members, the memory of who served whom, the pace of
 * answers, and what the policy of each tier kept, loaded by the one of now.
 * Whether a pool that is gone is still needed, and by which call, is ghost.c's
 * to know.
 */
#include "restore.h"

#include <string.h>

static void read_members(struct tw_restore *r, struct tw_was_pool *was)
{
	size_t count = tw__unpack_count(&r->in, 8), i, j;

	was->member = tw__restore_array(r, count, sizeof(*was->member));
	if (was->member)
		was->member_count = count;
	for (i = 0; i < count && !tw__restore_is_over(r); ++i) {
		struct tw_was_member *m = &was->member[i];
		const struct tw_target *target;

		m->target = (uint32_t)tw__unpack_number(&r->in, 4);
		m->tier = (uint32_t)tw__unpack_number(&r->in, 4);
		if (r->version > TW_SNAPSHOT_OLDEST)
			m->weight = (uint32_t)tw__unpack_number(&r->in, 4);
		tw__restore_saved(r, &m->saved, &tw__saved_member);
		if (!m->target || m->target > r->target_count) {
			tw__restore_wrong(r, "a member that is no target");
			return;
		}
		if (m->saved.extra < 0 || m->saved.served > TW_WEIGHT_MAX ||
		    m->weight > TW_WEIGHT_MAX)
			tw__restore_wrong(r, "a member's counters");
		target = r->target[m->target - 1].to;
		for (j = 0; target && j < target->member_count; ++j) {
			if (target->member[j]->pool == was->to)
				m->to = target->member[j];
		}
	}
}

static struct tw_level *tier_of(const struct tw_pool *pool, uint32_t number)
{
	size_t i;

	for (i = 0; pool && i < pool->tier_count; ++i) {
		if (pool->tier[i]->tier == number)
			return pool->tier[i];
	}
	return NULL;
}

/* By the host's own policy, which may refuse. */
static void load_own(struct tw_restore *r, const struct tw_was_pool *was,
		     struct tw_was_tier *tier, struct tw_unpack *part)
{
	const struct tw_policy *policy = was->to->policy;
	tw_error why = TW_ERROR_INIT;

	if (policy->state_size) {
		tier->state = tw__restore_array(r, 1, policy->state_size);
		if (!tier->state)
			return;
	}
	if (policy->load(tier->state, was->to, tier->to, part, &why)) {
		tw__restore_wrong(r, "an own policy refuses");
		r->why = why;
	}
}

/* What the policy kept, if it is the same one and keeps anything. */
static void read_tier(struct tw_restore *r, const struct tw_was_pool *was,
		      struct tw_was_tier *tier, bool is_same)
{
	struct tw_unpack part = r->in;
	size_t l;

	tier->to = tier_of(was->to, (uint32_t)tw__unpack_number(&r->in, 4));
	l = (size_t)tw__unpack_number(&r->in, 4);
	if ((size_t)(r->in.end - r->in.at) < l) {
		r->in.is_bad = true;
		return;
	}
	part.at = r->in.at;
	part.end = r->in.at += l;
	if (!l || !tier->to || !is_same)
		return;
	if (was->to->policy->load)
		load_own(r, was, tier, &part);
	if (!was->to->policy->saved.count)
		return;
	tier->state = tw__restore_array(r, 1, was->to->policy->state_size);
	if (!tier->state)
		return;
	tw__unpack_saved(tier->state, &part, was->to->policy->saved.saved,
			 was->to->policy->saved.count);
	if (part.is_bad || part.at != part.end)
		tw__restore_wrong(r, "what a policy kept is damaged");
}

static void read_tiers(struct tw_restore *r, struct tw_was_pool *was,
		       bool is_same)
{
	size_t count = tw__unpack_count(&r->in, 8), i;

	was->tier = tw__restore_array(r, count, sizeof(*was->tier));
	if (was->tier)
		was->tier_count = count;
	for (i = 0; i < count && !tw__restore_is_over(r); ++i)
		read_tier(r, was, &was->tier[i], is_same);
}

/* A cache: who is gone is simply not in it. */
static void read_last(struct tw_restore *r, struct tw_was_pool *was,
		      bool is_same)
{
	uint64_t size = tw__unpack_number(&r->in, 4);
	uint64_t made = tw__unpack_number(&r->in, 4);
	size_t count = tw__unpack_count(&r->in, 12), i, j;
	uint32_t target;
	uint64_t key;

	if (size > TW_LAST_MAX || (size & (size - 1)) || made > size ||
	    count > made || (size > 64 && size > 16 * made))
		tw__restore_wrong(r, "a memory of callers that cannot be");
	if (tw__restore_is_over(r) || (size && was->to && is_same &&
				       tw__last_restore(&was->last,
							(size_t)size))) {
		r->is_oom |= !tw__restore_is_over(r);
		return;
	}
	for (i = 0; i < count; ++i) {
		key = tw__unpack_number(&r->in, 8);
		target = (uint32_t)tw__unpack_number(&r->in, 4);
		for (j = 0; was->last.size && j < was->member_count; ++j) {
			if (was->member[j].target == target &&
			    was->member[j].to)
				tw__last_put(&was->last, key,
					     was->member[j].to);
		}
	}
	if (was->last.size)
		was->last.count = (size_t)made;
}

static void read_pace(struct tw_restore *r, struct tw_pace *pace)
{
	const int64_t most = (int64_t)1 << 55;
	size_t i;

	tw__restore_saved(r, pace, &tw__saved_pace);
	for (i = 0; i < TW_PACE_COUNT; ++i) {
		pace->interval_us[i] =
			(int64_t)tw__unpack_number(&r->in, 8);
		if (pace->interval_us[i] < 0 || pace->interval_us[i] > most)
			tw__restore_wrong(r, "answers at no such pace");
	}
	if (pace->next >= TW_PACE_COUNT || pace->count > TW_PACE_COUNT ||
	    pace->sum_us < 0)
		tw__restore_wrong(r, "answers at no such pace");
}

/* Members that the snapshot does not know. */
static void find_late(struct tw_restore *r, struct tw_was_pool *was)
{
	size_t known = 0, i;
	uint8_t *is_known;

	for (i = 0; i < was->member_count; ++i)
		known += was->member[i].to != NULL;
	if (!was->to || known >= was->to->member_count)
		return;
	is_known = tw__restore_array(r, was->to->member_count, 1);
	was->late = tw__restore_array(r, was->to->member_count,
				      sizeof(*was->late));
	for (i = 0; is_known && i < was->member_count; ++i) {
		if (was->member[i].to)
			is_known[was->member[i].to->slot] = 1;
	}
	for (i = 0; is_known && was->late && i < was->to->member_count; ++i) {
		if (!is_known[i])
			was->late[was->late_count++] = (uint32_t)i;
	}
	tw_free(is_known);
}

static void read_pool(struct tw_restore *r, size_t at, uint8_t *taken)
{
	struct tw_engine *engine = r->engine;
	struct tw_was_pool *was = &r->pool[at];
	char policy[TW_NAME_MAX + 1];
	bool is_same;
	uint32_t id;

	tw__restore_name(was->name, &r->in);
	tw__restore_name(policy, &r->in);
	id = tw__names_get(&engine->pools, was->name);
	if (id && taken[id - 1]++)
		tw__restore_wrong(r, "two pools of one name");
	if (id)
		was->to = engine->pool[id - 1];
	is_same = was->to && !strcmp(was->to->policy->name, policy);
	was->is_same = is_same;
	if (was->to && !is_same &&
	    tw__news_add(r->changes, TW_ENGINE_FORGOTTEN, "pool",
			    was->name, "it has another policy now, which "
			    "starts anew"))
		r->is_oom = true;
	read_members(r, was);
	find_late(r, was);
	read_last(r, was, is_same);
	read_pace(r, &was->pace);
	read_tiers(r, was, is_same);
}

void tw__restore_pools(struct tw_restore *r)
{
	uint8_t *taken = tw__restore_array(r, r->engine->pool_count, 1);
	size_t count = tw__unpack_count(&r->in, TW_LEAST_THING), i;

	r->pool = tw__restore_array(r, count, sizeof(*r->pool));
	if (r->pool)
		r->pool_count = count;
	for (i = 0; i < count && !tw__restore_is_over(r); ++i)
		read_pool(r, i, taken);
	tw_free(taken);
}

static void free_state(const struct tw_was_pool *was, void *state)
{
	if (state && was->to->policy->clear)
		was->to->policy->clear(was->to, state);
	tw_free(state);
}

void tw__restore_free_pools(struct tw_restore *r)
{
	size_t i, j;

	for (i = 0; i < r->pool_count; ++i) {
		for (j = 0; j < r->pool[i].tier_count; ++j)
			free_state(&r->pool[i], r->pool[i].tier[j].state);
		tw_free(r->pool[i].tier);
		tw_free(r->pool[i].member);
		tw_free(r->pool[i].late);
		tw__last_free(&r->pool[i].last);
	}
	tw_free(r->pool);
	for (i = 0; i < r->new_pool_count; ++i)
		tw__pool_free(r->new_pool[i]);
	for (i = 0; i < r->new_ghost_count; ++i)
		tw__pool_free(r->new_ghost[i]);
	tw_free(r->new_pool);
	tw_free(r->new_ghost);
}
