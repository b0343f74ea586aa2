/*
 * Weighted rendezvous: each key and each member have a number, and of the
 * ready members the one with the smallest by its weight is met. So when
 * somebody turns busy, only that one's keys move, each to the second of its
 * own list, spread by weight. A hash modulo the number of members would give
 * them all to a neighbour.
 *
 * To look at all ready ones of 100,000 would take longer than all the rest.
 * So a key first finds a group of 64 places, halving what is left: it goes to
 * one half or the other in proportion to what their ready members weigh.
 * Everybody's part of all keys is its weight's part all the same. The price:
 * when somebody turns busy its half weighs less, and beside its own keys half
 * as many others go to the other half, once for each halving. Up to 64 places
 * there is one group, and nothing of this.
 *
 * To look at the next few ready ones behind some point would be shorter, and
 * wrong: who stands behind a gap of busy ones gets the keys of the gap.
 */
#include "meet.h"
#include "draw.h"
#include "base/logs.h"

#include <assert.h>
#include <string.h>

#define HALVING 0x9e3779b97f4a7c15u   /* to have other chances in each */

/* Sums from the bits on. */
static void sum_up(struct tw_meet *meet)
{
	uint64_t *leaf = meet->sum + meet->groups;
	size_t i;

	for (i = 0; i < meet->groups; ++i) {
		uint64_t word = meet->ready[i];

		for (leaf[i] = 0; word; word &= word - 1)
			leaf[i] += meet->meeter[
				64 * i + (size_t)__builtin_ctzll(word)].weight;
	}
	for (i = meet->groups - 1; i > 0; --i)
		meet->sum[i] = meet->sum[2 * i] + meet->sum[2 * i + 1];
}

tw_status tw__meet_reserve(struct tw_meet *meet, size_t places)
{
	struct tw_meet wide = { .groups = 1 };

	if (places <= 64 * meet->groups)
		return TW_OK;
	while (64 * wide.groups < places) {
		if (wide.groups > SIZE_MAX / 8192)
			return TW_ENOMEM;
		wide.groups *= 2;
	}
	/* one block: the meeters, their bits, the tree */
	wide.meeter = tw_calloc(wide.groups, 64 * sizeof(*wide.meeter) +
				3 * sizeof(uint64_t));
	if (!wide.meeter)
		return TW_ENOMEM;
	wide.ready = (uint64_t *)(wide.meeter + 64 * wide.groups);
	wide.sum = wide.ready + wide.groups;
	if (meet->groups) {
		memcpy(wide.meeter, meet->meeter,
		       64 * meet->groups * sizeof(*wide.meeter));
		memcpy(wide.ready, meet->ready,
		       meet->groups * sizeof(uint64_t));
	}
	sum_up(&wide);
	tw_free(meet->meeter);
	*meet = wide;
	return TW_OK;
}

void tw__meet_free(struct tw_meet *meet)
{
	tw_free(meet->meeter);
	memset(meet, 0, sizeof(*meet));
}

void tw__meet_insert(struct tw_meet *meet, size_t place, size_t places,
		     struct tw_meeter meeter)
{
	size_t i = places / 64, at = place / 64;
	const uint64_t below = (1ull << (place % 64)) - 1;
	uint64_t *word = meet->ready;

	assert(place <= places && places < 64 * meet->groups);
	memmove(&meet->meeter[place + 1], &meet->meeter[place],
		(places - place) * sizeof(meeter));
	meet->meeter[place] = meeter;
	meet->meeter[place].part = TW_MEET_PART / meeter.weight;
	if (place == places)
		return;
	for (; i > at; --i)
		word[i] = word[i] << 1 | word[i - 1] >> 63;
	word[at] = (word[at] & below) | (word[at] & ~below) << 1;
	sum_up(meet);
}

/* Unsigned: to take is to add what wraps back. */
static void change(struct tw_meet *meet, size_t place, uint64_t by)
{
	size_t i;

	meet->ready[place / 64] ^= 1ull << (place % 64);
	for (i = meet->groups + place / 64; i > 0; i /= 2)
		meet->sum[i] += by;
}

void tw__meet_add(struct tw_meet *meet, size_t place)
{
	assert(!(meet->ready[place / 64] >> (place % 64) & 1));
	change(meet, place, meet->meeter[place].weight);
}

void tw__meet_take(struct tw_meet *meet, size_t place)
{
	assert(meet->ready[place / 64] >> (place % 64) & 1);
	change(meet, place, 0 - (uint64_t)meet->meeter[place].weight);
}

/* The group of the key, one of which is ready: where nothing is no key goes.
 * Halvings are counted from the groups on, so that a tree that grows upwards
 * leaves those that there are as they were. Each turn has chances of its own:
 * those that led to somebody are no even chances any more once he is taken
 * away. In a group they are, for there it is an order. */
static size_t group(const struct tw_meet *meet, uint64_t key, uint64_t turn)
{
	uint64_t step = 64 * turn + (uint64_t)__builtin_ctzll(meet->groups);
	size_t at = 1;

	for (; at < meet->groups; --step) {
		const unsigned __int128 point = (unsigned __int128)
			tw__mix(key ^ HALVING * step) * meet->sum[at];

		at = 2 * at + ((uint64_t)(point >> 64) >= meet->sum[2 * at]);
	}
	return at - meet->groups;
}

/* A distance is exponential: -log2(u) of the number that a key and a member
 * have, u in (0, 1] of 2^63 because 0 has no logarithm. It is smaller for a
 * larger weight, and a fraction, because what is compared must not be rounded:
 * distances are < 2^38, and a weight < 2^16. */
static uint64_t distance(uint64_t number)
{
	return (63ull << TW_LOG_BITS) - (uint64_t)tw__log2((number >> 1) + 1);
}

/* Whom the key meets, by the distances. Most need no logarithm, because
 * -log2(u) is more than 23/16 of 1 - u. */
static size_t nearest_by_logs(const struct tw_meeter *meeter, uint64_t ready,
			      uint64_t key)
{
	uint64_t best_far = 1ull << 38, best_weight = 1;
	size_t best = 0;

	for (; ready; ready &= ready - 1) {
		const size_t at = (size_t)__builtin_ctzll(ready);
		const uint64_t weight = meeter[at].weight;
		const uint64_t number = tw__mix(key ^ meeter[at].hash);
		uint64_t far = (~number >> 32) * 23 / 16;

		if (far * best_weight >= best_far * weight)
			continue;
		far = distance(number);
		if (far * best_weight >= best_far * weight)
			continue;
		best = at;
		best_far = far;
		best_weight = weight;
	}
	return best;
}

/* The same. Where 1 - u is small, as it is for the nearest, -log2(u) is not
 * much more than 23/16 of it. So whose 1 - u by weight is the least is met,
 * unless the second one may be nearer all the same; and nothing of it is a
 * branch, because each next one is as good as drawn. */
static size_t nearest(const struct tw_meeter *meeter, uint64_t ready,
		      uint64_t key)
{
	uint64_t first = UINT64_MAX, second = UINT64_MAX, word, most;
	size_t best;

	for (word = ready; word; word &= word - 1) {
		const size_t at = (size_t)__builtin_ctzll(word);
		const uint64_t number = tw__mix(key ^ meeter[at].hash);
		/* and whose it is, in 6 bits; all have room in 62 */
		const uint64_t rough = (~number >> 32) * meeter[at].part << 6 |
			at;
		const uint64_t later = rough < first ? first : rough;

		second = later < second ? later : second;
		first = rough < first ? rough : first;
	}
	best = first & 63;
	most = distance(tw__mix(key ^ meeter[best].hash)) *
		(meeter[best].part + 1ull) / 23 * 16 + 16;
	return second >> 6 > most ? best :
		nearest_by_logs(meeter, ready, key);
}

size_t tw__meet_find(const struct tw_meet *meet, uint64_t key, uint64_t turn)
{
	size_t at;

	if (!meet->groups || !meet->sum[1])
		return TW_MEET_NONE;
	at = group(meet, key, turn);
	return 64 * at + nearest(meet->meeter + 64 * at, meet->ready[at],
				 key);
}
