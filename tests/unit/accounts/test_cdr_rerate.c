/* Stored calls rated anew: a price that came late, an owner that came late. */
#include "accounts_fixture.h"
#include "../faults.h"

#define HEAD "call_id,start,duration,caller,callee,extension\n"

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	import_text(f, "native", NULL, HEAD
		"a,2026-10-05T10:00:00+03:00,60,78432000001,79161234567,\n"
		"b,2026-10-05T11:00:00+03:00,60,78432000001,442071234567,\n"
		"c,2026-10-05T12:00:00+03:00,60,555,79161234567,555\n"
		"d,2026-10-05T13:00:00+03:00,0,78432000001,79161234567,\n"
		"e,2026-11-05T13:00:00+03:00,60,78432000001,79161234567,\n");
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

static tw_rerate rerate(struct fixture *f, tw_listing **list, uint32_t flags)
{
	tw_rerate_options options = TW_RERATE_OPTIONS_INIT;
	tw_rerate out = TW_RERATE_INIT;
	tw_error err = TW_ERROR_INIT;

	options.month = "2026-10";
	options.flags = flags;
	options.reason = "the tariff came late";
	if (tw_cdr_rerate(&out, list, f->store, &options, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(out.calls, out.changed + out.same + out.kept +
			 out.erased);
	return out;
}

static void test_price_that_came_late(void **state)
{
	struct fixture *f = *state;
	tw_listing *list;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_rerate out;

	assert_int_equal(expenses_of(f, "2026-10", "Kazan").unrated, 2);
	usual_tariff(f);
	out = rerate(f, NULL, TW_RERATE_DRY_RUN);
	assert_int_equal(out.changed, 4);
	assert_int_equal(out.run, 0);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").unrated, 2);
	assert_int_equal(one_number(f, "SELECT count(*) FROM amendment"), 0);

	out = rerate(f, &list, 0);
	assert_int_equal(out.calls, 4);
	assert_int_equal(out.changed, 4);
	assert_int_equal(out.same, 0);
	assert_int_equal(out.run, 1);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").unrated, 1);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls_cost.nanos,
			 RUB(1, 50));
	/* of other months nothing is asked */
	assert_int_equal(expenses_of(f, "2026-11", "Kazan").unrated, 1);
	assert_int_equal(one_number(f, "SELECT sum(amount_nanos) FROM "
		"posting WHERE run = 1 AND account_kind = 1"), RUB(3, 0));
	for (int i = 0; i < 10; i++) {
		if (tw_listing_next(&row, list, NULL))
			break;
		if (!strcmp(row.key, "Kazan") && !strcmp(row.kind, "new") &&
		    row.money.nanos)
			assert_int_equal(row.money.nanos, RUB(1, 50));
	}
	tw_listing_free(list);
	out = rerate(f, NULL, 0);
	assert_int_equal(out.changed, 0);
	assert_int_equal(out.run, 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM amendment_run "
		"WHERE kind = 'rerate' AND calls = 4 AND "
		"reason = 'the tariff came late'"), 1);
}

static void test_owner_that_came_late(void **state)
{
	struct fixture *f = *state;
	static const char people[] = "match_kind,match,department,city\n"
		"extension,500-599,Ufa,\nextension,101,Ufa,\n";
	tw_counts counts = TW_COUNTS_INIT;
	tw_error err = TW_ERROR_INIT;

	usual_tariff(f);
	rerate(f, NULL, 0);
	assert_int_equal(tw_directory_import(&counts, NULL, f->store, people,
		sizeof(people) - 1, NULL, &err), TW_OK);
	assert_int_equal(rerate(f, NULL, 0).changed, 1);
	assert_int_equal(expenses_of(f, "2026-10", "Ufa").calls_cost.nanos,
			 RUB(1, 50));
	/* a call that has an owner keeps him */
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls, 3);
}

static void test_of_a_closed_month(void **state)
{
	struct fixture *f = *state;
	int64_t before;

	usual_tariff(f);
	assert_int_equal(tw_period_close(NULL, f->store, "2026-10", NULL),
			 TW_OK);
	before = expenses_of(f, "2026-10", "Kazan").total.nanos;
	assert_int_equal(rerate(f, NULL, 0).changed, 4);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").total.nanos,
			 before);
	assert_int_equal(expenses_of(f, "2026-11", "Kazan").corrections.nanos,
			 RUB(1, 50));
	must_verify(f);
	assert_int_equal(tw_import_undo(f->store, 1, NULL), TW_OK);
	assert_int_equal(expenses_of(f, "2026-11", "Kazan").corrections.nanos,
			 0);
}

/* Erased people and counters are left alone, and counted. */
static void test_what_is_left(void **state)
{
	struct fixture *f = *state;
	tw_rerate out;

	usual_tariff(f);
	assert_int_equal(run_sql(f, "UPDATE identity SET digits = NULL "
		"WHERE digits = '442071234567'"), TW_OK);
	out = rerate(f, NULL, 0);
	assert_int_equal(out.erased, 1);
	assert_int_equal(out.changed, 3);
	assert_int_equal(out.kept, 0);
}

static void test_wrong_use(void **state)
{
	struct fixture *f = *state;
	tw_rerate_options options = TW_RERATE_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_cdr_rerate(NULL, NULL, f->store, &options, &err),
			 TW_EINVAL);
	options.month = "2026-13";
	assert_int_equal(tw_cdr_rerate(NULL, NULL, f->store, &options, &err),
			 TW_EPARSE);
	options.month = "2026-10";
	options.carrier = "nobody";
	assert_int_equal(tw_cdr_rerate(NULL, NULL, f->store, &options, &err),
			 TW_ENOTFOUND);
	options.carrier = NULL;
	options.flags = 2;
	assert_int_equal(tw_cdr_rerate(NULL, NULL, f->store, &options, &err),
			 TW_EINVAL);
	options.flags = 0;
	assert_int_equal(tw_cdr_rerate(NULL, NULL, NULL, &options, &err),
			 TW_EINVAL);
}

static void test_no_memory(void **state)
{
	struct fixture *f = *state;
	tw_rerate_options options = TW_RERATE_OPTIONS_INIT;
	bool more = true;

	usual_tariff(f);
	options.month = "2026-10";
	for (int64_t n = 0; more; n++) {
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_cdr_rerate(NULL, NULL, f->store, &options, NULL);
		more = faults_end(&faults);
		/* a deck that can't be shrunk to fit is as good */
		assert_true(status == TW_OK || (more &&
			    status == TW_ENOMEM));
		if (!status)
			break;
		assert_int_equal(one_number(f, "SELECT count(*) FROM "
					    "amendment_run"), 0);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_price_that_came_late), T(test_owner_that_came_late),
		T(test_of_a_closed_month), T(test_what_is_left),
		T(test_wrong_use), T(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
