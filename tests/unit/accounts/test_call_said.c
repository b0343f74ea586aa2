/* What a record said, found again by its hash: calls to a number that came
 * into the directory later turn, unless their record named a direction. */
#include "accounts_fixture.h"

#define HEAD "call_id,start,answer,end,duration,caller,callee,department," \
	"status,cost,currency,direction,linked_id,extension,campaign,trunk\n"

static void late_number(struct fixture *f)
{
	want_two_cities(f);
	want(f, "number[2].number", "78435550000");
	want(f, "number[2].carrier", "carrier");
	want(f, "number[2].department", "Kazan");
	apply_at(f, "2026-09-15T00:00:00+03:00");
}

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
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

static tw_rerate rerate(struct fixture *f, uint32_t flags)
{
	tw_rerate_options options = TW_RERATE_OPTIONS_INIT;
	tw_rerate out = TW_RERATE_INIT;
	tw_error err = TW_ERROR_INIT;

	options.month = "2026-10";
	options.flags = flags;
	if (tw_cdr_rerate(&out, NULL, f->store, &options, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(out.calls, out.changed + out.same + out.kept +
			 out.erased);
	return out;
}

/* Whatever else the record says, and in which ways it says it. */
static void test_direction_left_open(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(import_text(f, "native", NULL, HEAD
		"a,2026-10-05T10:00:00+03:00,,,60,79161112233,78435550000,"
		",,,,,,,,\n"
		"b,2026-10-05T11:00:00+03:00,2026-10-05T11:00:05+03:00,"
		"2026-10-05T11:01:05+03:00,60,anonymous,78435550000,,"
		"answered,,RUB,,b,,spring,\n"
		"c,2026-10-05T12:00:00+03:00,,2026-10-05T12:01:00+03:00,0,"
		"79161112233,78435550000,,no_answer,,,,,,,\n"
		"d,2026-10-05T13:00:00+03:00,,,60,79161112233,78435550000,"
		"Ufa,,1.50,RUB,,,,,\n"
		"e,2026-10-05T14:00:00+03:00,,,60,79161112233,78435550000,"
		"Perm,,-0.000000001,USD,,other,,,main\n"
		"f,2026-10-05T15:00:00+03:00,,,60,79161112233,8 843 "
		"555-00-00,,,2,RUB,,,777,,\n").rows_stored, 6);
	assert_int_equal(one_number(f, "SELECT count(*) FROM v_calls "
		"WHERE direction = 'outbound'"), 6);
	assert_int_equal(rerate(f, 0).turned, 0);
	late_number(f);
	assert_int_equal(rerate(f, TW_RERATE_DRY_RUN).turned, 6);
	assert_int_equal(one_number(f, "SELECT count(*) FROM v_calls "
		"WHERE direction = 'inbound'"), 0);
	assert_int_equal(rerate(f, 0).turned, 6);
	assert_int_equal(one_number(f, "SELECT count(*) FROM v_calls "
		"WHERE direction = 'inbound' AND number = '78435550000'"), 6);
	/* d names Ufa; e somebody whom nobody knows, so its number says */
	assert_int_equal(one_number(f, "SELECT count(*) FROM v_calls "
		"WHERE department = 'Kazan'"), 5);
	assert_int_equal(one_number(f, "SELECT count(*) FROM v_calls "
		"WHERE department = 'Ufa'"), 1);
	assert_int_equal(one_number(f, "SELECT coalesce(sum(amount_nanos), "
		"0) FROM posting WHERE account_kind = 1"), 0);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").missed, 1);
	assert_int_equal(rerate(f, 0).changed, 0);
}

static void test_direction_that_was_said(void **state)
{
	struct fixture *f = *state;

	import_text(f, "native", NULL, HEAD
		"a,2026-10-05T10:00:00+03:00,,,60,79161112233,78435550000,"
		",,,,outbound,,,,\n"
		"b,2026-10-05T11:00:00+03:00,,,60,79161112233,78435550000,"
		",,1.20,RUB,outbound,,,,\n");
	late_number(f);
	assert_int_equal(rerate(f, 0).turned, 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM v_calls "
		"WHERE direction = 'outbound' AND number IS NULL"), 2);
}

/* Two numbers of ours: the call went out. */
static void test_caller_that_came_late(void **state)
{
	struct fixture *f = *state;

	import_text(f, "native", NULL, HEAD
		"a,2026-10-05T10:00:00+03:00,,,60,78435550000,78432000001,"
		",,,,,,,,\n");
	assert_int_equal(one_number(f, "SELECT direction FROM call"), 2);
	late_number(f);
	assert_int_equal(rerate(f, 0).turned, 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM v_calls WHERE "
		"direction = 'outbound' AND number = '78435550000'"), 1);
	assert_int_equal(one_number(f, "SELECT sum(amount_nanos) FROM "
		"posting WHERE account_kind = 1"), RUB(6, 0));
}

/* An erased caller leaves nothing that could fit. */
static void test_who_is_erased(void **state)
{
	struct fixture *f = *state;

	import_text(f, "native", NULL, HEAD
		"a,2026-10-05T10:00:00+03:00,,,60,79161112233,78435550000,"
		",,,,,,,,\n");
	assert_int_equal(run_sql(f, "UPDATE identity SET digits = NULL "
		"WHERE digits = '79161112233'"), TW_OK);
	late_number(f);
	assert_int_equal(rerate(f, 0).turned, 0);
}

/* What a closed and sealed month may live through, and taking back. */
static void test_of_a_sealed_month(void **state)
{
	struct fixture *f = *state;
	static const char match[] = "match_kind,match,department,city\n"
		"number,78435550000,Kazan,\n";
	tw_counts counts = TW_COUNTS_INIT;
	int64_t cost;

	import_text(f, "native", NULL, HEAD
		"a,2026-10-05T10:00:00+03:00,,,60,79161112233,78435550000,"
		",,,,,,,,\n"
		"b,2026-10-06T10:00:00+03:00,,,60,78432000001,79161112233,"
		",,,,,,,,\n");
	assert_int_equal(tw_period_close(NULL, f->store, "2026-10", NULL),
			 TW_OK);
	assert_int_equal(tw_period_seal(NULL, f->store, NULL), TW_OK);
	must_verify(f);
	cost = expenses_of(f, "2026-10", "").total.nanos;
	/* no deployment is applied to a closed month; a match may be older */
	assert_int_equal(tw_directory_import(&counts, NULL, f->store, match,
		sizeof(match) - 1, NULL, NULL), TW_OK);
	assert_int_equal(rerate(f, 0).turned, 1);
	must_verify(f);
	assert_int_equal(expenses_of(f, "2026-10", "").total.nanos, cost);
	assert_int_equal(expenses_of(f, "2026-11", "").corrections.nanos,
			 -RUB(6, 0));
	/* rated anew once more, which names no direction */
	import_sheet(f, "carrier-2026", TW_TARIFF_FULL, SHEET_HEAD
		"7,Russia,1.00,RUB,2026-10-01,,1,1,0,outbound,\n"
		"7,Russia,0.10,RUB,2026-10-01,,1,1,0,inbound,\n");
	assert_int_equal(rerate(f, 0).changed, 2);
	assert_int_equal(one_number(f, "SELECT count(*) FROM amendment "
		"WHERE direction IS NOT NULL"), 2);
	must_verify(f);
	assert_int_equal(tw_import_undo(f->store, 1, NULL), TW_OK);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_direction_left_open), T(test_direction_that_was_said),
		T(test_caller_that_came_late), T(test_who_is_erased),
		T(test_of_a_sealed_month),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
