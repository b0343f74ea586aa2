/*
 * Erlang A: who waits gives up after an exponential time. The states are
 * added up outwards from "all servers busy, nobody waits", each by its ratio
 * to the one before; what lies below that state is 1 / B, by Erlang B.
 *
 * Who finds k before him waits for k + 1 departures, at the rates servers +
 * j * hold / patience, j = 0..k. The sum of such times is -ln U with U from
 * a Beta(c, k + 1), c = servers * patience / hold, in units of patience. So
 * the chance to be served within t is c / (c + k + 1) times the chance that
 * a Beta(c + 1, k + 1) lies above x = e^-t, and that one comes from the one
 * for k - 1 by one term: no integration is needed.
 */
#include "planning.h"

#include <math.h>

#define STATES_MAX 4000000u
#define TINY       1e-17      /* what is left out, to what was added */
#define BIG        0x1p512

struct sums {
	double ratio;              /* hold / patience */
	double c;
	double below;              /* states without waiting, 1 / B - 1 */
	double waiting;            /* states where a call would wait */
	double line;               /* their callers in line */
	double in_time;            /* their calls served within the time */
};

/* I_x(c + 1, k + 1) by k. The next term times 2^exponent is added: a term
 * starts far below what a double holds where servers are many. */
struct beta {
	double a, grow;            /* c + 1; 1 - x */
	double sum;
	double term;
	long exponent;
	double b;                  /* k + 1 */
};

static void beta_start(struct beta *beta, double c, double t)
{
	double log2_first = -(c + 1) * t / log(2.0), whole;

	beta->a = c + 1;
	beta->b = 1;
	beta->grow = -expm1(-t);
	beta->sum = exp(-(c + 1) * t);
	whole = log2_first < -1e15 ? -1e15 : floor(log2_first);
	beta->exponent = (long)whole;
	beta->term = exp2(log2_first - whole) * beta->a * beta->grow;
}

static void beta_next(struct beta *beta)
{
	if (beta->sum >= 1)
		return;
	if (beta->exponent > -1200)
		beta->sum += ldexp(beta->term, (int)beta->exponent);
	if (beta->sum > 1)
		beta->sum = 1;
	beta->term *= beta->grow * (beta->a + beta->b) / (beta->b + 1);
	beta->b += 1;
	if (beta->term > BIG) {
		beta->term /= BIG;
		beta->exponent += 512;
	} else if (beta->term < 1 / BIG) {
		beta->term *= BIG;
		beta->exponent -= 512;
	}
}

static void shrink(struct sums *sums, double *p)
{
	*p /= BIG;
	sums->below /= BIG;
	sums->waiting /= BIG;
	sums->line /= BIG;
	sums->in_time /= BIG;
}

/* p is the state with k in line, r its ratio to the next: is all that comes
 * after it too little to be seen? */
static bool is_end(const struct sums *sums, double p, double k, double r)
{
	double rest;

	if (!(r < 1))
		return false;
	rest = p * r / (1 - r);
	return rest * (k + 1 + 1 / (1 - r)) <= TINY * sums->line &&
		rest <= TINY * (sums->below + sums->waiting);
}

static bool add_up(struct sums *sums, const tw_staffing *s, double b)
{
	struct beta beta;
	double p = 1, r;
	uint32_t k;

	sums->ratio = s->hold_s / s->patience_s;
	sums->c = s->servers / sums->ratio;
	sums->below = (1 - b) / b;
	beta_start(&beta, sums->c, s->within_s / s->patience_s);
	for (k = 0; k < STATES_MAX; ++k) {
		sums->waiting += p;
		sums->line += k * p;
		sums->in_time += p * sums->c / (sums->c + k + 1) *
			(1 - beta.sum);
		r = s->load / (s->servers + (k + 1) * sums->ratio);
		if (k && is_end(sums, p, k, r))
			return true;
		p *= r;
		beta_next(&beta);
		if (p > BIG)
			shrink(sums, &p);
	}
	return false;
}

static tw_status compute(tw_waiting *out, const tw_staffing *s, tw_error *err)
{
	struct sums sums = { 0 };
	double b = tw__erlang_b(s->load, s->servers), all;

	*out = (tw_waiting)TW_WAITING_INIT;
	out->service_level = 1;
	if (b == 0)                /* nobody ever waits */
		return TW_OK;
	if (!add_up(&sums, s, b))
		return tw__fail_at(err, TW_ERANGE, 0, "patience_s", "%g s at "
			"%g erlang make a line of millions; give less, or "
			"use Erlang C", s->patience_s, s->load);
	all = sums.below + sums.waiting;
	out->wait_probability = sums.waiting / all;
	out->in_line = sums.line / all;
	out->asa_s = out->in_line / s->load * s->hold_s;
	out->abandonment = out->in_line / s->load * sums.ratio;
	out->service_level = (sums.below + sums.in_time) / all;
	return TW_OK;
}

static tw_status read(tw_staffing *s, const tw_staffing *in,
		      bool with_servers, tw_error *err)
{
	tw_status status = tw__staffing_read(s, in, with_servers, err);

	return status ? status : tw__seconds_check("patience_s",
						   s->patience_s, false, err);
}

tw_status tw_erlang_a(tw_waiting *out, const tw_staffing *in, tw_error *err)
{
	tw_staffing s;
	tw_waiting w;
	tw_status status = read(&s, in, true, err);

	if (!status)
		status = compute(&w, &s, err);
	return status ? status : tw__waiting_write(out, &w, err);
}

struct goal {
	double service_level, abandonment;     /* 0: not asked */
};

static tw_status is_enough(bool *out, tw_staffing *s, uint32_t servers,
			   const struct goal *goal, tw_error *err)
{
	tw_status status;
	tw_waiting w;

	s->servers = servers;
	status = compute(&w, s, err);
	if (!status)
		*out = w.service_level >= goal->service_level &&
			(!goal->abandonment ||
			 w.abandonment <= goal->abandonment);
	return status;
}

/* Servers serve no more than themselves, and what is not served in the end
 * is not served in time: fewer than this need not be tried. */
static uint32_t least(const tw_staffing *s, const struct goal *goal)
{
	double share = goal->service_level, n;

	if (goal->abandonment && 1 - goal->abandonment > share)
		share = 1 - goal->abandonment;
	n = floor(s->load * share);
	return n < 1 ? 1 : (uint32_t)n;
}

/* From the least on by steps that double, then by halves. */
static tw_status search(uint32_t *out, tw_staffing *s,
			const struct goal *goal, tw_error *err)
{
	uint32_t low = least(s, goal) - 1, high = low + 1, step = 1;
	bool enough = false;
	tw_status status;

	for (;;) {
		status = is_enough(&enough, s, high, goal, err);
		if (status || enough)
			break;
		if (high == TW_PLANNING_MAX)
			return tw__fail(err, TW_ERANGE, "even %u servers are "
					"not enough", TW_PLANNING_MAX);
		low = high;
		high += step;
		step *= 2;
		if (high > TW_PLANNING_MAX)
			high = TW_PLANNING_MAX;
	}
	while (!status && high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		status = is_enough(&enough, s, mid, goal, err);
		if (enough)
			high = mid;
		else
			low = mid;
	}
	if (!status)
		*out = high;
	return status;
}

tw_status tw_erlang_a_servers(uint32_t *out, const tw_staffing *in,
			      double service_level, double abandonment,
			      tw_error *err)
{
	struct goal goal = { service_level, abandonment };
	tw_staffing s;
	tw_status status;

	if (!out)
		return tw__fail(err, TW_EINVAL, "nowhere to put the figure");
	status = read(&s, in, false, err);
	if (!status && (service_level != 0 || abandonment == 0))
		status = tw__share_check("service_level", service_level, err);
	if (!status && abandonment != 0)
		status = tw__share_check("abandonment", abandonment, err);
	return status ? status : search(out, &s, &goal, err);
}
