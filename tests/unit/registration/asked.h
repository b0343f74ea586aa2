/**
 * @file asked.h  A qualify, its virtual time and a scripted peer
 */
#ifndef TW_TESTS_REGISTRATION_ASKED_H
#define TW_TESTS_REGISTRATION_ASKED_H

#include "fake.h"
#include <trunkwise/health.h>

struct asked {
	tw_qualify *q;
	tw_random random;
	tw_random_state seed;
	int64_t now;
	char sent[2048];             /* the last OPTIONS */
	char host[64];
	uint32_t port, transport;
	unsigned sends;              /* with retransmissions */
	unsigned events;
	tw_trunk_event event;        /* the last one */
	int fail_sends;
};

static tw_trunk_options FAKE_UNUSED asked_options(void)
{
	tw_trunk_options o = fake_options();

	o.qualify_s = 60;
	return o;
}

static void FAKE_UNUSED asked_drain(struct asked *a)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;

	while (!tw_qualify_next(&action, a->q, NULL)) {
		if (action.kind == TW_ACTION_EVENT) {
			a->event = action.event;
			a->events++;
			continue;
		}
		assert_int_equal(action.kind, TW_ACTION_SEND);
		assert_true(action.data_size < sizeof(a->sent));
		memcpy(a->sent, action.data, action.data_size);
		a->sent[action.data_size] = '\0';
		(void)snprintf(a->host, sizeof(a->host), "%s", action.host);
		a->port = action.port;
		a->transport = action.transport;
		a->sends++;
		if (a->fail_sends)
			assert_int_equal(tw_qualify_send_failed(a->q, a->now,
				NULL), TW_OK);
	}
}

static void FAKE_UNUSED asked_open_with(struct asked *a,
					const tw_trunk_options *o)
{
	tw_error err = TW_ERROR_INIT;

	memset(a, 0, sizeof(*a));
	a->now = SECONDS(1000);
	tw_random_seed(&a->random, &a->seed, 42);
	if (tw_qualify_new(&a->q, o, &a->random, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(tw_qualify_set_local(a->q, "192.0.2.7", 5060, &err),
		TW_OK);
}

static void FAKE_UNUSED asked_open(struct asked *a)
{
	tw_trunk_options o = asked_options();

	asked_open_with(a, &o);
	assert_int_equal(tw_qualify_start(a->q, a->now, NULL), TW_OK);
}

static void FAKE_UNUSED asked_close(struct asked *a)
{
	tw_qualify_free(a->q);
}

static tw_trunk_health FAKE_UNUSED asked_status(const struct asked *a)
{
	tw_trunk_health health = TW_TRUNK_HEALTH_INIT;

	assert_int_equal(tw_qualify_status(&health, a->q, NULL), TW_OK);
	return health;
}

static void FAKE_UNUSED asked_tick(struct asked *a)
{
	int64_t at = tw_qualify_deadline(a->q);

	assert_true(at != INT64_MAX);
	if (at > a->now)
		a->now = at;
	assert_int_equal(tw_qualify_tick(a->q, a->now, NULL), TW_OK);
	/* a tick always gets on, or a host's loop would spin */
	assert_true(tw_qualify_deadline(a->q) > a->now);
	asked_drain(a);
}

/* Until a new OPTIONS is under way. */
static void FAKE_UNUSED asked_next(struct asked *a)
{
	uint64_t before = asked_status(a).requests;

	while (asked_status(a).requests == before)
		asked_tick(a);
}

static const char FAKE_UNUSED *asked_header(const struct asked *a,
					    const char *name, char out[256])
{
	char key[64];
	const char *p;

	(void)snprintf(key, sizeof(key), "\r\n%s: ", name);
	p = strstr(a->sent, key);
	(void)snprintf(out, 256, "%.*s", p ? (int)strcspn(p + strlen(key),
		"\r") : 0, p ? p + strlen(key) : "");
	return out;
}

/* `status` is "200 OK"; `more` may be NULL or lines with CRLF. */
static tw_status FAKE_UNUSED asked_answer(struct asked *a,
					  const char *status,
					  const char *more)
{
	char via[256], from[256], to[256], id[256], cseq[256], text[4096];
	tw_status got;

	(void)snprintf(text, sizeof(text), "SIP/2.0 %s\r\nVia: %s\r\n"
		"From: %s\r\nTo: %s;tag=x\r\nCall-ID: %s\r\nCSeq: %s\r\n"
		"%sContent-Length: 0\r\n\r\n", status,
		asked_header(a, "Via", via), asked_header(a, "From", from),
		asked_header(a, "To", to), asked_header(a, "Call-ID", id),
		asked_header(a, "CSeq", cseq), more ? more : "");
	got = tw_qualify_receive(a->q, text, strlen(text), a->now, NULL);
	asked_drain(a);
	return got;
}

#endif
