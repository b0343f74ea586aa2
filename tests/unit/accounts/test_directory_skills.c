/* Skills of rows reach members and calls of an engine. */
#include "deployment_fixture.h"

static const struct pair changes[] = {
	{ "person[0].name", "t", "Anna" },
	{ "person[0].skills[0]", "t", "german" },
	{ "phone[0].person", "t", "Anna" },
	{ "phone[0].skills[0]", "t", "english" },
	{ "landline[0].skills[0]", "t", "english" },
	{ "number[0].skills[0]", "t", "english" },
	{ "number[0].skills[1]", "t", "german" },
	{ "number[0].priority", "i", "7" },
	{ "pool[0].member[1].tier", "i", NULL },
	{ "plan[0].step[0].when", "t", NULL },
	{ "plan[0].step[1].reject", "i", NULL },
	{ "plan[0].step[1].queue", "t", "sales" },
	{ "plan[0].step[1].any_skills", "b", "true" },
	{ "plan[0].step[1].announce_s", "i", "30" },
};

static tw_decision next_of(tw_engine *engine, uint32_t kind)
{
	tw_decision decision = TW_DECISION_INIT;

	while (!tw_engine_next(&decision, engine, NULL)) {
		if (decision.kind == kind)
			return decision;
	}
	decision.kind = 0;
	return decision;
}

static tw_call_options call_to(tw_directory *d, tw_engine *engine,
			       const char *number)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_arrival a = TW_ARRIVAL_INIT;
	tw_error err = TW_ERROR_INIT;

	a.number = number;
	if (tw_directory_call(&o, d, engine, &a, &err))
		fail_msg("%s", err.message);
	return o;
}

static void who_can_rings_then_anybody(void **state)
{
	tw_engine_options host = TW_ENGINE_OPTIONS_INIT;
	tw_store *store;
	tw_directory *d = snapshot(&store, state, changes,
				   TW_ARRAY_COUNT(changes));
	tw_error err = TW_ERROR_INIT;
	tw_engine *engine = NULL;
	tw_call_options o;
	tw_decision got;
	tw_call_id call;
	uint64_t bit;

	host.host = TW_HOST_PLAY;
	if (tw_directory_engine(&engine, d, &host, &err))
		fail_msg("%s: %s", err.field, err.message);
	o = call_to(d, engine, "78432001122");
	assert_int_equal(o.priority, 7);
	assert_int_equal(tw_engine_find_skill(&bit, engine, "german", NULL),
			 TW_OK);
	assert_true(o.skills_needed & bit);
	assert_int_equal(tw_call_enter_as(&call, engine, &o, AUTUMN, &err),
			 TW_OK);
	/* the line can English only */
	got = next_of(engine, TW_DECISION_OFFER);
	assert_string_equal(tw_target_name(engine, got.target), "anna");
	assert_int_equal(tw_offer_failed(engine, got.offer,
		TW_OUTCOME_REJECTED, AUTUMN, &err), TW_OK);
	/* in the queue anybody may have it; anna rests */
	got = next_of(engine, TW_DECISION_OFFER);
	assert_int_equal(got.step, 1);
	assert_int_equal(tw_engine_find_skill(&bit, engine, "x", NULL),
			 TW_ENOTFOUND);
	tw_engine_free(engine);
	tw_directory_free(d);
	tw_store_free(store);
}

static void announcements_reach_the_engine(void **state)
{
	tw_engine_options host = TW_ENGINE_OPTIONS_INIT;
	tw_store *store;
	tw_directory *d = snapshot(&store, state, changes,
				   TW_ARRAY_COUNT(changes));
	tw_error err = TW_ERROR_INIT;
	tw_engine *engine = NULL;
	tw_target_id target;
	tw_call_options o;
	tw_call_id call;

	host.host = TW_HOST_PLAY;
	assert_int_equal(tw_directory_engine(&engine, d, &host, &err),
			 TW_OK);
	o = call_to(d, engine, "78432001122");
	tw_engine_find_target(&target, engine, "anna", NULL);
	tw_target_occupy(engine, target, AUTUMN, NULL);
	tw_engine_find_target(&target, engine, "kazan-line", NULL);
	tw_target_occupy(engine, target, AUTUMN, NULL);
	assert_int_equal(tw_call_enter_as(&call, engine, &o, AUTUMN, &err),
			 TW_OK);
	assert_int_equal(tw_engine_tick(engine, AUTUMN, &err), TW_OK);
	assert_int_equal(next_of(engine, TW_DECISION_ANNOUNCE).kind,
			 TW_DECISION_ANNOUNCE);
	tw_engine_tick(engine, AUTUMN + 29 * TW_SECOND, &err);
	assert_int_equal(next_of(engine, TW_DECISION_ANNOUNCE).kind, 0);
	tw_engine_tick(engine, AUTUMN + 30 * TW_SECOND, &err);
	assert_int_equal(next_of(engine, TW_DECISION_ANNOUNCE).kind,
			 TW_DECISION_ANNOUNCE);
	tw_engine_free(engine);
	tw_directory_free(d);
	tw_store_free(store);
}

/* Rows and engine of two times: told, and not played with fewer skills. */
static void an_engine_that_lacks_a_skill(void **state)
{
	tw_store *store;
	tw_directory *d = snapshot(&store, state, changes,
				   TW_ARRAY_COUNT(changes));
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_arrival a = TW_ARRIVAL_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_engine *engine = NULL;
	tw_plan_id plan;

	a.number = "78432001122";
	assert_int_equal(tw_engine_new(&engine, NULL, NULL), TW_OK);
	assert_int_equal(tw_engine_add_plan(&plan, engine, "main", NULL),
			 TW_OK);
	assert_int_equal(tw_directory_call(&o, d, engine, &a, &err),
			 TW_ENOTFOUND);
	assert_non_null(strstr(err.message, "skill"));
	tw_engine_free(engine);
	tw_directory_free(d);
	tw_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_can_rings_then_anybody),
		TEST(announcements_reach_the_engine),
		TEST(an_engine_that_lacks_a_skill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
