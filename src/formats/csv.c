/**
 * @file src/formats/csv.c  Splits delimited bytes into rows of fields
 *
 * Decides where fields and rows end; see csv.h for the quirks. Refuses to
 * allocate per field: fields are views into the input, and only a quoted
 * field that must lose characters is copied, into one scratch area.
 *
 * Imports read months of calls, so the scan is over blocks of 64 bytes, each
 * reduced to a bit mask of the bytes that could matter. memchr() per field
 * was the obvious other way, but fields are about ten bytes long and its
 * call alone costs more than that.
 */
#include <assert.h>
#include <string.h>
#include "csv_marks.h"
#include "window.h"

#define DETECT_MAX 65536u

/* Longer than any row that is read whole, and than what is looked at to tell
 * that one is not. */
#define ROW_AHEAD (TW_CSV_ROW_MAX + 4096u)

struct tw_csv {
	struct tw__window *window, whole;
	bool skips;            /* the rest of a line that is no row */
	const char *p;         /* input behind the BOM */
	size_t size;
	size_t at;             /* next unread byte */
	int64_t line;          /* physical line of at */
	char delimiter;
	uint64_t marks;        /* special bytes at or after at .. */
	size_t block;          /* .. of the block that begins here */
	char *scratch;         /* TW_CSV_ROW_MAX bytes once needed */
	size_t scratch_used;
	struct tw_str fields[TW_CSV_FIELDS_MAX];
};

/* One row being read; done may mean its end, a fault or no memory. */
struct scan {
	size_t start;
	int64_t line;
	size_t count;
	const char *fault;
	bool has_nul;
	bool oom;
	bool done;
};

static const char fault_long[] = "row is longer than 1 MiB";
static const char fault_open[] = "a quote is opened and not closed within "
	"1 MiB";
static const char fault_many[] = "row has more than 256 fields";
static const char fault_nul[] = "row has a NUL byte; is the file text?";

static inline void load_block(struct tw_csv *csv, size_t at)
{
	const char *p = csv->p + at;
	size_t left = csv->size - at;

	csv->block = at;
	csv->marks = left >= BLOCK ? find_marks(p, csv->delimiter) :
		tail_marks(p, left, csv->delimiter);
}

/* Goes forward to any place: behind a quote, behind a line end. */
static void jump(struct tw_csv *csv, size_t at)
{
	csv->at = at;
	if (at >= csv->block && at - csv->block < BLOCK)
		csv->marks &= ~0ull << (at - csv->block);
	else
		load_block(csv, at);
}

/* Goes back: the mask has lost its bits, so it must be made again. */
static void rewind_to(struct tw_csv *csv, size_t at, int64_t line)
{
	csv->at = at;
	csv->line = line;
	load_block(csv, at);
}

/* Place of the next special byte, or size. */
static inline size_t next_special(struct tw_csv *csv)
{
	while (csv->marks == 0) {
		if (csv->size - csv->block <= BLOCK)
			return csv->size;
		load_block(csv, csv->block + BLOCK);
	}
	return csv->block + (size_t)__builtin_ctzll(csv->marks);
}

/* Steps over the byte that next_special() has just found. */
static inline void drop_special(struct tw_csv *csv, size_t at)
{
	csv->marks &= csv->marks - 1;
	csv->at = at + 1;
}

static bool is_crlf(const struct tw_csv *csv, size_t at)
{
	return csv->p[at] == '\r' && at + 1 < csv->size &&
		csv->p[at + 1] == '\n';
}

/* CR, LF and CRLF each end one line. */
static void end_line(struct tw_csv *csv, size_t at)
{
	csv->line++;
	jump(csv, at + (is_crlf(csv, at) ? 2 : 1));
}

static void fail_row(struct scan *row, const char *fault)
{
	row->fault = fault;
	row->done = true;
}

static void put_field(struct tw_csv *csv, struct scan *row, struct tw_str f)
{
	if (row->count == TW_CSV_FIELDS_MAX)
		fail_row(row, fault_many);
	else
		csv->fields[row->count++] = f;
}

/* What the byte that ended a field means for the row. */
static void end_field(struct tw_csv *csv, struct scan *row, size_t at)
{
	if (at >= csv->size) {
		csv->at = csv->size;
		row->done = true;
	}
	else if (csv->p[at] == csv->delimiter) {
		drop_special(csv, at);
	}
	else {
		end_line(csv, at);
		row->done = true;
	}
}

/* End of unquoted text: quotes inside of it are plain letters, as in 12" or
 * O"Neill, since only a field's first byte can open one. */
static size_t text_end(struct tw_csv *csv, struct scan *row)
{
	size_t at;

	while ((at = next_special(csv)) < csv->size) {
		char c = csv->p[at];

		if (c == csv->delimiter || c == '\n' || c == '\r')
			break;
		row->has_nul |= c == '\0';
		drop_special(csv, at);
	}
	if (at - row->start > TW_CSV_ROW_MAX)
		fail_row(row, fault_long);
	return at;
}

/* Its last field, where a line end is what stopped it. */
static void plain_end(struct tw_csv *csv, struct scan *row, const char *at)
{
	const char *from = csv->p + csv->at;
	size_t end = (size_t)(at - csv->p);

	if (*at != '\n' && !is_crlf(csv, end))
		return;
	assert(row->count < TW_CSV_FIELDS_MAX);
	csv->fields[row->count++] = tw__str(from, (size_t)(at - from));
	row->done = true;
	if (*at != '\n') {
		end_line(csv, end);
		return;
	}
	csv->line++;
	drop_special(csv, end);
}

/* Of the marks from an opening quote on, those from the delimiter behind the
 * closing one on; 0 where there is more to it, or not all in the block. */
static uint64_t behind_quotes(const char *block, uint64_t marks,
			      char delimiter)
{
	const char *at = block;

	do {
		marks &= marks - 1;
		if (!marks)
			return 0;
		at = block + (unsigned)__builtin_ctzll(marks);
	} while (*at == delimiter);
	marks &= marks - 1;
	if (*at != '"' || !marks || at[1] != delimiter)
		return 0;
	return marks;
}

/* The fields that nearly all are: up to a delimiter, perhaps between two
 * quotes, a block of them at a time. What else there may be, and a row that
 * gets long or wide, is left where it begins. */
static void plain_fields(struct tw_csv *csv, struct scan *row)
{
	const char *from = csv->p + csv->at, *at = from;
	struct tw_str *field = &csv->fields[row->count];
	const char delimiter = csv->delimiter;
	const char *block = csv->p + csv->block;
	uint64_t marks = csv->marks, behind;

	while (field <= &csv->fields[TW_CSV_FIELDS_MAX - BLOCK] &&
	       csv->block < row->start + TW_CSV_ROW_MAX - BLOCK) {
		for (; marks; marks &= marks - 1) {
			size_t quote = 0;

			at = block + (unsigned)__builtin_ctzll(marks);
			if (*at != delimiter) {
				if (*at != '"' || at != from)
					break;
				behind = behind_quotes(block, marks,
						       delimiter);
				if (!behind)
					break;
				marks = behind;
				at = block + (unsigned)__builtin_ctzll(marks);
				quote = 1;
			}
			*field++ = tw__str(from + quote,
				(size_t)(at - from) - 2 * quote);
			from = at + 1;
		}
		if (marks || csv->size - csv->block <= BLOCK)
			break;
		load_block(csv, csv->block + BLOCK);
		marks = csv->marks;
		block += BLOCK;
	}
	row->count = (size_t)(field - csv->fields);
	csv->at = (size_t)(from - csv->p);
	csv->marks = marks;
	if (marks)
		plain_end(csv, row, at);
}

static void plain_field(struct tw_csv *csv, struct scan *row)
{
	size_t from = csv->at, end = text_end(csv, row);

	if (!row->done)
		put_field(csv, row, tw__str(csv->p + from, end - from));
	if (!row->done)
		end_field(csv, row, end);
}

/* A row always fits into the scratch area, because its fields only lose
 * bytes and its length was checked before. */
static void keep(struct tw_csv *csv, struct scan *row, size_t from,
		 size_t end)
{
	if (!csv->scratch)
		csv->scratch = tw_malloc(TW_CSV_ROW_MAX);
	if (!csv->scratch) {
		row->oom = true;
		row->done = true;
		return;
	}
	assert(end - from <= TW_CSV_ROW_MAX - csv->scratch_used);
	memcpy(csv->scratch + csv->scratch_used, csv->p + from, end - from);
	csv->scratch_used += end - from;
}

/* Next quote inside of a quoted field, counting the lines on the way. */
static size_t find_quote(struct tw_csv *csv, struct scan *row)
{
	size_t at;

	while ((at = next_special(csv)) < csv->size) {
		char c = csv->p[at];

		if (at - row->start >= TW_CSV_ROW_MAX)
			break;
		if (c == '"')
			return at;
		row->has_nul |= c == '\0';
		csv->line += c == '\n' || (c == '\r' && !is_crlf(csv, at));
		drop_special(csv, at);
	}
	fail_row(row, fault_open);
	return at;
}

/* Finds the closing quote; what stands before doubled ones is copied. */
static size_t closing_quote(struct tw_csv *csv, struct scan *row,
			    size_t *from)
{
	for (;;) {
		size_t quote = find_quote(csv, row);

		if (row->done)
			return quote;
		jump(csv, quote + 1);
		if (csv->at >= csv->size || csv->p[csv->at] != '"')
			return quote;
		/* one of the two stays */
		keep(csv, row, *from, quote + 1);
		if (row->done)
			return quote;
		jump(csv, quote + 2);
		*from = quote + 2;
	}
}

/* Nearly every quoted field needs no copy: "text", then a delimiter or a
 * line end. Others are put together from their pieces, and letters behind
 * the closing quote belong to the field too. */
static void quoted_field(struct tw_csv *csv, struct scan *row)
{
	size_t from = csv->at + 1, piece = from, end, after, stop;
	size_t kept = csv->scratch_used;
	struct tw_str field;

	jump(csv, from);
	end = closing_quote(csv, row, &piece);
	if (row->done)
		return;
	after = csv->at;
	stop = text_end(csv, row);
	field = tw__str(csv->p + from, end - from);
	if (!row->done && (piece != from || stop > after)) {
		keep(csv, row, piece, end);
		if (!row->done)
			keep(csv, row, after, stop);
		field = tw__str(csv->scratch + kept,
				csv->scratch_used - kept);
	}
	if (!row->done)
		put_field(csv, row, field);
	if (!row->done)
		end_field(csv, row, stop);
}

static bool is_last(const struct tw_csv *csv)
{
	return csv->window->is_last;
}

/* Brings more behind `from`, which is the first byte in view then. */
static tw_status see_more(struct tw_csv *csv, size_t from, int64_t line,
			  tw_error *err)
{
	size_t mark = (size_t)(csv->p - csv->window->p);
	tw_status status = tw__window_more(csv->window, mark + from, err);

	if (status)
		return status;
	csv->p = csv->window->p;
	csv->size = csv->window->size;
	rewind_to(csv, 0, line);
	return TW_OK;
}

/* To the end of the line, or of what is in view: then the rest is skipped
 * before the next row is read, when nobody looks at this one any more. */
static void skip_line(struct tw_csv *csv)
{
	size_t at;

	csv->skips = false;
	while ((at = next_special(csv)) < csv->size) {
		if (csv->p[at] == '\n' || csv->p[at] == '\r')
			break;
		drop_special(csv, at);
	}
	/* a CR may have its LF in the next view */
	csv->skips = !is_last(csv) && at + 1 >= csv->size;
	if (csv->skips || at >= csv->size)
		csv->at = at;
	else
		end_line(csv, at);
}

/* Goes on after the first physical line of a row that can't be trusted: a
 * stray quote then costs one row, not everything up to the next quote. */
static void resync(struct tw_csv *csv, const struct scan *row)
{
	rewind_to(csv, row->start, row->line);
	skip_line(csv);
}

static bool at_line_end(const struct tw_csv *csv)
{
	return csv->at < csv->size && (csv->p[csv->at] == '\n' ||
				       csv->p[csv->at] == '\r');
}

/* Over blank lines to where a row begins, or to the end. */
static tw_status find_row(struct tw_csv *csv, tw_error *err)
{
	tw_status status = TW_OK;

	while (!status) {
		while (!csv->skips && at_line_end(csv) &&
		       (is_last(csv) || csv->at + 1 < csv->size))
			end_line(csv, csv->at);
		if (!csv->skips && (is_last(csv) || csv->at + 1 < csv->size))
			return csv->at < csv->size ? TW_OK : TW_ITER_END;
		status = see_more(csv, csv->at, csv->line, err);
		if (!status && csv->skips)
			skip_line(csv);
	}
	return status;
}

/* With more in view it could be another row. */
static bool may_be_cut(const struct tw_csv *csv, const struct scan *row)
{
	return !is_last(csv) && csv->size - row->start < ROW_AHEAD &&
		(row->fault || csv->at + 1 >= csv->size);
}

static void read_row(struct tw_csv *csv, struct scan *row)
{
	*row = (struct scan){ .start = csv->at, .line = csv->line };
	csv->scratch_used = 0;
	do {
		plain_fields(csv, row);
		if (row->done)
			break;
		if (csv->at < csv->size && csv->p[csv->at] == '"')
			quoted_field(csv, row);
		else
			plain_field(csv, row);
	} while (!row->done);
}

tw_status tw__csv_next(struct tw_csv *csv, struct tw_csv_row *out,
		       tw_error *err)
{
	struct scan row;
	tw_status status = TW_OK;

	if (csv->skips || csv->size - csv->at < 2 || at_line_end(csv))
		status = find_row(csv, err);
	while (!status) {
		read_row(csv, &row);
		if (row.oom || !may_be_cut(csv, &row))
			break;
		status = see_more(csv, row.start, row.line, err);
	}
	if (status)
		return status;
	if (row.oom) {
		rewind_to(csv, row.start, row.line);
		return tw__fail_oom(err);
	}
	if (row.fault)
		resync(csv, &row);
	else if (row.has_nul)
		row.fault = fault_nul;
	out->line = row.line;
	out->count = row.count;
	out->fields = csv->fields;
	out->fault = row.fault;
	out->raw = tw__str(csv->p + row.start, csv->at - row.start);
	out->in_raw = !row.fault && csv->scratch_used == 0;
	return TW_OK;
}

/* The most frequent candidate outside of quotes in the first row that has
 * anything; the comma when there is none. */
static char detect(const char *p, size_t size)
{
	static const char candidates[] = { ',', ';', '\t' };
	size_t count[TW_ARRAY_COUNT(candidates)] = { 0 }, best = 0, i = 0;
	bool quoted = false;

	while (i < size && (p[i] == '\n' || p[i] == '\r'))
		i++;
	if (size - i > DETECT_MAX)
		size = i + DETECT_MAX;
	for (; i < size && (quoted || (p[i] != '\n' && p[i] != '\r')); i++) {
		quoted ^= p[i] == '"';
		for (size_t k = 0; k < TW_ARRAY_COUNT(count); k++)
			count[k] += !quoted && p[i] == candidates[k];
	}
	for (size_t k = 1; k < TW_ARRAY_COUNT(count); k++) {
		if (count[k] > count[best])
			best = k;
	}
	return candidates[best];
}

/* As much in view as may tell the delimiter, behind blank lines. */
static tw_status find_delimiter(struct tw_csv *csv, tw_error *err)
{
	tw_status status = is_last(csv) ? TW_OK : find_row(csv, err);

	while (!status && !is_last(csv) && csv->size - csv->at < DETECT_MAX)
		status = see_more(csv, csv->at, csv->line, err);
	csv->delimiter = detect(csv->p + csv->at, csv->size - csv->at);
	/* the marks of a block are made for it */
	rewind_to(csv, csv->at, csv->line);
	return status == TW_ITER_END ? TW_OK : status;
}

/* At the first byte behind the BOM, which is in view if there is one. */
static tw_status begin(struct tw_csv *csv, struct tw__window *window,
		       char delimiter, tw_error *err)
{
	const char *p = window->p;
	bool marked = window->size >= 3 && !memcmp(p, "\xef\xbb\xbf", 3);

	csv->window = window;
	csv->p = marked ? p + 3 : p;
	csv->size = window->size - (marked ? 3 : 0);
	csv->delimiter = delimiter;
	rewind_to(csv, 0, 1);
	return delimiter ? TW_OK : find_delimiter(csv, err);
}

static tw_status make(struct tw_csv **out, struct tw__window *window,
		      char delimiter, tw_error *err)
{
	struct tw_csv *csv;
	tw_status status;

	if (delimiter == '"' || delimiter == '\n' || delimiter == '\r')
		return tw__fail_at(err, TW_EINVAL, 0, "delimiter", "a quote "
				   "or line end can't separate fields; use "
				   "a comma, semicolon or tab");
	csv = tw_calloc(1, sizeof(*csv));
	if (!csv)
		return tw__fail_oom(err);
	if (window->is_whole)
		csv->whole = *window;
	status = begin(csv, window->is_whole ? &csv->whole : window,
		       delimiter, err);
	if (status)
		tw__csv_free(csv);
	else
		*out = csv;
	return status;
}

tw_status tw__csv_new(struct tw_csv **out, const void *data, size_t size,
		      char delimiter, tw_error *err)
{
	struct tw__window whole;

	if (!out || (!data && size > 0))
		return tw__fail(err, TW_EINVAL, "CSV: NULL argument");
	tw__window_lend(&whole, tw__str(size > 0 ? data : "", size));
	return make(out, &whole, delimiter, err);
}

tw_status tw__csv_open(struct tw_csv **out, struct tw__window *window,
		       char delimiter, tw_error *err)
{
	tw_status status = TW_OK;

	while (!status && !window->is_last && window->size < 3)
		status = tw__window_more(window, 0, err);
	return status ? status : make(out, window, delimiter, err);
}

char tw__csv_delimiter(const struct tw_csv *csv)
{
	return csv->delimiter;
}

int64_t tw__csv_line(const struct tw_csv *csv)
{
	return csv->line;
}

void tw__csv_count_from(struct tw_csv *csv, int64_t line)
{
	csv->line = line;
}

size_t tw__csv_at(const struct tw_csv *csv)
{
	return csv->at;
}

bool tw__csv_is_over(const struct tw_csv *csv)
{
	return is_last(csv) && csv->at >= csv->size;
}

void tw__csv_free(struct tw_csv *csv)
{
	if (!csv)
		return;
	tw_free(csv->scratch);
	tw_free(csv);
}
