/**
 * @file test_check.c  What libre lets pass and our handlers do not get
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <re.h>
#include <cmocka.h>
#include "sip/check.h"
#include "ground.h"

struct bench {
	struct sip *sip;
	struct sip_lsnr *requests, *responses;
	struct udp_sock *peer;
	struct sa address, local;
	char heard[1024];
	tw_sip_verdict verdict;        /* of the last response */
	unsigned handled, seen;
	char bytes[256];               /* of the last request, its start */
	size_t size;
};

static bool request_h(const struct sip_msg *msg, void *arg)
{
	struct bench *b = arg;
	const void *data;

	tw__sip_bytes(&data, &b->size, msg);
	(void)snprintf(b->bytes, sizeof(b->bytes), "%.*s", (int)b->size,
		(const char *)data);
	b->seen++;
	b->handled += tw__sip_admit(b->sip, msg);
	return true;
}

static bool response_h(const struct sip_msg *msg, void *arg)
{
	struct bench *b = arg;

	b->seen++;
	tw__sip_check(&b->verdict, msg);
	return true;
}

static void peer_h(const struct sa *from, struct mbuf *mb, void *arg)
{
	struct bench *b = arg;

	(void)from;
	(void)snprintf(b->heard, sizeof(b->heard), "%.*s",
		(int)mbuf_get_left(mb), (const char *)mbuf_buf(mb));
}

static int setup(void **state)
{
	static struct bench b;

	memset(&b, 0, sizeof(b));
	if (libre_init() || sa_set_str(&b.address, "127.0.0.1", 0) ||
	    udp_listen(&b.peer, &b.address, peer_h, &b) ||
	    udp_local_get(b.peer, &b.address) ||
	    sip_alloc(&b.sip, NULL, 16, 16, 16, "t", NULL, NULL) ||
	    sa_set_str(&b.local, "127.0.0.1", 0) ||
	    sip_transp_add(b.sip, SIP_TRANSP_UDP, &b.local) ||
	    sip_transp_laddr(b.sip, &b.local, SIP_TRANSP_UDP, &b.address) ||
	    sip_listen(&b.requests, b.sip, true, request_h, &b) ||
	    sip_listen(&b.responses, b.sip, false, response_h, &b))
		return -1;
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	mem_deref(b->requests);
	mem_deref(b->responses);
	mem_deref(b->sip);
	mem_deref(b->peer);
	libre_close();
	return 0;
}

static void say(struct bench *b, const char *line, const char *via_more,
		const char *more)
{
	struct mbuf *mb = mbuf_alloc(1024);

	assert_non_null(mb);
	assert_int_equal(mbuf_printf(mb, "%s\r\nVia: SIP/2.0/UDP "
		"127.0.0.1:%u;branch=z9hG4bK1%s\r\nFrom: <sip:a@b>;tag=1\r\n"
		"To: <sip:a@b>\r\nCall-ID: x\r\n%s\r\n\r\n", line,
		sa_port(&b->address), via_more, more), 0);
	mb->pos = 0;
	b->heard[0] = '\0';
	assert_int_equal(udp_send(b->peer, &b->local, mb), 0);
	mem_deref(mb);
	run(30);
}

/* All of these are seen by handlers of libre 1.1 and 2.0; 4.10 refuses some by
 * itself, by the same code. */
static void test_requests(void **state)
{
	static const struct { const char *line, *via, *more, *answer; }
		rows[] = {
		{ "OPTIONS sip:a@b SIP/2.0", "", "CSeq: 1 OPTIONS", "" },
		{ "OPTIONS sip:a@b SIP/2.0", "", "CSeq: 1 INVITE",
			"SIP/2.0 400 CSeq Of Another Method\r\n" },
		{ "OPTIONS sip:a@b SIP/2.0", "",
			"CSeq: 36893488147419103232 OPTIONS",
			"SIP/2.0 400 CSeq Out Of Range\r\n" },
		{ "OPTIONS sip:a@b SIP/2.0", "",
			"CSeq: 1 OPTIONS\r\nContent-Length: -999",
			"SIP/2.0 400 Bad Content-Length\r\n" },
		{ "OPTIONS tel:1 SIP/2.0", "", "CSeq: 1 OPTIONS",
			"SIP/2.0 416 Unsupported URI Scheme\r\n" },
		{ "OPTIONS sip:a@b SIP/2.0", ";maddr=127.0.0.9",
			"CSeq: 1 INVITE", "" },
		{ "ACK sip:a@b SIP/2.0", "", "CSeq: 1 INVITE", "" },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const unsigned before = b->seen;
		size_t same = strlen(rows[i].answer);

		say(b, rows[i].line, rows[i].via, rows[i].more);
		if (b->seen == before && same)
			same = strlen("SIP/2.0 400");
		assert_int_equal(b->handled, 1);
		if (strncmp(b->heard, rows[i].answer, same ? same : 1))
			fail_msg("%zu: %s", i, b->heard);
	}
}

static void test_unsupported(void **state)
{
	struct bench *b = *state;

	say(b, "OPTIONS sip:a@b SIP/2.0", "", "CSeq: 1 OPTIONS\r\n"
		"Require: one,\r\n\ttwo");
	assert_int_equal(b->handled, 0);
	assert_int_equal(strncmp(b->heard, "SIP/2.0 420 Bad Extension\r\n",
		27), 0);
	assert_non_null(strstr(b->heard, "\r\nUnsupported: one, two\r\n"));
	assert_non_null(strstr(b->heard, "\r\nContent-Length: 0\r\n\r\n"));
}

static void test_responses(void **state)
{
	static const char *const bad[] = { "SIP/2.0 4294967301 better not",
		"SIP/2.0 099 x", "SIP/2.0 700 x", "SIP/2.0  200 OK" };
	struct bench *b = *state;

	say(b, "SIP/2.0 200 OK", "", "CSeq: 1 REGISTER");
	assert_int_equal(b->verdict.action, TW_SIP_ACCEPT);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		b->verdict.action = TW_SIP_DROP;
		say(b, bad[i], "", "CSeq: 1 REGISTER");
		assert_int_equal(b->verdict.action, TW_SIP_DROP);
		assert_string_equal(b->heard, "");
	}
	assert_true(b->seen > 2);
}

/* The whole datagram and nothing before it. */
static void test_bytes(void **state)
{
	struct bench *b = *state;

	say(b, "OPTIONS sip:a@b SIP/2.0", "", "CSeq: 1 OPTIONS\r\n"
		"Content-Length: 3\r\n\r\nabc+");
	assert_int_equal(b->handled, 1);
	assert_int_equal(strncmp(b->bytes, "OPTIONS sip:a@b SIP/2.0\r\n",
		25), 0);
	assert_int_equal(strcmp(b->bytes + b->size - 8, "abc+\r\n\r\n"), 0);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_requests), TEST(test_unsupported),
		TEST(test_responses), TEST(test_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
