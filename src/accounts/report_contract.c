/**
 * @file src/accounts/report_contract.c  Under which contract an amount is owed
 *
 * Decides by what the directory says at the end of a month, as names and
 * cities are decided: a number that moves to another contract in the middle
 * of a month counts under the new one. Refuses to guess: where a carrier has
 * several contracts and the number names none of them, there is none.
 */
#include <stdlib.h>
#include <string.h>
#include "ledger.h"
#include "report_contract.h"

void tw__contracts_free(struct tw__contracts *contracts)
{
	tw_free(contracts->rows);
	tw_free(contracts->numbers);
	memset(contracts, 0, sizeof(*contracts));
}

static tw_status add_contract(struct tw__contracts *out,
			      struct tw_stmt *stmt, tw_error *err)
{
	struct tw__contract *row;

	if (tw__grow((void **)&out->rows, &out->capacity, out->count + 1,
		     sizeof(*row)))
		return tw__fail_oom(err);
	row = &out->rows[out->count++];
	*row = (struct tw__contract){ tw__col_i64(stmt, 0),
		tw__col_i64(stmt, 1), tw__col_i64(stmt, 2),
		tw__col_i64(stmt, 3) != 0 };
	return TW_OK;
}

/* A later version of the same number replaces the one before it. */
static tw_status add_number(struct tw__contracts *out, struct tw_stmt *stmt,
			    tw_error *err)
{
	int64_t number = tw__col_i64(stmt, 0);
	size_t n = out->number_count;

	if (!n || out->numbers[n - 1].number != number) {
		if (tw__grow((void **)&out->numbers, &out->number_capacity,
			     n + 1, sizeof(*out->numbers)))
			return tw__fail_oom(err);
		out->number_count = ++n;
	}
	out->numbers[n - 1] = (struct tw__numbered){ number,
		tw__col_i64(stmt, 1) };
	return TW_OK;
}

static tw_status load(struct tw__contracts *out, struct tw_stmt *stmt,
		      tw_status (*add)(struct tw__contracts *,
				       struct tw_stmt *, tw_error *),
		      tw_error *err)
{
	tw_status status;

	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add(out, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status load_contracts(struct tw__contracts *out, tw_store *store,
				tw_time from, tw_time to, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT id, carrier, vendor, valid_to > ?1 "
		"AND coalesce(\"from\" < ?2, 1) AND coalesce(\"to\" > ?1, 1) "
		"FROM contract AS c WHERE valid_from < ?2 "
		"AND NOT EXISTS (SELECT 1 FROM contract WHERE id = c.id "
		"AND valid_from > c.valid_from AND valid_from < ?2)", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, from);
	tw__bind_i64(stmt, 2, to);
	return load(out, stmt, add_contract, err);
}

tw_status tw__contracts_load(struct tw__contracts *out, tw_store *store,
			     tw_time from, tw_time to, tw_error *err)
{
	struct tw__contracts found = { 0 };
	struct tw_stmt *stmt;
	tw_status status = load_contracts(&found, store, from, to, err);

	if (!status)
		status = tw__stmt(&stmt, store,
			"SELECT id, contract FROM number "
			"WHERE valid_from < ? ORDER BY id, valid_from", err);
	if (!status) {
		tw__bind_i64(stmt, 1, to);
		status = load(&found, stmt, add_number, err);
	}
	if (status) {
		tw__contracts_free(&found);
		return status;
	}
	*out = found;
	return TW_OK;
}

static int by_number(const void *key, const void *element)
{
	int64_t number = *(const int64_t *)key;
	const struct tw__numbered *row = element;

	return number < row->number ? -1 : number > row->number;
}

static int64_t party(const struct tw__contract *contract, int64_t payee_kind)
{
	return payee_kind == TW_ACCOUNT_VENDOR ? contract->vendor :
		contract->carrier;
}

/* The number's own contract, if this amount can be owed under it. */
static int64_t of_number(const struct tw__contracts *contracts,
			 int64_t payee_kind, int64_t payee, int64_t number)
{
	const struct tw__numbered *held = contracts->number_count ?
		bsearch(&number, contracts->numbers, contracts->number_count,
			sizeof(*held), by_number) : NULL;

	for (size_t i = 0; held && i < contracts->count; i++) {
		const struct tw__contract *row = &contracts->rows[i];

		if (row->id != held->contract)
			continue;
		return !payee || party(row, payee_kind) == payee ||
			(!row->carrier && !row->vendor) ? row->id : 0;
	}
	return 0;
}

int64_t tw__contract_of(const struct tw__contracts *contracts,
			int64_t payee_kind, int64_t payee, int64_t number)
{
	int64_t found = of_number(contracts, payee_kind, payee, number);

	if (found || !payee)
		return found;
	for (size_t i = 0; i < contracts->count; i++) {
		const struct tw__contract *row = &contracts->rows[i];

		if (!row->in_force || party(row, payee_kind) != payee)
			continue;
		if (found)
			return 0;
		found = row->id;
	}
	return found;
}
