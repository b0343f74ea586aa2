/* Progressive: one more every delay, those before go on ringing. */
#include "host.h"
#include <trunkwise/snapshot.h>

struct room {
	struct host h;
	tw_target_id t[4];
	tw_pool_id pool;
	tw_plan_id plan;
};

static void open_room(struct room *r)
{
	tw_pool_options o = TW_POOL_OPTIONS_INIT;
	char name[8];
	uint32_t i;

	host_open(&r->h, 0);
	o.name = "pool";
	o.policy = TW_POLICY_PROGRESSIVE;
	o.delay_ms = 4000;
	HOST_OK(&r->h, tw_engine_add_pool(&r->pool, r->h.engine, &o,
					  &r->h.err));
	for (i = 0; i < 4; ++i) {
		snprintf(name, sizeof(name), "t%u", i + 1);
		r->t[i] = host_target(&r->h, name, 1, 0);
		host_member(&r->h, r->pool, r->t[i], 0, i);
	}
	r->plan = host_plan(&r->h, "plan");
	host_ring(&r->h, r->plan, r->pool, 20000);
}

static void one_more_every_delay(void **state)
{
	struct room r;
	tw_offer_id o[4];
	int i;

	(void)state;
	open_room(&r);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	for (i = 0; i < 4; ++i) {
		assert_int_equal(tw_engine_deadline(r.h.engine),
				 r.h.now + 4 * TW_SECOND);
		o[i] = host_offer(&r.h, r.t[i]);
		host_none(&r.h);
		host_wait(&r.h, 3999);
		host_none(&r.h);
		host_wait(&r.h, 1);
	}
	host_none(&r.h);   /* there are no more */
	host_answer(&r.h, o[1]);
	host_cancel(&r.h, o[3], TW_OUTCOME_LOST_RACE);
	host_cancel(&r.h, o[2], TW_OUTCOME_LOST_RACE);
	host_cancel(&r.h, o[0], TW_OUTCOME_LOST_RACE);
	assert_int_equal(tw_engine_deadline(r.h.engine), TW_TIME_MAX);
	host_close(&r.h);
}

static void a_refusal_is_filled_at_once(void **state)
{
	struct room r;
	tw_offer_id o;

	(void)state;
	open_room(&r);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	o = host_offer(&r.h, r.t[0]);
	host_wait(&r.h, 1000);
	host_failed(&r.h, o, TW_OUTCOME_REJECTED);
	host_offer(&r.h, r.t[1]);
	host_none(&r.h);
	host_wait(&r.h, 3000);
	host_offer(&r.h, r.t[2]);   /* by the step's clock, not the offer's */
	host_none(&r.h);
	host_close(&r.h);
}

static void the_step_ends_them_all(void **state)
{
	struct room r;
	int i;

	(void)state;
	open_room(&r);
	host_enter(&r.h, r.plan);
	host_wait(&r.h, 4000);
	host_wait(&r.h, 4000);
	host_drain(&r.h);
	host_wait(&r.h, 12000);
	for (i = 0; i < 3; ++i)   /* nobody new at its last moment */
		host_expect(&r.h, TW_DECISION_CANCEL);
	host_end(&r.h, TW_OUTCOME_UNANSWERED, 480);
	assert_int_equal(tw_engine_deadline(r.h.engine), TW_TIME_MAX);
	host_close(&r.h);
}

/* What each offer and its end is told by, after 12 s of which nobody told the
 * engine: 8 s late by the delay, and the second of the three is ready. */
static void tell_late(char out[512], int how)
{
	tw_decision d = TW_DECISION_INIT;
	struct room r, fresh;
	size_t l = 0;

	open_room(&r);
	host_enter(&r.h, r.plan);
	r.h.now += 12 * TW_SECOND;
	if (how == 1) {
		open_room(&fresh);
		HOST_OK(&r.h, tw_engine_reload(NULL, r.h.engine,
			fresh.h.engine, r.h.now, &r.h.err));
	}
	if (how == 2)   /* somebody turns ready at the wrong time */
		HOST_OK(&r.h, tw_target_set_state(r.h.engine, r.t[3],
			TW_TARGET_AVAILABLE, r.h.now, &r.h.err));
	HOST_OK(&r.h, tw_engine_tick(r.h.engine, r.h.now, &r.h.err));
	while (!tw_engine_next(&d, r.h.engine, NULL))
		l += (size_t)snprintf(out + l, 512 - l, "%s %s\n",
			tw_target_name(r.h.engine, d.target), d.reason);
	host_close(&r.h);
}

static void a_delay_that_is_late_is_told_alike(void **state)
{
	char plain[512] = "", reloaded[512] = "", freed[512] = "";

	(void)state;
	tell_late(plain, 0);
	tell_late(reloaded, 1);
	tell_late(freed, 2);
	assert_non_null(strstr(plain, "t3 "));
	assert_string_equal(plain, reloaded);
	assert_string_equal(plain, freed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_more_every_delay),
		cmocka_unit_test(a_delay_that_is_late_is_told_alike),
		cmocka_unit_test(a_refusal_is_filled_at_once),
		cmocka_unit_test(the_step_ends_them_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
