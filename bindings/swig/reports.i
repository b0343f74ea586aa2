/* Expense reports. */
TW_HANDLE(tw_expenses)
TW_RESULT(tw_expense_row, TW_EXPENSE_ROW_INIT)

%immutable;
typedef struct tw_expense_row {
	uint32_t unallocated;
	int64_t calls, answered, missed, unrated;
	int64_t talk_us;
	tw_money rent, calls_cost, forwarded_cost, total;
	char department[128];
	char city[64];
	char carrier[64];
	char number[32];
	char destination[96];
	char direction[16];
	char contract[128];
	char period[16];
	char first_day[16], last_day[16];
	uint32_t whole_month;
	uint32_t has_budget;
	tw_money previous, difference, corrections, net, vat;
	tw_money budget, budget_spent, budget_left;
} tw_expense_row;
%mutable;

%thread report_make;

tw_status tw_expenses_next(tw_expense_row *out, tw_expenses *expenses,
			   tw_error *err);
tw_status tw_expenses_total(tw_expense_row *out, const tw_expenses *expenses,
			    uint32_t index, tw_error *err);
const char *tw_expenses_zone(const tw_expenses *expenses);
const char *tw_expenses_company(const tw_expenses *expenses);

%inline %{
/* to: None for one month. */
static tw_status report_make(tw_expenses **out, tw_store *store,
	uint32_t by, uint32_t per, uint32_t compare, const char *from,
	const char *to, tw_error *err)
{
	tw_report_options o = TW_REPORT_OPTIONS_INIT;

	o.by = by;
	o.per = per;
	o.compare = compare;
	o.from = from;
	o.to = to;
	return tw_report_make(out, store, &o, err);
}
%}
