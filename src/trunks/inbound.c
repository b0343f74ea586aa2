/**
 * @file src/trunks/inbound.c  Which trunk of a set a request came by
 *
 * Decides which trunks are asked; the rule is the pure tw_inbound_find().
 */
#include <stddef.h>
#include <string.h>
#include <trunkwise/inbound.h>
#include <trunkwise/sys/alloc.h>
#include "set.h"

/* Takes over the text; an empty one is none. */
static tw_status take_text(bool *changed, char **at, const char *text,
			   tw_error *err)
{
	char *made = NULL;

	if (text && !*text)
		text = NULL;
	if (!text == !*at && (!text || !strcmp(text, *at)))
		return TW_OK;
	if (text) {
		made = tw_strdup(text);
		if (!made)
			return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	}
	tw_free(*at);
	*at = made;
	if (changed)
		*changed = true;
	return TW_OK;
}

tw_status tw__trunk_take_sources(bool *changed, tw_trunk *trunk,
				 const tw_trunk_options *options,
				 tw_error *err)
{
	tw_status status = TW_OK;

	/* an older caller has neither */
	if (options->size > offsetof(tw_trunk_options, peers))
		status = take_text(changed, &trunk->peers, options->peers,
			err);
	if (!status && options->size > offsetof(tw_trunk_options, carrier))
		status = take_text(changed, &trunk->carrier,
			options->carrier, err);
	return status;
}

/* The flow that it came by, if it came by one of this trunk's; a trunk is
 * asked once, for two of its flows are no two trunks. */
static const tw_trunk *likely(const tw_trunk *trunk,
			      const tw_inbound_request *request)
{
	const tw_trunk *best = tw__trunk_speaker(trunk);

	for (uint32_t i = 0; request->host && i <= trunk->mate_count; i++) {
		const tw_trunk *flow = tw__trunk_flow(trunk, i);
		const char *host;
		uint32_t number;

		if (flow->flow_state != TW_TRUNK_REGISTERED ||
		    tw_registration_target(&host, &number, NULL,
			flow->registration, NULL) ||
		    strcmp(host, request->host))
			continue;
		best = flow;
		if (number == request->port)
			break;
	}
	return best;
}

static void describe(tw_inbound_trunk *out, const tw_trunk *trunk,
		     const tw_inbound_request *request)
{
	static const tw_inbound_trunk fresh = TW_INBOUND_TRUNK_INIT;
	const tw_trunk *flow = likely(trunk, request);

	*out = fresh;
	out->name = trunk->name;
	out->contact_user = trunk->contact_user;
	out->peers = trunk->peers;
	out->carrier = trunk->carrier;
	(void)tw_registration_target(&out->host, &out->port, &out->transport,
		flow->registration, NULL);
	/* a flow is what a registration opened */
	if (trunk->state != TW_TRUNK_REGISTERED)
		out->transport = 0;
}

tw_status tw_trunks_inbound(tw_inbound_match *out, tw_trunks *set,
			    const tw_inbound_request *request, tw_error *err)
{
	tw_inbound_trunk one, *all = &one;
	tw_trunk *trunk = NULL;
	size_t count = 0;
	tw_status status;

	if (!out || !set || !request)
		return tw__sip_fail(err, TW_EINVAL, "",
			"an argument is NULL");
	if (tw__trunks_far(set))
		return tw__far_inbound(out, set, request, err);
	if (request->size == sizeof(*request) && request->user)
		trunk = tw__index_find(&set->contacts, request->user,
			strlen(request->user));
	if (trunk) {
		describe(&one, trunk, request);
		return tw_inbound_find(out, &one, 1, request, err);
	}
	for (trunk = set->trunks; trunk; trunk = trunk->next)
		count += !trunk->retired;
	all = tw_calloc(count + 1, sizeof(*all));
	if (!all)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	count = 0;
	for (trunk = set->trunks; trunk; trunk = trunk->next)
		if (!trunk->retired)
			describe(&all[count++], trunk, request);
	status = tw_inbound_find(out, all, count, request, err);
	tw_free(all);
	return status;
}
