/* Memory that runs out while numbers and permissions are read: nothing is
 * left behind. What they mean is tested in test_directory_router.c. */
#include "deployment_fixture.h"
#include "accounts/directory_permits.h"

static const struct pair rules[] = {
	{ "approval[0].name", "t", "a" },
	{ "approval[0].number", "t", "78432001122" },
	{ "approval[0].contract", "t", "c-1" },
	{ "approval[0].status", "t", "granted" },
	{ "permission[0].name", "t", "p" },
	{ "permission[0].from[0]", "t", "7843" },
	{ "permission[0].from[1]", "t", "7855" },
	{ "permission[0].to[0]", "t", "7495" },
	{ "permission[0].contracts[0]", "t", "c-1" },
};

static void allocation_faults(void **state)
{
	tw_status status = TW_ENOMEM;
	tw_store *store;
	tw_directory *d = snapshot(&store, state, rules,
				   TW_ARRAY_COUNT(rules));
	int64_t n;

	for (n = 0; status == TW_ENOMEM; n++) {
		tw_error err = TW_ERROR_INIT;
		tw_router *router = NULL;
		bool asks = false;

		assert_int_equal(tw_router_new(&router, NULL), TW_OK);
		fail_allocation(n);
		status = tw__directory_permits(&asks, router, d, &err);
		fail_allocation(-1);
		assert_int_equal(err.code, status);
		assert_false(asks);
		tw_router_free(router);
	}
	assert_int_equal(status, TW_OK);
	assert_true(n > 20);
	tw_directory_free(d);
	tw_store_free(store);
}

static void a_city_asks_for_places(void **state)
{
	static const struct pair city[] = {
		{ "permission[0].name", "t", "p" },
		{ "permission[0].to[0]", "t", "7843" },
		{ "permission[0].to[1]", "t", "Казань" },
	};
	tw_router *router = NULL;
	bool asks = false;
	tw_store *store;
	tw_directory *d = snapshot(&store, state, city,
				   TW_ARRAY_COUNT(city));

	assert_int_equal(tw_router_new(&router, NULL), TW_OK);
	assert_int_equal(tw__directory_permits(&asks, router, d, NULL),
			 TW_OK);
	assert_true(asks);
	tw_router_free(router);
	tw_directory_free(d);
	tw_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(allocation_faults),
		TEST(a_city_asks_for_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
