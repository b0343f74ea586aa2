/* Pools: members by tier and order, whatever order they join in. */
#include "host.h"

static void members_stand_by_tier_and_order(void **state)
{
	static const uint32_t tier[] = { 2, 0, 1, 0, 2, 1, 0 };
	static const uint32_t order[] = { 70, 30, 50, 10, 60, 40, 20 };
	struct host h;
	const struct tw_member *member;
	const struct tw_pool *p;
	tw_pool_id pool;
	char name[8];
	size_t i, j, n = 0;

	(void)state;
	host_open(&h, 0);
	pool = host_pool(&h, "pool", TW_POLICY_ROUND_ROBIN, 0);
	for (i = 0; i < 7; ++i) {
		snprintf(name, sizeof(name), "t%zu", i);
		host_member(&h, pool, host_target(&h, name, 1, 0), tier[i],
			    order[i]);
	}
	p = tw__pool_of(h.engine, pool);
	assert_int_equal(p->tier_count, 3);
	for (i = 0; i < 3; ++i) {
		assert_int_equal(p->tier[i]->tier, i);
		for (j = 0; j < p->tier[i]->member_count; ++j) {
			member = p->tier[i]->member[j];
			assert_int_equal(member->order, 10 * ++n);
			assert_int_equal(member->place, j);
			assert_ptr_equal(member->tier, p->tier[i]);
			assert_int_equal(tier[member->slot], i);
			assert_int_equal(order[member->slot], member->order);
			assert_ptr_equal(p->member[member->slot], member);
		}
	}
	assert_int_equal(n, 7);
	host_close(&h);
}

static void bad_members_change_nothing(void **state)
{
	struct host h;
	tw_member_options o = TW_MEMBER_OPTIONS_INIT;
	tw_target_id t[2], nobody = { 9 };
	tw_pool_id pool, none = { 9 };
	tw_engine *e;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_LINEAR, 1, 0, t);
	t[1] = host_target(&h, "other", 1, 0);
	e = h.engine;
	o.order = 5;
	HOST_FAIL(&h, TW_EEXIST, tw_pool_add_member(e, pool, t[0], &o,
		&h.err));
	o.tier = 3;
	o.order = 1;
	HOST_FAIL(&h, TW_ECONFLICT, tw_pool_add_member(e, pool, t[1], &o,
		&h.err));
	assert_non_null(strstr(h.err.message, "t1"));
	o.order = 2;
	HOST_FAIL(&h, TW_ENOTFOUND, tw_pool_add_member(e, pool, nobody, &o,
		&h.err));
	HOST_FAIL(&h, TW_ENOTFOUND, tw_pool_add_member(e, none, t[1], &o,
		&h.err));
	o.weight = 0;
	HOST_FAIL(&h, TW_EINVAL, tw_pool_add_member(e, pool, t[1], &o,
		&h.err));
	assert_string_equal(h.err.field, "weight");
	o.weight = 65536;
	HOST_FAIL(&h, TW_EINVAL, tw_pool_add_member(e, pool, t[1], &o,
		&h.err));
	o.weight = 1;
	o.size = 2;
	HOST_FAIL(&h, TW_EINVAL, tw_pool_add_member(e, pool, t[1], &o,
		&h.err));
	assert_int_equal(e->pool[0]->member_count, 1);
	assert_int_equal(e->pool[0]->tier_count, 1);
	assert_int_equal(e->target[1]->member_count, 0);
	host_close(&h);
}

static void bad_pools_are_refused(void **state)
{
	tw_pool_options o = TW_POOL_OPTIONS_INIT;
	tw_pool_id id = { 99 };
	struct host h;
	tw_engine *e;

	(void)state;
	host_open(&h, 0);
	e = h.engine;
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_pool(&id, e, &o, &h.err));
	o.name = "pool";
	o.policy = 14;
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_pool(&id, e, &o, &h.err));
	assert_string_equal(h.err.field, "policy");
	o.policy = TW_POLICY_ALL;
	o.ring_ms = 500;
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_pool(&id, e, &o, &h.err));
	assert_string_equal(h.err.field, "ring_ms");
	o.ring_ms = 0;
	o.delay_ms = 999;
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_pool(&id, e, &o, &h.err));
	assert_string_equal(h.err.field, "delay_ms");
	o.delay_ms = 0;
	o.advance_on = 2;
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_pool(&id, e, &o, &h.err));
	assert_string_equal(h.err.field, "advance_on");
	o.advance_on = 0;
	o.idle = 16;
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_pool(&id, e, &o, &h.err));
	assert_string_equal(h.err.field, "idle");
	o.idle = 0;
	o.size = 0;
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_pool(&id, e, &o, &h.err));
	o.size = sizeof(o);
	assert_int_equal(id.id, 99);
	HOST_OK(&h, tw_engine_add_pool(&id, e, &o, &h.err));
	HOST_FAIL(&h, TW_EEXIST, tw_engine_add_pool(&id, e, &o, &h.err));
	assert_string_equal(tw_pool_name(e, id), "pool");
	id.id = 2;
	assert_string_equal(tw_pool_name(e, id), "?");
	HOST_OK(&h, tw_engine_find_pool(&id, e, "pool", &h.err));
	assert_int_equal(id.id, 1);
	HOST_FAIL(&h, TW_ENOTFOUND, tw_engine_find_pool(&id, e, "x",
		&h.err));
	host_close(&h);
}

/* Joined while a call rings: from its next step on. */
static void newcomers_meet_a_ringing_call_in_its_next_step(void **state)
{
	struct host h;
	tw_target_id t[2];
	tw_pool_id pool;
	tw_plan_id plan;
	uint32_t i;

	(void)state;
	for (i = TW_POLICY_ALL; i <= TW_POLICY_PROGRESSIVE; ++i) {
		host_open(&h, 0);
		pool = host_line(&h, i, 1, 0, t);
		plan = host_plan(&h, "plan");
		host_ring(&h, plan, pool, 5000);
		host_ring(&h, plan, pool, 5000);
		host_enter(&h, plan);
		host_step(&h, 0);
		host_offer(&h, t[0]);
		t[1] = host_target(&h, "new", 1, 0);
		host_member(&h, pool, t[1], 0, 0);
		host_state(&h, t[1], TW_TARGET_PAUSED);
		host_state(&h, t[1], TW_TARGET_AVAILABLE);
		host_none(&h);
		host_wait(&h, 5000);
		host_expect(&h, TW_DECISION_CANCEL);
		host_step(&h, 1);
		host_offer(&h, t[1]);
		host_close(&h);
	}
}

/* The list of ringing calls stays by arrival, also when one comes late. */
static void ringing_calls_stand_by_arrival(void **state)
{
	struct tw_call c[4] = { { .arrival = 4 }, { .arrival = 1 },
				{ .arrival = 3 }, { .arrival = 2 } };
	struct tw_pool pool = { 0 };
	const struct tw_call *at;
	uint64_t last = 0;
	int i;

	(void)state;
	for (i = 0; i < 4; ++i)
		tw__pool_ring_add(&pool, &c[i]);
	for (at = pool.ringing; at; at = at->ring_next)
		assert_int_equal(at->arrival, ++last);
	assert_ptr_equal(pool.ringing_last, &c[0]);
	tw__pool_ring_remove(&pool, &c[3]);
	tw__pool_ring_remove(&pool, &c[1]);
	assert_ptr_equal(pool.ringing, &c[2]);
	tw__pool_ring_remove(&pool, &c[0]);
	tw__pool_ring_remove(&pool, &c[2]);
	assert_null(pool.ringing);
	assert_null(pool.ringing_last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_stand_by_tier_and_order),
		cmocka_unit_test(bad_members_change_nothing),
		cmocka_unit_test(bad_pools_are_refused),
		cmocka_unit_test(
			newcomers_meet_a_ringing_call_in_its_next_step),
		cmocka_unit_test(ringing_calls_stand_by_arrival),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
