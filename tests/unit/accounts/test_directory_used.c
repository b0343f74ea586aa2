/* A store's router compares by what its bundles and tiers have left now. */
#include "usage_fixture.h"
#include <trunkwise/directory.h>

static tw_directory *directory_of(struct fixture *f, const char *at)
{
	tw_directory *directory = NULL;
	tw_error err = TW_ERROR_INIT;

	if (tw_directory_open(&directory, f->store, at_time(at), &err))
		fail_msg("%s", err.message);
	return directory;
}

static tw_router *router_of(struct fixture *f, const tw_directory *directory)
{
	tw_error err = TW_ERROR_INIT;
	tw_router *router = NULL;

	if (tw_directory_router(&router, directory, f->store, &err))
		fail_msg("%s", err.message);
	return router;
}

static tw_route_candidate ask_for(const tw_router *router,
				  const char *number, const char *department,
				  const char *at)
{
	tw_route_candidate row = TW_ROUTE_CANDIDATE_INIT;
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	uint32_t count = 1;

	r.number = number;
	r.department = department;
	r.at = at_time(at);
	r.expected_us = 120 * TW_SECOND;
	assert_int_equal(tw_router_decide(&row, &count, router, &r, NULL),
			 TW_OK);
	return row;
}

static void minutes_of_a_bundle(void **state)
{
	static const char now[] = "2026-10-05T12:00:00+03:00";
	struct fixture *f = *state;
	tw_directory *directory;
	tw_route_candidate row;
	tw_router *router;

	want_tariff(f, "RUB");
	want_bundle(f);
	in_force(f);
	directory = directory_of(f, now);
	router = router_of(f, directory);
	row = ask_for(router, MOBILE, "Kazan", now);
	assert_int_equal(row.expected.nanos, 0);
	assert_int_equal(row.bundle_s, 120);
	/* another department has none, nor has another destination */
	assert_true(ask_for(router, MOBILE, "Ufa", now).expected.nanos > 0);
	assert_int_equal(ask_for(router, MOBILE, NULL, now).bundle_s, 0);
	assert_int_equal(ask_for(router, "78432000009", "Kazan",
				 now).bundle_s, 0);
	/* nine of its ten minutes are drawn; the router does not know yet */
	talk(f, MOBILE, at_time("2026-10-02T10:00:00+03:00"), 540);
	assert_int_equal(ask_for(router, MOBILE, "Kazan", now).bundle_s, 120);
	assert_int_equal(tw_directory_used(router, directory, f->store, NULL),
			 TW_OK);
	row = ask_for(router, MOBILE, "Kazan", now);
	assert_int_equal(row.bundle_s, 60);
	assert_true(row.expected.nanos > 0);
	/* the next month begins with all of it */
	assert_int_equal(ask_for(router, MOBILE, "Kazan",
				 "2026-11-05T12:00:00+03:00").bundle_s, 120);
	assert_int_equal(tw_directory_used(NULL, directory, f->store, NULL),
			 TW_EINVAL);
	tw_router_free(router);
	tw_directory_free(directory);
}

static void how_far_the_tiers_are(void **state)
{
	static const char now[] = "2026-10-05T12:00:00+03:00";
	struct fixture *f = *state;
	tw_directory *directory;
	tw_route_candidate row;
	tw_router *router;
	int64_t full;

	want_tariff(f, "RUB");
	want_tier(f, "10", "50");
	in_force(f);
	directory = directory_of(f, now);
	router = router_of(f, directory);
	row = ask_for(router, MOBILE, NULL, now);
	full = row.expected.nanos;
	assert_int_equal(row.used_s, 0);
	talk(f, MOBILE, at_time("2026-10-02T10:00:00+03:00"), 600);
	assert_int_equal(tw_directory_used(router, directory, f->store, NULL),
			 TW_OK);
	row = ask_for(router, MOBILE, NULL, now);
	assert_int_equal(row.used_s, 600);
	assert_int_equal(row.expected.nanos, full / 2);
	row = ask_for(router, MOBILE, NULL, "2026-11-05T12:00:00+03:00");
	assert_int_equal(row.expected.nanos, full);
	tw_router_free(router);
	tw_directory_free(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(minutes_of_a_bundle),
		FIXTURE_TEST(how_far_the_tiers_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
