/*
 * What bench_authorize and bench_ledger ask: a company with carriers, budgets
 * for everybody and for each department, and calls to authorize one by one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <trunkwise.h>
#include "authorize_bench.h"

#define T0 (1767225600LL * TW_SECOND)

struct bench {
	tw_router *router;
	tw_budgets *budgets;
	uint64_t random;
	int64_t *ns;
	size_t rounds;
};

static int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint32_t draw(uint64_t *random, uint32_t below)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((*random >> 33) % below);
}

static void need(tw_status status, const tw_error *err)
{
	if (!status)
		return;
	fprintf(stderr, "authorize: %s: %s\n", tw_status_name(status),
		err->message);
	exit(1);
}

static void add_carrier(struct bench *b, int n)
{
	static const char *const names[] = { "north", "south", "east" };
	tw_route_carrier carrier = TW_ROUTE_CARRIER_INIT;
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_rate *rates = calloc(AUTHORIZE_PREFIXES, sizeof(*rates));
	tw_error err = TW_ERROR_INIT;

	strcpy(rules.currency, "RUB");
	strcpy(rules.zone, "Europe/Moscow");
	for (int i = 0; i < AUTHORIZE_PREFIXES; ++i) {
		rates[i] = (tw_rate)TW_RATE_INIT;
		snprintf(rates[i].prefix, sizeof(rates[i].prefix), "7%05d",
			 i);
		rates[i].price_nanos = (100 + (i * 7 + n * 13) % 500) *
			TW_NANOS / 100;
		rates[i].first_inc_s = rates[i].next_inc_s = n ? 60 : 1;
	}
	carrier.carrier = carrier.trunk = names[n];
	need(tw_deck_new(&carrier.deck, &rules, rates, AUTHORIZE_PREFIXES,
			 &err), &err);
	need(tw_router_add_carrier(b->router, &carrier, &err), &err);
	tw_deck_free(carrier.deck);
	free(rates);
}

static void add_budget(struct bench *b, const char *name,
		       const char *department, uint32_t period, int64_t hard)
{
	tw_budget budget = TW_BUDGET_INIT;
	tw_error err = TW_ERROR_INIT;

	budget.name = name;
	budget.department = department;
	budget.period = period;
	budget.hard_nanos = hard;
	budget.max_price_nanos = 100 * TW_NANOS;
	need(tw_budgets_add(b->budgets, &budget, &err), &err);
}

static void build(struct bench *b, int64_t hard)
{
	tw_error err = TW_ERROR_INIT;
	char name[32], department[32];
	tw_zone *zone;

	need(tw_router_new(&b->router, &err), &err);
	for (int i = 0; i < AUTHORIZE_CARRIERS; ++i)
		add_carrier(b, i);
	need(tw_zone_open(&zone, "Europe/Moscow", &err), &err);
	need(tw_budgets_new(&b->budgets, zone, "RUB", &err), &err);
	tw_zone_free(zone);
	add_budget(b, "everybody", NULL, TW_PERIOD_DAY, hard);
	for (int i = 0; i < AUTHORIZE_DEPARTMENTS; ++i) {
		snprintf(department, sizeof(department), "shop %d", i);
		snprintf(name, sizeof(name), "month %d", i);
		add_budget(b, name, department, TW_PERIOD_MONTH, hard);
		snprintf(name, sizeof(name), "hour %d", i);
		add_budget(b, name, department, TW_PERIOD_HOUR, hard);
	}
}

static void tear_down(struct bench *b)
{
	tw_budgets_free(b->budgets);
	tw_router_free(b->router);
}

static int64_t ask_router(struct bench *b, const char *number)
{
	tw_route_candidate rows[AUTHORIZE_CARRIERS] = {
		TW_ROUTE_CANDIDATE_INIT };
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	tw_error err = TW_ERROR_INIT;
	uint32_t count = AUTHORIZE_CARRIERS;
	int64_t from = clock_ns(), took;

	r.number = number;
	r.at = T0;
	need(tw_router_decide(rows, &count, b->router, &r, &err), &err);
	took = clock_ns() - from;
	return took;
}

static int64_t ask_budgets(struct bench *b, const char *number)
{
	tw_route_candidate rows[AUTHORIZE_CARRIERS] = {
		TW_ROUTE_CANDIDATE_INIT };
	tw_budget_state states[4] = { TW_BUDGET_STATE_INIT };
	tw_authorization a = TW_AUTHORIZATION_INIT;
	tw_call_request r = TW_CALL_REQUEST_INIT;
	tw_error err = TW_ERROR_INIT;
	char department[32];
	int64_t from, took;

	snprintf(department, sizeof(department), "shop %u",
		 (unsigned)draw(&b->random, AUTHORIZE_DEPARTMENTS));
	r.flags = TW_AUTHORIZE_HOLD;
	r.number = number;
	r.department = department;
	r.at = T0;
	a.candidates = rows;
	a.candidate_count = AUTHORIZE_CARRIERS;
	a.budgets = states;
	a.budget_count = 4;
	from = clock_ns();
	need(tw_authorize(&a, b->budgets, b->router, &r, &err), &err);
	took = clock_ns() - from;
	if (!a.hold.id || a.candidate_count != AUTHORIZE_CARRIERS ||
	    a.budget_count != 3) {
		fprintf(stderr, "authorize: an answer is incomplete\n");
		exit(1);
	}
	need(tw_hold_release(b->budgets, a.hold, &err), &err);
	return took;
}

static int by_size(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static struct authorize_spread measure(struct bench *b,
	int64_t (*ask)(struct bench *, const char *))
{
	char number[16];

	b->random = 1;
	for (size_t i = 0; i < b->rounds; ++i) {
		snprintf(number, sizeof(number), "7%05u%05u",
			 (unsigned)draw(&b->random, AUTHORIZE_PREFIXES),
			 (unsigned)draw(&b->random, 100000));
		b->ns[i] = ask(b, number);
	}
	qsort(b->ns, b->rounds, sizeof(*b->ns), by_size);
	return (struct authorize_spread){ b->ns[b->rounds / 2],
		b->ns[b->rounds * 99 / 100] };
}

void authorize_measure(struct authorize_spread *router,
		       struct authorize_spread *budgets, int64_t hard,
		       size_t rounds)
{
	struct bench b = { .rounds = rounds };

	b.ns = calloc(rounds, sizeof(*b.ns));
	if (!b.ns) {
		fprintf(stderr, "authorize: out of memory\n");
		exit(1);
	}
	build(&b, hard);
	*router = measure(&b, ask_router);
	*budgets = measure(&b, ask_budgets);
	tear_down(&b);
	free(b.ns);
}
