/**
 * @file test_identity.c  Who shares a connection, who answers over it
 */
#include "server.h"
#include "sip/inside.h"
#include "ground.h"

#define MESSAGE "REGISTER sip:r SIP/2.0\r\nCall-ID: c\r\n\r\n"

struct bench {
	struct sip *sip;
	struct tw_sip_port *port;
	struct cert ca, cert;
	struct server server;
	unsigned responses, losses, refused, came, went;
	const struct tw_sip_peer *peer;        /* asked for in a response */
	const struct tw_sip_peer *lost;
	struct tw_sip_peer *dropped;           /* freed by a response */
	bool from_peer;
	char reason[160];
	struct sip *newest;
};

static bool response_h(const struct tw_sip_response *response, void *arg)
{
	struct bench *b = arg;

	b->responses++;
	tw__sip_peer_free(b->dropped);
	b->dropped = NULL;
	b->from_peer = b->peer && tw__sip_peer_sent(b->peer, response);
	return true;
}

static void lost_h(const struct tw_sip_loss *loss, void *arg)
{
	struct bench *b = arg;

	b->losses++;
	b->refused += loss->refused;
	b->lost = loss->peer;
	(void)snprintf(b->reason, sizeof(b->reason), "%s", loss->reason);
}

static void watch_h(struct sip *sip, int is_there, void *arg)
{
	struct bench *b = arg;

	*(is_there ? &b->came : &b->went) += 1;
	b->newest = is_there ? sip : NULL;
}

/* At most 5 s, and not a moment longer than it takes. */
static void run_until(const unsigned *count, unsigned wanted)
{
	struct tmr stop;

	tmr_init(&stop);
	for (int i = 0; i < 500 && *count < wanted; i++) {
		tmr_start(&stop, 10, stop_h, NULL);
		assert_int_equal(re_main(NULL), 0);
	}
	assert_int_equal(*count, wanted);
}

static void open_bench(struct bench *b, const char *names)
{
	const struct tw_sip_owner owner = { response_h, ground_timer_h,
		lost_h, b, NULL, NULL };

	memset(b, 0, sizeof(*b));
	ground_open(&b->sip, &b->port, &owner);
	cert_make(&b->ca, &(struct cert_wish){ .common_name = "ca",
		.is_ca = true });
	cert_make(&b->cert, &(struct cert_wish){ .common_name = "x",
		.names = names, .issuer = &b->ca });
	server_open(&b->server, &b->cert);
}

static void close_bench(struct bench *b)
{
	tw__sip_port_free(b->port);
	server_close(&b->server);
	mem_deref(b->sip);
	cert_free(&b->ca);
	cert_free(&b->cert);
	libre_close();
	tmr_debug();
	mem_debug();
}

static struct tw_sip_tls *tls_of(struct bench *b, const char *name,
				 bool verify)
{
	struct tw_sip_identity identity = { .ca = b->ca.pem,
		.ca_size = strlen(b->ca.pem), .verify = verify };
	struct tw_sip_papers *papers = NULL;
	struct tw_sip_tls *tls = NULL;
	tw_error err = TW_ERROR_INIT;

	if (tw__sip_papers_new(&papers, b->port, &identity, &err) ||
	    tw__sip_tls_new(&tls, papers, name, &err))
		fail_msg("%s: %s", err.field, err.message);
	tw__sip_papers_free(papers);
	return tls;
}

static struct tw_sip_peer *peer_of(struct bench *b, const char *name,
				   bool verify)
{
	struct tw_sip_tls *tls = tls_of(b, name, verify);
	struct tw_sip_peer *peer = NULL;
	tw_error err = TW_ERROR_INIT;

	if (tw__sip_peer_new_tls(&peer, tls, "127.0.0.1", b->server.port,
				 &err))
		fail_msg("%s: %s", err.field, err.message);
	tw__sip_tls_free(tls);         /* the peer keeps it */
	return peer;
}

static void put(struct tw_sip_peer *peer)
{
	assert_int_equal(tw__sip_send(peer, MESSAGE, strlen(MESSAGE)),
		TW_OK);
}

static void test_good(void **state)
{
	struct tw_sip_peer *peer;
	uint32_t number = 0;
	struct bench b;
	char host[64];

	(void)state;
	open_bench(&b, "DNS:one.test");
	peer = peer_of(&b, "one.test", true);
	assert_int_equal(tw__sip_peer_until(peer), 0);
	assert_int_equal(tw__sip_local(host, sizeof(host), &number, peer,
		NULL), TW_OK);
	assert_string_equal(host, "127.0.0.1");
	assert_in_range(number, 1, 65535);
	assert_ptr_not_equal(tw__sip_peer_sip(peer), b.sip);
	b.peer = peer;
	put(peer);
	run_until(&b.responses, 1);
	/* our bytes and no others, over one connection, by our name */
	assert_string_equal(b.server.last, MESSAGE);
	assert_string_equal(b.server.name, "one.test");
	assert_true(b.from_peer);
	assert_in_range(tw__sip_peer_until(peer) / 1000000,
		time(NULL) + 86400 * 29, time(NULL) + 86400 * 31);
	put(peer);
	run_until(&b.responses, 2);
	assert_int_equal(b.server.connections, 1);
	assert_int_equal(b.server.messages, 2);
	assert_int_equal(b.losses, 0);
	tw__sip_peer_free(peer);
	close_bench(&b);
}

static void test_lost_and_back(void **state)
{
	struct tw_sip_peer *peer;
	struct bench b;

	(void)state;
	open_bench(&b, "DNS:one.test");
	peer = peer_of(&b, "one.test", true);
	put(peer);
	run_until(&b.responses, 1);
	server_cut(&b.server);
	run_until(&b.losses, 1);
	assert_int_equal(b.refused, 0);
	assert_ptr_equal(b.lost, peer);
	assert_string_equal(b.reason, "the connection was closed");
	put(peer);
	run_until(&b.responses, 2);
	assert_int_equal(b.server.connections, 2);
	tw__sip_peer_free(peer);
	close_bench(&b);
}

static void answer_http(struct server *server, struct mbuf *out)
{
	(void)server;
	assert_int_equal(mbuf_write_str(out, "HTTP/1.1 400 Bad Request\r\n"
		"\r\n"), 0);
}

/* libre takes it for the beginning of a message and waits for the rest. */
static void answer_ftp(struct server *server, struct mbuf *out)
{
	(void)server;
	assert_int_equal(mbuf_write_str(out, "220 ready\r\n"), 0);
}

static void cut_h(struct server *server, struct mbuf *out)
{
	(void)out;
	server->hang_up = true;
}

static void test_not_sip(void **state)
{
	static void (*const answer[])(struct server *server,
		struct mbuf *out) = { answer_http, answer_ftp, cut_h };
	static const char *const reason[] = { "what answers there is not SIP",
		"what answers there is not SIP",
		"it hangs up without an answer" };
	struct tw_sip_peer *peer;
	struct bench b;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		open_bench(&b, "DNS:one.test");
		b.server.answer = answer[i];
		peer = peer_of(&b, "one.test", true);
		put(peer);
		run_until(&b.losses, 1);
		assert_string_equal(b.reason, reason[i]);
		assert_int_equal(b.refused, 0);
		assert_int_equal(b.responses, 0);
		tw__sip_peer_free(peer);
		close_bench(&b);
	}
}

static void test_wrong_name(void **state)
{
	struct tw_sip_peer *peer;
	struct bench b;

	(void)state;
	open_bench(&b, "DNS:one.test");
	peer = peer_of(&b, "two.test", true);
	put(peer);
	run_until(&b.losses, 1);
	assert_int_equal(b.refused, 1);
	assert_string_equal(b.reason, "the certificate is for one.test, not "
		"for two.test; is the registrar's name right?");
	assert_string_equal(b.server.name, "two.test");
	assert_int_equal(b.server.messages, 0);
	assert_int_equal(tw__sip_peer_until(peer), 0);
	tw__sip_peer_free(peer);
	close_bench(&b);
}

/* Whom we cannot reach by TCP is told of as well. */
static void test_nobody(void **state)
{
	struct tw_sip_peer *peer;
	struct bench b;

	(void)state;
	open_bench(&b, "DNS:one.test");
	peer = peer_of(&b, "one.test", true);
	b.server.listener = mem_deref(b.server.listener);
	put(peer);
	run_until(&b.losses, 1);
	assert_int_equal(b.refused, 0);
	assert_string_equal(b.reason, "no TLS connection: refused, or "
		"closed before it stood");
	tw__sip_peer_free(peer);
	close_bench(&b);
}

/* One address, two names: two connections, and the second is not trusted
 * because the first was. */
static void test_no_sharing(void **state)
{
	struct tw_sip_peer *one, *two, *again, *open;
	struct bench b;

	(void)state;
	open_bench(&b, "DNS:one.test");
	one = peer_of(&b, "one.test", true);
	two = peer_of(&b, "two.test", true);
	again = peer_of(&b, "one.test", true);
	open = peer_of(&b, "one.test", false);
	assert_ptr_not_equal(one, two);
	assert_ptr_equal(one, again);
	assert_ptr_not_equal(one, open);
	assert_ptr_not_equal(tw__sip_peer_sip(one), tw__sip_peer_sip(two));
	assert_ptr_not_equal(tw__sip_peer_sip(one), tw__sip_peer_sip(open));
	b.peer = one;
	put(one);
	run_until(&b.responses, 1);
	assert_true(b.from_peer);
	put(two);
	run_until(&b.losses, 1);
	assert_ptr_equal(b.lost, two);
	assert_int_equal(b.responses, 1);
	/* an answer over another identity's connection is nobody's */
	put(open);
	run_until(&b.responses, 2);
	assert_false(b.from_peer);
	assert_int_equal(b.server.connections, 3);
	tw__sip_peer_free(one);
	tw__sip_peer_free(again);
	tw__sip_peer_free(two);
	tw__sip_peer_free(open);
	close_bench(&b);
}

static void test_no_verify(void **state)
{
	struct tw_sip_peer *peer;
	struct bench b;

	(void)state;
	open_bench(&b, "DNS:one.test");
	peer = peer_of(&b, "two.test", false);
	put(peer);
	run_until(&b.responses, 1);
	assert_string_equal(b.server.name, "two.test");
	tw__sip_peer_free(peer);
	close_bench(&b);
}

static void test_watch(void **state)
{
	struct tw_sip_peer *one, *two;
	struct bench b;

	(void)state;
	open_bench(&b, "DNS:one.test");
	one = peer_of(&b, "one.test", true);
	tw__sip_port_watch(b.port, watch_h, &b, NULL);
	assert_int_equal(b.came, 2);           /* the lent one, and TLS's */
	two = peer_of(&b, "two.test", true);
	assert_int_equal(b.came, 3);
	assert_ptr_equal(b.newest, tw__sip_peer_sip(two));
	tw__sip_peer_free(two);
	assert_int_equal(b.went, 0);
	run_until(&b.went, 1);
	/* asked for again in time, it stays */
	tw__sip_peer_free(one);
	one = peer_of(&b, "one.test", true);
	assert_int_equal(b.came, 3);
	run_until(&b.went, 1);
	tw__sip_port_watch(b.port, NULL, NULL, NULL);
	tw__sip_peer_free(one);
	close_bench(&b);
	assert_int_equal(b.went, 1);
}

/* A host's call is on it: it stays when no trunk needs it any more. */
static void test_held(void **state)
{
	struct tw_sip_peer *one, *two;
	struct sip *sip;
	struct bench b;

	(void)state;
	open_bench(&b, "DNS:one.test");
	tw__sip_port_watch(b.port, watch_h, &b, NULL);
	one = peer_of(&b, "one.test", true);
	two = peer_of(&b, "two.test", true);
	sip = tw__sip_peer_sip(one);
	assert_int_equal(tw__sip_port_hold(b.port, sip, true, NULL), TW_OK);
	assert_int_equal(tw__sip_port_hold(b.port, sip, true, NULL), TW_OK);
	tw__sip_peer_free(one);
	tw__sip_peer_free(two);
	run_until(&b.went, 1);
	assert_int_equal(tw__sip_port_hold(b.port, sip, false, NULL), TW_OK);
	assert_int_equal(tw__sip_port_hold(b.port, sip, false, NULL), TW_OK);
	run_until(&b.went, 2);
	assert_int_equal(tw__sip_port_hold(b.port, sip, true, NULL),
		TW_ENOTFOUND);
	close_bench(&b);
}

/* The last user goes within the response, that libre is still reading. */
static void test_gone_within_its_response(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, "DNS:one.test");
	b.dropped = peer_of(&b, "one.test", true);
	tw__sip_port_watch(b.port, watch_h, &b, NULL);
	put(b.dropped);
	run_until(&b.responses, 1);
	run_until(&b.went, 1);
	assert_int_equal(b.losses, 0);
	close_bench(&b);
}

static void accepted_h(const struct sa *from, void *arg)
{
	unsigned *count = arg;

	(void)from;
	*count += 1;                   /* left in the queue, and silent */
}

/* Who accepts and says nothing is given up, and asked on a new connection;
 * our own port stays, for it is in the Contact. */
static void test_silent_handshake(void **state)
{
	struct tw_sip_peer *peer = NULL;
	struct tw_sip_tls *tls;
	struct tcp_sock *silent;
	unsigned accepted = 0;
	uint32_t before, after;
	struct sa local;
	char host[64];
	struct bench b;

	(void)state;
	open_bench(&b, "DNS:one.test");
	assert_int_equal(sa_set_str(&local, "127.0.0.1", 0), 0);
	assert_int_equal(tcp_listen(&silent, &local, accepted_h, &accepted),
		0);
	assert_int_equal(tcp_sock_local_get(silent, &local), 0);
	tls = tls_of(&b, "one.test", true);
	tls->patience_ms = 100;
	assert_int_equal(tw__sip_peer_new_tls(&peer, tls, "127.0.0.1",
		sa_port(&local), NULL), TW_OK);
	assert_int_equal(tw__sip_local(host, sizeof(host), &before, peer,
		NULL), TW_OK);
	put(peer);
	run_until(&accepted, 1);
	put(peer);                             /* too soon: the same one */
	sys_msleep(150);
	put(peer);
	run_until(&accepted, 2);
	assert_int_equal(tw__sip_local(host, sizeof(host), &after, peer,
		NULL), TW_OK);
	assert_int_equal(before, after);
	/* nothing is told of the old one: the new one is waited for */
	assert_int_equal(b.losses, 0);
	tw__sip_peer_free(peer);
	tw__sip_tls_free(tls);
	mem_deref(silent);
	close_bench(&b);
}

/* What waits to be told of goes with the identity. */
static void test_gone_before_told(void **state)
{
	struct tw_sip_peer *peer;
	struct bench b;

	(void)state;
	open_bench(&b, "DNS:one.test");
	peer = peer_of(&b, "one.test", true);
	put(peer);
	tw__sip_peer_free(peer);
	run_until(&b.losses, 0);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_lost_and_back),
		cmocka_unit_test(test_not_sip),
		cmocka_unit_test(test_wrong_name),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_no_sharing),
		cmocka_unit_test(test_no_verify),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_silent_handshake),
		cmocka_unit_test(test_gone_before_told),
		cmocka_unit_test(test_gone_within_its_response),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
