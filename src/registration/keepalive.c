/**
 * @file src/registration/keepalive.c  When a flow is asked, and what silence
 * means
 *
 * Decides that a flow is broken: who has answered before and does not now, or
 * sees us elsewhere than before. From who never answered nothing is
 * concluded, for many registrars serve no STUN. It refuses to know sockets
 * and what is done about it.
 */
#include <stdio.h>
#include <string.h>
#include <trunkwise/sys/stun.h>
#include "config.h"
#include "words.h"

#define FIRST_US   (TW_SECOND / 2)     /* RFC 5389 section 7.2.1: RTO */
#define SENDS      5u
#define NONE       INT64_MAX

struct tw_keepalive {
	const tw_random *random;
	char host[64];
	uint32_t port;
	int64_t period_us;
	int64_t at_us;                 /* next send, or the end of waiting */
	uint32_t sent;                 /* of this request; 0: none waits */
	unsigned char request[TW_STUN_REQUEST_SIZE];
	bool send_waits;
	bool open;                     /* an answer to it would be news */
	bool answered;                 /* at any time */
	bool deaf;                     /* was told */
	uint32_t news;                 /* TW_KEEPALIVE_, 0: none */
	char reason[160];
	char mapped[64];               /* "": not known */
	uint32_t mapped_port;
};

static void plan(tw_keepalive *k, int64_t now_us)
{
	k->sent = 0;
	k->at_us = now_us + tw__jitter(k->random, k->period_us, 800, 1000);
}

tw_status tw_keepalive_new(tw_keepalive **out, const char *host,
			   uint32_t port, uint32_t seconds,
			   const tw_random *random, int64_t now_us,
			   tw_error *err)
{
	tw_keepalive *k;

	if (!out || !host || !tw__address_is(tw__str_of(host)))
		return tw__fail_at(err, TW_EINVAL, 0, "host", "is not an IP "
			"address, or out is NULL");
	if (!port || port > 65535)
		return tw__fail_at(err, TW_EINVAL, 0, "port",
			"%u is not within 1..65535", port);
	if (!seconds || seconds > 3600)
		return tw__fail_at(err, TW_EINVAL, 0, "seconds",
			"%u is not within 1..3600", seconds);
	if (random && !random->fill)
		return tw__fail(err, TW_EINVAL, "random has no fill");
	k = tw_calloc(1, sizeof(*k));
	if (!k)
		return tw__fail_oom(err);
	k->random = random ? random : tw_random_system();
	(void)snprintf(k->host, sizeof(k->host), "%s", host);
	k->port = port;
	k->period_us = seconds * TW_SECOND;
	plan(k, now_us);
	*out = k;
	return TW_OK;
}

void tw_keepalive_free(tw_keepalive *k)
{
	tw_free(k);
}

static void tell(tw_keepalive *k, uint32_t news, const char *fmt, ...)
	TW_PRINTF(3, 4);

static void tell(tw_keepalive *k, uint32_t news, const char *fmt, ...)
{
	va_list ap;

	k->news = news;
	va_start(ap, fmt);
	tw__reason_text(k->reason, sizeof(k->reason), fmt, ap);
	va_end(ap);
}

static void begin(tw_keepalive *k, int64_t now_us)
{
	unsigned char id[TW_STUN_ID_SIZE];

	k->random->fill(id, sizeof(id), k->random->arg);
	tw_stun_request(k->request, id);
	k->sent = 1;
	k->send_waits = k->open = true;
	k->at_us = now_us + FIRST_US;
	if (k->deaf)                   /* one is enough to wake a NAT */
		plan(k, now_us);
}

static void give_up(tw_keepalive *k, int64_t now_us)
{
	if (k->answered)
		tell(k, TW_KEEPALIVE_LOST, "STUN: no answer any more");
	else
		tell(k, TW_KEEPALIVE_DEAF, "STUN is not served there");
	k->deaf |= !k->answered;
	k->open = false;
	k->mapped[0] = '\0';           /* a new flow, a new mapping */
	plan(k, now_us);
}

tw_status tw_keepalive_tick(tw_keepalive *k, int64_t now_us, tw_error *err)
{
	if (!k)
		return tw__fail(err, TW_EINVAL, "keepalive is NULL");
	if (now_us < k->at_us)
		return TW_OK;
	if (!k->sent) {
		begin(k, now_us);
	}
	else if (k->sent < SENDS) {
		k->send_waits = true;
		k->at_us = now_us + (FIRST_US << k->sent++);
	}
	else {
		give_up(k, now_us);
	}
	return TW_OK;
}

int64_t tw_keepalive_deadline(const tw_keepalive *k)
{
	return k ? k->at_us : NONE;
}

static void learn(tw_keepalive *k, const tw_stun_answer *answer)
{
	if (answer->kind != TW_STUN_MAPPED)
		return;
	if (k->mapped[0] && (strcmp(k->mapped, answer->host) ||
			     k->mapped_port != answer->port))
		tell(k, TW_KEEPALIVE_LOST, "STUN: we are seen at %s port %u, "
			"not at %s port %u any more", answer->host,
			answer->port, k->mapped, k->mapped_port);
	memcpy(k->mapped, answer->host, sizeof(k->mapped));
	k->mapped_port = answer->port;
}

tw_status tw_keepalive_receive(tw_keepalive *k, const char *host,
			       uint32_t port, const void *data, size_t size,
			       int64_t now_us, tw_error *err)
{
	tw_stun_answer answer = TW_STUN_ANSWER_INIT;
	tw_status status;

	if (!k || !host || (!data && size))
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	status = !k->open ? tw__fail(err, TW_ENOTFOUND, "nothing was asked") :
		tw_stun_read(&answer, k->request + 8, data, size, err);
	if (status)
		return status;
	if (strcmp(host, k->host) || port != k->port)
		return tw__fail(err, TW_EPARSE, "an answer from elsewhere");
	k->open = false;               /* a copy of it is no news */
	k->answered = true;
	k->deaf = false;
	learn(k, &answer);
	plan(k, now_us);
	return TW_OK;
}

tw_status tw_keepalive_next(tw_keepalive_action *out, tw_keepalive *k,
			    tw_error *err)
{
	tw_keepalive_action action = TW_KEEPALIVE_ACTION_INIT;

	if (!out || out->size < sizeof(out->size) || !k)
		return tw__fail(err, TW_EINVAL, "an argument is NULL or "
			"out->size is not set; use TW_KEEPALIVE_ACTION_INIT");
	if (k->send_waits) {
		action.kind = TW_KEEPALIVE_SEND;
		action.data = k->request;
		action.data_size = sizeof(k->request);
		k->send_waits = false;
	}
	else if (k->news) {
		action.kind = k->news;
		memcpy(action.reason, k->reason, sizeof(action.reason));
		k->news = 0;
	}
	else {
		return TW_ITER_END;
	}
	tw__hand_out(out, &action, sizeof(action));
	return TW_OK;
}
