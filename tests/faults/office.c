/* See office.h. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "office.h"
#include "store/db.h"

#define NOW 1795000000000000            /* 2026-11-18, after that October */
#define HEAD "call_id,start,answer,end,caller,callee,trunk,department," \
	"duration,status,cost,currency\n"
#define SHEET "prefix,destination,rate,currency,effective_from," \
	"effective_to,first_inc,next_inc,connect_fee,direction,status\n"

static tw_time wall(void *arg)
{
	(void)arg;
	return NOW;
}

static int64_t monotonic(void *arg)
{
	(void)arg;
	return NOW;
}

static const tw_clock still = { sizeof(still), wall, monotonic, NULL };

/* ---- steps ---- */

static tw_status apply(tw_store *store, const char *rent, tw_error *err)
{
	const char *const values[][2] = {
		{ "company.name", "Factory" },
		{ "company.zone", "Europe/Moscow" },
		{ "company.currency", "RUB" },
		{ "department[0].name", "Kazan" },
		{ "department[1].name", "Ufa" },
		{ "carrier[0].name", "carrier" },
		{ "number[0].number", "78432000001" },
		{ "number[0].carrier", "carrier" },
		{ "number[0].department", "Kazan" },
		{ "number[0].rent", rent },
		{ "number[1].number", "73472000002" },
		{ "number[1].carrier", "carrier" },
		{ "number[1].department", "Ufa" },
		{ "number[1].rent", "300.00" },
	};
	tw_deployment *wanted = NULL;
	tw_changes *changes = NULL;
	tw_time at;
	tw_status status = tw_deployment_new(&wanted, err);

	for (size_t i = 0; !status && i < TW_ARRAY_COUNT(values); i++)
		status = tw_deployment_set(wanted, values[i][0],
					   TW_VALUE_TEXT, values[i][1], err);
	if (!status)
		status = tw_time_parse(&at, rent[0] == '3' ?
				       "2026-09-01T00:00:00+03:00" :
				       "2026-10-11T00:00:00+03:00", NULL,
				       err);
	if (!status)
		status = tw_deployment_apply(&changes, wanted, store, at, 0,
					     err);
	tw_changes_free(changes);
	tw_deployment_free(wanted);
	return status;
}

static tw_status sheet(tw_store *store, const char *starts, const char *rows,
		       tw_error *err)
{
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	tw_counts counts = TW_COUNTS_INIT;
	char text[512];

	options.tariff = "annex";
	options.carrier = "carrier";
	options.flags = TW_TARIFF_FULL;
	options.starts = starts;
	snprintf(text, sizeof(text), "%s%s", SHEET, rows);
	return tw_tariff_import_sheet(&counts, NULL, NULL, store, &options,
				      text, strlen(text), err);
}

/* `count` calls of a file that has a name; the same name, the same bytes. */
static tw_status calls(tw_store *store, const char *name, int count,
		       tw_error *err)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_counts counts = TW_COUNTS_INIT;
	tw_import *import = NULL;
	struct tw_buf text;
	tw_status status;

	tw__buf_init(&text);
	tw__buf_text(&text, HEAD);
	for (int i = 0; i < count; i++)
		tw__buf_printf(&text, "%s-%d,2026-10-%02d"
			"T10:%02d:00Z,2026-10-%02dT10:%02d:05Z,,%s,%s,,,%d,"
			"answered,,\n", name, i, i % 28 + 1, i % 60,
			i % 28 + 1, i % 60, i % 3 ? "78432000001" :
			"73472000002", i % 5 ? "79161234567" : "78432991122",
			30 + i);
	options.preset = "native";
	options.source = "test";
	options.file_name = name;
	status = tw_import_new(&import, store, &options, err);
	if (!status)
		status = tw_import_file(import, text.data, text.size, err);
	if (!status)
		status = tw_import_commit(&counts, NULL, import, err);
	tw_import_free(import);
	tw__buf_free(&text);
	return status;
}

/* The host's way: a batch of three records, several in one transaction. */
static tw_status live(tw_store *store, int first, tw_error *err)
{
	tw_import *import = NULL;
	tw_counts counts = TW_COUNTS_INIT;
	tw_status status = tw_import_new(&import, store, NULL, err);
	char id[32];

	for (int i = first; !status && i < first + 3; i++) {
		tw_cdr cdr = TW_CDR_INIT;

		snprintf(id, sizeof(id), "live-%d", i);
		cdr.call_id = id;
		cdr.direction = TW_DIRECTION_OUTBOUND;
		cdr.status = TW_CALL_ANSWERED;
		cdr.start = INT64_C(1792000000000000) + i * 60 * TW_SECOND;
		cdr.answer = cdr.start + TW_SECOND;
		cdr.duration_us = 60 * TW_SECOND;
		cdr.caller = "78432000001";
		cdr.callee = "79161234567";
		status = tw_import_add(import, &cdr, err);
		if (status == TW_EEXIST)
			status = TW_OK;
	}
	if (!status)
		status = tw_import_commit(&counts, NULL, import, err);
	tw_import_free(import);
	return status;
}

/* The newest batch of that name that still stands; fine when there is none. */
static tw_status undo(tw_store *store, const char *name, tw_error *err)
{
	struct tw_stmt *stmt;
	int64_t batch = 0;
	tw_status status = tw__stmt_new(&stmt, store, "SELECT id FROM batch "
		"WHERE file_name = ? AND undone_us = 0", err);

	if (status)
		return status;
	tw__bind_text(stmt, 1, name);
	while ((status = tw__step(stmt, err)) == TW_OK)
		batch = tw__col_i64(stmt, 0);
	tw__stmt_free(stmt);
	if (status != TW_ITER_END)
		return status;
	return batch ? tw_import_undo(store, (uint64_t)batch, err) : TW_OK;
}

static tw_status accrue(tw_store *store, const char *month, tw_error *err)
{
	uint64_t postings;

	return tw_ledger_accrue(&postings, store, month, err);
}

static tw_status close_month(tw_store *store, tw_error *err)
{
	uint64_t postings;
	tw_status status = tw_period_close(&postings, store, "2026-10", err);

	return status == TW_EEXIST ? TW_OK : status;
}

static tw_status rerate(tw_store *store, tw_error *err)
{
	tw_rerate_options options = TW_RERATE_OPTIONS_INIT;
	tw_rerate result = TW_RERATE_INIT;

	options.month = "2026-10";
	return tw_cdr_rerate(&result, NULL, store, &options, err);
}

/* October is closed: what comes for it now belongs to November. */
static tw_status late_step(tw_store *store, int step, tw_error *err)
{
	switch (step) {
	case 15:
		return close_month(store, err);
	case 16:
		return calls(store, "d", 10, err);
	case 17:
		return undo(store, "c", err);
	case 18:
		return accrue(store, "2026-11", err);
	case 19:
		return sheet(store, "2026-10-13", "79,Mobile,3.00,RUB,,,1,1,"
			     "0,outbound,\n7843,Kazan,5.00,RUB,,,60,60,0,"
			     "outbound,\n", err);
	case 20:
		return rerate(store, err);
	}
	return TW_ITER_END;
}

tw_status office_step(tw_store *store, int step, tw_error *err)
{
	switch (step) {
	case 0:
		return calls(store, "a", 12, err);
	case 1:
		return live(store, 0, err);
	case 2:
		return calls(store, "b", 20, err);
	case 3:
		return undo(store, "b", err);
	case 4:
		return live(store, 3, err);
	case 5:
		return accrue(store, "2026-10", err);
	case 6:
		return sheet(store, NULL, "79,Mobile,2.00,RUB,2026-10-12,,1,"
			     "1,0,outbound,\n7843,Kazan,5.00,RUB,2026-10-12"
			     ",,60,60,0,outbound,\n", err);
	case 7:
		return apply(store, "410.00", err);
	case 8:
		return calls(store, "c", 30, err);
	case 9:
		return accrue(store, "2026-10", err);
	case 10:
	case 11:
	case 12:
	case 13:
	case 14:
		return live(store, 3 * (step - 8), err);
	}
	return late_step(store, step, err);
}

/* ---- what the store says ---- */

static void add_number(struct tw_buf *text, tw_store *store, const char *sql)
{
	struct tw_stmt *stmt = NULL;
	tw_error err = TW_ERROR_INIT;

	if (tw__stmt_new(&stmt, store, sql, &err) || tw__step(stmt, &err))
		fail_msg("%s: %s", sql, err.message);
	tw__buf_printf(text, "%s %" PRId64 "\n", sql, tw__col_i64(stmt, 0));
	tw__stmt_free(stmt);
}

static void add_month(struct tw_buf *text, tw_store *store,
		      const char *month)
{
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_expenses *rows = NULL;
	tw_money total = { 0 };

	if (tw_report_expenses(&rows, store, month, TW_BY_DEPARTMENT |
			       TW_BY_DESTINATION, &err))
		fail_msg("report: %s", err.message);
	while (tw_expenses_next(&row, rows, &err) == TW_OK)
		tw__buf_printf(text, "%s/%s %" PRIu64 " %" PRId64 " %s\n",
			       row.department, row.destination,
			       (uint64_t)row.calls, row.total.nanos,
			       row.total.currency);
	tw_expenses_free(rows);
	if (tw_ledger_month_total(&total, store, month, "RUB", &err) &&
	    err.code != TW_ENOTFOUND)
		fail_msg("total: %s", err.message);
	tw__buf_printf(text, "%s %" PRId64 "\n", month, total.nanos);
}

char *office_state(tw_store *store)
{
	struct tw_buf text;
	char *out;

	tw__buf_init(&text);
	add_month(&text, store, "2026-10");
	add_month(&text, store, "2026-11");
	add_number(&text, store, "SELECT count(*) FROM number");
	add_number(&text, store, "SELECT count(*) FROM period");
	add_number(&text, store, "SELECT count(*) FROM amendment");
	add_number(&text, store, "SELECT count(*) FROM batch WHERE undone_us "
		   "= 0 AND rows_stored > 0");
	add_number(&text, store, "SELECT sum(p) FROM (SELECT DISTINCT "
		   "price_nanos AS p FROM tariff_rate)");
	out = strdup(text.data ? text.data : "");
	tw__buf_free(&text);
	return out;
}

bool office_holds(tw_store *store)
{
	tw_verdict verdicts[64];
	uint32_t count = 64;
	bool all = !tw_store_verify(verdicts, &count, store, NULL);

	for (uint32_t i = 0; all && i < count; i++)
		all = verdicts[i].holds;
	return all;
}

void office_verify(tw_store *store, const char *what)
{
	tw_verdict verdicts[64];
	uint32_t count = 64, i;
	tw_error err = TW_ERROR_INIT;

	if (tw_store_verify(verdicts, &count, store, &err))
		fail_msg("%s: verify: %s", what, err.message);
	assert_true(count >= 11);
	for (i = 0; i < count; i++) {
		if (!verdicts[i].holds)
			fail_msg("%s: %s: %s", what, verdicts[i].invariant,
				 verdicts[i].detail);
	}
}

void office_must_be(const struct office *office, tw_store *store,
		    int acknowledged, const char *what)
{
	char *state = office_state(store);
	int next = acknowledged < office->steps ? acknowledged + 1 :
		acknowledged;
	int is = !strcmp(state, office->states[acknowledged]) ?
		acknowledged : !strcmp(state, office->states[next]) ? next :
		-1;

	if (is < 0)
		fail_msg("%s: after %d steps the store says\n%sand not\n%sor"
			 "\n%s", what, acknowledged, state,
			 office->states[acknowledged], office->states[next]);
	if (office->sound[acknowledged] && office->sound[next])
		office_verify(store, what);
	free(state);
}

void office_must_end(const struct office *office, tw_store *store, int from,
		     const char *what)
{
	tw_error err = TW_ERROR_INIT;
	char *state;

	for (int i = from; i < office->steps; i++) {
		if (office_step(store, i, &err))
			fail_msg("%s: step %d: %s", what, i, err.message);
	}
	state = office_state(store);
	if (strcmp(state, office->states[office->steps]))
		fail_msg("%s: ends as\n%sand not\n%s", what, state,
			 office->states[office->steps]);
	free(state);
	office_verify(store, what);
}

/* ---- its place ---- */

tw_status office_store(tw_store **out, const struct office *office,
		       uint32_t flags, tw_error *err)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;

	options.flags = flags;
	options.clock = &still;
	return tw_store_open(out, office->path, &options, err);
}

static void read_bytes(struct office *office)
{
	FILE *file = fopen(office->path, "rb");
	struct stat st;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &st), 0);
	office->size = (size_t)st.st_size;
	office->bytes = malloc(office->size);
	assert_int_equal(fread(office->bytes, 1, office->size, file),
			 office->size);
	fclose(file);
}

static void unlink_beside(const struct office *office)
{
	static const char *const ends[] = { "-wal", "-shm", "-journal" };
	char path[160];

	for (size_t i = 0; i < TW_ARRAY_COUNT(ends); i++) {
		snprintf(path, sizeof(path), "%s%s", office->path, ends[i]);
		unlink(path);
	}
}

void office_reset(const struct office *office)
{
	FILE *file;

	unlink_beside(office);
	file = fopen(office->path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(office->bytes, 1, office->size, file),
			 office->size);
	fclose(file);
}

void office_open(struct office *office)
{
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	int i;

	memset(office, 0, sizeof(*office));
	/* Memory where there is some: what a disk does is not asked here. */
	snprintf(office->dir, sizeof(office->dir), "%s/tw-faults-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	assert_non_null(mkdtemp(office->dir));
	snprintf(office->path, sizeof(office->path), "%s/store.db",
		 office->dir);
	if (office_store(&store, office, TW_STORE_CREATE, &err) ||
	    apply(store, "300.00", &err) ||
	    sheet(store, NULL, "79,Mobile,1.50,RUB,,,1,1,0,outbound,\n7843,"
		  "Kazan,6.00,RUB,,,60,60,0,outbound,\n", &err))
		fail_msg("%s", err.message);
	tw_store_free(store);
	read_bytes(office);
	office_reset(office);
	if (office_store(&store, office, 0, &err))
		fail_msg("%s", err.message);
	office->states[0] = office_state(store);
	office->sound[0] = office_holds(store);
	for (i = 0; ; i++) {
		tw_status status = office_step(store, i, &err);

		if (status == TW_ITER_END)
			break;
		if (status)
			fail_msg("step %d: %s", i, err.message);
		office->states[i + 1] = office_state(store);
		office->sound[i + 1] = office_holds(store);
	}
	office->steps = i;
	/* a rerating that changes nothing would try nothing */
	assert_null(strstr(office->states[i], "FROM amendment 0\n"));
	office_verify(store, "undisturbed");
	tw_store_free(store);
}

void office_close(struct office *office)
{
	char path[160];

	unlink_beside(office);
	unlink(office->path);
	snprintf(path, sizeof(path), "%s.lock", office->path);
	unlink(path);
	/* a file that nobody accounted for fails the test */
	assert_int_equal(rmdir(office->dir), 0);
	for (int i = 0; i <= office->steps; i++)
		free(office->states[i]);
	free(office->bytes);
}

int office_rounds(int everyday, int in_the_long_run)
{
	const char *value = getenv("TW_TEST_LONG");

	return value && *value && strcmp(value, "0") ? in_the_long_run :
		everyday;
}
