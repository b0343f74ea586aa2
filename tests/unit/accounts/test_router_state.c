/* What a router learned, kept in the store by host. */
#include "deployment_fixture.h"
#include "routing/router.h"

static tw_router *router_new(void)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_route_carrier c = TW_ROUTE_CARRIER_INIT;
	tw_rate rate = TW_RATE_INIT;
	tw_router *router = NULL;

	strcpy(rules.currency, "RUB");
	strcpy(rules.zone, "UTC");
	strcpy(rate.prefix, "7");
	rate.price_nanos = TW_NANOS;
	assert_int_equal(tw_deck_new(&c.deck, &rules, &rate, 1, NULL), TW_OK);
	c.carrier = c.trunk = "main";
	assert_int_equal(tw_router_new(&router, NULL), TW_OK);
	assert_int_equal(tw_router_add_carrier(router, &c, NULL), TW_OK);
	tw_deck_free(c.deck);
	return router;
}

static void fail_times(tw_router *router, int times, tw_time now)
{
	tw_route_attempt a = TW_ROUTE_ATTEMPT_INIT;
	tw_route_outcome o = TW_ROUTE_OUTCOME_INIT;
	tw_route_verdict v = TW_ROUTE_VERDICT_INIT;
	tw_route_call call;

	a.trunk = "main";
	a.now = o.now = now;
	o.sip_code = 500;
	for (int i = 0; i < times; i++) {
		assert_int_equal(tw_router_call_begin(&call, router, &a,
						      NULL), TW_OK);
		assert_int_equal(tw_router_report(&v, router, call, &o, NULL),
				 TW_OK);
		assert_int_equal(tw_router_call_end(router, call, now, NULL),
				 TW_OK);
	}
}

static uint32_t health(const tw_router *router, tw_time now)
{
	tw_route_state s = TW_ROUTE_STATE_INIT;

	assert_int_equal(tw_router_state(&s, router, 0, now, NULL), TW_OK);
	return s.health;
}

/* The host's clock begins anew; the calendar tells how long it was away. */
static void kept_and_recalled(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_router *router = router_new();
	tw_error err = TW_ERROR_INIT;

	fail_times(router, 5, 1000 * TW_SECOND);
	assert_int_equal(tw_router_keep(router, store, "gw", 1005 * TW_SECOND,
					AUTUMN, &err), TW_OK);
	assert_int_equal(tw_router_recall(router, store, "gw", 0, AUTUMN,
					  &err), TW_ECONFLICT);
	tw_router_free(router);
	router = router_new();
	assert_int_equal(tw_router_recall(router, store, "other", 0, AUTUMN,
					  &err), TW_ENOTFOUND);
	assert_int_equal(tw_router_recall(router, store, "gw", TW_SECOND,
					  AUTUMN + 10 * TW_SECOND, &err),
			 TW_OK);
	assert_int_equal(health(router, 15 * TW_SECOND), TW_ROUTE_IS_DOWN);
	assert_int_equal(health(router, 16 * TW_SECOND),
			 TW_ROUTE_IS_SUSPECT);
	tw_router_free(router);
	/* a calendar that was set back ages nothing */
	router = router_new();
	assert_int_equal(tw_router_recall(router, store, "gw", TW_SECOND,
					  AUTUMN - DAY, &err), TW_OK);
	assert_int_equal(health(router, 25 * TW_SECOND), TW_ROUTE_IS_DOWN);
	tw_router_free(router);
	assert_int_equal(ask(store, "SELECT count(*) FROM router_state"), 1);
	tw_store_free(store);
}

/* A store that somebody wrote into: the host starts anew. */
static void bytes_that_are_damaged(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_router *router = router_new();
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_router_keep(router, store, "gw", 0, AUTUMN,
					&err), TW_OK);
	assert_int_equal(run(store, "UPDATE router_state SET state = x'00'",
			     &err), TW_OK);
	assert_int_equal(tw_router_recall(router, store, "gw", 0, AUTUMN,
					  &err), TW_EPARSE);
	assert_int_equal(health(router, 0), TW_ROUTE_IS_UP);
	assert_int_equal(tw_router_keep(router, store, "", 0, AUTUMN, &err),
			 TW_EINVAL);
	assert_string_equal(err.field, "host");
	assert_int_equal(tw_router_keep(router, store, NULL, 0, AUTUMN, &err),
			 TW_EINVAL);
	assert_int_equal(tw_router_recall(router, NULL, "gw", 0, AUTUMN,
					  &err), TW_EINVAL);
	tw_router_free(router);
	tw_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(kept_and_recalled),
		TEST(bytes_that_are_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
