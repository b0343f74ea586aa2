/**
 * @file src/base/buf.c  Growing byte strings and arrays
 *
 * Decides how memory grows and that a failed append poisons the rest.
 * Refuses to know where the bytes go.
 */
#include <stdio.h>
#include <string.h>
#include "base.h"

tw_status tw__grow(void **mem, size_t *capacity, size_t want, size_t size)
{
	size_t next = *capacity, bytes;
	void *grown;

	if (want <= *capacity)
		return TW_OK;
	if (next == 0)
		next = 8;
	while (next < want) {
		if (next > SIZE_MAX / 2)
			return TW_ENOMEM;
		next *= 2;
	}
	if (__builtin_mul_overflow(next, size, &bytes))
		return TW_ENOMEM;
	grown = tw_realloc(*mem, bytes);
	if (!grown)
		return TW_ENOMEM;
	*mem = grown;
	*capacity = next;
	return TW_OK;
}

void tw__buf_init(struct tw_buf *buf)
{
	memset(buf, 0, sizeof(*buf));
}

void tw__buf_free(struct tw_buf *buf)
{
	if (!buf)
		return;
	tw_free(buf->data);
	tw__buf_init(buf);
}

void tw__buf_clear(struct tw_buf *buf)
{
	buf->size = 0;
	buf->failed = false;
	if (buf->data)
		buf->data[0] = '\0';
}

void tw__buf_cut(struct tw_buf *buf, size_t size)
{
	buf->size = size;
	buf->failed = false;
	if (buf->data)
		buf->data[size] = '\0';
}

/* Room for size more bytes and the terminator. */
static tw_status reserve(struct tw_buf *buf, size_t size)
{
	void *mem = buf->data;
	size_t want;

	if (buf->failed)
		return TW_ENOMEM;
	if (__builtin_add_overflow(buf->size, size, &want) ||
	    __builtin_add_overflow(want, 1, &want) ||
	    tw__grow(&mem, &buf->capacity, want, 1)) {
		buf->failed = true;
		return TW_ENOMEM;
	}
	buf->data = mem;
	return TW_OK;
}

tw_status tw__buf_reserve(struct tw_buf *buf, size_t size)
{
	tw_status status = reserve(buf, size);

	if (!status)
		buf->data[buf->size] = '\0';
	return status;
}

tw_status tw__buf_append(struct tw_buf *buf, const void *data, size_t size)
{
	tw_status status = reserve(buf, size);

	if (status)
		return status;
	if (size > 0)
		memcpy(buf->data + buf->size, data, size);
	buf->size += size;
	buf->data[buf->size] = '\0';
	return TW_OK;
}

tw_status tw__buf_text(struct tw_buf *buf, const char *text)
{
	return tw__buf_append(buf, text, text ? strlen(text) : 0);
}

tw_status tw__buf_printf(struct tw_buf *buf, const char *fmt, ...)
{
	/* most fit into the room that is there: printed once */
	size_t room = buf->failed ? 0 : buf->capacity - buf->size;
	tw_status status;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(room ? buf->data + buf->size : NULL, room, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < room) {
		buf->size += (size_t)n;
		return TW_OK;
	}
	if (room)
		buf->data[buf->size] = '\0';
	if (n < 0) {
		buf->failed = true;
		return TW_ENOMEM;
	}
	status = reserve(buf, (size_t)n);
	if (status)
		return status;
	va_start(ap, fmt);
	vsnprintf(buf->data + buf->size, (size_t)n + 1, fmt, ap);
	va_end(ap);
	buf->size += (size_t)n;
	return TW_OK;
}

/* The escape of one ASCII byte that may not stand in a JSON string. */
static void json_escape(struct tw_buf *buf, unsigned char c)
{
	switch (c) {

	case '"':  tw__buf_text(buf, "\\\""); break;
	case '\\': tw__buf_text(buf, "\\\\"); break;
	case '\n': tw__buf_text(buf, "\\n");  break;
	case '\r': tw__buf_text(buf, "\\r");  break;
	case '\t': tw__buf_text(buf, "\\t");  break;
	default:   tw__buf_printf(buf, "\\u%04x", c); break;
	}
}

tw_status tw__buf_json(struct tw_buf *buf, const char *text)
{
	const char *run = text ? text : "", *p = run;
	size_t left = strlen(p);

	tw__buf_append(buf, "\"", 1);
	while (left > 0) {
		size_t n = tw__utf8_sequence(p, left);
		unsigned char c = (unsigned char)*p;
		bool plain = n > 0 && c >= 0x20 && c != '"' && c != '\\' &&
			c != 0x7f;

		if (!plain) {
			tw__buf_append(buf, run, (size_t)(p - run));
			if (n == 0)
				tw__buf_text(buf, "\xef\xbf\xbd");
			else
				json_escape(buf, c);
			n = 1;
			run = p + 1;
		}
		p += n;
		left -= n;
	}
	tw__buf_append(buf, run, (size_t)(p - run));
	return tw__buf_append(buf, "\"", 1);
}

char *tw__buf_take(struct tw_buf *buf)
{
	char *text = NULL;

	if (!reserve(buf, 0)) {
		buf->data[buf->size] = '\0';
		text = buf->data;
		buf->data = NULL;
	}
	tw__buf_free(buf);
	return text;
}
