/**
 * @file src/accounts/directory_rules.c  What a router is told to go by
 *
 * Decides what a deployment leaves to the router's own: everything that is
 * not said, but for the calls from which on it learns their durations. A
 * router of one's own learns nothing unless it is told to; one of a
 * deployment serves an office, where a day or so of calls tells more than a
 * minute that somebody assumed. Refuses to know what a rule means.
 */
#include <stdlib.h>
#include <string.h>
#include "directory_rules.h"
#include "routing/router.h"

#define LEARN_CALLS 200u

uint32_t tw__directory_rule(const char *field, const char *text)
{
	if (strcmp(field, "measure"))
		return (uint32_t)strtoul(text, NULL, 10);
	return strcmp(text, "reached") ? TW_QUALITY_ANSWERED :
		TW_QUALITY_REACHED;
}


static tw_status set_rules(tw_router *router, const struct tw_directory *d,
			   uint32_t row, tw_error *err)
{
	tw_route_rules rules = TW_ROUTE_RULES_INIT;
	const struct tw_kind *kind;

	rules.learn_calls = LEARN_CALLS;
	if (!row)
		return tw_router_set_rules(router, &rules, err);
	kind = &tw__kinds[d->rows[row].kind];
	for (size_t i = 0; i < kind->count; i++) {
		const struct tw_cell *cell = &d->rows[row].cells[i];
		uint32_t *rule = tw__route_rule(&rules, kind->fields[i].name);

		if (rule && cell->set)
			*rule = tw__directory_rule(kind->fields[i].name,
						   cell->text);
	}
	return tw_router_set_rules(router, &rules, err);
}


static tw_status add_prefixes(tw_router *router, const char *list,
			      tw_error *err)
{
	tw_status status = TW_OK;

	while (*list && !status) {
		const char *end = list + strcspn(list, "\n");
		char *prefix = tw__str_dup(tw__str(list, (size_t)(end -
								  list)));

		if (!prefix)
			return tw__fail_oom(err);
		status = tw_router_add_quality_prefix(router, prefix, err);
		tw_free(prefix);
		list = *end ? end + 1 : end;
	}
	return status;
}


static tw_status set_tier(tw_router *router, const struct tw_directory *d,
			  tw_row row, tw_error *err)
{
	uint32_t policy;
	tw_status status = tw_route_policy_find(&policy,
		tw_row_text(d, row, "policy"), err);

	return status ? status : tw_router_set_policy(router,
		(uint32_t)tw_row_integer(d, row, "tier", 0), policy, err);
}


static tw_status set_code(tw_router *router, const struct tw_directory *d,
			  tw_row row, tw_error *err)
{
	const int64_t sip = tw_row_integer(d, row, "sip", 0);
	const int64_t q850 = tw_row_integer(d, row, "q850", 0);
	const char *name = tw_row_text(d, row, "class");
	uint32_t class = TW_CLASS_AUTH;

	while (class && strcmp(tw_route_class_name(class), name))
		--class;             /* 0: "none" */
	return tw_router_set_class(router, sip ? TW_CODE_SIP : TW_CODE_Q850,
				   (uint32_t)(sip ? sip : q850), class, err);
}


static tw_status set_each(tw_router *router, const struct tw_directory *d,
			  const char *kind,
			  tw_status (*set)(tw_router *router,
					   const struct tw_directory *d,
					   tw_row row, tw_error *err),
			  tw_error *err)
{
	tw_status status = TW_OK;
	tw_row row = { 0 };

	while (!status && !(status = tw_directory_next(&row, d, kind, err)))
		status = set(router, d, row, err);
	return status == TW_ITER_END ? TW_OK : status;
}


static tw_status set_policy(tw_router *router, const struct tw_directory *d,
			    tw_error *err)
{
	tw_row company = { 0 };
	const char *name;
	uint32_t policy;
	tw_status status;

	if (tw_directory_next(&company, d, "company", NULL))
		return TW_OK;
	name = tw_row_text(d, company, "routing");
	if (!name || !*name)
		return TW_OK;
	status = tw_route_policy_find(&policy, name, err);
	return status ? status : tw_router_set_policy(router,
		TW_ROUTE_EVERY_TIER, policy, err);
}


tw_status tw__directory_rules(tw_router *router,
			      const struct tw_directory *directory,
			      tw_error *err)
{
	uint32_t row = directory->first[tw__kind_find(TW_STR("routing"))];
	tw_status status = set_rules(router, directory, row, err);

	if (!status && row)
		status = add_prefixes(router, tw__cell(directory, row,
						       "prefixes")->text,
				      err);
	if (!status)
		status = set_policy(router, directory, err);
	if (!status)
		status = set_each(router, directory, "routing_tier",
				  set_tier, err);
	return status ? status : set_each(router, directory, "routing_code",
					  set_code, err);
}
