/* Every figure of a month of inbound calls, counted by hand. */
#include "traffic_fixture.h"
#include "../faults.h"

#define A "79161110001"
#define B "79161110002"
#define C "79161110003"
#define D "79161110004"
#define E "79161110005"
#define F "79161110006"

static void october(struct fixture *f)
{
	import_text(f, "native", "Europe/Moscow", HEAD
		"s1,2026-09-20T10:00:00,2026-09-20T10:00:05,,5,inbound," A
		"," KAZAN "\n"
		"s2,2026-09-30T23:59:59,,,0,inbound," A "," KAZAN "\n"
		"a1,2026-10-05T10:00:00,2026-10-05T10:00:10,,60,inbound," A
		"," KAZAN "\n"
		"a2,2026-10-05T11:00:00,2026-10-05T11:00:20,,30,inbound," B
		"," KAZAN "\n"
		"m1,2026-10-06T10:00:00,,2026-10-06T10:00:30,0,inbound," C
		"," KAZAN "\n"
		"m2,2026-10-06T12:00:00,,2026-10-06T12:00:10,0,inbound," D
		"," KAZAN "\n"
		"h1,2026-10-06T13:00:00,,,0,inbound,anonymous," KAZAN "\n"
		"h2,2026-10-06T14:00:00,2026-10-06T14:00:05,,10,inbound,,"
		KAZAN "\n"
		/* exactly at the end of the window, and a second too late */
		"c1,2026-10-07T10:00:00,2026-10-07T10:00:05,,9,outbound,"
		KAZAN "," C "\n"
		"c2,2026-10-07T12:00:01,2026-10-07T12:00:05,,9,outbound,"
		KAZAN "," D "\n"
		"u1,2026-10-20T10:00:00,2026-10-20T10:00:05,,60,inbound," C
		"," KAZAN "\n"
		"x1,2026-10-20T11:00:00,2026-10-20T11:00:05,,60,inbound," C
		"," UFA "\n"
		/* the same local hour twice, when Berlin sets clocks back */
		"z1,2026-10-25T00:30:00Z,2026-10-25T00:30:01Z,,60,inbound," F
		"," UFA "\n"
		"z2,2026-10-25T01:30:00Z,2026-10-25T01:30:01Z,,60,inbound," F
		"," UFA "\n"
		"m3,2026-10-31T23:59:59,,,0,inbound," E "," UFA "\n"
		"n1,2026-11-01T00:00:00,2026-11-01T00:00:01,,5,inbound," E
		"," UFA "\n");
	import_text(f, "native", "Europe/Moscow",
		"call_id,start,answer,duration,direction,caller,callee,"
		"linked_id,leg\n"
		"f1,2026-10-05T10:00:00,2026-10-05T10:00:10,60,forward," A
		",79161119999,a1,2\n");
}

static void test_by_number(void **state)
{
	struct fixture *f = *state;
	tw_traffic_row row;

	october(f);
	row = traffic_of(f, TW_CALLS_BY_NUMBER, KAZAN);
	assert_int_equal(row.offered, 7);
	assert_int_equal(row.answered, 4);
	assert_int_equal(row.missed, 3);
	assert_int_equal(row.hidden, 2);
	assert_int_equal(row.missed_hidden, 1);
	assert_int_equal(row.unreturned, 1);
	assert_int_equal(row.callers, 4);
	assert_int_equal(row.first_time, 3);
	assert_int_equal(row.repeat, 1);
	assert_int_equal(row.wait_us, 40 * TW_SECOND);
	assert_int_equal(row.wait_mean_us, 10 * TW_SECOND);
	assert_int_equal(row.ends_known, 2);
	assert_int_equal(row.abandon_us, 40 * TW_SECOND);
	assert_int_equal(row.abandon_mean_us, 20 * TW_SECOND);
	assert_int_equal(row.talk_us, 160 * TW_SECOND);
	assert_int_equal(row.rent.nanos, RUB(300, 0));
	assert_int_equal(row.charges.nanos, RUB(1, 50));
	assert_int_equal(row.cost.nanos, RUB(301, 50));
	assert_int_equal(row.per_answered.nanos, RUB(75, 38));
	assert_int_equal(row.per_first.nanos, RUB(100, 50));
	assert_string_equal(row.cost.currency, "RUB");
	assert_int_equal(row.other_currency, 0);
	assert_string_equal(row.campaigns, "spring, autumn");

	row = traffic_of(f, TW_CALLS_BY_NUMBER, UFA);
	assert_int_equal(row.offered, 4);
	assert_int_equal(row.missed, 1);
	/* a call of his own in the next month makes it good */
	assert_int_equal(row.unreturned, 0);
	assert_int_equal(row.callers, 3);
	assert_int_equal(row.first_time, 2);
	assert_string_equal(row.campaigns, "");
	assert_string_equal(row.from, "");

	row = traffic_of(f, TW_CALLS_BY_NUMBER, NULL);
	assert_int_equal(row.offered, 11);
	assert_int_equal(row.callers, 6);
	assert_int_equal(row.first_time, 5);
	assert_int_equal(row.repeat, 1);
	assert_int_equal(row.cost.nanos, RUB(601, 50));
}

static void test_by_campaign(void **state)
{
	struct fixture *f = *state;
	tw_traffic_row row;
	tw_import *import;
	char id[32];
	tw_cdr cdr;

	october(f);
	row = traffic_of(f, TW_CALLS_BY_CAMPAIGN, "spring");
	assert_int_equal(row.offered, 6);
	assert_string_equal(row.from, "2026-10-01");
	assert_string_equal(row.to, "2026-10-15");
	/* 15 days of 31 of a rent, and a forwarded leg */
	assert_int_equal(row.rent.nanos, RUB(145, 16));
	assert_int_equal(row.charges.nanos, RUB(1, 50));
	assert_int_equal(row.cost.nanos, RUB(146, 66));
	assert_int_equal(row.per_answered.nanos, RUB(48, 89));
	row = traffic_of(f, TW_CALLS_BY_CAMPAIGN, "autumn");
	assert_int_equal(row.offered, 1);
	assert_string_equal(row.from, "2026-10-16");
	assert_string_equal(row.to, "2026-10-31");
	assert_int_equal(row.rent.nanos, RUB(154, 84));
	row = traffic_of(f, TW_CALLS_BY_CAMPAIGN, "");
	assert_int_equal(row.offered, 4);
	assert_int_equal(row.rent.nanos, RUB(300, 0));
	/* they add up to the numbers */
	row = traffic_of(f, TW_CALLS_BY_CAMPAIGN, NULL);
	assert_int_equal(row.cost.nanos, RUB(601, 50));

	/* what the record says goes before */
	import = begin_import(f, NULL, NULL);
	cdr = call_of(f, id, B, KAZAN);
	cdr.direction = TW_DIRECTION_INBOUND;
	cdr.campaign = "flyer";
	add_call(import, &cdr);
	end_import(import);
	row = traffic_of(f, TW_CALLS_BY_CAMPAIGN, "flyer");
	assert_int_equal(row.offered, 1);
	assert_string_equal(row.from, "");
	assert_int_equal(traffic_of(f, TW_CALLS_BY_CAMPAIGN,
				    "spring").offered, 6);
}

/* Who called in September is not new in October, but in both together; what
 * was missed in the first month is not made good by the report's cut. */
static void test_months(void **state)
{
	struct fixture *f = *state;
	tw_traffic_options options = TW_TRAFFIC_OPTIONS_INIT;
	tw_traffic_row row = TW_TRAFFIC_ROW_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_traffic *traffic;

	october(f);
	options.month = "2026-09";
	options.to = "2026-10";
	options.by = TW_CALLS_BY_CAMPAIGN;
	assert_int_equal(tw_report_traffic(&traffic, f->store, &options,
					   &err), TW_OK);
	while (tw_traffic_next(&row, traffic, &err) == TW_OK &&
	       !row.is_total)
		;
	tw_traffic_free(traffic);
	assert_int_equal(row.offered, 13);
	assert_int_equal(row.callers, 6);
	assert_int_equal(row.first_time, 6);
	assert_int_equal(row.rent.nanos, RUB(1200, 0));
	options.month = "2026-11";
	traffic = NULL;
	assert_int_equal(tw_report_traffic(&traffic, f->store, &options,
					   &err), TW_EINVAL);
	assert_string_equal(err.field, "to");
	options.to = "2036-11";
	assert_int_equal(tw_report_traffic(&traffic, f->store, &options,
					   &err), TW_EINVAL);
	options.to = "soon";
	assert_int_equal(tw_report_traffic(&traffic, f->store, &options,
					   &err), TW_EPARSE);
	assert_null(traffic);
}

static void test_by_department_and_hour(void **state)
{
	struct fixture *f = *state;
	tw_traffic_options options = TW_TRAFFIC_OPTIONS_INIT;
	tw_traffic_row row = TW_TRAFFIC_ROW_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_traffic *traffic;
	uint64_t sum = 0;
	int rows = 0;

	october(f);
	assert_int_equal(traffic_of(f, TW_CALLS_BY_DEPARTMENT,
				    "Kazan").offered, 7);
	assert_int_equal(traffic_of(f, TW_CALLS_BY_DEPARTMENT,
				    "Ufa").offered, 4);
	options.by = TW_CALLS_BY_HOUR;
	options.month = "2026-10";
	assert_int_equal(tw_report_traffic(&traffic, f->store, &options,
					   &err), TW_OK);
	while (tw_traffic_next(&row, traffic, &err) == TW_OK) {
		if (row.is_total)
			continue;
		assert_int_equal(row.weekday, rows / 24 + 1);
		assert_int_equal(row.hour, rows % 24);
		rows++;
		sum += row.offered;
		if (row.weekday == 7 && row.hour == 2)
			assert_int_equal(row.offered, 2);
		/* Kazan, which has the company's zone */
		if (row.weekday == 2 && row.hour == 12)
			assert_int_equal(row.missed, 1);
	}
	tw_traffic_free(traffic);
	assert_int_equal(rows, 168);
	assert_int_equal(sum, 11);
}

/* Erasure changes no figure, and nor does a batch that is taken back. */
static void test_erased_and_undone(void **state)
{
	struct fixture *f = *state;
	tw_traffic_row before, after;
	tw_error err = TW_ERROR_INIT;

	october(f);
	import_text(f, "native", "Europe/Moscow", HEAD
		"e1,2026-10-05T10:00:00,2026-10-05T10:00:05,,9,inbound,"
		"maria@mail.ru," KAZAN "\n"
		"e2,2026-10-05T10:00:00,,,0,inbound,Ivan Petrov," KAZAN "\n");
	before = traffic_of(f, TW_CALLS_BY_NUMBER, KAZAN);
	assert_int_equal(before.hidden, 4);
	assert_int_equal(before.missed_hidden, 2);
	assert_int_equal(tw_privacy_erase(NULL, NULL, f->store,
					  "maria@mail.ru", 0, &err), TW_OK);
	assert_int_equal(tw_privacy_erase(NULL, NULL, f->store,
					  "Ivan Petrov", 0, &err), TW_OK);
	assert_int_equal(tw_privacy_erase(NULL, NULL, f->store, C, 0, &err),
			 TW_OK);
	after = traffic_of(f, TW_CALLS_BY_NUMBER, KAZAN);
	assert_memory_equal(&before, &after, sizeof(after));
	assert_int_equal(tw_import_undo(f->store, 1, &err), TW_OK);
	assert_int_equal(tw_import_undo(f->store, 3, &err), TW_OK);
	after = traffic_of(f, TW_CALLS_BY_NUMBER, KAZAN);
	assert_int_equal(after.offered, 0);
	assert_int_equal(after.callers, 0);
	assert_string_equal(after.per_answered.currency, "");
	assert_int_equal(after.rent.nanos, RUB(300, 0));
}

static void test_other_currency(void **state)
{
	static const char sheet[] = SHEET_HEAD
		"79,Russia mobile,1.50,EUR,,,1,1,0,outbound,\n";
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	tw_traffic_row row;

	options.tariff = "euros";
	options.carrier = "carrier";
	options.flags = TW_TARIFF_FULL;
	options.starts = "2026-01-01";
	options.currency = "EUR";
	if (tw_tariff_import_sheet(NULL, NULL, NULL, f->store, &options,
				   sheet, strlen(sheet), &err))
		fail_msg("%s", err.message);
	october(f);
	row = traffic_of(f, TW_CALLS_BY_NUMBER, KAZAN);
	assert_int_equal(row.other_currency, 1);
	assert_int_equal(row.charges.nanos, 0);
	assert_int_equal(row.cost.nanos, RUB(300, 0));
}

static void test_refusals(void **state)
{
	struct fixture *f = *state;
	tw_traffic_options options = TW_TRAFFIC_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_traffic *traffic = NULL;

	assert_int_equal(tw_report_traffic(&traffic, f->store, &options,
					   &err), TW_EINVAL);
	options.month = "2026-13";
	assert_int_equal(tw_report_traffic(&traffic, f->store, &options,
					   &err), TW_EPARSE);
	options.month = "2026-10";
	options.by = 5;
	assert_int_equal(tw_report_traffic(&traffic, f->store, &options,
					   &err), TW_EINVAL);
	assert_string_equal(err.field, "by");
	options.by = TW_CALLS_BY_HOUR;
	options.callback_hours = 0;
	assert_int_equal(tw_report_traffic(&traffic, f->store, &options,
					   &err), TW_EINVAL);
	options.callback_hours = 8761;
	assert_int_equal(tw_report_traffic(&traffic, f->store, &options,
					   &err), TW_EINVAL);
	assert_string_equal(err.field, "callback_hours");
	assert_int_equal(tw_report_traffic(NULL, f->store, &options, &err),
			 TW_EINVAL);
	assert_int_equal(tw_traffic_next(NULL, NULL, &err), TW_EINVAL);
	assert_null(traffic);
	tw_traffic_free(NULL);
}

static void test_no_memory(void **state)
{
	struct fixture *f = *state;
	bool more = true;

	october(f);
	for (uint32_t by = TW_CALLS_BY_NUMBER; by <= TW_CALLS_BY_HOUR; by++) {
		more = true;
		for (int64_t n = 0; more; n++) {
			tw_traffic_options options = TW_TRAFFIC_OPTIONS_INIT;
			tw_traffic *traffic = NULL;
			struct faults faults;
			tw_status status;

			options.month = "2026-10";
			options.by = by;
			faults_begin(&faults, n);
			status = tw_report_traffic(&traffic, f->store,
						   &options, NULL);
			more = faults_end(&faults);
			assert_true(status == TW_OK || (more &&
				    status == TW_ENOMEM));
			tw_traffic_free(traffic);
			if (!status)
				break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TRAFFIC_TEST(test_by_number), TRAFFIC_TEST(test_by_campaign),
		TRAFFIC_TEST(test_months),
		TRAFFIC_TEST(test_by_department_and_hour),
		TRAFFIC_TEST(test_erased_and_undone),
		TRAFFIC_TEST(test_other_currency),
		TRAFFIC_TEST(test_refusals), TRAFFIC_TEST(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
