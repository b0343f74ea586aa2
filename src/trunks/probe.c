/**
 * @file src/trunks/probe.c  Targets that a trunk left because of OPTIONS
 *
 * Decides how a verdict of OPTIONS gets to the registration, and how a target
 * that it left is asked again: by OPTIONS of their own, one target of a trunk
 * at a time, beside those to the target that serves. When, and what comes of
 * it, the pure machine says.
 */
#include <string.h>
#include <trunkwise/sys/alloc.h>
#include "set.h"

bool tw__trunk_heed(tw_trunk *trunk, uint32_t verdict)
{
	tw_trunk *flow = tw__trunk_speaker(trunk);
	bool events;

	(void)tw_registration_set_health(flow->registration, verdict,
		tw__trunks_now(trunk->set), NULL);
	events = tw__trunk_carry_out(flow);
	if (trunk->flows)
		events |= tw__trunk_follow_flows(trunk);
	return events;
}

void tw__trunk_probe_close(tw_trunk *trunk)
{
	struct tw_probe *probe = trunk->probe;

	if (!probe)
		return;
	if (probe->by_call_id.owner)
		tw__index_remove(&trunk->set->call_ids, &probe->by_call_id);
	tw_qualify_free(probe->qualify);
	tw__sip_peer_free(probe->peer);
	tw_free(probe);
	trunk->probe = NULL;
}

static tw_status aim(struct tw_probe *probe, tw_trunk *trunk,
		     const tw_registration_action *target, int64_t now_us)
{
	struct tw_index *index = &trunk->set->call_ids;
	char host[64];
	uint32_t number;
	tw_status status;

	status = tw__trunk_peer(&probe->peer, trunk, target, NULL);
	if (!status)
		status = tw__sip_local(host, sizeof(host), &number,
			probe->peer, NULL);
	if (!status)
		status = tw_qualify_new_like(&probe->qualify, trunk->qualify,
			NULL);
	if (!status)
		status = tw_qualify_set_local(probe->qualify, host, number,
			NULL);
	if (!status)
		status = tw_qualify_set_target(probe->qualify, target->host,
			target->port, target->transport, now_us, NULL);
	if (!status)
		status = tw_qualify_start(probe->qualify, now_us, NULL);
	if (status)
		return status;
	probe->by_call_id.text = tw_qualify_call_id(probe->qualify);
	status = tw__index_add(index, &probe->by_call_id);
	if (!status)
		probe->by_call_id.owner = trunk;
	return status;
}

static void tell(tw_trunk *flow, const char *host, uint32_t port,
		 uint32_t transport, bool alive)
{
	(void)tw_registration_probed(flow->registration, host, port,
		transport, alive, tw__trunks_now(flow->set), NULL);
}

/* Who cannot be asked is not there. */
static void open_probe(tw_trunk *trunk, tw_trunk *flow,
		       const tw_registration_action *target, int64_t now_us)
{
	struct tw_probe *probe = tw_calloc(1, sizeof(*probe));

	trunk->probe = probe;
	if (probe && strlen(target->host) < sizeof(probe->host) &&
	    !aim(probe, trunk, target, now_us)) {
		probe->flow = flow;
		probe->port = target->port;
		probe->transport = target->transport;
		memcpy(probe->host, target->host, strlen(target->host) + 1);
		return;
	}
	tw__trunk_probe_close(trunk);
	tell(flow, target->host, target->port, target->transport, false);
}

void tw__trunk_probe_tick(tw_trunk *trunk, int64_t now_us)
{
	tw_registration_action target = TW_REGISTRATION_ACTION_INIT;

	if (!trunk->qualify || trunk->state != TW_TRUNK_REGISTERED) {
		tw__trunk_probe_close(trunk);
		return;
	}
	if (trunk->probe) {
		(void)tw_qualify_tick(trunk->probe->qualify, now_us, NULL);
		return;
	}
	for (uint32_t i = 0; !trunk->probe && i <= trunk->mate_count; i++) {
		tw_trunk *flow = tw__trunk_flow(trunk, i);

		if (!tw_registration_next_probe(&target, flow->registration,
				now_us, NULL))
			open_probe(trunk, flow, &target, now_us);
	}
}

void tw__trunk_probe_drain(tw_trunk *trunk)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	struct tw_probe *probe = trunk->probe;
	uint32_t verdict = TW_HEALTH_UNKNOWN;

	while (probe && !tw_qualify_next(&action, probe->qualify, NULL)) {
		if (action.kind == TW_ACTION_EVENT)
			verdict = action.event.health_new;
		else if (!tw__trunk_send_by(trunk, probe->peer, &action))
			(void)tw_qualify_send_failed(probe->qualify,
				tw__trunks_now(trunk->set), NULL);
	}
	if (verdict == TW_HEALTH_UNKNOWN)
		return;
	tell(probe->flow, probe->host, probe->port, probe->transport,
		verdict != TW_HEALTH_DOWN);
	tw__trunk_probe_close(trunk);
}

int64_t tw__trunk_probe_at(const tw_trunk *trunk)
{
	int64_t at = INT64_MAX;

	if (!trunk->qualify || trunk->state != TW_TRUNK_REGISTERED)
		return at;
	if (trunk->probe)
		return tw_qualify_deadline(trunk->probe->qualify);
	for (uint32_t i = 0; i <= trunk->mate_count; i++) {
		int64_t own = tw_registration_probe_at(
			tw__trunk_flow(trunk, i)->registration);

		at = own < at ? own : at;
	}
	return at;
}
