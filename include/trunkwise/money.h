/**
 * @file money.h  Exact money: int64 nano-units and an ISO 4217 code
 *
 * A nano-unit is 10^-9 of the currency's main unit: 1 RUB = 10^9. The range
 * is +-9.2e9 units; every operation that could leave it returns TW_ERANGE.
 * No floating point anywhere. Functions are pure and may be called from any
 * thread.
 */
#ifndef TRUNKWISE_MONEY_H
#define TRUNKWISE_MONEY_H

#include <trunkwise/base.h>

TW_BEGIN_DECLS

#define TW_NANOS 1000000000LL

typedef struct tw_money {
	int64_t nanos;
	char currency[4];   /* "RUB", always terminated */
} tw_money;

/** Rounding modes; stored with tariffs, so the numbers never change. */
#define TW_ROUND_UP        1u  /* away from zero */
#define TW_ROUND_DOWN      2u  /* toward zero */
#define TW_ROUND_HALF_UP   3u  /* ties away from zero */
#define TW_ROUND_HALF_EVEN 4u

/**
 * Reads a plain decimal ("12", "-0.5", "1234.567890123") into nano-units.
 * No exponent, no thousands separator, no blanks; at most nine decimals,
 * because a tenth one could only be dropped.
 *
 * @return TW_OK, TW_EPARSE, TW_ERANGE
 */
TW_EXTERN(tw_status) tw_decimal_parse(int64_t *out_nanos, const char *text,
				      tw_error *err);

/**
 * Writes nano-units with exactly `decimals` (0-9) digits, which must lose
 * nothing; decimals = TW_DECIMALS_SHORTEST drops trailing zeros instead.
 *
 * @return TW_OK, TW_EINVAL (digits would be lost, or buffer too small;
 *         32 bytes always suffice)
 */
#define TW_DECIMALS_SHORTEST 255u
TW_EXTERN(tw_status) tw_decimal_format(char *buf, size_t size, int64_t nanos,
				       uint32_t decimals, tw_error *err);

/** Rounds nano-units to `decimals` (0-9) with a TW_ROUND_ mode.
 * @return TW_OK, TW_EINVAL, TW_ERANGE */
TW_EXTERN(tw_status) tw_decimal_round(int64_t *out_nanos, int64_t nanos,
				      uint32_t decimals, uint32_t mode,
				      tw_error *err);

/** Reads amount and currency; the code must be three capital letters.
 * @return TW_OK, TW_EPARSE, TW_ERANGE */
TW_EXTERN(tw_status) tw_money_parse(tw_money *out, const char *text,
				    const char *currency, tw_error *err);

/** a + b of one currency. @return TW_OK, TW_ERANGE, TW_ECONFLICT (two
 * currencies are never mixed without a dated rate) */
TW_EXTERN(tw_status) tw_money_add(tw_money *out, const tw_money *a,
				  const tw_money *b, tw_error *err);

/** Minor-unit digits of an ISO 4217 code: RUB 2, JPY 0, KWD 3; TW_ENOTFOUND
 * for codes outside the table. */
TW_EXTERN(tw_status) tw_currency_decimals(uint32_t *out, const char *currency,
					  tw_error *err);

/** Mode number of "up", "down", "half_up" or "half_even". */
TW_EXTERN(tw_status) tw_rounding_parse(uint32_t *out, const char *name,
				       tw_error *err);

TW_END_DECLS

#endif
