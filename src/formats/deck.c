/**
 * @file src/formats/deck.c  A deck whose zone comes from the system's tzdata
 *
 * Decides where the rules' zone is read from. Refuses to know what a deck
 * does with it: src/rating takes zones as values and opens no file.
 */
#include "rating/deck.h"

tw_status tw_deck_make(tw_deck **out, const tw_deck_options *options,
		       const tw_rate *rates, size_t count, tw_error *err)
{
	tw_deck_options known;
	tw_tariff_rules rules;
	tw_zone *zone;
	tw_status status;

	if (!out || !options)
		return tw__fail(err, TW_EINVAL,
				"a deck wants rules and a place to go");
	status = tw__import(&known, sizeof(known), options, err);
	if (!status && !known.rules)
		status = tw__fail(err, TW_EINVAL, "a deck wants rules");
	if (!status)
		status = tw__import(&rules, sizeof(rules), known.rules, err);
	if (!status) {
		tw__rules_complete(&rules);
		status = tw__rules_check(&rules, err);
	}
	if (!status)
		status = tw_zone_open(&zone, rules.zone, err);
	if (status)
		return status;

	rules.size = sizeof(rules);
	known.rules = &rules;
	status = tw__deck_build(out, &known, zone, rates, count, err);
	tw_zone_free(zone);

	return status;
}

tw_status tw_deck_new(tw_deck **out, const tw_tariff_rules *rules,
		      const tw_rate *rates, size_t count, tw_error *err)
{
	tw_deck_options options = TW_DECK_OPTIONS_INIT;

	options.rules = rules;

	return tw_deck_make(out, &options, rates, count, err);
}
