/* Sticky: the same caller to the same member, and only the lost move. */
#include "share.h"

#define KEYS 20000

/* A call of this key. */
static tw_call_id enter_for(struct share *s, uint64_t key)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_call_id call;

	host_drain(&s->h);
	o.plan = s->plan;
	o.affinity = key;
	HOST_OK(&s->h, tw_call_enter_as(&call, s->h.engine, &o, s->h.now,
					&s->h.err));
	return call;
}

/* Nobody answers: whom the key picks. */
static uint32_t pick_for(struct share *s, uint64_t key)
{
	tw_call_id call = enter_for(s, key);
	uint32_t who = share_next(s, NULL);

	host_leave(&s->h, call);
	return who;
}

static void answer_for(struct share *s, uint64_t key, uint32_t who)
{
	tw_call_id call = enter_for(s, key);
	tw_offer_id offer;

	while (share_next(s, &offer) != who)
		host_failed(&s->h, offer, TW_OUTCOME_REJECTED);
	host_answer(&s->h, offer);
	host_leave(&s->h, call);
}

static void who_answered_last_is_first(void **state)
{
	struct share s;
	uint32_t first, other, i;

	(void)state;
	share_open(&s, TW_POLICY_STICKY, 5, NULL);
	first = pick_for(&s, 77);
	for (i = 0; i < 3; ++i)
		assert_int_equal(pick_for(&s, 77), first);
	for (other = 0; other < 5; ++other) {
		answer_for(&s, 77, other);
		assert_int_equal(pick_for(&s, 77), other);
	}
	assert_int_equal(pick_for(&s, 78), pick_for(&s, 78));
	/* busy: another one, always the same */
	host_state(&s.h, s.t[4], TW_TARGET_PAUSED);
	other = pick_for(&s, 77);
	assert_int_not_equal(other, 4);
	assert_int_equal(pick_for(&s, 77), other);
	host_state(&s.h, s.t[4], TW_TARGET_AVAILABLE);
	assert_int_equal(pick_for(&s, 77), 4);
	host_close(&s.h);
}

/* Trap 34: of the keys of one that fails each goes where its own list says,
 * by weight; those of the others stay. A modulo would give its neighbour
 * all of them and move most others. */
static void trap_34_only_lost_keys_move(void **state)
{
	static const uint32_t weight[] = { 1, 2, 3, 4 };
	static uint8_t before[KEYS];
	uint32_t seen[4] = { 0 }, moved[3] = { 0 }, who;
	double due[4], lost;
	struct share s;
	uint64_t key;

	(void)state;
	share_open(&s, TW_POLICY_STICKY, 4, weight);
	for (key = 1; key <= KEYS; ++key) {
		who = pick_for(&s, key);
		before[key - 1] = (uint8_t)who;
		++seen[who];
	}
	for (who = 0; who < 4; ++who)
		due[who] = KEYS * weight[who] / 10.0;
	assert_true(share_chi2(seen, due, 4) < 16.3);

	host_state(&s.h, s.t[3], TW_TARGET_UNREACHABLE);
	for (key = 1; key <= KEYS; ++key) {
		who = pick_for(&s, key);
		if (before[key - 1] == 3)
			++moved[who];
		else
			assert_int_equal(who, before[key - 1]);
	}
	lost = seen[3];
	for (who = 0; who < 3; ++who)
		due[who] = lost * weight[who] / 6.0;
	assert_true(share_chi2(moved, due, 3) < 13.8);
	host_state(&s.h, s.t[3], TW_TARGET_AVAILABLE);
	for (key = 1; key <= KEYS; ++key)
		assert_int_equal(pick_for(&s, key), before[key - 1]);
	host_close(&s.h);
}

/* What somebody gets does not depend on who joined when. */
static void it_goes_by_names(void **state)
{
	struct share a, b;
	tw_target_id t[3];
	uint64_t key;
	char name[8];
	int i;

	(void)state;
	share_open(&a, TW_POLICY_STICKY, 3, NULL);
	host_open(&b.h, 0);
	b.pool = host_pool(&b.h, "pool", TW_POLICY_STICKY, 0);
	for (i = 2; i >= 0; --i) {
		snprintf(name, sizeof(name), "t%d", i + 1);
		t[i] = host_target(&b.h, name, 1, 0);
		host_member(&b.h, b.pool, t[i], 0, 10u - (uint32_t)i);
	}
	b.plan = host_plan(&b.h, "plan");
	host_ring(&b.h, b.plan, b.pool, 5000);
	b.t[0].id = 1;
	for (key = 1; key < 200; ++key)
		assert_int_equal(a.t[pick_for(&a, key)].id,
				 4 - (pick_for(&b, key) + 1));
	host_close(&a.h);
	host_close(&b.h);
}

static void without_a_key_it_is_spread(void **state)
{
	const double due[] = { 1000, 1000, 1000 };
	uint32_t seen[3] = { 0 }, i;
	struct share s;

	(void)state;
	share_open(&s, TW_POLICY_STICKY, 3, NULL);
	for (i = 0; i < 3000; ++i)
		++seen[share_call(&s, 0)];
	assert_true(share_chi2(seen, due, 3) < 13.8);
	host_close(&s.h);
}

/* In a pool of many groups: whom the call may not have is passed over, and
 * the others are as before. */
static void skills_are_passed_over_in_large_pools(void **state)
{
	static struct host h;
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_member_options mo = TW_MEMBER_OPTIONS_INIT;
	uint32_t i, seen[500] = { 0 }, able = 0;
	tw_pool_id pool;
	tw_target_id t;
	char name[16];
	double sum = 0;

	(void)state;
	host_open(&h, 0);
	pool = host_pool(&h, "pool", TW_POLICY_STICKY, 5000);
	for (i = 0; i < 500; ++i) {
		snprintf(name, sizeof(name), "t%u", i);
		t = host_target(&h, name, 1, 0);
		mo.order = i;
		mo.skills = i % 50 == 3;
		HOST_OK(&h, tw_pool_add_member(h.engine, pool, t, &mo,
					       &h.err));
	}
	o.plan = host_plan(&h, "plan");
	host_ring(&h, o.plan, pool, 5000);
	o.skills_needed = 1;
	for (o.affinity = 1; o.affinity <= 5000; ++o.affinity) {
		tw_decision d;
		tw_call_id call;

		HOST_OK(&h, tw_call_enter_as(&call, h.engine, &o, h.now,
					     &h.err));
		do {
			d = host_next(&h);
		} while (d.kind != TW_DECISION_OFFER);
		++seen[d.target.id - 1];
		host_leave(&h, call);
		host_drain(&h);
	}
	for (i = 0; i < 500; ++i) {
		assert_true(i % 50 == 3 || !seen[i]);
		if (i % 50 != 3)
			continue;
		sum += (seen[i] - 500.0) * (seen[i] - 500.0) / 500;
		++able;
	}
	assert_int_equal(able, 10);
	assert_true(sum < 27.9);   /* 9 degrees, 0.1 % */
	host_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_answered_last_is_first),
		cmocka_unit_test(trap_34_only_lost_keys_move),
		cmocka_unit_test(it_goes_by_names),
		cmocka_unit_test(skills_are_passed_over_in_large_pools),
		cmocka_unit_test(without_a_key_it_is_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
