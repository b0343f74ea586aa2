/**
 * @file breakdown.h  Calls by anything that is known of them
 *
 * Calls of up to ten years, by department, first digits and hour, say. What
 * the sums of months and days know (department, carrier, number, destination,
 * direction, month, day) takes as long as there are such sums. For anything
 * else, and in a closed month that something came late for, every call of the
 * time is read once, so a year takes as long as it has calls. It reads; it
 * never writes.
 */
#ifndef TRUNKWISE_BREAKDOWN_H
#define TRUNKWISE_BREAKDOWN_H

#include <trunkwise/report.h>

TW_BEGIN_DECLS

#define TW_CUT_DEPARTMENT  1u
#define TW_CUT_CARRIER     2u
#define TW_CUT_TRUNK       3u
#define TW_CUT_NUMBER      4u  /* ours */
#define TW_CUT_DESTINATION 5u  /* as the tariff row names it */
#define TW_CUT_DIRECTION   6u  /* outbound, inbound, forward, internal */
#define TW_CUT_PREFIX      7u  /* first digits of the other side: whom we
				  called, who called us; "" a name, or within
				  the company */
#define TW_CUT_MONTH       8u  /* "2026-10", the company's */
#define TW_CUT_DAY         9u  /* "2026-10-05" */
#define TW_CUT_WEEKDAY    10u  /* "1" Monday .. "7", the department's zone */
#define TW_CUT_HOUR       11u  /* "00" .. "23", alike */
#define TW_CUT_DURATION   12u  /* answered for so many seconds or more, and
				  for less than the next: "0", "10", "30",
				  "60", "180", "600", "1800", "3600"; "" not
				  answered */
#define TW_CUT_STATUS     13u  /* answered, no_answer, busy, failed,
				  cancelled */
#define TW_CUT_COUNT      13u

#define TW_BREAKDOWN_CUTS_MAX   6
#define TW_BREAKDOWN_DIGITS_MAX 7u       /* more would name people */
#define TW_BREAKDOWN_ROWS_MAX   1000000u

typedef struct tw_breakdown_options {
	uint32_t size;
	uint32_t count;              /* of by; 1 .. TW_BREAKDOWN_CUTS_MAX */
	uint32_t by[TW_BREAKDOWN_CUTS_MAX];  /* TW_CUT_, in their order */
	uint32_t digits;             /* of TW_CUT_PREFIX; 1 .. 7 */
	uint32_t reserved;
	const char *from;            /* first month, "2026-01" */
	const char *to;              /* last month, included; NULL: `from` */
	const char *only[TW_BREAKDOWN_CUTS_MAX]; /* of by: this key alone, as
					a row has it; "" what has none; NULL
					all of them */
} tw_breakdown_options;
#define TW_BREAKDOWN_OPTIONS_INIT { sizeof(tw_breakdown_options), 0, \
	{ 0, 0, 0, 0, 0, 0 }, 4, 0, NULL, NULL, \
	{ NULL, NULL, NULL, NULL, NULL, NULL } }

typedef struct tw_breakdown_row {
	uint32_t size;
	uint32_t is_total;           /* the last ones: one per currency */
	int64_t calls;               /* first legs: what people dialled */
	int64_t answered, missed;    /* of calls; missed: inbound ones */
	int64_t unrated;             /* billable legs without a price */
	int64_t talk_us;             /* of calls */
	tw_money cost;               /* of all legs, as tariffs state it */
	tw_money net, vat;
	char key[TW_BREAKDOWN_CUTS_MAX][128];/* by, in its order; "" none */
} tw_breakdown_row;
#define TW_BREAKDOWN_ROW_INIT { sizeof(tw_breakdown_row), 0, 0, 0, 0, 0, 0, \
	{ 0, "" }, { 0, "" }, { 0, "" }, { "", "", "", "", "", "" } }

typedef struct tw_breakdown tw_breakdown;

/** Calls of whole months in the company's zone, at most 120, by when they
 * began and as they stand today: a call that was rated anew counts with its
 * new price in its own month, also where the ledger posted the difference in
 * a later one. Calls that were taken back are not in it.
 *
 * One row per currency where a group has several, the company's first; legs
 * without a charge are counted in the company's currency, whatever is asked,
 * as tw_report_expenses() does. A row of nothing but zeros is none. Rows are
 * sorted by the names of their first key, then the second and so on, what has
 * none last; then the totals. Names are those of the last month's end.
 * Where `only` says so, totals are those of the rows that are left.
 * @return TW_OK (new), TW_EPARSE (month), TW_EINVAL (options; field says
 * which; `only` a key that no call could have, "2026-02-31"), TW_ENOTFOUND
 * (no company zone; `only` a department, carrier, trunk or number that never
 * was), TW_ERANGE (a sum; or more than TW_BREAKDOWN_ROWS_MAX rows, before
 * `only`) */
TW_EXTERN(tw_status) tw_report_breakdown(tw_breakdown **out, tw_store *store,
	const tw_breakdown_options *options, tw_error *err);
TW_EXTERN(tw_status) tw_breakdown_next(tw_breakdown_row *out,
				       tw_breakdown *breakdown,
				       tw_error *err);
/** Zone whose months these are; borrowed. */
TW_EXTERN(const char *) tw_breakdown_zone(const tw_breakdown *breakdown);
/** The company's newest name, "" without one; borrowed. */
TW_EXTERN(const char *) tw_breakdown_company(const tw_breakdown *breakdown);
TW_EXTERN(void) tw_breakdown_free(tw_breakdown *breakdown);

TW_END_DECLS

#endif
