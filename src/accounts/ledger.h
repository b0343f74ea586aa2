/**
 * @file src/accounts/ledger.h  Entries, and the months they belong to
 */
#ifndef TW_SRC_ACCOUNTS_LEDGER_H
#define TW_SRC_ACCOUNTS_LEDGER_H

#include "rollup.h"
#include <trunkwise/ledger.h>
#include <trunkwise/tariff.h>

#define TW_ACCOUNT_DEPARTMENT 1
#define TW_ACCOUNT_CARRIER    2
#define TW_ACCOUNT_VENDOR     3

/* Stored: never renumber. */
#define TW_POSTING_CALL      1
#define TW_POSTING_FORWARD   2
#define TW_POSTING_RENT      3
#define TW_POSTING_ONE_OFF   4
#define TW_POSTING_RECURRING 5
#define TW_POSTING_COMMITMENT 6
#define TW_POSTING_TIER      7

/* One entry: the department is charged what the other side gets. */
struct tw__entry {
	int64_t department;      /* 0: unallocated */
	int64_t payee_kind;      /* TW_ACCOUNT_CARRIER or _VENDOR */
	int64_t payee;           /* 0: not known */
	int64_t amount_nanos;    /* may be negative; 0 posts nothing */
	int64_t net_nanos, vat_nanos;   /* of it */
	int64_t kind, correction, month, batch, run, subject;
	int64_t of_month;        /* what it is about; 0: `month` */
	char currency[4];
	const char *reference;
};
/* Word of who acts through this handle; 0: nobody said. */
tw_status tw__ledger_who(int64_t *out, tw_store *store, tw_error *err);
tw_status tw__ledger_post(tw_store *store, const struct tw__entry *entry,
			  tw_error *err);

/* What a call adds to the charges that are posted. `late` of the key is the
 * month that it is of, where that is not the one it is posted in; the rollup
 * only says that there is one. */
tw_status tw__charges_add(struct tw__rollup *charges, struct tw__book *book,
			  const struct tw__posted *posted,
			  const struct tw__rollup_row *of, tw_error *err);

/* Charges by month, department, carrier and currency, as one batch's or
 * run's: of a rollup, or with the months that they are of. */
struct tw__charges_of {
	int64_t batch, run;      /* one of them is 0 */
	bool correction;
	const char *reference;
};
tw_status tw__ledger_post_calls(tw_store *store,
				const struct tw__rollup *rollup,
				const struct tw__charges_of *of,
				tw_error *err);

#endif
