/* Random tariffs and random questions: what the tests of deck files and their
 * fuzzer ask of a deck. */
#ifndef TW_TEST_IMAGE_FIXTURE_H
#define TW_TEST_IMAGE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rating/image.h"
#include <trunkwise/rating.h>
#include <trunkwise/sys/clock.h>

#define IMAGE_T2026 (1767225600 * TW_SECOND)
#define IMAGE_DAY   (86400 * TW_SECOND)
#define IMAGE_ROWS  64

struct image_random { tw_random port; tw_random_state state; };

static inline void image_seed(struct image_random *r, uint64_t seed)
{
	tw_random_seed(&r->port, &r->state, seed);
}

static inline uint32_t image_draw(struct image_random *r, uint32_t below)
{
	uint32_t value;

	r->port.fill(&value, sizeof(value), r->port.arg);
	return value % below;
}

struct image_tariff {
	tw_tariff_rules rules;
	tw_band bands[3];
	tw_tariff_day days[2];
	tw_tier tiers[2];
	tw_document documents[2];
	tw_rate rates[IMAGE_ROWS];
	tw_deck_options options;
	size_t count;
};

static inline void image_rules(struct image_tariff *t, struct image_random *r)
{
	static const char *const zones[] = { "UTC", "Europe/Moscow",
		"Europe/Berlin", "America/St_Johns" };
	tw_tariff_rules *rules = &t->rules;

	*rules = (tw_tariff_rules)TW_TARIFF_RULES_INIT;
	rules->seconds = 1 + image_draw(r, 3);
	rules->rounding = 1 + image_draw(r, 4);
	rules->decimals = image_draw(r, 10);
	rules->crossing = 1 + image_draw(r, 3);
	rules->vat = 1 + image_draw(r, 2);
	rules->vat_percent_nanos = 20 * TW_NANOS;
	rules->round_each = 1 + (image_draw(r, 4) == 0);
	rules->tier_mode = 1 + (image_draw(r, 4) == 0);
	rules->minimum_s = image_draw(r, 3) * 10;
	rules->included_s = image_draw(r, 3) * 5;
	rules->attempt_fee_nanos = image_draw(r, 2) * 50000000;
	strcpy(rules->currency, "USD");
	strcpy(rules->zone, zones[image_draw(r, 4)]);
	if (image_draw(r, 2))
		strcpy(rules->convert_to, "RUB");
}

static inline void image_band(tw_band *band, const char *name,
			      const char *hours, uint32_t ppm)
{
	*band = (tw_band)TW_BAND_INIT;
	snprintf(band->name, sizeof(band->name), "%s", name);
	band->percent_ppm = ppm;
	if (tw_band_add_hours(band, hours, NULL))
		abort();
}

static inline void image_terms(struct image_tariff *t, struct image_random *r)
{
	tw_deck_options *o = &t->options;

	*o = (tw_deck_options)TW_DECK_OPTIONS_INIT;
	o->rules = &t->rules;
	if (image_draw(r, 3)) {
		image_band(&t->bands[0], "rest", "sat,sun,holiday 00:00-24:00",
			   500000);
		image_band(&t->bands[1], "day", "mon-fri 08:00-20:00",
			   TW_PPM_WHOLE);
		image_band(&t->bands[2], "night", "mon-fri 20:00-08:00",
			   750000);
		o->bands = t->bands;
		o->band_count = 3;
		t->days[0] = (tw_tariff_day)TW_TARIFF_DAY_INIT;
		t->days[1] = t->days[0];
		if (tw_tariff_day_parse(&t->days[0], "2026-01-01", NULL) ||
		    tw_tariff_day_parse(&t->days[1], "2025-12-31 mon", NULL))
			abort();
		o->days = t->days;
		o->day_count = image_draw(r, 3);
	}
	for (size_t i = 0; i < 2; i++) {
		t->tiers[i] = (tw_tier)TW_TIER_INIT;
		t->tiers[i].from_s = 600 * (int64_t)(i + 1);
		t->tiers[i].percent_ppm = 900000 - 100000 * (uint32_t)i;
		t->documents[i] = (tw_document)TW_DOCUMENT_INIT;
		t->documents[i].version = (int64_t)i + 3;
		snprintf(t->documents[i].name, sizeof(t->documents[i].name),
			 "carrier-2026-%zu.csv", i);
	}
	o->tiers = t->tiers;
	o->tier_count = image_draw(r, 3);
	o->documents = t->documents;
	o->document_count = image_draw(r, 3);
}

static inline tw_rate *image_rate(struct image_tariff *t,
				  struct image_random *r, const char *prefix)
{
	tw_rate *rate = &t->rates[t->count++];

	*rate = (tw_rate)TW_RATE_INIT;
	snprintf(rate->prefix, sizeof(rate->prefix), "%s", prefix);
	snprintf(rate->destination, sizeof(rate->destination), "To %.3s",
		 prefix);
	rate->price_nanos = image_draw(r, 2000000000);
	rate->connect_fee_nanos = image_draw(r, 3) * 100000000;
	rate->first_inc_s = 1 + image_draw(r, 90);
	rate->next_inc_s = 1 + image_draw(r, 90);
	rate->line = (int64_t)t->count + 1;
	if (t->options.document_count)
		rate->document = image_draw(r,
			(uint32_t)t->options.document_count);
	return rate;
}

/* One prefix: two times, a caller, a relation, or parts by band and second. */
static inline void image_prefix(struct image_tariff *t,
				struct image_random *r)
{
	tw_rate *rate;
	char prefix[16];
	size_t length = 1 + image_draw(r, 10);

	for (size_t i = 0; i < length; i++)
		prefix[i] = (char)('0' + image_draw(r, 3) * 4);
	prefix[length] = '\0';
	rate = image_rate(t, r, prefix);
	switch (image_draw(r, 7)) {

	case 0:
		rate->to = IMAGE_T2026;
		rate = image_rate(t, r, prefix);
		rate->from = IMAGE_T2026;
		break;
	case 1:
		rate = image_rate(t, r, prefix);
		strcpy(rate->caller_prefix, "48");
		break;
	case 2:
		rate = image_rate(t, r, prefix);
		rate->relation = 1 + image_draw(r, 3);
		break;
	case 3:
		rate = image_rate(t, r, prefix);
		rate->from_s = 60 + image_draw(r, 200);
		break;
	case 4:
		if (!t->options.band_count)
			break;
		rate = image_rate(t, r, prefix);
		strcpy(rate->band, t->bands[image_draw(r, 3)].name);
		break;
	case 5:
		rate->direction = image_draw(r, 4);
		break;
	default:
		rate->status = 1 + image_draw(r, 3);
	}
}

/* New. Draws again when prefixes got into each other's way. */
static inline tw_deck *image_deck(struct image_random *r, uint32_t prefixes)
{
	struct image_tariff t;
	tw_deck *deck = NULL;

	do {
		/* What the structs do not use must not get into a file. */
		memset(&t, (int)image_draw(r, 256), sizeof(t));
		t.count = 0;
		image_rules(&t, r);
		image_terms(&t, r);
		for (uint32_t i = 0; i < prefixes; i++)
			image_prefix(&t, r);
	} while (tw_deck_make(&deck, &t.options, t.rates, t.count, NULL));
	return deck;
}

static inline tw_rating_request image_request(struct image_random *r,
					      char number[32])
{
	tw_rating_request request = TW_RATING_REQUEST_INIT;
	size_t length = 1 + image_draw(r, 15);

	for (size_t i = 0; i < length; i++)
		number[i] = (char)('0' + image_draw(r, 3) * 4);
	number[length] = '\0';
	request.number = number;
	request.direction = 1 + image_draw(r, 4);
	request.caller = image_draw(r, 2) ? "48123456" : NULL;
	request.relation = image_draw(r, 4);
	request.answer = IMAGE_T2026 +
		((int64_t)image_draw(r, 400) - 200) * IMAGE_DAY / 7;
	request.duration_us = (int64_t)image_draw(r, 4000) * 999983;
	request.bundle_left_s = image_draw(r, 3) * 40;
	request.used_s = image_draw(r, 1500);
	request.exchange_nanos = image_draw(r, 4) ? 92 * TW_NANOS : 0;
	if (!image_draw(r, 8))
		request.flags = TW_RATING_UNANSWERED;
	return request;
}

/* Everything that a deck can be asked about one call, as text: equal texts
 * are equal answers. New, free(). */
static inline char *image_answers(const tw_deck *deck,
				  const tw_rating_request *request)
{
	enum { ROOM = 16384 };
	char *out = calloc(1, ROOM), *words = NULL;
	tw_charge charge = TW_CHARGE_INIT;
	tw_span span = TW_SPAN_INIT;
	size_t used;
	tw_status status;

	if (!out)
		abort();
	status = tw_rating_rate(&charge, deck, request, NULL);
	used = (size_t)snprintf(out, ROOM, "%d %lld %lld %lld %lld %lld %llu "
		"%lld %s %s %u %lld\n", (int)status,
		(long long)charge.cost.nanos, (long long)charge.net.nanos,
		(long long)charge.vat.nanos, (long long)charge.charged_s,
		(long long)charge.paid_s,
		(unsigned long long)charge.rate_index, (long long)charge.line,
		charge.prefix, charge.destination, charge.document,
		(long long)charge.converted.nanos);
	for (size_t i = 0; i < 20 && used < ROOM / 2; i++) {
		if (tw_rating_span(&span, deck, request, i, NULL))
			break;
		used += (size_t)snprintf(out + used, ROOM - used,
			"%lld %lld %lld %s\n", (long long)span.from_s,
			(long long)span.seconds, (long long)span.exact_nanos,
			span.band);
	}
	if (!tw_rating_explain(&words, deck, request, "ru", NULL))
		snprintf(out + used, ROOM - used, "%s", words);
	tw_free(words);
	return out;
}

/* Asks a deck that came from anywhere for everything that it holds. */
static inline void image_ask_all(const tw_deck *deck, struct image_random *r,
				 size_t calls)
{
	tw_rate rate = TW_RATE_INIT;
	tw_band band = TW_BAND_INIT;
	tw_tariff_day day = TW_TARIFF_DAY_INIT;
	tw_tier tier = TW_TIER_INIT;
	tw_document document = TW_DOCUMENT_INIT;
	char number[32];

	for (size_t i = 0; !tw_deck_band(&band, deck, i, NULL); i++)
		;
	for (size_t i = 0; !tw_deck_day(&day, deck, i, NULL); i++)
		;
	for (size_t i = 0; !tw_deck_tier(&tier, deck, i, NULL); i++)
		;
	for (size_t i = 0; !tw_deck_document(&document, deck, i, NULL); i++)
		;
	for (size_t i = 0; i < tw_deck_count(deck); i++) {
		tw_rating_request request = image_request(r, number);

		if (tw_deck_rate(&rate, deck, i, NULL))
			abort();
		if (i >= calls)
			continue;
		snprintf(number, sizeof(number), "%s48", rate.prefix);
		free(image_answers(deck, &request));
	}
	for (size_t i = 0; i < calls; i++) {
		tw_rating_request request = image_request(r, number);

		free(image_answers(deck, &request));
	}
}

/* What the bytes must look like to get past the sum: the fuzzer and the tests
 * want to get further. */
static inline void image_mend(void *image, size_t size)
{
	struct tw_image_header header;

	if (size < sizeof(header))
		return;
	memcpy(&header, image, sizeof(header));
	header.size = size;
	memcpy(image, &header, sizeof(header));
	tw__image_seal(image, size);
}

#endif
