/**
 * @file src/formats/preset_group.c  Which of a call's rows is the call
 *
 * A PBX writes a row for every phone that rang and every carrier that was
 * tried. Decides which of them people would call the call: of an inbound one
 * the first that was answered, else the first; of outbound ones each that was
 * answered, else the first; an internal one only when nothing else happened.
 * The others are attempts. Refuses to drop or change any: this is about
 * counting, not about money, and no part of a record's key, so that rows of
 * one call may come in several files: accounts/regroup.c asks again then.
 */
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "preset_row.h"

struct members {
	struct preset_member *rows;
	size_t count, capacity;
	size_t total;           /* rows of the file, unreadable ones too */
};

static tw_status collect(struct members *out, struct tw__preset *preset,
			 tw_error *err)
{
	for (;; out->total++) {
		tw_error why = TW_ERROR_INIT;
		const char *group;
		tw_cdr cdr;
		tw_status status = tw__preset_row(&cdr, preset, &why);

		if (status == TW_ITER_END)
			return TW_OK;
		if (status == TW_EPARSE)
			continue;
		if (status)
			return tw__fail(err, status, "%s", why.message);
		if (tw__grow((void **)&out->rows, &out->capacity,
			     out->count + 1, sizeof(*out->rows)))
			return tw__fail_oom(err);
		group = cdr.linked_id && *cdr.linked_id ? cdr.linked_id :
			cdr.call_id;
		out->rows[out->count++] = (struct preset_member){
			tw__hash64(group, strlen(group)), cdr.start,
			cdr.sequence,
			tw__hash64(cdr.call_id, strlen(cdr.call_id)),
			out->total, cdr.direction,
			cdr.answer || cdr.duration_us };
	}
}

/* Groups together, the earliest first. What began together is told apart by
 * the records themselves: in another file they stand in another order. */
static int compare(const void *x, const void *y)
{
	const struct preset_member *a = x, *b = y;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->sequence != b->sequence)
		return a->sequence < b->sequence ? -1 : 1;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

/* Which rows of [from, to) in one direction count: all answered ones or the
 * first of them; else the first. */
static void judge(bool *attempts, const struct preset_member *from,
		  const struct preset_member *to, uint32_t direction,
		  bool only_one)
{
	bool answered = false, taken = false;
	const struct preset_member *m;

	for (m = from; m < to; m++)
		answered |= m->direction == direction && m->answered;
	for (m = from; m < to; m++) {
		if (m->direction != direction)
			continue;
		attempts[m->ordinal] = (answered && !m->answered) ||
			(taken && (only_one || !answered));
		taken |= !attempts[m->ordinal];
	}
}

static void judge_group(bool *attempts, const struct preset_member *from,
			const struct preset_member *to)
{
	bool outside = false;
	const struct preset_member *m;

	for (m = from; m < to; m++)
		outside |= m->direction != TW_DIRECTION_INTERNAL;
	judge(attempts, from, to, TW_DIRECTION_INBOUND, true);
	judge(attempts, from, to, TW_DIRECTION_OUTBOUND, false);
	judge(attempts, from, to, TW_DIRECTION_FORWARD, false);
	judge(attempts, from, to, TW_DIRECTION_INTERNAL, false);
	for (m = from; outside && m < to; m++)
		attempts[m->ordinal] |=
			m->direction == TW_DIRECTION_INTERNAL;
}

void tw__preset_judge(bool *attempts, struct preset_member *rows,
		      size_t count)
{
	size_t i = 0;

	if (count)
		qsort(rows, count, sizeof(*rows), compare);
	while (i < count) {
		size_t from = i;

		while (i < count && rows[i].group == rows[from].group)
			i++;
		judge_group(attempts, &rows[from], &rows[i]);
	}
}

tw_status tw__preset_group(struct tw__preset *preset, tw_error *err)
{
	struct members members = { 0 };
	tw_status status = collect(&members, preset, err);

	if (!status) {
		preset->attempts = tw_calloc(members.total + 1,
					     sizeof(*preset->attempts));
		if (!preset->attempts)
			status = tw__fail_oom(err);
	}
	if (!status)
		tw__preset_judge(preset->attempts, members.rows,
				 members.count);
	tw_free(members.rows);
	return status;
}
