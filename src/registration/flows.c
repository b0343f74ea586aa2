/**
 * @file src/registration/flows.c  Several registrations of one trunk
 *
 * Decides which of a trunk's flows run, which of them speaks for it and what
 * the trunk says of itself (RFC 5626). Each flow is the machine of machine.c
 * as it is; this file only starts and stops it. It refuses to know sockets,
 * and what a single answer means.
 *
 * All flows have one Contact, told apart by reg-id. A registrar that knows no
 * reg-id would take the second for a refresh of the first, and its un-register
 * for that of both. So the second waits until a 2xx has said that they are
 * kept apart, and what has to go where they are not is forgotten and not
 * un-registered.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "machine.h"
#include "words.h"

#define EVENTS_MAX 8u

struct tw_flows {
	tw_registration *flow[TW_FLOWS_MAX];
	uint32_t count;
	uint32_t running;              /* a bit each: started */
	uint32_t seen[TW_FLOWS_MAX];   /* their states, as told */
	bool wanted;
	uint32_t outbound;             /* TW_OUTBOUND_ */
	uint32_t speaker;
	uint32_t told;                 /* state of the trunk */
	tw_trunk_event event[EVENTS_MAX];
	size_t events;
};

/* ---- what a flow asks ---- */

bool tw__flow_is_told(const tw_registration *reg)
{
	return reg->flow.id && !reg->flow.plain;
}

static bool is_bound(const tw_registration *reg, int64_t now_us)
{
	return reg->state == TW_TRUNK_REGISTERED && reg->expires_at > now_us;
}

bool tw__flow_has_mates(const tw_registration *reg, int64_t now_us)
{
	const struct tw_flows *group = reg->flow.group;

	for (uint32_t i = 0; group && i < group->count; i++)
		if (group->flow[i] != reg &&
		    is_bound(group->flow[i], now_us))
			return true;
	return false;
}

/* A flow that waits holds what it tried last, for it will try there again; but
 * not what it waits for because another one has it: who is there could not
 * even renew or un-register. */
static bool holds(const tw_registration *reg, const struct tw_address *at)
{
	const struct tw_target *target = reg->targets.current;

	return target && !target->taken && reg->wanted &&
		reg->register_at >= 0 && target->at.port == at->port &&
		target->at.transport == at->transport &&
		!strcmp(target->at.host, at->host);
}

void tw__flow_mark_taken(tw_registration *reg)
{
	const struct tw_flows *group = reg->flow.group;

	for (size_t hop = 0; group && hop < reg->targets.hops; hop++) {
		struct tw_target_list *list = &reg->targets.list[hop];

		for (size_t n = 0; n < list->count; n++) {
			struct tw_target *target = &list->target[n];

			target->taken = false;
			for (uint32_t i = 0; i < group->count; i++)
				target->taken |= group->flow[i] != reg &&
					holds(group->flow[i], &target->at);
		}
	}
}

/* ---- what the trunk is ---- */

/* Nearest to a binding first; of those that have one, those whose target
 * answers OPTIONS. */
static unsigned rank_of(const tw_registration *reg)
{
	static const uint32_t order[] = { TW_TRUNK_REGISTERED,
		TW_TRUNK_REGISTERING, TW_TRUNK_RESOLVING, TW_TRUNK_BACKOFF,
		TW_TRUNK_UNREGISTERING, TW_TRUNK_REFUSED, TW_TRUNK_FATAL,
		TW_TRUNK_DISABLED };
	unsigned rank = 0;

	while (rank < TW_ARRAY_COUNT(order) && order[rank] != reg->state)
		rank++;
	return 2 * rank + (reg->state == TW_TRUNK_REGISTERED &&
		reg->targets.current && reg->targets.current->doubted);
}

/* The one that spoke before speaks on among its equals. */
static uint32_t choose_speaker(const struct tw_flows *group)
{
	uint32_t best = group->speaker;

	for (uint32_t i = 0; i < group->count; i++)
		if (rank_of(group->flow[i]) < rank_of(group->flow[best]))
			best = i;
	return best;
}

static uint32_t count_bound(const struct tw_flows *group)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < group->count; i++)
		count += group->flow[i]->state == TW_TRUNK_REGISTERED;
	return count;
}

/* The newest 2xx of those that are bound; one yes is enough, for a registrar
 * that is asked by another way is another registrar. */
static uint32_t find_outbound(const struct tw_flows *group)
{
	uint32_t found = TW_OUTBOUND_UNKNOWN;

	for (uint32_t i = 0; i < group->count; i++) {
		const tw_registration *reg = group->flow[i];

		if (reg->state != TW_TRUNK_REGISTERED)
			continue;
		if (reg->flow.outbound == TW_OUTBOUND_YES)
			return TW_OUTBOUND_YES;
		found = reg->flow.outbound;
	}
	return found ? found : group->outbound;
}

/* ---- which of them run ---- */

/* A refused one too: another target may be of another mind. */
static bool has_failed(const tw_registration *reg)
{
	return reg->state == TW_TRUNK_BACKOFF ||
		reg->state == TW_TRUNK_REFUSED ||
		reg->state == TW_TRUNK_FATAL;
}

static bool may_start(const struct tw_flows *group, uint32_t index)
{
	if (group->outbound == TW_OUTBOUND_YES || !index)
		return true;
	if (group->outbound == TW_OUTBOUND_NO)
		return false;
	for (uint32_t i = 0; i < index; i++)
		if (!(group->running >> i & 1) || !has_failed(group->flow[i]))
			return false;
	return true;
}

/* Bits of those that have something to do now. */
static uint32_t run(struct tw_flows *group, int64_t now_us)
{
	uint32_t moved = 0;

	for (uint32_t i = 0; group->wanted && i < group->count; i++) {
		bool runs = group->running >> i & 1;

		if (group->outbound == TW_OUTBOUND_NO && runs &&
		    i != group->speaker) {
			(void)tw_registration_forget(group->flow[i], now_us,
				NULL);
			group->running &= ~(1u << i);
			moved |= 1u << i;
		}
		else if (!runs && (may_start(group, i) ||
				   i == group->speaker)) {
			group->running |= 1u << i;
			/* without memory it waits in back-off */
			(void)tw_registration_start(group->flow[i], now_us,
				NULL);
			moved |= 1u << i;
		}
	}
	return moved;
}

/* ---- what is told ---- */

static void describe(tw_trunk_event *event, const struct tw_flows *group,
		     uint32_t index, int64_t now_us)
{
	const tw_registration *reg = group->flow[index];

	tw__registration_describe(event, reg, group->told, now_us);
	event->state_new = group->flow[group->speaker]->state;
	event->flow = index + 1;
	event->flows = group->count;
	event->flows_registered = count_bound(group);
	if (event->state_new == TW_TRUNK_REGISTERED)
		event->expires_s =
			(int32_t)group->flow[group->speaker]->granted_s;
	if (group->count > 1)
		tw__reason_write(event->reason, sizeof(event->reason), "flow "
			"%u of %u: %s", index + 1, group->count, reg->reason);
}

/* What nobody reads is merged into the last, which spans both. */
static void tell(struct tw_flows *group, uint32_t index, int64_t now_us)
{
	uint32_t old = group->told;

	if (group->events == EVENTS_MAX)
		old = group->event[--group->events].state_old;
	describe(&group->event[group->events], group, index, now_us);
	group->event[group->events].state_old = old;
	group->told = group->event[group->events++].state_new;
}

/* What a flow does on its way is its own affair; that it came, or went, or
 * will not do, is the trunk's. */
static bool is_news(uint32_t old, uint32_t state)
{
	if (old == state)
		return false;
	return old == TW_TRUNK_REGISTERED || state == TW_TRUNK_REGISTERED ||
		state == TW_TRUNK_BACKOFF || state == TW_TRUNK_REFUSED ||
		state == TW_TRUNK_FATAL;
}

static void tell_news(struct tw_flows *group, int64_t now_us)
{
	const tw_registration *speaker = group->flow[group->speaker];

	for (uint32_t i = 0; i < group->count; i++) {
		uint32_t state = group->flow[i]->state;

		/* a stop is told once, of all */
		if (group->wanted && is_news(group->seen[i], state))
			tell(group, i, now_us);
		group->seen[i] = state;
	}
	if (group->told != speaker->state)
		tell(group, group->speaker, now_us);
}

static void tell_alone(struct tw_flows *group, int64_t now_us)
{
	tw_registration *reg = group->flow[group->speaker];

	if (group->count < 2)
		return;
	tw__registration_reason(reg, reg->sip_code, "the registrar keeps no "
		"flows apart (RFC 5626): one registration and no more");
	tell(group, group->speaker, now_us);
}

uint32_t tw_flows_follow(tw_flows *group, int64_t now_us)
{
	uint32_t outbound, moved;
	bool alone;

	if (!group)
		return 0;
	group->speaker = choose_speaker(group);
	outbound = find_outbound(group);
	alone = outbound != group->outbound && outbound == TW_OUTBOUND_NO;
	group->outbound = outbound;
	tell_news(group, now_us);
	if (alone)
		tell_alone(group, now_us);
	moved = run(group, now_us);
	group->speaker = choose_speaker(group);
	tell_news(group, now_us);
	return moved;
}

tw_status tw_flows_next_event(tw_trunk_event *out, tw_flows *group,
			      tw_error *err)
{
	if (!out || out->size < sizeof(out->size) || !group)
		return tw__fail(err, TW_EINVAL, "an argument is NULL or "
			"out->size is not set; use TW_TRUNK_EVENT_INIT");
	if (!group->events)
		return TW_ITER_END;
	tw__hand_out(out, &group->event[0], sizeof(group->event[0]));
	memmove(&group->event[0], &group->event[1], --group->events *
		sizeof(group->event[0]));
	return TW_OK;
}

/* ---- the public door ---- */

static tw_status add_flow(tw_flows *group, const tw_trunk_options *options,
			  const tw_random *random, tw_error *err)
{
	tw_registration *reg;
	tw_status status = tw_registration_new(&reg, options, random, err);

	if (status)
		return status;
	reg->flow.group = group;
	reg->flow.id = group->count + 1;
	group->seen[group->count] = TW_TRUNK_IDLE;
	group->flow[group->count++] = reg;
	return TW_OK;
}

tw_status tw_flows_new(tw_flows **out, const tw_trunk_options *options,
		       const tw_random *random, tw_error *err)
{
	tw_trunk_options o;
	tw_flows *group;
	tw_status status;

	if (!out)
		return tw__fail(err, TW_EINVAL, "out is NULL");
	status = tw__import(&o, sizeof(o), options, err);
	if (status)
		return status;
	if (!o.flows)
		return tw__fail_at(err, TW_EINVAL, 0, "flows",
			"0 is not within 1..%u", TW_FLOWS_MAX);
	group = tw_calloc(1, sizeof(*group));
	if (!group)
		return tw__fail_oom(err);
	group->told = TW_TRUNK_IDLE;
	do {
		status = add_flow(group, &o, random, err);
		/* one Contact for all of them */
		if (!status)
			o.contact_user = group->flow[0]->config.contact_user;
	} while (!status && group->count < o.flows);
	if (status) {
		tw_flows_free(group);
		return status;
	}
	*out = group;
	return TW_OK;
}

void tw_flows_free(tw_flows *group)
{
	if (!group)
		return;
	for (uint32_t i = 0; i < group->count; i++)
		tw_registration_free(group->flow[i]);
	tw_free(group);
}

uint32_t tw_flows_count(const tw_flows *group)
{
	return group ? group->count : 0;
}

tw_registration *tw_flows_at(const tw_flows *group, uint32_t index)
{
	return group && index < group->count ? group->flow[index] : NULL;
}

uint32_t tw_flows_speaker(const tw_flows *group)
{
	return group ? group->speaker : 0;
}

tw_status tw_flows_start(tw_flows *group, int64_t now_us, tw_error *err)
{
	tw_status status = TW_OK;

	if (!group)
		return tw__fail(err, TW_EINVAL, "flows is NULL");
	group->wanted = true;
	group->running |= 1u << group->speaker;
	for (uint32_t i = 0; !status && i < group->count; i++)
		if (group->running >> i & 1)
			status = tw_registration_start(group->flow[i],
				now_us, err);
	return status;
}

static tw_status leave(tw_flows *group, int64_t now_us, tw_error *err,
		       tw_status (*how)(tw_registration *registration,
					int64_t now_us, tw_error *err))
{
	tw_status status = TW_OK, one;

	if (!group)
		return tw__fail(err, TW_EINVAL, "flows is NULL");
	group->wanted = false;
	group->running = 0;
	for (uint32_t i = 0; i < group->count; i++) {
		one = how(group->flow[i], now_us, err);
		status = one ? one : status;
	}
	return status;
}

tw_status tw_flows_stop(tw_flows *group, int64_t now_us, tw_error *err)
{
	return leave(group, now_us, err, tw_registration_stop);
}

tw_status tw_flows_forget(tw_flows *group, int64_t now_us, tw_error *err)
{
	return leave(group, now_us, err, tw_registration_forget);
}

tw_status tw_flows_update(uint32_t *out_change, tw_flows *group,
			  const tw_trunk_options *options, int64_t now_us,
			  tw_error *err)
{
	uint32_t change = TW_CHANGE_NONE;
	tw_status status = TW_OK;

	if (!group)
		return tw__fail(err, TW_EINVAL, "flows is NULL");
	/* what makes another binding of one does of all */
	for (uint32_t i = 0; !status && i < group->count &&
	     change != TW_CHANGE_BINDING; i++)
		status = tw_registration_update(&change, group->flow[i],
			options, now_us, err);
	if (!status && out_change)
		*out_change = change;
	return status;
}

tw_status tw_flows_status(tw_trunk_status *out, const tw_flows *group,
			  tw_error *err)
{
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;
	tw_status code;

	if (!out || out->size < sizeof(out->size) || !group)
		return tw__fail(err, TW_EINVAL, "an argument is NULL or "
			"out->size is not set; use TW_TRUNK_STATUS_INIT");
	code = tw_registration_status(&status, group->flow[group->speaker],
		err);
	if (code)
		return code;
	status.requests = status.retransmits = status.registrations = 0;
	for (uint32_t i = 0; i < group->count; i++) {
		status.requests += group->flow[i]->requests;
		status.retransmits += group->flow[i]->retransmits;
		status.registrations += group->flow[i]->registrations;
	}
	status.flows_registered = count_bound(group);
	status.outbound = group->outbound;
	tw__hand_out(out, &status, sizeof(status));
	return TW_OK;
}
