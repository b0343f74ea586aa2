/**
 * @file src/accounts/rejects.h  Rows that were refused, with line and reason
 */
#ifndef TW_SRC_REJECTS_H
#define TW_SRC_REJECTS_H

#include "base/base.h"
#include <trunkwise/directory.h>

/* NULL: no memory. tw_rejects_free() ends it. */
struct tw_rejects *tw__rejects_new(void);
/* Line is physical, column the header's name or number; both are copied, the
 * text is cut to what tw_reject holds. @return TW_OK, TW_ENOMEM */
tw_status tw__rejects_add(struct tw_rejects *rejects, int64_t line,
			  const char *column, const char *fmt, ...)
	TW_PRINTF(4, 5);
size_t tw__rejects_count(const struct tw_rejects *rejects);

#endif
