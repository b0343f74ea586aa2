/* The end of a leg: stop, next, back off, off; emergency above all. */
#include "routing_fixture.h"

#define TO "79990000000"
#define S TW_SECOND

static void pair(struct desk *d)
{
	desk_open(d);
	desk_simple(d, "a", 1, "7", TW_NANOS);
	desk_simple(d, "b", 1, "7", 2 * TW_NANOS);
}

static uint32_t after(struct desk *d, int32_t code, tw_time now)
{
	tw_route_call call = desk_begin(d, "a");
	uint32_t next = desk_report(d, call, code, now).next;

	desk_end(d, call);
	return next;
}

static tw_status ask_at(struct desk *d, tw_time now)
{
	tw_route_request r = TW_ROUTE_REQUEST_INIT;

	d->row[0] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
	d->count = ROOM;
	r.number = TO;
	r.at = T2026;
	r.now = now;
	return tw_router_decide(d->row, &d->count, d->router, &r, &d->err);
}

/* Trap 33: 404, 486 and 603 are not the carrier's. */
static void trap_33_what_is_final_stops(void **state)
{
	struct desk d;

	(void)state;
	pair(&d);
	assert_int_equal(after(&d, 200, T2026), TW_NEXT_STOP);
	assert_int_equal(after(&d, 404, T2026), TW_NEXT_STOP);
	assert_int_equal(after(&d, 486, T2026), TW_NEXT_STOP);
	assert_int_equal(after(&d, 603, T2026), TW_NEXT_STOP);
	assert_int_equal(after(&d, 487, T2026), TW_NEXT_STOP);
	assert_int_equal(after(&d, 500, T2026), TW_NEXT_TRUNK);
	assert_int_equal(after(&d, 0, T2026), TW_NEXT_TRUNK);
	assert_int_equal(after(&d, 503, T2026), TW_NEXT_BACKOFF);
	desk_close(&d);
}

static void a_congested_trunk_is_left_alone(void **state)
{
	tw_route_outcome o = TW_ROUTE_OUTCOME_INIT;
	tw_route_verdict v = TW_ROUTE_VERDICT_INIT;
	tw_time now = T2026;
	struct desk d;

	(void)state;
	pair(&d);
	assert_int_equal(after(&d, 503, now), TW_NEXT_BACKOFF);
	assert_int_equal(ask_at(&d, now + 2 * S), TW_OK);
	desk_row(&d, 0, "b", TW_OK);
	desk_row(&d, 1, "a", TW_EBUSY);
	assert_string_equal(d.row[1].reason,
			    "skipped: congested, left alone for 3 s");
	assert_int_equal(ask_at(&d, now + 5 * S), TW_OK);
	desk_row(&d, 0, "a", TW_OK);
	/* each time twice as long, ten minutes at most */
	for (int i = 1; i < 12; ++i) {
		now += 3600 * S;
		o.sip_code = 503;
		o.now = now;
		assert_int_equal(tw_router_report(&v, d.router, desk_begin(&d,
			"a"), &o, &d.err), TW_OK);
		assert_int_equal(v.rest_s, i < 7 ? 5 << i : 600);
	}
	/* asked for: as asked, within reason */
	o.retry_after_s = 42;
	(void)tw_router_report(&v, d.router, desk_begin(&d, "a"), &o, NULL);
	assert_int_equal(v.rest_s, 42);
	o.retry_after_s = INT64_MAX;
	(void)tw_router_report(&v, d.router, desk_begin(&d, "a"), &o, NULL);
	assert_int_equal(v.rest_s, 600);
	/* a call that gets through: from the start */
	o.retry_after_s = 0;
	assert_int_equal(after(&d, 486, now), TW_NEXT_STOP);
	(void)tw_router_report(&v, d.router, desk_begin(&d, "a"), &o, NULL);
	assert_int_equal(v.rest_s, 5);
	desk_close(&d);
}

/* Three in a row, so that one number's own rule switches nothing off. */
static void refused_accounts_are_switched_off(void **state)
{
	struct desk d;

	(void)state;
	pair(&d);
	assert_int_equal(after(&d, 403, T2026), TW_NEXT_TRUNK);
	assert_int_equal(after(&d, 407, T2026), TW_NEXT_TRUNK);
	assert_int_equal(after(&d, 486, T2026), TW_NEXT_STOP);
	assert_int_equal(after(&d, 403, T2026), TW_NEXT_TRUNK);
	assert_int_equal(after(&d, 403, T2026), TW_NEXT_TRUNK);
	assert_int_equal(after(&d, 403, T2026), TW_NEXT_DISABLE);
	assert_int_equal(ask_at(&d, T2026 + 60 * S), TW_OK);
	desk_row(&d, 0, "b", TW_OK);
	desk_row(&d, 1, "a", TW_EBUSY);
	assert_non_null(strstr(d.row[1].reason, "refuses our account"));
	assert_int_equal(ask_at(&d, T2026 + 1801 * S), TW_OK);
	desk_row(&d, 0, "a", TW_OK);
	desk_close(&d);
}

/* No code of a carrier ends the way to 112, or says anything of a trunk. */
static void emergency_goes_on_until_somebody_answers(void **state)
{
	static const int32_t codes[] = { 404, 486, 603, 403, 403, 403, 503 };
	tw_route_attempt a = TW_ROUTE_ATTEMPT_INIT;
	tw_route_call call;
	struct desk d;

	(void)state;
	pair(&d);
	a.flags = TW_ROUTE_EMERGENCY;
	a.trunk = "a";
	for (size_t i = 0; i < TW_ARRAY_COUNT(codes); ++i) {
		assert_int_equal(tw_router_call_begin(&call, d.router, &a,
						      NULL), TW_OK);
		assert_int_equal(desk_report(&d, call, codes[i],
					     T2026).next, TW_NEXT_TRUNK);
	}
	assert_int_equal(tw_router_call_begin(&call, d.router, &a, NULL),
			 TW_OK);
	assert_int_equal(desk_report(&d, call, 200, T2026).next,
			 TW_NEXT_STOP);
	assert_int_equal(ask_at(&d, T2026), TW_OK);
	desk_row(&d, 0, "a", TW_OK);
	desk_close(&d);
}

static void wrong_reports_are_told(void **state)
{
	tw_route_outcome o = TW_ROUTE_OUTCOME_INIT;
	tw_route_verdict v = TW_ROUTE_VERDICT_INIT;
	tw_route_call call;
	struct desk d;

	(void)state;
	pair(&d);
	call = desk_begin(&d, "a");
	o.flags = 4;
	assert_int_equal(tw_router_report(&v, d.router, call, &o, &d.err),
			 TW_EINVAL);
	o.flags = 0;
	o.retry_after_s = -1;
	assert_int_equal(tw_router_report(&v, d.router, call, &o, &d.err),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "retry_after_s");
	o.retry_after_s = 0;
	v.size = 0;
	assert_int_equal(tw_router_report(&v, d.router, call, &o, &d.err),
			 TW_EINVAL);
	v = (tw_route_verdict)TW_ROUTE_VERDICT_INIT;
	assert_int_equal(tw_router_report(&v, d.router, call, &o, &d.err),
			 TW_OK);
	assert_int_equal(tw_router_report(&v, d.router, call, &o, &d.err),
			 TW_EEXIST);
	desk_end(&d, call);
	assert_int_equal(tw_router_report(&v, d.router, call, &o, &d.err),
			 TW_ENOTFOUND);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_33_what_is_final_stops),
		cmocka_unit_test(a_congested_trunk_is_left_alone),
		cmocka_unit_test(refused_accounts_are_switched_off),
		cmocka_unit_test(emergency_goes_on_until_somebody_answers),
		cmocka_unit_test(wrong_reports_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
