/**
 * @file test_set.c  A set on a libre loop, against a UDP registrar
 */
#include "loop.h"
#include <trunkwise/sys/alloc.h>

static void test_real_clock(void **state)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	loop.challenge = true;
	loop.status = "200 OK";
	set = loop_set(&loop, false);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	assert_int_equal(tw_trunks_pending(set), 1);
	loop_run(&loop, 50);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_REGISTERED);
	assert_int_equal(tw_trunks_pending(set), 0);
	assert_int_equal(loop.requests, 2);
	assert_int_equal(loop.callbacks, 2);
	assert_int_equal(tw_trunks_next_event(&event, set, NULL), TW_OK);
	assert_int_equal(event.state_new, TW_TRUNK_REGISTERING);
	assert_int_equal(tw_trunks_next_event(&event, set, NULL), TW_OK);
	assert_int_equal(event.state_new, TW_TRUNK_REGISTERED);
	assert_string_equal(event.trunk, "main");
	assert_int_equal(tw_trunks_next_event(&event, set, NULL),
		TW_ITER_END);
	assert_int_equal(tw_trunk_stop(trunk, NULL), TW_OK);
	loop_run(&loop, 50);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_IDLE);
	assert_non_null(strstr(loop.last, "\r\nExpires: 0\r\n"));
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* The own timer retransmits without any call of the host. */
static void test_own_timer(void **state)
{
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	set = loop_set(&loop, false);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 700);
	assert_int_equal(loop.requests, 2);
	assert_int_equal(loop_status(trunk).retransmits, 1);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

static void step(struct loop *loop, tw_trunks *set, int64_t until_us)
{
	while (tw_trunks_deadline(set) <= until_us) {
		if (tw_trunks_deadline(set) > loop->now_us)
			loop->now_us = tw_trunks_deadline(set);
		assert_int_equal(tw_trunks_process(set, NULL), TW_OK);
		loop_run(loop, 10);
	}
	loop->now_us = until_us;
}

/* What libre takes for an answer and is none changes nothing, and the host
 * does not get it either: its stack would print it. */
static void test_malformed_answers(void **state)
{
	static const struct { const char *status, *headers; } bad[] = {
		{ "4294967496 OK", NULL },           /* 200 modulo 2^32 */
		{ "200 OK", "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\n" },
		{ "200 OK", "CSeq: 1 INVITE\r\n" },
		{ "200 OK", "Call-ID: other\r\n" },
		{ "200 OK", "l: 7\r\n" },
	};
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	set = loop_set(&loop, true);
	trunk = loop_trunk(&loop, set, "main");
	loop.status = bad[0].status;
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 20);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		loop.status = bad[i].status;
		loop.headers = bad[i].headers;
		/* to the next retransmission */
		loop.now_us = tw_trunks_deadline(set);
		assert_int_equal(tw_trunks_process(set, NULL), TW_OK);
		loop_run(&loop, 20);
		assert_int_equal(loop.requests, i + 2);
		assert_int_equal(loop_status(trunk).state,
			TW_TRUNK_REGISTERING);
		assert_int_equal(loop_status(trunk).sip_code, 0);
	}
	loop.status = "200 OK";
	loop.headers = NULL;
	loop.now_us = tw_trunks_deadline(set);
	assert_int_equal(tw_trunks_process(set, NULL), TW_OK);
	loop_run(&loop, 20);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_REGISTERED);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* A day of refreshes in the time their packets take. */
static void test_host_clock(void **state)
{
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	loop.challenge = true;
	loop.status = "200 OK";
	loop.headers = "Expires: 300\r\n";
	set = loop_set(&loop, true);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 20);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_REGISTERED);
	step(&loop, set, loop.now_us + 3600 * TW_SECOND);
	assert_in_range(loop_status(trunk).registrations, 12, 17);
	/* one REGISTER each: the nonce is used again */
	assert_int_equal(loop.requests,
		loop_status(trunk).registrations + 1);
	/* no real timer ran */
	loop_run(&loop, 50);
	assert_int_equal(loop.requests,
		loop_status(trunk).registrations + 1);
	/* the registrar goes silent, the binding runs out */
	loop.status = NULL;
	loop.challenge = false;
	step(&loop, set, loop.now_us + 400 * TW_SECOND);
	assert_int_not_equal(loop_status(trunk).state, TW_TRUNK_REGISTERED);
	assert_true(loop_status(trunk).expires_at == 0);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

static void test_many(void **state)
{
	enum { COUNT = 200 };
	tw_trunk *trunk[COUNT], *found;
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	tw_trunk_status status;
	unsigned registered = 0;
	struct loop loop;
	tw_trunks *set;
	char name[16];

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	loop.unpaced = true;
	set = loop_set(&loop, false);
	for (int i = 0; i < COUNT; i++) {
		(void)snprintf(name, sizeof(name), "t%d", i);
		trunk[i] = loop_trunk(&loop, set, name);
		assert_string_equal(tw_trunk_name(trunk[i]), name);
		assert_ptr_equal(tw_trunk_sip(trunk[i]), loop.sip);
	}
	for (int i = 0; i < COUNT; i++) {
		assert_int_equal(tw_trunk_start(trunk[i], NULL), TW_OK);
		if (i % 50 == 49)
			loop_run(&loop, 20);
	}
	loop_run(&loop, 50);
	while (!tw_trunks_next_event(&event, set, NULL))
		registered += event.state_new == TW_TRUNK_REGISTERED;
	assert_int_equal(registered, COUNT);
	/* each is found by its own token only */
	for (int i = 0; i < COUNT; i++) {
		status = loop_status(trunk[i]);
		assert_int_equal(tw_trunks_match(&found, set,
			status.contact_user, NULL), TW_OK);
		assert_ptr_equal(found, trunk[i]);
	}
	found = NULL;
	assert_int_equal(tw_trunks_match(&found, set, "stranger", NULL),
		TW_ENOTFOUND);
	assert_int_equal(tw_trunks_match(&found, set, "", NULL),
		TW_ENOTFOUND);
	assert_null(found);
	for (int i = 0; i < COUNT; i += 2)
		tw_trunk_free(trunk[i]);
	status = loop_status(trunk[1]);
	assert_int_equal(tw_trunks_match(&found, set, status.contact_user,
		NULL), TW_OK);
	for (int i = 1; i < COUNT; i += 2)
		tw_trunk_free(trunk[i]);
	assert_true(tw_trunks_deadline(set) == INT64_MAX);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* Answers with our Call-ID but from another address change nothing. */
static void test_stranger(void **state)
{
	struct udp_sock *stranger;
	struct sa from, to;
	struct mbuf *mb;
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	set = loop_set(&loop, false);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 20);
	assert_int_equal(loop.requests, 1);
	assert_int_equal(sa_set_str(&from, "127.0.0.2", 0), 0);
	assert_int_equal(udp_listen(&stranger, &from, NULL, NULL), 0);
	assert_int_equal(sip_transp_laddr(loop.sip, &to, SIP_TRANSP_UDP,
		&from), 0);
	mb = mbuf_alloc(1024);
	assert_non_null(mb);
	char via[256], cseq[64];
	assert_int_equal(mbuf_printf(mb, "SIP/2.0 200 OK\r\nVia: %s\r\n"
		"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: %s"
		"\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
		loop_line(via, sizeof(via), loop.last, "Via"), loop.call_id,
		loop_line(cseq, sizeof(cseq), loop.last, "CSeq")), 0);
	mb->pos = 0;
	assert_int_equal(udp_send(stranger, &to, mb), 0);
	loop_run(&loop, 50);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_REGISTERING);
	/* the same bytes from the registrar do */
	mb->pos = 0;
	assert_int_equal(udp_send(loop.registrar, &to, mb), 0);
	loop_run(&loop, 50);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_REGISTERED);
	mem_deref(mb);
	mem_deref(stranger);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* All are started at one moment: no second sees more than the limit, each
 * gets its turn, and so does each un-register. */
static void test_pace(void **state)
{
	enum { COUNT = 70, LIMIT = 50 };
	tw_trunk *trunk[COUNT];
	struct loop loop;
	tw_trunks *set;
	char name[16];
	unsigned before;

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	loop.challenge = true;
	set = loop_set(&loop, true);
	for (int i = 0; i < COUNT; i++) {
		(void)snprintf(name, sizeof(name), "t%d", i);
		trunk[i] = loop_trunk(&loop, set, name);
		assert_int_equal(tw_trunk_start(trunk[i], NULL), TW_OK);
	}
	assert_int_equal(tw_trunks_pending(set), COUNT);
	for (int s = 0; s < 2 * COUNT / LIMIT + 2; s++) {
		before = loop.requests;
		step(&loop, set, loop.now_us + TW_SECOND);
		assert_in_range(loop.requests - before, 0, LIMIT + 1);
	}
	assert_int_equal(loop.requests, 2 * COUNT);
	for (int i = 0; i < COUNT; i++) {
		assert_int_equal(loop_status(trunk[i]).state,
			TW_TRUNK_REGISTERED);
		assert_int_equal(tw_trunk_stop(trunk[i], NULL), TW_OK);
	}
	assert_int_equal(tw_trunks_pending(set), COUNT);
	before = loop.requests;
	step(&loop, set, loop.now_us + TW_SECOND);
	assert_in_range(loop.requests - before, LIMIT / 2, COUNT - 1);
	/* one that is freed while it waits leaves the others their turns */
	tw_trunk_free(trunk[COUNT - 1]);
	step(&loop, set, loop.now_us + 3 * TW_SECOND);
	assert_int_equal(tw_trunks_pending(set), 0);
	assert_int_equal(loop.requests - before, COUNT - 1);
	for (int i = 0; i < COUNT - 1; i++) {
		assert_int_equal(loop_status(trunk[i]).state, TW_TRUNK_IDLE);
		tw_trunk_free(trunk[i]);
	}
	tw_trunks_free(set);
	loop_close(&loop);
}

static void test_options(void **state)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	struct {
		tw_trunks_options o;
		char more[8];
	} big = { TW_TRUNKS_OPTIONS_INIT, "" };
	static const tw_clock no_clock = { sizeof(no_clock), NULL, NULL,
		NULL };
	static const tw_random no_random = { sizeof(no_random), NULL, NULL };
	tw_error err = TW_ERROR_INIT;
	tw_trunk *trunk = NULL;
	tw_trunks *set = NULL;
	struct loop loop;

	(void)state;
	loop_open(&loop);
	assert_int_equal(tw_trunks_new_attached(&set, NULL, &o, &err),
		TW_EINVAL);
	o.flags = 1u << 31;
	assert_int_equal(tw_trunks_new_attached(&set, loop.sip, &o, &err),
		TW_EINVAL);
	o.flags = 0;
	o.size = 0;
	assert_int_equal(tw_trunks_new_attached(&set, loop.sip, &o, &err),
		TW_EINVAL);
	o.size = sizeof(o);
	o.clock = &no_clock;
	assert_int_equal(tw_trunks_new_attached(&set, loop.sip, &o, &err),
		TW_EINVAL);
	o.clock = NULL;
	o.random = &no_random;
	assert_int_equal(tw_trunks_new_attached(&set, loop.sip, &o, &err),
		TW_EINVAL);
	o.random = NULL;
	o.start_spread_s = 3601;
	assert_int_equal(tw_trunks_new_attached(&set, loop.sip, &o, &err),
		TW_EINVAL);
	assert_string_equal(err.field, "start_spread_s");
	o.start_spread_s = 0;
	big.o.size = sizeof(big);
	big.more[3] = 1;
	assert_int_equal(tw_trunks_new_attached(&set, loop.sip, &big.o,
		&err), TW_EVERSION);
	o.local_port = 65536;
	assert_int_equal(tw_trunks_new_attached(&set, loop.sip, &o, &err),
		TW_EINVAL);
	assert_null(set);
	assert_int_equal(tw_trunks_new_attached(&set, loop.sip, NULL, &err),
		TW_OK);
	assert_int_equal(tw_trunks_process(set, &err), TW_OK);
	assert_int_equal(tw_trunks_process(NULL, &err), TW_EINVAL);
	assert_int_equal(tw_trunks_match(&trunk, set, NULL, &err),
		TW_EINVAL);
	assert_int_equal(tw_trunks_next_event(NULL, set, &err), TW_EINVAL);
	assert_true(tw_trunks_deadline(NULL) == INT64_MAX);
	tw_trunks_free(set);
	tw_trunks_free(NULL);
	assert_int_equal(tw_trunks_pending(NULL), 0);
	loop_close(&loop);
}

/* What the host says about itself goes into Via and Contact. */
static void test_local_address(void **state)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	o.local_host = "pbx.example.test";
	o.local_port = 5999;
	assert_int_equal(tw_trunks_new_attached(&set, loop.sip, &o, NULL),
		TW_OK);
	trunk = loop_trunk(&loop, set, "main");
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 20);
	assert_non_null(strstr(loop.last,
		"Via: SIP/2.0/UDP pbx.example.test:5999;"));
	assert_non_null(strstr(loop.last, "@pbx.example.test:5999>"));
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* The kernel refuses a broadcast: a failure at once, not after 32 s. */
static void test_send_fails(void **state)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	set = loop_set(&loop, true);
	o.name = "nowhere";
	o.registrar = "sip:255.255.255.255";
	o.user = "u";
	assert_int_equal(tw_trunk_new(&trunk, set, &o, NULL), TW_OK);
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_BACKOFF);
	assert_string_equal(loop_status(trunk).reason,
		"request could not be sent");
	assert_int_equal(tw_trunks_pending(set), 0);
	assert_true(tw_trunks_deadline(set) >=
		loop.now_us + 5 * TW_SECOND);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

static long allocations_left = -1;

static void *failing_alloc(size_t size, void *arg)
{
	(void)arg;
	return allocations_left-- == 0 ? NULL : malloc(size);
}

static void *failing_resize(void *mem, size_t size, void *arg)
{
	(void)arg;
	return allocations_left-- == 0 ? NULL : realloc(mem, size);
}

static void plain_release(void *mem, void *arg)
{
	(void)arg;
	free(mem);
}

/* Whatever allocation fails: no set or no trunk, and nothing left behind. */
static void test_no_memory(void **state)
{
	const tw_allocator failing = { sizeof(failing), failing_alloc,
		failing_resize, plain_release, NULL };
	tw_trunks_options so = TW_TRUNKS_OPTIONS_INIT;
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	struct loop loop;
	tw_status status = TW_ENOMEM;

	(void)state;
	loop_open(&loop);
	assert_int_equal(tw_allocator_set(&failing, NULL), TW_OK);
	so.local_host = "127.0.0.1";
	o.name = "a";
	o.registrar = "sip:127.0.0.1";
	o.user = "u";
	for (long n = 0; status; n++) {
		tw_trunks *set = NULL;
		tw_trunk *trunk = NULL;

		assert_in_range(n, 0, 100);
		allocations_left = n;
		status = tw_trunks_new_attached(&set, loop.sip, &so, NULL);
		if (!status)
			status = tw_trunk_new(&trunk, set, &o, NULL);
		assert_true(status == TW_OK || status == TW_ENOMEM);
		allocations_left = -1;
		if (status && set)      /* the set is as good as before */
			assert_int_equal(tw_trunk_new(&trunk, set, &o, NULL),
				TW_OK);
		tw_trunk_free(trunk);
		tw_trunks_free(set);
	}
	assert_int_equal(tw_allocator_set(NULL, NULL), TW_OK);
	loop_close(&loop);
}

static tw_trunks *reenter_set;
static tw_status reenter_status;

static void reenter_h(void *arg)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;

	(void)arg;
	reenter_status = tw_trunks_process(reenter_set, NULL);
	while (!tw_trunks_next_event(&event, reenter_set, NULL))
		;
}

static void test_callback_may_only_read(void **state)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	struct loop loop;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	o.event = reenter_h;
	assert_int_equal(tw_trunks_new_attached(&reenter_set, loop.sip, &o,
		NULL), TW_OK);
	trunk = loop_trunk(&loop, reenter_set, "main");
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	assert_int_equal(reenter_status, TW_EINVAL);
	tw_trunk_free(trunk);
	tw_trunks_free(reenter_set);
	loop_close(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_clock),
		cmocka_unit_test(test_own_timer),
		cmocka_unit_test(test_malformed_answers),
		cmocka_unit_test(test_host_clock),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_stranger),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_local_address),
		cmocka_unit_test(test_send_fails),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_callback_may_only_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
