/**
 * @file src/accounts/difference.c  A source's own costs beside our rating
 *
 * Decides which legs are compared: each that its source says a cost of, and
 * each that we charge and a source, which says costs elsewhere, is silent on.
 * Refuses to convert: what is of two currencies stands side by side and has no
 * difference. Refuses to book: a source's word is evidence and no price.
 */
#include <stdio.h>
#include <string.h>
#include "base/decimal.h"
#include "call.h"
#include "ledger_month.h"
#include "rating/deck.h"
#include "report_period.h"
#include <trunkwise/difference.h>

#define BY_ALL (TW_DIFFERENCE_BY_MONTH | TW_DIFFERENCE_BY_DEPARTMENT | \
	TW_DIFFERENCE_BY_CARRIER | TW_DIFFERENCE_BY_SOURCE)

struct tw_differences {
	tw_difference_row *rows;
	size_t count, capacity, next;
};

struct comparing {
	tw_store *store;
	tw_difference_options options;
	struct tw__book book;
	int64_t months[2];
	struct tw_differences *out;
};

/* ---- what is read ---- */

enum { BOTH = 1, UNRATED, UNSTATED };

/* Sums of units and of the rest apart: SQLite's own would overflow without
 * saying where. The twin of a joined call is charged by its partner. */
#define SELECT_LEGS "WITH leg AS (SELECT " \
	"CASE WHEN ?3 & 2 THEN c.department ELSE 0 END AS department, " \
	"CASE WHEN ?3 & 4 THEN c.carrier ELSE 0 END AS carrier, " \
	"CASE WHEN ?3 & 8 THEN m.source ELSE '' END AS source, " \
	"CASE WHEN c.source_cost_nanos IS NULL THEN 3 " \
	"WHEN c.rate_state = 3 THEN 2 ELSE 1 END AS kind, " \
	"CASE WHEN c.rate_state <> 1 THEN m.source_currency " \
	"WHEN v.convert_to <> '' THEN v.convert_to ELSE v.currency END " \
	"AS ours, m.source_currency AS theirs, " \
	"CASE WHEN c.rate_state <> 1 THEN 0 ELSE c.cost_nanos + " \
	"CASE WHEN ?4 = 1 AND v.vat = 2 THEN -coalesce(c.vat_nanos, 0) " \
	"WHEN ?4 = 2 AND v.vat = 1 THEN coalesce(c.vat_nanos, 0) " \
	"ELSE 0 END END AS rated, " \
	"coalesce(c.source_cost_nanos, 0) AS stated " \
	"FROM call c JOIN marks m ON m.id = c.marks " \
	"LEFT JOIN tariff_version v ON v.id = c.tariff_version " \
	"WHERE c.start_us >= ?1 AND c.start_us < ?2 AND c.undone = 0 " \
	"AND c.reason <> 15 AND (c.source_cost_nanos <> 0 " \
	"OR c.source_cost_nanos = 0 AND c.rate_state = 1 " \
	"OR c.source_cost_nanos IS NULL AND c.cost_nanos <> 0 " \
	"AND m.source IN " \
	"(SELECT source FROM marks WHERE source_currency <> ''))), " \
	"sums AS (SELECT department, carrier, source, kind, ours, " \
	"CASE kind WHEN 3 THEN ours ELSE theirs END AS theirs, " \
	"count(*) AS legs, sum(rated <> stated) AS differing, " \
	"sum(rated / 1000000000) AS rated_u, " \
	"sum(rated % 1000000000) AS rated_n, " \
	"sum(stated / 1000000000) AS stated_u, " \
	"sum(stated % 1000000000) AS stated_n " \
	"FROM leg GROUP BY 1, 2, 3, 4, 5, 6) " \
	"SELECT coalesce((SELECT name FROM department d WHERE " \
	"d.id = s.department ORDER BY valid_from DESC LIMIT 1), '') AS d, " \
	"coalesce((SELECT name FROM carrier k WHERE k.id = s.carrier " \
	"ORDER BY valid_from DESC LIMIT 1), '') AS k, source, ours, theirs, " \
	"kind, legs, differing, rated_u, rated_n, stated_u, stated_n " \
	"FROM sums s ORDER BY d = '', d, department, k = '', k, carrier, " \
	"source, theirs, ours, kind"

static tw_status too_much(tw_error *err)
{
	return tw__fail(err, TW_ERANGE, "a sum exceeds 9.2e9 units; ask for a "
			"shorter time");
}

static tw_status read_sum(int64_t *out, struct tw_stmt *stmt, int column,
			  tw_error *err)
{
	tw__i128 sum = (tw__i128)tw__col_i64(stmt, column) * TW_NANOS +
		tw__col_i64(stmt, column + 1);

	if (sum < INT64_MIN / 2 || sum > INT64_MAX / 2)
		return too_much(err);
	*out = (int64_t)sum;
	return TW_OK;
}

static void start_row(tw_difference_row *row, struct tw_stmt *stmt)
{
	const char *ours = tw__col_text(stmt, 3);
	const char *theirs;

	tw__utf8_cut(row->department, sizeof(row->department),
		     tw__col_text(stmt, 0));
	tw__utf8_cut(row->carrier, sizeof(row->carrier),
		     tw__col_text(stmt, 1));
	tw__utf8_cut(row->source, sizeof(row->source), tw__col_text(stmt, 2));
	snprintf(row->rated.currency, sizeof(row->rated.currency), "%s",
		 ours);
	row->only_rated = row->rated;
	theirs = tw__col_text(stmt, 4);
	snprintf(row->stated.currency, sizeof(row->stated.currency), "%s",
		 theirs);
	row->only_stated = row->difference = row->stated;
	row->comparable = !strcmp(row->rated.currency, row->stated.currency);
}

static tw_status fill_row(tw_difference_row *row, struct tw_stmt *stmt,
			  tw_error *err)
{
	int64_t kind = tw__col_i64(stmt, 5), legs = tw__col_i64(stmt, 6);
	int64_t rated = 0, stated = 0;
	tw_status status = read_sum(&rated, stmt, 8, err);

	if (!status)
		status = read_sum(&stated, stmt, 10, err);
	if (status)
		return status;
	if (kind == UNRATED) {
		row->unrated = legs;
		row->only_stated.nanos = stated;
	} else if (kind == UNSTATED) {
		row->unstated = legs;
		row->only_rated.nanos = rated;
	} else {
		row->calls = legs;
		row->differing = row->comparable ? tw__col_i64(stmt, 7) : 0;
		row->rated.nanos = rated;
		row->stated.nanos = stated;
		row->difference.nanos = row->comparable ? stated - rated : 0;
	}
	return TW_OK;
}

/* ---- rows ---- */

static bool is_same_money(const tw_difference_row *a,
			  const tw_difference_row *b)
{
	return !strcmp(a->rated.currency, b->rated.currency) &&
		!strcmp(a->stated.currency, b->stated.currency);
}

static bool is_same(const tw_difference_row *a, const tw_difference_row *b)
{
	return a->is_total == b->is_total && is_same_money(a, b) &&
		(a->is_total || (!strcmp(a->month, b->month) &&
				 !strcmp(a->department, b->department) &&
				 !strcmp(a->carrier, b->carrier) &&
				 !strcmp(a->source, b->source)));
}

static tw_status add_to(tw_difference_row *to, const tw_difference_row *row,
			tw_error *err)
{
	to->calls += row->calls;
	to->differing += row->differing;
	to->unrated += row->unrated;
	to->unstated += row->unstated;
	return tw__add_i64(&to->rated.nanos, to->rated.nanos,
			   row->rated.nanos) &&
		tw__add_i64(&to->stated.nanos, to->stated.nanos,
			    row->stated.nanos) &&
		tw__add_i64(&to->difference.nanos, to->difference.nanos,
			    row->difference.nanos) &&
		tw__add_i64(&to->only_stated.nanos, to->only_stated.nanos,
			    row->only_stated.nanos) &&
		tw__add_i64(&to->only_rated.nanos, to->only_rated.nanos,
			    row->only_rated.nanos) ? TW_OK : too_much(err);
}

/* Into the row of the same name from place `from` on, or a new one. */
static tw_status put(struct tw_differences *out, size_t from,
		     const tw_difference_row *row, tw_error *err)
{
	for (size_t i = from; i < out->count; i++) {
		if (is_same(&out->rows[i], row))
			return add_to(&out->rows[i], row, err);
	}
	if (tw__grow((void **)&out->rows, &out->capacity, out->count + 1,
		     sizeof(*row)))
		return tw__fail_oom(err);
	out->rows[out->count++] = *row;
	return TW_OK;
}

/* Kinds of one group come one behind the other. */
static tw_status add_row(struct comparing *c, struct tw_stmt *stmt,
			 const char *month, tw_error *err)
{
	tw_difference_row row = TW_DIFFERENCE_ROW_INIT;
	tw_status status;

	start_row(&row, stmt);
	snprintf(row.month, sizeof(row.month), "%s", month);
	status = fill_row(&row, stmt, err);
	return status ? status : put(c->out, c->out->count ?
		c->out->count - 1 : 0, &row, err);
}

static tw_status add_totals(struct tw_differences *out, tw_error *err)
{
	size_t rows = out->count;
	tw_status status = TW_OK;

	for (size_t i = 0; i < rows && !status; i++) {
		tw_difference_row total = out->rows[i];

		total.is_total = 1;
		total.month[0] = total.department[0] = '\0';
		total.carrier[0] = total.source[0] = '\0';
		status = put(out, rows, &total, err);
	}
	return status;
}

/* ---- from end to end ---- */

static tw_status read_span(struct comparing *c, const tw_time span[2],
			   const char *month, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, c->store, SELECT_LEGS, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, span[0]);
	tw__bind_i64(stmt, 2, span[1]);
	tw__bind_i64(stmt, 3, c->options.by);
	tw__bind_i64(stmt, 4, c->options.against);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_row(c, stmt, month, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status read_months(struct comparing *c, const tw_time all[2],
			     tw_error *err)
{
	int64_t month = c->months[0];
	tw_status status = TW_OK;

	if (!(c->options.by & TW_DIFFERENCE_BY_MONTH))
		return read_span(c, all, "", err);
	for (; !status && month <= c->months[1];
	     month = tw__month_add(month, 1)) {
		tw_time span[2];
		char text[16];
		int64_t same;

		snprintf(text, sizeof(text), "%04d-%02d", (int)(month / 100),
			 (int)(month % 100));
		status = tw__book_parse(&same, &span[0], &span[1], &c->book,
					text, err);
		if (!status)
			status = read_span(c, span, text, err);
	}
	return status;
}

static tw_status compare(struct comparing *c, tw_error *err)
{
	const char *to = c->options.to ? c->options.to : c->options.from;
	tw_time all[2], middle;
	int64_t count;
	tw_status status = tw__book_parse(&c->months[0], &all[0], &middle,
					  &c->book, c->options.from, err);

	if (!status)
		status = tw__book_parse(&c->months[1], &middle, &all[1],
					&c->book, to, err);
	if (status)
		return status;
	count = tw__month_span(c->months[0], c->months[1]);
	if (count < 1)
		return tw__fail_at(err, TW_EINVAL, 0, "to", "%.20s is before "
				   "%.20s; give the later month last", to,
				   c->options.from);
	if (count > TW_REPORT_MONTHS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "to", "%lld months are "
				   "more than %d; ask for a shorter time",
				   (long long)count, TW_REPORT_MONTHS_MAX);
	status = read_months(c, all, err);
	return status ? status : add_totals(c->out, err);
}

static tw_status check_options(const tw_difference_options *options,
			       tw_error *err)
{
	if (!options->from)
		return tw__fail_at(err, TW_EINVAL, 0, "from", "a report needs "
				   "a month like 2026-10");
	if (options->by & ~BY_ALL)
		return tw__fail_at(err, TW_EINVAL, 0, "by", "is no "
				   "TW_DIFFERENCE_BY_");
	if (options->against > TW_AGAINST_GROSS)
		return tw__fail_at(err, TW_EINVAL, 0, "against", "is no "
				   "TW_AGAINST_");
	return TW_OK;
}

static tw_status run(struct comparing *c, tw_error *err)
{
	struct tw_tx tx;
	tw_status status = tw__read_enter(&tx, c->store, err);

	if (status)
		return status;
	status = tw__book_open(&c->book, c->store, NULL, err);
	if (!status) {
		status = compare(c, err);
		tw__book_close(&c->book);
	}
	tw__read_leave(&tx, c->store);
	return status;
}

tw_status tw_report_differences(tw_differences **out, tw_store *store,
				const tw_difference_options *options,
				tw_error *err)
{
	struct comparing c = { .store = store,
		.options = TW_DIFFERENCE_OPTIONS_INIT };
	tw_status status;

	if (!out || !store || !options)
		return tw__fail(err, TW_EINVAL, "a report needs out, store "
				"and options");
	status = tw__import(&c.options, sizeof(c.options), options, err);
	if (!status)
		status = check_options(&c.options, err);
	if (status)
		return status;
	c.out = tw_calloc(1, sizeof(*c.out));
	if (!c.out)
		return tw__fail_oom(err);
	status = run(&c, err);
	if (status)
		tw_differences_free(c.out);
	else
		*out = c.out;
	return status;
}

tw_status tw_differences_next(tw_difference_row *out,
			      tw_differences *differences, tw_error *err)
{
	tw_status status;

	if (!out || !differences)
		return tw__fail(err, TW_EINVAL, "no report");
	if (differences->next == differences->count)
		return TW_ITER_END;
	status = tw__export(out, &differences->rows[differences->next],
			    sizeof(*out), err);
	if (!status)
		differences->next++;
	return status;
}

void tw_differences_free(tw_differences *differences)
{
	if (!differences)
		return;
	tw_free(differences->rows);
	tw_free(differences);
}
