/**
 * @file src/sip/fail.c  Errors of libtrunkwise-sip
 *
 * Decides nothing but the shape of an error. It stands here because this
 * library sees only public functions of libtrunkwise.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "port.h"

tw_status tw__sip_fail(tw_error *err, tw_status code, const char *field,
		       const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	memset(err, 0, sizeof(*err));
	err->size = sizeof(*err);
	err->code = code;
	(void)snprintf(err->field, sizeof(err->field), "%s", field);
	va_start(ap, fmt);
	(void)vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	return code;
}
