/*
 * Another configuration under live calls: what moves goes on as if nothing
 * had happened, what is new is there for who waits, and what fails changes
 * nothing.
 */
#include "twin.h"
#include "../faults.h"

static void reload(tw_engine *engine, tw_engine *fresh, tw_time now)
{
	tw_error err = TW_ERROR_INIT;
	tw_status status = tw_engine_reload(NULL, engine, fresh, now, &err);

	if (status)
		fail_msg("%s: %s", tw_status_name(status), err.message);
	host_check(engine);
}

/* The second engine is reloaded again and again, into another order of the
 * same configuration; the first one never. */
static void trap_41_reload_keeps_live_state(void **state)
{
	const char *is_long = getenv("TW_TEST_LONG");
	uint64_t seeds = is_long ? 400 : 15, seed;
	static struct twin t;
	int i, round;

	(void)state;
	for (seed = 1; seed <= seeds; ++seed) {
		twin_open(&t, seed);
		t.e[1] = twin_build(seed, false);
		for (round = 0; round < 6; ++round) {
			for (i = 0; i < 200; ++i)
				twin_step(&t);
			twin_read(&t);
			reload(t.e[1], twin_build(seed, round % 2 == 0),
			       t.now);
		}
		for (i = 0; i < 200; ++i)
			twin_step(&t);
		twin_read(&t);
		assert_true(t.decisions > 200);
		twin_close(&t);
	}
}

/* "city" of a and b, who waits there; `more`: c too, and another limit. */
static tw_plan_id city(struct host *h, bool more)
{
	tw_pool_id pool;
	tw_plan_id plan;

	host_open(h, 0);
	pool = host_pool(h, "city", TW_POLICY_LONGEST_IDLE,
			 more ? 9000 : 20000);
	host_member(h, pool, host_target(h, "a", 1, 0), 0, 1);
	host_member(h, pool, host_target(h, "b", more ? 2 : 1, 0), 0, 2);
	if (more)
		host_member(h, pool, host_target(h, "c", 1, 0), 0, 3);
	else
		host_target(h, "old", 1, 0);
	plan = host_plan(h, "kazan");
	host_queue(h, plan, pool, 0);
	return plan;
}

static bool was_told(tw_engine_changes *changes, uint32_t change,
		     const char *kind, const char *name)
{
	tw_engine_change row = TW_ENGINE_CHANGE_INIT;

	if (tw_engine_changes_next(&row, changes, NULL))
		return false;
	assert_int_equal(row.change, change);
	assert_string_equal(row.kind, kind);
	assert_string_equal(row.name, name);
	return true;
}

static const char *next_offered(struct host *h)
{
	tw_decision d = TW_DECISION_INIT;

	while (!tw_engine_next(&d, h->engine, NULL)) {
		if (d.kind == TW_DECISION_OFFER)
			return tw_target_name(h->engine, d.target);
	}
	return "nobody";
}

static void who_is_new_serves_who_waits(void **state)
{
	tw_engine_changes *changes = NULL;
	struct host h, fresh;
	tw_plan_id plan = city(&h, false);
	tw_engine_stats s = TW_ENGINE_STATS_INIT;
	int i;

	(void)state;
	(void)city(&fresh, true);
	for (i = 0; i < 4; ++i)
		(void)host_enter(&h, plan);
	assert_string_equal(next_offered(&h), "a");
	assert_string_equal(next_offered(&h), "b");
	assert_string_equal(next_offered(&h), "nobody");
	HOST_OK(&h, tw_engine_reload(&changes, h.engine, fresh.engine, h.now,
				     &h.err));
	/* one more line of b, and c */
	assert_string_equal(next_offered(&h), "b");
	assert_string_equal(next_offered(&h), "c");
	assert_string_equal(next_offered(&h), "nobody");
	HOST_OK(&h, tw_engine_stats_read(&s, h.engine, NULL));
	assert_int_equal(s.offers, 4);
	assert_int_equal(s.waiting, 0);
	host_check(h.engine);

	assert_true(was_told(changes, TW_ENGINE_CHANGED, "target", "b"));
	assert_true(was_told(changes, TW_ENGINE_NEW, "target", "c"));
	assert_true(was_told(changes, TW_ENGINE_CHANGED, "pool", "city"));
	assert_true(was_told(changes, TW_ENGINE_NEW, "member", "c"));
	assert_true(was_told(changes, TW_ENGINE_GONE, "target", "old"));
	tw_engine_changes_free(changes);
	host_close(&h);
}

/* Else every reload would send the next calls to whoever was hired. */
static void who_is_new_has_not_been_idle_for_ever(void **state)
{
	struct host h, fresh;
	tw_plan_id plan;

	(void)state;
	(void)city(&h, false);
	host_wait(&h, 600000);
	(void)city(&fresh, true);
	reload(h.engine, fresh.engine, h.now);
	HOST_OK(&h, tw_engine_find_plan(&plan, h.engine, "kazan", NULL));
	(void)host_enter(&h, plan);
	assert_string_equal(next_offered(&h), "a");
	(void)host_enter(&h, plan);
	assert_string_equal(next_offered(&h), "b");
	host_close(&h);
}

/* Removed while it talks, and back: it is nobody who is not reachable. */
static void who_comes_back_is_there(void **state)
{
	tw_member_options o = TW_MEMBER_OPTIONS_INIT;
	struct host h, fresh;
	tw_plan_id plan;
	tw_call_id call;
	tw_pool_id pool;
	int is_back;

	(void)state;
	plan = city(&h, true);
	call = host_enter(&h, plan);
	assert_string_equal(next_offered(&h), "a");
	for (is_back = 0; is_back < 2; ++is_back) {
		host_open(&fresh, 0);
		pool = host_pool(&fresh, "city", TW_POLICY_LONGEST_IDLE,
				 20000);
		if (is_back)
			HOST_OK(&fresh, tw_pool_add_member(fresh.engine, pool,
				host_target(&fresh, "a", 1, 0), &o, NULL));
		host_queue(&fresh, host_plan(&fresh, "kazan"), pool, 0);
		reload(h.engine, fresh.engine, h.now);
		if (!is_back)
			host_leave(&h, call);
		(void)next_offered(&h);
	}
	HOST_OK(&h, tw_engine_find_plan(&plan, h.engine, "kazan", NULL));
	(void)host_enter(&h, plan);
	assert_string_equal(next_offered(&h), "a");
	host_close(&h);
}

static void what_is_refused_changes_nothing(void **state)
{
	tw_engine *engine = twin_busy(5), *other = twin_busy(6);
	tw_engine *fresh = twin_build(5, true);
	size_t size, again_size;
	uint8_t *bytes = twin_snapshot(engine, &size), *again;

	(void)state;
	assert_int_equal(tw_engine_reload(NULL, engine, other, T0, NULL),
			 TW_ECONFLICT);
	assert_int_equal(tw_engine_reload(NULL, engine, engine, T0, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_engine_reload(NULL, engine, NULL, T0, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_engine_reload(NULL, NULL, fresh, T0, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_engine_reload(NULL, engine, fresh, TW_TIME_MIN,
					  NULL), TW_EINVAL);
	again = twin_snapshot(engine, &again_size);
	assert_int_equal(again_size, size);
	assert_memory_equal(again, bytes, size);
	tw_free(again);
	tw_free(bytes);
	tw_engine_free(other);
	tw_engine_free(fresh);
	tw_engine_free(engine);
}

static void memory_runs_out(void **state)
{
	tw_engine *engine = twin_busy(7);
	struct faults faults;
	bool dealt = true;
	int64_t n;

	(void)state;
	for (n = 0; dealt; n += 1 + n / 40) {
		tw_engine *fresh = twin_build(7, true);
		size_t size, again_size;
		uint8_t *bytes = twin_snapshot(engine, &size), *again;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_engine_reload(NULL, engine, fresh, T0, NULL);
		dealt = faults_end(&faults);
		if (status) {
			assert_int_equal(status, TW_ENOMEM);
			tw_engine_free(fresh);
			again = twin_snapshot(engine, &again_size);
			assert_int_equal(again_size, size);
			assert_memory_equal(again, bytes, size);
			tw_free(again);
		}
		tw_free(bytes);
		host_check(engine);
		if (dealt && !status)
			break;   /* a choice that follows is due: it is done */
	}
	tw_engine_free(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_41_reload_keeps_live_state),
		cmocka_unit_test(who_is_new_serves_who_waits),
		cmocka_unit_test(who_is_new_has_not_been_idle_for_ever),
		cmocka_unit_test(who_comes_back_is_there),
		cmocka_unit_test(what_is_refused_changes_nothing),
		cmocka_unit_test(memory_runs_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
