/**
 * @file time.h  Instants, civil time and IANA zones
 *
 * An instant is int64 microseconds of UTC since 1970; leap seconds are not
 * counted (RFC 3339 ":60" reads as the next second). Zones are immutable
 * values: load one once, share it between threads, free it last.
 */
#ifndef TRUNKWISE_TIME_H
#define TRUNKWISE_TIME_H

#include <trunkwise/base.h>

TW_BEGIN_DECLS

typedef int64_t tw_time;

#define TW_SECOND   1000000LL
#define TW_TIME_MIN INT64_MIN   /* open start of a half-open range */
#define TW_TIME_MAX INT64_MAX   /* open end */

typedef struct tw_civil {
	int32_t year;         /* 1..9999 */
	int32_t month;        /* 1..12 */
	int32_t day;          /* 1..31 */
	int32_t hour;         /* 0..23 */
	int32_t minute;
	int32_t second;       /* 0..59 */
	int32_t microsecond;
	int32_t weekday;      /* 0 Monday .. 6 Sunday; ignored on input */
	int32_t offset_s;     /* east of UTC; ignored on input */
} tw_civil;

typedef struct tw_zone tw_zone;

/** Loads "Europe/Moscow" from the system's tzdata (RFC 8536 TZif v2+ with
 * its POSIX footer). "UTC" needs no file. Names with "..", a leading "/" or
 * other bytes than letters, digits, "_+-/" are refused before any open.
 * @return TW_OK (new), TW_ENOTFOUND, TW_EPARSE, TW_EIO, TW_ENOMEM */
TW_EXTERN(tw_status) tw_zone_open(tw_zone **out, const char *name,
				  tw_error *err);

/** Builds a zone from TZif bytes that the caller read. */
TW_EXTERN(tw_status) tw_zone_new(tw_zone **out, const char *name,
				 const void *tzif, size_t size,
				 tw_error *err);

/** Another owner of the same immutable zone: new; any thread. */
TW_EXTERN(tw_zone *) tw_zone_ref(tw_zone *zone);
TW_EXTERN(void) tw_zone_free(tw_zone *zone);

/** Borrowed until tw_zone_free(). */
TW_EXTERN(const char *) tw_zone_name(const tw_zone *zone);

/** Local wall clock of an instant. Cannot fail for years 1..9999;
 * outside of them the result is clamped to that range's end. */
TW_EXTERN(void) tw_zone_local(tw_civil *out, const tw_zone *zone, tw_time t);

/** Instant of a wall clock reading. In a gap (spring) the first valid
 * instant after it; when repeated (autumn) the first of the two.
 * @return TW_OK, TW_EINVAL (no such date), TW_ERANGE */
TW_EXTERN(tw_status) tw_zone_instant(tw_time *out, const tw_zone *zone,
				     const tw_civil *civil, tw_error *err);

/** First instant after t at which the offset changes, TW_TIME_MAX if none
 * before the year 2500. */
TW_EXTERN(tw_time) tw_zone_next_change(const tw_zone *zone, tw_time t);

/** Reads "2026-10-05T09:30:00.25+03:00", "...Z", "2026-10-05 09:30:00" or
 * "2026-10-05" (midnight). Without offset the zone decides; zone may be
 * NULL, then an offset is required (TW_EINVAL without one). Up to nine
 * decimals, cut to microseconds. @return TW_OK, TW_EPARSE, TW_EINVAL */
TW_EXTERN(tw_status) tw_time_parse(tw_time *out, const char *text,
				   const tw_zone *zone, tw_error *err);

/** Writes ISO 8601 with the zone's offset ("Z" when zone is NULL);
 * fractions only when present. 40 bytes always suffice.
 * @return TW_OK, TW_ERANGE (outside of years 1..9999), TW_EINVAL */
TW_EXTERN(tw_status) tw_time_format(char *buf, size_t size, tw_time t,
				    const tw_zone *zone, tw_error *err);

/** [from, to) of the month "2026-10" in a zone.
 * @return TW_OK, TW_EPARSE */
TW_EXTERN(tw_status) tw_month_range(tw_time *out_from, tw_time *out_to,
				    const char *month, const tw_zone *zone,
				    tw_error *err);

TW_END_DECLS

#endif
