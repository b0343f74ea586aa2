/* What is accrued, closed months, and calls rated anew. */
TW_RESULT(tw_accrual, TW_ACCRUAL_INIT)
TW_RESULT(tw_rerate, TW_RERATE_INIT)

%immutable;
typedef struct tw_accrual {
	uint32_t whole;
	uint64_t postings;
	tw_money posted;
	char month[16];
	char through[16];
} tw_accrual;

typedef struct tw_rerate {
	uint64_t run, calls, changed, same, kept, erased, turned;
} tw_rerate;
%mutable;

%thread cdr_rerate;
%thread tw_ledger_accrue_through;
%thread tw_period_close;
%thread tw_period_seal;

tw_status tw_ledger_accrue_through(tw_accrual *out, tw_store *store,
	const char *month, const char *day, tw_error *err);
tw_status tw_ledger_accrued(tw_accrual *out, tw_store *store,
			    const char *month, tw_error *err);
tw_status tw_period_close(uint64_t *out, tw_store *store, const char *month,
			  tw_error *err);
tw_status tw_import_rejects(tw_listing **out, tw_store *store, uint64_t batch,
			    tw_error *err);
tw_status tw_period_list(tw_listing **out, tw_store *store, tw_error *err);
tw_status tw_period_seal(uint64_t *out, tw_store *store, tw_error *err);
tw_status tw_period_seals(tw_listing **out, tw_store *store, tw_error *err);

%inline %{
/* Objects of two: the counts and the list. */
static tw_status cdr_rerate(tw_rerate *out, tw_listing **out_rejects,
	tw_store *store, const char *month, const char *carrier,
	const char *reason, int dry_run, tw_error *err)
{
	tw_rerate_options o = TW_RERATE_OPTIONS_INIT;

	o.month = month;
	o.carrier = carrier;
	o.reason = reason;
	o.flags = dry_run ? TW_RERATE_DRY_RUN : 0;
	return tw_cdr_rerate(out, out_rejects, store, &o, err);
}
%}
