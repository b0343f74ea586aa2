/**
 * @file test_port.c  Bytes and one timer over libre
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <re.h>
#include <cmocka.h>
#include <trunkwise/trunk.h>
#include "ground.h"

#define ANSWER "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\n" \
	"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\n" \
	"Call-ID: %s\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n"

struct seen {
	unsigned responses, timers;
	char last[512], call_id[64];
	const struct tw_sip_peer *peer;
	bool from_peer;
};

struct bench {
	struct sip *sip;
	struct tw_sip_port *port;
	struct seen seen;
	struct tcp_sock *listener;
	struct tcp_conn *conn;
	uint16_t number;
	unsigned accepted;
};

static bool response_h(const struct tw_sip_response *response, void *arg)
{
	struct seen *seen = arg;

	seen->responses++;
	(void)snprintf(seen->last, sizeof(seen->last), "%.*s",
		(int)response->size, (const char *)response->data);
	(void)snprintf(seen->call_id, sizeof(seen->call_id), "%.*s",
		(int)response->call_id_size, response->call_id);
	seen->from_peer = seen->peer &&
		tw__sip_peer_sent(seen->peer, response);
	return true;
}

static void timer_h(void *arg)
{
	((struct seen *)arg)->timers++;
}

static void open_bench(struct bench *b)
{
	struct tw_sip_owner owner = { response_h, timer_h, NULL, &b->seen,
		NULL, NULL };

	memset(b, 0, sizeof(*b));
	ground_open(&b->sip, &b->port, &owner);
	assert_ptr_equal(tw__sip_port_sip(b->port), b->sip);
}

static void close_bench(struct bench *b)
{
	mem_deref(b->conn);
	mem_deref(b->listener);
	ground_close(b->sip, b->port);
}

static void test_timer(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	tw__sip_port_wake(b.port, 1);
	run(20);
	assert_int_equal(b.seen.timers, 1);
	tw__sip_port_wake(b.port, -5);
	run(20);
	assert_int_equal(b.seen.timers, 2);
	tw__sip_port_wake(b.port, 5000);
	tw__sip_port_wake(b.port, INT64_MAX);
	run(20);
	assert_int_equal(b.seen.timers, 2);
	tw__sip_port_wake(b.port, INT64_MAX - 1);
	run(20);
	assert_int_equal(b.seen.timers, 2);
	close_bench(&b);
}

static void estab_h(void *arg)
{
	(void)arg;
}

/* Answers the first bytes by two messages in one write, with a keep-alive
 * before the first, and cut in the middle of the second. */
static void recv_h(struct mbuf *mb, void *arg)
{
	struct bench *b = arg;
	struct mbuf *out = mbuf_alloc(2048);
	size_t end;

	(void)mb;
	if (!out || b->accepted++)
		goto out;
	assert_int_equal(mbuf_printf(out, "\r\n" ANSWER ANSWER, "one",
		"two"), 0);
	end = out->end;
	out->pos = 0;
	out->end = end - 40;
	assert_int_equal(tcp_send(b->conn, out), 0);
	out->pos = end - 40;
	out->end = end;
	assert_int_equal(tcp_send(b->conn, out), 0);
 out:
	mem_deref(out);
}

static void close_h(int err, void *arg)
{
	(void)err;
	(void)arg;
}

static void conn_h(const struct sa *from, void *arg)
{
	struct bench *b = arg;

	(void)from;
	assert_int_equal(tcp_accept(&b->conn, b->listener, estab_h, recv_h,
		close_h, b), 0);
}

static void test_tcp(void **state)
{
	struct tw_sip_peer *peer;
	struct sa local;
	char want[512];
	struct bench b;

	(void)state;
	open_bench(&b);
	assert_int_equal(sa_set_str(&local, "127.0.0.1", 0), 0);
	assert_int_equal(tcp_listen(&b.listener, &local, conn_h, &b), 0);
	assert_int_equal(tcp_sock_local_get(b.listener, &local), 0);
	assert_int_equal(tw__sip_peer_new(&peer, b.port, "127.0.0.1",
		sa_port(&local), TW_TRANSPORT_TCP, NULL), TW_OK);
	b.seen.peer = peer;
	assert_int_equal(tw__sip_send(peer, "hello\r\n\r\n", 9),
		TW_OK);
	run(100);
	assert_int_equal(b.seen.responses, 2);
	assert_true(b.seen.from_peer);
	assert_string_equal(b.seen.call_id, "two");
	/* exactly the message: no keep-alive before, no neighbour behind */
	(void)snprintf(want, sizeof(want), ANSWER, "two");
	assert_string_equal(b.seen.last, want);
	tw__sip_peer_free(peer);
	close_bench(&b);
}

static void test_udp_peer_address(void **state)
{
	struct tw_sip_peer *peer;
	struct udp_sock *other;
	struct sa local, to;
	struct mbuf *mb = mbuf_alloc(512);
	struct bench b;

	(void)state;
	assert_non_null(mb);
	open_bench(&b);
	assert_int_equal(tw__sip_peer_new(&peer, b.port, "127.0.0.1", 5060,
		TW_TRANSPORT_UDP, NULL), TW_OK);
	b.seen.peer = peer;
	assert_int_equal(sa_set_str(&local, "127.0.0.1", 5060), 0);
	assert_int_equal(sip_transp_laddr(b.sip, &to, SIP_TRANSP_UDP,
		&local), 0);
	assert_int_equal(mbuf_printf(mb, ANSWER, "x"), 0);
	for (int i = 1; i < 3; i++) {
		assert_int_equal(sa_set_str(&local, i == 1 ? "127.0.0.1" :
			"127.0.0.3", 0), 0);
		assert_int_equal(udp_listen(&other, &local, NULL, NULL), 0);
		mb->pos = 0;
		assert_int_equal(udp_send(other, &to, mb), 0);
		run(20);
		assert_int_equal(b.seen.responses, i);
		/* another port is fine, another address is not */
		assert_int_equal(b.seen.from_peer, i == 1);
		mem_deref(other);
	}
	mem_deref(mb);
	tw__sip_peer_free(peer);
	close_bench(&b);
}

/* The stack goes first, against the rule: still no use after free. */
static void test_stack_gone(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	b.sip = mem_deref(b.sip);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timer),
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_udp_peer_address),
		cmocka_unit_test(test_stack_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
