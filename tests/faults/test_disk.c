/* Every write, sync and truncate of a month fails, tears or is dropped; and
 * the power goes at any of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "disk.h"
#include "office.h"

static struct office office;

static const char *name_of(int kind)
{
	static const char *const names[] = { "no fault", "fail", "full",
					     "tear", "drop", "power" };

	return names[kind];
}

static void describe(char out[96], const struct disk_plan *p)
{
	snprintf(out, 96, "%s%s at %s %llu", p->lasting ? "lasting " : "",
		 name_of(p->kind), p->reads ? "read" : "write",
		 (unsigned long long)p->at);
}

static tw_store *must_open(const char *what)
{
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;

	if (office_store(&store, &office, 0, &err))
		fail_msg("%s: open: %s", what, err.message);
	return store;
}

/* A host keeps one handle; commands open one each, and each of them empties
 * the log when it leaves. */
enum manner { HOST, COMMANDS };

/* Runs until a step fails; how many were acknowledged. */
static int run_month(tw_store **out, enum manner manner, tw_error *err)
{
	tw_store *store = NULL;
	int done = 0;

	while (done < office.steps) {
		if (!store && office_store(&store, &office, 0, err))
			break;
		if (office_step(store, done, err))
			break;
		done++;
		if (manner == COMMANDS) {
			tw_store_free(store);
			store = NULL;
		}
	}
	*out = store;
	return done;
}

static uint64_t operations(enum manner manner, bool reads)
{
	const struct disk_plan count = { DISK_FAIL, 0, false, reads };
	tw_error err = TW_ERROR_INIT;
	tw_store *store;

	office_reset(&office);
	disk_arm(&count);
	assert_int_equal(run_month(&store, manner, &err), office.steps);
	tw_store_free(store);
	return disk_count();
}

/* A step that failed was not acknowledged, says why, and can be repeated: at
 * once when the fault has passed, else after a restart. */
static void run_fault(const struct disk_plan *plan, enum manner manner)
{
	static const struct disk_plan good = { 0 };
	tw_error err = TW_ERROR_INIT;
	tw_store *store;
	char what[96];
	int done;

	describe(what, plan);
	office_reset(&office);
	disk_arm(plan);
	done = run_month(&store, manner, &err);
	if (done < office.steps) {
		assert_true(disk_has_failed());
		if (!err.code || !err.message[0])
			fail_msg("%s: step %d gives no reason", what, done);
	}
	if (store && !plan->lasting) {
		office_must_be(&office, store, done, what);
		office_must_end(&office, store, done, what);
		done = office.steps;
	}
	tw_store_free(store);
	disk_arm(&good);
	store = must_open(what);
	office_must_be(&office, store, done, what);
	office_must_end(&office, store, done, what);
	tw_store_free(store);
}

static void faults_in(enum manner manner, int kind, bool lasting, bool reads,
		      int everyday)
{
	const uint64_t total = operations(manner, reads);
	const uint64_t rounds = (uint64_t)office_rounds(everyday,
							(int)total + 2);
	uint64_t i;

	for (i = 0; i < rounds; i++) {
		struct disk_plan plan = { kind, 1 + i, lasting, reads };

		if (rounds < total)
			plan.at = 1 + i * total / rounds +
				(i * 7919) % (total / rounds);
		run_fault(&plan, manner);
	}
	print_message("%llu of %llu operations\n", (unsigned long long)rounds,
		      (unsigned long long)total);
}

static void faults_of(int kind, bool lasting, bool reads, int everyday)
{
	faults_in(HOST, kind, lasting, reads, everyday);
	faults_in(COMMANDS, kind, lasting, reads, everyday);
}

static void a_write_fails(void **state)
{
	(void)state;
	faults_of(DISK_FAIL, false, false, 12);
}

static void writes_fail_from_here_on(void **state)
{
	(void)state;
	faults_of(DISK_FAIL, true, false, 12);
}

static void the_disk_is_full_once(void **state)
{
	(void)state;
	faults_of(DISK_FULL, false, false, 12);
}

static void the_disk_is_full(void **state)
{
	(void)state;
	faults_of(DISK_FULL, true, false, 12);
}

static void a_write_tears(void **state)
{
	(void)state;
	faults_of(DISK_TEAR, false, false, 12);
}

static void writes_tear_from_here_on(void **state)
{
	(void)state;
	faults_of(DISK_TEAR, true, false, 12);
}

static void a_read_fails(void **state)
{
	(void)state;
	faults_of(DISK_FAIL, false, true, 12);
}

static void run_power_loss(enum manner manner, uint64_t at, uint64_t seed)
{
	const struct disk_plan plan = { DISK_POWER, at, true, false };
	static const struct disk_plan good = { 0 };
	tw_error err = TW_ERROR_INIT;
	tw_store *store;
	char what[96];
	int done;

	snprintf(what, sizeof(what), "power loss at write %llu, seed %llu",
		 (unsigned long long)at, (unsigned long long)seed);
	office_reset(&office);
	disk_arm(&plan);
	done = run_month(&store, manner, &err);
	tw_store_free(store);
	disk_power_loss(seed);
	disk_arm(&good);
	store = must_open(what);
	office_must_be(&office, store, done, what);
	office_must_end(&office, store, done, what);
	tw_store_free(store);
}

/* With FULL no acknowledged step is lost, and none is half there. */
static void the_power_goes(void **state)
{
	const uint64_t totals[] = { operations(HOST, false),
				    operations(COMMANDS, false) };
	const int rounds = office_rounds(200, 10000);

	(void)state;
	for (int i = 0; i < rounds; i++)
		run_power_loss(i % 2 ? COMMANDS : HOST, 1 + (uint64_t)i / 2 *
			       7919 % (totals[i % 2] + 1), (uint64_t)i + 1);
	print_message("%d power losses over %llu and %llu operations\n",
		      rounds, (unsigned long long)totals[0],
		      (unsigned long long)totals[1]);
}

/* A disk that says a write was done and forgets it breaks every promise;
 * then at least nothing crashes, and going on from a store that still holds
 * its invariants ends where it should. What is counted last is what nobody
 * can see: the store of an earlier moment, whole, after an acknowledgement. */
static void a_write_is_dropped(void **state)
{
	static const struct disk_plan good = { 0 };
	const uint64_t total = operations(COMMANDS, false);
	const int rounds = office_rounds(50, (int)total);
	int seen = 0, fine = 0, earlier = 0;
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;
	char *text;

	(void)state;
	for (int i = 0; i < rounds; i++) {
		struct disk_plan plan = { DISK_DROP, 1 + (uint64_t)i * 7919 %
			total, false, false };
		bool whole;

		office_reset(&office);
		disk_arm(&plan);
		run_month(&store, COMMANDS, &err);
		tw_store_free(store);
		store = NULL;
		disk_arm(&good);
		if (office_store(&store, &office, 0, &err)) {
			seen++;
			continue;
		}
		whole = office_holds(store);
		if (!whole) {
			seen++;
		}
		else {
			text = office_state(store);
			if (strcmp(text, office.states[office.steps]))
				earlier++;
			else
				fine++;
			free(text);
		}
		tw_store_free(store);
		store = NULL;
	}
	print_message("%d dropped writes: %d seen, %d did no harm, %d left "
		      "an earlier moment\n", rounds, seen, fine, earlier);
	assert_int_equal(seen + fine + earlier, rounds);
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
	(void)state;
	office_close(&office);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_write_fails),
		cmocka_unit_test(writes_fail_from_here_on),
		cmocka_unit_test(the_disk_is_full_once),
		cmocka_unit_test(the_disk_is_full),
		cmocka_unit_test(a_write_tears),
		cmocka_unit_test(writes_tear_from_here_on),
		cmocka_unit_test(a_read_fails),
		cmocka_unit_test(the_power_goes),
		cmocka_unit_test(a_write_is_dropped),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
