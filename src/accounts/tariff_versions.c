/**
 * @file src/accounts/tariff_versions.c  Which versions there are
 *
 * Decides what each of them is at an instant (in force, past, future,
 * withdrawn) and what taking one back means. Refuses to change or delete any:
 * a withdrawal is a row of its own.
 */
#include <stdio.h>
#include <string.h>
#include "rating/deck.h"
#include "tariff.h"
#include <trunkwise/versions.h>

struct tw_tariff_versions {
	tw_tariff_version *rows;
	size_t count, capacity, next;
};

const char *tw_version_state_name(uint32_t state)
{
	static const char *const names[] = { "?", "in_force", "past",
		"future", "withdrawn" };

	return names[state < TW_ARRAY_COUNT(names) ? state : 0];
}

static tw_time now_of(const tw_store *store)
{
	const tw_clock *clock = tw__store_clock(store);

	return clock->wall(clock->arg);
}

tw_status tw__tariff_find(int64_t *out, tw_store *store, const char *name,
			  tw_time at, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT id FROM tariff WHERE name = ? ORDER BY "
		"valid_from <= ? AND valid_to > ? DESC, valid_from DESC "
		"LIMIT 1", err);

	if (status)
		return status;
	tw__bind_text(stmt, 1, name);
	tw__bind_i64(stmt, 2, at);
	tw__bind_i64(stmt, 3, at);
	status = tw__step(stmt, err);
	if (status)
		return status != TW_ITER_END ? status :
			tw__fail_at(err, TW_ENOTFOUND, 0, "tariff",
				    "there is no tariff '%.80s'; see tariff "
				    "list", name);
	*out = tw__col_i64(stmt, 0);
	tw__reset(stmt);
	return TW_OK;
}

/* ---- listing ---- */

static void read_version(tw_tariff_version *row, struct tw_stmt *stmt,
			 tw_time now)
{
	row->version = tw__col_i64(stmt, 0);
	row->from = tw__col_i64(stmt, 1);
	row->made = tw__col_i64(stmt, 2);
	row->withdrawn = tw__col_i64(stmt, 3);
	row->rates = (uint64_t)tw__col_i64(stmt, 4);
	row->partial = (uint32_t)tw__col_i64(stmt, 5);
	snprintf(row->tariff, sizeof(row->tariff), "%s",
		 tw__col_text(stmt, 6));
	snprintf(row->carrier, sizeof(row->carrier), "%s",
		 tw__col_text(stmt, 7));
	snprintf(row->file_name, sizeof(row->file_name), "%s",
		 tw__col_text(stmt, 8));
	snprintf(row->stated_by, sizeof(row->stated_by), "%s",
		 tw__col_text(stmt, 9));
	row->state = row->withdrawn ? TW_VERSION_WITHDRAWN :
		row->from > now ? TW_VERSION_FUTURE : TW_VERSION_PAST;
}

static tw_status add_version(tw_tariff_versions *list, struct tw_stmt *stmt,
			     tw_time now, tw_error *err)
{
	tw_tariff_version row = TW_TARIFF_VERSION_INIT;

	if (tw__grow((void **)&list->rows, &list->capacity, list->count + 1,
		     sizeof(*list->rows)))
		return tw__fail_oom(err);
	read_version(&row, stmt, now);
	list->rows[list->count++] = row;
	return TW_OK;
}

static tw_status read_versions(tw_tariff_versions *list, tw_store *store,
			       int64_t tariff, tw_time now, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT v.id, v.valid_from, v.made_us, coalesce(w.made_us, "
		"0), v.row_count, v.partial, (SELECT name FROM tariff "
		"WHERE id = v.tariff ORDER BY valid_from DESC LIMIT 1), "
		"(SELECT name FROM carrier WHERE id = v.carrier "
		"ORDER BY valid_from DESC LIMIT 1), v.file_name, v.stated_by "
		"FROM tariff_version v LEFT JOIN tariff_withdrawn w "
		"ON w.version = v.id WHERE ? IN (0, v.tariff) "
		"ORDER BY v.id", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, tariff);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_version(list, stmt, now, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* One version of each carrier at most. */
static tw_status mark_in_force(tw_tariff_versions *list, tw_store *store,
			       tw_time now, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT DISTINCT carrier FROM tariff_version", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		int64_t version = 0;

		status = tw__tariff_version_at(&version, store,
					       tw__col_i64(stmt, 0), now,
					       err);
		if (status && status != TW_ENOTFOUND) {
			tw__reset(stmt);
			return status;
		}
		for (size_t i = 0; i < list->count; i++) {
			if (list->rows[i].version == version)
				list->rows[i].state = TW_VERSION_IN_FORCE;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status list_all(tw_tariff_versions *list, tw_store *store,
			  const char *tariff, tw_error *err)
{
	tw_time now = now_of(store);
	int64_t id = 0;
	tw_status status = TW_OK;

	if (tariff)
		status = tw__tariff_find(&id, store, tariff, now, err);
	if (!status)
		status = read_versions(list, store, id, now, err);
	return status ? status : mark_in_force(list, store, now, err);
}

tw_status tw_tariff_list(tw_tariff_versions **out, tw_store *store,
			 const char *tariff, tw_error *err)
{
	tw_tariff_versions *list;
	struct tw_tx tx;
	tw_status status;

	if (!out || !store)
		return tw__fail(err, TW_EINVAL, "a list needs a store");
	list = tw_calloc(1, sizeof(*list));
	if (!list)
		return tw__fail_oom(err);
	status = tw__read_enter(&tx, store, err);
	if (!status) {
		status = list_all(list, store, tariff, err);
		tw__read_leave(&tx, store);
	}
	if (status) {
		tw_tariff_versions_free(list);
		return status;
	}
	*out = list;
	return TW_OK;
}

tw_status tw_tariff_versions_next(tw_tariff_version *out,
				  tw_tariff_versions *versions, tw_error *err)
{
	tw_status status;

	if (!out || !versions)
		return tw__fail(err, TW_EINVAL, "no list of versions");
	if (versions->next == versions->count)
		return TW_ITER_END;
	status = tw__export(out, &versions->rows[versions->next],
			    sizeof(*out), err);
	if (!status)
		versions->next++;
	return status;
}

void tw_tariff_versions_free(tw_tariff_versions *versions)
{
	if (!versions)
		return;
	tw_free(versions->rows);
	tw_free(versions);
}

/* ---- taking back ---- */

struct newest {
	int64_t version, carrier;
};

static tw_status find_newest(struct newest *out, tw_store *store,
			     int64_t tariff, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT id, carrier FROM tariff_version WHERE tariff = ? "
		"AND id NOT IN (SELECT version FROM tariff_withdrawn) "
		"ORDER BY id DESC LIMIT 1", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, tariff);
	status = tw__step(stmt, err);
	if (status)
		return status != TW_ITER_END ? status :
			tw__fail_at(err, TW_ENOTFOUND, 0, "tariff", "it has "
				    "no version that could be withdrawn");
	out->version = tw__col_i64(stmt, 0);
	out->carrier = tw__col_i64(stmt, 1);
	tw__reset(stmt);
	return TW_OK;
}

/* Why the version that was named is not the one to withdraw. */
static tw_status refuse_version(tw_store *store, int64_t tariff,
				int64_t version, int64_t newest,
				tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT w.version IS NOT NULL FROM tariff_version v "
		"LEFT JOIN tariff_withdrawn w ON w.version = v.id "
		"WHERE v.tariff = ? AND v.id = ?", err);
	bool withdrawn;

	if (status)
		return status;
	tw__bind_i64(stmt, 1, tariff);
	tw__bind_i64(stmt, 2, version);
	status = tw__step(stmt, err);
	if (status)
		return status != TW_ITER_END ? status :
			tw__fail_at(err, TW_ENOTFOUND, 0, "version",
				    "%lld is no version of this tariff; see "
				    "tariff list", (long long)version);
	withdrawn = tw__col_i64(stmt, 0);
	tw__reset(stmt);
	if (withdrawn)
		return tw__fail_at(err, TW_EEXIST, 0, "version", "%lld is "
				   "withdrawn already", (long long)version);
	return tw__fail_at(err, TW_ECONFLICT, 0, "version", "%lld is not the "
			   "newest one: %lld was made of it; withdraw that "
			   "first", (long long)version, (long long)newest);
}

static tw_status withdraw(tw_store *store, int64_t version, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"INSERT INTO tariff_withdrawn (version, made_us) "
		"VALUES (?, ?)", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, version);
	tw__bind_i64(stmt, 2, now_of(store));
	return tw__run(stmt, err);
}

struct undone {
	int64_t version, in_force;
};

static tw_status undo(struct undone *out, tw_store *store, const char *tariff,
		      int64_t version, tw_error *err)
{
	struct newest newest = { 0 };
	tw_time now = now_of(store);
	int64_t id = 0;
	tw_status status = tw__tariff_find(&id, store, tariff, now, err);

	if (!status)
		status = find_newest(&newest, store, id, err);
	if (!status && version && version != newest.version)
		status = refuse_version(store, id, version, newest.version,
					err);
	if (!status)
		status = withdraw(store, newest.version, err);
	if (status)
		return status;
	out->version = newest.version;
	status = tw__tariff_version_at(&out->in_force, store, newest.carrier,
				       now, err);
	return status == TW_ENOTFOUND ? TW_OK : status;
}

tw_status tw_tariff_undo(int64_t *out_version, int64_t *out_in_force,
			 tw_store *store, const char *tariff, int64_t version,
			 tw_error *err)
{
	struct undone done = { 0 };
	struct tw_tx tx;
	tw_status status;

	if (!store || !tariff || !*tariff)
		return tw__fail(err, TW_EINVAL, "undo needs a store and the "
				"name of a tariff");
	status = tw__tx_enter(&tx, store, err);
	if (status)
		return status;
	status = tw__tx_leave(&tx, store, undo(&done, store, tariff, version,
					       err), err);
	if (status)
		return status;
	if (out_version)
		*out_version = done.version;
	if (out_in_force)
		*out_in_force = done.in_force;
	return TW_OK;
}
