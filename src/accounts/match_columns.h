/**
 * @file src/accounts/match_columns.h  The columns of `directory import`
 */
#ifndef TW_SRC_ACCOUNTS_MATCH_COLUMNS_H
#define TW_SRC_ACCOUNTS_MATCH_COLUMNS_H

#include "formats/csv.h"

enum { TW_COL_KIND, TW_COL_MATCH, TW_COL_DEPARTMENT, TW_COL_CITY,
       TW_COL_FROM, TW_COL_TO, TW_COL_COUNT };

extern const char *const tw__match_columns[TW_COL_COUNT];

/* Where each column stands in the file's first row; -1: left out. */
tw_status tw__match_columns_find(int out[TW_COL_COUNT],
				 const struct tw_csv_row *header,
				 tw_error *err);

#endif
