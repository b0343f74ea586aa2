/**
 * @file src/accounts/deployment_skills.c  Skills that fit together
 *
 * Decides what a caller would wait for in vain: a skill that nobody has, most
 * likely misspelled, and a pool in which nobody has all that a number's calls
 * need. Refuses to know who is asked in which order.
 */
#include <string.h>
#include "deployment.h"

struct skills {
	struct tw_deployment *deployment;
	char (*name)[128];       /* by bit */
	uint32_t count;
	bool full;               /* told once */
	uint64_t *has;           /* by row: people, phones, landlines */
};

static const struct tw_value *value(const struct skills *s, uint32_t row,
				    const char *field)
{
	return tw__wanted_value(s->deployment, row, field);
}


static uint64_t bit_of(const struct skills *s, const char *name)
{
	uint32_t i;

	for (i = 0; i < s->count; i++) {
		if (!strcmp(s->name[i], name))
			return (uint64_t)1 << i;
	}
	return 0;
}


/* One that is not known yet; `bit` stays 0 when it is refused. */
static tw_status add(uint64_t *bit, struct skills *s, uint32_t row,
		     const char *name)
{
	tw_error why = TW_ERROR_INIT;

	if (tw__row_name_check(name, sizeof(s->name[0]), &why))
		return tw__problem(s->deployment, why.code, row, "skills",
				   "the skill '%.24s%s': its %s", name,
				   strlen(name) > 24 ? "..." : "",
				   why.message);
	if (s->count < TW_SKILLS_MAX) {
		*bit = (uint64_t)1 << s->count;
		memcpy(s->name[s->count++], name, strlen(name) + 1);
		return TW_OK;
	}
	if (s->full)
		return TW_OK;
	s->full = true;
	return tw__problem(s->deployment, TW_ERANGE, row, "skills",
			   "'%.80s' would be the %uth skill of this company; "
			   "%u at most: give several people the same one",
			   name, TW_SKILLS_MAX + 1, TW_SKILLS_MAX);
}


static tw_status read_has(struct skills *s, uint32_t row)
{
	const char *p = value(s, row, "skills")->text;
	tw_status status = TW_OK;
	char item[512];

	while (p && !status) {
		uint64_t bit;

		p = tw__list_item(item, p);
		bit = bit_of(s, item);
		if (!bit)
			status = add(&bit, s, row, item);
		s->has[row] |= bit;
	}
	return status;
}


/* Those that somebody has, as bits; the others are problems. */
static tw_status read_needs(uint64_t *out, struct skills *s, uint32_t row)
{
	const char *p = value(s, row, "skills")->text;
	tw_status status = TW_OK;
	char item[512];

	while (p && !status) {
		uint64_t bit;

		p = tw__list_item(item, p);
		bit = bit_of(s, item);
		*out |= bit;
		if (!bit && !s->full)
			status = tw__problem(s->deployment, TW_ENOTFOUND, row,
				"skills", "nobody has the skill '%.80s'; give "
				"it to a [[person]], [[phone]] or "
				"[[landline]], or leave it out", item);
	}
	return status;
}


static uint64_t has_of(const struct skills *s, uint32_t member)
{
	const struct tw_value *phone = value(s, member, "phone");
	const struct tw_value *line = value(s, member, "landline");
	const struct tw_value *person;

	if (line->set)
		return s->has[line->target];
	if (!phone->set)
		return 0;
	person = value(s, phone->target, "person");
	return s->has[phone->target] |
		(person->set ? s->has[person->target] : 0);
}


static bool has_somebody(const struct skills *s, uint32_t pool, uint64_t need)
{
	const struct tw_row_list *members =
		&s->deployment->rows[pool].children[0];
	size_t i;

	for (i = 0; i < members->count; i++) {
		if (!(need & ~has_of(s, members->rows[i])))
			return true;
	}
	return !members->count;      /* which is told already */
}


/* The pool of a step in which skills count, or TW_NO_ROW. */
static uint32_t pool_of(const struct skills *s, uint32_t step)
{
	static const char *const keys[] = { "ring", "queue", "preferred",
		"callback" };
	size_t i;

	if (value(s, step, "any_skills")->set &&
	    value(s, step, "any_skills")->number)
		return TW_NO_ROW;
	for (i = 0; i < TW_ARRAY_COUNT(keys); i++) {
		if (value(s, step, keys[i])->set)
			return value(s, step, keys[i])->target;
	}
	return TW_NO_ROW;
}


static tw_status check_plan(struct skills *s, uint32_t number, uint64_t need)
{
	const struct tw_value *plan = value(s, number, "plan");
	const struct tw_row_list *steps;
	size_t i;

	if (!need || !plan->set)
		return TW_OK;
	steps = &s->deployment->rows[plan->target].children[0];
	for (i = 0; i < steps->count; i++) {
		uint32_t pool = pool_of(s, steps->rows[i]);

		if (pool == TW_NO_ROW || has_somebody(s, pool, need))
			continue;
		return tw__problem(s->deployment, TW_OK, number, "skills",
			"nobody in pool '%s' has all of them: in step %zu of "
			"plan '%s' these calls ring nobody; add any_skills = "
			"true there, or somebody who has them",
			s->deployment->rows[pool].name.text, i + 1,
			plan->text);
	}
	return TW_OK;
}


static tw_status each(struct skills *s, const char *kind,
		      tw_status (*check)(struct skills *s, uint32_t row))
{
	const struct tw_row_list *list =
		&s->deployment->tops[tw__kind_find(tw__str_of(kind))];
	tw_status status = TW_OK;
	size_t i;

	for (i = 0; i < list->count && !status; i++)
		status = check(s, list->rows[i]);
	return status;
}


static tw_status check_number(struct skills *s, uint32_t row)
{
	tw_status status;
	uint64_t need = 0;

	status = read_needs(&need, s, row);
	return status ? status : check_plan(s, row, need);
}


tw_status tw__deployment_skills(struct tw_deployment *d)
{
	struct skills s = { .deployment = d };
	tw_status status = TW_ENOMEM;

	s.name = tw_calloc(TW_SKILLS_MAX, sizeof(s.name[0]));
	s.has = tw_calloc(d->count ? d->count : 1, sizeof(*s.has));
	if (s.name && s.has)
		status = each(&s, "person", read_has);
	if (!status)
		status = each(&s, "phone", read_has);
	if (!status)
		status = each(&s, "landline", read_has);
	if (!status)
		status = each(&s, "number", check_number);
	tw_free(s.name);
	tw_free(s.has);
	return status;
}
