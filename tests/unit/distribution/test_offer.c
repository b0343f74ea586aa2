/* Offers: late reports, strangers' ids, limits. */
#include "host.h"

struct room {
	struct host h;
	tw_target_id t[3];
	tw_pool_id pool;
	tw_plan_id plan;
	tw_call_id call;
	tw_offer_id o;
};

static void open_room(struct room *r)
{
	host_open(&r->h, 0);
	r->pool = host_line(&r->h, TW_POLICY_LINEAR, 3, 5000, r->t);
	r->plan = host_plan(&r->h, "plan");
	host_ring(&r->h, r->plan, r->pool, 15000);
	r->call = host_enter(&r->h, r->plan);
	host_step(&r->h, 0);
	r->o = host_offer(&r->h, r->t[0]);
}

static void late_reports_are_conflicts(void **state)
{
	struct room r;
	tw_engine *e;

	(void)state;
	open_room(&r);
	e = r.h.engine;
	host_wait(&r.h, 5000);
	host_cancel(&r.h, r.o, TW_OUTCOME_NO_ANSWER);
	/* its object serves another offer by now */
	HOST_FAIL(&r.h, TW_ECONFLICT, tw_offer_answered(e, r.o, r.h.now,
		&r.h.err));
	HOST_FAIL(&r.h, TW_ECONFLICT, tw_offer_failed(e, r.o,
		TW_OUTCOME_BUSY, r.h.now, &r.h.err));
	host_offer(&r.h, r.t[1]);
	host_none(&r.h);
	host_close(&r.h);
}

static void strangers_are_not_found(void **state)
{
	struct room r;
	tw_offer_id id[] = {
		{ 0 }, { 1 }, { UINT64_MAX }, { 5 }, { 1ull << 40 }
	};
	size_t i;

	(void)state;
	open_room(&r);
	for (i = 0; i < TW_ARRAY_COUNT(id); ++i) {
		HOST_FAIL(&r.h, TW_ENOTFOUND, tw_offer_answered(r.h.engine,
			id[i], T0, &r.h.err));
	}
	r.o.id += 1ull << TW_SLOT_BITS;   /* its successor, not made yet */
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_offer_failed(r.h.engine, r.o,
		TW_OUTCOME_BUSY, T0, &r.h.err));
	host_close(&r.h);
}

static void only_failures_fail(void **state)
{
	static const uint32_t bad[] = { 0, 1, 7, 8, 9, 10, 11, 12, 99 };
	struct room r;
	size_t i;

	(void)state;
	open_room(&r);
	for (i = 0; i < TW_ARRAY_COUNT(bad); ++i) {
		HOST_FAIL(&r.h, TW_EINVAL, tw_offer_failed(r.h.engine, r.o,
			bad[i], T0, &r.h.err));
	}
	host_none(&r.h);
	host_failed(&r.h, r.o, TW_OUTCOME_NO_ANSWER);
	host_offer(&r.h, r.t[1]);
	host_close(&r.h);
}

static void an_answered_offer_ends_with_its_call(void **state)
{
	struct room r;

	(void)state;
	open_room(&r);
	host_answer(&r.h, r.o);
	HOST_FAIL(&r.h, TW_ECONFLICT, tw_offer_failed(r.h.engine, r.o,
		TW_OUTCOME_REJECTED, T0, &r.h.err));
	assert_non_null(strstr(r.h.err.message, "tw_call_leave"));
	host_leave(&r.h, r.call);
	HOST_FAIL(&r.h, TW_ECONFLICT, tw_offer_answered(r.h.engine, r.o, T0,
		&r.h.err));
	host_close(&r.h);
}

/* Ring time and step end in one instant: it rang its whole time. */
static void a_full_ring_at_the_end_is_no_answer(void **state)
{
	struct room r;
	int i;

	(void)state;
	open_room(&r);
	for (i = 0; i < 2; ++i) {
		host_wait(&r.h, 5000);
		host_expect(&r.h, TW_DECISION_CANCEL);
		host_expect(&r.h, TW_DECISION_OFFER);
	}
	host_wait(&r.h, 5000);
	assert_int_equal(host_expect(&r.h, TW_DECISION_CANCEL).outcome,
			 TW_OUTCOME_NO_ANSWER);
	host_end(&r.h, TW_OUTCOME_UNANSWERED, 480);
	host_close(&r.h);
}

/* An answer before the engine was told that the time is up is an answer. */
static void an_answer_beats_a_late_tick(void **state)
{
	struct room r;

	(void)state;
	open_room(&r);
	r.h.now += 60 * TW_SECOND;
	host_answer(&r.h, r.o);
	host_wait(&r.h, 0);
	host_none(&r.h);
	host_close(&r.h);
}

/* The host slept over everything: one tick ends it all. */
static void a_tick_that_comes_late_offers_nobody(void **state)
{
	struct room r;

	(void)state;
	open_room(&r);
	host_wait(&r.h, 3600000);
	host_cancel(&r.h, r.o, TW_OUTCOME_NO_ANSWER);
	host_end(&r.h, TW_OUTCOME_UNANSWERED, 480);
	host_none(&r.h);
	assert_int_equal(tw_engine_deadline(r.h.engine), TW_TIME_MAX);
	host_close(&r.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(late_reports_are_conflicts),
		cmocka_unit_test(strangers_are_not_found),
		cmocka_unit_test(only_failures_fail),
		cmocka_unit_test(an_answered_offer_ends_with_its_call),
		cmocka_unit_test(a_full_ring_at_the_end_is_no_answer),
		cmocka_unit_test(an_answer_beats_a_late_tick),
		cmocka_unit_test(a_tick_that_comes_late_offers_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
