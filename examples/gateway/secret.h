/**
 * @file secret.h  Where a trunk's password comes from
 */
#ifndef EXAMPLES_SECRET_H
#define EXAMPLES_SECRET_H

#include <trunkwise.h>

enum { SECRET_MAX = 1024 };

struct secret {
	unsigned char bytes[SECRET_MAX];
	size_t size;
};

/* By the one of password_file, password_env and credential that the trunk's
 * row names. Wipe it at once. */
tw_status secret_read(struct secret *out, const tw_directory *directory,
		      tw_row trunk, const char *secrets_dir, tw_error *err);
void secret_wipe(struct secret *secret);

#endif
