/**
 * @file src/accounts/report.h  A report while it is being made
 */
#ifndef TW_SRC_ACCOUNTS_REPORT_H
#define TW_SRC_ACCOUNTS_REPORT_H

#include "ledger.h"
#include "report_contract.h"
#include "report_group.h"
#include <trunkwise/report.h>

#define TW_REPORT_CURRENCIES_MAX 64

struct tw_expenses {
	char zone[64];
	char company[128];
	tw_expense_row *rows;
	size_t count, capacity, next;
	tw_expense_row *totals;
	size_t total_count, total_capacity;
};

struct tw__report_city {
	int64_t department;
	char name[64];
};

/* The first names that were looked up: most groups share a few of them. */
#define TW_REPORT_NAMES_MAX 64
struct tw__report_known {
	const char *sql;         /* which question: by its address */
	int64_t id;
	char text[128];
};

struct tw__report {
	tw_store *store;
	struct tw__book book;
	uint32_t by, per, compare;
	int64_t months[2];       /* first and last, included */
	tw_time end;             /* names and cities are as of here */
	struct tw__report_groups groups;
	struct tw__report_city *cities;
	size_t city_count, city_capacity;
	char currencies[TW_REPORT_CURRENCIES_MAX][4];
	size_t currency_count;
	struct tw__report_known known[TW_REPORT_NAMES_MAX];
	size_t known_count;
	struct tw_expenses *out;
	/* the month that is being read */
	int64_t month;
	bool previous;           /* it is compared with */
	bool closed;             /* the month that is read */
	int64_t period;          /* of the month as a whole */
	tw_time from, to;
	struct tw__contracts contracts;
	/* of a closed month's days: rents that were posted, less those that
	 * the directory gives to days */
	struct tw__report_groups posted;
};

/* First column of the only row, "" without one. `sql` takes an id. */
tw_status tw__report_text(char *out, size_t size, struct tw__report *report,
			  const char *sql, int64_t id, tw_error *err);
/* The same of a directory's version: `sql` takes id and `report->end`. */
tw_status tw__report_name(char *out, size_t size, struct tw__report *report,
			  const char *sql, int64_t id, tw_error *err);
/* Names and cities as they were at the report's end; of what began later,
 * the newest. */
#define TW_AS_OF_END " WHERE id = ? ORDER BY valid_from < ? DESC, " \
	"valid_from DESC LIMIT 1"

/* Lines of all months asked for, and of those compared with, as groups. */
tw_status tw__report_read(struct tw__report *report, tw_error *err);
/* Groups as named and sorted rows, and the totals. */
tw_status tw__report_rows(struct tw__report *report, tw_error *err);

#endif
