/*
 * What one decision costs: a talk ends, a call arrives, somebody is chosen
 * and answers. Beside each figure stands a floor measured in the same run:
 * the same choice by a bare scan over an array in the same state, without
 * calls, offers, deadlines, rows or checks. Only the ratio means anything on
 * another machine. Rows of the event feed (one for each member passed over)
 * are read outside of the decision and timed by themselves.
 *
 * Usage: bench_decide [rounds]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <trunkwise/distribution.h>

#define N_MAX 1000
#define T0    (1767225600LL * TW_SECOND)
#define BATCH 64

struct bench {
	tw_engine *engine;
	tw_plan_id plan;
	tw_call_id call[N_MAX];   /* talks, in no order */
	uint32_t talks;
	tw_time now;
	uint64_t random;
};

/* The floor: who is busy, since when is who idle, whose turn is it. */
struct floor {
	uint8_t busy[N_MAX];
	int64_t idle_since[N_MAX];
	uint32_t talking[N_MAX];
	uint32_t talks, n, cursor;
	uint32_t ring[N_MAX];
	int64_t now;
	uint64_t random;
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
	fprintf(stderr, "bench_decide: %s: %s\n", tw_status_name(status),
		err->message);
	exit(1);
}

static void build(struct bench *b, uint32_t policy, uint32_t n)
{
	tw_target_options to = TW_TARGET_OPTIONS_INIT;
	tw_pool_options po = TW_POOL_OPTIONS_INIT;
	tw_member_options mo = TW_MEMBER_OPTIONS_INIT;
	tw_step_options so = TW_STEP_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_target_id t;
	char name[16];
	uint32_t i;

	memset(b, 0, sizeof(*b));
	b->now = T0;
	b->random = 1;
	need(tw_engine_new(&b->engine, NULL, &err), &err);
	po.name = "pool";
	po.policy = policy;
	need(tw_engine_add_pool(&so.pool, b->engine, &po, &err), &err);
	for (i = 0; i < n; ++i) {
		snprintf(name, sizeof(name), "t%u", (unsigned)i);
		to.name = name;
		need(tw_engine_add_target(&t, b->engine, &to, &err), &err);
		mo.order = i;
		need(tw_pool_add_member(b->engine, so.pool, t, &mo, &err),
		     &err);
	}
	need(tw_engine_add_plan(&b->plan, b->engine, "plan", &err), &err);
	need(tw_plan_add_step(b->engine, b->plan, &so, &err), &err);
}

/* A call arrives; the first that is offered it answers. */
static void arrive(struct bench *b)
{
	tw_decision d = TW_DECISION_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_offer_id offer = { 0 };

	need(tw_call_enter(&b->call[b->talks++], b->engine, b->plan, b->now,
			   &err), &err);
	while (tw_engine_next(&d, b->engine, &err) == TW_OK) {
		if (d.kind == TW_DECISION_OFFER && !offer.id)
			offer = d.offer;
	}
	need(tw_offer_answered(b->engine, offer, b->now, &err), &err);
	while (tw_engine_next(&d, b->engine, &err) == TW_OK)
		;
}

static void depart(struct bench *b)
{
	uint32_t i = draw(&b->random, b->talks);
	tw_error err = TW_ERROR_INIT;

	need(tw_call_leave(b->engine, b->call[i], b->now, &err), &err);
	b->call[i] = b->call[--b->talks];
}

static unsigned long read_events(struct bench *b)
{
	tw_offer_event e = TW_OFFER_EVENT_INIT;
	unsigned long rows = 0;

	while (tw_engine_next_event(&e, b->engine, NULL) == TW_OK)
		++rows;
	return rows;
}

static uint32_t floor_pick(struct floor *f, uint32_t policy)
{
	uint32_t i, at, best = UINT32_MAX, rings = 0;

	switch (policy) {
	case TW_POLICY_ALL:
		for (i = 0; i < f->n; ++i) {
			if (!f->busy[i])
				f->ring[rings++] = i;
		}
		return rings ? f->ring[0] : best;
	case TW_POLICY_LINEAR:
		for (i = 0; i < f->n && f->busy[i]; ++i)
			;
		return i;
	case TW_POLICY_ROUND_ROBIN:
		for (i = 0; i < f->n; ++i) {
			at = f->cursor + 1 + i;
			at -= at >= f->n ? f->n : 0;
			if (!f->busy[at])
				return f->cursor = at;
		}
		return best;
	default:
		for (i = 0; i < f->n; ++i) {
			if (!f->busy[i] &&
			    (best == UINT32_MAX ||
			     f->idle_since[i] < f->idle_since[best]))
				best = i;
		}
		return best;
	}
}

static void floor_arrive(struct floor *f, uint32_t policy)
{
	uint32_t i = floor_pick(f, policy);

	f->busy[i] = 1;
	f->talking[f->talks++] = i;
}

static void floor_depart(struct floor *f)
{
	uint32_t at = draw(&f->random, f->talks), i = f->talking[at];

	f->busy[i] = 0;
	f->idle_since[i] = ++f->now;
	f->talking[at] = f->talking[--f->talks];
}

static double floor_ns(uint32_t policy, uint32_t n, uint32_t busy,
		       long rounds)
{
	static struct floor f;
	int64_t start;
	long i;

	memset(&f, 0, sizeof(f));
	f.n = n;
	f.cursor = n - 1;
	f.random = 1;
	while (f.talks < busy)
		floor_arrive(&f, policy);
	for (i = 0; i < 2L * n; ++i) {   /* until who is busy is random */
		floor_depart(&f);
		floor_arrive(&f, policy);
	}
	start = clock_ns();
	for (i = 0; i < rounds; ++i) {
		floor_depart(&f);
		floor_arrive(&f, policy);
	}
	return (double)(clock_ns() - start) / (double)rounds;
}

/* @return ns of a decision; rows: ns and number of event rows for each */
static double engine_ns(double rows[2], uint32_t policy, uint32_t n,
			uint32_t busy, long rounds)
{
	int64_t decide = 0, reading = 0, start;
	static struct bench b;
	unsigned long count = 0;
	long i, j;

	build(&b, policy, n);
	while (b.talks < busy)
		arrive(&b);
	for (i = 0; i < 2L * n; ++i) {
		++b.now;
		depart(&b);
		arrive(&b);
		read_events(&b);
	}
	for (i = 0; i < rounds; i += BATCH) {
		start = clock_ns();
		for (j = 0; j < BATCH; ++j) {
			++b.now;
			depart(&b);
			arrive(&b);
		}
		decide += clock_ns() - start;
		start = clock_ns();
		count += read_events(&b);
		reading += clock_ns() - start;
	}
	tw_engine_free(b.engine);
	rows[0] = (double)reading / (double)i;
	rows[1] = (double)count / (double)i;
	return (double)decide / (double)i;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void row(uint32_t policy, const char *name, uint32_t n, int percent,
		long rounds)
{
	uint32_t busy = n * (uint32_t)percent / 100;
	double floor[5], engine[5], rows[2];
	int i;

	if (n >= 1000)
		rounds /= policy == TW_POLICY_ALL ? 200 : 20;
	if (rounds < BATCH)
		rounds = BATCH;
	if (busy == n)
		--busy;
	for (i = 0; i < 5; ++i) {   /* medians of five, interleaved */
		floor[i] = floor_ns(policy, n, busy, rounds);
		engine[i] = engine_ns(rows, policy, n, busy, rounds);
	}
	qsort(floor, 5, sizeof(*floor), compare);
	qsort(engine, 5, sizeof(*engine), compare);
	printf("%-13s %5u %4d%% %10.1f %10.1f %7.1fx %8.1f %10.1f\n", name,
	       (unsigned)n, percent, floor[2], engine[2],
	       engine[2] / floor[2], rows[1], rows[0]);
}

int main(int argc, char **argv)
{
	static const char *const name[] = {
		"all", "linear", "round_robin", "longest_idle"
	};
	long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
	uint32_t policy, n;

	if (rounds < 1) {
		fprintf(stderr, "usage: bench_decide [rounds]\n");
		return 2;
	}
	printf("%-13s %5s %5s %10s %10s %8s %8s %10s\n", "policy", "N",
	       "busy", "floor ns", "decide ns", "ratio", "rows", "rows ns");
	for (policy = TW_POLICY_ALL; policy <= TW_POLICY_LONGEST_IDLE;
	     ++policy) {
		for (n = 10; n <= N_MAX; n *= 100) {
			row(policy, name[policy - 1], n, 50, rounds);
			row(policy, name[policy - 1], n, 95, rounds);
		}
	}
	return 0;
}
