/* Forwarded legs whose number another record says, wherever that one is. */
#include "accounts_fixture.h"
#include "accounts/regroup_legs.h"

#define HEAD "call_id,start,duration,caller,callee,number,direction," \
	"linked_id\n"
#define LEG "leg,2026-10-05T10:00:02Z,60,79031112233,79161234567,,forward,a\n"
#define KAZAN "a,2026-10-05T10:00:01Z,60,79031112233,78432000001,,inbound,\n"
#define UFA "b,2026-10-05T10:00:00Z,60,79031112233,73472000002,,inbound,a\n"

static void open_office(struct fixture *f)
{
	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
}

static void take(struct fixture *f, const char *rows)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s%s", HEAD, rows);
	import_text(f, "native", NULL, text);
	must_verify(f);
}

static void undo(struct fixture *f, uint64_t batch)
{
	assert_int_equal(tw_import_undo(f->store, batch, NULL), TW_OK);
	must_verify(f);
}

/* Who pays for the leg; 0: nobody. */
static int64_t payer(struct fixture *f, const char *department)
{
	char sql[200];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM call c "
		 "JOIN department d ON d.id = c.department "
		 "WHERE c.call_id = 'leg' AND c.undone = 0 "
		 "AND d.name = '%s'", department);
	return one_number(f, sql);
}

static void the_earliest_says_it(void **state)
{
	struct fixture *f = *state;

	open_office(f);
	take(f, LEG);
	assert_int_equal(one_number(f, "SELECT department FROM call"), 0);
	take(f, KAZAN);
	assert_int_equal(payer(f, "Kazan"), 1);
	/* a record of the call that began before it */
	take(f, UFA);
	assert_int_equal(payer(f, "Ufa"), 1);
	undo(f, 3);
	assert_int_equal(payer(f, "Kazan"), 1);
	undo(f, 2);
	assert_int_equal(payer(f, "Kazan") + payer(f, "Ufa"), 0);
	assert_int_equal(one_number(f, "SELECT cost_nanos FROM call "
				    "WHERE call_id = 'leg'"), 1500000000);
}

/* In one file, in either order. */
static void the_order_of_a_file(void **state)
{
	struct fixture *f = *state;

	open_office(f);
	take(f, KAZAN UFA LEG);
	assert_int_equal(payer(f, "Ufa"), 1);
	undo(f, 1);
	take(f, LEG UFA KAZAN);
	assert_int_equal(payer(f, "Ufa"), 1);
}

static void what_a_leg_says_itself_stays(void **state)
{
	struct fixture *f = *state;

	open_office(f);
	take(f, "leg,2026-10-05T10:00:02Z,60,79031112233,79161234567,"
	     "73472000002,forward,a\n");
	take(f, KAZAN);
	assert_int_equal(payer(f, "Ufa"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM amendment_run"),
			 0);
}

/* A side names the number, and no record of the id that links the leg. */
static void what_a_side_says_stays(void **state)
{
	struct fixture *f = *state;

	open_office(f);
	take(f, "other,2026-10-05T07:00:09Z,60,101,74951234567,,outbound,\n");
	import_text(f, "freeswitch_csv", "Europe/Moscow", "uuid,call_uuid,"
		"bleg_uuid,caller_id_number,destination_number,start_epoch,"
		"answer_epoch,end_epoch,billsec,hangup_cause\n"
		"a,leg,,79031112233,78432000001,1791183600,1791183604,"
		"1791183664,60,NORMAL_CLEARING\n"
		"leg,b,a,79031112233,79161234567,1791183601,1791183604,"
		"1791183664,60,NORMAL_CLEARING\n");
	must_verify(f);
	assert_int_equal(payer(f, "Kazan"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM amendment_run"),
			 0);
}

static void links_are_a_sources_own(void **state)
{
	const struct tw__regroup_of of = { .source = "test" };

	(void)state;
	assert_int_equal(tw__regroup_link(&of, "test", ""), 0);
	assert_true(tw__regroup_link(&of, "test", "a") ==
		    tw__regroup_link(&of, "test", "a"));
	assert_true(tw__regroup_link(&of, "test", "a") !=
		    tw__regroup_link(&of, "other", "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(the_earliest_says_it),
		FIXTURE_TEST(the_order_of_a_file),
		FIXTURE_TEST(what_a_leg_says_itself_stays),
		FIXTURE_TEST(what_a_side_says_stays),
		cmocka_unit_test(links_are_a_sources_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
