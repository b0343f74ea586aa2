/**
 * @file src/formats/window.h  The text of a file, a stretch of it at a time
 *
 * Decides how much of a file is in memory: what its reader asks for, that is
 * a few rows and some MiB, whatever the size of the file. Refuses to know
 * where rows end: the reader drops what it is done with.
 */
#ifndef TW_SRC_WINDOW_H
#define TW_SRC_WINDOW_H

#include "encoding.h"

#define WINDOW_BYTES (4u << 20)     /* in view, unless a row is longer */
#define WINDOW_SLACK 8u             /* bytes behind the text may be read */

/* Edits what has just come in, in place, up to where it can (all of it when
 * it is the last); *size: of what it was given and then of what is left of
 * it, done or not. Gives the bytes that are done. */
typedef size_t tw__edit_fn(char *text, size_t *size, bool is_last, void *arg);
/* Before the text in view moves: who points into it lets go. */
typedef tw_status tw__moving_fn(void *arg, tw_error *err);

struct tw__window {
	char *p;                /* what is in view: UTF-8, as far as known */
	size_t size;
	bool is_last;           /* nothing comes behind it */

	/* how: set between init and the first rewind */
	size_t bytes;           /* in view; 0: WINDOW_BYTES */
	tw__edit_fn *edit;      /* or NULL */
	void *edit_arg;
	tw__moving_fn *moving;  /* or NULL */
	void *moving_arg;

	/* its own */
	struct tw__bytes *from;
	struct tw__encoding encoding;
	struct tw__pass pass;
	bool is_whole;          /* all of it is in view, and stays */
	bool is_borrowed;       /* p is somebody else's */
	char *text, *raw;       /* raw: not decoded yet */
	size_t capacity, raw_capacity;
	size_t filled;          /* of text: in view, and not edited yet */
	size_t carried;         /* of raw: half a character */
	uint64_t at;            /* bytes decoded, behind the mark */
};

/* Nothing is in view before the first tw__window_rewind(). `from` is borrowed
 * and must have gone through tw__encoding_find(). */
void tw__window_init(struct tw__window *window, struct tw__bytes *from,
		     struct tw__encoding encoding);
/* All of a text that is in memory already. */
void tw__window_lend(struct tw__window *window, struct tw_str text);
/* To the beginning of the text. @return TW_OK, or as tw__window_more() */
tw_status tw__window_rewind(struct tw__window *window, tw_error *err);
/* Drops the first bytes in view, and brings at least one more than there
 * were, or is_last. Not when it is. Pointers into the view end here.
 * @return TW_OK, TW_ENOMEM, or as tw__pass_read() */
tw_status tw__window_more(struct tw__window *window, size_t drop,
			  tw_error *err);
/* All of the text, if it has no more than `most` bytes: then it stays in
 * view, and may be changed in place. False: it is longer. */
tw_status tw__window_hold(bool *out, struct tw__window *window, size_t most,
			  tw_error *err);
void tw__window_free(struct tw__window *window);

#endif
