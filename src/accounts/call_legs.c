/**
 * @file src/accounts/call_legs.c  The number that a leg was forwarded by
 *
 * A forwarded leg is paid by the department whose number forwarded it, and
 * many PBX write that number only into the row of the call that came in.
 * Decides which number that was, by the id that links both rows: that of the
 * earliest row that is no far side and no leg itself, whatever the order in
 * which they come. The number is a finding and no part of the record's
 * content: the same leg found alone in another file must still be the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/hash.h"
#include "call_legs.h"
#include "call_links.h"
#include "history.h"

struct slot {
	uint64_t link;
	uint64_t digits;        /* of our number; 0: free */
	tw_time start;
	int64_t key;
	bool side;
};

struct tw__legs {
	tw_store *store;        /* borrowed */
	struct tw__links *links;        /* of a file's source, or NULL */
	struct slot *slots;
	size_t count, capacity; /* power of two, at least twice count */
};

tw_status tw__legs_new(struct tw__legs **out, tw_store *store, tw_error *err)
{
	struct tw__legs *legs = tw_calloc(1, sizeof(*legs));

	if (!legs)
		return tw__fail_oom(err);
	legs->store = store;
	*out = legs;
	return TW_OK;
}

void tw__legs_free(struct tw__legs *legs)
{
	if (!legs)
		return;
	tw__links_free(legs->links);
	tw_free(legs->slots);
	tw_free(legs);
}

static const char *link_of(const struct tw__call *call)
{
	const tw_cdr *cdr = &call->cdr;

	return cdr->linked_id && *cdr->linked_id ? cdr->linked_id :
		cdr->call_id;
}

/* Ids are a source's own. */
static uint64_t hash_id(const struct tw__call *call, const char *id)
{
	char text[2 * (TW_CALL_TEXT_MAX + 1)];
	int n = snprintf(text, sizeof(text), "%s\n%s", call->source, id);

	return tw__hash64(text, (size_t)n);
}

static struct slot *slot_of(struct slot *slots, size_t capacity,
			    uint64_t link)
{
	size_t at = link & (capacity - 1);

	while (slots[at].digits && slots[at].link != link)
		at = (at + 1) & (capacity - 1);
	return &slots[at];
}

static tw_status make_room(struct tw__legs *legs, tw_error *err)
{
	size_t capacity = legs->capacity ? legs->capacity * 2 : 256;
	struct slot *slots;

	if (legs->count * 2 < legs->capacity)
		return TW_OK;
	slots = tw_calloc(capacity, sizeof(*slots));
	if (!slots)
		return tw__fail_oom(err);
	for (size_t i = 0; i < legs->capacity; i++) {
		if (legs->slots[i].digits)
			*slot_of(slots, capacity, legs->slots[i].link) =
				legs->slots[i];
	}
	tw_free(legs->slots);
	legs->slots = slots;
	legs->capacity = capacity;
	return TW_OK;
}

/* Begun together they are told apart as their table has them. */
static bool is_better(const struct slot *a, const struct slot *b)
{
	if (a->side != b->side)
		return b->side;
	return a->start != b->start ? a->start < b->start : a->key < b->key;
}

static tw_status note(struct tw__legs *legs, const struct slot *noted,
		      tw_error *err)
{
	struct slot *slot;
	tw_status status = make_room(legs, err);

	if (status)
		return status;
	slot = slot_of(legs->slots, legs->capacity, noted->link);
	if (slot->digits && !is_better(noted, slot))
		return TW_OK;
	legs->count += !slot->digits;
	*slot = *noted;
	return TW_OK;
}

static tw_status add_links(struct tw__legs *legs, const struct tw__call *call,
			   tw_error *err)
{
	tw_status status = TW_OK;

	if (!legs->links)
		return TW_OK;
	status = tw__links_add(legs->links, call->cdr.call_id,
			       call->cdr.start, err);
	return status || link_of(call) == call->cdr.call_id ? status :
		tw__links_add(legs->links, link_of(call), call->cdr.start,
			      err);
}

/* Legs name a call by the id that links it, or by that of the record. */
tw_status tw__legs_note(struct tw__legs *legs, const struct tw__call *call,
			tw_error *err)
{
	const char *number = *call->own_number ? call->own_number :
		call->callee;
	struct slot noted = { .link = hash_id(call, link_of(call)),
		.start = call->cdr.start, .key = (int64_t)call->key,
		.side = (call->cdr.flags & TW_CDR_TWIN) != 0 };
	tw_status status;

	if (call->direction != TW_DIRECTION_INBOUND)
		return TW_OK;
	status = add_links(legs, call, err);
	if (status || strlen(number) > 15 ||
	    !tw__str_u64(&noted.digits, tw__str_of(number)) ||
	    !noted.digits)
		return status;
	status = note(legs, &noted, err);
	if (status || link_of(call) == call->cdr.call_id)
		return status;
	noted.link = hash_id(call, call->cdr.call_id);
	return note(legs, &noted, err);
}

bool tw__legs_wants(const struct tw__call *call)
{
	const tw_cdr *cdr = &call->cdr;

	return !*call->own_number && (cdr->direction ==
		TW_DIRECTION_FORWARD || (!cdr->direction && cdr->leg > 1));
}

static tw_status read_ahead(struct tw__legs *legs, struct tw__call *call,
			    const struct tw__legs_reading *reading,
			    tw_error *err)
{
	for (;;) {
		struct tw__preset_found found;
		tw_error why = TW_ERROR_INIT;
		tw_cdr cdr = TW_CDR_INIT;
		tw_status status = tw__preset_next(&cdr, reading->preset,
						   &why);

		if (status == TW_ITER_END)
			return TW_OK;
		if (status == TW_EPARSE)
			continue;
		if (status)
			return tw__fail(err, status, "%s", why.message);
		if (tw__call_read(call, &cdr, reading->source, reading->rule,
				  NULL))
			continue;
		tw__call_hash(call);
		tw__preset_found(&found, reading->preset);
		if (found.direction)
			call->cdr.direction = found.direction;
		if (found.linked)
			call->cdr.linked_id = found.linked;
		tw__owners_resolve(reading->owners, call);
		status = tw__legs_note(legs, call, err);
		if (status)
			return status;
	}
}

tw_status tw__legs_read_ahead(struct tw__legs *legs,
			      const struct tw__legs_reading *reading,
			      tw_error *err)
{
	/* too big for stacks */
	struct tw__call *call = tw_calloc(1, sizeof(*call));
	tw_status status;

	if (!call)
		return tw__fail_oom(err);
	status = tw__links_new(&legs->links, legs->store, reading->source,
			       err);
	if (!status)
		status = read_ahead(legs, call, reading, err);
	tw_free(call);
	return status;
}

/* Calls of a file's source are known to be there or not. */
static tw_status find_range(tw_time range[2], const struct tw__call *call,
			    struct tw__legs *legs, tw_error *err)
{
	const tw_time near[2] = { call->cdr.start - TW_LEG_WITHIN_US,
		call->cdr.start + TW_LEG_WITHIN_US };

	if (legs->links)
		return tw__links_between(range, legs->links, link_of(call),
					 near, err);
	memcpy(range, near, sizeof(near));
	return TW_OK;
}

static tw_status ask_store(struct tw__call *call, struct tw__legs *legs,
			   tw_error *err)
{
	struct tw_stmt *stmt;
	tw_time range[2];
	tw_status status = find_range(range, call, legs, err);

	if (status || !range[0])
		return status;
	status = tw__stmt(&stmt, legs->store,
		"SELECT coalesce((SELECT name FROM number n "
		"WHERE n.id = c.number ORDER BY n.valid_from DESC LIMIT 1), "
		"(SELECT digits FROM identity i WHERE i.id = c.callee)) "
		"FROM call c JOIN marks m ON m.id = c.marks "
		"WHERE c.start_us >= ?1 AND c.start_us <= ?2 "
		"AND c.undone = 0 AND c.direction = ?3 AND c.leg <> ?6 "
		"AND m.source = ?4 AND (c.linked = ?5 OR c.call_id = ?5) "
		"ORDER BY c.reason = ?7, c.start_us, c.key LIMIT 1", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, range[0]);
	tw__bind_i64(stmt, 2, range[1]);
	tw__bind_i64(stmt, 3, TW_DIRECTION_INBOUND);
	tw__bind_text(stmt, 4, call->source);
	tw__call_bind_id(stmt, 5, link_of(call));
	tw__bind_i64(stmt, 6, TW_LEG_FORWARDED);
	tw__bind_i64(stmt, 7, TW_REASON_TWIN);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	snprintf(call->own_number, sizeof(call->own_number), "%s",
		 tw__col_text(stmt, 0));
	tw__reset(stmt);
	return TW_OK;
}

tw_status tw__legs_fill(struct tw__call *call, struct tw__legs *legs,
			tw_error *err)
{
	if (legs->count) {
		struct slot *slot = slot_of(legs->slots, legs->capacity,
					    hash_id(call, link_of(call)));

		if (slot->digits) {
			snprintf(call->own_number, sizeof(call->own_number),
				 "%" PRIu64, slot->digits);
			return TW_OK;
		}
	}
	return ask_store(call, legs, err);
}
