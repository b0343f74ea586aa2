/*
 * Reading a snapshot: the bytes as a whole, then the things that the
 * configuration should have. Bytes may be anybody's: a count is held against
 * what is left, a number against what there is, and the first thing that does
 * not go together refuses all of it.
 */
#include "restore.h"

#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void tw__restore_wrong(struct tw_restore *r, const char *what)
{
	if (!r->wrong)
		r->wrong = what;
}

void *tw__restore_array(struct tw_restore *r, size_t count, size_t size)
{
	void *mem = count ? tw_calloc(count, size) : NULL;

	if (count && !mem)
		r->is_oom = true;
	return mem;
}

void tw__restore_saved(struct tw_restore *r, void *to,
		       const struct tw_saved_table *table)
{
	tw__unpack_saved(to, &r->in, table->saved, table->count);
}

void tw__restore_timer(struct tw_restore *r, struct tw_was_timer *out)
{
	static const struct tw_saved at = TW_SAVED(tw_was_timer, at, TIME);
	uint64_t is_armed = tw__unpack_number(&r->in, 1);

	out->sequence = 0;
	if (is_armed > 1)
		tw__restore_wrong(r, "a deadline that is neither on nor off");
	if (is_armed) {
		tw__unpack_saved(out, &r->in, &at, 1);
		out->sequence = tw__unpack_number(&r->in, 8);
	}
	out->at = is_armed ? out->at : TW_TIME_MAX;
}

void tw__restore_name(char out[TW_NAME_MAX + 1], struct tw_unpack *in)
{
	tw__unpack_text(out, TW_NAME_MAX + 1, in);
	if (tw__name_check("thing", out, NULL))
		in->is_bad = true;
}

/* Nobody has one that is gone, so nobody is asked for it. */
static void read_skills(struct tw_restore *r)
{
	size_t count = tw__unpack_count(&r->in, 3), i;
	char name[TW_NAME_MAX + 1];

	if (count > TW_SKILLS_MAX)
		tw__restore_wrong(r, "more skills than there can be");
	for (i = 0; i < count && !tw__restore_is_over(r); ++i) {
		tw__restore_name(name, &r->in);
		r->skill[i] = tw__skill_bit(r->engine, name);
		r->skill_is_gone |= !r->skill[i];
		if (!r->skill[i] && !r->in.is_bad &&
		    tw__news_add(r->changes, TW_ENGINE_GONE, "skill", name,
				 "calls do not need it any more"))
			r->is_oom = true;
		r->skill_count++;
	}
}

uint64_t tw__restore_skills(const struct tw_restore *r, uint64_t then)
{
	uint64_t now = 0;
	uint32_t i;

	for (i = 0; i < TW_SKILLS_MAX; ++i) {
		if (then >> i & 1)
			now |= i < r->skill_count ? r->skill[i] :
				(uint64_t)1 << i;
	}
	return now;
}

static void read_target(struct tw_restore *r, size_t at, uint8_t *taken)
{
	struct tw_engine *engine = r->engine;
	struct tw_was_target *was = &r->target[at];
	uint32_t id;

	tw__restore_name(was->name, &r->in);
	was->saved.kind = (uint32_t)tw__unpack_number(&r->in, 4);
	tw__unpack_text(was->saved.pause, sizeof(was->saved.pause), &r->in);
	tw__restore_saved(r, &was->saved, &tw__saved_target);
	tw__restore_timer(r, &was->timer);
	if (was->saved.state < TW_TARGET_AVAILABLE ||
	    was->saved.state > TW_TARGET_PAUSED ||
	    was->saved.outside > TW_CAPACITY_MAX)
		tw__restore_wrong(r, "a target in no state that there is");
	/* each of the configuration's at most once */
	id = tw__names_get(&engine->targets, was->name);
	if (id && taken[id - 1]++)
		tw__restore_wrong(r, "two targets of one name");
	if (id)
		was->to = engine->target[id - 1];
	was->saved.held = was->saved.outside;
}

static void read_targets(struct tw_restore *r)
{
	uint8_t *taken = tw__restore_array(r, r->engine->target_count, 1);
	size_t count = tw__unpack_count(&r->in, TW_LEAST_THING), i;

	r->target = tw__restore_array(r, count, sizeof(*r->target));
	if (r->target)
		r->target_count = count;
	for (i = 0; i < count && !tw__restore_is_over(r); ++i)
		read_target(r, i, taken);
	tw_free(taken);
}

static void read_schedules(struct tw_restore *r)
{
	size_t count = tw__unpack_count(&r->in, TW_LEAST_THING), i;
	struct tw_engine *engine = r->engine;
	char name[TW_NAME_MAX + 1];
	uint32_t id;

	r->schedule = tw__restore_array(r, count, sizeof(*r->schedule));
	if (r->schedule)
		r->schedule_count = count;
	for (i = 0; i < count && !tw__restore_is_over(r); ++i) {
		tw__restore_name(name, &r->in);
		id = tw__names_get(&engine->schedules, name);
		if (id)
			r->schedule[i] = engine->schedule[id - 1];
	}
}

static void read_plan(struct tw_restore *r, size_t at)
{
	struct tw_was_plan *was = &r->plan[at];
	uint64_t is_current;
	size_t count, i;
	uint32_t id;

	tw__restore_name(was->name, &r->in);
	id = tw__names_get(&r->engine->plans, was->name);
	was->now = id ? r->engine->plan[id - 1] : NULL;
	is_current = tw__unpack_number(&r->in, 1);
	was->is_current = is_current == 1;
	count = tw__unpack_count(&r->in, 8);
	was->step = tw__restore_array(r, count, sizeof(*was->step));
	if (was->step)
		was->step_count = count;
	for (i = 0; i < count && !tw__restore_is_over(r); ++i) {
		struct tw_was_step *step = &was->step[i];

		tw__restore_saved(r, &step->saved, &tw__saved_step);
		step->pool = (uint32_t)tw__unpack_number(&r->in, 4);
		step->schedule = (uint32_t)tw__unpack_number(&r->in, 4);
		step->plan = (uint32_t)tw__unpack_number(&r->in, 4);
		if (step->pool > r->pool_count ||
		    step->schedule > r->schedule_count ||
		    step->plan > r->plan_count ||
		    (step->plan != 0) != (step->saved.kind == TW_STEP_PLAN) ||
		    !tw__step_is_sound(&step->saved, step->pool != 0))
			tw__restore_wrong(r, "a step that cannot be");
	}
	if (is_current > 1)
		tw__restore_wrong(r, "a plan that is neither old nor current");
}

static void read_plans(struct tw_restore *r)
{
	size_t count = tw__unpack_count(&r->in, TW_LEAST_THING), i;

	r->plan = tw__restore_array(r, count, sizeof(*r->plan));
	if (r->plan)
		r->plan_count = count;
	for (i = 0; i < count && !tw__restore_is_over(r); ++i)
		read_plan(r, i);
}

/* What is not there any more: with a live call it is a ghost by now. */
static void tell(struct tw_restore *r, bool is_gone, bool is_ghost,
		 const char *kind, const char *name)
{
	if (!is_gone)
		return;
	if (tw__news_add(r->changes, is_ghost ? TW_ENGINE_DRAINS :
			    TW_ENGINE_GONE, kind, name, is_ghost ?
			    "is kept until its calls are over" :
			    "what was known of it is dropped"))
		r->is_oom = true;
}

static void tell_members(struct tw_restore *r, const struct tw_was_pool *was)
{
	char detail[TW_NAME_MAX + 32];
	size_t i;

	for (i = 0; i < was->member_count && was->to && !was->is_ghost; ++i) {
		const struct tw_was_target *target =
			&r->target[was->member[i].target - 1];

		snprintf(detail, sizeof(detail), "is not in pool %s",
			 was->name);
		if (!was->member[i].to && target->to && !target->is_ghost &&
		    tw__news_add(r->changes, TW_ENGINE_GONE, "member",
				    target->name, detail))
			r->is_oom = true;
	}
}

static void tell_all(struct tw_restore *r)
{
	size_t i;

	for (i = 0; i < r->target_count; ++i)
		tell(r, !r->target[i].to || r->target[i].is_ghost,
		     r->target[i].is_ghost, "target", r->target[i].name);
	for (i = 0; i < r->pool_count; ++i) {
		tell(r, !r->pool[i].to || r->pool[i].is_ghost,
		     r->pool[i].is_ghost, "pool", r->pool[i].name);
		tell_members(r, &r->pool[i]);
	}
	for (i = 0; i < r->new_plan_count; ++i)
		tell(r, true, true, "plan", r->new_plan[i]->name);
}

static tw_status check_bytes(uint32_t *out_version, const uint8_t *data,
			     size_t size, tw_error *err)
{
	struct tw_unpack in = { data, data + size, false };
	uint8_t digest[TW_SNAPSHOT_DIGEST];
	uint64_t version, said;

	if (size < 8 || memcmp(data, TW_SNAPSHOT_MAGIC, 8))
		return tw__fail(err, TW_EPARSE, "these bytes are no snapshot "
				"of an engine");
	in.at += 8;
	version = tw__unpack_number(&in, 4);
	said = tw__unpack_number(&in, 8);
	if (!in.is_bad && (version < TW_SNAPSHOT_OLDEST ||
			   version > TW_SNAPSHOT_VERSION))
		return tw__fail(err, TW_EVERSION, "the snapshot is of version "
				"%" PRIu64 ", this library reads %u to %u",
				version, TW_SNAPSHOT_OLDEST,
				TW_SNAPSHOT_VERSION);
	*out_version = (uint32_t)version;
	if (in.is_bad || said != size ||
	    size < TW_SNAPSHOT_HEAD + sizeof(digest))
		return tw__fail(err, TW_EPARSE, "the snapshot is cut off: "
				"%zu bytes of %" PRIu64, size, said);
	tw__sha256(digest, data, size - sizeof(digest));
	if (memcmp(digest, data + size - sizeof(digest), sizeof(digest)))
		return tw__fail(err, TW_EPARSE, "the snapshot is damaged: its "
				"digest is another one");
	return TW_OK;
}

static void read_all(struct tw_restore *r)
{
	tw__restore_saved(r, &r->saved, &tw__saved_engine);
	read_skills(r);
	read_targets(r);
	tw__restore_pools(r);
	read_schedules(r);
	read_plans(r);
	if (!tw__restore_is_over(r))
		tw__restore_calls(r);
	if (!tw__restore_is_over(r))
		tw__restore_offers(r);
	if (!tw__restore_is_over(r))
		tw__restore_lists(r);
	if (!tw__restore_is_over(r) && r->in.at != r->in.end)
		tw__restore_wrong(r, "more bytes than it says");
	if (!tw__restore_is_over(r))
		tell_all(r);
}

tw_status tw__restore(struct tw_restore *r, const void *data, size_t size,
		      tw_error *err)
{
	tw_status status = check_bytes(&r->version, data, size, err);

	if (status)
		return status;
	r->in.at = (const uint8_t *)data + TW_SNAPSHOT_HEAD;
	r->in.end = (const uint8_t *)data + size - TW_SNAPSHOT_DIGEST;
	if (!r->changes)
		r->changes = tw__news_new();
	if (!r->changes)
		return tw__fail_oom(err);
	read_all(r);
	if (r->is_oom)
		return tw__fail_oom(err);
	if (r->why.code)
		return tw__fail(err, r->why.code, "%s", r->why.message);
	if (r->wrong || r->in.is_bad)
		return tw__fail(err, TW_EPARSE, "the snapshot is damaged: %s",
				r->wrong ? r->wrong : "it ends too early");
	if (tw__revive_reserve(r))
		return tw__fail_oom(err);
	tw__revive(r);
	return TW_OK;
}

void tw__restore_free(struct tw_restore *r)
{
	size_t i;

	tw__restore_free_calls(r);
	tw__restore_free_pools(r);
	for (i = 0; i < r->plan_count; ++i)
		tw_free(r->plan[i].step);
	for (i = 0; i < r->new_plan_count; ++i)
		tw__plan_free(r->new_plan[i]);
	for (i = 0; i < r->new_target_count; ++i)
		tw__target_free(r->engine, r->new_target[i]);
	tw_free(r->plan);
	tw_free(r->new_plan);
	tw_free(r->new_target);
	tw_free(r->target);
	tw_free(r->schedule);
	tw_engine_changes_free(r->changes);
}

tw_status tw__restore_is_new(const struct tw_engine *engine, tw_error *err)
{
	if (engine->call_count || engine->offer_count ||
	    engine->decisions.count || engine->events.count || engine->held)
		return tw__fail(err, TW_ECONFLICT, "the engine had calls; "
				"restore into a new one");
	return TW_OK;
}

tw_status tw_engine_restore(tw_engine_changes **changes, tw_engine *engine,
			    const void *data, size_t size, tw_error *err)
{
	struct tw_restore r = { .engine = engine };
	tw_status status;

	if (!engine || !data)
		return tw__fail(err, TW_EINVAL, "no engine or bytes given");
	status = tw__engine_check(engine, err);
	if (!status)
		status = tw__restore_is_new(engine, err);
	if (!status)
		status = tw__restore(&r, data, size, err);
	if (!status && changes) {
		*changes = r.changes;
		r.changes = NULL;
	}
	tw__restore_free(&r);
	return status;
}
