/*
 * What one authorization costs: choice of the carrier, price, budgets, hold.
 * Beside it, in the same run and over the same numbers, the bare decision of
 * the router, which prices the call at every carrier and holds nothing. Each
 * question is timed by itself, the clock's own cost included.
 *
 * Usage: bench_authorize [rounds]
 */
#include <stdio.h>
#include <stdlib.h>

#include <trunkwise.h>
#include "authorize_bench.h"

static void line(const char *what, struct authorize_spread spread)
{
	printf("  %-34s p50 %6lld   p99 %6lld ns\n", what,
	       (long long)spread.p50_ns, (long long)spread.p99_ns);
}

int main(int argc, char **argv)
{
	size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 200000;
	struct authorize_spread router, budgets;

	if (!rounds)
		return 2;
	printf("%d carriers of %d prefixes, %d budgets, %zu questions\n",
	       AUTHORIZE_CARRIERS, AUTHORIZE_PREFIXES, AUTHORIZE_BUDGETS,
	       rounds);
	authorize_measure(&router, &budgets, 1000000 * TW_NANOS, rounds);
	line("router alone", router);
	line("authorize, limits far away", budgets);
	authorize_measure(&router, &budgets, 50 * TW_NANOS, rounds);
	line("router alone", router);
	line("authorize, limits shorten the call", budgets);
	return 0;
}
