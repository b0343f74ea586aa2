/*
 * Longest prefix, and whole charges, against the two usual ways: a tree of
 * ten pointers per node and a binary search over sorted prefixes. All in one
 * process on one deck and one list of numbers, answers compared.
 *
 * bench_rating [numbers] prints one table per deck; the target of
 * performance: flat <= 0.70 of the tree at 50 000 prefixes, <= 0.35 at
 * 500 000; memory <= 0.20 of the tree; a charge <= 150 ns.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rating/prefix.h"
#include <trunkwise/rating.h>
#include <trunkwise/sys/clock.h>

#define NUMBER_MAX 16
#define ROUNDS     5

struct random { tw_random port; tw_random_state state; };

struct bench {
	struct random random;
	uint64_t *prefixes;             /* sorted */
	size_t count;
	char (*numbers)[NUMBER_MAX];
	uint8_t *lengths;
	size_t asked;
};

static uint32_t draw(struct random *r, uint32_t below)
{
	uint32_t value;

	r->port.fill(&value, sizeof(value), r->port.arg);
	return (uint32_t)((uint64_t)value * below >> 32);
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "bench_rating: %s\n", what);
	exit(1);
}

static void *must(void *mem)
{
	if (!mem)
		die("out of memory");
	return mem;
}

/* ---- decks and numbers ---- */

static const char *const countries[] = { "1", "20", "27", "30", "31", "33",
	"34", "380", "39", "44", "48", "49", "52", "55", "61", "62", "63",
	"7", "77", "81", "86", "880", "90", "91", "92", "971", "98", "998" };

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

/* Codes come in runs: 749510 .. 749519, as numbering plans give them out. */
static size_t draw_run(struct bench *b, uint64_t *out, size_t room)
{
	const char *country = countries[draw(&b->random,
		sizeof(countries) / sizeof(countries[0]))];
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

static void draw_deck(struct bench *b, size_t want)
{
	size_t capacity = want * 2, count = 0;
	uint64_t *all = must(calloc(capacity, sizeof(*all)));

	for (size_t i = 0; i < sizeof(countries) / sizeof(countries[0]); i++)
		all[count++] = packed(countries[i]);
	b->count = 0;
	while (b->count < want) {
		while (count < capacity && count < b->count + want)
			count += draw_run(b, all + count, capacity - count);
		qsort(all, count, sizeof(*all), compare);
		b->count = 0;
		for (size_t i = 0; i < count; i++) {
			if (!i || all[i] != all[i - 1])
				all[b->count++] = all[i];
		}
		count = b->count;
	}
	/* Any subset of a sorted list is sorted. */
	while (b->count > want) {
		size_t i = draw(&b->random, (uint32_t)b->count);

		memmove(all + i, all + i + 1,
			(--b->count - i) * sizeof(*all));
	}
	b->prefixes = all;
}

/* 80 % under some prefix, 20 % anywhere in a country; skewed: 90 % of the
 * calls go to 1 % of the deck. */
static void draw_number(struct bench *b, size_t i, bool skewed)
{
	uint32_t most = (uint32_t)b->count;
	char *out = b->numbers[i];
	size_t length, want = 10 + draw(&b->random, 4);

	if (skewed && draw(&b->random, 10))
		most = most / 100 + 1;
	if (skewed || draw(&b->random, 10) < 8)
		tw__prefix_unpack(out, b->prefixes[
			(uint64_t)draw(&b->random, most) * 7919 % b->count]);
	else
		strcpy(out, countries[draw(&b->random,
			sizeof(countries) / sizeof(countries[0]))]);
	length = strlen(out);
	while (length < want)
		out[length++] = (char)('0' + draw(&b->random, 10));
	out[length] = '\0';
	b->lengths[i] = (uint8_t)length;
}

/* ---- the usual ways ---- */

struct tree {
	struct tree *child[10];
	uint32_t answer;
};

static struct tree *tree_node(size_t *nodes)
{
	struct tree *t = must(calloc(1, sizeof(*t)));

	t->answer = TW_PREFIX_NONE;
	(*nodes)++;
	return t;
}

static struct tree *tree_make(const struct bench *b, size_t *nodes)
{
	struct tree *root = tree_node(nodes);
	char digits[TW_PREFIX_DIGITS + 1];

	for (size_t i = 0; i < b->count; i++) {
		struct tree *t = root;

		tw__prefix_unpack(digits, b->prefixes[i]);
		for (const char *p = digits; *p; p++) {
			struct tree **next = &t->child[*p - '0'];

			if (!*next)
				*next = tree_node(nodes);
			t = *next;
		}
		t->answer = (uint32_t)i;
	}
	return root;
}

static void tree_free(struct tree *t)
{
	for (size_t i = 0; t && i < 10; i++)
		tree_free(t->child[i]);
	free(t);
}

static uint32_t tree_find(const struct tree *t, const char *p, size_t length)
{
	uint32_t answer = TW_PREFIX_NONE;

	for (size_t i = 0; t; i++) {
		if (t->answer != TW_PREFIX_NONE)
			answer = t->answer;
		if (i == length)
			break;
		t = t->child[p[i] - '0'];
	}
	return answer;
}

/* The last prefix that sorts before the number, then up its ancestors. */
static uint32_t search_find(const struct bench *b,
			    const struct tw_prefix_index *index,
			    const char *p, size_t length)
{
	uint64_t number = tw__prefix_head(p, length);
	size_t lo = 0, hi = b->count;
	uint32_t at;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (b->prefixes[mid] <= number)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo)
		return TW_PREFIX_NONE;
	at = (uint32_t)lo - 1;
	while (at != TW_PREFIX_NONE &&
	       !tw__prefix_covers(b->prefixes[at], number))
		at = tw__prefix_shorter(index, at);
	return at;
}

/* ---- measuring ---- */

enum way { WAY_FLAT, WAY_TREE, WAY_SEARCH, WAY_COUNT };

struct ways {
	const struct bench *b;
	struct tw_prefix_index *index;
	struct tree *tree;
};

static uint64_t run(const struct ways *w, enum way way)
{
	const struct bench *b = w->b;
	uint64_t sum = 0;

	for (size_t i = 0; i < b->asked; i++) {
		const char *p = b->numbers[i];
		size_t l = b->lengths[i];

		if (way == WAY_FLAT)
			sum = sum * 31 + tw__prefix_longest(w->index, p, l);
		else if (way == WAY_TREE)
			sum = sum * 31 + tree_find(w->tree, p, l);
		else
			sum = sum * 31 + search_find(b, w->index, p, l);
	}
	return sum;
}

/* Best of some rounds, the ways taking turns: disturbances hit all alike. */
static void measure(const struct ways *w, double best[WAY_COUNT])
{
	uint64_t sum[WAY_COUNT];

	for (size_t i = 0; i < WAY_COUNT; i++)
		best[i] = 1e18;
	for (size_t round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < WAY_COUNT; i++) {
			double start = now_ns(), took;

			sum[i] = run(w, (enum way)i);
			took = (now_ns() - start) / (double)w->b->asked;
			if (took < best[i])
				best[i] = took;
		}
	}
	if (sum[WAY_FLAT] != sum[WAY_TREE] || sum[WAY_FLAT] != sum[WAY_SEARCH])
		die("the ways disagree");
}

static tw_deck *deck_make(const struct bench *b, double *took_ms)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_rate *rates = must(calloc(b->count, sizeof(*rates)));
	tw_deck *deck = NULL;
	double start;

	strcpy(rules.currency, "RUB");
	strcpy(rules.zone, "UTC");
	rules.vat_percent_nanos = 20 * TW_NANOS;
	for (size_t i = 0; i < b->count; i++) {
		rates[i] = (tw_rate)TW_RATE_INIT;
		tw__prefix_unpack(rates[i].prefix, b->prefixes[i]);
		rates[i].price_nanos = 10000000 + (int64_t)i * 1000;
		snprintf(rates[i].destination, sizeof(rates[i].destination),
			 "destination %zu", i / 20);
	}
	start = now_ns();
	if (tw_deck_new(&deck, &rules, rates, b->count, NULL))
		die("no deck");
	*took_ms = (now_ns() - start) / 1e6;
	free(rates);
	return deck;
}

static double measure_charges(const struct bench *b, const tw_deck *deck)
{
	tw_rating_request request = TW_RATING_REQUEST_INIT;
	tw_charge charge = TW_CHARGE_INIT;
	double best = 1e18;
	int64_t sum = 0;

	for (size_t round = 0; round < ROUNDS; round++) {
		double start = now_ns(), took;

		for (size_t i = 0; i < b->asked; i++) {
			request.number = b->numbers[i];
			request.duration_us = 1000000 + (int64_t)i * 1234;
			if (!tw_rating_rate(&charge, deck, &request, NULL))
				sum += charge.cost.nanos;
		}
		took = (now_ns() - start) / (double)b->asked;
		if (took < best)
			best = took;
	}
	if (!sum)
		die("all calls were free");
	return best;
}

static void bench_deck(struct bench *b, size_t prefixes)
{
	double best[WAY_COUNT], start, build_ms, deck_ms;
	struct ways w = { b, NULL, NULL };
	size_t nodes = 0, bytes;
	tw_deck *deck;

	draw_deck(b, prefixes);
	start = now_ns();
	if (tw__prefix_new(&w.index, b->prefixes, b->count, NULL))
		die("no index");
	build_ms = (now_ns() - start) / 1e6;
	w.tree = tree_make(b, &nodes);
	bytes = tw__prefix_bytes(w.index);
	deck = deck_make(b, &deck_ms);

	printf("%zu prefixes: index built in %.1f ms, deck in %.1f ms, "
	       "%.2f MiB (tree %.2f MiB, ratio %.2f)\n", b->count, build_ms,
	       deck_ms, (double)bytes / 1048576,
	       (double)(nodes * sizeof(struct tree)) / 1048576,
	       (double)bytes / (double)(nodes * sizeof(struct tree)));
	for (int skewed = 0; skewed < 2; skewed++) {
		for (size_t i = 0; i < b->asked; i++)
			draw_number(b, i, skewed);
		measure(&w, best);
		printf("  %-7s flat %6.1f ns  tree %6.1f ns  search %6.1f ns"
		       "  flat/tree %.2f  flat/search %.2f  charge %.1f ns\n",
		       skewed ? "skewed" : "uniform", best[WAY_FLAT],
		       best[WAY_TREE], best[WAY_SEARCH],
		       best[WAY_FLAT] / best[WAY_TREE],
		       best[WAY_FLAT] / best[WAY_SEARCH],
		       measure_charges(b, deck));
	}
	tw_deck_free(deck);
	tree_free(w.tree);
	tw__prefix_free(w.index);
	free(b->prefixes);
}

int main(int argc, char **argv)
{
	struct bench b;

	memset(&b, 0, sizeof(b));
	b.asked = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	if (!b.asked)
		die("how many numbers?");
	b.numbers = must(calloc(b.asked, sizeof(*b.numbers)));
	b.lengths = must(calloc(b.asked, 1));
	tw_random_seed(&b.random.port, &b.random.state, 1);
	bench_deck(&b, 200);
	/* A small round only shows that the three ways agree. */
	bench_deck(&b, b.asked < 100000 ? 5000 : 50000);
	if (b.asked >= 100000)
		bench_deck(&b, 500000);
	free(b.numbers);
	free(b.lengths);
	return 0;
}
