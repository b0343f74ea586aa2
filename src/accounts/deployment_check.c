/**
 * @file src/accounts/deployment_check.c  Whether the rows fit together
 *
 * Decides everything that can be known without a store: what is missing,
 * what is named twice, what refers to nothing. Refuses to know what is in
 * force; and what only some kinds promise stands in deployment_rules.c.
 * Every problem is collected, because a file is mended in one go.
 */
#include <stdio.h>
#include <string.h>
#include "deployment.h"
#include "kinds_names.h"
#include "match.h"

bool tw__is_refused_by_set(const struct tw_deployment *deployment,
			   uint32_t row, const char *field)
{
	char path[TW_KEY_PATH_MAX];
	const char *at;
	size_t i, size;

	if (!deployment->set_problems)
		return false;
	tw__wanted_path(path, deployment, row, field);
	size = strlen(path);
	for (i = 0; i < deployment->set_problems; i++) {
		at = deployment->problems[i].field;
		/* the whole of it, or an item */
		if (!strncmp(at, path, size) && (!at[size] ||
						 at[size] == '['))
			return true;
	}
	return false;
}


static tw_status missing(struct tw_deployment *deployment, uint32_t row,
			 const char *field)
{
	if (tw__is_refused_by_set(deployment, row, field))
		return TW_OK;
	return tw__problem(deployment, TW_EPARSE, row, field,
			   "%s is required; add %s", field, field);
}


static tw_status settle(struct tw_deployment *deployment, uint32_t row,
			struct tw_value *value, const struct tw_field *field)
{
	tw_error why = TW_ERROR_INIT;
	tw_status status;

	/* Without a company zone no date has an instant; that problem is
	 * reported once, at the company. */
	if (field->type == TW_FIELD_DATE && !deployment->zone) {
		tw__value_clear(value);
		return TW_OK;
	}
	status = tw__value_settle(value, field, deployment, &why);
	if (status)
		return tw__problem_of(deployment, row, field->name, &why);
	if (field->required && !value->set)
		return missing(deployment, row, field->name);
	return TW_OK;
}


static tw_status check_name(struct tw_deployment *deployment, uint32_t row,
			    struct tw_value *value, const char *field)
{
	const struct tw_kind *kind = &tw__kinds[deployment->rows[row].kind];
	tw_error why = TW_ERROR_INIT;
	tw_status status;

	if (!value->set)
		return TW_OK;
	status = tw__row_name_check(value->text, kind->name_size, &why);
	if (status) {
		value->set = false;
		return tw__problem_of(deployment, row, field, &why);
	}
	return TW_OK;
}


/* A number's name is written like any telephone number. */
static tw_status settle_name(struct tw_deployment *deployment, uint32_t row)
{
	struct tw_wanted *wanted = &deployment->rows[row];
	const struct tw_kind *kind = &tw__kinds[wanted->kind];
	bool phone = kind->name_field && !strcmp(kind->name_field, "number");
	struct tw_field field = { .name = kind->name_field,
		.type = TW_FIELD_TEXT, .required = true,
		.rule = phone ? TW_RULE_PHONE : TW_RULE_NONE };
	tw_status status;

	tw__value_clear(&wanted->name);
	tw__value_clear(&wanted->was);
	if (!kind->name_field)
		return TW_OK;
	status = settle(deployment, row, &wanted->name, &field);
	if (!status)
		status = check_name(deployment, row, &wanted->name,
				    field.name);
	field.name = "was";
	field.required = false;
	if (!status)
		status = settle(deployment, row, &wanted->was, &field);
	if (!status)
		status = check_name(deployment, row, &wanted->was, "was");
	return status;
}


static tw_status settle_row(struct tw_deployment *deployment, uint32_t row)
{
	struct tw_wanted *wanted = &deployment->rows[row];
	const struct tw_kind *kind = &tw__kinds[wanted->kind];
	tw_status status;
	size_t i;

	status = settle_name(deployment, row);
	for (i = 0; i < kind->count && !status; i++)
		status = settle(deployment, row, &wanted->values[i],
				&kind->fields[i]);
	return status;
}


static tw_status open_company(struct tw_deployment *deployment)
{
	uint8_t kind = tw__kind_find(TW_STR("company"));
	const struct tw_value *zone;
	tw_status status;
	uint32_t row;

	deployment->dial = tw__dial_russia;
	if (!deployment->tops[kind].count)
		return tw__problem(deployment, TW_EPARSE, TW_NO_ROW,
				   "company", "[company] is missing; add it "
				   "with name, zone and currency");
	row = deployment->tops[kind].rows[0];
	status = settle_row(deployment, row);
	if (status)
		return status;
	zone = tw__wanted_value(deployment, row, "zone");
	if (zone->set)
		status = tw_zone_open(&deployment->zone, zone->text, NULL);
	if (status == TW_ENOMEM)
		return status;
	if (tw__wanted_value(deployment, row, "country")->set)
		deployment->dial = tw__dial_rule(tw__wanted_value(deployment,
			row, "country")->text);
	return TW_OK;
}


/* ---- names ---- */

static tw_status duplicate(struct tw_deployment *deployment, uint32_t row,
			   uint32_t first)
{
	const struct tw_wanted *wanted = &deployment->rows[row];
	const struct tw_kind *kind = &tw__kinds[wanted->kind];
	char path[TW_KEY_PATH_MAX];

	tw__wanted_path(path, deployment, first, NULL);
	if (!strcmp(kind->name, "number"))
		return tw__problem(deployment, TW_EEXIST, row, "number",
				   "number %s stands at %s already and has "
				   "one owner; share its costs by an "
				   "[[allocation]]", wanted->name.text, path);
	return tw__problem(deployment, TW_EEXIST, row, kind->name_field,
			   "%s '%s' stands at %s already; choose another "
			   "name or leave one out", kind->path,
			   wanted->name.text, path);
}


static tw_status add_name(struct tw_deployment *deployment, uint32_t row)
{
	const struct tw_wanted *wanted = &deployment->rows[row];
	uint32_t first;

	/* a child's name is its own parent's affair */
	if (!wanted->name.set || tw__kinds[wanted->kind].parent ||
	    !tw__kind_names_add(deployment->names, wanted->kind,
				wanted->name.text, row))
		return TW_OK;
	tw__kind_names_find(&first, deployment->names, wanted->kind,
			    wanted->name.text);
	return duplicate(deployment, row, first);
}


static tw_status derive(struct tw_value *name, const char *kind,
			const char *what)
{
	struct tw_buf buf;

	tw__buf_init(&buf);
	tw__buf_printf(&buf, "%s %s", kind, what);
	name->text = tw__buf_take(&buf);
	name->set = name->text != NULL;
	return name->set ? TW_OK : TW_ENOMEM;
}


/* The same match written in two ways is one match. */
static tw_status derive_match(struct tw_deployment *deployment, uint32_t row,
			      struct tw_value *kind, struct tw_value *match)
{
	struct tw_value *name = &deployment->rows[row].name;
	tw_error why = TW_ERROR_INIT;
	char text[TW_MATCH_MAX];
	struct tw_match parsed;
	char *copy;

	if (!kind->set || !match->set)
		return TW_OK;
	if (tw__match_parse(&parsed, text, kind->text, match->text,
			    &deployment->dial, &why))
		return tw__problem_of(deployment, row, "match", &why);
	copy = tw_strdup(text);
	if (!copy)
		return TW_ENOMEM;
	tw_free(match->text);
	match->text = copy;
	return derive(name, kind->text, copy);
}


/* Rows without a name of their own are named by what they say. */
static tw_status derive_name(struct tw_deployment *deployment, uint32_t row)
{
	struct tw_wanted *wanted = &deployment->rows[row];
	const struct tw_kind *kind = &tw__kinds[wanted->kind];
	struct tw_value *a = &wanted->values[0], *b = &wanted->values[1];
	struct tw_value *c;

	if (kind->name_field || kind->parent)
		return TW_OK;
	if (kind->single) {
		wanted->name.text = tw_strdup(kind->name);
		wanted->name.set = wanted->name.text != NULL;
		return wanted->name.set ? TW_OK : TW_ENOMEM;
	}
	if (!strcmp(kind->name, "match"))
		return derive_match(deployment, row, a, b);
	if (a->set)
		return derive(&wanted->name, "number", a->text);
	if (b->set)
		return derive(&wanted->name, "recurring", b->text);
	c = &wanted->values[2];
	return c->set ? derive(&wanted->name, "tariff", c->text) : TW_OK;
}


static tw_status check_was(struct tw_deployment *deployment, uint32_t row)
{
	const struct tw_wanted *wanted = &deployment->rows[row];
	char path[TW_KEY_PATH_MAX];
	uint32_t other;

	if (!wanted->was.set ||
	    !tw__kind_names_find(&other, deployment->names, wanted->kind,
				 wanted->was.text))
		return TW_OK;
	tw__wanted_path(path, deployment, other, NULL);
	return tw__problem(deployment, TW_ECONFLICT, row, "was", "'%s' is "
			   "still the name of %s; remove `was` or that row",
			   wanted->was.text, path);
}


/* ---- references ---- */

static tw_status unresolved(struct tw_deployment *deployment, uint32_t row,
			    const struct tw_field *field, uint8_t kind,
			    const char *name)
{
	struct tw_buf hint;
	tw_status status;

	tw__buf_init(&hint);
	tw__kind_names_suggest(&hint, deployment->names, kind, name);
	status = tw__problem(deployment, TW_ENOTFOUND, row, field->name,
			     "there is no %s '%.80s' in this deployment; %s",
			     field->refers, name,
			     hint.size && !hint.failed ? hint.data :
			     "declare it");
	tw__buf_free(&hint);
	return status;
}


static tw_status resolve(struct tw_deployment *deployment, uint32_t row,
			 struct tw_value *value, const struct tw_field *field)
{
	uint8_t kind = tw__kind_find(tw__str_of(field->refers));
	struct tw_field phone = { .name = field->name,
		.type = TW_FIELD_TEXT, .rule = TW_RULE_PHONE };
	tw_error why = TW_ERROR_INIT;

	if (!value->set)
		return TW_OK;
	if (!strcmp(field->refers, "number") &&
	    tw__value_settle(value, &phone, deployment, &why))
		return tw__problem_of(deployment, row, field->name, &why);
	if (tw__kind_names_find(&value->target, deployment->names, kind,
				value->text))
		return TW_OK;
	value->set = false;
	return unresolved(deployment, row, field, kind, value->text);
}


static tw_status resolve_row(struct tw_deployment *deployment, uint32_t row)
{
	struct tw_wanted *wanted = &deployment->rows[row];
	const struct tw_kind *kind = &tw__kinds[wanted->kind];
	tw_status status = TW_OK;
	size_t i;

	for (i = 0; i < kind->count && !status; i++) {
		if (kind->fields[i].type == TW_FIELD_REFERENCE)
			status = resolve(deployment, row, &wanted->values[i],
					 &kind->fields[i]);
	}
	if (!status)
		status = derive_name(deployment, row);
	if (!status && tw__kinds[wanted->kind].name_field)
		status = check_was(deployment, row);
	else if (!status)
		status = add_name(deployment, row);
	return status;
}


static tw_status check(struct tw_deployment *deployment)
{
	uint8_t company = tw__kind_find(TW_STR("company"));
	tw_status status;
	uint32_t row;

	status = tw__kind_names_new(&deployment->names, deployment->count);
	if (!status)
		status = open_company(deployment);
	for (row = 0; row < deployment->count && !status; row++) {
		if (deployment->rows[row].kind != company)
			status = settle_row(deployment, row);
	}
	for (row = 0; row < deployment->count && !status; row++)
		status = add_name(deployment, row);
	for (row = 0; row < deployment->count && !status; row++)
		status = resolve_row(deployment, row);
	return status ? status : tw__deployment_rules(deployment);
}


static tw_status first_problem(const struct tw_deployment *deployment,
			       tw_error *err)
{
	size_t i;

	for (i = 0; i < deployment->problems_count; i++) {
		if (!deployment->problems[i].code)
			continue;
		return tw__fail_at(err, TW_EPARSE, 0,
				   deployment->problems[i].field, "%s",
				   deployment->problems[i].message);
	}
	return tw__fail(err, TW_EPARSE, "more than %d problems; mend the "
			"first ones and try again", TW_PROBLEMS_MAX);
}


tw_status tw_deployment_check(tw_deployment *deployment, tw_error *err)
{
	if (!deployment)
		return tw__fail(err, TW_EINVAL, "no deployment given");
	if (!deployment->checked) {
		tw__kind_names_free(deployment->names);
		tw_zone_free(deployment->zone);
		deployment->names = NULL;
		deployment->zone = NULL;
		deployment->problems_count = deployment->set_problems;
		deployment->store_problems = 0;
		deployment->sound = !deployment->set_problems;
		if (check(deployment))
			return tw__fail_oom(err);
		deployment->checked = true;
	}
	return deployment->sound ? TW_OK : first_problem(deployment, err);
}
