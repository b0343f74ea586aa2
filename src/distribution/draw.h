/**
 * @file src/distribution/draw.h  Chance that replays
 */
#ifndef TW_SRC_DISTRIBUTION_DRAW_H
#define TW_SRC_DISTRIBUTION_DRAW_H

#include "base/base.h"

/* One word, so that a copy of it is a peek and a snapshot has it whole. */
struct tw_draw {
	uint64_t state;
};

uint64_t tw__draw(struct tw_draw *draw);
/* 0..below-1, each as likely; below is not 0. */
uint64_t tw__draw_below(struct tw_draw *draw, uint64_t below);

/* Spreads the bits of x: equal ones in, equal ones out. */
static inline uint64_t tw__mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

#endif
