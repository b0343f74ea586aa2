/**
 * @file test_stun.c  Which answer to a binding request is believed
 */
#include "fake.h"
#include <trunkwise/sys/stun.h>

static const unsigned char id[12] = { 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
	0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae };

/* RFC 5769 section 2.2, without its last two attributes: 192.0.2.1:32853 */
static const unsigned char v4[] = { 0x01, 0x01, 0x00, 0x1c,
	0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6,
	0x86, 0xfa, 0x87, 0xdf, 0xae,
	0x80, 0x22, 0x00, 0x0b, 't', 'e', 's', 't', ' ', 'v', 'e', 'c', 't',
	'o', 'r', 0x20,
	0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6,
	0x43 };
/* section 2.3: 2001:db8:1234:5678:11:2233:4455:6677 port 32853 */
static const unsigned char v6[] = { 0x01, 0x01, 0x00, 0x18,
	0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6,
	0x86, 0xfa, 0x87, 0xdf, 0xae,
	0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9,
	0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2,
	0xb9, 0xd9 };

static tw_status read_it(tw_stun_answer *out, const void *data, size_t size)
{
	static const tw_stun_answer fresh = TW_STUN_ANSWER_INIT;

	*out = fresh;
	return tw_stun_read(out, id, data, size, NULL);
}

static void test_request(void **state)
{
	unsigned char out[TW_STUN_REQUEST_SIZE];
	static const unsigned char head[8] = { 0, 1, 0, 0, 0x21, 0x12, 0xa4,
		0x42 };

	(void)state;
	tw_stun_request(out, id);
	assert_memory_equal(out, head, 8);
	assert_memory_equal(out + 8, id, 12);
}

static void test_vectors(void **state)
{
	tw_stun_answer a;

	(void)state;
	assert_int_equal(read_it(&a, v4, sizeof(v4)), TW_OK);
	assert_int_equal(a.kind, TW_STUN_MAPPED);
	assert_string_equal(a.host, "192.0.2.1");
	assert_int_equal(a.port, 32853);
	assert_int_equal(read_it(&a, v6, sizeof(v6)), TW_OK);
	assert_string_equal(a.host, "2001:db8:1234:5678:11:2233:4455:6677");
	assert_int_equal(a.port, 32853);
}

/* The one of a NAT's witness counts, whichever stands first. */
static void test_two_addresses(void **state)
{
	unsigned char both[20 + 24];
	static const unsigned char plain[12] = { 0, 1, 0, 8, 0, 1, 0x13, 0xc4,
		10, 0, 0, 1 };
	tw_stun_answer a;

	(void)state;
	memcpy(both, v4, 20);
	both[3] = 24;
	memcpy(both + 20, plain, 12);
	memcpy(both + 32, v4 + 36, 12);
	assert_int_equal(read_it(&a, both, sizeof(both)), TW_OK);
	assert_string_equal(a.host, "192.0.2.1");
	memcpy(both + 20, v4 + 36, 12);
	memcpy(both + 32, plain, 12);
	assert_int_equal(read_it(&a, both, sizeof(both)), TW_OK);
	assert_string_equal(a.host, "192.0.2.1");
	both[3] = 12;
	memcpy(both + 20, plain, 12);
	assert_int_equal(read_it(&a, both, 32), TW_OK);
	assert_string_equal(a.host, "10.0.0.1");
	assert_int_equal(a.port, 5060);
}

static void test_error(void **state)
{
	unsigned char text[28];
	static const unsigned char code[8] = { 0, 9, 0, 4, 0, 0, 4, 20 };
	tw_stun_answer a;

	(void)state;
	memcpy(text, v4, 20);
	text[1] = 0x11;
	text[3] = 8;
	memcpy(text + 20, code, 8);
	assert_int_equal(read_it(&a, text, sizeof(text)), TW_OK);
	assert_int_equal(a.kind, TW_STUN_ERROR);
	assert_int_equal(a.code, 420);
	text[26] = 2;                  /* 220 is no error */
	assert_int_equal(read_it(&a, text, sizeof(text)), TW_EPARSE);
	text[26] = 4;
	text[27] = 100;
	assert_int_equal(read_it(&a, text, sizeof(text)), TW_EPARSE);
	text[3] = 0;                   /* neither this nor that */
	assert_int_equal(read_it(&a, text, 20), TW_EPARSE);
}

/* RFC 5769 section 2.2 has one over an integrity; made here over ours. */
static void test_fingerprint(void **state)
{
	unsigned char text[sizeof(v4) + 8];
	static const unsigned char right[8] = { 0x80, 0x28, 0, 4 };
	uint32_t crc = 0xffffffffu;
	tw_stun_answer a;

	(void)state;
	memcpy(text, v4, sizeof(v4));
	text[3] += 8;
	memcpy(text + sizeof(v4), right, 8);
	for (size_t i = 0; i < sizeof(v4); i++) {
		crc ^= text[i];
		for (int n = 0; n < 8; n++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
	}
	crc = ~crc ^ 0x5354554eu;
	for (int n = 0; n < 4; n++)
		text[sizeof(v4) + 4 + n] = (unsigned char)(crc >>
			(24 - 8 * n));
	assert_int_equal(read_it(&a, text, sizeof(text)), TW_OK);
	text[sizeof(text) - 1] ^= 1;
	assert_int_equal(read_it(&a, text, sizeof(text)), TW_EPARSE);
	text[sizeof(text) - 1] ^= 1;
	text[30] ^= 1;
	assert_int_equal(read_it(&a, text, sizeof(text)), TW_EPARSE);
}

/* No byte may be another, but those of texts and padding; no length too. */
static void test_hostile(void **state)
{
	unsigned char text[sizeof(v4)], big[2048] = { 0 };
	tw_stun_answer a;

	(void)state;
	for (size_t i = 0; i < sizeof(v4); i++)
		assert_int_not_equal(read_it(&a, v4, i), TW_OK);
	for (size_t i = 0; i < 20; i++) {
		memcpy(text, v4, sizeof(v4));
		text[i] ^= 0x80;
		assert_int_not_equal(read_it(&a, text, sizeof(text)), TW_OK);
	}
	memcpy(text, v4, sizeof(v4));
	text[20] = 0;                  /* an attribute that must be known */
	assert_int_equal(read_it(&a, text, sizeof(text)), TW_EPARSE);
	memcpy(text, v4, sizeof(v4));
	text[41] = 3;                  /* a family that nobody knows */
	assert_int_equal(read_it(&a, text, sizeof(text)), TW_EPARSE);
	memcpy(text, v4, sizeof(v4));
	text[42] = 0x21;               /* port 0 */
	text[43] = 0x12;
	assert_int_equal(read_it(&a, text, sizeof(text)), TW_EPARSE);
	for (unsigned n = 0; n < 65536; n += 7) {
		memcpy(text, v4, sizeof(v4));
		text[22] = (unsigned char)(n >> 8);
		text[23] = (unsigned char)n;
		(void)read_it(&a, text, sizeof(text));
	}
	memcpy(big, v4, 20);
	big[2] = (unsigned char)((sizeof(big) - 20) >> 8);
	big[3] = (unsigned char)(sizeof(big) - 20);
	assert_int_equal(read_it(&a, big, sizeof(big)), TW_EPARSE);
	assert_int_equal(tw_stun_read(NULL, id, v4, sizeof(v4), NULL),
		TW_EINVAL);
	assert_int_equal(tw_stun_read(&a, id, NULL, 1, NULL), TW_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_two_addresses),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_fingerprint),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
