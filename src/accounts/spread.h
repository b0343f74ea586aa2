/**
 * @file src/accounts/spread.h  An amount given out in proportion
 */
#ifndef TW_SRC_ACCOUNTS_SPREAD_H
#define TW_SRC_ACCOUNTS_SPREAD_H

#include "base/base.h"

struct tw__weights {
	const int64_t *rows;
	size_t count;
};

/* amount over weights (0 or more, not all 0), in multiples of unit; out (as
 * many) adds up to amount, none is a unit or more off its exact part. What
 * unit does not divide goes with the largest part. Ties: the earlier place.
 * @return TW_OK, TW_EINVAL (no weight), TW_ENOMEM */
tw_status tw__spread(int64_t *out, int64_t amount,
		     const struct tw__weights *weights, int64_t unit,
		     tw_error *err);

#endif
