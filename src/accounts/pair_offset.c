/**
 * @file src/accounts/pair_offset.c  How far two sources' clocks are apart
 *
 * Decides the offset by a vote: every two records of one party that may be
 * one call vote for the difference of their starts; true pairs agree, others
 * spread out. A day with enough votes has its own offset, because clocks
 * drift and are set right; other days take that of the nearest one.
 */
#include <stdlib.h>
#include <string.h>
#include "pair_offset.h"

#define DAY_US (24LL * 3600 * TW_SECOND)
/* Votes on one offset before a day is believed. */
#define DAY_VOTES 8u
/* Of a party that calls all day long a few calls say enough. */
#define VOTES_A_RECORD 8u

struct vote {
	int64_t day, diff_us;
};

struct votes {
	struct vote *rows;
	size_t count, capacity;
};

static int party(const struct tw__seen *a, const struct tw__seen *b)
{
	if (a->inbound != b->inbound)
		return a->inbound ? 1 : -1;
	return a->remote < b->remote ? -1 : a->remote > b->remote;
}

static tw_status add_vote(struct votes *votes, tw_time start, int64_t diff,
			  tw_error *err)
{
	if (tw__grow((void **)&votes->rows, &votes->capacity,
		     votes->count + 1, sizeof(*votes->rows)))
		return tw__fail_oom(err);
	votes->rows[votes->count++] = (struct vote){ start / DAY_US, diff };
	return TW_OK;
}

static tw_status collect(struct votes *out, const struct tw__sights sights[2],
			 const struct tw__seen *const *const order[2],
			 int64_t reach, tw_error *err)
{
	size_t from = 0;

	for (size_t i = 0; i < sights[0].count; i++) {
		const struct tw__seen *a = order[0][i];
		unsigned int given = 0;

		for (; from < sights[1].count; from++) {
			const struct tw__seen *b = order[1][from];
			int diff = party(b, a);

			if (diff > 0 || (!diff && b->start >= a->start -
					 reach))
				break;
		}
		for (size_t j = from; j < sights[1].count &&
		     given < VOTES_A_RECORD; j++) {
			const struct tw__seen *b = order[1][j];
			tw_status status;

			if (party(b, a) || b->start > a->start + reach)
				break;
			if (a->own && b->own && a->own != b->own)
				continue;
			given++;
			status = add_vote(out, a->start, b->start - a->start,
					  err);
			if (status)
				return status;
		}
	}
	return TW_OK;
}

static int by_diff(const void *x, const void *y)
{
	const struct vote *a = x, *b = y;

	return (a->diff_us > b->diff_us) - (a->diff_us < b->diff_us);
}

static int by_day(const void *x, const void *y)
{
	const struct vote *a = x, *b = y;

	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	return by_diff(x, y);
}

/* Where votes lie densest: the median of the window with most of them. */
static size_t densest(int64_t *out, const struct vote *votes, size_t count,
		      int64_t window)
{
	size_t best = 0, from = 0;

	for (size_t to = 0; to < count; to++) {
		while (votes[to].diff_us - votes[from].diff_us > window)
			from++;
		if (to - from + 1 > best) {
			best = to - from + 1;
			*out = votes[from + (to - from) / 2].diff_us;
		}
	}
	return best;
}

static tw_status vote_by_day(struct tw__offsets *out, struct votes *votes,
			     int64_t window, tw_error *err)
{
	for (size_t i = 0; i < votes->count; ) {
		struct tw__day_offset day = { votes->rows[i].day, 0 };
		size_t end = i;

		while (end < votes->count && votes->rows[end].day == day.day)
			end++;
		if (densest(&day.offset_us, &votes->rows[i], end - i,
			    window) >= DAY_VOTES) {
			if (tw__grow((void **)&out->days, &out->capacity,
				     out->count + 1, sizeof(day)))
				return tw__fail_oom(err);
			out->days[out->count++] = day;
		}
		i = end;
	}
	return TW_OK;
}

tw_status tw__offsets_measure(struct tw__offsets *out,
			      const struct tw__sights sights[2],
			      const struct tw__seen *const *const order[2],
			      const struct tw__pair_rules *rules,
			      tw_error *err)
{
	struct votes votes = { 0 };
	tw_status status = collect(&votes, sights, order,
				   rules->offset_max_us, err);

	memset(out, 0, sizeof(*out));
	if (!status && votes.count) {
		qsort(votes.rows, votes.count, sizeof(*votes.rows), by_diff);
		out->trusted = densest(&out->overall_us, votes.rows,
			votes.count, rules->window_us) >= DAY_VOTES;
		qsort(votes.rows, votes.count, sizeof(*votes.rows), by_day);
		status = vote_by_day(out, &votes, rules->window_us, err);
	}
	tw_free(votes.rows);
	if (status)
		tw__offsets_free(out);
	return status;
}

int64_t tw__offset_at(const struct tw__offsets *offsets, tw_time at)
{
	int64_t day = at / DAY_US;
	size_t low = 0, high = offsets->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (offsets->days[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	if (!offsets->count)
		return offsets->overall_us;
	if (low == offsets->count)
		low--;
	else if (low && day - offsets->days[low - 1].day <
		 offsets->days[low].day - day)
		low--;
	return offsets->days[low].offset_us;
}

void tw__offsets_free(struct tw__offsets *offsets)
{
	tw_free(offsets->days);
	memset(offsets, 0, sizeof(*offsets));
}
