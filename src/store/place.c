/**
 * @file src/store/place.c  Locks that hold, and one name for one file
 *
 * Two hosts that share a file over the network share neither its locks nor
 * its -shm: SQLite's WAL breaks there in silence. The same goes for two names
 * of one file on one host, because -wal, -shm and .lock stand beside a name:
 * what one of them commits, the other would never see and then overwrite.
 * Both can only be refused: a lock by inode would serialise the writers and
 * still leave them two logs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "place.h"

#define FUSE 0x65735546u
#define MOUNTS_MAX (1u << 20)

const char *tw__place_remote(uint32_t magic)
{
	static const struct {
		uint32_t magic;
		const char *name;
	} remote[] = {
		{ 0x6969, "NFS" }, { 0x517b, "SMB" }, { 0xff534d42, "CIFS" },
		{ 0xfe534d42, "SMB2" }, { 0x73757245, "Coda" },
		{ 0x5346414f, "AFS" }, { 0x6b414653, "AFS" },
		{ 0x00c36400, "Ceph" }, { 0x01021997, "9p" },
		{ 0x0bd00bd0, "Lustre" }, { 0x47504653, "GPFS" },
		{ 0x19830326, "BeeGFS" }, { 0x01161970, "GFS2" },
		{ 0x7461636f, "OCFS2" }, { 0x564c, "NCP" },
		{ 0x786f4256, "a VirtualBox share" },
		{ 0xbacbacbc, "a VMware share" },
		{ 0x7c7c6673, "a Parallels share" },
	};
	size_t i;

	for (i = 0; i < TW_ARRAY_COUNT(remote); i++) {
		if (remote[i].magic == magic)
			return remote[i].name;
	}
	return NULL;
}


/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw": the type
 * follows the one field that is a dash. */
bool tw__place_type(char *out, size_t size, const char *mountinfo,
		    uint32_t major, uint32_t minor)
{
	const char *line = mountinfo, *end, *dash;
	bool found = false;
	uint32_t a, b;

	while (*line) {
		end = strchrnul(line, '\n');
		dash = strstr(line, " - ");
		if (sscanf(line, "%*u %*u %u:%u ", &a, &b) == 2 &&
		    a == major && b == minor && dash && dash < end) {
			snprintf(out, size, "%.*s",
				 (int)strcspn(dash + 3, " \n"), dash + 3);
			found = true;
		}
		line = *end ? end + 1 : end;
	}
	return found;
}


/* SSH, an object store and a local NTFS disk are all FUSE: the table of mounts
 * knows which. What it does not know is taken for remote. */
static bool is_local_fuse(dev_t device)
{
	struct tw_buf text;
	char part[4096], type[64];
	ssize_t got = 0;
	bool local;
	int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	tw__buf_init(&text);
	tw__buf_text(&text, "");
	while (text.size < MOUNTS_MAX &&
	       (got = read(fd, part, sizeof(part))) > 0)
		tw__buf_append(&text, part, (size_t)got);
	close(fd);
	local = got == 0 && !text.failed && text.data &&
		tw__place_type(type, sizeof(type), text.data, major(device),
			       minor(device)) &&
		!strcmp(type, "fuseblk");
	tw__buf_free(&text);
	return local;
}


static tw_status check_file_system(const char *path, dev_t device,
				   tw_error *err)
{
	const char *name;
	struct statfs fs;

	if (statfs(path, &fs))
		return tw__fail(err, TW_EIO, "cannot look at the file system "
				"of %s: %s", path, strerror(errno));
	name = tw__place_remote((uint32_t)fs.f_type);
	if (name)
		return tw__fail(err, TW_EUNSUPPORTED, "%s is on a network "
				"file system (%s), where locks do not hold; "
				"move the store to a local disk", path, name);
	if ((uint32_t)fs.f_type == FUSE && !is_local_fuse(device))
		return tw__fail(err, TW_EUNSUPPORTED, "%s is on a file system "
				"of a program (FUSE, such as sshfs), where "
				"locks may not hold; move the store to a "
				"local disk", path);
	return TW_OK;
}


/* A container that mounts the file and not its directory keeps -wal and .lock
 * where nobody else sees them. */
static bool is_mounted_alone(const char *path)
{
	struct statx st;

	return statx(AT_FDCWD, path, 0, 0, &st) == 0 &&
		(st.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) &&
		(st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}


tw_status tw__place_check(const char *path, tw_error *err)
{
	struct stat st;

	if (stat(path, &st))
		return tw__fail(err, TW_EIO, "cannot look at %s: %s", path,
				strerror(errno));
	if (st.st_nlink > 1)
		return tw__fail(err, TW_EUNSUPPORTED, "%s has %lu names (hard "
				"links), and each would have a log of its "
				"own; find the others with find -inum %llu "
				"and remove them, or make a copy with store "
				"backup", path, (unsigned long)st.st_nlink,
				(unsigned long long)st.st_ino);
	if (is_mounted_alone(path))
		return tw__fail(err, TW_EUNSUPPORTED, "%s is mounted by "
				"itself, so that its log would stand apart; "
				"mount its directory instead", path);
	return check_file_system(path, st.st_dev, err);
}
