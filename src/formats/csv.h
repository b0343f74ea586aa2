/**
 * @file src/formats/csv.h  Splits delimited bytes into rows of fields
 *
 * Decides where a field ends and on which physical line it began. Refuses to
 * know what any column means. Quirks served: BOM, CRLF/LF/CR, quote doubling,
 * newlines inside quotes, text after a closing quote, ragged rows, NUL (the
 * row is flagged), and a size limit per row so that one unclosed quote cannot
 * swallow a file in silence.
 */
#ifndef TW_SRC_CSV_H
#define TW_SRC_CSV_H

#include "base/base.h"

#define TW_CSV_FIELDS_MAX 256
#define TW_CSV_ROW_MAX    (1u << 20)

struct tw_csv_row {
	int64_t line;          /* physical, 1-based, of the row's first byte */
	size_t count;          /* fields */
	const struct tw_str *fields;  /* borrowed until the next call */
	const char *fault;     /* NULL, or why the row can't be trusted */
	struct tw_str raw;     /* as it came, with its line end */
	bool in_raw;           /* every field is a part of it */
};

struct tw_csv;

/* Whole input in memory, borrowed until free. delimiter 0 = find it among
 * , ; and tab by the first non-empty row. */
tw_status tw__csv_new(struct tw_csv **out, const void *data, size_t size,
		      char delimiter, tw_error *err);
/* The same of a text that comes by and by. The window is borrowed, at its
 * beginning. */
struct tw__window;
tw_status tw__csv_open(struct tw_csv **out, struct tw__window *window,
		       char delimiter, tw_error *err);
/* TW_OK, TW_ITER_END, TW_ENOMEM, or what the window says. Blank lines are
 * skipped, they are no rows.
 * A faulty row is returned with its fault, and reading goes on after it. */
tw_status tw__csv_next(struct tw_csv *csv, struct tw_csv_row *row,
		       tw_error *err);
char tw__csv_delimiter(const struct tw_csv *csv);
/* The physical line of the next unread byte, and of the first one where the
 * input is the rest of a text. */
int64_t tw__csv_line(const struct tw_csv *csv);
void tw__csv_count_from(struct tw_csv *csv, int64_t line);
/* Bytes read so far; of a window, of what is in view. */
size_t tw__csv_at(const struct tw_csv *csv);
/* Nothing follows the last row. */
bool tw__csv_is_over(const struct tw_csv *csv);
void tw__csv_free(struct tw_csv *csv);

/* Text bytes of any usual encoding as UTF-8 (new, tw_free): UTF-8 with or
 * without BOM, UTF-16 with BOM, else cp1251 when `fallback_cp1251`. */
tw_status tw__text_to_utf8(char **out, size_t *out_size, const void *data,
			   size_t size, bool fallback_cp1251, tw_error *err);
/* The same for text that is UTF-8 as it stands, which most is: no copy, *out
 * is the bytes behind a BOM. False: it is something else. */
bool tw__text_is_utf8(struct tw_str *out, const void *data, size_t size);

/* UTF-16 without a byte order mark, by its first bytes; and the reason that
 * such a file is refused with. */
bool tw__text_is_wide(struct tw_str in);
tw_status tw__text_fail_wide(tw_error *err);
/* When the encoding is known. UTF-16 without a BOM has its low byte first. */
tw_status tw__text_utf16(char **out, size_t *out_size, const void *data,
			 size_t size, tw_error *err);
tw_status tw__text_cp1251(char **out, size_t *out_size, const void *data,
			  size_t size, tw_error *err);

/* A part of such a text in whole characters, and its place in the file, which
 * messages say. out has room for three bytes of each of its bytes. */
struct tw__piece {
	struct tw_str text;
	uint64_t at;
};
tw_status tw__piece_utf16(char *out, size_t *out_size,
			  const struct tw__piece *piece, bool big,
			  tw_error *err);
tw_status tw__piece_cp1251(char *out, size_t *out_size,
			   const struct tw__piece *piece, tw_error *err);

/* Of a text that is UTF-8, what a message has room for: one line, cut between
 * letters. */
#define TW_TEXT_SHOWN 40
void tw__text_shown(char out[TW_TEXT_SHOWN], struct tw_str text);

#endif
