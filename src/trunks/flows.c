/**
 * @file src/trunks/flows.c  Several flows of one trunk of a set
 *
 * Decides how the flows of a trunk (RFC 5626) are wired: each has the parts of
 * a trunk that a registration needs (target, connection, question to DNS,
 * place in the heap), and the first of them is the trunk that its host knows.
 * Which of them run, and what the trunk is, the pure tw_flows decides.
 */
#include <stddef.h>
#include <string.h>
#include <trunkwise/sys/alloc.h>
#include "set.h"

tw_trunk *tw__trunk_lead(const tw_trunk *flow)
{
	return flow->leader ? flow->leader : (tw_trunk *)flow;
}

tw_trunk *tw__trunk_flow(const tw_trunk *trunk, uint32_t index)
{
	if (!index)
		return (tw_trunk *)trunk;
	return index <= trunk->mate_count ? trunk->mates[index - 1] : NULL;
}

tw_trunk *tw__trunk_speaker(const tw_trunk *trunk)
{
	return tw__trunk_flow(trunk, tw_flows_speaker(trunk->flows));
}

tw_status tw__trunk_register(tw_trunk *trunk,
			     const tw_trunk_options *options, tw_error *err)
{
	const tw_random *random = trunk->set->random;
	tw_status status;

	/* an older caller's options end before it */
	if (options->size <= offsetof(tw_trunk_options, flows) ||
	    !options->flows)
		return tw_registration_new(&trunk->registration, options,
			random, err);
	status = tw_flows_new(&trunk->flows, options, random, err);
	if (!status)
		trunk->registration = tw_flows_at(trunk->flows, 0);
	return status;
}

static tw_status add_mate(tw_trunk *trunk, tw_registration *registration,
			  tw_error *err)
{
	tw_trunk *mate = tw_calloc(1, sizeof(*mate));

	if (!mate)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	trunk->mates[trunk->mate_count++] = mate;
	mate->set = trunk->set;
	mate->leader = trunk;
	mate->registration = registration;
	mate->state = mate->flow_state = TW_TRUNK_IDLE;
	memcpy(mate->name, trunk->name, sizeof(mate->name));
	return tw__trunk_link_flow(mate, err);
}

tw_status tw__trunk_open_flows(tw_trunk *trunk,
			       const tw_trunk_options *options,
			       tw_error *err)
{
	const uint32_t count = tw_flows_count(trunk->flows);
	tw_status status = TW_OK;

	if (!count)
		return TW_OK;
	trunk->mates = tw_calloc(count, sizeof(tw_trunk *));
	if (options->instance)
		trunk->instance = tw_strdup(options->instance);
	if (!trunk->mates || (options->instance && !trunk->instance))
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	for (uint32_t i = 1; !status && i < count; i++)
		status = add_mate(trunk, tw_flows_at(trunk->flows, i), err);
	return status;
}

void tw__trunk_unregister_all(tw_trunk *trunk)
{
	for (uint32_t i = 0; i < trunk->mate_count; i++) {
		tw_trunk *mate = trunk->mates[i];

		tw__trunk_unlink(mate);
		tw__dns_cancel(mate->query);
		tw__trunk_unkeep(mate);
		tw__sip_peer_free(mate->peer);
		tw_free(mate);
	}
	tw_free(trunk->mates);
	tw_free(trunk->instance);
	if (trunk->flows)
		tw_flows_free(trunk->flows);
	else
		tw_registration_free(trunk->registration);
}

bool tw__trunk_same_instance(const tw_trunk *trunk,
			     const tw_trunk_options *options)
{
	return trunk->instance &&
		options->size > offsetof(tw_trunk_options, instance) &&
		options->instance &&
		!strcmp(trunk->instance, options->instance);
}

/* ---- orders ---- */

tw_status tw__trunk_order(tw_trunk *trunk, enum tw_order order, tw_error *err)
{
	static tw_status (*const one[])(tw_registration *registration,
		int64_t now_us, tw_error *err) = { tw_registration_start,
		tw_registration_stop, tw_registration_forget };
	static tw_status (*const all[])(tw_flows *flows, int64_t now_us,
		tw_error *err) = { tw_flows_start, tw_flows_stop,
		tw_flows_forget };
	int64_t now_us = tw__trunks_now(trunk->set);

	return trunk->flows ? all[order](trunk->flows, now_us, err) :
		one[order](trunk->registration, now_us, err);
}

tw_status tw__trunk_change(uint32_t *out_change, tw_trunk *trunk,
			   const tw_trunk_options *options, tw_error *err)
{
	int64_t now_us = tw__trunks_now(trunk->set);

	return trunk->flows ? tw_flows_update(out_change, trunk->flows,
			options, now_us, err) :
		tw_registration_update(out_change, trunk->registration,
			options, now_us, err);
}

bool tw__trunk_is_pending(const tw_trunk *trunk)
{
	for (uint32_t i = 0; i <= trunk->mate_count; i++)
		if (tw_registration_is_pending(
				tw__trunk_flow(trunk, i)->registration))
			return true;
	return false;
}

tw_status tw__trunk_status(tw_trunk_status *out, const tw_trunk *trunk,
			   tw_error *err)
{
	return trunk && trunk->flows ?
		tw_flows_status(out, trunk->flows, err) :
		tw_registration_status(out, trunk ? trunk->registration :
			NULL, err);
}

tw_status tw_trunk_flow_get(tw_trunk_status *out, const tw_trunk *trunk,
			    uint32_t index, tw_error *err)
{
	tw_trunk_status whole = TW_TRUNK_STATUS_INIT;
	const tw_trunk *flow;
	tw_status status;

	if (!trunk)
		return tw__sip_fail(err, TW_EINVAL, "", "trunk is NULL");
	if (tw__trunks_far(trunk->set))
		return tw__far_flow_get(out, trunk, index, err);
	if (!trunk->flows && index)
		return TW_ITER_END;
	flow = tw__trunk_flow(trunk, index);
	if (!flow)
		return TW_ITER_END;
	status = tw_registration_status(out, flow->registration, err);
	/* how many of them is a matter of the trunk */
	if (!status && trunk->flows && out->size >=
	    offsetof(tw_trunk_status, flows_registered) + sizeof(uint32_t) &&
	    !tw_flows_status(&whole, trunk->flows, NULL))
		out->flows_registered = whole.flows_registered;
	return status;
}

/* ---- what comes of a step ---- */

/* What the flows tell as one trunk. */
static bool tell(tw_trunk *trunk)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	bool events = false;

	while (!tw_flows_next_event(&event, trunk->flows, NULL)) {
		trunk->state = event.state_new;
		if (trunk->retired)
			continue;
		event.health_old = event.health_new = trunk->health;
		tw__trunk_queue_event(trunk, &event);
		events = true;
	}
	return events;
}

bool tw__trunk_follow_flows(tw_trunk *trunk)
{
	int64_t now_us = tw__trunks_now(trunk->set);
	uint32_t moved;

	do {
		moved = tw_flows_follow(trunk->flows, now_us);
		for (uint32_t i = 0; i <= trunk->mate_count; i++)
			if (moved >> i & 1)
				tw__trunk_carry_out(tw__trunk_flow(trunk,
					i));
	} while (moved);
	return tell(trunk);
}
