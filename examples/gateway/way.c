/**
 * @file way.c  Where a call of a trunk is sent
 *
 * The library says which target holds the binding and which routes its
 * registrar wants. libre looks up the first route for its next hop, or the
 * Request-URI where there is none, so the first of them has to be that very
 * target as an address: another one of the same name may know nothing of us.
 * Knows nothing of who calls.
 */
#include <string.h>
#include <trunkwise/binding.h>
#include <trunkwise/sys/alloc.h>
#include "gw.h"


/* "sip:NUMBER@" before the host of an address. */
int way_uri(char *buf, size_t size, const char *uri, const char *number)
{
	const char *plus = str_len(number) > 6 ? "+" : "";
	const char *at = strchr(uri, '@');
	const char *host = at ? at + 1 : uri + 4;

	if (strncmp(uri, "sip:", 4))
		return EINVAL;

	return re_snprintf(buf, size, "sip:%s%s@%s", plus, number, host) < 0
		? EOVERFLOW : 0;
}


static char *next_route(struct way *way)
{
	char *route;

	if (way->count == GW_ROUTES)
		return NULL;
	route = way->route[way->count];
	way->routes[way->count++] = route;

	return route;
}


struct params {
	char *text;
	size_t size;
	bool transport;            /* kept */
};


/* libre writes ";lr" itself. */
static int param_handler(const struct pl *name, const struct pl *val,
			 void *arg)
{
	struct params *params = arg;
	const size_t l = str_len(params->text);

	if (!pl_strcasecmp(name, "lr") ||
	    (!params->transport && !pl_strcasecmp(name, "transport")))
		return 0;

	return re_snprintf(params->text + l, params->size - l, ";%r%s%r",
			   name, pl_isset(val) ? "=" : "", val) < 0
		? EOVERFLOW : 0;
}


static const char *transport_of(const tw_trunk_way *target)
{
	return target->transport == TW_TRANSPORT_TLS ? ";transport=tls"
		: target->transport == TW_TRANSPORT_TCP ? ";transport=tcp"
		: "";
}


/* uri NULL: the target and nothing else. */
static int add_target(struct way *way, const tw_trunk_way *target,
		      const struct uri *uri)
{
	char text[GW_URI] = "";
	struct params params = { text, sizeof(text), false };
	char *route = next_route(way);
	const bool v6 = strchr(target->host, ':');

	if (!route || (uri && uri_params_apply(&uri->params, param_handler,
					       &params)))
		return EOVERFLOW;

	return re_snprintf(route, GW_URI, "sip:%r%s%s%s%s:%u%s%s",
			   uri ? &uri->user : &pl_null,
			   uri && pl_isset(&uri->user) ? "@" : "",
			   v6 ? "[" : "", target->host, v6 ? "]" : "",
			   target->port, transport_of(target), text) < 0
		? EOVERFLOW : 0;
}


static int add_uri(struct way *way, const struct uri *uri)
{
	char text[GW_URI] = "";
	struct params params = { text, sizeof(text), true };
	char *route = next_route(way);
	char port[8] = "";

	if (!route || uri_params_apply(&uri->params, param_handler, &params))
		return EOVERFLOW;
	if (uri->port)
		(void)re_snprintf(port, sizeof(port), ":%u", uri->port);

	return re_snprintf(route, GW_URI, "%r:%r%s%s%r%s%s%s", &uri->scheme,
			   &uri->user, pl_isset(&uri->user) ? "@" : "",
			   uri->af == AF_INET6 ? "[" : "", &uri->host,
			   uri->af == AF_INET6 ? "]" : "", port, text) < 0
		? EOVERFLOW : 0;
}


static bool leads_to(const struct uri *uri, const tw_trunk_way *target)
{
	return (!pl_strcasecmp(&uri->host, target->host) ||
		!pl_strcasecmp(&uri->host, target->server_name)) &&
		(!uri->port || uri->port == target->port);
}


/* A first route to somewhere else is followed (RFC 3608 section 5); not over
 * TLS, where nobody but the target has proved who he is. */
static int add_routes(struct way *way, const tw_trunk_way *target,
		      const char *text)
{
	const char *p = text, *end;
	int err = 0;

	while (!err && p && (p = strchr(p, '<')) && (end = strchr(p, '>'))) {
		const struct pl pl = { p + 1, (size_t)(end - p - 1) };
		struct uri uri;

		err = uri_decode(&uri, &pl);
		if (!err && !way->count && leads_to(&uri, target)) {
			err = add_target(way, target, &uri);
		}
		else if (!err) {
			if (!way->count &&
			    target->transport == TW_TRANSPORT_TLS)
				err = add_target(way, target, NULL);
			if (!err)
				err = add_uri(way, &uri);
		}
		p = end;
	}

	return err;
}


int way_find(struct way *way, const struct trunk *trunk, const char *number)
{
	tw_trunk_way target = TW_TRUNK_WAY_INIT;
	char *routes = NULL;
	int err;

	way->count = 0;
	way->contact = "gw";
	if (tw_trunk_way_get(&target, trunk->trunk, NULL))
		return EHOSTUNREACH;
	way->sip = tw_trunk_sip(trunk->trunk);
	if (target.flags & TW_WAY_FLOW)
		way->contact = "gw;ob";
	err = way_uri(way->uri, sizeof(way->uri), target.uri, number);
	if (!err && !tw_trunk_route_set(&routes, trunk->trunk, NULL))
		err = add_routes(way, &target, routes);
	else if (!err && target.flags & TW_WAY_ELSEWHERE)
		err = add_target(way, &target, NULL);
	tw_free(routes);

	return err;
}
