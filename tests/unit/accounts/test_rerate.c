/* A stored call is the question that it once was. */
#include "accounts/rerate.h"
#include "usage_fixture.h"

static const int64_t always[2] = { INT64_MIN, INT64_MAX };

struct seen {
	size_t count, alike;
};

static tw_status see(const struct tw__again *again, void *arg, tw_error *err)
{
	struct seen *seen = arg;

	(void)err;
	seen->count++;
	seen->alike += !again->status && again->row == again->rate_row &&
		again->sum.cost_nanos == again->cost_nanos;
	return TW_OK;
}

static struct seen look(struct fixture *f, int64_t tariff)
{
	struct seen seen = { 0, 0 };
	tw_error err = TW_ERROR_INIT;

	if (tw__rate_again(f->store, always, tariff, see, &seen, &err))
		fail_msg("%s", err.message);
	return seen;
}

static void every_charge_again(void **state)
{
	struct fixture *f = *state;
	struct seen seen;

	want_tariff(f, "RUB");
	want_bundle(f);
	want_tier(f, "1", "50");
	in_force(f);
	for (int i = 0; i < 9; i++)
		talk(f, i % 3 ? MOBILE : "78432991122",
		     MOSCOW("2026-10-05T10:00:00") + i * TW_SECOND,
		     60 + 30 * i);
	talk(f, LONDON, MOSCOW("2026-10-05T12:00:00"), 60);   /* no price */
	seen = look(f, 0);
	assert_int_equal(seen.count, 9);
	assert_int_equal(seen.alike, 9);
	assert_int_equal(look(f, tariff_of(f)).count, 9);
	assert_int_equal(look(f, 1).count, 0);
}

/* Numbers that were erased: the prefix of the row stands for them. */
static void without_the_numbers(void **state)
{
	struct fixture *f = *state;
	struct seen seen;

	want_tariff(f, "RUB");
	in_force(f);
	talk(f, MOBILE, MOSCOW("2026-10-05T10:00:00"), 61);
	fixture_begin(f);
	assert_int_equal(run_sql(f, "UPDATE identity SET digits = NULL"),
			 TW_OK);
	fixture_commit(f);
	seen = look(f, 0);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.alike, 1);
}

/* The window is of answers, both ends included. */
static void by_the_answer(void **state)
{
	const int64_t from = MOSCOW("2026-10-05T10:00:00");
	struct fixture *f = *state;
	struct seen seen = { 0, 0 };
	tw_import *import;
	char id[32];
	tw_cdr cdr;

	want_tariff(f, "RUB");
	in_force(f);
	import = begin_import(f, NULL, NULL);
	for (int i = 0; i < 4; i++) {
		cdr = call_of(f, id, "78432000001", MOBILE);
		cdr.answer = from + (i - 1) * TW_SECOND;
		cdr.start = cdr.answer - 30 * TW_SECOND;
		add_call(import, &cdr);
	}
	end_import(import);
	assert_int_equal(tw__rate_again(f->store, (const int64_t []){ from,
		from + TW_SECOND }, 0, see, &seen, NULL), TW_OK);
	assert_int_equal(seen.count, 2);
}

static tw_status stop(const struct tw__again *again, void *arg,
		      tw_error *err)
{
	(void)again;
	(void)arg;
	return tw__fail(err, TW_ERANGE, "enough");
}

static void a_callback_that_fails(void **state)
{
	struct fixture *f = *state;

	want_tariff(f, "RUB");
	in_force(f);
	talk(f, MOBILE, MOSCOW("2026-10-05T10:00:00"), 61);
	assert_int_equal(tw__rate_again(f->store, always, 0, stop, NULL,
					NULL), TW_ERANGE);
	/* and the statement can be used again */
	assert_int_equal(look(f, 0).count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(every_charge_again),
		FIXTURE_TEST(without_the_numbers),
		FIXTURE_TEST(by_the_answer),
		FIXTURE_TEST(a_callback_that_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
