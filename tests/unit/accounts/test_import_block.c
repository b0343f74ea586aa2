/* Calls that go in together: whatever a file holds, and in whatever order, it
 * comes to what its rows come to one after another. */
#include "accounts_fixture.h"
#include "accounts/import.h"
#include "../faults.h"

#define HEAD "call_id,start,duration,caller,callee,leg,linked_id\n"
#define IDS  2000u
#define ROWS 1000u
#define TEXT (ROWS * 100u)

/* What is stored: by id the seconds, 0 none. */
struct model {
	unsigned int stored[IDS];
	uint64_t new_calls, duplicates, conflicts, rejects;
	int64_t seconds;
	char aside[TEXT];       /* "line kind text" of what was put aside */
};

static void note(struct model *m, const char *kind, int line,
		 const char *text)
{
	size_t n = strlen(m->aside);

	snprintf(m->aside + n, sizeof(m->aside) - n, "%d %s %.*s\n", line,
		 kind, (int)strcspn(text, "\n"), text);
}

static void tell(struct model *m, unsigned int id, unsigned int seconds,
		 int line, const char *text)
{
	if (!seconds) {
		m->rejects++;
		note(m, "reject", line, text);
	}
	else if (!m->stored[id]) {
		m->stored[id] = seconds;
		m->seconds += seconds;
		m->new_calls++;
	}
	else if (m->stored[id] == seconds) {
		m->duplicates++;
	}
	else {
		m->conflicts++;
		note(m, "conflict", line, text);
	}
}

/* Mostly new calls in runs; some that came before, alike or not; some that
 * cannot be read; some legs of others. */
static void make_rows(char *text, struct model *m, tw_random *random,
		      unsigned int known_percent)
{
	unsigned int next = 0;

	strcpy(text, HEAD);
	while (next < IDS && m->stored[next])
		next++;
	for (unsigned int i = 0; i < ROWS; i++) {
		char *row = text + strlen(text);
		unsigned char noise[4];
		unsigned int id = next, seconds = 60;
		bool known;

		random->fill(noise, sizeof(noise), random->arg);
		known = noise[0] % 100 < known_percent || next + 1 >= IDS;
		if (known && next)
			id = (noise[1] * 256u + noise[2]) % next;
		else
			next++;
		seconds = m->stored[id] && noise[3] % 3 ? m->stored[id] :
			60u + noise[3] % 5u;
		if (noise[3] == 77 || noise[3] == 78)
			seconds = 0;
		sprintf(row, "c%u,2026-10-05T%02u:%02u:%02u+03:00,%s%u,"
			"78432000001,79161234567,%s,%s\n", id,
			10 + id / 3600, id / 60 % 60, id % 60,
			seconds ? "" : "x", seconds,
			id % 50 == 49 ? "2" : "1", id % 50 > 47 ? "L" : "");
		tell(m, id, seconds, (int)i + 2, row);
	}
}

static void check_aside(struct fixture *f, const struct model *m,
			int64_t batch)
{
	struct tw_stmt *stmt;
	char got[sizeof(m->aside)] = "";
	size_t n = 0;

	assert_int_equal(tw__stmt_new(&stmt, f->store, "SELECT line, kind, "
		"record FROM quarantine WHERE batch = ? ORDER BY id", NULL),
		TW_OK);
	tw__bind_i64(stmt, 1, batch);
	while (tw__step(stmt, NULL) == TW_OK)
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%lld %s %s\n",
			(long long)tw__col_i64(stmt, 0),
			tw__col_text(stmt, 1), tw__col_text(stmt, 2));
	tw__stmt_free(stmt);
	assert_string_equal(got, m->aside);
}

/* Told in the order of the file. */
static void check_rejects(tw_rejects *rejects, const struct model *m)
{
	tw_reject reject = TW_REJECT_INIT;
	const char *p = m->aside;

	while (tw_rejects_next(&reject, rejects, NULL) == TW_OK) {
		bool conflict;

		assert_int_equal(reject.line, strtol(p, NULL, 10));
		conflict = strncmp(strchr(p, ' '), " conflict", 9) == 0;
		assert_string_equal(reject.column, conflict ? "call_id" :
				    "duration");
		p = strchr(p, '\n') + 1;
	}
	assert_int_equal(*p, '\0');
	tw_rejects_free(rejects);
}

static void import_rows(struct fixture *f, struct model *m, const char *text,
			bool beside)
{
	tw_import *import = begin_import(f, "native", NULL);
	int64_t batch = (int64_t)tw_import_batch(import);
	tw_counts counts = TW_COUNTS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_rejects *rejects;

	import->beside_from = beside ? 0 : SIZE_MAX;
	if (tw_import_file(import, text, strlen(text), &err) ||
	    tw_import_commit(&counts, &rejects, import, &err))
		fail_msg("%s", err.message);
	tw_import_free(import);
	assert_int_equal(counts.rows_read, ROWS);
	assert_int_equal(counts.rows_stored, m->new_calls);
	assert_int_equal(counts.duplicates, m->duplicates);
	assert_int_equal(counts.conflicts, m->conflicts);
	assert_int_equal(counts.rows_rejected, m->rejects);
	check_aside(f, m, batch);
	check_rejects(rejects, m);
	assert_int_equal(one_number(f, "SELECT coalesce(sum(duration_us), 0) "
		"/ 1000000 FROM call"), m->seconds);
	must_verify(f);
}

static void begin_file(struct model *m)
{
	m->new_calls = m->duplicates = m->conflicts = m->rejects = 0;
	m->aside[0] = '\0';
}

static void files(void **state, bool beside)
{
	static const unsigned int known[] = { 0, 2, 10, 60, 95, 1 };
	static struct model model;
	static char text[TEXT];
	struct fixture *f = *state;
	tw_random random;
	tw_random_state seed;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	memset(&model, 0, sizeof(model));
	tw_random_seed(&random, &seed, 11);
	for (size_t i = 0; i < TW_ARRAY_COUNT(known); i++) {
		begin_file(&model);
		make_rows(text, &model, &random, known[i]);
		import_rows(f, &model, text, beside);
		if (i != 1 && i != 4)
			continue;
		/* all of it once more, in one block after another */
		for (unsigned int id = 0; id < IDS; id++)
			model.stored[id] = 0;
		for (uint64_t batch = 1; batch < i + 2; batch++)
			(void)tw_import_undo(f->store, batch, NULL);
		model.seconds = one_number(f, "SELECT coalesce("
			"sum(duration_us), 0) / 1000000 FROM call");
	}
}

static void as_one_by_one(void **state)
{
	files(state, false);
}

static void as_one_by_one_beside(void **state)
{
	files(state, true);
}

/* A conflict of one block, with what was quoted in its row. */
static void what_is_shown_of_a_conflict(void **state)
{
	struct fixture *f = *state;
	static char text[16384];
	size_t n;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	strcpy(text, "call_id;start;duration;caller;callee;campaign\n");
	for (int i = 0; i < 64; i++) {
		n = strlen(text);
		snprintf(text + n, sizeof(text) - n, "c%d;2026-10-05T10:00:00"
			 "+03:00;%d;78432000001;79161234567;\"a \"\"%s\"\";"
			 "b\"\r\n\r\n", i == 40 ? 3 : i, i == 40 ? 61 : 60,
			 i == 40 ? "x" : "y");
	}
	n = import_text(f, "native", NULL, text).conflicts;
	assert_int_equal(n, 1);
	/* behind each row is an empty line */
	assert_int_equal(one_number(f, "SELECT line FROM quarantine"), 82);
	assert_int_equal(one_number(f, "SELECT record = 'c3,2026-10-05T10:00:"
		"00+03:00,61,78432000001,79161234567,a \"x\";b' "
		"FROM quarantine"), 1);
	assert_int_equal(one_number(f, "SELECT q.key = c.key AND q.start_us "
		"= c.start_us FROM quarantine q, call c WHERE c.call_id = "
		"'c3'"), 1);
	must_verify(f);
}

/* Sums are full with the one that came twice, and not without it. */
static void one_too_many_that_was_none(void **state)
{
	struct fixture *f = *state;
	static char text[16384];
	size_t n;
	tw_counts counts;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	import_sheet(f, "dear", TW_TARIFF_FULL, SHEET_HEAD
		"79,Mobile,1500000000.00,RUB,,,60,60,0,outbound,\n");
	strcpy(text, HEAD);
	for (int i = 0; i < 8; i++) {
		n = strlen(text);
		snprintf(text + n, sizeof(text) - n, "c%d,2026-10-05T10:00:00"
			 "+03:00,60,78432000001,79161234567,1,\n",
			 i == 4 ? 3 : i);
	}
	counts = import_text(f, "native", NULL, text);
	/* six are 9.0e9; the eighth row would be the seventh call */
	assert_int_equal(counts.rows_stored, 6);
	assert_int_equal(counts.duplicates, 1);
	assert_int_equal(counts.rows_rejected, 1);
	must_verify(f);
}

/* ---- what fails in the thread ---- */

static tw_status import_beside(struct fixture *f, const char *text,
			       tw_error *err)
{
	tw_import *import = begin_import(f, "native", NULL);
	tw_counts counts = TW_COUNTS_INIT;
	tw_status status;

	import->beside_from = 0;
	status = tw_import_file(import, text, strlen(text), err);
	if (!status)
		status = tw_import_commit(&counts, NULL, import, err);
	tw_import_free(import);
	return status;
}

static void make_new(char *text, unsigned int rows)
{
	static struct model model;
	tw_random random;
	tw_random_state seed;

	assert_true(rows == ROWS);
	memset(&model, 0, sizeof(model));
	tw_random_seed(&random, &seed, 12);
	make_rows(text, &model, &random, 0);
}

static void no_room(void **state)
{
	static char text[TEXT];
	struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	int64_t pages;
	char sql[64];

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	make_new(text, ROWS);
	pages = one_number(f, "PRAGMA page_count");
	for (int more = 1; more < 40; more += 6) {
		snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %lld",
			 (long long)pages + more);
		(void)one_number(f, sql);
		if (!import_beside(f, text, &err))
			break;
		assert_int_equal(err.code, TW_EIO);
		assert_non_null(strstr(err.message, "free some disk space"));
		assert_int_equal(one_number(f, "SELECT count(*) FROM call"),
				 0);
		assert_int_equal(one_number(f, "SELECT count(*) FROM batch"),
				 0);
	}
	(void)one_number(f, "PRAGMA max_page_count = 100000");
	if (import_beside(f, text, &err))
		fail_msg("%s", err.message);
	assert_true(one_number(f, "SELECT count(*) FROM call") > 900);
	must_verify(f);
}

static void every_failed_allocation_beside(void **state)
{
	static char text[TEXT];
	struct fixture *f = *state;
	struct faults faults;
	int64_t n = 0;

	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
	make_new(text, ROWS);
	for (bool more = true; more; n++) {
		tw_import *import = begin_import(f, "native", NULL);
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		import->beside_from = 0;
		faults_begin(&faults, n);
		status = tw_import_file(import, text, strlen(text), &err);
		more = faults_end(&faults);
		/* without memory for a thread there is none */
		assert_true(status == TW_OK || (more && status ==
						TW_ENOMEM));
		assert_int_equal(err.code, status);
		tw_import_free(import);
		assert_int_equal(one_number(f, "SELECT count(*) FROM call"),
				 0);
	}
	assert_true(n > 60);
	must_verify(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(as_one_by_one),
		FIXTURE_TEST(as_one_by_one_beside),
		FIXTURE_TEST(what_is_shown_of_a_conflict),
		FIXTURE_TEST(one_too_many_that_was_none),
		FIXTURE_TEST(no_room),
		FIXTURE_TEST(every_failed_allocation_beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
