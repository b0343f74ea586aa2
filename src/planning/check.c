/*
 * What is no load, number of lines, share or time, said by the field's name
 * before anything is computed. The negated comparisons are what also catches
 * a NaN, which is neither above nor below anything.
 */
#include "planning.h"

#include <inttypes.h>
#include <string.h>

#define SECONDS_MIN 1e-6

tw_status tw__load_check(const char *field, double load, tw_error *err)
{
	if (!(load >= 0))
		return tw__fail_at(err, TW_EINVAL, 0, field, "%g is no load; "
			"give erlang from 0 (calls an hour times their "
			"seconds / 3600)", load);
	if (!(load <= TW_PLANNING_MAX))
		return tw__fail_at(err, TW_ERANGE, 0, field, "%g erlang are "
			"more than %u", load, TW_PLANNING_MAX);
	return TW_OK;
}

tw_status tw__lines_check(const char *field, uint32_t lines, tw_error *err)
{
	if (lines > TW_PLANNING_MAX)
		return tw__fail_at(err, TW_ERANGE, 0, field, "%" PRIu32 " are "
			"more than %u", lines, TW_PLANNING_MAX);
	return TW_OK;
}

tw_status tw__share_check(const char *field, double share, tw_error *err)
{
	if (!(share > 0 && share < 1))
		return tw__fail_at(err, TW_EINVAL, 0, field, "%g is no share; "
			"give one between 0 and 1, 0.01 for 1 %%", share);
	if (share < TW_SHARE_MIN)
		return tw__fail_at(err, TW_ERANGE, 0, field, "%g is less than "
			"doubles tell well; give %g or more", share,
			TW_SHARE_MIN);
	return TW_OK;
}

tw_status tw__seconds_check(const char *field, double s, bool zero_is_fine,
			    tw_error *err)
{
	if (s == 0 && zero_is_fine)
		return TW_OK;
	if (!(s >= 0 && (s > 0 || zero_is_fine)))
		return tw__fail_at(err, TW_EINVAL, 0, field, "%g is no time; "
			"give seconds %s 0", s,
			zero_is_fine ? "from" : "above");
	if (!(s >= SECONDS_MIN && s <= TW_PLANNING_SECONDS_MAX))
		return tw__fail_at(err, TW_ERANGE, 0, field, "%g s is not "
			"between %g and %g", s, SECONDS_MIN,
			TW_PLANNING_SECONDS_MAX);
	return TW_OK;
}

tw_status tw__staffing_read(tw_staffing *out, const tw_staffing *in,
			    bool with_servers, tw_error *err)
{
	tw_status status = tw__import(out, sizeof(*out), in, err);

	if (!status)
		status = tw__load_check("load", out->load, err);
	if (!status)
		status = tw__seconds_check("hold_s", out->hold_s, false, err);
	if (!status)
		status = tw__seconds_check("within_s", out->within_s, true,
					   err);
	if (status || !with_servers)
		return status;
	if (!out->servers)
		return tw__fail_at(err, TW_EINVAL, 0, "servers", "is 0; "
			"give how many answer calls");
	return tw__lines_check("servers", out->servers, err);
}

tw_status tw__waiting_write(tw_waiting *out, const tw_waiting *waiting,
			    tw_error *err)
{
	uint32_t size;

	if (!out || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "no figures to fill; set them "
			"up with TW_WAITING_INIT");
	size = out->size;
	memcpy(out, waiting, size < sizeof(*out) ? size : sizeof(*out));
	out->size = size;
	return TW_OK;
}
