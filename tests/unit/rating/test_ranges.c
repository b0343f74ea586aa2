/* Ranges collected from several sources: one copy of each text, and which of
 * two that overlap stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../faults.h"
#include "rating/ranges.h"

struct heard {
	size_t count, alike;
	int64_t gone[16], stays[16];
	tw_status answer;
};

static tw_status hear(void *arg, const struct tw__range *gone,
		      const struct tw__range *stays, bool alike)
{
	struct heard *heard = arg;

	assert_in_range(heard->count, 0, 15);
	heard->gone[heard->count] = gone->line;
	heard->stays[heard->count++] = stays->line;
	heard->alike += alike;
	return heard->answer;
}

static void add(struct tw__ranges *ranges, uint64_t from, uint64_t to,
		uint32_t source, int64_t line)
{
	const struct tw__range row = { from, to, 0, source, line, 0 };

	assert_int_equal(tw__ranges_add(ranges, &row, NULL), TW_OK);
}

static void test_texts_stand_once(void **state)
{
	struct tw__ranges ranges = { 0 };
	uint32_t first = 0, again = 0;
	size_t bytes;

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 5000; i++) {
			char city[16];
			struct tw__place_view view = { TW_STR("operator"),
				TW_STR("region"), TW_STR("") };

			snprintf(city, sizeof(city), "city %d", i);
			view.city = tw__str_of(city);
			assert_int_equal(tw__ranges_place(
				i == 77 && !round ? &first : &again, &ranges,
				&view, NULL), TW_OK);
			if (i == 77 && round)
				assert_int_equal(again, first);
			assert_string_equal(ranges.texts +
				ranges.places[i == 77 && !round ? first :
					      again].city, city);
		}
		assert_int_equal(ranges.place_count, 5000);
		if (round)
			assert_int_equal(ranges.texts_size, bytes);
		bytes = ranges.texts_size;
	}
	assert_int_equal(ranges.text_count, 5002);
	tw__ranges_free(&ranges);
}

static void test_where_numbers_stand(void **state)
{
	(void)state;
	assert_int_equal(tw__range_check(1, 9, NULL), TW_OK);
	assert_int_equal(tw__range_check(78432000000, 78432999999, NULL),
			 TW_OK);
	assert_int_equal(tw__range_check(TW_NUMBER_MAX, TW_NUMBER_MAX, NULL),
			 TW_OK);
	assert_int_equal(tw__range_check(0, 9, NULL), TW_EINVAL);
	assert_int_equal(tw__range_check(9, 10, NULL), TW_EINVAL);
	assert_int_equal(tw__range_check(8, 7, NULL), TW_EINVAL);
	assert_int_equal(tw__range_check(1, TW_NUMBER_MAX + 1, NULL),
			 TW_EINVAL);
}

static void test_the_earlier_line_stays(void **state)
{
	struct tw__ranges ranges = { 0 };
	struct heard heard = { 0 };

	(void)state;
	add(&ranges, 300, 399, 1, 3);
	add(&ranges, 100, 199, 1, 2);
	add(&ranges, 199, 250, 1, 4);
	add(&ranges, 300, 310, 1, 5);
	add(&ranges, 390, 420, 0, 9);    /* an earlier source */
	assert_int_equal(tw__ranges_sweep(&ranges, hear, &heard), TW_OK);
	assert_int_equal(heard.count, 3);
	assert_int_equal(heard.gone[0], 4);
	assert_int_equal(heard.stays[0], 2);
	assert_int_equal(heard.gone[1], 5);
	assert_int_equal(heard.stays[1], 3);
	assert_int_equal(heard.gone[2], 3);
	assert_int_equal(heard.stays[2], 9);
	assert_int_equal(heard.alike, 0);
	assert_int_equal(ranges.count, 2);
	assert_int_equal(ranges.rows[0].line, 2);
	assert_int_equal(ranges.rows[1].line, 9);
	tw__ranges_free(&ranges);
}

static void test_alike_rows_are_told(void **state)
{
	struct tw__ranges ranges = { 0 };
	struct heard heard = { .answer = TW_OK };

	(void)state;
	add(&ranges, 100, 199, 1, 2);
	add(&ranges, 100, 199, 2, 2);
	add(&ranges, 100, 198, 2, 3);
	assert_int_equal(tw__ranges_sweep(&ranges, hear, &heard), TW_OK);
	assert_int_equal(heard.count, 2);
	assert_int_equal(heard.alike, 1);
	assert_int_equal(ranges.count, 1);
	add(&ranges, 150, 160, 3, 1);
	heard = (struct heard){ .answer = TW_ECONFLICT };
	assert_int_equal(tw__ranges_sweep(&ranges, hear, &heard),
			 TW_ECONFLICT);
	tw__ranges_free(&ranges);
}

static void test_every_allocation_may_fail(void **state)
{
	bool more = true;

	(void)state;
	for (int64_t n = 0; more; n++) {
		const struct tw__place_view view = { TW_STR("operator"),
			TW_STR("region"), TW_STR("city") };
		struct tw__range row = { 100, 199, 0, 0, 1, 0 };
		struct tw__ranges ranges = { 0 };
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw__ranges_place(&row.place, &ranges, &view, NULL);
		if (!status)
			status = tw__ranges_add(&ranges, &row, NULL);
		tw__ranges_free(&ranges);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(faults.held, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts_stand_once),
		cmocka_unit_test(test_where_numbers_stand),
		cmocka_unit_test(test_the_earlier_line_stays),
		cmocka_unit_test(test_alike_rows_are_told),
		cmocka_unit_test(test_every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
