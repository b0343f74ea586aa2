/* Headers of `directory import`: which column is which, which is none. */
#include "deployment_fixture.h"
#include "accounts/match_columns.h"

static tw_status find(int out[TW_COL_COUNT], const char *header,
		      tw_error *err)
{
	struct tw_csv_row row;
	struct tw_csv *csv;
	tw_status status;

	assert_int_equal(tw__csv_new(&csv, header, strlen(header), ',', err),
			 TW_OK);
	assert_int_equal(tw__csv_next(csv, &row, err), TW_OK);
	status = tw__match_columns_find(out, &row, err);
	tw__csv_free(csv);
	return status;
}

static void in_any_order_and_case(void **state)
{
	tw_error err = TW_ERROR_INIT;
	int at[TW_COL_COUNT];

	(void)state;
	assert_int_equal(find(at, "To, Department ,MATCH,match_kind\n",
			      &err), TW_OK);
	assert_int_equal(at[TW_COL_KIND], 3);
	assert_int_equal(at[TW_COL_MATCH], 2);
	assert_int_equal(at[TW_COL_DEPARTMENT], 1);
	assert_int_equal(at[TW_COL_CITY], -1);
	assert_int_equal(at[TW_COL_FROM], -1);
	assert_int_equal(at[TW_COL_TO], 0);
}

/* A file of `directory suggest` comes back with what it shows to people. */
static void remarks_are_passed_over(void **state)
{
	tw_error err = TW_ERROR_INIT;
	int at[TW_COL_COUNT];

	(void)state;
	assert_int_equal(find(at, "match_kind,match,department,city,from,to,"
			      "calls,seconds,cost,currency,Comment,note,,\n",
			      &err), TW_OK);
	assert_int_equal(at[TW_COL_KIND], 0);
	assert_int_equal(at[TW_COL_TO], 5);
}

static void bad_headers_say_why(void **state)
{
	static const struct {
		const char *header, *field, *word;
	} bad[] = {
		{ "a,b,c\n", "match_kind", "no column match_kind" },
		{ "match_kind,department\n", "match", "no column match;" },
		{ "match_kind,match,city\n", "department",
		  "no column department" },
		{ "match_kind,match,department,form\n", "", "'form'" },
		{ "match_kind,match,department,DEPARTMENT\n", "",
		  "two columns are named 'DEPARTMENT'" },
		{ "note,match_kind,match,department,note\n", "",
		  "two columns are named 'note'" },
	};
	int at[TW_COL_COUNT];

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		tw_error err = TW_ERROR_INIT;

		assert_int_equal(find(at, bad[i].header, &err), TW_EPARSE);
		assert_string_equal(err.field, bad[i].field);
		if (!strstr(err.message, bad[i].word))
			fail_msg("%s: %s", bad[i].header, err.message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(in_any_order_and_case),
		TEST(remarks_are_passed_over),
		TEST(bad_headers_say_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
