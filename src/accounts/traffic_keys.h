/**
 * @file src/accounts/traffic_keys.h  Where a call counts, and its name
 */
#ifndef TW_SRC_ACCOUNTS_TRAFFIC_KEYS_H
#define TW_SRC_ACCOUNTS_TRAFFIC_KEYS_H

#include "traffic_read.h"
#include <trunkwise/time.h>
#include <trunkwise/traffic.h>

struct tw__traffic_zone {
	char name[64];
	tw_zone *zone;
};

struct tw__traffic_keys {
	uint32_t by;             /* TW_CALLS_BY_ */
	tw_zone *zone;           /* the company's, borrowed */
	tw_time from, to;        /* the month */
	struct tw__traffic_versions numbers, departments;
	char (*campaigns)[512];  /* key - 1 */
	size_t campaign_count, campaign_capacity;
	struct tw__traffic_zone *zones;
	size_t zone_count, zone_capacity;
};

/* 0: none of its kind; an hour counts from Monday's first. */
tw_status tw__traffic_key(int64_t *out, struct tw__traffic_keys *keys,
			  const struct tw__traffic_call *call, tw_error *err);
tw_status tw__traffic_campaign_key(int64_t *out,
				   struct tw__traffic_keys *keys,
				   const char *text, tw_error *err);
/* Sets name, campaigns and days, or weekday and hour. */
void tw__traffic_name(tw_traffic_row *row,
		      const struct tw__traffic_keys *keys, int64_t key);
void tw__traffic_keys_free(struct tw__traffic_keys *keys);

#endif
