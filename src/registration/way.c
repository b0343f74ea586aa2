/**
 * @file src/registration/way.c  Where requests of a trunk are sent
 *
 * Decides what a host needs to send calls to the very target that holds the
 * binding: a fresh look-up of the registrar's name may lead to another one,
 * which knows nothing of us. It refuses to know how the host sends.
 */
#include <stdio.h>
#include <string.h>
#include <trunkwise/binding.h>
#include "machine.h"
#include "words.h"

/* The registrar, and not the proxy before it. */
static void write_uri(char *out, size_t size, const tw_registration *reg)
{
	static const char *const param[] = { "", ";transport=udp",
		";transport=tcp", ";transport=tls" };
	const struct tw_trunk_config *config = &reg->config;
	const struct tw_hop *hop = &config->hop[reg->targets.current->hop];
	char port[16] = "";

	if (config->route) {
		(void)snprintf(out, size, "%s",
			tw__reach_identity(reg)->request_uri);
		return;
	}
	if (hop->port)
		(void)snprintf(port, sizeof(port), ":%u", hop->port);
	(void)snprintf(out, size, "sip:%s%s%s", hop->wire, port,
		hop->transport_given ? param[hop->transport] : "");
}

tw_status tw_registration_way(tw_trunk_way *out, const tw_registration *reg,
			      tw_error *err)
{
	const struct tw_target *target;
	tw_trunk_way way = TW_TRUNK_WAY_INIT;

	if (!out || out->size < sizeof(out->size) || !reg)
		return tw__fail(err, TW_EINVAL, "an argument is NULL or "
			"out->size is not set; use TW_TRUNK_WAY_INIT");
	target = reg->targets.current;
	if (!target)
		return tw__fail(err, TW_ENOTFOUND, "the registrar's name was "
			"not looked up yet");
	way.transport = target->at.transport;
	way.port = target->at.port;
	if (reg->config.route || !reg->config.hop[target->hop].numeric)
		way.flags |= TW_WAY_ELSEWHERE;
	if (reg->expires_at && reg->flow.outbound == TW_OUTBOUND_YES)
		way.flags |= TW_WAY_FLOW;
	(void)snprintf(way.host, sizeof(way.host), "%s", target->at.host);
	(void)snprintf(way.server_name, sizeof(way.server_name), "%s",
		tw_registration_server_name(reg));
	write_uri(way.uri, sizeof(way.uri), reg);
	tw__hand_out(out, &way, sizeof(way));
	return TW_OK;
}

tw_status tw_registration_route_set(char **out, const tw_registration *reg,
				    tw_error *err)
{
	const char *proxy, *service;
	struct tw_buf text;
	tw_status status;
	char *made;

	if (!out || !reg)
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	status = reg->expires_at ? tw__routes_kept(&reg->routes, err) : TW_OK;
	if (status)
		return status;
	proxy = reg->config.route;
	service = reg->expires_at ? reg->routes.service : NULL;
	if (!proxy && !service)
		return tw__fail(err, TW_ENOTFOUND, "it needs no Route");
	tw__buf_init(&text);
	(void)tw__buf_printf(&text, "%s%s%s", proxy ? proxy : "",
		proxy && service ? ", " : "", service ? service : "");
	made = tw__buf_take(&text);
	tw__buf_free(&text);
	if (!made)
		return tw__fail_oom(err);
	*out = made;
	return TW_OK;
}
