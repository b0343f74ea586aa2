/* Calls by anything that is known of them. */
TW_HANDLE(tw_breakdown)
TW_RESULT(tw_breakdown_row, TW_BREAKDOWN_ROW_INIT)

%immutable;
typedef struct tw_breakdown_row {
	uint32_t is_total;
	int64_t calls, answered, missed, unrated, talk_us;
	tw_money cost, net, vat;
} tw_breakdown_row;
%mutable;

%thread report_breakdown;

tw_status tw_breakdown_next(tw_breakdown_row *out, tw_breakdown *breakdown,
			    tw_error *err);
const char *tw_breakdown_zone(const tw_breakdown *breakdown);
const char *tw_breakdown_company(const tw_breakdown *breakdown);

%{
#include <string.h>
#include <stdlib.h>
%}

%ignore breakdown_cuts;
%inline %{
/* The name of place `i` of what was asked by; "" beyond the last. */
static const char *breakdown_key(const tw_breakdown_row *row, uint32_t i)
{
	return i < TW_BREAKDOWN_CUTS_MAX ? row->key[i] : "";
}

/* by: for each a letter ("A" for TW_CUT_ 1 and so on), with only this key "="
 * and the key behind it, and \x1f at the end; it is cut up here. */
static void breakdown_cuts(tw_breakdown_options *o, char *by)
{
	while (*by && o->count < TW_BREAKDOWN_CUTS_MAX) {
		char *end = strchr(by, '\x1f');

		*end = '\0';
		o->by[o->count] = (uint32_t)(*by - '@');
		o->only[o->count++] = by[1] == '=' ? by + 2 : NULL;
		by = end + 1;
	}
	if (*by)
		o->count = TW_BREAKDOWN_CUTS_MAX + 1;
}

/* to: None for one month. */
static tw_status report_breakdown(tw_breakdown **out, tw_store *store,
	const char *by, uint32_t digits, const char *from, const char *to,
	tw_error *err)
{
	tw_breakdown_options o = TW_BREAKDOWN_OPTIONS_INIT;
	char *cuts = strdup(by);
	tw_status status = TW_ENOMEM;

	if (!cuts)
		return status;
	breakdown_cuts(&o, cuts);
	o.digits = digits;
	o.from = from;
	o.to = to;
	status = tw_report_breakdown(out, store, &o, err);
	free(cuts);
	return status;
}
%}
