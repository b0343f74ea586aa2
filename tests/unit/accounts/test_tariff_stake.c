/* Last month's calls by both sides: each in exactly one count. */
#include "accounts_fixture.h"
#include <trunkwise/versions.h>

static void call(struct fixture *f, tw_import *import, const char *at,
		 uint32_t direction, const char *callee)
{
	char id[32];
	tw_cdr cdr = call_of(f, id, "78432000001", callee);

	cdr.direction = direction;
	cdr.start = at_time(at);
	cdr.answer = cdr.start;
	if (direction == TW_DIRECTION_INBOUND) {
		cdr.caller = callee;
		cdr.callee = "78432000001";
	}
	cdr.carrier = "carrier";
	add_call(import, &cdr);
}

static void calls(struct fixture *f)
{
	tw_import *import = begin_import(f, NULL, NULL);

	/* 79: 1.00, then 2.00; 78: 1.00, then none; 77: none, then 5.00 */
	call(f, import, "2026-09-05T10:00:00+03:00", 1, "79270000001");
	call(f, import, "2026-09-30T23:59:59+03:00", 3, "79270000002");
	call(f, import, "2026-09-05T10:00:00+03:00", 1, "78430000009");
	call(f, import, "2026-09-05T10:00:00+03:00", 1, "77010000001");
	call(f, import, "2026-09-05T10:00:00+03:00", 1, "4930000000");
	call(f, import, "2026-09-05T10:00:00+03:00", 2, "79270000003");
	call(f, import, "2026-09-05T10:00:00+03:00", 1, "79270000004");
	call(f, import, "2026-10-01T00:00:00+03:00", 1, "79270000001");
	call(f, import, "2026-08-31T23:59:59+03:00", 1, "79270000001");
	end_import(import);
}

static void each_in_one_count(void **state)
{
	struct fixture *f = *state;
	tw_price_options options = TW_PRICE_OPTIONS_INIT;
	tw_price_change row = TW_PRICE_CHANGE_INIT;
	tw_price_total total = TW_PRICE_TOTAL_INIT;
	tw_price_changes *changes;
	tw_error err = TW_ERROR_INIT;

	want_two_cities(f);
	apply_at(f, "2026-01-01T00:00:00+03:00");
	import_sheet(f, "a", TW_TARIFF_FULL, SHEET_HEAD
		     "79,Mobile,1,RUB,,,1,1,0,outbound,\n"
		     "78,Other,1,RUB,,,1,1,0,outbound,\n");
	calls(f);
	assert_int_equal(run_sql(f, "UPDATE identity SET digits = NULL "
				 "WHERE digits = '79270000004'"), TW_OK);
	import_sheet(f, "a", TW_TARIFF_FULL, SHEET_HEAD
		     "79,Mobile,2,RUB,2026-10-15,,1,1,0,outbound,\n"
		     "77,Third,5,RUB,2026-10-15,,1,1,0,outbound,\n");
	options.tariff = "a";
	if (tw_tariff_changes(&changes, f->store, &options, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(tw_price_changes_total(&total, changes, &err),
			 TW_OK);
	assert_string_equal(total.zone, "Europe/Moscow");
	assert_true(total.month_from == MOSCOW("2026-09-01T00:00:00"));
	assert_true(total.month_to == MOSCOW("2026-10-01T00:00:00"));
	/* two outbound, and the inbound one, which is free by both */
	assert_int_equal(total.calls, 3);
	assert_int_equal(total.lost, 1);
	assert_int_equal(total.gained, 1);
	assert_int_equal(total.unknown, 1);
	assert_true(total.old_cost.nanos == 2 * TW_NANOS);
	assert_true(total.new_cost.nanos == 4 * TW_NANOS);
	assert_true(total.lost_cost.nanos == TW_NANOS);
	assert_true(total.gained_cost.nanos == 5 * TW_NANOS);
	assert_string_equal(total.gained_cost.currency, "RUB");
	assert_int_equal(tw_price_changes_next(&row, changes, &err), TW_OK);
	assert_string_equal(row.prefix, "77");
	assert_int_equal(row.calls, 1);
	assert_int_equal(row.difference_nanos, 0);
	assert_int_equal(tw_price_changes_next(&row, changes, &err), TW_OK);
	assert_string_equal(row.prefix, "78");
	assert_int_equal(row.lost, 1);
	assert_int_equal(tw_price_changes_next(&row, changes, &err), TW_OK);
	assert_int_equal(row.calls, 2);
	assert_true(row.difference_nanos == 2 * TW_NANOS);
	tw_price_changes_free(changes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(each_in_one_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
