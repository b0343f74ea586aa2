/**
 * @file src/accounts/pair.h  One call as two sources saw it
 */
#ifndef TW_SRC_ACCOUNTS_PAIR_H
#define TW_SRC_ACCOUNTS_PAIR_H

#include "base/base.h"
#include <trunkwise/time.h>

/* What both sources say of a call. */
struct tw__seen {
	tw_time start;
	int64_t duration_us;    /* answered time */
	uint64_t remote;        /* the other party's digits; 0: hidden */
	uint64_t own;           /* our number's digits; 0: not known */
	bool inbound;           /* else it left, forwarded legs too */
	bool answered;
	uint32_t twin;          /* joined before, with the row of this number
				   (from 1) of the other list: it tells the
				   clocks, and is paired no more; 0: open */
	bool alone;             /* somebody knows that it has no twin */
};

struct tw__sights {
	const struct tw__seen *rows;    /* in any order */
	size_t count;
};

struct tw__pair_rules {
	int64_t window_us;      /* how far starts may lie apart, once the
				   offset is taken off */
	int64_t offset_max_us;  /* how far clocks may differ */
};

#define TW_PAIR_ALONE     0u
#define TW_PAIR_JOINED    1u    /* with `other` */
#define TW_PAIR_AMBIGUOUS 2u    /* one of several; `other` names its cluster */

struct tw__paired {
	uint32_t state;
	uint32_t other;         /* place in the other list; of ambiguous ones
				   a number from 1 that its cluster shares */
};

struct tw__pairing {
	struct tw__paired *side[2];     /* as long as the lists */
	int64_t offset_us;      /* second clock less the first: median of the
				   joined, known ones too; 0 without any */
	size_t known;           /* pairs that were joined before */
	size_t joined, clusters;
	size_t alone[2], ambiguous[2];
};

/* Finds which records of two lists are one call, one to one. The offset of
 * the clocks is measured from the calls themselves, and anew for each day
 * that has enough of them.
 * @return TW_OK, TW_ENOMEM, TW_ERANGE (2^31 records or more) */
tw_status tw__pair(struct tw__pairing *out,
		   const struct tw__sights sights[2],
		   const struct tw__pair_rules *rules, tw_error *err);
void tw__pairing_free(struct tw__pairing *pairing);

#endif
