/**
 * @file test_probe.c  A target that registers and answers no OPTIONS, against
 * two registrars
 */
#include "loop.h"

struct pair {
	struct loop loop, other;       /* of the other only its registrar */
	tw_trunks *set;
	tw_trunk *trunk;
};

static void open_pair(struct pair *p, uint32_t flows)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	char uri[2][64];
	struct sa local;

	loop_open(&p->loop);
	memset(&p->other, 0, sizeof(p->other));
	assert_int_equal(sa_set_str(&local, "127.0.0.1", 0), 0);
	assert_int_equal(udp_listen(&p->other.registrar, &local,
		loop_registrar_h, &p->other), 0);
	assert_int_equal(udp_local_get(p->other.registrar, &local), 0);
	p->other.port = sa_port(&local);
	p->loop.status = p->other.status = "200 OK";
	p->loop.options = p->other.options = "200 OK";
	if (flows)
		p->loop.headers = p->other.headers = "Require: outbound\r\n";
	p->set = loop_set(&p->loop, true);
	(void)snprintf(uri[0], 64, "sip:127.0.0.1:%u", p->loop.port);
	(void)snprintf(uri[1], 64, "sip:127.0.0.1:%u", p->other.port);
	o.name = "main";
	o.user = "trunk1";
	o.registrar = uri[0];
	o.backup = uri[1];
	o.qualify_s = 10;
	o.qualify_timeout_ms = 500;
	o.flows = flows;
	if (tw_trunk_new(&p->trunk, p->set, &o, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(tw_trunk_start(p->trunk, NULL), TW_OK);
	loop_run(&p->loop, 40);
	assert_int_equal(loop_status(p->trunk).state, TW_TRUNK_REGISTERED);
}

static void close_pair(struct pair *p)
{
	tw_trunk_free(p->trunk);
	tw_trunks_free(p->set);
	mem_deref(p->other.registrar);
	loop_close(&p->loop);
}

static void step(struct pair *p, int64_t seconds)
{
	int64_t until = p->loop.now_us + seconds * 1000000;

	while (tw_trunks_deadline(p->set) <= until) {
		if (tw_trunks_deadline(p->set) > p->loop.now_us)
			p->loop.now_us = tw_trunks_deadline(p->set);
		assert_int_equal(tw_trunks_process(p->set, NULL), TW_OK);
		loop_run(&p->loop, 2);
	}
	p->loop.now_us = until;
}

static bool is_at(const struct pair *p, const struct loop *loop)
{
	char port[16];

	(void)snprintf(port, sizeof(port), ":%u", loop->port);
	return strstr(loop_status(p->trunk).target, port) != NULL;
}

static uint32_t verdict_of(const struct pair *p)
{
	tw_trunk_health health = TW_TRUNK_HEALTH_INIT;

	assert_int_equal(tw_trunk_health_get(&health, p->trunk, NULL), TW_OK);
	return health.verdict;
}

static void test_there_and_back(void **state)
{
	struct pair p;
	unsigned asked;

	(void)state;
	open_pair(&p, 0);
	step(&p, 20);
	assert_true(is_at(&p, &p.loop));
	p.loop.options = NULL;
	step(&p, 60);
	assert_int_equal(loop_status(p.trunk).state, TW_TRUNK_REGISTERED);
	assert_true(is_at(&p, &p.other));
	assert_int_equal(verdict_of(&p), TW_HEALTH_UP);
	/* it is looked at again, and silent: the trunk stays where it is */
	asked = p.loop.options_requests;
	step(&p, 600);
	assert_true(p.loop.options_requests > asked);
	assert_true(is_at(&p, &p.other));
	/* and once it answers, the next refresh goes back */
	p.loop.options = "200 OK";
	step(&p, 1300);
	assert_true(is_at(&p, &p.loop));
	step(&p, 60);
	assert_int_equal(verdict_of(&p), TW_HEALTH_UP);
	close_pair(&p);
}

static void test_all_down(void **state)
{
	struct pair p;
	unsigned requests;

	(void)state;
	open_pair(&p, 0);
	p.loop.options = p.other.options = NULL;
	step(&p, 120);
	assert_true(is_at(&p, &p.other));
	requests = p.loop.requests;
	step(&p, 1800);
	assert_int_equal(p.loop.requests, requests);
	assert_true(is_at(&p, &p.other));
	assert_int_equal(loop_status(p.trunk).state, TW_TRUNK_REGISTERED);
	assert_int_equal(verdict_of(&p), TW_HEALTH_DOWN);
	close_pair(&p);
}

/* With flows the other one speaks at once, and none is moved. */
static void test_flows(void **state)
{
	struct pair p;

	(void)state;
	open_pair(&p, 2);
	assert_int_equal(loop_status(p.trunk).flows_registered, 2);
	p.loop.options = NULL;
	step(&p, 60);
	assert_true(is_at(&p, &p.other));
	assert_int_equal(loop_status(p.trunk).flow, 2);
	assert_int_equal(loop_status(p.trunk).flows_registered, 2);
	step(&p, 30);
	assert_int_equal(verdict_of(&p), TW_HEALTH_UP);
	/* the first answers again; now the second does not */
	p.loop.options = "200 OK";
	step(&p, 300);
	p.other.options = NULL;
	step(&p, 60);
	assert_true(is_at(&p, &p.loop));
	assert_int_equal(loop_status(p.trunk).flow, 1);
	close_pair(&p);
}

/* Freed, stopped and changed while a probe is under way. */
static void test_gone(void **state)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	char uri[2][64];
	struct pair p;
	unsigned asked;

	(void)state;
	for (int how = 0; how < 3; how++) {
		open_pair(&p, 0);
		p.loop.options = NULL;
		step(&p, 60);
		asked = p.loop.options_requests;
		while (p.loop.options_requests == asked)
			step(&p, 1);
		if (how == 1)
			assert_int_equal(tw_trunk_stop(p.trunk, NULL), TW_OK);
		if (how == 2) {
			(void)snprintf(uri[0], 64, "sip:127.0.0.1:%u",
				p.loop.port);
			(void)snprintf(uri[1], 64, "sip:127.0.0.1:%u",
				p.other.port);
			o.name = "main";
			o.user = "trunk1";
			o.registrar = uri[0];
			o.backup = uri[1];
			assert_int_equal(tw_trunk_update(NULL, &p.trunk, &o,
				NULL), TW_OK);
		}
		if (how)
			step(&p, 300);
		if (how)
			assert_int_equal(tw_trunks_pending(p.set), 0);
		close_pair(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_all_down),
		cmocka_unit_test(test_flows),
		cmocka_unit_test(test_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
