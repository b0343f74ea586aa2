/* What values are called, and in which order they stand. */
#include "breakdown_fixture.h"
#include "accounts/breakdown_names.h"

static const uint8_t as_met[] = { 0 };

static void must_stand(tw_store *store, uint32_t cut, const int64_t *values,
		       size_t count, const char *wanted)
{
	const struct tw__cut_naming naming = { store, cut,
		MOSCOW("2026-11-01T00:00:00") };
	struct tw__cut_groups groups = { .parts = 2 };
	const struct tw__cut_sums sums = { .calls = 1 };
	struct tw__cut_names names = { 0 };
	tw_error err = TW_ERROR_INIT;
	char text[400] = "";

	for (size_t i = 0; i < count; i++) {
		int64_t part[TW_CUT_PARTS] = { values[i], 1 };

		assert_int_equal(tw__cut_groups_add(&groups, part, &sums,
						    &err), TW_OK);
	}
	assert_int_equal(tw__cut_groups_settle(&groups, as_met, 1, &err),
			 TW_OK);
	if (tw__cut_names_set(&names, &groups, 0, &naming, &err))
		fail_msg("%s", err.message);
	for (size_t i = 0; i < names.count; i++) {
		strcat(text, names.texts[i]);
		strcat(text, ";");
	}
	assert_string_equal(text, wanted);
	for (size_t i = 0; i < groups.count; i++)
		assert_in_range(groups.rows[i].part[0], 0, names.count - 1);
	tw__cut_names_free(&names);
	tw__cut_groups_free(&groups);
}

static void test_values(void **state)
{
	static const int64_t directions[] = { 4, 1, 0, 3, 2, 99 };
	static const int64_t days[] = { 20261005, 20260131, 20261004 };
	static const int64_t hours[] = { 24, 1, 10, 3 };
	static const int64_t prefixes[] = { 17916, 1007, 0, 144, 17 };
	static const int64_t durations[] = { 61, 0, 3601, 1, 181, 11 };
	static const int64_t months[] = { 202610, 202601 };
	static const int64_t statuses[] = { 5, 1, 2 };

	(void)state;
	must_stand(NULL, TW_CUT_DIRECTION, directions, 6,
		   "forward;inbound;internal;outbound;;;");
	must_stand(NULL, TW_CUT_DAY, days, 3,
		   "2026-01-31;2026-10-04;2026-10-05;");
	must_stand(NULL, TW_CUT_MONTH, months, 2, "2026-01;2026-10;");
	must_stand(NULL, TW_CUT_HOUR, hours, 4, "00;02;09;23;");
	must_stand(NULL, TW_CUT_WEEKDAY, hours, 2, "1;24;");
	must_stand(NULL, TW_CUT_PREFIX, prefixes, 5, "007;44;7;7916;;");
	must_stand(NULL, TW_CUT_DURATION, durations, 6,
		   "0;10;60;180;3600;;");
	must_stand(NULL, TW_CUT_STATUS, statuses, 3,
		   "answered;cancelled;no_answer;");
	must_stand(NULL, TW_CUT_STATUS, NULL, 0, "");
}

static void test_directory(void **state)
{
	struct fixture *f = *state;
	int64_t ids[3] = { 0, 0, 987654 };

	want_two_cities(f);
	apply_at(f, "2026-01-01T00:00:00+03:00");
	ids[1] = one_number(f, "SELECT id FROM department "
			    "WHERE name = 'Ufa' LIMIT 1");
	ids[0] = one_number(f, "SELECT id FROM department "
			    "WHERE name = 'Kazan' LIMIT 1");
	/* renamed within the report's time and after it */
	want_company(f);
	want(f, "department[0].name", "Kazan");
	want(f, "department[1].name", "Arsk");
	want(f, "department[1].was", "Ufa");
	apply_at(f, "2026-10-20T00:00:00+03:00");
	want_company(f);
	want(f, "department[0].name", "Kazan");
	want(f, "department[1].name", "Yelets");
	want(f, "department[1].was", "Arsk");
	apply_at(f, "2026-11-02T00:00:00+03:00");
	must_stand(f->store, TW_CUT_DEPARTMENT, ids, 3, "Arsk;Kazan;;");
	ids[0] = one_number(f, "SELECT max(id) FROM trunk");
	must_stand(f->store, TW_CUT_TRUNK, ids, 1, "main;");
}

static void test_only(void **state)
{
	static const int64_t values[] = { 1, 2, 0, 3, 2 };
	struct fixture *f = *state;
	const struct tw__cut_naming ways = { f->store, TW_CUT_DIRECTION, 0 };
	const struct tw__cut_naming trunk = { f->store, TW_CUT_TRUNK, 0 };
	struct tw__cut_groups groups = { .parts = 3 };
	const struct tw__cut_sums sums = { .calls = 1 };
	struct tw__cut_names names = { 0 };
	tw_error err = TW_ERROR_INIT;

	want_two_cities(f);
	apply_at(f, "2026-01-01T00:00:00+03:00");
	for (size_t i = 0; i < 5; i++) {
		int64_t part[TW_CUT_PARTS] = { values[i], (int64_t)i, 1 };

		assert_int_equal(tw__cut_groups_add(&groups, part, &sums,
						    &err), TW_OK);
	}
	assert_int_equal(tw__cut_groups_settle(&groups, as_met, 1, &err),
			 TW_OK);
	assert_int_equal(tw__cut_names_set(&names, &groups, 0, &ways, &err),
			 TW_OK);
	assert_int_equal(tw__cut_names_only(&groups, 0, &names, &ways,
					    "inbound", &err), TW_OK);
	assert_int_equal(groups.count, 2);
	assert_int_equal(groups.rows[0].part[1], 1);
	assert_int_equal(groups.rows[1].part[1], 4);
	assert_int_equal(tw__cut_names_only(&groups, 0, &names, &ways, "",
					    &err), TW_OK);
	assert_int_equal(groups.count, 0);
	/* no row has it, and that is no mistake; or nothing ever had it */
	assert_int_equal(tw__cut_names_only(&groups, 0, &names, &trunk,
					    "main", &err), TW_OK);
	assert_int_equal(tw__cut_names_only(&groups, 0, &names, &trunk,
					    "mian", &err), TW_ENOTFOUND);
	assert_string_equal(err.field, "only");
	tw__cut_names_free(&names);
	tw__cut_groups_free(&groups);
}

/* Of keys that no directory names: what no call could ever have. */
static void test_only_what_may_be(void **state)
{
	static const struct { uint32_t cut; const char *good, *bad[6]; }
	all[] = {
		{ TW_CUT_DIRECTION, "internal", { "Inbound", "any", " " } },
		{ TW_CUT_STATUS, "cancelled", { "lost", "answered " } },
		{ TW_CUT_WEEKDAY, "7", { "0", "8", "9", "07", "-1", "mon" } },
		{ TW_CUT_HOUR, "23", { "24", "25", "9", "-1", "009", "x" } },
		{ TW_CUT_DURATION, "3600", { "11", "-1", "00", "3601" } },
		{ TW_CUT_PREFIX, "0049", { "+49", "7 9", "x" } },
		{ TW_CUT_MONTH, "9999-12", { "2026-13", "2026-00", "2026-1",
			"0000-01", "2026-10-05", "10000-01" } },
		{ TW_CUT_DAY, "2024-02-29", { "2026-02-29", "2026-02-31",
			"2026-13-01", "2026-10-5", "2026-10-05T00:00:00Z",
			"0000-01-01" } },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		const struct tw__cut_naming naming = { f->store, all[i].cut,
			0 };
		struct tw__cut_groups groups = { .parts = 3 };
		struct tw__cut_names names = { 0 };
		tw_error err = TW_ERROR_INIT;

		assert_int_equal(tw__cut_names_only(&groups, 0, &names,
			&naming, all[i].good, &err), TW_OK);
		assert_int_equal(tw__cut_names_only(&groups, 0, &names,
			&naming, "", &err), TW_OK);
		for (size_t j = 0; j < 6 && all[i].bad[j]; j++) {
			if (tw__cut_names_only(&groups, 0, &names, &naming,
				all[i].bad[j], &err) != TW_EINVAL)
				fail_msg("%s", all[i].bad[j]);
			assert_string_equal(err.field, "only");
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		FIXTURE_TEST(test_directory), FIXTURE_TEST(test_only),
		FIXTURE_TEST(test_only_what_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
