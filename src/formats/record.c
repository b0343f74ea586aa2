/**
 * @file src/formats/record.c  A file of call records, read by a map
 *
 * Decides in which encoding and wrapping the text came, and puts source,
 * reader and groups together. Refuses to drop a row: each one comes out as a
 * record or as a reason, but for the end of a call that is in the row of it.
 */
#include <stdio.h>
#include <string.h>
#include "record.h"

#define WRAPPED_MAX (16u << 20) /* a record with percent signs, and more */

struct tw__records {
	const tw_cdr_map *map;
	tw_cdr_map *own;            /* of a built-in preset */
	tw_zone *zone;              /* the map's own */
	struct tw__bytes memory;    /* options.data */
	struct tw__window window;
	struct record_source *source;
	struct record_reader reader;
	struct record_groups groups;
	bool joins;                 /* rows tell the ends of others */
	size_t ordinal;             /* of the row to come */
	bool pending;               /* the way on of the call given out */
	tw_cdr way_on;
	struct tw__preset_found found;      /* about that */
};

/* ---- the text ---- */

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* In place; false: it is none, and nothing has changed. */
static bool base64_decode(char *text, size_t *size)
{
	uint32_t bits = 0;
	size_t to = 0, n = 0;

	for (size_t i = 0; i < *size; i++) {
		if (base64_value(text[i]) < 0 && !strchr("=\r\n", text[i]))
			return false;
	}
	for (size_t i = 0; i < *size; i++) {
		int value = base64_value(text[i]);

		if (value < 0)
			continue;
		bits = bits << 6 | (uint32_t)value;
		if (++n % 4 != 1)
			text[to++] = (char)(bits >> (6 - 2 * ((n - 1) % 4)));
	}
	text[to] = '\0';
	*size = to;
	return true;
}

/* May the text be what a PBX posts, kept as it was posted: "cdr=" and the
 * record with percent signs or in base64? *at: where that begins. */
static bool may_be_wrapped(size_t *at, const char *text)
{
	size_t blank = strspn(text, " \t\r\n");

	if (strchr("{[<", text[blank]))
		return false;
	*at = strncmp(&text[blank], "cdr=", 4) == 0 ? blank + 4 : blank;
	if (strchr("{[<", text[*at]))
		*at = 0;
	return true;
}

static void unwrap(char *text, size_t *size, size_t at)
{
	if (at) {
		memmove(text, &text[at], *size - at + 1);
		*size -= at;
	}
	if (*text == '%') {
		*size = tw__percent_decode(text, *size);
		text[*size] = '\0';
	}
	else if (!strchr("{[<", *text)) {
		(void)base64_decode(text, size);
	}
}

/* One record is; so it is taken whole, and what is longer is not wrapped. */
static tw_status open_wrapped(struct tw__window *window, tw_error *err)
{
	bool is_held = false;
	size_t at;
	tw_status status;

	if (!may_be_wrapped(&at, window->p))
		return TW_OK;
	status = tw__window_hold(&is_held, window, WRAPPED_MAX, err);
	if (!status && is_held)
		unwrap(window->p, &window->size, at);
	return status;
}

static enum encoding_wish wish_of(const tw_cdr_map *map)
{
	switch (map->encoding) {
	case RECORD_ENCODING_UTF16:
		return WISH_UTF16;
	case RECORD_ENCODING_CP1251:
		return WISH_CP1251;
	case RECORD_ENCODING_UTF8:
		return WISH_UTF8;
	default:
		/* one bad byte of a nested format costs the record that has
		 * it */
		return map->format == FORMAT_CSV ? WISH_GUESS : WISH_LENIENT;
	}
}

static tw_status open_window(struct tw__records *records,
			     const struct tw__preset_options *o,
			     tw_error *err)
{
	struct tw__bytes *bytes = o->bytes ? o->bytes : &records->memory;
	struct tw__encoding encoding;
	tw_status status;

	records->memory = (struct tw__bytes){ .data = o->data,
		.size = o->size };
	status = tw__encoding_find(&encoding, bytes, wish_of(records->map),
				   err);
	if (status)
		return status;
	tw__window_init(&records->window, bytes, encoding);
	records->window.bytes = o->window;
	records->window.moving = o->moving;
	records->window.moving_arg = o->moving_arg;
	return TW_OK;
}

/* The first row's beginning is in view. */
static tw_status open_nested(struct tw__records *records, tw_error *err)
{
	const tw_cdr_map *map = records->map;
	struct tw__window *window = &records->window;
	tw_status status = tw__window_rewind(window, err);

	while (!status && !window->is_last && window->size < RECORD_AHEAD &&
	       window->size < strspn(window->p, " \t\r\n") + 5)
		status = tw__window_more(window, 0, err);
	if (!status && !window->p[strspn(window->p, " \t\r\n")])
		return tw__fail(err, TW_EPARSE, "the file has no rows");
	if (!status)
		status = open_wrapped(window, err);
	if (status)
		return status;
	return map->format == FORMAT_JSON ?
		tw__record_json(&records->source, map, window, err) :
		tw__record_xml(&records->source, map, window, err);
}

static tw_status open_source(struct tw__records *records,
			     const struct tw__preset_options *o,
			     tw_error *err)
{
	tw_status status = open_window(records, o, err);

	if (status)
		return status;
	return records->map->format != FORMAT_CSV ?
		open_nested(records, err) :
		tw__record_csv(&records->source, records->map,
			       &records->window, err);
}

/* ---- zone and groups ---- */

/* Local stamps without a zone would be a batch of rejects, row by row. */
static bool needs_zone(const tw_cdr_map *map)
{
	bool needs = map->zone_needed;

	for (size_t i = map->first[RF_START]; i < map->first[RF_END + 1];
	     i++) {
		const struct record_column *column = &map->columns[i];
		const char *pattern = column->unit ? column->pattern :
			map->pattern;
		enum record_unit unit = column->unit ? column->unit :
			map->time;

		needs |= unit == UNIT_PATTERN &&
			!tw__pattern_has_offset(pattern);
	}
	return needs;
}

static tw_status open_zone(struct tw__records *records, const char *preset,
			   const tw_zone *given, tw_error *err)
{
	const tw_cdr_map *map = records->map;
	tw_status status;

	records->reader.zone = given;
	if (given)
		return TW_OK;
	if (map->zone) {
		status = tw_zone_open(&records->zone, map->zone, err);
		records->reader.zone = records->zone;
		return status;
	}
	if (needs_zone(map))
		return tw__fail_at(err, TW_EINVAL, 0, "zone", "times of %s "
			"have no offset; give the zone of its clock",
			preset && *preset ? preset : "this mapping");
	return TW_OK;
}

static tw_status open_groups(struct tw__records *records, tw_error *err)
{
	const tw_cdr_map *map = records->map;
	tw_status status;

	records->joins = tw__record_joins(map);
	records->reader.joins = records->joins;
	if (map->group == GROUP_NONE && !records->joins)
		return TW_OK;
	status = tw__record_group(&records->groups, records, err);
	if (!status)
		status = records->source->ops->rewind(records->source, err);
	return status;
}

static tw_status open_all(struct tw__records *records, const char *preset,
			  const struct tw__preset_options *o, tw_error *err)
{
	tw_status status = TW_OK;

	records->map = o->map;
	if (!records->map) {
		status = tw_cdr_map_new(&records->own, err);
		if (!status)
			status = tw__record_preset(records->own, preset, err);
		records->map = records->own;
	}
	if (!status)
		status = open_zone(records, preset, o->zone, err);
	if (!status)
		status = open_source(records, o, err);
	records->reader.map = records->map;
	records->reader.rule = o->rule;
	return status ? status : open_groups(records, err);
}

tw_status tw__records_open(struct tw__records **out, const char *preset,
			   const struct tw__preset_options *options,
			   tw_error *err)
{
	struct tw__records *records = tw_calloc(1, sizeof(*records));
	tw_status status;

	if (!records)
		return tw__fail_oom(err);
	status = open_all(records, preset, options, err);
	if (status) {
		tw__records_free(records);
		return status;
	}
	*out = records;
	return TW_OK;
}

void tw__records_free(struct tw__records *records)
{
	if (!records)
		return;
	if (records->source)
		records->source->ops->free(records->source);
	tw__window_free(&records->window);
	tw__record_groups_free(&records->groups);
	tw_zone_free(records->zone);
	tw_cdr_map_free(records->own);
	tw_free(records);
}

/* ---- rows ---- */

tw_status tw__records_row(tw_cdr *out, struct tw__records *records,
			  tw_error *err)
{
	tw_status status = records->source->ops->next(&records->reader.row,
						      records->source, err);

	return status ? status : tw__record_read(out, &records->reader, err);
}

static void mark(tw_cdr *out, enum record_role role)
{
	if (role == ROLE_ATTEMPT)
		out->flags |= TW_CDR_ATTEMPT;
	if (role == ROLE_SIDE)
		out->flags |= TW_CDR_TWIN;
	if (role == ROLE_FORWARD) {
		out->direction = TW_DIRECTION_FORWARD;
		out->leg = out->leg > 1 ? out->leg : 2;
	}
}

void tw__records_identity(tw_cdr *out, struct tw__records *records)
{
	tw__record_identify(out, &records->reader);
	if (*out->call_id)
		mark(out, records->reader.role);
}

/* What the other rows say of this one. */
static tw_status apply(tw_cdr *out, struct tw__records *records,
		       const struct record_verdict *verdict, tw_error *err)
{
	const char *texts = records->groups.texts.data;
	struct tw__preset_found *found = &records->reader.found;

	if (verdict->role == ROLE_FORWARD) {
		found->direction = TW_DIRECTION_FORWARD;
		found->leg = out->leg > 1 ? out->leg : 2;
	}
	else {
		mark(out, verdict->role);
	}
	if (verdict->linked && (!*out->linked_id ||
				strcmp(out->linked_id, out->call_id) == 0))
		found->linked = &texts[verdict->linked];
	if (verdict->number && !*out->number)
		found->number = &texts[verdict->number];
	if (!records->joins)
		return TW_OK;
	return tw__record_ended(out, &records->reader, verdict->end, err);
}

/* One row, two calls: that to our number first. */
static void part_forward(tw_cdr *out, struct tw__records *records)
{
	struct record_reader *reader = &records->reader;

	if (!tw__record_forward(reader, out))
		return;
	records->pending = true;
	records->way_on = *out;
	/* what is counted is the call that came in */
	records->way_on.flags &= ~TW_CDR_ATTEMPT;
	records->found = reader->found;
	tw__record_came_in(out, reader);
}

static tw_status next_half(tw_cdr *out, struct tw__records *records)
{
	records->pending = false;
	*out = records->way_on;
	records->reader.found = records->found;
	return TW_OK;
}

tw_status tw__records_next(tw_cdr *out, struct tw__records *records,
			   tw_error *err)
{
	if (records->pending)
		return next_half(out, records);
	for (;;) {
		const struct record_verdict *verdict = NULL;
		tw_status status = tw__records_row(out, records, err);

		if (status && status != TW_EPARSE)
			return status;
		if (records->ordinal < records->groups.count)
			verdict = &records->groups.rows[records->ordinal];
		records->ordinal++;
		if (status)
			return status;
		if (verdict && verdict->consumed)
			continue;
		mark(out, records->reader.role);
		records->reader.found = (struct tw__preset_found){ 0 };
		if (records->map->group)
			records->reader.found.own =
				tw__record_own(records->reader.role);
		if (verdict)
			status = apply(out, records, verdict, err);
		if (!status)
			part_forward(out, records);
		return status;
	}
}

int64_t tw__records_line(const struct tw__records *records)
{
	return records->reader.row.line;
}

const char *tw__records_column(const struct tw__records *records,
			       const char *member)
{
	for (int i = 0; i < RF_COUNT; i++) {
		enum record_field field = (enum record_field)i;

		if (strcmp(tw__record_field_name(field), member) == 0)
			return tw__record_column(&records->reader, field);
	}
	return member;
}

struct tw_str tw__records_raw(const struct tw__records *records)
{
	return records->reader.row.text;
}

void tw__records_text(char *out, size_t size, struct tw_str raw)
{
	struct tw_str text = tw__str_trim(raw);
	size_t n = text.l < size ? text.l : size - 1;

	/* not within a character */
	while (n && n < text.l && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	if (n)
		memcpy(out, text.p, n);
	while (n && (out[n - 1] == '\n' || out[n - 1] == '\r'))
		n--;
	out[n] = '\0';
	if (!tw__utf8_is_valid(out, strlen(out)))
		out[0] = '\0';
}

const struct record_reader *tw__records_reader(
	const struct tw__records *records)
{
	return &records->reader;
}
