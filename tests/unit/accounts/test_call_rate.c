/* Which calls are chargeable, and by which version. */
#include "accounts_fixture.h"
#include "accounts/call.h"
#include "../faults.h"
#include <trunkwise/rating.h>
#include <trunkwise/versions.h>

struct bench {
	struct fixture f;
	struct tw__intern words;
	struct tw__rater *rater;
	int64_t carrier;
};

static void open_rater(struct bench *b, int64_t carrier)
{
	tw_error err = TW_ERROR_INIT;

	tw__intern_words(&b->words, b->f.store);
	if (tw__rater_new(&b->rater, b->f.store, &b->words, carrier, &err))
		fail_msg("%s", err.message);
}

static void close_rater(struct bench *b)
{
	tw__rater_free(b->rater);
	tw__intern_free(&b->words);
	b->rater = NULL;
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	fixture_open(&b->f);
	want_two_cities(&b->f);
	apply_at(&b->f, "2026-09-01T00:00:00+03:00");
	usual_tariff(&b->f);
	b->carrier = one_number(&b->f, "SELECT id FROM carrier");
	fixture_begin(&b->f);
	open_rater(b, 0);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	close_rater(b);
	fixture_commit(&b->f);
	fixture_close(&b->f);
	free(b);
	return 0;
}

static struct tw__call outbound(const char *callee)
{
	struct tw__call call = { .answered = true,
		.direction = TW_DIRECTION_OUTBOUND };

	call.cdr.start = call.answer_us = MOSCOW("2026-10-05T10:00:00");
	call.cdr.duration_us = 60 * TW_SECOND;
	strcpy(call.caller, "78432000001");
	strcpy(call.callee, callee);
	/* what a call before has left behind */
	call.cost_nanos = call.net_nanos = call.vat_nanos = 7;
	call.charged_s = call.tariff_version = call.currency = 7;
	call.destination = 7;
	call.rate_row = 7;
	return call;
}

static void rate(struct bench *b, struct tw__call *call)
{
	tw_error err = TW_ERROR_INIT;

	if (tw__rater_rate(b->rater, call, &err))
		fail_msg("%s", err.message);
}

static void is(struct bench *b, struct tw__call call, uint32_t rate_state,
	       uint32_t reason)
{
	rate(b, &call);
	assert_int_equal(call.rate_state, rate_state);
	assert_int_equal(call.reason, reason);
	if (rate_state == TW_STATE_RATED)
		return;
	/* no price is a state, never a number */
	assert_int_equal(call.cost_nanos, 0);
	assert_int_equal(call.net_nanos, 0);
	assert_int_equal(call.vat_nanos, 0);
	assert_int_equal(call.charged_s, 0);
	assert_int_equal(call.tariff_version, 0);
	assert_int_equal(call.rate_row, 0);
	assert_int_equal(call.currency, 0);
	assert_int_equal(call.destination, 0);
}

static void a_priced_call(void **state)
{
	struct bench *b = *state;
	struct tw__call call = outbound("78431234567");
	char sql[120];

	call.cdr.duration_us = 61 * TW_SECOND;
	rate(b, &call);
	assert_int_equal(call.rate_state, TW_STATE_RATED);
	assert_int_equal(call.reason, TW_REASON_NONE);
	assert_int_equal(call.cost_nanos, RUB(12, 0));
	assert_int_equal(call.net_nanos + call.vat_nanos, RUB(12, 0));
	assert_int_equal(call.charged_s, 120);
	assert_int_equal(call.rate_row, 0);
	assert_int_equal(call.carrier, b->carrier);
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM word WHERE (id = %d "
		 "AND text = 'RUB') OR (id = %d AND text = 'Kazan')",
		 (int)call.currency, (int)call.destination);
	assert_int_equal(one_number(&b->f, sql), 2);
	assert_int_equal(call.tariff_version, one_number(&b->f,
		"SELECT id FROM tariff_version"));
}

static void what_has_no_price(void **state)
{
	struct bench *b = *state;
	struct tw__call call;

	is(b, outbound("442071234567"), TW_STATE_UNRATED,
	   TW_REASON_NO_PRICE);
	is(b, outbound("79001234567"), TW_STATE_UNRATED, TW_REASON_BLOCKED);
	is(b, outbound("anonymous"), TW_STATE_UNRATED, TW_REASON_NO_PRICE);
	is(b, outbound(""), TW_STATE_UNRATED, TW_REASON_NO_PRICE);
	call = outbound("79161234567");
	call.cdr.duration_us = INT64_MAX;
	is(b, call, TW_STATE_UNRATED, TW_REASON_TOO_LARGE);
	call = outbound("112");
	call.emergency = true;
	is(b, call, TW_STATE_NOT_CHARGEABLE, TW_REASON_EMERGENCY);
	call = outbound("78432000001");
	call.direction = TW_DIRECTION_INBOUND;
	is(b, call, TW_STATE_NOT_CHARGEABLE, TW_REASON_FREE_INBOUND);
	call = outbound("79161234567");
	call.direction = TW_DIRECTION_INTERNAL;
	is(b, call, TW_STATE_NOT_CHARGEABLE, TW_REASON_INTERNAL);
	call = outbound("79161234567");
	call.answered = false;
	is(b, call, TW_STATE_NOT_CHARGEABLE, TW_REASON_UNANSWERED);
}

static void whose_tariff(void **state)
{
	struct bench *b = *state;
	struct tw__call call = outbound("79161234567");

	/* somebody was named who is nobody: not the only carrier's price */
	call.carrier_named = true;
	is(b, call, TW_STATE_UNRATED, TW_REASON_NO_CARRIER);
	call.emergency = true;
	is(b, call, TW_STATE_NOT_CHARGEABLE, TW_REASON_EMERGENCY);
	call.emergency = false;
	call.direction = TW_DIRECTION_INBOUND;
	is(b, call, TW_STATE_NOT_CHARGEABLE, TW_REASON_FREE_INBOUND);
	call = outbound("79161234567");
	call.carrier = b->carrier + 1000;
	is(b, call, TW_STATE_UNRATED, TW_REASON_NO_TARIFF);
	/* with two carriers that have tariffs nobody is the only one */
	close_rater(b);
	fixture_commit(&b->f);
	{
		tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
		static const char sheet[] = SHEET_HEAD
			"79,Mobile,9,RUB,,,1,1,0,outbound,\n";

		options.tariff = "second";
		options.carrier = "second";
		assert_int_equal(tw_tariff_import_sheet(NULL, NULL, NULL,
			b->f.store, &options, sheet, sizeof(sheet) - 1,
			NULL), TW_OK);
	}
	fixture_begin(&b->f);
	open_rater(b, 0);
	is(b, outbound("79161234567"), TW_STATE_UNRATED,
	   TW_REASON_NO_CARRIER);
	close_rater(b);
	open_rater(b, b->carrier);
	is(b, outbound("79161234567"), TW_STATE_RATED, TW_REASON_NONE);
}

/* A later version counts from its start, to the microsecond. */
static void versions_by_time(void **state)
{
	struct bench *b = *state;
	struct tw__call call = outbound("79161234567");

	close_rater(b);
	fixture_commit(&b->f);
	import_sheet(&b->f, "carrier-2026", TW_TARIFF_FULL, SHEET_HEAD
		"79,Russia mobile,2.00,RUB,2026-12-01,,1,1,0,outbound,\n");
	fixture_begin(&b->f);
	open_rater(b, 0);
	call.answer_us = MOSCOW("2026-12-01T00:00:00") - 1;
	rate(b, &call);
	assert_int_equal(call.cost_nanos, RUB(1, 50));
	call.answer_us++;
	rate(b, &call);
	assert_int_equal(call.cost_nanos, RUB(2, 0));
}

/* From now on what records of "zadarma" state is the price. */
static void take_the_word(struct bench *b, const char *currency)
{
	tw_stated_options options = TW_STATED_OPTIONS_INIT;

	close_rater(b);
	fixture_commit(&b->f);
	options.tariff = "word";
	options.carrier = "carrier";
	options.source = "zadarma";
	options.currency = currency;
	options.starts = "2026-09-02";
	assert_int_equal(tw_tariff_stated(NULL, b->f.store, &options, NULL),
			 TW_OK);
	fixture_begin(&b->f);
	open_rater(b, 0);
}

static struct tw__call stated(int64_t nanos, const char *currency)
{
	struct tw__call call = outbound("79161234567");

	call.source = "zadarma";
	call.has_source_cost = true;
	call.source_cost_nanos = nanos;
	call.cdr.currency = currency;
	return call;
}

static void what_a_record_states(void **state)
{
	struct bench *b = *state;
	struct tw__call call;

	take_the_word(b, "USD");
	call = stated(12345678, "USD");
	rate(b, &call);
	assert_int_equal(call.rate_state, TW_STATE_RATED);
	assert_int_equal(call.cost_nanos, 12345678);
	assert_int_equal(call.charged_s, 60);
	assert_true(call.rate_row == TW_RATE_NONE);
	assert_int_equal(call.destination, 0);
	is(b, stated(0, "USD"), TW_STATE_RATED, TW_REASON_NONE);
	/* whoever was called, in whatever direction, answered or not */
	call = stated(5, "USD");
	strcpy(call.callee, "anonymous");
	is(b, call, TW_STATE_RATED, TW_REASON_NONE);
	call.direction = TW_DIRECTION_INBOUND;
	is(b, call, TW_STATE_RATED, TW_REASON_NONE);
	call.answered = false;
	is(b, call, TW_STATE_RATED, TW_REASON_NONE);
	call.emergency = true;
	is(b, call, TW_STATE_RATED, TW_REASON_NONE);
	call.cdr.flags = TW_CDR_TWIN;
	is(b, call, TW_STATE_NOT_CHARGEABLE, TW_REASON_TWIN);
	/* before the version it is evidence and no price */
	call = stated(5, "USD");
	call.cdr.start = call.answer_us = MOSCOW("2026-09-01T23:59:59");
	rate(b, &call);
	assert_int_equal(call.cost_nanos, RUB(1, 50));
}

static void what_no_record_states(void **state)
{
	struct bench *b = *state;
	struct tw__call call = outbound("79161234567");

	take_the_word(b, "USD");
	call.source = "pbx";
	is(b, call, TW_STATE_UNRATED, TW_REASON_NOT_STATED);
	call.direction = TW_DIRECTION_INBOUND;
	is(b, call, TW_STATE_NOT_CHARGEABLE, TW_REASON_FREE_INBOUND);
	call.answered = false;
	is(b, call, TW_STATE_NOT_CHARGEABLE, TW_REASON_UNANSWERED);
	/* a PBX may say what it likes */
	call = stated(5, "USD");
	call.source = "pbx";
	is(b, call, TW_STATE_UNRATED, TW_REASON_NOT_STATED);
	is(b, stated(5, "RUB"), TW_STATE_UNRATED, TW_REASON_OTHER_MONEY);
	is(b, stated(-5, "USD"), TW_STATE_UNRATED, TW_REASON_NEGATIVE);
	call = stated(-5, "USD");
	call.answered = false;
	is(b, call, TW_STATE_UNRATED, TW_REASON_NEGATIVE);
	call = stated(0, "RUB");
	call.answered = false;
	is(b, call, TW_STATE_NOT_CHARGEABLE, TW_REASON_UNANSWERED);
}

/* A failure in the middle leaves a rater that goes on, and leaks nothing. */
static void every_failed_allocation(void **state)
{
	struct bench *b = *state;
	struct faults faults;
	int64_t n = 0;

	close_rater(b);
	for (bool more = true; more; n++) {
		struct tw__call call = outbound("79161234567");
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		tw__intern_words(&b->words, b->f.store);
		faults_begin(&faults, n);
		status = tw__rater_new(&b->rater, b->f.store, &b->words, 0,
				       &err);
		if (!status)
			status = tw__rater_rate(b->rater, &call, &err);
		more = faults_end(&faults);
		/* a deck that can't be shrunk to fit is as good */
		assert_true(status == TW_OK || (more && status == TW_ENOMEM));
		assert_int_equal(err.code, status);
		if (b->rater) {
			rate(b, &call);
			assert_int_equal(call.cost_nanos, RUB(1, 50));
		}
		close_rater(b);
	}
	assert_true(n > 10);
}

/* Without a tariff nothing is chargeable by it, and nothing is free. */
static void no_tariff_at_all(void **state)
{
	struct fixture *f = *state;
	struct bench b = { .f = *f };

	fixture_begin(f);
	open_rater(&b, 0);
	is(&b, outbound("79161234567"), TW_STATE_UNRATED,
	   TW_REASON_NO_CARRIER);
	tw__rater_free(NULL);
	close_rater(&b);
	fixture_commit(f);
}

#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_priced_call), T(what_has_no_price), T(whose_tariff),
		T(versions_by_time), T(what_a_record_states),
		T(what_no_record_states), T(every_failed_allocation),
		FIXTURE_TEST(no_tariff_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
