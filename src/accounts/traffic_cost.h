/**
 * @file src/accounts/traffic_cost.h  What numbers cost by the month
 */
#ifndef TW_SRC_ACCOUNTS_TRAFFIC_COST_H
#define TW_SRC_ACCOUNTS_TRAFFIC_COST_H

#include "ledger_month.h"
#include "traffic_groups.h"
#include "traffic_keys.h"

/* Adds rents and one-off fees of numbers in the months from months[0] to
 * months[1] to their groups: the number's, or (keys->by a campaign) those of
 * its campaigns by days. */
tw_status tw__traffic_rents(struct tw__traffic_groups *groups,
			    struct tw__traffic_keys *keys, tw_store *store,
			    struct tw__book *book, const int64_t months[2],
			    tw_error *err);

#endif
