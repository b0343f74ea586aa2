/* See ram.h. Locks are those of the handles of this one process: a list of
 * open files is asked, since there are never more than a few. */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ram.h"

#define IMAGES_MAX 64
#define PAGES_MAX 64            /* of a -shm */

struct image {
	char path[256];
	bool gone, written;
	unsigned char *bytes;
	size_t size, room;
	void *pages[PAGES_MAX];
};

struct handle {
	sqlite3_file base;
	struct handle *next;
	struct image *image;
	int level;                  /* SQLITE_LOCK_ */
	unsigned shared, exclusive; /* slots of the -shm, a bit each */
};

static struct {
	struct image images[IMAGES_MAX];
	int count;
	struct handle *handles;
	sqlite3_vfs vfs, *below;
} ram;

static void *must(void *mem)
{
	if (!mem)
		abort();
	return mem;
}

/* ---- images ---- */

static void resize(struct image *image, size_t size)
{
	if (size > image->room) {
		image->room = size + size / 2 + 4096;
		image->bytes = must(realloc(image->bytes, image->room));
	}
	if (size > image->size)
		memset(image->bytes + image->size, 0, size - image->size);
	image->size = size;
}

static void load(struct image *image)
{
	FILE *file = fopen(image->path, "rb");
	long size;

	image->gone = !file;
	if (!file)
		return;
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	resize(image, (size_t)size);
	if (size && fread(image->bytes, (size_t)size, 1, file) != 1)
		abort();
	fclose(file);
}

static struct image *known(const char *path)
{
	for (int i = 0; i < ram.count; i++) {
		if (!strcmp(ram.images[i].path, path))
			return &ram.images[i];
	}
	return NULL;
}

static struct image *image_of(const char *path)
{
	struct image *image = known(path);

	if (image)
		return image;
	if (ram.count == IMAGES_MAX || strlen(path) >= sizeof(image->path))
		abort();
	image = &ram.images[ram.count++];
	memset(image, 0, sizeof(*image));
	strcpy(image->path, path);
	load(image);
	return image;
}

static void forget_pages(struct image *image)
{
	for (int page = 0; page < PAGES_MAX; page++) {
		free(image->pages[page]);
		image->pages[page] = NULL;
	}
}

static struct image *image_in(sqlite3_file *file)
{
	return ((struct handle *)file)->image;
}

/* ---- a file ---- */

/* The last one takes the -shm along: who comes next reads the log. */
static int on_close(sqlite3_file *file)
{
	struct image *image = image_in(file);
	struct handle **at = &ram.handles;
	bool last = true;

	while (*at != (struct handle *)file)
		at = &(*at)->next;
	*at = (*at)->next;
	for (const struct handle *h = ram.handles; h; h = h->next)
		last &= h->image != image;
	if (last)
		forget_pages(image);
	return SQLITE_OK;
}

static int on_read(sqlite3_file *file, void *out, int size,
		   sqlite3_int64 offset)
{
	const struct image *image = image_in(file);
	size_t there = (size_t)offset < image->size ?
		image->size - (size_t)offset : 0;

	if (there > (size_t)size)
		there = (size_t)size;
	if (there)
		memcpy(out, image->bytes + offset, there);
	memset((char *)out + there, 0, (size_t)size - there);
	return there < (size_t)size ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

static int on_write(sqlite3_file *file, const void *bytes, int size,
		    sqlite3_int64 offset)
{
	struct image *image = image_in(file);

	if ((size_t)offset + (size_t)size > image->size)
		resize(image, (size_t)offset + (size_t)size);
	memcpy(image->bytes + offset, bytes, (size_t)size);
	image->written = true;
	return SQLITE_OK;
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	resize(image_in(file), (size_t)size);
	image_in(file)->written = true;
	return SQLITE_OK;
}

static int on_sync(sqlite3_file *file, int flags)
{
	(void)file;
	(void)flags;
	return SQLITE_OK;
}

static int on_file_size(sqlite3_file *file, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)image_in(file)->size;
	return SQLITE_OK;
}

static int on_control(sqlite3_file *file, int verb, void *arg)
{
	(void)file;
	(void)verb;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int on_sector(sqlite3_file *file)
{
	(void)file;
	return 4096;
}

static int on_device(sqlite3_file *file)
{
	(void)file;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* ---- its locks ---- */

/* The highest level of the others, and their slots. */
static struct handle others(sqlite3_file *file)
{
	struct handle out = { .level = SQLITE_LOCK_NONE };

	for (struct handle *h = ram.handles; h; h = h->next) {
		if (h == (struct handle *)file || h->image != image_in(file))
			continue;
		out.level = h->level > out.level ? h->level : out.level;
		out.shared |= h->shared;
		out.exclusive |= h->exclusive;
	}
	return out;
}

static int on_lock(sqlite3_file *file, int level)
{
	struct handle *h = (struct handle *)file;
	const int their = others(file).level;

	if (level <= h->level)
		return SQLITE_OK;
	if (level == SQLITE_LOCK_SHARED ? their >= SQLITE_LOCK_PENDING :
	    their >= SQLITE_LOCK_RESERVED)
		return SQLITE_BUSY;
	if (level == SQLITE_LOCK_EXCLUSIVE && their) {
		h->level = SQLITE_LOCK_PENDING;
		return SQLITE_BUSY;
	}
	h->level = level;
	return SQLITE_OK;
}

static int on_unlock(sqlite3_file *file, int level)
{
	struct handle *h = (struct handle *)file;

	h->level = level < h->level ? level : h->level;
	return SQLITE_OK;
}

static int on_check_lock(sqlite3_file *file, int *out)
{
	*out = ((struct handle *)file)->level >= SQLITE_LOCK_RESERVED ||
		others(file).level >= SQLITE_LOCK_RESERVED;
	return SQLITE_OK;
}

static int on_shm_map(sqlite3_file *file, int page, int size, int extend,
		      void volatile **out)
{
	struct image *image = image_in(file);

	if (page >= PAGES_MAX)
		return SQLITE_FULL;
	if (!image->pages[page] && extend)
		image->pages[page] = must(calloc(1, (size_t)size));
	*out = image->pages[page];
	return SQLITE_OK;
}

static int on_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	struct handle *h = (struct handle *)file, their = others(file);
	const unsigned mask = ((1u << count) - 1) << offset;

	if (flags & SQLITE_SHM_UNLOCK) {
		h->shared &= ~mask;
		h->exclusive &= ~mask;
		return SQLITE_OK;
	}
	if (their.exclusive & mask || (flags & SQLITE_SHM_EXCLUSIVE &&
				       their.shared & mask))
		return SQLITE_BUSY;
	if (flags & SQLITE_SHM_EXCLUSIVE)
		h->exclusive |= mask;
	else
		h->shared |= mask;
	return SQLITE_OK;
}

static void on_shm_barrier(sqlite3_file *file)
{
	(void)file;
}

static int on_shm_unmap(sqlite3_file *file, int remove_it)
{
	(void)file;
	(void)remove_it;
	return SQLITE_OK;
}

/* ---- the VFS ---- */

static int on_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file,
		   int flags, int *out_flags)
{
	static const sqlite3_io_methods methods = {
		2, on_close, on_read, on_write, on_truncate, on_sync,
		on_file_size, on_lock, on_unlock, on_check_lock, on_control,
		on_sector, on_device, on_shm_map, on_shm_lock,
		on_shm_barrier, on_shm_unmap, NULL, NULL
	};
	struct handle *h = (struct handle *)file;

	(void)vfs;
	memset(h, 0, sizeof(*h));
	if (!path)              /* temporary ones are kept in memory anyhow */
		return SQLITE_CANTOPEN;
	h->image = image_of(path);
	if (h->image->gone && !(flags & SQLITE_OPEN_CREATE))
		return SQLITE_CANTOPEN;
	h->image->gone = false;
	h->next = ram.handles;
	ram.handles = h;
	h->base.pMethods = &methods;
	if (out_flags)
		*out_flags = flags;
	return SQLITE_OK;
}

static int on_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
	struct image *image = image_of(path);

	(void)vfs;
	(void)sync;
	image->gone = true;
	image->size = 0;
	image->written = true;
	return SQLITE_OK;
}

static int on_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
	const struct image *image = known(path);

	(void)vfs;
	if (!image)
		return ram.below->xAccess(ram.below, path, flags, out);
	*out = !image->gone &&
		(image->size || flags != SQLITE_ACCESS_EXISTS);
	return SQLITE_OK;
}

void ram_on(void)
{
	if (!ram.below) {
		ram.below = sqlite3_vfs_find(NULL);
		ram.vfs = *ram.below;
		ram.vfs.zName = "tw-ram";
		ram.vfs.szOsFile = sizeof(struct handle);
		ram.vfs.xOpen = on_open;
		ram.vfs.xDelete = on_delete;
		ram.vfs.xAccess = on_access;
	}
	if (sqlite3_vfs_register(&ram.vfs, 1))
		abort();
}

void ram_off(void)
{
	if (!ram.below)
		return;
	if (ram.handles || sqlite3_vfs_register(ram.below, 1))
		abort();
	for (int i = 0; i < ram.count; i++) {
		free(ram.images[i].bytes);
		forget_pages(&ram.images[i]);
	}
	ram.count = 0;
}

bool ram_is_written(const char *path)
{
	for (int i = 0; i < ram.count; i++) {
		if (ram.images[i].written &&
		    !strncmp(ram.images[i].path, path, strlen(path)))
			return true;
	}
	return false;
}
