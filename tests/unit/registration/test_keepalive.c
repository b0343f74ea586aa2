/**
 * @file test_keepalive.c  Broken flows are found, and silence is not believed
 * too much
 */
#include "fake.h"
#include <trunkwise/sys/stun.h>

#define HOST "192.0.2.10"

struct flow {
	tw_keepalive *k;
	tw_random random;
	tw_random_state seed;
	int64_t now;
	unsigned sends, lost, deaf;
	unsigned char request[TW_STUN_REQUEST_SIZE];
	char reason[160];
};

static void drain(struct flow *f)
{
	tw_keepalive_action action = TW_KEEPALIVE_ACTION_INIT;

	while (!tw_keepalive_next(&action, f->k, NULL)) {
		if (action.kind == TW_KEEPALIVE_SEND) {
			assert_int_equal(action.data_size,
				TW_STUN_REQUEST_SIZE);
			memcpy(f->request, action.data, action.data_size);
			f->sends++;
			continue;
		}
		f->lost += action.kind == TW_KEEPALIVE_LOST;
		f->deaf += action.kind == TW_KEEPALIVE_DEAF;
		memcpy(f->reason, action.reason, sizeof(f->reason));
	}
}

static void pass(struct flow *f, int64_t us)
{
	int64_t until = f->now + us;

	while (tw_keepalive_deadline(f->k) <= until) {
		f->now = tw_keepalive_deadline(f->k);
		assert_int_equal(tw_keepalive_tick(f->k, f->now, NULL),
			TW_OK);
		assert_true(tw_keepalive_deadline(f->k) > f->now);
		drain(f);
	}
	f->now = until;
}

/* Until the next request has gone out. */
static void ask(struct flow *f)
{
	unsigned sends = f->sends;

	while (f->sends == sends)
		pass(f, SECONDS(1) / 10);
}

static tw_status answer_from(struct flow *f, const char *host, uint32_t port,
			     unsigned char last)
{
	unsigned char text[32] = { 0x01, 0x01, 0, 12 };
	static const unsigned char address[12] = { 0, 0x20, 0, 8, 0, 1, 0xa1,
		0x47, 0xe1, 0x12, 0xa6, 0x43 };
	tw_status status;

	memcpy(text + 4, f->request + 4, 16);
	memcpy(text + 20, address, 12);
	text[31] ^= last;
	status = tw_keepalive_receive(f->k, host, port, text, sizeof(text),
		f->now, NULL);
	drain(f);
	return status;
}

static void open_flow(struct flow *f)
{
	memset(f, 0, sizeof(*f));
	f->now = SECONDS(100);
	tw_random_seed(&f->random, &f->seed, 7);
	assert_int_equal(tw_keepalive_new(&f->k, HOST, 5060, 30, &f->random,
		f->now, NULL), TW_OK);
}

static void test_alive(void **state)
{
	struct flow f;

	(void)state;
	open_flow(&f);
	pass(&f, SECONDS(23));
	assert_int_equal(f.sends, 0);
	pass(&f, SECONDS(8));
	assert_true(f.sends >= 1);
	for (int i = 0; i < 100; i++) {
		unsigned sends;

		assert_int_equal(answer_from(&f, HOST, 5060, 0), TW_OK);
		/* a copy is no news */
		assert_int_equal(answer_from(&f, HOST, 5060, 0),
			TW_ENOTFOUND);
		sends = f.sends;
		pass(&f, SECONDS(23));
		assert_int_equal(f.sends, sends);
		ask(&f);
	}
	assert_int_equal(f.lost + f.deaf, 0);
	tw_keepalive_free(f.k);
}

static void test_silent_after_an_answer(void **state)
{
	struct flow f;

	(void)state;
	open_flow(&f);
	ask(&f);
	assert_int_equal(answer_from(&f, HOST, 5060, 0), TW_OK);
	ask(&f);
	f.sends = 1;
	pass(&f, SECONDS(15));
	assert_int_equal(f.sends, 5);
	assert_int_equal(f.lost, 0);
	pass(&f, SECONDS(1));
	assert_int_equal(f.lost, 1);
	assert_string_equal(f.reason, "STUN: no answer any more");
	assert_int_equal(f.sends, 5);
	tw_keepalive_free(f.k);
}

/* Many serve no STUN: said once, and the NAT is kept awake by one each. */
static void test_never_an_answer(void **state)
{
	struct flow f;

	(void)state;
	open_flow(&f);
	pass(&f, SECONDS(60));
	assert_int_equal(f.deaf, 1);
	f.sends = 0;
	pass(&f, SECONDS(600));
	assert_in_range(f.sends, 20, 25);
	assert_int_equal(f.deaf, 1);
	assert_int_equal(f.lost, 0);
	/* it learned to speak */
	ask(&f);
	assert_int_equal(answer_from(&f, HOST, 5060, 0), TW_OK);
	ask(&f);
	pass(&f, SECONDS(16));
	assert_int_equal(f.lost, 1);
	tw_keepalive_free(f.k);
}

static void test_seen_elsewhere(void **state)
{
	struct flow f;

	(void)state;
	open_flow(&f);
	ask(&f);
	assert_int_equal(answer_from(&f, HOST, 5060, 0), TW_OK);
	ask(&f);
	assert_int_equal(answer_from(&f, HOST, 5060, 1), TW_OK);
	assert_int_equal(f.lost, 1);
	assert_string_equal(f.reason, "STUN: we are seen at 192.0.2.0 port "
		"32853, not at 192.0.2.1 port 32853 any more");
	ask(&f);
	assert_int_equal(answer_from(&f, HOST, 5060, 1), TW_OK);
	assert_int_equal(f.lost, 1);
	tw_keepalive_free(f.k);
}

static void test_strangers(void **state)
{
	struct flow f;

	(void)state;
	open_flow(&f);
	/* nothing was asked: an id of zeros is none of ours */
	assert_int_equal(answer_from(&f, HOST, 5060, 0), TW_ENOTFOUND);
	ask(&f);
	assert_int_equal(answer_from(&f, HOST, 5061, 1), TW_EPARSE);
	assert_int_equal(answer_from(&f, "192.0.2.66", 5060, 1), TW_EPARSE);
	f.request[10] ^= 1;
	assert_int_equal(answer_from(&f, HOST, 5060, 1), TW_ENOTFOUND);
	f.request[10] ^= 1;
	/* the true one still counts */
	assert_int_equal(answer_from(&f, HOST, 5060, 0), TW_OK);
	assert_int_equal(f.lost, 0);
	tw_keepalive_free(f.k);
}

static void test_misuse(void **state)
{
	tw_keepalive_action action = TW_KEEPALIVE_ACTION_INIT;
	tw_keepalive *k = NULL;

	(void)state;
	assert_int_equal(tw_keepalive_new(&k, "carrier.test", 5060, 30, NULL,
		0, NULL), TW_EINVAL);
	assert_int_equal(tw_keepalive_new(&k, HOST, 0, 30, NULL, 0, NULL),
		TW_EINVAL);
	assert_int_equal(tw_keepalive_new(&k, HOST, 5060, 0, NULL, 0, NULL),
		TW_EINVAL);
	assert_int_equal(tw_keepalive_new(&k, HOST, 5060, 3601, NULL, 0,
		NULL), TW_EINVAL);
	assert_int_equal(tw_keepalive_tick(NULL, 0, NULL), TW_EINVAL);
	assert_int_equal(tw_keepalive_next(&action, NULL, NULL), TW_EINVAL);
	assert_int_equal(tw_keepalive_receive(NULL, HOST, 1, "", 0, 0, NULL),
		TW_EINVAL);
	assert_true(tw_keepalive_deadline(NULL) == INT64_MAX);
	tw_keepalive_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alive),
		cmocka_unit_test(test_silent_after_an_answer),
		cmocka_unit_test(test_never_an_answer),
		cmocka_unit_test(test_seen_elsewhere),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_misuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
