/**
 * @file test_words.c  Transports, targets and reasons as they are written
 */
#include "fake.h"
#include "registration/words.h"

static void reason(char *out, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tw__reason_text(out, size, fmt, ap);
	va_end(ap);
}

static void test_targets(void **state)
{
	char text[96], small[8];

	(void)state;
	assert_string_equal(tw__via_name(TW_TRANSPORT_UDP), "UDP");
	assert_string_equal(tw__via_name(TW_TRANSPORT_TLS), "TLS");
	tw__target_text(text, sizeof(text), TW_TRANSPORT_TCP, "[::1]", 5060);
	assert_string_equal(text, "tcp:[::1]:5060");
	tw__target_text(text, sizeof(text), TW_TRANSPORT_TLS, "a.test", 0);
	assert_string_equal(text, "tls:a.test");
	tw__target_text(small, sizeof(small), TW_TRANSPORT_UDP, "a.test", 1);
	assert_string_equal(small, "udp:a.t");
}

static void test_reasons(void **state)
{
	char text[16];

	(void)state;
	reason(text, sizeof(text), "%d %s", 200, "a\r\n\x7f" "b");
	assert_string_equal(text, "200 a???b");
	/* a letter of two bytes is not cut in half */
	reason(text, sizeof(text), "%s", "12345678901234\xd0\xb6");
	assert_string_equal(text, "12345678901234");
	/* and bytes that are no letters never come through */
	reason(text, sizeof(text), "%s", "a\xff\xff\xff\xff\xff" "b");
	assert_string_equal(text, "a?????b");
}

static void test_hand_out(void **state)
{
	tw_trunk_status mine = TW_TRUNK_STATUS_INIT, theirs;

	(void)state;
	memset(&theirs, 0x55, sizeof(theirs));
	theirs.size = offsetof(tw_trunk_status, sip_code);
	mine.state = TW_TRUNK_REGISTERED;
	tw__hand_out(&theirs, &mine, sizeof(mine));
	assert_int_equal(theirs.state, TW_TRUNK_REGISTERED);
	assert_int_equal(theirs.size, offsetof(tw_trunk_status, sip_code));
	assert_int_equal(theirs.sip_code, 0x55555555);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_hand_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
