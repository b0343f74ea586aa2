/**
 * @file src/accounts/rent_period.c  Which month of a party's a day is in
 *
 * Decides where a billing period begins and how many days it has. A day has
 * one, by the terms that are in force on it; terms that change cut a period,
 * whose days keep their price. Refuses to know amounts and books.
 */
#include "base/calendar.h"
#include "ledger.h"
#include "rent_period.h"

static int64_t begin_of(int32_t year, int32_t month, int32_t day)
{
	if (month < 1)
		return tw__days_from_civil(year - 1, 12, day);
	if (month > 12)
		return tw__days_from_civil(year + 1, 1, day);
	return tw__days_from_civil(year, month, day);
}

struct tw__billing tw__billing_of(int64_t day, int32_t billing_day)
{
	struct tw__billing period;
	int32_t year, month, at;

	tw__civil_from_days(&year, &month, &at, day);
	if (at < billing_day)
		month--;
	period.first = begin_of(year, month, billing_day);
	period.days = (int32_t)(begin_of(year, month + 1, billing_day) -
				period.first);
	return period;
}

static tw_status has_any(bool *out, tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT EXISTS (SELECT 1 FROM carrier WHERE billing_day > 1) "
		"OR EXISTS (SELECT 1 FROM vendor WHERE billing_day > 1) "
		"OR EXISTS (SELECT 1 FROM number WHERE billing_day > 1) "
		"OR EXISTS (SELECT 1 FROM recurring WHERE billing_day > 1)",
		err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	*out = tw__col_i64(stmt, 0) != 0;
	tw__reset(stmt);
	return TW_OK;
}

static tw_status load(struct tw__billings *out, tw_store *store,
		      tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT 2, id, valid_from, billing_day FROM carrier "
		"UNION ALL "
		"SELECT 3, id, valid_from, billing_day FROM vendor", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (tw__grow((void **)&out->rows, &out->capacity,
			     out->count + 1, sizeof(*out->rows))) {
			tw__reset(stmt);
			return tw__fail_oom(err);
		}
		out->rows[out->count++] = (struct tw__billing_party){
			.kind = tw__col_i64(stmt, 0),
			.id = tw__col_i64(stmt, 1),
			.from = tw__col_i64(stmt, 2),
			.day = (int32_t)tw__col_i64(stmt, 3) };
	}
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__billings_load(struct tw__billings *out, tw_store *store,
			    tw_error *err)
{
	struct tw__billings billings = { 0 };
	tw_status status = has_any(&billings.any, store, err);

	if (!status && billings.any)
		status = load(&billings, store, err);
	if (status) {
		tw__billings_free(&billings);
		return status;
	}
	*out = billings;
	return TW_OK;
}

void tw__billings_free(struct tw__billings *billings)
{
	tw_free(billings->rows);
	*billings = (struct tw__billings){ 0 };
}

int32_t tw__billing_day(const struct tw__billings *billings, int64_t kind,
			int64_t id, tw_time t, int32_t own)
{
	const struct tw__billing_party *newest = NULL;

	if (!billings->any)
		return 1;
	for (size_t i = 0; !own && i < billings->count; i++) {
		const struct tw__billing_party *p = &billings->rows[i];

		if (p->kind == kind && p->id == id && p->from <= t &&
		    (!newest || p->from > newest->from))
			newest = p;
	}
	if (newest)
		own = newest->day;
	/* what a damaged file says is no day of every month */
	return own < 1 || own > 28 ? 1 : own;
}
