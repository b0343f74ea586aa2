/**
 * @file src/formats/call_group.h  Which records of one call are the call
 *
 * The same rules for the rows of a file and for those that a store has from
 * several: what they are asked of is in the records themselves, never the
 * order in which they came.
 */
#ifndef TW_SRC_CALL_GROUP_H
#define TW_SRC_CALL_GROUP_H

#include "base/base.h"
#include <trunkwise/time.h>

/* Of an id, which is its source's own. source: "" where the record names none,
 * and the import does. */
uint64_t tw__id_hash(const char *source, const char *id);

/* A record, as far as it matters for which of a call's tries is the call. */
struct preset_member {
	uint64_t group;
	tw_time start;
	uint32_t sequence;
	uint64_t id;            /* hash of its call_id: the last to decide */
	size_t ordinal;
	uint32_t direction;
	bool answered;
};
/* Sorts the rows; attempts[ordinal] of those that do not count. */
void tw__preset_judge(bool *attempts, struct preset_member *rows,
		      size_t count);

/* A record of a source that writes both sides of a call. Hashes; 0: not
 * said. */
struct tw__side {
	uint64_t id, names;     /* names: its other side, by that one's id */
	uint64_t callee;
	tw_time start;
	size_t ordinal;         /* the caller's own */
	size_t parent;          /* out: place + 1 of whose far side it is */
	char text[24];          /* how its id begins */
	bool from_outside, to_outside;
	bool forward;           /* out: a far side that is a leg of its own */
};
/* Sorts the rows by id. Of two the earlier one is the parent; begun together,
 * the one that is named; where each names the other, what their numbers say,
 * and their ids where those say nothing. */
void tw__sides_judge(struct tw__side *rows, size_t count);
/* The first row of an id in sorted ones; SIZE_MAX: none. */
size_t tw__sides_find(const struct tw__side *rows, size_t count, uint64_t id);

#endif
