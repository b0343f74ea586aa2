/**
 * @file src/accounts/deployment_routing.c  Numbers that the router goes by
 *
 * Decides whether [routing] says what the router could go by: its rules as
 * one, prefixes, a policy for each tier, classes of codes. What a rule means,
 * and within which bounds, is src/routing's to know: it is asked.
 */
#include <stdlib.h>
#include <string.h>
#include "deployment.h"
#include "directory_rules.h"
#include "routing/router.h"

static const struct tw_value *value(const struct tw_deployment *d,
				    uint32_t row, const char *field)
{
	return tw__wanted_value(d, row, field);
}


static const struct tw_row_list *rows_of(const struct tw_deployment *d,
					 const char *kind)
{
	return &d->tops[tw__kind_find(tw__str_of(kind))];
}


static tw_status check_rules(struct tw_deployment *d, uint32_t row)
{
	const struct tw_kind *kind = &tw__kinds[d->rows[row].kind];
	tw_route_rules rules = TW_ROUTE_RULES_INIT;
	tw_error why = TW_ERROR_INIT;

	for (size_t i = 0; i < kind->count; i++) {
		const char *field = kind->fields[i].name;
		uint32_t *rule = tw__route_rule(&rules, field);

		if (rule && value(d, row, field)->set)
			*rule = tw__directory_rule(field,
				value(d, row, field)->text);
	}
	if (!tw__route_rules_check(&rules, &why))
		return TW_OK;
	return tw__problem(d, TW_ERANGE, row, why.field, "%s", why.message);
}


static bool is_listed_before(const char *list, const char *end,
			     const char *item)
{
	char other[512];

	while (list && list < end) {
		list = tw__list_item(other, list);
		if (!strcmp(other, item))
			return true;
	}
	return false;
}


static tw_status check_prefixes(struct tw_deployment *d, uint32_t row)
{
	const struct tw_value *list = value(d, row, "prefixes");
	const char *p = list->text, *at;
	tw_status status = TW_OK;
	char item[512];

	if (list->items > TW_QUALITIES_MAX)
		return tw__problem(d, TW_ERANGE, row, "prefixes", "%u "
				   "prefixes; %u at most have a quality of "
				   "their own", list->items,
				   TW_QUALITIES_MAX);
	while (p && !status) {
		at = p;
		p = tw__list_item(item, p);
		if (!*item || strlen(item) > 15 ||
		    strspn(item, "0123456789") != strlen(item))
			status = tw__problem(d, TW_EPARSE, row, "prefixes",
				"'%.40s' is no beginning of a number; write 1 "
				"to 15 digits, the country's code first, like "
				"\"7843\"", item);
		else if (is_listed_before(list->text, at, item))
			status = tw__problem(d, TW_EEXIST, row, "prefixes",
				"%s stands there twice; leave one out", item);
	}
	return status;
}


tw_status tw__deployment_routing(struct tw_deployment *d, uint32_t row)
{
	tw_status status = check_rules(d, row);

	if (!status && value(d, row, "prefixes")->set)
		status = check_prefixes(d, row);
	return status;
}


/* Another child of the same parent and kind, before this one, that says the
 * same of `field`. */
static bool is_said_before(const struct tw_deployment *d, uint32_t row,
			   const char *field)
{
	const struct tw_wanted *wanted = &d->rows[row];
	const struct tw_value *own = value(d, row, field);
	const struct tw_row_list *list = &d->rows[wanted->parent].children[
		tw__kind_slot(wanted->kind)];

	for (size_t i = 0; own->set && i < list->count &&
	     list->rows[i] != row; i++) {
		const struct tw_value *other = value(d, list->rows[i],
						     field);

		if (other->set && other->number == own->number)
			return true;
	}
	return false;
}


static bool has_trunk_of(const struct tw_deployment *d, int64_t tier)
{
	const struct tw_row_list *trunks = rows_of(d, "trunk");

	for (size_t i = 0; i < trunks->count; i++) {
		const struct tw_value *own = value(d, trunks->rows[i],
						   "tier");

		if (own->set && own->number == tier)
			return true;
	}
	return false;
}


tw_status tw__deployment_routing_tier(struct tw_deployment *d, uint32_t row)
{
	const struct tw_value *tier = value(d, row, "tier");

	if (is_said_before(d, row, "tier"))
		return tw__problem(d, TW_EEXIST, row, "tier", "tier %s has "
				   "its policy already; leave one out",
				   tier->text);
	if (tier->set && !has_trunk_of(d, tier->number))
		return tw__problem(d, TW_OK, row, "tier", "no trunk is of "
				   "tier %s, so nothing goes by this policy",
				   tier->text);
	return TW_OK;
}


tw_status tw__deployment_routing_code(struct tw_deployment *d, uint32_t row)
{
	const struct tw_value *sip = value(d, row, "sip");
	const struct tw_value *class = value(d, row, "class");
	const char *field = sip->set ? "sip" : "q850";
	tw_status status = tw__one_of(d, row, "sip", "q850");

	if (status)
		return status;
	if (is_said_before(d, row, field))
		return tw__problem(d, TW_EEXIST, row, field, "%s %s has its "
				   "class already; leave one out", field,
				   value(d, row, field)->text);
	if (sip->set && class->set && !strcmp(class->text, "none"))
		return tw__problem(d, TW_EPARSE, row, "class", "a cause "
				   "(q850) may say nothing, a code has to: "
				   "write user, number, carrier, congestion "
				   "or auth");
	return TW_OK;
}
