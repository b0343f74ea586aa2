/* Who owns what when: the same again, an end, or two owners. */
#include "accounts_fixture.h"
#include "accounts/match_table.h"
#include "../faults.h"

struct want {
	const char *kind, *text, *department;
	tw_time from, to;
};

static struct tw_owned owned(const struct want *want, int64_t line)
{
	struct tw_owned row = { .from = want->from, .to = want->to,
		.line = line };
	char text[TW_MATCH_MAX], name[160];

	assert_int_equal(tw__match_parse(&row.match, text, want->kind,
		want->text, &tw__dial_russia, NULL), TW_OK);
	strcpy(row.kind, want->kind);
	strcpy(row.text, text);
	snprintf(name, sizeof(name), "%s %s", want->kind, text);
	row.name = tw_strdup(name);
	row.department = tw_strdup(want->department);
	assert_true(row.name && row.department);
	return row;
}

static tw_status add(struct tw_match_table *table, const struct want *want,
		     tw_error *err)
{
	struct tw_owned row = owned(want, (int64_t)table->count + 2);
	tw_status status = tw__match_table_add(table, &row, err);

	if (status) {
		tw_free(row.name);
		tw_free(row.department);
	}
	return status;
}

/* What becomes of a second row beside "extension 100-149 kazan [10, 20)". */
static void beside_another(void **state)
{
	static const struct {
		struct want row;
		tw_status status;
		const char *word;
	} cases[] = {
		{ { "extension", "100-149", "kazan", 10, 20 }, TW_EEXIST,
		  "" },
		{ { "extension", "100 - 149", "kazan", 12, 18 }, TW_EEXIST,
		  "" },
		{ { "extension", "100-149", "kazan", 12, 20 }, TW_EEXIST,
		  "" },
		{ { "extension", "100-149", "kazan", 10, 15 }, TW_OK, "" },
		{ { "extension", "100-149", "kazan", 5, 20 }, TW_ECONFLICT,
		  "another time" },
		{ { "extension", "100-149", "kazan", 10, 21 }, TW_ECONFLICT,
		  "only come earlier" },
		{ { "extension", "100-149", "ufa", 20, 30 }, TW_OK, "" },
		{ { "extension", "100-149", "ufa", 0, 10 }, TW_OK, "" },
		{ { "extension", "100-149", "ufa", 19, 30 }, TW_ECONFLICT,
		  "'kazan' at the same time by line 2;" },
		{ { "extension", "100-149", "ufa", 0, 11 }, TW_ECONFLICT,
		  "give the earlier one an end" },
		/* inside: an exception; in part: no order */
		{ { "extension", "110-120", "ufa", 10, 20 }, TW_OK, "" },
		{ { "extension", "100-110", "ufa", 10, 20 }, TW_OK, "" },
		{ { "extension", "50-99", "ufa", 10, 20 }, TW_OK, "" },
		{ { "extension", "140-150", "ufa", 10, 20 }, TW_ECONFLICT,
		  "as extension 100-149" },
		{ { "extension", "149-150", "ufa", 10, 20 }, TW_ECONFLICT,
		  "as extension 100-149" },
		{ { "extension", "090-100", "ufa", 10, 20 }, TW_ECONFLICT,
		  "as extension 100-149" },
		{ { "extension", "150-160", "ufa", 10, 20 }, TW_OK, "" },
		{ { "extension", "140-150", "kazan", 10, 20 }, TW_OK, "" },
		{ { "extension", "140-150", "ufa", 20, 30 }, TW_OK, "" },
		/* other digits, another kind */
		{ { "extension", "0140-0150", "ufa", 10, 20 }, TW_OK, "" },
		{ { "accountcode", "140-150", "ufa", 10, 20 }, TW_OK, "" },
	};
	static const struct want first = { "extension", "100-149", "kazan",
		10, 20 };

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		struct tw_match_table table = { 0 };
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		assert_int_equal(add(&table, &first, &err), TW_OK);
		status = add(&table, &cases[i].row, &err);
		if (status != cases[i].status || !strstr(err.message,
							 cases[i].word))
			fail_msg("%zu: %s '%s'", i, tw_status_name(status),
				 err.message);
		assert_int_equal(table.rows[0].shortened, i == 3);
		assert_int_equal(table.rows[0].to, i == 3 ? 15 : 20);
		assert_int_equal(table.count, status || i == 3 ? 1 : 2);
		if (table.count == 2)
			assert_int_equal(table.rows[1].same_as, i == 6 ||
					 i == 7);
		tw__match_table_free(&table);
	}
}

/* What the deployment declares is ended there, not by an import. */
static void declared_ones_stay(void **state)
{
	static const struct want first = { "trunk", "main", "kazan", 10, 20 };
	static const struct want earlier = { "trunk", "main", "kazan", 10,
		15 };
	struct tw_match_table table = { 0 };
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(add(&table, &first, &err), TW_OK);
	table.rows[0].declared = true;
	table.rows[0].line = 0;
	assert_int_equal(add(&table, &earlier, &err), TW_ECONFLICT);
	assert_non_null(strstr(err.message, "stands in the deployment"));
	assert_int_equal(table.rows[0].to, 20);
	assert_false(table.rows[0].shortened);
	tw__match_table_free(&table);
}

/* Many names: each is found, whatever it hashes to. */
static void many_rows(void **state)
{
	struct tw_match_table table = { 0 };
	tw_error err = TW_ERROR_INIT;
	char text[24];
	struct want want = { "accountcode", text, "kazan", 0, 10 };

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		for (int i = 0; i < 1500; i++) {
			snprintf(text, sizeof(text), "code-%d", i);
			assert_int_equal(add(&table, &want, &err), turn ?
					 TW_EEXIST : TW_OK);
		}
	}
	want.department = "ufa";
	assert_int_equal(add(&table, &want, &err), TW_ECONFLICT);
	assert_non_null(strstr(err.message, "by line 1501"));
	tw__match_table_free(&table);
}

static void what_the_store_has(void **state)
{
	static const struct want rows[] = {
		{ "extension", "100-149", "Kazan", 0, 0 },
		{ "extension", "100-149", "Ufa", 0, 0 },
	};
	struct fixture *f = *state;
	struct tw_match_table table = { 0 };
	tw_error err = TW_ERROR_INIT;
	struct want want_row = rows[0];
	struct faults faults;
	int64_t n = 0;

	want_two_cities(f);
	want(f, "match[0].kind", "extension");
	want(f, "match[0].match", "100 - 149");
	want(f, "match[0].department", "Kazan");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	for (bool more = true; more; n++) {
		tw_status status;

		faults_begin(&faults, n);
		status = tw__match_table_load(&table, f->store,
					      &tw__dial_russia, &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		if (more) {
			tw__match_table_free(&table);
			memset(&table, 0, sizeof(table));
		}
	}
	assert_true(n > 4);
	assert_int_equal(table.count, 1);
	assert_string_equal(table.rows[0].name, "extension 100-149");
	assert_string_equal(table.rows[0].department, "Kazan");
	assert_true(table.rows[0].declared);
	assert_true(table.rows[0].match.range);
	assert_int_equal(table.rows[0].match.to, 149);
	assert_true(table.rows[0].to == TW_TIME_MAX);
	assert_true(table.rows[0].identity > 0);
	want_row.from = table.rows[0].from;
	want_row.to = TW_TIME_MAX;
	assert_int_equal(add(&table, &want_row, &err), TW_EEXIST);
	want_row.department = rows[1].department;
	assert_int_equal(add(&table, &want_row, &err), TW_ECONFLICT);
	assert_non_null(strstr(err.message, "in the store"));
	/* before its start it is a version of the same identity */
	want_row.to = want_row.from;
	want_row.from = 0;
	assert_int_equal(add(&table, &want_row, &err), TW_OK);
	assert_int_equal(table.rows[1].identity, table.rows[0].identity);
	tw__match_table_free(&table);
}

static void every_failed_allocation(void **state)
{
	static const struct want want = { "trunk", "main", "kazan", 1, 2 };
	struct faults faults;
	int64_t n = 0;

	(void)state;
	for (bool more = true; more; n++) {
		struct tw_match_table table = { 0 };
		struct tw_owned row = owned(&want, 2);
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		faults_begin(&faults, n);
		status = tw__match_table_add(&table, &row, &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(err.code, status);
		assert_int_equal(table.count, !more);
		if (more) {
			tw_free(row.name);
			tw_free(row.department);
		}
		tw__match_table_free(&table);
	}
	assert_int_equal(n, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beside_another),
		cmocka_unit_test(declared_ones_stay),
		cmocka_unit_test(many_rows),
		FIXTURE_TEST(what_the_store_has),
		cmocka_unit_test(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
