/**
 * @file ledger.h  Double entry, append-only
 *
 * Every posting moves money between a department and a carrier or vendor; the
 * sum over all postings is zero per currency, always. Nothing updates or
 * deletes them (the store's triggers refuse it); corrections are reversals.
 */
#ifndef TRUNKWISE_LEDGER_H
#define TRUNKWISE_LEDGER_H

#include <trunkwise/store.h>
#include <trunkwise/money.h>

TW_BEGIN_DECLS

/** How far a month is accrued. */
typedef struct tw_accrual {
	uint32_t size;
	uint32_t whole;              /* 1: through the month's last day */
	uint64_t postings;           /* that this call made, two an entry */
	tw_money posted;             /* rents, one-off fees and recurring items
					of the month by now, as their prices
					are written, in the company's
					currency */
	char month[16];              /* "2026-10" */
	char through[16];            /* the last day that is accrued,
					"2026-10-15"; "": none is */
} tw_accrual;
#define TW_ACCRUAL_INIT { sizeof(tw_accrual), 0, 0, { 0, "" }, "", "" }

/** Posts number rents, one-off fees and recurring items of a month, prorated
 * by the days that each department held them, through `day`
 * ("2026-10-15", included; it may be today); NULL: through the last day that
 * is over in the company's zone, of a month that is over all of it. A day
 * belongs to who holds the number at its midnight in that zone; [[allocation]]
 * shares split it further. One-off fees are of the first day of the number's
 * first version.
 *
 * What is accrued of an item is what its days have earned in whole kopecks;
 * with the last day kopecks go by largest remainder, so that a month that was
 * accrued day by day is to the kopeck the one that is posted at once. The same
 * day again posts only what differs by then, as a correction; an earlier day
 * (or clock) takes nothing back.
 *
 * When the month is over (in a tariff's own zone) also what its calls lack to
 * the tariff's commitment, and what the last tier reached makes of them under
 * tier_mode whole: nobody's, as postings of their own kinds.
 * In the first open month also what closed ones lack by now (late calls of a
 * commitment).
 * @return TW_OK (out->postings may be 0), TW_ENOTFOUND (no company, or it has
 *         no currency, or no exchange rate is known), TW_EPARSE (month, day),
 *         TW_EINVAL (the day is of another month), TW_EREFUSED (the month is
 *         closed, or it or the day is to come) */
TW_EXTERN(tw_status) tw_ledger_accrue_through(tw_accrual *out,
	tw_store *store, const char *month, const char *day, tw_error *err);

/** tw_ledger_accrue_through() the last day that is over. `out_postings` may be
 * NULL. */
TW_EXTERN(tw_status) tw_ledger_accrue(uint64_t *out_postings,
				      tw_store *store, const char *month,
				      tw_error *err);

/** How far a month is accrued by now; a closed month is whole. Reads only.
 * @return TW_OK, TW_ENOTFOUND (no company zone), TW_EPARSE */
TW_EXTERN(tw_status) tw_ledger_accrued(tw_accrual *out, tw_store *store,
				       const char *month, tw_error *err);

/** Closes a month that is over, in the zones of all tariffs too, after posting
 * what tw_ledger_accrue() posts. From then on nothing changes it: calls that
 * come late, batches that are taken back, calls rated anew and corrections of
 * the directory are posted in the first open month, and a deployment can't be
 * applied to a day of it. What it was is written down beside it: how many rows
 * of each kind and a sum over all their columns, by which tw_store_verify()
 * sees an edit. Months are closed in order, and never opened again. The first
 * close does all of this with the months before it too, from the first that
 * owes anything but calls; what is older is closed as it stands.
 * @return TW_OK (postings made, of all months that it closed), TW_EPARSE,
 *         TW_EREFUSED (not over yet), TW_EEXIST (closed already), TW_EINVAL
 *         (another one is next), TW_ENOTFOUND (as for accrue) */
TW_EXTERN(tw_status) tw_period_close(uint64_t *out_postings, tw_store *store,
				     const char *month, tw_error *err);

#define TW_RERATE_DRY_RUN 0x1u

typedef struct tw_rerate_options {
	uint32_t size;
	uint32_t flags;              /* TW_RERATE_ */
	const char *month;           /* of the calls' starts, "2026-10" */
	const char *carrier;         /* name; NULL: of all carriers */
	const char *reason;          /* written beside it, or NULL */
} tw_rerate_options;
#define TW_RERATE_OPTIONS_INIT { sizeof(tw_rerate_options), 0, NULL, NULL, \
	NULL }

/** Every call looked at is in exactly one of changed, same, kept, erased. */
typedef struct tw_rerate {
	uint32_t size;
	uint32_t reserved;
	uint64_t run;                /* 0: nothing changed, or a dry run */
	uint64_t calls;              /* looked at */
	uint64_t changed;
	uint64_t same;
	uint64_t kept;               /* used bundles, tiers, exchange or a
					look-up, by the old or the new price:
					left as they are */
	uint64_t erased;             /* the callee's number is gone */
	uint64_t turned;             /* of those changed: their direction is
					another one by now */
} tw_rerate;
#define TW_RERATE_INIT { sizeof(tw_rerate), 0, 0, 0, 0, 0, 0, 0, 0 }

/** Computes the charges of a month's stored calls by the tariff versions that
 * are in force at their answer by now, and looks for the owner of those that
 * had none, by the directory as it is now. A call to a number that came into
 * the directory after it is found to be inbound, with the number, carrier and
 * department that follow, unless its record named a direction: those stay.
 * What changes is an amendment: the
 * difference is posted in the call's month, or in the first open one when
 * that is closed. A second run changes nothing.
 *
 * `out_list` (new, or NULL): two lines a department and currency whose calls
 * changed, kind "old" and "new": key = department ("" nobody), calls, money
 * of the changed calls. (tw_listing is that of report.h.)
 * @return TW_OK, TW_EPARSE (month), TW_ENOTFOUND (carrier, no company zone),
 *         TW_EINVAL */
typedef struct tw_listing tw_listing;
TW_EXTERN(tw_status) tw_cdr_rerate(tw_rerate *out, tw_listing **out_list,
	tw_store *store, const tw_rerate_options *options, tw_error *err);

/** Seals the days of all closed months that are not sealed yet, in order: a
 * SHA-256 over a day's calls, amendments and postings and the hash of the day
 * before, with four bytes for each row. `verify` then names the row that was
 * changed past the library (sealed_days_stay). What a closed month may live
 * through (calls that come late, undo, re-rating, erased numbers) leaves its
 * seal whole. Reads all calls once. A second call does nothing.
 * @return TW_OK (days sealed, may be 0) */
TW_EXTERN(tw_status) tw_period_seal(uint64_t *out_days, tw_store *store,
				    tw_error *err);

/** Sum that the departments were charged in a month (calls, rents, ...), in
 * one currency. TW_ENOTFOUND when nothing is posted in it. */
TW_EXTERN(tw_status) tw_ledger_month_total(tw_money *out, tw_store *store,
	const char *month, const char *currency, tw_error *err);

TW_END_DECLS

#endif
