/* From a store to calls and back: limits hold when the disk does not. */
#include <pthread.h>
#include "budget_office.h"
#include "../faults.h"

static void a_call_from_start_to_record(void **state)
{
	tw_hold_state s = TW_HOLD_STATE_INIT;
	struct office o;
	tw_budgets *b;
	tw_hold hold;

	(void)state;
	office_open(&o, "10");
	b = office_budgets(&o, o.f.store, "host", 0);
	assert_int_equal(office_ask(&o, b, "Kazan", 0), TW_OK);
	assert_int_equal(o.answer.most_s, 400);     /* 10 at 1.50 a minute */
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	assert_int_equal(o.answer.paid_s, 60);
	assert_int_equal(tw_hold_settle(&s, b, hold, 90 * TW_SECOND, &o.err),
			 TW_OK);
	assert_int_equal(s.held_nanos, RUB(2, 25));
	office_record(&o, o.wall, 90, MOBILE);
	office_step(&o, b);
	/* counted twice until its record is known to be the one */
	assert_int_equal(office_state(&o, b, 0).left_nanos, RUB(5, 50));
	assert_int_equal(tw_hold_release(b, hold, &o.err), TW_OK);
	office_step(&o, b);
	assert_int_equal(office_state(&o, b, 0).left_nanos, RUB(7, 75));
	assert_int_equal(office_state(&o, b, 0).spent_nanos, RUB(2, 25));
	/* and by time where the host says nothing */
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	assert_int_equal(tw_hold_settle(&s, b, hold, 60 * TW_SECOND, &o.err),
			 TW_OK);
	o.mono += 59 * TW_SECOND;
	office_step(&o, b);
	assert_int_equal(office_state(&o, b, 0).reserved_nanos, RUB(1, 50));
	o.mono += TW_SECOND;
	office_step(&o, b);
	assert_int_equal(office_state(&o, b, 0).reserved_nanos, 0);
	tw_budgets_free(b);
	office_close(&o);
}

/* Somebody else holds the writer lock: what is leased goes on, no more. */
static void without_the_store_it_closes(void **state)
{
	struct office o;
	tw_store *other;
	tw_budgets *b;
	tw_hold hold;
	int calls = 0;

	(void)state;
	office_open(&o, "160");
	other = office_store(&o, 0);
	b = office_budgets(&o, o.f.store, "host", 0);
	assert_int_equal(tw_store_begin(other, &o.err), TW_OK);
	while (office_ask(&o, b, "Kazan", TW_AUTHORIZE_HOLD) == TW_OK)
		calls++;
	assert_int_equal(calls, 6);     /* a sixteenth: 10 units */
	assert_int_equal(o.answer.flags & TW_BUDGET_STEP, TW_BUDGET_STEP);
	assert_int_equal(tw_budget_step(b, o.wall, &o.err), TW_EBUSY);
	assert_int_equal(office_ask(&o, b, "Kazan", TW_AUTHORIZE_HOLD),
			 TW_EBUSY);
	assert_int_equal(tw_store_rollback(other, &o.err), TW_OK);
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	/* and behind the lease's end nothing at all */
	o.mono += 121 * TW_SECOND;
	assert_int_equal(office_ask(&o, b, "Kazan", TW_AUTHORIZE_HOLD),
			 TW_EBUSY);
	office_step(&o, b);
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	tw_budgets_free(b);
	tw_store_free(other);
	office_close(&o);
}

static void emergency_needs_no_store(void **state)
{
	tw_call_request r = TW_CALL_REQUEST_INIT;
	tw_authorization a = TW_AUTHORIZATION_INIT;
	struct office o;
	tw_budgets *b;

	(void)state;
	office_open(&o, "0");
	b = office_budgets(&o, o.f.store, "host", 0);
	o.mono += 1000 * TW_SECOND;
	r.number = "112";
	r.at = o.wall;
	r.flags = TW_AUTHORIZE_HOLD;
	assert_int_equal(tw_authorize(&a, b, o.router, &r, &o.err), TW_OK);
	assert_int_equal(a.emergency, 1);
	assert_int_equal(a.hold.id, 0);
	r.number = MOBILE;
	assert_int_equal(tw_authorize(&a, b, o.router, &r, &o.err), TW_EBUSY);
	office_step(&o, b);
	assert_int_equal(tw_authorize(&a, b, o.router, &r, &o.err),
			 TW_EREFUSED);
	tw_budgets_free(b);
	office_close(&o);
}

static void read_only_answers_questions(void **state)
{
	tw_store *reader;
	struct office o;
	tw_budgets *b;

	(void)state;
	office_open(&o, "10");
	reader = office_store(&o, TW_STORE_READONLY);
	b = office_budgets(&o, reader, "host", 0);
	assert_int_equal(office_ask(&o, b, "Kazan", 0), TW_OK);
	assert_int_equal(o.answer.most_s, 400);
	assert_int_equal(office_ask(&o, b, "Kazan", TW_AUTHORIZE_HOLD),
			 TW_EREFUSED);
	office_step(&o, b);
	assert_int_equal(tw_budgets_close(b, o.wall, &o.err), TW_OK);
	tw_budgets_free(b);
	tw_store_free(reader);
	office_close(&o);
}

/* The wall clock steps over the end of a month and back. */
static void months_by_the_wall(void **state)
{
	struct office o;
	tw_budgets *b;
	tw_hold hold;

	(void)state;
	office_open(&o, "3");
	o.wall = MOSCOW("2026-10-31T23:59:00");
	b = office_budgets(&o, o.f.store, "host", 0);
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	assert_int_equal(office_hold(&o, b, &hold), TW_EREFUSED);
	o.wall += 3600 * TW_SECOND;
	/* November was leased ahead, a sixteenth of it */
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	assert_int_equal(office_hold(&o, b, &hold), TW_EREFUSED);
	o.wall -= 3600 * TW_SECOND;
	office_step(&o, b);
	assert_int_equal(office_hold(&o, b, &hold), TW_EREFUSED);
	assert_int_equal(office_state(&o, b, 0).reserved_nanos, RUB(3, 0));
	tw_budgets_free(b);
	office_close(&o);
}

/* The disk is full: as with a lock, and it goes on by itself afterwards. */
static void a_full_disk_closes(void **state)
{
	char path[40], name[16];
	struct office o;
	tw_budgets *b;
	tw_hold hold;
	int calls = 0;

	(void)state;
	office_open(&o, "160");
	b = office_budgets(&o, o.f.store, "host", 0);
	want_two_cities(&o.f);
	want(&o.f, "budget[0].name", "all");
	want(&o.f, "budget[0].hard", "160");
	for (int i = 1; i < 200; i++) {     /* leases that fill pages */
		snprintf(path, sizeof(path), "budget[%d].name", i);
		snprintf(name, sizeof(name), "ufa %d", i);
		want(&o.f, path, name);
		snprintf(path, sizeof(path), "budget[%d].hard", i);
		want(&o.f, path, "100");
		snprintf(path, sizeof(path), "budget[%d].department", i);
		want(&o.f, path, "Ufa");
	}
	apply_at(&o.f, "2026-10-02T00:00:00+03:00");
	(void)one_number(&o.f, "PRAGMA max_page_count = 1");
	assert_int_equal(tw_budget_step(b, o.wall, &o.err), TW_EIO);
	while (office_ask(&o, b, "Kazan", TW_AUTHORIZE_HOLD) == TW_OK)
		calls++;
	assert_int_equal(calls, 6);     /* what was leased before */
	assert_int_equal(tw_budget_step(b, o.wall, &o.err), TW_EIO);
	assert_int_equal(office_ask(&o, b, "Kazan", TW_AUTHORIZE_HOLD),
			 TW_EBUSY);
	assert_int_equal(one_number(&o.f, "PRAGMA max_page_count = 99999"),
			 99999);
	assert_int_equal(office_hold(&o, b, &hold), TW_OK);
	assert_int_equal(office_state(&o, b, 0).reserved_nanos, RUB(10, 50));
	tw_budgets_free(b);
	office_close(&o);
}

/* What is handed out may not be rolled back by somebody else. */
static void not_in_a_transaction(void **state)
{
	struct office o;
	tw_budgets *b = NULL;
	tw_import *import;

	(void)state;
	office_open(&o, "160");
	assert_int_equal(tw_store_begin(o.f.store, &o.err), TW_OK);
	assert_int_equal(tw_budgets_open(&b, o.f.store, o.wall, NULL, &o.err),
			 TW_EBUSY);
	assert_int_equal(tw_store_commit(o.f.store, &o.err), TW_OK);
	b = office_budgets(&o, o.f.store, "host", 0);
	import = begin_import(&o.f, NULL, NULL);
	assert_int_equal(tw_budget_step(b, o.wall, &o.err), TW_EBUSY);
	assert_int_equal(tw_budgets_close(b, o.wall, &o.err), TW_EBUSY);
	end_import(import);     /* it did not suffer */
	office_step(&o, b);
	tw_budgets_free(b);
	office_close(&o);
}

/* Every allocation of a call's way fails once: nothing is held twice, nothing
 * is lost, and the next try works. */
static void memory_fails_once(void **state)
{
	struct faults faults;
	struct office o;
	tw_status status;
	tw_budgets *b;
	tw_hold hold;
	int64_t n;

	(void)state;
	office_open(&o, "160");
	for (n = 0; ; n++) {
		faults_begin(&faults, n);
		b = NULL;
		status = tw_budgets_open(&b, o.f.store, o.wall, NULL, &o.err);
		if (!status)
			tw_budgets_free(b);
		if (!faults_end(&faults))
			break;
		assert_true(status == TW_OK || status == TW_ENOMEM);
	}
	assert_true(n > 20);
	b = office_budgets(&o, o.f.store, "host", TW_BUDGETS_RECORDS_IN);
	for (n = 0; ; n++) {
		faults_begin(&faults, n);
		hold = (tw_hold){ 0 };
		status = office_hold(&o, b, &hold);
		if (status == TW_OK)
			assert_int_equal(tw_hold_release(b, hold, &o.err),
					 TW_OK);
		if (!faults_end(&faults))
			break;
		assert_true(status == TW_OK || status == TW_ENOMEM);
		assert_int_equal(office_state(&o, b, 0).reserved_nanos, 0);
	}
	tw_budgets_free(b);
	office_close(&o);
}

/* ---- many threads ask while one steps ---- */

struct asking {
	tw_budgets *budgets;
	tw_hold hold;
	int64_t failures;
};

static void *ask_on(void *arg)
{
	struct asking *a = arg;
	tw_hold_state s = TW_HOLD_STATE_INIT;

	for (int i = 0; i < 20000; i++)
		a->failures += tw_hold_extend(&s, a->budgets, a->hold,
					      i % 600 * TW_SECOND, NULL) != 0;
	return NULL;
}

static void threads_ask_while_one_steps(void **state)
{
	struct asking a[4];
	pthread_t thread[4];
	struct office o;
	tw_budgets *b;
	int i;

	(void)state;
	office_open(&o, "1000");
	b = office_budgets(&o, o.f.store, "host", 0);
	for (i = 0; i < 4; i++) {
		a[i] = (struct asking){ b, { 0 }, 0 };
		assert_int_equal(office_hold(&o, b, &a[i].hold), TW_OK);
		assert_int_equal(pthread_create(&thread[i], NULL, ask_on,
						&a[i]), 0);
	}
	for (i = 0; i < 20; i++)
		office_step(&o, b);
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(thread[i], NULL), 0);
		assert_int_equal(a[i].failures, 0);
	}
	office_step(&o, b);
	for (i = 0; i < 4; i++)
		assert_int_equal(tw_hold_release(b, a[i].hold, &o.err),
				 TW_OK);
	assert_int_equal(office_state(&o, b, 0).reserved_nanos, 0);
	tw_budgets_free(b);
	office_close(&o);
}

static void bad_options_are_named(void **state)
{
	tw_budgets_options options = TW_BUDGETS_OPTIONS_INIT;
	struct office o;
	tw_budgets *b = NULL;

	(void)state;
	office_open(&o, "3");
	options.owner = "";
	assert_int_equal(tw_budgets_open(&b, o.f.store, o.wall, &options,
					 &o.err), TW_EINVAL);
	assert_string_equal(o.err.field, "owner");
	options.owner = "x";
	options.lease_s = 0;
	assert_int_equal(tw_budgets_open(&b, o.f.store, o.wall, &options,
					 &o.err), TW_EINVAL);
	options.lease_s = 1;
	options.flags = 4;
	assert_int_equal(tw_budgets_open(&b, o.f.store, o.wall, &options,
					 &o.err), TW_EINVAL);
	assert_null(b);
	assert_int_equal(one_number(&o.f, "SELECT count(*) FROM "
				    "budget_owner"), 0);
	office_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_from_start_to_record),
		cmocka_unit_test(without_the_store_it_closes),
		cmocka_unit_test(emergency_needs_no_store),
		cmocka_unit_test(read_only_answers_questions),
		cmocka_unit_test(months_by_the_wall),
		cmocka_unit_test(a_full_disk_closes),
		cmocka_unit_test(not_in_a_transaction),
		cmocka_unit_test(memory_fails_once),
		cmocka_unit_test(threads_ask_while_one_steps),
		cmocka_unit_test(bad_options_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
