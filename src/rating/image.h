/**
 * @file src/rating/image.h  A deck as one piece of bytes
 *
 * docs/deck.md draws the layout. Numbers are in the byte order of the machine
 * that wrote them, so that nothing is converted on the way to a question; the
 * mark tells another machine to make its own.
 */
#ifndef TW_SRC_RATING_IMAGE_H
#define TW_SRC_RATING_IMAGE_H

#include "deck.h"

#define TW_IMAGE_MAGIC   "TWDECK\r\n"   /* a text transfer breaks it */
#define TW_IMAGE_ORDER   0x01020304u
#define TW_IMAGE_VERSION 1u
#define TW_IMAGE_ALIGN   64u

/* Sections in the order in which they stand. Appended to in a later version,
 * never renumbered. */
enum tw_image_section {
	TW_IMAGE_RULES,         /* tw_tariff_rules, one */
	TW_IMAGE_ZONE,          /* struct tw_image_zone, one */
	TW_IMAGE_ZONE_AT,       /* int64_t, transitions */
	TW_IMAGE_ZONE_OFFSETS,  /* int32_t, from each of them on */
	TW_IMAGE_BANDS,         /* tw_band */
	TW_IMAGE_DAYS,          /* tw_tariff_day, rising */
	TW_IMAGE_TIERS,         /* tw_tier */
	TW_IMAGE_DOCUMENTS,     /* tw_document */
	TW_IMAGE_ROWS,          /* struct tw_rate_row */
	TW_IMAGE_NOTES,         /* struct tw_rate_note */
	TW_IMAGE_PLACES,        /* uint32_t, row of each index handed in */
	TW_IMAGE_TEXTS,         /* char */
	TW_IMAGE_PREFIXES,      /* TW_PREFIX_PARTS sections */
	TW_IMAGE_SECTIONS = TW_IMAGE_PREFIXES + TW_PREFIX_PARTS
};

struct tw_image_header {
	char magic[8];
	uint32_t order;
	uint32_t version;
	uint64_t size;          /* of the whole file */
	uint64_t sum;           /* of the whole file with 0 here */
	uint32_t sections;
	uint32_t reserved[7];
};

struct tw_image_entry {
	uint32_t section;
	uint32_t size;          /* of an element */
	uint64_t count;
	uint64_t offset;        /* from the start of the file */
	uint64_t reserved;
};

struct tw_image_rule {
	int32_t kind, month, week, day, time_s;
};

struct tw_image_zone {
	char name[64];
	int32_t first_offset_s;
	int32_t has_footer, std_offset_s;
	int32_t has_dst, dst_offset_s;
	struct tw_image_rule dst_start, dst_end;
	int32_t reserved;
};

/* Writes the sum of what stands there into it. */
void tw__image_seal(void *image, size_t size);

/* Whether the rows, notes, places and texts of a deck are such as deck.c
 * would have made, whoever wrote them. TW_EPARSE */
tw_status tw__image_rows_check(const struct tw_deck *deck, tw_error *err);

#endif
