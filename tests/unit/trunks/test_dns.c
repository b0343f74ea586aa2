/**
 * @file test_dns.c  Trunks whose registrar is a name, with a DNS server and
 * registrars on the same loop
 */
#include "loop.h"
#include "../sip/responder.h"

#define C "carrier.test"

struct town {
	struct loop loop;
	struct responder dns;
	struct responder_record zone[8];
	tw_trunks *set;
};

static void town_open(struct town *t, bool host_clock)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;

	loop_open(&t->loop);
	t->loop.status = "200 OK";
	assert_int_equal(responder_open(&t->dns), 0);
	memset(t->zone, 0, sizeof(t->zone));
	t->dns.zone = t->zone;
	if (host_clock) {
		o.flags = TW_TRUNKS_HOST_CLOCK;
		o.clock = &t->loop.clock;
	}
	o.dns_servers = t->dns.server;
	if (tw_trunks_new_attached(&t->set, t->loop.sip, &o, &err))
		fail_msg("%s: %s", err.field, err.message);
}

static void town_close(struct town *t)
{
	tw_trunks_free(t->set);
	responder_close(&t->dns);
	loop_close(&t->loop);
}

static void srv(struct town *t, unsigned priority, unsigned weight,
		unsigned port, const char *target)
{
	struct responder_record *r = &t->zone[t->dns.zone_size++];

	r->name = "_sip._udp." C;
	r->type = 33;
	r->ttl = 300;
	r->a = (uint16_t)priority;
	r->b = (uint16_t)weight;
	r->c = (uint16_t)port;
	r->value = target;
}

static void address(struct town *t, const char *name, const char *value)
{
	struct responder_record *r = &t->zone[t->dns.zone_size++];

	r->name = name;
	r->type = 1;
	r->ttl = 300;
	r->value = value;
}

static tw_trunk *named(struct town *t, const char *name, const char *uri)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_trunk *trunk = NULL;

	o.name = name;
	o.registrar = uri;
	o.user = "u";
	o.target_timeout_s = 2;
	if (tw_trunk_new(&trunk, t->set, &o, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(tw_trunk_start(trunk, &err), TW_OK);
	return trunk;
}

static void target_is(struct town *t, tw_trunk *trunk)
{
	char want[64];

	(void)snprintf(want, sizeof(want), "udp:127.0.0.1:%u", t->loop.port);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_REGISTERED);
	assert_string_equal(loop_status(trunk).target, want);
}

static void test_names(void **state)
{
	struct town t;
	tw_trunk *trunk;

	(void)state;
	town_open(&t, false);
	srv(&t, 10, 0, t.loop.port, "a." C);
	address(&t, "a." C, "127.0.0.1");
	trunk = named(&t, "one", "sip:" C);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_RESOLVING);
	loop_run(&t.loop, 100);
	target_is(&t, trunk);
	assert_non_null(strstr(t.loop.last, "REGISTER sip:" C " SIP"));
	/* NAPTR, SRV, A, AAAA */
	assert_int_equal(t.dns.asked, 4);
	tw_trunk_free(trunk);
	town_close(&t);
}

/* The first target is dead: after its time, the second. Real time. */
static void test_dead_target(void **state)
{
	struct udp_sock *dead;
	struct town t;
	struct sa sa;
	tw_trunk *trunk;

	(void)state;
	town_open(&t, false);
	assert_int_equal(sa_set_str(&sa, "127.0.0.1", 0), 0);
	assert_int_equal(udp_listen(&dead, &sa, NULL, NULL), 0);
	assert_int_equal(udp_local_get(dead, &sa), 0);
	srv(&t, 10, 0, sa_port(&sa), "a." C);
	srv(&t, 20, 0, t.loop.port, "a." C);
	address(&t, "a." C, "127.0.0.1");
	trunk = named(&t, "one", "sip:" C);
	loop_run(&t.loop, 300);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_REGISTERING);
	assert_int_equal(t.loop.requests, 0);
	loop_run(&t.loop, 2000);
	target_is(&t, trunk);
	tw_trunk_free(trunk);
	mem_deref(dead);
	town_close(&t);
}

/* Many trunks of one name ask each question once. */
static void test_many(void **state)
{
	enum { TRUNKS = 60 };
	tw_trunk *trunk[TRUNKS];
	struct town t;
	char name[16];

	(void)state;
	town_open(&t, false);
	srv(&t, 10, 0, t.loop.port, "a." C);
	address(&t, "a." C, "127.0.0.1");
	for (int i = 0; i < TRUNKS; i++) {
		(void)snprintf(name, sizeof(name), "t%d", i);
		trunk[i] = named(&t, name, "sip:" C);
	}
	for (int i = 0; i < 50 && t.loop.requests < TRUNKS; i++)
		loop_run(&t.loop, 100);
	loop_run(&t.loop, 50);
	assert_int_equal(t.dns.asked, 4);
	for (int i = 0; i < TRUNKS; i++) {
		target_is(&t, trunk[i]);
		tw_trunk_free(trunk[i]);
	}
	town_close(&t);
}

/* A name that DNS is silent about does not keep another trunk waiting. */
static void test_slow_name(void **state)
{
	struct town t;
	tw_trunk *slow, *quick;

	(void)state;
	town_open(&t, false);
	t.dns.silent = true;
	slow = named(&t, "slow", "sip:silent.test");
	loop_run(&t.loop, 30);
	quick = loop_trunk(&t.loop, t.set, "quick");
	assert_int_equal(tw_trunk_start(quick, NULL), TW_OK);
	loop_run(&t.loop, 50);
	assert_int_equal(loop_status(quick).state, TW_TRUNK_REGISTERED);
	assert_int_equal(loop_status(slow).state, TW_TRUNK_RESOLVING);
	/* freed with a question open */
	tw_trunk_free(slow);
	tw_trunk_free(quick);
	town_close(&t);
}

/* DNS dies after success: registered for hours, by what was known. */
static void test_last_known_good(void **state)
{
	struct town t;
	tw_trunk *trunk;

	(void)state;
	town_open(&t, true);
	srv(&t, 10, 0, t.loop.port, "a." C);
	address(&t, "a." C, "127.0.0.1");
	trunk = named(&t, "one", "sip:" C);
	loop_run(&t.loop, 60);
	target_is(&t, trunk);
	t.dns.rcode = 5;
	t.dns.asked = 0;
	for (int i = 0; i < 20; i++) {
		t.loop.now_us = tw_trunks_deadline(t.set);
		assert_int_equal(tw_trunks_process(t.set, NULL), TW_OK);
		loop_run(&t.loop, 15);
		target_is(&t, trunk);
	}
	assert_true(t.dns.asked > 5);
	assert_true(t.loop.requests > 5);
	tw_trunk_free(trunk);
	town_close(&t);
}

static void test_no_such_name(void **state)
{
	struct town t;
	tw_trunk *trunk;

	(void)state;
	town_open(&t, false);
	t.dns.rcode = 3;
	trunk = named(&t, "one", "sip:" C);
	loop_run(&t.loop, 60);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_BACKOFF);
	assert_non_null(strstr(loop_status(trunk).reason, C));
	assert_non_null(strstr(loop_status(trunk).reason, "no address"));
	tw_trunk_free(trunk);
	town_close(&t);
}

static void test_bad_servers(void **state)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	struct loop loop;
	tw_trunks *set = NULL;

	(void)state;
	loop_open(&loop);
	o.dns_servers = "resolver.test";
	assert_int_equal(tw_trunks_new_attached(&set, loop.sip, &o, &err),
		TW_EINVAL);
	assert_string_equal(err.field, "dns_servers");
	assert_int_equal(tw_trunks_new_managed(&set, &o, &err), TW_EINVAL);
	assert_null(set);
	/* who asks for none needs none */
	tw_trunks_free(loop_set(&loop, false));
	loop_close(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_dead_target),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_slow_name),
		cmocka_unit_test(test_last_known_good),
		cmocka_unit_test(test_no_such_name),
		cmocka_unit_test(test_bad_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
