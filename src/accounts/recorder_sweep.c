/**
 * @file src/accounts/recorder_sweep.c  Calls that their host will not finish
 *
 * Decides when a call under way is taken for dead: at once when the recorder
 * of its name is opened anew, since that name has one owner and the one who
 * told of the call is gone; after the grace time when another name fell
 * silent. Refuses to know how such a call is stored.
 */
#include <stdio.h>
#include "import.h"
#include "recorder.h"

static void tell(const char *call_id, tw_status status, const char *text,
		 void *arg)
{
	struct tw_recorder *r = arg;

	if (status) {
		tw__recorder_event(r, TW_RECORDED_CONFLICT, status, call_id,
				   text);
		return;
	}
	r->stats.closed++;
	tw__recorder_event(r, TW_RECORDED_CLOSED, TW_OK, call_id, "stored as "
			   "its last interim record tells it: its host is "
			   "gone");
}

static tw_status any_dead(bool *out, struct tw_recorder *r,
			  const struct tw__dead *which, tw_error *err)
{
	struct tw__dead_call first = { .key = 0 };
	tw_status status = tw__open_call_dead(&first, r->store, which, err);

	tw__dead_call_free(&first);
	*out = status == TW_OK;
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__recorder_sweep(struct tw_recorder *r,
			     const struct tw__dead *which, tw_error *err)
{
	bool any = false;
	tw_status status = tw__recorder_store(r, err);

	if (!status)
		status = any_dead(&any, r, which, err);
	if (!status && any) {
		status = tw__recorder_ready(r, err);
		if (!status)
			status = tw__import_close_dead(r->import, which, tell,
						       r, err);
		if (!status)
			status = tw_import_commit(NULL, NULL, r->import, err);
	}
	if (status)
		tw__recorder_unready(r, status);
	return status;
}
