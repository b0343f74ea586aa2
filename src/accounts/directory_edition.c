/**
 * @file src/accounts/directory_edition.c  Has anything come into force since?
 *
 * Decides that a host that made its engine and router of a directory has to
 * make them anew: somebody applied, imported or withdrew something, a version
 * that was applied before begins or ends by now, or a day is over, which has
 * its own exchange rates. Refuses to know what changed.
 */
#include <string.h>
#include "base/hash.h"
#include "directory.h"

#define DAY_US (86400 * TW_SECOND)

/* What grows by each change that is written. */
static const char *const written[] = {
	"SELECT coalesce(max(id), 0) FROM directory_change",
	"SELECT coalesce(max(id), 0) FROM tariff_version",
	"SELECT count(*) FROM tariff_withdrawn",
	"SELECT count(*) FROM exchange_rate",
	"SELECT coalesce(max(id), 0) FROM numbering_version",
};

static tw_status fold(uint64_t *edition, tw_store *store, const char *sql,
		      tw_time at, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt_new(&stmt, store, sql, err);
	uint64_t pair[2] = { *edition, 0 };

	if (status)
		return status;
	if (at)
		tw__bind_i64(stmt, 1, at);
	status = tw__step(stmt, err);
	if (!status)
		pair[1] = (uint64_t)tw__col_i64(stmt, 0);
	tw__stmt_free(stmt);
	if (!status)
		*edition = tw__hash64(pair, sizeof(pair));
	return status;
}

/* How many of a kind's versions have begun and ended: time only adds. */
static tw_status fold_kind(uint64_t *edition, tw_store *store,
			   const struct tw_kind *kind, tw_time at,
			   tw_error *err)
{
	struct tw_buf sql;
	tw_status status;

	tw__buf_init(&sql);
	tw__buf_printf(&sql, "SELECT coalesce(sum((valid_from <= ?1) + "
		       "(valid_to <= ?1)), 0) FROM \"%s\"", kind->name);
	status = sql.failed ? tw__fail_oom(err) :
		fold(edition, store, sql.data, at, err);
	tw__buf_free(&sql);
	return status;
}

tw_status tw_directory_edition(uint64_t *out, tw_store *store, tw_time at,
			       tw_error *err)
{
	uint64_t edition = (uint64_t)(at / DAY_US);
	struct tw_tx tx;
	tw_status status;

	if (!out || !store)
		return tw__fail(err, TW_EINVAL, "no store given");
	status = tw__read_enter(&tx, store, err);
	if (status)
		return status;
	for (size_t i = 0; i < TW_ARRAY_COUNT(written) && !status; i++)
		status = fold(&edition, store, written[i], 0, err);
	for (size_t i = 0; i < tw__kinds_count && !status; i++)
		status = fold_kind(&edition, store, &tw__kinds[i],
				   at ? at : 1, err);
	tw__read_leave(&tx, store);
	if (!status)
		*out = edition;
	return status;
}
