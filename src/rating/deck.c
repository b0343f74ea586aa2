/**
 * @file src/rating/deck.c  Rules and rates compiled into what rating asks
 *
 * Decides whether a set of rows may stand together, and which of them is in
 * force for a number, a caller and an instant. Refuses to know durations,
 * money arithmetic and where the rows came from. A deck never changes after
 * it is made, so that any number of threads ask it without a lock and a new
 * sheet is a new deck.
 */
#include "deck.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_SLOTS 1024

struct compile {
	struct tw_deck *deck;
	struct tw_buf texts;
	uint32_t seen[TEXT_SLOTS];      /* places of texts, plus one */
};

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int tw__row_key_compare(const struct tw_row_key *a,
			const struct tw_row_key *b)
{
	int order = compare_u64(a->prefix, b->prefix);

	if (!order)
		order = compare_u64(a->caller, b->caller);
	if (!order)
		order = compare_u64(a->direction, b->direction);
	if (!order)
		order = (a->from > b->from) - (a->from < b->from);

	return order;
}

bool tw__row_key_same(const struct tw_row_key *a, const struct tw_row_key *b)
{
	return a->prefix == b->prefix && a->caller == b->caller &&
		a->direction == b->direction;
}

static struct tw_row_key key_of(const struct tw_row *row)
{
	return (struct tw_row_key){ row->prefix, row->caller, row->direction,
				    row->from };
}

static int compare_rows(const void *a, const void *b)
{
	const struct tw_row *x = a, *y = b;
	struct tw_row_key kx = key_of(x), ky = key_of(y);
	int order = tw__row_key_compare(&kx, &ky);

	return order ? order : compare_u64(x->index, y->index);
}

static bool is_terminated(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static tw_status check_numbers(const tw_rate *rate, tw_error *err)
{
	if (rate->first_inc_s < 1 || rate->next_inc_s < 1)
		return tw__fail_at(err, TW_EINVAL, rate->line, "first_inc",
			"increments are 1 second or more; write 1 for a "
			"price per second");
	if (rate->price_nanos < 0)
		return tw__fail_at(err, TW_EINVAL, rate->line, "rate",
				   "a price is 0 or more");
	if (rate->connect_fee_nanos < 0)
		return tw__fail_at(err, TW_EINVAL, rate->line, "connect_fee",
				   "a connection fee is 0 or more");
	if (rate->from >= rate->to)
		return tw__fail_at(err, TW_EINVAL, rate->line,
			"effective_to", "the row ends before it starts; "
			"effective_to is the first day it is not in force");

	return TW_OK;
}

tw_status tw__rate_check(const tw_rate *rate, struct tw_row_key *out,
			 tw_error *err)
{
	struct tw_row_key key = { 0, 0, rate->direction, rate->from };

	if (!is_terminated(rate->prefix, sizeof(rate->prefix)) ||
	    !tw__prefix_pack(&key.prefix, rate->prefix) || !key.prefix)
		return tw__fail_at(err, TW_EINVAL, rate->line, "prefix",
				   "a prefix is 1 to 15 digits");
	if (!is_terminated(rate->caller_prefix,
			   sizeof(rate->caller_prefix)) ||
	    !tw__prefix_pack(&key.caller, rate->caller_prefix))
		return tw__fail_at(err, TW_EINVAL, rate->line,
			"caller_prefix", "a caller prefix is up to 15 "
			"digits; leave it empty for any caller");
	if (!is_terminated(rate->destination, sizeof(rate->destination)))
		return tw__fail_at(err, TW_EINVAL, rate->line, "destination",
				   "a destination is at most 95 bytes");
	if (rate->status < TW_RATE_PRICED || rate->status > TW_RATE_ENDED)
		return tw__fail_at(err, TW_EINVAL, rate->line, "status",
				   "status %u is none of TW_RATE_",
				   rate->status);
	if (rate->direction > TW_DIRECTION_FORWARD)
		return tw__fail_at(err, TW_EINVAL, rate->line, "direction",
			rate->direction == TW_DIRECTION_INTERNAL ?
			"internal calls cost nothing and have no rows; "
			"delete the row" : "no such direction");
	if (check_numbers(rate, err))
		return TW_EINVAL;
	*out = key;

	return TW_OK;
}

/* Sheets repeat a destination over many codes. A lossy table finds nearly
 * all repeats; a miss costs a second copy, no more. */
static tw_status add_text(struct compile *c, uint32_t *place,
			  const char *text)
{
	size_t length = strlen(text) + 1;
	uint32_t hash = 2166136261u, *slot;

	for (const char *p = text; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	slot = &c->seen[(hash ^ hash >> 15) % TEXT_SLOTS];
	if (*slot && !strcmp(c->texts.data + *slot - 1, text)) {
		*place = *slot - 1;
		return TW_OK;
	}
	if (c->texts.size > UINT32_MAX - length - 1)
		return TW_ERANGE;
	*place = (uint32_t)c->texts.size;
	*slot = *place + 1;

	return tw__buf_append(&c->texts, text, length);
}

static tw_status take_row(struct compile *c, size_t i, const void *in,
			  tw_error *err)
{
	struct tw_row *row = &c->deck->rows[i];
	struct tw_row_key key;
	tw_status status;
	tw_rate rate;

	status = tw__import(&rate, sizeof(rate), in, err);
	if (!status)
		status = tw__rate_check(&rate, &key, err);
	if (status)
		return status;

	*row = (struct tw_row){
		.prefix = key.prefix, .caller = key.caller,
		.from = rate.from, .to = rate.to,
		.price_nanos = rate.price_nanos,
		.connect_fee_nanos = rate.connect_fee_nanos,
		.line = rate.line, .first_inc_s = rate.first_inc_s,
		.next_inc_s = rate.next_inc_s, .index = (uint32_t)i,
		.direction = (uint8_t)rate.direction,
		.status = (uint8_t)rate.status,
	};
	if (add_text(c, &row->destination, rate.destination))
		return tw__fail_oom(err);

	return TW_OK;
}

static tw_status conflict(const struct tw_row *a, const struct tw_row *b,
			  tw_error *err)
{
	char prefix[TW_PREFIX_DIGITS + 1];
	const char *what = "lines";
	int64_t x = a->line, y = b->line;

	/* Rows that came from no sheet are named by their place, from 1. */
	if (x <= 0 || y <= 0) {
		what = "rows";
		x = (int64_t)a->index + 1;
		y = (int64_t)b->index + 1;
	}
	tw__prefix_unpack(prefix, a->prefix);

	return tw__fail_at(err, TW_ECONFLICT, y > x ? y : x, "prefix",
		"%s %lld and %lld: %s has two rows in force at once; end the "
		"first with effective_to or delete one", what,
		(long long)(x < y ? x : y), (long long)(x < y ? y : x),
		prefix);
}

/* Sorted by start, so that any overlap shows between neighbours. */
static tw_status check_overlaps(const struct tw_deck *deck, tw_error *err)
{
	for (size_t i = 1; i < deck->count; i++) {
		const struct tw_row *a = &deck->rows[i - 1];
		const struct tw_row *b = &deck->rows[i];
		struct tw_row_key ka = key_of(a), kb = key_of(b);

		if (tw__row_key_same(&ka, &kb) && b->from < a->to)
			return conflict(a, b, err);
	}

	return TW_OK;
}

static void count_alike(struct tw_deck *deck)
{
	struct tw_row *first = deck->rows;

	for (size_t i = 0; i < deck->count; i++) {
		struct tw_row *row = &deck->rows[i];

		if (row->prefix != first->prefix)
			first = row;
		first->alike++;
		first->callers |= (uint16_t)(1u <<
			tw__prefix_length(row->caller));
		deck->place[row->index] = (uint32_t)i;
	}
}

static tw_status index_prefixes(struct tw_deck *deck, tw_error *err)
{
	uint64_t *sorted = tw_calloc(deck->count + 1, sizeof(*sorted));
	tw_status status;

	if (!sorted)
		return tw__fail_oom(err);
	for (size_t i = 0; i < deck->count; i++)
		sorted[i] = deck->rows[i].prefix;
	status = tw__prefix_new(&deck->prefixes, sorted, deck->count, err);
	tw_free(sorted);

	return status;
}

static tw_status finish(struct compile *c, tw_error *err)
{
	struct tw_deck *deck = c->deck;
	tw_status status;

	qsort(deck->rows, deck->count, sizeof(*deck->rows), compare_rows);
	status = check_overlaps(deck, err);
	if (status)
		return status;

	deck->place = tw_calloc(deck->count + 1, sizeof(*deck->place));
	if (!deck->place)
		return tw__fail_oom(err);
	count_alike(deck);
	deck->texts = tw__buf_take(&c->texts);
	if (deck->count && !deck->texts)
		return tw__fail_oom(err);

	return index_prefixes(deck, err);
}

static tw_status take_rows(struct compile *c, const tw_rate *rates,
			   tw_error *err)
{
	const char *p = (const char *)rates;
	uint32_t stride = c->deck->count ? rates->size : 0;

	for (size_t i = 0; i < c->deck->count; i++, p += stride) {
		tw_status status;
		uint32_t size;

		/* The array's step is the caller's idea of the struct. */
		memcpy(&size, p, sizeof(size));
		if (size != stride || stride < sizeof(size))
			return tw__fail(err, TW_EINVAL, "rate %zu has size "
				"%u, the first has %u; start each with "
				"TW_RATE_INIT", i, size, stride);
		status = take_row(c, i, p, err);
		if (status)
			return status;
	}

	return TW_OK;
}

static tw_status compile(struct tw_deck *deck, const tw_rate *rates,
			 tw_error *err)
{
	struct compile *c = tw_calloc(1, sizeof(*c));
	tw_status status;

	if (!c)
		return tw__fail_oom(err);
	c->deck = deck;
	tw__buf_init(&c->texts);
	deck->rows = tw_calloc(deck->count + 1, sizeof(*deck->rows));
	if (!deck->rows)
		status = tw__fail_oom(err);
	else
		status = take_rows(c, rates, err);
	if (!status)
		status = finish(c, err);
	tw__buf_free(&c->texts);
	tw_free(c);

	return status;
}

tw_status tw__deck_build(tw_deck **out, const tw_tariff_rules *rules,
			 tw_zone *zone, const tw_rate *rates, size_t count,
			 tw_error *err)
{
	struct tw_deck *deck;
	tw_status status;

	if (count && !rates)
		return tw__fail(err, TW_EINVAL, "a deck wants its rates");
	if (count >= UINT32_MAX)
		return tw__fail(err, TW_ERANGE, "%zu rates are more than a "
				"deck holds; split the sheet", count);
	deck = tw_calloc(1, sizeof(*deck));
	if (!deck)
		return tw__fail_oom(err);

	deck->refs = 1;
	deck->zone = tw_zone_ref(zone);
	deck->count = count;
	status = tw__import(&deck->rules, sizeof(deck->rules), rules, err);
	if (!status)
		status = tw__rules_check(&deck->rules, err);
	if (!status)
		status = compile(deck, rates, err);
	if (status) {
		tw_deck_free(deck);
		return status;
	}
	*out = deck;

	return TW_OK;
}

tw_deck *tw_deck_ref(tw_deck *deck)
{
	if (deck)
		__atomic_fetch_add(&deck->refs, 1, __ATOMIC_RELAXED);

	return deck;
}

void tw_deck_free(tw_deck *deck)
{
	if (!deck || __atomic_sub_fetch(&deck->refs, 1, __ATOMIC_ACQ_REL))
		return;

	tw__prefix_free(deck->prefixes);
	tw_zone_free(deck->zone);
	tw_free(deck->rows);
	tw_free(deck->place);
	tw_free(deck->texts);
	tw_free(deck);
}

size_t tw_deck_count(const tw_deck *deck)
{
	return deck->count;
}

const tw_tariff_rules *tw_deck_rules(const tw_deck *deck)
{
	return &deck->rules;
}

tw_status tw_deck_rate(tw_rate *out, const tw_deck *deck, size_t index,
		       tw_error *err)
{
	tw_rate rate = TW_RATE_INIT;
	const struct tw_row *row;

	if (index >= deck->count)
		return tw__fail(err, TW_ENOTFOUND, "no rate %zu in a deck of "
				"%zu", index, deck->count);
	row = &deck->rows[deck->place[index]];
	rate.status = row->status;
	rate.direction = row->direction;
	rate.first_inc_s = row->first_inc_s;
	rate.next_inc_s = row->next_inc_s;
	rate.price_nanos = row->price_nanos;
	rate.connect_fee_nanos = row->connect_fee_nanos;
	rate.from = row->from;
	rate.to = row->to;
	rate.line = row->line;
	tw__prefix_unpack(rate.prefix, row->prefix);
	tw__prefix_unpack(rate.caller_prefix, row->caller);
	strcpy(rate.destination, deck->texts + row->destination);

	return tw__export(out, &rate, sizeof(rate), err);
}

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

/* The last row of one caller prefix and direction that starts by the key's
 * time; those before it have ended by then, because none overlap. `first` is
 * the first row of the prefix. */
static const struct tw_row *find_row(const struct tw_row *first,
				     const struct tw_row_key *key)
{
	const struct tw_row *lo = first, *hi = first + first->alike;

	while (lo < hi) {
		const struct tw_row *mid = lo + (hi - lo) / 2;
		struct tw_row_key k = key_of(mid);

		if (tw__row_key_compare(&k, key) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == first)
		return NULL;
	lo--;
	if (lo->caller != key->caller || lo->direction != key->direction)
		return NULL;
	/* A row that ends a code says only that shorter ones are asked. */
	if (key->from >= lo->to || lo->status == TW_RATE_ENDED)
		return NULL;

	return lo;
}

static const struct tw_row *find_in_prefix(const struct tw_row *first,
					   const struct tw_question *q,
					   const uint8_t *direction,
					   uint32_t directions)
{
	uint32_t lengths = first->callers;

	/* Longer caller prefixes than the caller cannot match. */
	if (q->caller_length < TW_PREFIX_DIGITS)
		lengths &= (2u << q->caller_length) - 1;

	while (lengths) {
		size_t length = 31 - (size_t)__builtin_clz(lengths);
		struct tw_row_key key = {
			first->prefix, tw__prefix_head(q->caller, length),
			0, q->at };

		for (uint32_t d = 0; d < directions; d++) {
			const struct tw_row *row;

			key.direction = direction[d];
			row = find_row(first, &key);
			if (row)
				return row;
		}
		lengths &= ~(1u << length);
	}

	return NULL;
}

const struct tw_row *tw__deck_find(const struct tw_deck *deck,
				   const struct tw_question *question)
{
	struct tw_tables tables = tw__tables_of(question->direction);
	uint32_t longest = tw__prefix_longest(deck->prefixes,
					      question->number,
					      question->number_length);

	for (uint32_t p = 0; p < tables.passes; p++) {
		for (uint32_t at = longest; at != TW_PREFIX_NONE;
		     at = tw__prefix_shorter(deck->prefixes, at)) {
			const struct tw_row *row;

			row = find_in_prefix(&deck->rows[at], question,
					     tables.direction[p],
					     tables.count[p]);
			if (row)
				return row;
		}
	}

	return NULL;
}

tw_status tw__export(void *out, const void *full, size_t known,
		     tw_error *err)
{
	uint32_t size;

	if (!out)
		return tw__fail(err, TW_EINVAL, "no place for the result");
	memcpy(&size, out, sizeof(size));
	if (size < sizeof(size))
		return tw__fail(err, TW_EINVAL, "size %u in a result struct; "
				"set it with its _INIT macro", size);
	memcpy(out, full, size < known ? size : known);
	memcpy(out, &size, sizeof(size));

	return TW_OK;
}
