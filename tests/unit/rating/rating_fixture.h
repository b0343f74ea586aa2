/* What the tests of this room share: decks in a few words. */
#ifndef TW_TEST_RATING_FIXTURE_H
#define TW_TEST_RATING_FIXTURE_H

#include <string.h>
#include <trunkwise/rating.h>

/* 2026-01-01T00:00:00Z */
#define T2026 (1767225600 * TW_SECOND)
#define DAY   (86400 * TW_SECOND)

static inline tw_tariff_rules fixture_rules(void)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;

	strcpy(rules.currency, "RUB");
	strcpy(rules.zone, "UTC");
	return rules;
}

/* Price per minute in nano-units. */
static inline tw_rate fixture_rate(const char *prefix, int64_t price_nanos,
				   uint32_t first, uint32_t next)
{
	tw_rate rate = TW_RATE_INIT;

	strcpy(rate.prefix, prefix);
	rate.price_nanos = price_nanos;
	rate.first_inc_s = first;
	rate.next_inc_s = next;
	return rate;
}

static inline tw_rating_request fixture_request(const char *number,
						int64_t duration_us)
{
	tw_rating_request request = TW_RATING_REQUEST_INIT;

	request.number = number;
	request.answer = T2026;
	request.duration_us = duration_us;
	return request;
}

#endif
