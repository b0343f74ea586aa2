/* What is sealed opens with its key, its binding, unchanged, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/seal.h"

static const char secret[] = "correct horse battery staple";
static const uint8_t key[TW_SEAL_KEY] = { 1, 2, 3 };

static struct tw_str text(const char *s)
{
	return tw__str_of(s);
}

static void opens_again(void **state)
{
	uint8_t sealed[sizeof(secret) + TW_SEAL_EXTRA];
	uint8_t out[sizeof(secret)];
	struct tw_str plain = tw__str(secret, sizeof(secret));

	(void)state;
	assert_int_equal(tw__seal(sealed, key, text("trunk 7"), plain, NULL),
			 TW_OK);
	/* nothing of it can be read */
	for (size_t i = 0; i + 6 < sizeof(sealed); i++)
		assert_memory_not_equal(sealed + i, "horse", 5);
	assert_int_equal(tw__unseal(out, key, text("trunk 7"),
		tw__str((char *)sealed, sizeof(sealed)), NULL), TW_OK);
	assert_memory_equal(out, secret, sizeof(secret));
}

/* The nonce is new each time, so that equal passwords do not look equal. */
static void never_the_same(void **state)
{
	uint8_t first[4 + TW_SEAL_EXTRA], second[4 + TW_SEAL_EXTRA];

	(void)state;
	assert_int_equal(tw__seal(first, key, text(""), text("same"), NULL),
			 TW_OK);
	assert_int_equal(tw__seal(second, key, text(""), text("same"), NULL),
			 TW_OK);
	assert_memory_not_equal(first + 1, second + 1, 12);
	assert_memory_not_equal(first + 13, second + 13, 4);
}

static void refused(const uint8_t *with, const char *bound,
		    const uint8_t *sealed, size_t size)
{
	static const uint8_t nothing[64];
	uint8_t out[64];
	tw_error err = TW_ERROR_INIT;

	memset(out, 0xaa, sizeof(out));
	assert_int_equal(tw__unseal(out, with, text(bound),
		tw__str((const char *)sealed, size), &err), TW_ECONFLICT);
	assert_memory_equal(out, nothing, size - TW_SEAL_EXTRA);
}

static void every_bit_counts(void **state)
{
	uint8_t sealed[8 + TW_SEAL_EXTRA], other[TW_SEAL_KEY] = { 1, 2, 4 };
	uint8_t out[8];

	(void)state;
	assert_int_equal(tw__seal(sealed, key, text("a"), text("password"),
				  NULL), TW_OK);
	refused(other, "a", sealed, sizeof(sealed));
	refused(key, "b", sealed, sizeof(sealed));
	refused(key, "", sealed, sizeof(sealed));
	for (size_t bit = 8; bit < 8 * sizeof(sealed); bit++) {
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		refused(key, "a", sealed, sizeof(sealed));
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t size = TW_SEAL_EXTRA; size < sizeof(sealed); size++)
		refused(key, "a", sealed, size);
	assert_int_equal(tw__unseal(out, key, text("a"),
		tw__str((char *)sealed, TW_SEAL_EXTRA - 1), NULL),
		TW_ECONFLICT);
	sealed[0] = 2;
	assert_int_equal(tw__unseal(out, key, text("a"),
		tw__str((char *)sealed, sizeof(sealed)), NULL), TW_EVERSION);
}

static void nothing_can_be_sealed(void **state)
{
	uint8_t sealed[TW_SEAL_EXTRA], out[1] = { 7 };

	(void)state;
	assert_int_equal(tw__seal(sealed, key, text("a"), text(""), NULL),
			 TW_OK);
	assert_int_equal(tw__unseal(out, key, text("a"),
		tw__str((char *)sealed, sizeof(sealed)), NULL), TW_OK);
	assert_int_equal(out[0], 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_again),
		cmocka_unit_test(never_the_same),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(nothing_can_be_sealed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
