/* Copies: a name only when whole, nothing left behind, never over a file. */
#include "store_fixture.h"
#include <dirent.h>
#include "store/copy.h"

static int files_in(const char *path)
{
	DIR *dir = opendir(path);
	int count = 0;

	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 2;
}

static void temporary_is_private_and_beside(void **state)
{
	const struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	char *name = NULL;
	struct stat st;

	assert_int_equal(tw__copy_new(&name, f->path, &err), TW_OK);
	assert_int_equal(strncmp(name, f->path, strlen(f->path)), 0);
	assert_int_equal(stat(name, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	tw__copy_drop(name);
	tw__copy_drop(NULL);
	assert_int_equal(files_in(f->dir), 0);
	assert_int_equal(tw__copy_new(&name, "/nonexistent/x", &err),
			 TW_EIO);
}

static void copy_is_one_complete_file(void **state)
{
	const struct fixture *f = *state;
	tw_store *store = fixture_store(f), *copy = NULL;
	tw_store_options reader = TW_STORE_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	char *name = NULL, beside[200], *bytes;
	size_t size;

	/* the row is in the log only */
	assert_int_equal(run(store, "INSERT INTO entity (kind) VALUES ('x')",
			     &err), TW_OK);
	assert_int_equal(tw__copy_new(&name, f->path, &err), TW_OK);
	assert_int_equal(tw__copy_pages(store, name, &err), TW_OK);
	snprintf(beside, sizeof(beside), "%s-wal", name);
	assert_int_equal(access(beside, F_OK), -1);
	snprintf(beside, sizeof(beside), "%s-shm", name);
	assert_int_equal(access(beside, F_OK), -1);
	/* rollback journal: readable without a log and a writable place */
	bytes = slurp(name, &size);
	assert_int_equal(bytes[18], 1);
	assert_int_equal(bytes[19], 1);
	free(bytes);
	reader.flags = TW_STORE_READONLY;
	assert_int_equal(tw_store_open(&copy, name, &reader, &err), TW_OK);
	assert_int_equal(ask(copy, "SELECT count(*) FROM entity"), 1);
	tw_store_free(copy);
	tw__copy_drop(name);
	tw_store_free(store);
}

static void names_are_not_taken(void **state)
{
	const struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	char *name = NULL, *bytes;
	size_t size;
	FILE *file = fopen(f->path, "w");

	fputs("mine", file);
	fclose(file);
	assert_int_equal(tw__copy_new(&name, f->path, &err), TW_OK);
	assert_int_equal(tw__copy_publish(name, f->path, false, &err),
			 TW_EEXIST);
	bytes = slurp(f->path, &size);
	assert_memory_equal(bytes, "mine", 4);
	free(bytes);
	assert_int_equal(tw__copy_publish(name, f->path, true, &err), TW_OK);
	bytes = slurp(f->path, &size);
	assert_int_equal(size, 0);
	free(bytes);
	tw__copy_drop(name);
	assert_int_equal(files_in(f->dir), 1);
}

static void names_beside(void **state)
{
	char *name = tw__copy_beside("/a/b", "-wal");

	(void)state;
	assert_string_equal(name, "/a/b-wal");
	tw_free(name);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(temporary_is_private_and_beside),
		TEST(copy_is_one_complete_file),
		TEST(names_are_not_taken),
		cmocka_unit_test(names_beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
