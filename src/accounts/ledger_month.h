/**
 * @file src/accounts/ledger_month.h  The zone of the books and its months
 */
#ifndef TW_SRC_ACCOUNTS_LEDGER_MONTH_H
#define TW_SRC_ACCOUNTS_LEDGER_MONTH_H

#include "store/db.h"

/* Months are written 202610, days 20261005. */
struct tw__book {
	tw_zone *zone;
	char currency[4];        /* company's, or "" */
	char country[8];         /* calling code, "7" when not said */
	bool kept;               /* the file has its zone already */
	int64_t open_month;      /* the first that is not closed; 0: none is */
	int64_t day;             /* cache of the last day asked for */
	tw_time from, to;
};

/* Zone: as the books were begun; else the company's newest version; else
 * `fallback`. @return TW_OK, TW_ENOTFOUND (none of them) */
tw_status tw__book_open(struct tw__book *out, tw_store *store,
			const char *fallback, tw_error *err);
void tw__book_close(struct tw__book *book);
/* Writes the zone down when the first month is used. */
tw_status tw__book_keep(struct tw__book *book, tw_store *store,
			tw_error *err);
int64_t tw__book_month(struct tw__book *book, tw_time t);
int64_t tw__book_day(struct tw__book *book, tw_time t);
/* "2026-10" to 202610 and its [from, to). */
tw_status tw__book_parse(int64_t *month, tw_time *from, tw_time *to,
			 const struct tw__book *book, const char *text,
			 tw_error *err);

#endif
