/* Any bytes as call records of any layout, built in or mapped: no crash, and
 * the promises of preset.h hold: reading ends, a refused row has a line and a
 * reason, a record's strings are terminated, and a second reading finds the
 * same.
 *
 * The first line says how: a preset's name, or "mapping" and then key=value
 * lines up to an empty one. */
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "formats/preset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* The line at *at, terminated; moves behind it. False: it is too long. */
static bool take_line(char line[512], const char *text, size_t size,
		      size_t *at)
{
	const char *end = memchr(text + *at, '\n', size - *at);
	size_t n = end ? (size_t)(end - text) - *at : size - *at;

	if (n >= 512)
		return false;
	memcpy(line, text + *at, n);
	line[n] = '\0';
	*at += n + (end != NULL);
	return true;
}

static tw_cdr_map *read_map(const char *text, size_t size, size_t *at)
{
	tw_cdr_map *map;
	char line[512];

	check(tw_cdr_map_new(&map, NULL) == TW_OK);
	while (*at < size && take_line(line, text, size, at) && *line) {
		char *value = strchr(line, '=');
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		if (!value)
			continue;
		*value++ = '\0';
		status = tw_cdr_map_set(map, line, value, &err);
		check(status == TW_OK || *err.message);
	}
	return map;
}

static uint64_t mix(uint64_t hash, const char *text)
{
	size_t n = text ? strlen(text) : 0;

	return hash * 31 + (n ? tw__hash64(text, n) : 1);
}

/* Touches all of it, for the sanitizer. */
static uint64_t hash_of(const tw_cdr *c)
{
	const char *const all[] = { c->call_id, c->linked_id, c->caller,
		c->callee, c->number, c->trunk, c->carrier, c->department,
		c->extension, c->accountcode, c->campaign, c->cost,
		c->currency, c->source };
	uint64_t hash = (uint64_t)c->start ^ (uint64_t)c->answer << 1 ^
		(uint64_t)c->end << 2 ^ (uint64_t)c->duration_us << 3 ^
		c->flags ^ (uint64_t)c->direction << 8 ^
		(uint64_t)c->status << 16;

	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++)
		hash = mix(hash, all[i]);
	return hash;
}

struct stream {
	const char *text;
	size_t size;
};

static tw_status stream_read(void *out, size_t *size, uint64_t offset,
			     void *arg, tw_error *err)
{
	const struct stream *stream = arg;
	size_t left = stream->size - (size_t)offset;

	(void)err;
	*size = *size > left ? left : *size;
	if (*size > 1 && *size % 3 == 0)
		*size /= 2;
	if (*size)
		memcpy(out, stream->text + offset, *size);
	return TW_OK;
}

static uint64_t read_all(const char *name,
			 const struct tw__preset_options *options,
			 size_t size)
{
	struct tw__preset *preset;
	tw_error err = TW_ERROR_INIT;
	uint64_t hash = 0;
	size_t rows = 0;
	tw_cdr cdr;
	tw_status status = tw__preset_open(&preset, name, options, &err);

	if (status) {
		check(*err.message);
		return (uint64_t)status;
	}
	for (;; rows++) {
		char shown[256];

		err = (tw_error)TW_ERROR_INIT;
		status = tw__preset_next(&cdr, preset, &err);
		if (status == TW_ITER_END)
			break;
		check(status == TW_OK || status == TW_EPARSE);
		check(tw__preset_line(preset) > 0);
		check(rows <= size + 1);
		tw__preset_text(shown, sizeof(shown), preset);
		check(strlen(shown) < sizeof(shown));
		hash = mix(hash, shown) + (uint64_t)tw__preset_line(preset);
		if (status == TW_OK) {
			check(cdr.call_id && cdr.start);
			check(cdr.duration_us >= 0);
			hash = hash * 7 + hash_of(&cdr);
			continue;
		}
		check(err.line > 0 && *err.message);
		check(tw__utf8_is_valid(err.message, strlen(err.message)));
		check(tw__utf8_is_valid(err.field, strlen(err.field)));
		hash = mix(mix(hash, err.message), err.field);
	}
	tw__preset_free(preset);
	return hash + rows;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static tw_zone *zone;
	const char *text = (const char *)data;
	struct tw__preset_options options = { 0 };
	struct stream stream;
	struct tw__bytes bytes = { .read = stream_read, .arg = &stream };
	tw_cdr_map *map = NULL;
	char name[512];
	uint64_t whole;
	size_t at = 0;

	if (!zone)
		check(tw_zone_open(&zone, "Europe/Berlin", NULL) == TW_OK);
	if (!size || !take_line(name, text, size, &at))
		return 0;
	if (strcmp(name, "mapping") == 0)
		map = read_map(text, size, &at);
	else if (!tw__preset_is_known(name))
		return 0;
	stream = (struct stream){ text + at, size - at };
	options.data = text + at;
	options.size = size - at;
	options.zone = zone;
	options.map = map;
	whole = read_all(map ? NULL : name, &options, size);
	/* by small windows it is the same */
	options.data = NULL;
	options.size = 0;
	options.bytes = &bytes;
	options.window = 1 + size % 200;
	check(read_all(map ? NULL : name, &options, size) == whole);
	tw_cdr_map_free(map);
	return 0;
}
