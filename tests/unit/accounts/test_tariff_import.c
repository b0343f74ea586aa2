/* tw_tariff_import_sheet: all or nothing, versions, what changed. */
#include "accounts_fixture.h"
#include <trunkwise/rating.h>
#include "../faults.h"

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
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

struct outcome {
	tw_status status;
	tw_counts counts;
	tw_tariff_diff diff;
	tw_reject reject;
	tw_error err;
};

static struct outcome run(struct fixture *f, const char *tariff,
			  uint32_t flags, const char *sheet)
{
	struct outcome o = { .counts = TW_COUNTS_INIT,
		.diff = TW_TARIFF_DIFF_INIT, .reject = TW_REJECT_INIT,
		.err = TW_ERROR_INIT };
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	tw_rejects *rejects = NULL;

	options.tariff = tariff;
	options.carrier = "carrier";
	options.flags = flags;
	o.status = tw_tariff_import_sheet(&o.counts, &o.diff, &rejects,
		f->store, &options, sheet, strlen(sheet), &o.err);
	if (rejects)
		(void)tw_rejects_next(&o.reject, rejects, NULL);
	tw_rejects_free(rejects);
	if (!o.status)
		assert_int_equal(o.counts.rows_read, o.counts.rows_stored +
				 o.counts.rows_rejected +
				 o.counts.rows_held + o.counts.duplicates);
	return o;
}

/* Price of a minute to a number at an instant; -1 none. */
static int64_t minute(struct fixture *f, const char *number, tw_time at)
{
	tw_rating_request request = TW_RATING_REQUEST_INIT;
	tw_charge charge = TW_CHARGE_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck;
	tw_status status;

	if (tw_tariff_deck(&deck, f->store, "carrier", at, &err))
		fail_msg("deck: %s", err.message);
	request.number = number;
	request.answer = at;
	request.duration_us = 60 * TW_SECOND;
	status = tw_rating_rate(&charge, deck, &request, NULL);
	tw_deck_free(deck);
	return status ? -1 : charge.cost.nanos;
}

#define SEP MOSCOW("2026-09-05T12:00:00")
#define DEC MOSCOW("2026-12-05T12:00:00")

static void test_undeclared(void **state)
{
	struct fixture *f = *state;
	struct outcome o;
	tw_deck *deck;

	assert_int_equal(tw_tariff_deck(&deck, f->store, "carrier", SEP,
					NULL), TW_ENOTFOUND);
	o = run(f, "t", TW_TARIFF_FULL, SHEET_HEAD
		"79,Mobile,1.50,RUB,,,1,1,0,,\n");
	assert_int_equal(o.status, TW_OK);
	assert_int_equal(o.diff.fresh, 1);
	assert_string_equal(o.diff.rules.zone, "Europe/Moscow");
	assert_string_equal(o.diff.rules.currency, "RUB");
	assert_int_equal(minute(f, "79161234567", SEP), RUB(1, 50));
	assert_int_equal(one_number(f, "SELECT count(*) FROM tariff "
		"WHERE name = 't' AND currency = 'RUB'"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM entity "
		"WHERE origin = 'import'"), 2);
	/* once more: the same bytes say nothing new */
	o = run(f, "t", TW_TARIFF_FULL, SHEET_HEAD
		"79,Mobile,1.50,RUB,,,1,1,0,,\n");
	assert_int_equal(o.counts.duplicates, 1);
	assert_int_equal(o.diff.unchanged, 1);
	assert_int_equal(one_number(f, "SELECT count(*) "
				    "FROM tariff_version"), 1);
}

static void test_one_bad_row_holds_all(void **state)
{
	struct fixture *f = *state;
	struct outcome o = run(f, "t", TW_TARIFF_FULL, SHEET_HEAD
		"79,Mobile,1.50,RUB,,,1,1,0,,\n"
		"7y,Nowhere,1.50,RUB,,,1,1,0,,\n");

	assert_int_equal(o.status, TW_OK);
	assert_int_equal(o.counts.rows_rejected, 1);
	assert_int_equal(o.counts.rows_held, 1);
	assert_int_equal(o.reject.line, 3);
	assert_int_equal(one_number(f, "SELECT count(*) FROM entity"), 0);
	/* two prices for one code at one time: no deck holds that */
	o = run(f, "t", TW_TARIFF_FULL, SHEET_HEAD
		"79,Mobile,1.50,RUB,,,1,1,0,,\n"
		"79,Mobile,1.60,RUB,,,1,1,0,,\n");
	assert_int_equal(o.status, TW_OK);
	assert_int_equal(o.counts.rows_stored, 0);
	assert_true(o.counts.rows_rejected >= 1);
	assert_int_equal(one_number(f, "SELECT count(*) "
				    "FROM tariff_version"), 0);
}

static void test_dry_run(void **state)
{
	struct fixture *f = *state;
	struct outcome o = run(f, "t", TW_TARIFF_FULL | TW_TARIFF_DRY_RUN,
		SHEET_HEAD "79,Mobile,1.50,RUB,,,1,1,0,,\n");

	assert_int_equal(o.counts.rows_stored, 1);
	assert_int_equal(o.diff.fresh, 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM entity"), 0);
}

static void test_full_and_its_diff(void **state)
{
	struct fixture *f = *state;
	struct outcome o;

	run(f, "t", TW_TARIFF_FULL, SHEET_HEAD
	    "79,Mobile,1.50,RUB,,,1,1,0,,\n"
	    "7843,Kazan,1.00,RUB,,,1,1,0,,\n"
	    "7347,Ufa,1.00,RUB,,,1,1,0,,\n"
	    "44,UK,5.00,RUB,,,1,1,0,,\n"
	    "49,Germany,5.00,RUB,,,1,1,0,,\n");
	o = run(f, "t", TW_TARIFF_FULL, SHEET_HEAD
	    "79,Mobile,1.80,RUB,2026-12-01,,1,1,0,,\n"
	    "7843,Kazan,0.90,RUB,2026-12-01,,1,1,0,,\n"
	    "7347,Ufa,1.00,RUB,2026-12-01,,1,1,0,,\n"
	    "49,Germany,,RUB,2026-12-01,,1,1,0,,blocked\n"
	    "33,France,5.00,RUB,2026-12-01,,1,1,0,,\n");
	assert_int_equal(o.counts.rows_stored, 5);
	assert_int_equal(o.diff.increase, 1);
	assert_int_equal(o.diff.decrease, 1);
	assert_int_equal(o.diff.unchanged, 1);
	assert_int_equal(o.diff.ended, 2);
	assert_int_equal(o.diff.fresh, 1);
	/* dated December: until then the old prices, all of them */
	assert_int_equal(minute(f, "79161234567",
				MOSCOW("2026-11-30T23:59:59")), RUB(1, 50));
	assert_int_equal(minute(f, "442071234567", SEP), RUB(5, 0));
	assert_int_equal(minute(f, "79161234567",
				MOSCOW("2026-12-01T00:00:00")), RUB(1, 80));
	assert_int_equal(minute(f, "442071234567", DEC), -1);
	assert_int_equal(minute(f, "4930123456", DEC), -1);
	assert_int_equal(minute(f, "33123456789", DEC), RUB(5, 0));
}

static void test_partial_leaves_the_rest(void **state)
{
	struct fixture *f = *state;
	struct outcome o;

	run(f, "t", TW_TARIFF_FULL, SHEET_HEAD
	    "79,Mobile,1.50,RUB,,,1,1,0,,\n"
	    "7843,Kazan,1.00,RUB,,,1,1,0,,\n"
	    "44,UK,5.00,RUB,,,1,1,0,,\n");
	/* undated: from now (15 November) on; one code from December */
	o = run(f, "t", TW_TARIFF_PARTIAL, SHEET_HEAD
	    "79,Mobile,1.80,RUB,,,1,1,0,,\n"
	    "44,UK,6.00,RUB,2026-12-01,,1,1,0,,\n");
	assert_int_equal(o.counts.rows_stored, 2);
	assert_int_equal(o.diff.increase, 2);
	assert_int_equal(o.diff.unchanged, 1);
	assert_int_equal(minute(f, "79161234567", SEP), RUB(1, 50));
	assert_int_equal(minute(f, "79161234567",
				MOSCOW("2026-11-16T00:00:00")), RUB(1, 80));
	assert_int_equal(minute(f, "442071234567",
				MOSCOW("2026-11-16T00:00:00")), RUB(5, 0));
	assert_int_equal(minute(f, "442071234567", DEC), RUB(6, 0));
	assert_int_equal(minute(f, "78432991122", DEC), RUB(1, 0));
	/* rows kept from the first sheet say so */
	assert_int_equal(one_number(f, "SELECT count(*) FROM tariff_rate "
		"WHERE version = 2 AND origin = 1"), 2);
}

static void test_declared_rules(void **state)
{
	struct fixture *f = *state;
	struct outcome o;
	tw_charge charge = TW_CHARGE_INIT;
	tw_rating_request request = TW_RATING_REQUEST_INIT;
	tw_deck *deck;

	want_company(f);
	want(f, "carrier[0].name", "carrier");
	want(f, "carrier[1].name", "another");
	want(f, "tariff[0].name", "t");
	want(f, "tariff[0].carrier", "carrier");
	want(f, "tariff[0].currency", "RUB");
	want(f, "tariff[0].zone", "Asia/Yekaterinburg");
	want(f, "tariff[0].rounding", "up");
	want_as(f, "tariff[0].decimals", TW_VALUE_INTEGER, "1");
	want(f, "tariff[0].vat", "gross");
	want(f, "tariff[0].vat_percent", "20");
	want(f, "tariff[1].name", "theirs");
	want(f, "tariff[1].carrier", "another");
	want(f, "tariff[1].currency", "RUB");
	want(f, "tariff[1].zone", "Europe/Moscow");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	o = run(f, "t", TW_TARIFF_FULL, SHEET_HEAD
		"79,Mobile,1.52,RUB,2026-10-01,,1,1,0,,\n");
	assert_int_equal(o.status, TW_OK);
	assert_string_equal(o.diff.rules.zone, "Asia/Yekaterinburg");
	assert_int_equal(o.diff.rules.decimals, 1);
	assert_int_equal(o.diff.rules.vat, TW_VAT_GROSS);
	assert_int_equal(o.diff.rules.vat_percent_nanos, 20 * TW_NANOS);
	/* midnight of Yekaterinburg, not of Moscow */
	assert_int_equal(minute(f, "79161234567",
				at_time("2026-10-01T00:00:00+05:00")),
			 RUB(1, 60));
	assert_int_equal(minute(f, "79161234567",
				at_time("2026-09-30T23:59:59+05:00")), -1);
	assert_int_equal(tw_tariff_deck(&deck, f->store, "carrier", DEC,
					NULL), TW_OK);
	request.number = "79161234567";
	request.answer = DEC;
	request.duration_us = 60 * TW_SECOND;
	assert_int_equal(tw_rating_rate(&charge, deck, &request, NULL), 0);
	assert_int_equal(charge.net.nanos + charge.vat.nanos,
			 charge.cost.nanos);
	tw_deck_free(deck);
	o = run(f, "theirs", TW_TARIFF_FULL, SHEET_HEAD
		"79,Mobile,1.52,RUB,,,1,1,0,,\n");
	assert_int_equal(o.status, TW_ECONFLICT);
	assert_string_equal(o.err.field, "carrier");
}

static void test_refusals(void **state)
{
	struct fixture *f = *state;
	struct outcome o = run(f, "", TW_TARIFF_FULL, SHEET_HEAD);

	assert_int_equal(o.status, TW_EINVAL);
	o = run(f, "t", TW_TARIFF_FULL, SHEET_HEAD);
	assert_int_equal(o.status, TW_EPARSE);
	o = run(f, "t", TW_TARIFF_FULL, "");
	assert_int_equal(o.status, TW_EPARSE);
	o = run(f, "t", 0x80, SHEET_HEAD);
	assert_int_equal(o.status, TW_EINVAL);
	o = run(f, "t", TW_TARIFF_FULL, SHEET_HEAD
		"79,Mobile,1.50,RUB,,,1,1,0,,\n");
	o = run(f, "t", TW_TARIFF_FULL, SHEET_HEAD
		"79,Mobile,1.50,USD,,,1,1,0,,\n");
	assert_true(o.status != TW_OK || o.counts.rows_rejected == 1);
	assert_int_equal(one_number(f, "SELECT count(*) "
				    "FROM tariff_version"), 1);
}

/* A charge keeps the version that it was made by. */
static void test_charges_keep_their_version(void **state)
{
	struct fixture *f = *state;
	tw_import *import;
	char id[32];
	tw_cdr cdr;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	run(f, "t", TW_TARIFF_FULL, SHEET_HEAD
	    "79,Mobile,1.50,RUB,,,1,1,0,,\n");
	import = begin_import(f, NULL, NULL);
	cdr = call_of(f, id, "78432000001", "79161234567");
	add_call(import, &cdr);
	end_import(import);
	run(f, "t", TW_TARIFF_FULL, SHEET_HEAD
	    "79,Mobile,9.00,RUB,2026-10-01,,1,1,0,,\n");
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls_cost.nanos,
			 RUB(1, 50));
	import = begin_import(f, NULL, NULL);
	cdr = call_of(f, id, "78432000001", "79161234567");
	add_call(import, &cdr);
	end_import(import);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls_cost.nanos,
			 RUB(10, 50));
	assert_int_equal(one_number(f, "SELECT count(DISTINCT tariff_version)"
				    " FROM call"), 2);
}

/* A header from before the rules grew has a smaller difference. */
static void test_smaller_difference(void **state)
{
	struct fixture *f = *state;
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	tw_tariff_diff diff = TW_TARIFF_DIFF_INIT;
	const char sheet[] = SHEET_HEAD "7,x,1,RUB,,,60,60,0,,\n";

	options.tariff = "small";
	options.carrier = "small";
	diff.size = offsetof(tw_tariff_diff, rules);
	strcpy(diff.rules.zone, "untouched");
	assert_int_equal(tw_tariff_import_sheet(NULL, &diff, NULL, f->store,
			 &options, sheet, strlen(sheet), NULL), TW_OK);
	assert_int_equal(diff.fresh, 1);
	assert_string_equal(diff.rules.zone, "untouched");
	diff.size = 0;
	assert_int_equal(tw_tariff_import_sheet(NULL, &diff, NULL, f->store,
			 &options, sheet, strlen(sheet), NULL), TW_EINVAL);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* ---- progress, and when a version starts ---- */

struct told {
	uint64_t stop_at, last, times;
};

static int tell(void *arg, uint64_t done, uint64_t total)
{
	struct told *told = arg;

	assert_int_equal(total, 1000);
	assert_true(done >= told->last && done <= total);
	told->last = done;
	told->times++;
	return done >= told->stop_at;
}

static tw_status run_told(struct fixture *f, struct told *told,
			  const char *starts, const char *sheet)
{
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;

	options.tariff = "t";
	options.carrier = "carrier";
	options.progress = told ? tell : NULL;
	options.progress_arg = told;
	options.starts = starts;
	return tw_tariff_import_sheet(NULL, NULL, NULL, f->store, &options,
				      sheet, strlen(sheet), NULL);
}

#define ONE SHEET_HEAD "79,A,1,RUB,,,1,1,0,,\n"
#define TWO SHEET_HEAD "79,A,2,RUB,,,1,1,0,,\n"

static void test_stopped_anywhere(void **state)
{
	struct fixture *f = *state;
	struct told told = { .stop_at = UINT64_MAX };

	for (uint64_t at = 0; at <= 1000; at += 50) {
		struct told stop = { .stop_at = at };

		assert_int_equal(run_told(f, &stop, NULL, ONE),
				 TW_ECANCELLED);
		assert_int_equal(one_number(f, "SELECT count(*) FROM entity"),
				 0);
	}
	assert_int_equal(run_told(f, &told, NULL, ONE), TW_OK);
	assert_int_equal(told.last, 1000);
	assert_true(told.times >= 4);
	/* what adds nothing has an end too */
	told.last = 0;
	assert_int_equal(run_told(f, &told, NULL, ONE), TW_OK);
	assert_int_equal(told.last, 1000);
}

static int64_t newest_start(struct fixture *f)
{
	return one_number(f, "SELECT valid_from FROM tariff_version "
			  "ORDER BY id DESC LIMIT 1");
}

static void test_never_hidden(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_told(f, NULL, "2026-10-01", ONE), TW_OK);
	assert_true(newest_start(f) == MOSCOW("2026-10-01T00:00:00"));
	/* dates before that are moved up, a start before it is refused */
	assert_int_equal(run_told(f, NULL, NULL, SHEET_HEAD
		"79,A,3,RUB,2026-01-01,,1,1,0,,\n"), TW_OK);
	assert_true(newest_start(f) == MOSCOW("2026-10-01T00:00:00"));
	assert_int_equal(run_told(f, NULL, "2026-09-30", TWO), TW_ECONFLICT);
	assert_int_equal(run_told(f, NULL, "1970-01-01T00:00:00Z", TWO),
			 TW_ECONFLICT);
	assert_int_equal(run_told(f, NULL, "2026-10-01", TWO), TW_OK);
	assert_int_equal(run_told(f, NULL, "30.09.2026", TWO), TW_EPARSE);
	/* one that is still to come is not pushed aside */
	assert_int_equal(run_told(f, NULL, "2090-01-01", ONE), TW_OK);
	assert_int_equal(run_told(f, NULL, NULL, TWO), TW_ECONFLICT);
	assert_int_equal(one_number(f, "SELECT count(*) FROM "
				    "tariff_version"), 4);
}

/* Refused while memory runs out: the word is of memory. */
static void test_refused_without_memory(void **state)
{
	static const char *const sheets[] = {
		SHEET_HEAD "79,M,x,RUB,,,1,1,0,,\n78,K,1,RUB,,,1,1,0,,\n",
		SHEET_HEAD "7,M,1,RUB,,,1,1,0,,\n7,M,2,RUB,,,1,1,0,,\n",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < 2; i++) {
		bool more = true;

		for (int64_t n = 0; more; n++) {
			struct faults faults;
			struct outcome o;

			faults_begin(&faults, n);
			o = run(f, "annex", TW_TARIFF_FULL, sheets[i]);
			more = faults_end(&faults);
			assert_int_equal(o.status, more ? TW_ENOMEM : TW_OK);
			if (more)
				assert_int_equal(o.err.code, TW_ENOMEM);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_undeclared),
		T(test_refused_without_memory),
		T(test_one_bad_row_holds_all),
		T(test_dry_run),
		T(test_full_and_its_diff),
		T(test_partial_leaves_the_rest),
		T(test_declared_rules),
		T(test_refusals),
		T(test_charges_keep_their_version),
		T(test_smaller_difference),
		T(test_stopped_anywhere),
		T(test_never_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
