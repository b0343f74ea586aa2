/**
 * @file src/store/lock.c  The writer lock on `STORE.lock`
 *
 * An open-file-description lock and not flock() or a POSIX process lock: two
 * handles inside one process exclude each other too, closing some other
 * descriptor of the file does not drop it, and the kernel drops it when the
 * owner dies. It is polled, since F_OFD_SETLKW knows no time limit and a
 * library may not borrow SIGALRM.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "lock.h"

#define POLL_MS 5u

tw_status tw__lock_open(struct tw_lock *lock, const char *store_path,
			tw_error *err)
{
	struct tw_buf path;
	struct stat st;
	int fd;

	lock->fd = -1;
	lock->held = false;
	tw__buf_init(&path);
	tw__buf_printf(&path, "%s.lock", store_path);
	lock->path = tw__buf_take(&path);
	if (!lock->path)
		return tw__fail_oom(err);

	fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		tw__fail(err, TW_EIO, "cannot open the writer lock %s: %s; "
			 "give this user write access to it and its "
			 "directory", lock->path, strerror(errno));
		tw__lock_close(lock);
		return TW_EIO;
	}
	/* Whoever may write the store may also take turns. Failing is fine:
	 * then the file belongs to somebody who has set it already. */
	if (stat(store_path, &st) == 0)
		(void)fchmod(fd, st.st_mode & 0666);
	lock->fd = fd;
	return TW_OK;
}


static bool try_lock(int fd, short type)
{
	struct flock fl = { .l_type = type, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_SETLK, &fl) == 0;
}


tw_status tw__lock_take(struct tw_lock *lock, uint32_t wait_ms,
			tw_error *err)
{
	const struct timespec nap = { 0, POLL_MS * 1000000L };
	uint32_t waited = 0;

	while (!try_lock(lock->fd, F_WRLCK)) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return tw__fail(err, TW_EIO, "cannot lock %s: %s; "
				"keep the store on a local file system",
				lock->path, strerror(errno));
		if (waited >= wait_ms)
			return tw__fail(err, TW_EBUSY, "another process has "
				"been writing to this store for %u ms and "
				"holds %s; try again when it has finished "
				"(a program may wait longer: lock_wait_ms)",
				(unsigned)wait_ms, lock->path);
		nanosleep(&nap, NULL);
		waited += POLL_MS;
	}
	lock->held = true;
	return TW_OK;
}


bool tw__lock_in_place(const struct tw_lock *lock)
{
	struct stat ours, named;

	return fstat(lock->fd, &ours) == 0 && stat(lock->path, &named) == 0 &&
		ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}


void tw__lock_drop(struct tw_lock *lock)
{
	/* Unlocked by name, not by closing: a forked child may share the
	 * description and would keep the lock alive. */
	if (lock->held)
		try_lock(lock->fd, F_UNLCK);
	lock->held = false;
}


void tw__lock_close(struct tw_lock *lock)
{
	if (lock->fd >= 0)
		close(lock->fd);
	lock->fd = -1;
	tw_free(lock->path);
	lock->path = NULL;
}
