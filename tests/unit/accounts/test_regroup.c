/* Records of one call that came in several files. */
#include "accounts_fixture.h"
#include "accounts/regroup.h"
#include "../faults.h"

#define HEAD "uuid,call_uuid,caller_id_number,destination_number," \
	"start_epoch,answer_epoch,end_epoch,billsec,hangup_cause\n"
#define A "a,a,79031112233,78432000001,1791183600,1791183604,1791183664," \
	"60,NORMAL_CLEARING\n"
#define B "b,a,79031112233,79161234567,1791183601,1791183604,1791183664," \
	"60,NORMAL_CLEARING\n"

static void open_office(struct fixture *f)
{
	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
}

static tw_counts legs(struct fixture *f, const char *rows)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s%s", HEAD, rows);
	return import_text(f, "freeswitch_csv", "Europe/Moscow", text);
}

static void forwarded(struct fixture *f)
{
	tw_expense_row row = expenses_of(f, "2026-10", "Kazan");

	assert_int_equal(row.calls, 1);
	assert_int_equal(row.forwarded_cost.nanos, 1500000000);
	must_verify(f);
}

static void either_order(void **state)
{
	struct fixture *f = *state;

	open_office(f);
	assert_int_equal(legs(f, B).rows_stored, 1);
	assert_int_equal(legs(f, A).rows_stored, 1);
	forwarded(f);
	assert_int_equal(one_number(f, "SELECT count(*) FROM amendment_run"),
			 1);
	assert_int_equal(legs(f, B A).duplicates, 2);
	/* taken back, and in the other order */
	assert_int_equal(tw_import_undo(f->store, 1, NULL), TW_OK);
	assert_int_equal(legs(f, B).rows_stored, 1);
	forwarded(f);
}

static void others_are_left_alone(void **state)
{
	struct fixture *f = *state;

	open_office(f);
	legs(f, B);
	/* too far away to be one call, another source, another layout */
	legs(f, "a,a,79031112233,78432000001,1791283600,1791283604,"
	     "1791283664,60,NORMAL_CLEARING\n");
	import_text(f, "native", NULL, "call_id,start,duration,caller,callee\n"
		"a,2026-10-05T07:00:00Z,60,79031112233,78432000001\n");
	assert_int_equal(one_number(f, "SELECT count(*) FROM amendment_run"),
			 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call "
				    "WHERE leg = 1"), 3);
	must_verify(f);
}

static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	int64_t n = 0;
	bool again = true;

	open_office(f);
	legs(f, B);
	for (; again; n++) {
		tw_import *import = begin_import(f, "freeswitch_csv",
						 "Europe/Moscow");
		struct faults faults;
		uint64_t batch;
		tw_status status;

		status = tw_import_file(import, HEAD A, strlen(HEAD A), NULL);
		assert_int_equal(status, TW_OK);
		batch = tw_import_batch(import);
		faults_begin(&faults, n);
		status = tw_import_commit(NULL, NULL, import, NULL);
		again = faults_end(&faults);
		tw_import_free(import);
		if (status)
			assert_int_equal(status, TW_ENOMEM);
		else
			forwarded(f);
		/* a deck can do without having its memory made smaller */
		if (!status && again)
			assert_int_equal(tw_import_undo(f->store, batch,
							NULL), TW_OK);
	}
	assert_true(n > 10);
	forwarded(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(either_order),
		FIXTURE_TEST(others_are_left_alone),
		FIXTURE_TEST(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
