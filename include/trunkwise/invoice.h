/**
 * @file invoice.h  The carrier's document, and departments that add up to it
 *
 * An invoice is entered as it was received: number, date, net, VAT, gross. It
 * is never changed; a mistake is withdrawn and entered again. The lines of an
 * invoice are not matched yet.
 */
#ifndef TRUNKWISE_INVOICE_H
#define TRUNKWISE_INVOICE_H

#include <trunkwise/report.h>

TW_BEGIN_DECLS

/** All strings are borrowed for the call. */
typedef struct tw_invoice_entry {
	uint32_t size;
	uint32_t reserved;
	const char *number;          /* as printed, 1..63 bytes */
	const char *carrier;         /* name; of carrier and vendor one */
	const char *vendor;
	const char *date;            /* "2026-11-05" */
	const char *month;           /* that it bills, "2026-10" */
	const char *net;             /* decimals; negative in a credit note */
	const char *vat;
	const char *gross;           /* net + vat */
	const char *currency;        /* NULL: the company's */
} tw_invoice_entry;
#define TW_INVOICE_ENTRY_INIT { sizeof(tw_invoice_entry), 0, NULL, NULL, \
	NULL, NULL, NULL, NULL, NULL, NULL, NULL }

typedef struct tw_invoice {
	uint32_t size;
	uint32_t withdrawn;          /* 1: it counts no more */
	uint64_t id;
	tw_money net, vat, gross;
	tw_time made;
	char number[64];
	char payee[128];             /* carrier or vendor */
	char date[16];
	char month[16];
} tw_invoice;
#define TW_INVOICE_INIT { sizeof(tw_invoice), 0, 0, { 0, "" }, { 0, "" }, \
	{ 0, "" }, 0, "", "", "", "" }

/** @return TW_OK, TW_EEXIST (the same document is there), TW_ECONFLICT (the
 * same number and date of that payee with other amounts), TW_EPARSE,
 * TW_EINVAL (net + vat is not gross; carrier and vendor), TW_ENOTFOUND (payee;
 * company zone or currency) */
TW_EXTERN(tw_status) tw_invoice_enter(uint64_t *out_id, tw_store *store,
				      const tw_invoice_entry *entry,
				      tw_error *err);
/** @return TW_OK, TW_ENOTFOUND, TW_EEXIST (withdrawn already) */
TW_EXTERN(tw_status) tw_invoice_withdraw(tw_store *store, uint64_t id,
					 tw_error *err);

typedef struct tw_invoices tw_invoices;
/** In the order in which they were entered; month NULL: all; new. */
TW_EXTERN(tw_status) tw_invoice_list(tw_invoices **out, tw_store *store,
				     const char *month, tw_error *err);
TW_EXTERN(tw_status) tw_invoices_next(tw_invoice *out, tw_invoices *invoices,
				      tw_error *err);
TW_EXTERN(void) tw_invoices_free(tw_invoices *invoices);

/** One department's part of what one payee bills in one currency. */
typedef struct tw_invoiced_row {
	uint32_t size;
	uint32_t invoiced;           /* 1: by documents; 0: none has come, the
					amounts are our rating's */
	uint32_t unallocated;        /* no department */
	uint32_t is_total;           /* the payee's sum, after its rows */
	tw_money net, vat, gross;
	tw_money rated_net, rated_vat;  /* by our own rating */
	tw_money difference;         /* gross less ours with VAT; of a row that
					is no total: how it was spread */
	char department[128];
	char payee[128];             /* "" not known */
	char documents[128];         /* numbers, comma list, of a total; ends
					with "..." where more do not fit */
	char city[64];               /* "" not asked by, and so on */
	char number[32];
	char destination[96];
	char direction[16];
	char contract[128];
} tw_invoiced_row;
#define TW_INVOICED_ROW_INIT { sizeof(tw_invoiced_row), 0, 0, 0, \
	{ 0, "" }, { 0, "" }, { 0, "" }, { 0, "" }, { 0, "" }, { 0, "" }, \
	"", "", "", "", "", "", "", "" }

typedef struct tw_invoiced tw_invoiced;

/** The documents of a month, spread over departments in proportion to what our
 * rating charged them of that payee (calls, rents, all that is posted, with
 * VAT; a department with nothing or less counts as nothing). Net and VAT are
 * each given out in the smallest coin, the rest by largest fraction (then by
 * name), so that departments add up to the document in net, VAT and gross.
 * Where our rating has nothing, the document is nobody's: one unallocated row.
 * Several documents of a payee are one sum. Rows by payee, each followed by
 * its total. New.
 * @return TW_OK, TW_EPARSE, TW_ENOTFOUND (no company zone), TW_ERANGE */
TW_EXTERN(tw_status) tw_report_invoiced(tw_invoiced **out, tw_store *store,
					const char *month, tw_error *err);
/** The same by any of TW_BY_ (report.h; 0: the payee alone): each group's part
 * is in proportion to what our rating charged it of that payee, and the groups
 * add up to the document. What an expense report has no name for (a rent has
 * no destination, say) is a row with "" there. `unallocated` is set by
 * department, and where there is nothing of ours to spread by.
 * @return as tw_report_invoiced(), TW_EINVAL (by) */
TW_EXTERN(tw_status) tw_report_invoiced_by(tw_invoiced **out,
					   tw_store *store, const char *month,
					   uint32_t by, tw_error *err);
TW_EXTERN(tw_status) tw_invoiced_next(tw_invoiced_row *out,
				      tw_invoiced *invoiced, tw_error *err);
TW_EXTERN(void) tw_invoiced_free(tw_invoiced *invoiced);

TW_END_DECLS

#endif
