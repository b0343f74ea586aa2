/* Least talk: equal talk, whatever the number of calls. */
#include "share.h"

static void talk_is_even(void **state)
{
	int64_t talk[4] = { 0 }, sum = 0;
	uint32_t i, who;
	struct share s;

	(void)state;
	share_open(&s, TW_POLICY_LEAST_TALK, 4, NULL);
	for (i = 0; i < 400; ++i) {
		const int64_t ms = 1000 + i * 7919 % 60000;

		who = share_call(&s, ms);
		talk[who] += ms;
		sum += ms;
		assert_int_equal(s.h.engine->pool[0]->member[who]->load,
				 1000 * talk[who]);
	}
	for (i = 0; i < 4; ++i)   /* within one talk of each other */
		assert_in_range(talk[i], sum / 4 - 60000, sum / 4 + 60000);
	host_close(&s.h);
}

static void the_least_is_next(void **state)
{
	struct share s;

	(void)state;
	share_open(&s, TW_POLICY_LEAST_TALK, 3, NULL);
	assert_int_equal(share_call(&s, 9000), 0);
	assert_int_equal(share_call(&s, 5000), 1);
	assert_int_equal(share_call(&s, 6000), 2);
	assert_int_equal(share_call(&s, 1500), 1);   /* 6.5 s */
	assert_int_equal(share_call(&s, 1000), 2);   /* 7 s */
	assert_int_equal(share_call(&s, 9000), 1);
	assert_int_equal(share_call(&s, 3000), 2);
	assert_int_equal(share_call(&s, 1000), 0);
	host_close(&s.h);
}

/* Ringing and races are no talk. */
static void only_talk_counts(void **state)
{
	struct share s;
	tw_call_id call;

	(void)state;
	share_open(&s, TW_POLICY_LEAST_TALK, 2, NULL);
	share_call(&s, 10000);
	call = host_enter(&s.h, s.plan);
	assert_int_equal(share_next(&s, NULL), 1);
	host_wait(&s.h, 4000);
	host_leave(&s.h, call);
	assert_int_equal(s.h.engine->pool[0]->member[1]->load, 0);
	host_close(&s.h);
}

/* Trap 10, for talk. */
static void trap_10_no_flood_of_talk(void **state)
{
	uint32_t seen[3] = { 0 }, i;
	struct share s;

	(void)state;
	share_open(&s, TW_POLICY_LEAST_TALK, 3, NULL);
	host_state(&s.h, s.t[2], TW_TARGET_PAUSED);
	for (i = 0; i < 100; ++i)
		share_call(&s, 60000);
	host_state(&s.h, s.t[2], TW_TARGET_AVAILABLE);
	for (i = 0; i < 30; ++i)
		++seen[share_call(&s, 60000)];
	for (i = 0; i < 3; ++i)
		assert_in_range(seen[i], 9, 11);
	host_close(&s.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(talk_is_even),
		cmocka_unit_test(the_least_is_next),
		cmocka_unit_test(only_talk_counts),
		cmocka_unit_test(trap_10_no_flood_of_talk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
