/**
 * @file src/registration/binding.c  What a registrar told with a binding
 *
 * The public door to it: copies out, only while the binding stands.
 */
#include <trunkwise/binding.h>
#include "machine.h"

static tw_status copy(char **out, const tw_registration *reg,
		      const char *text, const char *what, tw_error *err)
{
	tw_status status = reg->expires_at ?
		tw__routes_kept(&reg->routes, err) : TW_OK;
	char *made;

	if (status)
		return status;
	if (!text || !reg->expires_at)
		return tw__fail(err, TW_ENOTFOUND, "the registrar told no "
			"%s, or no binding stands", what);
	made = tw_strdup(text);
	if (!made)
		return tw__fail_oom(err);
	*out = made;
	return TW_OK;
}

tw_status tw_registration_service_route(char **out,
	const tw_registration *reg, tw_error *err)
{
	if (!out || !reg)
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	return copy(out, reg, reg->routes.service, "Service-Route", err);
}

tw_status tw_registration_associated_uris(char **out,
	const tw_registration *reg, tw_error *err)
{
	if (!out || !reg)
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	return copy(out, reg, reg->routes.associated, "P-Associated-URI",
		err);
}

tw_status tw_registration_public_gruu(char **out, const tw_registration *reg,
				      tw_error *err)
{
	if (!out || !reg)
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	return copy(out, reg, reg->gruu.public_uri, "public GRUU", err);
}

tw_status tw_registration_gruu_cookie(char **out, const tw_registration *reg,
				      tw_error *err)
{
	if (!out || !reg)
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	return copy(out, reg, reg->gruu.cookie, "cookie for temporary GRUUs",
		err);
}
