/**
 * @file tests/bench/authorize_bench.h  What one authorization costs
 */
#ifndef TW_TESTS_AUTHORIZE_BENCH_H
#define TW_TESTS_AUTHORIZE_BENCH_H

#include <stddef.h>
#include <stdint.h>

#define AUTHORIZE_CARRIERS    3
#define AUTHORIZE_PREFIXES    20000
#define AUTHORIZE_DEPARTMENTS 300
#define AUTHORIZE_BUDGETS     (1 + 2 * AUTHORIZE_DEPARTMENTS)

/* Of questions timed one by one, the clock's own cost included. */
struct authorize_spread {
	int64_t p50_ns, p99_ns;
};

/* Over the same numbers: the bare decision of the router, and choice of the
 * carrier, price, budgets of `hard` nano-units each and hold. */
void authorize_measure(struct authorize_spread *router,
		       struct authorize_spread *budgets, int64_t hard,
		       size_t rounds);

#endif
