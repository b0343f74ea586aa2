/* Owed less posted: one row for one thing. */
#include "accounts/due.h"
#include "accounts_fixture.h"
#include "../faults.h"

static struct tw__entry rent_of(int64_t subject, int64_t amount)
{
	return (struct tw__entry){ .department = 1, .payee_kind = 2,
		.payee = 3, .amount_nanos = amount, .net_nanos = amount,
		.kind = TW_POSTING_RENT, .month = 202610,
		.subject = subject, .currency = "RUB",
		.reference = "78432000001" };
}

static void add(struct tw__dues *dues, struct tw__entry entry)
{
	tw_error err = TW_ERROR_INIT;

	if (tw__dues_add(dues, &entry, &err))
		fail_msg("add: %s", err.message);
}

static void settle(struct tw__dues *dues)
{
	tw_error err = TW_ERROR_INIT;

	if (tw__dues_settle(dues, &err))
		fail_msg("settle: %s", err.message);
}

static void what_is_posted_falls_away(void **state)
{
	struct tw__dues dues = { 0 };

	(void)state;
	settle(&dues);
	assert_int_equal(dues.count, 0);
	add(&dues, rent_of(2, 200));
	add(&dues, rent_of(2, 300));
	assert_int_equal(dues.count, 1);
	add(&dues, rent_of(1, 300));
	add(&dues, rent_of(2, -500));
	add(&dues, rent_of(1, -200));
	settle(&dues);
	assert_int_equal(dues.count, 1);
	assert_int_equal(dues.rows[0].entry.subject, 1);
	assert_int_equal(dues.rows[0].entry.amount_nanos, 100);
	assert_int_equal(dues.rows[0].entry.net_nanos, 100);
	assert_string_equal(dues.rows[0].reference, "78432000001");
	tw__dues_free(&dues);
	assert_int_equal(dues.count, 0);
}

/* A percentage that was put right moves no amount, and is due all the same. */
static void vat_alone_is_due(void **state)
{
	struct tw__dues dues = { 0 };
	struct tw__entry owed = rent_of(1, 120), posted = rent_of(1, -120);

	(void)state;
	owed.net_nanos = 100;
	owed.vat_nanos = 20;
	add(&dues, owed);
	add(&dues, posted);
	settle(&dues);
	assert_int_equal(dues.count, 1);
	assert_int_equal(dues.rows[0].entry.amount_nanos, 0);
	assert_int_equal(dues.rows[0].entry.net_nanos, -20);
	assert_int_equal(dues.rows[0].entry.vat_nanos, 20);
	tw__dues_free(&dues);
}

/* Whatever tells two apart; the name does not. */
static void what_makes_two(void **state)
{
	struct tw__entry others[8];
	struct tw__dues dues = { 0 };

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(others); i++)
		others[i] = rent_of(1, 1);
	others[0].reference = "another name";
	others[1].month = 202609;
	others[2].kind = TW_POSTING_ONE_OFF;
	others[3].subject = 2;
	others[4].department = 0;
	others[5].payee_kind = 3;
	others[6].payee = 0;
	strcpy(others[7].currency, "EUR");
	for (size_t i = 0; i < TW_ARRAY_COUNT(others); i++) {
		add(&dues, rent_of(1, 1));
		add(&dues, others[i]);
		settle(&dues);
		assert_int_equal(dues.count, i ? 2 : 1);
		tw__dues_free(&dues);
	}
}

/* Of rents both stand by themselves, of tariffs all is a correction. */
static void growth_and_corrections(void **state)
{
	struct tw__entry put_right = rent_of(1, -30);
	struct tw__dues dues = { 0 };

	(void)state;
	put_right.correction = 1;
	add(&dues, put_right);
	add(&dues, rent_of(1, 100));
	settle(&dues);
	assert_int_equal(dues.count, 2);
	assert_int_equal(dues.rows[0].entry.amount_nanos, 100);
	assert_int_equal(dues.rows[0].entry.correction, 0);
	assert_int_equal(dues.rows[1].entry.amount_nanos, -30);
	assert_int_equal(dues.rows[1].entry.correction, 1);
	for (size_t i = 0; i < dues.count; i++) {
		dues.rows[i].entry.kind = TW_POSTING_TIER;
		dues.rows[i].entry.correction = (int64_t)i;
	}
	settle(&dues);
	assert_int_equal(dues.count, 1);
	assert_int_equal(dues.rows[0].entry.amount_nanos, 70);
	assert_int_equal(dues.rows[0].entry.correction, 1);
	tw__dues_free(&dues);
}

static void too_much(void **state)
{
	struct tw__entry more = rent_of(1, 1);
	struct tw__dues dues = { 0 };
	tw_error err = TW_ERROR_INIT;

	(void)state;
	add(&dues, rent_of(1, INT64_MAX));
	assert_int_equal(tw__dues_add(&dues, &more, &err), TW_ERANGE);
	assert_non_null(strstr(err.message, "9.2e9"));
	add(&dues, rent_of(2, 1));
	add(&dues, more);
	assert_int_equal(tw__dues_settle(&dues, &err), TW_ERANGE);
	tw__dues_free(&dues);
}

static void no_memory(void **state)
{
	struct tw__entry entry = rent_of(1, 1);
	struct tw__dues dues = { 0 };
	struct faults faults;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	faults_begin(&faults, 0);
	assert_int_equal(tw__dues_add(&dues, &entry, &err), TW_ENOMEM);
	assert_true(faults_end(&faults));
	assert_int_equal(dues.count, 0);
	tw__dues_free(&dues);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_posted_falls_away),
		cmocka_unit_test(vat_alone_is_due),
		cmocka_unit_test(what_makes_two),
		cmocka_unit_test(growth_and_corrections),
		cmocka_unit_test(too_much),
		cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
