/* Something else is in force: by a hand, or by the time that passed. */
#include "deployment_fixture.h"

static uint64_t edition(tw_store *store, tw_time at)
{
	tw_error err = TW_ERROR_INIT;
	uint64_t out = 0;

	if (tw_directory_edition(&out, store, at, &err))
		fail_msg("%s", err.message);
	return out;
}

static void another_one_with_each_apply(void **state)
{
	const struct pair other = { "department[0].city", "t", "Ufa" };
	tw_store *store = NULL;
	uint64_t first;

	tw_directory_free(snapshot(&store, state, NULL, 0));
	first = edition(store, AUTUMN);
	assert_true(first == edition(store, AUTUMN + 1));
	assert_int_equal(apply(store, deployment_new(), AUTUMN + 1), 0);
	apply(store, deployment_with(&other, 1), AUTUMN + 2);
	assert_true(first != edition(store, AUTUMN + 3));
	tw_store_free(store);
}

/* Written long ago, in force since now. */
static void another_one_when_its_time_comes(void **state)
{
	const struct pair other = { "department[0].city", "t", "Ufa" };
	tw_store *store = NULL;
	uint64_t before;

	tw_directory_free(snapshot(&store, state, NULL, 0));
	apply(store, deployment_with(&other, 1), AUTUMN + 3600 * TW_SECOND);
	before = edition(store, AUTUMN + 1);
	assert_true(before == edition(store, AUTUMN + 3599 * TW_SECOND));
	assert_true(before != edition(store, AUTUMN + 3600 * TW_SECOND));
	tw_store_free(store);
}

static void another_one_each_day(void **state)
{
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	uint64_t out = 7;

	tw_directory_free(snapshot(&store, state, NULL, 0));
	assert_true(edition(store, AUTUMN) != edition(store, AUTUMN + DAY));
	assert_int_equal(tw_directory_edition(&out, NULL, AUTUMN, &err),
			 TW_EINVAL);
	assert_int_equal(tw_directory_edition(NULL, store, AUTUMN, &err),
			 TW_EINVAL);
	assert_int_equal(out, 7);
	tw_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(another_one_with_each_apply),
		TEST(another_one_when_its_time_comes),
		TEST(another_one_each_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
