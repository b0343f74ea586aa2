/* Keys of calls, one kind of a call at a time. */
#include "breakdown_fixture.h"
#include "accounts/breakdown_read.h"

static void test_prefixes(void **state)
{
	(void)state;
	assert_int_equal(tw__cut_prefix("79161110001", 4), 17916);
	assert_int_equal(tw__cut_prefix("79161110001", 1), 17);
	assert_int_equal(tw__cut_prefix("79161110001", 7), 17916111);
	assert_int_equal(tw__cut_prefix("112", 7), 1112);
	assert_int_equal(tw__cut_prefix("0049", 2), 100);
	/* names, and whom an erasure left without a number */
	assert_int_equal(tw__cut_prefix("", 4), 0);
	assert_int_equal(tw__cut_prefix("anonymous", 4), 0);
	assert_int_equal(tw__cut_prefix("7916x", 4), 0);
}

static void kinds_of_calls(struct fixture *f)
{
	import_text(f, "native", "Europe/Moscow",
		"call_id,start,answer,duration,direction,caller,callee,"
		"linked_id,leg\n"
		/* 9 s, 10 s and an hour; the last one at 2:30 in Ufa */
		"o1,2026-10-05T10:00:00,2026-10-05T10:00:05,9,outbound,"
		KAZAN ",79161110001,,1\n"
		"o2,2026-10-05T10:59:59,2026-10-05T11:00:05,10,outbound,"
		KAZAN ",78432999999,,1\n"
		"o3,2026-10-25T04:30:00,2026-10-25T04:30:05,3600,outbound,"
		UFA ",79161110002,,1\n"
		/* no price for it */
		"o4,2026-10-06T10:00:00,2026-10-06T10:00:05,60,outbound,"
		KAZAN ",4420111,,1\n"
		"i1,2026-10-06T10:00:00,,0,inbound,79169990001," KAZAN
		",,1\n"
		"i2,2026-10-06T11:00:00,2026-10-06T11:00:05,60,inbound,"
		"anonymous," KAZAN ",,1\n"
		"f1,2026-10-06T11:00:01,2026-10-06T11:00:06,59,forward,"
		"79169990001,79161119999,i2,2\n"
		"n1,2026-10-06T12:00:00,2026-10-06T12:00:05,30,internal,"
		"101,102,,1\n");
}

static void must_count(const tw_breakdown_row *row, int64_t calls,
		       int64_t answered, int64_t missed, int64_t unrated)
{
	assert_int_equal(row->calls, calls);
	assert_int_equal(row->answered, answered);
	assert_int_equal(row->missed, missed);
	assert_int_equal(row->unrated, unrated);
}

static void test_directions(void **state)
{
	struct fixture *f = *state;
	tw_breakdown_row row;

	kinds_of_calls(f);
	row = cut_row(f, TW_CUT_DIRECTION, 0, "outbound");
	must_count(&row, 4, 4, 0, 1);
	assert_int_equal(row.talk_us, (9 + 10 + 3600 + 60) * TW_SECOND);
	/* 9 s of 1.50, a minute of 6.00, an hour of 1.50 a minute */
	assert_int_equal(row.cost.nanos, RUB(0, 23) + RUB(6, 0) + RUB(90, 0));
	assert_int_equal(row.net.nanos, row.cost.nanos);
	row = cut_row(f, TW_CUT_DIRECTION, 0, "inbound");
	must_count(&row, 2, 1, 1, 0);
	/* a leg of a call is no call, and costs */
	row = cut_row(f, TW_CUT_DIRECTION, 0, "forward");
	must_count(&row, 0, 0, 0, 0);
	assert_int_equal(row.talk_us, 0);
	assert_int_equal(row.cost.nanos, RUB(1, 48));
	row = cut_row(f, TW_CUT_DIRECTION, TW_CUT_PREFIX, "internal|");
	must_count(&row, 1, 1, 0, 0);
	row = cut_row(f, TW_CUT_DIRECTION, 0, NULL);
	must_count(&row, 7, 6, 1, 1);
	assert_string_equal(row.cost.currency, "RUB");
}

static void test_keys(void **state)
{
	struct fixture *f = *state;
	tw_breakdown_row row;

	kinds_of_calls(f);
	/* whom we called, and who called us */
	row = cut_row(f, TW_CUT_PREFIX, TW_CUT_DIRECTION, "7916|outbound");
	must_count(&row, 2, 2, 0, 0);
	row = cut_row(f, TW_CUT_PREFIX, TW_CUT_DIRECTION, "7916|inbound");
	must_count(&row, 1, 0, 1, 0);
	row = cut_row(f, TW_CUT_PREFIX, TW_CUT_DIRECTION, "|inbound");
	must_count(&row, 1, 1, 0, 0);
	row = cut_row(f, TW_CUT_PREFIX, TW_CUT_DIRECTION, "7916|forward");
	assert_int_equal(row.cost.nanos, RUB(1, 48));
	row = cut_row(f, TW_CUT_PREFIX, 0, "4420");
	must_count(&row, 1, 1, 0, 1);
	/* classes hold their lower end */
	row = cut_row(f, TW_CUT_DURATION, TW_CUT_DEPARTMENT, "0|Kazan");
	must_count(&row, 1, 1, 0, 0);
	row = cut_row(f, TW_CUT_DURATION, TW_CUT_DEPARTMENT, "10|Kazan");
	must_count(&row, 1, 1, 0, 0);
	row = cut_row(f, TW_CUT_DURATION, TW_CUT_DEPARTMENT, "3600|Ufa");
	must_count(&row, 1, 1, 0, 0);
	row = cut_row(f, TW_CUT_DURATION, TW_CUT_STATUS, "|no_answer");
	must_count(&row, 1, 0, 1, 0);
	/* Berlin sets its clocks back that night: 1:30Z is 2:30 again */
	row = cut_row(f, TW_CUT_HOUR, TW_CUT_WEEKDAY, "02|7");
	must_count(&row, 1, 1, 0, 0);
	row = cut_row(f, TW_CUT_HOUR, TW_CUT_WEEKDAY, "10|1");
	must_count(&row, 2, 2, 0, 0);
	row = cut_row(f, TW_CUT_DAY, TW_CUT_MONTH, "2026-10-25|2026-10");
	must_count(&row, 1, 1, 0, 0);
	row = cut_row(f, TW_CUT_DESTINATION, TW_CUT_NUMBER, "Kazan|" KAZAN);
	assert_int_equal(row.cost.nanos, RUB(6, 0));
	row = cut_row(f, TW_CUT_CARRIER, TW_CUT_DESTINATION,
		      "carrier|Russia mobile");
	must_count(&row, 2, 2, 0, 0);
	assert_int_equal(row.cost.nanos, RUB(91, 71));
}

/* What the query leaves out when nothing asks for it: a batch that was taken
 * back, calls behind the end. Of a call that nobody answered and one that was
 * hung up at once the answer is all that differs. */
static void test_left_out(void **state)
{
	struct fixture *f = *state;
	tw_breakdown_row row;
	tw_error err = TW_ERROR_INIT;

	import_text(f, "native", "Europe/Moscow", HEAD
		"a,2026-10-05T10:00:00,2026-10-05T10:00:05,,0,outbound,"
		KAZAN ",79161110001\n"
		"b,2026-10-05T10:00:00,,,0,outbound," KAZAN ",79161110001\n");
	row = cut_row(f, TW_CUT_TRUNK, 0, NULL);
	must_count(&row, 2, 1, 0, 0);
	import_text(f, "native", "Europe/Moscow", HEAD
		"c,2026-12-05T10:00:00,2026-12-05T10:00:05,,9,outbound,"
		KAZAN ",79161110001\n");
	row = cut_row(f, TW_CUT_TRUNK, 0, NULL);
	must_count(&row, 2, 1, 0, 0);
	import_text(f, "native", "Europe/Moscow", HEAD
		"d,2026-11-05T10:00:00,2026-11-05T10:00:05,,9,outbound,"
		KAZAN ",79161110001\n");
	row = cut_row(f, TW_CUT_TRUNK, 0, NULL);
	must_count(&row, 3, 2, 0, 0);
	assert_int_equal(tw_import_undo(f->store, 1, &err), TW_OK);
	row = cut_row(f, TW_CUT_TRUNK, 0, NULL);
	must_count(&row, 1, 1, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefixes),
		TRAFFIC_TEST(test_directions), TRAFFIC_TEST(test_keys),
		TRAFFIC_TEST(test_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
