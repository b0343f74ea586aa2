/**
 * @file src/distribution/line.h  Calls that wait for one pool, first one first
 */
#ifndef TW_SRC_DISTRIBUTION_LINE_H
#define TW_SRC_DISTRIBUTION_LINE_H

#include "base/base.h"

#define TW_LINES_KEPT 16u      /* empty ones that a pool keeps for later */

struct tw_call;

/* On what terms a call waits: calls of one line may have the same members
 * at the same moments, so only its first one has to be looked at. */
struct tw_terms {
	uint32_t reserve;      /* members that must stay ready */
	uint32_t leave;        /* TW_NEED_: leaves when that is not so */
	uint64_t skills;       /* that a member must have */
};

struct tw_place {
	int64_t key;           /* the call's, beside it for the cache */
	struct tw_call *call;
};

struct tw_line {
	struct tw_terms terms;
	struct tw_place *place;     /* 4-ary heap */
	size_t count;
	size_t capacity;
};

struct tw_lines {
	struct tw_line **line;
	size_t count;
	size_t capacity;
	size_t waiting;             /* calls in all of them */
};

/* The line of these terms with room for one more, so that joining it next
 * cannot fail. */
tw_status tw__line_reserve(struct tw_line **out, struct tw_lines *lines,
			   const struct tw_terms *terms);
void tw__line_join(struct tw_lines *lines, struct tw_line *line,
		   struct tw_call *call);
void tw__line_leave(struct tw_lines *lines, struct tw_call *call);
/* The first call of a line that is not empty. */
struct tw_call *tw__line_first(const struct tw_line *line);
/* How many of the line come before this call, counted up to `most`. */
size_t tw__line_before(const struct tw_line *line, const struct tw_call *call,
		       size_t most);
/* Frees what the lines own; calls in them are not touched. */
void tw__lines_free(struct tw_lines *lines);

#endif
