/* A disk in memory: an SQLite VFS that reads a file once, when it is opened
 * first, and keeps all that is written to itself. So fork() copies the disk as
 * well, and what a child writes nobody else sees. One thread; the files that
 * others open (locks, journals, copies) are as real as ever. */
#ifndef TW_TESTS_RAM_H
#define TW_TESTS_RAM_H

#include <stdbool.h>

/* Becomes the default VFS, with nothing read yet. No handle may be open. */
void ram_on(void);
/* The usual one is the default again, and all that was written is gone. */
void ram_off(void);
/* Since ram_on(): this file, or its log. */
bool ram_is_written(const char *path);

#endif
