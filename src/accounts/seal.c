/**
 * @file src/accounts/seal.c  Closed days that nobody can change unseen
 *
 * Decides what a sealed day is: a hash over the one before and its own rows,
 * and four bytes of each row, by which the row that was changed is named and
 * not only its day. Refuses to promise more: who writes the whole chain anew
 * is found out only by a hash that was kept elsewhere.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/calendar.h"
#include "base/hash.h"
#include "ledger.h"
#include "listing.h"
#include "report_period.h"
#include "seal.h"

/* Months that are closed, and up to where they are sealed; 0: none. */
struct span {
	int64_t closed[2];
	int64_t last_day;        /* sealed */
};

static tw_status read_span(struct span *out, tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT min(month), max(month), (SELECT max(day) FROM seal) "
		"FROM period", err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	*out = (struct span){ { tw__col_i64(stmt, 0), tw__col_i64(stmt, 1) },
		tw__col_i64(stmt, 2) };
	tw__reset(stmt);
	return TW_OK;
}

static int64_t next_day(int64_t day)
{
	int64_t month = day / 100;

	if (day % 100 < tw__month_days((int32_t)(month / 100),
				       (int32_t)(month % 100)))
		return day + 1;
	return tw__month_add(month, 1) * 100;
}

static void put_i64(uint8_t out[8], int64_t value)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
}

/* hash becomes that of `day` instead of the one before. */
static void chain(uint8_t hash[TW_SEAL_HASH], int64_t day,
		  const struct tw__seal_unit *unit)
{
	uint8_t bytes[2 * TW_SEAL_HASH + 16] = { 0 };

	memcpy(bytes, hash, TW_SEAL_HASH);
	put_i64(&bytes[TW_SEAL_HASH], day);
	put_i64(&bytes[TW_SEAL_HASH + 8], unit ? unit->rows : 0);
	if (unit)
		memcpy(&bytes[TW_SEAL_HASH + 16], unit->digest, TW_SEAL_HASH);
	tw__sha256(hash, bytes, sizeof(bytes));
}

struct seal {
	int64_t day, rows;
	uint8_t hash[TW_SEAL_HASH];
};

struct seals {
	struct seal *rows;       /* by day */
	size_t count, capacity;
};

static tw_status read_seals(struct seals *out, tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT day, row_count, hash FROM seal ORDER BY day", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		const void *hash;
		size_t size;

		if (tw__grow((void **)&out->rows, &out->capacity,
			     out->count + 1, sizeof(*out->rows))) {
			tw__reset(stmt);
			return tw__fail_oom(err);
		}
		out->rows[out->count].day = tw__col_i64(stmt, 0);
		out->rows[out->count].rows = tw__col_i64(stmt, 1);
		hash = tw__col_blob(stmt, 2, &size);
		memset(out->rows[out->count].hash, 0, TW_SEAL_HASH);
		if (size == TW_SEAL_HASH)
			memcpy(out->rows[out->count].hash, hash, size);
		out->count++;
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* ---- sealing ---- */

struct sealing {
	tw_store *store;
	int64_t who;
	uint8_t hash[TW_SEAL_HASH];
};

static tw_status write_seal(struct sealing *s, int64_t day,
			    const struct tw__seal_unit *unit, tw_error *err)
{
	const tw_clock *clock = tw__store_clock(s->store);
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, s->store,
		"INSERT INTO seal (day, row_count, hash, checks, made_us, "
		"who) VALUES (?, ?, ?, ?, ?, ?)", err);

	if (status)
		return status;
	chain(s->hash, day, unit);
	tw__bind_i64(stmt, 1, day);
	tw__bind_i64(stmt, 2, unit ? unit->rows : 0);
	tw__bind_blob(stmt, 3, s->hash, sizeof(s->hash));
	tw__bind_blob(stmt, 4, unit ? unit->checks.data : "",
		      unit ? unit->checks.size : 0);
	tw__bind_i64(stmt, 5, clock->wall(clock->arg));
	tw__bind_i64(stmt, 6, s->who);
	return tw__run(stmt, err);
}

static tw_status seal_months(uint64_t *out, tw_store *store,
			     const struct tw__seal_ask *ask, tw_error *err)
{
	struct tw__seal_rows rows = { .units = NULL };
	struct sealing s = { .store = store };
	struct seals seals = { NULL, 0, 0 };
	struct tw__book book;
	tw_status status = read_seals(&seals, store, err);

	if (!status && seals.count)
		memcpy(s.hash, seals.rows[seals.count - 1].hash,
		       sizeof(s.hash));
	tw_free(seals.rows);
	if (!status)
		status = tw__ledger_who(&s.who, store, err);
	if (!status)
		status = tw__book_open(&book, store, NULL, err);
	if (status)
		return status;
	status = tw__seal_rows(&rows, store, &book, ask, err);
	tw__book_close(&book);
	for (int64_t day = ask->months[0] * 100; !status &&
	     day / 100 <= ask->months[1]; day = next_day(day)) {
		status = write_seal(&s, day, tw__seal_unit_of(&rows, day),
				    err);
		++*out;
	}
	tw__seal_rows_free(&rows);
	return status;
}

static tw_status seal_closed(uint64_t *out, tw_store *store, tw_error *err)
{
	struct tw__seal_ask ask = { .checks = true };
	struct span span;
	tw_status status = read_span(&span, store, err);

	if (status)
		return status;
	ask.months[0] = span.last_day ?
		tw__month_add(span.last_day / 100, 1) : span.closed[0];
	ask.months[1] = span.closed[1];
	if (!span.closed[1] || ask.months[0] > ask.months[1])
		return TW_OK;
	return seal_months(out, store, &ask, err);
}

tw_status tw_period_seal(uint64_t *out_days, tw_store *store, tw_error *err)
{
	uint64_t made = 0;
	struct tw_tx tx;
	tw_status status;

	if (!store)
		return tw__fail(err, TW_EINVAL, "sealing needs a store");
	status = tw__tx_enter(&tx, store, err);
	if (status)
		return status;
	status = tw__tx_leave(&tx, store, seal_closed(&made, store, err),
			      err);
	if (!status && out_days)
		*out_days = made;
	return status;
}

/* ---- what is sealed ---- */

static void hex(char out[2 * TW_SEAL_HASH + 1],
		const uint8_t hash[TW_SEAL_HASH])
{
	for (size_t i = 0; i < TW_SEAL_HASH; i++)
		snprintf(&out[2 * i], 3, "%02x", hash[i]);
}

/* A line for each month: its rows, and the hash of its last day. */
static tw_status list_seals(struct tw_listing *list,
			    const struct seals *seals, tw_error *err)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < seals->count; i++) {
		const struct seal *seal = &seals->rows[i];
		tw_listing_row row = TW_LISTING_ROW_INIT;
		int64_t month = seal->day / 100;
		tw_status status;

		rows += (uint64_t)seal->rows;
		if (i + 1 < seals->count &&
		    seals->rows[i + 1].day / 100 == month)
			continue;
		row.calls = rows;
		rows = 0;
		snprintf(row.key, sizeof(row.key), "%04d-%02d",
			 (int)(month / 100), (int)(month % 100));
		snprintf(row.kind, sizeof(row.kind), "sealed");
		hex(row.detail, seal->hash);
		status = tw__listing_add(list, &row, err);
		if (status)
			return status;
	}
	return TW_OK;
}

static tw_status fill_seals(struct tw_listing *list, tw_store *store,
			    void *arg, tw_error *err)
{
	struct seals seals = { NULL, 0, 0 };
	tw_status status = read_seals(&seals, store, err);

	(void)arg;
	if (!status)
		status = list_seals(list, &seals, err);
	tw_free(seals.rows);
	return status;
}

tw_status tw_period_seals(tw_listing **out, tw_store *store, tw_error *err)
{
	return tw__listing_make(out, store, fill_seals, NULL, err);
}

/* ---- proving ---- */

struct proving {
	tw_store *store;
	struct tw__book book;
	struct seals seals;
	int64_t months[2], bad, first;
};

/* Each day from the first to the last has a seal that its rows make. After a
 * day that differs the chain goes on from what is written, so that one change
 * is one day. */
static void compare(struct proving *p, const struct tw__seal_rows *rows)
{
	uint8_t hash[TW_SEAL_HASH] = { 0 };
	size_t at = 0;

	for (int64_t day = p->months[0] * 100; day / 100 <= p->months[1];
	     day = next_day(day)) {
		const struct seal *seal = NULL;

		if (at < p->seals.count && p->seals.rows[at].day == day)
			seal = &p->seals.rows[at++];
		chain(hash, day, tw__seal_unit_of(rows, day));
		if (seal && memcmp(hash, seal->hash, sizeof(hash)) == 0)
			continue;
		if (!p->bad++)
			p->first = day;
		if (seal)
			memcpy(hash, seal->hash, sizeof(hash));
	}
	/* seals of days that never were */
	if (at < p->seals.count && !p->bad++)
		p->first = p->seals.rows[at].day;
}

static int by_check(const void *x, const void *y)
{
	const struct tw__seal_label *a = x, *b = y;

	if (a->check != b->check)
		return a->check < b->check ? -1 : 1;
	return 0;
}

/* The rows that the seal does not have, and how many it has beyond ours:
 * both sorted by their four bytes and walked together. */
struct strangers {
	struct tw__seal_label first;    /* kind 0: none */
	int64_t count, gone;
	int64_t gone_at;         /* place of one that is gone, from 1 */
};

static void meet(struct strangers *out, struct tw__seal_rows *rows,
		 struct tw__seal_label *sealed, size_t count)
{
	size_t i = 0, j = 0;

	if (rows->label_count)
		qsort(rows->labels, rows->label_count, sizeof(*sealed),
		      by_check);
	if (count)
		qsort(sealed, count, sizeof(*sealed), by_check);
	while (i < rows->label_count || j < count) {
		const struct tw__seal_label *ours = &rows->labels[i];
		int order = i == rows->label_count ? 1 : j == count ? -1 :
			by_check(ours, &sealed[j]);

		if (order < 0) {
			if (!out->count++ || ours->start < out->first.start)
				out->first = *ours;
		} else if (order > 0) {
			if (!out->gone++ || sealed[j].start < out->gone_at)
				out->gone_at = sealed[j].start;
		}
		i += order <= 0;
		j += order >= 0;
	}
}

static tw_status sealed_checks(struct tw__seal_label **out, size_t *count,
			       tw_store *store, int64_t day, tw_error *err)
{
	struct tw_stmt *stmt;
	const uint8_t *bytes;
	size_t size;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT checks FROM seal WHERE day = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, day);
	status = tw__step(stmt, err);
	if (status)
		return status;
	bytes = tw__col_blob(stmt, 0, &size);
	*out = tw_calloc(size / 4 + 1, sizeof(**out));
	for (size_t i = 0; *out && i < size / 4; i++) {
		const uint8_t *b = &bytes[4 * i];

		(*out)[i].check = (uint32_t)b[0] << 24 |
			(uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
		(*out)[i].start = (int64_t)i + 1;
	}
	*count = size / 4;
	tw__reset(stmt);
	return *out ? TW_OK : tw__fail_oom(err);
}

/* Text as it is, 16 bytes of a UUID as one. */
static tw_status call_name(char out[160], struct proving *p,
			   const struct tw__seal_label *label, tw_error *err)
{
	char id[80] = "?", start[40] = "";
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, p->store,
		"SELECT call_id, typeof(call_id) = 'blob' FROM call "
		"WHERE start_us = ? AND key = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, label->start);
	tw__bind_i64(stmt, 2, label->key);
	status = tw__step(stmt, err);
	if (!status && tw__col_i64(stmt, 1)) {
		size_t size;
		const uint8_t *b = tw__col_blob(stmt, 0, &size);

		for (size_t i = 0, at = 0; i < size && i < 16; i++)
			at += (size_t)snprintf(&id[at], sizeof(id) - at,
				i == 4 || i == 6 || i == 8 || i == 10 ?
				"-%02x" : "%02x", b[i]);
	} else if (!status) {
		snprintf(id, sizeof(id), "%.70s", tw__col_text(stmt, 0));
	}
	tw__reset(stmt);
	(void)tw_time_format(start, sizeof(start), label->start,
			     p->book.zone, NULL);
	snprintf(out, 160, "%s %s (%s)", label->kind == 'a' ?
		 "an amendment of call" : label->kind == 'u' ?
		 "the undoing of call" : "call", id, start);
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status name_of(char out[160], struct proving *p,
			 const struct tw__seal_label *label, tw_error *err)
{
	if (label->kind != 'p')
		return call_name(out, p, label, err);
	snprintf(out, 160, "posting %" PRId64, label->key);
	return TW_OK;
}

static tw_status say_day(tw_verdict *verdict, struct proving *p,
			 const struct strangers *s, tw_error *err)
{
	char name[160] = "", day[16];
	tw_status status = TW_OK;

	snprintf(day, sizeof(day), "%04d-%02d-%02d",
		 (int)(p->first / 10000), (int)(p->first / 100 % 100),
		 (int)(p->first % 100));
	if (s->count)
		status = name_of(name, p, &s->first, err);
	if (status)
		return status;
	if (s->count)
		snprintf(verdict->detail, sizeof(verdict->detail), "%s is "
			 "not as it was sealed; rows of %s that differ: %"
			 PRId64 ", days: %" PRId64, name, day, s->count,
			 p->bad);
	else if (s->gone)
		snprintf(verdict->detail, sizeof(verdict->detail), "row %"
			 PRId64 " of %s is gone; rows gone: %" PRId64
			 ", days that differ: %" PRId64, s->gone_at, day,
			 s->gone, p->bad);
	else
		snprintf(verdict->detail, sizeof(verdict->detail), "the seal "
			 "of %s is not the one that was made; days that "
			 "differ: %" PRId64, day, p->bad);
	return TW_OK;
}

static tw_status name_day(tw_verdict *verdict, struct proving *p,
			  tw_error *err)
{
	const struct tw__seal_ask ask = { { p->first / 100, p->first / 100 },
		false, p->first };
	struct tw__seal_rows rows = { .units = NULL };
	struct tw__seal_label *sealed = NULL;
	struct strangers strangers = { { 0 }, 0, 0, 0 };
	size_t count = 0;
	tw_status status = sealed_checks(&sealed, &count, p->store, p->first,
					 err);

	verdict->holds = false;
	if (status == TW_ITER_END) {
		snprintf(verdict->detail, sizeof(verdict->detail),
			 "%" PRId64 " has lost its seal", p->first);
		return TW_OK;
	}
	if (!status)
		status = tw__seal_rows(&rows, p->store, &p->book, &ask, err);
	if (!status) {
		meet(&strangers, &rows, sealed, count);
		status = say_day(verdict, p, &strangers, err);
	}
	tw__seal_rows_free(&rows);
	tw_free(sealed);
	return status;
}

static tw_status prove(tw_verdict *verdict, struct proving *p, tw_error *err)
{
	const struct tw__seal_ask ask = { { p->months[0], p->months[1] },
		false, 0 };
	struct tw__seal_rows rows = { .units = NULL };
	char text[2 * TW_SEAL_HASH + 1], name[160];
	tw_status status = tw__seal_rows(&rows, p->store, &p->book, &ask,
					 err);

	if (status)
		return status;
	compare(p, &rows);
	hex(text, p->seals.rows[p->seals.count - 1].hash);
	verdict->holds = true;
	snprintf(verdict->detail, sizeof(verdict->detail), "%zu days are as "
		 "they were sealed, the last one %s", p->seals.count, text);
	if (p->bad) {
		status = name_day(verdict, p, err);
	} else if (rows.astray.kind) {
		verdict->holds = false;
		status = call_name(name, p, &rows.astray, err);
		snprintf(verdict->detail, sizeof(verdict->detail), "%s does "
			 "not follow from its amendments", name);
	}
	tw__seal_rows_free(&rows);
	return status;
}

tw_status tw__verify_seals(tw_verdict *verdict, tw_store *store,
			   tw_error *err)
{
	struct proving p = { .store = store };
	struct span span;
	tw_status status = read_span(&span, store, err);

	if (!status)
		status = read_seals(&p.seals, store, err);
	if (!status && !p.seals.count) {
		verdict->holds = true;
		snprintf(verdict->detail, sizeof(verdict->detail),
			 "no day is sealed");
	} else if (!status) {
		p.months[0] = span.closed[0];
		p.months[1] = span.last_day / 100;
		status = tw__book_open(&p.book, store, "UTC", err);
		if (!status) {
			status = prove(verdict, &p, err);
			tw__book_close(&p.book);
		}
	}
	tw_free(p.seals.rows);
	return status;
}
