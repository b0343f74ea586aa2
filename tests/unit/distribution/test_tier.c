/* Tiers: counts and indexes follow what happens to targets. */
#include "share.h"

static void expect(const struct host *h, uint32_t ready, uint32_t busy,
		   uint32_t away)
{
	const struct tw_level *tier = h->engine->pool[0]->tier[0];
	const uint32_t *count = h->engine->pool[0]->count;

	assert_int_equal(count[TW_STANDING_READY], ready);
	assert_int_equal(count[TW_STANDING_BUSY], busy);
	assert_int_equal(count[TW_STANDING_AWAY] + count[TW_STANDING_PAUSED],
			 away);
	assert_int_equal(tw__bits_any(&tier->ready), ready > 0);
}

static void counts_follow_targets(void **state)
{
	struct host h;
	tw_target_id t[3];
	tw_pool_id pool;
	tw_plan_id plan;
	tw_call_id call;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_LONGEST_IDLE, 3, 5000, t);
	h.engine->target[0]->wrap_up_us = 10 * TW_SECOND;
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 20000);
	expect(&h, 3, 0, 0);
	host_state(&h, t[2], TW_TARGET_PAUSED);
	expect(&h, 2, 0, 1);
	HOST_OK(&h, tw_target_occupy(h.engine, t[2], h.now, NULL));
	expect(&h, 2, 0, 1);
	host_state(&h, t[2], TW_TARGET_AVAILABLE);
	expect(&h, 2, 1, 0);
	HOST_OK(&h, tw_target_release(h.engine, t[2], h.now, NULL));
	expect(&h, 3, 0, 0);
	call = host_enter(&h, plan);
	host_step(&h, 0);
	expect(&h, 2, 1, 0);
	host_answer(&h, host_offer(&h, t[0]));
	host_leave(&h, call);
	expect(&h, 2, 1, 0);   /* wrap-up */
	host_wait(&h, 10000);
	expect(&h, 3, 0, 0);
	host_close(&h);
}

/* Trap 13: offered at the instant the rest ends, also between two ticks. */
static void trap_13_ready_at_its_instant(void **state)
{
	struct host h;
	tw_target_id t[1];
	tw_pool_id pool;
	tw_plan_id plan;
	tw_call_id call;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_LINEAR, 1, 0, t);
	h.engine->target[0]->wrap_up_us = 10 * TW_SECOND;
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 20000);
	call = host_enter(&h, plan);
	host_step(&h, 0);
	host_answer(&h, host_offer(&h, t[0]));
	host_leave(&h, call);
	h.now += 10 * TW_SECOND - 1;
	host_enter(&h, plan);
	host_step(&h, 0);
	host_end(&h, TW_OUTCOME_UNANSWERED, 486);
	assert_int_equal(tw_engine_deadline(h.engine), h.now + 1);
	h.now += 1;
	host_enter(&h, plan);   /* no tick before it */
	host_step(&h, 0);
	host_offer(&h, t[0]);
	host_close(&h);
}

/* Any verb that moves the clock gives who has rested to a ringing call. */
static void the_rested_are_given_away_by_any_verb(void **state)
{
	struct host h;
	tw_target_id t[2], other;
	tw_pool_id pool;
	tw_plan_id plan;
	tw_call_id call;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_ALL, 2, 0, t);
	other = host_target(&h, "other", 1, 0);
	h.engine->target[0]->wrap_up_us = 5 * TW_SECOND;
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 60000);
	call = host_enter(&h, plan);
	host_step(&h, 0);
	host_answer(&h, host_offer(&h, t[0]));
	host_drain(&h);
	host_leave(&h, call);
	host_enter(&h, plan);
	host_step(&h, 0);
	host_offer(&h, t[1]);
	h.now += 5 * TW_SECOND;
	HOST_OK(&h, tw_target_occupy(h.engine, other, h.now, NULL));
	host_offer(&h, t[0]);
	host_none(&h);
	host_close(&h);
}

static void orders_come_in_any_order(void **state)
{
	struct host h;
	const struct tw_level *tier;
	tw_pool_id pool;
	char name[8];
	uint32_t i;

	(void)state;
	host_open(&h, 0);
	pool = host_pool(&h, "pool", TW_POLICY_LINEAR, 0);
	for (i = 0; i < 200; ++i) {
		snprintf(name, sizeof(name), "t%u", i);
		host_member(&h, pool, host_target(&h, name, 1, 0), 0,
			    i * 73 % 200 * 10);
	}
	tier = h.engine->pool[0]->tier[0];
	assert_int_equal(tier->member_count, 200);
	for (i = 0; i < 200; ++i) {
		assert_int_equal(tier->member[i]->order, 10 * i);
		assert_ptr_equal(tw__tier_find(tier, 10 * i),
				 tier->member[i]);
		assert_null(tw__tier_find(tier, 10 * i + 5));
		assert_int_equal(tw__tier_after(tier, 10 * i), i + 1);
	}
	host_close(&h);
}

/* One call, with somebody in use or not any more. @return who got it */
static uint32_t play(struct share *s, uint32_t n)
{
	const uint32_t at = n * 7 % s->n;

	if (s->h.engine->target[at]->outside)
		HOST_OK(&s->h, tw_target_release(s->h.engine, s->t[at],
						 s->h.now, NULL));
	else if (n % 3)
		HOST_OK(&s->h, tw_target_occupy(s->h.engine, s->t[at],
						s->h.now, NULL));
	return share_call(s, n % 11 * 700);
}

/* A tier that grows beyond a few keeps ranks from then on, of whoever is ready
 * already, and decides as one that has done so from the first. */
static void ranks_begin_when_a_tier_grows(void **state)
{
	static const uint32_t policy[] = {
		TW_POLICY_WEIGHTED, TW_POLICY_FEWEST_CALLS,
		TW_POLICY_LEAST_TALK, TW_POLICY_LEAST_OCCUPIED
	};
	struct share few, kept;
	uint32_t n;
	size_t k;

	(void)state;
	for (k = 0; k < TW_ARRAY_COUNT(policy); ++k) {
		share_open(&few, policy[k], TW_FEW - 4, NULL);
		share_open(&kept, policy[k], TW_FEW - 4, NULL);
		host_keep_ranks(kept.h.engine);
		for (n = 0; n < 500; ++n) {
			if (n % 50 == 49) {
				share_join(&few, 1 + n % 7);
				share_join(&kept, 1 + n % 7);
			}
			assert_int_equal(play(&few, n), play(&kept, n));
			assert_int_equal(few.h.engine->pool[0]->tier[0]->
					 rank.is_kept, few.n > TW_FEW);
		}
		host_check(few.h.engine);
		host_close(&few.h);
		host_close(&kept.h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_follow_targets),
		cmocka_unit_test(trap_13_ready_at_its_instant),
		cmocka_unit_test(the_rested_are_given_away_by_any_verb),
		cmocka_unit_test(orders_come_in_any_order),
		cmocka_unit_test(ranks_begin_when_a_tier_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
