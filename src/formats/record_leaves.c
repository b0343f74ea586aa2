/**
 * @file src/formats/record_leaves.c  The cells of a nested record, by path
 *
 * Decides which leaves of a JSON or XML record are kept: those that the map
 * names, with their whole path and in any case. Refuses to keep others: a
 * FreeSWITCH record has 300 of them and is asked for 20.
 */
#include <string.h>
#include "record.h"

void tw__leaves_open(struct record_leaves *leaves, const tw_cdr_map *map)
{
	memset(leaves, 0, sizeof(*leaves));
	leaves->map = map;
	tw__buf_init(&leaves->text);
	for (size_t i = 0; i < map->column_count; i++)
		leaves->length[i] = strlen(map->columns[i].name);
}

void tw__leaves_clear(struct record_leaves *leaves)
{
	memset(leaves->place, 0, sizeof(leaves->place));
	tw__buf_clear(&leaves->text);
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t tw__percent_decode(char *text, size_t size)
{
	size_t to = 0;

	for (size_t i = 0; i < size; i++) {
		int high = -1, low = -1;

		if (text[i] == '%' && i + 2 < size) {
			high = hex(text[i + 1]);
			low = hex(text[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			text[to++] = (char)(high << 4 | low);
			i += 2;
		}
		else {
			text[to++] = text[i];
		}
	}
	return to;
}

/* XML is written with line ends around its texts. */
static struct tw_str trim(struct tw_str s)
{
	while (s.l && strchr(" \t\r\n", *s.p) && *s.p) {
		s.p++;
		s.l--;
	}
	while (s.l && strchr(" \t\r\n", s.p[s.l - 1]) && s.p[s.l - 1])
		s.l--;
	return s;
}

static tw_status keep(struct record_leaves *leaves, size_t column,
		      struct tw_str value)
{
	struct tw_buf *text = &leaves->text;
	size_t at = text->size;

	if (value.l && tw__buf_append(text, value.p, value.l))
		return TW_ENOMEM;
	if (leaves->map->percent && value.l)
		text->size = at + tw__percent_decode(&text->data[at],
						     value.l);
	leaves->place[column] = at + 1;
	/* a NUL in the middle would hide the rest of a value */
	for (size_t i = at; i < text->size; i++) {
		if (!text->data[i])
			text->data[i] = '\x01';
	}
	return tw__buf_append(text, "", 1);
}

tw_status tw__leaves_put(struct record_leaves *leaves, struct tw_str path,
			 struct tw_str value, bool *again)
{
	const tw_cdr_map *map = leaves->map;

	value = trim(value);
	for (size_t i = 0; i < map->column_count; i++) {
		if (leaves->length[i] != path.l ||
		    !tw__str_ieq(path, map->columns[i].name))
			continue;
		if (leaves->place[i]) {
			if (again)
				*again = true;
			continue;
		}
		if (keep(leaves, i, value))
			return TW_ENOMEM;
	}
	return TW_OK;
}

void tw__leaves_row(struct record_row *out, struct record_leaves *leaves)
{
	for (size_t i = 0; i < leaves->map->column_count; i++)
		out->value[i] = leaves->place[i] ?
			&leaves->text.data[leaves->place[i] - 1] : NULL;
}
