/**
 * @file src/accounts/call_versions.h  Versions of one kind, by name
 */
#ifndef TW_SRC_CALL_VERSIONS_H
#define TW_SRC_CALL_VERSIONS_H

#include "store/db.h"

struct tw__version {
	char *name;             /* owned */
	int64_t from, to;       /* half-open */
	int64_t id;
	int64_t ref[2];         /* what the kind points to */
};

struct tw__versions {
	struct tw__version *rows;       /* by name, then from */
	size_t count, capacity;
	uint32_t *slots;                /* row + 1; 0 free */
	size_t slot_count;              /* power of two */
};

/* sql: name, valid_from, valid_to, id, ref, ref ORDER BY name, valid_from;
 * a literal. Zeroed on input. */
tw_status tw__versions_load(struct tw__versions *versions, tw_store *store,
			    const char *sql, tw_error *err);
/* By hand, in the same order; name is copied. Then index once. */
tw_status tw__versions_add(struct tw__versions *versions, const char *name,
			   const struct tw__version *row, tw_error *err);
tw_status tw__versions_index(struct tw__versions *versions, tw_error *err);
void tw__versions_free(struct tw__versions *versions);

/* In force at an instant, or NULL. */
const struct tw__version *tw__versions_at(
	const struct tw__versions *versions, const char *name, int64_t at);
/* ... or else the first one later, or else the last one before. */
const struct tw__version *tw__versions_near(
	const struct tw__versions *versions, const char *name, int64_t at);

#endif
