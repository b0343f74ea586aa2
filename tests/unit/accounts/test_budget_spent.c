/* What stored calls have spent, against a plain sum over all of them. */
#include "budget_office.h"

static struct tw__spent reader(void)
{
	struct tw__spent spent = { .rule = &tw__dial_russia };

	strcpy(spent.currency, "RUB");
	return spent;
}

static struct tw__spend october(void)
{
	return (struct tw__spend){ .from = MOSCOW("2026-10-01T00:00:00"),
		.to = MOSCOW("2026-11-01T00:00:00") };
}

static void read_now(struct office *o, struct tw__spent *spent,
		     struct tw__spend *spends, size_t count)
{
	if (tw__spent_read(spent, o->f.store, spends, count, &o->err))
		fail_msg("%s", o->err.message);
}

static void calls_count_where_they_belong(void **state)
{
	char *mobiles[] = { "7916", "44" }, *others[] = { "7999" };
	struct tw__spent spent = reader();
	struct tw__spend s[6];
	struct office o;

	(void)state;
	office_open(&o, "10");
	office_record(&o, MOSCOW("2026-10-05T10:00:00"), 60, MOBILE);
	office_record(&o, MOSCOW("2026-09-30T23:59:59"), 600, MOBILE);
	office_record(&o, MOSCOW("2026-11-01T00:00:00"), 600, MOBILE);
	office_record(&o, MOSCOW("2026-10-31T23:59:59"), 120, MOBILE);
	office_record(&o, MOSCOW("2026-10-05T10:00:00"), 60, "442071234567");
	for (size_t i = 0; i < 6; i++)
		s[i] = october();
	s[1].department = one_number(&o.f, "SELECT id FROM department "
				     "WHERE name = 'Ufa'");
	s[2].department = one_number(&o.f, "SELECT id FROM department "
				     "WHERE name = 'Kazan'");
	s[3].trunk = one_number(&o.f, "SELECT id FROM trunk");
	s[4].prefixes = mobiles;
	s[4].prefix_count = 2;
	s[5].prefixes = others;
	s[5].prefix_count = 1;
	read_now(&o, &spent, s, 6);
	assert_int_equal(s[0].total, RUB(4, 50));
	assert_int_equal(s[1].total, 0);
	assert_int_equal(s[2].total, RUB(4, 50));
	assert_int_equal(s[3].total, RUB(4, 50));
	assert_int_equal(s[4].total, RUB(4, 50));
	assert_int_equal(s[5].total, 0);
	office_close(&o);
}

/* Batches come, grow and go; a period is asked for later than others. */
static void it_keeps_up(void **state)
{
	struct tw__spent spent = reader();
	struct tw__spend s[2] = { october(), october() };
	int64_t sum = 0;
	struct office o;

	(void)state;
	office_open(&o, "10");
	for (int i = 1; i <= 12; i++) {
		office_record(&o, MOSCOW("2026-10-05T10:00:00") + i *
			      TW_SECOND, 60 * i, MOBILE);
		sum += i * RUB(1, 50);
		if (i % 3)
			continue;
		read_now(&o, &spent, s, i < 7 ? 1 : 2);
		assert_int_equal(s[0].total, sum);
		if (i >= 7)
			assert_int_equal(s[1].total, sum);
	}
	assert_int_equal(tw_import_undo(o.f.store, 1, &o.err), TW_OK);
	read_now(&o, &spent, s, 2);
	assert_int_equal(s[0].total, sum - RUB(1, 50));
	assert_int_equal(tw_import_undo(o.f.store, 12, &o.err), TW_OK);
	read_now(&o, &spent, s, 2);
	assert_int_equal(s[0].total, sum - 13 * RUB(1, 50));
	assert_int_equal(s[1].total, s[0].total);
	office_close(&o);
}

/* A live host's batch gets more calls under the same number. */
static void a_batch_that_grows_is_read_again(void **state)
{
	struct tw__spent spent = reader();
	struct tw__spend s[2] = { october(), october() };
	struct office o;

	(void)state;
	office_open(&o, "10");
	office_record(&o, MOSCOW("2026-10-05T10:00:00"), 60, MOBILE);
	office_record(&o, MOSCOW("2026-10-05T11:00:00"), 60, MOBILE);
	read_now(&o, &spent, s, 1);
	assert_int_equal(s[0].total, RUB(3, 0));
	assert_int_equal(run_sql(&o.f, "UPDATE call_row SET batch = 1 "
				 "WHERE batch = 2"), TW_OK);
	assert_int_equal(run_sql(&o.f, "UPDATE batch SET rows_stored = 2, "
		"last_us = (SELECT last_us FROM batch WHERE id = 2) "
		"WHERE id = 1"), TW_OK);
	assert_int_equal(run_sql(&o.f, "UPDATE batch SET rows_stored = 0 "
				 "WHERE id = 2"), TW_OK);
	read_now(&o, &spent, s, 2);
	assert_int_equal(s[0].total, RUB(3, 0));
	assert_int_equal(s[1].total, RUB(3, 0));
	office_close(&o);
}

/* Sums of the rollup and sums over calls are the same; with an emergency call
 * in the store only the second can be asked. */
static void the_rollup_says_the_same(void **state)
{
	struct tw__spent spent = reader();
	struct tw__spend s[4];
	struct office o;

	(void)state;
	office_open(&o, "10");
	for (int i = 0; i < 4; i++)
		s[i] = october();
	s[1].rollup = 202610;
	s[2].rollup = 20261005;
	s[3].rollup = 202610;
	s[3].department = one_number(&o.f, "SELECT id FROM department "
				     "WHERE name = 'Kazan'");
	office_record(&o, MOSCOW("2026-10-05T10:00:00"), 60, MOBILE);
	office_record(&o, MOSCOW("2026-10-06T10:00:00"), 120, MOBILE);
	read_now(&o, &spent, s, 4);
	assert_true(s[1].summed);
	assert_int_equal(s[0].total, RUB(4, 50));
	assert_int_equal(s[1].total, RUB(4, 50));
	assert_int_equal(s[2].total, RUB(1, 50));
	assert_int_equal(s[3].total, RUB(4, 50));
	assert_int_equal(tw_import_undo(o.f.store, 1, &o.err), TW_OK);
	read_now(&o, &spent, s, 4);
	assert_int_equal(s[0].total, RUB(3, 0));
	assert_int_equal(s[1].total, RUB(3, 0));
	assert_int_equal(s[2].total, 0);
	office_record(&o, MOSCOW("2026-10-06T11:00:00"), 60, "112");
	read_now(&o, &spent, s, 4);
	assert_false(s[1].summed);
	assert_int_equal(s[1].total, RUB(3, 0));
	assert_int_equal(s[3].total, RUB(3, 0));
	office_close(&o);
}

/* Whatever amends stored calls is a reason to read them again. */
static void amended_calls_are_read_again(void **state)
{
	struct tw__spent spent = reader();
	struct tw__spend s[1] = { october() };
	struct office o;

	(void)state;
	office_open(&o, "10");
	office_record(&o, MOSCOW("2026-10-05T10:00:00"), 60, MOBILE);
	read_now(&o, &spent, s, 1);
	assert_int_equal(run_sql(&o.f, "UPDATE call_row SET cost = cost / 2"),
			 TW_OK);
	assert_int_equal(run_sql(&o.f, "INSERT INTO amendment_run (kind, "
		"reason, made_us, who, open_month, calls) VALUES ('rerate', "
		"'', 1, 0, 0, 1)"), TW_OK);
	read_now(&o, &spent, s, 1);
	assert_int_equal(s[0].total, RUB(0, 75));
	office_close(&o);
}

static void emergency_and_other_money(void **state)
{
	struct tw__spent spent = reader(), dollars = reader();
	struct tw__spend s[1] = { october() }, d[1] = { october() };
	struct office o;

	(void)state;
	office_open(&o, "10");
	import_sheet(&o.f, "carrier-2026", TW_TARIFF_FULL, SHEET_HEAD
		"79,Russia mobile,1.50,RUB,,,1,1,0,outbound,\n"
		"103,Ambulance,9.00,RUB,,,60,60,0,outbound,\n");
	o.wall += 86400 * TW_SECOND;
	office_record(&o, o.wall, 60, "103");
	office_record(&o, o.wall + TW_SECOND, 60, MOBILE);
	assert_int_equal(one_number(&o.f, "SELECT count(*) FROM call WHERE "
				    "rate_state = 1"), 2);
	read_now(&o, &spent, s, 1);
	assert_int_equal(s[0].total, RUB(1, 50));
	assert_false(s[0].other_currency);
	strcpy(dollars.currency, "USD");
	read_now(&o, &dollars, d, 1);
	assert_int_equal(d[0].total, 0);
	assert_true(d[0].other_currency);
	office_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_count_where_they_belong),
		cmocka_unit_test(it_keeps_up),
		cmocka_unit_test(a_batch_that_grows_is_read_again),
		cmocka_unit_test(the_rollup_says_the_same),
		cmocka_unit_test(amended_calls_are_read_again),
		cmocka_unit_test(emergency_and_other_money),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
