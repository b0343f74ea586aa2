/**
 * @file src/accounts/deployment_rules.c  What only some kinds promise
 *
 * One function for each kind that says more than its fields do: shares add up
 * to 100, a number has one owner. What is odd but may be meant is a warning.
 * Pools and plans are deployment_plans.c's, opening days deployment_days.c's,
 * trunks deployment_trunk.c's.
 */
#include <stdlib.h>
#include <string.h>
#include "deployment.h"
#include "kinds_names.h"
#include "match.h"
#include <trunkwise/money.h>

static const struct tw_value *value(const struct tw_deployment *d,
				    uint32_t row, const char *field)
{
	return tw__wanted_value(d, row, field);
}


bool tw__given(const struct tw_deployment *d, uint32_t row, const char *field)
{
	const struct tw_value *v = value(d, row, field);

	return v->set || v->given || tw__is_refused_by_set(d, row, field);
}


tw_status tw__one_of(struct tw_deployment *d, uint32_t row, const char *a,
		     const char *b)
{
	if (tw__given(d, row, a) && tw__given(d, row, b))
		return tw__problem(d, TW_ECONFLICT, row, b, "%s and %s "
				   "exclude each other; leave one out", a, b);
	if (!tw__given(d, row, a) && !tw__given(d, row, b))
		return tw__problem(d, TW_EPARSE, row, a, "neither %s nor %s "
				   "is given; add one", a, b);
	return TW_OK;
}


tw_status tw__not_both(struct tw_deployment *d, uint32_t row, const char *a,
		       const char *b)
{
	if (!tw__given(d, row, a) || !tw__given(d, row, b))
		return TW_OK;
	return tw__problem(d, TW_ECONFLICT, row, b, "%s and %s exclude each "
			   "other; leave one out", a, b);
}


static tw_status rising_dates(struct tw_deployment *d, uint32_t row)
{
	const struct tw_value *from = value(d, row, "from");
	const struct tw_value *to = value(d, row, "to");

	if (!from->set || !to->set || from->number < to->number)
		return TW_OK;
	return tw__problem(d, TW_EPARSE, row, "to", "to (%s) is not after "
			   "from (%s); it is the first day that no longer "
			   "counts", to->text, from->text);
}


/* ---- kinds ---- */

static tw_status check_target_name(struct tw_deployment *d, uint32_t row)
{
	const struct tw_wanted *wanted = &d->rows[row];
	uint8_t phone = tw__kind_find(TW_STR("phone"));
	uint32_t other;

	if (!wanted->name.set ||
	    !tw__kind_names_find(&other, d->names, phone, wanted->name.text))
		return TW_OK;
	return tw__problem(d, TW_EEXIST, row, "name", "'%s' is the name of a "
			   "phone already, and pools know both by name; "
			   "choose another", wanted->name.text);
}


/* Whether anybody could call it. Up to six digits it may be a short code,
 * which may begin with 0; a longer one that does is written as it is dialled
 * somewhere, and no carrier's call would ever be found to be of it. */
static tw_status check_digits(struct tw_deployment *d, uint32_t row,
			      const struct tw_value *number)
{
	size_t length = number->set ? strlen(number->text) : 3;

	if (length < 3 || length > 15)
		return tw__problem(d, TW_EPARSE, row, "number", "%s is not "
				   "a number of 3 to 15 digits; write it "
				   "with its country code", number->text);
	if (length > 6 && *number->text == '0')
		return tw__problem(d, TW_EPARSE, row, "number", "%s begins "
				   "with 0, and no country code does; write "
				   "it as +, country code and the rest",
				   number->text);
	return TW_OK;
}

static tw_status check_landline(struct tw_deployment *d, uint32_t row)
{
	tw_status status = check_target_name(d, row);

	return status ? status : check_digits(d, row,
					      value(d, row, "number"));
}


static tw_status check_phone(struct tw_deployment *d, uint32_t row)
{
	tw_status status = check_digits(d, row, value(d, row, "number"));

	if (status)
		return status;
	if (!tw__given(d, row, "uri") && !tw__given(d, row, "number") &&
	    !tw__given(d, row, "extension"))
		return tw__problem(d, TW_EPARSE, row, "uri", "nothing says "
				   "how to reach this phone; add uri, number "
				   "or extension");
	return tw__not_both(d, row, "uri", "number");
}


static bool has_allocation(const struct tw_deployment *d, uint32_t row)
{
	const struct tw_row_list *list =
		&d->tops[tw__kind_find(TW_STR("allocation"))];
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (value(d, list->rows[i], "number")->target == row ||
		    value(d, list->rows[i], "recurring")->target == row)
			return true;
	}
	return false;
}


static tw_status check_owner(struct tw_deployment *d, uint32_t row)
{
	if (tw__given(d, row, "department") || has_allocation(d, row))
		return TW_OK;
	return tw__problem(d, TW_OK, row, "department", "no department owns "
			   "this: its costs will be listed as unallocated; "
			   "add department or an [[allocation]]");
}


static tw_status check_number(struct tw_deployment *d, uint32_t row)
{
	tw_status status = check_digits(d, row, &d->rows[row].name);

	if (!status)
		status = tw__not_both(d, row, "carrier", "rented_through");
	return status ? status : check_owner(d, row);
}


/* Each department has its seats once, and they say who pays. */
static tw_status check_seats(struct tw_deployment *d, uint32_t row)
{
	const struct tw_row_list *seats = &d->rows[row].children[0];
	size_t i, j;

	if (tw__given(d, row, "department"))
		return tw__problem(d, TW_ECONFLICT, row, "department",
				   "each [[recurring.seat]] says whose it is; "
				   "leave department out here");
	if (has_allocation(d, row))
		return tw__problem(d, TW_ECONFLICT, row, "seat", "there is "
				   "an [[allocation]] of it, too; seats or "
				   "shares, not both");
	for (i = 0; i < seats->count; i++) {
		for (j = 0; j < i; j++) {
			if (value(d, seats->rows[i], "department")->target
			    == value(d, seats->rows[j],
				     "department")->target)
				return tw__problem(d, TW_EEXIST,
					seats->rows[i], "department", "this "
					"department has seats of it already; "
					"add the two up");
		}
	}
	return TW_OK;
}


static tw_status check_recurring(struct tw_deployment *d, uint32_t row)
{
	tw_status status = rising_dates(d, row);

	if (!status)
		status = tw__not_both(d, row, "carrier", "vendor");
	if (status)
		return status;
	return d->rows[row].children[0].count ? check_seats(d, row) :
		check_owner(d, row);
}


static tw_status check_allocation(struct tw_deployment *d, uint32_t row)
{
	const struct tw_row_list *shares = &d->rows[row].children[0];
	const struct tw_value *percent;
	int64_t sum = 0;
	char text[40] = "";
	tw_status status;
	size_t i, j;

	if (!tw__given(d, row, "tariff"))
		status = tw__one_of(d, row, "number", "recurring");
	else if (!(status = tw__not_both(d, row, "tariff", "number")))
		status = tw__not_both(d, row, "tariff", "recurring");
	for (i = 0; i < shares->count && !status; i++) {
		percent = value(d, shares->rows[i], "percent");
		if (!percent->set)
			return TW_OK;
		sum += percent->number;
		for (j = 0; j < i; j++) {
			if (value(d, shares->rows[i], "department")->target
			    != value(d, shares->rows[j],
				     "department")->target)
				continue;
			status = tw__problem(d, TW_EEXIST, shares->rows[i],
				"department", "this department has a share "
				"already; add the two up");
			break;
		}
	}
	if (status || sum == 100 * TW_NANOS)
		return status;
	tw_decimal_format(text, sizeof(text), sum, TW_DECIMALS_SHORTEST,
			  NULL);
	return tw__problem(d, TW_EPARSE, row, "share", "shares add up to %s, "
			   "not to 100; correct the percents", text);
}


/* ---- bundles ---- */

const char *tw__list_item(char item[512], const char *list)
{
	size_t size = strcspn(list, "\n");

	if (size > 511)
		size = 511;
	memcpy(item, list, size);
	item[size] = '\0';
	list += strcspn(list, "\n");
	return *list ? list + 1 : NULL;
}


static tw_status check_prefixes(struct tw_deployment *d, uint32_t row,
				const char *field)
{
	const char *p = value(d, row, field)->text;
	tw_status status = TW_OK;
	char item[512];

	while (p && !status) {
		p = tw__list_item(item, p);
		if (!*item || strlen(item) > 15 ||
		    strspn(item, "0123456789") != strlen(item))
			status = tw__problem(d, TW_EPARSE, row, field,
				"'%.40s' is no prefix; write 1 to 15 digits "
				"of the called number, like \"7843\"", item);
	}
	return status;
}


tw_status tw__wanted_names(struct tw_deployment *d, uint32_t row,
			   const char *field, const char *kind)
{
	uint8_t number = tw__kind_find(tw__str_of(kind));
	const char *p = value(d, row, field)->text;
	tw_status status = TW_OK;
	char item[512];
	uint32_t found;

	while (p && !status) {
		struct tw_buf hint;

		p = tw__list_item(item, p);
		if (tw__kind_names_find(&found, d->names, number, item))
			continue;
		tw__buf_init(&hint);
		tw__kind_names_suggest(&hint, d->names, number, item);
		status = tw__problem(d, TW_ENOTFOUND, row, field, "there is "
				     "no %s '%.80s' in this deployment; %s",
				     kind, item, hint.size && !hint.failed ?
				     hint.data : "declare it");
		tw__buf_free(&hint);
	}
	return status;
}


static tw_status check_bundle(struct tw_deployment *d, uint32_t row)
{
	const struct tw_value *tariff = value(d, row, "tariff");
	tw_status status = rising_dates(d, row);

	if (!status && tariff->set &&
	    value(d, tariff->target, "stated_by")->set)
		status = tw__problem(d, TW_ECONFLICT, row, "tariff", "the "
			"calls of '%.80s' cost what records state, and no "
			"bundle changes that; leave the bundle out",
			tariff->text);
	if (!status && value(d, row, "prefixes")->set)
		status = check_prefixes(d, row, "prefixes");
	if (!status && value(d, row, "departments")->set)
		status = tw__wanted_names(d, row, "departments",
					  "department");
	return status;
}


/* ---- budgets ---- */

static tw_status check_budget(struct tw_deployment *d, uint32_t row)
{
	const struct tw_value *soft = value(d, row, "soft");
	const struct tw_value *hard = value(d, row, "hard");
	tw_status status = TW_OK;

	if (!soft->set && !hard->set && !tw__given(d, row, "max_price"))
		return tw__problem(d, TW_EPARSE, row, "hard", "this budget "
				   "limits nothing; give it soft, hard or "
				   "max_price");
	if (soft->set && hard->set && soft->number > hard->number)
		return tw__problem(d, TW_EPARSE, row, "soft", "soft lies "
				   "above hard, so nobody would hear of it; "
				   "lower it");
	if (tw__given(d, row, "destinations"))
		status = check_prefixes(d, row, "destinations");
	return status;
}


/* ---- ranges of matches ---- */

struct range {
	const char *kind;
	struct tw_match match;
	uint32_t row;
};

static int compare_ranges(const void *a, const void *b)
{
	const struct range *x = a, *y = b;
	int order = strcmp(x->kind, y->kind);

	if (order)
		return order;
	if (x->match.digits != y->match.digits)
		return x->match.digits < y->match.digits ? -1 : 1;
	if (x->match.from != y->match.from)
		return x->match.from < y->match.from ? -1 : 1;
	return x->match.to > y->match.to ? -1 : x->match.to < y->match.to;
}


static bool is_before(const struct range *a, const struct range *b)
{
	return strcmp(a->kind, b->kind) ||
		a->match.digits != b->match.digits ||
		a->match.to < b->match.from;
}


/* A range inside another is an exception from it and wins; two that overlap
 * in part have no order. `open` holds the ranges around the current one. */
static tw_status check_overlaps(struct tw_deployment *d, struct range *ranges,
				size_t count, size_t *open)
{
	tw_status status = TW_OK;
	size_t i, depth = 0;

	qsort(ranges, count, sizeof(*ranges), compare_ranges);
	for (i = 0; i < count && !status; i++) {
		while (depth && is_before(&ranges[open[depth - 1]],
					  &ranges[i]))
			depth--;
		if (depth && ranges[open[depth - 1]].match.to <
		    ranges[i].match.to)
			status = tw__problem(d, TW_ECONFLICT, ranges[i].row,
				"match", "overlaps '%s' in part, so it is "
				"open whose the common part is; cut one of "
				"them", d->rows[ranges[open[
				depth - 1]].row].name.text);
		open[depth++] = i;
	}
	return status;
}


static tw_status check_matches(struct tw_deployment *d)
{
	const struct tw_row_list *list =
		&d->tops[tw__kind_find(TW_STR("match"))];
	size_t i, count = 0, n = list->count;
	struct range *ranges;
	char text[TW_MATCH_MAX];
	tw_status status;
	size_t *open;

	if (!n)
		return TW_OK;
	ranges = tw_calloc(n, sizeof(*ranges));
	open = tw_calloc(n, sizeof(*open));
	if (!ranges || !open) {
		tw_free(ranges);
		tw_free(open);
		return TW_ENOMEM;
	}
	for (i = 0; i < n; i++) {
		uint32_t row = list->rows[i];
		struct range *range = &ranges[count];

		if (!d->rows[row].name.set)
			continue;
		range->kind = value(d, row, "kind")->text;
		range->row = row;
		if (!tw__match_parse(&range->match, text, range->kind,
				     value(d, row, "match")->text, &d->dial,
				     NULL) && range->match.range)
			count++;
	}
	status = check_overlaps(d, ranges, count, open);
	tw_free(open);
	tw_free(ranges);
	return status;
}


static const struct {
	const char *kind;
	tw_status (*check)(struct tw_deployment *d, uint32_t row);
} rules[] = {
	{ "site", tw__deployment_site },
	{ "phone", check_phone },
	{ "landline", check_landline },
	{ "contract", rising_dates },
	{ "number", check_number },
	{ "recurring", check_recurring },
	{ "allocation", check_allocation },
	{ "trunk", tw__deployment_trunk },
	{ "pool", tw__deployment_pool },
	{ "pool_member", tw__deployment_member },
	{ "schedule", tw__deployment_schedule },
	{ "holiday", tw__deployment_holiday },
	{ "plan", tw__deployment_plan },
	{ "plan_step", tw__deployment_step },
	{ "tariff", tw__deployment_tariff },
	{ "bundle", check_bundle },
	{ "budget", check_budget },
	{ "permission", tw__deployment_permission },
	{ "routing", tw__deployment_routing },
	{ "routing_tier", tw__deployment_routing_tier },
	{ "routing_code", tw__deployment_routing_code },
};


tw_status tw__deployment_rules(struct tw_deployment *deployment)
{
	tw_status status = TW_OK;
	uint32_t row;
	size_t i;

	for (row = 0; row < deployment->count; row++) {
		const char *kind = tw__kinds[deployment->rows[row].kind].name;

		for (i = 0; i < TW_ARRAY_COUNT(rules) && !status; i++) {
			if (!strcmp(rules[i].kind, kind))
				status = rules[i].check(deployment, row);
		}
		if (status)
			return status;
	}
	status = tw__deployment_days(deployment);
	if (!status)
		status = tw__deployment_skills(deployment);
	return status ? status : check_matches(deployment);
}
