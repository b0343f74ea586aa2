/* A disk that fails: an SQLite VFS over the usual one, for the test program
 * only. It counts writes, syncs and truncates, spoils one of them, and
 * remembers what was not synced, so that a power loss can take it away. */
#ifndef TW_TESTS_DISK_H
#define TW_TESTS_DISK_H

#include <stdbool.h>
#include <stdint.h>

#define DISK_FAIL  1   /* an I/O error, nothing is done */
#define DISK_FULL  2   /* no space, nothing is done */
#define DISK_TEAR  3   /* a part of the bytes is written, then an error */
#define DISK_DROP  4   /* says it was done, and did nothing */
#define DISK_POWER 5   /* nothing is done any more: see disk_power_loss() */

struct disk_plan {
	int kind;           /* 0: a good disk */
	uint64_t at;        /* which operation, from 1 */
	bool lasting;       /* this one and all that follow */
	bool reads;         /* count and spoil reads, not writes */
};

/* Becomes the default VFS of this process. */
void disk_install(void);
/* Counts from 0 and forgets what is unsynced: the files are as they are. */
void disk_arm(const struct disk_plan *plan);
uint64_t disk_count(void);          /* operations since */
bool disk_has_failed(void);
/* All handles are closed: each file becomes what was synced and some of what
 * was written after, in whole, in part or not at all. `seed` decides. */
void disk_power_loss(uint64_t seed);

#endif
