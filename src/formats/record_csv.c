/**
 * @file src/formats/record_csv.c  Call records out of delimited rows
 *
 * Decides which column of a file is which: by its header, by the order that
 * the map gives where there is none, or by number. Refuses a header that
 * lacks what every record needs, and to read a row that is wider than its
 * header. csv.c splits; what a source puts around its lines ("INSERT INTO cdr
 * VALUES (...);") is cut off before.
 */
#include <stdio.h>
#include <string.h>
#include "record.h"

#define NONE (-1)

struct csv_source {
	struct record_source base;
	const tw_cdr_map *map;
	struct tw__window *window;
	bool in_line;               /* one that is too long to be cut */
	struct tw_csv *csv;
	struct tw_csv_row row;
	bool pending;               /* row is read but not given out */
	bool may_be_types;          /* the row behind the header */
	size_t width;               /* of the header; 0: none */
	size_t usual;               /* of the first row, header or not */
	size_t ordered;             /* of the order that stands for one */
	int place[RECORD_COLUMNS_MAX];
	size_t start;               /* one of the columns of start */
	char fault[160];
	struct tw_buf cells;
};

/* ---- what stands around the lines ---- */

static size_t cut_line(char *to, const char *from, size_t n,
		       const tw_cdr_map *map)
{
	size_t cr = n && from[n - 1] == '\r';
	size_t skip = map->prefix ? strlen(map->prefix) : 0;
	size_t tail = map->suffix ? strlen(map->suffix) : 0;

	n -= cr;
	if (skip && n >= skip && memcmp(from, map->prefix, skip) == 0) {
		from += skip;
		n -= skip;
	}
	if (tail && n >= tail && !memcmp(&from[n - tail], map->suffix, tail))
		n -= tail;
	memmove(to, from, n);
	return n;
}

/* In place: lines only lose bytes, and none of them goes. Only whole ones are
 * cut; of a line that no row can be as long as, nothing more is. Gives what is
 * cut, *size: and what is not yet. */
static size_t cut_lines(char *text, size_t *size, bool is_last,
			struct csv_source *s)
{
	size_t at = 0, to = 0;

	while (at < *size) {
		const char *end = memchr(&text[at], '\n', *size - at);
		size_t n = end ? (size_t)(end - &text[at]) : *size - at;
		bool is_long = s->in_line || n > TW_CSV_ROW_MAX;

		if (!end && !is_last && !is_long)
			break;
		if (is_long)
			memmove(&text[to], &text[at], n);
		to += is_long ? n : cut_line(&text[to], &text[at], n, s->map);
		s->in_line = is_long && !end;
		at += n + (end != NULL);
		if (end)
			text[to++] = '\n';
	}
	memmove(&text[to], &text[at], *size - at);
	*size = to + *size - at;
	return to;
}

/* csv.c knows one quote. Another one changes places with it, on the way in
 * and, cell by cell, on the way out. */
static void swap_quotes(char *text, size_t size, char quote)
{
	char other = quote == '\'' ? '\'' : '\x1a';

	for (size_t i = 0; i < size; i++) {
		if (text[i] == '"')
			text[i] = other;
		else if (text[i] == other)
			text[i] = '"';
	}
}

static size_t edit(char *text, size_t *size, bool is_last, void *arg)
{
	struct csv_source *s = arg;
	size_t done = *size;

	if (s->map->prefix || s->map->suffix)
		done = cut_lines(text, size, is_last, s);
	if (s->map->quote)
		swap_quotes(text, done, s->map->quote);
	return done;
}

/* ---- columns ---- */

static int number_of(const char *name)
{
	uint64_t number;

	if (!tw__str_u64(&number, tw__str_of(name)) || !number ||
	    number > TW_CSV_FIELDS_MAX)
		return NONE;
	return (int)number - 1;
}

/* Which columns of the map the title names; how many. */
static size_t name_place(struct csv_source *s, struct tw_str title, int at)
{
	const tw_cdr_map *map = s->map;
	size_t named = 0;

	title = tw__str_trim(title);
	for (size_t i = 0; title.l && i < map->column_count; i++) {
		if (!tw__str_ieq(title, map->columns[i].name))
			continue;
		named++;
		/* a name that is there twice is told by check_header() */
		if (s->place[i] == NONE)
			s->place[i] = at;
	}
	return named;
}

static void number_places(struct csv_source *s)
{
	for (size_t i = 0; i < s->map->column_count; i++) {
		if (s->place[i] == NONE)
			s->place[i] = number_of(s->map->columns[i].name);
	}
}

static void clear_places(struct csv_source *s)
{
	for (size_t i = 0; i < RECORD_COLUMNS_MAX; i++)
		s->place[i] = NONE;
}

/* Titles of a first row that the map asks for. */
static size_t try_header(struct csv_source *s)
{
	size_t named = 0;

	clear_places(s);
	for (size_t i = 0; i < s->row.count; i++)
		named += name_place(s, s->row.fields[i], (int)i) > 0;
	return named;
}

static void take_order(struct csv_source *s)
{
	const char *order = s->map->order;
	int at = 0;

	clear_places(s);
	for (; order && *order; at++) {
		size_t n = strcspn(order, ",");

		(void)name_place(s, tw__str(order, n), at);
		order += n + (order[n] == ',');
	}
	s->ordered = (size_t)at;
}

static bool has_field(const struct csv_source *s, enum record_field field)
{
	for (size_t i = s->map->first[field]; i < s->map->first[field + 1];
	     i++) {
		if (s->place[i] != NONE)
			return true;
	}
	return false;
}

/* "start, calldate": what the header should have had. */
static void list_names(char out[160], const tw_cdr_map *map,
		       enum record_field field)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = map->first[field]; i < map->first[field + 1] &&
	     at < 120; i++)
		at += (size_t)snprintf(&out[at], 160 - at, "%s%.30s",
				       at ? " or " : "",
				       map->columns[i].name);
}

static tw_status check_columns(struct csv_source *s, tw_error *err)
{
	const tw_cdr_map *map = s->map;
	bool lasts = has_field(s, RF_DURATION) || has_field(s, RF_TOTAL) ||
		(has_field(s, RF_ANSWER) && has_field(s, RF_END)) ||
		map->defaults[RF_DURATION] || tw__record_joins(map);
	enum record_field missing = !has_field(s, RF_START) ? RF_START :
		lasts ? RF_COUNT : RF_DURATION;
	char names[160];

	s->start = map->first[RF_START];
	while (s->start < map->first[RF_END] && s->place[s->start] == NONE)
		s->start++;
	if (missing == RF_COUNT)
		return TW_OK;
	list_names(names, map, missing);
	if (!*names)
		return tw__fail_at(err, TW_EPARSE, 0,
			tw__record_field_name(missing), "no column is mapped "
			"to it; every record needs one");
	return tw__fail_at(err, TW_EPARSE, s->row.line,
		tw__record_field_name(missing), "%s has no column %s; export "
		"it too, or map the one that it is", s->width ?
		"the header" : "the order of columns", names);
}

/* The header has each column once, or which one counts would be luck. */
static tw_status check_header(struct csv_source *s, tw_error *err)
{
	for (size_t i = 0; i < s->map->column_count; i++) {
		const char *name = s->map->columns[i].name;

		for (size_t k = 0; s->place[i] != NONE && k < s->row.count;
		     k++) {
			struct tw_str title = tw__str_trim(s->row.fields[k]);

			if ((int)k != s->place[i] && tw__str_ieq(title, name))
				return tw__fail_at(err, TW_EPARSE,
					s->row.line, name, "the header names "
					"it twice; remove one");
		}
	}
	return TW_OK;
}

static tw_status take_first(struct csv_source *s, tw_error *err)
{
	enum record_header header = s->map->header;
	size_t named = header == HEADER_NO ? 0 : try_header(s);
	tw_status status = TW_OK;

	if (header == HEADER_AUTO)
		header = named >= 3 || !s->map->order ? HEADER_YES :
			HEADER_NO;
	s->pending = header == HEADER_NO;
	s->may_be_types = s->map->types_line;
	s->width = s->pending ? 0 : s->row.count;
	s->usual = s->row.count;
	if (s->pending)
		take_order(s);
	else
		status = check_header(s, err);
	number_places(s);
	return status ? status : check_columns(s, err);
}

/* ---- rows ---- */

static tw_status begin(struct csv_source *s, tw_error *err)
{
	tw_status status;

	tw__csv_free(s->csv);
	s->csv = NULL;
	s->in_line = false;
	status = tw__window_rewind(s->window, err);
	if (!status)
		status = tw__csv_open(&s->csv, s->window, s->map->delimiter,
				      err);
	if (status)
		return status;
	do {
		status = tw__csv_next(s->csv, &s->row, err);
	} while (!status && s->row.line <= s->map->skip);
	if (status == TW_ITER_END)
		return tw__fail(err, TW_EPARSE, "the file has no rows");
	return status;
}

/* "INTEGER", "VARCHAR(50)": CUCM says under its header what its columns
 * are. */
static bool is_types(const struct tw_csv_row *row)
{
	size_t cells = 0;

	for (size_t i = 0; i < row->count; i++) {
		struct tw_str cell = tw__str_trim(row->fields[i]);

		cells += cell.l > 0;
		if (cell.l && !(cell.l >= 3 && cell.p[0] >= 'A' &&
				cell.p[0] <= 'Z' && cell.p[1] >= 'A' &&
				cell.p[1] <= 'Z'))
			return false;
	}
	return cells > 3;
}

static bool is_header_again(const struct csv_source *s,
			    const struct record_row *row)
{
	const char *cell = row->value[s->start];

	return s->width && cell && tw__str_ieq(tw__str_of(cell),
		s->map->columns[s->start].name);
}

/* NULL, or why the row is not what the exporter wrote. */
static const char *shape_fault(struct csv_source *s, bool first)
{
	size_t usual = s->usual;

	if (s->width && s->row.count > s->width) {
		snprintf(s->fault, sizeof(s->fault), "has %zu fields, the "
			 "header %zu; quote what holds the delimiter",
			 s->row.count, s->width);
		return s->fault;
	}
	/* half a row may still look like one, with a shorter call; before the
	 * first only the order says how long one is */
	if (first && s->ordered > usual)
		usual = s->ordered;
	if (s->row.count < usual && tw__csv_is_over(s->csv) &&
	    s->row.raw.p[s->row.raw.l - 1] != '\n') {
		snprintf(s->fault, sizeof(s->fault), "has %zu of %zu fields "
			 "and no line end; was the file cut off?",
			 s->row.count, usual);
		return s->fault;
	}
	return NULL;
}

/* Some templates have a blank before a quote, which then is none. */
static struct tw_str clean(struct tw_str field)
{
	struct tw_str cell = tw__str_trim(field);

	if (cell.l >= 2 && cell.p[0] == '"' && cell.p[cell.l - 1] == '"')
		return tw__str(cell.p + 1, cell.l - 2);
	return cell;
}

static tw_status copy_cells(struct record_row *out, struct csv_source *s,
			    tw_error *err)
{
	const struct tw_csv_row *row = &s->row;
	size_t place[RECORD_COLUMNS_MAX];

	tw__buf_clear(&s->cells);
	for (size_t i = 0; i < s->map->column_count; i++) {
		struct tw_str cell;

		place[i] = s->cells.size;
		if (s->place[i] == NONE || (size_t)s->place[i] >= row->count)
			continue;
		cell = clean(row->fields[s->place[i]]);
		if (cell.l && tw__buf_append(&s->cells, cell.p, cell.l))
			return tw__fail_oom(err);
		if (tw__buf_append(&s->cells, "", 1))
			return tw__fail_oom(err);
	}
	if (s->map->quote && s->cells.size)
		swap_quotes(s->cells.data, s->cells.size, s->map->quote);
	for (size_t i = 0; i < s->map->column_count; i++) {
		bool is_there = s->place[i] != NONE &&
			(size_t)s->place[i] < row->count;

		out->value[i] = is_there ? &s->cells.data[place[i]] : NULL;
	}
	return TW_OK;
}

static tw_status csv_next(struct record_row *out, struct record_source *base,
			  tw_error *err)
{
	struct csv_source *s = (struct csv_source *)base;
	bool first = s->pending;
	tw_status status = TW_OK;

	if (!first)
		status = tw__csv_next(s->csv, &s->row, err);
	if (!status && s->may_be_types && !first && is_types(&s->row))
		status = tw__csv_next(s->csv, &s->row, err);
	s->pending = s->may_be_types = false;
	if (status)
		return status;
	out->line = s->row.line;
	out->text = s->row.raw;
	out->fault = s->row.fault;
	if (!out->fault)
		out->fault = shape_fault(s, first);
	status = copy_cells(out, s, err);
	if (!status && !out->fault && is_header_again(s, out))
		out->fault = "is the header once more; remove it";
	return status;
}

static tw_status csv_rewind(struct record_source *base, tw_error *err)
{
	struct csv_source *s = (struct csv_source *)base;
	tw_status status = begin(s, err);

	s->pending = s->width == 0;
	s->may_be_types = s->map->types_line;
	return status;
}

static void csv_free(struct record_source *base)
{
	struct csv_source *s = (struct csv_source *)base;

	tw__csv_free(s->csv);
	tw__buf_free(&s->cells);
	tw_free(s);
}

static const struct record_source_ops csv_ops = {
	csv_next, csv_rewind, csv_free
};

tw_status tw__record_csv(struct record_source **out, const tw_cdr_map *map,
			 struct tw__window *window, tw_error *err)
{
	struct csv_source *s = tw_calloc(1, sizeof(*s));
	tw_status status;

	if (!s)
		return tw__fail_oom(err);
	s->base.ops = &csv_ops;
	s->map = map;
	s->window = window;
	window->edit = edit;
	window->edit_arg = s;
	tw__buf_init(&s->cells);
	status = begin(s, err);
	if (!status)
		status = take_first(s, err);
	if (status) {
		csv_free(&s->base);
		return status;
	}
	*out = &s->base;
	return TW_OK;
}
