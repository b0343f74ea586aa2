/* Versions into the store, and under which identity a row goes on. */
#include "deployment_fixture.h"

static int64_t count(tw_store *store, const char *from_where)
{
	char sql[400];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", from_where);
	return ask(store, sql);
}

/* Values where they belong, NULL for what was not said. */
static void every_kind_of_value(void **state)
{
	tw_store *store = fixture_store(*state);

	apply(store, deployment_new(), AUTUMN);
	assert_int_equal(count(store, "number n JOIN department d ON d.id = "
		"n.department WHERE n.name = '78432001122' AND n.rent = "
		"450000000000 AND d.name = 'kazan' AND n.one_off IS NULL AND "
		"n.valid_to = 9223372036854775807"), 1);
	assert_int_equal(count(store, "contract WHERE disagreement_protocol "
		"= 0 AND fine_cap = 1000000000000 AND penalty_percent_day = "
		"100000000 AND parties = 'Factory' || char(10) || 'Volga "
		"Telecom' AND \"from\" = 1767214800000000 AND \"to\" IS "
		"NULL"), 1);
	/* children in their order, under their parent, without a name */
	assert_int_equal(count(store, "pool_member m JOIN pool p ON p.id = "
		"m.parent WHERE p.name = 'sales' AND m.name IS NULL AND "
		"((m.position = 0 AND m.phone IS NOT NULL AND m.landline IS "
		"NULL) OR (m.position = 1 AND m.tier = 1 AND m.phone IS "
		"NULL))"), 2);
	assert_int_equal(count(store, "phone WHERE name = 'mobile' AND number "
		"= '79170000001' AND capacity = 2"), 1);
	assert_int_equal(count(store, "entity WHERE origin <> "
			       "'deployment'"), 0);
	assert_int_equal(count(store, "directory_change WHERE origin = "
			       "'deployment'"), 1);
	assert_int_equal(ask(store, "SELECT at_us FROM directory_change"),
			 AUTUMN);
	tw_store_free(store);
}

/* A row that changed: its old version ends where the new one begins. */
static void a_changed_row(void **state)
{
	static const struct pair change = { "number[0].rent", "t", "500.00" };
	tw_store *store = fixture_store(*state);
	int64_t before;

	apply(store, deployment_new(), AUTUMN);
	before = count(store, "entity");
	assert_int_equal(apply(store, deployment_with(&change, 1),
			       AUTUMN + DAY), 1);
	assert_int_equal(count(store, "entity"), before);
	assert_int_equal(count(store, "number a JOIN number b ON b.id = a.id "
		"AND b.valid_from = a.valid_to WHERE a.rent = 450000000000 "
		"AND b.rent = 500000000000"), 1);
	assert_int_equal(count(store, "number WHERE name = '78432001123'"),
			 1);
	assert_int_equal(count(store, "directory_change WHERE changes = 1"),
			 1);
	tw_store_free(store);
}

/* Identity is kind and name: gone and come back is the same one. */
static void what_comes_back(void **state)
{
	static const struct pair gone[] = {
		{ "carrier[1].name", "t", NULL },
	};
	tw_store *store = fixture_store(*state);
	int64_t identity;

	apply(store, deployment_new(), AUTUMN);
	identity = ask(store, "SELECT id FROM carrier WHERE name = 'ural'");
	apply(store, deployment_with(gone, 1), AUTUMN + DAY);
	assert_int_equal(count(store, "carrier WHERE name = 'ural' AND "
			       "valid_to = 9223372036854775807"), 0);
	apply(store, deployment_new(), AUTUMN + 2 * DAY);
	assert_int_equal(count(store, "carrier WHERE name = 'ural'"), 2);
	assert_int_equal(ask(store, "SELECT id FROM carrier WHERE name = "
		"'ural' AND valid_to = 9223372036854775807"), identity);
	tw_store_free(store);
}

/* ... unless it lives on under another name: then it is a new one. */
static void a_name_that_was_left(void **state)
{
	static const struct pair renamed[] = {
		{ "carrier[1].name", "t", "siberia" },
		{ "carrier[1].was", "t", "ural" },
	};
	static const struct pair both[] = {
		{ "carrier[1].name", "t", "siberia" },
		{ "carrier[2].name", "t", "ural" },
	};
	tw_store *store = fixture_store(*state);
	int64_t identity;

	apply(store, deployment_new(), AUTUMN);
	identity = ask(store, "SELECT id FROM carrier WHERE name = 'ural'");
	apply(store, deployment_with(renamed, 2), AUTUMN + DAY);
	assert_int_equal(ask(store, "SELECT id FROM carrier WHERE name = "
			     "'siberia'"), identity);
	apply(store, deployment_with(both, 2), AUTUMN + 2 * DAY);
	assert_int_not_equal(ask(store, "SELECT id FROM carrier WHERE name = "
		"'ural' AND valid_to = 9223372036854775807"), identity);
	assert_int_equal(ask(store, "SELECT id FROM carrier WHERE name = "
		"'siberia' AND valid_to = 9223372036854775807"), identity);
	tw_store_free(store);
}

/* What an import had entered and the file declares is the file's now. */
static void imported_rows_are_adopted(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_error err = TW_ERROR_INIT;
	int64_t identity;

	assert_int_equal(tw_store_begin(store, NULL), TW_OK);
	assert_int_equal(run(store, "INSERT INTO entity (id, kind, origin) "
		"VALUES (70, 'carrier', 'import'), (71, 'carrier', "
		"'import')", &err), TW_OK);
	assert_int_equal(run(store, "INSERT INTO carrier (id, valid_from, "
		"name) VALUES (70, 1, 'ural'), (71, 1, 'unheard-of')", &err),
		TW_OK);
	assert_int_equal(tw_store_commit(store, NULL), TW_OK);
	apply(store, deployment_new(), AUTUMN);
	identity = ask(store, "SELECT id FROM carrier WHERE name = 'ural' "
		       "AND valid_to = 9223372036854775807");
	assert_int_equal(identity, 70);
	assert_int_equal(count(store, "entity WHERE id = 70 AND origin = "
			       "'deployment'"), 1);
	/* what it does not declare stays the import's, and in force */
	assert_int_equal(count(store, "entity e JOIN carrier c ON c.id = e.id "
		"WHERE e.id = 71 AND e.origin = 'import' AND c.valid_to = "
		"9223372036854775807"), 1);
	tw_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_kind_of_value),
		TEST(a_changed_row),
		TEST(what_comes_back),
		TEST(a_name_that_was_left),
		TEST(imported_rows_are_adopted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
