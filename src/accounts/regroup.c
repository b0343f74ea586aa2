/**
 * @file src/accounts/regroup.c  Records of one call that came in several files
 *
 * A PBX may write a file for every leg, and a file that grows is imported in
 * the middle of a call. Decides which stored calls are asked again when a
 * batch came in or was taken back: those of the same source and layout around
 * it that share a call with it, and those that stood in a pair (join.c) until
 * now. What they are to each other is the rule of
 * their file (formats/call_group.h), where one is believed that said itself
 * what it is; what becomes of them regroup_change.c's to say. Batches that
 * nothing else was imported beside are not looked at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "call_recall.h"
#include "call_said.h"
#include "formats/call_group.h"
#include "formats/record.h"
#include "regroup.h"
#include "regroup_change.h"
#include "regroup_legs.h"

/* Records of one call begin no farther apart; twice that is read, so that
 * those of the outermost calls are all there. */
#define WITHIN_US (4LL * 3600 * TW_SECOND)

struct row {
	struct tw__told told;
	uint64_t id, names, callee, digits;    /* hashes; 0: not said */
	int64_t direction, leg, sequence, reason;
	bool answered, gone, touched, erased, from_outside, to_outside;
	bool own;                /* said itself what it is */
	bool numbered;           /* a leg of its parent's number */
	char text[24];
};

/* Too big for stacks. */
struct asked {
	struct tw__recall recall;
	struct tw__said said;
};

struct regroup {
	tw_store *store;
	const struct tw__regroup_of *of;
	struct row *rows;
	size_t count, capacity;
	struct tw__regrouping *changes;
};

/* ---- what is there ---- */

static tw_status has_others(bool *out, tw_store *store,
			    const struct tw__regroup_of *of, bool alike,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT 1 FROM batch WHERE id <> ?1 AND undone_us = 0 "
		"AND rows_stored > 0 AND last_us >= ?2 AND first_us <= ?3 "
		"AND (?6 = 0 OR (preset = ?4 AND source = ?5)) LIMIT 1", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, of->batch);
	tw__bind_i64(stmt, 2, of->range[0] - WITHIN_US);
	tw__bind_i64(stmt, 3, of->range[1] + WITHIN_US);
	tw__bind_text(stmt, 4, of->preset);
	tw__bind_text(stmt, 5, of->source);
	tw__bind_i64(stmt, 6, alike);
	status = tw__step(stmt, err);
	*out = status == TW_OK;
	tw__reset(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}

enum { START, KEY, BATCH, UNDONE, DIRECTION, LEG, SEQUENCE, ANSWERED, REASON,
	SOURCE, CALL_ID, LINKED, CALLER, CALLEE, ERASED, OWN };
#define SELECT_AROUND "SELECT c.start_us, c.key, c.batch, c.undone, " \
	"c.direction, c.leg, c.sequence, c.answer_after_us IS NOT NULL, " \
	"c.reason, m.source, " TW_ID_TEXT("c.call_id") ", " \
	TW_ID_TEXT("c.linked") ", a.digits, b.digits, " \
	"(c.caller <> 0 AND a.digits IS NULL) OR " \
	"(c.callee <> 0 AND b.digits IS NULL), EXISTS (SELECT 1 " \
	"FROM call_role o WHERE o.start_us = c.start_us " \
	"AND o.key = c.key AND o.batch = c.batch) FROM call c " \
	"JOIN batch t ON t.id = c.batch JOIN marks m ON m.id = c.marks " \
	"LEFT JOIN identity a ON a.id = c.caller " \
	"LEFT JOIN identity b ON b.id = c.callee " \
	"WHERE c.start_us >= ?1 AND c.start_us <= ?2 " \
	"AND (c.undone = 0 OR c.undone = ?3) " \
	"AND t.preset = ?4 AND t.source = ?5 ORDER BY c.start_us, c.key"

static uint64_t hash_id(const struct regroup *r, struct tw_stmt *stmt,
			int column)
{
	return tw__regroup_link(r->of, tw__col_text(stmt, SOURCE),
				tw__col_text(stmt, column));
}

static void read_row(struct row *row, const struct regroup *r,
		     struct tw_stmt *stmt)
{
	const char *id = tw__col_text(stmt, CALL_ID);
	const char *callee = tw__col_text(stmt, CALLEE);

	*row = (struct row){ .told = { .start = tw__col_i64(stmt, START),
			.key = tw__col_i64(stmt, KEY),
			.batch = tw__col_i64(stmt, BATCH) },
		.gone = tw__col_i64(stmt, UNDONE) != 0,
		.direction = tw__col_i64(stmt, DIRECTION),
		.leg = tw__col_i64(stmt, LEG),
		.sequence = tw__col_i64(stmt, SEQUENCE),
		.answered = tw__col_i64(stmt, ANSWERED) != 0,
		.reason = tw__col_i64(stmt, REASON),
		.erased = tw__col_i64(stmt, ERASED) != 0,
		.own = tw__col_i64(stmt, OWN) != 0 };
	row->id = hash_id(r, stmt, CALL_ID);
	row->names = hash_id(r, stmt, LINKED);
	row->callee = *callee ? tw__hash64(callee, strlen(callee)) | 1 : 0;
	snprintf(row->text, sizeof(row->text), "%s", id);
	if (strlen(callee) <= 15)
		(void)tw__str_u64(&row->digits, tw__str_of(callee));
	row->from_outside = tw__record_is_outside(tw__col_text(stmt, CALLER));
	row->to_outside = tw__record_is_outside(callee);
}

static tw_status load(struct regroup *r, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, r->store, SELECT_AROUND, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, r->of->range[0] - 2 * WITHIN_US);
	tw__bind_i64(stmt, 2, r->of->range[1] + 2 * WITHIN_US);
	tw__bind_i64(stmt, 3, r->of->batch);
	tw__bind_text(stmt, 4, r->of->preset);
	tw__bind_text(stmt, 5, r->of->source);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (tw__grow((void **)&r->rows, &r->capacity, r->count + 1,
			     sizeof(*r->rows))) {
			tw__reset(stmt);
			return tw__fail_oom(err);
		}
		read_row(&r->rows[r->count++], r, stmt);
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static bool is_new(const struct regroup *r, const struct row *row)
{
	return row->told.batch == r->of->batch;
}

static tw_status change(struct regroup *r, const struct row *row,
			enum tw__call_role role, uint64_t number,
			tw_error *err)
{
	tw_status status = TW_OK;

	if (!r->changes)
		status = tw__regrouping_new(&r->changes, r->store, err);
	return status ? status : tw__regroup_change(r->changes, &row->told,
						    role, number, err);
}

static int compare_told(const void *key, const void *element)
{
	const struct tw__told *told = key;
	const struct row *row = element;

	if (told->start != row->told.start)
		return told->start < row->told.start ? -1 : 1;
	return (told->key > row->told.key) - (told->key < row->told.key);
}

/* Of one key one is live, and none is gone where calls are asked. */
static void touch_asked(struct regroup *r)
{
	for (size_t i = 0; r->count && i < r->of->asked_count; i++) {
		struct row *row = bsearch(&r->of->asked[i], r->rows, r->count,
					  sizeof(*row), compare_told);

		if (row)
			row->touched = true;
	}
}

/* ---- tries of a call ---- */

static uint64_t group_of(const struct row *row)
{
	return row->names ? row->names : row->id;
}

/* Some of it came or went with the batch, some did not. */
static void touch_group(struct regroup *r, const struct preset_member *from,
			const struct preset_member *to)
{
	bool news = false, old = false;

	for (const struct preset_member *m = from; m < to; m++) {
		news |= is_new(r, &r->rows[m->ordinal]);
		old |= !is_new(r, &r->rows[m->ordinal]);
	}
	for (const struct preset_member *m = from; m < to; m++)
		r->rows[m->ordinal].touched = news && old;
}

static void touch_groups(struct regroup *r, struct preset_member *members,
			 size_t count)
{
	bool *unused = (bool *)&members[r->count];

	/* sorts them, those that are gone too */
	tw__preset_judge(unused, members, count);
	for (size_t from = 0, to; from < count; from = to) {
		to = from;
		while (to < count &&
		       members[to].group == members[from].group)
			to++;
		touch_group(r, &members[from], &members[to]);
	}
}

static size_t take_members(struct preset_member *out,
			   const struct regroup *r, bool gone)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct row *row = &r->rows[i];

		if (row->own || (row->gone && !gone))
			continue;
		out[count++] = (struct preset_member){ group_of(row),
			row->told.start, (uint32_t)row->sequence, row->id, i,
			(uint32_t)row->direction, row->answered };
	}
	return count;
}

/* A forwarded leg is no call, whichever of several it is; what another record
 * stands for is not ours to say (join.c). */
static bool is_try(const struct row *row)
{
	return row->touched && !row->own && !row->gone && row->leg >= 0 &&
		row->direction != TW_DIRECTION_FORWARD &&
		row->reason != TW_REASON_TWIN;
}

/* ---- the direction by which a file judges ---- */

/* Its own rows know more than a directory that may change: who called by
 * their mobile has an extension, and the call did not come in. */
static bool is_from_inside(const struct row *row, const struct tw__call *call)
{
	if (!row->from_outside || (*call->own_number &&
				   strcmp(call->own_number,
					  call->caller) == 0))
		return true;
	return call->cdr.extension && *call->cdr.extension &&
		row->direction != TW_DIRECTION_INBOUND;
}

/* Where the record left it open, the directory found it, and files do not ask
 * that. What is no longer known stays. */
static tw_status find_direction(struct row *row, struct asked *asked,
				tw_store *store, tw_error *err)
{
	const struct tw__call *call = &asked->recall.call;
	enum tw__recalled recalled;
	struct tw__stored stored;
	bool known = false;
	tw_status status = tw__told_find(&stored, store, &row->told, err);

	if (!status)
		status = tw__recall(&recalled, &asked->recall, &stored, err);
	if (!status)
		status = tw__said_find(&known, &asked->recall.call,
				       &asked->said, store, err);
	if (!status && known && !call->cdr.direction)
		row->direction = tw__record_guess(is_from_inside(row, call),
						  row->to_outside);
	return status;
}

static tw_status find_directions(struct regroup *r, tw_error *err)
{
	struct asked *asked = tw_calloc(1, sizeof(*asked));
	tw_status status = TW_OK;

	if (!asked)
		return tw__fail_oom(err);
	asked->recall.store = r->store;
	for (size_t i = 0; !status && i < r->count; i++) {
		struct row *row = &r->rows[i];

		if (row->touched && !row->gone && !row->erased &&
		    row->direction != TW_DIRECTION_FORWARD)
			status = find_direction(row, asked, r->store, err);
	}
	tw_free(asked);
	return status;
}

/* ---- which tries count ---- */

static tw_status judge_tries(struct regroup *r, tw_error *err)
{
	struct preset_member *members = tw_calloc(r->count + 1,
		sizeof(*members) + sizeof(bool));
	bool *attempts;
	tw_status status = TW_OK;
	size_t count;

	if (!members)
		return tw__fail_oom(err);
	attempts = (bool *)&members[r->count];
	count = take_members(members, r, true);
	touch_groups(r, members, count);
	touch_asked(r);
	status = find_directions(r, err);
	memset(attempts, 0, r->count * sizeof(*attempts));
	count = take_members(members, r, false);
	tw__preset_judge(attempts, members, count);
	for (size_t i = 0; !status && i < r->count; i++) {
		if (is_try(&r->rows[i]) && attempts[i] == (r->rows[i].leg > 0))
			status = change(r, &r->rows[i], attempts[i] ?
				TW_ROLE_ATTEMPT : TW_ROLE_CALL, 0, err);
	}
	tw_free(members);
	return status;
}

/* ---- sides of a call ---- */

static size_t take_sides(struct tw__side *out, const struct regroup *r,
			 bool gone)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct row *row = &r->rows[i];

		if (row->own || (row->gone && !gone))
			continue;
		out[count++] = (struct tw__side){ .id = row->id,
			.names = row->names, .callee = row->callee,
			.start = row->told.start, .ordinal = i,
			.from_outside = row->from_outside,
			.to_outside = row->to_outside };
		memcpy(out[count - 1].text, row->text, sizeof(row->text));
	}
	return count;
}

/* The batch's own calls, and whoever names them or is named by them. */
static void touch_sides(struct regroup *r, const struct tw__side *sides,
			size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t j = tw__sides_find(sides, count, sides[i].names);
		struct row *row = &r->rows[sides[i].ordinal], *other;

		if (j == SIZE_MAX || j == i)
			continue;
		other = &r->rows[sides[j].ordinal];
		row->touched |= is_new(r, other);
		other->touched |= is_new(r, row);
		row->touched |= is_new(r, row);
		other->touched |= is_new(r, other);
	}
}

static tw_status change_side(struct regroup *r, const struct tw__side *side,
			     const struct row *parent, tw_error *err)
{
	struct row *row = &r->rows[side->ordinal];

	row->numbered = parent && side->forward && parent->callee;
	if (!row->touched || row->erased || (parent && parent->erased))
		return TW_OK;
	if (!parent)
		return row->leg > 0 &&
			row->direction != TW_DIRECTION_FORWARD ? TW_OK :
			change(r, row, TW_ROLE_CALL, 0, err);
	return change(r, row, side->forward ? TW_ROLE_FORWARD : TW_ROLE_SIDE,
		      parent->digits, err);
}

/* Beside other layouts only, a file's own word on its rows stands: which of
 * its legs have their number from a side is all that is asked. */
static tw_status judge_sides(struct regroup *r, bool alike, tw_error *err)
{
	struct tw__side *sides = tw_calloc(r->count + 1, sizeof(*sides));
	tw_status status = TW_OK;
	size_t count;

	if (!sides)
		return tw__fail_oom(err);
	count = take_sides(sides, r, true);
	tw__sides_judge(sides, count);
	if (alike)
		touch_sides(r, sides, count);
	touch_asked(r);
	count = take_sides(sides, r, false);
	tw__sides_judge(sides, count);
	for (size_t i = 0; !status && i < count; i++)
		status = change_side(r, &sides[i], sides[i].parent ?
			&r->rows[sides[sides[i].parent - 1].ordinal] : NULL,
			err);
	tw_free(sides);
	return status;
}

/* ---- from end to end ---- */

static tw_status judge(struct regroup *r, tw_error *err)
{
	bool asked = r->of->asked_count > 0, alike = asked;
	tw_status status = TW_OK;

	if (!asked && r->of->group)
		status = has_others(&alike, r->store, r->of, true, err);
	if (!status && (alike || r->of->group == GROUP_SIDES))
		status = load(r, err);
	if (status || !r->count)
		return status;
	if (r->of->group == GROUP_LINKED)
		return judge_tries(r, err);
	if (r->of->group == GROUP_SIDES)
		return judge_sides(r, alike, err);
	touch_asked(r);
	return TW_OK;
}

static tw_status fill_legs(struct regroup *r, tw_error *err)
{
	struct tw__asked *asked = tw_calloc(r->count + 1, sizeof(*asked));
	struct tw__regrouped done = { asked, 0 };
	tw_status status;

	if (!asked)
		return tw__fail_oom(err);
	for (size_t i = 0; i < r->count; i++) {
		const struct row *row = &r->rows[i];

		if (row->touched || row->numbered)
			asked[done.count++] = (struct tw__asked){
				row->told.start, row->told.key,
				group_of(row), row->id, row->numbered };
	}
	status = tw__regroup_legs(&r->changes, r->store, r->of, &done, err);
	tw_free(asked);
	return status;
}

/* A run changes a call once, and a leg may first become one. */
static tw_status settle(struct regroup *r, tw_error *err)
{
	tw_status status = r->changes ?
		tw__regrouping_settle(r->changes, err) : TW_OK;

	tw__regrouping_free(r->changes);
	r->changes = NULL;
	return status;
}

tw_status tw__regroup(tw_store *store, const struct tw__regroup_of *of,
		      tw_error *err)
{
	struct regroup r = { .store = store, .of = of };
	bool others = of->asked_count > 0;
	tw_status status = others ? TW_OK :
		has_others(&others, store, of, false, err);

	if (!status && others)
		status = judge(&r, err);
	if (!status)
		status = settle(&r, err);
	if (!status && others)
		status = fill_legs(&r, err);
	if (!status)
		status = settle(&r, err);
	tw__regrouping_free(r.changes);
	tw_free(r.rows);
	return status;
}
