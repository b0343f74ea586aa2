/* What verify says of calls under way. */
#include "recorder_fixture.h"
#include "accounts/verify_live.h"

static void ask(struct desk *d, uint32_t holds, const char *text)
{
	tw_verdict verdict = TW_VERDICT_INIT;

	assert_int_equal(tw__verify_open_calls(&verdict, d->f.store, NULL),
			 TW_OK);
	assert_int_equal(verdict.holds, holds);
	if (!strstr(verdict.detail, text))
		fail_msg("%s", verdict.detail);
}

static void open_and_stored_is_named(void **state)
{
	struct desk *d = *state;

	ask(d, 1, "0 calls");
	desk_open(d);
	desk_add(d, 1);
	desk_step(d, 50);
	assert_int_equal(run_sql(&d->f, "INSERT INTO open_call SELECT "
		"start_us, key, 'gw', 1, start_us, caller, callee, x'00', 0 "
		"FROM call"), TW_OK);
	ask(d, 0, "1 calls are under way and stored");
	assert_int_equal(run_sql(&d->f, "UPDATE open_call SET batch = 1"),
			 TW_OK);
	ask(d, 1, "0 calls");
	assert_int_equal(run_sql(&d->f, "UPDATE open_call SET key = key + 1"),
			 TW_OK);
	ask(d, 0, "1 are marked");
	assert_int_equal(run_sql(&d->f, "DELETE FROM open_call"), TW_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(open_and_stored_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
