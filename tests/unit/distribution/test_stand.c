/* Where a target stands, in all of its pools at once. */
#include "host.h"

static const struct tw_pool *pool_at(const struct host *h, size_t i)
{
	return h->engine->pool[i];
}

static void assert_counts(const struct tw_pool *pool, uint32_t ready,
			  uint32_t busy, uint32_t away, uint32_t paused)
{
	const uint32_t want[TW_STANDINGS] = { ready, busy, away, paused };

	assert_memory_equal(pool->count, want, sizeof(want));
}

/* One target in three pools, the first of them and the others alike. */
static void all_pools_follow(void **state)
{
	static const uint32_t policy[] = { TW_POLICY_WEIGHTED,
					   TW_POLICY_STICKY,
					   TW_POLICY_RANDOM };
	tw_target_id one, other;
	tw_pool_id pool[3];
	struct host h;
	int i;

	(void)state;
	host_open(&h, 0);
	one = host_target(&h, "one", 2, 0);
	other = host_target(&h, "other", 1, 0);
	for (i = 0; i < 3; ++i) {
		char name[16];

		snprintf(name, sizeof(name), "p%d", i);
		pool[i] = host_pool(&h, name, policy[i], 5000);
		host_member(&h, pool[i], other, 1, 2);
		host_member(&h, pool[i], one, 0, 1);
	}
	for (i = 0; i < 3; ++i) {
		const struct tw_pool *p = pool_at(&h, (size_t)i);
		const struct tw_level *tier = p->tier[0];

		HOST_OK(&h, tw_target_occupy(h.engine, one, h.now, &h.err));
		assert_counts(p, 2, 0, 0, 0);   /* one line is left */
		HOST_OK(&h, tw_target_occupy(h.engine, one, h.now, &h.err));
		assert_counts(p, 1, 1, 0, 0);
		assert_true(tw__bits_next(&tier->ready, 0) == TW_BITS_NONE);
		assert_int_equal(tier->weight, 1);   /* busy, not gone */
		host_state(&h, one, TW_TARGET_PAUSED);
		assert_counts(p, 1, 0, 0, 1);
		assert_int_equal(tier->weight, 0);
		host_state(&h, one, TW_TARGET_UNREACHABLE);
		assert_counts(p, 1, 0, 1, 0);
		HOST_OK(&h, tw_target_release(h.engine, one, h.now, &h.err));
		assert_counts(p, 1, 0, 1, 0);
		host_state(&h, one, TW_TARGET_AVAILABLE);
		assert_counts(p, 2, 0, 0, 0);
		assert_int_equal(tier->weight, 1);
		HOST_OK(&h, tw_target_release(h.engine, one, h.now, &h.err));
	}
	assert_int_equal(pool_at(&h, 1)->tier[0]->meet.sum[1], 1);
	assert_int_equal(pool_at(&h, 2)->tier[0]->share.total, 1);
	host_close(&h);
}

/* Who rests is busy until its very instant, and then ready by itself. */
static void rest_ends_by_itself(void **state)
{
	tw_target_id t;
	tw_pool_id pool;
	tw_plan_id plan;
	tw_call_id call;
	tw_decision d;
	struct host h;

	(void)state;
	host_open(&h, 0);
	t = host_target(&h, "t", 1, 3000);
	pool = host_pool(&h, "pool", TW_POLICY_LONGEST_IDLE, 5000);
	host_member(&h, pool, t, 0, 1);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 5000);
	call = host_enter(&h, plan);
	do {
		d = host_next(&h);
	} while (d.kind != TW_DECISION_OFFER);
	host_answer(&h, d.offer);
	host_wait(&h, 1000);
	host_leave(&h, call);
	assert_counts(pool_at(&h, 0), 0, 1, 0, 0);
	assert_true(h.engine->target[0]->is_resting);
	host_wait(&h, 2999);
	assert_counts(pool_at(&h, 0), 0, 1, 0, 0);
	host_wait(&h, 1);
	assert_counts(pool_at(&h, 0), 1, 0, 0, 0);
	assert_false(h.engine->target[0]->is_resting);
	/* idle since the end of its wrap-up */
	assert_int_equal(h.engine->pool[0]->member[0]->idle_since, h.now);
	host_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_pools_follow),
		cmocka_unit_test(rest_ends_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
