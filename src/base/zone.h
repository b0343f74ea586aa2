/**
 * @file src/base/zone.h  A zone as a value: transitions and a footer rule
 */
#ifndef TW_SRC_ZONE_H
#define TW_SRC_ZONE_H

#include "base.h"
#include <trunkwise/time.h>

/* "M3.5.0/2", "J60" or "59" of a POSIX TZ string. */
struct tw_zone_rule {
	uint8_t kind;       /* 'M', 'J' or '0' */
	int32_t month, week, day;
	int32_t time_s;     /* -167 h .. 167 h */
};

struct tw_zone {
	uint32_t refs;                  /* atomic */
	char name[64];
	size_t count;
	int64_t *at_s;                  /* transition instants, rising */
	int32_t *offset_s;              /* in force from at_s[i] */
	int32_t first_offset_s;         /* before at_s[0] */
	int has_footer;                 /* rule for after the last one */
	int32_t std_offset_s, dst_offset_s;
	int has_dst;
	struct tw_zone_rule dst_start, dst_end;
};

/* Offset of an instant, and the end of a stretch in which it stays (not always
 * the longest one: a transition may change nothing). NULL is UTC. */
int32_t tw__zone_stretch(const tw_zone *zone, int64_t t_s, int64_t *end_s);

/* tw_zone_instant() of a valid reading. @return false: the zone's clock never
 * shows it, and *out is the end of the gap. */
bool tw__zone_reads(tw_time *out, const tw_zone *zone, const tw_civil *civil);

/* tw_time_parse(), and whether the zone's clock skips what was read. */
tw_status tw__time_parse(tw_time *out, bool *skipped, const char *text,
			 const tw_zone *zone, tw_error *err);
/* What files that must be true say of such a time. */
tw_status tw__time_skipped(const char *text, tw_error *err);

/* The built-in zone without a file. Static: ref and free are harmless. */
tw_zone *tw__zone_utc(void);

#endif
