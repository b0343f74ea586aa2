/* See memory.h. One thread. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <trunkwise/sys/alloc.h>
#include "memory.h"

#define HEAD 16                 /* keeps what follows aligned */

static struct {
	struct memory_plan plan;
	memory_walker *walker;
	uint64_t count;
	int64_t held;
	bool failed, paused;
} memory;

static void ask_walker(void)
{
	const int how = memory.walker(memory.count);

	if (how == MEMORY_GIVEN)
		return;
	memory.plan.at = memory.count;
	memory.plan.lasting = how == MEMORY_LASTING;
	memory.walker = NULL;
}

bool memory_may(void)
{
	const struct memory_plan *plan = &memory.plan;

	if (memory.paused)
		return true;
	memory.count++;
	if (memory.walker)
		ask_walker();
	if (!plan->at || memory.count < plan->at ||
	    (memory.count > plan->at && !plan->lasting))
		return true;
	memory.failed = true;
	return false;
}

static void *take(size_t size)
{
	void *mem = memory_may() ? malloc(size) : NULL;

	memory.held += mem != NULL;
	return mem;
}

static void give(void *mem)
{
	memory.held -= mem != NULL;
	free(mem);
}

/* ---- the library's ---- */

static void *tw_take(size_t size, void *arg)
{
	(void)arg;
	return take(size);
}

static void *tw_resize(void *mem, size_t size, void *arg)
{
	(void)arg;
	return memory_may() ? realloc(mem, size) : NULL;
}

static void tw_give(void *mem, void *arg)
{
	(void)arg;
	give(mem);
}

/* ---- SQLite's, which asks how large a block is ---- */

static void *sql_malloc(int size)
{
	unsigned char *mem = take((size_t)size + HEAD);

	if (!mem)
		return NULL;
	memcpy(mem, &size, sizeof(size));
	return mem + HEAD;
}

static void sql_free(void *mem)
{
	if (mem)
		give((unsigned char *)mem - HEAD);
}

static void *sql_realloc(void *mem, int size)
{
	unsigned char *grown = NULL;

	if (memory_may())
		grown = realloc((unsigned char *)mem - HEAD,
				(size_t)size + HEAD);
	if (!grown)
		return NULL;
	memcpy(grown, &size, sizeof(size));
	return grown + HEAD;
}

static int sql_size(void *mem)
{
	int size = 0;

	if (mem)
		memcpy(&size, (unsigned char *)mem - HEAD, sizeof(size));
	return size;
}

static int sql_roundup(int size)
{
	return (size + 7) & ~7;
}

static int sql_init(void *arg)
{
	(void)arg;
	return SQLITE_OK;
}

static void sql_shutdown(void *arg)
{
	(void)arg;
}

void memory_install(void)
{
	static const sqlite3_mem_methods methods = { sql_malloc, sql_free,
		sql_realloc, sql_size, sql_roundup, sql_init, sql_shutdown,
		NULL };
	static const tw_allocator table = { sizeof(table), tw_take,
		tw_resize, tw_give, NULL };

	if (sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) ||
	    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) ||
	    sqlite3_initialize() || tw_allocator_set(&table, NULL))
		abort();
}

void memory_arm(const struct memory_plan *plan)
{
	memory.plan = *plan;
	memory.count = 0;
	memory.failed = false;
}

void memory_disarm(void)
{
	memory.plan = (struct memory_plan){ 0, false };
	memory.walker = NULL;
}

void memory_walk(memory_walker *walker)
{
	memory.walker = walker;
}

void memory_pause(bool paused)
{
	memory.paused = paused;
}

void memory_hold(int blocks)
{
	memory.held += blocks;
}

uint64_t memory_count(void)
{
	return memory.count;
}

bool memory_has_failed(void)
{
	return memory.failed;
}

int64_t memory_held(void)
{
	return memory.held;
}
