/*
 * Trunk reservation: the last lines are for one's own calls. One number, the
 * lines taken, is the whole state while both kinds last equally long; x is
 * the share of its last state among the states so far, as in Erlang B, and
 * shut the share of those that take no overflow.
 */
#include "planning.h"

static tw_status check(double own, double overflow, uint32_t lines,
		       uint32_t reserve, tw_error *err)
{
	tw_status status = tw__load_check("own_load", own, err);

	if (!status)
		status = tw__load_check("overflow_load", overflow, err);
	if (!status)
		status = tw__lines_check("lines", lines, err);
	if (!status && reserve > lines)
		status = tw__fail_at(err, TW_EINVAL, 0, "reserve", "is more "
				     "than the lines; 0 to all of them");
	return status;
}

tw_status tw_reservation(double *own, double *overflow, double own_load,
			 double overflow_load, uint32_t lines,
			 uint32_t reserve, tw_error *err)
{
	double x = 1, shut = lines == reserve ? 1 : 0, load;
	tw_status status;
	uint32_t i;

	if (!own || !overflow)
		return tw__fail(err, TW_EINVAL, "nowhere to put the figures");
	status = check(own_load, overflow_load, lines, reserve, err);
	if (status)
		return status;
	for (i = 1; i <= lines; ++i) {
		/* state i is entered while lines - i + 1 are free */
		load = own_load;
		if (lines - i + 1 > reserve)
			load += overflow_load;
		x = tw__erlang_b_next(x, load, i);
		if (lines - i <= reserve)
			shut = shut * (1 - x) + x;
	}
	*own = x;
	*overflow = shut;
	return TW_OK;
}
