/**
 * @file src/rating/image.c  A deck as one piece of bytes, and back
 *
 * Decides where the tables of a deck stand in a file and whether a file is a
 * deck. Refuses to know how bytes come from a disk. The large tables are the
 * deck's own arrays, which hold no addresses: a deck out of a file asks them
 * where they lie. The small ones are the structs of the public headers, which
 * only grow at their end, so that a later library reads an older file.
 *
 * The sum finds damage, not forgery: who can write the file can write another
 * price. It is 64 bits over four lanes, each step of which is a bijection, so
 * that whatever stays within eight bytes is found for certain. SHA-256 of a
 * deck of 500 000 prefixes would take longer than all other checks together,
 * and each worker opens it. Whether two files are one deck `sha256sum` tells:
 * the same deck is the same bytes.
 *
 * Beyond the sum everything is checked that a question relies on: whatever
 * is in the file, no question reads outside of it.
 */
#include "image.h"

#include <assert.h>
#include <string.h>
#include "base/zone.h"

#define ZONE_OFFSET_MAX_S 93599         /* as src/formats/tzfile.c reads */
#define RULE_TIME_MAX_S   (168 * 3600)

static_assert(sizeof(struct tw_image_header) == TW_IMAGE_ALIGN, "layout");
static_assert(sizeof(struct tw_image_entry) == 32, "layout");
static_assert(sizeof(struct tw_image_zone) == 128, "layout");
static_assert(sizeof(struct tw_rate_row) == 64, "layout");
static_assert(sizeof(struct tw_rate_note) == 24, "layout");
/* No byte of these is padding. */
static_assert(sizeof(tw_tariff_rules) == 232, "layout");
static_assert(sizeof(tw_band) == 240, "layout");
static_assert(sizeof(tw_tariff_day) == 24, "layout");
static_assert(sizeof(tw_tier) == 16, "layout");
static_assert(sizeof(tw_document) == 144, "layout");

/* Sections and where they begin. */
struct layout {
	struct tw_part parts[TW_IMAGE_SECTIONS];
	uint64_t offsets[TW_IMAGE_SECTIONS];
	uint64_t size;
};

static uint64_t aligned(uint64_t size)
{
	return (size + TW_IMAGE_ALIGN - 1) & ~(uint64_t)(TW_IMAGE_ALIGN - 1);
}

static uint64_t table_end(void)
{
	return aligned(sizeof(struct tw_image_header) +
		       TW_IMAGE_SECTIONS * sizeof(struct tw_image_entry));
}

/* ---- the sum ---- */

static uint64_t mix(uint64_t lane, uint64_t word)
{
	lane = (lane ^ word) * 0x9e3779b97f4a7c15u;

	return lane << 29 | lane >> 35;
}

static void mix_blocks(uint64_t lanes[4], const void *data, size_t size)
{
	const char *p = data;

	for (; size >= 32; size -= 32, p += 32) {
		uint64_t words[4];

		memcpy(words, p, sizeof(words));
		for (size_t i = 0; i < 4; i++)
			lanes[i] = mix(lanes[i], words[i]);
	}
}

static uint64_t sum_of(const void *image, size_t size)
{
	uint64_t lanes[4] = { 1, 2, 3, 4 }, sum = size;
	struct tw_image_header header;

	memcpy(&header, image, sizeof(header));
	header.sum = 0;
	mix_blocks(lanes, &header, sizeof(header));
	mix_blocks(lanes, (const char *)image + sizeof(header),
		   size - sizeof(header));
	for (size_t i = 0; i < 4; i++)
		sum = mix(sum, lanes[i]);

	return sum;
}

void tw__image_seal(void *image, size_t size)
{
	uint64_t sum = sum_of(image, size);

	memcpy((char *)image + offsetof(struct tw_image_header, sum), &sum,
	       sizeof(sum));
}

/* ---- out of a deck ---- */

static const tw_zone *zone_of(const struct tw_deck *deck)
{
	return deck->zone ? deck->zone : tw__zone_utc();
}

/* Parts without data are written by hand below. */
static void lay_out(struct layout *l, const struct tw_deck *deck)
{
	const tw_zone *zone = zone_of(deck);
	const struct tw_part parts[] = {
		{ NULL, sizeof(tw_tariff_rules), 1 },
		{ NULL, sizeof(struct tw_image_zone), 1 },
		{ zone->at_s, sizeof(*zone->at_s), zone->count },
		{ zone->offset_s, sizeof(*zone->offset_s), zone->count },
		{ deck->bands, sizeof(*deck->bands), deck->band_count },
		{ NULL, sizeof(tw_tariff_day), deck->day_count },
		{ deck->tiers, sizeof(*deck->tiers), deck->tier_count },
		{ deck->documents, sizeof(*deck->documents),
		  deck->document_count },
		{ deck->rows, sizeof(*deck->rows), deck->count },
		{ deck->notes, sizeof(*deck->notes), deck->count },
		{ deck->place, sizeof(*deck->place), deck->count },
		{ deck->texts, 1, deck->texts_size },
	};

	static_assert(TW_ARRAY_COUNT(parts) == TW_IMAGE_PREFIXES, "sections");
	memcpy(l->parts, parts, sizeof(parts));
	tw__prefix_parts(l->parts + TW_IMAGE_PREFIXES, deck->prefixes);
	l->size = table_end();
	for (size_t i = 0; i < TW_IMAGE_SECTIONS; i++) {
		l->offsets[i] = l->size;
		l->size += aligned((uint64_t)l->parts[i].size *
				   l->parts[i].count);
	}
}

/* What stands behind a text's end came from the caller's stack. */
static void clean(char *text, size_t size)
{
	size_t length = strnlen(text, size);

	memset(text + length, 0, size - length);
}

static void write_rules(void *out, const tw_tariff_rules *in)
{
	tw_tariff_rules *rules = out;

	memcpy(rules, in, sizeof(*rules));
	rules->size = sizeof(*rules);
	rules->reserved = 0;
	clean(rules->currency, sizeof(rules->currency));
	clean(rules->zone, sizeof(rules->zone));
	clean(rules->convert_to, sizeof(rules->convert_to));
	clean(rules->stated_by, sizeof(rules->stated_by));
}

static struct tw_image_rule rule_of(const struct tw_zone_rule *rule)
{
	return (struct tw_image_rule){ rule->kind, rule->month, rule->week,
				       rule->day, rule->time_s };
}

static void write_zone(void *out, const tw_zone *zone)
{
	struct tw_image_zone *z = out;

	memcpy(z->name, zone->name, sizeof(z->name));
	clean(z->name, sizeof(z->name));
	z->first_offset_s = zone->first_offset_s;
	z->has_footer = zone->has_footer;
	z->std_offset_s = zone->std_offset_s;
	z->has_dst = zone->has_dst;
	z->dst_offset_s = zone->dst_offset_s;
	z->dst_start = rule_of(&zone->dst_start);
	z->dst_end = rule_of(&zone->dst_end);
}

static void write_days(void *out, const struct tw_deck *deck)
{
	tw_tariff_day *days = out;

	for (size_t i = 0; i < deck->day_count; i++) {
		days[i] = (tw_tariff_day)TW_TARIFF_DAY_INIT;
		tw_deck_day(&days[i], deck, i, NULL);
	}
}

static void clean_terms(const struct layout *l, char *image)
{
	tw_document *documents = (void *)(image +
		l->offsets[TW_IMAGE_DOCUMENTS]);
	tw_band *bands = (void *)(image + l->offsets[TW_IMAGE_BANDS]);

	for (size_t i = 0; i < l->parts[TW_IMAGE_BANDS].count; i++) {
		tw_band *band = &bands[i];

		clean(band->name, sizeof(band->name));
		band->reserved = 0;
		memset(band->hours + band->hours_count, 0,
		       (TW_BAND_HOURS_MAX - band->hours_count) *
		       sizeof(band->hours[0]));
	}
	for (size_t i = 0; i < l->parts[TW_IMAGE_DOCUMENTS].count; i++) {
		clean(documents[i].name, sizeof(documents[i].name));
		documents[i].reserved = 0;
	}
}

static void write_table(const struct layout *l, char *image)
{
	struct tw_image_header header = { TW_IMAGE_MAGIC, TW_IMAGE_ORDER,
		TW_IMAGE_VERSION, l->size, 0, TW_IMAGE_SECTIONS, { 0 } };
	char *p = image + sizeof(header);

	memcpy(image, &header, sizeof(header));
	for (size_t i = 0; i < TW_IMAGE_SECTIONS; i++) {
		const struct tw_image_entry entry = { (uint32_t)i,
			(uint32_t)l->parts[i].size, l->parts[i].count,
			l->offsets[i], 0 };

		memcpy(p, &entry, sizeof(entry));
		p += sizeof(entry);
	}
}

tw_status tw_deck_pack(void **out, size_t *out_size, const tw_deck *deck,
		       tw_error *err)
{
	struct layout l;
	char *image;

	if (!out || !out_size || !deck)
		return tw__fail(err, TW_EINVAL,
				"a deck and places for its bytes are wanted");
	lay_out(&l, deck);
	image = tw_calloc(1, l.size);
	if (!image)
		return tw__fail_oom(err);

	for (size_t i = 0; i < TW_IMAGE_SECTIONS; i++) {
		if (l.parts[i].data && l.parts[i].count)
			memcpy(image + l.offsets[i], l.parts[i].data,
			       l.parts[i].size * l.parts[i].count);
	}
	write_rules(image + l.offsets[TW_IMAGE_RULES], &deck->rules);
	write_zone(image + l.offsets[TW_IMAGE_ZONE], zone_of(deck));
	write_days(image + l.offsets[TW_IMAGE_DAYS], deck);
	clean_terms(&l, image);
	write_table(&l, image);
	tw__image_seal(image, l.size);
	*out = image;
	*out_size = l.size;

	return TW_OK;
}

/* ---- and back: the frame ---- */

static tw_status damaged(tw_error *err, const char *why)
{
	return tw__fail(err, TW_EPARSE, "the deck is damaged: %s; export it "
			"again", why);
}

static tw_status read_header(struct tw_image_header *header,
			     const void *image, size_t size, tw_error *err)
{
	if (size < sizeof(*header))
		return damaged(err, "it is cut off");
	memcpy(header, image, sizeof(*header));
	if (memcmp(header->magic, TW_IMAGE_MAGIC, sizeof(header->magic)))
		return tw__fail(err, TW_EPARSE, "this is no deck file");
	if (header->order == __builtin_bswap32(TW_IMAGE_ORDER))
		return tw__fail(err, TW_EVERSION, "the deck was made on a "
			"machine of another byte order; export it on this "
			"kind of machine");
	if (header->order != TW_IMAGE_ORDER)
		return damaged(err, "it has no byte order");
	if (header->version > TW_IMAGE_VERSION)
		return tw__fail(err, TW_EVERSION, "the deck has format %u, "
			"this library (%s) reads up to %u; upgrade it or "
			"export the deck with an older one", header->version,
			tw_version(), TW_IMAGE_VERSION);
	if (!header->version)
		return damaged(err, "it has no version");
	if (header->size != size)
		return damaged(err, header->size > size ? "it is cut off"
			       : "there is more in it than it says");

	return TW_OK;
}

static bool is_zero(const char *p, uint64_t size)
{
	while (size && !*p) {
		p++;
		size--;
	}

	return !size;
}

/* Each section follows the one before, with zeros up to where it begins:
 * there is one way only to write a deck down. */
static bool read_entry(struct layout *l, size_t i, const char *image)
{
	struct tw_image_entry entry;
	uint64_t used;

	memcpy(&entry, image + sizeof(struct tw_image_header) +
	       i * sizeof(entry), sizeof(entry));
	if (entry.section != i || entry.reserved || !entry.size ||
	    entry.offset != l->offsets[i] ||
	    entry.count > (l->size - entry.offset) / entry.size)
		return false;
	used = entry.count * entry.size;
	if (aligned(used) > l->size - entry.offset ||
	    !is_zero(image + entry.offset + used, aligned(used) - used))
		return false;
	l->parts[i] = (struct tw_part){ image + entry.offset, entry.size,
					(size_t)entry.count };
	if (i + 1 < TW_IMAGE_SECTIONS)
		l->offsets[i + 1] = entry.offset + aligned(used);

	return i + 1 < TW_IMAGE_SECTIONS ||
		entry.offset + aligned(used) == l->size;
}

static tw_status read_frame(struct layout *l, const void *image, size_t size,
			    tw_error *err)
{
	struct tw_image_header header;
	tw_status status = read_header(&header, image, size, err);

	if (status)
		return status;
	if (size % TW_IMAGE_ALIGN || size < table_end() ||
	    header.sections != TW_IMAGE_SECTIONS)
		return damaged(err, "its table of sections");
	if (header.sum != sum_of(image, size))
		return damaged(err, "its checksum does not fit");
	if (!is_zero((const char *)header.reserved, sizeof(header.reserved)))
		return damaged(err, "its header");
	l->size = size;
	l->offsets[0] = table_end();
	for (size_t i = 0; i < TW_IMAGE_SECTIONS; i++) {
		if (!read_entry(l, i, image))
			return damaged(err, "its table of sections");
	}

	return TW_OK;
}

/* ---- the small tables, copied ---- */

/* Public structs say their size themselves; the shortest of them is a tier.
 * What grows when it is copied must not grow without limit. */
static bool has_size(const struct tw_part *part)
{
	uint32_t size;

	if (!part->count)
		return true;
	if (part->size < sizeof(tw_tier))
		return false;
	memcpy(&size, part->data, sizeof(size));

	return size == part->size;
}

static tw_status take_rules(struct tw_deck *deck, const struct layout *l,
			    tw_error *err)
{
	const struct tw_part *part = &l->parts[TW_IMAGE_RULES];
	tw_status status;

	if (part->count != 1 || !has_size(part))
		return damaged(err, "its rules");
	status = tw__import(&deck->rules, sizeof(deck->rules), part->data,
			    err);
	if (status)
		return status;
	tw__rules_complete(&deck->rules);
	if (tw__rules_check(&deck->rules, NULL))
		return damaged(err, "its rules");

	return TW_OK;
}

static bool take_rule(struct tw_zone_rule *out,
		      const struct tw_image_rule *rule)
{
	*out = (struct tw_zone_rule){ (uint8_t)rule->kind, rule->month,
				      rule->week, rule->day, rule->time_s };
	if (rule->time_s < -RULE_TIME_MAX_S || rule->time_s > RULE_TIME_MAX_S)
		return false;
	if (rule->kind == 'M')
		return rule->month >= 1 && rule->month <= 12 &&
			rule->week >= 1 && rule->week <= 5 &&
			rule->day >= 0 && rule->day <= 6;
	if (rule->kind != 'J' && rule->kind != '0')
		return false;

	return rule->day >= (rule->kind == 'J') && rule->day <= 365;
}

static bool is_offset(int32_t offset_s)
{
	return offset_s >= -ZONE_OFFSET_MAX_S && offset_s <= ZONE_OFFSET_MAX_S;
}

static bool take_footer(tw_zone *zone, const struct tw_image_zone *z)
{
	memcpy(zone->name, z->name, sizeof(zone->name));
	zone->first_offset_s = z->first_offset_s;
	zone->has_footer = z->has_footer;
	zone->std_offset_s = z->std_offset_s;
	zone->has_dst = z->has_dst;
	zone->dst_offset_s = z->dst_offset_s;
	if (!z->name[0] || !memchr(z->name, '\0', sizeof(z->name)) ||
	    z->has_footer < 0 || z->has_footer > 1 || z->has_dst < 0 ||
	    z->has_dst > z->has_footer || z->reserved)
		return false;
	if (!is_offset(z->first_offset_s) || !is_offset(z->std_offset_s) ||
	    !is_offset(z->dst_offset_s))
		return false;

	return !z->has_dst || (take_rule(&zone->dst_start, &z->dst_start) &&
			       take_rule(&zone->dst_end, &z->dst_end));
}

static bool take_transitions(tw_zone *zone, const struct tw_part *at,
			     const struct tw_part *offsets)
{
	if (zone->count) {
		memcpy(zone->at_s, at->data, at->count * at->size);
		memcpy(zone->offset_s, offsets->data,
		       offsets->count * offsets->size);
	}
	for (size_t i = 0; i < zone->count; i++) {
		if (!is_offset(zone->offset_s[i]) ||
		    (i && zone->at_s[i] <= zone->at_s[i - 1]))
			return false;
	}

	return true;
}

/* A zone has owners of its own and may outlive the bytes: it is copied. */
static tw_status take_zone(struct tw_deck *deck, const struct layout *l,
			   tw_error *err)
{
	const struct tw_part *part = &l->parts[TW_IMAGE_ZONE];
	const struct tw_part *at = &l->parts[TW_IMAGE_ZONE_AT];
	const struct tw_part *offsets = &l->parts[TW_IMAGE_ZONE_OFFSETS];
	struct tw_image_zone z;
	tw_zone *zone;

	if (part->count != 1 || part->size != sizeof(z) ||
	    at->size != sizeof(*zone->at_s) ||
	    offsets->size != sizeof(*zone->offset_s) ||
	    at->count != offsets->count)
		return damaged(err, "its time zone");
	zone = tw_calloc(1, sizeof(*zone));
	if (!zone)
		return tw__fail_oom(err);
	deck->zone = zone;
	zone->refs = 1;
	zone->count = at->count;
	zone->at_s = tw_calloc(at->count + 1, sizeof(*zone->at_s));
	zone->offset_s = tw_calloc(at->count + 1, sizeof(*zone->offset_s));
	if (!zone->at_s || !zone->offset_s)
		return tw__fail_oom(err);
	memcpy(&z, part->data, sizeof(z));
	if (!take_footer(zone, &z) || !take_transitions(zone, at, offsets))
		return damaged(err, "its time zone");

	return TW_OK;
}

static tw_status take_terms(struct tw_deck *deck, const struct layout *l,
			    tw_error *err)
{
	const struct tw_part *p = l->parts;
	tw_deck_options options = TW_DECK_OPTIONS_INIT;
	tw_status status;

	for (size_t i = TW_IMAGE_BANDS; i <= TW_IMAGE_DOCUMENTS; i++) {
		if (!has_size(&p[i]))
			return damaged(err, "its bands, holidays, tiers or "
				       "documents");
	}
	options.rules = &deck->rules;
	options.bands = p[TW_IMAGE_BANDS].data;
	options.band_count = p[TW_IMAGE_BANDS].count;
	options.days = p[TW_IMAGE_DAYS].data;
	options.day_count = p[TW_IMAGE_DAYS].count;
	options.tiers = p[TW_IMAGE_TIERS].data;
	options.tier_count = p[TW_IMAGE_TIERS].count;
	options.documents = p[TW_IMAGE_DOCUMENTS].data;
	options.document_count = p[TW_IMAGE_DOCUMENTS].count;
	status = tw__terms_take(deck, &options, err);
	if (!status || status == TW_ENOMEM || status == TW_EVERSION)
		return status;

	return damaged(err, "its bands, holidays, tiers or documents");
}

/* ---- the large ones, where they lie ---- */

static tw_status take_rows(struct tw_deck *deck, const struct layout *l,
			   tw_error *err)
{
	const struct tw_part *rows = &l->parts[TW_IMAGE_ROWS];
	const struct tw_part *notes = &l->parts[TW_IMAGE_NOTES];
	const struct tw_part *places = &l->parts[TW_IMAGE_PLACES];
	const struct tw_part *texts = &l->parts[TW_IMAGE_TEXTS];
	tw_status status;

	if (rows->size != sizeof(*deck->rows) ||
	    notes->size != sizeof(*deck->notes) ||
	    places->size != sizeof(*deck->place) || texts->size != 1 ||
	    notes->count != rows->count || places->count != rows->count ||
	    rows->count >= TW_PREFIX_NONE)
		return damaged(err, "its rows");
	deck->rows = rows->data;
	deck->notes = notes->data;
	deck->place = places->data;
	deck->texts = texts->data;
	deck->texts_size = texts->count;
	deck->count = rows->count;
	if (tw__stated_check(deck, NULL))
		return damaged(err, "its rows");
	status = tw__image_rows_check(deck, err);
	if (!status)
		status = tw__parts_check(deck, err);
	if (status == TW_ECONFLICT)
		return damaged(err, "its rows");
	if (!status)
		status = tw__prefix_view(&deck->prefixes,
					 l->parts + TW_IMAGE_PREFIXES, rows,
					 err);

	return status;
}

tw_status tw_deck_view(tw_deck **out, const void *data, size_t size,
		       void (*data_free)(void *arg), void *arg, tw_error *err)
{
	struct tw_deck *deck;
	struct layout l;
	tw_status status;

	if (!out || !data || (uintptr_t)data % sizeof(uint64_t))
		return tw__fail(err, TW_EINVAL, "a deck wants its bytes, "
				"aligned to 8, and a place to go");
	status = read_frame(&l, data, size, err);
	if (status)
		return status;
	deck = tw_calloc(1, sizeof(*deck));
	if (!deck)
		return tw__fail_oom(err);

	deck->refs = 1;
	deck->image = data;
	status = take_rules(deck, &l, err);
	if (!status)
		status = take_zone(deck, &l, err);
	if (!status)
		status = take_terms(deck, &l, err);
	if (!status)
		status = take_rows(deck, &l, err);
	if (status) {
		tw_deck_free(deck);
		return status;
	}
	deck->image_free = data_free;
	deck->image_arg = arg;
	*out = deck;

	return TW_OK;
}
