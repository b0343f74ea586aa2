/**
 * @file src/store/frame.h  Records in a row of bytes that may be damaged
 *
 *   ff ff 'T' 'W'   u32 length   u32 CRC-32C of length and payload   payload
 *
 * Numbers are little endian. No text of a payload may hold the byte ff: then
 * nothing that a stranger wrote into a record looks like the begin of one.
 */
#ifndef TW_SRC_STORE_FRAME_H
#define TW_SRC_STORE_FRAME_H

#include "base/base.h"

#define TW_FRAME_HEAD 12
#define TW_FRAME_PAYLOAD_MAX 65536

struct tw_frames {
	const unsigned char *p;
	size_t size;
	size_t at;               /* of what comes next */
};

struct tw_frame {
	bool whole;              /* else payload is what lies there instead */
	size_t at;               /* where it begins */
	const unsigned char *payload;
	size_t size;
};

/* Appends one; @return TW_OK, TW_ENOMEM, TW_ERANGE (too long, or empty) */
tw_status tw__frame_put(struct tw_buf *out, const void *payload, size_t size,
			tw_error *err);
/* The next whole frame, or the bytes up to it (or to the end) as one damaged
 * piece. False at the end. Zeros to the end are nothing: a file grows before
 * its bytes arrive. */
bool tw__frame_next(struct tw_frame *out, struct tw_frames *frames);

#endif
