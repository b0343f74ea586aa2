/**
 * @file src/accounts/directory_plans.c  Plans that a directory describes
 *
 * Decides what kind of step a row is and what it leaves to the engine's own
 * defaults. Refuses to know what steps do.
 */
#include <string.h>
#include "directory_engine.h"

/* A step while it is read. */
struct step {
	struct tw_build *build;
	tw_row plan, row;
	tw_step_options options;
};

static const char *text(const struct step *s, const char *field)
{
	return tw_row_text(s->build->directory, s->row, field);
}


static uint32_t integer(const struct step *s, const char *field,
			uint32_t otherwise)
{
	return (uint32_t)tw_row_integer(s->build->directory, s->row, field,
					otherwise);
}


static tw_status read_when(struct step *s, tw_error *err)
{
	const char *when = text(s, "when");
	const char *schedule = text(s, "schedule");

	if (!strcmp(when, "open"))
		s->options.when = TW_WHEN_OPEN;
	else if (!strcmp(when, "closed"))
		s->options.when = TW_WHEN_CLOSED;
	if (s->options.when == TW_WHEN_ALWAYS)
		return TW_OK;
	if (!*schedule)
		schedule = tw_row_text(s->build->directory, s->plan,
				       "schedule");
	return tw_engine_find_schedule(&s->options.schedule, s->build->engine,
				       schedule, err);
}


/* What there must be in a pool; not said: the engine's default. */
static uint32_t need(const struct step *s, const char *field,
		     uint32_t otherwise)
{
	static const char *const words[] = {
		[TW_NEED_NOBODY] = "nobody",
		[TW_NEED_REACHABLE] = "reachable",
		[TW_NEED_STAFFED] = "staffed",
		[TW_NEED_READY] = "ready",
	};
	const char *said = text(s, field);
	uint32_t i;

	for (i = 0; i < TW_ARRAY_COUNT(words); i++) {
		if (!strcmp(words[i], said))
			return i;
	}
	return otherwise;
}


static tw_status read_pool(struct step *s, const char *field, tw_error *err)
{
	tw_step_options *o = &s->options;

	o->reserve = integer(s, "reserve", 0);
	o->any_skills = integer(s, "any_skills", 0);
	if (o->kind == TW_STEP_RING || o->kind == TW_STEP_PREFERRED) {
		o->ring_ms = 1000 * integer(s, "ring_s", 20);
	}
	else {
		o->wait_ms = 1000 * integer(s, "wait_s", 0);
		o->length_max = integer(s, "length_max", 0);
		o->join = need(s, "join", o->join);
		o->leave = need(s, "leave", o->leave);
		o->retry_ms = 1000 * integer(s, "retry_s", 5);
		o->announce_ms = 1000 * integer(s, "announce_s", 0);
	}
	return tw_engine_find_pool(&o->pool, s->build->engine,
				   text(s, field), err);
}


static tw_status read_step(struct step *s, tw_error *err)
{
	static const struct { const char *key; uint32_t kind; } with_pool[] = {
		{ "ring", TW_STEP_RING },
		{ "queue", TW_STEP_QUEUE },
		{ "preferred", TW_STEP_PREFERRED },
		{ "callback", TW_STEP_CALLBACK },
	};
	tw_status status;
	size_t i;

	status = read_when(s, err);
	if (status)
		return status;
	for (i = 0; i < TW_ARRAY_COUNT(with_pool); i++) {
		if (!*text(s, with_pool[i].key))
			continue;
		s->options.kind = with_pool[i].kind;
		return read_pool(s, with_pool[i].key, err);
	}
	if (*text(s, "plan")) {
		s->options.kind = TW_STEP_PLAN;
		return tw_engine_find_plan(&s->options.plan, s->build->engine,
					   text(s, "plan"), err);
	}
	if (integer(s, "voicemail", 0)) {
		s->options.kind = TW_STEP_VOICEMAIL;
		return TW_OK;
	}
	s->options.kind = TW_STEP_REJECT;
	s->options.sip_code = integer(s, "reject", 480);
	return TW_OK;
}


tw_status tw__build_plan(struct tw_build *b, tw_row row, tw_error *err)
{
	tw_plan_id id;

	return tw_engine_add_plan(&id, b->engine,
				  tw_row_text(b->directory, row, "name"),
				  err);
}


tw_status tw__build_steps(struct tw_build *b, tw_row row, tw_error *err)
{
	const tw_directory *d = b->directory;
	tw_row child = { 0 };
	tw_status status;
	tw_plan_id id;

	status = tw_engine_find_plan(&id, b->engine,
				     tw_row_text(d, row, "name"), err);
	while (!status) {
		struct step s = { .build = b, .plan = row,
				  .options = TW_STEP_OPTIONS_INIT };

		status = tw_directory_next_child(&child, d, row, err);
		if (status)
			break;
		s.row = child;
		status = read_step(&s, err);
		if (!status)
			status = tw_plan_add_step(b->engine, id, &s.options,
						  err);
	}
	return status == TW_ITER_END ? TW_OK : status;
}
