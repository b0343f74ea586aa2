/**
 * @file src/accounts/directory_engine.c  The engine that a directory describes
 *
 * Decides how rows become targets and pools; every rule of distribution itself
 * stays in src/distribution, schedules are directory_days.c's, plans
 * directory_plans.c's and skills directory_skills.c's. A target is named as
 * its phone or landline, so that a host finds the row behind a decision.
 */
#include <string.h>
#include "directory_engine.h"
#include "distribution/own.h"

/* A phone says when it is busy. A landline or a mobile is busy with calls that
 * nobody here knows of, until somebody dials it: so it is left alone then. */
#define LEARNED_BUSY_S 30

static uint32_t milliseconds(const tw_directory *d, tw_row row,
			     const char *field, int64_t otherwise_s)
{
	return 1000 * (uint32_t)tw_row_integer(d, row, field, otherwise_s);
}


static tw_status add_target(struct tw_build *b, tw_row row, uint32_t kind,
			    tw_error *err)
{
	const tw_directory *d = b->directory;
	int64_t busy_s = kind == TW_TARGET_PHONE ? 0 : LEARNED_BUSY_S;
	tw_target_options target = TW_TARGET_OPTIONS_INIT;
	tw_target_id id;

	target.kind = kind;
	target.name = tw_row_text(d, row, "name");
	target.capacity = (uint32_t)tw_row_integer(d, row, "capacity", 1);
	target.wrap_up_ms = milliseconds(d, row, "wrap_up_s", 0);
	target.busy_ms = milliseconds(d, row, "busy_s", busy_s);
	target.no_answer_ms = milliseconds(d, row, "no_answer_s", 0);
	target.rejected_ms = milliseconds(d, row, "rejected_s", 0);
	target.unreachable_ms = milliseconds(d, row, "unreachable_s", 0);
	return tw_engine_add_target(&id, b->engine, &target, err);
}


static tw_status add_phone(struct tw_build *b, tw_row row, tw_error *err)
{
	bool mobile = *tw_row_text(b->directory, row, "number");

	return add_target(b, row, mobile ? TW_TARGET_MOBILE : TW_TARGET_PHONE,
			  err);
}


static tw_status add_landline(struct tw_build *b, tw_row row, tw_error *err)
{
	return add_target(b, row, TW_TARGET_LANDLINE, err);
}


/* A phone has what its person can, besides its own. */
static tw_status read_skills(uint64_t *out, struct tw_build *b,
			     const char *name, tw_error *err)
{
	const tw_directory *d = b->directory;
	tw_row row = { 0 }, person = { 0 };
	uint64_t persons = 0;
	tw_status status;

	status = tw_directory_find(&row, d, "phone", name, NULL);
	if (!status)
		person.id = tw__cell(d, row.id, "person")->row;
	else
		status = tw_directory_find(&row, d, "landline", name, err);
	if (!status)
		status = tw__directory_skills(out, b->engine, tw_row_text(
				d, row, "skills"), err);
	if (!status && person.id)
		status = tw__directory_skills(&persons, b->engine,
			tw_row_text(d, person, "skills"), err);
	*out |= persons;
	return status;
}


static tw_status add_member(struct tw_build *b, tw_pool_id pool, tw_row row,
			    tw_error *err)
{
	const tw_directory *d = b->directory;
	const char *name = tw_row_text(d, row, "phone");
	tw_member_options member = TW_MEMBER_OPTIONS_INIT;
	tw_target_id target;
	tw_status status;

	if (!*name)
		name = tw_row_text(d, row, "landline");
	status = tw_engine_find_target(&target, b->engine, name, err);
	if (!status)
		status = read_skills(&member.skills, b, name, err);
	if (status)
		return status;
	member.tier = (uint32_t)tw_row_integer(d, row, "tier", 0);
	member.order = d->rows[row.id].position;
	member.weight = (uint32_t)tw_row_integer(d, row, "weight", 1);
	member.confirm = (uint32_t)tw_row_integer(d, row, "confirm", 0);
	return tw_pool_add_member(b->engine, pool, target, &member, err);
}


/* Words of a list, each one a bit. */
static uint32_t idle_of(const char *list)
{
	static const struct { const char *word; uint32_t bit; } words[] = {
		{ "this_pool", TW_IDLE_THIS_POOL },
		{ "unanswered", TW_IDLE_UNANSWERED },
		{ "wrap_up", TW_IDLE_WRAP_UP },
		{ "away", TW_IDLE_AWAY },
	};
	uint32_t idle = 0;
	size_t i;

	while (*list) {
		struct tw_str word = tw__str(list, strcspn(list, "\n"));

		for (i = 0; i < TW_ARRAY_COUNT(words); i++) {
			if (tw__str_eq(word, words[i].word))
				idle |= words[i].bit;
		}
		list += word.l;
		list += *list == '\n';
	}
	return idle;
}


static void read_policy(tw_pool_options *pool, const tw_directory *d,
			tw_row row)
{
	pool->ring_ms = milliseconds(d, row, "ring_s", 0);
	pool->ring_count = (uint32_t)tw_row_integer(d, row, "ring_count",
						    pool->ring_count);
	pool->delay_ms = milliseconds(d, row, "delay_s", 5);
	if (!strcmp(tw_row_text(d, row, "advance_on"), "answer"))
		pool->advance_on = TW_ADVANCE_ANSWER;
	pool->idle = idle_of(tw_row_text(d, row, "idle"));
}


static tw_status find_policy(uint32_t *out, struct tw_build *b, tw_row row,
			     tw_error *err)
{
	const char *name = tw_row_text(b->directory, row, "policy");

	if (strncmp(name, TW_OWN_POLICY, strlen(TW_OWN_POLICY)))
		return tw_policy_parse(out, name, err);
	name += strlen(TW_OWN_POLICY);
	if (!tw_engine_find_policy(out, b->engine, name, NULL) &&
	    *out >= TW_POLICY_OWN)
		return TW_OK;
	return tw__fail_at(err, TW_ENOTFOUND, 0, "policy", "pool '%s': this "
			   "host has no policy \"%s\" of its own; give it to "
			   "the engine, or the pool another one",
			   b->directory->rows[row.id].name, name);
}


static tw_status add_pool(struct tw_build *b, tw_row row, tw_error *err)
{
	const tw_directory *d = b->directory;
	tw_pool_options pool = TW_POOL_OPTIONS_INIT;
	tw_row member = { 0 };
	tw_pool_id id;
	tw_status status;

	pool.name = tw_row_text(d, row, "name");
	read_policy(&pool, d, row);
	status = find_policy(&pool.policy, b, row, err);
	if (!status)
		status = tw_engine_add_pool(&id, b->engine, &pool, err);
	while (!status) {
		status = tw_directory_next_child(&member, d, row, err);
		if (!status)
			status = add_member(b, id, member, err);
	}
	return status == TW_ITER_END ? TW_OK : status;
}


/* In the order in which they refer to each other. */
static const struct {
	const char *kind;
	tw_status (*add)(struct tw_build *b, tw_row row, tw_error *err);
} parts[] = {
	{ "phone", add_phone },
	{ "landline", add_landline },
	{ "pool", add_pool },
	{ "schedule", tw__build_schedule },
	{ "plan", tw__build_plan },
	{ "plan", tw__build_steps },
};


static tw_status add_all(struct tw_build *b, const char *kind,
			 tw_status (*add)(struct tw_build *b, tw_row row,
					  tw_error *err), tw_error *err)
{
	tw_row row = { 0 };
	tw_status status;

	while (!(status = tw_directory_next(&row, b->directory, kind, err))) {
		status = add(b, row, err);
		if (status) {
			tw__error_place(err, 0, b->directory->rows[
					row.id].name);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}


tw_status tw_directory_engine(tw_engine **out, const tw_directory *directory,
			      const tw_engine_options *options, tw_error *err)
{
	tw_engine_options init = TW_ENGINE_OPTIONS_INIT;
	struct tw_build b = { .directory = directory };
	tw_status status;
	size_t i;

	if (!out || !directory)
		return tw__fail(err, TW_EINVAL, "no directory given");
	status = tw_engine_new(&b.engine, options ? options : &init, err);
	if (status)
		return status;
	status = tw__build_skills(&b, err);
	if (!status)
		status = tw__build_holidays(&b, err);
	for (i = 0; i < TW_ARRAY_COUNT(parts) && !status; i++)
		status = add_all(&b, parts[i].kind, parts[i].add, err);
	tw_free(b.holidays);
	if (status) {
		tw__own_give_back(b.engine);
		tw_engine_free(b.engine);
		return status;
	}
	*out = b.engine;
	return TW_OK;
}
