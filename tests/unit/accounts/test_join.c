/* Two sources of a month: each call once, whatever was lost on either side. */
#include "accounts_fixture.h"
#include "../faults.h"

#define HEAD "call_id,start,duration,caller,callee,extension,number," \
	"direction\n"

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	want_two_cities(f);
	want(f, "match[0].kind", "extension");
	want(f, "match[0].match", "101");
	want(f, "match[0].department", "Ufa");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	must_verify(*state);
	fixture_close(*state);
	free(*state);
	return 0;
}

static tw_counts import_as(struct fixture *f, const char *source,
			   const char *text)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_import *import;

	options.preset = "native";
	options.source = source;
	if (tw_import_new(&import, f->store, &options, &err) ||
	    tw_import_file(import, text, strlen(text), &err))
		fail_msg("%s: %s", err.field, err.message);
	return end_import(import);
}

static tw_join join(struct fixture *f, tw_listing **list, uint32_t flags)
{
	tw_join_options options = TW_JOIN_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_join out = TW_JOIN_INIT;

	options.month = "2026-10";
	options.first = "pbx";
	options.second = "carrier";
	options.flags = flags;
	if (tw_cdr_join(&out, list, f->store, &options, &err))
		fail_msg("%s: %s", err.field, err.message);
	return out;
}

/* The PBX knows who called, the carrier what it cost. */
static void two_sources(struct fixture *f)
{
	import_as(f, "pbx", HEAD
		"p1,2026-10-05T10:00:00+03:00,60,101,79161234567,101,,"
		"outbound\n"
		"p2,2026-10-05T11:00:00+03:00,30,102,79161234568,102,,"
		"outbound\n"
		"p3,2026-10-05T12:00:00+03:00,0,79161234569,101,101,"
		"73472000002,inbound\n");
	import_as(f, "carrier", HEAD
		"c1,2026-10-05T10:00:07+03:00,61,78432000001,79161234567,,,"
		"outbound\n"
		"c4,2026-10-06T10:00:07+03:00,61,78432000001,79161234560,,,"
		"outbound\n");
}

static void test_roles(void **state)
{
	struct fixture *f = *state;
	tw_listing *list;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_expense_row ufa;
	tw_join out;

	two_sources(f);
	assert_int_equal(expenses_of(f, "2026-10", "Ufa").calls, 2);
	out = join(f, NULL, TW_JOIN_DRY_RUN);
	assert_int_equal(out.joined, 1);
	assert_int_equal(out.run, 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call_pair"), 0);
	out = join(f, &list, 0);
	assert_int_equal(out.joined, 1);
	assert_int_equal(out.only_first, 2);
	assert_int_equal(out.only_second, 1);
	assert_int_equal(out.offset_us, 7 * TW_SECOND);
	/* the department of the one, the charge of the other, counted once */
	ufa = expenses_of(f, "2026-10", "Ufa");
	assert_int_equal(ufa.calls, 2);
	assert_int_equal(ufa.talk_us, 60 * TW_SECOND);
	/* a call that went out is no forwarded leg for being told twice */
	assert_int_equal(ufa.calls_cost.nanos, RUB(1, 53));
	assert_int_equal(ufa.forwarded_cost.nanos, 0);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls, 1);
	/* answered ones that stand alone are told */
	assert_int_equal(tw_listing_next(&row, list, NULL), TW_OK);
	assert_string_equal(row.kind, "only_first");
	assert_string_equal(row.detail, "p2");
	assert_int_equal(tw_listing_next(&row, list, NULL), TW_OK);
	assert_string_equal(row.kind, "only_second");
	assert_int_equal(tw_listing_next(&row, list, NULL), TW_ITER_END);
	tw_listing_free(list);
	out = join(f, NULL, 0);
	assert_int_equal(out.joined, 0);
	assert_int_equal(out.run, 0);
}

/* Taking a batch back takes its pairs apart, from either side. */
static void test_undo(void **state)
{
	struct fixture *f = *state;
	int64_t kazan, ufa;

	two_sources(f);
	ufa = expenses_of(f, "2026-10", "Ufa").total.nanos;
	kazan = expenses_of(f, "2026-10", "Kazan").total.nanos;
	join(f, NULL, 0);
	assert_int_equal(tw_import_undo(f->store, 2, NULL), TW_OK);
	assert_int_equal(expenses_of(f, "2026-10", "Ufa").total.nanos, ufa);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls, 0);
	must_verify(f);
	import_as(f, "carrier", HEAD
		"c1,2026-10-05T10:00:07+03:00,61,78432000001,79161234567,,,"
		"outbound\n");
	assert_int_equal(join(f, NULL, 0).joined, 1);
	assert_int_equal(tw_import_undo(f->store, 1, NULL), TW_OK);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls, 1);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").total.nanos,
			 kazan - RUB(1, 53));
	assert_int_equal(expenses_of(f, "2026-10", "Ufa").calls, 0);
}

#define REDIAL ",0,101,79161234567,101,,outbound\n"
#define REDIALLED ",0,78432000001,79161234567,,,outbound\n"

/* Redials within a minute, one lost: never guessed, counted once. */
static void test_ambiguous(void **state)
{
	struct fixture *f = *state;
	tw_listing *list;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_join out;
	int listed = 0;

	import_as(f, "pbx", HEAD
		"p1,2026-10-05T10:00:00+03:00" REDIAL
		"p2,2026-10-05T10:00:20+03:00" REDIAL
		"p3,2026-10-05T10:00:40+03:00" REDIAL);
	import_as(f, "carrier", HEAD
		"c1,2026-10-05T10:00:11+03:00" REDIALLED
		"c2,2026-10-05T10:00:29+03:00" REDIALLED);
	out = join(f, &list, 0);
	assert_int_equal(out.joined, 0);
	assert_int_equal(out.ambiguous_first, 3);
	assert_int_equal(out.ambiguous_second, 2);
	while (tw_listing_next(&row, list, NULL) == TW_OK)
		listed++;
	assert_int_equal(listed, 5);
	tw_listing_free(list);
	assert_int_equal(expenses_of(f, "2026-10", "Ufa").calls, 3);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls, 0);
	/* they wait, and nothing is written for looking again */
	out = join(f, NULL, 0);
	assert_int_equal(out.ambiguous_first, 3);
	assert_int_equal(out.ambiguous_second, 2);
	assert_int_equal(out.run, 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call_pair"), 2);
	assert_int_equal(expenses_of(f, "2026-10", "Ufa").calls, 3);
}

/* Two at once to one number, of Ufa and of nobody known: 1.50 and 1.55. */
static void two_at_once(struct fixture *f)
{
	import_as(f, "pbx", HEAD
		"p4,2026-10-05T13:00:00+03:00,60,101,79161234568,101,,"
		"outbound\n"
		"p5,2026-10-05T13:00:01+03:00,60,78432000001,79161234568,,,"
		"outbound\n");
	import_as(f, "carrier", HEAD
		"c4,2026-10-05T13:00:30+03:00,60,78432000001,79161234568,,,"
		"outbound\n"
		"c5,2026-10-05T13:00:31+03:00,62,78432000001,79161234568,,,"
		"outbound\n");
}

static tw_status accept(struct fixture *f, const char *first,
			const char *second, tw_join *out, tw_error *err)
{
	tw_join_options options = TW_JOIN_OPTIONS_INIT;

	options.month = "2026-10";
	options.first = "pbx";
	options.second = "carrier";
	options.accept_first = first;
	options.accept_second = second;
	return tw_cdr_join(out, NULL, f->store, &options, err);
}

/* Somebody knows; what is left is plain by it. */
static void test_decided_by_hand(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	tw_join out;

	two_at_once(f);
	out = join(f, NULL, 0);
	assert_int_equal(out.ambiguous_first, 2);
	assert_int_equal(out.ambiguous_second, 2);
	assert_int_equal(expenses_of(f, "2026-10", "Ufa").calls_cost.nanos,
			 0);
	must_verify(f);
	out = (tw_join)TW_JOIN_INIT;
	if (accept(f, "p4", "c5", &out, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(out.joined, 2);
	assert_int_equal(out.ambiguous_first + out.ambiguous_second, 0);
	assert_int_equal(expenses_of(f, "2026-10", "Ufa").calls, 1);
	assert_int_equal(expenses_of(f, "2026-10", "Ufa").calls_cost.nanos,
			 RUB(1, 55));
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls_cost.nanos,
			 RUB(1, 50));
	assert_int_equal(one_number(f, "SELECT count(*) FROM amendment_run "
		"WHERE reason = 'by hand: p4 = c5' AND made_us > 0"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call_pair "
		"WHERE parted = 0 AND state = 1"), 2);
	must_verify(f);
	/* once is enough */
	assert_int_equal(accept(f, "p4", "c5", &out, &err), TW_ENOTFOUND);
	assert_string_equal(err.field, "accept_first");
	/* and it comes apart as any other */
	assert_int_equal(tw_import_undo(f->store, 2, NULL), TW_OK);
	assert_int_equal(expenses_of(f, "2026-10", "Ufa").calls, 1);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls, 1);
}

/* A record that comes later makes the others plain. */
static void test_settled_by_what_came_since(void **state)
{
	struct fixture *f = *state;
	tw_join out;

	import_as(f, "pbx", HEAD
		"p1,2026-10-05T10:00:00+03:00,0,101,79161234567,101,,"
		"outbound\n"
		"p2,2026-10-05T10:00:40+03:00,0,101,79161234567,101,,"
		"outbound\n");
	import_as(f, "carrier", HEAD
		"c1,2026-10-05T10:00:20+03:00,0,78432000001,79161234567,,,"
		"outbound\n");
	out = join(f, NULL, 0);
	assert_int_equal(out.ambiguous_first, 2);
	assert_int_equal(out.ambiguous_second, 1);
	must_verify(f);
	/* by it the clocks are the same, and each has its own */
	import_as(f, "pbx", HEAD
		"p3,2026-10-05T10:00:20+03:00,9,101,79161234567,101,,"
		"outbound\n");
	import_as(f, "carrier", HEAD
		"c2,2026-10-05T10:00:20+03:00,9,78432000001,79161234567,,,"
		"outbound\n"
		"c3,2026-10-05T10:02:05+03:00,0,78432000001,79161234567,,,"
		"outbound\n");
	out = join(f, NULL, 0);
	assert_true(out.joined >= 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call_pair "
		"WHERE parted = 0 AND state = 1"), (int64_t)out.joined);
	must_verify(f);
	out = join(f, NULL, 0);
	assert_int_equal(out.joined, 0);
	assert_int_equal(out.run, 0);
}

/* Once all others are joined they still say how far the clocks are apart: by
 * zero, ca would fit pb alone, which may not be its call. */
static void test_clocks_are_known_later_too(void **state)
{
	struct fixture *f = *state;
	char text[2][4096];
	size_t at[2];
	tw_join out;

	for (int side = 0; side < 2; side++)
		at[side] = (size_t)sprintf(text[side], HEAD);
	for (int i = 0; i < 12; i++) {
		for (int side = 0; side < 2; side++)
			at[side] += (size_t)sprintf(text[side] + at[side],
				"%c%d,2026-10-05T%02d:00:%02d+03:00,%d,%s,"
				"7916000%04d,%s,,outbound\n",
				side ? 'c' : 'p', i, 8 + i, side ? 55 : 0,
				30 + i, side ? "78432000001" : "101", i,
				side ? "" : "101");
	}
	sprintf(text[0] + at[0], "pa,2026-10-05T22:00:00+03:00" REDIAL
		"pb,2026-10-05T22:00:50+03:00" REDIAL);
	sprintf(text[1] + at[1], "ca,2026-10-05T22:01:03+03:00" REDIALLED);
	import_as(f, "pbx", text[0]);
	import_as(f, "carrier", text[1]);
	for (int i = 0; i < 3; i++) {
		out = join(f, NULL, 0);
		assert_int_equal(out.joined, i ? 0 : 12);
		assert_int_equal(out.ambiguous_first, 2);
		assert_int_equal(out.ambiguous_second, 1);
		assert_int_equal(out.offset_us, 55 * TW_SECOND);
	}
}

/* A new price of a call that waits survives its decision. */
static void test_rated_anew_while_it_waits(void **state)
{
	struct fixture *f = *state;
	tw_rerate_options rerate = TW_RERATE_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;

	two_at_once(f);
	join(f, NULL, 0);
	import_sheet(f, "carrier-2026", TW_TARIFF_FULL, SHEET_HEAD
		"79,Russia mobile,3.00,RUB,2026-10-01,,1,1,0,outbound,\n");
	rerate.month = "2026-10";
	if (tw_cdr_rerate(NULL, NULL, f->store, &rerate, &err))
		fail_msg("%s", err.message);
	if (accept(f, "p4", "c5", NULL, &err))
		fail_msg("%s", err.message);
	assert_int_equal(expenses_of(f, "2026-10", "Ufa").calls_cost.nanos,
			 RUB(3, 10));
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls_cost.nanos,
			 RUB(3, 0));
}

static void test_wrongly_accepted(void **state)
{
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	tw_join out = TW_JOIN_INIT;

	two_at_once(f);
	import_as(f, "carrier", HEAD
		"other,2026-10-05T13:00:31+03:00,60,78432000001,79161239999,"
		",,outbound\n"
		"in,2026-10-05T13:00:31+03:00,60,79161234568,78432000001,,"
		"78432000001,inbound\n"
		"late,2026-10-05T19:00:31+03:00,60,78432000001,79161234568,"
		",,outbound\n");
	join(f, NULL, 0);
	assert_int_equal(accept(f, "p4", NULL, &out, &err), TW_EINVAL);
	assert_int_equal(accept(f, "nobody", "c5", &out, &err), TW_ENOTFOUND);
	assert_int_equal(accept(f, "p4", "p5", &out, &err), TW_ENOTFOUND);
	assert_string_equal(err.field, "accept_second");
	assert_int_equal(accept(f, "p4", "other", &out, &err), TW_EREFUSED);
	assert_int_equal(accept(f, "p4", "in", &out, &err), TW_EREFUSED);
	assert_int_equal(accept(f, "p4", "late", &out, &err), TW_EREFUSED);
	assert_non_null(strstr(err.message, "too far apart"));
	/* nothing has changed */
	assert_int_equal(one_number(f, "SELECT count(*) FROM call_pair "
		"WHERE parted = 0 AND state = 2"), 2);
}

#define CALLS 10000

static uint64_t rng = 5;

static unsigned int draw(unsigned int below)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (unsigned int)((rng >> 33) % below);
}

static size_t write_call(char *out, const char *id, unsigned int i, int second,
			 const unsigned int call[3])
{
	unsigned int s = call[0] + (unsigned int)second;

	return (size_t)sprintf(out, "%s%u,2026-10-%02uT%02u:%02u:%02u+03:00,"
		"%u,%s,7916%07u,%s,,outbound\n", id, i, 1 + s / 86400,
		s / 3600 % 24, s / 60 % 60, s % 60, call[2],
		second ? "78432000001" : "101", call[1],
		second ? "" : "101");
}

/* 10,000 calls told by both, clocks 40 s apart, 3 % lost on either side:
 * each is counted once and charged once. */
static void test_both_sides_of_10000_calls(void **state)
{
	struct fixture *f = *state;
	char *text[2];
	size_t at[2], told = 0;
	tw_join out;

	for (int i = 0; i < 2; i++) {
		text[i] = malloc(CALLS * 100);
		at[i] = (size_t)sprintf(text[i], HEAD);
	}
	for (unsigned int i = 0; i < CALLS; i++) {
		unsigned int call[3] = { 3600 + draw(29 * 86400),
			draw(9000000), draw(4) ? 1 + draw(900) : 0 };
		bool lost[2] = { draw(100) < 3, draw(100) < 3 };

		told += !lost[0] || !lost[1];
		if (!lost[0])
			at[0] += write_call(text[0] + at[0], "p", i, 0, call);
		if (!lost[1])
			at[1] += write_call(text[1] + at[1], "c", i,
				39 + (int)draw(3), call);
	}
	import_as(f, "pbx", text[0]);
	import_as(f, "carrier", text[1]);
	out = join(f, NULL, 0);
	assert_int_equal(out.ambiguous_first, 0);
	assert_int_equal(out.joined + out.only_first + out.only_second, told);
	assert_true(out.offset_us >= 39 * TW_SECOND &&
		    out.offset_us <= 41 * TW_SECOND);
	assert_int_equal(one_number(f, "SELECT sum(calls) FROM rollup "
		"WHERE period < 1000000"), (int64_t)told);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call WHERE "
		"rate_state = 1") + (int64_t)one_number(f, "SELECT count(*) "
		"FROM call WHERE answer_after_us IS NOT NULL AND "
		"rate_state = 3"), one_number(f, "SELECT count(*) FROM call "
		"WHERE answer_after_us IS NOT NULL AND leg > 0"));
	free(text[0]);
	free(text[1]);
}

static void test_wrong_use(void **state)
{
	struct fixture *f = *state;
	tw_join_options options = TW_JOIN_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_cdr_join(NULL, NULL, f->store, &options, &err),
			 TW_EINVAL);
	options.month = "2026-10";
	options.first = options.second = "a";
	assert_int_equal(tw_cdr_join(NULL, NULL, f->store, &options, &err),
			 TW_EINVAL);
	options.second = "b";
	assert_int_equal(tw_cdr_join(NULL, NULL, f->store, &options, &err),
			 TW_ENOTFOUND);
	assert_string_equal(err.field, "first");
	options.window_s = 3601;
	assert_int_equal(tw_cdr_join(NULL, NULL, f->store, &options, &err),
			 TW_EINVAL);
	assert_string_equal(err.field, "window_s");
	options.window_s = 0;
	options.offset_max_s = 26 * 3600 + 1;
	assert_int_equal(tw_cdr_join(NULL, NULL, f->store, &options, &err),
			 TW_EINVAL);
	assert_string_equal(err.field, "offset_max_s");
	options.offset_max_s = 0;
	options.cost = 2;
	assert_int_equal(tw_cdr_join(NULL, NULL, f->store, &options, &err),
			 TW_EINVAL);
}

static void test_no_memory(void **state)
{
	struct fixture *f = *state;
	tw_join_options options = TW_JOIN_OPTIONS_INIT;
	bool more = true;

	two_sources(f);
	options.month = "2026-10";
	options.first = "pbx";
	options.second = "carrier";
	for (int64_t n = 0; more; n++) {
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_cdr_join(NULL, NULL, f->store, &options, NULL);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(one_number(f, "SELECT count(*) FROM "
			"call_pair"), more ? 0 : 1);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_roles), T(test_undo), T(test_ambiguous),
		T(test_decided_by_hand), T(test_settled_by_what_came_since),
		T(test_clocks_are_known_later_too),
		T(test_rated_anew_while_it_waits), T(test_wrongly_accepted),
		T(test_both_sides_of_10000_calls), T(test_wrong_use),
		T(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
