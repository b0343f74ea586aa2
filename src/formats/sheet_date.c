/**
 * @file src/formats/sheet_date.c  Dates of a price sheet
 *
 * Decides which day a cell names. Refuses to guess: 03.04.2026 is two days,
 * and a price that begins on the wrong one is charged for a month. Only ISO
 * dates are read without being told; any other order is the mapping's.
 */
#include <stdio.h>
#include <string.h>
#include "base/calendar.h"
#include "sheet.h"

/* The spreadsheets' calendar has a 1900-02-29: before 61 its days are off by
 * one, and no price list is that old. */
#define SERIAL_MIN   61u
#define SERIAL_MAX   2958465u
#define SERIAL_EPOCH (-25569)    /* days to 1970-01-01 */

/* "05.10.2026", "5/10/2026", each with a time of day behind it or not. */
struct parts {
	unsigned first, second;
	int year;
	char time[16];
};

static bool take_number(unsigned *out, struct tw_str *s, size_t most)
{
	size_t i = 0;

	*out = 0;
	for (; i < s->l && i < most && s->p[i] >= '0' && s->p[i] <= '9'; i++)
		*out = *out * 10 + (unsigned)(s->p[i] - '0');
	*s = tw__str(s->p + i, s->l - i);

	return i > 0;
}

static bool take_mark(char *mark, struct tw_str *s)
{
	if (!s->l || !strchr("./-", s->p[0]) || !s->p[0] ||
	    (*mark && *mark != s->p[0]))
		return false;
	*mark = s->p[0];
	*s = tw__str(s->p + 1, s->l - 1);

	return true;
}

/* " 0:00", "T09:30:00", or nothing, as hh:mm:ss. */
static bool take_time(char out[16], struct tw_str s)
{
	unsigned hour, minute, second = 0;

	*out = '\0';
	if (!s.l)
		return true;
	if (s.p[0] != ' ' && s.p[0] != 'T')
		return false;
	s = tw__str_trim(tw__str(s.p + 1, s.l - 1));
	if (!take_number(&hour, &s, 2) || !s.l || s.p[0] != ':')
		return false;
	s = tw__str(s.p + 1, s.l - 1);
	if (!take_number(&minute, &s, 2))
		return false;
	if (s.l && s.p[0] == ':') {
		s = tw__str(s.p + 1, s.l - 1);
		if (!take_number(&second, &s, 2))
			return false;
	}
	if (s.l || hour > 23 || minute > 59 || second > 59)
		return false;
	snprintf(out, 16, "T%02u:%02u:%02u", hour, minute, second);

	return true;
}

static bool take_parts(struct parts *out, struct tw_str s)
{
	unsigned year;
	size_t before;
	char mark = '\0';

	if (!take_number(&out->first, &s, 2) || !take_mark(&mark, &s) ||
	    !take_number(&out->second, &s, 2) || !take_mark(&mark, &s))
		return false;
	before = s.l;
	if (!take_number(&year, &s, 4) || before - s.l != 4)
		return false;
	out->year = (int)year;

	return take_time(out->time, s);
}

static bool is_serial(uint64_t *out, struct tw_str s)
{
	if (s.l > 2 && s.p[s.l - 1] == '0' && s.p[s.l - 2] == '.')
		s.l -= 2;

	return tw__str_u64(out, s) && *out >= SERIAL_MIN &&
		*out <= SERIAL_MAX;
}

static tw_status read_text(tw_time *out, const struct sheet_cell *cell,
			   const char *text)
{
	return tw_time_parse(out, text, cell->reading->zone, NULL);
}

static tw_status read_iso(tw_time *out, const struct sheet_cell *cell)
{
	char text[64];

	if (cell->text.l >= sizeof(text))
		return TW_EPARSE;
	memcpy(text, cell->text.p, cell->text.l);
	text[cell->text.l] = '\0';

	return read_text(out, cell, text);
}

static tw_status read_serial(tw_time *out, const struct sheet_cell *cell,
			     uint64_t serial)
{
	int32_t year, month, day;
	char text[32];

	tw__civil_from_days(&year, &month, &day,
			    (int64_t)serial + SERIAL_EPOCH);
	snprintf(text, sizeof(text), "%04d-%02d-%02d", (int)year, (int)month,
		 (int)day);

	return read_text(out, cell, text) ? tw__sheet_refuse(cell, "is no "
		"date that a price can have; write 2026-10-05") : TW_OK;
}

static tw_status read_parts(tw_time *out, const struct sheet_cell *cell,
			    const struct parts *parts)
{
	bool month_first = cell->reading->map->dates == DATES_MDY;
	unsigned month = month_first ? parts->first : parts->second;
	unsigned day = month_first ? parts->second : parts->first;
	char text[48];

	snprintf(text, sizeof(text), "%04d-%02u-%02u%s", parts->year, month,
		 day, parts->time);

	return read_text(out, cell, text) ? tw__sheet_refuse(cell,
		month_first ? "is no date, month first; write 2026-10-05" :
		"is no date, day first; write 2026-10-05") : TW_OK;
}

tw_status tw__sheet_date(tw_time *out, const struct sheet_cell *cell)
{
	enum sheet_dates order = cell->reading->map->dates;
	struct parts parts;
	uint64_t serial;

	if (!read_iso(out, cell))
		return TW_OK;
	if (is_serial(&serial, cell->text))
		return order == DATES_EXCEL ? read_serial(out, cell, serial) :
			tw__sheet_refuse(cell, "is a date that a spreadsheet "
				"wrote as a number; format the column as "
				"2026-10-05, or map dates = excel");
	if (!take_parts(&parts, cell->text))
		return tw__sheet_refuse(cell, "is no date; write 2026-10-05");
	if (order == DATES_DMY || order == DATES_MDY)
		return read_parts(out, cell, &parts);

	return tw__sheet_refuse(cell, "is no date that is read in one way "
		"only; write 2026-10-05, or map dates = dmy or mdy");
}
