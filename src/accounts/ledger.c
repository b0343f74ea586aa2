/**
 * @file src/accounts/ledger.c  Entries of two postings each
 *
 * Decides how a charge becomes an entry: the department is charged what the
 * carrier or vendor gets, so that every entry and hence everything sums to
 * zero. Refuses to change what is posted; a reversal is an entry like any
 * other.
 */
#include <stdio.h>
#include <string.h>
#include "base/decimal.h"
#include "intern.h"
#include "ledger.h"

static tw_status next_entry(int64_t *out, tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT max(entry) FROM posting", err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	*out = tw__col_i64(stmt, 0) + 1;
	tw__reset(stmt);
	return TW_OK;
}

struct stamp {
	int64_t made_us, who;
};

static tw_status post_side(tw_store *store, const struct tw__entry *entry,
			   const int64_t side[6], const struct stamp *stamp,
			   tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"INSERT INTO posting (entry, account_kind, account, "
		"amount_nanos, net_nanos, vat_nanos, currency, kind, "
		"correction, month, of_month, batch, run, subject, made_us, "
		"who, reference) VALUES "
		"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", err);

	if (status)
		return status;
	for (int i = 0; i < 6; i++)
		tw__bind_i64(stmt, i + 1, side[i]);
	tw__bind_text(stmt, 7, entry->currency);
	tw__bind_i64(stmt, 8, entry->kind);
	tw__bind_i64(stmt, 9, entry->correction);
	tw__bind_i64(stmt, 10, entry->month);
	tw__bind_i64(stmt, 11, entry->of_month == entry->month ? 0 :
		     entry->of_month);
	tw__bind_i64(stmt, 12, entry->batch);
	tw__bind_i64(stmt, 13, entry->run);
	tw__bind_i64(stmt, 14, entry->subject);
	tw__bind_i64(stmt, 15, stamp->made_us);
	tw__bind_i64(stmt, 16, stamp->who);
	tw__bind_text(stmt, 17, entry->reference ? entry->reference : "");
	return tw__run(stmt, err);
}

tw_status tw__ledger_who(int64_t *out, tw_store *store, tw_error *err)
{
	const char *actor = tw__store_actor(store);
	struct tw__intern words;
	tw_status status;

	*out = 0;
	if (!*actor)
		return TW_OK;
	tw__intern_words(&words, store);
	status = tw__intern_id(out, &words, actor, err);
	tw__intern_free(&words);
	return status;
}

tw_status tw__ledger_post(tw_store *store, const struct tw__entry *entry,
			  tw_error *err)
{
	const tw_clock *clock = tw__store_clock(store);
	struct stamp stamp = { clock->wall(clock->arg), 0 };
	int64_t number;
	tw_status status;

	if (!entry->amount_nanos && !entry->net_nanos && !entry->vat_nanos)
		return TW_OK;
	if (entry->amount_nanos == INT64_MIN ||
	    entry->net_nanos == INT64_MIN || entry->vat_nanos == INT64_MIN)
		return tw__fail(err, TW_ERANGE, "an entry of month %lld has "
				"an amount without a counterpart",
				(long long)entry->month);
	status = next_entry(&number, store, err);
	if (!status)
		status = tw__ledger_who(&stamp.who, store, err);
	if (!status)
		status = post_side(store, entry, (const int64_t []){ number,
			TW_ACCOUNT_DEPARTMENT, entry->department,
			entry->amount_nanos, entry->net_nanos,
			entry->vat_nanos }, &stamp, err);
	if (!status)
		status = post_side(store, entry, (const int64_t []){ number,
			entry->payee_kind, entry->payee,
			-entry->amount_nanos, -entry->net_nanos,
			-entry->vat_nanos }, &stamp, err);
	return status;
}

static tw_status word_text(char out[4], tw_store *store, int64_t word,
			   tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT text FROM word WHERE id = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, word);
	status = tw__step(stmt, err);
	if (status)
		return status != TW_ITER_END ? status : tw__fail(err,
			TW_ESTORE, "currency word %lld is not there; run "
			"verify", (long long)word);
	snprintf(out, 4, "%s", tw__col_text(stmt, 0));
	tw__reset(stmt);
	return TW_OK;
}

/* The same sums by fewer columns. */
static tw_status narrow(struct tw__rollup *out,
			const struct tw__rollup *rollup, tw_error *err)
{
	for (size_t i = 0; i < rollup->count; i++) {
		const struct tw__rollup_row *from = &rollup->rows[i];
		struct tw__rollup_key key = from->key;
		struct tw__rollup_row *row;
		tw_status status;

		/* days are the same money once more */
		if (key.period >= TW_PERIOD_DAYS ||
		    (!from->sums.cost_nanos && !from->sums.vat_nanos))
			continue;
		key.number = key.destination = 0;
		if (key.late == 1)
			key.late = 0;
		if (key.direction != TW_DIRECTION_FORWARD)
			key.direction = 0;
		status = tw__rollup_row(&row, out, &key, err);
		if (status)
			return status;
		if (!tw__sums_add(&row->sums, &from->sums, 1))
			return tw__fail(err, TW_ERANGE, "the charges of one "
					"batch exceed 9.2e9 units; import it "
					"in parts");
	}
	return TW_OK;
}

tw_status tw__charges_add(struct tw__rollup *charges, struct tw__book *book,
			  const struct tw__posted *posted,
			  const struct tw__rollup_row *of, tw_error *err)
{
	int64_t own = tw__book_month(book, posted->start);
	struct tw__rollup_key key = of->key;
	struct tw__rollup_row *row;
	tw_status status;

	key.period = tw__posted_month(posted, book);
	key.late = own == key.period ? 0 : own;
	key.number = key.destination = 0;
	status = tw__rollup_row(&row, charges, &key, err);
	if (!status && !tw__sums_add(&row->sums, &of->sums, posted->sign))
		return tw__fail(err, TW_ERANGE, "the charges of %lld exceed "
				"9.2e9 units", (long long)key.period);
	return status;
}

tw_status tw__ledger_post_calls(tw_store *store,
				const struct tw__rollup *rollup,
				const struct tw__charges_of *of,
				tw_error *err)
{
	struct tw__rollup sums = { 0 };
	tw_status status = narrow(&sums, rollup, err);

	for (size_t i = 0; !status && i < sums.count; i++) {
		const struct tw__rollup_key *key = &sums.rows[i].key;
		const struct tw__sums *sum = &sums.rows[i].sums;
		struct tw__entry entry = {
			.department = key->department,
			.payee_kind = TW_ACCOUNT_CARRIER,
			.payee = key->carrier,
			.amount_nanos = sum->cost_nanos,
			.net_nanos = sum->net_nanos,
			.vat_nanos = sum->vat_nanos,
			.kind = key->direction == TW_DIRECTION_FORWARD ?
				TW_POSTING_FORWARD : TW_POSTING_CALL,
			.correction = of->correction,
			.month = key->period, .of_month = key->late,
			.batch = of->batch,
			.run = of->run, .reference = of->reference };

		status = word_text(entry.currency, store, key->currency, err);
		if (!status)
			status = tw__ledger_post(store, &entry, err);
	}
	tw__rollup_free(&sums);
	return status;
}

tw_status tw_ledger_month_total(tw_money *out, tw_store *store,
				const char *month, const char *currency,
				tw_error *err)
{
	struct tw__book book;
	struct tw_stmt *stmt;
	tw_time from, to;
	int64_t number, sum = 0;
	bool any = false;
	tw_status status;

	if (!out || !store || !month || !currency)
		return tw__fail(err, TW_EINVAL, "month total needs out, "
				"store, month and currency");
	status = tw__book_open(&book, store, NULL, err);
	if (status)
		return status;
	status = tw__book_parse(&number, &from, &to, &book, month, err);
	tw__book_close(&book);
	if (!status)
		status = tw__stmt(&stmt, store,
			"SELECT amount_nanos FROM posting WHERE month = ? "
			"AND currency = ? AND account_kind = 1", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, number);
	tw__bind_text(stmt, 2, currency);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		any = true;
		if (!tw__add_i64(&sum, sum, tw__col_i64(stmt, 0))) {
			tw__reset(stmt);
			return tw__fail(err, TW_ERANGE, "month %s adds up to "
					"more than 9.2e9 %s", month,
					currency);
		}
	}
	if (status != TW_ITER_END)
		return status;
	if (!any)
		return tw__fail(err, TW_ENOTFOUND, "nothing is posted in %s "
				"in %s", month, currency);
	memset(out, 0, sizeof(*out));
	out->nanos = sum;
	snprintf(out->currency, sizeof(out->currency), "%s", currency);
	return TW_OK;
}
