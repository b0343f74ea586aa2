/**
 * @file src/accounts/verify_live.c  Is what is under way nowhere else?
 *
 * Decides by looking for what must not be: a call that is open and stored,
 * which would be charged twice when it ends; a mark on a call that is not
 * there.
 */
#include <inttypes.h>
#include <stdio.h>
#include "verify_live.h"

static tw_status count(int64_t *out, tw_store *store, const char *sql,
		       tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt_new(&stmt, store, sql, err);

	if (status)
		return status;
	status = tw__step(stmt, err);
	if (!status)
		*out = tw__col_i64(stmt, 0);
	tw__stmt_free(stmt);
	return status;
}

tw_status tw__verify_open_calls(tw_verdict *verdict, tw_store *store,
				tw_error *err)
{
	int64_t twice = 0, lost = 0, open = 0;
	tw_status status = count(&twice, store,
		"SELECT count(*) FROM open_call AS o CROSS JOIN call_row AS c "
		"ON c.start_us = o.start_us AND c.key = o.key "
		"AND c.undone = 0 WHERE o.batch = 0", err);

	if (!status)
		status = count(&lost, store,
			"SELECT count(*) FROM open_call AS o WHERE batch <> 0 "
			"AND NOT EXISTS (SELECT 1 FROM call_row WHERE "
			"start_us = o.start_us AND key = o.key)", err);
	if (!status)
		status = count(&open, store,
			"SELECT count(*) FROM open_call WHERE batch = 0",
			err);
	if (status)
		return status;
	verdict->holds = !twice && !lost;
	if (verdict->holds)
		snprintf(verdict->detail, sizeof(verdict->detail),
			 "%" PRId64 " calls are under way", open);
	else
		snprintf(verdict->detail, sizeof(verdict->detail),
			 "%" PRId64 " calls are under way and stored, %"
			 PRId64 " are marked as closed and not there", twice,
			 lost);
	return TW_OK;
}
