/* What of a call is one of a few: units, and ids by value. */
#include "accounts_fixture.h"
#include <string.h>
#include <trunkwise.h>
#include "accounts/traits.h"
#include "../faults.h"

static const struct tw__traits office = { 1, 2, 3, 4, 1, 2, 1, 1, 0, 7,
	TW_SECOND, TW_NANOS / 100, 1 };

static int64_t id_of(struct tw__intern *intern, struct tw__traits_near *near,
		     const struct tw__traits *traits)
{
	tw_error err = TW_ERROR_INIT;
	int64_t id = -1;

	if (tw__traits_id(&id, intern, near, traits, &err))
		fail_msg("%s", err.message);
	return id;
}

static void units_divide(void **state)
{
	(void)state;
	assert_int_equal(tw__time_unit(0, 0, 0), TW_SECOND);
	assert_int_equal(tw__time_unit(5000000, 0, 61000000), TW_SECOND);
	assert_int_equal(tw__time_unit(5000000, 66001000, 61000000), 1000);
	assert_int_equal(tw__time_unit(5000001, 0, 61000000), 1);
	assert_int_equal(tw__time_unit(-1000000, 0, 0), TW_SECOND);
	assert_int_equal(tw__time_unit(INT64_MAX, INT64_MIN, 0), 1);
	assert_int_equal(tw__money_unit(0), TW_NANOS / 100);
	assert_int_equal(tw__money_unit(-1230000000), TW_NANOS / 100);
	assert_int_equal(tw__money_unit(1234560000), TW_NANOS / 100000);
	assert_int_equal(tw__money_unit(1234560001), 1);
	assert_int_equal(tw__money_unit(INT64_MAX), 1);
	assert_int_equal(tw__money_unit(INT64_MIN), 1);
}

/* Each number counts, on both ways to it. */
static void one_id_for_one_combination(void **state)
{
	static struct tw__traits_near near;
	int64_t ids[TW_TRAITS_COUNT], first;
	struct fixture *f = *state;
	struct tw__intern intern;

	fixture_begin(f);
	tw__intern_traits(&intern, f->store);
	first = id_of(&intern, &near, &office);
	assert_int_equal(first, 1);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < TW_TRAITS_COUNT; i++) {
			int64_t values[TW_TRAITS_COUNT];
			struct tw__traits other;

			memcpy(values, &office, sizeof(values));
			/* two rules of the table are about these */
			values[i] += i == 7 ? 0 : 1000000000000;
			memcpy(&other, values, sizeof(values));
			if (!round)
				ids[i] = id_of(&intern, &near, &other);
			assert_int_equal(id_of(&intern, NULL, &other), ids[i]);
			assert_int_equal(id_of(&intern, &near, &other),
					 ids[i]);
			assert_true((ids[i] == first) == (i == 7));
		}
	}
	tw__intern_free(&intern);
	fixture_commit(f);
	assert_int_equal(one_number(f, "SELECT count(*) FROM traits"), 13);
}

/* Held back like texts are; a second time nobody is asked for them. */
static void learned_and_held(void **state)
{
	struct fixture *f = *state;
	struct tw__intern intern;
	struct tw__traits other = office;

	other.department = -5;
	fixture_begin(f);
	tw__intern_traits(&intern, f->store);
	tw__intern_hold(&intern);
	assert_true(id_of(&intern, NULL, &office) > 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM traits"), 0);
	assert_int_equal(tw__intern_flush(&intern, NULL), TW_OK);
	tw__intern_free(&intern);
	tw__intern_traits(&intern, f->store);
	tw__intern_hold(&intern);
	assert_int_equal(tw__intern_learn(&intern, 100, NULL), TW_OK);
	assert_true(tw__intern_asks_nothing(&intern));
	assert_int_equal(id_of(&intern, NULL, &office), 1);
	assert_int_equal(id_of(&intern, NULL, &other), 2);
	assert_int_equal(tw__intern_flush(&intern, NULL), TW_OK);
	tw__intern_free(&intern);
	fixture_commit(f);
	assert_int_equal(one_number(f, "SELECT department FROM traits "
				    "WHERE id = 2"), -5);
	assert_int_equal(run_sql(f, "UPDATE traits SET leg = 2"), TW_ESTORE);
	assert_int_equal(run_sql(f, "DELETE FROM traits"), TW_ESTORE);
}

static void all_of_them(void **state)
{
	struct fixture *f = *state;
	struct tw__traits_list list = { NULL, 0 };
	struct tw__intern intern;
	bool more = true;

	fixture_begin(f);
	tw__intern_traits(&intern, f->store);
	id_of(&intern, NULL, &office);
	tw__intern_free(&intern);
	fixture_commit(f);
	for (int64_t n = 0; more; n++) {
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw__traits_load(&list, f->store, NULL);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		if (more)
			tw__traits_unload(&list);
	}
	assert_memory_equal(tw__traits_at(&list, 1), &office, sizeof(office));
	assert_null(tw__traits_at(&list, 0));
	assert_null(tw__traits_at(&list, -1));
	assert_null(tw__traits_at(&list, 2));
	tw__traits_unload(&list);
	assert_null(tw__traits_at(&list, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_divide),
		FIXTURE_TEST(one_id_for_one_combination),
		FIXTURE_TEST(learned_and_held),
		FIXTURE_TEST(all_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
