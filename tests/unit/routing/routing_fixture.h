/* What the tests of this room share: carriers with decks in a few words. */
#ifndef TW_TEST_ROUTING_FIXTURE_H
#define TW_TEST_ROUTING_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "routing/router.h"

#define T2026 (1767225600 * TW_SECOND)   /* 2026-01-01T00:00:00Z */
#define ROOM 8

struct desk {
	tw_router *router;
	tw_route_candidate row[ROOM];
	uint32_t count;
	tw_error err;
};

static inline void desk_open(struct desk *d)
{
	memset(d, 0, sizeof(*d));
	d->err = (tw_error)TW_ERROR_INIT;
	assert_int_equal(tw_router_new(&d->router, &d->err), TW_OK);
}

static inline void desk_close(struct desk *d)
{
	tw_router_free(d->router);
}

/* Price per minute; increments and connection fee of the row. */
static inline tw_rate desk_rate(const char *prefix, int64_t price_nanos,
				uint32_t inc_s, int64_t fee_nanos)
{
	tw_rate rate = TW_RATE_INIT;

	strcpy(rate.prefix, prefix);
	strcpy(rate.destination, "somewhere");
	rate.price_nanos = price_nanos;
	rate.first_inc_s = rate.next_inc_s = inc_s;
	rate.connect_fee_nanos = fee_nanos;
	return rate;
}

/* Takes the rest of the carrier as the test wrote it. */
static inline void desk_add(struct desk *d, tw_route_carrier *c,
			    const char *currency, const tw_rate *rates,
			    size_t count)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;

	strcpy(rules.currency, currency);
	strcpy(rules.zone, "UTC");
	if (!c->carrier)
		c->carrier = "carrier";
	if (tw_deck_new(&c->deck, &rules, rates, count, &d->err))
		fail_msg("%s", d->err.message);
	if (tw_router_add_carrier(d->router, c, &d->err))
		fail_msg("%s", d->err.message);
	tw_deck_free(c->deck);   /* the router has its own reference */
}

static inline void desk_carrier(struct desk *d, const char *trunk,
				const char *currency, uint32_t priority,
				const tw_rate *rates, size_t count)
{
	tw_route_carrier c = TW_ROUTE_CARRIER_INIT;

	c.trunk = trunk;
	c.priority = priority;
	desk_add(d, &c, currency, rates, count);
}

/* A rouble a minute to 7...; a share and a cap. */
static inline void desk_share(struct desk *d, const char *trunk,
			      uint32_t weight, uint32_t calls_max)
{
	const tw_rate rate = desk_rate("7", TW_NANOS, 60, 0);
	tw_route_carrier c = TW_ROUTE_CARRIER_INIT;

	c.trunk = trunk;
	c.weight = weight;
	c.calls_max = calls_max;
	desk_add(d, &c, "RUB", &rate, 1);
}

static inline void desk_simple(struct desk *d, const char *trunk,
			       uint32_t priority, const char *prefix,
			       int64_t price_nanos)
{
	const tw_rate rate = desk_rate(prefix, price_nanos, 60, 0);

	desk_carrier(d, trunk, "RUB", priority, &rate, 1);
}

static inline tw_status desk_call(struct desk *d, const char *caller,
				  const char *number, const char *site,
				  int64_t seconds)
{
	const tw_route_candidate empty = TW_ROUTE_CANDIDATE_INIT;
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	int i;

	for (i = 0; i < ROOM; ++i)
		d->row[i] = empty;
	d->count = ROOM;
	d->err = (tw_error)TW_ERROR_INIT;
	r.caller = caller;
	r.number = number;
	r.site = site;
	r.at = T2026;
	r.expected_us = seconds * TW_SECOND;
	return tw_router_decide(d->row, &d->count, d->router, &r, &d->err);
}

static inline tw_status desk_ask(struct desk *d, const char *number,
				 const char *site, int64_t seconds)
{
	return desk_call(d, NULL, number, site, seconds);
}

static inline tw_route_call desk_begin(struct desk *d, const char *trunk)
{
	tw_route_attempt a = TW_ROUTE_ATTEMPT_INIT;
	tw_route_call call = { 0 };

	a.trunk = trunk;
	a.now = T2026;
	if (tw_router_call_begin(&call, d->router, &a, &d->err))
		fail_msg("%s", d->err.message);
	return call;
}

static inline void desk_end(struct desk *d, tw_route_call call)
{
	if (tw_router_call_end(d->router, call, T2026, &d->err))
		fail_msg("%s", d->err.message);
}

/* What the router makes of a final code. */
static inline tw_route_verdict desk_report(struct desk *d,
					   tw_route_call call, int32_t code,
					   tw_time now)
{
	tw_route_outcome o = TW_ROUTE_OUTCOME_INIT;
	tw_route_verdict v = TW_ROUTE_VERDICT_INIT;

	o.sip_code = code;
	o.now = now;
	if (tw_router_report(&v, d->router, call, &o, &d->err))
		fail_msg("%s", d->err.message);
	return v;
}

/* The first of the order takes the call; it ends at once. */
static inline const char *desk_next(struct desk *d)
{
	assert_int_equal(desk_ask(d, "79990000000", NULL, 60), TW_OK);
	desk_end(d, desk_begin(d, d->row[0].trunk));
	return d->row[0].trunk;
}

static inline void desk_row(const struct desk *d, uint32_t i,
			    const char *trunk, tw_status verdict)
{
	assert_true(i < d->count);
	assert_string_equal(d->row[i].trunk, trunk);
	assert_int_equal(d->row[i].verdict, verdict);
	assert_true(d->row[i].reason[0]);
	assert_int_equal(d->row[i].size, sizeof(d->row[i]));
}

#endif
