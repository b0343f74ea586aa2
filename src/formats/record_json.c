/**
 * @file src/formats/record_json.c  Call records out of JSON
 *
 * Decides where a record begins: an element of a list, a line, an object
 * behind another. Lists may stand in pages (`records` is the path to the list
 * of each). Brackets and quotes find a record's end first, so that one which
 * is no JSON costs itself and not the rest. Refuses to hold more than one
 * record beside the text, and to go on in silence where the text is broken.
 */
#include <stdio.h>
#include <string.h>
#include "json.h"
#include "record.h"

#define PATH_MAX_DEPTH 16

struct json_source {
	struct record_source base;
	const tw_cdr_map *map;
	char *text;
	const char *p, *end;
	const char *counted;        /* lines are counted up to here */
	int64_t line;
	bool in_list, in_pages;
	size_t depth;               /* objects around the list */
	char fault[160];
	struct tw_buf name;
	struct record_leaves leaves;
};

static const char why_no_list[] = "the page has no list where `records` "
	"says";

static int64_t line_at(struct json_source *s, const char *p)
{
	for (; s->counted < p; s->counted++)
		s->line += *s->counted == '\n';
	return s->line;
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
	s->p = s->end;
	s->in_list = s->in_pages = false;
	s->depth = 0;
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

/* Into the list of the page at s->p; false: *why. */
static bool enter_page(struct json_source *s, const char **why)
{
	const char *path = s->map->records, *p = s->p, *close;

	s->depth = 0;
	for (;;) {
		size_t n = strcspn(path, ".");

		*why = why_no_list;
		if (p >= s->end || *p != '{' || s->depth == PATH_MAX_DEPTH)
			return false;
		p = find_name(s, p + 1, tw__str(path, n), &close, why);
		if (close)
			*why = why_no_list;
		if (!p)
			return false;
		s->depth++;
		if (!path[n])
			break;
		path += n + 1;
	}
	*why = why_no_list;
	if (p >= s->end || *p != '[')
		return false;
	s->p = p + 1;
	s->in_list = true;
	return true;
}

/* Out of the objects around a list that has ended. */
static bool leave_page(struct json_source *s, const char **why)
{
	for (; s->depth; s->depth--) {
		const char *close;

		(void)find_name(s, s->p, tw__str("", 0), &close, why);
		if (!close)
			return false;
		s->p = close + 1;
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

/* A line that begins a record, where one that went before is broken. */
static void next_line(struct json_source *s, const char *from)
{
	const char *p = from;

	while (p < s->end && (p = memchr(p, '\n', (size_t)(s->end - p)))) {
		p++;
		if (p < s->end && (*p == '{' || *p == '['))
			break;
	}
	s->p = p ? p : s->end;
}

static tw_status next_in_list(struct record_row *out, struct json_source *s,
			      tw_error *err)
{
	const char *from = tw__json_blank(s->p, s->end), *to, *why = NULL;
	tw_status status;

	if (from >= s->end)
		return give_up(out, s, from, "the text ends within its list; "
			       "was the file cut off?");
	to = tw__json_skip(from, s->end, &why);
	if (!to)
		return give_up(out, s, from, why);
	s->p = tw__json_blank(to, s->end);
	if (s->p < s->end && *s->p != ',' && *s->p != ']')
		return give_up(out, s, from, "a comma or closing bracket is "
			       "missing behind this record");
	status = read_record(out, s, from, to, err);
	if (s->p < s->end && *s->p == ',')
		s->p++;
	return status;
}

/* Ends lists and pages. TW_ENOTFOUND: a record or page begins here. */
static tw_status between(struct record_row *out, struct json_source *s)
{
	const char *why = NULL;

	for (;;) {
		s->p = tw__json_blank(s->p, s->end);
		if (s->in_list && s->p < s->end && *s->p == ']') {
			s->in_list = false;
			s->p++;
			if (!leave_page(s, &why))
				return give_up(out, s, s->p, why);
		}
		else if (s->in_pages && s->p < s->end &&
			 (*s->p == ',' || *s->p == ']')) {
			s->in_pages = *s->p++ == ',';
		}
		else if (!s->in_list && !s->in_pages && s->p < s->end &&
			 *s->p == '[') {
			s->p++;
			s->in_pages = s->map->records != NULL;
			s->in_list = !s->in_pages;
		}
		else {
			return TW_ENOTFOUND;
		}
	}
}

static tw_status json_next(struct record_row *out, struct record_source *base,
			   tw_error *err)
{
	struct json_source *s = (struct json_source *)base;
	const char *from, *to, *why = NULL;
	tw_status status;

	for (;;) {
		status = between(out, s);
		if (status != TW_ENOTFOUND)
			return status;
		if (s->in_list)
			return next_in_list(out, s, err);
		if (s->p >= s->end)
			return TW_ITER_END;
		from = s->p;
		if (!s->map->records || *from != '{')
			break;
		if (enter_page(s, &why))
			continue;
		s->depth = 0;
		next_line(s, from);
		return give_fault(out, s, from, why);
	}
	to = *from == '{' ? tw__json_skip(from, s->end, &why) : NULL;
	if (to) {
		s->p = to;
		return read_record(out, s, from, to, err);
	}
	next_line(s, from);
	return give_fault(out, s, from, why ? why : "is no JSON object");
}

static tw_status json_rewind(struct record_source *base, tw_error *err)
{
	struct json_source *s = (struct json_source *)base;

	(void)err;
	s->p = s->counted = s->text;
	s->line = 1;
	s->in_list = s->in_pages = false;
	s->depth = 0;
	return TW_OK;
}

static void json_free(struct record_source *base)
{
	struct json_source *s = (struct json_source *)base;

	tw__buf_free(&s->name);
	tw__buf_free(&s->leaves.text);
	tw_free(s->text);
	tw_free(s);
}

static const struct record_source_ops json_ops = {
	json_next, json_rewind, json_free
};

tw_status tw__record_json(struct record_source **out, const tw_cdr_map *map,
			  char *text, size_t size, tw_error *err)
{
	struct json_source *s = tw_calloc(1, sizeof(*s));

	if (!s) {
		tw_free(text);
		return tw__fail_oom(err);
	}
	s->base.ops = &json_ops;
	s->map = map;
	s->text = text;
	s->end = text + size;
	tw__buf_init(&s->name);
	tw__leaves_open(&s->leaves, map);
	(void)json_rewind(&s->base, err);
	*out = &s->base;
	return TW_OK;
}
