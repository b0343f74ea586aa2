/**
 * @file src/base/calendar.c  Days and dates, proleptic Gregorian
 *
 * Decides which dates exist. Refuses to know zones and clocks. Years are
 * counted from March, so that the leap day is the last one of a year and no
 * table of month starts is needed.
 */
#include "calendar.h"

#define DAYS_400_YEARS 146097   /* one full Gregorian cycle */
#define EPOCH_FROM_MARCH 719468 /* 0000-03-01 to 1970-01-01 */

int64_t tw__floor_div(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

int64_t tw__days_from_civil(int32_t year, int32_t month, int32_t day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t cycle = tw__floor_div(y, 400);
	int64_t in_cycle = y - cycle * 400;
	int64_t from_march = (month + 9) % 12;
	int64_t in_year = (153 * from_march + 2) / 5 + day - 1;

	return cycle * DAYS_400_YEARS + in_cycle * 365 + in_cycle / 4 -
		in_cycle / 100 + in_year - EPOCH_FROM_MARCH;
}

void tw__civil_from_days(int32_t *year, int32_t *month, int32_t *day,
			 int64_t days)
{
	int64_t shifted = days + EPOCH_FROM_MARCH;
	int64_t cycle = tw__floor_div(shifted, DAYS_400_YEARS);
	int64_t d = shifted - cycle * DAYS_400_YEARS;
	int64_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	int64_t in_year = d - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * in_year + 2) / 153;

	*day = (int32_t)(in_year - (153 * m + 2) / 5 + 1);
	*month = (int32_t)(m < 10 ? m + 3 : m - 9);
	*year = (int32_t)(cycle * 400 + y + (*month <= 2));
}

int32_t tw__weekday(int64_t days)
{
	int64_t from_monday = days + 3;   /* 1970-01-01 was a Thursday */

	return (int32_t)(from_monday - 7 * tw__floor_div(from_monday, 7));
}

int32_t tw__month_days(int32_t year, int32_t month)
{
	static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30,
				       31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (month < 1 || month > 12)
		return 0;
	return days[month - 1] + (month == 2 && leap);
}

bool tw__civil_is_valid(const tw_civil *civil)
{
	return civil->year >= 1 && civil->year <= 9999 &&
		civil->month >= 1 && civil->month <= 12 && civil->day >= 1 &&
		civil->day <= tw__month_days(civil->year, civil->month) &&
		civil->hour >= 0 && civil->hour <= 23 &&
		civil->minute >= 0 && civil->minute <= 59 &&
		civil->second >= 0 && civil->second <= 59 &&
		civil->microsecond >= 0 && civil->microsecond < TW_SECOND;
}
