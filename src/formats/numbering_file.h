/**
 * @file src/formats/numbering_file.h  Ranges of numbers, row by row
 */
#ifndef TW_SRC_FORMATS_NUMBERING_FILE_H
#define TW_SRC_FORMATS_NUMBERING_FILE_H

#include "csv.h"
#include "rating/ranges.h"

/* What the text of a regulator's column says, e.g. "г. Казань|Республика
 * Татарстан"; "" where it says none. */
struct tw__region {
	char region[128];
	char city[128];
};

/* @return false: a name does not fit, and is "" then */
bool tw__region_read(struct tw__region *out, struct tw_str text);
/* A city by itself: "г. Казань" as "Казань". */
bool tw__city_read(char out[128], struct tw_str text);

struct tw__number_row {
	uint64_t from, to;
	uint64_t code;              /* country code first: 7843 */
	struct tw__place_view place;   /* borrowed until the next call */
	int64_t line;
};

struct tw__numbering_file;

/* UTF-8 text, borrowed until free. @return TW_OK (new), TW_EPARSE (no header
 * of this kind), TW_ENOMEM */
tw_status tw__numbering_file_open(struct tw__numbering_file **out,
				  struct tw_str text, tw_error *err);
/* TW_OK: a row. TW_EPARSE: a row that cannot be read; err.line, field and
 * message say why, and reading goes on. TW_ITER_END, TW_ENOMEM. */
tw_status tw__numbering_file_next(struct tw__number_row *out,
				  struct tw__numbering_file *file,
				  tw_error *err);
/* What the header calls the start of a range. */
const char *tw__numbering_file_from(const struct tw__numbering_file *file);
void tw__numbering_file_free(struct tw__numbering_file *file);

#endif
