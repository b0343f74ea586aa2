/* The engine that a directory describes. */
#include "deployment_fixture.h"
#include <trunkwise/sys/policy.h>

/* 2026-10-07 is a Wednesday; hours are those of Yekaterinburg (UTC+5). */
static tw_time local(const char *text)
{
	tw_time at = 0;
	tw_error err = TW_ERROR_INIT;

	if (tw_time_parse(&at, text, NULL, &err))
		fail_msg("%s", err.message);
	return at;
}

static void schedule_with_holiday(void **state)
{
	static const struct {
		const char *at;
		int open;
	} cases[] = {
		{ "2026-10-07T08:59:59+05:00", 0 },
		{ "2026-10-07T09:00:00+05:00", 1 },
		{ "2026-10-07T18:59:59+05:00", 1 },
		{ "2026-10-07T19:00:00+05:00", 0 },
		{ "2026-10-10T15:00:00+05:00", 1 },     /* Saturday */
		{ "2026-10-10T17:00:00+05:00", 0 },
		{ "2026-10-11T12:00:00+05:00", 0 },     /* Sunday */
		{ "2026-12-31T12:00:00+05:00", 1 },
		{ "2027-01-01T12:00:00+05:00", 0 },     /* the holiday */
		{ "2027-01-04T12:00:00+05:00", 1 },
	};
	tw_store *store;
	tw_directory *d = snapshot(&store, state, NULL, 0);
	tw_engine *engine = NULL;
	tw_schedule_id id;
	tw_error err = TW_ERROR_INIT;
	int open = -1;

	assert_int_equal(tw_directory_engine(&engine, d, NULL, &err), TW_OK);
	assert_int_equal(tw_engine_find_schedule(&id, engine, "work", &err),
			 TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		tw_schedule_is_open(&open, engine, id, local(cases[i].at),
				    &err);
		if (open != cases[i].open)
			fail_msg("%s", cases[i].at);
	}
	tw_engine_free(engine);
	tw_directory_free(d);
	tw_store_free(store);
}

static tw_decision next_of(tw_engine *engine, uint32_t kind)
{
	tw_decision decision = TW_DECISION_INIT;

	while (!tw_engine_next(&decision, engine, NULL)) {
		if (decision.kind == kind)
			return decision;
	}
	fail_msg("no decision of kind %u", kind);
	return decision;
}

/* One call through the plan: tier 0 rings, then the plan refuses. */
static void engine_follows_the_plan(void **state)
{
	tw_store *store;
	tw_directory *d = snapshot(&store, state, NULL, 0);
	tw_time now = local("2026-10-07T12:00:00+05:00");
	tw_engine *engine = NULL;
	tw_error err = TW_ERROR_INIT;
	tw_decision decision;
	tw_target_id target;
	tw_plan_id plan;
	tw_call_id call;

	assert_int_equal(tw_directory_engine(&engine, d, NULL, &err), TW_OK);
	assert_int_equal(tw_engine_find_plan(&plan, engine, "main", &err),
			 TW_OK);
	assert_int_equal(tw_call_enter(&call, engine, plan, now, &err),
			 TW_OK);
	decision = next_of(engine, TW_DECISION_OFFER);
	assert_string_equal(tw_target_name(engine, decision.target), "anna");
	assert_int_equal(tw_target_kind(engine, decision.target),
			 TW_TARGET_PHONE);
	assert_true(decision.until <= now + 20 * TW_SECOND);
	assert_int_equal(tw_offer_failed(engine, decision.offer,
		TW_OUTCOME_BUSY, now + TW_SECOND, &err), TW_OK);
	decision = next_of(engine, TW_DECISION_OFFER);
	assert_string_equal(tw_target_name(engine, decision.target),
			    "kazan-line");
	assert_int_equal(tw_target_kind(engine, decision.target),
			 TW_TARGET_LANDLINE);
	tw_engine_tick(engine, now + 30 * TW_SECOND, &err);
	decision = next_of(engine, TW_DECISION_END);
	assert_int_equal(decision.sip_code, 486);
	assert_int_equal(tw_engine_find_target(&target, engine, "mobile",
					       &err), TW_OK);
	assert_int_equal(tw_target_kind(engine, target), TW_TARGET_MOBILE);
	tw_engine_free(engine);
	tw_directory_free(d);
	tw_store_free(store);
}

/* What the rows say reaches the engine: capacity, order, closed hours. */
static void details_reach_the_engine(void **state)
{
	static const struct pair changes[] = {
		{ "phone[0].capacity", "i", "2" },
		{ "phone[0].wrap_up_s", "i", "7" },
		{ "pool[0].policy", "t", "all" },
		{ "pool[0].member[1].tier", "t", NULL },
		{ "plan[0].step[0].when", "t", "closed" },
		{ "plan[0].step[0].ring_s", "i", "33" },
		{ "holiday[0].hours[0]", "t", "10:00-15:00" },
	};
	tw_store *store;
	tw_directory *d = snapshot(&store, state, changes,
				   TW_ARRAY_COUNT(changes));
	tw_time open_at = local("2026-10-07T12:00:00+05:00");
	tw_time closed_at = local("2026-10-07T20:00:00+05:00");
	tw_engine *engine = NULL;
	tw_decision decision = TW_DECISION_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_schedule_id id;
	tw_plan_id plan;
	tw_call_id call;
	int open = -1;

	assert_int_equal(tw_directory_engine(&engine, d, NULL, &err), TW_OK);
	assert_int_equal(tw_engine_find_plan(&plan, engine, "main", &err),
			 TW_OK);
	/* by day the step for closed hours is passed over */
	assert_int_equal(tw_call_enter(&call, engine, plan, open_at, &err),
			 TW_OK);
	decision = next_of(engine, TW_DECISION_END);
	assert_int_equal(decision.sip_code, 486);
	/* at night all of the pool rings, for as long as the step says */
	assert_int_equal(tw_call_enter(&call, engine, plan, closed_at, &err),
			 TW_OK);
	for (int i = 0; i < 2; i++) {
		decision = next_of(engine, TW_DECISION_OFFER);
		assert_string_equal(tw_target_name(engine, decision.target),
				    i ? "kazan-line" : "anna");
		assert_true(decision.until == closed_at + 33 * TW_SECOND);
	}
	/* a holiday with hours is open then */
	assert_int_equal(tw_engine_find_schedule(&id, engine, "work", &err),
			 TW_OK);
	tw_schedule_is_open(&open, engine, id,
			    local("2027-01-01T14:59:59+05:00"), &err);
	assert_int_equal(open, 1);
	tw_schedule_is_open(&open, engine, id,
			    local("2027-01-01T15:00:00+05:00"), &err);
	assert_int_equal(open, 0);
	tw_engine_free(engine);
	tw_directory_free(d);
	tw_store_free(store);
}

/* Each policy that apply takes is one that the engine has, and is told what
 * the pool says: two at once, and one more every seven seconds. */
static void policies_reach_the_engine(void **state)
{
	static const struct {
		const char *policy;
		unsigned int at_once;
		struct pair more;
	} cases[] = {
		{ "all", 2, { NULL, NULL, NULL } },
		{ "linear", 1, { NULL, NULL, NULL } },
		{ "round_robin", 1, { "pool[0].advance_on", "t", "answer" } },
		{ "longest_idle", 1, { "pool[0].idle[0]", "t", "wrap_up" } },
		{ "sticky", 1, { NULL, NULL, NULL } },
		{ "random", 1, { NULL, NULL, NULL } },
		{ "weighted", 1, { NULL, NULL, NULL } },
		{ "weighted_random", 1, { NULL, NULL, NULL } },
		{ "fewest_calls", 1, { NULL, NULL, NULL } },
		{ "least_talk", 1, { NULL, NULL, NULL } },
		{ "least_occupied", 1, { NULL, NULL, NULL } },
		{ "ring_n", 2, { "pool[0].ring_count", "i", "2" } },
		{ "ring_n", 1, { "pool[0].ring_count", "i", "1" } },
		{ "progressive", 1, { "pool[0].delay_s", "i", "7" } },
	};

	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		const struct pair changes[] = {
			{ "pool[0].policy", "t", cases[i].policy },
			{ "pool[0].member[1].tier", "t", NULL },
			cases[i].more,
		};
		tw_time now = local("2026-10-07T12:00:00+05:00");
		tw_decision decision = TW_DECISION_INIT;
		tw_engine *engine = NULL;
		unsigned int offers = 0;
		tw_store *store;
		tw_directory *d = snapshot(&store, state, changes,
			TW_ARRAY_COUNT(changes) - !cases[i].more.path);
		tw_plan_id plan;
		tw_call_id call;

		assert_int_equal(tw_directory_engine(&engine, d, NULL, NULL),
				 TW_OK);
		tw_engine_find_plan(&plan, engine, "main", NULL);
		tw_call_enter(&call, engine, plan, now, NULL);
		while (!tw_engine_next(&decision, engine, NULL))
			offers += decision.kind == TW_DECISION_OFFER;
		if (offers != cases[i].at_once)
			fail_msg("%s: %u", cases[i].policy, offers);
		if (!strcmp(cases[i].policy, "progressive"))
			assert_true(tw_engine_deadline(engine) ==
				    now + 7 * TW_SECOND);
		tw_engine_free(engine);
		tw_directory_free(d);
		tw_store_free(store);
		fixture_teardown(state);
		fixture_setup(state);
	}
}

/* A higher tier waits, also where all of a tier ring at once. */
static void tiers_wait(void **state)
{
	static const struct pair change = { "pool[0].policy", "t", "all" };
	tw_store *store;
	tw_directory *d = snapshot(&store, state, &change, 1);
	tw_decision decision = TW_DECISION_INIT;
	tw_engine *engine = NULL;
	unsigned int offers = 0;
	tw_plan_id plan;
	tw_call_id call;

	assert_int_equal(tw_directory_engine(&engine, d, NULL, NULL), TW_OK);
	assert_int_equal(tw_engine_find_plan(&plan, engine, "main", NULL),
			 TW_OK);
	assert_int_equal(tw_call_enter(&call, engine, plan,
		local("2026-10-07T12:00:00+05:00"), NULL), TW_OK);
	while (!tw_engine_next(&decision, engine, NULL))
		offers += decision.kind == TW_DECISION_OFFER;
	assert_int_equal(offers, 1);
	tw_engine_free(engine);
	tw_directory_free(d);
	tw_store_free(store);
}

static void asking_wrongly(void **state)
{
	tw_engine *const none = (tw_engine *)state;
	tw_engine_options options = TW_ENGINE_OPTIONS_INIT;
	tw_store *store;
	tw_directory *d = snapshot(&store, state, NULL, 0);
	tw_engine *engine = none;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_directory_engine(NULL, d, NULL, &err),
			 TW_EINVAL);
	assert_int_equal(tw_directory_engine(&engine, NULL, NULL, &err),
			 TW_EINVAL);
	assert_string_not_equal(err.message, "");
	options.size = 1;
	assert_int_equal(tw_directory_engine(&engine, d, &options, &err),
			 TW_EINVAL);
	assert_ptr_equal(engine, none);
	tw_directory_free(d);
	tw_store_free(store);
}

/* What apply would refuse, in a store that something else has written: the
 * row or its field is named, and there is no half an engine. */
static void damaged_rows_are_named(void **state)
{
	static const struct { const char *sql, *field; } cases[] = {
		{ "INSERT INTO pool (id, valid_from, name, policy) VALUES "
		  "(900, 1, 'odd', 'loudest')", "policy" },
		{ "INSERT INTO schedule (id, valid_from, name, zone, hours) "
		  "VALUES (900, 1, 'odd', 'Mars/Base', '')", "zone" },
		{ "INSERT INTO schedule (id, valid_from, name, zone, hours) "
		  "VALUES (900, 1, 'odd', 'UTC', 'mon 25:00-26:00')",
		  "odd" },
	};
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;

	apply(store, deployment_new(), AUTUMN);
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		tw_engine *engine = NULL;
		tw_directory *d;

		assert_int_equal(tw_store_begin(store, NULL), TW_OK);
		assert_int_equal(run(store, "INSERT INTO entity (id, kind) "
				     "VALUES (900, 'pool')", &err), TW_OK);
		if (run(store, cases[i].sql, &err))
			fail_msg("%s", err.message);
		d = directory_at(store, AUTUMN);
		err = (tw_error)TW_ERROR_INIT;
		assert_int_not_equal(tw_directory_engine(&engine, d, NULL,
							 &err), TW_OK);
		assert_string_equal(err.field, cases[i].field);
		assert_null(engine);
		tw_directory_free(d);
		assert_int_equal(tw_store_rollback(store, NULL), TW_OK);
	}
	tw_store_free(store);
}

static void allocation_faults(void **state)
{
	tw_store *store;
	tw_directory *d = snapshot(&store, state, NULL, 0);
	tw_engine *engine = NULL;
	tw_status status = TW_ENOMEM;
	int64_t n;

	for (n = 0; status == TW_ENOMEM; n++) {
		tw_error err = TW_ERROR_INIT;

		assert_null(engine);
		fail_allocation(n);
		status = tw_directory_engine(&engine, d, NULL, &err);
		fail_allocation(-1);
		assert_int_equal(err.code, status);
	}
	assert_int_equal(status, TW_OK);
	assert_true(n > 20);
	tw_engine_free(engine);
	tw_directory_free(d);
	tw_store_free(store);
}

static tw_status last_of_all(uint32_t *out, const tw_look *look, void *state,
			     void *arg, tw_error *err)
{
	uint32_t place = TW_PLACE_NONE;

	(void)state;
	(void)arg;
	(void)err;
	while (tw_look_next(&place, look, NULL) == TW_OK)
		*out = place;
	return TW_OK;
}

static void count_freed(void *arg)
{
	++*(int *)arg;
}

/* A pool has it by its name; a host without it is told which one lacks, and
 * what it had given stays its own. */
static void a_policy_of_the_hosts(void **state)
{
	static const struct pair changes[] = {
		{ "pool[0].policy", "t", "own:last one" },
		{ "pool[0].member[1].tier", "t", NULL },
		{ "plan[0].step[0].when", "t", NULL },
	};
	tw_engine_options options = TW_ENGINE_OPTIONS_INIT;
	tw_policy_table table = TW_POLICY_TABLE_INIT;
	tw_store *store;
	tw_directory *d = snapshot(&store, state, changes,
				   TW_ARRAY_COUNT(changes));
	tw_engine *engine = NULL;
	tw_error err = TW_ERROR_INIT;
	tw_decision decision;
	tw_plan_id plan;
	tw_call_id call;
	int freed = 0;

	assert_int_equal(tw_directory_engine(&engine, d, NULL, &err),
			 TW_ENOTFOUND);
	assert_string_equal(err.field, "policy");
	assert_non_null(strstr(err.message, "pool 'sales'"));
	assert_non_null(strstr(err.message, "\"last one\" of its own"));
	table.name = "other";
	table.pick = last_of_all;
	table.arg = &freed;
	table.arg_free = count_freed;
	options.policy = &table;
	options.policy_count = 1;
	assert_int_equal(tw_directory_engine(&engine, d, &options, &err),
			 TW_ENOTFOUND);
	assert_int_equal(freed, 0);
	table.name = "last one";
	if (tw_directory_engine(&engine, d, &options, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(tw_engine_find_plan(&plan, engine, "main", &err),
			 TW_OK);
	assert_int_equal(tw_call_enter(&call, engine, plan, AUTUMN, &err),
			 TW_OK);
	decision = next_of(engine, TW_DECISION_OFFER);
	assert_string_equal(tw_target_name(engine, decision.target),
			    "kazan-line");
	tw_engine_free(engine);
	assert_int_equal(freed, 1);
	tw_directory_free(d);
	tw_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(schedule_with_holiday),
		TEST(engine_follows_the_plan),
		TEST(details_reach_the_engine),
		TEST(policies_reach_the_engine),
		TEST(a_policy_of_the_hosts),
		TEST(tiers_wait),
		TEST(asking_wrongly),
		TEST(damaged_rows_are_named),
		TEST(allocation_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
