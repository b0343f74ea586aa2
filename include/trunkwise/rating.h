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
	tw_time answer;              /* picks the row in force; of a call that
					was not answered: its start */
	int64_t duration_us;         /* answered time, 0 .. 10^9 s */
	uint32_t flags;              /* TW_RATING_ */
	uint32_t relation;           /* TW_RELATION_, 0: not known */
	int64_t bundle_left_s;       /* of bundles that serve this call */
	int64_t used_s;              /* paid in this month before, for tiers */
	int64_t exchange_nanos;      /* convert_to units per unit; 0: no rate
					of that day is known */
	int64_t stated_nanos;        /* TW_RATING_STATED: >= 0, in the
					currency of the deck */
} tw_rating_request;
#define TW_RATING_REQUEST_INIT { sizeof(tw_rating_request), \
	TW_DIRECTION_OUTBOUND, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0 }

/** The carrier was asked and the call not answered: the attempt fee. */
#define TW_RATING_UNANSWERED 0x1u
/** The call's record states its cost, and is of the deck's stated_by: that is
 * the charge, answered or not. A deck with rows does not look at it. */
#define TW_RATING_STATED     0x2u

/** rate_index of a call that no row prices: an internal or unanswered one, or
 * one whose cost is stated. */
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
	int64_t bundle_s;            /* of charged_s, taken from bundles */
	int64_t paid_s;              /* charged_s - bundle_s: for tiers */
	uint32_t relation;           /* of the row */
	uint32_t document;           /* tw_deck_document() of the row */
	tw_money converted;          /* cost in rules.convert_to; "" none */
	tw_money converted_net;
	tw_money converted_vat;
} tw_charge;
#define TW_CHARGE_INIT { sizeof(tw_charge), 0, { 0, "" }, { 0, "" }, \
	{ 0, "" }, 0, 0, 0, 0, 0, "", "", 0, 0, 0, 0, { 0, "" }, { 0, "" }, \
	{ 0, "" } }

/** @return TW_OK, TW_ENOPRICE (no row in force, no exchange rate where the
 *          rules convert, or nothing stated where they name who states it),
 *          TW_EREFUSED (blocked), TW_ERANGE, TW_EINVAL */
TW_EXTERN(tw_status) tw_rating_rate(tw_charge *out, const tw_deck *deck,
				    const tw_rating_request *request,
				    tw_error *err);

/** A run of equal increments, or of seconds, of one price. */
typedef struct tw_span {
	uint32_t size;
	uint32_t increment_s;        /* length of each */
	int64_t count;               /* how many */
	int64_t from_s;              /* since the answer */
	int64_t seconds;             /* increment_s * count, less where a
					bundle or a tier cut the last one */
	int64_t price_nanos;         /* per minute, before percentages */
	uint32_t band_ppm;
	uint32_t tier_ppm;
	uint32_t in_bundle;          /* 1: costs nothing */
	uint32_t document;
	int64_t exact_nanos;         /* of the whole run, floor of nano */
	int64_t line;                /* of the sheet */
	uint64_t rate_index;
	char band[32];               /* "" when the tariff has none */
} tw_span;
#define TW_SPAN_INIT { sizeof(tw_span), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, \
	"" }

/** The runs that a charge is the sum of, in order, by index; the same walk
 * that tw_rating_rate() makes. @return TW_OK, TW_ITER_END past the last, else
 * as tw_rating_rate() */
TW_EXTERN(tw_status) tw_rating_span(tw_span *out, const tw_deck *deck,
				    const tw_rating_request *request,
				    size_t index, tw_error *err);

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

/* ---- many calls at once ---- */

/** Columns of calls. Texts are either `stride` bytes each, padded with NUL,
 * or (stride 0) what lies between two offsets, as Arrow's utf8 has it. Columns
 * that may be NULL stand for the value beside them. */
typedef struct tw_rating_columns {
	uint32_t size;
	uint32_t direction;          /* where directions is NULL */
	size_t count;
	const char *numbers;
	const int32_t *number_offsets;      /* count + 1 */
	size_t number_stride;
	const char *callers;                /* NULL: unknown */
	const int32_t *caller_offsets;
	size_t caller_stride;
	const int64_t *answers;             /* microseconds */
	const int64_t *durations_us;
	const uint8_t *directions;          /* TW_DIRECTION_; may be NULL */
	const uint8_t *relations;           /* NULL: not known */
} tw_rating_columns;
#define TW_RATING_COLUMNS_INIT { sizeof(tw_rating_columns), \
	TW_DIRECTION_OUTBOUND, 0, NULL, NULL, 0, NULL, NULL, 0, NULL, NULL, \
	NULL, NULL }

/** Where the answers go: arrays of `count`, any of which may be NULL. In a row
 * whose status is not TW_OK the other columns are INT64_MIN: there is no 0 to
 * be added up by mistake. */
typedef struct tw_charge_columns {
	uint32_t size;
	uint32_t reserved;
	int32_t *statuses;           /* as tw_rating_rate() of the row */
	int64_t *costs;              /* nano-units */
	int64_t *nets;
	int64_t *vats;
	int64_t *charged_s;
	int64_t *rate_indexes;
} tw_charge_columns;
#define TW_CHARGE_COLUMNS_INIT { sizeof(tw_charge_columns), 0, NULL, NULL, \
	NULL, NULL, NULL, NULL }

/** Rates `count` calls, each on its own: no bundle, no tier, no exchange.
 * Touches nothing but its arguments, so that each thread may take a slice.
 * A text that is not digits or longer than 31 bytes is TW_EINVAL of its row;
 * an empty caller is a hidden one. An internal call has rate index -1.
 * @param out_priced  rows whose status is TW_OK; may be NULL
 * @return TW_OK (look at the statuses), TW_EINVAL (a column is missing or
 *         its offsets do not rise; nothing is written) */
TW_EXTERN(tw_status) tw_rating_rate_columns(tw_charge_columns *out,
	const tw_deck *deck, const tw_rating_columns *columns,
	uint64_t *out_priced, tw_error *err);

TW_END_DECLS

#endif
