/*
 * What flows over: mean and variance of the lines it would occupy if there
 * were no end of them. They tell how much worse than fresh calls it is for
 * the group that has to take it.
 */
#include "planning.h"

tw_status tw_overflow(double *mean, double *variance, double load,
		      uint32_t lines, tw_error *err)
{
	tw_status status;
	double b, m, carried;

	if (!mean || !variance)
		return tw__fail(err, TW_EINVAL, "nowhere to put the figures");
	status = tw__load_check("load", load, err);
	if (!status)
		status = tw__lines_check("lines", lines, err);
	if (status)
		return status;
	b = tw__erlang_b(load, lines);
	m = load * b;
	carried = load - m;
	*mean = m;
	*variance = lines ? m * (1 - m + load / (lines + 1 - carried)) : load;
	return TW_OK;
}
