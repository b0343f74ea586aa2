/*
 * What a restore or a reload found different, to be read row by row.
 */
#include "snapshot.h"

#include <stdio.h>
#include <string.h>

struct tw_engine_changes {
	tw_engine_change *row;
	size_t count;
	size_t capacity;
	size_t next;
};

struct tw_engine_changes *tw__news_new(void)
{
	return tw_calloc(1, sizeof(struct tw_engine_changes));
}

tw_status tw__news_add(struct tw_engine_changes *changes, uint32_t change,
			  const char *kind, const char *name,
			  const char *detail)
{
	tw_engine_change *row;

	if (tw__grow((void **)&changes->row, &changes->capacity,
		     changes->count + 1, sizeof(*changes->row)))
		return TW_ENOMEM;
	row = &changes->row[changes->count++];
	*row = (tw_engine_change)TW_ENGINE_CHANGE_INIT;
	row->change = change;
	snprintf(row->kind, sizeof(row->kind), "%s", kind);
	tw__utf8_cut(row->name, sizeof(row->name), name);
	tw__utf8_cut(row->detail, sizeof(row->detail), detail);
	return TW_OK;
}

tw_status tw_engine_changes_next(tw_engine_change *out,
				 tw_engine_changes *changes, tw_error *err)
{
	tw_engine_change row;
	uint32_t size;

	if (!out || !changes || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "no changes, or a row without "
				"TW_ENGINE_CHANGE_INIT");
	if (changes->next == changes->count)
		return TW_ITER_END;
	row = changes->row[changes->next++];
	row.size = size = out->size;
	memcpy(out, &row, size < sizeof(row) ? size : sizeof(row));
	return TW_OK;
}

void tw_engine_changes_free(tw_engine_changes *changes)
{
	if (!changes)
		return;
	tw_free(changes->row);
	tw_free(changes);
}
