/* By which rules a sheet is read: what is declared, what is not, options. */
#include "accounts_fixture.h"
#include "accounts/sheet_job.h"

static tw_status prepare(struct tw__sheet_job *job, struct fixture *f,
			 const tw_tariff_import *options, tw_error *err)
{
	tw_tariff_rules rules;
	tw_status status;

	memset(job, 0, sizeof(*job));
	job->store = f->store;
	job->now = f->now;
	job->options = *options;
	job->terms.rules = (tw_tariff_rules)TW_TARIFF_RULES_INIT;
	*err = (tw_error)TW_ERROR_INIT;
	status = tw__sheet_job_prepare(job, err);
	rules = job->terms.rules;
	tw__terms_free(&job->terms);
	job->terms.rules = rules;
	return status;
}

static void want_tariff(struct fixture *f)
{
	want_company(f);
	want(f, "carrier[0].name", "carrier");
	want(f, "carrier[1].name", "another");
	want(f, "tariff[0].name", "t");
	want(f, "tariff[0].carrier", "carrier");
	want(f, "tariff[0].currency", "RUB");
	want(f, "tariff[0].zone", "Asia/Yekaterinburg");
	apply_at(f, "2026-09-01T00:00:00+03:00");
}

static void test_undeclared(void **state)
{
	tw_tariff_import o = TW_TARIFF_IMPORT_INIT;
	struct tw__sheet_job job;
	tw_error err;

	o.tariff = "t";
	assert_int_equal(prepare(&job, *state, &o, &err), TW_EINVAL);
	assert_string_equal(err.field, "carrier");
	o.carrier = "carrier";
	assert_int_equal(prepare(&job, *state, &o, &err), TW_OK);
	assert_false(job.declared);
	assert_true(job.first);
	assert_int_equal(job.tariff, 0);
	assert_string_equal(job.terms.rules.zone, "Europe/Moscow");
	o.zone = "Mars/Olympus";
	assert_int_equal(prepare(&job, *state, &o, &err), TW_ENOTFOUND);
	assert_string_equal(err.field, "zone");
}

static void test_declared(void **state)
{
	tw_tariff_import o = TW_TARIFF_IMPORT_INIT;
	struct tw__sheet_job job;
	tw_error err;

	want_tariff(*state);
	o.tariff = "t";
	assert_int_equal(prepare(&job, *state, &o, &err), TW_OK);
	assert_true(job.declared && job.tariff && job.carrier);
	assert_string_equal(job.terms.rules.zone, "Asia/Yekaterinburg");
	o.zone = "Europe/Samara";
	o.currency = "USD";
	assert_int_equal(prepare(&job, *state, &o, &err), TW_OK);
	assert_string_equal(job.terms.rules.zone, "Europe/Samara");
	assert_string_equal(job.terms.rules.currency, "USD");
	o.carrier = "another";
	assert_int_equal(prepare(&job, *state, &o, &err), TW_ECONFLICT);
	assert_string_equal(err.field, "carrier");
}

/* A date alone is midnight where the tariff is. */
static void test_starts(void **state)
{
	tw_tariff_import o = TW_TARIFF_IMPORT_INIT;
	struct tw__sheet_job job;
	tw_error err;

	want_tariff(*state);
	o.tariff = "t";
	o.starts = "2026-12-01";
	assert_int_equal(prepare(&job, *state, &o, &err), TW_OK);
	assert_true(job.asked);
	assert_int_equal(job.starts, at_time("2026-12-01T00:00:00+05:00"));
	o.starts = "soon";
	assert_int_not_equal(prepare(&job, *state, &o, &err), TW_OK);
	assert_string_equal(err.field, "starts");
	assert_false(job.asked);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_undeclared),
		T(test_declared),
		T(test_starts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
