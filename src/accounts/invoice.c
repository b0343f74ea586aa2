/**
 * @file src/accounts/invoice.c  Documents of carriers and vendors
 *
 * Decides what makes a document the same one, and that its amounts belong
 * together. Refuses to change one: what was wrong is withdrawn.
 */
#include <stdio.h>
#include <string.h>
#include "invoice.h"
#include "ledger.h"
#include "rating/deck.h"

static tw_status find_payee(int64_t out[2], tw_store *store,
			    const tw_invoice_entry *entry, tw_error *err)
{
	bool vendor = entry->vendor && *entry->vendor;
	const char *name = vendor ? entry->vendor : entry->carrier;
	struct tw_stmt *stmt;
	tw_status status;

	if (!name || !*name || (vendor && entry->carrier && *entry->carrier))
		return tw__fail_at(err, TW_EINVAL, 0, "carrier", "name the "
				   "carrier or the vendor of the document, "
				   "and one only");
	status = vendor ? tw__stmt(&stmt, store,
		"SELECT id FROM vendor WHERE name = ? "
		"ORDER BY valid_from DESC LIMIT 1", err) :
		tw__stmt(&stmt, store,
		"SELECT id FROM carrier WHERE name = ? "
		"ORDER BY valid_from DESC LIMIT 1", err);
	if (status)
		return status;
	tw__bind_text(stmt, 1, name);
	status = tw__step(stmt, err);
	if (status)
		return status != TW_ITER_END ? status : tw__fail_at(err,
			TW_ENOTFOUND, 0, vendor ? "vendor" : "carrier",
			"'%.80s' is not in the directory", name);
	out[0] = vendor ? TW_ACCOUNT_VENDOR : TW_ACCOUNT_CARRIER;
	out[1] = tw__col_i64(stmt, 0);
	tw__reset(stmt);
	return TW_OK;
}

static tw_status read_money(int64_t *out, const char *text,
			    const char *currency, const char *field,
			    tw_error *err)
{
	int64_t unit = TW_NANOS;
	uint32_t decimals = 2;
	tw_money money;
	tw_status status;

	if (!text || !*text)
		return tw__fail_at(err, TW_EPARSE, 0, field, "is empty; write "
				   "it as the document has it");
	status = tw_money_parse(&money, text, currency, err);
	if (status) {
		tw__error_place(err, 0, field);
		return status;
	}
	(void)tw_currency_decimals(&decimals, currency, NULL);
	while (decimals--)
		unit /= 10;
	if (money.nanos % unit)
		return tw__fail_at(err, TW_EPARSE, 0, field, "'%.40s' has "
				   "parts of the smallest coin of %s; write "
				   "it as the document has it", text,
				   currency);
	*out = money.nanos;
	return TW_OK;
}

static tw_status read_amounts(struct tw__invoice *invoice,
			      const tw_invoice_entry *entry, tw_error *err)
{
	tw_status status = read_money(&invoice->net_nanos, entry->net,
				      invoice->currency, "net", err);

	if (!status)
		status = read_money(&invoice->vat_nanos, entry->vat,
				    invoice->currency, "vat", err);
	if (!status)
		status = read_money(&invoice->gross_nanos, entry->gross,
				    invoice->currency, "gross", err);
	if (status)
		return status;
	if ((__int128)invoice->net_nanos + invoice->vat_nanos !=
	    invoice->gross_nanos)
		return tw__fail_at(err, TW_EINVAL, 0, "gross", "is not net + "
				   "vat; check the three against the "
				   "document");
	return TW_OK;
}

static tw_status read_entry(struct tw__invoice *invoice, tw_store *store,
			    const tw_invoice_entry *entry, tw_error *err)
{
	struct tw__book book;
	tw_time to;
	tw_status status = tw__book_open(&book, store, NULL, err);

	if (status)
		return status;
	snprintf(invoice->currency, sizeof(invoice->currency), "%s",
		 entry->currency && *entry->currency ? entry->currency :
		 book.currency);
	if (!*invoice->currency)
		status = tw__fail_at(err, TW_EINVAL, 0, "currency", "is not "
				     "given, and the company has none; say "
				     "which one the document is in");
	else if (!entry->month || !entry->date)
		status = tw__fail_at(err, TW_EPARSE, 0, entry->month ? "date" :
				     "month", "is missing");
	if (!status)
		status = tw__book_parse(&invoice->month, &invoice->from, &to,
					&book, entry->month, err);
	if (!status && strlen(entry->date) != 10)
		status = tw__fail_at(err, TW_EPARSE, 0, "date", "'%.20s' is "
				     "no date; write 2026-11-05",
				     entry->date);
	if (!status)
		status = tw_time_parse(&invoice->date, entry->date, book.zone,
				       err);
	if (status && err && !*err->field)
		tw__error_place(err, 0, "date");
	tw__book_close(&book);
	return status ? status : read_amounts(invoice, entry, err);
}

static tw_status check_number(const char *number, tw_error *err)
{
	size_t length = number ? strnlen(number, 64) : 0;

	if (!length || length > 63 || !tw__utf8_is_valid(number, length))
		return tw__fail_at(err, TW_EPARSE, 0, "number", "is empty, "
				   "longer than 63 bytes or not UTF-8");
	for (const char *p = number; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return tw__fail_at(err, TW_EPARSE, 0, "number",
					   "holds a control character");
	}
	return TW_OK;
}

/* The same number on the same day is the same paper. */
static tw_status find_same(tw_store *store, const struct tw__invoice *invoice,
			   const char *number, tw_error *err)
{
	struct tw_stmt *stmt;
	bool same;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT id, month, net_nanos, vat_nanos, currency "
		"FROM invoice WHERE payee_kind = ? AND payee = ? "
		"AND number = ? AND date = ? AND id NOT IN "
		"(SELECT invoice FROM invoice_withdrawn)", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, invoice->payee[0]);
	tw__bind_i64(stmt, 2, invoice->payee[1]);
	tw__bind_text(stmt, 3, number);
	tw__bind_i64(stmt, 4, invoice->date);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	same = tw__col_i64(stmt, 1) == invoice->month &&
		tw__col_i64(stmt, 2) == invoice->net_nanos &&
		tw__col_i64(stmt, 3) == invoice->vat_nanos &&
		strcmp(tw__col_text(stmt, 4), invoice->currency) == 0;
	status = same ? tw__fail_at(err, TW_EEXIST, 0, "number", "this "
		"document is entered already, as %lld",
		(long long)tw__col_i64(stmt, 0)) :
		tw__fail_at(err, TW_ECONFLICT, 0, "number", "document %lld "
		"has this number and date and other amounts; withdraw it "
		"first",
		(long long)tw__col_i64(stmt, 0));
	tw__reset(stmt);
	return status;
}

static tw_status write_invoice(tw_store *store,
			       const struct tw__invoice *invoice,
			       const char *number, tw_error *err)
{
	const tw_clock *clock = tw__store_clock(store);
	int64_t who = 0;
	struct tw_stmt *stmt;
	tw_status status = tw__ledger_who(&who, store, err);

	if (!status)
		status = tw__stmt(&stmt, store,
			"INSERT INTO invoice (payee_kind, payee, number, "
			"date, month, net_nanos, vat_nanos, gross_nanos, "
			"currency, made_us, who) "
			"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, invoice->payee[0]);
	tw__bind_i64(stmt, 2, invoice->payee[1]);
	tw__bind_text(stmt, 3, number);
	tw__bind_i64(stmt, 4, invoice->date);
	tw__bind_i64(stmt, 5, invoice->month);
	tw__bind_i64(stmt, 6, invoice->net_nanos);
	tw__bind_i64(stmt, 7, invoice->vat_nanos);
	tw__bind_i64(stmt, 8, invoice->gross_nanos);
	tw__bind_text(stmt, 9, invoice->currency);
	tw__bind_i64(stmt, 10, clock->wall(clock->arg));
	tw__bind_i64(stmt, 11, who);
	return tw__run(stmt, err);
}

static tw_status enter(uint64_t *out, tw_store *store,
		       const tw_invoice_entry *entry, tw_error *err)
{
	struct tw__invoice invoice = { .month = 0 };
	tw_status status = check_number(entry->number, err);

	if (!status)
		status = find_payee(invoice.payee, store, entry, err);
	if (!status)
		status = read_entry(&invoice, store, entry, err);
	if (!status)
		status = find_same(store, &invoice, entry->number, err);
	if (!status)
		status = write_invoice(store, &invoice, entry->number, err);
	*out = status ? 0 : (uint64_t)tw__last_id(store);
	return status;
}

tw_status tw_invoice_enter(uint64_t *out_id, tw_store *store,
			   const tw_invoice_entry *entry, tw_error *err)
{
	tw_invoice_entry copy = TW_INVOICE_ENTRY_INIT;
	uint64_t id = 0;
	struct tw_tx tx;
	tw_status status;

	if (!store || !entry)
		return tw__fail(err, TW_EINVAL, "an invoice needs store and "
				"entry");
	status = tw__import(&copy, sizeof(copy), entry, err);
	if (!status)
		status = tw__tx_enter(&tx, store, err);
	if (status)
		return status;
	status = tw__tx_leave(&tx, store, enter(&id, store, &copy, err), err);
	if (!status && out_id)
		*out_id = id;
	return status;
}

static tw_status withdraw(tw_store *store, int64_t id, tw_error *err)
{
	const tw_clock *clock = tw__store_clock(store);
	int64_t who = 0;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT EXISTS (SELECT 1 FROM invoice_withdrawn "
		"WHERE invoice = ?1) FROM invoice WHERE id = ?1", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, id);
	status = tw__step(stmt, err);
	if (status)
		return status != TW_ITER_END ? status :
			tw__fail_at(err, TW_ENOTFOUND, 0, "invoice", "no "
				    "document %lld; see invoice list",
				    (long long)id);
	if (tw__col_i64(stmt, 0))
		status = tw__fail_at(err, TW_EEXIST, 0, "invoice", "document "
				     "%lld is withdrawn already",
				     (long long)id);
	tw__reset(stmt);
	if (!status)
		status = tw__ledger_who(&who, store, err);
	if (!status)
		status = tw__stmt(&stmt, store,
			"INSERT INTO invoice_withdrawn (invoice, made_us, "
			"who) VALUES (?, ?, ?)", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, id);
	tw__bind_i64(stmt, 2, clock->wall(clock->arg));
	tw__bind_i64(stmt, 3, who);
	return tw__run(stmt, err);
}

tw_status tw_invoice_withdraw(tw_store *store, uint64_t id, tw_error *err)
{
	struct tw_tx tx;
	tw_status status;

	if (!store || !id || id > INT64_MAX)
		return tw__fail_at(err, TW_ENOTFOUND, 0, "invoice", "there is "
				   "no such document; see invoice list");
	status = tw__tx_enter(&tx, store, err);
	if (status)
		return status;
	return tw__tx_leave(&tx, store, withdraw(store, (int64_t)id, err),
			    err);
}

/* ---- listed ---- */

struct tw_invoices {
	tw_invoice *rows;
	size_t count, capacity, next;
};

#define SELECT_INVOICES "SELECT i.id, i.number, i.date, i.month, " \
	"i.net_nanos, i.vat_nanos, i.gross_nanos, i.currency, i.made_us, " \
	"EXISTS (SELECT 1 FROM invoice_withdrawn w WHERE w.invoice = i.id), " \
	"CASE i.payee_kind WHEN 2 THEN (SELECT name FROM carrier c " \
	"WHERE c.id = i.payee ORDER BY valid_from DESC LIMIT 1) ELSE " \
	"(SELECT name FROM vendor v WHERE v.id = i.payee " \
	"ORDER BY valid_from DESC LIMIT 1) END FROM invoice i " \
	"WHERE i.month = ?1 OR ?1 = 0 ORDER BY i.id"

static void set_money(tw_money *out, int64_t nanos, const char *currency)
{
	out->nanos = nanos;
	snprintf(out->currency, sizeof(out->currency), "%s", currency);
}

static tw_status add_invoice(tw_invoices *list, struct tw_stmt *stmt,
			     const tw_zone *zone, tw_error *err)
{
	int64_t month = tw__col_i64(stmt, 3);
	const char *currency = tw__col_text(stmt, 7);
	tw_invoice *row;
	tw_civil date;

	if (tw__grow((void **)&list->rows, &list->capacity, list->count + 1,
		     sizeof(*row)))
		return tw__fail_oom(err);
	row = &list->rows[list->count++];
	*row = (tw_invoice)TW_INVOICE_INIT;
	row->id = (uint64_t)tw__col_i64(stmt, 0);
	row->withdrawn = (uint32_t)tw__col_i64(stmt, 9);
	row->made = tw__col_i64(stmt, 8);
	set_money(&row->net, tw__col_i64(stmt, 4), currency);
	set_money(&row->vat, tw__col_i64(stmt, 5), currency);
	set_money(&row->gross, tw__col_i64(stmt, 6), currency);
	snprintf(row->number, sizeof(row->number), "%s",
		 tw__col_text(stmt, 1));
	snprintf(row->payee, sizeof(row->payee), "%s",
		 tw__col_text(stmt, 10));
	tw_zone_local(&date, zone, tw__col_i64(stmt, 2));
	snprintf(row->date, sizeof(row->date), "%04d-%02d-%02d",
		 (int)(date.year % 10000), (int)date.month, (int)date.day);
	snprintf(row->month, sizeof(row->month), "%04d-%02d",
		 (int)(month / 100 % 10000), (int)(month % 100));
	return TW_OK;
}

static tw_status load(tw_invoices *list, tw_store *store, const char *month,
		      tw_error *err)
{
	struct tw__book book;
	int64_t number = 0;
	tw_time from, to;
	struct tw_stmt *stmt;
	tw_status status = tw__book_open(&book, store, NULL, err);

	if (status)
		return status;
	if (month)
		status = tw__book_parse(&number, &from, &to, &book, month,
					err);
	if (!status)
		status = tw__stmt(&stmt, store, SELECT_INVOICES, err);
	if (!status) {
		tw__bind_i64(stmt, 1, number);
		while ((status = tw__step(stmt, err)) == TW_OK) {
			status = add_invoice(list, stmt, book.zone, err);
			if (status) {
				tw__reset(stmt);
				break;
			}
		}
	}
	tw__book_close(&book);
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw_invoice_list(tw_invoices **out, tw_store *store,
			  const char *month, tw_error *err)
{
	tw_invoices *list;
	tw_status status;

	if (!out || !store)
		return tw__fail(err, TW_EINVAL, "a list needs out and store");
	list = tw_calloc(1, sizeof(*list));
	if (!list)
		return tw__fail_oom(err);
	status = load(list, store, month, err);
	if (status) {
		tw_invoices_free(list);
		return status;
	}
	*out = list;
	return TW_OK;
}

tw_status tw_invoices_next(tw_invoice *out, tw_invoices *invoices,
			   tw_error *err)
{
	tw_status status;

	if (!out || !invoices)
		return tw__fail(err, TW_EINVAL, "no list of invoices");
	if (invoices->next == invoices->count)
		return TW_ITER_END;
	status = tw__export(out, &invoices->rows[invoices->next],
			    sizeof(*out), err);
	if (!status)
		invoices->next++;
	return status;
}

void tw_invoices_free(tw_invoices *invoices)
{
	if (!invoices)
		return;
	tw_free(invoices->rows);
	tw_free(invoices);
}
