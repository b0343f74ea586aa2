/**
 * @file src/rating/image_rows.c  Whether rows out of a file are a deck's
 *
 * Decides whether each row, note, place and text is one that deck.c could
 * have written: what find.c, walk.c and sum.c take for granted is looked at
 * here, once and in one pass. Refuses to know files, and whether a price is
 * the one that the sheet says.
 */
#include "image.h"

#include <string.h>

static tw_status bad(tw_error *err, const char *what, size_t row)
{
	return tw__fail(err, TW_EPARSE, "the deck is damaged: %s of row %zu; "
			"export it again", what, row);
}

/* Digits from the top, none above 9, nothing behind the last one. */
static bool is_prefix(uint64_t prefix)
{
	uint64_t digits = prefix & ~(uint64_t)15;

	if (digits & 0x8888888888888888u & (digits << 1 | digits << 2))
		return false;

	return tw__prefix_length(prefix) == TW_PREFIX_DIGITS ||
		!(digits << 4 * tw__prefix_length(prefix));
}

static bool row_is_sound(const struct tw_deck *deck,
			 const struct tw_rate_row *row)
{
	if (!is_prefix(row->prefix) || !tw__prefix_length(row->prefix) ||
	    !is_prefix(row->caller) || row->from >= row->to ||
	    row->price_nanos < 0 || row->connect_fee_nanos < 0 ||
	    !row->first_inc_s || !row->next_inc_s)
		return false;
	if (row->direction > TW_DIRECTION_FORWARD ||
	    row->relation > TW_RELATION_OTHER ||
	    row->band > deck->band_count ||
	    row->status < TW_RATE_PRICED || row->status > TW_RATE_ENDED)
		return false;

	return row->status == TW_RATE_PRICED || (!row->band && !row->from_s);
}

static struct tw_row_key key_of(const struct tw_rate_row *row)
{
	return (struct tw_row_key){ row->prefix, row->caller, row->relation,
				    row->direction, row->band, row->from_s,
				    row->from };
}

static bool follows(const struct tw_rate_row *a, const struct tw_rate_row *b)
{
	struct tw_row_key ka = key_of(a), kb = key_of(b);

	if (tw__row_key_compare(&ka, &kb) >= 0)
		return false;

	return !tw__row_key_same(&ka, &kb) || a->to <= b->from;
}

static bool note_is_sound(const struct tw_deck *deck, size_t i)
{
	const struct tw_rate_note *note = &deck->notes[i];

	/* Each index leads back here, so no two rows have the same one. */
	return note->index < deck->count && deck->place[note->index] == i &&
		note->destination < deck->texts_size &&
		(note->document < deck->document_count || !note->document) &&
		!note->reserved;
}

/* Rows of one prefix: the first one tells how many and whose callers. */
static bool group_is_sound(const struct tw_rate_row *first, size_t count)
{
	uint32_t callers = 0;

	if (first->alike != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		callers |= 1u << tw__prefix_length(first[i].caller);
		if (i && (first[i].alike || first[i].callers))
			return false;
	}

	return first->callers == callers;
}

/* Whatever place in here a row names, what stands there fits a charge. */
static bool texts_are_sound(const char *texts, size_t size)
{
	while (size) {
		const char *end = memchr(texts, '\0', size);
		size_t used;

		if (!end)
			return false;
		used = (size_t)(end - texts) + 1;
		if (used > sizeof(((tw_rate *)NULL)->destination))
			return false;
		texts += used;
		size -= used;
	}

	return true;
}

tw_status tw__image_rows_check(const struct tw_deck *deck, tw_error *err)
{
	size_t first = 0;

	if (!texts_are_sound(deck->texts, deck->texts_size))
		return tw__fail(err, TW_EPARSE, "the deck is damaged: its "
				"texts; export it again");
	for (size_t i = 0; i < deck->count; i++) {
		const struct tw_rate_row *row = &deck->rows[i];

		if (!row_is_sound(deck, row))
			return bad(err, "a value", i);
		if (i && !follows(row - 1, row))
			return bad(err, "the order", i);
		if (!note_is_sound(deck, i))
			return bad(err, "the note", i);
		if (i + 1 < deck->count && row[1].prefix == row->prefix)
			continue;
		if (!group_is_sound(&deck->rows[first], i + 1 - first))
			return bad(err, "the group", first);
		first = i + 1;
	}

	return TW_OK;
}
