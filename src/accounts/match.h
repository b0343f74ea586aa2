/**
 * @file src/accounts/match.h  "extension 100-149" belongs to a department
 */
#ifndef TW_SRC_MATCH_H
#define TW_SRC_MATCH_H

#include "base/base.h"
#include "base/e164.h"

/* What a match covers: one text, or every number of one length between two
 * ends ("100-149" covers 100 to 149 but not 0100). */
struct tw_match {
	bool range;
	uint64_t from, to;    /* of a range, both included */
	size_t digits;        /* of a range */
};

/* `number` matches are normalised: `out_text` (room TW_MATCH_MAX) is how the
 * match is stored. `dial` may be NULL for the other kinds. */
#define TW_MATCH_MAX 96
tw_status tw__match_parse(struct tw_match *out, char out_text[TW_MATCH_MAX],
			  const char *kind, const char *text,
			  const struct tw_dial_rule *dial, tw_error *err);
/* Does the range cover this extension, account code, number or trunk? */
bool tw__match_covers(const struct tw_match *match, const char *text,
		      const char *key);
bool tw__match_kind_is_known(const char *kind);

#endif
