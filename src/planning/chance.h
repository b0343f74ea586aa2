/**
 * @file src/planning/chance.h  Made-up chance, the same on every machine
 *
 * No port of randomness: a simulation is to be repeated from its seed.
 */
#ifndef TW_SRC_PLANNING_CHANCE_H
#define TW_SRC_PLANNING_CHANCE_H

#include <stdint.h>

struct tw_chance {
	uint64_t state;
};

void tw__chance_seed(struct tw_chance *chance, uint64_t seed);
uint64_t tw__chance_bits(struct tw_chance *chance);
/* In [0, 1), all 53 bits of it. */
double tw__chance_uniform(struct tw_chance *chance);
/* Exponential of mean 1. */
double tw__chance_exponential(struct tw_chance *chance);

#endif
