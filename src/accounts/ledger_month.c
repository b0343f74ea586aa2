/**
 * @file src/accounts/ledger_month.c  The zone of the books and its months
 *
 * Decides which month an instant belongs to. The zone is written down with
 * the first call or accrual: a company that moves its zone later must not
 * shift calls between months that somebody has paid already.
 */
#include <stdio.h>
#include <string.h>
#include "ledger_month.h"
#include "report_period.h"

static tw_status read_company(char zone[64], struct tw__book *book,
			      tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT zone, currency, country FROM company "
		"ORDER BY valid_from DESC LIMIT 1", err);

	if (status)
		return status;
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	snprintf(zone, 64, "%s", tw__col_text(stmt, 0));
	snprintf(book->currency, sizeof(book->currency), "%s",
		 tw__col_text(stmt, 1));
	if (*tw__col_text(stmt, 2))
		snprintf(book->country, sizeof(book->country), "%s",
			 tw__col_text(stmt, 2));
	tw__reset(stmt);
	return TW_OK;
}

static tw_status read_book(char zone[64], bool *kept, tw_store *store,
			   tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, "SELECT zone FROM book",
				    err);

	if (status)
		return status;
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	snprintf(zone, 64, "%s", tw__col_text(stmt, 0));
	*kept = true;
	tw__reset(stmt);
	return TW_OK;
}

static tw_status read_open_month(struct tw__book *book, tw_store *store,
				 tw_error *err)
{
	struct tw_stmt *stmt;
	int64_t closed;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT max(month) FROM period", err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	closed = tw__col_i64(stmt, 0);
	tw__reset(stmt);
	if (closed)
		book->open_month = tw__month_add(closed, 1);
	return TW_OK;
}

tw_status tw__book_open(struct tw__book *out, tw_store *store,
			const char *fallback, tw_error *err)
{
	struct tw__book book = { .country = "7" };
	char zone[64] = "";
	tw_status status = read_company(zone, &book, store, err);

	if (!status)
		status = read_book(zone, &book.kept, store, err);
	if (!status)
		status = read_open_month(&book, store, err);
	if (status)
		return status;
	if (!*zone && fallback)
		snprintf(zone, sizeof(zone), "%s", fallback);
	if (!*zone)
		return tw__fail_at(err, TW_ENOTFOUND, 0, "company.zone",
				   "the store has no company, so its months "
				   "have no zone; apply a deployment with "
				   "[company] zone");
	status = tw_zone_open(&book.zone, zone, err);
	if (status)
		return status;
	*out = book;
	return TW_OK;
}

void tw__book_close(struct tw__book *book)
{
	tw_zone_free(book->zone);
	book->zone = NULL;
}

tw_status tw__book_keep(struct tw__book *book, tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	if (book->kept)
		return TW_OK;
	status = tw__stmt(&stmt, store,
		"INSERT INTO book (one, zone) VALUES (1, ?) "
		"ON CONFLICT DO NOTHING", err);
	if (status)
		return status;
	tw__bind_text(stmt, 1, tw_zone_name(book->zone));
	status = tw__run(stmt, err);
	if (!status)
		book->kept = true;
	return status;
}

/* A day whose clock is not changed is known by its midnight. */
static void keep_day(struct tw__book *book, tw_time t, const tw_civil *civil)
{
	tw_time from = t - ((civil->hour * 60LL + civil->minute) * 60 +
		civil->second) * TW_SECOND - civil->microsecond;
	tw_time to = from + 24LL * 3600 * TW_SECOND;

	book->from = book->to = 0;
	if (tw_zone_next_change(book->zone, from - 1) < to)
		return;
	book->from = from;
	book->to = to;
}

int64_t tw__book_day(struct tw__book *book, tw_time t)
{
	tw_civil civil;

	if (t >= book->from && t < book->to)
		return book->day;
	tw_zone_local(&civil, book->zone, t);
	keep_day(book, t, &civil);
	book->day = ((int64_t)civil.year * 100 + civil.month) * 100 +
		civil.day;
	return book->day;
}

int64_t tw__book_month(struct tw__book *book, tw_time t)
{
	return tw__book_day(book, t) / 100;
}

tw_status tw__book_parse(int64_t *month, tw_time *from, tw_time *to,
			 const struct tw__book *book, const char *text,
			 tw_error *err)
{
	tw_civil civil;
	tw_status status = tw_month_range(from, to, text, book->zone, err);

	if (status)
		return status;
	tw_zone_local(&civil, book->zone, *from);
	*month = (int64_t)civil.year * 100 + civil.month;
	return TW_OK;
}
