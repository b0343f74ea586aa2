/*
 * splitmix64, for it needs one word of state and passes the usual batteries;
 * and exponential times by von Neumann's comparison of uniforms, which is
 * exact and calls no logarithm whose last bit would differ between libraries.
 */
#include "chance.h"

void tw__chance_seed(struct tw_chance *chance, uint64_t seed)
{
	chance->state = seed * 0x2545f4914f6cdd1du;
}

uint64_t tw__chance_bits(struct tw_chance *chance)
{
	uint64_t z = chance->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

double tw__chance_uniform(struct tw_chance *chance)
{
	return (double)(tw__chance_bits(chance) >> 11) * 0x1p-53;
}

double tw__chance_exponential(struct tw_chance *chance)
{
	double whole = 0, first, last, next;
	unsigned n;

	for (;; whole += 1) {
		first = last = tw__chance_uniform(chance);
		for (n = 1; (next = tw__chance_uniform(chance)) < last; ++n)
			last = next;
		if (n & 1)
			return whole + first;
	}
}
