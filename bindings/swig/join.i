/* One call that two sources have told. */
TW_RESULT(tw_join, TW_JOIN_INIT)

%immutable;
typedef struct tw_join {
	uint64_t run, joined, only_first, only_second;
	uint64_t ambiguous_first, ambiguous_second;
	int64_t offset_us;
} tw_join;
%mutable;

%thread cdr_join;

%inline %{
/* answer, department, cost, alone_of: 0 the first source, 1 the second. */
static tw_status cdr_join(tw_join *out, tw_listing **out_rejects,
	tw_store *store, const char *month, const char *first,
	const char *second, uint32_t answer, uint32_t department,
	uint32_t cost, uint32_t window_s, uint32_t offset_max_s, int dry_run,
	const char *accept_first, const char *accept_second,
	const char *alone, uint32_t alone_of, tw_error *err)
{
	tw_join_options o = TW_JOIN_OPTIONS_INIT;

	o.month = month;
	o.first = first;
	o.second = second;
	o.answer = answer;
	o.department = department;
	o.cost = cost;
	o.window_s = window_s;
	o.offset_max_s = offset_max_s;
	o.accept_first = accept_first;
	o.accept_second = accept_second;
	o.alone = alone;
	o.alone_of = alone_of;
	o.flags = dry_run ? TW_JOIN_DRY_RUN : 0;
	return tw_cdr_join(out, out_rejects, store, &o, err);
}
%}
