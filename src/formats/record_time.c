/**
 * @file src/formats/record_time.c  Times and lengths as sources spell them
 *
 * Decides what a cell says of an instant or a length, by the unit or the
 * pattern that the map declares. Refuses to guess an order of day and month,
 * and to read a number with another unit than was said.
 *
 * Patterns are strftime's: %Y %y %m %d %H %I %M %S %f %p %b %z %T %F %R %%.
 * Numbers may lack their leading zero; %z takes Z, UTC, +3, +0300 and +03:00.
 */
#include <stdlib.h>
#include <string.h>
#include "base/calendar.h"
#include "base/zone.h"
#include "preset_cell.h"
#include "record.h"
#include <trunkwise/money.h>

#define EPOCH_END 253402300800LL    /* year 10000 */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ---- patterns ---- */

struct reading {
	const char *text;           /* what is left */
	tw_civil civil;
	int64_t offset_s;
	bool has_offset, has_half, afternoon;
};

bool tw__pattern_is_valid(const char *pattern)
{
	size_t known = 0;

	for (const char *p = pattern; *p; p++) {
		if (*p != '%')
			continue;
		p++;
		if (!*p || !strchr("YymdHIMSfpbzTFR%", *p))
			return false;
		known += *p != '%';
	}
	return known > 0;
}

bool tw__pattern_has_offset(const char *pattern)
{
	return strstr(pattern, "%z") != NULL;
}

static bool read_number(int32_t *out, struct reading *r, int least, int most)
{
	int32_t value = 0;
	int n = 0;

	for (; n < most && is_digit(*r->text); n++)
		value = value * 10 + (*r->text++ - '0');
	*out = value;
	return n >= least;
}

static bool read_month(struct reading *r)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	char low[3];

	for (int i = 0; i < 3; i++) {
		low[i] = (char)(r->text[i] | 0x20);
		if (low[i] < 'a' || low[i] > 'z')
			return false;
	}
	for (int m = 0; m < 12; m++) {
		if (memcmp(low, &names[3 * m], 3) != 0)
			continue;
		r->civil.month = m + 1;
		while ((*r->text | 0x20) >= 'a' && (*r->text | 0x20) <= 'z')
			r->text++;
		return true;
	}
	return false;
}

static bool read_fraction(struct reading *r)
{
	int32_t value = 0;
	int n = 0;

	for (; is_digit(*r->text); r->text++, n++) {
		if (n < 6)
			value = value * 10 + (*r->text - '0');
	}
	for (int i = n; i < 6; i++)
		value *= 10;
	r->civil.microsecond = value;
	return n >= 1 && n <= 9;
}

static bool read_half(struct reading *r)
{
	char half = (char)(r->text[0] | 0x20);

	if ((half != 'a' && half != 'p') || (r->text[1] | 0x20) != 'm')
		return false;
	r->has_half = true;
	r->afternoon = half == 'p';
	r->text += 2;
	return true;
}

static bool read_offset(struct reading *r)
{
	int32_t hours, minutes = 0;
	int sign = *r->text == '-' ? -1 : 1;

	r->has_offset = true;
	r->offset_s = 0;
	if (*r->text == 'Z' || *r->text == 'z') {
		r->text++;
		return true;
	}
	if (strncmp(r->text, "UTC", 3) == 0 ||
	    strncmp(r->text, "GMT", 3) == 0) {
		r->text += 3;
		return true;
	}
	if (*r->text != '+' && *r->text != '-')
		return false;
	r->text++;
	if (!read_number(&hours, r, 1, 2))
		return false;
	if (*r->text == ':')
		r->text++;
	if (is_digit(*r->text) && !read_number(&minutes, r, 2, 2))
		return false;
	r->offset_s = sign * ((int64_t)hours * 3600 + minutes * 60);
	/* as base/time.c has it: no clock is farther from UTC */
	return minutes <= 59 && llabs(r->offset_s) <= 14 * 3600;
}

static bool read_pattern(struct reading *r, const char *pattern);

static bool read_item(struct reading *r, char item)
{
	tw_civil *c = &r->civil;

	switch (item) {
	case 'Y': return read_number(&c->year, r, 4, 4);
	case 'y':
		if (!read_number(&c->year, r, 2, 2))
			return false;
		c->year += 2000;
		return true;
	case 'm': return read_number(&c->month, r, 1, 2);
	case 'd': return read_number(&c->day, r, 1, 2);
	case 'H': return read_number(&c->hour, r, 1, 2);
	case 'I':
		return read_number(&c->hour, r, 1, 2) && c->hour >= 1 &&
			c->hour <= 12;
	case 'M': return read_number(&c->minute, r, 1, 2);
	case 'S': return read_number(&c->second, r, 1, 2);
	case 'f': return read_fraction(r);
	case 'p': return read_half(r);
	case 'b': return read_month(r);
	case 'z': return read_offset(r);
	case 'T': return read_pattern(r, "%H:%M:%S");
	case 'F': return read_pattern(r, "%Y-%m-%d");
	case 'R': return read_pattern(r, "%H:%M");
	default:
		if (*r->text != '%')
			return false;
		r->text++;
		return true;
	}
}

static bool read_pattern(struct reading *r, const char *pattern)
{
	for (const char *p = pattern; *p; p++) {
		if (*p == '%') {
			if (!read_item(r, *++p))
				return false;
		}
		else if (*p == ' ') {
			if (*r->text != ' ' && *r->text != '\t')
				return false;
			r->text += strspn(r->text, " \t");
		}
		else if (*r->text++ != *p) {
			return false;
		}
	}
	return true;
}

static bool settle_half(struct reading *r)
{
	if (!r->has_half)
		return true;
	if (r->civil.hour < 1 || r->civil.hour > 12)
		return false;
	r->civil.hour = r->civil.hour % 12 + (r->afternoon ? 12 : 0);
	return true;
}

static tw_status by_pattern(tw_time *out, const char *pattern,
			    const char *text, const tw_zone *zone,
			    tw_error *err)
{
	struct reading r = { 0 };
	bool leap;

	r.text = text;
	if (!read_pattern(&r, pattern) || *r.text)
		return tw__fail(err, TW_EPARSE, "'%.40s' does not fit the "
				"pattern %.40s", text, pattern);
	leap = r.civil.second == 60;
	r.civil.second -= leap;
	if (!settle_half(&r) || !tw__civil_is_valid(&r.civil))
		return tw__fail(err, TW_EPARSE, "'%.40s': no such date or "
				"time of day", text);
	if (!zone && !r.has_offset)
		return tw__fail(err, TW_EPARSE, "'%.40s' has no offset; name "
				"the zone of the source's clock", text);
	if (!tw__zone_reads(out, r.has_offset ? NULL : zone, &r.civil))
		return tw__time_skipped(text, err);
	*out += (leap - r.offset_s) * TW_SECOND;
	/* leap seconds end a UTC day, whatever the local hour */
	if (leap && tw__floor_div(*out, TW_SECOND) % 86400 != 0)
		return tw__fail(err, TW_EPARSE, "'%.40s': second 60 exists "
				"only at midnight UTC", text);
	return TW_OK;
}

static tw_status by_iso(tw_time *out, const char *text, const tw_zone *zone,
			tw_error *err)
{
	bool skipped;
	tw_status status = tw__time_parse(out, &skipped, text, zone, err);

	return !status && skipped ? tw__time_skipped(text, err) : status;
}

/* ---- numbers ---- */

/* Whole units and a fraction, as microseconds: "1791183600.25" of seconds.
 * A decimal comma is one too. */
static bool read_units(int64_t *out_us, const char *text, int64_t unit_us,
		       int64_t most_us)
{
	size_t n = strspn(text, "0123456789");
	const char *p = text + n;
	uint64_t whole;
	int64_t part = 0, scale = unit_us;

	if (!n || !tw__str_u64(&whole, tw__str(text, n)) ||
	    whole > (uint64_t)(most_us / unit_us))
		return false;
	if (*p == '.' || *p == ',') {
		if (!is_digit(*++p))
			return false;
		/* finer than a microsecond is cut */
		for (; is_digit(*p); p++) {
			scale /= 10;
			part += (*p - '0') * scale;
		}
	}
	*out_us = (int64_t)whole * unit_us + part;
	return *p == '\0';
}

static int64_t unit_us(enum record_unit unit)
{
	switch (unit) {
	case UNIT_EPOCH: case UNIT_S:     return TW_SECOND;
	case UNIT_EPOCH_MS: case UNIT_MS: return TW_SECOND / 1000;
	default:                          return 1;
	}
}

static tw_status by_epoch(tw_time *out, enum record_unit unit,
			  const char *text, tw_error *err)
{
	static const char *const names[] = { "seconds", "milliseconds",
		"microseconds" };

	/* a minute count of -1 and such is how some write "never" */
	if (strcmp(text, "-1") == 0)
		text = "0";
	if (read_units(out, text, unit_us(unit), EPOCH_END * TW_SECOND))
		return TW_OK;
	return tw__fail(err, TW_EPARSE, "'%.40s' is no count of %s since "
			"1970, or beyond the year 9999", text,
			names[unit - UNIT_EPOCH]);
}

tw_status tw__record_time(tw_time *out, const tw_cdr_map *map,
			  const struct record_column *column,
			  const char *text, const tw_zone *zone,
			  tw_time after, tw_error *err)
{
	enum record_unit unit = column->unit ? column->unit : map->time;
	const char *pattern = column->unit ? column->pattern : map->pattern;
	tw_status status;

	*out = 0;
	if (!*text)
		return TW_OK;
	if (unit >= UNIT_EPOCH)
		return by_epoch(out, unit, text, err);
	status = unit == UNIT_PATTERN ?
		by_pattern(out, pattern, text, zone, err) :
		by_iso(out, text, zone, err);
	if (status)
		return TW_EPARSE;
	if (*out < after)
		*out = tw__preset_repeated(zone, *out);
	return TW_OK;
}

/* "1:02:03", "62:03" or "01:02:03.5". */
static bool read_clock(int64_t *out_us, const char *text)
{
	struct reading r = { 0 };
	int32_t part[3];
	int n = 0;

	r.text = text;
	do {
		if (n == 3 || !read_number(&part[n], &r, 1, n ? 2 : 5))
			return false;
		if (n && part[n] > 59)
			return false;
		n++;
	} while (*r.text++ == ':');
	r.text--;
	if ((*r.text == '.' || *r.text == ',')) {
		r.text++;
		if (!read_fraction(&r))
			return false;
	}
	if (*r.text || n < 2)
		return false;
	*out_us = ((n == 3 ? (int64_t)part[0] * 3600 + part[1] * 60 :
		    (int64_t)part[0] * 60) + part[n - 1]) * TW_SECOND +
		r.civil.microsecond;
	return true;
}

tw_status tw__record_length(int64_t *out_us, const tw_cdr_map *map,
			    const struct record_column *column,
			    const char *text, tw_error *err)
{
	static const char *const names[] = { "seconds or H:MM:SS",
		"milliseconds", "microseconds" };
	enum record_unit unit = column && column->unit ? column->unit :
		map->length;

	if (strchr(text, ':') ? read_clock(out_us, text) :
	    read_units(out_us, text, unit_us(unit), INT64_MAX / 4))
		return TW_OK;
	return tw__fail(err, TW_EPARSE, "'%.20s' is no length in %s, 0 or "
			"more", text, names[unit - UNIT_S]);
}
