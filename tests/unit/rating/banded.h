/* Decks with bands and parts in a few words. */
#ifndef TW_TEST_RATING_BANDED_H
#define TW_TEST_RATING_BANDED_H

#include "rating_fixture.h"

#define BANDED_RATES 8
#define RUB 1000000000LL

struct banded {
	tw_tariff_rules rules;
	tw_band bands[2];
	tw_tier tiers[2];
	tw_deck_options options;
	tw_rate rates[BANDED_RATES];
	size_t count;
};

/* "day" from 08:00, "night" from 20:00, both whole. */
static inline void banded_make(struct banded *b)
{
	tw_deck_options options = TW_DECK_OPTIONS_INIT;
	tw_band band = TW_BAND_INIT;

	memset(b, 0, sizeof(*b));
	b->rules = fixture_rules();
	b->bands[0] = b->bands[1] = band;
	strcpy(b->bands[0].name, "day");
	tw_band_add_hours(&b->bands[0], "daily 08:00-20:00", NULL);
	strcpy(b->bands[1].name, "night");
	tw_band_add_hours(&b->bands[1], "daily 20:00-08:00", NULL);
	b->options = options;
	b->options.rules = &b->rules;
	b->options.bands = b->bands;
	b->options.band_count = 2;
	b->options.tiers = b->tiers;
}

static inline tw_rate *banded_add(struct banded *b, int64_t price,
				  const char *band, uint32_t from_s,
				  uint32_t next)
{
	tw_rate *rate = &b->rates[b->count++];

	*rate = fixture_rate("7", price, next, next);
	rate->line = (int64_t)b->count + 1;
	strcpy(rate->band, band);
	rate->from_s = from_s;
	return rate;
}

static inline tw_status banded_deck(tw_deck **out, const struct banded *b,
				    tw_error *err)
{
	return tw_deck_make(out, &b->options, b->rates, b->count, err);
}

#endif
