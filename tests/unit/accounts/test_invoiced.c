/* Departments add up to the document. */
#include "accounts_fixture.h"
#include "../faults.h"

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	want_two_cities(f);
	want(f, "vendor[0].name", "cloud");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import_text(f, "native", NULL, "call_id,start,duration,caller,callee\n"
		"a,2026-10-05T10:00:00+03:00,60,78432000001,79161234567\n");
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

static void enter(struct fixture *f, const char *number, const char *vendor,
		  const char *const amounts[3])
{
	tw_invoice_entry e = TW_INVOICE_ENTRY_INIT;
	tw_error err = TW_ERROR_INIT;

	e.number = number;
	e.carrier = vendor ? NULL : "carrier";
	e.vendor = vendor;
	e.date = "2026-11-03";
	e.month = "2026-10";
	e.net = amounts[0];
	e.vat = amounts[1];
	e.gross = amounts[2];
	if (tw_invoice_enter(NULL, f->store, &e, &err))
		fail_msg("%s: %s", err.field, err.message);
}

static size_t rows_of(struct fixture *f, tw_invoiced_row rows[16])
{
	tw_invoiced *report;
	tw_error err = TW_ERROR_INIT;
	size_t n = 0;

	if (tw_report_invoiced(&report, f->store, "2026-10", &err))
		fail_msg("%s", err.message);
	for (; n < 16; n++) {
		rows[n] = (tw_invoiced_row)TW_INVOICED_ROW_INIT;
		if (tw_invoiced_next(&rows[n], report, &err))
			break;
	}
	tw_invoiced_free(report);
	return n;
}

/* 301.50 and 300.00 rated; 500.00 + 100.01 billed in two papers. */
static void test_spread(void **state)
{
	struct fixture *f = *state;
	tw_invoiced_row r[16];

	assert_int_equal(rows_of(f, r), 3);
	assert_int_equal(r[0].invoiced, 0);
	assert_int_equal(r[0].gross.nanos, RUB(301, 50));
	assert_int_equal(r[2].is_total, 1);
	assert_int_equal(r[2].difference.nanos, 0);

	enter(f, "1", NULL, (const char *const []){ "400.00", "80.01",
		"480.01" });
	enter(f, "2", NULL, (const char *const []){ "100.00", "20.00",
		"120.00" });
	enter(f, "3", "cloud", (const char *const []){ "9.00", "1.00",
		"10.00" });
	assert_int_equal(rows_of(f, r), 5);
	assert_string_equal(r[0].department, "Kazan");
	assert_int_equal(r[0].invoiced, 1);
	/* 500 * 301.5 / 601.5 = 250.6234.., 100.01 * .. = 50.1297.. */
	assert_int_equal(r[0].net.nanos, RUB(250, 62));
	assert_int_equal(r[0].vat.nanos, RUB(50, 13));
	assert_int_equal(r[1].net.nanos, RUB(249, 38));
	assert_int_equal(r[1].vat.nanos, RUB(49, 88));
	assert_int_equal(r[0].gross.nanos + r[1].gross.nanos,
			 RUB(600, 1));
	assert_int_equal(r[2].is_total, 1);
	assert_int_equal(r[2].gross.nanos, RUB(600, 1));
	assert_int_equal(r[2].difference.nanos, RUB(600, 1) - RUB(601, 50));
	assert_string_equal(r[2].documents, "1, 2");
	assert_string_equal(r[2].gross.currency, "RUB");
	assert_string_equal(r[2].difference.currency, "RUB");
	/* whom our rating knows nothing of */
	assert_string_equal(r[3].payee, "cloud");
	assert_int_equal(r[3].unallocated, 1);
	assert_int_equal(r[3].gross.nanos, RUB(10, 0));
	assert_int_equal(r[4].difference.nanos, RUB(10, 0));

	/* a credit note of more than all of it */
	enter(f, "4", NULL, (const char *const []){ "-600.00", "-120.01",
		"-720.01" });
	rows_of(f, r);
	assert_int_equal(r[2].gross.nanos, -RUB(120, 0));
	assert_int_equal(r[0].gross.nanos + r[1].gross.nanos, -RUB(120, 0));
}

/* Any cut adds up to the paper; a rent has no destination and is a row. */
static void test_other_cuts(void **state)
{
	static const uint32_t cuts[] = { TW_BY_CITY, TW_BY_NUMBER,
		TW_BY_DESTINATION, TW_BY_DIRECTION, TW_BY_CONTRACT,
		TW_BY_CARRIER, 0, TW_BY_DEPARTMENT | TW_BY_DESTINATION };
	struct fixture *f = *state;
	tw_invoiced *report = NULL;
	tw_error err = TW_ERROR_INIT;

	enter(f, "1", NULL, (const char *const []){ "400.00", "80.01",
		"480.01" });
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		tw_invoiced_row row = TW_INVOICED_ROW_INIT;
		int64_t net = 0, vat = 0;
		bool mobile = false;

		if (tw_report_invoiced_by(&report, f->store, "2026-10",
					  cuts[i], &err))
			fail_msg("%s: %s", err.field, err.message);
		while (tw_invoiced_next(&row, report, &err) == TW_OK &&
		       !row.is_total) {
			net += row.net.nanos;
			vat += row.vat.nanos;
			if (strcmp(row.destination, "Russia mobile"))
				continue;
			/* 1.50 of 601.50 */
			mobile = true;
			assert_int_equal(row.net.nanos, RUB(1, 0));
			assert_int_equal(row.rated_net.nanos, RUB(1, 50));
		}
		assert_int_equal(row.is_total, 1);
		assert_string_equal(row.destination, "");
		assert_int_equal(net, RUB(400, 0));
		assert_int_equal(vat, RUB(80, 1));
		assert_int_equal(row.net.nanos, net);
		assert_int_equal(mobile, !!(cuts[i] & TW_BY_DESTINATION));
		tw_invoiced_free(report);
	}
	report = NULL;
	assert_int_equal(tw_report_invoiced_by(&report, f->store, "2026-10",
					       0x4000, &err), TW_EINVAL);
	assert_null(report);
}

/* A list of papers that is too long says so. */
static void test_many_papers(void **state)
{
	struct fixture *f = *state;
	tw_invoiced_row r[16];
	char number[64];

	for (int i = 0; i < 20; i++) {
		snprintf(number, sizeof(number), "2026-10/%08d", i);
		enter(f, number, NULL, (const char *const []){ "1.00",
			"0.20", "1.20" });
	}
	rows_of(f, r);
	assert_int_equal(r[2].gross.nanos, RUB(24, 0));
	assert_non_null(strstr(r[2].documents, "2026-10/00000000, "));
	assert_string_equal(r[2].documents + strlen(r[2].documents) - 5,
			    ", ...");
}

static void test_no_memory(void **state)
{
	struct fixture *f = *state;
	bool more = true;

	enter(f, "1", NULL, (const char *const []){ "400.00", "80.01",
		"480.01" });
	for (int64_t n = 0; more; n++) {
		tw_invoiced *report = NULL;
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_report_invoiced(&report, f->store, "2026-10",
					    NULL);
		tw_invoiced_free(report);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_spread), T(test_other_cuts), T(test_many_papers),
		T(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
