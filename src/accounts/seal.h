/**
 * @file src/accounts/seal.h  Closed days that nobody can change unseen
 */
#ifndef TW_SRC_ACCOUNTS_SEAL_H
#define TW_SRC_ACCOUNTS_SEAL_H

#include "ledger_month.h"

#define TW_SEAL_HASH 32

/* What a day's rows come to; day 00 is what is of no day of its month. */
struct tw__seal_unit {
	int64_t day, rows;
	uint8_t digest[TW_SEAL_HASH];
	struct tw_buf checks;    /* four bytes a row, in order */
};

/* A row of the day that is watched. */
struct tw__seal_label {
	uint32_t check;
	char kind;               /* 'c' call, 'a' amendment, 'u' undone,
				    'p' posting */
	int64_t start, key;      /* of the call; or 0 and the posting */
};

struct tw__seal_rows {
	struct tw__seal_unit *units;
	size_t count, capacity;
	struct tw__seal_label *labels;
	size_t label_count, label_capacity;
	/* a call that stands for what no amendment says; 0: none */
	struct tw__seal_label astray;
};
void tw__seal_rows_free(struct tw__seal_rows *rows);
/* NULL: the day has none. */
const struct tw__seal_unit *tw__seal_unit_of(const struct tw__seal_rows *rows,
					     int64_t day);

struct tw__seal_ask {
	int64_t months[2];       /* first and last, both included */
	bool checks;             /* keep them */
	int64_t watch;           /* the day whose rows are labelled; or 0 */
};
/* Everything that was posted in these months, from the tables themselves. */
tw_status tw__seal_rows(struct tw__seal_rows *out, tw_store *store,
			struct tw__book *book, const struct tw__seal_ask *ask,
			tw_error *err);

/* Are sealed days what they were? */
tw_status tw__verify_seals(tw_verdict *verdict, tw_store *store,
			   tw_error *err);

#endif
