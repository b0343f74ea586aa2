/* Random: each as likely, at every rank, and the same by the same seed. */
#include "share.h"

#define N     5
#define CALLS 20000

static void every_rank_is_even(void **state)
{
	static uint32_t seen[N][N], order[N];
	const double due[N] = { CALLS / N, CALLS / N, CALLS / N, CALLS / N,
				CALLS / N };
	struct share s;
	uint32_t i, rank;

	(void)state;
	memset(seen, 0, sizeof(seen));
	share_open(&s, TW_POLICY_RANDOM, N, NULL);
	for (i = 0; i < CALLS; ++i) {
		share_order(&s, order);
		for (rank = 0; rank < N; ++rank)
			++seen[rank][order[rank]];
	}
	for (rank = 0; rank < N; ++rank)   /* 99.9 % of 4: 18.5 */
		assert_true(share_chi2(seen[rank], due, N) < 18.5);
	host_close(&s.h);
}

/* Weights are those of the other policies. */
static void weights_do_not_matter(void **state)
{
	static const uint32_t weight[] = { 1, 1000, 65535 };
	const double due[] = { CALLS / 3.0, CALLS / 3.0, CALLS / 3.0 };
	uint32_t seen[3] = { 0 }, i;
	struct share s;

	(void)state;
	share_open(&s, TW_POLICY_RANDOM, 3, weight);
	for (i = 0; i < CALLS; ++i)
		++seen[share_call(&s, 0)];
	assert_true(share_chi2(seen, due, 3) < 13.8);
	host_close(&s.h);
}

static void only_the_ready_are_drawn(void **state)
{
	struct share s;
	uint32_t seen[4] = { 0 }, i;

	(void)state;
	share_open(&s, TW_POLICY_RANDOM, 4, NULL);
	host_state(&s.h, s.t[1], TW_TARGET_PAUSED);
	HOST_OK(&s.h, tw_target_occupy(s.h.engine, s.t[3], s.h.now, NULL));
	for (i = 0; i < 2000; ++i)
		++seen[share_call(&s, 0)];
	assert_int_equal(seen[1] + seen[3], 0);
	assert_in_range(seen[0], 850, 1150);
	host_close(&s.h);
}

static void run(uint32_t *who, uint64_t seed)
{
	struct share s;
	uint32_t i;

	share_open(&s, TW_POLICY_RANDOM, N, NULL);
	s.h.engine->chance.state = seed;
	for (i = 0; i < 100; ++i)
		who[i] = share_call(&s, 10);
	host_close(&s.h);
}

static void the_seed_decides(void **state)
{
	uint32_t a[100], b[100], c[100];

	(void)state;
	run(a, 1);
	run(b, 1);
	run(c, 2);
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, c, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rank_is_even),
		cmocka_unit_test(weights_do_not_matter),
		cmocka_unit_test(only_the_ready_are_drawn),
		cmocka_unit_test(the_seed_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
