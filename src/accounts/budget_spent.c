/**
 * @file src/accounts/budget_spent.c  What stored calls have spent
 *
 * Decides which calls count in a budget: charged ones that began in its
 * period, of its department, over its trunk, to its destinations; never one to
 * an emergency number. A period is read once; then only batches that are new
 * or have grown are, because a host that asks every second may not scan a
 * month each time. Whatever else changed (a batch taken back, calls amended)
 * is reason to read it all again. Days and months of a department, or of
 * everybody, are sums that the rollup has. Refuses to know limits.
 */
#include <string.h>
#include "base/decimal.h"
#include "base/e164.h"
#include "budget_spent.h"
#include <trunkwise/tariff.h>

#define SLOT_SETTLED (-1)

struct scan {
	const struct tw__spent *spent;
	struct tw__spend *spends;
	size_t count;
	int slot;               /* growing one, or SLOT_SETTLED */
	bool fresh;             /* only spends that were not read */
};

struct batch {
	int64_t id, rows, first_us, last_us, undone_us;
};

static bool is_to(const struct tw__spend *spend, const char *digits)
{
	for (size_t i = 0; i < spend->prefix_count; i++) {
		const char *prefix = spend->prefixes[i];

		if (strncmp(digits, prefix, strlen(prefix)) == 0)
			return true;
	}
	return !spend->prefix_count;
}

static tw_status add(struct scan *scan, struct tw__spend *spend, int64_t net,
		     tw_error *err)
{
	int64_t *sum = scan->slot == SLOT_SETTLED ? &spend->settled :
		&spend->growing[scan->slot];

	if (!tw__add_i64(sum, *sum, net))
		return tw__fail(err, TW_ERANGE, "the calls of a budget add up "
				"to more than 9.2e9 units");
	return TW_OK;
}

static tw_status take_row(struct scan *scan, struct tw_stmt *stmt,
			  tw_error *err)
{
	const char *digits = tw__col_text(stmt, 7);
	tw_time start = tw__col_i64(stmt, 0);
	int64_t net = tw__col_i64(stmt, 3);
	tw_status status = TW_OK;

	if (tw__is_emergency(digits, scan->spent->rule))
		return TW_OK;
	if (tw__col_i64(stmt, 5) == TW_VAT_GROSS)
		net -= tw__col_i64(stmt, 4);
	for (size_t i = 0; i < scan->count && !status; i++) {
		struct tw__spend *spend = &scan->spends[i];

		if (spend->summed || spend->read == scan->fresh ||
		    start < spend->from || start >= spend->to ||
		    (spend->department &&
		     spend->department != tw__col_i64(stmt, 1)) ||
		    (spend->trunk && spend->trunk != tw__col_i64(stmt, 2)) ||
		    !is_to(spend, digits))
			continue;
		if (strcmp(tw__col_text(stmt, 6), scan->spent->currency))
			spend->other_currency = true;
		else
			status = add(scan, spend, net, err);
	}
	return status;
}

/* Charged calls with from <= start <= to: of one batch, or of all (0). */
static tw_status scan_calls(struct scan *scan, tw_store *store,
			    const int64_t range[2], int64_t batch,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT c.start_us, c.department, c.trunk, c.cost_nanos, "
		"c.vat_nanos, v.vat, CASE WHEN v.convert_to <> '' "
		"THEN v.convert_to ELSE v.currency END, i.digits "
		"FROM call c "
		"JOIN tariff_version v ON v.id = c.tariff_version "
		"LEFT JOIN identity i ON i.id = c.callee "
		"WHERE c.start_us >= ?1 AND c.start_us <= ?2 "
		"AND c.undone = 0 AND c.rate_state = 1 "
		"AND (?3 = 0 OR c.batch = ?3)", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, range[0]);
	tw__bind_i64(stmt, 2, range[1]);
	tw__bind_i64(stmt, 3, batch);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = take_row(scan, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* ---- which batches ---- */

static int slot_of(const struct tw__spent *spent, int64_t batch)
{
	for (int i = 0; i < TW_GROWING_MAX; i++) {
		if (spent->growing[i].batch == batch)
			return i;
	}
	return SLOT_SETTLED;
}

/* The oldest slot is given up: its batch counts as one that has ended. */
static int take_slot(struct tw__spent *spent, struct tw__spend *spends,
		     size_t count)
{
	int slot = 0;

	for (int i = 1; i < TW_GROWING_MAX; i++) {
		if (spent->growing[i].batch < spent->growing[slot].batch)
			slot = i;
	}
	spent->settled_rows += spent->growing[slot].rows;
	for (size_t i = 0; i < count; i++) {
		/* both fit: their sum was the total before */
		spends[i].settled += spends[i].growing[slot];
		spends[i].growing[slot] = 0;
	}
	spent->growing[slot] = (struct tw__growing){ 0, 0 };
	return slot;
}

static tw_status read_batch(struct tw__spent *spent, tw_store *store,
			    struct scan *scan, const struct batch *batch,
			    tw_error *err)
{
	const int64_t range[2] = { batch->first_us, batch->last_us };
	int slot = slot_of(spent, batch->id);
	bool anybody = false;

	if (slot != SLOT_SETTLED && spent->growing[slot].rows == batch->rows)
		return TW_OK;
	if (slot == SLOT_SETTLED)
		slot = take_slot(spent, scan->spends, scan->count);
	for (size_t i = 0; i < scan->count; i++) {
		scan->spends[i].growing[slot] = 0;
		anybody |= scan->spends[i].read;
	}
	spent->growing[slot] = (struct tw__growing){ batch->id, batch->rows };
	scan->slot = slot;
	return anybody ? scan_calls(scan, store, range, batch->id, err) :
		TW_OK;
}

struct batches {
	struct batch *list;     /* new or growing */
	size_t count, capacity;
	int64_t undone, settled_rows, newest, runs;
};

static tw_status list_batches(struct batches *out, tw_store *store,
			      const struct tw__spent *spent, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT id, rows_stored, first_us, last_us, undone_us "
		"FROM batch ORDER BY id", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		struct batch b = { tw__col_i64(stmt, 0),
			tw__col_i64(stmt, 1), tw__col_i64(stmt, 2),
			tw__col_i64(stmt, 3), tw__col_i64(stmt, 4) };

		out->newest = b.id;
		out->undone += b.undone_us != 0;
		if (b.id <= spent->newest && slot_of(spent, b.id) < 0) {
			out->settled_rows += b.rows;
			continue;
		}
		if (tw__grow((void **)&out->list, &out->capacity,
			     out->count + 1, sizeof(*out->list))) {
			tw__reset(stmt);
			return tw__fail_oom(err);
		}
		out->list[out->count++] = b;
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* ---- all at once ---- */

static void forget(struct tw__spend *spend)
{
	if (spend->summed)
		return;
	spend->settled = spend->total = 0;
	memset(spend->growing, 0, sizeof(spend->growing));
	spend->other_currency = spend->read = false;
}

/* Every period that was not read yet, in one pass. What it finds of batches
 * that grow is put beside by reading them again. */
static tw_status read_fresh(struct tw__spent *spent, tw_store *store,
			    struct scan *scan, tw_error *err)
{
	int64_t range[2] = { INT64_MAX, INT64_MIN };
	tw_status status;

	for (size_t i = 0; i < scan->count; i++) {
		const struct tw__spend *spend = &scan->spends[i];

		if (spend->read || spend->summed)
			continue;
		if (spend->from < range[0])
			range[0] = spend->from;
		if (spend->to - 1 > range[1])
			range[1] = spend->to - 1;
	}
	if (range[0] > range[1])
		return TW_OK;
	scan->fresh = true;
	scan->slot = SLOT_SETTLED;
	status = scan_calls(scan, store, range, 0, err);
	for (int s = 0; s < TW_GROWING_MAX && !status; s++) {
		if (!spent->growing[s].batch)
			continue;
		scan->slot = s;
		status = scan_calls(scan, store, range,
				    spent->growing[s].batch, err);
		for (size_t i = 0; i < scan->count; i++) {
			if (!scan->spends[i].read)
				scan->spends[i].settled -=
					scan->spends[i].growing[s];
		}
	}
	return status;
}

static tw_status add_up(struct tw__spend *spend, tw_error *err)
{
	int64_t total = spend->settled;

	if (spend->summed)
		return TW_OK;
	for (int s = 0; s < TW_GROWING_MAX; s++) {
		if (!tw__add_i64(&total, total, spend->growing[s]))
			return tw__fail(err, TW_ERANGE, "the calls of a "
					"budget add up to more than 9.2e9 "
					"units");
	}
	spend->read = true;
	spend->total = total;
	return TW_OK;
}

static tw_status read_all(struct tw__spent *spent, tw_store *store,
			  struct tw__spend *spends, size_t count,
			  const struct batches *batches, tw_error *err)
{
	struct scan scan = { .spent = spent, .spends = spends,
		.count = count, .slot = SLOT_SETTLED };
	tw_status status = TW_OK;

	if (!spent->begun || batches->undone != spent->undone ||
	    batches->runs != spent->runs ||
	    batches->settled_rows != spent->settled_rows) {
		for (size_t i = 0; i < count; i++)
			forget(&spends[i]);
		spent->settled_rows = batches->settled_rows;
		memset(spent->growing, 0, sizeof(spent->growing));
	}
	for (size_t i = 0; i < batches->count && !status; i++)
		status = read_batch(spent, store, &scan, &batches->list[i],
				    err);
	if (!status)
		status = read_fresh(spent, store, &scan, err);
	if (status)
		return status;
	for (size_t i = 0; i < count && !status; i++)
		status = add_up(&spends[i], err);
	spent->newest = batches->newest;
	spent->undone = batches->undone;
	spent->runs = batches->runs;
	spent->begun = true;
	return status;
}

/* ---- what the rollup has ---- */

static tw_status one(int64_t *out, tw_store *store, const char *sql,
		     const char *text, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, sql, err);

	*out = 0;
	if (status)
		return status;
	if (text)
		tw__bind_text(stmt, 1, text);
	status = tw__step(stmt, err);
	if (!status)
		*out = tw__col_i64(stmt, 0);
	tw__reset(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}

/* It cannot tell emergency calls from others, where there were any, and has no
 * days until a file of an older schema has been counted through. */
static tw_status rollup_serves(bool *out, const struct tw__spent *spent,
			       tw_store *store, tw_error *err)
{
	static const char *const none[] = { NULL };
	const char *const *number = spent->rule && spent->rule->emergency ?
		spent->rule->emergency : none;
	int64_t pending, found = 0;
	tw_status status = one(&pending, store,
		"SELECT count(*) FROM task WHERE name = 'rollup_days'", NULL,
		err);

	if (!status)
		status = one(&found, store, "SELECT count(*) FROM identity "
			     "WHERE digits = ?", "112", err);
	for (; !status && !found && *number; number++)
		status = one(&found, store, "SELECT count(*) FROM identity "
			     "WHERE digits = ?", *number, err);
	*out = !pending && !found;
	return status;
}

static tw_status sum_rollup(struct tw__spend *spend,
			    const struct tw__spent *spent, tw_store *store,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, spend->department ?
		"SELECT r.net_nanos, w.text FROM rollup r "
		"JOIN word w ON w.id = r.currency WHERE r.period = ?1 "
		"AND r.late = 0 AND r.department = ?2" :
		"SELECT r.net_nanos, w.text FROM rollup r "
		"JOIN word w ON w.id = r.currency WHERE r.period = ?1 "
		"AND r.late = 0", err);

	spend->total = 0;
	spend->other_currency = false;
	if (status)
		return status;
	tw__bind_i64(stmt, 1, spend->rollup);
	if (spend->department)
		tw__bind_i64(stmt, 2, spend->department);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (strcmp(tw__col_text(stmt, 1), spent->currency)) {
			spend->other_currency = true;
		} else if (!tw__add_i64(&spend->total, spend->total,
					tw__col_i64(stmt, 0))) {
			tw__reset(stmt);
			return tw__fail(err, TW_ERANGE, "the calls of a "
					"budget add up to more than 9.2e9 "
					"units");
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status read_rollup(const struct tw__spent *spent, tw_store *store,
			     struct tw__spend *spends, size_t count,
			     tw_error *err)
{
	bool serves = false;
	tw_status status = rollup_serves(&serves, spent, store, err);

	for (size_t i = 0; i < count && !status; i++) {
		bool summed = serves && spends[i].rollup;

		if (summed != spends[i].summed) {
			spends[i].summed = false;
			forget(&spends[i]);
		}
		spends[i].summed = summed;
		if (summed)
			status = sum_rollup(&spends[i], spent, store, err);
	}
	return status;
}

tw_status tw__spent_read(struct tw__spent *spent, tw_store *store,
			 struct tw__spend *spends, size_t count,
			 tw_error *err)
{
	struct batches batches = { 0 };
	tw_status status = read_rollup(spent, store, spends, count, err);

	if (!status)
		status = one(&batches.runs, store,
			     "SELECT max(id) FROM amendment_run", NULL, err);
	if (!status)
		status = list_batches(&batches, store, spent, err);
	if (!status)
		status = read_all(spent, store, spends, count, &batches, err);
	if (status)
		spent->begun = false;    /* half read is not read */
	tw_free(batches.list);
	return status;
}
