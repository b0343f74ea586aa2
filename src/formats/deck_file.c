/**
 * @file src/formats/deck_file.c  Decks in files
 *
 * Decides how a deck gets into a file and a file into memory. Refuses to know
 * what is in it: src/rating/image.c reads and checks the bytes. A file is
 * never written in place, because others have it mapped: a new one is put
 * beside it and takes over its name, and who holds the old one keeps it.
 */
#include "rating/deck.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 100

/* Where the pages are, for whoever drops the deck last. */
struct mapping {
	void *data;
	size_t size;
};

static tw_status failed(const char *path, const char *what, tw_error *err)
{
	const char *why = strerror(errno);

	return tw__fail(err, TW_EIO, "%.200s: %s: %s", path, what, why);
}

/* ---- reading ---- */

static void unmap(void *arg)
{
	struct mapping *m = arg;

	munmap(m->data, m->size);
	tw_free(m);
}

static tw_status map(struct mapping *m, const char *path, int fd,
		     tw_error *err)
{
	struct stat st;

	/* A pipe would never end, and a directory has no bytes. */
	if (fstat(fd, &st))
		return failed(path, "cannot be looked at", err);
	if (!S_ISREG(st.st_mode))
		return tw__fail(err, TW_EIO, "%.200s: a deck is a regular "
				"file", path);
	if (!st.st_size)
		return tw__fail(err, TW_EPARSE, "%.200s: the file is empty",
				path);
	if ((uint64_t)st.st_size > SIZE_MAX)
		return tw__fail(err, TW_EPARSE, "%.200s: no deck is as large "
				"as this", path);
	m->size = (size_t)st.st_size;
	/* All of it is read at once for the checksum. */
	m->data = mmap(NULL, m->size, PROT_READ, MAP_SHARED | MAP_POPULATE,
		       fd, 0);
	if (m->data == MAP_FAILED)
		return failed(path, "cannot be mapped", err);

	return TW_OK;
}

/* Says of which file. */
static tw_status say_path(const char *path, const tw_error *why,
			  tw_error *err)
{
	return tw__fail(err, why->code, "%.120s: %.240s", path,
			why->message);
}

static tw_status view(tw_deck **out, struct mapping *m, const char *path,
		      tw_error *err)
{
	tw_error why = TW_ERROR_INIT;

	if (!tw_deck_view(out, m->data, m->size, unmap, m, &why))
		return TW_OK;
	unmap(m);

	return say_path(path, &why, err);
}

tw_status tw_deck_open(tw_deck **out, const char *path, tw_error *err)
{
	struct mapping *m;
	tw_status status;
	int fd;

	if (!out || !path)
		return tw__fail(err, TW_EINVAL,
				"a deck wants a path and a place to go");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return failed(path, "cannot be opened", err);
	m = tw_calloc(1, sizeof(*m));
	status = m ? map(m, path, fd, err) : tw__fail_oom(err);
	close(fd);
	if (status) {
		tw_free(m);
		return status;
	}

	return view(out, m, path, err);
}

/* ---- writing ---- */

static tw_status write_all(int fd, const char *path, const void *data,
			   size_t size, tw_error *err)
{
	const char *p = data;

	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(path, "cannot be written", err);
		p += n;
		size -= (size_t)n;
	}
	if (fsync(fd))
		return failed(path, "cannot be flushed", err);

	return TW_OK;
}

/* The host's umask decides who may read a deck; mkstemp() would not ask. */
static int open_beside(char **out, const char *path)
{
	size_t size = strlen(path) + 48;
	char *name = tw_malloc(size);
	int fd = -1;

	if (!name) {
		errno = ENOMEM;
		return -1;
	}
	for (int i = 0; i < TRIES && fd < 0; i++) {
		snprintf(name, size, "%s.%ld.%d.new", path, (long)getpid(), i);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			  0644);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0) {
		int code = errno;

		tw_free(name);
		errno = code;
		return -1;
	}
	*out = name;

	return fd;
}

/* The new name is on the disk when the directory is. */
static tw_status flush_directory(const char *path, tw_error *err)
{
	const char *slash = strrchr(path, '/');
	char *name = slash ? tw__str_dup(tw__str(path, slash == path ? 1 :
				(size_t)(slash - path)))
			   : tw_strdup(".");
	tw_status status = TW_OK;
	int fd;

	if (!name)
		return tw__fail_oom(err);
	fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* Some file systems know no such thing, and say EINVAL. */
	if (fd < 0 || (fsync(fd) && errno != EINVAL))
		status = failed(name, "cannot be flushed", err);
	if (fd >= 0)
		close(fd);
	tw_free(name);

	return status;
}

static tw_status replace(const char *path, const void *data, size_t size,
			 tw_error *err)
{
	char *name = NULL;
	struct stat st;
	tw_status status;
	int fd;

	/* rename() would put a file in the place of a device or a pipe */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return tw__fail(err, TW_EIO, "%s: is no file; name one "
				"that may be replaced", path);
	fd = open_beside(&name, path);
	if (fd < 0)
		return errno == ENOMEM ? tw__fail_oom(err)
			: failed(path, "cannot be written beside", err);
	status = write_all(fd, name, data, size, err);
	if (close(fd) && !status)
		status = failed(name, "cannot be written", err);
	if (!status && rename(name, path))
		status = failed(path, "cannot be replaced", err);
	if (status)
		unlink(name);
	tw_free(name);

	return status ? status : flush_directory(path, err);
}

tw_status tw_deck_save(const tw_deck *deck, const char *path, tw_error *err)
{
	void *data = NULL;
	size_t size = 0;
	tw_status status;

	if (!deck || !path)
		return tw__fail(err, TW_EINVAL,
				"a deck and a path are wanted");
	status = tw_deck_pack(&data, &size, deck, err);
	if (!status)
		status = replace(path, data, size, err);
	tw_free(data);

	return status;
}
