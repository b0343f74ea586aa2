/* Sites that could not call for help, permissions that would say nothing. */
#include "deployment_fixture.h"

static const struct wrong wrongs[] = {
	{ { "site[0].emergency[0]", "t", "nowhere" }, "site[0].emergency",
	  "no landline or trunk 'nowhere'", NO },
	{ { "permission[0].otherwise", "t", "block" }, "permission[0].name",
	  "required", NO },
	{ { "permission[0].name", "t", "p" }, "permission[0].to",
	  "no beginning of a number", { "permission[0].to[0]", "t",
					"+7843" } },
	{ { "permission[0].name", "t", "p" }, "permission[0].to",
	  "no beginning", { "permission[0].to[0]", "t",
			    "1234567890123456" } },
	{ { "permission[0].name", "t", "p" }, "permission[0].from",
	  "no beginning", { "permission[0].from[0]", "t", "7 843" } },
	{ { "permission[0].name", "t", "p" }, "permission[0].contracts",
	  "no contract 'c-2'", { "permission[0].contracts[0]", "t",
				 "c-2" } },
	{ { "permission[0].name", "t", "p" }, "permission[0].otherwise",
	  "block", { "permission[0].otherwise", "t", "allow" } },
	{ { "permission[0].name", "t", "p" }, "permission[0].direction",
	  "outbound", { "permission[0].direction", "t", "inbound" } },
	{ { "permission[0].name", "t", "p" }, "permission[0].unknown",
	  "apply", { "permission[0].unknown", "t", "block" } },
	{ { "carrier[0].no_caller", "t", "drop" }, "carrier[0].no_caller",
	  "send", NO },
	{ { "landline[0].carrier", "t", "nobody" }, "landline[0].carrier",
	  "no carrier 'nobody'", NO },
};

static void refused_with_key_and_mend(void **state)
{
	(void)state;
	refuse_all(wrongs, TW_ARRAY_COUNT(wrongs));
}

/* What nothing permits does not go with a warning. */
static void never_is_never(void **state)
{
	static const char *const words[] = { "warn", "avoid", "block" };
	struct pair changes[] = { { "permission[0].name", "t", "p" },
		{ "permission[0].never", "b", "true" },
		{ "permission[0].otherwise", "t", NULL } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		tw_deployment *d;

		changes[2].text = words[i];
		d = deployment_with(changes, 3);
		assert_int_equal(tw_deployment_check(d, NULL),
				 i < 2 ? TW_EPARSE : TW_OK);
		if (i < 2)
			assert_true(has_problem(d, "permission[0].otherwise",
						"never = true forbids"));
		tw_deployment_free(d);
	}
}

static bool warned(const struct pair *changes, size_t count,
		   const char *field, const char *word)
{
	tw_deployment *d = deployment_with(changes, count);
	tw_error problem = TW_ERROR_INIT;
	bool found = false;

	assert_int_equal(tw_deployment_check(d, NULL), TW_OK);
	for (uint32_t i = 0; !tw_deployment_problem(&problem, d, i, NULL);
	     i++)
		found |= !problem.code && !strcmp(problem.field, field) &&
			strstr(problem.message, word);
	tw_deployment_free(d);
	return found;
}

static void told_about_sites(void **state)
{
	static const struct pair trunk[] = {
		{ "site[0].emergency[0]", "t", "kazan-line" },
		{ "site[0].emergency[1]", "t", "main" },
		{ "number[0].site", "t", "kazan-site" },
	};
	static const struct pair silent[] = {
		{ "landline[0].uri", "t", NULL },
	};
	static const struct pair elsewhere[] = {
		{ "site[1].name", "t", "ufa-site" },
		{ "site[1].emergency[0]", "t", "kazan-line" },
	};

	(void)state;
	assert_false(warned(NULL, 0, "site[0].emergency", ""));
	assert_true(warned(silent, 1, "site[0].emergency", "no way out"));
	/* over a trunk it shows a number: one of that site */
	assert_true(warned(trunk, 2, "site[0].emergency",
			   "no number has this site"));
	assert_false(warned(trunk, 3, "site[0].emergency", ""));
	assert_true(warned(elsewhere, 2, "site[1].emergency",
			   "landline of another site"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_with_key_and_mend),
		cmocka_unit_test(never_is_never),
		cmocka_unit_test(told_about_sites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
