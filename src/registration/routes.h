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
	bool lost;                   /* one of them was told, and there was no
					memory to keep it */
};

/* What this 2xx says, in place of what was known before. */
tw_status tw__routes_take(struct tw_routes *routes,
			  const struct tw_message *msg, tw_error *err);
/* TW_ENOMEM when something was lost: "none" would be a guess. */
tw_status tw__routes_kept(const struct tw_routes *routes, tw_error *err);
void tw__routes_free(struct tw_routes *routes);

#endif
