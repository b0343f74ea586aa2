/**
 * @file src/accounts/numbering.c  Numbering ranges, read back
 *
 * Decides which ranges were in force at an instant; the first version of a
 * code serves all its past, as that of a tariff does. Refuses to change one:
 * relations that calls were priced by are found again from them.
 */
#include <string.h>
#include "numbering.h"
#include "rating/deck.h"

struct loading {
	struct tw__ranges *ranges;
	uint32_t *places;       /* by the store's id: place + 1, 0 none */
	size_t place_count;
};

static tw_status load_place(struct loading *l, struct tw_stmt *stmt,
			    tw_error *err)
{
	size_t id = (size_t)tw__col_i64(stmt, 0), before = l->place_count;
	const struct tw__place_view view = {
		tw__str_of(tw__col_text(stmt, 1)),
		tw__str_of(tw__col_text(stmt, 2)),
		tw__str_of(tw__col_text(stmt, 3)) };
	uint32_t place;
	tw_status status = tw__ranges_place(&place, l->ranges, &view, err);

	if (status)
		return status;
	if (tw__grow((void **)&l->places, &l->place_count, id + 1,
		     sizeof(*l->places)))
		return tw__fail_oom(err);
	if (l->place_count > before)
		memset(l->places + before, 0,
		       (l->place_count - before) * sizeof(*l->places));
	l->places[id] = place + 1;
	return TW_OK;
}

static tw_status load_places(struct loading *l, tw_store *store,
			     tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT id, operator, region, city FROM numbering_place",
		err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = load_place(l, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status load_range(struct loading *l, struct tw_stmt *stmt,
			    tw_error *err)
{
	size_t place = (size_t)tw__col_i64(stmt, 3);
	const struct tw__range row = {
		.code = (uint64_t)tw__col_i64(stmt, 0),
		.from = (uint64_t)tw__col_i64(stmt, 1),
		.to = (uint64_t)tw__col_i64(stmt, 2),
		.place = place < l->place_count ? l->places[place] - 1 : 0,
		.line = tw__col_i64(stmt, 4) };

	if (place >= l->place_count || !l->places[place])
		return tw__fail(err, TW_ESTORE, "a numbering range names "
				"place %zu, which is not there; run verify",
				place);
	return tw__ranges_add(l->ranges, &row, err);
}

static tw_status load_ranges(struct loading *l, struct tw_stmt *stmt,
			     struct tw__left_out *left_out, tw_error *err)
{
	uint64_t last = 0;
	bool skips = false;
	tw_status status;

	while ((status = tw__step(stmt, err)) == TW_OK) {
		uint64_t code = (uint64_t)tw__col_i64(stmt, 0);

		if (left_out && code != last)
			skips = left_out->has(left_out->arg, code);
		last = code;
		if (skips) {
			left_out->ranges++;
			continue;
		}
		status = load_range(l, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__numbering_load(struct tw__ranges *ranges, tw_store *store,
			     tw_time at, struct tw__left_out *left_out,
			     tw_error *err)
{
	struct loading l = { .ranges = ranges };
	struct tw_stmt *stmt;
	tw_status status = load_places(&l, store, err);

	if (!status)
		status = tw__stmt(&stmt, store,
			"SELECT r.code, r.first, r.last, r.place, r.line "
			"FROM (SELECT c.code AS code, coalesce(max(CASE WHEN "
			"v.made_us <= ? THEN c.version END), min(c.version)) "
			"AS version FROM numbering_code c JOIN "
			"numbering_version v ON v.id = c.version "
			"GROUP BY c.code) n JOIN numbering_range r "
			"ON r.version = n.version AND r.code = n.code", err);
	if (!status) {
		tw__bind_i64(stmt, 1, at);
		status = load_ranges(&l, stmt, left_out, err);
	}
	tw_free(l.places);
	return status;
}

/* Versions are checked as they come in; a file that was edited by hand is
 * the store's failure. */
static tw_status overlap(void *arg, const struct tw__range *gone,
			 const struct tw__range *stays, bool alike)
{
	(void)alike;
	return tw__fail(arg, TW_ESTORE, "the store holds numbering ranges "
			"that overlap (%llu and %llu); import their codes "
			"anew", (unsigned long long)stays->from,
			(unsigned long long)gone->from);
}

tw_status tw_numbering_open(tw_numbering **out, tw_store *store, tw_time at,
			    tw_error *err)
{
	struct tw__ranges ranges = { 0 };
	struct tw_tx tx;
	tw_error why = TW_ERROR_INIT;
	tw_status status;

	if (!out || !store)
		return tw__fail(err, TW_EINVAL, "a numbering needs out and "
				"store");
	status = tw__read_enter(&tx, store, err);
	if (status)
		return status;
	status = tw__numbering_load(&ranges, store, at, NULL, err);
	tw__read_leave(&tx, store);
	if (!status) {
		status = tw__ranges_sweep(&ranges, overlap, &why);
		if (status && err)
			*err = why;
	}
	if (!status)
		status = tw__numbering_of(out, &ranges, err);
	tw__ranges_free(&ranges);
	return status;
}

bool tw__deck_asks_relation(const tw_deck *deck)
{
	for (size_t i = 0; i < deck->count; i++) {
		if (deck->rows[i].relation != TW_RELATION_ANY)
			return true;
	}
	return false;
}
