/**
 * @file test_meter.c  What is counted, and in which bucket
 */
#include "fake.h"
#include "registration/meter.h"

static uint64_t answers(const tw_meter *meter, const char *name)
{
	char buf[8];

	for (size_t i = 0; i < TW_METER_ANSWERS; i++)
		if (!strcmp(tw__meter_answer_name(buf, i), name))
			return meter->answers[i];
	fail_msg("no series %s", name);
	return 0;
}

static void test_codes(void **state)
{
	static const struct { int32_t code; const char *name; } rows[] = {
		{ 200, "200" }, { 401, "401" }, { 603, "603" }, { 0,
		"timeout" }, { 299, "2xx" }, { 399, "3xx" }, { 499, "4xx" },
		{ 599, "5xx" }, { 699, "6xx" } };
	char buf[8], other[8];
	tw_meter *meter;

	(void)state;
	assert_int_equal(tw_meter_new(&meter, "a", NULL), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		tw__meter_answer(meter, rows[i].code, 1);
		assert_int_equal(answers(meter, rows[i].name), 1);
	}
	for (int32_t code = 200; code < 700; code++)
		tw__meter_answer(meter, code, 1);
	assert_int_equal(meter->answer_time.count, 8 + 500);
	for (size_t i = 0; i < TW_METER_ANSWERS; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(
				tw__meter_answer_name(buf, i),
				tw__meter_answer_name(other, k));
	tw_meter_free(meter);
}

static void test_buckets(void **state)
{
	static const int64_t edges[] = TW_METER_EDGES;
	tw_meter *meter;

	(void)state;
	assert_int_equal(TW_ARRAY_COUNT(edges) + 1, TW_METER_BUCKETS);
	assert_int_equal(tw_meter_new(&meter, "a", NULL), TW_OK);
	tw__meter_answer(meter, 200, -5);       /* a clock gone back */
	tw__meter_answer(meter, 200, 0);
	for (size_t i = 0; i < TW_ARRAY_COUNT(edges); i++) {
		assert_true(!i || edges[i] > edges[i - 1]);
		tw__meter_answer(meter, 200, edges[i]);      /* le */
		tw__meter_answer(meter, 200, edges[i] + 1);
	}
	assert_int_equal(meter->answer_time.bucket[0], 3);
	for (size_t i = 1; i + 1 < TW_METER_BUCKETS; i++)
		assert_int_equal(meter->answer_time.bucket[i], 2);
	assert_int_equal(meter->answer_time.bucket[TW_METER_BUCKETS - 1], 1);
	assert_int_equal(meter->answer_time.count, 2 +
		2 * TW_ARRAY_COUNT(edges));
	tw_meter_free(meter);
}

static void test_arguments(void **state)
{
	tw_error err = TW_ERROR_INIT;
	tw_meter *meter = NULL;
	char text[200];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[128] = '\0';
	assert_int_equal(tw_meter_new(&meter, text, &err), TW_EINVAL);
	assert_string_equal(err.field, "registrar");
	assert_int_equal(tw_meter_new(&meter, "", NULL), TW_EINVAL);
	assert_int_equal(tw_meter_new(&meter, NULL, NULL), TW_EINVAL);
	assert_int_equal(tw_meter_new(&meter, "\xff", NULL), TW_EINVAL);
	assert_int_equal(tw_meter_new(NULL, "a", NULL), TW_EINVAL);
	assert_null(meter);
	text[127] = '\0';
	assert_int_equal(tw_meter_new(&meter, text, NULL), TW_OK);
	assert_string_equal(tw_meter_registrar(meter), text);
	assert_null(tw_meter_registrar(NULL));
	tw_meter_free(meter);
	tw_meter_free(NULL);
	assert_int_equal(tw_registration_set_meter(NULL, NULL, NULL),
		TW_EINVAL);
	/* nobody counts: no harm */
	tw__meter_request(NULL);
	tw__meter_retransmit(NULL);
	tw__meter_answer(NULL, 200, 1);
	tw__meter_attempt(NULL, TW_METER_FATAL, 1);
}

static tw_meter *metered(struct fake *f)
{
	tw_meter *meter;

	fake_open(f);
	assert_int_equal(tw_meter_new(&meter, "r", NULL), TW_OK);
	assert_int_equal(tw_registration_set_meter(f->reg, meter, NULL),
		TW_OK);
	return meter;
}

static void test_registration(void **state)
{
	struct fake f;
	tw_meter *meter = metered(&f);

	(void)state;
	fake_start(&f);
	f.now += 20000;
	fake_answer(&f, "401 Unauthorized", fake_401);
	fake_run(&f, f.now + 600000);           /* one retransmission */
	fake_answer(&f, "200 OK", fake_contact(&f, "300"));
	assert_int_equal(meter->requests, 2);
	assert_int_equal(meter->retransmits, 1);
	assert_int_equal(answers(meter, "401"), 1);
	assert_int_equal(answers(meter, "200"), 1);
	assert_int_equal(meter->attempts[TW_METER_REGISTERED], 1);
	/* from the first copy, and of both rounds */
	assert_int_equal(meter->answer_time.sum_us, 20000 + 600000);
	assert_int_equal(meter->register_time.sum_us, 620000);
	assert_int_equal(meter->register_time.count, 1);
	fake_stop(&f);
	fake_answer(&f, "200 OK", "");
	assert_int_equal(meter->attempts[TW_METER_UNREGISTERED], 1);
	assert_int_equal(meter->register_time.count, 1);
	fake_close(&f);
	tw_meter_free(meter);
}

static void test_failures(void **state)
{
	struct fake f;
	tw_meter *meter = metered(&f);

	(void)state;
	fake_start(&f);
	fake_answer(&f, "500 Oops", "");
	assert_int_equal(meter->attempts[TW_METER_TEMPORARY], 1);
	fake_run(&f, f.now + SECONDS(31));
	fake_answer(&f, "403 Forbidden", "");
	assert_int_equal(meter->attempts[TW_METER_REFUSED], 1);
	fake_run(&f, f.now + SECONDS(200));     /* silence */
	assert_int_equal(answers(meter, "timeout"),
		meter->attempts[TW_METER_TEMPORARY] - 1);
	assert_true(answers(meter, "timeout") > 0);
	assert_int_equal(meter->answer_time.count, 2);
	assert_int_equal(meter->register_time.count, 0);
	fake_close(&f);
	fake_open(&f);
	assert_int_equal(tw_registration_set_meter(f.reg, meter, NULL),
		TW_OK);
	fake_start(&f);
	fake_answer(&f, "505 Version", "");
	assert_int_equal(meter->attempts[TW_METER_FATAL], 1);
	/* not counted any more */
	assert_int_equal(tw_registration_set_meter(f.reg, NULL, NULL),
		TW_OK);
	fake_start(&f);
	fake_answer(&f, "505 Version", "");
	assert_int_equal(meter->attempts[TW_METER_FATAL], 1);
	fake_close(&f);
	tw_meter_free(meter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_registration),
		cmocka_unit_test(test_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
