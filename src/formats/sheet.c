/**
 * @file src/formats/sheet.c  A carrier's price sheet, row by row
 *
 * Decides which rows of a sheet are good and lists every other with its line,
 * column and mend. Refuses to know the tariff's older versions, the store and
 * what is done with a sheet that has rejects: it holds both and counts both,
 * rows_read = rows_good + rows_rejected.
 */
#include "sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "csv.h"
#include "rating/deck.h"

struct tw_sheet {
	char currency[4];
	tw_rate *rates;
	tw_reject *rejects;
	size_t rate_count, rate_capacity;
	size_t reject_count, reject_capacity;
};

struct sheet_read {
	struct tw_sheet *sheet;
	struct tw_csv *csv;
	struct sheet_reading reading;
	enum sheet_column of_field[TW_CSV_FIELDS_MAX];
	size_t fields;
	char spelled[COL_COUNT][SHEET_SHOWN];
};

static tw_status fail_header(int64_t line, struct tw_str name,
			     const char *mend, tw_error *err)
{
	char shown[SHEET_SHOWN];

	tw__sheet_shown(shown, name);

	return tw__fail_at(err, TW_EPARSE, line, shown, "header \"%s\" %s",
			   shown, mend);
}

/* An unknown column is not skipped: "peak_rate" left unread is money. */
static tw_status map_field(struct sheet_read *r, size_t i,
			   const struct tw_csv_row *row, tw_error *err)
{
	struct tw_str name = tw__str_trim(row->fields[i]);
	enum sheet_column column = tw__sheet_column(name);

	r->of_field[i] = column;
	if (!name.l)
		return TW_OK;
	if (column == COL_COUNT)
		return fail_header(row->line, name, "is no column of a "
			"sheet; rename it to prefix, destination, rate, "
			"currency, effective_from, effective_to, first_inc, "
			"next_inc, increments, connect_fee, direction, "
			"caller_prefix, status or comment", err);
	if (column == COL_COMMENT)
		return TW_OK;
	if (r->reading.present[column])
		return fail_header(row->line, name, "stands there twice "
			"under one meaning; keep one of the columns", err);
	r->reading.present[column] = true;
	tw__sheet_shown(r->spelled[column], name);

	return TW_OK;
}

static tw_status check_header(const struct sheet_read *r, int64_t line,
			      tw_error *err)
{
	const bool *present = r->reading.present;

	if (!present[COL_PREFIX] || !present[COL_RATE])
		return tw__fail_at(err, TW_EPARSE, line,
			present[COL_PREFIX] ? "rate" : "prefix",
			"no header with the columns prefix and rate; start "
			"the sheet with prefix,destination,rate,currency,"
			"effective_from,effective_to,first_inc,next_inc,"
			"connect_fee");
	if (!present[COL_CURRENCY] && !r->reading.currency[0])
		return tw__fail_at(err, TW_EPARSE, line, "currency",
			"neither the sheet nor the caller names a currency; "
			"add the column");
	if (present[COL_INCREMENTS] && (present[COL_FIRST_INC] ||
					present[COL_NEXT_INC]))
		return tw__fail_at(err, TW_EPARSE, line, "increments",
			"the sheet has increments and first_inc or next_inc; "
			"keep one way");

	return TW_OK;
}

static tw_status read_header(struct sheet_read *r, tw_error *err)
{
	struct tw_csv_row row;
	tw_status status;

	status = tw__csv_next(r->csv, &row, err);
	if (status == TW_ITER_END)
		return tw__fail_at(err, TW_EPARSE, 1, "prefix", "the sheet "
			"is empty; its first line names the columns");
	if (status)
		return status;
	if (row.fault)
		return tw__fail_at(err, TW_EPARSE, row.line, "prefix",
				   "header: %s", row.fault);

	r->fields = row.count;
	for (size_t i = 0; i < row.count; i++) {
		status = map_field(r, i, &row, err);
		if (status)
			return status;
	}
	for (size_t i = 0; i < COL_COUNT; i++)
		r->reading.names[i] = r->reading.present[i] ? r->spelled[i] :
			tw__sheet_column_name((enum sheet_column)i);
	r->reading.delimiter = tw__csv_delimiter(r->csv);

	return check_header(r, row.line, err);
}

static tw_status add_rate(struct tw_sheet *sheet, const tw_rate *rate,
			  tw_error *err)
{
	void *mem = sheet->rates;

	if (tw__grow(&mem, &sheet->rate_capacity, sheet->rate_count + 1,
		     sizeof(*rate)))
		return tw__fail_oom(err);
	sheet->rates = mem;
	sheet->rates[sheet->rate_count++] = *rate;

	return TW_OK;
}

static tw_status add_reject(struct tw_sheet *sheet, const tw_reject *reject,
			    tw_error *err)
{
	void *mem = sheet->rejects;

	if (tw__grow(&mem, &sheet->reject_capacity, sheet->reject_count + 1,
		     sizeof(*reject)))
		return tw__fail_oom(err);
	sheet->rejects = mem;
	sheet->rejects[sheet->reject_count++] = *reject;

	return TW_OK;
}

static bool bad_shape(tw_reject *reject, size_t field, const char *reason)
{
	snprintf(reject->column, sizeof(reject->column), "%zu", field + 1);
	snprintf(reject->reason, sizeof(reject->reason), "%s", reason);

	return false;
}

/* false: the row's shape is wrong, and no cell can be trusted. */
static bool place_cells(const struct sheet_read *r,
			const struct tw_csv_row *row, tw_reject *reject,
			struct tw_str cells[COL_COUNT])
{
	if (row->fault)
		return bad_shape(reject, row->count, row->fault);
	if (row->count < r->fields)
		return bad_shape(reject, row->count, "the row has fewer "
			"cells than the header; write the empty ones too");
	for (size_t i = 0; i < row->count; i++) {
		enum sheet_column column = i < r->fields ? r->of_field[i]
							 : COL_COUNT;

		if (column != COL_COUNT) {
			cells[column] = row->fields[i];
			continue;
		}
		if (!tw__str_trim(row->fields[i]).l)
			continue;
		return bad_shape(reject, i, "a cell stands where the header "
			"names none; perhaps a decimal comma split a price: "
			"write 1.50");
	}

	return true;
}

static tw_status read_row(struct sheet_read *r, const struct tw_csv_row *row,
			  tw_error *err)
{
	struct tw_str cells[COL_COUNT];
	tw_reject reject = TW_REJECT_INIT;
	tw_rate rate;

	for (size_t i = 0; i < COL_COUNT; i++)
		cells[i] = TW_STR("");
	reject.line = row->line;
	if (!place_cells(r, row, &reject, cells) ||
	    tw__sheet_row(&rate, &reject, &r->reading, cells))
		return add_reject(r->sheet, &reject, err);
	rate.line = row->line;

	return add_rate(r->sheet, &rate, err);
}

static tw_status read_rows(struct sheet_read *r, tw_error *err)
{
	struct tw_csv_row row;
	tw_status status;

	while (!(status = tw__csv_next(r->csv, &row, err))) {
		status = read_row(r, &row, err);
		if (status)
			return status;
	}

	return status == TW_ITER_END ? TW_OK : status;
}

struct keyed {
	struct tw_row_key key;
	tw_rate *rate;
};

static int compare_keyed(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int order = tw__row_key_compare(&x->key, &y->key);

	return order ? order : (x->rate > y->rate) - (x->rate < y->rate);
}

/* A rate without a line is one that has been rejected. */
static tw_status reject_overlap(struct tw_sheet *sheet, tw_rate *bad,
				const tw_rate *other, tw_error *err)
{
	tw_reject reject = TW_REJECT_INIT;

	reject.line = bad->line;
	strcpy(reject.column, "prefix");
	snprintf(reject.reason, sizeof(reject.reason), "lines %lld and %lld: "
		 "%s has two rows in force at once; end the first with "
		 "effective_to or delete one", (long long)other->line,
		 (long long)bad->line, bad->prefix);
	bad->line = 0;

	return add_reject(sheet, &reject, err);
}

/* Of two rows in force at once the later line goes; the row that stays is
 * held against those after it. */
static tw_status sweep(struct tw_sheet *sheet, struct keyed *sorted,
		       tw_error *err)
{
	struct keyed *kept = NULL;

	for (size_t i = 0; i < sheet->rate_count; i++) {
		struct keyed *now = &sorted[i];
		bool later;
		tw_status status;

		if (!kept || !tw__row_key_same(&kept->key, &now->key) ||
		    now->rate->from >= kept->rate->to) {
			kept = now;
			continue;
		}
		later = now->rate->line > kept->rate->line;
		status = reject_overlap(sheet, later ? now->rate : kept->rate,
					later ? kept->rate : now->rate, err);
		if (status)
			return status;
		kept = later ? kept : now;
	}

	return TW_OK;
}

static int compare_rejects(const void *a, const void *b)
{
	const tw_reject *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

static void drop_rejected(struct tw_sheet *sheet)
{
	size_t kept = 0;

	for (size_t i = 0; i < sheet->rate_count; i++) {
		if (sheet->rates[i].line)
			sheet->rates[kept++] = sheet->rates[i];
	}
	sheet->rate_count = kept;
}

static tw_status reject_overlaps(struct tw_sheet *sheet, tw_error *err)
{
	struct keyed *sorted = tw_calloc(sheet->rate_count + 1,
					 sizeof(*sorted));
	tw_status status = TW_OK;

	if (!sorted)
		return tw__fail_oom(err);
	for (size_t i = 0; i < sheet->rate_count && !status; i++) {
		sorted[i].rate = &sheet->rates[i];
		status = tw__rate_check(&sheet->rates[i], &sorted[i].key,
					err);
	}
	if (!status) {
		qsort(sorted, sheet->rate_count, sizeof(*sorted),
		      compare_keyed);
		status = sweep(sheet, sorted, err);
	}
	tw_free(sorted);
	if (status)
		return status;
	drop_rejected(sheet);
	if (sheet->reject_count)
		qsort(sheet->rejects, sheet->reject_count,
		      sizeof(*sheet->rejects), compare_rejects);

	return TW_OK;
}

static tw_status read_text(struct sheet_read *r, const char *text,
			   size_t size, tw_error *err)
{
	tw_status status;

	status = tw__csv_new(&r->csv, text, size, 0, err);
	if (!status)
		status = read_header(r, err);
	if (!status)
		status = read_rows(r, err);
	if (!status)
		status = reject_overlaps(r->sheet, err);
	memcpy(r->sheet->currency, r->reading.currency,
	       sizeof(r->sheet->currency));
	tw__csv_free(r->csv);

	return status;
}

static tw_status set_reading(struct sheet_reading *reading,
			     const tw_sheet_options *options, tw_error *err)
{
	tw_money money;

	if (options->first_inc_s < 1 || options->next_inc_s < 1 ||
	    options->first_inc_s > SHEET_INC_MAX_S ||
	    options->next_inc_s > SHEET_INC_MAX_S)
		return tw__fail_at(err, TW_EINVAL, 0, "first_inc",
			"default increments are 1 to 3600 seconds");
	reading->first_inc_s = options->first_inc_s;
	reading->next_inc_s = options->next_inc_s;
	if (options->currency) {
		if (tw_money_parse(&money, "0", options->currency, err))
			return TW_EINVAL;
		memcpy(reading->currency, money.currency,
		       sizeof(reading->currency));
	}

	return tw_zone_open(&reading->zone, options->zone ? options->zone
			    : "UTC", err);
}

tw_status tw_sheet_read(tw_sheet **out, const void *data, size_t size,
			const tw_sheet_options *options, tw_error *err)
{
	static const tw_sheet_options defaults = TW_SHEET_OPTIONS_INIT;
	tw_sheet_options opts;
	struct sheet_read *r;
	char *text = NULL;
	size_t text_size;
	tw_status status;

	if (!out || (size && !data))
		return tw__fail(err, TW_EINVAL, "no sheet to read or no "
				"place for it");
	status = tw__import(&opts, sizeof(opts), options ? options
			    : &defaults, err);
	if (status)
		return status;
	r = tw_calloc(1, sizeof(*r));
	if (!r)
		return tw__fail_oom(err);

	r->sheet = tw_calloc(1, sizeof(*r->sheet));
	if (!r->sheet)
		status = tw__fail_oom(err);
	if (!status)
		status = set_reading(&r->reading, &opts, err);
	/* Spreadsheets of Russian carriers are cp1251 when not UTF-8; only
	 * names of destinations could suffer from another guess. */
	if (!status)
		status = tw__text_to_utf8(&text, &text_size, data, size,
					  true, err);
	if (!status)
		status = read_text(r, text, text_size, err);
	if (!status)
		*out = r->sheet;
	else
		tw_sheet_free(r->sheet);
	tw_free(text);
	tw_zone_free(r->reading.zone);
	tw_free(r);

	return status;
}

void tw_sheet_free(tw_sheet *sheet)
{
	if (!sheet)
		return;

	tw_free(sheet->rates);
	tw_free(sheet->rejects);
	tw_free(sheet);
}

uint64_t tw_sheet_rows_read(const tw_sheet *sheet)
{
	return sheet->rate_count + sheet->reject_count;
}

uint64_t tw_sheet_rows_good(const tw_sheet *sheet)
{
	return sheet->rate_count;
}

uint64_t tw_sheet_rows_rejected(const tw_sheet *sheet)
{
	return sheet->reject_count;
}

uint64_t tw_sheet_rates(const tw_sheet *sheet)
{
	return sheet->rate_count;
}

const char *tw_sheet_currency(const tw_sheet *sheet)
{
	return sheet->currency;
}

tw_status tw_sheet_rate(tw_rate *out, const tw_sheet *sheet, uint64_t index,
			tw_error *err)
{
	if (index >= sheet->rate_count)
		return TW_ITER_END;

	return tw__export(out, &sheet->rates[index], sizeof(*out), err);
}

tw_status tw_sheet_reject(tw_reject *out, const tw_sheet *sheet,
			  uint64_t index, tw_error *err)
{
	if (index >= sheet->reject_count)
		return TW_ITER_END;

	return tw__export(out, &sheet->rejects[index], sizeof(*out), err);
}
