/* Where durations come from: the request, its histogram, or experience. */
#include "routing_fixture.h"

static tw_status durations(struct tw__durations *out, const struct desk *d,
			   const tw_route_request *r, tw_error *err)
{
	return tw__durations_of(out, d->router, r, err);
}

static void one_is_60_seconds(void **state)
{
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	struct tw__durations out;
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(durations(&out, &d, &r, NULL), TW_OK);
	assert_int_equal(out.count, 1);
	assert_int_equal(out.us[0], 60 * TW_SECOND);
	r.expected_us = 5;
	assert_int_equal(durations(&out, &d, &r, NULL), TW_OK);
	assert_int_equal(out.us[0], 5);
	desk_close(&d);
}

static void bad_histograms_are_refused(void **state)
{
	static const int64_t us[2] = { 1, -1 };
	static const uint32_t counts[2] = { 0, 1 };
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	tw_error err = TW_ERROR_INIT;
	struct tw__durations out;
	struct desk d;

	(void)state;
	desk_open(&d);
	r.duration_count = 65;
	assert_int_equal(durations(&out, &d, &r, &err), TW_EINVAL);
	assert_string_equal(err.field, "duration_count");
	r.duration_count = 2;
	assert_int_equal(durations(&out, &d, &r, &err), TW_EINVAL);
	r.durations_us = us;
	r.counts = counts;
	assert_int_equal(durations(&out, &d, &r, &err), TW_EINVAL);
	assert_string_equal(err.field, "durations_us");
	r.duration_count = 1;
	assert_int_equal(durations(&out, &d, &r, &err), TW_EINVAL);
	assert_string_equal(err.field, "counts");
	desk_close(&d);
}

/* From answers to ends, once enough of them are known. */
static void the_router_learns_its_own(void **state)
{
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	tw_route_rules rules = TW_ROUTE_RULES_INIT;
	struct tw__durations out;
	struct desk d;

	(void)state;
	desk_open(&d);
	rules.learn_calls = 4;
	assert_int_equal(tw_router_set_rules(d.router, &rules, NULL), TW_OK);
	desk_share(&d, "a", 1, 0);
	for (int i = 0; i < 4; ++i) {
		tw_route_call call = desk_begin(&d, "a");

		assert_int_equal(durations(&out, &d, &r, NULL), TW_OK);
		assert_int_equal(out.count, 1);
		(void)desk_report(&d, call, 200, T2026);
		assert_int_equal(tw_router_call_end(d.router, call, T2026 +
			(i ? 10 : 7200) * TW_SECOND, NULL), TW_OK);
		/* neither failed nor unreported ones have a duration */
		call = desk_begin(&d, "a");
		(void)desk_report(&d, call, 486, T2026);
		desk_end(&d, call);
		desk_end(&d, desk_begin(&d, "a"));
	}
	assert_int_equal(durations(&out, &d, &r, NULL), TW_OK);
	assert_int_equal(out.count, 2);
	assert_int_equal(out.us[0], 10 * TW_SECOND);
	assert_int_equal(out.calls[0], 3);
	assert_int_equal(out.us[1], 3600 * TW_SECOND);
	assert_int_equal(out.calls[1], 1);
	r.expected_us = 7;      /* who says it, has it */
	assert_int_equal(durations(&out, &d, &r, NULL), TW_OK);
	assert_int_equal(out.count, 1);
	desk_close(&d);
}

static void old_durations_fade(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	for (int i = 0; i < 200000; ++i)
		tw__durations_learn(d.router, (i < 100000 ? 5 : 5000) *
				    TW_SECOND);
	assert_true(d.router->learned_count <= 65536);
	assert_true(d.router->learned[15] > 3 * d.router->learned[0]);
	tw__durations_learn(d.router, -1);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_is_60_seconds),
		cmocka_unit_test(bad_histograms_are_refused),
		cmocka_unit_test(the_router_learns_its_own),
		cmocka_unit_test(old_durations_fade),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
