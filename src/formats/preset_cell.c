/**
 * @file src/formats/preset_cell.c  Cells of call records as values
 *
 * Decides how a cell becomes a time, a duration or a number where that is not
 * what nearly all rows have (preset_cell.h), the same for every preset.
 * Refuses to bend what it cannot read: the row is a reject that names the
 * column.
 */
#include <stdio.h>
#include <string.h>
#include "base/zone.h"
#include "preset_cell.h"
#include <trunkwise/money.h>

/* No clock is set by more, not even where the date line moves. */
#define CHANGE_US (26 * 3600 * TW_SECOND)

tw_time tw__preset_repeated(const tw_zone *zone, tw_time t)
{
	tw_time change, other;
	tw_civil before, after, a, b;

	if (!zone)
		return t;
	change = tw_zone_next_change(zone, t);
	if (change == TW_TIME_MAX || change - t > CHANGE_US)
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

/* A date is one stretch of seconds when there is an offset, or when the zone's
 * clock is not set anywhere near. */
static bool is_stretch(const tw_zone *zone, struct tw_str text, tw_time t)
{
	if (text.l > 19)
		return strchr("Zz+-", text.p[19]) != NULL;
	return zone && tw_zone_next_change(zone, t - 2 * CHANGE_US) - t >
		2 * CHANGE_US;
}

static void keep_date(struct preset_date *last, const tw_zone *zone,
		      struct tw_str text, tw_time t)
{
	unsigned int s;

	if (text.l < 19 || text.l - 19 > sizeof(last->offset) ||
	    !is_stretch(zone, text, t))
		return;
	s = tw__preset_of_day(&text.p[11]);
	if (s >= 86400)
		return;
	last->size = text.l;
	last->day[0] = tw__preset_eight(text.p);
	last->day[1] = tw__preset_eight(&text.p[3]);
	last->offset = last->offset_mask = 0;
	memcpy(&last->offset, &text.p[19], text.l - 19);
	memset(&last->offset_mask, 0xff, text.l - 19);
	last->midnight = t - s * TW_SECOND;
}

tw_status tw__preset_any_time(tw_time *out, struct tw__preset *preset,
			      size_t column, tw_time after, tw_error *err)
{
	const tw_zone *zone = preset->options.zone;
	const char *text = tw__preset_cell(preset, column);
	bool skipped;

	if (tw__time_parse(out, &skipped, text, zone, NULL) || skipped) {
		tw_error why = TW_ERROR_INIT;

		if (!tw__time_parse(out, &skipped, text, zone, &why))
			(void)tw__time_skipped(text, &why);
		return tw__preset_fail(preset, column, err, "%s",
				       why.message);
	}
	keep_date(&preset->date, zone, tw__preset_str(preset, column), *out);
	if (*out < after)
		*out = tw__preset_repeated(zone, *out);
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

tw_status tw__preset_any_seconds(int64_t *out_us,
				 const struct tw__preset *preset,
				 size_t column, tw_error *err)
{
	const char *text = tw__preset_cell(preset, column);
	int64_t value;

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

tw_status tw__preset_any_u32(uint32_t *out, const struct tw__preset *preset,
			     size_t column, tw_error *err)
{
	const char *text = tw__preset_cell(preset, column);
	uint64_t value;

	if (!tw__str_u64(&value, tw__str_of(text)) || value > UINT32_MAX)
		return tw__preset_fail(preset, column, err, "'%.20s' is no "
				       "whole number; write digits", text);
	*out = (uint32_t)value;
	return TW_OK;
}

tw_status tw__preset_any_number(const struct tw__preset *preset,
				size_t column, tw_error *err)
{
	const char *text = tw__preset_cell(preset, column);
	size_t n;

	if (!strchr(text, '+'))
		return TW_OK;
	n = strspn(text, "0123456789.,");
	if (n && (text[n] == 'e' || text[n] == 'E') && text[n + 1] == '+' &&
	    strspn(&text[n + 2], "0123456789") == strlen(&text[n + 2]))
		return tw__preset_fail(preset, column, err, "'%.20s' lost its "
				       "digits in a spreadsheet; export the "
				       "column as text", text);
	return TW_OK;
}
