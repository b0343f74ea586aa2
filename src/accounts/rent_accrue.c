/**
 * @file src/accounts/rent_accrue.c  Rents into the ledger, by difference
 *
 * Decides what is still to be posted: what the days of a month owe until the
 * one that is accrued, less what it was charged before. So a second run posts
 * nothing, the next day's run posts a day, and a directory that was put right
 * later leads to one correction instead of a second rent. What a month's calls
 * lack to a commitment is posted in the same way.
 */
#include <stdio.h>
#include <string.h>
#include "accrual.h"
#include "base/calendar.h"
#include "rent.h"
#include "rating/deck.h"
#include "usage_accrue.h"

struct month {
	tw_store *store;
	struct tw__book *book;
	const char *text;
	int64_t number;
	tw_time from, to;
	struct tw__accrual accrual;
};

static tw_status open_month(struct month *month, tw_store *store,
			    struct tw__book *book, const char *text,
			    tw_error *err)
{
	*month = (struct month){ .store = store, .book = book,
		.text = text };
	return tw__book_parse(&month->number, &month->from, &month->to, book,
			      text, err);
}

static int days_of(const struct month *month)
{
	return tw__month_days((int32_t)(month->number / 100),
			      (int32_t)(month->number % 100));
}

static tw_time now_of(tw_store *store)
{
	const tw_clock *clock = tw__store_clock(store);

	return clock->wall(clock->arg);
}

/* Of the days until one; what was accrued of them before is a correction by
 * now, where it is not what was posted. */
static tw_status add_owed(struct tw__dues *dues, const struct tw__rents *rents,
			  const struct month *month, tw_error *err)
{
	for (size_t i = 0; i < rents->count; i++) {
		const struct tw__rent *rent = &rents->rows[i];
		struct tw__entry entry = { .department = rent->department,
			.payee_kind = rent->payee_kind, .payee = rent->payee,
			.amount_nanos = rent->amount_nanos,
			.net_nanos = rent->net_nanos,
			.vat_nanos = rent->vat_nanos,
			.kind = rent->kind, .month = month->number,
			.correction = month->accrual.done &&
				rent->day <= month->accrual.done,
			.subject = rent->subject,
			.reference = rent->reference };
		tw_status status;

		if (rent->day > month->accrual.until)
			continue;
		snprintf(entry.currency, sizeof(entry.currency), "%s",
			 month->book->currency);
		status = tw__dues_add(dues, &entry, err);
		if (status)
			return status;
	}
	return TW_OK;
}

/* By days where not all of them are of one kind. */
static tw_status add_rents(struct tw__dues *dues, const struct month *month,
			   tw_error *err)
{
	const struct tw__accrual *accrual = &month->accrual;
	struct tw__rents rents = { NULL, 0, 0 };
	int days = days_of(month);
	bool whole = accrual->until >= days &&
		(!accrual->done || accrual->done >= days);
	tw_status status;

	if (!accrual->until)
		return TW_OK;
	status = whole ?
		tw__rents_compute(&rents, month->store, month->book,
				  month->from, month->to, err) :
		tw__rents_daily(&rents, month->store, month->book,
				month->from, month->to, err);
	if (!status)
		status = add_owed(dues, &rents, month, err);
	tw__rents_free(&rents);
	return status;
}

static tw_status add_usage(struct tw__dues *dues,
			   const struct tw__usage_dues *usage, int64_t month,
			   tw_error *err)
{
	for (size_t i = 0; i < usage->count; i++) {
		const struct tw__usage_due *due = &usage->rows[i];
		struct tw__entry entry = { .department = due->department,
			.payee_kind = TW_ACCOUNT_CARRIER,
			.payee = due->carrier, .month = month,
			.amount_nanos = due->amount_nanos,
			.net_nanos = due->net_nanos,
			.vat_nanos = due->vat_nanos,
			.kind = due->kind, .subject = due->tariff,
			.reference = due->reference };
		tw_status status;

		memcpy(entry.currency, due->currency, sizeof(entry.currency));
		status = tw__dues_add(dues, &entry, err);
		if (status)
			return status;
	}
	return TW_OK;
}

/* What was posted before makes a difference a correction. Of tariffs whose
 * month was not computed it stays as it is. */
static tw_status take_posted(struct tw__dues *dues, tw_store *store,
			     int64_t month,
			     const struct tw__usage_dues *usage,
			     tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT d.account, p.account_kind, p.account, "
		"d.amount_nanos, d.kind, d.subject, d.currency, "
		"d.reference, coalesce(d.net_nanos, d.amount_nanos), "
		"coalesce(d.vat_nanos, 0) "
		"FROM posting d JOIN posting p ON p.entry = d.entry "
		"AND p.id <> d.id WHERE ((d.month = ?1 AND d.of_month = 0) "
		"OR d.of_month = ?1) AND d.batch = 0 AND d.run = 0 "
		"AND d.account_kind = 1 AND d.kind >= 3", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, month);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		struct tw__entry entry = { .department = tw__col_i64(stmt, 0),
			.payee_kind = tw__col_i64(stmt, 1),
			.payee = tw__col_i64(stmt, 2),
			.amount_nanos = -tw__col_i64(stmt, 3),
			.net_nanos = -tw__col_i64(stmt, 8),
			.vat_nanos = -tw__col_i64(stmt, 9),
			.kind = tw__col_i64(stmt, 4), .correction = 1,
			.month = month, .subject = tw__col_i64(stmt, 5),
			.reference = tw__col_text(stmt, 7) };

		if (entry.kind >= TW_POSTING_COMMITMENT &&
		    !tw__usage_dues_have(usage, entry.subject))
			continue;
		snprintf(entry.currency, sizeof(entry.currency), "%s",
			 tw__col_text(stmt, 6));
		status = tw__dues_add(dues, &entry, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* In `month`; where that is another one than it is owed for, it says so. */
static tw_status post_dues(uint64_t *out, tw_store *store,
			   struct tw__dues *dues, int64_t month,
			   tw_error *err)
{
	for (size_t i = 0; i < dues->count; i++) {
		struct tw__due *due = &dues->rows[i];
		tw_status status;

		due->entry.reference = due->reference;
		if (month != due->entry.month) {
			due->entry.of_month = due->entry.month;
			due->entry.month = month;
			due->entry.correction = 1;
		}
		status = tw__ledger_post(store, &due->entry, err);
		if (status)
			return status;
		*out += 2;
	}
	return TW_OK;
}

/* All that a month owes and is charged for as a whole or by days. */
static tw_status find_dues(struct tw__dues *dues, const struct month *month,
			   tw_error *err)
{
	struct tw__usage_dues usage = { NULL, 0, 0 };
	tw_status status = add_rents(dues, month, err);

	if (!status)
		status = tw__usage_dues(&usage, month->store, month->text,
					now_of(month->store), err);
	if (!status)
		status = add_usage(dues, &usage, month->number, err);
	if (!status)
		status = take_posted(dues, month->store, month->number,
				     &usage, err);
	tw__usage_dues_free(&usage);
	return status ? status : tw__dues_settle(dues, err);
}

/* Does not ask for what calls make of the month: a late record, which is no
 * fault, would be one. */
tw_status tw__rent_differs(uint64_t *out_postings, tw_store *store,
			   const char *text, tw_error *err)
{
	const struct tw__usage_dues none = { NULL, 0, 0 };
	struct tw__dues dues = { 0 };
	struct month month;
	struct tw__book book;
	tw_status status = tw__book_open(&book, store, NULL, err);

	if (status)
		return status;
	status = open_month(&month, store, &book, text, err);
	if (!status)
		status = tw__accrual_read(&month.accrual, store, month.number,
					  err);
	if (!status)
		status = add_rents(&dues, &month, err);
	if (!status)
		status = take_posted(&dues, store, month.number, &none, err);
	if (!status)
		status = tw__dues_settle(&dues, err);
	if (!status)
		*out_postings = 2 * dues.count;
	tw__dues_free(&dues);
	tw__book_close(&book);
	return status;
}

tw_status tw__usage_expected(struct tw__dues *out, tw_store *store,
			     const struct tw__book *book, const char *text,
			     tw_error *err)
{
	struct tw__usage_dues usage = { NULL, 0, 0 };
	struct tw__dues dues = { 0 };
	tw_time from, to;
	int64_t number;
	tw_status status = tw__book_parse(&number, &from, &to, book, text,
					  err);

	if (!status)
		status = tw__usage_dues(&usage, store, text, now_of(store),
					err);
	if (!status)
		status = add_usage(&dues, &usage, number, err);
	if (!status && usage.count)
		status = take_posted(&dues, store, number, &usage, err);
	if (!status)
		status = tw__dues_settle(&dues, err);
	tw__usage_dues_free(&usage);
	if (status) {
		tw__dues_free(&dues);
		return status;
	}
	/* rents are computed for reports in a way of their own */
	for (size_t i = 0; i < dues.count; i++) {
		if (dues.rows[i].entry.kind < TW_POSTING_COMMITMENT)
			dues.rows[i--] = dues.rows[--dues.count];
	}
	*out = dues;
	return TW_OK;
}

/* An older trunkwise closed months before its first close without a row,
 * though they were accrued. */
static tw_status closed_months(int64_t *months, size_t *count,
			       tw_store *store, tw_error *err)
{
	size_t room = *count;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT month FROM period UNION SELECT month FROM posting "
		"WHERE batch = 0 AND run = 0 "
		"AND month < (SELECT min(month) FROM period) "
		"ORDER BY month DESC", err);

	*count = 0;
	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (*count < room)
			months[(*count)++] = tw__col_i64(stmt, 0);
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* Of ten years: what is older is nobody's to correct any more. */
#define MONTHS_MAX 120

tw_status tw__rent_corrections(struct tw__dues *out, tw_store *store,
			       struct tw__book *book, tw_error *err)
{
	int64_t months[MONTHS_MAX];
	size_t count = MONTHS_MAX;
	struct tw__dues dues = { 0 };
	tw_status status = closed_months(months, &count, store, err);

	for (size_t i = 0; !status && i < count; i++) {
		struct month month;
		char text[32];

		snprintf(text, sizeof(text), "%04d-%02d",
			 (int)(months[i] / 100), (int)(months[i] % 100));
		status = open_month(&month, store, book, text, err);
		if (status)
			break;
		month.accrual.done = month.accrual.until = days_of(&month);
		status = find_dues(&dues, &month, err);
	}
	if (status) {
		tw__dues_free(&dues);
		return status;
	}
	*out = dues;
	return TW_OK;
}

/* Of a month to come nobody owes anything yet, and what is posted stays. */
static tw_status check_month(const struct month *month, tw_error *err)
{
	int64_t first = month->book->open_month;

	if (month->number < first)
		return tw__fail_at(err, TW_EREFUSED, 0, "month", "%s is "
			"closed; what changed since then is posted in "
			"%04d-%02d", month->text, (int)(first / 100),
			(int)(first % 100));
	if (now_of(month->store) < month->from)
		return tw__fail_at(err, TW_EREFUSED, 0, "month", "%s has not "
			"begun; nothing is owed for it yet", month->text);
	return TW_OK;
}

static tw_status find_days(struct month *month, const char *through,
			   tw_error *err)
{
	tw_time now = now_of(month->store);
	struct tw__accrual *accrual = &month->accrual;
	int until = tw__accrual_over(month->book, month->number, now);
	tw_status status = tw__accrual_read(accrual, month->store,
					    month->number, err);

	if (!status && through)
		status = tw__accrual_parse(&until, month->book,
			month->number, through, now, err);
	if (!status && until > accrual->until)
		accrual->until = until;
	return status;
}

static tw_status post_corrections(uint64_t *out, const struct month *month,
				  tw_error *err)
{
	struct tw__dues dues = { 0 };
	tw_status status;

	if (month->number != month->book->open_month)
		return TW_OK;
	status = tw__rent_corrections(&dues, month->store, month->book, err);
	if (!status)
		status = post_dues(out, month->store, &dues, month->number,
				   err);
	tw__dues_free(&dues);
	return status;
}

static tw_status post_month(uint64_t *out, const struct month *month,
			    tw_error *err)
{
	struct tw__dues dues = { 0 };
	bool more = month->accrual.until > month->accrual.done;
	tw_status status = find_dues(&dues, month, err);

	if (!status)
		status = post_dues(out, month->store, &dues, month->number,
				   err);
	tw__dues_free(&dues);
	if (!status)
		status = tw__accrual_keep(month->store, month->number,
					  &month->accrual, err);
	if (status || (!*out && !more))
		return status;
	return tw__book_keep(month->book, month->store, err);
}

tw_status tw__rent_accrue(uint64_t *out_postings, tw_store *store,
			  const char *text, const char *through,
			  tw_error *err)
{
	struct month month;
	struct tw__book book;
	uint64_t made = 0;
	tw_status status = tw__book_open(&book, store, NULL, err);

	if (status)
		return status;
	status = open_month(&month, store, &book, text, err);
	if (!status)
		status = check_month(&month, err);
	if (!status)
		status = find_days(&month, through, err);
	if (!status)
		status = post_corrections(&made, &month, err);
	if (!status)
		status = post_month(&made, &month, err);
	tw__book_close(&book);
	if (!status)
		*out_postings = made;
	return status;
}

/* ---- what is accrued ---- */

static void set_through(tw_accrual *out, const struct month *month)
{
	int days = days_of(month), day = month->accrual.done;

	/* a closed one has nothing more to come */
	if (day > days || month->number < month->book->open_month)
		day = days;
	out->whole = day == days;
	snprintf(out->month, sizeof(out->month), "%s", month->text);
	if (day)
		snprintf(out->through, sizeof(out->through), "%s-%02d",
			 month->text, day);
}

static tw_status add_posted(tw_accrual *out, const struct month *month,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, month->store,
		"SELECT amount_nanos FROM posting WHERE month = ? "
		"AND of_month = 0 AND batch = 0 AND run = 0 "
		"AND account_kind = 1 AND kind IN (3, 4, 5) "
		"AND currency = ?", err);

	if (status)
		return status;
	snprintf(out->posted.currency, sizeof(out->posted.currency), "%s",
		 month->book->currency);
	tw__bind_i64(stmt, 1, month->number);
	tw__bind_text(stmt, 2, month->book->currency);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (!tw__add_i64(&out->posted.nanos, out->posted.nanos,
				 tw__col_i64(stmt, 0))) {
			tw__reset(stmt);
			return tw__fail(err, TW_ERANGE, "rents exceed 9.2e9 "
					"units");
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status read_accrual(tw_accrual *out, tw_store *store,
			      const char *text, tw_error *err)
{
	struct month month;
	struct tw__book book;
	tw_status status = tw__book_open(&book, store, NULL, err);

	if (status)
		return status;
	status = open_month(&month, store, &book, text, err);
	if (!status)
		status = tw__accrual_read(&month.accrual, store, month.number,
					  err);
	if (!status)
		status = add_posted(out, &month, err);
	if (!status)
		set_through(out, &month);
	tw__book_close(&book);
	return status;
}

tw_status tw_ledger_accrued(tw_accrual *out, tw_store *store,
			    const char *month, tw_error *err)
{
	tw_accrual accrual = TW_ACCRUAL_INIT;
	struct tw_tx tx;
	tw_status status;

	if (!out || !store || !month)
		return tw__fail(err, TW_EINVAL, "what is accrued needs out, "
				"store and month");
	status = tw__read_enter(&tx, store, err);
	if (status)
		return status;
	status = read_accrual(&accrual, store, month, err);
	tw__read_leave(&tx, store);
	return status ? status : tw__export(out, &accrual, sizeof(accrual),
					    err);
}

tw_status tw_ledger_accrue_through(tw_accrual *out, tw_store *store,
				   const char *month, const char *day,
				   tw_error *err)
{
	tw_accrual accrual = TW_ACCRUAL_INIT;
	struct tw_tx tx;
	tw_status status;

	if (!out || !store || !month)
		return tw__fail(err, TW_EINVAL, "accrue needs out, store and "
				"month");
	status = tw__tx_enter(&tx, store, err);
	if (status)
		return status;
	status = tw__rent_accrue(&accrual.postings, store, month, day, err);
	if (!status)
		status = read_accrual(&accrual, store, month, err);
	if (!status)
		status = tw__export(out, &accrual, sizeof(accrual), err);
	return tw__tx_leave(&tx, store, status, err);
}

tw_status tw_ledger_accrue(uint64_t *out_postings, tw_store *store,
			   const char *month, tw_error *err)
{
	tw_accrual accrual = TW_ACCRUAL_INIT;
	tw_status status = tw_ledger_accrue_through(&accrual, store, month,
						    NULL, err);

	if (!status && out_postings)
		*out_postings = accrual.postings;
	return status;
}
