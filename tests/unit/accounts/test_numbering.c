/* Ranges of a store, read back. */
#include "accounts_fixture.h"
#include "accounts/numbering.h"

static struct fixture f;

static int open_store(void **state)
{
	static const char text[] = "code,from,to,operator,region,city\n"
		"7843,2000000,2000009,A,R,C\n7844,2000000,2000009,B,S,\n"
		"7844,2000010,2000019,B,S,\n";
	tw_numbering_source source = TW_NUMBERING_SOURCE_INIT;
	tw_counts counts = TW_COUNTS_INIT;

	(void)state;
	fixture_open(&f);
	source.data = text;
	source.data_size = strlen(text);
	assert_int_equal(tw_numbering_import(&counts, NULL, NULL, f.store,
					     &source, 1, NULL), TW_OK);
	assert_int_equal(counts.rows_stored, 3);
	return 0;
}

static int close_store(void **state)
{
	(void)state;
	fixture_close(&f);
	return 0;
}

static bool is_7844(void *arg, uint64_t code)
{
	++*(int *)arg;
	return code == 7844;
}

static void test_codes_may_be_left_out(void **state)
{
	struct tw__ranges ranges = { 0 };
	int asked = 0;
	struct tw__left_out left_out = { is_7844, &asked, 0 };

	(void)state;
	assert_int_equal(tw__numbering_load(&ranges, f.store, TW_TIME_MAX,
					    &left_out, NULL), TW_OK);
	assert_int_equal(left_out.ranges, 2);
	assert_int_equal(asked, 2);
	assert_int_equal(ranges.count, 1);
	assert_true(ranges.rows[0].from == 78432000000);
	assert_true(ranges.rows[0].code == 7843);
	assert_string_equal(ranges.texts + ranges.places[
		ranges.rows[0].place].city, "C");
	tw__ranges_free(&ranges);
}

static void test_opening(void **state)
{
	tw_place place = TW_PLACE_INIT;
	tw_numbering *numbering = NULL;

	(void)state;
	assert_int_equal(tw_numbering_open(&numbering, f.store, f.now, NULL),
			 TW_OK);
	assert_int_equal(tw_numbering_count(numbering), 3);
	assert_int_equal(tw_numbering_find(&place, numbering, "78442000019",
					   NULL, NULL), TW_OK);
	assert_string_equal(place.operator_name, "B");
	assert_string_equal(place.region, "S");
	tw_numbering_free(numbering);
	assert_int_equal(tw_numbering_open(&numbering, NULL, f.now, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_numbering_open(NULL, f.store, f.now, NULL),
			 TW_EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, \
						   close_store)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_codes_may_be_left_out),
		TEST(test_opening),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
