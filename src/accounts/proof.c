/**
 * @file src/accounts/proof.c  What a closed month was when it was closed
 *
 * Decides what of a month its close writes down: for each kind of posting, and
 * for calls, their changes, batches and runs, how many rows there are and a
 * sum over all their columns, to the month in which they were posted. Who
 * acted and what marks a call has are there by their texts too, which nothing
 * ever changes. So what a closed month may live through (late calls, undo,
 * re-rating, erased numbers) is no part of it. Refuses to promise more than
 * that an edit is seen: who knows this file can write the sums anew, and for
 * that there are seals, whose hash can be kept elsewhere.
 */
#include <stdio.h>
#include <string.h>
#include "ledger.h"
#include "proof.h"

/* ---- a row as a number ---- */

/* For the same h, two values never give the same: whatever one column is
 * changed to, the row's number is another. */
static uint64_t mix(uint64_t h, uint64_t value)
{
	h = (h ^ value) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 32;
}

static uint64_t mix_all(uint64_t h, const int64_t *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		h = mix(h, (uint64_t)values[i]);
	return h;
}

/* Length first: "ab","c" and "a","bc" are two. The lowest byte first, so that
 * a file may move between machines. */
static uint64_t mix_bytes(uint64_t h, const uint8_t *bytes, size_t size)
{
	h = mix(h, size);
	for (size_t at = 0; at < size; at += 8) {
		uint64_t word = 0;

		for (size_t i = 0; i < 8 && at + i < size; i++)
			word |= (uint64_t)bytes[at + i] << (8 * i);
		h = mix(h, word);
	}
	return h;
}

#define IS_NULL  0x2545f4914f6cdd1du
#define IS_BYTES 0x5851f42d4c957f2du

/* kinds: a letter for each column from `first` on, 'i' integer, 'b' bytes. */
static uint64_t mix_columns(uint64_t h, struct tw_stmt *stmt, int first,
			    const char *kinds)
{
	for (int i = first; *kinds; i++, kinds++) {
		const void *data;
		size_t size;

		if (tw__col_is_null(stmt, i)) {
			h = mix(h ^ IS_NULL, 0);
		}
		else if (*kinds == 'i') {
			h = mix(h, (uint64_t)tw__col_i64(stmt, i));
		}
		else {
			data = tw__col_blob(stmt, i, &size);
			h = mix_bytes(h ^ IS_BYTES, data, size);
		}
	}
	return h;
}

/* ---- closed months ---- */

void tw__proof_free(struct tw__proof *proof)
{
	tw_free(proof->months);
	tw_free(proof->marks);
	memset(proof, 0, sizeof(*proof));
}

static tw_status read_months(struct tw__proof *proof, tw_store *store,
			     tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt_new(&stmt, store,
		"SELECT month FROM period ORDER BY month", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		struct tw__proof_month *month;

		if (tw__grow((void **)&proof->months, &proof->capacity,
			     proof->count + 1, sizeof(*month))) {
			status = tw__fail_oom(err);
			break;
		}
		month = &proof->months[proof->count++];
		memset(month, 0, sizeof(*month));
		month->month = tw__col_i64(stmt, 0);
	}
	tw__stmt_free(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}

/* Of all texts, since an id says nothing once they are edited. */
static tw_status read_marks(struct tw__proof *proof, tw_store *store,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt_new(&stmt, store,
		"SELECT id, source, trunk, carrier, department, extension, "
		"accountcode, campaign, source_currency FROM marks "
		"ORDER BY id", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (tw__grow((void **)&proof->marks, &proof->marks_capacity,
			     proof->marks_count + 1,
			     sizeof(*proof->marks))) {
			status = tw__fail_oom(err);
			break;
		}
		proof->marks[proof->marks_count++] = (struct tw__proof_marks){
			tw__col_i64(stmt, 0),
			mix_columns(0, stmt, 1, "bbbbbbbb") };
	}
	tw__stmt_free(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__proof_open(struct tw__proof *out, tw_store *store,
			 tw_error *err)
{
	struct tw__proof proof = { .months = NULL };
	tw_status status = read_months(&proof, store, err);

	if (!status && proof.count)
		status = read_marks(&proof, store, err);
	if (status) {
		tw__proof_free(&proof);
		return status;
	}
	*out = proof;
	return TW_OK;
}

static bool covers(const struct tw__proof *proof, size_t at, int64_t month)
{
	return month <= proof->months[at].month &&
		(!at || month > proof->months[at - 1].month);
}

/* The period that a month was closed with; NULL: it is open. */
static struct tw__proof_month *find(struct tw__proof *proof, int64_t month)
{
	size_t low = 0, high = proof->count;

	if (!high || month > proof->months[high - 1].month)
		return NULL;
	if (covers(proof, proof->last, month))
		return &proof->months[proof->last];
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (proof->months[middle].month < month)
			low = middle + 1;
		else
			high = middle;
	}
	proof->last = low;
	return &proof->months[low];
}

/* 0: there are none, which is verify's own question. An import numbers them
 * without a gap, so most are where their id says. */
static uint64_t marks_of(const struct tw__proof *proof, int64_t id)
{
	size_t low = 0, high = proof->marks_count;

	if (id > 0 && (uint64_t)id <= high && proof->marks[id - 1].id == id)
		return proof->marks[id - 1].digest;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (proof->marks[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < proof->marks_count && proof->marks[low].id == id ?
		proof->marks[low].digest : 0;
}

static void add(struct tw__proof_month *month, int64_t part, uint64_t row)
{
	month->parts[part].rows++;
	month->parts[part].digest += row;
}

/* ---- calls and what became of them ---- */

#define RECORD_KINDS "iibbiiiiiiii"

/* Not what follows from the rest: net, currency, destination; an amendment
 * has them in its own row. */
static uint64_t mix_standing(uint64_t h, const struct tw__standing *s)
{
	const int64_t values[] = { s->department, s->carrier, s->number,
		s->leg, s->rate_state, s->reason, s->tariff_version,
		s->rate_row, s->charged_s, s->cost_nanos, s->vat_nanos };

	return mix_all(h, values, TW_ARRAY_COUNT(values));
}

void tw__proof_event(struct tw__proof *proof, const struct tw__event *event,
		     struct tw__book *book)
{
	const struct tw__stored *call = event->call;
	const int64_t id[] = { call->start, call->key, call->batch };
	bool first = !event->run && event->posted.sign > 0;
	struct tw__proof_month *month = !proof->count ? NULL :
		find(proof, tw__posted_month(&event->posted, book));
	uint64_t h;

	if (!month)
		return;
	h = mix_all(0, id, TW_ARRAY_COUNT(id));
	if (first) {
		h = mix(h, (uint64_t)event->standing->direction);
		h = mix(h, (uint64_t)call->duration_us);
		h = mix_columns(h, call->row, TW_RECORD_FIRST, RECORD_KINDS);
		h = mix(h, marks_of(proof, tw__col_i64(call->row,
						       TW_RECORD_MARKS)));
	}
	else {
		const struct tw__standing *s = event->standing;

		h = mix(h, (uint64_t)event->run);
		h = mix(h, (uint64_t)event->posted.sign);
		if (event->run)
			h = mix_all(h, (const int64_t []){ s->net_nanos,
				s->currency, s->destination }, 3);
	}
	if (event->turned)
		h = mix(h, (uint64_t)event->standing->direction);
	add(month, first ? TW_PROOF_CALLS : event->run ?
	    TW_PROOF_AMENDMENTS : TW_PROOF_UNDONE,
	    mix_standing(h, event->standing));
}

/* ---- everything else ---- */

/* Column 0 is the month, or (start) the first month that was open, and column
 * 1 the call's start; part 0: column 2 is the part, as postings have it. */
#define NAME_OF(who) "(SELECT text FROM word WHERE id = " who ")"

/* What calls used up: as their import wrote it, or a run since then. */
#define NOTED "SELECT m.open_month, u.start_us, 1, u.start_us, u.key, " \
	"u.batch, u.bundle_s, u.used_s, u.exchange_nanos, u.exchange_date, " \
	"u.own_cost_nanos, u.own_vat_nanos"
#define DRAWN "SELECT m.open_month, u.start_us, 2, u.start_us, u.key, " \
	"u.batch, u.bundle, u.period_us, u.seconds"
#define PLACED "SELECT m.open_month, u.start_us, 3, u.start_us, u.key, " \
	"u.batch, u.side, u.operator, u.region, u.city"
#define FROM_IMPORT(table) " FROM " table " u JOIN batch m " \
	"ON m.id = u.batch WHERE u.run = 0"
#define BY_RUN(table) ", u.run FROM " table " u JOIN amendment_run m " \
	"ON m.id = u.run"

struct table {
	const char *sql, *kinds;
	int64_t part;
	bool start;
};

static const struct table tables[] = {
	{ "SELECT month, 0, kind, id, entry, account_kind, account, "
	  "amount_nanos, net_nanos, vat_nanos, currency, correction, month, "
	  "of_month, batch, run, subject, made_us, who, reference, "
	  NAME_OF("who") " FROM posting",
	  "iiiiiiiibiiiiiiiibb", 0, false },
	{ "SELECT open_month, 0, id, open_month, source, preset, zone, "
	  "file_name, file_hash, made_us, rows_read, rows_stored, "
	  "rows_rejected, duplicates, conflicts, first_us, last_us, who, "
	  NAME_OF("who") " FROM batch",
	  "iibbbbbiiiiiiiiib", TW_PROOF_BATCHES, false },
	{ "SELECT undone_month, 0, id, undone_month, undone_us, undone_who, "
	  NAME_OF("undone_who") " FROM batch WHERE undone_us <> 0",
	  "iiiib", TW_PROOF_UNDONE, false },
	{ "SELECT open_month, 0, id, open_month, kind, reason, made_us, who, "
	  "calls, " NAME_OF("who") " FROM amendment_run",
	  "iibbiiib", TW_PROOF_RUNS, false },
	{ NOTED FROM_IMPORT("charge_note"), "iiiiiiiiii", TW_PROOF_USED,
	  true },
	{ NOTED BY_RUN("charge_note"), "iiiiiiiiiii", TW_PROOF_USED, true },
	{ DRAWN FROM_IMPORT("bundle_use"), "iiiiiii", TW_PROOF_USED, true },
	{ DRAWN BY_RUN("bundle_use"), "iiiiiiii", TW_PROOF_USED, true },
	{ PLACED FROM_IMPORT("charge_place"), "iiiiibbb", TW_PROOF_USED,
	  true },
	{ PLACED BY_RUN("charge_place"), "iiiiibbbi", TW_PROOF_USED, true },
};

static tw_status read_table(struct tw__proof *proof, tw_store *store,
			    struct tw__book *book, const struct table *table,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt_new(&stmt, store, table->sql, err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		const struct tw__posted posted = { tw__col_i64(stmt, 1),
			tw__col_i64(stmt, 0), 1 };
		int64_t part = table->part ? table->part :
			tw__col_i64(stmt, 2);
		struct tw__proof_month *month = find(proof, table->start ?
			tw__posted_month(&posted, book) : posted.open_month);

		if (month && part > 0 && part < TW_PROOF_PARTS)
			add(month, part, mix_columns(0, stmt, 2,
						     table->kinds));
	}
	tw__stmt_free(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}

/* The period's own row holds the parts together. */
static void hold(struct tw__proof_month *month, uint64_t h)
{
	int64_t parts = 0;

	for (int64_t i = 1; i < TW_PROOF_PARTS; i++) {
		const struct tw__proof_sum *sum = &month->parts[i];
		const int64_t values[] = { i, sum->rows,
			(int64_t)sum->digest };

		if (!sum->rows)
			continue;
		h = mix_all(h, values, TW_ARRAY_COUNT(values));
		parts++;
	}
	month->parts[TW_PROOF_PERIOD] = (struct tw__proof_sum){ parts, h };
}

static tw_status read_periods(struct tw__proof *proof, tw_store *store,
			      tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt_new(&stmt, store,
		"SELECT month, closed_us, who, last_posting, proved, "
		NAME_OF("who") " FROM period", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		struct tw__proof_month *month = find(proof,
			tw__col_i64(stmt, 0));

		if (month)
			hold(month, mix_columns(0, stmt, 0, "iiiiib"));
	}
	tw__stmt_free(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__proof_tables(struct tw__proof *proof, tw_store *store,
			   struct tw__book *book, tw_error *err)
{
	tw_status status = TW_OK;

	if (!proof->count)
		return TW_OK;
	for (size_t i = 0; !status && i < TW_ARRAY_COUNT(tables); i++)
		status = read_table(proof, store, book, &tables[i], err);
	return status ? status : read_periods(proof, store, err);
}

/* ---- at the close ---- */

struct closing {
	struct tw__proof proof;
	struct tw__book *book;
};

static tw_status take_event(const struct tw__event *event, void *arg,
			    tw_error *err)
{
	struct closing *closing = arg;

	(void)err;
	tw__proof_event(&closing->proof, event, closing->book);
	return TW_OK;
}

/* Whose calls may be posted in the month: its own, and those of batches and
 * runs that came when it was the first open one. */
static tw_status find_range(int64_t range[2], tw_store *store,
			    struct tw__book *book, int64_t month,
			    tw_error *err)
{
	char text[32];
	struct tw_stmt *stmt;
	tw_time from, to;
	tw_status status;

	snprintf(text, sizeof(text), "%04d-%02d", (int)(month / 100),
		 (int)(month % 100));
	status = tw__book_parse(&month, &from, &to, book, text, err);
	if (!status)
		status = tw__stmt_new(&stmt, store,
			"SELECT min(at) FROM (SELECT min(first_us) AS at "
			"FROM batch WHERE rows_stored > 0 AND (open_month = "
			"?1 OR (undone_us <> 0 AND undone_month = ?1)) "
			"UNION ALL SELECT min(a.start_us) FROM amendment_run "
			"r JOIN amendment a ON a.run = r.id "
			"WHERE r.open_month = ?1)", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, month);
	status = tw__step(stmt, err);
	range[0] = from;
	range[1] = to - 1;
	if (!status && !tw__col_is_null(stmt, 0) &&
	    tw__col_i64(stmt, 0) < from)
		range[0] = tw__col_i64(stmt, 0);
	tw__stmt_free(stmt);
	return status;
}

static tw_status keep(tw_store *store, int64_t month, int64_t part,
		      const struct tw__proof_sum *sum, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"INSERT INTO period_proof (month, part, row_count, digest) "
		"VALUES (?, ?, ?, ?)", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, month);
	tw__bind_i64(stmt, 2, part);
	tw__bind_i64(stmt, 3, sum->rows);
	tw__bind_i64(stmt, 4, (int64_t)sum->digest);
	return tw__run(stmt, err);
}

static tw_status look(struct closing *c, tw_store *store, tw_error *err)
{
	int64_t range[2] = TW_ALWAYS;
	tw_status status = TW_OK;

	if (c->proof.count > 1)
		status = find_range(range, store, c->book,
			c->proof.months[c->proof.count - 1].month, err);
	if (!status)
		status = tw__history_scan(store, range, take_event, c, err);
	return status ? status : tw__proof_tables(&c->proof, store, c->book,
						  err);
}

tw_status tw__proof_write(tw_store *store, struct tw__book *book,
			  tw_error *err)
{
	struct closing closing = { .book = book };
	const struct tw__proof_month *month;
	tw_status status = tw__proof_open(&closing.proof, store, err);

	if (status)
		return status;
	status = look(&closing, store, err);
	month = &closing.proof.months[closing.proof.count - 1];
	for (int64_t i = 0; !status && i < TW_PROOF_PARTS; i++) {
		if (!i || month->parts[i].rows)
			status = keep(store, month->month, i,
				      &month->parts[i], err);
	}
	tw__proof_free(&closing.proof);
	return status;
}
