/**
 * @file src/rating/find.c  Which price serves a call
 *
 * Decides which rows are in force for a number, a caller, a relation and an
 * instant, and which of them prices a band from an elapsed second on. Refuses
 * to know durations and money.
 */
#include "deck.h"

struct tw_tables tw__tables_of(uint32_t direction)
{
	switch (direction) {

	case TW_DIRECTION_INBOUND:
		return (struct tw_tables){ 1, { 1, 0 },
			{ { TW_DIRECTION_INBOUND, 0 }, { 0, 0 } } };
	case TW_DIRECTION_FORWARD:
		return (struct tw_tables){ 2, { 1, 2 },
			{ { TW_DIRECTION_FORWARD, 0 },
			  { TW_DIRECTION_OUTBOUND, TW_DIRECTION_ANY } } };
	default:
		return (struct tw_tables){ 1, { 2, 0 },
			{ { TW_DIRECTION_OUTBOUND, TW_DIRECTION_ANY },
			  { 0, 0 } } };
	}
}

uint32_t tw__relations_of(uint8_t out[3], uint32_t relation)
{
	uint32_t n = 0;

	if (relation != TW_RELATION_ANY)
		out[n++] = (uint8_t)relation;
	/* Who is in the same city is in the same region as well. */
	if (relation == TW_RELATION_SAME_CITY)
		out[n++] = TW_RELATION_SAME_REGION;
	out[n++] = TW_RELATION_ANY;

	return n;
}

static bool in_force(const struct tw_rate_row *row, tw_time at)
{
	return row->from <= at && at < row->to;
}

/* What of a key tells groups apart, in sorting order. */
static int compare_group(const struct tw_rate_row *row, uint64_t caller,
			 uint32_t relation, uint32_t direction)
{
	if (row->caller != caller)
		return row->caller < caller ? -1 : 1;
	if (row->relation != relation)
		return row->relation < relation ? -1 : 1;

	return (row->direction > direction) - (row->direction < direction);
}

/* Rows of one group among those of a prefix. */
static void find_group(struct tw_price *price,
		       const struct tw_rate_row *first, uint64_t caller,
		       uint32_t relation, uint32_t direction)
{
	const struct tw_rate_row *end = first + first->alike;
	const struct tw_rate_row *lo = first, *hi = end;

	while (lo < hi) {
		const struct tw_rate_row *mid = lo + (hi - lo) / 2;

		if (compare_group(mid, caller, relation, direction) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	price->rows = lo;
	while (hi < end && !compare_group(hi, caller, relation, direction))
		hi++;
	price->count = (size_t)(hi - lo);
	/* Sorted by band, then second: the last row tells. */
	price->in_parts = price->count && (hi[-1].band || hi[-1].from_s);
}

/* The last row that starts by then; those before it have ended by then,
 * because none overlap. */
static const struct tw_rate_row *whole_base(const struct tw_price *price,
					    tw_time at)
{
	const struct tw_rate_row *lo = price->rows;
	const struct tw_rate_row *hi = lo + price->count;

	while (lo < hi) {
		const struct tw_rate_row *mid = lo + (hi - lo) / 2;

		if (mid->from <= at)
			lo = mid + 1;
		else
			hi = mid;
	}

	return lo > price->rows && at < lo[-1].to ? lo - 1 : NULL;
}

/* The first row of the group that is not before a band and second. */
static const struct tw_rate_row *part_at(const struct tw_price *price,
					 uint32_t band, int64_t from_s)
{
	const struct tw_rate_row *lo = price->rows;
	const struct tw_rate_row *hi = lo + price->count;

	while (lo < hi) {
		const struct tw_rate_row *mid = lo + (hi - lo) / 2;

		if (mid->band < band ||
		    (mid->band == band && mid->from_s < from_s))
			lo = mid + 1;
		else
			hi = mid;
	}

	return lo;
}

static const struct tw_rate_row *base_of(const struct tw_price *price,
					 uint32_t band, tw_time at)
{
	const struct tw_rate_row *row = part_at(price, band, 0);
	const struct tw_rate_row *end = price->rows + price->count;

	for (; row < end && row->band == band && !row->from_s; row++) {
		if (in_force(row, at))
			return row;
	}

	return NULL;
}

/* Of rows that a band owns and rows for all, the band's own go first. */
static const struct tw_rate_row *part_base(const struct tw_price *price,
					   uint32_t band, tw_time at)
{
	const struct tw_rate_row *row = base_of(price, band + 1, at);

	return row ? row : base_of(price, 0, at);
}

/* A row that ends a code says only that shorter ones are asked. */
static bool has_base(struct tw_price *price, tw_time at)
{
	price->base = price->in_parts ? part_base(price, price->band, at)
				      : whole_base(price, at);

	return price->base && price->base->status != TW_RATE_ENDED;
}

static bool find_caller(struct tw_price *out, const struct tw_rate_row *first,
			const struct tw_question *q, uint64_t caller,
			const struct tw_tables *tables, uint32_t pass)
{
	uint8_t relation[3];
	uint32_t relations = tw__relations_of(relation, q->relation);

	for (uint32_t r = 0; r < relations; r++) {
		for (uint32_t d = 0; d < tables->count[pass]; d++) {
			find_group(out, first, caller, relation[r],
				   tables->direction[pass][d]);
			if (out->count && has_base(out, q->at))
				return true;
		}
	}

	return false;
}

static bool find_in_prefix(struct tw_price *out,
			   const struct tw_rate_row *first,
			   const struct tw_question *q,
			   const struct tw_tables *tables, uint32_t pass)
{
	uint32_t lengths = first->callers;

	/* Longer caller prefixes than the caller cannot match. */
	if (q->caller_length < TW_PREFIX_DIGITS)
		lengths &= (2u << q->caller_length) - 1;

	while (lengths) {
		size_t length = 31 - (size_t)__builtin_clz(lengths);

		if (find_caller(out, first, q,
				tw__prefix_head(q->caller, length), tables,
				pass))
			return true;
		lengths &= ~(1u << length);
	}

	return false;
}

bool tw__deck_find(struct tw_price *out, const struct tw_deck *deck,
		   const struct tw_question *question)
{
	struct tw_tables tables = tw__tables_of(question->direction);
	uint32_t longest = tw__prefix_longest(deck->prefixes,
					      question->number,
					      question->number_length);

	/* The charge will want both; they are waited for at once. */
	if (longest != TW_PREFIX_NONE) {
		__builtin_prefetch(&deck->rows[longest]);
		__builtin_prefetch(&deck->notes[longest]);
	}
	out->band = tw__band_at(deck, question->at, &out->band_until);
	for (uint32_t p = 0; p < tables.passes; p++) {
		for (uint32_t at = longest; at != TW_PREFIX_NONE;
		     at = tw__prefix_shorter(deck->prefixes, at)) {
			if (find_in_prefix(out, &deck->rows[at], question,
					   &tables, p))
				return true;
		}
	}

	return false;
}

const struct tw_rate_row *tw__price_part(const struct tw_price *price,
	uint32_t band, int64_t elapsed_s, tw_time answer, int64_t *until_s)
{
	const struct tw_rate_row *best = price->base, *later;
	const struct tw_rate_row *end = price->rows + price->count;

	*until_s = INT64_MAX;
	if (!price->in_parts)
		return best;
	best = part_base(price, band, answer);
	later = part_at(price, best->band, elapsed_s + 1);
	for (const struct tw_rate_row *row = later;
	     row < end && row->band == best->band; row++) {
		if (in_force(row, answer)) {
			*until_s = row->from_s;
			break;
		}
	}
	/* Back to the base row, which is in force, at the latest. */
	while (later-- > best) {
		if (in_force(later, answer))
			return later;
	}

	return best;
}
