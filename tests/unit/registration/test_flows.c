/**
 * @file test_flows.c  Several registrations of one trunk
 *
 * Each flow is driven as any registration; what the trunk makes of them is
 * asserted. The registrar has a name with as many addresses as a test wants.
 */
#include <trunkwise/binding.h>
#include <trunkwise/flows.h>
#include "fake.h"

#define OUTBOUND "Require: outbound\r\n"

struct trunk {
	tw_flows *flows;
	struct fake f[TW_FLOWS_MAX];
	uint32_t count;
	tw_dns_record zone[4];
	tw_trunk_event event;          /* the last one */
	unsigned events;
	int64_t now;
};

static void follow(struct trunk *t)
{
	uint32_t moved;

	do {
		for (uint32_t i = 0; i < t->count; i++) {
			t->f[i].now = t->now;
			fake_drain(&t->f[i]);
		}
		moved = tw_flows_follow(t->flows, t->now);
	} while (moved);
	t->event.size = sizeof(t->event);
	while (!tw_flows_next_event(&t->event, t->flows, NULL))
		t->events++;
}

static void open_with(struct trunk *t, tw_trunk_options *o, uint32_t targets)
{
	static const char *const at[] = { "192.0.2.1", "192.0.2.2",
		"192.0.2.3", "192.0.2.4" };
	tw_error err = TW_ERROR_INIT;

	memset(t, 0, sizeof(*t));
	t->now = SECONDS(1000);
	tw_random_seed(&t->f[0].random, &t->f[0].seed, 7);
	if (tw_flows_new(&t->flows, o, &t->f[0].random, &err))
		fail_msg("%s: %s", err.field, err.message);
	t->count = tw_flows_count(t->flows);
	assert_int_equal(t->count, o->flows);
	assert_null(tw_flows_at(t->flows, t->count));
	for (uint32_t i = 0; i < targets; i++) {
		tw_dns_record one = { sizeof(one), TW_DNS_A, 3600, 0, 0, 0,
			"carrier.test", at[i], NULL, NULL };

		t->zone[i] = one;
	}
	for (uint32_t i = 0; i < t->count; i++) {
		t->f[i].reg = tw_flows_at(t->flows, i);
		t->f[i].zone = t->zone;
		t->f[i].zone_size = targets;
		t->f[i].now = t->now;
	}
}

static void open_flows(struct trunk *t, uint32_t flows, uint32_t targets)
{
	tw_trunk_options o = fake_options();

	o.registrar = "sip:carrier.test:5060";
	o.flows = flows;
	open_with(t, &o, targets);
}

static void start(struct trunk *t)
{
	assert_int_equal(tw_flows_start(t->flows, t->now, NULL), TW_OK);
	follow(t);
}

static void answer(struct trunk *t, uint32_t i, const char *status,
		   const char *headers)
{
	fake_answer(&t->f[i], status, headers);
	follow(t);
}

static void accept_flow(struct trunk *t, uint32_t i, const char *more)
{
	char headers[1024];

	(void)snprintf(headers, sizeof(headers), "%s%s",
		fake_contact(&t->f[i], "300"), more);
	answer(t, i, "200 OK", headers);
}

static tw_trunk_status status_of(const struct trunk *t)
{
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;

	assert_int_equal(tw_flows_status(&status, t->flows, NULL), TW_OK);
	return status;
}

/* Deadline by deadline of all of them; nobody answers. */
static void run(struct trunk *t, int64_t until)
{
	for (;;) {
		int64_t at = INT64_MAX;

		for (uint32_t i = 0; i < t->count; i++) {
			int64_t own = tw_registration_deadline(t->f[i].reg);

			at = own < at ? own : at;
		}
		if (at > until)
			break;
		t->now = at > t->now ? at : t->now;
		for (uint32_t i = 0; i < t->count; i++)
			assert_int_equal(tw_registration_tick(t->f[i].reg,
				t->now, NULL), TW_OK);
		follow(t);
	}
	t->now = until;
	follow(t);
}

static void run_until_asked(struct trunk *t, uint32_t i)
{
	while (!tw_registration_is_pending(t->f[i].reg))
		run(t, t->now + SECONDS(1));
}

static void close_flows(struct trunk *t)
{
	tw_flows_free(t->flows);
}

static void part(char *out, size_t size, const char *contact,
		 const char *from, const char *end)
{
	const char *at = strstr(contact, from);

	assert_non_null(at);
	(void)snprintf(out, size, "%.*s", (int)strcspn(at, end), at);
}

/* What it tells those who begin dialogs. */
static bool keeps_flows(const struct trunk *t, uint32_t i)
{
	tw_trunk_way way = TW_TRUNK_WAY_INIT;

	assert_int_equal(tw_registration_way(&way, t->f[i].reg, NULL), TW_OK);
	return way.flags & TW_WAY_FLOW;
}

static void test_two(void **state)
{
	struct trunk t;
	char urn[2][80], user[2][80];

	(void)state;
	open_flows(&t, 2, 2);
	start(&t);
	assert_int_equal(t.f[0].sends, 1);
	assert_int_equal(t.f[1].sends, 0);     /* nobody said that it may */
	assert_non_null(strstr(fake_header(&t.f[0], "Contact"),
		";reg-id=1;"));
	assert_string_equal(fake_header(&t.f[0], "Supported"),
		"outbound, path");
	accept_flow(&t, 0, OUTBOUND);
	assert_int_equal(t.f[1].sends, 1);
	assert_non_null(strstr(fake_header(&t.f[1], "Contact"),
		";reg-id=2;"));
	for (int i = 0; i < 2; i++) {
		part(urn[i], 80, fake_header(&t.f[i], "Contact"),
			"+sip.instance=\"<urn:uuid:", ">");
		part(user[i], 80, fake_header(&t.f[i], "Contact"), "<sip:",
			"@");
	}
	assert_string_equal(urn[0], urn[1]);
	assert_string_equal(user[0], user[1]);
	assert_string_not_equal(tw_registration_call_id(t.f[0].reg),
		tw_registration_call_id(t.f[1].reg));
	assert_string_not_equal(t.f[0].to, t.f[1].to);
	assert_int_equal(status_of(&t).flows_registered, 1);
	assert_int_equal(status_of(&t).state, TW_TRUNK_REGISTERED);
	accept_flow(&t, 1, OUTBOUND);
	assert_int_equal(status_of(&t).flows_registered, 2);
	assert_int_equal(status_of(&t).outbound, TW_OUTBOUND_YES);
	assert_true(keeps_flows(&t, 1));
	assert_int_equal(t.event.flow, 2);
	assert_int_equal(t.event.flows_registered, 2);
	assert_int_equal(t.event.state_old, TW_TRUNK_REGISTERED);
	assert_int_equal(t.event.state_new, TW_TRUNK_REGISTERED);
	close_flows(&t);
}

/* A registrar that does not know it: one is kept, and it is said. */
static void test_alone(void **state)
{
	struct trunk t;
	int64_t hour;

	(void)state;
	open_flows(&t, 3, 3);
	start(&t);
	accept_flow(&t, 0, "Require: path\r\n");
	assert_int_equal(status_of(&t).state, TW_TRUNK_REGISTERED);
	assert_int_equal(status_of(&t).outbound, TW_OUTBOUND_NO);
	assert_false(keeps_flows(&t, 0));
	assert_non_null(strstr(t.event.reason, "RFC 5626"));
	assert_int_equal(t.event.flow, 1);
	for (hour = t.now + SECONDS(3600); t.now < hour;) {
		run_until_asked(&t, 0);
		accept_flow(&t, 0, "");
	}
	assert_int_equal(t.f[1].sends, 0);
	assert_int_equal(t.f[2].sends, 0);
	/* and when it learns it, the others come */
	run_until_asked(&t, 0);
	accept_flow(&t, 0, "Require: foo , Outbound\r\n");
	assert_int_equal(t.f[1].sends, 1);
	assert_int_equal(t.f[2].sends, 1);
	close_flows(&t);
}

/* The first target is dead at the start: the second flow does not wait. */
static void test_first_is_dead(void **state)
{
	struct trunk t;

	(void)state;
	open_flows(&t, 2, 3);
	start(&t);
	run(&t, t.now + SECONDS(60));
	/* the first has tried all, and holds the one it tried last */
	assert_true(t.f[1].sends > 0);
	accept_flow(&t, 1, OUTBOUND);
	assert_int_equal(status_of(&t).state, TW_TRUNK_REGISTERED);
	assert_int_equal(status_of(&t).flow, 2);
	assert_int_equal(tw_flows_speaker(t.flows), 1);
	run_until_asked(&t, 0);
	accept_flow(&t, 0, OUTBOUND);
	assert_int_equal(status_of(&t).flows_registered, 2);
	/* who spoke speaks on */
	assert_int_equal(tw_flows_speaker(t.flows), 1);
	assert_string_not_equal(t.f[0].to, t.f[1].to);
	close_flows(&t);
}

static void two_up(struct trunk *t, uint32_t targets)
{
	open_flows(t, 2, targets);
	start(t);
	accept_flow(t, 0, OUTBOUND);
	accept_flow(t, 1, OUTBOUND);
	assert_int_equal(status_of(t).flows_registered, 2);
}

static void test_one_dies(void **state)
{
	struct trunk t;
	int64_t wait;
	unsigned events;

	(void)state;
	two_up(&t, 2);
	run(&t, t.now + SECONDS(6));
	events = t.events;
	assert_int_equal(tw_registration_connection_lost(t.f[0].reg,
		TW_LOST_BROKEN, "reset", t.now, NULL), TW_OK);
	follow(&t);
	run_until_asked(&t, 0);
	answer(&t, 0, "500 Oops", "");
	assert_int_equal(status_of(&t).state, TW_TRUNK_REGISTERED);
	assert_int_equal(status_of(&t).flow, 2);
	assert_int_equal(t.event.flow, 1);
	assert_int_equal(t.event.state_new, TW_TRUNK_REGISTERED);
	assert_int_equal(t.event.flows_registered, 1);
	assert_int_equal(t.events, events + 1);
	assert_non_null(strstr(t.event.reason, "flow 1 of 2: 500"));
	/* 4.5: while another one lives, half to all of 90 s doubled. But a
	 * binding that may stand is looked after within half of what is
	 * left */
	wait = fake_status(&t.f[0]).next_try_at - t.now;
	assert_in_range(wait, SECONDS(90), SECONDS(180));
	close_flows(&t);
}

static void test_all_die(void **state)
{
	struct trunk t;
	int64_t wait;

	(void)state;
	open_flows(&t, 2, 2);
	start(&t);
	answer(&t, 0, "500 Oops", "");
	wait = fake_status(&t.f[0]).next_try_at - t.now;
	assert_in_range(wait, SECONDS(30), SECONDS(60));
	answer(&t, 1, "500 Oops", "");
	assert_int_equal(status_of(&t).state, TW_TRUNK_BACKOFF);
	assert_int_equal(t.event.state_new, TW_TRUNK_BACKOFF);
	close_flows(&t);
}

/* None goes where another one is, not even when its own is dead. */
static void test_own_targets(void **state)
{
	struct trunk t;
	char held[128];

	(void)state;
	two_up(&t, 2);
	memcpy(held, t.f[1].to, sizeof(held));
	run(&t, t.now + SECONDS(250));
	accept_flow(&t, 1, OUTBOUND);
	for (int i = 0; i < 50; i++) {
		run(&t, t.now + SECONDS(60));
		if (tw_registration_is_pending(t.f[1].reg))
			accept_flow(&t, 1, OUTBOUND);
		assert_string_equal(t.f[1].to, held);
		assert_string_not_equal(t.f[0].to, held);
	}
	assert_true(t.f[0].sends > 10);
	assert_int_equal(status_of(&t).state, TW_TRUNK_REGISTERED);
	close_flows(&t);
}

static void test_more_flows_than_targets(void **state)
{
	struct trunk t;

	(void)state;
	open_flows(&t, 4, 2);
	start(&t);
	accept_flow(&t, 0, OUTBOUND);
	accept_flow(&t, 1, OUTBOUND);
	assert_int_equal(t.f[2].sends, 0);
	assert_int_equal(fake_state(&t.f[2]), TW_TRUNK_BACKOFF);
	assert_non_null(strstr(fake_status(&t.f[2]).reason, "of its own"));
	assert_int_equal(status_of(&t).state, TW_TRUNK_REGISTERED);
	assert_int_equal(status_of(&t).flows_registered, 2);
	close_flows(&t);
}

static void test_backup(void **state)
{
	tw_trunk_options o = fake_options();
	struct trunk t;

	(void)state;
	o.registrar = "sip:192.0.2.1";
	o.backup = "sip:192.0.2.2:5080";
	o.flows = 2;
	open_with(&t, &o, 0);
	start(&t);
	assert_string_equal(t.f[0].to, "udp:192.0.2.1:5060");
	accept_flow(&t, 0, OUTBOUND);
	assert_string_equal(t.f[1].to, "udp:192.0.2.2:5080");
	close_flows(&t);
}

/* The only target is an address: who waits for it does not hold it, and who
 * has it renews there and un-registers there. */
static void test_one_address(void **state)
{
	tw_trunk_options o = fake_options();
	struct trunk t;

	(void)state;
	o.registrar = "sip:192.0.2.1";
	o.flows = 2;
	open_with(&t, &o, 0);
	start(&t);
	accept_flow(&t, 0, OUTBOUND);
	assert_int_equal(fake_state(&t.f[1]), TW_TRUNK_BACKOFF);
	assert_non_null(strstr(fake_status(&t.f[1]).reason, "of its own"));
	for (int i = 0; i < 5; i++) {
		run(&t, t.now + SECONDS(270));
		assert_true(tw_registration_is_pending(t.f[0].reg));
		accept_flow(&t, 0, OUTBOUND);
		assert_int_equal(status_of(&t).flows_registered, 1);
	}
	assert_int_equal(t.f[1].sends, 0);
	assert_int_equal(tw_flows_stop(t.flows, t.now, NULL), TW_OK);
	follow(&t);
	assert_string_equal(fake_header(&t.f[0], "Expires"), "0");
	assert_int_equal(status_of(&t).state, TW_TRUNK_UNREGISTERING);
	answer(&t, 0, "200 OK", "");
	assert_int_equal(status_of(&t).state, TW_TRUNK_IDLE);
	close_flows(&t);
}

/* Both are listed: each takes its own seconds. */
static void test_granted(void **state)
{
	struct trunk t;
	char list[2048], contact[512], name[80];
	size_t l = 0;

	(void)state;
	two_up(&t, 2);
	run(&t, t.now + SECONDS(270));
	assert_true(tw_registration_is_pending(t.f[0].reg));
	assert_true(tw_registration_is_pending(t.f[1].reg));
	(void)snprintf(contact, sizeof(contact), "%s",
		fake_header(&t.f[0], "Contact"));
	part(name, sizeof(name), contact, "<sip:", ";");
	for (int id = 3; id > 0; id--)
		l += (size_t)snprintf(list + l, sizeof(list) - l, "Contact: "
			"%s;expires=%d;+SIP.instance=\"<%s>\";reg-id=%d\r\n",
			name, id * 61, strstr(contact, "urn:") ? "" : "", id);
	/* without a readable instance: the longest of our user */
	(void)snprintf(list + l, sizeof(list) - l, OUTBOUND);
	answer(&t, 0, "200 OK", list);
	assert_int_equal(fake_status(&t.f[0]).expires_s, 183);
	part(name, sizeof(name), contact, "urn:", ">");
	l = 0;
	for (int id = 3; id > 0; id--) {
		char uri[160];

		part(uri, sizeof(uri), contact, "<sip:", ";");
		l += (size_t)snprintf(list + l, sizeof(list) - l, "Contact: "
			"%s;expires=%d;+sip.instance=\"<%s>\";reg-id=%d\r\n",
			uri, id * 61, name, id);
	}
	(void)snprintf(list + l, sizeof(list) - l, OUTBOUND);
	answer(&t, 1, "200 OK", list);
	assert_int_equal(fake_status(&t.f[1]).expires_s, 122);
	assert_int_equal(fake_status(&t.f[1]).foreign, 0);
	close_flows(&t);
}

static void test_stop(void **state)
{
	struct trunk t;

	(void)state;
	two_up(&t, 2);
	assert_int_equal(tw_flows_stop(t.flows, t.now, NULL), TW_OK);
	follow(&t);
	for (int i = 0; i < 2; i++) {
		assert_string_equal(fake_header(&t.f[i], "Expires"), "0");
		assert_non_null(strstr(fake_header(&t.f[i], "Contact"),
			i ? ";reg-id=2;" : ";reg-id=1;"));
	}
	assert_int_equal(t.event.state_new, TW_TRUNK_UNREGISTERING);
	answer(&t, 0, "200 OK", "");
	assert_int_equal(status_of(&t).state, TW_TRUNK_UNREGISTERING);
	answer(&t, 1, "200 OK", "");
	assert_int_equal(status_of(&t).state, TW_TRUNK_IDLE);
	assert_int_equal(t.event.state_new, TW_TRUNK_IDLE);
	/* again, and at once with both: it knows */
	run(&t, t.now + SECONDS(10));
	start(&t);
	assert_string_equal(fake_header(&t.f[0], "Expires"), "300");
	assert_string_equal(fake_header(&t.f[1], "Expires"), "300");
	close_flows(&t);
}

static void test_flow_failed(void **state)
{
	struct trunk t;
	char first[128];

	(void)state;
	open_flows(&t, 1, 2);
	start(&t);
	memcpy(first, t.f[0].to, sizeof(first));
	answer(&t, 0, "430 Flow Failed", "");
	assert_int_equal(t.f[0].sends, 2);        /* elsewhere, at once */
	assert_string_not_equal(t.f[0].to, first);
	close_flows(&t);
}

static void test_first_hop_lacks(void **state)
{
	struct trunk t;

	(void)state;
	open_flows(&t, 2, 2);
	start(&t);
	answer(&t, 0, "439 First Hop Lacks Outbound Support", "");
	run(&t, t.now + SECONDS(5));
	assert_int_equal(t.f[0].sends, 2);
	assert_null(strstr(t.f[0].sent, "reg-id"));
	assert_null(strstr(t.f[0].sent, "outbound"));
	accept_flow(&t, 0, OUTBOUND);
	assert_int_equal(status_of(&t).state, TW_TRUNK_REGISTERED);
	assert_int_equal(status_of(&t).outbound, TW_OUTBOUND_NO);
	run(&t, t.now + SECONDS(200));
	assert_int_equal(fake_state(&t.f[1]), TW_TRUNK_IDLE);
	close_flows(&t);

	/* beside one that lives it is out, and the trunk is not */
	open_flows(&t, 2, 2);
	start(&t);
	accept_flow(&t, 0, OUTBOUND);
	answer(&t, 1, "439 First Hop Lacks Outbound Support", "");
	assert_int_equal(fake_state(&t.f[1]), TW_TRUNK_REFUSED);
	assert_int_equal(status_of(&t).state, TW_TRUNK_REGISTERED);
	assert_int_equal(status_of(&t).outbound, TW_OUTBOUND_YES);
	assert_int_equal(t.event.flow, 2);
	close_flows(&t);
}

/* A refresh that is answered without it: the registrar changed its mind. */
static void test_support_goes(void **state)
{
	struct trunk t;

	(void)state;
	two_up(&t, 2);
	run(&t, t.now + SECONDS(270));
	accept_flow(&t, 0, "");
	assert_int_equal(status_of(&t).outbound, TW_OUTBOUND_YES);
	accept_flow(&t, 1, "");
	assert_int_equal(status_of(&t).outbound, TW_OUTBOUND_NO);
	assert_int_equal(status_of(&t).flows_registered, 1);
	/* forgotten: an un-register would take the binding of both */
	assert_string_equal(fake_header(&t.f[1], "Expires"), "300");
	assert_int_equal(fake_state(&t.f[1]), TW_TRUNK_IDLE);
	close_flows(&t);
}

static void test_keepalive(void **state)
{
	tw_trunk_options o = fake_options();
	struct trunk t;

	(void)state;
	two_up(&t, 2);
	assert_int_equal(tw_registration_keepalive_s(t.f[0].reg), 29);
	assert_true(tw_registration_keeps_by_stun(t.f[0].reg));
	run(&t, t.now + SECONDS(270));
	accept_flow(&t, 0, OUTBOUND "Flow-Timer: 25\r\n");
	assert_int_equal(tw_registration_keepalive_s(t.f[0].reg), 25);
	accept_flow(&t, 1, OUTBOUND "Flow-Timer: 1\r\n");
	assert_int_equal(tw_registration_keepalive_s(t.f[1].reg), 10);
	close_flows(&t);

	o.registrar = "sip:carrier.test:5060;transport=tcp";
	o.flows = 1;
	open_with(&t, &o, 1);
	start(&t);
	assert_int_equal(tw_registration_keepalive_s(t.f[0].reg), 0);
	accept_flow(&t, 0, OUTBOUND);
	assert_int_equal(tw_registration_keepalive_s(t.f[0].reg), 120);
	assert_false(tw_registration_keeps_by_stun(t.f[0].reg));
	close_flows(&t);
}

static void test_update(void **state)
{
	tw_trunk_options o = fake_options();
	struct trunk t;
	uint32_t change = 99;

	(void)state;
	two_up(&t, 2);
	o.registrar = "sip:carrier.test:5060";
	o.flows = 2;
	assert_int_equal(tw_flows_update(&change, t.flows, &o, t.now, NULL),
		TW_OK);
	assert_int_equal(change, TW_CHANGE_NONE);
	o.password = "newpass";
	o.password_size = 7;
	assert_int_equal(tw_flows_update(&change, t.flows, &o, t.now, NULL),
		TW_OK);
	assert_int_equal(change, TW_CHANGE_APPLIED);
	assert_int_equal(status_of(&t).flows_registered, 2);
	o.flows = 3;
	assert_int_equal(tw_flows_update(&change, t.flows, &o, t.now, NULL),
		TW_OK);
	assert_int_equal(change, TW_CHANGE_BINDING);
	assert_int_equal(tw_flows_forget(t.flows, t.now, NULL), TW_OK);
	follow(&t);
	assert_int_equal(status_of(&t).state, TW_TRUNK_IDLE);
	close_flows(&t);
}

static void test_wrong_calls(void **state)
{
	tw_trunk_options o = fake_options();
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_flows *flows = (void *)1;

	(void)state;
	assert_int_equal(tw_flows_new(&flows, &o, NULL, &err), TW_EINVAL);
	assert_string_equal(err.field, "flows");
	o.flows = 5;
	assert_int_equal(tw_flows_new(&flows, &o, NULL, &err), TW_EINVAL);
	assert_int_equal(tw_flows_new(NULL, &o, NULL, &err), TW_EINVAL);
	assert_ptr_equal(flows, (void *)1);
	assert_int_equal(tw_flows_start(NULL, 0, &err), TW_EINVAL);
	assert_int_equal(tw_flows_stop(NULL, 0, &err), TW_EINVAL);
	assert_int_equal(tw_flows_update(NULL, NULL, &o, 0, &err), TW_EINVAL);
	assert_int_equal(tw_flows_status(&status, NULL, &err), TW_EINVAL);
	assert_int_equal(tw_flows_next_event(&event, NULL, &err), TW_EINVAL);
	assert_int_equal(tw_flows_follow(NULL, 0), 0);
	assert_int_equal(tw_flows_count(NULL), 0);
	assert_null(tw_flows_at(NULL, 0));
	tw_flows_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_first_is_dead),
		cmocka_unit_test(test_one_dies),
		cmocka_unit_test(test_all_die),
		cmocka_unit_test(test_own_targets),
		cmocka_unit_test(test_more_flows_than_targets),
		cmocka_unit_test(test_backup),
		cmocka_unit_test(test_one_address),
		cmocka_unit_test(test_granted),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_flow_failed),
		cmocka_unit_test(test_first_hop_lacks),
		cmocka_unit_test(test_support_goes),
		cmocka_unit_test(test_keepalive),
		cmocka_unit_test(test_update),
		cmocka_unit_test(test_wrong_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
