/**
 * @file src/sip/fail.c  Errors of libtrunkwise-sip
 *
 * Decides nothing but the shape of an error: one line, as src/base/error.c
 * makes them. It stands here because this library sees only public functions
 * of libtrunkwise.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "port.h"

/* Bytes of the letter at p, 0 when it is none. By shape alone: whoever wants
 * more of UTF-8 than whole letters checks it where the text came in. */
static size_t letter(const unsigned char *p)
{
	size_t n = 0;

	if (*p < 0x80)
		n = *p >= 0x20 && *p != 0x7f;
	else if (*p >= 0xc2 && *p < 0xe0)
		n = 2;
	else if (*p >= 0xe0 && *p < 0xf0)
		n = 3;
	else if (*p >= 0xf0 && *p < 0xf5)
		n = 4;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return n;
}

/* Messages quote what hosts and peers say: a newline would forge a second
 * log line, and half a letter would break the JSON writer above. */
static void clean(char *text)
{
	while (*text) {
		size_t n = letter((const unsigned char *)text);

		if (!n)
			*text = '?';
		text += n ? n : 1;
	}
}

tw_status tw__sip_fail(tw_error *err, tw_status code, const char *field,
		       const char *fmt, ...)
{
	tw_error made = TW_ERROR_INIT;
	va_list ap;

	/* a struct without TW_ERROR_INIT may be shorter than it says */
	if (!err || err->size < sizeof(*err))
		return code;
	made.size = err->size;
	made.code = code;
	(void)snprintf(made.field, sizeof(made.field), "%s", field);
	va_start(ap, fmt);
	(void)vsnprintf(made.message, sizeof(made.message), fmt, ap);
	va_end(ap);
	clean(made.field);
	clean(made.message);
	*err = made;
	return code;
}
