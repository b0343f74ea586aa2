/* A file in memory that comes piece by piece, or breaks off. */
#ifndef TW_TESTS_STREAM_H
#define TW_TESTS_STREAM_H

#include <stdio.h>
#include <string.h>
#include <trunkwise/cdr.h>

struct stream {
	const char *text;
	size_t size;
	size_t at_once;         /* bytes of one answer; 0: as many as asked */
	uint64_t fails_at;      /* no byte from here on; 0: all are there */
	size_t asked;           /* how often */
};

static inline tw_status stream_read(void *out, size_t *size, uint64_t offset,
				    void *arg, tw_error *err)
{
	struct stream *s = arg;
	size_t left = offset < s->size ? s->size - (size_t)offset : 0;

	s->asked++;
	if (s->fails_at && offset + *size > s->fails_at) {
		err->code = TW_EPARSE;
		snprintf(err->message, sizeof(err->message), "the disk is "
			 "gone");
		return TW_EPARSE;
	}
	*size = *size > left ? left : *size;
	if (s->at_once && *size > s->at_once)
		*size = s->at_once;
	if (*size)
		memcpy(out, s->text + offset, *size);
	return TW_OK;
}

#endif
