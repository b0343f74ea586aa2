/**
 * @file src/rating/period.c  Months, weeks and days of a zone
 *
 * Decides between which instants the period lies that holds another one.
 * Refuses to know what is counted by periods: bundles, tiers and dated rates
 * of exchange are.
 */
#include <string.h>
#include "base/base.h"
#include "base/calendar.h"
#include <trunkwise/bundle.h>

struct span {
	tw_time from, to;
};

tw_status tw_period_parse(uint32_t *out, const char *name, tw_error *err)
{
	static const char *const names[] = { "month", "week", "day" };

	for (uint32_t i = 0; name && out && i < TW_ARRAY_COUNT(names); i++) {
		if (strcmp(names[i], name) == 0) {
			*out = i + 1;
			return TW_OK;
		}
	}
	return tw__fail_at(err, TW_EPARSE, 0, "period", "'%.40s' is none; "
			   "write month, week or day", name ? name : "");
}

static tw_status midnight(tw_time *out, const tw_zone *zone, int64_t day)
{
	tw_civil civil = { 0 };

	tw__civil_from_days(&civil.year, &civil.month, &civil.day, day);
	return tw_zone_instant(out, zone, &civil, NULL);
}

/* Days of the period of a local date: [first, next). */
static void period_days(int64_t *first, int64_t *next, uint32_t period,
			const tw_civil *civil)
{
	int64_t day = tw__days_from_civil(civil->year, civil->month,
					  civil->day);

	*first = day;
	*next = day + 1;
	if (period == TW_PERIOD_WEEK) {
		*first = day - civil->weekday;
		*next = *first + 7;
	}
	else if (period == TW_PERIOD_MONTH) {
		*first = day - civil->day + 1;
		*next = *first + tw__month_days(civil->year, civil->month);
	}
}

static tw_status find_range(struct span *out, uint32_t period,
			    const tw_zone *zone, tw_time at)
{
	int64_t first, next;
	tw_civil civil;
	tw_status status;

	tw_zone_local(&civil, zone, at);
	period_days(&first, &next, period, &civil);
	status = midnight(&out->from, zone, first);
	if (!status)
		status = midnight(&out->to, zone, next);
	/* a clock that is set back over midnight shows the old date once
	 * more; the new period has begun all the same */
	if (status || at < out->to)
		return status;
	tw__civil_from_days(&civil.year, &civil.month, &civil.day, next);
	civil.weekday = tw__weekday(next);
	period_days(&first, &next, period, &civil);
	status = midnight(&out->from, zone, first);
	return status ? status : midnight(&out->to, zone, next);
}

tw_status tw_period_range(tw_time *out_from, tw_time *out_to,
			  uint32_t period, const tw_zone *zone, tw_time at,
			  tw_error *err)
{
	struct span span;

	if (!out_from || !out_to || period < TW_PERIOD_MONTH ||
	    period > TW_PERIOD_DAY)
		return tw__fail(err, TW_EINVAL, "a period is a month, a week "
				"or a day, and its ends need a place");
	if (find_range(&span, period, zone, at) || at < span.from ||
	    at >= span.to)
		return tw__fail_at(err, TW_ERANGE, 0, "answer", "its period "
				   "reaches beyond the years 1..9999");
	*out_from = span.from;
	*out_to = span.to;
	return TW_OK;
}
