/* What a deployment refuses, where it says so, and what it takes. */
#include "deployment_fixture.h"

static const struct wrong wrongs[] = {
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
	{ { "site[0].emergency", "t", "kazan-line" }, "site[0].emergency",
	  "is a list", NO },
	{ { "phone[0].uri", "t", "tel:112" }, "phone[0].uri", "SIP address",
	  NO },
	{ { "phone[0].uri", "t", "sip:a@b>c" }, "phone[0].uri", "header", NO },
	{ { "phone[1].capacity", "i", "0" }, "phone[1].capacity",
	  "1 to 100000", NO },
	{ { "phone[1].capacity", "d", "1.5" }, "phone[1].capacity",
	  "whole number", NO },
	{ { "phone[1].number", "t", "abc" }, "phone[1].number",
	  "telephone number", NO },
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
	{ { "contract[0].notice_days", "i", "-1" },
	  "contract[0].notice_days", "range", NO },
	{ { "number[0].rent", "t", "much" }, "number[0].rent",
	  "not a number", NO },
	{ { "number[0].rent", "t", "-1" }, "number[0].rent", "zero", NO },
	{ { "number[0].rent", "t", "99999999999999" }, "number[0].rent",
	  "not a number", NO },
	{ { "trunk[0].password", "t", "hunter2" }, "trunk[0].password",
	  "password_file", NO },
	{ { "trunk[0].password_file", "t", "a\nb" }, "trunk[0].password_file",
	  "control", NO },
	{ { "trunk[0].user", "t", "a\"b" }, "trunk[0].user", "quotes", NO },
	{ { "trunk[0].user", "t", "a\r\nVia: x" }, "trunk[0].user",
	  "control", NO },
	{ { "trunk[0].realm", "t", "a\"" }, "trunk[0].realm", "quotes", NO },
	{ { "trunk[0].registrar", "t", "127.0.0.1" }, "trunk[0].registrar",
	  "is not \"sip:", NO },
	{ { "trunk[0].registrar", "t", "sip:a b" }, "trunk[0].registrar",
	  "is not \"sip:", NO },
	{ { "trunk[0].flow", "i", "2" }, "trunk[0].flow",
	  "use one of flows, ", NO },
	{ { "trunk[0].gn", "b", "true" }, "trunk[0].gn", "use one of gin, ",
	  NO },
	{ { "trunk[0].zzzzzzzz", "t", "x" }, "trunk[0].zzzzzzzz", ", ...",
	  NO },
	{ { "trunk[0].expires_s", "i", "5" }, "trunk[0].expires_s",
	  "60 to 86400", NO },
	{ { "pool[0].policy", "t", "loudest" }, "pool[0].policy",
	  "round_robin", NO },
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
	{ { "holiday[0].hours[0]", "t", "closed" }, "holiday[0].hours[0]",
	  "10:00-15:00", NO },
	{ { "plan[0].step[1].reject", "i", "200" }, "plan[0].step[1].reject",
	  "400 to 699", NO },
	{ { "tariff[0].rounding", "t", "sideways" }, "tariff[0].rounding",
	  "half_even", NO },
	{ { "tariff[0].decimals", "i", "10" }, "tariff[0].decimals",
	  "0 to 9", NO },
	{ { "match[0].match", "t", "149-100" }, "match[0].match", "rise", NO },
	{ { "match[0].kind", "t", "colour" }, "match[0].kind",
	  "extension accountcode", NO },
	/* [] is no word for all, nor for none */
	{ { "permission[0].contracts", "e", "" }, "permission[0].contracts",
	  "never = true", { "permission[0].name", "t", "p" } },
	{ { "permission[0].to", "e", "" }, "permission[0].to",
	  "leave the key out", { "permission[0].name", "t", "p" } },
	{ { "budget[0].destinations", "e", "" }, "budget[0].destinations",
	  "empty list", { "budget[0].name", "t", "b" } },
	{ { "site[0].emergency", "e", "" }, "site[0].emergency",
	  "empty list", NO },
	{ { "trunk[0].peers", "e", "" }, "trunk[0].peers", "empty list", NO },
	{ { "department[0].city", "e", "" }, "department[0].city",
	  "is an empty list here; write a text", NO },
	{ { "contract[0].parties[2]", "e", "" }, "contract[0].parties[2]",
	  "is an empty list here; write a text", NO },
	{ { "departments", "e", "" }, "departments", "no table", NO },
	{ { "company", "e", "" }, "company", "write [company]", NO },
	{ { "permission", "i", "5" }, "permission", "write [[permission]]",
	  NO },
	/* what is required cannot be left out */
	{ { "company.zone", "t", "" }, "company.zone", "write one", NO },
	{ { "department[1].name", "t", "" }, "department[1].name",
	  "write one", NO },
	{ { "routing.code[0].class", "t", "" }, "routing.code[0].class",
	  "write one", { "routing.code[0].sip", "i", "404" } },
	{ { "department[1].was", "t", "" }, "department[1].was",
	  "was is empty; leave the key out", NO },
	/* a time could move it into another day */
	{ { "holiday[0].date", "D", "2026-10-05T23:30:00-05:00" },
	  "holiday[0].date", "write the date alone", NO },
	{ { "contract[0].from", "D", "2026-01-01T10:00:00" },
	  "contract[0].from", "write the date alone", NO },
	{ { "number[0].priority", "i", "99999999999999999999" },
	  "number[0].priority", "out of range; write 0 to 1000", NO },
	{ { "number[0].priority", "i", "-99999999999999999999" },
	  "number[0].priority", "out of range; write 0 to 1000", NO },
	{ { "pool[0].members", "e", "" }, "pool[0].members", "no key", NO },
};

static void every_refusal(void **state)
{
	(void)state;
	refuse_all(wrongs, TW_ARRAY_COUNT(wrongs));
}

/* No rows of a kind are a table left out. */
static void tables_may_be_empty(void **state)
{
	static const struct pair change[] = {
		{ "vendor", "e", "" }, { "recurring[0].name", "t", "seats" },
		{ "recurring[0].amount", "t", "1" },
		{ "recurring[0].department", "t", "kazan" },
		{ "recurring[0].seat", "e", "" } };
	tw_deployment *d = deployment_with(change, TW_ARRAY_COUNT(change));
	tw_error err = TW_ERROR_INIT;

	(void)state;
	if (tw_deployment_check(d, &err))
		fail_msg("%s: %s", err.field, err.message);
	tw_deployment_free(d);
}

/* A refused item takes its place: the next ones are judged by themselves. */
static void every_item_of_a_list(void **state)
{
	static const struct pair change[] = {
		{ "trunk[0].peers[0]", "t", "bad" },
		{ "trunk[0].peers[1]", "t", "192.0.2.1" },
		{ "trunk[0].peers[2]", "t", "alsobad" },
		{ "trunk[0].peers[3]", "i", "7" },
		{ "schedule[1].name", "t", "night" },
		{ "schedule[1].zone", "t", "Europe/Moscow" },
		{ "schedule[1].hours[0]", "t", "never" } };
	tw_deployment *d = deployment_with(change, TW_ARRAY_COUNT(change));
	tw_error problem = TW_ERROR_INIT;
	uint32_t i, count = 0;

	(void)state;
	assert_int_equal(tw_deployment_check(d, NULL), TW_EPARSE);
	assert_true(has_problem(d, "trunk[0].peers[0]", "bad"));
	assert_true(has_problem(d, "trunk[0].peers[2]", "alsobad"));
	assert_true(has_problem(d, "trunk[0].peers[3]", "in quotes"));
	assert_true(has_problem(d, "schedule[1].hours[0]", "no hours"));
	for (i = 0; !tw_deployment_problem(&problem, d, i, NULL); i++)
		count += problem.code && (strstr(problem.field, "peers") ||
			strstr(problem.field, "schedule[1]"));
	assert_int_equal(count, 4);
	tw_deployment_free(d);
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
		cmocka_unit_test(tables_may_be_empty),
		cmocka_unit_test(every_item_of_a_list),
		cmocka_unit_test(secrets_are_not_repeated),
		cmocka_unit_test(the_company_is_sound),
		cmocka_unit_test(set_says_at_once),
		cmocka_unit_test(problems_are_bounded),
		cmocka_unit_test(hostile_paths),
		cmocka_unit_test(allocation_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
