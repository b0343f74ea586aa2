/* CRC-32C against published vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/crc.h"

/* RFC 3720 B.4, and the check value of the CRC catalogues */
static void vectors(void **state)
{
	unsigned char bytes[32];

	(void)state;
	assert_int_equal(tw__crc32c(0, "123456789", 9), 0xe3069283);
	assert_int_equal(tw__crc32c(0, "", 0), 0);
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(tw__crc32c(0, bytes, 32), 0x8a9136aa);
	memset(bytes, 0xff, sizeof(bytes));
	assert_int_equal(tw__crc32c(0, bytes, 32), 0x62a8ab43);
	for (int i = 0; i < 32; i++)
		bytes[i] = (unsigned char)i;
	assert_int_equal(tw__crc32c(0, bytes, 32), 0x46dd794e);
}

static void in_parts(void **state)
{
	(void)state;
	for (size_t cut = 0; cut <= 9; cut++) {
		uint32_t crc = tw__crc32c(0, "123456789", cut);

		crc = tw__crc32c(crc, &"123456789"[cut], 9 - cut);
		assert_int_equal(crc, 0xe3069283);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(in_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
