/* Texts that repeat, as small integers. */
#include "accounts_fixture.h"
#include "accounts/intern.h"
#include "../faults.h"

static int64_t id_of(struct tw__intern *intern, const char *text)
{
	tw_error err = TW_ERROR_INIT;
	int64_t id = -1;

	if (tw__intern_id(&id, intern, text, &err))
		fail_msg("%s: %s", text ? text : "NULL", err.message);
	return id;
}

static void one_id_for_one_text(void **state)
{
	struct fixture *f = *state;
	struct tw__intern words, again;
	int64_t a, b;

	fixture_begin(f);
	tw__intern_words(&words, f->store);
	a = id_of(&words, "RUB");
	b = id_of(&words, "rub");
	assert_true(a > 0 && b > 0 && a != b);
	assert_int_equal(id_of(&words, "RUB"), a);
	assert_int_equal(id_of(&words, ""), 0);
	assert_int_equal(id_of(&words, NULL), 0);
	tw__intern_free(&words);
	tw__intern_free(NULL);
	/* what is forgotten is found in the store */
	tw__intern_words(&again, f->store);
	assert_int_equal(id_of(&again, "rub"), b);
	assert_int_equal(id_of(&again, "RUB"), a);
	tw__intern_free(&again);
	fixture_commit(f);
	assert_int_equal(one_number(f, "SELECT count(*) FROM word"), 2);
}

/* Numbers stand in the slots themselves, longer texts elsewhere: the border
 * between them, and texts that differ behind it, are no one's neighbour. */
static void brief_and_long_are_apart(void **state)
{
	struct fixture *f = *state;
	struct tw__intern people;
	char text[3][20];
	int64_t id[3 * 18];
	size_t n = 0;

	fixture_begin(f);
	tw__intern_identities(&people, f->store);
	for (int round = 0; round < 2; round++) {
		n = 0;
		for (int length = 1; length <= 18; length++) {
			for (int i = 0; i < 3; i++) {
				int64_t got;

				memset(text[i], '7', sizeof(text[i]));
				text[i][length - 1] = (char)('1' + i);
				text[i][length] = '\0';
				got = id_of(&people, text[i]);
				if (round)
					assert_int_equal(got, id[n]);
				id[n++] = got;
			}
		}
	}
	for (size_t a = 0; a < n; a++)
		for (size_t b = 0; b < a; b++)
			assert_true(id[a] != id[b]);
	tw__intern_free(&people);
	fixture_commit(f);
	assert_int_equal(one_number(f, "SELECT count(*) FROM identity"),
			 3 * 18);
}

/* New, known, new: whichever is tried first, each gets one id. */
static void known_among_new(void **state)
{
	struct fixture *f = *state;
	struct tw__intern first, second;
	int64_t known;

	fixture_begin(f);
	tw__intern_identities(&first, f->store);
	known = id_of(&first, "79160000002");
	tw__intern_identities(&second, f->store);
	id_of(&second, "79160000001");
	assert_int_equal(id_of(&second, "79160000002"), known);
	id_of(&second, "79160000003");
	tw__intern_free(&first);
	tw__intern_free(&second);
	fixture_commit(f);
	assert_int_equal(one_number(f, "SELECT count(*) FROM identity"), 3);
}

static void tables_are_apart(void **state)
{
	struct fixture *f = *state;
	struct tw__intern words, people;

	fixture_begin(f);
	tw__intern_words(&words, f->store);
	tw__intern_identities(&people, f->store);
	id_of(&words, "x");
	id_of(&words, "112");
	id_of(&people, "112");
	tw__intern_free(&words);
	tw__intern_free(&people);
	fixture_commit(f);
	assert_int_equal(one_number(f, "SELECT count(*) FROM word"), 2);
	assert_int_equal(one_number(f, "SELECT count(*) FROM identity WHERE "
				    "digits = '112'"), 1);
}

/* Eight texts are one key, and none runs into its neighbour. */
static void marks_in_their_columns(void **state)
{
	struct fixture *f = *state;
	struct tw__intern marks;
	int64_t all, left, right, none;

	fixture_begin(f);
	tw__intern_marks(&marks, f->store);
	all = id_of(&marks, "s\x1ft\x1f" "c\x1f" "d\x1f" "e\x1f" "a\x1f"
		    "p\x1fUSD");
	left = id_of(&marks, "ab\x1f" "c\x1f\x1f\x1f\x1f\x1f\x1f");
	right = id_of(&marks, "a\x1f" "bc\x1f\x1f\x1f\x1f\x1f\x1f");
	none = id_of(&marks, "\x1f\x1f\x1f\x1f\x1f\x1f\x1f");
	assert_true(left != right && none != left && none && all != none);
	tw__intern_free(&marks);
	tw__intern_marks(&marks, f->store);
	assert_int_equal(id_of(&marks, "ab\x1f" "c\x1f\x1f\x1f\x1f\x1f"
			       "\x1f"), left);
	tw__intern_free(&marks);
	fixture_commit(f);
	assert_int_equal(one_number(f, "SELECT id FROM marks WHERE source = "
		"'s' AND trunk = 't' AND carrier = 'c' AND department = 'd' "
		"AND extension = 'e' AND accountcode = 'a' AND campaign = "
		"'p' AND source_currency = 'USD'"), all);
	assert_int_equal(one_number(f, "SELECT count(*) FROM marks"), 4);
}

static void many_and_forgotten(void **state)
{
	enum { COUNT = 2000 };
	struct fixture *f = *state;
	static int64_t ids[COUNT];
	struct tw__intern words;
	char text[16];

	fixture_begin(f);
	tw__intern_words(&words, f->store);
	for (int turn = 0; turn < 3; turn++) {
		/* a table of a million forgets, and asks the store again */
		if (turn == 2)
			words.most = COUNT;
		for (int i = 0; i < COUNT; i++) {
			snprintf(text, sizeof(text), "w%d", i);
			if (!turn)
				ids[i] = id_of(&words, text);
			assert_int_equal(id_of(&words, text), ids[i]);
		}
		assert_int_equal(words.count, COUNT);
		assert_true(words.capacity > words.count);
	}
	tw__intern_free(&words);
	fixture_commit(f);
	assert_int_equal(one_number(f, "SELECT count(*) FROM word"), COUNT);
}

static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	struct faults faults;
	int64_t n = 0;

	for (bool more = true; more; n++) {
		struct tw__intern words;
		tw_error err = TW_ERROR_INIT;
		int64_t id = -7;
		tw_status status;

		fixture_begin(f);
		tw__intern_words(&words, f->store);
		faults_begin(&faults, n);
		status = tw__intern_id(&id, &words, "Naberezhnye Chelny",
				       &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(err.code, status);
		assert_true((id == -7) == more);
		/* nothing half-made is found by the next one */
		assert_true(id_of(&words, "Naberezhnye Chelny") > 0);
		tw__intern_free(&words);
		assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	}
	assert_true(n > 2);
}

static void a_store_that_refuses(void **state)
{
	struct fixture *f = *state;
	struct tw__intern words;
	tw_error err = TW_ERROR_INIT;
	int64_t id = -7;

	fixture_begin(f);
	assert_int_equal(run_sql(f, "CREATE TRIGGER stop BEFORE INSERT ON "
		"word BEGIN SELECT RAISE(ABORT, 'no words today'); END"),
		TW_OK);
	tw__intern_words(&words, f->store);
	assert_int_not_equal(tw__intern_id(&id, &words, "x", &err), TW_OK);
	assert_non_null(strstr(err.message, "no words today"));
	assert_int_equal(id, -7);
	assert_int_equal(words.count, 0);
	assert_int_equal(run_sql(f, "DROP TRIGGER stop"), TW_OK);
	assert_true(id_of(&words, "x") > 0);
	tw__intern_free(&words);
	fixture_commit(f);
}

/* What is held back has its id at once and its row after the flush; what was
 * there before keeps its own. */
static void held_until_the_flush(void **state)
{
	struct fixture *f = *state;
	struct tw__intern words, people;
	tw_error err = TW_ERROR_INIT;
	int64_t old, id[3];

	fixture_begin(f);
	tw__intern_words(&words, f->store);
	old = id_of(&words, "old");
	tw__intern_free(&words);
	tw__intern_words(&words, f->store);
	tw__intern_identities(&people, f->store);
	tw__intern_hold(&words);
	tw__intern_hold(&people);
	id[0] = id_of(&words, "new");
	assert_int_equal(id_of(&words, "old"), old);
	id[1] = id_of(&words, "newer");
	assert_int_equal(id_of(&words, "new"), id[0]);
	/* of an empty table */
	id[2] = id_of(&people, "79161234567");
	assert_int_equal(id_of(&people, "anonymous"), id[2] + 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM word"), 1);
	assert_int_equal(one_number(f, "SELECT count(*) FROM identity"), 0);
	assert_int_equal(tw__intern_flush(&words, &err), TW_OK);
	assert_int_equal(tw__intern_flush(&people, &err), TW_OK);
	assert_int_equal(one_number(f, "SELECT id FROM word WHERE text = "
				    "'new'"), id[0]);
	assert_int_equal(one_number(f, "SELECT id FROM word WHERE text = "
				    "'newer'"), id[1]);
	assert_int_equal(one_number(f, "SELECT id FROM identity WHERE "
				    "digits = '79161234567'"), id[2]);
	assert_int_equal(one_number(f, "SELECT id FROM identity WHERE "
				    "digits = 'anonymous'"), id[2] + 1);
	/* and then at once, as before */
	id[0] = id_of(&words, "last");
	assert_int_equal(one_number(f, "SELECT id FROM word WHERE text = "
				    "'last'"), id[0]);
	tw__intern_free(&words);
	tw__intern_free(&people);
	fixture_commit(f);
}

/* All of them are forgotten when there are too many: written before. */
static void held_and_forgotten(void **state)
{
	struct fixture *f = *state;
	struct tw__intern people;
	tw_error err = TW_ERROR_INIT;
	int64_t id[50];
	char text[16];

	fixture_begin(f);
	tw__intern_identities(&people, f->store);
	people.most = 20;
	tw__intern_hold(&people);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 50; i++) {
			snprintf(text, sizeof(text), "7916%07d", i);
			if (!round)
				id[i] = id_of(&people, text);
			assert_int_equal(id_of(&people, text), id[i]);
		}
	}
	assert_int_equal(tw__intern_flush(&people, &err), TW_OK);
	tw__intern_free(&people);
	assert_int_equal(one_number(f, "SELECT count(*) FROM identity"), 50);
	for (int i = 0; i < 50; i++) {
		char sql[80];

		snprintf(sql, sizeof(sql), "SELECT id FROM identity WHERE "
			 "digits = '7916%07d'", i);
		assert_int_equal(one_number(f, sql), id[i]);
	}
	fixture_commit(f);
}

/* An id or a text that somebody else took meanwhile is nobody's by luck. */
static void held_and_taken(void **state)
{
	static const char *const others[] = {
		"INSERT INTO word (text) VALUES ('else')",
		"INSERT INTO word (id, text) VALUES (900, 'mine')",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TW_ARRAY_COUNT(others); i++) {
		struct tw__intern words;
		tw_error err = TW_ERROR_INIT;

		fixture_begin(f);
		tw__intern_words(&words, f->store);
		tw__intern_hold(&words);
		(void)id_of(&words, "mine");
		assert_int_equal(run_sql(f, others[i]), TW_OK);
		assert_int_equal(tw__intern_flush(&words, &err), TW_ESTORE);
		assert_non_null(strstr(err.message, "somebody else"));
		tw__intern_free(&words);
		assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	}
}

static void every_failed_allocation_held(void **state)
{
	struct fixture *f = *state;
	struct faults faults;
	int64_t n = 0;

	for (bool more = true; more; n++) {
		struct tw__intern words;
		tw_error err = TW_ERROR_INIT;
		int64_t id = -7;
		tw_status status;

		fixture_begin(f);
		tw__intern_words(&words, f->store);
		tw__intern_hold(&words);
		faults_begin(&faults, n);
		status = tw__intern_id(&id, &words, "Naberezhnye Chelny",
				       &err);
		assert_true((id == -7) == (status != TW_OK));
		if (!status)
			status = tw__intern_flush(&words, &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(err.code, status);
		tw__intern_free(&words);
		assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
	}
	assert_true(n > 3);
}

/* ---- learned at once ---- */

static void make_people(struct fixture *f, int count)
{
	struct tw__intern people;
	char text[24];

	tw__intern_identities(&people, f->store);
	for (int i = 0; i < count; i++) {
		/* every tenth is no telephone number */
		snprintf(text, sizeof(text), i % 10 ? "7916%07d" :
			 "anonymous-%d@x", i);
		assert_int_equal(id_of(&people, text), i + 1);
	}
	tw__intern_free(&people);
}

/* From then on the store is not asked: what has gone from it is still known,
 * what has come is not. */
static void learned_at_once(void **state)
{
	struct fixture *f = *state;
	struct tw__intern people;
	tw_error err = TW_ERROR_INIT;

	fixture_begin(f);
	make_people(f, 300);
	tw__intern_identities(&people, f->store);
	tw__intern_hold(&people);
	assert_false(tw__intern_asks_nothing(&people));
	assert_int_equal(tw__intern_learn(&people, 1000, &err), TW_OK);
	assert_true(tw__intern_asks_nothing(&people));
	assert_int_equal(tw__intern_learn(&people, 1000, &err), TW_OK);
	assert_int_equal(run_sql(f, "DELETE FROM identity WHERE id < 250"),
			 TW_OK);
	assert_int_equal(id_of(&people, "79160000008"), 9);
	assert_int_equal(id_of(&people, "anonymous-10@x"), 11);
	assert_int_equal(id_of(&people, "79169999999"), 301);
	assert_int_equal(id_of(&people, "anonymous-1@x"), 302);
	assert_int_equal(tw__intern_flush(&people, &err), TW_OK);
	assert_int_equal(one_number(f, "SELECT id FROM identity WHERE digits "
				    "= 'anonymous-1@x'"), 302);
	tw__intern_free(&people);
	fixture_commit(f);
}

/* Few questions are cheaper than all names; so are names that would not stay;
 * and an empty table answers by itself. */
static void not_worth_learning(void **state)
{
	struct fixture *f = *state;
	struct tw__intern people;
	tw_error err = TW_ERROR_INIT;

	fixture_begin(f);
	tw__intern_identities(&people, f->store);
	tw__intern_hold(&people);
	assert_int_equal(tw__intern_learn(&people, 0, &err), TW_OK);
	assert_true(tw__intern_asks_nothing(&people));
	tw__intern_free(&people);
	make_people(f, 300);
	for (int i = 0; i < 2; i++) {
		tw__intern_identities(&people, f->store);
		tw__intern_hold(&people);
		people.most = i ? 400 : 10000;
		assert_int_equal(tw__intern_learn(&people, i ? 1000 : 2,
						  &err), TW_OK);
		assert_false(tw__intern_asks_nothing(&people));
		assert_int_equal(id_of(&people, "79160000008"), 9);
		tw__intern_free(&people);
	}
	/* what is forgotten is asked for again */
	tw__intern_identities(&people, f->store);
	tw__intern_hold(&people);
	people.most = 610;
	assert_int_equal(tw__intern_learn(&people, 1000, &err), TW_OK);
	for (int i = 0; i < 700; i++) {
		char text[16];

		snprintf(text, sizeof(text), "7495%07d", i);
		assert_int_equal(id_of(&people, text), 301 + i);
	}
	assert_false(tw__intern_asks_nothing(&people));
	assert_int_equal(id_of(&people, "79160000008"), 9);
	assert_int_equal(tw__intern_flush(&people, &err), TW_OK);
	assert_int_equal(one_number(f, "SELECT count(*) FROM identity"),
			 1000);
	tw__intern_free(&people);
	fixture_commit(f);
}

static void every_failed_allocation_learned(void **state)
{
	struct fixture *f = *state;
	struct faults faults;
	int64_t n = 0;

	fixture_begin(f);
	make_people(f, 600);
	for (bool more = true; more; n++) {
		struct tw__intern people;
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		tw__intern_identities(&people, f->store);
		tw__intern_hold(&people);
		faults_begin(&faults, n);
		status = tw__intern_learn(&people, 1000, &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(err.code, status);
		assert_int_equal(tw__intern_asks_nothing(&people), !more);
		/* and what it has learned until then is right */
		assert_int_equal(id_of(&people, "79160000008"), 9);
		tw__intern_free(&people);
	}
	assert_true(n > 60);
	fixture_commit(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(one_id_for_one_text),
		FIXTURE_TEST(brief_and_long_are_apart),
		FIXTURE_TEST(known_among_new),
		FIXTURE_TEST(tables_are_apart),
		FIXTURE_TEST(marks_in_their_columns),
		FIXTURE_TEST(many_and_forgotten),
		FIXTURE_TEST(every_failed_allocation),
		FIXTURE_TEST(a_store_that_refuses),
		FIXTURE_TEST(held_until_the_flush),
		FIXTURE_TEST(held_and_forgotten),
		FIXTURE_TEST(held_and_taken),
		FIXTURE_TEST(every_failed_allocation_held),
		FIXTURE_TEST(learned_at_once),
		FIXTURE_TEST(not_worth_learning),
		FIXTURE_TEST(every_failed_allocation_learned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
