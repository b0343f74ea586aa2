/**
 * @file src/accounts/history.c  What became of each stored call
 *
 * Decides what a call was when it came in, from its row and its amendments,
 * and in which order things happened to it. Rollup and postings are sums over
 * this, so both can be proved by it. Refuses to post or to add up.
 */
#include <string.h>
#include "call.h"
#include "history.h"

/* ---- calls as they stand ---- */

#define STANDS_FOR "SELECT c.start_us, c.key, c.batch, c.undone, " \
	"c.direction, c.duration_us, c.answer_after_us, c.department, " \
	"c.carrier, c.number, c.leg, c.rate_state, c.reason, " \
	"c.tariff_version, c.rate_row, c.charged_s, c.cost_nanos, " \
	"c.vat_nanos, v.vat, m.id, d.id"
/* What a record says of itself and nothing changes later; see TW_RECORD_. */
#define RECORDED ", c.content, c.marks, c.call_id, c.linked, c.sequence, " \
	"c.status, c.answer_after_us, c.end_after_us, c.caller, c.callee, " \
	"c.trunk, c.source_cost_nanos"
#define OF_CALLS " FROM call c " \
	"LEFT JOIN tariff_version v ON v.id = c.tariff_version " \
	"LEFT JOIN word m ON m.text = CASE WHEN v.convert_to <> '' " \
	"THEN v.convert_to ELSE v.currency END " \
	"LEFT JOIN tariff_rate r ON r.version = c.tariff_version " \
	"AND r.position = c.rate_row " \
	"LEFT JOIN word d ON d.text = r.destination " \
	"WHERE c.start_us >= ? AND c.start_us <= ? " \
	"AND (c.batch = ? OR ? = 0) ORDER BY c.start_us, c.key, c.undone"

static void read_stored(struct tw__stored *call, struct tw_stmt *stmt)
{
	struct tw__standing *now = &call->now;

	call->start = tw__col_i64(stmt, 0);
	call->key = tw__col_i64(stmt, 1);
	call->batch = tw__col_i64(stmt, 2);
	call->undone = tw__col_i64(stmt, 3);
	now->direction = tw__col_i64(stmt, 4);
	call->duration_us = tw__col_i64(stmt, 5);
	call->answered = !tw__col_is_null(stmt, 6);
	now->department = tw__col_i64(stmt, 7);
	now->carrier = tw__col_i64(stmt, 8);
	now->number = tw__col_i64(stmt, 9);
	now->leg = tw__col_i64(stmt, 10);
	now->rate_state = tw__col_i64(stmt, 11);
	now->reason = tw__col_i64(stmt, 12);
	now->tariff_version = tw__col_i64(stmt, 13);
	now->rate_row = tw__col_i64(stmt, 14);
	now->charged_s = tw__col_i64(stmt, 15);
	now->cost_nanos = tw__col_i64(stmt, 16);
	now->vat_nanos = tw__col_i64(stmt, 17);
	now->net_nanos = now->cost_nanos;
	if (tw__col_i64(stmt, 18) == TW_VAT_GROSS)
		now->net_nanos -= now->vat_nanos;
	now->currency = tw__col_i64(stmt, 19);
	now->destination = tw__col_i64(stmt, 20);
}

static tw_status scan(struct tw_stmt *stmt, const int64_t range[2],
		      int64_t batch, tw__stored_fn *fn, void *arg,
		      tw_error *err)
{
	tw_status status;

	tw__bind_i64(stmt, 1, range[0]);
	tw__bind_i64(stmt, 2, range[1]);
	tw__bind_i64(stmt, 3, batch);
	tw__bind_i64(stmt, 4, batch);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		struct tw__stored call = { .row = stmt };

		read_stored(&call, stmt);
		status = fn(&call, arg, err);
		if (status)
			break;
	}
	tw__stmt_free(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__stored_scan(tw_store *store, const int64_t range[2],
			  int64_t batch, tw__stored_fn *fn, void *arg,
			  tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt_new(&stmt, store, STANDS_FOR OF_CALLS,
					err);

	return status ? status : scan(stmt, range, batch, fn, arg, err);
}

void tw__stored_row(struct tw__rollup_row *out,
		    const struct tw__stored *call,
		    const struct tw__standing *standing)
{
	bool first = standing->leg == 1 &&
		standing->direction != TW_DIRECTION_FORWARD;
	bool rated = standing->rate_state == TW_STATE_RATED;

	out->key = (struct tw__rollup_key){ 0, 0, standing->department,
		standing->carrier, standing->number, standing->destination,
		first || standing->leg == TW_LEG_CHARGED ?
			standing->direction : TW_DIRECTION_FORWARD,
		rated ? standing->currency : 0 };
	out->sums = (struct tw__sums){
		.calls = first, .answered = first && call->answered,
		.missed = first && !call->answered &&
			standing->direction == TW_DIRECTION_INBOUND,
		.unrated = standing->rate_state == TW_STATE_UNRATED,
		.talk_us = first ? call->duration_us : 0,
		.cost_nanos = rated ? standing->cost_nanos : 0,
		.net_nanos = rated ? standing->net_nanos : 0,
		.vat_nanos = rated ? standing->vat_nanos : 0 };
}

/* ---- and how they came to stand so ---- */

struct opened {
	int64_t id, open_month, undone_month;
};

struct openings {
	struct opened *rows;     /* by id, rising */
	size_t count, capacity;
};

/* What one call was before and after a run. */
struct change {
	tw_time start;
	int64_t key, batch, run;
	bool turned;
	struct tw__standing side[2];
};

struct history {
	tw_store *store;
	tw__event_fn *fn;
	void *arg;
	struct openings batches, runs;
	struct tw_stmt *stmt;    /* amendments, in the order of calls */
	struct change next;
	bool ended;
	struct change *changes;  /* of one (start, key) */
	size_t count, capacity;
};

static tw_status load_openings(struct openings *out, tw_store *store,
			       const char *sql, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt_new(&stmt, store, sql, err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (tw__grow((void **)&out->rows, &out->capacity,
			     out->count + 1, sizeof(*out->rows))) {
			status = tw__fail_oom(err);
			break;
		}
		out->rows[out->count++] = (struct opened){
			tw__col_i64(stmt, 0), tw__col_i64(stmt, 1),
			tw__col_i64(stmt, 2) };
	}
	tw__stmt_free(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}

static const struct opened *find_opening(const struct openings *openings,
					 int64_t id)
{
	static const struct opened none;
	size_t low = 0, high = openings->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (openings->rows[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < openings->count && openings->rows[low].id == id ?
		&openings->rows[low] : &none;
}

static void read_standing(struct tw__standing *out, struct tw_stmt *stmt,
			  int column)
{
	int64_t *const to[TW_STANDING_COUNT] = { &out->department,
		&out->carrier, &out->number, &out->leg, &out->rate_state,
		&out->reason, &out->tariff_version, &out->rate_row,
		&out->charged_s, &out->cost_nanos, &out->net_nanos,
		&out->vat_nanos, &out->currency, &out->destination };

	for (int i = 0; i < TW_STANDING_COUNT; i++)
		*to[i] = tw__col_i64(stmt, column + i);
	out->direction = tw__col_i64(stmt, column + TW_STANDING_COUNT);
}

/* Both sides of the change that comes next. */
static tw_status read_change(struct history *h, tw_error *err)
{
	for (int side = 0; side < 2; side++) {
		tw_status status = tw__step(h->stmt, err);

		if (status == TW_ITER_END && !side) {
			h->ended = true;
			return TW_OK;
		}
		if (status == TW_ITER_END)
			return tw__fail(err, TW_ESTORE, "an amendment has "
					"only one side; run verify");
		if (status)
			return status;
		h->next.start = tw__col_i64(h->stmt, 0);
		h->next.key = tw__col_i64(h->stmt, 1);
		h->next.batch = tw__col_i64(h->stmt, 2);
		h->next.run = tw__col_i64(h->stmt, 3);
		read_standing(&h->next.side[side], h->stmt, 4);
	}
	h->next.turned = h->next.side[0].direction != 0;
	if (h->next.turned != (h->next.side[1].direction != 0))
		return tw__fail(err, TW_ESTORE, "an amendment has a direction "
				"on one side only; run verify");
	return TW_OK;
}

static bool is_before(const struct change *change,
		      const struct tw__stored *call)
{
	return change->start < call->start ||
		(change->start == call->start && change->key < call->key);
}

/* All changes of a call's (start, key); several calls may share it, of which
 * all but one were taken back. */
static tw_status gather(struct history *h, const struct tw__stored *call,
			tw_error *err)
{
	if (h->count && h->changes[0].start == call->start &&
	    h->changes[0].key == call->key)
		return TW_OK;
	h->count = 0;
	while (!h->ended) {
		tw_status status;

		if (!is_before(&h->next, call)) {
			if (h->next.start != call->start ||
			    h->next.key != call->key)
				return TW_OK;
			if (tw__grow((void **)&h->changes, &h->capacity,
				     h->count + 1, sizeof(*h->changes)))
				return tw__fail_oom(err);
			h->changes[h->count++] = h->next;
		}
		status = read_change(h, err);
		if (status)
			return status;
	}
	return TW_OK;
}

/* Amendments that left the direction alone do not name it: it is that of the
 * change before which they stand, or of the row. */
static void fill_directions(struct history *h, const struct tw__stored *call)
{
	int64_t direction = call->now.direction;

	for (size_t i = h->count; i-- > 0; ) {
		struct change *change = &h->changes[i];

		if (change->batch != call->batch)
			continue;
		if (!change->turned)
			change->side[0].direction =
				change->side[1].direction = direction;
		direction = change->side[0].direction;
	}
}

static tw_status tell(struct history *h, struct tw__event *event,
		      const struct tw__standing *standing, int sign,
		      tw_error *err)
{
	event->standing = standing;
	event->posted.sign = sign;
	event->posted.start = event->call->start;
	return h->fn(event, h->arg, err);
}

static tw_status tell_change(struct history *h, const struct tw__stored *call,
			     const struct change *change, tw_error *err)
{
	struct tw__event event = { .call = call, .run = change->run,
		.turned = change->turned };
	tw_status status;

	event.posted.open_month = find_opening(&h->runs,
					       change->run)->open_month;
	status = tell(h, &event, &change->side[0], -1, err);
	return status ? status : tell(h, &event, &change->side[1], 1, err);
}

static tw_status tell_call(const struct tw__stored *call, void *arg,
			   tw_error *err)
{
	struct history *h = arg;
	const struct opened *batch = find_opening(&h->batches, call->batch);
	struct tw__event event = { .call = call, .batch = call->batch };
	const struct tw__standing *came_as = &call->now;
	tw_status status = gather(h, call, err);

	fill_directions(h, call);
	for (size_t i = h->count; i-- > 0; ) {
		if (h->changes[i].batch == call->batch)
			came_as = &h->changes[i].side[0];
	}
	event.posted.open_month = batch->open_month;
	if (!status)
		status = tell(h, &event, came_as, 1, err);
	for (size_t i = 0; !status && i < h->count; i++) {
		if (h->changes[i].batch == call->batch)
			status = tell_change(h, call, &h->changes[i], err);
	}
	if (status || !call->undone)
		return status;
	event.posted.open_month = batch->undone_month;
	return tell(h, &event, &call->now, -1, err);
}

static tw_status open_history(struct history *h, tw_error *err)
{
	tw_status status = load_openings(&h->batches, h->store,
		"SELECT id, open_month, undone_month FROM batch ORDER BY id",
		err);

	if (!status)
		status = load_openings(&h->runs, h->store,
			"SELECT id, open_month, 0 FROM amendment_run "
			"ORDER BY id", err);
	if (!status)
		status = tw__stmt_new(&h->stmt, h->store,
			"SELECT start_us, key, batch, run, department, "
			"carrier, number, leg, rate_state, reason, "
			"tariff_version, rate_row, charged_s, cost_nanos, "
			"net_nanos, vat_nanos, currency, destination, "
			"coalesce(direction, 0) FROM amendment "
			"ORDER BY start_us, key, batch, run, side", err);
	return status ? status : read_change(h, err);
}

tw_status tw__history_scan(tw_store *store, const int64_t range[2],
			   tw__event_fn *fn, void *arg, tw_error *err)
{
	struct history h = { .store = store, .fn = fn, .arg = arg };
	struct tw_stmt *stmt;
	tw_status status = open_history(&h, err);

	if (!status)
		status = tw__stmt_new(&stmt, store,
				      STANDS_FOR RECORDED OF_CALLS, err);
	if (!status)
		status = scan(stmt, range, 0, tell_call, &h, err);
	tw__stmt_free(h.stmt);
	tw_free(h.batches.rows);
	tw_free(h.runs.rows);
	tw_free(h.changes);
	return status;
}

struct adding {
	struct tw__rollup *rollup;
	struct tw__book *book;
};

static tw_status add_event(const struct tw__event *event, void *arg,
			   tw_error *err)
{
	struct adding *adding = arg;
	struct tw__rollup_row row;

	tw__stored_row(&row, event->call, event->standing);
	return tw__rollup_post(adding->rollup, adding->book, &event->posted,
			       &row, err);
}

tw_status tw__history_rollup(struct tw__rollup *out, tw_store *store,
			     struct tw__book *book, tw_error *err)
{
	static const int64_t always[2] = TW_ALWAYS;
	struct adding adding = { out, book };

	return tw__history_scan(store, always, add_event, &adding, err);
}
