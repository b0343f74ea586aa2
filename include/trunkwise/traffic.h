/**
 * @file traffic.h  Who calls, who was missed, and what a call costs
 *
 * Reports over live first legs of inbound calls of months of the company.
 * They read; they never write. A person is one number; a caller without one
 * (hidden, or a name) is counted as such and is nobody twice.
 */
#ifndef TRUNKWISE_TRAFFIC_H
#define TRUNKWISE_TRAFFIC_H

#include <trunkwise/report.h>

TW_BEGIN_DECLS

#define TW_CALLS_BY_NUMBER     1u
#define TW_CALLS_BY_CAMPAIGN   2u  /* the record's, else its number's */
#define TW_CALLS_BY_DEPARTMENT 3u
#define TW_CALLS_BY_HOUR       4u  /* 7 x 24 rows, in the department's zone */

typedef struct tw_traffic_options {
	uint32_t size;
	uint32_t by;                 /* TW_CALLS_BY_ */
	const char *month;           /* the first, "2026-10" */
	uint32_t callback_hours;     /* 1 .. 8760 */
	uint32_t reserved;
	const char *to;              /* last month, included; NULL: `month` */
} tw_traffic_options;
#define TW_TRAFFIC_OPTIONS_INIT { sizeof(tw_traffic_options), \
	TW_CALLS_BY_NUMBER, NULL, 24, 0, NULL }

typedef struct tw_traffic_row {
	uint32_t size;
	uint32_t is_total;           /* the last row */
	uint32_t weekday, hour;      /* by hour: 1 Monday .. 7, 0 .. 23 */
	uint64_t offered;            /* answered + missed */
	uint64_t answered, missed;
	uint64_t hidden;             /* of offered: nobody to know again */
	uint64_t missed_hidden;      /* of missed: nobody can call back */
	uint64_t unreturned;         /* of the other missed ones: in the hours
					after it neither an answered call to
					that caller nor one from him */
	uint64_t callers;            /* distinct, first_time + repeat */
	uint64_t first_time;         /* first inbound call in this store */
	uint64_t repeat;
	uint64_t ends_known;         /* missed ones whose end is recorded */
	int64_t wait_us, wait_mean_us;       /* answered ones, until then */
	int64_t abandon_us, abandon_mean_us; /* missed ones, until their end */
	int64_t talk_us;
	tw_money rent, charges, cost;/* by number and by campaign; else
					currency "" */
	tw_money per_answered, per_first;    /* currency "": of nothing */
	uint64_t other_currency;     /* charges that are not in them */
	char from[16], to[16];       /* first and last day of the months that
					the directory has the campaign; "" */
	char name[512];              /* "" none, and of hours and the total */
	char campaigns[512];         /* by number: of the months, comma list */
} tw_traffic_row;
#define TW_TRAFFIC_ROW_INIT { sizeof(tw_traffic_row), 0, 0, 0, 0, 0, 0, 0, 0, \
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, { 0, "" }, { 0, "" }, { 0, "" }, \
	{ 0, "" }, { 0, "" }, 0, "", "", "", "" }

typedef struct tw_traffic tw_traffic;

/** Of one month or of up to 120. Rows by name, what has none last; then the
 * total, whose callers are distinct over all rows. By number and by campaign,
 * what the directory has in these months is a row without calls too.
 *
 * The cost of a number is its rent and one-off fee, and the charges of its
 * inbound and forwarded legs, as they are priced, in the company's currency.
 * The cost of a campaign is that of its calls' charges, and of each number's
 * month its part by days: a day is of the campaign in force at its midnight,
 * the last kopecks go by largest remainder, so that campaigns (and what has
 * none) add up to the numbers. Means and costs of one call are rounded half
 * up. New.
 * @return TW_OK, TW_EPARSE (month), TW_EINVAL (by, callback_hours, to),
 * TW_ENOTFOUND (no company zone), TW_ERANGE (a sum) */
TW_EXTERN(tw_status) tw_report_traffic(tw_traffic **out, tw_store *store,
				       const tw_traffic_options *options,
				       tw_error *err);
TW_EXTERN(tw_status) tw_traffic_next(tw_traffic_row *out, tw_traffic *traffic,
				     tw_error *err);
TW_EXTERN(void) tw_traffic_free(tw_traffic *traffic);

/** Callers whose last missed call of a month was never returned: since then
 * neither an answered call to him nor one from him, to this day. key = his
 * number ("" erased), kind = ours, detail = campaign, calls = how often he was
 * missed in the month, seconds = how often he was tried since in vain (a
 * count), at = the last missed call. The latest first. Hidden callers, whom
 * nobody can call, are not in it. New.
 * @return TW_OK, TW_EPARSE, TW_ENOTFOUND (no company zone) */
TW_EXTERN(tw_status) tw_missed_list(tw_listing **out, tw_store *store,
				    const char *month, tw_error *err);

TW_END_DECLS

#endif
