/* A recorder on a disk whose store part fails for a while: what it took is in
 * the store when the disk is well again, each record once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "disk.h"
#include "office.h"
#include "store/db.h"

#define RECORDS 40
#define WELL_AGAIN 28

static const struct disk_plan good;
static struct office office;

static void record(tw_recorder *recorder, int i, const char *what)
{
	const tw_time now = INT64_C(1792000000000000) + i * 60 * TW_SECOND;
	tw_cdr cdr = TW_CDR_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_time next;
	char id[32];

	snprintf(id, sizeof(id), "%d", i);
	cdr.call_id = id;
	cdr.direction = TW_DIRECTION_OUTBOUND;
	cdr.status = TW_CALL_ANSWERED;
	cdr.start = now;
	cdr.answer = now + TW_SECOND;
	cdr.duration_us = 60 * TW_SECOND;
	cdr.caller = "78432000001";
	cdr.callee = "79161234567";
	if (tw_recorder_add(NULL, recorder, &cdr, now, &err))
		fail_msg("%s: add %d: %s", what, i, err.message);
	/* the journal takes what the store does not */
	(void)tw_recorder_step(&next, recorder, now + TW_SECOND, &err);
}

static int64_t calls_of(tw_store *store)
{
	struct tw_stmt *stmt = NULL;
	int64_t calls = -1;

	assert_int_equal(tw__stmt_new(&stmt, store, "SELECT count(*) FROM "
				      "call", NULL), TW_OK);
	if (tw__step(stmt, NULL) == TW_OK)
		calls = tw__col_i64(stmt, 0);
	tw__stmt_free(stmt);
	return calls;
}

static void must_have_all(const char *what)
{
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;

	if (office_store(&store, &office, 0, &err))
		fail_msg("%s: %s", what, err.message);
	if (calls_of(store) != RECORDS)
		fail_msg("%s: %lld calls", what, (long long)calls_of(store));
	office_verify(store, what);
	tw_store_free(store);
}

static tw_status run(const struct disk_plan *plan, const char *what)
{
	tw_recorder_options options = TW_RECORDER_OPTIONS_INIT;
	const tw_time end = INT64_C(1792000000000000) + 3600 * TW_SECOND;
	tw_recorder *recorder = NULL;
	tw_error err = TW_ERROR_INIT;
	tw_status status;

	options.spool_limit = 1 << 20;
	office_reset(&office);
	disk_arm(plan);
	if (tw_recorder_open(&recorder, office.path, &options, &err))
		fail_msg("%s: open: %s", what, err.message);
	for (int i = 0; i < RECORDS; i++) {
		if (i == WELL_AGAIN)
			disk_arm(&good);
		record(recorder, i, what);
	}
	status = tw_recorder_flush(recorder, end, &err);
	if (status)
		fail_msg("%s: flush: %s", what, err.message);
	tw_recorder_free(recorder);
	must_have_all(what);
	return status;
}

static void the_store_fails_for_a_while(void **state)
{
	static const int kinds[] = { DISK_FAIL, DISK_FULL, DISK_TEAR };
	const struct disk_plan count = { DISK_FAIL, 0, false, false };
	const int rounds = office_rounds(8, 120);
	char what[64];

	(void)state;
	run(&count, "no fault");
	for (int k = 0; k < 6; k++) {
		for (int i = 0; i < rounds; i++) {
			const struct disk_plan plan = { kinds[k % 3],
				1 + (uint64_t)i * 120 / (uint64_t)rounds,
				k >= 3, false };

			snprintf(what, sizeof(what), "%skind %d at %llu",
				 plan.lasting ? "lasting " : "", plan.kind,
				 (unsigned long long)plan.at);
			run(&plan, what);
		}
	}
}

static int setup(void **state)
{
	(void)state;
	disk_install();
	office_open(&office);
	return 0;
}

static int teardown(void **state)
{
	static const char *const ends[] = { ".host.spool", ".host.spool.bad",
					    ".host.bad" };
	char path[200];

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(ends); i++) {
		snprintf(path, sizeof(path), "%s%s", office.path, ends[i]);
		unlink(path);
	}
	office_close(&office);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_store_fails_for_a_while),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
