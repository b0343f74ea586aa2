/* The same bytes at every reading, wherever they come from, or a word. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "formats/bytes.h"
#include "../stream.h"

#define SIZE 1000u

static tw_status read_all(struct tw__bytes *bytes, char *out, size_t *total,
			  size_t step, tw_error *err)
{
	struct tw__pass pass;
	tw_status status = tw__pass_open(&pass, bytes, err);
	size_t got = step;

	*total = 0;
	while (!status && got == step) {
		status = tw__pass_read(out + *total, &got, &pass, err);
		*total += status ? 0 : got;
	}
	got = 1;
	/* at the end there is nothing any more */
	if (!status)
		assert_int_equal(tw__pass_read(out, &got, &pass, err), TW_OK);
	if (!status)
		assert_int_equal(got, 0);
	tw__pass_close(&pass);
	return status;
}

static void fill(char *text)
{
	for (size_t i = 0; i < SIZE; i++)
		text[i] = (char)(i * 7 + i / 256);
}

static void whole(void **state)
{
	char text[SIZE], out[2 * SIZE];
	uint8_t sha256[32];

	(void)state;
	fill(text);
	tw__sha256(sha256, text, SIZE);
	for (size_t step = 1; step < 1200; step += 31) {
		struct stream stream = { .text = text, .size = SIZE,
			.at_once = step % 5 * 10 };
		struct tw__bytes read = { .read = stream_read,
			.arg = &stream };
		struct tw__bytes memory = { .data = text, .size = SIZE };
		size_t total;

		for (int i = 0; i < 3; i++) {
			assert_int_equal(read_all(&read, out, &total, step,
						  NULL), TW_OK);
			assert_int_equal(total, SIZE);
			assert_memory_equal(out, text, SIZE);
		}
		assert_int_equal(read.size, SIZE);
		assert_memory_equal(read.sha256, sha256, 32);
		assert_int_equal(read_all(&memory, out, &total, step, NULL),
				 TW_OK);
		assert_int_equal(total, SIZE);
		assert_memory_equal(out, text, SIZE);
	}
}

static void others(void **state)
{
	char text[SIZE], out[2 * SIZE];
	struct stream stream = { .text = text, .size = SIZE - 100 };
	struct tw__bytes bytes = { .read = stream_read, .arg = &stream };
	tw_error err = TW_ERROR_INIT;
	size_t total;

	(void)state;
	fill(text);
	assert_int_equal(read_all(&bytes, out, &total, 64, &err), TW_OK);
	/* longer: as long as it was */
	stream.size = SIZE;
	assert_int_equal(read_all(&bytes, out, &total, 64, &err), TW_OK);
	assert_int_equal(total, SIZE - 100);
	/* shorter */
	stream.size = SIZE - 101;
	assert_int_equal(read_all(&bytes, out, &total, 64, &err), TW_EIO);
	/* another */
	stream.size = SIZE;
	text[5] ^= 1;
	assert_int_equal(read_all(&bytes, out, &total, 64, &err), TW_EIO);
	assert_non_null(strstr(err.message, "has changed"));
}

static tw_status says(void *out, size_t *size, uint64_t offset, void *arg,
		      tw_error *err)
{
	const tw_status *status = arg;

	(void)out;
	(void)offset;
	(void)err;
	*size += 1;
	return *status;
}

/* What a reader says is not taken for what a row says. */
static void failures(void **state)
{
	static const struct { tw_status says, is; } all[] = {
		{ TW_OK, TW_EIO }, { TW_EPARSE, TW_EIO },
		{ TW_ITER_END, TW_EIO }, { TW_EEXIST, TW_EIO },
		{ TW_ENOMEM, TW_ENOMEM }, { TW_ECANCELLED, TW_ECANCELLED },
	};
	char out[16];
	size_t total;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		tw_status said = all[i].says;
		struct tw__bytes bytes = { .read = says, .arg = &said };
		tw_error err = TW_ERROR_INIT;

		assert_int_equal(read_all(&bytes, out, &total, 8, &err),
				 all[i].is);
		assert_true(*err.message);
		assert_false(bytes.are_known);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(others),
		cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
