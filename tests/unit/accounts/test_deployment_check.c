/* Whether the rows fit together: missing, twice, referring to nothing. */
#include "deployment_fixture.h"
#include "accounts/deployment.h"

static const struct wrong wrongs[] = {
	{ { "company.zone", "t", NULL }, "company.zone", "required", NO },
	{ { "department[1].name", "t", NULL }, "department[1].name",
	  "required", { "department[1].city", "t", "Ufa" } },
	{ { "department[1].name", "t", "kazan" }, "department[1].name",
	  "department[0] already", NO },
	{ { "site[0].department", "t", "kasan" }, "site[0].department",
	  "did you mean 'kazan'", NO },
	{ { "number[0].plan", "t", "man" }, "number[0].plan",
	  "did you mean 'main'", NO },
	/* One owner for a number: the second row is the wrong one. */
	{ { "number[2].number", "t", "8 (843) 200-11-22" },
	  "number[2].number", "[[allocation]]", { "number[2].department",
	  "t", "ufa" } },
	{ { "allocation[0].number", "t", "78430000000" },
	  "allocation[0].number", "no number", NO },
	{ { "trunk[0].carrier", "t", NULL }, "trunk[0].carrier",
	  "required", NO },
	{ { "pool[0].member[0].phone", "t", "ann" },
	  "pool[0].member[0].phone", "did you mean 'anna'", NO },
	{ { "holiday[0].date", "D", NULL }, "holiday[0].date", "required",
	  NO },
	{ { "plan[0].step[0].ring", "t", "sails" }, "plan[0].step[0].ring",
	  "did you mean 'sales'", NO },
	{ { "tariff[0].zone", "t", NULL }, "tariff[0].zone", "required", NO },
	{ { "match[1].match", "t", "100 - 149" }, "match[1]",
	  "already", { "match[1].kind", "t", "extension" } },
	{ { "department[1].was", "t", "kazan" }, "department[1].was",
	  "still the name", NO },
	{ { "department[0].name", "t", NULL }, "site[0].department",
	  "declared are 'ufa'", NO },
	{ { "landline[0].number", "t", "8 (843) 200-00-0x" },
	  "landline[0].number", "telephone number", NO },
	{ { "allocation[0].number", "t", "84x" }, "allocation[0].number",
	  "telephone number", NO },
};

static void every_refusal(void **state)
{
	(void)state;
	refuse_all(wrongs, TW_ARRAY_COUNT(wrongs));
}

static void no_company(void **state)
{
	tw_deployment *d = NULL;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw_deployment_check(NULL, &err), TW_EINVAL);
	assert_int_equal(tw_deployment_new(&d, NULL), TW_OK);
	assert_int_equal(tw_deployment_check(d, &err), TW_EPARSE);
	assert_string_equal(err.field, "company");
	assert_non_null(strstr(err.message, "name, zone and currency"));
	tw_deployment_free(d);
}

/* Without a zone no date has an instant: said once, at the company. */
static void a_missing_zone_is_one_problem(void **state)
{
	static const struct pair change = { "company.zone", "t", NULL };
	tw_deployment *d = deployment_with(&change, 1);
	tw_error problem = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw_deployment_check(d, &problem), TW_EPARSE);
	assert_string_equal(problem.field, "company.zone");
	assert_int_equal(tw_deployment_problem(&problem, d, 1, NULL),
			 TW_ITER_END);
	tw_deployment_free(d);
}

static uint32_t problems(const tw_deployment *d)
{
	tw_error problem = TW_ERROR_INIT;
	uint32_t i = 0;

	while (!tw_deployment_problem(&problem, d, i, NULL))
		i++;
	return i;
}

/* What was refused when it was given is not asked for once more; and a
 * second check says what the first one did, not all of it twice. */
static void said_once(void **state)
{
	static const struct pair changes[] = {
		{ "trunk[0].registrar", "t", "127.0.0.1" },
		{ "number[0].plan", "t", "man" },
	};
	tw_deployment *d = deployment_with(changes, 2);
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		d->checked = false;
		assert_int_equal(tw_deployment_check(d, &err), TW_EPARSE);
		assert_string_equal(err.field, "trunk[0].registrar");
		assert_int_equal(problems(d), 2);
	}
	tw_deployment_free(d);
}

static const struct tw_value *value_of(const tw_deployment *d,
				       const char *kind, uint32_t index,
				       const char *field)
{
	uint8_t number = tw__kind_find(tw__str_of(kind));

	return tw__wanted_value(d, d->tops[number].rows[index], field);
}

/* Checked rows are settled: numbers in one spelling, references found,
 * defaults in place, rows without a name named by what they say. */
static void what_a_check_leaves(void **state)
{
	tw_deployment *d = deployment_new();
	uint8_t number = tw__kind_find(TW_STR("number"));
	uint8_t match = tw__kind_find(TW_STR("match"));
	uint8_t allocation = tw__kind_find(TW_STR("allocation"));
	const struct tw_value *department;

	(void)state;
	/* twice: what the first left does not stand in the second's way */
	for (int turn = 0; turn < 2; turn++) {
		d->checked = false;
		assert_int_equal(tw_deployment_check(d, NULL), TW_OK);
	}
	assert_string_equal(d->rows[d->tops[number].rows[0]].name.text,
			    "78432001122");
	assert_string_equal(value_of(d, "phone", 1, "number")->text,
			    "79170000001");
	assert_string_equal(d->rows[d->tops[match].rows[0]].name.text,
			    "extension 100-149");
	assert_string_equal(d->rows[d->tops[allocation].rows[0]].name.text,
			    "number 78432001123");
	department = value_of(d, "number", 0, "department");
	assert_true(department->set);
	assert_int_equal(department->target, d->tops[tw__kind_find(TW_STR(
		"department"))].rows[0]);
	assert_int_equal(value_of(d, "phone", 0, "capacity")->number, 1);
	assert_false(value_of(d, "department", 1, "city")->set);
	assert_string_equal(tw_zone_name(d->zone), "Europe/Moscow");
	tw_deployment_free(d);
}

/* A reference to nothing is not set, so that nobody follows it. */
static void a_reference_to_nothing(void **state)
{
	static const struct pair change = { "number[0].plan", "t", "man" };
	tw_deployment *d = deployment_with(&change, 1);

	(void)state;
	assert_int_equal(tw_deployment_check(d, NULL), TW_EPARSE);
	assert_false(value_of(d, "number", 0, "plan")->set);
	assert_int_equal(value_of(d, "number", 0, "plan")->target,
			 TW_NO_ROW);
	tw_deployment_free(d);
}

/* A country other than Russia dials neither 8 nor 810. */
static void numbers_by_country(void **state)
{
	static const struct pair changes[] = {
		{ "company.country", "t", "49" },
		{ "landline[0].number", "t", "+49 30 1234567" },
		{ "phone[1].number", "t", "0049 170 1234567" },
		{ "number[1].number", "t", "+7 843 200-11-23" },
		{ "allocation[0].number", "t", "+7 843 200-11-23" },
	};
	tw_deployment *d = deployment_with(changes, TW_ARRAY_COUNT(changes));
	tw_error err = TW_ERROR_INIT;

	(void)state;
	if (tw_deployment_check(d, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_string_equal(value_of(d, "phone", 1, "number")->text,
			    "491701234567");
	assert_string_equal(value_of(d, "landline", 0, "number")->text,
			    "49301234567");
	tw_deployment_free(d);
}

static void allocation_faults(void **state)
{
	tw_status status = TW_ENOMEM;
	tw_deployment *d = deployment_new();
	int64_t n;

	(void)state;
	for (n = 0; status == TW_ENOMEM; n++) {
		tw_error err = TW_ERROR_INIT;

		fail_allocation(n);
		status = tw_deployment_check(d, &err);
		fail_allocation(-1);
		assert_int_equal(err.code, status);
	}
	/* one deployment, again and again: nothing of a failure is kept */
	assert_int_equal(status, TW_OK);
	assert_true(n > 100);
	tw_deployment_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_refusal),
		cmocka_unit_test(no_company),
		cmocka_unit_test(a_missing_zone_is_one_problem),
		cmocka_unit_test(said_once),
		cmocka_unit_test(what_a_check_leaves),
		cmocka_unit_test(a_reference_to_nothing),
		cmocka_unit_test(numbers_by_country),
		cmocka_unit_test(allocation_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
