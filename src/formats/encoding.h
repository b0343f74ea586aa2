/**
 * @file src/formats/encoding.h  In which letters a file is written
 *
 * Decides by all of a file, before a row of it is read: one byte that is no
 * UTF-8 says that none of them is.
 */
#ifndef TW_SRC_ENCODING_H
#define TW_SRC_ENCODING_H

#include "bytes.h"
#include "csv.h"

/* What the layout says of it. */
enum encoding_wish {
	WISH_GUESS,         /* by its mark, else UTF-8, else cp1251 */
	WISH_LENIENT,       /* ... else as it is */
	WISH_UTF8,          /* or what its mark says, and nothing else */
	WISH_UTF16,         /* without a mark the low byte first */
	WISH_CP1251
};

enum encoding_kind {
	ENCODING_UTF8, ENCODING_UTF16, ENCODING_UTF16_BIG, ENCODING_CP1251,
	ENCODING_AS_IS
};

struct tw__encoding {
	enum encoding_kind kind;
	size_t mark;            /* bytes before the text */
};

/* The bytes are known afterwards. @return TW_OK, TW_EPARSE, TW_EUNSUPPORTED,
 * or as tw__pass_read() */
tw_status tw__encoding_find(struct tw__encoding *out, struct tw__bytes *bytes,
			    enum encoding_wish wish, tw_error *err);
/* How many of the bytes are whole characters: up to three are not. */
size_t tw__encoding_whole(enum encoding_kind kind, const char *p,
			  size_t size);
/* The bytes are as good as UTF-8. */
bool tw__encoding_is_plain(enum encoding_kind kind);
/* Whole characters as UTF-8; out has room for three bytes of each byte. */
tw_status tw__encoding_piece(char *out, size_t *out_size,
			     enum encoding_kind kind,
			     const struct tw__piece *piece, tw_error *err);

#endif
