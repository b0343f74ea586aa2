/* What sources say that their calls cost, beside our rating. */
TW_HANDLE(tw_differences)
TW_RESULT(tw_difference_row, TW_DIFFERENCE_ROW_INIT)

%immutable;
typedef struct tw_difference_row {
	uint32_t is_total, comparable;
	int64_t calls, differing, unrated, unstated;
	tw_money rated, stated, difference, only_stated, only_rated;
	char month[16];
	char department[128];
	char carrier[128];
	char source[128];
} tw_difference_row;
%mutable;

%thread report_differences;

tw_status tw_differences_next(tw_difference_row *out,
			      tw_differences *differences, tw_error *err);

%inline %{
/* to: None for one month. */
static tw_status report_differences(tw_differences **out, tw_store *store,
	uint32_t by, uint32_t against, const char *from, const char *to,
	tw_error *err)
{
	tw_difference_options o = TW_DIFFERENCE_OPTIONS_INIT;

	o.by = by;
	o.against = against;
	o.from = from;
	o.to = to;
	return tw_report_differences(out, store, &o, err);
}
%}
