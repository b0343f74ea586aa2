/* A month of the ledger as entries of a journal. */
%{
#define tw_journal_lines_free tw_journal_free
%}
TW_HANDLE(tw_journal_lines)
TW_RESULT(tw_journal_row, TW_JOURNAL_ROW_INIT)

%immutable;
typedef struct tw_journal_row {
	uint32_t correction, unallocated, is_vendor;
	tw_money net, vat;
	char department[128];
	char cost_center[128];
	char payee[128];
	char inn[32];
	char kind[16];
	char of_month[16];
} tw_journal_row;
%mutable;

#define TW_JOURNAL_OPEN 0x1u

%thread tw_journal_open;

tw_status tw_journal_open(tw_journal_lines **out, tw_store *store,
			  const char *month, uint32_t flags, tw_error *err);
tw_status tw_journal_next(tw_journal_row *out, tw_journal_lines *lines,
			  tw_error *err);
