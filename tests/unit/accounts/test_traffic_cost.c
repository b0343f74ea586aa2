/* Campaigns that share a number's month by days. */
#include "traffic_fixture.h"
#include "accounts/traffic_cost.h"
#include "accounts/traffic_keys.h"

struct costs {
	struct tw__book book;
	struct tw__traffic_keys keys;
	struct tw__traffic_groups groups;
};

static void read_costs(struct costs *c, struct fixture *f, uint32_t by,
		       int64_t first, int64_t last)
{
	const int64_t months[2] = { first, last };
	tw_error err = TW_ERROR_INIT;

	memset(c, 0, sizeof(*c));
	assert_int_equal(tw__book_open(&c->book, f->store, NULL, &err),
			 TW_OK);
	c->keys.by = by;
	c->keys.zone = c->book.zone;
	assert_int_equal(tw__traffic_numbers(&c->keys.numbers, f->store,
					     &err), TW_OK);
	if (tw__traffic_rents(&c->groups, &c->keys, f->store, &c->book,
			      months, &err))
		fail_msg("%s", err.message);
}

static void costs_free(struct costs *c)
{
	tw__traffic_groups_free(&c->groups);
	tw__traffic_keys_free(&c->keys);
	tw__book_close(&c->book);
}

static int64_t rent_of(struct costs *c, const char *campaign)
{
	struct tw__traffic_group *group;
	tw_error err = TW_ERROR_INIT;
	int64_t key;

	assert_int_equal(tw__traffic_campaign_key(&key, &c->keys, campaign,
						  &err), TW_OK);
	assert_int_equal(tw__traffic_group(&group, &c->groups, key, &err),
			 TW_OK);
	return group->rent_nanos;
}

static void want_number(struct fixture *f, const char *campaign,
			const char *rent)
{
	want_company(f);
	want(f, "department[0].name", "Kazan");
	want(f, "carrier[0].name", "carrier");
	want(f, "number[0].number", KAZAN);
	want(f, "number[0].carrier", "carrier");
	want(f, "number[0].department", "Kazan");
	want(f, "number[0].rent", rent);
	want(f, "number[0].one_off", "10.00");
	if (*campaign)
		want(f, "number[0].campaign", campaign);
}

/* Three campaigns and days without one; the last kopecks by remainder. */
static void test_days(void **state)
{
	struct fixture *f = *state;
	struct costs c;

	want_number(f, "a", "100.00");
	apply_at(f, "2026-10-05T00:00:00+03:00");
	/* at noon: the day is still a's */
	want_number(f, "b", "100.00");
	apply_at(f, "2026-10-07T12:00:00+03:00");
	want_number(f, "", "100.00");
	apply_at(f, "2026-10-20T00:00:00+03:00");
	want_number(f, "a", "100.00");
	apply_at(f, "2026-10-21T00:00:00+03:00");
	read_costs(&c, f, TW_CALLS_BY_CAMPAIGN, 202610, 202610);
	/* 27 days of 31: 87.10 and the fee of 10.00; a 3 + 11, b 12, none 1:
	 * 50.348.., 43.155.., 3.596.. */
	assert_int_equal(rent_of(&c, "a"), RUB(50, 35));
	assert_int_equal(rent_of(&c, "b"), RUB(43, 15));
	assert_int_equal(rent_of(&c, ""), RUB(3, 60));
	costs_free(&c);
	read_costs(&c, f, TW_CALLS_BY_NUMBER, 202610, 202610);
	assert_int_equal(c.groups.count, 1);
	assert_int_equal(c.groups.rows[0].rent_nanos, RUB(97, 10));
	costs_free(&c);
	/* a month before it, and three of them over the new year */
	read_costs(&c, f, TW_CALLS_BY_CAMPAIGN, 202609, 202609);
	assert_int_equal(c.groups.count, 0);
	costs_free(&c);
	read_costs(&c, f, TW_CALLS_BY_CAMPAIGN, 202611, 202701);
	assert_int_equal(rent_of(&c, "a"), RUB(300, 0));
	costs_free(&c);
}

/* A number that saw no midnight still costs its fee. */
static void test_no_midnight(void **state)
{
	struct fixture *f = *state;
	struct costs c;

	want_number(f, "a", "31.00");
	apply_at(f, "2026-10-05T01:00:00+03:00");
	want_company(f);
	apply_at(f, "2026-10-05T23:00:00+03:00");
	read_costs(&c, f, TW_CALLS_BY_CAMPAIGN, 202610, 202610);
	assert_int_equal(rent_of(&c, "a"), RUB(10, 0));
	costs_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_days), FIXTURE_TEST(test_no_midnight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
