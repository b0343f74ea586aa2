/**
 * @file test_knock.c  Peers that are there and do not answer
 *
 * The peer answers nothing on the connection that a request came by, which is
 * libre's; what it does on ours is the case.
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

#define CONNS 6

struct bench {
	struct ground on;
	struct tcp_sock *listener;
	struct tcp_conn *conn[CONNS];
	unsigned accepted, options;
	const char *greeting;          /* as soon as it stands */
	const char *answer;            /* to what it is asked */
	bool hang_up;                  /* at once, after libre's own */
	bool tls;                      /* what is not TLS gets no word */
	uint8_t hello[80];             /* that was got */
	char last[1024];
};

static bool response_h(const struct tw_sip_response *response, void *arg)
{
	(void)response;
	(void)arg;
	return true;
}

static void say(struct bench *b, const char *text)
{
	struct mbuf *mb = mbuf_alloc(256);

	assert_non_null(mb);
	assert_int_equal(mbuf_write_str(mb, text), 0);
	mb->pos = 0;
	(void)tcp_send(b->conn[b->accepted - 1], mb);
	mem_deref(mb);
}

static void estab_h(void *arg)
{
	(void)arg;
}

static void recv_h(struct mbuf *mb, void *arg)
{
	struct bench *b = arg;

	(void)re_snprintf(b->last, sizeof(b->last), "%b", mbuf_buf(mb),
		mbuf_get_left(mb));
	if (mbuf_get_left(mb) && *mbuf_buf(mb) == 0x16) {
		memcpy(b->hello, mbuf_buf(mb), mbuf_get_left(mb) <
			sizeof(b->hello) ? mbuf_get_left(mb) :
			sizeof(b->hello));
		if (b->tls)
			say(b, "\x16\x03\x03");
	}
	if (strncmp(b->last, "OPTIONS ", 8) != 0)
		return;
	b->options++;
	if (b->answer)
		say(b, b->answer);
	else if (b->hang_up)
		b->conn[b->accepted - 1] = mem_deref(b->conn[b->accepted - 1]);
}

static void close_h(int err, void *arg)
{
	(void)err;
	(void)arg;
}

static void conn_h(const struct sa *from, void *arg)
{
	struct bench *b = arg;
	bool ours = b->accepted > 0;

	(void)from;
	assert_in_range(b->accepted, 0, CONNS - 1);
	assert_int_equal(tcp_accept(&b->conn[b->accepted], b->listener,
		estab_h, recv_h, close_h, b), 0);
	b->accepted++;
	if (ours && b->greeting && *b->greeting)
		say(b, b->greeting);
	else if (ours && b->greeting)
		b->conn[b->accepted - 1] = mem_deref(b->conn[b->accepted - 1]);
}

static void open_bench(struct bench *b)
{
	struct sa local;

	memset(b, 0, sizeof(*b));
	ground_stand(&b->on, response_h);
	assert_int_equal(sa_set_str(&local, "127.0.0.1", 0), 0);
	assert_int_equal(tcp_listen(&b->listener, &local, conn_h, b), 0);
	assert_int_equal(tcp_sock_local_get(b->listener, &local), 0);
	assert_int_equal(tw__sip_peer_new(&b->on.peer, b->on.port, "127.0.0.1",
		sa_port(&local), TW_TRANSPORT_TCP, NULL), TW_OK);
}

static void close_bench(struct bench *b)
{
	tw__sip_peer_free(b->on.peer);
	for (size_t i = 0; i < CONNS; i++)
		mem_deref(b->conn[i]);
	mem_deref(b->listener);
	ground_close(b->on.sip, b->on.port);
}

static void ask(struct bench *b)
{
	assert_int_equal(tw__sip_send(b->on.peer, "REGISTER\r\n\r\n", 12),
		TW_OK);
}

static void hears(struct bench *b, const char *reason)
{
	ask(b);
	run(9000);
	assert_string_equal(b->on.reason, reason);
	assert_int_equal(b->on.losses, 1);
	close_bench(b);
}

/* What greets by itself, and what waits to be asked. */
static void test_not_sip(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	b.greeting = "SSH-2.0-x\x1b\"y\r\n";
	hears(&b, "what answers there is not SIP: \"SSH-2.0-x??y\"");
	open_bench(&b);
	b.answer = "HTTP/1.1 400 Bad Request\r\n\r\n";
	hears(&b, "what answers there is not SIP: \"HTTP/1.1 400 Bad "
		"Request\"");
	assert_int_equal(b.options, 1);
	/* no line ever ends, and it may look like SIP until there */
	open_bench(&b);
	b.greeting = "SIP/3.0";
	hears(&b, "what answers there is not SIP: \"SIP/3.0\"");
	open_bench(&b);
	b.answer = "\x15\x03\x01";
	hears(&b, "what answers there speaks TLS; write ;transport=tls");
	/* OpenSSL's servers hang up on it without a word */
	open_bench(&b);
	b.hang_up = b.tls = true;
	hears(&b, "what answers there speaks TLS; write ;transport=tls");
	assert_memory_equal(b.hello, "\x16\x03\x01\x00\x3b\x01\x00\x00"
		"\x37\x03\x03", 11);
	assert_memory_equal(b.hello + 43, "\x00\x00\x10", 3);
	assert_memory_equal(b.hello + 62, "\x01\x00", 3);
}

/* It is asked as the text of RFC 3261 has it, and answers late on the other
 * connection: that is nobody's loss. */
static void test_slow(void **state)
{
	static const char *const has[] = { " SIP/2.0\r\nVia: SIP/2.0/TCP "
		"127.0.0.1:", ";branch=z9hG4bK", "\r\nMax-Forwards: 0\r\n",
		"\r\nCSeq: 1 OPTIONS\r\n", "\r\nContent-Length: 0\r\n\r\n" };
	struct bench b;

	(void)state;
	open_bench(&b);
	b.answer = "\r\nSIP/2.0 483 Too Many Hops\r\n\r\n";
	ask(&b);
	run(1500);
	assert_int_equal(b.options, 1);
	for (size_t i = 0; i < 5; i++)
		assert_non_null(strstr(b.last, has[i]));
	assert_int_equal(b.on.losses, 0);
	/* and each request that waits is a reason to look */
	ask(&b);
	run(1500);
	assert_int_equal(b.options, 2);
	close_bench(&b);
}

static void test_silent(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	ask(&b);
	run(6500);
	assert_int_equal(b.options, 1);
	assert_int_equal(b.on.losses, 0);
	close_bench(&b);
}

/* Not before libre's own connection had time for its answer. */
static void test_hangs_up(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	b.greeting = "";
	ask(&b);
	run(3000);
	assert_int_equal(b.on.losses, 0);
	assert_int_equal(b.accepted, 2);
	run(6000);
	assert_string_equal(b.on.reason, "it hangs up on every connection");
	close_bench(&b);
	open_bench(&b);
	b.hang_up = true;
	hears(&b, "it hangs up when it is sent SIP");
}

/* Freed in each state. */
static void test_freed(void **state)
{
	struct bench b;

	(void)state;
	for (unsigned ms = 100; ms < 1800; ms += 400) {
		open_bench(&b);
		ask(&b);
		run(ms);
		close_bench(&b);
		assert_int_equal(b.on.losses, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_sip),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_hangs_up),
		cmocka_unit_test(test_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
