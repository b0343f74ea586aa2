/**
 * @file src/formats/sheet_map.c  What a carrier's mapping says of its sheets
 *
 * Decides which keys a mapping has and what they may hold. Refuses to read a
 * sheet, and to keep a key that it does not know: a misspelt "decimal" would
 * make prices a thousand times as large.
 */
#include <string.h>
#include "said.h"
#include "sheet.h"

#define SHEET_HEAD_LINES 1000000u

const struct tw_sheet_map tw__sheet_map_none = {
	.header = SHEET_HEADER_FOUND,
};

struct word {
	const char *name;
	int value;
};

static const struct word delimiters[] = {
	{ "auto", 0 }, { ",", ',' }, { "comma", ',' }, { ";", ';' },
	{ "semicolon", ';' }, { "\t", '\t' }, { "tab", '\t' },
	{ "|", '|' },
};
static const struct word encodings[] = {
	{ "auto", ENCODING_AUTO }, { "utf-8", ENCODING_UTF8 },
	{ "utf-16", ENCODING_UTF16 }, { "cp1251", ENCODING_CP1251 },
};
static const struct word decimals[] = {
	{ "auto", 0 }, { "point", '.' }, { "comma", ',' },
};
static const struct word dates[] = {
	{ "ymd", DATES_YMD }, { "dmy", DATES_DMY }, { "mdy", DATES_MDY },
	{ "excel", DATES_EXCEL },
};
static const struct word prices[] = { { "minute", 0 }, { "second", 1 } };
static const struct word truths[] = { { "false", 0 }, { "true", 1 } };

static tw_status find_word(int *out, const struct word *words, size_t count,
			   const char *value)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(words[i].name, value)) {
			*out = words[i].value;
			return TW_OK;
		}
	}

	return TW_EPARSE;
}

#define FIND(out, words, value) \
	find_word(out, words, TW_ARRAY_COUNT(words), value)

static tw_status bad_value(const char *key, const char *mend, tw_error *err)
{
	return tw__fail_at(err, TW_EPARSE, 0, key, "%s", mend);
}

static tw_status set_lines(int64_t *out, const char *key, const char *value,
			   tw_error *err)
{
	uint64_t lines;

	if (!tw__str_u64(&lines, tw__str_of(value)) ||
	    lines > SHEET_HEAD_LINES)
		return bad_value(key, "is no number of a line; write 0 to "
				 "1000000", err);
	*out = (int64_t)lines;

	return TW_OK;
}

/* A calling code may be written with its +. */
static tw_status set_country(struct tw_sheet_map *map, const char *value,
			     tw_error *err)
{
	size_t length;

	value += *value == '+';
	length = strspn(value, "0123456789");
	if (!length || value[length] || length >= sizeof(map->country))
		return bad_value("country", "is no calling code; write 7 or "
				 "44", err);
	memcpy(map->country, value, length + 1);

	return TW_OK;
}

static tw_status column_of(enum sheet_column *out, struct tw_str name,
			   const char *key, tw_error *err)
{
	char shown[TW_TEXT_SHOWN];

	name = tw__str_trim(name);
	*out = tw__str_eq(name, "-") ? COL_COMMENT : tw__sheet_column(name);
	if (*out != COL_COUNT)
		return TW_OK;
	tw__text_shown(shown, name);

	return tw__fail_at(err, TW_EPARSE, 0, key, "\"%s\" is no column of a "
		"sheet; write prefix, rate, ... or - for one that is not "
		"read", shown);
}

static tw_status add_rename(struct tw_sheet_map *map, struct tw_str name,
			    enum sheet_column column, tw_error *err)
{
	char folded[SHEET_NAME];
	void *mem = map->renames;
	char *copy;

	tw__sheet_fold(folded, name);
	if (!*folded)
		return bad_value("columns", "a header's name is empty or "
				 "longer than 250 bytes", err);
	for (size_t i = 0; i < map->rename_count; i++) {
		if (!strcmp(map->renames[i].name, folded)) {
			map->renames[i].column = column;
			return TW_OK;
		}
	}
	if (tw__grow(&mem, &map->rename_capacity, map->rename_count + 1,
		     sizeof(*map->renames)))
		return tw__fail_oom(err);
	map->renames = mem;
	copy = tw__str_dup(tw__str_of(folded));
	if (!copy)
		return tw__fail_oom(err);
	map->renames[map->rename_count++] = (struct sheet_rename){ copy,
								   column };

	return TW_OK;
}

static tw_status set_item(struct tw_sheet_map *map, struct tw_str item,
			  tw_error *err)
{
	const char *equals = NULL;
	enum sheet_column column;
	tw_status status;

	/* the last one: a header may hold "=" itself */
	for (size_t i = 0; i < item.l; i++) {
		if (item.p[i] == '=')
			equals = item.p + i;
	}
	if (equals) {
		size_t name = (size_t)(equals - item.p);

		status = column_of(&column, tw__str(equals + 1,
						    item.l - name - 1),
				   "columns", err);
		return status ? status : add_rename(map, tw__str(item.p,
								 name),
						    column, err);
	}
	if (map->place_count == TW_CSV_FIELDS_MAX)
		return bad_value("columns", "names more than 256 columns",
				 err);
	status = column_of(&column, item, "columns", err);
	if (!status)
		map->places[map->place_count++] = column;

	return status;
}

/* All places at once, so that setting the key again starts anew. */
static tw_status set_columns(struct tw_sheet_map *map, const char *value,
			     tw_error *err)
{
	enum sheet_column before[TW_CSV_FIELDS_MAX];
	size_t count = map->place_count;

	memcpy(before, map->places, sizeof(before));
	map->place_count = 0;
	for (const char *p = value;;) {
		size_t length = strcspn(p, ",");
		tw_status status = set_item(map, tw__str(p, length), err);

		if (status) {
			memcpy(map->places, before, sizeof(before));
			map->place_count = count;
			return status;
		}
		if (!p[length])
			return TW_OK;
		p += length + 1;
	}
}

static tw_status set_default(struct tw_sheet_map *map, const char *key,
			     const char *value, tw_error *err)
{
	const char *name = key + strlen("default.");
	enum sheet_column column = tw__sheet_column(tw__str_of(name));
	char *copy;

	if (column == COL_COUNT || column == COL_PREFIX ||
	    column == COL_AREA || column == COL_RATE ||
	    column == COL_COMMENT)
		return tw__fail_at(err, TW_EPARSE, 0, key, "has no "
			"default; it is for columns such as default.currency "
			"or default.first_inc");
	copy = tw__str_dup(tw__str_of(value));
	if (!copy)
		return tw__fail_oom(err);
	tw_free(map->defaults[column]);
	map->defaults[column] = copy;

	return TW_OK;
}

static tw_status set_flag(bool *out, const char *key, const char *value,
			  tw_error *err)
{
	int found;

	if (FIND(&found, truths, value))
		return bad_value(key, "is neither true nor false", err);
	*out = found;

	return TW_OK;
}

/* How the text as such is read. TW_ENOTFOUND: none of these keys. */
static tw_status set_dialect(struct tw_sheet_map *map, const char *key,
			     const char *value, tw_error *err)
{
	int found;

	if (!strcmp(key, "delimiter")) {
		if (FIND(&found, delimiters, value))
			return bad_value(key, "is no delimiter; write comma, "
					 "semicolon, tab, | or auto", err);
		map->delimiter = (char)found;
	}
	else if (!strcmp(key, "encoding")) {
		if (FIND(&found, encodings, value))
			return bad_value(key, "is no encoding; write utf-8, "
					 "utf-16, cp1251 or auto", err);
		map->encoding = (enum sheet_encoding)found;
	}
	else if (!strcmp(key, "decimal")) {
		if (FIND(&found, decimals, value))
			return bad_value(key, "is neither point nor comma",
					 err);
		map->decimal = (char)found;
	}
	else if (!strcmp(key, "header")) {
		if (!strcmp(value, "auto"))
			map->header = SHEET_HEADER_FOUND;
		else
			return set_lines(&map->header, key, value, err);
	}
	else if (!strcmp(key, "skip")) {
		return set_lines(&map->skip, key, value, err);
	}
	else if (!strcmp(key, "until_blank")) {
		return set_flag(&map->until_blank, key, value, err);
	}
	else {
		return TW_ENOTFOUND;
	}

	return TW_OK;
}

/* What its cells mean. */
static tw_status set_meaning(struct tw_sheet_map *map, const char *key,
			     const char *value, tw_error *err)
{
	enum sheet_column column;
	int found;
	tw_status status;

	if (!strcmp(key, "dates")) {
		if (FIND(&found, dates, value))
			return bad_value(key, "is no order; write ymd, dmy, "
					 "mdy or excel", err);
		map->dates = (enum sheet_dates)found;
		return TW_OK;
	}
	if (!strcmp(key, "price_per")) {
		if (FIND(&found, prices, value))
			return bad_value(key, "is neither minute nor second",
					 err);
		map->per_second = found;
		return TW_OK;
	}
	if (!strcmp(key, "country"))
		return set_country(map, value, err);
	if (!strcmp(key, "columns"))
		return set_columns(map, value, err);
	if (!strncmp(key, "default.", 8))
		return set_default(map, key, value, err);
	if (strncmp(key, "column.", 7))
		return TW_ENOTFOUND;
	status = column_of(&column, tw__str_of(value), key, err);

	return status ? status : add_rename(map, tw__str_of(key + 7), column,
					    err);
}

tw_status tw_sheet_map_new(tw_sheet_map **out, tw_error *err)
{
	struct tw_sheet_map *map;

	if (!out)
		return tw__fail(err, TW_EINVAL, "no place for a mapping");
	map = tw_calloc(1, sizeof(*map));
	if (!map)
		return tw__fail_oom(err);
	*map = tw__sheet_map_none;
	tw__buf_init(&map->said);
	*out = map;

	return TW_OK;
}

tw_status tw_sheet_map_set(tw_sheet_map *map, const char *key,
			   const char *value, tw_error *err)
{
	const size_t said = map ? map->said.size : 0;
	/* first, because it can be taken back: where memory runs out the key
	 * may be set again */
	tw_status status = tw__said_add(map ? &map->said : NULL, key, value,
					err);

	if (status)
		return status;
	status = set_dialect(map, key, value, err);
	if (status == TW_ENOTFOUND)
		status = set_meaning(map, key, value, err);
	if (status)
		tw__buf_cut(&map->said, said);
	if (status == TW_ENOTFOUND)
		return tw__fail_at(err, TW_ENOTFOUND, 0, key, "is no key of "
			"a mapping; there are delimiter, encoding, decimal, "
			"header, skip, until_blank, columns, column.NAME, "
			"dates, price_per, country and default.NAME");

	return status;
}

void tw_sheet_map_free(tw_sheet_map *map)
{
	if (!map)
		return;

	for (size_t i = 0; i < map->rename_count; i++)
		tw_free(map->renames[i].name);
	for (size_t i = 0; i < COL_COUNT; i++)
		tw_free(map->defaults[i]);
	tw_free(map->renames);
	tw__buf_free(&map->said);
	tw_free(map);
}
