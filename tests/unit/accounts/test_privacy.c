/* Numbers go, totals stay, and who is still called keeps his. */
#include "accounts_fixture.h"
#include "../faults.h"

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	want_two_cities(f);
	apply_at(f, "2024-01-01T00:00:00+03:00");
	usual_tariff(f);
	/* from the first second of a month on, the month is the current one */
	f->now = MOSCOW("2026-11-15T12:00:00");
	import_text(f, "native", NULL,
		"call_id,start,duration,caller,callee\n"
		"old,2025-10-31T23:59:59+03:00,60,78432000001,79161110001\n"
		"edge,2025-11-01T00:00:00+03:00,60,78432000001,79161110002\n"
		"both,2024-05-05T10:00:00+03:00,60,78432000001,79161110003\n"
		"both2,2026-05-05T10:00:00+03:00,60,78432000001,79161110003\n"
		"in,2024-05-05T11:00:00+03:00,60,79161110004,78432000001\n"
		"ext,2024-05-05T12:00:00+03:00,0,101,102\n"
		"anon,2024-05-05T13:00:00+03:00,10,anonymous,78432000001\n"
		"bad,2024-05-05T13:00:00+03:00,x,79161110009,78432000001\n");
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

static int64_t totals(struct fixture *f)
{
	return one_number(f, "SELECT (SELECT sum(cost_nanos) FROM call) + "
		"(SELECT count(*) FROM call) + (SELECT sum(calls) * 7 + "
		"sum(cost_nanos) FROM rollup) + (SELECT count(*) "
		"FROM posting)");
}

static int64_t is_there(struct fixture *f, const char *digits)
{
	char sql[120];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM identity "
		 "WHERE digits = '%s'", digits);
	return one_number(f, sql);
}

static void test_retain(void **state)
{
	struct fixture *f = *state;
	tw_erasure e = TW_ERASURE_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_listing *list;
	int64_t before = totals(f);

	assert_int_equal(tw_privacy_retain(&e, NULL, f->store, 12,
		TW_PRIVACY_DRY_RUN, &err), TW_OK);
	assert_int_equal(e.numbers, 2);
	/* a row that could not be read, but for its start */
	assert_int_equal(e.records, 1);
	assert_int_equal(e.before, MOSCOW("2025-11-01T00:00:00"));
	assert_int_equal(is_there(f, "79161110001"), 1);

	assert_int_equal(tw_privacy_retain(&e, &list, f->store, 12, 0, &err),
			 TW_OK);
	assert_int_equal(e.numbers, 2);
	assert_int_equal(e.calls, 2);
	assert_int_equal(is_there(f, "79161110001"), 0);
	assert_int_equal(is_there(f, "79161110004"), 0);
	assert_int_equal(is_there(f, "79161110002"), 1);
	/* who was called since then keeps his number in old calls too */
	assert_int_equal(is_there(f, "79161110003"), 1);
	assert_int_equal(is_there(f, "78432000001"), 1);
	assert_int_equal(is_there(f, "101"), 1);
	assert_int_equal(is_there(f, "anonymous"), 1);
	assert_int_equal(totals(f), before);

	assert_int_equal(tw_listing_next(&row, list, &err), TW_OK);
	assert_string_equal(row.key, "7916***0001");
	assert_int_equal(row.calls, 1);
	assert_int_equal(row.at, MOSCOW("2025-10-31T23:59:59"));
	assert_int_equal(tw_listing_next(&row, list, &err), TW_OK);
	assert_int_equal(tw_listing_next(&row, list, &err), TW_ITER_END);
	tw_listing_free(list);

	/* again: nothing, and nothing is written down */
	assert_int_equal(tw_privacy_retain(&e, NULL, f->store, 12, 0, &err),
			 TW_OK);
	assert_int_equal(e.numbers, 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM erasure"), 1);
}

/* The text of a row put aside holds numbers too; its batch says how old. */
static void test_records_are_cut(void **state)
{
	struct fixture *f = *state;
	tw_erasure e = TW_ERASURE_INIT;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_privacy_erase(&e, NULL, f->store,
		"8 (916) 111-00-03", 0, &err), TW_OK);
	assert_int_equal(e.calls, 2);
	assert_int_equal(e.records, 0);
	assert_int_equal(is_there(f, "79161110003"), 0);
	f->now = MOSCOW("2027-03-01T00:00:00");
	assert_int_equal(tw_privacy_retain(&e, NULL, f->store, 3, 0, &err),
			 TW_OK);
	assert_int_equal(e.records, 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM quarantine "
		"WHERE record = '' AND reason <> ''"), 1);
}

static void test_erase_in_records(void **state)
{
	struct fixture *f = *state;
	tw_erasure e = TW_ERASURE_INIT;
	tw_error err = TW_ERROR_INIT;

	import_text(f, "native", NULL, "call_id,start,duration,caller,callee\n"
		"good,2026-05-05T13:00:00+03:00,1,79161110009,78432000001\n"
		"bad2,2026-05-05T13:00:00+03:00,x,+7 916 111-00-09,78432\n");
	assert_int_equal(tw_privacy_erase(&e, NULL, f->store, "+79161110009",
					  0, &err), TW_OK);
	assert_int_equal(e.numbers, 1);
	assert_int_equal(e.records, 2);
	assert_int_equal(one_number(f, "SELECT count(*) FROM quarantine "
		"WHERE record <> ''"), 0);
}

/* Nobody is stored: the row alone names him. */
static void test_only_put_aside(void **state)
{
	struct fixture *f = *state;
	tw_erasure e = TW_ERASURE_INIT;
	tw_error err = TW_ERROR_INIT;

	import_text(f, "native", NULL, "call_id,start,duration,caller,callee\n"
		"r1,oops,0,79995550199,78432000001\n"
		"r2,oops,0,8.999.555.01.99,78432000001\n"
		"r3,oops,0,8%28999%295550199,78432000001\n"
		"r4,oops,0,79995550198,78432000001\n");
	assert_int_equal(tw_privacy_erase(&e, NULL, f->store, "79995550199",
		TW_PRIVACY_DRY_RUN, &err), TW_OK);
	assert_int_equal(e.records, 3);
	assert_int_equal(tw_privacy_erase(&e, NULL, f->store, "79995550199",
					  0, &err), TW_OK);
	assert_int_equal(e.numbers, 0);
	assert_int_equal(e.records, 3);
	assert_int_equal(one_number(f, "SELECT count(*) FROM quarantine "
		"WHERE instr(record || reason, '5550199') > 0 "
		"OR instr(record, '555.01.99') > 0"), 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM quarantine "
		"WHERE record <> ''"), 2);
	assert_int_equal(tw_privacy_erase(&e, NULL, f->store, "79995550199",
					  0, &err), TW_ENOTFOUND);
	/* our own number stands in all of them */
	assert_int_equal(tw_privacy_erase(&e, NULL, f->store, "+78432000001",
					  0, &err), TW_EREFUSED);
	assert_int_equal(tw_privacy_erase(&e, NULL, f->store, "2000", 0,
					  &err), TW_EREFUSED);
	assert_int_equal(one_number(f, "SELECT count(*) FROM erasure"), 1);
}

/* A mapping keeps the user of an address, and erasure finds that. */
static void test_address_by_its_user(void **state)
{
	struct fixture *f = *state;
	tw_erasure e = TW_ERASURE_INIT;
	tw_error err = TW_ERROR_INIT;

	import_text(f, "native", NULL, "call_id,start,duration,caller,callee\n"
		"m,2026-05-05T13:00:00+03:00,1,maria,78432000001\n"
		"n,2026-05-05T13:00:00+03:00,1,oleg@mail.ru,78432000001\n"
		"o,2026-05-05T13:00:00+03:00,1,oleg,78432000001\n"
		"p,oops,1,sip:maria@mail.ru,78432000001\n");
	assert_int_equal(tw_privacy_erase(&e, NULL, f->store,
					  "maria@mail.ru", 0, &err), TW_OK);
	assert_int_equal(e.numbers, 1);
	assert_int_equal(e.records, 1);
	assert_int_equal(is_there(f, "maria"), 0);
	/* who is there as he is written is he alone */
	assert_int_equal(tw_privacy_erase(&e, NULL, f->store, "oleg@mail.ru",
					  0, &err), TW_OK);
	assert_int_equal(e.numbers, 1);
	assert_int_equal(is_there(f, "oleg"), 1);
	assert_int_equal(tw_privacy_erase(&e, NULL, f->store,
		"anonymous@anonymous.invalid", 0, &err), TW_EREFUSED);
}

/* Names and addresses are people too, found as they are written; a number by
 * whatever the dial rule makes of it. */
static void test_names_and_spellings(void **state)
{
	struct fixture *f = *state;
	tw_erasure e = TW_ERASURE_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_listing *list;

	import_text(f, "native", NULL, "call_id,start,duration,caller,callee\n"
		"m,2026-05-05T13:00:00+03:00,1,maria.ivanova@mail.ru,"
		"78432000001\n"
		"i,2026-05-05T13:00:00+03:00,1,ivan,78432000001\n"
		"n,2026-05-05T13:00:00+03:00,1,84951234567,78432000001\n"
		"g,2026-05-05T13:00:00+03:00,1,4951234567,78432000001\n"
		"x,2026-05-05T13:00:00+03:00,x,8 (495) 123-45-67,78432000001\n"
		"y,2026-05-05T13:00:00+03:00,x,maria.ivanova@mail.ru,1\n");
	/* as a store of another country has it */
	assert_int_equal(run_sql(f, "INSERT INTO identity (digits) VALUES "
		"('+7 495 123-45-67')"), TW_OK);
	assert_int_equal(tw_privacy_erase(&e, &list, f->store,
		"maria.ivanova@mail.ru", 0, &err), TW_OK);
	assert_int_equal(e.numbers, 1);
	assert_int_equal(e.calls, 1);
	assert_int_equal(e.records, 1);
	assert_int_equal(tw_listing_next(&row, list, &err), TW_OK);
	assert_string_equal(row.key, "***");
	tw_listing_free(list);
	assert_int_equal(tw_privacy_erase(&e, NULL, f->store, "ivan", 0,
					  &err), TW_OK);
	assert_int_equal(is_there(f, "ivan"), 0);
	assert_int_equal(tw_privacy_erase(&e, &list, f->store,
		"+7 495 123 45 67", 0, &err), TW_OK);
	assert_int_equal(e.numbers, 2);
	/* the row that was put aside had it with an 8 */
	assert_int_equal(e.records, 1);
	tw_listing_free(list);
	assert_int_equal(is_there(f, "74951234567"), 0);
	/* ten digits are a number of another country */
	assert_int_equal(is_there(f, "4951234567"), 1);
	assert_int_equal(tw_privacy_erase(&e, NULL, f->store, "4951234567", 0,
					  &err), TW_OK);
	assert_int_equal(e.numbers, 1);
	assert_int_equal(is_there(f, "4951234567"), 0);
}

/* Of names retain keeps the recent ones too. */
static void test_retain_of_names(void **state)
{
	struct fixture *f = *state;
	tw_erasure e = TW_ERASURE_INIT;

	import_text(f, "native", NULL, "call_id,start,duration,caller,callee\n"
		"m,2024-05-05T13:00:00+03:00,1,ivan.petrov,78432000001\n"
		"i,2026-05-05T13:00:00+03:00,1,maria.ivanova,78432000001\n");
	assert_int_equal(tw_privacy_retain(&e, NULL, f->store, 12, 0, NULL),
			 TW_OK);
	assert_int_equal(is_there(f, "ivan.petrov"), 0);
	assert_int_equal(is_there(f, "maria.ivanova"), 1);
	assert_int_equal(is_there(f, "anonymous"), 1);
}

static void test_what_is_not_erased(void **state)
{
	struct fixture *f = *state;
	tw_erasure e = TW_ERASURE_INIT;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_privacy_erase(&e, NULL, f->store, "78432000001",
					  0, &err), TW_EREFUSED);
	assert_int_equal(tw_privacy_erase(&e, NULL, f->store, "101", 0,
					  &err), TW_EREFUSED);
	assert_int_equal(tw_privacy_erase(&e, NULL, f->store, "79990001122",
					  0, &err), TW_ENOTFOUND);
	assert_int_equal(tw_privacy_erase(&e, NULL, f->store, "' OR 1", 0,
					  &err), TW_ENOTFOUND);
	assert_int_equal(tw_privacy_erase(&e, NULL, f->store, "anonymous", 0,
					  &err), TW_EREFUSED);
	assert_int_equal(tw_privacy_erase(&e, NULL, f->store, NULL, 0, &err),
			 TW_EPARSE);
	assert_int_equal(tw_privacy_retain(&e, NULL, f->store, 0, 0, &err),
			 TW_EINVAL);
	assert_int_equal(tw_privacy_retain(&e, NULL, f->store, 1201, 0,
					   &err), TW_EINVAL);
	assert_int_equal(tw_privacy_retain(&e, NULL, f->store, 12, 8, &err),
			 TW_EINVAL);
	assert_int_equal(tw_privacy_retain(&e, NULL, NULL, 12, 0, &err),
			 TW_EINVAL);
	/* a thousand years keep everything */
	assert_int_equal(tw_privacy_retain(&e, NULL, f->store, 1200, 0,
					   &err), TW_OK);
	assert_int_equal(e.numbers, 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM identity "
				    "WHERE digits IS NULL"), 0);
}

static void test_no_memory(void **state)
{
	struct fixture *f = *state;
	bool more = true;

	for (int64_t n = 0; more; n++) {
		tw_erasure e = TW_ERASURE_INIT;
		tw_listing *list = NULL;
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_privacy_retain(&e, &list, f->store, 12, 0, NULL);
		more = faults_end(&faults);
		assert_true(status == TW_OK || (more &&
			    status == TW_ENOMEM));
		assert_int_equal(is_there(f, "79161110001"), status ? 1 : 0);
		tw_listing_free(list);
		if (!status)
			break;
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_retain), T(test_records_are_cut),
		T(test_erase_in_records), T(test_what_is_not_erased),
		T(test_only_put_aside), T(test_address_by_its_user),
		T(test_names_and_spellings), T(test_retain_of_names),
		T(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
