/**
 * @file src/accounts/due.c  Owed less posted
 *
 * Decides what is one difference and what are two. Refuses to know where the
 * amounts come from, and to post them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/decimal.h"
#include "due.h"

void tw__dues_free(struct tw__dues *dues)
{
	tw_free(dues->rows);
	memset(dues, 0, sizeof(*dues));
}

static int compare(const struct tw__entry *a, const struct tw__entry *b)
{
	bool rent = a->kind < TW_POSTING_COMMITMENT;
	const int64_t keys[][2] = {
		{ a->month, b->month }, { a->kind, b->kind },
		{ a->subject, b->subject }, { a->department, b->department },
		{ a->payee_kind, b->payee_kind }, { a->payee, b->payee },
		{ rent ? a->correction : 0, rent ? b->correction : 0 },
	};

	for (size_t i = 0; i < TW_ARRAY_COUNT(keys); i++) {
		if (keys[i][0] != keys[i][1])
			return keys[i][0] < keys[i][1] ? -1 : 1;
	}
	return strcmp(a->currency, b->currency);
}

static tw_status put_together(struct tw__entry *sum,
			      const struct tw__entry *entry, tw_error *err)
{
	sum->correction |= entry->correction;
	return tw__add_i64(&sum->amount_nanos, sum->amount_nanos,
			   entry->amount_nanos) &&
		tw__add_i64(&sum->net_nanos, sum->net_nanos,
			    entry->net_nanos) &&
		tw__add_i64(&sum->vat_nanos, sum->vat_nanos,
			    entry->vat_nanos) ? TW_OK :
		tw__fail(err, TW_ERANGE, "rents exceed 9.2e9 units");
}

/* Days of one holder come one after another: they are one row at once. */
tw_status tw__dues_add(struct tw__dues *dues, const struct tw__entry *entry,
		       tw_error *err)
{
	struct tw__due *due = dues->count ? &dues->rows[dues->count - 1] :
		NULL;

	if (due && !compare(&due->entry, entry))
		return put_together(&due->entry, entry, err);
	if (tw__grow((void **)&dues->rows, &dues->capacity, dues->count + 1,
		     sizeof(*due)))
		return tw__fail_oom(err);
	due = &dues->rows[dues->count];
	due->entry = *entry;
	due->entry.reference = NULL;
	due->order = dues->count++;
	snprintf(due->reference, sizeof(due->reference), "%s",
		 entry->reference);
	return TW_OK;
}

static int by_subject(const void *x, const void *y)
{
	const struct tw__due *a = x, *b = y;
	int diff = compare(&a->entry, &b->entry);

	return diff ? diff : (a->order > b->order) - (a->order < b->order);
}

static bool is_due(const struct tw__entry *entry)
{
	return entry->amount_nanos || entry->net_nanos || entry->vat_nanos;
}

tw_status tw__dues_settle(struct tw__dues *dues, tw_error *err)
{
	size_t kept = 0;

	if (dues->count)
		qsort(dues->rows, dues->count, sizeof(*dues->rows),
		      by_subject);
	for (size_t i = 0, to; i < dues->count; i = to) {
		struct tw__due due = dues->rows[i];

		for (to = i + 1; to < dues->count &&
		     !compare(&due.entry, &dues->rows[to].entry); to++) {
			tw_status status = put_together(&due.entry,
				&dues->rows[to].entry, err);

			if (status)
				return status;
		}
		if (is_due(&due.entry))
			dues->rows[kept++] = due;
	}
	dues->count = kept;
	return TW_OK;
}
