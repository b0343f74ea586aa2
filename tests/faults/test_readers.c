/* Twenty reports, a gateway in short batches and an importer at once: nobody
 * is told that somebody else is busy, every report adds up, and the log stays
 * within a bound. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "office.h"
#include "store/handle.h"

#define READERS 20
#define LOG_BYTES_MAX (64u << 20)

static struct office office;
static atomic_int stop, failures, reports, commits;
static atomic_ullong log_bytes;
static char message[256];

static void failed(const char *what, const tw_error *err)
{
	if (!atomic_fetch_add(&failures, 1))
		snprintf(message, sizeof(message), "%s: %.200s", what,
			 err->message);
	atomic_store(&stop, 1);
}

static int64_t seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* Rows by department add up to the sum of the ledger in the same snapshot:
 * a report that saw two moments would not. */
static tw_status report(tw_store *store, uint64_t *calls, tw_error *err)
{
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_expenses *rows = NULL;
	tw_status status = tw_report_expenses(&rows, store, "2026-10",
		TW_BY_DEPARTMENT | TW_BY_DESTINATION, err);

	*calls = 0;
	while (!status && (status = tw_expenses_next(&row, rows, err)) ==
	       TW_OK)
		*calls += row.calls;
	tw_expenses_free(rows);
	return status == TW_ITER_END ? TW_OK : status;
}

static void *read_on(void *arg)
{
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;
	uint64_t last = 0, now = 0;

	(void)arg;
	if (office_store(&store, &office, TW_STORE_READONLY, &err))
		failed("open a reader", &err);
	while (!atomic_load(&stop)) {
		if (report(store, &now, &err))
			failed("report", &err);
		if (now < last) {
			snprintf(err.message, sizeof(err.message), "%"
				 PRIu64 " calls after %" PRIu64, now, last);
			failed("a report went back", &err);
		}
		last = now;
		atomic_fetch_add(&reports, 1);
	}
	tw_store_free(store);
	return NULL;
}

static tw_status add_calls(tw_store *store, const char *source, int first,
			   int count, tw_error *err)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_counts counts = TW_COUNTS_INIT;
	tw_import *import = NULL;
	char id[64], callee[32];
	tw_status status;

	options.source = source;
	status = tw_import_new(&import, store, &options, err);
	for (int i = first; !status && i < first + count; i++) {
		tw_cdr cdr = TW_CDR_INIT;

		snprintf(id, sizeof(id), "%s-%d", source, i);
		snprintf(callee, sizeof(callee), "7916%07d", i * 7919 %
			 10000000);
		cdr.call_id = id;
		cdr.direction = TW_DIRECTION_OUTBOUND;
		cdr.status = TW_CALL_ANSWERED;
		/* all over the month, so that many pages change */
		cdr.start = INT64_C(1790900000000000) + i * INT64_C(7919) %
			2500000 * TW_SECOND;
		cdr.answer = cdr.start + TW_SECOND;
		cdr.duration_us = 60 * TW_SECOND;
		cdr.caller = "78432000001";
		cdr.callee = callee;
		status = tw_import_add(import, &cdr, err);
	}
	if (!status)
		status = tw_import_commit(&counts, NULL, import, err);
	tw_import_free(import);
	return status;
}

static void watch_log(tw_store *store)
{
	tw_store_info info = TW_STORE_INFO_INIT;
	tw_error err = TW_ERROR_INIT;

	if (tw_store_describe(&info, store, &err))
		failed("describe", &err);
	else if (info.wal_bytes > atomic_load(&log_bytes))
		atomic_store(&log_bytes, info.wal_bytes);
}

static void *gateway(void *arg)
{
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;
	int i = 0;

	(void)arg;
	if (office_store(&store, &office, 0, &err))
		failed("open the gateway", &err);
	while (!atomic_load(&stop)) {
		if (add_calls(store, "gateway", i, 5, &err))
			failed("gateway", &err);
		watch_log(store);
		i += 5;
		atomic_fetch_add(&commits, 1);
	}
	tw_store_free(store);
	return NULL;
}

/* In a process of its own, as `cdr import` is. */
static int importer(int lasting_s)
{
	const int64_t end = seconds() + lasting_s;
	tw_error err = TW_ERROR_INIT;
	int i = 0;

	while (seconds() < end) {
		tw_store *store = NULL;

		if (office_store(&store, &office, 0, &err) ||
		    add_calls(store, "importer", i, 400, &err)) {
			fprintf(stderr, "importer: %s\n", err.message);
			return 1;
		}
		tw_store_free(store);
		i += 400;
	}
	return i ? 0 : 2;
}

static void all_at_once(void **state)
{
	const int lasting_s = office_rounds(4, 60);
	pthread_t readers[READERS], writer;
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;
	int i, status;
	int64_t end;
	pid_t pid;

	(void)state;
	office_reset(&office);
	pid = fork();
	if (!pid)
		_exit(importer(lasting_s));
	for (i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, read_on,
						NULL), 0);
	assert_int_equal(pthread_create(&writer, NULL, gateway, NULL), 0);
	for (end = seconds() + lasting_s; seconds() < end &&
	     !atomic_load(&stop); )
		usleep(20000);
	atomic_store(&stop, 1);
	for (i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	pthread_join(writer, NULL);
	waitpid(pid, &status, 0);
	print_message("%d reports, %d commits of a gateway, log at most %llu "
		      "KiB\n", atomic_load(&reports), atomic_load(&commits),
		      atomic_load(&log_bytes) >> 10);
	if (atomic_load(&failures))
		fail_msg("%s", message);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(atomic_load(&reports) > READERS);
	assert_true(atomic_load(&commits) > 10);
	assert_true(atomic_load(&log_bytes) < LOG_BYTES_MAX);
	if (office_store(&store, &office, 0, &err))
		fail_msg("%s", err.message);
	office_verify(store, "after all");
	tw_store_free(store);
}

/* One read that does not end holds the log back; after it, the next commits
 * empty it. */
static void a_read_that_lasts(void **state)
{
	tw_store_info info = TW_STORE_INFO_INIT;
	tw_store *store = NULL, *reader = NULL;
	tw_error err = TW_ERROR_INIT;
	uint64_t most = 0, calls;
	struct tw_tx tx;
	int i;

	(void)state;
	office_reset(&office);
	assert_int_equal(office_store(&store, &office, 0, &err), TW_OK);
	assert_int_equal(office_store(&reader, &office, TW_STORE_READONLY,
				      &err), TW_OK);
	assert_int_equal(tw__read_enter(&tx, reader, &err), TW_OK);
	assert_int_equal(report(reader, &calls, &err), TW_OK);
	for (i = 0; i < 40; i++) {
		if (add_calls(store, "held", i * 500, 500, &err))
			fail_msg("%s", err.message);
		assert_int_equal(tw_store_describe(&info, store, &err),
				 TW_OK);
		most = info.wal_bytes;
	}
	assert_true(most > 20u << 20);
	tw__read_leave(&tx, reader);
	for (i = 0; i < 30; i++) {
		if (add_calls(store, "after", i * 500, 500, &err))
			fail_msg("%s", err.message);
	}
	assert_int_equal(tw_store_describe(&info, store, &err), TW_OK);
	print_message("log %" PRIu64 " KiB with the read, %" PRIu64
		      " KiB after\n", most >> 10, info.wal_bytes >> 10);
	assert_true(info.wal_bytes <= 20u << 20);
	tw_store_free(reader);
	tw_store_free(store);
}

static void closed(tw_store *store, const char *what)
{
	if (sqlite3_txn_state(store->db, NULL) != SQLITE_TXN_NONE)
		fail_msg("%s leaves a read open: the log would never end",
			 what);
}

/* Whatever is asked and however it ends: afterwards nothing is being read. */
static void no_read_stays_open(void **state)
{
	tw_tariff_month month = TW_TARIFF_MONTH_INIT;
	tw_tariff_versions *versions = NULL;
	tw_directory *directory = NULL;
	tw_numbering *numbering = NULL;
	tw_listing *listing = NULL;
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	tw_money total = { 0 };
	tw_deck *deck = NULL;
	tw_pots *pots = NULL;
	char *text = NULL;
	uint64_t calls;

	(void)state;
	office_reset(&office);
	assert_int_equal(office_store(&store, &office, 0, &err), TW_OK);
	for (int i = 0; i < office.steps; i++) {
		assert_int_equal(office_step(store, i, &err), TW_OK);
		closed(store, "a step");
	}
	tw_store_free(store);
	assert_int_equal(office_store(&store, &office, TW_STORE_READONLY,
				      &err), TW_OK);
	closed(store, "opening");
	assert_int_equal(report(store, &calls, &err), TW_OK);
	closed(store, "a report");
	(void)tw_ledger_month_total(&total, store, "2026-10", "RUB", &err);
	(void)tw_ledger_month_total(&total, store, "2020-01", "XXX", &err);
	closed(store, "a sum of a month");
	assert_int_equal(tw_unrated_list(&listing, store, &err), TW_OK);
	tw_listing_free(listing);
	closed(store, "unrated list");
	assert_int_equal(tw_directory_suggest(&listing, store, &err), TW_OK);
	tw_listing_free(listing);
	closed(store, "directory suggest");
	assert_int_equal(tw_import_list(&listing, store, &err), TW_OK);
	tw_listing_free(listing);
	closed(store, "import list");
	assert_int_equal(tw_tariff_list(&versions, store, NULL, &err),
			 TW_OK);
	tw_tariff_versions_free(versions);
	(void)tw_tariff_list(&versions, store, "none", &err);
	closed(store, "tariff list");
	assert_int_equal(tw_tariff_total(&month, &pots, store, "annex",
					 "2026-10", &err), TW_OK);
	tw_pots_free(pots);
	closed(store, "tariff total");
	assert_int_equal(tw_directory_open(&directory, store,
		INT64_C(1794000000000000), &err), TW_OK);
	closed(store, "a directory");
	tw_directory_free(directory);
	assert_int_equal(tw_tariff_deck(&deck, store, "carrier",
		INT64_C(1794000000000000), &err), TW_OK);
	tw_deck_free(deck);
	closed(store, "a deck");
	assert_int_equal(tw_tariff_deck(&deck, store, "none",
		INT64_C(1794000000000000), &err), TW_ENOTFOUND);
	closed(store, "a deck of nobody");
	assert_int_equal(tw_numbering_open(&numbering, store,
		INT64_C(1794000000000000), &err), TW_OK);
	tw_numbering_free(numbering);
	closed(store, "numbering");
	assert_int_equal(tw_call_explain(&text, store, "a-1", "en", &err),
			 TW_OK);
	tw_free(text);
	(void)tw_call_explain(&text, store, "none", "en", &err);
	closed(store, "call explain");
	assert_int_equal(tw_privacy_list(&listing, store, &err), TW_OK);
	tw_listing_free(listing);
	closed(store, "privacy list");
	office_verify(store, "at rest");
	closed(store, "verify");
	tw_store_free(store);
}

static int setup(void **state)
{
	(void)state;
	office_open(&office);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	office_close(&office);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_at_once),
		cmocka_unit_test(a_read_that_lasts),
		cmocka_unit_test(no_read_stays_open),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
