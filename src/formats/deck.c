/**
 * @file src/formats/deck.c  A deck whose zone comes from the system's tzdata
 *
 * Decides where the rules' zone is read from. Refuses to know what a deck
 * does with it: src/rating takes zones as values and opens no file.
 */
#include "rating/deck.h"

tw_status tw_deck_new(tw_deck **out, const tw_tariff_rules *rules,
		      const tw_rate *rates, size_t count, tw_error *err)
{
	tw_tariff_rules known;
	tw_zone *zone;
	tw_status status;

	if (!out || !rules)
		return tw__fail(err, TW_EINVAL,
				"a deck wants rules and a place to go");
	status = tw__import(&known, sizeof(known), rules, err);
	if (!status)
		status = tw__rules_check(&known, err);
	if (!status)
		status = tw_zone_open(&zone, known.zone, err);
	if (status)
		return status;

	status = tw__deck_build(out, &known, zone, rates, count, err);
	tw_zone_free(zone);

	return status;
}
