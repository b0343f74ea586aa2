/* Ranks by what somebody has had to do: ties rotate. */
#include "share.h"

/* Trap 9: of equals it is not always the first, also while calls fail. */
static void trap_09_ties_rotate(void **state)
{
	static const uint32_t policy[] = {
		TW_POLICY_FEWEST_CALLS, TW_POLICY_LEAST_TALK,
		TW_POLICY_LEAST_OCCUPIED
	};
	struct share s;
	uint32_t seen[4], i;
	size_t k;

	(void)state;
	for (k = 0; k < TW_ARRAY_COUNT(policy); ++k) {
		share_open(&s, policy[k], 4, NULL);
		memset(seen, 0, sizeof(seen));
		for (i = 0; i < 40; ++i) {
			tw_call_id call = host_enter(&s.h, s.plan);
			tw_offer_id offer;

			++seen[share_next(&s, &offer)];
			host_wait(&s.h, 1000);
			host_leave(&s.h, call);   /* nobody answers */
			host_drain(&s.h);
		}
		for (i = 0; i < 4; ++i)
			assert_int_equal(seen[i], 10);
		host_close(&s.h);
	}
}

/* Trap 9: who refuses at once does not get every call first. */
static void trap_09_failures_count(void **state)
{
	static const uint32_t policy[] = {
		TW_POLICY_FEWEST_CALLS, TW_POLICY_LEAST_TALK,
		TW_POLICY_LEAST_OCCUPIED
	};
	struct share s;
	uint32_t i, asked;
	size_t k;

	(void)state;
	for (k = 0; k < TW_ARRAY_COUNT(policy); ++k) {
		share_open(&s, policy[k], 4, NULL);
		for (i = asked = 0; i < 100; ++i) {
			tw_call_id call = host_enter(&s.h, s.plan);
			tw_offer_id offer;

			while (share_next(&s, &offer) == 0) {
				++asked;
				host_failed(&s.h, offer, TW_OUTCOME_REJECTED);
			}
			host_answer(&s.h, offer);
			host_wait(&s.h, 60000);
			host_leave(&s.h, call);
			host_drain(&s.h);
		}
		/* as often as the other three are, about */
		assert_in_range(asked, 10, 80);
		host_close(&s.h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_09_ties_rotate),
		cmocka_unit_test(trap_09_failures_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
