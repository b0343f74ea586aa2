/**
 * @file src/registration/routes.h  URIs that a registrar lists in a 2xx
 */
#ifndef TW_SRC_REGISTRATION_ROUTES_H
#define TW_SRC_REGISTRATION_ROUTES_H

#include "message.h"

#define TW_ROUTES_MAX      8u
#define TW_ASSOCIATED_MAX 32u
#define TW_ROUTE_URI_MAX 255u

struct tw_routes {
	char *service;               /* value of a Route header; NULL: none */
	char *associated;            /* URIs, one a line; NULL: none */
};

/* What this 2xx says, in place of what was known before. */
tw_status tw__routes_take(struct tw_routes *routes,
			  const struct tw_message *msg, tw_error *err);
void tw__routes_free(struct tw_routes *routes);

#endif
