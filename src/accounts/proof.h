/**
 * @file src/accounts/proof.h  What a closed month was when it was closed
 */
#ifndef TW_SRC_ACCOUNTS_PROOF_H
#define TW_SRC_ACCOUNTS_PROOF_H

#include "history.h"

/* Stored: never renumber. 1 to 7 are the kinds of postings. */
#define TW_PROOF_PERIOD     0
#define TW_PROOF_CALLS      8
#define TW_PROOF_AMENDMENTS 9
#define TW_PROOF_UNDONE    10
#define TW_PROOF_BATCHES   11
#define TW_PROOF_RUNS      12
#define TW_PROOF_USED      13
#define TW_PROOF_PARTS     14

struct tw__proof_sum {
	int64_t rows;
	uint64_t digest;
};

struct tw__proof_month {
	int64_t month;
	struct tw__proof_sum parts[TW_PROOF_PARTS];
};

/* The texts of a row of `marks`, as a number. */
struct tw__proof_marks {
	int64_t id;
	uint64_t digest;
};

/* Closed months, rising. What lies before the first one is part of it: it was
 * closed with it. */
struct tw__proof {
	struct tw__proof_month *months;
	size_t count, capacity;
	size_t last;             /* found the time before */
	struct tw__proof_marks *marks;  /* by id; none where no months are */
	size_t marks_count, marks_capacity;
};
tw_status tw__proof_open(struct tw__proof *out, tw_store *store,
			 tw_error *err);
void tw__proof_free(struct tw__proof *proof);

/* Of a history: what is no part of a closed month is passed over. */
void tw__proof_event(struct tw__proof *proof, const struct tw__event *event,
		     struct tw__book *book);
/* Everything else; the months are whole then. */
tw_status tw__proof_tables(struct tw__proof *proof, tw_store *store,
			   struct tw__book *book, tw_error *err);
/* Beside the newest period. In a transaction. */
tw_status tw__proof_write(tw_store *store, struct tw__book *book,
			  tw_error *err);

#endif
