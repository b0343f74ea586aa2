/* What becomes of the records of a group; a journal cut and bent. */
#include "recorder_fixture.h"

static void each_record_is_counted_once(void **state)
{
	struct desk *d = *state;
	tw_recorder_stats stats;
	char id[32];
	tw_cdr cdr;

	desk_open(d);
	desk_add(d, 1);
	desk_add(d, 1);                         /* the same again */
	cdr = desk_call(id, 1);
	cdr.duration_us++;
	assert_int_equal(tw_recorder_add(NULL, d->recorder, &cdr, d->now,
					 NULL), TW_OK);
	cdr = desk_call(id, 2);
	cdr.answer = 1;                         /* before its start */
	assert_int_equal(tw_recorder_add(NULL, d->recorder, &cdr, d->now,
					 NULL), TW_OK);
	desk_step(d, 50);
	stats = desk_stats(d);
	assert_int_equal(stats.added, 4);
	assert_int_equal(stats.durable, 4);
	assert_int_equal(stats.stored, 1);
	assert_int_equal(stats.duplicates, 1);
	assert_int_equal(stats.conflicts, 1);
	assert_int_equal(stats.rejected, 1);
	assert_int_equal(d->events[TW_RECORDED_CONFLICT], 1);
	assert_int_equal(d->events[TW_RECORDED_REJECT], 1);
	assert_string_equal(d->call_id, "live-2");
	assert_int_equal(one_number(&d->f, "SELECT count(*) FROM quarantine"),
			 2);
}

/* Committed, and the journal could not be emptied before the end: the same
 * records come again and are duplicates. */
static void both_committed_and_spooled(void **state)
{
	struct desk *d = *state;
	char spool[160], copy[170], command[400];
	tw_recorder_stats stats;
	tw_store *other;

	desk_open(d);
	other = desk_lock(d);
	for (unsigned int i = 0; i < 7; i++)
		desk_add(d, i);
	desk_step(d, 50);
	desk_path(spool, d, ".gw.spool");
	snprintf(copy, sizeof(copy), "%s.copy", spool);
	snprintf(command, sizeof(command), "cp %s %s", spool, copy);
	assert_int_equal(system(command), 0);
	desk_unlock(other);
	desk_step(d, 200);
	assert_int_equal(desk_stats(d).stored, 7);
	desk_close(d);
	assert_int_equal(rename(copy, spool), 0);
	desk_open(d);
	desk_step(d, 0);
	stats = desk_stats(d);
	assert_int_equal(stats.duplicates, 7);
	assert_int_equal(stats.stored, 0);
	assert_int_equal(calls_of(d), 7);
}

#define KEPT 4u

/* A journal of four records, as a host left it; its bytes. */
static size_t make_journal(struct desk *d, unsigned char **bytes,
			   size_t ends[KEPT])
{
	tw_store *other;
	char path[160];
	struct stat st;
	int fd;

	desk_path(path, d, ".gw.spool");
	desk_open(d);
	other = desk_lock(d);
	for (unsigned int i = 0; i < KEPT; i++) {
		desk_add(d, i);
		desk_step(d, 50);
		assert_int_equal(stat(path, &st), 0);
		ends[i] = (size_t)st.st_size;
	}
	desk_close(d);
	desk_unlock(other);
	*bytes = malloc(ends[KEPT - 1]);
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, *bytes, ends[KEPT - 1]), ends[KEPT - 1]);
	close(fd);
	return ends[KEPT - 1];
}

static void put_journal(struct desk *d, const unsigned char *bytes,
			size_t size)
{
	char path[160];
	int fd;

	desk_path(path, d, ".gw.spool");
	fd = open(path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

/* Replays it; stored and duplicates tell which records were there. */
static tw_recorder_stats replay(struct desk *d)
{
	tw_recorder_stats stats;

	desk_open(d);
	assert_int_equal(tw_recorder_flush(d->recorder, d->now, NULL), TW_OK);
	stats = desk_stats(d);
	assert_int_equal(stats.rejected + stats.conflicts, 0);
	assert_int_equal(stats.spooled, 0);
	desk_close(d);
	return stats;
}

static void cut_at_every_byte(void **state)
{
	struct desk *d = *state;
	size_t ends[KEPT], size;
	unsigned char *bytes;

	d->options.flags = TW_RECORDER_NO_SYNC;
	size = make_journal(d, &bytes, ends);
	for (size_t cut = 0; cut <= size; cut++) {
		tw_recorder_stats stats;
		unsigned int whole = 0;
		bool clean = cut == 0 || cut == 14;

		while (whole < KEPT && ends[whole] <= cut)
			clean = clean || ends[whole++] == cut;
		put_journal(d, bytes, cut);
		stats = replay(d);
		assert_int_equal(stats.stored + stats.duplicates, whole);
		assert_int_equal(stats.damaged, clean ? 0 : 1);
	}
	assert_int_equal(calls_of(d), KEPT);
	free(bytes);
}

static void every_bit_flipped(void **state)
{
	struct desk *d = *state;
	size_t ends[KEPT], size;
	unsigned char *bytes;
	const size_t step = getenv("TW_TEST_LONG") ? 1 : 7;

	d->options.flags = TW_RECORDER_NO_SYNC;
	size = make_journal(d, &bytes, ends);
	for (size_t bit = 0; bit < 8 * size; bit += step) {
		tw_recorder_stats stats;
		const bool header = bit / 8 < 14;

		bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
		put_journal(d, bytes, size);
		stats = replay(d);
		assert_int_equal(stats.damaged, 1);
		assert_int_equal(stats.stored + stats.duplicates,
				 header ? KEPT : KEPT - 1);
		bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	assert_int_equal(calls_of(d), KEPT);
	free(bytes);
}

/* A group that has to be repeated puts nothing aside twice. */
static void damage_is_kept_once(void **state)
{
	struct desk *d = *state;
	size_t ends[KEPT], size;
	unsigned char *bytes;
	char path[160];
	struct stat st;
	tw_store *other;
	off_t once;

	size = make_journal(d, &bytes, ends);
	bytes[ends[0] + 20] ^= 1;
	put_journal(d, bytes, size);
	desk_open(d);
	other = desk_lock(d);
	for (int i = 0; i < 3; i++)
		desk_step(d, 200);
	desk_unlock(other);
	d->options.group_rows = 1;
	desk_step(d, 200);
	assert_int_equal(d->events[TW_RECORDED_DAMAGE], 1);
	assert_non_null(strstr(d->text, ".gw.spool.bad"));
	assert_int_equal(desk_stats(d).damaged, 1);
	desk_path(path, d, ".gw.spool.bad");
	assert_int_equal(stat(path, &st), 0);
	once = st.st_size;
	assert_int_equal(once, 12 + 17 + ends[1] - ends[0]);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(calls_of(d), KEPT - 1);
	free(bytes);
}

/* The journal's records go first: they are older. */
static void order_is_kept(void **state)
{
	struct desk *d = *state;
	size_t ends[KEPT];
	unsigned char *bytes;

	make_journal(d, &bytes, ends);
	free(bytes);
	d->options.group_rows = 2;
	desk_open(d);
	desk_add(d, 50);
	desk_add(d, 51);
	desk_step(d, 0);
	assert_int_equal(calls_of(d), 2);
	assert_int_equal(one_number(&d->f, "SELECT count(*) FROM call WHERE "
				    "call_id IN ('live-0', 'live-1')"), 2);
	assert_int_equal(tw_recorder_flush(d->recorder, d->now, NULL), TW_OK);
	assert_int_equal(calls_of(d), 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(each_record_is_counted_once),
		DESK_TEST(both_committed_and_spooled),
		DESK_TEST(cut_at_every_byte),
		DESK_TEST(every_bit_flipped),
		DESK_TEST(damage_is_kept_once),
		DESK_TEST(order_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
