/* Steps of a directory, as calls meet them. */
#include "deployment_fixture.h"

#define NOON (AUTUMN + 20 * 3600 * TW_SECOND)    /* a Tuesday, open */

struct room {
	tw_store *store;
	tw_directory *directory;
	tw_engine *engine;
	tw_plan_id plan;
	tw_target_id mobile;
};

/* The mobile alone is a pool of its own, "others". */
static void open_room(struct room *r, void **state, uint32_t host,
		      const struct pair *changes, size_t count)
{
	tw_engine_options options = TW_ENGINE_OPTIONS_INIT;
	struct pair all[16] = {
		{ "pool[1].name", "t", "others" },
		{ "pool[1].member[0].phone", "t", "mobile" },
		{ "phone[1].capacity", "i", "1" },
	};
	tw_error err = TW_ERROR_INIT;

	memcpy(all + 3, changes, count * sizeof(*changes));
	options.host = host;
	r->directory = snapshot(&r->store, state, all, count + 3);
	if (tw_directory_engine(&r->engine, r->directory, &options, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(tw_engine_find_plan(&r->plan, r->engine, "main",
					     &err), TW_OK);
	assert_int_equal(tw_engine_find_target(&r->mobile, r->engine,
					       "mobile", &err), TW_OK);
}

static void close_room(struct room *r)
{
	tw_engine_free(r->engine);
	tw_directory_free(r->directory);
	tw_store_free(r->store);
}

/* The last of what is unread, and how many offers there were. */
static tw_decision last(struct room *r, unsigned int *offers)
{
	tw_decision decision = TW_DECISION_INIT, none = TW_DECISION_INIT;

	*offers = 0;
	while (!tw_engine_next(&decision, r->engine, NULL)) {
		*offers += decision.kind == TW_DECISION_OFFER;
		none = decision;
	}
	return none;
}

static tw_decision enter(struct room *r, unsigned int *offers)
{
	tw_error err = TW_ERROR_INIT;
	tw_call_id call;

	if (tw_call_enter(&call, r->engine, r->plan, NOON, &err))
		fail_msg("%s", err.message);
	return last(r, offers);
}

static const struct pair queue[] = {
	{ "plan[0].step[0].ring", "t", NULL },
	{ "plan[0].step[0].queue", "t", "others" },
	{ "plan[0].step[0].wait_s", "i", "90" },
	{ "plan[0].step[0].length_max", "i", "1" },
	{ "plan[0].step[0].leave", "t", "reachable" },
	{ "plan[0].step[1].reject", "i", "603" },
};

/* The mobile is in use: one call waits for 90 s, there is no room for more. */
static void waits_as_long_as_the_step_says(void **state)
{
	unsigned int offers;
	tw_decision d;
	struct room r;

	open_room(&r, state, 0, queue, TW_ARRAY_COUNT(queue));
	assert_int_equal(tw_target_occupy(r.engine, r.mobile, NOON, NULL),
			 TW_OK);
	d = enter(&r, &offers);
	assert_int_equal(d.kind, TW_DECISION_STEP);
	assert_int_equal(offers, 0);
	assert_true(tw_engine_deadline(r.engine) == NOON + 90 * TW_SECOND);
	d = enter(&r, &offers);
	assert_int_equal(d.kind, TW_DECISION_END);
	assert_int_equal(d.sip_code, 603);
	assert_int_equal(tw_engine_tick(r.engine, NOON + 90 * TW_SECOND,
					NULL), TW_OK);
	d = last(&r, &offers);
	assert_int_equal(d.sip_code, 603);
	close_room(&r);
}

static void leaves_when_nobody_can_be_reached(void **state)
{
	unsigned int offers;
	tw_decision d;
	struct room r;

	open_room(&r, state, 0, queue, TW_ARRAY_COUNT(queue));
	assert_int_equal(tw_target_occupy(r.engine, r.mobile, NOON, NULL),
			 TW_OK);
	enter(&r, &offers);
	assert_int_equal(tw_target_set_state(r.engine, r.mobile,
		TW_TARGET_UNREACHABLE, NOON + TW_SECOND, NULL), TW_OK);
	d = last(&r, &offers);
	assert_int_equal(d.kind, TW_DECISION_END);
	close_room(&r);
}

/* By default a line is not joined while nobody works there. */
static void joins_as_the_step_says(void **state)
{
	static const struct { const char *join; bool joins; } cases[] = {
		{ NULL, false }, { "nobody", true }, { "reachable", true },
		{ "staffed", false }, { "ready", false },
	};

	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		struct pair changes[TW_ARRAY_COUNT(queue)];
		unsigned int offers;
		struct room r;

		memcpy(changes, queue, sizeof(queue));
		changes[4] = (struct pair){ "plan[0].step[0].join", "t",
					    cases[i].join };
		open_room(&r, state, 0, changes, TW_ARRAY_COUNT(changes));
		tw_target_set_state(r.engine, r.mobile, TW_TARGET_PAUSED,
				    NOON, NULL);
		if ((enter(&r, &offers).kind == TW_DECISION_STEP) !=
		    cases[i].joins)
			fail_msg("%s", cases[i].join ? cases[i].join : "-");
		close_room(&r);
		fixture_teardown(state);
		fixture_setup(state);
	}
}

/* Trunk reservation: the last one that is ready is not for this plan. */
static void reserves_for_the_pools_own(void **state)
{
	static const struct pair changes[] = {
		{ "plan[0].step[0].ring", "t", "others" },
		{ "plan[0].step[0].reserve", "i", "1" },
	};

	for (size_t i = 1; i < 3; i++) {
		unsigned int offers;
		struct room r;

		open_room(&r, state, 0, changes, i);
		enter(&r, &offers);
		assert_int_equal(offers, i == 1);
		close_room(&r);
		fixture_teardown(state);
		fixture_setup(state);
	}
}

static void voicemail_needs_a_host_that_has_it(void **state)
{
	static const struct pair changes[] = {
		{ "plan[0].step[0].ring", "t", NULL },
		{ "plan[0].step[0].voicemail", "b", "true" },
		{ "plan[0].step[1].reject", "i", "603" },
	};

	for (int has = 0; has < 2; has++) {
		unsigned int offers;
		struct room r;

		open_room(&r, state, has ? TW_HOST_VOICEMAIL : 0, changes,
			  TW_ARRAY_COUNT(changes));
		assert_int_equal(enter(&r, &offers).kind, has ?
				 TW_DECISION_VOICEMAIL : TW_DECISION_END);
		close_room(&r);
		fixture_teardown(state);
		fixture_setup(state);
	}
}

/* Whoever dials a landline or a mobile learns that it is busy, and then it is
 * left alone: for as long as its row says, or half a minute. */
static void trap_24_busy_lines_are_left_alone(void **state)
{
	static const struct pair changes[] = {
		{ "plan[0].step[0].ring", "t", "others" },
		{ "phone[1].busy_s", "i", "90" },
	};

	for (size_t i = 0; i < 2; i++) {
		tw_time back = NOON + (i ? 90 : 30) * TW_SECOND;
		unsigned int offers;
		tw_offer_id offer = { 0 };
		tw_decision d = TW_DECISION_INIT;
		tw_call_id call;
		struct room r;

		open_room(&r, state, 0, changes, 1 + i);
		tw_call_enter(&call, r.engine, r.plan, NOON, NULL);
		while (!tw_engine_next(&d, r.engine, NULL)) {
			if (d.kind == TW_DECISION_OFFER)
				offer = d.offer;
		}
		assert_int_equal(tw_offer_failed(r.engine, offer,
			TW_OUTCOME_BUSY, NOON, NULL), TW_OK);
		enter(&r, &offers);
		assert_int_equal(offers, 0);
		tw_engine_tick(r.engine, back, NULL);
		tw_call_enter(&call, r.engine, r.plan, back, NULL);
		last(&r, &offers);
		assert_int_equal(offers, 1);
		close_room(&r);
		fixture_teardown(state);
		fixture_setup(state);
	}
}

/* Two cities that are each other's overflow; the guard is the engine's. */
static void goes_on_with_another_plan(void **state)
{
	static const struct pair changes[] = {
		{ "plan[0].step[0].ring", "t", NULL },
		{ "plan[0].step[0].plan", "t", "other" },
		{ "plan[0].step[1].reject", "i", "603" },
		{ "plan[1].name", "t", "other" },
		{ "plan[1].step[0].plan", "t", "main" },
		{ "plan[1].step[1].reject", "i", "486" },
	};
	unsigned int offers;
	tw_decision d;
	struct room r;

	open_room(&r, state, 0, changes, TW_ARRAY_COUNT(changes));
	d = enter(&r, &offers);
	assert_int_equal(d.kind, TW_DECISION_END);
	assert_int_equal(d.sip_code, 486);
	assert_string_equal(tw_plan_name(r.engine, d.plan), "other");
	close_room(&r);
}

/* Whom the caller wants, for its own ring_s; a ticket only by a host that
 * calls back. */
static void prefers_and_calls_back(void **state)
{
	static const struct pair changes[] = {
		{ "plan[0].step[0].ring", "t", NULL },
		{ "plan[0].step[0].preferred", "t", "others" },
		{ "plan[0].step[0].ring_s", "i", "12" },
		{ "plan[0].step[1].reject", "i", NULL },
		{ "plan[0].step[1].callback", "t", "others" },
		{ "plan[0].step[1].wait_s", "i", "600" },
	};

	for (int can = 0; can < 2; can++) {
		tw_call_options options = TW_CALL_OPTIONS_INIT;
		tw_decision d = TW_DECISION_INIT;
		unsigned int offers;
		tw_call_id call;
		struct room r;

		open_room(&r, state, can ? TW_HOST_CALLBACK : 0, changes,
			  TW_ARRAY_COUNT(changes));
		options.plan = r.plan;
		options.preferred = r.mobile;
		assert_int_equal(tw_call_enter_as(&call, r.engine, &options,
						  NOON, NULL), TW_OK);
		d = last(&r, &offers);
		assert_int_equal(offers, 1);
		assert_true(d.until == NOON + 12 * TW_SECOND);
		tw_engine_tick(r.engine, NOON + 12 * TW_SECOND, NULL);
		while (!tw_engine_next(&d, r.engine, NULL) &&
		       d.kind != TW_DECISION_END &&
		       d.kind != TW_DECISION_CALLBACK)
			;
		assert_int_equal(d.kind, can ? TW_DECISION_CALLBACK :
				 TW_DECISION_END);
		close_room(&r);
		fixture_teardown(state);
		fixture_setup(state);
	}
}

/* Who has to press a key is never rung by a host that cannot ask for it. */
static void trap_23_confirms_with_a_key(void **state)
{
	static const struct pair changes[] = {
		{ "plan[0].step[0].ring", "t", "others" },
		{ "pool[1].member[0].confirm", "b", "true" },
	};

	for (int can = 0; can < 2; can++) {
		unsigned int offers;
		struct room r;

		open_room(&r, state, can ? TW_HOST_DTMF : 0, changes,
			  TW_ARRAY_COUNT(changes));
		enter(&r, &offers);
		assert_int_equal(offers, can);
		close_room(&r);
		fixture_teardown(state);
		fixture_setup(state);
	}
}

/* A rest after each kind of failure. */
static void rests_reach_the_engine(void **state)
{
	static const struct { const char *key; uint32_t outcome; } cases[] = {
		{ "phone[1].no_answer_s", TW_OUTCOME_NO_ANSWER },
		{ "phone[1].rejected_s", TW_OUTCOME_REJECTED },
		{ "phone[1].unreachable_s", TW_OUTCOME_UNREACHABLE },
	};

	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		const struct pair changes[] = {
			{ "plan[0].step[0].ring", "t", "others" },
			{ cases[i].key, "i", "40" },
		};
		tw_decision d = TW_DECISION_INIT;
		tw_offer_id offer = { 0 };
		unsigned int offers;
		tw_call_id call;
		struct room r;

		open_room(&r, state, 0, changes, TW_ARRAY_COUNT(changes));
		tw_call_enter(&call, r.engine, r.plan, NOON, NULL);
		while (!tw_engine_next(&d, r.engine, NULL)) {
			if (d.kind == TW_DECISION_OFFER)
				offer = d.offer;
		}
		assert_int_equal(tw_offer_failed(r.engine, offer,
			cases[i].outcome, NOON, NULL), TW_OK);
		enter(&r, &offers);
		if (offers || tw_engine_deadline(r.engine) !=
		    NOON + 40 * TW_SECOND)
			fail_msg("%s", cases[i].key);
		close_room(&r);
		fixture_teardown(state);
		fixture_setup(state);
	}
}

static void weights_reach_the_engine(void **state)
{
	static const struct pair change = {
		"pool[1].member[0].weight", "i", "70"
	};
	tw_explain_options options = TW_EXPLAIN_OPTIONS_INIT;
	tw_explain_row row = TW_EXPLAIN_ROW_INIT;
	uint32_t count = 1;
	struct room r;

	open_room(&r, state, 0, &change, 1);
	assert_int_equal(tw_engine_find_pool(&options.pool, r.engine,
					     "others", NULL), TW_OK);
	assert_int_equal(tw_engine_explain(&row, &count, r.engine, &options,
					   NULL), TW_OK);
	assert_int_equal(count, 1);
	assert_int_equal(row.weight, 70);
	close_room(&r);
}

/* What apply would refuse, in a store that something else has written. */
static void damaged_steps_are_named(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;
	tw_engine *engine = NULL;
	tw_directory *d;

	apply(store, deployment_new(), AUTUMN);
	assert_int_equal(tw_store_begin(store, NULL), TW_OK);
	if (run(store, "INSERT INTO entity (id, kind) VALUES (900, 'plan'), "
		"(901, 'plan_step')", &err) ||
	    run(store, "INSERT INTO plan (id, valid_from, name) VALUES (900, "
		"1, 'odd')", &err) ||
	    run(store, "INSERT INTO plan_step (id, valid_from, parent, "
		"position, \"reject\", \"when\") VALUES (901, 1, 900, 0, "
		"200, 'always')", &err))
		fail_msg("%s", err.message);
	d = directory_at(store, AUTUMN);
	assert_int_equal(tw_directory_engine(&engine, d, NULL, &err),
			 TW_EINVAL);
	assert_string_equal(err.field, "sip_code");
	assert_null(engine);
	tw_directory_free(d);
	assert_int_equal(tw_store_rollback(store, NULL), TW_OK);
	tw_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(waits_as_long_as_the_step_says),
		TEST(leaves_when_nobody_can_be_reached),
		TEST(joins_as_the_step_says),
		TEST(reserves_for_the_pools_own),
		TEST(voicemail_needs_a_host_that_has_it),
		TEST(trap_24_busy_lines_are_left_alone),
		TEST(goes_on_with_another_plan),
		TEST(prefers_and_calls_back),
		TEST(trap_23_confirms_with_a_key),
		TEST(rests_reach_the_engine),
		TEST(weights_reach_the_engine),
		TEST(damaged_steps_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
