/**
 * @file src/accounts/deployment_outbound.c  What calls that go out need
 *
 * Decides whether a site can call for help, and be found when it does, and
 * whether a permission says something. Refuses to know prices and carriers'
 * answers: src/routing judges calls.
 */
#include <string.h>
#include "deployment.h"
#include "kinds_names.h"

static const struct tw_value *value(const struct tw_deployment *d,
				    uint32_t row, const char *field)
{
	return tw__wanted_value(d, row, field);
}


static bool find(uint32_t *out, const struct tw_deployment *d,
		 const char *kind, const char *name)
{
	return tw__kind_names_find(out, d->names,
				   tw__kind_find(tw__str_of(kind)), name);
}


/* ---- sites ---- */

struct ways {
	bool any;            /* can be dialled */
	bool trunk;          /* one of them is a carrier's */
};

static tw_status check_line(struct tw_deployment *d, uint32_t site,
			    const char *name, uint32_t line,
			    struct ways *ways)
{
	ways->any |= value(d, line, "uri")->set;
	if (value(d, line, "site")->target == site)
		return TW_OK;
	return tw__problem(d, TW_OK, site, "emergency", "'%.63s' is the "
			   "landline of another site: help would be sent "
			   "there; name a line of this site", name);
}


static tw_status check_way(struct tw_deployment *d, uint32_t site,
			   const char *name, struct ways *ways)
{
	struct tw_buf hint;
	tw_status status;
	uint32_t found;

	if (find(&found, d, "trunk", name)) {
		ways->any = ways->trunk = true;
		return TW_OK;
	}
	if (find(&found, d, "landline", name))
		return check_line(d, site, name, found, ways);
	tw__buf_init(&hint);
	tw__kind_names_suggest(&hint, d->names,
			       tw__kind_find(TW_STR("landline")), name);
	status = tw__problem(d, TW_ENOTFOUND, site, "emergency", "there is no "
			     "landline or trunk '%.80s'; landlines: %s", name,
			     hint.size && !hint.failed ? hint.data : "?");
	tw__buf_free(&hint);
	return status;
}


static bool has_row_at(const struct tw_deployment *d, const char *kind,
		       uint32_t site, const char *with)
{
	const struct tw_row_list *list =
		&d->tops[tw__kind_find(tw__str_of(kind))];

	for (size_t i = 0; i < list->count; i++) {
		const struct tw_value *at = value(d, list->rows[i], "site");

		if (at->set && at->target == site &&
		    (!with || value(d, list->rows[i], with)->set))
			return true;
	}
	return false;
}


tw_status tw__deployment_site(struct tw_deployment *d, uint32_t row)
{
	const char *p = value(d, row, "emergency")->text;
	struct ways ways = { false, false };
	tw_status status = TW_OK;
	char item[512];

	if (!p)
		ways.any = has_row_at(d, "landline", row, "uri");
	while (p && !status) {
		p = tw__list_item(item, p);
		status = check_way(d, row, item, &ways);
	}
	if (!status && !ways.any)
		status = tw__problem(d, TW_OK, row, "emergency", "no way out "
			"for emergency calls (112); give a landline of this "
			"site a uri, or name trunks in emergency");
	if (!status && ways.trunk && !has_row_at(d, "number", row, NULL))
		status = tw__problem(d, TW_OK, row, "emergency", "no number "
			"has this site: over a trunk an emergency call would "
			"show a number of another place, or none; give a "
			"[[number]] this site");
	return status;
}


/* ---- permissions ---- */

/* What begins like a number is one: "+7 843" would match nothing. */
static tw_status check_places(struct tw_deployment *d, uint32_t row,
			      const char *field)
{
	const char *p = value(d, row, field)->text;
	tw_status status = TW_OK;
	char item[512];

	while (p && !status) {
		size_t l;

		p = tw__list_item(item, p);
		l = strlen(item);
		if (!l || l > 127)
			status = tw__problem(d, TW_EPARSE, row, field, "a "
				"place has 1 to 127 bytes; write a region or "
				"city as the numbering names it");
		else if (strchr("+0123456789", *item) &&
			 (l > 15 || strspn(item, "0123456789") != l))
			status = tw__problem(d, TW_EPARSE, row, field,
				"'%.40s' is no beginning of a number; write 1 "
				"to 15 digits, the country's code first, like "
				"\"7843\"", item);
	}
	return status;
}


tw_status tw__deployment_permission(struct tw_deployment *d, uint32_t row)
{
	tw_status status = TW_OK;

	if (value(d, row, "from")->set)
		status = check_places(d, row, "from");
	if (!status && value(d, row, "to")->set)
		status = check_places(d, row, "to");
	if (!status && value(d, row, "never")->number &&
	    tw__given(d, row, "contracts"))
		return tw__problem(d, TW_ECONFLICT, row, "never", "no "
			"contract permits it, and contracts names some; "
			"leave one out");
	if (!status && value(d, row, "never")->number &&
	    value(d, row, "otherwise")->set &&
	    strcmp(value(d, row, "otherwise")->text, "block") != 0)
		return tw__problem(d, TW_ECONFLICT, row, "otherwise", "lets "
			"calls go that never = true forbids; write \"block\" "
			"or leave one out");
	if (!status && value(d, row, "contracts")->set)
		status = tw__wanted_names(d, row, "contracts", "contract");
	return status;
}
