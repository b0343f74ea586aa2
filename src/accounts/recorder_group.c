/**
 * @file src/accounts/recorder_group.c  One group of records, one transaction
 *
 * Decides what becomes of each record of a group: stored, a duplicate, in
 * quarantine; and that a piece of a journal which is no record is kept
 * elsewhere before it is passed over. Refuses to know when groups are made.
 */
#include "cdr_pack.h"
#include "import.h"
#include "recorder.h"

/* ---- the store, as long as it stands ---- */

tw_status tw__recorder_store(struct tw_recorder *r, tw_error *err)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;

	if (r->store)
		return TW_OK;
	options.lock_wait_ms = r->options.lock_wait_ms;
	options.clock = r->options.clock;
	options.actor = r->name;
	return tw_store_open(&r->store, r->store_path, &options, err);
}

static tw_status open_import(struct tw_recorder *r, tw_error *err)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;

	if (r->import)
		return tw__import_resume(r->import, err);
	options.source = r->source;
	options.file_name = r->name;
	options.carrier = r->carrier;
	options.lookup = r->options.lookup;
	return tw_import_new(&r->import, r->store, &options, err);
}

tw_status tw__recorder_ready(struct tw_recorder *r, tw_error *err)
{
	tw_status status = tw__recorder_store(r, err);

	return status ? status : open_import(r, err);
}

/* A lock passes by itself; everything else may be this handle's, or the
 * file's, which somebody replaced or mended. */
void tw__recorder_unready(struct tw_recorder *r, tw_status why)
{
	tw_import_free(r->import);
	r->import = NULL;
	if (why == TW_EBUSY)
		return;
	tw_store_free(r->store);
	r->store = NULL;
}

/* ---- records ---- */

struct counts {
	uint64_t records, stored, interim, duplicates, conflicts, rejected;
};

static tw_status count_one(struct counts *n, struct tw_recorder *r,
			   const tw_cdr *cdr, const tw_error *why)
{
	const char *id = cdr->call_id ? cdr->call_id : "";

	n->records++;
	switch (why->code) {
	case TW_OK:
		if (cdr->flags & TW_CDR_INTERIM)
			n->interim++;
		else
			n->stored++;
		return TW_OK;
	case TW_EEXIST:
		n->duplicates++;
		return TW_OK;
	case TW_ECONFLICT:
		n->conflicts++;
		tw__recorder_event(r, TW_RECORDED_CONFLICT, why->code, id,
				   why->message);
		return TW_OK;
	case TW_EPARSE:
	case TW_ERANGE:
		n->rejected++;
		tw__recorder_event(r, TW_RECORDED_REJECT, why->code, id,
				   why->message);
		return TW_OK;
	default:
		return why->code;
	}
}

static tw_status put_aside(struct tw_recorder *r, const struct tw_frame *piece,
			   tw_error *err)
{
	const tw_clock *clock = r->options.clock ? r->options.clock :
		tw_clock_system();
	tw_error why = TW_ERROR_INIT;
	tw_status status;

	if (piece->at < r->aside_to)
		return TW_OK;
	status = tw__journal_put_aside(&r->journal, piece,
				       clock->wall(clock->arg), err);
	if (status)
		return status;
	r->aside_to = piece->at + piece->size;
	r->stats.damaged++;
	tw__fail(&why, TW_EPARSE, "%zu bytes at %zu of %s are no record; they "
		 "are kept in %s", piece->size, piece->at, r->journal.path,
		 r->journal.bad_path);
	tw__recorder_event(r, TW_RECORDED_DAMAGE, TW_EPARSE, "", why.message);
	return TW_OK;
}

static tw_status take_frame(struct counts *n, struct tw_recorder *r,
			    const struct tw_frame *frame, tw_error *err)
{
	tw_error why = TW_ERROR_INIT;
	tw_cdr cdr = TW_CDR_INIT;
	tw_status status;

	if (!frame->whole ||
	    tw__cdr_unpack(&cdr, frame->payload, frame->size, NULL)) {
		n->records += frame->whole;
		return put_aside(r, frame, err);
	}
	why.code = tw_import_add(r->import, &cdr, &why);
	status = count_one(n, r, &cdr, &why);
	if (status && err)
		*err = why;
	return status;
}

static tw_status take_frames(struct counts *n, struct tw_frames *at,
			     struct tw_recorder *r, tw_error *err)
{
	struct tw_frame frame;
	tw_status status = TW_OK;

	while (!status && n->records < r->rows &&
	       tw__journal_next(&frame, at))
		status = take_frame(n, r, &frame, err);
	return status;
}

tw_status tw__recorder_group(uint64_t *out_records, struct tw_frames *at,
			     struct tw_recorder *r, tw_error *err)
{
	struct tw_frames walk = *at;
	struct counts n = { 0 };
	tw_status status = tw__recorder_ready(r, err);

	if (!status)
		status = take_frames(&n, &walk, r, err);
	if (!status)
		status = tw_import_commit(NULL, NULL, r->import, err);
	if (status) {
		tw__recorder_unready(r, status);
		/* one that cannot be stored must not hold up the others */
		r->rows = status == TW_EBUSY ? r->rows : 1;
		return status;
	}
	r->rows = r->rows > r->options.group_rows / 2 ?
		r->options.group_rows : r->rows * 2;
	r->stats.stored += n.stored;
	r->stats.interim += n.interim;
	r->stats.duplicates += n.duplicates;
	r->stats.conflicts += n.conflicts;
	r->stats.rejected += n.rejected;
	*at = walk;
	*out_records = n.records;
	return TW_OK;
}
