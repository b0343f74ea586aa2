/**
 * @file test_wide.c  An answer of more than 8 KiB in one datagram
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

struct seen {
	unsigned responses;
	size_t size;
	char call_id[32];
};

static bool response_h(const struct tw_sip_response *response, void *arg)
{
	struct seen *seen = arg;

	seen->responses++;
	seen->size = response->size;
	(void)snprintf(seen->call_id, sizeof(seen->call_id), "%.*s",
		(int)response->call_id_size, response->call_id);
	re_cancel();
	return true;
}

/* As a peer that is quick: before the loop runs at all. */
static size_t answer_at_once(struct udp_sock **sock, const struct sa *to,
			     size_t filling)
{
	struct mbuf *mb = mbuf_alloc(filling + 512);
	struct sa local;
	size_t size;

	assert_non_null(mb);
	assert_int_equal(sa_set_str(&local, "127.0.0.1", 0), 0);
	assert_int_equal(udp_listen(sock, &local, NULL, NULL), 0);
	assert_int_equal(mbuf_printf(mb, "SIP/2.0 401 No\r\n"
		"Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
		"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\n"
		"Call-ID: long\r\nCSeq: 1 REGISTER\r\nX: "), 0);
	assert_int_equal(mbuf_fill(mb, 'x', filling), 0);
	assert_int_equal(mbuf_write_str(mb, "\r\nContent-Length: 0\r\n\r\n"),
		0);
	mb->pos = 0;
	size = mb->end;
	assert_int_equal(udp_send(*sock, to, mb), 0);
	mem_deref(mb);
	return size;
}

static void arrives(struct seen *seen, const struct sa *to, size_t filling)
{
	struct udp_sock *sock;
	size_t size = answer_at_once(&sock, to, filling);

	run(5000);
	assert_int_equal(seen->responses, 1);
	assert_string_equal(seen->call_id, "long");
	assert_int_equal(seen->size, size);
	mem_deref(sock);
	memset(seen, 0, sizeof(*seen));
}

static void test_lent(void **state)
{
	struct seen seen = { 0 };
	const struct tw_sip_owner owner = { response_h, ground_timer_h,
		NULL, &seen, NULL, NULL };
	struct tw_sip_port *port;
	struct sa any, here;
	struct sip *sip;

	(void)state;
	ground_open(&sip, &port, &owner);
	sa_init(&any, AF_INET);
	assert_int_equal(sip_transp_laddr(sip, &here, SIP_TRANSP_UDP, &any),
		0);
	arrives(&seen, &here, 9000);
	arrives(&seen, &here, 60000);
	ground_close(sip, port);
}

static void test_own(void **state)
{
	struct seen seen = { 0 };
	const struct tw_sip_owner owner = { response_h, ground_timer_h,
		NULL, &seen, NULL, NULL };
	struct tw_sip_port *port;
	struct tw_sip_peer *peer;
	char host[64];
	uint32_t number;
	struct sa here;

	(void)state;
	assert_int_equal(libre_init(), 0);
	assert_int_equal(tw__sip_port_new_own(&port, NULL, 0, &owner, NULL),
		TW_OK);
	assert_int_equal(tw__sip_peer_new(&peer, port, "127.0.0.1", 5060,
		TW_TRANSPORT_UDP, NULL), TW_OK);
	assert_int_equal(tw__sip_local(host, sizeof(host), &number, peer,
		NULL), TW_OK);
	assert_int_equal(sa_set_str(&here, host, (uint16_t)number), 0);
	arrives(&seen, &here, 60000);
	tw__sip_peer_free(peer);
	ground_close(NULL, port);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lent),
		cmocka_unit_test(test_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
