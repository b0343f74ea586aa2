/* A month of the ledger as entries of a journal. */
#include "accounts_fixture.h"
#include "../faults.h"
#include <trunkwise/journal.h>

#define HEAD "call_id,start,duration,caller,callee\n"

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	want_two_cities(f);
	want(f, "department[0].cost_center", "CC-1");
	want(f, "carrier[0].inn", "7707049388");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import_text(f, "native", NULL, HEAD
		"a,2026-10-05T10:00:00+03:00,60,78432000001,79161234567\n"
		"b,2026-10-05T10:00:00+03:00,60,73472000002,79161234567\n"
		"c,2026-10-05T11:00:00+03:00,60,70000000000,79161234567\n");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	free(*state);
	return 0;
}

static size_t rows_of(struct fixture *f, tw_journal_row rows[16],
		      const char *month, uint32_t flags)
{
	tw_journal_lines *lines;
	tw_error err = TW_ERROR_INIT;
	size_t n = 0;

	if (tw_journal_open(&lines, f->store, month, flags, &err))
		fail_msg("%s: %s", err.field, err.message);
	for (; n < 16; n++) {
		rows[n] = (tw_journal_row)TW_JOURNAL_ROW_INIT;
		if (tw_journal_next(&rows[n], lines, &err))
			break;
	}
	tw_journal_free(lines);
	return n;
}

static int64_t net_of(const tw_journal_row *rows, size_t count)
{
	int64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += rows[i].net.nanos + rows[i].vat.nanos;
	return sum;
}

#define CHARGED "SELECT sum(net_nanos + vat_nanos) FROM posting " \
	"WHERE account_kind = 1 AND month = "

static void test_closed_month(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	tw_journal_lines *lines = NULL;
	tw_journal_row r[16];
	size_t n;

	assert_int_equal(tw_journal_open(&lines, f->store, "2026-10", 0,
					 &err), TW_EREFUSED);
	assert_string_equal(err.field, "month");
	n = rows_of(f, r, "2026-10", TW_JOURNAL_OPEN);
	assert_int_equal(n, 3);
	assert_int_equal(tw_period_close(NULL, f->store, "2026-10", &err),
			 TW_OK);
	n = rows_of(f, r, "2026-10", 0);
	/* calls and rents of two, one call of nobody */
	assert_int_equal(n, 5);
	assert_string_equal(r[0].department, "Kazan");
	assert_string_equal(r[0].cost_center, "CC-1");
	assert_string_equal(r[0].payee, "carrier");
	assert_string_equal(r[0].inn, "7707049388");
	assert_string_equal(r[0].kind, "calls");
	assert_string_equal(r[0].net.currency, "RUB");
	assert_int_equal(r[0].net.nanos + r[0].vat.nanos, RUB(1, 50));
	assert_string_equal(r[1].kind, "rents");
	assert_int_equal(r[1].correction, 0);
	assert_string_equal(r[2].department, "Ufa");
	assert_string_equal(r[2].cost_center, "");
	assert_int_equal(r[4].unallocated, 1);
	assert_string_equal(r[4].department, "");
	assert_int_equal(net_of(r, n), one_number(f, CHARGED "202610"));
	/* a month before the first closed one is closed, and empty */
	assert_int_equal(rows_of(f, r, "2026-01", 0), 0);
}

static void test_corrections(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	tw_journal_row r[16];
	size_t n;

	assert_int_equal(tw_period_close(NULL, f->store, "2026-10", &err),
			 TW_OK);
	import_text(f, "native", NULL, HEAD
		"n,2026-11-05T10:00:00+03:00,120,78432000001,79161234567\n");
	assert_int_equal(tw_import_undo(f->store, 1, &err), TW_OK);
	n = rows_of(f, r, "2026-11", TW_JOURNAL_OPEN);
	assert_int_equal(n, 4);
	assert_int_equal(r[0].correction, 0);
	assert_int_equal(r[0].net.nanos + r[0].vat.nanos, RUB(3, 0));
	assert_int_equal(r[1].correction, 1);
	assert_int_equal(r[1].net.nanos + r[1].vat.nanos, -RUB(1, 50));
	assert_int_equal(net_of(r, n), one_number(f, CHARGED "202611"));
}

static void test_bad_requests(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	tw_journal_lines *lines = NULL;
	tw_journal_row row = TW_JOURNAL_ROW_INIT;

	assert_int_equal(tw_journal_open(&lines, f->store, "October", 1,
					 &err), TW_EPARSE);
	assert_int_equal(tw_journal_open(&lines, f->store, "2026-10", 2,
					 &err), TW_EINVAL);
	assert_int_equal(tw_journal_open(&lines, NULL, "2026-10", 1, &err),
			 TW_EINVAL);
	assert_int_equal(tw_journal_open(NULL, f->store, "2026-10", 1, &err),
			 TW_EINVAL);
	assert_int_equal(tw_journal_next(&row, NULL, &err), TW_EINVAL);
	assert_null(lines);
	tw_journal_free(NULL);
}

static void post(struct fixture *f, const char *sides)
{
	char sql[512];
	struct tw_stmt *stmt;
	tw_error err = TW_ERROR_INIT;

	snprintf(sql, sizeof(sql), "INSERT INTO posting (entry, account_kind, "
		 "account, amount_nanos, net_nanos, vat_nanos, currency, "
		 "kind, correction, month, of_month, batch, run, subject, "
		 "made_us, who, reference) VALUES %s", sides);
	assert_int_equal(tw__stmt_new(&stmt, f->store, sql, &err), TW_OK);
	assert_int_equal(tw__run(stmt, &err), TW_OK);
	tw__stmt_free(stmt);
}

#define SIDE(entry, account, amount, net) "(" entry ", " account ", 0, " \
	amount ", " net ", NULL, 'RUB', 1, 0, 202601, 0, 0, 0, 0, 0, 0, '')"

/* What verify would find is not left out here. */
static void test_broken_ledger(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	tw_journal_lines *lines;
	tw_journal_row r[16];

	/* posted before schema 6: its net is the amount */
	post(f, SIDE("90", "1", "7", "NULL") ", " SIDE("90", "2", "-7",
						       "NULL"));
	assert_int_equal(rows_of(f, r, "2026-01", TW_JOURNAL_OPEN), 1);
	assert_int_equal(r[0].net.nanos, 7);
	assert_int_equal(r[0].vat.nanos, 0);
	assert_string_equal(r[0].payee, "");
	post(f, SIDE("91", "1", "-7", "-7") ", " SIDE("91", "2", "7", "7"));
	assert_int_equal(rows_of(f, r, "2026-01", TW_JOURNAL_OPEN), 0);
	post(f, SIDE("92", "1", "1", "9223372036854775807") ", "
	     SIDE("92", "2", "1", "1") ", " SIDE("93", "1", "1", "1") ", "
	     SIDE("93", "2", "1", "1"));
	assert_int_equal(tw_journal_open(&lines, f->store, "2026-01",
		TW_JOURNAL_OPEN, &err), TW_ERANGE);
	post(f, SIDE("94", "1", "1", "1"));
	assert_int_equal(tw_journal_open(&lines, f->store, "2026-01",
		TW_JOURNAL_OPEN, &err), TW_ESTORE);
	assert_non_null(strstr(err.message, "one side"));
}

static void test_no_memory(void **state)
{
	struct fixture *f = *state;
	bool more = true;

	for (int64_t n = 0; more; n++) {
		tw_journal_lines *lines = NULL;
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_journal_open(&lines, f->store, "2026-10",
					 TW_JOURNAL_OPEN, NULL);
		tw_journal_free(lines);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_closed_month), T(test_corrections),
		T(test_bad_requests), T(test_broken_ledger),
		T(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
