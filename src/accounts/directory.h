/**
 * @file src/accounts/directory.h  The snapshot from inside
 */
#ifndef TW_SRC_DIRECTORY_H
#define TW_SRC_DIRECTORY_H

#include "base/base.h"
#include "base/e164.h"
#include "kinds.h"
#include "kinds_names.h"
#include "store/db.h"
#include <trunkwise/directory.h>

struct tw_cell {
	const char *text;        /* "" when not set */
	int64_t number;          /* integer, nano-units, instant, identity */
	uint32_t row;            /* of a reference, 0: none */
	bool set;
};

struct tw_entry {
	uint8_t kind;
	bool imported;           /* left alone by apply */
	uint64_t identity, parent_identity;
	tw_time from, to;
	const char *name;        /* "" for children without one */
	uint32_t next;           /* of this kind, 0: last */
	uint32_t parent, position;
	uint32_t first_child, last_child, next_child;
	struct tw_cell *cells;
};

struct tw_identity {
	uint64_t identity;
	uint32_t row;
};

struct tw_directory {
	struct tw_entry *rows;   /* row 0 is none */
	size_t count, capacity;
	uint32_t *first, *last;  /* by kind */
	struct tw_identity *identities;    /* sorted */
	struct tw_kind_names *names;
	struct tw_block *blocks; /* where cells and texts lie */
	tw_zone *zone;           /* the company's or NULL */
	tw_time at;
};

/* Row with this identity, or 0. */
uint32_t tw__directory_row(const struct tw_directory *directory,
			   uint64_t identity);
const struct tw_cell *tw__cell(const struct tw_directory *directory,
			       uint32_t row, const char *field);
/* A number in any usual spelling, by the company's country. */
tw_status tw__directory_digits(char out[TW_DIGITS_MAX],
			       const struct tw_directory *directory,
			       const char *number, tw_error *err);

#endif
