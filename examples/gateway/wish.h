/**
 * @file wish.h  What the directory wants of a trunk
 */
#ifndef EXAMPLES_WISH_H
#define EXAMPLES_WISH_H

#include "gw.h"
#include "papers.h"
#include "secret.h"

struct wish {
	tw_trunk_options options;     /* of texts of the directory */
	struct secret secret;
	struct papers papers;
};

/* Wipe it at once after use. */
tw_status wish_read(struct wish *wish, const struct gateway *gw,
		    const tw_directory *directory, tw_row row, tw_error *err);
void wish_wipe(struct wish *wish);

#endif
