/**
 * @file src/accounts/changes.c  The list that `apply` shows
 */
#include <stdio.h>
#include <string.h>
#include "changes.h"

struct tw_changes {
	tw_change *rows;
	size_t count, capacity, read;
};

tw_status tw__changes_new(struct tw_changes **out, tw_error *err)
{
	*out = tw_calloc(1, sizeof(**out));
	return *out ? TW_OK : tw__fail_oom(err);
}


/* Cut at a letter's border: what is shown stays valid UTF-8. */
static void put(char *out, size_t room, const char *text)
{
	size_t size = text ? strlen(text) : 0;

	if (size >= room) {
		size = room - 1;
		while (size && ((unsigned char)text[size] & 0xc0) == 0x80)
			size--;
	}
	if (size)
		memcpy(out, text, size);
	out[size] = '\0';
}


tw_status tw__changes_add(struct tw_changes *changes, const tw_change *change,
			  const char *before, const char *after,
			  tw_error *err)
{
	tw_change *row;

	if (tw__grow((void **)&changes->rows, &changes->capacity,
		     changes->count + 1, sizeof(*row)))
		return tw__fail_oom(err);
	row = &changes->rows[changes->count++];
	*row = *change;
	row->size = sizeof(*row);
	put(row->before, sizeof(row->before), before);
	put(row->after, sizeof(row->after), after);
	return TW_OK;
}


uint32_t tw_changes_count(const tw_changes *changes)
{
	return changes ? (uint32_t)changes->count : 0;
}


tw_status tw_changes_next(tw_change *out, tw_changes *changes, tw_error *err)
{
	if (!out || !changes)
		return tw__fail(err, TW_EINVAL, "no changes given");
	if (changes->read >= changes->count)
		return TW_ITER_END;
	*out = changes->rows[changes->read++];
	return TW_OK;
}


void tw_changes_free(tw_changes *changes)
{
	if (!changes)
		return;
	tw_free(changes->rows);
	tw_free(changes);
}
