/**
 * @file report.h  Expenses by department, and what has no price or owner
 *
 * Reports read; they never write. Rows come from rollups, so a month costs
 * the same however many calls it had.
 */
#ifndef TRUNKWISE_REPORT_H
#define TRUNKWISE_REPORT_H

#include <trunkwise/ledger.h>

TW_BEGIN_DECLS

#define TW_BY_DEPARTMENT  0x01u
#define TW_BY_CITY        0x02u
#define TW_BY_CARRIER     0x04u
#define TW_BY_NUMBER      0x08u
#define TW_BY_DESTINATION 0x10u
#define TW_BY_DIRECTION   0x20u
#define TW_BY_CONTRACT    0x40u

/* How time is cut: tw_report_options.per. Days are the company's; weeks are
 * those of ISO 8601, of which only the days of the months asked for count. */
#define TW_PER_RANGE 0u          /* not at all */
#define TW_PER_DAY   1u
#define TW_PER_WEEK  2u
#define TW_PER_MONTH 3u

#define TW_COMPARE_PREVIOUS 0x01u
#define TW_COMPARE_BUDGET   0x02u

typedef struct tw_expense_row {
	uint32_t size;
	uint32_t unallocated;        /* 1: no department; a visible bucket */
	int64_t calls;               /* first legs: what people dialled; below
					0 where more calls of closed months
					were taken back than others came */
	int64_t answered;
	int64_t missed;
	int64_t unrated;             /* answered, billable, without a price */
	int64_t talk_us;             /* answered time of first legs */
	tw_money rent;               /* numbers and recurring items, and
					what was posted for a tariff's month
					as a whole (commitment, tier) */
	tw_money calls_cost;         /* first legs, of these months */
	tw_money forwarded_cost;     /* forwarded legs, of these months */
	tw_money total;              /* rent, calls, forwarded, corrections */
	char department[128];        /* "" where not asked by, or unallocated*/
	char city[64];
	char carrier[64];
	char number[32];
	char destination[96];
	char direction[16];          /* outbound, inbound, forward, internal;
					"": rents and the like */
	char contract[128];
	char period[16];             /* "2026-10-05", "2026-W41", "2026-10";
					"": the time is not cut */
	char first_day[16], last_day[16]; /* that this row covers, included */
	uint32_t whole_month;        /* 1: per day or week, what no day owns:
					commitments, tiers, what came late */
	uint32_t has_budget;         /* 1: the next three say something */
	tw_money previous;           /* total of the time compared with */
	tw_money difference;         /* total - previous */
	tw_money corrections;        /* of earlier months, closed already:
					calls that came late, and what was
					rated or placed anew */
	tw_money net, vat;           /* of total, whose prices may stand
					with VAT in it or without */
	tw_money budget;             /* limits of the months, hard or soft */
	tw_money budget_spent;       /* calls of these months without VAT:
					what a budget limits */
	tw_money budget_left;        /* budget - spent; negative: overspent */
} tw_expense_row;
#define TW_EXPENSE_ROW_INIT { sizeof(tw_expense_row), 0, 0, 0, 0, 0, 0, \
	{ 0, "" }, { 0, "" }, { 0, "" }, { 0, "" }, "", "", "", "", "", \
	"", "", "", "", "", 0, 0, { 0, "" }, { 0, "" }, { 0, "" }, \
	{ 0, "" }, { 0, "" }, { 0, "" }, { 0, "" }, { 0, "" } }

typedef struct tw_expenses tw_expenses;

typedef struct tw_report_options {
	uint32_t size;
	uint32_t by;                 /* mask of TW_BY_; 0: by department */
	uint32_t per;                /* TW_PER_ */
	uint32_t compare;            /* mask of TW_COMPARE_ */
	const char *from;            /* first month, "2026-10" */
	const char *to;              /* last month, included; NULL: `from` */
} tw_report_options;
#define TW_REPORT_OPTIONS_INIT { sizeof(tw_report_options), 0, 0, 0, NULL, \
	NULL }

/** Expenses of whole months in the company's zone, at most 120.
 *
 * Per day and per week rents and recurring items are cut into the days that
 * made their month, so that days add up to it to the coin, and to what had
 * accrued by any of them.
 *
 * One row per currency where a group has several; calls without a charge are
 * counted in the company's currency. Rents that are not posted yet are
 * computed the same way and counted in. Names and cities are those of the
 * last month's end; `carrier` holds a vendor's name for what is rented through
 * one. A contract is the number's, where it is with whom the amount is owed
 * to, else the only one with it in that month, else none; what the directory
 * says at the end of each month counts. Rows by time, then by name, the
 * unallocated ones last.
 *
 * TW_COMPARE_PREVIOUS fills `previous` and `difference`: per month with the
 * month before, otherwise with as many months before the first. A group that
 * was there only then is a row too. Days and weeks are not compared.
 * TW_COMPARE_BUDGET, of a report by department only, sets each [[budget]] of a
 * department's month (of no trunk and no destinations; the least where there
 * are several) as it is in force at the month's end beside what it limits. A
 * department that spent nothing of it is a row too; a total counts what has a
 * budget.
 * @return TW_OK (new), TW_EPARSE (month), TW_EINVAL (options; field says
 * which), TW_ENOTFOUND (no company zone), TW_ERANGE (a sum) */
TW_EXTERN(tw_status) tw_report_make(tw_expenses **out, tw_store *store,
				    const tw_report_options *options,
				    tw_error *err);

/** tw_report_make() of one month as a whole. */
TW_EXTERN(tw_status) tw_report_expenses(tw_expenses **out, tw_store *store,
					const char *month, uint32_t by,
					tw_error *err);
TW_EXTERN(tw_status) tw_expenses_next(tw_expense_row *out,
				      tw_expenses *expenses, tw_error *err);
/** Grand total by currency index; TW_ITER_END past the last. */
TW_EXTERN(tw_status) tw_expenses_total(tw_expense_row *out,
	const tw_expenses *expenses, uint32_t index, tw_error *err);
/** Zone whose months these are; borrowed. */
TW_EXTERN(const char *) tw_expenses_zone(const tw_expenses *expenses);
/** The company's newest name, "" without one; borrowed. */
TW_EXTERN(const char *) tw_expenses_company(const tw_expenses *expenses);
TW_EXTERN(void) tw_expenses_free(tw_expenses *expenses);

/** One line of a listing; what the fields mean stands at each function. */
typedef struct tw_listing_row {
	uint32_t size;
	uint32_t reserved;
	uint64_t calls;
	int64_t seconds;
	tw_money money;
	tw_time at;
	char key[128];
	char kind[32];
	char detail[256];
	char who[64];                /* of imports; "" elsewhere */
} tw_listing_row;
#define TW_LISTING_ROW_INIT { sizeof(tw_listing_row), 0, 0, 0, { 0, "" }, \
	0, "", "", "", "" }
TW_EXTERN(tw_status) tw_listing_next(tw_listing_row *out,
				     tw_listing *listing, tw_error *err);
TW_EXTERN(void) tw_listing_free(tw_listing *listing);

/** Billable calls without a price: one row per (called number, reason):
 * key = number, kind = reason ("no_price", "blocked", "no_tariff",
 * "no_carrier", "too_large", "no_exchange", "not_stated", "other_currency",
 * "negative"), calls, seconds, detail = example call and the mend; most calls
 * first. */
TW_EXTERN(tw_status) tw_unrated_list(tw_listing **out, tw_store *store,
				     tw_error *err);

/** Extensions, account codes, numbers and trunks of calls that no department
 * owns: kind = match_kind, key = match, with calls and money, dearest first.
 * kind "department": a name that records give and nobody declared, of calls
 * too that were placed by what they say besides; "unknown":
 * records that name nothing at all. Matches entered afterwards serve calls
 * that come later; undo and import a batch again to place its calls. */
TW_EXTERN(tw_status) tw_directory_suggest(tw_listing **out, tw_store *store,
					  tw_error *err);

/** Closed months in order: key = "2026-10", kind "closed", at = when, detail =
 * who (tw_store_options.actor). */
TW_EXTERN(tw_status) tw_period_list(tw_listing **out, tw_store *store,
				    tw_error *err);

/** Sealed months in order: key = "2026-10", kind "sealed", calls = rows,
 * detail = hash of its last day in hexadecimal: kept elsewhere, it shows that
 * nobody wrote the whole chain anew. */
TW_EXTERN(tw_status) tw_period_seals(tw_listing **out, tw_store *store,
				     tw_error *err);

/** Import batches: key = batch number, kind = preset, calls = rows stored,
 * at = when, who = who brought it in (tw_store_options.actor), detail = file,
 * counts and, of one that was taken back, by whom. */
TW_EXTERN(tw_status) tw_import_list(tw_listing **out, tw_store *store,
				    tw_error *err);

/** Rows that were put aside and still wait: kind "reject" or "conflict", calls
 * = batch, seconds = line, detail = "column: reason", key = the row as it
 * came (its beginning; "" once tw_privacy_ cut it), at = when its batch came.
 * Of one batch, or (0) of all that were not taken back. A file that was
 * imported again counts with its newest batch only, so that what a mend let
 * through is gone from the list. */
TW_EXTERN(tw_status) tw_import_rejects(tw_listing **out, tw_store *store,
				       uint64_t batch, tw_error *err);

/** Reverses a batch: its postings by new ones, its calls marked as undone
 * and left out of reports. @return TW_OK, TW_ENOTFOUND, TW_EEXIST (undone
 * already) */
TW_EXTERN(tw_status) tw_import_undo(tw_store *store, uint64_t batch,
				    tw_error *err);

TW_END_DECLS

#endif
