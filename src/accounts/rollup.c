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
#include "history.h"

void tw__rollup_free(struct tw__rollup *rollup)
{
	tw_free(rollup->rows);
	tw_free(rollup->months);
	tw_free(rollup->slots);
	memset(rollup, 0, sizeof(*rollup));
}

/* Each part by an odd factor of its own, so that none waits for another. */
static uint64_t hash_key(const struct tw__rollup_key *key)
{
	uint64_t h = (uint64_t)key->period * 0x9e3779b97f4a7c15u +
		(uint64_t)key->late * 0xbf58476d1ce4e5b9u +
		(uint64_t)key->department * 0x94d049bb133111ebu +
		(uint64_t)key->carrier * 0xd6e8feb86659fd93u +
		(uint64_t)key->number * 0xff51afd7ed558ccdu +
		(uint64_t)key->destination * 0xc4ceb9fe1a85ec53u +
		(uint64_t)key->direction * 0xa0761d6478bd642fu +
		(uint64_t)key->currency * 0xe7037ed1a0b428dbu;

	h ^= h >> 32;
	return h * 0x9e3779b97f4a7c15u >> 20;
}

static bool is_same(const struct tw__rollup_key *a,
		    const struct tw__rollup_key *b)
{
	return !((a->period ^ b->period) | (a->late ^ b->late) |
		 (a->department ^ b->department) |
		 (a->carrier ^ b->carrier) | (a->number ^ b->number) |
		 (a->destination ^ b->destination) |
		 (a->direction ^ b->direction) |
		 (a->currency ^ b->currency));
}

/* Of the key, or a free one: there is always one. */
static uint32_t *slot_of(const struct tw__rollup *rollup,
			 const struct tw__rollup_key *key)
{
	size_t mask = rollup->slot_count - 1, s = hash_key(key) & mask;

	while (rollup->slots[s] &&
	       !is_same(&rollup->rows[rollup->slots[s] - 1].key, key))
		s = (s + 1) & mask;
	return &rollup->slots[s];
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
	uint32_t place = rollup->slot_count ? *slot_of(rollup, key) : 0;

	return place ? &rollup->rows[place - 1] : NULL;
}

tw_status tw__rollup_row(struct tw__rollup_row **out,
			 struct tw__rollup *rollup,
			 const struct tw__rollup_key *key, tw_error *err)
{
	struct tw__rollup_row *row;
	tw_status status = make_slots(rollup, err);
	uint32_t *slot;

	if (status)
		return status;
	slot = slot_of(rollup, key);
	if (*slot) {
		*out = &rollup->rows[*slot - 1];
		return TW_OK;
	}
	if (tw__grow((void **)&rollup->rows, &rollup->capacity,
		     rollup->count + 1, sizeof(*row)) ||
	    tw__grow((void **)&rollup->months, &rollup->month_capacity,
		     rollup->count + 1, sizeof(*rollup->months)))
		return tw__fail_oom(err);
	rollup->months[rollup->count] = 0;
	row = &rollup->rows[rollup->count++];
	row->key = *key;
	memset(&row->sums, 0, sizeof(row->sums));
	*slot = (uint32_t)rollup->count;
	*out = row;
	return TW_OK;
}

/* x + sign * y; true when that is no int64. */
static bool overflows(int64_t *out, int64_t x, int64_t y, int sign)
{
	return sign < 0 ? __builtin_sub_overflow(x, y, out) :
		__builtin_add_overflow(x, y, out);
}

bool tw__sums_add(struct tw__sums *a, const struct tw__sums *b, int sign)
{
	struct tw__sums sum;

	if (overflows(&sum.calls, a->calls, b->calls, sign) ||
	    overflows(&sum.answered, a->answered, b->answered, sign) ||
	    overflows(&sum.missed, a->missed, b->missed, sign) ||
	    overflows(&sum.unrated, a->unrated, b->unrated, sign) ||
	    overflows(&sum.talk_us, a->talk_us, b->talk_us, sign) ||
	    overflows(&sum.cost_nanos, a->cost_nanos, b->cost_nanos, sign) ||
	    overflows(&sum.net_nanos, a->net_nanos, b->net_nanos, sign) ||
	    overflows(&sum.vat_nanos, a->vat_nanos, b->vat_nanos, sign))
		return false;
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

/* Both rows of a day's key, by place: those of a day that was there before
 * know their month's. */
static tw_status find_places(size_t out[2], struct tw__rollup *rollup,
			     const struct tw__rollup_key *day, tw_error *err)
{
	const struct tw__rollup_row *known = tw__rollup_find(rollup, day);
	struct tw__rollup_key month = *day;
	struct tw__rollup_row *row;
	tw_status status;

	if (known) {
		out[1] = (size_t)(known - rollup->rows);
		out[0] = rollup->months[out[1]];
		if (out[0]--)
			return TW_OK;
	}
	month.period /= 100;
	status = tw__rollup_row(&row, rollup, &month, err);
	if (status)
		return status;
	out[0] = (size_t)(row - rollup->rows);
	status = tw__rollup_row(&row, rollup, day, err);
	if (status)
		return status;
	out[1] = (size_t)(row - rollup->rows);
	rollup->months[out[1]] = (uint32_t)out[0] + 1;
	return TW_OK;
}

tw_status tw__rollup_post(struct tw__rollup *rollup, struct tw__book *book,
			  const struct tw__posted *posted,
			  const struct tw__rollup_row *of, tw_error *err)
{
	int64_t day = tw__book_day(book, posted->start);
	int64_t month = tw__posted_month(posted, book);
	struct tw__rollup_key key = of->key;
	size_t place[2];
	tw_status status;

	key.late = month != day / 100;
	key.period = key.late ? month * 100 : day;
	status = find_places(place, rollup, &key, err);
	if (status)
		return status;
	/* a day never holds more than its month, unless signs are mixed */
	if (!tw__sums_add(&rollup->rows[place[0]].sums, &of->sums,
			  posted->sign))
		return tw__fail_at(err, TW_ERANGE, 0, "cost", "the sum of "
				   "month %lld would exceed 9.2e9 units; "
				   "check the tariff's price",
				   (long long)month);
	if (tw__sums_add(&rollup->rows[place[1]].sums, &of->sums,
			 posted->sign))
		return TW_OK;
	tw__sums_add(&rollup->rows[place[0]].sums, &of->sums, -posted->sign);
	return tw__fail_at(err, TW_ERANGE, 0, "cost", "the sum of a day "
			   "would exceed 9.2e9 units; check the tariff's "
			   "price");
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
