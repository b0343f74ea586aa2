/**
 * @file src/accounts/join_alone.c  Records that somebody says have no twin
 *
 * Decides what such a word does: the record is looked at by no join with that
 * source any more, and pairs that were a guess about it are taken apart. It is
 * kept with the record and goes with its batch; who joins the record with
 * another one by hand takes it back. Refuses to part what was joined.
 */
#include "join.h"
#include "ledger.h"

static const char *other_of(const struct tw__joining *j, int side)
{
	return side ? j->options.first : j->options.second;
}

static tw_status bind_record(struct tw_stmt **out, const char *sql,
			     const struct tw__joining *j,
			     const struct tw__told *told, tw_error *err)
{
	const tw_clock *clock = tw__store_clock(j->store);
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, j->store, sql, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, told->start);
	tw__bind_i64(stmt, 2, told->key);
	tw__bind_i64(stmt, 3, told->batch);
	tw__bind_i64(stmt, 4, clock->wall(clock->arg));
	*out = stmt;
	return TW_OK;
}

static tw_status keep(const struct tw__joining *j, int side, size_t at,
		      tw_error *err)
{
	struct tw_stmt *stmt;
	int64_t who = 0;
	tw_status status = tw__ledger_who(&who, j->store, err);

	if (!status)
		status = bind_record(&stmt, "INSERT INTO call_alone "
			"(start_us, key, batch, made_us, other, who) "
			"VALUES (?, ?, ?, ?, ?, ?)", j,
			&j->side[side].told[at], err);
	if (status)
		return status;
	tw__bind_text(stmt, 5, other_of(j, side));
	tw__bind_i64(stmt, 6, who);
	return tw__run(stmt, err);
}

static tw_status say(struct tw__joining *j, tw_error *err)
{
	const struct tw__named named = { (int)j->options.alone_of,
		j->options.alone, "alone" };
	size_t at = 0;
	tw_status status = tw__join_named(&at, j, &named, err);

	if (status || j->side[named.side].seen[at].alone)
		return status;
	for (size_t i = 0; i < j->helds.count; i++)
		j->helds.rows[i].kept =
			j->helds.rows[i].place[named.side] != at;
	status = tw__helds_part(&j->helds, j->store, err);
	return status ? status : keep(j, named.side, at, err);
}

tw_status tw__join_alone(struct tw__joining *j, tw_error *err)
{
	tw_status status;

	if (!j->options.alone)
		return TW_OK;
	status = tw__join_load(j, err);
	if (!status)
		status = say(j, err);
	tw__join_unload(j);
	return status;
}

tw_status tw__join_alone_over(struct tw__joining *j, const size_t at[2],
			      tw_error *err)
{
	tw_status status = TW_OK;

	for (int side = 0; !status && side < 2; side++) {
		struct tw_stmt *stmt;

		if (!j->side[side].seen[at[side]].alone)
			continue;
		status = bind_record(&stmt, "UPDATE call_alone "
			"SET over_us = ?4 WHERE start_us = ?1 AND key = ?2 "
			"AND batch = ?3 AND other = ?5 AND over_us = 0", j,
			&j->side[side].told[at[side]], err);
		if (status)
			break;
		tw__bind_text(stmt, 5, other_of(j, side));
		status = tw__run(stmt, err);
	}
	return status;
}
