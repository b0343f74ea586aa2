/**
 * @file src/accounts/cdr_pack.h  A record as bytes that outlive a process
 */
#ifndef TW_SRC_ACCOUNTS_CDR_PACK_H
#define TW_SRC_ACCOUNTS_CDR_PACK_H

#include "base/base.h"
#include <trunkwise/cdr.h>

/* Appends `kind` and the record. A byte ff in a text, which no UTF-8 has,
 * becomes '?' (src/store/frame.h). @return TW_OK, TW_ENOMEM, TW_EPARSE (a
 * text is longer than 4,000 bytes; err.field) */
tw_status tw__cdr_pack(struct tw_buf *out, unsigned char kind,
		       const tw_cdr *cdr, tw_error *err);
/* Texts point into data. @return TW_OK, TW_EPARSE (not packed by us) */
tw_status tw__cdr_unpack(tw_cdr *out, const unsigned char *data, size_t size,
			 tw_error *err);

#endif
