/**
 * @file tariff.h  Price sheets and the rules they are read by
 *
 * A *sheet* is what a carrier sends: rows of prefix and price. *Rules* are
 * what the contract says about them: zone, rounding, increments' crossing. A
 * *deck* is both compiled: immutable, shared between threads, what rating
 * asks. Prices are nano-units per minute.
 */
#ifndef TRUNKWISE_TARIFF_H
#define TRUNKWISE_TARIFF_H

#include <trunkwise/money.h>
#include <trunkwise/time.h>

TW_BEGIN_DECLS

#define TW_SECONDS_CEIL    1u
#define TW_SECONDS_FLOOR   2u
#define TW_SECONDS_NEAREST 3u   /* half a second counts up */

#define TW_CROSSING_INCREMENT_START 1u
#define TW_CROSSING_PER_SECOND      2u
#define TW_CROSSING_CALL_START      3u

#define TW_VAT_NET   1u
#define TW_VAT_GROSS 2u

#define TW_INVOICE_SUM_OF_ROUNDED 1u
#define TW_INVOICE_ROUNDED_SUM    2u

typedef struct tw_tariff_rules {
	uint32_t size;
	uint32_t seconds;            /* TW_SECONDS_ */
	uint32_t rounding;           /* TW_ROUND_ */
	uint32_t decimals;           /* 0..9 of the charge */
	uint32_t crossing;           /* TW_CROSSING_ */
	uint32_t vat;                /* TW_VAT_ */
	int64_t vat_percent_nanos;   /* 20 % = 20 * TW_NANOS */
	uint32_t invoice_total;      /* TW_INVOICE_ */
	char currency[4];
	char zone[64];               /* IANA */
} tw_tariff_rules;
#define TW_TARIFF_RULES_INIT { sizeof(tw_tariff_rules), TW_SECONDS_CEIL, \
	TW_ROUND_HALF_UP, 2, TW_CROSSING_INCREMENT_START, TW_VAT_NET, 0, \
	TW_INVOICE_SUM_OF_ROUNDED, "", "" }

/** Sets one rule by its `[[tariff]]` key ("rounding", "half_up").
 * @return TW_OK, TW_ENOTFOUND (no such key), TW_EPARSE (no such value) */
TW_EXTERN(tw_status) tw_tariff_rules_set(tw_tariff_rules *rules,
					 const char *key, const char *value,
					 tw_error *err);

#define TW_RATE_PRICED  1u
#define TW_RATE_BLOCKED 2u      /* not served: status=blocked */
#define TW_RATE_ENDED   3u      /* row that ends a code */

#define TW_DIRECTION_OUTBOUND 1u
#define TW_DIRECTION_INBOUND  2u
#define TW_DIRECTION_FORWARD  3u  /* second leg of a forwarded call */
#define TW_DIRECTION_INTERNAL 4u
#define TW_DIRECTION_ANY      0u

TW_EXTERN(tw_status) tw_direction_parse(uint32_t *out, const char *name,
					tw_error *err);
TW_EXTERN(const char *) tw_direction_name(uint32_t direction);

typedef struct tw_rate {
	uint32_t size;
	uint32_t status;             /* TW_RATE_ */
	uint32_t direction;          /* TW_DIRECTION_; forward falls back to
					outbound rows when it has none */
	uint32_t first_inc_s;        /* 1.. */
	uint32_t next_inc_s;         /* 1.. */
	int64_t price_nanos;         /* per minute, >= 0 */
	int64_t connect_fee_nanos;
	tw_time from;                /* half-open; TW_TIME_MIN/MAX open */
	tw_time to;
	int64_t line;                /* of the sheet */
	char prefix[16];             /* digits */
	char caller_prefix[16];      /* "" = any */
	char destination[96];
} tw_rate;
#define TW_RATE_INIT { sizeof(tw_rate), TW_RATE_PRICED, 0, 60, 60, 0, 0, \
	TW_TIME_MIN, TW_TIME_MAX, 0, "", "", "" }

/* ---- sheets ---- */

typedef struct tw_sheet tw_sheet;

typedef struct tw_sheet_options {
	uint32_t size;
	uint32_t first_inc_s;        /* where the sheet names none */
	uint32_t next_inc_s;
	uint32_t reserved;
	const char *currency;        /* must match the rows; NULL: the first
					row's */
	const char *zone;            /* dates are local midnight here; NULL:
					UTC, enough to check a sheet */
} tw_sheet_options;
#define TW_SHEET_OPTIONS_INIT { sizeof(tw_sheet_options), 60, 60, 0, NULL, \
	NULL }

/** Reads a whole native CSV sheet (house layout: prefix, destination, rate,
 * currency, effective_from, effective_to, first_inc, next_inc, connect_fee,
 * optional direction, caller_prefix, status). Bad rows do not stop it: they
 * are in the rejects, and the sheet as a whole is then not loadable.
 * @return TW_OK (new), TW_EPARSE (no header), TW_ENOTFOUND (zone) */
TW_EXTERN(tw_status) tw_sheet_read(tw_sheet **out, const void *data,
				   size_t size,
				   const tw_sheet_options *options,
				   tw_error *err);
TW_EXTERN(void) tw_sheet_free(tw_sheet *sheet);

typedef struct tw_reject {
	uint32_t size;
	uint32_t reserved;
	int64_t line;                /* physical, 1-based, header included */
	char column[64];             /* header name or its number */
	char reason[256];            /* with the mend */
} tw_reject;
#define TW_REJECT_INIT { sizeof(tw_reject), 0, 0, "", "" }

/** rows_read = rows_good + rows_rejected. */
TW_EXTERN(uint64_t) tw_sheet_rows_read(const tw_sheet *sheet);
TW_EXTERN(uint64_t) tw_sheet_rows_good(const tw_sheet *sheet);
TW_EXTERN(uint64_t) tw_sheet_rows_rejected(const tw_sheet *sheet);
TW_EXTERN(const char *) tw_sheet_currency(const tw_sheet *sheet);
/** By index; TW_ITER_END past the last. */
TW_EXTERN(tw_status) tw_sheet_rate(tw_rate *out, const tw_sheet *sheet,
				   uint64_t index, tw_error *err);
TW_EXTERN(tw_status) tw_sheet_reject(tw_reject *out, const tw_sheet *sheet,
				     uint64_t index, tw_error *err);

/* ---- decks ---- */

typedef struct tw_deck tw_deck;

/** Compiles rules and rates. Two rows of one prefix, direction and caller
 * prefix whose times overlap are TW_ECONFLICT, naming both lines.
 * @return TW_OK (new), TW_ECONFLICT, TW_EINVAL, TW_ENOTFOUND (zone) */
TW_EXTERN(tw_status) tw_deck_new(tw_deck **out, const tw_tariff_rules *rules,
				 const tw_rate *rates, size_t count,
				 tw_error *err);
/** Another owner, any thread. */
TW_EXTERN(tw_deck *) tw_deck_ref(tw_deck *deck);
TW_EXTERN(void) tw_deck_free(tw_deck *deck);
TW_EXTERN(size_t) tw_deck_count(const tw_deck *deck);
TW_EXTERN(const tw_tariff_rules *) tw_deck_rules(const tw_deck *deck);
/** Row by the index that a charge names. */
TW_EXTERN(tw_status) tw_deck_rate(tw_rate *out, const tw_deck *deck,
				  size_t index, tw_error *err);

TW_END_DECLS

#endif
