/**
 * @file test_stack.c  Which local address speaks to a peer, and what
 * strangers hear there
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <re.h>
#include <cmocka.h>
#include "base/base.h"
#include "sip/stack.h"
#include "../faults.h"
#include "ground.h"

struct bench {
	struct tw_sip_stacks stacks;
	struct udp_sock *peer;
	struct sa address;             /* of the peer */
	char heard[1024];              /* by the peer */
	char told[1024];               /* to it, by the stack's word */
	unsigned answers, responses;
};

static bool response_h(const struct sip_msg *msg, void *arg)
{
	struct bench *b = arg;

	(void)msg;
	b->responses++;
	return false;
}

static void peer_h(const struct sa *from, struct mbuf *mb, void *arg)
{
	struct bench *b = arg;

	(void)from;
	b->answers++;
	(void)snprintf(b->heard, sizeof(b->heard), "%.*s",
		(int)mbuf_get_left(mb), (const char *)mbuf_buf(mb));
}

static void answered_h(const struct tw_stack_answer *answer, void *arg)
{
	struct bench *b = arg;

	assert_true(sa_cmp(answer->to, &b->address, SA_ALL));
	assert_int_equal(answer->transport, SIP_TRANSP_UDP);
	(void)snprintf(b->told, sizeof(b->told), "%.*s", (int)answer->size,
		(const char *)answer->data);
}

static int setup(void **state)
{
	static struct bench b;

	memset(&b, 0, sizeof(b));
	b.stacks.response = response_h;
	b.stacks.answered = answered_h;
	b.stacks.arg = &b;
	if (libre_init() || sa_set_str(&b.address, "127.0.0.1", 0) ||
	    udp_listen(&b.peer, &b.address, peer_h, &b) ||
	    udp_local_get(b.peer, &b.address))
		return -1;
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	tw__stacks_close(&b->stacks);
	b->peer = mem_deref(b->peer);
	libre_close();
	return b->stacks.first != NULL;
}

static struct sip *sip_for(struct bench *b, enum sip_transp transport,
			   const char *host)
{
	tw_error err = TW_ERROR_INIT;
	struct sip *sip = NULL;
	struct sa peer;

	assert_int_equal(sa_set_str(&peer, host, 5060), 0);
	if (tw__stacks_for(&sip, &b->stacks, transport, &peer, &err))
		fail_msg("%s: %s", err.field, err.message);
	return sip;
}

static void local_of(struct sa *out, struct sip *sip,
		     enum sip_transp transport)
{
	struct sa peer;

	assert_int_equal(sa_set_str(&peer, "127.0.0.1", 5060), 0);
	assert_int_equal(sip_transp_laddr(sip, out, transport, &peer), 0);
}

/* Without a host it is the kernel's choice, and one stack for each. */
static void test_route_says(void **state)
{
	struct bench *b = *state;
	struct sip *one, *two;
	struct sa local;

	assert_int_equal(tw__stacks_open(&b->stacks, NULL, NULL), TW_OK);
	assert_null(b->stacks.first);
	one = sip_for(b, SIP_TRANSP_UDP, "127.0.0.1");
	local_of(&local, one, SIP_TRANSP_UDP);
	assert_int_equal(sa_in(&local), 0x7f000001);
	assert_int_not_equal(sa_port(&local), 0);
	/* again, and by TCP: the same stack, the same socket */
	two = sip_for(b, SIP_TRANSP_TCP, "127.0.0.1");
	assert_ptr_equal(two, one);
	assert_ptr_equal(sip_for(b, SIP_TRANSP_UDP, "127.0.0.1"), one);
	{
		struct sa again;

		local_of(&again, one, SIP_TRANSP_UDP);
		assert_int_equal(sa_port(&again), sa_port(&local));
	}
}

static void test_bound_address(void **state)
{
	struct bench *b = *state;
	struct sip *sip = NULL;
	struct sa local, peer;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__stacks_open(&b->stacks, "127.0.0.9", NULL),
		TW_OK);
	/* its socket is open before anybody asks */
	assert_non_null(b->stacks.first);
	sip = sip_for(b, SIP_TRANSP_UDP, "127.0.0.1");
	local_of(&local, sip, SIP_TRANSP_UDP);
	assert_int_equal(sa_in(&local), 0x7f000009);
	assert_int_equal(sa_set_str(&peer, "::1", 5060), 0);
	assert_int_equal(tw__stacks_for(&sip, &b->stacks, SIP_TRANSP_UDP,
		&peer, &err), TW_EUNSUPPORTED);
	assert_string_equal(err.field, "registrar");
	assert_non_null(strstr(err.message, "leave local_host out"));
}

static void test_two_addresses(void **state)
{
	struct bench *b = *state;
	struct sip *one, *two;
	struct sa local, address;

	assert_int_equal(tw__stacks_open(&b->stacks, "127.0.0.8", NULL),
		TW_OK);
	one = sip_for(b, SIP_TRANSP_UDP, "127.0.0.1");
	assert_int_equal(sa_set_str(&address, "127.0.0.9", 0), 0);
	b->stacks.bind = address;
	two = sip_for(b, SIP_TRANSP_UDP, "127.0.0.1");
	assert_ptr_not_equal(one, two);
	local_of(&local, two, SIP_TRANSP_UDP);
	assert_int_equal(sa_in(&local), 0x7f000009);
	local_of(&local, one, SIP_TRANSP_UDP);
	assert_int_equal(sa_in(&local), 0x7f000008);
}

static void test_wrong_hosts(void **state)
{
	static const char *const bad[] = { "", "localhost", "0.0.0.0", "::",
		"256.1.1.1", "127.0.0.1:5060", "10.0.0.1\r\nforged" };
	struct bench *b = *state;

	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		tw_error err = TW_ERROR_INIT;

		assert_int_equal(tw__stacks_open(&b->stacks, bad[i], &err),
			TW_EINVAL);
		assert_string_equal(err.field, "local_host");
		assert_non_null(strstr(err.message, "leave it out"));
		assert_null(strpbrk(err.message, "\r\n"));
		assert_null(b->stacks.first);
	}
}

/* An address of somebody else, a port that is taken. */
static void test_sockets_that_cannot_be(void **state)
{
	struct bench *b = *state;
	tw_error err = TW_ERROR_INIT;
	char port[32];

	assert_int_equal(tw__stacks_open(&b->stacks, "192.0.2.1", &err),
		TW_EIO);
	assert_string_equal(err.field, "local_host");
	assert_non_null(strstr(err.message, "192.0.2.1"));
	tw__stacks_close(&b->stacks);
	b->stacks.number = sa_port(&b->address);
	assert_int_equal(tw__stacks_open(&b->stacks, "127.0.0.1", &err),
		TW_EIO);
	(void)snprintf(port, sizeof(port), "port %u of 127.0.0.1",
		sa_port(&b->address));
	assert_non_null(strstr(err.message, port));
	assert_non_null(strstr(err.message, "free port"));
}

static void test_wanted_port(void **state)
{
	struct bench *b = *state;
	struct sa local;

	/* the peer's number on another address is free */
	b->stacks.number = sa_port(&b->address);
	assert_int_equal(tw__stacks_open(&b->stacks, "127.0.0.9", NULL),
		TW_OK);
	local_of(&local, sip_for(b, SIP_TRANSP_UDP, "127.0.0.1"),
		SIP_TRANSP_UDP);
	assert_int_equal(sa_port(&local), b->stacks.number);
}

static void test_no_memory(void **state)
{
	struct bench *b = *state;
	tw_error err = TW_ERROR_INIT;
	struct faults faults;

	faults_begin(&faults, 0);
	assert_int_equal(tw__stacks_open(&b->stacks, "127.0.0.1", &err),
		TW_ENOMEM);
	assert_true(faults_end(&faults));
	assert_null(b->stacks.first);
	assert_int_equal(err.code, TW_ENOMEM);
}

static void ask(struct bench *b, const char *first_line, const char *method)
{
	struct mbuf *mb = mbuf_alloc(1024);
	struct sa local;

	local_of(&local, sip_for(b, SIP_TRANSP_UDP, "127.0.0.1"),
		SIP_TRANSP_UDP);
	assert_non_null(mb);
	assert_int_equal(mbuf_printf(mb, "%s\r\n"
		"Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%s\r\n"
		"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: %s\r\n"
		"CSeq: 1 %s\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
		first_line, sa_port(&b->address), method, method, method), 0);
	mb->pos = 0;
	b->heard[0] = b->told[0] = '\0';
	assert_int_equal(udp_send(b->peer, &local, mb), 0);
	mem_deref(mb);
	run(30);
}

/* It takes no calls: every request is answered, an ACK by silence. */
static void test_what_strangers_hear(void **state)
{
	static const struct { const char *method, *answer; } rows[] = {
		{ "OPTIONS", "SIP/2.0 480 " }, { "INVITE", "SIP/2.0 480 " },
		{ "CANCEL", "SIP/2.0 481 " }, { "BYE", "SIP/2.0 501 " },
		{ "MESSAGE", "SIP/2.0 501 " }, { "ACK", "" },
	};
	struct bench *b = *state;
	char line[64];

	assert_int_equal(tw__stacks_open(&b->stacks, "127.0.0.1", NULL),
		TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		(void)snprintf(line, sizeof(line), "%s sip:a@127.0.0.1 "
			"SIP/2.0", rows[i].method);
		ask(b, line, rows[i].method);
		assert_int_equal(strncmp(b->heard, rows[i].answer,
			strlen(rows[i].answer)), 0);
		if (!*rows[i].answer)
			assert_string_equal(b->heard, "");
		assert_string_equal(b->told, b->heard);
	}
	assert_int_equal(b->responses, 0);
	ask(b, "SIP/2.0 200 OK", "REGISTER");
	assert_int_equal(b->responses, 1);
	assert_string_equal(b->heard, "");
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_route_says), TEST(test_bound_address),
		TEST(test_two_addresses), TEST(test_wrong_hosts),
		TEST(test_sockets_that_cannot_be), TEST(test_wanted_port),
		TEST(test_no_memory), TEST(test_what_strangers_hear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
