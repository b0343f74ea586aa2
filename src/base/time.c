/**
 * @file src/base/time.c  Instants as text
 *
 * Decides which spellings of a time are read (ISO 8601 as RFC 3339 narrows
 * it) and how one is written. Refuses to guess: without an offset in the
 * text a zone must be given, and local formats of PBXs are mapped above.
 */
#include <stdio.h>
#include <string.h>
#include "calendar.h"
#include "zone.h"

/* Of the last month that has a name: behind every clock's 9999, because
 * tw_zone_local() counts what comes later into it. */
#define MONTHS_END ((253402300800LL + 16 * 3600) * TW_SECOND)

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly n digits; moves *p behind them. */
static bool read_digits(int32_t *out, const char **p, int n)
{
	int32_t value = 0;

	for (int i = 0; i < n; i++) {
		if (!is_digit((*p)[i]))
			return false;
		value = value * 10 + ((*p)[i] - '0');
	}
	*out = value;
	*p += n;
	return true;
}

static bool read_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool read_date(tw_civil *civil, const char **p)
{
	return read_digits(&civil->year, p, 4) && read_char(p, '-') &&
		read_digits(&civil->month, p, 2) && read_char(p, '-') &&
		read_digits(&civil->day, p, 2);
}

/* Up to nine decimals, cut to microseconds: nanosecond stamps are common
 * and no rule here is finer than a second. */
static bool read_fraction(int32_t *out, const char **p)
{
	int32_t value = 0;
	int n = 0;

	for (; is_digit(**p); (*p)++, n++) {
		if (n < 6)
			value = value * 10 + (**p - '0');
	}
	for (int i = n; i < 6; i++)
		value *= 10;
	*out = value;
	return n >= 1 && n <= 9;
}

static bool read_clock(tw_civil *civil, const char **p)
{
	if (!read_digits(&civil->hour, p, 2) || !read_char(p, ':') ||
	    !read_digits(&civil->minute, p, 2))
		return false;
	if (!read_char(p, ':'))
		return true;
	if (!read_digits(&civil->second, p, 2))
		return false;
	if (read_char(p, '.') || read_char(p, ','))
		return read_fraction(&civil->microsecond, p);
	return true;
}

/* "Z", "+03", "+0300", "+03:00", and "+02:30:17" of local mean time, which
 * tw_time_format() writes and must be able to read again. */
static bool read_offset(int32_t *out, const char **p)
{
	int32_t hours = 0, minutes = 0, seconds = 0, sign;
	bool colon;

	if (read_char(p, 'Z') || read_char(p, 'z')) {
		*out = 0;
		return true;
	}
	sign = **p == '-' ? -1 : 1;
	(*p)++;
	if (!read_digits(&hours, p, 2))
		return false;
	colon = read_char(p, ':');
	if ((colon || is_digit(**p)) && !read_digits(&minutes, p, 2))
		return false;
	if (colon && read_char(p, ':') && !read_digits(&seconds, p, 2))
		return false;
	*out = sign * (hours * 3600 + minutes * 60 + seconds);
	return minutes <= 59 && seconds <= 59;
}

/* No clock is farther from UTC. Local mean time is (Alaska's went by Asia's
 * date), and its seconds tell it from a slip of the pen. */
static bool is_offset(int32_t offset_s)
{
	int32_t off = offset_s < 0 ? -offset_s : offset_s;

	return off <= (off % 60 ? 16 : 14) * 3600;
}

struct parsed {
	tw_civil civil;
	bool has_offset;
	int32_t offset_s;
};

static bool read_all(struct parsed *out, const char *p)
{
	memset(out, 0, sizeof(*out));
	if (!read_date(&out->civil, &p))
		return false;
	if (*p == '\0')
		return true;
	if (!read_char(&p, 'T') && !read_char(&p, 't') && !read_char(&p, ' '))
		return false;
	if (!read_clock(&out->civil, &p))
		return false;
	if (*p == '\0')
		return true;
	if (!strchr("Zz+-", *p))
		return false;
	out->has_offset = true;
	return read_offset(&out->offset_s, &p) && *p == '\0';
}

/* No zone is asked: nearly every time of a log brings its offset. */
static tw_time offset_instant(const struct parsed *in)
{
	const tw_civil *c = &in->civil;
	int64_t s = tw__days_from_civil(c->year, c->month, c->day) * 86400 +
		c->hour * 3600 + c->minute * 60 + c->second;

	return (s - in->offset_s) * TW_SECOND + c->microsecond;
}

tw_status tw__time_parse(tw_time *out, bool *skipped, const char *text,
			 const tw_zone *zone, tw_error *err)
{
	struct parsed in;
	bool leap = false;
	tw_time t;

	if (!read_all(&in, text))
		return tw__fail(err, TW_EPARSE, "'%.48s' is not a time; write "
				"2026-10-05T09:30:00+03:00%s", text,
				zone ? " or 2026-10-05" : "");
	if (!is_offset(in.offset_s))
		return tw__fail(err, TW_EPARSE, "'%.48s': no clock is more "
				"than 14 hours from UTC; check the offset",
				text);
	if (in.civil.second == 60) {
		leap = true;
		in.civil.second = 59;
	}
	if (!tw__civil_is_valid(&in.civil))
		return tw__fail(err, TW_EPARSE, "'%.48s': no such date or "
				"time of day", text);
	if (!in.has_offset && !zone)
		return tw__fail(err, TW_EINVAL, "'%.48s' has no offset and no "
				"zone is set; append Z or +03:00, or name a "
				"zone", text);
	*skipped = false;
	if (in.has_offset)
		t = offset_instant(&in);
	else
		*skipped = !tw__zone_reads(&t, zone, &in.civil);
	if (leap) {
		t += TW_SECOND;
		/* leap seconds end a UTC day, whatever the local hour */
		if (tw__floor_div(t, TW_SECOND) % 86400 != 0)
			return tw__fail(err, TW_EPARSE, "'%.48s': second 60 "
					"exists only at midnight UTC", text);
	}
	*out = t;
	return TW_OK;
}

tw_status tw_time_parse(tw_time *out, const char *text, const tw_zone *zone,
			tw_error *err)
{
	bool skipped;

	if (!out || !text)
		return tw__fail(err, TW_EINVAL, "time: NULL argument");
	return tw__time_parse(out, &skipped, text, zone, err);
}

tw_status tw__time_skipped(const char *text, tw_error *err)
{
	return tw__fail(err, TW_EPARSE, "'%.40s': the zone's clock skips this "
			"time; check the zone of the source's clock", text);
}

static int put_offset(char *buf, size_t size, int32_t offset_s)
{
	int32_t off = offset_s < 0 ? -offset_s : offset_s;
	char sign = offset_s < 0 ? '-' : '+';

	if (off % 60)
		return snprintf(buf, size, "%c%02d:%02d:%02d", sign,
				off / 3600, off / 60 % 60, off % 60);
	return snprintf(buf, size, "%c%02d:%02d", sign, off / 3600,
			off / 60 % 60);
}

static bool is_clamped(const tw_civil *c, tw_time t)
{
	int64_t local_s = tw__days_from_civil(c->year, c->month, c->day) *
		86400 + c->hour * 3600 + c->minute * 60 + c->second;

	return tw__floor_div(t, TW_SECOND) != local_s - c->offset_s;
}

tw_status tw_time_format(char *buf, size_t size, tw_time t,
			 const tw_zone *zone, tw_error *err)
{
	char text[96];
	size_t n;
	tw_civil c;

	if (!buf)
		return tw__fail(err, TW_EINVAL, "time: NULL argument");
	tw_zone_local(&c, zone, t);
	if (is_clamped(&c, t))
		return tw__fail(err, TW_ERANGE, "instant is outside of the "
				"years 1 to 9999");
	n = (size_t)snprintf(text, sizeof(text),
			     "%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month,
			     c.day, c.hour, c.minute, c.second);
	if (c.microsecond) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, ".%06d",
				      c.microsecond);
		while (text[n - 1] == '0')
			n--;
	}
	if (zone)
		n += (size_t)put_offset(text + n, sizeof(text) - n,
					c.offset_s);
	else
		text[n++] = 'Z';
	text[n] = '\0';
	if (n >= size)
		return tw__fail(err, TW_EINVAL, "buffer of %zu bytes is too "
				"small for a time; 40 suffice", size);
	memcpy(buf, text, n + 1);
	return TW_OK;
}

tw_status tw_month_range(tw_time *out_from, tw_time *out_to,
			 const char *month, const tw_zone *zone,
			 tw_error *err)
{
	tw_civil first = { .day = 1 }, next;
	const char *p = month;
	tw_time from, to = MONTHS_END;
	tw_status status;

	if (!out_from || !out_to || !month || !zone)
		return tw__fail(err, TW_EINVAL, "month: NULL argument");
	if (!read_digits(&first.year, &p, 4) || !read_char(&p, '-') ||
	    !read_digits(&first.month, &p, 2) || *p != '\0')
		return tw__fail(err, TW_EPARSE, "'%.32s' is not a month; "
				"write 2026-10", month);
	next = first;
	next.year += first.month == 12;
	next.month = first.month % 12 + 1;
	if (!tw__civil_is_valid(&first))
		return tw__fail(err, TW_EPARSE, "'%.32s': no such month",
				month);
	status = tw_zone_instant(&from, zone, &first, err);
	if (!status && next.year <= 9999)
		status = tw_zone_instant(&to, zone, &next, err);
	if (status)
		return status;
	*out_from = from;
	*out_to = to;
	return TW_OK;
}
