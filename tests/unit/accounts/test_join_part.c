/* A batch without pairs is left alone, and a record that is gone is told. */
#include "usage_fixture.h"
#include "accounts/join.h"

#define HEAD "call_id,start,duration,caller,callee,direction\n"
#define LEGS "uuid,call_uuid,caller_id_number,destination_number," \
	"start_epoch,answer_epoch,end_epoch,billsec,hangup_cause\n"
#define FORWARDS "SELECT count(*) FROM call WHERE undone = 0 " \
	"AND (direction = 3 OR leg = -2)"
#define CALL ",78432000001,79161234567,outbound\n"

static void nothing_to_part(void **state)
{
	struct fixture *f = *state;
	struct tw__parted parted = { 0 };

	fixture_begin(f);
	assert_int_equal(tw__join_part(&parted, f->store, 7, NULL), TW_OK);
	fixture_commit(f);
	assert_int_equal(parted.count, 0);
	tw__parted_free(&parted);
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

static void take(struct fixture *f, const char *source, const char *text)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_import *import;

	options.source = source;
	options.preset = strcmp(source, "pbx") ? "native" : "freeswitch_csv";
	options.zone = "Europe/Moscow";
	if (tw_import_new(&import, f->store, &options, &err) ||
	    tw_import_file(import, text, strlen(text), &err))
		fail_msg("%s: %s", err.field, err.message);
	end_import(import);
	must_verify(f);
}

static tw_join join(struct fixture *f, const char *first)
{
	tw_join_options options = TW_JOIN_OPTIONS_INIT;
	tw_join sum = TW_JOIN_INIT;

	options.month = "2026-10";
	options.first = first;
	options.second = "carrier";
	assert_int_equal(tw_cdr_join(&sum, NULL, f->store, &options, NULL),
			 TW_OK);
	must_verify(f);
	return sum;
}

static void undo(struct fixture *f, uint64_t batch)
{
	assert_int_equal(tw_import_undo(f->store, batch, NULL), TW_OK);
	must_verify(f);
}

/* 600 seconds are free: what a joined call had of them has gone to another. */
static void what_it_took_is_gone(void **state)
{
	struct fixture *f = *state;

	want_tariff(f, "RUB");
	want_bundle(f);
	in_force(f);
	take(f, "office", HEAD "p,2026-10-05T10:00:00Z,400" CALL);
	take(f, "carrier", HEAD "c,2026-10-05T10:00:20Z,400" CALL);
	assert_int_equal(join(f, "office").joined, 1);
	take(f, "office", HEAD "o,2026-10-05T12:00:00Z,500" CALL);
	assert_int_equal(one_number(f, "SELECT seconds FROM bundle_pot"),
			 600);
	undo(f, 2);
	assert_int_equal(one_number(f, "SELECT seconds FROM bundle_pot"),
			 600);
	/* 200 of 400 seconds */
	assert_int_equal(one_number(f, "SELECT cost_nanos FROM call "
				    "WHERE call_id = 'p'"), 5000000000);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call_pair "
				    "WHERE parted = 0"), 0);
}

/* A leg, and its call that came and went while the leg was joined. */
static void what_it_missed(void **state)
{
	struct fixture *f = *state;

	want_tariff(f, "RUB");
	in_force(f);
	take(f, "pbx", LEGS "b,a,79031112233,79161234567,1791183601,"
	     "1791183604,1791183664,60,NORMAL_CLEARING\n");
	take(f, "carrier", HEAD "c,2026-10-05T07:00:21Z,60" CALL);
	take(f, "pbx", LEGS "a,a,79031112233,78432000001,1791183600,"
	     "1791183604,1791183664,60,NORMAL_CLEARING\n");
	assert_int_equal(join(f, "pbx").joined, 1);
	undo(f, 3);
	assert_int_equal(one_number(f, FORWARDS), 1);
	undo(f, 2);
	assert_int_equal(one_number(f, FORWARDS), 0);
	take(f, "pbx", LEGS "a,a,79031112233,78432000001,1791183600,"
	     "1791183604,1791183664,60,NORMAL_CLEARING\n");
	assert_int_equal(one_number(f, FORWARDS), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(nothing_to_part),
		FIXTURE_TEST(a_partner_that_is_gone),
		FIXTURE_TEST(what_it_took_is_gone),
		FIXTURE_TEST(what_it_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
