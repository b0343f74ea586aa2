/* Tickets and calls that are put back: places keep their age. */
#include "host.h"

struct room {
	struct host h;
	tw_target_id t[1];
	tw_pool_id pool;
	tw_plan_id plan;
	tw_call_id talk;
};

/* One member, who talks; whoever comes waits. */
static void open_room(struct room *r, uint32_t capabilities)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;

	host_open(&r->h, capabilities);
	r->pool = host_line(&r->h, TW_POLICY_LINEAR, 1, 0, r->t);
	r->plan = host_plan(&r->h, "plan");
	o.kind = TW_STEP_QUEUE;
	o.pool = r->pool;
	o.wait_ms = 120000;
	o.leave = TW_NEED_STAFFED;
	HOST_OK(&r->h, tw_plan_add_step(r->h.engine, r->plan, &o,
					&r->h.err));
	r->talk = host_enter(&r->h, r->plan);
	host_step(&r->h, 0);
	host_answer(&r->h, host_offer(&r->h, r->t[0]));
}

static tw_call_id enter(struct room *r)
{
	tw_call_id call = host_enter(&r->h, r->plan);

	host_step(&r->h, 0);
	return call;
}

static void callback(struct room *r, tw_call_id call)
{
	HOST_OK(&r->h, tw_call_callback(r->h.engine, call, TW_TIME_MAX,
					r->h.now, &r->h.err));
}

static tw_decision offered(struct room *r, tw_call_id call)
{
	tw_decision d = host_expect(&r->h, TW_DECISION_OFFER);

	assert_int_equal(d.call.id, call.id);
	return d;
}

/* The ticket is served where it stood: not before who came earlier, not
 * after who came later; and only with a member for it. */
static void trap_19_a_callback_does_not_jump_the_line(void **state)
{
	tw_call_id first, ticket, last;
	struct room r;
	tw_decision d;

	(void)state;
	open_room(&r, TW_HOST_CALLBACK);
	first = enter(&r);
	host_wait(&r.h, 1000);
	ticket = enter(&r);
	host_wait(&r.h, 1000);
	last = enter(&r);
	callback(&r, ticket);
	host_none(&r.h);
	assert_int_equal(r.h.engine->waiting, 3);
	host_leave(&r.h, r.talk);
	assert_int_equal(offered(&r, first).ticket, 0);
	host_leave(&r.h, first);
	host_expect(&r.h, TW_DECISION_CANCEL);
	d = offered(&r, ticket);
	assert_int_equal(d.ticket, 1);
	host_answer(&r.h, d.offer);
	host_none(&r.h);   /* one member, one callback */
	host_leave(&r.h, ticket);
	offered(&r, last);
	host_close(&r.h);
}

/* Neither the longest wait of the living nor closing time ends it. */
static void a_ticket_waits_over_night(void **state)
{
	tw_call_id ticket;
	struct room r;

	(void)state;
	open_room(&r, TW_HOST_CALLBACK);
	ticket = enter(&r);
	callback(&r, ticket);
	host_leave(&r.h, r.talk);
	offered(&r, ticket);
	host_wait(&r.h, 20000);   /* nobody takes it: it is back in line */
	host_expect(&r.h, TW_DECISION_CANCEL);
	host_state(&r.h, r.t[0], TW_TARGET_PAUSED);
	host_wait(&r.h, 14 * 3600 * 1000);
	host_none(&r.h);
	assert_int_equal(r.h.engine->waiting, 1);
	host_state(&r.h, r.t[0], TW_TARGET_AVAILABLE);
	offered(&r, ticket);
	host_close(&r.h);
}

static void a_ticket_may_have_an_end(void **state)
{
	struct room r;
	tw_call_id call;

	(void)state;
	open_room(&r, TW_HOST_CALLBACK);
	call = enter(&r);
	HOST_OK(&r.h, tw_call_callback(r.h.engine, call, r.h.now +
				       3600 * TW_SECOND, r.h.now,
				       &r.h.err));
	host_wait(&r.h, 3600 * 1000 - 1);
	host_none(&r.h);
	host_wait(&r.h, 1);
	host_end(&r.h, TW_OUTCOME_UNANSWERED, 486);
	host_close(&r.h);
}

static void a_step_makes_tickets(void **state)
{
	tw_step_options o = TW_STEP_OPTIONS_INIT;
	tw_call_options c = TW_CALL_OPTIONS_INIT;
	struct room r;
	tw_plan_id plan;
	tw_call_id call, again;
	int can;

	(void)state;
	for (can = 0; can < 2; ++can) {
		open_room(&r, can ? TW_HOST_CALLBACK : 0);
		plan = host_plan(&r.h, "night");
		o.kind = TW_STEP_CALLBACK;
		o.pool = r.pool;
		HOST_OK(&r.h, tw_plan_add_step(r.h.engine, plan, &o,
					       &r.h.err));
		call = host_enter(&r.h, plan);
		if (!can) {
			host_end(&r.h, TW_OUTCOME_CLOSED, 480);
			assert_string_equal(host_event(&r.h).reason,
				"step skipped: this host does not call back");
			HOST_FAIL(&r.h, TW_EREFUSED, tw_call_callback(
				r.h.engine, enter(&r), TW_TIME_MAX, r.h.now,
				&r.h.err));
			host_close(&r.h);
			continue;
		}
		host_expect(&r.h, TW_DECISION_CALLBACK);
		/* after a restart, the host brings it along */
		c.plan = plan;
		c.ticket = 1;
		c.entered = r.h.now - 10;
		HOST_OK(&r.h, tw_call_enter_as(&again, r.h.engine, &c,
					       r.h.now, &r.h.err));
		host_step(&r.h, 0);
		host_leave(&r.h, r.talk);
		assert_int_equal(offered(&r, again).ticket, 1);
		host_leave(&r.h, again);
		host_expect(&r.h, TW_DECISION_CANCEL);
		offered(&r, call);
		host_close(&r.h);
	}
}

/* Leaving and entering again would lose the place; putting back does not. */
static void trap_20_a_requeued_call_keeps_its_age(void **state)
{
	tw_call_id first, second;
	struct room r;
	int keep;

	(void)state;
	for (keep = 0; keep < 2; ++keep) {
		open_room(&r, 0);
		first = r.talk;
		host_wait(&r.h, 5000);
		second = enter(&r);
		host_wait(&r.h, 5000);
		HOST_OK(&r.h, tw_call_requeue(r.h.engine, first,
					      (tw_plan_id){ 0 }, keep,
					      r.h.now, &r.h.err));
		assert_int_equal(host_event(&r.h).outcome,
				 TW_OUTCOME_ANSWERED);
		if (!keep)
			offered(&r, second);
		assert_string_equal(host_expect(&r.h, TW_DECISION_STEP)
				    .reason, "put back in line by the host");
		if (keep)
			offered(&r, first);
		host_none(&r.h);
		host_close(&r.h);
	}
}

static void whatever_it_does_ends(void **state)
{
	tw_plan_id other, none = { 99 };
	tw_call_id waits, rings;
	tw_step_options o = TW_STEP_OPTIONS_INIT;
	tw_call_id gone = { 12345 };
	struct room r;

	(void)state;
	open_room(&r, 0);
	other = host_plan(&r.h, "other");
	o.kind = TW_STEP_REJECT;
	HOST_OK(&r.h, tw_plan_add_step(r.h.engine, other, &o, &r.h.err));
	waits = enter(&r);
	host_leave(&r.h, r.talk);
	rings = waits;
	offered(&r, rings);
	waits = enter(&r);
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_call_requeue(r.h.engine, waits, none,
		1, r.h.now, &r.h.err));
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_call_requeue(r.h.engine, gone,
		other, 1, r.h.now, &r.h.err));
	HOST_OK(&r.h, tw_call_requeue(r.h.engine, waits, other, 1, r.h.now,
				      &r.h.err));
	host_end(&r.h, TW_OUTCOME_REJECTED, 480);
	HOST_OK(&r.h, tw_call_requeue(r.h.engine, rings, other, 1, r.h.now,
				      &r.h.err));
	host_expect(&r.h, TW_DECISION_CANCEL);
	host_end(&r.h, TW_OUTCOME_REJECTED, 480);
	assert_int_equal(r.h.engine->held, 0);
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_call_callback(r.h.engine, gone,
		TW_TIME_MAX, r.h.now, &r.h.err));
	host_close(&r.h);

	open_room(&r, TW_HOST_CALLBACK);
	HOST_FAIL(&r.h, TW_ECONFLICT, tw_call_callback(r.h.engine, r.talk,
		TW_TIME_MAX, r.h.now, &r.h.err));
	HOST_FAIL(&r.h, TW_EINVAL, tw_call_callback(r.h.engine, enter(&r),
		r.h.now, r.h.now, &r.h.err));
	host_close(&r.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_19_a_callback_does_not_jump_the_line),
		cmocka_unit_test(a_ticket_waits_over_night),
		cmocka_unit_test(a_ticket_may_have_an_end),
		cmocka_unit_test(a_step_makes_tickets),
		cmocka_unit_test(trap_20_a_requeued_call_keeps_its_age),
		cmocka_unit_test(whatever_it_does_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
