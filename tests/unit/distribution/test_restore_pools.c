/* What a pool remembers over a restart, and what it forgets, and says so. */
#include "twin.h"

/* Three people in turn; the first call was t1's. */
static uint8_t *after_one_call(size_t *size)
{
	tw_target_id t[3];
	tw_plan_id plan;
	struct host h;
	uint8_t *bytes;

	host_open(&h, 0);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, host_line(&h, TW_POLICY_ROUND_ROBIN, 3, 0, t),
		  30000);
	host_leave(&h, host_enter(&h, plan));
	host_drain(&h);
	bytes = twin_snapshot(h.engine, size);
	host_close(&h);
	return bytes;
}

static tw_engine_changes *restore_as(struct host *h, uint32_t policy,
				     uint32_t n, tw_target_id *t,
				     tw_plan_id *plan)
{
	tw_engine_changes *changes = NULL;
	size_t size;
	uint8_t *bytes = after_one_call(&size);

	host_open(h, 0);
	*plan = host_plan(h, "plan");
	host_ring(h, *plan, host_line(h, policy, n, 0, t), 30000);
	HOST_OK(h, tw_engine_restore(&changes, h->engine, bytes, size,
				     &h->err));
	host_check(h->engine);
	tw_free(bytes);
	return changes;
}

static void a_turn_goes_on(void **state)
{
	tw_engine_changes *changes;
	tw_target_id t[3];
	tw_plan_id plan;
	struct host h;

	(void)state;
	changes = restore_as(&h, TW_POLICY_ROUND_ROBIN, 3, t, &plan);
	assert_false(twin_change_is(changes, "pool", "line",
				    TW_ENGINE_FORGOTTEN));
	host_enter(&h, plan);
	host_step(&h, 0);
	host_offer(&h, t[1]);
	tw_engine_changes_free(changes);
	host_close(&h);
}

/* What one policy kept says nothing to another one. */
static void another_policy_starts_anew(void **state)
{
	tw_engine_changes *changes;
	tw_target_id t[3];
	tw_plan_id plan;
	struct host h;

	(void)state;
	changes = restore_as(&h, TW_POLICY_LINEAR, 3, t, &plan);
	assert_true(twin_change_is(changes, "pool", "line",
				   TW_ENGINE_FORGOTTEN));
	host_enter(&h, plan);
	host_step(&h, 0);
	host_offer(&h, t[0]);
	tw_engine_changes_free(changes);
	host_close(&h);
}

static void who_is_new_takes_a_turn(void **state)
{
	tw_engine_changes *changes;
	tw_target_id t[4];
	tw_plan_id plan;
	struct host h;

	(void)state;
	changes = restore_as(&h, TW_POLICY_ROUND_ROBIN, 4, t, &plan);
	for (int i = 1; i <= 4; ++i) {
		host_enter(&h, plan);
		host_step(&h, 0);
		host_answer(&h, host_offer(&h, t[i % 4]));
	}
	tw_engine_changes_free(changes);
	host_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_turn_goes_on),
		cmocka_unit_test(another_policy_starts_anew),
		cmocka_unit_test(who_is_new_takes_a_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
