/**
 * @file src/formats/record_json.c  Call records out of JSON
 *
 * Decides where a record begins: an element of a list, a line, an object
 * behind another. Lists may stand in pages (`records` is the path to the list
 * of each). Brackets and quotes find a record's end first, so that one which
 * is no JSON costs itself and not the rest. Refuses to hold more than one
 * record beside the text in view, and to go on in silence where the text is
 * broken.
 *
 * What is found at the end of a view is looked for again with more in it: the
 * place of before is kept, and taken again.
 */
#include <stdio.h>
#include <string.h>
#include "json.h"
#include "record.h"

#define PATH_MAX_DEPTH 16

/* Where reading stands. */
struct json_place {
	const char *p;
	const char *counted;        /* lines are counted up to here */
	int64_t line;
	bool in_list, in_pages;
	bool is_lost;               /* a line that begins a record is next */
	bool is_over;               /* what follows is not read */
	size_t depth;               /* objects around the list */
};

struct json_source {
	struct record_source base;
	const tw_cdr_map *map;
	struct tw__window *window;
	const char *end;            /* of what is looked at: in view */
	struct json_place at;
	char fault[160];
	struct tw_buf name;
	struct record_leaves leaves;
};

static const char why_long[] = "record is longer than 4 MiB";
static const char why_no_list[] = "the page has no list where `records` "
	"says";

static int64_t line_at(struct json_source *s, const char *p)
{
	for (; s->at.counted < p; s->at.counted++)
		s->at.line += *s->at.counted == '\n';
	return s->at.line;
}

static tw_status give_fault(struct record_row *out, struct json_source *s,
			    const char *from, const char *why)
{
	size_t left = (size_t)(s->end - from);

	out->line = line_at(s, from);
	out->text = tw__str(from, left > 400 ? 400 : left);
	snprintf(s->fault, sizeof(s->fault), "%s", why);
	out->fault = s->fault;
	return TW_OK;
}

/* Nothing behind this place can be trusted to be what it seems. */
static tw_status give_up(struct record_row *out, struct json_source *s,
			 const char *from, const char *why)
{
	char text[160];

	snprintf(text, sizeof(text), "%s; what follows is not read", why);
	s->at.is_over = true;
	return give_fault(out, s, from, text);
}

/* ---- where the list is ---- */

/* From behind "{" or behind a value to the value of a name, or (NULL) to the
 * bracket that closes the object, *close; neither: it is broken, *why. */
static const char *find_name(struct json_source *s, const char *p,
			     struct tw_str wanted, const char **close,
			     const char **why)
{
	*close = NULL;
	for (;;) {
		bool found;

		p = tw__json_blank(p, s->end);
		if (p < s->end && *p == ',')
			p = tw__json_blank(p + 1, s->end);
		*why = "the text ends within a page; was the file cut off?";
		if (p < s->end && *p == '}')
			*close = p;
		if (p >= s->end || *p != '"')
			return NULL;
		p = tw__json_string(&s->name, p, s->end, why);
		if (!p)
			return NULL;
		found = wanted.l && wanted.l == s->name.size &&
			memcmp(wanted.p, s->name.data, wanted.l) == 0;
		p = tw__json_blank(p, s->end);
		*why = "a name in quotes and a colon are missing";
		if (p >= s->end || *p != ':')
			return NULL;
		p = tw__json_blank(p + 1, s->end);
		if (found)
			return p;
		p = tw__json_skip(p, s->end, why);
		if (!p)
			return NULL;
	}
}

/* Into the list of the page at s->at.p; false: *why. */
static bool enter_page(struct json_source *s, const char **why)
{
	const char *path = s->map->records, *p = s->at.p, *close;

	s->at.depth = 0;
	for (;;) {
		size_t n = strcspn(path, ".");

		*why = why_no_list;
		if (p >= s->end || *p != '{' || s->at.depth == PATH_MAX_DEPTH)
			return false;
		p = find_name(s, p + 1, tw__str(path, n), &close, why);
		if (close)
			*why = why_no_list;
		if (!p)
			return false;
		s->at.depth++;
		if (!path[n])
			break;
		path += n + 1;
	}
	*why = why_no_list;
	if (p >= s->end || *p != '[')
		return false;
	s->at.p = p + 1;
	s->at.in_list = true;
	return true;
}

/* Out of the objects around a list that has ended. */
static bool leave_page(struct json_source *s, const char **why)
{
	for (; s->at.depth; s->at.depth--) {
		const char *close;

		(void)find_name(s, s->at.p, tw__str("", 0), &close, why);
		if (!close)
			return false;
		s->at.p = close + 1;
	}
	return true;
}

/* ---- one record ---- */

static bool take_leaf(struct tw_str path, struct tw_str value,
		      const char **why, void *arg)
{
	struct json_source *s = arg;
	bool again = false;

	if (tw__leaves_put(&s->leaves, path, value, &again))
		return false;
	if (!again)
		return true;
	snprintf(s->fault, sizeof(s->fault), "names '%.*s' twice",
		 (int)(path.l > 80 ? 80 : path.l), path.p);
	*why = s->fault;
	return false;
}

static tw_status read_record(struct record_row *out, struct json_source *s,
			     const char *from, const char *to, tw_error *err)
{
	const char *why;
	tw_status status;

	out->line = line_at(s, from);
	out->text = tw__str(from, (size_t)(to - from));
	out->fault = NULL;
	tw__leaves_clear(&s->leaves);
	if (*from != '{')
		return give_fault(out, s, from, "is no object; a record is "
				  "{...}");
	if (out->text.l > RECORD_BYTES_MAX)
		return give_fault(out, s, from, "record is longer than 1 "
				  "MiB");
	status = tw__json_leaves(from, to, take_leaf, s, &why);
	if (status == TW_ENOMEM)
		return tw__fail_oom(err);
	if (status)
		out->fault = why;
	tw__leaves_row(out, &s->leaves);
	return TW_OK;
}

/* ---- what is in view ---- */

/* Brings more behind `from`. Whoever has it keeps nothing else of the view. */
static tw_status see_more(struct json_source *s, const char *from,
			  tw_error *err)
{
	struct tw__window *window = s->window;
	size_t drop = (size_t)(from - window->p);
	size_t behind = s->at.counted > from ?
		(size_t)(s->at.counted - from) : 0;
	tw_status status;

	(void)line_at(s, from);
	status = tw__window_more(window, drop, err);
	if (status)
		return status;
	s->at.p = window->p;
	s->at.counted = window->p + behind;
	s->end = window->p + window->size;
	return TW_OK;
}

/* Nothing comes behind what is looked at. */
static bool is_all(const struct json_source *s)
{
	return s->window->is_last &&
		s->end == s->window->p + s->window->size;
}

/* The same stretch from here on, whatever else is in view. */
static void look_at(struct json_source *s)
{
	const char *end = s->window->p + s->window->size;

	s->end = (size_t)(end - s->at.p) > RECORD_AHEAD ?
		s->at.p + RECORD_AHEAD : end;
}

/* To what is no blank, or to the end. */
static tw_status skip_blank(struct json_source *s, tw_error *err)
{
	tw_status status = TW_OK;

	s->end = s->window->p + s->window->size;
	s->at.p = tw__json_blank(s->at.p, s->end);
	while (!status && s->at.p >= s->end && !s->window->is_last) {
		status = see_more(s, s->at.p, err);
		s->at.p = tw__json_blank(s->at.p, s->end);
	}
	return status;
}

/* To a line that begins a record, where one that went before is broken. */
static tw_status find_line(struct json_source *s, tw_error *err)
{
	tw_status status = TW_OK;

	s->at.is_lost = false;
	s->end = s->window->p + s->window->size;
	while (!status) {
		const char *p = memchr(s->at.p, '\n',
				       (size_t)(s->end - s->at.p));

		if (p && p + 1 < s->end && (p[1] == '{' || p[1] == '[')) {
			s->at.p = p + 1;
			return TW_OK;
		}
		if (p && p + 1 < s->end) {
			s->at.p = p + 1;
			continue;
		}
		s->at.p = s->end;
		if (s->window->is_last)
			return TW_OK;
		status = see_more(s, p ? p : s->end, err);
	}
	return status;
}

static const char *skip_record(const struct json_source *s, const char *from,
			       const char **why)
{
	const char *to = tw__json_skip(from, s->end, why);

	if (!to && *why == tw__json_ends && !is_all(s))
		*why = why_long;
	return to;
}

static tw_status next_in_list(struct record_row *out, struct json_source *s,
			      tw_error *err)
{
	const char *from = tw__json_blank(s->at.p, s->end), *to, *why = NULL;
	tw_status status;

	if (from >= s->end)
		return give_up(out, s, from, "the text ends within its list; "
			       "was the file cut off?");
	to = skip_record(s, from, &why);
	if (!to)
		return give_up(out, s, from, why);
	s->at.p = tw__json_blank(to, s->end);
	if (s->at.p >= s->end ? !is_all(s) :
	    *s->at.p != ',' && *s->at.p != ']')
		return give_up(out, s, from, "a comma or closing bracket is "
			       "missing behind this record");
	status = read_record(out, s, from, to, err);
	if (s->at.p < s->end && *s->at.p == ',')
		s->at.p++;
	return status;
}

/* Begins and ends lists and pages. False: a record or page begins here. */
static bool between(bool *is_broken, struct json_source *s, const char **why)
{
	struct json_place *at = &s->at;
	const char c = at->p < s->end ? *at->p : '\0';

	if (at->in_list && c == ']') {
		at->in_list = false;
		at->p++;
		*is_broken = !leave_page(s, why);
	}
	else if (at->in_pages && (c == ',' || c == ']')) {
		at->in_pages = *at->p++ == ',';
	}
	else if (!at->in_list && !at->in_pages && c == '[') {
		at->p++;
		at->in_pages = s->map->records != NULL;
		at->in_list = !at->in_pages;
	}
	else {
		return false;
	}
	return true;
}

/* TW_OK: a record or a fault, or (*again) what stands around records. */
static tw_status step(bool *again, struct record_row *out,
		      struct json_source *s, tw_error *err)
{
	const char *from = s->at.p, *to, *why = NULL;
	bool is_broken = false;

	*again = between(&is_broken, s, &why);
	if (is_broken)
		*again = false;
	if (is_broken)
		return give_up(out, s, s->at.p, why);
	if (*again)
		return TW_OK;
	if (s->at.in_list)
		return next_in_list(out, s, err);
	if (from >= s->end)
		return TW_ITER_END;
	if (s->map->records && *from == '{') {
		*again = enter_page(s, &why);
		if (*again)
			return TW_OK;
		s->at.depth = 0;
	}
	to = !why && *from == '{' ? skip_record(s, from, &why) : NULL;
	if (to) {
		s->at.p = to;
		return read_record(out, s, from, to, err);
	}
	s->at.is_lost = true;
	return give_fault(out, s, from, why ? why : "is no JSON object");
}

static tw_status json_next(struct record_row *out, struct record_source *base,
			   tw_error *err)
{
	struct json_source *s = (struct json_source *)base;
	tw_status status = s->at.is_lost ? find_line(s, err) : TW_OK;

	if (s->at.is_over)
		return TW_ITER_END;
	while (!status) {
		struct json_place before;
		bool again;

		status = skip_blank(s, err);
		if (status)
			return status;
		look_at(s);
		before = s->at;
		status = step(&again, out, s, err);
		if (status)
			return status;
		/* with more in view it could be something else */
		if (!s->window->is_last && s->end - before.p < RECORD_AHEAD &&
		    (s->at.p >= s->end || (!again && out->fault))) {
			s->at = before;
			status = see_more(s, before.p, err);
		}
		else if (!again) {
			return TW_OK;
		}
	}
	return status;
}

static tw_status json_rewind(struct record_source *base, tw_error *err)
{
	struct json_source *s = (struct json_source *)base;
	tw_status status = tw__window_rewind(s->window, err);

	s->end = s->window->p + s->window->size;
	s->at = (struct json_place){ .p = s->window->p,
		.counted = s->window->p, .line = 1 };
	return status;
}

static void json_free(struct record_source *base)
{
	struct json_source *s = (struct json_source *)base;

	tw__buf_free(&s->name);
	tw__buf_free(&s->leaves.text);
	tw_free(s);
}

static const struct record_source_ops json_ops = {
	json_next, json_rewind, json_free
};

tw_status tw__record_json(struct record_source **out, const tw_cdr_map *map,
			  struct tw__window *window, tw_error *err)
{
	struct json_source *s = tw_calloc(1, sizeof(*s));

	if (!s)
		return tw__fail_oom(err);
	s->base.ops = &json_ops;
	s->map = map;
	s->window = window;
	tw__buf_init(&s->name);
	tw__leaves_open(&s->leaves, map);
	s->end = window->p + window->size;
	s->at = (struct json_place){ .p = window->p, .counted = window->p,
		.line = 1 };
	*out = &s->base;
	return TW_OK;
}
