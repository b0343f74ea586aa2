/*
 * How far the mean of a few runs may lie from the truth: Student's t. Its
 * quantile is found by halving, from the finite series for whole degrees of
 * freedom (Abramowitz and Stegun 26.7.3 and 26.7.4); a table would know only
 * the usual confidences.
 */
#include "planning.h"

#include <math.h>

/* The chance that |t| with so many degrees of freedom stays below t. */
static double within(double t, size_t degrees)
{
	double angle = atan(t / sqrt((double)degrees));
	double square = cos(angle) * cos(angle);
	bool is_odd = degrees & 1;
	double term = is_odd ? cos(angle) : 1, sum = 0;
	size_t i;

	for (i = is_odd ? 3 : 2; i <= degrees && term > 1e-20; i += 2) {
		sum += term;
		term *= square * (double)(i - 1) / (double)i;
	}
	sum *= sin(angle);
	return is_odd ? (angle + sum) * 2 / acos(-1) : sum;
}

static double quantile(double confidence, size_t degrees)
{
	double low = 0, high = 1, mid;
	int i;

	for (i = 0; i < 1000 && within(high, degrees) < confidence; ++i)
		high *= 2;
	for (i = 0; i < 100; ++i) {
		mid = low + (high - low) / 2;
		if (within(mid, degrees) < confidence)
			low = mid;
		else
			high = mid;
	}
	return high;
}

tw_status tw_mean_interval(double *mean, double *reach, const double *x,
			   size_t count, double confidence, tw_error *err)
{
	double m = 0, squares = 0;
	tw_status status;
	size_t i;

	if (!mean || !reach || !x || count < 2)
		return tw__fail(err, TW_EINVAL, "an interval needs two runs "
				"at least");
	status = tw__share_check("confidence", confidence, err);
	if (status)
		return status;
	for (i = 0; i < count; ++i)
		m += (x[i] - m) / (double)(i + 1);
	for (i = 0; i < count; ++i)
		squares += (x[i] - m) * (x[i] - m);
	*mean = m;
	*reach = quantile(confidence, count - 1) *
		sqrt(squares / (double)(count - 1) / (double)count);
	return TW_OK;
}
