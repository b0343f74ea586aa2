/**
 * @file src/registration/machine.c  One trunk's registration
 *
 * The public door of the pure machine: values in, values out. It decides
 * the state a trunk shows and when tick wants to be called; attempt.c
 * decides what an answer means. It refuses to know sockets, clocks and the
 * host's loop.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "machine.h"
#include "authorize.h"
#include "words.h"

static void make_identity(tw_registration *reg)
{
	tw__random_hex(reg->call_id, 16, reg->random);
	tw__random_hex(reg->from_tag, 8, reg->random);
	reg->random->fill(&reg->cseq, sizeof(reg->cseq), reg->random->arg);
	reg->cseq &= 0xffff;
}

tw_status tw_registration_new(tw_registration **out,
			      const tw_trunk_options *options,
			      const tw_random *random, tw_error *err)
{
	tw_registration *reg;
	tw_status status;

	if (!out)
		return tw__fail(err, TW_EINVAL, "out is NULL");
	if (random && !random->fill)
		return tw__fail(err, TW_EINVAL, "random has no fill");
	reg = tw_calloc(1, sizeof(*reg));
	if (!reg)
		return tw__fail_oom(err);
	reg->random = random ? random : tw_random_system();
	status = tw__config_init(&reg->config, options, reg->random, err);
	if (status) {
		tw_free(reg);
		return status;
	}
	status = tw__targets_init(&reg->targets, &reg->config, err);
	if (status) {
		tw__config_free(&reg->config);
		tw_free(reg);
		return status;
	}
	tw__buf_init(&reg->request);
	reg->transaction.method = "REGISTER";
	reg->state = reg->told = TW_TRUNK_IDLE;
	reg->asked_s = reg->config.expires_s;
	/* the first attempt has none before it to keep apart from */
	reg->attempt_at = reg->register_at = -TW_ATTEMPT_FLOOR_US;
	reg->next_try_at = TW_NEVER;
	if (reg->config.realm)
		(void)snprintf(reg->realm, sizeof(reg->realm), "%s",
			reg->config.realm);
	reg->flow.id = reg->config.flows ? 1 : 0;
	make_identity(reg);
	*out = reg;
	return TW_OK;
}

void tw_registration_free(tw_registration *reg)
{
	if (!reg)
		return;
	tw__pace_leave(&reg->ticket);
	for (size_t i = 0; i < TW_ARRAY_COUNT(reg->credentials); i++)
		tw__credentials_free(&reg->credentials[i]);
	tw__authorized_free(reg->authorized);
	tw__buf_free(&reg->request);
	tw__nonce_counts_free(&reg->counts);
	tw_free(reg->events);
	tw__reach_cancel(reg);
	tw__targets_free(&reg->targets);
	tw__routes_free(&reg->routes);
	tw__gruu_free(&reg->gruu);
	tw__mask_close(&reg->mask);
	tw__config_free(&reg->config);
	tw_free(reg->local_host);
	tw_free(reg);
}

void tw__registration_reason(tw_registration *reg, int32_t sip_code,
			     const char *fmt, ...)
{
	va_list ap;

	reg->sip_code = sip_code;
	va_start(ap, fmt);
	tw__reason_text(reg->reason, sizeof(reg->reason), fmt, ap);
	va_end(ap);
}

static int32_t seconds_until(int64_t at, int64_t now_us)
{
	if (at == TW_NEVER)
		return -1;
	if (at <= now_us)
		return 0;
	return (int32_t)((at - now_us + TW_SECOND - 1) / TW_SECOND);
}

void tw__registration_describe(tw_trunk_event *event,
			       const tw_registration *reg, uint32_t old,
			       int64_t now_us)
{
	memset(event, 0, sizeof(*event));
	event->size = sizeof(*event);
	event->state_old = old;
	event->state_new = reg->state;
	event->sip_code = reg->sip_code;
	event->next_try_s = seconds_until(reg->next_try_at, now_us);
	event->expires_s = reg->state == TW_TRUNK_REGISTERED ?
		(int32_t)reg->granted_s : 0;
	memcpy(event->trunk, reg->config.name, sizeof(event->trunk));
	tw__reach_text(event->target, sizeof(event->target), reg);
	memcpy(event->reason, reg->reason, sizeof(event->reason));
	event->tls = tw__reach_tls(reg);
	event->flow = reg->flow.id;
	event->flows = reg->config.flows;
	event->flows_registered = reg->flow.id &&
		reg->state == TW_TRUNK_REGISTERED;
}

/* An unread queue never grows and never loses where the trunk stands now:
 * when it is full the newest change is merged into the last one. */
static void add_event(tw_registration *reg, int64_t now_us)
{
	uint32_t old = reg->told;

	if (!reg->events)
		reg->events = tw_calloc(TW_EVENTS_MAX, sizeof(*reg->events));
	if (!reg->events)
		return;
	if (reg->event_count == TW_EVENTS_MAX)
		old = reg->events[--reg->event_count].state_old;
	tw__registration_describe(&reg->events[reg->event_count++], reg, old,
		now_us);
	reg->told = reg->state;
}

/* False: nothing to tell. */
static bool take_event(tw_trunk_event *out, tw_registration *reg)
{
	if (!reg->event_count) {
		if (reg->told == reg->state)
			return false;
		tw__registration_describe(out, reg, reg->told, reg->now_us);
		reg->told = reg->state;
		return true;
	}
	*out = reg->events[0];
	reg->event_count--;
	memmove(&reg->events[0], &reg->events[1],
		reg->event_count * sizeof(reg->events[0]));
	if (!reg->event_count) {
		tw_free(reg->events);
		reg->events = NULL;
	}
	return true;
}

void tw__registration_tell(tw_registration *reg, int64_t now_us)
{
	add_event(reg, now_us);
}

void tw__registration_move(tw_registration *reg, uint32_t state,
			   int64_t now_us)
{
	uint32_t old = reg->state;

	reg->state = state;
	if (old != state)
		add_event(reg, now_us);
}

tw_status tw_registration_start(tw_registration *reg, int64_t now_us,
				tw_error *err)
{
	int64_t floor_at;
	tw_status status;
	bool rest;

	if (!reg)
		return tw__fail(err, TW_EINVAL, "registration is NULL");
	reg->now_us = now_us;
	reg->wanted = true;
	if (reg->config.is_static) {
		tw__registration_reason(reg, 0, "static: nothing to "
			"register");
		tw__registration_move(reg, TW_TRUNK_REGISTERED, now_us);
		return TW_OK;
	}
	if (tw__attempt_is_on(reg) ||
	    (reg->ticket.waits && !reg->unregister))
		return TW_OK;
	tw__pace_drop(&reg->ticket);    /* of an un-register */
	rest = reg->state == TW_TRUNK_IDLE || reg->state == TW_TRUNK_DISABLED;
	if (rest)
		reg->flow.plain = false;
	/* stop and start in a loop are no way around the floor, but who
	 * has just un-registered need not wait */
	floor_at = TW_ATTEMPT_FLOOR_US +
		(rest ? reg->register_at : reg->attempt_at);
	reg->next_try_at = now_us > floor_at ? now_us : floor_at;
	if (rest && tw__pace_spread(&reg->ticket))
		reg->next_try_at += tw__jitter(reg->random,
			tw__pace_spread(&reg->ticket), 0, 1000);
	if (reg->next_try_at < reg->not_before)
		reg->next_try_at = reg->not_before;
	status = tw_registration_tick(reg, now_us, err);
	if (rest && !tw__attempt_is_on(reg) && reg->next_try_at > now_us &&
	    (reg->state == TW_TRUNK_IDLE ||
	     reg->state == TW_TRUNK_DISABLED))
		tw__registration_move(reg, TW_TRUNK_BACKOFF, now_us);
	return status;
}

tw_status tw_registration_stop(tw_registration *reg, int64_t now_us,
			       tw_error *err)
{
	if (!reg)
		return tw__fail(err, TW_EINVAL, "registration is NULL");
	reg->now_us = now_us;
	reg->wanted = false;
	if (reg->ticket.waits && reg->unregister)
		return TW_OK;
	tw__pace_drop(&reg->ticket);
	reg->next_try_at = TW_NEVER;
	if (reg->transaction.pending) {
		/* RFC 3261 section 10.2: one REGISTER at a time; its answer
		 * also tells whether there is anything to take back */
		tw__registration_move(reg, TW_TRUNK_UNREGISTERING, now_us);
		return TW_OK;
	}
	/* nothing was sent: nothing is left hanging */
	tw__reach_cancel(reg);
	tw__pace_end(&reg->ticket);
	if (!reg->expires_at || reg->expires_at <= now_us) {
		reg->expires_at = 0;
		tw__registration_reason(reg, reg->sip_code, "stopped");
		tw__registration_move(reg, TW_TRUNK_IDLE, now_us);
		return TW_OK;
	}
	if (reg->not_before > now_us) {
		tw__registration_reason(reg, reg->sip_code, "not un-registered"
			": the registrar asked to wait; the binding ends by "
			"itself in %d s",
			(int)seconds_until(reg->expires_at, now_us));
		reg->expires_at = 0;
		tw__registration_move(reg, TW_TRUNK_DISABLED, now_us);
		return TW_OK;
	}
	return tw__attempt_begin(reg, true, now_us, err);
}

/* Nothing is under way: no turn is held, nor a text, until the next. */
static void wind_up(tw_registration *reg)
{
	tw__pace_end(&reg->ticket);
	tw__buf_free(&reg->request);
}

tw_status tw_registration_receive(tw_registration *reg, const void *data,
				  size_t size, int64_t now_us, tw_error *err)
{
	char phrase[TW_PHRASE_MAX];
	struct tw_message msg;
	tw_status status;

	if (!reg || (!data && size))
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	reg->now_us = now_us;
	if (!tw__message_is_response(data, size))
		return TW_ENOTFOUND;
	status = tw__message_parse(&msg, data, size, err);
	if (status)
		return status;
	if (!tw__str_eq(msg.call_id, reg->call_id)) {
		status = TW_ENOTFOUND;
		goto out;
	}
	msg.reason = tw__config_hide(phrase, &reg->config, msg.reason);
	/* our Call-ID: taken in, even if it is a late copy or a forgery
	 * with another branch or CSeq, which changes nothing */
	switch (tw__transaction_receive(&reg->transaction, &msg, now_us)) {
	case TW_TRANSACTION_FINAL:
		tw__pace_answered(&reg->ticket, now_us);
		status = tw__attempt_answer(reg, &msg, now_us, err);
		if (!tw__attempt_is_on(reg))
			wind_up(reg);
		break;
	case TW_TRANSACTION_PROVISIONAL:
		tw__pace_answered(&reg->ticket, now_us);
		break;
	default:
		break;
	}
 out:
	tw__message_free(&msg);
	return status;
}

tw_status tw_registration_receive_broken(tw_registration *reg, tw_error *err)
{
	if (!reg)
		return tw__fail(err, TW_EINVAL, "registration is NULL");
	if (reg->transaction.pending && reg->broken < UINT32_MAX)
		reg->broken++;
	return TW_OK;
}

static void tell_silence(tw_registration *reg)
{
	const int seconds = (int)((reg->transaction.timeout_at -
		reg->transaction.sent_at) / TW_SECOND);

	if (reg->broken)
		tw__registration_reason(reg, 0, "no final answer within %d s "
			"but %u that break the rules of SIP or are too long; "
			"look at them with a trace", seconds, reg->broken);
	else
		tw__registration_reason(reg, 0, "no final answer within %d s",
			seconds);
}

static void tick_transaction(tw_registration *reg, int64_t now_us)
{
	switch (tw__transaction_tick(&reg->transaction, now_us)) {
	case TW_TRANSACTION_RETRANSMIT:
		tw__pace_charge(&reg->ticket, now_us);
		reg->retransmits++;
		tw__meter_retransmit(reg->meter);
		reg->send_waits = true;
		break;
	case TW_TRANSACTION_TIMEOUT:
		tw__meter_answer(reg->meter, 0, 0);
		tell_silence(reg);
		tw__attempt_unserved(reg, TW_VERDICT_TEMPORARY, 0, now_us);
		break;
	default:
		break;
	}
	if (tw__attempt_is_on(reg) &&
	    now_us >= reg->attempt_at + TW_ATTEMPT_MAX_US) {
		tw__registration_reason(reg, reg->sip_code, "attempt came to "
			"no end within %d s",
			(int)(TW_ATTEMPT_MAX_US / TW_SECOND));
		tw__targets_failed(&reg->targets, now_us);
		tw__attempt_fail(reg, TW_VERDICT_TEMPORARY, 0, now_us);
	}
}

tw_status tw_registration_tick(tw_registration *reg, int64_t now_us,
			       tw_error *err)
{
	bool lapsed;

	if (!reg)
		return tw__fail(err, TW_EINVAL, "registration is NULL");
	reg->now_us = now_us;
	tick_transaction(reg, now_us);
	tw__reach_tick(reg, now_us);
	lapsed = reg->expires_at && now_us >= reg->expires_at;
	if (lapsed)
		reg->expires_at = 0;
	if (reg->wanted && !tw__attempt_is_busy(reg) &&
	    now_us >= reg->next_try_at)
		return tw__attempt_begin(reg, false, now_us, err);
	if (lapsed && reg->state == TW_TRUNK_REGISTERED) {
		tw__registration_reason(reg, reg->sip_code,
			"binding ran out before it was renewed");
		tw__registration_move(reg, tw__attempt_is_busy(reg) ?
			TW_TRUNK_REGISTERING : TW_TRUNK_BACKOFF, now_us);
	}
	return TW_OK;
}

tw_status tw_registration_set_meter(tw_registration *reg, tw_meter *meter,
				    tw_error *err)
{
	if (!reg)
		return tw__fail(err, TW_EINVAL, "registration is NULL");
	reg->meter = meter;
	return TW_OK;
}

int64_t tw_registration_deadline(const tw_registration *reg)
{
	int64_t at = TW_NEVER, watchdog;

	if (!reg)
		return TW_NEVER;
	if (tw__attempt_is_on(reg)) {
		at = tw__transaction_deadline(&reg->transaction);
		watchdog = reg->attempt_at + TW_ATTEMPT_MAX_US;
		if (watchdog < at)
			at = watchdog;
		if (reg->resolve && reg->query_until < at)
			at = reg->query_until;
	}
	else if (reg->wanted && !reg->ticket.waits) {
		at = reg->next_try_at;
	}
	if (reg->expires_at && reg->expires_at < at)
		at = reg->expires_at;
	return at;
}

tw_status tw_registration_next(tw_registration_action *out,
			       tw_registration *reg, tw_error *err)
{
	tw_registration_action action;

	if (!out || out->size < sizeof(out->size) || !reg)
		return tw__fail(err, TW_EINVAL, "an argument is NULL or "
			"out->size is not set; use "
			"TW_REGISTRATION_ACTION_INIT");
	memset(&action, 0, sizeof(action));
	if (reg->send_waits) {
		action.kind = TW_ACTION_SEND;
		tw__reach_fill(&action, reg);
		action.data = reg->request.data;
		action.data_size = reg->request.size;
		reg->send_waits = false;
	}
	else if (tw__reach_action(&action, reg)) {
		;
	}
	else if (take_event(&action.event, reg)) {
		action.kind = TW_ACTION_EVENT;
	}
	else {
		return TW_ITER_END;
	}
	tw__hand_out(out, &action, sizeof(action));
	return TW_OK;
}

int tw_registration_is_pending(const tw_registration *reg)
{
	return reg && (reg->transaction.pending || reg->ticket.waits);
}

const char *tw_registration_call_id(const tw_registration *reg)
{
	return reg ? reg->call_id : NULL;
}

tw_status tw_registration_status(tw_trunk_status *out,
				 const tw_registration *reg, tw_error *err)
{
	tw_trunk_status status;

	if (!out || out->size < sizeof(out->size) || !reg)
		return tw__fail(err, TW_EINVAL, "an argument is NULL or "
			"out->size is not set; use TW_TRUNK_STATUS_INIT");
	memset(&status, 0, sizeof(status));
	status.state = reg->state;
	status.sip_code = reg->sip_code;
	status.expires_s = reg->expires_at ? (int32_t)reg->granted_s : 0;
	status.expires_at = reg->expires_at;
	status.foreign = reg->expires_at ? reg->foreign : 0;
	status.next_try_at = reg->next_try_at == TW_NEVER ? 0 :
		reg->next_try_at;
	status.requests = reg->requests;
	status.retransmits = reg->retransmits;
	status.registrations = reg->registrations;
	memcpy(status.realm, reg->realm, sizeof(status.realm));
	memcpy(status.contact_user, reg->config.contact_user,
		sizeof(status.contact_user));
	memcpy(status.reason, reg->reason, sizeof(status.reason));
	status.tls = tw__reach_tls(reg);
	status.flow = reg->flow.id;
	status.flows = reg->config.flows;
	status.flows_registered = reg->flow.id &&
		reg->state == TW_TRUNK_REGISTERED;
	status.outbound = reg->flow.outbound;
	if (reg->targets.current)
		tw__reach_text(status.target, sizeof(status.target), reg);
	tw__hand_out(out, &status, sizeof(status));
	return TW_OK;
}
