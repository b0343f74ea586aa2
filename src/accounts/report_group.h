/**
 * @file src/accounts/report_group.h  Groups of a report and what they add up
 */
#ifndef TW_SRC_ACCOUNTS_REPORT_GROUP_H
#define TW_SRC_ACCOUNTS_REPORT_GROUP_H

#include "base/base.h"

/* 0 where not asked by, or where nothing is known. */
struct tw__report_key {
	int64_t period;          /* 202610, 20261005; a week by its Monday */
	int64_t department;
	int64_t city;            /* place in the report's list + 1 */
	int64_t payee;           /* id * 4 + kind of account */
	int64_t number, destination, direction, contract;
	int64_t currency;        /* place in the report's list + 1 */
};

struct tw__report_line {
	int64_t calls, answered, missed, unrated, talk_us;
	int64_t rent, calls_cost, forwarded_cost, corrections;
	int64_t net, vat;        /* of all of these */
	int64_t budgets, budget; /* how many, what they add up to */
	int64_t spent;           /* of what a budget limits */
	int64_t previous;        /* total of the time compared with */
};
/* False and nothing changed when any sum would overflow. */
bool tw__report_line_add(struct tw__report_line *a,
			 const struct tw__report_line *b);
bool tw__report_line_is_zero(const struct tw__report_line *line);
/* Rents, calls and corrections. */
bool tw__report_line_total(int64_t *out, const struct tw__report_line *line);

struct tw__report_group {
	struct tw__report_key key;
	struct tw__report_line line;
};

/* Insert-ordered, with a hash over the keys; zeroed is empty. */
struct tw__report_groups {
	struct tw__report_group *rows;
	size_t count, capacity;
	uint32_t *slots;
	size_t slot_count;
};
void tw__report_groups_free(struct tw__report_groups *groups);
/* NULL when the key has no group; borrowed until the next add. */
struct tw__report_group *tw__report_groups_find(
	const struct tw__report_groups *groups,
	const struct tw__report_key *key);
/* @return TW_OK, TW_ERANGE (a sum overflows), TW_ENOMEM */
tw_status tw__report_groups_add(struct tw__report_groups *groups,
				const struct tw__report_key *key,
				const struct tw__report_line *line,
				tw_error *err);

#endif
