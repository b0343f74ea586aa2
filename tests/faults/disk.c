/* See disk.h. One thread; files are known by path. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "disk.h"

#define SECTOR 512
#define FILES_MAX 32

struct change {
	struct change *next;
	bool truncate;
	sqlite3_int64 offset;       /* or size */
	int size;
	unsigned char bytes[];
};

struct image {
	char path[256];
	bool synced;                /* once at least, or there before */
	bool gone;                  /* deleted, or not made yet */
	unsigned char *bytes;       /* what a power loss leaves */
	size_t size;
	struct change *first, **last;
};

struct wrapped {
	sqlite3_file base;
	struct image *image;        /* NULL: a temporary file */
	sqlite3_file *real;
};

static struct {
	struct disk_plan plan;
	uint64_t count;
	bool failed;
	struct image images[FILES_MAX];
	int image_count;
	sqlite3_vfs vfs, *below;
	sqlite3_io_methods methods;
} disk;

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct wrapped *)file)->real;
}

/* ---- what is synced ---- */

static void resize(struct image *image, size_t size)
{
	image->bytes = realloc(image->bytes, size ? size : 1);
	if (!image->bytes)
		abort();
	if (size > image->size)
		memset(image->bytes + image->size, 0, size - image->size);
	image->size = size;
}

static void apply(struct image *image, const struct change *c, int from,
		  int to)
{
	if (c->truncate) {
		resize(image, (size_t)c->offset);
		return;
	}
	if ((size_t)c->offset + (size_t)to > image->size)
		resize(image, (size_t)c->offset + (size_t)to);
	memcpy(image->bytes + c->offset + from, c->bytes + from,
	       (size_t)(to - from));
}

static void forget(struct image *image)
{
	struct change *next;

	for (struct change *c = image->first; c; c = next) {
		next = c->next;
		free(c);
	}
	image->first = NULL;
	image->last = &image->first;
}

static void keep(struct image *image)
{
	for (struct change *c = image->first; c; c = c->next)
		apply(image, c, 0, c->size);
	forget(image);
	image->synced = true;
}

static void note(struct image *image, bool truncate, sqlite3_int64 offset,
		 const void *bytes, int size)
{
	struct change *c;

	if (!image)
		return;
	c = calloc(1, sizeof(*c) + (size_t)size);
	if (!c)
		abort();
	c->truncate = truncate;
	c->offset = offset;
	c->size = size;
	if (size)
		memcpy(c->bytes, bytes, (size_t)size);
	*image->last = c;
	image->last = &c->next;
}

static void load(struct image *image)
{
	FILE *file = fopen(image->path, "rb");
	long size;

	image->synced = file != NULL;
	image->gone = !file;
	if (!file)
		return;
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	resize(image, (size_t)size);
	if (fread(image->bytes, 1, (size_t)size, file) != (size_t)size)
		abort();
	fclose(file);
}

static struct image *image_of(const char *path)
{
	struct image *image = disk.images;

	for (int i = 0; i < disk.image_count; i++, image++) {
		if (!strcmp(image->path, path))
			return image;
	}
	if (disk.image_count == FILES_MAX)
		abort();
	memset(image, 0, sizeof(*image));
	snprintf(image->path, sizeof(image->path), "%s", path);
	image->last = &image->first;
	load(image);
	disk.image_count++;
	return image;
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * 0x2545f4914f6cdd1du >> 11;
}

/* Each unsynced change by itself: a disk writes in whatever order it likes,
 * and of one change it may have written some sectors. */
static void survive(struct image *image, uint64_t *random, unsigned percent)
{
	for (struct change *c = image->first; c; c = c->next) {
		if (next_random(random) % 100 < percent) {
			apply(image, c, 0, c->size);
			continue;
		}
		if (c->truncate || next_random(random) % 2)
			continue;
		for (int from = 0; from < c->size; from += SECTOR) {
			int to = from + SECTOR < c->size ? from + SECTOR :
				c->size;

			if (next_random(random) % 2)
				apply(image, c, from, to);
		}
	}
	forget(image);
}

void disk_power_loss(uint64_t seed)
{
	static const unsigned percents[] = { 0, 0, 10, 50, 90, 100 };
	uint64_t random = seed * 0x9e3779b97f4a7c15u + 1;
	struct image *image = disk.images;
	char path[300];
	unsigned percent;
	FILE *file;

	next_random(&random);
	percent = percents[next_random(&random) % 6];
	for (int i = 0; i < disk.image_count; i++, image++) {
		survive(image, &random, percent);
		snprintf(path, sizeof(path), "%.255s-shm", image->path);
		unlink(path);
		/* a name that was never synced may be gone, too */
		if (image->gone ||
		    (!image->synced && next_random(&random) % 2)) {
			unlink(image->path);
			continue;
		}
		file = fopen(image->path, "wb");
		if (!file || fwrite(image->bytes ? image->bytes :
				    (unsigned char *)"", 1, image->size,
				    file) != image->size)
			abort();
		fclose(file);
	}
}

/* ---- what goes wrong ---- */

static int fault(bool read)
{
	const struct disk_plan *p = &disk.plan;

	if (!p->kind || read != p->reads)
		return p->kind == DISK_POWER && disk.failed ? p->kind : 0;
	disk.count++;
	if (disk.count != p->at && !(p->lasting && disk.count > p->at))
		return 0;
	disk.failed = true;
	return p->kind;
}

static int code_of(int kind, int code)
{
	return kind == DISK_FULL ? SQLITE_FULL : code;
}

static int on_write(sqlite3_file *file, const void *bytes, int size,
		    sqlite3_int64 offset)
{
	struct image *image = ((struct wrapped *)file)->image;
	int kind = fault(false), code;

	if (kind == DISK_DROP)
		return SQLITE_OK;
	if (kind == DISK_TEAR) {
		size = size > SECTOR ? size / 2 / SECTOR * SECTOR : size / 2;
		if (size) {
			real_of(file)->pMethods->xWrite(real_of(file), bytes,
							size, offset);
			note(image, false, offset, bytes, size);
		}
	}
	if (kind)
		return code_of(kind, SQLITE_IOERR_WRITE);
	code = real_of(file)->pMethods->xWrite(real_of(file), bytes, size,
					       offset);
	if (code == SQLITE_OK)
		note(image, false, offset, bytes, size);
	return code;
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int kind = fault(false), code;

	if (kind == DISK_DROP)
		return SQLITE_OK;
	if (kind)
		return code_of(kind, SQLITE_IOERR_TRUNCATE);
	code = real_of(file)->pMethods->xTruncate(real_of(file), size);
	if (code == SQLITE_OK)
		note(((struct wrapped *)file)->image, true, size, NULL, 0);
	return code;
}

/* The real one is not asked: what a power loss leaves is decided here. */
static int on_sync(sqlite3_file *file, int flags)
{
	struct image *image = ((struct wrapped *)file)->image;
	int kind = fault(false);

	(void)flags;
	if (kind == DISK_DROP)
		return SQLITE_OK;
	if (kind)
		return code_of(kind, SQLITE_IOERR_FSYNC);
	if (image)
		keep(image);
	return SQLITE_OK;
}

static int on_read(sqlite3_file *file, void *out, int size,
		   sqlite3_int64 offset)
{
	if (fault(true))
		return SQLITE_IOERR_READ;
	return real_of(file)->pMethods->xRead(real_of(file), out, size,
					      offset);
}

static int on_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int on_file_size(sqlite3_file *file, sqlite3_int64 *out)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), out);
}

static int on_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int on_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int on_check_lock(sqlite3_file *file, int *out)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file),
							   out);
}

static int on_control(sqlite3_file *file, int verb, void *arg)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), verb,
						     arg);
}

static int on_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int on_device(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int on_shm_map(sqlite3_file *file, int page, int size, int extend,
		      void volatile **out)
{
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size,
						extend, out);
}

static int on_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, count,
						 flags);
}

static void on_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int on_shm_unmap(sqlite3_file *file, int remove_it)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), remove_it);
}

/* ---- the VFS ---- */

static int on_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file,
		   int flags, int *out_flags)
{
	struct wrapped *w = (struct wrapped *)file;
	int code;

	(void)vfs;
	memset(w, 0, sizeof(*w));
	w->real = (sqlite3_file *)(w + 1);
	/* before it is made, so that a new one is known to be new */
	if (disk.plan.kind == DISK_POWER) {
		if (disk.failed)
			return SQLITE_CANTOPEN;
		w->image = path ? image_of(path) : NULL;
	}
	code = disk.below->xOpen(disk.below, path, w->real, flags, out_flags);
	if (w->real->pMethods)
		w->base.pMethods = &disk.methods;
	if (w->image && code == SQLITE_OK)
		w->image->gone = false;
	return code;
}

static int on_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
	(void)vfs;
	if (disk.plan.kind == DISK_POWER) {
		struct image *image = image_of(path);

		if (disk.failed)
			return SQLITE_IOERR_DELETE;
		forget(image);
		image->gone = true;
		image->synced = false;
		image->size = 0;
	}
	return disk.below->xDelete(disk.below, path, sync);
}

void disk_install(void)
{
	disk.below = sqlite3_vfs_find(NULL);
	disk.vfs = *disk.below;
	disk.vfs.zName = "tw-faulty";
	disk.vfs.szOsFile = (int)sizeof(struct wrapped) +
		disk.below->szOsFile;
	disk.vfs.xOpen = on_open;
	disk.vfs.xDelete = on_delete;
	disk.methods = (sqlite3_io_methods){
		2, on_close, on_read, on_write, on_truncate, on_sync,
		on_file_size, on_lock, on_unlock, on_check_lock, on_control,
		on_sector, on_device, on_shm_map, on_shm_lock,
		on_shm_barrier, on_shm_unmap, NULL, NULL
	};
	if (sqlite3_vfs_register(&disk.vfs, 1))
		abort();
}

void disk_arm(const struct disk_plan *plan)
{
	for (int i = 0; i < disk.image_count; i++) {
		forget(&disk.images[i]);
		free(disk.images[i].bytes);
	}
	disk.image_count = 0;
	disk.plan = *plan;
	disk.count = 0;
	disk.failed = false;
}

uint64_t disk_count(void)
{
	return disk.count;
}

bool disk_has_failed(void)
{
	return disk.failed;
}
