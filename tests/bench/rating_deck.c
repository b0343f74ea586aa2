/* Decks and calls for the measurements of rating. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rating/prefix.h"
#include "rating_bench.h"

#define COUNTRIES (sizeof(countries) / sizeof(countries[0]))

static const char *const countries[] = { "1", "20", "27", "30", "31", "33",
	"34", "380", "39", "44", "48", "49", "52", "55", "61", "62", "63",
	"7", "77", "81", "86", "880", "90", "91", "92", "971", "98", "998" };

uint32_t draw(struct random *r, uint32_t below)
{
	uint32_t value;

	r->port.fill(&value, sizeof(value), r->port.arg);
	return (uint32_t)((uint64_t)value * below >> 32);
}

static double read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

double now_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

double cpu_ns(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

void die(const char *what)
{
	fprintf(stderr, "bench_rating: %s\n", what);
	exit(1);
}

void *must(void *mem)
{
	if (!mem)
		die("out of memory");
	return mem;
}

void bench_open(struct bench *b, size_t asked)
{
	memset(b, 0, sizeof(*b));
	b->asked = asked;
	b->numbers = must(calloc(asked, sizeof(*b->numbers)));
	b->lengths = must(calloc(asked, 1));
	b->answers = must(calloc(asked, sizeof(*b->answers)));
	b->durations_us = must(calloc(asked, sizeof(*b->durations_us)));
	tw_random_seed(&b->random.port, &b->random.state, 1);
}

void bench_close(struct bench *b)
{
	free(b->prefixes);
	free(b->numbers);
	free(b->lengths);
	free(b->answers);
	free(b->durations_us);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t packed(const char *digits)
{
	uint64_t prefix = 0;

	if (!tw__prefix_pack(&prefix, digits))
		die("bad prefix");
	return prefix;
}

/* Codes come in runs: 749510 .. 749519. */
static size_t draw_run(struct bench *b, uint64_t *out, size_t room)
{
	const char *country = countries[draw(&b->random, COUNTRIES)];
	size_t extra = 2 + draw(&b->random, 6), used = strlen(country);
	size_t run = 1 + draw(&b->random, 30), made = 0;
	char digits[NUMBER_MAX];
	uint32_t value = 0, width = 1;

	if (used + extra > 9)
		extra = 9 - used;
	for (size_t i = 0; i < extra; i++)
		width *= 10;
	value = draw(&b->random, width);
	for (; made < run && made < room && value < width; made++, value++) {
		snprintf(digits, sizeof(digits), "%s%0*u", country,
			 (int)extra, value);
		out[made] = packed(digits);
	}
	return made;
}

static size_t drop_repeats(uint64_t *sorted, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (!i || sorted[i] != sorted[i - 1])
			sorted[kept++] = sorted[i];
	}
	return kept;
}

/* Any subset of a sorted list is sorted. */
static void thin_out(struct bench *b, size_t want)
{
	size_t left = b->count, kept = 0;

	for (size_t i = 0; i < b->count; i++, left--) {
		if (draw(&b->random, (uint32_t)left) < want - kept)
			b->prefixes[kept++] = b->prefixes[i];
	}
	b->count = kept;
}

void draw_prefixes(struct bench *b, size_t want)
{
	size_t capacity = want * 2 + 100, count = 0;

	free(b->prefixes);
	b->prefixes = must(calloc(capacity, sizeof(*b->prefixes)));
	for (size_t i = 0; i < COUNTRIES; i++)
		b->prefixes[count++] = packed(countries[i]);
	while (count < want) {
		while (count + 30 < capacity && count < want + want / 4)
			count += draw_run(b, b->prefixes + count,
					  capacity - count);
		qsort(b->prefixes, count, sizeof(*b->prefixes), compare);
		count = drop_repeats(b->prefixes, count);
	}
	b->count = count;
	thin_out(b, want);
}

static void draw_number(struct bench *b, size_t i, bool skewed)
{
	uint32_t most = (uint32_t)b->count;
	char *out = b->numbers[i];
	size_t length, want = 10 + draw(&b->random, 4);

	memset(out, 0, NUMBER_MAX);
	if (skewed && draw(&b->random, 10))
		most = most / 100 + 1;
	if (skewed || draw(&b->random, 10) < 8)
		tw__prefix_unpack(out, b->prefixes[
			(uint64_t)draw(&b->random, most) * 7919 % b->count]);
	else
		strcpy(out, countries[draw(&b->random, COUNTRIES)]);
	length = strlen(out);
	while (length < want)
		out[length++] = (char)('0' + draw(&b->random, 10));
	b->lengths[i] = (uint8_t)length;
}

void draw_calls(struct bench *b, bool skewed)
{
	/* 2026-01-01T00:00:00Z, and a year of seconds */
	const int64_t start_s = 1767225600, year_s = 31536000;

	for (size_t i = 0; i < b->asked; i++) {
		draw_number(b, i, skewed);
		b->answers[i] = (start_s +
			draw(&b->random, (uint32_t)year_s)) * TW_SECOND;
		b->durations_us[i] = (int64_t)(1 + draw(&b->random, 600)) *
			TW_SECOND - draw(&b->random, 1000000);
	}
}

static void add_band(tw_band *band, const char *name, const char *hours,
		     uint32_t ppm)
{
	*band = (tw_band)TW_BAND_INIT;
	strcpy(band->name, name);
	band->percent_ppm = ppm;
	if (tw_band_add_hours(band, hours, NULL))
		die("no hours");
}

static tw_rate *rates_make(const struct bench *b, enum terms terms)
{
	tw_rate *rates = must(calloc(b->count, sizeof(*rates)));

	for (size_t i = 0; i < b->count; i++) {
		rates[i] = (tw_rate)TW_RATE_INIT;
		tw__prefix_unpack(rates[i].prefix, b->prefixes[i]);
		rates[i].price_nanos = 10000000 + (int64_t)i * 1000;
		rates[i].line = (int64_t)i + 2;
		if (terms != TERMS_FLAT)
			rates[i].first_inc_s = rates[i].next_inc_s = 1;
		snprintf(rates[i].destination, sizeof(rates[i].destination),
			 "destination %zu", i / 20);
	}
	return rates;
}

tw_deck *deck_make(const struct bench *b, enum terms terms, double *took_ms)
{
	tw_rate *rates = rates_make(b, terms);
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_deck_options options = TW_DECK_OPTIONS_INIT;
	tw_tier tiers[2] = { TW_TIER_INIT, TW_TIER_INIT };
	tw_deck *deck = NULL;
	tw_band bands[3];
	double start;

	strcpy(rules.currency, "RUB");
	strcpy(rules.zone, "Europe/Moscow");
	rules.vat_percent_nanos = 20 * TW_NANOS;
	options.rules = &rules;
	add_band(&bands[0], "rest", "sat,sun,holiday 00:00-24:00", 500000);
	add_band(&bands[1], "day", "mon-fri 08:00-20:00", TW_PPM_WHOLE);
	add_band(&bands[2], "night", "mon-fri 20:00-08:00", 750000);
	tiers[0].from_s = 60000;
	tiers[0].percent_ppm = 900000;
	tiers[1].from_s = 300000;
	tiers[1].percent_ppm = 750000;
	options.bands = bands;
	options.band_count = terms == TERMS_BANDS ? 3 : 0;
	options.tiers = tiers;
	options.tier_count = terms == TERMS_TIERS ? 2 : 0;
	start = now_ns();
	if (tw_deck_make(&deck, &options, rates, b->count, NULL))
		die("no deck");
	if (took_ms)
		*took_ms = (now_ns() - start) / 1e6;
	free(rates);
	return deck;
}
