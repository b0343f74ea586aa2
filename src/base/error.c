/**
 * @file src/base/error.c  Filling a caller's tw_error
 *
 * Decides that an error text is one line of valid UTF-8 whatever the world
 * put into its arguments. Refuses to know languages and logs: the text is
 * English, the status is what programs read.
 */
#include <stdio.h>
#include <string.h>
#include "base.h"

/* A struct shorter than ours was never set by TW_ERROR_INIT (this is the
 * first layout), so nothing in it can be trusted, not even its bounds. */
static bool is_writable(const tw_error *err)
{
	return err && err->size >= sizeof(*err);
}

/* Messages quote hostile input: a newline would forge a second log line,
 * an escape byte would drive a terminal, and half a letter (vsnprintf cuts
 * by bytes) would break every JSON writer above us. */
static void copy_line(char *out, size_t size, const char *text)
{
	size_t left = strlen(text), used = 0;

	while (left > 0) {
		size_t n = tw__utf8_sequence(text, left);
		bool ok = n > 0 && (n > 1 || ((unsigned char)*text >= 0x20 &&
					      *text != 0x7f));
		size_t step = n > 0 ? n : 1;

		if (used + (ok ? step : 1) >= size)
			break;
		if (ok)
			memcpy(out + used, text, step);
		else
			out[used] = '?';
		used += ok ? step : 1;
		text += step;
		left -= step;
	}
	out[used] = '\0';
}

static void fill(tw_error *err, tw_status code, int64_t line,
		 const char *field, const char *message)
{
	char safe_field[TW_ERROR_FIELD_MAX];

	/* field may point into err itself, so copy before clearing */
	copy_line(safe_field, sizeof(safe_field), field ? field : "");
	err->code = code;
	err->sip_code = 0;
	err->store_code = 0;
	err->line = line;
	memcpy(err->field, safe_field, sizeof(safe_field));
	copy_line(err->message, sizeof(err->message), message);
}

static void fill_v(tw_error *err, tw_status code, int64_t line,
		   const char *field, const char *fmt, va_list ap)
	__attribute__((format(printf, 5, 0)));

static void fill_v(tw_error *err, tw_status code, int64_t line,
		   const char *field, const char *fmt, va_list ap)
{
	/* longer than the member, so that copy_line() makes the last cut */
	char message[TW_ERROR_MESSAGE_MAX + 4];

	if (vsnprintf(message, sizeof(message), fmt, ap) < 0)
		message[0] = '\0';
	fill(err, code, line, field, message);
}

tw_status tw__fail(tw_error *err, tw_status code, const char *fmt, ...)
{
	va_list ap;

	if (!is_writable(err))
		return code;
	va_start(ap, fmt);
	fill_v(err, code, 0, NULL, fmt, ap);
	va_end(ap);
	return code;
}

tw_status tw__fail_at(tw_error *err, tw_status code, int64_t line,
		      const char *field, const char *fmt, ...)
{
	va_list ap;

	if (!is_writable(err))
		return code;
	va_start(ap, fmt);
	fill_v(err, code, line, field, fmt, ap);
	va_end(ap);
	return code;
}

tw_status tw__fail_oom(tw_error *err)
{
	return tw__fail(err, TW_ENOMEM, "out of memory");
}

/* Without an err there is no code to hand back; a caller that allows NULL
 * keeps the status in a variable and uses this for the place only. */
tw_status tw__error_place(tw_error *err, int64_t line, const char *field)
{
	if (!is_writable(err))
		return TW_EINVAL;
	if (err->line == 0)
		err->line = line;
	if (err->field[0] == '\0' && field)
		copy_line(err->field, sizeof(err->field), field);
	return err->code;
}
