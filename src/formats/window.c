/**
 * @file src/formats/window.c  The text of a file, a stretch of it at a time
 *
 * See window.h. What is in view lies in one piece, so that readers need not
 * know that there is more: a row that ends where the view ends is read again
 * when more of it is there. A view that is full of one row grows by doubling.
 */
#include <string.h>
#include "window.h"

#define RAW_BYTES (64u << 10)   /* that are decoded at once */
#define CARRY     4u            /* of a character, at most */

void tw__window_init(struct tw__window *window, struct tw__bytes *from,
		     struct tw__encoding encoding)
{
	*window = (struct tw__window){ .from = from, .encoding = encoding };
}

void tw__window_lend(struct tw__window *window, struct tw_str text)
{
	*window = (struct tw__window){ .p = (char *)text.p, .size = text.l,
		.is_last = true, .is_whole = true, .is_borrowed = true };
}

void tw__window_free(struct tw__window *window)
{
	tw__pass_close(&window->pass);
	tw_free(window->text);
	tw_free(window->raw);
	window->text = window->raw = NULL;
}

static tw_status make_room(struct tw__window *window, size_t more,
			   tw_error *err)
{
	void *text = window->text;

	if (tw__grow(&text, &window->capacity, window->filled + more +
		     WINDOW_SLACK, 1))
		return tw__fail_oom(err);
	window->text = text;
	return TW_OK;
}

/* What cannot be decoded was found before the first row was read. */
static tw_status changed(tw_status status, tw_error *err)
{
	return status != TW_EPARSE ? status : tw__fail(err, TW_EIO, "the file "
		"has changed while it was read; import it again");
}

/* *over: they were the last. */
static tw_status read_plain(struct tw__window *window, size_t want,
			    bool *over, tw_error *err)
{
	size_t got = want;
	tw_status status = make_room(window, want, err);

	if (!status)
		status = tw__pass_read(window->text + window->filled, &got,
				       &window->pass, err);
	if (status)
		return status;
	*over = got < want;
	window->filled += got;
	return TW_OK;
}

static tw_status decode(struct tw__window *window, size_t size, bool over,
			tw_error *err)
{
	const enum encoding_kind kind = window->encoding.kind;
	size_t whole = over ? size :
		tw__encoding_whole(kind, window->raw, size), made;
	const struct tw__piece piece = { tw__str(window->raw, whole),
					 window->at };
	tw_status status = make_room(window, 3 * whole, err);

	if (!status)
		status = changed(tw__encoding_piece(window->text +
			window->filled, &made, kind, &piece, err), err);
	if (status)
		return status;
	window->filled += made;
	window->at += whole;
	window->carried = size - whole;
	memmove(window->raw, window->raw + whole, window->carried);
	return TW_OK;
}

static tw_status read_decoded(struct tw__window *window, size_t want,
			      bool *over, tw_error *err)
{
	size_t most = want < RAW_BYTES ? want : RAW_BYTES, got = most;
	void *raw = window->raw;
	tw_status status;

	if (tw__grow(&raw, &window->raw_capacity, RAW_BYTES + CARRY, 1))
		return tw__fail_oom(err);
	window->raw = raw;
	status = tw__pass_read(window->raw + window->carried, &got,
			       &window->pass, err);
	if (status)
		return status;
	*over = got < most;
	return decode(window, window->carried + got, *over, err);
}

static void edit(struct tw__window *window, bool is_last)
{
	size_t size = window->filled - window->size, done = size;

	if (window->edit)
		done = window->edit(window->text + window->size, &size,
				    is_last, window->edit_arg);
	window->filled = window->size + size;
	window->size += done;
	memset(window->text + window->filled, 0, WINDOW_SLACK);
}

/* As much as makes the view full; a view that is, twice as much. */
static size_t wanted(const struct tw__window *window)
{
	size_t full = window->bytes ? window->bytes : WINDOW_BYTES;

	return window->filled < full / 2 ? full - window->filled :
		window->filled + 1;
}

static tw_status fill(struct tw__window *window, tw_error *err)
{
	const size_t before = window->size;

	while (window->size == before && !window->is_last) {
		size_t want = wanted(window), until = window->filled + want;
		bool over = false;
		tw_status status = TW_OK;

		while (!status && !over && window->filled < until)
			status = tw__encoding_is_plain(window->encoding.kind) ?
				read_plain(window, until - window->filled,
					   &over, err) :
				read_decoded(window, until - window->filled,
					     &over, err);
		if (status)
			return status;
		edit(window, over);
		window->is_last = over;
	}
	window->p = window->text;
	return TW_OK;
}

static tw_status skip_mark(struct tw__window *window, tw_error *err)
{
	char mark[CARRY];
	size_t size = window->encoding.mark;

	return size ? tw__pass_read(mark, &size, &window->pass, err) : TW_OK;
}

tw_status tw__window_rewind(struct tw__window *window, tw_error *err)
{
	tw_status status = TW_OK;

	if (window->is_whole)
		return TW_OK;
	if (window->moving && window->text)
		status = window->moving(window->moving_arg, err);
	if (status)
		return status;
	tw__pass_close(&window->pass);
	window->size = window->filled = window->carried = 0;
	window->at = 0;
	window->is_last = false;
	status = tw__pass_open(&window->pass, window->from, err);
	if (!status)
		status = skip_mark(window, err);
	if (!status)
		status = make_room(window, 0, err);
	return status ? status : fill(window, err);
}

tw_status tw__window_more(struct tw__window *window, size_t drop,
			  tw_error *err)
{
	tw_status status = TW_OK;

	if (window->moving)
		status = window->moving(window->moving_arg, err);
	if (status)
		return status;
	window->filled -= drop;
	window->size -= drop;
	memmove(window->text, window->text + drop, window->filled);
	return fill(window, err);
}

tw_status tw__window_hold(bool *out, struct tw__window *window, size_t most,
			  tw_error *err)
{
	tw_status status = TW_OK;

	while (!status && !window->is_last && window->size <= most)
		status = tw__window_more(window, 0, err);
	*out = !status && window->is_last && window->size <= most;
	window->is_whole = *out;
	return status;
}
