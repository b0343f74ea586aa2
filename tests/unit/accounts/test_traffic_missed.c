/* Whose last missed call nobody has made good. */
#include "traffic_fixture.h"

#define A "79161110001"
#define B "79161110002"
#define C "79161110003"

static tw_listing *missed_in(struct fixture *f, const char *month)
{
	tw_error err = TW_ERROR_INIT;
	tw_listing *list;

	if (tw_missed_list(&list, f->store, month, &err))
		fail_msg("missed: %s", err.message);
	return list;
}

static void test_list(void **state)
{
	struct fixture *f = *state;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_listing *list;

	import_text(f, "native", "Europe/Moscow", HEAD
		"a1,2026-10-05T10:00:00,,,0,inbound," A "," KAZAN "\n"
		"a2,2026-10-06T10:00:00,,,0,inbound," A "," KAZAN "\n"
		"a3,2026-10-06T11:00:00,,,0,outbound," KAZAN "," A "\n"
		"a4,2026-11-06T11:00:00,,,0,outbound," KAZAN "," A "\n"
		/* returned, then missed again */
		"b1,2026-10-20T10:00:00,,,0,inbound," B "," KAZAN "\n"
		"b2,2026-10-20T11:00:00,2026-10-20T11:00:01,,9,outbound,"
		KAZAN "," B "\n"
		"b3,2026-10-20T12:00:00,,,0,inbound," B "," UFA "\n"
		/* much later, but he was spoken with */
		"c1,2026-10-20T13:00:00,,,0,inbound," C "," UFA "\n"
		"c2,2026-11-14T13:00:00,2026-11-14T13:00:01,,9,inbound," C
		"," KAZAN "\n"
		"h1,2026-10-21T13:00:00,,,0,inbound,anonymous," UFA "\n"
		"h2,2026-10-21T13:00:00,,,0,inbound,," UFA "\n");
	list = missed_in(f, "2026-10");
	assert_int_equal(tw_listing_next(&row, list, &err), TW_OK);
	assert_string_equal(row.key, B);
	assert_string_equal(row.kind, UFA);
	assert_string_equal(row.detail, "");
	assert_int_equal(row.calls, 2);
	assert_int_equal(row.seconds, 0);
	assert_int_equal(row.at, MOSCOW("2026-10-20T12:00:00"));
	assert_int_equal(tw_listing_next(&row, list, &err), TW_OK);
	assert_string_equal(row.key, A);
	assert_string_equal(row.detail, "spring");
	assert_int_equal(row.calls, 2);
	assert_int_equal(row.seconds, 2);
	assert_int_equal(tw_listing_next(&row, list, &err), TW_ITER_END);
	tw_listing_free(list);

	/* whom nobody could have called back is no line when he is erased */
	import_text(f, "native", "Europe/Moscow", HEAD
		"i1,2026-10-21T14:00:00,,,0,inbound,Ivan Petrov," UFA "\n");
	assert_int_equal(tw_privacy_erase(NULL, NULL, f->store,
					  "Ivan Petrov", 0, &err), TW_OK);
	/* an erased caller stays a line, without his number */
	assert_int_equal(tw_privacy_erase(NULL, NULL, f->store, B, 0, &err),
			 TW_OK);
	list = missed_in(f, "2026-10");
	assert_int_equal(tw_listing_next(&row, list, &err), TW_OK);
	assert_string_equal(row.key, "");
	assert_int_equal(row.calls, 2);
	assert_int_equal(tw_listing_next(&row, list, &err), TW_OK);
	assert_string_equal(row.key, A);
	assert_int_equal(tw_listing_next(&row, list, &err), TW_ITER_END);
	tw_listing_free(list);
	list = missed_in(f, "2026-09");
	assert_int_equal(tw_listing_next(&row, list, &err), TW_ITER_END);
	tw_listing_free(list);
}

static void test_refusals(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	tw_listing *list = NULL;

	assert_int_equal(tw_missed_list(&list, f->store, "2026-1", &err),
			 TW_EPARSE);
	assert_int_equal(tw_missed_list(&list, f->store, NULL, &err),
			 TW_EINVAL);
	assert_int_equal(tw_missed_list(NULL, f->store, "2026-10", &err),
			 TW_EINVAL);
	assert_null(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TRAFFIC_TEST(test_list), TRAFFIC_TEST(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
