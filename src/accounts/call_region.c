/**
 * @file src/accounts/call_region.c  The relation of a call's two numbers
 *
 * Decides which numbers of a record are asked for their places, and keeps
 * what a look-up of ported numbers answered: it may answer otherwise
 * tomorrow, while ranges are versions of the store. Refuses to know prices.
 */
#include <string.h>
#include "call_region.h"
#include "numbering.h"

struct tw__regions {
	tw_store *store;        /* borrowed */
	tw_numbering *numbering;        /* loaded when the first call asks */
	tw_numbering_lookup lookup;
	tw_place place[2];      /* caller, callee of the call asked about */
};

tw_status tw__regions_new(struct tw__regions **out, tw_store *store,
			  const tw_numbering_lookup *lookup, tw_error *err)
{
	tw_numbering_lookup copy = TW_NUMBERING_LOOKUP_INIT;
	tw_status status = TW_OK;
	struct tw__regions *regions;

	if (lookup)
		status = tw__import(&copy, sizeof(copy), lookup, err);
	if (status)
		return status;
	regions = tw_calloc(1, sizeof(*regions));
	if (!regions)
		return tw__fail_oom(err);
	regions->store = store;
	regions->lookup = copy;
	*out = regions;
	return TW_OK;
}

void tw__regions_free(struct tw__regions *regions)
{
	if (!regions)
		return;
	tw_numbering_free(regions->numbering);
	tw_free(regions);
}

void tw__regions_forget(struct tw__regions *regions)
{
	regions->place[0].ported = regions->place[1].ported = 0;
}

static bool is_number(const char *text)
{
	return tw__digits_only(text) && strlen(text) <= 15;
}

/* The number that a carrier sees: ours, where the record has it, and not the
 * extension behind it. */
static void numbers_of(const char *out[2], const struct tw__call *call)
{
	bool inbound = call->direction == TW_DIRECTION_INBOUND;
	bool own = is_number(call->own_number);

	out[0] = own && !inbound ? call->own_number : call->caller;
	out[1] = own && inbound ? call->own_number : call->callee;
}

/* The batch knows these as faults of a record; a look-up's are none. */
static tw_status fail_lookup(const tw_error *why, tw_error *err)
{
	tw_status code = why->code == TW_ENOMEM ? TW_ENOMEM : TW_EIO;

	return tw__fail_at(err, code, 0, "lookup", "%s", why->message);
}

tw_status tw__regions_relation(uint32_t *out, struct tw__regions *regions,
			       const struct tw__call *call, tw_error *err)
{
	bool known = true;
	const char *number[2];
	tw_status status = TW_OK;

	*out = TW_RELATION_ANY;
	numbers_of(number, call);
	if (!is_number(number[0]) || !is_number(number[1]))
		return TW_OK;
	if (!regions->numbering)
		status = tw_numbering_open(&regions->numbering,
					   regions->store, TW_TIME_MAX, err);
	if (status)
		return status;
	for (size_t i = 0; i < 2; i++) {
		tw_error why = TW_ERROR_INIT;

		regions->place[i].size = sizeof(regions->place[i]);
		status = tw_numbering_find(&regions->place[i],
			regions->numbering, number[i], &regions->lookup,
			&why);
		known &= !status;
		if (status && status != TW_ENOTFOUND)
			return fail_lookup(&why, err);
	}
	if (known)
		*out = tw_place_relation(&regions->place[0],
					 &regions->place[1]);
	return TW_OK;
}

bool tw__regions_keeps(const struct tw__regions *regions)
{
	return regions->place[0].ported || regions->place[1].ported;
}

tw_status tw__regions_keep(struct tw__regions *regions,
			   const struct tw__call *call, int64_t batch,
			   tw_error *err)
{
	tw_status status = TW_OK;

	for (int i = 0; i < 2 && !status; i++) {
		const tw_place *place = &regions->place[i];
		struct tw_stmt *stmt;

		if (!place->ported)
			continue;
		status = tw__stmt(&stmt, regions->store, "INSERT INTO "
			"charge_place (start_us, key, side, batch, operator, "
			"region, city) VALUES (?, ?, ?, ?, ?, ?, ?)", err);
		if (status)
			return status;
		tw__bind_i64(stmt, 1, call->cdr.start);
		tw__bind_i64(stmt, 2, (int64_t)call->key);
		tw__bind_i64(stmt, 3, i + 1);
		tw__bind_i64(stmt, 4, batch);
		tw__bind_text(stmt, 5, place->operator_name);
		tw__bind_text(stmt, 6, place->region);
		tw__bind_text(stmt, 7, place->city);
		status = tw__run(stmt, err);
	}
	return status;
}

tw_status tw__regions_undo(tw_store *store, int64_t batch, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, "UPDATE charge_place SET "
		"undone = batch WHERE batch = ? AND undone = 0", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, batch);
	return tw__run(stmt, err);
}
