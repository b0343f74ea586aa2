/* Decks, calls and clocks that the measurements of rating share. */
#ifndef TW_BENCH_RATING_H
#define TW_BENCH_RATING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trunkwise/rating.h>
#include <trunkwise/sys/clock.h>

#define NUMBER_MAX 16           /* with its end */
#define ROUNDS     5

struct random { tw_random port; tw_random_state state; };

/* One list of prefixes and the calls that are made through it. */
struct bench {
	struct random random;
	uint64_t *prefixes;             /* packed, sorted */
	size_t count;
	char (*numbers)[NUMBER_MAX];
	uint8_t *lengths;
	int64_t *answers;
	int64_t *durations_us;
	size_t asked;
};

uint32_t draw(struct random *r, uint32_t below);
double now_ns(void);
double cpu_ns(void);            /* of this thread: others may have waited */
void die(const char *what);
void *must(void *mem);

void bench_open(struct bench *b, size_t asked);
void bench_close(struct bench *b);
/* So many prefixes under real country codes, in runs as numbering plans give
 * them out; the one before is dropped. */
void draw_prefixes(struct bench *b, size_t want);
/* 80 % under some prefix, 20 % anywhere in a country; skewed: 90 % of the
 * calls go to 1 % of the prefixes. */
void draw_calls(struct bench *b, bool skewed);

enum terms { TERMS_FLAT, TERMS_BANDS, TERMS_TIERS };
/* New. took_ms: of making it, the rows at hand. */
tw_deck *deck_make(const struct bench *b, enum terms terms, double *took_ms);

/* Prints a line per way to find a prefix; all must agree. */
void bench_lookup(struct bench *b);

#endif
