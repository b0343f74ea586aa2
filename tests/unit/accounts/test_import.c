/* tw_import_*: every call once, rated as it comes in, owned by somebody or
 * visibly by nobody. */
#include "accounts_fixture.h"

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	want_two_cities(f);
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

static void test_rates_and_reports(void **state)
{
	struct fixture *f = *state;
	tw_import *import = begin_import(f, NULL, NULL);
	tw_expense_row row;
	char id[32];
	tw_cdr cdr = call_of(f, id, "78432000001", "+7 916 123-45-67");

	cdr.trunk = "main";
	add_call(import, &cdr);
	cdr = call_of(f, id, "73472000002", "88432991122");
	cdr.duration_us = 61 * TW_SECOND;
	add_call(import, &cdr);
	assert_int_equal(end_import(import).rows_stored, 2);

	row = expenses_of(f, "2026-10", "Kazan");
	assert_int_equal(row.calls, 1);
	assert_int_equal(row.answered, 1);
	assert_int_equal(row.talk_us, 60 * TW_SECOND);
	assert_int_equal(row.calls_cost.nanos, RUB(1, 50));
	assert_string_equal(row.calls_cost.currency, "RUB");
	assert_int_equal(row.rent.nanos, RUB(300, 0));
	assert_int_equal(row.total.nanos, RUB(301, 50));
	row = expenses_of(f, "2026-10", "Ufa");
	assert_int_equal(row.calls_cost.nanos, RUB(12, 0));
}

static const char head[] = "call_id,start,answer,end,caller,callee,trunk,"
	"department,duration,status,cost,currency,leg,direction\n";

/* Row i of a file that repeats for ever; some are odd. */
static void write_row(char *out, size_t size, unsigned int i)
{
	static const char *const callers[] = { "78432000001", "73472000002",
		"79990000000" };
	static const char *const callees[] = { "79161234567", "78432991122",
		"79001112233", "442071234567" };

	snprintf(out, size, "c-%u,2026-%02u-%02uT10:%02u:%02u+03:00,,,%s,%s,"
		 "main,,%u,%s,,,1,outbound\n", i, 9 + i % 3, 1 + i % 28,
		 i / 60 % 60, i % 60, callers[i % 3], callees[i % 4],
		 i % 7 ? i % 300 + 1 : 0, i % 7 ? "answered" : "busy");
}

static void totals_of(struct fixture *f, int64_t out[6])
{
	out[0] = one_number(f, "SELECT count(*) FROM call WHERE undone = 0");
	out[1] = one_number(f, "SELECT sum(calls) FROM rollup "
		"WHERE period < 1000000");
	out[2] = one_number(f, "SELECT sum(cost_nanos) FROM rollup "
		"WHERE period < 1000000");
	out[3] = one_number(f, "SELECT sum(unrated) FROM rollup "
		"WHERE period < 1000000");
	out[4] = one_number(f, "SELECT sum(amount_nanos) FROM posting "
			    "WHERE account_kind = 1 AND batch <> 0");
	out[5] = one_number(f, "SELECT sum(talk_us) FROM rollup "
		"WHERE period < 1000000");
}

#define ROWS 600u

static char *whole_file(unsigned int from, unsigned int to)
{
	char *text = calloc(1, (to - from) * 160 + sizeof(head));
	size_t at = sizeof(head) - 1;

	memcpy(text, head, sizeof(head));
	for (unsigned int i = from; i < to; i++) {
		write_row(&text[at], 160, i);
		at += strlen(&text[at]);
	}
	return text;
}

static void test_once_twice_and_in_splits(void **state)
{
	struct fixture *f = *state, other;
	char *text = whole_file(0, ROWS);
	int64_t once[6], again[6];
	tw_counts counts = import_text(f, "native", NULL, text);
	unsigned int from = 0;

	assert_int_equal(counts.rows_stored, ROWS);
	totals_of(f, once);
	assert_int_equal(once[0], ROWS);
	assert_int_equal(once[2], once[4]);
	assert_true(once[2] > 0);
	assert_true(once[3] > 0);
	for (int i = 0; i < 9; i++) {
		counts = import_text(f, "native", NULL, text);
		assert_int_equal(counts.rows_stored, 0);
		assert_int_equal(counts.duplicates, ROWS);
	}
	totals_of(f, again);
	assert_memory_equal(once, again, sizeof(once));
	/* what brought nothing leaves nothing */
	assert_int_equal(one_number(f, "SELECT count(*) FROM batch"), 1);
	free(text);

	fixture_open(&other);
	want_two_cities(&other);
	apply_at(&other, "2026-09-01T00:00:00+03:00");
	usual_tariff(&other);
	srand(7);
	while (from < ROWS) {
		unsigned int to = from + 1 + (unsigned int)rand() % 60;
		unsigned int back = from ? (unsigned int)rand() % 10 : 0;

		if (to > ROWS)
			to = ROWS;
		if (back > from)
			back = from;
		/* parts overlap, as exports by date do */
		text = whole_file(from - back, to);
		counts = import_text(&other, "native", NULL, text);
		assert_int_equal(counts.rows_stored, to - from);
		assert_int_equal(counts.duplicates, back);
		free(text);
		from = to;
	}
	totals_of(&other, again);
	assert_memory_equal(once, again, sizeof(once));
	must_verify(&other);
	fixture_close(&other);
}

/* A file that is known in parts: whether a call is asked for before it is
 * inserted hangs on those before it, and its count must not. */
static void test_known_among_new(void **state)
{
	static const unsigned int rows[] = { 0, 1, 2, 60, 60, 3, 61, 2, 61,
		60, 4, 70, 69, 68, 67, 66, 68, 5, 69, 0 };
	struct fixture *f = *state, other;
	char *text = whole_file(0, 50), *mixed = whole_file(0, 20);
	size_t at = sizeof(head) - 1;
	int64_t together[6], apart[6];
	tw_counts counts = import_text(f, "native", NULL, text);

	assert_int_equal(counts.rows_stored, 50);
	free(text);
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		write_row(&mixed[at], 160, rows[i]);
		at += strlen(&mixed[at]);
	}
	counts = import_text(f, "native", NULL, mixed);
	assert_int_equal(counts.rows_read, TW_ARRAY_COUNT(rows));
	assert_int_equal(counts.rows_stored, 7);
	assert_int_equal(counts.duplicates, TW_ARRAY_COUNT(rows) - 7);
	assert_int_equal(counts.conflicts, 0);
	free(mixed);
	totals_of(f, together);
	must_verify(f);

	fixture_open(&other);
	want_two_cities(&other);
	apply_at(&other, "2026-09-01T00:00:00+03:00");
	usual_tariff(&other);
	text = whole_file(0, 50);
	import_text(&other, "native", NULL, text);
	free(text);
	text = whole_file(60, 62);
	import_text(&other, "native", NULL, text);
	free(text);
	text = whole_file(66, 71);
	import_text(&other, "native", NULL, text);
	free(text);
	totals_of(&other, apart);
	assert_memory_equal(together, apart, sizeof(together));
	fixture_close(&other);
}

static void test_other_zone_is_refused(void **state)
{
	static const char text[] = "call_id,start,duration,callee\n"
		"a,2026-10-05 10:00:00,60,79161234567\n";
	struct fixture *f = *state;
	tw_import *import;
	tw_error err = TW_ERROR_INIT;

	import_text(f, "native", "Europe/Moscow", text);
	import = begin_import(f, "native", "Asia/Yekaterinburg");
	assert_int_equal(tw_import_file(import, text, strlen(text), &err),
			 TW_ECONFLICT);
	assert_string_equal(err.field, "zone");
	assert_int_equal(tw_import_commit(NULL, NULL, import, &err),
			 TW_ECONFLICT);
	tw_import_free(import);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call"), 1);
	/* undone, it may come with the right one */
	assert_int_equal(tw_import_undo(f->store, 1, &err), TW_OK);
	assert_int_equal(import_text(f, "native", "Asia/Yekaterinburg", text)
			 .rows_stored, 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call "
				    "WHERE undone = 0"), 1);
}

static void test_conflict_is_kept_aside(void **state)
{
	struct fixture *f = *state;
	tw_import *import = begin_import(f, NULL, NULL);
	tw_rejects *rejects;
	tw_reject reject = TW_REJECT_INIT;
	tw_counts counts;
	tw_error err = TW_ERROR_INIT;
	char id[32];
	tw_cdr cdr = call_of(f, id, "78432000001", "79161234567");

	add_call(import, &cdr);
	assert_int_equal(tw_import_add(import, &cdr, &err), TW_EEXIST);
	cdr.duration_us += TW_SECOND;
	assert_int_equal(tw_import_add(import, &cdr, &err), TW_ECONFLICT);
	cdr.leg = 2;
	assert_int_equal(tw_import_add(import, &cdr, &err), TW_OK);
	assert_int_equal(tw_import_commit(&counts, &rejects, import, &err),
			 TW_OK);
	tw_import_free(import);
	assert_int_equal(counts.rows_read, 4);
	assert_int_equal(counts.rows_stored, 2);
	assert_int_equal(counts.duplicates, 1);
	assert_int_equal(counts.conflicts, 1);
	assert_int_equal(tw_rejects_next(&reject, rejects, &err), TW_OK);
	assert_non_null(strstr(reject.reason, "call-1"));
	tw_rejects_free(rejects);
	assert_int_equal(one_number(f, "SELECT count(*) FROM quarantine "
				    "WHERE kind = 'conflict'"), 1);
	assert_int_equal(one_number(f, "SELECT sum(cost_nanos) FROM rollup "
		"WHERE direction = 1 AND period > 1000000"), RUB(1, 50));
}

static void reject(tw_import *import, const tw_cdr *cdr, const char *field)
{
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_import_add(import, cdr, &err), TW_EPARSE);
	assert_string_equal(err.field, field);
	assert_true(strlen(err.message) > 5);
}

static void test_impossible_records(void **state)
{
	struct fixture *f = *state;
	tw_import *import = begin_import(f, NULL, NULL);
	char id[32], longest[300];
	const tw_cdr good = call_of(f, id, "78432000001", "79161234567");
	tw_cdr bad = good;

	memset(longest, 'x', sizeof(longest));
	longest[256] = '\0';
	bad.call_id = "";
	reject(import, &bad, "call_id");
	bad.call_id = longest;
	reject(import, &bad, "call_id");
	bad = good;
	bad.start = 0;
	reject(import, &bad, "start");
	bad.start = INT64_MAX;
	reject(import, &bad, "start");
	bad = good;
	bad.answer = bad.start - 1;
	reject(import, &bad, "answer");
	bad = good;
	bad.end = bad.answer - 1;
	reject(import, &bad, "end");
	bad = good;
	bad.duration_us = -1;
	reject(import, &bad, "duration");
	bad.duration_us = INT64_MAX;
	reject(import, &bad, "duration");
	bad = good;
	bad.answer = 0;
	bad.status = TW_CALL_BUSY;
	reject(import, &bad, "duration");
	bad = good;
	bad.direction = 9;
	reject(import, &bad, "direction");
	bad = good;
	bad.status = 77;
	reject(import, &bad, "status");
	bad = good;
	bad.department = "Ka\nzan";
	reject(import, &bad, "department");
	bad.department = "\xff\xfe";
	reject(import, &bad, "department");
	bad = good;
	bad.cost = "1,50";
	bad.currency = "RUB";
	reject(import, &bad, "cost");
	bad.cost = "1.50";
	bad.currency = "";
	reject(import, &bad, "currency");
	add_call(import, &good);
	assert_int_equal(end_import(import).rows_rejected, 15);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM quarantine "
				    "WHERE kind = 'reject'"), 15);
}

static void test_what_is_chargeable(void **state)
{
	struct fixture *f = *state;
	tw_import *import = begin_import(f, NULL, NULL);
	char id[32];
	tw_cdr cdr = call_of(f, id, "78432000001", "79161234567");

	/* unanswered: whatever the status says, without answer no money */
	cdr.answer = cdr.duration_us = 0;
	cdr.status = TW_CALL_BUSY;
	add_call(import, &cdr);
	/* answered by time though the PBX calls it failed */
	cdr = call_of(f, id, "78432000001", "79161234567");
	cdr.status = TW_CALL_FAILED;
	add_call(import, &cdr);
	/* internal */
	cdr = call_of(f, id, "101", "102");
	cdr.direction = TW_DIRECTION_INTERNAL;
	add_call(import, &cdr);
	/* inbound without an inbound row: not the outbound price */
	cdr = call_of(f, id, "79161234567", "78432000001");
	cdr.direction = TW_DIRECTION_INBOUND;
	add_call(import, &cdr);
	/* no price, blocked */
	cdr = call_of(f, id, "78432000001", "442071234567");
	add_call(import, &cdr);
	cdr = call_of(f, id, "78432000001", "79001112233");
	add_call(import, &cdr);
	/* a carrier that nobody knows is not replaced by the only one */
	cdr = call_of(f, id, "78432000001", "79161234567");
	cdr.carrier = "somebody";
	add_call(import, &cdr);
	end_import(import);

	assert_int_equal(one_number(f, "SELECT count(*) FROM call "
		"WHERE rate_state = 1 AND status = 4"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call "
		"WHERE rate_state = 2 AND reason = 11"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call "
		"WHERE rate_state = 2 AND reason = 12"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call "
		"WHERE rate_state = 2 AND reason = 13"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call "
		"WHERE rate_state = 3 AND reason = 1 "
		"AND cost_nanos IS NULL"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call "
		"WHERE rate_state = 3 AND reason = 2"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call "
		"WHERE rate_state = 3 AND reason = 4"), 1);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").unrated, 3);
}

static void test_inbound_and_missed(void **state)
{
	struct fixture *f = *state;
	tw_expense_row row;
	tw_import *import;
	char id[32];
	tw_cdr cdr;

	import_sheet(f, "inbound", TW_TARIFF_FULL, SHEET_HEAD
		     "78432,To Kazan,2.00,RUB,2026-10-01,,60,60,0,inbound,\n"
		     "79,Mobile,1.00,RUB,2026-10-01,,1,1,0,outbound,\n");
	import = begin_import(f, NULL, NULL);
	cdr = call_of(f, id, "79161234567", "78432000001");
	cdr.direction = TW_DIRECTION_INBOUND;
	add_call(import, &cdr);
	cdr = call_of(f, id, "79161234567", "78432000001");
	cdr.direction = TW_DIRECTION_INBOUND;
	cdr.status = TW_CALL_CANCELLED;
	cdr.answer = cdr.duration_us = 0;
	add_call(import, &cdr);
	/* its forwarded leg: the forwarding number pays */
	cdr = call_of(f, id, "79161234567", "79031112233");
	cdr.direction = TW_DIRECTION_FORWARD;
	cdr.number = "78432000001";
	cdr.leg = 2;
	add_call(import, &cdr);
	end_import(import);
	row = expenses_of(f, "2026-10", "Kazan");
	assert_int_equal(row.calls, 2);
	assert_int_equal(row.answered, 1);
	assert_int_equal(row.missed, 1);
	assert_int_equal(row.calls_cost.nanos, RUB(2, 0));
	assert_int_equal(row.forwarded_cost.nanos, RUB(1, 0));
	assert_int_equal(row.talk_us, 60 * TW_SECOND);
}

/* A ring group in Master.csv: one call, one missed call. */
static void test_asterisk_file(void **state)
{
	static const char text[] =
		",79161234567,78432000001,c,d,PJSIP/main-1,PJSIP/101-2,Dial,"
		"h,2026-10-05 10:00:00,,2026-10-05 10:00:20,20,0,NO ANSWER,x,"
		"1791183600.1,,,1791183600.1,1\n"
		",79161234567,78432000001,c,d,PJSIP/main-1,PJSIP/102-3,Dial,"
		"h,2026-10-05 10:00:00,2026-10-05 10:00:05,"
		"2026-10-05 10:01:05,65,60,ANSWERED,x,"
		"1791183600.1,,,1791183600.1,2\n"
		",79161234567,78432000001,c,d,PJSIP/main-4,PJSIP/101-5,Dial,"
		"h,2026-10-05 11:00:00,,2026-10-05 11:00:20,20,0,NO ANSWER,x,"
		"1791187200.4,,,1791187200.4,3\n"
		",79161234567,78432000001,c,d,PJSIP/main-4,PJSIP/102-6,Dial,"
		"h,2026-10-05 11:00:00,,2026-10-05 11:00:20,20,0,NO ANSWER,x,"
		"1791187200.4,,,1791187200.4,4\n"
		",101,89161234567,c,d,PJSIP/101-7,PJSIP/main-8,Dial,"
		"h,2026-10-05 12:00:00,2026-10-05 12:00:05,"
		"2026-10-05 12:01:05,65,60,ANSWERED,x,"
		"1791190800.7,,,1791190800.7,5\n";
	struct fixture *f = *state;
	tw_expense_row row;

	assert_int_equal(import_text(f, "asterisk", "Europe/Moscow", text)
			 .rows_stored, 5);
	row = expenses_of(f, "2026-10", "Kazan");
	assert_int_equal(row.calls, 2);
	assert_int_equal(row.answered, 1);
	assert_int_equal(row.missed, 1);
	/* extension 101 is nobody's yet: its money is visible there */
	row = expenses_of(f, "2026-10", "");
	assert_int_equal(row.calls, 1);
	assert_int_equal(row.calls_cost.nanos, RUB(1, 50));
	assert_int_equal(import_text(f, "asterisk", "Europe/Moscow", text)
			 .duplicates, 5);
}

static void test_direction_is_found(void **state)
{
	static const struct { const char *from, *to; uint32_t direction; }
	cases[] = {
		{ "79161234567", "78432000001", TW_DIRECTION_INBOUND },
		{ "78432000001", "79161234567", TW_DIRECTION_OUTBOUND },
		{ "78432000001", "73472000002", TW_DIRECTION_OUTBOUND },
		{ "101", "102", TW_DIRECTION_INTERNAL },
		{ "101", "79161234567", TW_DIRECTION_OUTBOUND },
		{ "79161234567", "101", TW_DIRECTION_INBOUND },
		{ "anonymous", "78432000001", TW_DIRECTION_INBOUND },
	};
	struct fixture *f = *state;
	tw_import *import = begin_import(f, NULL, NULL);
	char id[32];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tw_cdr cdr = call_of(f, id, cases[i].from, cases[i].to);

		cdr.direction = 0;
		cdr.sequence = (uint32_t)i;
		add_call(import, &cdr);
	}
	end_import(import);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char sql[96];

		snprintf(sql, sizeof(sql), "SELECT direction FROM call "
			 "WHERE sequence = %zu", i);
		assert_int_equal(one_number(f, sql), cases[i].direction);
	}
}

static void test_free_drops_everything(void **state)
{
	struct fixture *f = *state;
	tw_import *import = begin_import(f, NULL, NULL);
	char id[32];
	tw_cdr cdr = call_of(f, id, "78432000001", "79161234567");

	add_call(import, &cdr);
	tw_import_free(import);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call"), 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM batch"), 0);
	tw_import_free(NULL);
}

static void test_wrong_use(void **state)
{
	struct fixture *f = *state;
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_import *import = NULL;
	tw_error err = TW_ERROR_INIT;
	char id[32];
	tw_cdr cdr = call_of(f, id, "78432000001", "79161234567");

	options.preset = "excel";
	assert_int_equal(tw_import_new(&import, f->store, &options, &err),
			 TW_EINVAL);
	options.preset = NULL;
	options.zone = "Europe/Nowhere";
	assert_int_equal(tw_import_new(&import, f->store, &options, &err),
			 TW_ENOTFOUND);
	options.zone = NULL;
	options.carrier = "nobody";
	assert_int_equal(tw_import_new(&import, f->store, &options, &err),
			 TW_ENOTFOUND);
	options.carrier = NULL;
	options.source = "pbx\x1fmain";
	assert_int_equal(tw_import_new(&import, f->store, &options, &err),
			 TW_EINVAL);
	assert_string_equal(err.field, "source");
	assert_null(import);
	import = begin_import(f, NULL, NULL);
	assert_int_equal(tw_import_file(import, "x", 1, &err), TW_EINVAL);
	assert_int_equal(tw_import_commit(NULL, NULL, import, &err), TW_OK);
	assert_int_equal(tw_import_add(import, &cdr, &err), TW_EINVAL);
	assert_int_equal(tw_import_commit(NULL, NULL, import, &err),
			 TW_EINVAL);
	tw_import_free(import);
}

/* A sum that no int64 holds is refused with its record, not wrapped. */
static void test_overflow(void **state)
{
	struct fixture *f = *state;
	tw_import *import;
	tw_error err = TW_ERROR_INIT;
	char id[32];
	tw_cdr cdr;

	import_sheet(f, "dear", TW_TARIFF_FULL, SHEET_HEAD
		     "79,Mobile,5000000000,RUB,2026-10-01,,60,60,0,,\n");
	import = begin_import(f, NULL, NULL);
	cdr = call_of(f, id, "78432000001", "79161234567");
	add_call(import, &cdr);
	cdr = call_of(f, id, "78432000001", "79161234567");
	assert_int_equal(tw_import_add(import, &cdr, &err), TW_ERANGE);
	/* one call alone beyond the range: stored, unrated, visible */
	cdr = call_of(f, id, "78432000001", "79161234567");
	cdr.duration_us = 120 * TW_SECOND;
	add_call(import, &cdr);
	assert_int_equal(end_import(import).rows_stored, 2);
	assert_int_equal(one_number(f, "SELECT reason FROM call "
				    "WHERE rate_state = 3"), 5);
	/* and across batches the whole batch is refused */
	import = begin_import(f, NULL, NULL);
	cdr = call_of(f, id, "78432000001", "79161234567");
	add_call(import, &cdr);
	assert_int_equal(tw_import_commit(NULL, NULL, import, &err),
			 TW_ERANGE);
	tw_import_free(import);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call"), 2);
}

static void test_people_may_be_erased(void **state)
{
	struct fixture *f = *state;
	tw_import *import = begin_import(f, NULL, NULL);
	struct tw_stmt *stmt;
	char id[32];
	tw_cdr cdr = call_of(f, id, "78432000001", "79161234567");

	add_call(import, &cdr);
	end_import(import);
	assert_int_equal(tw__stmt_new(&stmt, f->store, "UPDATE identity "
		"SET digits = NULL WHERE digits = '79161234567'", NULL), 0);
	assert_int_equal(tw_store_begin(f->store, NULL), 0);
	assert_int_equal(tw__run(stmt, NULL), 0);
	tw__stmt_free(stmt);
	assert_int_equal(tw_store_commit(f->store, NULL), 0);
	assert_int_equal(expenses_of(f, "2026-10", "Kazan").calls_cost.nanos,
			 RUB(1, 50));
	must_verify(f);
}

/* Inside tw_store_begin several verbs are one. */
static void test_composes(void **state)
{
	struct fixture *f = *state;
	tw_import *import;
	char id[32];
	tw_cdr cdr = call_of(f, id, "78432000001", "79161234567");

	assert_int_equal(tw_store_begin(f->store, NULL), TW_OK);
	import = begin_import(f, NULL, NULL);
	add_call(import, &cdr);
	end_import(import);
	assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call"), 0);
}

/* Whose transaction it is decides who may end it. */
static void test_transaction_is_not_ended_under_an_import(void **state)
{
	struct fixture *f = *state;
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_import *import, *second = NULL;
	char id[32];
	tw_cdr cdr = call_of(f, id, "78432000001", "79161234567");

	options.source = "second";
	import = begin_import(f, NULL, NULL);
	assert_int_equal(tw_store_commit(f->store, &err), TW_EINVAL);
	assert_non_null(strstr(err.message, "import"));
	assert_int_equal(tw_store_rollback(f->store, &err), TW_EINVAL);
	assert_int_equal(tw_import_new(&second, f->store, &options, &err),
			 TW_EBUSY);
	assert_null(second);
	tw_import_free(import);

	assert_int_equal(tw_store_begin(f->store, NULL), TW_OK);
	import = begin_import(f, NULL, NULL);
	add_call(import, &cdr);
	assert_int_equal(tw_store_commit(f->store, &err), TW_EINVAL);
	assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	/* nothing may be written outside of a transaction now */
	assert_int_equal(tw_import_add(import, &cdr, &err), TW_EINVAL);
	assert_non_null(strstr(err.message, "rolled back"));
	assert_int_equal(tw_import_commit(NULL, NULL, import, &err),
			 TW_EINVAL);
	assert_int_equal(tw_store_begin(f->store, NULL), TW_OK);
	tw_import_free(import);
	assert_int_equal(tw_store_commit(f->store, NULL), TW_OK);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call"), 0);
	must_verify(f);
}

/* ---- each allocation fails once ---- */

struct faults { long left; bool hit; };

static bool fails(struct faults *faults)
{
	if (faults->left-- != 0)
		return false;
	faults->hit = true;
	return true;
}

static void *fault_alloc(size_t size, void *arg)
{
	return fails(arg) ? NULL : malloc(size);
}

static void *fault_resize(void *mem, size_t size, void *arg)
{
	return fails(arg) ? NULL : realloc(mem, size);
}

static void fault_release(void *mem, void *arg)
{
	(void)arg;
	free(mem);
}

/* Everything that an import, a tariff and a report do; the first failure. */
static tw_status one_round(struct fixture *f, const char *text)
{
	static const char sheet[] = SHEET_HEAD
		"79,Russia mobile,1.70,RUB,2026-10-01,,1,1,0,outbound,\n";
	tw_tariff_import tariff = TW_TARIFF_IMPORT_INIT;
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_expenses *expenses = NULL;
	tw_listing *listing = NULL;
	tw_import *import = NULL;
	tw_verdict verdicts[16];
	uint32_t count = 16;
	tw_status status;

	tariff.tariff = "carrier-2026";
	tariff.carrier = "carrier";
	tariff.flags = TW_TARIFF_PARTIAL;
	options.preset = "asterisk";
	options.zone = "Europe/Moscow";
	status = tw_tariff_import_sheet(NULL, NULL, NULL, f->store, &tariff,
					sheet, strlen(sheet), NULL);
	if (!status)
		status = tw_import_new(&import, f->store, &options, NULL);
	if (!status)
		status = tw_import_file(import, text, strlen(text), NULL);
	if (!status)
		status = tw_import_commit(NULL, NULL, import, NULL);
	tw_import_free(import);
	if (!status)
		status = tw_ledger_accrue(NULL, f->store, "2026-10", NULL);
	if (!status)
		status = tw_report_expenses(&expenses, f->store, "2026-10",
					    TW_BY_CITY, NULL);
	tw_expenses_free(expenses);
	if (!status)
		status = tw_directory_suggest(&listing, f->store, NULL);
	tw_listing_free(listing);
	if (!status)
		status = tw_store_verify(verdicts, &count, f->store, NULL);
	return status;
}

static void test_no_memory(void **state)
{
	static const char text[] =
		",101,89161234567,c,d,PJSIP/101-7,PJSIP/main-8,Dial,"
		"h,2026-10-05 12:00:00,2026-10-05 12:00:05,"
		"2026-10-05 12:01:05,65,60,ANSWERED,x,"
		"1791190800.7,,,1791190800.7,5\nnot a row\n";
	struct fixture *f = *state;
	long n = 0;
	struct faults faults;

	do {
		const tw_allocator allocator = { sizeof(allocator),
			fault_alloc, fault_resize, fault_release, &faults };
		tw_status status;

		faults = (struct faults){ n++, false };
		assert_int_equal(tw_allocator_set(&allocator, NULL), TW_OK);
		status = one_round(f, text);
		assert_int_equal(tw_allocator_set(NULL, NULL), TW_OK);
		if (!faults.hit)
			assert_int_equal(status, TW_OK);
		else if (status)
			assert_int_equal(status, TW_ENOMEM);
		assert_int_equal(tw_store_begin(f->store, NULL), TW_OK);
		assert_int_equal(tw_store_commit(f->store, NULL), TW_OK);
	} while (faults.hit);
	assert_true(n > 100);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call"), 1);
}

/* No company yet: the import's zone begins the books and keeps them. */
static void test_without_a_company(void **state)
{
	struct fixture f;
	tw_error err = TW_ERROR_INIT;
	tw_expenses *expenses;
	tw_expense_row row = TW_EXPENSE_ROW_INIT;

	(void)state;
	fixture_open(&f);
	usual_tariff(&f);
	import_text(&f, "native", "Asia/Yekaterinburg",
		    "call_id,start,duration,callee\n"
		    "a,2026-11-01 00:30:00,60,79161234567\n");
	assert_int_equal(tw_report_expenses(&expenses, f.store, "2026-11", 0,
					    &err), TW_OK);
	assert_string_equal(tw_expenses_zone(expenses),
			    "Asia/Yekaterinburg");
	assert_int_equal(tw_expenses_next(&row, expenses, &err), TW_OK);
	assert_int_equal(row.unallocated, 1);
	assert_int_equal(row.calls_cost.nanos, RUB(1, 50));
	tw_expenses_free(expenses);
	/* a company elsewhere moves no call to another month */
	want_company(&f);
	apply_at(&f, "2026-11-10T00:00:00+03:00");
	import_text(&f, "native", "Europe/Moscow",
		    "call_id,start,duration,callee\n"
		    "b,2026-10-31 22:30:00,60,79161234567\n");
	assert_int_equal(expenses_of(&f, "2026-11", "").calls, 2);
	must_verify(&f);
	fixture_close(&f);
}

#define FORWARD_HEAD "call_id,linked_id,start,duration,caller,callee," \
	"number,direction,leg,trunk\n"
#define FORWARD_IN "in-1,,2026-10-05T10:00:00+03:00,60,79161234567," \
	"73472000002,,inbound,1,main\n"
#define FORWARD_OUT "out-1,in-1,2026-10-05T10:00:02+03:00,60,79161234567," \
	"79170000001,,forward,2,main\n"

/* The forwarding number's department pays, wherever the row stands that
 * names the number. */
static void test_forwarded_leg_finds_its_number(void **state)
{
	static const char *const files[][2] = {
		{ FORWARD_HEAD FORWARD_IN FORWARD_OUT, NULL },
		{ FORWARD_HEAD FORWARD_OUT FORWARD_IN, NULL },
		{ FORWARD_HEAD FORWARD_IN, FORWARD_HEAD FORWARD_OUT },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < 3; i++) {
		tw_expense_row row;
		tw_error err = TW_ERROR_INIT;

		import_text(f, "native", NULL, files[i][0]);
		if (files[i][1])
			import_text(f, "native", NULL, files[i][1]);
		row = expenses_of(f, "2026-10", "Ufa");
		assert_int_equal(row.calls, 1);
		assert_int_equal(row.forwarded_cost.nanos, RUB(1, 50));
		/* what was found out is no part of what the row says */
		assert_int_equal(import_text(f, "native", NULL, FORWARD_HEAD
			FORWARD_OUT).duplicates, 1);
		must_verify(f);
		for (uint64_t b = 1; b < 9; b++)
			(void)tw_import_undo(f->store, b, &err);
	}
}

/* The b-leg of a call that a row stands for already. */
static void test_twins_are_not_counted(void **state)
{
	struct fixture *f = *state;
	tw_import *import = begin_import(f, NULL, NULL);
	tw_expense_row row;
	char id[32];
	tw_cdr cdr = call_of(f, id, "78432000001", "79161234567");

	add_call(import, &cdr);
	cdr = call_of(f, id, "78432000001", "79161234567");
	cdr.flags = TW_CDR_TWIN;
	add_call(import, &cdr);
	assert_int_equal(end_import(import).rows_stored, 2);
	row = expenses_of(f, "2026-10", "Kazan");
	assert_int_equal(row.calls, 1);
	assert_int_equal(row.talk_us, 60 * TW_SECOND);
	assert_int_equal(row.calls_cost.nanos, RUB(1, 50));
	assert_int_equal(one_number(f, "SELECT count(*) FROM call "
		"WHERE leg = 0 AND rate_state = 2 AND reason = 15"), 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_rates_and_reports),
		T(test_once_twice_and_in_splits),
		T(test_other_zone_is_refused),
		T(test_known_among_new),
		T(test_conflict_is_kept_aside),
		T(test_impossible_records),
		T(test_what_is_chargeable),
		T(test_inbound_and_missed),
		T(test_asterisk_file),
		T(test_direction_is_found),
		T(test_free_drops_everything),
		T(test_wrong_use),
		T(test_forwarded_leg_finds_its_number),
		T(test_twins_are_not_counted),
		T(test_overflow),
		T(test_people_may_be_erased),
		T(test_composes),
		T(test_transaction_is_not_ended_under_an_import),
		T(test_no_memory),
		T(test_without_a_company),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
