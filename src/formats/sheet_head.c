/**
 * @file src/formats/sheet_head.c  Where a price sheet begins, and its columns
 *
 * Decides which row is the header, what separates cells, and which column
 * each field is. Refuses to skip a column whose name it does not know:
 * "peak_rate" left unread is money; and to take anything from a title.
 */
#include <stdio.h>
#include <string.h>
#include "sheet.h"

#define TITLE_ROWS    30
#define UNKNOWN_SHOWN 120

/* A row that may be the header, under one delimiter. */
struct guess {
	char delimiter;
	int64_t line;                /* 0: none yet */
	unsigned known;              /* names that are columns */
	bool has_code, has_rate;
	char unknown[UNKNOWN_SHOWN]; /* names that are none, in quotes */
};

static enum sheet_column column_of(const struct tw_sheet_map *map,
				   struct tw_str name)
{
	char folded[SHEET_NAME];

	if (map->rename_count) {
		tw__sheet_fold(folded, name);
		for (size_t i = 0; i < map->rename_count; i++) {
			if (!strcmp(map->renames[i].name, folded))
				return map->renames[i].column;
		}
	}

	return tw__sheet_column(name);
}

static void add_unknown(struct guess *guess, struct tw_str name)
{
	char shown[TW_TEXT_SHOWN];
	size_t used = strlen(guess->unknown);

	tw__text_shown(shown, name);
	if (used + strlen(shown) + 5 < sizeof(guess->unknown))
		snprintf(guess->unknown + used,
			 sizeof(guess->unknown) - used, "%s\"%s\"",
			 used ? ", " : "", shown);
}

static struct guess look_at(const struct tw_sheet_map *map,
			    const struct tw_csv_row *row, char delimiter)
{
	struct guess guess = { .delimiter = delimiter, .line = row->line };

	for (size_t i = 0; !row->fault && i < row->count; i++) {
		struct tw_str name = tw__str_trim(row->fields[i]);
		enum sheet_column column = column_of(map, name);

		guess.known += column != COL_COUNT;
		guess.has_code |= column == COL_PREFIX || column == COL_AREA;
		guess.has_rate |= column == COL_RATE;
		if (column == COL_COUNT && name.l)
			add_unknown(&guess, name);
	}

	return guess;
}

static bool is_header(const struct guess *guess)
{
	return guess->line && guess->has_code && guess->has_rate;
}

/* An earlier header is the better one, then the one with more columns. */
static bool is_better(const struct guess *a, const struct guess *b)
{
	if (!b->line)
		return true;
	if (is_header(a) != is_header(b))
		return is_header(a);
	if (is_header(a) && a->line != b->line)
		return a->line < b->line;

	return a->known > b->known;
}

/* Looks at the first rows of the text as one delimiter cuts them. */
static tw_status look(struct guess *best, const struct tw_sheet_map *map,
		      struct tw_str text, char delimiter, tw_error *err)
{
	struct tw_csv_row row;
	struct tw_csv *csv = NULL;
	struct guess guess;
	tw_status status = tw__csv_new(&csv, text.p, text.l, delimiter, err);

	for (int seen = 0; !status && seen < TITLE_ROWS;) {
		status = tw__csv_next(csv, &row, err);
		if (status || row.line <= map->skip)
			continue;
		if (map->header > 0 && row.line != map->header) {
			if (row.line > map->header)
				break;
			continue;
		}
		seen++;
		guess = look_at(map, &row, tw__csv_delimiter(csv));
		if (is_better(&guess, best))
			*best = guess;
		if (is_header(&guess) || map->header > 0)
			break;
	}
	tw__csv_free(csv);

	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status find(struct guess *best, const struct tw_sheet_map *map,
		      struct tw_str text, tw_error *err)
{
	static const char delimiters[] = { ',', ';', '\t' };
	tw_status status = TW_OK;

	*best = (struct guess){ 0 };
	if (map->delimiter)
		return look(best, map, text, map->delimiter, err);
	for (size_t i = 0; i < TW_ARRAY_COUNT(delimiters) && !status; i++)
		status = look(best, map, text, delimiters[i], err);

	return status;
}

static tw_status no_header(const struct guess *guess,
			   const struct tw_sheet_map *map, tw_error *err)
{
	const char *field = guess->has_code ? "rate" : "prefix";

	if (!guess->line)
		return tw__fail_at(err, TW_EPARSE, map->header > 0 ?
			map->header : 1, "prefix", map->header > 0 ?
			"there is no such line for the header" : "the sheet "
			"is empty; its first line names the columns");

	return tw__fail_at(err, TW_EPARSE, guess->line, field,
		"no header with the columns prefix and rate: this line names "
		"no %s%s%s%s; write prefix,destination,rate,currency,"
		"effective_from, or say in a mapping what they are", field,
		guess->unknown[0] ? " (unknown: " : "", guess->unknown,
		guess->unknown[0] ? ")" : "");
}

static tw_status fail_header(int64_t line, const char *shown,
			     const char *mend, tw_error *err)
{
	return tw__fail_at(err, TW_EPARSE, line, shown, "header \"%s\" %s",
			   shown, mend);
}

static tw_status take_column(struct sheet_head *head,
			     struct sheet_reading *reading, size_t i,
			     enum sheet_column column)
{
	head->of_field[i] = column;
	if (column == COL_COUNT || column == COL_COMMENT)
		return TW_OK;
	if (reading->present[column])
		return TW_EEXIST;
	reading->present[column] = true;

	return TW_OK;
}

static tw_status take_names(struct sheet_head *head,
			    struct sheet_reading *reading,
			    const struct tw_csv_row *row, tw_error *err)
{
	char shown[TW_TEXT_SHOWN];

	head->fields = row->count;
	head->line = row->line;
	for (size_t i = 0; i < row->count; i++) {
		struct tw_str name = tw__str_trim(row->fields[i]);
		enum sheet_column column = name.l ?
			column_of(reading->map, name) : COL_COUNT;

		tw__text_shown(shown, name);
		if (name.l && column == COL_COUNT)
			return fail_header(row->line, shown, "is no column "
				"of a sheet; rename it to prefix, "
				"destination, rate, currency, effective_from, "
				"effective_to, first_inc, next_inc, "
				"connect_fee, direction, caller_prefix, "
				"relation, band, from_s, status or comment, "
				"or map it", err);
		if (take_column(head, reading, i, column))
			return fail_header(row->line, shown, "stands there "
				"twice under one meaning; keep one of the "
				"columns", err);
		if (column != COL_COUNT)
			strcpy(head->spelled[column], shown);
	}

	return TW_OK;
}

static tw_status take_places(struct sheet_head *head,
			     struct sheet_reading *reading, tw_error *err)
{
	const struct tw_sheet_map *map = reading->map;

	head->fields = map->place_count;
	for (size_t i = 0; i < map->place_count; i++) {
		enum sheet_column column = map->places[i];

		if (take_column(head, reading, i, column))
			return tw__fail_at(err, TW_EPARSE, 0, "columns",
				"the mapping names %s twice",
				tw__sheet_column_name(column));
		snprintf(head->spelled[column], TW_TEXT_SHOWN, "%zu", i + 1);
	}

	return TW_OK;
}

static tw_status either(const struct sheet_reading *reading,
			enum sheet_column a, enum sheet_column b,
			tw_error *err)
{
	if (!reading->present[a] || !reading->present[b])
		return TW_OK;

	return tw__fail_at(err, TW_EPARSE, 0, reading->names[a],
		"the sheet has the columns %s and %s; keep one way, or map "
		"one of them to -", reading->names[a], reading->names[b]);
}

static tw_status check_columns(const struct sheet_reading *reading,
			       tw_error *err)
{
	const bool *present = reading->present;

	if ((!present[COL_PREFIX] && !present[COL_AREA]) ||
	    !present[COL_RATE])
		return tw__fail_at(err, TW_EPARSE, 0,
			present[COL_RATE] ? "prefix" : "rate", "the mapping "
			"gives the sheet no such column; name it there");
	if (!present[COL_CURRENCY] && !reading->currency[0])
		return tw__fail_at(err, TW_EPARSE, 0, "currency",
			"neither the sheet's columns nor the caller name a "
			"currency, and a title is not read; pass --currency, "
			"or add the column");
	if (either(reading, COL_INCREMENTS, COL_FIRST_INC, err) ||
	    either(reading, COL_INCREMENTS, COL_NEXT_INC, err) ||
	    either(reading, COL_AREA, COL_PREFIX, err) ||
	    either(reading, COL_COUNTRY, COL_PREFIX, err))
		return TW_EPARSE;
	if (present[COL_AREA] && !present[COL_COUNTRY] &&
	    !reading->map->country[0])
		return tw__fail_at(err, TW_EPARSE, 0,
			reading->names[COL_AREA], "the sheet has areas and "
			"no country; add the column country_code, or map "
			"country = 7");
	if (present[COL_COUNTRY] && reading->map->country[0])
		return tw__fail_at(err, TW_EPARSE, 0,
			reading->names[COL_COUNTRY], "the sheet has the "
			"country's code and the mapping says country; keep "
			"one of them");

	return TW_OK;
}

/* Reads on to the first row behind the header, or behind what is skipped. */
static tw_status go_to(struct tw_csv *csv, struct tw_csv_row *row,
		       int64_t line, tw_error *err)
{
	tw_status status;

	do
		status = tw__csv_next(csv, row, err);
	while (!status && row->line < line);

	return status;
}

/* Columns by place: the line of the header, if there is one, is passed. */
static tw_status without_names(struct tw_csv **out, struct sheet_head *head,
			       struct sheet_reading *reading,
			       struct tw_str text, tw_error *err)
{
	const struct tw_sheet_map *map = reading->map;
	int64_t last = map->header > map->skip ? map->header : map->skip;
	int64_t line = 0;
	size_t at = 0;
	tw_status status;

	for (; line < last && at < text.l; at++) {
		line += text.p[at] == '\n' || (text.p[at] == '\r' &&
			(at + 1 == text.l || text.p[at + 1] != '\n'));
	}
	if (!map->place_count)
		return tw__fail_at(err, TW_EPARSE, 0, "columns", "the "
			"mapping says that there is no header and not what "
			"the columns are; name them by place");
	if (take_places(head, reading, err))
		return TW_EPARSE;

	status = tw__csv_new(out, text.p + at, text.l - at, map->delimiter,
			     err);
	if (!status)
		tw__csv_count_from(*out, line + 1);

	return status;
}

static tw_status with_names(struct tw_csv **out, struct sheet_head *head,
			    struct sheet_reading *reading,
			    struct tw_str text, tw_error *err)
{
	struct tw_csv_row row;
	struct guess guess;
	struct tw_csv *csv;
	tw_status status = find(&guess, reading->map, text, err);

	if (status)
		return status;
	if (!is_header(&guess))
		return no_header(&guess, reading->map, err);
	status = tw__csv_new(&csv, text.p, text.l, guess.delimiter, err);
	if (status)
		return status;
	status = go_to(csv, &row, guess.line, err);
	if (!status)
		status = take_names(head, reading, &row, err);
	if (status)
		tw__csv_free(csv);
	else
		*out = csv;

	return status;
}

tw_status tw__sheet_head(struct tw_csv **out, struct sheet_head *head,
			 struct sheet_reading *reading, struct tw_str text,
			 tw_error *err)
{
	const struct tw_sheet_map *map = reading->map;
	struct tw_csv *csv = NULL;
	tw_status status;

	if (map->place_count || !map->header)
		status = without_names(&csv, head, reading, text, err);
	else
		status = with_names(&csv, head, reading, text, err);
	for (size_t i = 0; i < COL_COUNT; i++) {
		bool named = reading->present[i];

		reading->names[i] = named ? head->spelled[i] :
			tw__sheet_column_name((enum sheet_column)i);
		reading->present[i] = named || map->defaults[i];
	}
	if (!status && check_columns(reading, err)) {
		(void)tw__error_place(err, head->line, NULL);
		status = TW_EPARSE;
	}
	if (status) {
		tw__csv_free(csv);
		return status;
	}
	reading->delimiter = tw__csv_delimiter(csv);
	*out = csv;

	return TW_OK;
}
