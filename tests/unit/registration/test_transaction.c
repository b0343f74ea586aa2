/**
 * @file test_transaction.c  Timers E and F, and whose answer it is
 */
#include "fake.h"
#include "registration/transaction.h"

#define MS(n) ((int64_t)(n) * 1000)

static struct tw_transaction started(bool reliable)
{
	struct tw_transaction tr;

	memset(&tr, 0, sizeof(tr));
	memcpy(tr.branch, "z9hG4bKx", 9);
	tr.method = "REGISTER";
	tr.cseq = 5;
	tw__transaction_start(&tr, reliable, 0);
	return tr;
}

static enum tw_transaction_event answer(struct tw_transaction *tr,
	const char *code, const char *branch, const char *cseq, int64_t now)
{
	enum tw_transaction_event event;
	struct tw_message msg;
	char text[512];

	(void)snprintf(text, sizeof(text), "SIP/2.0 %s x\r\n"
		"v: SIP/2.0/UDP a;branch=%s\r\nf: <a:b>\r\nt: <a:b>\r\n"
		"i: c\r\nCSeq: %s\r\n\r\n", code, branch, cseq);
	assert_int_equal(tw__message_parse(&msg, text, strlen(text), NULL),
		TW_OK);
	event = tw__transaction_receive(tr, &msg, now);
	tw__message_free(&msg);
	return event;
}

/* RFC 3261 17.1.2.2: 500 ms, 1 s, 2 s, 4 s, 4 s, ... until 32 s. */
static void test_unreliable(void **state)
{
	static const int64_t at[] = { 500, 1500, 3500, 7500, 11500, 15500,
		19500, 23500, 27500, 31500 };
	struct tw_transaction tr = started(false);

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(at); i++) {
		assert_true(tw__transaction_deadline(&tr) == MS(at[i]));
		assert_int_equal(tw__transaction_tick(&tr, MS(at[i]) - 1),
			TW_TRANSACTION_NOTHING);
		assert_int_equal(tw__transaction_tick(&tr, MS(at[i])),
			TW_TRANSACTION_RETRANSMIT);
	}
	assert_true(tw__transaction_deadline(&tr) == MS(32000));
	assert_int_equal(tw__transaction_tick(&tr, MS(32000)),
		TW_TRANSACTION_TIMEOUT);
	assert_int_equal(tw__transaction_tick(&tr, MS(99999)),
		TW_TRANSACTION_NOTHING);
	assert_true(tw__transaction_deadline(&tr) == INT64_MAX);
}

static void test_reliable(void **state)
{
	struct tw_transaction tr = started(true);

	(void)state;
	assert_true(tw__transaction_deadline(&tr) == MS(32000));
	assert_int_equal(answer(&tr, "100", "z9hG4bKx", "5 REGISTER", 1),
		TW_TRANSACTION_PROVISIONAL);
	assert_true(tw__transaction_deadline(&tr) == MS(32000));
	assert_int_equal(tw__transaction_tick(&tr, MS(32000)),
		TW_TRANSACTION_TIMEOUT);
}

static void test_proceeding(void **state)
{
	struct tw_transaction tr = started(false);

	(void)state;
	assert_int_equal(answer(&tr, "100", "z9hG4bKx", "5 REGISTER",
		MS(100)), TW_TRANSACTION_PROVISIONAL);
	assert_true(tw__transaction_deadline(&tr) == MS(4100));
	/* a second one does not push the timer further */
	assert_int_equal(answer(&tr, "180", "z9hG4bKx", "5 REGISTER",
		MS(4000)), TW_TRANSACTION_PROVISIONAL);
	assert_int_equal(tw__transaction_tick(&tr, MS(4100)),
		TW_TRANSACTION_RETRANSMIT);
	assert_true(tw__transaction_deadline(&tr) == MS(8100));
}

static void test_matching(void **state)
{
	struct tw_transaction tr = started(false);

	(void)state;
	assert_int_equal(answer(&tr, "200", "z9hG4bKy", "5 REGISTER", 1),
		TW_TRANSACTION_NOTHING);
	assert_int_equal(answer(&tr, "200", "z9hG4bKx", "6 REGISTER", 1),
		TW_TRANSACTION_NOTHING);
	assert_int_equal(answer(&tr, "200", "z9hG4bKx", "5 INVITE", 1),
		TW_TRANSACTION_NOTHING);
	assert_int_equal(answer(&tr, "200", "", "5 REGISTER", 1),
		TW_TRANSACTION_NOTHING);
	assert_int_equal(answer(&tr, "200", "z9hg4bkX", "5 REGISTER", 1),
		TW_TRANSACTION_FINAL);
	assert_int_equal(answer(&tr, "200", "z9hG4bKx", "5 REGISTER", 1),
		TW_TRANSACTION_NOTHING);
	assert_true(tw__transaction_deadline(&tr) == INT64_MAX);
}

static void test_late_tick(void **state)
{
	struct tw_transaction tr = started(false);

	(void)state;
	assert_int_equal(tw__transaction_tick(&tr, MS(20000)),
		TW_TRANSACTION_RETRANSMIT);
	assert_int_equal(tw__transaction_tick(&tr, MS(20000)),
		TW_TRANSACTION_NOTHING);
	assert_int_equal(tw__transaction_tick(&tr, MS(900000)),
		TW_TRANSACTION_TIMEOUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unreliable),
		cmocka_unit_test(test_reliable),
		cmocka_unit_test(test_proceeding),
		cmocka_unit_test(test_matching),
		cmocka_unit_test(test_late_tick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
