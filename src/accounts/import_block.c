/**
 * @file src/accounts/import_block.c  Calls of a file on their way in together
 *
 * Decides which calls may wait for others, so that one INSERT takes them all,
 * and what becomes of a call that turns out to be there already after it was
 * counted: its sums and its count are taken back, and a conflict is put aside
 * with the line that it came from. Refuses to let a call wait that anything
 * before the flush would look for in the store. Of a large file the blocks go
 * in beside the one that is read.
 */
#include <string.h>
#include "import.h"

#define CALL_ID_SHOWN 80        /* bytes, in a message */

struct waiting {
	struct tw__import_sum sum;
	struct tw__preset_place place;
	uint64_t key;
	char call_id[CALL_ID_SHOWN + 1];
};

/* Blocks that are on their way in, oldest first, and the one that is filled:
 * as store/bulk.h has them. */
struct tw__import_block {
	struct waiting rows[TW_BULK_AHEAD + 1][TW_BULK_ROWS];
	size_t counts[TW_BULK_AHEAD + 1];
	size_t first, sent;
};

static size_t filled(const struct tw__import_block *block)
{
	return (block->first + block->sent) %
		TW_ARRAY_COUNT(block->counts);
}

/* ---- what a call adds ---- */

tw_status tw__import_sum(struct tw__import_sum *out, struct tw_import *import,
			 tw_error *err)
{
	out->posted = (struct tw__posted){ import->call.cdr.start,
		import->book.open_month, 1 };
	tw__rollup_of(&out->row.key, &out->row.sums, &import->call);
	return tw__rollup_post(&import->rollup, &import->book, &out->posted,
			       &out->row, err);
}

void tw__import_unsum(struct tw_import *import, struct tw__import_sum *sum)
{
	sum->posted.sign = -1;
	(void)tw__rollup_post(&import->rollup, &import->book, &sum->posted,
			      &sum->row, NULL);
}

void tw__import_span(struct tw_import *import, tw_time start)
{
	if (!import->first_us || start < import->first_us)
		import->first_us = start;
	if (start > import->last_us)
		import->last_us = start;
}

/* ---- waiting ---- */

bool tw__import_may_wait(const struct tw_import *import)
{
	return import->reading && !import->any_open && !import->own &&
		tw__call_is_taken_for_new(&import->ids) &&
		!tw__rater_keeps(import->rater, &import->call);
}

/* No snprintf(): it costs as much as the prefix of a call. */
static void keep_id(char out[CALL_ID_SHOWN + 1], const char *call_id)
{
	size_t n = strnlen(call_id, CALL_ID_SHOWN);

	memcpy(out, call_id, n);
	out[n] = '\0';
}

static tw_status put_aside(struct tw_import *import,
			   const struct waiting *row, tw_error *err)
{
	tw_error why = TW_ERROR_INIT;
	struct tw__aside aside = { .kind = "conflict", .why = &why,
		.line = row->place.line,
		.column = tw__preset_column(import->reading, "call_id"),
		.start = row->sum.posted.start, .key = row->key };

	tw__import_say_conflict(&why, row->call_id, false);
	tw__preset_text_at(aside.text, sizeof(aside.text), import->reading,
			   &row->place);
	return tw__import_keep_aside(import, &aside, err);
}

/* The row was counted as stored, or is about to be. */
static tw_status settle(struct tw_import *import, struct waiting *row,
			tw_status became, tw_error *err)
{
	if (!became) {
		tw__import_span(import, row->sum.posted.start);
		return TW_OK;
	}
	tw__import_unsum(import, &row->sum);
	import->counts.rows_stored--;
	if (became == TW_EEXIST) {
		import->counts.duplicates++;
		return TW_OK;
	}
	import->counts.conflicts++;
	return put_aside(import, row, err);
}

/* The oldest. *known: not all of it was new. */
static tw_status take(bool *known, struct tw_import *import, tw_error *err)
{
	struct tw__import_block *block = import->block;
	const size_t at = block->first, count = block->counts[at];
	tw_status became[TW_BULK_ROWS], status;

	/* from here on it waits no more */
	block->counts[at] = 0;
	block->first = (at + 1) % TW_ARRAY_COUNT(block->counts);
	block->sent--;
	status = tw__call_take(became, &import->ids, err);
	for (size_t i = 0; !status && i < count; i++) {
		*known |= became[i] != TW_OK;
		status = settle(import, &block->rows[at][i], became[i], err);
	}
	return status;
}

/* Those that are due; all, once one of them was known: whoever comes next is
 * asked for, and what is asked for must not be on its way. */
static tw_status send(struct tw_import *import, bool all, tw_error *err)
{
	struct tw__import_block *block = import->block;
	tw_status status = TW_OK;

	if (block->counts[filled(block)]) {
		tw__call_send(&import->ids);
		block->sent++;
	}
	while (!status && block->sent &&
	       (all || tw__call_is_due(&import->ids)))
		status = take(&all, import, err);
	if (status)
		import->failed = status;
	return status;
}

tw_status tw__import_wait(struct tw_import *import, tw_error *err)
{
	struct tw__import_block *block = import->block;
	struct tw__import_sum sum;
	struct waiting *row;
	tw_status status;

	if (!block)
		block = import->block = tw_calloc(1, sizeof(*block));
	status = block ? tw__call_set(&import->call, &import->ids, err) :
		tw__fail_oom(err);
	if (!status)
		status = tw__import_sum(&sum, import, err);
	if (status)
		return status;
	row = &block->rows[filled(block)][block->counts[filled(block)]++];
	row->sum = sum;
	row->key = import->call.key;
	tw__preset_place(&row->place, import->reading);
	keep_id(row->call_id, import->call.cdr.call_id);
	return tw__call_put(&import->ids) ? send(import, false, err) : TW_OK;
}

tw_status tw__import_flush(struct tw_import *import, tw_error *err)
{
	return import->block ? send(import, true, err) : TW_OK;
}
