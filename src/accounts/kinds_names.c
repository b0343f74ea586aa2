/**
 * @file src/accounts/kinds_names.c  Rows by kind and name
 */
#include <assert.h>
#include <string.h>
#include "kinds_names.h"

struct slot {
	const char *name;    /* NULL: free */
	uint32_t row;
	uint8_t kind;
};

struct tw_kind_names {
	struct slot *slots;
	size_t mask, count;
};

tw_status tw__kind_names_new(struct tw_kind_names **out, size_t expected)
{
	struct tw_kind_names *names = tw_calloc(1, sizeof(*names));
	size_t size = 64;

	if (!names)
		return TW_ENOMEM;
	while (size < 2 * expected)
		size *= 2;
	names->mask = size - 1;
	names->slots = tw_calloc(size, sizeof(*names->slots));
	if (!names->slots) {
		tw_free(names);
		return TW_ENOMEM;
	}
	*out = names;
	return TW_OK;
}


void tw__kind_names_free(struct tw_kind_names *names)
{
	if (!names)
		return;
	tw_free(names->slots);
	tw_free(names);
}


static size_t hash(uint8_t kind, const char *name)
{
	uint64_t h = 14695981039346656037u ^ kind;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 1099511628211u;
	return (size_t)(h ^ (h >> 29));
}


static struct slot *probe(const struct tw_kind_names *names, uint8_t kind,
			  const char *name)
{
	size_t i = hash(kind, name) & names->mask;
	struct slot *slot;

	for (;; i = (i + 1) & names->mask) {
		slot = &names->slots[i];
		if (!slot->name ||
		    (slot->kind == kind && !strcmp(slot->name, name)))
			return slot;
	}
}


tw_status tw__kind_names_add(struct tw_kind_names *names, uint8_t kind,
			     const char *name, uint32_t row)
{
	struct slot *slot = probe(names, kind, name);

	if (slot->name)
		return TW_EEXIST;
	assert(names->count < names->mask);
	*slot = (struct slot){ name, row, kind };
	names->count++;
	return TW_OK;
}


bool tw__kind_names_find(uint32_t *out, const struct tw_kind_names *names,
			 uint8_t kind, const char *name)
{
	const struct slot *slot = probe(names, kind, name);

	if (!slot->name)
		return false;
	*out = slot->row;
	return true;
}


/* Levenshtein distance, given up above `limit`. */
static size_t distance(const char *a, const char *b, size_t limit)
{
	size_t row[64], i, j, above, left, best, n = strlen(b);

	if (n >= TW_ARRAY_COUNT(row) || strlen(a) >= TW_ARRAY_COUNT(row))
		return limit + 1;
	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 1; a[i - 1]; i++) {
		left = row[0];
		best = row[0] = i;
		for (j = 1; j <= n; j++) {
			above = row[j];
			row[j] = left + (a[i - 1] != b[j - 1]);
			if (above + 1 < row[j])
				row[j] = above + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			if (row[j] < best)
				best = row[j];
			left = above;
		}
		if (best > limit)
			return limit + 1;
	}
	return row[n];
}


void tw__kind_names_suggest(struct tw_buf *out,
			    const struct tw_kind_names *names,
			    uint8_t kind, const char *name)
{
	const struct slot *slot, *near = NULL;
	size_t limit = 2, i, d, listed = 0;

	for (i = 0; i <= names->mask; i++) {
		slot = &names->slots[i];
		if (!slot->name || slot->kind != kind)
			continue;
		d = distance(slot->name, name, limit);
		if (d <= limit && (!near || d < limit ||
				   strcmp(slot->name, near->name) < 0)) {
			near = slot;
			limit = d;
		}
	}
	if (near) {
		tw__buf_printf(out, "did you mean '%s'?", near->name);
		return;
	}
	for (i = 0; i <= names->mask && listed < 5; i++) {
		slot = &names->slots[i];
		if (slot->name && slot->kind == kind)
			tw__buf_printf(out, "%s'%s'", listed++ ? ", " :
				       "declared are ", slot->name);
	}
	if (!listed)
		tw__buf_text(out, "none is declared");
}
