/**
 * @file src/accounts/verify_scan.h  One pass over all calls for verify
 */
#ifndef TW_SRC_ACCOUNTS_VERIFY_SCAN_H
#define TW_SRC_ACCOUNTS_VERIFY_SCAN_H

#include "proof.h"

struct tw__scan {
	tw_store *store;         /* borrowed */
	struct tw__book book;
	struct tw__rollup postings;  /* see verify_postings.h */
	struct tw__rollup rollup;
	struct tw__proof proof;
	tw_time astray;          /* start of a call that does not follow from
				    its amendments; or TW_TIME_MAX */
	struct tw__standing last, now;  /* of the call that is being read */
	tw_time start;
	bool call;               /* there is one */
	tw_status status;        /* why nothing of it is known */
	tw_error why;
};

/* Always to be freed. @return TW_OK; TW_ENOMEM, TW_EBUSY; what is wrong with
 * the store else is told to those who ask for the scan. */
tw_status tw__scan(struct tw__scan *out, tw_store *store, tw_error *err);
void tw__scan_free(struct tw__scan *scan);
/* @return what the scan came to. */
tw_status tw__scan_is_whole(const struct tw__scan *scan, tw_error *err);

#endif
