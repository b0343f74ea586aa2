/**
 * @file src/accounts/verify_scan.c  One pass over all calls for verify
 *
 * Decides that postings, rollup and closed months are proved by one reading of
 * the history, which costs more than all three do with it. Refuses to judge.
 */
#include "amendment.h"
#include "verify_postings.h"
#include "verify_scan.h"

static void is_as(struct tw__scan *scan, const struct tw__standing *standing)
{
	if (scan->call && scan->astray == TW_TIME_MAX &&
	    !tw__standing_is(&scan->last, standing))
		scan->astray = scan->start;
}

/* Each amendment begins where the one before ended, and the last one ends at
 * what the call's row says. */
static void follow(struct tw__scan *scan, const struct tw__event *event)
{
	bool first = !event->run && event->posted.sign > 0;

	if (first)
		is_as(scan, &scan->now);
	else if (event->posted.sign < 0)
		is_as(scan, event->standing);
	scan->call = true;
	scan->start = event->call->start;
	scan->now = event->call->now;
	if (event->posted.sign > 0)
		scan->last = *event->standing;
}

static tw_status read_event(const struct tw__event *event, void *arg,
			    tw_error *err)
{
	struct tw__scan *scan = arg;
	struct tw__rollup_row row;
	tw_status status;

	follow(scan, event);
	tw__stored_row(&row, event->call, event->standing);
	tw__proof_event(&scan->proof, event, &scan->book);
	status = tw__postings_event(&scan->postings, event, &row, &scan->book,
				    err);
	return status ? status : tw__rollup_post(&scan->rollup, &scan->book,
		&event->posted, &row, err);
}

static tw_status read_all(struct tw__scan *scan, tw_error *err)
{
	static const int64_t always[2] = TW_ALWAYS;
	tw_status status = tw__book_open(&scan->book, scan->store, "UTC",
					 err);

	if (!status)
		status = tw__proof_open(&scan->proof, scan->store, err);
	if (!status)
		status = tw__history_scan(scan->store, always, read_event,
					  scan, err);
	is_as(scan, &scan->now);
	return status;
}

tw_status tw__scan(struct tw__scan *out, tw_store *store, tw_error *err)
{
	*out = (struct tw__scan){ .store = store, .why = TW_ERROR_INIT,
		.astray = TW_TIME_MAX };
	out->status = read_all(out, &out->why);
	if (out->status == TW_ENOMEM || out->status == TW_EBUSY)
		return tw__scan_is_whole(out, err);
	return TW_OK;
}

tw_status tw__scan_is_whole(const struct tw__scan *scan, tw_error *err)
{
	if (scan->status && err)
		*err = scan->why;
	return scan->status;
}

void tw__scan_free(struct tw__scan *scan)
{
	tw__rollup_free(&scan->postings);
	tw__rollup_free(&scan->rollup);
	tw__proof_free(&scan->proof);
	if (scan->book.zone)
		tw__book_close(&scan->book);
}
