/**
 * @file src/accounts/accrual.h  Up to which day a month is accrued
 */
#ifndef TW_SRC_ACCOUNTS_ACCRUAL_H
#define TW_SRC_ACCOUNTS_ACCRUAL_H

#include "ledger_month.h"

/* Days of a month, from 1: what was accrued, and what is to be. */
struct tw__accrual {
	int done;                /* 0: no day yet */
	int until;               /* never less than `done` */
};

/* Both are the last day that was accrued. */
tw_status tw__accrual_read(struct tw__accrual *out, tw_store *store,
			   int64_t month, tw_error *err);
/* The last day that is over at `now` in the zone of the books; 0: none. */
int tw__accrual_over(struct tw__book *book, int64_t month, tw_time now);
/* A day as it is written, "2026-10-15": of the month, and begun.
 * @return TW_OK, TW_EPARSE, TW_EINVAL (of another month), TW_EREFUSED (it is
 * to come) */
tw_status tw__accrual_parse(int *out, struct tw__book *book, int64_t month,
			    const char *day, tw_time now, tw_error *err);
/* Writes `until` down, where it is later than what is there. */
tw_status tw__accrual_keep(tw_store *store, int64_t month,
			   const struct tw__accrual *accrual, tw_error *err);
/* Of a month that is closed, and all before it: they are whole. */
tw_status tw__accrual_forget(tw_store *store, int64_t month, tw_error *err);

#endif
