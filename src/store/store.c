/**
 * @file src/store/store.c  Opening and closing the file
 *
 * Decides how the file is opened: rights, durability, what SQLite may do with
 * it. Refuses to know what is stored.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "handle.h"
#include "inspect.h"
#include "place.h"

static int on_wal(void *arg, sqlite3 *db, const char *name, int frames)
{
	tw_store *store = arg;

	(void)db;
	(void)name;
	store->wal_frames = frames;
	return SQLITE_OK;
}


/* We make the file, not SQLite: 0600 whatever the umask says, and its -wal
 * and -shm inherit that. */
static tw_status make_file(const char *path, bool create, tw_error *err)
{
	struct stat st;
	int fd;

	if (stat(path, &st) == 0) {
		if (S_ISREG(st.st_mode))
			return TW_OK;
		return tw__fail(err, TW_EIO, "%s is not a regular file; name "
				"another one", path);
	}
	if (errno != ENOENT)
		return tw__fail(err, TW_EIO, "cannot look at %s: %s", path,
				strerror(errno));
	if (!create)
		return tw__fail(err, TW_ENOTFOUND, "there is no store at %s; "
				"check the path; trunkwise apply, directory "
				"import, tariff import, numbering import "
				"and cdr import make "
				"one", path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return tw__fail(err, TW_EIO, "cannot create %s: %s; name a "
				"directory that this user may write", path,
				strerror(errno));
	close(fd);
	return TW_OK;
}


/* Through a symbolic link or another working directory it is still one file,
 * and must be one lock: `STORE.lock` stands beside the file itself. */
static tw_status resolve_path(tw_store *store, const char *path, tw_error *err)
{
	char *real = realpath(path, NULL);
	struct stat st;

	if (!real)
		return tw__fail(err, errno == ENOMEM ? TW_ENOMEM : TW_EIO,
				"cannot resolve %s: %s", path,
				strerror(errno));
	store->path = tw_strdup(real);
	free(real);
	if (!store->path)
		return tw__fail_oom(err);
	if (stat(store->path, &st))
		return tw__fail(err, TW_EIO, "cannot look at %s: %s",
				store->path, strerror(errno));
	store->device = st.st_dev;
	store->inode = st.st_ino;
	return TW_OK;
}


/* A file that was deleted or replaced while we had it open would swallow
 * what we write, and its lock would keep nobody else out. */
static tw_status gone(const tw_store *store, tw_error *err)
{
	return tw__fail(err, TW_EIO, "%s was deleted or replaced while it was "
			"open; nothing was written, open it again",
			store->path);
}


tw_status tw__store_same_file(const tw_store *store, tw_error *err)
{
	struct stat st;

	if (stat(store->path, &st) || st.st_dev != store->device ||
	    st.st_ino != store->inode)
		return gone(store, err);
	return TW_OK;
}


tw_status tw__store_in_place(const tw_store *store, tw_error *err)
{
	if (!tw__lock_in_place(&store->lock))
		return gone(store, err);
	return tw__store_same_file(store, err);
}


static tw_status prepare_rollback(tw_store *store, tw_error *err)
{
	int code = sqlite3_prepare_v3(store->db, "ROLLBACK", -1,
				      SQLITE_PREPARE_PERSISTENT,
				      &store->rollback, NULL);

	return code ? tw__store_fail(store, code, "cannot prepare a query",
				     err) : TW_OK;
}


static tw_status configure(tw_store *store, tw_error *err)
{
	static const char common[] =
		"PRAGMA foreign_keys = ON;"
		"PRAGMA recursive_triggers = ON;" /* REPLACE fires them too */
		"PRAGMA trusted_schema = OFF;"
		"PRAGMA cell_size_check = ON;"
		"PRAGMA wal_autocheckpoint = 0;"
		"PRAGMA journal_size_limit = 16777216;"
		"PRAGMA temp_store = MEMORY;"
		"PRAGMA synchronous = FULL";
	tw_status status;

	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_busy_timeout(store->db, (int)store->lock_wait_ms);
	tw__store_limit(store);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
			  NULL);
	status = tw__store_exec(store, common, err);
	/* After the pragma: wal_autocheckpoint takes the hook away. */
	sqlite3_wal_hook(store->db, on_wal, store);
	return status ? status : prepare_rollback(store, err);
}


/* A WAL store can't be read without its -shm, and making that needs a
 * writable directory. "Unable to open database file" says none of this. */
static tw_status explain_reader(tw_store *store, tw_status status,
				tw_error *err)
{
	int extended = sqlite3_extended_errcode(store->db);
	int code = extended & 0xff;

	if (!store->readonly ||
	    (code != SQLITE_CANTOPEN && code != SQLITE_READONLY))
		return status;
	if (extended == SQLITE_READONLY_ROLLBACK)
		return tw__fail(err, TW_EIO, "a writer of %s was stopped half "
				"way; open it for writing once, which takes "
				"that back", store->path);
	tw__fail(err, TW_EIO, "%s cannot be read: its -wal and -shm files are "
		 "missing or closed to this user and its directory is not "
		 "writable; give access to them, or read a copy of %s "
		 "and its -wal in a directory of yours", store->path,
		 store->path);
	if (err)
		err->store_code = code;
	return TW_EIO;
}


static tw_status open_database(tw_store *store, tw_error *err)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
		(store->readonly ? SQLITE_OPEN_READONLY
				 : SQLITE_OPEN_READWRITE);
	int code;

	code = sqlite3_open_v2(store->path, &store->db, flags, NULL);
	if (code)
		return tw__store_fail(store, code, "cannot open the store",
				      err);
	return configure(store, err);
}


static tw_status connect(tw_store *store, tw_error *err)
{
	tw_status status = open_database(store, err);

	if (!status)
		status = tw__store_inspect(store, err);
	if (!status)
		status = tw__store_migrate(store, err);
	if (!status && store->readonly)
		status = tw__store_guard(store, err);
	/* A restore between the opening of the file and that of its log gives
	 * the log of another file: no damage, though it looks like one. */
	if ((!status || status == TW_ESTORE) &&
	    tw__store_same_file(store, NULL))
		return gone(store, err);
	if (status == TW_ESTORE || status == TW_EREFUSED)
		status = explain_reader(store, status, err);
	return status;
}


static void destroy(tw_store *store)
{
	tw__stmt_free_all(store);
	sqlite3_finalize(store->rollback);
	sqlite3_close_v2(store->db);
	tw__lock_close(&store->lock);
	tw_free(store->path);
	tw_free(store);
}


/* SQLite would say that it cannot open it, or ask about its log. */
static tw_status check_access(const tw_store *store, tw_error *err)
{
	if (!faccessat(AT_FDCWD, store->path, R_OK, AT_EACCESS) ||
	    errno != EACCES)
		return TW_OK;
	return tw__fail(err, TW_EIO, "%s itself is closed to this user; have "
			"its owner give read access, or be its owner",
			store->path);
}


static tw_status check_options(tw_store_options *out, const char *path,
			       const tw_store_options *options, tw_error *err)
{
	static const tw_store_options init = TW_STORE_OPTIONS_INIT;
	tw_status status;

	*out = init;
	if (options) {
		status = tw__import(out, sizeof(*out), options, err);
		if (status)
			return status;
	}
	if (!path || !*path)
		return tw__fail(err, TW_EINVAL, "no path given");
	if (!strncmp(path, "file:", 5) || *path == ':')
		return tw__fail(err, TW_EINVAL, "%s is not a plain file; name "
				"a path", path);
	if (out->flags & ~(TW_STORE_CREATE | TW_STORE_READONLY))
		return tw__fail(err, TW_EINVAL, "unknown store flags 0x%x",
				(unsigned)out->flags);
	if (out->actor && (strnlen(out->actor, 64) > 63 ||
	    !tw__utf8_is_valid(out->actor, strlen(out->actor))))
		return tw__fail_at(err, TW_EINVAL, 0, "actor", "is longer "
				   "than 63 bytes or not UTF-8");
	if (out->lock_wait_ms > 3600000)
		return tw__fail(err, TW_EINVAL, "lock_wait_ms is over an "
				"hour; give at most 3600000");
	return TW_OK;
}


static tw_status new_store(tw_store **out, const tw_store_options *given,
			   tw_error *err)
{
	tw_store *store = tw_calloc(1, sizeof(*store));

	if (!store)
		return tw__fail_oom(err);
	store->refs = 1;
	store->lock.fd = -1;
	store->pid = getpid();
	store->readonly = given->flags & TW_STORE_READONLY;
	store->lock_wait_ms = given->lock_wait_ms;
	store->restart_at = TW_RESTART_FRAMES;
	store->clock = given->clock ? given->clock : tw_clock_system();
	if (given->actor)
		memcpy(store->actor, given->actor, strlen(given->actor) + 1);
	*out = store;
	return TW_OK;
}


tw_status tw_store_open(tw_store **out, const char *path,
			const tw_store_options *options, tw_error *err)
{
	tw_store_options given;
	tw_store *store = NULL;
	tw_status status;

	if (!out)
		return tw__fail(err, TW_EINVAL, "no place for the store");
	status = check_options(&given, path, options, err);
	if (!status)
		status = new_store(&store, &given, err);
	if (status)
		return status;
	status = make_file(path, !store->readonly &&
			   (given.flags & TW_STORE_CREATE), err);
	if (!status)
		status = resolve_path(store, path, err);
	if (!status)
		status = tw__place_check(store->path, err);
	if (!status)
		status = check_access(store, err);
	if (!status && !store->readonly)
		status = tw__lock_open(&store->lock, store->path, err);
	if (!status)
		status = connect(store, err);
	if (status) {
		destroy(store);
		return status;
	}
	*out = store;
	return TW_OK;
}


tw_status tw__store_open_as_is(tw_store **out, const char *path,
			       tw_error *err)
{
	tw_store_options wanted = TW_STORE_OPTIONS_INIT, given;
	tw_store *store = NULL;
	tw_status status;

	wanted.flags = TW_STORE_READONLY;
	status = check_options(&given, path, &wanted, err);
	if (!status)
		status = new_store(&store, &given, err);
	if (status)
		return status;
	status = make_file(path, false, err);
	if (!status)
		status = resolve_path(store, path, err);
	if (!status)
		status = open_database(store, err);
	if (!status)
		status = tw__store_guard(store, err);
	if (status == TW_ESTORE || status == TW_EREFUSED)
		status = explain_reader(store, status, err);
	if (status) {
		destroy(store);
		return status;
	}
	*out = store;
	return TW_OK;
}


void tw_store_free(tw_store *store)
{
	if (!store || --store->refs)
		return;
	if (store->pid != getpid()) {
		/* The connection is the parent's: closing it here would drop
		 * the parent's locks. What it holds is given up. */
		tw_free(store->path);
		tw_free(store);
		return;
	}
	if (store->writing)
		tw__tx_drop(store);
	/* Leave a short log behind, if nobody else is writing just now. */
	if (store->wal_frames && !store->damaged &&
	    tw__lock_take(&store->lock, 0, NULL) == TW_OK) {
		tw__tx_empty_log(store);
		tw__lock_drop(&store->lock);
	}
	destroy(store);
}


tw_store *tw__store_ref(tw_store *store)
{
	store->refs++;
	return store;
}


uint32_t tw_store_schema(const tw_store *store)
{
	return store->schema;
}


bool tw__store_is_readonly(const tw_store *store)
{
	return store->readonly;
}


const tw_clock *tw__store_clock(const tw_store *store)
{
	return store->clock;
}


const char *tw__store_actor(const tw_store *store)
{
	return store->actor;
}
