/**
 * @file src/accounts/import_live.c  An import that goes on, and its open calls
 *
 * Decides what of an import outlives its commit, and that a call whose host
 * died is stored as its last interim record tells it. Refuses to know how
 * records come and who says that a host is dead.
 */
#include "identity.h"
#include "import.h"
#include "open_call.h"
#include "rejects.h"

int64_t tw__import_day(const struct tw_import *import)
{
	const tw_clock *clock = tw__store_clock(import->store);

	return clock->wall(clock->arg) / (86400 * TW_SECOND);
}

/* Rows that are no calls; who stands in nothing else is forgotten again. */
uint64_t tw__import_passed_over(const struct tw_import *import)
{
	const tw_counts *counts = &import->counts;

	return counts->rows_read - counts->rows_held - counts->rows_stored;
}

static tw_status same_batch(struct tw_import *import, tw_error *err)
{
	const int64_t batch = import->ids.batch;
	tw_status status;

	if (tw__import_passed_over(import) != import->passed_over) {
		tw__call_ids_close(&import->ids);
		tw__call_ids_open(&import->ids, import->store);
		import->ids.batch = batch;
		import->passed_over = tw__import_passed_over(import);
	}
	tw__rollup_free(&import->rollup);
	/* what they noted is stored by now */
	tw__legs_free(import->legs);
	import->legs = NULL;
	status = tw__identity_newest(&import->newest_identity, import->store,
				     err);
	if (status || batch)
		return status;
	/* the one before brought nothing and was dropped */
	import->counts = (tw_counts){ .size = sizeof(import->counts) };
	import->passed_over = 0;
	return tw__import_batch(import, err);
}

/* What was learned of the store is as good as new unless somebody else wrote
 * to it; a day ends the batch, so that one can be taken back. */
static tw_status go_on(struct tw_import *import, tw_error *err)
{
	int64_t version = 0;
	tw_status status = tw__data_version(&version, import->store, err);

	tw_rejects_free(import->rejects);
	import->rejects = tw__rejects_new();
	if (!status && !import->rejects)
		status = tw__fail_oom(err);
	if (status)
		return status;
	if (version == import->seen && tw__import_day(import) == import->day)
		return same_batch(import, err);
	tw__import_close(import);
	import->counts = (tw_counts){ .size = sizeof(import->counts) };
	import->passed_over = 0;
	import->first_us = import->last_us = 0;
	return tw__import_open(import, err);
}

tw_status tw__import_resume(tw_import *import, tw_error *err)
{
	tw_status status;

	if (import->open || import->failed)
		return tw__fail(err, TW_EINVAL, "only a committed import goes "
				"on");
	status = tw__tx_enter(&import->tx, import->store, err);
	if (status)
		return status;
	import->open = true;
	import->failed = go_on(import, err);
	return import->failed;
}


/* ---- calls that nobody will finish ---- */

static tw_status close_one(struct tw_import *import,
			   const struct tw__dead_call *dead,
			   tw__closed_h *each, void *arg, tw_error *err)
{
	tw_error why = TW_ERROR_INIT;
	tw_status status;

	import->closing = true;
	status = tw_import_add(import, &dead->cdr, &why);
	import->closing = false;
	switch (status) {
	case TW_OK:
	case TW_EEXIST:
	case TW_ECONFLICT:
	case TW_EPARSE:
	case TW_ERANGE:
		each(dead->cdr.call_id, status, why.message, arg);
		return status ? tw__open_call_drop(import->store, dead, err) :
			TW_OK;
	default:
		if (err)
			*err = why;
		return status;
	}
}

tw_status tw__import_close_dead(tw_import *import,
				const struct tw__dead *which,
				tw__closed_h *each, void *arg, tw_error *err)
{
	struct tw__dead_call dead = { .key = 0 };
	tw_status status = TW_OK;

	while (!status) {
		status = tw__open_call_dead(&dead, import->store, which, err);
		if (!status)
			status = close_one(import, &dead, each, arg, err);
	}
	tw__dead_call_free(&dead);
	return status == TW_ITER_END ? TW_OK : status;
}
