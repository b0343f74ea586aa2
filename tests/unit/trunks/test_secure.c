/**
 * @file test_secure.c  Trunks of a set over TLS
 */
#include "loop.h"
#include "../sip/server.h"

struct bench {
	struct loop loop;
	struct cert ca, cert;
	struct server server;
	tw_trunks *set;
	tw_trunk *trunk;
	unsigned came, went;
	struct sip *first, *newest;
};

static void answer_h(struct server *server, struct mbuf *out)
{
	char via[256], from[256], to[256], call_id[128], cseq[64];

	assert_int_equal(mbuf_printf(out, "SIP/2.0 200 OK\r\nVia: %s\r\n"
		"From: %s\r\nTo: %s;tag=x\r\nCall-ID: %s\r\n"
		"CSeq: %s\r\nContent-Length: 0\r\n\r\n",
		loop_line(via, sizeof(via), server->last, "Via"),
		loop_line(from, sizeof(from), server->last, "From"),
		loop_line(to, sizeof(to), server->last, "To"),
		loop_line(call_id, sizeof(call_id), server->last, "Call-ID"),
		loop_line(cseq, sizeof(cseq), server->last, "CSeq")), 0);
}

static void watch_h(struct sip *sip, int is_there, void *arg)
{
	struct bench *b = arg;

	if (!b->first)
		b->first = sip;
	*(is_there ? &b->came : &b->went) += 1;
	b->newest = sip;
}

static void open_bench(struct bench *b, const char *names, bool set_ca)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;

	memset(b, 0, sizeof(*b));
	loop_open(&b->loop);
	cert_make(&b->ca, &(struct cert_wish){ .common_name = "ca",
		.is_ca = true });
	cert_make(&b->cert, &(struct cert_wish){ .common_name = "x",
		.names = names, .issuer = &b->ca });
	server_open(&b->server, &b->cert);
	b->server.answer = answer_h;
	o.ca = set_ca ? b->ca.pem : NULL;
	o.ca_size = set_ca ? strlen(b->ca.pem) : 0;
	if (tw_trunks_new_attached(&b->set, b->loop.sip, &o, &err))
		fail_msg("%s", err.message);
}

static void close_bench(struct bench *b)
{
	tw_trunk_free(b->trunk);
	tw_trunks_free(b->set);
	server_close(&b->server);
	cert_free(&b->ca);
	cert_free(&b->cert);
	loop_close(&b->loop);
}

static tw_trunk_options options_of(const struct bench *b, char registrar[64])
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;

	(void)snprintf(registrar, 64, "sip:localhost:%u;transport=tls",
		b->server.port);
	o.name = "main";
	o.registrar = registrar;
	o.user = "trunk1";
	return o;
}

static void open_trunk(struct bench *b, const tw_trunk_options *o)
{
	tw_error err = TW_ERROR_INIT;

	if (tw_trunk_new(&b->trunk, b->set, o, &err) ||
	    tw_trunk_start(b->trunk, &err))
		fail_msg("%s: %s", err.field, err.message);
}

/* At most 2 s. */
static tw_trunk_status run_until(struct bench *b, uint32_t state)
{
	for (int i = 0; i < 200 &&
	     loop_status(b->trunk).state != state; i++)
		loop_run(&b->loop, 10);
	assert_int_equal(loop_status(b->trunk).state, state);
	return loop_status(b->trunk);
}

static void test_registers(void **state)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	char registrar[64], target[64];
	tw_trunk_options o;
	tw_trunk_status s;
	struct bench b;

	(void)state;
	open_bench(&b, "DNS:localhost", true);
	assert_int_equal(tw_trunks_watch(b.set, watch_h, &b, NULL), TW_OK);
	assert_int_equal(b.came, 1);
	assert_ptr_equal(b.first, b.loop.sip);
	o = options_of(&b, registrar);
	open_trunk(&b, &o);
	s = run_until(&b, TW_TRUNK_REGISTERED);
	assert_int_equal(s.tls, TW_TLS_VERIFIED);
	assert_in_range(s.certificate_until / 1000000,
		time(NULL) + 86400 * 29, time(NULL) + 86400 * 31);
	(void)snprintf(target, sizeof(target), "tls:127.0.0.1:%u",
		b.server.port);
	assert_string_equal(s.target, target);
	assert_int_equal(tw_trunks_next_event(&event, b.set, NULL), TW_OK);
	assert_int_equal(event.tls, TW_TLS_VERIFIED);
	/* the stack to dial with is the identity's, and so is the Contact */
	assert_int_equal(b.came, 2);
	assert_ptr_equal(tw_trunk_sip(b.trunk), b.newest);
	assert_ptr_not_equal(b.newest, b.loop.sip);
	assert_non_null(strstr(b.server.last, "SIP/2.0/TLS "));
	assert_non_null(strstr(b.server.last, ";transport=tls>"));
	tw_trunk_free(b.trunk);
	b.trunk = NULL;
	loop_run(&b.loop, 10);
	assert_int_equal(b.went, 1);
	close_bench(&b);
	assert_int_equal(b.went, 1);
}

static void test_wrong_name(void **state)
{
	char registrar[64];
	tw_trunk_options o;
	struct bench b;
	tw_trunk_status s;

	(void)state;
	open_bench(&b, "DNS:carrier.test", true);
	o = options_of(&b, registrar);
	open_trunk(&b, &o);
	s = run_until(&b, TW_TRUNK_REFUSED);
	assert_string_equal(s.reason, "the certificate is for carrier.test, "
		"not for localhost; is the registrar's name right?");
	assert_int_equal(s.sip_code, 0);
	assert_int_equal(s.certificate_until, 0);
	assert_int_equal(b.server.messages, 0);
	assert_int_equal(tw_trunks_pending(b.set), 0);
	close_bench(&b);
}

/* What the trunk brings counts in place of what the set has. */
static void test_own_ca(void **state)
{
	char registrar[64];
	tw_trunk_options o;
	struct cert other;
	struct bench b;

	(void)state;
	open_bench(&b, "DNS:localhost", true);
	cert_make(&other, &(struct cert_wish){ .common_name = "other",
		.is_ca = true });
	o = options_of(&b, registrar);
	o.ca = other.pem;
	o.ca_size = strlen(other.pem);
	open_trunk(&b, &o);
	assert_string_equal(run_until(&b, TW_TRUNK_REFUSED).reason,
		"the certificate is signed by an unknown CA, \"ca\"; give "
		"that CA as ca_file");
	cert_free(&other);
	close_bench(&b);
}

/* The system knows nothing of a CA of ours. */
static void test_system_ca(void **state)
{
	char registrar[64];
	tw_trunk_options o;
	struct bench b;

	(void)state;
	open_bench(&b, "DNS:localhost", false);
	o = options_of(&b, registrar);
	open_trunk(&b, &o);
	(void)run_until(&b, TW_TRUNK_REFUSED);
	assert_int_equal(b.server.messages, 0);
	close_bench(&b);
}

static void test_unverified(void **state)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	char registrar[64];
	tw_trunk_options o;
	struct bench b;
	tw_trunk_status s;

	(void)state;
	open_bench(&b, "DNS:carrier.test", false);
	o = options_of(&b, registrar);
	o.flags = TW_TRUNK_NO_VERIFY;
	open_trunk(&b, &o);
	s = run_until(&b, TW_TRUNK_REGISTERED);
	assert_int_equal(s.tls, TW_TLS_UNVERIFIED);
	assert_int_equal(strncmp(s.target, "tls-unverified:", 15), 0);
	while (!tw_trunks_next_event(&event, b.set, NULL)) {
		assert_int_equal(event.tls, TW_TLS_UNVERIFIED);
		assert_int_equal(strncmp(event.target, "tls-unverified:", 15),
			0);
	}
	close_bench(&b);
}

static void test_connection_drops(void **state)
{
	char registrar[64];
	tw_trunk_options o;
	struct bench b;

	(void)state;
	open_bench(&b, "DNS:localhost", true);
	o = options_of(&b, registrar);
	open_trunk(&b, &o);
	(void)run_until(&b, TW_TRUNK_REGISTERED);
	server_cut(&b.server);
	for (int i = 0; i < 200 && !strstr(loop_status(b.trunk).reason,
			"registers again"); i++)
		loop_run(&b.loop, 10);
	assert_string_equal(loop_status(b.trunk).reason,
		"the connection was closed; registers again");
	assert_int_equal(loop_status(b.trunk).state, TW_TRUNK_REGISTERED);
	close_bench(&b);
}

static void test_refused_options(void **state)
{
	tw_error err = TW_ERROR_INIT;
	tw_trunk *trunk = NULL;
	char registrar[64];
	tw_trunk_options o;
	struct bench b;

	(void)state;
	open_bench(&b, "DNS:localhost", false);
	o = options_of(&b, registrar);
	o.ca = "x";
	o.ca_size = 1;
	assert_int_equal(tw_trunk_new(&trunk, b.set, &o, &err), TW_EINVAL);
	assert_string_equal(err.field, "ca");
	o.ca_size = 0;
	o.cert = b.cert.pem;
	o.cert_size = strlen(b.cert.pem);
	o.key = b.ca.key_pem;
	o.key_size = strlen(b.ca.key_pem);
	assert_int_equal(tw_trunk_new(&trunk, b.set, &o, &err), TW_EINVAL);
	assert_string_equal(err.field, "key");
	assert_null(trunk);
	assert_int_equal(tw_trunks_watch(NULL, watch_h, &b, &err), TW_EINVAL);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registers),
		cmocka_unit_test(test_wrong_name),
		cmocka_unit_test(test_own_ca),
		cmocka_unit_test(test_system_ca),
		cmocka_unit_test(test_unverified),
		cmocka_unit_test(test_connection_drops),
		cmocka_unit_test(test_refused_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
