/**
 * @file test_disk_full.c  A small disk fills up under a recorder
 *
 * A tmpfs of 6 MiB in a mount namespace of our own. Once it is full nothing
 * is lost up to spool_limit, what is acknowledged outlives the recorder, and
 * everything is in the store once soon after there is room again. Exit code
 * 77: this machine lets us mount nothing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <trunkwise.h>

#define SPOOL_LIMIT (128 << 10)
#define SKIPPED 77

static char dir[] = "/tmp/tw-full-XXXXXX";
static char store_path[64], filler_path[64];
static tw_time now;

#define MUST(what) must((what), #what, __LINE__)
static void must(int holds, const char *what, int line)
{
	if (holds)
		return;
	fprintf(stderr, "line %d: %s\n", line, what);
	exit(1);
}

static void write_line(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		return;
	(void)!write(fd, text, strlen(text));
	close(fd);
}

/* Root of a user namespace may mount a tmpfs, where that is allowed. */
static void mount_disk(void)
{
	const unsigned int uid = getuid();
	char map[32];

	MUST(mkdtemp(dir) != NULL);
	if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS)) {
		printf("SKIPPED: no mount namespace: %s\n", strerror(errno));
		rmdir(dir);
		exit(SKIPPED);
	}
	if (uid) {
		snprintf(map, sizeof(map), "0 %u 1", uid);
		write_line("/proc/self/setgroups", "deny");
		write_line("/proc/self/uid_map", map);
	}
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", dir, "tmpfs", 0, "size=6m,mode=0700")) {
		printf("SKIPPED: no tmpfs: %s\n", strerror(errno));
		rmdir(dir);
		exit(SKIPPED);
	}
	snprintf(store_path, sizeof(store_path), "%s/store.db", dir);
	snprintf(filler_path, sizeof(filler_path), "%s/filler", dir);
}

static void fill_disk(void)
{
	static char block[4096];
	int fd = open(filler_path, O_WRONLY | O_CREAT | O_APPEND, 0600);

	MUST(fd >= 0);
	while (write(fd, block, sizeof(block)) == (ssize_t)sizeof(block))
		continue;
	MUST(errno == ENOSPC);
	close(fd);
}

static void make_store(void)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_store *store;

	options.flags = TW_STORE_CREATE;
	MUST(tw_store_open(&store, store_path, &options, NULL) == TW_OK);
	tw_store_free(store);
}

static tw_recorder *open_recorder(void)
{
	tw_recorder_options options = TW_RECORDER_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_recorder *recorder;

	options.name = "full";
	options.spool_limit = SPOOL_LIMIT;
	if (tw_recorder_open(&recorder, store_path, &options, &err)) {
		fprintf(stderr, "%s\n", err.message);
		exit(1);
	}
	return recorder;
}

static tw_status add(tw_recorder *recorder, unsigned int i)
{
	tw_cdr cdr = TW_CDR_INIT;
	char id[32], callee[32];

	snprintf(id, sizeof(id), "full-%u", i);
	snprintf(callee, sizeof(callee), "7916%07u", i);
	cdr.call_id = id;
	cdr.direction = TW_DIRECTION_OUTBOUND;
	cdr.status = TW_CALL_ANSWERED;
	cdr.start = 1791190800LL * TW_SECOND + i * TW_SECOND;
	cdr.answer = cdr.start;
	cdr.duration_us = 60 * TW_SECOND;
	cdr.caller = "101";
	cdr.callee = callee;
	return tw_recorder_add(NULL, recorder, &cdr, now, NULL);
}

static tw_recorder_stats step(tw_recorder *recorder)
{
	tw_recorder_stats stats = TW_RECORDER_STATS_INIT;
	tw_time next;

	now += 250000;
	MUST(tw_recorder_step(&next, recorder, now, NULL) == TW_OK);
	MUST(tw_recorder_stats_get(&stats, recorder, NULL) == TW_OK);
	return stats;
}

/* Until the limit: every record that is taken is acknowledged a step later. */
static unsigned int record_until_full(tw_recorder *recorder)
{
	tw_recorder_stats stats = TW_RECORDER_STATS_INIT;
	unsigned int n = 0, spooled = 0;

	while (add(recorder, n) == TW_OK) {
		n++;
		stats = step(recorder);
		MUST(stats.durable == n);
		MUST(stats.state == TW_RECORDER_LIVE ||
		     stats.state == TW_RECORDER_SPOOLING);
		spooled += stats.state == TW_RECORDER_SPOOLING;
		MUST(n < 100000);
	}
	stats = step(recorder);
	MUST(stats.state == TW_RECORDER_FULL);
	MUST(stats.spool_bytes > SPOOL_LIMIT - 400);
	MUST(spooled > 500);
	return n;
}

static void check_store(unsigned int calls)
{
	tw_verdict verdicts[64];
	uint32_t count = 64;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_listing *list;
	tw_store *store;
	uint64_t stored = 0;

	MUST(tw_store_open(&store, store_path, NULL, NULL) == TW_OK);
	MUST(tw_store_verify(verdicts, &count, store, NULL) == TW_OK);
	for (uint32_t i = 0; i < count; i++)
		must((int)verdicts[i].holds, verdicts[i].detail, __LINE__);
	MUST(tw_import_list(&list, store, NULL) == TW_OK);
	while (tw_listing_next(&row, list, NULL) == TW_OK)
		stored += row.calls;
	tw_listing_free(list);
	tw_store_free(store);
	MUST(stored == calls);
}

int main(void)
{
	tw_recorder_stats stats;
	tw_recorder *recorder;
	unsigned int taken;

	mount_disk();
	make_store();
	recorder = open_recorder();
	stats = step(recorder);
	MUST(stats.reserved == 1);
	fill_disk();
	taken = record_until_full(recorder);

	/* a restart while the disk is full */
	tw_recorder_free(recorder);
	recorder = open_recorder();
	stats = step(recorder);
	MUST(stats.spooled > 500);
	MUST(stats.damaged == 0);

	/* room again: nobody has to do anything */
	MUST(unlink(filler_path) == 0);
	for (int i = 0; i < 20 && stats.spool_bytes; i++)
		stats = step(recorder);
	MUST(stats.state == TW_RECORDER_LIVE);
	MUST(stats.spooled == 0 && stats.conflicts == 0);
	MUST(add(recorder, taken) == TW_OK);
	stats = step(recorder);
	MUST(stats.durable == 1);
	tw_recorder_free(recorder);
	check_store(taken + 1);
	printf("%u records through a full disk\n", taken);
	umount2(dir, MNT_DETACH);
	rmdir(dir);
	return 0;
}
