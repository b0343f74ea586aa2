/**
 * @file src/accounts/report_rows.c  Groups of a report as people read them
 *
 * Decides how groups are named and in which order they stand: by time, then
 * by name, and what belongs to no department last. Refuses to hide: a group
 * that was there only in the time compared with is a row too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/decimal.h"
#include "report.h"
#include "report_period.h"

static const char *const directions[] = { "", "outbound", "inbound",
	"forward", "internal" };

static tw_status too_much(tw_error *err)
{
	return tw__fail(err, TW_ERANGE, "a sum of this report exceeds 9.2e9 "
			"units; ask for a shorter time");
}

static tw_status name_parties(tw_expense_row *row, struct tw__report *report,
			      const struct tw__report_key *key, tw_error *err)
{
	bool vendor = key->payee % 4 == TW_ACCOUNT_VENDOR;
	tw_status status = TW_OK;

	if (key->payee)
		status = tw__report_name(row->carrier, sizeof(row->carrier),
			report, vendor ?
			"SELECT name FROM vendor" TW_AS_OF_END :
			"SELECT name FROM carrier" TW_AS_OF_END,
			key->payee / 4, err);
	if (!status && key->contract)
		status = tw__report_name(row->contract,
			sizeof(row->contract), report,
			"SELECT name FROM contract" TW_AS_OF_END,
			key->contract, err);
	return status;
}

static tw_status name_row(tw_expense_row *row, struct tw__report *report,
			  const struct tw__report_key *key, tw_error *err)
{
	tw_status status = name_parties(row, report, key, err);

	row->unallocated = (report->by & TW_BY_DEPARTMENT) &&
		!key->department;
	if (!status && key->department)
		status = tw__report_name(row->department,
			sizeof(row->department), report,
			"SELECT name FROM department" TW_AS_OF_END,
			key->department, err);
	if (!status && key->number)
		status = tw__report_name(row->number, sizeof(row->number),
			report, "SELECT name FROM number" TW_AS_OF_END,
			key->number, err);
	if (!status && key->destination)
		status = tw__report_text(row->destination,
			sizeof(row->destination), report,
			"SELECT text FROM word WHERE id = ?",
			key->destination, err);
	if (key->city)
		snprintf(row->city, sizeof(row->city), "%s",
			 report->cities[key->city - 1].name);
	if (key->direction > 0 &&
	    key->direction < (int64_t)TW_ARRAY_COUNT(directions))
		snprintf(row->direction, sizeof(row->direction), "%s",
			 directions[key->direction]);
	return status;
}

static void date_row(tw_expense_row *row, const struct tw__report *report,
		     int64_t period)
{
	struct tw__period_text text;

	tw__period_text(&text, report->per, period, report->months);
	memcpy(row->period, text.name, sizeof(row->period));
	memcpy(row->first_day, text.first, sizeof(row->first_day));
	memcpy(row->last_day, text.last, sizeof(row->last_day));
	row->whole_month = text.whole_month;
}

static void set_money(tw_money *out, int64_t nanos, const char *currency)
{
	memset(out, 0, sizeof(*out));
	out->nanos = nanos;
	snprintf(out->currency, sizeof(out->currency), "%s", currency);
}

static tw_status fill_budget(tw_expense_row *row,
			     const struct tw__report_line *line,
			     const char *currency, tw_error *err)
{
	int64_t left;

	if (line->spent == INT64_MIN ||
	    !tw__add_i64(&left, line->budget, -line->spent))
		return too_much(err);
	row->has_budget = line->budgets != 0;
	set_money(&row->budget, line->budget, currency);
	set_money(&row->budget_spent, line->spent, currency);
	set_money(&row->budget_left, left, currency);
	return TW_OK;
}

static tw_status fill_row(tw_expense_row *row,
			  const struct tw__report_line *line,
			  const char *currency, tw_error *err)
{
	int64_t total, difference;

	if (!tw__report_line_total(&total, line) ||
	    line->previous == INT64_MIN ||
	    !tw__add_i64(&difference, total, -line->previous))
		return too_much(err);
	row->calls = line->calls;
	row->answered = line->answered;
	row->missed = line->missed;
	row->unrated = line->unrated;
	row->talk_us = line->talk_us;
	set_money(&row->rent, line->rent, currency);
	set_money(&row->calls_cost, line->calls_cost, currency);
	set_money(&row->forwarded_cost, line->forwarded_cost, currency);
	set_money(&row->corrections, line->corrections, currency);
	set_money(&row->net, line->net, currency);
	set_money(&row->vat, line->vat, currency);
	set_money(&row->total, total, currency);
	set_money(&row->previous, line->previous, currency);
	set_money(&row->difference, difference, currency);
	return fill_budget(row, line, currency, err);
}

static int compare_rows(const void *x, const void *y)
{
	const tw_expense_row *a = x, *b = y;
	int diff = strcmp(a->first_day, b->first_day);

	if (!diff)
		diff = (int)b->whole_month - (int)a->whole_month;
	if (!diff)
		diff = (int)a->unallocated - (int)b->unallocated;
	if (!diff)
		diff = strcmp(a->department, b->department);
	if (!diff)
		diff = strcmp(a->city, b->city);
	if (!diff)
		diff = strcmp(a->carrier, b->carrier);
	if (!diff)
		diff = strcmp(a->contract, b->contract);
	if (!diff)
		diff = strcmp(a->number, b->number);
	if (!diff)
		diff = strcmp(a->direction, b->direction);
	if (!diff)
		diff = strcmp(a->destination, b->destination);
	return diff ? diff : strcmp(a->total.currency, b->total.currency);
}

static tw_status make_rows(struct tw__report *report, tw_error *err)
{
	struct tw_expenses *out = report->out;

	for (size_t i = 0; i < report->groups.count; i++) {
		const struct tw__report_group *group =
			&report->groups.rows[i];
		tw_expense_row row = TW_EXPENSE_ROW_INIT;
		tw_status status;

		if (tw__report_line_is_zero(&group->line))
			continue;
		status = name_row(&row, report, &group->key, err);
		date_row(&row, report, group->key.period);
		if (!status)
			status = fill_row(&row, &group->line,
				report->currencies[group->key.currency - 1],
				err);
		if (status)
			return status;
		if (tw__grow((void **)&out->rows, &out->capacity,
			     out->count + 1, sizeof(row)))
			return tw__fail_oom(err);
		out->rows[out->count++] = row;
	}
	if (out->count)
		qsort(out->rows, out->count, sizeof(*out->rows),
		      compare_rows);
	return TW_OK;
}

static tw_status sum_of(struct tw__report_line *out, bool *any,
			const struct tw__report_groups *groups,
			int64_t currency, tw_error *err)
{
	for (size_t i = 0; i < groups->count; i++) {
		if (groups->rows[i].key.currency != currency)
			continue;
		*any = true;
		if (!tw__report_line_add(out, &groups->rows[i].line))
			return too_much(err);
	}
	return TW_OK;
}

static tw_status make_totals(struct tw__report *report, tw_error *err)
{
	struct tw_expenses *out = report->out;

	for (size_t c = 0; c < report->currency_count; c++) {
		struct tw__report_line sum = { 0 };
		tw_expense_row row = TW_EXPENSE_ROW_INIT;
		bool any = false;
		tw_status status = sum_of(&sum, &any, &report->groups,
					  (int64_t)c + 1, err);

		if (status || !any) {
			if (status)
				return status;
			continue;
		}
		status = fill_row(&row, &sum, report->currencies[c], err);
		if (status)
			return status;
		if (tw__grow((void **)&out->totals, &out->total_capacity,
			     out->total_count + 1, sizeof(row)))
			return tw__fail_oom(err);
		out->totals[out->total_count++] = row;
	}
	if (out->total_count)
		qsort(out->totals, out->total_count, sizeof(*out->totals),
		      compare_rows);
	return TW_OK;
}

tw_status tw__report_rows(struct tw__report *report, tw_error *err)
{
	tw_status status = make_rows(report, err);

	return status ? status : make_totals(report, err);
}
