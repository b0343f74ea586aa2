/* Ranges into the store: each file, code and range once, each place once. */
#include "accounts_fixture.h"
#include "accounts/ranges_job.h"

/* Source 0 is what was in force: it is not written again. */
static void add(struct tw__ranges *ranges, uint64_t from, uint32_t source,
		const char *region)
{
	struct tw__place_view view = { tw__str_of("operator"),
		tw__str_of(region), tw__str_of("") };
	struct tw__range row = { .from = from, .to = from + 99,
		.source = source, .line = 2, .code = from / 10000000 };

	assert_int_equal(tw__ranges_place(&row.place, ranges, &view, NULL),
			 TW_OK);
	assert_int_equal(tw__ranges_add(ranges, &row, NULL), TW_OK);
}

static void test_version(void **state)
{
	struct fixture *f = *state;
	struct tw__ranges_file files[2] = { { .is_read = true, .rows = 3 } };
	struct tw__ranges_code codes[] = { { 7843, 0 }, { 7855, 0 } };
	struct tw__ranges_job job = { .store = f->store, .now = f->now,
		.files = files, .file_count = 2, .codes = codes,
		.code_count = 2, .counts = TW_COUNTS_INIT,
		.diff = TW_NUMBERING_DIFF_INIT };
	tw_error err = TW_ERROR_INIT;

	files[0].source.name = "a.csv";
	strcpy(files[0].hash, "00");
	add(&job.ranges, 78430000000, 1, "Tatarstan");
	add(&job.ranges, 78550000000, 1, "Tatarstan");
	add(&job.ranges, 78550000100, 1, "Bashkortostan");
	add(&job.ranges, 74950000000, 0, "Moscow");
	fixture_begin(f);
	if (tw__ranges_write(&job, &err))
		fail_msg("%s", err.message);
	fixture_commit(f);
	assert_int_equal(job.diff.version, 1);
	/* the second file was in force already: no row of this version */
	assert_int_equal(one_number(f, "SELECT count(*) FROM numbering_file "
				    "WHERE name = 'a.csv'"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM "
				    "numbering_file"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM "
				    "numbering_code"), 2);
	assert_int_equal(one_number(f, "SELECT count(*) FROM "
				    "numbering_range"), 3);
	assert_int_equal(one_number(f, "SELECT count(DISTINCT place) FROM "
				    "numbering_range"), 2);
	tw__ranges_free(&job.ranges);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_version, fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
