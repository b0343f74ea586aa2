/**
 * @file src/accounts/regroup_change.c  A stored call in another role
 *
 * Decides what a call stands for once it is known to be another try at a
 * call, its far side, its way on, or a call of its own after all. The price
 * comes from the same function as on its first day (call_rate.c), the change
 * goes into the books as an amendment. A price in which bundles or tiers have
 * a part is taken off by one run and found anew by the next, when they have it
 * back: the first gives only, and the second takes. A price that hangs on what
 * was answered of the numbers stays.
 */
#include <inttypes.h>
#include <stdio.h>
#include "amendment.h"
#include "call_recall.h"
#include "call_said.h"
#include "join.h"
#include "regroup_change.h"
#include "usage_park.h"

#define LEGS_TRIED 64u          /* that a record may have said */

/* A charge that is to be found anew. */
struct again {
	struct tw__told told;
	enum tw__call_role role;
	uint64_t number;
};

struct tw__regrouping {
	tw_store *store;        /* borrowed */
	struct tw__amending *amending;
	struct tw__intern words;
	struct tw__owners *owners;      /* made by the first that asks */
	struct tw__rater *rater;
	struct tw__recall recall;
	struct tw__said said;
	bool own_words;         /* the call is all that its record said */
	struct again now;       /* what the running change was asked */
	bool takes;             /* of bundles and tiers: a second run */
	struct again *again;
	size_t count, capacity;
};

tw_status tw__regrouping_new(struct tw__regrouping **out, tw_store *store,
			     tw_error *err)
{
	struct tw__regrouping *r = tw_calloc(1, sizeof(*r));
	tw_status status;

	if (!r)
		return tw__fail_oom(err);
	r->store = r->recall.store = store;
	tw__intern_words(&r->words, store);
	status = tw__amending_new(&r->amending, store, "legs", "", err);
	if (status) {
		tw__regrouping_free(r);
		return status;
	}
	*out = r;
	return TW_OK;
}

void tw__regrouping_free(struct tw__regrouping *r)
{
	if (!r)
		return;
	tw__rater_free(r->rater);
	tw__owners_free(r->owners);
	tw__amending_free(r->amending);
	tw__intern_free(&r->words);
	tw_free(r->again);
	tw_free(r);
}


static tw_status make_rater(struct tw__regrouping *r, tw_error *err)
{
	struct tw__book book;
	tw_status status;

	if (r->rater)
		return TW_OK;
	status = tw__book_open(&book, r->store, "UTC", err);
	if (status)
		return status;
	r->recall.rule = tw__dial_rule(book.country);
	tw__book_close(&book);
	status = tw__owners_new(&r->owners, r->store, &r->recall.rule, err);
	if (!status)
		status = tw__rater_new(&r->rater, r->store, &r->words, 0,
				       err);
	return status;
}

/* ---- what it was ---- */

static tw_status is_paired(bool *out, tw_store *store,
			   const struct tw__told *told, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT 1 FROM call_pair WHERE parted = 0 AND "
		"((first_us = ?1 AND first_key = ?2) OR "
		"(second_us = ?1 AND second_key = ?2)) LIMIT 1", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, told->start);
	tw__bind_i64(stmt, 2, told->key);
	status = tw__step(stmt, err);
	*out = status == TW_OK;
	tw__reset(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}

/* The leg that the record said is in its key only, once it did not count. */
static int64_t said_leg(struct tw__regrouping *r,
			const struct tw__stored *stored, uint32_t sequence)
{
	struct tw__call *call = &r->recall.call;

	call->cdr.sequence = sequence;
	for (uint32_t leg = 1; leg <= LEGS_TRIED; leg++) {
		call->cdr.leg = leg;
		tw__call_hash(call);
		if ((int64_t)call->key == stored->key)
			return leg;
	}
	call->key = (uint64_t)stored->key;
	call->cdr.leg = 1;
	return 1;
}

static tw_status find_leg(int64_t *out, struct tw__regrouping *r,
			  const struct tw__stored *stored, tw_error *err)
{
	enum tw__recalled recalled;
	struct tw_stmt *stmt;
	uint32_t sequence;
	tw_status status = tw__stmt(&stmt, r->store, "SELECT sequence "
		"FROM call WHERE start_us = ? AND key = ? AND undone = 0",
		err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, stored->start);
	tw__bind_i64(stmt, 2, stored->key);
	status = tw__step(stmt, err);
	if (status)
		return status;
	sequence = (uint32_t)tw__col_i64(stmt, 0);
	tw__reset(stmt);
	status = tw__recall(&recalled, &r->recall, stored, err);
	if (!status)
		*out = said_leg(r, stored, sequence);
	return status;
}

/* ---- what it is ---- */

static tw_status make_attempt(struct tw__regrouping *r,
			      const struct tw__stored *stored, bool attempt,
			      tw_error *err)
{
	struct tw__standing to = stored->now;
	tw_status status = TW_OK;

	if (attempt == !to.leg)
		return TW_OK;
	to.leg = 0;
	if (!attempt)
		status = find_leg(&to.leg, r, stored, err);
	return status ? status : tw__amend(r->amending, stored, &to, err);
}

static tw_status make_side(struct tw__regrouping *r,
			   const struct tw__stored *stored, tw_error *err)
{
	struct tw__standing to = stored->now;
	tw_status status;

	to.leg = 0;
	tw__standing_uncharge(&to);
	if (tw__standing_is(&to, &stored->now))
		return TW_OK;
	status = tw__amend(r->amending, stored, &to, err);
	return status ? status : tw__usage_park(r->store, stored->start,
		stored->key, tw__amending_run(r->amending), err);
}

/* A record of its own words is asked whose it is; where they are not kept, it
 * stays whose it was. */
static void find_owner(struct tw__regrouping *r,
		       const struct tw__stored *stored)
{
	struct tw__call *call = &r->recall.call;

	tw__owners_resolve(r->owners, call);
	/* of a forwarded leg it was the other call's */
	if (!call->department && !r->own_words &&
	    stored->now.leg != TW_LEG_FORWARDED)
		call->department = stored->now.department;
	if (stored->now.carrier) {
		call->carrier = stored->now.carrier;
		call->carrier_named = true;
	}
}

static tw_status take_off(struct tw__regrouping *r,
			  const struct tw__stored *stored, tw_error *err)
{
	void *mem = r->again;

	if (tw__grow(&mem, &r->capacity, r->count + 1, sizeof(*r->again)))
		return tw__fail_oom(err);
	r->again = mem;
	r->again[r->count++] = r->now;
	return make_side(r, stored, err);
}

static tw_status keep_usage(struct tw__regrouping *r,
			    const struct tw__stored *stored, tw_error *err)
{
	struct tw__call *call = &r->recall.call;
	tw_status status;

	if (!tw__rater_keeps(r->rater, call))
		return TW_OK;
	status = tw__rater_keep(r->rater, call, stored->batch, err);
	return status ? status : tw__usage_by_run(r->store, stored->start,
		stored->key, tw__amending_run(r->amending), err);
}

/* The call in r->recall, with the words that its role changed. to: its leg and
 * direction (0: as it is found) from now on. What it was already is no reason
 * for another price. */
static tw_status charge(struct tw__regrouping *r,
			const struct tw__stored *stored,
			struct tw__standing to, enum tw__recalled recalled,
			tw_error *err)
{
	struct tw__call *call = &r->recall.call;
	int64_t leg = to.leg, direction;
	tw_status status = TW_OK;

	find_owner(r, stored);
	direction = to.direction ? to.direction : call->direction;
	if (leg == stored->now.leg && direction == stored->now.direction &&
	    stored->now.reason != TW_REASON_TWIN &&
	    call->number == stored->now.number &&
	    call->department == stored->now.department)
		return TW_OK;
	if (recalled == TW_RECALLED) {
		status = tw__rater_rate(r->rater, call, err);
		tw__recall_standing(&to, &r->recall, stored);
	}
	if (!status && !r->takes &&
	    (recalled == TW_RECALLED_NOTED || call->note.of))
		return take_off(r, stored, err);
	if (recalled != TW_RECALLED) {
		to.department = call->department;
		to.number = call->number;
	}
	to.leg = leg;
	to.direction = direction;
	if (!status)
		status = tw__amend(r->amending, stored, &to, err);
	return status || recalled != TW_RECALLED ? status :
		keep_usage(r, stored, err);
}

static tw_status recall(enum tw__recalled *out, struct tw__regrouping *r,
			const struct tw__stored *stored, tw_error *err)
{
	struct tw__call *call = &r->recall.call;
	tw_status status = tw__recall(out, &r->recall, stored, err);

	if (status)
		return status;
	call->cdr.direction = (uint32_t)stored->now.direction;
	return tw__said_find(&r->own_words, call, &r->said, r->store, err);
}

static void set_forward(struct tw__regrouping *r, uint64_t number)
{
	struct tw__call *call = &r->recall.call;

	call->cdr.flags = 0;
	call->cdr.direction = TW_DIRECTION_FORWARD;
	call->cdr.leg = 2;
	if (r->own_words && *call->own_number)
		return;
	call->own_number[0] = '\0';
	if (number)
		snprintf(call->own_number, sizeof(call->own_number),
			 "%" PRIu64, number);
}

static tw_status make_forward(struct tw__regrouping *r,
			      const struct tw__stored *stored,
			      uint64_t number, tw_error *err)
{
	struct tw__standing to = stored->now;
	bool came_so = to.direction == TW_DIRECTION_FORWARD;
	bool is_one = to.reason != TW_REASON_TWIN &&
		(came_so || to.leg == TW_LEG_FORWARDED);
	enum tw__recalled recalled;
	tw_status status;

	if (is_one && !number)
		return TW_OK;
	status = make_rater(r, err);
	if (!status)
		status = recall(&recalled, r, stored, err);
	if (status || (is_one && !r->own_words))
		return status;
	set_forward(r, number);
	if (!is_one)
		to.leg = came_so ? 2 : TW_LEG_FORWARDED;
	return charge(r, stored, to, recalled, err);
}

/* Other rows of its file made it a forward, and they are gone. */
static bool was_found(const struct tw__regrouping *r,
		      const struct tw__stored *stored)
{
	return stored->now.direction == TW_DIRECTION_FORWARD &&
		r->own_words &&
		r->recall.call.cdr.direction != TW_DIRECTION_FORWARD;
}

static tw_status make_call(struct tw__regrouping *r,
			   const struct tw__stored *stored, tw_error *err)
{
	struct tw__call *call = &r->recall.call;
	struct tw__standing to = stored->now;
	bool aside = !to.leg, forwarded = to.leg == TW_LEG_FORWARDED;
	enum tw__recalled recalled;
	tw_status status = make_rater(r, err);

	if (!status)
		status = find_leg(&to.leg, r, stored, err);
	if (!status)
		status = recall(&recalled, r, stored, err);
	if (status)
		return status;
	call->cdr.flags = 0;
	call->cdr.leg = (uint32_t)to.leg;
	if (was_found(r, stored))
		to.direction = call->cdr.direction;
	else if (aside || forwarded)
		call->cdr.direction = (uint32_t)to.direction;
	else
		return TW_OK;
	if (forwarded && !r->own_words)
		call->own_number[0] = '\0';
	return charge(r, stored, to, recalled, err);
}

tw_status tw__regroup_change(struct tw__regrouping *r,
			     const struct tw__told *told,
			     enum tw__call_role role, uint64_t number,
			     tw_error *err)
{
	struct tw__stored stored;
	bool paired = false;
	tw_status status = is_paired(&paired, r->store, told, err);

	r->now = (struct again){ *told, role, number };
	if (!status)
		status = tw__told_find(&stored, r->store, told, err);
	if (status || paired)
		return status;
	switch (role) {
	case TW_ROLE_SIDE:
		return make_side(r, &stored, err);
	case TW_ROLE_FORWARD:
		return make_forward(r, &stored, number, err);
	case TW_ROLE_ATTEMPT:
		return make_attempt(r, &stored, true, err);
	default:
		return stored.now.reason == TW_REASON_TWIN ||
			stored.now.leg == TW_LEG_FORWARDED ||
			stored.now.direction == TW_DIRECTION_FORWARD ?
			make_call(r, &stored, err) :
			make_attempt(r, &stored, false, err);
	}
}

tw_status tw__regroup_number(struct tw__regrouping *r,
			     const struct tw__told *told, uint64_t number,
			     tw_error *err)
{
	enum tw__recalled recalled;
	struct tw__stored stored;
	tw_status status = make_rater(r, err);

	r->now = (struct again){ *told, TW_ROLE_FORWARD, number };
	if (!status)
		status = tw__told_find(&stored, r->store, told, err);
	if (!status)
		status = recall(&recalled, r, &stored, err);
	/* of words that are not kept the number may be one */
	if (status || (!r->own_words && stored.now.number))
		return status;
	set_forward(r, number);
	return charge(r, &stored, stored.now, recalled, err);
}

tw_status tw__regroup_charge(struct tw__regrouping *r,
			     const struct tw__told *told, tw_error *err)
{
	struct tw__call *call = &r->recall.call;
	enum tw__recalled recalled;
	struct tw__standing to;
	struct tw__stored stored;
	tw_status status = make_rater(r, err);

	if (!status)
		status = tw__told_find(&stored, r->store, told, err);
	if (!status)
		status = tw__recall(&recalled, &r->recall, &stored, err);
	if (status)
		return status;
	call->cdr.flags = 0;
	tw__owners_resolve(r->owners, call);
	call->department = stored.now.department;
	call->number = stored.now.number;
	call->carrier = stored.now.carrier;
	call->carrier_named = call->carrier != 0;
	status = tw__rater_rate(r->rater, call, err);
	if (status)
		return status;
	tw__recall_standing(&to, &r->recall, &stored);
	status = tw__amend(r->amending, &stored, &to, err);
	return status ? status : keep_usage(r, &stored, err);
}

/* ---- the end of a run ---- */

static tw_status settle(struct tw__regrouping *r, tw_error *err)
{
	tw_status status = r->rater ? tw__rater_settle(r->rater, err) : TW_OK;

	return status ? status : tw__amending_settle(NULL, NULL, r->amending,
						     err);
}

static tw_status charge_again(const struct tw__regrouping *r, tw_error *err)
{
	struct tw__regrouping *next;
	tw_status status = tw__regrouping_new(&next, r->store, err);

	if (status)
		return status;
	next->takes = true;
	for (size_t i = 0; !status && i < r->count; i++)
		status = tw__regroup_change(next, &r->again[i].told,
					    r->again[i].role,
					    r->again[i].number, err);
	if (!status)
		status = settle(next, err);
	tw__regrouping_free(next);
	return status;
}

tw_status tw__regrouping_settle(struct tw__regrouping *r, tw_error *err)
{
	tw_status status = settle(r, err);

	return status || !r->count ? status : charge_again(r, err);
}
