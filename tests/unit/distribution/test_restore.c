/*
 * Snapshots: what is restored decides the same from then on, into whatever
 * order the engine was configured; bytes that are not good change nothing.
 */
#include "twin.h"

/* Of the same order: the same bytes. */
static void check_again(uint64_t seed, const uint8_t *bytes, size_t size)
{
	tw_engine *engine = twin_build(seed, false);
	uint8_t *again;
	size_t size_again;

	twin_restore(engine, bytes, size);
	again = twin_snapshot(engine, &size_again);
	assert_int_equal(size_again, size);
	assert_memory_equal(again, bytes, size);
	tw_free(again);
	tw_engine_free(engine);
}

static void random_histories(void **state)
{
	const char *is_long = getenv("TW_TEST_LONG");
	uint64_t seeds = is_long ? 400 : 25, seed;
	static struct twin t;
	uint8_t *bytes;
	size_t size;
	int i, round;

	(void)state;
	for (seed = 1; seed <= seeds; ++seed) {
		twin_open(&t, seed);
		for (round = 0; round < 4; ++round) {
			for (i = 0; i < 300; ++i)
				twin_step(&t);
			bytes = twin_snapshot(t.e[0], &size);
			check_again(seed, bytes, size);
			tw_engine_free(t.e[1]);
			t.e[1] = twin_build(seed, round % 2 == 0);
			twin_restore(t.e[1], bytes, size);
			tw_free(bytes);
			for (i = 0; i < 300; ++i)
				twin_step(&t);
			twin_read(&t);
		}
		assert_true(t.decisions > 200);
		twin_close(&t);
	}
}

static void refused(tw_engine *engine, const void *bytes, size_t size,
		    tw_status status)
{
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_engine_restore(NULL, engine, bytes, size, &err),
			 status);
	assert_true(err.message[0]);
	twin_check_empty(engine);
}

static void cut_and_flipped_bytes(void **state)
{
	tw_engine *from = twin_busy(3), *to = twin_build(3, false);
	size_t size, i;
	uint8_t *bytes = twin_snapshot(from, &size);

	(void)state;
	for (i = 0; i < size; i += 1 + i / 97)
		refused(to, bytes, i, TW_EPARSE);
	for (i = 0; i < size; i += 1 + i / 97) {
		bytes[i] ^= 0x10;
		refused(to, bytes, size, i >= 8 && i < 12 ? TW_EVERSION :
			TW_EPARSE);
		bytes[i] ^= 0x10;
	}
	refused(to, "-----BEGIN CERTIFICATE-----", 27, TW_EPARSE);
	twin_restore(to, bytes, size);
	/* it had calls now */
	assert_int_equal(tw_engine_restore(NULL, to, bytes, size, NULL),
			 TW_ECONFLICT);
	assert_int_equal(tw_engine_restore(NULL, from, bytes, size, NULL),
			 TW_ECONFLICT);
	tw_free(bytes);
	tw_engine_free(from);
	tw_engine_free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_histories),
		cmocka_unit_test(cut_and_flipped_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
