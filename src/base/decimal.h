/**
 * @file src/base/decimal.h  128-bit intermediates with one named rounding
 */
#ifndef TW_SRC_DECIMAL_H
#define TW_SRC_DECIMAL_H

#include "base.h"
#include <trunkwise/money.h>

typedef __int128 tw__i128;

/* numerator / denominator (> 0) with a TW_ROUND_ mode; exact until here. */
tw__i128 tw__div_round(tw__i128 numerator, tw__i128 denominator,
		       uint32_t mode);
/* Into int64 or TW_ERANGE. */
tw_status tw__i128_narrow(int64_t *out, tw__i128 value, tw_error *err);
bool tw__add_i64(int64_t *out, int64_t a, int64_t b);   /* false: overflow */

#endif
