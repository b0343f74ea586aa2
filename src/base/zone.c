/**
 * @file src/base/zone.c  Looking up a zone's offset
 *
 * Decides which offset is in force at an instant, and which instant a wall
 * clock reading means. Refuses to know files: src/formats/tzfile.c fills the
 * tables. A zone is never written after it was built, only its reference
 * count is, so any thread may read it.
 */
#include <string.h>
#include "calendar.h"
#include "zone.h"

#define DAY_S 86400
#define OFFSET_MAX_S 97200      /* above any legal offset (26 h) */
#define YEAR_FIRST_S (-62135596800LL)   /* 0001-01-01T00:00:00 */
#define YEAR_END_S   253402300800LL     /* 10000-01-01T00:00:00 */
#define YEAR_2500_S  16725225600LL

/* refs 0 marks the static zone, which lives forever and is never counted */
static const struct tw_zone zone_utc = { .name = "UTC" };

tw_zone *tw__zone_utc(void)
{
	return (tw_zone *)&zone_utc;
}

tw_zone *tw_zone_ref(tw_zone *zone)
{
	if (zone && zone != &zone_utc)
		__atomic_add_fetch(&zone->refs, 1, __ATOMIC_RELAXED);
	return zone;
}

void tw_zone_free(tw_zone *zone)
{
	if (!zone || zone == &zone_utc)
		return;
	if (__atomic_sub_fetch(&zone->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	tw_free(zone->at_s);
	tw_free(zone->offset_s);
	tw_free(zone);
}

const char *tw_zone_name(const tw_zone *zone)
{
	return zone ? zone->name : zone_utc.name;
}

/* Day number of a rule in a year. */
static int64_t rule_day(const struct tw_zone_rule *rule, int32_t year)
{
	int64_t first;
	int32_t day;

	if (rule->kind == 'M') {
		first = tw__days_from_civil(year, rule->month, 1);
		/* POSIX weekdays count from Sunday, ours from Monday */
		day = (rule->day + 6 - tw__weekday(first) + 7) % 7;
		day += 7 * (rule->week - 1);
		while (day >= tw__month_days(year, rule->month))
			day -= 7;
		return first + day;
	}
	first = tw__days_from_civil(year, 1, 1);
	if (rule->kind == '0')
		return first + rule->day;
	/* "J": 29 February is never counted */
	day = rule->day - 1;
	if (day >= 59 && tw__month_days(year, 2) == 29)
		day++;
	return first + day;
}

struct change {
	int64_t at_s;
	int32_t offset_s;
};

/* The changes of three years around t, rising. Three, because a rule's time
 * of up to 167 h and the offset may move a change into a neighbour year. A
 * zone that is on summer time all year ends it in the very instant in which
 * it begins again: the beginning is put last, so that it holds. */
static void footer_changes(struct change out[6], const tw_zone *zone,
			   int64_t t_s)
{
	int32_t year, month, day;
	size_t n = 0;

	tw__civil_from_days(&year, &month, &day, tw__floor_div(t_s, DAY_S));
	for (int32_t y = year - 1; y <= year + 1; y++) {
		struct change end = {
			rule_day(&zone->dst_end, y) * DAY_S +
			zone->dst_end.time_s - zone->dst_offset_s,
			zone->std_offset_s
		};
		struct change start = {
			rule_day(&zone->dst_start, y) * DAY_S +
			zone->dst_start.time_s - zone->std_offset_s,
			zone->dst_offset_s
		};

		out[n++] = end;
		out[n++] = start;
	}
	for (size_t i = 1; i < 6; i++) {
		struct change c = out[i];
		size_t k = i;

		for (; k > 0 && (out[k - 1].at_s > c.at_s ||
				 (out[k - 1].at_s == c.at_s &&
				  c.offset_s == zone->std_offset_s)); k--)
			out[k] = out[k - 1];
		out[k] = c;
	}
}

static int32_t footer_offset(const tw_zone *zone, int64_t t_s)
{
	struct change changes[6];
	int32_t offset_s = zone->std_offset_s;

	if (!zone->has_dst)
		return offset_s;
	footer_changes(changes, zone, t_s);
	for (size_t i = 0; i < 6 && changes[i].at_s <= t_s; i++)
		offset_s = changes[i].offset_s;
	return offset_s;
}

/* How many transitions are at or before t. */
static size_t passed(const tw_zone *zone, int64_t t_s)
{
	size_t low = 0, high = zone->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (zone->at_s[mid] <= t_s)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int32_t offset_at(const tw_zone *zone, int64_t t_s)
{
	size_t n = passed(zone, t_s);

	if (n == zone->count && zone->has_footer)
		return footer_offset(zone, t_s);
	return n == 0 ? zone->first_offset_s : zone->offset_s[n - 1];
}

/* First footer change after t to another offset. Two years ahead hold one
 * if there is any at all. */
static int64_t footer_next(const tw_zone *zone, int64_t t_s)
{
	int32_t now = footer_offset(zone, t_s);
	struct change changes[6];

	if (!zone->has_dst)
		return INT64_MAX;
	footer_changes(changes, zone, t_s);
	for (size_t i = 0; i < 6; i++) {
		if (changes[i].at_s > t_s &&
		    footer_offset(zone, changes[i].at_s) != now)
			return changes[i].at_s;
	}
	return INT64_MAX;
}

static int64_t next_change_s(const tw_zone *zone, int64_t t_s)
{
	int32_t now = offset_at(zone, t_s);

	for (size_t i = passed(zone, t_s); i < zone->count; i++) {
		t_s = zone->at_s[i];
		if (offset_at(zone, t_s) != now)
			return t_s;
	}
	return zone->has_footer ? footer_next(zone, t_s) : INT64_MAX;
}

int32_t tw__zone_stretch(const tw_zone *zone, int64_t t_s, int64_t *end_s)
{
	struct change changes[6];
	int32_t offset_s;
	size_t n;

	if (!zone)
		zone = &zone_utc;
	n = passed(zone, t_s);
	*end_s = n < zone->count ? zone->at_s[n] : INT64_MAX;
	if (n < zone->count || !zone->has_footer)
		return n == 0 ? zone->first_offset_s : zone->offset_s[n - 1];
	offset_s = zone->std_offset_s;
	if (!zone->has_dst)
		return offset_s;
	footer_changes(changes, zone, t_s);
	for (size_t i = 0; i < 6; i++) {
		if (changes[i].at_s > t_s) {
			*end_s = changes[i].at_s;
			break;
		}
		offset_s = changes[i].offset_s;
	}
	return offset_s;
}

tw_time tw_zone_next_change(const tw_zone *zone, tw_time t)
{
	int64_t next_s;

	if (!zone)
		return TW_TIME_MAX;
	next_s = next_change_s(zone, tw__floor_div(t, TW_SECOND));
	return next_s >= YEAR_2500_S ? TW_TIME_MAX : next_s * TW_SECOND;
}

void tw_zone_local(tw_civil *out, const tw_zone *zone, tw_time t)
{
	int64_t t_s = tw__floor_div(t, TW_SECOND);
	int64_t local_s, days, rest;

	out->microsecond = (int32_t)(t % TW_SECOND);
	if (out->microsecond < 0)
		out->microsecond += TW_SECOND;
	out->offset_s = zone ? offset_at(zone, t_s) : 0;
	local_s = t_s + out->offset_s;
	if (local_s < YEAR_FIRST_S) {
		local_s = YEAR_FIRST_S;
		out->microsecond = 0;
	}
	else if (local_s >= YEAR_END_S) {
		local_s = YEAR_END_S - 1;
		out->microsecond = TW_SECOND - 1;
	}
	days = tw__floor_div(local_s, DAY_S);
	rest = local_s - days * DAY_S;
	tw__civil_from_days(&out->year, &out->month, &out->day, days);
	out->hour = (int32_t)(rest / 3600);
	out->minute = (int32_t)(rest / 60 % 60);
	out->second = (int32_t)(rest % 60);
	out->weekday = tw__weekday(days);
}

/* Walks the stretches of equal offset around the reading; the first one that
 * shows it decides. If none does, the answer is the first instant of the
 * stretch that came too late for it: the end of the gap. Leaving at the gap
 * would be shorter, and wrong where the clock is soon set back again. */
static int64_t instant_s(const tw_zone *zone, int64_t local_s)
{
	int64_t from_s = local_s - OFFSET_MAX_S, gap_end_s = INT64_MAX;

	while (from_s < local_s + OFFSET_MAX_S) {
		int64_t end_s = next_change_s(zone, from_s);
		int64_t t_s = local_s - offset_at(zone, from_s);

		if (t_s >= from_s && t_s < end_s)
			return t_s;
		if (t_s < from_s && gap_end_s == INT64_MAX)
			gap_end_s = from_s;
		from_s = end_s;
	}
	return gap_end_s;
}

bool tw__zone_reads(tw_time *out, const tw_zone *zone, const tw_civil *civil)
{
	int64_t local_s, t_s;
	bool shown;

	if (!zone)
		zone = &zone_utc;
	local_s = tw__days_from_civil(civil->year, civil->month, civil->day) *
		DAY_S + civil->hour * 3600 + civil->minute * 60 +
		civil->second;
	t_s = instant_s(zone, local_s);
	shown = t_s + offset_at(zone, t_s) == local_s;
	/* in a gap the fraction belongs to a second that never was */
	*out = t_s * TW_SECOND + (shown ? civil->microsecond : 0);
	return shown;
}

tw_status tw_zone_instant(tw_time *out, const tw_zone *zone,
			  const tw_civil *civil, tw_error *err)
{
	if (!out || !civil)
		return tw__fail(err, TW_EINVAL, "zone: NULL argument");
	if (!tw__civil_is_valid(civil))
		return tw__fail(err, TW_EINVAL, "no such date or time: "
				"%04d-%02d-%02d %02d:%02d:%02d", civil->year,
				civil->month, civil->day, civil->hour,
				civil->minute, civil->second);
	(void)tw__zone_reads(out, zone, civil);
	return TW_OK;
}
