/**
 * @file src/accounts/rollup.c  Counts and sums by what reports group by
 *
 * Decides what a call adds to which line of a month. Kept in memory during a
 * batch and merged once at commit, it is free beside the inserts, and a month
 * then costs a report the same however many calls it had. Sums are checked
 * here and not in SQL, where an overflow would turn into a floating number.
 */
#include <stdlib.h>
#include <string.h>
#include "base/decimal.h"
#include "call.h"
#include "history.h"

void tw__rollup_free(struct tw__rollup *rollup)
{
	tw_free(rollup->rows);
	tw_free(rollup->slots);
	memset(rollup, 0, sizeof(*rollup));
}

static uint64_t hash_key(const struct tw__rollup_key *key)
{
	const int64_t part[] = { key->period, key->late, key->department,
		key->carrier, key->number, key->destination, key->direction,
		key->currency };
	uint64_t h = 0;

	for (size_t i = 0; i < TW_ARRAY_COUNT(part); i++) {
		h = (h ^ (uint64_t)part[i]) * 0x9e3779b97f4a7c15u;
		h ^= h >> 29;
	}
	return h;
}

static tw_status make_slots(struct tw__rollup *rollup, tw_error *err)
{
	size_t want = rollup->slot_count ? rollup->slot_count * 2 : 64;
	uint32_t *slots;

	if (rollup->count * 2 < rollup->slot_count)
		return TW_OK;
	slots = tw_calloc(want, sizeof(*slots));
	if (!slots)
		return tw__fail_oom(err);
	for (size_t i = 0; i < rollup->count; i++) {
		size_t s = hash_key(&rollup->rows[i].key) & (want - 1);

		while (slots[s])
			s = (s + 1) & (want - 1);
		slots[s] = (uint32_t)i + 1;
	}
	tw_free(rollup->slots);
	rollup->slots = slots;
	rollup->slot_count = want;
	return TW_OK;
}

struct tw__rollup_row *tw__rollup_find(const struct tw__rollup *rollup,
				       const struct tw__rollup_key *key)
{
	size_t mask = rollup->slot_count - 1, s;

	if (!rollup->slot_count)
		return NULL;
	for (s = hash_key(key) & mask; rollup->slots[s]; s = (s + 1) & mask) {
		struct tw__rollup_row *row =
			&rollup->rows[rollup->slots[s] - 1];

		if (memcmp(&row->key, key, sizeof(*key)) == 0)
			return row;
	}
	return NULL;
}

tw_status tw__rollup_row(struct tw__rollup_row **out,
			 struct tw__rollup *rollup,
			 const struct tw__rollup_key *key, tw_error *err)
{
	struct tw__rollup_row *row;
	tw_status status = make_slots(rollup, err);
	size_t s;

	if (status)
		return status;
	row = tw__rollup_find(rollup, key);
	if (row) {
		*out = row;
		return TW_OK;
	}
	if (tw__grow((void **)&rollup->rows, &rollup->capacity,
		     rollup->count + 1, sizeof(*row)))
		return tw__fail_oom(err);
	row = &rollup->rows[rollup->count++];
	row->key = *key;
	memset(&row->sums, 0, sizeof(row->sums));
	s = hash_key(key) & (rollup->slot_count - 1);
	while (rollup->slots[s])
		s = (s + 1) & (rollup->slot_count - 1);
	rollup->slots[s] = (uint32_t)rollup->count;
	*out = row;
	return TW_OK;
}

bool tw__sums_add(struct tw__sums *a, const struct tw__sums *b, int sign)
{
	struct tw__sums sum;
	const struct { int64_t *to; int64_t x, y; } all[TW_SUMS_COUNT] = {
		{ &sum.calls, a->calls, b->calls },
		{ &sum.answered, a->answered, b->answered },
		{ &sum.missed, a->missed, b->missed },
		{ &sum.unrated, a->unrated, b->unrated },
		{ &sum.talk_us, a->talk_us, b->talk_us },
		{ &sum.cost_nanos, a->cost_nanos, b->cost_nanos },
		{ &sum.net_nanos, a->net_nanos, b->net_nanos },
		{ &sum.vat_nanos, a->vat_nanos, b->vat_nanos },
	};

	for (size_t i = 0; i < TW_SUMS_COUNT; i++) {
		if (sign < 0 && all[i].y == INT64_MIN)
			return false;
		if (!tw__add_i64(all[i].to, all[i].x,
				 sign < 0 ? -all[i].y : all[i].y))
			return false;
	}
	*a = sum;
	return true;
}

bool tw__sums_are_zero(const struct tw__sums *sums)
{
	static const struct tw__sums zero;

	return memcmp(sums, &zero, sizeof(zero)) == 0;
}

void tw__rollup_of(struct tw__rollup_key *key, struct tw__sums *sums,
		   const struct tw__call *call)
{
	bool first = call->first;

	*key = (struct tw__rollup_key){ 0, 0, call->department,
		call->carrier, call->number, call->destination,
		first ? call->direction : TW_DIRECTION_FORWARD,
		call->rate_state == TW_STATE_RATED ? call->currency : 0 };
	*sums = (struct tw__sums){
		.calls = first,
		.answered = first && call->answered,
		.missed = first && !call->answered &&
			call->direction == TW_DIRECTION_INBOUND,
		.unrated = call->rate_state == TW_STATE_UNRATED,
		.talk_us = first ? call->cdr.duration_us : 0 };
	if (call->rate_state == TW_STATE_RATED) {
		sums->cost_nanos = call->cost_nanos;
		sums->net_nanos = call->net_nanos;
		sums->vat_nanos = call->vat_nanos;
	}
}

int64_t tw__posted_month(const struct tw__posted *posted,
			 struct tw__book *book)
{
	int64_t month = tw__book_month(book, posted->start);

	return month < posted->open_month ? posted->open_month : month;
}

tw_status tw__rollup_post(struct tw__rollup *rollup, struct tw__book *book,
			  const struct tw__posted *posted,
			  const struct tw__rollup_row *of, tw_error *err)
{
	int64_t day = tw__book_day(book, posted->start);
	struct tw__rollup_row *row;
	struct tw__rollup_key key = of->key;
	size_t month;
	tw_status status;

	key.period = tw__posted_month(posted, book);
	key.late = key.period != day / 100;
	status = tw__rollup_row(&row, rollup, &key, err);
	if (status)
		return status;
	month = (size_t)(row - rollup->rows);
	key.period = key.late ? key.period * 100 : day;
	status = tw__rollup_row(&row, rollup, &key, err);
	if (status)
		return status;
	/* a day never holds more than its month, unless signs are mixed */
	if (!tw__sums_add(&rollup->rows[month].sums, &of->sums,
			  posted->sign))
		return tw__fail_at(err, TW_ERANGE, 0, "cost", "the sum of "
				   "month %lld would exceed 9.2e9 units; "
				   "check the tariff's price",
				   (long long)key.period);
	if (tw__sums_add(&row->sums, &of->sums, posted->sign))
		return TW_OK;
	tw__sums_add(&rollup->rows[month].sums, &of->sums, -posted->sign);
	return tw__fail_at(err, TW_ERANGE, 0, "cost", "the sum of a day "
			   "would exceed 9.2e9 units; check the tariff's "
			   "price");
}

static void bind_key(struct tw_stmt *stmt, const struct tw__rollup_key *key)
{
	tw__bind_i64(stmt, 1, key->period);
	tw__bind_i64(stmt, 2, key->late);
	tw__bind_i64(stmt, 3, key->department);
	tw__bind_i64(stmt, 4, key->carrier);
	tw__bind_i64(stmt, 5, key->number);
	tw__bind_i64(stmt, 6, key->destination);
	tw__bind_i64(stmt, 7, key->direction);
	tw__bind_i64(stmt, 8, key->currency);
}

static tw_status read_sums(struct tw__sums *out, tw_store *store,
			   const struct tw__rollup_key *key, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT calls, answered, missed, unrated, talk_us, "
		"cost_nanos, net_nanos, vat_nanos FROM rollup "
		"WHERE period = ? AND late = ? AND department = ? "
		"AND carrier = ? AND number = ? AND destination = ? "
		"AND direction = ? "
		"AND currency = ?", err);

	memset(out, 0, sizeof(*out));
	if (status)
		return status;
	bind_key(stmt, key);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	*out = (struct tw__sums){
		tw__col_i64(stmt, 0), tw__col_i64(stmt, 1),
		tw__col_i64(stmt, 2), tw__col_i64(stmt, 3),
		tw__col_i64(stmt, 4), tw__col_i64(stmt, 5),
		tw__col_i64(stmt, 6), tw__col_i64(stmt, 7) };
	tw__reset(stmt);
	return TW_OK;
}

/* A line that holds nothing any more goes, so that undoing a batch leaves
 * the table as it was. */
static tw_status drop_row(tw_store *store, const struct tw__rollup_key *key,
			  tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"DELETE FROM rollup WHERE period = ? AND late = ? "
		"AND department = ? AND carrier = ? AND number = ? "
		"AND destination = ? AND direction = ? AND currency = ?",
		err);

	if (status)
		return status;
	bind_key(stmt, key);
	return tw__run(stmt, err);
}

static tw_status write_row(tw_store *store, const struct tw__rollup_key *key,
			   const struct tw__sums *sums, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	if (tw__sums_are_zero(sums))
		return drop_row(store, key, err);
	status = tw__stmt(&stmt, store,
		"INSERT INTO rollup (period, late, department, carrier, "
		"number, destination, direction, currency, calls, answered, "
		"missed, unrated, talk_us, cost_nanos, net_nanos, vat_nanos) "
		"VALUES "
		"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
		"ON CONFLICT (period, late, department, carrier, number, "
		"destination, direction, currency) DO UPDATE SET "
		"calls = excluded.calls, answered = excluded.answered, "
		"missed = excluded.missed, unrated = excluded.unrated, "
		"talk_us = excluded.talk_us, "
		"cost_nanos = excluded.cost_nanos, "
		"net_nanos = excluded.net_nanos, "
		"vat_nanos = excluded.vat_nanos", err);
	if (status)
		return status;
	bind_key(stmt, key);
	tw__bind_i64(stmt, 9, sums->calls);
	tw__bind_i64(stmt, 10, sums->answered);
	tw__bind_i64(stmt, 11, sums->missed);
	tw__bind_i64(stmt, 12, sums->unrated);
	tw__bind_i64(stmt, 13, sums->talk_us);
	tw__bind_i64(stmt, 14, sums->cost_nanos);
	tw__bind_i64(stmt, 15, sums->net_nanos);
	tw__bind_i64(stmt, 16, sums->vat_nanos);
	return tw__run(stmt, err);
}

static int compare(const struct tw__rollup_key *a,
		   const struct tw__rollup_key *b)
{
	const int64_t x[] = { a->period, a->late, a->department, a->carrier,
		a->number, a->destination, a->direction, a->currency };
	const int64_t y[] = { b->period, b->late, b->department, b->carrier,
		b->number, b->destination, b->direction, b->currency };

	for (size_t i = 0; i < TW_ARRAY_COUNT(x); i++) {
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	}
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct tw__rollup_row *const *x = a, *const *y = b;

	return compare(&(*x)->key, &(*y)->key);
}

/* In the table's own order, or every row would be another leaf of it. */
static const struct tw__rollup_row **in_order(const struct tw__rollup *rollup)
{
	const struct tw__rollup_row **rows = tw_calloc(rollup->count + 1,
						       sizeof(*rows));

	for (size_t i = 0; rows && i < rollup->count; i++)
		rows[i] = &rollup->rows[i];
	if (rows && rollup->count)
		qsort(rows, rollup->count, sizeof(*rows), by_key);
	return rows;
}

static tw_status merge_row(tw_store *store, const struct tw__rollup_row *row,
			   int sign, tw_error *err)
{
	struct tw__sums sums;
	tw_status status = read_sums(&sums, store, &row->key, err);

	if (status)
		return status;
	if (!tw__sums_add(&sums, &row->sums, sign))
		return tw__fail(err, TW_ERANGE, "period %lld would add up to "
				"more than 9.2e9 units of a currency; import "
				"it in another store",
				(long long)row->key.period);
	return write_row(store, &row->key, &sums, err);
}

tw_status tw__rollup_merge(tw_store *store, const struct tw__rollup *rollup,
			   int sign, tw_error *err)
{
	const struct tw__rollup_row **rows = in_order(rollup);
	tw_status status = rows ? TW_OK : tw__fail_oom(err);

	for (size_t i = 0; !status && i < rollup->count; i++) {
		if (!tw__sums_are_zero(&rows[i]->sums))
			status = merge_row(store, rows[i], sign, err);
	}
	tw_free(rows);
	return status;
}

/* ---- days of a store that had only months ---- */

tw_status tw__rollup_lacks_days(bool *out, tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT 1 FROM task WHERE name = 'rollup_days'", err);

	if (!status)
		status = tw__step(stmt, err);
	*out = status == TW_OK;
	if (*out)
		tw__reset(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status drop_task(tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"DELETE FROM task WHERE name = 'rollup_days'", err);

	return status ? status : tw__run(stmt, err);
}

tw_status tw__rollup_catch_up(tw_store *store, tw_error *err)
{
	struct tw__rollup rollup = { 0 };
	struct tw__book book;
	bool lacks;
	tw_status status = tw__rollup_lacks_days(&lacks, store, err);

	if (status || !lacks)
		return status;
	status = tw__book_open(&book, store, "UTC", err);
	if (status)
		return status;
	status = tw__history_rollup(&rollup, store, &book, err);
	tw__book_close(&book);
	/* months are there already */
	for (size_t i = 0; i < rollup.count; i++) {
		if (rollup.rows[i].key.period < TW_PERIOD_DAYS)
			memset(&rollup.rows[i].sums, 0,
			       sizeof(rollup.rows[i].sums));
	}
	if (!status)
		status = tw__rollup_merge(store, &rollup, 1, err);
	tw__rollup_free(&rollup);
	return status ? status : drop_task(store, err);
}
