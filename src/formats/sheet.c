/**
 * @file src/formats/sheet.c  A carrier's price sheet, row by row
 *
 * Decides which rows of a sheet are good and lists every other with its line,
 * column and mend. Refuses to know the tariff's older versions, its bands,
 * the store and what is done with a sheet that has rejects: it holds both and
 * counts both, rows_read = rows_good + rows_rejected. A row may be a range of
 * codes: it is kept once, and each of its prices names it.
 */
#include "sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "csv.h"
#include "rating/deck.h"

#define PROGRESS_ROWS 1000u

struct tw_sheet {
	char currency[4];
	tw_rate *rows;               /* without prefix; status 0: rejected */
	struct sheet_price *prices;
	tw_reject *rejects;
	size_t row_count, row_capacity;
	size_t price_count, price_capacity;
	size_t reject_count, reject_capacity;
	uint64_t good;
};

struct sheet_read {
	struct tw_sheet *sheet;
	struct tw_csv *csv;
	struct sheet_reading reading;
	struct sheet_head head;
	struct sheet_codes codes;
	tw_progress_fn progress;
	void *progress_arg;
	size_t size;                 /* of the text */
	size_t seen;                 /* rows */
};

static tw_status add_prices(struct tw_sheet *sheet,
			    const struct sheet_codes *codes, tw_error *err)
{
	void *mem = sheet->prices;

	if (tw__grow(&mem, &sheet->price_capacity,
		     sheet->price_count + codes->count,
		     sizeof(*sheet->prices)))
		return tw__fail_oom(err);
	sheet->prices = mem;
	for (size_t i = 0; i < codes->count; i++)
		sheet->prices[sheet->price_count++] = (struct sheet_price){
			codes->list[i], sheet->rows[sheet->row_count].to,
			(uint32_t)sheet->row_count };
	sheet->row_count++;
	sheet->good++;

	return TW_OK;
}

static tw_status add_row(struct tw_sheet *sheet, const tw_rate *row,
			 const struct sheet_codes *codes, tw_error *err)
{
	void *mem = sheet->rows;

	if (tw__grow(&mem, &sheet->row_capacity, sheet->row_count + 1,
		     sizeof(*row)))
		return tw__fail_oom(err);
	sheet->rows = mem;
	sheet->rows[sheet->row_count] = *row;

	return add_prices(sheet, codes, err);
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
	if (row->count < r->head.fields)
		return bad_shape(reject, row->count, "the row has fewer "
			"cells than the header; write the empty ones too");
	for (size_t i = 0; i < row->count; i++) {
		enum sheet_column column = i < r->head.fields ?
			r->head.of_field[i] : COL_COUNT;

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

static void set_defaults(struct tw_str cells[COL_COUNT],
			 const struct tw_sheet_map *map)
{
	for (size_t i = 0; i < COL_COUNT; i++)
		cells[i] = tw__str_of(map->defaults[i]);
}

static bool is_blank(const struct tw_csv_row *row)
{
	if (row->fault)
		return false;
	for (size_t i = 0; i < row->count; i++) {
		if (tw__str_trim(row->fields[i]).l)
			return false;
	}

	return true;
}

/* Four million prices of one sheet are a mistake: a range too many. */
static bool has_room(const struct sheet_read *r, tw_reject *reject)
{
	enum sheet_column column = r->reading.present[COL_AREA] ? COL_AREA
								: COL_PREFIX;

	if (r->sheet->price_count + r->codes.count <= SHEET_RATES_MAX)
		return true;
	snprintf(reject->column, sizeof(reject->column), "%s",
		 r->reading.names[column]);
	snprintf(reject->reason, sizeof(reject->reason), "the sheet has more "
		 "than 4000000 codes; split it, or write the shorter codes "
		 "that ranges share");

	return false;
}

static tw_status read_row(struct sheet_read *r, const struct tw_csv_row *row,
			  tw_error *err)
{
	struct tw_str cells[COL_COUNT];
	tw_reject reject = TW_REJECT_INIT;
	tw_status status = TW_EPARSE;
	tw_rate rate;

	set_defaults(cells, r->reading.map);
	reject.line = row->line;
	if (place_cells(r, row, &reject, cells))
		status = tw__sheet_row(&rate, &r->codes, &reject, &r->reading,
				       cells);
	if (status == TW_ENOMEM)
		return tw__fail_oom(err);
	if (status || !has_room(r, &reject))
		return add_reject(r->sheet, &reject, err);
	rate.line = row->line;

	return add_row(r->sheet, &rate, &r->codes, err);
}

static tw_status tell(struct sheet_read *r, bool is_last, tw_error *err)
{
	if (!r->progress || (!is_last && ++r->seen % PROGRESS_ROWS))
		return TW_OK;
	if (!r->progress(r->progress_arg, is_last ? r->size :
			 tw__csv_at(r->csv), r->size))
		return TW_OK;

	return tw__fail(err, TW_ECANCELLED, "reading the sheet was "
			"cancelled");
}

static tw_status read_rows(struct sheet_read *r, tw_error *err)
{
	bool until_blank = r->reading.map->until_blank;
	int64_t line = tw__csv_line(r->csv);
	struct tw_csv_row row;
	tw_status status;

	while (!(status = tw__csv_next(r->csv, &row, err))) {
		bool blank = is_blank(&row);

		if (until_blank && (blank || row.line != line))
			return TW_OK;
		line = tw__csv_line(r->csv);
		if (blank)
			continue;
		status = read_row(r, &row, err);
		if (!status)
			status = tell(r, false, err);
		if (status)
			return status;
	}

	return status == TW_ITER_END ? TW_OK : status;
}

struct conflicts {
	struct sheet_read *read;
	tw_error *err;
};

/* A row without a status is one that has been rejected: one reason is
 * enough. */
static tw_status reject_conflict(void *arg, uint32_t row, uint32_t other,
				 uint64_t prefix)
{
	const struct conflicts *conflicts = arg;
	struct sheet_read *r = conflicts->read;
	tw_rate *bad = &r->sheet->rows[row];
	tw_reject reject = TW_REJECT_INIT;
	char code[TW_PREFIX_DIGITS + 1];
	bool is_area = r->reading.present[COL_AREA];

	if (bad->status == 0)
		return TW_OK;
	tw__prefix_unpack(code, prefix);
	reject.line = bad->line;
	snprintf(reject.column, sizeof(reject.column), "%s",
		 r->reading.names[is_area ? COL_AREA : COL_PREFIX]);
	if (row == other)
		snprintf(reject.reason, sizeof(reject.reason),
			 "the row names %s twice; write each code once",
			 code);
	else
		snprintf(reject.reason, sizeof(reject.reason),
			 "lines %lld and %lld: %s has two rows in force at "
			 "once; end the first with effective_to or delete "
			 "one", (long long)r->sheet->rows[other].line,
			 (long long)bad->line, code);
	bad->status = 0;
	r->sheet->good--;

	return add_reject(r->sheet, &reject, conflicts->err);
}

static int compare_rejects(const void *a, const void *b)
{
	const tw_reject *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

static tw_status check_times(struct sheet_read *r, tw_error *err)
{
	struct tw_sheet *sheet = r->sheet;
	struct conflicts conflicts = { r, err };
	size_t kept = 0;
	tw_status status = tw__sheet_times(sheet->prices, sheet->price_count,
		sheet->rows, reject_conflict, &conflicts);

	if (status)
		return status == TW_ENOMEM ? tw__fail_oom(err) : status;
	for (size_t i = 0; i < sheet->price_count; i++) {
		if (sheet->rows[sheet->prices[i].row].status)
			sheet->prices[kept++] = sheet->prices[i];
	}
	sheet->price_count = kept;
	if (sheet->reject_count)
		qsort(sheet->rejects, sheet->reject_count,
		      sizeof(*sheet->rejects), compare_rejects);

	return TW_OK;
}

static tw_status read_text(struct sheet_read *r, struct tw_str text,
			   tw_error *err)
{
	tw_status status;

	r->size = text.l;
	status = tw__sheet_head(&r->csv, &r->head, &r->reading, text, err);
	if (!status)
		status = read_rows(r, err);
	if (!status)
		status = check_times(r, err);
	if (!status)
		status = tell(r, true, err);
	memcpy(r->sheet->currency, r->reading.currency,
	       sizeof(r->sheet->currency));
	tw__csv_free(r->csv);

	return status;
}

static tw_status set_reading(struct sheet_read *r,
			     const tw_sheet_options *options, tw_error *err)
{
	struct sheet_reading *reading = &r->reading;
	tw_money money;

	if (options->first_inc_s < 1 || options->next_inc_s < 1 ||
	    options->first_inc_s > SHEET_INC_MAX_S ||
	    options->next_inc_s > SHEET_INC_MAX_S)
		return tw__fail_at(err, TW_EINVAL, 0, "first_inc",
			"default increments are 1 to 3600 seconds");
	reading->first_inc_s = options->first_inc_s;
	reading->next_inc_s = options->next_inc_s;
	reading->map = options->map ? options->map : &tw__sheet_map_none;
	r->progress = options->progress;
	r->progress_arg = options->progress_arg;
	if (options->currency) {
		if (tw_money_parse(&money, "0", options->currency, err))
			return TW_EINVAL;
		memcpy(reading->currency, money.currency,
		       sizeof(reading->currency));
	}

	return tw_zone_open(&reading->zone, options->zone ? options->zone
			    : "UTC", err);
}

/* Spreadsheets of Russian carriers are cp1251 when not UTF-8; only names of
 * destinations could suffer from another guess. */
static tw_status decode(char **out, size_t *out_size, const void *data,
			size_t size, enum sheet_encoding encoding,
			tw_error *err)
{
	switch (encoding) {

	case ENCODING_UTF8:
		return tw__text_to_utf8(out, out_size, data, size, false,
					err);
	case ENCODING_UTF16:
		return tw__text_utf16(out, out_size, data, size, err);
	case ENCODING_CP1251:
		return tw__text_cp1251(out, out_size, data, size, err);
	default:
		return tw__text_to_utf8(out, out_size, data, size, true, err);
	}
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
		status = set_reading(r, &opts, err);
	if (!status)
		status = decode(&text, &text_size, data, size,
				r->reading.map->encoding, err);
	if (!status)
		status = read_text(r, tw__str(text, text_size), err);
	if (!status)
		*out = r->sheet;
	else
		tw_sheet_free(r->sheet);
	tw_free(text);
	tw_free(r->codes.list);
	tw_zone_free(r->reading.zone);
	tw_free(r);

	return status;
}

void tw_sheet_free(tw_sheet *sheet)
{
	if (!sheet)
		return;

	tw_free(sheet->rows);
	tw_free(sheet->prices);
	tw_free(sheet->rejects);
	tw_free(sheet);
}

uint64_t tw_sheet_rows_read(const tw_sheet *sheet)
{
	return sheet->good + sheet->reject_count;
}

uint64_t tw_sheet_rows_good(const tw_sheet *sheet)
{
	return sheet->good;
}

uint64_t tw_sheet_rows_rejected(const tw_sheet *sheet)
{
	return sheet->reject_count;
}

uint64_t tw_sheet_rates(const tw_sheet *sheet)
{
	return sheet->price_count;
}

const char *tw_sheet_currency(const tw_sheet *sheet)
{
	return sheet->currency;
}

tw_status tw_sheet_rate(tw_rate *out, const tw_sheet *sheet, uint64_t index,
			tw_error *err)
{
	const struct sheet_price *price;
	tw_rate rate;

	if (index >= sheet->price_count)
		return TW_ITER_END;
	price = &sheet->prices[index];
	rate = sheet->rows[price->row];
	rate.to = price->to;
	tw__prefix_unpack(rate.prefix, price->prefix);

	return tw__export(out, &rate, sizeof(*out), err);
}

tw_status tw_sheet_reject(tw_reject *out, const tw_sheet *sheet,
			  uint64_t index, tw_error *err)
{
	if (index >= sheet->reject_count)
		return TW_ITER_END;

	return tw__export(out, &sheet->rejects[index], sizeof(*out), err);
}
