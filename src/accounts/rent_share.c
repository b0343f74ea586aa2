/**
 * @file src/accounts/rent_share.c  Who bears a day of a rent, and how often
 *
 * Decides which shares and seats are in force on a day and what is left to
 * the owner. Refuses to know amounts: it says how much of one.
 */
#include "ledger.h"
#include "rent_share.h"

void tw__shares_free(struct tw__shares *shares)
{
	tw_free(shares->rows);
	*shares = (struct tw__shares){ 0 };
}

static tw_status load(struct tw__shares *out, tw_store *store,
		      const char *sql, int64_t subject, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, sql, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, subject);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (tw__grow((void **)&out->rows, &out->capacity,
			     out->count + 1, sizeof(*out->rows))) {
			tw__reset(stmt);
			return tw__fail_oom(err);
		}
		out->rows[out->count++] = (struct tw__share){
			.from = tw__col_i64(stmt, 0),
			.to = tw__col_i64(stmt, 1),
			.department = tw__col_i64(stmt, 2),
			.percent_nanos = tw__col_i64(stmt, 3),
			.seats = tw__col_i64(stmt, 4) };
	}
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__shares_load(struct tw__shares *out, tw_store *store,
			  int64_t kind, int64_t subject, tw_error *err)
{
	tw_status status;

	out->count = 0;
	if (kind == TW_POSTING_RENT)
		return load(out, store,
			"SELECT max(a.valid_from, s.valid_from), "
			"min(a.valid_to, s.valid_to), s.department, "
			"s.percent, 0 FROM allocation a "
			"JOIN allocation_share s ON s.parent = a.id "
			"WHERE a.number = ? "
			"ORDER BY a.valid_from, s.position", subject, err);
	if (kind == TW_POSTING_COMMITMENT)
		return load(out, store,
			"SELECT max(a.valid_from, s.valid_from), "
			"min(a.valid_to, s.valid_to), s.department, "
			"s.percent, 0 FROM allocation a "
			"JOIN allocation_share s ON s.parent = a.id "
			"WHERE a.tariff = ? "
			"ORDER BY a.valid_from, s.position", subject, err);
	status = load(out, store,
		"SELECT max(a.valid_from, s.valid_from), "
		"min(a.valid_to, s.valid_to), s.department, s.percent, 0 "
		"FROM allocation a JOIN allocation_share s "
		"ON s.parent = a.id WHERE a.recurring = ? "
		"ORDER BY a.valid_from, s.position", subject, err);
	return status ? status : load(out, store,
		"SELECT valid_from, valid_to, department, 0, \"count\" "
		"FROM recurring_seat WHERE parent = ? AND \"count\" > 0 "
		"ORDER BY valid_from, position", subject, err);
}

static bool in_force(const struct tw__share *share, tw_time t)
{
	return t >= share->from && t < share->to;
}

static tw_status seats_of(bool *any, const struct tw__shares *shares,
			  tw_time t, tw__share_h *each, void *arg,
			  tw_error *err)
{
	*any = false;
	for (size_t i = 0; i < shares->count; i++) {
		const struct tw__share *s = &shares->rows[i];
		tw_status status;

		if (!s->seats || !in_force(s, t))
			continue;
		*any = true;
		status = each(s->department, s->seats * TW__SHARE_WHOLE, arg,
			      err);
		if (status)
			return status;
	}
	return TW_OK;
}

tw_status tw__shares_day(const struct tw__shares *shares, tw_time t,
			 int64_t owner, tw__share_h *each, void *arg,
			 tw_error *err)
{
	int64_t left = TW__SHARE_WHOLE;
	bool has_seats;
	tw_status status = seats_of(&has_seats, shares, t, each, arg, err);

	if (status || has_seats)
		return status;
	for (size_t i = 0; i < shares->count; i++) {
		const struct tw__share *s = &shares->rows[i];

		if (s->seats || !in_force(s, t))
			continue;
		if (s->percent_nanos < 0 || s->percent_nanos > left)
			return tw__fail(err, TW_ECONFLICT, "shares of '%.80s' "
					"exceed 100 percent; apply an "
					"[[allocation]] that adds up",
					shares->name);
		left -= s->percent_nanos;
		status = each(s->department, s->percent_nanos, arg, err);
		if (status)
			return status;
	}
	return left ? each(owner, left, arg, err) : TW_OK;
}
