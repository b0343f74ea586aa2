/**
 * @file src/formats/sheet.h  Cells of a price sheet as values
 */
#ifndef TW_SRC_SHEET_H
#define TW_SRC_SHEET_H

#include "base/base.h"
#include <trunkwise/tariff.h>

enum sheet_column {
	COL_PREFIX, COL_DESTINATION, COL_RATE, COL_CURRENCY, COL_FROM,
	COL_TO, COL_FIRST_INC, COL_NEXT_INC, COL_INCREMENTS, COL_CONNECT_FEE,
	COL_DIRECTION, COL_CALLER_PREFIX, COL_STATUS, COL_BAND, COL_COMMENT,
	COL_COUNT
};

#define SHEET_INC_MAX_S 3600u

/* How a sheet's cells are to be read. */
struct sheet_reading {
	char delimiter;
	char currency[4];            /* "" until a row or the caller says */
	tw_zone *zone;
	uint32_t first_inc_s;
	uint32_t next_inc_s;
	const char *names[COL_COUNT];   /* as the header spells them */
	bool present[COL_COUNT];
};

/* Reads one row; cells[] has an empty one for each absent column. What is
 * wrong goes into reject with its column; TW_EPARSE then. */
tw_status tw__sheet_row(tw_rate *out, tw_reject *reject,
			struct sheet_reading *reading,
			const struct tw_str cells[COL_COUNT]);

/* COL_COUNT when the name is no column of a sheet. */
enum sheet_column tw__sheet_column(struct tw_str name);
const char *tw__sheet_column_name(enum sheet_column column);

/* A cell short enough to be shown in a message, one line of valid UTF-8. */
#define SHEET_SHOWN 40
void tw__sheet_shown(char out[SHEET_SHOWN], struct tw_str cell);

#endif
