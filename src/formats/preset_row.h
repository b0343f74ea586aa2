/**
 * @file src/formats/preset_row.h  What the presets share
 */
#ifndef TW_SRC_PRESET_ROW_H
#define TW_SRC_PRESET_ROW_H

#include "call_group.h"
#include "preset.h"

#define PRESET_COLUMNS 32
#define PRESET_SLACK   8    /* bytes behind any cell that may be read */

/* A column: members of tw_cdr point here by place. */
struct preset_column {
	const char *member;         /* of tw_cdr, for messages */
	const char *names;          /* header spellings, comma list */
};

struct preset_kind {
	const char *name;
	const struct preset_column *columns;
	size_t count;
	bool zone_needed;
	/* May look at the first row; *is_header says it was one. */
	tw_status (*begin)(struct tw__preset *preset, bool *is_header,
			   tw_error *err);
	/* Sets all of *out. */
	tw_status (*read)(tw_cdr *out, struct tw__preset *preset,
			  tw_error *err);
	bool grouped;               /* several rows may be one call */
	/* What of a row that cannot be read is its key, and its start. */
	void (*identify)(tw_cdr *out, struct tw__preset *preset);
};
extern const struct preset_kind tw__preset_native, tw__preset_asterisk;

/* What the last time had around its hours, minutes and seconds: most rows of
 * a file have the same. */
struct preset_date {
	size_t size;                /* of all of it; 0: nothing is kept */
	uint64_t day[2];            /* 2026-10-05T, overlapping */
	uint64_t offset, offset_mask;
	tw_time midnight;
};

struct tw__preset {
	struct tw__records *records;    /* all else is of no use then */
	const struct preset_kind *kind;
	struct tw__preset_options options;
	struct tw__bytes memory;    /* options.data */
	struct tw__window window;
	struct tw_csv *csv;
	struct tw_csv_row row;
	bool pending;               /* row is read but not given out */
	bool *attempts;             /* by row, when the kind is grouped */
	size_t ordinal;             /* of the row to come */
	size_t width;               /* of the header; 0: none */
	int place[PRESET_COLUMNS];  /* of each column in a row; -1: absent */
	char (*titles)[64];         /* header as it came */
	char numbers[PRESET_COLUMNS][8];
	char *cells;                /* terminated copies of the row */
	size_t cells_capacity;
	const struct tw_str *field; /* of the row, trimmed */
	ptrdiff_t move;             /* from a field to its terminated copy */
	struct tw_str trimmed[TW_CSV_FIELDS_MAX];
	struct preset_date date;
	/* what records point to besides cells */
	char scratch[64];           /* a made-up call id */
	char trunk[128], extension[32], dialled[40];
	bool key_moves;             /* the record's key has its start in it */
};

/* Reads the whole file once and finds the rows that are attempts only
 * (preset_group.c); reading begins anew afterwards. */
tw_status tw__preset_group(struct tw__preset *preset, tw_error *err);
/* One row, whatever came before it. */
tw_status tw__preset_row(tw_cdr *out, struct tw__preset *preset,
			 tw_error *err);

/* Cell of a column, trimmed; "" when absent. It is read where it came from:
 * a word of bytes that have just been written has to wait for them. */
static inline struct tw_str tw__preset_str(const struct tw__preset *preset,
					   size_t column)
{
	size_t place = (size_t)preset->place[column];

	return place < preset->row.count ? preset->field[place] : TW_STR("");
}
/* The same, terminated. */
static inline const char *tw__preset_cell(const struct tw__preset *preset,
					  size_t column)
{
	size_t place = (size_t)preset->place[column];

	return place < preset->row.count ?
		preset->field[place].p + preset->move : "";
}
/* Places of the columns by the header row. @return TW_OK, TW_EPARSE */
tw_status tw__preset_map(struct tw__preset *preset, tw_error *err);
size_t tw__preset_named(const struct tw__preset *preset, struct tw_str title);

/* Fails with the column's own name. */
tw_status tw__preset_fail(const struct tw__preset *preset, size_t column,
			  tw_error *err, const char *fmt, ...)
	TW_PRINTF(4, 5);

#endif
