/* One question: prefixes, fees, increments, ties, verdicts, currencies. */
#include "routing_fixture.h"

#define RUB(kopecks) ((kopecks) * (TW_NANOS / 100))

/* The longer prefix is not the cheaper way. */
static void trap_30_each_carrier_by_its_own_longest_prefix(void **state)
{
	const tw_rate cheap[] = {
		desk_rate("7", RUB(500), 60, 0),
		desk_rate("7843", RUB(100), 60, 0)
	};
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "long", 1, "784327", RUB(200));
	desk_carrier(&d, "short", "RUB", 100, cheap, 2);
	assert_int_equal(desk_ask(&d, "78432700000", NULL, 60), TW_OK);
	assert_int_equal(d.count, 2);
	desk_row(&d, 0, "short", TW_OK);
	desk_row(&d, 1, "long", TW_OK);
	assert_string_equal(d.row[0].prefix, "7843");
	assert_string_equal(d.row[0].destination, "somewhere");
	assert_string_equal(d.row[0].carrier, "carrier");
	assert_string_equal(d.row[0].expected.currency, "RUB");
	assert_int_equal(d.row[0].expected.nanos, RUB(100));
	assert_string_equal(d.row[0].reason, "least cost for this call");
	assert_string_equal(d.row[1].reason, "dearer than short");
	assert_int_equal(d.row[1].emergency, 0);
	desk_close(&d);
}

/* Trap 31: a cheap minute behind a dear connection or a long increment. */
static void the_expected_call_decides(void **state)
{
	const tw_rate fee = desk_rate("7", RUB(100), 60, RUB(300));
	const tw_rate flat = desk_rate("7", RUB(200), 60, 0);
	const tw_rate second = desk_rate("7", RUB(240), 1, 0);
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_carrier(&d, "fee", "RUB", 1, &fee, 1);
	desk_carrier(&d, "flat", "RUB", 1, &flat, 1);
	desk_carrier(&d, "second", "RUB", 1, &second, 1);
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 6), TW_OK);
	desk_row(&d, 0, "second", TW_OK);      /* 0.24 */
	desk_row(&d, 1, "flat", TW_OK);        /* 2.00 */
	desk_row(&d, 2, "fee", TW_OK);         /* 4.00 */
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 0), TW_OK);
	desk_row(&d, 0, "flat", TW_OK);        /* 60 s: 2.00 */
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 600), TW_OK);
	desk_row(&d, 0, "fee", TW_OK);         /* 13.00 */
	desk_row(&d, 1, "flat", TW_OK);        /* 20.00 */
	desk_row(&d, 2, "second", TW_OK);      /* 24.00 */
	assert_int_equal(d.row[0].expected.nanos, RUB(1300));
	desk_close(&d);
}

/* Net and gross sheets compare without VAT. */
static void vat_does_not_win(void **state)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_route_carrier c = TW_ROUTE_CARRIER_INIT;
	const tw_rate gross = desk_rate("7", RUB(120), 60, 0);
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "net", 1, "7", RUB(110));
	strcpy(rules.currency, "RUB");
	strcpy(rules.zone, "UTC");
	rules.vat = TW_VAT_GROSS;
	rules.vat_percent_nanos = 20 * TW_NANOS;
	c.carrier = "carrier";
	c.trunk = "gross";
	assert_int_equal(tw_deck_new(&c.deck, &rules, &gross, 1, NULL),
			 TW_OK);
	assert_int_equal(tw_router_add_carrier(d.router, &c, NULL), TW_OK);
	tw_deck_free(c.deck);
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60), TW_OK);
	desk_row(&d, 0, "gross", TW_OK);
	assert_int_equal(d.row[0].expected.nanos, RUB(100));
	desk_close(&d);
}

static void equal_costs_go_by_priority_then_place(void **state)
{
	static const char *const trunk[] = { "a", "b", "c", "d", "e" };
	static const uint32_t priority[] = { 100, 50, 100, 50, 10 };
	struct desk d;
	int i;

	(void)state;
	desk_open(&d);
	for (i = 0; i < 5; ++i)
		desk_simple(&d, trunk[i], priority[i], "7", RUB(100));
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60), TW_OK);
	desk_row(&d, 0, "e", TW_OK);
	desk_row(&d, 1, "b", TW_OK);
	desk_row(&d, 2, "d", TW_OK);
	desk_row(&d, 3, "a", TW_OK);
	desk_row(&d, 4, "c", TW_OK);
	assert_string_equal(d.row[1].reason,
			    "same cost, after e by priority or place");
	desk_close(&d);
}

/* Every carrier has a row: those that cannot, with why, after the others. */
static void skipped_carriers_are_explained(void **state)
{
	tw_rate blocked = desk_rate("7", 0, 60, 0);
	tw_route_call first;
	struct desk d;

	(void)state;
	desk_open(&d);
	blocked.status = TW_RATE_BLOCKED;
	desk_simple(&d, "elsewhere", 1, "44", RUB(1));
	desk_carrier(&d, "blocked", "RUB", 1, &blocked, 1);
	desk_simple(&d, "down", 1, "7", RUB(1));
	desk_simple(&d, "full", 1, "7", RUB(2));
	desk_simple(&d, "good", 1, "7", RUB(900));
	assert_int_equal(tw_router_set_usable(d.router, "down", 0, T2026,
					      NULL), TW_OK);
	tw__router_trunk(d.router, "full")->calls_max = 2;
	first = desk_begin(&d, "full");
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60), TW_OK);
	desk_row(&d, 0, "full", TW_OK);
	desk_begin(&d, "full");
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60), TW_OK);
	assert_int_equal(d.count, 5);
	desk_row(&d, 0, "good", TW_OK);
	desk_row(&d, 1, "down", TW_EBUSY);
	assert_string_equal(d.row[1].reason, "skipped: the trunk is down");
	desk_row(&d, 2, "full", TW_EBUSY);
	assert_string_equal(d.row[2].reason,
			    "skipped: 2 of 2 calls in progress");
	desk_row(&d, 3, "blocked", TW_EREFUSED);
	desk_row(&d, 4, "elsewhere", TW_ENOPRICE);
	desk_end(&d, first);
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60), TW_OK);
	desk_row(&d, 0, "full", TW_OK);
	desk_close(&d);
}

static void the_best_verdict_is_the_answer(void **state)
{
	tw_rate blocked = desk_rate("7", 0, 60, 0);
	struct desk d;

	(void)state;
	desk_open(&d);
	blocked.status = TW_RATE_BLOCKED;
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60),
			 TW_ENOPRICE);
	assert_int_equal(d.count, 0);
	assert_true(d.err.message[0]);
	desk_simple(&d, "elsewhere", 1, "44", RUB(1));
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60),
			 TW_ENOPRICE);
	assert_int_equal(d.count, 1);
	desk_carrier(&d, "blocked", "RUB", 1, &blocked, 1);
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60),
			 TW_EREFUSED);
	assert_int_equal(d.count, 2);
	desk_simple(&d, "down", 1, "7", RUB(1));
	tw_router_set_usable(d.router, "down", 0, T2026, NULL);
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60), TW_EBUSY);
	desk_row(&d, 0, "down", TW_EBUSY);
	assert_int_equal(d.count, 3);
	tw_router_set_usable(d.router, "down", 1, T2026, NULL);
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60), TW_OK);
	desk_close(&d);
}

/* A free destination is a price; no price never looks like one. */
static void free_is_a_price(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "none", 1, "44", 0);
	desk_simple(&d, "free", 100, "7800", 0);
	desk_simple(&d, "paid", 1, "7", RUB(1));
	assert_int_equal(desk_ask(&d, "78005553535", NULL, 60), TW_OK);
	desk_row(&d, 0, "free", TW_OK);
	desk_row(&d, 1, "paid", TW_OK);
	desk_row(&d, 2, "none", TW_ENOPRICE);
	assert_int_equal(d.row[0].expected.nanos, 0);
	assert_string_equal(d.row[2].expected.currency, "");
	desk_close(&d);
}

static void currencies_do_not_compare(void **state)
{
	const tw_rate usd = desk_rate("7", RUB(1), 60, 0);
	const tw_rate far = desk_rate("1", RUB(1), 60, 0);
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "rub", 1, "7", RUB(100));
	desk_carrier(&d, "usd", "USD", 1, &usd, 1);
	desk_carrier(&d, "far", "EUR", 1, &far, 1);
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60),
			 TW_ECONFLICT);
	assert_int_equal(d.count, 3);
	assert_non_null(strstr(d.err.message, "one currency"));
	desk_row(&d, 0, "far", TW_ENOPRICE);
	desk_row(&d, 1, "rub", TW_ECONFLICT);
	/* load does not decide whether it is an error */
	tw_router_set_usable(d.router, "usd", 0, T2026, NULL);
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60),
			 TW_ECONFLICT);
	assert_int_equal(desk_ask(&d, "15550000000", NULL, 60), TW_OK);
	desk_row(&d, 0, "far", TW_OK);
	desk_close(&d);
}

/* ... unless their tariffs say what they are converted to. */
static void converted_prices_compare(void **state)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_route_carrier c = TW_ROUTE_CARRIER_INIT;
	const tw_rate usd = desk_rate("7", RUB(100), 60, 0);
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "rub", 1, "7", RUB(10000));
	strcpy(rules.currency, "USD");
	strcpy(rules.convert_to, "RUB");
	strcpy(rules.zone, "UTC");
	c.carrier = "carrier";
	c.trunk = "cheap";
	c.exchange_nanos = 99 * TW_NANOS;
	assert_int_equal(tw_deck_new(&c.deck, &rules, &usd, 1, NULL), TW_OK);
	assert_int_equal(tw_router_add_carrier(d.router, &c, NULL), TW_OK);
	c.trunk = "dear";
	c.exchange_nanos = 101 * TW_NANOS;
	assert_int_equal(tw_router_add_carrier(d.router, &c, NULL), TW_OK);
	c.trunk = "unknown";
	c.exchange_nanos = 0;
	assert_int_equal(tw_router_add_carrier(d.router, &c, NULL), TW_OK);
	c.trunk = "wrong";
	c.exchange_nanos = -1;
	assert_int_equal(tw_router_add_carrier(d.router, &c, NULL),
			 TW_EINVAL);
	tw_deck_free(c.deck);
	assert_int_equal(desk_ask(&d, "79990000000", NULL, 60), TW_OK);
	desk_row(&d, 0, "cheap", TW_OK);
	desk_row(&d, 1, "rub", TW_OK);
	desk_row(&d, 2, "dear", TW_OK);
	desk_row(&d, 3, "unknown", TW_ENOPRICE);
	assert_string_equal(d.row[0].expected.currency, "RUB");
	assert_int_equal(d.row[0].expected.nanos, 99 * TW_NANOS);
	desk_close(&d);
}

static void forwarded_legs_are_priced_too(void **state)
{
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "a", 1, "7", RUB(100));
	d.row[0] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
	d.count = 1;
	r.direction = TW_DIRECTION_FORWARD;
	r.number = "79990000000";
	r.at = T2026;
	assert_int_equal(tw_router_decide(d.row, &d.count, d.router, &r,
					  &d.err), TW_OK);
	desk_row(&d, 0, "a", TW_OK);
	r.direction = TW_DIRECTION_INBOUND;
	assert_int_equal(tw_router_decide(d.row, &d.count, d.router, &r,
					  &d.err), TW_EINVAL);
	assert_string_equal(d.err.field, "direction");
	desk_close(&d);
}

/* A price and a permission inside one city. */
static void regions_pick_the_row(void **state)
{
	tw_number_range range[2] = { TW_NUMBER_RANGE_INIT,
		TW_NUMBER_RANGE_INIT };
	tw_rate rates[2] = { desk_rate("7", RUB(200), 60, 0),
			     desk_rate("7", RUB(40), 60, 0) };
	tw_rate blocked[2] = { desk_rate("7", RUB(100), 60, 0),
			       desk_rate("7", 0, 60, 0) };
	tw_numbering *numbering;
	struct desk d;

	(void)state;
	range[0].from = 78432000000;
	range[0].to = 78432999999;
	strcpy(range[0].region, "Tatarstan");
	strcpy(range[0].city, "Kazan");
	range[1] = range[0];
	range[1].from = 74951000000;
	range[1].to = 74951999999;
	strcpy(range[1].region, "Moscow");
	strcpy(range[1].city, "Moscow");
	assert_int_equal(tw_numbering_new(&numbering, range, 2, NULL),
			 TW_OK);
	rates[1].relation = blocked[1].relation = TW_RELATION_SAME_CITY;
	blocked[1].status = TW_RATE_BLOCKED;
	desk_open(&d);
	desk_carrier(&d, "priced", "RUB", 1, rates, 2);
	desk_carrier(&d, "refuses", "RUB", 1, blocked, 2);

	/* nobody knows where numbers are */
	assert_int_equal(desk_call(&d, "78432000001", "78432000002", NULL,
				   60), TW_OK);
	desk_row(&d, 0, "refuses", TW_OK);
	assert_int_equal(d.row[1].expected.nanos, RUB(200));

	assert_int_equal(tw_router_set_numbering(NULL, numbering, NULL,
						 NULL), TW_EINVAL);
	assert_int_equal(tw_router_set_numbering(d.router, numbering, NULL,
						 NULL), TW_OK);
	assert_int_equal(tw_router_set_numbering(d.router, numbering, NULL,
						 NULL), TW_OK);
	tw_numbering_free(numbering);
	assert_int_equal(desk_call(&d, "78432000001", "78432000002", NULL,
				   60), TW_OK);
	desk_row(&d, 0, "priced", TW_OK);
	assert_int_equal(d.row[0].expected.nanos, RUB(40));
	desk_row(&d, 1, "refuses", TW_EREFUSED);
	assert_non_null(strstr(d.row[1].reason, "same_city"));
	/* another region, a hidden caller */
	assert_int_equal(desk_call(&d, "74951000001", "78432000002", NULL,
				   60), TW_OK);
	desk_row(&d, 0, "refuses", TW_OK);
	assert_int_equal(desk_call(&d, NULL, "78432000002", NULL, 60),
			 TW_OK);
	desk_row(&d, 0, "refuses", TW_OK);
	desk_close(&d);
}

static tw_status broken(void *arg, tw_place *out, const char *digits)
{
	(void)out;
	(void)digits;
	++*(int *)arg;
	return TW_EIO;
}

static void a_broken_look_up_keeps_no_call(void **state)
{
	int asked = 0;
	const tw_numbering_lookup lookup = { sizeof(lookup), 0, broken,
		&asked };
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "main", 1, "7", RUB(200));
	assert_int_equal(tw_router_set_numbering(d.router, NULL, &lookup,
						 NULL), TW_OK);
	assert_int_equal(desk_call(&d, "78432000001", "78432000002", NULL,
				   60), TW_OK);
	assert_int_equal(asked, 1);
	desk_close(&d);
}

static void without_a_trunk_no_tariff_is_missed(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(desk_call(&d, NULL, "78432000002", NULL, 60),
			 TW_ENOPRICE);
	assert_string_equal(d.err.message, "there is no trunk that could "
		"carry 78432000002; add one to the deployment");
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			trap_30_each_carrier_by_its_own_longest_prefix),
		cmocka_unit_test(the_expected_call_decides),
		cmocka_unit_test(vat_does_not_win),
		cmocka_unit_test(equal_costs_go_by_priority_then_place),
		cmocka_unit_test(skipped_carriers_are_explained),
		cmocka_unit_test(the_best_verdict_is_the_answer),
		cmocka_unit_test(free_is_a_price),
		cmocka_unit_test(currencies_do_not_compare),
		cmocka_unit_test(converted_prices_compare),
		cmocka_unit_test(forwarded_legs_are_priced_too),
		cmocka_unit_test(regions_pick_the_row),
		cmocka_unit_test(a_broken_look_up_keeps_no_call),
		cmocka_unit_test(without_a_trunk_no_tariff_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
