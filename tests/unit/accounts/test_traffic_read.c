/* Versions at a time, and who can be known again. */
#include "traffic_fixture.h"
#include "accounts/traffic_read.h"

static void test_versions(void **state)
{
	struct fixture *f = *state;
	struct tw__traffic_versions numbers = { 0 };
	struct tw__traffic_call call = { .campaign = "" };
	const struct tw__traffic_version *row;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__traffic_numbers(&numbers, f->store, &err),
			 TW_OK);
	call.number = one_number(f, "SELECT id FROM number WHERE name = '"
				 KAZAN "'");
	row = tw__traffic_at(&numbers, call.number,
			     MOSCOW("2026-10-15T23:59:59"));
	assert_string_equal(row->text, "spring");
	row = tw__traffic_at(&numbers, call.number,
			     MOSCOW("2026-10-16T00:00:00"));
	assert_string_equal(row->text, "autumn");
	assert_null(tw__traffic_at(&numbers, call.number, 0));
	assert_null(tw__traffic_at(&numbers, 0, TW_TIME_MAX));
	call.start = MOSCOW("2026-10-16T00:00:00");
	assert_string_equal(tw__traffic_campaign(&call, &numbers), "autumn");
	call.campaign = "own";
	assert_string_equal(tw__traffic_campaign(&call, &numbers), "own");
	tw__traffic_versions_free(&numbers);
}

static void test_people(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	int64_t id;
	size_t count;
	bool *people;

	import_text(f, "native", "Europe/Moscow", HEAD
		"a,2026-10-05T10:00:00,,,0,inbound,anonymous," KAZAN "\n"
		"b,2026-10-05T10:00:00,,,0,inbound,79161110001," KAZAN "\n"
		"c,2026-10-05T10:00:00,,,0,inbound,maria@mail.ru," KAZAN "\n");
	assert_int_equal(tw_privacy_erase(NULL, NULL, f->store,
					  "79161110001", 0, &err), TW_OK);
	assert_int_equal(tw_privacy_erase(NULL, NULL, f->store,
					  "maria@mail.ru", 0, &err), TW_OK);
	assert_int_equal(tw__traffic_people(&people, &count, f->store, &err),
			 TW_OK);
	assert_false(people[0]);
	id = one_number(f, "SELECT id FROM identity WHERE digits = "
			"'anonymous'");
	assert_true((size_t)id < count);
	assert_false(people[id]);
	/* erased, they are what they were */
	id = one_number(f, "SELECT caller FROM call WHERE call_id = 'b'");
	assert_true(people[id]);
	id = one_number(f, "SELECT caller FROM call WHERE call_id = 'c'");
	assert_int_equal(one_number(f, "SELECT count(*) FROM identity "
				    "WHERE digits IS NULL"), 2);
	assert_false(people[id]);
	tw_free(people);
}

static void test_party(void **state)
{
	struct tw__traffic_call call = { .leg = 1, .caller = 3, .callee = 4,
		.direction = TW_DIRECTION_INBOUND };

	(void)state;
	assert_true(tw__traffic_is_inbound(&call));
	assert_int_equal(tw__traffic_party(&call), 3);
	call.direction = TW_DIRECTION_OUTBOUND;
	assert_false(tw__traffic_is_inbound(&call));
	assert_int_equal(tw__traffic_party(&call), 4);
	call.leg = 0;
	assert_int_equal(tw__traffic_party(&call), 0);
	call.leg = 1;
	call.direction = TW_DIRECTION_INTERNAL;
	assert_int_equal(tw__traffic_party(&call), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TRAFFIC_TEST(test_versions), TRAFFIC_TEST(test_people),
		cmocka_unit_test(test_party),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
