/**
 * @file secret.c  Where a trunk's password comes from
 *
 * The store keeps references only; the host resolves them, here: a file that
 * nobody else may read, an environment variable, or a systemd credential.
 * Messages name the reference, never what it holds.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "secret.h"


static tw_status fail(tw_error *err, tw_status status, const char *field,
		      const char *fmt, ...) TW_PRINTF(4, 5);

static tw_status fail(tw_error *err, tw_status status, const char *field,
		      const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return status;
	err->code = status;
	snprintf(err->field, sizeof(err->field), "%s", field);
	va_start(ap, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);

	return status;
}


/* One line end goes: editors add it, carriers do not know it. */
static void cut_line_end(struct secret *secret)
{
	if (secret->size && secret->bytes[secret->size - 1] == '\n')
		secret->size--;
	if (secret->size && secret->bytes[secret->size - 1] == '\r')
		secret->size--;
}


static tw_status read_all(struct secret *out, int fd, const char *field,
			  const char *name, tw_error *err)
{
	ssize_t n;

	out->size = 0;
	while (out->size < sizeof(out->bytes)) {
		n = read(fd, out->bytes + out->size,
			 sizeof(out->bytes) - out->size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(err, TW_EIO, field, "%s: %s", name,
				    strerror(errno));
		if (n == 0)
			break;
		out->size += (size_t)n;
	}
	if (out->size == sizeof(out->bytes))
		return fail(err, TW_ERANGE, field, "%s is longer than %d "
			    "bytes; put the password alone into it", name,
			    SECRET_MAX - 1);
	cut_line_end(out);
	if (!out->size)
		return fail(err, TW_EINVAL, field, "%s is empty; put the "
			    "password into it", name);

	return TW_OK;
}


static tw_status check_mode(int fd, const char *field, const char *name,
			    int only_owner, tw_error *err)
{
	struct stat st;

	if (fstat(fd, &st))
		return fail(err, TW_EIO, field, "%s: %s", name,
			    strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(err, TW_EINVAL, field, "%s is not a regular "
			    "file", name);
	if (only_owner && (st.st_mode & (S_IRWXG | S_IRWXO)))
		return fail(err, TW_EREFUSED, field, "%s can be read by "
			    "others (mode %03o); run chmod 600 on it", name,
			    (unsigned)(st.st_mode & 0777));

	return TW_OK;
}


static tw_status from_file(struct secret *out, const char *dir,
			   const char *name, const char *field, tw_error *err)
{
	const int is_credential = strcmp(field, "credential") == 0;
	char path[1024];
	tw_status status;
	int fd, n;

	if (strstr(name, "..") || (is_credential && strchr(name, '/')))
		return fail(err, TW_EINVAL, field, "%s leaves its directory; "
			    "write a plain file name instead", name);
	if (name[0] == '/')
		n = snprintf(path, sizeof(path), "%s", name);
	else
		n = snprintf(path, sizeof(path), "%s/%s", dir ? dir : ".",
			     name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return fail(err, TW_ERANGE, field, "path is too long");

	/* Not to be held up by a FIFO in place of the file. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return fail(err, TW_EIO, field, "%.300s: %s; give the "
			    "directory that holds it with --secrets", path,
			    strerror(errno));

	/* systemd sets the modes of credentials itself, with an ACL. */
	status = check_mode(fd, field, name, !is_credential, err);
	if (!status)
		status = read_all(out, fd, field, name, err);
	close(fd);

	return status;
}


static tw_status from_env(struct secret *out, const char *name,
			  tw_error *err)
{
	const char *value = getenv(name);

	if (!value || !*value)
		return fail(err, TW_ENOTFOUND, "password_env", "environment "
			    "variable %s is not set", name);
	out->size = strlen(value);
	if (out->size > sizeof(out->bytes))
		return fail(err, TW_ERANGE, "password_env", "%s is longer "
			    "than %d bytes", name, SECRET_MAX);
	memcpy(out->bytes, value, out->size);

	return TW_OK;
}


tw_status secret_read(struct secret *out, const tw_directory *directory,
		      tw_row trunk, const char *secrets_dir, tw_error *err)
{
	const char *text;

	text = tw_row_text(directory, trunk, "password_file");
	if (text && *text)
		return from_file(out, secrets_dir, text, "password_file",
				 err);
	text = tw_row_text(directory, trunk, "password_env");
	if (text && *text)
		return from_env(out, text, err);
	text = tw_row_text(directory, trunk, "credential");
	if (text && *text)
		return from_file(out, getenv("CREDENTIALS_DIRECTORY"), text,
				 "credential", err);

	return fail(err, TW_EINVAL, "password_file", "trunk %s has no "
		    "password; add password_file to it",
		    tw_row_text(directory, trunk, "name"));
}


void secret_wipe(struct secret *secret)
{
	explicit_bzero(secret, sizeof(*secret));
}
