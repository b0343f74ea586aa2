/**
 * @file src/accounts/traffic_groups.h  Sums of calls by what they are asked by
 */
#ifndef TW_SRC_ACCOUNTS_TRAFFIC_GROUPS_H
#define TW_SRC_ACCOUNTS_TRAFFIC_GROUPS_H

#include "base/base.h"
#include <trunkwise/traffic.h>

struct tw__traffic_group {
	int64_t key;             /* identity, hour, or place of a campaign */
	uint64_t answered, missed, hidden, missed_hidden, unreturned;
	uint64_t callers, first_time, ends_known, other_currency;
	int64_t wait_us, abandon_us, talk_us;
	int64_t rent_nanos, charges_nanos;
};

/* Sorted by key, so that an address holds until the next new one only. */
struct tw__traffic_groups {
	struct tw__traffic_group *rows;
	size_t count, capacity;
};
tw_status tw__traffic_group(struct tw__traffic_group **out,
			    struct tw__traffic_groups *groups, int64_t key,
			    tw_error *err);
/* All but callers, who are not the sum of groups.
 * @return TW_OK, TW_ERANGE */
tw_status tw__traffic_group_add(struct tw__traffic_group *sum,
				const struct tw__traffic_group *one,
				tw_error *err);
void tw__traffic_groups_free(struct tw__traffic_groups *groups);

/* Counts, means and, with a currency, what a call costs. */
tw_status tw__traffic_row(tw_traffic_row *out,
			  const struct tw__traffic_group *group,
			  const char *currency, tw_error *err);

#endif
