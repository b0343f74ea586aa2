/* Whose call it is: precedence, versions, ranges. */
#include "accounts_fixture.h"

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	must_verify(*state);
	fixture_close(*state);
	free(*state);
	return 0;
}

static void want_match(struct fixture *f, int i, const char *kind,
		       const char *match, const char *department)
{
	char path[64];

	snprintf(path, sizeof(path), "match[%d].kind", i);
	want(f, path, kind);
	snprintf(path, sizeof(path), "match[%d].match", i);
	want(f, path, match);
	snprintf(path, sizeof(path), "match[%d].department", i);
	want(f, path, department);
}

static int64_t department(struct fixture *f, const char *name)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "SELECT id FROM department "
		 "WHERE name = '%s'", name);
	return one_number(f, sql);
}

/* The department that a record ended up in. */
static int64_t placed(struct fixture *f, const tw_cdr *cdr)
{
	tw_import *import = begin_import(f, NULL, NULL);
	char sql[128];

	add_call(import, cdr);
	end_import(import);
	snprintf(sql, sizeof(sql), "SELECT department FROM call "
		 "WHERE call_id = '%s'", cdr->call_id);
	return one_number(f, sql);
}

static void test_precedence(void **state)
{
	static const char *const names[] = { "by name", "by account",
		"by extension", "by number", "by trunk" };
	struct fixture *f = *state;
	char id[32], path[64];
	tw_cdr cdr;

	want_company(f);
	want(f, "carrier[0].name", "carrier");
	want(f, "trunk[0].name", "main");
	want(f, "trunk[0].carrier", "carrier");
	want(f, "trunk[0].registrar", "sip:127.0.0.1;transport=udp");
	want(f, "trunk[0].user", "u");
	for (int i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), "department[%d].name", i);
		want(f, path, names[i]);
	}
	want(f, "number[0].number", "+7 843 200-00-01");
	want(f, "number[0].carrier", "carrier");
	want(f, "number[0].department", "by number");
	want_match(f, 0, "accountcode", "sales", "by account");
	want_match(f, 1, "extension", "100-149", "by extension");
	want_match(f, 2, "trunk", "main", "by trunk");
	want_match(f, 3, "number", "8 (347) 200-00-02", "by number");
	apply_at(f, "2026-09-01T00:00:00+03:00");

	cdr = call_of(f, id, "78432000001", "79161234567");
	cdr.department = "by name";
	cdr.accountcode = "sales";
	cdr.extension = "120";
	cdr.trunk = "main";
	assert_int_equal(placed(f, &cdr), department(f, "by name"));
	cdr.department = NULL;
	cdr.call_id = "2";
	assert_int_equal(placed(f, &cdr), department(f, "by account"));
	cdr.accountcode = "unknown";
	cdr.call_id = "3";
	assert_int_equal(placed(f, &cdr), department(f, "by extension"));
	cdr.extension = "150";
	cdr.call_id = "4";
	assert_int_equal(placed(f, &cdr), department(f, "by number"));
	cdr.caller = "79990000000";
	cdr.call_id = "5";
	assert_int_equal(placed(f, &cdr), department(f, "by trunk"));
	cdr.trunk = "other";
	cdr.call_id = "6";
	assert_int_equal(placed(f, &cdr), 0);
	/* a number match, spelled otherwise */
	cdr.caller = "+73472000002";
	cdr.call_id = "7";
	assert_int_equal(placed(f, &cdr), department(f, "by number"));
	/* a short caller is an extension without being told so */
	cdr.caller = "149";
	cdr.extension = NULL;
	cdr.call_id = "8";
	assert_int_equal(placed(f, &cdr), department(f, "by extension"));
	/* 0120 is not 120 */
	cdr.caller = "0120";
	cdr.call_id = "9";
	assert_int_equal(placed(f, &cdr), 0);
	/* a forwarded leg is the forwarding number's */
	cdr.direction = TW_DIRECTION_FORWARD;
	cdr.leg = 2;
	cdr.number = "78432000001";
	cdr.accountcode = "sales";
	cdr.call_id = "10";
	assert_int_equal(placed(f, &cdr), department(f, "by number"));
	/* a name that nobody declared says nothing, but is kept */
	cdr.department = "nobody's";
	cdr.call_id = "11";
	assert_int_equal(placed(f, &cdr), department(f, "by number"));
	assert_int_equal(one_number(f, "SELECT count(*) FROM call c "
		"JOIN marks m ON m.id = c.marks "
		"WHERE m.department = 'nobody''s'"), 1);
}

/* Kazan's number becomes Ufa's on 11 October at noon. */
static void test_moved_number_splits_calls_and_rent(void **state)
{
	struct fixture *f = *state;
	tw_import *import;
	tw_expense_row row;
	char id[32];
	tw_cdr cdr;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	want_company(f);
	want(f, "department[0].name", "Kazan");
	want(f, "department[0].city", "Kazan");
	want(f, "department[1].name", "Ufa");
	want(f, "department[1].city", "Ufa");
	want(f, "carrier[0].name", "carrier");
	want(f, "number[0].number", "78432000001");
	want(f, "number[0].carrier", "carrier");
	want(f, "number[0].department", "Ufa");
	want(f, "number[0].rent", "300.00");
	apply_at(f, "2026-10-11T12:00:00+03:00");
	usual_tariff(f);

	import = begin_import(f, NULL, NULL);
	cdr = call_of(f, id, "78432000001", "79161234567");
	cdr.start = MOSCOW("2026-10-11T11:59:59.999999");
	cdr.answer = cdr.start;
	add_call(import, &cdr);
	cdr = call_of(f, id, "78432000001", "79161234567");
	cdr.start = MOSCOW("2026-10-11T12:00:00");
	cdr.answer = cdr.start;
	cdr.duration_us = 120 * TW_SECOND;
	add_call(import, &cdr);
	/* before the directory knew the number: nobody's */
	cdr = call_of(f, id, "78432000001", "79161234567");
	cdr.start = MOSCOW("2026-08-31T23:59:59");
	cdr.answer = cdr.start;
	add_call(import, &cdr);
	end_import(import);

	row = expenses_of(f, "2026-10", "Kazan");
	assert_int_equal(row.calls_cost.nanos, RUB(1, 50));
	/* midnights of 1..11 October are Kazan's: 11 of 31 days of 300.00,
	 * and nothing of the Ufa number, which ended on the 11th */
	assert_int_equal(row.rent.nanos, RUB(106, 45));
	row = expenses_of(f, "2026-10", "Ufa");
	assert_int_equal(row.calls_cost.nanos, RUB(3, 0));
	/* 20 days of it, and 11 days of Ufa's own */
	assert_int_equal(row.rent.nanos, RUB(193, 55) + RUB(106, 45));
	row = expenses_of(f, "2026-08", "");
	assert_int_equal(row.unallocated, 1);
	assert_int_equal(row.calls_cost.nanos, RUB(1, 50));
}

/* Names in a record are found though declared later; numbers are not. */
static void test_late_directory(void **state)
{
	struct fixture *f = *state;
	char id[32];
	tw_cdr cdr;

	want_two_cities(f);
	apply_at(f, "2026-11-01T00:00:00+03:00");
	usual_tariff(f);
	cdr = call_of(f, id, "78432000001", "79161234567");
	cdr.trunk = "main";
	assert_int_equal(placed(f, &cdr), 0);
	assert_int_equal(one_number(f, "SELECT rate_state FROM call"), 1);
	cdr.department = "Ufa";
	cdr.call_id = "2";
	assert_int_equal(placed(f, &cdr), department(f, "Ufa"));
}

/* A short number of the network, and a colleague. */
static void test_who_is_named_carried_it(void **state)
{
	struct fixture *f = *state;
	char id[32];
	tw_cdr cdr;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	cdr = call_of(f, id, "205", "118");
	cdr.direction = 0;
	placed(f, &cdr);
	assert_int_equal(one_number(f, "SELECT direction FROM call"),
			 TW_DIRECTION_INTERNAL);
	cdr.carrier = "carrier";
	cdr.call_id = "2";
	placed(f, &cdr);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call WHERE "
		"direction = 1 AND rate_state = 3"), 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_precedence),
		T(test_moved_number_splits_calls_and_rent),
		T(test_late_directory),
		T(test_who_is_named_carried_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
