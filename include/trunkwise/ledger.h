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

/** Number rents, one-off fees and recurring items of a month, prorated by
 * the days that each department held them. A day belongs to who holds the
 * number at its midnight in the company's zone; [[allocation]] shares split
 * it further; kopecks go by largest remainder, so that a full month is the
 * rent exactly. One-off fees fall into the month of the number's first
 * version. Idempotent: a second call posts only what differs, as a
 * correction. month = "2026-10" in company zone.
 *
 * When the month is over (in a tariff's own zone) also what its calls lack to
 * the tariff's commitment, and what the last tier reached makes of them under
 * tier_mode whole: nobody's, as postings of their own kinds.
 * In the first open month also what closed ones lack by the directory as it
 * is now (late calls of a commitment, a number that was entered late).
 * @return TW_OK (postings made, two an entry, may be 0), TW_ENOTFOUND (no
 *         company, or it has no currency, or no exchange rate is known),
 *         TW_EPARSE (month), TW_EREFUSED (it is closed) */
TW_EXTERN(tw_status) tw_ledger_accrue(uint64_t *out_postings,
				      tw_store *store, const char *month,
				      tw_error *err);

/** Closes a month that is over, in the zones of all tariffs too, after posting
 * what tw_ledger_accrue() posts. From then on nothing changes it: calls that
 * come late, batches that are taken back, calls rated anew and corrections of
 * the directory are posted in the first open month, and a deployment can't be
 * applied to a day of it. Months are closed in order, and never opened again;
 * the first one closes all before it as they stand.
 * @return TW_OK (postings made), TW_EPARSE, TW_EREFUSED (not over yet),
 *         TW_EEXIST (closed already), TW_EINVAL (another one is next),
 *         TW_ENOTFOUND (as for accrue) */
TW_EXTERN(tw_status) tw_period_close(uint64_t *out_postings, tw_store *store,
				     const char *month, tw_error *err);

/** Sum that the departments were charged in a month (calls, rents, ...), in
 * one currency. TW_ENOTFOUND when nothing is posted in it. */
TW_EXTERN(tw_status) tw_ledger_month_total(tw_money *out, tw_store *store,
	const char *month, const char *currency, tw_error *err);

TW_END_DECLS

#endif
