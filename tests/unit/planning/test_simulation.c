/* What a simulation may be told, and what it answers before it is played. */
#include "house.h"

static tw_status make(const tw_simulation_options *o, tw_error *err)
{
	tw_simulation *sim = NULL;
	tw_status status = tw_simulation_new(&sim, o, err);

	assert_true(status ? !sim : sim != NULL);
	tw_simulation_free(sim);
	return status;
}

static void refuses_options(void **state)
{
	static const double bad[] = { 5, -1 };
	tw_simulation_options o = house_options(10), wrong;

	(void)state;
	assert_int_equal(make(&o, NULL), TW_OK);
	wrong = o;
	wrong.to = wrong.from;
	REFUSED(TW_EINVAL, "to", make(&wrong, err));
	wrong.to = TW_TIME_MAX;
	REFUSED(TW_EINVAL, "to", make(&wrong, err));
	wrong = o;
	wrong.talk_s = 0;
	REFUSED(TW_EINVAL, "talk_s", make(&wrong, err));
	wrong.talk_s = NAN;
	REFUSED(TW_EINVAL, "talk_s", make(&wrong, err));
	wrong = o;
	wrong.patience_s = -1;
	REFUSED(TW_EINVAL, "patience_s", make(&wrong, err));
	wrong = o;
	wrong.answer_share = 0;
	REFUSED(TW_EINVAL, "answer_share", make(&wrong, err));
	wrong = o;
	wrong.answer_s = INFINITY;
	REFUSED(TW_ERANGE, "answer_s", make(&wrong, err));
	wrong = o;
	wrong.within_s = -5;
	REFUSED(TW_EINVAL, "within_s", make(&wrong, err));
	wrong = o;
	wrong.short_s = -5;
	REFUSED(TW_EINVAL, "short_s", make(&wrong, err));
	wrong = o;
	wrong.redial_share = 0.91;
	REFUSED(TW_EINVAL, "redial_share", make(&wrong, err));
	wrong.redial_share = -0.1;
	REFUSED(TW_EINVAL, "redial_share", make(&wrong, err));
	wrong.redial_share = NAN;
	REFUSED(TW_EINVAL, "redial_share", make(&wrong, err));
	wrong.redial_share = 0.5;
	wrong.redial_after_s = 0.5;
	REFUSED(TW_EINVAL, "redial_after_s", make(&wrong, err));
	wrong.redial_after_s = INFINITY;
	REFUSED(TW_ERANGE, "redial_after_s", make(&wrong, err));
	wrong = o;
	wrong.talks_s = bad;
	wrong.talk_count = 2;
	REFUSED(TW_EINVAL, "talks_s", make(&wrong, err));
	wrong.talk_count = 1;
	assert_int_equal(make(&wrong, NULL), TW_OK);
	wrong.talks_s = NULL;
	REFUSED(TW_EINVAL, "talks_s", make(&wrong, err));
	wrong = o;
	wrong.size = 3;
	REFUSED(TW_EINVAL, "", make(&wrong, err));
	REFUSED(TW_EINVAL, "", make(NULL, err));
	REFUSED(TW_EINVAL, "", tw_simulation_new(NULL, &o, err));
}

static void refuses_streams(void **state)
{
	tw_simulation_stream s = TW_SIMULATION_STREAM_INIT, wrong;
	tw_simulation_options o = house_options(10);
	tw_simulation *sim;

	(void)state;
	FINE(tw_simulation_new(&sim, &o, err));
	s.plan.id = 3;
	s.from = o.from;
	s.to = o.to;
	s.per_hour = 20;
	wrong = s;
	wrong.to = wrong.from;
	REFUSED(TW_EINVAL, "to", tw_simulation_add_stream(sim, &wrong, err));
	wrong = s;
	wrong.per_hour = -1;
	REFUSED(TW_EINVAL, "per_hour",
		tw_simulation_add_stream(sim, &wrong, err));
	wrong.per_hour = NAN;
	REFUSED(TW_EINVAL, "per_hour",
		tw_simulation_add_stream(sim, &wrong, err));
	wrong.per_hour = INFINITY;
	REFUSED(TW_ERANGE, "per_hour",
		tw_simulation_add_stream(sim, &wrong, err));
	wrong.per_hour = 1e9;
	REFUSED(TW_ERANGE, "per_hour",
		tw_simulation_add_stream(sim, &wrong, err));
	wrong = s;
	wrong.priority = 1001;
	REFUSED(TW_EINVAL, "priority",
		tw_simulation_add_stream(sim, &wrong, err));
	wrong = s;
	wrong.sources = UINT32_MAX;
	REFUSED(TW_ERANGE, "sources",
		tw_simulation_add_stream(sim, &wrong, err));
	REFUSED(TW_EINVAL, "", tw_simulation_add_stream(sim, NULL, err));
	REFUSED(TW_EINVAL, "", tw_simulation_add_stream(NULL, &s, err));
	FINE(tw_simulation_add_stream(sim, &s, err));
	FINE(tw_simulation_add_stream(sim, &s, err));
	tw_simulation_free(sim);
}

static void answers_before_it_is_played(void **state)
{
	tw_simulated_calls c = TW_SIMULATED_CALLS_INIT, old;
	tw_simulated_use u = TW_SIMULATED_USE_INIT;
	tw_simulation_options o = house_options(10);
	tw_simulation *sim;

	(void)state;
	FINE(tw_simulation_new(&sim, &o, err));
	house_calls(sim, &o, (tw_plan_id){ 3 }, 1, 0);
	assert_int_equal(house_sums(sim, 3).offered, 0);
	assert_int_equal(house_sums(sim, 0).offered, 0);
	assert_true(house_use(sim, 1).mean == 0);
	REFUSED(TW_ENOTFOUND, "",
		tw_simulation_calls(&c, sim, (tw_plan_id){ 4 }, err));
	REFUSED(TW_EINVAL, "",
		tw_simulation_calls(NULL, sim, (tw_plan_id){ 3 }, err));
	REFUSED(TW_EINVAL, "",
		tw_simulation_use(&u, NULL, (tw_target_id){ 3 }, err));
	memset(&old, 7, sizeof(old));
	old.size = offsetof(tw_simulated_calls, answered);
	assert_int_equal(tw_simulation_calls(&old, sim, (tw_plan_id){ 0 },
					     NULL), TW_OK);
	assert_true(old.offered == 0 && old.answered == 0x0707070707070707);
	tw_simulation_free(sim);
	tw_simulation_free(NULL);
}

/* So many of those who got nobody; who talked has no reason to. */
static void who_got_nobody_calls_again(void **state)
{
	tw_simulation_options o = house_options(4000);
	tw_engine *engine = house_open();
	tw_simulated_calls c, busy;
	tw_step_options step = TW_STEP_OPTIONS_INIT;
	tw_simulation *sim;
	tw_plan_id closed, line;

	(void)state;
	closed = house_plan(engine, "closed");
	step.kind = TW_STEP_REJECT;
	FINE(tw_plan_add_step(engine, closed, &step, err));
	line = house_plan(engine, "line");
	house_ring(engine, line, house_pool(engine, "p", TW_POLICY_LINEAR,
					    1));
	o.redial_share = 0.5;
	o.redial_after_s = 60;
	FINE(tw_simulation_new(&sim, &o, err));
	house_calls(sim, &o, closed, 1, 0);
	house_calls(sim, &o, line, 1, 0);
	FINE(tw_simulation_run(sim, engine, 1, err));
	c = house_sums(sim, closed.id);
	assert_int_equal(c.lost, c.offered);
	NEAR((double)c.offered, 8000, 400);
	NEAR((double)c.redials / (double)c.offered, 0.5, 0.03);
	busy = house_sums(sim, line.id);
	assert_true(busy.answered > 0 && busy.lost > 0);
	NEAR((double)busy.redials / (double)busy.lost, 0.5, 0.04);
	tw_engine_free(engine);
	tw_simulation_free(sim);
}

/* A message waits for an answer: it is lost as a call, and no reason for
 * another one. */
static void who_left_a_message_does_not_call_again(void **state)
{
	tw_simulation_options o = house_options(100);
	tw_engine_options can = TW_ENGINE_OPTIONS_INIT;
	tw_step_options step = TW_STEP_OPTIONS_INIT;
	tw_simulated_calls c;
	tw_simulation *sim;
	tw_engine *engine;
	tw_plan_id night;

	(void)state;
	can.host = TW_HOST_VOICEMAIL;
	FINE(tw_engine_new(&engine, &can, err));
	night = house_plan(engine, "night");
	step.kind = TW_STEP_VOICEMAIL;
	FINE(tw_plan_add_step(engine, night, &step, err));
	o.redial_share = 0.9;
	o.redial_after_s = 60;
	FINE(tw_simulation_new(&sim, &o, err));
	house_calls(sim, &o, night, 1, 0);
	FINE(tw_simulation_run(sim, engine, 1, err));
	c = house_sums(sim, night.id);
	assert_true(c.offered > 0);
	assert_int_equal(c.lost, c.offered);
	assert_int_equal(c.voicemail, c.offered);
	assert_int_equal(c.redials, 0);
	tw_engine_free(engine);
	tw_simulation_free(sim);
}

/* What a stream's calls are reaches the engine. */
static void calls_have_priorities_and_needs(void **state)
{
	tw_simulation_options o = house_options(100);
	tw_simulation_stream s = TW_SIMULATION_STREAM_INIT;
	tw_engine *engine = house_open();
	tw_simulation *sim;
	tw_plan_id plan = house_plan(engine, "plan");

	(void)state;
	house_ring(engine, plan, house_pool(engine, "p", TW_POLICY_LINEAR,
					    2));
	FINE(tw_simulation_new(&sim, &o, err));
	s.plan = plan;
	s.from = HOUSE_T0;
	s.to = o.to;
	s.per_hour = 20;
	s.priority = 3;
	s.skills_needed = 4;      /* that nobody has */
	FINE(tw_simulation_add_stream(sim, &s, err));
	FINE(tw_simulation_run(sim, engine, 1, err));
	assert_int_equal(house_sums(sim, plan.id).answered, 0);
	assert_true(house_sums(sim, plan.id).lost > 0);
	tw_engine_free(engine);
	tw_simulation_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_options),
		cmocka_unit_test(refuses_streams),
		cmocka_unit_test(answers_before_it_is_played),
		cmocka_unit_test(who_got_nobody_calls_again),
		cmocka_unit_test(who_left_a_message_does_not_call_again),
		cmocka_unit_test(calls_have_priorities_and_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
