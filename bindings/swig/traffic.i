/* Who calls, who was missed, and what a call costs. */
TW_HANDLE(tw_traffic)
TW_RESULT(tw_traffic_row, TW_TRAFFIC_ROW_INIT)

%immutable;
typedef struct tw_traffic_row {
	uint32_t is_total, weekday, hour;
	uint64_t offered, answered, missed, hidden, missed_hidden;
	uint64_t unreturned, callers, first_time, repeat, ends_known;
	int64_t wait_us, wait_mean_us, abandon_us, abandon_mean_us, talk_us;
	tw_money rent, charges, cost, per_answered, per_first;
	uint64_t other_currency;
	char from[16], to[16];
	char name[512];
	char campaigns[512];
} tw_traffic_row;
%mutable;

%thread report_traffic;
%thread tw_missed_list;

tw_status tw_traffic_next(tw_traffic_row *out, tw_traffic *traffic,
			  tw_error *err);
tw_status tw_missed_list(tw_listing **out, tw_store *store,
			 const char *month, tw_error *err);

%inline %{
/* to: None for one month. */
static tw_status report_traffic(tw_traffic **out, tw_store *store,
	uint32_t by, const char *month, const char *to,
	uint32_t callback_hours, tw_error *err)
{
	tw_traffic_options o = TW_TRAFFIC_OPTIONS_INIT;

	o.by = by;
	o.month = month;
	o.to = to;
	o.callback_hours = callback_hours;
	return tw_report_traffic(out, store, &o, err);
}
%}
