/**
 * @file src/accounts/verify_postings.h  Is every posting made by its calls?
 */
#ifndef TW_SRC_ACCOUNTS_VERIFY_POSTINGS_H
#define TW_SRC_ACCOUNTS_VERIFY_POSTINGS_H

#include "verify_scan.h"

/* What an event posts, into sums. In their keys number is the batch,
 * destination the run, direction 1 where it is a leg but the first one. */
tw_status tw__postings_event(struct tw__rollup *sums,
			     const struct tw__event *event,
			     const struct tw__rollup_row *row,
			     struct tw__book *book, tw_error *err);
/* Uses the scan's sums up. */
tw_status tw__verify_postings(tw_verdict *verdict, struct tw__scan *scan,
			      tw_error *err);

#endif
