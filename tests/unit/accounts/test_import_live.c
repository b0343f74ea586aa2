/* An import that goes on: what it knows of the store stays true. */
#include "recorder_fixture.h"
#include "accounts/import.h"

static void resume(tw_import *import)
{
	tw_error err = TW_ERROR_INIT;

	if (tw__import_resume(import, &err))
		fail_msg("resume: %s", err.message);
}

static void commit(tw_import *import)
{
	tw_error err = TW_ERROR_INIT;

	if (tw_import_commit(NULL, NULL, import, &err))
		fail_msg("commit: %s", err.message);
}

static void only_a_committed_one_goes_on(void **state)
{
	struct desk *d = *state;
	tw_import *import = begin_import(&d->f, NULL, NULL);
	char id[32];
	tw_cdr cdr = desk_call(id, 1);

	assert_int_equal(tw__import_resume(import, NULL), TW_EINVAL);
	add_call(import, &cdr);
	commit(import);
	assert_int_equal(tw_import_add(import, &cdr, NULL), TW_EINVAL);
	resume(import);
	assert_int_equal(tw_import_add(import, &cdr, NULL), TW_EEXIST);
	cdr.start += TW_SECOND;
	add_call(import, &cdr);
	commit(import);
	tw_import_free(import);
	assert_int_equal(calls_of(d), 2);
	assert_int_equal(one_number(&d->f, "SELECT count(*) FROM batch"), 1);
}

/* A group that brought nothing drops its batch; the next has one again. */
static void a_dropped_batch(void **state)
{
	struct desk *d = *state;
	tw_import *import = begin_import(&d->f, NULL, NULL);
	char id[32];
	tw_cdr cdr = desk_call(id, 1);

	commit(import);
	assert_int_equal(one_number(&d->f, "SELECT count(*) FROM batch"), 0);
	resume(import);
	add_call(import, &cdr);
	commit(import);
	resume(import);
	cdr.start += TW_SECOND;
	add_call(import, &cdr);
	commit(import);
	tw_import_free(import);
	assert_int_equal(one_number(&d->f, "SELECT rows_stored FROM batch"),
			 2);
}

/* Numbers that a refused record brought are forgotten by the store, and must
 * be by the import. */
static void forgotten_people_are_met_anew(void **state)
{
	struct desk *d = *state;
	tw_import *import = begin_import(&d->f, NULL, NULL);
	char id[32];
	tw_cdr cdr = desk_call(id, 1);

	add_call(import, &cdr);
	cdr.callee = "79165550007";
	assert_int_equal(tw_import_add(import, &cdr, NULL), TW_ECONFLICT);
	commit(import);
	assert_int_equal(one_number(&d->f, "SELECT count(*) FROM identity "
				    "WHERE digits = '79165550007'"), 0);
	resume(import);
	cdr.start += TW_SECOND;
	add_call(import, &cdr);
	commit(import);
	tw_import_free(import);
	assert_int_equal(one_number(&d->f, "SELECT count(*) FROM call JOIN "
		"identity ON identity.id = call.callee "
		"WHERE digits = '79165550007'"), 1);
}

/* Bundles, too: what another import drew in between is gone. */
static void minutes_that_others_took(void **state)
{
	struct desk *d = *state;
	tw_import *import;
	tw_store *other;
	char id[32];
	tw_cdr cdr = desk_call(id, 1);
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_import *theirs;

	want_two_cities(&d->f);
	want(&d->f, "tariff[0].name", "carrier-2026");
	want(&d->f, "tariff[0].carrier", "carrier");
	want(&d->f, "tariff[0].currency", "RUB");
	want(&d->f, "tariff[0].zone", "Europe/Moscow");
	want(&d->f, "bundle[0].name", "mobile");
	want(&d->f, "bundle[0].tariff", "carrier-2026");
	want_as(&d->f, "bundle[0].minutes", TW_VALUE_INTEGER, "2");
	want(&d->f, "bundle[0].period", "month");
	want(&d->f, "bundle[0].prefixes[0]", "79");
	apply_at(&d->f, "2026-09-02T00:00:00+03:00");

	assert_int_equal(tw_store_open(&other, d->f.path, NULL, NULL), TW_OK);
	import = begin_import(&d->f, NULL, NULL);
	add_call(import, &cdr);
	commit(import);
	assert_int_equal(one_number(&d->f, "SELECT sum(seconds) FROM "
				    "bundle_pot"), 60);
	cdr = desk_call(id, 2);
	assert_int_equal(tw_import_new(&theirs, other, &options, NULL),
			 TW_OK);
	add_call(theirs, &cdr);
	commit(theirs);
	tw_import_free(theirs);
	tw_store_free(other);
	resume(import);
	cdr = desk_call(id, 3);
	add_call(import, &cdr);
	commit(import);
	tw_import_free(import);
	assert_int_equal(one_number(&d->f, "SELECT sum(seconds) FROM "
				    "bundle_pot"), 120);
	assert_int_equal(one_number(&d->f, "SELECT sum(cost_nanos) FROM "
		"rollup WHERE period < 1000000"), RUB(1, 50));
}

static void ignore(const char *call_id, tw_status status, const char *text,
		   void *arg)
{
	(void)call_id;
	(void)text;
	assert_int_equal(status, TW_OK);
	++*(unsigned int *)arg;
}

/* A final record that comes after all is a conflict: kept, told, and neither
 * counted nor charged on top. */
static void a_final_record_of_a_closed_call(void **state)
{
	struct desk *d = *state;
	const struct tw__dead which = { "", 0 };
	tw_import *import = begin_import(&d->f, NULL, NULL);
	tw_error err = TW_ERROR_INIT;
	unsigned int closed = 0;
	char id[32];
	tw_cdr cdr = desk_call(id, 1);

	cdr.flags = TW_CDR_INTERIM;
	assert_int_equal(tw_import_add(import, &cdr, NULL), TW_OK);
	commit(import);
	resume(import);
	assert_int_equal(tw__import_close_dead(import, &which, ignore,
					       &closed, NULL), TW_OK);
	commit(import);
	assert_int_equal(closed, 1);
	assert_int_equal(calls_of(d), 1);
	resume(import);
	cdr.flags = 0;
	assert_int_equal(tw_import_add(import, &cdr, NULL), TW_EEXIST);
	cdr.duration_us += TW_SECOND;
	assert_int_equal(tw_import_add(import, &cdr, &err), TW_ECONFLICT);
	assert_non_null(strstr(err.message, "closed at its last interim"));
	commit(import);
	tw_import_free(import);
	assert_int_equal(one_number(&d->f, "SELECT sum(cost_nanos) FROM "
		"rollup WHERE period < 1000000"), RUB(1, 50));
	assert_int_equal(tw_import_undo(d->f.store, 1, NULL), TW_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(only_a_committed_one_goes_on),
		DESK_TEST(a_dropped_batch),
		DESK_TEST(forgotten_people_are_met_anew),
		DESK_TEST(minutes_that_others_took),
		DESK_TEST(a_final_record_of_a_closed_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
