/*
 * What one decision costs, for 3 to 100,000 members of whom half or nearly
 * all are busy. Three columns from one run: a straightforward scan over
 * arrays in the same state; the engine's choice and change of state alone
 * (the same work: one comes free, one is chosen and busy); and a whole
 * decision through the public API: a call arrives, is offered, answered and
 * over, all decisions and the event row read, beside two reads that find
 * nothing. Then bytes for each member and waiting call. Only ratios mean
 * anything on another machine.
 *
 * Usage: bench_distribution [rounds [members at most]]
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/logs.h"
#include "distribution/policy.h"

#define N_MAX 100000
#define TURNS 3
#define T0    (1767225600LL * TW_SECOND)

static const uint32_t policies[] = {
	TW_POLICY_LINEAR, TW_POLICY_ROUND_ROBIN, TW_POLICY_LONGEST_IDLE,
	TW_POLICY_RANDOM, TW_POLICY_WEIGHTED, TW_POLICY_WEIGHTED_RANDOM,
	TW_POLICY_FEWEST_CALLS, TW_POLICY_LEAST_TALK,
	TW_POLICY_LEAST_OCCUPIED, TW_POLICY_STICKY
};

struct scan {
	uint8_t busy[N_MAX];
	int64_t key[N_MAX];       /* idle since, calls, talk */
	int64_t at[N_MAX];        /* of an occupancy */
	uint32_t weight[N_MAX];
	uint32_t talking[N_MAX];
	uint32_t talks, n, cursor;
	int64_t now;
	struct tw_draw draw;
};

struct bench {
	tw_engine *engine;
	tw_pool_id pool;
	tw_plan_id plan;
	uint32_t n, talks;
	struct {                  /* bare: what an offer knows of them */
		struct tw_member *member;
		struct tw_target *target;
	} talking[N_MAX];
	tw_call_id call[N_MAX];   /* whole: calls */
	tw_time now;
	struct tw_draw draw;
};

/* Of the processor: who else runs here is no part of a decision. */
static int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void need(tw_status status, const tw_error *err)
{
	if (!status)
		return;
	fprintf(stderr, "bench_distribution: %s: %s\n",
		tw_status_name(status), err->message);
	exit(1);
}

static uint32_t draw(struct tw_draw *from, uint32_t below)
{
	return (uint32_t)(tw__draw(from) >> 33) % below;
}

/* ---- the scan ---- */

static uint32_t scan_least(const struct scan *s)
{
	uint32_t i, best = UINT32_MAX;

	for (i = 0; i < s->n; ++i) {
		if (!s->busy[i] && (best == UINT32_MAX ||
				    s->key[i] < s->key[best]))
			best = i;
	}
	return best;
}

/* work / time, as a fraction of 2^20 */
static uint32_t scan_occupied(const struct scan *s)
{
	uint32_t i, best = UINT32_MAX;
	int64_t least = INT64_MAX;

	for (i = 0; i < s->n; ++i) {
		int64_t part;

		if (s->busy[i])
			continue;
		part = (s->key[i] << 20) / (s->now - s->at[i] + 1);
		if (part < least) {
			least = part;
			best = i;
		}
	}
	return best;
}

static uint32_t scan_drawn(struct scan *s, bool by_weight)
{
	uint64_t total = 0, point;
	uint32_t i;

	for (i = 0; i < s->n; ++i)
		total += s->busy[i] ? 0 : by_weight ? s->weight[i] : 1;
	point = tw__draw_below(&s->draw, total);
	for (i = 0; i < s->n; ++i) {
		uint64_t w = s->busy[i] ? 0 : by_weight ? s->weight[i] : 1;

		if (point < w)
			break;
		point -= w;
	}
	return i;
}

/* Smooth weighted round robin. */
static uint32_t scan_weighted(struct scan *s)
{
	uint32_t i, best = UINT32_MAX;
	int64_t total = 0;

	for (i = 0; i < s->n; ++i) {
		if (s->busy[i])
			continue;
		s->key[i] += s->weight[i];
		total += s->weight[i];
		if (best == UINT32_MAX || s->key[i] > s->key[best])
			best = i;
	}
	s->key[best] -= total;
	return best;
}

static uint32_t scan_sticky(struct scan *s)
{
	const uint64_t key = tw__draw(&s->draw);
	uint64_t far = UINT64_MAX / 65536;
	uint32_t i, best = UINT32_MAX;

	for (i = 0; i < s->n; ++i) {
		uint64_t d;

		if (s->busy[i])
			continue;
		d = (63ull << 32) - (uint64_t)tw__log2(
			(tw__mix(key ^ (uint64_t)s->at[i]) >> 1) + 1);
		if (best == UINT32_MAX ||
		    d * s->weight[best] < far * s->weight[i]) {
			best = i;
			far = d;
		}
	}
	return best;
}

static uint32_t scan_pick(struct scan *s, uint32_t policy)
{
	uint32_t i;

	switch (policy) {
	case TW_POLICY_LINEAR:
		for (i = 0; i < s->n && s->busy[i]; ++i)
			;
		return i;
	case TW_POLICY_ROUND_ROBIN:
		do {
			s->cursor = s->cursor + 1 < s->n ? s->cursor + 1 : 0;
		} while (s->busy[s->cursor]);
		return s->cursor;
	case TW_POLICY_RANDOM:
		return scan_drawn(s, false);
	case TW_POLICY_WEIGHTED_RANDOM:
		return scan_drawn(s, true);
	case TW_POLICY_WEIGHTED:
		return scan_weighted(s);
	case TW_POLICY_LEAST_OCCUPIED:
		return scan_occupied(s);
	case TW_POLICY_STICKY:
		return scan_sticky(s);
	default:
		return scan_least(s);
	}
}

static void scan_round(struct scan *s, uint32_t policy)
{
	const uint32_t at = draw(&s->draw, s->talks), left = s->talking[at];

	++s->now;
	s->busy[left] = 0;
	if (policy == TW_POLICY_LONGEST_IDLE)
		s->key[left] = s->now;
	else if (policy == TW_POLICY_FEWEST_CALLS)
		++s->key[left];
	else if (policy != TW_POLICY_WEIGHTED)
		s->key[left] += 100;
	s->talking[at] = scan_pick(s, policy);
	s->busy[s->talking[at]] = 1;
}

/* Who is busy: so many of all, drawn. */
static void shuffle(uint32_t *who, uint32_t n, struct tw_draw *from)
{
	uint32_t i;

	for (i = 0; i < n; ++i)
		who[i] = i;
	for (i = n; i > 1; --i) {
		uint32_t at = draw(from, i), other = who[i - 1];

		who[i - 1] = who[at];
		who[at] = other;
	}
}

static double scan_ns(uint32_t policy, uint32_t n, uint32_t busy, long rounds)
{
	static struct scan s;
	int64_t start;
	uint32_t i;
	long r;

	memset(&s, 0, sizeof(s));
	s.n = n;
	s.now = T0;
	s.draw.state = 1;
	shuffle(s.talking, n, &s.draw);
	for (i = 0; i < n; ++i) {
		s.weight[i] = 1 + i % 10;
		s.key[s.talking[i]] = policy == TW_POLICY_WEIGHTED ? 0 : i;
		s.at[i] = (int64_t)tw__mix(i) >> 20;
	}
	for (i = 0; i < busy; ++i)
		s.busy[s.talking[i]] = 1;
	s.talks = busy;
	start = clock_ns();
	for (r = 0; r < rounds; ++r)
		scan_round(&s, policy);
	return (double)(clock_ns() - start) / (double)rounds;
}

/* ---- the engine ---- */

static void build(struct bench *b, uint32_t policy, uint32_t n, uint32_t kind)
{
	tw_engine_options eo = TW_ENGINE_OPTIONS_INIT;
	tw_target_options to = TW_TARGET_OPTIONS_INIT;
	tw_member_options mo = TW_MEMBER_OPTIONS_INIT;
	tw_pool_options po = TW_POOL_OPTIONS_INIT;
	tw_step_options so = TW_STEP_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_target_id t;
	char name[16];
	uint32_t i;

	memset(b, 0, sizeof(*b));
	b->now = T0;
	b->n = n;
	b->draw.state = 1;
	eo.calls_max = 2000000;
	need(tw_engine_new(&b->engine, &eo, &err), &err);
	need(tw_engine_tick(b->engine, T0, &err), &err);
	po.name = "pool";
	po.policy = policy;
	need(tw_engine_add_pool(&b->pool, b->engine, &po, &err), &err);
	for (i = 0; i < n; ++i) {
		snprintf(name, sizeof(name), "t%u", (unsigned)i);
		to.name = name;
		need(tw_engine_add_target(&t, b->engine, &to, &err), &err);
		mo.order = i;
		mo.weight = 1 + i % 10;
		need(tw_pool_add_member(b->engine, b->pool, t, &mo, &err),
		     &err);
	}
	need(tw_engine_add_plan(&b->plan, b->engine, "plan", &err), &err);
	so.kind = kind;
	so.pool = b->pool;
	need(tw_plan_add_step(b->engine, b->plan, &so, &err), &err);
}

static struct tw_member *bare_pick(struct bench *b)
{
	struct tw_look look = { .engine = b->engine,
				.pool = b->engine->pool[0] };
	const struct tw_policy *policy = look.pool->policy;
	struct tw_member *member = policy->pick(&look, look.pool->tier[0]);

	tw__target_hold(b->engine, member->target);
	++b->engine->offers;
	++b->engine->arrivals;
	if (policy->offered)
		policy->offered(b->engine, member);
	return member;
}

/* What an offer that was answered and is over tells the policy. */
static void bare_end(struct bench *b, struct tw_member *member,
		     struct tw_target *target)
{
	static struct tw_call call;
	static struct tw_offer offer = { .call = &call };
	const struct tw_policy *policy = member->pool->policy;
	const struct tw_end end = { .outcome = TW_OUTCOME_ANSWERED,
				    .now = b->now };

	offer.offered = offer.answered = b->now - 100;
	if (policy->answered)
		policy->answered(member, &offer);
	if (policy->ends)
		policy->ends(member, &offer, &end);
	tw__target_was_used(target, member->pool, TW_USE_CALL, b->now);
	tw__target_let_go(b->engine, target);
	b->engine->freed = b->engine->freed_last = NULL;
	target->is_freed = false;
}

static double bare_ns(uint32_t policy, uint32_t n, uint32_t busy, long rounds)
{
	static struct bench b;
	static uint32_t who[N_MAX];
	int64_t start;
	uint32_t i, at;
	long r;

	build(&b, policy, n, TW_STEP_RING);
	shuffle(who, n, &b.draw);
	for (i = n; i > 0; --i) {
		struct tw_member *m = b.engine->pool[0]->member[who[i - 1]];

		b.talking[i - 1].member = m;
		b.talking[i - 1].target = m->target;
		tw__target_hold(b.engine, m->target);
		if (i > busy) {
			++b.now;
			bare_end(&b, m, m->target);
		}
	}
	b.talks = busy;
	start = clock_ns();
	for (r = 0; r < rounds; ++r) {
		b.engine->now = ++b.now;
		at = draw(&b.draw, b.talks);
		bare_end(&b, b.talking[at].member, b.talking[at].target);
		b.talking[at].member = bare_pick(&b);
		b.talking[at].target = b.talking[at].member->target;
	}
	start = clock_ns() - start;
	tw_engine_free(b.engine);
	return (double)start / (double)rounds;
}

/* A call arrives; who is offered it answers. */
static void arrive(struct bench *b, uint32_t at, tw_error *err)
{
	tw_decision d = TW_DECISION_INIT;
	tw_offer_id offer = { 0 };

	need(tw_call_enter(&b->call[at], b->engine, b->plan, b->now, err),
	     err);
	while (tw_engine_next(&d, b->engine, err) == TW_OK) {
		if (d.kind == TW_DECISION_OFFER)
			offer = d.offer;
	}
	need(tw_offer_answered(b->engine, offer, b->now, err), err);
}

static void depart(struct bench *b, uint32_t at, tw_error *err)
{
	tw_offer_event e = TW_OFFER_EVENT_INIT;

	need(tw_call_leave(b->engine, b->call[at], b->now, err), err);
	while (tw_engine_next_event(&e, b->engine, err) == TW_OK)
		;
}

static double whole_ns(uint32_t policy, uint32_t n, uint32_t busy,
		       long rounds)
{
	static struct bench b;
	tw_error err = TW_ERROR_INIT;
	long r, warm = n < 10000 ? 2 * (long)n : 20000;
	int64_t start = 0;
	uint32_t at;

	build(&b, policy, n, TW_STEP_RING);
	for (; b.talks < busy; ++b.talks)
		arrive(&b, b.talks, &err);
	for (r = -warm; r < rounds; ++r) {   /* until it is any who is busy */
		if (!r)
			start = clock_ns();
		++b.now;
		at = draw(&b.draw, b.talks);
		depart(&b, at, &err);
		arrive(&b, at, &err);
	}
	start = clock_ns() - start;
	tw_engine_free(b.engine);
	return (double)start / (double)rounds;
}

/* ---- tables ---- */

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void row(uint32_t policy, uint32_t n, double part, long rounds)
{
	double scan[TURNS], bare[TURNS], whole[TURNS];
	uint32_t busy = (uint32_t)(n * part);
	long few = rounds;
	int i;

	if (busy >= n)
		busy = n - 1;
	if (n >= 1000)
		few = rounds / (n / 100) + 1;
	for (i = 0; i < TURNS; ++i) {   /* medians, interleaved */
		scan[i] = scan_ns(policy, n, busy, few);
		bare[i] = bare_ns(policy, n, busy, rounds);
		whole[i] = whole_ns(policy, n, busy, rounds);
	}
	qsort(scan, TURNS, sizeof(*scan), compare);
	qsort(bare, TURNS, sizeof(*bare), compare);
	qsort(whole, TURNS, sizeof(*whole), compare);
	printf("%-16s %7u %7.2f%% %11.1f %9.1f %9.4f %9.1f\n",
	       tw__policy_by_id(policy)->name, (unsigned)n, 100 * part,
	       scan[TURNS / 2], bare[TURNS / 2],
	       bare[TURNS / 2] / scan[TURNS / 2], whole[TURNS / 2]);
	fflush(stdout);
}

static double bytes_used(void)
{
	const struct mallinfo2 m = mallinfo2();

	return (double)m.uordblks + (double)m.hblkhd;
}

/* Calls that wait in line: bytes each, and what one costs. */
static void waiting(uint32_t calls)
{
	static struct bench b;
	tw_error err = TW_ERROR_INIT;
	tw_decision d = TW_DECISION_INIT;
	const tw_target_id t = { 1 };
	double before, bytes;
	int64_t enter, serve;
	tw_call_id id;
	uint32_t i;

	build(&b, TW_POLICY_LONGEST_IDLE, 1, TW_STEP_QUEUE);
	need(tw_target_occupy(b.engine, t, b.now, &err), &err);
	before = bytes_used();
	enter = clock_ns();
	for (i = 0; i < calls; ++i) {
		need(tw_call_enter(&id, b.engine, b.plan, b.now + i, &err),
		     &err);
		while (tw_engine_next(&d, b.engine, &err) == TW_OK)
			;
	}
	enter = clock_ns() - enter;
	bytes = bytes_used() - before;
	b.now += calls;
	need(tw_target_release(b.engine, t, b.now, &err), &err);
	serve = clock_ns();
	for (i = 0; i < calls / 2; ++i) {
		tw_offer_id offer = { 0 };

		while (tw_engine_next(&d, b.engine, &err) == TW_OK) {
			if (d.kind != TW_DECISION_OFFER)
				continue;
			offer = d.offer;
			b.call[0] = d.call;
		}
		need(tw_offer_answered(b.engine, offer, b.now, &err), &err);
		depart(&b, 0, &err);
	}
	serve = clock_ns() - serve;
	tw_engine_free(b.engine);
	printf("%u waiting calls: %.0f bytes each; to enter %.0f ns, to serve "
	       "the first %.0f ns\n", (unsigned)calls, bytes / calls,
	       (double)enter / calls, (double)serve / (calls / 2));
}

static void members(uint32_t n)
{
	static struct bench b;
	double one, all;
	size_t k;

	printf("bytes for a member and its target:");
	for (k = 0; k < TW_ARRAY_COUNT(policies); ++k) {
		one = bytes_used();
		build(&b, policies[k], n, TW_STEP_RING);
		all = bytes_used() - one;
		tw_engine_free(b.engine);
		printf(" %s %.0f", tw__policy_by_id(policies[k])->name,
		       all / n);
	}
	printf("\n");
}

int main(int argc, char **argv)
{
	static const uint32_t sizes[] = { 3, 10, 30, 1000, N_MAX };
	static const double parts[] = { 0.5, 0.95, 0.9999 };
	long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
	long most = argc > 2 ? strtol(argv[2], NULL, 10) :
		rounds < 10000 ? 1000 : N_MAX;
	size_t k, i, j;

	if (rounds < 1 || most < 3) {
		fprintf(stderr, "usage: bench_distribution [rounds "
			"[members at most]]\n");
		return 2;
	}
	printf("%-16s %7s %8s %11s %9s %9s %9s\n", "policy", "members",
	       "busy", "scan ns", "bare ns", "ratio", "whole ns");
	for (k = 0; k < TW_ARRAY_COUNT(policies); ++k) {
		for (i = 0; i < TW_ARRAY_COUNT(sizes); ++i) {
			for (j = 0; j < TW_ARRAY_COUNT(parts); ++j) {
				if (sizes[i] <= (uint32_t)most)
					row(policies[k], sizes[i], parts[j],
					    rounds);
			}
		}
	}
	members(most < N_MAX ? (uint32_t)most : N_MAX);
	waiting(rounds >= 100000 ? 1000000 : 10000);
	return 0;
}
