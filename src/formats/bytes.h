/**
 * @file src/formats/bytes.h  A file's bytes, as often as they are wanted
 *
 * In memory, or wherever its reader takes them from. Decides that every
 * reading is of the same bytes: what the first one found, its length and its
 * digest, the others must find too. Refuses to know what the bytes are, and
 * to open a file: that is the host's.
 */
#ifndef TW_SRC_BYTES_H
#define TW_SRC_BYTES_H

#include "base/hash.h"
#include <trunkwise/cdr.h>

struct tw__bytes {
	const void *data;           /* all of them, or NULL: as read() says */
	uint64_t size;              /* of data; else once they are known */
	tw_import_read_fn read;
	void *arg;
	bool are_known;             /* somebody has read them all */
	uint8_t sha256[32];         /* of what was read, once they are */
};

/* From the first byte to the last. */
struct tw__pass {
	struct tw__bytes *bytes;
	uint64_t at;
	struct tw__digest *digest;  /* of what a reader gave so far */
	bool is_over;
};
/* @return TW_OK, TW_ENOMEM */
tw_status tw__pass_open(struct tw__pass *pass, struct tw__bytes *bytes,
			tw_error *err);
/* *size bytes, fewer only at the end. @return TW_OK, TW_EIO (the reader
 * failed, or the bytes are others than before), TW_ENOMEM, TW_ECANCELLED */
tw_status tw__pass_read(void *out, size_t *size, struct tw__pass *pass,
			tw_error *err);
void tw__pass_close(struct tw__pass *pass);

#endif
