/**
 * @file src/accounts/pair_offset.h  How far two sources' clocks are apart
 */
#ifndef TW_SRC_ACCOUNTS_PAIR_OFFSET_H
#define TW_SRC_ACCOUNTS_PAIR_OFFSET_H

#include "pair.h"

struct tw__day_offset {
	int64_t day;            /* since 1970, UTC, by the first's clock */
	int64_t offset_us;
};

/* Zeroed: no offset. */
struct tw__offsets {
	struct tw__day_offset *days;    /* in order; those that had enough */
	size_t count, capacity;
	int64_t overall_us;
	bool trusted;            /* more than a few calls say so */
};

/* `order`: rows of each list by direction, other party, start. */
tw_status tw__offsets_measure(struct tw__offsets *out,
			      const struct tw__sights sights[2],
			      const struct tw__seen *const *const order[2],
			      const struct tw__pair_rules *rules,
			      tw_error *err);
/* Second's clock less the first's, at a time. */
int64_t tw__offset_at(const struct tw__offsets *offsets, tw_time at);
void tw__offsets_free(struct tw__offsets *offsets);

#endif
