/**
 * @file src/distribution/meet.h  Which ready member a key meets
 */
#ifndef TW_SRC_DISTRIBUTION_MEET_H
#define TW_SRC_DISTRIBUTION_MEET_H

#include "base/base.h"

#define TW_MEET_NONE SIZE_MAX
#define TW_MEET_PART (1u << 24)

struct tw_meeter {
	uint64_t hash;         /* of its name: alike in every engine */
	uint32_t weight;
	uint32_t part;         /* TW_MEET_PART / weight */
};

struct tw_meet {
	struct tw_meeter *meeter;   /* by place */
	uint64_t *ready;       /* a bit for each place */
	uint64_t *sum;         /* what the ready ones weigh: a binary tree, */
	size_t groups;         /* its leaves 64 places each; a power of two */
};

/* Room for so many places, so that nothing else can fail. */
tw_status tw__meet_reserve(struct tw_meet *meet, size_t places);
void tw__meet_free(struct tw_meet *meet);
/* One who is not ready comes in at `place` of so many; later ones move up. */
void tw__meet_insert(struct tw_meet *meet, size_t place, size_t places,
		     struct tw_meeter meeter);
void tw__meet_add(struct tw_meet *meet, size_t place);
void tw__meet_take(struct tw_meet *meet, size_t place);
/* The place of whom the key meets, or TW_MEET_NONE: nobody is ready. When that
 * one is taken away and it is asked again, say so by `turn`, 0 at first. */
size_t tw__meet_find(const struct tw_meet *meet, uint64_t key, uint64_t turn);

#endif
