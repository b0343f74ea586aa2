/**
 * @file test_inbound.c  Static trunks, and which trunk of a set is meant
 */
#include "loop.h"
#include <trunkwise/inbound.h>

static tw_trunk *made(struct loop *loop, tw_trunks *set, const char *name,
		      uint32_t flags, const char *peers)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_trunk *trunk = NULL;
	char registrar[64];

	(void)snprintf(registrar, sizeof(registrar), "sip:127.0.0.1:%u",
		loop ? loop->port : 9);
	o.flags = flags;
	o.name = name;
	o.registrar = registrar;
	o.user = "u";
	o.peers = peers;
	o.carrier = name;
	o.qualify_s = 5;
	if (tw_trunk_new(&trunk, set, &o, &err))
		fail_msg("%s: %s", err.field, err.message);
	return trunk;
}

static tw_status ask(tw_inbound_match *match, tw_trunks *set,
		     const char *host, uint32_t port, const char *user)
{
	tw_inbound_request request = TW_INBOUND_REQUEST_INIT;

	request.host = host;
	request.port = port;
	request.user = user;
	return tw_trunks_inbound(match, set, &request, NULL);
}

static void test_set(void **state)
{
	tw_inbound_match m = TW_INBOUND_MATCH_INIT;
	struct loop loop;
	tw_trunks *set;
	tw_trunk *a, *s;

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	set = loop_set(&loop, true);
	a = made(&loop, set, "a", 0, NULL);
	s = made(&loop, set, "s", TW_TRUNK_STATIC, "198.51.100.0/24");
	assert_int_equal(ask(&m, set, "198.51.100.7", 5060, NULL), TW_OK);
	assert_string_equal(m.trunk, "s");
	assert_int_equal(ask(&m, set, "127.0.0.1", loop.port, NULL),
		TW_ECONFLICT);
	assert_int_equal(ask(&m, set, "192.0.2.1", 5060, NULL),
		TW_ENOTFOUND);
	assert_int_equal(tw_trunk_start(a, NULL), TW_OK);
	loop_run(&loop, 20);
	/* registered: its flow is its own */
	assert_int_equal(ask(&m, set, "127.0.0.1", loop.port, NULL), TW_OK);
	assert_string_equal(m.trunk, "a");
	assert_int_equal(m.how, TW_MATCH_FLOW);
	assert_int_equal(ask(&m, set, "127.0.0.1", 1,
		loop_status(a).contact_user), TW_OK);
	assert_int_equal(m.how, TW_MATCH_TOKEN);
	assert_int_equal(ask(&m, set, "198.51.100.7", 1,
		loop_status(a).contact_user), TW_EREFUSED);
	tw_trunk_free(a);
	assert_int_equal(ask(&m, set, "127.0.0.1", 1, NULL), TW_OK);
	assert_string_equal(m.trunk, "s");
	tw_trunk_free(s);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* It takes calls from start to stop, sends no REGISTER, and OPTIONS tell. */
static void test_static(void **state)
{
	tw_trunk_health health = TW_TRUNK_HEALTH_INIT;
	struct loop loop;
	tw_trunks *set;
	tw_trunk *s;

	(void)state;
	loop_open(&loop);
	loop.options = "200 OK";
	set = loop_set(&loop, true);
	s = made(&loop, set, "s", TW_TRUNK_STATIC, NULL);
	assert_int_equal(loop_status(s).state, TW_TRUNK_IDLE);
	assert_int_equal(tw_trunk_start(s, NULL), TW_OK);
	assert_int_equal(tw_trunk_start(s, NULL), TW_OK);
	assert_int_equal(loop_status(s).state, TW_TRUNK_REGISTERED);
	assert_true(loop_status(s).expires_at == 0);
	for (unsigned i = 0; i < 20; i++) {
		loop.now_us = tw_trunks_deadline(set);
		assert_int_equal(tw_trunks_process(set, NULL), TW_OK);
		loop_run(&loop, 5);
	}
	assert_int_equal(tw_trunk_health_get(&health, s, NULL), TW_OK);
	assert_int_equal(health.verdict, TW_HEALTH_UP);
	assert_int_equal(loop_status(s).state, TW_TRUNK_REGISTERED);
	assert_int_equal(loop.requests, 0);
	assert_int_equal(tw_trunk_stop(s, NULL), TW_OK);
	assert_int_equal(loop_status(s).state, TW_TRUNK_IDLE);
	assert_true(tw_trunks_deadline(set) == INT64_MAX);
	assert_int_equal(loop.requests, 0);
	tw_trunk_free(s);
	tw_trunks_free(set);
	loop_close(&loop);
}

static void update_peers(tw_trunk **trunk, const char *peers,
			 uint32_t change)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	uint32_t got;

	o.flags = TW_TRUNK_STATIC;
	o.name = "s";
	o.user = "u";
	o.registrar = "sip:127.0.0.1:9";
	o.carrier = "s";
	o.qualify_s = 5;
	o.peers = peers;
	if (tw_trunk_update(&got, trunk, &o, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(got, change);
}

static void test_options(void **state)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_inbound_match m = TW_INBOUND_MATCH_INIT;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	assert_int_equal(tw_trunks_new_managed(&set, NULL, NULL), TW_OK);
	o.name = "a";
	o.user = "u";
	o.registrar = "sip:127.0.0.1";
	o.peers = "carrier.test";
	assert_int_equal(tw_trunk_new(&trunk, set, &o, &err), TW_EINVAL);
	assert_string_equal(err.field, "peers");
	o.peers = NULL;
	o.carrier = "a\r\nb";
	assert_int_equal(tw_trunk_new(&trunk, set, &o, &err), TW_EINVAL);
	assert_string_equal(err.field, "carrier");
	o.carrier = NULL;
	o.flags = TW_TRUNK_STATIC;
	o.registrar = "sip:carrier.test";
	assert_int_equal(tw_trunk_new(&trunk, set, &o, &err),
		TW_EUNSUPPORTED);
	o.registrar = "sip:127.0.0.1";
	o.backup = "sip:127.0.0.2";
	assert_int_equal(tw_trunk_new(&trunk, set, &o, &err), TW_EINVAL);
	assert_string_equal(err.field, "backup");
	trunk = made(NULL, set, "s", TW_TRUNK_STATIC, "192.0.2.0/24");
	assert_int_equal(ask(&m, set, "192.0.2.8", 1, NULL), TW_OK);
	update_peers(&trunk, "192.0.2.9", TW_CHANGE_APPLIED);
	update_peers(&trunk, "192.0.2.9", TW_CHANGE_NONE);
	assert_int_equal(ask(&m, set, "192.0.2.8", 1, NULL), TW_ENOTFOUND);
	assert_int_equal(ask(&m, set, "192.0.2.9", 1, NULL), TW_OK);
	assert_int_equal(ask(&m, set, "bad", 1, NULL), TW_EINVAL);
	assert_int_equal(tw_trunks_inbound(&m, set, NULL, NULL), TW_EINVAL);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_static),
		cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
