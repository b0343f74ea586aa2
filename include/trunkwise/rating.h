/**
 * @file rating.h  What one call costs, and why
 *
 * Pure: a deck and a call in, a charge out; exact until one rounding. Decks
 * are immutable, so any number of threads may rate at once.
 */
#ifndef TRUNKWISE_RATING_H
#define TRUNKWISE_RATING_H

#include <trunkwise/tariff.h>

TW_BEGIN_DECLS

typedef struct tw_rating_request {
	uint32_t size;
	uint32_t direction;          /* TW_DIRECTION_ */
	const char *number;          /* digits; outbound and forward: the
					callee, inbound: our number */
	const char *caller;          /* digits or NULL */
	tw_time answer;              /* picks the row in force */
	int64_t duration_us;         /* answered time, >= 0 */
} tw_rating_request;
#define TW_RATING_REQUEST_INIT { sizeof(tw_rating_request), \
	TW_DIRECTION_OUTBOUND, NULL, NULL, 0, 0 }

/** rate_index of an internal call: it costs 0 and no row says so. */
#define TW_RATE_NONE UINT64_MAX

typedef struct tw_charge {
	uint32_t size;
	uint32_t reserved;
	tw_money cost;               /* rounded; VAT as the rules say */
	tw_money net;                /* cost without VAT, same decimals */
	tw_money vat;                /* gross - net */
	int64_t exact_nanos;         /* before the rounding, floor of nano */
	int64_t seconds;             /* after the seconds rule */
	int64_t charged_s;           /* after increments */
	uint64_t rate_index;         /* tw_deck_rate() */
	int64_t line;                /* of the sheet */
	char prefix[16];
	char destination[96];
} tw_charge;
#define TW_CHARGE_INIT { sizeof(tw_charge), 0, { 0, "" }, { 0, "" }, \
	{ 0, "" }, 0, 0, 0, 0, 0, "", "" }

/** @return TW_OK, TW_ENOPRICE (no row in force), TW_EREFUSED (blocked),
 *          TW_ERANGE, TW_EINVAL */
TW_EXTERN(tw_status) tw_rating_rate(tw_charge *out, const tw_deck *deck,
				    const tw_rating_request *request,
				    tw_error *err);

/** The row in force for a number, without a duration.
 * @return TW_OK, TW_ENOPRICE, TW_EREFUSED */
TW_EXTERN(tw_status) tw_rating_lookup(uint64_t *out_rate_index,
				      const tw_deck *deck,
				      const tw_rating_request *request,
				      tw_error *err);

/** The same arithmetic in words: prefix, row, seconds, increments, product,
 * rounding; several lines, "ru" or "en". New; tw_free() it. Says also why
 * there is no price. */
TW_EXTERN(tw_status) tw_rating_explain(char **out, const tw_deck *deck,
				       const tw_rating_request *request,
				       const char *lang, tw_error *err);

TW_END_DECLS

#endif
