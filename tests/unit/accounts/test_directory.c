/* Snapshots of the directory. */
#include "deployment_fixture.h"
#include <trunkwise/cdr.h>

static void fields_as_text_and_numbers(void **state)
{
	tw_store *store;
	tw_directory *d = snapshot(&store, state, NULL, 0);
	tw_row row = { 0 };

	assert_string_equal(text_of(d, "contract", "c-1", "parties"),
			    "Factory\nVolga Telecom");
	assert_string_equal(text_of(d, "contract", "c-1",
				    "penalty_percent_day"), "0.1");
	assert_string_equal(text_of(d, "contract", "c-1",
				    "disagreement_protocol"), "false");
	assert_string_equal(text_of(d, "contract", "c-1", "from"),
			    "2026-01-01");
	assert_string_equal(text_of(d, "contract", "c-1", "to"), "");
	assert_null(text_of(d, "contract", "c-1", "colour"));
	assert_string_equal(text_of(d, "phone", "mobile", "number"),
			    "79170000001");
	assert_string_equal(text_of(d, "number", "78432001122", "number"),
			    "78432001122");
	assert_string_equal(text_of(d, "allocation", "number 78432001123",
				    "number"), "78432001123");
	assert_string_equal(text_of(d, "match", "extension 100-149",
				    "department"), "kazan");
	assert_int_equal(tw_directory_find(&row, d, "contract", "c-1", NULL),
			 TW_OK);
	assert_true(tw_row_integer(d, row, "fine_cap", 0) ==
		    1000 * TW_NANOS);
	assert_true(tw_row_integer(d, row, "notice_days", -5) == -5);
	assert_true(tw_row_integer(d, row, "parties", -5) == -5);
	/* Midnight in Moscow, not in UTC. */
	assert_true(tw_row_integer(d, row, "from", 0) ==
		    1767225600 * TW_SECOND - 3 * 3600 * TW_SECOND);
	assert_true(tw_row_integer(d, row, "disagreement_protocol", 7) == 0);
	tw_directory_find(&row, d, "phone", "mobile", NULL);
	assert_true(tw_row_integer(d, row, "capacity", 0) == 2);
	assert_true(tw_row_integer(d, row, "wrap_up_s", 7) == 0);
	tw_directory_free(d);
	tw_store_free(store);
}

static void asking_wrongly(void **state)
{
	tw_store *store;
	tw_directory *d = snapshot(&store, state, NULL, 0);
	tw_row row = { 0 }, bad = { 123456 };
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_directory_find(&row, d, "colour", "x", &err),
			 TW_EINVAL);
	assert_int_equal(tw_directory_find(&row, d, "phone", "x", &err),
			 TW_ENOTFOUND);
	assert_int_equal(tw_directory_find(&row, d, NULL, "x", &err),
			 TW_EINVAL);
	assert_int_equal(tw_directory_next(&bad, d, "phone", &err),
			 TW_EINVAL);
	assert_int_equal(tw_directory_find(&row, d, "phone", "anna", &err),
			 TW_OK);
	assert_int_equal(tw_directory_next(&row, d, "carrier", &err),
			 TW_EINVAL);
	assert_int_equal(tw_directory_next_child(&row, d, row, &err),
			 TW_EINVAL);
	assert_null(tw_row_text(d, bad, "name"));
	assert_null(tw_row_text(d, (tw_row){ 0 }, "name"));
	assert_int_equal(tw_row_identity(d, bad), 0);
	assert_true(tw_row_integer(d, bad, "x", 3) == 3);
	tw_directory_free(d);
	tw_directory_free(NULL);
	tw_store_free(store);
}

/* The snapshot needs no store after it was read. */
static void outlives_the_store(void **state)
{
	tw_store *store;
	tw_directory *d = snapshot(&store, state, NULL, 0);
	static const char *const order[] = { "anna", "mobile" };
	tw_row row = { 0 }, child = { 0 };
	uint32_t n = 0;

	tw_store_free(store);
	while (!tw_directory_next(&row, d, "phone", NULL))
		assert_string_equal(tw_row_text(d, row, "name"), order[n++]);
	assert_int_equal(n, 2);
	tw_directory_find(&row, d, "plan", "main", NULL);
	assert_int_equal(tw_directory_next_child(&child, d, row, NULL),
			 TW_OK);
	assert_string_equal(tw_row_text(d, child, "ring"), "sales");
	assert_string_equal(tw_row_text(d, child, "name"), "");
	assert_true(tw_row_integer(d, child, "ring_s", 0) == 20);
	assert_int_equal(tw_directory_next_child(&child, d, row, NULL),
			 TW_OK);
	assert_true(tw_row_integer(d, child, "reject", 0) == 486);
	assert_int_equal(tw_directory_next_child(&child, d, row, NULL),
			 TW_ITER_END);
	tw_directory_free(d);
}

static void empty_store(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_directory *d = directory_at(store, AUTUMN);
	tw_engine *engine = NULL;
	tw_router *router = NULL;
	tw_row row = { 0 };
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_directory_next(&row, d, "number", &err),
			 TW_ITER_END);
	assert_int_equal(tw_directory_engine(&engine, d, NULL, &err), TW_OK);
	assert_int_equal(tw_directory_router(&router, d, store, &err), TW_OK);
	assert_true(tw_router_is_emergency(router, "112"));
	tw_engine_free(engine);
	tw_router_free(router);
	tw_directory_free(d);
	tw_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fields_as_text_and_numbers),
		TEST(asking_wrongly),
		TEST(outlives_the_store),
		TEST(empty_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
