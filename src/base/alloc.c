/**
 * @file src/base/alloc.c  The one door to memory
 *
 * Decides nothing but which allocator answers. The table is the only mutable
 * state of the library: handles carry no allocator pointer, because every
 * object would pay for it and no host needs two at once.
 */
#include <stdlib.h>
#include <string.h>
#include "base.h"

static void *libc_alloc(size_t size, void *arg)
{
	(void)arg;
	return malloc(size);
}

static void *libc_resize(void *mem, size_t size, void *arg)
{
	(void)arg;
	return realloc(mem, size);
}

static void libc_release(void *mem, void *arg)
{
	(void)arg;
	free(mem);
}

#define LIBC_ALLOCATOR { sizeof(tw_allocator), libc_alloc, libc_resize, \
			 libc_release, NULL }

static tw_allocator allocator_now = LIBC_ALLOCATOR;

tw_status tw_allocator_set(const tw_allocator *allocator, tw_error *err)
{
	static const tw_allocator libc_allocator = LIBC_ALLOCATOR;
	tw_allocator in;
	tw_status status;

	if (!allocator) {
		allocator_now = libc_allocator;
		return TW_OK;
	}
	status = tw__import(&in, sizeof(in), allocator, err);
	if (status)
		return status;
	if (!in.alloc || !in.resize || !in.release)
		return tw__fail_at(err, TW_EINVAL, 0, "allocator",
				   "alloc, resize and release must all be "
				   "set");
	allocator_now = in;
	return TW_OK;
}

/* malloc(0) may be NULL, which would read as "no memory": ask for a byte. */
void *tw_malloc(size_t size)
{
	return allocator_now.alloc(size ? size : 1, allocator_now.arg);
}

void *tw_calloc(size_t count, size_t size)
{
	size_t bytes;
	void *mem;

	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	mem = tw_malloc(bytes);
	if (mem)
		memset(mem, 0, bytes);
	return mem;
}

void *tw_realloc(void *mem, size_t size)
{
	if (!mem)
		return tw_malloc(size);
	return allocator_now.resize(mem, size ? size : 1, allocator_now.arg);
}

char *tw_strdup(const char *text)
{
	size_t size;
	char *copy;

	if (!text)
		return NULL;
	size = strlen(text) + 1;
	copy = tw_malloc(size);
	if (copy)
		memcpy(copy, text, size);
	return copy;
}

void tw_free(void *mem)
{
	if (mem)
		allocator_now.release(mem, allocator_now.arg);
}
