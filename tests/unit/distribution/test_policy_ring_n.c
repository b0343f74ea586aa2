/* Ring n: so many at once, and as many again when one refuses. */
#include "host.h"

struct room {
	struct host h;
	tw_target_id t[6];
	tw_pool_id pool;
	tw_plan_id plan;
};

/* t1..t5 in tier 0, t6 in tier 1; two at once. */
static void open_room(struct room *r, uint32_t ring_ms)
{
	tw_pool_options o = TW_POOL_OPTIONS_INIT;
	char name[8];
	uint32_t i;

	host_open(&r->h, 0);
	o.name = "pool";
	o.policy = TW_POLICY_RING_N;
	o.ring_ms = ring_ms;
	o.ring_count = 2;
	HOST_OK(&r->h, tw_engine_add_pool(&r->pool, r->h.engine, &o,
					  &r->h.err));
	for (i = 0; i < 6; ++i) {
		snprintf(name, sizeof(name), "t%u", i + 1);
		r->t[i] = host_target(&r->h, name, 1, 0);
		host_member(&r->h, r->pool, r->t[i], i / 5, i);
	}
	r->plan = host_plan(&r->h, "plan");
	host_ring(&r->h, r->plan, r->pool, 60000);
}

static void two_ring_until_one_answers(void **state)
{
	struct room r;
	tw_offer_id o[4];

	(void)state;
	open_room(&r, 0);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	o[0] = host_offer(&r.h, r.t[0]);
	o[1] = host_offer(&r.h, r.t[1]);
	host_none(&r.h);
	host_failed(&r.h, o[0], TW_OUTCOME_REJECTED);
	o[2] = host_offer(&r.h, r.t[2]);   /* in its place, at once */
	host_none(&r.h);
	host_failed(&r.h, o[1], TW_OUTCOME_BUSY);
	o[3] = host_offer(&r.h, r.t[3]);
	host_none(&r.h);
	host_answer(&r.h, o[3]);
	host_cancel(&r.h, o[2], TW_OUTCOME_LOST_RACE);
	host_none(&r.h);
	host_close(&r.h);
}

static void the_pool_goes_on_by_twos(void **state)
{
	struct room r;
	int i;

	(void)state;
	open_room(&r, 5000);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	for (i = 0; i < 4; i += 2) {
		host_offer(&r.h, r.t[i]);
		host_offer(&r.h, r.t[i + 1]);
		host_none(&r.h);
		host_wait(&r.h, 5000);
		host_expect(&r.h, TW_DECISION_CANCEL);
		if (i < 2) {
			tw_decision d = host_expect(&r.h, TW_DECISION_OFFER);

			assert_int_equal(d.target.id, r.t[2].id);
			host_expect(&r.h, TW_DECISION_CANCEL);
			host_offer(&r.h, r.t[3]);
			host_none(&r.h);
			host_wait(&r.h, 5000);
			host_expect(&r.h, TW_DECISION_CANCEL);
			break;
		}
	}
	host_offer(&r.h, r.t[4]);   /* the last one of the tier: alone */
	host_expect(&r.h, TW_DECISION_CANCEL);
	host_none(&r.h);
	host_wait(&r.h, 5000);
	host_expect(&r.h, TW_DECISION_CANCEL);
	host_offer(&r.h, r.t[5]);   /* the next tier when it had all */
	host_none(&r.h);
	host_close(&r.h);
}

static void who_comes_free_fills_up_and_no_more(void **state)
{
	struct room r;
	int i;

	(void)state;
	open_room(&r, 0);
	for (i = 0; i < 4; ++i)
		host_state(&r.h, r.t[i], TW_TARGET_PAUSED);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_offer(&r.h, r.t[4]);
	host_none(&r.h);
	host_state(&r.h, r.t[3], TW_TARGET_AVAILABLE);
	host_offer(&r.h, r.t[3]);
	host_state(&r.h, r.t[2], TW_TARGET_AVAILABLE);
	host_none(&r.h);   /* two ring */
	host_close(&r.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_ring_until_one_answers),
		cmocka_unit_test(the_pool_goes_on_by_twos),
		cmocka_unit_test(who_comes_free_fills_up_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
