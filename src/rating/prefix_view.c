/**
 * @file src/rating/prefix_view.c  An index that lies in somebody's bytes
 *
 * Decides whether arrays that came from a file are an index that can be
 * asked: that no step leads out of them or in a circle, and that each prefix
 * is found at its own place. Refuses to know files and checksums. It takes
 * one pass over each array, for a deck is opened more often than it is made.
 *
 * An answer that is a prefix, but a shorter one than it could be, passes: it
 * takes a checksum to tell damage of that kind from a price list.
 */
#include "prefix_index.h"

#include <assert.h>
#include <string.h>

enum part { PART_ROOT, PART_SHORTER, PART_HALVES, PART_LEAVES };

/* Slots where a number ends: 0, then every eleventh. Nothing is below. */
static const uint64_t ended[2] = {
	1ull << 0 | 1ull << 1 | 1ull << 12 | 1ull << 23 | 1ull << 34 |
	1ull << 45 | 1ull << 56,
	1ull << (67 - 64) | 1ull << (78 - 64) | 1ull << (89 - 64) |
	1ull << (100 - 64)
};
static const uint64_t slots[2] = {
	UINT64_MAX, (1ull << (TW_PREFIX_SLOTS - 64)) - 1
};

static_assert(sizeof(struct tw_prefix_half) == 24, "layout of a file");

void tw__prefix_parts(struct tw_part out[TW_PREFIX_PARTS],
		      const struct tw_prefix_index *index)
{
	out[PART_ROOT] = (struct tw_part){ index->root, sizeof(uint32_t),
					   index->root_count };
	out[PART_SHORTER] = (struct tw_part){ index->shorter,
					      sizeof(uint32_t),
					      index->count };
	out[PART_HALVES] = (struct tw_part){ index->halves,
					     sizeof(struct tw_prefix_half),
					     index->half_count };
	out[PART_LEAVES] = (struct tw_part){ index->leaves, sizeof(uint32_t),
					     index->leaf_count };
}

static tw_status bad(tw_error *err, const char *what, size_t at)
{
	return tw__fail(err, TW_EPARSE, "the index of prefixes is damaged "
			"(%s %zu)", what, at);
}

static uint64_t prefix_at(const struct tw_part *rows, size_t i)
{
	uint64_t prefix;

	memcpy(&prefix, (const char *)rows->data + i * rows->size,
	       sizeof(prefix));

	return prefix;
}

static bool is_first(const struct tw_part *rows, size_t i)
{
	return !i || prefix_at(rows, i - 1) != prefix_at(rows, i);
}

static bool is_answer(const struct tw_part *rows, uint32_t answer)
{
	return answer == TW_PREFIX_NONE ||
		(answer < rows->count && is_first(rows, answer));
}

static tw_status check_answers(const uint32_t *answers, size_t count,
			       const struct tw_part *rows, tw_error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (!is_answer(rows, answers[i]))
			return bad(err, "answer", i);
	}

	return TW_OK;
}

static tw_status check_root(const struct tw_prefix_index *index,
			    const struct tw_part *rows, tw_error *err)
{
	size_t last = index->level[index->root_digits];

	if (check_answers(index->root, last, rows, err))
		return TW_EPARSE;
	for (size_t i = last; i < index->root_count; i++) {
		uint32_t slot = index->root[i];

		if (slot & TW_PREFIX_CHILD
		    ? (slot & ~TW_PREFIX_CHILD) >= index->half_count / 2
		    : !is_answer(rows, slot))
			return bad(err, "slot", i);
	}

	return TW_OK;
}

/* Children come after their parent, so that no way is endless. */
static bool half_is_sound(const struct tw_prefix_index *index, size_t at)
{
	const struct tw_prefix_half *half = &index->halves[at];
	uint64_t valid = slots[at & 1], leaf = valid & ~half->child;
	size_t nodes = index->half_count / 2;

	if (half->child & (ended[at & 1] | ~valid) || half->start & ~leaf)
		return false;
	if (half->child &&
	    (half->child_base <= at / 2 || half->child_base > nodes ||
	     nodes - half->child_base <
	     (size_t)__builtin_popcountll(half->child)))
		return false;
	/* The first leaf starts a run, so that each one belongs to a run. */
	if (leaf && !(half->start & (leaf & -leaf)))
		return false;

	return half->leaf_base <= index->leaf_count &&
		index->leaf_count - half->leaf_base >=
		(size_t)__builtin_popcountll(half->start);
}

static tw_status check_nodes(const struct tw_prefix_index *index,
			     tw_error *err)
{
	for (size_t i = 0; i < index->half_count; i++) {
		if (!half_is_sound(index, i))
			return bad(err, "node", i / 2);
	}

	return TW_OK;
}

/* Asks for each prefix, once all steps are known to be safe. */
static tw_status check_rows(const struct tw_prefix_index *index,
			    const struct tw_part *rows, tw_error *err)
{
	uint32_t stack[TW_PREFIX_DIGITS + 1];
	size_t depth = 0;

	for (size_t i = 0; i < rows->count; i++) {
		uint64_t prefix = prefix_at(rows, i);
		char digits[TW_PREFIX_DIGITS + 1];

		if (!is_first(rows, i))
			continue;
		while (depth && !tw__prefix_covers(
			       prefix_at(rows, stack[depth - 1]), prefix))
			depth--;
		if (index->shorter[i] !=
		    (depth ? stack[depth - 1] : TW_PREFIX_NONE))
			return bad(err, "shorter prefix of", i);
		stack[depth++] = (uint32_t)i;

		tw__prefix_unpack(digits, prefix);
		if (tw__prefix_longest(index, digits,
				       tw__prefix_length(prefix)) != i)
			return bad(err, "prefix", i);
	}

	return TW_OK;
}

static tw_status take_parts(struct tw_prefix_index *index,
			    const struct tw_part parts[TW_PREFIX_PARTS],
			    size_t rows, tw_error *err)
{
	size_t digits = TW_PREFIX_ROOT_SMALL;

	tw__prefix_shape(index, digits);
	if (parts[PART_ROOT].count != index->root_count) {
		digits = TW_PREFIX_ROOT_LARGE;
		tw__prefix_shape(index, digits);
	}
	if (parts[PART_ROOT].count != index->root_count ||
	    parts[PART_SHORTER].count != rows ||
	    parts[PART_HALVES].count % 2 ||
	    parts[PART_ROOT].size != sizeof(*index->root) ||
	    parts[PART_SHORTER].size != sizeof(*index->shorter) ||
	    parts[PART_HALVES].size != sizeof(*index->halves) ||
	    parts[PART_LEAVES].size != sizeof(*index->leaves))
		return bad(err, "size of part", 0);
	/* Nobody writes through these: an index is immutable. */
	index->borrowed = true;
	index->count = rows;
	index->root = (uint32_t *)parts[PART_ROOT].data;
	index->shorter = (uint32_t *)parts[PART_SHORTER].data;
	index->halves = (struct tw_prefix_half *)parts[PART_HALVES].data;
	index->half_count = parts[PART_HALVES].count;
	index->leaves = (uint32_t *)parts[PART_LEAVES].data;
	index->leaf_count = parts[PART_LEAVES].count;

	return TW_OK;
}

tw_status tw__prefix_view(struct tw_prefix_index **out,
			  const struct tw_part parts[TW_PREFIX_PARTS],
			  const struct tw_part *rows, tw_error *err)
{
	struct tw_prefix_index *index = tw_calloc(1, sizeof(*index));
	tw_status status;

	if (!index)
		return tw__fail_oom(err);
	status = take_parts(index, parts, rows->count, err);
	if (!status)
		status = check_root(index, rows, err);
	if (!status)
		status = check_nodes(index, err);
	if (!status)
		status = check_answers(index->leaves, index->leaf_count, rows,
				       err);
	if (!status)
		status = check_rows(index, rows, err);
	if (status) {
		tw__prefix_free(index);
		return status;
	}
	*out = index;

	return TW_OK;
}
