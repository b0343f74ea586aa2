/**
 * @file src/formats/preset_cell.c  Cells of call records as values
 *
 * Decides how a cell becomes a time, a duration or a number, the same for
 * every preset. Refuses to bend what it cannot read: the row is a reject that
 * names the column.
 */
#include <stdio.h>
#include <string.h>
#include "base/zone.h"
#include "preset_row.h"
#include <trunkwise/money.h>

tw_time tw__preset_repeated(const tw_zone *zone, tw_time t)
{
	tw_time change, other;
	tw_civil before, after, a, b;

	if (!zone)
		return t;
	change = tw_zone_next_change(zone, t);
	if (change == TW_TIME_MAX)
		return t;
	tw_zone_local(&before, zone, change - 1);
	tw_zone_local(&after, zone, change);
	other = t + (before.offset_s - after.offset_s) * TW_SECOND;
	if (other <= t || other < change)
		return t;
	tw_zone_local(&a, zone, t);
	tw_zone_local(&b, zone, other);
	return a.hour == b.hour && a.minute == b.minute && a.day == b.day ?
		other : t;
}

static uint64_t eight(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* Seconds of "09:30:00"; 86400: it is none, or second 60. All eight at once,
 * the first in the lowest byte: in each of them, what is greater than it may
 * be reaches bit 7. */
static unsigned int of_day(const char *p)
{
	uint64_t x = eight(p), odd;
	unsigned int h;

	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		x = __builtin_bswap64(x);
	x ^= 0x30303a30303a3030u;
	odd = (x | (x + 0x767a7f767a7f767du)) & 0x8080808080808080u;
	/* tens and ones together */
	x = x * 10 + (x >> 8);
	h = x & 0xff;
	return odd || h > 23 ? 86400 : h * 3600 + (x >> 24 & 0xff) * 60 +
		(unsigned int)(x >> 48 & 0xff);
}

/* Eleven bytes as two overlapping words. */
static bool same_day(const char *a, const char *b)
{
	return eight(a) == eight(b) && eight(a + 3) == eight(b + 3);
}

/* With an offset a date is one stretch of seconds, whatever the zone. */
static bool by_last_date(tw_time *out, const struct preset_date *last,
			 struct tw_str text)
{
	unsigned int s;

	if (!last->offset_size || text.l != 19 + last->offset_size ||
	    !same_day(text.p, last->day) ||
	    text.p[19] != last->offset[0] || (last->offset_size > 1 &&
	    memcmp(&text.p[19], last->offset, last->offset_size) != 0))
		return false;
	s = of_day(&text.p[11]);
	*out = last->midnight + s * TW_SECOND;
	return s < 86400;
}

static void keep_date(struct preset_date *last, struct tw_str text, tw_time t)
{
	unsigned int s;

	if (text.l < 20 || text.l - 19 > sizeof(last->offset) ||
	    !strchr("Zz+-", text.p[19]))
		return;
	s = of_day(&text.p[11]);
	if (s >= 86400)
		return;
	memcpy(last->day, text.p, sizeof(last->day));
	last->offset_size = text.l - 19;
	memcpy(last->offset, &text.p[19], last->offset_size);
	last->midnight = t - s * TW_SECOND;
}

static tw_status read_time(tw_time *out, struct tw__preset *preset,
			   size_t column, struct tw_str text, tw_error *err)
{
	const tw_zone *zone = preset->options.zone;
	bool skipped;

	if (tw__time_parse(out, &skipped, text.p, zone, NULL) || skipped) {
		tw_error why = TW_ERROR_INIT;

		if (!tw__time_parse(out, &skipped, text.p, zone, &why))
			(void)tw__time_skipped(text.p, &why);
		return tw__preset_fail(preset, column, err, "%s",
				       why.message);
	}
	keep_date(&preset->date, text, *out);
	return TW_OK;
}

tw_status tw__preset_time(tw_time *out, struct tw__preset *preset,
			  size_t column, tw_time after, tw_error *err)
{
	struct tw_str text = tw__preset_str(preset, column);
	tw_status status;

	if (!text.l) {
		*out = 0;
		return TW_OK;
	}
	if (!by_last_date(out, &preset->date, text)) {
		status = read_time(out, preset, column, text, err);
		if (status)
			return status;
	}
	if (*out < after)
		*out = tw__preset_repeated(preset->options.zone, *out);
	return TW_OK;
}

static bool read_clock(int64_t *out_s, const char *text)
{
	unsigned int h, m, s;
	int end = 0;

	if (strspn(text, "0123456789:") != strlen(text) ||
	    strlen(text) > 12 ||
	    sscanf(text, "%u:%2u:%2u%n", &h, &m, &s, &end) != 3 ||
	    text[end] || m > 59 || s > 59 || h > 9999)
		return false;
	*out_s = (int64_t)h * 3600 + m * 60 + s;
	return true;
}

/* Up to nine digits and nothing else, as nearly all durations are. */
static bool small_number(int64_t *out, const char *text)
{
	int64_t value = 0;
	int n = 0;

	for (; text[n] >= '0' && text[n] <= '9'; n++) {
		if (n == 9)
			return false;
		value = value * 10 + (text[n] - '0');
	}
	*out = value;
	return n && !text[n];
}

tw_status tw__preset_seconds(int64_t *out_us, bool *given,
			     const struct tw__preset *preset, size_t column,
			     tw_error *err)
{
	const char *text = tw__preset_cell(preset, column);
	int64_t value;

	*given = *text;
	*out_us = 0;
	if (!*text)
		return TW_OK;
	if (small_number(&value, text)) {
		*out_us = value * TW_SECOND;
		return TW_OK;
	}
	if (strchr(text, ':')) {
		if (!read_clock(&value, text))
			return tw__preset_fail(preset, column, err,
				"'%.20s' is no duration; write seconds or "
				"H:MM:SS", text);
		*out_us = value * TW_SECOND;
		return TW_OK;
	}
	if (tw_decimal_parse(&value, text, NULL) || value < 0)
		return tw__preset_fail(preset, column, err, "'%.20s' is no "
				       "duration; write answered seconds, 0 "
				       "or more", text);
	*out_us = value / 1000;
	return TW_OK;
}

tw_status tw__preset_fits(const tw_cdr *cdr, const struct tw__preset *preset,
			  size_t column, tw_error *err)
{
	/* two seconds are the clocks of two programs */
	if (!cdr->end || cdr->end < cdr->start ||
	    cdr->duration_us <= cdr->end - cdr->start + 2 * TW_SECOND)
		return TW_OK;
	return tw__preset_fail(preset, column, err, "is longer than from "
			       "start to end; check them, their unit and "
			       "their zone");
}

tw_status tw__preset_u32(uint32_t *out, const struct tw__preset *preset,
			 size_t column, uint32_t otherwise, tw_error *err)
{
	const char *text = tw__preset_cell(preset, column);
	uint64_t value;

	*out = otherwise;
	if (!*text)
		return TW_OK;
	if (!tw__str_u64(&value, tw__str_of(text)) || value > UINT32_MAX)
		return tw__preset_fail(preset, column, err, "'%.20s' is no "
				       "whole number; write digits", text);
	*out = (uint32_t)value;
	return TW_OK;
}

/* 0x80 in every byte that is no digit; no byte carries into the next. */
static uint64_t not_digits(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101ull;
	uint64_t above = (word & ones * 0x7f) + ones * (0x7f - '9');
	uint64_t below = ~((word | ones * 0x80) - ones * '0');

	return (above | below | word) & ones * 0x80;
}

/* Of as many as a number may have; false is "perhaps not". */
static bool digits_only(struct tw_str s)
{
	if (s.l < 8 || s.l > 16)
		return s.l == 0;
	return !(not_digits(eight(s.p)) | not_digits(eight(&s.p[s.l - 8])));
}

tw_status tw__preset_number(const char **out, const struct tw__preset *preset,
			    size_t column, tw_error *err)
{
	struct tw_str cell = tw__preset_str(preset, column);
	const char *text = cell.p;
	size_t n;

	*out = text;
	if (digits_only(cell) || !memchr(text, '+', cell.l))
		return TW_OK;
	n = strspn(text, "0123456789.,");
	if (n && (text[n] == 'e' || text[n] == 'E') && text[n + 1] == '+' &&
	    strspn(&text[n + 2], "0123456789") == strlen(&text[n + 2]))
		return tw__preset_fail(preset, column, err, "'%.20s' lost its "
				       "digits in a spreadsheet; export the "
				       "column as text", text);
	return TW_OK;
}
