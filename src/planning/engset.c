/*
 * Few callers: who is in a call makes none, so the more lines are taken, the
 * fewer calls come. What a call meets is the state without its own caller,
 * which is why sources - n stands here where the share of time would have
 * sources - n + 1.
 */
#include "planning.h"

tw_status tw_engset(double *out, uint32_t sources, double load,
		    uint32_t lines, tw_error *err)
{
	tw_status status;
	double e = 1, come;
	uint32_t i;

	if (!out)
		return tw__fail(err, TW_EINVAL, "nowhere to put the figure");
	status = tw__load_check("load", load, err);
	if (!status)
		status = tw__lines_check("sources", sources, err);
	if (!status)
		status = tw__lines_check("lines", lines, err);
	if (!status && !sources)
		status = tw__fail_at(err, TW_EINVAL, 0, "sources", "is 0; "
				     "somebody must call");
	if (status)
		return status;
	for (i = 1; i <= lines && e >= TW_SHARE_MIN; ++i) {
		if (i >= sources) {
			e = 0;       /* a line for everybody */
			break;
		}
		come = (sources - i) * load * e;
		e = come / (i + come);
	}
	*out = e >= TW_SHARE_MIN ? e : 0;
	return TW_OK;
}
