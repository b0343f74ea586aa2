/*
 * The real engine under a virtual clock, against the closed forms of
 * teletraffic: Poisson arrivals, exponential talks, answers in no time, 30
 * seeds a row. A form must lie in the 99.9 % interval of the seeds' means,
 * and the interval must be narrow enough to tell a wrong policy.
 *
 * Loss: Erlang B; the j-th member of a linear hunt carries
 * A (B(A,j-1) - B(A,j)), of the other policies A (1 - B) / N; what overflows
 * has the mean and variance of Kosten. Delay: the engine has no queue, so
 * the host keeps the line and lets a call enter again when a target comes
 * free; Erlang C and the average wait must come out.
 */
#include "host.h"

#define SEEDS   30
#define T_999   3.6594          /* Student's t, 29 degrees, two-sided */
#define HOLD_S  180.0
#define N_MAX   20
#define SLOTS   512

struct talk {
	double end_s;
	tw_call_id call;
	bool is_overflow;
};

struct sim {
	struct host h;
	uint64_t random;
	tw_plan_id plan;
	uint32_t servers;
	struct talk talk[SLOTS];
	uint32_t talks, overflowing;
	double now_s, from_s;
	double busy_s[N_MAX];            /* by member, after the warm-up */
	double overflow_1, overflow_2;   /* integrals of n and n * n */
	unsigned long lost;
	bool is_warm;
};

/* ---- chance ---- */

static double uniform(struct sim *s)
{
	uint64_t z = s->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

/* Mean 1, by von Neumann's comparison of uniforms: exact, no logarithm. */
static double exponential(struct sim *s)
{
	double whole = 0, first, last, next;
	unsigned n;

	for (;; whole += 1) {
		first = last = uniform(s);
		for (n = 1; (next = uniform(s)) < last; ++n)
			last = next;
		if (n & 1)
			return whole + first;
	}
}

/* ---- closed forms ---- */

static double erlang_b(double a, uint32_t n)
{
	double b = 1;
	uint32_t i;

	for (i = 1; i <= n; ++i)
		b = a * b / (i + a * b);
	return b;
}

static double erlang_c(double a, uint32_t n)
{
	double b = erlang_b(a, n);

	return n * b / (n - a * (1 - b));
}

/* ---- verdicts ---- */

static void inside(const char *what, const double x[SEEDS], double form,
		   double width)
{
	double mean = 0, var = 0, reach;
	int i;

	for (i = 0; i < SEEDS; ++i)
		mean += x[i] / SEEDS;
	for (i = 0; i < SEEDS; ++i)
		var += (x[i] - mean) * (x[i] - mean) / (SEEDS - 1);
	reach = T_999 * T_999 * var / SEEDS;
	if ((mean - form) * (mean - form) > reach)
		fail_msg("%s: %.5f is not %.5f", what, mean, form);
	if (reach > width * width * form * form)
		fail_msg("%s: interval too wide to tell anything", what);
}

static double jain(const double *x, uint32_t n)
{
	double sum = 0, squares = 0;
	uint32_t i;

	for (i = 0; i < n; ++i) {
		sum += x[i];
		squares += x[i] * x[i];
	}
	return sum * sum / (n * squares);
}

/* ---- the simulated host ---- */

static void set_time(struct sim *s, double at_s)
{
	double passed = at_s - s->now_s;

	if (s->is_warm) {
		s->overflow_1 += passed * s->overflowing;
		s->overflow_2 += passed * s->overflowing * s->overflowing;
	}
	s->now_s = at_s;
	s->h.now = T0 + (tw_time)(at_s * 1e6);
}

static void start(struct sim *s, uint64_t seed, uint32_t policy,
		  uint32_t servers, bool with_overflow)
{
	tw_target_id t[N_MAX];
	tw_pool_id pool;

	memset(s, 0, sizeof(*s));
	host_open(&s->h, 0);
	s->random = seed * 0x2545f4914f6cdd1du;
	s->servers = servers;
	pool = host_line(&s->h, policy, servers, 0, t);
	s->plan = host_plan(&s->h, "plan");
	host_ring(&s->h, s->plan, pool, 20000);
	if (with_overflow) {
		pool = host_pool(&s->h, "everybody else", TW_POLICY_LINEAR,
				 0);
		host_member(&s->h, pool, host_target(&s->h, "endless", 1000,
						     0), 0, 1);
		host_ring(&s->h, s->plan, pool, 20000);
	}
}

static void skip_events(struct sim *s)
{
	tw_offer_event e = TW_OFFER_EVENT_INIT;

	while (tw_engine_next_event(&e, s->h.engine, NULL) == TW_OK)
		;
}

static void talk(struct sim *s, const tw_decision *d)
{
	double time_s = HOLD_S * exponential(s);
	struct talk *t = &s->talk[s->talks++];

	assert_true(s->talks <= SLOTS);
	t->end_s = s->now_s + time_s;
	t->call = d->call;
	t->is_overflow = d->target.id > s->servers;
	if (t->is_overflow)
		++s->overflowing;
	else if (s->is_warm)
		s->busy_s[d->target.id - 1] += time_s;
	assert_int_equal(tw_offer_answered(s->h.engine, d->offer, s->h.now,
					   NULL), TW_OK);
}

/* One of those that ring answers at once, with equal chances. */
static bool enter(struct sim *s)
{
	tw_decision d = TW_DECISION_INIT, taken = TW_DECISION_INIT;
	tw_call_id call;
	unsigned offers = 0;

	assert_int_equal(tw_call_enter(&call, s->h.engine, s->plan, s->h.now,
				       NULL), TW_OK);
	while (tw_engine_next(&d, s->h.engine, NULL) == TW_OK) {
		if (d.kind == TW_DECISION_OFFER &&
		    uniform(s) * ++offers < 1)
			taken = d;
	}
	if (offers)
		talk(s, &taken);
	while (tw_engine_next(&d, s->h.engine, NULL) == TW_OK)
		assert_int_equal(d.outcome, TW_OUTCOME_LOST_RACE);
	skip_events(s);
	return offers > 0;
}

static struct talk *first_to_end(struct sim *s)
{
	struct talk *first = NULL;
	uint32_t i;

	for (i = 0; i < s->talks; ++i) {
		if (!first || s->talk[i].end_s < first->end_s)
			first = &s->talk[i];
	}
	return first;
}

static void hang_up(struct sim *s, struct talk *t)
{
	set_time(s, t->end_s);
	assert_int_equal(tw_call_leave(s->h.engine, t->call, s->h.now, NULL),
			 TW_OK);
	s->overflowing -= t->is_overflow;
	*t = s->talk[--s->talks];
	skip_events(s);
}

/* ---- loss ---- */

struct loss {
	uint32_t policy;
	double a;
	uint32_t n;
	double b;                  /* as tabulated; the form must agree */
	bool with_overflow;
};

static const struct loss losses[] = {
	{ TW_POLICY_ALL,          2,   3,  0.2105263158, false },
	{ TW_POLICY_LINEAR,       2,   3,  0.2105263158, true },
	{ TW_POLICY_ROUND_ROBIN,  2,   3,  0.2105263158, false },
	{ TW_POLICY_LONGEST_IDLE, 2,   3,  0.2105263158, true },
	{ TW_POLICY_ALL,          1,   1,  0.5000000000, false },
	{ TW_POLICY_ROUND_ROBIN,  1,   2,  0.2000000000, false },
	{ TW_POLICY_LONGEST_IDLE, 0.5, 2,  0.0769230769, false },
	{ TW_POLICY_LINEAR,       1.2, 3,  0.0897755611, false },
	{ TW_POLICY_ALL,          3,   5,  0.1100543478, false },
	{ TW_POLICY_LINEAR,       5,   5,  0.2848678213, true },
	{ TW_POLICY_ROUND_ROBIN,  8,   10, 0.1216610643, true },
	{ TW_POLICY_ALL,          10,  10, 0.2145823431, true },
	{ TW_POLICY_LONGEST_IDLE, 20,  20, 0.1588919615, false },
};

#define LOSS_CALLS 12000

/* x: blocking, overflow's mean and second moment, load of each member */
static void run_loss(double *x, const struct loss *row, uint64_t seed)
{
	unsigned long calls = 0, warm = 100 + (unsigned long)(20 * row->a);
	struct sim s;
	double next_s = 0;
	uint32_t i;

	start(&s, seed, row->policy, row->n, row->with_overflow);
	for (; calls < warm + LOSS_CALLS; ++calls) {
		struct talk *t;

		next_s += HOLD_S / row->a * exponential(&s);
		while ((t = first_to_end(&s)) && t->end_s <= next_s)
			hang_up(&s, t);
		set_time(&s, next_s);
		if (calls == warm) {
			s.is_warm = true;
			s.from_s = s.now_s;
		}
		i = s.overflowing;
		if ((!enter(&s) || s.overflowing > i) && s.is_warm)
			++s.lost;
	}
	host_check(s.h.engine);
	s.now_s -= s.from_s;
	x[0] = (double)s.lost / LOSS_CALLS;
	x[1] = s.overflow_1 / s.now_s;
	x[2] = s.overflow_2 / s.now_s;
	for (i = 0; i < row->n; ++i)
		x[3 + i] = s.busy_s[i] / s.now_s;
	host_close(&s.h);
}

static void check_loads(const struct loss *row, double x[][SEEDS])
{
	double even = row->a * (1 - row->b) / row->n, form;
	double sum[N_MAX] = { 0 };
	uint32_t i, j;

	for (i = 0; i < row->n; ++i) {
		form = row->policy == TW_POLICY_LINEAR ?
			row->a * (erlang_b(row->a, i) -
				  erlang_b(row->a, i + 1)) : even;
		inside("load", x[3 + i], form, 0.04);
		for (j = 0; j < SEEDS; ++j)
			sum[i] += x[3 + i][j];
	}
	if (row->policy == TW_POLICY_ROUND_ROBIN ||
	    row->policy == TW_POLICY_LONGEST_IDLE)
		assert_true(jain(sum, row->n) >= 0.999);
	if (row->policy == TW_POLICY_LINEAR)
		assert_true(jain(sum, row->n) < 0.99);
}

static void loss_and_overflow_agree_with_erlang_b(void **state)
{
	static double x[3 + N_MAX][SEEDS];
	double one[3 + N_MAX], m, v;
	size_t i, j, k;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(losses); ++i) {
		const struct loss *row = &losses[i];

		m = erlang_b(row->a, row->n) - row->b;
		assert_true(m < 1e-9 && m > -1e-9);
		for (j = 0; j < SEEDS; ++j) {
			run_loss(one, row, 1000 * i + j + 1);
			for (k = 0; k < 3 + row->n; ++k)
				x[k][j] = one[k];
		}
		inside("blocking", x[0], row->b, 0.05);
		check_loads(row, x);
		if (!row->with_overflow)
			continue;
		m = row->a * row->b;
		v = m * (1 - m + row->a / (row->n + 1 + m - row->a));
		inside("overflow, mean", x[1], m, 0.06);
		inside("overflow, square", x[2], v + m * m, 0.12);
	}
}

/* ---- delay ---- */

struct delay {
	double a;
	uint32_t n;
	double c;
	double asa_s;              /* for talks of 180 s */
};

static const struct delay delays[] = {
	{ 1,   2, 0.3333333333, 60.0000 },
	{ 0.5, 2, 0.1000000000, 12.0000 },
	{ 2,   3, 0.4444444444, 80.0000 },
	{ 1.2, 3, 0.1411764706, 14.1176 },
	{ 5,   7, 0.3241499492, 29.1735 },
};

#define DELAY_CALLS 32000
#define LINE_MAX    4096           /* a power of two */

struct line {
	double since_s[LINE_MAX];
	uint32_t head, count;
};

static void run_delay(double *c, double *asa_s, const struct delay *row,
		      uint64_t seed)
{
	unsigned long calls = 0, warm = 100 + (unsigned long)(20 * row->a);
	static struct line line;
	unsigned long waited = 0;
	double next_s = 0, wait_s = 0;
	struct sim s;

	memset(&line, 0, sizeof(line));
	start(&s, seed, TW_POLICY_LONGEST_IDLE, row->n, false);
	for (; calls < warm + DELAY_CALLS; ++calls) {
		struct talk *t;

		next_s += HOLD_S / row->a * exponential(&s);
		while ((t = first_to_end(&s)) && t->end_s <= next_s) {
			hang_up(&s, t);
			if (!line.count)
				continue;
			if (calls > warm)
				wait_s += s.now_s - line.since_s[line.head];
			line.head = (line.head + 1) & (LINE_MAX - 1);
			--line.count;
			assert_true(enter(&s));   /* the one that is free */
		}
		set_time(&s, next_s);
		if (enter(&s))
			continue;
		assert_true(line.count < LINE_MAX);
		line.since_s[(line.head + line.count++) & (LINE_MAX - 1)] =
			s.now_s;
		waited += calls >= warm;
	}
	host_check(s.h.engine);
	*c = (double)waited / DELAY_CALLS;
	*asa_s = wait_s / DELAY_CALLS;
	host_close(&s.h);
}

static void delay_agrees_with_erlang_c(void **state)
{
	double c[SEEDS], asa_s[SEEDS], form;
	size_t i, j;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(delays); ++i) {
		const struct delay *row = &delays[i];

		form = erlang_c(row->a, row->n);
		assert_true(form - row->c < 1e-9 && row->c - form < 1e-9);
		for (j = 0; j < SEEDS; ++j)
			run_delay(&c[j], &asa_s[j], row, 77000 + 100 * i + j);
		inside("P(wait)", c, row->c, 0.03);
		inside("average wait", asa_s, row->asa_s, 0.08);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loss_and_overflow_agree_with_erlang_b),
		cmocka_unit_test(delay_agrees_with_erlang_c),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
