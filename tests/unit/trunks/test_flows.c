/**
 * @file test_flows.c  A trunk of a set with two flows, against two registrars
 */
#include "loop.h"
#include <trunkwise/binding.h>
#include <trunkwise/flows.h>
#include <trunkwise/inbound.h>
#include <trunkwise/metrics.h>
#include <trunkwise/sys/alloc.h>

#define OUTBOUND "Require: outbound\r\n"

struct pair {
	struct loop loop, other;       /* of the other only its registrar */
	tw_trunks *set;
	tw_trunk *trunk;
	tw_trunk_options o;
	char uri[2][64];
};

static void open_pair(struct pair *p)
{
	static const tw_trunk_options fresh = TW_TRUNK_OPTIONS_INIT;
	struct sa local;

	loop_open(&p->loop);
	memset(&p->other, 0, sizeof(p->other));
	assert_int_equal(sa_set_str(&local, "127.0.0.1", 0), 0);
	assert_int_equal(udp_listen(&p->other.registrar, &local,
		loop_registrar_h, &p->other), 0);
	assert_int_equal(udp_local_get(p->other.registrar, &local), 0);
	p->other.port = sa_port(&local);
	p->loop.status = p->other.status = "200 OK";
	p->loop.headers = p->other.headers = OUTBOUND;
	p->set = loop_set(&p->loop, true);
	(void)snprintf(p->uri[0], 64, "sip:127.0.0.1:%u", p->loop.port);
	(void)snprintf(p->uri[1], 64, "sip:127.0.0.1:%u", p->other.port);
	p->o = fresh;
	p->o.name = "main";
	p->o.user = "trunk1";
	p->o.registrar = p->uri[0];
	p->o.backup = p->uri[1];
	p->o.flows = 2;
}

static void add(struct pair *p)
{
	tw_error err = TW_ERROR_INIT;

	if (tw_trunk_new(&p->trunk, p->set, &p->o, &err))
		fail_msg("%s: %s", err.field, err.message);
}

static void close_pair(struct pair *p)
{
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
		loop_run(&p->loop, 5);
	}
	p->loop.now_us = until;
}

static void both_up(struct pair *p)
{
	open_pair(p);
	add(p);
	assert_int_equal(tw_trunk_start(p->trunk, NULL), TW_OK);
	loop_run(&p->loop, 40);
	assert_int_equal(loop_status(p->trunk).flows_registered, 2);
}

/* The last event, and how many there were. */
static unsigned read_events(struct pair *p, tw_trunk_event *last)
{
	unsigned count = 0;

	last->size = sizeof(*last);
	while (!tw_trunks_next_event(last, p->set, NULL))
		count++;
	return count;
}

static void test_both(void **state)
{
	tw_trunk_status flow = TW_TRUNK_STATUS_INIT;
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	struct pair p;

	(void)state;
	both_up(&p);
	assert_int_equal(loop_status(p.trunk).state, TW_TRUNK_REGISTERED);
	assert_int_equal(loop_status(p.trunk).outbound, TW_OUTBOUND_YES);
	assert_non_null(strstr(p.loop.last, ";reg-id=1;"));
	assert_non_null(strstr(p.other.last, ";reg-id=2;"));
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(tw_trunk_flow_get(&flow, p.trunk, i, NULL),
			TW_OK);
		assert_int_equal(flow.flows_registered, 2);
		assert_int_equal(flow.flow, i + 1);
		assert_int_equal(flow.state, TW_TRUNK_REGISTERED);
		assert_non_null(strstr(flow.target, p.uri[i] + 4));
	}
	assert_int_equal(tw_trunk_flow_get(&flow, p.trunk, 2, NULL),
		TW_ITER_END);
	assert_int_equal(tw_trunk_flow_get(&flow, NULL, 0, NULL), TW_EINVAL);
	assert_true(read_events(&p, &event) > 0);
	assert_int_equal(event.flow, 2);
	assert_int_equal(event.flows_registered, 2);
	assert_int_equal(tw_trunk_stop(p.trunk, NULL), TW_OK);
	loop_run(&p.loop, 40);
	assert_non_null(strstr(p.loop.last, "\r\nExpires: 0\r\n"));
	assert_non_null(strstr(p.other.last, "\r\nExpires: 0\r\n"));
	assert_int_equal(loop_status(p.trunk).state, TW_TRUNK_IDLE);
	assert_int_equal(tw_trunks_pending(p.set), 0);
	tw_trunk_free(p.trunk);
	close_pair(&p);
}

static void test_seen(void **state)
{
	tw_trunk_view view = TW_TRUNK_VIEW_INIT;
	tw_trunk_views *views;
	struct pair p;
	char *text;

	(void)state;
	both_up(&p);
	assert_int_equal(tw_trunks_snapshot(&views, p.set, NULL), TW_OK);
	assert_int_equal(tw_trunk_views_next(&view, views, NULL), TW_OK);
	assert_string_equal(view.name, "main");
	assert_int_equal(view.flows, 2);
	assert_int_equal(view.flows_registered, 2);
	assert_int_equal(tw_trunk_views_next(&view, views, NULL),
		TW_ITER_END);
	tw_trunk_views_free(views);
	assert_int_equal(tw_trunks_metrics(&text, p.set, 0, NULL), TW_OK);
	assert_non_null(strstr(text,
		"trunkwise_trunk_flows{trunk=\"main\"} 2\n"));
	assert_non_null(strstr(text,
		"trunkwise_trunk_flows_registered{trunk=\"main\"} 2\n"));
	assert_non_null(strstr(text,
		"trunkwise_trunks{state=\"registered\"} 1\n"));
	tw_free(text);
	tw_trunk_free(p.trunk);
	close_pair(&p);
}

static uint32_t match(struct pair *p, const char *user, uint16_t port)
{
	tw_inbound_request request = TW_INBOUND_REQUEST_INIT;
	tw_inbound_match found = TW_INBOUND_MATCH_INIT;

	request.host = "127.0.0.1";
	request.port = port;
	request.user = user;
	(void)tw_trunks_inbound(&found, p->set, &request, NULL);
	return found.how;
}

static void test_inbound(void **state)
{
	tw_trunk_status status;
	struct pair p;
	tw_trunk *found;

	(void)state;
	both_up(&p);
	status = loop_status(p.trunk);
	assert_int_equal(match(&p, NULL, p.loop.port), TW_MATCH_FLOW);
	assert_int_equal(match(&p, NULL, p.other.port), TW_MATCH_FLOW);
	assert_int_equal(match(&p, NULL, 9), TW_MATCH_ADDRESS);
	assert_int_equal(match(&p, status.contact_user, p.other.port),
		TW_MATCH_TOKEN);
	assert_int_equal(tw_trunks_match(&found, p.set, status.contact_user,
		NULL), TW_OK);
	assert_ptr_equal(found, p.trunk);
	assert_int_equal(tw_trunks_find(&found, p.set, "main", NULL), TW_OK);
	assert_ptr_equal(found, p.trunk);
	tw_trunk_free(p.trunk);
	close_pair(&p);
}

/* The first proxy dies: the trunk stays, calls go by the other, and it comes
 * back. */
static void test_one_dies(void **state)
{
	tw_trunk_way way = TW_TRUNK_WAY_INIT;
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	struct pair p;

	(void)state;
	both_up(&p);
	assert_int_equal(tw_trunk_way_get(&way, p.trunk, NULL), TW_OK);
	assert_int_equal(way.port, p.loop.port);
	(void)read_events(&p, &event);
	p.loop.status = NULL;
	step(&p, 320);
	assert_int_equal(loop_status(p.trunk).state, TW_TRUNK_REGISTERED);
	assert_int_equal(loop_status(p.trunk).flows_registered, 1);
	assert_int_equal(loop_status(p.trunk).flow, 2);
	assert_true(read_events(&p, &event) > 0);
	assert_int_equal(event.flow, 1);
	assert_int_equal(event.state_old, TW_TRUNK_REGISTERED);
	assert_int_equal(event.state_new, TW_TRUNK_REGISTERED);
	assert_int_equal(event.flows_registered, 1);
	assert_int_equal(tw_trunk_way_get(&way, p.trunk, NULL), TW_OK);
	assert_int_equal(way.port, p.other.port);
	p.loop.status = "200 OK";
	step(&p, 400);
	assert_int_equal(loop_status(p.trunk).flows_registered, 2);
	assert_true(read_events(&p, &event) > 0);
	assert_int_equal(event.flows_registered, 2);
	tw_trunk_free(p.trunk);
	close_pair(&p);
}

static void test_qualify_follows(void **state)
{
	tw_trunk_health health = TW_TRUNK_HEALTH_INIT;
	struct pair p;

	(void)state;
	open_pair(&p);
	p.o.qualify_s = 30;
	p.loop.options = p.other.options = "200 OK";
	add(&p);
	assert_int_equal(tw_trunk_start(p.trunk, NULL), TW_OK);
	loop_run(&p.loop, 40);
	step(&p, 40);
	assert_true(p.loop.options_requests > 0);
	assert_int_equal(p.other.options_requests, 0);
	assert_int_equal(tw_trunk_health_get(&health, p.trunk, NULL), TW_OK);
	assert_int_equal(health.verdict, TW_HEALTH_UP);
	/* registration finds out by itself that it is gone */
	p.loop.status = p.loop.options = "503 Gone";
	step(&p, 320);
	assert_int_equal(loop_status(p.trunk).flow, 2);
	assert_true(p.other.options_requests > 0);
	assert_int_equal(tw_trunk_health_get(&health, p.trunk, NULL), TW_OK);
	assert_int_equal(health.verdict, TW_HEALTH_UP);
	assert_non_null(strstr(health.target, p.uri[1] + 4));
	tw_trunk_free(p.trunk);
	close_pair(&p);
}

static void test_alone(void **state)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	struct pair p;

	(void)state;
	open_pair(&p);
	p.loop.headers = NULL;
	add(&p);
	assert_int_equal(tw_trunk_start(p.trunk, NULL), TW_OK);
	loop_run(&p.loop, 40);
	step(&p, 60);
	assert_int_equal(loop_status(p.trunk).state, TW_TRUNK_REGISTERED);
	assert_int_equal(loop_status(p.trunk).outbound, TW_OUTBOUND_NO);
	assert_int_equal(p.other.requests, 0);
	assert_true(read_events(&p, &event) > 0);
	assert_non_null(strstr(event.reason, "RFC 5626"));
	tw_trunk_free(p.trunk);
	close_pair(&p);
}

static void test_removed(void **state)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	struct pair p;

	(void)state;
	both_up(&p);
	(void)read_events(&p, &event);
	p.other.status = NULL;
	assert_int_equal(tw_trunk_remove(p.trunk, NULL), TW_OK);
	loop_run(&p.loop, 40);
	assert_non_null(strstr(p.loop.last, "\r\nExpires: 0\r\n"));
	assert_int_equal(read_events(&p, &event), 0);   /* one is awaited */
	p.other.status = "200 OK";
	step(&p, 3);
	assert_non_null(strstr(p.other.last, "\r\nExpires: 0\r\n"));
	assert_int_equal(read_events(&p, &event), 1);
	assert_int_equal(event.state_new, TW_TRUNK_REMOVED);
	close_pair(&p);
}

/* One target and two flows: the second waits for good, and neither stop, nor
 * remove, nor another registrar leaves the binding of the first behind. */
static void test_one_target(void **state)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	uint32_t change;
	struct pair p;

	(void)state;
	open_pair(&p);
	p.o.backup = NULL;
	add(&p);
	assert_int_equal(tw_trunk_start(p.trunk, NULL), TW_OK);
	loop_run(&p.loop, 40);
	assert_int_equal(loop_status(p.trunk).flows_registered, 1);
	assert_int_equal(tw_trunk_stop(p.trunk, NULL), TW_OK);
	loop_run(&p.loop, 40);
	assert_non_null(strstr(p.loop.last, "\r\nExpires: 0\r\n"));
	assert_int_equal(loop_status(p.trunk).state, TW_TRUNK_IDLE);
	step(&p, 10);
	assert_int_equal(tw_trunk_start(p.trunk, NULL), TW_OK);
	loop_run(&p.loop, 40);
	step(&p, 10);
	assert_int_equal(loop_status(p.trunk).flows_registered, 1);
	p.o.registrar = p.uri[1];
	assert_int_equal(tw_trunk_update(&change, &p.trunk, &p.o, NULL),
		TW_OK);
	assert_int_equal(change, TW_CHANGE_BINDING);
	loop_run(&p.loop, 60);
	step(&p, 10);
	assert_non_null(strstr(p.loop.last, "\r\nExpires: 0\r\n"));
	assert_int_equal(loop_status(p.trunk).flows_registered, 1);
	(void)read_events(&p, &event);
	assert_int_equal(tw_trunk_remove(p.trunk, NULL), TW_OK);
	loop_run(&p.loop, 40);
	assert_non_null(strstr(p.other.last, "\r\nExpires: 0\r\n"));
	(void)read_events(&p, &event);
	assert_int_equal(event.state_new, TW_TRUNK_REMOVED);
	close_pair(&p);
}

/* Freed at any moment, with the set or before it. */
static void test_freed(void **state)
{
	struct pair p;

	(void)state;
	for (unsigned ms = 0; ms < 3; ms++) {
		open_pair(&p);
		add(&p);
		assert_int_equal(tw_trunk_start(p.trunk, NULL), TW_OK);
		if (ms)
			loop_run(&p.loop, ms);
		tw_trunk_free(p.trunk);
		close_pair(&p);
	}
	both_up(&p);
	assert_int_equal(tw_trunk_remove(p.trunk, NULL), TW_OK);
	close_pair(&p);
}

static void test_update(void **state)
{
	uint32_t change;
	struct pair p;

	(void)state;
	both_up(&p);
	p.o.password = "other";
	p.o.password_size = 5;
	assert_int_equal(tw_trunk_update(&change, &p.trunk, &p.o, NULL),
		TW_OK);
	assert_int_equal(change, TW_CHANGE_APPLIED);
	assert_int_equal(loop_status(p.trunk).flows_registered, 2);
	/* one flow less is another binding: of another device, unless both
	 * were given one instance */
	p.o.flows = 0;
	assert_int_equal(tw_trunk_update(&change, &p.trunk, &p.o, NULL),
		TW_OK);
	assert_int_equal(change, TW_CHANGE_BINDING);
	loop_run(&p.loop, 60);
	step(&p, 6);
	assert_int_equal(loop_status(p.trunk).state, TW_TRUNK_REGISTERED);
	assert_int_equal(loop_status(p.trunk).flows, 0);
	assert_non_null(strstr(p.other.last, "\r\nExpires: 0\r\n"));
	p.o.flows = 2;
	assert_int_equal(tw_trunk_update(&change, &p.trunk, &p.o, NULL),
		TW_OK);
	assert_int_equal(change, TW_CHANGE_BINDING);
	loop_run(&p.loop, 60);
	step(&p, 6);
	assert_int_equal(loop_status(p.trunk).flows_registered, 2);
	tw_trunk_free(p.trunk);
	close_pair(&p);
}

/* A given instance keeps its bindings: the old trunk leaves them alone. */
static void test_same_instance(void **state)
{
	uint32_t change;
	struct pair p;

	(void)state;
	open_pair(&p);
	p.o.instance = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
	add(&p);
	assert_int_equal(tw_trunk_start(p.trunk, NULL), TW_OK);
	loop_run(&p.loop, 40);
	p.o.flows = 3;
	assert_int_equal(tw_trunk_update(&change, &p.trunk, &p.o, NULL),
		TW_OK);
	assert_int_equal(change, TW_CHANGE_BINDING);
	loop_run(&p.loop, 40);
	assert_null(strstr(p.loop.last, "\r\nExpires: 0\r\n"));
	assert_null(strstr(p.other.last, "\r\nExpires: 0\r\n"));
	assert_int_equal(loop_status(p.trunk).flows_registered, 2);
	tw_trunk_free(p.trunk);
	close_pair(&p);
}

static void test_lease(void **state)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	struct pair p;
	unsigned asked;

	(void)state;
	open_pair(&p);
	tw_trunks_free(p.set);
	o.flags = TW_TRUNKS_HOST_CLOCK | TW_TRUNKS_LEASED;
	o.clock = &p.loop.clock;
	assert_int_equal(tw_trunks_new_attached(&p.set, p.loop.sip, &o,
		NULL), TW_OK);
	add(&p);
	assert_int_equal(tw_trunk_start(p.trunk, NULL), TW_OK);
	loop_run(&p.loop, 20);
	assert_int_equal(p.loop.requests, 0);
	assert_int_equal(tw_trunks_lease(p.set, p.loop.now_us + 60000000,
		NULL), TW_OK);
	loop_run(&p.loop, 40);
	assert_int_equal(loop_status(p.trunk).flows_registered, 2);
	/* it lapses: silence of both */
	asked = p.loop.requests + p.other.requests;
	step(&p, 70);
	assert_int_equal(loop_status(p.trunk).state, TW_TRUNK_IDLE);
	assert_int_equal(p.loop.requests + p.other.requests, asked);
	/* in order: both un-register */
	assert_int_equal(tw_trunks_lease(p.set, p.loop.now_us + 60000000,
		NULL), TW_OK);
	loop_run(&p.loop, 40);
	assert_int_equal(loop_status(p.trunk).flows_registered, 2);
	assert_int_equal(tw_trunks_lease(p.set, 0, NULL), TW_OK);
	loop_run(&p.loop, 40);
	assert_int_equal(tw_trunks_pending(p.set), 0);
	assert_non_null(strstr(p.loop.last, "\r\nExpires: 0\r\n"));
	assert_non_null(strstr(p.other.last, "\r\nExpires: 0\r\n"));
	tw_trunk_free(p.trunk);
	close_pair(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_seen),
		cmocka_unit_test(test_inbound),
		cmocka_unit_test(test_one_dies),
		cmocka_unit_test(test_qualify_follows),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_removed),
		cmocka_unit_test(test_one_target),
		cmocka_unit_test(test_freed),
		cmocka_unit_test(test_update),
		cmocka_unit_test(test_same_instance),
		cmocka_unit_test(test_lease),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
