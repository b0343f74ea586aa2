/* The journal's file: one owner, appended whole or not at all, damage kept. */
#include "store_fixture.h"
#include <signal.h>
#include <sys/resource.h>
#include "store/journal.h"

struct room {
	struct fixture f;
	char spool[160], bad[168];
};

static int setup(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	FILE *store;

	strcpy(room->f.dir, "/tmp/tw-journal-XXXXXX");
	if (!mkdtemp(room->f.dir))
		return -1;
	snprintf(room->f.path, sizeof(room->f.path), "%s/store.db",
		 room->f.dir);
	store = fopen(room->f.path, "w");
	fclose(store);
	snprintf(room->spool, sizeof(room->spool), "%s.a.spool",
		 room->f.path);
	snprintf(room->bad, sizeof(room->bad), "%s.bad", room->spool);
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	unlink(room->spool);
	unlink(room->bad);
	unlink(room->f.path);
	rmdir(room->f.dir);
	free(room);
	return 0;
}

static void open_it(struct tw_journal *j, const struct room *room)
{
	tw_error err = TW_ERROR_INIT;

	if (tw__journal_open(j, room->spool, 65536, true, &err))
		fail_msg("%s", err.message);
}

static tw_status append(struct tw_journal *j, const char *text,
			tw_error *err)
{
	struct tw_buf frames;
	tw_status status;

	tw__buf_init(&frames);
	assert_int_equal(tw__frame_put(&frames, text, strlen(text), NULL),
			 TW_OK);
	status = tw__journal_append(j, &frames, 1, err);
	tw__buf_free(&frames);
	return status;
}

static unsigned int count_of(const struct tw_journal *j, bool whole)
{
	struct tw_frames at = tw__journal_frames(j);
	struct tw_frame frame;
	unsigned int n = 0;

	while (tw__journal_next(&frame, &at))
		n += frame.whole == whole;
	return n;
}

static void records_outlive_their_writer(void **state)
{
	const struct room *room = *state;
	struct tw_journal j, other;
	struct stat st;
	tw_error err = TW_ERROR_INIT;

	open_it(&j, room);
	assert_int_equal(count_of(&j, true), 0);
	assert_true(j.reserved);
	assert_int_equal(stat(room->spool, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_true(st.st_blocks * 512 >= 65536);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(append(&j, "Rone", NULL), TW_OK);
	assert_int_equal(append(&j, "Rtwo", NULL), TW_OK);
	assert_int_equal(tw__journal_open(&other, room->spool, 1 << 20, true,
					  &err), TW_EBUSY);
	assert_non_null(strstr(err.message, "another name"));
	tw__journal_close(&j);
	open_it(&j, room);
	assert_int_equal(j.records, 2);
	assert_int_equal(j.damaged, 0);
	assert_int_equal(count_of(&j, true), 2);
	assert_int_equal(tw__journal_clear(&j, NULL), TW_OK);
	assert_true(j.reserved);
	tw__journal_close(&j);
	open_it(&j, room);
	assert_int_equal(j.records, 0);
	assert_int_equal(j.bytes.size, 0);
	tw__journal_close(&j);
	/* closed it holds no disk */
	assert_int_equal(stat(room->spool, &st), 0);
	assert_int_equal(st.st_blocks, 0);
}

static void limit_is_a_limit(void **state)
{
	const struct room *room = *state;
	struct tw_journal j;
	tw_error err = TW_ERROR_INIT;
	unsigned int n = 0;
	tw_status status;
	uint64_t size;

	open_it(&j, room);
	while ((status = append(&j, "R0123456789012345678901234567890123456"
				"789", &err)) == TW_OK)
		n++;
	assert_int_equal(status, TW_EBUSY);
	assert_int_equal(j.records, n);
	size = j.bytes.size;
	assert_true(size > 65536 - 60 && size <= 65536);
	tw__journal_close(&j);
	open_it(&j, room);
	assert_int_equal(j.records, n);
	assert_int_equal(j.bytes.size, size);
	tw__journal_close(&j);
}

static void newer_journal_is_refused(void **state)
{
	const struct room *room = *state;
	struct tw_journal j = { .fd = -1 };
	tw_error err = TW_ERROR_INIT;
	struct tw_buf frames;
	FILE *file = fopen(room->spool, "w");

	tw__buf_init(&frames);
	assert_int_equal(tw__frame_put(&frames, "H\x09", 2, NULL), TW_OK);
	fwrite(frames.data, 1, frames.size, file);
	fclose(file);
	tw__buf_free(&frames);
	assert_int_equal(tw__journal_open(&j, room->spool, 65536, true, &err),
			 TW_EVERSION);
	assert_int_equal(j.fd, -1);
}

/* A write that fails half way leaves nothing of it. */
static void half_a_write_is_cut_off(void **state)
{
	const struct room *room = *state;
	struct rlimit old, limit;
	struct tw_journal j;
	tw_error err = TW_ERROR_INIT;

	open_it(&j, room);
	assert_int_equal(append(&j, "Rone", NULL), TW_OK);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = (struct rlimit){ j.bytes.size + 7, old.rlim_max };
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_int_equal(append(&j, "Rtwo", &err), TW_EIO);
	setrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(j.records, 1);
	assert_int_equal(append(&j, "Rthree", NULL), TW_OK);
	tw__journal_close(&j);
	open_it(&j, room);
	assert_int_equal(j.records, 2);
	assert_int_equal(j.damaged, 0);
	tw__journal_close(&j);
}

static void damage_is_kept_beside(void **state)
{
	const struct room *room = *state;
	struct tw_journal j;
	struct tw_frames at;
	struct tw_frame frame;
	struct tw_buf bad;
	FILE *file;

	open_it(&j, room);
	assert_int_equal(append(&j, "Rone", NULL), TW_OK);
	assert_int_equal(append(&j, "Rtwo", NULL), TW_OK);
	tw__journal_close(&j);
	file = fopen(room->spool, "r+");
	fseek(file, 14 + 14, SEEK_SET);
	fputc('X', file);
	fclose(file);
	open_it(&j, room);
	assert_int_equal(j.records, 1);
	assert_int_equal(j.damaged, 1);
	at = tw__journal_frames(&j);
	assert_true(tw__journal_next(&frame, &at));
	assert_false(frame.whole);
	assert_int_equal(frame.size, 16);
	assert_int_equal(tw__journal_put_aside(&j, &frame, 77, NULL), TW_OK);
	assert_int_equal(tw__journal_clear(&j, NULL), TW_OK);
	tw__buf_init(&bad);
	assert_int_equal(tw__journal_read(&bad, room->bad, NULL), TW_OK);
	at = (struct tw_frames){ (unsigned char *)bad.data, bad.size, 0 };
	assert_true(tw__frame_next(&frame, &at));
	assert_int_equal(frame.size, 17 + 16);
	assert_memory_equal(frame.payload, "B\x4d\0\0\0\0\0\0\0\x0e", 10);
	assert_memory_equal(&frame.payload[17 + 12], "RoXe", 4);
	assert_false(tw__frame_next(&frame, &at));
	tw__buf_free(&bad);
	tw__journal_close(&j);
}

/* Longer than a frame holds: kept in several. */
static void long_damage_is_kept_whole(void **state)
{
	const struct room *room = *state;
	struct tw_journal j;
	struct tw_buf bad;
	struct tw_frames at;
	struct tw_frame frame;
	unsigned char *bytes = malloc(150000);
	size_t total = 0;

	memset(bytes, 'x', 150000);
	open_it(&j, room);
	frame = (struct tw_frame){ false, 5, bytes, 150000 };
	assert_int_equal(tw__journal_put_aside(&j, &frame, 1, NULL), TW_OK);
	tw__buf_init(&bad);
	assert_int_equal(tw__journal_read(&bad, room->bad, NULL), TW_OK);
	at = (struct tw_frames){ (unsigned char *)bad.data, bad.size, 0 };
	while (tw__frame_next(&frame, &at)) {
		assert_true(frame.whole);
		total += frame.size - 17;
	}
	assert_int_equal(total, 150000);
	tw__buf_free(&bad);
	tw__journal_close(&j);
	free(bytes);
}

static void paths(void **state)
{
	const struct room *room = *state;
	tw_error err = TW_ERROR_INIT;
	char link[160], *path = NULL;

	assert_int_equal(tw__journal_path(&path, room->f.path, "a", &err),
			 TW_OK);
	assert_string_equal(path, room->spool);
	tw_free(path);
	snprintf(link, sizeof(link), "%s/link", room->f.dir);
	assert_int_equal(symlink("store.db", link), 0);
	assert_int_equal(tw__journal_path(&path, link, "a", &err), TW_OK);
	assert_string_equal(path, room->spool);
	tw_free(path);
	unlink(link);
	assert_int_equal(tw__journal_path(&path, link, "a", &err),
			 TW_ENOTFOUND);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_outlive_their_writer),
		TEST(limit_is_a_limit),
		TEST(newer_journal_is_refused),
		TEST(half_a_write_is_cut_off),
		TEST(damage_is_kept_beside),
		TEST(long_damage_is_kept_whole),
		TEST(paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
