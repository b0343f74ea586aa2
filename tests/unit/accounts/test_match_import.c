/* `directory import`: all or nothing, every row in one count. */
#include "deployment_fixture.h"

#define HEADER "match_kind,match,department,city,from,to\n"

static tw_status import(tw_store *store, const char *csv, const char *zone,
			tw_counts *counts, tw_rejects **rejects,
			tw_error *err)
{
	tw_status status;

	*rejects = NULL;
	status = tw_directory_import(counts, rejects, store, csv, strlen(csv),
				     zone, err);
	if (!status)
		assert_true(counts->rows_read == counts->rows_stored +
			    counts->rows_rejected + counts->duplicates +
			    counts->conflicts + counts->rows_held);
	return status;
}

static tw_counts take(tw_store *store, const char *csv, const char *zone)
{
	tw_counts counts = TW_COUNTS_INIT;
	tw_rejects *rejects;
	tw_reject reject = TW_REJECT_INIT;
	tw_error err = TW_ERROR_INIT;

	if (import(store, csv, zone, &counts, &rejects, &err))
		fail_msg("%s", err.message);
	while (!tw_rejects_next(&reject, rejects, NULL))
		print_message("line %lld %s: %s\n", (long long)reject.line,
			      reject.column, reject.reason);
	tw_rejects_free(rejects);
	return counts;
}

static void departments_and_company_come_with_it(void **state)
{
	static const char csv[] = HEADER
		"extension,100-149,kazan,Kazan,,\n"
		"extension,150,ufa,Ufa,2026-10-01,\n"
		"number,8 (843) 200-11-22,kazan,,,2027-01-01\n"
		"trunk,sip-main,office,,,\n";
	tw_store *store = fixture_store(*state);
	tw_counts counts = take(store, csv, "Europe/Moscow");
	tw_directory *d;

	assert_int_equal(counts.rows_stored, 4);
	d = directory_at(store, 0);
	assert_string_equal(text_of(d, "company", "company", "zone"),
			    "Europe/Moscow");
	assert_string_equal(text_of(d, "department", "kazan", "city"),
			    "Kazan");
	assert_string_equal(text_of(d, "match", "extension 100-149",
				    "department"), "kazan");
	assert_string_equal(text_of(d, "match", "number 78432001122",
				    "department"), "kazan");
	assert_string_equal(text_of(d, "match", "trunk sip-main",
				    "department"), "office");
	assert_null(text_of(d, "match", "extension 150", "department"));
	tw_directory_free(d);
	/* Midnight in Moscow. */
	assert_true(ask(store, "SELECT valid_from FROM \"match\" WHERE name "
			"= 'extension 150'") == (1790812800 - 3 * 3600) *
		    TW_SECOND);
	/* The same again adds nothing. */
	counts = take(store, csv, "Europe/Moscow");
	assert_int_equal(counts.duplicates, 4);
	assert_int_equal(ask(store, "SELECT count(*) FROM department"), 3);
	assert_int_equal(ask(store, "SELECT count(*) FROM company"), 1);
	assert_int_equal(ask(store, "SELECT count(*) FROM directory_change"),
			 1);
	tw_store_free(store);
}

static void without_a_zone_no_company(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;
	tw_counts counts = take(store, HEADER
				"extension,1,a,,2026-10-01,\n", NULL);
	tw_rejects *rejects;

	assert_int_equal(counts.rows_stored, 1);
	assert_int_equal(ask(store, "SELECT count(*) FROM company"), 0);
	assert_true(ask(store, "SELECT valid_from FROM \"match\"") ==
		    1790812800 * TW_SECOND);
	assert_int_equal(import(store, HEADER "extension,2,a,,,\n",
				"Mars/Base", &counts, &rejects, &err),
			 TW_ENOTFOUND);
	tw_store_free(store);
}

static void columns_in_any_order(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_counts counts = take(store, "\xef\xbb\xbf" "Department;MATCH;"
				"match_kind\r\n\"a \"\"b\"\"\";101;extension"
				"\r\n", NULL);

	assert_int_equal(counts.rows_stored, 1);
	assert_int_equal(ask(store, "SELECT count(*) FROM department WHERE "
			     "name = 'a \"b\"'"), 1);
	tw_store_free(store);
}

static void one_bad_row_holds_all(void **state)
{
	static const struct {
		const char *row, *column, *word;
	} bad[] = {
		{ "colour,1,a,,,", "match_kind", "extension" },
		{ "extension,,a,,,", "match", "1 to" },
		{ "extension,1,,,,", "department", "empty" },
		{ "extension,9-1,a,,,", "match", "rise" },
		{ "extension,1,a,,yesterday,", "from", "" },
		{ "extension,1,a,,2026-10-02,2026-10-01", "to", "after" },
		{ "number,x,a,,,", "match", "telephone" },
		{ "extension,1,a,Perm,,", "city", "Kazan" },
		{ "extension,1,a\x01,,,", "department", "control" },
		{ "extension,5,b,,,", "match", "by line 2" },
		{ "extension,15-25,b,,,", "match", "by line 3" },
	};
	tw_store *store = fixture_store(*state);
	tw_counts counts = TW_COUNTS_INIT;
	tw_rejects *rejects;
	tw_reject reject = TW_REJECT_INIT;
	tw_error err = TW_ERROR_INIT;
	char csv[400];

	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++) {
		snprintf(csv, sizeof(csv), HEADER "extension,5,a,Kazan,,\n"
			 "extension,10-20,a,,,\n%s\n", bad[i].row);
		assert_int_equal(import(store, csv, "UTC", &counts, &rejects,
					&err), TW_OK);
		assert_int_equal(counts.rows_read, 3);
		assert_int_equal(counts.rows_stored, 0);
		assert_int_equal(counts.rows_held, 2);
		assert_int_equal(counts.rows_rejected + counts.conflicts, 1);
		assert_int_equal(tw_rejects_next(&reject, rejects, NULL),
				 TW_OK);
		assert_int_equal(reject.line, 4);
		if (strcmp(reject.column, bad[i].column) ||
		    !strstr(reject.reason, bad[i].word))
			fail_msg("%s: %s: %s", bad[i].row, reject.column,
				 reject.reason);
		tw_rejects_free(rejects);
		assert_int_equal(ask(store, "SELECT count(*) FROM entity"),
				 0);
	}
	tw_store_free(store);
}

static void unreadable_files(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_counts counts = TW_COUNTS_INIT;
	tw_rejects *rejects;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(import(store, "", "UTC", &counts, &rejects, &err),
			 TW_EPARSE);
	assert_int_equal(import(store, "a,b,c\n1,2,3\n", "UTC", &counts,
				&rejects, &err), TW_EPARSE);
	assert_string_equal(err.field, "match_kind");
	assert_int_equal(tw_directory_import(NULL, NULL, store, "", 0, NULL,
					     &err), TW_EINVAL);
	assert_int_equal(ask(store, "SELECT count(*) FROM entity"), 0);
	tw_store_free(store);
}

/* An extension changes hands: end the old row, start the new one. */
static void an_extension_changes_hands(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_counts counts;
	tw_directory *d;

	take(store, HEADER "extension,7,sales,,,\n", "UTC");
	counts = take(store, HEADER "extension,7,service,,2026-10-01,\n",
		      "UTC");
	assert_int_equal(counts.conflicts, 1);
	counts = take(store, HEADER "extension,7,sales,,,2026-10-01\n"
		      "extension,7,service,,2026-10-01,\n", "UTC");
	assert_int_equal(counts.rows_stored, 2);
	assert_int_equal(ask(store, "SELECT count(DISTINCT id) FROM "
			     "\"match\""), 1);
	d = directory_at(store, 1790812800 * TW_SECOND - 1);
	assert_string_equal(text_of(d, "match", "extension 7", "department"),
			    "sales");
	tw_directory_free(d);
	d = directory_at(store, 1790812800 * TW_SECOND);
	assert_string_equal(text_of(d, "match", "extension 7", "department"),
			    "service");
	tw_directory_free(d);
	tw_store_free(store);
}

/* An apply ends what applies made, and leaves the import's rows alone. */
static void apply_leaves_imports_alone(void **state)
{
	static const struct pair more[] = {
		{ "department[2].name", "t", "office" },
		{ "department[2].city", "t", "Perm" } };
	tw_store *store = fixture_store(*state);
	tw_counts counts;
	tw_error err = TW_ERROR_INIT;
	tw_changes *changes = NULL;
	tw_deployment *d;
	tw_directory *dir;
	uint64_t before;

	take(store, HEADER "extension,700,office,Perm,,\n", "Europe/Moscow");
	dir = directory_at(store, AUTUMN);
	before = identity_of(dir, "department", "office");
	tw_directory_free(dir);
	assert_true(apply(store, deployment_new(), AUTUMN) > 10);
	assert_int_equal(apply(store, deployment_new(), AUTUMN + DAY), 0);
	dir = directory_at(store, AUTUMN + DAY);
	assert_string_equal(text_of(dir, "match", "extension 700",
				    "department"), "office");
	/* The import's company became the deployment's. */
	assert_int_equal(ask(store, "SELECT count(DISTINCT id) FROM company"),
			 1);
	assert_string_equal(text_of(dir, "company", "Factory", "currency"),
			    "RUB");
	tw_directory_free(dir);
	/* Named in a deployment, it is the deployment's, the same one. */
	apply(store, deployment_with(more, 2), AUTUMN + 2 * DAY);
	assert_int_equal(apply(store, deployment_with(more, 2),
			       AUTUMN + 3 * DAY), 0);
	dir = directory_at(store, AUTUMN + 3 * DAY);
	assert_true(identity_of(dir, "department", "office") == before);
	tw_directory_free(dir);
	/* ... and can't end while an imported match belongs to it. */
	d = deployment_new();
	assert_int_equal(tw_deployment_apply(&changes, d, store, AUTUMN +
					     4 * DAY, 0, &err), TW_ECONFLICT);
	assert_non_null(strstr(err.message, "extension 700"));
	tw_deployment_free(d);
	/* A match of the deployment is ended there, not by an import. */
	counts = take(store, HEADER "extension,100-149,kazan,,,2027-01-01\n",
		      NULL);
	assert_int_equal(counts.rows_stored, 0);
	tw_store_free(store);
}

static void allocation_faults(void **state)
{
	static const char csv[] = HEADER
		"extension,100-149,kazan,Kazan,,\n"
		"number,8 (843) 200-11-22,ufa,Ufa,,2027-01-01\n"
		"trunk,sip-main,office,,,\n";
	tw_store *store = fixture_store(*state);
	tw_counts counts = TW_COUNTS_INIT;
	tw_rejects *rejects;
	tw_status status = TW_ENOMEM;
	int64_t n;

	for (n = 0; status == TW_ENOMEM; n++) {
		assert_int_equal(ask(store, "SELECT count(*) FROM entity"),
				 0);
		fail_allocation(n);
		status = import(store, csv, "UTC", &counts, &rejects, NULL);
		fail_allocation(-1);
	}
	assert_int_equal(status, TW_OK);
	assert_true(n > 15);   /* statements stay in their cache */
	tw_rejects_free(rejects);
	assert_int_equal(ask(store, "SELECT count(*) FROM \"match\""), 3);
	tw_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(departments_and_company_come_with_it),
		TEST(without_a_zone_no_company),
		TEST(columns_in_any_order),
		TEST(one_bad_row_holds_all),
		TEST(unreadable_files),
		TEST(an_extension_changes_hands),
		TEST(apply_leaves_imports_alone),
		TEST(allocation_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
