/*
 * Lines: who waits for a pool, and who of them is first. A 4-ary heap by
 * (key, arrival): the key is the instant of entering moved back by priority,
 * so waiting longer never changes the order of two calls and ageing costs
 * nothing. Does not know members; see give.c for who gets one.
 */
#include "engine.h"

#include <assert.h>

static bool is_before(const struct tw_place *a, const struct tw_place *b)
{
	if (a->key != b->key)
		return a->key < b->key;
	return a->call->arrival < b->call->arrival;
}

static void put(struct tw_line *line, size_t at, const struct tw_place *place)
{
	line->place[at] = *place;
	place->call->place = (uint32_t)at;
}

static void rise(struct tw_line *line, size_t at)
{
	const struct tw_place place = line->place[at];

	while (at > 0) {
		size_t up = (at - 1) / 4;

		if (!is_before(&place, &line->place[up]))
			break;
		put(line, at, &line->place[up]);
		at = up;
	}
	put(line, at, &place);
}

/* The first of the places below this one, or the count when there is none. */
static size_t first_below(const struct tw_line *line, size_t at)
{
	size_t best = 4 * at + 1, end = best + 4, i;

	if (best >= line->count)
		return line->count;
	if (end > line->count)
		end = line->count;
	for (i = best + 1; i < end; ++i) {
		if (is_before(&line->place[i], &line->place[best]))
			best = i;
	}
	return best;
}

static void sink(struct tw_line *line, size_t at)
{
	const struct tw_place place = line->place[at];
	size_t down;

	while ((down = first_below(line, at)) < line->count &&
	       is_before(&line->place[down], &place)) {
		put(line, at, &line->place[down]);
		at = down;
	}
	put(line, at, &place);
}

static bool same_terms(const struct tw_terms *a, const struct tw_terms *b)
{
	return a->reserve == b->reserve && a->leave == b->leave &&
		a->skills == b->skills;
}

/* A line of these terms, else an empty one of any: terms come and go with
 * the skills that callers need. NULL: neither. */
static struct tw_line *find(const struct tw_lines *lines,
			    const struct tw_terms *terms)
{
	struct tw_line *empty = NULL;
	size_t i;

	for (i = 0; i < lines->count; ++i) {
		if (same_terms(&lines->line[i]->terms, terms))
			return lines->line[i];
		if (!lines->line[i]->count)
			empty = lines->line[i];
	}
	if (!empty || lines->count < TW_LINES_KEPT)
		return NULL;
	empty->terms = *terms;
	return empty;
}

static struct tw_line *line_new(struct tw_lines *lines,
				const struct tw_terms *terms)
{
	struct tw_line *line;

	if (tw__grow((void **)&lines->line, &lines->capacity,
		     lines->count + 1, sizeof(*lines->line)))
		return NULL;
	line = tw_calloc(1, sizeof(*line));
	if (!line)
		return NULL;
	line->terms = *terms;
	lines->line[lines->count++] = line;
	return line;
}

tw_status tw__line_reserve(struct tw_line **out, struct tw_lines *lines,
			   const struct tw_terms *terms)
{
	struct tw_line *line = find(lines, terms);

	if (!line)
		line = line_new(lines, terms);
	if (!line || tw__grow((void **)&line->place, &line->capacity,
			      line->count + 1, sizeof(*line->place)))
		return TW_ENOMEM;
	*out = line;
	return TW_OK;
}

void tw__line_join(struct tw_lines *lines, struct tw_line *line,
		   struct tw_call *call)
{
	const struct tw_place place = { call->key, call };

	assert(!call->line && line->count < line->capacity);
	put(line, line->count++, &place);
	rise(line, line->count - 1);
	call->line = line;
	++lines->waiting;
}

void tw__line_leave(struct tw_lines *lines, struct tw_call *call)
{
	struct tw_line *line = call->line;
	size_t at = call->place;

	assert(at < line->count && line->place[at].call == call);
	if (at < --line->count) {
		put(line, at, &line->place[line->count]);
		rise(line, at);
		sink(line, at);
	}
	call->line = NULL;
	--lines->waiting;
}

struct tw_call *tw__line_first(const struct tw_line *line)
{
	assert(line->count);
	return line->place[0].call;
}

/* Below a place that is not before the call nobody is: only those before it
 * and their next ones are looked at. */
size_t tw__line_before(const struct tw_line *line, const struct tw_call *call,
		       size_t most)
{
	const struct tw_place self = { call->key, (struct tw_call *)call };
	size_t at = 0, n = 0;

	while (at < line->count && n < most) {
		if (is_before(&line->place[at], &self)) {
			++n;
			if (4 * at + 1 < line->count) {
				at = 4 * at + 1;
				continue;
			}
		}
		/* the next one: beside, or beside one of those above */
		while (at && (at % 4 == 0 || at + 1 == line->count))
			at = (at - 1) / 4;
		if (!at)
			break;
		++at;
	}
	return n;
}

void tw__lines_free(struct tw_lines *lines)
{
	size_t i;

	for (i = 0; i < lines->count; ++i) {
		tw_free(lines->line[i]->place);
		tw_free(lines->line[i]);
	}
	tw_free(lines->line);
}
