/* tw_report_expenses: nothing hidden, nothing counted twice. */
#include "accounts_fixture.h"
#include "base/base.h"
#include "../faults.h"

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

static void test_unallocated_is_last_and_visible(void **state)
{
	static const char *const order[] = { "Kazan", "Ufa", "" };
	struct fixture *f = *state;
	tw_expense_row row = TW_EXPENSE_ROW_INIT, total = row;
	int64_t sum = 0;
	tw_expenses *expenses;
	size_t i = 0;

	a_month(f);
	assert_int_equal(tw_report_expenses(&expenses, f->store, "2026-10", 0,
					    NULL), TW_OK);
	assert_string_equal(tw_expenses_zone(expenses), "Europe/Moscow");
	while (tw_expenses_next(&row, expenses, NULL) == TW_OK) {
		assert_true(i < 3);
		assert_string_equal(row.department, order[i]);
		assert_int_equal(row.unallocated, i == 2);
		assert_string_equal(row.total.currency, "RUB");
		sum += row.total.nanos;
		i++;
	}
	assert_int_equal(i, 3);
	assert_int_equal(row.calls_cost.nanos, RUB(4, 50));
	assert_int_equal(tw_expenses_total(&total, expenses, 0, NULL), TW_OK);
	assert_int_equal(total.total.nanos, sum);
	assert_int_equal(total.calls, 7);
	assert_int_equal(total.unrated, 2);
	assert_int_equal(tw_expenses_total(&total, expenses, 1, NULL),
			 TW_ITER_END);
	tw_expenses_free(expenses);
}

/* Every way to group gives the same total. */
static void test_groups_add_up(void **state)
{
	struct fixture *f = *state;
	int64_t expected = 0;

	a_month(f);
	for (uint32_t by = 1; by < 0x80; by++) {
		tw_expense_row row = TW_EXPENSE_ROW_INIT;
		tw_expenses *expenses;
		int64_t sum = 0;
		uint64_t calls = 0;

		assert_int_equal(tw_report_expenses(&expenses, f->store,
			"2026-10", by, NULL), TW_OK);
		while (tw_expenses_next(&row, expenses, NULL) == TW_OK) {
			sum += row.total.nanos;
			calls += row.calls;
			if (!(by & TW_BY_DEPARTMENT))
				assert_string_equal(row.department, "");
		}
		tw_expenses_free(expenses);
		if (!expected)
			expected = sum;
		assert_int_equal(sum, expected);
		assert_int_equal(calls, 7);
	}
}

static void test_by_destination_and_number(void **state)
{
	struct fixture *f = *state;
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_expenses *expenses;
	bool kazan = false;

	a_month(f);
	assert_int_equal(tw_report_expenses(&expenses, f->store, "2026-10",
		TW_BY_CITY | TW_BY_CARRIER | TW_BY_NUMBER |
		TW_BY_DESTINATION, NULL), TW_OK);
	while (tw_expenses_next(&row, expenses, NULL) == TW_OK) {
		if (strcmp(row.destination, "Kazan") != 0)
			continue;
		kazan = true;
		assert_string_equal(row.city, "Kazan");
		assert_string_equal(row.carrier, "carrier");
		assert_string_equal(row.number, "78432000001");
		assert_int_equal(row.calls_cost.nanos, RUB(6, 0));
	}
	assert_true(kazan);
	tw_expenses_free(expenses);
}

static void test_month_is_the_companys(void **state)
{
	struct fixture *f = *state;
	tw_import *import;
	char id[32];
	tw_cdr cdr;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import = begin_import(f, NULL, NULL);
	cdr = call_of(f, id, "78432000001", "79161234567");
	/* still October in UTC */
	cdr.start = cdr.answer = at_time("2026-10-31T21:00:00Z");
	add_call(import, &cdr);
	cdr = call_of(f, id, "78432000001", "79161234567");
	cdr.start = cdr.answer = at_time("2026-10-31T20:59:59.999999Z");
	add_call(import, &cdr);
	end_import(import);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls, 1);
	assert_int_equal(expenses_of(f, "2026-11", "Kazan").calls, 1);
}

static void test_two_currencies_are_two_rows(void **state)
{
	struct fixture *f = *state;
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	static const char sheet[] = SHEET_HEAD
		"44,UK,0.02,USD,,,1,1,0,,\n";
	tw_expenses *expenses;
	tw_import *import;
	char id[32];
	tw_cdr cdr;

	a_month(f);
	options.tariff = "dollars";
	options.carrier = "abroad";
	assert_int_equal(tw_tariff_import_sheet(NULL, NULL, NULL, f->store,
		&options, sheet, strlen(sheet), NULL), TW_OK);
	import = begin_import(f, NULL, NULL);
	cdr = call_of(f, id, "78432000001", "442071234567");
	cdr.carrier = "abroad";
	add_call(import, &cdr);
	end_import(import);
	assert_int_equal(tw_report_expenses(&expenses, f->store, "2026-10",
					    0, NULL), TW_OK);
	assert_int_equal(tw_expenses_next(&row, expenses, NULL), TW_OK);
	assert_string_equal(row.total.currency, "RUB");
	assert_int_equal(tw_expenses_next(&row, expenses, NULL), TW_OK);
	assert_string_equal(row.department, "Kazan");
	assert_string_equal(row.total.currency, "USD");
	assert_int_equal(row.total.nanos, 20000000);
	assert_int_equal(tw_expenses_total(&row, expenses, 1, NULL), TW_OK);
	assert_string_equal(row.total.currency, "USD");
	tw_expenses_free(expenses);
}

static void test_wrong_questions(void **state)
{
	struct fixture *f = *state;
	tw_expenses *expenses = NULL;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_report_expenses(&expenses, f->store, "2026-10", 0,
					    &err), TW_ENOTFOUND);
	assert_string_equal(err.field, "company.zone");
	want_company(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	assert_int_equal(tw_report_expenses(&expenses, f->store, "2026-13", 0,
					    &err), TW_EPARSE);
	assert_int_equal(tw_report_expenses(&expenses, f->store, "2026-10",
					    0x80, &err), TW_EINVAL);
	assert_null(expenses);
	tw_expenses_free(NULL);
	assert_int_equal(tw_report_expenses(&expenses, f->store, "2026-10",
					    0, &err), TW_OK);
	assert_int_equal(tw_expenses_next(&(tw_expense_row)
		TW_EXPENSE_ROW_INIT, expenses, &err), TW_ITER_END);
	tw_expenses_free(expenses);
}

static void refused(struct fixture *f, const tw_report_options *options,
		    const char *field)
{
	tw_expenses *expenses = NULL;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_report_make(&expenses, f->store, options, &err),
			 TW_EINVAL);
	assert_string_equal(err.field, field);
	assert_null(expenses);
}

static void test_wrong_options(void **state)
{
	struct fixture *f = *state;
	tw_report_options options = TW_REPORT_OPTIONS_INIT;
	tw_expenses *expenses;

	want_company(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	refused(f, &options, "from");
	options.from = "2026-10";
	options.per = 4;
	refused(f, &options, "per");
	options.per = TW_PER_DAY;
	options.compare = TW_COMPARE_PREVIOUS;
	refused(f, &options, "compare");
	options.per = TW_PER_RANGE;
	options.compare = 0x80;
	refused(f, &options, "compare");
	options.compare = 0;
	options.to = "2026-09";
	refused(f, &options, "to");
	options.to = "2036-10";
	refused(f, &options, "to");
	options.to = "2036-09";
	assert_int_equal(tw_report_make(&expenses, f->store, &options, NULL),
			 TW_OK);
	assert_string_equal(tw_expenses_company(expenses), "Factory");
	tw_expenses_free(expenses);
	options.size = 0;
	assert_int_equal(tw_report_make(&expenses, f->store, &options, NULL),
			 TW_EINVAL);
	assert_string_equal(tw_expenses_company(NULL), "");
}

/* Every grouping, cut and comparison there is; nothing half made. */
static void test_every_failed_allocation(void **state)
{
	static const tw_report_options asked[] = {
		{ sizeof(tw_report_options), 0x7f, TW_PER_WEEK, 0, "2026-09",
		  "2026-10" },
		{ sizeof(tw_report_options), TW_BY_DEPARTMENT, TW_PER_MONTH,
		  TW_COMPARE_PREVIOUS | TW_COMPARE_BUDGET, "2026-10", NULL },
	};
	struct fixture *f = *state;
	struct faults faults;

	a_month(f);
	for (size_t i = 0; i < TW_ARRAY_COUNT(asked); i++) {
		int64_t n = 0;

		for (bool more = true; more; n++) {
			tw_expenses *expenses = NULL;
			tw_error err = TW_ERROR_INIT;
			tw_status status;

			faults_begin(&faults, n);
			status = tw_report_make(&expenses, f->store,
						&asked[i], &err);
			more = faults_end(&faults);
			assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
			assert_int_equal(!expenses, more);
			tw_expenses_free(expenses);
		}
		assert_true(n > 5);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_unallocated_is_last_and_visible),
		T(test_groups_add_up),
		T(test_by_destination_and_number),
		T(test_month_is_the_companys),
		T(test_two_currencies_are_two_rows),
		T(test_wrong_questions),
		T(test_wrong_options),
		T(test_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
