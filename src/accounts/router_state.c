/**
 * @file src/accounts/router_state.c  What a router learned, kept in a store
 *
 * Decides where a host's bytes stand: one row a host, so that two gateways
 * over one store keep theirs apart. Refuses to know what is in them: the
 * router makes and checks them (src/routing/snapshot.c). The age is by the
 * calendar, since a host's own clock may begin anew with it.
 */
#include <string.h>
#include "base/base.h"
#include "store/db.h"
#include <trunkwise/directory.h>

#define NAME_MAX_BYTES 127u

static tw_status check(const void *router, const void *store,
		       const char *host, tw_error *err)
{
	size_t l;

	if (!router || !store || !host)
		return tw__fail(err, TW_EINVAL, "a router, a store and the "
				"host's name are needed");
	l = strlen(host);
	if (!l || l > NAME_MAX_BYTES || !tw__utf8_is_valid(host, l))
		return tw__fail_at(err, TW_EINVAL, 0, "host", "a host's name "
				   "has 1 to %u bytes of UTF-8",
				   NAME_MAX_BYTES);
	return TW_OK;
}


static tw_status write(tw_store *store, const char *host, tw_time at,
		       const void *bytes, size_t size, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	status = tw__stmt(&stmt, store, "INSERT INTO router_state (host, "
			  "taken_at, state) VALUES (?1, ?2, ?3) ON CONFLICT "
			  "(host) DO UPDATE SET taken_at = ?2, state = ?3",
			  err);
	if (status)
		return status;
	tw__bind_text(stmt, 1, host);
	tw__bind_i64(stmt, 2, at);
	tw__bind_blob(stmt, 3, bytes, size);
	return tw__run(stmt, err);
}


tw_status tw_router_keep(const tw_router *router, tw_store *store,
			 const char *host, tw_time now, tw_time at,
			 tw_error *err)
{
	tw_status status = check(router, store, host, err);
	void *bytes = NULL;
	struct tw_tx tx;
	size_t size = 0;

	if (!status)
		status = tw_router_snapshot(&bytes, &size, router, now, err);
	if (status)
		return status;
	status = tw__tx_enter(&tx, store, err);
	if (!status) {
		status = write(store, host, at, bytes, size, err);
		status = tw__tx_leave(&tx, store, status, err);
	}
	tw_free(bytes);
	return status;
}


static tw_status restore(tw_router *router, struct tw_stmt *stmt,
			 tw_time now, tw_time at, tw_error *err)
{
	const tw_time taken = tw__col_i64(stmt, 0);
	tw_route_snapshot s = TW_ROUTE_SNAPSHOT_INIT;

	s.data = tw__col_blob(stmt, 1, &s.data_size);
	s.now = now;
	/* a calendar that was set back ages nothing */
	if (at <= taken || __builtin_sub_overflow(at, taken, &s.age_us))
		s.age_us = 0;
	return tw_router_restore(NULL, router, &s, err);
}


tw_status tw_router_recall(tw_router *router, tw_store *store,
			   const char *host, tw_time now, tw_time at,
			   tw_error *err)
{
	tw_status status = check(router, store, host, err);
	struct tw_stmt *stmt;
	struct tw_tx tx;

	if (!status)
		status = tw__read_enter(&tx, store, err);
	if (status)
		return status;
	status = tw__stmt_new(&stmt, store, "SELECT taken_at, state FROM "
			      "router_state WHERE host = ?1", err);
	if (!status) {
		tw__bind_text(stmt, 1, host);
		status = tw__step(stmt, err);
		if (status == TW_OK)
			status = restore(router, stmt, now, at, err);
		else if (status == TW_ITER_END)
			status = tw__fail(err, TW_ENOTFOUND, "no router of "
					  "host '%.60s' was kept", host);
		tw__stmt_free(stmt);
	}
	tw__read_leave(&tx, store);
	return status;
}
