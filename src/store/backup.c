/**
 * @file src/store/backup.c  A second file with all that the store holds
 *
 * Decides that a backup never replaces anything unasked and never becomes
 * part of another store. Refuses to repair: a damaged store gives an error.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "backup.h"
#include "copy.h"

#define COPIES_MAX 1000u

bool tw__backup_is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}


bool tw__backup_log_is_there(const char *path)
{
	static const char *const ends[] = { "-wal", "-journal" };
	bool found = false;
	struct stat st;
	size_t i;

	for (i = 0; i < TW_ARRAY_COUNT(ends); i++) {
		char *name = tw__copy_beside(path, ends[i]);

		found |= name && stat(name, &st) == 0 && st.st_size;
		tw_free(name);
	}
	return found;
}


/* SQLite would play a log that it finds beside the new file into it. */
static tw_status check_target(const tw_store *store, const char *path,
			      bool replace, tw_error *err)
{
	struct stat st;

	if (!path || !*path)
		return tw__fail(err, TW_EINVAL, "no file for the backup; "
				"name one");
	if (tw__backup_log_is_there(path))
		return tw__fail(err, TW_EEXIST, "the log of a store stands "
				"beside %s (-wal or -journal): it is in use "
				"or was left half way; name another file",
				path);
	if (stat(path, &st))
		return errno == ENOENT ? TW_OK : tw__fail(err, TW_EIO,
			"cannot look at %s: %s", path, strerror(errno));
	if (st.st_dev == store->device && st.st_ino == store->inode)
		return tw__fail(err, TW_EINVAL, "%s is the store itself; name "
				"another file", path);
	if (!S_ISREG(st.st_mode))
		return tw__fail(err, TW_EIO, "%s is not a regular file; name "
				"another one", path);
	if (!replace)
		return tw__fail(err, TW_EEXIST, "%s is there already; name "
				"another file, or say that it may be "
				"replaced (--force)", path);
	return TW_OK;
}


tw_status tw_store_backup(tw_store *store, const char *path, uint32_t flags,
			  tw_error *err)
{
	const bool replace = flags & TW_STORE_FORCE;
	char *temporary = NULL;
	tw_status status;

	if (!store)
		return tw__fail(err, TW_EINVAL, "no store given");
	if (flags & ~TW_STORE_FORCE)
		return tw__fail(err, TW_EINVAL, "unknown backup flags 0x%x",
				(unsigned)flags);
	status = tw__store_usable(store, err);
	if (status)
		return status;
	if (store->writing || store->reading)
		return tw__fail(err, TW_EINVAL, "a transaction of this handle "
				"is open; end it before the backup");
	status = tw__store_same_file(store, err);
	if (!status)
		status = check_target(store, path, replace, err);
	if (!status)
		status = tw__copy_new(&temporary, path, err);
	if (!status)
		status = tw__copy_pages(store, temporary, err);
	if (!status)
		status = tw__copy_publish(temporary, path, replace, err);
	tw__copy_drop(temporary);
	return status;
}


tw_status tw__backup_free_name(char **out, const char *path,
			       const char *word, tw_error *err)
{
	char ending[64], *name;
	uint32_t i;

	for (i = 1; i <= COPIES_MAX; i++) {
		snprintf(ending, sizeof(ending), i > 1 ? ".%s-%u" : ".%s",
			 word, (unsigned)i);
		name = tw__copy_beside(path, ending);
		if (!name)
			return tw__fail_oom(err);
		if (!tw__backup_is_there(name) &&
		    !tw__backup_log_is_there(name)) {
			*out = name;
			return TW_OK;
		}
		tw_free(name);
	}
	return tw__fail(err, TW_EEXIST, "%u copies of %s (.%s) stand beside "
			"it; move some away", (unsigned)COPIES_MAX, path,
			word);
}


tw_status tw__backup_before(char **out, tw_store *store, tw_error *err)
{
	char word[32], *name = NULL, *temporary = NULL;
	tw_status status;

	snprintf(word, sizeof(word), "schema-%u", (unsigned)store->schema);
	status = tw__backup_free_name(&name, store->path, word, err);
	if (!status)
		status = tw__copy_new(&temporary, name, err);
	if (!status)
		status = tw__copy_pages(store, temporary, err);
	if (!status)
		status = tw__copy_publish(temporary, name, false, err);
	tw__copy_drop(temporary);
	if (status)
		tw_free(name);
	else
		*out = name;
	return status;
}
