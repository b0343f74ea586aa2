/**
 * @file src/formats/json.c  JSON text as leaves with a path
 *
 * Decides what is JSON: RFC 8259 and nothing else, so NaN, comments and
 * trailing commas are told as what they are. Depth is bounded by a counter.
 */
#include <string.h>
#include "json.h"

static const char why_deep[] = "nests deeper than 64 values";
const char tw__json_ends[] = "the text ends within a record; was the file "
	"cut off?";
static const char why_close[] = "a bracket closes what it did not open";
static const char why_word[] = "NaN, Infinity and bare words are no JSON; "
	"write null or a number";
static const char why_number[] = "a number is not written as JSON has it; "
	"write -1.5";
static const char why_comma[] = "a comma or closing bracket is missing";
static const char why_name[] = "a name in quotes and a colon are missing";
static const char why_control[] = "a string holds a raw control character or "
	"is not closed; write \\n";
static const char why_escape[] = "a string holds an escape that JSON has not";
static const char why_half[] = "a string holds half a character (\\ud8..)";
static const char why_nul[] = "a string holds \\u0000; remove it";
static const char why_path[] = "names are longer than 512 bytes together";
static const char why_rest[] = "something follows the record";

const char *tw__json_blank(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' ||
			   *p == '\r'))
		p++;
	return p;
}

/* Behind the string that opens at p, or NULL at the end. */
static const char *skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++) {
		if (*p == '\\')
			p++;
	}
	return p < end ? p + 1 : NULL;
}

static const char *skip_word(const char *p, const char *end)
{
	while (p < end && !strchr(",]} \t\r\n:[{\"", *p))
		p++;
	return p;
}

const char *tw__json_skip(const char *p, const char *end, const char **why)
{
	char open[JSON_DEPTH_MAX];
	size_t depth = 0;

	*why = tw__json_ends;
	while (p && p < end) {
		if (*p == '"') {
			p = skip_string(p, end);
		}
		else if (*p == '{' || *p == '[') {
			if (depth == JSON_DEPTH_MAX) {
				*why = why_deep;
				return NULL;
			}
			open[depth++] = *p++ == '{' ? '}' : ']';
			continue;
		}
		else if (*p == '}' || *p == ']') {
			if (!depth || open[--depth] != *p) {
				*why = why_close;
				return NULL;
			}
			p++;
		}
		else if (depth) {
			p++;
			continue;
		}
		else {
			const char *after = skip_word(p, end);

			return after == p ? p + 1 : after;
		}
		if (!depth)
			return p;
	}
	return NULL;
}

/* ---- strings ---- */

static bool hex4(uint32_t *out, const char *p, const char *end)
{
	uint32_t value = 0;

	if (end - p < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		char c = p[i], low = (char)(c | 0x20);

		if (c >= '0' && c <= '9')
			value = value << 4 | (uint32_t)(c - '0');
		else if (low >= 'a' && low <= 'f')
			value = value << 4 | (uint32_t)(low - 'a' + 10);
		else
			return false;
	}
	*out = value;
	return true;
}

static tw_status put_code(struct tw_buf *out, uint32_t code)
{
	unsigned char b[4];
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--) {
		b[i] = (unsigned char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	b[0] = (unsigned char)(n == 1 ? code : (0xf00 >> n & 0xff) | code);
	return tw__buf_append(out, b, n);
}

/* Behind "\\uXXXX" with its second half, or NULL with a reason. */
static const char *put_unicode(struct tw_buf *out, const char *p,
			       const char *end, const char **why)
{
	uint32_t code, low = 0;

	*why = why_escape;
	if (!hex4(&code, p, end))
		return NULL;
	p += 4;
	if (code >= 0xd800 && code <= 0xdbff && end - p >= 6 &&
	    p[0] == '\\' && p[1] == 'u' && hex4(&low, p + 2, end) &&
	    low >= 0xdc00 && low <= 0xdfff) {
		code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
		p += 6;
	}
	*why = code ? why_half : why_nul;
	if (!code || (code >= 0xd800 && code <= 0xdfff))
		return NULL;
	*why = NULL;
	return put_code(out, code) ? NULL : p;
}

static const char *put_escape(struct tw_buf *out, const char *p,
			      const char *end, const char **why)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (p < end && *p == 'u')
		return put_unicode(out, p + 1, end, why);
	found = p < end && *p ? strchr(from, *p) : NULL;
	*why = why_escape;
	if (!found)
		return NULL;
	*why = NULL;
	return tw__buf_append(out, &to[found - from], 1) ? NULL : p + 1;
}

const char *tw__json_string(struct tw_buf *out, const char *p,
			    const char *end, const char **why)
{
	tw__buf_clear(out);
	p++;
	for (;;) {
		const char *from = p;

		while (p < end && *p != '"' && *p != '\\' &&
		       (unsigned char)*p >= 0x20)
			p++;
		*why = NULL;
		if (p > from && tw__buf_append(out, from,
					       (size_t)(p - from)))
			return NULL;
		if (p < end && *p == '"')
			return p + 1;
		if (p >= end || *p != '\\') {
			*why = why_control;
			return NULL;
		}
		p = put_escape(out, p + 1, end, why);
		if (!p)
			return NULL;
	}
}

/* ---- leaves ---- */

struct walk {
	const char *end;
	const char *why;        /* NULL with a failure: no memory */
	json_leaf_fn leaf;
	void *arg;
	struct tw_buf text;
	char path[JSON_PATH_MAX];
	size_t path_size;
	int depth;
};

static const char *fail(struct walk *w, const char *why)
{
	w->why = why;
	return NULL;
}

/* Appends a name; the size before it undoes it. */
static bool enter(struct walk *w, struct tw_str name)
{
	size_t dot = w->path_size > 0;

	if (w->path_size + dot + name.l > sizeof(w->path)) {
		w->why = why_path;
		return false;
	}
	if (dot)
		w->path[w->path_size++] = '.';
	if (name.l)
		memcpy(&w->path[w->path_size], name.p, name.l);
	w->path_size += name.l;
	return true;
}

static const char *walk_value(struct walk *w, const char *p);

static const char *walk_object(struct walk *w, const char *p)
{
	size_t before = w->path_size;

	p = tw__json_blank(p + 1, w->end);
	if (p < w->end && *p == '}')
		return p + 1;
	for (;;) {
		if (p >= w->end || *p != '"')
			return fail(w, why_name);
		p = tw__json_string(&w->text, p, w->end, &w->why);
		if (!p)
			return NULL;
		if (!enter(w, tw__str(w->text.data, w->text.size)))
			return NULL;
		p = tw__json_blank(p, w->end);
		if (p >= w->end || *p != ':')
			return fail(w, why_name);
		p = walk_value(w, tw__json_blank(p + 1, w->end));
		if (!p)
			return NULL;
		w->path_size = before;
		p = tw__json_blank(p, w->end);
		if (p < w->end && *p == '}')
			return p + 1;
		if (p >= w->end || *p != ',')
			return fail(w, why_comma);
		p = tw__json_blank(p + 1, w->end);
	}
}

static size_t put_index(char out[12], uint32_t index)
{
	char back[12];
	size_t n = 0;

	do {
		back[n++] = (char)('0' + index % 10);
		index /= 10;
	} while (index);
	for (size_t i = 0; i < n; i++)
		out[i] = back[n - 1 - i];
	return n;
}

static const char *walk_array(struct walk *w, const char *p)
{
	size_t before = w->path_size;

	p = tw__json_blank(p + 1, w->end);
	if (p < w->end && *p == ']')
		return p + 1;
	for (uint32_t i = 0;; i++) {
		char name[12];

		if (!enter(w, tw__str(name, put_index(name, i))))
			return NULL;
		p = walk_value(w, p);
		if (!p)
			return NULL;
		w->path_size = before;
		p = tw__json_blank(p, w->end);
		if (p < w->end && *p == ']')
			return p + 1;
		if (p >= w->end || *p != ',')
			return fail(w, why_comma);
		p = tw__json_blank(p + 1, w->end);
	}
}

static const char *digits(const char *p, const char *end)
{
	const char *from = p;

	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p > from ? p : NULL;
}

/* -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)? */
static bool is_number(const char *p, const char *end)
{
	if (p < end && *p == '-')
		p++;
	if (p + 1 < end && *p == '0' && p[1] >= '0' && p[1] <= '9')
		return false;
	p = digits(p, end);
	if (p && p < end && *p == '.')
		p = digits(p + 1, end);
	if (p && p < end && (*p | 0x20) == 'e') {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		p = digits(p, end);
	}
	return p == end;
}

static const char *give(struct walk *w, struct tw_str value, const char *after)
{
	return w->leaf(tw__str(w->path, w->path_size), value, &w->why,
		       w->arg) ? after : NULL;
}

static const char *walk_word(struct walk *w, const char *p)
{
	const char *after = skip_word(p, w->end);
	struct tw_str word = tw__str(p, (size_t)(after - p));

	if (tw__str_eq(word, "null"))
		return after;
	if (!tw__str_eq(word, "true") && !tw__str_eq(word, "false") &&
	    !is_number(p, after))
		return fail(w, word.l && strchr("-+.0123456789", *p) ?
			    why_number : why_word);
	return give(w, word, after);
}

static const char *walk_value(struct walk *w, const char *p)
{
	const char *after;

	if (p >= w->end)
		return fail(w, tw__json_ends);
	if (*p == '"') {
		after = tw__json_string(&w->text, p, w->end, &w->why);
		return after ? give(w, tw__str(w->text.data, w->text.size),
				    after) : NULL;
	}
	if (*p != '{' && *p != '[')
		return walk_word(w, p);
	if (w->depth == JSON_DEPTH_MAX)
		return fail(w, why_deep);
	w->depth++;
	after = *p == '{' ? walk_object(w, p) : walk_array(w, p);
	w->depth--;
	return after;
}

tw_status tw__json_leaves(const char *p, const char *end, json_leaf_fn leaf,
			  void *arg, const char **why)
{
	struct walk *w = tw_calloc(1, sizeof(*w));

	*why = NULL;
	if (!w)
		return TW_ENOMEM;
	w->end = end;
	w->leaf = leaf;
	w->arg = arg;
	tw__buf_init(&w->text);
	p = walk_value(w, tw__json_blank(p, end));
	if (p && tw__json_blank(p, end) != end)
		p = fail(w, why_rest);
	*why = w->why;
	tw__buf_free(&w->text);
	tw_free(w);
	return p ? TW_OK : *why ? TW_EPARSE : TW_ENOMEM;
}
