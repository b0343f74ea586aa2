/**
 * @file src/rating/deck.c  Rules and rates compiled into what rating asks
 *
 * Decides whether a set of rows may stand together and puts them in order.
 * Refuses to know durations, money arithmetic and where the rows came from. A
 * deck never changes after it is made, so that any number of threads ask it
 * without a lock and a new sheet is a new deck.
 */
#include "deck.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_SLOTS 1024
#define COUNT_MAX  (1u << 26)

/* A row before the hot and the cold half part. */
struct raw_row {
	struct tw_rate_row row;
	struct tw_rate_note note;
};

struct compile {
	struct tw_deck *deck;
	struct raw_row *rows;
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
		order = compare_u64(a->relation, b->relation);
	if (!order)
		order = compare_u64(a->direction, b->direction);
	if (!order)
		order = compare_u64(a->band, b->band);
	if (!order)
		order = compare_u64(a->from_s, b->from_s);
	if (!order)
		order = (a->from > b->from) - (a->from < b->from);

	return order;
}

bool tw__row_key_same(const struct tw_row_key *a, const struct tw_row_key *b)
{
	struct tw_row_key key = *a;

	key.from = b->from;

	return !tw__row_key_compare(&key, b);
}

static struct tw_row_key key_of(const struct tw_rate_row *row)
{
	return (struct tw_row_key){ row->prefix, row->caller, row->relation,
				    row->direction, row->band, row->from_s,
				    row->from };
}

static int compare_rows(const void *a, const void *b)
{
	const struct raw_row *x = a, *y = b;
	struct tw_row_key kx = key_of(&x->row), ky = key_of(&y->row);
	int order = tw__row_key_compare(&kx, &ky);

	return order ? order : compare_u64(x->note.index, y->note.index);
}

static bool is_terminated(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static tw_status check_numbers(const tw_rate *rate, tw_error *err)
{
	if (rate->first_inc_s < 1 || rate->next_inc_s < 1 ||
	    rate->first_inc_s > UINT16_MAX || rate->next_inc_s > UINT16_MAX)
		return tw__fail_at(err, TW_EINVAL, rate->line, "first_inc",
			"increments are 1 to 65535 seconds; write 1 for a "
			"price per second");
	if (rate->from_s > UINT16_MAX)
		return tw__fail_at(err, TW_EINVAL, rate->line, "from_s",
			"a price begins at second 0 to 65535 of a call");
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
	struct tw_row_key key = { 0, 0, rate->relation, rate->direction, 0,
				  rate->from_s, rate->from };

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
	if (rate->relation > TW_RELATION_OTHER)
		return tw__fail_at(err, TW_EINVAL, rate->line, "relation",
				   "no such relation");
	if (!is_terminated(rate->band, sizeof(rate->band)))
		return tw__fail_at(err, TW_EINVAL, rate->line, "band",
				   "a band's name has at most 31 bytes");
	if (rate->status != TW_RATE_PRICED && (rate->band[0] || rate->from_s))
		return tw__fail_at(err, TW_EINVAL, rate->line, "status",
			"a code is blocked or ended as a whole; leave band "
			"and from_s empty");
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

static tw_status find_band(uint32_t *out, const struct tw_deck *deck,
			   const tw_rate *rate, tw_error *err)
{
	*out = 0;
	if (!rate->band[0])
		return TW_OK;
	for (size_t i = 0; i < deck->band_count; i++) {
		if (!strcmp(deck->bands[i].name, rate->band)) {
			*out = (uint32_t)i + 1;
			return TW_OK;
		}
	}

	return tw__fail_at(err, TW_EINVAL, rate->line, "band", "the tariff "
		"has no band \"%s\"; declare it as [[tariff.band]] or leave "
		"the cell empty", rate->band);
}

static tw_status check_document(const struct tw_deck *deck,
				const tw_rate *rate, tw_error *err)
{
	if (rate->document < deck->document_count || !rate->document)
		return TW_OK;

	return tw__fail_at(err, TW_EINVAL, rate->line, "document", "document "
			   "%u of %zu", rate->document, deck->document_count);
}

static tw_status take_row(struct compile *c, size_t i, const void *in,
			  tw_error *err)
{
	struct raw_row *raw = &c->rows[i];
	struct tw_row_key key;
	tw_status status;
	tw_rate rate;

	status = tw__import(&rate, sizeof(rate), in, err);
	if (!status)
		status = tw__rate_check(&rate, &key, err);
	if (!status)
		status = find_band(&key.band, c->deck, &rate, err);
	if (!status)
		status = check_document(c->deck, &rate, err);
	if (status)
		return status;

	raw->row = (struct tw_rate_row){
		.prefix = key.prefix, .caller = key.caller,
		.from = rate.from, .to = rate.to,
		.price_nanos = rate.price_nanos,
		.connect_fee_nanos = rate.connect_fee_nanos,
		.first_inc_s = (uint16_t)rate.first_inc_s,
		.next_inc_s = (uint16_t)rate.next_inc_s,
		.from_s = (uint16_t)rate.from_s,
		.direction = (uint8_t)rate.direction,
		.relation = (uint8_t)rate.relation,
		.band = (uint8_t)key.band, .status = (uint8_t)rate.status,
	};
	raw->note = (struct tw_rate_note){ .line = rate.line,
		.index = (uint32_t)i, .document = rate.document };
	if (add_text(c, &raw->note.destination, rate.destination))
		return tw__fail_oom(err);

	return TW_OK;
}

static tw_status conflict(const struct raw_row *a, const struct raw_row *b,
			  tw_error *err)
{
	char prefix[TW_PREFIX_DIGITS + 1];
	const char *what = "lines";
	int64_t x = a->note.line, y = b->note.line;

	/* Rows that came from no sheet are named by their place, from 1. */
	if (x <= 0 || y <= 0) {
		what = "rows";
		x = (int64_t)a->note.index + 1;
		y = (int64_t)b->note.index + 1;
	}
	tw__prefix_unpack(prefix, a->row.prefix);

	return tw__fail_at(err, TW_ECONFLICT, y > x ? y : x, "prefix",
		"%s %lld and %lld: %s has two rows in force at once; end the "
		"first with effective_to or delete one", what,
		(long long)(x < y ? x : y), (long long)(x < y ? y : x),
		prefix);
}

/* Sorted by start, so that any overlap shows between neighbours. */
static tw_status check_overlaps(const struct compile *c, tw_error *err)
{
	for (size_t i = 1; i < c->deck->count; i++) {
		const struct raw_row *a = &c->rows[i - 1], *b = &c->rows[i];
		struct tw_row_key ka = key_of(&a->row), kb = key_of(&b->row);

		if (tw__row_key_same(&ka, &kb) && b->row.from < a->row.to)
			return conflict(a, b, err);
	}

	return TW_OK;
}

static void count_alike(struct raw_row *rows, size_t count)
{
	struct tw_rate_row *first = &rows->row;

	for (size_t i = 0; i < count; i++) {
		struct tw_rate_row *row = &rows[i].row;

		if (row->prefix != first->prefix)
			first = row;
		first->alike++;
		first->callers |= (uint16_t)(1u <<
			tw__prefix_length(row->caller));
	}
}

/* Hot and cold halves part, so that a question touches one line a row. */
static tw_status part_rows(struct compile *c, tw_error *err)
{
	struct tw_deck *deck = c->deck;
	struct tw_rate_row *rows = tw_calloc(deck->count + 1, sizeof(*rows));
	struct tw_rate_note *notes = tw_calloc(deck->count + 1,
					       sizeof(*notes));
	uint32_t *place = tw_calloc(deck->count + 1, sizeof(*place));

	deck->rows = rows;
	deck->notes = notes;
	deck->place = place;
	if (!rows || !notes || !place)
		return tw__fail_oom(err);
	for (size_t i = 0; i < deck->count; i++) {
		rows[i] = c->rows[i].row;
		notes[i] = c->rows[i].note;
		place[notes[i].index] = (uint32_t)i;
	}

	return TW_OK;
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

	if (deck->count)
		qsort(c->rows, deck->count, sizeof(*c->rows), compare_rows);
	status = check_overlaps(c, err);
	if (status)
		return status;

	count_alike(c->rows, deck->count);
	deck->texts_size = c->texts.size;
	deck->texts = tw__buf_take(&c->texts);
	if (deck->count && !deck->texts)
		return tw__fail_oom(err);
	status = part_rows(c, err);
	if (!status)
		status = tw__parts_check(deck, err);

	return status ? status : index_prefixes(deck, err);
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
	c->rows = tw_calloc(deck->count + 1, sizeof(*c->rows));
	if (!c->rows)
		status = tw__fail_oom(err);
	else
		status = take_rows(c, rates, err);
	if (!status)
		status = finish(c, err);
	tw__buf_free(&c->texts);
	tw_free(c->rows);
	tw_free(c);

	return status;
}

tw_status tw__stated_check(const struct tw_deck *deck, tw_error *err)
{
	if (!tw__is_stated(&deck->rules) ||
	    !(deck->count || deck->band_count || deck->tier_count))
		return TW_OK;

	return tw__fail_at(err, TW_EINVAL, 0, "stated_by", "what is stated is "
		"the charge; leave out prices, bands and tiers");
}

tw_status tw__deck_build(tw_deck **out, const tw_deck_options *options,
			 tw_zone *zone, const tw_rate *rates, size_t count,
			 tw_error *err)
{
	struct tw_deck *deck;
	tw_status status;

	if (count && !rates)
		return tw__fail(err, TW_EINVAL, "a deck wants its rates");
	if (count > COUNT_MAX)
		return tw__fail(err, TW_ERANGE, "%zu rates are more than a "
				"deck holds; split the sheet", count);
	deck = tw_calloc(1, sizeof(*deck));
	if (!deck)
		return tw__fail_oom(err);

	deck->refs = 1;
	deck->zone = tw_zone_ref(zone);
	deck->count = count;
	status = tw__import(&deck->rules, sizeof(deck->rules),
			    options->rules, err);
	if (!status) {
		tw__rules_complete(&deck->rules);
		status = tw__rules_check(&deck->rules, err);
	}
	if (!status)
		status = tw__terms_take(deck, options, err);
	if (!status)
		status = tw__stated_check(deck, err);
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

/* The tables are const for all who ask; these are ours. A deck in somebody's
 * bytes has only the small ones of its own. */
static void free_tables(struct tw_deck *deck)
{
	if (!deck->image) {
		tw_free((void *)deck->rows);
		tw_free((void *)deck->notes);
		tw_free((void *)deck->place);
		tw_free((void *)deck->texts);
	}
	tw_free((void *)deck->bands);
	tw_free((void *)deck->segments);
	tw_free((void *)deck->days);
	tw_free((void *)deck->tiers);
	tw_free((void *)deck->documents);
}

void tw_deck_free(tw_deck *deck)
{
	if (!deck || __atomic_sub_fetch(&deck->refs, 1, __ATOMIC_ACQ_REL))
		return;

	tw__prefix_free(deck->prefixes);
	tw_zone_free(deck->zone);
	free_tables(deck);
	if (deck->image_free)
		deck->image_free(deck->image_arg);
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
	const struct tw_rate_row *row;
	const struct tw_rate_note *note;

	if (index >= deck->count)
		return tw__fail(err, TW_ENOTFOUND, "no rate %zu in a deck of "
				"%zu", index, deck->count);
	row = &deck->rows[deck->place[index]];
	note = tw__note_of(deck, row);
	rate.status = row->status;
	rate.direction = row->direction;
	rate.relation = row->relation;
	rate.first_inc_s = row->first_inc_s;
	rate.next_inc_s = row->next_inc_s;
	rate.from_s = row->from_s;
	rate.price_nanos = row->price_nanos;
	rate.connect_fee_nanos = row->connect_fee_nanos;
	rate.from = row->from;
	rate.to = row->to;
	rate.line = note->line;
	rate.document = note->document;
	tw__prefix_unpack(rate.prefix, row->prefix);
	tw__prefix_unpack(rate.caller_prefix, row->caller);
	strcpy(rate.destination, deck->texts + note->destination);
	if (row->band)
		strcpy(rate.band, deck->bands[row->band - 1].name);

	return tw__export(out, &rate, sizeof(rate), err);
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
