/* Policies of the host's own: they choose, they are told, and whatever they do
 * wrong is a status of the verb that asked, with nothing half done. */
#include "host.h"
#include "../faults.h"

#define GOOD  0
#define FAIL  1    /* says a status */
#define WILD  2    /* a place that is none */
#define TIRED 3    /* one that is not ready */
#define AGAIN 4    /* calls the engine */
#define NONE  5    /* declines */

struct own {
	tw_engine *engine;
	tw_plan_id plan;
	int mode;
	int mode_told;
	uint32_t asked, offered, answered, ended, outcome, cleared, freed;
	uint32_t shown;
	uint32_t last;
	int64_t refused;
};

/* Nor may it change what the engine is made of. */
static void no_changes(tw_engine *e, tw_error *err)
{
	static const tw_target_id t = { 4 };
	static const tw_pool_id p = { 1 };
	tw_target_options to = TW_TARGET_OPTIONS_INIT;
	tw_pool_options po = TW_POOL_OPTIONS_INIT;
	tw_step_options xo = TW_STEP_OPTIONS_INIT;
	tw_member_options mo = TW_MEMBER_OPTIONS_INIT;

	to.name = po.name = "new";
	mo.order = 99;
	xo.kind = TW_STEP_REJECT;
	assert_int_equal(tw_engine_add_target(&(tw_target_id){ 0 }, e, &to,
					      err), TW_EREFUSED);
	assert_int_equal(tw_engine_add_pool(&(tw_pool_id){ 0 }, e, &po, err),
			 TW_EREFUSED);
	assert_int_equal(tw_engine_add_plan(&(tw_plan_id){ 0 }, e, "new",
					    err), TW_EREFUSED);
	assert_int_equal(tw_pool_add_member(e, p, t, &mo, err), TW_EREFUSED);
	assert_int_equal(tw_plan_add_step(e, (tw_plan_id){ 1 }, &xo, err),
			 TW_EREFUSED);
	assert_int_equal(tw_target_occupy(e, t, T0, err), TW_EREFUSED);
	assert_int_equal(tw_target_set_state(e, t, TW_TARGET_PAUSED, T0, err),
			 TW_EREFUSED);
}

/* The last one of the tier, and counts in its state. */
static tw_status pick(uint32_t *out, const tw_look *look, void *state,
		      void *arg, tw_error *err)
{
	tw_member_facts f = TW_MEMBER_FACTS_INIT;
	tw_look_facts l = TW_LOOK_FACTS_INIT;
	uint32_t place = TW_PLACE_NONE;
	struct own *own = arg;
	uint32_t *count = state;
	tw_call_id call;

	++own->asked;
	own->last = ++*count;
	own->shown = 0;
	assert_int_equal(tw_look_read(&l, look, NULL), TW_OK);
	assert_int_not_equal(l.call.id, 0);
	while (tw_look_next(&place, look, NULL) == TW_OK) {
		assert_int_equal(tw_look_member(&f, look, place, NULL), TW_OK);
		assert_true(f.held < f.capacity);
		++own->shown;
		*out = place;
	}
	assert_int_equal(tw_look_member(&f, look, 99, err), TW_ENOTFOUND);
	no_changes(own->engine, err);
	switch (own->mode) {
	case FAIL:
		snprintf(err->message, sizeof(err->message), "out of ideas");
		return TW_ENOTFOUND;
	case WILD:
		*out = 77;
		break;
	case TIRED:
		*out = 0;
		break;
	case AGAIN:
		return tw_call_enter(&call, own->engine, own->plan, T0, err);
	case NONE:
		*out = TW_PLACE_NONE;
		break;
	default:
		break;
	}
	return TW_OK;
}

static tw_status told(struct own *own, const tw_look *look, uint32_t place,
		      tw_error *err)
{
	tw_member_facts f = TW_MEMBER_FACTS_INIT;
	tw_decision d = TW_DECISION_INIT;

	assert_int_equal(tw_look_member(&f, look, place, NULL), TW_OK);
	assert_int_equal(tw_engine_next(&d, own->engine, NULL), TW_EREFUSED);
	if (own->mode_told == FAIL)
		return TW_EIO;
	if (own->mode_told == AGAIN)
		return tw_engine_tick(own->engine, T0, err);
	return TW_OK;
}

static tw_status offered(const tw_look *look, uint32_t place, void *state,
			 void *arg, tw_error *err)
{
	struct own *own = arg;

	(void)state;
	++own->offered;
	return told(own, look, place, err);
}

static tw_status answered(const tw_look *look, uint32_t place, void *state,
			  void *arg, tw_error *err)
{
	struct own *own = arg;

	(void)state;
	++own->answered;
	return told(own, look, place, err);
}

static tw_status ended(const tw_look *look, uint32_t place, uint32_t outcome,
		       void *state, void *arg, tw_error *err)
{
	struct own *own = arg;

	(void)state;
	++own->ended;
	own->outcome = outcome;
	return told(own, look, place, err);
}

static void clear(void *state, void *arg)
{
	struct own *own = arg;

	(void)state;
	++own->cleared;
}

static void arg_free(void *arg)
{
	struct own *own = arg;

	++own->freed;
}

static tw_policy_table table_of(struct own *own)
{
	tw_policy_table t = TW_POLICY_TABLE_INIT;

	t.name = "last";
	t.state_size = sizeof(uint32_t);
	t.pick = pick;
	t.offered = offered;
	t.answered = answered;
	t.ended = ended;
	t.clear = clear;
	t.arg = own;
	t.arg_free = arg_free;
	return t;
}

struct room {
	struct host h;
	struct own own;
	uint32_t id;
	tw_target_id t[4];
	tw_pool_id pool;
	tw_plan_id plan;
};

/* Step 0 rings t1..t3 by the policy, step 1 t4 by another. */
static void open_room(struct room *r)
{
	tw_policy_table table = table_of(&r->own);
	tw_pool_id second;

	memset(&r->own, 0, sizeof(r->own));
	host_open(&r->h, 0);
	r->own.engine = r->h.engine;
	HOST_OK(&r->h, tw_engine_add_policy(&r->id, r->h.engine, &table,
					    &r->h.err));
	assert_int_equal(r->id, TW_POLICY_OWN);
	r->pool = host_line(&r->h, r->id, 3, 5000, r->t);
	second = host_pool(&r->h, "second", TW_POLICY_LINEAR, 0);
	r->t[3] = host_target(&r->h, "t4", 1, 0);
	host_member(&r->h, second, r->t[3], 0, 1);
	r->plan = host_plan(&r->h, "plan");
	host_ring(&r->h, r->plan, r->pool, 30000);
	host_ring(&r->h, r->plan, second, 30000);
	r->own.plan = r->plan;
}

static void close_room(struct room *r)
{
	host_close(&r->h);
	assert_int_equal(r->own.cleared, 1);
	assert_int_equal(r->own.freed, 1);
}

static void chooses_and_is_told(void **state)
{
	struct room r;
	tw_call_id call;
	tw_decision d;

	(void)state;
	open_room(&r);
	call = host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	d = host_expect(&r.h, TW_DECISION_OFFER);
	assert_int_equal(d.target.id, r.t[2].id);
	assert_string_equal(d.reason, "policy last: its choice");
	assert_int_equal(r.own.shown, 3);
	host_failed(&r.h, d.offer, TW_OUTCOME_BUSY);
	assert_int_equal(r.own.outcome, TW_OUTCOME_BUSY);
	host_answer(&r.h, host_offer(&r.h, r.t[1]));
	assert_int_equal(r.own.shown, 2);        /* not who was tried */
	host_leave(&r.h, call);
	assert_int_equal(r.own.outcome, TW_OUTCOME_ANSWERED);
	assert_int_equal(r.own.offered, 2);
	assert_int_equal(r.own.answered, 1);
	assert_int_equal(r.own.ended, 2);
	assert_int_equal(r.own.last, 2);         /* its state stays */
	close_room(&r);
}

/* It is not asked when there is nobody to choose from. */
static void nobody_is_no_question(void **state)
{
	struct room r;
	int i;

	(void)state;
	open_room(&r);
	for (i = 0; i < 3; ++i)
		host_state(&r.h, r.t[i], TW_TARGET_PAUSED);
	host_enter(&r.h, r.plan);
	assert_int_equal(r.own.asked, 0);
	r.own.mode = NONE;
	host_state(&r.h, r.t[0], TW_TARGET_AVAILABLE);
	host_drain(&r.h);
	host_enter(&r.h, r.plan);
	assert_int_equal(r.own.asked, 1);
	host_step(&r.h, 0);
	host_step(&r.h, 1);
	close_room(&r);
}

/* Calls wait while it declines, and are offered when it changes its mind; what
 * it does wrong sends a waiting call on. */
static void calls_wait_for_its_choice(void **state)
{
	tw_plan_id line;
	struct room r;
	tw_call_id call, refused = { 42 };

	(void)state;
	open_room(&r);
	line = host_plan(&r.h, "line");
	host_queue(&r.h, line, r.pool, 0);
	r.own.mode = NONE;
	call = host_enter(&r.h, line);
	host_step(&r.h, 0);
	host_none(&r.h);
	assert_int_equal(r.h.engine->waiting, 1);
	host_state(&r.h, r.t[0], TW_TARGET_PAUSED);
	r.own.mode = GOOD;
	host_state(&r.h, r.t[0], TW_TARGET_AVAILABLE);
	host_offer(&r.h, r.t[2]);
	r.own.mode = WILD;
	assert_int_equal(tw_call_enter(&refused, r.h.engine, line, r.h.now,
				       &r.h.err), TW_EREFUSED);
	assert_int_equal(refused.id, 42);
	host_none(&r.h);
	r.own.mode = NONE;
	host_leave(&r.h, call);
	host_expect(&r.h, TW_DECISION_CANCEL);
	call = host_enter(&r.h, line);
	host_step(&r.h, 0);
	host_drain(&r.h);
	r.own.mode = WILD;
	host_state(&r.h, r.t[0], TW_TARGET_PAUSED);
	assert_int_equal(tw_target_set_state(r.h.engine, r.t[0],
			 TW_TARGET_AVAILABLE, r.h.now, &r.h.err),
			 TW_EREFUSED);
	assert_int_equal(host_end(&r.h, TW_OUTCOME_UNANSWERED, 480).call.id,
			 call.id);
	host_event(&r.h);
	host_no_event(&r.h);
	close_room(&r);
}

/* A call that arrives is refused: nothing of it is left. */
static void wrong_choices_refuse_the_call(void **state)
{
	static const int modes[] = { FAIL, WILD, TIRED, AGAIN };
	tw_engine_stats stats = TW_ENGINE_STATS_INIT;
	tw_call_id call = { 4711 };
	struct room r;
	size_t i;

	(void)state;
	open_room(&r);
	host_state(&r.h, r.t[0], TW_TARGET_PAUSED);
	for (i = 0; i < TW_ARRAY_COUNT(modes); ++i) {
		r.own.mode = modes[i];
		HOST_FAIL(&r.h, TW_EREFUSED,
			  tw_call_enter(&call, r.h.engine, r.plan, r.h.now,
					&r.h.err));
		assert_non_null(strstr(r.h.err.message, "\"last\""));
		assert_non_null(strstr(r.h.err.message, "\"line\""));
		assert_int_equal(call.id, 4711);
		host_none(&r.h);
		host_no_event(&r.h);
		assert_int_equal(tw_engine_deadline(r.h.engine), TW_TIME_MAX);
		assert_int_equal(tw_engine_stats_read(&stats, r.h.engine,
						      NULL), TW_OK);
		assert_int_equal(stats.calls, 0);
		assert_int_equal(stats.slots_held, 0);
	}
	r.own.mode = GOOD;
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_offer(&r.h, r.t[2]);
	close_room(&r);
}

/* One that is in the engine goes on to its next step. */
static void wrong_choices_lose_no_call(void **state)
{
	static const int modes[] = { FAIL, WILD, AGAIN };
	struct room r;
	tw_call_id call;
	tw_offer_id offer;
	size_t i;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(modes); ++i) {
		open_room(&r);
		call = host_enter(&r.h, r.plan);
		host_step(&r.h, 0);
		offer = host_offer(&r.h, r.t[2]);
		r.own.mode = modes[i];
		HOST_FAIL(&r.h, TW_EREFUSED,
			  tw_offer_failed(r.h.engine, offer,
					  TW_OUTCOME_REJECTED, r.h.now,
					  &r.h.err));
		host_event(&r.h);
		assert_string_equal(host_event(&r.h).reason,
				    "policy last failed");
		host_step(&r.h, 1);
		host_answer(&r.h, host_offer(&r.h, r.t[3]));
		host_leave(&r.h, call);
		close_room(&r);
	}
}

/* The tick that rings over tells it too, once. */
static void a_tick_tells(void **state)
{
	struct room r;

	(void)state;
	open_room(&r);
	host_enter(&r.h, r.plan);
	r.own.mode = FAIL;
	r.h.now += 5 * TW_SECOND;
	HOST_FAIL(&r.h, TW_EREFUSED, tw_engine_tick(r.h.engine, r.h.now,
						    &r.h.err));
	assert_non_null(strstr(r.h.err.message, "out of ideas"));
	host_wait(&r.h, 1);
	close_room(&r);
}

/* Being told is no choice: what it fails at is told and changes nothing. */
static void wrong_answers_to_news(void **state)
{
	static const int modes[] = { FAIL, AGAIN };
	tw_call_id call;
	struct room r;
	size_t i;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(modes); ++i) {
		open_room(&r);
		r.own.mode_told = modes[i];
		call.id = 0;
		assert_int_equal(tw_call_enter(&call, r.h.engine, r.plan,
					       r.h.now, &r.h.err), TW_OK);
		/* said by the next verb: the call is in */
		assert_int_equal(tw_engine_deadline(r.h.engine), r.h.now);
		HOST_FAIL(&r.h, TW_EREFUSED,
			  tw_engine_tick(r.h.engine, r.h.now, &r.h.err));
		host_step(&r.h, 0);
		HOST_FAIL(&r.h, TW_EREFUSED,
			  tw_offer_answered(r.h.engine,
					    host_offer(&r.h, r.t[2]),
					    r.h.now, &r.h.err));
		HOST_FAIL(&r.h, TW_EREFUSED,
			  tw_call_leave(r.h.engine, call, r.h.now,
					&r.h.err));
		host_none(&r.h);
		close_room(&r);
	}
}

static void wrong_tables_are_refused(void **state)
{
	struct own own = { 0 };
	tw_policy_table t = table_of(&own);
	struct host h;
	uint32_t id = 7;
	char name[16];
	int i;

	(void)state;
	host_open(&h, 0);
	t.pick = NULL;
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_policy(&id, h.engine, &t,
						      &h.err));
	t = table_of(&own);
	t.name = "linear";
	HOST_FAIL(&h, TW_EEXIST, tw_engine_add_policy(&id, h.engine, &t,
						      &h.err));
	t.name = "";
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_policy(&id, h.engine, &t,
						      &h.err));
	t.name = "huge";
	t.state_size = TW_POLICY_STATE_MAX + 1;
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_policy(&id, h.engine, &t,
						      &h.err));
	t.state_size = 0;
	assert_int_equal(id, 7);
	assert_int_equal(own.freed, 0);          /* not on failure */
	for (i = 0; i < (int)TW_POLICY_OWN_MAX; ++i) {
		snprintf(name, sizeof(name), "p%d", i);
		t.name = name;
		HOST_OK(&h, tw_engine_add_policy(&id, h.engine, &t, &h.err));
		HOST_FAIL(&h, TW_EEXIST,
			  tw_engine_add_policy(&id, h.engine, &t, &h.err));
	}
	t.name = "one more";
	HOST_FAIL(&h, TW_ERANGE, tw_engine_add_policy(&id, h.engine, &t,
						      &h.err));
	HOST_OK(&h, tw_engine_find_policy(&id, h.engine, "p63", &h.err));
	assert_int_equal(id, TW_POLICY_OWN + 63);
	HOST_OK(&h, tw_engine_find_policy(&id, h.engine, "linear", &h.err));
	assert_int_equal(id, TW_POLICY_LINEAR);
	HOST_FAIL(&h, TW_ENOTFOUND,
		  tw_engine_find_policy(&id, h.engine, "p64", &h.err));
	host_close(&h);
	assert_int_equal(own.freed, 64);
}

/* An engine does not know the policies of another one. */
static void ids_are_of_one_engine(void **state)
{
	tw_pool_options o = TW_POOL_OPTIONS_INIT;
	struct host h;
	tw_pool_id id;

	(void)state;
	host_open(&h, 0);
	o.name = "pool";
	o.policy = TW_POLICY_OWN;
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_pool(&id, h.engine, &o,
						    &h.err));
	o.policy = UINT32_MAX;
	HOST_FAIL(&h, TW_EINVAL, tw_engine_add_pool(&id, h.engine, &o,
						    &h.err));
	host_close(&h);
}

static void no_memory_for_one(void **state)
{
	struct own own = { 0 };
	tw_policy_table t = table_of(&own);
	struct faults faults;
	struct host h;
	tw_status status;
	uint32_t id;
	int64_t n;
	bool dealt = true;

	(void)state;
	host_open(&h, 0);
	for (n = 0; dealt; ++n) {
		faults_begin(&faults, n);
		status = tw_engine_add_policy(&id, h.engine, &t, &h.err);
		dealt = faults_end(&faults);
		assert_int_equal(status, dealt ? TW_ENOMEM : TW_OK);
	}
	assert_true(n > 2);
	host_close(&h);
	assert_int_equal(own.freed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_and_is_told),
		cmocka_unit_test(nobody_is_no_question),
		cmocka_unit_test(calls_wait_for_its_choice),
		cmocka_unit_test(wrong_choices_refuse_the_call),
		cmocka_unit_test(wrong_choices_lose_no_call),
		cmocka_unit_test(a_tick_tells),
		cmocka_unit_test(wrong_answers_to_news),
		cmocka_unit_test(wrong_tables_are_refused),
		cmocka_unit_test(ids_are_of_one_engine),
		cmocka_unit_test(no_memory_for_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
