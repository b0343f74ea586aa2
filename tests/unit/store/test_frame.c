/* Frames: cut at every byte and with every bit flipped, a record is whole or
 * it is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "store/frame.h"

#define RECORDS 5

static void make(struct tw_buf *out, size_t ends[RECORDS])
{
	char text[64];

	tw__buf_init(out);
	for (int i = 0; i < RECORDS; i++) {
		snprintf(text, sizeof(text), "record %d%.*s", i, i * 3,
			 "..................");
		assert_int_equal(tw__frame_put(out, text, strlen(text), NULL),
				 TW_OK);
		ends[i] = out->size;
	}
}

static struct tw_frames all_of(const void *p, size_t size)
{
	return (struct tw_frames){ p, size, 0 };
}

/* Bit i: record i came out, with its own bytes. */
static unsigned int read_back(const void *p, size_t size, size_t *damaged)
{
	struct tw_frames at = all_of(p, size);
	struct tw_frame frame;
	unsigned int seen = 0;
	size_t covered = 0;

	*damaged = 0;
	while (tw__frame_next(&frame, &at)) {
		assert_true(frame.at >= covered);
		if (!frame.whole) {
			*damaged += frame.size;
			covered = frame.at + frame.size;
			continue;
		}
		covered = frame.at + TW_FRAME_HEAD + frame.size;
		assert_true(frame.size >= 8);
		assert_memory_equal(frame.payload, "record ", 7);
		for (size_t i = 8; i < frame.size; i++)
			assert_int_equal(frame.payload[i], '.');
		assert_int_equal(frame.size,
				 8 + 3 * (frame.payload[7] - '0'));
		assert_false(seen & 1u << (frame.payload[7] - '0'));
		seen |= 1u << (frame.payload[7] - '0');
	}
	return seen;
}

static void cut_at_every_byte(void **state)
{
	struct tw_buf buf;
	size_t ends[RECORDS], damaged;

	(void)state;
	make(&buf, ends);
	for (size_t cut = 0; cut <= buf.size; cut++) {
		unsigned int want = 0;
		size_t whole = 0;

		for (int i = 0; i < RECORDS && ends[i] <= cut; i++) {
			want |= 1u << i;
			whole = ends[i];
		}
		assert_int_equal(read_back(buf.data, cut, &damaged), want);
		assert_int_equal(damaged, cut - whole);
	}
	tw__buf_free(&buf);
}

static void every_bit_flipped_costs_one_record(void **state)
{
	struct tw_buf buf;
	size_t ends[RECORDS], damaged;

	(void)state;
	make(&buf, ends);
	for (size_t bit = 0; bit < 8 * buf.size; bit++) {
		int hit = 0;

		while (bit / 8 >= ends[hit])
			hit++;
		buf.data[bit / 8] ^= (char)(1 << bit % 8);
		assert_int_equal(read_back(buf.data, buf.size, &damaged),
				 (1u << RECORDS) - 1 - (1u << hit));
		assert_int_equal(damaged, ends[hit] -
				 (hit ? ends[hit - 1] : 0));
		buf.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	tw__buf_free(&buf);
}

/* A hole of zeros in the middle is damage, at the end it is nothing. */
static void zeros(void **state)
{
	unsigned char bytes[512] = { 0 };
	struct tw_buf buf;
	size_t ends[RECORDS], damaged;

	(void)state;
	make(&buf, ends);
	memcpy(bytes, buf.data, ends[0]);
	assert_int_equal(read_back(bytes, sizeof(bytes), &damaged), 1);
	assert_int_equal(damaged, 0);
	memcpy(&bytes[300], &buf.data[ends[0]], ends[1] - ends[0]);
	assert_int_equal(read_back(bytes, sizeof(bytes), &damaged), 3);
	assert_int_equal(damaged, 300 - ends[0]);
	tw__buf_free(&buf);
}

static void what_does_not_fit_is_refused(void **state)
{
	static char big[TW_FRAME_PAYLOAD_MAX + 1];
	tw_error err = TW_ERROR_INIT;
	struct tw_buf buf;

	(void)state;
	tw__buf_init(&buf);
	assert_int_equal(tw__frame_put(&buf, big, sizeof(big), &err),
			 TW_ERANGE);
	assert_int_equal(tw__frame_put(&buf, big, 0, &err), TW_ERANGE);
	assert_int_equal(buf.size, 0);
	assert_int_equal(tw__frame_put(&buf, big, sizeof(big) - 1, &err),
			 TW_OK);
	tw__buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(every_bit_flipped_costs_one_record),
		cmocka_unit_test(zeros),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
