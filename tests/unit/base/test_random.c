/* Streams that replay, and entropy that does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/base.h"
#include <trunkwise/sys/clock.h>

/* An own xoshiro256** over splitmix64, from the published definitions, so
 * that a simulation of today replays on the releases to come. */
static uint64_t turn(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

static uint64_t expected(uint64_t s[4])
{
	uint64_t result = turn(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = turn(s[3], 45);
	return result;
}

static void seeds_are_splitmix(void **state)
{
	/* of the reference implementation, seed 1234567 */
	static const uint64_t known[4] = { 6457827717110365317u,
		3203168211198807973u, 9817491932198370423u,
		4593380528125082431u };
	tw_random_state s;
	tw_random random;

	(void)state;
	tw_random_seed(&random, &s, 1234567);
	assert_memory_equal(s.word, known, sizeof(known));
	assert_int_equal(random.size, sizeof(random));
	assert_ptr_equal(random.arg, &s);
}

static void the_stream_is_xoshiro_little_endian(void **state)
{
	tw_random_state s;
	tw_random random;
	uint64_t mine[4];

	(void)state;
	tw_random_seed(&random, &s, 0);
	memcpy(mine, s.word, sizeof(mine));
	for (int i = 0; i < 1000; i++) {
		unsigned char bytes[8];
		uint64_t word = expected(mine);

		random.fill(bytes, sizeof(bytes), random.arg);
		for (int k = 0; k < 8; k++)
			assert_int_equal(bytes[k],
					 (unsigned char)(word >> (8 * k)));
	}
}

/* The first numbers of xoshiro256** from the state 1, 2, 3, 4 are public. */
static void known_first_words(void **state)
{
	static const uint64_t known[] = { 11520u, 0u, 1509978240u,
		1215971899390074240u };
	tw_random_state s;
	tw_random random;
	uint64_t word;

	(void)state;
	tw_random_seed(&random, &s, 9);
	for (uint64_t i = 0; i < 4; i++)
		s.word[i] = i + 1;
	for (size_t i = 0; i < TW_ARRAY_COUNT(known); i++) {
		unsigned char bytes[8];

		random.fill(bytes, 8, random.arg);
		word = 0;
		for (int k = 8; k--; )
			word = word << 8 | bytes[k];
		assert_true(word == known[i]);
	}
}

static void any_length_and_not_a_byte_more(void **state)
{
	unsigned char a[20], b[20];
	tw_random_state s, t;
	tw_random random, other;

	(void)state;
	for (size_t n = 0; n < 18; n++) {
		tw_random_seed(&random, &s, 7);
		tw_random_seed(&other, &t, 7);
		memset(a, 0xee, sizeof(a));
		random.fill(a, n, random.arg);
		other.fill(b, sizeof(b), other.arg);
		assert_memory_equal(a, b, n);
		assert_int_equal(a[n], 0xee);
	}
	/* what is left of a word is thrown away */
	tw_random_seed(&random, &s, 7);
	random.fill(a, 1, random.arg);
	random.fill(a, 8, random.arg);
	assert_memory_equal(a, b + 8, 8);
	tw_random_seed(&other, &t, 8);
	other.fill(b, 8, other.arg);
	assert_memory_not_equal(a, b, 8);
}

static void entropy_differs_and_fits(void **state)
{
	const tw_random *system = tw_random_system();
	unsigned char a[1000], b[1000];

	(void)state;
	assert_int_equal(system->size, sizeof(*system));
	memset(a, 0, sizeof(a));
	memset(b, 0, sizeof(b));
	system->fill(a, 0, system->arg);
	assert_int_equal(a[0], 0);
	system->fill(a, 999, system->arg);
	system->fill(b, 999, system->arg);
	assert_memory_not_equal(a, b, 999);
	/* to its end: sixteen zero bytes come once in 2^128 */
	assert_memory_not_equal(a + 983, (unsigned char[16]){ 0 }, 16);
	assert_int_equal(a[999], 0);
	assert_ptr_equal(system, tw_random_system());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seeds_are_splitmix),
		cmocka_unit_test(the_stream_is_xoshiro_little_endian),
		cmocka_unit_test(known_first_words),
		cmocka_unit_test(any_length_and_not_a_byte_more),
		cmocka_unit_test(entropy_differs_and_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
