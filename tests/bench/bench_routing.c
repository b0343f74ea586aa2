/*
 * What one decision of the router costs, for 3, 30 and 1,000 trunks and each
 * policy. Beside it, in the same run and over the same numbers, what cannot
 * be saved: the same decks asked for the price of the same call, each once,
 * by bare tw_rating_rate(). Then a call's begin, report and end.
 *
 * Usage: bench_routing [rounds of 3 trunks]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <trunkwise.h>

#define DECKS    30
#define PREFIXES 5000
#define NUMBERS  4096
#define T0       (1767225600LL * TW_SECOND)

struct bench {
	tw_deck *deck[DECKS];
	tw_router *router;
	tw_route_candidate *row;
	uint32_t trunks;
	size_t rounds;
	char number[NUMBERS][16];
};

/* Of this process: the machine may be shared. */
static int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
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
	fprintf(stderr, "bench_routing: %s: %s\n", tw_status_name(status),
		err->message);
	exit(1);
}

static void build_decks(struct bench *b)
{
	tw_rate *rates = calloc(PREFIXES, sizeof(*rates));
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_error err = TW_ERROR_INIT;

	strcpy(rules.currency, "RUB");
	strcpy(rules.zone, "Europe/Moscow");
	for (int n = 0; n < DECKS; ++n) {
		for (int i = 0; i < PREFIXES; ++i) {
			rates[i] = (tw_rate)TW_RATE_INIT;
			snprintf(rates[i].prefix, sizeof(rates[i].prefix),
				 "7%05d", i);
			rates[i].price_nanos = (100 + (i * 7 + n * 13) % 500)
				* TW_NANOS / 100;
			rates[i].first_inc_s = n % 2 ? 60 : 1;
			rates[i].next_inc_s = rates[i].first_inc_s;
		}
		need(tw_deck_new(&b->deck[n], &rules, rates, PREFIXES, &err),
		     &err);
	}
	free(rates);
}

static void build_router(struct bench *b, uint32_t trunks)
{
	tw_route_carrier carrier = TW_ROUTE_CARRIER_INIT;
	tw_error err = TW_ERROR_INIT;
	char name[32];

	need(tw_router_new(&b->router, &err), &err);
	for (uint32_t i = 0; i < trunks; ++i) {
		snprintf(name, sizeof(name), "trunk %u", (unsigned)i);
		carrier.carrier = carrier.trunk = name;
		carrier.deck = b->deck[i % DECKS];
		carrier.weight = 1 + i % 7;
		carrier.calls_max = 1000;
		need(tw_router_add_carrier(b->router, &carrier, &err), &err);
	}
	b->trunks = trunks;
	b->row = calloc(trunks, sizeof(*b->row));
	b->row[0] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
}

static void tear_down(struct bench *b)
{
	tw_router_free(b->router);
	free(b->row);
}

static void draw_numbers(struct bench *b)
{
	uint64_t random = 1;

	for (int i = 0; i < NUMBERS; ++i)
		snprintf(b->number[i], sizeof(b->number[i]), "7%05u%05u",
			 (unsigned)draw(&random, PREFIXES),
			 (unsigned)draw(&random, 100000));
}

/* The floor: every trunk's deck once, and the least of them. */
static double floor_of(struct bench *b)
{
	tw_rating_request r = TW_RATING_REQUEST_INIT;
	tw_error err = TW_ERROR_INIT;
	int64_t from = clock_ns();

	r.answer = T0;
	r.duration_us = 60 * TW_SECOND;
	for (size_t k = 0; k < b->rounds; ++k) {
		int64_t least = INT64_MAX;

		r.number = b->number[k % NUMBERS];
		for (uint32_t i = 0; i < b->trunks; ++i) {
			tw_charge charge = TW_CHARGE_INIT;

			need(tw_rating_rate(&charge, b->deck[i % DECKS], &r,
					    &err), &err);
			if (charge.net.nanos < least)
				least = charge.net.nanos;
		}
		if (least <= 0)
			exit(1);
	}
	return (double)(clock_ns() - from) / (double)b->rounds;
}

/* `room` rows: a host that dials needs a few, one that explains all. */
static double decide(struct bench *b, uint32_t room)
{
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	tw_error err = TW_ERROR_INIT;
	int64_t from = clock_ns();

	r.at = T0;
	for (size_t k = 0; k < b->rounds; ++k) {
		uint32_t count = room < b->trunks ? room : b->trunks;

		r.number = b->number[k % NUMBERS];
		need(tw_router_decide(b->row, &count, b->router, &r, &err),
		     &err);
	}
	return (double)(clock_ns() - from) / (double)b->rounds;
}

static double one_call(struct bench *b)
{
	tw_route_attempt a = TW_ROUTE_ATTEMPT_INIT;
	tw_route_outcome o = TW_ROUTE_OUTCOME_INIT;
	tw_route_verdict v = TW_ROUTE_VERDICT_INIT;
	tw_error err = TW_ERROR_INIT;
	int64_t from = clock_ns();
	tw_route_call call;
	char name[32];

	/* the last one: it is found by its name, not by looking at all */
	snprintf(name, sizeof(name), "trunk %u", (unsigned)b->trunks - 1);
	a.trunk = name;
	a.number = "79161234567";
	o.sip_code = 486;
	for (size_t k = 0; k < b->rounds; ++k) {
		a.now = o.now = T0 + (int64_t)k * TW_SECOND;
		need(tw_router_call_begin(&call, b->router, &a, &err), &err);
		need(tw_router_report(&v, b->router, call, &o, &err), &err);
		need(tw_router_call_end(b->router, call, a.now, &err), &err);
	}
	return (double)(clock_ns() - from) / (double)b->rounds;
}

static void measure(struct bench *b, uint32_t trunks)
{
	double bare;

	build_router(b, trunks);
	(void)floor_of(b);
	bare = floor_of(b);
	printf("%u trunks\n", (unsigned)trunks);
	printf("  %-28s %10.0f ns\n", "bare rating of every deck", bare);
	for (uint32_t policy = TW_ROUTE_LEAST_COST;
	     policy <= TW_ROUTE_LONGEST_PREFIX; ++policy) {
		double few;

		need(tw_router_set_policy(b->router, TW_ROUTE_EVERY_TIER,
					  policy, NULL), &(tw_error){ 0 });
		few = decide(b, 4);
		printf("  %-28s %10.0f ns  %5.2f x\n",
		       tw_route_policy_name(policy), few, few / bare);
	}
	need(tw_router_set_policy(b->router, TW_ROUTE_EVERY_TIER,
				  TW_ROUTE_LEAST_COST, NULL),
	     &(tw_error){ 0 });
	printf("  %-28s %10.0f ns\n", "least_cost, all rows", decide(b,
	       trunks));
	printf("  %-28s %10.0f ns\n", "begin, report, end", one_call(b));
	tear_down(b);
}

int main(int argc, char **argv)
{
	static struct bench b;
	size_t rounds = 200000;

	if (argc > 1)
		rounds = strtoul(argv[1], NULL, 10);
	if (!rounds)
		return 2;
	build_decks(&b);
	draw_numbers(&b);
	b.rounds = rounds;
	measure(&b, 3);
	b.rounds = rounds / 10 + 1;
	measure(&b, 30);
	b.rounds = rounds / 400 + 1;
	measure(&b, 1000);
	for (int n = 0; n < DECKS; ++n)
		tw_deck_free(b.deck[n]);
	return 0;
}
