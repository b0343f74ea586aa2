/**
 * @file src/trunks/trunk.c  One trunk of a set
 *
 * Decides how a registration machine is wired to the wire and to its set.
 * It refuses to know SIP: bytes go through src/sip, rules are the machine's.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <trunkwise/sys/alloc.h>
#include "set.h"

void tw__trunk_unlink(tw_trunk *trunk)
{
	tw_trunks *set = trunk->set;

	if (trunk->by_name.owner)
		tw__index_remove(&set->names, &trunk->by_name);
	if (trunk->by_call_id.owner)
		tw__index_remove(&set->call_ids, &trunk->by_call_id);
	if (trunk->by_qualify.owner)
		tw__index_remove(&set->call_ids, &trunk->by_qualify);
	if (trunk->by_contact.owner)
		tw__index_remove(&set->contacts, &trunk->by_contact);
	if (trunk->due.owner)
		tw__heap_remove(&set->due, &trunk->due);
	for (size_t i = 0; i < TW_TRUNK_EVENTS_MAX; i++)
		if (trunk->slot[i])
			tw__slot_take(trunk->slot[i]);
	set->pending -= trunk->pending;
}

static void enlist(tw_trunk *trunk)
{
	tw_trunks *set = trunk->set;

	trunk->next = set->trunks;
	if (set->trunks)
		set->trunks->prev = trunk;
	set->trunks = trunk;
}

static void delist(tw_trunk *trunk)
{
	if (trunk->next)
		trunk->next->prev = trunk->prev;
	*(trunk->prev ? &trunk->prev->next : &trunk->set->trunks) =
		trunk->next;
}

void tw__trunk_destroy(tw_trunk *trunk)
{
	delist(trunk);
	tw__trunk_probe_close(trunk);
	tw__trunk_unlink(trunk);
	tw_qualify_free(trunk->qualify);
	tw__dns_cancel(trunk->query);
	tw__trunk_unregister_all(trunk);
	tw__trunk_unkeep(trunk);
	tw__sip_peer_free(trunk->peer);
	tw__sip_papers_free(trunk->papers);
	tw_free(trunk->peers);
	tw_free(trunk->carrier);
	tw_free(trunk);
}

tw_status tw__trunk_local(char *host, size_t size, uint32_t *number,
			  const tw_trunk *flow, tw_error *err)
{
	const tw_trunks *set = flow->set;
	uint32_t transport = 0;
	tw_status status = tw__sip_local(host, size, number, flow->peer, err);

	(void)tw_registration_target(NULL, NULL, &transport,
		flow->registration, NULL);
	if (!status && set->local_host)
		(void)snprintf(host, size, "%s", set->local_host);
	/* each TLS identity has a port of its own, where it is known by it */
	if (set->local_port && transport != TW_TRANSPORT_TLS)
		*number = set->local_port;
	return status;
}

static tw_status set_local(tw_trunk *trunk, tw_error *err)
{
	char host[256];
	uint32_t number;
	tw_status status = tw__trunk_local(host, sizeof(host), &number, trunk,
		err);

	if (status)
		return status;
	/* of a trunk with flows when it is asked: another may speak for it */
	if (tw__trunk_lead(trunk)->asked == trunk)
		tw__trunk_lead(trunk)->asked = NULL;
	status = tw_registration_set_local(trunk->registration, host, number,
		err);
	if (!status && trunk->qualify && !trunk->flows)
		status = tw_qualify_set_local(trunk->qualify, host, number,
			err);
	return status;
}

tw_status tw__trunk_peer(struct tw_sip_peer **out, tw_trunk *trunk,
			 const tw_registration_action *target, tw_error *err)
{
	if (target->transport == TW_TRANSPORT_TLS)
		return tw__trunk_tls_peer(out, trunk, target, err);
	return tw__sip_peer_new(out, trunk->set->port, target->host,
		target->port, target->transport, err);
}

/* From here on the trunk speaks to this target and to no other. */
tw_status tw__trunk_set_target(tw_trunk *trunk,
			       const tw_registration_action *target,
			       tw_error *err)
{
	struct tw_sip_peer *peer;
	tw_status status = tw__trunk_peer(&peer, trunk, target, err);

	if (status)
		return status;
	tw__trunk_unkeep(trunk);
	tw__sip_peer_free(trunk->peer);
	trunk->peer = peer;
	return set_local(trunk, err);
}

tw_status tw__trunk_set_present(tw_trunk *trunk, tw_error *err)
{
	tw_registration_action target = TW_REGISTRATION_ACTION_INIT;
	tw_status status = tw_registration_target(&target.host, &target.port,
		&target.transport, trunk->registration, err);

	target.server_name = tw_registration_server_name(
		trunk->registration);
	return status ? status : tw__trunk_set_target(trunk, &target, err);
}

static tw_status add(struct tw_index *index, struct tw_index_node *node,
		     const char *text, tw_trunk *trunk)
{
	node->text = text;
	if (tw__index_add(index, node))
		return TW_ENOMEM;
	node->owner = trunk;
	return TW_OK;
}

tw_status tw__trunk_link_flow(tw_trunk *flow, tw_error *err)
{
	tw_trunks *set = flow->set;

	flow->due.at = INT64_MAX;
	if (add(&set->call_ids, &flow->by_call_id,
		tw_registration_call_id(flow->registration), flow) ||
	    tw__heap_add(&set->due, &flow->due))
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	flow->due.owner = flow;
	return TW_OK;
}

static tw_status link_all(tw_trunk *trunk, tw_error *err)
{
	tw_trunks *set = trunk->set;

	if (add(&set->names, &trunk->by_name, trunk->name, trunk) ||
	    (trunk->qualify && add(&set->call_ids, &trunk->by_qualify,
		tw_qualify_call_id(trunk->qualify), trunk)) ||
	    add(&set->contacts, &trunk->by_contact, trunk->contact_user,
		trunk))
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	return tw__trunk_link_flow(trunk, err);
}

static tw_status check_unique(const tw_trunk *trunk, tw_error *err)
{
	const tw_trunks *set = trunk->set;

	if (tw__index_find(&set->names, trunk->name, strlen(trunk->name)))
		return tw__sip_fail(err, TW_EEXIST, "name",
			"a trunk \"%s\" is in the set already", trunk->name);
	if (tw__index_find(&set->contacts, trunk->contact_user,
			   strlen(trunk->contact_user)))
		return tw__sip_fail(err, TW_EEXIST, "contact_user",
			"another trunk has this Contact, so that calls could "
			"not be told apart; leave it out for a random one");
	return TW_OK;
}

/* What one registration of the trunk has from its set. */
static tw_status join_set(tw_trunk *flow, const char *registrar,
			  tw_error *err)
{
	tw_meter *meter;
	tw_status status = tw_registration_set_pace(flow->registration,
		flow->set->pace, flow, err);

	if (!status)
		status = tw__meters_for(&meter, &flow->set->meters, registrar,
			err);
	if (!status)
		status = tw_registration_set_meter(flow->registration, meter,
			err);
	return status ? status : tw_registration_set_mask(flow->registration,
		flow->set->trace.mask, err);
}

static tw_status build(tw_trunk *trunk, const tw_trunk_options *options,
		       tw_error *err)
{
	tw_trunk_status now = TW_TRUNK_STATUS_INIT;
	tw_status status;

	status = tw__trunk_register(trunk, options, err);
	if (status)
		return status;
	(void)tw_registration_status(&now, trunk->registration, NULL);
	memcpy(trunk->name, options->name, strlen(options->name) + 1);
	memcpy(trunk->contact_user, now.contact_user,
		sizeof(trunk->contact_user));
	status = check_unique(trunk, err);
	if (!status)
		status = tw__trunk_take_sources(NULL, trunk, options, err);
	if (!status)
		status = tw__trunk_qualify_open(trunk, options, err);
	if (!status)
		status = tw__trunk_papers_open(trunk, options, err);
	/* of a name no address is known yet */
	if (!status && now.target[0])
		status = tw__trunk_set_present(trunk, err);
	if (!status)
		status = link_all(trunk, err);
	if (!status)
		status = tw__trunk_open_flows(trunk, options, err);
	for (uint32_t i = 0; !status && i <= trunk->mate_count; i++)
		status = join_set(tw__trunk_flow(trunk, i),
			options->registrar, err);
	return status;
}

tw_status tw_trunk_new(tw_trunk **out, tw_trunks *set,
		       const tw_trunk_options *options, tw_error *err)
{
	tw_trunk *trunk;
	tw_status status;

	if (!out || !set)
		return tw__sip_fail(err, TW_EINVAL, "",
			"an argument is NULL");
	if (tw__trunks_far(set))
		return tw__far_new(out, set, options, err);
	status = tw__trunks_enter(set, err);
	if (status)
		return status;
	trunk = tw_calloc(1, sizeof(*trunk));
	if (!trunk)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	trunk->set = set;
	trunk->state = trunk->flow_state = TW_TRUNK_IDLE;
	enlist(trunk);
	status = build(trunk, options, err);
	if (status) {
		tw__trunk_destroy(trunk);
		return status;
	}
	set->refs++;
	*out = trunk;
	return TW_OK;
}

void tw_trunk_free(tw_trunk *trunk)
{
	tw_trunks *set;

	if (!trunk)
		return;
	if (tw__trunks_far(trunk->set)) {
		tw__far_free(trunk);
		return;
	}
	set = trunk->set;
	tw__trunk_destroy(trunk);
	tw__trunks_unref(set);
}

/* NULL: all are unread, or no memory. */
static struct tw_trunk_slot *new_slot(tw_trunk *trunk)
{
	for (size_t i = 0; i < TW_TRUNK_EVENTS_MAX; i++)
		if (!trunk->slot[i])
			return trunk->slot[i] = tw_calloc(1,
				sizeof(*trunk->slot[i]));
	return NULL;
}

static void merge(tw_trunk_event *into, const tw_trunk_event *event)
{
	uint32_t state_old = into->state_old, health_old = into->health_old;

	*into = *event;
	into->state_old = state_old;
	into->health_old = health_old;
}

/* When nobody reads, the newest change is merged into the trunk's last. */
void tw__trunk_queue_event(tw_trunk *trunk, const tw_trunk_event *event)
{
	tw_trunks *set = trunk->set;
	struct tw_trunk_slot *slot = new_slot(trunk);

	if (!slot && trunk->newest) {
		merge(&trunk->newest->event, event);
		return;
	}
	if (!slot) {
		/* its old state is told with what happens next */
		if (!trunk->lost)
			trunk->lost_old = event->state_old;
		trunk->lost = true;
		return;
	}
	slot->trunk = trunk;
	slot->event = *event;
	if (trunk->lost)
		slot->event.state_old = trunk->lost_old;
	trunk->lost = false;
	slot->next = NULL;
	slot->prev = set->last;
	*(set->last ? &set->last->next : &set->first) = slot;
	set->last = slot;
	trunk->newest = slot;
}

bool tw__trunk_send(tw_trunk *trunk, const tw_registration_action *action)
{
	return trunk->peer && tw__trunk_send_by(trunk, trunk->peer, action);
}

bool tw__trunk_send_by(tw_trunk *trunk, struct tw_sip_peer *peer,
		       const tw_registration_action *action)
{
	tw_trunk_trace what = TW_TRUNK_TRACE_INIT;

	if (trunk->set->trace.capacity) {
		what.direction = TW_TRACE_SENT;
		what.transport = action->transport;
		what.at = tw__trunks_now(trunk->set);
		memcpy(what.trunk, trunk->name, sizeof(what.trunk));
		tw__sip_peer_text(what.peer, sizeof(what.peer), peer);
		tw__trace_add(&trunk->set->trace, &what, action->data,
			action->data_size);
	}
	return !tw__sip_send(peer, action->data, action->data_size);
}

/* What it tells is told by flows.c, of the trunk. */
static bool is_flow(const tw_trunk *trunk)
{
	return trunk->flows || trunk->leader;
}

/* One thing that the machine wants done. False: it cannot be done. */
static bool act(tw_trunk *trunk, tw_registration_action *action)
{
	switch (action->kind) {
	case TW_ACTION_SEND:
		return tw__trunk_send(trunk, action);
	case TW_ACTION_TARGET:
		return !tw__trunk_set_target(trunk, action, NULL);
	case TW_ACTION_QUERY:
		tw__trunk_ask(trunk, action);
		return true;
	case TW_ACTION_EVENT:
		trunk->flow_state = action->event.state_new;
		if (is_flow(trunk))
			return true;
		trunk->state = action->event.state_new;
		if (trunk->retired)
			return true;
		action->event.health_old = trunk->health;
		action->event.health_new = trunk->health;
		tw__trunk_queue_event(trunk, &action->event);
		return true;
	default:
		return true;
	}
}

bool tw__trunk_carry_out(tw_trunk *flow)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	bool events = false;

	flow->draining = true;
	while (!tw_registration_next(&action, flow->registration, NULL)) {
		if (!act(flow, &action))
			(void)tw_registration_send_failed(flow->registration,
				tw__trunks_now(flow->set), NULL);
		events |= action.kind == TW_ACTION_EVENT && !is_flow(flow);
	}
	flow->draining = false;
	tw__trunk_keep(flow);
	return events;
}

/* When it wants to be called, and what it waits for. */
static void plan(tw_trunk *flow)
{
	tw_trunks *set = flow->set;
	uint32_t pending;
	int64_t at, other;

	pending = (uint32_t)tw_registration_is_pending(flow->registration) +
		(uint32_t)tw_qualify_is_pending(flow->qualify) +
		(uint32_t)(flow->probe && tw_qualify_is_pending(
			flow->probe->qualify));
	set->pending = set->pending - flow->pending + pending;
	flow->pending = pending;
	at = tw_registration_deadline(flow->registration);
	other = tw_qualify_deadline(flow->qualify);
	if (other < at)
		at = other;
	other = tw__trunk_probe_at(flow);
	tw__heap_move(&set->due, &flow->due, other < at ? other : at);
}

bool tw__trunk_drain_all(tw_trunk *trunk)
{
	for (uint32_t i = 1; i <= trunk->mate_count; i++)
		(void)tw__trunk_carry_out(tw__trunk_flow(trunk, i));
	return tw__trunk_drain(trunk);
}

bool tw__trunk_drain(tw_trunk *trunk)
{
	bool events = tw__trunk_carry_out(trunk);

	trunk = tw__trunk_lead(trunk);
	if (trunk->flows)
		events |= tw__trunk_follow_flows(trunk);
	events |= tw__trunk_qualify_drain(trunk);
	tw__trunk_probe_drain(trunk);
	for (uint32_t i = 0; i <= trunk->mate_count; i++)
		plan(tw__trunk_flow(trunk, i));
	return events;
}

/* Without the lease, what is wanted waits for it. */
static tw_status command(tw_trunk *trunk, enum tw_order order, tw_error *err)
{
	tw_status status;

	if (!trunk)
		return tw__sip_fail(err, TW_EINVAL, "", "trunk is NULL");
	status = tw__trunks_enter(trunk->set, err);
	if (status)
		return status;
	trunk->wanted = order == TW_ORDER_START;
	if (trunk->wanted && !trunk->set->held)
		return TW_OK;
	status = tw__trunk_order(trunk, order, err);
	tw__trunks_leave(trunk->set, tw__trunk_drain_all(trunk));
	return status;
}

tw_status tw_trunk_start(tw_trunk *trunk, tw_error *err)
{
	if (trunk && tw__trunks_far(trunk->set))
		return tw__far_act(tw_trunk_start, trunk, err);
	return command(trunk, TW_ORDER_START, err);
}

tw_status tw_trunk_stop(tw_trunk *trunk, tw_error *err)
{
	if (trunk && tw__trunks_far(trunk->set))
		return tw__far_act(tw_trunk_stop, trunk, err);
	return command(trunk, TW_ORDER_STOP, err);
}

tw_status tw_trunk_status_get(tw_trunk_status *out, const tw_trunk *trunk,
			      tw_error *err)
{
	tw_status status;

	if (trunk && tw__trunks_far(trunk->set))
		return tw__far_status_get(out, trunk, err);
	status = tw__trunk_status(out, trunk, err);
	if (status)
		return status;
	trunk = tw__trunk_speaker(trunk);
	if (trunk->peer && out->size >= offsetof(tw_trunk_status,
			certificate_until) + sizeof(out->certificate_until))
		out->certificate_until = tw__sip_peer_until(trunk->peer);
	return status;
}

const char *tw_trunk_name(const tw_trunk *trunk)
{
	return trunk ? trunk->name : NULL;
}

tw_status tw_trunk_authorize(char **out, tw_trunk *trunk, const char *method,
			     const char *uri, const void *response,
			     size_t response_size, tw_error *err)
{
	const struct tw_far_request request = { method, uri, response,
		response_size };

	if (trunk && tw__trunks_far(trunk->set))
		return tw__far_authorize(out, trunk, &request, err);
	return tw_registration_authorize(out, trunk ?
		tw__trunk_speaker(trunk)->registration : NULL, method, uri,
		response, response_size, err);
}

struct sip *tw_trunk_sip(const tw_trunk *trunk)
{
	struct sip *lent = trunk ? tw__sip_port_sip(trunk->set->port) : NULL;

	/* a managed set's are its thread's */
	if (!lent)
		return NULL;
	trunk = tw__trunk_speaker(trunk);
	return trunk->peer ? tw__sip_peer_sip(trunk->peer) : lent;
}

tw_status tw_trunks_watch(tw_trunks *set,
			  void (*watch)(struct sip *sip, int is_there,
					void *arg), void *arg, tw_error *err)
{
	tw_status status;

	if (!set || set->loop)
		return tw__sip_fail(err, TW_EINVAL, "trunks", "is NULL, or a "
			"managed set, whose stacks are its own");
	/* a dialog may lead to a name: its Contact, a Record-Route */
	status = watch ? tw__trunks_open_dns(set, NULL, err) : TW_OK;
	if (!status)
		tw__sip_port_watch(set->port, watch, arg, set->dns);
	return status;
}

static tw_status hold(tw_trunks *set, struct sip *sip, bool hold,
		      tw_error *err)
{
	if (!set || !sip || set->loop)
		return tw__sip_fail(err, TW_EINVAL, "trunks", "or sip is "
			"NULL, or it is a managed set");
	return tw__sip_port_hold(set->port, sip, hold, err);
}

tw_status tw_trunks_hold(tw_trunks *set, struct sip *sip, tw_error *err)
{
	return hold(set, sip, true, err);
}

tw_status tw_trunks_release(tw_trunks *set, struct sip *sip, tw_error *err)
{
	return hold(set, sip, false, err);
}
