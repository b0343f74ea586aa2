/* Call confirmation: an answer that may be a mailbox's counts with a key. */
#include "host.h"

struct room {
	struct host h;
	tw_target_id phone, mobile;
	tw_pool_id pool;
	tw_plan_id plan;
};

/* Both ring at once; the mobile must press a key. */
static void open_room(struct room *r, uint32_t capabilities)
{
	tw_member_options o = TW_MEMBER_OPTIONS_INIT;

	host_open(&r->h, capabilities);
	r->pool = host_pool(&r->h, "pool", TW_POLICY_ALL, 0);
	r->phone = host_target(&r->h, "phone", 1, 0);
	r->mobile = host_target(&r->h, "mobile", 1, 0);
	host_member(&r->h, r->pool, r->phone, 0, 1);
	o.order = 2;
	o.confirm = 1;
	HOST_OK(&r->h, tw_pool_add_member(r->h.engine, r->pool, r->mobile, &o,
					  &r->h.err));
	r->plan = host_plan(&r->h, "plan");
	host_ring(&r->h, r->plan, r->pool, 20000);
}

static void press(struct room *r, tw_offer_id offer)
{
	HOST_OK(&r->h, tw_offer_confirmed(r->h.engine, offer, r->h.now,
					  &r->h.err));
}

/* A mailbox answers, presses nothing, and the caller is not lost to it. */
static void trap_23_a_mailbox_is_no_answer(void **state)
{
	tw_offer_id phone, mobile;
	tw_offer_event e;
	struct room r;
	tw_decision d;

	(void)state;
	open_room(&r, TW_HOST_DTMF);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	phone = host_offer(&r.h, r.phone);
	mobile = host_offer(&r.h, r.mobile);
	host_wait(&r.h, 3000);
	host_answer(&r.h, mobile);
	d = host_expect(&r.h, TW_DECISION_CONFIRM);
	assert_int_equal(d.offer.id, mobile.id);
	assert_true(d.until == r.h.now + 15 * TW_SECOND);
	host_answer(&r.h, mobile);   /* told twice asks once */
	host_none(&r.h);             /* and the phone rings on */
	assert_int_equal(r.h.engine->talks, 0);
	host_wait(&r.h, 15000);
	host_cancel(&r.h, mobile, TW_OUTCOME_NO_ANSWER);
	e = host_event(&r.h);
	assert_string_equal(e.reason, "answered, but no key was pressed");
	assert_true(e.answered == 0);
	host_answer(&r.h, phone);
	host_none(&r.h);
	host_close(&r.h);
}

static void a_key_wins_the_race(void **state)
{
	tw_offer_id phone, mobile;
	struct room r;

	(void)state;
	open_room(&r, TW_HOST_DTMF);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	phone = host_offer(&r.h, r.phone);
	mobile = host_offer(&r.h, r.mobile);
	HOST_FAIL(&r.h, TW_ECONFLICT, tw_offer_confirmed(r.h.engine, mobile,
		T0, &r.h.err));
	host_answer(&r.h, mobile);
	host_expect(&r.h, TW_DECISION_CONFIRM);
	press(&r, mobile);
	host_cancel(&r.h, phone, TW_OUTCOME_LOST_RACE);
	press(&r, mobile);
	host_none(&r.h);
	assert_int_equal(r.h.engine->talks, 1);
	HOST_FAIL(&r.h, TW_ECONFLICT, tw_offer_confirmed(r.h.engine, phone,
		T0, &r.h.err));
	host_close(&r.h);
}

static void the_phone_may_be_faster(void **state)
{
	tw_offer_id phone, mobile;
	struct room r;

	(void)state;
	open_room(&r, TW_HOST_DTMF);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	phone = host_offer(&r.h, r.phone);
	mobile = host_offer(&r.h, r.mobile);
	host_answer(&r.h, mobile);
	host_expect(&r.h, TW_DECISION_CONFIRM);
	host_answer(&r.h, phone);
	host_cancel(&r.h, mobile, TW_OUTCOME_LOST_RACE);
	HOST_FAIL(&r.h, TW_ECONFLICT, tw_offer_confirmed(r.h.engine, mobile,
		T0, &r.h.err));
	host_close(&r.h);
}

/* Who answers in the step's last second has his time to press. */
static void the_step_waits_for_the_key(void **state)
{
	tw_offer_id mobile;
	struct room r;

	(void)state;
	open_room(&r, TW_HOST_DTMF);
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_offer(&r.h, r.phone);
	mobile = host_offer(&r.h, r.mobile);
	host_wait(&r.h, 19500);
	host_answer(&r.h, mobile);
	host_expect(&r.h, TW_DECISION_CONFIRM);
	host_wait(&r.h, 14999);
	host_none(&r.h);
	host_wait(&r.h, 1);
	host_expect(&r.h, TW_DECISION_CANCEL);
	host_expect(&r.h, TW_DECISION_CANCEL);
	host_end(&r.h, TW_OUTCOME_UNANSWERED, 480);
	host_close(&r.h);
}

static void a_host_without_keys_never_offers_it(void **state)
{
	struct room r;

	(void)state;
	open_room(&r, TW_HOST_PLAY);
	host_why(&r.h, r.pool, 1,
		 "needs a key pressed, which this host cannot ask for");
	host_enter(&r.h, r.plan);
	host_step(&r.h, 0);
	host_failed(&r.h, host_offer(&r.h, r.phone), TW_OUTCOME_REJECTED);
	host_end(&r.h, TW_OUTCOME_UNANSWERED, 480);
	host_state(&r.h, r.mobile, TW_TARGET_PAUSED);
	host_state(&r.h, r.mobile, TW_TARGET_AVAILABLE);
	host_close(&r.h);
}

static void a_wrong_confirm_is_refused(void **state)
{
	tw_member_options o = TW_MEMBER_OPTIONS_INIT;
	tw_offer_id none = { 77 };
	struct room r;

	(void)state;
	open_room(&r, TW_HOST_DTMF);
	o.order = 3;
	o.confirm = 2;
	HOST_FAIL(&r.h, TW_EINVAL, tw_pool_add_member(r.h.engine, r.pool,
		host_target(&r.h, "other", 1, 0), &o, &r.h.err));
	assert_string_equal(r.h.err.field, "confirm");
	HOST_FAIL(&r.h, TW_ENOTFOUND, tw_offer_confirmed(r.h.engine, none,
		T0, &r.h.err));
	assert_int_equal(tw_offer_confirmed(NULL, none, T0, NULL), TW_EINVAL);
	host_close(&r.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_23_a_mailbox_is_no_answer),
		cmocka_unit_test(a_key_wins_the_race),
		cmocka_unit_test(the_phone_may_be_faster),
		cmocka_unit_test(the_step_waits_for_the_key),
		cmocka_unit_test(a_host_without_keys_never_offers_it),
		cmocka_unit_test(a_wrong_confirm_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
