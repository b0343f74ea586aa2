/* What a match covers. */
#include "deployment_fixture.h"
#include "accounts/match.h"

static tw_status parse(struct tw_match *match, const char *kind,
		       const char *text, char *out)
{
	char unused[TW_MATCH_MAX];

	return tw__match_parse(match, out ? out : unused, kind, text,
			       &tw__dial_russia, NULL);
}

static void exact_and_ranges(void **state)
{
	struct tw_match m;
	char text[TW_MATCH_MAX];

	(void)state;
	assert_int_equal(parse(&m, "extension", "101", text), TW_OK);
	assert_false(m.range);
	assert_string_equal(text, "101");
	assert_true(tw__match_covers(&m, text, "101"));
	assert_false(tw__match_covers(&m, text, "1010"));
	assert_int_equal(parse(&m, "extension", "100 - 149", text), TW_OK);
	assert_true(m.range);
	assert_string_equal(text, "100-149");
	assert_true(tw__match_covers(&m, text, "100"));
	assert_true(tw__match_covers(&m, text, "149"));
	assert_false(tw__match_covers(&m, text, "150"));
	assert_false(tw__match_covers(&m, text, "99"));
	/* As many digits: 0100 and 1000 are other extensions. */
	assert_false(tw__match_covers(&m, text, "0100"));
	assert_false(tw__match_covers(&m, text, "1000"));
	assert_false(tw__match_covers(&m, text, "10x"));
	assert_false(tw__match_covers(&m, text, ""));
	assert_int_equal(parse(&m, "extension", "000-099", text), TW_OK);
	assert_true(tw__match_covers(&m, text, "007"));
	assert_false(tw__match_covers(&m, text, "7"));
}

static void names_with_dashes_are_names(void **state)
{
	struct tw_match m;
	char text[TW_MATCH_MAX];

	(void)state;
	assert_int_equal(parse(&m, "trunk", "sip-trunk", text), TW_OK);
	assert_false(m.range);
	assert_int_equal(parse(&m, "accountcode", "a-1", text), TW_OK);
	assert_false(m.range);
	assert_true(tw__match_covers(&m, text, "a-1"));
}

static void numbers_are_normalised(void **state)
{
	struct tw_match m;
	char text[TW_MATCH_MAX];

	(void)state;
	assert_int_equal(parse(&m, "number", "8 (800) 555-35-35", text),
			 TW_OK);
	assert_string_equal(text, "78005553535");
	assert_false(m.range);
	assert_int_equal(parse(&m, "number", "8-800-555-35-35", text), TW_OK);
	assert_string_equal(text, "78005553535");
	assert_int_equal(parse(&m, "number", "88432000000-88432000099", text),
			 TW_OK);
	assert_true(m.range);
	assert_string_equal(text, "78432000000-78432000099");
	assert_true(tw__match_covers(&m, text, "78432000042"));
	assert_int_equal(parse(&m, "number", "abc", text), TW_EPARSE);
}

static void refusals(void **state)
{
	struct tw_match m;
	char longer[200];

	(void)state;
	memset(longer, '1', sizeof(longer));
	longer[199] = '\0';
	assert_int_equal(parse(&m, "colour", "1", NULL), TW_EPARSE);
	assert_int_equal(parse(&m, "extension", "", NULL), TW_EPARSE);
	assert_int_equal(parse(&m, "extension", longer, NULL), TW_EPARSE);
	assert_int_equal(parse(&m, "extension", "149-100", NULL), TW_EPARSE);
	assert_int_equal(parse(&m, "extension", "100-100", NULL), TW_EPARSE);
	assert_int_equal(parse(&m, "extension", "99-101", NULL), TW_EPARSE);
	assert_true(tw__match_kind_is_known("trunk"));
	assert_false(tw__match_kind_is_known("Trunk"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_and_ranges),
		cmocka_unit_test(names_with_dashes_are_names),
		cmocka_unit_test(numbers_are_normalised),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
