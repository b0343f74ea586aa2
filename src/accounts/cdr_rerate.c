/**
 * @file src/accounts/cdr_rerate.c  Stored calls, rated anew
 *
 * Decides which stored calls may be asked about again and what is told of it.
 * Their price comes from the same function as on their first day
 * (call_rate.c), the change goes into the books as an amendment. Calls whose
 * price hangs on counters (bundles, tiers) or on answers of that day
 * (exchange, ported numbers) are left as they are: asked again they would
 * answer otherwise for no fault of their price. Whose call it is is asked
 * again only where nobody was found, and where its direction turns: a call to
 * a number that the directory did not have yet went out, for all that an
 * import could know. A direction that the record named stays (call_said.c).
 */
#include <stdio.h>
#include <string.h>
#include "amendment.h"
#include "base/decimal.h"
#include "call.h"
#include "call_legs.h"
#include "call_recall.h"
#include "call_said.h"
#include "listing.h"
#include "rating/deck.h"
#include <trunkwise/ledger.h>

struct share {
	int64_t department, currency;    /* word */
	int64_t calls[2], nanos[2];      /* before, after */
};

struct job {
	tw_store *store;
	struct tw__book book;
	struct tw__intern words;
	struct tw__owners *owners;
	struct tw__rater *rater;
	struct tw__legs *legs;
	struct tw__amending *amending;
	int64_t carrier;                 /* 0 all */
	struct tw__recall recall;        /* too big for stacks */
	struct tw__said said;
	bool turned;                     /* the call that is looked at */
	struct share *shares;
	size_t share_count, share_capacity;
	tw_rerate sum;
	/* changes wait until the scan is over */
	struct { struct tw__stored call; struct tw__standing to; } *changes;
	size_t change_count, change_capacity;
};

/* ---- whose it is ---- */

static void keep_carrier(struct tw__call *call,
			 const struct tw__stored *stored)
{
	if (!stored->now.carrier)
		return;
	call->carrier = stored->now.carrier;
	call->carrier_named = true;
}

static void keep_owner(struct tw__call *call, const struct tw__stored *stored)
{
	call->department = stored->now.department;
	if (stored->now.number)
		call->number = stored->now.number;
	keep_carrier(call, stored);
}

/* Only a first leg: the others are forwards, whoever called whom. And only by
 * a number that is ours: what rows beside it told of it once is no guess that
 * nothing could undo. */
static bool may_turn(struct job *job, const struct tw__stored *stored)
{
	struct tw__call *call = &job->recall.call;
	char extension[TW_CALL_TEXT_MAX + 1];
	bool turns;

	if (stored->now.leg != 1 ||
	    stored->now.direction == TW_DIRECTION_FORWARD)
		return false;
	memcpy(extension, call->extension, sizeof(extension));
	call->cdr.direction = 0;
	tw__owners_resolve(job->owners, call);
	turns = call->direction != (uint32_t)stored->now.direction &&
		(call->direction == TW_DIRECTION_INBOUND ||
		 tw__owners_have(job->owners, call, call->caller));
	call->cdr.direction = (uint32_t)stored->now.direction;
	memcpy(call->extension, extension, sizeof(extension));
	return turns;
}

/* *turned: its direction and all that hangs on it are found anew. */
static tw_status turn(bool *turned, struct job *job,
		      const struct tw__stored *stored, tw_error *err)
{
	struct tw__call *call = &job->recall.call;
	bool known;
	tw_status status;

	*turned = false;
	if (!may_turn(job, stored))
		return TW_OK;
	status = tw__said_find(&known, call, &job->said, job->store, err);
	if (status || !known || call->cdr.direction) {
		call->cdr.direction = (uint32_t)stored->now.direction;
		return status;
	}
	tw__owners_resolve(job->owners, call);
	if (!call->carrier && !call->carrier_named)
		keep_carrier(call, stored);
	*turned = call->direction != (uint32_t)stored->now.direction;
	return TW_OK;
}

static tw_status find_owner(struct job *job, const struct tw__stored *stored,
			    tw_error *err)
{
	struct tw__call *call = &job->recall.call;
	tw_status status = turn(&job->turned, job, stored, err);

	if (status || job->turned)
		return status;
	if (stored->now.department) {
		tw__owners_resolve(job->owners, call);
		keep_owner(call, stored);
		return TW_OK;
	}
	if (tw__legs_wants(call))
		status = tw__legs_fill(call, job->legs, err);
	if (status)
		return status;
	tw__owners_resolve(job->owners, call);
	keep_carrier(call, stored);
	return TW_OK;
}

static struct share *find_share(struct job *job, int64_t department,
				int64_t currency)
{
	for (size_t i = 0; i < job->share_count; i++) {
		if (job->shares[i].department == department &&
		    job->shares[i].currency == currency)
			return &job->shares[i];
	}
	if (tw__grow((void **)&job->shares, &job->share_capacity,
		     job->share_count + 1, sizeof(struct share)))
		return NULL;
	job->shares[job->share_count] = (struct share){ department, currency,
		{ 0, 0 }, { 0, 0 } };
	return &job->shares[job->share_count++];
}

static tw_status note_share(struct job *job, const struct tw__standing *of,
			    int side, tw_error *err)
{
	struct share *share = find_share(job, of->department, of->currency);

	if (!share)
		return tw__fail_oom(err);
	share->calls[side]++;
	return tw__add_i64(&share->nanos[side], share->nanos[side],
			   of->cost_nanos) ? TW_OK :
		tw__fail(err, TW_ERANGE, "the changed calls of a department "
			 "exceed 9.2e9 units; rate a carrier at a time");
}

static tw_status keep_change(struct job *job, const struct tw__stored *stored,
			     const struct tw__standing *to, tw_error *err)
{
	struct tw__standing both[2] = { stored->now, *to };
	tw_status status = TW_OK;

	/* what had no price, or has none now, is nothing of that currency */
	for (int i = 0; i < 2; i++) {
		if (!both[i].currency)
			both[i].currency = both[!i].currency;
	}
	for (int i = 0; i < 2 && !status; i++)
		status = note_share(job, &both[i], i, err);
	if (status)
		return status;
	if (tw__grow((void **)&job->changes, &job->change_capacity,
		     job->change_count + 1, sizeof(*job->changes)))
		return tw__fail_oom(err);
	job->changes[job->change_count].call = *stored;
	job->changes[job->change_count++].to = *to;
	job->sum.changed++;
	job->sum.turned += to->direction != stored->now.direction;
	return TW_OK;
}

static tw_status look_at(const struct tw__stored *stored, void *arg,
			 tw_error *err)
{
	struct job *job = arg;
	struct tw__standing to;
	enum tw__recalled recalled = TW_RECALLED;
	struct tw__call *call = &job->recall.call;
	tw_status status;

	if (stored->undone || (job->carrier && stored->now.carrier &&
			       stored->now.carrier != job->carrier))
		return TW_OK;
	job->sum.calls++;
	status = tw__recall(&recalled, &job->recall, stored, err);
	job->sum.kept += recalled == TW_RECALLED_NOTED ||
		recalled == TW_RECALLED_ASKED;
	job->sum.erased += recalled == TW_RECALLED_ERASED;
	if (status || recalled != TW_RECALLED)
		return status;
	status = find_owner(job, stored, err);
	if (!status)
		status = tw__rater_rate(job->rater, call, err);
	if (status)
		return status;
	if (call->note.of || call->note.wanted) {
		job->sum.kept++;
		return TW_OK;
	}
	tw__recall_standing(&to, &job->recall, stored);
	if (job->turned)
		to.direction = call->direction;
	if (!tw__standing_is(&to, &stored->now))
		return keep_change(job, stored, &to, err);
	job->sum.same++;
	return TW_OK;
}

/* ---- the report ---- */

static tw_status list_share(struct tw_listing *list, struct job *job,
			    const struct share *share, tw_error *err)
{
	for (int side = 0; side < 2; side++) {
		tw_listing_row row = TW_LISTING_ROW_INIT;
		tw_status status = tw__listing_text(row.key,
			sizeof(row.key), job->store,
			"SELECT name FROM department "
			"WHERE id = ? ORDER BY valid_from DESC LIMIT 1",
			share->department, err);

		if (!status)
			status = tw__listing_text(row.money.currency,
				sizeof(row.money.currency), job->store,
				"SELECT text FROM word WHERE id = ?",
				share->currency, err);
		if (status)
			return status;
		row.money.nanos = share->nanos[side];
		row.calls = (uint64_t)share->calls[side];
		snprintf(row.kind, sizeof(row.kind), side ? "new" : "old");
		status = tw__listing_add(list, &row, err);
		if (status)
			return status;
	}
	return TW_OK;
}

static tw_status make_list(struct tw_listing **out, struct job *job,
			   tw_error *err)
{
	struct tw_listing *list = tw__listing_new();
	tw_status status = list ? TW_OK : tw__fail_oom(err);

	for (size_t i = 0; !status && i < job->share_count; i++)
		status = list_share(list, job, &job->shares[i], err);
	if (status) {
		tw_listing_free(list);
		return status;
	}
	*out = list;
	return TW_OK;
}

/* ---- from end to end ---- */

static tw_status open_job(struct job *job, const tw_rerate_options *options,
			  tw_error *err)
{
	tw_status status = tw__book_open(&job->book, job->store, NULL, err);

	if (status)
		return status;
	job->recall.store = job->store;
	job->recall.rule = tw__dial_rule(job->book.country);
	tw__intern_words(&job->words, job->store);
	status = tw__owners_new(&job->owners, job->store, &job->recall.rule,
				err);
	if (!status && options->carrier && *options->carrier) {
		job->carrier = tw__owners_carrier(job->owners,
						  options->carrier, 0);
		if (!job->carrier)
			return tw__fail_at(err, TW_ENOTFOUND, 0, "carrier",
					   "'%.80s' is not in the directory",
					   options->carrier);
	}
	if (!status)
		status = tw__rater_new(&job->rater, job->store, &job->words,
				       0, err);
	if (!status)
		status = tw__legs_new(&job->legs, job->store, err);
	if (!status)
		status = tw__amending_new(&job->amending, job->store,
					  "rerate", options->reason, err);
	return status;
}

static tw_status rerate(struct job *job, const tw_rerate_options *options,
			tw_error *err)
{
	int64_t month, range[2];
	int64_t run = 0;
	tw_status status = tw__rollup_catch_up(job->store, err);

	if (!status)
		status = open_job(job, options, err);
	if (!status)
		status = tw__book_parse(&month, &range[0], &range[1],
					&job->book, options->month, err);
	if (status)
		return status;
	range[1]--;
	status = tw__stored_scan(job->store, range, 0, look_at, job, err);
	for (size_t i = 0; !status && i < job->change_count; i++)
		status = tw__amend(job->amending, &job->changes[i].call,
				   &job->changes[i].to, err);
	if (!status)
		status = tw__amending_settle(NULL, &run, job->amending, err);
	job->sum.run = (uint64_t)run;
	return status;
}

static void close_job(struct job *job)
{
	tw__amending_free(job->amending);
	tw__legs_free(job->legs);
	tw__rater_free(job->rater);
	tw__owners_free(job->owners);
	tw__intern_free(&job->words);
	if (job->book.zone)
		tw__book_close(&job->book);
	tw_free(job->shares);
	tw_free(job->changes);
	tw_free(job);
}

/* A dry run goes all the way and is rolled back: words that it interned for
 * its report are gone then too, so the report is made before. */
static tw_status run(struct tw_listing **list, struct job *job,
		     const tw_rerate_options *options, tw_error *err)
{
	struct tw_tx tx;
	tw_status status = tw__tx_enter(&tx, job->store, err);

	if (status)
		return status;
	status = rerate(job, options, err);
	if (!status)
		status = make_list(list, job, err);
	if (!status && (options->flags & TW_RERATE_DRY_RUN)) {
		job->sum.run = 0;
		(void)tw__tx_leave(&tx, job->store, TW_EREFUSED, NULL);
		return TW_OK;
	}
	return tw__tx_leave(&tx, job->store, status, err);
}

tw_status tw_cdr_rerate(tw_rerate *out, tw_listing **out_list,
			tw_store *store, const tw_rerate_options *options,
			tw_error *err)
{
	tw_rerate_options o = TW_RERATE_OPTIONS_INIT;
	struct tw_listing *list = NULL;
	struct job *job;
	tw_status status;

	if (!store || !options)
		return tw__fail(err, TW_EINVAL, "a rerate needs store and "
				"options");
	status = tw__import(&o, sizeof(o), options, err);
	if (status)
		return status;
	if (!o.month || o.flags & ~TW_RERATE_DRY_RUN)
		return tw__fail_at(err, TW_EINVAL, 0, o.month ? "flags" :
				   "month", "is missing or unknown");
	if ((o.flags & TW_RERATE_DRY_RUN) && tw__tx_is_taken(store))
		return tw__fail(err, TW_EBUSY, "a dry run needs a "
				"transaction of its own; commit first");
	job = tw_calloc(1, sizeof(*job));
	if (!job)
		return tw__fail_oom(err);
	job->store = store;
	job->sum = (tw_rerate)TW_RERATE_INIT;
	status = run(&list, job, &o, err);
	if (!status && out)
		status = tw__export(out, &job->sum, sizeof(*out), err);
	close_job(job);
	if (status || !out_list)
		tw_listing_free(list);
	else
		*out_list = list;
	return status;
}
