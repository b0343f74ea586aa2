/**
 * @file src/rating/numbering.c  Where a number stands, and how two of them do
 *
 * Decides which range a number lies in and what relation two places have.
 * Refuses to know where ranges come from, what a price is, and to guess: a
 * place that is not known makes no relation.
 *
 * Starts of ranges stand in levels, each with every 16th start of the one
 * below, so that a question counts among 16 neighbours five times; a plain
 * binary search guesses wrong at every second of its nineteen steps. Then one
 * line of memory says how far the range goes and what region it is.
 */
#include "ranges.h"

#include <inttypes.h>
#include <string.h>

#define FAN 16
#define LEVELS_MAX 9
#define CACHE_LINE 64
#define JOINT 0x80000000u   /* the region names several */

struct end {
	uint64_t to;
	uint32_t place;
	uint32_t region;        /* as in its place, and JOINT */
};

struct tw_numbering {
	uint32_t refs;          /* atomic */
	size_t count, place_count;
	uint32_t levels;
	void *memory;           /* of levels and ends */
	/* rising; filled up to whole FANs with what no number reaches */
	uint64_t *from[LEVELS_MAX];
	struct end *end;
	struct tw__place_text *places;
	char *texts;
};

tw_numbering *tw_numbering_ref(tw_numbering *numbering)
{
	if (numbering)
		__atomic_fetch_add(&numbering->refs, 1, __ATOMIC_RELAXED);
	return numbering;
}

void tw_numbering_free(tw_numbering *numbering)
{
	if (!numbering ||
	    __atomic_sub_fetch(&numbering->refs, 1, __ATOMIC_ACQ_REL))
		return;
	tw_free(numbering->memory);
	tw_free(numbering->places);
	tw_free(numbering->texts);
	tw_free(numbering);
}

size_t tw_numbering_count(const tw_numbering *numbering)
{
	return numbering ? numbering->count : 0;
}

bool tw__numbering_place(const char **region, const char **city,
			 const tw_numbering *numbering, size_t index)
{
	if (!numbering || index >= numbering->place_count)
		return false;
	*region = numbering->texts + numbering->places[index].region;
	*city = numbering->texts + numbering->places[index].city;
	return true;
}

/* ---- regions ---- */

/* The next of the regions that a text joins by ", " or " и ". */
struct tw_str tw__next_region(const char **at)
{
	static const char *const joints[] = { ", ", " и " };
	const char *text = *at, *end = text + strlen(text), *next = end;

	for (size_t i = 0; i < TW_ARRAY_COUNT(joints); i++) {
		const char *found = strstr(text, joints[i]);

		if (found && found < end) {
			end = found;
			next = found + strlen(joints[i]);
		}
	}
	*at = next;
	return tw__str(text, (size_t)(end - text));
}

static bool is_joint(const char *region)
{
	return strstr(region, " и ") || strstr(region, ", ");
}

static bool share_a_region(const char *a, const char *b)
{
	while (*a) {
		struct tw_str one = tw__next_region(&a);
		const char *at = b;

		while (*at) {
			struct tw_str other = tw__next_region(&at);

			if (one.l == other.l && one.l &&
			    memcmp(one.p, other.p, one.l) == 0)
				return true;
		}
	}
	return false;
}

/* Of two regions that are not spelled alike. A mobile range of "Москва и
 * Московская область" beside a landline in Москва may stand in the same one
 * or not: no price is built on that. */
static uint32_t relation_of_unlike(const char *a, const char *b)
{
	return share_a_region(a, b) ? TW_RELATION_ANY : TW_RELATION_OTHER;
}

uint32_t tw_place_relation(const tw_place *caller, const tw_place *callee)
{
	if (!caller || !callee || !*caller->region || !*callee->region)
		return TW_RELATION_ANY;
	if (strcmp(caller->region, callee->region) != 0)
		return relation_of_unlike(caller->region, callee->region);
	return *caller->city && strcmp(caller->city, callee->city) == 0 ?
		TW_RELATION_SAME_CITY : TW_RELATION_SAME_REGION;
}

/* ---- asking ---- */

static const struct end *range_of(const tw_numbering *n, uint64_t number)
{
	size_t at = 0;

	if (!n || !n->count)
		return NULL;
	for (uint32_t level = n->levels; level-- > 0; ) {
		const uint64_t *from = n->from[level] + at * FAN;
		size_t k = 0;

		for (size_t i = 1; i < FAN; i++)
			k += from[i] <= number;
		at = at * FAN + k;
	}
	if (number < n->from[0][at] || number > n->end[at].to)
		return NULL;
	return &n->end[at];
}

/* 0: digits, but no whole number. False: not digits. */
static bool read_number(uint64_t *out, const char *digits)
{
	uint64_t number = 0;
	size_t n = 0;

	for (; digits[n]; n++) {
		if (digits[n] < '0' || digits[n] > '9')
			return false;
		if (n < 15)
			number = number * 10 + (uint64_t)(digits[n] - '0');
	}
	*out = n > 15 || *digits == '0' ? 0 : number;
	return n > 0;
}

static tw_status fail_digits(const char *digits, tw_error *err)
{
	return tw__fail(err, TW_EINVAL, "'%.40s' is not a number in digits; "
			"tw_number_digits() writes it so", digits);
}

static void fill(tw_place *out, const tw_numbering *n,
		 const struct tw__place_text *place)
{
	const struct { char *to; size_t room; uint32_t text; } all[] = {
		{ out->operator_name, sizeof(out->operator_name),
		  place->operator_name },
		{ out->region, sizeof(out->region), place->region },
		{ out->city, sizeof(out->city), place->city },
	};

	/* they fit: longer ones were refused */
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		const char *text = n->texts + all[i].text;

		memcpy(all[i].to, text, strnlen(text, all[i].room - 1) + 1);
		all[i].to[all[i].room - 1] = '\0';
	}
}

static bool is_text(const char *text, size_t room)
{
	const char *end = memchr(text, '\0', room);

	return end && tw__utf8_is_valid(text, (size_t)(end - text));
}

static tw_status ask(tw_place *out, const tw_numbering_lookup *lookup,
		     const char *digits, tw_error *err)
{
	tw_place place = TW_PLACE_INIT;
	tw_status status;

	if (!lookup || !lookup->find)
		return TW_ENOTFOUND;
	status = lookup->find(lookup->arg, &place, digits);
	if (status == TW_ENOTFOUND)
		return status;
	if (status)
		return tw__fail(err, status, "the look-up of %.40s failed "
				"(%s); it is not known whether the number is "
				"ported", digits, tw_status_name(status));
	if (!is_text(place.operator_name, sizeof(place.operator_name)) ||
	    !is_text(place.region, sizeof(place.region)) ||
	    !is_text(place.city, sizeof(place.city)))
		return tw__fail(err, TW_EINVAL, "the look-up of %.40s "
				"answered with what is no UTF-8 text",
				digits);
	place.ported = 1;
	place.size = out->size;
	*out = place;
	return TW_OK;
}

static tw_status find(tw_place *out, const tw_numbering *numbering,
		      const char *digits, const tw_numbering_lookup *lookup,
		      tw_error *err)
{
	const struct end *range;
	uint64_t number;
	tw_status status;

	if (!read_number(&number, digits))
		return fail_digits(digits, err);
	status = ask(out, lookup, digits, err);
	if (status != TW_ENOTFOUND)
		return status;
	range = range_of(numbering, number);
	if (!range)
		return tw__fail(err, TW_ENOTFOUND, "%.40s stands in no range; "
				"import the numbering of its code", digits);
	out->ported = 0;
	fill(out, numbering, &numbering->places[range->place]);
	return TW_OK;
}

tw_status tw_numbering_find(tw_place *out, const tw_numbering *numbering,
			    const char *digits,
			    const tw_numbering_lookup *lookup, tw_error *err)
{
	if (!out || !digits)
		return tw__fail(err, TW_EINVAL, "a number and room for its "
				"place are wanted");
	if (out->size < sizeof(*out))
		return tw__fail(err, TW_EINVAL, "size %u in a place; set it "
				"with TW_PLACE_INIT", out->size);
	return find(out, numbering, digits, lookup, err);
}

static tw_status ask_both(uint32_t *out, const tw_numbering *numbering,
			  const char *const both[2],
			  const tw_numbering_lookup *lookup, tw_error *err)
{
	tw_place place[2] = { TW_PLACE_INIT, TW_PLACE_INIT };

	for (size_t i = 0; i < 2; i++) {
		tw_status status = find(&place[i], numbering, both[i], lookup,
					err);

		if (status && status != TW_ENOTFOUND)
			return status;
	}
	*out = tw_place_relation(&place[0], &place[1]);
	return TW_OK;
}

/* Texts stand there once: the same offset is the same text. */
static uint32_t relation_of(const tw_numbering *n, const struct end *a,
			    const struct end *b)
{
	const char *first, *second;
	uint32_t city;

	if (!a || !b)
		return TW_RELATION_ANY;
	first = n->texts + (a->region & ~JOINT);
	second = n->texts + (b->region & ~JOINT);
	if (!*first || !*second)
		return TW_RELATION_ANY;
	if (a->region == b->region) {
		city = n->places[a->place].city;
		return city == n->places[b->place].city && n->texts[city] ?
			TW_RELATION_SAME_CITY : TW_RELATION_SAME_REGION;
	}
	if (!((a->region | b->region) & JOINT))
		return TW_RELATION_OTHER;
	return relation_of_unlike(first, second);
}

tw_status tw_numbering_relation(uint32_t *out, const tw_numbering *numbering,
				const char *caller, const char *callee,
				const tw_numbering_lookup *lookup,
				tw_error *err)
{
	const char *const both[2] = { caller, callee };
	uint64_t number[2];

	if (!out || !callee)
		return tw__fail(err, TW_EINVAL, "a callee and room for the "
				"relation are wanted");
	if (!read_number(&number[1], callee))
		return fail_digits(callee, err);
	if (!caller) {
		*out = TW_RELATION_ANY;
		return TW_OK;
	}
	if (!read_number(&number[0], caller))
		return fail_digits(caller, err);
	if (lookup && lookup->find)
		return ask_both(out, numbering, both, lookup, err);
	*out = relation_of(numbering, range_of(numbering, number[0]),
			   range_of(numbering, number[1]));
	return TW_OK;
}

/* ---- making one ---- */

static size_t whole_fans(size_t count)
{
	return (count + FAN - 1) / FAN * FAN;
}

/* One piece, on cache lines: a FAN of starts is two of them and not three. */
static tw_status make_levels(struct tw_numbering *n,
			     const struct tw__ranges *r, tw_error *err)
{
	size_t room[LEVELS_MAX], own = r->count, starts = 0;
	uint64_t *at;

	do {
		room[n->levels] = whole_fans(own);
		starts += room[n->levels];
		own = room[n->levels++] / FAN;
	} while (own > 1);
	n->memory = tw_malloc(starts * sizeof(*at) +
			      r->count * sizeof(*n->end) + CACHE_LINE);
	if (!n->memory)
		return tw__fail_oom(err);
	at = (uint64_t *)(((uintptr_t)n->memory + CACHE_LINE - 1) /
			  CACHE_LINE * CACHE_LINE);
	for (uint32_t level = 0; level < n->levels; level++) {
		n->from[level] = at;
		own = level ? room[level - 1] / FAN : r->count;
		for (size_t i = 0; i < room[level]; i++)
			at[i] = i >= own ? UINT64_MAX : level ?
				n->from[level - 1][i * FAN] : r->rows[i].from;
		at += room[level];
	}
	n->end = (struct end *)at;
	return TW_OK;
}

static tw_status copy_texts(struct tw_numbering *n,
			    const struct tw__ranges *r, tw_error *err)
{
	n->place_count = r->place_count;
	n->places = tw_calloc(n->place_count, sizeof(*n->places));
	n->texts = tw_malloc(r->texts_size);
	if (!n->places || !n->texts)
		return tw__fail_oom(err);
	if (r->texts_size)
		memcpy(n->texts, r->texts, r->texts_size);
	if (r->place_count)
		memcpy(n->places, r->places,
		       r->place_count * sizeof(*n->places));
	return TW_OK;
}

static void fill_ends(struct tw_numbering *n, const struct tw__ranges *r)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct tw__range *row = &r->rows[i];
		uint32_t region = n->places[row->place].region;

		n->end[i] = (struct end){ row->to, row->place, region };
		if (is_joint(n->texts + region))
			n->end[i].region |= JOINT;
	}
	n->count = r->count;
}

tw_status tw__numbering_of(tw_numbering **out,
			   const struct tw__ranges *ranges, tw_error *err)
{
	struct tw_numbering *n = tw_calloc(1, sizeof(*n));
	tw_status status;

	if (!n)
		return tw__fail_oom(err);
	n->refs = 1;
	status = make_levels(n, ranges, err);
	if (!status)
		status = copy_texts(n, ranges, err);
	if (status) {
		tw_numbering_free(n);
		return status;
	}
	fill_ends(n, ranges);
	*out = n;
	return TW_OK;
}

static tw_status add(struct tw__ranges *ranges, const tw_number_range *range,
		     tw_error *err)
{
	struct tw__place_view view;
	struct tw__range row = { .from = range->from, .to = range->to,
				 .line = range->line };
	tw_status status = tw__range_check(range->from, range->to, err);

	if (!status && (!is_text(range->operator_name,
				 sizeof(range->operator_name)) ||
			!is_text(range->region, sizeof(range->region)) ||
			!is_text(range->city, sizeof(range->city))))
		status = tw__fail(err, TW_EINVAL, "a text of the range is not "
				  "UTF-8 that ends within its field");
	if (status)
		goto out;
	view.operator_name = tw__str_of(range->operator_name);
	view.region = tw__str_of(range->region);
	view.city = tw__str_of(range->city);
	status = tw__ranges_place(&row.place, ranges, &view, err);
	if (!status)
		status = tw__ranges_add(ranges, &row, err);
out:
	if (status)
		tw__error_place(err, range->line, "");
	return status;
}

static tw_status refuse_overlap(void *arg, const struct tw__range *gone,
				const struct tw__range *stays, bool alike)
{
	(void)alike;
	return tw__fail_at(arg, TW_ECONFLICT, gone->line, "", "lines %lld and "
			   "%lld: the ranges %" PRIu64 "-%" PRIu64 " and %"
			   PRIu64 "-%" PRIu64 " overlap; a number stands in "
			   "one only", (long long)stays->line,
			   (long long)gone->line, stays->from, stays->to,
			   gone->from, gone->to);
}

tw_status tw_numbering_new(tw_numbering **out, const tw_number_range *ranges,
			   size_t count, tw_error *err)
{
	const unsigned char *at = (const unsigned char *)ranges;
	struct tw__ranges collected = { 0 };
	tw_number_range range;
	tw_status status = TW_OK;
	tw_error why = TW_ERROR_INIT;

	if (!out || (!ranges && count))
		return tw__fail(err, TW_EINVAL, "no ranges or no place for "
				"the numbering");
	for (size_t i = 0; i < count && !status; i++, at += ranges->size) {
		status = tw__import(&range, sizeof(range), at, err);
		if (!status && memcmp(at, &ranges->size, sizeof(range.size)))
			status = tw__fail(err, TW_EINVAL, "range %zu has "
				"another size than the first; start each with "
				"TW_NUMBER_RANGE_INIT", i);
		if (!status)
			status = add(&collected, &range, err);
	}
	if (!status) {
		status = tw__ranges_sweep(&collected, refuse_overlap, &why);
		if (status && err)
			*err = why;
	}
	if (!status)
		status = tw__numbering_of(out, &collected, err);
	tw__ranges_free(&collected);
	return status;
}
