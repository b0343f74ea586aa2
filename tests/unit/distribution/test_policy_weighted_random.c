/* Weighted random: exact proportions at every rank of the order. */
#include "share.h"

#define CALLS 30000

/* P(i is k-th) of successive draws without replacement, by enumeration. */
static void due_at(double *due, const uint32_t *weight, uint32_t n,
		   uint32_t used, double p, uint32_t rank)
{
	uint32_t i, left = 0;

	for (i = 0; i < n; ++i)
		left += used >> i & 1 ? 0 : weight[i];
	for (i = 0; i < n; ++i) {
		double q;

		if (used >> i & 1)
			continue;
		q = p * weight[i] / left;
		if (!rank)
			due[i] += q * CALLS;
		else
			due_at(due, weight, n, used | 1u << i, q, rank - 1);
	}
}

static void check(const uint32_t *weight, uint32_t n, double limit)
{
	static uint32_t seen[4][4], order[4];
	struct share s;
	uint32_t i, rank;

	memset(seen, 0, sizeof(seen));
	share_open(&s, TW_POLICY_WEIGHTED_RANDOM, n, weight);
	for (i = 0; i < CALLS; ++i) {
		share_order(&s, order);
		for (rank = 0; rank < n; ++rank)
			++seen[rank][order[rank]];
	}
	for (rank = 0; rank < n; ++rank) {
		double due[4] = { 0 };

		due_at(due, weight, n, 0, 1, rank);
		assert_true(share_chi2(seen[rank], due, n) < limit);
	}
	host_close(&s.h);
}

/* Trap 5: 1:2 is 1:2 (others give 1:3), 10:30:60 is that. */
static void trap_05_exact_proportions(void **state)
{
	static const uint32_t two[] = { 1, 2 }, three[] = { 10, 30, 60 };
	static const uint32_t far[] = { 1, 9 };

	(void)state;
	check(two, 2, 10.9);      /* 99.9 % of 1 degree */
	check(far, 2, 10.9);
	check(three, 3, 13.8);
}

/* Trap 7: .8/.1/.1/.. also at the second rank and later. */
static void trap_07_every_rank_is_by_weight(void **state)
{
	static const uint32_t four[] = { 80, 10, 7, 3 };

	(void)state;
	check(four, 4, 16.3);
}

/* Trap 6: 26 equal ones get 1/26 each, and 34 of them 1/34. */
static void trap_06_no_slots_of_a_hundred(void **state)
{
	static const uint32_t n[] = { 26, 34, 51 };
	uint32_t seen[SHARE_MAX], i;
	double due[SHARE_MAX];
	struct share s;
	size_t k;

	(void)state;
	for (k = 0; k < 3; ++k) {
		share_open(&s, TW_POLICY_WEIGHTED_RANDOM, n[k], NULL);
		memset(seen, 0, sizeof(seen));
		for (i = 0; i < CALLS; ++i)
			++seen[share_call(&s, 0)];
		for (i = 0; i < n[k]; ++i)
			due[i] = (double)CALLS / n[k];
		assert_true(share_chi2(seen, due, n[k]) < 87);
		host_close(&s.h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_05_exact_proportions),
		cmocka_unit_test(trap_07_every_rank_is_by_weight),
		cmocka_unit_test(trap_06_no_slots_of_a_hundred),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
