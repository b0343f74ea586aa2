/**
 * @file src/store/journal.c  The journal's file
 *
 * Decides when bytes count as written: after a write that was whole and a
 * sync that succeeded; anything less is cut off again. Refuses to know what
 * the records say, and why the store takes none.
 *
 * What the file holds is kept in memory too: it is small by its limit, and
 * reading it back from a failing disk is the last thing one wants.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "journal.h"

static tw_status failed(const char *path, const char *what, tw_error *err)
{
	const char *why = strerror(errno);

	return tw__fail(err, TW_EIO, "%.200s: %s: %s", path, what, why);
}

/* ---- bytes in and out ---- */

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
	return TW_OK;
}

static tw_status read_all(struct tw_buf *out, int fd, const char *path,
			  tw_error *err)
{
	char block[16384];

	for (;;) {
		ssize_t n = read(fd, block, sizeof(block));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(path, "cannot be read", err);
		if (!n)
			return TW_OK;
		if (tw__buf_append(out, block, (size_t)n))
			return tw__fail_oom(err);
	}
}

tw_status tw__journal_read(struct tw_buf *out, const char *path,
			   tw_error *err)
{
	tw_status status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return tw__fail(err, TW_ENOTFOUND, "there is no spool at %s",
				path);
	if (fd < 0)
		return failed(path, "cannot be opened", err);
	status = read_all(out, fd, path, err);
	close(fd);
	return status;
}

tw_status tw__journal_path(char **out, const char *store_path,
			   const char *name, tw_error *err)
{
	char *real = realpath(store_path, NULL);
	struct tw_buf path;

	if (!real && errno == ENOENT)
		return tw__fail(err, TW_ENOTFOUND, "there is no store at %s; "
				"check the path", store_path);
	if (!real)
		return errno == ENOMEM ? tw__fail_oom(err) :
			failed(store_path, "cannot be resolved", err);
	tw__buf_init(&path);
	tw__buf_printf(&path, "%s.%s.spool", real, name);
	free(real);
	*out = tw__buf_take(&path);
	return *out ? TW_OK : tw__fail_oom(err);
}

/* A name in a directory is data of the directory. */
static void sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = tw__str_dup(slash ? tw__str(path, (size_t)(slash - path +
						       (slash == path))) :
				TW_STR("."));
	int fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	tw_free(dir);
}

static tw_status lock(int fd, const char *path, tw_error *err)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_OFD_SETLK, &fl) == 0)
		return TW_OK;
	if (errno == EAGAIN || errno == EACCES)
		return tw__fail(err, TW_EBUSY, "%s belongs to a recorder that "
				"runs; stop it, or give this one another name",
				path);
	return failed(path, "cannot be locked", err);
}

/* ---- opening ---- */

static tw_status check_version(const struct tw_journal *journal,
			       const struct tw_frame *frame, tw_error *err)
{
	if (frame->size < 2 || frame->payload[1] <= TW_JOURNAL_VERSION)
		return TW_OK;
	return tw__fail(err, TW_EVERSION, "%s was written by a newer "
			"trunkwise (journal %u, this library knows up to %d); "
			"use that one", journal->path, frame->payload[1],
			TW_JOURNAL_VERSION);
}

static tw_status count(struct tw_journal *journal, tw_error *err)
{
	struct tw_frames at = tw__journal_frames(journal);
	struct tw_frame frame;
	tw_status status = TW_OK;

	journal->records = journal->damaged = 0;
	while (!status && tw__frame_next(&frame, &at)) {
		if (!frame.whole)
			journal->damaged++;
		else if (frame.payload[0] == TW_JOURNAL_HEADER)
			status = check_version(journal, &frame, err);
		else
			journal->records++;
	}
	return status;
}

static tw_status open_file(struct tw_journal *journal, tw_error *err)
{
	struct stat st;

	journal->fd = open(journal->path, O_RDWR | O_CREAT | O_APPEND |
			   O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
	if (journal->fd < 0)
		return failed(journal->path, "cannot be opened", err);
	if (fstat(journal->fd, &st) || !S_ISREG(st.st_mode))
		return tw__fail(err, TW_EIO, "%s is not a regular file; move "
				"it away", journal->path);
	return TW_OK;
}

static tw_status name_files(struct tw_journal *journal, const char *path,
			    tw_error *err)
{
	struct tw_buf bad;

	tw__buf_init(&bad);
	tw__buf_printf(&bad, "%s.bad", path);
	journal->path = tw_strdup(path);
	journal->bad_path = tw__buf_take(&bad);
	return journal->path && journal->bad_path ? TW_OK :
		tw__fail_oom(err);
}

tw_status tw__journal_open(struct tw_journal *out, const char *path,
			   uint64_t limit, bool sync, tw_error *err)
{
	struct tw_journal journal = { .fd = -1, .limit = limit,
		.sync = sync };
	tw_status status = name_files(&journal, path, err);

	if (!status)
		status = open_file(&journal, err);
	if (!status)
		status = lock(journal.fd, path, err);
	if (!status)
		status = read_all(&journal.bytes, journal.fd, path, err);
	if (!status)
		status = count(&journal, err);
	if (status) {
		tw__journal_close(&journal);
		return status;
	}
	if (sync)
		sync_directory(path);
	tw__journal_reserve(&journal);
	*out = journal;
	return TW_OK;
}

/* What was reserved and not written is given back; an empty journal says
 * nothing and keeps its name, as the store's lock does. */
void tw__journal_close(struct tw_journal *journal)
{
	if (journal->fd >= 0) {
		if (journal->reserved &&
		    ftruncate(journal->fd, (off_t)journal->bytes.size))
			journal->reserved = false;
		close(journal->fd);
	}
	journal->fd = -1;
	tw__buf_free(&journal->bytes);
	tw_free(journal->path);
	tw_free(journal->bad_path);
	journal->path = journal->bad_path = NULL;
}

void tw__journal_reserve(struct tw_journal *journal)
{
	if (journal->reserved || journal->limit > INT64_MAX)
		return;
	journal->reserved = fallocate(journal->fd, FALLOC_FL_KEEP_SIZE, 0,
				      (off_t)journal->limit) == 0;
}

/* ---- writing ---- */

static tw_status put_header(struct tw_buf *out, tw_error *err)
{
	static const unsigned char header[] = { TW_JOURNAL_HEADER,
		TW_JOURNAL_VERSION };

	return tw__frame_put(out, header, sizeof(header), err);
}

static tw_status write_frames(struct tw_journal *journal, size_t from,
			      tw_error *err)
{
	tw_status status = write_all(journal->fd, journal->path,
				     &journal->bytes.data[from],
				     journal->bytes.size - from, err);

	if (!status && journal->sync && fdatasync(journal->fd))
		status = failed(journal->path, "cannot be flushed", err);
	return status;
}

/* Cutting gives reserved space back as well, so only what is there is cut.
 * Failing is fine: what stays is a damaged piece, or records twice. */
static void cut_off(struct tw_journal *journal, size_t size)
{
	struct stat st;

	if (fstat(journal->fd, &st) || (size_t)st.st_size <= size)
		return;
	journal->reserved = false;
	if (ftruncate(journal->fd, (off_t)size) == 0)
		tw__journal_reserve(journal);
}

tw_status tw__journal_append(struct tw_journal *journal,
			     const struct tw_buf *frames, uint64_t records,
			     tw_error *err)
{
	const size_t before = journal->bytes.size;
	tw_status status = TW_OK;

	if (before + frames->size > journal->limit)
		return tw__fail(err, TW_EBUSY, "%s has reached its limit of "
				"%llu bytes", journal->path,
				(unsigned long long)journal->limit);
	if (!before)
		status = put_header(&journal->bytes, err);
	if (!status && tw__buf_append(&journal->bytes, frames->data,
				      frames->size))
		status = tw__fail_oom(err);
	if (!status)
		status = write_frames(journal, before, err);
	if (status) {
		/* A page whose sync failed may be dropped by the kernel and
		 * still be read back: nothing of it counts. */
		journal->bytes.size = before;
		journal->bytes.failed = false;
		cut_off(journal, before);
		return status;
	}
	journal->records += records;
	return TW_OK;
}

/* ---- reading ---- */

struct tw_frames tw__journal_frames(const struct tw_journal *journal)
{
	return (struct tw_frames){
		(const unsigned char *)journal->bytes.data,
		journal->bytes.size, journal->done };
}

bool tw__journal_next(struct tw_frame *out, struct tw_frames *at)
{
	while (tw__frame_next(out, at)) {
		if (!out->whole || out->payload[0] != TW_JOURNAL_HEADER)
			return true;
	}
	return false;
}

/* ---- done with ---- */

static void put_i64(unsigned char *out, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)(value >> (8 * i));
}

/* In pieces: what lies between two whole records may be longer than one. */
static tw_status frame_piece(struct tw_buf *out, const struct tw_frame *piece,
			     tw_time now, tw_error *err)
{
	static const size_t most = TW_FRAME_PAYLOAD_MAX - 64;
	tw_status status = TW_OK;
	struct tw_buf one;

	tw__buf_init(&one);
	for (size_t at = 0; !status && at < piece->size; at += most) {
		unsigned char head[17] = { TW_JOURNAL_ASIDE };
		size_t size = piece->size - at < most ? piece->size - at :
			most;

		put_i64(&head[1], (uint64_t)now);
		put_i64(&head[9], piece->at + at);
		tw__buf_clear(&one);
		if (tw__buf_append(&one, head, sizeof(head)) ||
		    tw__buf_append(&one, &piece->payload[at], size))
			status = tw__fail_oom(err);
		else
			status = tw__frame_put(out, one.data, one.size, err);
	}
	tw__buf_free(&one);
	return status;
}

tw_status tw__journal_put_aside(struct tw_journal *journal,
				const struct tw_frame *piece, tw_time now,
				tw_error *err)
{
	const char *path = journal->bad_path;
	struct tw_buf frames;
	tw_status status;
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		return failed(path, "cannot be opened", err);
	tw__buf_init(&frames);
	status = frame_piece(&frames, piece, now, err);
	if (!status)
		status = write_all(fd, path, frames.data, frames.size, err);
	if (!status && journal->sync && fsync(fd))
		status = failed(path, "cannot be flushed", err);
	tw__buf_free(&frames);
	close(fd);
	return status;
}

tw_status tw__journal_clear(struct tw_journal *journal, tw_error *err)
{
	if (ftruncate(journal->fd, 0))
		return failed(journal->path, "cannot be emptied", err);
	tw__buf_clear(&journal->bytes);
	journal->done = 0;
	journal->records = journal->damaged = 0;
	journal->reserved = false;
	tw__journal_reserve(journal);
	return TW_OK;
}
