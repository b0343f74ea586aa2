/* One state per trunk: by the host, by a person, by calls; slow return. */
#include "routing_fixture.h"

#define TO "79990000000"
#define S TW_SECOND

static tw_route_state state_of(const struct desk *d, size_t i, tw_time now)
{
	tw_route_state s = TW_ROUTE_STATE_INIT;

	assert_int_equal(tw_router_state(&s, d->router, i, now, NULL),
			 TW_OK);
	return s;
}

static void fail_call(struct desk *d, const char *trunk, tw_time now)
{
	tw_route_call call = desk_begin(d, trunk);

	(void)desk_report(d, call, 500, now);
	desk_end(d, call);
}

static void pass_call(struct desk *d, const char *trunk, tw_time now)
{
	tw_route_call call = desk_begin(d, trunk);

	(void)desk_report(d, call, 486, now);
	desk_end(d, call);
}

/* Trap 36: one machine, thresholds up and down, passive and active. */
static void trap_36_one_health_of_a_trunk(void **state)
{
	tw_time now = T2026;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_share(&d, "a", 1, 0);
	assert_int_equal(state_of(&d, 0, now).health, TW_ROUTE_IS_UP);
	fail_call(&d, "a", now);
	assert_int_equal(state_of(&d, 0, now).health, TW_ROUTE_IS_UP);
	fail_call(&d, "a", now);
	assert_int_equal(state_of(&d, 0, now).health, TW_ROUTE_IS_SUSPECT);
	pass_call(&d, "a", now);
	assert_int_equal(state_of(&d, 0, now).health, TW_ROUTE_IS_UP);
	for (int i = 0; i < 5; ++i)
		fail_call(&d, "a", now);
	assert_int_equal(state_of(&d, 0, now).health, TW_ROUTE_IS_DOWN);
	assert_string_equal(state_of(&d, 0, now).reason, "skipped: down "
			    "after failures, asked again in 30 s");
	assert_int_equal(state_of(&d, 0, now).until, now + 30 * S);
	/* it is asked again by itself, and one failure is enough now */
	now += 30 * S;
	assert_int_equal(state_of(&d, 0, now).health, TW_ROUTE_IS_SUSPECT);
	fail_call(&d, "a", now);
	assert_int_equal(state_of(&d, 0, now + 59 * S).health,
			 TW_ROUTE_IS_DOWN);
	now += 60 * S;
	pass_call(&d, "a", now);
	assert_int_equal(state_of(&d, 0, now).health, TW_ROUTE_IS_SUSPECT);
	pass_call(&d, "a", now);
	assert_int_equal(state_of(&d, 0, now).health, TW_ROUTE_IS_UP);
	assert_int_equal(state_of(&d, 0, now).share_ppm, 100000);
	assert_int_equal(state_of(&d, 0, now + 30 * S).share_ppm, 500000);
	assert_int_equal(state_of(&d, 0, now + 60 * S).share_ppm, 1000000);
	/* what OPTIONS say is another matter */
	tw_router_set_usable(d.router, "a", 0, now, NULL);
	assert_int_equal(state_of(&d, 0, now).health, TW_ROUTE_IS_DOWN);
	pass_call(&d, "a", now);
	assert_int_equal(state_of(&d, 0, now).health, TW_ROUTE_IS_DOWN);
	tw_router_set_usable(d.router, "a", 1, now, NULL);
	assert_int_equal(state_of(&d, 0, now).health, TW_ROUTE_IS_UP);
	desk_close(&d);
}

static void down_times_double_and_end(void **state)
{
	tw_time now = T2026;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_share(&d, "a", 1, 0);
	for (int i = 0; i < 4; ++i)
		fail_call(&d, "a", now);
	for (int i = 0; i < 40; ++i) {
		const int64_t most = i < 5 ? 30 << i : 600;

		fail_call(&d, "a", now);
		assert_int_equal(state_of(&d, 0, now).until, now + most * S);
		/* a leg of before is no news */
		fail_call(&d, "a", now + S);
		assert_int_equal(state_of(&d, 0, now).until, now + most * S);
		now += most * S;
	}
	desk_close(&d);
}

static void persons_have_their_say(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_share(&d, "a", 1, 0);
	desk_share(&d, "b", 1, 0);
	assert_int_equal(tw_router_set_service(d.router, "a",
		TW_ROUTE_IS_DRAINING, T2026, &d.err), TW_OK);
	assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_OK);
	desk_row(&d, 0, "b", TW_OK);
	desk_row(&d, 1, "a", TW_EBUSY);
	assert_string_equal(d.row[1].reason,
			    "skipped: draining, no new calls");
	assert_int_equal(tw_router_set_service(d.router, "a",
		TW_ROUTE_IS_OFF, T2026, &d.err), TW_OK);
	assert_int_equal(desk_ask(&d, TO, NULL, 60), TW_OK);
	assert_string_equal(d.row[1].reason, "skipped: switched off");
	/* no OPTIONS answer switches on what a person switched off */
	tw_router_set_usable(d.router, "a", 0, T2026, NULL);
	tw_router_set_usable(d.router, "a", 1, T2026, NULL);
	assert_int_equal(state_of(&d, 0, T2026).health, TW_ROUTE_IS_OFF);
	assert_int_equal(tw_router_set_service(d.router, "a",
		TW_ROUTE_IS_UP, T2026, &d.err), TW_OK);
	assert_int_equal(state_of(&d, 0, T2026).health, TW_ROUTE_IS_UP);
	assert_int_equal(tw_router_set_service(d.router, "a",
		TW_ROUTE_IS_DOWN, T2026, &d.err), TW_EINVAL);
	assert_string_equal(d.err.field, "service");
	assert_int_equal(tw_router_set_service(d.router, "c",
		TW_ROUTE_IS_UP, T2026, &d.err), TW_ENOTFOUND);
	assert_string_equal(tw_route_health_name(TW_ROUTE_IS_DRAINING),
			    "draining");
	assert_string_equal(tw_route_health_name(9), "?");
	desk_close(&d);
}

/* A share, of calls that would go to it: counted over a thousand of them. */
static int first_of_thousand(struct desk *d, tw_time now, const char *trunk)
{
	int first = 0;

	for (int i = 0; i < 1000; ++i) {
		tw_route_request r = TW_ROUTE_REQUEST_INIT;

		d->row[0] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
		d->count = ROOM;
		r.number = TO;
		r.at = T2026;
		r.now = now;
		assert_int_equal(tw_router_decide(d->row, &d->count,
			d->router, &r, &d->err), TW_OK);
		first += !strcmp(d->row[0].trunk, trunk);
		desk_end(d, desk_begin(d, d->row[0].trunk));
	}
	return first;
}

static void a_return_is_slow(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "cheap", 1, "7", TW_NANOS);
	desk_simple(&d, "dear", 1, "7", 2 * TW_NANOS);
	/* never used: it starts whole, as all do when a host starts */
	tw_router_set_usable(d.router, "cheap", 0, T2026, NULL);
	tw_router_set_usable(d.router, "cheap", 1, T2026, NULL);
	assert_int_equal(first_of_thousand(&d, T2026, "cheap"), 1000);
	tw_router_set_usable(d.router, "cheap", 0, T2026, NULL);
	assert_int_equal(first_of_thousand(&d, T2026, "cheap"), 0);
	tw_router_set_usable(d.router, "cheap", 1, T2026, NULL);
	assert_in_range(first_of_thousand(&d, T2026, "cheap"), 70, 130);
	assert_string_equal(d.row[1].reason[0] == 'd' ? d.row[0].reason :
			    d.row[1].reason, "slow start: 10 % of its calls, "
			    "this one after the others");
	assert_in_range(first_of_thousand(&d, T2026 + 30 * S, "cheap"), 450,
			550);
	assert_int_equal(first_of_thousand(&d, T2026 + 60 * S, "cheap"),
			 1000);
	desk_close(&d);
}

/* Suspect ones are asked now and then, so that they can prove themselves;
 * where there is no other, always. */
static void a_suspect_is_not_forgotten(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "cheap", 1, "7", TW_NANOS);
	fail_call(&d, "cheap", T2026);
	fail_call(&d, "cheap", T2026);
	assert_int_equal(first_of_thousand(&d, T2026, "cheap"), 1000);
	desk_simple(&d, "dear", 1, "7", 2 * TW_NANOS);
	assert_in_range(first_of_thousand(&d, T2026, "cheap"), 70, 130);
	desk_close(&d);
}

/* What failures made down is tried for 112 all the same, last. */
static void emergency_takes_the_healthy_first(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "a", 1, "7", TW_NANOS);
	desk_simple(&d, "b", 2, "7", TW_NANOS);
	for (int i = 0; i < 5; ++i)
		fail_call(&d, "a", T2026);
	tw_router_set_service(d.router, "b", TW_ROUTE_IS_DRAINING, T2026,
			      NULL);
	assert_int_equal(desk_ask(&d, "112", NULL, 0), TW_OK);
	desk_row(&d, 0, "b", TW_OK);
	desk_row(&d, 1, "a", TW_OK);
	assert_int_equal(d.count, 2);
	tw_router_set_service(d.router, "a", TW_ROUTE_IS_OFF, T2026, NULL);
	assert_int_equal(desk_ask(&d, "112", NULL, 0), TW_OK);
	desk_row(&d, 1, "a", TW_EBUSY);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_36_one_health_of_a_trunk),
		cmocka_unit_test(down_times_double_and_end),
		cmocka_unit_test(persons_have_their_say),
		cmocka_unit_test(a_return_is_slow),
		cmocka_unit_test(a_suspect_is_not_forgotten),
		cmocka_unit_test(emergency_takes_the_healthy_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
