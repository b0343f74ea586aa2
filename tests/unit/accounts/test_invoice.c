/* Documents as they came, never changed. */
#include "accounts_fixture.h"

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	want_two_cities(f);
	want(f, "vendor[0].name", "cloud");
	apply_at(f, "2026-09-01T00:00:00+03:00");
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

static tw_invoice_entry paper(void)
{
	tw_invoice_entry e = TW_INVOICE_ENTRY_INIT;

	e.number = "77-A";
	e.carrier = "carrier";
	e.date = "2026-11-03";
	e.month = "2026-10";
	e.net = "100.00";
	e.vat = "20.00";
	e.gross = "120.00";
	return e;
}

static void test_entered_once(void **state)
{
	struct fixture *f = *state;
	tw_invoice_entry e = paper();
	tw_invoice invoice = TW_INVOICE_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_invoices *list;
	uint64_t id = 0;

	assert_int_equal(tw_invoice_enter(&id, f->store, &e, &err), TW_OK);
	assert_int_equal(id, 1);
	assert_int_equal(tw_invoice_enter(&id, f->store, &e, &err),
			 TW_EEXIST);
	e.net = "100.01";
	e.gross = "120.01";
	assert_int_equal(tw_invoice_enter(&id, f->store, &e, &err),
			 TW_ECONFLICT);
	/* another payee's number is another paper */
	e.carrier = NULL;
	e.vendor = "cloud";
	assert_int_equal(tw_invoice_enter(&id, f->store, &e, &err), TW_OK);
	assert_int_equal(tw_invoice_withdraw(f->store, 1, &err), TW_OK);
	assert_int_equal(tw_invoice_withdraw(f->store, 1, &err), TW_EEXIST);
	assert_int_equal(tw_invoice_withdraw(f->store, 9, &err),
			 TW_ENOTFOUND);
	e = paper();
	e.net = "100.01";
	e.gross = "120.01";
	assert_int_equal(tw_invoice_enter(&id, f->store, &e, &err), TW_OK);
	assert_int_equal(tw_invoice_list(&list, f->store, "2026-10", &err),
			 TW_OK);
	assert_int_equal(tw_invoices_next(&invoice, list, &err), TW_OK);
	assert_int_equal(invoice.withdrawn, 1);
	assert_string_equal(invoice.date, "2026-11-03");
	assert_string_equal(invoice.month, "2026-10");
	assert_string_equal(invoice.payee, "carrier");
	assert_int_equal(invoice.gross.nanos, RUB(120, 0));
	assert_int_equal(tw_invoices_next(&invoice, list, &err), TW_OK);
	assert_string_equal(invoice.payee, "cloud");
	tw_invoices_free(list);
	assert_int_equal(tw_invoice_list(&list, f->store, "2026-11", &err),
			 TW_OK);
	assert_int_equal(tw_invoices_next(&invoice, list, &err),
			 TW_ITER_END);
	tw_invoices_free(list);
}

#define REFUSED(change, status, name) do { \
	tw_invoice_entry e = paper(); \
	tw_error err = TW_ERROR_INIT; \
	change; \
	assert_int_equal(tw_invoice_enter(NULL, f->store, &e, &err), \
			 status); \
	assert_string_equal(err.field, name); \
} while (0)

static void test_what_is_refused(void **state)
{
	struct fixture *f = *state;

	REFUSED(e.number = "", TW_EPARSE, "number");
	REFUSED(e.number = "a\nb", TW_EPARSE, "number");
	REFUSED(e.carrier = "nobody", TW_ENOTFOUND, "carrier");
	REFUSED(e.vendor = "cloud", TW_EINVAL, "carrier");
	REFUSED(e.carrier = NULL, TW_EINVAL, "carrier");
	REFUSED(e.month = "2026-13", TW_EPARSE, "date");
	REFUSED(e.date = "03.11.2026", TW_EPARSE, "date");
	REFUSED(e.date = "2026-02-30", TW_EPARSE, "date");
	REFUSED(e.gross = "120.01", TW_EINVAL, "gross");
	REFUSED(e.net = "x", TW_EPARSE, "net");
	REFUSED(e.net = "100.001", TW_EPARSE, "net");
	REFUSED(e.vat = NULL, TW_EPARSE, "vat");
	REFUSED(e.net = "99999999999.00", TW_ERANGE, "net");
	assert_int_equal(one_number(f, "SELECT count(*) FROM invoice"), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_entered_once), T(test_what_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
