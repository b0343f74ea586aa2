/**
 * @file src/formats/preset.c  Rows of call records, whatever the layout
 *
 * Decides which cell belongs to which column, and names the column when it
 * cannot be read (preset_cell.c). Refuses to drop a row: each one comes out as
 * a record or as a reason.
 */
#include <stdio.h>
#include <string.h>
#include "base/hash.h"
#include "preset_row.h"
#include "record.h"

static const struct preset_kind *const kinds[] = {
	&tw__preset_native, &tw__preset_asterisk
};

static const struct preset_kind *find_kind(const char *name)
{
	for (size_t i = 0; i < TW_ARRAY_COUNT(kinds); i++) {
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	}
	return NULL;
}

const char *tw_cdr_preset(uint32_t index)
{
	return index < TW_ARRAY_COUNT(kinds) ? kinds[index]->name :
		tw__record_preset_name(index - TW_ARRAY_COUNT(kinds));
}

tw_status tw__preset_groups(enum record_group *out, const char *name,
			    const tw_cdr_map *map, tw_error *err)
{
	const struct preset_kind *kind = map ? NULL : find_kind(name);
	tw_cdr_map *own = NULL;
	tw_status status;

	if (map || kind) {
		*out = map ? map->group :
			kind->grouped ? GROUP_LINKED : GROUP_NONE;
		return TW_OK;
	}
	status = tw_cdr_map_new(&own, err);
	if (!status)
		status = tw__record_preset(own, name, err);
	if (!status)
		*out = own->group;
	tw_cdr_map_free(own);
	return status;
}

bool tw__preset_is_known(const char *name)
{
	return name && (find_kind(name) ||
		tw__record_preset_is_known(name));
}

tw_status tw__preset_name(char out[TW_PRESET_NAME], const char *preset,
			  const tw_cdr_map *map, tw_error *err)
{
	bool named = preset && *preset;

	if (map && named)
		return tw__fail_at(err, TW_EINVAL, 0, "preset", "and a "
				   "mapping exclude each other; write preset "
				   "= \"%.30s\" into the mapping", preset);
	if (named && (!tw__preset_is_known(preset) ||
		      strlen(preset) >= TW_PRESET_NAME))
		return tw__fail_at(err, TW_EINVAL, 0, "preset", "'%.40s' is "
				   "not known; see docs/call-records.md",
				   preset);
	if (map)
		snprintf(out, TW_PRESET_NAME, "mapping-%016llx",
			 (unsigned long long)tw__hash64(map->said.data ?
			 map->said.data : "", map->said.size));
	else
		snprintf(out, TW_PRESET_NAME, "%s", named ? preset : "");
	return TW_OK;
}

int64_t tw__preset_line(const struct tw__preset *preset)
{
	return preset->records ? tw__records_line(preset->records) :
		preset->row.line;
}

static const char *column_title(const struct tw__preset *preset,
				size_t column)
{
	int place = preset->place[column];

	if (place < 0)
		return preset->kind->columns[column].member;
	return preset->titles ? preset->titles[place] :
		preset->numbers[place];
}

const char *tw__preset_column(const struct tw__preset *preset,
			      const char *member)
{
	if (preset->records)
		return tw__records_column(preset->records, member);
	for (size_t i = 0; i < preset->kind->count; i++) {
		if (strcmp(preset->kind->columns[i].member, member) == 0)
			return column_title(preset, i);
	}
	return member;
}

tw_status tw__preset_fail(const struct tw__preset *preset, size_t column,
			  tw_error *err, const char *fmt, ...)
{
	char text[TW_ERROR_MESSAGE_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return tw__fail_at(err, TW_EPARSE, preset->row.line,
			   column_title(preset, column), "%s", text);
}

static bool in_list(const char *list, struct tw_str name)
{
	while (*list) {
		size_t n = strcspn(list, ",");
		char one[64];

		if (n < sizeof(one)) {
			memcpy(one, list, n);
			one[n] = '\0';
			if (tw__str_ieq(name, one))
				return true;
		}
		list += n + (list[n] == ',');
	}
	return false;
}

size_t tw__preset_named(const struct tw__preset *preset, struct tw_str title)
{
	size_t i = 0;

	while (i < preset->kind->count &&
	       !in_list(preset->kind->columns[i].names, title))
		i++;
	return i;
}

tw_status tw__preset_map(struct tw__preset *preset, tw_error *err)
{
	const struct tw_csv_row *row = &preset->row;

	preset->titles = tw_calloc(row->count + 1, sizeof(*preset->titles));
	if (!preset->titles)
		return tw__fail_oom(err);
	preset->width = row->count;
	for (size_t i = 0; i < preset->kind->count; i++)
		preset->place[i] = -1;
	for (size_t i = 0; i < row->count; i++) {
		struct tw_str title = tw__str_trim(row->fields[i]);
		size_t column = tw__preset_named(preset, title);

		snprintf(preset->titles[i], sizeof(preset->titles[i]), "%.*s",
			 (int)(title.l > 60 ? 60 : title.l), title.p);
		/* columns that we have no use for are the exporter's */
		if (column == preset->kind->count)
			continue;
		if (preset->place[column] >= 0)
			return tw__fail_at(err, TW_EPARSE, row->line,
				preset->titles[i], "the header names %s "
				"twice; remove one",
				preset->kind->columns[column].member);
		preset->place[column] = (int)i;
	}
	return TW_OK;
}

/* Where they stand in the row, with their ends cut off by a NUL each: what
 * parts two fields is at least one byte. */
static void trim_cells(struct tw__preset *preset)
{
	for (size_t i = 0; i < preset->row.count; i++) {
		struct tw_str field = tw__str_trim(preset->row.fields[i]);

		preset->trimmed[i] = field;
		preset->cells[field.p - preset->row.raw.p +
			      (ptrdiff_t)field.l] = '\0';
	}
	preset->field = preset->trimmed;
}

/* Negative: a blank or some such. */
static inline int above_blank(const char *p)
{
	return (unsigned char)*p - (' ' + 1);
}

/* The same of fields without blanks around them, as nearly all are: that
 * there are any is found without a branch for each. Of an empty one what
 * parts it from the next is looked at, which must not be the line end. */
static void cut_cells(struct tw__preset *preset)
{
	const struct tw_str *field = preset->row.fields;
	const struct tw_str *last = field + preset->row.count - 1;
	const char *raw = preset->row.raw.p;
	char *cells = preset->cells;
	int blank = 0;

	memcpy(cells, raw, preset->row.raw.l);
	preset->field = field;
	preset->move = cells - raw;
	for (; field < last; field++) {
		const char *p = field->p;
		size_t l = field->l;

		blank |= above_blank(p) | above_blank(&p[l - (l > 0)]);
		cells[p - raw + (ptrdiff_t)l] = '\0';
	}
	cells[last->p - raw + (ptrdiff_t)last->l] = '\0';
	if (last->l)
		blank |= above_blank(last->p) |
			above_blank(&last->p[last->l - 1]);
	if (blank < 0)
		trim_cells(preset);
}

/* One behind the other, with room to read over the last one's end. */
static void move_cells(struct tw__preset *preset)
{
	const struct tw_csv_row *row = &preset->row;
	char *cell = preset->cells;

	for (size_t i = 0; i < row->count; i++) {
		struct tw_str field = tw__str_trim(row->fields[i]);

		if (field.l)
			memcpy(cell, field.p, field.l);
		cell[field.l] = '\0';
		preset->trimmed[i] = tw__str(cell, field.l);
		cell += field.l + 1;
	}
	preset->field = preset->trimmed;
	preset->move = 0;
}

/* Fields are views; records want terminated strings. */
static tw_status copy_cells(struct tw__preset *preset, tw_error *err)
{
	const struct tw_csv_row *row = &preset->row;
	const char *end = preset->window.p + preset->window.size;
	size_t want = row->raw.l + row->count + 1 + PRESET_SLACK;

	/* what was put together elsewhere has lost bytes, not won any */
	if (want > preset->cells_capacity &&
	    tw__grow((void **)&preset->cells, &preset->cells_capacity, want,
		     1))
		return tw__fail_oom(err);
	if (row->in_raw && end - row->raw.p - (ptrdiff_t)row->raw.l >=
	    PRESET_SLACK)
		cut_cells(preset);
	else
		move_cells(preset);
	return TW_OK;
}

/* What is UTF-8 in memory already is read where it is. */
static tw_status open_window(struct tw__preset *preset, tw_error *err)
{
	const struct tw__preset_options *o = &preset->options;
	struct tw__bytes *bytes = o->bytes ? o->bytes : &preset->memory;
	struct tw__encoding encoding;
	struct tw_str text;
	tw_status status;

	if (!o->bytes && tw__text_is_utf8(&text, o->data, o->size)) {
		tw__window_lend(&preset->window, text);
		return TW_OK;
	}
	preset->memory = (struct tw__bytes){ .data = o->data,
		.size = o->size };
	status = tw__encoding_find(&encoding, bytes, WISH_GUESS, err);
	if (status)
		return status;
	tw__window_init(&preset->window, bytes, encoding);
	preset->window.bytes = o->window;
	preset->window.moving = o->moving;
	preset->window.moving_arg = o->moving_arg;
	return TW_OK;
}

static tw_status begin_rows(struct tw__preset *preset, tw_error *err)
{
	tw_status status = tw__window_rewind(&preset->window, err);

	tw__csv_free(preset->csv);
	preset->csv = NULL;
	if (!status)
		status = tw__csv_open(&preset->csv, &preset->window, 0, err);
	if (!status)
		status = tw__csv_next(preset->csv, &preset->row, err);
	return status != TW_ITER_END ? status :
		tw__fail(err, TW_EPARSE, "the file has no rows");
}

static tw_status open_csv(struct tw__preset *preset, tw_error *err)
{
	bool is_header = false;
	tw_status status = open_window(preset, err);

	if (!status)
		status = begin_rows(preset, err);
	if (status)
		return status;
	status = preset->kind->begin(preset, &is_header, err);
	preset->pending = !is_header;
	if (status || !preset->kind->grouped)
		return status;
	status = tw__preset_group(preset, err);
	/* the header, or the first row once more */
	if (!status)
		status = begin_rows(preset, err);
	preset->pending = !is_header;
	return status;
}

/* A layout that is declared has a reader of its own. */
static tw_status open_records(struct tw__preset **out, const char *name,
			      const struct tw__preset_options *options,
			      tw_error *err)
{
	struct tw__preset *preset = tw_calloc(1, sizeof(*preset));
	tw_status status;

	if (!preset)
		return tw__fail_oom(err);
	status = tw__records_open(&preset->records, name, options, err);
	if (status) {
		tw__preset_free(preset);
		return status;
	}
	*out = preset;
	return TW_OK;
}

tw_status tw__preset_open(struct tw__preset **out, const char *name,
			  const struct tw__preset_options *options,
			  tw_error *err)
{
	const struct preset_kind *kind;
	struct tw__preset *preset;
	tw_status status;

	if (options->map || tw__record_preset_is_known(name))
		return open_records(out, name, options, err);
	kind = find_kind(name);
	if (!kind)
		return tw__fail_at(err, TW_EINVAL, 0, "preset",
				   "'%.40s' is not known", name);
	if (kind->zone_needed && !options->zone)
		return tw__fail_at(err, TW_EINVAL, 0, "zone", "times of %s "
				   "have no offset; give the zone of its "
				   "clock (UTC for usegmtime=yes)", name);
	preset = tw_calloc(1, sizeof(*preset));
	if (!preset)
		return tw__fail_oom(err);
	preset->kind = kind;
	preset->options = *options;
	for (size_t i = 0; i < kind->count; i++) {
		preset->place[i] = (int)i;
		snprintf(preset->numbers[i], sizeof(preset->numbers[i]),
			 "%u", (unsigned int)(unsigned char)(i + 1));
	}
	status = open_csv(preset, err);
	if (status) {
		tw__preset_free(preset);
		return status;
	}
	*out = preset;
	return TW_OK;
}

void tw__preset_free(struct tw__preset *preset)
{
	if (!preset)
		return;
	tw__records_free(preset->records);
	tw__csv_free(preset->csv);
	tw__window_free(&preset->window);
	tw_free(preset->titles);
	tw_free(preset->cells);
	tw_free(preset->attempts);
	tw_free(preset);
}

tw_status tw__preset_row(tw_cdr *out, struct tw__preset *preset,
			 tw_error *err)
{
	tw_status status = TW_OK;

	if (!preset->pending)
		status = tw__csv_next(preset->csv, &preset->row, err);
	preset->pending = false;
	if (status)
		return status;
	if (preset->row.fault)
		return tw__fail_at(err, TW_EPARSE, preset->row.line, "",
				   "%s", preset->row.fault);
	if (preset->width && preset->row.count > preset->width)
		return tw__fail_at(err, TW_EPARSE, preset->row.line, "",
				   "has %zu fields, the header %zu; quote "
				   "what holds the delimiter",
				   preset->row.count, preset->width);
	/* half a row may still look like one, of another call */
	if (preset->row.count < preset->width)
		return tw__fail_at(err, TW_EPARSE, preset->row.line,
				   preset->titles[preset->row.count],
				   "is missing: the row has %zu of %zu fields "
				   "and is cut off; export it whole, an empty "
				   "field between delimiters",
				   preset->row.count, preset->width);
	status = copy_cells(preset, err);
	if (status)
		return status;
	return preset->kind->read(out, preset, err);
}

tw_status tw__preset_next(tw_cdr *out, struct tw__preset *preset,
			  tw_error *err)
{
	tw_status status;

	if (preset->records)
		return tw__records_next(out, preset->records, err);
	status = tw__preset_row(out, preset, err);
	if (status != TW_ITER_END && preset->attempts &&
	    preset->attempts[preset->ordinal++] && !status)
		out->flags |= TW_CDR_ATTEMPT;
	return status;
}

void tw__preset_found(struct tw__preset_found *out,
		      const struct tw__preset *preset)
{
	*out = (struct tw__preset_found){ 0 };
	if (preset->records)
		*out = tw__records_reader(preset->records)->found;
	out->key_moves = preset->key_moves;
}

/* Cells of a row that is cut off are those of the one before. */
void tw__preset_identity(tw_cdr *out, struct tw__preset *preset)
{
	*out = (tw_cdr)TW_CDR_INIT;
	out->call_id = "";
	if (preset->records)
		tw__records_identity(out, preset->records);
	else if (!preset->row.fault && (!preset->width ||
		 preset->row.count == preset->width))
		preset->kind->identify(out, preset);
}

static void fields_text(char *out, size_t size, const struct tw_csv_row *row)
{
	size_t at = 0;

	for (size_t i = 0; i < row->count; i++) {
		struct tw_str field = row->fields[i];

		if (at + field.l + 2 > size)
			break;
		if (i)
			out[at++] = ',';
		if (field.l)
			memcpy(&out[at], field.p, field.l);
		at += field.l;
	}
	out[at] = '\0';
	/* a row refused for a NUL or such is shown up to it */
	if (!tw__utf8_is_valid(out, strlen(out)))
		out[0] = '\0';
}

void tw__preset_text(char *out, size_t size, const struct tw__preset *preset)
{
	if (preset->records)
		tw__records_text(out, size, tw__records_raw(preset->records));
	else
		fields_text(out, size, &preset->row);
}

void tw__preset_place(struct tw__preset_place *out,
		      const struct tw__preset *preset)
{
	out->line = tw__preset_line(preset);
	out->raw = preset->records ? tw__records_raw(preset->records) :
		preset->row.raw;
}

/* Its fields are split once more: rows that anybody asks for are rare. */
void tw__preset_text_at(char *out, size_t size,
			const struct tw__preset *preset,
			const struct tw__preset_place *place)
{
	struct tw_csv *csv;
	struct tw_csv_row row;

	if (preset->records) {
		tw__records_text(out, size, place->raw);
		return;
	}
	out[0] = '\0';
	if (tw__csv_new(&csv, place->raw.p, place->raw.l,
			tw__csv_delimiter(preset->csv), NULL))
		return;
	if (tw__csv_next(csv, &row, NULL) == TW_OK)
		fields_text(out, size, &row);
	tw__csv_free(csv);
}
