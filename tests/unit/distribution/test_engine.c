/* The engine as a whole: options, clock, determinism, memory that runs out. */
#include <stdlib.h>

#include "host.h"

static void bad_options_are_refused(void **state)
{
	tw_engine_options o = TW_ENGINE_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_engine *e = NULL;

	(void)state;
	o.host = 0x40;
	assert_int_equal(tw_engine_new(&e, &o, &err), TW_EINVAL);
	assert_string_equal(err.field, "host");
	o.host = 0;
	o.calls_max = 0;
	assert_int_equal(tw_engine_new(&e, &o, &err), TW_EINVAL);
	assert_string_equal(err.field, "calls_max");
	o.calls_max = UINT32_MAX;
	assert_int_equal(tw_engine_new(&e, &o, &err), TW_EINVAL);
	o.size = 1;
	assert_int_equal(tw_engine_new(&e, &o, &err), TW_EINVAL);
	assert_int_equal(tw_engine_new(NULL, NULL, &err), TW_EINVAL);
	assert_null(e);
	assert_int_equal(tw_engine_new(&e, NULL, &err), TW_OK);
	assert_int_equal(tw_engine_deadline(e), TW_TIME_MAX);
	assert_int_equal(tw_engine_deadline(NULL), TW_TIME_MAX);
	tw_engine_free(e);
	tw_engine_free(NULL);
}

/* Callers of older releases get what their struct has room for. */
static void structs_of_other_releases(void **state)
{
	struct {
		tw_decision d;
		uint64_t guard;
	} newer = { TW_DECISION_INIT, 0xabcdef };
	tw_decision older = TW_DECISION_INIT;
	tw_offer_event none = TW_OFFER_EVENT_INIT;
	tw_plan_id plan;
	struct host h;

	(void)state;
	host_open(&h, 0);
	plan = host_plan(&h, "plan");
	host_enter(&h, plan);
	host_enter(&h, plan);
	older.size = 0;
	assert_int_equal(tw_engine_next(&older, h.engine, NULL), TW_EINVAL);
	older.size = offsetof(tw_decision, reason);
	strcpy(older.reason, "mine");
	assert_int_equal(tw_engine_next(&older, h.engine, NULL), TW_OK);
	assert_int_equal(older.kind, TW_DECISION_END);
	assert_int_equal(older.size, offsetof(tw_decision, reason));
	assert_string_equal(older.reason, "mine");
	newer.d.size = sizeof(newer);
	assert_int_equal(tw_engine_next(&newer.d, h.engine, NULL), TW_OK);
	assert_int_equal(newer.guard, 0xabcdef);
	none.size = 2;
	assert_int_equal(tw_engine_next_event(&none, h.engine, NULL),
			 TW_EINVAL);
	host_close(&h);
}

static void the_clock_never_goes_back(void **state)
{
	struct host h;
	tw_target_id t[1];
	tw_plan_id plan;
	tw_pool_id pool;
	tw_decision d;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_ALL, 1, 0, t);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 10000);
	host_wait(&h, 100000);
	h.now = T0;   /* the wall clock was set back */
	host_enter(&h, plan);
	host_step(&h, 0);
	d = host_expect(&h, TW_DECISION_OFFER);
	assert_int_equal(d.until, T0 + 110 * TW_SECOND);
	host_close(&h);
}

static void early_ticks_do_nothing(void **state)
{
	struct host h;
	tw_target_id t[1];
	tw_plan_id plan;
	tw_pool_id pool;
	int i;

	(void)state;
	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_ALL, 1, 0, t);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 10000);
	host_enter(&h, plan);
	host_drain(&h);
	for (i = 0; i < 9; ++i) {
		assert_int_equal(tw_engine_deadline(h.engine),
				 T0 + 10 * TW_SECOND);
		host_wait(&h, 1000);
		host_none(&h);
	}
	host_close(&h);
}

/* A pseudo-random session, printed into buf. */
static void session(char *buf, size_t size)
{
	tw_call_id call[32];
	tw_target_id t[4];
	uint32_t seed = 5, n = 0, i;
	tw_plan_id plan;
	tw_pool_id pool;
	struct host h;
	size_t l = 0;

	host_open(&h, 0);
	pool = host_line(&h, TW_POLICY_LONGEST_IDLE, 4, 3000, t);
	plan = host_plan(&h, "plan");
	host_ring(&h, plan, pool, 10000);
	for (i = 0; i < 200; ++i) {
		tw_decision d = TW_DECISION_INIT;

		seed = seed * 1664525u + 1013904223u;
		host_wait(&h, seed >> 20);
		if (n < 32 && (seed & 0x100))
			call[n++] = host_enter(&h, plan);
		else if (n)
			(void)tw_call_leave(h.engine, call[--n], h.now, NULL);
		while (tw_engine_next(&d, h.engine, NULL) == TW_OK) {
			l += (size_t)snprintf(buf + l, size - l, "%u %llu %u;",
					      d.kind,
					      (unsigned long long)d.call.id,
					      d.target.id);
			assert_true(l < size);
		}
	}
	host_close(&h);
}

static void the_same_calls_give_the_same_decisions(void **state)
{
	static char first[65536], second[65536];

	(void)state;
	session(first, sizeof(first));
	session(second, sizeof(second));
	assert_true(strlen(first) > 1000);
	assert_string_equal(first, second);
}

/* So many allocations succeed, then none; -1: all do. */
struct failing {
	long left;
};

static bool fails(struct failing *f)
{
	if (f->left > 0)
		--f->left;
	else if (f->left == 0)
		return true;
	return false;
}

static void *failing_alloc(size_t size, void *arg)
{
	return fails(arg) ? NULL : malloc(size);
}

static void *failing_resize(void *mem, size_t size, void *arg)
{
	return fails(arg) ? NULL : realloc(mem, size);
}

static void failing_release(void *mem, void *arg)
{
	(void)arg;
	free(mem);
}

/* Pools, plans and calls until memory runs out. @return whether it did */
static bool build(struct host *h, tw_plan_id *plan)
{
	tw_target_options to = TW_TARGET_OPTIONS_INIT;
	tw_member_options mo = TW_MEMBER_OPTIONS_INIT;
	tw_step_options so = TW_STEP_OPTIONS_INIT;
	tw_engine *e = h->engine;
	tw_target_id t;
	char name[16];
	uint32_t i, j;

	for (j = 0; j < 2; ++j) {
		tw_pool_options po = TW_POOL_OPTIONS_INIT;

		po.name = j ? "all" : "round robin";
		po.policy = j ? TW_POLICY_ALL : TW_POLICY_ROUND_ROBIN;
		if (tw_engine_add_pool(&so.pool, e, &po, NULL))
			return true;
		for (i = 0; i < 40; ++i) {
			snprintf(name, sizeof(name), "%u-%u", j, i);
			to.name = name;
			mo.tier = i / 20;
			mo.order = i;
			if (tw_engine_add_target(&t, e, &to, NULL) ||
			    tw_pool_add_member(e, so.pool, t, &mo, NULL))
				return true;
		}
		if (!j && tw_engine_add_plan(plan, e, "plan", NULL))
			return true;
		if (tw_plan_add_step(e, *plan, &so, NULL))
			return true;
	}
	return false;
}

static bool run_out(struct failing *f, long n)
{
	tw_engine *e = NULL;
	tw_call_id call[100];
	struct host h = { .now = T0, .err = TW_ERROR_INIT };
	tw_plan_id plan;
	size_t calls = 0, i;
	bool failed = true;

	f->left = n;
	if (tw_engine_new(&e, NULL, NULL))
		return true;
	h.engine = e;
	if (build(&h, &plan))
		goto out;
	while (calls < 100 && !tw_call_enter(&call[calls], e, plan, h.now,
					     NULL))
		++calls;
	h.now += 21 * TW_SECOND;
	(void)tw_engine_tick(e, h.now, NULL);
	failed = f->left == 0;
	f->left = -1;   /* memory is back: nothing was lost */
	HOST_OK(&h, tw_engine_tick(e, h.now, NULL));
	for (i = 0; i < calls; ++i)
		(void)tw_call_leave(e, call[i], h.now, NULL);
	host_check(e);
	assert_int_equal(e->held, 0);
	assert_int_equal(e->calls, 0);
out:
	f->left = -1;
	tw_engine_free(e);
	return failed;
}

static void memory_may_run_out_anywhere(void **state)
{
	struct failing f = { -1 };
	const tw_allocator failing = {
		sizeof(failing), failing_alloc, failing_resize,
		failing_release, &f
	};
	long n = 0;

	(void)state;
	assert_int_equal(tw_allocator_set(&failing, NULL), TW_OK);
	while (run_out(&f, n))
		++n;
	assert_true(n > 300);
	assert_int_equal(tw_allocator_set(NULL, NULL), TW_OK);
}

/* A host that never reads its events is told, and does not eat memory. */
static void unread_events_stop_new_calls(void **state)
{
	struct host h;
	tw_plan_id plan;
	tw_decision d = TW_DECISION_INIT;
	tw_step_options o = TW_STEP_OPTIONS_INIT;
	tw_call_id call;
	tw_status status;
	size_t i;

	(void)state;
	host_open(&h, 0);
	plan = host_plan(&h, "plan");
	o.kind = TW_STEP_VOICEMAIL;
	for (i = 0; i < 64; ++i)
		HOST_OK(&h, tw_plan_add_step(h.engine, plan, &o, NULL));
	for (i = 0; i < 20000; ++i) {
		status = tw_call_enter(&call, h.engine, plan, T0, &h.err);
		if (status)
			break;
		assert_int_equal(tw_engine_next(&d, h.engine, NULL), TW_OK);
	}
	assert_int_equal(status, TW_EBUSY);
	assert_int_equal(i, TW_UNREAD_MAX / 64);
	host_drain(&h);
	host_enter(&h, plan);
	host_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_options_are_refused),
		cmocka_unit_test(structs_of_other_releases),
		cmocka_unit_test(the_clock_never_goes_back),
		cmocka_unit_test(early_ticks_do_nothing),
		cmocka_unit_test(the_same_calls_give_the_same_decisions),
		cmocka_unit_test(memory_may_run_out_anywhere),
		cmocka_unit_test(unread_events_stop_new_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
