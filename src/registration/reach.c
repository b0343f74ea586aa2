/**
 * @file src/registration/reach.c  From an attempt to the target it asks
 *
 * Decides when DNS is asked and for how long, and holds the attempt until
 * the host has answered: a question to DNS, a local address. Which question
 * and which target: resolve.c and target.c. It refuses to know what is sent
 * when the target is reached.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "machine.h"
#include "words.h"

/* RFC 5626 section 4.4: of a flow, where Flow-Timer says nothing */
#define STUN_S     29u
#define STREAM_S  120u
#define QUERY_US    (4 * TW_SECOND)
#define RESOLVE_US (16 * TW_SECOND)      /* all questions for a name */

static bool same_address(const struct tw_address *a,
			 const struct tw_address *b)
{
	return a->port == b->port && a->transport == b->transport &&
		!strcmp(a->host, b->host);
}

static const struct tw_hop *hop_of(const tw_registration *reg)
{
	const struct tw_target *target = reg->targets.current;

	return &reg->config.hop[target ? target->hop : 0];
}

const struct tw_identity *tw__reach_identity(const tw_registration *reg)
{
	const struct tw_target *target = reg->targets.current;

	return &reg->config.identity[target ? target->hop : 0];
}

uint32_t tw__reach_transport(const tw_registration *reg)
{
	const struct tw_target *target = reg->targets.current;

	return target ? target->at.transport : reg->config.hop[0].transport;
}

uint32_t tw__reach_tls(const tw_registration *reg)
{
	if (tw__reach_transport(reg) != TW_TRANSPORT_TLS)
		return TW_TLS_NONE;
	return reg->config.verify ? TW_TLS_VERIFIED : TW_TLS_UNVERIFIED;
}

void tw__reach_text(char *out, size_t size, const tw_registration *reg)
{
	const struct tw_target *target = reg->targets.current;
	const struct tw_hop *hop = hop_of(reg);
	uint32_t transport = tw__reach_tls(reg) == TW_TLS_UNVERIFIED ?
		TW_TEXT_TLS_UNVERIFIED : tw__reach_transport(reg);
	char host[TW_ADDRESS_MAX + 3];

	if (!target) {
		tw__target_text(out, size, transport, hop->wire, hop->port);
		return;
	}
	(void)snprintf(host, sizeof(host), strchr(target->at.host, ':') ?
		"[%s]" : "%s", target->at.host);
	tw__target_text(out, size, transport, host, target->at.port);
}

/* A refresh does not take a working trunk out of routing, a probe does not
 * raise false hope. */
void tw__reach_show(tw_registration *reg, uint32_t state, int64_t now_us)
{
	if (!reg->unregister && reg->state != TW_TRUNK_REFUSED &&
	    !(reg->state == TW_TRUNK_REGISTERED && reg->expires_at > now_us))
		tw__registration_move(reg, state, now_us);
}

/* How long DNS may take: while a binding stands, what leaves time for the
 * targets that were known before. */
static int64_t resolve_us(const tw_registration *reg, int64_t now_us)
{
	int64_t left = (reg->expires_at - now_us) / 4;

	if (!reg->targets.list[reg->resolve_hop].count)
		return RESOLVE_US;
	if (left < TW_SECOND)
		left = TW_SECOND;
	return left < QUERY_US ? left : QUERY_US;
}

/* So little is left of the binding that the target which gave it is asked
 * first: neither DNS nor a better target that may be dead. */
static bool must_stay(const tw_registration *reg, int64_t now_us)
{
	int64_t left = reg->expires_at - now_us;

	return reg->unregister || (reg->expires_at > now_us &&
		reg->targets.current && !reg->targets.current->failures &&
		left * 3 / 4 < (reg->config.target_timeout_s + 2) *
		TW_SECOND);
}

static tw_status approach(tw_registration *reg, int64_t now_us,
			  tw_error *err)
{
	tw__reach_show(reg, TW_TRUNK_REGISTERING, now_us);
	if (same_address(&reg->local_for, &reg->targets.current->at))
		return tw__attempt_send(reg, now_us, err);
	reg->local_wanted = reg->target_waits = true;
	return TW_OK;
}

static void open_query(tw_registration *reg, int64_t now_us)
{
	reg->query++;
	reg->query_waits = true;
	reg->query_until = now_us + QUERY_US;
	if (reg->query_until > reg->resolve_until)
		reg->query_until = reg->resolve_until;
}

/* False: no question can be asked, the reason says why. */
static bool begin_resolve(tw_registration *reg, size_t hop, int64_t now_us)
{
	reg->targets.list[hop].asked = true;
	reg->resolve = tw_malloc(sizeof(*reg->resolve));
	if (!reg->resolve) {
		tw__registration_reason(reg, 0, "no memory");
		return false;
	}
	reg->resolve_hop = hop;
	reg->resolve_until = now_us + resolve_us(reg, now_us);
	tw__resolve_begin(reg->resolve, &reg->config.hop[hop], reg->random);
	if (reg->resolve->state == TW_RESOLVE_ASK) {
		tw__reach_show(reg, TW_TRUNK_RESOLVING, now_us);
		open_query(reg, now_us);
		return true;
	}
	tw__registration_reason(reg, 0, "%s: %s", reg->config.hop[hop].host,
		reg->resolve->why);
	tw_free(reg->resolve);
	reg->resolve = NULL;
	return false;
}

/* TW_ITER_END: nothing is left to be tried. Another failure has ended the
 * attempt already. */
static tw_status step(tw_registration *reg, int64_t now_us, tw_error *err)
{
	size_t hop = 0;

	tw__flow_mark_taken(reg);
	for (;;) {
		switch (tw__targets_choose(&reg->targets, &hop,
				must_stay(reg, now_us), now_us)) {
		case TW_CHOICE_TARGET:
			return approach(reg, now_us, err);
		case TW_CHOICE_RESOLVE:
			if (begin_resolve(reg, hop, now_us))
				return TW_OK;
			break;
		default:
			return TW_ITER_END;
		}
	}
}

bool tw__reach_next(tw_registration *reg, int64_t now_us)
{
	return step(reg, now_us, NULL) != TW_ITER_END;
}

tw_status tw__reach(tw_registration *reg, int64_t now_us, tw_error *err)
{
	tw_status status = step(reg, now_us, err);

	if (status != TW_ITER_END)
		return status;
	if (tw__targets_are_taken(&reg->targets))
		tw__registration_reason(reg, 0, "no target of its own is "
			"left: all are other flows' of this trunk");
	/* why is in the reason already, but where all that is known must be
	 * waited for */
	tw__attempt_out_of_targets(reg, now_us);
	return TW_OK;
}

void tw__reach_cancel(tw_registration *reg)
{
	tw_free(reg->resolve);
	reg->resolve = NULL;
	reg->query_waits = false;
	reg->local_wanted = reg->target_waits = false;
}

/* ---- what the host answers ---- */

/* After each answer: the next question, or on with what came of them. */
static tw_status resolve_on(tw_registration *reg, int64_t now_us,
			    tw_error *err)
{
	struct tw_resolve *resolve = reg->resolve;
	tw_status status = TW_OK;

	if (resolve->state == TW_RESOLVE_ASK &&
	    now_us >= reg->resolve_until)
		tw__resolve_end(resolve, "no answer in time");
	if (resolve->state == TW_RESOLVE_ASK) {
		open_query(reg, now_us);
		return TW_OK;
	}
	if (resolve->state == TW_RESOLVE_DONE)
		status = tw__targets_set(&reg->targets, reg->resolve_hop,
			resolve, now_us, err);
	else
		tw__registration_reason(reg, 0, "%s: %s",
			reg->config.hop[reg->resolve_hop].host,
			resolve->why);
	tw__reach_cancel(reg);
	if (status) {
		tw__registration_reason(reg, 0, "no memory");
		tw__attempt_fail(reg, TW_VERDICT_TEMPORARY, 0, now_us);
		return status;
	}
	return tw__reach(reg, now_us, err);
}

static bool is_open(const tw_registration *reg, uint32_t query)
{
	return reg->resolve && query == reg->query;
}

tw_status tw_registration_records(tw_registration *reg, uint32_t query,
	const tw_dns_record *records, size_t count, int64_t now_us,
	tw_error *err)
{
	if (!reg || (count && !records))
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	if (count && (records->size < 2 * sizeof(uint32_t) ||
		      records->size > 65536))
		return tw__fail(err, TW_EINVAL, "records[0].size is wrong; "
			"use TW_DNS_RECORD_INIT");
	reg->now_us = now_us;
	if (!is_open(reg, query))
		return TW_OK;
	reg->query_waits = false;
	tw__resolve_records(reg->resolve, records, count);
	return resolve_on(reg, now_us, err);
}

tw_status tw_registration_query_failed(tw_registration *reg, uint32_t query,
				       const char *why, int64_t now_us,
				       tw_error *err)
{
	char phrase[TW_PHRASE_MAX];
	struct tw_str what;

	if (!reg)
		return tw__fail(err, TW_EINVAL, "registration is NULL");
	reg->now_us = now_us;
	if (!is_open(reg, query))
		return TW_OK;
	reg->query_waits = false;
	what = tw__config_hide(phrase, &reg->config, tw__str_of(why ? why :
		"no answer"));
	tw__resolve_failed(reg->resolve, what);
	return resolve_on(reg, now_us, err);
}

void tw__reach_tick(tw_registration *reg, int64_t now_us)
{
	if (reg->resolve && now_us >= reg->query_until)
		(void)tw_registration_query_failed(reg, reg->query,
			"no answer in time", now_us, NULL);
}

tw_status tw_registration_set_local(tw_registration *reg, const char *host,
				    uint32_t port, tw_error *err)
{
	tw_status status;
	char *wire;

	if (!reg)
		return tw__fail(err, TW_EINVAL, "registration is NULL");
	status = tw__local_wire(&wire, host, port, err);
	if (status)
		return status;
	if (!reg->local_host || strcmp(wire, reg->local_host) ||
	    port != reg->local_port)
		tw__nat_forget(&reg->nat);
	tw_free(reg->local_host);
	reg->local_host = wire;
	reg->local_port = port;
	if (reg->targets.current)
		reg->local_for = reg->targets.current->at;
	if (!reg->local_wanted)
		return TW_OK;
	reg->local_wanted = reg->target_waits = false;
	return tw__attempt_send(reg, reg->now_us, err);
}

tw_status tw_registration_send_failed(tw_registration *reg, int64_t now_us,
				      tw_error *err)
{
	if (!reg)
		return tw__fail(err, TW_EINVAL, "registration is NULL");
	reg->now_us = now_us;
	if (!reg->transaction.pending && !reg->local_wanted)
		return TW_OK;
	tw__registration_reason(reg, 0, reg->local_wanted ? "no way to the "
		"target" : "request could not be sent");
	tw__attempt_unserved(reg, TW_VERDICT_TEMPORARY, 0, now_us);
	return TW_OK;
}

/* ---- what the host is told ---- */

uint32_t tw_registration_keepalive_s(const tw_registration *reg)
{
	uint32_t ours = reg ? reg->config.keepalive_s : 0;
	uint32_t theirs = reg ? reg->flow_timer_s : 0;

	if (!ours && tw_registration_keeps_by_stun(reg))
		ours = STUN_S;
	else if (!ours && reg && reg->flow.outbound == TW_OUTBOUND_YES)
		ours = STREAM_S;
	return theirs && (!ours || theirs < ours) ? theirs : ours;
}

int tw_registration_keeps_by_stun(const tw_registration *reg)
{
	/* who keeps flows apart over UDP serves it (RFC 5626 section 8) */
	return reg && (reg->config.stun || (!reg->config.keepalive_s &&
		reg->flow.outbound == TW_OUTBOUND_YES)) &&
		tw__reach_transport(reg) == TW_TRANSPORT_UDP;
}

/* "localhost" is the name that a certificate would carry. */
static const char *name_of(const struct tw_hop *hop)
{
	return hop->wire[0] == '[' ? hop->host : hop->wire;
}

const char *tw__reach_name(const tw_registration *reg, size_t hop)
{
	return name_of(&reg->config.hop[hop]);
}

void tw__reach_fill(tw_registration_action *out, const tw_registration *reg)
{
	const struct tw_target *target = reg->targets.current;

	out->transport = target->at.transport;
	out->port = target->at.port;
	out->host = target->at.host;
	out->server_name = name_of(hop_of(reg));
}

bool tw__reach_action(tw_registration_action *out, tw_registration *reg)
{
	if (reg->query_waits) {
		reg->query_waits = false;
		out->kind = TW_ACTION_QUERY;
		out->host = reg->resolve->question;
		out->query = reg->query;
		out->query_type = reg->resolve->type;
		return true;
	}
	if (!reg->target_waits)
		return false;
	reg->target_waits = false;
	out->kind = TW_ACTION_TARGET;
	tw__reach_fill(out, reg);
	return true;
}

const char *tw_registration_server_name(const tw_registration *reg)
{
	return reg ? name_of(hop_of(reg)) : NULL;
}

tw_status tw_registration_target(const char **host, uint32_t *port,
	uint32_t *transport, const tw_registration *reg, tw_error *err)
{
	const struct tw_target *target;

	if (!reg)
		return tw__fail(err, TW_EINVAL, "registration is NULL");
	target = reg->targets.current;
	if (host)
		*host = target ? target->at.host : reg->config.hop[0].host;
	if (port)
		*port = target ? target->at.port : reg->config.hop[0].port;
	if (transport)
		*transport = tw__reach_transport(reg);
	return TW_OK;
}
