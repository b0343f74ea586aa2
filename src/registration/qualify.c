/**
 * @file src/registration/qualify.c  When to ask, and what an answer says
 *
 * Decides the times of a trunk's OPTIONS and hands what comes back to
 * health.c. It refuses to know sockets, and what a bad verdict is for.
 *
 * The rule that no answer can break: OPTIONS begin at least 5 s apart, and a
 * Retry-After is waited for.
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include "answer.h"
#include "qualify.h"
#include "words.h"

static void set_reason(tw_qualify *q, const char *fmt, ...) TW_PRINTF(2, 3);

static void set_reason(tw_qualify *q, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tw__reason_text(q->reason, sizeof(q->reason), fmt, ap);
	va_end(ap);
}

/* Every plan passes here. */
static void plan(tw_qualify *q, int64_t at)
{
	if (q->sent_at != INT64_MIN && at < q->sent_at + TW_QUALIFY_FLOOR_US)
		at = q->sent_at + TW_QUALIFY_FLOOR_US;
	if (at < q->not_before)
		at = q->not_before;
	q->next_at = at;
}

void tw__qualify_plan_first(tw_qualify *q, int64_t now_us)
{
	/* a thousand trunks that registered together do not ask together */
	plan(q, now_us + tw__jitter(q->random, q->interval_us <
		TW_QUALIFY_SOON_US ? q->interval_us : TW_QUALIFY_SOON_US, 0,
		1000));
}

static void plan_next(tw_qualify *q, int64_t now_us)
{
	int64_t at = q->sent_at + tw__jitter(q->random, q->interval_us, 900,
		1100);
	int64_t soon = now_us + tw__jitter(q->random, TW_QUALIFY_FLOOR_US,
		1000, 2000);

	/* one failure is a question, so the next is asked soon. A peer that
	 * is down already is not asked more often for it. */
	if (q->health.failures && q->health.verdict != TW_HEALTH_DOWN &&
	    soon < at)
		at = soon;
	plan(q, at);
}

/* What is unread is merged: it then spans several changes. */
static void tell(tw_qualify *q, uint32_t old)
{
	tw_trunk_event *event = &q->event;

	if (q->event_waits)
		old = event->health_old;
	q->event_waits = old != q->health.verdict;
	memset(event, 0, sizeof(*event));
	event->size = sizeof(*event);
	event->sip_code = q->sip_code;
	event->next_try_s = -1;
	event->health_old = old;
	event->health_new = q->health.verdict;
	memcpy(event->trunk, q->config.name, sizeof(event->trunk));
	event->tls = q->transport != TW_TRANSPORT_TLS ? TW_TLS_NONE :
		q->config.verify ? TW_TLS_VERIFIED : TW_TLS_UNVERIFIED;
	tw__target_text(event->target, sizeof(event->target), event->tls ==
		TW_TLS_UNVERIFIED ? TW_TEXT_TLS_UNVERIFIED : q->transport,
		q->host_wire, q->port);
	memcpy(event->reason, q->reason, sizeof(event->reason));
}

static void told_if_changed(tw_qualify *q, uint32_t old)
{
	if (old != q->health.verdict)
		tell(q, old);
}

void tw__qualify_forget(tw_qualify *q, const char *reason)
{
	uint32_t old = q->health.verdict;

	q->transaction.pending = false;
	q->send_waits = false;
	q->sip_code = 0;
	tw__health_forget(&q->health);
	set_reason(q, "%s", reason);
	told_if_changed(q, old);
}

static void write_request(tw_qualify *q)
{
	const struct tw_trunk_config *config = &q->config;
	const struct tw_identity *identity = &config->identity[0];
	struct tw_buf *out = &q->request;

	tw__buf_clear(out);
	(void)tw__buf_printf(out, "OPTIONS %s SIP/2.0\r\n"
		"Via: SIP/2.0/%s %s:%" PRIu32 ";branch=%s;rport\r\n"
		"Max-Forwards: 70\r\n",
		identity->request_uri, tw__via_name(q->transport),
		q->local_host, q->local_port, q->transaction.branch);
	(void)tw__buf_printf(out, "From: <sip:%s@%s>;tag=%s\r\n"
		"To: <%s>\r\n"
		"Call-ID: %s\r\n"
		"CSeq: %" PRIu32 " OPTIONS\r\n",
		config->aor_user, identity->domain, q->from_tag,
		identity->request_uri, q->call_id, q->transaction.cseq);
	if (config->route)
		(void)tw__buf_printf(out, "Route: %s\r\n", config->route);
	(void)tw__buf_printf(out, "Accept: application/sdp\r\n"
		"User-Agent: trunkwise/%s\r\n"
		"Content-Length: 0\r\n\r\n", tw_version());
}

void tw__qualify_begin(tw_qualify *q, int64_t now_us)
{
	assert(q->running && !q->transaction.pending);
	q->sent_at = now_us;
	q->next_at = INT64_MAX;
	q->repeated = false;
	q->requests++;
	memcpy(q->transaction.branch, "z9hG4bK", 8);
	tw__random_hex(q->transaction.branch + 7, 8, q->random);
	q->transaction.cseq++;
	write_request(q);
	if (q->request.failed) {
		/* says nothing about the peer */
		tw__buf_free(&q->request);
		plan_next(q, now_us);
		return;
	}
	tw__transaction_start(&q->transaction,
		q->transport != TW_TRANSPORT_UDP, now_us);
	q->transaction.timeout_at = now_us + q->timeout_us;
	q->send_waits = true;
}

static void take_alive(tw_qualify *q, const struct tw_message *msg,
		       int64_t now_us)
{
	struct tw_health *health = &q->health;
	uint32_t old = health->verdict;

	tw__health_alive(health, now_us - q->sent_at, q->repeated);
	if (health->verdict == TW_HEALTH_DEGRADED)
		set_reason(q, "OPTIONS: %u %% of the last %u lost, smoothed "
			"round trip %" PRId64 " ms", tw__health_loss(health),
			health->window, health->smoothed_us / 1000);
	else if (health->verdict == TW_HEALTH_DOWN)
		set_reason(q, "OPTIONS: %d, %u of %u good answers to return",
			(int)msg->code, health->successes, health->up_after);
	else
		set_reason(q, "OPTIONS: %d %.*s", (int)msg->code,
			msg->reason.l < 100 ? (int)msg->reason.l : 100,
			msg->reason.p);
	told_if_changed(q, old);
}

static void take_refusal(tw_qualify *q, const struct tw_message *msg,
			 uint32_t retry_after_s)
{
	uint32_t old = q->health.verdict;

	if (msg->code == 503 && retry_after_s) {
		/* RFC 3261 section 21.5.4: no other requests meanwhile */
		tw__health_out(&q->health);
		set_reason(q, "OPTIONS: 503, out of service for %u s as he "
			"says", retry_after_s);
	}
	else {
		tw__health_failed(&q->health, false);
		set_reason(q, "OPTIONS: %d %.*s, %u times in a row",
			(int)msg->code, msg->reason.l < 80 ?
			(int)msg->reason.l : 80, msg->reason.p,
			q->health.failures);
	}
	told_if_changed(q, old);
}

void tw__qualify_answer(tw_qualify *q, const struct tw_message *msg,
			int64_t now_us)
{
	uint32_t retry_after_s = tw__answer_retry_after(msg);

	q->send_waits = false;
	q->answers++;
	q->sip_code = msg->code;
	if (msg->code >= 300 && retry_after_s)
		q->not_before = now_us + tw__jitter(q->random,
			(int64_t)retry_after_s * TW_SECOND, 1000, 1100);
	if (tw__codes_has(&q->alive, msg->code))
		take_alive(q, msg, now_us);
	else
		take_refusal(q, msg, retry_after_s);
	plan_next(q, now_us);
}

void tw__qualify_silent(tw_qualify *q, int64_t now_us, const char *fmt, ...)
{
	uint32_t old = q->health.verdict;
	char what[80];
	va_list ap;

	va_start(ap, fmt);
	tw__reason_text(what, sizeof(what), fmt, ap);
	va_end(ap);
	q->transaction.pending = false;
	q->send_waits = false;
	q->sip_code = 0;
	tw__health_failed(&q->health, true);
	set_reason(q, "OPTIONS: %s, %u times in a row", what,
		q->health.failures);
	told_if_changed(q, old);
	plan_next(q, now_us);
}
