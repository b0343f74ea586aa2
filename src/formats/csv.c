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

/* A bit for each byte of a block that could end or spoil a field. */
#if defined(__SSE2__)
/* NUL and the line ends all lie at or below '\r'. What else does is as rare
 * in texts, and is told apart where it is met. */
static inline uint64_t find_marks(const char *p, char delimiter)
{
	const __m128i end = _mm_set1_epi8(delimiter);
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i last = _mm_set1_epi8('\r');
	uint32_t part[BLOCK / 16];

	for (unsigned i = 0; i < BLOCK / 16; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + 16 * i));
		__m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, last), v);
		__m128i mark = _mm_or_si128(_mm_cmpeq_epi8(v, end),
					    _mm_cmpeq_epi8(v, quote));

		part[i] = (uint32_t)_mm_movemask_epi8(_mm_or_si128(mark,
								   low));
	}
	return (uint64_t)(part[3] << 16 | part[2]) << 32 |
		(part[1] << 16 | part[0]);
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

/* Gathers the eight 0x80 flags into one byte. */
static uint64_t gather(uint64_t flags)
{
	return (flags >> 7) * 0x0102040810204080ull >> 56;
}

static uint64_t find_marks(const char *p, char delimiter)
{
	uint64_t marks = 0;

	for (unsigned i = 0; i < BLOCK; i += 8) {
		uint64_t word = 0;

		for (unsigned k = 0; k < 8; k++)
			word |= (uint64_t)(unsigned char)p[i + k] << (8 * k);
		marks |= gather(match8(word, delimiter) |
				match8(word, '\n') | match8(word, '\r') |
				match8(word, '"') | match8(word, '\0')) << i;
	}
	return marks;
}
#endif

static uint64_t tail_marks(const char *p, size_t left, char delimiter)
{
	char tail[BLOCK] = { 0 };

	memcpy(tail, p, left);
	return find_marks(tail, delimiter) & ((1ull << left) - 1);
}

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

/* Goes on after the first physical line of a row that can't be trusted: a
 * stray quote then costs one row, not everything up to the next quote. */
static void resync(struct tw_csv *csv, const struct scan *row)
{
	size_t at;

	rewind_to(csv, row->start, row->line);
	while ((at = next_special(csv)) < csv->size) {
		if (csv->p[at] == '\n' || csv->p[at] == '\r') {
			end_line(csv, at);
			return;
		}
		drop_special(csv, at);
	}
	csv->at = csv->size;
}

static bool at_line_end(const struct tw_csv *csv)
{
	return csv->at < csv->size && (csv->p[csv->at] == '\n' ||
				       csv->p[csv->at] == '\r');
}

tw_status tw__csv_next(struct tw_csv *csv, struct tw_csv_row *out,
		       tw_error *err)
{
	struct scan row = { 0 };

	while (at_line_end(csv))
		end_line(csv, csv->at);
	if (csv->at >= csv->size)
		return TW_ITER_END;
	csv->scratch_used = 0;
	row.start = csv->at;
	row.line = csv->line;
	do {
		plain_fields(csv, &row);
		if (row.done)
			break;
		if (csv->at < csv->size && csv->p[csv->at] == '"')
			quoted_field(csv, &row);
		else
			plain_field(csv, &row);
	} while (!row.done);
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

tw_status tw__csv_new(struct tw_csv **out, const void *data, size_t size,
		      char delimiter, tw_error *err)
{
	const char *p = size > 0 ? data : "";
	struct tw_csv *csv;

	if (!out || (!data && size > 0))
		return tw__fail(err, TW_EINVAL, "CSV: NULL argument");
	if (delimiter == '"' || delimiter == '\n' || delimiter == '\r')
		return tw__fail_at(err, TW_EINVAL, 0, "delimiter", "a quote "
				   "or line end can't separate fields; use "
				   "a comma, semicolon or tab");
	csv = tw_calloc(1, sizeof(*csv));
	if (!csv)
		return tw__fail_oom(err);
	if (size >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		size -= 3;
	}
	csv->p = p;
	csv->size = size;
	csv->delimiter = delimiter ? delimiter : detect(p, size);
	rewind_to(csv, 0, 1);
	*out = csv;
	return TW_OK;
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

void tw__csv_free(struct tw_csv *csv)
{
	if (!csv)
		return;
	tw_free(csv->scratch);
	tw_free(csv);
}
