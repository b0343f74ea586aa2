/**
 * @file src/accounts/sought.h  One person, in whatever spelling
 */
#ifndef TW_SRC_SOUGHT_H
#define TW_SRC_SOUGHT_H

#include "base/e164.h"
#include "formats/record.h"

struct tw__sought {
	const char *name;           /* as it was given; borrowed */
	char user[RECORD_TEXT_MAX + 1]; /* of an address: all that a mapping
					stores of it; "" it is none */
	char digits[TW_DIGITS_MAX]; /* "": a name */
	struct tw_dial_rule rule;
};

void tw__sought_init(struct tw__sought *out, const char *given,
		     const char *country);
/* The same by its user alone from here on. False: it has none. */
bool tw__sought_user(struct tw__sought *sought);
/* Of a caller or callee as it is stored. */
bool tw__sought_is(const struct tw__sought *sought, const char *text);
/* In the text of a row as it came, among whatever else. */
tw_status tw__sought_stands_in(bool *out, const struct tw__sought *sought,
			       const char *text, tw_error *err);

#endif
