/**
 * @file journal.h  What a month of the ledger means to the bookkeeper
 *
 * The postings of a month, added up as entries of a journal: a department's
 * expense against what is owed to a carrier or vendor, and the VAT of it.
 * Accounts of a chart are none of the library's business.
 */
#ifndef TRUNKWISE_JOURNAL_H
#define TRUNKWISE_JOURNAL_H

#include <trunkwise/money.h>
#include <trunkwise/store.h>

TW_BEGIN_DECLS

/** The month as it stands now, though it may still change. */
#define TW_JOURNAL_OPEN 0x1u

typedef struct tw_journal_row {
	uint32_t size;
	uint32_t correction;         /* 1: of what was posted or closed before;
					never in one row with the rest */
	uint32_t unallocated;        /* 1: no department */
	uint32_t is_vendor;          /* the payee is one, and no carrier */
	tw_money net, vat;           /* exact; negative: taken back */
	char department[128];        /* "" unallocated */
	char cost_center[128];       /* of the department, "" none */
	char payee[128];             /* carrier or vendor, "" not known */
	char inn[32];                /* of a carrier, "" none */
	char kind[16];               /* calls, forwarded, rents, one_off,
					recurring, commitment, tier */
	char of_month[16];           /* "2026-09" that a correction is about
					where that is another, else "" */
} tw_journal_row;
#define TW_JOURNAL_ROW_INIT { sizeof(tw_journal_row), 0, 0, 0, { 0, "" }, \
	{ 0, "" }, "", "", "", "", "", "" }

typedef struct tw_journal_lines tw_journal_lines;

/** The postings of a month ("2026-10") by department, payee, kind, currency,
 * correction and the month it is about; names as of the month's end. Rows by
 * these names; what sums to zero in net and VAT is left out, all others add up
 * to the ledger exactly. What was posted before schema 6 is net, without VAT.
 * New; one snapshot of the store. flags: TW_JOURNAL_.
 * @return TW_OK, TW_EPARSE (month), TW_EREFUSED (it is open still),
 *         TW_ENOTFOUND (no company zone), TW_EINVAL (flags), TW_ERANGE,
 *         TW_ESTORE (an entry has one side only) */
TW_EXTERN(tw_status) tw_journal_open(tw_journal_lines **out, tw_store *store,
				     const char *month, uint32_t flags,
				     tw_error *err);
TW_EXTERN(tw_status) tw_journal_next(tw_journal_row *out,
				     tw_journal_lines *lines, tw_error *err);
/** NULL is fine. */
TW_EXTERN(void) tw_journal_free(tw_journal_lines *lines);

TW_END_DECLS

#endif
