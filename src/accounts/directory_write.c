/**
 * @file src/accounts/directory_write.c  Identities, ends and notes
 */
#include "deployment_apply.h"

tw_status tw__entity_new(uint64_t *out, tw_store *store, const char *kind,
			 const char *origin, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	status = tw__stmt(&stmt, store, "INSERT INTO entity (kind, origin) "
			  "VALUES (?1, ?2)", err);
	if (status)
		return status;
	tw__bind_text(stmt, 1, kind);
	tw__bind_text(stmt, 2, origin);
	status = tw__run(stmt, err);
	if (!status)
		*out = (uint64_t)tw__last_id(store);
	return status;
}


tw_status tw__version_end(tw_store *store, const char *kind,
			  uint64_t identity, tw_time from, tw_time to,
			  tw_error *err)
{
	struct tw_stmt *stmt;
	struct tw_buf sql;
	tw_status status;

	tw__buf_init(&sql);
	tw__buf_printf(&sql, "UPDATE \"%s\" SET valid_to = ?1 WHERE id = ?2 "
		       "AND valid_from = ?3", kind);
	status = sql.failed ? tw__fail_oom(err) :
		tw__stmt_new(&stmt, store, sql.data, err);
	tw__buf_free(&sql);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, to);
	tw__bind_i64(stmt, 2, (int64_t)identity);
	tw__bind_i64(stmt, 3, from);
	status = tw__run(stmt, err);
	tw__stmt_free(stmt);
	return status;
}


tw_status tw__change_note(tw_store *store, tw_time at, const char *origin,
			  uint64_t changes, tw_error *err)
{
	const tw_clock *clock = tw__store_clock(store);
	struct tw_stmt *stmt;
	tw_status status;

	status = tw__stmt(&stmt, store, "INSERT INTO directory_change "
			  "(made_us, at_us, origin, changes) "
			  "VALUES (?1, ?2, ?3, ?4)", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, clock->wall(clock->arg));
	tw__bind_i64(stmt, 2, at);
	tw__bind_text(stmt, 3, origin);
	tw__bind_i64(stmt, 4, (int64_t)changes);
	return tw__run(stmt, err);
}
