/* The bound, its prior and prefixes, fading and hysteresis. */
#include "routing_fixture.h"

#define S TW_SECOND

static void the_bound_is_wilsons(void **state)
{
	static const struct { uint64_t good, calls; uint32_t ppm; } rows[] = {
		{ 0, 1, 0 }, { 1, 1, 206549 }, { 5, 10, 236593 },
		{ 8, 10, 490162 }, { 80, 100, 711171 },
		{ 800, 1000, 774081 }, { 99, 100, 945514 },
		{ 100, 100, 963007 }, { 0, 100, 0 },
		{ 3000000, 4000000, 749575 },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); ++i) {
		uint32_t ppm = tw__quality_bound(rows[i].good * 1000000,
						 rows[i].calls * 1000000);

		assert_in_range(ppm + 2, rows[i].ppm, rows[i].ppm + 4);
	}
	assert_int_equal(tw__quality_bound(0, 0), 0);
	assert_in_range(tw__quality_bound(UINT64_MAX, UINT64_MAX), 999990,
			1000000);
	assert_int_equal(tw__quality_bound(5000000, 1000000),
			 tw__quality_bound(1000000, 1000000));
}

static void calls(struct desk *d, const char *trunk, const char *number,
		  int good, int bad, tw_time now)
{
	for (int i = 0; i < good + bad; ++i) {
		tw_route_attempt a = TW_ROUTE_ATTEMPT_INIT;
		tw_route_call call;

		a.trunk = trunk;
		a.number = number;
		a.now = now;
		assert_int_equal(tw_router_call_begin(&call, d->router, &a,
						      NULL), TW_OK);
		(void)desk_report(d, call, i < good ? 200 : 486, now);
		desk_end(d, call);
	}
}

static void much_known_beats_little_known(void **state)
{
	struct tw_carrier *a, *b, *c;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_share(&d, "new", 1, 0);
	desk_share(&d, "lucky", 1, 0);
	desk_share(&d, "proven", 1, 0);
	calls(&d, "lucky", NULL, 5, 0, T2026);
	calls(&d, "proven", NULL, 800, 200, T2026);
	a = &d.router->carrier[0];
	b = &d.router->carrier[1];
	c = &d.router->carrier[2];
	assert_true(tw__quality_standing(d.router, a, 0, T2026) <
		    tw__quality_standing(d.router, b, 0, T2026));
	assert_true(tw__quality_standing(d.router, b, 0, T2026) <
		    tw__quality_standing(d.router, c, 0, T2026));
	desk_close(&d);
}

/* Trap 32: what was known fades, by time. */
static void what_is_known_fades(void **state)
{
	tw_route_state s = TW_ROUTE_STATE_INIT;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_share(&d, "a", 1, 0);
	calls(&d, "a", NULL, 100, 0, T2026);
	assert_int_equal(tw_router_state(&s, d.router, 0, T2026, NULL),
			 TW_OK);
	assert_int_equal(s.known_milli, 100000);
	assert_int_equal(s.answered_ppm, 1000000);
	assert_int_equal(tw_router_state(&s, d.router, 0, T2026 + 7200 * S,
					 NULL), TW_OK);
	assert_int_equal(s.known_milli, 25000);
	/* a bad hour outweighs a good one of yesterday */
	calls(&d, "a", NULL, 0, 20, T2026 + 86400 * S);
	assert_int_equal(tw_router_state(&s, d.router, 0, T2026 + 86400 * S,
					 NULL), TW_OK);
	assert_true(s.answered_ppm < 100);
	assert_true(s.quality_ppm < 100000);
	desk_close(&d);
}

static void small_changes_reorder_nothing(void **state)
{
	uint32_t before, changes = 0;
	struct tw_carrier *a;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_share(&d, "a", 1, 0);
	a = &d.router->carrier[0];
	calls(&d, "a", NULL, 500, 500, T2026);
	before = tw__quality_standing(d.router, a, 0, T2026);
	for (int i = 0; i < 50; ++i) {
		calls(&d, "a", NULL, 1, 1, T2026);
		changes += tw__quality_standing(d.router, a, 0, T2026) !=
			before;
	}
	assert_int_equal(changes, 0);
	calls(&d, "a", NULL, 0, 100, T2026);
	assert_true(tw__quality_standing(d.router, a, 0, T2026) < before);
	desk_close(&d);
}

static void prefixes_have_their_own(void **state)
{
	struct tw_carrier *a;
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(tw_router_add_quality_prefix(d.router, "7843",
						      &d.err), TW_OK);
	assert_int_equal(tw_router_add_quality_prefix(d.router, "7",
						      &d.err), TW_OK);
	assert_int_equal(tw_router_add_quality_prefix(d.router, "7",
						      &d.err), TW_EEXIST);
	assert_int_equal(tw_router_add_quality_prefix(d.router, "+7",
						      &d.err), TW_EINVAL);
	desk_share(&d, "a", 1, 0);
	assert_int_equal(tw_router_add_quality_prefix(d.router, "8",
						      &d.err), TW_EINVAL);
	assert_int_equal(tw__quality_index(d.router, "78435550101"), 1);
	assert_int_equal(tw__quality_index(d.router, "74955550101"), 2);
	assert_int_equal(tw__quality_index(d.router, "442071234567"), 0);
	assert_int_equal(tw__quality_index(d.router, NULL), 0);
	a = &d.router->carrier[0];
	calls(&d, "a", "78435550101", 0, 100, T2026);
	calls(&d, "a", "442071234567", 900, 0, T2026);
	assert_true(tw__quality_standing(d.router, a, 1, T2026) < 200000);
	assert_true(tw__quality_standing(d.router, a, 0, T2026) > 800000);
	/* nothing is known of this one: as the trunk is, with care */
	assert_in_range(tw__quality_standing(d.router, a, 2, T2026), 300000,
			800000);
	desk_close(&d);
}

static void reached_may_count_as_good(void **state)
{
	tw_route_rules rules = TW_ROUTE_RULES_INIT;
	tw_route_state s = TW_ROUTE_STATE_INIT;
	struct desk d;

	(void)state;
	desk_open(&d);
	rules.measure = TW_QUALITY_REACHED;
	assert_int_equal(tw_router_set_rules(d.router, &rules, NULL), TW_OK);
	desk_share(&d, "a", 1, 0);
	calls(&d, "a", NULL, 0, 10, T2026);      /* all busy */
	assert_int_equal(tw_router_state(&s, d.router, 0, T2026, NULL),
			 TW_OK);
	assert_int_equal(s.answered_ppm, 1000000);
	/* what we ended ourselves says nothing */
	(void)desk_report(&d, desk_begin(&d, "a"), 487, T2026);
	assert_int_equal(tw_router_state(&s, d.router, 0, T2026, NULL),
			 TW_OK);
	assert_int_equal(s.known_milli, 10000);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bound_is_wilsons),
		cmocka_unit_test(much_known_beats_little_known),
		cmocka_unit_test(what_is_known_fades),
		cmocka_unit_test(small_changes_reorder_nothing),
		cmocka_unit_test(prefixes_have_their_own),
		cmocka_unit_test(reached_may_count_as_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
