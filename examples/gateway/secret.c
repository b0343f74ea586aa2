/**
 * @file secret.c  Where a trunk's password comes from
 *
 * The directory keeps references; the host resolves them, here: a file that
 * nobody else may read, an environment variable, or a systemd credential. A
 * trunk without one has its password sealed in the store, and the key to it
 * comes from such a place. Messages name the place, never what it holds.
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
	/* invisible in an editor, and no part of any password */
	if (out->size >= 3 && !memcmp(out->bytes, "\xef\xbb\xbf", 3))
		return fail(err, TW_EINVAL, field, "%s begins with a byte "
			    "order mark; save it without one", name);
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
	const int is_credential = strstr(field, "credential") != NULL;
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
			  const char *field, tw_error *err)
{
	const char *value = getenv(name);

	if (!value || !*value)
		return fail(err, TW_ENOTFOUND, field, "environment "
			    "variable %s is not set", name);
	out->size = strlen(value);
	if (out->size > sizeof(out->bytes))
		return fail(err, TW_ERANGE, field, "%s is longer "
			    "than %d bytes", name, SECRET_MAX);
	memcpy(out->bytes, value, out->size);

	return TW_OK;
}


static tw_status by_file(struct secret *out, const char *name,
			 const char *field,
			 const struct secret_places *places, tw_error *err)
{
	return from_file(out, places->dir, name, field, err);
}


static tw_status by_env(struct secret *out, const char *name,
			const char *field,
			const struct secret_places *places, tw_error *err)
{
	(void)places;

	return from_env(out, name, field, err);
}


static tw_status by_credential(struct secret *out, const char *name,
			       const char *field,
			       const struct secret_places *places,
			       tw_error *err)
{
	(void)places;

	return from_file(out, getenv("CREDENTIALS_DIRECTORY"), name, field,
			 err);
}


static tw_status from_store(struct secret *out, const char *trunk,
			    const struct secret_places *places, tw_error *err)
{
	tw_secret sealed = TW_SECRET_INIT;
	tw_status status;

	if (!places->key)
		return fail(err, TW_EINVAL, "password_file", "trunk %s has no "
			    "password; add password_file to it, or give the "
			    "key of the one that is sealed in the store with "
			    "--key", trunk);
	status = tw_secret_get(&sealed, places->store, trunk, places->key,
			       err);
	if (!status) {
		out->size = sealed.length;
		memcpy(out->bytes, sealed.bytes, sealed.length);
	}
	tw_secret_wipe(&sealed);

	return status;
}


tw_status secret_read(struct secret *out, const tw_directory *directory,
		      tw_row trunk, const struct secret_places *places,
		      tw_error *err)
{
	static const struct {
		const char *field;
		tw_status (*read)(struct secret *out, const char *name,
				  const char *field,
				  const struct secret_places *places,
				  tw_error *err);
		int is_ha1;
	} ways[] = {
		{ "password_file", by_file, 0 },
		{ "password_env", by_env, 0 },
		{ "credential", by_credential, 0 },
		{ "ha1_file", by_file, 1 },
		{ "ha1_env", by_env, 1 },
		{ "ha1_credential", by_credential, 1 },
	};
	tw_status status;
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const char *name = tw_row_text(directory, trunk,
					       ways[i].field);

		if (!name || !*name)
			continue;
		status = ways[i].read(out, name, ways[i].field, places, err);
		if (status || !ways[i].is_ha1)
			return status;
		out->is_ha1 = 1;
		if (out->size == sizeof(out->bytes) ||
		    memchr(out->bytes, '\0', out->size))
			return fail(err, TW_EINVAL, ways[i].field, "is not "
				    "\"MD5:\" or the like and a hash in "
				    "hexadecimal");
		out->bytes[out->size] = '\0';
		return TW_OK;
	}

	return from_store(out, tw_row_text(directory, trunk, "name"), places,
			  err);
}


tw_status secret_key_read(unsigned char key[TW_SECRET_KEY_SIZE],
			  const char *place, tw_error *err)
{
	struct secret secret;
	tw_status status;

	if (!strncmp(place, "env:", 4))
		status = from_env(&secret, place + 4, "--key", err);
	else if (!strncmp(place, "credential:", 11))
		status = from_file(&secret, getenv("CREDENTIALS_DIRECTORY"),
				   place + 11, "credential", err);
	else
		status = from_file(&secret, NULL, place, "--key", err);
	if (!status)
		status = tw_secret_key_parse(key, secret.bytes, secret.size,
					     err);
	secret_wipe(&secret);

	return status;
}


void secret_wipe(struct secret *secret)
{
	explicit_bzero(secret, sizeof(*secret));
}
