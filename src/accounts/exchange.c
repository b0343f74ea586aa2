/**
 * @file src/accounts/exchange.c  Dated exchange rates
 *
 * Decides which rows of a file of rates are new, known or in conflict, and
 * which rate serves a day. Refuses to guess one, and to change one: calls were
 * charged by it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/calendar.h"
#include "exchange.h"
#include "formats/csv.h"
#include "rating/deck.h"
#include "rejects.h"
#include <trunkwise/money.h>
#include <trunkwise/usage.h>

enum { COL_DATE, COL_CURRENCY, COL_TO, COL_RATE, COL_COUNT };
static const char *const columns[COL_COUNT] = { "date", "currency", "to",
	"rate" };

struct rate {
	int64_t line, date, rate_nanos;
	char currency[4], target[4];
};

struct job {
	tw_store *store;
	tw_counts counts;
	struct tw_rejects *rejects;
	int place[COL_COUNT];
	size_t fields;               /* of the header */
	struct rate *rates;
	size_t count, capacity;
};

tw_status tw__exchange_at(struct tw__exchange *out, tw_store *store,
			  const char *currency, const char *target,
			  int64_t date, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT rate_nanos, date FROM exchange_rate "
		"WHERE currency = ? AND target = ? AND date <= ? "
		"ORDER BY date DESC LIMIT 1", err);

	if (status)
		return status;
	tw__bind_text(stmt, 1, currency);
	tw__bind_text(stmt, 2, target);
	tw__bind_i64(stmt, 3, date);
	*out = (struct tw__exchange){ 0, 0 };
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	out->rate_nanos = tw__col_i64(stmt, 0);
	out->date = tw__col_i64(stmt, 1);
	tw__reset(stmt);
	return TW_OK;
}

tw_status tw__exchange_for(struct tw__exchange *out, tw_store *store,
			   const tw_deck *deck, tw_time at, tw_error *err)
{
	const tw_tariff_rules *rules = tw_deck_rules(deck);
	tw_time from, to;
	tw_civil civil;
	tw_status status;

	*out = (struct tw__exchange){ 0, 0 };
	if (!*rules->convert_to)
		return TW_OK;
	/* the day that holds it, also where a clock shows a date again */
	status = tw_period_range(&from, &to, TW_PERIOD_DAY, deck->zone, at,
				 err);
	if (status)
		return status;
	tw_zone_local(&civil, deck->zone, from);
	return tw__exchange_at(out, store, rules->currency,
		rules->convert_to, tw__days_from_civil(civil.year,
			civil.month, civil.day), err);
}

tw_status tw_exchange_rate(int64_t *out_nanos, tw_store *store,
			   const tw_deck *deck, tw_time at, tw_error *err)
{
	struct tw__exchange rate;
	tw_status status;

	if (!out_nanos || !store || !deck)
		return tw__fail(err, TW_EINVAL, "a rate needs out, store and "
				"deck");
	status = tw__exchange_for(&rate, store, deck, at, err);
	if (status)
		return status;
	if (!rate.rate_nanos && *tw_deck_rules(deck)->convert_to)
		return tw__fail_at(err, TW_ENOPRICE, 0, "exchange", "no rate "
			"of %s to %s is known for that day; import it with "
			"exchange import", tw_deck_rules(deck)->currency,
			tw_deck_rules(deck)->convert_to);
	*out_nanos = rate.rate_nanos;
	return TW_OK;
}

/* ---- reading ---- */

static tw_status unknown_column(struct tw_str name, int64_t line,
				tw_error *err)
{
	return tw__fail_at(err, TW_EPARSE, line, "header", "'%.*s' is no "
		"column of a file of rates, or comes twice; write "
		"date,currency,to,rate and for remarks comment",
		name.l > 40 ? 40 : (int)name.l, name.p);
}

static tw_status read_header(struct job *job, struct tw_csv *csv,
			     tw_error *err)
{
	struct tw_csv_row row;
	tw_status status = tw__csv_next(csv, &row, err);

	if (status && status != TW_ITER_END)
		return status;
	if (!status && row.fault)
		return tw__fail_at(err, TW_EPARSE, row.line, "header", "%s",
				   row.fault);
	for (int c = 0; c < COL_COUNT; c++)
		job->place[c] = -1;
	job->fields = row.count;
	for (size_t i = 0; !status && i < row.count; i++) {
		struct tw_str name = tw__str_trim(row.fields[i]);
		int c = 0;

		while (c < COL_COUNT && !tw__str_ieq(name, columns[c]))
			c++;
		if (c < COL_COUNT && job->place[c] < 0)
			job->place[c] = (int)i;
		else if (name.l && !tw__str_ieq(name, "comment"))
			return unknown_column(name, row.line, err);
	}
	for (int c = 0; c < COL_COUNT; c++) {
		if (job->place[c] < 0)
			return tw__fail_at(err, TW_EPARSE, 1, columns[c],
				"the header has no column %s; the first line "
				"is date,currency,to,rate", columns[c]);
	}
	return TW_OK;
}

static bool read_date(int64_t *out, const char *text)
{
	tw_civil civil = { 0 };
	int64_t part[3] = { 0 };

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return false;
	for (int i = 0, p = 0; i < 10; i++) {
		if (i == 4 || i == 7) {
			p++;
			continue;
		}
		if (text[i] < '0' || text[i] > '9')
			return false;
		part[p] = part[p] * 10 + (text[i] - '0');
	}
	civil.year = (int32_t)part[0];
	civil.month = (int32_t)part[1];
	civil.day = (int32_t)part[2];
	if (!tw__civil_is_valid(&civil))
		return false;
	*out = tw__days_from_civil(civil.year, civil.month, civil.day);
	return true;
}

static bool is_currency(const char *text)
{
	return strlen(text) == 3 &&
		strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

/* @return TW_OK or TW_EPARSE with err.field */
static tw_status parse_row(struct rate *out,
			   char cell[COL_COUNT][64], tw_error *err)
{
	if (!read_date(&out->date, cell[COL_DATE]))
		return tw__fail_at(err, TW_EPARSE, 0, "date", "'%.20s' is no "
			"date; write it like 2026-10-05", cell[COL_DATE]);
	for (int c = COL_CURRENCY; c <= COL_TO; c++) {
		if (!is_currency(cell[c]))
			return tw__fail_at(err, TW_EPARSE, 0, columns[c],
				"'%.20s' is no currency; write its ISO 4217 "
				"code, like USD", cell[c]);
	}
	if (strcmp(cell[COL_CURRENCY], cell[COL_TO]) == 0)
		return tw__fail_at(err, TW_EPARSE, 0, "to", "is the currency "
				   "itself; name the one it is turned into");
	if (tw_decimal_parse(&out->rate_nanos, cell[COL_RATE], NULL) ||
	    out->rate_nanos <= 0)
		return tw__fail_at(err, TW_EPARSE, 0, "rate", "'%.40s' is no "
			"rate; write units of '%s' for one %s, above 0, with "
			"a point and at most nine decimals", cell[COL_RATE],
			cell[COL_TO], cell[COL_CURRENCY]);
	/* sum.c has no room for more: refused here, not call by call */
	if (out->rate_nanos > TW_EXCHANGE_MAX_NANOS)
		return tw__fail_at(err, TW_EPARSE, 0, "rate", "%.40s is above "
			"1000000; convert to another currency",
			cell[COL_RATE]);
	memcpy(out->currency, cell[COL_CURRENCY], 4);
	memcpy(out->target, cell[COL_TO], 4);
	return TW_OK;
}

static tw_status read_row(struct rate *out, const struct job *job,
			  const struct tw_csv_row *row, tw_error *err)
{
	char cell[COL_COUNT][64];

	if (row->fault)
		return tw__fail(err, TW_EPARSE, "%s", row->fault);
	for (size_t i = job->fields; i < row->count; i++) {
		/* 92,5 between commas: 92 is another rate, not half of it */
		if (tw__str_trim(row->fields[i]).l)
			return tw__fail(err, TW_EPARSE, "a cell stands where "
				"the header names none; write a rate with a "
				"point, and quote what holds the separator");
	}
	for (int c = 0; c < COL_COUNT; c++) {
		size_t place = (size_t)job->place[c];
		struct tw_str text = { "", 0 };

		if (place < row->count)
			text = tw__str_trim(row->fields[place]);
		if (text.l >= sizeof(cell[c]))
			return tw__fail_at(err, TW_EPARSE, 0, columns[c],
					   "is longer than any %s",
					   columns[c]);
		memcpy(cell[c], text.p, text.l);
		cell[c][text.l] = '\0';
	}
	out->line = row->line;
	return parse_row(out, cell, err);
}

static tw_status take_row(struct job *job, const struct tw_csv_row *row,
			  tw_error *err)
{
	tw_error why = TW_ERROR_INIT;
	struct rate rate = { 0 };

	job->counts.rows_read++;
	if (read_row(&rate, job, row, &why)) {
		job->counts.rows_rejected++;
		return tw__rejects_add(job->rejects, row->line, why.field,
				       "%s", why.message) ?
			tw__fail_oom(err) : TW_OK;
	}
	if (tw__grow((void **)&job->rates, &job->capacity, job->count + 1,
		     sizeof(rate)))
		return tw__fail_oom(err);
	job->rates[job->count++] = rate;
	return TW_OK;
}

static tw_status read_file(struct job *job, const void *data, size_t size,
			   tw_error *err)
{
	struct tw_csv_row row;
	struct tw_csv *csv;
	tw_status status = tw__csv_new(&csv, data, size, 0, err);

	if (status)
		return status;
	status = read_header(job, csv, err);
	while (!status) {
		status = tw__csv_next(csv, &row, err);
		if (!status)
			status = take_row(job, &row, err);
	}
	tw__csv_free(csv);
	return status == TW_ITER_END ? TW_OK : status;
}

/* ---- comparing and storing ---- */

static int compare_days(const struct rate *a, const struct rate *b)
{
	int order = strcmp(a->currency, b->currency);

	if (!order)
		order = strcmp(a->target, b->target);
	if (!order && a->date != b->date)
		order = a->date < b->date ? -1 : 1;
	return order;
}

static int compare_rates(const void *x, const void *y)
{
	const struct rate *a = x, *b = y;
	int order = compare_days(a, b);

	return order ? order : (a->line > b->line) - (a->line < b->line);
}

/* 0: the store has none of that day. */
static tw_status stored_rate(int64_t *out, struct job *job,
			     const struct rate *rate, tw_error *err)
{
	struct tw__exchange known;
	tw_status status = tw__exchange_at(&known, job->store,
		rate->currency, rate->target, rate->date, err);

	*out = !status && known.date == rate->date ? known.rate_nanos : 0;
	return status;
}

static tw_status conflict(struct job *job, const struct rate *rate,
			  int64_t known, tw_error *err)
{
	char text[32];

	job->counts.conflicts++;
	if (tw_decimal_format(text, sizeof(text), known,
			      TW_DECIMALS_SHORTEST, NULL))
		text[0] = '\0';
	return tw__rejects_add(job->rejects, rate->line, "rate", "%s to %s "
		"is %s on that day already; a rate is never changed, correct "
		"this row or leave it out", rate->currency, rate->target,
		text) ? tw__fail_oom(err) : TW_OK;
}

/* Keeps new rates in front of the array. */
static tw_status compare_all(struct job *job, tw_error *err)
{
	size_t fresh = 0;

	if (job->count)
		qsort(job->rates, job->count, sizeof(*job->rates),
		      compare_rates);
	for (size_t i = 0; i < job->count; i++) {
		const struct rate rate = job->rates[i];
		int64_t known = 0;
		tw_status status = TW_OK;

		if (fresh && !compare_days(&job->rates[fresh - 1], &rate))
			known = job->rates[fresh - 1].rate_nanos;
		else
			status = stored_rate(&known, job, &rate, err);
		if (!status && known && known != rate.rate_nanos)
			status = conflict(job, &rate, known, err);
		else if (!status && known)
			job->counts.duplicates++;
		else if (!status)
			job->rates[fresh++] = rate;
		if (status)
			return status;
	}
	job->count = fresh;
	return TW_OK;
}

static tw_status write_rates(struct job *job, tw_error *err)
{
	const tw_clock *clock = tw__store_clock(job->store);
	tw_time now = clock->wall(clock->arg);

	for (size_t i = 0; i < job->count; i++) {
		const struct rate *rate = &job->rates[i];
		struct tw_stmt *stmt;
		tw_status status = tw__stmt(&stmt, job->store,
			"INSERT INTO exchange_rate (currency, target, date, "
			"rate_nanos, made_us) VALUES (?, ?, ?, ?, ?)", err);

		if (status)
			return status;
		tw__bind_text(stmt, 1, rate->currency);
		tw__bind_text(stmt, 2, rate->target);
		tw__bind_i64(stmt, 3, rate->date);
		tw__bind_i64(stmt, 4, rate->rate_nanos);
		tw__bind_i64(stmt, 5, now);
		status = tw__run(stmt, err);
		if (status)
			return status;
	}
	return TW_OK;
}

static tw_status run(struct job *job, const void *data, size_t size,
		     tw_error *err)
{
	tw_counts *counts = &job->counts;
	tw_status status = read_file(job, data, size, err);

	if (!status)
		status = compare_all(job, err);
	if (status)
		return status;
	if (counts->rows_rejected || counts->conflicts) {
		counts->rows_held = job->count;
		return TW_OK;
	}
	counts->rows_stored = job->count;
	return write_rates(job, err);
}

tw_status tw_exchange_import(tw_counts *out, tw_rejects **out_rejects,
			     tw_store *store, const void *data, size_t size,
			     tw_error *err)
{
	struct job job = { .store = store, .counts = TW_COUNTS_INIT };
	struct tw_tx tx;
	tw_status status;
	size_t text_size;
	char *text;

	if (!out || !store || (!data && size))
		return tw__fail(err, TW_EINVAL, "counts, store and data are "
				"needed");
	status = tw__text_to_utf8(&text, &text_size, data, size, true, err);
	if (status)
		return status;
	job.rejects = tw__rejects_new();
	status = job.rejects ? tw__tx_enter(&tx, store, err) :
		tw__fail_oom(err);
	if (!status)
		status = tw__tx_leave(&tx, store, run(&job, text, text_size,
						      err), err);
	tw_free(job.rates);
	tw_free(text);
	if (status || !out_rejects)
		tw_rejects_free(job.rejects);
	if (status)
		return status;
	*out = job.counts;
	if (out_rejects)
		*out_rejects = job.rejects;
	return TW_OK;
}
