/**
 * @file src/accounts/report_period.c  Days, weeks and months of a report
 *
 * Decides which row of a report a day falls into, and how that row is named.
 * Weeks are those of ISO 8601: Monday to Sunday, and the year of a week is
 * that of its Thursday. Refuses to know clocks and zones: a day is already
 * the company's when it comes here.
 */
#include <stdio.h>
#include <string.h>
#include "base/calendar.h"
#include "report_period.h"
#include <trunkwise/report.h>

int64_t tw__month_add(int64_t month, int64_t count)
{
	int64_t n = month / 100 * 12 + month % 100 - 1 + count;

	return n / 12 * 100 + n % 12 + 1;
}

int64_t tw__month_span(int64_t from, int64_t to)
{
	return (to / 100 - from / 100) * 12 + to % 100 - from % 100 + 1;
}

static int64_t days_of(int64_t day)
{
	return tw__days_from_civil((int32_t)(day / 10000),
				   (int32_t)(day / 100 % 100),
				   (int32_t)(day % 100));
}

static int64_t day_of(int64_t days)
{
	int32_t year, month, day;

	tw__civil_from_days(&year, &month, &day, days);
	return (int64_t)year * 10000 + month * 100 + day;
}

static int64_t last_of(int64_t month)
{
	return month * 100 + tw__month_days((int32_t)(month / 100),
					    (int32_t)(month % 100));
}

int64_t tw__period_of(uint32_t per, int64_t day)
{
	if (per == TW_PER_RANGE)
		return 0;
	if (per == TW_PER_MONTH || day % 100 == 0)
		return day / 100;
	if (per == TW_PER_WEEK) {
		int64_t days = days_of(day);

		return day_of(days - tw__weekday(days));
	}
	return day;
}

static void day_text(char out[16], int64_t day)
{
	snprintf(out, 16, "%04d-%02d-%02d", (int)(day / 10000 % 10000),
		 (int)(day / 100 % 100), (int)(day % 100));
}

static void month_text(char out[16], int64_t month)
{
	snprintf(out, 16, "%04d-%02d", (int)(month / 100 % 10000),
		 (int)(month % 100));
}

static void week_text(char out[16], int64_t monday)
{
	int64_t thursday = days_of(monday) + 3;
	int64_t year = day_of(thursday) / 10000;
	int64_t first = tw__days_from_civil((int32_t)year, 1, 1);

	snprintf(out, 16, "%04d-W%02d", (int)(year % 10000),
		 (int)((thursday - first) / 7 + 1));
}

static void cover(struct tw__period_text *out, int64_t first, int64_t last)
{
	day_text(out->first, first);
	day_text(out->last, last);
}

void tw__period_text(struct tw__period_text *out, uint32_t per,
		     int64_t period, const int64_t months[2])
{
	int64_t first = months[0] * 100 + 1, last = last_of(months[1]);

	memset(out, 0, sizeof(*out));
	if (per == TW_PER_RANGE) {
		cover(out, first, last);
	} else if (period < 1000000) {
		month_text(out->name, period);
		cover(out, period * 100 + 1, last_of(period));
		out->whole_month = per != TW_PER_MONTH;
	} else if (per == TW_PER_DAY) {
		day_text(out->name, period);
		cover(out, period, period);
	} else {
		int64_t sunday = day_of(days_of(period) + 6);

		week_text(out->name, period);
		cover(out, period < first ? first : period,
		      sunday > last ? last : sunday);
	}
}
