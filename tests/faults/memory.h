/* Memory that runs out: the library's allocator and SQLite's, counted as one
 * row of allocations. One of them fails, or it and all that follow. For the
 * test program only: SQLite's table of functions is the process's. */
#ifndef TW_TESTS_MEMORY_H
#define TW_TESTS_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

struct memory_plan {
	uint64_t at;        /* which allocation, from 1; 0: none fails */
	bool lasting;       /* this one and all that follow */
};

/* Before anything is allocated. SQLite gets no memory of its own aside, so
 * that each thing it keeps is an allocation. */
void memory_install(void);
void memory_arm(const struct memory_plan *plan);
void memory_disarm(void);
/* Asked at each allocation from memory_arm() to memory_disarm(): may it be
 * had? One that fails, once or for ever, is the last that it is asked for. */
#define MEMORY_GIVEN   0
#define MEMORY_ONCE    1
#define MEMORY_LASTING 2
typedef int memory_walker(uint64_t at);
void memory_walk(memory_walker *walker);
/* What is allocated meanwhile is somebody else's: not counted, never failed.
 * What is held is counted all the same. */
void memory_pause(bool paused);
/* One more allocator's part in the row: may it have this block; it has it; it
 * gave it back. */
bool memory_may(void);
void memory_hold(int blocks);
/* Allocations since memory_arm(). */
uint64_t memory_count(void);
bool memory_has_failed(void);
/* Blocks that are held now, of both. */
int64_t memory_held(void);

#endif
