/**
 * @file test_peer.c  Addresses, who speaks to them, and who shares them
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

struct bench {
	struct sip *sip;
	struct tw_sip_port *port;
};

static bool response_h(const struct tw_sip_response *response, void *arg)
{
	(void)response;
	(void)arg;
	return true;
}

static void open_bench(struct bench *b)
{
	const struct tw_sip_owner owner = { response_h, ground_timer_h,
		NULL, NULL, NULL, NULL };

	ground_open(&b->sip, &b->port, &owner);
}

static void close_bench(struct bench *b)
{
	ground_close(b->sip, b->port);
}

static struct tw_sip_peer *peer_of(struct bench *b, const char *host,
				   uint32_t number, uint32_t transport)
{
	struct tw_sip_peer *peer = NULL;
	tw_error err = TW_ERROR_INIT;

	if (tw__sip_peer_new(&peer, b->port, host, number, transport, &err))
		fail_msg("%s: %s", err.field, err.message);
	return peer;
}

static void test_addresses(void **state)
{
	struct tw_sip_peer *peer = NULL;
	tw_error err = TW_ERROR_INIT;
	uint32_t number = 0;
	char host[64];
	struct bench b;

	(void)state;
	open_bench(&b);
	peer = peer_of(&b, "LocalHost", 0, TW_TRANSPORT_UDP);
	assert_int_equal(tw__sip_local(host, sizeof(host), &number, peer,
		&err), TW_OK);
	assert_string_equal(host, "127.0.0.1");
	assert_in_range(number, 1, 65535);
	tw__sip_peer_free(peer);
	tw__sip_peer_free(NULL);
	peer = NULL;
	assert_int_equal(tw__sip_peer_new(&peer, b.port, "example.test", 0,
		TW_TRANSPORT_UDP, &err), TW_EUNSUPPORTED);
	assert_string_equal(err.field, "registrar");
	assert_int_equal(tw__sip_peer_new(&peer, b.port, "::1", 0,
		TW_TRANSPORT_UDP, &err), TW_EUNSUPPORTED);
	assert_int_equal(tw__sip_peer_new(&peer, b.port, "127.0.0.1", 0,
		TW_TRANSPORT_TLS, &err), TW_EUNSUPPORTED);
	assert_int_equal(tw__sip_peer_new(&peer, b.port, "127.0.0.1", 0,
		99, &err), TW_EUNSUPPORTED);
	assert_null(peer);
	close_bench(&b);
}

/* The same target is one peer, whoever asks and however it is written; it
 * lives until the last one has freed it. */
static void test_sharing(void **state)
{
	struct tw_sip_peer *one, *two, *other;
	uint32_t number;
	char host[64];
	struct bench b;

	(void)state;
	open_bench(&b);
	one = peer_of(&b, "127.0.0.1", 0, TW_TRANSPORT_UDP);
	two = peer_of(&b, "localhost", 5060, TW_TRANSPORT_UDP);
	assert_ptr_equal(one, two);
	other = peer_of(&b, "127.0.0.1", 5060, TW_TRANSPORT_TCP);
	assert_ptr_not_equal(one, other);
	tw__sip_peer_free(other);
	other = peer_of(&b, "127.0.0.1", 5061, TW_TRANSPORT_UDP);
	assert_ptr_not_equal(one, other);
	tw__sip_peer_free(other);
	tw__sip_peer_free(one);
	assert_int_equal(tw__sip_local(host, sizeof(host), &number, two,
		NULL), TW_OK);
	tw__sip_peer_free(two);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_sharing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
