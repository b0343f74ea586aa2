/**
 * @file papers.c  Certificates and keys of trunks that go by TLS
 *
 * The directory names files, beside those of passwords, and for keys also an
 * environment variable or a systemd credential; here they are read. A key
 * file that others may read is refused, as a password is. What is in them
 * is the library's to judge.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "gw.h"
#include "papers.h"

enum { PAPER_MAX = 1024 * 1024 };   /* the library's limit */


static tw_status fail(tw_error *err, const char *field, const char *path,
		      const char *why)
{
	err->code = TW_EIO;
	(void)re_snprintf(err->field, sizeof(err->field), "%s", field);
	(void)re_snprintf(err->message, sizeof(err->message), "%s: %s", path,
			  why);

	return err->code;
}


static tw_status read_fd(struct paper *paper, int fd, const char *field,
			 const char *path, tw_error *err)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st))
		return fail(err, field, path, strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_size > PAPER_MAX)
		return fail(err, field, path, "not a regular file of at most "
			    "1 MiB");
	if (!strcmp(field, "key_file") && st.st_mode & (S_IRWXG | S_IRWXO))
		return fail(err, field, path, "can be read by others; run "
			    "chmod 600 on it");

	paper->bytes = malloc(PAPER_MAX);
	if (!paper->bytes)
		return fail(err, field, path, strerror(ENOMEM));
	while (paper->size < PAPER_MAX) {
		n = read(fd, (char *)paper->bytes + paper->size,
			 PAPER_MAX - paper->size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(err, field, path, strerror(errno));
		if (!n)
			break;
		paper->size += (size_t)n;
	}

	return TW_OK;
}


static tw_status read_env(struct paper *paper, const char *name,
			  const char *field, tw_error *err)
{
	const char *value = getenv(name);

	if (!value || !*value)
		return fail(err, field, name, "is no environment variable "
			    "that is set");
	paper->bytes = strdup(value);
	if (!paper->bytes)
		return fail(err, field, name, strerror(ENOMEM));
	paper->size = strlen(value);

	return TW_OK;
}


static tw_status read_paper(struct paper *paper, const char *dir,
			    const char *name, const char *field,
			    tw_error *err)
{
	char path[1024];
	tw_status status;
	int fd, n;

	if (strstr(name, ".."))
		return fail(err, field, name, "leaves its directory; write a "
			    "plain file name instead");
	n = re_snprintf(path, sizeof(path), "%s%s%s", name[0] == '/' ? ""
			: dir ? dir : ".", name[0] == '/' ? "" : "/", name);
	if (n < 0)
		return fail(err, field, name, "path is too long");

	/* Not to be held up by a FIFO in place of the file. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return fail(err, field, path, strerror(errno));
	status = read_fd(paper, fd, field, path, err);
	(void)close(fd);

	return status;
}


/* By whichever place the field is of. */
static tw_status read_place(struct paper *paper, const struct gateway *gw,
			    const char *name, const char *field,
			    tw_error *err)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");

	if (!strcmp(field, "key_env"))
		return read_env(paper, name, field, err);
	if (strcmp(field, "key_credential"))
		return read_paper(paper, gw->secrets_dir, name, field, err);
	if (!credentials || strchr(name, '/'))
		return fail(err, field, name, "is found in "
			    "CREDENTIALS_DIRECTORY, which systemd sets for "
			    "units with LoadCredential=; write a plain name");

	return read_paper(paper, credentials, name, field, err);
}


tw_status papers_read(struct papers *papers, const struct gateway *gw,
		      const tw_directory *directory, tw_row row,
		      tw_error *err)
{
	struct {
		struct paper *paper;
		const char *field;
	} all[] = {
		{ &papers->ca, "ca_file" },
		{ &papers->crl, "crl_file" },
		{ &papers->cert, "cert_file" },
		{ &papers->key, "key_file" },
		{ &papers->key, "key_env" },
		{ &papers->key, "key_credential" },
	};
	tw_status status = TW_OK;
	size_t i;

	memset(papers, 0, sizeof(*papers));
	for (i = 0; i < ARRAY_SIZE(all) && !status; i++) {
		const char *name = tw_row_text(directory, row, all[i].field);

		if (name && *name)
			status = read_place(all[i].paper, gw, name,
					    all[i].field, err);
	}
	if (status)
		papers_wipe(papers);

	return status;
}


void papers_wipe(struct papers *papers)
{
	struct paper *const all[] = { &papers->ca, &papers->crl,
				      &papers->cert, &papers->key };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		if (all[i]->bytes)
			explicit_bzero(all[i]->bytes, all[i]->size);
		free(all[i]->bytes);
	}
	memset(papers, 0, sizeof(*papers));
}
