/**
 * @file src/registration/qualify_door.c  What a host calls of a qualify
 *
 * The public door of the pure machine: checks what comes in, runs what is
 * due, hands out bytes, events and figures. The rules are in qualify.c.
 */
#include <string.h>
#include "qualify.h"
#include "words.h"

const char *tw_trunk_health_name(uint32_t verdict)
{
	static const char *const names[] = {
		"unknown", "up", "degraded", "down",
	};

	return verdict < TW_ARRAY_COUNT(names) ? names[verdict] : "?";
}

static tw_status check_range(uint32_t value, uint32_t min, uint32_t max,
			     const char *field, tw_error *err)
{
	if (value >= min && value <= max)
		return TW_OK;
	return tw__fail_at(err, TW_EINVAL, 0, field,
		"%u is not within %u..%u", value, min, max);
}

static tw_status read_limits(tw_qualify *q, const tw_trunk_options *o,
			     tw_error *err)
{
	tw_status status;

	status = check_range(o->qualify_s, 5, 3600, "qualify_s", err);
	if (!status)
		status = check_range(o->qualify_timeout_ms, 500, 32000,
			"qualify_timeout_ms", err);
	if (!status)
		status = check_range(o->qualify_down, 1, 10, "qualify_down",
			err);
	if (!status)
		status = check_range(o->qualify_up, 1, 20, "qualify_up", err);
	if (!status)
		status = check_range(o->qualify_loss_percent, 0, 100,
			"qualify_loss_percent", err);
	if (!status)
		status = check_range(o->qualify_rtt_ms, 0, 32000,
			"qualify_rtt_ms", err);
	if (!status)
		status = tw__codes_read(&q->alive, o->qualify_alive,
			"qualify_alive", err);
	q->interval_us = o->qualify_s * TW_SECOND;
	q->timeout_us = o->qualify_timeout_ms * 1000LL;
	q->health.down_after = o->qualify_down;
	q->health.up_after = o->qualify_up;
	q->health.loss_percent = o->qualify_loss_percent;
	q->health.rtt_limit_us = o->qualify_rtt_ms * 1000LL;
	return status;
}

static void make_identity(tw_qualify *q)
{
	q->transaction.method = "OPTIONS";
	q->sent_at = INT64_MIN;
	q->next_at = INT64_MAX;
	tw__random_hex(q->call_id, 16, q->random);
	tw__random_hex(q->from_tag, 8, q->random);
	q->random->fill(&q->transaction.cseq, sizeof(uint32_t),
		q->random->arg);
	q->transaction.cseq &= 0xffff;
}

static tw_status set_host(tw_qualify *q, const char *host, uint32_t port,
			  uint32_t transport, tw_error *err)
{
	struct tw_str name = tw__str_of(host);
	char *bare, *wire;
	bool oom;

	if (name.l > 2 && name.p[0] == '[' && name.p[name.l - 1] == ']')
		name = tw__str(name.p + 1, name.l - 2);
	wire = tw__host_wire(name, &oom);
	if (!wire)
		return oom ? tw__fail_oom(err) : tw__fail_at(err, TW_EINVAL,
			0, "host", "is not a host name or address");
	bare = tw__str_dup(name);
	if (!bare) {
		tw_free(wire);
		return tw__fail_oom(err);
	}
	tw_free(q->host);
	tw_free(q->host_wire);
	q->host = bare;
	q->host_wire = wire;
	q->port = port;
	q->transport = transport;
	return TW_OK;
}

static tw_status build(tw_qualify *q, const tw_trunk_options *options,
		       tw_error *err)
{
	tw_trunk_options o;
	tw_status status;

	status = tw__import(&o, sizeof(o), options, err);
	if (status)
		return status;
	/* the others are kept to be known where a peer writes them */
	o.secret = NULL;
	status = tw__config_init(&q->config, &o, q->random, err);
	if (!status)
		status = read_limits(q, &o, err);
	if (!status)
		status = set_host(q, q->config.hop[0].host,
			q->config.hop[0].port, q->config.hop[0].transport,
			err);
	return status;
}

tw_status tw_qualify_new(tw_qualify **out, const tw_trunk_options *options,
			 const tw_random *random, tw_error *err)
{
	tw_qualify *q;
	tw_status status;

	if (!out)
		return tw__fail(err, TW_EINVAL, "out is NULL");
	if (random && !random->fill)
		return tw__fail(err, TW_EINVAL, "random has no fill");
	q = tw_calloc(1, sizeof(*q));
	if (!q)
		return tw__fail_oom(err);
	q->random = random ? random : tw_random_system();
	tw__buf_init(&q->request);
	status = build(q, options, err);
	if (status) {
		tw_qualify_free(q);
		return status;
	}
	make_identity(q);
	*out = q;
	return TW_OK;
}

static void take_limits(tw_qualify *q, const tw_qualify *from)
{
	q->interval_us = from->interval_us;
	q->timeout_us = from->timeout_us;
	q->alive = from->alive;
	q->health.down_after = from->health.down_after;
	q->health.up_after = from->health.up_after;
	q->health.loss_percent = from->health.loss_percent;
	q->health.rtt_limit_us = from->health.rtt_limit_us;
}

/* What a peer may echo. Both, or as it was. */
static tw_status copy_secret(struct tw_trunk_config *to,
			     const struct tw_trunk_config *from)
{
	char *password = tw_malloc(from->password_size + 1);
	struct tw_ha1 *ha1 = from->ha1 ? tw_malloc(sizeof(*ha1)) : NULL;

	if (!password || (from->ha1 && !ha1)) {
		tw_free(password);
		tw_free(ha1);
		return TW_ENOMEM;
	}
	if (from->password_size)
		memcpy(password, from->password, from->password_size);
	if (ha1)
		memcpy(ha1, from->ha1, sizeof(*ha1));
	if (to->password)
		tw__wipe(to->password, to->password_size);
	tw_free(to->password);
	tw__ha1_free(to->ha1);
	to->password = password;
	to->password_size = from->password_size;
	to->ha1 = ha1;
	return TW_OK;
}

/* What its requests are made of, and what answers must not tell. */
static tw_status copy_config(struct tw_trunk_config *to,
			     const struct tw_trunk_config *from,
			     tw_error *err)
{
	memcpy(to->name, from->name, sizeof(to->name));
	to->verify = from->verify;
	to->aor_user = tw_strdup(from->aor_user);
	to->identity[0].domain = tw_strdup(from->identity[0].domain);
	to->identity[0].request_uri = tw_strdup(
		from->identity[0].request_uri);
	if (from->route)
		to->route = tw_strdup(from->route);
	return to->aor_user && to->identity[0].domain &&
		to->identity[0].request_uri && (to->route || !from->route) &&
		!copy_secret(to, from) ? TW_OK : tw__fail_oom(err);
}

tw_status tw_qualify_new_like(tw_qualify **out, const tw_qualify *like,
			      tw_error *err)
{
	tw_qualify *q;
	tw_status status;

	if (!out || !like)
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	q = tw_calloc(1, sizeof(*q));
	if (!q)
		return tw__fail_oom(err);
	q->random = like->random;
	tw__buf_init(&q->request);
	status = copy_config(&q->config, &like->config, err);
	if (!status)
		status = set_host(q, like->host, like->port, like->transport,
			err);
	if (status) {
		tw_qualify_free(q);
		return status;
	}
	take_limits(q, like);
	make_identity(q);
	*out = q;
	return TW_OK;
}

static bool same_limits(const tw_qualify *a, const tw_qualify *b)
{
	return a->interval_us == b->interval_us &&
		a->timeout_us == b->timeout_us &&
		!memcmp(&a->alive, &b->alive, sizeof(a->alive)) &&
		a->health.down_after == b->health.down_after &&
		a->health.up_after == b->health.up_after &&
		a->health.loss_percent == b->health.loss_percent &&
		a->health.rtt_limit_us == b->health.rtt_limit_us;
}

int tw_qualify_take_limits(tw_qualify *q, const tw_qualify *from)
{
	if (!q || !from)
		return 0;
	/* without memory the old ones are looked for */
	(void)copy_secret(&q->config, &from->config);
	if (same_limits(q, from))
		return 0;
	take_limits(q, from);
	return 1;
}

void tw_qualify_free(tw_qualify *q)
{
	if (!q)
		return;
	tw__buf_free(&q->request);
	tw__config_free(&q->config);
	tw_free(q->local_host);
	tw_free(q->host);
	tw_free(q->host_wire);
	tw_free(q);
}

tw_status tw_qualify_set_local(tw_qualify *q, const char *host, uint32_t port,
			       tw_error *err)
{
	tw_status status;
	char *wire;

	if (!q)
		return tw__fail(err, TW_EINVAL, "qualify is NULL");
	status = tw__local_wire(&wire, host, port, err);
	if (status)
		return status;
	tw_free(q->local_host);
	q->local_host = wire;
	q->local_port = port;
	return TW_OK;
}

tw_status tw_qualify_set_target(tw_qualify *q, const char *host,
				uint32_t port, uint32_t transport,
				int64_t now_us, tw_error *err)
{
	tw_status status;

	if (!q || !host)
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	if (port > 65535)
		return tw__fail_at(err, TW_EINVAL, 0, "port",
			"%u is not within 0..65535", port);
	if (transport < TW_TRANSPORT_UDP || transport > TW_TRANSPORT_TLS)
		return tw__fail_at(err, TW_EINVAL, 0, "transport",
			"%u is no TW_TRANSPORT_", transport);
	if (!strcmp(host, q->host) && port == q->port &&
	    transport == q->transport)
		return TW_OK;
	status = set_host(q, host, port, transport, err);
	if (status)
		return status;
	tw__qualify_forget(q, "another target");
	q->not_before = 0;               /* was the other one's */
	if (q->running)
		tw__qualify_plan_first(q, now_us);
	return TW_OK;
}

tw_status tw_qualify_start(tw_qualify *q, int64_t now_us, tw_error *err)
{
	if (!q)
		return tw__fail(err, TW_EINVAL, "qualify is NULL");
	if (!q->local_host)
		return tw__fail(err, TW_EINVAL, "the local address is not "
			"known; call tw_qualify_set_local() before");
	if (q->running)
		return TW_OK;
	q->running = true;
	tw__qualify_plan_first(q, now_us);
	return TW_OK;
}

tw_status tw_qualify_stop(tw_qualify *q, int64_t now_us, tw_error *err)
{
	(void)now_us;
	if (!q)
		return tw__fail(err, TW_EINVAL, "qualify is NULL");
	if (!q->running)
		return TW_OK;
	q->running = false;
	q->next_at = INT64_MAX;
	tw__qualify_forget(q, "not asked");
	return TW_OK;
}

tw_status tw_qualify_delay(tw_qualify *q, int64_t at_us, tw_error *err)
{
	if (!q)
		return tw__fail(err, TW_EINVAL, "qualify is NULL");
	if (q->next_at != INT64_MAX && q->next_at < at_us)
		q->next_at = at_us;
	return TW_OK;
}

tw_status tw_qualify_receive(tw_qualify *q, const void *data, size_t size,
			     int64_t now_us, tw_error *err)
{
	char phrase[TW_PHRASE_MAX];
	struct tw_message msg;
	tw_status status;

	if (!q || (!data && size))
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	if (!tw__message_is_response(data, size))
		return TW_ENOTFOUND;
	status = tw__message_parse(&msg, data, size, err);
	if (status)
		return status;
	msg.reason = tw__config_hide(phrase, &q->config, msg.reason);
	if (!tw__str_eq(msg.call_id, q->call_id))
		status = TW_ENOTFOUND;
	else if (tw__transaction_receive(&q->transaction, &msg, now_us) ==
		 TW_TRANSACTION_FINAL)
		tw__qualify_answer(q, &msg, now_us);
	tw__message_free(&msg);
	return status;
}

tw_status tw_qualify_send_failed(tw_qualify *q, int64_t now_us, tw_error *err)
{
	if (!q)
		return tw__fail(err, TW_EINVAL, "qualify is NULL");
	if (q->transaction.pending)
		tw__qualify_silent(q, now_us, "could not be sent");
	return TW_OK;
}

tw_status tw_qualify_tick(tw_qualify *q, int64_t now_us, tw_error *err)
{
	if (!q)
		return tw__fail(err, TW_EINVAL, "qualify is NULL");
	switch (tw__transaction_tick(&q->transaction, now_us)) {
	case TW_TRANSACTION_RETRANSMIT:
		q->retransmits++;
		q->repeated = true;
		q->send_waits = true;
		break;
	case TW_TRANSACTION_TIMEOUT:
		tw__qualify_silent(q, now_us, "no answer within %d ms",
			(int)(q->timeout_us / 1000));
		break;
	default:
		break;
	}
	if (q->running && !q->transaction.pending && now_us >= q->next_at)
		tw__qualify_begin(q, now_us);
	return TW_OK;
}

int64_t tw_qualify_deadline(const tw_qualify *q)
{
	if (!q)
		return INT64_MAX;
	return q->transaction.pending ?
		tw__transaction_deadline(&q->transaction) : q->next_at;
}

tw_status tw_qualify_next(tw_registration_action *out, tw_qualify *q,
			  tw_error *err)
{
	tw_registration_action action;

	if (!out || out->size < sizeof(out->size) || !q)
		return tw__fail(err, TW_EINVAL, "an argument is NULL or "
			"out->size is not set; use "
			"TW_REGISTRATION_ACTION_INIT");
	memset(&action, 0, sizeof(action));
	if (q->send_waits) {
		action.kind = TW_ACTION_SEND;
		action.transport = q->transport;
		action.port = q->port;
		action.host = q->host;
		action.data = q->request.data;
		action.data_size = q->request.size;
		q->send_waits = false;
	}
	else if (q->event_waits) {
		action.kind = TW_ACTION_EVENT;
		action.event = q->event;
		q->event_waits = false;
	}
	else {
		return TW_ITER_END;
	}
	tw__hand_out(out, &action, sizeof(action));
	return TW_OK;
}

int tw_qualify_is_pending(const tw_qualify *q)
{
	return q && q->transaction.pending;
}

const char *tw_qualify_call_id(const tw_qualify *q)
{
	return q ? q->call_id : NULL;
}

tw_status tw_qualify_status(tw_trunk_health *out, const tw_qualify *q,
			    tw_error *err)
{
	tw_trunk_health health;

	if (!out || out->size < sizeof(out->size) || !q)
		return tw__fail(err, TW_EINVAL, "an argument is NULL or "
			"out->size is not set; use TW_TRUNK_HEALTH_INIT");
	memset(&health, 0, sizeof(health));
	health.verdict = q->health.verdict;
	health.sip_code = q->sip_code;
	health.failures = q->health.failures;
	health.successes = q->health.successes;
	health.window = q->health.window;
	health.loss_percent = tw__health_loss(&q->health);
	health.repeat_percent = tw__health_repeats(&q->health);
	health.rtt_us = q->health.rtt_us;
	health.rtt_smoothed_us = q->health.smoothed_us;
	health.rtt_min_us = q->health.min_us;
	health.rtt_max_us = q->health.max_us;
	health.next_at = q->next_at == INT64_MAX ? 0 : q->next_at;
	health.requests = q->requests;
	health.retransmits = q->retransmits;
	health.answers = q->answers;
	tw__target_text(health.target, sizeof(health.target), q->transport,
		q->host_wire, q->port);
	memcpy(health.reason, q->reason, sizeof(health.reason));
	tw__hand_out(out, &health, sizeof(health));
	return TW_OK;
}
