/*
 * What earlier calls leave for one: minutes of bundles, and how far the tiers
 * of the month are. Whose bundles they are, and when they were counted, is
 * the host's to know. Where it does not know, the price is the full one: a
 * call must not wait for a counter, and a bundle that is not there would make
 * a dear carrier cheap.
 */
#include "order.h"

#include <string.h>

static struct tw__company *company_of(const struct tw_router *router,
				      const char *carrier)
{
	for (size_t i = 0; i < router->company_count; ++i) {
		if (!strcmp(router->company[i].name, carrier))
			return &router->company[i];
	}
	return NULL;
}

void tw__used_clear(struct tw__company *company)
{
	if (company->used_free)
		company->used_free(company->used_arg);
	company->used = NULL;
	company->used_arg = NULL;
	company->used_free = NULL;
}

tw_status tw_router_set_used(tw_router *router, const char *carrier,
			     tw_route_used_h *handler, void *arg,
			     void (*arg_free)(void *arg), tw_error *err)
{
	struct tw__company *company;

	if (!router || !carrier)
		return tw__fail(err, TW_EINVAL, "no router or carrier given");
	company = company_of(router, carrier);
	if (!company)
		return tw__fail(err, TW_ENOTFOUND, "no trunk of carrier "
				"\"%.63s\"; add its trunks first", carrier);
	tw__used_clear(company);
	company->used = handler;
	company->used_arg = arg;
	company->used_free = arg_free;
	return TW_OK;
}

void tw__used_ask(tw_rating_request *r, const struct tw_router *router,
		  const struct tw_carrier *trunk, const char *department)
{
	const struct tw__company *company = &router->company[trunk->company];
	tw_route_used used = TW_ROUTE_USED_INIT;

	if (!company->used || company->used(&used, r, department,
					    company->used_arg))
		return;
	r->bundle_left_s = used.bundle_left_s > 0 ? used.bundle_left_s : 0;
	r->used_s = used.used_s > 0 ? used.used_s : 0;
}
