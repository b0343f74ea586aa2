/**
 * @file src/accounts/match_table.h  Matches with their times, old and new
 */
#ifndef TW_SRC_MATCH_TABLE_H
#define TW_SRC_MATCH_TABLE_H

#include "match.h"
#include "store/db.h"

struct tw_owned {
	char *name;              /* "extension 100-149" */
	char *department;
	char kind[16], text[TW_MATCH_MAX];
	struct tw_match match;
	tw_time from, to;
	uint64_t identity;       /* 0: not in the store */
	int64_t line;            /* of the file; 0: from the store */
	size_t same_as;          /* index + 1 of an earlier version */
	bool shortened;          /* `to` is to be written */
	bool declared;           /* by a deployment: not ours to end */
};

struct tw_match_table {
	struct tw_owned *rows;
	size_t count, capacity;
	size_t *heads;           /* by hash of the name, index + 1 */
	size_t *next;            /* index + 1 */
	size_t heads_count, next_capacity;
};

/* Every version of every match of the store. */
tw_status tw__match_table_load(struct tw_match_table *table, tw_store *store,
			       const struct tw_dial_rule *dial, tw_error *err);
void tw__match_table_free(struct tw_match_table *table);

/* Adds a row of a file beside what is there (its strings are taken on TW_OK).
 * @return TW_OK, TW_EEXIST (there already), TW_ECONFLICT (another owner at
 * the same time; err says which), TW_ENOMEM */
tw_status tw__match_table_add(struct tw_match_table *table,
			      const struct tw_owned *row, tw_error *err);

#endif
