/* What only some kinds promise, and what is odd but may be meant. */
#include "deployment_fixture.h"

static const struct wrong wrongs[] = {
	{ { "site[0].emergency[0]", "t", "nothing" }, "site[0].emergency",
	  "no landline or trunk", NO },
	{ { "phone[0].uri", "t", NULL }, "phone[0].uri", "how to reach",
	  { "phone[0].capacity", "i", "1" } },
	{ { "landline[0].name", "t", "anna" }, "landline[0].name",
	  "name of a phone", NO },
	{ { "contract[0].to", "D", "2025-12-31" }, "contract[0].to",
	  "not after", NO },
	{ { "number[0].rented_through", "t", "pbx" },
	  "number[0].rented_through", "exclude", { "vendor[0].name", "t",
	  "pbx" } },
	{ { "number[0].number", "t", "12" }, "number[0].number",
	  "3 to 15 digits", NO },
	{ { "number[0].number", "t", "1234567890123456" },
	  "number[0].number", "3 to 15 digits", NO },
	{ { "number[0].number", "t", "0843 200-00-01" }, "number[0].number",
	  "no country code does", NO },
	{ { "phone[1].number", "t", "12" }, "phone[1].number",
	  "3 to 15 digits", NO },
	{ { "phone[1].number", "t", "7916123456712345" }, "phone[1].number",
	  "3 to 15 digits", NO },
	{ { "phone[1].number", "t", "0000000" }, "phone[1].number",
	  "begins with 0", NO },
	{ { "landline[0].number", "t", "+7" }, "landline[0].number",
	  "3 to 15 digits", NO },
	{ { "landline[0].number", "t", "0891234567" }, "landline[0].number",
	  "begins with 0", NO },
	{ { "allocation[0].share[1].percent", "i", "41" },
	  "allocation[0].share", "add up to 101", NO },
	{ { "allocation[0].share[1].percent", "t", "39.999999999" },
	  "allocation[0].share", "99.999999999", NO },
	{ { "allocation[0].share[1].department", "t", "kazan" },
	  "allocation[0].share[1].department", "already", NO },
	{ { "allocation[0].number", "t", NULL }, "allocation[0].number",
	  "neither", NO },
	{ { "match[1].match", "t", "140-159" }, "match[1].match",
	  "overlaps", { "match[1].kind", "t", "extension" } },
	{ { "recurring[0].to", "D", "2026-01-01" }, "recurring[0].name",
	  "required", NO },
	{ { "phone[1].uri", "t", "sip:m@10.0.0.6" }, "phone[1].number",
	  "exclude", NO },
	{ { "allocation[0].recurring", "t", "seats" },
	  "allocation[0].recurring", "exclude",
	  { "recurring[0].name", "t", "seats" } },
};

static void every_rule(void **state)
{
	(void)state;
	refuse_all(wrongs, TW_ARRAY_COUNT(wrongs));
}

static tw_deployment *checked(const struct pair *changes, size_t count,
			      tw_status expected)
{
	tw_deployment *d = deployment_with(changes, count);
	tw_error err = TW_ERROR_INIT;

	if (tw_deployment_check(d, &err) != expected)
		fail_msg("%s: %s", err.field, err.message);
	return d;
}

/* Short codes and usual spellings; a number that an older version took may
 * still be renamed. */
static void numbers_that_are_some(void **state)
{
	static const struct pair all[] = {
		{ "number[0].number", "t", "112" },
		{ "number[0].number", "t", "030" },
		{ "number[0].number", "t", "004411" },
		{ "number[0].number", "t", "8 (800) 555-35-35" },
		{ "number[0].number", "t", "+49.89.1234567" },
		{ "phone[1].number", "t", "123456789012345" },
		{ "landline[0].number", "t", "0911" },
		{ "number[0].was", "t", "0843 200-00-01" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++)
		tw_deployment_free(checked(&all[i], 1, TW_OK));
}

/* How many problems of any kind. */
static uint32_t problems(const tw_deployment *d)
{
	tw_error problem = TW_ERROR_INIT;
	uint32_t i = 0;

	while (!tw_deployment_problem(&problem, d, i, NULL))
		i++;
	return i;
}

static void warnings_do_not_stop(void **state)
{
	static const struct pair changes[] = {
		{ "landline[0].uri", "t", NULL },
		{ "pool[1].name", "t", "empty" },
		{ "number[0].department", "t", NULL },
	};
	static const char *const fields[] = { "site[0].emergency",
		"number[0].department", "pool[1].member" };
	tw_deployment *d = deployment_with(changes, 3);
	tw_error warning = TW_ERROR_INIT;
	uint32_t found = 0, i, j;

	(void)state;
	assert_int_equal(tw_deployment_check(d, &warning), TW_OK);
	for (i = 0; !tw_deployment_problem(&warning, d, i, NULL); i++) {
		assert_int_equal(warning.code, TW_OK);
		for (j = 0; j < 3; j++)
			found += !strcmp(warning.field, fields[j]);
	}
	assert_int_equal(i, 3);
	assert_int_equal(found, 3);
	tw_deployment_free(d);
}

/* One mistake is one problem: a value that was refused is not missed too. */
static void one_problem_for_one_mistake(void **state)
{
	static const struct pair cases[] = {
		{ "phone[0].uri", "t", "tel:112" },
		{ "pool[0].member[0].phone", "t", "nobody" },
		{ "contract[0].from", "D", "2026-02-30" },
		{ "plan[0].schedule", "t", "wrok" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		tw_deployment *d = checked(&cases[i], 1, TW_EPARSE);

		if (problems(d) != 1)
			fail_msg("%s: %u", cases[i].path, problems(d));
		tw_deployment_free(d);
	}
}

/* Ranges: one inside another wins and is meant, in part has no order. */
static void ranges_of_matches(void **state)
{
	static const struct { const char *second, *third; bool fine; }
	cases[] = {
		{ "110-120", "115-118", true },
		{ "110-120", "100-120", true },
		{ "110-120", "110-149", true },
		{ "100-148", "101-149", false },
		{ "150-199", "050-099", true },
		{ "149-150", "300-400", false },
		{ "099-100", "300-400", false },
		{ "110-120", "120-130", false },
		{ "110-120", "121-130", true },
		/* four digits are other extensions */
		{ "0140-0160", "1400-1600", true },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		const struct pair changes[] = {
			{ "match[1].kind", "t", "extension" },
			{ "match[1].match", "t", cases[i].second },
			{ "match[1].department", "t", "ufa" },
			{ "match[2].kind", "t", "extension" },
			{ "match[2].match", "t", cases[i].third },
			{ "match[2].department", "t", "ufa" },
		};

		tw_deployment_free(checked(changes, TW_ARRAY_COUNT(changes),
			cases[i].fine ? TW_OK : TW_EPARSE));
	}
}

/* Shares to the billionth, and as many as there are. */
static void shares_that_add_up(void **state)
{
	static const struct pair thirds[] = {
		{ "allocation[0].share[0].percent", "t", "33.333333333" },
		{ "allocation[0].share[1].percent", "t", "33.333333333" },
		{ "allocation[0].share[2].percent", "t", "33.333333334" },
		{ "allocation[0].share[2].department", "t", "perm" },
		{ "department[2].name", "t", "perm" },
	};
	static const struct pair short_of[] = {
		{ "allocation[0].share[0].percent", "t", "59.999999999" },
	};
	tw_deployment *d;

	(void)state;
	tw_deployment_free(checked(thirds, TW_ARRAY_COUNT(thirds), TW_OK));
	d = checked(short_of, 1, TW_EPARSE);
	assert_true(has_problem(d, "allocation[0].share", "99.999999999"));
	tw_deployment_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule),
		cmocka_unit_test(numbers_that_are_some),
		cmocka_unit_test(warnings_do_not_stop),
		cmocka_unit_test(one_problem_for_one_mistake),
		cmocka_unit_test(ranges_of_matches),
		cmocka_unit_test(shares_that_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
