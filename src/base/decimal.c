/**
 * @file src/base/decimal.c  Exact decimals in nano-units
 *
 * Decides how a decimal is read, rounded and written. Refuses floating point
 * and refuses to know currencies, tariffs and when a rounding is due.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "decimal.h"

#define DECIMALS 9u

static const int64_t power10[DECIMALS + 1] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
	1000000000
};

tw__i128 tw__div_round(tw__i128 numerator, tw__i128 denominator,
		       uint32_t mode)
{
	tw__i128 quotient, rest, away;
	bool up = false;

	assert(denominator > 0);
	assert(mode >= TW_ROUND_UP && mode <= TW_ROUND_HALF_EVEN);
	quotient = numerator / denominator;
	rest = numerator % denominator;
	if (rest == 0)
		return quotient;
	away = numerator < 0 ? -1 : 1;
	rest = rest < 0 ? -rest : rest;
	/* rest against its complement: 2 * rest could overflow */
	switch (mode) {

	case TW_ROUND_UP:
		up = true;
		break;

	case TW_ROUND_HALF_UP:
		up = rest >= denominator - rest;
		break;

	case TW_ROUND_HALF_EVEN:
		up = rest > denominator - rest ||
			(rest == denominator - rest && quotient % 2 != 0);
		break;

	default:
		break;
	}
	return up ? quotient + away : quotient;
}

tw_status tw__i128_narrow(int64_t *out, tw__i128 value, tw_error *err)
{
	if (value > INT64_MAX || value < INT64_MIN)
		return tw__fail(err, TW_ERANGE, "amount is beyond "
				"+-9223372036.854775807 units");
	*out = (int64_t)value;
	return TW_OK;
}

bool tw__add_i64(int64_t *out, int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return false;
	*out = sum;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static tw_status bad_decimal(tw_error *err, const char *text)
{
	return tw__fail(err, TW_EPARSE, "'%.40s' is not a decimal; write "
			"digits with a point and at most nine decimals, "
			"such as 1.25", text);
}

/* Counts below zero, because INT64_MIN has no positive twin. */
static bool push_digit(int64_t *value, int digit)
{
	return !__builtin_mul_overflow(*value, 10, value) &&
		!__builtin_sub_overflow(*value, digit, value);
}

/* Fewer than nine decimals are filled up with zeros, so that one overflow
 * rule serves the whole number. */
static bool push_decimals(int64_t *value, const char *p)
{
	for (uint32_t i = 0; i < DECIMALS; i++) {
		if (!push_digit(value, *p ? *p++ - '0' : 0))
			return false;
	}
	return true;
}

tw_status tw_decimal_parse(int64_t *out_nanos, const char *text,
			   tw_error *err)
{
	const char *p = text, *fraction = "";
	bool negative, fits = true;
	int64_t value = 0;

	if (!out_nanos || !text)
		return tw__fail(err, TW_EINVAL, "decimal: NULL argument");
	negative = *p == '-';
	p += negative;
	if (!is_digit(*p))
		return bad_decimal(err, text);
	for (; is_digit(*p); p++)
		fits = fits && push_digit(&value, *p - '0');
	if (*p == '.') {
		fraction = ++p;
		while (is_digit(*p))
			p++;
		if (p == fraction || p - fraction > (ptrdiff_t)DECIMALS)
			return bad_decimal(err, text);
	}
	if (*p != '\0')
		return bad_decimal(err, text);
	fits = fits && push_decimals(&value, fraction);
	if (!fits || (!negative && value == INT64_MIN))
		return tw__fail(err, TW_ERANGE, "'%.40s' is beyond "
				"+-9223372036.854775807", text);
	*out_nanos = negative ? value : -value;
	return TW_OK;
}

tw_status tw_decimal_format(char *buf, size_t size, int64_t nanos,
			    uint32_t decimals, tw_error *err)
{
	uint64_t magnitude = nanos < 0 ? 0 - (uint64_t)nanos
		: (uint64_t)nanos;
	uint64_t fraction = magnitude % TW_NANOS;
	char text[32];
	int n;

	if (!buf || (decimals > DECIMALS && decimals != TW_DECIMALS_SHORTEST))
		return tw__fail(err, TW_EINVAL, "decimals must be 0 to 9");
	if (decimals == TW_DECIMALS_SHORTEST) {
		decimals = 0;
		while (fraction % (uint64_t)power10[DECIMALS - decimals])
			decimals++;
	}
	if (fraction % (uint64_t)power10[DECIMALS - decimals])
		return tw__fail(err, TW_EINVAL, "%u decimals would lose "
				"digits; round first", decimals);
	fraction /= (uint64_t)power10[DECIMALS - decimals];
	n = snprintf(text, sizeof(text), "%s%llu", nanos < 0 ? "-" : "",
		     (unsigned long long)(magnitude / TW_NANOS));
	if (decimals > 0)
		n += snprintf(text + n, sizeof(text) - (size_t)n, ".%0*llu",
			      (int)decimals, (unsigned long long)fraction);
	if ((size_t)n >= size)
		return tw__fail(err, TW_EINVAL, "buffer of %zu bytes is too "
				"small for a decimal; 32 suffice", size);
	memcpy(buf, text, (size_t)n + 1);
	return TW_OK;
}

tw_status tw_decimal_round(int64_t *out_nanos, int64_t nanos,
			   uint32_t decimals, uint32_t mode, tw_error *err)
{
	tw__i128 unit;

	if (!out_nanos || decimals > DECIMALS)
		return tw__fail(err, TW_EINVAL, "decimals must be 0 to 9");
	if (mode < TW_ROUND_UP || mode > TW_ROUND_HALF_EVEN)
		return tw__fail(err, TW_EINVAL, "unknown rounding mode %u",
				mode);
	unit = power10[DECIMALS - decimals];
	return tw__i128_narrow(out_nanos,
			       tw__div_round(nanos, unit, mode) * unit, err);
}
