/**
 * @file src/accounts/import_undo.c  Taking a batch back
 *
 * Decides what "undone" means: postings are reversed by new ones, the rollup
 * loses what the batch's calls stand for now, bundles and tiers get their
 * seconds back, and its calls stay, marked in their key, so that the same
 * records may come again (under another zone, or after the tariff that they
 * lacked).
 */
#include <stdio.h>
#include <string.h>
#include "call_region.h"
#include "history.h"
#include "join.h"
#include "ledger.h"
#include "regroup.h"
#include "usage.h"
#include <trunkwise/report.h>

struct batch {
	int64_t id, range[2], undone_us, undone_month;
	char preset[TW_PRESET_NAME], source[TW_CALL_TEXT_MAX + 1];
	enum record_group group;
};

static tw_status read_batch(struct batch *out, tw_store *store, int64_t id,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT first_us, last_us, undone_us, preset, source, grouped "
		"FROM batch WHERE id = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, id);
	status = tw__step(stmt, err);
	if (status)
		return status != TW_ITER_END ? status :
			tw__fail_at(err, TW_ENOTFOUND, 0, "batch",
				    "no batch %lld; see import list",
				    (long long)id);
	out->id = id;
	out->range[0] = tw__col_i64(stmt, 0);
	out->range[1] = tw__col_i64(stmt, 1);
	out->undone_us = tw__col_i64(stmt, 2);
	snprintf(out->preset, sizeof(out->preset), "%s",
		 tw__col_text(stmt, 3));
	snprintf(out->source, sizeof(out->source), "%s",
		 tw__col_text(stmt, 4));
	out->group = (enum record_group)tw__col_i64(stmt, 5);
	tw__reset(stmt);
	if (out->undone_us)
		return tw__fail_at(err, TW_EEXIST, 0, "batch", "batch %lld is "
				   "undone already", (long long)id);
	return TW_OK;
}

struct taking {
	struct tw__rollup rollup, charges;
	struct tw__book book;
};

static tw_status take_call(const struct tw__stored *call, void *arg,
			   tw_error *err)
{
	struct taking *taking = arg;
	const struct tw__posted posted = { call->start,
		taking->book.open_month, -1 };
	struct tw__rollup_row row;
	tw_status status;

	if (call->undone)
		return TW_OK;
	tw__stored_row(&row, call, &call->now);
	status = tw__charges_add(&taking->charges, &taking->book, &posted,
				 &row, err);
	return status ? status : tw__rollup_post(&taking->rollup,
		&taking->book, &posted, &row, err);
}

/* What its calls stand for now, amended or not, out of rollup and ledger: of
 * closed months as a correction of the first open one. */
static tw_status take_from_books(tw_store *store, struct batch *batch,
				 tw_error *err)
{
	const struct tw__charges_of of = { .batch = batch->id,
		.correction = true, .reference = "undo" };
	struct taking taking = { { 0 }, { 0 }, { 0 } };
	tw_status status = tw__book_open(&taking.book, store, "UTC", err);

	if (status)
		return status;
	batch->undone_month = taking.book.open_month;
	status = tw__stored_scan(store, batch->range, batch->id, take_call,
				 &taking, err);
	if (!status)
		status = tw__rollup_merge(store, &taking.rollup, 1, err);
	if (!status)
		status = tw__ledger_post_calls(store, &taking.charges, &of,
					       err);
	tw__rollup_free(&taking.charges);
	tw__rollup_free(&taking.rollup);
	tw__book_close(&taking.book);
	return status;
}

/* The batch's number in the key: unique, and says who took it back. */
static tw_status mark_calls(tw_store *store, const struct batch *batch,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"UPDATE call_row SET undone = batch WHERE start_us >= ? "
		"AND start_us <= ? AND undone = 0 AND batch = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, batch->range[0]);
	tw__bind_i64(stmt, 2, batch->range[1]);
	tw__bind_i64(stmt, 3, batch->id);
	return tw__run(stmt, err);
}

static tw_status mark_batch(tw_store *store, const struct batch *batch,
			    tw_error *err)
{
	const tw_clock *clock = tw__store_clock(store);
	struct tw_stmt *stmt;
	int64_t who = 0;
	tw_status status = tw__ledger_who(&who, store, err);

	if (!status)
		status = tw__stmt(&stmt, store, "UPDATE batch SET "
			"undone_us = ?, undone_month = ?, undone_who = ? "
			"WHERE id = ?", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, clock->wall(clock->arg));
	tw__bind_i64(stmt, 2, batch->undone_month);
	tw__bind_i64(stmt, 3, who);
	tw__bind_i64(stmt, 4, batch->id);
	return tw__run(stmt, err);
}

/* What other files had of its calls stands for itself. */
static tw_status regroup(tw_store *store, const struct batch *batch,
			 tw_error *err)
{
	const struct tw__regroup_of of = { .batch = batch->id,
		.range = { batch->range[0], batch->range[1] },
		.preset = batch->preset, .source = batch->source,
		.group = batch->group };

	return tw__regroup(store, &of, err);
}

/* Calls of one batch that were joined with it: what came and went beside them
 * meanwhile changed nothing of them. */
static tw_status regroup_some(tw_store *store, const struct tw__told *asked,
			      size_t count, tw_error *err)
{
	struct batch batch = { 0 };
	struct tw__regroup_of of = { .preset = batch.preset,
		.source = batch.source, .asked = asked,
		.asked_count = count };
	tw_status status = read_batch(&batch, store, asked->batch, err);

	if (status)
		return status;
	of.range[0] = asked[0].start;
	of.range[1] = asked[count - 1].start;
	of.group = batch.group;
	return tw__regroup(store, &of, err);
}

static tw_status regroup_parted(tw_store *store,
				const struct tw__parted *parted,
				tw_error *err)
{
	tw_status status = TW_OK;

	for (size_t i = 0, count; !status && i < parted->count; i += count) {
		for (count = 1; i + count < parted->count; count++) {
			if (parted->rows[i + count].batch !=
			    parted->rows[i].batch)
				break;
		}
		status = regroup_some(store, &parted->rows[i], count, err);
	}
	return status;
}

static tw_status undo(struct tw__parted *parted, tw_store *store,
		      uint64_t id, tw_error *err)
{
	struct batch batch = { 0 };
	tw_status status = read_batch(&batch, store, (int64_t)id, err);

	if (!status)
		status = tw__rollup_catch_up(store, err);
	if (!status)
		status = take_from_books(store, &batch, err);
	if (!status)
		status = tw__regions_undo(store, batch.id, err);
	if (!status)
		status = tw__usage_undo(store, batch.id, err);
	if (!status)
		status = mark_calls(store, &batch, err);
	/* partners may need the seconds that it gave back */
	if (!status)
		status = tw__join_part(parted, store, batch.id, err);
	if (!status)
		status = mark_batch(store, &batch, err);
	if (!status)
		status = regroup(store, &batch, err);
	return status ? status : regroup_parted(store, parted, err);
}

tw_status tw_import_undo(tw_store *store, uint64_t batch, tw_error *err)
{
	struct tw__parted parted = { 0 };
	struct tw_tx tx;
	tw_status status;

	if (!store)
		return tw__fail(err, TW_EINVAL, "undo needs a store");
	if (!batch || batch > INT64_MAX)
		return tw__fail_at(err, TW_ENOTFOUND, 0, "batch", "there is "
				   "no such batch; see import list");
	status = tw__tx_enter(&tx, store, err);
	if (status)
		return status;
	status = undo(&parted, store, batch, err);
	tw__parted_free(&parted);
	return tw__tx_leave(&tx, store, status, err);
}
