/**
 * @file src/accounts/breakdown_names.h  Values of a key as people read them
 */
#ifndef TW_SRC_ACCOUNTS_BREAKDOWN_NAMES_H
#define TW_SRC_ACCOUNTS_BREAKDOWN_NAMES_H

#include "breakdown_group.h"
#include "store/db.h"
#include <trunkwise/time.h>

typedef char tw__cut_text[128];

/* The different values of one part of all keys, in the order in which their
 * names stand: by name, what has none last. */
struct tw__cut_names {
	tw__cut_text *texts;
	size_t count;
};

/* Whose names, as of which time. */
struct tw__cut_naming {
	tw_store *store;
	uint32_t cut;            /* TW_CUT_ */
	tw_time end;
};

/* Each group's part at `place` becomes the place of its name. */
tw_status tw__cut_names_set(struct tw__cut_names *out,
			    struct tw__cut_groups *groups, size_t place,
			    const struct tw__cut_naming *naming,
			    tw_error *err);
/* Keeps the groups whose part at `place` has this name. Where it is of the
 * directory and nothing there ever had it: TW_ENOTFOUND. */
tw_status tw__cut_names_only(struct tw__cut_groups *groups, size_t place,
			     const struct tw__cut_names *names,
			     const struct tw__cut_naming *naming,
			     const char *only, tw_error *err);
void tw__cut_names_free(struct tw__cut_names *names);

#endif
