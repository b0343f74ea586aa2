/**
 * @file src/accounts/tariff_steps.c  What a version changes, step by step
 *
 * Decides what each code of two versions comes to: which price followed which
 * at which instant, and by how much. Refuses to know contracts and calls.
 * Pure. A sheet may have several prices of one code, from one date on each:
 * each of them is a step of its own.
 */
#include <string.h>
#include "base/decimal.h"
#include "tariff_changes.h"

struct walk {
	struct tw_price_changes *changes;
	tw_time starts;         /* of the newer version */
	int64_t version;
	bool any;               /* this code has had a step */
};

static bool is_priced(const tw_rate *rate)
{
	return rate && rate->status == TW_RATE_PRICED;
}

/* (new - old) / old in hundredths of a percent, half away from zero. */
static void set_percent(tw_price_change *row)
{
	tw__i128 diff = (tw__i128)row->new_price_nanos - row->old_price_nanos;
	int64_t hundredths;

	if (row->old_price_nanos <= 0 || row->new_price_nanos < 0 ||
	    tw__i128_narrow(&hundredths, tw__div_round(diff * 10000,
		row->old_price_nanos, TW_ROUND_HALF_UP), NULL))
		return;
	row->has_percent = 1;
	row->percent_hundredths = hundredths;
}

static uint32_t kind_of(const tw_rate *old, const tw_rate *new)
{
	int dearer;

	if (!is_priced(old) && !is_priced(new))
		return TW_PRICE_UNCHANGED;
	if (!is_priced(old))
		return TW_PRICE_NEW;
	if (!is_priced(new))
		return TW_PRICE_ENDED;
	dearer = tw__rate_compare_price(old, new);
	return dearer > 0 ? TW_PRICE_INCREASE : dearer < 0 ?
		TW_PRICE_DECREASE : TW_PRICE_UNCHANGED;
}

static void count(tw_price_total *total, uint32_t kind)
{
	total->fresh += kind == TW_PRICE_NEW;
	total->increase += kind == TW_PRICE_INCREASE;
	total->decrease += kind == TW_PRICE_DECREASE;
	total->ended += kind == TW_PRICE_ENDED;
	total->unchanged += kind == TW_PRICE_UNCHANGED;
}

static void copy_code(tw_price_change *row, const tw_rate *rate)
{
	row->direction = rate->direction;
	row->relation = rate->relation;
	row->from_s = rate->from_s;
	memcpy(row->prefix, rate->prefix, sizeof(row->prefix));
	memcpy(row->caller_prefix, rate->caller_prefix,
	       sizeof(row->caller_prefix));
	memcpy(row->destination, rate->destination,
	       sizeof(row->destination));
	memcpy(row->band, rate->band, sizeof(row->band));
}

/* Either may be NULL, not both. */
static tw_status add(struct walk *w, const tw_rate *old, const tw_rate *new,
		     tw_time at, tw_error *err)
{
	struct tw_price_changes *changes = w->changes;
	tw_price_change row = TW_PRICE_CHANGE_INIT;

	if (tw__grow((void **)&changes->rows, &changes->capacity,
		     changes->count + 1, sizeof(row)))
		return tw__fail_oom(err);
	copy_code(&row, new ? new : old);
	row.kind = kind_of(old, new);
	row.effective = at;
	row.line = new ? new->line : 0;
	if (is_priced(old))
		row.old_price_nanos = old->price_nanos;
	if (is_priced(new))
		row.new_price_nanos = new->price_nanos;
	set_percent(&row);
	count(&changes->total, row.kind);
	if (row.kind != TW_PRICE_UNCHANGED) {
		if (at < changes->first)
			changes->first = at;
		if (at > changes->last)
			changes->last = at;
	}
	changes->rows[changes->count++] = row;
	w->any = true;
	return TW_OK;
}

/* In force just before an instant; over a gap the one before it. */
static const tw_rate *row_before(const struct tw__code *code, tw_time at)
{
	const tw_rate *found = NULL;

	for (size_t i = 0; i < code->count; i++) {
		if (code->rows[i]->from < at)
			found = code->rows[i];
	}
	return found;
}

static tw_time end_of(const struct tw__code *code)
{
	tw_time end = TW_TIME_MIN;

	for (size_t i = 0; i < code->count; i++) {
		if (code->rows[i]->to > end)
			end = code->rows[i]->to;
	}
	return end;
}

static bool is_fresh(const struct walk *w, const tw_rate *rate)
{
	const struct tw__rates *rates = &w->changes->side[1].rates;

	return rates->origins[rate - rates->rows] == w->version;
}

/* Each row that came with the sheet, after what was in force before it. */
static tw_status walk_fresh(struct walk *w, const struct tw__code code[2],
			    const tw_rate **last, tw_error *err)
{
	tw_status status = TW_OK;

	for (size_t i = 0; i < code[1].count && !status; i++) {
		const tw_rate *rate = code[1].rows[i];
		tw_time at = rate->from > w->starts ? rate->from : w->starts;
		const tw_rate *old = *last;

		if (!is_fresh(w, rate) || rate->to <= w->starts)
			continue;
		if (!old)
			old = row_before(&code[0], at);
		*last = rate;
		if (kind_of(old, rate) != TW_PRICE_UNCHANGED)
			status = add(w, old, rate, at, err);
	}
	return status;
}

/* What the code had beyond `end`, where the newer version has nothing. */
static tw_status walk_end(struct walk *w, const struct tw__code code[2],
			  const tw_rate *last, tw_error *err)
{
	tw_time end = end_of(&code[1]);
	const tw_rate *old = last;

	if (end < w->starts)
		end = w->starts;
	if (end_of(&code[0]) <= end)
		return TW_OK;
	if (!old)
		old = row_before(&code[0], end);
	if (!old)
		old = code[0].rows[0];
	return is_priced(old) ? add(w, old, NULL, end, err) : TW_OK;
}

static tw_status walk_code(struct walk *w, const struct tw__code code[2],
			   tw_error *err)
{
	const tw_rate *last = NULL, *old;
	tw_status status;

	w->any = false;
	status = walk_fresh(w, code, &last, err);
	if (!status)
		status = walk_end(w, code, last, err);
	if (status || w->any || !code[1].count)
		return status;
	old = code[1].rows[code[1].count - 1];
	return add(w, old, old, w->starts, err);
}

tw_status tw__price_steps(struct tw_price_changes *changes, tw_error *err)
{
	struct walk walk = { .changes = changes,
		.starts = changes->total.starts,
		.version = changes->total.version };
	struct tw__order order[2] = { { NULL, 0 }, { NULL, 0 } };
	struct tw__code code[2];
	size_t at[2] = { 0, 0 };
	tw_status status;

	changes->first = TW_TIME_MAX;
	changes->last = TW_TIME_MIN;
	status = tw__order_make(&order[0], &changes->side[0].rates, err);
	if (!status)
		status = tw__order_make(&order[1], &changes->side[1].rates,
					err);
	while (!status && tw__code_pair(code, order, at))
		status = walk_code(&walk, code, err);
	tw__order_free(&order[0]);
	tw__order_free(&order[1]);
	return status;
}
