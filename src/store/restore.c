/**
 * @file src/store/restore.c  A backup takes the place of the store
 *
 * Decides that nothing is thrown away: what stood at the path keeps all its
 * bytes, log included, under another name; and that the new file is complete
 * and checked before the old one is touched. Refuses to guess: a backup that
 * is damaged, newer or no store changes nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "backup.h"
#include "copy.h"
#include "inspect.h"
#include "place.h"

#define LOCK_WAIT_MS 2000u

/* the log belongs to the file: both keep names that belong together */
static const char *const parts[] = { "", "-wal", "-journal" };

static tw_status open_backup(tw_store **out, const char *from,
			     const char *path, tw_error *err)
{
	struct stat a, b;
	tw_store *backup;
	tw_status status;

	status = tw__store_open_as_is(&backup, from, err);
	if (status)
		return status;
	status = tw__store_read_version(backup, err);
	if (!status && !backup->schema)
		status = tw__fail(err, TW_ESTORE, "%s holds no trunkwise "
				  "store; name a backup", from);
	if (!status && stat(from, &a) == 0 && stat(path, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino)
		status = tw__fail(err, TW_EINVAL, "%s is the store itself; "
				  "name a backup of it", from);
	if (!status)
		status = tw__store_whole(backup, err);
	if (status) {
		tw_store_free(backup);
		return status;
	}
	*out = backup;
	return TW_OK;
}


/* A second name first and the old one taken off after, so that at every
 * moment the whole of the old store has one. */
static tw_status link_parts(const char *path, const char *kept,
			    tw_error *err)
{
	tw_status status = TW_OK;
	size_t i;

	for (i = 0; i < TW_ARRAY_COUNT(parts) && !status; i++) {
		char *from = tw__copy_beside(path, parts[i]);
		char *to = tw__copy_beside(kept, parts[i]);
		struct stat st;

		if (!from || !to)
			status = tw__fail_oom(err);
		else if (*parts[i] && stat(from, &st) == 0 && !st.st_size)
			;       /* an emptied log says nothing */
		else if (link(from, to) && errno != ENOENT)
			status = tw__fail(err, TW_EIO, "cannot keep %s as %s: "
					  "%s", from, to, strerror(errno));
		tw_free(from);
		tw_free(to);
	}
	return status ? status : tw__copy_sync_directory(path, err);
}


static tw_status unlink_parts(const char *path, tw_error *err)
{
	static const char *const ends[] = { "", "-wal", "-journal", "-shm" };
	tw_status status = TW_OK;
	size_t i;

	for (i = 0; i < TW_ARRAY_COUNT(ends) && !status; i++) {
		char *name = tw__copy_beside(path, ends[i]);

		if (!name)
			status = tw__fail_oom(err);
		else if (unlink(name) && errno != ENOENT)
			status = tw__fail(err, TW_EIO, "cannot set %s aside: "
					  "%s", name, strerror(errno));
		tw_free(name);
	}
	return status;
}


static tw_status take_rights(const char *temporary, const char *path,
			     tw_error *err)
{
	struct stat st;

	if (stat(path, &st))
		return TW_OK;
	/* The owner only if we may: who restores is often root. */
	if (chown(temporary, st.st_uid, st.st_gid) && errno != EPERM)
		return tw__fail(err, TW_EIO, "cannot give the restored file "
				"its owner: %s", strerror(errno));
	if (chmod(temporary, st.st_mode & 0777))
		return tw__fail(err, TW_EIO, "cannot give the restored file "
				"its rights: %s", strerror(errno));
	return TW_OK;
}


/* Under the lock of the path: no writer stands in the old file. */
static tw_status swap(char **kept, const char *temporary, const char *path,
		      tw_error *err)
{
	tw_status status = TW_OK;
	char *name = NULL;

	if (tw__backup_is_there(path) || tw__backup_log_is_there(path)) {
		status = tw__backup_free_name(&name, path, "replaced", err);
		if (!status)
			status = take_rights(temporary, path, err);
		if (!status)
			status = link_parts(path, name, err);
		if (!status)
			status = unlink_parts(path, err);
	}
	/* Over whatever stands there by now: only an empty file, of somebody
	 * who found none, made one and waits for the lock that we hold. */
	if (!status)
		status = tw__copy_publish(temporary, path, true, err);
	if (status) {
		tw_free(name);
		return status;
	}
	*kept = name;
	return TW_OK;
}


static tw_status swap_locked(char **kept, const char *temporary,
			     const char *path, tw_error *err)
{
	struct tw_lock lock;
	tw_status status = tw__lock_open(&lock, path, err);

	if (status)
		return status;
	status = tw__lock_take(&lock, LOCK_WAIT_MS, err);
	if (!status)
		status = swap(kept, temporary, path, err);
	tw__lock_drop(&lock);
	tw__lock_close(&lock);
	return status;
}


static tw_status check_target(const char *path, tw_error *err)
{
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return tw__fail(err, TW_EIO, "%s is not a regular file; name "
				"another one", path);
	return TW_OK;
}


static tw_status restore_at(char **kept, const char *path, const char *from,
			    tw_error *err)
{
	char *temporary = NULL;
	tw_store *backup = NULL;
	tw_status status = check_target(path, err);

	if (!status)
		status = open_backup(&backup, from, path, err);
	if (!status)
		status = tw__copy_new(&temporary, path, err);
	if (!status)
		status = tw__place_check(temporary, err);
	if (!status)
		status = tw__copy_pages(backup, temporary, err);
	if (!status)
		status = swap_locked(kept, temporary, path, err);
	tw__copy_drop(temporary);
	tw_store_free(backup);
	return status;
}


tw_status tw_store_restore(char **out, const char *path, const char *from,
			   tw_error *err)
{
	char *real, *kept = NULL, *none;
	tw_status status;

	if (!out || !path || !*path || !from || !*from)
		return tw__fail(err, TW_EINVAL, "a restore needs a backup and "
				"the path of the store");
	/* Before: once the file is in its place nothing may fail any more. */
	none = tw_strdup("");
	if (!none)
		return tw__fail_oom(err);
	/* Through a link it is the file that is replaced, not the link. */
	real = realpath(path, NULL);
	status = restore_at(&kept, real ? real : path, from, err);
	free(real);
	if (status || kept)
		tw_free(none);
	if (!status)
		*out = kept ? kept : none;
	return status;
}
