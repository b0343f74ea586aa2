/**
 * @file test_flow.c  Connections that are refused, closed, kept open
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <re.h>
#include <cmocka.h>
#include <trunkwise/trunk.h>
#include "ground.h"

#define ANSWER "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\n" \
	"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: x\r\n" \
	"CSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n"

struct bench {
	struct ground on;
	struct tcp_sock *listener;
	struct tcp_conn *conn[8];
	struct udp_sock *udp;
	struct sa there;
	unsigned accepted, pings, responses;
	bool keep, silent;
};

static bool response_h(const struct tw_sip_response *response, void *arg)
{
	struct bench *b = arg;

	(void)response;
	/* as a trunk does when it gets registered */
	if (!b->responses++ && b->keep)
		tw__sip_keep(b->on.peer, 0, false);
	return true;
}

static void estab_h(void *arg)
{
	(void)arg;
}

static void recv_h(struct mbuf *mb, void *arg)
{
	struct bench *b = arg;
	struct mbuf *out;

	if (b->silent || mbuf_get_left(mb) < 5)
		return;
	out = mbuf_alloc(1024);
	assert_non_null(out);
	assert_int_equal(mbuf_printf(out, ANSWER), 0);
	out->pos = 0;
	assert_int_equal(tcp_send(b->conn[b->accepted - 1], out), 0);
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
	assert_in_range(b->accepted, 0, 7);
	assert_int_equal(tcp_accept(&b->conn[b->accepted], b->listener,
		estab_h, recv_h, close_h, b), 0);
	b->accepted++;
}

static void udp_h(const struct sa *from, struct mbuf *mb, void *arg)
{
	struct bench *b = arg;

	(void)from;
	b->pings += mbuf_get_left(mb) == 4 &&
		!memcmp(mbuf_buf(mb), "\r\n\r\n", 4);
}

static void open_bench(struct bench *b, uint32_t transport)
{
	struct sa local;

	memset(b, 0, sizeof(*b));
	ground_stand(&b->on, response_h);
	assert_int_equal(sa_set_str(&local, "127.0.0.1", 0), 0);
	assert_int_equal(tcp_listen(&b->listener, &local, conn_h, b), 0);
	assert_int_equal(tcp_sock_local_get(b->listener, &b->there), 0);
	assert_int_equal(udp_listen(&b->udp, &b->there, udp_h, b), 0);
	assert_int_equal(tw__sip_peer_new(&b->on.peer, b->on.port, "127.0.0.1",
		sa_port(&b->there), transport, NULL), TW_OK);
}

static void hang_up(struct bench *b)
{
	for (size_t i = 0; i < 8; i++)
		b->conn[i] = mem_deref(b->conn[i]);
}

static void close_bench(struct bench *b)
{
	tw__sip_peer_free(b->on.peer);
	hang_up(b);
	mem_deref(b->listener);
	mem_deref(b->udp);
	ground_close(b->on.sip, b->on.port);
}

static void ask(struct bench *b)
{
	assert_int_equal(tw__sip_send(b->on.peer, "REGISTER\r\n\r\n", 12),
		TW_OK);
}

/* Nobody listens: known in a quarter of a second, not in 32. */
static void test_refused(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, TW_TRANSPORT_TCP);
	b.listener = mem_deref(b.listener);
	ask(&b);
	run(100);
	assert_int_equal(b.on.losses, 0);
	run(400);
	assert_int_equal(b.on.losses, 1);
	assert_non_null(strstr(b.on.reason, "Connection refused"));
	/* and once for each request that waits */
	ask(&b);
	run(500);
	assert_int_equal(b.on.losses, 2);
	close_bench(&b);
}

/* One that answers is not knocked at; one that is slow is, and no loss. */
static void test_knock(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, TW_TRANSPORT_TCP);
	ask(&b);
	run(500);
	assert_int_equal(b.responses, 1);
	assert_int_equal(b.accepted, 1);
	b.silent = true;
	ask(&b);
	run(500);
	assert_int_equal(b.accepted, 2);
	assert_int_equal(b.on.losses, 0);
	close_bench(&b);
}

static void test_closed(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, TW_TRANSPORT_TCP);
	b.keep = true;
	ask(&b);
	run(100);
	assert_int_equal(b.responses, 1);
	assert_int_equal(b.on.losses, 0);
	hang_up(&b);
	run(100);
	assert_int_equal(b.on.losses, 1);
	assert_non_null(strstr(b.on.reason, "TCP connection"));
	/* the next request opens another, which is watched too */
	b.responses = 1;
	ask(&b);
	run(100);
	assert_int_equal(b.accepted, 2);
	hang_up(&b);
	run(100);
	assert_int_equal(b.on.losses, 2);
	/* whom nobody watches tells nothing */
	tw__sip_unkeep(b.on.peer);
	ask(&b);
	run(100);
	hang_up(&b);
	run(400);
	assert_int_equal(b.on.losses, 2);
	close_bench(&b);
}

/* Freed with a loss to be told, a knock under way, a watch. */
static void test_freed(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, TW_TRANSPORT_TCP);
	b.silent = true;
	ask(&b);
	run(260);
	close_bench(&b);
	open_bench(&b, TW_TRANSPORT_TCP);
	b.keep = true;
	ask(&b);
	run(50);
	close_bench(&b);
	assert_int_equal(b.on.losses, 0);
}

static void test_pings(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, TW_TRANSPORT_UDP);
	tw__sip_keep(b.on.peer, 0, false);
	tw__sip_keep(b.on.peer, 1, false);
	run(2500);
	assert_in_range(b.pings, 2, 3);
	tw__sip_unkeep(b.on.peer);
	tw__sip_unkeep(b.on.peer);
	b.pings = 0;
	run(1100);
	assert_int_equal(b.pings, 0);
	tw__sip_unkeep(NULL);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_knock),
		cmocka_unit_test(test_closed),
		cmocka_unit_test(test_freed),
		cmocka_unit_test(test_pings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
