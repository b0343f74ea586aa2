/**
 * @file src/formats/call_group.c  The two sides of a call
 *
 * Decides which of two records that are one call is its far side, and whether
 * the far side is a call of its own because it went on to another number
 * outside. Refuses to look at the order of a file: the same records in others
 * are the same call. (Tries of a call: preset_group.c.)
 */
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "call_group.h"

uint64_t tw__id_hash(const char *source, const char *id)
{
	uint64_t hash = tw__hash64(id, strlen(id));

	if (*source)
		hash ^= tw__hash64(source, strlen(source)) << 1;
	return hash | 1;
}

static int compare(const void *x, const void *y)
{
	const struct tw__side *a = x, *b = y;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

size_t tw__sides_find(const struct tw__side *rows, size_t count, uint64_t id)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (rows[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return id && low < count && rows[low].id == id ? low : SIZE_MAX;
}

static void set_parent(struct tw__side *rows, size_t child, size_t parent)
{
	/* two that name each other are parent and child once */
	if (!rows[child].parent && rows[parent].parent != child + 1)
		rows[child].parent = parent + 1;
}

/* Of two that name each other and began together (of a clock of whole
 * seconds). To one number: our phone called, and the carrier was shown a
 * number of ours. Else whoever came from outside; of those that both did, who
 * dialled what the outside dials: the phones rang for it. Two numbers of the
 * outside are told apart by nothing in the records: ids that grow with time
 * are right then, and all others at least the same in any files. */
static bool is_first(const struct tw__side *a, const struct tw__side *b)
{
	int order;

	if (a->from_outside != b->from_outside)
		return a->from_outside == (a->callee != b->callee);
	if (a->to_outside != b->to_outside)
		return a->to_outside;
	order = strcmp(a->text, b->text);
	return order ? order < 0 : a->id < b->id;
}

static bool is_before(const struct tw__side *a, const struct tw__side *named)
{
	if (a->start != named->start)
		return a->start < named->start;
	return named->names == a->id && is_first(a, named);
}

/* The far side says nothing new, unless the call went on to another number
 * outside: that is a call of its own, paid by whoever was called first. */
void tw__sides_judge(struct tw__side *rows, size_t count)
{
	if (count)
		qsort(rows, count, sizeof(*rows), compare);
	for (size_t i = 0; i < count; i++) {
		rows[i].parent = 0;
		rows[i].forward = false;
	}
	for (size_t i = 0; i < count; i++) {
		size_t named = tw__sides_find(rows, count, rows[i].names);

		if (named == SIZE_MAX || named == i)
			continue;
		if (is_before(&rows[i], &rows[named]))
			set_parent(rows, named, i);
		else
			set_parent(rows, i, named);
	}
	for (size_t i = 0; i < count; i++) {
		const struct tw__side *parent;

		if (!rows[i].parent)
			continue;
		parent = &rows[rows[i].parent - 1];
		rows[i].forward = parent->from_outside &&
			rows[i].to_outside &&
			parent->callee != rows[i].callee;
	}
}
