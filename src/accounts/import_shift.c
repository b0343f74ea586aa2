/**
 * @file src/accounts/import_shift.c  A record that is there at another start
 *
 * Decides which row of a file is a stored call whose start has moved, or one
 * of the same file: exported again under another zone, or by a clock that was
 * set meanwhile. Refuses it, as a conflict: the call would count twice. A
 * host's records come as they happen and are not asked.
 */
#include "import.h"

tw_status tw__import_shift(struct tw_import *import, tw_error *err)
{
	struct tw__call *call = &import->call;
	char at[40] = "";
	tw_time known;
	tw_status status;

	if (!import->shift)
		return TW_OK;
	status = tw__shift_find(&known, import->shift, call->key,
				call->cdr.start, err);
	if (!status && !known && import->key_moves)
		status = tw__shift_moved(&known, import->shift, call, err);
	if (status || !known)
		return status;
	tw_time_format(at, sizeof(at), known, import->zone, NULL);
	return tw__fail_at(err, TW_ECONFLICT, 0, "start", "'%.80s' is stored "
		"with the start %s; check the zone of this file, or undo the "
		"batch of the other", call->cdr.call_id, at);
}

/* Rows wait for each other on their way in, and are asked for behind that. */
static tw_status find_own(tw_time *out, struct tw_import *import,
			  tw_error *err)
{
	const struct tw__call *call = &import->call;
	const tw_time start = call->cdr.start;
	tw_status status = TW_OK;
	tw_time second;
	size_t step = 0;

	while (!status && !*out &&
	       (second = tw__starts_near(import->starts, call->key, start,
					 &step)) >= 0) {
		status = tw__import_flush(import, err);
		if (!status)
			status = tw__shift_within(out, import->shift,
				&(const struct tw__shift_place){ call->key,
					start, second }, err);
	}
	return status;
}

/* Rows of one id and no number of their own are no news in a file. */
tw_status tw__import_shift_own(struct tw_import *import, tw_error *err)
{
	const struct tw__call *call = &import->call;
	char at[40] = "";
	tw_time known = 0;
	tw_status status;

	if (!import->starts || import->key_moves ||
	    call->cdr.start >= TW_CALL_START_END)
		return TW_OK;
	status = find_own(&known, import, err);
	if (!status && !known)
		return tw__starts_add(import->starts, call->key,
				      call->cdr.start, err);
	if (status)
		return status;
	tw_time_format(at, sizeof(at), known, import->zone, NULL);
	return tw__fail_at(err, TW_ECONFLICT, 0, "start", "'%.80s' stands in "
		"this file with the start %s too; mend the wrong row, or give "
		"each call an id of its own", call->cdr.call_id, at);
}
