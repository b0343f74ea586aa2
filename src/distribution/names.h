/**
 * @file src/distribution/names.h  Names to ids
 */
#ifndef TW_SRC_DISTRIBUTION_NAMES_H
#define TW_SRC_DISTRIBUTION_NAMES_H

#include "base/base.h"

#define TW_NAME_MAX   127u       /* bytes */
#define TW_THINGS_MAX 1000000u   /* of one kind */

struct tw_name {
	const char *text;      /* borrowed from the named thing */
	uint32_t id;           /* 0: empty place */
};

struct tw_names {
	struct tw_name *place;
	size_t capacity;       /* a power of two */
	size_t count;
};

/* 1..127 bytes of UTF-8 without control bytes. */
tw_status tw__name_check(const char *what, const char *name, tw_error *err);
/* Room for one more, so that the put after it cannot fail. */
tw_status tw__names_reserve(struct tw_names *names);
void tw__names_put(struct tw_names *names, const char *text, uint32_t id);
/* 0: none such. */
uint32_t tw__names_get(const struct tw_names *names, const char *text);
/* `what` is the kind in errors. TW_EEXIST: taken; TW_ERANGE: too many. */
tw_status tw__names_admit(const struct tw_names *names, const char *what,
			  const char *text, tw_error *err);
tw_status tw__names_find(uint32_t *out, const struct tw_names *names,
			 const char *what, const char *text, tw_error *err);
void tw__names_free(struct tw_names *names);

#endif
