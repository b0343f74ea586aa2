/* See oom_pure.h. */
#include <stdio.h>
#include <string.h>
#include "base/base.h"
#include "oom_pure.h"

tw_status oom_deck(tw_deck **out, const char *currency, tw_error *err)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_deck_options options = TW_DECK_OPTIONS_INIT;
	tw_band bands[2] = { TW_BAND_INIT, TW_BAND_INIT };
	tw_rate rates[40] = { TW_RATE_INIT };
	tw_tariff_day day = TW_TARIFF_DAY_INIT;
	tw_tier tier = TW_TIER_INIT;
	tw_status status = TW_OK;

	strcpy(rules.zone, "Europe/Moscow");
	strcpy(rules.currency, currency);
	strcpy(bands[0].name, "day");
	strcpy(bands[1].name, "night");
	bands[1].percent_ppm = TW_PPM_WHOLE / 2;
	TOLD(status, tw_band_add_hours(&bands[0], "daily 08:00-20:00", err));
	TOLD(status, tw_band_add_hours(&bands[1], "daily 20:00-08:00", err));
	tier.from_s = 600;
	day.year = 2026;
	day.month = 11;
	day.day = 4;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rates); i++) {
		rates[i] = (tw_rate)TW_RATE_INIT;
		snprintf(rates[i].prefix, sizeof(rates[i].prefix), "79%02u",
			 (unsigned)i);
		strcpy(rates[i].destination, "Mobile");
		rates[i].price_nanos = TW_NANOS + (int64_t)i;
	}
	options.rules = &rules;
	options.bands = bands;
	options.band_count = 2;
	options.days = &day;
	options.day_count = 1;
	options.tiers = &tier;
	options.tier_count = 1;
	TOLD(status, tw_deck_make(out, &options, rates,
				  TW_ARRAY_COUNT(rates), err));
	return status;
}
