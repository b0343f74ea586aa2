/* A store in a directory of its own, a deployment in a few lines, and calls
 * in one. Fails the test rather than return. */
#ifndef TW_TESTS_ACCOUNTS_FIXTURE_H
#define TW_TESTS_ACCOUNTS_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <unistd.h>
#include <cmocka.h>
#include <trunkwise.h>
#include "store/db.h"

#define MOSCOW(text) at_time(text "+03:00")
#define RUB(units, kopecks) ((units) * TW_NANOS + (kopecks) * TW_NANOS / 100)

static inline tw_time at_time(const char *text)
{
	tw_error err = TW_ERROR_INIT;
	tw_time t;

	if (tw_time_parse(&t, text, NULL, &err))
		fail_msg("%s: %s", text, err.message);
	return t;
}

struct fixture {
	char dir[64];
	char path[96];
	tw_store *store;
	tw_deployment *wanted;
	tw_time now;
	tw_clock clock;
	unsigned int calls;
};

static inline tw_time fixture_wall(void *arg)
{
	return ((struct fixture *)arg)->now;
}

static inline int64_t fixture_monotonic(void *arg)
{
	return ((struct fixture *)arg)->now;
}

static inline void fixture_open(struct fixture *f)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;

	memset(f, 0, sizeof(*f));
	strcpy(f->dir, "/tmp/tw-accounts-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/store.db", f->dir);
	f->now = MOSCOW("2026-11-15T12:00:00");
	f->clock = (tw_clock){ sizeof(f->clock), fixture_wall,
		fixture_monotonic, f };
	options.flags = TW_STORE_CREATE;
	options.clock = &f->clock;
	if (tw_store_open(&f->store, f->path, &options, &err))
		fail_msg("open: %s", err.message);
}

static inline void fixture_close(struct fixture *f)
{
	static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
	char path[128];

	tw_deployment_free(f->wanted);
	tw_store_free(f->store);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
		unlink(path);
	}
	rmdir(f->dir);
}

/* want(f, "number[0].rent", "450.00"): typed by how it looks in TOML. */
static inline void want_as(struct fixture *f, const char *path, uint32_t type,
			   const char *text)
{
	tw_error err = TW_ERROR_INIT;

	if (!f->wanted && tw_deployment_new(&f->wanted, &err))
		fail_msg("%s", err.message);
	if (tw_deployment_set(f->wanted, path, type, text, &err))
		fail_msg("%s: %s", path, err.message);
}

static inline void want(struct fixture *f, const char *path, const char *text)
{
	want_as(f, path, TW_VALUE_TEXT, text);
}

static inline void apply_at(struct fixture *f, const char *at)
{
	tw_error err = TW_ERROR_INIT;
	tw_changes *changes;

	if (tw_deployment_apply(&changes, f->wanted, f->store, at_time(at),
				0, &err))
		fail_msg("apply: %s: %s", err.field, err.message);
	tw_changes_free(changes);
	tw_deployment_free(f->wanted);
	f->wanted = NULL;
}

static inline void want_company(struct fixture *f)
{
	want(f, "company.name", "Factory");
	want(f, "company.zone", "Europe/Moscow");
	want(f, "company.currency", "RUB");
}

/* Kazan and Ufa with a number each, one carrier, one trunk. */
static inline void want_two_cities(struct fixture *f)
{
	want_company(f);
	want(f, "department[0].name", "Kazan");
	want(f, "department[0].city", "Kazan");
	want(f, "department[1].name", "Ufa");
	want(f, "department[1].city", "Ufa");
	want(f, "carrier[0].name", "carrier");
	want(f, "trunk[0].name", "main");
	want(f, "trunk[0].carrier", "carrier");
	want(f, "trunk[0].registrar", "sip:127.0.0.1:5070;transport=udp");
	want(f, "trunk[0].user", "trunk1");
	want(f, "number[0].number", "78432000001");
	want(f, "number[0].carrier", "carrier");
	want(f, "number[0].department", "Kazan");
	want(f, "number[0].rent", "300.00");
	want(f, "number[1].number", "73472000002");
	want(f, "number[1].carrier", "carrier");
	want(f, "number[1].department", "Ufa");
	want(f, "number[1].rent", "300.00");
}

#define SHEET_HEAD "prefix,destination,rate,currency,effective_from," \
	"effective_to,first_inc,next_inc,connect_fee,direction,status\n"

static inline tw_counts import_sheet(struct fixture *f, const char *tariff,
				     uint32_t flags, const char *sheet)
{
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	tw_counts counts = TW_COUNTS_INIT;
	tw_error err = TW_ERROR_INIT;

	options.tariff = tariff;
	options.carrier = "carrier";
	options.flags = flags;
	if (tw_tariff_import_sheet(&counts, NULL, NULL, f->store, &options,
				   sheet, strlen(sheet), &err))
		fail_msg("tariff: %s: %s", err.field, err.message);
	return counts;
}

/* 1.50 a minute to mobiles by the second, 6.00 to 7843 by the minute. */
static inline void usual_tariff(struct fixture *f)
{
	tw_counts counts = import_sheet(f, "carrier-2026", TW_TARIFF_FULL,
		SHEET_HEAD
		"79,Russia mobile,1.50,RUB,,,1,1,0,outbound,\n"
		"7843,Kazan,6.00,RUB,,,60,60,0,outbound,\n"
		"7900,Blocked,,RUB,,,1,1,0,outbound,blocked\n");

	assert_int_equal(counts.rows_stored, 3);
}

static inline tw_import *begin_import(struct fixture *f, const char *preset,
				      const char *zone)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_import *import;

	options.preset = preset;
	options.zone = zone;
	options.source = "test";
	if (tw_import_new(&import, f->store, &options, &err))
		fail_msg("import: %s: %s", err.field, err.message);
	return import;
}

static inline tw_counts end_import(tw_import *import)
{
	tw_counts counts = TW_COUNTS_INIT;
	tw_error err = TW_ERROR_INIT;

	if (tw_import_commit(&counts, NULL, import, &err))
		fail_msg("commit: %s", err.message);
	tw_import_free(import);
	assert_int_equal(counts.rows_read, counts.rows_stored +
			 counts.rows_rejected + counts.duplicates +
			 counts.conflicts);
	return counts;
}

static inline tw_counts import_text(struct fixture *f, const char *preset,
				    const char *zone, const char *text)
{
	tw_import *import = begin_import(f, preset, zone);
	tw_error err = TW_ERROR_INIT;

	if (tw_import_file(import, text, strlen(text), &err))
		fail_msg("file: %s: %s", err.field, err.message);
	return end_import(import);
}

/* An answered outbound call; change what the test is about. */
static inline tw_cdr call_of(struct fixture *f, char id[32],
			     const char *caller, const char *callee)
{
	tw_cdr cdr = TW_CDR_INIT;

	snprintf(id, 32, "call-%u", ++f->calls);
	cdr.call_id = id;
	cdr.direction = TW_DIRECTION_OUTBOUND;
	cdr.status = TW_CALL_ANSWERED;
	cdr.start = MOSCOW("2026-10-05T10:00:00");
	cdr.answer = cdr.start + 5 * TW_SECOND;
	cdr.duration_us = 60 * TW_SECOND;
	cdr.caller = caller;
	cdr.callee = callee;
	return cdr;
}

static inline void add_call(tw_import *import, const tw_cdr *cdr)
{
	tw_error err = TW_ERROR_INIT;

	if (tw_import_add(import, cdr, &err))
		fail_msg("add: %s: %s", err.field, err.message);
}

static inline int64_t one_number(struct fixture *f, const char *sql)
{
	struct tw_stmt *stmt;
	tw_error err = TW_ERROR_INIT;
	int64_t value;

	if (tw__stmt_new(&stmt, f->store, sql, &err))
		fail_msg("%s: %s", sql, err.message);
	if (tw__step(stmt, &err))
		fail_msg("%s: no row (%s)", sql, err.message);
	value = tw__col_i64(stmt, 0);
	tw__stmt_free(stmt);
	return value;
}

/* Row of a report by department name ("" is unallocated). */
static inline tw_expense_row expenses_of(struct fixture *f, const char *month,
					 const char *department)
{
	tw_expenses *expenses;
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_error err = TW_ERROR_INIT;

	if (tw_report_expenses(&expenses, f->store, month, 0, &err))
		fail_msg("report: %s", err.message);
	while (tw_expenses_next(&row, expenses, &err) == TW_OK) {
		if (strcmp(row.department, department) == 0) {
			tw_expenses_free(expenses);
			return row;
		}
	}
	tw_expenses_free(expenses);
	return (tw_expense_row)TW_EXPENSE_ROW_INIT;
}

static inline void must_verify(struct fixture *f)
{
	tw_verdict verdicts[16];
	uint32_t count = 16;
	tw_error err = TW_ERROR_INIT;

	if (tw_store_verify(verdicts, &count, f->store, &err))
		fail_msg("verify: %s", err.message);
	assert_true(count >= 8);
	for (uint32_t i = 0; i < count; i++) {
		if (!verdicts[i].holds)
			fail_msg("%s: %s", verdicts[i].invariant,
				 verdicts[i].detail);
	}
}

/* ---- an own store for each test ---- */

static inline int fixture_setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	*state = f;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	fixture_close(*state);
	free(*state);
	return 0;
}

#define FIXTURE_TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
							fixture_teardown)

/* For functions that stand inside somebody's transaction. */
static inline void fixture_begin(struct fixture *f)
{
	tw_error err = TW_ERROR_INIT;

	if (tw_store_begin(f->store, &err))
		fail_msg("begin: %s", err.message);
}

static inline void fixture_commit(struct fixture *f)
{
	tw_error err = TW_ERROR_INIT;

	if (tw_store_commit(f->store, &err))
		fail_msg("commit: %s", err.message);
}

static inline tw_status run_sql(struct fixture *f, const char *sql)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt_new(&stmt, f->store, sql, NULL);

	if (!status) {
		status = tw__run(stmt, NULL);
		tw__stmt_free(stmt);
	}
	return status;
}

/* Past the trigger, which is there again afterwards. */
static inline tw_status past_guard(struct fixture *f, const char *trigger,
				   const char *sql)
{
	char drop[128], again[1000];
	struct tw_stmt *stmt;
	tw_status status;

	assert_int_equal(tw_store_begin(f->store, NULL), TW_OK);
	assert_int_equal(tw__stmt_new(&stmt, f->store, "SELECT sql FROM "
		"sqlite_schema WHERE name = ?", NULL), TW_OK);
	tw__bind_text(stmt, 1, trigger);
	assert_int_equal(tw__step(stmt, NULL), TW_OK);
	snprintf(again, sizeof(again), "%s", tw__col_text(stmt, 0));
	tw__stmt_free(stmt);
	snprintf(drop, sizeof(drop), "DROP TRIGGER %s", trigger);
	assert_int_equal(run_sql(f, drop), TW_OK);
	status = run_sql(f, sql);
	assert_int_equal(run_sql(f, again), TW_OK);
	assert_int_equal(tw_store_commit(f->store, NULL), TW_OK);
	return status;
}

/* Two cities, a tariff, and seven calls: two of nobody, two unrated. */
static inline void a_month(struct fixture *f)
{
	tw_import *import;
	char id[32];
	tw_cdr cdr;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	import = begin_import(f, NULL, NULL);
	cdr = call_of(f, id, "78432000001", "79161234567");
	add_call(import, &cdr);
	cdr = call_of(f, id, "78432000001", "78432991122");
	add_call(import, &cdr);
	cdr = call_of(f, id, "73472000002", "79161234567");
	add_call(import, &cdr);
	cdr = call_of(f, id, "79990000000", "79161234567");
	cdr.extension = "777";
	add_call(import, &cdr);
	cdr = call_of(f, id, "79990000000", "79161234567");
	cdr.department = "Perm";
	cdr.duration_us = 120 * TW_SECOND;
	add_call(import, &cdr);
	cdr = call_of(f, id, "73472000002", "442071234567");
	add_call(import, &cdr);
	cdr = call_of(f, id, "73472000002", "442071234567");
	cdr.duration_us = 30 * TW_SECOND;
	add_call(import, &cdr);
	end_import(import);
}

#endif
