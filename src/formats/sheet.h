/**
 * @file src/formats/sheet.h  Parts of a price sheet's reading
 *
 * sheet.c reads row by row; sheet_name.c knows columns by name, sheet_head.c
 * finds the header, sheet_map.c keeps what a carrier's mapping says,
 * sheet_cell.c, sheet_code.c and sheet_date.c make values of cells, and
 * sheet_times.c holds the rows of one code against each other.
 */
#ifndef TW_SRC_SHEET_H
#define TW_SRC_SHEET_H

#include "base/base.h"
#include <trunkwise/tariff.h>
#include "csv.h"

enum sheet_column {
	COL_PREFIX, COL_COUNTRY, COL_AREA, COL_DESTINATION, COL_RATE,
	COL_CURRENCY, COL_FROM, COL_TO, COL_FIRST_INC, COL_NEXT_INC,
	COL_INCREMENTS, COL_CONNECT_FEE, COL_DIRECTION, COL_CALLER_PREFIX,
	COL_RELATION, COL_BAND, COL_FROM_S, COL_STATUS, COL_CHANGE,
	COL_COMMENT, COL_COUNT
};

#define SHEET_INC_MAX_S    3600u
#define SHEET_FROM_MAX_S   65535u
#define SHEET_ROW_CODES    10000u     /* of one range or list */
#define SHEET_RATES_MAX    4000000u

enum sheet_dates { DATES_YMD, DATES_DMY, DATES_MDY, DATES_EXCEL };

enum sheet_encoding { ENCODING_AUTO, ENCODING_UTF8, ENCODING_UTF16,
		      ENCODING_CP1251 };

struct sheet_rename {
	char *name;                  /* folded as tw__sheet_fold() does */
	enum sheet_column column;    /* COL_COMMENT: not read */
};

#define SHEET_HEADER_FOUND (-1)

struct tw_sheet_map {
	char delimiter;              /* 0: found */
	char decimal;                /* '.', ',' or 0: by the delimiter */
	enum sheet_encoding encoding;
	enum sheet_dates dates;
	bool per_second;
	bool until_blank;
	int64_t header;              /* line, 0 none, or _FOUND */
	int64_t skip;                /* lines before all */
	char country[8];             /* put before codes without a + */
	struct sheet_rename *renames;
	size_t rename_count, rename_capacity;
	enum sheet_column places[TW_CSV_FIELDS_MAX];
	size_t place_count;          /* 0: columns are known by name */
	char *defaults[COL_COUNT];   /* of columns that are not there */
	struct tw_buf said;          /* all keys and values, terminated */
};

/* Of a sheet without a mapping. */
extern const struct tw_sheet_map tw__sheet_map_none;

/* How a sheet's cells are to be read. */
struct sheet_reading {
	const struct tw_sheet_map *map;
	char delimiter;
	char currency[4];            /* "" until a row or the caller says */
	tw_zone *zone;
	uint32_t first_inc_s;
	uint32_t next_inc_s;
	const char *names[COL_COUNT];   /* as the header spells them */
	bool present[COL_COUNT];
};

struct sheet_cell {
	struct tw_str text;          /* trimmed */
	enum sheet_column column;
	tw_reject *reject;
	const struct sheet_reading *reading;
};

/* Says what is wrong with a cell and how to mend it; TW_EPARSE. */
tw_status tw__sheet_refuse(const struct sheet_cell *cell, const char *mend);
bool tw__sheet_is_scientific(struct tw_str s);

/* The codes of one row, packed as tw__prefix_pack() does. */
struct sheet_codes {
	uint64_t *list;
	size_t count, capacity;
};
/* cells[COL_PREFIX], or [COL_COUNTRY] and [COL_AREA].
 * @return TW_OK, TW_EPARSE (said in the reject), TW_ENOMEM */
tw_status tw__sheet_codes(struct sheet_codes *out,
			  const struct sheet_cell cells[COL_COUNT]);
/* One code, as a caller's prefix is. */
tw_status tw__sheet_code(char out[16], const struct sheet_cell *cell);

/* A date of the sheet's zone. @return TW_OK, TW_EPARSE */
tw_status tw__sheet_date(tw_time *out, const struct sheet_cell *cell);

/* Reads one row but for its line; cells[] has an empty one for each absent
 * column. What is wrong goes into reject with its column; TW_EPARSE then. */
tw_status tw__sheet_row(tw_rate *out, struct sheet_codes *codes,
			tw_reject *reject, struct sheet_reading *reading,
			const struct tw_str cells[COL_COUNT]);

/* Lower case, _ for blanks and hyphens, no points: "Цена за мин." and "цена
 * ЗА мин" are one name. "" when it is longer than SHEET_NAME: two long names
 * must not become one by being cut. */
#define SHEET_NAME 256
void tw__sheet_fold(char out[SHEET_NAME], struct tw_str name);
/* COL_COUNT when the name is no column of a sheet. */
enum sheet_column tw__sheet_column(struct tw_str name);
const char *tw__sheet_column_name(enum sheet_column column);

/* What the header says. */
struct sheet_head {
	enum sheet_column of_field[TW_CSV_FIELDS_MAX];
	size_t fields;
	int64_t line;                /* 0: no header */
	char spelled[COL_COUNT][TW_TEXT_SHOWN];
};
/* Opens the text and reads up to its header and over it: the next row of the
 * reader is the first one of prices. Sets names, present and delimiter of
 * the reading. @return TW_OK (new csv), TW_EPARSE, TW_ENOMEM */
tw_status tw__sheet_head(struct tw_csv **out, struct sheet_head *head,
			 struct sheet_reading *reading, struct tw_str text,
			 tw_error *err);

/* One price: a code of a row. */
struct sheet_price {
	uint64_t prefix;             /* packed */
	tw_time to;
	uint32_t row;
};
/* Two rows of one code, caller, direction, relation, band and second that
 * are in force at once, or one that names a code twice. */
typedef tw_status (sheet_conflict_h)(void *arg, uint32_t row, uint32_t other,
				     uint64_t prefix);
/* Ends prices by the next ones of their kind, and codes by the rows that end
 * or block them. @return TW_OK, TW_ENOMEM, or what the handler returned */
tw_status tw__sheet_times(struct sheet_price *prices, size_t count,
			  const tw_rate *rows, sheet_conflict_h *conflict,
			  void *arg);

#endif
