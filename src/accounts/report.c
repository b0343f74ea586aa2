/**
 * @file src/accounts/report.c  Expenses by department, time and more
 *
 * Decides what may be asked of a report and in which order it is made. What
 * belongs into it is read by report_read.c, how its rows are named and sorted
 * stands in report_rows.c. Refuses to hide: what nobody owns is a row of its
 * own, calls without a price are counted beside the money, and currencies are
 * never added up.
 */
#include <stdio.h>
#include <string.h>
#include "rating/deck.h"
#include "report.h"
#include "report_period.h"

#define BY_ALL (TW_BY_DEPARTMENT | TW_BY_CITY | TW_BY_CARRIER | \
	TW_BY_NUMBER | TW_BY_DESTINATION | TW_BY_DIRECTION | TW_BY_CONTRACT)

static tw_status first_text(char *out, size_t size, struct tw_stmt *stmt,
			    tw_error *err)
{
	tw_status status = tw__step(stmt, err);

	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	snprintf(out, size, "%s", tw__col_text(stmt, 0));
	tw__reset(stmt);
	return TW_OK;
}

static const char *known(const struct tw__report *report, const char *sql,
			 int64_t id)
{
	for (size_t i = 0; i < report->known_count; i++) {
		if (report->known[i].id == id && report->known[i].sql == sql)
			return report->known[i].text;
	}
	return NULL;
}

static void know(struct tw__report *report, const char *sql, int64_t id,
		 const char *text)
{
	struct tw__report_known *row;

	if (report->known_count == TW_REPORT_NAMES_MAX)
		return;
	row = &report->known[report->known_count++];
	row->sql = sql;
	row->id = id;
	snprintf(row->text, sizeof(row->text), "%s", text);
}

/* `end`: NULL where the question knows no versions. */
static tw_status look_up(char *out, size_t size, struct tw__report *report,
			 const char *sql, int64_t id, const tw_time *end,
			 tw_error *err)
{
	const char *text = known(report, sql, id);
	struct tw_stmt *stmt;
	tw_status status;

	if (text) {
		snprintf(out, size, "%s", text);
		return TW_OK;
	}
	*out = '\0';
	status = tw__stmt(&stmt, report->store, sql, err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, id);
	if (end)
		tw__bind_i64(stmt, 2, *end);
	status = first_text(out, size, stmt, err);
	if (!status)
		know(report, sql, id, out);
	return status;
}

tw_status tw__report_text(char *out, size_t size, struct tw__report *report,
			  const char *sql, int64_t id, tw_error *err)
{
	return look_up(out, size, report, sql, id, NULL, err);
}

tw_status tw__report_name(char *out, size_t size, struct tw__report *report,
			  const char *sql, int64_t id, tw_error *err)
{
	return look_up(out, size, report, sql, id, &report->end, err);
}

static tw_status check_options(const tw_report_options *options,
			       tw_error *err)
{
	if (!options->from)
		return tw__fail_at(err, TW_EINVAL, 0, "from", "a report needs "
				   "a month like 2026-10");
	if (options->by & ~BY_ALL)
		return tw__fail_at(err, TW_EINVAL, 0, "by", "0x%x is no mask "
				   "of TW_BY_", options->by);
	if (options->per > TW_PER_MONTH)
		return tw__fail_at(err, TW_EINVAL, 0, "per", "%u is no "
				   "TW_PER_", options->per);
	if (options->compare & ~(TW_COMPARE_PREVIOUS | TW_COMPARE_BUDGET))
		return tw__fail_at(err, TW_EINVAL, 0, "compare", "0x%x is no "
				   "mask of TW_COMPARE_", options->compare);
	if (options->compare && (options->per == TW_PER_DAY ||
				 options->per == TW_PER_WEEK))
		return tw__fail_at(err, TW_EINVAL, 0, "compare", "days and "
				   "weeks are compared with nothing; ask per "
				   "month, or for a month as a whole");
	if ((options->compare & TW_COMPARE_BUDGET) && options->by &&
	    options->by != TW_BY_DEPARTMENT)
		return tw__fail_at(err, TW_EINVAL, 0, "compare", "a budget is "
				   "a department's; ask by department alone");
	return TW_OK;
}

static tw_status read_range(struct tw__report *report,
			    const tw_report_options *options, tw_error *err)
{
	tw_time from;
	tw_status status = tw__book_parse(&report->months[0], &from,
		&report->end, &report->book, options->from, err);
	int64_t count;

	if (status)
		return status;
	report->months[1] = report->months[0];
	if (options->to)
		status = tw__book_parse(&report->months[1], &from,
			&report->end, &report->book, options->to, err);
	if (status)
		return status;
	count = tw__month_span(report->months[0], report->months[1]);
	if (count < 1)
		return tw__fail_at(err, TW_EINVAL, 0, "to", "%.20s is before "
				   "%.20s; give the later month last",
				   options->to, options->from);
	if (count > TW_REPORT_MONTHS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "to", "%lld months are "
				   "more than %d; ask for a shorter time",
				   (long long)count, TW_REPORT_MONTHS_MAX);
	return TW_OK;
}

static tw_status build(struct tw__report *report,
		       const tw_report_options *options, tw_error *err)
{
	tw_status status = tw__book_open(&report->book, report->store, NULL,
					 err);

	if (status)
		return status;
	snprintf(report->out->zone, sizeof(report->out->zone), "%s",
		 tw_zone_name(report->book.zone));
	status = read_range(report, options, err);
	if (!status)
		status = tw__report_text(report->out->company,
			sizeof(report->out->company), report,
			"SELECT name FROM company WHERE id <> ? "
			"ORDER BY valid_from DESC LIMIT 1", 0, err);
	if (!status)
		status = tw__report_read(report, err);
	if (!status)
		status = tw__report_rows(report, err);
	tw__book_close(&report->book);
	return status;
}

static tw_status make(tw_expenses **out, tw_store *store,
		      const tw_report_options *options, tw_error *err)
{
	struct tw__report report = { .store = store,
		.by = options->by ? options->by : TW_BY_DEPARTMENT,
		.per = options->per, .compare = options->compare };
	struct tw_tx tx;
	tw_status status;

	report.out = tw_calloc(1, sizeof(*report.out));
	if (!report.out)
		return tw__fail_oom(err);
	status = tw__read_enter(&tx, store, err);
	if (!status) {
		status = build(&report, options, err);
		tw__read_leave(&tx, store);
	}
	tw__report_groups_free(&report.groups);
	tw_free(report.cities);
	if (status) {
		tw_expenses_free(report.out);
		return status;
	}
	*out = report.out;
	return TW_OK;
}

tw_status tw_report_make(tw_expenses **out, tw_store *store,
			 const tw_report_options *options, tw_error *err)
{
	tw_report_options mine = TW_REPORT_OPTIONS_INIT;
	tw_status status;

	if (!out || !store || !options)
		return tw__fail(err, TW_EINVAL, "a report needs out, store "
				"and options");
	status = tw__import(&mine, sizeof(mine), options, err);
	if (!status)
		status = check_options(&mine, err);
	return status ? status : make(out, store, &mine, err);
}

tw_status tw_report_expenses(tw_expenses **out, tw_store *store,
			     const char *month, uint32_t by, tw_error *err)
{
	tw_report_options options = TW_REPORT_OPTIONS_INIT;

	if (!month)
		return tw__fail(err, TW_EINVAL, "a report needs a month");
	options.by = by;
	options.from = month;
	return tw_report_make(out, store, &options, err);
}

tw_status tw_expenses_next(tw_expense_row *out, tw_expenses *expenses,
			   tw_error *err)
{
	tw_status status;

	if (!out || !expenses)
		return tw__fail(err, TW_EINVAL, "no report");
	if (expenses->next == expenses->count)
		return TW_ITER_END;
	status = tw__export(out, &expenses->rows[expenses->next],
			    sizeof(*out), err);
	if (!status)
		expenses->next++;
	return status;
}

tw_status tw_expenses_total(tw_expense_row *out, const tw_expenses *expenses,
			    uint32_t index, tw_error *err)
{
	if (!out || !expenses)
		return tw__fail(err, TW_EINVAL, "no report");
	if (index >= expenses->total_count)
		return TW_ITER_END;
	return tw__export(out, &expenses->totals[index], sizeof(*out), err);
}

const char *tw_expenses_zone(const tw_expenses *expenses)
{
	return expenses ? expenses->zone : "";
}

const char *tw_expenses_company(const tw_expenses *expenses)
{
	return expenses ? expenses->company : "";
}

void tw_expenses_free(tw_expenses *expenses)
{
	if (!expenses)
		return;
	tw_free(expenses->rows);
	tw_free(expenses->totals);
	tw_free(expenses);
}
