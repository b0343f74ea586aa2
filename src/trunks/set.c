/**
 * @file src/trunks/set.c  Many trunks on one SIP stack
 *
 * Decides which trunk an answer belongs to, who is due and in which order
 * events are read. It refuses to know what a registration does with them:
 * the pure machine in libtrunkwise does.
 */
#include <stddef.h>
#include <string.h>
#include <trunkwise/sys/alloc.h>
#include "set.h"

static tw_status fail(tw_error *err, const char *what)
{
	return tw__sip_fail(err, TW_EINVAL, "", "%s", what);
}

int64_t tw__trunks_now(const tw_trunks *set)
{
	return set->clock->monotonic(set->clock->arg);
}

tw_status tw__trunks_enter(const tw_trunks *set, tw_error *err)
{
	return set->calling ? fail(err, "the event callback may call "
		"tw_trunks_next_event() only; do the rest after it returned")
		: TW_OK;
}

void tw__trunks_leave(tw_trunks *set, bool events)
{
	bool host_clock = set->flags & TW_TRUNKS_HOST_CLOCK;

	if (!host_clock) {
		int64_t at = tw_trunks_deadline(set);

		tw__sip_port_wake(set->port, at == INT64_MAX ? INT64_MAX :
			at - tw__trunks_now(set));
	}
	if (!set->event || (!events && !host_clock))
		return;
	set->calling = true;
	set->event(set->arg);
	set->calling = false;
}

static tw_status run_due(tw_trunks *set, tw_error *err)
{
	int64_t now_us = tw__trunks_now(set);
	struct tw_heap_node *node;
	tw_status status = TW_OK;
	bool events = tw__trunks_check_lease(set, now_us);
	void *next;

	while ((node = tw__heap_first(&set->due)) && node->at <= now_us) {
		tw_trunk *trunk = node->owner;
		tw_status one = tw_registration_tick(trunk->registration,
			now_us, err);

		/* one trunk's trouble must not keep the others waiting */
		if (one)
			status = one;
		tw__trunk_qualify_tick(trunk, now_us);
		tw__trunk_probe_tick(trunk, now_us);
		events |= tw__trunk_drain(trunk);
		events |= tw__trunk_settle(trunk);
	}
	while (!tw_pace_next(&next, set->pace, now_us, NULL)) {
		events |= tw__trunk_drain(next);
		events |= tw__trunk_settle(next);
	}
	tw__trunks_leave(set, events);
	return status;
}

static void timer_h(void *arg)
{
	/* a lack of memory is in the trunk's event already */
	(void)run_due(arg, NULL);
}

/* trunk NULL: it is none's. */
static void trace(tw_trunks *set, const tw_trunk *trunk, uint32_t direction,
		  const struct tw_sip_response *message, bool taken)
{
	tw_trunk_trace what = TW_TRUNK_TRACE_INIT;

	if (!set->trace.capacity)
		return;
	what.direction = direction;
	what.transport = message->transport;
	what.flags = taken ? 0 : TW_TRACE_REFUSED;
	what.at = tw__trunks_now(set);
	if (trunk)
		memcpy(what.trunk, trunk->name, sizeof(what.trunk));
	tw__sip_sender_text(what.peer, sizeof(what.peer), message);
	tw__trace_add(&set->trace, &what, message->data, message->size);
}

static void answered_h(const struct tw_sip_response *answer, void *arg)
{
	trace(arg, NULL, TW_TRACE_SENT, answer, true);
}

static bool is_of(const tw_qualify *qualify,
		  const struct tw_sip_response *response)
{
	const char *call_id = tw_qualify_call_id(qualify);

	return call_id && strlen(call_id) == response->call_id_size &&
		!memcmp(call_id, response->call_id, response->call_id_size);
}

/* What a trunk sent and somebody sends back. An answer would come back too,
 * and would be taken for the registrar's. */
static const tw_trunk *echoed(const tw_trunks *set,
			      const struct tw_sip_response *request)
{
	static const char method[] = "REGISTER ", question[] = "OPTIONS ";
	const tw_trunk *trunk = request->call_id ? tw__index_find(
		&set->call_ids, request->call_id, request->call_id_size) :
		NULL;

	if (!trunk || request->size < sizeof(method))
		return NULL;
	if (!memcmp(request->data, method, sizeof(method) - 1))
		return trunk;
	return !memcmp(request->data, question, sizeof(question) - 1) &&
		(is_of(trunk->qualify, request) || (trunk->probe &&
			is_of(trunk->probe->qualify, request))) ? trunk :
		NULL;
}

static bool request_h(const struct tw_sip_response *request, void *arg)
{
	tw_trunks *set = arg;
	const tw_trunk *trunk = echoed(set, request);
	const bool taken = request->valid && !trunk;

	set->refused += !taken;
	trace(set, trunk, TW_TRACE_RECEIVED, request, taken);
	return trunk != NULL;
}

/* Who was asked: OPTIONS go to where the trunk's speaker is, or to a target
 * that it left. */
static const struct tw_sip_peer *asked(const tw_trunk *trunk,
				       const struct tw_sip_response *response)
{
	if (is_of(trunk->qualify, response))
		return tw__trunk_speaker(trunk)->peer;
	if (trunk->probe && is_of(trunk->probe->qualify, response))
		return trunk->probe->peer;
	return trunk->peer;
}

/* Which of them asked is known by the Call-ID. */
static void take(tw_trunk *trunk, const struct tw_sip_response *response)
{
	int64_t now_us = tw__trunks_now(trunk->set);

	if (tw_registration_receive(trunk->registration, response->data,
			response->size, now_us, NULL) != TW_ENOTFOUND)
		return;
	if (trunk->qualify)
		(void)tw_qualify_receive(trunk->qualify, response->data,
			response->size, now_us, NULL);
	if (trunk->probe)
		(void)tw_qualify_receive(trunk->probe->qualify,
			response->data, response->size, now_us, NULL);
}

/* A registrar whose answers are not read seems silent. */
static void tell_broken(tw_trunk *trunk, const struct tw_sip_peer *peer,
			const struct tw_sip_response *response)
{
	if (!response->valid && peer && peer == trunk->peer &&
	    !is_of(trunk->qualify, response) &&
	    tw__sip_peer_sent(peer, response))
		(void)tw_registration_receive_broken(trunk->registration,
			NULL);
}

static bool response_h(const struct tw_sip_response *response, void *arg)
{
	tw_trunks *set = arg;
	tw_trunk *trunk = tw__index_find(&set->call_ids, response->call_id,
		response->call_id_size);
	const struct tw_sip_peer *peer;
	bool taken, events;

	if (!trunk)
		return false;
	peer = asked(trunk, response);
	/* our Call-ID from a stranger's address, or malformed: taken, so that
	 * the host does not see it either, and nothing comes of it */
	taken = response->valid && peer &&
		tw__sip_peer_sent(peer, response);
	set->refused += !taken;
	trace(set, trunk, TW_TRACE_RECEIVED, response, taken);
	if (!taken) {
		tell_broken(trunk, peer, response);
		return true;
	}
	take(trunk, response);
	events = tw__trunk_drain(trunk);
	events |= tw__trunk_settle(trunk);
	tw__trunks_leave(set, events);
	return true;
}

/* No tw__import here: it is hidden in the other library. */
static tw_status read_options(tw_trunks_options *out,
			      const tw_trunks_options *in, tw_error *err)
{
	const unsigned char *bytes = (const unsigned char *)in;
	static const tw_trunks_options defaults = TW_TRUNKS_OPTIONS_INIT;

	*out = defaults;
	if (!in)
		return TW_OK;
	if (in->size < 2 * sizeof(uint32_t) || in->size > 65536)
		return fail(err, "options.size is wrong; use "
			"TW_TRUNKS_OPTIONS_INIT");
	for (size_t i = sizeof(*out); i < in->size; i++)
		if (bytes[i])
			return tw__sip_fail(err, TW_EVERSION, "", "an option "
				"is newer than this library; leave it zero "
				"or upgrade");
	memcpy(out, in, in->size < sizeof(*out) ? in->size : sizeof(*out));
	if (out->flags & ~(TW_TRUNKS_HOST_CLOCK | TW_TRUNKS_LEASED))
		return tw__sip_fail(err, TW_EINVAL, "flags",
			"unknown bits 0x%x", out->flags);
	if (out->clock && !out->clock->monotonic)
		return tw__sip_fail(err, TW_EINVAL, "clock",
			"has no monotonic");
	if (out->random && !out->random->fill)
		return tw__sip_fail(err, TW_EINVAL, "random", "has no fill");
	if (out->local_port > 65535)
		return tw__sip_fail(err, TW_EINVAL, "local_port",
			"%u is not within 0..65535", out->local_port);
	return TW_OK;
}

static tw_status make_pace(tw_trunks *set, const tw_trunks_options *o,
			   tw_error *err)
{
	tw_pace_options options = TW_PACE_OPTIONS_INIT;

	options.requests_per_s = o->requests_per_s;
	options.registrar_requests_per_s = o->registrar_requests_per_s;
	options.start_spread_s = o->start_spread_s;
	return tw_pace_new(&set->pace, &options, err);
}

static tw_status open_port(tw_trunks *set, struct sip *sip, tw_error *err)
{
	const struct tw_sip_owner owner = { response_h, timer_h,
		tw__trunks_lost, set, request_h, answered_h };

	return sip ? tw__sip_port_new(&set->port, sip, &owner, err) :
		tw__sip_port_new_own(&set->port, set->local_host,
			set->local_port, &owner, err);
}

static tw_status copy_ca(tw_trunks *set, const tw_trunks_options *o,
			 tw_error *err)
{
	if (!o->ca_size)
		return TW_OK;
	if (!o->ca || o->ca_size > 1024 * 1024)
		return tw__sip_fail(err, TW_EINVAL, "ca", "is NULL with a "
			"size, or longer than 1 MiB");
	set->ca = tw_malloc(o->ca_size);
	if (!set->ca)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	memcpy(set->ca, o->ca, o->ca_size);
	set->ca_size = o->ca_size;
	return TW_OK;
}

tw_status tw__trunks_new(tw_trunks **out, struct sip *sip,
			 const tw_trunks_options *options, tw_error *err)
{
	tw_trunks_options o;
	tw_trunks *set;
	tw_status status;

	status = read_options(&o, options, err);
	if (status)
		return status;
	set = tw_calloc(1, sizeof(*set));
	if (!set)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	set->refs = 1;
	set->held = !(o.flags & TW_TRUNKS_LEASED);
	set->lease_until = INT64_MAX;
	set->flags = o.flags;
	set->clock = o.clock ? o.clock : tw_clock_system();
	set->random = o.random ? o.random : tw_random_system();
	set->local_port = o.local_port;
	set->event = o.event;
	set->arg = o.arg;
	set->ready[0] = set->ready[1] = -1;
	if (o.local_host)
		set->local_host = tw_strdup(o.local_host);
	status = make_pace(set, &o, err);
	if (!status)
		status = tw__trace_open(&set->trace, o.trace_max,
			o.trace_flags, err);
	if (!status)
		status = copy_ca(set, &o, err);
	if (!status && o.local_host && !set->local_host)
		status = tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	if (!status)
		status = open_port(set, sip, err);
	if (!status && o.dns_servers)
		status = tw__trunks_open_dns(set, o.dns_servers, err);
	if (status)
		tw__trunks_unref(set);
	else
		*out = set;
	return status;
}

tw_status tw_trunks_new_attached(tw_trunks **out, struct sip *sip,
				 const tw_trunks_options *options,
				 tw_error *err)
{
	if (!out || !sip)
		return fail(err, "out or sip is NULL");
	return tw__trunks_new(out, sip, options, err);
}

void tw__trunks_unref(tw_trunks *set)
{
	if (--set->refs)
		return;
	tw__managed_close(set);
	tw__sip_port_free(set->port);
	tw__dns_free(set->dns);
	tw_pace_free(set->pace);
	tw__index_free(&set->names);
	tw__index_free(&set->call_ids);
	tw__index_free(&set->contacts);
	tw__heap_free(&set->due);
	tw__trace_close(&set->trace);
	tw__meters_free(&set->meters);
	tw_free(set->local_host);
	tw_free(set->ca);
	tw_free(set);
}

void tw_trunks_free(tw_trunks *set)
{
	if (!set)
		return;
	if (tw__trunks_far(set)) {
		tw__far_set_free(set);
		return;
	}
	set->event = NULL;
	set->left = true;
	tw__trunks_drop_retired(set);
	tw__trunks_unref(set);
}

tw_status tw_trunks_match(tw_trunk **out, tw_trunks *set,
			  const char *request_user, tw_error *err)
{
	tw_trunk *trunk;

	if (!out || !set || !request_user)
		return fail(err, "an argument is NULL");
	if (tw__trunks_far(set))
		return tw__far_match(out, set, request_user, err);
	trunk = tw__index_find(&set->contacts, request_user,
		strlen(request_user));
	if (!trunk)
		return tw__sip_fail(err, TW_ENOTFOUND, "",
			"no trunk has this Contact");
	*out = trunk;
	return TW_OK;
}

tw_status tw_trunks_find(tw_trunk **out, tw_trunks *set, const char *name,
			 tw_error *err)
{
	tw_trunk *trunk;

	if (!out || !set || !name)
		return fail(err, "an argument is NULL");
	if (tw__trunks_far(set))
		return tw__far_find(out, set, name, err);
	trunk = tw__index_find(&set->names, name, strlen(name));
	if (!trunk)
		return tw__sip_fail(err, TW_ENOTFOUND, "name",
			"no trunk \"%.63s\" is in the set", name);
	*out = trunk;
	return TW_OK;
}

void tw__slot_take(struct tw_trunk_slot *slot)
{
	tw_trunk *trunk = slot->trunk;
	tw_trunks *set = trunk->set;

	*(slot->prev ? &slot->prev->next : &set->first) = slot->next;
	*(slot->next ? &slot->next->prev : &set->last) = slot->prev;
	if (trunk->newest == slot)
		trunk->newest = NULL;
	for (size_t i = 0; i < TW_TRUNK_EVENTS_MAX; i++)
		if (trunk->slot[i] == slot)
			trunk->slot[i] = NULL;
	tw_free(slot);
}

tw_status tw_trunks_next_event(tw_trunk_event *out, tw_trunks *set,
			       tw_error *err)
{
	tw_trunk_event event;
	tw_trunk *trunk;

	if (!out || !set || out->size < sizeof(out->size))
		return fail(err, "an argument is NULL or out->size is not "
			"set; use TW_TRUNK_EVENT_INIT");
	if (tw__trunks_far(set))
		return tw__far_next_event(out, set, err);
	if (!set->first)
		return TW_ITER_END;
	event = set->first->event;
	event.size = out->size;
	memcpy(out, &event, out->size < sizeof(event) ? out->size :
		sizeof(event));
	trunk = set->first->trunk;
	tw__slot_take(set->first);
	(void)tw__trunk_settle(trunk);
	return TW_OK;
}

tw_status tw_trunks_next_trace(tw_trunk_trace *out, tw_trunks *set,
			       tw_error *err)
{
	/* its text must have a place, or nobody could free it */
	const size_t least = offsetof(tw_trunk_trace, text_size) +
		sizeof(out->text_size);
	tw_trunk_trace one;
	tw_status status;

	if (!out || !set || out->size < least)
		return fail(err, "an argument is NULL or out->size is not "
			"set; use TW_TRUNK_TRACE_INIT");
	if (tw__trunks_far(set))
		return tw__far_next_trace(out, set, err);
	status = tw__trace_take(&one, &set->trace);
	if (status)
		return status;
	one.size = out->size;
	memcpy(out, &one, out->size < sizeof(one) ? out->size : sizeof(one));
	return TW_OK;
}

int64_t tw_trunks_deadline(const tw_trunks *set)
{
	const struct tw_heap_node *node;
	int64_t at, turn_at;

	if (tw__trunks_far(set))
		return tw__far_deadline(set);
	if (!set)
		return INT64_MAX;
	node = tw__heap_first(&set->due);
	at = node ? node->at : INT64_MAX;
	turn_at = tw_pace_deadline(set->pace);
	if (turn_at < at)
		at = turn_at;
	return set->held && set->lease_until < at ? set->lease_until : at;
}

tw_status tw_trunks_process(tw_trunks *set, tw_error *err)
{
	tw_status status;

	if (!set)
		return fail(err, "trunks is NULL");
	if (tw__trunks_far(set))
		return tw__far_process(set, err);
	status = tw__trunks_enter(set, err);
	return status ? status : run_due(set, err);
}

uint32_t tw_trunks_pending(const tw_trunks *set)
{
	if (tw__trunks_far(set))
		return tw__far_pending(set);
	return set ? set->pending : 0;
}
