/* Skills that calls need and nobody has, and too many of them. */
#include "deployment_fixture.h"

#define HAS { "phone[0].skills[0]", "t", "english" }

static const struct wrong wrongs[] = {
	{ { "number[0].skills[0]", "t", "english" }, "number[0].skills",
	  "nobody has the skill 'english'", NO },
	{ { "number[0].skills[0]", "t", "englisch" }, "number[0].skills",
	  "'englisch'", HAS },
	{ { "phone[0].skills[0]", "t", " english" }, "phone[0].skills",
	  "blank", NO },
	{ { "phone[0].skills[0]", "t", "a-skill-whose-name-goes-on-and-on-and-"
	  "on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-"
	  "and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on" },
	  "phone[0].skills", "'a-skill-whose-name-goes-...': its name has",
	  NO },
	{ { "landline[0].skills[0]", "t", "" }, "landline[0].skills[0]",
	  "empty", NO },
	{ { "number[0].priority", "i", "-1" }, "number[0].priority",
	  "0 to 1000", NO },
	{ { "number[0].priority", "i", "1001" }, "number[0].priority",
	  "0 to 1000", NO },
	{ { "number[0].priority", "t", "high" }, "number[0].priority", "",
	  NO },
	{ { "plan[0].step[0].announce_s", "i", "30" },
	  "plan[0].step[0].announce_s", "steps with queue", NO },
	{ { "plan[0].step[2].announce_s", "i", "4" },
	  "plan[0].step[2].announce_s", "5 to 3600",
	  { "plan[0].step[2].queue", "t", "sales" } },
	{ { "plan[0].step[1].any_skills", "b", "true" },
	  "plan[0].step[1].any_skills", "steps with ring, queue", NO },
};

static void each_is_refused(void **state)
{
	(void)state;
	refuse_all(wrongs, TW_ARRAY_COUNT(wrongs));
}

static void the_65th_is_refused_once(void **state)
{
	tw_deployment *d = deployment_new();
	tw_error err = TW_ERROR_INIT;
	char path[64], name[16];
	uint32_t i;

	(void)state;
	for (i = 0; i < 67; i++) {
		snprintf(path, sizeof(path), "phone[%u].skills[%u]", i / 40,
			 i % 40);
		snprintf(name, sizeof(name), "s%u", i);
		assert_int_equal(tw_deployment_set(d, path, TW_VALUE_TEXT,
						   name, NULL), TW_OK);
	}
	assert_int_equal(tw_deployment_check(d, &err), TW_EPARSE);
	assert_string_equal(err.field, "phone[1].skills");
	assert_non_null(strstr(err.message, "'s64' would be the 65th"));
	for (i = 0; !tw_deployment_problem(&err, d, i, NULL); i++)
		assert_true(!err.code || i == 0 ||
			    !strstr(err.message, "65th") ||
			    strstr(err.message, "s64"));
	tw_deployment_free(d);
}

static bool is_warned(const struct pair *pairs, size_t count)
{
	tw_deployment *d = deployment_with(pairs, count);
	tw_error err = TW_ERROR_INIT, problem = TW_ERROR_INIT;
	bool is = false;
	uint32_t i;

	if (tw_deployment_check(d, &err))
		fail_msg("%s: %s", err.field, err.message);
	for (i = 0; !tw_deployment_problem(&problem, d, i, NULL); i++)
		is |= !problem.code &&
			!strcmp(problem.field, "number[0].skills") &&
			strstr(problem.message, "nobody in pool 'sales'");
	tw_deployment_free(d);
	return is;
}

/* Who has one of them each is nobody who has both. */
static void a_pool_without_them_is_a_warning(void **state)
{
	static const struct pair both[] = {
		{ "phone[0].skills[0]", "t", "english" },
		{ "landline[0].skills[0]", "t", "german" },
		{ "number[0].skills[0]", "t", "english" },
		{ "number[0].skills[1]", "t", "german" },
		{ "plan[0].step[0].any_skills", "b", "true" },
	};
	static const struct pair person[] = {
		{ "person[0].name", "t", "Anna" },
		{ "person[0].skills[0]", "t", "german" },
		{ "phone[0].person", "t", "Anna" },
		{ "phone[0].skills[0]", "t", "english" },
		{ "number[0].skills[0]", "t", "english" },
		{ "number[0].skills[1]", "t", "german" },
	};

	(void)state;
	assert_true(is_warned(both, 4));
	assert_false(is_warned(both, 5));     /* any_skills */
	assert_false(is_warned(both, 3));
	assert_false(is_warned(person, 6));   /* the person's count, too */
	assert_false(is_warned(NULL, 0));
}

/* An expert first, then anybody of the same pool: no overflow of its own. */
static void the_same_pool_again_without_skills(void **state)
{
	static const struct pair pairs[] = {
		{ "plan[0].step[0].any_skills", "b", "false" },
		{ "plan[0].step[1].reject", "i", NULL },
		{ "plan[0].step[1].ring", "t", "sales" },
		{ "plan[0].step[1].when", "t", "open" },
		{ "plan[0].step[1].any_skills", "b", "true" },
	};
	tw_deployment *d = deployment_with(pairs, 5);
	tw_error err = TW_ERROR_INIT;

	(void)state;
	if (tw_deployment_check(d, &err))
		fail_msg("%s: %s", err.field, err.message);
	tw_deployment_free(d);
	d = deployment_with(pairs, 4);
	assert_int_equal(tw_deployment_check(d, &err), TW_EPARSE);
	assert_non_null(strstr(err.message, "its own overflow"));
	tw_deployment_free(d);
}

static void memory_runs_out(void **state)
{
	static const struct pair pairs[] = {
		{ "phone[0].skills[0]", "t", "english" },
		{ "number[0].skills[0]", "t", "english" },
	};
	tw_status status = TW_ENOMEM;
	tw_error err = TW_ERROR_INIT;
	int64_t n;

	(void)state;
	for (n = 0; status == TW_ENOMEM; n++) {
		tw_deployment *d = deployment_with(pairs, 2);

		fail_allocation(n);
		status = tw_deployment_check(d, &err);
		fail_allocation(-1);
		tw_deployment_free(d);
	}
	assert_int_equal(status, TW_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_refused),
		cmocka_unit_test(the_65th_is_refused_once),
		cmocka_unit_test(a_pool_without_them_is_a_warning),
		cmocka_unit_test(the_same_pool_again_without_skills),
		cmocka_unit_test(memory_runs_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
