/**
 * @file src/base/calendar.h  Proleptic Gregorian arithmetic
 */
#ifndef TW_SRC_CALENDAR_H
#define TW_SRC_CALENDAR_H

#include "base.h"
#include <trunkwise/time.h>

int64_t tw__days_from_civil(int32_t year, int32_t month, int32_t day);
void tw__civil_from_days(int32_t *year, int32_t *month, int32_t *day,
			 int64_t days);
int32_t tw__weekday(int64_t days);                /* 0 Monday */
int32_t tw__month_days(int32_t year, int32_t month);
bool tw__civil_is_valid(const tw_civil *civil);
/* Floor division: also right before 1970. */
int64_t tw__floor_div(int64_t a, int64_t b);

#endif
