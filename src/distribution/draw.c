/*
 * Chance for policies: SplitMix64 (Steele, Lea, Flood), because its state is
 * one word and every seed is a good one. Not for secrets.
 */
#include "draw.h"

#include <assert.h>

uint64_t tw__draw(struct tw_draw *draw)
{
	draw->state += 0x9e3779b97f4a7c15u;
	return tw__mix(draw->state);
}

/* The words of an incomplete last round are drawn again: `% below` alone
 * favours small numbers. */
uint64_t tw__draw_below(struct tw_draw *draw, uint64_t below)
{
	uint64_t word;

	assert(below);
	do {   /* the last round is shorter than `below`: seldom asked */
		word = tw__draw(draw);
	} while (word < below && word < (0 - below) % below);
	return word % below;
}
