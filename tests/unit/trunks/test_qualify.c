/**
 * @file test_qualify.c  OPTIONS of a set's trunks, and who is told
 */
#include "loop.h"

static tw_trunk *qualified(struct loop *loop, tw_trunks *set,
			   const char *name, uint32_t qualify_s)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	char registrar[64];
	tw_trunk *trunk = NULL;

	(void)snprintf(registrar, sizeof(registrar), "sip:localhost:%u",
		loop->port);
	o.name = name;
	o.registrar = registrar;
	o.user = "trunk1";
	o.expires_s = 86400;
	o.qualify_s = qualify_s;
	o.qualify_up = 2;
	if (tw_trunk_new(&trunk, set, &o, &err))
		fail_msg("%s: %s", err.field, err.message);
	return trunk;
}

static tw_trunk_health health_of(const tw_trunk *trunk)
{
	tw_trunk_health health = TW_TRUNK_HEALTH_INIT;

	assert_int_equal(tw_trunk_health_get(&health, trunk, NULL), TW_OK);
	return health;
}

/* To the next deadline; then packets get their real time. */
static void step(struct loop *loop, tw_trunks *set)
{
	int64_t at = tw_trunks_deadline(set);

	assert_true(at != INT64_MAX);
	if (at > loop->now_us)
		loop->now_us = at;
	assert_int_equal(tw_trunks_process(set, NULL), TW_OK);
	if (tw_trunks_pending(set))
		loop_run(loop, 20);
}

static void until(struct loop *loop, tw_trunks *set, const tw_trunk *trunk,
		  uint32_t verdict)
{
	for (unsigned i = 0; health_of(trunk).verdict != verdict; i++) {
		assert_true(i < 200);
		step(loop, set);
	}
}

static tw_trunk_event last_event(tw_trunks *set)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;

	while (!tw_trunks_next_event(&event, set, NULL)) {
		;
	}
	return event;
}

static void test_verdicts(void **state)
{
	tw_trunk_event event;
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	loop.options = "405 No";
	set = loop_set(&loop, true);
	trunk = qualified(&loop, set, "main", 30);
	assert_int_equal(health_of(trunk).verdict, TW_HEALTH_UNKNOWN);
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 20);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_REGISTERED);
	until(&loop, set, trunk, TW_HEALTH_UP);
	event = last_event(set);
	assert_int_equal(event.state_old, TW_TRUNK_REGISTERED);
	assert_int_equal(event.state_new, TW_TRUNK_REGISTERED);
	assert_int_equal(event.health_old, TW_HEALTH_UNKNOWN);
	assert_int_equal(event.health_new, TW_HEALTH_UP);
	assert_string_equal(event.trunk, "main");
	assert_int_equal(event.sip_code, 405);
	assert_int_equal(health_of(trunk).answers, loop.options_requests);
	loop.options = NULL;                   /* dead, still registered */
	until(&loop, set, trunk, TW_HEALTH_DOWN);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_REGISTERED);
	assert_int_equal(last_event(set).health_new, TW_HEALTH_DOWN);
	loop.options = "200 OK";
	until(&loop, set, trunk, TW_HEALTH_DEGRADED);
	assert_int_equal(health_of(trunk).successes, 2);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* Nobody is asked before he registered us and after he let us go. */
static void test_only_registered(void **state)
{
	tw_trunk_event event;
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;
	int64_t end;

	(void)state;
	loop_open(&loop);
	loop.status = "403 No";
	loop.options = "200 OK";
	set = loop_set(&loop, true);
	trunk = qualified(&loop, set, "main", 5);
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	end = loop.now_us + 600 * TW_SECOND;
	while (tw_trunks_deadline(set) < end)
		step(&loop, set);
	assert_int_equal(loop.options_requests, 0);
	loop.status = "200 OK";
	loop.now_us += 8000 * TW_SECOND;
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 20);
	until(&loop, set, trunk, TW_HEALTH_UP);
	assert_int_equal(tw_trunk_stop(trunk, NULL), TW_OK);
	event = last_event(set);
	assert_int_equal(event.health_new, TW_HEALTH_UNKNOWN);
	loop_run(&loop, 20);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_IDLE);
	assert_true(tw_trunks_deadline(set) == INT64_MAX);
	assert_int_equal(tw_trunks_pending(set), 0);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* 40 trunks that are all due at once are asked 20 ms apart. */
static void test_no_burst(void **state)
{
	tw_trunk *trunk[40];
	struct loop loop;
	tw_trunks *set;
	int64_t begin;
	char name[16];

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	loop.unpaced = true;
	set = loop_set(&loop, true);
	for (size_t i = 0; i < 40; i++) {
		(void)snprintf(name, sizeof(name), "t%zu", i);
		trunk[i] = qualified(&loop, set, name, 3600);
		assert_int_equal(tw_trunk_start(trunk[i], NULL), TW_OK);
	}
	loop_run(&loop, 100);
	/* a loop that slept over all their deadlines */
	loop.now_us += 60 * TW_SECOND;
	begin = loop.now_us;
	assert_int_equal(tw_trunks_process(set, NULL), TW_OK);
	loop_run(&loop, 20);
	assert_int_equal(loop.options_requests, 1);
	while (loop.now_us < begin + 400000) {
		loop.now_us += 10000;
		assert_int_equal(tw_trunks_process(set, NULL), TW_OK);
	}
	loop_run(&loop, 50);
	assert_int_equal(loop.options_requests, 21);
	for (size_t i = 0; i < 40; i++)
		tw_trunk_free(trunk[i]);
	tw_trunks_free(set);
	loop_close(&loop);
}

static void test_options(void **state)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_trunk_health small = { 0 };
	tw_error err = TW_ERROR_INIT;
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	set = loop_set(&loop, true);
	o.name = "a";
	o.user = "u";
	o.registrar = "sip:127.0.0.1";
	o.qualify_s = 4;
	assert_int_equal(tw_trunk_new(&trunk, set, &o, &err), TW_EINVAL);
	assert_string_equal(err.field, "qualify_s");
	/* options of a caller who was built before there was one */
	o.size = offsetof(tw_trunk_options, qualify_s);
	assert_int_equal(tw_trunk_new(&trunk, set, &o, NULL), TW_OK);
	assert_int_equal(tw_trunk_health_get(&small, trunk, NULL),
		TW_EINVAL);
	assert_int_equal(tw_trunk_health_get(NULL, trunk, NULL), TW_EINVAL);
	small.size = offsetof(tw_trunk_health, sip_code);
	small.verdict = 77;
	small.sip_code = 77;
	assert_int_equal(tw_trunk_health_get(&small, trunk, NULL), TW_OK);
	assert_int_equal(small.verdict, TW_HEALTH_UNKNOWN);
	assert_int_equal(small.sip_code, 77);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* Nobody reads while a trunk flaps: the oldest "before" is kept. */
static void test_events_merge(void **state)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	uint32_t health = TW_HEALTH_UNKNOWN, events = 0;
	struct loop loop;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	set = loop_set(&loop, true);
	trunk = qualified(&loop, set, "main", 5);
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 20);
	for (unsigned i = 0; i < 6; i++) {
		loop.options = i % 2 ? "503 x" : "200 OK";
		until(&loop, set, trunk, i % 2 ? TW_HEALTH_DOWN :
			TW_HEALTH_UP);
	}
	while (!tw_trunks_next_event(&event, set, NULL)) {
		assert_int_equal(event.health_old, health);
		health = event.health_new;
		events++;
	}
	assert_int_equal(events, 4);
	assert_int_equal(health, TW_HEALTH_DOWN);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

static void test_managed(void **state)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	assert_int_equal(tw_trunks_new_managed(&set, NULL, NULL), TW_OK);
	o.name = "a";
	o.user = "u";
	o.registrar = "sip:127.0.0.1:1";
	o.qualify_s = 5;
	assert_int_equal(tw_trunk_new(&trunk, set, &o, NULL), TW_OK);
	assert_string_equal(health_of(trunk).target, "udp:127.0.0.1:1");
	tw_trunk_free(trunk);
	tw_trunks_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_only_registered),
		cmocka_unit_test(test_no_burst),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_events_merge),
		cmocka_unit_test(test_managed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
