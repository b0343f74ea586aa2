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


tw_status tw__deployment_pool(struct tw_deployment *d, uint32_t row)
{
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


tw_status tw__deployment_plan(struct tw_deployment *d, uint32_t row)
{
	if (d->rows[row].children[0].count)
		return TW_OK;
	return tw__problem(d, TW_EPARSE, row, "step", "a plan without steps "
			   "would refuse every call; add a [[plan.step]]");
}


tw_status tw__deployment_step(struct tw_deployment *d, uint32_t row)
{
	const struct tw_value *when = value(d, row, "when");
	tw_status status;

	status = tw__one_of(d, row, "ring", "reject");
	if (status || !when->set || !strcmp(when->text, "always") ||
	    tw__given(d, row, "schedule") ||
	    tw__given(d, d->rows[row].parent, "schedule"))
		return status;
	return tw__problem(d, TW_EPARSE, row, "when", "'%s' needs a schedule; "
			   "add one to the plan or to this step", when->text);
}
