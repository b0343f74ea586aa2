/**
 * @file src/accounts/period.c  Months that are closed
 *
 * Decides when a month may be closed, what is posted for it before, and that
 * what it was is written beside it (proof.c). From then on it is a fact that
 * somebody has printed and paid: everything that concerns it later is posted
 * in the first open month (ledger.c, rollup.c and history.c ask struct
 * tw__book for that). The first close closes the months before it in the same
 * way, from the first one that owes something: nothing may be posted in them
 * any more either. A closed month is never opened again.
 */
#include <stdio.h>
#include <string.h>
#include "accrual.h"
#include "ledger.h"
#include "listing.h"
#include "proof.h"
#include "rent.h"
#include "report_period.h"
#include <trunkwise/report.h>

#define YEAR_ONE 101            /* 0001-01 */

static void month_text(char out[16], int64_t month)
{
	snprintf(out, 16, "%04d-%02d", (int)(month / 100),
		 (int)(month % 100));
}

/* A tariff's month may end hours after the company's. */
static tw_status last_end(tw_time *end, tw_store *store, const char *month,
			  tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT DISTINCT zone FROM tariff_version", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		tw_time from, to;
		tw_zone *zone;

		status = tw_zone_open(&zone, tw__col_text(stmt, 0), err);
		if (!status) {
			status = tw_month_range(&from, &to, month, zone, err);
			tw_zone_free(zone);
		}
		if (status) {
			tw__reset(stmt);
			return status;
		}
		if (to > *end)
			*end = to;
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status check_over(tw_store *store, const struct tw__book *book,
			    const char *month, tw_time end, tw_error *err)
{
	const tw_clock *clock = tw__store_clock(store);
	char text[40] = "";
	tw_status status = last_end(&end, store, month, err);

	if (status || clock->wall(clock->arg) >= end)
		return status;
	if (tw_time_format(text, sizeof(text), end, book->zone, NULL))
		snprintf(text, sizeof(text), "the year 9999");
	return tw__fail_at(err, TW_EREFUSED, 0, "month", "%s is not over; "
			   "close it after %s", month, text);
}

static tw_status check_order(const struct tw__book *book, int64_t month,
			     const char *text, tw_error *err)
{
	char next[16];

	if (!book->open_month || month == book->open_month)
		return TW_OK;
	month_text(next, book->open_month);
	if (month < book->open_month)
		return tw__fail_at(err, TW_EEXIST, 0, "month", "%s is closed "
				   "already, all months before %s are", text,
				   next);
	return tw__fail_at(err, TW_EINVAL, 0, "month", "months are closed in "
			   "their order; close %s first", next);
}

/* ---- the months of a close ---- */

struct closing {
	tw_store *store;
	struct tw__book *book;
	int64_t first, last;     /* that are closed by it */
};

#define BY_MONTH "SELECT id FROM tariff_version WHERE commitment <> 0 " \
	"OR tier_mode = 2"

/* Since when something may be owed by the month; it may be too early. A
 * tariff's zone has its midnights less than two days before or after ours. */
#define OWING "SELECT min(at), (SELECT min(month) FROM posting " \
	"WHERE batch = 0 AND run = 0) FROM (" \
	"SELECT min(valid_from) AS at FROM number " \
	"WHERE rent IS NOT NULL OR one_off IS NOT NULL UNION ALL " \
	"SELECT min(max(valid_from, coalesce(\"from\", valid_from))) " \
	"FROM recurring WHERE amount IS NOT NULL UNION ALL " \
	"SELECT min(valid_from) - 172800000000 FROM tariff WHERE id IN " \
	"(SELECT tariff FROM tariff_version WHERE id IN (" BY_MONTH ")) " \
	"UNION ALL SELECT min(start_us) - 172800000000 FROM call " \
	"WHERE tariff_version IN (" BY_MONTH "))"

/* `first` stays where nothing is owed before it. */
static tw_status read_owing(int64_t *first, const struct closing *c,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, c->store, OWING, err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	for (int i = 0; i < 2; i++) {
		int64_t month = tw__col_i64(stmt, i);

		if (tw__col_is_null(stmt, i))
			continue;
		if (!i)
			month = tw__book_month(c->book, month);
		if (month < *first)
			*first = month;
	}
	tw__reset(stmt);
	if (*first < YEAR_ONE)
		*first = YEAR_ONE;
	return TW_OK;
}

/* In the first month that owes something stands what it owes by now. */
static tw_status read_first(struct closing *c, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, c->store,
		"SELECT min(month) FROM posting WHERE batch = 0 AND run = 0 "
		"AND month BETWEEN ? AND ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, YEAR_ONE);
	tw__bind_i64(stmt, 2, c->last);
	status = tw__step(stmt, err);
	if (status)
		return status;
	if (!tw__col_is_null(stmt, 0))
		c->first = tw__col_i64(stmt, 0);
	tw__reset(stmt);
	return TW_OK;
}

static tw_status post_months(uint64_t *out, struct closing *c, tw_error *err)
{
	int64_t month = c->last;
	bool none_closed = !c->book->open_month;
	tw_status status = none_closed ? read_owing(&month, c, err) : TW_OK;

	c->first = c->last;
	for (; !status && month <= c->last; month = tw__month_add(month, 1)) {
		uint64_t made = 0;
		char text[16];

		month_text(text, month);
		status = tw__rent_accrue(&made, c->store, text, NULL, err);
		*out += made;
	}
	return status || !none_closed ? status : read_first(c, err);
}

static tw_status write_period(tw_store *store, int64_t month, tw_error *err)
{
	const tw_clock *clock = tw__store_clock(store);
	struct tw_stmt *stmt;
	int64_t who = 0;
	tw_status status = tw__ledger_who(&who, store, err);

	if (!status)
		status = tw__stmt(&stmt, store,
			"INSERT INTO period (month, closed_us, who, "
			"last_posting, proved) SELECT ?, ?, ?, "
			"coalesce(max(id), 0), 1 FROM posting", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, month);
	tw__bind_i64(stmt, 2, clock->wall(clock->arg));
	tw__bind_i64(stmt, 3, who);
	return tw__run(stmt, err);
}

static tw_status write_months(const struct closing *c, tw_error *err)
{
	tw_status status = TW_OK;

	for (int64_t month = c->first; !status && month <= c->last;
	     month = tw__month_add(month, 1)) {
		status = write_period(c->store, month, err);
		if (!status)
			status = tw__proof_write(c->store, c->book, err);
	}
	return status ? status : tw__accrual_forget(c->store, c->last, err);
}

static tw_status close_month(uint64_t *out, tw_store *store,
			     const char *month, tw_error *err)
{
	struct tw__book book;
	struct closing closing = { store, &book, 0, 0 };
	tw_time from, to;
	tw_status status = tw__book_open(&book, store, NULL, err);

	if (status)
		return status;
	status = tw__book_parse(&closing.last, &from, &to, &book, month, err);
	if (!status)
		status = check_order(&book, closing.last, month, err);
	if (!status)
		status = check_over(store, &book, month, to, err);
	if (!status)
		status = tw__rollup_catch_up(store, err);
	/* before the rents, which would keep it for themselves */
	if (!status)
		status = tw__book_keep(&book, store, err);
	if (!status)
		status = post_months(out, &closing, err);
	if (!status)
		status = write_months(&closing, err);
	tw__book_close(&book);
	return status;
}

tw_status tw_period_close(uint64_t *out_postings, tw_store *store,
			  const char *month, tw_error *err)
{
	uint64_t made = 0;
	struct tw_tx tx;
	tw_status status;

	if (!store || !month)
		return tw__fail(err, TW_EINVAL, "a close needs store and "
				"month");
	status = tw__tx_enter(&tx, store, err);
	if (status)
		return status;
	status = tw__tx_leave(&tx, store,
		close_month(&made, store, month, err), err);
	if (!status && out_postings)
		*out_postings = made;
	return status;
}

static tw_status list_periods(struct tw_listing *list, tw_store *store,
			      void *arg, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT p.month, p.closed_us, coalesce(w.text, '') "
		"FROM period p LEFT JOIN word w ON w.id = p.who "
		"ORDER BY p.month", err);

	(void)arg;
	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		tw_listing_row row = TW_LISTING_ROW_INIT;
		char month[16];

		month_text(month, tw__col_i64(stmt, 0));
		snprintf(row.key, sizeof(row.key), "%s", month);
		snprintf(row.kind, sizeof(row.kind), "closed");
		row.at = tw__col_i64(stmt, 1);
		snprintf(row.detail, sizeof(row.detail), "%s",
			 tw__col_text(stmt, 2));
		status = tw__listing_add(list, &row, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw_period_list(tw_listing **out, tw_store *store, tw_error *err)
{
	return tw__listing_make(out, store, list_periods, NULL, err);
}
