/* Which version of a name was in force at an instant. */
#include "accounts_fixture.h"
#include "accounts/call_versions.h"
#include "../faults.h"

/* kazan 10-20, 20-30, then 40-50; ufa from 5. */
static tw_status fill(struct tw__versions *versions, tw_error *err)
{
	static const struct { const char *name; int64_t from, to, id; }
	rows[] = {
		{ "kazan", 10, 20, 1 }, { "kazan", 20, 30, 1 },
		{ "kazan", 40, 50, 2 }, { "ufa", 5, INT64_MAX, 3 },
	};
	tw_status status = TW_OK;

	for (size_t i = 0; !status && i < TW_ARRAY_COUNT(rows); i++) {
		const struct tw__version row = { NULL, rows[i].from,
			rows[i].to, rows[i].id, { 7, (int64_t)i } };

		status = tw__versions_add(versions, rows[i].name, &row, err);
	}
	return status ? status : tw__versions_index(versions, err);
}

static void half_open_and_nearest(void **state)
{
	/* at, ref of what is in force (-1 none), ref of the nearest */
	static const struct { int64_t at, in_force, near; } cases[] = {
		{ 9, -1, 0 }, { 10, 0, 0 }, { 19, 0, 0 }, { 20, 1, 1 },
		{ 29, 1, 1 }, { 30, -1, 2 }, { 39, -1, 2 }, { 40, 2, 2 },
		{ 49, 2, 2 }, { 50, -1, 2 }, { INT64_MAX, -1, 2 },
		{ INT64_MIN, -1, 0 },
	};
	struct tw__versions versions = { 0 };

	(void)state;
	assert_int_equal(fill(&versions, NULL), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		const struct tw__version *at = tw__versions_at(&versions,
			"kazan", cases[i].at);
		const struct tw__version *near = tw__versions_near(&versions,
			"kazan", cases[i].at);

		assert_int_equal(at ? at->ref[1] : -1, cases[i].in_force);
		assert_int_equal(near->ref[1], cases[i].near);
	}
	/* the last name's rows end where the table does */
	assert_int_equal(tw__versions_at(&versions, "ufa", 5)->id, 3);
	assert_null(tw__versions_at(&versions, "ufa", 4));
	assert_int_equal(tw__versions_near(&versions, "ufa", 4)->id, 3);
	assert_null(tw__versions_at(&versions, "perm", 15));
	assert_null(tw__versions_near(&versions, "perm", 15));
	assert_null(tw__versions_near(&versions, "", 15));
	tw__versions_free(&versions);
	assert_int_equal(versions.count, 0);
}

static void nothing_at_all(void **state)
{
	struct tw__versions versions = { 0 };

	(void)state;
	assert_null(tw__versions_at(&versions, "x", 1));
	assert_null(tw__versions_near(&versions, "x", 1));
	assert_int_equal(tw__versions_index(&versions, NULL), TW_OK);
	assert_null(tw__versions_at(&versions, "x", 1));
	tw__versions_free(&versions);
}

static void names_are_copied_and_found(void **state)
{
	enum { COUNT = 3000 };
	struct tw__versions versions = { 0 };
	char name[16];

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		const struct tw__version row = { NULL, 0, 10, i, { 0, 0 } };

		snprintf(name, sizeof(name), "%04d", i);
		assert_int_equal(tw__versions_add(&versions, name, &row,
						  NULL), TW_OK);
	}
	assert_int_equal(tw__versions_index(&versions, NULL), TW_OK);
	for (int i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "%04d", i);
		assert_int_equal(tw__versions_at(&versions, name, 0)->id, i);
	}
	tw__versions_free(&versions);
}

static void from_the_store(void **state)
{
	static const char sql[] = "SELECT name, valid_from, valid_to, id, "
		"id, 5 FROM department ORDER BY name, valid_from";
	struct fixture *f = *state;
	struct tw__versions versions = { 0 };
	const struct tw__version *ufa;
	tw_error err = TW_ERROR_INIT;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	assert_int_equal(tw__versions_load(&versions, f->store, sql, &err),
			 TW_OK);
	assert_int_equal(versions.count, 2);
	ufa = tw__versions_at(&versions, "Ufa",
			      MOSCOW("2026-09-01T00:00:00"));
	assert_non_null(ufa);
	assert_int_equal(ufa->ref[0], ufa->id);
	assert_int_equal(ufa->ref[1], 5);
	assert_null(tw__versions_at(&versions, "Ufa",
				    MOSCOW("2026-08-31T23:59:59")));
	tw__versions_free(&versions);
	assert_int_equal(tw__versions_load(&versions, f->store,
		"SELECT nothing", &err), TW_ESTORE);
	tw__versions_free(&versions);
}

static void every_failed_allocation(void **state)
{
	struct faults faults;
	int64_t n = 0;

	(void)state;
	for (bool more = true; more; n++) {
		struct tw__versions versions = { 0 };
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		faults_begin(&faults, n);
		status = fill(&versions, &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(err.code, status);
		tw__versions_free(&versions);
	}
	assert_int_equal(n, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_open_and_nearest),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(names_are_copied_and_found),
		FIXTURE_TEST(from_the_store),
		cmocka_unit_test(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
