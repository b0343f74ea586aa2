/*
 * What a line costs: a call enters it, gives up in its midst, is served by a
 * target that came free (the talk's end, the choice, the offer, the answer),
 * with 1,000 to a million calls in line, and how much memory one call takes.
 * Decisions and event rows are read as they come and are part of the times,
 * which are the processor's. From one size to the next only the logarithm and
 * the caches may grow.
 *
 * Usage: bench_waiting [calls]
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <trunkwise/distribution.h>

#define T0     (1767225600LL * TW_SECOND)
#define STAFF  16u
#define ROUNDS 100000u

struct bench {
	tw_engine *engine;
	tw_plan_id plan;
	tw_call_id *call;         /* that wait, in no order */
	uint32_t waiting;
	tw_call_id talk[STAFF];
	tw_time now;
	uint64_t random;
};

static int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static size_t memory(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static uint32_t draw(struct bench *b, uint32_t below)
{
	b->random = b->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((b->random >> 33) % below);
}

static void need(tw_status status, const tw_error *err)
{
	if (!status)
		return;
	fprintf(stderr, "bench_waiting: %s: %s\n", tw_status_name(status),
		err->message);
	exit(1);
}

static void build(struct bench *b, uint32_t calls)
{
	tw_engine_options eo = TW_ENGINE_OPTIONS_INIT;
	tw_target_options to = TW_TARGET_OPTIONS_INIT;
	tw_member_options mo = TW_MEMBER_OPTIONS_INIT;
	tw_pool_options po = TW_POOL_OPTIONS_INIT;
	tw_step_options so = TW_STEP_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_target_id t;
	char name[16];

	*b = (struct bench){ .now = T0, .random = 1 };
	b->call = malloc(calls * sizeof(*b->call));
	if (!b->call)
		exit(1);
	eo.calls_max = calls + STAFF + 1;
	need(tw_engine_new(&b->engine, &eo, &err), &err);
	po.name = "pool";
	po.policy = TW_POLICY_LONGEST_IDLE;
	need(tw_engine_add_pool(&so.pool, b->engine, &po, &err), &err);
	for (mo.order = 0; mo.order < STAFF; ++mo.order) {
		snprintf(name, sizeof(name), "t%u", (unsigned)mo.order);
		to.name = name;
		need(tw_engine_add_target(&t, b->engine, &to, &err), &err);
		need(tw_pool_add_member(b->engine, so.pool, t, &mo, &err),
		     &err);
	}
	so.kind = TW_STEP_QUEUE;
	so.wait_ms = 3600000;
	need(tw_engine_add_plan(&b->plan, b->engine, "plan", &err), &err);
	need(tw_plan_add_step(b->engine, b->plan, &so, &err), &err);
}

/* @return the call that was offered and answered, or 0 */
static tw_call_id read_all(struct bench *b)
{
	tw_offer_event e = TW_OFFER_EVENT_INIT;
	tw_decision d = TW_DECISION_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_call_id call = { 0 };

	while (tw_engine_next(&d, b->engine, &err) == TW_OK) {
		if (d.kind != TW_DECISION_OFFER)
			continue;
		call = d.call;
		need(tw_offer_answered(b->engine, d.offer, b->now, &err),
		     &err);
	}
	while (tw_engine_next_event(&e, b->engine, &err) == TW_OK)
		;
	return call;
}

static tw_call_id enter(struct bench *b)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_call_id call;

	o.plan = b->plan;
	o.priority = draw(b, 4);
	b->now += 1000;
	need(tw_call_enter_as(&call, b->engine, &o, b->now, &err), &err);
	return call;
}

/* A talk ends; who is first gets the one who came free. */
static void serve(struct bench *b)
{
	uint32_t i = draw(b, STAFF);
	tw_error err = TW_ERROR_INIT;

	b->now += 1000;
	need(tw_call_leave(b->engine, b->talk[i], b->now, &err), &err);
	b->talk[i] = read_all(b);
}

static void give_up(struct bench *b)
{
	uint32_t i = draw(b, b->waiting);
	tw_error err = TW_ERROR_INIT;

	b->now += 1000;
	need(tw_call_leave(b->engine, b->call[i], b->now, &err), &err);
	b->call[i] = b->call[--b->waiting];
	read_all(b);
}

static void fill(struct bench *b, uint32_t calls)
{
	while (b->waiting < calls) {
		b->call[b->waiting++] = enter(b);
		read_all(b);
	}
}

static void row(uint32_t calls)
{
	uint32_t rounds = calls / 2 < ROUNDS ? calls / 2 : ROUNDS, i;
	size_t before, after;
	int64_t start, ns[3];
	struct bench b;

	build(&b, calls);
	for (i = 0; i < STAFF; ++i) {
		enter(&b);
		b.talk[i] = read_all(&b);
	}
	before = memory();
	start = clock_ns();
	fill(&b, calls);
	ns[0] = (clock_ns() - start) / calls;
	after = memory();
	start = clock_ns();
	for (i = 0; i < rounds; ++i)
		give_up(&b);
	ns[1] = (clock_ns() - start) / rounds;
	fill(&b, calls);
	start = clock_ns();
	for (i = 0; i < rounds; ++i)
		serve(&b);
	ns[2] = (clock_ns() - start) / rounds;
	printf("%9u %10lld %10lld %10lld %12.1f\n", (unsigned)calls,
	       (long long)ns[0], (long long)ns[1], (long long)ns[2],
	       (double)(after - before) / calls);
	tw_engine_free(b.engine);
	free(b.call);
}

int main(int argc, char **argv)
{
	long most = argc > 1 ? strtol(argv[1], NULL, 10) : 1000000, calls;

	if (most < 100 || most > 3000000) {
		fprintf(stderr, "usage: bench_waiting [calls]\n");
		return 2;
	}
	printf("%9s %10s %10s %10s %12s\n", "waiting", "enter ns",
	       "give up ns", "serve ns", "bytes each");
	for (calls = 1000; calls < most; calls *= 10)
		row((uint32_t)calls);
	row((uint32_t)most);
	return 0;
}
