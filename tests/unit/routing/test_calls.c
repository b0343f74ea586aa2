/* Slots: held by handles, given back once, equal however they are counted. */
#include "routing_fixture.h"

static tw_router_stats audit(const struct desk *d)
{
	tw_router_stats s = TW_ROUTER_STATS_INIT;

	assert_int_equal(tw_router_stats_read(&s, d->router, NULL), TW_OK);
	assert_int_equal(s.calls, s.trunk_calls);
	assert_int_equal(s.calls, s.carrier_calls);
	assert_int_equal(s.begun, s.ended + s.calls);
	return s;
}

static void an_end_is_an_end(void **state)
{
	const tw_route_call none = { 0 }, far = { UINT64_C(1) << 32 | 77 };
	tw_route_attempt a = TW_ROUTE_ATTEMPT_INIT;
	tw_route_call call = { 0 };
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "a", 1, "7", 1);
	call = desk_begin(&d, "a");
	assert_int_equal(audit(&d).calls, 1);
	desk_end(&d, call);
	assert_int_equal(tw_router_call_end(d.router, call, T2026, &d.err),
			 TW_ENOTFOUND);
	/* its place is taken again: the old handle finds nothing */
	assert_true(desk_begin(&d, "a").id != call.id);
	assert_int_equal(tw_router_call_end(d.router, call, T2026, &d.err),
			 TW_ENOTFOUND);
	assert_int_equal(tw_router_call_end(d.router, none, T2026, &d.err),
			 TW_ENOTFOUND);
	assert_int_equal(tw_router_call_end(d.router, far, T2026, &d.err),
			 TW_ENOTFOUND);
	assert_int_equal(audit(&d).calls, 1);
	a.trunk = "nobody";
	assert_int_equal(tw_router_call_begin(&call, d.router, &a, &d.err),
			 TW_ENOTFOUND);
	a.trunk = "a";
	a.flags = 64;
	assert_int_equal(tw_router_call_begin(&call, d.router, &a, &d.err),
			 TW_EINVAL);
	a.trunk = NULL;
	assert_int_equal(tw_router_call_begin(&call, d.router, &a, &d.err),
			 TW_EINVAL);
	assert_int_equal(audit(&d).calls, 1);
	desk_close(&d);
}

/* Trap 35: ten thousand random begins, ends, second ends and stale handles;
 * calls of days are not forgotten. */
static void trap_35_counters_equal_the_call_table(void **state)
{
	static const char *const trunk[] = { "a", "b", "c" };
	tw_route_call call[40] = { { 0 } };
	uint64_t random = 7;
	uint32_t live = 0;
	struct desk d;

	(void)state;
	desk_open(&d);
	for (int i = 0; i < 3; ++i)
		desk_share(&d, trunk[i], 1, 4);
	for (int i = 0; i < 10000; ++i) {
		tw_route_call *c;

		random = random * 6364136223846793005u + 1442695040888963407u;
		c = &call[(random >> 33) % 40];
		if (!c->id) {
			*c = desk_begin(&d, trunk[(random >> 45) % 3]);
			++live;
		} else {
			assert_int_equal(tw_router_call_end(d.router, *c,
				T2026 + i * 86400 * TW_SECOND, NULL), TW_OK);
			assert_int_equal(tw_router_call_end(d.router, *c,
				T2026, NULL), TW_ENOTFOUND);
			c->id = 0;
			--live;
		}
		assert_int_equal(audit(&d).calls, live);
	}
	for (int i = 0; i < 40; ++i) {
		if (call[i].id)
			desk_end(&d, call[i]);
	}
	assert_int_equal(audit(&d).calls, 0);
	assert_true(d.router->call_count <= 40);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_end_is_an_end),
		cmocka_unit_test(trap_35_counters_equal_the_call_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
