/* Where a call counts, and what that is called. */
#include "traffic_fixture.h"
#include "accounts/traffic_keys.h"

static void test_campaigns(void **state)
{
	struct tw__traffic_keys keys = { .by = TW_CALLS_BY_CAMPAIGN,
		.from = 0, .to = 100 };
	struct tw__traffic_call call = { .campaign = "b" };
	tw_traffic_row row = TW_TRAFFIC_ROW_INIT;
	tw_error err = TW_ERROR_INIT;
	int64_t key;

	(void)state;
	assert_int_equal(tw__traffic_campaign_key(&key, &keys, "", &err),
			 TW_OK);
	assert_int_equal(key, 0);
	assert_int_equal(tw__traffic_campaign_key(&key, &keys, "a", &err),
			 TW_OK);
	assert_int_equal(key, 1);
	assert_int_equal(tw__traffic_key(&key, &keys, &call, &err), TW_OK);
	assert_int_equal(key, 2);
	call.campaign = "a";
	assert_int_equal(tw__traffic_key(&key, &keys, &call, &err), TW_OK);
	assert_int_equal(key, 1);
	tw__traffic_name(&row, &keys, 2);
	assert_string_equal(row.name, "b");
	tw__traffic_keys_free(&keys);
}

/* A name that is a part of another one is a name of its own. */
static void test_campaigns_of_a_number(void **state)
{
	struct tw__traffic_version rows[] = {
		{ 7, 0, 10, "1", "spring-2" }, { 7, 10, 20, "1", "spring" },
		{ 7, 20, 30, "1", "" }, { 7, 30, 40, "1", "spring-2" },
		{ 7, 200, 300, "1", "later" }, { 8, 0, 40, "2", "other" },
	};
	struct tw__traffic_keys keys = { .by = TW_CALLS_BY_NUMBER,
		.from = 0, .to = 100, .numbers = { rows, 6, 6 } };
	tw_traffic_row row = TW_TRAFFIC_ROW_INIT;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw_zone_open(&keys.zone, "UTC", &err), TW_OK);
	tw__traffic_name(&row, &keys, 7);
	assert_string_equal(row.campaigns, "spring-2, spring");
	assert_string_equal(row.name, "1");
	assert_string_equal(row.from, "1970-01-01");
	tw_zone_free(keys.zone);
}

static void test_hours(void **state)
{
	struct tw__traffic_version rows[] = {
		{ 3, 0, TW_TIME_MAX, "Omsk", "Asia/Omsk" },
		{ 4, 0, TW_TIME_MAX, "Mars", "Mars/Olympus" },
	};
	struct tw__traffic_keys keys = { .by = TW_CALLS_BY_HOUR,
		.departments = { rows, 2, 2 } };
	struct tw__traffic_call call = { .campaign = "",
		.start = MOSCOW("2026-10-04T23:30:00") };
	tw_error err = TW_ERROR_INIT;
	int64_t key;

	(void)state;
	assert_int_equal(tw_zone_open(&keys.zone, "Europe/Moscow", &err),
			 TW_OK);
	assert_int_equal(tw__traffic_key(&key, &keys, &call, &err), TW_OK);
	assert_int_equal(key, 6 * 24 + 23);
	call.department = 3;
	assert_int_equal(tw__traffic_key(&key, &keys, &call, &err), TW_OK);
	assert_int_equal(key, 2);
	call.department = 4;
	assert_int_not_equal(tw__traffic_key(&key, &keys, &call, &err),
			     TW_OK);
	tw_zone_free(keys.zone);
	keys.departments = (struct tw__traffic_versions){ 0 };
	tw__traffic_keys_free(&keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_campaigns),
		cmocka_unit_test(test_campaigns_of_a_number),
		cmocka_unit_test(test_hours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
