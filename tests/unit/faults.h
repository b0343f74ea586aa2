/* Fails the n-th allocation of the library and counts what it holds. */
#ifndef TW_TESTS_FAULTS_H
#define TW_TESTS_FAULTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <trunkwise/sys/alloc.h>

struct faults {
	int64_t countdown;      /* negative once the fault was dealt */
	int64_t held;           /* blocks, since faults_begin() */
};

static inline void *faults_alloc(size_t size, void *arg)
{
	struct faults *faults = arg;
	void *mem;

	if (faults->countdown-- == 0)
		return NULL;
	mem = malloc(size);
	faults->held += mem != NULL;
	return mem;
}

static inline void *faults_resize(void *mem, size_t size, void *arg)
{
	struct faults *faults = arg;

	return faults->countdown-- == 0 ? NULL : realloc(mem, size);
}

static inline void faults_release(void *mem, void *arg)
{
	struct faults *faults = arg;

	faults->held -= mem != NULL;
	free(mem);
}

/* The allocation number n (from 0) and no other will fail. */
static inline void faults_begin(struct faults *faults, int64_t n)
{
	tw_allocator table = { sizeof(table), faults_alloc, faults_resize,
			       faults_release, faults };

	faults->countdown = n;
	faults->held = 0;
	if (tw_allocator_set(&table, NULL))
		abort();
}

/* libc's allocator again. False: there were fewer allocations than n, so
 * that a loop over n has seen all of them. */
static inline bool faults_end(const struct faults *faults)
{
	if (tw_allocator_set(NULL, NULL))
		abort();
	return faults->countdown < 0;
}

#endif
