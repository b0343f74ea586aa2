/* Documents of carriers, and departments that add up to them. */
TW_HANDLE(tw_invoices)
TW_HANDLE(tw_invoiced)
TW_RESULT(tw_invoice, TW_INVOICE_INIT)
TW_RESULT(tw_invoiced_row, TW_INVOICED_ROW_INIT)

%immutable;
typedef struct tw_invoice {
	uint32_t withdrawn;
	uint64_t id;
	tw_money net, vat, gross;
	int64_t made;
	char number[64];
	char payee[128];
	char date[16];
	char month[16];
} tw_invoice;

typedef struct tw_invoiced_row {
	uint32_t invoiced, unallocated, is_total;
	tw_money net, vat, gross, rated_net, rated_vat, difference;
	char department[128];
	char payee[128];
	char documents[128];
	char city[64];
	char number[32];
	char destination[96];
	char direction[16];
	char contract[128];
} tw_invoiced_row;
%mutable;

%thread tw_report_invoiced_by;

tw_status tw_invoice_withdraw(tw_store *store, uint64_t id, tw_error *err);
tw_status tw_invoice_list(tw_invoices **out, tw_store *store,
			  const char *month, tw_error *err);
tw_status tw_invoices_next(tw_invoice *out, tw_invoices *invoices,
			   tw_error *err);
tw_status tw_report_invoiced_by(tw_invoiced **out, tw_store *store,
				const char *month, uint32_t by,
				tw_error *err);
tw_status tw_invoiced_next(tw_invoiced_row *out, tw_invoiced *invoiced,
			   tw_error *err);

%inline %{
static tw_status invoice_enter(uint64_t *out, tw_store *store,
	const char *number, const char *carrier, const char *vendor,
	const char *date, const char *month, const char *net,
	const char *vat, const char *gross, const char *currency,
	tw_error *err)
{
	tw_invoice_entry e = TW_INVOICE_ENTRY_INIT;

	e.number = number;
	e.carrier = carrier;
	e.vendor = vendor;
	e.date = date;
	e.month = month;
	e.net = net;
	e.vat = vat;
	e.gross = gross;
	e.currency = currency;
	return tw_invoice_enter(out, store, &e, err);
}
%}
