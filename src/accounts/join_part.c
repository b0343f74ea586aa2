/**
 * @file src/accounts/join_part.c  Pairs that are taken apart
 *
 * Decides what becomes of a call whose partner's batch is taken back, or who
 * gets another partner: it stands for itself again, as before it was joined.
 * What it took of a bundle may be another call's by now; then it is charged
 * once more, by what is left. Refuses to know why two were one call (join.c,
 * pair.c).
 */
#include <string.h>
#include "amendment.h"
#include "regroup_change.h"
#include "usage_park.h"

struct wanted {
	const struct tw__told *of;
	struct tw__stored stored;
	bool found;
};

static tw_status take_stored(const struct tw__stored *call, void *arg,
			     tw_error *err)
{
	struct wanted *wanted = arg;

	(void)err;
	if (call->key == wanted->of->key && !call->undone) {
		wanted->stored = *call;
		wanted->found = true;
	}
	return TW_OK;
}

tw_status tw__told_find(struct tw__stored *out, tw_store *store,
			const struct tw__told *told, tw_error *err)
{
	struct wanted wanted = { .of = told };
	tw_status status = tw__stored_scan(store, (const int64_t []){
		told->start, told->start }, told->batch, take_stored,
		&wanted, err);

	if (status)
		return status;
	if (!wanted.found)
		return tw__fail(err, TW_ESTORE, "a call that was joined is "
				"not there; run verify");
	*out = wanted.stored;
	return TW_OK;
}

static tw_status load_partners(struct tw__parted *out, tw_store *store,
			       int64_t batch, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT second_us, second_key, second_batch, run "
		"FROM call_pair WHERE first_batch = ?1 AND parted = 0 "
		"AND second_batch <> ?1 UNION ALL SELECT first_us, "
		"first_key, first_batch, run FROM call_pair "
		"WHERE second_batch = ?1 AND parted = 0 "
		"AND first_batch <> ?1 ORDER BY 3, 1, 2", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, batch);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (tw__grow((void **)&out->rows, &out->capacity[0],
			     out->count + 1, sizeof(*out->rows)) ||
		    tw__grow((void **)&out->runs, &out->capacity[1],
			     out->count + 1, sizeof(*out->runs))) {
			tw__reset(stmt);
			return tw__fail_oom(err);
		}
		out->rows[out->count] = (struct tw__told){
			tw__col_i64(stmt, 0), tw__col_i64(stmt, 1),
			tw__col_i64(stmt, 2), false, false };
		out->runs[out->count++] = tw__col_i64(stmt, 3);
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* What the run changed of it is as it was before; what others have changed
 * since, such as its price, stays. */
static tw_status before_run(struct tw__standing *out, tw_store *store,
			    const struct tw__told *told, int64_t run,
			    tw_error *err)
{
	int64_t *const to[TW_STANDING_COUNT] = { &out->department,
		&out->carrier, &out->number, &out->leg, &out->rate_state,
		&out->reason, &out->tariff_version, &out->rate_row,
		&out->charged_s, &out->cost_nanos, &out->net_nanos,
		&out->vat_nanos, &out->currency, &out->destination };
	int64_t old[TW_STANDING_COUNT] = { 0 };
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT department, carrier, number, leg, rate_state, "
		"reason, tariff_version, rate_row, charged_s, cost_nanos, "
		"net_nanos, vat_nanos, currency, destination FROM amendment "
		"WHERE start_us = ? AND key = ? AND batch = ? AND run = ? "
		"ORDER BY side", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, told->start);
	tw__bind_i64(stmt, 2, told->key);
	tw__bind_i64(stmt, 3, told->batch);
	tw__bind_i64(stmt, 4, run);
	for (int side = 0; side < 2; side++) {
		status = tw__step(stmt, err);
		/* nothing was changed of this one: it stays as it is */
		if (status)
			return status;
		for (int i = 0; i < TW_STANDING_COUNT; i++) {
			int64_t value = tw__col_i64(stmt, i);

			if (!side)
				old[i] = value;
			else if (value != old[i])
				*to[i] = old[i];
		}
	}
	tw__reset(stmt);
	return TW_OK;
}

static tw_status add_again(struct tw__parting *parting,
			   const struct tw__told *told, tw_error *err)
{
	if (tw__grow((void **)&parting->again, &parting->capacity,
		     parting->count + 1, sizeof(*told)))
		return tw__fail_oom(err);
	parting->again[parting->count++] = *told;
	return TW_OK;
}

static tw_status restore(struct tw__parting *parting,
			 const struct tw__told *told, int64_t run,
			 tw_error *err)
{
	tw_store *store = parting->store;
	struct tw__standing before;
	struct tw__stored stored;
	bool fits = true;
	tw_status status = tw__told_find(&stored, store, told, err);

	if (status)
		return status;
	before = stored.now;
	status = before_run(&before, store, told, run, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	status = tw__usage_fits(&fits, store, told->start, told->key, run,
				err);
	if (!fits)
		tw__standing_uncharge(&before);
	if (!status)
		status = tw__amend(parting->amending, &stored, &before, err);
	if (status)
		return status;
	return fits ? tw__usage_unpark(store, told->start, told->key, run,
				       err) : add_again(parting, told, err);
}

tw_status tw__parting_begin(struct tw__parting *out, tw_store *store,
			    tw_error *err)
{
	*out = (struct tw__parting){ .store = store };
	return tw__amending_new(&out->amending, store, "part", "", err);
}

tw_status tw__join_part_two(struct tw__parting *parting,
			    const struct tw__held *held, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = restore(parting, &held->told[0], held->run, err);

	if (!status)
		status = restore(parting, &held->told[1], held->run, err);
	if (!status)
		status = tw__stmt(&stmt, parting->store, "UPDATE call_pair "
			"SET parted = (SELECT coalesce(max(id), 1) "
			"FROM amendment_run) WHERE first_us = ? "
			"AND first_key = ? AND first_batch = ? AND run = ?",
			err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, held->told[0].start);
	tw__bind_i64(stmt, 2, held->told[0].key);
	tw__bind_i64(stmt, 3, held->told[0].batch);
	tw__bind_i64(stmt, 4, held->run);
	return tw__run(stmt, err);
}

/* When all have back what is theirs. */
static tw_status charge_again(const struct tw__parting *parting,
			      tw_error *err)
{
	struct tw__regrouping *r;
	tw_status status = tw__regrouping_new(&r, parting->store, err);

	if (status)
		return status;
	for (size_t i = 0; !status && i < parting->count; i++)
		status = tw__regroup_charge(r, &parting->again[i], err);
	if (!status)
		status = tw__regrouping_settle(r, err);
	tw__regrouping_free(r);
	return status;
}

tw_status tw__parting_settle(struct tw__parting *parting, tw_error *err)
{
	tw_status status = tw__amending_settle(NULL, NULL, parting->amending,
					       err);

	return status || !parting->count ? status :
		charge_again(parting, err);
}

void tw__parting_free(struct tw__parting *parting)
{
	tw__amending_free(parting->amending);
	tw_free(parting->again);
}

static tw_status mark_parted(tw_store *store, int64_t batch, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"UPDATE call_pair SET parted = (SELECT coalesce(max(id), 1) "
		"FROM amendment_run) WHERE (first_batch = ?1 OR "
		"second_batch = ?1) AND parted = 0", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, batch);
	return tw__run(stmt, err);
}

tw_status tw__join_part(struct tw__parted *out, tw_store *store,
			int64_t batch, tw_error *err)
{
	struct tw__parting parting = { 0 };
	tw_status status = load_partners(out, store, batch, err);

	if (!status && out->count)
		status = tw__parting_begin(&parting, store, err);
	for (size_t i = 0; !status && i < out->count; i++)
		status = restore(&parting, &out->rows[i], out->runs[i], err);
	if (!status && out->count)
		status = tw__parting_settle(&parting, err);
	if (!status)
		status = mark_parted(store, batch, err);
	tw__parting_free(&parting);
	return status;
}

void tw__parted_free(struct tw__parted *parted)
{
	tw_free(parted->rows);
	tw_free(parted->runs);
}
