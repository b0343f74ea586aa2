/* What calls were when they came, and what became of them. */
#include "accounts_fixture.h"
#include "accounts/call.h"
#include "accounts/history.h"

struct seen {
	int64_t batch, run, sign, cost, department, open_month;
};

struct story {
	struct seen rows[64];
	size_t count;
};

static tw_status note(const struct tw__event *e, void *arg, tw_error *err)
{
	struct story *story = arg;

	(void)err;
	assert_true(story->count < 64);
	story->rows[story->count++] = (struct seen){ e->batch, e->run,
		e->posted.sign, e->standing->cost_nanos,
		e->standing->department, e->posted.open_month };
	return TW_OK;
}

static struct story tell(struct fixture *f)
{
	static const int64_t always[2] = TW_ALWAYS;
	struct story story = { .count = 0 };
	tw_error err = TW_ERROR_INIT;

	if (tw__history_scan(f->store, always, note, &story, &err))
		fail_msg("%s", err.message);
	return story;
}

static void is(const struct seen *a, struct seen b)
{
	assert_memory_equal(a, &b, sizeof(b));
}

/* A call comes in, is amended twice and taken back, and comes again. */
static void whole_life(void **state)
{
	struct fixture *f = *state;
	struct story story;
	const char *text = "call_id,start,duration,caller,callee\n"
		"a,2026-10-05T10:00:00+03:00,60,78432000001,79161234567\n"
		"b,2026-10-06T10:00:00+03:00,60,78432000001,79161234567\n";

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import_text(f, "native", NULL, text);
	story = tell(f);
	assert_int_equal(story.count, 2);
	assert_int_equal(story.rows[0].cost, RUB(1, 50));

	assert_int_equal(run_sql(f, "INSERT INTO amendment_run VALUES "
		"(4, 'rerate', '', 1, 0, 202611, 1), "
		"(5, 'rerate', '', 1, 0, 0, 1)"), TW_OK);
	assert_int_equal(run_sql(f, "INSERT INTO amendment SELECT start_us, "
		"key, batch, 4, s, 9, carrier, number, leg, rate_state, "
		"reason, tariff_version, rate_row, charged_s, 100 + s, 0, 0, "
		"1, 1, NULL FROM call, (SELECT 0 s UNION ALL SELECT 1) "
		"WHERE call_id = 'a'"), TW_OK);
	assert_int_equal(run_sql(f, "INSERT INTO amendment SELECT start_us, "
		"key, batch, 5, s, 9, carrier, number, leg, rate_state, "
		"reason, tariff_version, rate_row, charged_s, 101 + s, 0, 0, "
		"1, 1, NULL FROM call, (SELECT 0 s UNION ALL SELECT 1) "
		"WHERE call_id = 'a'"), TW_OK);
	assert_int_equal(run_sql(f, "INSERT INTO traits SELECT NULL, trunk, "
		"carrier, 9, number, leg, direction, status, rate_state, "
		"reason, tariff_version, time_us, 1, vat_nanos FROM traits"),
		TW_OK);
	assert_int_equal(run_sql(f, "UPDATE call_row SET cost = 102, "
		"undone = batch, traits = (SELECT id FROM traits "
		"WHERE department = 9 ORDER BY id LIMIT 1) "
		"WHERE call_id = 'a'"), TW_OK);
	assert_int_equal(run_sql(f, "UPDATE batch SET undone_month = 202612, "
		"open_month = 202601"), TW_OK);
	story = tell(f);
	assert_int_equal(story.count, 7);
	is(&story.rows[0], (struct seen){ 1, 0, 1, 100, 9, 202601 });
	is(&story.rows[1], (struct seen){ 0, 4, -1, 100, 9, 202611 });
	is(&story.rows[2], (struct seen){ 0, 4, 1, 101, 9, 202611 });
	is(&story.rows[3], (struct seen){ 0, 5, -1, 101, 9, 0 });
	is(&story.rows[4], (struct seen){ 0, 5, 1, 102, 9, 0 });
	is(&story.rows[5], (struct seen){ 1, 0, -1, 102, 9, 202612 });
	assert_int_equal(story.rows[6].cost, RUB(1, 50));

	/* the same record once more has no amendments */
	import_text(f, "native", NULL, text);
	story = tell(f);
	assert_int_equal(story.count, 8);
	assert_int_equal(story.rows[0].batch, 2);
	assert_int_equal(story.rows[0].cost, RUB(1, 50));
	is(&story.rows[1], (struct seen){ 1, 0, 1, 100, 9, 202601 });
}

static void half_an_amendment(void **state)
{
	static const int64_t always[2] = TW_ALWAYS;
	struct fixture *f = *state;
	struct story story = { .count = 0 };
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(run_sql(f, "INSERT INTO amendment_run VALUES "
		"(4, 'rerate', '', 1, 0, 202611, 1)"), TW_OK);
	assert_int_equal(run_sql(f, "INSERT INTO amendment VALUES (1, 2, 3, "
		"4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL)"),
		TW_OK);
	assert_int_equal(tw__history_scan(f->store, always, note, &story,
					  &err), TW_ESTORE);
	assert_non_null(strstr(err.message, "one side"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(whole_life),
		FIXTURE_TEST(half_an_amendment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
