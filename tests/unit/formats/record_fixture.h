/* Files of call records and mappings, and what must come of them. */
#ifndef TW_TESTS_RECORD_FIXTURE_H
#define TW_TESTS_RECORD_FIXTURE_H

#include "preset_fixture.h"
#include "formats/record.h"

/* A file of tests/fixtures/records (new, free()). */
static inline char *fixture(const char *name)
{
	char path[512];
	FILE *file;
	char *text = calloc(1, 1 << 16);

	snprintf(path, sizeof(path), "%s/tests/fixtures/records/%s",
		 TW_SOURCE_DIR, name);
	file = fopen(path, "rb");
	if (!file || !text || !fread(text, 1, (1 << 16) - 1, file))
		fail_msg("%s is not there", path);
	fclose(file);
	return text;
}

/* "key=value" lines; of a key with "=" write the key as {key}. */
static inline tw_cdr_map *map_of(const char *lines)
{
	tw_error err = TW_ERROR_INIT;
	tw_cdr_map *map;

	assert_int_equal(tw_cdr_map_new(&map, NULL), TW_OK);
	while (*lines) {
		size_t n = strcspn(lines, "\n");
		size_t k = strcspn(lines, "=");
		char key[256], value[1024];

		assert_true(k < n && k < 256 && n - k - 1 < 1024);
		memcpy(key, lines, k);
		key[k] = '\0';
		memcpy(value, lines + k + 1, n - k - 1);
		value[n - k - 1] = '\0';
		if (tw_cdr_map_set(map, key, value, &err))
			fail_msg("%s: %s %s", key, err.field, err.message);
		lines += n + (lines[n] == '\n');
	}
	return map;
}

static inline tw_status open_map(struct reader *r, const tw_cdr_map *map,
				 const char *zone, const void *text,
				 size_t size)
{
	struct tw__preset_options options = { .data = text, .size = size,
		.map = map, .rule = &tw__dial_russia };

	memset(r, 0, sizeof(*r));
	r->err = (tw_error)TW_ERROR_INIT;
	if (zone && tw_zone_open(&r->zone, zone, &r->err))
		fail_msg("%s", r->err.message);
	options.zone = r->zone;
	return tw__preset_open(&r->preset, NULL, &options, &r->err);
}

/* Members that are NULL must be NULL or empty. */
struct wanted {
	const char *id, *start, *answer, *end;
	int64_t ms;             /* answered */
	uint32_t status, direction, flags;
	const char *caller, *callee, *extension, *trunk, *number,
		*accountcode, *linked, *department, *cost, *currency;
	uint32_t leg;           /* 0: 1 */
};

static inline void same_text(const char *is, const char *wanted,
			     const char *id, const char *member)
{
	if (strcmp(is ? is : "", wanted ? wanted : "") != 0)
		fail_msg("%s: %s is '%s', not '%s'", id, member,
			 is ? is : "", wanted ? wanted : "");
}

static inline void same_time(tw_time is, const char *wanted, const char *id,
			     const char *member)
{
	tw_time t = wanted ? at(wanted) : 0;

	if (is != t)
		fail_msg("%s: %s is off by %lld us", id, member,
			 (long long)(is - t));
}

static inline void want(struct reader *r, const struct wanted *w)
{
	const tw_cdr *c = &r->cdr;

	if (next(r) != TW_OK)
		fail_msg("%s: line %lld %s: %s", w->id,
			 (long long)r->err.line, r->err.field,
			 r->err.message);
	if (w->id)
		same_text(c->call_id, w->id, w->id, "call_id");
	same_time(c->start, w->start, w->id, "start");
	same_time(c->answer, w->answer, w->id, "answer");
	same_time(c->end, w->end, w->id, "end");
	if (c->duration_us != w->ms * 1000)
		fail_msg("%s: duration is %lld us", w->id,
			 (long long)c->duration_us);
	if (c->status != w->status || c->direction != w->direction ||
	    c->flags != w->flags)
		fail_msg("%s: status %u, direction %u, flags %u", w->id,
			 c->status, c->direction, c->flags);
	same_text(c->caller, w->caller, w->id, "caller");
	same_text(c->callee, w->callee, w->id, "callee");
	same_text(c->extension, w->extension, w->id, "extension");
	same_text(c->trunk, w->trunk, w->id, "trunk");
	same_text(c->number, w->number, w->id, "number");
	same_text(c->accountcode, w->accountcode, w->id, "accountcode");
	same_text(c->linked_id, w->linked, w->id, "linked_id");
	same_text(c->department, w->department, w->id, "department");
	same_text(c->cost, w->cost, w->id, "cost");
	same_text(c->currency, w->currency, w->id, "currency");
	assert_int_equal(c->leg, w->leg ? w->leg : 1);
}

/* The next row is refused at this line; the reason has these words. */
static inline void refused(struct reader *r, int64_t line, const char *field,
			   const char *words)
{
	if (next(r) != TW_EPARSE)
		fail_msg("line %lld is not refused", (long long)line);
	if (r->err.line != line || strcmp(r->err.field, field) != 0 ||
	    !strstr(r->err.message, words))
		fail_msg("line %lld, field '%s': %s", (long long)r->err.line,
			 r->err.field, r->err.message);
}

static inline void the_end(struct reader *r)
{
	assert_int_equal(next(r), TW_ITER_END);
	assert_int_equal(next(r), TW_ITER_END);
	done(r);
}

#endif
