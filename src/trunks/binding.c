/**
 * @file src/trunks/binding.c  What a trunk's registrar told with a binding
 *
 * Brings the question to the set's own thread; the answer is a copy.
 */
#include <trunkwise/binding.h>
#include "set.h"

/* The one that calls go by. */
static const tw_registration *registration_of(const tw_trunk *trunk)
{
	return trunk ? tw__trunk_speaker(trunk)->registration : NULL;
}

tw_status tw_trunk_service_route(char **out, const tw_trunk *trunk,
				 tw_error *err)
{
	if (trunk && tw__trunks_far(trunk->set))
		return tw__far_text(tw_trunk_service_route, out, trunk, err);
	return tw_registration_service_route(out, registration_of(trunk), err);
}

tw_status tw_trunk_associated_uris(char **out, const tw_trunk *trunk,
				   tw_error *err)
{
	if (trunk && tw__trunks_far(trunk->set))
		return tw__far_text(tw_trunk_associated_uris, out, trunk, err);
	return tw_registration_associated_uris(out, registration_of(trunk),
		err);
}

tw_status tw_trunk_public_gruu(char **out, const tw_trunk *trunk,
			       tw_error *err)
{
	if (trunk && tw__trunks_far(trunk->set))
		return tw__far_text(tw_trunk_public_gruu, out, trunk, err);
	return tw_registration_public_gruu(out, trunk ? trunk->registration :
		NULL, err);
}

tw_status tw_trunk_gruu_cookie(char **out, const tw_trunk *trunk,
			       tw_error *err)
{
	if (trunk && tw__trunks_far(trunk->set))
		return tw__far_text(tw_trunk_gruu_cookie, out, trunk, err);
	return tw_registration_gruu_cookie(out, trunk ? trunk->registration :
		NULL, err);
}

tw_status tw_trunk_way_get(tw_trunk_way *out, const tw_trunk *trunk,
			   tw_error *err)
{
	if (trunk && tw__trunks_far(trunk->set))
		return tw__far_way_get(out, trunk, err);
	return tw_registration_way(out, registration_of(trunk),
		err);
}

tw_status tw_trunk_route_set(char **out, const tw_trunk *trunk,
			     tw_error *err)
{
	if (trunk && tw__trunks_far(trunk->set))
		return tw__far_text(tw_trunk_route_set, out, trunk, err);
	return tw_registration_route_set(out, registration_of(trunk), err);
}
