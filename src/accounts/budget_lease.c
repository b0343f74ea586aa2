/**
 * @file src/accounts/budget_lease.c  Who has taken out what
 *
 * Decides which processes live and whose leases are free again. A process
 * that stopped beating for twice its lease has, by its own rule, stopped
 * handing out; then its leases wait for the records of its calls. All of that
 * is measured by this process's monotonic clock: a wall clock that steps may
 * end nobody's life.
 */
#include <stdio.h>
#include <string.h>
#include "budget_keeper.h"

static tw_status run(tw_store *store, const char *sql, int64_t id,
		     tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, sql, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, id);
	return tw__run(stmt, err);
}

static tw_status end_former(struct tw__keeper *keeper, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, keeper->store,
		"UPDATE budget_owner SET ended = 1 WHERE name = ?", err);

	if (status)
		return status;
	tw__bind_text(stmt, 1, keeper->owner);
	return tw__run(stmt, err);
}

/* Their records are in the store, so nothing of them is outstanding. */
static tw_status free_former(struct tw__keeper *keeper, tw_error *err)
{
	static const char *const verbs[] = {
		"DELETE FROM budget_lease WHERE owner IN "
			"(SELECT id FROM budget_owner WHERE name = ?)",
		"DELETE FROM budget_owner WHERE name = ?" };
	tw_status status = TW_OK;
	struct tw_stmt *stmt;

	for (size_t i = 0; i < TW_ARRAY_COUNT(verbs) && !status; i++) {
		status = tw__stmt(&stmt, keeper->store, verbs[i], err);
		if (status)
			return status;
		tw__bind_text(stmt, 1, keeper->owner);
		status = tw__run(stmt, err);
	}
	return status;
}

tw_status tw__owner_enter(struct tw__keeper *keeper, bool records_in,
			  tw_error *err)
{
	const tw_clock *clock = tw__store_clock(keeper->store);
	struct tw_stmt *stmt;
	tw_status status = records_in ? free_former(keeper, err) :
		end_former(keeper, err);

	if (!status)
		status = tw__stmt(&stmt, keeper->store,
			"INSERT INTO budget_owner (name, beat, lease_s, "
			"made_us) VALUES (?, 0, ?, ?)", err);
	if (status)
		return status;
	tw__bind_text(stmt, 1, keeper->owner);
	tw__bind_i64(stmt, 2, keeper->lease_s);
	tw__bind_i64(stmt, 3, clock->wall(clock->arg));
	status = tw__run(stmt, err);
	if (!status)
		keeper->owner_id = tw__last_id(keeper->store);
	return status;
}

tw_status tw__owner_check(struct tw__keeper *keeper, tw_error *err)
{
	struct tw_stmt *stmt;
	bool lives = false, other = false;
	tw_status status = tw__stmt(&stmt, keeper->store,
		"SELECT id, ended FROM budget_owner WHERE name = ?", err);

	if (status)
		return status;
	tw__bind_text(stmt, 1, keeper->owner);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		bool ended = tw__col_i64(stmt, 1) != 0;

		if (tw__col_i64(stmt, 0) == keeper->owner_id)
			lives = !ended;
		else
			other |= !ended;
	}
	if (status != TW_ITER_END)
		return status;
	if (lives)
		return TW_OK;
	if (other)
		return tw__fail_at(err, TW_ECONFLICT, 0, "owner", "another "
			"process hands out this store's budgets as '%s'; give "
			"each its own owner", keeper->owner);
	/* It was silent for so long that it was taken for dead. */
	return tw__owner_enter(keeper, false, err);
}

/* ---- the others ---- */

static tw_status meet(struct tw__seen_owner **out, struct tw__keeper *keeper,
		      int64_t id, int64_t monotonic, tw_error *err)
{
	struct tw__seen_owner *seen = NULL;

	for (size_t i = 0; i < keeper->seen_count; i++) {
		if (keeper->seen[i].id == id) {
			*out = &keeper->seen[i];
			return TW_OK;
		}
	}
	if (tw__grow((void **)&keeper->seen, &keeper->seen_capacity,
		     keeper->seen_count + 1, sizeof(*seen)))
		return tw__fail_oom(err);
	seen = &keeper->seen[keeper->seen_count++];
	*seen = (struct tw__seen_owner){ .id = id, .beat = -1,
		.since = monotonic };
	*out = seen;
	return TW_OK;
}

struct fate {
	int64_t id;
	bool free;              /* else: it is found dead */
};

struct fates {
	struct fate *list;
	size_t count, capacity;
};

static tw_status judge(struct fates *fates, struct tw__keeper *keeper,
		       struct tw_stmt *stmt, int64_t monotonic,
		       tw_error *err)
{
	int64_t id = tw__col_i64(stmt, 0), beat = tw__col_i64(stmt, 1);
	int64_t lease_s = tw__col_i64(stmt, 2), silent;
	bool ended = tw__col_i64(stmt, 3) != 0;
	struct tw__seen_owner *seen = NULL;
	tw_status status = meet(&seen, keeper, id, monotonic, err);

	if (status)
		return status;
	if (seen->beat != beat || seen->ended != ended) {
		seen->beat = beat;
		seen->ended = ended;
		seen->since = monotonic;
	}
	seen->met = true;
	silent = monotonic - seen->since;
	keeper->living += !ended;
	if (silent < (ended ? (int64_t)keeper->orphan_s : 2 * lease_s) *
	    TW_SECOND)
		return TW_OK;
	if (tw__grow((void **)&fates->list, &fates->capacity,
		     fates->count + 1, sizeof(*fates->list)))
		return tw__fail_oom(err);
	fates->list[fates->count++] = (struct fate){ id, ended };
	return TW_OK;
}

static tw_status execute(const struct fates *fates, tw_store *store,
			 tw_error *err)
{
	tw_status status = TW_OK;

	for (size_t i = 0; i < fates->count && !status; i++) {
		int64_t id = fates->list[i].id;

		if (!fates->list[i].free) {
			status = run(store, "UPDATE budget_owner SET "
				     "ended = 1 WHERE id = ?", id, err);
			continue;
		}
		status = run(store, "DELETE FROM budget_lease "
			     "WHERE owner = ?", id, err);
		if (!status)
			status = run(store, "DELETE FROM budget_owner "
				     "WHERE id = ?", id, err);
	}
	return status;
}

tw_status tw__owners_look(struct tw__keeper *keeper, int64_t monotonic,
			  bool readonly, tw_error *err)
{
	struct fates fates = { 0 };
	struct tw_stmt *stmt;
	size_t kept = 0;
	tw_status status = tw__stmt(&stmt, keeper->store,
		"SELECT id, beat, lease_s, ended FROM budget_owner "
		"WHERE id <> ? ORDER BY id", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, keeper->owner_id);
	keeper->living = 1;
	for (size_t i = 0; i < keeper->seen_count; i++)
		keeper->seen[i].met = false;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = judge(&fates, keeper, stmt, monotonic, err);
		if (status)
			break;
	}
	tw__reset(stmt);
	if (status == TW_ITER_END)
		status = readonly ? TW_OK :
			execute(&fates, keeper->store, err);
	for (size_t i = 0; i < keeper->seen_count; i++) {
		if (keeper->seen[i].met)
			keeper->seen[kept++] = keeper->seen[i];
	}
	keeper->seen_count = kept;
	tw_free(fates.list);
	return status;
}

/* ---- leases ---- */

static struct tw__want *want_of(struct tw__keeper *keeper, uint64_t budget,
				tw_time from)
{
	for (size_t i = 0; i < keeper->want_count; i++) {
		struct tw__want *want = &keeper->wants[i];

		if (want->budget == budget && want->from == from)
			return want;
	}
	return NULL;
}

static int64_t add(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return a < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

tw_status tw__leases_read(struct tw__keeper *keeper, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, keeper->store,
		"SELECT budget, period_us, granted_nanos, used_nanos "
		"FROM budget_lease WHERE owner <> ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, keeper->owner_id);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		struct tw__want *want = want_of(keeper,
			(uint64_t)tw__col_i64(stmt, 0), tw__col_i64(stmt, 1));

		if (!want)
			continue;
		want->others = add(want->others, tw__col_i64(stmt, 2));
		want->others_used = add(want->others_used,
					tw__col_i64(stmt, 3));
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status write_lease(struct tw__keeper *keeper,
			     const struct tw__want *want, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, keeper->store,
		"INSERT INTO budget_lease (owner, budget, period_us, "
		"granted_nanos, used_nanos) VALUES (?, ?, ?, ?, ?)", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, keeper->owner_id);
	tw__bind_i64(stmt, 2, (int64_t)want->budget);
	tw__bind_i64(stmt, 3, want->from);
	tw__bind_i64(stmt, 4, want->granted);
	tw__bind_i64(stmt, 5, want->used);
	return tw__run(stmt, err);
}

tw_status tw__leases_write(struct tw__keeper *keeper, tw_error *err)
{
	tw_status status = run(keeper->store, "DELETE FROM budget_lease "
			       "WHERE owner = ?", keeper->owner_id, err);

	for (size_t i = 0; i < keeper->want_count && !status; i++) {
		if (keeper->wants[i].granted || keeper->wants[i].used)
			status = write_lease(keeper, &keeper->wants[i], err);
	}
	if (status)
		return status;
	keeper->beat++;
	return run(keeper->store, "UPDATE budget_owner SET beat = beat + 1 "
		   "WHERE id = ?", keeper->owner_id, err);
}

tw_status tw__owner_leave(struct tw__keeper *keeper, tw_error *err)
{
	tw_status status = run(keeper->store, "UPDATE budget_owner SET "
			       "ended = 1 WHERE id = ?", keeper->owner_id,
			       err);

	if (!status)
		status = run(keeper->store, "DELETE FROM budget_owner "
			     "WHERE id = ? AND id NOT IN "
			     "(SELECT owner FROM budget_lease)",
			     keeper->owner_id, err);
	return status;
}
