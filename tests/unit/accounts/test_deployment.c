/* What a deployment refuses, where it says so, and what it takes. */
#include "deployment_fixture.h"

struct wrong {
	struct pair change;
	const char *field;      /* where the problem is */
	const char *word;       /* in its message */
	struct pair more;
};

#define NO { NULL, NULL, NULL }

static const struct wrong wrongs[] = {
	{ { "company.zone", "t", NULL }, "company.zone", "required", NO },
	{ { "company.zone", "t", "Europe/Kazan" }, "company.zone",
	  "no time zone", NO },
	{ { "company.zone", "t", "../../etc/passwd" }, "company.zone",
	  "no time zone", NO },
	{ { "company.currency", "t", "RUR" }, "company.currency", "ISO", NO },
	{ { "company.country", "t", "+7" }, "company.country", "calling", NO },
	{ { "company[0].name", "t", "x" }, "company[0].name", "[company]",
	  NO },
	{ { "department.name", "t", "x" }, "department.name",
	  "[[department]]", NO },
	{ { "departmnt[0].name", "t", "x" }, "departmnt[0].name",
	  "no table", NO },
	{ { "department[0].towm", "t", "x" }, "department[0].towm",
	  "use one of name, zone, city", NO },
	{ { "verbose", "b", "true" }, "verbose", "no table", NO },
	{ { "a b.c", "t", "x" }, "a b.c", "not a key", NO },
	{ { "department[0]..name", "t", "x" }, "department[0]..name",
	  "not a key", NO },
	{ { "department[99999999999].name", "t", "x" },
	  "department[99999999999].name", "not a key", NO },
	{ { "department[7].name", "t", "x" }, "department[7].name",
	  "department[2] before it is empty", NO },
	{ { "department[1].name", "t", NULL }, "department[1].name",
	  "required", { "department[1].city", "t", "Ufa" } },
	{ { "department[1].name", "t", "kazan" }, "department[1].name",
	  "department[0] already", NO },
	{ { "department[1].name", "i", "5" }, "department[1].name",
	  "in quotes", NO },
	{ { "department[1].name", "t", "u\r\nfa" }, "department[1].name",
	  "control", NO },
	{ { "department[1].name", "t", "ufa " }, "department[1].name",
	  "blank", NO },
	{ { "department[1].name", "t", "u\xff" }, "department[1].name",
	  "UTF-8", NO },
	{ { "department[0].city", "t", "" }, "department[0].city", "empty",
	  NO },
	{ { "department[0].zone", "t", "Mars/Base" }, "department[0].zone",
	  "no time zone", NO },
	{ { "site[0].department", "t", "kasan" }, "site[0].department",
	  "did you mean 'kazan'", NO },
	{ { "site[0].emergency", "t", "kazan-line" }, "site[0].emergency",
	  "is a list", NO },
	{ { "site[0].emergency[0]", "t", "nothing" }, "site[0].emergency",
	  "no landline or trunk", NO },
	{ { "phone[0].uri", "t", "tel:112" }, "phone[0].uri", "SIP address",
	  NO },
	{ { "phone[0].uri", "t", "sip:a@b>c" }, "phone[0].uri", "header", NO },
	{ { "phone[0].uri", "t", NULL }, "phone[0].uri", "how to reach",
	  { "phone[0].capacity", "i", "1" } },
	{ { "phone[1].capacity", "i", "0" }, "phone[1].capacity",
	  "1 to 100000", NO },
	{ { "phone[1].capacity", "d", "1.5" }, "phone[1].capacity",
	  "whole number", NO },
	{ { "phone[1].number", "t", "abc" }, "phone[1].number",
	  "telephone number", NO },
	{ { "landline[0].name", "t", "anna" }, "landline[0].name",
	  "name of a phone", NO },
	{ { "contract[0].fine_cap", "t", "12,50" }, "contract[0].fine_cap",
	  "not a number", NO },
	{ { "contract[0].fine_cap", "d", "12.50" }, "contract[0].fine_cap",
	  "\"450.00\"", NO },
	{ { "contract[0].disagreement_protocol", "t", "no" },
	  "contract[0].disagreement_protocol", "true or false", NO },
	{ { "contract[0].legal_verdict", "t", "maybe" },
	  "contract[0].legal_verdict", "accepted refused pending", NO },
	{ { "contract[0].parties", "t", "x" }, "contract[0].parties",
	  "list", NO },
	{ { "contract[0].from", "t", "2026-01-01" }, "contract[0].from",
	  "without quotes", NO },
	{ { "contract[0].from", "D", "2026-02-30" }, "contract[0].from",
	  "2026-02-30", NO },
	{ { "contract[0].to", "D", "2025-12-31" }, "contract[0].to",
	  "not after", NO },
	{ { "contract[0].notice_days", "i", "-1" },
	  "contract[0].notice_days", "range", NO },
	{ { "number[0].plan", "t", "man" }, "number[0].plan",
	  "did you mean 'main'", NO },
	{ { "number[0].rent", "t", "much" }, "number[0].rent",
	  "not a number", NO },
	{ { "number[0].rent", "t", "-1" }, "number[0].rent", "zero", NO },
	{ { "number[0].rent", "t", "99999999999999" }, "number[0].rent",
	  "not a number", NO },
	{ { "number[0].rented_through", "t", "pbx" },
	  "number[0].rented_through", "exclude", { "vendor[0].name", "t",
	  "pbx" } },
	/* One owner for a number: the second row is the wrong one. */
	{ { "number[2].number", "t", "8 (843) 200-11-22" },
	  "number[2].number", "[[allocation]]", { "number[2].department",
	  "t", "ufa" } },
	{ { "number[0].number", "t", "12" }, "number[0].number",
	  "3 to 15 digits", NO },
	{ { "allocation[0].share[1].percent", "i", "41" },
	  "allocation[0].share", "add up to 101", NO },
	{ { "allocation[0].share[1].percent", "t", "39.999999999" },
	  "allocation[0].share", "99.999999999", NO },
	{ { "allocation[0].share[1].department", "t", "kazan" },
	  "allocation[0].share[1].department", "already", NO },
	{ { "allocation[0].number", "t", NULL }, "allocation[0].number",
	  "neither", NO },
	{ { "allocation[0].number", "t", "78430000000" },
	  "allocation[0].number", "no number", NO },
	{ { "trunk[0].password", "t", "hunter2" }, "trunk[0].password",
	  "password_file", NO },
	{ { "trunk[0].password_file", "t", "a\nb" }, "trunk[0].password_file",
	  "control", NO },
	{ { "trunk[0].password_env", "t", "SECRET" },
	  "trunk[0].password_env", "exclude", NO },
	{ { "trunk[0].user", "t", "a\"b" }, "trunk[0].user", "quotes", NO },
	{ { "trunk[0].user", "t", "a\r\nVia: x" }, "trunk[0].user",
	  "control", NO },
	{ { "trunk[0].realm", "t", "a\"" }, "trunk[0].realm", "quotes", NO },
	{ { "trunk[0].registrar", "t", "127.0.0.1" }, "trunk[0].registrar",
	  "SIP address", NO },
	{ { "trunk[0].registrar", "t", "sip:a b" }, "trunk[0].registrar",
	  "SIP address", NO },
	{ { "trunk[0].expires_s", "i", "5" }, "trunk[0].expires_s",
	  "60 to 86400", NO },
	{ { "trunk[0].carrier", "t", NULL }, "trunk[0].carrier",
	  "required", NO },
	{ { "pool[0].policy", "t", "loudest" }, "pool[0].policy",
	  "round_robin", NO },
	{ { "pool[0].member[0].landline", "t", "kazan-line" },
	  "pool[0].member[0].landline", "exclude", NO },
	{ { "pool[0].member[0].phone", "t", "ann" },
	  "pool[0].member[0].phone", "did you mean 'anna'", NO },
	{ { "pool[0].member[2].phone", "t", "anna" },
	  "pool[0].member[2].phone", "already", NO },
	{ { "pool[0].member[2].tier", "i", "1" }, "pool[0].member[2].phone",
	  "neither", NO },
	{ { "pool[0].member.phone", "t", "anna" }, "pool[0].member.phone",
	  "[[pool.member]]", NO },
	{ { "pool[0].step[0].ring", "t", "x" }, "pool[0].step[0].ring",
	  "no key", NO },
	{ { "schedule[0].zone", "t", "Nowhere" }, "schedule[0].zone",
	  "no time zone", NO },
	{ { "schedule[0].hours[1]", "t", "sat 10-16" },
	  "schedule[0].hours[1]", "mon-fri", NO },
	{ { "schedule[0].hours[3]", "t", "sun 10:00-16:00" },
	  "schedule[0].hours[3]", "one after the other", NO },
	{ { "holiday[0].date", "D", NULL }, "holiday[0].date", "required",
	  NO },
	{ { "holiday[0].hours", "t", "closed" }, "holiday[0].hours",
	  "10:00-15:00", NO },
	{ { "plan[0].step[1].ring", "t", "sales" }, "plan[0].step[1].reject",
	  "exclude", NO },
	{ { "plan[0].step[1].reject", "i", "200" }, "plan[0].step[1].reject",
	  "400 to 699", NO },
	{ { "plan[0].step[0].ring", "t", "sails" }, "plan[0].step[0].ring",
	  "did you mean 'sales'", NO },
	{ { "plan[0].schedule", "t", NULL }, "plan[0].step[0].when",
	  "needs a schedule", NO },
	{ { "plan[1].name", "t", "empty" }, "plan[1].step", "without steps",
	  NO },
	{ { "tariff[0].rounding", "t", "sideways" }, "tariff[0].rounding",
	  "half_even", NO },
	{ { "tariff[0].zone", "t", NULL }, "tariff[0].zone", "required", NO },
	{ { "tariff[0].decimals", "i", "10" }, "tariff[0].decimals",
	  "0 to 9", NO },
	{ { "match[0].match", "t", "149-100" }, "match[0].match", "rise", NO },
	{ { "match[0].kind", "t", "colour" }, "match[0].kind",
	  "extension accountcode", NO },
	{ { "match[1].match", "t", "140-159" }, "match[1].match",
	  "overlaps", { "match[1].kind", "t", "extension" } },
	{ { "match[1].match", "t", "100 - 149" }, "match[1]",
	  "already", { "match[1].kind", "t", "extension" } },
	{ { "department[1].was", "t", "kazan" }, "department[1].was",
	  "still the name", NO },
	{ { "department[0].name", "t", NULL }, "site[0].department",
	  "declared are 'ufa'", NO },
};

static bool has_problem(const tw_deployment *d, const char *field,
			const char *word)
{
	tw_error problem = TW_ERROR_INIT;
	uint32_t i;

	for (i = 0; !tw_deployment_problem(&problem, d, i, NULL); i++) {
		if (problem.code && !strcmp(problem.field, field) &&
		    strstr(problem.message, word))
			return true;
	}
	for (i = 0; !tw_deployment_problem(&problem, d, i, NULL); i++)
		print_message("  [%d] %s: %s\n", problem.code, problem.field,
			      problem.message);
	return false;
}

static tw_deployment *make_wrong(const struct wrong *w)
{
	struct pair changes[3] = { w->change, w->more };
	size_t count = w->more.path ? 2 : 1;

	/* match[1] needs its owner to be wrong in one way only. */
	if (!strncmp(w->change.path, "match[1]", 8))
		changes[count++] = (struct pair){ "match[1].department", "t",
						  "ufa" };
	return deployment_with(changes, count);
}

static void every_refusal(void **state)
{
	size_t i, failed = 0;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(wrongs); i++) {
		const struct wrong *w = &wrongs[i];
		tw_deployment *d = make_wrong(w);
		tw_error err = TW_ERROR_INIT;

		if (tw_deployment_check(d, &err) != TW_EPARSE ||
		    !has_problem(d, w->field, w->word)) {
			print_message("not refused: %s = %s (%s: %s)\n",
				      w->change.path, w->change.text ?
				      w->change.text : "(none)", w->field,
				      w->word);
			failed++;
		}
		tw_deployment_free(d);
	}
	assert_int_equal(failed, 0);
}

/* Nothing of the value of a secret ever comes back. */
static void secrets_are_not_repeated(void **state)
{
	static const struct pair change[] = {
		{ "trunk[0].password", "t", "hunter2" } };
	tw_deployment *d = deployment_with(change, 1);
	tw_error problem = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw_deployment_problem(&problem, d, 0, NULL), TW_OK);
	assert_null(strstr(problem.message, "hunter2"));
	tw_deployment_free(d);
}

static void the_company_is_sound(void **state)
{
	tw_deployment *d = deployment_new();
	tw_error err = TW_ERROR_INIT;

	(void)state;
	if (tw_deployment_check(d, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(tw_deployment_problem(&err, d, 0, NULL),
			 TW_ITER_END);
	/* Checking again changes nothing. */
	assert_int_equal(tw_deployment_check(d, &err), TW_OK);
	tw_deployment_free(d);
}

static void warnings_do_not_stop(void **state)
{
	static const struct pair changes[] = {
		{ "landline[0].uri", "t", NULL },
		{ "pool[1].name", "t", "empty" },
		{ "number[0].department", "t", NULL },
		{ "tariff[0].band[0].from_minutes", "i", "1000" },
		{ "tariff[0].band[0].percent", "t", "90" },
	};
	static const char *const fields[] = { "site[0].emergency",
		"number[0].department", "pool[1].member", "tariff[0].band" };
	tw_deployment *d = deployment_with(changes, 5);
	tw_error warning = TW_ERROR_INIT;
	uint32_t found = 0, i, j;

	(void)state;
	assert_int_equal(tw_deployment_check(d, &warning), TW_OK);
	for (i = 0; !tw_deployment_problem(&warning, d, i, NULL); i++) {
		assert_int_equal(warning.code, TW_OK);
		for (j = 0; j < 4; j++)
			found += !strcmp(warning.field, fields[j]);
	}
	assert_int_equal(i, 4);
	assert_int_equal(found, 4);
	tw_deployment_free(d);
}

static void set_says_at_once(void **state)
{
	tw_deployment *d = NULL;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw_deployment_new(&d, &err), TW_OK);
	assert_int_equal(tw_deployment_set(d, "company.name", TW_VALUE_TEXT,
					   "a", &err), TW_OK);
	assert_int_equal(tw_deployment_set(d, "company.name", TW_VALUE_TEXT,
					   "b", &err), TW_EEXIST);
	assert_string_equal(err.field, "company.name");
	assert_int_equal(tw_deployment_set(d, "company.colour", TW_VALUE_TEXT,
					   "b", &err), TW_EINVAL);
	assert_string_equal(err.field, "company.colour");
	assert_int_equal(tw_deployment_set(d, "company.zone", 9, "b", &err),
			 TW_EINVAL);
	assert_int_equal(tw_deployment_set(d, NULL, 1, "b", &err),
			 TW_EINVAL);
	assert_int_equal(tw_deployment_set(d, "x", 1, NULL, &err), TW_EINVAL);
	/* What was refused once can't be applied by going on. */
	assert_int_equal(tw_deployment_check(d, &err), TW_EPARSE);
	tw_deployment_free(d);
	tw_deployment_free(NULL);
}

static void problems_are_bounded(void **state)
{
	tw_deployment *d = NULL;
	tw_error err = TW_ERROR_INIT;
	char path[64];
	int i;

	(void)state;
	tw_deployment_new(&d, &err);
	for (i = 0; i < 300; i++) {
		snprintf(path, sizeof(path), "phone[%d].person", i);
		assert_int_equal(tw_deployment_set(d, path, TW_VALUE_TEXT,
						   "nobody", &err), TW_OK);
	}
	assert_int_equal(tw_deployment_check(d, &err), TW_EPARSE);
	assert_int_equal(tw_deployment_problem(&err, d, 99, NULL), TW_OK);
	assert_int_equal(tw_deployment_problem(&err, d, 100, NULL),
			 TW_ITER_END);
	tw_deployment_free(d);
}

/* Key paths of any bytes: refused, never followed. */
static void hostile_paths(void **state)
{
	static const char *const paths[] = { "", ".", "[", "]", "a[", "a[]",
		"a[-1].b", "company.", ".company", "company..zone",
		"department[0", "department[0]x.name", "department[0].name.x",
		"pool[0].member[0].phone.x.y", "department[18446744073709551"
		"616].name", "department[0].name[0]", "\xff\xfe",
		"company.\nzone", "pool[0].member[0].member[0].phone" };
	tw_deployment *d = NULL;
	tw_error err = TW_ERROR_INIT;
	char longer[5000];
	size_t i;

	(void)state;
	tw_deployment_new(&d, &err);
	for (i = 0; i < TW_ARRAY_COUNT(paths); i++)
		assert_int_equal(tw_deployment_set(d, paths[i], TW_VALUE_TEXT,
						   "x", &err), TW_EINVAL);
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(tw_deployment_set(d, longer, TW_VALUE_TEXT, "x",
					   &err), TW_EINVAL);
	memcpy(longer, "company.name", 12);
	assert_int_equal(tw_deployment_set(d, "company.name", TW_VALUE_TEXT,
					   longer, &err), TW_EINVAL);
	tw_deployment_free(d);
}

/* Every allocation fails once: always TW_ENOMEM, never a leak. */
static tw_status build_and_check(void)
{
	tw_deployment *d = NULL;
	tw_status status = tw_deployment_new(&d, NULL);
	size_t i;

	for (i = 0; i < TW_ARRAY_COUNT(company) && !status; i++)
		status = put(d, &company[i], NULL);
	if (!status)
		status = tw_deployment_check(d, NULL);
	tw_deployment_free(d);
	return status;
}

static void allocation_faults(void **state)
{
	tw_status no_memory = TW_ENOMEM;
	int64_t n;

	(void)state;
	for (n = 0; no_memory == TW_ENOMEM && n < 100000; n++) {
		fail_allocation(n);
		no_memory = build_and_check();
	}
	fail_allocation(-1);
	assert_int_equal(no_memory, TW_OK);
	assert_true(n > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_refusal),
		cmocka_unit_test(secrets_are_not_repeated),
		cmocka_unit_test(the_company_is_sound),
		cmocka_unit_test(warnings_do_not_stop),
		cmocka_unit_test(set_says_at_once),
		cmocka_unit_test(problems_are_bounded),
		cmocka_unit_test(hostile_paths),
		cmocka_unit_test(allocation_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
