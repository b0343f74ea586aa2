/* What is looked at: two sources, a month and what its ends may hide. */
#include "accounts_fixture.h"
#include "accounts/join.h"

#define HEAD "call_id,start,duration,caller,callee,direction\n"
#define CALL(id, start) id "," start "+03:00,60,78432000001,79161234567," \
	"outbound\n"

static void import_as(struct fixture *f, const char *source,
		      const char *text)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_import *import;

	options.preset = "native";
	options.source = source;
	if (tw_import_new(&import, f->store, &options, &err) ||
	    tw_import_file(import, text, strlen(text), &err))
		fail_msg("%s: %s", err.field, err.message);
	end_import(import);
}

static void a_month_and_its_ends(void **state)
{
	struct fixture *f = *state;
	struct tw__joining j = { .options = TW_JOIN_OPTIONS_INIT };
	tw_error err = TW_ERROR_INIT;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	import_as(f, "pbx", HEAD CALL("early", "2026-09-30T23:00:00")
		CALL("end", "2026-09-30T23:59:00")
		CALL("in", "2026-10-05T10:00:00")
		"us,2026-10-05T10:00:00+03:00,5,101,102,internal\n");
	import_as(f, "carrier", HEAD CALL("c", "2026-10-05T10:00:00"));
	j.store = f->store;
	j.options.first = "pbx";
	j.options.second = "carrier";
	j.options.window_s = 60;
	j.options.offset_max_s = 60;
	j.from = MOSCOW("2026-10-01T00:00:00");
	j.to = MOSCOW("2026-11-01T00:00:00");
	if (tw__join_load(&j, &err))
		fail_msg("%s", err.message);
	assert_int_equal(j.side[0].count, 2);
	assert_false(j.side[0].told[0].in_month);
	assert_true(j.side[0].told[1].in_month);
	assert_true(j.side[0].seen[1].remote == 79161234567u);
	assert_int_equal(j.side[1].count, 1);
	tw__join_unload(&j);
	assert_int_equal(j.side[0].count, 0);
	j.options.second = "nobody";
	assert_int_equal(tw__join_load(&j, &err), TW_ENOTFOUND);
	assert_string_equal(err.field, "second");
	tw__join_unload(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(a_month_and_its_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
