/* A stored call in another role, and in the old one again. */
#include "usage_fixture.h"
#include "accounts/call.h"
#include "accounts/regroup_change.h"

#define HEAD "call_id,start,duration,caller,callee,leg,sequence,direction\n"

static tw_status take(const struct tw__stored *call, void *arg, tw_error *err)
{
	(void)err;
	*(struct tw__stored *)arg = *call;
	return TW_OK;
}

static struct tw__stored only_call(struct fixture *f)
{
	const int64_t always[2] = { INT64_MIN, INT64_MAX };
	struct tw__stored stored = { 0 };

	assert_int_equal(tw__stored_scan(f->store, always, 0, take, &stored,
					 NULL), TW_OK);
	return stored;
}

static struct tw__stored become(struct fixture *f, enum tw__call_role role,
				uint64_t number)
{
	struct tw__stored is = only_call(f);
	const struct tw__told told = { is.start, is.key, is.batch, false,
		false };
	struct tw__regrouping *regrouping;
	tw_error err = TW_ERROR_INIT;
	struct tw_tx tx;
	tw_status status = tw__tx_enter(&tx, f->store, &err);

	if (!status)
		status = tw__regrouping_new(&regrouping, f->store, &err);
	if (status)
		fail_msg("%s", err.message);
	status = tw__regroup_change(regrouping, &told, role, number, &err);
	if (!status)
		status = tw__regrouping_settle(regrouping, &err);
	tw__regrouping_free(regrouping);
	if (tw__tx_leave(&tx, f->store, status, &err))
		fail_msg("%s", err.message);
	must_verify(f);
	return only_call(f);
}

static void open_with(struct fixture *f, const char *row)
{
	char text[512];

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	snprintf(text, sizeof(text), "%s%s", HEAD, row);
	import_text(f, "native", NULL, text);
}

static int64_t runs(struct fixture *f)
{
	return one_number(f, "SELECT count(*) FROM amendment_run "
			  "WHERE kind = 'legs'");
}

static void a_try_keeps_its_leg_and_its_price(void **state)
{
	struct fixture *f = *state;
	struct tw__stored before, after;

	open_with(f, "a,2026-10-05T10:00:00Z,60,78432000001,79161234567,3,8,"
		  "outbound\n");
	before = only_call(f);
	assert_int_equal(before.now.leg, 3);
	after = become(f, TW_ROLE_ATTEMPT, 0);
	assert_int_equal(after.now.leg, 0);
	assert_int_equal(after.now.cost_nanos, before.now.cost_nanos);
	assert_int_equal(runs(f), 1);
	/* once more is nothing */
	become(f, TW_ROLE_ATTEMPT, 0);
	assert_int_equal(runs(f), 1);
	/* the leg is in its key only by now */
	after = become(f, TW_ROLE_CALL, 0);
	assert_memory_equal(&after.now, &before.now, sizeof(after.now));
	become(f, TW_ROLE_CALL, 0);
	assert_int_equal(runs(f), 2);
}

static void a_side_costs_nothing(void **state)
{
	struct fixture *f = *state;
	struct tw__stored before, after;

	open_with(f, "a,2026-10-05T10:00:00Z,60,78432000001,79161234567,1,0,"
		  "\n");
	before = only_call(f);
	assert_int_equal(before.now.cost_nanos, 1500000000);
	after = become(f, TW_ROLE_SIDE, 0);
	assert_int_equal(after.now.cost_nanos, 0);
	assert_int_equal(after.now.reason, TW_REASON_TWIN);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls, 0);
	become(f, TW_ROLE_SIDE, 0);
	assert_int_equal(runs(f), 1);
	after = become(f, TW_ROLE_CALL, 0);
	assert_memory_equal(&after.now, &before.now, sizeof(after.now));
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls, 1);
}

static void the_way_on_is_paid_by_the_number(void **state)
{
	struct fixture *f = *state;
	struct tw__stored before, after;
	int64_t is_of;

	open_with(f, "a,2026-10-05T10:00:00Z,60,79031112233,79161234567,1,0,"
		  "\n");
	before = only_call(f);
	assert_int_equal(before.now.department, 0);
	after = become(f, TW_ROLE_FORWARD, 73472000002);
	assert_int_equal(after.now.leg, TW_LEG_FORWARDED);
	assert_int_equal(after.now.cost_nanos, 1500000000);
	assert_int_equal(expenses_of(f, "2026-10", "Ufa").calls, 0);
	assert_true(after.now.number);
	become(f, TW_ROLE_FORWARD, 73472000002);
	assert_int_equal(runs(f), 1);
	become(f, TW_ROLE_SIDE, 0);
	become(f, TW_ROLE_FORWARD, 73472000002);
	assert_int_equal(runs(f), 3);
	/* a better record of its call names another one */
	is_of = only_call(f).now.department;
	after = become(f, TW_ROLE_FORWARD, 78432000001);
	assert_int_not_equal(after.now.department, is_of);
	assert_int_equal(after.now.cost_nanos, 1500000000);
	after = become(f, TW_ROLE_CALL, 0);
	assert_memory_equal(&after.now, &before.now, sizeof(after.now));
}

static int64_t pot(struct fixture *f)
{
	return one_number(f, "SELECT sum(seconds) FROM bundle_pot");
}

/* Minutes are given back before they are taken by another department. */
static void bundles_follow(void **state)
{
	struct fixture *f = *state;
	struct tw__stored before, after;

	want_tariff(f, "RUB");
	want_bundle(f);
	want_tier(f, "1", "50");
	in_force(f);
	import_text(f, "native", NULL, HEAD "a,2026-10-05T10:00:00Z,90,"
		    "79031112233," MOBILE ",1,0,\n");
	before = only_call(f);
	assert_true(before.now.cost_nanos > 0);
	for (int i = 0; i < 2; i++) {
		after = become(f, TW_ROLE_FORWARD, 78432000001);
		assert_int_equal(after.now.cost_nanos, 0);
		assert_int_equal(pot(f), 90);
		after = become(f, TW_ROLE_FORWARD, 73472000002);
		assert_int_equal(after.now.cost_nanos, before.now.cost_nanos);
		assert_int_equal(pot(f), 0);
	}
	become(f, TW_ROLE_FORWARD, 78432000001);
	become(f, TW_ROLE_SIDE, 0);
	assert_int_equal(pot(f), 0);
	become(f, TW_ROLE_FORWARD, 78432000001);
	assert_int_equal(pot(f), 90);
	after = become(f, TW_ROLE_CALL, 0);
	assert_memory_equal(&after.now, &before.now, sizeof(after.now));
	assert_int_equal(pot(f), 0);
}

/* What a later run takes is no part of a month that was closed before it. */
static void a_closed_month_keeps_what_was_used(void **state)
{
	struct fixture *f = *state;

	want_tariff(f, "RUB");
	want_bundle(f);
	want_tier(f, "1", "50");
	in_force(f);
	import_text(f, "native", NULL, HEAD "a,2026-10-05T10:00:00Z,90,"
		    "78432000001," MOBILE ",1,0,\n");
	assert_int_equal(pot(f), 90);
	assert_int_equal(tw_period_close(NULL, f->store, "2026-10", NULL),
			 TW_OK);
	must_verify(f);
	become(f, TW_ROLE_SIDE, 0);
	become(f, TW_ROLE_FORWARD, 78432000001);
	assert_int_equal(pot(f), 90);
	assert_int_equal(one_number(f, "SELECT count(*) FROM charge_note "
				    "WHERE run = 2 AND undone = 0"), 1);
	become(f, TW_ROLE_FORWARD, 73472000002);
	assert_int_equal(pot(f), 0);
	become(f, TW_ROLE_FORWARD, 78432000001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(a_try_keeps_its_leg_and_its_price),
		FIXTURE_TEST(a_side_costs_nothing),
		FIXTURE_TEST(the_way_on_is_paid_by_the_number),
		FIXTURE_TEST(bundles_follow),
		FIXTURE_TEST(a_closed_month_keeps_what_was_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
