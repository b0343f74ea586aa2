/* Decks in files: replaced and never touched, shared, refused by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../faults.h"
#include "../rating/image_fixture.h"
#include "../rating/rating_fixture.h"

struct place {
	char directory[64];
	char path[96];
};

static void make_place(struct place *p)
{
	strcpy(p->directory, "/tmp/tw_deck_XXXXXX");
	assert_non_null(mkdtemp(p->directory));
	snprintf(p->path, sizeof(p->path), "%s/a.deck", p->directory);
}

static size_t files_in(const char *directory)
{
	DIR *d = opendir(directory);
	size_t count = 0;

	assert_non_null(d);
	while (readdir(d))
		count++;
	closedir(d);
	return count - 2;
}

static void drop_place(struct place *p)
{
	unlink(p->path);
	/* fails when something was left behind */
	assert_int_equal(rmdir(p->directory), 0);
}

static tw_deck *deck_of_price(int64_t nanos)
{
	tw_tariff_rules rules = fixture_rules();
	tw_rate rate = fixture_rate("7", nanos, 60, 60);
	tw_deck *deck = NULL;

	assert_int_equal(tw_deck_new(&deck, &rules, &rate, 1, NULL), TW_OK);
	return deck;
}

static int64_t cost_of_minute(const tw_deck *deck)
{
	tw_rating_request request = fixture_request("74951234567",
						    60 * TW_SECOND);
	tw_charge charge = TW_CHARGE_INIT;

	if (tw_rating_rate(&charge, deck, &request, NULL))
		return -1;
	return charge.cost.nanos;
}

static void save(const char *path, int64_t nanos)
{
	tw_deck *deck = deck_of_price(nanos);
	tw_error err = TW_ERROR_INIT;

	tw_deck_save(deck, path, &err);
	assert_string_equal(err.message, "");
	tw_deck_free(deck);
}

static void saved_and_opened(void **state)
{
	struct image_random r;
	struct place p;

	(void)state;
	make_place(&p);
	image_seed(&r, 1);
	for (size_t i = 0; i < 20; i++) {
		tw_deck *deck = image_deck(&r, 20), *seen = NULL;
		void *a = NULL, *b = NULL;
		size_t a_size = 0, b_size = 0;

		assert_int_equal(tw_deck_save(deck, p.path, NULL), TW_OK);
		assert_int_equal(tw_deck_open(&seen, p.path, NULL), TW_OK);
		assert_int_equal(tw_deck_pack(&a, &a_size, deck, NULL), 0);
		assert_int_equal(tw_deck_pack(&b, &b_size, seen, NULL), 0);
		assert_int_equal(a_size, b_size);
		assert_memory_equal(a, b, a_size);
		tw_deck_free(deck);
		image_ask_all(seen, &r, 50);
		tw_deck_free(seen);
		tw_free(a);
		tw_free(b);
	}
	assert_int_equal(files_in(p.directory), 1);
	drop_place(&p);
}

/* Who has the old one mapped keeps it, even without a name. */
static void replaced_under_a_reader(void **state)
{
	tw_deck *old = NULL, *new = NULL;
	struct place p;

	(void)state;
	make_place(&p);
	save(p.path, 1 * TW_NANOS);
	assert_int_equal(tw_deck_open(&old, p.path, NULL), TW_OK);
	save(p.path, 2 * TW_NANOS);
	assert_int_equal(tw_deck_open(&new, p.path, NULL), TW_OK);
	assert_int_equal(cost_of_minute(old), 1 * TW_NANOS);
	assert_int_equal(cost_of_minute(new), 2 * TW_NANOS);
	assert_int_equal(unlink(p.path), 0);
	assert_int_equal(cost_of_minute(new), 2 * TW_NANOS);
	tw_deck_free(old);
	tw_deck_free(new);
	drop_place(&p);
}

/* A child that was forked before, and one that opens for itself. */
static void shared_between_processes(void **state)
{
	tw_deck *deck = NULL;
	struct place p;
	int status = 0;
	pid_t child;

	(void)state;
	make_place(&p);
	save(p.path, 3 * TW_NANOS);
	assert_int_equal(tw_deck_open(&deck, p.path, NULL), TW_OK);
	for (int own = 0; own < 2; own++) {
		child = fork();
		assert_true(child >= 0);
		if (!child) {
			tw_deck *mine = NULL;

			if (own && tw_deck_open(&mine, p.path, NULL))
				_exit(2);
			_exit(cost_of_minute(own ? mine : deck) !=
			      3 * TW_NANOS);
		}
		save(p.path, 3 * TW_NANOS);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	assert_int_equal(cost_of_minute(deck), 3 * TW_NANOS);
	tw_deck_free(deck);
	drop_place(&p);
}

/* Other workers run under other users: the umask decides, as for any file. */
static void readable_as_the_umask_says(void **state)
{
	struct place p;
	struct stat st;
	mode_t was;

	(void)state;
	make_place(&p);
	was = umask(027);
	save(p.path, TW_NANOS);
	umask(was);
	assert_int_equal(stat(p.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	drop_place(&p);
}

static void no_decks(void **state)
{
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck = NULL;
	struct place p;
	int fd;

	(void)state;
	make_place(&p);
	assert_int_equal(tw_deck_open(&deck, p.path, &err), TW_EIO);
	assert_non_null(strstr(err.message, "a.deck"));
	assert_int_equal(tw_deck_open(&deck, p.directory, &err), TW_EIO);
	assert_non_null(strstr(err.message, "regular file"));

	fd = open(p.path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(tw_deck_open(&deck, p.path, &err), TW_EPARSE);
	assert_non_null(strstr(err.message, "empty"));
	assert_int_equal(write(fd, "prefix,rate\n7,1\n", 16), 16);
	assert_int_equal(tw_deck_open(&deck, p.path, &err), TW_EPARSE);
	assert_non_null(strstr(err.message, "a.deck"));
	close(fd);
	assert_int_equal(unlink(p.path), 0);

	/* nobody writes into it: it must not wait */
	assert_int_equal(mkfifo(p.path, 0600), 0);
	assert_int_equal(tw_deck_open(&deck, p.path, &err), TW_EIO);
	assert_int_equal(tw_deck_open(NULL, p.path, &err), TW_EINVAL);
	assert_int_equal(tw_deck_open(&deck, NULL, &err), TW_EINVAL);
	assert_null(deck);
	drop_place(&p);
}

static void damage_is_named_by_file(void **state)
{
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck = NULL;
	struct place p;
	char byte = 0x55;
	int fd;

	(void)state;
	make_place(&p);
	save(p.path, TW_NANOS);
	fd = open(p.path, O_WRONLY);
	assert_int_equal(pwrite(fd, &byte, 1, 4000), 1);
	close(fd);
	assert_int_equal(tw_deck_open(&deck, p.path, &err), TW_EPARSE);
	assert_non_null(strstr(err.message, "a.deck: the deck is damaged"));
	assert_int_equal(truncate(p.path, 4096), 0);
	assert_int_equal(tw_deck_open(&deck, p.path, &err), TW_EPARSE);
	assert_non_null(strstr(err.message, "cut off"));
	assert_null(deck);
	drop_place(&p);
}

static void places_that_cannot_be_written(void **state)
{
	tw_deck *deck = deck_of_price(TW_NANOS);
	tw_error err = TW_ERROR_INIT;
	struct place p;
	char path[128];

	(void)state;
	make_place(&p);
	snprintf(path, sizeof(path), "%s/none/a.deck", p.directory);
	assert_int_equal(tw_deck_save(deck, path, &err), TW_EIO);
	assert_non_null(strstr(err.message, "none/a.deck"));
	/* the name is a directory's: nothing is left beside it */
	assert_int_equal(mkdir(p.path, 0700), 0);
	assert_int_equal(tw_deck_save(deck, p.path, &err), TW_EIO);
	assert_int_equal(files_in(p.directory), 1);
	assert_int_equal(rmdir(p.path), 0);
	/* a pipe, as a device, is not what a rename may take away */
	assert_int_equal(mkfifo(p.path, 0600), 0);
	assert_int_equal(tw_deck_save(deck, p.path, &err), TW_EIO);
	assert_non_null(strstr(err.message, "is no file"));
	assert_int_equal(files_in(p.directory), 1);
	assert_int_equal(unlink(p.path), 0);
	assert_int_equal(tw_deck_save(NULL, p.path, &err), TW_EINVAL);
	assert_int_equal(tw_deck_save(deck, NULL, &err), TW_EINVAL);
	tw_deck_free(deck);
	drop_place(&p);
}

/* 300 calls, what they cost together. */
static int64_t total_cost(const tw_deck *deck)
{
	struct image_random r;
	int64_t total = 0;

	image_seed(&r, 300);
	for (size_t i = 0; i < 300; i++) {
		tw_charge charge = TW_CHARGE_INIT;
		char number[32];
		tw_rating_request request = image_request(&r, number);

		if (!tw_rating_rate(&charge, deck, &request, NULL))
			total += charge.cost.nanos;
	}
	return total;
}

/* What format 1 has written is read for ever, and last year's rating is what
 * it was. tests/fuzz/corpus/deck keeps files of it. */
static void files_of_format_1(void **state)
{
	static const struct {
		const char *name;
		size_t rows;
		int64_t total;
	} files[] = {
		{ "v1-0.deck", 0, 1050000000 },
		{ "v1-5.deck", 9, 0 },
		{ "v1-10.deck", 20, 1269757210000 },
		{ "v1-15.deck", 25, 416208830000 },
		{ "v1-20.deck", 34, 491850139610 },
		{ "v1-25.deck", 45, 1149916292000 },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(files); i++) {
		tw_error err = TW_ERROR_INIT;
		tw_deck *deck = NULL;
		char path[512];

		snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/deck/%s",
			 TW_SOURCE_DIR, files[i].name);
		tw_deck_open(&deck, path, &err);
		assert_string_equal(err.message, "");
		assert_int_equal(tw_deck_count(deck), files[i].rows);
		assert_int_equal(total_cost(deck), files[i].total);
		tw_deck_free(deck);
	}
}

static void every_failed_allocation(void **state)
{
	struct faults faults;
	tw_deck *deck = NULL, *seen = NULL;
	struct place p;
	int64_t n = 0;

	(void)state;
	make_place(&p);
	save(p.path, 1 * TW_NANOS);
	deck = deck_of_price(2 * TW_NANOS);
	for (bool more = true; more; n++) {
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_deck_save(deck, p.path, &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(files_in(p.directory), 1);
	}
	n = 0;
	for (bool more = true; more; n++) {
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_deck_open(&seen, p.path, &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(err.code, status);
		if (more)
			assert_int_equal(faults.held, 0);
	}
	assert_int_equal(cost_of_minute(seen), 2 * TW_NANOS);
	tw_deck_free(seen);
	tw_deck_free(deck);
	drop_place(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(saved_and_opened),
		cmocka_unit_test(replaced_under_a_reader),
		cmocka_unit_test(shared_between_processes),
		cmocka_unit_test(readable_as_the_umask_says),
		cmocka_unit_test(no_decks),
		cmocka_unit_test(damage_is_named_by_file),
		cmocka_unit_test(places_that_cannot_be_written),
		cmocka_unit_test(files_of_format_1),
		cmocka_unit_test(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
