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

struct xml_source {
	struct record_source base;
	const tw_cdr_map *map;
	XML_Parser parser;
	bool reading;               /* a document has begun */
	char *text;
	size_t size, at;            /* given to the parser so far */
	size_t document;            /* where this document begins */
	int64_t lines;              /* before this document */
	bool suspended, ended;      /* parser; document */
	unsigned int depth, record; /* of elements; where the record is */
	int64_t line;               /* of the record */
	size_t from, to;            /* of the record; behind its last tag */
	size_t found;               /* records of this document */
	bool ready, oom, doctype;
	char path[NAMES_MAX];
	size_t path_size[RECORD_DEPTH_MAX + 1];
	size_t value_at[RECORD_DEPTH_MAX + 1];
	struct tw_buf value;        /* text of the elements that are open */
	size_t bytes;               /* of this record */
	char fault[160];
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

static size_t byte_at(const struct xml_source *s)
{
	XML_Index index = XML_GetCurrentByteIndex(s->parser);

	return s->document + (size_t)(index < 0 ? 0 : index);
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

	s->depth++;
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
	s->depth--;
	s->to = byte_at(s) + (size_t)XML_GetCurrentByteCount(s->parser);
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

/* Behind `at`, where the next document begins, if one does. */
static void next_document(struct xml_source *s, size_t at)
{
	for (size_t i = s->document; i < at; i++)
		s->lines += s->text[i] == '\n';
	while (at < s->size && strchr(" \t\r\n", s->text[at])) {
		if (!s->text[at])
			break;
		s->lines += s->text[at] == '\n';
		at++;
	}
	s->document = s->at = at;
	s->reading = false;
}

/* One go of the parser: to the next stop, or the end of a piece. */
static enum XML_Status go_on(struct xml_source *s)
{
	size_t left = s->size - s->at;
	size_t piece = left > PIECE ? PIECE : left;
	enum XML_Status status;

	if (s->suspended) {
		status = XML_ResumeParser(s->parser);
	}
	else {
		s->at += piece;
		status = XML_Parse(s->parser, &s->text[s->at - piece],
				   (int)piece, s->at == s->size);
	}
	s->suspended = status == XML_STATUS_SUSPENDED;
	return status;
}

static tw_status give(struct record_row *out, struct xml_source *s)
{
	s->ready = false;
	out->line = s->line;
	out->text = tw__str(&s->text[s->from], s->to - s->from);
	out->fault = *s->fault ? s->fault : NULL;
	tw__leaves_row(out, &s->leaves);
	return TW_OK;
}

/* A document of something else, said so that it is not lost in silence. */
static tw_status give_nothing(struct record_row *out, struct xml_source *s)
{
	out->line = s->lines + 1;
	out->text = tw__str(&s->text[s->document], s->to - s->document > 400 ?
			    400 : s->to - s->document);
	snprintf(s->fault, sizeof(s->fault), "the document has no element "
		 "'%.60s'", s->map->records);
	out->fault = s->fault;
	return TW_OK;
}

static const char *find_document(const char *p, const char *end)
{
	while (p < end && (p = memchr(p, '<', (size_t)(end - p)))) {
		if (end - p >= 5 && memcmp(p, "<?xml", 5) == 0)
			return p;
		p++;
	}
	return NULL;
}

/* Malformed here. Another document may follow that is sound. */
static tw_status give_broken(struct record_row *out, struct xml_source *s)
{
	enum XML_Error code = XML_GetErrorCode(s->parser);
	size_t at = byte_at(s), left;
	const char *more;

	at = at > s->size ? s->size : at;
	out->line = s->record ? s->line :
		s->lines + (int64_t)XML_GetCurrentLineNumber(s->parser);
	left = s->record ? s->from : at;
	out->text = tw__str(&s->text[left], at - left > 400 ? 400 :
			    at - left);
	/* a second prolog is where the next document begins, or is itself
	 * what was not expected */
	more = find_document(&s->text[at], &s->text[s->size]);
	if (more == &s->text[s->document])
		more = NULL;
	snprintf(s->fault, sizeof(s->fault), s->doctype ? "declares a "
		 "document type, which could hide anything; remove it%s%s" :
		 "is no XML: %s%s", s->doctype ? "" : XML_ErrorString(code),
		 more ? "" : "; what follows is not read");
	s->doctype = false;
	out->fault = s->fault;
	next_document(s, more ? (size_t)(more - s->text) : s->size);
	return TW_OK;
}

static tw_status xml_next(struct record_row *out, struct record_source *base,
			  tw_error *err)
{
	struct xml_source *s = (struct xml_source *)base;

	for (;;) {
		enum XML_Status status;
		tw_status status_of;

		if (!s->reading && s->at >= s->size)
			return TW_ITER_END;
		if (!s->reading && !open_parser(s))
			return tw__fail_oom(err);
		status = go_on(s);
		if (s->oom || (status == XML_STATUS_ERROR &&
		    XML_GetErrorCode(s->parser) == XML_ERROR_NO_MEMORY))
			return tw__fail_oom(err);
		if (s->ready || s->ended) {
			bool none = s->ended && !s->found;

			status_of = s->ready ? give(out, s) : none ?
				give_nothing(out, s) : TW_ENOTFOUND;
			if (s->ended)
				next_document(s, s->to);
			if (status_of == TW_OK)
				return TW_OK;
		}
		else if (status == XML_STATUS_ERROR) {
			return give_broken(out, s);
		}
		else if (!s->suspended && s->at == s->size) {
			next_document(s, s->size);
		}
	}
}

static tw_status xml_rewind(struct record_source *base, tw_error *err)
{
	struct xml_source *s = (struct xml_source *)base;

	(void)err;
	s->lines = 0;
	s->document = 0;
	s->doctype = s->oom = false;
	next_document(s, 0);
	return TW_OK;
}

static void xml_free(struct record_source *base)
{
	struct xml_source *s = (struct xml_source *)base;

	if (s->parser)
		XML_ParserFree(s->parser);
	tw__buf_free(&s->value);
	tw__buf_free(&s->leaves.text);
	tw_free(s->text);
	tw_free(s);
}

static const struct record_source_ops xml_ops = {
	xml_next, xml_rewind, xml_free
};

tw_status tw__record_xml(struct record_source **out, const tw_cdr_map *map,
			 char *text, size_t size, tw_error *err)
{
	struct xml_source *s = tw_calloc(1, sizeof(*s));

	if (!s) {
		tw_free(text);
		return tw__fail_oom(err);
	}
	s->base.ops = &xml_ops;
	s->map = map;
	s->text = text;
	s->size = size;
	tw__buf_init(&s->value);
	tw__leaves_open(&s->leaves, map);
	(void)xml_rewind(&s->base, err);
	*out = &s->base;
	return TW_OK;
}
