/**
 * @file src/accounts/journal.c  A month's postings as entries of a journal
 *
 * Decides which postings are one row, and that a month which may still change
 * is not handed to a bookkeeper unasked. Refuses to know a chart of accounts,
 * or to round: a row is the ledger's sum to the last nano-unit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/decimal.h"
#include "rating/deck.h"
#include "ledger.h"
#include "ledger_month.h"
#include "report.h"
#include <trunkwise/journal.h>

/* Columns of SELECT_POSTINGS that make a row. */
enum { DEPARTMENT, PAYEE_KIND, PAYEE, KIND, CORRECTION, OF_MONTH, KEYS };

struct group {
	int64_t key[KEYS];
	char currency[4];
	int64_t net, vat;
};

struct tw_journal_lines {
	tw_journal_row *rows;
	size_t count, capacity, next;
};

struct builder {
	struct tw_journal_lines *out;
	tw_store *store;
	tw_time end;             /* names are those of then */
	struct group *groups;
	size_t count, capacity;
};

/* Added up here and not by SQL, whose sums turn into floats when they are
 * large. A side that is missing comes as NULL, not as a row that is not
 * there. */
#define SELECT_POSTINGS "SELECT d.account, p.account_kind, p.account, " \
	"d.kind, d.correction = 1 OR d.run <> 0 OR d.of_month <> 0, " \
	"d.of_month, d.currency, coalesce(d.net_nanos, d.amount_nanos), " \
	"coalesce(d.vat_nanos, 0) FROM posting d LEFT JOIN posting p " \
	"ON p.entry = d.entry AND p.account_kind <> 1 " \
	"WHERE d.month = ? AND d.account_kind = 1 " \
	"ORDER BY 1, 2, 3, 4, 5, 6, 7"

static tw_status add_posting(struct builder *b, struct tw_stmt *stmt,
			     tw_error *err)
{
	struct group *last = b->count ? &b->groups[b->count - 1] : NULL;
	struct group made = { .net = 0 };

	if (tw__col_is_null(stmt, PAYEE_KIND))
		return tw__fail(err, TW_ESTORE, "an entry of the ledger has "
				"one side only; run verify");
	for (int i = 0; i < KEYS; i++)
		made.key[i] = tw__col_i64(stmt, i);
	snprintf(made.currency, sizeof(made.currency), "%s",
		 tw__col_text(stmt, KEYS));
	if (!last || memcmp(last->key, made.key, sizeof(made.key)) != 0 ||
	    strcmp(last->currency, made.currency) != 0) {
		if (tw__grow((void **)&b->groups, &b->capacity, b->count + 1,
			     sizeof(made)))
			return tw__fail_oom(err);
		last = &b->groups[b->count++];
		*last = made;
	}
	return tw__add_i64(&last->net, last->net,
			   tw__col_i64(stmt, KEYS + 1)) &&
		tw__add_i64(&last->vat, last->vat,
			    tw__col_i64(stmt, KEYS + 2)) ? TW_OK :
		tw__fail(err, TW_ERANGE, "a row of the journal exceeds 9.2e9 "
			 "units");
}

static tw_status read_postings(struct builder *b, int64_t month,
			       tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, b->store, SELECT_POSTINGS, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, month);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_posting(b, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

struct text {
	char *at;
	size_t size;
};

/* A name cut short would be another one. */
static tw_status copy_text(struct text to, const char *from, tw_error *err)
{
	if (strlen(from) >= to.size)
		return tw__fail(err, TW_ERANGE, "'%.80s...' is longer than "
				"%zu bytes", from, to.size - 1);
	snprintf(to.at, to.size, "%s", from);
	return TW_OK;
}

/* Both columns of one row as of the month's end. */
static tw_status find_names(struct text first, struct text second,
			    const struct builder *b, struct tw_stmt *stmt,
			    tw_error *err)
{
	tw_status status;

	tw__bind_i64(stmt, 2, b->end);
	status = tw__step(stmt, err);
	if (status)
		return status != TW_ITER_END ? status : tw__fail(err,
			TW_ESTORE, "an account of the ledger is not in the "
			"directory; run verify");
	status = copy_text(first, tw__col_text(stmt, 0), err);
	if (!status)
		status = copy_text(second, tw__col_text(stmt, 1), err);
	tw__reset(stmt);
	return status;
}

static tw_status name_row(tw_journal_row *row, const struct builder *b,
			  const struct group *group, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = TW_OK;

	if (group->key[DEPARTMENT]) {
		status = tw__stmt(&stmt, b->store, "SELECT name, cost_center "
				  "FROM department" TW_AS_OF_END, err);
		if (status)
			return status;
		tw__bind_i64(stmt, 1, group->key[DEPARTMENT]);
		status = find_names(
			(struct text){ row->department,
				sizeof(row->department) },
			(struct text){ row->cost_center,
				sizeof(row->cost_center) }, b, stmt, err);
	}
	if (status || !group->key[PAYEE])
		return status;
	status = row->is_vendor ?
		tw__stmt(&stmt, b->store, "SELECT name, '' FROM vendor"
			 TW_AS_OF_END, err) :
		tw__stmt(&stmt, b->store, "SELECT name, inn FROM carrier"
			 TW_AS_OF_END, err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, group->key[PAYEE]);
	return find_names((struct text){ row->payee, sizeof(row->payee) },
			  (struct text){ row->inn, sizeof(row->inn) }, b,
			  stmt, err);
}

static const char *kind_word(int64_t kind)
{
	static const char *const words[] = { "?", "calls", "forwarded",
		"rents", "one_off", "recurring", "commitment", "tier" };

	return kind > 0 && kind <= TW_POSTING_TIER ? words[kind] : words[0];
}

static void set_money(tw_money *out, int64_t nanos, const char *currency)
{
	out->nanos = nanos;
	snprintf(out->currency, sizeof(out->currency), "%s", currency);
}

static tw_status add_row(struct builder *b, const struct group *group,
			 tw_error *err)
{
	struct tw_journal_lines *out = b->out;
	int64_t month = group->key[OF_MONTH];
	tw_journal_row *row;

	if (!group->net && !group->vat)
		return TW_OK;
	if (tw__grow((void **)&out->rows, &out->capacity, out->count + 1,
		     sizeof(*row)))
		return tw__fail_oom(err);
	row = &out->rows[out->count++];
	*row = (tw_journal_row)TW_JOURNAL_ROW_INIT;
	row->correction = group->key[CORRECTION] != 0;
	row->unallocated = !group->key[DEPARTMENT];
	row->is_vendor = group->key[PAYEE_KIND] == TW_ACCOUNT_VENDOR;
	set_money(&row->net, group->net, group->currency);
	set_money(&row->vat, group->vat, group->currency);
	snprintf(row->kind, sizeof(row->kind), "%s",
		 kind_word(group->key[KIND]));
	if (month)
		snprintf(row->of_month, sizeof(row->of_month), "%04d-%02d",
			 (int)(month / 100 % 10000), (int)(month % 100));
	return name_row(row, b, group, err);
}

static int by_names(const void *x, const void *y)
{
	const tw_journal_row *a = x, *b = y;
	int diff = (int)a->unallocated - (int)b->unallocated;

	if (!diff)
		diff = strcmp(a->department, b->department);
	if (!diff)
		diff = strcmp(a->payee, b->payee);
	if (!diff)
		diff = (int)a->is_vendor - (int)b->is_vendor;
	if (!diff)
		diff = strcmp(a->net.currency, b->net.currency);
	if (!diff)
		diff = (int)a->correction - (int)b->correction;
	if (!diff)
		diff = strcmp(a->of_month, b->of_month);
	return diff ? diff : strcmp(a->kind, b->kind);
}

static tw_status build(struct builder *b, const char *month, uint32_t flags,
		       tw_error *err)
{
	struct tw__book book;
	int64_t number = 0;
	tw_time from;
	tw_status status = tw__book_open(&book, b->store, NULL, err);

	if (status)
		return status;
	status = tw__book_parse(&number, &from, &b->end, &book, month, err);
	if (!status && !(flags & TW_JOURNAL_OPEN) &&
	    number >= book.open_month)
		status = tw__fail_at(err, TW_EREFUSED, 0, "month", "%s is not "
			"closed and may still change; run period close first, "
			"or take it as it stands with --open", month);
	if (!status)
		status = read_postings(b, number, err);
	tw__book_close(&book);
	for (size_t i = 0; !status && i < b->count; i++)
		status = add_row(b, &b->groups[i], err);
	if (!status && b->out->count)
		qsort(b->out->rows, b->out->count, sizeof(tw_journal_row),
		      by_names);
	return status;
}

tw_status tw_journal_open(tw_journal_lines **out, tw_store *store,
			  const char *month, uint32_t flags, tw_error *err)
{
	struct builder b = { .store = store };
	struct tw_tx tx;
	tw_status status;

	if (!out || !store || !month || flags & ~TW_JOURNAL_OPEN)
		return tw__fail(err, TW_EINVAL, "a journal needs out, store, "
				"month and flags that are known");
	b.out = tw_calloc(1, sizeof(*b.out));
	if (!b.out)
		return tw__fail_oom(err);
	status = tw__read_enter(&tx, store, err);
	if (!status) {
		status = build(&b, month, flags, err);
		tw__read_leave(&tx, store);
	}
	tw_free(b.groups);
	if (status) {
		tw_journal_free(b.out);
		return status;
	}
	*out = b.out;
	return TW_OK;
}

tw_status tw_journal_next(tw_journal_row *out, tw_journal_lines *lines,
			  tw_error *err)
{
	tw_status status;

	if (!out || !lines)
		return tw__fail(err, TW_EINVAL, "no journal");
	if (lines->next == lines->count)
		return TW_ITER_END;
	status = tw__export(out, &lines->rows[lines->next], sizeof(*out),
			    err);
	if (!status)
		lines->next++;
	return status;
}

void tw_journal_free(tw_journal_lines *lines)
{
	if (!lines)
		return;
	tw_free(lines->rows);
	tw_free(lines);
}
