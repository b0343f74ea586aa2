/**
 * @file src/formats/record_group.c  Which rows of a file are one call
 *
 * Decides what the rows of a file say of each other: that one is another try
 * at a call, the far side of it, its way on to another number, or its end. A
 * row that says so itself is believed, and is none of those to choose from.
 * Refuses to drop a call: what does not count is marked and stored, and only
 * the end of a call, which is no call, goes into the row of that call.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "preset_row.h"
#include "record.h"

struct entry {
	uint64_t id, linked, peer;      /* hashes; 0: not said */
	tw_time start;
	size_t ordinal;
	uint32_t sequence;
	uint64_t callee;
	size_t id_text, callee_text, peer_text; /* in texts; 0: none */
	uint32_t direction;
	enum record_role role;
	bool answered, has_end, from_outside, to_outside;
	bool part;                      /* of the row of its call */
};

struct entries {
	struct entry *rows;
	size_t count, capacity, total;
	struct tw_buf *texts;
};

static uint64_t hash_of(const char *text)
{
	return text && *text ? tw__hash64(text, strlen(text)) | 1 : 0;
}

/* Ids are a source's own. */
static uint64_t hash_id(const tw_cdr *cdr, const char *text)
{
	return text && *text ? tw__id_hash(cdr->source ? cdr->source : "",
					   text) : 0;
}

/* Strings that another row will point to. */
static tw_status keep_texts(struct entry *e, struct tw_buf *texts,
			    const tw_cdr *cdr, const char *peer)
{
	if (!texts->size && tw__buf_append(texts, "", 1))
		return TW_ENOMEM;
	e->id_text = texts->size;
	if (tw__buf_append(texts, cdr->call_id, strlen(cdr->call_id) + 1))
		return TW_ENOMEM;
	e->callee_text = texts->size;
	if (tw__buf_append(texts, cdr->callee, strlen(cdr->callee) + 1))
		return TW_ENOMEM;
	if (!e->peer)
		return TW_OK;
	e->peer_text = texts->size;
	return tw__buf_append(texts, peer, strlen(peer) + 1);
}

/* As it will be stored. */
static const char *spelled(char digits[TW_DIGITS_MAX], const char *number,
			   const struct tw_dial_rule *rule)
{
	return tw__e164(digits, number, rule, NULL) ? number : digits;
}

enum record_own tw__record_own(enum record_role role)
{
	switch (role) {
	case ROLE_ATTEMPT:
		return OWN_ATTEMPT;
	case ROLE_SIDE:
		return OWN_SIDE;
	case ROLE_FORWARD:
		return OWN_FORWARD;
	default:
		return OWN_NONE;
	}
}

uint32_t tw__record_guess(bool from_inside, bool to_outside)
{
	if (!from_inside)
		return TW_DIRECTION_INBOUND;
	return to_outside ? TW_DIRECTION_OUTBOUND : TW_DIRECTION_INTERNAL;
}

static bool is_ours(const struct record_reader *r, const tw_cdr *cdr)
{
	char digits[2][TW_DIGITS_MAX];

	return r->from_inside || (*cdr->number && strcmp(
		spelled(digits[0], cdr->number, r->rule),
		spelled(digits[1], cdr->caller, r->rule)) == 0);
}

static tw_status add_entry(struct entries *all, const tw_cdr *cdr,
			   const struct record_reader *r)
{
	char digits[TW_DIGITS_MAX];
	void *mem = all->rows;
	const char *callee;
	struct entry *e;

	if (tw__grow(&mem, &all->capacity, all->count + 1,
		     sizeof(*all->rows)))
		return TW_ENOMEM;
	all->rows = mem;
	e = &all->rows[all->count];
	memset(e, 0, sizeof(*e));
	e->id = hash_id(cdr, cdr->call_id);
	e->linked = hash_id(cdr, cdr->linked_id);
	e->peer = hash_id(cdr, r->peer_id);
	e->start = cdr->start;
	e->sequence = cdr->sequence;
	e->ordinal = all->total;
	e->role = r->role;
	e->answered = cdr->answer || cdr->duration_us ||
		cdr->status == TW_CALL_ANSWERED;
	e->has_end = cdr->end != 0;
	e->from_outside = tw__record_is_outside(spelled(digits, cdr->caller,
							r->rule));
	callee = spelled(digits, cdr->callee, r->rule);
	e->to_outside = tw__record_is_outside(callee);
	e->callee = hash_of(callee);
	e->direction = cdr->direction ? cdr->direction : tw__record_guess(
		!e->from_outside || is_ours(r, cdr), e->to_outside);
	all->count++;
	return r->map->group == GROUP_SIDES ?
		keep_texts(e, all->texts, cdr, r->peer_id) : TW_OK;
}

static tw_status collect(struct entries *all, struct tw__records *records,
			 tw_error *err)
{
	for (;; all->total++) {
		tw_error why = TW_ERROR_INIT;
		tw_cdr cdr;
		tw_status status = tw__records_row(&cdr, records, &why);

		if (status == TW_ITER_END)
			return TW_OK;
		if (status == TW_EPARSE)
			continue;
		if (status)
			return tw__fail(err, status, "%s", why.message);
		if (add_entry(all, &cdr, tw__records_reader(records)))
			return tw__fail_oom(err);
	}
}

/* By call, the earliest first. */
static int compare(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

/* ---- ends ---- */

/* A call's end is told by another row of the same id: of the answered one
 * before it. What is answered in between (a re-INVITE) is a part of that. */
static void join_ends(struct record_verdict *rows, struct entries *all)
{
	const struct entry *call = NULL;

	for (size_t i = 0; i < all->count; i++) {
		struct entry *e = &all->rows[i];
		bool ends = e->role == ROLE_END;

		if (!i || e->id != all->rows[i - 1].id)
			call = NULL;
		if (call && (ends || (e->answered && !e->has_end))) {
			rows[e->ordinal].consumed = e->part = true;
			if (!ends)
				continue;
			rows[call->ordinal].end = e->start;
			call = NULL;
		}
		else if (!ends && e->answered && !e->has_end) {
			call = e;
		}
	}
}

/* ---- sides ---- */

static struct tw__side *make_sides(size_t *out_count,
				   const struct entries *all)
{
	struct tw__side *sides = tw_calloc(all->count + 1, sizeof(*sides));
	size_t count = 0;

	for (size_t i = 0; sides && i < all->count; i++) {
		const struct entry *e = &all->rows[i];

		if (tw__record_own(e->role))
			continue;
		sides[count] = (struct tw__side){ .id = e->id,
			.names = e->linked && e->linked != e->id ?
				e->linked : e->peer,
			.callee = e->callee, .start = e->start, .ordinal = i,
			.from_outside = e->from_outside,
			.to_outside = e->to_outside };
		snprintf(sides[count].text, sizeof(sides[count].text), "%s",
			 all->texts->data + e->id_text);
		count++;
	}
	*out_count = count;
	return sides;
}

static tw_status judge_sides(struct record_verdict *rows,
			     const struct entries *all, tw_error *err)
{
	size_t count = 0;
	struct tw__side *sides = make_sides(&count, all);

	if (!sides)
		return tw__fail_oom(err);
	/* its other side may be in another file, and ask for it: by what the
	 * row says itself, whatever this file found */
	for (size_t i = 0; i < all->count; i++)
		rows[all->rows[i].ordinal].linked = all->rows[i].peer_text;
	tw__sides_judge(sides, count);
	for (size_t i = 0; i < count; i++) {
		const struct entry *e = &all->rows[sides[i].ordinal], *p;
		struct record_verdict *verdict = &rows[e->ordinal];

		if (!sides[i].parent)
			continue;
		p = &all->rows[sides[sides[i].parent - 1].ordinal];
		verdict->role = sides[i].forward ? ROLE_FORWARD : ROLE_SIDE;
		if (sides[i].forward)
			verdict->number = p->callee_text;
	}
	tw_free(sides);
	return TW_OK;
}

/* ---- tries ---- */

static tw_status judge_tries(struct record_verdict *rows,
			     const struct entries *all, tw_error *err)
{
	bool *attempts = tw_calloc(all->total + 1, sizeof(*attempts));
	struct preset_member *members = tw_calloc(all->count + 1,
						  sizeof(*members));
	size_t count = 0;

	if (!attempts || !members) {
		tw_free(attempts);
		tw_free(members);
		return tw__fail_oom(err);
	}
	for (size_t i = 0; i < all->count; i++) {
		const struct entry *e = &all->rows[i];

		if (e->part || e->role == ROLE_END || tw__record_own(e->role))
			continue;
		members[count++] = (struct preset_member){
			e->linked ? e->linked : e->id, e->start, e->sequence,
			e->id, e->ordinal, e->direction, e->answered };
	}
	tw__preset_judge(attempts, members, count);
	for (size_t i = 0; i < all->total; i++) {
		if (attempts[i])
			rows[i].role = ROLE_ATTEMPT;
	}
	tw_free(attempts);
	tw_free(members);
	return TW_OK;
}

tw_status tw__record_group(struct record_groups *out,
			   struct tw__records *records, tw_error *err)
{
	const tw_cdr_map *map = tw__records_reader(records)->map;
	struct entries all = { 0 };
	tw_status status;

	tw__buf_init(&out->texts);
	all.texts = &out->texts;
	status = collect(&all, records, err);
	if (!status) {
		out->rows = tw_calloc(all.total + 1, sizeof(*out->rows));
		out->count = all.total;
		if (!out->rows)
			status = tw__fail_oom(err);
	}
	if (!status && all.count)
		qsort(all.rows, all.count, sizeof(*all.rows), compare);
	if (!status)
		join_ends(out->rows, &all);
	if (!status && map->group == GROUP_SIDES)
		status = judge_sides(out->rows, &all, err);
	if (!status && map->group == GROUP_LINKED)
		status = judge_tries(out->rows, &all, err);
	tw_free(all.rows);
	return status;
}

void tw__record_groups_free(struct record_groups *groups)
{
	tw_free(groups->rows);
	tw__buf_free(&groups->texts);
	memset(groups, 0, sizeof(*groups));
}
