/* A batch without pairs is left alone, and a record that is gone is told. */
#include "usage_fixture.h"
#include "accounts/join.h"

#define HEAD "call_id,start,duration,caller,callee,direction\n"
#define CALL ",78432000001,79161234567,outbound\n"

static void nothing_to_part(void **state)
{
	struct fixture *f = *state;

	fixture_begin(f);
	assert_int_equal(tw__join_part(f->store, 7, NULL), TW_OK);
	fixture_commit(f);
	assert_int_equal(one_number(f, "SELECT count(*) FROM amendment_run"),
			 0);
}

static void a_partner_that_is_gone(void **state)
{
	struct fixture *f = *state;
	const struct tw__told told = { 5, 6, 7, true, false };
	struct tw__stored stored;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__told_find(&stored, f->store, &told, &err),
			 TW_ESTORE);
	assert_non_null(strstr(err.message, "run verify"));
}

static void take(struct fixture *f, const char *source, const char *rows)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_import *import;
	char text[256];

	options.source = source;
	options.preset = "native";
	snprintf(text, sizeof(text), "%s%s", HEAD, rows);
	if (tw_import_new(&import, f->store, &options, &err) ||
	    tw_import_file(import, text, strlen(text), &err))
		fail_msg("%s: %s", err.field, err.message);
	end_import(import);
	must_verify(f);
}

/* 600 seconds are free: what a joined call had of them has gone to another. */
static void what_it_took_is_gone(void **state)
{
	struct fixture *f = *state;
	tw_join_options options = TW_JOIN_OPTIONS_INIT;
	tw_join sum = TW_JOIN_INIT;

	want_tariff(f, "RUB");
	want_bundle(f);
	in_force(f);
	take(f, "pbx", "p,2026-10-05T10:00:00Z,400" CALL);
	take(f, "carrier", "c,2026-10-05T10:00:20Z,400" CALL);
	options.month = "2026-10";
	options.first = "pbx";
	options.second = "carrier";
	assert_int_equal(tw_cdr_join(&sum, NULL, f->store, &options, NULL),
			 TW_OK);
	assert_int_equal(sum.joined, 1);
	take(f, "pbx", "o,2026-10-05T12:00:00Z,500" CALL);
	assert_int_equal(one_number(f, "SELECT seconds FROM bundle_pot"),
			 600);
	assert_int_equal(tw_import_undo(f->store, 2, NULL), TW_OK);
	must_verify(f);
	assert_int_equal(one_number(f, "SELECT seconds FROM bundle_pot"),
			 600);
	/* 200 of 400 seconds */
	assert_int_equal(one_number(f, "SELECT cost_nanos FROM call "
				    "WHERE call_id = 'p'"), 5000000000);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call_pair "
				    "WHERE parted = 0"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(nothing_to_part),
		FIXTURE_TEST(a_partner_that_is_gone),
		FIXTURE_TEST(what_it_took_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
