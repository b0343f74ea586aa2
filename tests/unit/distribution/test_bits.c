/* The set of places against an array of flags. */
#include "host.h"

#define PLACES 10000

static uint32_t draw(uint64_t *random, uint32_t below)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((*random >> 33) % below);
}

static size_t next(const uint8_t *is_set, size_t places, size_t from)
{
	while (from < places && !is_set[from])
		++from;
	return from < places ? from : TW_BITS_NONE;
}

static void check(const struct tw_bits *bits, const uint8_t *is_set,
		  size_t places)
{
	size_t at = 0, found;

	while ((found = tw__bits_next(bits, at)) != TW_BITS_NONE) {
		assert_int_equal(found, next(is_set, places, at));
		at = found + 1;
	}
	assert_int_equal(next(is_set, places, at), TW_BITS_NONE);
}

static void same_as_flags(void **state)
{
	static uint8_t is_set[PLACES];
	struct tw_bits bits = { 0 };
	uint64_t random = 1;
	size_t places = 0, at;
	int i;

	(void)state;
	memset(is_set, 0, sizeof(is_set));
	assert_int_equal(tw__bits_next(&bits, 0), TW_BITS_NONE);
	assert_false(tw__bits_any(&bits));
	for (i = 0; i < 200000; ++i) {
		if (places < PLACES && !draw(&random, 10)) {
			at = draw(&random, 4) ? places :
				draw(&random, (uint32_t)places + 1);
			assert_int_equal(tw__bits_reserve(&bits, places + 1),
					 TW_OK);
			tw__bits_insert(&bits, at, places);
			memmove(&is_set[at + 1], &is_set[at], places - at);
			is_set[at] = 0;
			++places;
		}
		if (!places)
			continue;
		at = draw(&random, (uint32_t)places);
		/* mostly empty: whole words and blocks of them are zero */
		if (draw(&random, 20)) {
			tw__bits_clear(&bits, at);
			is_set[at] = 0;
		} else {
			tw__bits_set(&bits, at);
			is_set[at] = 1;
		}
		assert_int_equal(tw__bits_any(&bits),
				 tw__bits_next(&bits, 0) != TW_BITS_NONE);
		at = draw(&random, (uint32_t)places);
		assert_int_equal(tw__bits_next(&bits, at),
				 next(is_set, places, at));
		if (i % 1000 == 0)
			check(&bits, is_set, places);
	}
	assert_int_equal(places, PLACES);
	check(&bits, is_set, places);
	assert_int_equal(tw__bits_next(&bits, PLACES), TW_BITS_NONE);
	assert_int_equal(tw__bits_next(&bits, SIZE_MAX - 64), TW_BITS_NONE);
	tw__bits_free(&bits);
}

static void a_million_places_have_four_levels(void **state)
{
	struct tw_bits bits = { 0 };

	(void)state;
	assert_int_equal(tw__bits_reserve(&bits, 1000000), TW_OK);
	assert_int_equal(bits.levels, 4);
	tw__bits_set(&bits, 999999);
	tw__bits_set(&bits, 262143);
	assert_int_equal(tw__bits_next(&bits, 0), 262143);
	assert_int_equal(tw__bits_next(&bits, 262144), 999999);
	tw__bits_clear(&bits, 262143);
	assert_int_equal(tw__bits_next(&bits, 0), 999999);
	tw__bits_clear(&bits, 999999);
	assert_int_equal(tw__bits_next(&bits, 0), TW_BITS_NONE);
	assert_int_equal(tw__bits_reserve(&bits, 20000000), TW_ENOMEM);
	tw__bits_free(&bits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_flags),
		cmocka_unit_test(a_million_places_have_four_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
