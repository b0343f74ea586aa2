/**
 * @file src/base/base.h  What every room may use: failures, strings, arrays
 *
 * The ground floor decides nothing about trunks, calls or money rules. It
 * refuses to know files, sockets, SQL and the wall clock.
 */
#ifndef TW_SRC_BASE_H
#define TW_SRC_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <trunkwise/base.h>
#include <trunkwise/sys/alloc.h>

#define TW_ARRAY_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Fills err (NULL is fine) and returns code, so that failing is one line:
 * return tw__fail(err, TW_EPARSE, "expected a digit, found '%c'", c); */
tw_status tw__fail(tw_error *err, tw_status code, const char *fmt, ...)
	TW_PRINTF(3, 4);
tw_status tw__fail_at(tw_error *err, tw_status code, int64_t line,
		      const char *field, const char *fmt, ...)
	TW_PRINTF(5, 6);
tw_status tw__fail_oom(tw_error *err);

/* Adds where it happened to an error that a lower floor filled; keeps a
 * field or line that is already there. Returns err's code. */
tw_status tw__error_place(tw_error *err, int64_t line, const char *field);

/* Caller-filled struct: copy min(size, known), zero the rest, refuse
 * non-zero bytes that this library does not know (an app built against a
 * newer header asked for something we would silently ignore). */
tw_status tw__import(void *out, size_t known, const void *in, tw_error *err);

/* Growing byte string; ok to free when zeroed. After a failed append the
 * buffer is poisoned: later appends fail too, so one check at the end does. */
struct tw_buf {
	char *data;         /* terminated when size > 0 */
	size_t size;
	size_t capacity;
	bool failed;
};
void tw__buf_init(struct tw_buf *buf);
void tw__buf_free(struct tw_buf *buf);
void tw__buf_clear(struct tw_buf *buf);
/* Back to an earlier size; what failed since then is forgotten. */
void tw__buf_cut(struct tw_buf *buf, size_t size);
/* Room for size bytes more, where they are known to come: what is printed
 * into room that is there is printed once. */
tw_status tw__buf_reserve(struct tw_buf *buf, size_t size);
tw_status tw__buf_append(struct tw_buf *buf, const void *data, size_t size);
tw_status tw__buf_text(struct tw_buf *buf, const char *text);
tw_status tw__buf_printf(struct tw_buf *buf, const char *fmt, ...)
	TW_PRINTF(2, 3);
/* JSON string with quotes; invalid UTF-8 becomes U+FFFD. */
tw_status tw__buf_json(struct tw_buf *buf, const char *text);
/* The string itself (new, free with tw_free) or NULL when poisoned; the
 * buffer is empty afterwards. */
char *tw__buf_take(struct tw_buf *buf);

/* Grows *mem to hold at least want items of size; doubles. */
tw_status tw__grow(void **mem, size_t *capacity, size_t want, size_t size);

/* A length-carrying view into somebody else's bytes. */
struct tw_str {
	const char *p;
	size_t l;
};
#define TW_STR(lit) ((struct tw_str){ (lit), sizeof(lit) - 1 })
static inline struct tw_str tw__str(const char *p, size_t l)
{
	return (struct tw_str){ p, l };
}
struct tw_str tw__str_of(const char *text);          /* NULL gives empty */
bool tw__str_eq(struct tw_str a, const char *b);
bool tw__str_ieq(struct tw_str a, const char *b);    /* ASCII case */
struct tw_str tw__str_trim(struct tw_str s);         /* blanks, tabs, CR */
char *tw__str_dup(struct tw_str s);                  /* new */
/* Unsigned decimal without sign or blanks; false on anything else or
 * overflow. */
bool tw__str_u64(uint64_t *out, struct tw_str s);

/* No CR, LF, NUL, other control bytes, quotes, backslash or angle brackets:
 * what may go into a SIP header (reliability.md, CRLF injection). */
bool tw__text_is_header_safe(const char *text);
bool tw__utf8_is_valid(const char *text, size_t size);
/* As much of a text as fits, with its NUL, in whole letters: half of one is
 * no text any more. size is at least 1. */
void tw__utf8_cut(char *out, size_t size, const char *text);
/* Bytes (1..4) of the valid sequence at data, 0 when there is none. */
size_t tw__utf8_sequence(const void *data, size_t size);

#endif
