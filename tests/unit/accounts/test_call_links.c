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
