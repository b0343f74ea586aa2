/* A thread of the store's own: what is given to it, in its order, and nobody
 * else at the store meanwhile. */
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include "store_fixture.h"
#include "store/beside.h"

#define WORKS 1000

struct list {
	int order[WORKS];
	int count;
};

struct work {
	struct list *list;
	int number;
};

/* Without a second processor there is no thread, and nothing to test. */
static struct tw__beside *a_thread(tw_store *store)
{
	struct tw__beside *beside = tw__beside_new(store);

	if (!beside) {
		assert_true(sysconf(_SC_NPROCESSORS_ONLN) < 2);
		tw_store_free(store);
		skip();
	}
	return beside;
}

static void sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

static tw_status add(void *arg)
{
	struct work *work = arg;

	if (work->number % 100 == 0)
		sleep_ms(1);
	work->list->order[work->list->count++] = work->number;
	return TW_OK;
}

static void in_its_order(void **state)
{
	tw_store *store = fixture_store(*state);
	struct tw__beside *beside = a_thread(store);
	static struct work works[WORKS];
	static struct list list;
	uint64_t number = 0;

	memset(&list, 0, sizeof(list));
	for (int i = 0; i < WORKS; i++) {
		works[i] = (struct work){ &list, i };
		number = tw__beside_give(beside, add, &works[i]);
		assert_int_equal(number, i + 1);
		if (i == 500) {
			/* for one that others stand behind */
			tw__beside_wait(beside, number - 3);
			assert_true(tw__beside_is_done(beside, number - 3));
		}
	}
	tw__beside_wait(beside, number);
	assert_true(tw__beside_is_done(beside, number));
	assert_int_equal(list.count, WORKS);
	for (int i = 0; i < WORKS; i++)
		assert_int_equal(list.order[i], i);
	tw__beside_free(beside);
	tw_store_free(store);
}

static void until_the_end(void **state)
{
	tw_store *store = fixture_store(*state);
	static struct work works[WORKS];
	static struct list list;

	for (int round = 0; round < 50; round++) {
		struct tw__beside *beside = a_thread(store);

		list.count = 0;
		for (int i = 0; i < round; i++) {
			works[i] = (struct work){ &list, i };
			tw__beside_give(beside, add, &works[i]);
		}
		tw__beside_free(beside);
		assert_int_equal(list.count, round);
	}
	tw__beside_free(NULL);
	tw_store_free(store);
}

static tw_status insert(void *arg)
{
	tw_error err = TW_ERROR_INIT;

	sleep_ms(20);
	if (tw__run(arg, &err))
		return err.code;
	sleep_ms(20);
	return TW_OK;
}

/* Whatever is asked of the store is answered as if all of it were done. */
static void a_question_waits(void **state)
{
	tw_store *store = fixture_store(*state);
	struct tw__beside *beside = a_thread(store);
	struct tw_stmt *put, *count;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_store_begin(store, &err), TW_OK);
	assert_int_equal(run(store, "CREATE TABLE t (a INTEGER)", &err),
			 TW_OK);
	assert_int_equal(tw__stmt_new(&put, store, "INSERT INTO t VALUES "
				      "(7)", &err), TW_OK);
	assert_int_equal(tw__stmt_new(&count, store, "SELECT count(*) "
				      "FROM t", &err), TW_OK);
	for (int64_t i = 1; i < 4; i++) {
		tw__beside_give(beside, insert, put);
		assert_int_equal(tw__step(count, &err), TW_OK);
		assert_int_equal(tw__col_i64(count, 0), i);
		tw__reset(count);
	}
	tw__beside_give(beside, insert, put);
	assert_int_equal(ask(store, "SELECT count(*) FROM t"), 4);
	tw__beside_give(beside, insert, put);
	assert_true(tw__last_id(store) == 5 && tw__changes(store) == 1);
	tw__beside_give(beside, insert, put);
	tw__stmt_free(put);
	tw__beside_give(beside, add, &(struct work){ &(struct list){ { 0 },
		0 }, 0 });
	assert_int_equal(tw_store_rollback(store, &err), TW_OK);
	tw__stmt_free(count);
	tw__beside_free(beside);
	tw_store_free(store);
}

/* SQLite may have rolled everything back: what came now would be stored by
 * itself. */
static void nothing_after_a_failure(void **state)
{
	tw_store *store = fixture_store(*state);
	struct tw__beside *beside = a_thread(store);
	struct tw_stmt *fails, *put;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_store_begin(store, &err), TW_OK);
	assert_int_equal(run(store, "CREATE TABLE t (a INTEGER CHECK "
			     "(a < 9))", &err), TW_OK);
	assert_int_equal(tw__stmt_new(&put, store, "INSERT INTO t VALUES "
				      "(7)", &err), TW_OK);
	assert_int_equal(tw__stmt_new(&fails, store, "INSERT INTO t VALUES "
				      "(9)", &err), TW_OK);
	tw__beside_give(beside, insert, put);
	tw__beside_give(beside, insert, fails);
	assert_int_equal(tw__run(put, &err), TW_ESTORE);
	assert_non_null(strstr(err.message, "on their way in"));
	assert_int_equal(tw__run(put, &err), TW_ESTORE);
	tw__beside_free(beside);
	assert_int_equal(ask(store, "SELECT count(*) FROM t"), 1);
	tw__stmt_free(put);
	tw__stmt_free(fails);
	assert_int_equal(tw_store_rollback(store, &err), TW_OK);
	tw_store_free(store);
}

static tw_status look_at_signals(void *arg)
{
	(void)pthread_sigmask(SIG_BLOCK, NULL, arg);
	return TW_OK;
}

static void signals_are_for_the_host(void **state)
{
	tw_store *store = fixture_store(*state);
	struct tw__beside *beside = a_thread(store);
	sigset_t its, mine;
	uint64_t number = tw__beside_give(beside, look_at_signals, &its);

	tw__beside_wait(beside, number);
	(void)pthread_sigmask(SIG_BLOCK, NULL, &mine);
	assert_true(sigismember(&its, SIGINT) && sigismember(&its, SIGTERM) &&
		    sigismember(&its, SIGHUP) && sigismember(&its, SIGALRM));
	assert_false(sigismember(&mine, SIGINT) ||
		     sigismember(&mine, SIGTERM));
	tw__beside_free(beside);
	tw_store_free(store);
}

#define FIXTURE_TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
							fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(in_its_order), FIXTURE_TEST(until_the_end),
		FIXTURE_TEST(a_question_waits),
		FIXTURE_TEST(nothing_after_a_failure),
		FIXTURE_TEST(signals_are_for_the_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
