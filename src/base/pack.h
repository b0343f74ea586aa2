/**
 * @file src/base/pack.h  Values as bytes, the same on every machine
 *
 * Numbers go least byte first, texts with their length before them. Reading
 * never runs past the end: what is not there is zero, and is_bad says so.
 */
#ifndef TW_SRC_PACK_H
#define TW_SRC_PACK_H

#include "base.h"

void tw__pack_number(struct tw_buf *buf, uint64_t value, size_t bytes);
void tw__pack_text(struct tw_buf *buf, const char *text);
/* A number in the place of one that is there. */
void tw__pack_at(struct tw_buf *buf, size_t at, uint64_t value, size_t bytes);

struct tw_unpack {
	const uint8_t *at;
	const uint8_t *end;
	bool is_bad;
};

uint64_t tw__unpack_number(struct tw_unpack *in, size_t bytes);
/* Any text that fits, its NUL included; it may be empty. */
void tw__unpack_text(char *out, size_t size, struct tw_unpack *in);
/* How many of so many bytes each follow; bad when there cannot be. */
size_t tw__unpack_count(struct tw_unpack *in, size_t bytes_each);

/* Members of a struct that are saved as they are. */
struct tw_saved {
	uint16_t at;
	uint8_t bytes;
	uint8_t is;             /* TW_IS_ */
};
#define TW_IS_NUMBER 0u
#define TW_IS_BOOL   1u
#define TW_IS_COUNT  3u         /* signed, and may be added to */
#define TW_IS_LEVEL  4u         /* likewise, or INT64_MIN */
#define TW_IS_TIME   2u         /* of the calendar, or one of its ends */
#define TW_SAVED(T, name, is) \
	{ offsetof(struct T, name), sizeof(((struct T *)0)->name), \
	  TW_IS_ ## is }

struct tw_saved_table {
	const struct tw_saved *saved;
	size_t count;
};

void tw__pack_saved(struct tw_buf *buf, const void *from,
		    const struct tw_saved *saved, size_t count);
void tw__unpack_saved(void *to, struct tw_unpack *in,
		      const struct tw_saved *saved, size_t count);
/* The same members of one struct as in another. */
void tw__copy_saved(void *to, const void *from, const struct tw_saved *saved,
		    size_t count);

#endif
