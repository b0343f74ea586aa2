/**
 * @file words.h  What the conductor says, in Russian and English
 */
#ifndef NINE_CITIES_WORDS_H
#define NINE_CITIES_WORDS_H

#include <stdbool.h>
#include "script.h"

enum word {
	WORD_SCRIPT,         /* calls, days, seed */
	WORD_TRUNK,          /* trunk, carrier, digest */
	WORD_DAY,            /* day, calls done, of */
	WORD_KINDS,
	WORD_KIND,           /* count, name */
	WORD_LEGS,           /* answered legs, seconds talked */
	WORD_REFRESHES,      /* carrier, registered, challenged, stale */
	WORD_BILL,           /* carrier, money */
	WORD_TIME,           /* days, real seconds */
	WORD_GOOD,
	WORD_BAD,            /* mismatches */
	WORDS,
};

/* A format of re_printf. */
const char *word(bool russian, enum word which);
const char *word_kind(bool russian, enum kind kind);

#endif
