/* Round robin: the cursor is a member and not an index, moved at the offer. */
#include "host.h"

struct room {
	struct host h;
	tw_target_id t[8];
	tw_pool_id pool;
	tw_plan_id plan;
};

static void open_room(struct room *r, uint32_t n)
{
	host_open(&r->h, 0);
	r->pool = host_line(&r->h, TW_POLICY_ROUND_ROBIN, n, 5000, r->t);
	r->plan = host_plan(&r->h, "plan");
	host_ring(&r->h, r->plan, r->pool, 30000);
}

/* One call that is answered and over at once. */
static void one(struct room *r, tw_target_id target)
{
	tw_call_id call = host_enter(&r->h, r->plan);

	host_step(&r->h, 0);
	host_answer(&r->h, host_offer(&r->h, target));
	host_leave(&r->h, call);
	host_none(&r->h);
}

static void takes_turns(void **state)
{
	struct room r;
	int i;

	(void)state;
	open_room(&r, 3);
	for (i = 0; i < 9; ++i)
		one(&r, r.t[i % 3]);
	host_close(&r.h);
}

static void two_calls_of_one_instant(void **state)
{
	struct room r;

	(void)state;
	open_room(&r, 3);
	host_enter(&r.h, r.plan);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_offer(&r.h, r.t[0]);
	host_step(&r.h, 0);
	host_offer(&r.h, r.t[1]);
	host_close(&r.h);
}

/* Trap 1: a newcomer before the cursor shifts nobody's turn. */
static void trap_01_newcomers_shift_no_turn(void **state)
{
	struct room r;
	tw_target_id first;

	(void)state;
	open_room(&r, 3);
	one(&r, r.t[0]);
	one(&r, r.t[1]);
	first = host_target(&r.h, "newcomer", 1, 0);
	host_member(&r.h, r.pool, first, 0, 0);
	one(&r, r.t[2]);
	one(&r, first);
	one(&r, r.t[0]);
	host_close(&r.h);
}

static void trap_02_moves_at_the_offer(void **state)
{
	struct room r;
	tw_offer_id o;

	(void)state;
	open_room(&r, 3);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	o = host_offer(&r.h, r.t[0]);
	host_wait(&r.h, 5000);
	host_cancel(&r.h, o, TW_OUTCOME_NO_ANSWER);
	o = host_offer(&r.h, r.t[1]);
	host_answer(&r.h, o);
	one(&r, r.t[2]);
	one(&r, r.t[0]);
	one(&r, r.t[2]);   /* t2 talks */
	host_close(&r.h);
}

/* One cursor per tier: an overflow does not restart tier 0. */
static void tiers_have_their_own_turns(void **state)
{
	struct room r;
	tw_target_id second[2];

	(void)state;
	open_room(&r, 2);
	second[0] = host_target(&r.h, "s1", 1, 0);
	second[1] = host_target(&r.h, "s2", 1, 0);
	host_member(&r.h, r.pool, second[0], 1, 11);
	host_member(&r.h, r.pool, second[1], 1, 12);
	one(&r, r.t[0]);
	host_state(&r.h, r.t[0], TW_TARGET_PAUSED);
	host_state(&r.h, r.t[1], TW_TARGET_PAUSED);
	one(&r, second[0]);
	host_state(&r.h, r.t[0], TW_TARGET_AVAILABLE);
	host_state(&r.h, r.t[1], TW_TARGET_AVAILABLE);
	one(&r, r.t[1]);
	host_state(&r.h, r.t[0], TW_TARGET_PAUSED);
	host_state(&r.h, r.t[1], TW_TARGET_PAUSED);
	one(&r, second[1]);
	host_close(&r.h);
}

/* Or at the answer, if the pool says so: who let it ring is asked again. */
static void trap_02_or_at_the_answer(void **state)
{
	tw_pool_options o = TW_POOL_OPTIONS_INIT;
	struct host h;
	tw_target_id t[3];
	tw_offer_id offer;
	tw_pool_id pool;
	tw_plan_id plan;
	tw_call_id call;
	char name[8];
	uint32_t i;

	(void)state;
	host_open(&h, 0);
	o.name = "pool";
	o.policy = TW_POLICY_ROUND_ROBIN;
	o.advance_on = TW_ADVANCE_ANSWER;
	HOST_OK(&h, tw_engine_add_pool(&pool, h.engine, &o, &h.err));
	for (i = 0; i < 3; ++i) {
		snprintf(name, sizeof(name), "t%u", i);
		t[i] = host_target(&h, name, 1, 0);
		host_member(&h, pool, t[i], 0, i);
	}
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 20000);
	for (i = 0; i < 3; ++i) {
		call = host_enter(&h, plan);
		host_step(&h, 0);
		host_offer(&h, t[0]);
		host_leave(&h, call);
		host_drain(&h);
	}
	call = host_enter(&h, plan);
	host_step(&h, 0);
	offer = host_offer(&h, t[0]);
	host_enter(&h, plan);   /* of one instant: still two people */
	host_step(&h, 0);
	host_offer(&h, t[1]);
	host_answer(&h, offer);
	host_leave(&h, call);
	host_enter(&h, plan);
	host_step(&h, 0);
	host_offer(&h, t[2]);   /* next after the answer, t2 rings */
	host_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_turns),
		cmocka_unit_test(two_calls_of_one_instant),
		cmocka_unit_test(trap_01_newcomers_shift_no_turn),
		cmocka_unit_test(trap_02_moves_at_the_offer),
		cmocka_unit_test(trap_02_or_at_the_answer),
		cmocka_unit_test(tiers_have_their_own_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
