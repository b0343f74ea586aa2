/* See oom_libre.h. */
#define _GNU_SOURCE
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "memory.h"
#include "oom_libre.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

bool oom_libre_install(void)
{
	return false;
}

#else

static uintptr_t code_from, code_to;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *mem, size_t size);
extern void __libc_free(void *mem);

static bool is_libre(const void *caller)
{
	return (uintptr_t)caller >= code_from && (uintptr_t)caller < code_to;
}

void *malloc(size_t size)
{
	void *mem;

	if (!is_libre(__builtin_return_address(0)))
		return __libc_malloc(size);
	mem = memory_may() ? __libc_malloc(size) : NULL;
	memory_hold(mem != NULL);
	return mem;
}

void *calloc(size_t count, size_t size)
{
	void *mem;

	if (!is_libre(__builtin_return_address(0)))
		return __libc_calloc(count, size);
	mem = memory_may() ? __libc_calloc(count, size) : NULL;
	memory_hold(mem != NULL);
	return mem;
}

void *realloc(void *mem, size_t size)
{
	void *grown;

	if (!is_libre(__builtin_return_address(0)))
		return __libc_realloc(mem, size);
	grown = memory_may() ? __libc_realloc(mem, size) : NULL;
	memory_hold(!mem && grown);
	return grown;
}

void free(void *mem)
{
	if (mem && is_libre(__builtin_return_address(0)))
		memory_hold(-1);
	__libc_free(mem);
}

static int find(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	if (!strstr(info->dlpi_name, "/libre.so"))
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
			continue;
		code_from = info->dlpi_addr + part->p_vaddr;
		code_to = code_from + part->p_memsz;
	}
	return 1;
}

bool oom_libre_install(void)
{
	dl_iterate_phdr(find, NULL);
	return code_to != 0;
}

#endif
