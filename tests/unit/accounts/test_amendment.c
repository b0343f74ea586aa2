/* A stored call that stands for something else, and the books that follow. */
#include "accounts_fixture.h"
#include "accounts/amendment.h"
#include "accounts/call.h"
#include "../faults.h"

struct changing {
	struct tw__amending *amending;
	int64_t department, cost_nanos;
	bool twin;
};

static tw_status change(const struct tw__stored *call, void *arg,
			tw_error *err)
{
	struct changing *c = arg;
	struct tw__standing s = call->now;

	if (call->undone)
		return TW_OK;
	if (c->department)
		s.department = c->department;
	/* what has no price has no cost either, and its row no place for it */
	if (c->cost_nanos && s.rate_state == TW_STATE_RATED)
		s.cost_nanos = s.net_nanos = c->cost_nanos;
	if (c->twin) {
		s = (struct tw__standing){ .department = s.department,
			.carrier = s.carrier, .number = s.number,
			.direction = s.direction,
			.rate_state = TW_STATE_NOT_CHARGEABLE,
			.reason = TW_REASON_TWIN };
	}
	return tw__amend(c->amending, call, &s, err);
}

static uint64_t run(struct fixture *f, struct changing c, bool dry)
{
	static const int64_t always[2] = { INT64_MIN, INT64_MAX };
	tw_error err = TW_ERROR_INIT;
	uint64_t calls = 99;
	int64_t id = -1;

	fixture_begin(f);
	assert_int_equal(tw__amending_new(&c.amending, f->store, "rerate",
					  "why", &err), TW_OK);
	if (dry)
		tw__amending_dry(c.amending);
	if (tw__stored_scan(f->store, always, 0, change, &c, &err) ||
	    tw__amending_settle(&calls, &id, c.amending, &err))
		fail_msg("%s", err.message);
	assert_int_equal(id != 0, calls != 0 && !dry);
	tw__amending_free(c.amending);
	fixture_commit(f);
	return calls;
}

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import_text(f, "native", NULL, "call_id,start,duration,caller,callee\n"
		"a,2026-10-05T10:00:00+03:00,60,78432000001,79161234567\n"
		"b,2026-11-05T10:00:00+03:00,60,78432000001,79161234567\n"
		"c,2026-11-05T11:00:00+03:00,60,78432000001,442071234567\n");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	must_verify(*state);
	fixture_close(*state);
	free(*state);
	return 0;
}

/* All but charges_equal_rating, which knows no invented prices. */
static void sums_must_hold(struct fixture *f)
{
	tw_verdict verdicts[64];
	uint32_t count = 64;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_store_verify(verdicts, &count, f->store, &err),
			 TW_OK);
	for (uint32_t i = 0; i < count; i++) {
		if (!verdicts[i].holds &&
		    strcmp(verdicts[i].invariant, "charges_equal_rating"))
			fail_msg("%s: %s", verdicts[i].invariant,
				 verdicts[i].detail);
	}
}

static int64_t department(struct fixture *f, const char *name)
{
	char sql[120];

	snprintf(sql, sizeof(sql), "SELECT id FROM department WHERE "
		 "name = '%s'", name);
	return one_number(f, sql);
}

static void moved_to_another_department(void **state)
{
	struct fixture *f = *state;
	struct changing c = { .department = department(f, "Ufa") };

	assert_int_equal(run(f, c, true), 3);
	assert_int_equal(one_number(f, "SELECT count(*) FROM amendment"), 0);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls, 1);
	assert_int_equal(run(f, c, false), 3);
	assert_int_equal(expenses_of(f, "2026-10", "Ufa").calls, 1);
	assert_int_equal(expenses_of(f, "2026-10", "Ufa").calls_cost.nanos,
			 RUB(1, 50));
	assert_int_equal(expenses_of(f, "2026-11", "Ufa").unrated, 1);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls, 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting WHERE "
		"run = 1 AND batch = 0 AND correction = 1 AND "
		"reference = 'rerate'"), 8);
	/* once more changes nothing and leaves nothing */
	assert_int_equal(run(f, c, false), 0);
	assert_int_equal(one_number(f, "SELECT count(*) * 10 + max(calls) "
				    "FROM amendment_run"), 13);
}

/* A closed month stays; what changes it is in the first open one. */
static void of_a_closed_month(void **state)
{
	struct fixture *f = *state;
	struct changing c = { .cost_nanos = RUB(2, 0) };
	tw_expense_row before;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_period_close(NULL, f->store, "2026-10", &err),
			 TW_OK);
	before = expenses_of(f, "2026-10", "Kazan");
	assert_int_equal(run(f, c, false), 2);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").total.nanos,
			 before.total.nanos);
	assert_int_equal(expenses_of(f, "2026-11", "Kazan").corrections.nanos,
			 RUB(0, 50));
	assert_int_equal(expenses_of(f, "2026-11", "Kazan").calls_cost.nanos,
			 RUB(2, 0));
	sums_must_hold(f);
	/* taken back, the whole of it, in the month that is open then */
	assert_int_equal(tw_import_undo(f->store, 1, &err), TW_OK);
	assert_int_equal(expenses_of(f, "2026-11", "Kazan").corrections.nanos,
			 -RUB(1, 50));
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").total.nanos,
			 before.total.nanos);
	assert_int_equal(one_number(f, "SELECT sum(cost_nanos) FROM rollup "
				    "WHERE period < 1000000"), 0);
}

/* Neither counted nor charged any more. */
static void twins(void **state)
{
	struct fixture *f = *state;
	struct changing c = { .twin = true };

	assert_int_equal(run(f, c, false), 3);
	assert_int_equal(one_number(f, "SELECT count(*) FROM rollup"), 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call WHERE "
		"cost_nanos IS NULL AND tariff_version IS NULL AND leg = 0 "
		"AND reason = 15"), 3);
}

static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	static const int64_t always[2] = { INT64_MIN, INT64_MAX };
	struct changing c = { .department = department(f, "Ufa") };
	bool more = true;

	for (int64_t n = 0; more; n++) {
		struct faults faults;
		tw_status status;

		fixture_begin(f);
		faults_begin(&faults, n);
		c.amending = NULL;
		status = tw__amending_new(&c.amending, f->store, "rerate", "",
					  NULL);
		if (!status)
			status = tw__stored_scan(f->store, always, 0, change,
						 &c, NULL);
		if (!status)
			status = tw__amending_settle(NULL, NULL, c.amending,
						     NULL);
		tw__amending_free(c.amending);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		tw_store_rollback(f->store, NULL);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(moved_to_another_department), T(of_a_closed_month),
		T(twins), T(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
