/**
 * @file src/store/copy.c  Written beside the name, then renamed
 *
 * SQLite's backup interface and not a copy of the file's bytes: it reads one
 * snapshot through the log, while a copy of bytes under a writer is a mix of
 * moments. All pages in one step, because a backup in several steps begins
 * anew whenever another process commits between them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "copy.h"
#include "inspect.h"

char *tw__copy_beside(const char *path, const char *ending)
{
	struct tw_buf buf;

	tw__buf_init(&buf);
	tw__buf_printf(&buf, "%s%s", path, ending);
	return tw__buf_take(&buf);
}


tw_status tw__copy_new(char **out, const char *path, tw_error *err)
{
	char *name = tw__copy_beside(path, ".part-XXXXXX");
	int fd;

	if (!name)
		return tw__fail_oom(err);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0) {
		tw__fail(err, TW_EIO, "cannot write beside %s: %s; name a "
			 "directory that this user may write", path,
			 strerror(errno));
		tw_free(name);
		return TW_EIO;
	}
	close(fd);
	*out = name;
	return TW_OK;
}


static tw_status copy_into(sqlite3 *to, tw_store *from, const char *name,
			   tw_error *err)
{
	sqlite3_backup *backup;
	int code;

	/* Nobody else has this file: no -shm, which some disks cannot make,
	 * and no journal, since half a copy is thrown away as a whole. */
	code = sqlite3_exec(to, "PRAGMA locking_mode = EXCLUSIVE;"
			    "PRAGMA journal_mode = OFF;"
			    "PRAGMA synchronous = FULL", NULL, NULL, NULL);
	if (code)
		return tw__sqlite_fail(to, name, code, "cannot begin the "
				       "copy", err);
	backup = sqlite3_backup_init(to, "main", from->db, "main");
	if (!backup)
		return tw__sqlite_fail(to, name, sqlite3_errcode(to),
				       "cannot begin the copy", err);
	sqlite3_backup_step(backup, -1);
	code = sqlite3_backup_finish(backup);
	if (code)
		return tw__sqlite_fail(to, name, code, "cannot copy the "
				       "store", err);
	code = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL,
			    NULL);
	return code ? tw__sqlite_fail(to, name, code, "cannot finish the "
				      "copy", err) : TW_OK;
}


tw_status tw__copy_pages(tw_store *from, const char *temporary, tw_error *err)
{
	tw_store *copy = NULL;
	sqlite3 *to = NULL;
	tw_status status;
	int code;

	code = sqlite3_open_v2(temporary, &to, SQLITE_OPEN_READWRITE |
			       SQLITE_OPEN_NOMUTEX |
			       SQLITE_OPEN_PRIVATECACHE, NULL);
	if (to)
		sqlite3_extended_result_codes(to, 1);
	status = code ? tw__sqlite_fail(to, temporary, code, "cannot open "
					"the copy", err) :
		copy_into(to, from, temporary, err);
	code = sqlite3_close(to);
	if (!status && code)
		status = tw__sqlite_fail(NULL, temporary, code, "cannot "
					 "close the copy", err);
	/* Read back, so that a damaged store gives no backup that looks like
	 * one. */
	if (!status)
		status = tw__store_open_as_is(&copy, temporary, err);
	if (!status)
		status = tw__store_whole(copy, err);
	tw_store_free(copy);
	return status;
}


static tw_status fail_directory(const char *path, tw_error *err)
{
	return tw__fail(err, TW_EIO, "cannot sync the directory of %s: %s",
			path, strerror(errno));
}


static tw_status open_directory(int *out, const char *path, tw_error *err)
{
	char *copy = tw_strdup(path);

	if (!copy)
		return tw__fail_oom(err);
	*out = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	tw_free(copy);
	return *out < 0 ? fail_directory(path, err) : TW_OK;
}


static tw_status sync_and_close(int directory, const char *path,
				tw_error *err)
{
	tw_status status = fsync(directory) ? fail_directory(path, err) :
		TW_OK;

	close(directory);
	return status;
}


tw_status tw__copy_sync_directory(const char *path, tw_error *err)
{
	int directory;
	tw_status status = open_directory(&directory, path, err);

	return status ? status : sync_and_close(directory, path, err);
}


/* Not rename(): between a look and a rename somebody may have made the file
 * that must not be replaced. Where the file system knows no such rename
 * (EINVAL), a look must do. */
static int rename_onto_nothing(const char *from, const char *to)
{
	struct stat st;

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (lstat(to, &st) == 0) {
		errno = EEXIST;
		return -1;
	}
	return rename(from, to);
}


tw_status tw__copy_publish(const char *temporary, const char *path,
			   bool replace, tw_error *err)
{
	int directory;
	tw_status status = open_directory(&directory, path, err);

	/* once the name is given nothing may want memory any more */
	if (status)
		return status;
	if (!(replace ? rename(temporary, path) :
	      rename_onto_nothing(temporary, path)))
		return sync_and_close(directory, path, err);
	status = errno == EEXIST ?
		tw__fail(err, TW_EEXIST, "%s is there already; name another "
			 "file, or say that it may be replaced (--force)",
			 path) :
		tw__fail(err, TW_EIO, "cannot give the copy its name %s: %s",
			 path, strerror(errno));
	close(directory);
	return status;
}


void tw__copy_drop(char *temporary)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
	size_t i;
	char *name;

	for (i = 0; temporary && i < TW_ARRAY_COUNT(ends); i++) {
		name = tw__copy_beside(temporary, ends[i]);
		if (name)
			unlink(name);
		tw_free(name);
	}
	tw_free(temporary);
}
