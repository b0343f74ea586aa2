/* The table of policies, by name and by number. */
#include "share.h"

static void names_and_numbers_agree(void **state)
{
	static const char *const name[] = {
		"all", "linear", "round_robin", "longest_idle", "sticky",
		"random", "weighted", "weighted_random", "fewest_calls",
		"least_talk", "least_occupied", "ring_n", "progressive"
	};
	uint32_t i, id = 0;

	(void)state;
	for (i = 0; i < 13; ++i) {
		assert_int_equal(tw_policy_parse(&id, name[i], NULL), TW_OK);
		assert_int_equal(id, i + 1);
		assert_string_equal(tw__policy_by_id(id)->name, name[i]);
	}
	assert_null(tw__policy_by_id(0));
	assert_null(tw__policy_by_id(14));
}

static void unknown_names_change_nothing(void **state)
{
	tw_error err = TW_ERROR_INIT;
	uint32_t id = 77;

	(void)state;
	assert_int_equal(tw_policy_parse(&id, "ringall", &err),
			 TW_ENOTFOUND);
	assert_non_null(strstr(err.message, "round_robin"));
	assert_int_equal(tw_policy_parse(&id, "ALL", &err), TW_ENOTFOUND);
	assert_int_equal(tw_policy_parse(&id, NULL, &err), TW_EINVAL);
	assert_int_equal(id, 77);
}

/* Whoever orders the tier, who lacks a skill is not asked for this call, and
 * for other calls as ever. */
static void skills_are_asked_by_every_policy(void **state)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_decision d = TW_DECISION_INIT;
	struct share s;
	tw_call_id call;
	uint32_t policy, turn;

	(void)state;
	for (policy = TW_POLICY_ALL; policy <= TW_POLICY_PROGRESSIVE;
	     ++policy) {
		share_open(&s, policy, 6, NULL);
		s.h.engine->pool[0]->member[2]->skills = 5;
		s.h.engine->pool[0]->member[4]->skills = 7;
		o.plan = s.plan;
		o.skills_needed = 5;
		for (turn = 0; turn < 12; ++turn) {
			HOST_OK(&s.h, tw_call_enter_as(&call, s.h.engine, &o,
				s.h.now, &s.h.err));
			while (!tw_engine_next(&d, s.h.engine, NULL)) {
				if (d.kind == TW_DECISION_OFFER)
					assert_true(d.target.id == 3 ||
						    d.target.id == 5);
			}
			host_wait(&s.h, 1000);
			host_leave(&s.h, call);
			host_drain(&s.h);
		}
		o.skills_needed = 8;
		HOST_OK(&s.h, tw_call_enter_as(&call, s.h.engine, &o,
					       s.h.now, &s.h.err));
		host_step(&s.h, 0);
		host_end(&s.h, TW_OUTCOME_UNANSWERED, 480);
		host_drain(&s.h);
		share_call(&s, 0);
		host_close(&s.h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_numbers_agree),
		cmocka_unit_test(unknown_names_change_nothing),
		cmocka_unit_test(skills_are_asked_by_every_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
