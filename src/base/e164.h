/**
 * @file src/base/e164.h  Telephone numbers as digits
 *
 * Digits only, 1..15 (ITU-T E.164), country code first. Short service
 * numbers ("112") are digits too and are never given a country code.
 */
#ifndef TW_SRC_E164_H
#define TW_SRC_E164_H

#include "base.h"

#define TW_DIGITS_MAX 32   /* with NUL; longer dialled strings are refused */

/* Normalises by a dialling rule: "+" or international prefix goes, national
 * prefix becomes the country code. For Russia: country "7", national "8",
 * international "810", national length 11 with the prefix. Blanks, "-", "(",
 * ")" and "." between digits are dropped; anything else is TW_EPARSE. A
 * number shorter than national_length stays as dialled. */
struct tw_dial_rule {
	const char *country;         /* "7" */
	const char *national;        /* "8" or "" */
	const char *international;   /* "810", "00" or "" */
	uint32_t national_length;    /* digits with the national prefix */
	const char *const *emergency;   /* besides 112, ends with NULL; or
					NULL: none */
};
extern const struct tw_dial_rule tw__dial_russia;
/* Of a calling code (borrowed; NULL or "": "7"). Outside Russia a number is
 * written with + or 00: national prefixes are nobody's standard. */
struct tw_dial_rule tw__dial_rule(const char *country);

tw_status tw__e164(char out[TW_DIGITS_MAX], const char *text,
		   const struct tw_dial_rule *rule, tw_error *err);
/* 112 everywhere, and what the rule's country has besides. */
bool tw__is_emergency(const char *digits, const struct tw_dial_rule *rule);
bool tw__digits_only(const char *text);     /* "" is false */

#endif
