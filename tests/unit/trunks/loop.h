/**
 * @file loop.h  A libre loop with a SIP stack and a UDP registrar in it
 *
 * Everything in one thread: the registrar is a socket on the same loop, its
 * answers are written by the test. Time is virtual where the set is given
 * `loop_clock`; packets always take real time.
 */
#ifndef TW_TESTS_TRUNKS_LOOP_H
#define TW_TESTS_TRUNKS_LOOP_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <re.h>
#include <cmocka.h>
#include <trunkwise/health.h>
#include <trunkwise/libre.h>

struct loop {
	struct sip *sip;
	struct udp_sock *registrar;
	uint16_t port;                 /* of the registrar */
	const char *status;            /* of the answer; NULL: silence */
	const char *headers;
	const char *options;           /* as status, to OPTIONS */
	unsigned options_requests;
	bool challenge;                /* 401 to requests without an answer */
	unsigned requests;
	char last[4096];
	char call_id[128];
	tw_clock clock;
	int64_t now_us;
	unsigned callbacks;
	bool unpaced;                  /* loop_set() sets no limits */
};

static int64_t loop_monotonic(void *arg)
{
	return ((struct loop *)arg)->now_us;
}

static tw_time loop_wall(void *arg)
{
	return ((struct loop *)arg)->now_us;
}

static const char *loop_line(char *out, size_t size, const char *text,
			     const char *name)
{
	char key[32];
	const char *p;

	(void)snprintf(key, sizeof(key), "\r\n%s: ", name);
	p = strstr(text, key);
	(void)snprintf(out, size, "%.*s", p ? (int)strcspn(p +
		strlen(key), "\r") : 0, p ? p + strlen(key) : "");
	return out;
}

static void loop_registrar_h(const struct sa *src, struct mbuf *mb, void *arg)
{
	struct loop *loop = arg;
	char via[256], from[256], to[256], cseq[64];
	const char *status = loop->status, *headers = loop->headers;
	struct mbuf *answer;

	if (mbuf_get_left(mb) > 7 && !memcmp(mbuf_buf(mb), "OPTIONS", 7)) {
		loop->options_requests++;
		status = loop->options;
	}
	else {
		loop->requests++;
	}
	(void)snprintf(loop->last, sizeof(loop->last), "%.*s",
		(int)mbuf_get_left(mb), (const char *)mbuf_buf(mb));
	(void)loop_line(loop->call_id, sizeof(loop->call_id), loop->last,
		"Call-ID");
	if (loop->challenge && !memcmp(loop->last, "REG", 3) &&
	    !strstr(loop->last, "\r\nAuthorization:")) {
		status = "401 Unauthorized";
		headers = "WWW-Authenticate: Digest realm=\"r\", "
			"nonce=\"n\", qop=\"auth\"\r\n";
	}
	if (!status)
		return;
	answer = mbuf_alloc(2048);
	assert_non_null(answer);
	assert_int_equal(mbuf_printf(answer, "SIP/2.0 %s\r\nVia: %s\r\n"
		"From: %s\r\nTo: %s;tag=x\r\nCall-ID: %s\r\nCSeq: %s\r\n"
		"%sContent-Length: 0\r\n\r\n", status,
		loop_line(via, sizeof(via), loop->last, "Via"),
		loop_line(from, sizeof(from), loop->last, "From"),
		loop_line(to, sizeof(to), loop->last, "To"), loop->call_id,
		loop_line(cseq, sizeof(cseq), loop->last, "CSeq"),
		headers ? headers : ""), 0);
	answer->pos = 0;
	(void)udp_send(loop->registrar, src, answer);
	mem_deref(answer);
}

static void loop_open(struct loop *loop)
{
	struct sa local;

	memset(loop, 0, sizeof(*loop));
	assert_int_equal(libre_init(), 0);
	loop->now_us = 1000000000;
	loop->clock.size = sizeof(loop->clock);
	loop->clock.wall = loop_wall;
	loop->clock.monotonic = loop_monotonic;
	loop->clock.arg = loop;
	assert_int_equal(sa_set_str(&local, "127.0.0.1", 0), 0);
	assert_int_equal(udp_listen(&loop->registrar, &local,
		loop_registrar_h, loop), 0);
	assert_int_equal(udp_local_get(loop->registrar, &local), 0);
	loop->port = sa_port(&local);
	assert_int_equal(sip_alloc(&loop->sip, NULL, 16, 16, 16, "test",
		NULL, NULL), 0);
	assert_int_equal(sa_set_str(&local, "127.0.0.1", 0), 0);
	assert_int_equal(sip_transp_add(loop->sip, SIP_TRANSP_UDP, &local),
		0);
}

static void loop_close(struct loop *loop)
{
	mem_deref(loop->sip);
	mem_deref(loop->registrar);
	libre_close();
	tmr_debug();
	mem_debug();
}

static void loop_stop_h(void *arg)
{
	(void)arg;
	re_cancel();
}

/* Lets packets and timers pass for that many real milliseconds. */
static void loop_run(struct loop *loop, unsigned ms)
{
	struct tmr stop;

	(void)loop;
	tmr_init(&stop);
	tmr_start(&stop, ms, loop_stop_h, NULL);
	assert_int_equal(re_main(NULL), 0);
	tmr_cancel(&stop);
}

static void loop_event_h(void *arg)
{
	((struct loop *)arg)->callbacks++;
}

static tw_trunks __attribute__((unused)) *loop_set(struct loop *loop,
						   bool host_clock)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_trunks *set;

	if (host_clock) {
		o.flags = TW_TRUNKS_HOST_CLOCK;
		o.clock = &loop->clock;
	}
	o.event = loop_event_h;
	o.arg = loop;
	if (loop->unpaced)
		o.requests_per_s = o.registrar_requests_per_s = 0;
	if (tw_trunks_new_attached(&set, loop->sip, &o, &err))
		fail_msg("%s", err.message);
	return set;
}

static tw_trunk __attribute__((unused)) *loop_trunk(struct loop *loop,
	tw_trunks *set, const char *name)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	char registrar[64];
	tw_trunk *trunk = NULL;

	(void)snprintf(registrar, sizeof(registrar), "sip:localhost:%u",
		loop->port);
	o.name = name;
	o.registrar = registrar;
	o.user = "trunk1";
	o.password = "secret";
	o.password_size = 6;
	if (tw_trunk_new(&trunk, set, &o, &err))
		fail_msg("%s: %s", err.field, err.message);
	return trunk;
}

static tw_trunk_status __attribute__((unused)) loop_status(
	const tw_trunk *trunk)
{
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;

	assert_int_equal(tw_trunk_status_get(&status, trunk, NULL), TW_OK);
	return status;
}

#endif
