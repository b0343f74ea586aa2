/**
 * @file test_keep.c  Trunks whose connection breaks, and pings
 */
#include "loop.h"

struct tcp {
	struct loop loop;
	struct tcp_sock *listener;
	struct tcp_conn *conn[4];
	uint16_t port;
	unsigned accepted, requests;
	tw_trunks *set;
};

static void estab_h(void *arg)
{
	(void)arg;
}

static void answer(struct tcp *t, const char *text)
{
	char via[256], from[256], to[256], id[128], cseq[64];
	struct mbuf *out = mbuf_alloc(2048);

	t->requests++;
	assert_non_null(out);
	assert_int_equal(mbuf_printf(out, "SIP/2.0 200 OK\r\nVia: %s\r\n"
		"From: %s\r\nTo: %s;tag=x\r\nCall-ID: %s\r\nCSeq: %s\r\n"
		"Content-Length: 0\r\n\r\n",
		loop_line(via, sizeof(via), text, "Via"),
		loop_line(from, sizeof(from), text, "From"),
		loop_line(to, sizeof(to), text, "To"),
		loop_line(id, sizeof(id), text, "Call-ID"),
		loop_line(cseq, sizeof(cseq), text, "CSeq")), 0);
	out->pos = 0;
	assert_int_equal(tcp_send(t->conn[t->accepted - 1], out), 0);
	mem_deref(out);
}

/* Two may come in one piece. */
static void recv_h(struct mbuf *mb, void *arg)
{
	char text[8192], *p = text;

	(void)snprintf(text, sizeof(text), "%.*s", (int)mbuf_get_left(mb),
		(const char *)mbuf_buf(mb));
	while ((p = strstr(p, "REGISTER sip:"))) {
		answer(arg, p);
		p += 9;
	}
}

static void close_h(int err, void *arg)
{
	(void)err;
	(void)arg;
}

static void conn_h(const struct sa *from, void *arg)
{
	struct tcp *t = arg;

	(void)from;
	assert_in_range(t->accepted, 0, 3);
	assert_int_equal(tcp_accept(&t->conn[t->accepted], t->listener,
		estab_h, recv_h, close_h, t), 0);
	t->accepted++;
}

static void tcp_open(struct tcp *t)
{
	struct sa local;

	memset(t, 0, sizeof(*t));
	loop_open(&t->loop);
	assert_int_equal(sa_set_str(&local, "127.0.0.1", 0), 0);
	assert_int_equal(sip_transp_add(t->loop.sip, SIP_TRANSP_TCP, &local),
		0);
	assert_int_equal(tcp_listen(&t->listener, &local, conn_h, t), 0);
	assert_int_equal(tcp_sock_local_get(t->listener, &local), 0);
	t->port = sa_port(&local);
	t->set = loop_set(&t->loop, true);
}

static void hang_up(struct tcp *t)
{
	for (size_t i = 0; i < 4; i++)
		t->conn[i] = mem_deref(t->conn[i]);
}

static void tcp_close(struct tcp *t)
{
	tw_trunks_free(t->set);
	hang_up(t);
	mem_deref(t->listener);
	loop_close(&t->loop);
}

static tw_trunk *add(struct tcp *t, const char *name)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_trunk *trunk = NULL;
	char uri[64];

	(void)snprintf(uri, sizeof(uri), "sip:127.0.0.1:%u;transport=tcp",
		t->port);
	o.name = name;
	o.registrar = uri;
	o.user = "u";
	if (tw_trunk_new(&trunk, t->set, &o, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(tw_trunk_start(trunk, &err), TW_OK);
	return trunk;
}

static void advance(struct tcp *t)
{
	t->loop.now_us = tw_trunks_deadline(t->set);
	assert_int_equal(tw_trunks_process(t->set, NULL), TW_OK);
}

/* The registrar restarts: every trunk of the connection comes back within
 * seconds, registered all the time, and no sooner than 5 s after its last. */
static void test_connection_breaks(void **state)
{
	struct tcp t;
	tw_trunk *one, *two;
	int64_t began;

	(void)state;
	tcp_open(&t);
	one = add(&t, "one");
	two = add(&t, "two");
	loop_run(&t.loop, 100);
	assert_int_equal(t.requests, 2);
	assert_int_equal(t.accepted, 1);
	began = t.loop.now_us;
	hang_up(&t);
	loop_run(&t.loop, 100);
	assert_int_equal(loop_status(one).state, TW_TRUNK_REGISTERED);
	while (t.requests < 4) {
		advance(&t);
		loop_run(&t.loop, 60);
		assert_in_range(t.loop.now_us - began, 5000000, 7000000);
	}
	assert_int_equal(t.accepted, 2);
	assert_int_equal(loop_status(one).state, TW_TRUNK_REGISTERED);
	assert_int_equal(loop_status(two).state, TW_TRUNK_REGISTERED);
	assert_int_equal(loop_status(one).registrations, 2);
	/* stopped, nothing is watched: the end of it is no loss */
	assert_int_equal(tw_trunk_stop(one, NULL), TW_OK);
	loop_run(&t.loop, 60);
	assert_int_equal(loop_status(one).state, TW_TRUNK_IDLE);
	tw_trunk_free(one);
	tw_trunk_free(two);
	tcp_close(&t);
}

/* Refused: in backoff at once, and what was wrong is said. */
static void test_refused(void **state)
{
	struct tcp t;
	tw_trunk *trunk;

	(void)state;
	tcp_open(&t);
	t.listener = mem_deref(t.listener);
	trunk = add(&t, "one");
	loop_run(&t.loop, 500);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_BACKOFF);
	assert_non_null(strstr(loop_status(trunk).reason, "refused"));
	tw_trunk_free(trunk);
	tcp_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connection_breaks),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
