/*
 * A sum that forgets: it halves every half-life, by time and not by calls, so
 * that a trunk that nobody uses is not judged by last month. Read at any
 * moment without being written; the power of two is made of sixteen constant
 * factors, so that every machine gets the same bits.
 */
#include "router.h"

#include "base/decimal.h"

#define FRACTION_BITS 16

/* 2^-(1/2), 2^-(1/4), ... in 32 bits behind the point */
static const uint32_t root[FRACTION_BITS] = {
	0xb504f334, 0xd744fccb, 0xeac0c6e8, 0xf5257d15,
	0xfa83b2db, 0xfd3e0c0d, 0xfe9e115c, 0xff4ecb59,
	0xffa75652, 0xffd3a752, 0xffe9d2b3, 0xfff4e91c,
	0xfffa747f, 0xfffd3a3b, 0xfffe9d1d, 0xffff4e8e,
};

uint64_t tw__fading_at(const struct tw__fading *sum, tw_time now,
		       int64_t half_life_us)
{
	uint64_t value = sum->value;
	int64_t elapsed, halves;
	uint32_t part;

	/* a clock that steps back ages nothing */
	if (!value || now <= sum->at || half_life_us <= 0)
		return value;
	if (__builtin_sub_overflow(now, sum->at, &elapsed))
		return 0;
	halves = elapsed / half_life_us;
	if (halves >= 64)
		return 0;
	value >>= halves;
	part = (uint32_t)((tw__i128)(elapsed % half_life_us) *
			  (1 << FRACTION_BITS) / half_life_us);
	for (int i = 0; i < FRACTION_BITS; ++i) {
		if (part & (1u << (FRACTION_BITS - 1 - i)))
			value = (uint64_t)(((unsigned __int128)value *
					    root[i]) >> 32);
	}
	return value;
}

void tw__fading_add(struct tw__fading *sum, uint64_t value, tw_time now,
		    int64_t half_life_us)
{
	uint64_t before = tw__fading_at(sum, now, half_life_us);

	sum->value = before + value < before ? UINT64_MAX : before + value;
	if (now > sum->at)
		sum->at = now;
}
