/**
 * @file src/accounts/deployment_plans.c  Pools and plans that make sense
 *
 * Decides what no caller should be the first to find out: a pool that holds
 * somebody twice, a plan without steps, a step that waits for hours nobody
 * gave. Refuses to know how calls are distributed: the engine does.
 */
#include <string.h>
#include "deployment.h"

static const struct tw_value *value(const struct tw_deployment *d,
				    uint32_t row, const char *field)
{
	return tw__wanted_value(d, row, field);
}


/* Keys that only some policies understand. */
static const struct {
	const char *key, *policy;
} policy_keys[] = {
	{ "ring_count", "ring_n" },
	{ "delay_s", "progressive" },
	{ "advance_on", "round_robin" },
	{ "idle", "longest_idle" },
};

tw_status tw__deployment_pool(struct tw_deployment *d, uint32_t row)
{
	const struct tw_value *policy = value(d, row, "policy");
	size_t i;

	for (i = 0; i < TW_ARRAY_COUNT(policy_keys); i++) {
		const char *key = policy_keys[i].key;

		if (policy->set && tw__given(d, row, key) &&
		    strcmp(policy->text, policy_keys[i].policy))
			return tw__problem(d, TW_ECONFLICT, row, key,
				"%s is for policy %s, this pool's is %s; "
				"leave it out", key, policy_keys[i].policy,
				policy->text);
	}
	if (d->rows[row].children[0].count)
		return TW_OK;
	return tw__problem(d, TW_OK, row, "member", "this pool has no "
			   "[[pool.member]]: calls to it ring nobody");
}


tw_status tw__deployment_member(struct tw_deployment *d, uint32_t row)
{
	const struct tw_row_list *pool =
		&d->rows[d->rows[row].parent].children[0];
	const struct tw_value *phone = value(d, row, "phone");
	const struct tw_value *line = value(d, row, "landline");
	uint32_t other;
	tw_status status;
	size_t i;

	status = tw__one_of(d, row, "phone", "landline");
	if (status || (!phone->set && !line->set))
		return status;
	for (i = 0; pool->rows[i] != row; i++) {
		other = pool->rows[i];
		if (value(d, other, "phone")->target == phone->target &&
		    value(d, other, "landline")->target == line->target)
			return tw__problem(d, TW_EEXIST, row, phone->set ?
				"phone" : "landline", "'%s' is a member of "
				"this pool already; leave one out",
				phone->set ? phone->text : line->text);
	}
	return TW_OK;
}


/* ---- plans ---- */

static const char *const step_kinds[] = {
	"ring", "queue", "preferred", "callback", "plan", "voicemail",
	"reject"
};

/* Keys that only some kinds of steps understand. */
static const struct {
	const char *key, *kinds;
} step_keys[] = {
	{ "ring_s", "ring or preferred" },
	{ "wait_s", "queue or callback" },
	{ "length_max", "queue or callback" },
	{ "join", "queue" },
	{ "leave", "queue" },
	{ "retry_s", "queue or callback" },
	{ "reserve", "ring, queue, preferred or callback" },
	{ "any_skills", "ring, queue, preferred or callback" },
	{ "announce_s", "queue" },
};

/* The key that says what the step does, or NULL. */
static const char *kind_of(const struct tw_deployment *d, uint32_t row)
{
	size_t i;

	for (i = 0; i < TW_ARRAY_COUNT(step_kinds); i++) {
		if (tw__given(d, row, step_kinds[i]))
			return step_kinds[i];
	}
	return NULL;
}


static tw_status check_kind(struct tw_deployment *d, uint32_t row)
{
	const char *kind = kind_of(d, row);
	const struct tw_value *voicemail = value(d, row, "voicemail");
	tw_status status = TW_OK;
	size_t i;

	if (!kind)
		return tw__problem(d, TW_EPARSE, row, "ring", "nothing says "
				   "what this step does; add ring, queue, "
				   "preferred, callback, plan, voicemail or "
				   "reject");
	if (voicemail->set && !voicemail->number)
		return tw__problem(d, TW_EPARSE, row, "voicemail",
				   "voicemail = false does nothing; leave it "
				   "out");
	for (i = 0; i < TW_ARRAY_COUNT(step_kinds) && !status; i++) {
		if (strcmp(kind, step_kinds[i]))
			status = tw__not_both(d, row, kind, step_kinds[i]);
	}
	for (i = 0; i < TW_ARRAY_COUNT(step_keys) && !status; i++) {
		const char *key = step_keys[i].key;

		if (tw__given(d, row, key) && value(d, row, key)->given &&
		    !strstr(step_keys[i].kinds, kind))
			status = tw__problem(d, TW_ECONFLICT, row, key,
				"%s is for steps with %s, not with %s; leave "
				"it out", key, step_keys[i].kinds, kind);
	}
	return status;
}


static bool is_always(const struct tw_deployment *d, uint32_t row)
{
	const struct tw_value *when = value(d, row, "when");

	return when->set && !strcmp(when->text, "always");
}


/* Every call that comes to it ends there, or waits without an end. */
static bool ends_all(const struct tw_deployment *d, uint32_t row)
{
	const struct tw_value *join = value(d, row, "join");
	const struct tw_value *leave = value(d, row, "leave");

	if (value(d, row, "reject")->set)
		return true;
	return value(d, row, "queue")->set && !tw__given(d, row, "wait_s") &&
		!tw__given(d, row, "length_max") && join->set &&
		!strcmp(join->text, "nobody") &&
		(!leave->set || !strcmp(leave->text, "nobody"));
}


static const char *hours_of(const struct tw_deployment *d, uint32_t row)
{
	const struct tw_value *own = value(d, row, "schedule");
	const struct tw_value *plans = value(d, d->rows[row].parent,
					     "schedule");

	return own->set ? own->text : plans->set ? plans->text : "";
}


static bool is_same_time(const struct tw_deployment *d, uint32_t a,
			 uint32_t b)
{
	const struct tw_value *x = value(d, a, "when");
	const struct tw_value *y = value(d, b, "when");

	if (is_always(d, a) || is_always(d, b))
		return true;
	return x->set && y->set && !strcmp(x->text, y->text) &&
		!strcmp(hours_of(d, a), hours_of(d, b));
}


static bool has_any_skills(const struct tw_deployment *d, uint32_t row)
{
	return value(d, row, "any_skills")->set &&
		value(d, row, "any_skills")->number;
}


/* Who did not answer just now would ring again: a pool is no overflow of its
 * own, unless of it others may be offered now. */
static tw_status check_overflow(struct tw_deployment *d, uint32_t before,
				uint32_t row)
{
	static const char *const pools[] = { "ring", "queue" };
	uint32_t pool = TW_NO_ROW;
	size_t i;

	for (i = 0; i < 2; i++) {
		if (value(d, before, pools[i])->set)
			pool = value(d, before, pools[i])->target;
	}
	for (i = 0; i < 2; i++) {
		const struct tw_value *own = value(d, row, pools[i]);

		if (pool == TW_NO_ROW || !own->set || own->target != pool ||
		    (i && value(d, before, "ring")->set) ||
		    (has_any_skills(d, row) && !has_any_skills(d, before)) ||
		    !is_same_time(d, before, row))
			continue;
		return tw__problem(d, TW_ECONFLICT, row, pools[i], "the step "
			"before is for '%s' too, so it would be its own "
			"overflow; make that step longer, or name another "
			"pool", own->text);
	}
	return TW_OK;
}


/* ---- overflow that comes to nothing ---- */

#define HOPS_MAX 8        /* as the engine's: plans a call goes on to */
#define LOOKS_MAX 10000   /* steps, of plans for many hours, */
#define SEEN_MAX 64       /* and plans: beyond, no verdict */

/* A call that went through these plans; those of the whole walk are noted. */
struct walk {
	const struct tw_deployment *d;
	uint32_t plan[HOPS_MAX + 1];
	size_t depth;
	uint32_t seen[SEEN_MAX];
	size_t seen_count;
	uint32_t looks;
};

static bool was_in(const struct walk *w, uint32_t plan)
{
	size_t i;

	for (i = 0; i < w->depth; i++) {
		if (w->plan[i] == plan)
			return true;
	}
	return false;
}


static bool note(struct walk *w, uint32_t plan)
{
	size_t i;

	for (i = 0; i < w->seen_count; i++) {
		if (w->seen[i] == plan)
			return true;
	}
	if (w->seen_count == SEEN_MAX)
		return false;
	w->seen[w->seen_count++] = plan;
	return true;
}


/* Whether a call that comes to this plan meets a step that does something, at
 * whatever hour. As the engine goes: no plan twice, and never back. */
static bool does_something(struct walk *w, uint32_t plan)
{
	const struct tw_row_list *steps = &w->d->rows[plan].children[0];
	bool does = false;
	size_t i;

	if (w->depth > HOPS_MAX)
		return false;
	if (!note(w, plan))
		return true;
	w->plan[w->depth++] = plan;
	for (i = 0; i < steps->count && !does; i++) {
		const uint32_t step = steps->rows[i];
		const struct tw_value *to = value(w->d, step, "plan");

		/* itself: that is told at the step */
		if (!to->set || to->target == plan || w->looks++ > LOOKS_MAX)
			does = true;
		else if (was_in(w, to->target))
			continue;
		else if (does_something(w, to->target))
			does = true;
		else if (is_always(w->d, step))
			break;
	}
	w->depth--;
	return does;
}


static bool has_number(const struct tw_deployment *d, uint32_t plan)
{
	const struct tw_row_list *numbers =
		&d->tops[tw__kind_find(TW_STR("number"))];
	size_t i;

	for (i = 0; i < numbers->count; i++) {
		const struct tw_value *to = value(d, numbers->rows[i], "plan");

		if (to->set && to->target == plan)
			return true;
	}
	return false;
}


/* Of a whole circle the first plan is told: to mend it is to mend them all.
 * One that does something for calls that come from others is told when a
 * number's calls begin in it. */
static bool is_told(const struct walk *w, uint32_t row)
{
	bool is_whole = true, is_first = true;
	size_t i;

	for (i = 0; i < w->seen_count; i++) {
		struct walk other = { .d = w->d };

		is_first &= row <= w->seen[i];
		is_whole &= !does_something(&other, w->seen[i]);
	}
	return is_whole ? is_first : has_number(w->d, row);
}


static tw_status check_circle(struct tw_deployment *d, uint32_t row)
{
	struct walk w = { .d = d };

	if (does_something(&w, row) || !is_told(&w, row))
		return TW_OK;
	return tw__problem(d, TW_ECONFLICT,
		d->rows[row].children[0].rows[0], "plan", "this plan only "
		"goes on with others, in a circle: its calls ring nobody and "
		"end at once; add a step that rings, queues, takes a message "
		"or rejects");
}


/* Whether a call that comes to `from` may come to `plan`, at some hour. */
static bool leads_to(struct walk *w, uint32_t from, uint32_t plan)
{
	const struct tw_row_list *steps = &w->d->rows[from].children[0];
	size_t i;

	if (from == plan)
		return true;
	if (was_in(w, from) || w->depth > HOPS_MAX)
		return false;
	w->plan[w->depth++] = from;   /* never off again: once is enough */
	for (i = 0; i < steps->count; i++) {
		const struct tw_value *to = value(w->d, steps->rows[i],
						  "plan");

		if (to->set && leads_to(w, to->target, plan))
			return true;
	}
	return false;
}


/* A plan step is passed by a call that was in that plan, or in too many:
 * who can be neither goes on with the other plan and does not come back. */
static bool never_passes(const struct tw_deployment *d, uint32_t plan,
			 uint32_t step)
{
	const struct tw_value *to = value(d, step, "plan");
	struct walk w = { .d = d };

	return to->set && to->target != TW_NO_ROW && is_always(d, step) &&
		d->tops[tw__kind_find(TW_STR("plan"))].count <= HOPS_MAX &&
		!leads_to(&w, to->target, plan);
}


tw_status tw__deployment_plan(struct tw_deployment *d, uint32_t row)
{
	const struct tw_row_list *steps = &d->rows[row].children[0];
	tw_status status = TW_OK;
	size_t i;

	if (!steps->count)
		return tw__problem(d, TW_EPARSE, row, "step", "a plan without "
				   "steps would refuse every call; add a "
				   "[[plan.step]]");
	for (i = 1; i < steps->count && !status; i++) {
		if (is_always(d, steps->rows[i - 1]) &&
		    ends_all(d, steps->rows[i - 1]))
			return tw__problem(d, TW_ECONFLICT, steps->rows[i],
				kind_of(d, steps->rows[i]), "no call comes to "
				"this step: the one before keeps or ends "
				"them all; move it up or leave it out");
		if (never_passes(d, row, steps->rows[i - 1]))
			return tw__problem(d, TW_ECONFLICT, steps->rows[i],
				kind_of(d, steps->rows[i]), "no call comes to "
				"this step: the one before goes on with plan "
				"'%.80s', which never comes back; move it up "
				"or leave it out", value(d, steps->rows[i - 1],
							 "plan")->text);
		status = check_overflow(d, steps->rows[i - 1],
					steps->rows[i]);
	}
	return status ? status : check_circle(d, row);
}


tw_status tw__deployment_step(struct tw_deployment *d, uint32_t row)
{
	const struct tw_value *when = value(d, row, "when");
	tw_status status;

	status = check_kind(d, row);
	if (!status && value(d, row, "plan")->target == d->rows[row].parent)
		status = tw__problem(d, TW_ECONFLICT, row, "plan", "a plan "
			"cannot go on with itself: no call enters a plan "
			"twice; name another one");
	if (status || !when->set || !strcmp(when->text, "always") ||
	    tw__given(d, row, "schedule") ||
	    tw__given(d, d->rows[row].parent, "schedule"))
		return status;
	return tw__problem(d, TW_EPARSE, row, "when", "'%s' needs a schedule; "
			   "add one to the plan or to this step", when->text);
}
