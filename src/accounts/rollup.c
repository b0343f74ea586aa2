/**
 * @file src/accounts/rollup.c  Counts and sums by what reports group by
 *
 * Decides what a call adds to which line of a month. Kept in memory during a
 * batch and merged once at commit, it is free beside the inserts, and a month
 * then costs a report the same however many calls it had. Sums are checked
 * here and not in SQL, where an overflow would turn into a floating number.
 */
#include <string.h>
#include "base/decimal.h"
#include "call.h"
#include "rollup.h"

void tw__rollup_free(struct tw__rollup *rollup)
{
	tw_free(rollup->rows);
	tw_free(rollup->slots);
	memset(rollup, 0, sizeof(*rollup));
}

static uint64_t hash_key(const struct tw__rollup_key *key)
{
	const int64_t part[] = { key->month, key->department, key->carrier,
		key->number, key->destination, key->direction,
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
		   const struct tw__call *call, struct tw__book *book)
{
	bool first = call->first;

	*key = (struct tw__rollup_key){
		tw__book_month(book, call->cdr.start), call->department,
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

static tw_status scan_row(struct tw__rollup *rollup, struct tw_stmt *stmt,
			  struct tw__book *book, tw_error *err)
{
	struct tw__rollup_row *row;
	struct tw__rollup_key key;
	struct tw__sums sums;
	struct tw__call call;
	tw_status status;

	call.cdr.start = tw__col_i64(stmt, 0);
	call.department = tw__col_i64(stmt, 1);
	call.carrier = tw__col_i64(stmt, 2);
	call.number = tw__col_i64(stmt, 3);
	call.direction = (uint32_t)tw__col_i64(stmt, 4);
	call.first = tw__col_i64(stmt, 5) == 1 &&
		call.direction != TW_DIRECTION_FORWARD;
	call.answered = !tw__col_is_null(stmt, 6);
	call.cdr.duration_us = tw__col_i64(stmt, 7);
	call.rate_state = (uint32_t)tw__col_i64(stmt, 8);
	call.cost_nanos = tw__col_i64(stmt, 9);
	call.vat_nanos = tw__col_i64(stmt, 10);
	call.net_nanos = call.cost_nanos;
	if (tw__col_i64(stmt, 11) == TW_VAT_GROSS)
		call.net_nanos -= call.vat_nanos;
	call.currency = tw__col_i64(stmt, 12);
	call.destination = tw__col_i64(stmt, 13);
	tw__rollup_of(&key, &sums, &call, book);
	status = tw__rollup_row(&row, rollup, &key, err);
	if (status)
		return status;
	if (!tw__sums_add(&row->sums, &sums, 1))
		return tw__fail(err, TW_ERANGE, "the calls of month %lld add "
				"up to more than 9.2e9 units",
				(long long)key.month);
	return TW_OK;
}

tw_status tw__rollup_scan(struct tw__rollup *rollup, tw_store *store,
			  struct tw__book *book, const int64_t range[2],
			  int64_t batch, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT c.start_us, c.department, c.carrier, c.number, "
		"c.direction, c.leg, c.answer_after_us, c.duration_us, "
		"c.rate_state, c.cost_nanos, c.vat_nanos, v.vat, m.id, d.id "
		"FROM call c "
		"LEFT JOIN tariff_version v ON v.id = c.tariff_version "
		"LEFT JOIN word m ON m.text = CASE WHEN v.convert_to <> '' "
		"THEN v.convert_to ELSE v.currency END "
		"LEFT JOIN tariff_rate r ON r.version = c.tariff_version "
		"AND r.position = c.rate_row "
		"LEFT JOIN word d ON d.text = r.destination "
		"WHERE c.start_us >= ? AND c.start_us <= ? "
		"AND c.undone = 0 AND (c.batch = ? OR ? = 0)", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, range[0]);
	tw__bind_i64(stmt, 2, range[1]);
	tw__bind_i64(stmt, 3, batch);
	tw__bind_i64(stmt, 4, batch);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = scan_row(rollup, stmt, book, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static void bind_key(struct tw_stmt *stmt, const struct tw__rollup_key *key)
{
	tw__bind_i64(stmt, 1, key->month);
	tw__bind_i64(stmt, 2, key->department);
	tw__bind_i64(stmt, 3, key->carrier);
	tw__bind_i64(stmt, 4, key->number);
	tw__bind_i64(stmt, 5, key->destination);
	tw__bind_i64(stmt, 6, key->direction);
	tw__bind_i64(stmt, 7, key->currency);
}

static tw_status read_sums(struct tw__sums *out, tw_store *store,
			   const struct tw__rollup_key *key, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT calls, answered, missed, unrated, talk_us, "
		"cost_nanos, net_nanos, vat_nanos FROM rollup "
		"WHERE month = ? AND department = ? AND carrier = ? "
		"AND number = ? AND destination = ? AND direction = ? "
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
		"DELETE FROM rollup WHERE month = ? AND department = ? "
		"AND carrier = ? AND number = ? AND destination = ? "
		"AND direction = ? AND currency = ?", err);

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
		"INSERT INTO rollup (month, department, carrier, number, "
		"destination, direction, currency, calls, answered, missed, "
		"unrated, talk_us, cost_nanos, net_nanos, vat_nanos) VALUES "
		"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
		"ON CONFLICT (month, department, carrier, number, "
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
	tw__bind_i64(stmt, 8, sums->calls);
	tw__bind_i64(stmt, 9, sums->answered);
	tw__bind_i64(stmt, 10, sums->missed);
	tw__bind_i64(stmt, 11, sums->unrated);
	tw__bind_i64(stmt, 12, sums->talk_us);
	tw__bind_i64(stmt, 13, sums->cost_nanos);
	tw__bind_i64(stmt, 14, sums->net_nanos);
	tw__bind_i64(stmt, 15, sums->vat_nanos);
	return tw__run(stmt, err);
}

tw_status tw__rollup_merge(tw_store *store, const struct tw__rollup *rollup,
			   int sign, tw_error *err)
{
	for (size_t i = 0; i < rollup->count; i++) {
		const struct tw__rollup_row *row = &rollup->rows[i];
		struct tw__sums sums;
		tw_status status = read_sums(&sums, store, &row->key, err);

		if (status)
			return status;
		if (!tw__sums_add(&sums, &row->sums, sign))
			return tw__fail(err, TW_ERANGE, "month %lld would add "
					"up to more than 9.2e9 units of a "
					"currency; import it in another store",
					(long long)row->key.month);
		status = write_row(store, &row->key, &sums, err);
		if (status)
			return status;
	}
	return TW_OK;
}
