/**
 * @file src/accounts/rent_accrue.c  Rents into the ledger, by difference
 *
 * Decides what is still to be posted: what the month owes now, less what it
 * was charged before. So a second run posts nothing, and a directory that was
 * put right later leads to one correction instead of a second rent. What a
 * month's calls lack to a commitment is posted in the same way.
 */
#include <stdio.h>
#include <string.h>
#include "base/decimal.h"
#include "ledger.h"
#include "rent.h"
#include "usage_accrue.h"

static bool is_due(const struct tw__entry *entry)
{
	return entry->amount_nanos || entry->net_nanos || entry->vat_nanos;
}

static bool same_due(const struct tw__entry *a, const struct tw__entry *b)
{
	return a->kind == b->kind && a->subject == b->subject &&
		a->department == b->department &&
		a->payee_kind == b->payee_kind && a->payee == b->payee &&
		strcmp(a->currency, b->currency) == 0;
}

static tw_status add_due(struct tw__dues *dues, const struct tw__entry *entry,
			 tw_error *err)
{
	struct tw__due *due;

	for (size_t i = 0; i < dues->count; i++) {
		struct tw__entry *known = &dues->rows[i].entry;

		if (!same_due(known, entry))
			continue;
		known->correction |= entry->correction;
		if (!tw__add_i64(&known->amount_nanos, known->amount_nanos,
				 entry->amount_nanos) ||
		    !tw__add_i64(&known->net_nanos, known->net_nanos,
				 entry->net_nanos) ||
		    !tw__add_i64(&known->vat_nanos, known->vat_nanos,
				 entry->vat_nanos))
			return tw__fail(err, TW_ERANGE, "rents exceed 9.2e9 "
					"units");
		return TW_OK;
	}
	if (tw__grow((void **)&dues->rows, &dues->capacity, dues->count + 1,
		     sizeof(*due)))
		return tw__fail_oom(err);
	due = &dues->rows[dues->count++];
	due->entry = *entry;
	snprintf(due->reference, sizeof(due->reference), "%s",
		 entry->reference);
	return TW_OK;
}

static tw_status add_owed(struct tw__dues *dues, const struct tw__rents *rents,
			  const struct tw__book *book, int64_t month,
			  tw_error *err)
{
	for (size_t i = 0; i < rents->count; i++) {
		const struct tw__rent *rent = &rents->rows[i];
		struct tw__entry entry = { .department = rent->department,
			.payee_kind = rent->payee_kind, .payee = rent->payee,
			.amount_nanos = rent->amount_nanos,
			.net_nanos = rent->net_nanos,
			.vat_nanos = rent->vat_nanos,
			.kind = rent->kind, .month = month,
			.subject = rent->subject,
			.reference = rent->reference };
		tw_status status;

		snprintf(entry.currency, sizeof(entry.currency), "%s",
			 book->currency);
		status = add_due(dues, &entry, err);
		if (status)
			return status;
	}
	return TW_OK;
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
		status = add_due(dues, &entry, err);
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
		status = add_due(dues, &entry, err);
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

		if (!is_due(&due->entry))
			continue;
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

static uint64_t count_dues(const struct tw__dues *dues)
{
	uint64_t count = 0;

	for (size_t i = 0; i < dues->count; i++)
		count += is_due(&dues->rows[i].entry) ? 2 : 0;
	return count;
}

/* Only a run that posts asks for what calls make of the month: verify may
 * find a late record, which is no fault. */
static tw_status find_dues(struct tw__dues *dues, tw_store *store,
			   const struct tw__book *book, const char *month,
			   bool post, tw_error *err)
{
	const tw_clock *clock = tw__store_clock(store);
	struct tw__usage_dues usage = { NULL, 0, 0 };
	struct tw__rents rents = { NULL, 0, 0 };
	tw_time from, to;
	int64_t number;
	tw_status status = tw__book_parse(&number, &from, &to, book, month,
					  err);

	if (!status)
		status = tw__rents_compute(&rents, store, book, from, to,
					   err);
	if (!status && post)
		status = tw__usage_dues(&usage, store, month,
					clock->wall(clock->arg), err);
	if (!status)
		status = add_owed(dues, &rents, book, number, err);
	if (!status)
		status = add_usage(dues, &usage, number, err);
	if (!status)
		status = take_posted(dues, store, number, &usage, err);
	tw__usage_dues_free(&usage);
	tw__rents_free(&rents);
	return status;
}

void tw__dues_free(struct tw__dues *dues)
{
	tw_free(dues->rows);
	memset(dues, 0, sizeof(*dues));
}

tw_status tw__rent_dues(uint64_t *out_postings, tw_store *store,
			const char *month, bool post, tw_error *err)
{
	struct tw__dues dues = { 0 };
	struct tw__book book;
	int64_t number;
	tw_time from, to;
	tw_status status = tw__book_open(&book, store, NULL, err);

	if (status)
		return status;
	*out_postings = 0;
	status = tw__book_parse(&number, &from, &to, &book, month, err);
	if (!status)
		status = find_dues(&dues, store, &book, month, post, err);
	if (!status && post)
		status = post_dues(out_postings, store, &dues, number, err);
	if (!status && post && *out_postings)
		status = tw__book_keep(&book, store, err);
	if (!status && !post)
		*out_postings = count_dues(&dues);
	tw__dues_free(&dues);
	tw__book_close(&book);
	return status;
}

tw_status tw__usage_expected(struct tw__dues *out, tw_store *store,
			     const struct tw__book *book, const char *month,
			     tw_error *err)
{
	const tw_clock *clock = tw__store_clock(store);
	struct tw__usage_dues usage = { NULL, 0, 0 };
	struct tw__dues dues = { 0 };
	tw_time from, to;
	int64_t number;
	tw_status status = tw__book_parse(&number, &from, &to, book, month,
					  err);

	if (!status)
		status = tw__usage_dues(&usage, store, month,
					clock->wall(clock->arg), err);
	if (!status)
		status = add_usage(&dues, &usage, number, err);
	if (!status && usage.count)
		status = take_posted(&dues, store, number, &usage, err);
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

static tw_status closed_months(int64_t *months, size_t *count,
			       tw_store *store, tw_error *err)
{
	size_t room = *count;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT month FROM period ORDER BY month DESC", err);

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
			       const struct tw__book *book, tw_error *err)
{
	int64_t months[MONTHS_MAX];
	size_t count = MONTHS_MAX;
	struct tw__dues dues = { 0 };
	tw_status status = closed_months(months, &count, store, err);

	for (size_t i = 0; !status && i < count; i++) {
		char month[32];

		snprintf(month, sizeof(month), "%04d-%02d",
			 (int)(months[i] / 100), (int)(months[i] % 100));
		status = find_dues(&dues, store, book, month, true, err);
	}
	if (status) {
		tw__dues_free(&dues);
		return status;
	}
	*out = dues;
	return TW_OK;
}

static tw_status post_corrections(uint64_t *out, tw_store *store,
				  const char *month, tw_error *err)
{
	struct tw__dues dues = { 0 };
	struct tw__book book;
	int64_t number = 0;
	tw_time from, to;
	tw_status status = tw__book_open(&book, store, NULL, err);

	if (status)
		return status;
	status = tw__book_parse(&number, &from, &to, &book, month, err);
	if (!status && number < book.open_month)
		status = tw__fail_at(err, TW_EREFUSED, 0, "month", "%s is "
			"closed; what changed since then is posted in "
			"%04d-%02d", month, (int)(book.open_month / 100),
			(int)(book.open_month % 100));
	if (!status && number == book.open_month)
		status = tw__rent_corrections(&dues, store, &book, err);
	if (!status)
		status = post_dues(out, store, &dues, number, err);
	tw__dues_free(&dues);
	tw__book_close(&book);
	return status;
}

/* Of a month to come nobody owes anything yet, and what is posted stays. */
static tw_status check_begun(tw_store *store, const char *month, tw_error *err)
{
	const tw_clock *clock = tw__store_clock(store);
	struct tw__book book;
	int64_t number = 0;
	tw_time from, to;
	tw_status status = tw__book_open(&book, store, NULL, err);

	if (status)
		return status;
	status = tw__book_parse(&number, &from, &to, &book, month, err);
	tw__book_close(&book);
	if (status || clock->wall(clock->arg) >= from)
		return status;
	return tw__fail_at(err, TW_EREFUSED, 0, "month", "%s has not begun; "
			   "nothing is owed for it yet", month);
}

tw_status tw__rent_accrue(uint64_t *out_postings, tw_store *store,
			  const char *month, tw_error *err)
{
	uint64_t corrections = 0;
	tw_status status = post_corrections(&corrections, store, month, err);

	if (!status)
		status = tw__rent_dues(out_postings, store, month, true, err);
	if (!status)
		*out_postings += corrections;
	return status;
}

tw_status tw_ledger_accrue(uint64_t *out_postings, tw_store *store,
			   const char *month, tw_error *err)
{
	uint64_t made = 0;
	struct tw_tx tx;
	tw_status status;

	if (!store || !month)
		return tw__fail(err, TW_EINVAL, "accrue needs store and "
				"month");
	status = tw__tx_enter(&tx, store, err);
	if (status)
		return status;
	status = check_begun(store, month, err);
	if (!status)
		status = tw__rent_accrue(&made, store, month, err);
	status = tw__tx_leave(&tx, store, status, err);
	if (!status && out_postings)
		*out_postings = made;
	return status;
}
