/**
 * @file src/accounts/rollup_merge.c  Counts and sums into the store
 *
 * Decides how the lines of a batch and those that are stored become one, and
 * that a line which holds nothing any more goes. Refuses to know calls: what
 * each adds is rollup.c's.
 */
#include <stdlib.h>
#include <string.h>
#include "rollup.h"
#include "store/bulk.h"

static const char into_rollup[] = "rollup (period, late, department, "
	"carrier, number, destination, direction, currency, calls, answered, "
	"missed, unrated, talk_us, cost_nanos, net_nanos, vat_nanos)";

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

/* *there: the line exists. */
static tw_status read_sums(struct tw__sums *out, bool *there, tw_store *store,
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
	*there = status == TW_OK;
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

static int order_of(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare(const struct tw__rollup_key *a,
		   const struct tw__rollup_key *b)
{
	int order = order_of(a->period, b->period);

	if (!order)
		order = order_of(a->late, b->late);
	if (!order)
		order = order_of(a->department, b->department);
	if (!order)
		order = order_of(a->carrier, b->carrier);
	if (!order)
		order = order_of(a->number, b->number);
	if (!order)
		order = order_of(a->destination, b->destination);
	if (!order)
		order = order_of(a->direction, b->direction);
	return order ? order : order_of(a->currency, b->currency);
}

static int by_key(const void *a, const void *b)
{
	const struct tw__rollup_row *const *x = a, *const *y = b;

	return compare(&(*x)->key, &(*y)->key);
}

/* Those that say anything, in the table's own order, or every row would be
 * another leaf of it. */
static const struct tw__rollup_row **in_order(size_t *count,
					      const struct tw__rollup *rollup)
{
	const struct tw__rollup_row **rows = tw_calloc(rollup->count + 1,
						       sizeof(*rows));

	*count = 0;
	for (size_t i = 0; rows && i < rollup->count; i++) {
		if (!tw__sums_are_zero(&rollup->rows[i].sums))
			rows[(*count)++] = &rollup->rows[i];
	}
	if (*count)
		qsort(rows, *count, sizeof(*rows), by_key);
	return rows;
}

static tw_status merge_row(bool *there, tw_store *store,
			   const struct tw__rollup_row *row, int sign,
			   tw_error *err)
{
	struct tw__sums sums;
	tw_status status = read_sums(&sums, there, store, &row->key, err);

	if (status)
		return status;
	if (!tw__sums_add(&sums, &row->sums, sign))
		return tw__fail(err, TW_ERANGE, "period %lld would add up to "
				"more than 9.2e9 units of a currency; import "
				"it in another store",
				(long long)row->key.period);
	return write_row(store, &row->key, &sums, err);
}

/* ---- many that are new ---- */

static void put_row(struct tw__bulk *bulk, const struct tw__rollup_row *row)
{
	const struct tw__rollup_key *key = &row->key;
	const struct tw__sums *sums = &row->sums;
	const int64_t all[] = { key->period, key->late, key->department,
		key->carrier, key->number, key->destination, key->direction,
		key->currency, sums->calls, sums->answered, sums->missed,
		sums->unrated, sums->talk_us, sums->cost_nanos,
		sums->net_nanos, sums->vat_nanos };

	struct tw__cell *cells = tw__bulk_row(bulk);

	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++)
		tw__cell_i64(&cells[i], all[i]);
	tw__bulk_end_row(bulk);
}

/* The block that begins here. *new: all of it was. */
static tw_status insert_block(bool *all_new, struct tw__bulk *bulk,
			      tw_store *store,
			      const struct tw__rollup_row *const *rows,
			      tw_error *err)
{
	bool is_new[TW_BULK_ROWS], there;
	tw_status status;

	for (size_t i = 0; i < TW_BULK_ROWS; i++)
		put_row(bulk, rows[i]);
	status = tw__bulk_flush(is_new, bulk, err);
	*all_new = true;
	for (size_t i = 0; !status && i < TW_BULK_ROWS; i++) {
		*all_new &= is_new[i];
		if (!is_new[i])
			status = merge_row(&there, store, rows[i], 1, err);
	}
	return status;
}

/* Days are new in rows, or there in rows: a month's file brings new ones, and
 * what a gateway commits every second none. So what the last line was is tried
 * first. */
static tw_status merge_rows(tw_store *store,
			    const struct tw__rollup_row *const *rows,
			    size_t count, tw_error *err)
{
	struct tw__bulk *bulk = NULL;
	bool are_new = false, there = false;
	tw_status status = TW_OK;
	size_t i = 0;

	while (!status && i < count) {
		if (!are_new || count - i < TW_BULK_ROWS) {
			status = merge_row(&there, store, rows[i++], 1, err);
			are_new = !there;
			continue;
		}
		if (!bulk)
			status = tw__bulk_new(&bulk, store, into_rollup, 16,
					      err);
		if (!status)
			status = insert_block(&are_new, bulk, store, &rows[i],
					      err);
		i += TW_BULK_ROWS;
	}
	tw__bulk_free(bulk);
	return status;
}

static tw_status take_rows(tw_store *store,
			   const struct tw__rollup_row *const *rows,
			   size_t count, tw_error *err)
{
	tw_status status = TW_OK;
	bool there;

	for (size_t i = 0; !status && i < count; i++)
		status = merge_row(&there, store, rows[i], -1, err);
	return status;
}

tw_status tw__rollup_merge(tw_store *store, const struct tw__rollup *rollup,
			   int sign, tw_error *err)
{
	size_t count;
	const struct tw__rollup_row **rows = in_order(&count, rollup);
	tw_status status;

	if (!rows)
		return tw__fail_oom(err);
	status = sign < 0 ? take_rows(store, rows, count, err) :
		merge_rows(store, rows, count, err);
	tw_free(rows);
	return status;
}
