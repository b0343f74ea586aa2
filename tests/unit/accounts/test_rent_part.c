/* Days into coins: they add up, and none is taken back. */
#include "accounts/rent_part.h"
#include "accounts/rent_share.h"
#include "accounts_fixture.h"
#include "base/calendar.h"
#include "../faults.h"

#define KOPECK (TW_NANOS / 100)

static struct tw__rent_parts october(void)
{
	return (struct tw__rent_parts){ .unit = KOPECK,
		.first = tw__days_from_civil(2026, 10, 1) };
}

static struct tw__rent_part part_of(const struct tw__rent_parts *parts,
				    int64_t department)
{
	return (struct tw__rent_part){ .department = department,
		.payee_kind = 2, .payee = 1,
		.period = tw__billing_of(parts->first, 1) };
}

static void add(struct tw__rent_parts *parts, const struct tw__rent_part *like,
		const int days[2], int64_t rent)
{
	for (int i = days[0]; i <= days[1]; i++)
		assert_int_equal(tw__rent_parts_add(parts, like, i - 1,
			(tw__i128)rent * TW__SHARE_WHOLE, NULL), TW_OK);
}

static void share(struct tw__rent_parts *parts)
{
	tw_error err = TW_ERROR_INIT;

	if (tw__rent_parts_share(parts, &err))
		fail_msg("share: %s", err.message);
}

/* 100.00 of two holders: 32.258 and 67.742. */
static void shares_add_up(void **state)
{
	struct tw__rent_parts parts = october();
	struct tw__rent_part kazan = part_of(&parts, 1);
	struct tw__rent_part ufa = part_of(&parts, 2);
	struct tw__rent_sum sum;

	(void)state;
	add(&parts, &kazan, (const int []){ 1, 10 }, RUB(100, 0));
	add(&parts, &ufa, (const int []){ 11, 31 }, RUB(100, 0));
	assert_int_equal(parts.count, 2);
	share(&parts);
	assert_int_equal(parts.rows[0].amount, RUB(32, 26));
	assert_int_equal(parts.rows[1].amount, RUB(67, 74));
	sum = tw__rent_part_earned(&parts, &parts.rows[0], 10);
	assert_int_equal(sum.amount, RUB(32, 25));
	sum = tw__rent_part_earned(&parts, &parts.rows[0], 30);
	assert_int_equal(sum.amount, RUB(32, 25));
	sum = tw__rent_part_earned(&parts, &parts.rows[0], 31);
	assert_int_equal(sum.amount, RUB(32, 26));
	sum = tw__rent_part_earned(&parts, &parts.rows[1], 10);
	assert_int_equal(sum.amount, 0);
	tw__rent_parts_free(&parts);
	assert_int_equal(parts.count, 0);
}

/* Amounts and VAT only grow, and end where the month does. */
static void nothing_is_taken_back(void **state)
{
	(void)state;
	for (int net = 0; net < 2; net++) {
		struct tw__rent_parts parts = october();
		struct tw__rent_part kazan = part_of(&parts, 1);
		struct tw__rent_part ufa = part_of(&parts, 2);
		tw__i128 amount = 0, tax = 0;

		kazan.vat = ufa.vat = (struct tw__vat){ net != 0,
			22 * TW_NANOS };
		add(&parts, &kazan, (const int []){ 1, 31 }, RUB(0, 17));
		add(&parts, &ufa, (const int []){ 3, 29 }, RUB(1234, 57));
		share(&parts);
		for (size_t i = 0; i < parts.count; i++) {
			struct tw__rent_sum before = { 0, 0 }, now;

			for (int days = 0; days <= 31; days++) {
				now = tw__rent_part_earned(&parts,
					&parts.rows[i], days);
				assert_true(now.amount >= before.amount);
				assert_true(now.tax >= before.tax);
				assert_int_equal(now.amount % KOPECK, 0);
				assert_int_equal(now.tax % KOPECK, 0);
				before = now;
			}
			assert_int_equal(now.amount, parts.rows[i].amount);
			assert_int_equal(now.tax, parts.rows[i].tax);
			amount += now.amount;
			tax += now.tax;
		}
		/* 0.17 and 27/31 of 1234.57 */
		assert_int_equal((int64_t)amount, RUB(1075, 44));
		assert_int_equal((int64_t)tax, net ? RUB(236, 60) :
				 RUB(193, 93));
		tw__rent_parts_free(&parts);
	}
}

/* A period is whole with its own last day, beside another one. */
static void two_periods(void **state)
{
	struct tw__rent_parts parts = october();
	struct tw__rent_part old = part_of(&parts, 1), new;
	struct tw__rent_sum sum;

	(void)state;
	new = old;
	old.period = tw__billing_of(parts.first, 10);
	new.period = tw__billing_of(parts.first + 9, 10);
	/* September's days are not here: 9 of 30 days, 22 of 31 */
	add(&parts, &old, (const int []){ 1, 9 }, RUB(100, 0));
	add(&parts, &new, (const int []){ 10, 31 }, RUB(100, 0));
	assert_int_equal(parts.count, 2);
	share(&parts);
	assert_int_equal(parts.rows[0].amount, RUB(30, 0));
	assert_int_equal(parts.rows[1].amount, RUB(70, 97));
	sum = tw__rent_part_earned(&parts, &parts.rows[0], 8);
	assert_int_equal(sum.amount, RUB(26, 66));
	sum = tw__rent_part_earned(&parts, &parts.rows[0], 9);
	assert_int_equal(sum.amount, RUB(30, 0));
	sum = tw__rent_part_earned(&parts, &parts.rows[1], 31);
	assert_int_equal(sum.amount, RUB(70, 96));
	tw__rent_parts_free(&parts);
}

static void what_makes_two(void **state)
{
	(void)state;
	for (int i = 0; i < 6; i++) {
		struct tw__rent_parts parts = october();
		struct tw__rent_part one = part_of(&parts, 1), other = one;

		other.department += i == 1;
		other.payee_kind += i == 2;
		other.payee += i == 3;
		other.vat.percent_nanos += i == 4;
		other.period = tw__billing_of(parts.first, i == 5 ? 2 : 1);
		add(&parts, &one, (const int []){ 1, 1 }, RUB(1, 0));
		add(&parts, &other, (const int []){ 2, 2 }, RUB(1, 0));
		assert_int_equal(parts.count, i ? 2 : 1);
		tw__rent_parts_free(&parts);
	}
}

static void too_much(void **state)
{
	struct tw__rent_parts parts = october();
	struct tw__rent_part like = part_of(&parts, 1);
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (int i = 0; i < 31; i++)
		assert_int_equal(tw__rent_parts_add(&parts, &like, i,
			(tw__i128)INT64_MAX * 2 * TW__SHARE_WHOLE, NULL),
			TW_OK);
	assert_int_equal(tw__rent_parts_share(&parts, &err), TW_ERANGE);
	tw__rent_parts_free(&parts);
}

static void no_memory(void **state)
{
	struct tw__rent_parts parts = october();
	struct tw__rent_part like = part_of(&parts, 1);
	struct faults faults;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	faults_begin(&faults, 0);
	assert_int_equal(tw__rent_parts_add(&parts, &like, 0, 1, &err),
			 TW_ENOMEM);
	assert_true(faults_end(&faults));
	assert_int_equal(parts.count, 0);
	tw__rent_parts_free(&parts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_add_up),
		cmocka_unit_test(nothing_is_taken_back),
		cmocka_unit_test(two_periods),
		cmocka_unit_test(what_makes_two),
		cmocka_unit_test(too_much),
		cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
