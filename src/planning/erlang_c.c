/*
 * Erlang C: everybody waits as long as it takes. From Erlang B, so that no
 * factorial appears; servers less load is written first, where it is exact,
 * for near a full load all depends on it.
 */
#include "planning.h"

#include <math.h>

/* b: Erlang B of the same load and servers, which are more than the load. */
static void compute(tw_waiting *out, const tw_staffing *s, uint32_t servers,
		    double b)
{
	double spare = servers - s->load;
	double c = servers * b / (spare + s->load * b);

	*out = (tw_waiting)TW_WAITING_INIT;
	out->wait_probability = c;
	out->asa_s = c * s->hold_s / spare;
	out->service_level = 1 - c * exp(-spare * s->within_s / s->hold_s);
	out->in_line = c * s->load / spare;
}

tw_status tw_erlang_c(tw_waiting *out, const tw_staffing *in, tw_error *err)
{
	tw_waiting w;
	tw_staffing s;
	tw_status status = tw__staffing_read(&s, in, true, err);

	if (status)
		return status;
	if (!(s.servers > s.load))
		return tw__fail_at(err, TW_EINVAL, 0, "servers", "%u cannot "
			"serve %g erlang: the line would grow for ever; give "
			"at least %.0f", s.servers, s.load,
			floor(s.load) + 1);
	compute(&w, &s, s.servers, tw__erlang_b(s.load, s.servers));
	return tw__waiting_write(out, &w, err);
}

tw_status tw_erlang_c_servers(uint32_t *out, const tw_staffing *in,
			      double service_level, tw_error *err)
{
	tw_status status;
	tw_staffing s;
	tw_waiting w;
	uint32_t i;
	double b = 1;

	if (!out)
		return tw__fail(err, TW_EINVAL, "nowhere to put the figure");
	status = tw__staffing_read(&s, in, false, err);
	if (!status)
		status = tw__share_check("service_level", service_level, err);
	if (status)
		return status;
	for (i = 1; i <= TW_PLANNING_MAX; ++i) {
		b = tw__erlang_b_next(b, s.load, i);
		if (!(i > s.load))
			continue;
		compute(&w, &s, i, b);
		if (w.service_level >= service_level) {
			*out = i;
			return TW_OK;
		}
	}
	return tw__fail(err, TW_ERANGE, "even %u servers answer less than %g "
			"of %g erlang within %g s", TW_PLANNING_MAX,
			service_level, s.load, s.within_s);
}
