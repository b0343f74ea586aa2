/* Weights by place against an array. */
#include "host.h"

#define PLACES 500

static size_t find(const uint64_t *weight, uint64_t point)
{
	size_t i = 0;

	while (point >= weight[i])
		point -= weight[i++];
	return i;
}

static void same_as_an_array(void **state)
{
	static uint64_t weight[PLACES + 1];
	struct tw_draw draw = { 3 };
	struct tw_lots sums = { 0 };
	size_t places = 0, at;
	uint64_t total;
	int i;

	(void)state;
	memset(weight, 0, sizeof(weight));
	for (i = 0; i < 60000; ++i) {
		if (places < PLACES && !tw__draw_below(&draw, 20)) {
			at = (size_t)tw__draw_below(&draw, places + 1);
			assert_int_equal(tw__lots_reserve(&sums, places + 1),
					 TW_OK);
			tw__lots_insert(&sums, at, places);
			memmove(&weight[at + 1], &weight[at],
				(places - at) * sizeof(*weight));
			weight[at] = 0;
			++places;
		}
		if (!places)
			continue;
		at = (size_t)tw__draw_below(&draw, places);
		if (weight[at]) {
			tw__lots_take(&sums, at, weight[at]);
			weight[at] = 0;
		} else if (tw__draw_below(&draw, 2)) {
			weight[at] = 1 + tw__draw_below(&draw, 65535);
			tw__lots_add(&sums, at, weight[at]);
		}
		for (total = at = 0; at < places; ++at)
			total += weight[at];
		assert_int_equal(sums.total, total);
		if (total) {
			uint64_t point = tw__draw_below(&draw, total);

			assert_int_equal(tw__lots_find(&sums, point),
					 find(weight, point));
			assert_int_equal(tw__lots_find(&sums, total - 1),
					 find(weight, total - 1));
			assert_int_equal(tw__lots_find(&sums, 0),
					 find(weight, 0));
		}
	}
	assert_int_equal(places, PLACES);
	tw__lots_free(&sums);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_an_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
