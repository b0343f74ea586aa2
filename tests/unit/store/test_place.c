/* Where a store may stand: file systems by number, names by count. */
#include "store_fixture.h"
#include <sys/mount.h>
#include "store/place.h"

static void network_file_systems_are_known(void **state)
{
	static const uint32_t remote[] = { 0x6969, 0x517b, 0xff534d42,
		0xfe534d42, 0x73757245, 0x5346414f, 0x00c36400, 0x01021997,
		0x0bd00bd0, 0x7461636f };
	/* ext4, xfs, btrfs, tmpfs, overlay, zfs, f2fs */
	static const uint32_t local[] = { 0xef53, 0x58465342, 0x9123683e,
		0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010 };
	size_t i;

	(void)state;
	for (i = 0; i < TW_ARRAY_COUNT(remote); i++)
		assert_non_null(tw__place_remote(remote[i]));
	for (i = 0; i < TW_ARRAY_COUNT(local); i++)
		assert_null(tw__place_remote(local[i]));
}

/* FUSE is told apart by the table of mounts; of two mounts of one device the
 * later one lies on top. */
static void mounts_are_read(void **state)
{
	static const char mounts[] =
		"22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
		"40 22 0:51 / /mnt/a rw master:3 shared:9 - fuse.sshfs h: rw\n"
		"41 22 0:52 / /mnt/b rw - fuseblk /dev/sdb1 rw\n"
		"42 22 0:53 / /mnt/c rw - fuseblk /dev/sdc1 rw\n"
		"43 22 0:53 / /mnt/c rw - fuse.rclone x rw";
	char type[64];

	(void)state;
	assert_true(tw__place_type(type, sizeof(type), mounts, 8, 1));
	assert_string_equal(type, "ext4");
	assert_true(tw__place_type(type, sizeof(type), mounts, 0, 51));
	assert_string_equal(type, "fuse.sshfs");
	assert_true(tw__place_type(type, sizeof(type), mounts, 0, 52));
	assert_string_equal(type, "fuseblk");
	assert_true(tw__place_type(type, sizeof(type), mounts, 0, 53));
	assert_string_equal(type, "fuse.rclone");
	assert_false(tw__place_type(type, sizeof(type), mounts, 0, 54));
	assert_false(tw__place_type(type, sizeof(type), "", 0, 54));
	assert_false(tw__place_type(type, sizeof(type), "1 2 0:54 no dash\n"
				    "7 7 0:1 - x", 0, 54));
}

/* Two names would be two logs: what one committed, the other would lose. */
static void second_hard_link_is_refused(void **state)
{
	const struct fixture *f = *state;
	tw_store *store = fixture_store(f), *other = NULL;
	tw_store_options reader = TW_STORE_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	char name[160], number[32];
	struct stat st;

	snprintf(name, sizeof(name), "%s/other.db", f->dir);
	assert_int_equal(link(f->path, name), 0);
	reader.flags = TW_STORE_READONLY;
	assert_int_equal(tw_store_open(&other, name, NULL, &err),
			 TW_EUNSUPPORTED);
	assert_non_null(strstr(err.message, "2 names"));
	stat(f->path, &st);
	snprintf(number, sizeof(number), "-inum %llu",
		 (unsigned long long)st.st_ino);
	assert_non_null(strstr(err.message, number));
	assert_int_equal(tw_store_open(&other, name, &reader, &err),
			 TW_EUNSUPPORTED);
	assert_int_equal(fixture_open(&other, f, 0, 0, &err),
			 TW_EUNSUPPORTED);
	assert_null(other);
	/* Who had it open before goes on: no other name can be opened. */
	assert_int_equal(tw_store_begin(store, &err), TW_OK);
	assert_int_equal(tw_store_commit(store, &err), TW_OK);
	unlink(name);
	assert_int_equal(fixture_open(&other, f, 0, 0, &err), TW_OK);
	tw_store_free(other);
	tw_store_free(store);
}

static void file_mounted_alone_is_refused(void **state)
{
	const struct fixture *f = *state;
	tw_error err = TW_ERROR_INIT;
	tw_store *store = NULL;
	char name[160];
	tw_status status;
	FILE *file;

	tw_store_free(fixture_store(f));
	snprintf(name, sizeof(name), "%s/mounted.db", f->dir);
	file = fopen(name, "w");
	fclose(file);
	if (mount(f->path, name, NULL, MS_BIND, NULL)) {
		unlink(name);
		skip();
	}
	status = tw_store_open(&store, name, NULL, &err);
	umount(name);
	unlink(name);
	assert_int_equal(status, TW_EUNSUPPORTED);
	assert_non_null(strstr(err.message, "mount its directory"));
	assert_int_equal(fixture_open(&store, f, 0, 0, &err), TW_OK);
	tw_store_free(store);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, fixture_setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(network_file_systems_are_known),
		cmocka_unit_test(mounts_are_read),
		TEST(second_hard_link_is_refused),
		TEST(file_mounted_alone_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
