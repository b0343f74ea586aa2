/* `numbering import`: a version or nothing, every row in one count. */
#include "accounts_fixture.h"
#include "../faults.h"

#define HEAD "АВС/ DEF;От;До;Емкость;Оператор;Регион\n"
#define PLAIN "code,from,to,operator,region,city\n"
#define KAZAN "843;2000000;2099999;100000;О;г. Казань|Республика Татарстан\n"
#define KAZAN2 "843;2100000;2199999;100000;О;г. Казань|Республика Татарстан\n"
#define CHELNY "855;2100000;2199999;100000;О;г. Набережные Челны|" \
	"Республика Татарстан\n"
#define MOSCOW_ROW "495;1000000;1999999;1000000;О;г. Москва\n"

static struct fixture f;

static int open_store(void **state)
{
	(void)state;
	fixture_open(&f);
	return 0;
}

static int close_store(void **state)
{
	(void)state;
	fixture_close(&f);
	return 0;
}

struct done {
	tw_counts counts;
	tw_numbering_diff diff;
	tw_reject reject[4];
	size_t rejects;
};

static tw_status try_files(struct done *done, const char *const *texts,
			   size_t count, tw_error *err)
{
	static const char *const names[] = { "a.csv", "b.csv", "c.csv" };
	tw_numbering_source sources[3];
	tw_rejects *rejects = NULL;
	tw_status status;

	memset(done, 0, sizeof(*done));
	done->counts = (tw_counts)TW_COUNTS_INIT;
	done->diff = (tw_numbering_diff)TW_NUMBERING_DIFF_INIT;
	for (size_t i = 0; i < count; i++) {
		sources[i] = (tw_numbering_source)TW_NUMBERING_SOURCE_INIT;
		sources[i].name = names[i];
		sources[i].data = texts[i];
		sources[i].data_size = strlen(texts[i]);
	}
	status = tw_numbering_import(&done->counts, &done->diff, &rejects,
				     f.store, sources, count, err);
	if (status)
		return status;
	assert_true(done->counts.rows_read == done->counts.rows_stored +
		    done->counts.rows_rejected + done->counts.duplicates +
		    done->counts.conflicts + done->counts.rows_held);
	for (size_t i = 0; i < 4; i++)
		done->reject[i] = (tw_reject)TW_REJECT_INIT;
	while (done->rejects < 4 && tw_rejects_next(
		       &done->reject[done->rejects], rejects, NULL) == TW_OK)
		done->rejects++;
	tw_rejects_free(rejects);
	return TW_OK;
}

static struct done take(const char *a, const char *b)
{
	const char *const texts[] = { a, b };
	tw_error err = TW_ERROR_INIT;
	struct done done;

	if (try_files(&done, texts, b ? 2 : 1, &err))
		fail_msg("%s", err.message);
	return done;
}

static size_t ranges_at(tw_time at)
{
	tw_numbering *numbering;
	tw_error err = TW_ERROR_INIT;
	size_t count;

	if (tw_numbering_open(&numbering, f.store, at, &err))
		fail_msg("%s", err.message);
	count = tw_numbering_count(numbering);
	tw_numbering_free(numbering);
	return count;
}

static void test_files_become_a_version(void **state)
{
	struct done done = take(HEAD KAZAN CHELNY, HEAD MOSCOW_ROW
				"800;1000000;1000999;1000;О;-\n");
	tw_numbering *numbering;
	uint32_t relation;

	(void)state;
	assert_int_equal(done.counts.rows_read, 4);
	assert_int_equal(done.counts.rows_stored, 4);
	assert_int_equal(done.diff.version, 1);
	assert_int_equal(done.diff.codes, 4);
	assert_int_equal(done.diff.replaced, 0);
	assert_int_equal(done.diff.in_force, 4);
	assert_int_equal(done.diff.without_region, 1);
	assert_int_equal(tw_numbering_open(&numbering, f.store, TW_TIME_MAX,
					   NULL), TW_OK);
	assert_int_equal(tw_numbering_relation(&relation, numbering,
		"78432000000", "78552100000", NULL, NULL), TW_OK);
	assert_int_equal(relation, TW_RELATION_SAME_REGION);
	assert_int_equal(tw_numbering_relation(&relation, numbering,
		"78432000000", "74951000000", NULL, NULL), TW_OK);
	assert_int_equal(relation, TW_RELATION_OTHER);
	tw_numbering_free(numbering);
}

static void test_the_same_bytes_add_nothing(void **state)
{
	struct done done;

	(void)state;
	take(HEAD KAZAN, HEAD MOSCOW_ROW);
	done = take(HEAD KAZAN, HEAD MOSCOW_ROW);
	assert_int_equal(done.counts.duplicates, 2);
	assert_int_equal(done.counts.rows_stored, 0);
	assert_int_equal(done.diff.version, 0);
	assert_int_equal(done.diff.in_force, 2);
	/* one of them alone, and twice in one import */
	done = take(HEAD MOSCOW_ROW, HEAD MOSCOW_ROW);
	assert_int_equal(done.counts.duplicates, 2);
	assert_int_equal(done.diff.version, 0);
	done = take(HEAD KAZAN KAZAN, NULL);
	assert_int_equal(done.counts.duplicates, 1);
	assert_int_equal(done.counts.rows_stored, 1);
	assert_int_equal(done.diff.version, 2);
	assert_int_equal(ranges_at(TW_TIME_MAX), 2);
}

static void test_a_code_is_replaced_as_a_whole(void **state)
{
	tw_time first = f.now;
	struct done done;

	(void)state;
	take(HEAD KAZAN KAZAN2 CHELNY, NULL);
	f.now += 1000;
	done = take(HEAD KAZAN2, NULL);
	assert_int_equal(done.diff.version, 2);
	assert_int_equal(done.diff.replaced, 2);
	assert_int_equal(done.diff.in_force, 2);
	assert_int_equal(ranges_at(TW_TIME_MAX), 2);
	/* what was in force is found again */
	assert_int_equal(ranges_at(first), 3);
	/* the first one serves all its past */
	assert_int_equal(ranges_at(first - 1), 3);
	/* the older file is not in force any more, so it is news */
	f.now += 1000;
	done = take(HEAD KAZAN KAZAN2 CHELNY, NULL);
	assert_int_equal(done.counts.rows_stored, 3);
	assert_int_equal(done.diff.in_force, 3);
}

/* A file in force is read again when a new one holds a part of its code. */
static void test_parts_of_one_code(void **state)
{
	struct done done;

	(void)state;
	take(HEAD KAZAN, HEAD KAZAN2 CHELNY);
	done = take(HEAD KAZAN, HEAD "843;2200000;2299999;100000;О;-\n");
	assert_int_equal(done.counts.rows_stored, 2);
	assert_int_equal(done.diff.replaced, 2);
	assert_int_equal(ranges_at(TW_TIME_MAX), 3);
	done = take(HEAD KAZAN, NULL);
	assert_int_equal(done.counts.duplicates, 1);
}

static void test_overlaps_keep_everything_out(void **state)
{
	struct done done;

	(void)state;
	done = take(HEAD KAZAN CHELNY
		    "843;2099999;2100000;2;О;г. Казань|Республика Татарстан\n",
		    NULL);
	assert_int_equal(done.counts.rows_rejected, 1);
	assert_int_equal(done.counts.rows_held, 2);
	assert_int_equal(done.counts.rows_stored, 0);
	assert_int_equal(done.diff.version, 0);
	assert_int_equal(done.reject[0].line, 4);
	assert_string_equal(done.reject[0].column, "От");
	assert_non_null(strstr(done.reject[0].reason, "line 2;"));
	assert_int_equal(ranges_at(TW_TIME_MAX), 0);

	/* in two files, and in a code of the store */
	done = take(HEAD KAZAN, HEAD "843;2000000;2000009;10;О;-\n");
	assert_int_equal(done.counts.rows_rejected, 1);
	assert_non_null(strstr(done.reject[0].reason, "b.csv: 78432000000-"));
	assert_non_null(strstr(done.reject[0].reason, "line 2 of a.csv"));
	take(HEAD KAZAN, NULL);
	done = take(PLAIN "78432,000000,000009,O,R,\n", NULL);
	assert_int_equal(done.counts.rows_rejected, 1);
	assert_non_null(strstr(done.reject[0].reason, "of code 7843;"));
	assert_int_equal(ranges_at(TW_TIME_MAX), 1);
}

static void test_rejects_name_file_and_line(void **state)
{
	struct done done;

	(void)state;
	done = take(HEAD KAZAN, HEAD CHELNY "8495;1;2;2;О;-\n");
	assert_int_equal(done.counts.rows_read, 3);
	assert_int_equal(done.counts.rows_rejected, 1);
	assert_int_equal(done.counts.rows_held, 2);
	assert_int_equal(done.reject[0].line, 3);
	assert_string_equal(done.reject[0].column, "АВС/ DEF");
	assert_int_equal(strncmp(done.reject[0].reason, "b.csv: ", 7), 0);
	assert_int_equal(one_number(&f, "SELECT count(*) FROM "
			     "numbering_version"), 0);
}

static void test_files_that_are_refused(void **state)
{
	const char *const none[] = { HEAD };
	const char *const html[] = { HEAD KAZAN, "<html>404</html>\n" };
	struct done done;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(try_files(&done, none, 1, &err), TW_EPARSE);
	assert_non_null(strstr(err.message, "no ranges"));
	assert_int_equal(try_files(&done, html, 2, &err), TW_EPARSE);
	assert_non_null(strstr(err.message, "b.csv: header"));
	assert_int_equal(try_files(&done, none, 0, &err), TW_EINVAL);
	assert_int_equal(one_number(&f, "SELECT count(*) FROM "
			     "numbering_version"), 0);
}

static void test_cp1251(void **state)
{
	/* АВС/ DEF;От;До;Емкость;Оператор;Регион; г. Уфа|Республика Б. */
	struct done done = take(
		"\xc0\xc2\xd1/ DEF;\xce\xf2;\xc4\xee;\xc5\xec\xea\xee\xf1\xf2"
		"\xfc;\xce\xef\xe5\xf0\xe0\xf2\xee\xf0;\xd0\xe5\xe3\xe8\xee"
		"\xed\r\n347;2000000;2099999;100000;\xce;\xe3. \xd3\xf4\xe0|"
		"\xd0\xe5\xf1\xef\xf3\xe1\xeb\xe8\xea\xe0 \xc1.\r\n", NULL);
	tw_numbering *numbering;
	tw_place place = TW_PLACE_INIT;

	(void)state;
	assert_int_equal(done.counts.rows_stored, 1);
	assert_int_equal(tw_numbering_open(&numbering, f.store, TW_TIME_MAX,
					   NULL), TW_OK);
	assert_int_equal(tw_numbering_find(&place, numbering, "73472000000",
					   NULL, NULL), TW_OK);
	assert_string_equal(place.city, "Уфа");
	assert_string_equal(place.region, "Республика Б.");
	tw_numbering_free(numbering);
}

/* Fails each allocation in turn: nothing may be half written. */
static void fail_allocations(const char *text, int64_t versions)
{
	bool more = true;

	for (int64_t n = 0; more; n++) {
		tw_numbering_source source = TW_NUMBERING_SOURCE_INIT;
		tw_counts counts = TW_COUNTS_INIT;
		tw_rejects *rejects = NULL;
		struct faults faults;
		tw_status status;

		source.data = text;
		source.data_size = strlen(text);
		faults_begin(&faults, n);
		status = tw_numbering_import(&counts, NULL, &rejects,
					     f.store, &source, 1, NULL);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(one_number(&f, "SELECT count(*) FROM "
			"numbering_version"), more ? 0 : versions);
		tw_rejects_free(rejects);
	}
}

static void test_allocation_faults(void **state)
{
	(void)state;
	fail_allocations(HEAD KAZAN "8495;1;2;2;О;-\n" CHELNY, 0);
	fail_allocations(HEAD KAZAN CHELNY, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, \
						   close_store)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_files_become_a_version),
		TEST(test_the_same_bytes_add_nothing),
		TEST(test_a_code_is_replaced_as_a_whole),
		TEST(test_parts_of_one_code),
		TEST(test_overlaps_keep_everything_out),
		TEST(test_rejects_name_file_and_line),
		TEST(test_files_that_are_refused),
		TEST(test_cp1251),
		TEST(test_allocation_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
