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
#include <string.h>
#include "csv.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define BLOCK 64u
#define DETECT_MAX 65536u

struct tw_csv {
	const char *p;         /* input behind the BOM */
	size_t size;
	size_t at;             /* next unread byte */
	int64_t line;          /* physical line of at */
	char delimiter;
	uint64_t mask;         /* special bytes at or after at .. */
	size_t block;          /* .. of the block that begins here */
	char *scratch;         /* TW_CSV_ROW_MAX bytes once needed */
	size_t scratch_used;
	struct tw_str fields[TW_CSV_FIELDS_MAX];
};

/* One row being read. */
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
static const char fault_open[] = "a quote is opened and never closed";
static const char fault_many[] = "row has more than 256 fields";
static const char fault_nul[] = "row has a NUL byte; is the file text?";

#if defined(__SSE2__)
static uint32_t match16(__m128i v, char c)
{
	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v,
							  _mm_set1_epi8(c)));
}

static uint64_t block_mask(const char *p, char delimiter)
{
	uint64_t mask = 0;

	for (unsigned i = 0; i < BLOCK; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + i));
		uint64_t bits = match16(v, delimiter) | match16(v, '\n') |
			match16(v, '\r') | match16(v, '"') | match16(v, '\0');

		mask |= bits << i;
	}
	return mask;
}
#else
/* 0x80 in every byte of x that is zero: exact, unlike the shorter trick that
 * lets a borrow spill into the next byte. */
static uint64_t zero_bytes(uint64_t x)
{
	const uint64_t low7 = 0x7f7f7f7f7f7f7f7full;

	return ~(((x & low7) + low7) | x | low7);
}

static uint64_t match8(uint64_t word, char c)
{
	return zero_bytes(word ^ 0x0101010101010101ull * (unsigned char)c);
}

static uint64_t block_mask(const char *p, char delimiter)
{
	uint64_t mask = 0;

	for (unsigned i = 0; i < BLOCK; i += 8) {
		uint64_t word = 0, bits;

		for (unsigned k = 0; k < 8; k++)
			word |= (uint64_t)(unsigned char)p[i + k] << (8 * k);
		bits = match8(word, delimiter) | match8(word, '\n') |
			match8(word, '\r') | match8(word, '"') |
			match8(word, '\0');
		/* gathers the eight 0x80 flags into one byte */
		mask |= ((bits >> 7) * 0x0102040810204080ull >> 56) << i;
	}
	return mask;
}
#endif

static void load_block(struct tw_csv *csv, size_t at)
{
	char tail[BLOCK];

	csv->block = at;
	if (csv->size - at >= BLOCK) {
		csv->mask = block_mask(csv->p + at, csv->delimiter);
		return;
	}
	/* 'x' is never special, whatever the delimiter: see check below */
	memset(tail, 'x', sizeof(tail));
	memcpy(tail, csv->p + at, csv->size - at);
	csv->mask = block_mask(tail, csv->delimiter);
}

/* Moves to a place the mask does not know yet, such as behind a quote. */
static void jump(struct tw_csv *csv, size_t at)
{
	csv->at = at;
	if (at < csv->size && at - csv->block < BLOCK && at >= csv->block) {
		csv->mask &= ~0ull << (at - csv->block);
		return;
	}
	csv->mask = 0;
	csv->block = at;
	if (at < csv->size)
		load_block(csv, at);
}

/* Place of the next special byte at or after csv->at, or size. */
static inline size_t next_special(struct tw_csv *csv)
{
	while (csv->mask == 0) {
		if (csv->size - csv->block <= BLOCK)
			return csv->size;
		load_block(csv, csv->block + BLOCK);
	}
	return csv->block + (size_t)__builtin_ctzll(csv->mask);
}

static inline void drop_special(struct tw_csv *csv, size_t at)
{
	csv->mask &= csv->mask - 1;
	csv->at = at + 1;
}

/* CR, LF and CRLF each end one line. */
static void end_line(struct tw_csv *csv, size_t at)
{
	csv->line++;
	if (csv->p[at] == '\r' && at + 1 < csv->size && csv->p[at + 1] == '\n')
		jump(csv, at + 2);
	else
		drop_special(csv, at);
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

/* End of unquoted text from csv->at: quotes inside it are plain letters,
 * as in 12" or O"Neill, since only a field's first byte can open one. */
static size_t text_end(struct tw_csv *csv, struct scan *row)
{
	size_t at;

	while ((at = next_special(csv)) < csv->size) {
		char c = csv->p[at];

		if (c != '"' && c != '\0')
			break;
		row->has_nul |= c == '\0';
		drop_special(csv, at);
	}
	if (at - row->start > TW_CSV_ROW_MAX)
		fail_row(row, fault_long);
	return at;
}

static void plain_field(struct tw_csv *csv, struct scan *row)
{
	size_t from = csv->at, end = text_end(csv, row);

	if (row->fault)
		return;
	put_field(csv, row, tw__str(csv->p + from, end - from));
	if (!row->fault)
		end_field(csv, row, end);
}

/* A row fits in the scratch area because its fields only lose bytes. */
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
	memcpy(csv->scratch + csv->scratch_used, csv->p + from, end - from);
	csv->scratch_used += end - from;
}

static void note_inside(struct tw_csv *csv, struct scan *row, size_t from,
			size_t end)
{
	const char *p = csv->p;

	for (size_t i = from; i < end; i++) {
		row->has_nul |= p[i] == '\0';
		if (p[i] == '\n' || (p[i] == '\r' &&
				     (i + 1 >= csv->size ||
				      p[i + 1] != '\n')))
			csv->line++;
	}
}

/* Closing quote of the run that begins at from, or size when the row's limit
 * or the input ends before. */
static size_t find_quote(const struct tw_csv *csv, const struct scan *row,
			 size_t from)
{
	size_t limit = row->start + TW_CSV_ROW_MAX;
	const char *q;

	if (limit > csv->size)
		limit = csv->size;
	q = from < limit ? memchr(csv->p + from, '"', limit - from) : NULL;
	return q ? (size_t)(q - csv->p) : csv->size;
}

/* Nearly every quoted field needs no copy: "text", and then a delimiter or
 * a line end. The others are put together from their runs. */
static void quoted_field(struct tw_csv *csv, struct scan *row)
{
	size_t from = csv->at + 1, first = csv->scratch_used, end;
	bool copied = false;

	for (;;) {
		size_t quote = find_quote(csv, row, from);

		if (quote >= csv->size) {
			fail_row(row, fault_open);
			return;
		}
		note_inside(csv, row, from, quote);
		jump(csv, quote + 1);
		if (csv->at >= csv->size || csv->p[csv->at] != '"') {
			end = quote;
			break;
		}
		/* doubled: one of the two stays */
		keep(csv, row, from, quote + 1);
		if (row->oom)
			return;
		copied = true;
		from = quote + 2;
	}
	size_t after = csv->at, stop = text_end(csv, row);

	if (row->fault)
		return;
	if (copied || stop > after) {
		keep(csv, row, from, end);
		if (!row->oom)
			keep(csv, row, after, stop);
		if (row->oom)
			return;
		put_field(csv, row, tw__str(csv->scratch + first,
					    csv->scratch_used - first));
	}
	else {
		put_field(csv, row, tw__str(csv->p + from, end - from));
	}
	if (!row->fault)
		end_field(csv, row, stop);
}

/* Goes on after the first physical line of a row that can't be trusted: a
 * stray quote then costs one row, not everything up to the next quote. */
static void resync(struct tw_csv *csv, const struct scan *row)
{
	csv->line = row->line;
	for (size_t i = row->start; i < csv->size; i++) {
		if (csv->p[i] == '\n' || csv->p[i] == '\r') {
			jump(csv, i);
			end_line(csv, i);
			return;
		}
	}
	jump(csv, csv->size);
}

static void skip_blank_lines(struct tw_csv *csv)
{
	while (csv->at < csv->size && (csv->p[csv->at] == '\n' ||
				       csv->p[csv->at] == '\r'))
		end_line(csv, csv->at);
}

tw_status tw__csv_next(struct tw_csv *csv, struct tw_csv_row *out,
		       tw_error *err)
{
	struct scan row = { 0 };
	bool trailing;

	skip_blank_lines(csv);
	if (csv->at >= csv->size)
		return TW_ITER_END;
	csv->scratch_used = 0;
	row.start = csv->at;
	row.line = csv->line;
	while (!row.done) {
		if (csv->at < csv->size && csv->p[csv->at] == '"')
			quoted_field(csv, &row);
		else
			plain_field(csv, &row);
	}
	if (row.oom) {
		jump(csv, row.start);
		csv->line = row.line;
		return tw__fail_oom(err);
	}
	if (row.fault)
		resync(csv, &row);
	else if (row.has_nul)
		row.fault = fault_nul;
	(void)trailing;
	out->line = row.line;
	out->count = row.count;
	out->fields = csv->fields;
	out->fault = row.fault;
	return TW_OK;
}
