/* The expected cost over a histogram, and what a call may cost. */
#include "routing_fixture.h"

#define RUB(kopecks) ((kopecks) * (TW_NANOS / 100))
#define TO "79990000000"

static const int64_t short_long[2] = { 10 * TW_SECOND, 110 * TW_SECOND };
static const uint32_t equal[2] = { 1, 1 };

static tw_status ask(struct desk *d, const tw_route_request *request)
{
	tw_route_request r = *request;

	for (int i = 0; i < ROOM; ++i)
		d->row[i] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
	d->count = ROOM;
	d->err = (tw_error)TW_ERROR_INIT;
	r.number = TO;
	r.at = T2026;
	return tw_router_decide(d->row, &d->count, d->router, &r, &d->err);
}

/* Trap 31: the mean of 10 and 110 s is one minute, and costs less by whole
 * minutes than the two calls do. */
static void trap_31_a_histogram_is_no_mean(void **state)
{
	const tw_rate minute = desk_rate("7", RUB(200), 60, 0);
	const tw_rate second = desk_rate("7", RUB(240), 1, 0);
	const tw_rate fee = desk_rate("7", RUB(60), 1, RUB(250));
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_carrier(&d, "minute", "RUB", 1, &minute, 1);
	desk_carrier(&d, "second", "RUB", 1, &second, 1);
	desk_carrier(&d, "fee", "RUB", 1, &fee, 1);
	assert_int_equal(ask(&d, &r), TW_OK);
	desk_row(&d, 0, "minute", TW_OK);          /* 2.00 for 60 s */
	r.durations_us = short_long;
	r.counts = equal;
	r.duration_count = 2;
	assert_int_equal(ask(&d, &r), TW_OK);
	desk_row(&d, 0, "second", TW_OK);
	assert_int_equal(d.row[0].expected.nanos, RUB(240));
	desk_row(&d, 1, "minute", TW_OK);          /* (2 + 4) / 2 */
	assert_int_equal(d.row[1].expected.nanos, RUB(300));
	desk_row(&d, 2, "fee", TW_OK);             /* 2.50 + 0.60 */
	assert_int_equal(d.row[2].expected.nanos, RUB(310));
	desk_close(&d);
}

static void means_weigh_by_calls(void **state)
{
	static const uint32_t counts[2] = { 2, 1 };
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "a", 1, "7", RUB(100));
	r.durations_us = short_long;
	r.counts = counts;
	r.duration_count = 2;
	assert_int_equal(ask(&d, &r), TW_OK);      /* (1 + 1 + 2) / 3 */
	assert_int_equal(d.row[0].expected.nanos, 1333333333);
	desk_close(&d);
}

/* Trap 31 again: no price is no price, however it is averaged. */
static void unpriced_is_never_free(void **state)
{
	const tw_rate none = desk_rate("44", 0, 60, 0);
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_carrier(&d, "none", "RUB", 1, &none, 1);
	desk_simple(&d, "a", 1, "7", RUB(900));
	r.durations_us = short_long;
	r.counts = equal;
	r.duration_count = 2;
	assert_int_equal(ask(&d, &r), TW_OK);
	desk_row(&d, 0, "a", TW_OK);
	desk_row(&d, 1, "none", TW_ENOPRICE);
	desk_close(&d);
}

static void a_limit_skips_the_dearer(void **state)
{
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "a", 1, "7", RUB(100));
	desk_simple(&d, "b", 1, "7", RUB(200));
	r.limit_nanos = RUB(100);
	assert_int_equal(ask(&d, &r), TW_OK);
	desk_row(&d, 0, "a", TW_OK);
	desk_row(&d, 1, "b", TW_EREFUSED);
	assert_string_equal(d.row[1].reason,
			    "skipped: 2 is over the limit of 1");
	assert_int_equal(d.row[1].expected.nanos, RUB(200));
	r.limit_nanos = RUB(99);
	assert_int_equal(ask(&d, &r), TW_EREFUSED);
	assert_non_null(strstr(d.err.message, "dearer"));
	r.limit_nanos = -1;
	assert_int_equal(ask(&d, &r), TW_EINVAL);
	assert_string_equal(d.err.field, "limit_nanos");
	desk_close(&d);
}

static tw_deck *customer_deck(const char *prefix, int64_t nanos,
			      const char *currency)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	const tw_rate rate = desk_rate(prefix, nanos, 1, 0);
	tw_deck *deck;

	strcpy(rules.currency, currency);
	strcpy(rules.zone, "UTC");
	assert_int_equal(tw_deck_new(&deck, &rules, &rate, 1, NULL), TW_OK);
	return deck;
}

/* The customer pays by the second: a short call is a loss by the minute. */
static void no_call_is_sold_at_a_loss(void **state)
{
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	tw_deck *deck = customer_deck("7", RUB(300), "RUB");
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "a", 1, "7", RUB(200));
	r.customer = deck;
	r.expected_us = 60 * TW_SECOND;            /* 3.00 against 2.00 */
	assert_int_equal(ask(&d, &r), TW_OK);
	r.margin_ppm = 500000;                     /* exactly */
	assert_int_equal(ask(&d, &r), TW_OK);
	r.margin_ppm = 500001;
	assert_int_equal(ask(&d, &r), TW_EREFUSED);
	assert_string_equal(d.row[0].reason, "skipped: 2 and 50.0001 % "
			    "margin are over 3");
	r.margin_ppm = 0;
	r.expected_us = 10 * TW_SECOND;            /* 0.50 against 2.00 */
	assert_int_equal(ask(&d, &r), TW_EREFUSED);
	tw_deck_free(deck);
	/* a customer whose prices do not know the number, or are others */
	deck = customer_deck("44", RUB(300), "RUB");
	r.customer = deck;
	assert_int_equal(ask(&d, &r), TW_EREFUSED);
	assert_string_equal(d.row[0].reason, "skipped: the customer has no "
			    "price for this number");
	tw_deck_free(deck);
	deck = customer_deck("7", RUB(300), "USD");
	r.customer = deck;
	assert_int_equal(ask(&d, &r), TW_ECONFLICT);
	desk_row(&d, 0, "a", TW_ECONFLICT);
	tw_deck_free(deck);
	/* free to the customer: only what is free may carry it */
	deck = customer_deck("7", 0, "RUB");
	r.customer = deck;
	assert_int_equal(ask(&d, &r), TW_EREFUSED);
	tw_deck_free(deck);
	desk_close(&d);
}

static void emergency_knows_no_limit(void **state)
{
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "a", 1, "7", RUB(200));
	r.number = "112";
	r.at = T2026;
	r.limit_nanos = 1;
	d.row[0] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
	d.count = ROOM;
	assert_int_equal(tw_router_decide(d.row, &d.count, d.router, &r,
					  &d.err), TW_OK);
	desk_row(&d, 0, "a", TW_OK);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_31_a_histogram_is_no_mean),
		cmocka_unit_test(means_weigh_by_calls),
		cmocka_unit_test(unpriced_is_never_free),
		cmocka_unit_test(a_limit_skips_the_dearer),
		cmocka_unit_test(no_call_is_sold_at_a_loss),
		cmocka_unit_test(emergency_knows_no_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
