/**
 * @file src/base/random.c  Entropy and replayable randomness, behind a port
 *
 * Decides where random bytes come from. Two sources on purpose: secrets from
 * the operating system, simulations from a seed that replays to the last
 * digit. Refuses to mix them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "base.h"
#include <trunkwise/sys/clock.h>

/* getrandom() of this form fails by EINTR only, unless a sandbox forbids it.
 * Then there is no honest way on: predictable tags and nonces would look
 * like working ones. This is the single place that ends the process. */
static void fill_system(void *buf, size_t size, void *arg)
{
	unsigned char *p = buf;

	(void)arg;
	while (size > 0) {
		ssize_t n = getrandom(p, size, 0);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			abort();
		}
		p += n;
		size -= (size_t)n;
	}
}

const tw_random *tw_random_system(void)
{
	static const tw_random random_system = {
		sizeof(tw_random), fill_system, NULL
	};

	return &random_system;
}

static uint64_t rotl(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

/* xoshiro256** (Blackman, Vigna): small, fast, and its stream is the same on
 * every machine, which libc's generators do not promise. */
static uint64_t next_word(uint64_t s[4])
{
	uint64_t result = rotl(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotl(s[3], 45);
	return result;
}

/* Byte order is spelled out, so that big-endian hosts replay alike. */
static void fill_seeded(void *buf, size_t size, void *arg)
{
	tw_random_state *state = arg;
	unsigned char *p = buf;

	while (size > 0) {
		uint64_t word = next_word(state->word);
		size_t n = size < 8 ? size : 8;

		for (size_t i = 0; i < n; i++)
			p[i] = (unsigned char)(word >> (8 * i));
		p += n;
		size -= n;
	}
}

/* splitmix64 spreads a seed such as 1 over the whole state; all-zero state,
 * in which the generator would stick, can not come out of it. */
void tw_random_seed(tw_random *out, tw_random_state *state, uint64_t seed)
{
	for (size_t i = 0; i < TW_ARRAY_COUNT(state->word); i++) {
		uint64_t z = seed += 0x9e3779b97f4a7c15ull;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
		z = (z ^ z >> 27) * 0x94d049bb133111ebull;
		state->word[i] = z ^ z >> 31;
	}
	out->size = sizeof(*out);
	out->fill = fill_seeded;
	out->arg = state;
}
