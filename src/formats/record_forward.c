/**
 * @file src/formats/record_forward.c  A call that went on to another number
 *
 * Some sources write one row for a call that came in and was forwarded out.
 * Decides by the numbers of the row that it is two: the call to our number,
 * which is counted, and the leg to the other one, which costs money. Refuses
 * to ask a directory: the same row must mean the same before and after our
 * numbers are declared. So all that is found here is no part of the row's key
 * and content, and the call to our number has a key of its own.
 */
#include <string.h>
#include "record.h"

static bool is_same(const struct record_reader *r, const char *a,
		    const char *b)
{
	char digits[2][TW_DIGITS_MAX];

	if (tw__e164(digits[0], a, r->rule, NULL) ||
	    tw__e164(digits[1], b, r->rule, NULL))
		return strcmp(a, b) == 0;
	return strcmp(digits[0], digits[1]) == 0;
}

/* Of a call from outside: the number that was dialled, where another one was
 * reached. What staff dial is not ours. */
static void find_number(struct record_reader *r, const tw_cdr *cdr)
{
	if (!*cdr->number && tw__record_is_outside(cdr->caller) &&
	    tw__record_is_outside(r->called) &&
	    !is_same(r, r->called, cdr->callee))
		r->found.number = r->called;
}

bool tw__record_forward(struct record_reader *r, const tw_cdr *cdr)
{
	const char *number;

	if (r->role != ROLE_CALL)
		return false;
	find_number(r, cdr);
	number = *cdr->number ? cdr->number : r->found.number;
	if (!r->map->forwards || !number || r->from_inside ||
	    (cdr->direction && cdr->direction != TW_DIRECTION_INBOUND) ||
	    !tw__record_is_outside(cdr->caller) ||
	    !tw__record_is_outside(cdr->callee) ||
	    is_same(r, cdr->caller, number) ||
	    is_same(r, cdr->callee, number))
		return false;
	r->found.direction = TW_DIRECTION_FORWARD;
	r->found.leg = 2;
	r->found.number = number;
	return true;
}

void tw__record_came_in(tw_cdr *out, struct record_reader *r)
{
	out->direction = TW_DIRECTION_INBOUND;
	out->callee = out->number = r->found.number;
	/* neither the trunk it left by nor its price are the call's */
	out->extension = out->trunk = out->cost = out->currency = "";
	out->leg = RECORD_LEG_CAME_IN;
	r->found = (struct tw__preset_found){ 0 };
	r->found.leg = 1;
}
