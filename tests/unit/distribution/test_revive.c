/* Everything in its place again, or nothing. */
#include "twin.h"
#include "../faults.h"

static void memory_runs_out(void **state)
{
	tw_engine *from = twin_busy(7), *to;
	struct faults faults;
	bool dealt = true;
	tw_status status;
	uint8_t *bytes;
	size_t size;
	int64_t n;

	(void)state;
	bytes = twin_snapshot(from, &size);
	for (n = 0; dealt; n += 1 + n / 50) {
		to = twin_build(7, true);
		faults_begin(&faults, n);
		status = tw_engine_restore(NULL, to, bytes, size, NULL);
		dealt = faults_end(&faults);
		assert_int_equal(status, dealt ? TW_ENOMEM : TW_OK);
		if (dealt)
			twin_check_empty(to);
		tw_engine_free(to);
	}
	assert_true(n > 20);
	tw_free(bytes);
	tw_engine_free(from);
}

/* Two wrap-ups of one instant end in the order in which they began. */
static void equal_deadlines_keep_their_order(void **state)
{
	struct host h, later;
	tw_target_id t[2];
	tw_pool_id pool;
	tw_plan_id plan;
	uint8_t *bytes;
	size_t size;
	int i;

	(void)state;
	for (i = 0; i < 2; ++i) {
		struct host *at = i ? &later : &h;

		host_open(at, 0);
		pool = host_pool(at, "pool", TW_POLICY_LINEAR, 0);
		t[0] = host_target(at, "a", 1, 5000);
		t[1] = host_target(at, "b", 1, 5000);
		host_member(at, pool, t[i], 0, 1 + i);
		host_member(at, pool, t[1 - i], 0, 2 - i);
		plan = host_plan(at, "plan");
		host_ring(at, plan, pool, 20000);
	}
	for (i = 0; i < 2; ++i) {
		tw_call_id call = host_enter(&h, plan);

		host_step(&h, 0);
		host_answer(&h, host_next(&h).offer);
		host_leave(&h, call);
	}
	bytes = twin_snapshot(h.engine, &size);
	twin_restore(later.engine, bytes, size);
	assert_int_equal(tw_engine_deadline(later.engine),
			 h.now + 5 * TW_SECOND);
	host_wait(&later, 5000);
	host_enter(&later, plan);
	host_step(&later, 0);
	host_offer(&later, t[0]);
	host_close(&h);
	host_close(&later);
	tw_free(bytes);
}

/* A snapshot between a verb and the choices that lacked memory. */
static void choices_that_are_due(void **state)
{
	static struct twin t;
	struct faults faults;
	tw_call_id call = { 0 };
	tw_plan_id plan;
	uint8_t *bytes;
	size_t size;
	int64_t n;

	(void)state;
	for (n = 0; n < 30; ++n) {
		twin_open(&t, 11);
		assert_int_equal(tw_engine_find_plan(&plan, t.e[0], "plan1",
						     NULL), TW_OK);
		faults_begin(&faults, n);
		(void)tw_call_enter(&call, t.e[0], plan, T0, NULL);
		(void)faults_end(&faults);
		bytes = twin_snapshot(t.e[0], &size);
		t.e[1] = twin_build(11, true);
		assert_int_equal(tw_engine_restore(NULL, t.e[1], bytes, size,
						   NULL), TW_OK);
		assert_int_equal(t.e[0]->calls, t.e[1]->calls);
		TWIN_BOTH(&t, i, tw_engine_tick(t.e[i], T0, NULL));
		twin_read(&t);
		TWIN_BOTH(&t, i, tw_engine_tick(t.e[i], T0 + TW_SECOND * 99,
						NULL));
		twin_read(&t);
		tw_free(bytes);
		twin_close(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_runs_out),
		cmocka_unit_test(equal_deadlines_keep_their_order),
		cmocka_unit_test(choices_that_are_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
