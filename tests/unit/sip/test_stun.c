/**
 * @file test_stun.c  STUN over the socket that SIP goes by
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <re.h>
#include <cmocka.h>
#include <trunkwise/trunk.h>
#include <trunkwise/sys/stun.h>
#include "ground.h"

#define ANSWER "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n" \
	"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: x\r\n" \
	"CSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n"

struct bench {
	struct ground on;
	struct udp_sock *server, *stranger;
	struct sa there;
	unsigned stuns, crlfs, answered;
	unsigned char mapped;          /* last byte of it */
	bool strange;                  /* answers by another socket */
	bool stop_at_stun;
};

static bool response_h(const struct tw_sip_response *response, void *arg)
{
	(void)response;
	(void)arg;
	re_cancel();
	return true;
}

static void say(struct udp_sock *sock, const struct sa *to, const void *data,
		size_t size)
{
	struct mbuf *mb = mbuf_alloc(size);

	assert_non_null(mb);
	assert_int_equal(mbuf_write_mem(mb, data, size), 0);
	mb->pos = 0;
	assert_int_equal(udp_send(sock, to, mb), 0);
	mem_deref(mb);
}

static void answer_stun(struct bench *b, const struct sa *to,
			const unsigned char *request)
{
	unsigned char text[32] = { 1, 1, 0, 12 };
	static const unsigned char address[12] = { 0, 0x20, 0, 8, 0, 1, 0xa1,
		0x47, 0xe1, 0x12, 0xa6, 0x43 };

	memcpy(text + 4, request + 4, 16);
	memcpy(text + 20, address, 12);
	text[31] ^= b->mapped;
	say(b->strange ? b->stranger : b->server, to, text, sizeof(text));
}

static void server_h(const struct sa *from, struct mbuf *mb, void *arg)
{
	const unsigned char *bytes = mbuf_buf(mb);
	struct bench *b = arg;

	if (mbuf_get_left(mb) == 4)
		b->crlfs++;
	else if (bytes[0] == 'R')
		say(b->server, from, ANSWER, sizeof(ANSWER) - 1);
	else if (bytes[0] == 0) {
		assert_int_equal(mbuf_get_left(mb), TW_STUN_REQUEST_SIZE);
		b->stuns++;
		answer_stun(b, from, bytes);
		if (b->stop_at_stun)
			re_cancel();
	}
	else if (bytes[0] == 1) {      /* libre's own, to our question */
		b->answered++;
		re_cancel();
	}
}

static void open_bench(struct bench *b)
{
	struct sa local;

	memset(b, 0, sizeof(*b));
	ground_stand(&b->on, response_h);
	assert_int_equal(sa_set_str(&local, "127.0.0.1", 0), 0);
	assert_int_equal(udp_listen(&b->server, &local, server_h, b), 0);
	assert_int_equal(udp_listen(&b->stranger, &local, server_h, b), 0);
	assert_int_equal(udp_local_get(b->server, &b->there), 0);
	assert_int_equal(tw__sip_peer_new(&b->on.peer, b->on.port, "127.0.0.1",
		sa_port(&b->there), TW_TRANSPORT_UDP, NULL), TW_OK);
	tw__sip_keep(b->on.peer, 1, true);
	assert_int_equal(tw__sip_send(b->on.peer, "REGISTER\r\n\r\n", 12),
		TW_OK);
	run(2000);
	b->stop_at_stun = true;
}

static void close_bench(struct bench *b)
{
	tw__sip_unkeep(b->on.peer);
	tw__sip_peer_free(b->on.peer);
	mem_deref(b->server);
	mem_deref(b->stranger);
	ground_close(b->on.sip, b->on.port);
}

/* Asked, answered, asked again with another mapping: lost, once. */
static void test_mapping_changes(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	run(3000);
	assert_int_equal(b.stuns, 1);
	run(3000);
	assert_int_equal(b.stuns, 2);
	assert_int_equal(b.on.losses, 0);
	b.mapped = 7;
	b.stop_at_stun = false;
	run(3000);
	assert_int_equal(b.on.losses, 1);
	assert_string_equal(b.on.reason, "STUN: we are seen at 192.0.2.6 port "
		"32853, not at 192.0.2.1 port 32853 any more");
	assert_int_equal(b.crlfs, 0);
	close_bench(&b);
}

/* The right id from another address is nobody's: it is asked again. */
static void test_stranger(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	run(3000);
	b.strange = true;
	b.mapped = 1;
	run(3000);
	run(3000);
	assert_int_equal(b.stuns, 3);
	assert_int_equal(b.on.losses, 0);
	close_bench(&b);
}

/* Somebody who asks us is answered by libre as before. */
static void test_questions_pass(void **state)
{
	static const unsigned char id[12] = "0123456789ab";
	unsigned char request[TW_STUN_REQUEST_SIZE];
	struct sa us;
	struct bench b;

	(void)state;
	open_bench(&b);
	tw_stun_request(request, id);
	assert_int_equal(sip_transp_laddr(b.on.sip, &us, SIP_TRANSP_UDP,
		&b.there), 0);
	b.stop_at_stun = false;
	say(b.server, &us, request, sizeof(request));
	run(2000);
	assert_int_equal(b.answered, 1);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mapping_changes),
		cmocka_unit_test(test_stranger),
		cmocka_unit_test(test_questions_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
