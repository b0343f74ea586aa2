/**
 * @file src/rating/deck.h  Rows compiled for asking
 */
#ifndef TW_SRC_RATING_DECK_H
#define TW_SRC_RATING_DECK_H

#include "base/base.h"
#include "prefix.h"
#include <trunkwise/rating.h>

/* Sorted by prefix, caller, direction, start. Everything a question touches
 * is in here: in a large deck each table more is a cache miss more. */
struct tw_row {
	uint64_t prefix;
	uint64_t caller;        /* packed prefix, 0 any */
	tw_time from;
	tw_time to;
	int64_t price_nanos;
	int64_t connect_fee_nanos;
	int64_t line;
	uint32_t first_inc_s;
	uint32_t next_inc_s;
	uint32_t index;         /* as handed in, what a charge names */
	uint32_t destination;   /* place in texts */
	uint32_t alike;         /* in a prefix's first row: how many rows */
	uint16_t callers;       /* there too: bit l, callers of length l */
	uint8_t direction;
	uint8_t status;
};

struct tw_deck {
	uint32_t refs;                  /* atomic */
	tw_tariff_rules rules;
	tw_zone *zone;
	struct tw_row *rows;
	uint32_t *place;                /* handed-in index -> row */
	struct tw_prefix_index *prefixes;   /* to the first row of each */
	char *texts;
	size_t count;
};

/* tw_deck_new() with the zone as a value: reading tzdata is not ours. */
tw_status tw__deck_build(tw_deck **out, const tw_tariff_rules *rules,
			 tw_zone *zone, const tw_rate *rates, size_t count,
			 tw_error *err);

/* Sorting key of a price: no two may be in force at once. */
struct tw_row_key {
	uint64_t prefix;
	uint64_t caller;
	uint32_t direction;
	tw_time from;
};
int tw__row_key_compare(const struct tw_row_key *a,
			const struct tw_row_key *b);
bool tw__row_key_same(const struct tw_row_key *a, const struct tw_row_key *b);

/* Checks one rate as a deck wants it; packs its prefixes. */
tw_status tw__rate_check(const tw_rate *rate, struct tw_row_key *out,
			 tw_error *err);
tw_status tw__rules_check(const tw_tariff_rules *rules, tw_error *err);

/* A request whose digits are checked. */
struct tw_question {
	const char *number;
	size_t number_length;
	const char *caller;
	size_t caller_length;   /* 0: unknown */
	uint32_t direction;
	tw_time at;
	int64_t duration_us;
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

/* The row in force, priced or blocked, or NULL. */
const struct tw_row *tw__deck_find(const struct tw_deck *deck,
				   const struct tw_question *question);

/* Arithmetic of one call on one row: exact = numerator / 60 nano-units. */
struct tw_sum {
	int64_t seconds;
	int64_t charged_s;
	int64_t initial_s;      /* the first increment, 0 when silent */
	int64_t steps;          /* further increments */
	bool exact_to_nano;
	int64_t exact_nanos;    /* floor */
	int64_t cost_nanos;
	int64_t net_nanos;
	int64_t vat_nanos;
};
tw_status tw__sum(struct tw_sum *out, const struct tw_deck *deck,
		  const struct tw_row *row, int64_t duration_us,
		  tw_error *err);

/* Fills a caller's struct as far as the caller's header knows it. */
tw_status tw__export(void *out, const void *full, size_t known,
		     tw_error *err);

#endif
