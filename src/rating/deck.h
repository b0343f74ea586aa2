/**
 * @file src/rating/deck.h  Rows compiled for asking
 *
 * deck.c decides whether rows may stand together and finds the one in force;
 * band.c which part of the week an instant lies in; walk.c which seconds of a
 * call have which price; rate.c the money. All tables are flat arrays without
 * pointers, so that image.c writes them to a file as they are.
 */
#ifndef TW_SRC_RATING_DECK_H
#define TW_SRC_RATING_DECK_H

#include "base/base.h"
#include "base/decimal.h"
#include "prefix.h"
#include <trunkwise/rating.h>

#define TW_BANDS_MAX 255
#define TW_TIERS_MAX 16
#define TW_DAY_KINDS 8
#define TW_DURATION_MAX_S 1000000000
#define TW_EXCHANGE_MAX_NANOS (1000000 * TW_NANOS)

/* What a question touches of a row: one cache line. Sorted by
 * tw__row_key_compare(). */
struct tw_rate_row {
	uint64_t prefix;
	uint64_t caller;        /* packed prefix, 0 any */
	tw_time from;
	tw_time to;
	int64_t price_nanos;
	int64_t connect_fee_nanos;
	uint32_t alike;         /* in a prefix's first row: how many rows */
	uint16_t callers;       /* there too: bit l, callers of length l */
	uint16_t first_inc_s;
	uint16_t next_inc_s;
	uint16_t from_s;
	uint8_t direction;
	uint8_t relation;
	uint8_t band;           /* index + 1, 0 every band */
	uint8_t status;
};

/* What only a charge needs; same index as the row. */
struct tw_rate_note {
	int64_t line;
	uint32_t index;         /* as handed in, what a charge names */
	uint32_t destination;   /* place in texts */
	uint32_t document;
	uint32_t reserved;
};

/* Minutes up to end_min of a day of one kind. */
struct tw_segment {
	uint16_t end_min;       /* 1..1440 */
	uint16_t band;          /* index */
};

/* A date that counts as another day. */
struct tw_day {
	int32_t date;           /* days since 1970 */
	uint32_t counts_as;
};

struct tw_deck {
	uint32_t refs;                  /* atomic */
	tw_tariff_rules rules;
	tw_zone *zone;
	const struct tw_rate_row *rows;
	const struct tw_rate_note *notes;
	const uint32_t *place;          /* handed-in index -> row */
	struct tw_prefix_index *prefixes;   /* to the first row of each */
	const char *texts;              /* terminated destinations */
	const tw_band *bands;
	const struct tw_segment *segments;
	const struct tw_day *days;      /* rising */
	const tw_tier *tiers;           /* rising */
	const tw_document *documents;
	size_t count, texts_size, band_count, segment_count, day_count;
	size_t tier_count, document_count;
	uint32_t first_segment[TW_DAY_KINDS];   /* of each kind of day */
	/* A deck in somebody's bytes: rows, notes, place and texts point into
	 * them. */
	const void *image;
	void (*image_free)(void *arg);
	void *image_arg;
};

/* tw_deck_make() with the zone as a value: reading tzdata is not ours. */
tw_status tw__deck_build(tw_deck **out, const tw_deck_options *options,
			 tw_zone *zone, const tw_rate *rates, size_t count,
			 tw_error *err);

/* Sorting key of a price: no two may be in force at once. */
struct tw_row_key {
	uint64_t prefix;
	uint64_t caller;
	uint32_t relation;
	uint32_t direction;
	uint32_t band;          /* index + 1, known to a deck only */
	uint32_t from_s;
	tw_time from;
};
int tw__row_key_compare(const struct tw_row_key *a,
			const struct tw_row_key *b);
/* Equal in all but the time. */
bool tw__row_key_same(const struct tw_row_key *a, const struct tw_row_key *b);

/* Checks one rate as a deck wants it; packs its prefixes. The band stays 0:
 * its name is the deck's business. */
tw_status tw__rate_check(const tw_rate *rate, struct tw_row_key *out,
			 tw_error *err);
void tw__rules_complete(tw_tariff_rules *rules);
static inline bool tw__is_stated(const tw_tariff_rules *rules)
{
	return rules->stated_by[0];
}
tw_status tw__rules_check(const tw_tariff_rules *rules, tw_error *err);

/* A deck by whose rules the record states the cost has no prices. */
tw_status tw__stated_check(const struct tw_deck *deck, tw_error *err);

/* What stands in options besides rules (terms.c): copied and checked. */
tw_status tw__terms_take(struct tw_deck *deck, const tw_deck_options *options,
			 tw_error *err);
/* Wherever a part of a price is in force, the rest of a call has one too
 * (parts.c). Rows are sorted by then. */
tw_status tw__parts_check(const struct tw_deck *deck, tw_error *err);

/* ---- bands ---- */

/* Fills segments and first_segment from bands, or says which minute has none
 * and which band never serves. */
tw_status tw__bands_compile(struct tw_deck *deck, tw_error *err);
/* Band of an instant, and the first instant at which that may have changed;
 * 0 and TW_TIME_MAX in a deck without bands. */
uint32_t tw__band_at(const struct tw_deck *deck, tw_time at, tw_time *until);

/* ---- which row ---- */

/* A request whose digits are checked. */
struct tw_question {
	const char *number;
	size_t number_length;
	const char *caller;
	size_t caller_length;   /* 0: unknown */
	uint32_t direction;
	uint32_t relation;
	uint32_t flags;
	tw_time at;
	int64_t duration_us;
	int64_t bundle_left_s;
	int64_t used_s;
	int64_t exchange_nanos;
	int64_t stated_nanos;
};
tw_status tw__question_read(struct tw_question *out,
			    const tw_rating_request *request, tw_error *err);

/* Directions whose rows answer a call, the better one first; 0 ends the
 * list. A forwarded leg has a second list for when its own rows are silent. */
struct tw_tables {
	uint32_t passes;
	uint32_t count[2];
	uint8_t direction[2][2];
};
struct tw_tables tw__tables_of(uint32_t direction);
/* The same for relations: returns how many. */
uint32_t tw__relations_of(uint8_t out[3], uint32_t relation);

/* The rows of one prefix, caller prefix, relation and direction: one price,
 * perhaps in parts. */
struct tw_price {
	const struct tw_rate_row *base;  /* in force at the answer */
	const struct tw_rate_row *rows;  /* all of the group, any time */
	size_t count;
	bool in_parts;                   /* has bands or elapsed seconds */
	uint32_t band;                   /* at the answer */
	tw_time band_until;
};

/* false: no price in force. The base row may be a blocked one. */
bool tw__deck_find(struct tw_price *out, const struct tw_deck *deck,
		   const struct tw_question *question);
/* The part that serves a band from an elapsed second on, and the next second
 * (INT64_MAX: none) at which another one takes over. */
const struct tw_rate_row *tw__price_part(const struct tw_price *price,
	uint32_t band, int64_t elapsed_s, tw_time answer, int64_t *until_s);

static inline const struct tw_rate_note *tw__note_of(
	const struct tw_deck *deck, const struct tw_rate_row *row)
{
	return &deck->notes[row - deck->rows];
}

/* ---- seconds and money ---- */

/* A run of pieces of one price; bundle: it costs nothing. */
struct tw_run {
	const struct tw_rate_row *row;
	int64_t from_s;         /* since the answer */
	int64_t count;          /* pieces */
	int64_t piece_s;        /* of so many seconds each */
	uint32_t increment_s;   /* that the pieces are, or are cut from */
	uint32_t band;
	uint32_t band_ppm;
	uint32_t tier_ppm;
	bool bundle;
};

/* false ends the walk. */
typedef bool (tw__run_fn)(void *arg, const struct tw_run *run);

/* Cuts the charged seconds [included, ...) of a call that counts `counted`
 * seconds (> included) into runs, in order. Returns the seconds charged. */
int64_t tw__walk(const struct tw_deck *deck, const struct tw_question *q,
		 const struct tw_price *price, int64_t counted,
		 tw__run_fn *fn, void *arg);

/* nanos + rest / denominator, 0 <= rest < denominator: an exact amount. */
struct tw_exact {
	int64_t nanos;
	tw__i128 rest;
	tw__i128 denominator;
};

/* Arithmetic of one call. */
struct tw_sum {
	int64_t seconds;        /* after the seconds rule */
	int64_t counted_s;      /* after the minimum duration */
	int64_t charged_s;
	int64_t bundle_s;
	int64_t paid_s;
	bool attempt;           /* not answered: the fee is all */
	bool free;              /* zero seconds, or shorter is free */
	int64_t fee_nanos;      /* connection or attempt */
	struct tw_exact usage;  /* seconds alone */
	struct tw_exact exact;  /* with fee, minimum and cap: what is rounded*/
	int8_t bound;           /* -1 raised to the minimum, 1 cut by the cap*/
	int64_t cost_nanos, net_nanos, vat_nanos;
	int64_t converted_nanos, converted_net_nanos, converted_vat_nanos;
};
/* price NULL: a call that was not answered, or one whose cost is stated.
 * Filled in place: its 300 bytes would else be copied for each call. */
tw_status tw__sum(struct tw_sum *sum, const struct tw_deck *deck,
		  const struct tw_question *q, const struct tw_price *price,
		  tw_error *err);

int64_t tw__count_seconds(int64_t duration_us, uint32_t rule);

/* Row (NULL: the call needs none) and sum of a question: what
 * tw_rating_rate() answers. */
tw_status tw__rate(struct tw_sum *sum, const struct tw_rate_row **row,
		   const tw_deck *deck, const struct tw_question *q,
		   tw_error *err);
bool tw__is_attempt(const struct tw_question *q);

/* Amount of one run; exact, or rounded piece by piece as the rules say. */
bool tw__run_amount(struct tw_exact *out, const tw_tariff_rules *rules,
		    const struct tw_run *run);

/* Fills a caller's struct as far as the caller's header knows it. */
tw_status tw__export(void *out, const void *full, size_t known,
		     tw_error *err);

#endif
