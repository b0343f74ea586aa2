/* Tariff versions, read back as they were written. */
#include "tariff_fixture.h"
#include "../faults.h"

static int64_t write_at(struct fixture *f, tw_time starts,
			const struct tw__rates *rates, int64_t *carrier)
{
	struct tw__terms terms = odd_terms();
	struct tw__new_version v = new_version(f, &terms, rates);
	tw_error err = TW_ERROR_INIT;

	v.starts = starts;
	v.carrier = *carrier;
	v.tariff = *carrier ? one_number(f, "SELECT id FROM tariff") : 0;
	if (tw__tariff_version_write(&v, &err))
		fail_msg("%s", err.message);
	*carrier = v.carrier;
	return v.id;
}

static void same_rate(const tw_rate *a, const tw_rate *b)
{
	assert_int_equal(a->line, b->line);
	assert_int_equal(a->status, b->status);
	assert_int_equal(a->direction, b->direction);
	assert_int_equal(a->price_nanos, b->price_nanos);
	assert_int_equal(a->connect_fee_nanos, b->connect_fee_nanos);
	assert_int_equal(a->first_inc_s, b->first_inc_s);
	assert_int_equal(a->next_inc_s, b->next_inc_s);
	assert_true(a->from == b->from && a->to == b->to);
	assert_string_equal(a->prefix, b->prefix);
	assert_string_equal(a->caller_prefix, b->caller_prefix);
	assert_string_equal(a->destination, b->destination);
	assert_string_equal(a->band, b->band);
	assert_int_equal(a->relation, b->relation);
	assert_int_equal(a->from_s, b->from_s);
}

static void as_written(void **state)
{
	struct fixture *f = *state;
	tw_tariff_rules rules = odd_rules(), again;
	struct tw__rates rates = two_rates(), back;
	tw_error err = TW_ERROR_INIT;
	int64_t carrier = 0, id;

	rates.rows[0].from_s = 17;
	strcpy(rates.rows[0].band, "day");
	fixture_begin(f);
	id = write_at(f, 500, &rates, &carrier);
	fixture_commit(f);
	assert_int_equal(tw__tariff_version_rules(&again, f->store, id,
						  &err), TW_OK);
	assert_int_equal(again.seconds, rules.seconds);
	assert_int_equal(again.rounding, rules.rounding);
	assert_int_equal(again.decimals, rules.decimals);
	assert_int_equal(again.crossing, rules.crossing);
	assert_int_equal(again.vat, rules.vat);
	assert_int_equal(again.vat_percent_nanos, rules.vat_percent_nanos);
	assert_int_equal(again.invoice_total, rules.invoice_total);
	assert_string_equal(again.currency, rules.currency);
	assert_string_equal(again.zone, rules.zone);
	assert_int_equal(tw__tariff_version_rates(&back, f->store, id, &err),
			 TW_OK);
	assert_int_equal(back.count, 2);
	for (size_t i = 0; i < 2; i++)
		same_rate(&back.rows[i], &rates.rows[i]);
	assert_int_equal(back.origins[0], id);
	assert_int_equal(back.origins[1], 3);
	tw__rates_free(&back);
	assert_null(back.rows);
	tw__rates_free(&rates);
}

static void what_is_not_there(void **state)
{
	struct fixture *f = *state;
	tw_tariff_rules rules = { .decimals = 77 };
	struct tw__rates rates = { .count = 5 };
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck = NULL;
	int64_t id = 66;

	assert_int_equal(tw__tariff_version_rules(&rules, f->store, 9, &err),
			 TW_ENOTFOUND);
	assert_non_null(strstr(err.message, "version 9"));
	assert_int_equal(rules.decimals, 77);
	assert_int_equal(tw__tariff_version_deck(&deck, f->store, 9, &err),
			 TW_ENOTFOUND);
	assert_null(deck);
	assert_int_equal(tw__tariff_version_at(&id, f->store, 9, 0, &err),
			 TW_ENOTFOUND);
	assert_non_null(strstr(err.message, "import its sheet"));
	assert_int_equal(id, 66);
	assert_int_equal(tw__tariff_version_rates(&rates, f->store, 9, &err),
			 TW_OK);
	assert_int_equal(rates.count, 0);
	assert_int_equal(tw_tariff_deck(&deck, f->store, "volga", 0, &err),
			 TW_ENOTFOUND);
	assert_string_equal(err.field, "carrier");
	assert_non_null(strstr(err.message, "'volga'"));
	assert_int_equal(tw_tariff_deck(NULL, f->store, "volga", 0, &err),
			 TW_EINVAL);
	assert_int_equal(tw_tariff_deck(&deck, NULL, "volga", 0, &err),
			 TW_EINVAL);
	assert_int_equal(tw_tariff_deck(&deck, f->store, NULL, 0, &err),
			 TW_EINVAL);
	assert_null(deck);
}

/* The newest start that has come; of two equal ones the later written. */
static void which_is_in_force(void **state)
{
	struct fixture *f = *state;
	struct tw__rates rates = two_rates();
	tw_error err = TW_ERROR_INIT;
	int64_t carrier = 0, first, second, third, id = 0;

	fixture_begin(f);
	first = write_at(f, 100, &rates, &carrier);
	second = write_at(f, 300, &rates, &carrier);
	third = write_at(f, 300, &rates, &carrier);
	fixture_commit(f);
	assert_int_not_equal(second, third);
	assert_int_equal(tw__tariff_version_at(&id, f->store, carrier, 99,
					       &err), TW_ENOTFOUND);
	assert_int_equal(tw__tariff_version_at(&id, f->store, carrier, 100,
					       &err), TW_OK);
	assert_int_equal(id, first);
	assert_int_equal(tw__tariff_version_at(&id, f->store, carrier, 299,
					       &err), TW_OK);
	assert_int_equal(id, first);
	assert_int_equal(tw__tariff_version_at(&id, f->store, carrier, 300,
					       &err), TW_OK);
	assert_int_equal(id, third);
	assert_int_equal(tw__tariff_version_at(&id, f->store, carrier + 100,
					       300, &err), TW_ENOTFOUND);
	tw__rates_free(&rates);
}

static void deck_of_a_carrier(void **state)
{
	struct fixture *f = *state;
	struct tw__rates rates = two_rates();
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck = NULL;
	int64_t carrier = 0;
	struct faults faults;
	tw_status status = TW_ENOMEM;
	int64_t n;

	fixture_begin(f);
	(void)write_at(f, 100, &rates, &carrier);
	fixture_commit(f);
	assert_int_equal(tw_tariff_deck(&deck, f->store, "volga", 99, &err),
			 TW_ENOTFOUND);
	for (n = 0; status; n++) {
		faults_begin(&faults, n);
		status = tw_tariff_deck(&deck, f->store, "volga", 200, &err);
		(void)faults_end(&faults);
		assert_true(!status || status == TW_ENOMEM);
		assert_true(!status == !!deck);
	}
	assert_true(n > 8);
	assert_int_equal(tw_deck_count(deck), 2);
	assert_string_equal(tw_deck_rules(deck)->zone, "Asia/Tomsk");
	tw_deck_free(deck);
	/* within somebody's transaction as well */
	fixture_begin(f);
	assert_int_equal(tw_tariff_deck(&deck, f->store, "volga", 200, &err),
			 TW_OK);
	fixture_commit(f);
	tw_deck_free(deck);
	tw__rates_free(&rates);
}

static void rates_that_do_not_fit(void **state)
{
	struct tw__rates rates = { 0 };
	tw_rate rate = TW_RATE_INIT;
	tw_error err = TW_ERROR_INIT;
	struct faults faults;

	(void)state;
	for (int64_t n = 0; n < 2; n++) {
		faults_begin(&faults, n);
		assert_int_equal(tw__rates_add(&rates, &rate, 1, &err),
				 TW_ENOMEM);
		assert_true(faults_end(&faults));
		assert_int_equal(rates.count, 0);
		tw__rates_free(&rates);
	}
	assert_int_equal(err.code, TW_ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(as_written),
		FIXTURE_TEST(what_is_not_there),
		FIXTURE_TEST(which_is_in_force),
		FIXTURE_TEST(deck_of_a_carrier),
		cmocka_unit_test(rates_that_do_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
