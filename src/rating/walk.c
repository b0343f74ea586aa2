/**
 * @file src/rating/walk.c  Which seconds of a call have which price
 *
 * Decides where increments begin, what band, elapsed second, bundle and tier
 * each of their seconds belongs to, and hands them on in runs of equal price.
 * Refuses to know money. Runs, not increments: an hour by the second is one
 * step here unless something changes in it.
 */
#include "deck.h"

struct walk {
	const struct tw_deck *deck;
	const struct tw_question *q;
	const struct tw_price *price;
	tw__run_fn *fn;
	void *arg;
	bool stopped;
	uint32_t band;
	int64_t band_until_s;   /* elapsed */
	int64_t bundle_left_s;
	int64_t used_s;         /* paid in the month, for tiers */
};

static int64_t min_i64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* First elapsed second that does not begin before an instant. */
static int64_t elapsed_of(const struct walk *w, tw_time until)
{
	int64_t us;

	if (until == TW_TIME_MAX)
		return INT64_MAX;
	us = until - w->q->at;

	return us / TW_SECOND + (us % TW_SECOND > 0);
}

/* The band in which an elapsed second begins; seconds only grow. */
static void seek_band(struct walk *w, int64_t elapsed_s)
{
	while (elapsed_s >= w->band_until_s) {
		tw_time until;

		w->band = tw__band_at(w->deck, w->q->at +
				      elapsed_s * TW_SECOND, &until);
		w->band_until_s = elapsed_of(w, until);
	}
}

static void hand_on(struct walk *w, struct tw_run *run, int64_t count,
		    int64_t piece_s)
{
	if (!count || !piece_s || w->stopped)
		return;
	run->count = count;
	run->piece_s = piece_s;
	if (!w->fn(w->arg, run))
		w->stopped = true;
	run->from_s += count * piece_s;
}

/* Whole increments in one run, what is cut off at either end in its own:
 * rounding each increment needs them apart. `start`: of some increment. */
static void cut_increments(struct walk *w, struct tw_run *run, int64_t start,
			   int64_t seconds)
{
	int64_t inc = run->increment_s;
	int64_t phase = (run->from_s - start) % inc;
	int64_t head = phase ? min_i64(inc - phase, seconds) : 0;

	hand_on(w, run, head ? 1 : 0, head);
	seconds -= head;
	hand_on(w, run, seconds / inc, inc);
	hand_on(w, run, 1, seconds % inc);
}

static int64_t tier_end(const struct walk *w, uint32_t *ppm)
{
	const struct tw_deck *deck = w->deck;

	/* A tier is for calls that we make, as a bundle is. */
	*ppm = TW_PPM_WHOLE;
	if (deck->rules.tier_mode != TW_TIERS_GRADUATED ||
	    w->q->direction == TW_DIRECTION_INBOUND)
		return INT64_MAX;
	for (size_t i = 0; i < deck->tier_count; i++) {
		if (w->used_s < deck->tiers[i].from_s)
			return deck->tiers[i].from_s;
		*ppm = deck->tiers[i].percent_ppm;
	}

	return INT64_MAX;
}

/* Seconds of one row and band: the bundle takes its share first, then tiers
 * cut what is paid. */
static void cut_paid(struct walk *w, struct tw_run *run, int64_t start,
		     int64_t seconds)
{
	int64_t covered = min_i64(w->bundle_left_s, seconds);

	if (covered > 0) {
		w->bundle_left_s -= covered;
		seconds -= covered;
		run->bundle = true;
		run->tier_ppm = TW_PPM_WHOLE;
		cut_increments(w, run, start, covered);
		run->bundle = false;
	}
	while (seconds > 0 && !w->stopped) {
		int64_t end = tier_end(w, &run->tier_ppm);
		int64_t part = min_i64(seconds, end - w->used_s);

		w->used_s += part;
		seconds -= part;
		cut_increments(w, run, start, part);
	}
}

static struct tw_run run_of(const struct walk *w,
			    const struct tw_rate_row *row, uint32_t band,
			    int64_t from_s, uint32_t increment_s)
{
	struct tw_run run = { .row = row, .from_s = from_s,
		.increment_s = increment_s, .band = band,
		.band_ppm = TW_PPM_WHOLE, .tier_ppm = TW_PPM_WHOLE };

	/* A band's own row is its price; others are multiplied. */
	if (w->deck->band_count && !row->band)
		run.band_ppm = w->deck->bands[band].percent_ppm;

	return run;
}

/* Second where the band ends, `until_s` at most. A midnight or a change of
 * clocks within one band cuts no increment. */
static int64_t band_end(struct walk *w, int64_t until_s)
{
	uint32_t band = w->band;

	while (w->band_until_s < until_s) {
		int64_t at = w->band_until_s;

		seek_band(w, at);
		if (w->band != band)
			return at;
	}

	return until_s;
}

static void price_by_second(struct walk *w, int64_t start, int64_t seconds,
			    uint32_t increment_s)
{
	int64_t at = start, end = start + seconds;

	while (at < end && !w->stopped) {
		const struct tw_rate_row *row;
		int64_t until_s;
		struct tw_run run;

		seek_band(w, at);
		row = tw__price_part(w->price, w->band, at, w->q->at,
				     &until_s);
		run = run_of(w, row, w->band, at, increment_s);
		until_s = band_end(w, min_i64(end, until_s));
		cut_paid(w, &run, start, until_s - at);
		at = until_s;
	}
}

/* Increments from `at` that have one length and, unless seconds are priced
 * one by one, one price. Returns where the next ones begin. */
static int64_t step(struct walk *w, int64_t at, int64_t end, bool first)
{
	uint32_t crossing = w->deck->rules.crossing;
	uint32_t band = w->price->band, inc;
	const struct tw_rate_row *row;
	int64_t until_s, count;
	struct tw_run run;

	if (crossing == TW_CROSSING_INCREMENT_START) {
		seek_band(w, at);
		band = w->band;
	}
	row = tw__price_part(w->price, band, at, w->q->at, &until_s);
	until_s = min_i64(until_s, end);
	if (crossing == TW_CROSSING_INCREMENT_START)
		until_s = min_i64(until_s, w->band_until_s);
	inc = first ? w->price->base->first_inc_s : row->next_inc_s;
	count = inc == row->next_inc_s ? (until_s - at + inc - 1) / inc : 1;

	if (crossing == TW_CROSSING_PER_SECOND) {
		price_by_second(w, at, count * inc, inc);
	}
	else {
		run = run_of(w, row, band, at, inc);
		cut_paid(w, &run, at, count * inc);
	}

	return at + count * inc;
}

int64_t tw__walk(const struct tw_deck *deck, const struct tw_question *q,
		 const struct tw_price *price, int64_t counted,
		 tw__run_fn *fn, void *arg)
{
	struct walk w = { .deck = deck, .q = q, .price = price, .fn = fn,
		.arg = arg, .band = price->band,
		.bundle_left_s = q->bundle_left_s, .used_s = q->used_s };
	int64_t start = deck->rules.included_s, at = start;

	w.band_until_s = elapsed_of(&w, price->band_until);
	while (at < counted && !w.stopped)
		at = step(&w, at, counted, at == start);

	return at - start;
}
