/**
 * @file src/formats/record_xml.c  Call records out of XML
 *
 * Decides where a record begins: the element that `records` names, else the
 * root of each document of the file. Cells are its elements and attributes by
 * path ("variables.uuid", "callflow.@profile_index"); of those that come
 * again the first counts. Refuses document types, and with them every
 * entity that could grow or read a file; expat does the rest, fed in pieces
 * so that no second copy of the text is made.
 */
/* Debian 13's expat would rather have the 64-bit forms of these, which Debian
 * 12's does not have; a piece is 4 KiB, so that theirs is as good. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include <expat.h>
#include <stdio.h>
#include <string.h>
#include "record.h"

/* expat copies what it is given, and of a file of many documents again for
 * each of them */
#define PIECE     4096u
#define NAMES_MAX 512
#define HEAD      2048u /* of a record that is shown, and of what is not one */
#define DEEP_MAX  4096u /* elements in one another */

struct xml_source {
	struct record_source base;
	const tw_cdr_map *map;
	XML_Parser parser;
	struct tw__window *window;
	bool reading;               /* a document has begun */
	bool is_behind;             /* the last one has ended, at `to` */
	bool is_over;               /* what follows is not read */
	/* places in the text, from its first byte */
	uint64_t view;              /* where it begins */
	uint64_t at;                /* given to the parser so far */
	uint64_t document;          /* where this document begins */
	uint64_t counted;           /* its lines are, up to here .. */
	int64_t inside;             /* .. so many; */
	int64_t lines;              /* and before this document */
	uint64_t quiet;             /* what it told last began here */
	char head[HEAD];            /* of the record, or of the document .. */
	uint64_t head_of;           /* .. that begins here, and was dropped */
	size_t head_size;
	bool suspended, ended;      /* parser; document */
	unsigned int depth, record; /* of elements; where the record is */
	int64_t line;               /* of the record */
	uint64_t from, to;          /* of the record; behind its last tag */
	size_t found;               /* records of this document */
	bool ready, oom, doctype, is_stuck;
	char path[NAMES_MAX];
	size_t path_size[RECORD_DEPTH_MAX + 1];
	size_t value_at[RECORD_DEPTH_MAX + 1];
	struct tw_buf value;        /* text of the elements that are open */
	size_t bytes;               /* of this record */
	char fault[160], broken[400];
	struct record_leaves leaves;
};

static void *xml_alloc(size_t size)
{
	return tw_malloc(size);
}

static void *xml_resize(void *mem, size_t size)
{
	return tw_realloc(mem, size);
}

static void xml_release(void *mem)
{
	tw_free(mem);
}

static void stop(struct xml_source *s, bool for_good)
{
	(void)XML_StopParser(s->parser, for_good ? XML_FALSE : XML_TRUE);
}

static void note(struct xml_source *s, const char *why)
{
	if (!*s->fault)
		snprintf(s->fault, sizeof(s->fault), "%s", why);
}

static void put(struct xml_source *s, struct tw_str path, struct tw_str value)
{
	if (!s->oom && tw__leaves_put(&s->leaves, path, value, NULL))
		s->oom = true;
}

static uint64_t byte_at(const struct xml_source *s)
{
	XML_Index index = XML_GetCurrentByteIndex(s->parser);

	return s->document + (uint64_t)(index < 0 ? 0 : index);
}

static uint64_t end_of(const struct xml_source *s)
{
	return s->view + s->window->size;
}

/* What of a stretch of text is there to be shown. */
static struct tw_str text_of(const struct xml_source *s, uint64_t from,
			     uint64_t to)
{
	if (from >= s->view && from <= end_of(s)) {
		to = to > end_of(s) ? end_of(s) : to;
		return tw__str(&s->window->p[from - s->view], to > from ?
			       (size_t)(to - from) : 0);
	}
	if (from != s->head_of)
		return TW_STR("");
	return tw__str(s->head, to - from < s->head_size ?
		       (size_t)(to - from) : s->head_size);
}

/* Depth within the record; its own element is 0. */
static size_t level(const struct xml_source *s)
{
	return s->depth - s->record;
}

static void begin_record(struct xml_source *s)
{
	s->record = s->depth;
	s->found++;
	s->line = s->lines + (int64_t)XML_GetCurrentLineNumber(s->parser);
	s->from = byte_at(s);
	s->bytes = 0;
	s->fault[0] = '\0';
	s->path_size[0] = 0;
	tw__buf_clear(&s->value);
	tw__leaves_clear(&s->leaves);
}

/* Appends a name to the path of the level above; SIZE_MAX: it is too long. */
static size_t join(struct xml_source *s, size_t size, const char *mark,
		   const char *name)
{
	size_t n = strlen(name), dot = size > 0, m = strlen(mark);

	if (size + dot + m + n > sizeof(s->path)) {
		note(s, "names are longer than 512 bytes together");
		return SIZE_MAX;
	}
	if (dot)
		s->path[size] = '.';
	memcpy(&s->path[size + dot], mark, m);
	memcpy(&s->path[size + dot + m], name, n);
	return size + dot + m + n;
}

static void XMLCALL on_start(void *arg, const XML_Char *name,
			     const XML_Char **attributes)
{
	struct xml_source *s = arg;
	bool inside = s->record > 0;
	size_t here;

	s->quiet = byte_at(s);
	if (++s->depth > DEEP_MAX)
		stop(s, true);
	if (!inside && (s->map->records ? strcmp(name, s->map->records) == 0 :
			s->depth == 1))
		begin_record(s);
	if (!s->record)
		return;
	here = level(s);
	if (here > RECORD_DEPTH_MAX) {
		note(s, "nests deeper than 64 elements");
		return;
	}
	if (here) {
		size_t size = join(s, s->path_size[here - 1], "", name);

		s->path_size[here] = size == SIZE_MAX ?
			s->path_size[here - 1] : size;
	}
	s->value_at[here] = s->value.size;
	for (; attributes[0]; attributes += 2) {
		size_t size = join(s, s->path_size[here], "@", attributes[0]);

		if (size != SIZE_MAX)
			put(s, tw__str(s->path, size),
			    tw__str_of(attributes[1]));
	}
}

static void XMLCALL on_text(void *arg, const XML_Char *text, int length)
{
	struct xml_source *s = arg;

	s->quiet = byte_at(s);
	if (!s->record || level(s) > RECORD_DEPTH_MAX || length <= 0)
		return;
	s->bytes += (size_t)length;
	if (s->bytes > RECORD_BYTES_MAX)
		note(s, "record is longer than 1 MiB");
	else if (tw__buf_append(&s->value, text, (size_t)length))
		s->oom = true;
}

/* The path of an element that is open: names of levels below it have
 * overwritten nothing of it. */
static void XMLCALL on_end(void *arg, const XML_Char *name)
{
	struct xml_source *s = arg;
	size_t here = s->record ? level(s) : 0;

	(void)name;
	s->quiet = byte_at(s);
	s->depth--;
	s->to = byte_at(s) + (uint64_t)XML_GetCurrentByteCount(s->parser);
	if (s->record && here <= RECORD_DEPTH_MAX) {
		size_t from = s->value_at[here];

		if (here && !s->oom)
			put(s, tw__str(s->path, s->path_size[here]),
			    tw__str(s->value.data ? &s->value.data[from] : "",
				    s->value.size - from));
		if (s->value.data)
			s->value.size = from;
	}
	if (s->record && s->depth < s->record) {
		s->record = 0;
		s->ready = true;
	}
	s->ended = s->depth == 0;
	if (s->ready || s->ended || s->oom)
		stop(s, s->ended || s->oom);
}

static void XMLCALL on_doctype(void *arg, const XML_Char *name,
			       const XML_Char *system, const XML_Char *public,
			       int internal)
{
	struct xml_source *s = arg;

	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	s->doctype = true;
	stop(s, true);
}

static bool open_parser(struct xml_source *s)
{
	static const XML_Memory_Handling_Suite memory = { xml_alloc,
		xml_resize, xml_release };

	/* the text was brought to UTF-8, whatever its first line says; a
	 * reset keeps what the parser has allocated, and a file may hold a
	 * document for each call */
	if (s->parser && !XML_ParserReset(s->parser, NULL))
		return false;
	if (!s->parser)
		s->parser = XML_ParserCreate_MM(NULL, &memory, NULL);
	/* not by the two above: a reset hides that it had no memory */
	if (!s->parser || XML_SetEncoding(s->parser, "UTF-8") !=
	    XML_STATUS_OK)
		return false;
	s->reading = true;
	s->quiet = s->at;
	XML_SetUserData(s->parser, s);
	XML_SetElementHandler(s->parser, on_start, on_end);
	XML_SetCharacterDataHandler(s->parser, on_text);
	XML_SetStartDoctypeDeclHandler(s->parser, on_doctype);
	/* a fixed salt: there is no table of ours in it that could be
	 * filled from outside, and two readings must not differ */
	(void)XML_SetHashSalt(s->parser, 0x7477u);
	s->depth = s->record = 0;
	s->found = 0;
	s->suspended = s->ended = s->ready = false;
	return true;
}

/* ---- what is in view ---- */

static void count_lines(struct xml_source *s, uint64_t to)
{
	for (; s->counted < to; s->counted++)
		s->inside += s->window->p[s->counted - s->view] == '\n';
}

/* How what is dropped began, where somebody will look at it. */
static void keep_head(struct xml_source *s, uint64_t of)
{
	if (of < s->view || of >= end_of(s))
		return;
	s->head_size = (size_t)(end_of(s) - of) < HEAD ?
		(size_t)(end_of(s) - of) : HEAD;
	s->head_of = of;
	memcpy(s->head, &s->window->p[of - s->view], s->head_size);
}

/* All of a record stays in view, but of one that is too long. */
static tw_status see_more(struct xml_source *s, uint64_t from, tw_error *err)
{
	tw_status status;

	if (s->record && s->from >= s->view &&
	    end_of(s) - s->from < RECORD_AHEAD)
		from = s->from;
	else if (!s->record && s->document >= s->view &&
		 end_of(s) - s->document < HEAD)
		from = s->document;
	count_lines(s, from);
	/* who is shown the head of another record lets go of it first */
	if (s->window->moving)
		status = s->window->moving(s->window->moving_arg, err);
	else
		status = TW_OK;
	if (status)
		return status;
	if (s->record && from > s->from)
		keep_head(s, s->from);
	else if (!s->record && from > s->document)
		keep_head(s, s->document);
	status = tw__window_more(s->window, (size_t)(from - s->view), err);
	s->view = status ? s->view : from;
	return status;
}

/* Behind what the parser has told: the rest may be half an element. */
static uint64_t begun(const struct xml_source *s)
{
	return s->quiet > s->view ? s->quiet : s->view;
}

/* Behind `at`, where the next document begins, if one does. */
static tw_status next_document(struct xml_source *s, uint64_t at,
			       tw_error *err)
{
	tw_status status = TW_OK;

	count_lines(s, at);
	while (!status) {
		for (; at < end_of(s); at++) {
			char c = s->window->p[at - s->view];

			if (!c || !strchr(" \t\r\n", c))
				break;
		}
		count_lines(s, at);
		if (at < end_of(s) || s->window->is_last)
			break;
		s->document = at;
		status = see_more(s, at, err);
	}
	s->lines += s->inside;
	s->inside = 0;
	s->document = s->at = s->counted = at;
	s->reading = s->is_behind = false;
	return status;
}

/* One go of the parser: to the next stop, or the end of a piece. What it
 * cannot tell the end of it looks at from its beginning with every piece, so
 * they get longer meanwhile. */
static enum XML_Status go_on(struct xml_source *s)
{
	const uint64_t end = end_of(s);
	size_t left = (size_t)(end - s->at);
	size_t piece = (size_t)(s->at - s->quiet);
	enum XML_Status status;

	if (piece > RECORD_AHEAD / 2)
		piece = RECORD_AHEAD + 1 - piece;
	piece = piece < PIECE ? PIECE : piece;
	piece = piece < left ? piece : left;
	if (s->suspended) {
		status = XML_ResumeParser(s->parser);
	}
	else {
		s->at += piece;
		status = XML_Parse(s->parser,
			&s->window->p[s->at - piece - s->view], (int)piece,
			s->at == end && s->window->is_last);
	}
	s->suspended = status == XML_STATUS_SUSPENDED;
	return status;
}

static tw_status give(struct record_row *out, struct xml_source *s)
{
	s->ready = false;
	out->line = s->line;
	out->text = text_of(s, s->from, s->to);
	out->fault = *s->fault ? s->fault : NULL;
	tw__leaves_row(out, &s->leaves);
	return TW_OK;
}

/* A document of something else, said so that it is not lost in silence. */
static tw_status give_nothing(struct record_row *out, struct xml_source *s)
{
	out->line = s->lines + 1;
	out->text = text_of(s, s->document, s->to - s->document > 400 ?
			    s->document + 400 : s->to);
	snprintf(s->fault, sizeof(s->fault), "the document has no element "
		 "'%.60s'", s->map->records);
	out->fault = s->fault;
	return TW_OK;
}

/* The next prolog from `from` on. A second one is where the next document
 * begins, or is itself what was not expected. */
static tw_status find_document(bool *found, struct xml_source *s,
			       uint64_t from, tw_error *err)
{
	const uint64_t first = s->document;
	tw_status status = TW_OK;

	*found = false;
	while (!status) {
		const char *p = &s->window->p[from - s->view];
		const char *end = s->window->p + s->window->size;

		while (p < end && (p = memchr(p, '<', (size_t)(end - p)))) {
			if (end - p < 5 || memcmp(p, "<?xml", 5) == 0)
				break;
			p++;
		}
		from = p && p < end ? s->view + (uint64_t)(p -
			s->window->p) : end_of(s);
		*found = p && end - p >= 5 && from != first;
		if (*found || (p && end - p >= 5) || s->window->is_last)
			break;
		status = see_more(s, from, err);
	}
	s->to = from;
	return status;
}

static void say_broken(struct xml_source *s, enum XML_Error code, bool more)
{
	const char *why = s->depth > DEEP_MAX ? "elements nest too deep" :
		s->is_stuck ? "something in it is longer than 4 MiB" :
		XML_ErrorString(code);

	snprintf(s->fault, sizeof(s->fault), s->doctype ? "declares a "
		 "document type, which could hide anything; remove it%s%s" :
		 "is no XML: %s%s", s->doctype ? "" : why,
		 more ? "" : "; what follows is not read");
}

/* Malformed here. Another document may follow that is sound. */
static tw_status give_broken(struct record_row *out, struct xml_source *s,
			     tw_error *err)
{
	enum XML_Error code = XML_GetErrorCode(s->parser);
	uint64_t at = byte_at(s), left;
	struct tw_str text;
	bool more = false;
	tw_status status;

	at = at > end_of(s) ? end_of(s) : at;
	out->line = s->record ? s->line :
		s->lines + (int64_t)XML_GetCurrentLineNumber(s->parser);
	left = s->record ? s->from : at;
	text = text_of(s, left, at - left > 400 ? left + 400 : at);
	memcpy(s->broken, text.p, text.l);
	out->text = tw__str(s->broken, text.l);
	s->record = 0;
	status = find_document(&more, s, at < s->view ? s->view : at, err);
	if (status)
		return status;
	say_broken(s, code, more);
	s->doctype = s->is_stuck = false;
	out->fault = s->fault;
	s->is_behind = true;
	s->is_over = !more;
	return TW_OK;
}

static tw_status xml_next(struct record_row *out, struct record_source *base,
			  tw_error *err)
{
	struct xml_source *s = (struct xml_source *)base;

	for (;;) {
		enum XML_Status status;
		tw_status status_of = TW_OK;

		if (s->is_behind)
			status_of = next_document(s, s->to, err);
		if (status_of)
			return status_of;
		if (s->is_over || (!s->reading && s->at >= end_of(s)))
			return TW_ITER_END;
		if (!s->reading && !open_parser(s))
			return tw__fail_oom(err);
		status = go_on(s);
		if (s->oom || (status == XML_STATUS_ERROR &&
		    XML_GetErrorCode(s->parser) == XML_ERROR_NO_MEMORY))
			return tw__fail_oom(err);
		if (s->ready || s->ended) {
			bool none = s->ended && !s->found;

			s->is_behind = s->ended;
			status_of = s->ready ? give(out, s) : none ?
				give_nothing(out, s) : TW_ENOTFOUND;
			if (status_of == TW_OK)
				return TW_OK;
		}
		else if (status == XML_STATUS_ERROR) {
			return give_broken(out, s, err);
		}
		else if (!s->suspended && s->at - s->quiet > RECORD_AHEAD) {
			s->is_stuck = true;
			return give_broken(out, s, err);
		}
		else if (!s->suspended && s->at == end_of(s)) {
			status_of = s->window->is_last ?
				next_document(s, s->at, err) :
				see_more(s, begun(s), err);
			if (status_of)
				return status_of;
		}
	}
}

static tw_status begin(struct xml_source *s, tw_error *err)
{
	s->lines = s->inside = 0;
	s->view = s->document = s->counted = 0;
	s->head_of = UINT64_MAX;
	s->record = 0;
	s->doctype = s->oom = s->is_over = s->is_stuck = false;
	return next_document(s, 0, err);
}

static tw_status xml_rewind(struct record_source *base, tw_error *err)
{
	struct xml_source *s = (struct xml_source *)base;
	tw_status status = tw__window_rewind(s->window, err);

	return status ? status : begin(s, err);
}

static void xml_free(struct record_source *base)
{
	struct xml_source *s = (struct xml_source *)base;

	if (s->parser)
		XML_ParserFree(s->parser);
	tw__buf_free(&s->value);
	tw__buf_free(&s->leaves.text);
	tw_free(s);
}

static const struct record_source_ops xml_ops = {
	xml_next, xml_rewind, xml_free
};

tw_status tw__record_xml(struct record_source **out, const tw_cdr_map *map,
			 struct tw__window *window, tw_error *err)
{
	struct xml_source *s = tw_calloc(1, sizeof(*s));

	if (!s)
		return tw__fail_oom(err);
	s->base.ops = &xml_ops;
	s->map = map;
	s->window = window;
	tw__buf_init(&s->value);
	tw__leaves_open(&s->leaves, map);
	*out = &s->base;
	return begin(s, err);
}
