/* Weighted: after any number of offers nobody is one away from its share. */
#include "share.h"
#include <math.h>
#include <trunkwise/snapshot.h>

/* Largest |offers of i after t - t w / W| over all i and t, in parts of W. */
static uint64_t deviation(const uint32_t *weight, uint32_t n, uint32_t calls)
{
	uint64_t seen[SHARE_MAX] = { 0 }, sum = 0, worst = 0, t;
	struct share s;
	uint32_t i;

	for (i = 0; i < n; ++i)
		sum += weight[i];
	share_open(&s, TW_POLICY_WEIGHTED, n, weight);
	for (t = 1; t <= calls; ++t) {
		++seen[share_call(&s, 0)];
		for (i = 0; i < n; ++i) {
			const uint64_t has = seen[i] * sum;
			const uint64_t due = t * weight[i];
			const uint64_t off = has > due ? has - due :
				due - has;

			worst = off > worst ? off : worst;
		}
	}
	host_close(&s.h);
	assert_true(worst < sum);   /* less than one offer */
	return worst;
}

/* Trap 5: in turn and in proportion at every prefix. */
static void trap_05_never_one_away(void **state)
{
	static const uint32_t three[] = { 70, 20, 10 }, two[] = { 1, 2 };
	static const uint32_t far[] = { 65535, 1, 1 };
	static const uint32_t primes[] = { 65521, 65519, 7, 5, 3, 2, 1 };
	struct tw_draw draw = { 11 };
	uint32_t weight[12], turn, i, n;

	(void)state;
	deviation(three, 3, 3000);
	deviation(two, 2, 3000);
	deviation(far, 3, 70000);
	deviation(primes, 7, 20000);
	for (turn = 0; turn < 60; ++turn) {
		n = 2 + (uint32_t)tw__draw_below(&draw, 11);
		for (i = 0; i < n; ++i)
			weight[i] = 1 + (uint32_t)tw__draw_below(&draw,
				turn % 2 ? 10 : 65535);
		deviation(weight, n, 2000);
	}
}

/* Trap 6: 26, 34, 51 equal ones: each exactly once a round. */
static void trap_06_equal_ones_are_equal(void **state)
{
	static const uint32_t n[] = { 26, 34, 51 };
	uint32_t weight[SHARE_MAX], i;
	size_t k;

	(void)state;
	for (i = 0; i < SHARE_MAX; ++i)
		weight[i] = 1;
	for (k = 0; k < 3; ++k)
		deviation(weight, n[k], 20 * n[k]);
}

/* 5:1:1 is not five in a row and then the others. */
static void it_is_smooth(void **state)
{
	static const uint32_t weight[] = { 5, 1, 1 };
	static const uint32_t due[] = { 0, 1, 0, 0, 2, 0, 0 };
	struct share s;
	uint32_t i;

	(void)state;
	share_open(&s, TW_POLICY_WEIGHTED, 3, weight);
	for (i = 0; i < 21; ++i)
		assert_int_equal(share_call(&s, 0), due[i % 7]);
	host_close(&s.h);
}

static void count_some(struct share *s, uint32_t *seen, uint32_t calls)
{
	uint32_t i;

	memset(seen, 0, 4 * sizeof(*seen));
	for (i = 0; i < calls; ++i)
		++seen[share_call(s, 0)];
}

/* Trap 10: back from a holiday it has its share and nothing to catch up. */
static void trap_10_nothing_to_catch_up(void **state)
{
	static const uint32_t weight[] = { 2, 1, 1 };
	struct share s;
	uint32_t seen[4];

	(void)state;
	share_open(&s, TW_POLICY_WEIGHTED, 3, weight);
	count_some(&s, seen, 40);
	host_state(&s.h, s.t[1], TW_TARGET_PAUSED);
	count_some(&s, seen, 300);
	assert_in_range(seen[0], 199, 201);   /* 2:1 of those present */
	host_state(&s.h, s.t[1], TW_TARGET_AVAILABLE);
	count_some(&s, seen, 40);
	assert_in_range(seen[1], 9, 11);
	host_close(&s.h);
}

/* Who was busy at its turn is next when it comes free, once. */
static void the_busy_keep_one_turn(void **state)
{
	struct share s;
	uint32_t seen[4];

	(void)state;
	share_open(&s, TW_POLICY_WEIGHTED, 3, NULL);
	HOST_OK(&s.h, tw_target_occupy(s.h.engine, s.t[1], s.h.now, NULL));
	count_some(&s, seen, 100);
	assert_int_equal(seen[0], 50);
	HOST_OK(&s.h, tw_target_release(s.h.engine, s.t[1], s.h.now, NULL));
	assert_int_equal(share_call(&s, 0), 1);
	count_some(&s, seen, 30);
	assert_in_range(seen[1], 10, 11);
	host_close(&s.h);
}

static void a_reset_begins_anew(void **state)
{
	static const uint32_t weight[] = { 3, 1 };
	struct share s;
	uint32_t first[8], i;

	(void)state;
	share_open(&s, TW_POLICY_WEIGHTED, 2, weight);
	for (i = 0; i < 8; ++i)
		first[i] = share_call(&s, 0);
	share_call(&s, 0);
	HOST_OK(&s.h, tw_pool_reset(s.h.engine, s.pool, s.h.now, &s.h.err));
	for (i = 0; i < 8; ++i)
		assert_int_equal(share_call(&s, 0), first[i]);
	s.pool.id = 9;
	HOST_FAIL(&s.h, TW_ENOTFOUND, tw_pool_reset(s.h.engine, s.pool,
		s.h.now, &s.h.err));
	host_close(&s.h);
}

/* The same members by these weights, in the place of those that were: by a
 * reload, or by a restore into another process. */
static void reweigh(struct share *s, const uint32_t *weight, bool restore)
{
	struct share fresh;
	void *bytes;
	size_t size;

	share_open(&fresh, TW_POLICY_WEIGHTED, s->n, weight);
	if (!restore) {
		HOST_OK(&s->h, tw_engine_reload(NULL, s->h.engine,
			fresh.h.engine, s->h.now, &s->h.err));
		return;
	}
	fresh.h.now = s->h.now;
	HOST_OK(&s->h, tw_engine_snapshot(&bytes, &size, s->h.engine,
					  &s->h.err));
	HOST_OK(&fresh.h, tw_engine_restore(NULL, fresh.h.engine, bytes, size,
					    &fresh.h.err));
	tw_free(bytes);
	host_close(&s->h);
	*s = fresh;
}

/* Of one or of all of them, again and again: over the whole of it nobody is
 * one offer away from the sum of its shares. */
static void weights_may_change(void **state)
{
	struct tw_draw draw = { 23 };
	uint32_t turn, phase, i, k, n, weight[12];
	double due[12], sum, worst = 0;
	uint64_t seen[12];
	struct share s;

	(void)state;
	for (turn = 0; turn < 40; ++turn) {
		const uint64_t most = turn % 3 ? 100 : 65535;

		n = 2 + (uint32_t)tw__draw_below(&draw, 11);
		memset(due, 0, sizeof(due));
		memset(seen, 0, sizeof(seen));
		for (i = 0; i < n; ++i)
			weight[i] = 1 + (uint32_t)tw__draw_below(&draw, most);
		share_open(&s, TW_POLICY_WEIGHTED, n, weight);
		for (phase = 0; phase < 8; ++phase) {
			for (i = 0, sum = 0; i < n; ++i)
				sum += weight[i];
			for (k = tw__draw_below(&draw, 60) + 1; k > 0; --k) {
				++seen[share_call(&s, 0)];
				for (i = 0; i < n; ++i) {
					due[i] += weight[i] / sum;
					worst = fmax(worst, fabs(due[i] -
						(double)seen[i]));
				}
				assert_true(worst < 1);
			}
			k = (uint32_t)tw__draw_below(&draw, n);
			for (i = 0; i < n; ++i)
				if (i == k || turn % 2)
					weight[i] = 1 + (uint32_t)
						tw__draw_below(&draw, most);
			reweigh(&s, weight, phase % 2);
		}
		host_close(&s.h);
	}
	assert_true(worst > 0.5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_05_never_one_away),
		cmocka_unit_test(weights_may_change),
		cmocka_unit_test(trap_06_equal_ones_are_equal),
		cmocka_unit_test(it_is_smooth),
		cmocka_unit_test(trap_10_nothing_to_catch_up),
		cmocka_unit_test(the_busy_keep_one_turn),
		cmocka_unit_test(a_reset_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
