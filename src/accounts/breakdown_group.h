/**
 * @file src/accounts/breakdown_group.h  Calls that are one row, added up
 */
#ifndef TW_SRC_ACCOUNTS_BREAKDOWN_GROUP_H
#define TW_SRC_ACCOUNTS_BREAKDOWN_GROUP_H

#include "base/base.h"
#include <trunkwise/breakdown.h>

/* What is asked by, in its order, and the currency; 1 the company's. */
#define TW_CUT_PARTS (TW_BREAKDOWN_CUTS_MAX + 1)

struct tw__cut_sums {
	int64_t calls, answered, missed, unrated, talk_us;
	int64_t cost, net, vat;
};
/* False and nothing changed when any sum would overflow. */
bool tw__cut_sums_add(struct tw__cut_sums *a, const struct tw__cut_sums *b);

/* Of two lines of the cache: sums and the first keys never share a third. */
struct tw__cut_group {
	struct tw__cut_sums sums;
	int64_t part[TW_CUT_PARTS];
	int64_t unused;
};

/* A bit of the hash beside the place: a group that only shares the slot is
 * passed over without being looked at. place 0: free. */
struct tw__cut_slot {
	uint32_t tag, place;
};

/* What waits to be added. Of more groups than these one is seldom in the
 * cache; of many that are looked for at once only the first is waited for. */
#define TW_CUT_NEAR    2048
#define TW_CUT_WAITING 32
struct tw__cut_waiting {
	uint64_t hash;
	struct tw__cut_group group;
};

/* Insert-ordered, with a hash over the first `parts` of a key (set by who
 * makes it; the others are 0). Else zeroed is empty. */
struct tw__cut_groups {
	size_t parts;
	struct tw__cut_group *rows;
	size_t count, capacity;
	struct tw__cut_slot *slots;
	size_t slot_count;
	struct tw__cut_waiting waiting[TW_CUT_WAITING];
	size_t waiting_count;
};
void tw__cut_groups_free(struct tw__cut_groups *groups);
/* At once, or with a later one; rows are whole after tw__cut_groups_settle().
 * @return TW_OK, TW_ERANGE (a sum overflows, or more groups than
 * TW_BREAKDOWN_ROWS_MAX), TW_ENOMEM */
tw_status tw__cut_groups_add(struct tw__cut_groups *groups,
			     const int64_t part[TW_CUT_PARTS],
			     const struct tw__cut_sums *sums, tw_error *err);

/* order: the place, from 0, of what is to be the first currency, the second
 * and so on. Groups of nothing but zeros go: sums that are kept do not have
 * them. Nothing is added afterwards. @return what adding may */
tw_status tw__cut_groups_settle(struct tw__cut_groups *groups,
				const uint8_t *order, size_t currencies,
				tw_error *err);
/* Places of groups (new), as their parts say, the first part before the
 * others. Each part is below its counts[]. */
tw_status tw__cut_groups_sort(uint32_t **out,
			      const struct tw__cut_groups *groups,
			      const size_t counts[TW_CUT_PARTS],
			      tw_error *err);

#endif
