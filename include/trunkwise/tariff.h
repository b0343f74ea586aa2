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

#define TW_ROUND_EACH_CALL      1u
#define TW_ROUND_EACH_INCREMENT 2u   /* only where the carrier does so */

#define TW_TIERS_GRADUATED 1u   /* a tier prices what lies beyond it */
#define TW_TIERS_WHOLE     2u   /* the last tier reached prices the month */

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
	uint32_t round_each;         /* TW_ROUND_EACH_ */
	uint32_t fee_on_zero;        /* 1: answered for 0 s owes the fee */
	uint32_t tier_mode;          /* TW_TIERS_ */
	uint32_t minimum_s;          /* a shorter call counts as this long */
	uint32_t free_below_s;       /* a shorter call costs nothing */
	uint32_t included_s;         /* off the start of each call */
	int64_t minimum_charge_nanos;
	int64_t maximum_charge_nanos;   /* 0: no cap */
	int64_t attempt_fee_nanos;   /* of a call that was not answered */
	int64_t commitment_nanos;    /* least charge of a month */
	char convert_to[4];          /* "": charges stay in `currency` */
	uint32_t reserved;
	char stated_by[64];          /* "": rows have the prices; else there
					are none, and a call costs what this
					source's record states, digit by
					digit: decimals is 9 */
} tw_tariff_rules;
#define TW_TARIFF_RULES_INIT { sizeof(tw_tariff_rules), TW_SECONDS_CEIL, \
	TW_ROUND_HALF_UP, 2, TW_CROSSING_INCREMENT_START, TW_VAT_NET, 0, \
	TW_INVOICE_SUM_OF_ROUNDED, "", "", TW_ROUND_EACH_CALL, 0, \
	TW_TIERS_GRADUATED, 0, 0, 0, 0, 0, 0, 0, "", 0, "" }

/** Sets one rule by its `[[tariff]]` key ("rounding", "half_up"); of
 * stated_by the decimals too.
 * @return TW_OK, TW_ENOTFOUND (no such key), TW_EPARSE (no such value) */
TW_EXTERN(tw_status) tw_tariff_rules_set(tw_tariff_rules *rules,
					 const char *key, const char *value,
					 tw_error *err);

/* ---- what else a contract may say: bands, holidays, volume tiers ---- */

/** Percentages are parts per million: 100 % = 1000000, four decimals. */
#define TW_PPM_WHOLE 1000000

#define TW_DAY_HOLIDAY 7u       /* 0 Monday .. 6 Sunday, 7 holiday */

#define TW_BAND_HOURS_MAX 16

/** Days and wall-clock minutes of the tariff's zone. to_min <= from_min
 * means both ends of the same days: [from_min, 1440) and [0, to_min). */
typedef struct tw_band_hours {
	uint32_t day_mask;           /* bit 0 Monday .. bit 7 holiday */
	uint32_t from_min;           /* 0..1439 */
	uint32_t to_min;             /* 1..1440 */
} tw_band_hours;

/** A part of the week with a price of its own. Of several bands that fit, the
 * first one serves; together they must cover every minute of every day. */
typedef struct tw_band {
	uint32_t size;
	uint32_t percent_ppm;        /* of rows that name no band */
	uint32_t hours_count;
	uint32_t reserved;
	tw_band_hours hours[TW_BAND_HOURS_MAX];
	char name[32];
} tw_band;
#define TW_BAND_INIT { sizeof(tw_band), TW_PPM_WHOLE, 0, 0, \
	{ { 0, 0, 0 } }, "" }

/** Adds "mon-fri 08:00-20:00", "sat,sun,holiday 00:00-24:00" or "daily
 * 00:00-24:00" (all eight kinds of days).
 * @return TW_OK, TW_EPARSE, TW_ERANGE (more than TW_BAND_HOURS_MAX) */
TW_EXTERN(tw_status) tw_band_add_hours(tw_band *band, const char *text,
				       tw_error *err);

/** A date that counts as another kind of day: a holiday, or a working
 * Saturday that counts as a Monday. */
typedef struct tw_tariff_day {
	uint32_t size;
	uint32_t counts_as;          /* 0..7 */
	int32_t year, month, day;
	uint32_t reserved;
} tw_tariff_day;
#define TW_TARIFF_DAY_INIT { sizeof(tw_tariff_day), TW_DAY_HOLIDAY, 0, 0, \
	0, 0 }

/** "2026-01-01" (a holiday) or "2026-02-28 mon". @return TW_OK, TW_EPARSE */
TW_EXTERN(tw_status) tw_tariff_day_parse(tw_tariff_day *out,
					 const char *text, tw_error *err);

/** From so many paid seconds of a month on, this percentage of the price. */
typedef struct tw_tier {
	uint32_t size;
	uint32_t percent_ppm;
	int64_t from_s;              /* > 0, rising */
} tw_tier;
#define TW_TIER_INIT { sizeof(tw_tier), TW_PPM_WHOLE, 0 }

/** The sheet that rows came from: what a charge is proved by. */
typedef struct tw_document {
	uint32_t size;
	uint32_t reserved;
	int64_t version;             /* of the tariff in its store, or 0 */
	char name[128];              /* file name, or "" */
} tw_document;
#define TW_DOCUMENT_INIT { sizeof(tw_document), 0, 0, "" }

#define TW_RATE_PRICED  1u
#define TW_RATE_BLOCKED 2u      /* not served: status=blocked */
#define TW_RATE_ENDED   3u      /* row that ends a code */

#define TW_DIRECTION_OUTBOUND 1u
#define TW_DIRECTION_INBOUND  2u
#define TW_DIRECTION_FORWARD  3u  /* second leg of a forwarded call */
#define TW_DIRECTION_INTERNAL 4u
#define TW_DIRECTION_ANY      0u

/** How the regions of caller and callee stand to each other
 * (numbering.h finds it out). A call that is not known to be any of these is
 * served by rows without a relation only. */
#define TW_RELATION_ANY         0u
#define TW_RELATION_SAME_CITY   1u  /* asks same_region rows after its own */
#define TW_RELATION_SAME_REGION 2u
#define TW_RELATION_OTHER       3u  /* both known, and not alike */

/** "any", "same_city", "same_region", "other". @return TW_OK, TW_EPARSE,
 * TW_EINVAL */
TW_EXTERN(tw_status) tw_relation_parse(uint32_t *out, const char *name,
				       tw_error *err);
/** Static; "?" for no relation. */
TW_EXTERN(const char *) tw_relation_name(uint32_t relation);

/** "any", "outbound", "inbound", "forward", "internal". @return TW_OK,
 * TW_EPARSE, TW_EINVAL */
TW_EXTERN(tw_status) tw_direction_parse(uint32_t *out, const char *name,
					tw_error *err);
/** Static; "?" for no direction. */
TW_EXTERN(const char *) tw_direction_name(uint32_t direction);

typedef struct tw_rate {
	uint32_t size;
	uint32_t status;             /* TW_RATE_ */
	uint32_t direction;          /* TW_DIRECTION_; forward falls back to
					outbound rows when it has none */
	uint32_t first_inc_s;        /* 1..65535 */
	uint32_t next_inc_s;         /* 1..65535 */
	int64_t price_nanos;         /* per minute, >= 0 */
	int64_t connect_fee_nanos;
	tw_time from;                /* half-open; TW_TIME_MIN/MAX open */
	tw_time to;
	int64_t line;                /* of the sheet */
	char prefix[16];             /* digits */
	char caller_prefix[16];      /* "" = any */
	char destination[96];
	uint32_t relation;           /* TW_RELATION_ */
	uint32_t from_s;             /* price from this second of a call on,
					0..65535 */
	uint32_t document;           /* index into the deck's documents */
	uint32_t reserved;
	char band[32];               /* "" = every band, at its percentage */
} tw_rate;
#define TW_RATE_INIT { sizeof(tw_rate), TW_RATE_PRICED, 0, 60, 60, 0, 0, \
	TW_TIME_MIN, TW_TIME_MAX, 0, "", "", "", 0, 0, 0, 0, "" }

/* ---- sheets ---- */

/** How far long work is; `done` and `total` in the unit that the call names.
 * Called on the calling thread and may not re-enter. Non-zero: stop, the call
 * returns TW_ECANCELLED and changes nothing. */
typedef int (*tw_progress_fn)(void *arg, uint64_t done, uint64_t total);

typedef struct tw_sheet tw_sheet;

/** How one carrier's sheets differ from the native one: declared once, and
 * read by for each of them. docs/sheets.md has every key. */
typedef struct tw_sheet_map tw_sheet_map;

/** New; says nothing yet. */
TW_EXTERN(tw_status) tw_sheet_map_new(tw_sheet_map **out, tw_error *err);
/** One key: "delimiter", "encoding", "decimal", "header", "skip",
 * "until_blank", "columns", "column.NAME", "dates", "price_per", "country",
 * "default.NAME".
 * @return TW_OK, TW_ENOTFOUND (no such key), TW_EPARSE (no such value) */
TW_EXTERN(tw_status) tw_sheet_map_set(tw_sheet_map *map, const char *key,
				      const char *value, tw_error *err);
TW_EXTERN(void) tw_sheet_map_free(tw_sheet_map *map);

typedef struct tw_sheet_options {
	uint32_t size;
	uint32_t first_inc_s;        /* where the sheet names none */
	uint32_t next_inc_s;
	uint32_t reserved;
	const char *currency;        /* must match the rows; NULL: the first
					row's */
	const char *zone;            /* dates are local midnight here; NULL:
					UTC, enough to check a sheet */
	const tw_sheet_map *map;     /* borrowed for the call, or NULL */
	tw_progress_fn progress;     /* bytes of the sheet's text, or NULL */
	void *progress_arg;
} tw_sheet_options;
#define TW_SHEET_OPTIONS_INIT { sizeof(tw_sheet_options), 60, 60, 0, NULL, \
	NULL, NULL, NULL, NULL }

/** Reads a whole sheet: CSV with the native columns (prefix, destination,
 * rate, currency, effective_from, effective_to, first_inc, next_inc,
 * connect_fee, and others) or with what they are called elsewhere;
 * docs/sheets.md tells all. Bad rows do not stop it: they are in the rejects,
 * and the sheet as a whole is then not loadable.
 * @return TW_OK (new), TW_EPARSE (no header, not text), TW_ENOTFOUND (zone),
 *         TW_ECANCELLED */
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

/** rows_read = rows_good + rows_rejected. A row whose code is a range or a
 * list is one row and several rates. */
TW_EXTERN(uint64_t) tw_sheet_rows_read(const tw_sheet *sheet);
TW_EXTERN(uint64_t) tw_sheet_rows_good(const tw_sheet *sheet);
TW_EXTERN(uint64_t) tw_sheet_rows_rejected(const tw_sheet *sheet);
/** Borrowed from the sheet; "" when no row is good and nobody named one. */
TW_EXTERN(const char *) tw_sheet_currency(const tw_sheet *sheet);
/** Rates of all good rows. */
TW_EXTERN(uint64_t) tw_sheet_rates(const tw_sheet *sheet);
/** By index, below tw_sheet_rates(); TW_ITER_END past the last. */
TW_EXTERN(tw_status) tw_sheet_rate(tw_rate *out, const tw_sheet *sheet,
				   uint64_t index, tw_error *err);
TW_EXTERN(tw_status) tw_sheet_reject(tw_reject *out, const tw_sheet *sheet,
				     uint64_t index, tw_error *err);

/* ---- decks ---- */

typedef struct tw_deck tw_deck;

/** Compiles rules and rates. Two rows of one prefix, direction, caller
 * prefix, relation, band and second whose times overlap are TW_ECONFLICT,
 * naming both lines; so is a row with a band or second where the rest of the
 * call would have no price.
 * @return TW_OK (new), TW_ECONFLICT, TW_EINVAL, TW_ENOTFOUND (zone) */
TW_EXTERN(tw_status) tw_deck_new(tw_deck **out, const tw_tariff_rules *rules,
				 const tw_rate *rates, size_t count,
				 tw_error *err);

/** All that a tariff may say. Arrays are borrowed for the call; the step from
 * one element to the next is the first one's `size`. */
typedef struct tw_deck_options {
	uint32_t size;
	uint32_t reserved;
	const tw_tariff_rules *rules;
	const tw_band *bands;
	const tw_tariff_day *days;
	const tw_tier *tiers;
	const tw_document *documents;
	size_t band_count;           /* at most 255 */
	size_t day_count;
	size_t tier_count;           /* at most 16 */
	size_t document_count;
} tw_deck_options;
#define TW_DECK_OPTIONS_INIT { sizeof(tw_deck_options), 0, NULL, NULL, NULL, \
	NULL, NULL, 0, 0, 0, 0 }

/** tw_deck_new() with bands, holidays, tiers and documents.
 * @return TW_OK (new), TW_ECONFLICT (also: bands leave a minute without a
 *         price, or one of them never serves), TW_EINVAL, TW_ENOTFOUND */
TW_EXTERN(tw_status) tw_deck_make(tw_deck **out,
				  const tw_deck_options *options,
				  const tw_rate *rates, size_t count,
				  tw_error *err);
/** Another owner, any thread. */
TW_EXTERN(tw_deck *) tw_deck_ref(tw_deck *deck);
TW_EXTERN(void) tw_deck_free(tw_deck *deck);
TW_EXTERN(size_t) tw_deck_count(const tw_deck *deck);
/** Borrowed from the deck. */
TW_EXTERN(const tw_tariff_rules *) tw_deck_rules(const tw_deck *deck);
/** Row by the index that a charge names. @return TW_OK, TW_ENOTFOUND */
TW_EXTERN(tw_status) tw_deck_rate(tw_rate *out, const tw_deck *deck,
				  size_t index, tw_error *err);
/** Parts by index; TW_ITER_END past the last. */
TW_EXTERN(tw_status) tw_deck_band(tw_band *out, const tw_deck *deck,
				  size_t index, tw_error *err);
TW_EXTERN(tw_status) tw_deck_day(tw_tariff_day *out, const tw_deck *deck,
				 size_t index, tw_error *err);
TW_EXTERN(tw_status) tw_deck_tier(tw_tier *out, const tw_deck *deck,
				  size_t index, tw_error *err);
TW_EXTERN(tw_status) tw_deck_document(tw_document *out, const tw_deck *deck,
				      size_t index, tw_error *err);

/* ---- decks as files ---- */

/** The deck as one relocatable, versioned, checksummed piece of bytes: the
 * same deck gives the same bytes. New; tw_free() it. It holds the zone's
 * transitions too, so that an old deck rates as it did, whatever tzdata says
 * by then. docs/deck.md tells the layout.
 * @return TW_OK, TW_ENOMEM */
TW_EXTERN(tw_status) tw_deck_pack(void **out, size_t *out_size,
				  const tw_deck *deck, tw_error *err);
/** Writes that to a file: beside it first, then renamed over it, so that who
 * has the old one mapped keeps it. @return TW_OK, TW_EIO, TW_ENOMEM */
TW_EXTERN(tw_status) tw_deck_save(const tw_deck *deck, const char *path,
				  tw_error *err);
/** Maps a file read-only and shared; new. Checksum and every offset are
 * checked once, here. Never truncate a file that is mapped: replace it.
 * @return TW_OK, TW_EIO, TW_EPARSE (damaged), TW_EVERSION (newer, or made on
 *         a machine of another byte order) */
TW_EXTERN(tw_status) tw_deck_open(tw_deck **out, const char *path,
				  tw_error *err);
/** The same from bytes that the caller keeps unchanged until `data_free` (may
 * be NULL) is called, by the last tw_deck_free() and not when this fails.
 * Aligned to 8 bytes, better to 64. @return as tw_deck_open(), TW_EINVAL */
TW_EXTERN(tw_status) tw_deck_view(tw_deck **out, const void *data,
				  size_t size, void (*data_free)(void *arg),
				  void *arg, tw_error *err);

TW_END_DECLS

#endif
