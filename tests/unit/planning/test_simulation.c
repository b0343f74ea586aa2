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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_options),
		cmocka_unit_test(refuses_streams),
		cmocka_unit_test(answers_before_it_is_played),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
