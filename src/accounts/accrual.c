/**
 * @file src/accounts/accrual.c  Up to which day a month is accrued
 *
 * Decides which days of a month are over, by the midnights of the books, and
 * keeps the last one that was accrued, so that verify knows what a running
 * month must come to. It never goes back: neither a clock that does nor an
 * earlier day that somebody asks for takes out of the books what is in them.
 * Refuses to know amounts.
 */
#include <stdio.h>
#include <string.h>
#include "accrual.h"
#include "base/calendar.h"

tw_status tw__accrual_read(struct tw__accrual *out, tw_store *store,
			   int64_t month, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT day % 100 FROM accrual WHERE month = ?", err);

	*out = (struct tw__accrual){ 0, 0 };
	if (status)
		return status;
	tw__bind_i64(stmt, 1, month);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	out->done = out->until = (int)tw__col_i64(stmt, 0);
	tw__reset(stmt);
	return TW_OK;
}

int tw__accrual_over(struct tw__book *book, int64_t month, tw_time now)
{
	int64_t today = tw__book_day(book, now);

	if (today / 100 < month)
		return 0;
	return today / 100 == month ? (int)(today % 100) - 1 :
		tw__month_days((int32_t)(month / 100),
			       (int32_t)(month % 100));
}

tw_status tw__accrual_parse(int *out, struct tw__book *book, int64_t month,
			    const char *day, tw_time now, tw_error *err)
{
	int64_t number;
	tw_time t;

	if (strlen(day) != 10 || tw_time_parse(&t, day, book->zone, NULL))
		return tw__fail_at(err, TW_EPARSE, 0, "through", "'%.20s' is "
				   "no day; write 2026-10-15", day);
	number = tw__book_day(book, t);
	if (number / 100 != month)
		return tw__fail_at(err, TW_EINVAL, 0, "through", "%s is no "
				   "day of %04d-%02d", day,
				   (int)(month / 100), (int)(month % 100));
	if (number > tw__book_day(book, now))
		return tw__fail_at(err, TW_EREFUSED, 0, "through", "%s has "
				   "not begun; nothing is owed for it yet",
				   day);
	*out = (int)(number % 100);
	return TW_OK;
}

tw_status tw__accrual_keep(tw_store *store, int64_t month,
			   const struct tw__accrual *accrual, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	if (accrual->until <= accrual->done)
		return TW_OK;
	status = tw__stmt(&stmt, store,
		"INSERT INTO accrual (month, day) VALUES (?1, ?2) "
		"ON CONFLICT (month) DO UPDATE SET day = excluded.day", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, month);
	tw__bind_i64(stmt, 2, month * 100 + accrual->until);
	return tw__run(stmt, err);
}

tw_status tw__accrual_forget(tw_store *store, int64_t month, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"DELETE FROM accrual WHERE month <= ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, month);
	return tw__run(stmt, err);
}
