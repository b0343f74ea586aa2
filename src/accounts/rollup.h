/**
 * @file src/accounts/rollup.h  Counts and sums by what reports group by
 */
#ifndef TW_SRC_ACCOUNTS_ROLLUP_H
#define TW_SRC_ACCOUNTS_ROLLUP_H

#include "ledger_month.h"

struct tw__call;

/* Periods from here on are days. */
#define TW_PERIOD_DAYS 1000000

struct tw__rollup_key {
	int64_t period;          /* 202610, or 20261005 */
	int64_t late;            /* 1: of an earlier month, closed already */
	int64_t department, carrier, number, destination;
	int64_t direction;       /* TW_DIRECTION_FORWARD: not a first leg */
	int64_t currency;        /* word; 0: no charge */
};

struct tw__sums {
	int64_t calls, answered, missed, unrated, talk_us;
	int64_t cost_nanos, net_nanos, vat_nanos;
};
#define TW_SUMS_COUNT 8

struct tw__rollup_row {
	struct tw__rollup_key key;
	struct tw__sums sums;
};

/* Insert-ordered rows with a hash over their keys; zeroed is empty. */
struct tw__rollup {
	struct tw__rollup_row *rows;
	size_t count, capacity;
	uint32_t *months;        /* of a day, its month's place + 1; or 0 */
	size_t month_capacity;
	uint32_t *slots;
	size_t slot_count;
};
void tw__rollup_free(struct tw__rollup *rollup);
/* The row of a key, made with zero sums; borrowed until the next call. */
tw_status tw__rollup_row(struct tw__rollup_row **out,
			 struct tw__rollup *rollup,
			 const struct tw__rollup_key *key, tw_error *err);

/* NULL when the key has no row. */
struct tw__rollup_row *tw__rollup_find(const struct tw__rollup *rollup,
				       const struct tw__rollup_key *key);

/* a + sign * b; false and nothing changed when any sum would overflow. */
bool tw__sums_add(struct tw__sums *a, const struct tw__sums *b, int sign);
bool tw__sums_are_zero(const struct tw__sums *sums);

/* What one call adds; the key's period is left open. */
void tw__rollup_of(struct tw__rollup_key *key, struct tw__sums *sums,
		   const struct tw__call *call);
/* When something becomes part of the books: in the month of the call's start,
 * or in the one that was the first open month then, if that is later. */
struct tw__posted {
	tw_time start;
	int64_t open_month;      /* 0: no month was closed */
	int sign;                /* 1, or -1: taken away */
};
int64_t tw__posted_month(const struct tw__posted *posted,
			 struct tw__book *book);
/* To the month and the day of it.
 * @return TW_OK, TW_ERANGE (a sum would overflow; nothing changed) */
tw_status tw__rollup_post(struct tw__rollup *rollup, struct tw__book *book,
			  const struct tw__posted *posted,
			  const struct tw__rollup_row *of, tw_error *err);
/* Days of calls from before there were days (schema 6), once; a writer. */
tw_status tw__rollup_catch_up(tw_store *store, tw_error *err);
/* Is that still to be done? */
tw_status tw__rollup_lacks_days(bool *out, tw_store *store, tw_error *err);
/* Adds (sign 1) to or takes (-1) from the stored rollup. */
tw_status tw__rollup_merge(tw_store *store, const struct tw__rollup *rollup,
			   int sign, tw_error *err);

#endif
