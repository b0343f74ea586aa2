/* Why each member is taken or not, at any moment. */
#include "host.h"

#define ROWS 8

struct room {
	struct host h;
	tw_target_id t[6];
	tw_pool_id pool;
	tw_plan_id plan;
	tw_explain_row row[ROWS];
	uint32_t rows;
};

/* t1 talks, t2 is paused, t3, t4 are ready, t5 is of the next tier. */
static void open_room(struct room *r, uint32_t policy)
{
	host_open(&r->h, 0);
	r->pool = host_line(&r->h, policy, 4, 5000, r->t);
	r->t[4] = host_target(&r->h, "t5", 1, 0);
	host_member(&r->h, r->pool, r->t[4], 3, 9);
	r->plan = host_plan(&r->h, "plan");
	host_ring(&r->h, r->plan, r->pool, 20000);
	HOST_OK(&r->h, tw_target_occupy(r->h.engine, r->t[0], r->h.now,
					NULL));
	host_state(&r->h, r->t[1], TW_TARGET_PAUSED);
}

static void ask(struct room *r, tw_call_id call)
{
	tw_explain_options o = TW_EXPLAIN_OPTIONS_INIT;

	o.pool = r->pool;
	o.call = call;
	memset(r->row, 0, sizeof(r->row));
	r->row[0].size = sizeof(r->row[0]);
	r->rows = ROWS;
	HOST_OK(&r->h, tw_engine_explain(r->row, &r->rows, r->h.engine, &o,
					 &r->h.err));
}

static void expect(const struct room *r, uint32_t i, uint32_t verdict,
		   const char *reason)
{
	assert_true(i < r->rows);
	assert_int_equal(r->row[i].target.id, r->t[i].id);
	assert_string_equal(r->row[i].reason, reason);
	assert_int_equal(r->row[i].verdict, verdict);
}

static void everybody_has_a_reason(void **state)
{
	struct room r;
	tw_call_id call, none = { 0 };

	(void)state;
	open_room(&r, TW_POLICY_LINEAR);
	ask(&r, none);
	assert_int_equal(r.rows, 5);
	expect(&r, 0, TW_VERDICT_BUSY, "1 of 1 lines in use");
	expect(&r, 1, TW_VERDICT_AWAY, "paused");
	expect(&r, 2, TW_VERDICT_NEXT,
	       "linear: first ready one, tier 0, order 3");
	expect(&r, 3, TW_VERDICT_READY, "ready, but another one comes first");
	expect(&r, 4, TW_VERDICT_READY, "ready, but tier 0 comes first");
	assert_int_equal(r.row[4].tier, 3);
	assert_int_equal(r.row[4].order, 9);

	call = host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_failed(&r.h, host_offer(&r.h, r.t[2]), TW_OUTCOME_REJECTED);
	host_offer(&r.h, r.t[3]);
	ask(&r, call);
	expect(&r, 2, TW_VERDICT_TRIED, "was tried in this step");
	expect(&r, 3, TW_VERDICT_RINGING, "rings or talks for this call");
	expect(&r, 4, TW_VERDICT_NEXT,
	       "linear: first ready one, tier 3, order 9");
	ask(&r, none);   /* another call could have it */
	expect(&r, 2, TW_VERDICT_NEXT,
	       "linear: first ready one, tier 0, order 3");
	r.t[5] = host_target(&r.h, "t6", 1, 0);
	host_member(&r.h, r.pool, r.t[5], 3, 10);
	ask(&r, call);
	expect(&r, 5, TW_VERDICT_UNFIT, "joined after the step began");
	host_close(&r.h);
}

static void all_of_the_tier_are_next(void **state)
{
	const tw_call_id none = { 0 };
	struct room r;

	(void)state;
	open_room(&r, TW_POLICY_ALL);
	ask(&r, none);
	expect(&r, 2, TW_VERDICT_NEXT, "ring all of tier 0");
	expect(&r, 3, TW_VERDICT_NEXT, "ring all of tier 0");
	expect(&r, 4, TW_VERDICT_READY, "ready, but tier 0 comes first");
	host_close(&r.h);
}

/* As many as ring at once are next, also on a page of their own. */
static void so_many_of_the_tier_are_next(void **state)
{
	const tw_call_id none = { 0 };
	tw_pool_options o = TW_POOL_OPTIONS_INIT;
	tw_explain_options more = TW_EXPLAIN_OPTIONS_INIT;
	tw_target_id t[6];
	struct room r;
	char name[8];
	uint32_t i;

	(void)state;
	host_open(&r.h, 0);
	o.name = "pool";
	o.policy = TW_POLICY_RING_N;
	o.ring_ms = 5000;
	HOST_OK(&r.h, tw_engine_add_pool(&r.pool, r.h.engine, &o, NULL));
	for (i = 0; i < 6; ++i) {
		snprintf(name, sizeof(name), "t%u", i);
		r.t[i] = t[i] = host_target(&r.h, name, 1, 0);
		host_member(&r.h, r.pool, t[i], i == 5, i);
	}
	r.plan = host_plan(&r.h, "plan");
	host_ring(&r.h, r.plan, r.pool, 20000);
	HOST_OK(&r.h, tw_target_occupy(r.h.engine, t[1], r.h.now, NULL));
	ask(&r, none);
	for (i = 0; i < 6; ++i)
		assert_int_equal(r.row[i].verdict, i == 1 ? TW_VERDICT_BUSY :
				 i < 4 ? TW_VERDICT_NEXT : TW_VERDICT_READY);
	assert_string_equal(r.row[3].reason, r.row[0].reason);
	more.pool = r.pool;
	more.first = 3;
	r.rows = 2;
	HOST_OK(&r.h, tw_engine_explain(r.row, &r.rows, r.h.engine, &more,
					NULL));
	assert_int_equal(r.row[0].verdict, TW_VERDICT_NEXT);
	assert_int_equal(r.row[1].verdict, TW_VERDICT_READY);
	/* and so it is */
	(void)host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_offer(&r.h, t[0]);
	host_offer(&r.h, t[2]);
	host_offer(&r.h, t[3]);
	host_none(&r.h);
	host_close(&r.h);
}

/* It tells what the next call gets, and asking changes nothing of it. */
static void it_says_what_happens(void **state)
{
	const tw_call_id none = { 0 };
	uint32_t policy, i, next, turn;
	struct room r;

	(void)state;
	for (policy = TW_POLICY_LINEAR; policy <= TW_POLICY_LONGEST_IDLE;
	     ++policy) {
		open_room(&r, policy);
		for (turn = 0; turn < 6; ++turn) {
			tw_call_id call;

			ask(&r, none);
			ask(&r, none);
			for (i = 0; r.row[i].verdict != TW_VERDICT_NEXT; ++i)
				assert_true(i < r.rows);
			next = r.row[i].target.id;
			call = host_enter(&r.h, r.plan);
			host_step(&r.h, 0);
			host_answer(&r.h, host_offer(&r.h,
				(tw_target_id){ next }));
			host_wait(&r.h, 1000);
			host_leave(&r.h, call);
		}
		host_close(&r.h);
	}
}

static void pages_and_bad_questions(void **state)
{
	tw_explain_options o = TW_EXPLAIN_OPTIONS_INIT;
	struct room r;
	struct tw_engine *e;
	uint32_t count = 2;

	(void)state;
	open_room(&r, TW_POLICY_ROUND_ROBIN);
	e = r.h.engine;
	r.row[0].size = sizeof(r.row[0]);
	o.pool = r.pool;
	o.first = 3;
	HOST_OK(&r.h, tw_engine_explain(r.row, &count, e, &o, &r.h.err));
	assert_int_equal(count, 2);
	assert_int_equal(r.row[0].target.id, r.t[3].id);
	assert_int_equal(r.row[1].target.id, r.t[4].id);
	o.first = 5;
	HOST_OK(&r.h, tw_engine_explain(r.row, &count, e, &o, &r.h.err));
	assert_int_equal(count, 0);
	/* an older release's row is shorter */
	count = 1;
	o.first = 0;
	r.row[0].size = offsetof(tw_explain_row, reason);
	strcpy(r.row[0].reason, "mine");
	HOST_OK(&r.h, tw_engine_explain(r.row, &count, e, &o, &r.h.err));
	assert_string_equal(r.row[0].reason, "mine");

	r.row[0].size = sizeof(r.row[0]);
	o.call.id = 77;
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_engine_explain(r.row, &count, e, &o,
		&r.h.err));
	o.call.id = 0;
	o.pool.id = 9;
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_engine_explain(r.row, &count, e, &o,
		&r.h.err));
	HOST_FAIL(&r.h, TW_EINVAL, tw_engine_explain(r.row, &count, e, NULL,
		&r.h.err));
	r.row[0].size = 3;
	HOST_FAIL(&r.h, TW_EINVAL, tw_engine_explain(r.row, &count, e, &o,
		&r.h.err));
	assert_int_equal(count, 1);
	host_close(&r.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_has_a_reason),
		cmocka_unit_test(all_of_the_tier_are_next),
		cmocka_unit_test(so_many_of_the_tier_are_next),
		cmocka_unit_test(it_says_what_happens),
		cmocka_unit_test(pages_and_bad_questions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
