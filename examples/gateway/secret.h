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
	int is_ha1;                   /* "MD5:<hex>", as a text with a NUL */
};

/* Where passwords may be. */
struct secret_places {
	const char *dir;              /* password_file is relative to it */
	tw_store *store;              /* holds those that are sealed */
	const void *key;              /* of TW_SECRET_KEY_SIZE; NULL: none */
};

/* By the one of password_file, password_env, credential and the same for ha1
 * that the trunk's row names; without one, what is sealed in the store. Wipe
 * it at once. */
tw_status secret_read(struct secret *out, const tw_directory *directory,
		      tw_row trunk, const struct secret_places *places,
		      tw_error *err);
void secret_wipe(struct secret *secret);

/* A key, "FILE", "env:NAME" or "credential:NAME". Wipe it after use. */
tw_status secret_key_read(unsigned char key[TW_SECRET_KEY_SIZE],
			  const char *place, tw_error *err);

#endif
