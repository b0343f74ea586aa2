/**
 * @file binding.h  What a registrar told along with a binding
 *
 * Service-Route (RFC 3608): where requests of this trunk have to pass before
 * they go on. P-Associated-URI (RFC 7315 section 4.1): which identities this
 * user may call with, the default one first. Both are those of the last 2xx
 * and gone with the binding. A Path that a registrar echoes is the way to us,
 * not from us, and is never one of these routes (RFC 3327 section 5.2).
 *
 * Everything here was written by a peer: it is checked to be SIP URIs without
 * bytes that could end a header, and bounded: at most 8 routes and 32
 * identities of at most 255 bytes each. A list that breaks that is taken as
 * none, for half a route is a wrong route.
 *
 * And where requests of the trunk go: to the target that holds the binding.
 */
#ifndef TRUNKWISE_BINDING_H
#define TRUNKWISE_BINDING_H

#include <trunkwise/trunk.h>

TW_BEGIN_DECLS

/** Value of the Route header of out-of-dialog requests, in order:
 * "<sip:edge.test;lr>, <sip:core.test;lr>".
 * @param out  new; tw_free() it
 * @return TW_OK, TW_ENOTFOUND (none told, or no binding), TW_ENOMEM (also
 *         when it was told while memory was short: until the next refresh) */
TW_EXTERN(tw_status) tw_registration_service_route(char **out,
	const tw_registration *registration, tw_error *err);
TW_EXTERN(tw_status) tw_trunk_service_route(char **out,
	const tw_trunk *trunk, tw_error *err);

/** Identities, one URI a line. @return as above */
TW_EXTERN(tw_status) tw_registration_associated_uris(char **out,
	const tw_registration *registration, tw_error *err);
TW_EXTERN(tw_status) tw_trunk_associated_uris(char **out,
	const tw_trunk *trunk, tw_error *err);

/** The public GRUU of this trunk (RFC 5627): a URI that leads to us and to
 * nobody else. That of a TW_TRUNK_GIN trunk has a `bnc` and no user; of a
 * phone behind the trunk it is made by its number as the user, and an `sg`
 * that the registrar gives back in the Request-URI, in place of the `bnc`
 * (RFC 6140 section 7.1.1).
 * @param out  new, "sip:carrier.test;bnc;gr=urn:uuid:..."; tw_free() it
 * @return as above */
TW_EXTERN(tw_status) tw_registration_public_gruu(char **out,
	const tw_registration *registration, tw_error *err);
TW_EXTERN(tw_status) tw_trunk_public_gruu(char **out, const tw_trunk *trunk,
					  tw_error *err);

/** What temporary GRUUs of phones behind a TW_TRUNK_GIN trunk are made of
 * (RFC 6140 section 7.1.2.2), base64. When it changes, all made before are
 * dead. @return as above */
TW_EXTERN(tw_status) tw_registration_gruu_cookie(char **out,
	const tw_registration *registration, tw_error *err);
TW_EXTERN(tw_status) tw_trunk_gruu_cookie(char **out, const tw_trunk *trunk,
					  tw_error *err);

/* flags of tw_trunk_way */
#define TW_WAY_ELSEWHERE 1u  /* `uri` by itself may lead elsewhere (a name, or
				a proxy stands before it): keep to `host` */
#define TW_WAY_FLOW      2u  /* its registrar keeps flows (RFC 5626): the
				Contact of a request that begins a dialog has
				the URI parameter `ob` (section 4.3), so that
				what follows comes by this flow */

/** Where a request of a trunk is sent. */
typedef struct tw_trunk_way {
	uint32_t size;
	uint32_t flags;             /* TW_WAY_ */
	uint32_t transport;         /* TW_TRANSPORT_ */
	uint32_t port;
	char host[64];              /* IP address of the target */
	char server_name[256];      /* as tw_registration_server_name() */
	char uri[320];              /* of the registrar that it serves:
				       "sip:carrier.test;transport=tls". A
				       Request-URI has a user before the host
				       and nothing else that differs */
} tw_trunk_way;
#define TW_TRUNK_WAY_INIT { sizeof(tw_trunk_way), 0, 0, 0, "", "", "" }

/**
 * Send calls there, not where a look-up of `uri` leads: another target of the
 * same name may know nothing of the binding. It is the target that holds it,
 * or is tried now.
 *
 * @return TW_OK, TW_ENOTFOUND (a name that was not looked up yet), TW_EINVAL
 */
TW_EXTERN(tw_status) tw_registration_way(tw_trunk_way *out,
	const tw_registration *registration, tw_error *err);
TW_EXTERN(tw_status) tw_trunk_way_get(tw_trunk_way *out,
	const tw_trunk *trunk, tw_error *err);

/** Value of the Route header of out-of-dialog requests: `outbound_proxy`, as
 * its REGISTERs name it, then the Service-Route.
 * @param out  new; tw_free() it
 * @return TW_OK, TW_ENOTFOUND (they need none), TW_ENOMEM (as above) */
TW_EXTERN(tw_status) tw_registration_route_set(char **out,
	const tw_registration *registration, tw_error *err);
TW_EXTERN(tw_status) tw_trunk_route_set(char **out, const tw_trunk *trunk,
					tw_error *err);

TW_END_DECLS

#endif
