/**
 * @file src/accounts/breakdown_clock.h  The wall clock of a department
 */
#ifndef TW_SRC_ACCOUNTS_BREAKDOWN_CLOCK_H
#define TW_SRC_ACCOUNTS_BREAKDOWN_CLOCK_H

#include "traffic_read.h"
#include <trunkwise/time.h>

struct tw__cut_clock {
	tw_zone *zone;
	char name[64];
	int64_t from_s, end_s;   /* in which offset_s holds; 0, 0: nowhere */
	int32_t offset_s;
};

/* Which clock a department's version goes by; the last one asked for. */
#define TW_CUT_SEEN 64
struct tw__cut_seen {
	int64_t department;
	tw_time from, to;        /* 0, 0: nobody was seen */
	size_t clock;            /* place; 0: the company's */
};

/* Zeroed but for zone (borrowed) and departments (taken). */
struct tw__cut_clocks {
	tw_zone *zone;
	struct tw__traffic_versions departments;
	struct tw__cut_clock *rows;
	size_t count, capacity;
	struct tw__cut_seen seen[TW_CUT_SEEN];
};

/* Seconds of the wall clock at an instant, where the department then was;
 * the company's where it has no zone.
 * @return TW_OK, or what tw_zone_open() says */
tw_status tw__cut_local(int64_t *local_s, struct tw__cut_clocks *clocks,
			int64_t department, tw_time t, tw_error *err);
/* Do all departments go by the company's clock, at all times? */
bool tw__cut_clocks_are_one(const struct tw__cut_clocks *clocks);
void tw__cut_clocks_free(struct tw__cut_clocks *clocks);

#endif
