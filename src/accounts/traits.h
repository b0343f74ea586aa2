/**
 * @file src/accounts/traits.h  What of a call is one of a few
 *
 * Whose a call is, which way it went, how it ended and what rates it are a few
 * hundred combinations in a year of calls: a row names one (table traits), and
 * its lengths and amounts are in units that its traits name. Decides units and
 * which id a combination has. Refuses to know calls and how they are stored.
 */
#ifndef TW_SRC_ACCOUNTS_TRAITS_H
#define TW_SRC_ACCOUNTS_TRAITS_H

#include "intern.h"

/* In the order of the table's columns; numbers only, so that two are equal
 * when their bytes are. */
struct tw__traits {
	int64_t trunk, carrier, department, number;
	int64_t leg, direction, status;
	int64_t rate_state, reason, tariff_version;     /* 0: no charge */
	int64_t time_us, cost_nanos, vat_nanos;         /* a unit of each */
};
#define TW_TRAITS_COUNT 13

/* The largest unit that all of them are whole in; 0 and what is not known are
 * whole in any. */
int64_t tw__time_unit(int64_t answer_us, int64_t end_us, int64_t duration_us);
int64_t tw__money_unit(int64_t nanos);

/* Ids by value, over an intern that asks for what is not here. Zeroed. */
#define TW_TRAITS_NEAR 512u
struct tw__traits_near {
	struct {
		struct tw__traits of;
		int64_t id;
	} places[TW_TRAITS_NEAR];
};

/* Of an intern of traits; made when it is new. near: NULL, or kept as long as
 * the intern is. */
tw_status tw__traits_id(int64_t *out, struct tw__intern *intern,
			struct tw__traits_near *near,
			const struct tw__traits *traits, tw_error *err);

/* All there are, by id; zeroed. */
struct tw__traits_list {
	struct tw__traits *rows;
	size_t count;
};
tw_status tw__traits_load(struct tw__traits_list *list, tw_store *store,
			  tw_error *err);
void tw__traits_unload(struct tw__traits_list *list);
/* NULL: there are none with this id. */
static inline const struct tw__traits *tw__traits_at(
	const struct tw__traits_list *list, int64_t id)
{
	return id > 0 && (size_t)id < list->count &&
		list->rows[id].time_us ? &list->rows[id] : NULL;
}

#endif
