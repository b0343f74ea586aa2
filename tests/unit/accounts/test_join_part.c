/* A batch without pairs is left alone, and a record that is gone is told. */
#include "accounts_fixture.h"
#include "accounts/join.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(nothing_to_part),
		FIXTURE_TEST(a_partner_that_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
