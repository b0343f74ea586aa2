/* A file: the same bytes once, under one reading. */
#include "accounts_fixture.h"
#include "../faults.h"

#define TEXT "call_id,start,duration,caller,callee\n" \
	"a,2026-10-05 10:00:00,60,78432000001,79161234567\n"

static tw_status read_as(struct fixture *f, const char *source,
			 const char *zone, tw_error *err)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_import *import;
	tw_status status;

	options.preset = "native";
	options.source = source;
	options.zone = zone;
	assert_int_equal(tw_import_new(&import, f->store, &options, err),
			 TW_OK);
	status = tw_import_file(import, TEXT, sizeof(TEXT) - 1, err);
	if (!status)
		end_import(import);
	else
		tw_import_free(import);
	return status;
}

static void one_reading(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(read_as(f, "pbx", "Europe/Moscow", &err), TW_OK);
	assert_int_equal(read_as(f, "pbx", "Europe/Moscow", &err), TW_OK);
	assert_int_equal(read_as(f, "pbx", "Asia/Tomsk", &err),
			 TW_ECONFLICT);
	assert_string_equal(err.field, "zone");
	assert_int_equal(read_as(f, "other", "Europe/Moscow", &err),
			 TW_ECONFLICT);
	assert_string_equal(err.field, "source");
	assert_int_equal(tw_import_undo(f->store, 1, &err), TW_OK);
	assert_int_equal(read_as(f, "pbx", "Asia/Tomsk", &err), TW_OK);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call WHERE "
				    "undone = 0"), 1);
}

/* A reading that found no call is in nobody's way, and is known when it comes
 * again. */
static void no_call(void **state)
{
	static const char text[] = "call_id,start,duration,caller,callee,"
		"status\na,2026-10-05 10:00:00,60,101,102,FINE\n";
	struct fixture *f = *state;
	const char *const sources[] = { "a", "a", "b" };
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;

	options.preset = "native";
	options.zone = "UTC";
	for (size_t i = 0; i < TW_ARRAY_COUNT(sources); i++) {
		tw_error err = TW_ERROR_INIT;
		tw_import *import;

		options.source = sources[i];
		assert_int_equal(tw_import_new(&import, f->store, &options,
					       &err), TW_OK);
		assert_int_equal(tw_import_file(import, text,
						sizeof(text) - 1, &err),
				 TW_OK);
		assert_int_equal(end_import(import).rows_rejected, 1);
	}
	assert_int_equal(one_number(f, "SELECT count(*) FROM batch"), 2);
}

static void no_file(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	tw_import *import = begin_import(f, NULL, NULL);

	assert_int_equal(tw_import_file(import, TEXT, sizeof(TEXT) - 1,
					&err), TW_EINVAL);
	assert_string_equal(err.field, "preset");
	tw_import_free(import);
	import = begin_import(f, "native", "UTC");
	assert_int_equal(tw_import_file(import, NULL, 5, &err), TW_EINVAL);
	tw_import_free(import);
}

/* A row that is put aside while memory runs out: the word is of memory, and
 * not of what was wrong with the row. */
static void put_aside_without_memory(void **state)
{
	static const char text[] = "call_id,start,duration,caller,callee\n"
		"a,2026-10-05T10:00:00Z,x,78432000001,79161234567\n";
	struct fixture *f = *state;
	bool more = true;

	for (int64_t n = 0; more; n++) {
		tw_import *import = begin_import(f, "native", NULL);
		tw_error err = TW_ERROR_INIT;
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_import_file(import, text, sizeof(text) - 1,
					&err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(err.code, status);
		tw_import_free(import);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(one_reading), FIXTURE_TEST(no_call),
		FIXTURE_TEST(no_file),
		FIXTURE_TEST(put_aside_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
