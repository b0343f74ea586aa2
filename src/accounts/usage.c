/**
 * @file src/accounts/usage.c  What calls use up as they come in
 *
 * Decides in which order minutes of bundles, seconds of tiers and dated rates
 * meet a call: asked before it is rated, taken once it is stored, written at
 * commit. A record that turns out to be a duplicate therefore takes nothing.
 * Refuses to know arithmetic (src/rating) and what a deployment says
 * (bundle_load.c).
 */
#include <string.h>
#include "base/decimal.h"
#include "bundle_load.h"
#include "rating/bundle.h"
#include "rating/deck.h"
#include "usage.h"

#define USES_MAX 256

struct pot {
	uint64_t bundle;
	tw_time period;
};

struct tw__usage_tariff {
	int64_t tariff;
	char zone[64];           /* that the bundles go by now */
	tw_bundles *bundles;     /* NULL: none */
	bool counted;            /* some version has tiers */
};

struct tw__usage {
	tw_store *store;         /* borrowed */
	struct tw__usage_tariff **tariffs;
	size_t count, capacity;
	struct tw__tier_sums sums;
	struct pot *dirty;       /* drawn from in this batch */
	size_t dirty_count, dirty_capacity;
};

tw_status tw__usage_new(struct tw__usage **out, tw_store *store,
			tw_error *err)
{
	struct tw__usage *usage = tw_calloc(1, sizeof(*usage));

	if (!usage)
		return tw__fail_oom(err);
	usage->store = store;
	*out = usage;
	return TW_OK;
}

void tw__usage_free(struct tw__usage *usage)
{
	if (!usage)
		return;
	for (size_t i = 0; i < usage->count; i++) {
		tw_bundles_free(usage->tariffs[i]->bundles);
		tw_free(usage->tariffs[i]);
	}
	tw_free(usage->tariffs);
	tw__tier_sums_free(&usage->sums);
	tw_free(usage->dirty);
	tw_free(usage);
}

/* ---- what a tariff has ---- */

/* A tariff that was never counted has calls from before it had tiers. */
static tw_status load_sums(struct tw__usage *usage, int64_t tariff,
			   tw_error *err)
{
	size_t before = usage->sums.count;
	tw_status status = tw__tier_read(&usage->sums, usage->store, tariff,
					 err);

	if (status || usage->sums.count > before)
		return status;
	return tw__tier_scan(&usage->sums, usage->store, tariff, 0, err);
}

static tw_status load_tariff(struct tw__usage *usage,
			     struct tw__usage_tariff *of,
			     const tw_deck *deck, tw_error *err)
{
	tw_status status = tw__bundles_load(&of->bundles, usage->store,
					    of->tariff, deck->zone, err);

	memcpy(of->zone, deck->rules.zone, sizeof(of->zone));
	if (!status)
		status = tw__tariff_has_tiers(&of->counted, usage->store,
					      of->tariff, err);
	if (!status && of->counted)
		status = load_sums(usage, of->tariff, err);
	return status;
}

static tw_status find_tariff(struct tw__usage_tariff **out,
			     struct tw__usage *usage, int64_t tariff,
			     const tw_deck *deck, tw_error *err)
{
	struct tw__usage_tariff *of;
	tw_status status;

	for (size_t i = 0; i < usage->count; i++) {
		if (usage->tariffs[i]->tariff == tariff) {
			*out = usage->tariffs[i];
			return TW_OK;
		}
	}
	if (tw__grow((void **)&usage->tariffs, &usage->capacity,
		     usage->count + 1, sizeof(*usage->tariffs)))
		return tw__fail_oom(err);
	of = tw_calloc(1, sizeof(*of));
	if (!of)
		return tw__fail_oom(err);
	of->tariff = tariff;
	status = load_tariff(usage, of, deck, err);
	if (status) {
		tw_bundles_free(of->bundles);
		tw_free(of);
		return status;
	}
	usage->tariffs[usage->count++] = of;
	*out = of;
	return TW_OK;
}

tw_status tw__usage_view(struct tw__usage_view *out, struct tw__usage *usage,
			 int64_t tariff, const tw_deck *deck, tw_error *err)
{
	struct tw__usage_tariff *of = NULL;
	tw_status status = find_tariff(&of, usage, tariff, deck, err);

	if (status)
		return status;
	memset(out, 0, sizeof(*out));
	out->of = of->bundles || of->counted ? of : NULL;
	out->deck = deck;
	out->plain = !out->of && !*deck->rules.convert_to;
	return TW_OK;
}

/* ---- before rating ---- */

static tw_status ask_bundles(tw_rating_request *request,
			     const struct tw__call *call,
			     const struct tw__usage_view *view,
			     tw_error *err)
{
	struct tw__usage_tariff *of = view->of;
	tw_bundle_call asked = TW_BUNDLE_CALL_INIT;

	if (strcmp(of->zone, view->deck->rules.zone) != 0) {
		tw__bundles_zone(of->bundles, view->deck->zone);
		memcpy(of->zone, view->deck->rules.zone, sizeof(of->zone));
	}
	asked.direction = request->direction;
	asked.number = request->number;
	asked.department = (uint64_t)call->department;
	asked.answer = request->answer;
	return tw_bundles_left(&request->bundle_left_s, of->bundles, &asked,
			       err);
}

static tw_status ask_tiers(tw_rating_request *request, struct tw__call *call,
			   struct tw__usage *usage,
			   struct tw__usage_view *view, tw_error *err)
{
	struct tw__tier_sum *sum;
	tw_status status = tw__month_of(&call->note.month, &view->month,
		view->deck->zone, request->answer, err);

	if (!status)
		status = tw__tier_sum(&sum, &usage->sums, view->of->tariff,
				      call->note.month, err);
	if (status)
		return status;
	request->used_s = sum->paid_s;
	call->note.used_s = sum->paid_s;
	return TW_OK;
}

static tw_status ask_exchange(tw_rating_request *request,
			      struct tw__call *call, struct tw__usage *usage,
			      struct tw__usage_view *view, tw_error *err)
{
	if (request->answer < view->day_from ||
	    request->answer >= view->day_to) {
		tw_status status = tw__exchange_for(&view->exchange,
			usage->store, view->deck, request->answer, err);

		if (!status)
			status = tw_period_range(&view->day_from,
				&view->day_to, TW_PERIOD_DAY,
				view->deck->zone, request->answer, err);
		if (status)
			return status;
	}
	request->exchange_nanos = view->exchange.rate_nanos;
	call->note.exchange_nanos = view->exchange.rate_nanos;
	call->note.exchange_date = view->exchange.date;
	return TW_OK;
}

tw_status tw__usage_ask(tw_rating_request *request, struct tw__call *call,
			struct tw__usage *usage, struct tw__usage_view *view,
			tw_error *err)
{
	bool ours = request->direction == TW_DIRECTION_OUTBOUND ||
		request->direction == TW_DIRECTION_FORWARD;
	bool talk = !(request->flags & TW_RATING_UNANSWERED) && ours &&
		tw__digits_only(request->number);
	tw_status status = TW_OK;

	if (view->of && talk && view->of->bundles)
		status = ask_bundles(request, call, view, err);
	if (!status && view->of && talk && view->of->counted)
		status = ask_tiers(request, call, usage, view, err);
	if (!status && *view->deck->rules.convert_to)
		status = ask_exchange(request, call, usage, view, err);
	/* an instant outside of all years: no price will be found either */
	return status == TW_ERANGE ? TW_OK : status;
}

/* ---- after it ---- */

/* A note is needed where the charge could not be computed again without. */
void tw__usage_note(struct tw__call *call, const struct tw__usage_view *view,
		    const struct tw_sum *sum)
{
	const tw_deck *deck = view->deck;
	struct tw__call_note *note = &call->note;

	note->of = view->of;
	note->bundle_s = sum->bundle_s;
	note->paid_s = sum->paid_s;
	note->converted = *deck->rules.convert_to != '\0';
	note->own_cost_nanos = sum->cost_nanos;
	note->own_vat_nanos = sum->vat_nanos;
	if (!deck->tier_count ||
	    deck->rules.tier_mode != TW_TIERS_GRADUATED ||
	    note->used_s + note->paid_s <= deck->tiers[0].from_s)
		note->used_s = 0;
	note->wanted = note->bundle_s || note->used_s || note->converted;
}

static tw_status mark_dirty(struct tw__usage *usage,
			    const tw_bundle_use *use, tw_error *err)
{
	for (size_t i = usage->dirty_count; i-- > 0; ) {
		if (usage->dirty[i].bundle == use->bundle &&
		    usage->dirty[i].period == use->period)
			return TW_OK;
	}
	if (tw__grow((void **)&usage->dirty, &usage->dirty_capacity,
		     usage->dirty_count + 1, sizeof(*usage->dirty)))
		return tw__fail_oom(err);
	usage->dirty[usage->dirty_count++] =
		(struct pot){ use->bundle, use->period };
	return TW_OK;
}

static tw_status write_use(struct tw__usage *usage,
			   const struct tw__call *call, int64_t batch,
			   const tw_bundle_use *use, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = mark_dirty(usage, use, err);

	if (!status)
		status = tw__stmt(&stmt, usage->store,
			"INSERT INTO bundle_use (start_us, key, batch, "
			"bundle, period_us, seconds) "
			"VALUES (?, ?, ?, ?, ?, ?)", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, call->cdr.start);
	tw__bind_i64(stmt, 2, (int64_t)call->key);
	tw__bind_i64(stmt, 3, batch);
	tw__bind_i64(stmt, 4, (int64_t)use->bundle);
	tw__bind_i64(stmt, 5, use->period);
	tw__bind_i64(stmt, 6, use->seconds);
	return tw__run(stmt, err);
}

static tw_status take_minutes(struct tw__usage *usage,
			      const struct tw__call *call, int64_t batch,
			      tw_error *err)
{
	tw_bundle_call asked = TW_BUNDLE_CALL_INIT;
	tw_bundle_use uses[USES_MAX];
	uint32_t count = USES_MAX;
	tw_status status;

	asked.direction = call->direction;
	asked.number = call->callee;
	asked.department = (uint64_t)call->department;
	asked.answer = call->answer_us;
	status = tw_bundles_take(uses, &count, call->note.of->bundles,
				 &asked, call->note.bundle_s, err);
	for (uint32_t i = 0; !status && i < count; i++)
		status = write_use(usage, call, batch, &uses[i], err);
	return status;
}

static tw_status write_note(struct tw__usage *usage,
			    const struct tw__call *call, int64_t batch,
			    tw_error *err)
{
	const struct tw__call_note *note = &call->note;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, usage->store,
		"INSERT INTO charge_note (start_us, key, batch, bundle_s, "
		"used_s, exchange_nanos, exchange_date, own_cost_nanos, "
		"own_vat_nanos) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, call->cdr.start);
	tw__bind_i64(stmt, 2, (int64_t)call->key);
	tw__bind_i64(stmt, 3, batch);
	tw__bind_i64(stmt, 4, note->bundle_s);
	tw__bind_i64(stmt, 5, note->used_s);
	tw__bind_i64(stmt, 6, note->exchange_nanos);
	if (note->exchange_nanos)
		tw__bind_i64(stmt, 7, note->exchange_date);
	if (note->converted) {
		tw__bind_i64(stmt, 8, note->own_cost_nanos);
		tw__bind_i64(stmt, 9, note->own_vat_nanos);
	}
	return tw__run(stmt, err);
}

static tw_status count_seconds(struct tw__usage *usage,
			       const struct tw__call *call, tw_error *err)
{
	struct tw__tier_sum *sum;
	tw_status status = tw__tier_sum(&sum, &usage->sums,
		call->note.of->tariff, call->note.month, err);

	if (status)
		return status;
	sum->dirty = true;
	return tw__add_i64(&sum->paid_s, sum->paid_s, call->note.paid_s) ?
		TW_OK : tw__fail(err, TW_ESTORE, "the seconds of a month "
				 "overflow; run verify");
}

tw_status tw__usage_keep(struct tw__usage *usage,
			 const struct tw__call *call, int64_t batch,
			 tw_error *err)
{
	const struct tw__call_note *note = &call->note;
	tw_status status = TW_OK;

	if (note->bundle_s)
		status = take_minutes(usage, call, batch, err);
	if (!status && note->month)
		status = count_seconds(usage, call, err);
	if (!status && note->wanted)
		status = write_note(usage, call, batch, err);
	/* the call is stored: this is no longer a row that may be refused */
	return status && status != TW_ENOMEM ? TW_ESTORE : status;
}

/* ---- at commit ---- */

static tw_status write_pot(struct tw__usage *usage, const tw_bundle_use *use,
			   tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, usage->store,
		"INSERT INTO bundle_pot (bundle, period_us, seconds) "
		"VALUES (?, ?, ?) ON CONFLICT (bundle, period_us) DO UPDATE "
		"SET seconds = excluded.seconds", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, (int64_t)use->bundle);
	tw__bind_i64(stmt, 2, use->period);
	tw__bind_i64(stmt, 3, use->seconds);
	return tw__run(stmt, err);
}

static bool is_dirty(const struct tw__usage *usage, const tw_bundle_use *use)
{
	for (size_t i = 0; i < usage->dirty_count; i++) {
		if (usage->dirty[i].bundle == use->bundle &&
		    usage->dirty[i].period == use->period)
			return true;
	}
	return false;
}

static tw_status write_pots(struct tw__usage *usage,
			    const struct tw__usage_tariff *of, tw_error *err)
{
	tw_bundle_use use = TW_BUNDLE_USE_INIT;
	tw_status status = TW_OK;

	for (size_t i = 0; !status; i++) {
		if (tw_bundles_state(&use, of->bundles, i, NULL))
			return TW_OK;
		if (is_dirty(usage, &use))
			status = write_pot(usage, &use, err);
	}
	return status;
}

tw_status tw__usage_settle(struct tw__usage *usage, tw_error *err)
{
	tw_status status = TW_OK;

	for (size_t i = 0; !status && i < usage->count; i++) {
		if (usage->tariffs[i]->bundles)
			status = write_pots(usage, usage->tariffs[i], err);
	}
	for (size_t i = 0; !status && i < usage->sums.count; i++) {
		if (usage->sums.rows[i].dirty)
			status = tw__tier_write(usage->store,
						&usage->sums.rows[i], err);
	}
	return status;
}

/* ---- taking back ---- */

static tw_status run_for(tw_store *store, const char *sql, int64_t batch,
			 tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, sql, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, batch);
	return tw__run(stmt, err);
}

static tw_status give_back_seconds(tw_store *store, int64_t batch,
				   tw_error *err)
{
	struct tw__tier_sums taken = { 0 }, stored = { 0 };
	tw_status status = tw__tier_scan(&taken, store, 0, batch, err);

	if (!status && taken.count)
		status = tw__tier_read(&stored, store, 0, err);
	for (size_t i = 0; !status && i < taken.count; i++) {
		const struct tw__tier_sum *part = &taken.rows[i];
		struct tw__tier_sum *sum;

		status = tw__tier_sum(&sum, &stored, part->tariff,
				      part->month, err);
		if (status)
			break;
		sum->paid_s -= part->paid_s;
		status = tw__tier_write(store, sum, err);
	}
	tw__tier_sums_free(&taken);
	tw__tier_sums_free(&stored);
	return status;
}

tw_status tw__usage_undo(tw_store *store, int64_t batch, tw_error *err)
{
	static const char *const sql[] = {
		"UPDATE bundle_pot SET seconds = seconds - "
		"(SELECT sum(u.seconds) FROM bundle_use u "
		"WHERE u.bundle = bundle_pot.bundle "
		"AND u.period_us = bundle_pot.period_us AND u.batch = ?1 "
		"AND u.undone = 0) WHERE (bundle, period_us) IN "
		"(SELECT bundle, period_us FROM bundle_use "
		"WHERE batch = ?1 AND undone = 0)",
		"UPDATE bundle_use SET undone = batch WHERE batch = ?1 "
		"AND undone = 0",
		"UPDATE charge_note SET undone = batch WHERE start_us >= "
		"(SELECT first_us FROM batch WHERE id = ?1) AND start_us <= "
		"(SELECT last_us FROM batch WHERE id = ?1) AND batch = ?1 "
		"AND undone = 0",
	};
	tw_status status = give_back_seconds(store, batch, err);

	for (size_t i = 0; !status && i < TW_ARRAY_COUNT(sql); i++)
		status = run_for(store, sql[i], batch, err);
	return status;
}
