/**
 * @file bindings/c/refuse.c  Refusals in the library's words
 *
 * What the bindings themselves find wrong goes the way of the library's own
 * errors, so that Python sees one kind of exception.
 */
#include "refuse.h"

#include <stdarg.h>
#include <stdio.h>

tw_status refuse(tw_error *err, tw_status status, const char *field,
		 const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return status;
	err->code = status;
	err->line = 0;
	snprintf(err->field, sizeof(err->field), "%s", field);
	va_start(ap, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);

	return status;
}
