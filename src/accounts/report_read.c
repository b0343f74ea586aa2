/**
 * @file src/accounts/report_read.c  What belongs into a report, as groups
 *
 * Decides where the lines of a report come from: calls from the rollup, rents
 * by the function that also posts them, and what was posted for a month as a
 * whole. Refuses to read calls: a month costs the same however many it had.
 */
#include <stdio.h>
#include <string.h>
#include "base/decimal.h"
#include "rent.h"
#include "report.h"
#include "report_period.h"

static tw_status currency_place(int64_t *out, struct tw__report *report,
				const char *currency, tw_error *err)
{
	size_t i = 0;

	while (i < report->currency_count &&
	       strcmp(report->currencies[i], currency) != 0)
		i++;
	if (i == TW_REPORT_CURRENCIES_MAX)
		return tw__fail(err, TW_ERANGE, "more than %d currencies in "
				"one report", TW_REPORT_CURRENCIES_MAX);
	if (i == report->currency_count) {
		snprintf(report->currencies[i], 4, "%s", currency);
		report->currency_count++;
	}
	*out = (int64_t)i + 1;
	return TW_OK;
}

static tw_status city_place(int64_t *out, struct tw__report *report,
			    int64_t department, tw_error *err)
{
	struct tw__report_city city = { department, "" };
	tw_status status;

	for (size_t i = 0; i < report->city_count; i++) {
		if (report->cities[i].department != department)
			continue;
		/* cities of one name are one group */
		for (size_t j = 0; j <= i; j++) {
			if (strcmp(report->cities[j].name,
				   report->cities[i].name) == 0) {
				*out = (int64_t)j + 1;
				return TW_OK;
			}
		}
	}
	status = tw__report_name(city.name, sizeof(city.name), report,
		"SELECT city FROM department" TW_AS_OF_END, department, err);
	if (status)
		return status;
	if (tw__grow((void **)&report->cities, &report->city_capacity,
		     report->city_count + 1, sizeof(city)))
		return tw__fail_oom(err);
	report->cities[report->city_count++] = city;
	return city_place(out, report, department, err);
}

static int64_t payee_key(int64_t kind, int64_t payee)
{
	return payee ? payee * 4 + kind : 0;
}

/* key: all that is known of the line; what was not asked by is put away. */
static tw_status add_line(struct tw__report *report,
			  struct tw__report_key key,
			  const struct tw__report_line *line, tw_error *err)
{
	uint32_t by = report->by;
	struct tw__report_line old = { 0 };
	tw_status status = TW_OK;

	if (by & TW_BY_CONTRACT)
		key.contract = tw__contract_of(&report->contracts,
			key.payee % 4, key.payee / 4, key.number);
	if (by & TW_BY_CITY)
		status = city_place(&key.city, report, key.department, err);
	if (status)
		return status;
	if (!(by & TW_BY_DEPARTMENT))
		key.department = 0;
	if (!(by & TW_BY_CARRIER))
		key.payee = 0;
	if (!(by & TW_BY_NUMBER))
		key.number = 0;
	if (!(by & TW_BY_DESTINATION))
		key.destination = 0;
	if (!(by & TW_BY_DIRECTION))
		key.direction = 0;
	if (!report->previous)
		return tw__report_groups_add(&report->groups, &key, line,
					     err);
	if (!tw__report_line_total(&old.previous, line))
		return tw__fail(err, TW_ERANGE, "a sum of the time compared "
				"with exceeds 9.2e9 units");
	if (!old.previous)
		return TW_OK;
	return tw__report_groups_add(&report->groups, &key, &old, err);
}

static bool by_days(const struct tw__report *report)
{
	return report->per == TW_PER_DAY || report->per == TW_PER_WEEK;
}

/* Of a row of the rollup; the currency's text comes behind them. */
enum {
	DEPARTMENT, CARRIER, NUMBER, DESTINATION, DIRECTION, CALLS, ANSWERED,
	MISSED, UNRATED, TALK, COST, LATE, NET, VAT, PERIOD, CURRENCY
};

/* What is of an earlier month, closed already, is a correction: the columns
 * of calls are those of the month's own. */
static void put_cost(struct tw__report_line *line, const int64_t *row)
{
	line->net = row[NET];
	if (row[LATE]) {
		line->corrections = row[COST];
	} else {
		if (row[DIRECTION] == TW_DIRECTION_FORWARD)
			line->forwarded_cost = row[COST];
		else
			line->calls_cost = row[COST];
		line->spent = line->net;
	}
	line->vat = row[VAT];
}

static tw_status add_call_row(const struct tw__row *stored, void *arg,
			      tw_error *err)
{
	struct tw__report *report = arg;
	struct tw__report_key key = { .period = report->period };
	struct tw__report_line line = { 0 };
	int64_t row[CURRENCY];
	const char *currency;
	tw_status status = TW_OK;

	tw__row_all(row, stored, CURRENCY);
	if (by_days(report))
		key.period = tw__period_of(report->per, row[PERIOD]);
	key.department = row[DEPARTMENT];
	key.payee = payee_key(TW_ACCOUNT_CARRIER, row[CARRIER]);
	key.number = row[NUMBER];
	key.destination = row[DESTINATION];
	key.direction = row[DIRECTION];
	line.calls = row[CALLS];
	line.answered = row[ANSWERED];
	line.missed = row[MISSED];
	line.unrated = row[UNRATED];
	line.talk_us = row[TALK];
	put_cost(&line, row);
	currency = tw__row_text(stored, CURRENCY);
	if (*currency)
		status = currency_place(&key.currency, report, currency, err);
	return status ? status : add_line(report, key, &line, err);
}

/* A month's own row, or those of its days; day 00 is what is of no day. */
static tw_status add_calls(struct tw__report *report, tw_error *err)
{
	bool days = by_days(report);
	struct tw_stmt *stmt;
	tw_status status = tw__each_new(&stmt, report->store,
		"SELECT tw_each(r.department, r.carrier, r.number, "
		"r.destination, r.direction, r.calls, r.answered, r.missed, "
		"r.unrated, r.talk_us, r.cost_nanos, r.late, r.net_nanos, "
		"r.vat_nanos, r.period, w.text) FROM rollup r "
		"LEFT JOIN word w ON w.id = r.currency "
		"WHERE r.period BETWEEN ? AND ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, days ? report->month * 100 : report->month);
	tw__bind_i64(stmt, 2, days ? report->month * 100 + 31 :
		     report->month);
	status = tw__each(stmt, add_call_row, report, err);
	tw__stmt_free(stmt);
	return status;
}

/* A day's, or (per month and without days) a month's. What a closed month was
 * charged is what was posted: the days are taken off it. */
static tw_status add_rent(struct tw__report *report,
			  const struct tw__rent *rent, tw_error *err)
{
	struct tw__report_key key = { .period = report->period,
		.department = rent->department,
		.payee = payee_key(rent->payee_kind, rent->payee),
		.number = rent->kind == TW_POSTING_RECURRING ? 0 :
			rent->subject };
	const struct tw__report_line line = { .rent = rent->amount_nanos,
		.net = rent->net_nanos, .vat = rent->vat_nanos };
	const struct tw__report_line less = { .rent = -rent->amount_nanos,
		.net = -rent->net_nanos, .vat = -rent->vat_nanos };
	tw_status status = currency_place(&key.currency, report,
					  report->book.currency, err);

	if (!status && report->closed)
		status = tw__report_groups_add(&report->posted, &key, &less,
					       err);
	if (rent->day)
		key.period = tw__period_of(report->per,
					   report->month * 100 + rent->day);
	return status ? status : add_line(report, key, &line, err);
}

static tw_status add_rents(struct tw__report *report, tw_error *err)
{
	struct tw__rents rents;
	tw_status status = by_days(report) ?
		tw__rents_daily(&rents, report->store, &report->book,
				report->from, report->to, err) :
		tw__rents_compute(&rents, report->store, &report->book,
				  report->from, report->to, err);

	if (status)
		return status;
	for (size_t i = 0; !status && i < rents.count; i++)
		status = add_rent(report, &rents.rows[i], err);
	tw__rents_free(&rents);
	return status;
}

/* Posted rents that no day has: the directory says something else by now. */
static tw_status add_other_rents(struct tw__report *report, tw_error *err)
{
	tw_status status = TW_OK;

	for (size_t i = 0; !status && i < report->posted.count; i++) {
		const struct tw__report_group *rest = &report->posted.rows[i];

		if (!tw__report_line_is_zero(&rest->line))
			status = add_line(report, rest->key, &rest->line,
					  err);
	}
	tw__report_groups_free(&report->posted);
	return status;
}

/* Posted: what a month's calls lacked to a commitment, what the last tier made
 * of them, corrections of closed months; of a closed one everything. */
static tw_status add_month_row(struct tw__report *report,
			       struct tw_stmt *stmt, tw_error *err)
{
	struct tw__report_key key = { .period = report->period,
		.department = tw__col_i64(stmt, 0),
		.payee = payee_key(tw__col_i64(stmt, 1),
				   tw__col_i64(stmt, 2)),
		.number = tw__col_i64(stmt, 8) };
	bool late = tw__col_i64(stmt, 7);
	const struct tw__report_line line = {
		.rent = late ? 0 : tw__col_i64(stmt, 3),
		.corrections = late ? tw__col_i64(stmt, 3) : 0,
		.net = tw__col_i64(stmt, 5), .vat = tw__col_i64(stmt, 6) };
	tw_status status = currency_place(&key.currency, report,
					  tw__col_text(stmt, 4), err);

	if (!status && by_days(report) && tw__col_i64(stmt, 9) && !late)
		return tw__report_groups_add(&report->posted, &key, &line,
					     err);
	return status ? status : add_line(report, key, &line, err);
}

static tw_status add_postings(struct tw__report *report, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, report->store,
		"SELECT d.account, p.account_kind, p.account, "
		"d.amount_nanos, d.currency, "
		"coalesce(d.net_nanos, d.amount_nanos), "
		"coalesce(d.vat_nanos, 0), d.of_month, "
		"CASE WHEN d.kind IN (3, 4) THEN d.subject ELSE 0 END, "
		"d.kind IN (3, 4, 5) "
		"FROM posting d "
		"JOIN posting p ON p.entry = d.entry AND p.id <> d.id "
		"WHERE d.month = ? AND d.batch = 0 AND d.run = 0 "
		"AND d.account_kind = 1 AND (d.kind IN (6, 7) "
		"OR (d.kind >= 3 AND (d.of_month <> 0 OR ?)))", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, report->month);
	tw__bind_i64(stmt, 2, report->closed);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_month_row(report, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* What the directory says of closed months by now and nobody has posted. */
static tw_status add_pending(struct tw__report *report, tw_error *err)
{
	struct tw__dues dues = { 0 };
	tw_status status = tw__rent_corrections(&dues, report->store,
						&report->book, err);

	for (size_t i = 0; !status && i < dues.count; i++) {
		const struct tw__entry *entry = &dues.rows[i].entry;
		struct tw__report_key key = { .period = report->period,
			.department = entry->department,
			.payee = payee_key(entry->payee_kind, entry->payee),
			.number = entry->kind <= TW_POSTING_ONE_OFF ?
				entry->subject : 0 };
		const struct tw__report_line line = {
			.corrections = entry->amount_nanos,
			.net = entry->net_nanos, .vat = entry->vat_nanos };

		if (!entry->amount_nanos && !entry->net_nanos &&
		    !entry->vat_nanos)
			continue;
		status = currency_place(&key.currency, report,
					entry->currency, err);
		if (!status)
			status = add_line(report, key, &line, err);
	}
	tw__dues_free(&dues);
	return status;
}

/* Commitments and tiers of a month that is over, before they are posted. */
static tw_status add_expected(struct tw__report *report, const char *month,
			      tw_error *err)
{
	struct tw__dues dues = { 0 };
	tw_status status = tw__usage_expected(&dues, report->store,
					      &report->book, month, err);

	for (size_t i = 0; !status && i < dues.count; i++) {
		const struct tw__entry *entry = &dues.rows[i].entry;
		struct tw__report_key key = { .period = report->period,
			.department = entry->department,
			.payee = payee_key(entry->payee_kind, entry->payee) };
		const struct tw__report_line line = {
			.rent = entry->amount_nanos,
			.net = entry->net_nanos, .vat = entry->vat_nanos };

		if (tw__report_line_is_zero(&line))
			continue;
		status = currency_place(&key.currency, report,
					entry->currency, err);
		if (!status)
			status = add_line(report, key, &line, err);
	}
	tw__dues_free(&dues);
	return status;
}

static tw_status add_budget_row(struct tw__report *report,
				struct tw_stmt *stmt, tw_error *err)
{
	struct tw__report_key key = { .period = report->period,
		.department = tw__col_i64(stmt, 0) };
	const struct tw__report_line line = { .budgets = 1,
		.budget = tw__col_i64(stmt, 1) };
	tw_status status = currency_place(&key.currency, report,
					  report->book.currency, err);

	return status ? status : add_line(report, key, &line, err);
}

/* A department's budget of a month, in the company's currency: what the
 * least of its limits leaves it, however it is cut. */
static tw_status add_budgets(struct tw__report *report, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, report->store,
		"SELECT department, min(coalesce(hard, soft)) "
		"FROM budget AS b WHERE valid_from < ?1 AND valid_to >= ?1 "
		"AND period = 'month' AND department IS NOT NULL "
		"AND trunk IS NULL AND coalesce(destinations, '') = '' "
		"AND coalesce(hard, soft) IS NOT NULL GROUP BY department",
		err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, report->to);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_budget_row(report, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* `shift`: months until the one that this month is compared with or 0. */
static tw_status add_month(struct tw__report *report, int64_t month,
			   int64_t shift, tw_error *err)
{
	char text[16];
	tw_status status;

	snprintf(text, sizeof(text), "%04d-%02d", (int)(month / 100),
		 (int)(month % 100));
	status = tw__book_parse(&report->month, &report->from, &report->to,
				&report->book, text, err);
	if (status)
		return status;
	report->closed = report->month < report->book.open_month;
	report->previous = shift != 0;
	report->period = tw__period_of(report->per,
				       tw__month_add(month, shift) * 100);
	if (report->by & TW_BY_CONTRACT)
		status = tw__contracts_load(&report->contracts,
			report->store, report->from, report->to, err);
	if (!status)
		status = add_calls(report, err);
	if (!status && (!report->closed || by_days(report)))
		status = add_rents(report, err);
	if (!status && !report->closed)
		status = add_expected(report, text, err);
	if (!status && report->month == report->book.open_month)
		status = add_pending(report, err);
	if (!status)
		status = add_postings(report, err);
	if (!status)
		status = add_other_rents(report, err);
	if (!status && !shift && (report->compare & TW_COMPARE_BUDGET))
		status = add_budgets(report, err);
	tw__contracts_free(&report->contracts);
	tw__report_groups_free(&report->posted);
	return status;
}

static tw_status default_currency(char out[4], struct tw__report *report,
				  tw_error *err)
{
	snprintf(out, 4, "%s", report->book.currency);
	if (*out)
		return TW_OK;
	return tw__report_text(out, 4, report, "SELECT currency "
			       "FROM tariff_version WHERE id >= ? "
			       "ORDER BY id LIMIT 1", 0, err);
}

/* Calls without a charge have no currency: they are counted in the group's
 * line of the company's currency. What else a group has would move them
 * between currencies by what is asked. */
static tw_status place_uncharged(struct tw__report *report, tw_error *err)
{
	struct tw__report_groups *groups = &report->groups;
	char currency[4];
	int64_t home = 0;
	tw_status status = default_currency(currency, report, err);

	if (!status)
		status = currency_place(&home, report, currency, err);
	for (size_t i = 0; !status && i < groups->count; i++) {
		struct tw__report_key key = groups->rows[i].key;
		struct tw__report_line line = groups->rows[i].line;

		if (key.currency)
			continue;
		key.currency = home;
		memset(&groups->rows[i].line, 0, sizeof(line));
		status = tw__report_groups_add(groups, &key, &line, err);
	}
	return status;
}

/* What has no budget is no part of one; nor is another currency. */
static void spent_of_budgets(struct tw__report_groups *groups)
{
	for (size_t i = 0; i < groups->count; i++) {
		struct tw__report_line *line = &groups->rows[i].line;

		if (!line->budgets)
			line->spent = 0;
	}
}

tw_status tw__report_read(struct tw__report *report, tw_error *err)
{
	int64_t count = tw__month_span(report->months[0], report->months[1]);
	int64_t shift = report->per == TW_PER_MONTH ? 1 : count;
	bool lacks = false;
	tw_status status = TW_OK;

	if (by_days(report))
		status = tw__rollup_lacks_days(&lacks, report->store, err);
	if (lacks)
		return tw__fail_at(err, TW_EUNSUPPORTED, 0, "per", "the days "
				   "of calls from an older version are not "
				   "added up yet; open the store for writing "
				   "once, for instance by an import");
	for (int64_t i = 0; !status && i < count; i++) {
		int64_t month = tw__month_add(report->months[0], i);

		status = add_month(report, month, 0, err);
		if (!status && (report->compare & TW_COMPARE_PREVIOUS))
			status = add_month(report, tw__month_add(month,
					   -shift), shift, err);
	}
	if (!status)
		status = place_uncharged(report, err);
	if (!status)
		spent_of_budgets(&report->groups);
	return status;
}
