/**
 * @file src/formats/said.h  All that a mapping was told, in order
 *
 * Two mappings that were told the same are the same one to whoever reads a
 * file with them, so the words are kept and not what they came to.
 */
#ifndef TW_SRC_FORMATS_SAID_H
#define TW_SRC_FORMATS_SAID_H

#include "base/base.h"

/* Key and value, each with its NUL; to be taken back by tw__buf_cut().
 * @return TW_OK, TW_EINVAL (one of the three is NULL), TW_EPARSE (no UTF-8),
 * TW_ENOMEM; then nothing was added */
tw_status tw__said_add(struct tw_buf *said, const char *key,
		       const char *value, tw_error *err);

#endif
