/* When calls were that a leg may belong to. */
#include "accounts_fixture.h"
#include <stdio.h>
#include <trunkwise.h>
#include "accounts/call_legs.h"
#include "accounts/call_links.h"
#include "../faults.h"

#define START MOSCOW("2026-10-05T00:00:00")
#define HOUR  (3600 * TW_SECOND)
#define UUID  "12345678-9abc-def0-1234-56789abcdef0"

/* Of source native (marks 1); traits 1 came in, 2 went out. */
static void put(struct fixture *f, tw_time start, const char *id,
		const char *linked, int traits)
{
	static int key;
	char sql[400];

	snprintf(sql, sizeof(sql), "INSERT INTO call_row (start_us, key, "
		 "content, batch, marks, call_id, linked, sequence, traits, "
		 "duration, caller, callee) VALUES (%lld, %d, 1, 1, 1, %s, "
		 "%s, 0, %d, 0, 0, 0)", (long long)start, ++key, id, linked,
		 traits);
	assert_int_equal(run_sql(f, sql), TW_OK);
}

static void begin(struct fixture *f)
{
	fixture_begin(f);
	assert_int_equal(run_sql(f, "INSERT INTO marks VALUES (1, 'native', "
		"'', '', '', '', '', '', ''), (2, 'other', '', '', '', '', "
		"'', '', '')"), TW_OK);
	assert_int_equal(run_sql(f, "INSERT INTO traits VALUES (1, 0, 0, 0, "
		"0, 1, 2, 1, 2, 12, 0, 1, 1, 1), (2, 0, 0, 0, 0, 1, 1, 1, 2, "
		"12, 0, 1, 1, 1)"), TW_OK);
}

static struct tw__links *links_of(struct fixture *f)
{
	struct tw__links *links;

	assert_int_equal(tw__links_new(&links, f->store, "native", NULL),
			 TW_OK);
	return links;
}

static void must_be(struct tw__links *links, const char *id, tw_time at,
		    tw_time first, tw_time last)
{
	const tw_time near[2] = { at - TW_LEG_WITHIN_US,
		at + TW_LEG_WITHIN_US };
	tw_time out[2];

	assert_int_equal(tw__links_between(out, links, id, near, NULL),
			 TW_OK);
	assert_int_equal(out[0], first);
	assert_int_equal(out[1], last);
}

static void by_both_ids(void **state)
{
	struct fixture *f = *state;
	struct tw__links *links;

	begin(f);
	put(f, START, "'a'", "NULL", 1);
	put(f, START + HOUR, "'b'", "'a'", 1);
	put(f, START + 2 * HOUR, "'a'", "NULL", 2);
	put(f, START + 3 * HOUR, "x'123456789abcdef0123456789abcdef0'",
	    "NULL", 1);
	links = links_of(f);
	must_be(links, "a", START, START, START + HOUR);
	must_be(links, "b", START, START + HOUR, START + HOUR);
	must_be(links, "c", START, 0, 0);
	must_be(links, UUID, START, START + 3 * HOUR, START + 3 * HOUR);
	/* no further than was asked */
	must_be(links, "a", START + 5 * HOUR, START + HOUR, START + HOUR);
	must_be(links, "a", START + 6 * HOUR, 0, 0);
	tw__links_free(links);
	tw__links_free(NULL);
	fixture_commit(f);
}

/* What the import adds stays, however far the rows of a file are apart. */
static void own_and_far(void **state)
{
	struct fixture *f = *state;
	struct tw__links *links;

	begin(f);
	put(f, START, "'a'", "NULL", 1);
	put(f, START + 9000 * HOUR, "'a'", "NULL", 1);
	put(f, START + 9000 * HOUR, "'o'", "NULL", 1);
	assert_int_equal(run_sql(f, "UPDATE call_row SET marks = 2 "
				 "WHERE call_id = 'o'"), TW_OK);
	links = links_of(f);
	assert_int_equal(tw__links_add(links, "own", START, NULL), TW_OK);
	for (int i = 0; i < 3; i++) {
		must_be(links, "own", START, START, START);
		must_be(links, "own", START + 9000 * HOUR, 0, 0);
		must_be(links, "o", START + 9000 * HOUR, 0, 0);
		must_be(links, "a", START, START, START);
	}
	tw__links_free(links);
	fixture_commit(f);
}

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* Any order of questions: whoever is within the time is between the bounds,
 * and the bounds are no wider than the time. */
static void any_order(void **state)
{
	struct fixture *f = *state;
	tw_time starts[200];
	struct tw__links *links;
	uint64_t seed = 7;
	char id[16];

	begin(f);
	for (size_t i = 0; i < TW_ARRAY_COUNT(starts); i++) {
		starts[i] = START + (tw_time)next(&seed) * 300;
		snprintf(id, sizeof(id), "'%zu'", i % 20);
		put(f, starts[i], id, "NULL", 1);
	}
	links = links_of(f);
	for (int n = 0; n < 500; n++) {
		const tw_time from = START + (tw_time)next(&seed) * 300;
		const tw_time near[2] = { from, from + 8 * HOUR };
		size_t of = next(&seed) % 21;
		tw_time out[2];

		snprintf(id, sizeof(id), "%zu", of);
		assert_int_equal(tw__links_between(out, links, id, near,
						   NULL), TW_OK);
		assert_true(!out[0] || (out[0] >= near[0] &&
					out[1] <= near[1]));
		for (size_t i = 0; i < TW_ARRAY_COUNT(starts); i++) {
			if (i % 20 == of && starts[i] >= near[0] &&
			    starts[i] <= near[1])
				assert_true(out[0] && starts[i] >= out[0] &&
					    starts[i] <= out[1]);
		}
	}
	tw__links_free(links);
	fixture_commit(f);
}

static void every_failed_allocation(void **state)
{
	static const char more_rows[] = "INSERT INTO call_row SELECT "
		"start_us + 1000 * value, key + value, undone, content, "
		"batch, marks, 'n' || value, linked, sequence, traits, "
		"answer, ended, duration, caller, callee, rate_row, "
		"charged_s, cost, vat, source_cost_nanos FROM call_row, "
		"(WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT "
		"value + 1 FROM n WHERE value < 200) SELECT value FROM n)";
	const tw_time near[2] = { START, START + HOUR };
	struct fixture *f = *state;
	bool more = true;

	begin(f);
	put(f, START, "'n'", "NULL", 1);
	assert_int_equal(run_sql(f, more_rows), TW_OK);
	for (int64_t n = 0; more; n++) {
		struct tw__links *links = NULL;
		struct faults faults;
		tw_status status;
		tw_time out[2];

		faults_begin(&faults, n);
		status = tw__links_new(&links, f->store, "native", NULL);
		if (!status)
			status = tw__links_add(links, "own", START, NULL);
		if (!status)
			status = tw__links_between(out, links, "n9", near,
						   NULL);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		tw__links_free(links);
	}
	fixture_commit(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(by_both_ids),
		FIXTURE_TEST(own_and_far),
		FIXTURE_TEST(any_order),
		FIXTURE_TEST(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
