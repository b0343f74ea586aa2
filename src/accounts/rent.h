/**
 * @file src/accounts/rent.h  What is owed by the month, whether called or not
 */
#ifndef TW_SRC_ACCOUNTS_RENT_H
#define TW_SRC_ACCOUNTS_RENT_H

#include "due.h"

struct tw__rent {
	int64_t kind;            /* TW_POSTING_RENT, _ONE_OFF, _RECURRING */
	int64_t subject;         /* number or recurring item */
	int64_t department;      /* 0: nobody's */
	int64_t payee_kind, payee;
	int64_t amount_nanos;    /* in the company's currency, as it is
				    written: with VAT or without */
	int64_t net_nanos, vat_nanos;
	char reference[128];     /* the subject's name */
	int64_t day;             /* of the month, from 1; 0: all of them */
};

struct tw__rents {
	struct tw__rent *rows;
	size_t count, capacity;
};
void tw__rents_free(struct tw__rents *rents);

/* Rents, one-off fees and recurring items of [from, to), a month.
 *
 * A day belongs to the version in force at its local midnight in the zone of
 * the books, so that every day has exactly one holder and a number moved at
 * noon is the old department's until the evening. A month has as many equal
 * parts as days (28 to 31). One-off fees fall into the month of the number's
 * first version, and to its department then.
 *
 * Each subject's month is rounded once, half up, to the currency's decimals;
 * departments get theirs by largest remainder (ties: who held it first), so
 * that shares always add up to it and none of them turns negative, which
 * "the last one takes the rest" cannot promise for many holders. VAT is
 * rounded and shared the same way, of all days with the same terms, so that
 * net, VAT and gross of the shares add up each. */
tw_status tw__rents_compute(struct tw__rents *out, tw_store *store,
			    const struct tw__book *book, tw_time from,
			    tw_time to, tw_error *err);

/* The same, cut into days: a row has what its day adds to the whole coins that
 * the days before it have earned, and of the last one also what makes the
 * shares add up to the month. So days add up to the month's amount, net and
 * VAT, amounts and VAT never fall, and a sum up to some day hangs on nothing
 * that is later than that day: it is what has accrued. A one-off fee is of the
 * number's first day. */
tw_status tw__rents_daily(struct tw__rents *out, tw_store *store,
			  const struct tw__book *book, tw_time from,
			  tw_time to, tw_error *err);

/* Postings by which an open month differs from what the directory says of the
 * days that were accrued. */
tw_status tw__rent_differs(uint64_t *out_postings, tw_store *store,
			   const char *month, tw_error *err);
/* What an open month that is over will be charged for commitments and tiers,
 * less what was posted of it. Reads the calls of such tariffs. */
tw_status tw__usage_expected(struct tw__dues *out, tw_store *store,
			     const struct tw__book *book, const char *month,
			     tw_error *err);
/* What closed months would owe by the directory as it is now, less what was
 * posted for them; entry.month is the closed one. */
tw_status tw__rent_corrections(struct tw__dues *out, tw_store *store,
			       struct tw__book *book, tw_error *err);
/* A month's days through one (NULL: the last that is over), and in the first
 * open month what closed ones lack. In a transaction.
 * @return TW_OK, TW_EREFUSED (it is closed, or to come) */
tw_status tw__rent_accrue(uint64_t *out_postings, tw_store *store,
			  const char *month, const char *through,
			  tw_error *err);

#endif
