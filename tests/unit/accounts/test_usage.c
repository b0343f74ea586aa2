/* Asked before a call is rated, taken once it is stored. */
#include "accounts/usage.h"
#include "usage_fixture.h"
#include "../faults.h"

static int64_t note_of(struct fixture *f, const char *column)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "SELECT coalesce(sum(%s), 0) "
		 "FROM charge_note WHERE undone = 0", column);
	return one_number(f, sql);
}

static void plain_calls_leave_no_note(void **state)
{
	struct fixture *f = *state;

	want_tariff(f, "RUB");
	in_force(f);
	talk(f, MOBILE, MOSCOW("2026-10-05T10:00:00"), 60);
	assert_int_equal(one_number(f, "SELECT count(*) FROM charge_note"),
			 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM tier_use"), 0);
	must_verify(f);
}

static void minutes_are_taken_and_noted(void **state)
{
	struct fixture *f = *state;
	uint64_t first;

	want_tariff(f, "RUB");
	want_bundle(f);
	in_force(f);
	first = talk(f, MOBILE, MOSCOW("2026-10-05T10:00:00"), 400);
	talk(f, MOBILE, MOSCOW("2026-10-06T10:00:00"), 400);
	talk(f, "78432991122", MOSCOW("2026-10-06T10:00:00"), 60);
	assert_int_equal(note_of(f, "bundle_s"), 600);
	assert_int_equal(one_number(f, "SELECT seconds FROM bundle_pot"),
			 600);
	assert_int_equal(one_number(f, "SELECT sum(cost_nanos) FROM call"),
			 RUB(5, 0) + RUB(6, 0));
	must_verify(f);
	assert_int_equal(tw_import_undo(f->store, first, NULL), TW_OK);
	assert_int_equal(one_number(f, "SELECT seconds FROM bundle_pot"),
			 200);
	assert_int_equal(note_of(f, "bundle_s"), 200);
	must_verify(f);
}

/* One tariff, one batch: the second call sees what the first one took. */
static void within_one_batch(void **state)
{
	struct fixture *f = *state;
	tw_import *import;

	want_tariff(f, "RUB");
	want_bundle(f);
	want_tier(f, "1", "50");
	in_force(f);
	import = begin_import(f, NULL, NULL);
	add_talk(f, import, MOBILE, MOSCOW("2026-10-05T10:00:00"), 590);
	add_talk(f, import, MOBILE, MOSCOW("2026-10-05T11:00:00"), 70);
	add_talk(f, import, MOBILE, MOSCOW("2026-10-05T12:00:00"), 60);
	end_import(import);
	/* 10 s of the bundle, a minute at 1.50, a minute at half of it */
	assert_int_equal(one_number(f, "SELECT sum(cost_nanos) FROM call"),
			 RUB(2, 25));
	assert_int_equal(one_number(f, "SELECT paid_s FROM tier_use"), 120);
	assert_int_equal(note_of(f, "used_s"), 60);
	must_verify(f);
}

static void an_import_that_is_dropped(void **state)
{
	struct fixture *f = *state;
	tw_import *import;

	want_tariff(f, "RUB");
	want_bundle(f);
	in_force(f);
	import = begin_import(f, NULL, NULL);
	add_talk(f, import, MOBILE, MOSCOW("2026-10-05T10:00:00"), 60);
	tw_import_free(import);
	assert_int_equal(one_number(f, "SELECT count(*) FROM bundle_pot"), 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM bundle_use"), 0);
	must_verify(f);
}

static void attempts_and_their_fee(void **state)
{
	struct fixture *f = *state;
	tw_import *import;
	char id[32];
	tw_cdr cdr;

	want_tariff(f, "RUB");
	want_bundle(f);
	want(f, "tariff[0].attempt_fee", "0.05");
	in_force(f);
	import = begin_import(f, NULL, NULL);
	cdr = call_of(f, id, "78432000001", LONDON);
	cdr.answer = cdr.duration_us = 0;
	cdr.status = TW_CALL_NO_ANSWER;
	add_call(import, &cdr);
	cdr = call_of(f, id, "79161234567", "78432000001");
	cdr.direction = TW_DIRECTION_INBOUND;
	cdr.answer = cdr.duration_us = 0;
	cdr.status = TW_CALL_NO_ANSWER;
	add_call(import, &cdr);
	end_import(import);
	assert_int_equal(one_number(f, "SELECT cost_nanos FROM call "
				    "WHERE rate_state = 1"), RUB(0, 5));
	assert_int_equal(one_number(f, "SELECT rate_row FROM call "
				    "WHERE rate_state = 1"), -1);
	assert_int_equal(one_number(f, "SELECT reason FROM call "
				    "WHERE rate_state = 2"), 11);
	must_verify(f);
}

static void converted_by_a_dated_rate(void **state)
{
	struct fixture *f = *state;

	want_tariff(f, "USD");
	want(f, "tariff[0].convert_to", "RUB");
	apply_at(f, "2026-01-01T00:00:00+03:00");
	import_sheet(f, "carrier-2026", TW_TARIFF_FULL, SHEET_HEAD
		     "79,Russia mobile,0.01,USD,,,60,60,0,outbound,\n");
	import_rates(f, "date,currency,to,rate\n2026-10-05,USD,RUB,92.5\n");
	talk(f, MOBILE, MOSCOW("2026-10-05T10:00:00"), 120);
	talk(f, MOBILE, MOSCOW("2026-10-04T10:00:00"), 120);
	assert_int_equal(one_number(f, "SELECT cost_nanos FROM call "
				    "WHERE rate_state = 1"), RUB(1, 85));
	assert_int_equal(note_of(f, "own_cost_nanos"), RUB(0, 2));
	assert_int_equal(note_of(f, "exchange_nanos"), 92500000000);
	/* the day before has no rate: never an old or guessed one */
	assert_int_equal(one_number(f, "SELECT reason FROM call "
				    "WHERE rate_state = 3"),
			 TW_REASON_NO_EXCHANGE);
	assert_int_equal(one_number(f, "SELECT count(*) FROM posting "
				    "WHERE currency = 'USD'"), 0);
	must_verify(f);
}

/* One batch whose charge depends on everything, or why there is none. */
static tw_status import_one(struct fixture *f)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_import *import = NULL;
	char id[32];
	tw_cdr cdr = call_of(f, id, "78432000001", MOBILE);
	tw_status status;

	options.source = "test";
	cdr.duration_us = 700 * TW_SECOND;
	status = tw_import_new(&import, f->store, &options, NULL);
	if (!status)
		status = tw_import_add(import, &cdr, NULL);
	if (!status)
		status = tw_import_commit(NULL, NULL, import, NULL);
	tw_import_free(import);
	return status;
}

/* A failure anywhere leaves no trace and no memory; the store goes on. */
static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	struct faults faults;
	bool more = true;
	int64_t n;

	want_tariff(f, "USD");
	want(f, "tariff[0].convert_to", "RUB");
	want_bundle(f);
	want_tier(f, "1", "50");
	apply_at(f, "2026-01-01T00:00:00+03:00");
	import_sheet(f, "carrier-2026", TW_TARIFF_FULL, SHEET_HEAD
		     "79,Russia mobile,0.01,USD,,,60,60,0,outbound,\n");
	import_rates(f, "date,currency,to,rate\n2026-10-05,USD,RUB,92.5\n");
	for (n = 0; more; n++) {
		int64_t before = one_number(f, "SELECT count(*) FROM call");
		tw_status status;

		faults_begin(&faults, n);
		status = import_one(f);
		more = faults_end(&faults);
		assert_true(status == TW_OK || (more && status == TW_ENOMEM));
		assert_int_equal(one_number(f, "SELECT count(*) FROM call"),
				 before + (status == TW_OK));
	}
	assert_true(n > 50);
	must_verify(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(plain_calls_leave_no_note),
		FIXTURE_TEST(minutes_are_taken_and_noted),
		FIXTURE_TEST(within_one_batch),
		FIXTURE_TEST(an_import_that_is_dropped),
		FIXTURE_TEST(attempts_and_their_fee),
		FIXTURE_TEST(converted_by_a_dated_rate),
		FIXTURE_TEST(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
