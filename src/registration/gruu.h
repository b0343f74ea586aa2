/**
 * @file src/registration/gruu.h  Names that a registrar made for this trunk
 */
#ifndef TW_SRC_REGISTRATION_GRUU_H
#define TW_SRC_REGISTRATION_GRUU_H

#include "message.h"

#define TW_GRUU_MAX 255u

struct tw_gruu {
	char *public_uri;            /* NULL: none */
	char *cookie;                /* NULL: none */
};

/* What the parameters of our Contact in a 2xx say, in place of what was known
 * before. bulk: of a Contact for all numbers. */
tw_status tw__gruu_take(struct tw_gruu *gruu, struct tw_str params,
			bool bulk, tw_error *err);
void tw__gruu_free(struct tw_gruu *gruu);

#endif
