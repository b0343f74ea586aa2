/**
 * @file src/accounts/amendment.h  Stored calls that stand for something else
 */
#ifndef TW_SRC_ACCOUNTS_AMENDMENT_H
#define TW_SRC_ACCOUNTS_AMENDMENT_H

#include "history.h"

/* A run of amendments, inside a transaction. Its sums are posted when it is
 * settled; freed before that, the transaction is to be rolled back. */
struct tw__amending;

/* kind: "rerate", "join", "part", "legs"; reason: somebody's words, or "". */
tw_status tw__amending_new(struct tw__amending **out, tw_store *store,
			   const char *kind, const char *reason,
			   tw_error *err);
void tw__amending_free(struct tw__amending *amending);

/* From now on the call stands for `standing`; what it stood for is kept.
 * Nothing happens when both are alike. The call must not be taken back.
 * @return TW_OK, TW_ERANGE (a sum overflows: the run is to be given up) */
tw_status tw__amend(struct tw__amending *amending,
		    const struct tw__stored *call,
		    const struct tw__standing *standing, tw_error *err);
/* The run's number; 0 before the first change. */
int64_t tw__amending_run(const struct tw__amending *amending);
/* Without writing anything: what settling would post. */
void tw__amending_dry(struct tw__amending *amending);
/* Rollup, postings (in the first open month where the call's is closed) and
 * the run itself; a run that changed nothing leaves no trace.
 * out_calls, out_run (0: none) may be NULL. */
tw_status tw__amending_settle(uint64_t *out_calls, int64_t *out_run,
			      struct tw__amending *amending, tw_error *err);
/* What the amendments so far make of the books: differences; borrowed. */
const struct tw__rollup *tw__amending_sums(
	const struct tw__amending *amending);
/* Another record stands for it and its charge. */
void tw__standing_uncharge(struct tw__standing *standing);
/* Of two standings of the same call. */
bool tw__standing_is(const struct tw__standing *a,
		     const struct tw__standing *b);

#endif
