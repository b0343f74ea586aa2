/* Digests against published vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/hash.h"

static void check(uint32_t algorithm, const char *text, const char *want)
{
	char out[2 * TW_HASH_MAX + 1];
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__hash_hex(out, algorithm, text, strlen(text),
				      &err), TW_OK);
	assert_string_equal(out, want);
}

/* RFC 1321 A.5, FIPS 180-4 examples */
static void vectors(void **state)
{
	(void)state;
	check(TW_HASH_MD5, "", "d41d8cd98f00b204e9800998ecf8427e");
	check(TW_HASH_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72");
	check(TW_HASH_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223"
	      "b00361a396177a9cb410ff61f20015ad");
	check(TW_HASH_SHA512_256, "abc", "53048e2681941ef99b2e29b76b4c7dab"
	      "e4c2d0c634fc6d46e0e2f13107e7af23");
}

static void unknown_algorithm(void **state)
{
	char out[2 * TW_HASH_MAX + 1] = "kept";
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw__hash_hex(out, 9, "", 0, &err), TW_EINVAL);
	assert_string_equal(out, "kept");
}

/* RFC 4231 test cases 2 and 6 (key longer than a block), and no key */
static void hmac(void **state)
{
	static const uint8_t want2[] = {
		0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04,
		0x24, 0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08,
		0x9d, 0x27, 0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec,
		0x38, 0x43
	};
	static const uint8_t want6[] = {
		0x60, 0xe4, 0x31, 0x59, 0x1e, 0xe0, 0xb6, 0x7f, 0x0d, 0x8a,
		0x26, 0xaa, 0xcb, 0xf5, 0xb7, 0x7f, 0x8e, 0x0b, 0xc6, 0x21,
		0x37, 0x28, 0xc5, 0x14, 0x05, 0x46, 0x04, 0x0f, 0x0e, 0xe3,
		0x7f, 0x54
	};
	static const char data2[] = "what do ya want for nothing?";
	static const char data6[] = "Test Using Larger Than Block-Size Key - "
		"Hash Key First";
	uint8_t key[131], out[32], empty[32];

	(void)state;
	memset(key, 0xaa, sizeof(key));
	assert_int_equal(tw__hmac_sha256(out, "Jefe", 4, data2,
					 sizeof(data2) - 1, NULL), TW_OK);
	assert_memory_equal(out, want2, 32);
	assert_int_equal(tw__hmac_sha256(out, key, sizeof(key), data6,
					 sizeof(data6) - 1, NULL), TW_OK);
	assert_memory_equal(out, want6, 32);
	assert_int_equal(tw__hmac_sha256(out, NULL, 0, "x", 1, NULL), TW_OK);
	assert_int_equal(tw__hmac_sha256(empty, "", 0, "x", 1, NULL), TW_OK);
	assert_memory_equal(out, empty, 32);
}

/* Stored in databases: must never change. */
static void hash64_is_pinned(void **state)
{
	static const uint8_t abc[4] = { 0xba, 0x78, 0x16, 0xbf };
	uint8_t all[32];

	(void)state;
	tw__sha256(all, "abc", 3);
	assert_memory_equal(all, abc, sizeof(abc));
	assert_int_equal(all[31], 0xad);
	assert_true(tw__hash64("abc", 3) == 0xba7816bf8f01cfeaull);
	assert_true(tw__hash64("", 0) == 0xe3b0c44298fc1c14ull);
	assert_true(tw__hash64(NULL, 0) == 0xe3b0c44298fc1c14ull);
}

/* Its end is put on by hand where it is short: each place of the end. */
static void hash64_is_the_head_of_sha256(void **state)
{
	unsigned char data[320];
	uint8_t all[32];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i * 37 + 11);
	for (size_t size = 0; size <= sizeof(data); size++) {
		uint64_t head = 0;

		tw__sha256(all, data, size);
		for (size_t i = 0; i < 8; i++)
			head = head << 8 | all[i];
		assert_true(tw__hash64(data, size) == head);
	}
}

static void compare_and_wipe(void **state)
{
	char secret[8] = "secret!";
	static const char zeros[8];

	(void)state;
	assert_true(tw__equal_ct("abc", "abc", 3));
	assert_false(tw__equal_ct("abc", "abd", 3));
	assert_true(tw__equal_ct("a", "b", 0));
	tw__wipe(secret, sizeof(secret));
	assert_memory_equal(secret, zeros, 8);
	tw__wipe(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(unknown_algorithm),
		cmocka_unit_test(hmac),
		cmocka_unit_test(hash64_is_pinned),
		cmocka_unit_test(hash64_is_the_head_of_sha256),
		cmocka_unit_test(compare_and_wipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
