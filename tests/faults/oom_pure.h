/* For scenes without a store: what failed for want of memory is told again. */
#ifndef TW_TESTS_OOM_PURE_H
#define TW_TESTS_OOM_PURE_H

#include "oom.h"

/* A fault that passed: told again, it is done. */
#define TOLD(status, verb) do { \
	if (!(status)) { \
		(status) = (verb); \
		if ((status) == TW_ENOMEM) \
			(status) = (verb); \
	} \
} while (0)

/* Forty prices with bands, a holiday and a tier (new). */
tw_status oom_deck(tw_deck **out, const char *currency, tw_error *err);

#endif
