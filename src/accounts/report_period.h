/**
 * @file src/accounts/report_period.h  Days, weeks and months of a report
 */
#ifndef TW_SRC_ACCOUNTS_REPORT_PERIOD_H
#define TW_SRC_ACCOUNTS_REPORT_PERIOD_H

#include "base/base.h"

#define TW_REPORT_MONTHS_MAX 120

/* Months are written 202610, days 20261005. */
int64_t tw__month_add(int64_t month, int64_t count);
/* Months from `from` to `to`, both included; below 1: none. */
int64_t tw__month_span(int64_t from, int64_t to);

/* The period (TW_PER_) that holds a day or, where day % 100 is 0, what is of
 * the month as a whole. A week is known by its Monday. */
int64_t tw__period_of(uint32_t per, int64_t day);

struct tw__period_text {
	char name[16];           /* "", "2026-10", "2026-10-05", "2026-W41" */
	char first[16], last[16];/* days that it covers, both included */
	bool whole_month;        /* what no day of it owns */
};
/* A week covers those of its days that the months from..to have. */
void tw__period_text(struct tw__period_text *out, uint32_t per,
		     int64_t period, const int64_t months[2]);

#endif
