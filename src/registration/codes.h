/**
 * @file src/registration/codes.h  A set of SIP codes, as people write it
 */
#ifndef TW_SRC_REGISTRATION_CODES_H
#define TW_SRC_REGISTRATION_CODES_H

#include "base/base.h"

struct tw_codes {
	uint64_t bits[8];            /* of 200..699 */
};

/* "2xx, 404 480": blanks, commas or line ends between. NULL: every final
 * code but those that say that who would carry the call is not there. */
tw_status tw__codes_read(struct tw_codes *out, const char *text,
			 const char *field, tw_error *err);
bool tw__codes_has(const struct tw_codes *codes, int32_t code);

#endif
