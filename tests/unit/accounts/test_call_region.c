/* Which numbers of a call are asked for their places, and what is kept. */
#include "accounts_fixture.h"
#include "accounts/call_region.h"

static struct fixture f;
static struct tw__regions *regions;
static char asked[8][40];
static size_t asked_count;

static tw_status look_up(void *arg, tw_place *out, const char *digits)
{
	const char *moved = arg;

	if (asked_count < 8)
		snprintf(asked[asked_count++], sizeof(asked[0]), "%s",
			 digits);
	if (strcmp(moved, "broken") == 0)
		return TW_EPARSE;
	if (strcmp(digits, moved) != 0)
		return TW_ENOTFOUND;
	strcpy(out->operator_name, "other");
	strcpy(out->region, "Москва");
	strcpy(out->city, "Москва");
	return TW_OK;
}

static void open_regions(char *moved)
{
	const tw_numbering_lookup lookup = { sizeof(lookup), 0, look_up,
		moved };

	tw__regions_free(regions);
	regions = NULL;
	asked_count = 0;
	assert_int_equal(tw__regions_new(&regions, f.store, moved ? &lookup :
					 NULL, NULL), TW_OK);
}

static int open_store(void **state)
{
	static const char text[] = "code,from,to,operator,region,city\n"
		"7843,2000000,2999999,A,Татарстан,Казань\n"
		"7495,1000000,1999999,B,Москва,Москва\n";
	tw_numbering_source source = TW_NUMBERING_SOURCE_INIT;
	tw_counts counts = TW_COUNTS_INIT;

	(void)state;
	fixture_open(&f);
	source.data = text;
	source.data_size = strlen(text);
	assert_int_equal(tw_numbering_import(&counts, NULL, NULL, f.store,
					     &source, 1, NULL), TW_OK);
	open_regions(NULL);
	return 0;
}

static int close_store(void **state)
{
	(void)state;
	tw__regions_free(regions);
	regions = NULL;
	fixture_close(&f);
	return 0;
}

static struct tw__call numbers(uint32_t direction, const char *caller,
			       const char *callee, const char *own)
{
	struct tw__call call = { .direction = direction };

	call.cdr.start = 1000;
	call.key = 77;
	strcpy(call.caller, caller);
	strcpy(call.callee, callee);
	strcpy(call.own_number, own);
	return call;
}

static uint32_t relation_of(const struct tw__call *call)
{
	tw_error err = TW_ERROR_INIT;
	uint32_t relation = 99;

	if (tw__regions_relation(&relation, regions, call, &err))
		fail_msg("%s", err.message);
	return relation;
}

static void test_our_number_goes_before_the_extension(void **state)
{
	struct tw__call call = numbers(TW_DIRECTION_OUTBOUND, "101",
		"78432000001", "");

	(void)state;
	assert_int_equal(relation_of(&call), TW_RELATION_ANY);
	strcpy(call.own_number, "78432000002");
	assert_int_equal(relation_of(&call), TW_RELATION_SAME_CITY);
	call.direction = TW_DIRECTION_FORWARD;
	assert_int_equal(relation_of(&call), TW_RELATION_SAME_CITY);
	call = numbers(TW_DIRECTION_INBOUND, "74951000000", "200",
		       "78432000002");
	assert_int_equal(relation_of(&call), TW_RELATION_OTHER);
	call = numbers(TW_DIRECTION_OUTBOUND, "anonymous", "78432000001", "");
	assert_int_equal(relation_of(&call), TW_RELATION_ANY);
	call = numbers(TW_DIRECTION_OUTBOUND, "", "78432000001", "");
	assert_int_equal(relation_of(&call), TW_RELATION_ANY);
}

static void test_what_a_look_up_said_is_kept(void **state)
{
	static char moved[] = "78432000002";
	const struct tw__call call = numbers(TW_DIRECTION_OUTBOUND,
		"78432000001", moved, "");

	(void)state;
	open_regions(moved);
	assert_int_equal(relation_of(&call), TW_RELATION_OTHER);
	assert_int_equal(asked_count, 2);
	assert_string_equal(asked[0], "78432000001");
	assert_int_equal(tw__regions_keep(regions, &call, 5, NULL), TW_OK);
	assert_int_equal(one_number(&f, "SELECT count(*) FROM charge_place "
		"WHERE start_us = 1000 AND key = 77 AND side = 2 AND batch = "
		"5 AND operator = 'other' AND region = 'Москва'"), 1);
	/* nothing of it belongs to the next call */
	tw__regions_forget(regions);
	assert_int_equal(tw__regions_keep(regions, &call, 5, NULL), TW_OK);
	assert_int_equal(one_number(&f, "SELECT count(*) FROM charge_place"),
			 1);
	/* undone, the same call may come again */
	assert_int_equal(tw__regions_undo(f.store, 5, NULL), TW_OK);
	assert_int_equal(relation_of(&call), TW_RELATION_OTHER);
	assert_int_equal(tw__regions_keep(regions, &call, 6, NULL), TW_OK);
	assert_int_equal(one_number(&f, "SELECT count(*) FROM charge_place "
		"WHERE undone = 0"), 1);
	assert_int_equal(one_number(&f, "SELECT count(*) FROM charge_place "
		"WHERE undone = 5"), 1);
}

static void test_a_broken_look_up_ends_the_batch(void **state)
{
	static char broken[] = "broken";
	const struct tw__call call = numbers(TW_DIRECTION_OUTBOUND,
		"78432000001", "78432000002", "");
	tw_error err = TW_ERROR_INIT;
	uint32_t relation;

	(void)state;
	open_regions(broken);
	/* no fault of the record, whatever the look-up calls it */
	assert_int_equal(tw__regions_relation(&relation, regions, &call,
					      &err), TW_EIO);
	assert_string_equal(err.field, "lookup");
	assert_non_null(strstr(err.message, "TW_EPARSE"));
}

static void test_a_store_without_numbering(void **state)
{
	struct tw__regions *none = NULL;
	const struct tw__call call = numbers(TW_DIRECTION_OUTBOUND,
		"78432000001", "78432000002", "");
	struct fixture empty;
	uint32_t relation;

	(void)state;
	fixture_open(&empty);
	assert_int_equal(tw__regions_new(&none, empty.store, NULL, NULL),
			 TW_OK);
	assert_int_equal(tw__regions_relation(&relation, none, &call, NULL),
			 TW_OK);
	assert_int_equal(relation, TW_RELATION_ANY);
	tw__regions_free(none);
	fixture_close(&empty);
	tw__regions_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, \
						   close_store)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_our_number_goes_before_the_extension),
		TEST(test_what_a_look_up_said_is_kept),
		TEST(test_a_broken_look_up_ends_the_batch),
		TEST(test_a_store_without_numbering),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
