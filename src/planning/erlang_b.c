/*
 * Erlang B and its inverses. The recursion over the lines, not the sums of
 * powers and factorials in textbooks: those overflow at 170 lines.
 */
#include "planning.h"

#include <math.h>

#define ROUNDS 100

double tw__erlang_b(double load, uint32_t lines)
{
	double b = 1;
	uint32_t i;

	for (i = 1; i <= lines && b >= TW_SHARE_MIN; ++i)
		b = tw__erlang_b_next(b, load, i);
	return b >= TW_SHARE_MIN ? b : 0;
}

tw_status tw_erlang_b(double *out, double load, uint32_t lines, tw_error *err)
{
	tw_status status;

	if (!out)
		return tw__fail(err, TW_EINVAL, "nowhere to put the figure");
	status = tw__load_check("load", load, err);
	if (!status)
		status = tw__lines_check("lines", lines, err);
	if (!status)
		*out = tw__erlang_b(load, lines);
	return status;
}

tw_status tw_erlang_b_lines(uint32_t *out, double load, double loss,
			    tw_error *err)
{
	tw_status status;
	uint32_t lines = 0;
	double b = 1;

	if (!out)
		return tw__fail(err, TW_EINVAL, "nowhere to put the figure");
	status = tw__load_check("load", load, err);
	if (!status)
		status = tw__share_check("loss", loss, err);
	if (status)
		return status;
	while (b > loss) {
		if (lines == TW_PLANNING_MAX)
			return tw__fail(err, TW_ERANGE, "even %u lines lose "
				"more than %g of %g erlang", TW_PLANNING_MAX,
				loss, load);
		b = tw__erlang_b_next(b, load, ++lines);
	}
	*out = lines;
	return TW_OK;
}

/* Newton on ln B, whose slope is lines / load - 1 + B, kept between a load
 * that loses too little and one that loses too much. The first such are by
 * B <= load^lines / lines!, with (lines / e)^lines for the factorial, and by
 * load (1 - B) <= lines: nobody carries more than one call. */
tw_status tw_erlang_b_load(double *out, uint32_t lines, double loss,
			   tw_error *err)
{
	double low, high, load, next, b;
	tw_status status;
	int i;

	if (!out)
		return tw__fail(err, TW_EINVAL, "nowhere to put the figure");
	status = tw__share_check("loss", loss, err);
	if (!status)
		status = tw__lines_check("lines", lines, err);
	if (status)
		return status;
	if (!lines)
		return tw__fail_at(err, TW_EINVAL, 0, "lines", "is 0; no "
				   "line loses every call");
	low = exp(log(loss) / lines + log(lines) - 1);
	high = lines / (1 - loss);
	load = low;
	for (i = 0; i < ROUNDS && high - low > 1e-15 * high; ++i) {
		b = tw__erlang_b(load, lines);
		if (b > loss)
			high = load;
		else
			low = load;
		next = load - log(b / loss) / (lines / load - 1 + b);
		if (!(next > low && next < high))
			next = sqrt(low) * sqrt(high);
		if (fabs(next - load) <= 1e-16 * load)
			break;
		load = next;
	}
	*out = load;
	return TW_OK;
}
