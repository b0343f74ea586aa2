/**
 * @file src/formats/record_map.c  What a mapping of call records says
 *
 * Decides which keys a mapping has and what they may hold. Refuses to read a
 * file, and to keep a key that it does not know: a misspelt "duration" would
 * make every call free.
 */
#include <stddef.h>
#include <string.h>
#include "base/e164.h"
#include "record.h"
#include "said.h"

#define SKIP_MAX    1000000u
#define LONGEST_MAX (366u * 86400u)
#define WORDS_MAX   1000u
#define COUNTRY_DIGITS 3

static const char *const fields[RF_COUNT] = {
	"call_id", "linked_id", "peer_id", "role", "leg", "sequence",
	"start", "answer", "end", "start_date", "answer_date", "end_date",
	"duration", "total", "setup", "status", "direction", "caller",
	"callee", "number", "party", "called", "trunk", "carrier",
	"department", "extension", "caller_extension", "accountcode",
	"campaign", "cost", "currency", "source"
};

struct word {
	const char *name;
	int value;
};
#define END_OF_WORDS { NULL, 0 }

static const struct word formats[] = {
	{ "csv", FORMAT_CSV }, { "json", FORMAT_JSON }, { "xml", FORMAT_XML },
	END_OF_WORDS
};
static const struct word headers[] = {
	{ "auto", HEADER_AUTO }, { "yes", HEADER_YES },
	{ "true", HEADER_YES }, { "no", HEADER_NO }, { "false", HEADER_NO },
	END_OF_WORDS
};
static const struct word groups[] = {
	{ "none", GROUP_NONE }, { "linked", GROUP_LINKED },
	{ "sides", GROUP_SIDES }, END_OF_WORDS
};
static const struct word delimiters[] = {
	{ "auto", 0 }, { ",", ',' }, { "comma", ',' }, { ";", ';' },
	{ "semicolon", ';' }, { "\t", '\t' }, { "tab", '\t' },
	{ "|", '|' }, END_OF_WORDS
};
static const struct word quotes[] = {
	{ "\"", 0 }, { "double", 0 }, { "'", '\'' }, { "single", '\'' },
	{ "none", -1 }, END_OF_WORDS
};
static const struct word encodings[] = {
	{ "auto", RECORD_ENCODING_AUTO }, { "utf-8", RECORD_ENCODING_UTF8 },
	{ "utf-16", RECORD_ENCODING_UTF16 },
	{ "cp1251", RECORD_ENCODING_CP1251 }, END_OF_WORDS
};
static const struct word lengths[] = {
	{ "s", UNIT_S }, { "ms", UNIT_MS }, { "us", UNIT_US }, END_OF_WORDS
};
static const struct word times[] = {
	{ "iso", UNIT_ISO }, { "epoch", UNIT_EPOCH },
	{ "epoch_ms", UNIT_EPOCH_MS }, { "epoch_us", UNIT_EPOCH_US },
	END_OF_WORDS
};
static const struct word truths[] = {
	{ "false", 0 }, { "no", 0 }, { "true", 1 }, { "yes", 1 }, END_OF_WORDS
};
static const struct word statuses[] = {
	{ "answered", TW_CALL_ANSWERED }, { "no_answer", TW_CALL_NO_ANSWER },
	{ "busy", TW_CALL_BUSY }, { "failed", TW_CALL_FAILED },
	{ "cancelled", TW_CALL_CANCELLED }, { "unknown", 0 }, END_OF_WORDS
};
static const struct word directions[] = {
	{ "outbound", TW_DIRECTION_OUTBOUND },
	{ "inbound", TW_DIRECTION_INBOUND },
	{ "forward", TW_DIRECTION_FORWARD },
	{ "internal", TW_DIRECTION_INTERNAL }, { "unknown", 0 }, END_OF_WORDS
};
static const struct word roles[] = {
	{ "call", ROLE_CALL }, { "attempt", ROLE_ATTEMPT },
	{ "side", ROLE_SIDE }, { "forward", ROLE_FORWARD },
	{ "end", ROLE_END }, { "none", ROLE_NONE }, END_OF_WORDS
};

static bool find_word(int *out, const struct word *words, const char *value)
{
	for (; words->name; words++) {
		if (strcmp(words->name, value) == 0) {
			*out = words->value;
			return true;
		}
	}
	return false;
}

static tw_status bad_word(const char *key, const struct word *words,
			  const char *value, tw_error *err)
{
	char list[160] = "", shown[TW_TEXT_SHOWN];
	size_t at = 0;

	for (; words->name; words++) {
		size_t n = strlen(words->name);

		if (at + n + 3 > sizeof(list) || *words->name == '\t')
			continue;
		memcpy(&list[at], at ? ", " : "", at ? 2 : 0);
		at += at ? 2 : 0;
		memcpy(&list[at], words->name, n + 1);
		at += n;
	}
	tw__text_shown(shown, tw__str_of(value));
	return tw__fail_at(err, TW_EPARSE, 0, key, "'%s' is none of: %s",
			   shown, list);
}

const char *tw__record_field_name(enum record_field field)
{
	return fields[field];
}

bool tw__record_joins(const tw_cdr_map *map)
{
	for (size_t i = 0; i < map->word_count; i++) {
		if (map->words[i].field == RF_ROLE &&
		    map->words[i].value == ROLE_END)
			return true;
	}
	return false;
}

/* Of "start", or of what follows "default."; RF_COUNT: none. */
static enum record_field field_of(const char *name)
{
	int i = 0;

	while (i < RF_COUNT && strcmp(fields[i], name) != 0)
		i++;
	return (enum record_field)i;
}

/* ---- columns ---- */

static bool is_time(enum record_field field)
{
	return field >= RF_START && field <= RF_END;
}

static bool is_length(enum record_field field)
{
	return field >= RF_DURATION && field <= RF_SETUP;
}

static void free_column(struct record_column *column)
{
	tw_free(column->name);
	tw_free(column->pattern);
}

/* "epoch_ms", "%d.%m.%Y %T", or of a length "ms". */
static tw_status read_unit(struct record_column *column,
			   enum record_field field, struct tw_str text,
			   tw_error *err)
{
	const struct word *words = is_time(field) ? times : lengths;
	char *unit = tw__str_dup(text);
	int found;
	tw_status status = TW_OK;

	if (!unit)
		return tw__fail_oom(err);
	if (find_word(&found, words, unit)) {
		column->unit = (enum record_unit)found;
	}
	else if (is_time(field) && tw__pattern_is_valid(unit)) {
		column->unit = UNIT_PATTERN;
		column->pattern = unit;
		return TW_OK;
	}
	else {
		status = bad_word(fields[field], words, unit, err);
	}
	tw_free(unit);
	return status;
}

/* "calldate", or "start_ms as epoch_ms". */
static tw_status read_column(struct record_column *column,
			     enum record_field field, struct tw_str text,
			     tw_error *err)
{
	struct tw_str name = tw__str_trim(text);
	tw_status status = TW_OK;

	*column = (struct record_column){ NULL, NULL, UNIT_MAP };
	for (size_t i = 0; (is_time(field) || is_length(field)) &&
	     i + 4 < name.l; i++) {
		if (memcmp(&name.p[i], " as ", 4) != 0)
			continue;
		status = read_unit(column, field, tw__str_trim(tw__str(
			&name.p[i + 4], name.l - i - 4)), err);
		name = tw__str_trim(tw__str(name.p, i));
		break;
	}
	if (status)
		return status;
	if (!name.l) {
		free_column(column);
		return tw__fail_at(err, TW_EPARSE, 0, fields[field], "names "
				   "an empty column; write its name, number "
				   "or path");
	}
	column->name = tw__str_dup(name);
	if (column->name)
		return TW_OK;
	free_column(column);
	return tw__fail_oom(err);
}

static void drop_columns(tw_cdr_map *map, enum record_field field)
{
	size_t from = map->first[field], to = map->first[field + 1];

	for (size_t i = from; i < to; i++)
		free_column(&map->columns[i]);
	if (to > from)
		memmove(&map->columns[from], &map->columns[to],
			(map->column_count - to) * sizeof(*map->columns));
	map->column_count -= to - from;
	for (int i = (int)field + 1; i <= RF_COUNT; i++)
		map->first[i] -= to - from;
}

static tw_status add_column(tw_cdr_map *map, enum record_field field,
			    struct tw_str text, tw_error *err)
{
	size_t at = map->first[field + 1];
	void *mem = map->columns;
	struct record_column column;
	tw_status status;

	if (map->column_count == RECORD_COLUMNS_MAX)
		return tw__fail_at(err, TW_EPARSE, 0, fields[field], "is "
				   "beyond %d columns; a mapping has no more",
				   RECORD_COLUMNS_MAX);
	if (tw__grow(&mem, &map->column_capacity, map->column_count + 1,
		     sizeof(*map->columns)))
		return tw__fail_oom(err);
	map->columns = mem;
	status = read_column(&column, field, text, err);
	if (status)
		return status;
	memmove(&map->columns[at + 1], &map->columns[at],
		(map->column_count - at) * sizeof(*map->columns));
	map->columns[at] = column;
	map->column_count++;
	for (int i = (int)field + 1; i <= RF_COUNT; i++)
		map->first[i]++;
	return TW_OK;
}

/* Names in the order in which they are asked; none at all takes those of a
 * preset away. */
static tw_status set_columns(tw_cdr_map *map, enum record_field field,
			     const char *value, tw_error *err)
{
	tw_status status = TW_OK;

	drop_columns(map, field);
	if (!*value)
		return TW_OK;
	while (!status) {
		size_t n = strcspn(value, ",");

		status = add_column(map, field, tw__str(value, n), err);
		if (!value[n])
			break;
		value += n + 1;
	}
	return status;
}

/* ---- words ---- */

static tw_status set_word(tw_cdr_map *map, enum record_field field,
			  const char *key, const char *value, tw_error *err)
{
	const struct word *known = field == RF_STATUS ? statuses :
		field == RF_DIRECTION ? directions : roles;
	const char *name = strchr(key, '.') + 1;
	void *mem = map->words;
	char *copy;
	int found;

	if (!find_word(&found, known, value))
		return bad_word(key, known, value, err);
	for (size_t i = 0; i < map->word_count; i++) {
		if (map->words[i].field == field &&
		    strcmp(map->words[i].word, name) == 0) {
			map->words[i].value = (uint32_t)found;
			return TW_OK;
		}
	}
	if (map->word_count == WORDS_MAX)
		return tw__fail_at(err, TW_EPARSE, 0, key, "is one word too "
				   "many; use * and ?");
	if (tw__grow(&mem, &map->word_capacity, map->word_count + 1,
		     sizeof(*map->words)))
		return tw__fail_oom(err);
	map->words = mem;
	copy = tw__str_dup(tw__str_of(name));
	if (!copy)
		return tw__fail_oom(err);
	map->words[map->word_count++] = (struct record_word){ field, copy,
		!strpbrk(copy, "*?[\\"), (uint32_t)found };
	return TW_OK;
}

static tw_status set_text(char **out, const char *value, tw_error *err)
{
	char *copy = *value ? tw__str_dup(tw__str_of(value)) : NULL;

	if (*value && !copy)
		return tw__fail_oom(err);
	tw_free(*out);
	*out = copy;
	return TW_OK;
}

/* ---- keys ---- */

static tw_status set_count(int64_t *out, uint64_t limit, const char *key,
			   const char *value, tw_error *err)
{
	uint64_t number;

	if (!tw__str_u64(&number, tw__str_of(value)) || number > limit)
		return tw__fail_at(err, TW_EPARSE, 0, key, "'%.20s' is no "
				   "whole number up to %llu", value,
				   (unsigned long long)limit);
	*out = (int64_t)number;
	return TW_OK;
}

static tw_status set_time(tw_cdr_map *map, const char *value, tw_error *err)
{
	int found;
	tw_status status;

	if (find_word(&found, times, value)) {
		map->time = (enum record_unit)found;
		return TW_OK;
	}
	if (!tw__pattern_is_valid(value))
		return bad_word("time", times, value, err);
	status = set_text(&map->pattern, value, err);
	if (!status)
		map->time = UNIT_PATTERN;
	return status;
}

static tw_status set_zone(tw_cdr_map *map, const char *value, tw_error *err)
{
	map->zone_needed = strcmp(value, "required") == 0;
	return set_text(&map->zone, map->zone_needed ? "" : value, err);
}

static tw_status set_country(tw_cdr_map *map, const char *value,
			     tw_error *err)
{
	if (*value && (!tw__digits_only(value) ||
		       strlen(value) > COUNTRY_DIGITS))
		return tw__fail_at(err, TW_EPARSE, 0, "ten_digits", "'%.20s' "
				   "is no country code: 1 to %d digits", value,
				   COUNTRY_DIGITS);
	return set_text(&map->ten_digits, value, err);
}

static tw_status set_longest(tw_cdr_map *map, const char *value,
			     tw_error *err)
{
	int64_t seconds = 0;
	tw_status status = set_count(&seconds, LONGEST_MAX, "longest_s",
				     value, err);

	if (!status)
		map->longest_us = seconds * TW_SECOND;
	return status;
}

/* How the file as such is read. TW_ENOTFOUND: none of these keys. */
static tw_status set_choice(tw_cdr_map *map, const char *key,
			    const char *value, tw_error *err)
{
	const struct { const char *key; const struct word *words; } all[] = {
		{ "format", formats }, { "header", headers },
		{ "group", groups }, { "length", lengths },
		{ "delimiter", delimiters }, { "quote", quotes },
		{ "encoding", encodings }, { "types_line", truths },
		{ "percent", truths }, { "forwards", truths },
		{ "ring", truths },
	};
	size_t i = 0;
	int found;

	while (i < TW_ARRAY_COUNT(all) && strcmp(all[i].key, key) != 0)
		i++;
	if (i == TW_ARRAY_COUNT(all))
		return TW_ENOTFOUND;
	if (!find_word(&found, all[i].words, value))
		return bad_word(key, all[i].words, value, err);
	switch (i) {
	case 0: map->format = (enum record_format)found; break;
	case 1: map->header = (enum record_header)found; break;
	case 2: map->group = (enum record_group)found; break;
	case 3: map->length = (enum record_unit)found; break;
	case 4: map->delimiter = (char)found; break;
	case 5: map->quote = (char)found; break;
	case 6: map->encoding = found; break;
	case 7: map->types_line = found; break;
	case 8: map->percent = found; break;
	case 9: map->forwards = found; break;
	default: map->ring = found; break;
	}
	return TW_OK;
}

static tw_status set_other(tw_cdr_map *map, const char *key,
			   const char *value, tw_error *err)
{
	const struct { const char *key; char **text; } all[] = {
		{ "line_prefix", &map->prefix },
		{ "line_suffix", &map->suffix },
		{ "records", &map->records }, { "order", &map->order },
		{ "strip", &map->strip },
	};

	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		if (strcmp(all[i].key, key) == 0)
			return set_text(all[i].text, value, err);
	}
	if (strcmp(key, "time") == 0)
		return set_time(map, value, err);
	if (strcmp(key, "zone") == 0)
		return set_zone(map, value, err);
	if (strcmp(key, "skip") == 0)
		return set_count(&map->skip, SKIP_MAX, key, value, err);
	if (strcmp(key, "ten_digits") == 0)
		return set_country(map, value, err);
	if (strcmp(key, "longest_s") == 0)
		return set_longest(map, value, err);
	if (strcmp(key, "preset") == 0)
		return tw__record_preset(map, value, err);
	return TW_ENOTFOUND;
}

static tw_status set_field(tw_cdr_map *map, const char *key,
			   const char *value, tw_error *err)
{
	static const struct { const char *start; enum record_field field; }
	words[] = {
		{ "statuses.", RF_STATUS }, { "directions.", RF_DIRECTION },
		{ "roles.", RF_ROLE },
	};
	enum record_field field = field_of(key);

	if (field != RF_COUNT)
		return set_columns(map, field, value, err);
	for (size_t i = 0; i < TW_ARRAY_COUNT(words); i++) {
		size_t n = strlen(words[i].start);

		if (strncmp(key, words[i].start, n) == 0)
			return set_word(map, words[i].field, key, value, err);
	}
	if (strncmp(key, "default.", 8) != 0)
		return TW_ENOTFOUND;
	field = field_of(key + 8);
	if (field == RF_COUNT)
		return TW_ENOTFOUND;
	return set_text(&map->defaults[field], value, err);
}

tw_status tw_cdr_map_new(tw_cdr_map **out, tw_error *err)
{
	struct tw_cdr_map *map;

	if (!out)
		return tw__fail(err, TW_EINVAL, "no place for a mapping");
	map = tw_calloc(1, sizeof(*map));
	if (!map)
		return tw__fail_oom(err);
	map->time = UNIT_ISO;
	map->length = UNIT_S;
	tw__buf_init(&map->said);
	*out = map;
	return TW_OK;
}

tw_status tw_cdr_map_set(tw_cdr_map *map, const char *key, const char *value,
			 tw_error *err)
{
	const size_t said = map ? map->said.size : 0;
	/* first, because it can be taken back: where memory runs out the key
	 * may be set again */
	tw_status status = tw__said_add(map ? &map->said : NULL, key, value,
					err);

	if (status)
		return status;
	status = set_choice(map, key, value, err);
	if (status == TW_ENOTFOUND)
		status = set_other(map, key, value, err);
	if (status == TW_ENOTFOUND)
		status = set_field(map, key, value, err);
	if (status)
		tw__buf_cut(&map->said, said);
	if (status == TW_ENOTFOUND && !strcmp(key, "preset"))
		return status;
	if (status == TW_ENOTFOUND)
		return tw__fail_at(err, status, 0, key, "is no key of a "
			"mapping of call records; docs/call-records.md has "
			"them all");
	return status;
}

void tw_cdr_map_free(tw_cdr_map *map)
{
	char **texts[8];

	if (!map)
		return;
	for (size_t i = 0; i < map->column_count; i++)
		free_column(&map->columns[i]);
	for (size_t i = 0; i < map->word_count; i++)
		tw_free(map->words[i].word);
	for (size_t i = 0; i < RF_COUNT; i++)
		tw_free(map->defaults[i]);
	texts[0] = &map->pattern;
	texts[1] = &map->prefix;
	texts[2] = &map->suffix;
	texts[3] = &map->records;
	texts[4] = &map->order;
	texts[5] = &map->strip;
	texts[6] = &map->zone;
	texts[7] = &map->ten_digits;
	for (size_t i = 0; i < TW_ARRAY_COUNT(texts); i++)
		tw_free(*texts[i]);
	tw_free(map->columns);
	tw_free(map->words);
	tw__buf_free(&map->said);
	tw_free(map);
}
