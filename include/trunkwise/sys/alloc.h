/**
 * @file alloc.h  The allocator of the whole library
 *
 * One table per process, set before the first other call and never after:
 * handles made by one allocator must not be freed by another. It is also the
 * fault hook of the tests (fail the n-th allocation).
 */
#ifndef TRUNKWISE_SYS_ALLOC_H
#define TRUNKWISE_SYS_ALLOC_H

#include <trunkwise/base.h>

TW_BEGIN_DECLS

typedef struct tw_allocator {
	uint32_t size;
	void *(*alloc)(size_t size, void *arg);            /* uninitialised */
	void *(*resize)(void *mem, size_t size, void *arg);
	void (*release)(void *mem, void *arg);             /* NULL is fine */
	void *arg;
} tw_allocator;

/** NULL puts libc back. @return TW_OK, TW_EINVAL (a member is missing) */
TW_EXTERN(tw_status) tw_allocator_set(const tw_allocator *allocator,
				      tw_error *err);

/** The library's own doors to it, for plug-ins that hand memory over. */
TW_EXTERN(void *) tw_malloc(size_t size);    /* NULL: no memory */
TW_EXTERN(void *) tw_calloc(size_t count, size_t size);   /* zeroed */
TW_EXTERN(void *) tw_realloc(void *mem, size_t size);
TW_EXTERN(char *) tw_strdup(const char *text);
TW_EXTERN(void) tw_free(void *mem);

TW_END_DECLS

#endif
